"""Rationals read exactly as written.

The text ``0.1`` is 1/10, ``1e3`` is 1000 and ``-3/6`` is -1/2: a decimal numeral denotes a
rational number and nothing is rounded on the way.  A binary float is taken as the shortest
decimal that rounds to it (what ``repr`` prints) unless its exact binary value is asked for.
Numerals of absurd size are refused before they are converted.
"""

from __future__ import annotations

import contextlib
import math
import numbers
import operator
import re
from collections.abc import Iterable
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from symerm.errors import InputError

__all__ = [
    "MAX_EXPONENT",
    "MAX_NUMERAL_LENGTH",
    "as_rational",
    "common_denominator",
    "format_decimal",
    "format_rational",
    "parse_rational",
]

#: Longest numeral that is read, in characters.
MAX_NUMERAL_LENGTH = 2000
#: Largest absolute value of a decimal exponent that is read.
MAX_EXPONENT = 1000

#: Python's own str() is quadratic and refuses integers of more than 4300 digits.
_LONGEST_STR_BITS = 8192

_DECIMAL = re.compile(r"([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:[eE]([+-]?[0-9]{1,9}))?")
_FRACTION = re.compile(r"([+-]?[0-9]+)\s*/\s*([0-9]+)")
_NOT_FINITE = {"nan", "inf", "infinity"}


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:20]}...{text[-10:]} ({len(text)} characters)"


def parse_rational(text: str) -> Fraction:
    """The rational number that a numeral denotes.

    Accepted are integers, decimals, scientific notation and fractions ``p/q`` of integers.

    Raises
    ------
    InputError
        If the text is not such a numeral, is not finite, has denominator zero, is longer than
        `MAX_NUMERAL_LENGTH` characters or has an exponent beyond `MAX_EXPONENT`.

    Examples
    --------
    >>> parse_rational("0.1"), parse_rational("-3/6"), parse_rational("2.5e-1")
    (Fraction(1, 10), Fraction(-1, 2), Fraction(1, 4))
    """
    stripped = text.strip()
    if not stripped:
        raise InputError("empty value; a number is needed")
    if len(stripped) > MAX_NUMERAL_LENGTH:
        raise InputError(
            f"the number {_shorten(stripped)} is longer than {MAX_NUMERAL_LENGTH} characters"
        )
    match = _DECIMAL.fullmatch(stripped)
    if match:
        sign, whole, decimals, bare_decimals, exponent = match.groups()
        decimals = decimals or bare_decimals or ""
        power = int(exponent or 0)
        if abs(power) > MAX_EXPONENT:
            raise InputError(f"the exponent of {_shorten(stripped)} is beyond {MAX_EXPONENT}")
        power -= len(decimals)
        digits = int(sign + (whole or "") + decimals)
        return Fraction(digits * 10**power) if power >= 0 else Fraction(digits, 10**-power)
    match = _FRACTION.fullmatch(stripped)
    if match:
        numerator, denominator = int(match.group(1)), int(match.group(2))
        if denominator == 0:
            raise InputError(f"the fraction {_shorten(stripped)} has denominator zero")
        return Fraction(numerator, denominator)
    if stripped.lower().lstrip("+-") in _NOT_FINITE:
        raise InputError(f"{stripped!r} is not a finite number; remove or replace it")
    raise InputError(
        f"{_shorten(stripped)!r} is not a number (use integers, decimals or fractions p/q)"
    )


def _shortest(value: object) -> str:
    # NumPy's print options can shorten its doubles.  Its narrower floats print their own shortest
    # decimal; going through float() first would show digits that the narrow type never had.
    return float.__repr__(value) if isinstance(value, float) else str(value)


def as_rational(value: object, *, exact_floats: bool = False) -> Fraction:
    """Convert a Python, NumPy, Decimal or textual number to a Fraction.

    Parameters
    ----------
    value : int, float, str, Fraction, Decimal, numpy scalar or sympy/flint rational
    exact_floats : bool
        If False (the default) a float denotes its shortest decimal, so 0.1 becomes 1/10; if
        True it denotes its exact binary value.

    Raises
    ------
    InputError
        If the value is not a finite rational number; booleans are refused, and so are floats of
        other libraries that do not tell their exact value.

    Examples
    --------
    >>> as_rational(0.1), as_rational(0.5, exact_floats=True)
    (Fraction(1, 10), Fraction(1, 2))
    """
    if isinstance(value, Fraction):
        return value
    if isinstance(value, str):
        return parse_rational(value)
    if isinstance(value, bool) or type(value).__name__ in {"bool", "bool_", "timedelta64"}:
        raise InputError(f"{value!r} is not a number")
    if isinstance(value, numbers.Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise InputError(f"{value} is not a finite number; remove or replace it")
        return parse_rational(str(value))
    if hasattr(value, "__index__"):
        # Arrays have __index__ and int() would cut off their decimals; index() refuses to.
        with contextlib.suppress(TypeError):
            return Fraction(operator.index(value))
    if isinstance(value, numbers.Real) and hasattr(value, "as_integer_ratio"):
        try:
            numerator, denominator = value.as_integer_ratio()
        except (OverflowError, ValueError):
            raise InputError(f"{value} is not a finite number; remove or replace it") from None
        if exact_floats:
            return Fraction(numerator, denominator)
        return parse_rational(_shortest(value))
    if isinstance(value, numbers.Real) and not hasattr(value, "q"):
        # The floats of sympy and mpmath print fewer digits than they hold.
        raise InputError(
            f"{_shorten(str(value))} is a float of another library; give a Fraction or a text"
        )
    numerator, denominator = getattr(value, "p", None), getattr(value, "q", None)
    if numerator is not None and denominator is not None:
        return Fraction(int(numerator), int(denominator))
    raise InputError(f"{_shorten(repr(value))} is not a rational number")


def format_rational(value: Fraction) -> str:
    """``p/q`` in lowest terms, or ``p`` when the denominator is one.

    Examples
    --------
    >>> format_rational(Fraction(-6, 4)), format_rational(Fraction(3))
    ('-3/2', '3')
    """
    if value.denominator == 1:
        return _digits(value.numerator)
    return f"{_digits(value.numerator)}/{_digits(value.denominator)}"


def format_decimal(value: Fraction, *, digits: int = 10, rounding: str = ROUND_HALF_EVEN) -> str:
    """The value with some significant digits, rounded as told, whatever its size.

    Parameters
    ----------
    value : Fraction
    digits : int
        Number of significant digits.
    rounding : str
        A rounding mode of the module `decimal`.

    Examples
    --------
    >>> format_decimal(Fraction(2, 3), digits=3), format_decimal(Fraction(10) ** 400 / 3, digits=3)
    ('0.667', '3.33E+399')
    >>> format_decimal(Fraction(2, 3), digits=3, rounding="ROUND_FLOOR")
    '0.666'
    """
    context = Context(prec=digits, rounding=rounding, Emax=MAX_EMAX, Emin=MIN_EMIN)
    # Dividing two integers rounds once; rounding them first would round twice.
    return str(context.divide(Decimal(value.numerator), Decimal(value.denominator)))


def _digits(value: int) -> str:
    """The decimal digits of an integer of any size."""
    if value.bit_length() <= _LONGEST_STR_BITS:
        return str(value)
    from flint import fmpz

    return str(fmpz(value))


def common_denominator(values: Iterable[Fraction]) -> int:
    """The least common multiple of the denominators (1 for no values)."""
    return math.lcm(*(value.denominator for value in values))
