"""Problems with several outputs, as plain data and with fixed seeds, standard library only.

Peers with an interpreter of their own read the same problems.  A problem is a dictionary of its
name, inputs (n rows of p integers), outputs (n rows of q integers) and width; activation ReLU
with both biases throughout.  The loss is the sum of squares.
"""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

__all__ = ["PEER", "TARGETS", "problem"]

#: name -> seconds aimed at, None where no time is aimed at.
TARGETS: dict[str, float | None] = {
    "counterexample-3": None,
    "large-gap": 0.3,
    "random-p1-d2-q2-n5": 0.3,
    "random-p1-d2-q2-n20": 1.0,
    "random-p1-d2-q2-n100": 20.0,
    "linnerud-chins": 2.0,
    "random-p1-d3-q2-n8": 20.0,
    "random-p2-d2-q2-n6": 60.0,
    "counterexample-1": 60.0,
}

#: The problems small enough to be given to the peer.
PEER = (
    "counterexample-3", "random-p1-d2-q2-n5", "random-p1-d3-q2-n8", "random-p2-d2-q2-n6",
)

_BUNDLED = Path(__file__).resolve().parent.parent / "symerm" / "problem" / "bundled"


def problem(name: str) -> dict[str, Any]:
    """The problem of a name.

    Examples
    --------
    >>> data = problem("random-p2-d2-q2-n6")
    >>> data["width"], len(data["inputs"]), len(data["inputs"][0]), len(data["outputs"][0])
    (2, 6, 2, 2)
    """
    if name not in TARGETS:
        raise KeyError(f"there is no benchmark problem {name!r}")
    if name.startswith("random-"):
        p, width, q, size = (int(part[1:]) for part in name.split("-")[1:])
        source = random.Random(f"symerm several outputs: {name}")
        points: dict[tuple[int, ...], None] = {}
        while len(points) < size:
            points[tuple(source.randint(-99, 99) for _ in range(p))] = None
        inputs = [list(point) for point in points]
        outputs = [[source.randint(-99, 99) for _ in range(q)] for _ in inputs]
        return {"name": name, "inputs": inputs, "outputs": outputs, "width": width}
    file, columns = name, 2 if name == "counterexample-1" else 1
    if name == "linnerud-chins":
        file = "linnerud"
    with (_BUNDLED / f"{file}.csv").open(newline="", encoding="utf-8") as table:
        rows = [[int(x) for x in row] for row in list(csv.reader(table))[1:]]
    # Linnerud: chin-ups explain weight, waist and pulse.
    split = 3 if file == "linnerud" else columns
    return {
        "name": name, "inputs": [row[:columns] for row in rows],
        "outputs": [row[split:] for row in rows], "width": 2,
    }
