"""The frame around the commands: help, errors of the system, pipes and odd terminals."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import symerm
from symerm.cli import main as entry

COMMANDS = ("check", "strata", "verify", "datasets")


def start(*argv: str, **options: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "symerm", *argv],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        **{"stdout": subprocess.PIPE, **options},
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(run, command) -> None:
    code, out, err = run(command, "--help")
    assert (code, err) == (0, "")
    assert f"Example:\n    symerm {command}" in out.replace("\n  Example", "\nExample")


def test_help_lists_every_command(run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    for command in COMMANDS:
        assert f"\n  {command} " in out


def test_the_help_of_check_names_every_option_of_the_contract(run) -> None:
    _, out, _ = run("check", "--help")
    for option in (
        "--width", "--inputs", "--outputs", "--activation", "--no-output-bias",
        "--no-hidden-bias", "--certificate", "--json", "--workers", "--time-limit",
        "--tolerance", "--resume", "--quiet",
    ):  # fmt: skip
        assert f"  {option} " in out


def test_version(run) -> None:
    assert run("--version") == (0, f"symerm {symerm.__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing command; see symerm --help"),
        (["frobnicate"], "No such command 'frobnicate'; see symerm --help"),
        (["--frobnicate"], "No such option: --frobnicate; see symerm --help"),
        (["datasets", "--xyz"], "No such option: --xyz; see symerm datasets --help"),
        (["verify"], "Missing argument 'CERTIFICATE'; see symerm verify --help"),
    ],
)
def test_wrong_usage_is_one_line(run, arguments, message) -> None:
    assert run(*arguments) == (2, "", f"symerm: error: {message}\n")


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (MemoryError(), 2, "out of memory; try a smaller problem or a time limit"),
        (PermissionError(13, "Permission denied", "j"), 2, "j: Permission denied"),
        (OSError("odd"), 2, "odd"),
        (symerm.InputError("bad", file="two\nlines\x1b[2J"), 2, "two lines\\x1b[2J: bad"),
    ],
)
def test_no_error_is_a_traceback(run, monkeypatch, error, code, message) -> None:
    def fail(argv: list[str]) -> int:
        raise error

    monkeypatch.setattr(entry, "_run", fail)
    # The real output must survive what is done for a broken one.
    monkeypatch.setattr(entry, "_discard_output", lambda: None)
    assert run() == (code, "", f"symerm: error: {message}\n")


def test_a_reader_that_goes_away_ends_the_command_quietly() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        run = start("datasets", stdout=writer)
    finally:
        os.close(writer)
    assert (run.returncode, run.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_line() -> None:
    with open("/dev/full", "w") as full:
        run = start("datasets", stdout=full)
    assert run.returncode == 2
    assert run.stderr == "symerm: error: No space left on device\n"


def test_names_outside_the_alphabet_of_the_terminal() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    run = start("check", "größe.csv", "--width", "1", env=environment)
    assert run.returncode == 2
    assert run.stderr.startswith("symerm: error: gr\\xf6\\xdfe.csv: ")
    assert run.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("closed", "code", "message"),
    [(">&-", 2, "symerm: error: the standard output is closed\n"), ("2>&-", 0, "")],
)
def test_closed_streams_are_no_traceback(closed, code, message) -> None:
    run = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" -m symerm datasets {closed}'],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (code, message)
