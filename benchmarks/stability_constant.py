"""How near a search comes to the best constants of inverse stability.

For d inputs, m neurons and D outputs pairs Gamma, G of the restricted set are sought whose ratio
|Phi - Gamma| / |g - R(Gamma)|^(1/2) is large: over all parameters by scipy's Nelder-Mead from
random starts ("free"), and by linear programs for pairs whose kinks nearly coincide ("ordered").
There one neuron of Gamma and one of G have kinks of their own, all others a common one; for every
order of the kinks the sizes of the two are largest subject to sums of jumps of at most 1.  The
searches are in floats and only propose: the ratio of the rounded pair is computed exactly and
compared with the proved constant.

    .venv/bin/python benchmarks/stability_constant.py [--seconds 20] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from fractions import Fraction
from itertools import permutations
from pathlib import Path

import numpy as np
from scipy.optimize import linprog, minimize

from symerm.arithmetic.surds import Surd
from symerm.parametrization.balanced import BalancedNetwork, BalancedNeuron
from symerm.parametrization.nearest import nearest_parametrization
from symerm.parametrization.stability import sharp_constant

RESULTS = Path(__file__).resolve().parent / "results"
SIZES = ((2, 1, 1), (2, 2, 1), (2, 2, 2), (2, 3, 1), (2, 3, 2), (2, 4, 1), (3, 1, 1), (3, 2, 1),
         (3, 3, 1), (3, 3, 2), (4, 3, 1))
#: Sizes are rounded to multiples of this, directions to multiples of its square.
STEP = Fraction(1, 2**10)

Array = np.ndarray


def ratio(weights: tuple[Array, Array], outputs: tuple[Array, Array], points: Array) -> float:
    """The ratio of a pair in floats; eps over the chambers of some points only.

    Parameters
    ----------
    weights : two arrays m x d
    outputs : two arrays m x D
        Balanced with the weights.
    points : array n x d
    """
    parameters = [np.hstack(pair) for pair in zip(weights, outputs, strict=True)]
    gaps = np.abs(parameters[0][:, None] - parameters[1][None]).max(axis=2)
    rows = np.arange(len(gaps))
    distance = min(gaps[rows, list(order)].max() for order in permutations(rows))
    slope = 0
    for sign, a, c in ((1, weights[0], outputs[0]), (-1, weights[1], outputs[1])):
        active = (points @ a.T > 0).astype(float)
        slope = slope + sign * np.einsum("nm,mi,mk->nik", active, c, a)
    eps = np.abs(slope).max()
    return float(distance / np.sqrt(eps)) if eps > 1e-9 else 0.0


def balanced(directions: Array, outputs: Array) -> tuple[Array, Array]:
    """The neurons with |a| = |c| whose outputs are given."""
    sizes = np.abs(outputs).max(axis=1, keepdims=True)
    return directions / np.abs(directions).max(axis=1, keepdims=True) * sizes, outputs


def climb(objective: Callable[[Array], float], start: Array) -> Array:
    """Nelder-Mead, restarted from its own end."""
    for _ in range(3):
        start = minimize(
            lambda z: -objective(z), start, method="Nelder-Mead",
            options={"maxfev": 250 * len(start), "xatol": 1e-7, "fatol": 1e-9, "adaptive": True},
        ).x
    return start


class Free:
    """All parameters of both networks; directions have positive last two entries."""

    def __init__(self, size: tuple[int, int, int], rng: np.random.Generator) -> None:
        self.d, self.m, self.q = size
        self.rng = rng

    def start(self) -> Array:
        return self.rng.normal(size=2 * self.m * (self.d + self.q))

    def parameters(self, z: Array) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
        table = z.reshape(2, self.m, self.d + self.q)
        directions = table[:, :, : self.d].copy()
        directions[:, :, -2:] = np.abs(directions[:, :, -2:]) + 1e-3
        pairs = [balanced(directions[k], table[k, :, self.d :]) for k in (0, 1)]
        return (pairs[0][0], pairs[1][0]), (pairs[0][1], pairs[1][1])

    def points(self, z: Array) -> Array:
        """Points on both sides of every line where d - 1 kinks meet, and random ones."""
        weights, _ = self.parameters(z)
        normals = np.vstack(weights)
        if self.d == 2:
            rays = np.stack([-normals[:, 1], normals[:, 0]], axis=1)
        elif self.d == 3:
            i, k = np.triu_indices(len(normals), 1)
            rays = np.cross(normals[i], normals[k])
        else:
            rays = self.rng.normal(size=(40, self.d))
        rays = rays / (np.linalg.norm(rays, axis=1, keepdims=True) + 1e-12)
        moves = 1e-4 * normals / np.linalg.norm(normals, axis=1, keepdims=True)
        steps = np.vstack([moves, -moves])
        near = (rays[:, None] + steps[None]).reshape(-1, self.d)
        return np.vstack([near, -near])


def exact_ratio(
    weights: tuple[Array, Array], outputs: tuple[Array, Array]
) -> Fraction | None:
    """The squared ratio of the pair rounded to rational parameters, if it is in N*."""
    networks = []
    for a, c in zip(weights, outputs, strict=True):
        neurons = {}
        for row, values in zip(a, c, strict=True):
            size = max(round(abs(float(v)) / STEP) * STEP for v in values)
            if not size:
                continue
            direction = [Fraction(round(float(w / np.abs(row).max()) / STEP**2)) * STEP**2
                         for w in row]
            signed = [Fraction(round(float(v) / STEP)) * STEP / size for v in values]
            if min(direction[-2:]) <= 0:
                return None
            neuron = BalancedNeuron(tuple(direction), tuple(signed), size * size)
            neurons[neuron.direction] = neuron
        found = BalancedNetwork(a.shape[1], c.shape[1], tuple(neurons.values()))
        networks.append(found.padded(len(a)))
    first, second = networks
    nearest = nearest_parametrization(first, second)
    if not nearest.function_distance:
        return None
    squared = nearest.ratio_squared
    # Rational parameters have rational distances.
    assert squared is not None
    assert squared.is_rational
    return squared.rational


def free_search(size: tuple[int, int, int], seconds: float, seed: int) -> Fraction:
    """The largest exact squared ratio found over all parameters in a time."""
    family = Free(size, np.random.default_rng(seed))
    best, proposed = Fraction(0), 0.0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        top = climb(lambda z: ratio(*family.parameters(z), family.points(z)), family.start())
        value = ratio(*family.parameters(top), family.points(top))
        found = exact_ratio(*family.parameters(top)) if value > proposed else None
        if found is not None:
            proposed = max(proposed, min(value, float(found) ** 0.5))
            best = max(best, found)
    return best


def ordered_search(size: tuple[int, int, int]) -> Surd:
    """The largest exact squared ratio of ordered pairs."""
    best = Surd(Fraction(0))
    kinks = size[1] + 1
    for own in permutations(range(kinks), 2):
        for turn in range(1, kinks + 1):
            for share in (Fraction(k, 8) for k in range(1, 17)):
                jumps = ordered_jumps(size[0], kinks, own, turn, float(share))
                if jumps is not None:
                    pair = ordered_pair(size, own, turn, jumps)
                    found = nearest_parametrization(*pair).ratio_squared
                    assert found is not None
                    best = max(best, found)
    return best


def ordered_jumps(
    inputs: int, kinks: int, own: tuple[int, int], turn: int, share: float
) -> list[Fraction] | None:
    """Signed squares along the kinks: the first own one `share`, the second as large as possible.

    Kinks from `turn` on have directions (-1, ..) or, with two inputs, (.., 1): then they count in
    the other column.
    """
    second = [k >= turn for k in range(kinks)]
    rows = []
    for column in ((False,) if inputs > 2 else (False, True)):
        part = [
            (-1.0 if second[k] else 1.0) if inputs > 2 else float(second[k] == column)
            for k in range(kinks)
        ]
        for cut in range(kinks):
            rows.append([x if k <= cut else 0.0 for k, x in enumerate(part)])
            rows.append([x if k > cut else 0.0 for k, x in enumerate(part)])
    table = np.array(rows)
    ends = [(share, share) if k == own[0] else (0, 2) if k == own[1] else (-2, 2)
            for k in range(kinks)]
    found = linprog(
        [-float(k == own[1]) for k in range(kinks)], A_ub=np.vstack([table, -table]),
        b_ub=np.ones(2 * len(table)), bounds=ends,
    )
    if not found.success:
        return None
    return [Fraction(float(x)).limit_denominator(64) for x in found.x]


def ordered_pair(
    size: tuple[int, int, int], own: tuple[int, int], turn: int, jumps: list[Fraction]
) -> tuple[BalancedNetwork, BalancedNetwork]:
    """The pair: Gamma's own neuron and the common ones have c > 0, G's own one has c < 0."""
    inputs, width, outputs = size
    neurons: tuple[list[BalancedNeuron], list[BalancedNeuron]] = ([], [])
    rest = (Fraction(0),) * (outputs - 1)
    for k, jump in enumerate(jumps):
        tilt = Fraction(k + 1 if k < turn else len(jumps) - k, 1000)
        if inputs == 2:
            direction = (Fraction(1), tilt) if k < turn else (tilt, Fraction(1))
        else:
            first = Fraction(1 if k < turn else -1)
            direction = (first, *(Fraction(0),) * (inputs - 3), tilt, tilt)
        squares = (jump, Fraction(0)) if k == own[0] else (
            (Fraction(0), -jump) if k == own[1] else (Fraction(4), 4 - jump)
        )
        for part, square in zip(neurons, squares, strict=True):
            if square:
                sign = Fraction(1 if square > 0 else -1)
                part.append(BalancedNeuron(direction, (sign, *rest), abs(square)))
    first, second = (
        BalancedNetwork(inputs, outputs, tuple(part)).padded(width) for part in neurons
    )
    return first, second


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="for each free search")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    results = []
    lines = [
        "# Best constants of inverse stability: what a search finds", "",
        f"Python {platform.python_version()}, one process, {options.seconds:g} s for each free "
        f"search, seed {options.seed}. All ratios are those of exact networks.", "",
        "| d | m | D | free search | ordered search | proved constant |",
        "| --- | --- | --- | ---: | ---: | --- |",
    ]
    for size in SIZES:
        constant = sharp_constant(*size[:2])
        squares = [Surd(free_search(size, options.seconds, options.seed)), ordered_search(size)]
        if max(squares) > constant * constant:
            raise SystemExit(f"{size}: a pair exceeds the constant: {max(squares)}")
        results.append({
            "d": size[0], "m": size[1], "D": size[2], "constant": str(constant),
            "squared_ratios": [str(square) for square in squares],
        })
        shown = " | ".join(f"{float(square) ** 0.5:.4f}" for square in squares)
        lines.append(
            f"| {size[0]} | {size[1]} | {size[2]} | {shown} | {constant} = {float(constant):.4f} |"
        )
        print(lines[-1], flush=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "stability-constant.md").write_text("\n".join(lines) + "\n", "utf-8")
    (RESULTS / "stability-constant.json").write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
