"""``symerm datasets``: the bundled datasets with their source and licence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from symerm.cli.values import parse_format

if TYPE_CHECKING:
    from symerm.problem.catalogue import DatasetInfo

__all__ = ["datasets"]


def datasets(
    style: Annotated[
        str, typer.Option("--format", metavar="text|latex|html|json", help="Form of the table.")
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> int:
    """List the bundled datasets with their source and licence.

    \b
    Example:
      symerm datasets
      symerm check dataset:linnerud --outputs pulse --width 1
    """
    from symerm.problem.catalogue import catalogue
    from symerm.reports.tables import format_table

    style = parse_format(style, as_json)
    if style == "json":
        print(json.dumps({"datasets": [_document(info) for info in catalogue()]}))
        return 0
    header = ("name", "n", "inputs", "outputs", "title", "source", "licence")
    rows = [
        (
            info.name,
            str(info.size),
            ", ".join(info.inputs),
            ", ".join(info.outputs),
            info.title,
            info.source,
            info.licence,
        )
        for info in catalogue()
    ]
    if style != "text":
        print(format_table(header, rows, style=style))
        return 0
    # On a terminal the long texts would wrap and break the table, so they follow below it.
    print(format_table(header[:5], [row[:5] for row in rows]))
    for info in catalogue():
        print(f"\n{info.name}: {info.description}")
        print(f"  source: {info.source}\n  licence: {info.licence}")
    return 0


def _document(info: DatasetInfo) -> dict[str, object]:
    return {
        "name": info.name,
        "title": info.title,
        "description": info.description,
        "n": info.size,
        "p": info.input_dimension,
        "q": info.output_dimension,
        "inputs": list(info.inputs),
        "outputs": list(info.outputs),
        "source": info.source,
        "licence": info.licence,
    }
