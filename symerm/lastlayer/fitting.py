"""Least squares for the last layer: exact rank, distance to the range, minimum-norm solution.

For Phi in Q^(n x m) and y in Q^n the best loss is |y - P y|^2, P the projection onto the range of
Phi, and r = y - P y proves it: Phi^T r = 0 and <r, y> = |r|^2.  The shortest a with Phi a = P y
lies in the row space of Phi.  The rank modulo a prime is a lower bound; that it is the rank is
proved by writing all rows as combinations of as many of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any

from flint import fmpq, fmpq_mat, fmpz_mat, nmod_mat

from symerm.arithmetic.flint_rationals import to_flint
from symerm.arithmetic.rationals import common_denominator
from symerm.errors import InputError

__all__ = ["ColumnFit", "LastLayerFit", "fit_last_layer"]

Vector = tuple[Fraction, ...]
Rows = Sequence[Sequence[Fraction | int]]

#: Primes just below 2^63; a rank that drops modulo all of them is not met in practice.
_PRIMES = (2**63 - 25, 2**63 - 165, 2**63 - 259, 2**63 - 301)


@dataclass(frozen=True)
class ColumnFit:
    """The best last layer for one response vector y.

    Attributes
    ----------
    loss : Fraction
        The squared distance of y to the range of the features; 0 if y is fitted.
    residual : n Fractions
        y - P y: orthogonal to all features, which proves the loss.
    weights : m Fractions
        The shortest weights among those with the least loss.
    least_width : int or None
        How many of the first features suffice for the fit; None if y is not fitted.
    """

    loss: Fraction
    residual: Vector
    weights: Vector
    least_width: int | None

    @property
    def fits(self) -> bool:
        """Whether the response is fitted exactly."""
        return self.loss == 0


@dataclass(frozen=True)
class LastLayerFit:
    """What the last layer can do on given features.

    Attributes
    ----------
    size, width : int
        Shape n, m of the feature matrix.
    rank : int
        Exact rank of the feature matrix.
    columns : tuple of ColumnFit
        One for each output.
    """

    size: int
    width: int
    rank: int
    columns: tuple[ColumnFit, ...]

    @property
    def fits_all_responses(self) -> bool:
        """Whether every response in R^n can be fitted: the rank is n."""
        return self.rank == self.size

    @property
    def fits(self) -> bool:
        """Whether the given responses are fitted."""
        return all(column.fits for column in self.columns)

    @property
    def loss(self) -> Fraction:
        """The sum of the losses of all outputs."""
        return sum((column.loss for column in self.columns), Fraction(0))


def fit_last_layer(features: Rows, responses: Rows) -> LastLayerFit:
    """The exact least-squares solution of least norm for every output.

    Parameters
    ----------
    features : n rows of m numbers, m >= 1
    responses : n rows of q numbers

    Raises
    ------
    InputError
        If there are not as many responses as rows of features.

    Examples
    --------
    >>> fit = fit_last_layer([(1, 1), (2, 2)], [(1,), (1,)])
    >>> fit.rank, fit.columns[0].loss, fit.columns[0].weights
    (1, Fraction(1, 5), (Fraction(3, 10), Fraction(3, 10)))
    >>> fit.columns[0].residual
    (Fraction(2, 5), Fraction(-1, 5))
    """
    if not features or len(features) != len(responses):
        raise InputError(f"{len(features)} rows of features but {len(responses)} responses")
    scale = common_denominator(Fraction(x) for row in features for x in row)
    matrix = fmpz_mat([[int(x * scale) for x in row] for row in features])
    rows, columns = _pivots(matrix)
    size, width, rank = matrix.nrows(), matrix.ncols(), len(rows)
    wanted = fmpq_mat([[to_flint(x) for x in row] for row in responses])
    if rank == 0:
        coordinates, projected = None, fmpq_mat(size, wanted.ncols())
        weights = fmpq_mat(width, wanted.ncols())
    else:
        table = matrix.tolist()
        basis = fmpz_mat([[row[j] for j in columns] for row in table])
        if rank == size:
            # Nothing to project: a square system, smaller numbers than the normal equations.
            projected = wanted
            coordinates = _solve(basis, wanted)
        else:
            turned = basis.transpose()
            coordinates = _solve(turned * basis, fmpq_mat(turned) * wanted)
            projected = fmpq_mat(basis) * coordinates
        short = fmpz_mat([table[i] for i in rows])
        chosen = projected.tolist()
        inner = _solve(short * short.transpose(), fmpq_mat([chosen[i] for i in rows]))
        weights = fmpq_mat(short.transpose()) * inner * fmpq(scale)
    rest = wanted - projected
    return LastLayerFit(
        size,
        width,
        rank,
        tuple(
            _column(
                k, wanted, rest, weights,
                [] if coordinates is None else [row[k] for row in coordinates.tolist()], columns,
            )
            for k in range(wanted.ncols())
        ),
    )


def _column(
    k: int,
    wanted: fmpq_mat,
    rest: fmpq_mat,
    weights: fmpq_mat,
    coordinates: list[fmpq],
    columns: list[int],
) -> ColumnFit:
    residual = _vector(rest, k)
    loss = sum((r * y for r, y in zip(residual, _vector(wanted, k), strict=True)), Fraction(0))
    # The pivot columns are chosen from the left: those before j span all columns before j.
    used = [j + 1 for value, j in zip(coordinates, columns, strict=False) if value != 0]
    return ColumnFit(
        loss, residual, _vector(weights, k), max(used, default=0) if loss == 0 else None
    )


def _vector(matrix: fmpq_mat, k: int) -> Vector:
    return tuple(
        Fraction(int(row[k].p), int(row[k].q)) for row in matrix.tolist()
    )


def _pivots(matrix: fmpz_mat) -> tuple[list[int], list[int]]:
    """Rows that span all rows, and the columns that are no combination of those before them."""
    full = min(matrix.nrows(), matrix.ncols())
    for prime in _PRIMES:
        columns = _pivot_columns(matrix, prime)
        rows = _pivot_columns(matrix.transpose(), prime)
        if (len(rows) == full or _spanned(matrix, rows, columns)) and _leftmost(
            matrix, rows, columns
        ):
            return rows, columns
    raise ArithmeticError("the rank drops modulo all primes that were tried")


def _leftmost(matrix: fmpz_mat, rows: list[int], columns: list[int]) -> bool:
    """Whether each column that was passed over is a combination of chosen ones before it."""
    passed = [j for j in range(max(columns, default=0)) if j not in set(columns)]
    if not passed:
        return True
    table = [matrix.tolist()[i] for i in rows]
    minor = fmpz_mat([[row[j] for j in columns] for row in table])
    factors = _solve(minor, fmpq_mat([[fmpq(row[j]) for j in passed] for row in table])).tolist()
    return all(
        factors[k][p] == 0
        for p, j in enumerate(passed)
        for k, column in enumerate(columns)
        if column > j
    )


def _pivot_columns(matrix: fmpz_mat, prime: int) -> list[int]:
    reduced, rank = nmod_mat(matrix, prime).rref()
    table = reduced.tolist()
    return [
        next(j for j, entry in enumerate(row) if int(entry)) for row in islice(table, int(rank))
    ]


def _spanned(matrix: fmpz_mat, rows: list[int], columns: list[int]) -> bool:
    """Whether all rows are combinations of the chosen ones."""
    if not rows:
        return not any(matrix.entries())
    table = matrix.tolist()
    others = [i for i in range(matrix.nrows()) if i not in set(rows)]
    minor = fmpz_mat([[table[i][j] for j in columns] for i in rows])
    given = fmpq_mat([[fmpq(table[i][j]) for i in others] for j in columns])
    factors = _solve(minor.transpose(), given)
    chosen = fmpq_mat([[fmpq(x) for x in table[i]] for i in rows])
    left = factors.transpose() * chosen
    return bool(left == fmpq_mat([[fmpq(x) for x in table[i]] for i in others]))


def _solve(matrix: fmpz_mat, right: fmpq_mat) -> fmpq_mat:
    numerators, denominator = right.numer_denom()
    solution: Any = matrix.solve(numerators)
    return fmpq_mat(solution * fmpq(1, denominator))
