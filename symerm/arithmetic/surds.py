"""Real numbers p + sqrt(s) and p - sqrt(s) with rational p and s, compared exactly.

A number of a real quadratic field has one such form: sqrt(s) and the rationals are independent
unless s is a square.  Signs of p + sqrt(s) + sqrt(t) with signed roots follow by squaring twice,
so that numbers of different fields are compared too; sums and products need a common field.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, total_ordering
from math import isqrt

from symerm.arithmetic.rationals import format_rational

__all__ = ["Surd", "rational_root", "root_bounds", "signed_root_bounds", "signed_square"]

Number = Fraction | int

#: Squares of smaller numbers are taken out of a root that is printed.
_LARGEST_FACTOR = 100


def rational_root(square: Fraction) -> Fraction | None:
    """The square root of a rational number that is a square of one, else None.

    Examples
    --------
    >>> rational_root(Fraction(9, 4)), rational_root(Fraction(2))
    (Fraction(3, 2), None)
    """
    if square < 0:
        return None
    top, bottom = isqrt(square.numerator), isqrt(square.denominator)
    if top * top != square.numerator or bottom * bottom != square.denominator:
        return None
    return Fraction(top, bottom)


def root_bounds(square: Fraction, width: Fraction) -> tuple[Fraction, Fraction]:
    """Rational bounds of a square root, at most `width` > 0 apart; equal if it is rational.

    Examples
    --------
    >>> low, high = root_bounds(Fraction(2), Fraction(1, 10**6))
    >>> low**2 < 2 < high**2, high - low <= Fraction(1, 10**6)
    (True, True)
    """
    root = rational_root(square)
    if root is not None:
        return root, root
    scale = -(-width.denominator // width.numerator)
    floor = isqrt(square.numerator * scale * scale // square.denominator)
    return Fraction(floor, scale), Fraction(floor + 1, scale)


def signed_root_bounds(square: Fraction, width: Fraction) -> tuple[Fraction, Fraction]:
    """Bounds, at most `width` > 0 apart, of x with x |x| = square.

    Examples
    --------
    >>> signed_root_bounds(Fraction(-4), Fraction(1))
    (Fraction(-2, 1), Fraction(-2, 1))
    """
    low, high = root_bounds(abs(square), width)
    return (low, high) if square >= 0 else (-high, -low)


def signed_square(value: Number) -> Fraction:
    """x |x|: its signed root is x.

    Examples
    --------
    >>> signed_square(-3)
    Fraction(-9, 1)
    """
    exact = Fraction(value)
    return exact * abs(exact)


@total_ordering
@dataclass(frozen=True)
class Surd:
    """The number rational + sign(square) sqrt(|square|).

    Equal numbers have equal fields: a square of a rational is moved to the rational part.

    Parameters
    ----------
    rational : Fraction
    square : Fraction
        The signed square of the irrational part, 0 for a rational number.

    Examples
    --------
    >>> golden = Surd(Fraction(1, 2), Fraction(5, 4))
    >>> golden * golden == golden + 1, Surd(Fraction(1), Fraction(-4)) == -1
    (True, True)
    >>> Surd(Fraction(0), Fraction(2)) < Surd(Fraction(1), Fraction(1, 5)) < Fraction(3, 2)
    True
    """

    rational: Fraction
    square: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        root = rational_root(abs(self.square))
        if root is not None:
            value = self.rational + (root if self.square > 0 else -root)
            object.__setattr__(self, "rational", value)
            object.__setattr__(self, "square", Fraction(0))

    @classmethod
    def root(cls, square: Number) -> Surd:
        """The signed square root: of -4 it is -2.

        Examples
        --------
        >>> Surd.root(2) * Surd.root(8) == 4, Surd.root(-4) == -2
        (True, True)
        """
        return cls(Fraction(0), Fraction(square))

    @property
    def is_rational(self) -> bool:
        """Whether the number is rational."""
        return self.square == 0

    @cached_property
    def sign(self) -> int:
        """-1, 0 or 1."""
        return _sign(self.rational, self.square)

    def __bool__(self) -> bool:
        return bool(self.rational or self.square)

    def bounds(self, width: Fraction) -> tuple[Fraction, Fraction]:
        """Rational bounds at most `width` > 0 apart; equal for a rational number."""
        low, high = signed_root_bounds(self.square, width)
        return self.rational + low, self.rational + high

    def __str__(self) -> str:
        """A formula in which the root holds no square of a small number.

        Examples
        --------
        >>> str(Surd(Fraction(1), Fraction(8))), str(Surd(Fraction(0), Fraction(-9, 8)))
        ('1 + 2*sqrt(2)', '-3*sqrt(2)/4')
        """
        if not self.square:
            return format_rational(self.rational)
        factor = Fraction(1, self.square.denominator)
        radicand = abs(self.square.numerator * self.square.denominator)
        for number in range(2, _LARGEST_FACTOR):
            while radicand % (number * number) == 0:
                radicand //= number * number
                factor *= number
        top = "" if factor.numerator == 1 else f"{factor.numerator}*"
        bottom = "" if factor.denominator == 1 else f"/{factor.denominator}"
        root = f"{top}sqrt({format_rational(Fraction(radicand))}){bottom}"
        if not self.rational:
            return root if self.square > 0 else f"-{root}"
        if self.rational < 0 < self.square:
            return f"{root} - {format_rational(-self.rational)}"
        return f"{format_rational(self.rational)} {'+' if self.square > 0 else '-'} {root}"

    def __float__(self) -> float:
        low, high = self._rough
        return float((low + high) / 2)

    @cached_property
    def _rough(self) -> tuple[Fraction, Fraction]:
        return self.bounds(Fraction(1, 2**60))

    def __neg__(self) -> Surd:
        return Surd(-self.rational, -self.square)

    def __abs__(self) -> Surd:
        return -self if self.sign < 0 else self

    def __add__(self, other: Surd | Number) -> Surd:
        """The sum.

        Raises
        ------
        ArithmeticError
            If the two numbers lie in no common quadratic field.
        """
        other = _surd(other)
        rational = self.rational + other.rational
        if not self.square or not other.square:
            return Surd(rational, self.square or other.square)
        share = 1 + _ratio(other.square, self.square)
        return Surd(rational, self.square * signed_square(share))

    __radd__ = __add__

    def __sub__(self, other: Surd | Number) -> Surd:
        return self + -_surd(other)

    def __rsub__(self, other: Number) -> Surd:
        return -self + other

    def __mul__(self, other: Surd | Number) -> Surd:
        """The product.

        Raises
        ------
        ArithmeticError
            If the two numbers lie in no common quadratic field.
        """
        other = _surd(other)
        if not self.square or not other.square:
            first, second = (other, self) if self.square else (self, other)
            factor = first.rational
            return Surd(factor * second.rational, signed_square(factor) * second.square)
        # (p + x)(r + k x) with x^2 = |square| and k rational.
        k = _ratio(other.square, self.square)
        return Surd(
            self.rational * other.rational + k * abs(self.square),
            signed_square(other.rational + k * self.rational) * self.square,
        )

    __rmul__ = __mul__

    def __truediv__(self, other: Surd | Number) -> Surd:
        """The quotient.

        Raises
        ------
        ZeroDivisionError
            If the divisor is zero.
        ArithmeticError
            If the two numbers lie in no common quadratic field.
        """
        other = _surd(other)
        norm = other.rational**2 - abs(other.square)
        return self * Surd(other.rational, -other.square) * (1 / norm)

    def __rtruediv__(self, other: Number) -> Surd:
        return _surd(other) / self

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (Fraction, int)):
            return self.square == 0 and self.rational == other
        if not isinstance(other, Surd):
            return NotImplemented
        return self.rational == other.rational and self.square == other.square

    def __hash__(self) -> int:
        return hash(self.rational) if not self.square else hash((self.rational, self.square))

    def __lt__(self, other: Surd | Number) -> bool:
        other = _surd(other)
        # Most comparisons are far from equality, and nested intervals are cheap.
        if self._rough[1] < other._rough[0]:
            return True
        if self._rough[0] > other._rough[1]:
            return False
        return _sign(self.rational - other.rational, self.square, -other.square) < 0


def _surd(value: Surd | Number) -> Surd:
    return value if isinstance(value, Surd) else Surd(Fraction(value))


def _ratio(first: Fraction, second: Fraction) -> Fraction:
    """The quotient of two signed roots, which must be rational."""
    quotient = first / second
    root = rational_root(abs(quotient))
    if root is None:
        raise ArithmeticError(f"the roots of {abs(first)} and {abs(second)} lie in no common field")
    return root if quotient > 0 else -root


def _sign(rational: Fraction, first: Fraction, second: Fraction = Fraction(0)) -> int:
    """The sign of p plus two signed roots."""
    if second:
        rest = _sign(rational, first)
        other = 1 if second > 0 else -1
        if rest in (0, other):
            return other
        # Opposite signs: (p + x)^2 = p^2 + x^2 + 2 p x is compared with the other square.
        difference = _sign(
            rational**2 + abs(first) - abs(second), 4 * signed_square(rational) * first
        )
        return rest * difference
    if not first or rational * first > 0:
        return _sign_of(rational + first)
    if not rational:
        return _sign_of(first)
    return _sign_of(signed_square(rational) + first)


def _sign_of(value: Fraction) -> int:
    return (value > 0) - (value < 0)
