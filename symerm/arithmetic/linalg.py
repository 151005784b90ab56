"""Exact linear algebra over the rationals.

Row reduction by Gauss-Jordan elimination decides rank, kernel and solvability: a matrix over Q
has one reduced row echelon form, its pivots give the rank, its free columns a basis of the
kernel.  Elimination runs inside FLINT; what goes in and out are sequences of Fractions.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

from flint import fmpq, fmpq_mat, fmpz_mat

__all__ = ["nullspace", "primitive", "rank", "row_reduce", "solve"]

Number = Fraction | int
Vector = tuple[Fraction, ...]


def primitive(vector: Iterable[Number]) -> tuple[int, ...]:
    """The shortest integer vector on the ray through a rational vector.

    The zero vector stays zero.

    Examples
    --------
    >>> primitive((Fraction(1, 2), Fraction(-1, 3), Fraction(0)))
    (3, -2, 0)
    """
    entries = list(vector)
    scale = math.lcm(*(entry.denominator for entry in entries))
    integers = [entry.numerator * (scale // entry.denominator) for entry in entries]
    divisor = math.gcd(*integers)
    return tuple(entry // divisor for entry in integers) if divisor > 1 else tuple(integers)


def _integer_matrix(rows: Sequence[Sequence[Number]]) -> fmpz_mat:
    """An integer matrix with the same row space: every row is made primitive."""
    return fmpz_mat([list(primitive(row)) for row in rows])


def rank(rows: Sequence[Sequence[Number]]) -> int:
    """The rank of the matrix with these rows (0 for no rows).

    Examples
    --------
    >>> rank([(1, 2), (Fraction(1, 2), 1)])
    1
    """
    if not rows or not rows[0]:
        return 0
    return int(_integer_matrix(rows).rank())


def row_reduce(rows: Sequence[Sequence[Number]]) -> tuple[tuple[Vector, ...], tuple[int, ...]]:
    """The reduced row echelon form without its zero rows, and the pivot columns.

    Two matrices have the same row space if and only if the first results are equal.

    Examples
    --------
    >>> row_reduce([(2, 4, 0), (1, 2, 3)])[1]
    (0, 2)
    """
    if not rows or not rows[0]:
        return (), ()
    reduced, denominator, size = _integer_matrix(rows).rref()
    scale = int(denominator)
    table = [[int(entry) for entry in row] for row in reduced.tolist()[: int(size)]]
    pivots = tuple(next(j for j, entry in enumerate(row) if entry) for row in table)
    return tuple(tuple(Fraction(entry, scale) for entry in row) for row in table), pivots


def nullspace(
    rows: Sequence[Sequence[Number]], *, columns: int | None = None
) -> tuple[Vector, ...]:
    """A basis of { x : M x = 0 }, one vector per free column of the reduced matrix M.

    Parameters
    ----------
    rows : k rows of m numbers
    columns : int, optional
        The number m of unknowns; needed only when there are no rows.

    Raises
    ------
    ValueError
        If there are no rows and `columns` is not given.

    Examples
    --------
    >>> [tuple(map(int, vector)) for vector in nullspace([(1, 1, 0)])]
    [(-1, 1, 0), (0, 0, 1)]
    """
    if columns is None:
        if not rows:
            raise ValueError("give the number of columns of a matrix without rows")
        columns = len(rows[0])
    reduced, pivots = row_reduce(rows)
    basis = []
    for free in range(columns):
        if free in pivots:
            continue
        vector = [Fraction(0)] * columns
        vector[free] = Fraction(1)
        for row, pivot in zip(reduced, pivots, strict=True):
            vector[pivot] = -row[free]
        basis.append(tuple(vector))
    return tuple(basis)


def solve(matrix: Sequence[Sequence[Number]], rhs: Sequence[Number]) -> Vector | None:
    """A solution x of M x = rhs with all free unknowns zero, or None if there is none.

    Parameters
    ----------
    matrix : k rows of m numbers, k >= 1
    rhs : k numbers

    Raises
    ------
    ValueError
        If the matrix has no rows or `rhs` has another length.

    Examples
    --------
    >>> solve([(1, 1), (1, -1)], (3, 1))
    (Fraction(2, 1), Fraction(1, 1))
    >>> solve([(1, 1), (2, 2)], (1, 3)) is None
    True
    """
    if not matrix or len(matrix) != len(rhs):
        raise ValueError(f"{len(matrix)} rows need as many right-hand sides, not {len(rhs)}")
    columns = len(matrix[0])
    if columns and len(matrix) == columns:
        # Square systems are the common case, and FLINT solves them without the full reduction.
        left = fmpq_mat([[fmpq(e.numerator, e.denominator) for e in row] for row in matrix])
        right = fmpq_mat([[fmpq(e.numerator, e.denominator)] for e in rhs])
        try:
            answer = left.solve(right)
        except ZeroDivisionError:
            pass
        else:
            return tuple(
                Fraction(int(entry.p), int(entry.q)) for entry in answer.entries()
            )
    augmented = [(*row, value) for row, value in zip(matrix, rhs, strict=True)]
    reduced, pivots = row_reduce(augmented)
    if columns in pivots:
        return None
    solution = [Fraction(0)] * columns
    for row, pivot in zip(reduced, pivots, strict=True):
        solution[pivot] = row[columns]
    return tuple(solution)
