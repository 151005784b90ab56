"""Rational functions: values, canonical form, behaviour at zero and text."""

import re
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from symerm.arithmetic.rational_functions import RationalFunction

NUMBERS = st.fractions(-9, 9, max_denominator=5)
LISTS = st.lists(NUMBERS, max_size=4)
POINTS = st.fractions(Fraction(1, 9), 9, max_denominator=9)


def value(coefficients, eps):
    return sum((x * eps**k for k, x in enumerate(coefficients)), Fraction(0))


def read(text, eps):
    """The text computed, by Python's own rules of precedence."""
    text = text.replace("^", "**").replace("eps", "e")
    exact = re.sub(r"(?<![*\d])(\d+)", r"F(\1)", text)
    return Fraction(eval(exact, {"F": Fraction, "e": eps}))


@given(LISTS, LISTS, LISTS, LISTS, POINTS)
def test_arithmetic_is_that_of_values(a, b, c, d, eps):
    assume(any(b) and any(d) and value(b, eps) and value(d, eps))
    f, g = RationalFunction.of(a, b), RationalFunction.of(c, d)
    x, y = value(a, eps) / value(b, eps), value(c, eps) / value(d, eps)
    assert (f(eps), g(eps)) == (x, y)
    assert (f + g)(eps) == x + y
    assert (f * g)(eps) == x * y
    assert (f * Fraction(2, 3))(eps) == x * Fraction(2, 3)
    if g and y:
        assert (f / g)(eps) == x / y
        assert f / g * g == f
    assert bool(f) == any(a)
    assert RationalFunction.of([2 * x for x in a], [2 * x for x in b]) == f


@given(LISTS, LISTS, POINTS)
def test_text_and_integers_say_the_value(a, b, eps):
    assume(value(b, eps))
    f = RationalFunction.of(a, b)
    assert read(str(f), eps) == f(eps)
    top, bottom = f.whole_parts()
    assert value(top, eps) == f(eps) * value(bottom, eps)


@given(LISTS, LISTS)
def test_what_happens_at_zero(a, b):
    assume(any(a) and any(b))
    f = RationalFunction.of(a, b)
    tiny = Fraction(1, 10**30)
    assert (f(tiny) > 0) - (f(tiny) < 0) == f.sign
    scaled = f(tiny) / tiny**f.order
    assert Fraction(1, 10**6) < abs(scaled) < 10**6
    if f.limit is None:
        assert f.order < 0
    else:
        assert abs(f(tiny) - f.limit) < Fraction(1, 10**20)


def test_zero_and_bad_denominators():
    zero = RationalFunction(())
    assert (zero.order, zero.limit, zero.sign, str(zero)) == (0, 0, 0, "0")
    with pytest.raises(ZeroDivisionError):
        RationalFunction.of([1], [0, 0])
    with pytest.raises(ZeroDivisionError):
        RationalFunction.of([1]) / zero
