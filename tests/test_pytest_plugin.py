"""The pytest plugin in a project of its own: options, fixture, marker, failures."""

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

OWN_TESTS = '''
from fractions import Fraction

import pytest

from symerm.strategies import rationals
from symerm.theorems import (
    Hypothesis, Mutant, Source, Status, Theorem, Work, holds_if, instances,
)

SQUARE = Theorem(
    id="square",
    title="Squares are large",
    source=Source(Work("own", "A. Author", "A paper")),
    statement="x² ≥ x if |x| ≥ 1",
    latex="$x^2 \\\\ge x$ if $|x| \\\\ge 1$",
    hypotheses=(Hypothesis("large", "|x| ≥ 1", lambda instance: abs(instance["x"]) >= 1),),
    claim=lambda instance: holds_if(
        instance["x"] ** 2 >= instance["x"], f"x = {instance['x']}"
    ),
    instances=instances(x=rationals()),
    status=Status("tested"),
    mutants=(
        Mutant("any-size", "x may be small", without=("large",)),
        Mutant("strict", "strict inequality", claim=lambda instance: holds_if(
            instance["x"] ** 2 > instance["x"], f"x = {instance['x']}")),
    ),
)
HARMLESS = Mutant("same", "nothing really", claim=SQUARE.claim)


@pytest.mark.symerm_theorem(examples=30, seed=3)
def test_true(check_theorem):
    check_theorem(SQUARE)


def test_false(check_theorem):
    check_theorem(SQUARE.mutated(SQUARE.mutants[0]))


def test_hole(check_theorem):
    from dataclasses import replace
    check_theorem(replace(SQUARE, mutants=(HARMLESS,)))


def test_without_mutants(check_theorem):
    from dataclasses import replace
    check_theorem(replace(SQUARE, mutants=(HARMLESS,)), mutants=False)


@pytest.mark.symerm_theorem(exmples=3)
def test_misspelt(check_theorem):
    check_theorem(SQUARE)
'''


def pytest_run(folder: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", *arguments],
        cwd=folder, capture_output=True, text=True, timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_plugin_is_installed_as_an_entry_point():
    (found,) = [each for each in entry_points(group="pytest11") if each.name == "symerm"]
    assert found.value == "symerm.pytest_plugin"


def test_a_theorem_of_ones_own(tmp_path):
    (tmp_path / "test_own.py").write_text(OWN_TESTS, encoding="utf-8")
    code, output = pytest_run(tmp_path, "-v", "--strict-markers")
    assert code == 1
    for name, outcome in (
        ("true", "PASSED"), ("false", "FAILED"), ("hole", "FAILED"), ("without_mutants", "PASSED"),
        ("misspelt", "ERROR"),
    ):
        assert f"test_{name} {outcome}" in output
    assert "square-any-size is falsified: x = 1/2" in output
    assert 'instance: {"x": {"rational": "1/2"}}' in output
    assert "mutant same (nothing really) survived" in output
    assert "no argument 'exmples'" in output
    assert "During handling" not in output


def test_the_example_of_the_documentation(tmp_path):
    example = Path(__file__).resolve().parents[1] / "docs" / "examples" / "test_convex.py"
    (tmp_path / example.name).write_text(example.read_text("utf-8"), encoding="utf-8")
    code, output = pytest_run(tmp_path, "-q", "--strict-markers")
    assert code == 0, output
    assert "1 passed" in output


def test_theorems_of_the_registry_are_added_as_tests(tmp_path):
    code, output = pytest_run(
        tmp_path, "-v", "--symerm-theorems=activation-lifting", "--symerm-mutants",
        "--symerm-examples", "5", "--symerm-seed", "1", "-m", "symerm_theorem",
    )
    assert code == 0, output
    assert "activation-lifting PASSED" in output
    assert "activation-lifting[any-signs] PASSED" in output
    assert "3 passed" in output


def test_without_options_nothing_is_added_and_nothing_is_loaded(tmp_path):
    (tmp_path / "test_own.py").write_text(
        "import sys\n\ndef test_quiet():\n"
        "    loaded = {name for name in sys.modules if name.startswith('symerm')}\n"
        "    assert loaded == {'symerm', 'symerm.pytest_plugin'}\n",
        encoding="utf-8",
    )
    code, output = pytest_run(tmp_path)
    assert code == 0, output
    assert "1 passed" in output


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--symerm-theorems=activation-liftin", "did you mean activation-lifting"),
        ("--symerm-profile=daily", "invalid choice"),
    ],
)
def test_bad_options_are_refused_in_one_line(tmp_path, option, message):
    code, output = pytest_run(tmp_path, option)
    assert code == 4
    assert message in output
    assert "Traceback" not in output
