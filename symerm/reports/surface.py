"""A panel for a problem with two inputs: the fitted surface as a map, with the data on it.

Colours are the values of the minimiser, dots the data in the same colours, so that a dot that
vanishes in its surroundings is fitted well; lines are the kinks of the hidden neurons.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symerm.attainability.verdict import Verdict

__all__ = ["draw_surface"]

_GRID = 160
_SPACE = 0.06


def draw_surface(axes: Any, verdict: Verdict, output: int) -> None:
    """Draw one output of a verdict with two inputs into a panel.

    Without a minimiser only the data are drawn.
    """
    dataset = verdict.problem.dataset
    points = np.array([[float(x) for x in row] for row in dataset.inputs])
    values = np.array([float(row[output]) for row in dataset.outputs])
    low, high = points.min(0), points.max(0)
    margin = np.where(high > low, (high - low) * _SPACE, 1.0)
    low, high = low - margin, high + margin
    surface = values
    network = verdict.minimiser
    if network is not None:
        axis = [np.linspace(low[k], high[k], _GRID) for k in (0, 1)]
        grid = np.stack(np.meshgrid(*axis, indexing="xy"), -1)
        weights = np.array([[float(x) for x in row] for row in network.hidden_weights])
        hidden = grid @ weights.T + np.array([float(b) for b in network.hidden_biases])
        slope = float(network.activation.negative_slope)
        outgoing = np.array([float(row[output]) for row in network.output_weights])
        offset = float(network.output_biases[output])
        surface = np.maximum(hidden, slope * hidden) @ outgoing + offset
    least, most = min(surface.min(), values.min()), max(surface.max(), values.max())
    if network is not None:
        axes.pcolormesh(*axis, surface, vmin=least, vmax=most, shading="auto", rasterized=True)
        for j in np.flatnonzero(outgoing):
            if hidden[..., j].min() < 0 < hidden[..., j].max():
                axes.contour(*axis, hidden[..., j], levels=[0.0], colors="white", linewidths=1)
    dots = axes.scatter(
        *points.T, c=values, vmin=least, vmax=most, edgecolors="black", label="data", zorder=3
    )
    axes.figure.colorbar(dots, ax=axes, label=dataset.output_names[output])
    axes.set_xlabel(dataset.input_names[0])
    axes.set_ylabel(dataset.input_names[1])
