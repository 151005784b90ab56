"""``symerm degeneracy``: every format, domains, deep networks, one-line errors."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from test_datasets_command import Cells

KEYS = [
    "inputs", "outputs", "activation", "domain", "neurons", "dead", "zero_output", "unbalanced",
    "same_hyperplane", "parallel", "cancelling", "width", "functional_dimension", "fibre",
]  # fmt: skip
DEEP_KEYS = [
    "inputs", "outputs", "activation", "domain", "widths", "never_active", "always_active",
    "zero_output", "functional_dimension", "fibre",
]  # fmt: skip


@pytest.fixture
def absolute(tmp_path):
    path = tmp_path / "absolute.json"
    path.write_text(json.dumps({
        "activation": "relu", "hidden_weights": [[1], [-1]], "hidden_biases": [0, 0],
        "output_weights": [[1], ["1/2"]], "output_biases": [0],
    }))  # fmt: skip
    return path


@pytest.fixture
def deep(tmp_path):
    path = tmp_path / "deep.json"
    layers = [
        {"weights": [[2], [4]], "biases": [0, -2]},
        {"weights": [[2, -2], [4, -4]], "biases": [0, -2]},
        {"weights": [[1, -1]], "biases": [0]},
    ]
    path.write_text(json.dumps({"activation": "relu", "layers": layers}))
    return path


@pytest.mark.parametrize("option", [["--json"], ["--format", "json"]])
def test_json(run, absolute, option):
    code, out, err = run("degeneracy", absolute, *option)
    assert (code, err, out.count("\n")) == (0, "", 1)
    document = json.loads(out)
    assert list(document) == KEYS
    assert document["fibre"]["dimension"] == 2
    assert document["functional_dimension"]["dimension"] == 4
    assert document["unbalanced"] == [2]
    assert document["same_hyperplane"][0]["against"] == [2]


def test_text_and_a_domain_with_fractions(run, absolute):
    code, out, err = run("degeneracy", absolute, "--domain", "-3/2:-1")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].split()[:2] == ["neuron", "hyperplane"]
    assert "domain                [-3/2, -1]" in lines
    assert "dead neurons          1" in lines
    assert any(line.startswith("width                 2; minimal width 1") for line in lines)


def test_html(run, absolute):
    code, out, _ = run("degeneracy", absolute, "--format", "html")
    parser = Cells()
    parser.feed(out)
    assert code == 0
    assert {"x = 0", "> 0", "< 0", "fibre", "functional dimension"} <= set(parser.texts)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_latex_compiles(run, absolute, deep, tmp_path):
    tables = [run("degeneracy", path, "--format", "latex")[1] for path in (absolute, deep)]
    (tmp_path / "t.tex").write_text(
        "\\documentclass{article}\\begin{document}\n" + "\n\n".join(tables) + "\\end{document}\n"
    )
    ended = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"],
        cwd=tmp_path, capture_output=True, check=False,
    )
    assert ended.returncode == 0


def test_deep_networks(run, deep):
    code, out, err = run("degeneracy", deep, "--domain", "0:1", "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert list(document) == DEEP_KEYS
    assert document["domain"] == [["0", "1"]]
    assert document["functional_dimension"]["chambers"] == 4
    assert document["always_active"] == [[1, 1], [2, 1]]
    code, out, _ = run("degeneracy", deep)
    assert code == 0
    assert out.splitlines()[0].split() == ["domain", "R"]


def test_chambers_are_limited(run, deep):
    code, out, err = run("degeneracy", deep, "--limit", "2")
    assert (code, out) == (2, "")
    assert err == (
        f"symerm: error: {deep}: the network has more than 2 chambers (at most 9); raise the limit "
        "or take a smaller network or domain\n"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--format", "xml"], "--format: there is no format 'xml'; use text, latex, html, json"),
        (["--domain", "0:1,0:1"], "--domain: the box has 2 sides but there are 1 inputs"),
        (["--domain", "1:0"], "--domain: the left end 1 must be smaller than the right end 0"),
        (["--limit", "0"], "--limit must be a positive integer, not 0"),
    ],
)
def test_errors_are_one_line(run, absolute, options, message):
    assert run("degeneracy", absolute, *options) == (2, "", f"symerm: error: {message}\n")


def test_networks_that_are_not_piecewise_linear(run, tmp_path):
    path = tmp_path / "tanh.json"
    path.write_text(json.dumps({
        "activation": "tanh", "hidden_weights": [[1]], "hidden_biases": [0],
        "output_weights": [[1]], "output_biases": [0],
    }))  # fmt: skip
    code, out, err = run("degeneracy", path)
    assert (code, out) == (2, "")
    assert err.startswith(f"symerm: error: {path}: ")
    assert err.endswith("not tanh\n")
    assert run("degeneracy", tmp_path / "missing.json")[0] == 2


def test_help_has_an_example(run):
    code, out, _ = run("degeneracy", "--help")
    assert code == 0
    assert "symerm degeneracy network.json --domain -1:1" in out
