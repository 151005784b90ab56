"""Quadratic surds against arithmetic with many digits, and their field axioms."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symerm.arithmetic.surds import Surd, rational_root, root_bounds, signed_square

small = st.builds(Fraction, st.integers(-9, 9), st.sampled_from([1, 1, 2, 3, 5]))
surds = st.builds(Surd, small, small)
of_root_two = st.builds(lambda p, q: Surd(p) + Surd.root(2) * q, small, small)


def value(number):
    if isinstance(number, Surd):
        root = mpmath.sqrt(abs(value(number.square)))
        return value(number.rational) + (root if number.square > 0 else -root)
    return mpmath.mpf(number.numerator) / number.denominator


@given(surds, surds)
def test_order_and_equality_are_those_of_the_numbers(first, second):
    with mpmath.workdps(60):
        difference = value(first) - value(second)
        near = abs(difference) < mpmath.mpf(10) ** -50
    assert (first == second) == near
    assert (first < second) == (not near and difference < 0)
    assert (first <= second) == (near or difference < 0)
    assert first.sign == (first > 0) - (first < 0)
    assert abs(first) >= 0
    if first == second:
        assert hash(first) == hash(second)


@given(of_root_two, of_root_two, of_root_two)
def test_the_numbers_of_a_field_are_a_field(x, y, z):
    assert x + y == y + x
    assert x * (y + z) == x * y + x * z
    assert (x - y) + y == x
    assert 2 - x == -(x - 2)
    if y != 0:
        assert x / y * y == x
        assert 1 / y * y == 1
    with mpmath.workdps(50):
        assert abs(value(x * y) - value(x) * value(y)) < mpmath.mpf(10) ** -40


def test_close_numbers_are_told_apart():
    # Convergents of sqrt(2): the difference is far below the width of the first comparison.
    p, q = 1, 1
    for _ in range(120):
        p, q = p + 2 * q, p + q
        near = Fraction(p, q)
        assert (Surd.root(2) < near) == (near**2 > 2)
        assert (Surd(Fraction(1), Fraction(2)) < near + 1) == (near**2 > 2)
    # sqrt(2) + sqrt(3) against sqrt(5 + 2 sqrt(6)): equal, so its square decides.
    assert Surd(Fraction(5), Fraction(24)) > Surd(Fraction(5), Fraction(24 * 10**60 - 1, 10**60))


def test_roots_of_no_common_field_do_not_add():
    with pytest.raises(ArithmeticError, match="no common field"):
        Surd.root(2) + Surd.root(3)
    with pytest.raises(ArithmeticError, match="no common field"):
        Surd.root(2) * Surd.root(3)
    with pytest.raises(ZeroDivisionError):
        Surd.root(2) / 0
    assert Surd.root(2) + Surd.root(8) == Surd.root(18)
    assert Surd.root(2) - Surd.root(2) == 0


@given(st.builds(Fraction, st.integers(0, 10**6), st.integers(1, 10**6)), st.integers(1, 40))
def test_bounds_enclose_and_are_as_narrow_as_asked(square, digits):
    width = Fraction(3, 10**digits)
    low, high = root_bounds(square, width)
    assert low * low <= square <= high * high
    assert 0 <= low <= high <= low + width
    assert (low == high) == (rational_root(square) is not None)


@given(small)
def test_signed_squares(x):
    assert Surd.root(signed_square(x)) == x
    assert rational_root(x * x) == abs(x)
    assert rational_root(Fraction(-1)) is None
    assert float(Surd(x)) == pytest.approx(float(x))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Surd(Fraction(-1), Fraction(3)), "sqrt(3) - 1"),
        (Surd(Fraction(-1, 2), Fraction(-12)), "-1/2 - 2*sqrt(3)"),
        (Surd(Fraction(1), Fraction(4)), "3"),
        (Surd.root(Fraction(98, 9)), "7*sqrt(2)/3"),
        (Surd(Fraction(2), Fraction(-1, 5)), "2 - sqrt(5)/5"),
    ],
)
def test_numbers_are_shown_as_formulas(number, text):
    assert str(number) == text
