"""The progress of long work, on stderr and only where a person watches."""

from __future__ import annotations

import math
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from typing import Any, Self

from symerm.arithmetic.rationals import format_decimal
from symerm.attainability.verdict import Progress

__all__ = [
    "Display",
    "SearchDisplay",
    "TaskDisplay",
    "describe",
    "is_watched",
    "search_display",
    "task_display",
]

#: Seconds of work before anything is shown, and between two refreshments.
_DELAY = 0.5
_PAUSE = 0.1


def is_watched(*, quiet: bool) -> bool:
    """Whether a person watches: stderr is a terminal, and progress is wanted."""
    return not quiet and sys.stderr.isatty()


def search_display(*, quiet: bool) -> AbstractContextManager[SearchDisplay | None]:
    """A display to give to the search, or None if nobody watches."""
    return SearchDisplay() if is_watched(quiet=quiet) else nullcontext(None)


def task_display(total: int, *, quiet: bool) -> AbstractContextManager[TaskDisplay | None]:
    """A display for a known number of tasks, or None if nobody watches."""
    return TaskDisplay(total) if is_watched(quiet=quiet) else nullcontext(None)


def describe(progress: Progress) -> str:
    """Bounds, gap and cases of a running search in one line; what matters most comes first.

    Examples
    --------
    >>> describe(Progress(Fraction(3), Fraction(4), 12, 30, 1.5))
    'infimum between 3 and 4, gap 25%, 30 cases done, 12 open'
    """
    text = f"infimum between {_short(progress.lower)} and {_short(progress.upper)}"
    # Infinity has no gap; whatever else is compared with it is finite, of any size.
    if 0 < progress.upper < math.inf:
        upper = Fraction(progress.upper)
        gap = 100 * (upper - Fraction(max(progress.lower, 0))) / upper
        text += f", gap {format_decimal(gap, digits=3)}%"
    return f"{text}, {progress.closed_cases} cases done, {progress.open_cases} open"


class Display:
    """A bar with a line of text beside it.

    It has no thread of its own: it is drawn when the work reports, which is safe beside worker
    processes.
    """

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._drawn = -math.inf

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _due(self, seconds: float) -> bool:
        """Whether to draw a report now, after some seconds of work."""
        return seconds >= _DELAY and time.monotonic() - self._drawn >= _PAUSE

    def _draw(self, text: str, done: int, total: int) -> None:
        self._drawn = time.monotonic()
        if self._bar is None:
            self._bar = _new_bar()
            self._task = self._bar.add_task("", total=None)
            self._bar.start()
        self._bar.update(
            self._task, completed=done, total=total, description=text, refresh=True
        )


class SearchDisplay(Display):
    """A bar with the closed share of the cases met so far, and a line with the bounds."""

    def __call__(self, progress: Progress) -> None:
        """Draw a report of the search."""
        if self._due(progress.seconds):
            cases = progress.closed_cases + progress.open_cases
            self._draw(describe(progress), progress.closed_cases, cases)


class TaskDisplay(Display):
    """A bar with the share of the tasks that are done, and the name of the last one."""

    def __init__(self, total: int) -> None:
        super().__init__()
        self._total = total
        self._done = 0

    def __enter__(self) -> Self:
        self._draw("", 0, self._total)
        return self

    def advance(self, text: str) -> None:
        """Note that a task is done, with a few words about it."""
        self._done += 1
        self._draw(f"{self._done} of {self._total}, {text}", self._done, self._total)


def _new_bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar
    from rich.table import Column

    return Bar(
        TimeElapsedColumn(table_column=Column(no_wrap=True)),
        BarColumn(bar_width=10, table_column=Column(no_wrap=True)),
        # The text takes what is left of the line and is cut there; the time stays whole.
        TextColumn(
            "{task.description}",
            markup=False,
            table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
        ),
        expand=True,
        console=Console(stderr=True),
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


def _short(value: Fraction | float) -> str:
    return format_decimal(value, digits=6) if isinstance(value, Fraction) else f"{value:.6g}"
