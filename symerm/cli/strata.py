"""``symerm strata``: the boundary strata of a dataset, and whether minimisers always exist."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from symerm.cli.interrupts import loading
from symerm.cli.values import parse_columns, parse_count, parse_format

__all__ = ["strata"]

_UNDECIDED = 3


def strata(
    data: Annotated[str, typer.Argument(metavar="DATA", help="CSV or JSON file, or dataset:NAME.")],
    width: Annotated[str, typer.Option(metavar="D", help="Number of hidden neurons.")],
    outputs_dim: Annotated[str, typer.Option(metavar="Q", help="Number of outputs.")],
    inputs: Annotated[
        str | None, typer.Option(metavar="A,B", help="Input columns. [default: all but the last]")
    ] = None,
    outputs: Annotated[
        str | None, typer.Option(metavar="C,D", help="Columns that are no inputs.")
    ] = None,
    activation: Annotated[
        str, typer.Option(metavar="NAME", help="relu or leaky:1/10.")
    ] = "relu",
    no_output_bias: Annotated[
        bool, typer.Option("--no-output-bias", help="Fix the output biases at zero.")
    ] = False,
    no_hidden_bias: Annotated[
        bool, typer.Option("--no-hidden-bias", help="Fix the hidden biases at zero.")
    ] = False,
    style: Annotated[
        str, typer.Option("--format", metavar="text|latex|html|json", help="Form of the table.")
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> int:
    """List where the set of outputs of all networks fails to be closed; responses are ignored.

    Exit code 0: it is known whether every response matrix has a minimiser; 3: undecided; 2: bad
    input or usage.

    \b
    Example:
      symerm strata dataset:counterexample-3 --width 2 --outputs-dim 2
      symerm strata inputs.json --width 3 --outputs-dim 3 --format latex
    """
    from symerm.problem.architecture import Architecture, parse_activation
    from symerm.problem.reading import open_inputs

    style = parse_format(style, as_json)
    count = parse_count("--outputs-dim", outputs_dim)
    architecture = Architecture(
        parse_count("--width", width),
        parse_activation(activation),
        hidden_bias=not no_hidden_bias,
        output_bias=not no_output_bias,
    )
    dataset = open_inputs(
        data, parse_columns("--inputs", inputs), parse_columns("--outputs", outputs)
    )
    with loading():
        from symerm.attainability.strata import strata_table
        from symerm.reports.strata import format_strata, strata_to_json

    table = strata_table(dataset.inputs, architecture, outputs=count)
    if style == "json":
        print(json.dumps(strata_to_json(table)))
    else:
        print(format_strata(table, inputs=dataset.input_names, style=style))
    return _UNDECIDED if table.every_response == "undecided" else 0
