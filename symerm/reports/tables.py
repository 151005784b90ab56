r"""Tables as text, LaTeX, HTML or JSON.

A table is a header and rows of texts.  Text aligns the columns, numbers to the right; LaTeX is a
``tabular`` of the plain kernel; HTML is a bare ``<table>``; JSON is a list of objects with the
header as keys.  What stands in a cell is always shown as it is: nothing in it is markup.
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence

from symerm.errors import InputError

__all__ = ["TABLE_FORMATS", "escape_text", "format_table"]

TABLE_FORMATS = ("text", "latex", "html", "json")

_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        **{c: f"\\{c}" for c in "&%$#_{}"},
    }
)


def format_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, style: str = "text"
) -> str:
    """A table in one of the formats of `TABLE_FORMATS`, without a final line break.

    Raises
    ------
    InputError
        If there is no such format.

    Examples
    --------
    >>> print(format_table(["name", "n", "source"], [["nile", "100", "Cobb 1978"]]))
    name    n  source
    nile  100  Cobb 1978
    """
    if style == "text":
        return _text(header, rows)
    if style == "latex":
        return _latex(header, rows)
    if style == "html":
        return _html(header, rows)
    if style == "json":
        return json.dumps([dict(zip(header, row, strict=True)) for row in rows])
    raise InputError(f"there is no table format {style!r}; use {', '.join(TABLE_FORMATS)}")


def escape_text(text: str, *, style: str) -> str:
    """A text as it stands in a format, nothing in it taken for markup.

    Examples
    --------
    >>> escape_text("y_0 < 1", style="latex"), escape_text("y_0 < 1", style="html")
    ('y\\\\_0 \\\\textless{} 1', 'y_0 &lt; 1')
    """
    if style == "latex":
        return text.translate(_LATEX)
    return html.escape(text) if style == "html" else text


def _numeric(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[bool]:
    """Which columns hold only natural numbers."""
    return [all(row[k].isdigit() for row in rows) for k in range(len(header))]


def _text(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    right = _numeric(header, rows)
    return "\n".join(
        "  ".join(
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(cells, widths, right, strict=True)
        ).rstrip()
        for cells in [header, *rows]
    )


def _latex(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    columns = "".join("r" if right else "l" for right in _numeric(header, rows))
    lines = [
        " & ".join(escape_text(cell, style="latex") for cell in cells)
        for cells in [header, *rows]
    ]
    return "\n".join(
        [
            rf"\begin{{tabular}}{{{columns}}}",
            rf"{lines[0]} \\",
            r"\hline",
            *(rf"{line} \\" for line in lines[1:]),
            r"\end{tabular}",
        ]
    )


def _html(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def line(tag: str, cells: Sequence[str]) -> str:
        inner = "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells)
        return f"<tr>{inner}</tr>"

    return "\n".join(
        ["<table>", line("th", header), *(line("td", row) for row in rows), "</table>"]
    )
