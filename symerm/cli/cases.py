"""``symerm cases landscape``: all critical points of a width for an affine target, as a table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from symerm.cli.interrupts import loading
from symerm.cli.values import parse_count, parse_format, parse_interval
from symerm.errors import InputError
from symerm.files import require_writable

if TYPE_CHECKING:
    from fractions import Fraction

    from symerm.reports.case_formulas import AffineTarget

__all__ = ["cases", "landscape"]

_ACTIVATIONS = "relu, leaky, leaky:1/10 or quadratic"


def cases() -> None:
    """Tables of all cases of a theorem.

    \b
    Example:
      symerm cases landscape --width 3
    """


def landscape(
    width: Annotated[str, typer.Option(metavar="N", help="Number of hidden neurons.")],
    activation: Annotated[
        str, typer.Option(metavar="NAME", help=f"{_ACTIVATIONS}; leaky is for all slopes.")
    ] = "relu",
    target: Annotated[
        str | None,
        typer.Option(metavar="TARGET", help='Also for one affine target, as in "2*x + 1".'),
    ] = None,
    interval: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="T0 T1", help="The interval of that target. [default: 0 1]"),
    ] = None,
    plot: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Draw the functions; .png, .svg or .pdf."),
    ] = None,
    style: Annotated[
        str, typer.Option("--format", metavar="text|latex|html|json", help="Form of the table.")
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> int:
    """List the critical points of the true loss for an affine target, up to symmetry.

    The loss is the integral of the squared error against alpha x + beta on [T0, T1].  Up to width 4
    every configuration of neurons is walked and solved; for larger widths the table is that of the
    theorem.

    \b
    Example:
      symerm cases landscape --width 3
      symerm cases landscape --width 2 --activation leaky:1/10 --target "2*x + 1" --interval -1 1
      symerm cases landscape --width 4 --format latex --plot functions.pdf
    """
    style = parse_format(style, as_json)
    count = parse_count("--width", width)
    kind, slope = _parse_activation(activation)
    if plot is not None:
        from symerm.reports.figures import plot_format

        plot_format(plot)
        require_writable(plot)
        if activation == "leaky":
            raise InputError("--plot needs a number for the slope; use --activation leaky:1/10")
    against = _parse_target(target, interval)
    with loading():
        from symerm.landscape.case_table import case_table
        from symerm.reports.landscape_case_plots import (
            UNIT_TARGET,
            require_drawable_cases,
            write_case_plot,
        )
        from symerm.reports.landscape_cases import format_cases
        from symerm.reports.landscape_cases_json import cases_to_json

    table = case_table(count, kind)
    if plot is not None:
        drawn = UNIT_TARGET if against is None else against
        require_drawable_cases(table, drawn)
        write_case_plot(table, plot, slope=slope, target=drawn)
    if style == "json":
        print(json.dumps(cases_to_json(table, slope=slope, target=against)))
    else:
        print(format_cases(table, slope=slope, target=against, style=style))
    return 0


def _parse_activation(name: str) -> tuple[str, Fraction | None]:
    """The kind of an activation, and its slope if that is a number."""
    if name == "leaky":
        return name, None
    with loading():
        from symerm.problem.architecture import parse_activation

    found = parse_activation(name)
    if found.kind not in ("relu", "leaky", "quadratic"):
        raise InputError(f"there is no table for the activation {name}; use {_ACTIVATIONS}")
    return found.kind, found.negative_slope if found.kind == "leaky" else None


def _parse_target(text: str | None, ends: tuple[str, str] | None) -> AffineTarget | None:
    """The affine target; x if only its interval is given, none without either."""
    if text is None and ends is None:
        return None
    with loading():
        from symerm.landscape.targets import parse_target
        from symerm.reports.case_formulas import AffineTarget

    interval = parse_interval("--interval", ("0", "1") if ends is None else ends)
    found = parse_target("x" if text is None else text, interval)
    if len(found.pieces) > 1 or found.degree != 1:
        raise InputError(
            f"the target {text!r} is not alpha x + beta with alpha != 0 on the interval"
        )
    constant, slope = found.pieces[0]
    return AffineTarget(slope, constant, interval)
