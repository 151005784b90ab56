"""Exact linear systems with a symmetric positive semidefinite matrix.

Normal equations of least squares have a Gram matrix that is singular exactly when the columns
are dependent; the system is then still consistent whenever its right side is one of normal
equations.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import fmpq, fmpq_mat

__all__ = ["solve_semidefinite"]


def solve_semidefinite(
    matrix: Sequence[Sequence[int]], right: Sequence[Fraction]
) -> list[Fraction] | None:
    """A solution x of M x = b with x zero outside a maximal independent set of rows.

    Parameters
    ----------
    matrix : k x k integers, symmetric positive semidefinite
    right : k Fractions

    Returns
    -------
    list of k Fractions, or None if the system has no solution

    Examples
    --------
    >>> solve_semidefinite([[2, 2], [2, 2]], [Fraction(1), Fraction(1)])
    [Fraction(1, 2), Fraction(0, 1)]
    >>> solve_semidefinite([[2, 2], [2, 2]], [Fraction(1), Fraction(2)]) is None
    True
    """
    size = len(matrix)
    if size == 0:
        return []
    augmented = fmpq_mat(size, size + 1)
    for i, row in enumerate(matrix):
        for j, entry in enumerate(row):
            augmented[i, j] = entry
        augmented[i, size] = fmpq(right[i].numerator, right[i].denominator)
    reduced, rank = augmented.rref()
    solution = [Fraction(0)] * size
    column = 0
    for i in range(rank):
        while reduced[i, column] == 0:
            column += 1
        if column == size:
            return None
        value = reduced[i, size]
        solution[column] = Fraction(int(value.p), int(value.q))
    return solution
