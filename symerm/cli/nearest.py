"""``symerm nearest``: the parametrization of one network's function nearest to another network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from symerm.cli.interrupts import loading
from symerm.cli.values import parse_count, parse_format, parse_positive
from symerm.errors import InputError

if TYPE_CHECKING:
    from symerm.networks.shallow import ShallowNetwork
    from symerm.parametrization.balanced import BalancedNetwork

__all__ = ["nearest"]


def nearest(
    gamma: Annotated[
        str, typer.Argument(metavar="GAMMA", help="JSON file of a network in N*, or any: --lift.")
    ],
    target: Annotated[
        str, typer.Argument(metavar="G", help="JSON file of a network that realises g.")
    ],
    lift: Annotated[
        bool,
        typer.Option("--lift", help="Lift both to N* over the inputs (x, 1, -1), and back."),
    ] = False,
    precision: Annotated[
        str, typer.Option(metavar="R", help="Width of the bounds of irrational numbers in JSON.")
    ] = "1e-20",
    limit: Annotated[
        str | None,
        typer.Option(metavar="N", help="Largest number of cells for the function distance."),
    ] = None,
    style: Annotated[
        str, typer.Option("--format", metavar="text|latex|html|json", help="Form of the table.")
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> int:
    """Find the parametrization Phi of g in the restricted set N* nearest to GAMMA, exactly.

    N* holds ReLU networks without biases whose neurons are (1) balanced, |a| = |c|, (2) of
    different directions, (3) of positive last two weights.  Printed are |Phi - Gamma|, the
    distance |g - R(Gamma)| in the seminorm W1,inf, and the bound of inverse stability.

    Exit code 0: the parametrization is printed; 2: bad input or usage.

    \b
    Example:
      symerm nearest gamma.json g.json
      symerm nearest trained.json other.json --lift --json
    """
    style = parse_format(style, as_json)
    width = parse_positive("--precision", precision)
    with loading():
        from symerm.parametrization.nearest import nearest_parametrization
        from symerm.parametrization.restricted_set import (
            require_restricted,
            restricted_form,
            to_restricted_set,
        )
        from symerm.parametrization.seminorm import DEFAULT_LIMIT
        from symerm.reports.stability import format_nearest, nearest_to_json

    cells = DEFAULT_LIMIT if limit is None else parse_count("--limit", limit)
    networks: list[BalancedNetwork] = []
    # Gamma is a point of N*; of g only the function counts, and it is given the form it has there.
    for path, project in ((gamma, require_restricted), (target, restricted_form)):
        network = _read(path)
        try:
            networks.append(to_restricted_set(network) if lift else project(network))
        except InputError as error:
            raise error.located(file=path) from None
    found = nearest_parametrization(*networks, limit=cells)
    if style == "json":
        print(json.dumps(nearest_to_json(found, lifted=lift, width=width)))
    else:
        print(format_nearest(found, style=style))
    return 0


def _read(path: str) -> ShallowNetwork:
    with loading():
        from symerm.networks.serialization import read_network
        from symerm.networks.shallow import ShallowNetwork

    network = read_network(path)
    if not isinstance(network, ShallowNetwork):
        raise InputError("the network has more than two layers; two are needed", file=path)
    return network
