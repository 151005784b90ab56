"""The progress of a training, on stderr and only where a person watches."""

from __future__ import annotations

import sys
import time
from contextlib import AbstractContextManager, nullcontext

from symerm.cli.progress import SearchDisplay

__all__ = ["TrainingDisplay", "training_display"]

#: Seconds of training before anything is shown, and between two refreshments.
_DELAY = 0.5
_PAUSE = 0.1


def training_display(*, quiet: bool) -> AbstractContextManager[TrainingDisplay | None]:
    """A display to give to a training, or None if nobody watches."""
    if quiet or not sys.stderr.isatty():
        return nullcontext(None)
    return TrainingDisplay()


class TrainingDisplay(SearchDisplay):
    """The bar of a search, with the steps of a training and its last risk."""

    def __init__(self) -> None:
        super().__init__()
        self._started = time.monotonic()

    def __enter__(self) -> TrainingDisplay:
        return self

    def report(self, stage: str, step: int, steps: int, risk: float) -> None:
        """Draw a report of the training."""
        now = time.monotonic()
        if now - self._started < _DELAY or now - self._drawn < _PAUSE:
            return
        self._drawn = now
        if self._bar is None:
            self._start()
        self._bar.update(
            self._task,
            completed=step,
            total=steps,
            description=f"{stage}, step {step} of {steps}, risk {risk:.4f}",
            refresh=True,
        )
