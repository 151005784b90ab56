"""``symerm separation run``: formats, errors, interrupts, progress."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys

import pytest

COMMON = (
    "separation", "run", "--law", "two-spheres", "--dimension", 2, "--width", 40, "--samples", 300,
    "--steps", 20,
)  # fmt: skip


def test_text_json_and_html_tell_the_same(run) -> None:
    code, text, err = run(*COMMON, "--quiet")
    assert (code, err) == (0, "")
    code, out, _ = run(*COMMON, "--json")
    document = json.loads(out)
    assert (code, out.count("\n")) == (0, 1)
    assert f"{document['strong']['test_risk']:.4f}" in text
    assert f"{document['baseline']['test_risk']:.4f}" in text
    code, page, _ = run(*COMMON, "--format", "html")
    assert code == 0
    assert f"<td>{document['strong']['test_risk']:.4f}</td>" in page


def test_options_reach_the_run(run, tmp_path) -> None:
    picture = tmp_path / "run.png"
    code, out, _ = run(
        "separation", "run", "--dimension", 3, "--width", 20, "--samples", 100, "--steps", 5,
        "--radius", "1.25", "--step-size", "1/100", "--batch", 10, "--seed", 7, "--no-baseline",
        "--time-limit", 60, "--plot", picture, "--json",
    )  # fmt: skip
    document = json.loads(out)
    assert code == 0
    assert (document["law"], document["dimension"]) == ("heavy-tailed", 3)
    assert document["radius"] == "5/4"
    assert (document["seed"], document["baseline"]) == (7, None)
    strong = document["strong"]
    assert (strong["step_size"], strong["batch"], strong["steps"]) == (0.01, 10, 5)
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--law", "normal"], "there is no law 'normal'; use heavy-tailed, two-spheres"),
        (["--radius", "3"], "the radius of the ball must be between 1 and 2, not 3"),
        (["--radius", "0"], "--radius must be positive, not 0"),
        (["--width", "0"], "--width must be a positive integer, not 0"),
        (["--samples", "many"], "--samples: "),
        (["--step-size", "-1"], "--step-size must be positive, not -1"),
        (["--seed", "-1"], "--seed must be a natural number, not -1"),
        (["--format", "csv"], "there is no format 'csv'"),
        (["--plot", "run.gif"], "a plot needs a name that ends in one of .png, .svg, .pdf"),
        (["--law", "two-spheres", "--dimension", "1"], "from dimension 2 on"),
    ],
)
def test_bad_options_are_one_line(run, options, message) -> None:
    code, out, err = run("separation", "run", *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_a_picture_that_cannot_be_written_costs_no_result(run, tmp_path, monkeypatch) -> None:
    import symerm.reports.separation_plots as plots

    def fail(found, path):
        raise OSError(28, "No space left on device", path)

    monkeypatch.setattr(plots, "write_separation_plot", fail)
    code, out, err = run(*COMMON, "--json", "--no-baseline", "--plot", tmp_path / "run.png")
    assert (code, err.count("\n")) == (2, 1)
    assert json.loads(out)["strong"]["steps"] == 20


def test_a_step_size_that_is_too_large_is_reported(run) -> None:
    code, out, _ = run(*COMMON, "--step-size", 1000, "--no-baseline")
    assert code == 0
    assert "every output is cut off, so the gradient is zero; use a smaller step size" in out


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_latex_compiles(run, tmp_path) -> None:
    _, latex, _ = run(*COMMON, "--format", "latex")
    (tmp_path / "run.tex").write_text(
        f"\\documentclass{{article}}\\begin{{document}}\n{latex}\n\\end{{document}}\n"
    )
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "run.tex"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-1500:]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("quiet", [False, True])
def test_progress_is_shown_only_where_a_person_watches(run, monkeypatch, quiet) -> None:
    monkeypatch.setattr("symerm.cli.progress._DELAY", 0)
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys, "stderr", terminal)
    code, out, _ = run(*COMMON, "--json", *(["--quiet"] if quiet else []))
    assert code == 0
    assert json.loads(out)["strong"]["steps"] == 20
    shown = terminal.getvalue()
    assert ("strong network, step 1 of 20, risk 0." in shown) != quiet


def test_an_interrupt_prints_the_result_so_far() -> None:
    """In a process of its own, interrupted by its own report after five steps."""
    code = (
        "import os, signal, sys\n"
        "import symerm.cli.training_display as display\n"
        "class Stop(display.TrainingDisplay):\n"
        "    def report(self, stage, step, steps, risk):\n"
        "        if step == 5:\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "display.training_display = lambda quiet: Stop()\n"
        "from symerm.cli.main import main\n"
        f"sys.exit(main({[*map(str, COMMON), '--json']!r}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 130, done.stderr
    document = json.loads(done.stdout)
    assert document["strong"]["ending"] == "interrupted"
    assert document["strong"]["steps"] == 5
    assert document["baseline"] is None
