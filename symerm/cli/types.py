"""``symerm types``: the type graph of neurons on an interval, or of the points of a dataset."""

from __future__ import annotations

import json
import os
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from symerm.cli.interrupts import loading
from symerm.cli.values import parse_columns, parse_count, parse_format, parse_interval
from symerm.errors import BudgetExceeded, InputError
from symerm.files import require_writable

if TYPE_CHECKING:
    import networkx

    from symerm.problem.dataset import Dataset

__all__ = ["types"]

_DRAWINGS = ("dot", "tikz")


def types(
    data: Annotated[
        str | None, typer.Argument(metavar="DATA", help="CSV or JSON file, or dataset:NAME.")
    ] = None,
    interval: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="T0 T1", help="The types on [T0, T1] instead of DATA."),
    ] = None,
    inputs: Annotated[
        str | None, typer.Option(metavar="A,B", help="Input columns. [default: all but the last]")
    ] = None,
    outputs: Annotated[
        str | None, typer.Option(metavar="C,D", help="Columns that are no inputs.")
    ] = None,
    no_hidden_bias: Annotated[
        bool, typer.Option("--no-hidden-bias", help="Fix the hidden biases at zero.")
    ] = False,
    limit: Annotated[
        str, typer.Option(metavar="N", help="Largest number of types of DATA.")
    ] = "1000",
    style: Annotated[
        str,
        typer.Option(
            "--format", metavar="text|latex|html|json|dot|tikz", help="Table, JSON or graph."
        ),
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    plot: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Draw the graph; .png, .svg or .pdf."),
    ] = None,
) -> int:
    """List the types of a hidden neuron, and which degenerates to which.

    On an interval these are the inactive, active, ... neurons; on a dataset the activation
    patterns with zeros, one sign + 0 - for each point.  Responses are ignored.

    Exit code 0: the types are printed; 2: bad input or usage.

    \b
    Example:
      symerm types --interval 0 1
      symerm types --interval -3/2 5 --format tikz
      symerm types dataset:counterexample-3 --plot patterns.svg
    """
    style = parse_format(style, as_json, more=_DRAWINGS)
    if (data is None) == (interval is None):
        raise InputError("give either DATA or --interval T0 T1")
    if interval is not None and (inputs is not None or outputs is not None or no_hidden_bias):
        raise InputError("--inputs, --outputs and --no-hidden-bias go with DATA, not --interval")
    most = parse_count("--limit", limit)
    if plot is not None:
        _check_plot(plot, data)
    if interval is not None:
        subject = _on_interval(parse_interval("--interval", interval))
    else:
        from symerm.problem.reading import open_inputs

        dataset = open_inputs(
            str(data), parse_columns("--inputs", inputs), parse_columns("--outputs", outputs)
        )
        subject = _on_data(str(data), dataset, hidden_bias=not no_hidden_bias, limit=most)
    with loading():
        from symerm.reports.type_graph import (
            format_type_graph,
            type_graph_to_dot,
            type_graph_to_json,
        )
        from symerm.reports.type_pictures import type_graph_to_tikz, write_type_graph

    graph, symmetries = subject.graph, subject.symmetries
    if plot is not None:
        write_type_graph(graph, plot, title=subject.title)
    if style == "json":
        document = type_graph_to_json(graph, symmetries=symmetries)
        print(json.dumps({**subject.about, "types": document}))
    elif style == "dot":
        print(type_graph_to_dot(graph))
    elif style == "tikz":
        print(type_graph_to_tikz(graph))
    else:
        print(format_type_graph(graph, symmetries=symmetries, style=style))
    return 0


class _Subject(NamedTuple):
    """A type graph, generators of its symmetries, and what it is the graph of."""

    graph: networkx.DiGraph
    symmetries: list[dict[tuple[int, ...], tuple[int, ...]]]
    title: str
    about: dict[str, Any]


def _on_interval(ends: tuple[Fraction, Fraction]) -> _Subject:
    with loading():
        from symerm.arithmetic.rationals import format_rational
        from symerm.arrangements.interval_types import interval_reflection, interval_type_graph

    graph = interval_type_graph(ends)
    texts = list(map(format_rational, ends))
    return _Subject(
        graph,
        [interval_reflection(graph)],
        f"neuron types on [T0, T1] = [{', '.join(texts)}]",
        {"interval": texts, "inputs": None, "hidden_bias": True},
    )


def _on_data(source: str, dataset: Dataset, *, hidden_bias: bool, limit: int) -> _Subject:
    with loading():
        from symerm.arithmetic.rationals import format_rational
        from symerm.arrangements.faces import (
            central_symmetry,
            face_graph,
            permutation_automorphism,
        )

    try:
        graph = face_graph(dataset.inputs, hidden_bias=hidden_bias, limit=limit)
    except BudgetExceeded:
        raise BudgetExceeded(
            f"{source}: {dataset.size} points have more than {limit} types; raise --limit, or use "
            "fewer points or input columns"
        ) from None
    mirror = central_symmetry(dataset.inputs, hidden_bias=hidden_bias)
    return _Subject(
        graph,
        [] if mirror is None else [permutation_automorphism(graph, mirror)],
        f"activation patterns of {source}",
        {
            "interval": None,
            "inputs": [list(map(format_rational, row)) for row in dataset.inputs],
            "hidden_bias": hidden_bias,
        },
    )


def _check_plot(path: str, data: str | None) -> None:
    """Refuse a picture that cannot be written or would overwrite the data."""
    from symerm.reports.figures import plot_format

    plot_format(path)
    target = os.fspath(require_writable(path))
    if data is not None and os.path.realpath(data) == target:
        raise InputError("--plot would overwrite the data; name another file", file=path)
