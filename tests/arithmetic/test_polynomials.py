"""Polynomials as tuples, against flint and sympy."""

from fractions import Fraction

import sympy
from flint import fmpq, fmpq_poly
from hypothesis import given
from hypothesis import strategies as st

from symerm.arithmetic import polynomials

NUMBERS = st.fractions(-9, 9, max_denominator=6)
POLYNOMIALS = st.lists(NUMBERS, max_size=5).map(polynomials.trim)


def flint(p):
    return fmpq_poly([fmpq(a.numerator, a.denominator) for a in p])


@given(POLYNOMIALS, POLYNOMIALS, NUMBERS)
def test_operations_are_those_of_flint(p, q, number):
    factor = fmpq(number.numerator, number.denominator)
    assert flint(polynomials.add(p, q)) == flint(p) + flint(q)
    assert flint(polynomials.multiply(p, q)) == flint(p) * flint(q)
    assert flint(polynomials.scale(p, number)) == flint(p) * factor
    assert flint(polynomials.derivative(p)) == flint(p).derivative()
    assert flint(polynomials.antiderivative(p)) == flint(p).integral()
    assert polynomials.evaluate(p, number) == Fraction(str(flint(p)(factor)))


@given(POLYNOMIALS, POLYNOMIALS, NUMBERS)
def test_no_result_has_zeros_at_the_end(p, q, number):
    minus = polynomials.scale(p, Fraction(-1))
    assert polynomials.add(p, minus) == ()
    for result in (
        polynomials.add(p, q), polynomials.multiply(p, q), polynomials.scale(p, number),
        polynomials.derivative(p), polynomials.antiderivative(p),
    ):
        assert result == polynomials.trim(result)


@given(POLYNOMIALS)
def test_the_text_says_the_polynomial(p):
    t = sympy.Symbol("t")
    wanted = sum((sympy.Rational(str(a)) * t**k for k, a in enumerate(p)), sympy.Integer(0))
    text = polynomials.format_polynomial(p, variable="t")
    assert sympy.expand(sympy.sympify(text) - wanted) == 0
    assert "+ -" not in text
    assert "1*t" not in text.replace("/1*t", "").split(" ")
