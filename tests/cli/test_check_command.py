"""``symerm check``: options to the solver, verdicts to text, JSON and exit codes."""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from symerm.errors import BudgetExceeded, CertificateError, UnsupportedError
from symerm.networks.serialization import network_from_json

DATA = "a,b,c\n0,1,0.1\n1,0,1/3\n2,5,-1e2\n"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("d.csv").write_text(DATA)
    return "d.csv"


def test_defaults(run, solver, data) -> None:
    code, out, err = run("check", data, "--width", 2)
    assert (code, err) == (0, "")
    assert solver.options == {
        "tolerance": Fraction(1, 10**9),
        "time_limit": None,
        "workers": 1,
        "progress": None,
        "journal": None,
    }
    architecture = solver.problem.architecture
    assert (architecture.width, architecture.activation.name) == (2, "relu")
    assert architecture.hidden_bias
    assert architecture.output_bias
    assert solver.problem.dataset.output_names == ("c",)
    assert solver.problem.dataset.outputs[0] == (Fraction(1, 10),)
    assert out.splitlines() == [
        "verdict     attained",
        "infimum     5/2 ~ 2.5",
        "data        d.csv: 3 points, inputs a, b, outputs c",
        "model       width 2, relu, hidden bias, output bias",
        "minimiser   c = 1/2",
        "            h1, h2 unused",
        "search      cases 12, closed by bound",
    ]


def test_every_option_reaches_the_solver(run, solver, data) -> None:
    code, _, _ = run(
        "check", "--inputs", "c,a", "--outputs", "b", "--activation", "leaky:1/10",
        "--no-output-bias", "--no-hidden-bias", "--workers", "3", "--time-limit", "3/2",
        "--tolerance", "1/1000", "--resume", "journal", "--quiet", data, "--width", "4",
    )  # fmt: skip
    assert code == 0
    assert solver.options.pop("journal").path == Path("journal")
    assert solver.options == {
        "tolerance": Fraction(1, 1000),
        "time_limit": 1.5,
        "workers": 3,
        "progress": None,
    }
    architecture = solver.problem.architecture
    assert (architecture.width, architecture.activation.name) == (4, "leaky:1/10")
    assert not architecture.hidden_bias
    assert not architecture.output_bias
    assert solver.problem.dataset.input_names == ("c", "a")
    assert solver.problem.dataset.output_names == ("b",)
    assert solver.problem.dataset.inputs[2] == (-100, 2)


def test_bundled_data(run, solver) -> None:
    code, out, _ = run("check", "dataset:linnerud", "--width", 1, "--outputs", "pulse")
    assert code == 0
    assert solver.problem.dataset.size == 20
    assert "dataset:linnerud: 20 points, inputs chins, situps, jumps, outputs pulse" in out


def test_json(run, solver, data) -> None:
    code, out, err = run("check", data, "--width", 1, "--json", "--certificate", "c.json")
    assert (code, err) == (0, "")
    assert out.count("\n") == 1
    document = json.loads(out)
    assert list(document) == [
        "verdict", "infimum", "minimiser", "escape", "reason", "certificate", "statistics"
    ]  # fmt: skip
    assert document["verdict"] == "attained"
    assert document["infimum"] == {"lower": "5/2", "upper": "5/2", "exact": "5/2"}
    assert network_from_json(document["minimiser"])((Fraction(0), Fraction(0))) == (
        Fraction(1, 2),
    )
    assert document["escape"] is None
    assert document["reason"] is None
    assert document["certificate"] == "c.json"
    assert document["statistics"] == {"cases": 12, "closed_by": "bound"}


UNDECIDED = {
    "verdict": "undecided",
    "exact": None,
    "lower": Fraction(1, 3),
    "reason": "the time limit was reached",
}


def test_undecided_ends_with_3_and_keeps_its_bounds(run, solver, data) -> None:
    solver.changes = UNDECIDED
    code, out, _ = run("check", data, "--width", 1, "--json")
    assert code == 3
    assert json.loads(out)["infimum"] == {"lower": "1/3", "upper": "5/2", "exact": None}
    assert json.loads(out)["reason"] == "the time limit was reached"
    code, out, _ = run("check", data, "--width", 1)
    assert code == 3
    assert "infimum     between 1/3 and 5/2\n" in out
    assert "reason      the time limit was reached\n" in out


def test_interrupted_ends_with_130_and_keeps_bounds_and_certificate(run, solver, data) -> None:
    solver.changes = UNDECIDED | {"interrupted": True, "reason": "interrupted"}
    code, out, err = run("check", data, "--width", 1, "--certificate", "c.json")
    assert (code, err) == (130, "")
    assert "between 1/3 and 5/2" in out
    assert Path("c.json").read_text() == "".join(solver.text)


def test_not_attained_is_a_verdict(run, solver, data) -> None:
    solver.changes = {"verdict": "not-attained"}
    code, out, _ = run("check", data, "--width", 1)
    assert code == 0
    assert out.startswith("verdict     not-attained\n")
    assert "\nnetwork     c = 1/2\n" in out


@pytest.mark.parametrize("name", ["c.json", "c.json.gz"])
def test_the_certificate_is_written(run, solver, data, name) -> None:
    Path(name).write_text("old")
    code, out, _ = run("check", data, "--width", 1, "--certificate", name)
    assert code == 0
    assert out.endswith(f"certificate {name}\n")
    content = Path(name).read_bytes()
    if name.endswith(".gz"):
        content = gzip.decompress(content)
    assert content.decode() == "".join(solver.text)
    assert sorted(path.name for path in Path().iterdir()) == [name, "d.csv"]


class Failing:
    """Certificate text that breaks off."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __iter__(self) -> Iterator[str]:
        yield "half"
        raise self.error


@pytest.mark.parametrize(
    ("error", "expected", "message"),
    [
        (CertificateError("a leaf has no proof"), 2, "a leaf has no proof"),
        (OSError(28, "No space left on device"), 2, "c.json: cannot be written: No space left"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_a_verdict_outlives_its_certificate(
    run, solver, data, error, expected, message
) -> None:
    solver.text = Failing(error)
    Path("c.json").write_text("old")
    code, out, err = run("check", data, "--width", 1, "--certificate", "c.json", "--json")
    assert code == expected
    assert json.loads(out)["verdict"] == "attained"
    assert json.loads(out)["certificate"] is None
    assert err.startswith(f"symerm: error: {message}")
    assert err.count("\n") == 1
    assert Path("c.json").read_text() == "old"
    assert sorted(path.name for path in Path().iterdir()) == ["c.json", "d.csv"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["d.csv"], "Missing option '--width'; see symerm check --help"),
        (["--width", "1"], "Missing argument 'DATA'; see symerm check --help"),
        (["d.csv", "--width"], "Option '--width' requires an argument; see symerm check --help"),
        (["d.csv", "--width", "0"], "--width must be a positive integer, not 0"),
        (["d.csv", "--width", "-1"], "--width must be a positive integer, not -1"),
        (["d.csv", "--width", "1/2"], "--width must be a positive integer, not 1/2"),
        (["d.csv", "--width", "1001"], "the width must be at most 1000"),
        (["d.csv", "--width", "99999999999"], "the width must be at most 1000"),
        (["d.csv", "--width", "two"], "--width: 'two' is not a number"),
        (["d.csv", "--width", "1", "--workers", "0"], "--workers must be a positive integer"),
        (["d.csv", "--width", "1", "--time-limit", "-3"], "--time-limit must be a number of sec"),
        (["d.csv", "--width", "1", "--time-limit", "inf"], "--time-limit: 'inf' is not a finite"),
        (["d.csv", "--width", "1", "--tolerance", "-1/9"], "--tolerance must be positive, not -1"),
        (["d.csv", "--width", "1", "--tolerance", "1/0"], "--tolerance: the fraction 1/0 has deno"),
        (["d.csv", "--width", "1", "--inputs", "a,,b"], "--inputs: name columns separated by"),
        (["d.csv", "--width", "1", "--inputs", ""], "--inputs: name columns separated by commas"),
        (["d.csv", "--width", "1", "--outputs", "z"], "d.csv"),
        (["d.csv", "--width", "1", "--activation", "step"], "unknown activation 'step'"),
        (["d.csv", "--width", "1", "extra"], "Got unexpected extra argument"),
        (["d.csv", "--width", "1", "--widths", "1"], "No such option: --widths"),
        (["none.csv", "--width", "1"], "none.csv: "),
        (["folder", "--width", "1"], "folder: this is a folder"),
        (["bad.csv", "--width", "1"], "bad.csv, row 3, column c: 'x' is not a number"),
        (["dataset:nil", "--width", "1"], "there is no bundled dataset 'nil'; did you mean nile?"),
    ],
)
def test_bad_input_is_one_line_and_never_reaches_the_solver(
    run, solver, data, arguments, message
) -> None:
    Path("folder").mkdir()
    Path("bad.csv").write_text("a,c\n1,2\n1,x\n")
    code, out, err = run("check", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"symerm: error: {message}")
    assert err.count("\n") == 1
    assert solver.problem is None


@pytest.mark.parametrize("option", ["--certificate", "--resume", "--plot"])
@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("missing/c.json", "missing/c.json: the folder"),
        ("folder", "folder: this is a folder"),
        ("", "an empty path names no file"),
        ("d.csv", "would overwrite the data"),
        ("link.csv", "would overwrite the data"),
    ],
)
def test_a_path_that_cannot_be_written_is_refused_before_the_search(
    run, solver, data, option, path, message
) -> None:
    Path("folder").mkdir()
    Path("link.csv").symlink_to("d.csv")
    code, out, err = run("check", data, "--width", 1, option, path)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert solver.problem is None
    assert Path("d.csv").read_text() == DATA


def test_a_plot_draws_two_inputs_at_most_and_says_so_before_the_search(
    run, solver, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wide.csv").write_text("a,b,c,y\n1,2,3,4\n2,3,5,6\n")
    code, out, err = run("check", "wide.csv", "--width", 1, "--plot", "fit.png")
    assert (code, out) == (2, "")
    assert err.startswith("symerm: error: --plot draws problems with one or two inputs, not 3")
    assert solver.problem is None


@pytest.mark.parametrize("path", ["fit", "fit.gif", ".png", "fit.png.txt"])
def test_the_ending_of_a_plot_is_checked_before_the_search(run, solver, data, path) -> None:
    code, out, err = run("check", data, "--width", 1, "--inputs", "a", "--plot", path)
    assert (code, out) == (2, "")
    assert err == (
        f"symerm: error: {path}: a plot needs a name that ends in one of .png, .svg, .pdf\n"
    )
    assert solver.problem is None


def test_a_plot_is_written_and_named(run, solver, data) -> None:
    arguments = ("check", data, "--width", 1, "--inputs", "a", "--outputs", "c")
    code, out, err = run(*arguments, "--plot", "fit.svg", "--certificate", "c.json")
    assert (code, err) == (0, "")
    assert out.endswith("certificate c.json\nplot        fit.svg\n")
    assert Path("fit.svg").read_text().startswith("<?xml")
    code, out, _ = run(*arguments, "--plot", "fit.PNG", "--json")
    assert code == 0
    # The keys of the contract stay as they are.
    assert list(json.loads(out))[-2:] == ["certificate", "statistics"]
    assert Path("fit.PNG").read_bytes().startswith(b"\x89PNG")


def test_a_verdict_outlives_its_plot(run, solver, data, monkeypatch) -> None:
    from symerm.reports import plots

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device", "fit.png")

    monkeypatch.setattr(plots, "write_plot", fail)
    code, out, err = run(
        "check", data, "--width", 1, "--inputs", "a", "--plot", "fit.png", "--certificate", "c.json"
    )
    assert code == 2
    assert out.startswith("verdict     attained\n")
    assert out.endswith("certificate c.json\n")
    assert err == "symerm: error: fit.png: No space left on device\n"
    assert sorted(path.name for path in Path().iterdir()) == ["c.json", "d.csv"]


def test_certificate_and_journal_must_differ(run, solver, data) -> None:
    code, _, err = run("check", data, "--width", 1, "--certificate", "c", "--resume", "./c")
    assert code == 2
    assert "--resume would overwrite the file of --certificate" in err
    assert solver.problem is None


@pytest.mark.parametrize("kind", [UnsupportedError, BudgetExceeded])
def test_errors_of_the_solver_are_one_line(run, solver, data, kind) -> None:
    solver.failure = kind("two outputs\nare not supported")
    assert run("check", data, "--width", 1) == (
        2,
        "",
        "symerm: error: two outputs are not supported\n",
    )


def test_values_may_be_attached_to_their_option(run, solver, data) -> None:
    assert run("check", data, "--width=3", "--tolerance=1e-3", "--inputs=a,b")[0] == 0
    assert solver.problem.architecture.width == 3


def test_a_search_that_is_killed_by_the_keyboard_leaves_one_line(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys, symerm.attainability\n"
        "from symerm.cli.main import main\n"
        "def decide(problem, **options):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "symerm.attainability.decide = decide\n"
        "sys.exit(main(['check', 'dataset:nile', '--width', '1', '--certificate', 'c']))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert (run.returncode, run.stdout) == (130, "")
    assert run.stderr == "symerm: error: interrupted\n"
    assert list(tmp_path.iterdir()) == []
