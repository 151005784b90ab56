"""``symerm separation audit``: certified checks of two steps of the separation theorem's proof."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from symerm.cli.interrupts import loading
from symerm.cli.values import parse_format
from symerm.files import require_writable

__all__ = ["audit"]

_UNDECIDED = 3


def audit(
    style: Annotated[
        str, typer.Option("--format", metavar="text|latex|html|json", help="Form of the report.")
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    plot: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Draw the audit; .png, .svg or .pdf."),
    ] = None,
) -> int:
    """Certify the steps of the separation theorem for ball indicators, and what repairs two.

    Exit code 0: every claim is decided; 3: some is not; 2: bad usage.

    \b
    Example:
      symerm separation audit
      symerm separation audit --format latex --plot audit.pdf
    """
    from symerm.reports.figures import plot_format

    style = parse_format(style, as_json)
    if plot is not None:
        plot_format(plot)
        require_writable(plot)
    with loading():
        from symerm.reports.separation_audit import format_audit, separation_audit_to_json
        from symerm.separation.audit import audit_separation

    found = audit_separation()
    if style == "json":
        print(json.dumps(separation_audit_to_json(found)))
    else:
        print(format_audit(found, style=style))
    if plot is not None:
        from symerm.reports.separation_audit_plot import write_audit_plot

        write_audit_plot(found, plot)
    return 0 if found.decided else _UNDECIDED
