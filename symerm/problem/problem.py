"""A training problem: a dataset and an architecture, with squared loss.

The empirical risk is the **sum** of squared errors over all points and outputs.
"""

from __future__ import annotations

from dataclasses import dataclass

from symerm.display import RichDisplay, Table
from symerm.problem.architecture import Architecture
from symerm.problem.dataset import Dataset

__all__ = ["Problem"]


@dataclass(frozen=True)
class Problem(RichDisplay):
    """Minimise the sum of squares over all networks of one architecture."""

    dataset: Dataset
    architecture: Architecture

    def _display(self) -> Table:
        """Data and model, for notebooks."""
        return Table([("data", self.dataset.summary), ("model", self.architecture.summary)])
