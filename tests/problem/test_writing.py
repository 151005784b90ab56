"""What is written is read back exactly, and a file is either old or new, never half."""

from __future__ import annotations

import os
import pathlib
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from symerm.errors import InputError
from symerm.problem.catalogue import catalogue, load_dataset
from symerm.problem.dataset import Dataset
from symerm.problem.reading import read_dataset
from symerm.problem.tabular import parse_csv
from symerm.problem.writing import format_csv, write_dataset

F = Fraction
Folder = pathlib.Path

decimal_fractions = st.builds(
    lambda n, k, m: F(n, 2**k * 5**m), st.integers(), st.integers(0, 70), st.integers(0, 70)
)
numbers = st.fractions() | decimal_fractions | st.integers().map(F)
printable = st.characters(codec="utf-8").filter(str.isprintable)
names = st.text(printable, min_size=1, max_size=12).filter(lambda s: s == s.strip())


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    p, q, n = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 6))
    chosen = draw(st.lists(names, min_size=p + q, max_size=p + q, unique=True))
    rows = draw(st.lists(st.tuples(*[numbers] * (p + q)), min_size=n, max_size=n))
    return Dataset(
        tuple(row[:p] for row in rows),
        tuple(row[p:] for row in rows),
        tuple(chosen[:p]),
        tuple(chosen[p:]),
    )


@given(datasets())
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, data: Dataset) -> None:
    path = tmp_path_factory.getbasetemp() / "round.csv"
    header = data.input_names + data.output_names
    numeric = all(name.strip("+-.0123456789eE/ ") == "" for name in header)
    assume(header[0][0] not in "{[" and not numeric)  # would be taken for JSON, or for data
    write_dataset(path, data)
    again = read_dataset(path, inputs=data.input_names, outputs=data.output_names)
    assert again == data


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (F(0), "0"),
        (F(-7), "-7"),
        (F(1, 2), "0.5"),
        (F(-1, 1000), "-0.001"),
        (F(201, 25), "8.04"),
        (F(-25, 2), "-12.5"),
        (F(1, 3), "1/3"),
        (F(-5, 6), "-5/6"),
        (F(1, 10**20), "0.00000000000000000001"),
        (F(-3, 10**21), "-3e-21"),
        (F(1, 10**1000), "1e-1000"),
    ],
)
def test_numerals(value: Fraction, text: str) -> None:
    data = Dataset(((F(0),),), ((value,),))
    assert format_csv(data) == f"x,y\n0,{text}\n"
    assert parse_csv(format_csv(data)) == data


@pytest.mark.parametrize("info", catalogue(), ids=lambda info: info.name)
def test_bundled_tables_are_written_as_they_are_bundled(info: object, tmp_path: Folder) -> None:
    from importlib import resources

    name = info.name  # type: ignore[attr-defined]
    write_dataset(tmp_path / "d.csv", load_dataset(name))
    bundled = resources.files("symerm.problem") / "bundled" / f"{name}.csv"
    assert (tmp_path / "d.csv").read_bytes() == bundled.read_bytes()


def one_point(x: Fraction, *, inputs: str = "x", output: str = "y") -> Dataset:
    return Dataset(((x,),), ((F(0),),), (inputs,), (output,))


@pytest.mark.parametrize(
    ("data", "fragment"),
    [
        (one_point(F(10) ** 5000), "row 2"),
        (one_point(F(1, 3**5000)), "row 2, column x: .*longer than"),
        (one_point(F(10) ** 2001), "row 2, column x: .*longer than"),
        (one_point(F(1), inputs="y"), "twice"),
        (one_point(F(1), inputs=" x"), "column 1: .* ' x' would not be read back; rename"),
        (one_point(F(1), inputs="{x"), "column 1: .* '{x' would not be read back; rename"),
        (one_point(F(1), inputs="1", output="2"), "header seems to be missing"),
        (one_point(F(1), inputs="x\n"), "column 1: .* would not be read back; rename"),
        (one_point(F(1), output=""), "would not be read back"),
        (Dataset(((F(1),),), ((F(0),),), ("x",), ("y", "z")), "2 cells but the header names 3"),
        (one_point(F(1), inputs="x" * 300), "characters"),
    ],
    ids=[
        "digits",
        "denominator",
        "numeral",
        "names",
        "space",
        "brace",
        "numbers",
        "break",
        "empty",
        "more",
        "long",
    ],
)
def test_what_would_not_be_read_back_is_refused(
    data: Dataset, fragment: str, tmp_path: Folder
) -> None:
    path = tmp_path / "d.csv"
    path.write_text("old")
    with pytest.raises(InputError, match=fragment) as caught:
        write_dataset(path, data)
    assert caught.value.file == str(path)
    assert "\n" not in str(caught.value)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["d.csv"]


def test_json_names_are_refused(tmp_path: Folder) -> None:
    with pytest.raises(InputError, match="written as CSV"):
        write_dataset(tmp_path / "d.json", one_point(F(1)))
    assert os.listdir(tmp_path) == []


def test_nothing_changes_when_the_rename_fails(
    tmp_path: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "d.csv"
    path.write_text("old")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(InputError, match="cannot be written: No space left") as caught:
        write_dataset(path, one_point(F(1)))
    assert caught.value.file == str(path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["d.csv"]


def test_unwritable_paths(tmp_path: Folder) -> None:
    for path, fragment in (
        (tmp_path, "this is a folder"),
        (tmp_path / "none" / "d.csv", "does not exist"),
        (tmp_path / "a\0b", "cannot be written"),
        (tmp_path / ("n" * 300), "cannot be written"),
    ):
        with pytest.raises(InputError, match=fragment) as caught:
            write_dataset(path, one_point(F(1)))
        assert caught.value.file == str(path)
    assert os.listdir(tmp_path) == []
