"""Equality of networks as text, LaTeX, HTML or JSON, and words for kink forms.

Two unequal two-layer networks are told apart by a table of the kinks, linear parts and constants
that differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from symerm.arithmetic.rationals import format_rational
from symerm.parametrization.equality import Comparison
from symerm.parametrization.hyperplane_groups import HyperplaneGroup
from symerm.parametrization.kinks import Box, Kink, KinkForm
from symerm.reports.formulas import combination_formula
from symerm.reports.report_lines import counted, exact_or_decimal, format_report
from symerm.reports.tables import format_table

__all__ = [
    "comparison_reason",
    "comparison_to_json",
    "domain_text",
    "domain_to_json",
    "format_comparison",
    "hyperplane_text",
    "input_names",
    "vector_text",
]

Vector = tuple[Fraction, ...]


def comparison_reason(found: Comparison) -> str:
    """Which kink or affine part makes the difference, in one line.

    Examples
    --------
    >>> from symerm.networks import network_from_json
    >>> from symerm.parametrization.equality import compare_networks
    >>> first, second = (network_from_json({
    ...     "activation": "relu", "hidden_weights": [[w]], "hidden_biases": [-1],
    ...     "output_weights": [[1]], "output_biases": [0]}) for w in (2, 3))
    >>> print(comparison_reason(compare_networks(first, second)))
    only the first network has a kink at 2*x - 1 = 0, with jump 1; 1 more kink differs
    """
    if found.forms is None:
        if found.equal:
            pieces = "its only piece" if found.pieces == 1 else f"all its {found.pieces} pieces"
            return f"the difference is zero on {pieces}"
        return "the values at a point differ"
    first, second = found.forms
    if found.equal:
        return f"the same {counted(len(first.kinks), 'kink')}, linear part and constant"
    kinks = [row for row in _jumps(first, second) if row[1] != row[2]]
    if kinks:
        place, one, other = kinks[0]
        where = hyperplane_text(place)
        if one is None or other is None:
            name, jump = ("second", other) if one is None else ("first", one)
            size = vector_text(jump or ())
            text = f"only the {name} network has a kink at {where}, with jump {size}"
        else:
            sizes = f"{vector_text(one)} against {vector_text(other)}"
            text = f"the kinks at {where} differ: jump {sizes}"
        rest = len(kinks) - 1
        if not rest:
            return text
        return f"{text}; {rest} more {'kink differs' if rest == 1 else 'kinks differ'}"
    if first.matrix != second.matrix:
        return (
            f"the kinks agree, but not the linear parts: {_linear(first)} against "
            f"{_linear(second)}"
        )
    return (
        f"kinks and linear parts agree, but not the constants: {vector_text(first.offset)} against "
        f"{vector_text(second.offset)}"
    )


def comparison_to_json(found: Comparison) -> dict[str, Any]:
    """The object that ``symerm equal --json`` prints; numbers are exact texts.

    Examples
    --------
    >>> comparison_to_json(Comparison(True, pieces=3))
    ... # doctest: +NORMALIZE_WHITESPACE
    {'equal': True, 'point': None, 'values': None,
     'reason': 'the difference is zero on all its 3 pieces'}
    """
    return {
        "equal": found.equal,
        "point": None if found.point is None else list(map(format_rational, found.point)),
        "values": None
        if found.values is None
        else [list(map(format_rational, row)) for row in found.values],
        "reason": comparison_reason(found),
    }


def format_comparison(found: Comparison, *, box: Box | None = None, style: str = "text") -> str:
    """The report that ``symerm equal`` prints.

    Parameters
    ----------
    found : Comparison
    box : Box, optional
        Where the networks were compared.
    style : ``"text"``, ``"latex"`` or ``"html"``

    Examples
    --------
    >>> print(format_comparison(Comparison(True, pieces=1)))
    equal       yes
    domain      the whole space
    reason      the difference is zero on its only piece
    """
    entries = [
        ("equal", "yes" if found.equal else "no"),
        ("domain", domain_text(box)),
        ("reason", comparison_reason(found)),
    ]
    if found.point is not None and found.values is not None:
        entries.append(("point", vector_text(found.point)))
        entries.append(("values", " against ".join(map(vector_text, found.values))))
    tables = []
    if not found.equal and found.forms is not None:
        rows = list(_differences(*found.forms))
        tables.append(format_table(("where", "first", "second"), rows, style=style))
    return format_report(entries, tables, style=style)


def _jumps(
    first: KinkForm, second: KinkForm
) -> Iterator[tuple[Kink, Vector | None, Vector | None]]:
    """All kinks with their jumps in both functions, None where there is no kink."""
    jumps = [{(k.normal, k.offset): k for k in form.kinks} for form in (first, second)]
    for place in sorted({*jumps[0], *jumps[1]}):
        one, other = (each.get(place) for each in jumps)
        kink = one or other
        assert kink is not None
        yield kink, one.jump if one else None, other.jump if other else None


def _differences(first: KinkForm, second: KinkForm) -> Iterator[tuple[str, ...]]:
    for kink, one, other in _jumps(first, second):
        if one != other:
            shown = ("none" if jump is None else vector_text(jump) for jump in (one, other))
            yield (f"jump at {hyperplane_text(kink)}", *shown)
    if first.matrix != second.matrix:
        yield "linear part", _linear(first), _linear(second)
    if first.offset != second.offset:
        yield "constant", vector_text(first.offset), vector_text(second.offset)


def hyperplane_text(kink: Kink | HyperplaneGroup) -> str:
    """The equation of a kink, or of the hyperplane of neurons.

    Examples
    --------
    >>> hyperplane_text(Kink((2, -1), 3, (Fraction(1),)))
    '2*x1 - x2 + 3 = 0'
    """
    normal = list(map(Fraction, kink.normal))
    text, rounded = combination_formula(normal, input_names(len(normal)), Fraction(kink.offset))
    return f"{text} {'~' if rounded else '='} 0"


def _linear(form: KinkForm) -> str:
    names = input_names(form.dimension)
    rows = [combination_formula(row, names)[0] for row in form.matrix]
    return rows[0] if len(rows) == 1 else f"({', '.join(rows)})"


def vector_text(values: Vector) -> str:
    """A number, or several in brackets; long ones rounded after ``~``.

    Examples
    --------
    >>> vector_text((Fraction(1, 2),)), vector_text((Fraction(1, 10**30), Fraction(3)))
    ('1/2', '(~1E-30, 3)')
    """
    texts = list(map(exact_or_decimal, values))
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"


def domain_to_json(box: Box | None) -> list[list[str]] | None:
    """The sides of a box as pairs of texts.

    Examples
    --------
    >>> domain_to_json(((Fraction(0), Fraction(1, 2)),)), domain_to_json(None)
    ([['0', '1/2']], None)
    """
    return None if box is None else [list(map(format_rational, side)) for side in box]


def domain_text(box: Box | None) -> str:
    """Where a form holds.

    Examples
    --------
    >>> domain_text(((Fraction(0), Fraction(1)),) * 2), domain_text(None)
    ('[0, 1]^2', 'the whole space')
    """
    if box is None:
        return "the whole space"
    sides = [f"[{format_rational(low)}, {format_rational(high)}]" for low, high in box]
    if len(sides) > 1 and len(set(sides)) == 1:
        return f"{sides[0]}^{len(sides)}"
    return " x ".join(sides)


def input_names(count: int) -> list[str]:
    """Names of inputs that have none.

    Examples
    --------
    >>> input_names(1), input_names(2)
    (['x'], ['x1', 'x2'])
    """
    return ["x"] if count == 1 else [f"x{k}" for k in range(1, count + 1)]
