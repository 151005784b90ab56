"""Lines of a report: a name and a text, and numbers exact where that is short.

A report is a list of named entries, and tables below them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from symerm.arithmetic.rationals import format_decimal, format_rational
from symerm.reports.tables import escape_text

__all__ = [
    "LONGEST_EXACT",
    "counted",
    "exact_and_decimal",
    "exact_or_decimal",
    "format_report",
    "report_line",
]

#: Longest exact number that is shown in a text, in characters.
LONGEST_EXACT = 24
_INDENT = 12


def report_line(name: str, text: str) -> str:
    """A line of a report; an empty name continues the line above.

    Examples
    --------
    >>> report_line("verdict", "attained")
    'verdict     attained'
    """
    return f"{name:<{_INDENT}}{text}".rstrip()


def format_report(entries: Iterable[tuple[str, str]], tables: Sequence[str], *, style: str) -> str:
    """Named entries and below them tables, as text, LaTeX or HTML.

    Parameters
    ----------
    entries : pairs of a name and a text
        An empty name continues the entry above.
    tables : tables in this style
    style : ``"text"``, ``"latex"`` or ``"html"``

    Examples
    --------
    >>> print(format_report([("equal", "no"), ("reason", "1 < 2")], [], style="html"))
    <p>equal: no</p>
    <p>reason: 1 &lt; 2</p>
    """
    if style == "text":
        lines = [report_line(*entry) for entry in entries]
        return "\n".join([*lines, *(f"\n{table}" for table in tables)])
    shown = [
        escape_text(f"{name}: {text}" if name else text, style=style) for name, text in entries
    ]
    if style == "html":
        return "\n".join([*(f"<p>{line}</p>" for line in shown), *tables])
    return "\n\n".join([*shown, *tables])


def exact_and_decimal(value: Fraction) -> str:
    """Exact where that is short, with a decimal beside where it is a fraction.

    Examples
    --------
    >>> exact_and_decimal(Fraction(5)), exact_and_decimal(Fraction(1, 12))
    ('5', '1/12 ~ 0.08333333333')
    """
    exact, rounded = format_rational(value), format_decimal(value)
    if len(exact) > LONGEST_EXACT:
        return f"~ {rounded}"
    return exact if value.denominator == 1 else f"{exact} ~ {rounded}"


def exact_or_decimal(value: Fraction) -> str:
    """Exact where that is short, else rounded after ``~``.

    Examples
    --------
    >>> exact_or_decimal(Fraction(1, 12)), exact_or_decimal(Fraction(1, 10**30))
    ('1/12', '~1E-30')
    """
    exact = format_rational(value)
    return exact if len(exact) <= LONGEST_EXACT else f"~{format_decimal(value)}"


def counted(number: int, noun: str) -> str:
    """A number of things.

    Examples
    --------
    >>> counted(1, "kink"), counted(2, "kink")
    ('1 kink', '2 kinks')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"
