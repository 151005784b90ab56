"""Assignments of least sum with a proof of optimality.

A perfect matching of m rows with m columns is optimal exactly if no cyclic exchange lowers its
sum, that is if the graph of exchanges has no negative cycle (Klein 1967).  Its shortest paths then
are dual potentials: u_i + v_k <= c_ik for all pairs, with equality on the matching, so that no
matching has a sum below that of all potentials.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["LeastSum", "least_sum_assignment"]


@dataclass(frozen=True)
class LeastSum:
    """An optimal matching.

    Attributes
    ----------
    columns : tuple of m int
        Row i is matched with columns[i].
    total : Fraction
        The sum of the costs of the matching.
    row_potentials, column_potentials : tuples of m Fractions
        u and v: u_i + v_k <= c_ik, and the sum of all is the total.
    """

    columns: tuple[int, ...]
    total: Fraction
    row_potentials: tuple[Fraction, ...]
    column_potentials: tuple[Fraction, ...]


def least_sum_assignment(costs: Sequence[Sequence[Fraction]]) -> LeastSum:
    """A matching of least sum, exactly; floats only propose where to begin.

    Parameters
    ----------
    costs : m >= 1 rows of m Fractions

    Examples
    --------
    >>> found = least_sum_assignment([[Fraction(x) for x in row] for row in ((1, 2), (1, 4))])
    >>> found.columns, str(found.total)
    ((1, 0), '3')
    """
    columns = _proposal(costs)
    while True:
        distances, cycle = _shortest(costs, columns)
        if not cycle:
            break
        # Each row of the cycle takes the column of the next one.
        taken = [columns[row] for row in (*cycle[1:], cycle[0])]
        for row, column in zip(cycle, taken, strict=True):
            columns[row] = column
    matched = [costs[i][k] for i, k in enumerate(columns)]
    by_column = dict(zip(columns, distances, strict=True))
    return LeastSum(
        tuple(columns),
        sum(matched, Fraction(0)),
        tuple(cost - distance for cost, distance in zip(matched, distances, strict=True)),
        tuple(by_column[k] for k in range(len(columns))),
    )


def _proposal(costs: Sequence[Sequence[Fraction]]) -> list[int]:
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    # Relative to the largest cost: floats cannot hold every rational.
    top = max(max(row) for row in costs) or Fraction(1)
    table = np.array([[float(cost / top) for cost in row] for row in costs])
    return [int(k) for k in linear_sum_assignment(table)[1]]


def _shortest(
    costs: Sequence[Sequence[Fraction]], columns: list[int]
) -> tuple[list[Fraction], list[int]]:
    """Lengths of shortest paths in the graph of exchanges, or a negative cycle of rows.

    The arrow from i to k has the length c_i,columns[k] - c_i,columns[i]: row i takes the column
    of row k.
    """
    size = len(columns)
    lengths = [Fraction(0)] * size
    before = [0] * size
    changed = None
    for _ in range(size + 1):
        changed = None
        for i in range(size):
            base = lengths[i] - costs[i][columns[i]]
            for k in range(size):
                if k != i and base + costs[i][columns[k]] < lengths[k]:
                    lengths[k] = base + costs[i][columns[k]]
                    before[k] = i
                    changed = k
        if changed is None:
            return lengths, []
    # A change after as many rounds stems from a cycle, which going back often enough enters.
    row = changed or 0
    for _ in range(size):
        row = before[row]
    cycle = [row]
    while before[cycle[-1]] != row:
        cycle.append(before[cycle[-1]])
    return lengths, cycle[::-1]
