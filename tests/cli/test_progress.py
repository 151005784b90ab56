"""The progress display: only for a person, and never in the way of the answer."""

import io
import re
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
    assert "infimum between 1 and 2, gap 50%, 4 cases done, 3 open" in shown
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
    assert text == f"{expected}, 2 cases done, 1 open"


def test_a_narrow_terminal_keeps_the_time_and_the_bounds_on_one_line(monkeypatch) -> None:
    terminal = watch(monkeypatch)
    monkeypatch.setenv("COLUMNS", "80")
    with search_display(quiet=False) as display:
        assert display is not None
        display(Progress(Fraction(1582632), Fraction(87355599), 12345, 123456, 60.0))
    plain = re.sub("\x1b\\[[^a-zA-Z]*[a-zA-Z]", "", terminal.getvalue())
    lines = plain.split("\r")
    shown = [line.rstrip("\n") for line in lines if "infimum" in line]
    assert shown
    for line in shown:
        assert len(line) <= 80
        assert re.match(r"0:00:\d\d ", line)
        assert "infimum between 1.58263E+6 and 8.73556E+7" in line


def test_tasks_are_counted_on_a_terminal(run, monkeypatch) -> None:
    terminal = watch(monkeypatch)
    code, out, _ = run("theorems", "test", "activation-lifting", "--examples", 3, "--json")
    assert code == 0
    assert out.startswith("{")
    shown = terminal.getvalue()
    assert "1 of 1, activation-lifting: holds" in shown
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")


def test_quiet_tasks_show_nothing(run, monkeypatch) -> None:
    terminal = watch(monkeypatch)
    assert run("theorems", "test", "activation-lifting", "--examples", 3, "--quiet")[0] == 0
    assert terminal.getvalue() == ""
