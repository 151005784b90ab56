"""Where a polynomial over Q is negative and where it changes sign on an interval, exactly.

Up to degree two the vertex and the discriminant tell.  Beyond, let q be the product of the
square-free factors of p that have odd multiplicity: p changes sign exactly at the roots of q, and
Sturm's theorem counts them in (a, b] as V(a) - V(b), the variations in sign of the chain q, q',
-(q mod q'), ..  Bisection with these counts leads to a rational point where p is negative.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import isqrt

from flint import fmpq, fmpq_poly, fmpz_poly

from symerm.arithmetic.polynomials import (
    Coefficients,
    derivative,
    evaluate,
    format_polynomial,
)
from symerm.arithmetic.rationals import format_rational
from symerm.errors import InputError

__all__ = ["IntervalSign", "negative_point", "sign_after", "sign_changes"]

#: Longest polynomial that is written out in an error.
_SHORT = 40


@dataclass(frozen=True)
class IntervalSign:
    """The signs that a function takes on an interval.

    Attributes
    ----------
    negative_at, positive_at : Fraction or None
        A point inside a piece where the function is negative, positive; None if it is nowhere.
    """

    negative_at: Fraction | None
    positive_at: Fraction | None

    @property
    def nonnegative(self) -> bool:
        """Whether the function is >= 0 everywhere."""
        return self.negative_at is None

    @property
    def nonpositive(self) -> bool:
        """Whether the function is <= 0 everywhere."""
        return self.positive_at is None


def negative_point(p: Coefficients, lower: Fraction, upper: Fraction) -> Fraction | None:
    """A rational point strictly between two numbers where p is negative, None if there is none.

    Parameters
    ----------
    p : Coefficients
    lower, upper : Fraction
        With lower < upper.

    Examples
    --------
    >>> one = Fraction(1)
    >>> negative_point((one, -2 * one, one), 0 * one, 3 * one) is None
    True
    >>> negative_point((one / 5, -one, one), 0 * one, 3 * one)
    Fraction(1, 2)
    """
    if len(p) > 3:
        return _negative_point_by_sturm(p, lower, upper)
    # On the closed interval the least value is at an end or at the vertex.
    if len(p) == 3:
        vertex = -p[1] / (2 * p[2])
        if lower < vertex < upper and evaluate(p, vertex) < 0:
            return vertex
    for end, other in ((lower, upper), (upper, lower)):
        if evaluate(p, end) < 0:
            point = (end + other) / 2
            while evaluate(p, point) >= 0:
                point = (end + point) / 2
            return point
    return None


def sign_changes(p: Coefficients, lower: Fraction, upper: Fraction) -> tuple[Fraction, ...]:
    """The points strictly between two numbers where p changes sign, ascending.

    Parameters
    ----------
    p : Coefficients
    lower, upper : Fraction
        With lower < upper.

    Raises
    ------
    InputError
        If p changes sign at an irrational point between them.

    Examples
    --------
    >>> one = Fraction(1)
    >>> sign_changes((-one, 0 * one, 4 * one), -one, one)
    (Fraction(-1, 2), Fraction(1, 2))
    >>> sign_changes((-2 * one, 0 * one, one), -one, one)
    ()
    """
    if len(p) < 2:
        roots: list[Fraction] = []
    elif len(p) == 2:
        roots = [-p[0] / p[1]]
    elif len(p) == 3:
        roots = _quadratic_roots(p, lower, upper)
    else:
        roots = _rational_roots(p, lower, upper)
    return tuple(sorted(root for root in roots if lower < root < upper))


def sign_after(p: Coefficients, x: Fraction) -> int:
    """The sign of p just to the right of x.

    Examples
    --------
    >>> sign_after((Fraction(0), Fraction(-1)), Fraction(0))
    -1
    """
    while p:
        value = evaluate(p, x)
        if value:
            return 1 if value > 0 else -1
        p = derivative(p)
    return 0


def _quadratic_roots(p: Coefficients, lower: Fraction, upper: Fraction) -> list[Fraction]:
    c, b, a = p
    discriminant = b * b - 4 * a * c
    if discriminant <= 0:
        return []
    # The numerator and the denominator have no common factor: both must be squares.
    root = Fraction(isqrt(discriminant.numerator), isqrt(discriminant.denominator))
    if root * root == discriminant:
        return [(-b - root) / (2 * a), (-b + root) / (2 * a)]
    vertex = -b / (2 * a)
    ends = [lower, vertex, upper] if lower < vertex < upper else [lower, upper]
    values = [evaluate(p, end) for end in ends]
    if any(u * v < 0 for u, v in pairwise(values)):
        raise _irrational(p, lower, upper)
    return []


def _rational_roots(p: Coefficients, lower: Fraction, upper: Fraction) -> list[Fraction]:
    """The rational roots of odd multiplicity, if no irrational one lies between the ends."""
    roots = []
    rest = fmpz_poly([1])
    for factor, multiplicity in _integral(p).factor()[1]:
        if multiplicity % 2 == 0:
            continue
        if factor.degree() == 1:
            roots.append(-Fraction(int(factor[0]), int(factor[1])))
        else:
            rest *= factor
    if rest.degree() > 0 and _roots_between(_sturm_chain(rest), lower, upper):
        raise _irrational(p, lower, upper)
    return roots


def _negative_point_by_sturm(
    p: Coefficients, lower: Fraction, upper: Fraction
) -> Fraction | None:
    odd = fmpz_poly([1])
    for factor, multiplicity in _integral(p).factor_squarefree()[1]:
        if multiplicity % 2:
            odd *= factor
    chain = _sturm_chain(odd)

    def somewhere(a: Fraction, b: Fraction) -> bool:
        return sign_after(p, a) < 0 or bool(_roots_between(chain, a, b))

    if not somewhere(lower, upper):
        return None
    while True:
        middle = (lower + upper) / 2
        if evaluate(p, middle) < 0:
            return middle
        if somewhere(lower, middle):
            upper = middle
        else:
            lower = middle


def _integral(p: Coefficients) -> fmpz_poly:
    """A positive multiple of p with integer coefficients."""
    return fmpq_poly([fmpq(a.numerator, a.denominator) for a in p]).numer()


def _sturm_chain(q: fmpz_poly) -> list[fmpz_poly]:
    """The chain of a square-free polynomial, each member freed of its positive content."""
    chain = [q, q.derivative()]
    while chain[-1]:
        remainder = (fmpq_poly(chain[-2]) % fmpq_poly(chain[-1])).numer()
        chain.append(-remainder // remainder.content() if remainder else remainder)
    return chain[:-1]


def _roots_between(chain: list[fmpz_poly], lower: Fraction, upper: Fraction) -> int:
    """The number of roots strictly between the ends."""
    at_upper = fmpq(upper.numerator, upper.denominator)
    count = _variations(chain, fmpq(lower.numerator, lower.denominator))
    return count - _variations(chain, at_upper) - (chain[0](at_upper) == 0)


def _variations(chain: list[fmpz_poly], x: fmpq) -> int:
    signs = [value > 0 for value in (member(x) for member in chain) if value != 0]
    return sum(a != b for a, b in pairwise(signs))


def _irrational(p: Coefficients, lower: Fraction, upper: Fraction) -> InputError:
    text = format_polynomial(p)
    if len(text) > _SHORT:
        text = f"a polynomial of degree {len(p) - 1}"
    return InputError(
        f"{text} changes sign at an irrational point between {format_rational(lower)} and "
        f"{format_rational(upper)}; breakpoints must be rational"
    )
