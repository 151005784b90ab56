"""Minimal networks as text, LaTeX, HTML or JSON.

A minimal network comes with the table of the kinks on which every network with its function has
a neuron, and with what excludes fewer neurons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from symerm.arithmetic.rationals import format_rational
from symerm.networks.latex import network_latex
from symerm.networks.serialization import network_to_json
from symerm.parametrization.facings import Exclusion
from symerm.parametrization.minimal import MinimalNetwork
from symerm.reports.formulas import network_formulas
from symerm.reports.parametrization import (
    domain_text,
    hyperplane_text,
    input_names,
    vector_text,
)
from symerm.reports.report_lines import counted, format_report
from symerm.reports.tables import format_table

__all__ = ["format_minimal", "minimal_reason", "minimal_to_json"]

#: Exclusions that are told one by one.
_MANY = 4


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
            f"at least {counted(found.lower_bound, 'neuron')} and at most {found.width}; "
            f"{found.undecided}"
        )
    if not found.width:
        return "the function is constant"
    if not kinks:
        share = extra if found.form.box is not None else extra // 2
        needed = f"{counted(extra, 'neuron')} on {domain_text(found.form.box)}"
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

    Examples
    --------
    >>> from symerm.networks import network_from_json
    >>> from symerm.parametrization.minimal import minimal_network
    >>> dead = network_from_json({
    ...     "activation": "relu", "hidden_weights": [[1]], "hidden_biases": [0],
    ...     "output_weights": [[0]], "output_biases": [3]})
    >>> document = minimal_to_json(minimal_network(dead), given=1)
    >>> document["width"], document["reason"], document["network"]["output_biases"]
    (0, 'the function is constant', [3])
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

    Examples
    --------
    >>> from symerm.networks import network_from_json
    >>> from symerm.parametrization.minimal import minimal_network
    >>> double = network_from_json({
    ...     "activation": "relu", "hidden_weights": [[1], [2]], "hidden_biases": [0, 0],
    ...     "output_weights": [[1], [1]], "output_biases": [3]})
    >>> print(format_minimal(minimal_network(double), given=2))
    width       1, given 2
    minimal     yes
    domain      the whole space
    reason      every network with this function has a neuron on the kink
    network     y = 3*h1 + 3
                h1 = relu(x)
    <BLANKLINE>
    #  kink   jump  neurons  faces
    1  x = 0     3        1  positive side
    """
    answer = "undecided" if found.undecided is not None else "yes"
    entries = [
        ("width", f"{found.width}, given {given}"),
        ("minimal", answer),
        ("domain", domain_text(found.form.box)),
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
            str(k + 1), hyperplane_text(kink), vector_text(kink.jump),
            "2" if k in found.doubled else "1", _facing(found, k),
        )
        for k, kink in enumerate(found.form.kinks)
    ]
    tables = [format_table(header, rows, style=style)] if rows else []
    text = format_report(entries, tables, style=style)
    if style == "latex":
        return f"{text}\n\\[\n{network_latex(found.network)}\n\\]"
    return text


def _labelled(name: str, lines: Sequence[str]) -> list[tuple[str, str]]:
    return [(name if k == 0 else "", line) for k, line in enumerate(lines)]


def _exclusions(found: MinimalNetwork) -> Iterator[str]:
    for exclusion in found.exclusions[:_MANY]:
        yield f"{_case(exclusion)}: {_cause(exclusion)}"
    if len(found.exclusions) > _MANY:
        yield f"{counted(len(found.exclusions) - _MANY, 'more case')}, all in the JSON object"


def _case(exclusion: Exclusion) -> str:
    """The case as a choice of neurons."""
    doubled = ", ".join(str(k + 1) for k in exclusion.doubled)
    parts = [f"two neurons on {doubled}"] if doubled else []
    if exclusion.rank:
        parts.append(f"a linear map of rank {exclusion.rank}")
    return " and ".join(parts) or "single neurons"


def _cause(exclusion: Exclusion) -> str:
    if exclusion.functional is not None:
        rows = [vector_text(row) for row in exclusion.functional]
        return f"refuted by the functional {rows[0] if len(rows) == 1 else ', '.join(rows)}"
    if exclusion.examined:
        return f"all facings examined, {counted(exclusion.examined, 'partial sum')}"
    return "the rank of the linear part is larger for all facings"


def _formulas(found: MinimalNetwork) -> Iterator[str]:
    network = found.network
    return network_formulas(
        network.hidden_weights,
        network.hidden_biases,
        network.output_weights,
        network.output_biases,
        activation=network.activation.name,
        inputs=input_names(found.form.dimension),
        outputs=_outputs(found.form.outputs),
    )


def _facing(found: MinimalNetwork, k: int) -> str:
    """The side that the single neuron of a kink is active on."""
    if k in found.doubled:
        return "both sides"
    return "negative side" if k in found.flipped else "positive side"


def _outputs(count: int) -> list[str]:
    return ["y"] if count == 1 else [f"y{k}" for k in range(1, count + 1)]
