"""``symerm strata``: every format, the JSON schema, data without responses, errors."""

from __future__ import annotations

import json
import shutil
import subprocess
from fractions import Fraction

import pytest
from test_datasets_command import Cells

import symerm
from symerm.networks.serialization import network_from_json

COMMON = ("--width", "2", "--outputs-dim", "2")

KEYS = [
    "n", "p", "width", "outputs", "activation", "hidden_bias", "output_bias", "inputs", "patterns",
    "symmetries", "complete", "omitted", "strata", "every_response_has_minimiser", "reason",
    "response",
]  # fmt: skip
STRATUM = [
    "kind", "description", "subspaces", "dimension", "cases", "status", "sample", "base", "first",
    "second", "realised_ratios", "witness", "refutation",
]  # fmt: skip


@pytest.fixture
def points(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("x,y\n0,a\n1,b\n2.5,c\n3,d\n4,e\n")
    return path


@pytest.mark.parametrize("option", [["--json"], ["--format", "json"]])
def test_json_has_its_keys_and_its_networks_span_the_subspaces(run, points, option) -> None:
    code, out, err = run("strata", points, *COMMON, *option)
    assert (code, err, out.count("\n")) == (0, "", 1)
    document = json.loads(out)
    assert list(document) == KEYS
    assert document["inputs"] == [["0"], ["1"], ["5/2"], ["3"], ["4"]]
    assert document["every_response_has_minimiser"] == "no"
    assert len(document["strata"]) == 5
    assert len(document["response"]) == 5
    inputs = tuple((Fraction(text),) for (text,) in document["inputs"])
    for stratum in document["strata"]:
        assert list(stratum) == STRATUM
        assert stratum["status"] in ("inside", "partly", "outside")
        assert (stratum["witness"] is None) == (stratum["status"] == "outside")
        assert (stratum["refutation"] is None) == (stratum["status"] == "inside")
        if stratum["witness"] is not None:
            network = network_from_json(stratum["witness"]["network"])
            ratio = Fraction(stratum["witness"]["ratio"])
            mixed = [
                y - ratio * x
                for x, y in zip(stratum["first"], stratum["second"], strict=True)
            ]
            # A response in the subspace is fitted exactly by a network with these neurons.
            data = symerm.Dataset.from_rows(
                inputs, zip(stratum["base"][0], mixed, strict=True)
            )
            problem = symerm.Problem(data, symerm.Architecture(2))
            assert symerm.decide(problem).exact == 0
            assert symerm.decide(problem).verdict == "attained"
            assert network.width == 2
        if stratum["refutation"] is not None:
            columns = zip(*stratum["refutation"]["subspace"], strict=True)
            data = symerm.Dataset.from_rows(inputs, columns)
            verdict = symerm.decide(symerm.Problem(data, symerm.Architecture(2)))
            assert (verdict.verdict, verdict.exact) == ("not-attained", 0)


def test_the_text_ends_with_the_answer(run) -> None:
    code, out, err = run("strata", "dataset:counterexample-3", *COMMON)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].split()[:3] == ["#", "what", "merges"]
    assert "two right-facing kinks merge at 1" in lines[1]
    assert "inside for y1/y0 <= 1" in lines[1]
    assert "every response has a minimiser: no" in lines
    assert lines[-2] == (
        "strata: 3 up to the order of neurons, 2 up to 2 symmetries of the data; these are all "
        "strata"
    )
    assert lines[-1] == "response without minimiser: (0, 0), (0, 1), (1, 2), (2, 1)"


def test_closed_and_undecided(run, points) -> None:
    code, out, _ = run("strata", points, "--width", "2", "--outputs-dim", "1")
    assert code == 0
    assert out.startswith("no boundary strata\nevery response has a minimiser: yes\n")
    code, out, _ = run("strata", "dataset:linnerud", "--width", "3", "--outputs-dim", "2")
    assert code == 3
    assert "every response has a minimiser: undecided\n" in out


def test_html_holds_every_cell(run, points) -> None:
    code, out, _ = run("strata", points, *COMMON, "--format", "html")
    parser = Cells()
    parser.feed(out)
    assert code == 0
    assert "span(rho_3, y0*rho_2 - y1*rho_4)" in parser.texts
    assert "every response has a minimiser: no" in parser.texts
    assert out.count("<tr>") == 6


@pytest.mark.parametrize("activation", ["relu", "leaky:1/10"])
def test_three_neurons_list_dependent_triples_in_every_format(run, tmp_path, activation) -> None:
    path = tmp_path / "six.csv"
    path.write_text("x\n0\n1\n2\n3\n4\n5\n")
    common = ("strata", path, "--width", "3", "--outputs-dim", "3", "--activation", activation)
    found = ["span(lambda_3, x in (s, rho_2), y0*lambda_4 + y1*lambda_2)"]
    if activation != "relu":
        found.append("span(rho_3, x in (s, lambda_2), y0*rho_4 + y1*rho_2)")
    texts = {style: run(*common, "--format", style) for style in ("text", "html", "latex", "json")}
    assert {(code, err) for code, _, err in texts.values()} == {(0, "")}
    for symbols in found:
        (row,) = (row for row in texts["text"][1].splitlines() if symbols in row)
        assert "become dependent" in row
        assert symbols in texts["html"][1]
        assert symbols.replace("_", r"\_") in texts["latex"][1]
    assert "; these are all strata\n" in texts["text"][1]
    document = json.loads(texts["json"][1])
    assert document["complete"] is True
    triples = [s for s in document["strata"] if s["kind"] == "hinged triple"]
    assert [triple["subspaces"] for triple in triples] == found
    for triple in triples:
        assert (triple["cases"], triple["status"], triple["witness"]) == (2, "outside", None)
        assert len(triple["refutation"]["subspace"]) == 3
        assert len(triple["refutation"]["neurons_inside"]) == 2
    assert {s["kind"] for s in document["strata"]} >= {"affine triple", "run of three"}


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
@pytest.mark.parametrize("width", [2, 3])
def test_latex_compiles(run, points, tmp_path, width) -> None:
    _, out, _ = run(
        "strata", points, "--width", width, "--outputs-dim", "3", "--format", "latex"
    )
    document = "\\documentclass{article}\\begin{document}\n" + out + "\\end{document}\n"
    (tmp_path / "table.tex").write_text(document)
    ended = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "table.tex"],
        cwd=tmp_path, capture_output=True, check=False,
    )
    assert ended.returncode == 0


def test_latex_is_balanced_and_escaped(run, points) -> None:
    code, out, _ = run("strata", points, *COMMON, "--format", "latex")
    assert code == 0
    assert out.count(r" \\") == 6
    assert r"span(rho\_3, y0*rho\_2 - y1*rho\_4)" in out
    body = out.replace(r"\_", "").replace(r"\#", "").replace(r"\textless{}", "")
    assert not set(body) & set("_#^<>~$%")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("one.csv", "x\n0\n1\n2.5\n3\n4\n"),
        ("bare.json", '{"inputs": [0, 1, "5/2", 3, 4]}'),
        ("full.json", '{"inputs": [0, 1, 2.5, 3, 4], "outputs": [1, 2, 3, 4, 5]}'),
        ("twice.csv", "x,y\n0,1\n1,1\n2.5,1\n0,7\n3,1\n4,1\n"),
    ],
)
def test_responses_may_be_missing_or_are_ignored(run, points, tmp_path, name, text) -> None:
    path = tmp_path / name
    path.write_text(text)
    expected = json.loads(run("strata", points, *COMMON, "--json")[1])
    found = json.loads(run("strata", path, *COMMON, "--json")[1])
    if name.startswith("twice"):
        assert found["response"].pop(3) == found["response"][0]
    assert found == expected


def test_all_columns_can_be_inputs(run, tmp_path) -> None:
    path = tmp_path / "plane.csv"
    path.write_text("a,b\n0,0\n1,0\n0,1\n1,1\n")
    code, out, _ = run("strata", path, *COMMON, "--inputs", "a,b", "--json")
    assert code == 0
    assert (json.loads(out)["p"], json.loads(out)["symmetries"]) == (2, 8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--width", "2"], "Missing option '--outputs-dim'; see symerm strata --help"),
        (["--width", "0", "--outputs-dim", "2"], "--width must be a positive integer, not 0"),
        (["--width", "2", "--outputs-dim", "x"],
         "--outputs-dim: 'x' is not a number (use integers, decimals or fractions p/q)"),
        ([*COMMON, "--format", "xml"],
         "--format: there is no format 'xml'; use text, latex, html, json"),
        ([*COMMON, "--activation", "tanh"],
         "boundary strata need a piecewise-linear activation, not tanh; use relu or leaky:1/10"),
    ],
)  # fmt: skip
def test_errors_are_one_line(run, points, arguments, message) -> None:
    assert run("strata", points, *arguments) == (2, "", f"symerm: error: {message}\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x;y\n0;1\n", "row 1, column 1: the header names a single column"),
        ("x,y\n0,1\nz,1\n", "row 3, column x: 'z' is not a number"),
        ("x\n", "row 1: there is no data below the header"),
    ],
)
def test_errors_of_the_data_name_the_place(run, tmp_path, text, message) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    code, out, err = run("strata", path, *COMMON)
    assert (code, out) == (2, "")
    assert err.startswith(f"symerm: error: {path}, {message}")
    assert err.count("\n") == 1


def test_unknown_columns_are_named(run, points) -> None:
    code, _, err = run("strata", points, *COMMON, "--inputs", "z")
    assert code == 2
    assert err == (
        f"symerm: error: {points}, row 1, column z: there is no such column; the header names "
        "x, y\n"
    )
