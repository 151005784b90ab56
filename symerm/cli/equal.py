"""``symerm equal``: whether two networks realise the same function."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from symerm.cli.interrupts import loading
from symerm.cli.values import parse_box, parse_count, parse_format
from symerm.errors import BudgetExceeded

__all__ = ["equal"]


def equal(
    first: Annotated[str, typer.Argument(metavar="A", help="JSON file of a network.")],
    second: Annotated[str, typer.Argument(metavar="B", help="JSON file of a network.")],
    domain: Annotated[
        str | None,
        typer.Option(metavar="BOX", help="LO:HI for all inputs, or LO:HI,.. [default: R^p]"),
    ] = None,
    limit: Annotated[
        str, typer.Option(metavar="N", help="Largest number of pieces of deeper networks.")
    ] = "20000",
    style: Annotated[
        str, typer.Option("--format", metavar="text|latex|html|json", help="Form of the report.")
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> int:
    """Decide whether two networks realise the same function, exactly.

    Activations relu and leaky, any depth.  If the functions differ a rational point with both
    values shows it, and for networks of two layers a table of what differs.

    Exit code 0: answered either way; 2: bad input or usage, or more than N pieces.

    \b
    Example:
      symerm equal a.json b.json
      symerm equal a.json b.json --domain -1:1
      symerm equal a.json b.json --domain=-3/2:5,0:1 --json
    """
    style = parse_format(style, as_json)
    most = parse_count("--limit", limit)
    with loading():
        from symerm.networks.serialization import read_network
        from symerm.parametrization.equality import compare_networks
        from symerm.reports.parametrization import comparison_to_json, format_comparison

    networks = [read_network(path) for path in (first, second)]
    inputs = max(network.input_dimension for network in networks)
    box = parse_box("--domain", domain, inputs)
    try:
        found = compare_networks(networks[0], networks[1], box=box, limit=most)
    except BudgetExceeded:
        raise BudgetExceeded(
            f"{first} and {second} cut the inputs into more than {most} pieces; raise --limit, or "
            "give a smaller --domain"
        ) from None
    if style == "json":
        print(json.dumps(comparison_to_json(found)))
    else:
        print(format_comparison(found, box=box, style=style))
    return 0
