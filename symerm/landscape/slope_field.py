"""Rational functions of the slope gamma of max(z, gamma z), exact for all gamma in (0, 1) at once.

A polynomial of degree d is positive on (0, 1) if its Bernstein coefficients, those of
(1 + t)^d p(t/(1 + t)), are not negative and not all zero.  Elimination over Q(gamma) that pivots
only on entries with such a sign holds for each gamma in (0, 1), not just for a generic one.
Piece lengths are square roots of such functions; their sums multiply by sqrt(f) sqrt(f) = f.
For the ReLU all functions are constants, and the same code is arithmetic in Q.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb

from flint import fmpq, fmpq_poly, fmpz

from symerm.arithmetic.rational_functions import RationalFunction

__all__ = [
    "GAMMA",
    "ONE",
    "ZERO",
    "RootSum",
    "minus",
    "primitive_vector",
    "row_reduce_functions",
    "sign_for_slopes",
]

ZERO = RationalFunction.of([])
ONE = RationalFunction.of([1])
#: The slope as a symbol; its values are those in (0, 1).
GAMMA = RationalFunction.of([0, 1])

Row = Sequence[RationalFunction]


def minus(left: RationalFunction, right: RationalFunction) -> RationalFunction:
    """The difference left - right."""
    return left + right * -1


def sign_for_slopes(function: RationalFunction) -> int:
    """The sign of a function that has the same sign for all gamma in (0, 1).

    Raises
    ------
    ArithmeticError
        If the Bernstein coefficients have both signs, so that the sign may change.

    Examples
    --------
    >>> sign_for_slopes(minus(GAMMA, ONE)), sign_for_slopes(ZERO)
    (-1, 0)
    """
    return _polynomial_sign(function.numerator) * _polynomial_sign(function.denominator)


def _polynomial_sign(coefficients: Sequence[Fraction]) -> int:
    degree = len(coefficients) - 1
    bernstein = [
        sum(
            (c * comb(degree - k, i - k) for k, c in enumerate(coefficients[: i + 1])),
            Fraction(0),
        )
        for i in range(degree + 1)
    ]
    signs = {(x > 0) - (x < 0) for x in bernstein} - {0}
    if len(signs) > 1:
        raise ArithmeticError(f"the sign of the polynomial {coefficients} may change on (0, 1)")
    return signs.pop() if signs else 0


def row_reduce_functions(
    rows: Sequence[Row],
) -> tuple[tuple[tuple[RationalFunction, ...], ...], tuple[int, ...]]:
    """The reduced row echelon form over Q(gamma) without its zero rows, and the pivot columns.

    It is that of the matrix at every gamma in (0, 1).

    Raises
    ------
    ArithmeticError
        If a column has entries, none of which is known to vanish nowhere.

    Examples
    --------
    >>> rows, pivots = row_reduce_functions([(GAMMA, ONE), (ONE, GAMMA)])
    >>> pivots, [str(entry) for entry in rows[1]]
    ((0, 1), ['0', '1'])
    """
    table = [list(row) for row in rows]
    pivots: list[int] = []
    for column in range(len(table[0]) if table else 0):
        start = len(pivots)
        candidates = [i for i in range(start, len(table)) if table[i][column]]
        if not candidates:
            continue
        chosen = next((i for i in candidates if _vanishes_nowhere(table[i][column])), None)
        if chosen is None:
            raise ArithmeticError("elimination needs a pivot that vanishes for no slope in (0, 1)")
        table[start], table[chosen] = table[chosen], table[start]
        pivot = table[start][column]
        table[start] = [entry / pivot for entry in table[start]]
        for i, row in enumerate(table):
            if i != start and row[column]:
                factor = row[column]
                table[i] = [
                    minus(entry, factor * lead)
                    for entry, lead in zip(row, table[start], strict=True)
                ]
        pivots.append(column)
    return tuple(tuple(row) for row in table[: len(pivots)]), tuple(pivots)


def _vanishes_nowhere(function: RationalFunction) -> bool:
    try:
        return sign_for_slopes(function) != 0
    except ArithmeticError:
        return False


def primitive_vector(vector: Row) -> tuple[RationalFunction, ...]:
    """The multiple of a vector whose entries are integer polynomials without a common factor.

    The sign is that of the vector.

    Examples
    --------
    >>> half = RationalFunction.of([Fraction(1, 2)])
    >>> [str(entry) for entry in primitive_vector((half, half * GAMMA))]
    ['1', 'eps']
    """
    entries = [
        tuple(
            fmpq_poly([fmpq(c.numerator, c.denominator) for c in part])
            for part in (entry.numerator, entry.denominator)
        )
        for entry in vector
    ]
    scale = fmpq_poly([1])
    for _, bottom in entries:
        scale = scale * bottom / scale.gcd(bottom)
    whole = [top * (scale / bottom) for top, bottom in entries]
    common = fmpq_poly([])
    for polynomial in whole:
        common = common.gcd(polynomial)
    if not common:
        return tuple(vector)
    whole = [polynomial / common for polynomial in whole]
    content, divisor = fmpz(1), fmpz(0)
    for polynomial in whole:
        content = content.lcm(polynomial.denom())
    for polynomial in whole:
        for c in (polynomial * content).numer().coeffs():
            divisor = divisor.gcd(c)
    # The denominators start with 1 at zero; a scale may still have turned the sign.
    turn = _polynomial_sign(_fractions(scale)) * _polynomial_sign(_fractions(common))
    factor = fmpq(content, divisor) * turn
    return tuple(RationalFunction.of(_fractions(polynomial * factor)) for polynomial in whole)


def _fractions(polynomial: fmpq_poly) -> list[Fraction]:
    return [Fraction(int(c.p), int(c.q)) for c in polynomial.coeffs()]


@dataclass(frozen=True)
class RootSum:
    """A sum of products of square roots of functions, with coefficients in Q(gamma).

    Attributes
    ----------
    terms : frozenset of (frozenset of radicands, coefficient)
        No coefficient is zero.  Equal terms mean equal values for every gamma; the converse
        holds if no product of radicands is a square.

    Examples
    --------
    >>> root = RootSum.root(GAMMA)
    >>> (root * root).terms == RootSum.of(GAMMA).terms
    True
    """

    terms: frozenset[tuple[frozenset[RationalFunction], RationalFunction]]

    @classmethod
    def of(cls, value: RationalFunction) -> RootSum:
        """A function without roots."""
        return cls(frozenset({(frozenset(), value)}) if value else frozenset())

    @classmethod
    def root(cls, radicand: RationalFunction) -> RootSum:
        """The square root of a positive function."""
        if radicand == ONE:
            return cls.of(ONE)
        return cls(frozenset({(frozenset({radicand}), ONE)}))

    @classmethod
    def _collected(
        cls, terms: Iterable[tuple[frozenset[RationalFunction], RationalFunction]]
    ) -> RootSum:
        found: dict[frozenset[RationalFunction], RationalFunction] = {}
        for roots, coefficient in terms:
            found[roots] = found.get(roots, ZERO) + coefficient
        return cls(frozenset((roots, value) for roots, value in found.items() if value))

    def __add__(self, other: RootSum) -> RootSum:
        return self._collected([*self.terms, *other.terms])

    def __mul__(self, other: RootSum | RationalFunction) -> RootSum:
        if isinstance(other, RationalFunction):
            return self * RootSum.of(other)
        products = []
        for roots, coefficient in self.terms:
            for others, factor in other.terms:
                value = coefficient * factor
                for radicand in roots & others:
                    value = value * radicand
                products.append((roots ^ others, value))
        return self._collected(products)
