"""``symerm cases landscape``: every format, targets, pictures, errors on one line."""

from __future__ import annotations

import json

import pytest


def test_the_table_and_how_it_came_about(run) -> None:
    code, out, err = run("cases", "landscape", "--width", "3")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("Critical points of 3 neurons with the activation max(x, 0)")
    assert "alpha^2 |T|^3/972" in lines[5]
    assert "1599 configurations were walked" in out
    assert "612 are critical" in out


def test_wide_tables_say_that_they_are_not_derived(run) -> None:
    code, out, _ = run("cases", "landscape", "--width", "1000", "--activation", "leaky")
    assert code == 0
    assert out.splitlines()[-1].startswith("Not derived: for more than 4 neurons")
    assert "walked" not in out


@pytest.mark.parametrize("option", [["--json"], ["--format", "json"]])
def test_json_with_a_target_of_negative_numbers(run, option) -> None:
    code, out, err = run(
        "cases", "landscape", "--width", "2", "--target", "-2*x + 1/3",
        "--interval", "-3/2", "5", *option,
    )  # fmt: skip
    assert (code, err, out.count("\n")) == (0, "", 1)
    document = json.loads(out)
    assert document["target"] == {"alpha": "-2", "beta": "1/3", "interval": ["-3/2", "5"]}
    # 4 (13/2)^3 = 2197/2 times 1/12 and 1/972.
    assert [row["loss"]["of_target"] for row in document["rows"]] == [
        "2197/24", "2197/24", "2197/1944", "0", "0"
    ]
    assert {row["verdict"] for row in document["rows"]} == {
        "local-minimum", "saddle", "global-minimum"
    }


@pytest.mark.parametrize(
    ("activation", "loss"),
    [
        ("leaky", "alpha^2 |T|^3 (1 - gamma)^2/(12 W^4)"),
        ("leaky:1/10", "27 alpha^2 |T|^3/(400 W^4)"),
        ("leaky:9/16", "alpha^2 |T|^3/588"),
        ("quadratic", "alpha^2 |T|^3/12"),
    ],
)
def test_activations(run, activation, loss) -> None:
    code, out, _ = run("cases", "landscape", "--width", "1", "--activation", activation)
    assert code == 0
    assert loss in out


def test_an_interval_alone_is_that_of_the_target_x(run) -> None:
    _, out, _ = run("cases", "landscape", "--width", "1", "--interval", "0", "3")
    assert "here alpha = 1, beta = 0 on [0, 3]" in out
    assert "9/4" in out


@pytest.mark.parametrize("style", ["latex", "html"])
def test_other_formats(run, style) -> None:
    code, out, _ = run("cases", "landscape", "--width", "2", "--format", style)
    assert code == 0
    assert {"latex": r"\toprule", "html": "<table>"}[style] in out


def test_a_picture_is_written(run, tmp_path) -> None:
    path = tmp_path / "cases.svg"
    code, _, err = run(
        "cases", "landscape", "--width", "2", "--activation", "leaky:0.1", "--plot", path
    )
    assert (code, err) == (0, "")
    assert path.read_bytes().startswith(b"<?xml")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing option '--width'; see symerm cases landscape --help"),
        (["--width", "0"], "--width must be a positive integer, not 0"),
        (["--width", "1001"], "the width must be between 1 and 1000, not 1001"),
        (["--width", "2", "--format", "xml"],
         "--format: there is no format 'xml'; use text, latex, html, json"),
        (["--width", "2", "--activation", "tanh"],
         "there is no table for the activation tanh; use relu, leaky, leaky:1/10 or quadratic"),
        (["--width", "2", "--activation", "leaky:2"],
         "the slope of leaky:2 must lie strictly between 0 and 1"),
        (["--width", "2", "--target", "x^2"],
         "the target 'x^2' is not alpha x + beta with alpha != 0 on the interval"),
        (["--width", "2", "--target", "3"],
         "the target '3' is not alpha x + beta with alpha != 0 on the interval"),
        (["--width", "2", "--target", "y"],
         "the target 'y': unknown name 'y' at column 1; use x"),
        (["--width", "2", "--interval", "1", "1"],
         "--interval: the left end 1 must be smaller than the right end 1"),
        (["--width", "2", "--plot", "x.gif"],
         "x.gif: a plot needs a name that ends in one of .png, .svg, .pdf"),
        (["--width", "2", "--activation", "leaky", "--plot", "x.png"],
         "--plot needs a number for the slope; use --activation leaky:1/10"),
        (["--width", "40", "--plot", "x.png"],
         "--plot draws at most 12 functions, not 22; choose a smaller width"),
    ],
)  # fmt: skip
def test_errors_are_one_line(run, tmp_path, monkeypatch, arguments, message) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run("cases", "landscape", *arguments)
    assert (code, out, err) == (2, "", f"symerm: error: {message}\n")
    assert list(tmp_path.iterdir()) == []


def test_the_group_needs_a_command(run) -> None:
    assert run("cases") == (2, "", "symerm: error: Missing command; see symerm cases --help\n")
    code, out, _ = run("cases", "--help")
    assert code == 0
    assert "symerm cases landscape --width 3" in out
