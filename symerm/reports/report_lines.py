"""Lines of a report: a name and a text, and numbers exact where that is short."""

from __future__ import annotations

from fractions import Fraction

from symerm.arithmetic.rationals import format_decimal, format_rational

__all__ = ["LONGEST_RATIONAL", "exact_and_decimal", "report_line"]

#: Longest exact rational that is shown in a text, in characters.
LONGEST_RATIONAL = 24
_INDENT = 12


def report_line(name: str, text: str) -> str:
    """A line of a report; an empty name continues the line above.

    Examples
    --------
    >>> report_line("verdict", "attained")
    'verdict     attained'
    """
    return f"{name:<{_INDENT}}{text}".rstrip()


def exact_and_decimal(value: Fraction) -> str:
    """Exact where that is short, with a decimal beside where it is a fraction.

    Examples
    --------
    >>> exact_and_decimal(Fraction(5)), exact_and_decimal(Fraction(1, 12))
    ('5', '1/12 ~ 0.08333333333')
    """
    exact, rounded = format_rational(value), format_decimal(value)
    if len(exact) > LONGEST_RATIONAL:
        return f"~ {rounded}"
    return exact if value.denominator == 1 else f"{exact} ~ {rounded}"
