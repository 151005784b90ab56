"""Tables: every cell arrives as it is, in every format."""

import html
import json
import re
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symerm.errors import InputError
from symerm.reports.tables import TABLE_FORMATS, format_table

CELL = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_categories=("C", "Z")))
TABLES = st.integers(1, 4).flatmap(
    lambda n: st.tuples(
        st.lists(CELL, min_size=n, max_size=n, unique=True),
        st.lists(st.lists(CELL, min_size=n, max_size=n), max_size=4),
    )
)


@given(TABLES)
def test_json_and_html_give_the_cells_back(table) -> None:
    header, rows = table
    objects = json.loads(format_table(header, rows, style="json"))
    assert objects == [dict(zip(header, row, strict=True)) for row in rows]
    source = format_table(header, rows, style="html")
    cells = re.findall(r"<t[hd]>(.*?)</t[hd]>", source)
    assert [html.unescape(cell) for cell in cells] == [*header, *chain(*rows)]


@given(TABLES)
def test_text_is_aligned(table) -> None:
    header, rows = table
    widths = [max(len(row[k]) for row in [header, *rows]) for k in range(len(header))]
    lines = format_table(header, rows).split("\n")
    for line, row in zip(lines, [header, *rows], strict=True):
        start = 0
        for width, cell in zip(widths, row, strict=True):
            assert line[start : start + width].strip() == cell
            start += width + 2


def test_numbers_stand_to_the_right_in_text_and_latex() -> None:
    header, rows = ["n", "name"], [["5", "a"], ["10", "b"]]
    assert format_table(header, rows) == " n  name\n 5  a\n10  b"
    assert r"\begin{tabular}{rl}" in format_table(header, rows, style="latex")


@given(CELL)
def test_latex_cells_hold_no_markup(cell) -> None:
    body = format_table([cell], [], style="latex").splitlines()[1].removesuffix(r" \\")
    plain = re.sub(r"\\text[a-z]+\{\}|\\[&%$#_{}]|\$(\\[a-z]+|[_^]\{[^\\{}$]+\}|-)\$", "", body)
    assert not set(plain) & set("\\&%$#_{}~^<>")


@pytest.mark.parametrize("style", TABLE_FORMATS)
def test_a_table_without_rows(style) -> None:
    assert format_table(["a", "b"], [], style=style)


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(InputError, match="no table format 'xml'; use text, latex, html, json"):
        format_table(["a"], [], style="xml")
