"""``symerm theorems list`` and ``show``: the statements that symerm holds as executable objects."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from symerm.cli.interrupts import loading
from symerm.cli.values import parse_choice, parse_format

__all__ = ["list_theorems", "show", "theorems"]

_STATUSES = ("proved", "proved-up-to", "tested", "literature")


def theorems() -> None:
    """The theorems of five papers and of this project: statements, status, regression.

    \b
    Example:
      symerm theorems list
      symerm theorems test --mutants
    """


def list_theorems(
    work: Annotated[
        str | None,
        typer.Option("--source", metavar="KEY", help="Only of one work, as in safran-lee-2021."),
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            help=f"Only with this status: {', '.join(_STATUSES[:-1])} or {_STATUSES[-1]}.",
        ),
    ] = None,
    style: Annotated[
        str, typer.Option("--format", metavar="text|latex|html|json", help="Form of the table.")
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> int:
    """List the theorems with source, status of proof and number of wrong variants.

    \b
    Example:
      symerm theorems list
      symerm theorems list --source lim-michalek-qi-2019 --status proved --format latex
    """
    style = parse_format(style, as_json)
    with loading():
        from symerm.reports.theorems import format_theorems, theorem_to_json
        from symerm.theorems import all_theorems
        from symerm.theorems.works import WORKS

    if work is not None:
        parse_choice("--source", work, [each.key for each in WORKS])
    if status is not None:
        parse_choice("--status", status, _STATUSES)
    chosen = [
        theorem
        for theorem in all_theorems()
        if work in (None, theorem.source.work.key) and status in (None, theorem.status.kind)
    ]
    if style == "json":
        print(json.dumps([theorem_to_json(theorem) for theorem in chosen], ensure_ascii=False))
    else:
        print(format_theorems(chosen, style=style))
    return 0


def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="A theorem of the list.")],
    style: Annotated[
        str, typer.Option("--format", metavar="text|latex|html|json", help="Form of the report.")
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> int:
    """Show one theorem: statement, hypotheses, status, proofs, tests and wrong variants.

    \b
    Example:
      symerm theorems show activation-lifting
      symerm theorems show activation-lifting --format latex
    """
    style = parse_format(style, as_json)
    with loading():
        from symerm.reports.theorems import format_theorem, theorem_to_json
        from symerm.theorems import find_theorem

    theorem = find_theorem(name)
    if style == "json":
        print(json.dumps(theorem_to_json(theorem), ensure_ascii=False))
    else:
        print(format_theorem(theorem, style=style))
    return 0
