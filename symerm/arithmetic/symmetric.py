"""Exact linear systems with a symmetric positive semidefinite matrix.

Normal equations of least squares have a Gram matrix that is singular exactly when the columns
are dependent; the system is then still consistent whenever its right side is one of normal
equations.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpz_mat

__all__ = ["solve_semidefinite"]


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
