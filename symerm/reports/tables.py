r"""Tables as text, LaTeX, HTML or JSON.

A table is a header and rows of texts.  Text aligns the columns, numbers to the right; LaTeX is a
``tabular`` of the plain kernel; HTML is a bare ``<table>``; JSON is a list of objects with the
header as keys.  What stands in a cell is always shown as it is: nothing in it is markup.
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence

from symerm.display import latex_text
from symerm.errors import InputError

__all__ = ["TABLE_FORMATS", "escape_text", "format_table", "markup_table"]

TABLE_FORMATS = ("text", "latex", "html", "json")


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
    if style == "json":
        return json.dumps([dict(zip(header, row, strict=True)) for row in rows])
    if style not in TABLE_FORMATS:
        raise InputError(f"there is no table format {style!r}; use {', '.join(TABLE_FORMATS)}")
    first, *shown = (
        [escape_text(cell, style=style) for cell in cells] for cells in (header, *rows)
    )
    columns = "".join("r" if right else "l" for right in _numeric(header, rows))
    return markup_table(first, shown, style=style, columns=columns)


def markup_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, style: str, columns: str
) -> str:
    """A table whose cells are written in its format already.

    Parameters
    ----------
    header, rows : texts, LaTeX or HTML
    style : ``"text"``, ``"latex"`` or ``"html"``
    columns : str
        The letters of the columns in LaTeX.

    Examples
    --------
    >>> print(markup_table(["<i>n</i>"], [["1"]], style="html", columns="r"))
    <table>
    <tr><th><i>n</i></th></tr>
    <tr><td>1</td></tr>
    </table>
    """
    if style == "text":
        return _text(header, rows)
    if style == "latex":
        first, *lines = (" & ".join(cells) + r" \\" for cells in (header, *rows))
        begin, end = rf"\begin{{tabular}}{{{columns}}}", r"\end{tabular}"
        return "\n".join([begin, first, r"\hline", *lines, end])
    body = [
        f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"
        for tag, cells in zip(["th"] + ["td"] * len(rows), (header, *rows), strict=True)
    ]
    return "\n".join(["<table>", *body, "</table>"])


def escape_text(text: str, *, style: str) -> str:
    """A text as it stands in a format, nothing in it taken for markup.

    Examples
    --------
    >>> escape_text("y_0 < 1", style="latex"), escape_text("y_0 < 1", style="html")
    ('y\\\\_0 \\\\textless{} 1', 'y_0 &lt; 1')
    """
    if style == "latex":
        return latex_text(text)
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
