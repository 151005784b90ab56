"""Bottleneck assignment with a proof of optimality.

A perfect matching of m rows with m columns whose largest cost is least.  The bottleneck is the
least value for which the pairs of at most that cost contain a perfect matching.  By the theorem of
Koenig and Hall none exists for smaller values exactly if there are rows A and columns B with
|A| + |B| = m + 1 whose mutual costs are all at least the bottleneck: this pair is the proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Assignment", "bottleneck_assignment"]


@dataclass(frozen=True)
class Assignment:
    """An optimal matching.

    Attributes
    ----------
    columns : tuple of m int
        Row i is matched with columns[i].
    bottleneck : cost
        The largest cost of a matched pair.
    rows_apart, columns_apart : tuples of int
        A and B: m + 1 in number together, all their mutual costs are at least the bottleneck.
    """

    columns: tuple[int, ...]
    bottleneck: Any
    rows_apart: tuple[int, ...]
    columns_apart: tuple[int, ...]


def bottleneck_assignment(costs: Sequence[Sequence[Any]]) -> Assignment:
    """A matching of least largest cost.

    Among these the sum of the costs is small; that part is not exact.

    Parameters
    ----------
    costs : m >= 1 rows of m numbers
        Of any ordered type that converts to float, such as Fraction or Surd.

    Examples
    --------
    >>> found = bottleneck_assignment([[1, 5, 6], [2, 9, 9], [0, 7, 8]])
    >>> found.columns, found.bottleneck
    ((2, 0, 1), 7)
    >>> found.rows_apart, found.columns_apart
    ((1, 2), (1, 2))
    """
    size = len(costs)
    levels = sorted({cost for row in costs for cost in row})
    low, high = 0, len(levels) - 1
    while low < high:
        middle = (low + high) // 2
        if len(_matching(costs, levels[middle])) == size:
            high = middle
        else:
            low = middle + 1
    bottleneck = levels[low]
    matching = _matching(costs, bottleneck)
    columns = _cheapest(costs, bottleneck)
    if columns is None:
        columns = tuple(row for _, row in sorted((row, column) for column, row in matching.items()))
    below = levels[low - 1] if low else None
    return Assignment(columns, bottleneck, *_apart(costs, below))


def _matching(costs: Sequence[Sequence[Any]], level: Any) -> dict[int, int]:
    """A largest matching of pairs of at most a cost, as column -> row; empty without a level."""
    matched: dict[int, int] = {}
    if level is None:
        return matched

    def augment(row: int, seen: set[int]) -> bool:
        for column, cost in enumerate(costs[row]):
            if column not in seen and cost <= level:
                seen.add(column)
                if column not in matched or augment(matched[column], seen):
                    matched[column] = row
                    return True
        return False

    for row in range(len(costs)):
        augment(row, set())
    return matched


def _apart(
    costs: Sequence[Sequence[Any]], below: Any
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Rows and columns, m + 1 together, without a pair of at most the cost `below`."""
    size = len(costs)
    matched = _matching(costs, below)
    # Rows that alternating paths reach from one row that is left over.
    reached = {next(row for row in range(size) if row not in matched.values())}
    columns: set[int] = set()
    fresh = set(reached)
    while fresh:
        near = {
            column
            for row in fresh
            for column in range(size)
            if below is not None and costs[row][column] <= below
        } - columns
        columns |= near
        fresh = {matched[column] for column in near} - reached
        reached |= fresh
    # These have one column less than rows within reach, so the rest counts m + 1 with the rows.
    return tuple(sorted(reached)), tuple(c for c in range(size) if c not in columns)


def _cheapest(costs: Sequence[Sequence[Any]], bottleneck: Any) -> tuple[int, ...] | None:
    """A matching within the bottleneck of least sum, as floats see it."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    size = len(costs)
    table = np.array([[float(cost) for cost in row] for row in costs])
    top = float(table.max()) or 1.0
    for i in range(size):
        for k in range(size):
            if costs[i][k] > bottleneck:
                table[i, k] = top * (size + 1)
    if not np.isfinite(table).all():
        return None
    _, columns = linear_sum_assignment(table)
    found = tuple(map(int, columns))
    allowed = all(costs[i][k] <= bottleneck for i, k in enumerate(found))
    return found if allowed else None
