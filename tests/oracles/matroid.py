"""Counting by ranks of subsets, and small linear algebra with Fractions.

The number of chambers of a central arrangement is the sum of (-1)^(|B| - rank B) over all sets B
of its hyperplanes (Whitney 1932, Zaslavsky 1975): 2^N ranks and no geometry.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

__all__ = ["count_chambers", "fraction_rank"]


def fraction_rank(rows: Sequence[Sequence[Fraction | int]]) -> int:
    """The rank by Gaussian elimination in plain Fractions."""
    table = [[Fraction(x) for x in row] for row in rows]
    size = 0
    for column in range(len(table[0]) if table else 0):
        pivot = next((i for i in range(size, len(table)) if table[i][column]), None)
        if pivot is None:
            continue
        table[size], table[pivot] = table[pivot], table[size]
        for i in range(size + 1, len(table)):
            factor = table[i][column] / table[size][column]
            table[i] = [x - factor * y for x, y in zip(table[i], table[size], strict=True)]
        size += 1
    return size


def count_chambers(normals: Sequence[Sequence[Fraction | int]]) -> int:
    """The number of chambers of a central arrangement, by Whitney's sum over all subsets."""
    nonzero = [normal for normal in normals if any(normal)]
    return sum(
        (-1) ** (size - fraction_rank(subset))
        for size in range(len(nonzero) + 1)
        for subset in combinations(nonzero, size)
    )
