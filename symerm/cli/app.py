"""The commands of ``symerm`` and what they share: ``--help`` and ``--version``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from symerm import __version__
from symerm.cli.appendix import appendix
from symerm.cli.cases import cases, landscape
from symerm.cli.check import check
from symerm.cli.classify import classify
from symerm.cli.datasets import datasets
from symerm.cli.degeneracy import degeneracy
from symerm.cli.distance import distance
from symerm.cli.equal import equal
from symerm.cli.import_torch import import_torch
from symerm.cli.lastlayer import lastlayer
from symerm.cli.minimal import minimal
from symerm.cli.nearest import nearest
from symerm.cli.pathologies import pathologies
from symerm.cli.regression import regression
from symerm.cli.separation import separation
from symerm.cli.separation_audit import audit
from symerm.cli.separation_constants import constants
from symerm.cli.separation_run import run_separation
from symerm.cli.strata import strata
from symerm.cli.theorems import list_theorems, show, theorems
from symerm.cli.types import types
from symerm.cli.verify import verify

__all__ = ["command"]


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"symerm {__version__}")
        raise typer.Exit()


def _symerm(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Exact global training of small neural networks, with certificates anyone can check.

    \b
    Example:
      symerm check dataset:nile --width 1 --certificate nile.json
      symerm verify nile.json
    """


def command() -> Any:
    """The command group, ready to be given arguments."""
    # Plain help: it can be searched and piped, and starts without loading a renderer.
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.callback()(_symerm)
    for function in (
        check, classify, strata, types, degeneracy, distance, equal, minimal, nearest, verify,
        datasets, import_torch, lastlayer, appendix,
    ):
        app.command()(function)
    tables = typer.Typer(rich_markup_mode=None)
    tables.callback()(cases)
    tables.command()(landscape)
    tables.command()(pathologies)
    app.add_typer(tables, name="cases")
    separations = typer.Typer(rich_markup_mode=None)
    separations.callback()(separation)
    separations.command("run")(run_separation)
    separations.command()(audit)
    separations.command()(constants)
    app.add_typer(separations, name="separation")
    registry = typer.Typer(rich_markup_mode=None)
    registry.callback()(theorems)
    registry.command(name="list")(list_theorems)
    registry.command()(show)
    registry.command(name="test")(regression)
    app.add_typer(registry, name="theorems")
    return typer.main.get_command(app)
