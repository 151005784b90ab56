"""Rational functions of one variable eps over Q, in lowest terms, and what they do near zero.

A function that is not zero is eps^k (c + terms of order eps) with c not 0 for one k, its order at
zero; its sign for small eps > 0 is that of c, and it has a limit if and only if k >= 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq, fmpq_poly

from symerm.arithmetic.linalg import primitive
from symerm.arithmetic.rationals import format_rational

__all__ = ["RationalFunction"]

Number = Fraction | int
_ZERO = Fraction(0)


@dataclass(frozen=True)
class RationalFunction:
    """numerator/denominator in lowest terms; equal functions are equal objects.

    Attributes
    ----------
    numerator, denominator : coefficients of 1, eps, eps^2, .. without zeros at the end
        The lowest coefficient of the denominator that is not zero is 1.  Zero has no numerator.

    Examples
    --------
    >>> f = RationalFunction.of([0, 0, 1], [0, 2, 1])
    >>> str(f), f(Fraction(1, 2)), f.order, f.limit
    ('eps/(2 + eps)', Fraction(1, 5), 1, Fraction(0, 1))
    """

    numerator: tuple[Fraction, ...]
    denominator: tuple[Fraction, ...] = (Fraction(1),)

    @classmethod
    def of(
        cls, numerator: Sequence[Number], denominator: Sequence[Number] = (1,)
    ) -> RationalFunction:
        """The quotient of two polynomials given by their coefficients of 1, eps, ..

        Raises
        ------
        ZeroDivisionError
            If the denominator is zero.
        """
        return cls._reduced(_polynomial(numerator), _polynomial(denominator))

    @classmethod
    def _reduced(cls, top: fmpq_poly, bottom: fmpq_poly) -> RationalFunction:
        if not bottom:
            raise ZeroDivisionError("a rational function with denominator zero")
        common = top.gcd(bottom)
        top, bottom = top // common, bottom // common
        lowest = next(x for x in bottom.coeffs() if x)
        return cls(_coefficients(top / lowest), _coefficients(bottom / lowest))

    def __add__(self, other: RationalFunction) -> RationalFunction:
        top, bottom = self._parts()
        above, below = other._parts()
        return self._reduced(top * below + above * bottom, bottom * below)

    def __mul__(self, other: RationalFunction | Number) -> RationalFunction:
        top, bottom = self._parts()
        if not isinstance(other, RationalFunction):
            return self._reduced(top * fmpq(other.numerator, other.denominator), bottom)
        above, below = other._parts()
        return self._reduced(top * above, bottom * below)

    def __truediv__(self, other: RationalFunction) -> RationalFunction:
        top, bottom = self._parts()
        above, below = other._parts()
        return self._reduced(top * below, bottom * above)

    def _parts(self) -> tuple[fmpq_poly, fmpq_poly]:
        return _polynomial(self.numerator), _polynomial(self.denominator)

    def __bool__(self) -> bool:
        return bool(self.numerator)

    def __call__(self, eps: Fraction) -> Fraction:
        """The value at a rational eps that is not a pole."""
        return _value(self.numerator, eps) / _value(self.denominator, eps)

    @property
    def order(self) -> int:
        """The order at zero, negative for a pole; that of the zero function is 0."""
        return _order(self.numerator) - _order(self.denominator) if self else 0

    @property
    def limit(self) -> Fraction | None:
        """The limit for eps -> 0, None at a pole."""
        if self.order < 0:
            return None
        if not self or self.order:
            return _ZERO
        return self.numerator[_order(self.numerator)]

    @property
    def sign(self) -> int:
        """The sign for all small eps > 0."""
        lowest = next((x for x in self.numerator if x), _ZERO)
        return (lowest > 0) - (lowest < 0)

    def whole_parts(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Numerator and denominator with integer coefficients without a common factor.

        Examples
        --------
        >>> RationalFunction.of([1, Fraction(1, 2)], [3]).whole_parts()
        ((2, 1), (6,))
        """
        whole = primitive([*self.numerator, *self.denominator])
        return whole[: len(self.numerator)], whole[len(self.numerator) :]

    def __str__(self) -> str:
        terms = self.laurent_terms()
        if terms is not None:
            return _sum(terms)
        above, below = (
            _sum([(Fraction(x), k) for k, x in enumerate(part) if x])
            for part in self.whole_parts()
        )
        return f"({above})/({below})" if " " in above or "/" in above else f"{above}/({below})"

    def laurent_terms(self) -> list[tuple[Fraction, int]] | None:
        """Coefficients and powers of eps if the denominator is one power of eps, else None."""
        place = _order(self.denominator)
        if place + 1 < len(self.denominator):
            return None
        return [(x, k - place) for k, x in enumerate(self.numerator) if x]


def _sum(terms: Sequence[tuple[Fraction, int]]) -> str:
    text = ""
    for value, power in terms:
        size, name = format_rational(abs(value)), f"eps^{abs(power)}".removesuffix("^1")
        if power < 0:
            body = f"({size})/{name}" if "/" in size else f"{size}/{name}"
        elif power:
            body = name if size == "1" else f"{size}*{name}"
        else:
            body = size
        sign = "-" if value < 0 else "+"
        text += f" {sign} {body}" if text else (f"-{body}" if sign == "-" else body)
    return text or "0"


def _order(coefficients: Sequence[Fraction]) -> int:
    return next(k for k, x in enumerate(coefficients) if x)


def _value(coefficients: Sequence[Fraction], eps: Fraction) -> Fraction:
    total = _ZERO
    for x in reversed(coefficients):
        total = total * eps + x
    return total


def _polynomial(coefficients: Sequence[Number]) -> fmpq_poly:
    return fmpq_poly([fmpq(x.numerator, x.denominator) for x in coefficients])


def _coefficients(polynomial: fmpq_poly) -> tuple[Fraction, ...]:
    return tuple(Fraction(int(x.p), int(x.q)) for x in polynomial.coeffs())
