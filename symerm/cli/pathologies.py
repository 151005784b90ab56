"""``symerm cases pathologies``: families whose functions converge while parameters do not."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from symerm.cli.interrupts import loading
from symerm.cli.values import parse_columns, parse_count, parse_format
from symerm.files import require_writable

__all__ = ["pathologies"]


def pathologies(
    at: Annotated[
        str, typer.Option("--at", metavar="K,K,..", help="Numbers k for which to compute both.")
    ] = "10,1000",
    plot: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Draw both distances; .png, .svg or .pdf."),
    ] = None,
    style: Annotated[
        str, typer.Option("--format", metavar="text|latex|html|json", help="Form of the table.")
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> int:
    """List the five pathologies that prevent inverse stability, with exact rates.

    Each is a family of parameters Gamma_k and functions g_k near R(Gamma_k), all of whose
    parametrizations are far from Gamma_k.  The rates hold for all k; at the numbers of --at they
    are computed from the networks.

    \b
    Example:
      symerm cases pathologies
      symerm cases pathologies --at 1,2,500 --format latex --plot pathologies.pdf
    """
    style = parse_format(style, as_json)
    numbers = [parse_count("--at", text) for text in parse_columns("--at", at) or []]
    if plot is not None:
        from symerm.reports.figures import plot_format

        plot_format(plot)
        require_writable(plot)
    with loading():
        from symerm.parametrization.pathologies import PATHOLOGIES, check_pathology
        from symerm.reports.pathologies import format_pathologies, pathologies_to_json

    checks = [[check_pathology(each, k) for k in numbers] for each in PATHOLOGIES]
    if plot is not None:
        with loading():
            from symerm.reports.stability_plots import write_pathologies_plot

        write_pathologies_plot(plot)
    if style == "json":
        print(json.dumps(pathologies_to_json(checks)))
    else:
        print(format_pathologies(checks, style=style))
    return 0
