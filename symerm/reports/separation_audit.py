"""The audit of the separation as text, LaTeX, HTML or JSON.

One block per topic: every claim with its status, what decides it and certified bounds of its
number.  Decimals of bounds are rounded outwards; JSON has them exactly.
"""

from __future__ import annotations

import decimal
import textwrap
from collections.abc import Sequence
from fractions import Fraction
from math import floor, log10
from typing import Any

from symerm.arithmetic.rationals import format_decimal, format_rational
from symerm.reports.tables import escape_text, format_table
from symerm.separation.audit import NOTE, TOPICS, Claim, SeparationAudit
from symerm.separation.minimum import CertifiedMinimum, Piece

__all__ = ["format_audit", "format_enclosure", "separation_audit_to_json"]

Interval = tuple[Fraction, Fraction]

_HEADER = ("status", "claim", "bounds", "by")
_WIDTH = 96
_UNBROKEN = "\N{NO-BREAK SPACE}"
_INDENT = 12
_MOST_DIGITS = 20
_FEWEST_DIGITS = 4
_ONE_SIDED_DIGITS = 8


def format_enclosure(value: Interval) -> str:
    """Bounds of a number with as many digits as they deserve, rounded outwards.

    A single number stands for a bound from below and is rounded down.

    Examples
    --------
    >>> format_enclosure((Fraction(1, 3), Fraction(33334, 100000)))
    '[0.33333, 0.33334]'
    >>> format_enclosure((Fraction(1, 2),) * 2), format_enclosure((Fraction(1, 3**17),) * 2)
    ('1/2', '7.7435243E-9')
    """
    low, high = value
    if low == high:
        exact = format_rational(low)
        return exact if len(exact) <= _ONE_SIDED_DIGITS else _down(low, _ONE_SIDED_DIGITS)
    size = max(abs(low), abs(high))
    digits = floor(log10(size / (high - low))) + 1
    digits = min(max(digits, _FEWEST_DIGITS), _MOST_DIGITS)
    upper = format_decimal(high, digits=digits, rounding=decimal.ROUND_CEILING)
    return f"[{_down(low, digits)}, {upper}]"


def _down(value: Fraction, digits: int) -> str:
    return format_decimal(value, digits=digits, rounding=decimal.ROUND_FLOOR)


def format_audit(audit: SeparationAudit, *, style: str = "text") -> str:
    """The audit as text, LaTeX or HTML, topic by topic.

    Parameters
    ----------
    audit : SeparationAudit
    style : ``"text"``, ``"latex"`` or ``"html"``

    Examples
    --------
    >>> from symerm.separation.audit import audit_separation
    >>> print(format_audit(audit_separation()).splitlines()[6])
    Closed forms, with t = 1/sqrt(2 + |x|^2) and Owen's T
    """
    blocks = []
    for topic, title in TOPICS.items():
        claims = [claim for claim in audit.claims if claim.topic == topic]
        if style == "text":
            blocks.append("\n".join([title, *(line for c in claims for line in _lines(c))]))
        elif style == "latex":
            blocks.append(_latex(title, claims))
        else:
            blocks.append(_html(title, claims))
    if style == "text":
        note = "\n".join(textwrap.wrap(NOTE, _WIDTH))
    elif style == "latex":
        note = _tex(NOTE)
    else:
        note = f"<p>{escape_text(NOTE, style='html')}</p>"
    return "\n\n".join([note, *blocks])


def _bounds(claim: Claim) -> str:
    return "" if claim.value is None else format_enclosure(claim.value)


def _lines(claim: Claim) -> list[str]:
    """A claim in lines of limited width: the statement with its bounds, below what decides it."""
    # An interval is not broken between its ends.
    bounds = _bounds(claim).replace(" ", _UNBROKEN)
    lead, under = f"  {claim.status:<{_INDENT - 2}}", " " * _INDENT
    return [
        *_wrap(f"{claim.statement}: {bounds}" if bounds else claim.statement, lead, under),
        *_wrap(f"({claim.how})", under, under),
    ]


def _wrap(text: str, first: str, rest: str) -> list[str]:
    lines = textwrap.wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )
    return [line.replace(_UNBROKEN, " ") for line in lines]


def _html(title: str, claims: Sequence[Claim]) -> str:
    rows = [(claim.status, claim.statement, _bounds(claim), claim.how) for claim in claims]
    heading = f"<h2>{escape_text(title, style='html')}</h2>"
    return "\n".join([heading, format_table(_HEADER, rows, style="html")])


def _latex(title: str, claims: Sequence[Claim]) -> str:
    """Columns of fixed width: the statements are sentences."""
    lines = [
        rf"\subsection*{{{_tex(title)}}}",
        r"\noindent{\footnotesize\begin{tabular}{lp{0.47\textwidth}p{0.31\textwidth}}",
        r"status & claim & bounds, and what decides it \\",
        r"\hline",
    ]
    for claim in claims:
        # An interval stands in two lines, above what decides the claim.
        parts = [*(part for part in _bounds(claim).split(" ") if part), claim.how]
        decided = r"\newline ".join(map(_tex, parts))
        lines.append(
            rf"{claim.status} & \raggedright {_tex(claim.statement)} & \raggedright {decided} "
            r"\tabularnewline[3pt]"
        )
    return "\n".join([*lines, r"\end{tabular}}"])


def _tex(text: str) -> str:
    return escape_text(text, style="latex")


def separation_audit_to_json(audit: SeparationAudit) -> dict[str, Any]:
    """The object that ``symerm separation audit --json`` prints; rationals are texts ``p/q``.

    Examples
    --------
    >>> from symerm.separation.audit import audit_separation
    >>> separation_audit_to_json(audit_separation())["slope"]["status"]
    'proved'
    """
    weights, slope, vectors, density = audit.weights, audit.slope, audit.vectors, audit.density
    return {
        "decided": audit.decided,
        "claims": [
            {
                "topic": claim.topic,
                "statement": claim.statement,
                "status": claim.status,
                "how": claim.how,
                "bounds": None if claim.value is None else _pair(claim.value),
            }
            for claim in audit.claims
        ],
        "weights": {
            "largest": _pair(weights.largest),
            "smallest": _pair(weights.smallest),
            "limit": _pair(weights.limit),
            "fall": _minimum(weights.fall),
        },
        "slope": {
            "radii": _pair(slope.radii),
            "weights": _pair(slope.weights),
            "bound": format_rational(slope.bound),
            "status": slope.status,
            "sign": slope.sign,
            "smallest": _pair(slope.smallest),
            "nearest": format_rational(slope.nearest),
            "pieces": _pieces(slope.pieces),
        },
        "vectors": {
            "equal_factor": _pair(vectors.equal_factor),
            "equal_minimum": _minimum(vectors.equal_minimum),
            "equal_weight_range": _pair(vectors.equal_weight_range),
            "size_margin": format_rational(vectors.size_margin),
            "size_inside": format_rational(vectors.size_inside),
            "norm_factor": _pair(vectors.norm_factor),
            "size_outside": format_rational(vectors.size_outside),
        },
        "density": {
            "least": _pair(density.least),
            "minimum": _minimum(density.minimum),
            "least_to_one": _pair(density.least_to_one),
            "reach": _pair(density.reach),
            "half_mass": _pair(density.half_mass),
            "centre": _pair(density.centre),
            "side": _pair(density.side),
            "falling": _pair(density.falling),
            "unit_turn": _pair(density.unit_turn),
            "turn": _pair(density.turn),
            "turn_values": list(map(_pair, density.turn_values)),
        },
    }


def _pair(value: Interval) -> list[str]:
    return [format_rational(end) for end in value]


def _pieces(pieces: Sequence[Piece]) -> list[list[str]]:
    return [[format_rational(x) for x in (p.low, p.high, p.bound)] for p in pieces]


def _minimum(found: CertifiedMinimum) -> dict[str, Any]:
    return {
        "bounds": _pair((found.low, found.high)),
        "point": format_rational(found.point),
        "pieces": _pieces(found.pieces),
    }
