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
        shape = self.architecture
        biases = (("hidden", shape.hidden_bias), ("output", shape.output_bias))
        words = [f"{name} bias" if trained else f"no {name} bias" for name, trained in biases]
        return Table(
            [
                ("data", self.dataset._words()),
                ("model", f"width {shape.width}, {shape.activation.name}, {', '.join(words)}"),
            ]
        )
