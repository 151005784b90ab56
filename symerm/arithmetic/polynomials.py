"""Polynomials of one variable over Q as tuples of coefficients.

(c_0, .., c_d) with c_d != 0 stands for c_0 + c_1 x + .. + c_d x^d, and () for zero, so that equal
polynomials are equal tuples.  The degrees that occur are small, and plain Fractions serve.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import zip_longest

from symerm.arithmetic.rationals import format_rational

__all__ = [
    "Coefficients",
    "add",
    "antiderivative",
    "derivative",
    "evaluate",
    "format_polynomial",
    "multiply",
    "scale",
    "trim",
]

#: Coefficients of 1, x, x^2, .. without zeros at the end.
Coefficients = tuple[Fraction, ...]

_ZERO = Fraction(0)


def trim(coefficients: Sequence[Fraction]) -> Coefficients:
    """The coefficients without the zeros at the end.

    Examples
    --------
    >>> len(trim([Fraction(1), Fraction(0)]))
    1
    """
    length = len(coefficients)
    while length and not coefficients[length - 1]:
        length -= 1
    return tuple(coefficients[:length])


def add(p: Coefficients, q: Coefficients) -> Coefficients:
    """The sum p + q."""
    return trim([a + b for a, b in zip_longest(p, q, fillvalue=_ZERO)])


def scale(p: Coefficients, factor: Fraction) -> Coefficients:
    """The multiple factor p."""
    return tuple(factor * a for a in p) if factor else ()


def multiply(p: Coefficients, q: Coefficients) -> Coefficients:
    """The product p q.

    Examples
    --------
    >>> one = Fraction(1)
    >>> format_polynomial(multiply((one, one), (-one, one)))
    'x^2 - 1'
    """
    if not p or not q:
        return ()
    product = [_ZERO] * (len(p) + len(q) - 1)
    for i, a in enumerate(p):
        if a:
            for j, b in enumerate(q):
                product[i + j] += a * b
    return tuple(product)


def derivative(p: Coefficients) -> Coefficients:
    """The derivative p'."""
    return tuple(k * a for k, a in enumerate(p) if k)


def antiderivative(p: Coefficients) -> Coefficients:
    """The P with P' = p and P(0) = 0."""
    return (_ZERO, *(a / (k + 1) for k, a in enumerate(p))) if p else ()


def evaluate(p: Coefficients, x: Fraction | int) -> Fraction:
    """The value p(x).

    Examples
    --------
    >>> evaluate((Fraction(1), Fraction(2)), 3)
    Fraction(7, 1)
    """
    value = _ZERO
    for a in reversed(p):
        value = value * x + a
    return value


def format_polynomial(p: Coefficients, *, variable: str = "x") -> str:
    """The polynomial as a text, highest power first.

    Examples
    --------
    >>> format_polynomial((Fraction(1, 3), Fraction(-1), Fraction(0), Fraction(5, 2)))
    '5/2*x^3 - x + 1/3'
    """
    text = ""
    for power in range(len(p) - 1, -1, -1):
        a = p[power]
        if not a:
            continue
        name = variable if power == 1 else f"{variable}^{power}"
        size = format_rational(abs(a))
        term = size if not power else name if size == "1" else f"{size}*{name}"
        sign = "-" if a < 0 else "+"
        text += f" {sign} {term}" if text else (f"-{term}" if a < 0 else term)
    return text or "0"
