"""Ctrl-C while modules load.

An interrupt in the middle of an import can surface as another error (RuntimeError from
``__set_name__``), be swallowed in a callback with a message of the interpreter, or leave a module
half made.  So it is noted and raised once the loading is over, which takes a fraction of a second.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["loading", "stems_from_interrupt"]


@contextmanager
def loading() -> Iterator[None]:
    """Put off a Ctrl-C until the block is done; another handler than Python's own is kept."""
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield
        return
    noted: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: noted.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if noted:
        raise KeyboardInterrupt


def stems_from_interrupt(error: BaseException | None) -> bool:
    """Whether an error was raised because of a Ctrl-C.

    Examples
    --------
    >>> try:
    ...     raise RuntimeError("Error calling __set_name__") from KeyboardInterrupt()
    ... except RuntimeError as error:
    ...     stems_from_interrupt(error)
    True
    """
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False
