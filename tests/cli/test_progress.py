"""The progress display: only for a person, and never in the way of the answer."""

import io
import sys
from fractions import Fraction

import pytest

from symerm.attainability.verdict import Progress
from symerm.cli.progress import describe, search_display


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def watch(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal in the place of stderr; to be called within the test, after pytest's capture."""
    stream = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


def test_the_bounds_are_shown_on_a_terminal(run, solver, monkeypatch) -> None:
    terminal = watch(monkeypatch)
    code, out, _ = run("check", "dataset:nile", "--width", 1, "--json")
    assert code == 0
    assert out.startswith("{")
    shown = terminal.getvalue()
    assert "4 cases done, 3 open, infimum between 1 and 2, gap 50%" in shown
    # A display that vanishes shows the cursor again.
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")


def test_quiet_shows_nothing(run, solver, monkeypatch) -> None:
    terminal = watch(monkeypatch)
    assert run("check", "dataset:nile", "--width", 1, "--quiet")[0] == 0
    assert terminal.getvalue() == ""
    assert solver.options["progress"] is None


def test_a_file_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with search_display(quiet=False) as display:
        assert display is None


def test_a_short_search_shows_nothing(monkeypatch) -> None:
    terminal = watch(monkeypatch)
    with search_display(quiet=False) as display:
        assert display is not None
        display(Progress(Fraction(0), Fraction(1), 1, 1, 0.1))
    assert terminal.getvalue() == ""


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        (Fraction(0), float("inf"), "infimum between 0 and inf"),
        (0.0, 0.0, "infimum between 0 and 0"),
        (-1.0, 4.0, "infimum between -1 and 4, gap 100%"),
        (0.0, Fraction(10**400), "infimum between 0 and 1.00000E+400, gap 100%"),
        (Fraction(1, 3), 0.5, "infimum between 0.333333 and 0.5, gap 33.3%"),
    ],
)
def test_any_bounds_can_be_described(lower, upper, expected) -> None:
    text = describe(Progress(lower, upper, 1, 2, 3.0))
    assert text == f"2 cases done, 1 open, {expected}"
