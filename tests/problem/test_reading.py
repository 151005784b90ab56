"""Files are read exactly as written; whatever is wrong is named by file, row and column."""

from __future__ import annotations

import csv
import io
import json
import os
import pathlib
import resource
import tracemalloc
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symerm.errors import InputError
from symerm.problem import reading, tabular
from symerm.problem.dataset import Dataset
from symerm.problem.jsontext import parse_json
from symerm.problem.reading import MAX_FILE_SIZE, open_dataset, read_dataset
from symerm.problem.tabular import MAX_CELLS, MAX_COLUMNS, MAX_NAME_LENGTH, parse_csv

F = Fraction
Folder = pathlib.Path


def column(*values: int | str) -> tuple[tuple[Fraction, ...], ...]:
    return tuple((Fraction(value),) for value in values)


# --- what is legal -------------------------------------------------------------------------

LEGAL_CSV = {
    "plain": b"x,y\n0,0.1\n1,-2/3\n",
    "no newline at the end": b"x,y\n0,0.1\n1,-2/3",
    "windows lines": b"x,y\r\n0,0.1\r\n1,-2/3\r\n",
    "old mac lines": b"x,y\r0,0.1\r1,-2/3\r",
    "byte order mark": b"\xef\xbb\xbfx,y\n0,0.1\n1,-2/3\n",
    "quoted cells": b'"x","y"\n"0","0.1"\n"1","-2/3"\n',
    "quoted and padded": b' "x" , y \n 0 , "0.1" \n"1" , -2/3\n',
    "blank lines": b"\nx,y\n\n0,0.1\n  \n1,-2/3\n\n",
    "scientific": b"x,y\n0e5,1e-1\n+1.,-4/6\n",
}


@pytest.mark.parametrize("data", LEGAL_CSV.values(), ids=LEGAL_CSV.keys())
def test_the_same_table_in_every_legal_dress(tmp_path: Folder, data: bytes) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(data)
    assert read_dataset(path) == Dataset(column(0, 1), column("0.1", "-2/3"), ("x",), ("y",))


def test_columns_are_chosen_by_name_and_others_need_not_be_numbers() -> None:
    text = "name,a,b,c\nnile,1,2,3\nrhine,4,5,6\n"
    data = parse_csv(text, inputs=["c"], outputs=["b", "a"])
    assert data.inputs == column(3, 6)
    assert data.outputs == ((F(2), F(1)), (F(5), F(4)))
    assert (data.input_names, data.output_names) == (("c",), ("b", "a"))


def test_by_default_the_last_column_is_the_output() -> None:
    data = parse_csv("a,b,c\n1,2,3\n")
    assert (data.input_names, data.output_names) == (("a", "b"), ("c",))
    assert parse_csv("a,b,c\n1,2,3\n", outputs=["a"]).input_names == ("b", "c")
    assert parse_csv("a,b,c\n1,2,3\n", inputs=["c"]).output_names == ("b",)


def test_names_may_be_given_as_one_string(tmp_path: Folder) -> None:
    path = tmp_path / "d.csv"
    path.write_text("a,b,c\n1,2,3\n")
    assert read_dataset(path, inputs="b, a", outputs="c").input_names == ("b", "a")
    assert open_dataset(str(path), "b,a", ["c"]).inputs == ((F(2), F(1)),)
    with pytest.raises(InputError, match="empty name"):
        read_dataset(path, inputs="a,,b")


def test_one_point_and_repeated_points_are_legal() -> None:
    assert parse_csv("x,y\n1,2\n").size == 1
    assert parse_csv("x,y\n1,2\n1,3\n").outputs == column(2, 3)
    assert parse_json('{"inputs": [1], "outputs": [2]}').size == 1


def test_a_quoted_name_may_hold_commas_and_quotes() -> None:
    assert parse_csv('"a, ""b""",y\n1,2\n').input_names == ('a, "b"',)


LEGAL_JSON = {
    "nested": '{"inputs": [[0], [1]], "outputs": [[0.1], ["-2/3"]]}',
    "flat": '{"inputs": [0, 1], "outputs": [1e-1, "-2/3"]}',
    "other order": '\n{"outputs": ["0.10", "-4/6"],\n "inputs": [[0], [1.0]]}',
}


@pytest.mark.parametrize("text", LEGAL_JSON.values(), ids=LEGAL_JSON.keys())
@pytest.mark.parametrize("name", ["d.json", "d.JSON", "d.txt", "d"])
def test_json_by_extension_or_content(tmp_path: Folder, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text("\ufeff" + text, encoding="utf-8")
    assert read_dataset(path) == Dataset(column(0, 1), column("0.1", "-2/3"))


def test_json_numbers_never_pass_through_a_float() -> None:
    numeral = "0.1000000000000000055511151231257827021181583404541015625001"
    data = parse_json(f'{{"inputs": [12345678901234567890123], "outputs": [{numeral}]}}')
    assert data.inputs == column(12345678901234567890123)
    assert data.outputs == column(numeral)


# --- what is refused: text, message, row, column -------------------------------------------

BAD_CSV: dict[str, tuple[str, str, int | None, str | int | None]] = {
    "empty": ("", "empty", None, None),
    "blank": ("\n \n", "empty", None, None),
    "header only": ("\nx,y\n\n", "no data below the header", 2, None),
    "text": ("x,y\n1,2\n3,abc\n", "'abc' is not a number", 3, "y"),
    "text after blank lines": ("x,y\n\n1,2\n\nabc,3\n", "'abc' is not a number", 5, "x"),
    "decimal comma": ('x,y\n"1,5",2\n', "'1,5' is not a number", 2, "x"),
    "empty cell": ("x,y,z\n1,2,3\n1,,3\n", "empty value", 3, "y"),
    "blank cell": ("x,y\n  ,3\n", "empty value", 2, "x"),
    "nan": ("x,y\n1,2\n1,NaN\n", "not a finite number", 3, "y"),
    "inf": ("x,y\n-inf,2\n", "not a finite number", 2, "x"),
    "zero denominator": ("x,y\n1,2/0\n", "denominator zero", 2, "y"),
    "huge number": ("x,y\n1," + "7" * 10_000_000 + "\n", "longer than", 2, "y"),
    "huge exponent": ("x,y\n1,1e999999999\n", "exponent", 2, "y"),
    "short row": ("x,y,z\n1,2,3\n1,2\n", "2 cells but the header names 3", 3, "z"),
    "much shorter row": ("x,y,z,w\n1,2\n", "2 cells but the header names 4", 2, "z"),
    "long row": ("x,y\n1,2,3\n", "3 cells but the header names 2", 2, 3),
    "unquoted decimal comma": ("x,y\n1,2\n1,5,2\n", "3 cells", 3, 3),
    "duplicate name": ("x,y,x\n1,2,3\n", "twice (columns 1 and 3)", 1, "x"),
    "nameless column": (",x,y\n0,1,2\n", "no name", 1, 1),
    "trailing comma": ("x,y,\n1,2,\n", "no name", 1, 3),
    "no header": ("1871,1120\n1872,1160\n", "header seems to be missing", 1, None),
    "no header, fractions": ('"1/2",-3e4\n1,2\n', "header seems to be missing", 1, None),
    "semicolons": ("x;y\n1;2\n", "separated by semicolons", 1, 1),
    "semicolons, decimal commas": ("x;y\n1,5;2,5\n", "separated by semicolons", 1, 1),
    "tabs": ("x\ty\n1\t2\n", "separated by tabs", 1, 1),
    "spaces": ("x y\n1 2\n", "separated by spaces", 1, 1),
    "bars": ("x|y\n1|2\n", "separated by vertical bars", 1, 1),
    "one column": ("x\n1\n", "at least two", 1, 1),
    "rows with semicolons": ("x,y\n1;2\n", "separated by semicolons", 2, "y"),
    "open quote": ('x,y\n1,"2\n', "misplaced double quote", 2, "y"),
    "quote inside": ('x,y\n1"2,3\n', "misplaced double quote", 2, "x"),
    "text after quote": ('x,y\n"1"2,3\n', "misplaced double quote", 2, "x"),
    "quoted line break": ('x,"y\nz"\n1,2\n', "misplaced double quote", 1, 2),
    "quote beyond the header": ('x,y\n1,2,"3\n', "misplaced double quote", 2, 3),
    "long name": ("x" * (MAX_NAME_LENGTH + 1) + ",y\n1,2\n", "characters", 1, 1),
    "control character": ("x\x1b[31m,y\n1,2\n", "cannot be printed", 1, 1),
    "two byte order marks": ("\ufeff\ufeffx,y\n1,2\n", "cannot be printed", 1, 1),
    "too many columns": (
        ",".join(f"c{k}" for k in range(MAX_COLUMNS + 1)) + "\n1\n",
        "more than 1000 columns",
        1,
        None,
    ),
    "too many cells": ("x,y\n" + "1,1\n" * MAX_CELLS, "more than 1,000,000 cells", None, None),
}


def check_place(error: InputError, file: str, row: int | None, place: str | int | None) -> None:
    assert (error.file, error.row, error.column) == (file, row, place)
    message = str(error)
    assert message.startswith(file)
    assert "\n" not in message
    assert len(message) < len(file) + 400
    if row is not None:
        assert f"row {row}" in message
    if place is not None:
        assert f"column {place}" in message


@pytest.mark.parametrize(("text", "fragment", "row", "place"), BAD_CSV.values(), ids=BAD_CSV.keys())
def test_bad_csv(
    tmp_path: Folder, text: str, fragment: str, row: int | None, place: str | int | None
) -> None:
    path = tmp_path / "d.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_dataset(path)
    check_place(caught.value, str(path), row, place)
    assert fragment in str(caught.value)


BAD_COLUMNS = {
    "missing input": ({"inputs": ["x", "w"]}, "header names x, y, z", 1, "w"),
    "missing output": ({"outputs": ["Y"]}, "header names x, y, z", 1, "Y"),
    "both roles": ({"inputs": ["x", "y"], "outputs": ["y"]}, "both as input and", 1, None),
    "twice": ({"inputs": ["x", "x"]}, "named twice", 1, None),
    "none left": ({"inputs": ["x", "y", "z"]}, "no column is left", 1, None),
}


@pytest.mark.parametrize(
    ("chosen", "fragment", "row", "place"), BAD_COLUMNS.values(), ids=BAD_COLUMNS.keys()
)
def test_bad_choice_of_columns(
    tmp_path: Folder, chosen: dict[str, list[str]], fragment: str, row: int, place: str | None
) -> None:
    path = tmp_path / "d.csv"
    path.write_text("x,y,z\n1,2,3\n")
    with pytest.raises(InputError, match=fragment) as caught:
        read_dataset(path, **chosen)
    check_place(caught.value, str(path), row, place)


def test_no_outputs_at_all_is_refused() -> None:
    with pytest.raises(InputError, match="at least one"):
        parse_csv("x,y\n1,2\n", outputs=[])


BAD_JSON: dict[str, tuple[str, str, int | None, str | None]] = {
    "empty": ("", "empty", None, None),
    "syntax": ('{"inputs": [1],\n "outputs": [2}', "not valid JSON", 2, None),
    "trailing text": ('{"inputs": [1], "outputs": [2]}\n{}', "not valid JSON", 2, None),
    "truncated": ('{"inputs": [1], "outp', "not valid JSON", 1, None),
    "single quotes": ("{'inputs': [1]}", "not valid JSON", 1, None),
    "top list": ("[[1], [2]]", "does not hold an object", 1, None),
    "top number": ("3", "does not hold an object", 1, None),
    "no outputs": ('\n{"inputs": [1]}', "'outputs' is missing", 2, None),
    "no inputs": ('{"outputs": [1]}', "'inputs' is missing", 1, None),
    "unknown member": ('{"inputs": [1], "outputs": [1], "x": 2}', "unknown member 'x'", 1, None),
    "duplicate": (
        '{"inputs": [1],\n"outputs": [1],\n"inputs": [2]}',
        "given twice",
        3,
        "inputs",
    ),
    "escaped duplicate": (
        '{"inputs": [1], "outputs": [1],\n"\\u0069nputs": [2]}',
        "given twice",
        2,
        "inputs",
    ),
    "inputs no list": ('{"inputs": 3, "outputs": [1]}', "a list", 1, "inputs"),
    "inputs object": ('{"inputs": {"x": [1]}, "outputs": [1]}', "a list", 1, "inputs"),
    "no points": ('{"inputs": [], "outputs": []}', "list is empty", 1, "inputs"),
    "empty point": ('{"inputs": [[]], "outputs": [[1]]}', "list is empty", 1, "inputs[0]"),
    "lengths": ('{"inputs": [1, 2],\n"outputs": [1]}', "2 inputs but 1 outputs", 2, "outputs"),
    "ragged": ('{"inputs": [[1, 2],\n[3]], "outputs": [1, 2]}', "1 numbers", 2, "inputs[1]"),
    "mixed": ('{"inputs": [[1],\n2], "outputs": [1, 2]}', "list of numbers", 2, "inputs[1]"),
    "mixed, other way": ('{"inputs": [1,\n[2]], "outputs": [1, 2]}', "a list", 2, "inputs[1]"),
    "nested": ('{"inputs": [[[1]]], "outputs": [1]}', "a list stands", 1, "inputs[0][0]"),
    "boolean": ('{"inputs": [1], "outputs": [\ntrue]}', "true or false", 2, "outputs[0]"),
    "null": ('{"inputs": [1, 2], "outputs": [1,\n\nnull]}', "null stands", 3, "outputs[1]"),
    "object entry": ('{"inputs": [{"a": [1]}], "outputs": [1]}', "an object", 1, "inputs[0]"),
    "text": ('{"inputs": [[1, 2], [3,\n"abc"]], "outputs": [1, 2]}', "'abc'", 2, "inputs[1][1]"),
    "text with brackets": (
        '{"inputs": ["]\\"[,{"], "outputs": [1]}',
        "not a number",
        1,
        "inputs[0]",
    ),
    "empty text": ('{"inputs": [""], "outputs": [1]}', "empty value", 1, "inputs[0]"),
    "nan": ('{"inputs": [1], "outputs": [\nNaN]}', "not a finite number", 2, "outputs[0]"),
    "infinity": ('{"inputs": [-Infinity], "outputs": [1]}', "not a finite", 1, "inputs[0]"),
    "nan text": ('{"inputs": ["nan"], "outputs": [1]}', "not a finite", 1, "inputs[0]"),
    "zero denominator": ('{"inputs": ["1/0"], "outputs": [1]}', "denominator", 1, "inputs[0]"),
    "huge exponent": ('{"inputs": [1e9999], "outputs": [1]}', "exponent", 1, "inputs[0]"),
    "huge number": (
        '{"inputs": [1], "outputs": [\n' + "7" * 10_000_000 + "]}",
        "longer than",
        2,
        "outputs[0]",
    ),
    "deep": ("[" * 1_000_000, "nested too deeply", None, None),
    "deep and closed": (
        '{"inputs": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "nested too deeply",
        None,
        None,
    ),
    "too many entries": (
        '{"inputs": [' + "1," * (MAX_CELLS + 1) + "1]}",
        "more than 1,000,000 entries",
        None,
        None,
    ),
    "lone surrogate": ('{"inputs": ["\\ud800"], "outputs": [1]}', "not a number", 1, "inputs[0]"),
}


@pytest.mark.parametrize(
    ("text", "fragment", "row", "place"), BAD_JSON.values(), ids=BAD_JSON.keys()
)
def test_bad_json(
    tmp_path: Folder, text: str, fragment: str, row: int | None, place: str | None
) -> None:
    path = tmp_path / "d.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_dataset(path)
    check_place(caught.value, str(path), row, place)
    assert fragment in str(caught.value)


def test_columns_cannot_be_chosen_from_json(tmp_path: Folder) -> None:
    path = tmp_path / "d.json"
    path.write_text('{"inputs": [1], "outputs": [2]}')
    with pytest.raises(InputError, match="choose columns of CSV files"):
        read_dataset(path, outputs=["y"])


BAD_BYTES: dict[str, tuple[bytes, str, int | None, int | None]] = {
    "latin-1 header": (b"x,d\xe9bit\n1,2\n", "0xe9 is not UTF-8", 1, 2),
    "latin-1 cell": (b"x,y\r\n1,2\r\n3,4\xb2\r\n", "0xb2 is not UTF-8", 3, 2),
    "cut character": (b"x,y\n1,2\xc3", "0xc3 is not UTF-8", 2, 2),
    "overlong": (b"x,y\r\xc0\x80,2", "0xc0 is not UTF-8", 2, 1),
    "utf-16": ("x,y\n1,2\n".encode("utf-16"), "UTF-16", None, None),
    "utf-16 without mark": ("x,y\n1,2\n".encode("utf-16-le"), "NUL byte", 1, 1),
    "nul": (b"x,y\n1,2\n3,\x00\n", "NUL byte", 3, 2),
    "spreadsheet": (b"PK\x03\x04\x14\x00", "export it as CSV", None, None),
}


@pytest.mark.parametrize(
    ("data", "fragment", "row", "place"), BAD_BYTES.values(), ids=BAD_BYTES.keys()
)
def test_files_that_are_not_utf8_text(
    tmp_path: Folder, data: bytes, fragment: str, row: int | None, place: int | None
) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=fragment) as caught:
        read_dataset(path)
    check_place(caught.value, str(path), row, place)


def test_a_file_over_the_limit_is_refused_unread(tmp_path: Folder) -> None:
    path = tmp_path / "d.csv"
    with path.open("wb") as stream:
        stream.truncate(2**40)  # sparse: a terabyte that takes no space
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="more than 16 MiB") as caught:
            read_dataset(path)
        assert tracemalloc.get_traced_memory()[1] < 4 * MAX_FILE_SIZE
    finally:
        tracemalloc.stop()
    assert caught.value.file == str(path)


def test_the_limit_is_inclusive(tmp_path: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "d.csv"
    path.write_text("x,y\n1,2\n")
    monkeypatch.setattr(reading, "MAX_FILE_SIZE", 8)
    assert read_dataset(path).size == 1
    monkeypatch.setattr(reading, "MAX_FILE_SIZE", 7)
    with pytest.raises(InputError, match="the most that is read"):
        read_dataset(path)


def test_the_limit_on_cells_counts_header_and_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("x,y\n1,2\n", "x,y\r\n1,2\r\n", "x,y\r1,2\r"):
        monkeypatch.setattr(tabular, "MAX_CELLS", 4)
        assert parse_csv(text).size == 1
        monkeypatch.setattr(tabular, "MAX_CELLS", 3)
        with pytest.raises(InputError, match="more than 3 cells"):
            parse_csv(text)


@pytest.mark.parametrize("text", ['"' * 12_000_001, "x,y\n1," + '""' * 6_000_000 + '"'])
def test_runs_of_quotes_take_memory_of_the_order_of_the_text(text: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError):
        parse_csv(text)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 200_000  # KiB; the pattern matcher's own stack is not seen by tracemalloc


def test_a_huge_number_takes_memory_of_the_order_of_the_file(tmp_path: Folder) -> None:
    path = tmp_path / "d.csv"
    path.write_text("x,y\n1," + "7" * 10_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="longer than"):
            read_dataset(path)
        assert tracemalloc.get_traced_memory()[1] < 150_000_000
    finally:
        tracemalloc.stop()


def test_paths_that_are_no_files(tmp_path: Folder) -> None:
    for path, fragment in (
        (tmp_path, "this is a folder"),
        (tmp_path / "none.csv", "there is no such file"),
        (tmp_path / ("n" * 5000), "cannot be read"),
        (tmp_path / "a\0b", "cannot be read"),
    ):
        with pytest.raises(InputError, match=fragment) as caught:
            open_dataset(path)
        assert caught.value.file == str(path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file(tmp_path: Folder) -> None:
    path = tmp_path / "d.csv"
    path.write_text("x,y\n1,2\n")
    path.chmod(0)
    with pytest.raises(InputError, match="cannot be read: Permission denied"):
        read_dataset(path)


def test_an_operating_system_error_is_an_input_error(
    tmp_path: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(InputError, match=r"d\.csv: the file cannot be read: Permission denied"):
        read_dataset("d.csv")


def test_a_bundled_name_without_prefix_gets_a_hint(
    tmp_path: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="the bundled dataset is dataset:nile"):
        open_dataset("nile")


def test_a_file_named_like_a_bundled_dataset(
    tmp_path: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dataset:nile").write_text("x,y\n1,2\n")
    assert open_dataset("./dataset:nile").size == 1
    assert open_dataset("dataset:nile").size == 100


# --- properties ----------------------------------------------------------------------------

numerals = st.one_of(
    st.integers().map(str),
    st.fractions().map(str),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(2, 4))
    return draw(
        st.lists(st.lists(numerals, min_size=width, max_size=width), min_size=1, max_size=6)
    )


@given(
    tables(), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), st.sampled_from(["\n", "\r\n"])
)
def test_tables_of_the_standard_csv_writer(
    table: list[list[str]], quoting: int, newline: str
) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=quoting, lineterminator=newline)  # type: ignore[arg-type]
    writer.writerow([f'c "{k}", x' for k in range(len(table[0]))])
    writer.writerows(table)
    data = parse_csv(stream.getvalue())
    expected = [[Fraction(cell) for cell in row] for row in table]
    assert [[*a, *b] for a, b in zip(data.inputs, data.outputs, strict=True)] == expected
    assert data.input_names == tuple(f'c "{k}", x' for k in range(len(table[0]) - 1))


@given(tables(), st.booleans(), st.sampled_from([None, 1]))
def test_tables_of_the_standard_json_writer(
    table: list[list[str]], as_float: bool, indent: int | None
) -> None:
    def entry(cell: str) -> float | str:
        return float(Fraction(cell)) if as_float and abs(Fraction(cell)) < 10**300 else cell

    rows = [[entry(cell) for cell in row] for row in table]
    text = json.dumps(
        {"inputs": [row[:-1] for row in rows], "outputs": [row[-1] for row in rows]}, indent=indent
    )
    data = parse_json(text)
    expected = [[Fraction(str(cell)) for cell in row] for row in rows]
    assert [[*a, *b] for a, b in zip(data.inputs, data.outputs, strict=True)] == expected


@given(tables(), st.data())
def test_the_place_of_a_bad_cell_is_named(table: list[list[str]], data: st.DataObject) -> None:
    i = data.draw(st.integers(0, len(table) - 1))
    k = data.draw(st.integers(0, len(table[0]) - 1))
    blanks = data.draw(st.lists(st.integers(0, 2), min_size=len(table), max_size=len(table)))
    table[i][k] = "oops"
    lines = [",".join(f"c{j}" for j in range(len(table[0])))]
    for blank, row in zip(blanks, table, strict=True):
        lines += [""] * blank + [",".join(row)]
    with pytest.raises(InputError) as caught:
        parse_csv("\n".join(lines))
    assert lines[(caught.value.row or 0) - 1] == ",".join(table[i])
    assert caught.value.column == f"c{k}"

    rows = {"inputs": [row[:-1] for row in table], "outputs": [row[-1:] for row in table]}
    text = json.dumps(rows, indent=1)
    with pytest.raises(InputError) as caught:
        parse_json(text)
    assert text.splitlines()[(caught.value.row or 0) - 1].strip(" ,") == '"oops"'
    last = len(table[0]) - 1
    place = f"outputs[{i}][0]" if k == last else f"inputs[{i}][{k}]"
    assert caught.value.column == place


SNIPPETS = [
    b"x,y\n",
    b"1,2\n",
    b",",
    b"\n",
    b"\r",
    b'"',
    b"1",
    b"/",
    b"0",
    b"e",
    b".",
    b"-",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\x00",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b'"inputs"',
    b'"outputs"',
    b"null",
    b'{"inputs": [',
    b'], "outputs": [',
    b"]}",
    b"\\",
    b"\xc3\xa9",
    b" ",
    b"NaN",
]


@given(
    st.binary(max_size=60) | st.lists(st.sampled_from(SNIPPETS), max_size=25).map(b"".join),
    st.sampled_from(["f.csv", "f.json", "f"]),
)
def test_any_bytes_are_a_dataset_or_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str
) -> None:
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(data)
    refusal = None
    try:
        dataset = read_dataset(path)
    except InputError as error:
        refusal = error
    if refusal is None:
        assert dataset.size >= 1
        return
    assert refusal.file == str(path)
    assert "\n" not in str(refusal)
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
    assert refusal.row is None or 1 <= refusal.row <= lines


@given(st.text(max_size=80))
def test_any_text_as_csv(text: str) -> None:
    try:
        data = parse_csv(text)
    except InputError:
        return
    # What is accepted is what the standard library's strict reader sees, up to outer spaces.
    rows = [
        [cell.strip() for cell in row]
        for row in csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
        if any(cell.strip() for cell in row)
    ]
    assert [*data.input_names, *data.output_names] == rows[0]
    assert data.size == len(rows) - 1
