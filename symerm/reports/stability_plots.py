"""A picture of the five pathologies: distances of parameters against distances of functions.

Each family is a sequence of points for k = 1, 2, 4, ..  On the restricted set N* all pairs lie
below the line of slope 1/2 given by the best constant 2 sqrt(2); the families cross it.
"""

from __future__ import annotations

from typing import Any

from symerm.parametrization.pathologies import PATHOLOGIES
from symerm.reports.figures import write_figure

__all__ = ["draw_pathologies", "write_pathologies_plot"]

_NUMBERS = tuple(2**power for power in range(11))
_MARKERS = ("o", "s", "^", "v", "D")


def write_pathologies_plot(path: str) -> None:
    """Draw the families into a file of the format that its name ends with.

    Raises
    ------
    InputError
        If the name has another ending or the file cannot be written.
    """
    write_figure(draw_pathologies, path)


def draw_pathologies() -> Any:
    """The matplotlib figure.

    Examples
    --------
    >>> len(draw_pathologies().axes[0].lines)
    6
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.subplots()
    low, high = 1e-4, 1e2
    ends = [2 * (2 * x) ** 0.5 for x in (low, high)]
    bound = "bound on N*: 2 sqrt(2) eps^(1/2)"
    axes.plot([low, high], ends, color="0.4", linewidth=1.2, label=bound)
    axes.fill_between([low, high], ends, 1e-3, color="0.92", zorder=0)
    for pathology, marker in zip(PATHOLOGIES, _MARKERS, strict=True):
        points = [
            (float(pathology.function_distance(k)), float(pathology.parameter_distance(k)))
            for k in _NUMBERS
        ]
        norm = "sup" if pathology.norm == "sup" else "W1,inf"
        # Families of equal rates would hide one another: their markers are drawn hollow.
        axes.plot(
            *zip(*points, strict=True), marker=marker, markersize=5, fillstyle="none",
            linewidth=0.8, label=f"{pathology.name} ({norm})",
        )
        axes.annotate(
            f"k = {_NUMBERS[-1]}", points[-1], xytext=(-6, -3), textcoords="offset points",
            ha="right", fontsize="small", color="0.3",
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(low, high)
    axes.set_ylim(1e-2, 1e4)
    axes.set_xlabel("function distance eps of g_k and R(Gamma_k)", parse_math=False)
    axes.set_ylabel("distance of Gamma_k to all parametrizations of g_k", parse_math=False)
    axes.set_title("five pathologies, k = 1, 2, 4, .., 1024", fontsize="medium")
    figure.legend(loc="outside lower center", ncols=2, fontsize="small", frameon=False)
    return figure
