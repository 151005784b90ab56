"""Tables of boundary strata as text, LaTeX, HTML or JSON.

One row per stratum up to symmetry: what merges, its subspaces, the number of free parameters,
how many strata the row stands for, and whether the subspaces are realised by networks.  Below
the table stand the witnesses: neurons that span a subspace, or all that a subspace contains.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from symerm.arithmetic.rationals import format_rational
from symerm.attainability.realised import RatioInterval
from symerm.attainability.strata import StrataTable, Stratum
from symerm.networks.serialization import network_to_json
from symerm.reports.formulas import combination_formula
from symerm.reports.tables import escape_text, format_table

__all__ = ["format_strata", "strata_to_json"]

_HEADER = ("#", "what merges", "subspaces", "dim", "cases", "image", "decided for")


def strata_to_json(table: StrataTable) -> dict[str, Any]:
    """The object that ``symerm strata --json`` prints; numbers that may be fractions are texts.

    Examples
    --------
    >>> from symerm.attainability.strata import strata_table
    >>> from symerm.problem.architecture import Architecture
    >>> document = strata_to_json(strata_table([(0,), (1,)], Architecture(2), outputs=2))
    >>> document["every_response_has_minimiser"], document["strata"]
    ('yes', [])
    """
    architecture = table.architecture
    return {
        "n": len(table.inputs),
        "p": len(table.inputs[0]),
        "width": architecture.width,
        "outputs": table.outputs,
        "activation": architecture.activation.name,
        "hidden_bias": architecture.hidden_bias,
        "output_bias": architecture.output_bias,
        "inputs": [list(map(format_rational, row)) for row in table.inputs],
        "patterns": table.cells,
        "symmetries": table.symmetries,
        "complete": table.complete,
        "omitted": table.omitted,
        "strata": [_stratum(stratum) for stratum in table.strata],
        "every_response_has_minimiser": table.every_response,
        "reason": table.reason,
        "response": None if table.response is None else [list(row) for row in table.response],
    }


def _stratum(stratum: Stratum) -> dict[str, Any]:
    pencil = stratum.pencil
    witness = refutation = None
    if stratum.witness is not None:
        ratio, network = stratum.witness
        witness = {"ratio": format_rational(ratio), "network": network_to_json(network)}
    if stratum.outside is not None:
        ratio, neurons = stratum.outside
        refutation = {
            "ratio": format_rational(ratio),
            "subspace": [list(row) for row in pencil.space(ratio)],
            "neurons_inside": [list(neuron) for neuron in neurons],
        }
    return {
        "kind": stratum.kind,
        "description": stratum.words,
        "subspaces": stratum.symbols,
        "dimension": stratum.dimension,
        "cases": stratum.cases,
        "status": stratum.status,
        "sample": stratum.sample or None,
        "base": [list(row) for row in pencil.base],
        "first": list(pencil.first),
        "second": list(pencil.second),
        "realised_ratios": [
            [format_rational(i.low), None if i.high is None else format_rational(i.high)]
            for i in stratum.realised
        ],
        "witness": witness,
        "refutation": refutation,
    }


def format_strata(table: StrataTable, *, inputs: Sequence[str], style: str = "text") -> str:
    """The table with its witnesses and the answer, as text, LaTeX or HTML.

    Parameters
    ----------
    table : StrataTable
    inputs : names of the p inputs
    style : ``"text"``, ``"latex"`` or ``"html"``

    Examples
    --------
    >>> from symerm.attainability.strata import strata_table
    >>> from symerm.problem.architecture import Architecture
    >>> table = strata_table([(0,), (1,)], Architecture(2), outputs=2)
    >>> print(format_strata(table, inputs=["x"]))
    no boundary strata
    every response has a minimiser: yes
    reason: affinely independent inputs: the image is all matrices of bounded rank
    """
    rows = [
        (
            str(number), stratum.words, stratum.symbols, str(stratum.dimension),
            str(stratum.cases), _image(stratum), stratum.sample or "every member",
        )
        for number, stratum in enumerate(table.strata, start=1)
    ]
    lines = [
        line
        for number, stratum in enumerate(table.strata, start=1)
        for line in _witnesses(number, stratum, inputs, table.architecture.activation.name)
    ]
    end = list(_answer(table))
    if style == "text":
        shown = format_table(_HEADER, rows) if rows else "no boundary strata"
        return "\n".join([shown, *(["", *lines, ""] if lines else []), *end])
    shown = format_table(_HEADER, rows, style=style)
    before, after = ("<p>", "</p>") if style == "html" else ("\n", "")
    return "\n".join(
        [shown, *(f"{before}{escape_text(line, style=style)}{after}" for line in [*lines, *end])]
    )


def _image(stratum: Stratum) -> str:
    if stratum.status != "partly":
        return stratum.status
    return f"inside for y1/y0 {' or '.join(map(_interval, stratum.realised))}"


def _interval(interval: RatioInterval) -> str:
    if interval.high is None:
        return f">= {format_rational(interval.low)}"
    if interval.low == 0:
        return f"<= {format_rational(interval.high)}"
    if interval.low == interval.high:
        return f"= {format_rational(interval.low)}"
    return f"from {format_rational(interval.low)} to {format_rational(interval.high)}"


def _witnesses(
    number: int, stratum: Stratum, inputs: Sequence[str], activation: str
) -> list[str]:
    lines = []
    if stratum.witness is not None:
        ratio, network = stratum.witness
        found = _neurons(
            [(*w, b) for w, b in zip(network.hidden_weights, network.hidden_biases, strict=True)],
            inputs, activation,
        )
        lines.append(f"{number}: inside at y1/y0 = {format_rational(ratio)}, spanned by {found}")
    if stratum.outside is not None:
        ratio, neurons = stratum.outside
        found = _neurons(neurons, inputs, activation)
        lines.append(
            f"{number}: outside at y1/y0 = {format_rational(ratio)}, all neurons in it are "
            f"combinations of {found}"
        )
    return lines


def _neurons(
    neurons: Sequence[Sequence[Fraction | int]], inputs: Sequence[str], activation: str
) -> str:
    return " and ".join(
        f"{activation}({_formula(tuple(map(Fraction, neuron)), inputs)})" for neuron in neurons
    )


def _formula(neuron: Sequence[Fraction], inputs: Sequence[str]) -> str:
    bias = neuron[len(inputs)] if len(neuron) > len(inputs) else Fraction(0)
    return combination_formula(neuron[: len(inputs)], inputs, bias)[0]


def _answer(table: StrataTable) -> list[str]:
    lines = [
        f"every response has a minimiser: {table.every_response}", f"reason: {table.reason}"
    ]
    if table.strata:
        total = sum(stratum.cases for stratum in table.strata)
        known = "these are all strata" if table.complete else "not proved to be all strata"
        left_out = f", {table.omitted} more left out" if table.omitted else ""
        lines.append(
            f"strata: {total} up to the order of neurons, {len(table.strata)} up to "
            f"{table.symmetries} symmetries of the data; {known}{left_out}"
        )
    if table.response is not None:
        rows = ", ".join(f"({', '.join(map(str, row))})" for row in table.response)
        lines.append(f"response without minimiser: {rows}")
    return lines
