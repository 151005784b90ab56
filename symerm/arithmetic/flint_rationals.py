"""Fractions as FLINT's rationals and back: one conversion each, for inner loops."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import fmpq

__all__ = ["from_flint", "to_flint"]


def to_flint(value: Fraction | int) -> fmpq:
    """The same number as an fmpq.

    Examples
    --------
    >>> to_flint(Fraction(2, 4))
    1/2
    """
    return fmpq(value.numerator, value.denominator)


def from_flint(value: Any) -> Fraction:
    """The same number as a Fraction.

    Examples
    --------
    >>> from_flint(fmpq(2, 4))
    Fraction(1, 2)
    """
    return Fraction(int(value.p), int(value.q))
