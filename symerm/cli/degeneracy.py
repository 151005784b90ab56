"""``symerm degeneracy``: dead, parallel and superfluous neurons, and the size of the fibre."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from symerm.cli.interrupts import loading
from symerm.cli.values import parse_box, parse_count, parse_format
from symerm.errors import BudgetExceeded, UnsupportedError

__all__ = ["degeneracy"]


def degeneracy(
    network: Annotated[str, typer.Argument(metavar="NETWORK", help="JSON file of a network.")],
    domain: Annotated[
        str | None,
        typer.Option(metavar="BOX", help="LO:HI for all inputs, or LO:HI,.. [default: R^p]"),
    ] = None,
    limit: Annotated[
        str,
        typer.Option(metavar="N", help="Largest number of chambers, for more than two layers."),
    ] = "2000",
    style: Annotated[
        str, typer.Option("--format", metavar="text|latex|html|json", help="Form of the report.")
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> int:
    """Find what is degenerate in the parameters of a network, exactly.

    Dead neurons, zero outputs, parallel and opposite weights, cancelling kinks, balance, minimal
    width, functional dimension, and the dimension of the set of networks with the same function.

    Exit code 0: the report is printed; 2: bad input or usage.

    \b
    Example:
      symerm degeneracy network.json
      symerm degeneracy network.json --domain -1:1 --format latex
    """
    style = parse_format(style, as_json)
    most = parse_count("--limit", limit)
    with loading():
        from symerm.networks.serialization import read_network
        from symerm.networks.shallow import ShallowNetwork
        from symerm.parametrization.deep_degeneracy import deep_degeneracy
        from symerm.parametrization.degeneracy import degeneracy as shallow_degeneracy
        from symerm.reports import degeneracy as reports

    given = read_network(network)
    box = parse_box("--domain", domain, given.input_dimension)
    try:
        if isinstance(given, ShallowNetwork):
            found = shallow_degeneracy(given, box=box)
            shown = (
                json.dumps(reports.degeneracy_to_json(found))
                if style == "json"
                else reports.format_degeneracy(found, style=style)
            )
        else:
            deep = deep_degeneracy(given, box=box, limit=most)
            shown = (
                json.dumps(reports.deep_degeneracy_to_json(deep))
                if style == "json"
                else reports.format_deep(deep, style=style)
            )
    except BudgetExceeded as error:
        raise BudgetExceeded(f"{network}: {error}") from None
    except UnsupportedError as error:
        raise UnsupportedError(f"{network}: {error}") from None
    print(shown)
    return 0
