"""Exact linear systems with a symmetric positive semidefinite matrix, and signs of such matrices.

Normal equations of least squares have a Gram matrix that is singular exactly when the columns
are dependent; the system is then still consistent whenever its right side is one of normal
equations.  A symmetric matrix is positive semidefinite if and only if symmetric elimination with
positive diagonal pivots ends in the zero matrix (Sylvester's law of inertia); the elimination is
Bareiss' fraction-free one, so that all entries are minors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq, fmpz_mat

from symerm.arithmetic.linalg import solve

__all__ = ["Inertia", "inertia", "is_semidefinite", "solve_semidefinite"]


@dataclass(frozen=True)
class Inertia:
    """The numbers of positive, negative and zero eigenvalues of a symmetric matrix A.

    Attributes
    ----------
    positive, negative, zero : int
    direction : tuple of Fractions or None
        A vector x with x^T A x < 0, if there is one.
    """

    positive: int
    negative: int
    zero: int
    direction: tuple[Fraction, ...] | None


def inertia(matrix: Sequence[Sequence[Fraction]]) -> Inertia:
    """The inertia of a symmetric rational matrix, with a direction of negative value.

    Symmetric elimination with diagonal pivots; a remaining block without diagonal entries is
    split by pairs, each of one positive and one negative eigenvalue (Sylvester's law of inertia).

    Examples
    --------
    >>> found = inertia([[Fraction(1), Fraction(2)], [Fraction(2), Fraction(1)]])
    >>> found.positive, found.negative, found.direction
    (1, 1, (Fraction(-2, 1), Fraction(1, 1)))
    """
    size = len(matrix)
    rows = [[fmpq(entry.numerator, entry.denominator) for entry in row] for row in matrix]
    left = list(range(size))
    done: list[int] = []
    signs = [0, 0]
    direction: tuple[Fraction, ...] | None = None

    def record(positions: dict[int, int]) -> None:
        """The vector with these entries, minimising over the eliminated coordinates."""
        nonlocal direction
        if direction is not None:
            return
        vector = [Fraction(0)] * size
        for k, value in positions.items():
            vector[k] = Fraction(value)
        if done:
            block = [[matrix[i][j] for j in done] for i in done]
            right = [
                -sum((matrix[i][k] * value for k, value in positions.items()), Fraction(0))
                for i in done
            ]
            answer = solve(block, right)
            if answer is None:  # pragma: no cover - the pivots are not zero
                raise ArithmeticError("the eliminated block is singular")
            for k, entry in zip(done, answer, strict=True):
                vector[k] = entry
        direction = tuple(vector)

    while left:
        pivot = next((k for k in left if rows[k][k] > 0), None)
        if pivot is None:
            pivot = next((k for k in left if rows[k][k] < 0), None)
        if pivot is not None:
            top = rows[pivot][pivot]
            signs[int(top < 0)] += 1
            if top < 0:
                record({pivot: 1})
            left.remove(pivot)
            head = rows[pivot]
            for i in left:
                if head[i]:
                    factor = head[i] / top
                    row = rows[i]
                    for j in left:
                        if head[j]:
                            row[j] = row[j] - factor * head[j]
            done.append(pivot)
            continue
        pair = next(((i, j) for i in left for j in left if rows[i][j]), None)
        if pair is None:
            break
        i, j = pair
        value = rows[i][j]
        signs[0] += 1
        signs[1] += 1
        record({i: 1, j: -1 if value > 0 else 1})
        left = [k for k in left if k not in pair]
        first, second = rows[i], rows[j]
        for k in left:
            row = rows[k]
            for m in left:
                row[m] = row[m] - (first[k] * second[m] + second[k] * first[m]) / value
        done.extend(pair)
    return Inertia(signs[0], signs[1], len(left), direction)


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
