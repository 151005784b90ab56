"""The progress of a training, on stderr and only where a person watches."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, nullcontext

from symerm.cli.progress import Display, is_watched

__all__ = ["TrainingDisplay", "training_display"]


def training_display(*, quiet: bool) -> AbstractContextManager[TrainingDisplay | None]:
    """A display to give to a training, or None if nobody watches."""
    return TrainingDisplay() if is_watched(quiet=quiet) else nullcontext(None)


class TrainingDisplay(Display):
    """A bar with the share of the steps of a training, and a line with its last risk."""

    def __init__(self) -> None:
        super().__init__()
        self._started = time.monotonic()

    def report(self, stage: str, step: int, steps: int, risk: float) -> None:
        """Draw a report of the training."""
        if self._due(time.monotonic() - self._started):
            self._draw(f"{stage}, step {step} of {steps}, risk {risk:.4f}", step, steps)
