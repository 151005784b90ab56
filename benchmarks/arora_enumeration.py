"""The peer: plain enumeration of activation patterns, after Arora et al. (2018), Algorithm 1.

For q = 1 the optimum is the least over all d-tuples of activation patterns and output signs of a
convex quadratic program.  Patterns are the cells of the arrangement { <a, s_i> + b = 0 }, the
columns of a program are the hidden vectors at the extreme rays of the cells, and each program is
a non-negative least-squares problem (scipy.optimize.nnls).  Tuples are taken up to permutation;
nothing is pruned.  All in floats: the number that comes out is a guess with about eight digits,
good enough for timing.  Points in general position are assumed (coincidences within 1e-9).

Reference: R. Arora, A. Basu, P. Mianjy, A. Mukherjee, Understanding deep neural networks with
rectified linear units, ICLR 2018, Theorem 4.1.

Run: python arora_enumeration.py [NAME ...] [--time-limit SECONDS] [--output FILE]
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import resource
import sys
import time
from importlib import metadata
from itertools import combinations, combinations_with_replacement
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from problems import RANDOM, problem
from scipy.optimize import nnls

Array = NDArray[np.float64]


def rays(design: Array) -> Array:
    """Values z at the extreme rays of all cells, one ray per row, opposite rays last.

    A ray is the direction on which p of the points vanish; scaled to greatest entry one.
    """
    size, rank = design.shape
    subsets = np.array(list(combinations(range(size), rank - 1)), dtype=int)
    values = np.linalg.svd(design[subsets])[2][:, -1, :] @ design.T
    values /= np.abs(values).max(axis=1, keepdims=True)
    values[np.abs(values) < 1e-9] = 0.0
    return np.vstack([values, -values])


def cells(values: Array) -> list[NDArray[np.intp]]:
    """For each cell the numbers of its rays, found by adding one point after the other."""
    signs = np.sign(values).astype(np.int8)
    partial: list[tuple[tuple[int, ...], NDArray[np.intp]]] = [((), np.arange(len(values)))]
    for i in range(values.shape[1]):
        grown = []
        for pattern, inside in partial:
            for sign in (1, -1):
                chosen = inside[signs[inside, i] * sign >= 0]
                longer = (*pattern, sign)
                # A full-dimensional cone has, for each point, a ray strictly on its side.
                strict = (signs[chosen, : i + 1] * np.array(longer, dtype=np.int8) > 0).any(axis=0)
                if strict.all():
                    grown.append((longer, chosen))
        partial = grown
    return [inside for _, inside in partial]


def line_cells(size: int) -> list[NDArray[np.intp]]:
    """The 2n cells for p = 1 in closed form; ray i has its zero at point i, ray n + i is minus it.

    A function with its zero between points i and i + 1 is a combination of the two rays with
    zeros there; one of constant sign combines the first ray and the negative of the last.
    """
    found = []
    for i in range(size - 1):
        found += [np.array([i, i + 1]), np.array([size + i, size + i + 1])]
    return [*found, np.array([0, 2 * size - 1]), np.array([size, size - 1])]


def run(name: str, time_limit: float) -> dict[str, Any]:
    """Enumerate one problem; when the time runs out, extrapolate from the tuples done."""
    data = problem(name)
    inputs = np.array(data["inputs"], dtype=float)
    targets = np.array(data["outputs"], dtype=float)
    targets -= targets.mean()
    width, size = data["width"], len(inputs)
    started, processor = time.perf_counter(), time.process_time()
    if inputs.shape[1] == 1:
        # Ray i is s - s_i, for the points in increasing order.
        line = np.sort(inputs[:, 0])
        targets = targets[np.argsort(inputs[:, 0], kind="stable")]
        values = line[None, :] - line[:, None]
        values = np.vstack([values, -values]) / (line[-1] - line[0])
        found = line_cells(size)
    else:
        values = rays(np.column_stack([inputs, np.ones(size)]))
        found = cells(values)
    hidden = np.maximum(values, 0.0)
    hidden = (hidden - hidden.mean(axis=1, keepdims=True)).T
    neurons = [sign * hidden[:, inside] for inside in found for sign in (1.0, -1.0)]
    total = math.comb(len(neurons) + width - 1, width)
    best, done = float(targets @ targets), 0
    for chosen in combinations_with_replacement(neurons, width):
        residual = nnls(np.hstack(chosen), targets)[1]
        best = min(best, residual**2)
        done += 1
        if done % 256 == 0 and time.perf_counter() - started > time_limit:
            break
    seconds = time.perf_counter() - started
    return {
        "name": name,
        "seconds": round(seconds, 3),
        "cpu_seconds": round(time.process_time() - processor, 3),
        "solved": done == total,
        "loss": best,
        "patterns": len(found),
        "programs": total,
        "programs_done": done,
        "estimated_seconds": round(seconds * total / done, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Time plain enumeration of patterns.")
    parser.add_argument("names", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds for each problem")
    parser.add_argument("--output", type=Path, help="write the JSON to a file")
    options = parser.parse_args()
    results = []
    for name in options.names or RANDOM:
        results.append(run(name, options.time_limit))
        last = results[-1]
        print(f"{name}: {last['loss']:.6f} in {last['seconds']:.2f} s", file=sys.stderr, flush=True)
    report = {
        "peer": "plain enumeration of activation patterns (Arora et al. 2018), floats",
        "versions": {
            "scipy": metadata.version("scipy"),
            "numpy": metadata.version("numpy"),
            "python": platform.python_version(),
        },
        "total_seconds": round(sum(result["seconds"] for result in results), 3),
        "total_cpu_seconds": round(sum(result["cpu_seconds"] for result in results), 3),
        "peak_memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "results": results,
    }
    text = json.dumps(report, indent=1) + "\n"
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
