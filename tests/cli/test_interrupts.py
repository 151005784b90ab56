"""Ctrl-C while modules load: one line, whatever the interrupted import makes of it."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from symerm.cli import main as entry
from symerm.cli.interrupts import loading, stems_from_interrupt


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupt_waits_until_the_loading_is_over() -> None:
    steps = []

    def load() -> None:
        with loading():
            interrupt()
            steps.append("loaded")

    with pytest.raises(KeyboardInterrupt):
        load()
    assert steps == ["loaded"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_error_while_loading_restores_the_handler() -> None:
    with pytest.raises(ZeroDivisionError), loading():
        raise ZeroDivisionError
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_handler_of_another_program_is_kept() -> None:
    noted = []
    before = signal.signal(signal.SIGINT, lambda *_: noted.append(1))
    try:
        with loading():
            interrupt()
    finally:
        signal.signal(signal.SIGINT, before)
    assert noted == [1]


def test_a_thread_loads_without_handler() -> None:
    done = []

    def load() -> None:
        with loading():
            done.append(True)

    thread = threading.Thread(target=load)
    thread.start()
    thread.join()
    assert done == [True]


def test_an_error_made_of_an_interrupt_is_an_interrupt(run, monkeypatch) -> None:
    def fail(argv: list[str]) -> int:
        raise RuntimeError("Error calling __set_name__") from KeyboardInterrupt()

    monkeypatch.setattr(entry, "_run", fail)
    assert run() == (130, "", "symerm: error: interrupted\n")


def test_other_errors_are_not_hidden(run, monkeypatch) -> None:
    def fail(argv: list[str]) -> int:
        raise RuntimeError("a mistake") from ValueError()

    monkeypatch.setattr(entry, "_run", fail)
    with pytest.raises(RuntimeError, match="a mistake"):
        run()


def test_an_interrupt_is_found_behind_other_errors() -> None:
    cause, context, other = ImportError("half"), ImportError("half"), ImportError("missing")
    cause.__cause__ = RuntimeError("between")
    cause.__cause__.__context__ = KeyboardInterrupt()
    context.__context__ = KeyboardInterrupt()
    other.__cause__ = ValueError()
    assert stems_from_interrupt(cause)
    assert stems_from_interrupt(context)
    assert not stems_from_interrupt(other)


def test_an_interrupt_within_an_import_ends_with_130() -> None:
    # The first import of the solver's package sends the signal, as a hasty user would.
    program = (
        "import os, signal, sys\n"
        "class Hasty:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'symerm.attainability.decide':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "            print('still loading', file=sys.stderr)\n"
        "sys.meta_path.insert(0, Hasty())\n"
        "from symerm.cli.main import main\n"
        "sys.exit(main(['check', 'dataset:nile', '--width', '1']))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (130, "")
    assert ended.stderr == "still loading\nsymerm: error: interrupted\n"
