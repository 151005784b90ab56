"""``symerm types``: every format, intervals with negative ends, limits, one-line errors."""

from __future__ import annotations

import json

import pytest
from test_datasets_command import Cells


@pytest.fixture
def points(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("x,z,y\n0,0,a\n1,5,b\n2,1,c\n")
    return path


@pytest.mark.parametrize("option", [["--json"], ["--format", "json"]])
def test_json_of_an_interval(run, option):
    code, out, err = run("types", "--interval", "-3/2", "5e-1", *option)
    assert (code, err, out.count("\n")) == (0, "", 1)
    document = json.loads(out)
    assert list(document) == ["interval", "inputs", "hidden_bias", "types"]
    assert document["interval"] == ["-3/2", "1/2"]
    assert len(document["types"]) == 11
    assert len({entry["orbit"] for entry in document["types"]}) == 7


def test_json_of_a_dataset(run, points):
    code, out, _ = run("types", points, "--inputs", "x", "--json")
    document = json.loads(out)
    assert code == 0
    assert (document["interval"], document["inputs"]) == (None, [["0"], ["1"], ["2"]])
    labels = [entry["label"] for entry in document["types"]]
    assert len(labels) == 13
    assert {"---", "+0-", "000", "-++"} <= set(labels)
    assert "+-+" not in labels
    # The reflection of the three points exchanges types.
    orbit = {entry["label"]: entry["orbit"] for entry in document["types"]}
    assert orbit["+--"] == orbit["--+"] != orbit["-++"]


def test_columns_and_biases(run, points):
    sizes = {}
    for options in ([], ["--inputs", "z"], ["--no-hidden-bias"], ["--outputs", "x,y"]):
        code, out, _ = run("types", points, *options, "--json")
        assert code == 0
        document = json.loads(out)
        sizes[" ".join(options)] = len(document["types"])
        assert document["hidden_bias"] == ("--no-hidden-bias" not in options)
    # Three lines in a plane: 27 faces; without bias the first point, the origin, has no sign.
    assert sizes == {"": 27, "--inputs z": 13, "--no-hidden-bias": 9, "--outputs x,y": 13}


def test_text_and_other_formats(run):
    code, out, err = run("types", "--interval", "-1", "1")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) == 12
    assert "semi-inactive at T0" in lines[2]
    starts = {"latex": r"\begin{tabular}", "dot": "digraph types {", "tikz": "% needs"}
    for style, start in starts.items():
        code, out, err = run("types", "--interval", "-1", "1", "--format", style)
        assert (code, err) == (0, "")
        assert out.startswith(start)
    parser = Cells()
    parser.feed(run("types", "dataset:counterexample-3", "--format", "html")[1])
    assert "+++0" in parser.texts


def test_pictures(run, points, tmp_path):
    for arguments in (["--interval", "0", "1"], [points, "--inputs", "x"]):
        path = tmp_path / "types.svg"
        code, out, err = run("types", *arguments, "--plot", path)
        assert (code, err) == (0, "")
        assert out.startswith(" #")
        picture = path.read_text()
        path.unlink()
        assert picture.startswith("<?xml")
    svg = tmp_path / "data.svg"
    svg.write_text(points.read_text())
    code, _, err = run("types", svg, "--plot", svg)
    assert (code, err.count("\n")) == (2, 1)
    assert "would overwrite the data" in err
    assert svg.read_text() == points.read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give either DATA or --interval T0 T1"),
        (["dataset:nile", "--interval", "0", "1"], "give either DATA or --interval T0 T1"),
        (["--interval", "1", "1"], "--interval: the left end 1 must be smaller than the right"),
        (["--interval", "5", "-3/2"], "--interval: the left end 5 must be smaller than the right"),
        (["--interval", "0", "x"], "--interval: 'x' is not a number"),
        (["--interval", "0", "1/0"], "denominator zero"),
        (["--interval", "0"], "'--interval' requires 2 arguments"),
        (["--interval", "0", "inf"], "not a finite number"),
        (["--interval", "0", "1", "--inputs", "x"], "go with DATA"),
        (["--interval", "0", "1", "--no-hidden-bias"], "go with DATA"),
        (["--interval", "0", "1", "--format", "csv"], "no format 'csv'; use text, latex"),
        (["--interval", "0", "1", "--plot", "x.gif"], "a plot needs a name that ends in"),
        (["--interval", "0", "1", "--plot", "/no/folder/x.png"], "does not exist"),
        (["dataset:nile", "--limit", "0"], "--limit must be a positive integer"),
        (["dataset:nile", "--limit", "400"],
         "dataset:nile: 100 points have more than 400 types; raise --limit, or use fewer"),
        (["dataset:nile", "--format", "tikz"], "401 types would be 39.4 m wide"),
        (["missing.csv"], "missing.csv"),
    ],
)
def test_errors_are_one_line(run, arguments, message):
    code, out, err = run("types", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_the_limit_counts_all_types(run):
    assert run("types", "dataset:nile", "--limit", "401", "--json")[0] == 0


def test_help_has_an_example(run):
    code, out, _ = run("types", "--help")
    assert code == 0
    assert "symerm types --interval -3/2 5" in out
