"""Side-by-side timings of classifications and case tables of the loss landscape.

One network at a time in this process, after the import (median of several runs); a file of ten
thousand networks and the case table by the command line, with all that these load.  The peer
computes the same loss and gradient by sympy's integration of Piecewise expressions, exact like
symerm, or, for wide networks, by SciPy's adaptive quadrature, which is neither exact nor proved.

Run: python benchmarks/landscape.py
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from rows import write_rows
from run_q1 import measured

from symerm.landscape import TrueLoss, classify, classify_empirical, parse_target
from symerm.networks import ShallowNetwork, network_to_json
from symerm.problem import Dataset

UNIT = (Fraction(0), Fraction(1))
TARGET = "2*x + 1"
BATCH = 10_000


def random_network(width: int, seed: int, *, inputs: int = 1) -> ShallowNetwork:
    """Entries of two decimals between -3 and 3."""
    rng = random.Random(seed)

    def entry() -> Fraction:
        return Fraction(rng.randint(-300, 300), 100)

    return ShallowNetwork(
        tuple(tuple(entry() for _ in range(inputs)) for _ in range(width)),
        tuple(entry() for _ in range(width)),
        tuple((entry(),) for _ in range(width)),
        (entry(),),
    )


def zigzag(width: int) -> ShallowNetwork:
    """The saddle with as many kinks as neurons, for 2 x + 1 on [0, 1]; the width is even."""
    slope = Fraction(4, width + 1)
    weights = [Fraction(1 if k % 2 else -1) for k in range(1, width + 1)]
    return ShallowNetwork(
        tuple((w,) for w in weights),
        tuple(-w * Fraction(k, width + 1) for k, w in enumerate(weights, start=1)),
        tuple((slope * w,) for w in weights),
        (Fraction(2),),
    )


def seconds(work: Callable[[], object], repeat: int) -> float:
    """The median wall time."""
    times = []
    for _ in range(repeat):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def by_sympy(network: ShallowNetwork) -> Any:
    """Loss and gradient by symbolic integration, piece by piece as sympy does it."""
    import sympy

    x = sympy.Symbol("x", real=True)

    def number(value: Fraction) -> Any:
        return sympy.Rational(value.numerator, value.denominator)

    target = 2 * x + 1
    neurons = [
        (number(w), number(b), number(v))
        for (w,), b, (v,) in zip(
            network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
        )
    ]
    residual = number(network.output_biases[0]) - target
    for w, b, v in neurons:
        residual += v * sympy.Piecewise((w * x + b, w * x + b >= 0), (0, True))
    residual = sympy.piecewise_fold(residual)

    def integral(expression: Any) -> Any:
        return sympy.integrate(sympy.piecewise_fold(expression), (x, 0, 1))

    loss = integral(residual**2)
    gradient = [2 * integral(residual)]
    for w, b, v in neurons:
        active = sympy.Piecewise((1, w * x + b >= 0), (0, True))
        gradient += [
            2 * v * integral(x * active * residual),
            2 * v * integral(active * residual),
            2 * integral((w * x + b) * active * residual),
        ]
    return loss, gradient


def by_quadrature(network: ShallowNetwork) -> Any:
    """Loss and gradient in floats by adaptive quadrature between the kinks."""
    import numpy as np
    from scipy.integrate import quad_vec

    w = np.array([float(row[0]) for row in network.hidden_weights])
    b = np.array([float(entry) for entry in network.hidden_biases])
    v = np.array([float(row[0]) for row in network.output_weights])
    c = float(network.output_biases[0])

    def integrand(x: float) -> Any:
        z = w * x + b
        active = (z >= 0).astype(float)
        r = c + v @ (z * active) - 2 * x - 1
        return np.concatenate(
            [[r * r, 2 * r], 2 * v * active * x * r, 2 * v * active * r, 2 * z * active * r]
        )

    with np.errstate(divide="ignore", invalid="ignore"):
        kinks = -b / w
    return quad_vec(integrand, 0, 1, points=kinks[(kinks > 0) & (kinks < 1)], epsabs=1e-10)[0]


def timings() -> list[dict[str, Any]]:
    target = parse_target(TARGET, UNIT)
    found: list[dict[str, Any]] = []

    def add(name: str, asked: str, own: float, peer: str = "", other: float | None = None) -> None:
        ratio = None if other is None else round(other / own, 1)
        found.append(
            {"name": name, "asked": asked, "seconds": own, "peer": peer, "peer_seconds": other,
             "ratio": ratio}
        )
        print(name, f"{own:.4g} s", peer, "" if other is None else f"{other:.4g} s", flush=True)

    ten = random_network(10, 1)
    add(
        "classify, width 10, not critical", "5 ms", seconds(lambda: classify(ten, target), 101),
        "sympy, loss and gradient", seconds(lambda: by_sympy(random_network(3, 1)), 1),
    )
    found[-1]["peer"] += " of width 3"
    add("classify, width 10, saddle", "5 ms", seconds(lambda: classify(zigzag(10), target), 21))
    wide = random_network(1000, 2)
    add(
        "classify, width 1000, not critical", "1 s", seconds(lambda: classify(wide, target), 5),
        "SciPy quadrature, floats", seconds(lambda: by_quadrature(wide), 1),
    )
    add(
        "loss and gradient, width 1000", "",
        seconds(lambda: _loss_and_gradient(wide, target), 5),
    )
    add("classify, width 1000, saddle", "1 s", seconds(lambda: classify(zigzag(1000), target), 3))
    rng = random.Random(3)
    data = Dataset.from_rows(
        [[rng.randint(-99, 99), rng.randint(-99, 99)] for _ in range(50)],
        [rng.randint(-99, 99) for _ in range(50)],
    )
    plane = random_network(10, 4, inputs=2)
    add(
        "classify, 50 points, p = 2, width 10", "5 ms",
        seconds(lambda: classify_empirical(plane, data), 21),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "networks.jsonl")
        with path.open("w", encoding="utf-8") as file:
            for seed in range(BATCH):
                file.write(json.dumps(network_to_json(random_network(10, seed))) + "\n")
        command = ["classify", str(path), "--target", TARGET, "--interval", "0", "1"]
        for workers in (1, 2):
            code, _, wall, peak = measured(
                [sys.executable, "-m", "symerm", *command, "--workers", str(workers)]
            )
            assert code == 0, code
            add(f"{BATCH} networks of width 10, {workers} workers", "30 s", wall)
            found[-1]["peak_mib"] = round(peak)
    for activation in ("relu", "leaky", "quadratic"):
        code, _, wall, peak = measured(
            [sys.executable, "-m", "symerm", "cases", "landscape", "--width", "3",
             "--activation", activation]
        )
        assert code == 0, code
        add(f"case table, N = 3, {activation}", "60 s", wall)
        found[-1]["peak_mib"] = round(peak)
    return found


def _loss_and_gradient(network: ShallowNetwork, target: Any) -> object:
    loss = TrueLoss(network, target)
    return loss.value, loss.gradient


def main() -> None:
    write_rows("landscape", timings())


if __name__ == "__main__":
    main()
