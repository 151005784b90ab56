"""``symerm distance``: how far two networks are apart, as functions and as parameters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from symerm.cli.interrupts import loading
from symerm.cli.values import parse_box, parse_choice, parse_count, parse_format
from symerm.errors import BudgetExceeded, InputError, UnsupportedError

if TYPE_CHECKING:
    from symerm.networks.deep import DeepNetwork
    from symerm.networks.shallow import ShallowNetwork
    from symerm.parametrization.parameter_distance import Enclosure, ParameterDistance

__all__ = ["distance"]

_UNDECIDED = 3


def distance(
    first: Annotated[str, typer.Argument(metavar="A", help="JSON file of a network.")],
    second: Annotated[str, typer.Argument(metavar="B", help="JSON file of a network.")],
    domain: Annotated[
        str | None,
        typer.Option(metavar="BOX", help="LO:HI for all inputs, or LO:HI,.. [default: R^p]"),
    ] = None,
    norm: Annotated[
        str, typer.Option(metavar="max|euclidean", help="Norm of the parameters.")
    ] = "max",
    balanced: Annotated[
        bool,
        typer.Option("--balanced", help="Compare balanced neurons; do not rescale those of B."),
    ] = False,
    limit: Annotated[
        str, typer.Option(metavar="N", help="Largest number of cells in a search.")
    ] = "100000",
    style: Annotated[
        str, typer.Option("--format", metavar="text|latex|html|json", help="Form of the report.")
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> int:
    """Measure how far two networks are apart: their functions, and their parameters.

    Functions: the largest slope of A - B (the W^{1,inf} seminorm) and the largest |A - B|, exactly
    and with the places.  Parameters: the least distance over all orders of the neurons of B and
    all positive scalings of its neurons, with the matching; exact or enclosed.

    Exit code 0: answered; 3: a search over cells was given up; 2: bad input or usage.

    \b
    Example:
      symerm distance a.json b.json --domain -1:1
      symerm distance a.json b.json --balanced --json
    """
    style = parse_format(style, as_json)
    parse_choice("--norm", norm, ("max", "euclidean"))
    most = parse_count("--limit", limit)
    with loading():
        from symerm.networks.serialization import read_network
        from symerm.parametrization.function_distance import function_distance
        from symerm.reports.distances import distances_to_json, format_distances

    a, b = read_network(first), read_network(second)
    box = parse_box("--domain", domain, a.input_dimension or b.input_dimension)
    notes = []
    try:
        functions = function_distance(a, b, box=box, limit=most)
    except BudgetExceeded as refusal:
        functions = None
        notes.append(f"no distance of functions: {refusal}")
    parameters, remark = _parameters(a, b, norm=norm, balanced=balanced)
    if remark:
        notes.append(remark)
    if style == "json":
        document = distances_to_json(functions, parameters, norm=norm, box=box, notes=notes)
        print(json.dumps(document))
    else:
        print(format_distances(functions, parameters, norm=norm, notes=notes, style=style))
    return _UNDECIDED if functions is None else 0


def _parameters(
    a: ShallowNetwork | DeepNetwork,
    b: ShallowNetwork | DeepNetwork,
    *,
    norm: str,
    balanced: bool,
) -> tuple[ParameterDistance | Enclosure | None, str]:
    """The distance of the parameters and a remark, or only the reason why there is none."""
    with loading():
        from symerm.parametrization.equality import as_two_layers
        from symerm.parametrization.parameter_distance import (
            entrywise_distance,
            parameter_distance,
        )

    shallow = as_two_layers(a), as_two_layers(b)
    try:
        if shallow[0] is None or shallow[1] is None:
            remark = "orders and scalings of neurons are tried for networks of two layers only"
            return entrywise_distance(a, b, norm=norm), remark
        return parameter_distance(shallow[0], shallow[1], norm=norm, balanced=balanced), ""
    except (InputError, UnsupportedError) as refusal:
        return None, f"no distance of parameters: {refusal}"
