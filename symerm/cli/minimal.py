"""``symerm minimal``: a network with the fewest neurons that realises the same function."""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer

from symerm.cli.interrupts import loading
from symerm.cli.values import parse_box, parse_count, parse_format
from symerm.errors import InputError
from symerm.files import require_writable

__all__ = ["minimal"]

_UNDECIDED = 3


def minimal(
    network: Annotated[
        str, typer.Argument(metavar="NETWORK", help="JSON file of a network of two layers.")
    ],
    domain: Annotated[
        str | None,
        typer.Option(metavar="BOX", help="LO:HI for all inputs, or LO:HI,.. [default: R^p]"),
    ] = None,
    output: Annotated[
        str | None, typer.Option(metavar="NET.json", help="Write the network here.")
    ] = None,
    limit: Annotated[
        str, typer.Option(metavar="N", help="Largest number of partial sums to examine.")
    ] = "30000000",
    style: Annotated[
        str, typer.Option("--format", metavar="text|latex|html|json", help="Form of the report.")
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> int:
    """Find a network of minimal width with the same function, and prove that none is narrower.

    Activations relu and leaky.  Whether one neuron on every kink suffices is a subset-sum
    problem: beyond N partial sums it stays undecided, and bounds of the width are given.

    Exit code 0: the network is minimal; 3: undecided; 2: bad input or usage.

    \b
    Example:
      symerm minimal network.json --output small.json
      symerm minimal network.json --domain -1:1
      symerm minimal network.json --format latex
    """
    style = parse_format(style, as_json)
    most = parse_count("--limit", limit)
    if output is not None and os.fspath(require_writable(output)) == os.path.realpath(network):
        raise InputError("--output would overwrite the network; name another file", file=output)
    with loading():
        from symerm.networks.serialization import read_network, write_network
        from symerm.parametrization.equality import as_two_layers
        from symerm.parametrization.minimal import minimal_network
        from symerm.reports.minimal_networks import format_minimal, minimal_to_json

    given = as_two_layers(read_network(network))
    if given is None:
        raise InputError("minimal width is computed for networks of two layers", file=network)
    box = parse_box("--domain", domain, given.input_dimension)
    found = minimal_network(given, box=box, limit=most)
    if output is not None:
        write_network(found.network, output)
    if style == "json":
        print(json.dumps(minimal_to_json(found, given=given.width)))
    else:
        print(format_minimal(found, given=given.width, output=output, style=style))
    return 0 if found.is_minimal else _UNDECIDED
