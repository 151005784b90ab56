"""Numerals and numbers of other libraries become exactly the rationals they denote."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import flint
import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from symerm.arithmetic.rationals import (
    MAX_EXPONENT,
    MAX_NUMERAL_LENGTH,
    as_rational,
    common_denominator,
    format_rational,
    parse_rational,
)
from symerm.errors import InputError

digits = st.text("0123456789", max_size=25)


@st.composite
def decimals(draw: st.DrawFn) -> str:
    sign, whole, places = draw(st.sampled_from(["", "+", "-"])), draw(digits), draw(digits)
    if not whole and not places:
        whole = "0"
    point = "." if places or (draw(st.booleans()) and whole) else ""
    power = draw(st.none() | st.integers(-60, 60))
    exponent = "" if power is None else f"{draw(st.sampled_from('eE'))}{power}"
    return f"{sign}{whole}{point}{places}{exponent}"


@given(decimals())
def test_decimals_agree_with_decimal_arithmetic(text: str) -> None:
    # Decimal's constructor is exact and knows nothing of this project.
    assert parse_rational(text) == Fraction(Decimal(text))


@given(st.fractions(), st.sampled_from(["", " ", "\t"]))
def test_fractions_agree_with_the_standard_library(value: Fraction, space: str) -> None:
    text = f"{space}{value.numerator}{space}/{space}{value.denominator}"
    assert parse_rational(text) == value


@given(st.fractions())
def test_format_is_lowest_terms_and_read_back(value: Fraction) -> None:
    text = format_rational(value)
    assert parse_rational(text) == value
    assert ("/" in text) == (value.denominator != 1)


def test_unreduced_fraction_is_reduced() -> None:
    assert format_rational(parse_rational("-6/4")) == "-3/2"


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("", "empty value"),
        (" \t", "empty value"),
        ("abc", "'abc' is not a number"),
        ("1,5", "'1,5' is not a number"),
        ("1 000", "is not a number"),
        ("1_000", "is not a number"),
        ("0x10", "is not a number"),
        ("1/2/3", "is not a number"),
        ("1/-2", "is not a number"),
        ("0.5/2", "is not a number"),
        ("--1", "is not a number"),
        (".", "is not a number"),
        ("1e", "is not a number"),
        ("e5", "is not a number"),
        ("\u0661\u0662", "is not a number"),  # Arabic digits, which int() would take
        ("\uff11", "is not a number"),
        ("nan", "not a finite number"),
        ("-Infinity", "not a finite number"),
        ("+inf", "not a finite number"),
        ("5/0", "denominator zero"),
        ("0/000", "denominator zero"),
        (f"1e{MAX_EXPONENT + 1}", "exponent"),
        (f"1e-{MAX_EXPONENT + 1}", "exponent"),
        ("9" * (MAX_NUMERAL_LENGTH + 1), "longer than"),
        ("9" * 10_000_000, "longer than"),
        ("__import__('os')", "is not a number"),
    ],
    ids=lambda text: repr(text[:15]),
)
def test_refused_numerals(text: str, fragment: str) -> None:
    with pytest.raises(InputError, match=fragment) as caught:
        parse_rational(text)
    assert len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


def test_limits_are_inclusive() -> None:
    assert parse_rational("9" * MAX_NUMERAL_LENGTH) == 10**MAX_NUMERAL_LENGTH - 1
    assert parse_rational(f"1e-{MAX_EXPONENT}") == Fraction(1, 10**MAX_EXPONENT)


@given(st.text())
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        value = parse_rational(text)
    except InputError:
        return
    assert value == Fraction("".join(text.split()))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_its_shortest_decimal_or_its_exact_value(value: float) -> None:
    shortest = as_rational(value)
    assert shortest == Fraction(repr(value))
    assert float(shortest) == value
    assert as_rational(value, exact_floats=True) == Fraction(*value.as_integer_ratio())
    assert as_rational(np.float64(value)) == shortest


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_narrow_float_keeps_its_own_shortest_decimal(value: float) -> None:
    narrow = np.float32(value)
    assert as_rational(narrow, exact_floats=True) == Fraction(value)
    assert as_rational(narrow) == Fraction(np.format_float_scientific(narrow, unique=True))


def test_a_narrow_float_is_not_widened() -> None:
    assert as_rational(np.float32(0.1)) == Fraction(1, 10)
    assert as_rational(np.float16(0.1)) == Fraction(1, 10)
    assert as_rational(np.float32(0.1), exact_floats=True) == Fraction(13421773, 2**27)


def test_print_options_of_numpy_change_nothing() -> None:
    with np.printoptions(legacy="1.13"):
        assert str(np.float64(1) / 3) == "0.333333333333"
        assert as_rational(np.float64(1) / 3) == Fraction(repr(1 / 3))


def test_the_wide_float_is_exact() -> None:
    third = np.longdouble(1) / 3
    exact = as_rational(third, exact_floats=True)
    assert np.longdouble(exact.numerator) / np.longdouble(exact.denominator) == third


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (7, Fraction(7)),
        ("1/3", Fraction(1, 3)),
        (Fraction(2, 6), Fraction(1, 3)),
        (Decimal("0.10"), Fraction(1, 10)),
        (Decimal("1E+3"), Fraction(1000)),
        (np.int64(-5), Fraction(-5)),
        (np.uint8(255), Fraction(255)),
        (np.array(3), Fraction(3)),
        (np.str_("0.1"), Fraction(1, 10)),
        (flint.fmpz(4), Fraction(4)),
        (flint.fmpq(-1, 3), Fraction(-1, 3)),
        (sympy.Rational(1, 3), Fraction(1, 3)),
        (sympy.Integer(4), Fraction(4)),
        (10**5000, Fraction(10**5000)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_exact_numbers_of_other_libraries(value: object, expected: Fraction) -> None:
    for exact_floats in (False, True):
        result = as_rational(value, exact_floats=exact_floats)
        assert type(result) is Fraction
        assert type(result.numerator) is int
        assert result == expected


@pytest.mark.parametrize(
    "value",
    [
        True,
        np.True_,
        None,
        1j,
        b"1",
        [1],
        math.nan,
        -math.inf,
        np.float32("nan"),
        Decimal("NaN"),
        Decimal("-Infinity"),
        Decimal("1E+999999999"),
        np.array(0.5),  # int() would make it 0
        np.array([0.5]),
        np.array(True),
        np.timedelta64(3),
        np.datetime64("2020"),
        np.complex128(1),
        sympy.pi,
        sympy.oo,
        sympy.Float(1) / 3,  # prints fewer digits than it holds
        mpmath.mpf(1) / 3,
        sympy.Symbol("p"),
        flint.arb(1),
    ],
    ids=repr,
)
def test_everything_else_is_refused(value: object) -> None:
    for exact_floats in (False, True):
        with pytest.raises(InputError):
            as_rational(value, exact_floats=exact_floats)


@given(st.lists(st.fractions(), max_size=6))
def test_common_denominator_is_the_least(values: list[Fraction]) -> None:
    common = common_denominator(values)
    assert all((value * common).denominator == 1 for value in values)
    primes = sympy.primefactors(common) if common < 10**12 else []
    for p in primes:
        assert any((value * (common // p)).denominator != 1 for value in values)


def test_no_values_have_common_denominator_one() -> None:
    assert common_denominator([]) == 1
