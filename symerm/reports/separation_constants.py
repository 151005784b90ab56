"""The guarantee in numbers: assumptions on the law and constants, as text, LaTeX, HTML or JSON.

Bounds are rounded outwards.  Integers stand in full and, where they are long, as a multiple of
a power of ten.
"""

from __future__ import annotations

import decimal
import re
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR
from fractions import Fraction
from typing import Any

from symerm.arithmetic.rationals import format_decimal, format_rational
from symerm.reports.formula_styles import render_formulas
from symerm.reports.tables import markup_table
from symerm.separation.assumptions import Assumptions, Condition, RadialLaw
from symerm.separation.constants import (
    LEAST_WIDTH,
    PRACTICAL_SAMPLES,
    PRACTICAL_WIDTH,
    Guarantee,
)
from symerm.separation.heavy_tailed import HeavyTailed

__all__ = ["format_guarantee", "guarantee_to_json"]

_CONDITIONS = ("condition", "holds", "best constant", "why")
_CONSTANTS = ("quantity", "symbol", "value", "size")
_NOTES = (
    "The theorem asks for a width above further terms in 1/eps, 1/delta and the constants of the "
    "law and for a number of points; these are not evaluated here.",
    "The representing width is proved to suffice for output weights of risk eps to exist, with "
    "probability $1 - delta$; it says nothing of gradient descent.",
    "n is derived here by uniform convergence and is not the theorem's: from the width given for "
    "it on, every minimiser of the empirical risk on n points over $sqrt(r) |w| <= N$ has risk "
    "eps at most, with probability $1 - delta$. It says nothing of gradient descent.",
    "A step counts four operations per neuron and point; the features are taken as computed.",
)
_STEP = (
    "The step size is not taken from the theorem: below $1/r$ the squared loss without the cut-off "
    "never grows, as features lie in $(-1, 1)$."
)
_FAILS = (
    "The law misses a condition as it is stated: the guarantee does not apply word for word."
)
_LONG = 10**6


def guarantee_to_json(found: Guarantee, assumptions: Assumptions | None) -> dict[str, Any]:
    """The object that ``symerm separation constants --json`` prints; numbers are exact texts.

    Parameters
    ----------
    found : Guarantee
    assumptions : Assumptions or None
        None if the constants were given.
    """
    return {
        "dimension": found.dimension,
        "radius": format_rational(found.radius),
        "eps": format_rational(found.eps),
        "delta": format_rational(found.delta),
        "law": None if assumptions is None else _law(assumptions.law),
        "assumptions": None if assumptions is None else [
            {
                "name": condition.name,
                "statement": _plain(condition.statement),
                "holds": condition.holds,
                "best_constant": None if condition.bounds is None else [
                    format_rational(bound) for bound in condition.bounds
                ],
                "reason": _plain(condition.reason),
            }
            for condition in assumptions.conditions
        ],
        "mass": format_rational(found.mass),
        "density_bound": format_rational(found.density_bound),
        "tail": format_rational(found.tail),
        "least_width": str(LEAST_WIDTH),
        "representing_width": str(found.representing.width),
        "margin": format_rational(found.representing.margin),
        "width": str(found.width),
        "step_size": format_rational(found.step_size),
        "rate": format_rational(found.rate),
        "steps": str(found.steps),
        "samples": str(found.sample.samples),
        "samples_width": str(found.sample.representing.width),
        "samples_norm": str(found.sample.norm_bound),
        "samples_ratio": format_rational(found.samples_ratio),
        "memory_bytes": str(found.memory),
        "years": format_decimal(found.years, digits=3, rounding=ROUND_CEILING),
        "width_ratio": format_rational(found.width_ratio),
        "one_hidden_layer": format_rational(found.one_hidden_layer),
    }  # fmt: skip


def format_guarantee(
    found: Guarantee, assumptions: Assumptions | None, *, style: str = "text"
) -> str:
    """The table of conditions, if a law was given, the table of constants, and remarks.

    Parameters
    ----------
    found : Guarantee
    assumptions : Assumptions or None
    style : ``"text"``, ``"latex"`` or ``"html"``

    Examples
    --------
    >>> from symerm.separation.constants import guarantee
    >>> found = guarantee(
    ...     dimension=20, radius=Fraction(3, 2), eps=Fraction(1, 10), delta=Fraction(1, 100),
    ...     mass=Fraction(1), density_bound=Fraction(2), tail=Fraction(1),
    ... )
    >>> format_guarantee(found, None).splitlines()[8].split()[-4:]
    ['20736000000000000', '2.07', '*', '10^16']
    """
    parts = [_table(_CONSTANTS, _rows(found, assumptions), style)]
    notes = [*_NOTES, _STEP]
    if assumptions is not None:
        conditions = [_condition(condition) for condition in assumptions.conditions]
        parts.insert(0, _table(_CONDITIONS, conditions, style))
        if not assumptions.hold:
            notes.insert(0, _FAILS)
    before, after = ("<p>", "</p>") if style == "html" else ("", "")
    shown = [f"{before}{render_formulas(note, style=style)}{after}" for note in notes]
    return ("\n" if style == "html" else "\n\n").join([*parts, *shown])


def _condition(condition: Condition) -> tuple[str, str, str, str]:
    best = "none" if condition.bounds is None else _enclosure(*condition.bounds)
    return condition.statement, "yes" if condition.holds else "NO", best, condition.reason


def _rows(found: Guarantee, assumptions: Assumptions | None) -> list[tuple[str, str, str, str]]:
    return [
        *([] if assumptions is None else [("law", "", _law(assumptions.law), "")]),
        ("dimension", "d", str(found.dimension), ""),
        ("radius of the ball", "lambda", format_rational(found.radius), ""),
        ("risk", "eps", format_rational(found.eps), ""),
        ("probability of failure", "delta", format_rational(found.delta), ""),
        ("mass within 2", "C", *_bound(found.mass)),
        ("density on [0.9, 2.05]", "q", *_bound(found.density_bound)),
        ("tail", "c", *_bound(found.tail)),
        ("width of the theorem, at least", "$12000^4$", *_integer(LEAST_WIDTH)),
        ("representing width", "", *_integer(found.representing.width)),
        ("width", "r", *_integer(found.width)),
        ("rate", "nu", *_rational(found.rate)),
        ("step size", "eta", *_rational(found.step_size)),
        ("steps", "T", *_integer(found.steps)),
        ("points for minimisers", "n", *_integer(found.sample.samples)),
        ("width for n, at least", "", *_integer(found.sample.representing.width)),
        ("norm of weights for n", "N", *_integer(found.sample.norm_bound)),
        ("memory of the weights, bytes", "$8 r (d + 2)$", *_integer(found.memory)),
        (
            f"years at $10^(12)$ operations a second, {PRACTICAL_SAMPLES} points", "",
            "", _power_of_ten(found.years),
        ),
        (
            f"multiple of {PRACTICAL_WIDTH} neurons", f"r/{PRACTICAL_WIDTH}",
            *_rational(found.width_ratio),
        ),
        (
            f"multiple of {PRACTICAL_SAMPLES} points", f"n/{PRACTICAL_SAMPLES}",
            *_rational(found.samples_ratio),
        ),
        (
            "error of one hidden layer, up to a constant", "$d^(-4)$",
            *_rational(found.one_hidden_layer),
        ),
    ]  # fmt: skip


def _integer(value: int) -> tuple[str, str]:
    return str(value), _power_of_ten(Fraction(value)) if value >= _LONG else ""


def _rational(value: Fraction) -> tuple[str, str]:
    if value.denominator == 1:
        return _integer(value.numerator)
    return format_rational(value), _power_of_ten(value)


def _bound(value: Fraction) -> tuple[str, str]:
    """As a decimal if nine digits are enough for it."""
    if 10**9 % value.denominator:
        return format_rational(value), _power_of_ten(value)
    return format_decimal(value, digits=len(str(value.numerator)) + 9), ""


def _law(law: RadialLaw) -> str:
    if isinstance(law, HeavyTailed):
        return f"{law.name}, a = {format_rational(law.scale)}"
    return law.name


def _power_of_ten(value: Fraction) -> str:
    """Three digits and a power of ten, as a formula; no power for numbers around one."""
    digits = decimal.Decimal(format_decimal(value, digits=3))
    power = digits.adjusted()
    if -3 < power < 4:
        return str(digits)
    return f"${digits.scaleb(-power)} * 10^({power})$"


def _enclosure(low: Fraction, high: Fraction) -> str:
    below = format_decimal(low, digits=6, rounding=ROUND_FLOOR)
    above = format_decimal(high, digits=6, rounding=ROUND_CEILING)
    return below if below == above else f"{below} .. {above}"


def _plain(text: str) -> str:
    return text.replace("$", "")


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], style: str) -> str:
    first, *shown = ([_cell(cell, style) for cell in row] for row in (header, *rows))
    return markup_table(first, shown, style=style, columns="l" * len(header))


def _cell(cell: str, style: str) -> str:
    shown = render_formulas(cell, style=style)
    if style == "text":
        return re.sub(r"\^\((-?\d+)\)", r"^\1", shown)
    return shown.replace(" * ", r" \cdot " if style == "latex" else " &middot; ")
