"""Equality of networks and minimal networks as text, LaTeX, HTML or JSON.

Two unequal two-layer networks are told apart by a table of the kinks, linear parts and constants
that differ; a minimal network comes with the table of the kinks on which every network with its
function has a neuron, and with what excludes fewer neurons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from symerm.arithmetic.rationals import format_rational
from symerm.networks.latex import network_latex
from symerm.networks.serialization import network_to_json
from symerm.parametrization.equality import Comparison
from symerm.parametrization.facings import Exclusion
from symerm.parametrization.kinks import Box, Kink, KinkForm
from symerm.parametrization.minimal import MinimalNetwork
from symerm.reports.formulas import combination_formula, format_decimal, network_formulas
from symerm.reports.tables import escape_text, format_table

__all__ = [
    "comparison_reason",
    "comparison_to_json",
    "format_comparison",
    "format_minimal",
    "minimal_reason",
    "minimal_to_json",
]

_INDENT = 12
#: Longest exact rational that is shown in a text, in characters.
_LONGEST = 24
#: Exclusions that are told one by one.
_MANY = 4

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
        return f"the same {_count(len(first.kinks), 'kink')}, linear part and constant"
    kinks = [row for row in _jumps(first, second) if row[1] != row[2]]
    if kinks:
        place, one, other = kinks[0]
        where = _hyperplane(place)
        if one is None or other is None:
            name, jump = ("second", other) if one is None else ("first", one)
            size = _vector(jump or ())
            text = f"only the {name} network has a kink at {where}, with jump {size}"
        else:
            text = f"the kinks at {where} differ: jump {_vector(one)} against {_vector(other)}"
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
        f"kinks and linear parts agree, but not the constants: {_vector(first.offset)} against "
        f"{_vector(second.offset)}"
    )


def comparison_to_json(found: Comparison) -> dict[str, Any]:
    """The object that ``symerm equal --json`` prints; numbers are exact texts."""
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
    """
    entries = [
        ("equal", "yes" if found.equal else "no"),
        ("domain", _domain(box)),
        ("reason", comparison_reason(found)),
    ]
    if found.point is not None and found.values is not None:
        entries.append(("point", _vector(found.point)))
        entries.append(("values", " against ".join(map(_vector, found.values))))
    table = None
    if not found.equal and found.forms is not None:
        table = (("where", "first", "second"), list(_differences(*found.forms)))
    return _report(entries, table, style)


def minimal_reason(found: MinimalNetwork) -> str:
    """Why no network with the function has fewer neurons, or what is open, in one line.

    Examples
    --------
    >>> from symerm.networks import network_from_json
    >>> from symerm.parametrization.minimal import minimal_network
    >>> print(minimal_reason(minimal_network(network_from_json({
    ...     "activation": "relu", "hidden_weights": [[1], [-1]], "hidden_biases": [0, 0],
    ...     "output_weights": [[2], [1]], "output_biases": [0]}))))
    every network with this function has a neuron on the kink, and one neuron on it does not suffice
    """
    kinks = len(found.form.kinks)
    extra = found.width - kinks
    if found.undecided is not None:
        return (
            f"at least {_count(found.lower_bound, 'neuron')} and at most {found.width}; "
            f"{found.undecided}"
        )
    if not found.width:
        return "the function is constant"
    if not kinks:
        share = extra if found.form.box is not None else extra // 2
        needed = f"{_count(extra, 'neuron')} on {_domain(found.form.box)}"
        return f"the function is affine with a linear part of rank {share}, which needs {needed}"
    each = "the kink" if kinks == 1 else f"each of the {kinks} kinks"
    text = f"every network with this function has a neuron on {each}"
    if not extra:
        return text
    if extra == 1:
        one = "one neuron on it does" if kinks == 1 else "single neurons on them do"
        return f"{text}, and {one} not suffice"
    more = "one neuron more does" if extra == 2 else f"{extra - 1} neurons more do"
    return f"{text}, and {more} not suffice"


def minimal_to_json(found: MinimalNetwork, *, given: int) -> dict[str, Any]:
    """The object that ``symerm minimal --json`` prints; kinks are numbered from 0 on.

    Parameters
    ----------
    found : MinimalNetwork
    given : int
        Width of the network that was given.
    """
    return {
        "width": found.width,
        "given_width": given,
        "lower_bound": found.lower_bound,
        "minimal": found.is_minimal,
        "undecided": found.undecided is not None,
        "reason": minimal_reason(found),
        "network": network_to_json(found.network),
        "kinks": [
            {
                "normal": list(kink.normal),
                "offset": kink.offset,
                "jump": list(map(format_rational, kink.jump)),
                "neurons": 2 if k in found.doubled else 1,
                "faces": _facing(found, k),
            }
            for k, kink in enumerate(found.form.kinks)
        ],
        "linear_part": [list(map(format_rational, row)) for row in found.form.matrix],
        "exclusions": [
            {
                "doubled": list(exclusion.doubled),
                "rank": exclusion.rank,
                "functional": None
                if exclusion.functional is None
                else [list(map(format_rational, row)) for row in exclusion.functional],
                "examined": exclusion.examined,
            }
            for exclusion in found.exclusions
        ],
    }


def format_minimal(
    found: MinimalNetwork, *, given: int, output: str | None = None, style: str = "text"
) -> str:
    """The report that ``symerm minimal`` prints.

    Parameters
    ----------
    found : MinimalNetwork
    given : int
        Width of the network that was given.
    output : str, optional
        The path that the network was written to.
    style : ``"text"``, ``"latex"`` or ``"html"``
    """
    answer = "undecided" if found.undecided is not None else "yes"
    entries = [
        ("width", f"{found.width}, given {given}"),
        ("minimal", answer),
        ("domain", _domain(found.form.box)),
        ("reason", minimal_reason(found)),
    ]
    entries += _labelled("excluded", list(_exclusions(found)))
    if style != "latex":
        entries += _labelled("network", list(_formulas(found)))
    if output is not None:
        entries.append(("output", output))
    header = ("#", "kink", "jump", "neurons", "faces")
    rows: list[tuple[str, ...]] = [
        (
            str(k + 1), _hyperplane(kink), _vector(kink.jump),
            "2" if k in found.doubled else "1", _facing(found, k),
        )
        for k, kink in enumerate(found.form.kinks)
    ]
    report = _report(entries, (header, rows) if rows else None, style)
    if style == "latex":
        return f"{report}\n\\[\n{network_latex(found.network)}\n\\]"
    return report


def _report(
    entries: Sequence[tuple[str, str]],
    table: tuple[Sequence[str], list[tuple[str, ...]]] | None,
    style: str,
) -> str:
    """Entries and a table in one of the formats."""
    shown = [] if table is None else [format_table(*table, style=style)]
    if style == "text":
        lines = [f"{name:<{_INDENT}}{text}".rstrip() for name, text in entries]
        return "\n".join([*lines, *([""] if shown else []), *shown])
    before, after = ("<p>", "</p>") if style == "html" else ("", "\n")
    lines = [
        f"{before}{escape_text(f'{name}: {text}' if name else text, style=style)}{after}"
        for name, text in entries
    ]
    return "\n".join([*lines, *shown])


def _labelled(name: str, lines: Sequence[str]) -> list[tuple[str, str]]:
    return [(name if k == 0 else "", line) for k, line in enumerate(lines)]


def _exclusions(found: MinimalNetwork) -> Iterator[str]:
    for exclusion in found.exclusions[:_MANY]:
        yield f"{_case(exclusion)}: {_cause(exclusion)}"
    if len(found.exclusions) > _MANY:
        yield f"{_count(len(found.exclusions) - _MANY, 'more case')}, all in the JSON object"


def _case(exclusion: Exclusion) -> str:
    """The case as a choice of neurons."""
    doubled = ", ".join(str(k + 1) for k in exclusion.doubled)
    parts = [f"two neurons on {doubled}"] if doubled else []
    if exclusion.rank:
        parts.append(f"a linear map of rank {exclusion.rank}")
    return " and ".join(parts) or "single neurons"


def _cause(exclusion: Exclusion) -> str:
    if exclusion.functional is not None:
        rows = [_vector(row) for row in exclusion.functional]
        return f"refuted by the functional {rows[0] if len(rows) == 1 else ', '.join(rows)}"
    if exclusion.examined:
        return f"all facings examined, {_count(exclusion.examined, 'partial sum')}"
    return "the rank of the linear part is larger for all facings"


def _formulas(found: MinimalNetwork) -> Iterator[str]:
    network = found.network
    return network_formulas(
        network.hidden_weights,
        network.hidden_biases,
        network.output_weights,
        network.output_biases,
        activation=network.activation.name,
        inputs=_inputs(found.form.dimension),
        outputs=_outputs(found.form.outputs),
    )


def _facing(found: MinimalNetwork, k: int) -> str:
    """The side that the single neuron of a kink is active on."""
    if k in found.doubled:
        return "both sides"
    return "negative side" if k in found.flipped else "positive side"


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
            shown = ("none" if jump is None else _vector(jump) for jump in (one, other))
            yield (f"jump at {_hyperplane(kink)}", *shown)
    if first.matrix != second.matrix:
        yield "linear part", _linear(first), _linear(second)
    if first.offset != second.offset:
        yield "constant", _vector(first.offset), _vector(second.offset)


def _hyperplane(kink: Kink) -> str:
    normal = list(map(Fraction, kink.normal))
    text, rounded = combination_formula(normal, _inputs(len(normal)), Fraction(kink.offset))
    return f"{text} {'~' if rounded else '='} 0"


def _linear(form: KinkForm) -> str:
    names = _inputs(form.dimension)
    rows = [combination_formula(row, names)[0] for row in form.matrix]
    return rows[0] if len(rows) == 1 else f"({', '.join(rows)})"


def _vector(values: Vector) -> str:
    texts = [_number(value) for value in values]
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"


def _number(value: Fraction) -> str:
    text = format_rational(value)
    return text if len(text) <= _LONGEST else f"~{format_decimal(value)}"


def _domain(box: Box | None) -> str:
    if box is None:
        return "the whole space"
    sides = [f"[{format_rational(low)}, {format_rational(high)}]" for low, high in box]
    if len(sides) > 1 and len(set(sides)) == 1:
        return f"{sides[0]}^{len(sides)}"
    return " x ".join(sides)


def _inputs(count: int) -> list[str]:
    return ["x"] if count == 1 else [f"x{k}" for k in range(1, count + 1)]


def _outputs(count: int) -> list[str]:
    return ["y"] if count == 1 else [f"y{k}" for k in range(1, count + 1)]


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"
