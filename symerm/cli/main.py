"""The entry point: one line per error, one exit code per outcome, never a traceback.

0 verdict reached, 2 bad input or usage, 3 undecided, 130 interrupted; 141 when the reader of the
output goes away early, as any program in a pipeline ends.  ``symerm verify`` has its own codes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

from symerm.cli.interrupts import loading, stems_from_interrupt
from symerm.errors import SymermError

__all__ = ["BAD_INPUT", "INTERRUPTED", "main"]

BAD_INPUT = 2
INTERRUPTED = 130
_BROKEN_PIPE = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments without the program's name; by default those of the process.

    Examples
    --------
    >>> main(["--version"])
    symerm 0.1.0
    0
    """
    if sys.stderr is None:  # closed by whoever started the process
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        return _complain("the standard output is closed", BAD_INPUT)
    for stream in (sys.stdout, sys.stderr):
        # A file or column name outside the terminal's alphabet must not end in an error.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _run(sys.argv[1:] if argv is None else list(argv))
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = _complain("interrupted", INTERRUPTED)
    except BrokenPipeError:
        _discard_output()
        code = _BROKEN_PIPE
    except SymermError as error:
        code = _complain(str(error), BAD_INPUT)
    except MemoryError:
        code = _complain("out of memory; try a smaller problem or a time limit", BAD_INPUT)
    except OSError as error:
        _discard_output()
        place = f"{error.filename}: " if error.filename is not None else ""
        code = _complain(f"{place}{error.strerror or error}", BAD_INPUT)
    except Exception as error:
        # Some libraries load modules late, and an interrupted import raises what it likes.
        if not stems_from_interrupt(error):
            raise
        code = _complain("interrupted", INTERRUPTED)
    return code


def _run(argv: list[str]) -> int:
    with loading():
        import typer

        from symerm.cli.app import command

    root = command()
    try:
        with root.make_context("symerm", argv) as context:
            return int(root.invoke(context) or 0)
    except typer.Exit as ending:
        return ending.exit_code
    except typer.TyperException as error:
        known = _command_words(root, argv)
        message = error.format_message().rstrip(".")
        return _complain(f"{message}; see {' '.join(['symerm', *known])} --help", BAD_INPUT)


def _command_words(root: Any, argv: Sequence[str]) -> list[str]:
    """The words at the beginning that name a command, such as ``cases landscape``."""
    words: list[str] = []
    for word in argv:
        root = getattr(root, "commands", {}).get(word)
        if root is None:
            break
        words.append(word)
    return words


def _complain(message: str, code: int) -> int:
    """Print one line on stderr; control characters of hostile names are shown, not obeyed."""
    line = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode()
        for c in " ".join(message.split())
    )
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
        print(f"symerm: error: {line}", file=sys.stderr, flush=True)
    except OSError:
        _discard_output()
    return code


def _discard_output() -> None:
    """Send what is still buffered nowhere, so that the interpreter's own flush cannot fail."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
    except (OSError, ValueError):
        pass
