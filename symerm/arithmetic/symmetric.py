"""Exact linear systems with a symmetric positive semidefinite matrix, and the test for such.

Normal equations of least squares have a Gram matrix that is singular exactly when the columns
are dependent; the system is then still consistent whenever its right side is one of normal
equations.  A symmetric matrix is positive semidefinite if and only if symmetric elimination with
positive diagonal pivots ends in the zero matrix (Sylvester's law of inertia); the elimination is
Bareiss' fraction-free one, so that all entries are minors.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpz_mat

__all__ = ["is_semidefinite", "solve_semidefinite"]


def is_semidefinite(matrix: Sequence[Sequence[int]]) -> bool:
    """Whether a symmetric integer matrix is positive semidefinite.

    Examples
    --------
    >>> is_semidefinite([[1, 2], [2, 4]]), is_semidefinite([[0, 1], [1, 5]])
    (True, False)
    """
    rows = [list(row) for row in matrix]
    previous = 1
    while rows:
        if any(row[k] < 0 for k, row in enumerate(rows)):
            return False
        pivot = next((k for k, row in enumerate(rows) if row[k]), None)
        if pivot is None:
            return not any(map(any, rows))
        head, top = rows[pivot], rows[pivot][pivot]
        rest = [k for k in range(len(rows)) if k != pivot]
        rows = [
            [(top * rows[i][j] - head[i] * head[j]) // previous for j in rest] for i in rest
        ]
        previous = top
    return True


def solve_semidefinite(
    matrix: Sequence[Sequence[int]], right: Sequence[int]
) -> tuple[list[int], int] | None:
    """A solution x of M x = b with x zero outside a maximal independent set of rows.

    Parameters
    ----------
    matrix : k x k integers, symmetric positive semidefinite
    right : k integers

    Returns
    -------
    (numerators, denominator) with x_i = numerators[i] / denominator and a positive denominator,
    or None if the system has no solution

    Examples
    --------
    >>> solve_semidefinite([[2, 2], [2, 2]], [1, 1])
    ([1, 0], 2)
    >>> solve_semidefinite([[2, 2], [2, 2]], [1, 2]) is None
    True
    """
    size = len(matrix)
    if size == 0:
        return [], 1
    augmented = fmpz_mat([[*row, entry] for row, entry in zip(matrix, right, strict=True)])
    reduced, scale, rank = augmented.rref()
    denominator = int(scale)
    sign = 1 if denominator > 0 else -1
    numerators = [0] * size
    column = 0
    for i in range(rank):
        while reduced[i, column] == 0:
            column += 1
        if column == size:
            return None
        numerators[column] = sign * int(reduced[i, size])
    return numerators, sign * denominator
