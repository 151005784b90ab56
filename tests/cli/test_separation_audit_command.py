"""``symerm separation audit``: formats, the picture, errors of one line."""

from __future__ import annotations

import json

import pytest
from test_datasets_command import Cells


def test_the_text_ends_with_the_density(run) -> None:
    code, out, err = run("separation", "audit")
    assert (code, err) == (0, "")
    assert out.startswith("Two steps of the proof of Safran and Lee's separation theorem")
    assert "Point 1: the separating vector" in out
    assert "  refuted   at |x| = 1 a feature is uniform on [-1/2, 1/2]\n" in out


@pytest.mark.parametrize("option", [["--json"], ["--format", "json"]])
def test_json_is_one_line(run, option) -> None:
    code, out, err = run("separation", "audit", *option)
    assert (code, err, out.count("\n")) == (0, "", 1)
    document = json.loads(out)
    assert document["decided"] is True
    assert {claim["status"] for claim in document["claims"]} == {
        "described", "proved", "refuted", "computed",
    }


def test_html_and_latex(run) -> None:
    parser = Cells()
    code, out, _ = run("separation", "audit", "--format", "html")
    parser.feed(out)
    assert code == 0
    assert "at |x| = 1 a feature is uniform on [-1/2, 1/2]" in parser.texts
    code, out, _ = run("separation", "audit", "--format", "latex")
    assert code == 0
    assert out.count(r"\begin{tabular}") == 5


def test_the_picture_is_written(run, tmp_path) -> None:
    path = tmp_path / "audit.png"
    code, out, err = run("separation", "audit", "--plot", path)
    assert (code, err) == (0, "")
    assert out
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "xml"], "--format: there is no format 'xml'; use text, latex, html, json"),
        (["--plot", "audit.txt"],
         "audit.txt: a plot needs a name that ends in one of .png, .svg, .pdf"),
    ],
)
def test_errors_are_one_line(run, arguments, message) -> None:
    assert run("separation", "audit", *arguments) == (2, "", f"symerm: error: {message}\n")


def test_a_place_that_cannot_be_written_is_refused_before_the_work(run, tmp_path) -> None:
    code, out, err = run("separation", "audit", "--plot", tmp_path / "none" / "audit.png")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_help_has_an_example(run) -> None:
    code, out, _ = run("separation", "audit", "--help")
    assert code == 0
    assert "symerm separation audit --format latex --plot audit.pdf" in out
