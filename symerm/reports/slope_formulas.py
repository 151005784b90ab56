"""Exact numbers that depend on the slope gamma, as formulas and as decimals.

A quantity is a rational function of gamma, or has the lengths a_k = sqrt(f_k(gamma)) in it.  For
the symbol gamma it is shown factored, as in ``(1 - gamma)^2/12``; for a number gamma it becomes a
rational or a surd such as ``sqrt(10)/10``, and its decimals come from roots in integers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby

from flint import fmpz, fmpz_poly

from symerm.arithmetic.rational_functions import RationalFunction
from symerm.arithmetic.rationals import format_rational

__all__ = [
    "approximate_root",
    "equal_runs",
    "exact_root",
    "factored",
    "quotient",
    "root_formula",
    "rooted_sum",
]

#: Larger radicands keep their square factors: to find these can take for ever.
_FACTORED = 10**18
#: Binary digits of roots behind decimals.
_BITS = 200


def exact_root(value: Fraction) -> Fraction | None:
    """The square root of a non-negative rational if it is rational.

    Examples
    --------
    >>> exact_root(Fraction(9, 16)), exact_root(Fraction(1, 10))
    (Fraction(3, 4), None)
    """
    parts = math.isqrt(value.numerator), math.isqrt(value.denominator)
    root = Fraction(*parts)
    return root if root * root == value else None


def approximate_root(value: Fraction) -> Fraction:
    """A rational within 2^-200 of the square root, relative to the size of the value's parts."""
    exact = exact_root(value)
    if exact is not None:
        return exact
    scaled = value.numerator * value.denominator << 2 * _BITS
    return Fraction(math.isqrt(scaled), value.denominator << _BITS)


def equal_runs(squares: Sequence[RationalFunction]) -> list[tuple[RationalFunction, int]]:
    """The functions with the lengths of their runs: a zigzag has few, however many its pieces.

    Examples
    --------
    >>> [count for _, count in equal_runs([RationalFunction.of([1])] * 3)]
    [3]
    """
    return [(square, len(list(run))) for square, run in groupby(squares)]


def root_formula(square: RationalFunction, slope: Fraction | None) -> str:
    """The square root of a function of gamma, or of its value.

    Examples
    --------
    >>> root_formula(RationalFunction.of([1, 1]), None)
    'sqrt(1 + gamma)'
    >>> root_formula(RationalFunction.of([1, 1]), Fraction(1, 10))
    'sqrt(110)/10'
    """
    factor, radicand = _root(square, slope)
    return _scaled(factor, radicand)


def _root(square: RationalFunction, slope: Fraction | None) -> tuple[Fraction, str]:
    """A rational factor and a radicand, nothing for 1."""
    if slope is None and len(square.numerator) > 1:
        return Fraction(1), _polynomial(square.whole_parts()[0])
    value = square(slope or Fraction(0))
    exact = exact_root(value)
    if exact is not None:
        return exact, ""
    # sqrt(p/q) = sqrt(p q)/q, without square factors.
    radicand, scale = value.numerator * value.denominator, 1
    if radicand < _FACTORED:
        for prime, power in fmpz(radicand).factor():
            scale *= int(prime) ** (power // 2)
            radicand //= int(prime) ** (power // 2 * 2)
    return Fraction(scale, value.denominator), str(fmpz(radicand))


def _scaled(factor: Fraction, radicand: str) -> str:
    if not radicand:
        return format_rational(factor)
    top = f"sqrt({radicand})"
    if factor.numerator != 1:
        top = f"{format_rational(Fraction(factor.numerator))} {top}"
    below = format_rational(Fraction(factor.denominator))
    return top if factor.denominator == 1 else f"{top}/{below}"


def rooted_sum(squares: Sequence[RationalFunction], slope: Fraction | None) -> str:
    """The sum of the square roots, equal ones together.

    Examples
    --------
    >>> one, gamma = RationalFunction.of([1]), RationalFunction.of([0, 1])
    >>> rooted_sum([one, gamma, gamma], None)
    '1 + 2 sqrt(gamma)'
    """
    totals: dict[str, Fraction] = {}
    for square, count in equal_runs(squares):
        factor, radicand = _root(square, slope)
        totals[radicand] = totals.get(radicand, Fraction(0)) + count * factor
    return " + ".join(_scaled(factor, radicand) for radicand, factor in sorted(totals.items()))


def quotient(
    factors: Sequence[str],
    value: RationalFunction | Fraction,
    slope: Fraction | None,
    divisors: Sequence[str] = (),
) -> str:
    """A product of named factors, a number or function of gamma, divided by named divisors.

    Examples
    --------
    >>> square = RationalFunction.of([1, -2, 1], [12])
    >>> quotient(["alpha^2"], square, None, ["W^4"])
    'alpha^2 (1 - gamma)^2/(12 W^4)'
    >>> quotient(["alpha^2"], square, Fraction(1, 3))
    'alpha^2/27'
    """
    if isinstance(value, RationalFunction) and slope is not None:
        value = value(slope)
    if isinstance(value, Fraction):
        value = RationalFunction.of([value])
    above, below = (factored(part) for part in value.whole_parts())
    sign = above.pop(0) if above[0] == "-" else ""
    top = " ".join([part for part in above[:1] if part != "1"] + [*factors, *above[1:]]) or "1"
    bottom = [part for part in below if part != "1"] + [*divisors]
    if not bottom:
        return sign + top
    return f"{sign}{top}/{bottom[0] if len(bottom) == 1 else '(' + ' '.join(bottom) + ')'}"


def factored(coefficients: Sequence[int]) -> list[str]:
    """The factors of an integer polynomial in gamma, a positive number first, a sign before it.

    Examples
    --------
    >>> factored((-2, 4, -2)), factored((1, 1)), factored((0, 3))
    (['-', '2', '(1 - gamma)^2'], ['1', '(1 + gamma)'], ['3', 'gamma'])
    """
    content, factors = fmpz_poly(list(coefficients)).factor()
    number, shown = int(content), []
    for factor, power in factors:
        entries = [int(c) for c in factor.coeffs()]
        lowest = next(c for c in entries if c)
        if lowest < 0:
            entries = [-c for c in entries]
            number *= (-1) ** power
        name = _polynomial(entries)
        body = f"({name})" if " " in name else name
        shown.append(body if power == 1 else f"{body}^{power}")
    return [*(["-"] if number < 0 else []), str(abs(number)), *shown]


def _polynomial(entries: Sequence[int]) -> str:
    text = ""
    for power, c in enumerate(entries):
        if not c:
            continue
        name = ("", "gamma")[power] if power < 2 else f"gamma^{power}"
        size = name if abs(c) == 1 and name else f"{abs(c)} {name}".strip()
        text += f" {'-' if c < 0 else '+'} {size}" if text else f"{'-' if c < 0 else ''}{size}"
    return text or "0"
