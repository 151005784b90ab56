"""Values of options: rationals, counts, times and column names, checked with one-line errors."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from fractions import Fraction

from symerm.arithmetic.rationals import parse_rational
from symerm.errors import InputError

__all__ = [
    "parse_box",
    "parse_choice",
    "parse_columns",
    "parse_count",
    "parse_format",
    "parse_interval",
    "parse_natural",
    "parse_positive",
    "parse_seconds",
]


def parse_box(
    option: str, text: str | None, dimension: int
) -> tuple[tuple[Fraction, Fraction], ...] | None:
    """The sides of a box: ``LO:HI`` for every coordinate, or ``LO:HI,LO:HI,..`` one for each.

    Parameters
    ----------
    option : str
        Name of the option, for messages.
    text : str or None
        None, an option that is not given, stands for the whole space.
    dimension : int
        Number p of coordinates; 0 if it is not known, then there are as many as sides.

    Raises
    ------
    InputError
        If a side is not LO:HI with LO < HI, or there are neither one nor p sides.

    Examples
    --------
    >>> parse_box("--domain", "-3/2:5", 1)
    ((Fraction(-3, 2), Fraction(5, 1)),)
    >>> parse_box("--domain", "0:1", 2) == parse_box("--domain", "0:1,0:1", 2)
    True
    """
    if text is None:
        return None
    sides = []
    for part in text.split(","):
        ends = part.split(":")
        if len(ends) != 2:
            raise InputError(f"{option}: {part!r} is no side LO:HI of a box, as in -1:1")
        sides.append(parse_interval(option, (ends[0].strip(), ends[1].strip())))
    if len(sides) == 1:
        sides *= max(dimension, 1)
    if dimension and len(sides) != dimension:
        raise InputError(
            f"{option}: the box has {len(sides)} sides but there are {dimension} inputs"
        )
    return tuple(sides)


def parse_choice(option: str, text: str, choices: Sequence[str]) -> str:
    """One of some names.

    Raises
    ------
    InputError
        If it is none of them; the message lists them.

    Examples
    --------
    >>> parse_choice("--norm", "max", ["max", "euclidean"])
    'max'
    """
    if text not in choices:
        raise InputError(
            f"{option}: there is no {option.removeprefix('--')} {text!r}; use {', '.join(choices)}"
        )
    return text


def parse_columns(option: str, text: str | None) -> list[str] | None:
    """Column names separated by commas; a name that holds a comma is quoted as in CSV.

    Examples
    --------
    >>> parse_columns("--inputs", 'age, "height, cm"')
    ['age', 'height, cm']
    """
    if text is None:
        return None
    try:
        rows = list(csv.reader([text], skipinitialspace=True, strict=True))
    except csv.Error as error:
        raise InputError(f"{option}: {error} in {text!r}") from None
    names = [name.strip() for row in rows for name in row]
    if not names or not all(names):
        raise InputError(f"{option}: name columns separated by commas, as in a,b")
    return names


def parse_count(option: str, text: str) -> int:
    """A positive integer.

    Examples
    --------
    >>> parse_count("--width", "3")
    3
    """
    value = _rational(option, text)
    if value < 1 or value.denominator != 1:
        raise InputError(f"{option} must be a positive integer, not {text}")
    return value.numerator


def parse_format(text: str, as_json: bool, *, more: Sequence[str] = ()) -> str:
    """The form of an answer by ``--format`` and ``--json``: a table's, or one more.

    Examples
    --------
    >>> parse_format("latex", False), parse_format("text", True)
    ('latex', 'json')
    """
    from symerm.reports.tables import TABLE_FORMATS

    style = parse_choice("--format", text, (*TABLE_FORMATS, *more))
    return "json" if as_json else style


def parse_interval(option: str, pair: tuple[str, str]) -> tuple[Fraction, Fraction]:
    """The two ends T0 < T1 of an interval.

    Examples
    --------
    >>> parse_interval("--interval", ("-3/2", "5"))
    (Fraction(-3, 2), Fraction(5, 1))
    """
    low, high = (_rational(option, text) for text in pair)
    if low >= high:
        raise InputError(
            f"{option}: the left end {pair[0]} must be smaller than the right end {pair[1]}"
        )
    return low, high


def parse_natural(option: str, text: str) -> int:
    """An integer that is at least 0, as seeds are.

    Examples
    --------
    >>> parse_natural("--seed", "0")
    0
    """
    value = _rational(option, text)
    if value < 0 or value.denominator != 1:
        raise InputError(f"{option} must be a natural number, not {text}")
    return value.numerator


def parse_positive(option: str, text: str) -> Fraction:
    """A rational number greater than zero."""
    value = _rational(option, text)
    if value <= 0:
        raise InputError(f"{option} must be positive, not {text}")
    return value


def parse_seconds(option: str, text: str | None) -> float | None:
    """A time of zero or more seconds."""
    if text is None:
        return None
    value = _rational(option, text)
    if not 0 <= value <= 10**9:
        raise InputError(f"{option} must be a number of seconds between 0 and 10^9, not {text}")
    return float(value)


def _rational(option: str, text: str) -> Fraction:
    try:
        return parse_rational(text)
    except InputError as error:
        raise InputError(f"{option}: {error.message}") from None
