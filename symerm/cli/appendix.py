"""``symerm appendix``: statements, counterexamples and case tables as LaTeX for a paper."""

from __future__ import annotations

from typing import Annotated

import typer

from symerm.cli.interrupts import loading
from symerm.cli.values import parse_count
from symerm.files import require_writable

__all__ = ["appendix"]


def appendix(
    output: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write to a file. [default: standard output]"),
    ] = None,
    width: Annotated[
        str, typer.Option(metavar="N", help="Critical points of 1 to N neurons, N at most 6.")
    ] = "3",
    fragment: Annotated[
        bool, typer.Option("--fragment", help=r"Only the sections, for \input.")
    ] = False,
) -> int:
    """Write an appendix in LaTeX: theorems with their status, counterexamples, tables of cases.

    Everything in it is computed when it is written. The document needs amsmath, amssymb, array and
    booktabs, and compiles with pdflatex.

    \b
    Example:
      symerm appendix --output appendix.tex
      symerm appendix --fragment --width 2 --output sections.tex
    """
    count = parse_count("--width", width)
    if output is not None:
        require_writable(output)
    with loading():
        from symerm.files import write_atomically
        from symerm.reports.appendix import appendix as sections
        from symerm.reports.appendix import document

    text = sections(width=count)
    if not fragment:
        text = document(text)
    if output is None:
        print(text, end="")
    else:
        write_atomically(output, [text])
    return 0
