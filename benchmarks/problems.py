"""The benchmark problems, as plain data and with fixed seeds.

Only the standard library is used, so that peers with an interpreter of their own read the same
problems.  A problem is a dictionary of its name, inputs (n rows of p integers), outputs (n
integers) and width; activation ReLU with both biases throughout.  The loss is the sum of squares.
"""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

__all__ = ["FACTORS", "LARGE", "RANDOM", "problem", "problems"]

#: name -> (seed, p, width, n): ten random integer problems, within reach of the peers.
RANDOM: dict[str, tuple[int, int, int, int]] = {
    "random-p1-d2-n8": (101, 1, 2, 8),
    "random-p1-d2-n15": (102, 1, 2, 15),
    "random-p1-d2-n20": (117, 1, 2, 20),
    "random-p2-d2-n12-a": (104, 2, 2, 12),
    "random-p2-d2-n12-b": (105, 2, 2, 12),
    "random-p1-d3-n10": (106, 1, 3, 10),
    "random-p3-d1-n20": (107, 3, 1, 20),
    "random-p1-d1-n20": (108, 1, 1, 20),
    "random-p2-d1-n20": (109, 2, 1, 20),
    "random-p3-d2-n9": (111, 3, 2, 9),
}

#: The least power of two such that an exact minimiser found by complete enumeration has
#: |<a_j, s_i> + b_j| at most that many times the range of the outputs, with output weights +-1.
FACTORS: dict[str, int] = {
    "random-p1-d2-n8": 16,
    "random-p1-d2-n15": 32,
    "random-p1-d2-n20": 16,
    "random-p2-d2-n12-a": 32,
    "random-p2-d2-n12-b": 16,
    "random-p1-d3-n10": 64,
    "random-p3-d1-n20": 8,
    "random-p1-d1-n20": 1,
    "random-p2-d1-n20": 4,
    "random-p3-d2-n9": 32,
}

#: Larger problems, with a target in seconds for some.
LARGE: dict[str, float | None] = {
    "nile-d1": None,
    "nile-d2": 1.0,
    "nile-d3": 30.0,
    "kinks-p1-d2-n1000": 30.0,
    "noise-p1-d2-n1000": 30.0,
    "planes-p2-d2-n30": 60.0,
    "noise-p2-d2-n30": 60.0,
}

_NILE = Path(__file__).resolve().parent.parent / "symerm" / "problem" / "bundled" / "nile.csv"


def problem(name: str) -> dict[str, Any]:
    """The benchmark problem of a name.

    Examples
    --------
    >>> sorted(problem("random-p1-d1-n20"))
    ['inputs', 'name', 'outputs', 'width']
    """
    if name in RANDOM:
        seed, dimension, width, size = RANDOM[name]
        inputs, outputs = _noise(seed, dimension, size)
    elif name.startswith("nile-d"):
        width = int(name.removeprefix("nile-d"))
        inputs, outputs = _nile()
    elif name == "kinks-p1-d2-n1000":
        # Slopes 1, -2 and 1 with kinks at 300 and 700, and noise of a tenth of the range.
        rng, width = random.Random(201), 2
        inputs = [[s] for s in range(1000)]
        outputs = [
            s - 3 * max(s - 300, 0) + 3 * max(s - 700, 0) + rng.randint(-80, 80)
            for (s,) in inputs
        ]
    elif name == "noise-p1-d2-n1000":
        rng, width = random.Random(202), 2
        inputs = [[s] for s in range(1000)]
        outputs = [rng.randint(-100, 100) for _ in inputs]
    elif name == "planes-p2-d2-n30":
        rng, width = random.Random(203), 2
        inputs = _distinct(rng, 2, 30)
        outputs = [
            3 * max(x + y, 0) - 2 * max(x - 2 * y + 4, 0) + rng.randint(-5, 5) for x, y in inputs
        ]
    elif name == "noise-p2-d2-n30":
        width = 2
        inputs, outputs = _noise(204, 2, 30)
    else:
        raise KeyError(f"there is no benchmark problem {name!r}")
    return {"name": name, "inputs": inputs, "outputs": outputs, "width": width}


def problems(names: list[str] | None = None) -> list[dict[str, Any]]:
    """Several problems by name; by default the ten random ones and the large ones."""
    return [problem(name) for name in (names or [*RANDOM, *LARGE])]


def _distinct(rng: random.Random, dimension: int, size: int) -> list[list[int]]:
    """Distinct integer points in a box, in lexicographic order."""
    radius = 20 if dimension == 1 else 9
    points: set[tuple[int, ...]] = set()
    while len(points) < size:
        points.add(tuple(rng.randint(-radius, radius) for _ in range(dimension)))
    return [list(point) for point in sorted(points)]


def _noise(seed: int, dimension: int, size: int) -> tuple[list[list[int]], list[int]]:
    """Random points with independent random responses: the hardest data for branch and bound."""
    rng = random.Random(seed)
    inputs = _distinct(rng, dimension, size)
    return inputs, [rng.randint(-9, 9) for _ in inputs]


def _nile() -> tuple[list[list[int]], list[int]]:
    with _NILE.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return [[int(row[0])] for row in rows], [int(row[-1]) for row in rows]
