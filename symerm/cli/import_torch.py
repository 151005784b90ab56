"""``symerm import-torch``: a trained network from another program's file, exactly."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from decimal import ROUND_CEILING
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

import typer

from symerm.arithmetic.rationals import format_decimal, format_rational
from symerm.cli.interrupts import loading
from symerm.cli.values import parse_count
from symerm.errors import InputError
from symerm.files import require_writable

if TYPE_CHECKING:
    from symerm.networks import DeepNetwork, ShallowNetwork

__all__ = ["import_torch"]


def import_torch(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="State dict: .pt, .pth, .safetensors or .npz.")
    ],
    output: Annotated[
        str | None, typer.Option(metavar="NET.json", help="Write the network here.")
    ] = None,
    activation: Annotated[
        str, typer.Option(metavar="NAME", help="The activation, which the file does not tell.")
    ] = "relu",
    hidden: Annotated[
        str | None,
        typer.Option(
            metavar="PREFIX", help="Name of the hidden layer; A,B for more. [default: found]"
        ),
    ] = None,
    output_layer: Annotated[
        str | None, typer.Option(metavar="PREFIX", help="Name of the output layer, with --hidden.")
    ] = None,
    rationalize: Annotated[
        str,
        typer.Option(
            metavar="none|shortest|DENOMINATOR",
            help="Keep the exact values, or take shortest decimals or fractions.",
        ),
    ] = "none",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Turn a trained network into an exact one; nothing in the file is executed.

    Without --output the last line printed is the network.

    Exit code 0: the network is written or printed; 2: bad input or usage.

    \b
    Example:
      symerm import-torch model.pt --output network.json
      symerm import-torch checkpoint.pt --hidden model.fc1 --output-layer model.fc2
      symerm import-torch model.safetensors --activation leaky:1/100 --rationalize shortest --json
    """
    from symerm.problem.architecture import parse_activation

    kind = parse_activation(activation)
    to = _parse_rationalize(rationalize)
    layers = _parse_layers(hidden, output_layer)
    if output is not None and os.fspath(require_writable(output)) == os.path.realpath(file):
        raise InputError("--output would overwrite the file that is read", file=output)
    with loading():
        from symerm.networks import (
            largest_change,
            layer_names,
            network_from_state_dict,
            network_to_json,
            read_state_dict,
            write_network,
        )
        from symerm.networks import rationalize as rationalized

    tensors = read_state_dict(file)
    try:
        names = layer_names(tensors) if layers is None else layers
        exact = network_from_state_dict(tensors, activation=kind, layers=names)
    except InputError as error:
        advice = "" if layers is not None else " (--hidden, --output-layer)"
        raise InputError(f"{error.message}{advice}", file=file) from None
    network = exact
    if to is not None:
        network = network_from_state_dict(
            rationalized(tensors, to=to), activation=kind, layers=names
        )
    change = largest_change(exact, network)
    if output is not None:
        write_network(network, output)
    document = network_to_json(network)
    if as_json:
        print(json.dumps({
            "network": document,
            "layers": list(names),
            "rationalize": to or "none",
            "largest_change": format_rational(change),
            "output": output,
        }))  # fmt: skip
        return 0
    entries = [
        ("network", _describe(network, names)),
        ("numbers", "exact" if to is None else _describe_change(to, change)),
    ]
    if output is not None:
        entries.append(("written", output))
    for label, text in entries:
        print(f"{label:<12}{text}")
    if output is None:
        print(json.dumps(document))
    return 0


def _parse_rationalize(text: str) -> int | str | None:
    if text in ("none", "shortest"):
        return None if text == "none" else text
    try:
        return parse_count("--rationalize", text)
    except InputError:
        raise InputError(
            f"--rationalize must be none, shortest or a positive integer, not {text}"
        ) from None


def _parse_layers(hidden: str | None, output_layer: str | None) -> tuple[str, ...] | None:
    if hidden is None and output_layer is None:
        return None
    if hidden is None or output_layer is None:
        raise InputError("name the layers by --hidden and --output-layer, both")
    return (*_parse_names(hidden), output_layer)


def _parse_names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise InputError("--hidden: name layers separated by commas, as in fc1,fc2")
    return names


def _describe(network: ShallowNetwork | DeepNetwork, names: Sequence[str]) -> str:
    from symerm.networks import DeepNetwork

    deep = network if isinstance(network, DeepNetwork) else DeepNetwork.from_shallow(network)
    sizes = " -> ".join(map(str, (deep.input_dimension, *deep.widths, deep.output_dimension)))
    weights = ", ".join(f"{name}.weight" if name else "weight" for name in names)
    return f"{sizes}, {network.activation.name}, from {weights}"


def _describe_change(to: int | str, change: Fraction) -> str:

    # Rounded up, so that the statement is true.
    bound = format_decimal(change, digits=3, rounding=ROUND_CEILING)
    kind = "shortest decimals" if to == "shortest" else f"fractions with denominators up to {to}"
    size = "none changed" if change == 0 else f"changed by at most {bound}"
    return f"{kind}; {size}"
