"""Training of the strong network beside a plain product of matrices.

One step of gradient descent is one pass over n r features of d inputs.  The peer is the product of
the same points and weights alone, in one thread and in the same blocks, without erf, outputs and
gradient.  Times are wall times, ratios those of processor times: steps use all processors.  Each
case has a process of its own, so that its peak of memory is its own.  The last case is a whole run:
data, steps, checkpoints and profile, without baseline.

Run: python benchmarks/separation.py
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from rows import write_rows

from symerm.separation.erf_features import CACHE_BYTES, Features, multiply
from symerm.separation.runs import separation_run
from symerm.separation.strong_network import ball_indicator, draw_network
from symerm.separation.training import risk_gradient
from symerm.separation.two_spheres import TwoSpheres

#: Samples, width, dimension, bytes of features that are kept.
STEPS = [
    (5_000, 1_000, 5, CACHE_BYTES), (100_000, 10_000, 20, CACHE_BYTES), (100_000, 10_000, 20, 0),
]
RUN = (100_000, 10_000, 20, 20)


def one_step(n: int, r: int, d: int, memory: int) -> dict[str, Any]:
    """Seconds of a step, of the product alone, and the peak of memory."""
    generator = np.random.default_rng(0)
    points = TwoSpheres(d).sample(n, generator)
    network, labels = draw_network(d, r, generator), ball_indicator(points, 1.5)
    features = Features(network.layer, points, memory=memory)
    seconds, busy = timed(lambda: risk_gradient(features, network.output_weights, labels))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    inputs = points.astype(np.float32)
    weights = np.ascontiguousarray(network.hidden_weights.T.astype(np.float32))
    room = np.empty((128, r), dtype=np.float32)

    def product() -> None:
        for k in range(0, n, 128):
            part = inputs[k : k + 128]
            multiply(part, weights, room[: len(part)])

    peer_seconds, peer_busy = timed(product)
    kept = f"{memory / 2**30:g} GiB kept" if memory else "nothing kept"
    return {
        "name": f"one step, n = {n}, r = {r}, d = {d}", "asked": f"{kept}, {shown(peak)}",
        "seconds": seconds, "peer": "NumPy, product only", "peer_seconds": peer_seconds,
        "ratio": round(busy / peer_busy, 2), "cpu_seconds": busy, "peak_bytes": peak,
    }  # fmt: skip


def whole_run(n: int, r: int, d: int, steps: int) -> dict[str, Any]:
    """A run of the command without baseline: data, training, checkpoints, profile."""
    started = time.perf_counter()
    run = separation_run(
        TwoSpheres(d), radius=Fraction(3, 2), width=r, samples=n, steps=steps, baseline=False
    )
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    risk = run.strong.curve[-1].test.risk
    return {
        "name": f"run, n = {n}, r = {r}, d = {d}, {steps} steps",
        "asked": f"risk {risk:.4f} of {run.constant_risk:.4f}, {shown(peak)}",
        "seconds": seconds, "peer": "none", "peer_seconds": None, "ratio": None, "peak_bytes": peak,
    }  # fmt: skip


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """The least wall time of three, and the least processor time."""
    walls, busies = [], []
    for _ in range(3):
        wall, busy = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        busies.append(time.process_time() - busy)
    return min(walls), min(busies)


def shown(size: int) -> str:
    return f"peak {size / 2**30:.2f} GiB"


def main() -> None:
    if len(sys.argv) > 1:
        case = [int(word) for word in sys.argv[2:]]
        print(json.dumps(one_step(*case) if sys.argv[1] == "step" else whole_run(*case)))
        return
    rows = []
    for kind, case in [*(("step", case) for case in STEPS), ("run", RUN)]:
        words = [sys.executable, __file__, kind, *map(str, case)]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        row = json.loads(done.stdout)
        rows.append(row)
        print(row, flush=True)
    write_rows("separation", rows)


if __name__ == "__main__":
    main()
