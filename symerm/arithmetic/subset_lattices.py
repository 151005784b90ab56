"""Subset-sum problems D x = t, x in {0, 1}^n, by lattice reduction: right for many digits.

Reducing the rows (e_j, C d_j) with a large C gives a basis of Z^n whose first vectors are a short
basis B of the lattice { x : D x = 0 }, and whose other images are a basis of the lattice of all
D x (Lenstra, Lenstra, Lovasz 1982).  A solution is x = x_0 + c B with |x - 1/2|^2 = n / 4, and
coordinate c_i is <k_i, x - x_0> with k_i dual to b_i; if u D is the combination of equations
nearest to k_i then <k_i - u D, x> lies in a short interval, and u refutes if no integer fits.
Otherwise all c within the ball are tried (Fincke and Pohst 1985), with balls of reals.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, ctx, fmpq, fmpq_mat, fmpz_mat

from symerm.arithmetic.balls import ball_bounds

__all__ = ["LatticeAnswer", "search_lattice"]

#: Bits of precision per basis vector: each step of Gram and Schmidt loses some.
_BITS_PER_VECTOR = 6


@dataclass(frozen=True)
class LatticeAnswer:
    """What a lattice tells about a subset-sum problem.

    Attributes
    ----------
    subset : tuple of int, or None
        A solution.
    functional : tuple of r Fractions, or None
        A functional for `symerm.arithmetic.subset_sums.refutes` that is likely to refute.
    complete : bool
        Whether every point of the lattice in the ball was tried, so that without a subset there
        is no solution.
    examined : int
        Number of partial points tried.
    """

    subset: tuple[int, ...] | None = None
    functional: tuple[Fraction, ...] | None = None
    complete: bool = False
    examined: int = 0


def search_lattice(
    columns: Sequence[Sequence[int]], target: Sequence[int], *, limit: int
) -> LatticeAnswer:
    """Find a subset of integer vectors with a given sum, or a reason why there is none.

    Parameters
    ----------
    columns : n rows of r integers
        The vectors d_j; they span Q^r.
    target : r integers
    limit : int
        Largest number of partial points to try.

    Examples
    --------
    >>> items = [(31415,), (92653,), (58979,), (32384,), (62643,)]
    >>> search_lattice(items, (31415 + 58979 + 32384,), limit=100).subset
    (0, 2, 3)
    """
    size, count = len(columns), len(target)
    kernel = size - count
    heavy, table = _reduced(columns, kernel)
    transform = fmpz_mat([row[:size] for row in table])
    images = fmpq_mat(fmpz_mat([row[size:] for row in table[kernel:]])) / heavy
    factors = images.transpose().solve(fmpq_mat(fmpz_mat([[entry] for entry in target])))
    for i in range(count):
        if factors[i, 0].q != 1:
            # The target is no integer combination: a dual vector of the images tells.
            unit = fmpq_mat(count, 1, [int(k == i) for k in range(count)])
            return LatticeAnswer(functional=_fractions(images.solve(unit).entries()))
    start = [
        sum(int(factors[i, 0].p) * table[kernel + i][j] for i in range(count))
        for j in range(size)
    ]
    start = _near_centre(table[:kernel], size, start)
    functional = _refuting(transform, columns, start)
    if functional is not None:
        return LatticeAnswer(functional=functional)
    search = _Ball([row[:size] for row in table[:kernel]], start, limit)
    subset = search.run()
    return LatticeAnswer(
        subset=subset, complete=search.examined <= limit, examined=search.examined
    )


def _reduced(columns: Sequence[Sequence[int]], kernel: int) -> tuple[int, list[list[int]]]:
    """C and the reduced rows (x, C D x), those with D x = 0 first."""
    size = len(columns)
    bits = size // 2 + 10
    while True:
        heavy = 2**bits
        rows = [
            [*(int(i == j) for i in range(size)), *(heavy * entry for entry in column)]
            for j, column in enumerate(columns)
        ]
        table = [[int(entry) for entry in row] for row in fmpz_mat(rows).lll().tolist()]
        if not any(any(row[size:]) for row in table[:kernel]):
            return heavy, table
        bits *= 2  # a bound that always suffices would slow down the usual case


def _near_centre(
    kernel: Sequence[Sequence[int]], size: int, start: Sequence[int]
) -> list[int]:
    """A solution over the integers near to (1/2, .., 1/2)."""
    if not kernel:
        return list(start)
    basis = fmpq_mat(fmpz_mat([row[:size] for row in kernel]))
    offset = fmpq_mat(size, 1, [fmpq(2 * x - 1, 2) for x in start])
    shifts = (basis * basis.transpose()).solve(basis * offset)
    result = list(start)
    for i, row in enumerate(kernel):
        shift = int((shifts[i, 0] + fmpq(1, 2)).floor())
        result = [x - shift * b for x, b in zip(result, row, strict=False)]
    return result


def _refuting(
    transform: fmpz_mat, columns: Sequence[Sequence[int]], start: Sequence[int]
) -> tuple[Fraction, ...] | None:
    """Factors u with no integer in the interval of <k_i - u D, x - start>, x in the unit cube."""
    size, count = len(columns), len(columns[0])
    kernel = size - count
    if not kernel:
        return None
    inverse = fmpq_mat(transform).inv()
    duals = fmpq_mat(size, kernel, [inverse[j, i] for j in range(size) for i in range(kernel)])
    matrix = fmpq_mat(fmpz_mat([list(column) for column in columns])).transpose()
    factors = (matrix * matrix.transpose()).solve(matrix * duals)
    rest = duals - matrix.transpose() * factors
    for i in range(kernel):
        weights = [rest[j, i] for j in range(size)]
        base = sum((w * x for w, x in zip(weights, start, strict=True)), fmpq(0))
        low = sum((w for w in weights if w < 0), -base)
        high = sum((w for w in weights if w > 0), -base)
        if low.ceil() > high.floor():
            return _fractions([factors[k, i] for k in range(count)])
    return None


class _Ball:
    """The points x = start + c B with |x - 1/2|^2 <= n / 4, the last coordinate of c first."""

    def __init__(self, basis: Sequence[Sequence[int]], start: Sequence[int], limit: int) -> None:
        self._basis = basis
        self._start = start
        self._limit = limit
        self.examined = 0

    def run(self) -> tuple[int, ...] | None:
        """The first point in {0, 1}^n; None if there is none or more than `limit` are tried."""
        with ctx.workprec(128 + _BITS_PER_VECTOR * len(self._basis)):
            self._orthogonalise()
            return self._descend(len(self._basis) - 1, self._room, list(self._start))

    def _orthogonalise(self) -> None:
        """Gram and Schmidt: squares of the orthogonal parts, coefficients, what start leaves."""
        self._squares: list[arb] = []
        self._orthogonal: list[list[arb]] = []
        for row in self._basis:
            rest = [arb(x) for x in row]
            for square, earlier in zip(self._squares, self._orthogonal, strict=True):
                factor = _dot(row, earlier) / square
                rest = [x - factor * y for x, y in zip(rest, earlier, strict=True)]
            self._orthogonal.append(rest)
            self._squares.append(_dot(rest, rest))
        centre = [arb(2 * x - 1) / 2 for x in self._start]
        for square, earlier in zip(self._squares, self._orthogonal, strict=True):
            factor = _dot(centre, earlier) / square
            centre = [x - factor * y for x, y in zip(centre, earlier, strict=True)]
        self._room = arb(len(centre)) / 4 - _dot(centre, centre)

    def _descend(self, i: int, room: arb, point: list[int]) -> tuple[int, ...] | None:
        if i < 0:
            if all(x in (0, 1) for x in point):
                return tuple(j for j, x in enumerate(point) if x)
            return None
        square, orthogonal = self._squares[i], self._orthogonal[i]
        height = _dot([2 * x - 1 for x in point], orthogonal) / (2 * square)
        highest = ball_bounds(room / square)[1]
        if highest < 0:
            return None
        radius = math.isqrt(math.ceil(highest * 2**40)) + 1  # in units of 2^-20
        low, high = ball_bounds(-height)
        first = math.ceil(low - Fraction(radius, 2**20))
        last = math.floor(high + Fraction(radius, 2**20))
        for step in sorted(range(first, last + 1), key=lambda c: abs(2 * c - low - high)):
            self.examined += 1
            if self.examined > self._limit:
                return None
            moved = [x + step * b for x, b in zip(point, self._basis[i], strict=True)]
            # A product, as the power of a ball around zero is no number.
            left = room - (height + step) * (height + step) * square
            found = self._descend(i - 1, left, moved)
            if found is not None:
                return found
        return None


def _dot(first: Iterable[int | arb], second: Sequence[arb]) -> arb:
    return sum((y * x for x, y in zip(first, second, strict=True)), arb(0))


def _fractions(values: Sequence[fmpq]) -> tuple[Fraction, ...]:
    return tuple(Fraction(int(value.p), int(value.q)) for value in values)
