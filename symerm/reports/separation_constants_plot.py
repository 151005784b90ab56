"""A picture of the two radial laws: densities of |x| and t P(|x| >= t), with the certified bounds.

Above, the density of the norm of both laws, its bound q on [0.9, 2.05], and the range [1, 2] of
radii of balls; below, t P(|x| >= t) with the best constant c of the tail.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import arb

from symerm.reports.figures import write_figure
from symerm.separation.assumptions import DENSITY_RANGE, Assumptions

__all__ = ["draw_laws", "write_laws_plot"]

_COLOURS = ("C0", "C1")
_POINTS = 600
_RIGHT = 3.0


def write_laws_plot(found: Sequence[Assumptions], radius: float, path: str) -> None:
    """Draw the laws into a file of the format that its name ends with.

    Raises
    ------
    InputError
        If the name has another ending or the file cannot be written.
    """
    write_figure(lambda: draw_laws(found, radius), path)


def draw_laws(found: Sequence[Assumptions], radius: float) -> Any:
    """The matplotlib figure.

    Parameters
    ----------
    found : one or two Assumptions
    radius : float
        Radius of the ball, marked by a line.

    Examples
    --------
    >>> from symerm.separation.assumptions import check_assumptions
    >>> from symerm.separation.two_spheres import TwoSpheres
    >>> len(draw_laws([check_assumptions(TwoSpheres(4))], 1.5).axes)
    2
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 6.5), layout="constrained")
    upper, lower = figure.subplots(2, sharex=True)
    for axes in (upper, lower):
        labelled = axes is upper
        axes.axvspan(1, 2, color="0.94", zorder=0, label="radii of balls" if labelled else None)
        axes.axvline(
            radius, color="0.6", linewidth=0.8, label=f"radius {radius:g}" if labelled else None
        )
    grid = np.linspace(_RIGHT / _POINTS, _RIGHT, _POINTS)
    for each, colour in zip(found, _COLOURS, strict=False):
        law = each.law
        density = [float(law.norm_density(arb(x)).mid()) for x in grid]
        upper.plot(grid, density, color=colour, linewidth=1.2, label=law.name)
        tail = [x * (1 - float(law.norm_cdf(arb(x)).mid())) for x in grid]
        lower.plot(grid, tail, color=colour, linewidth=1.2)
        if each.bounded.bounds is not None:
            upper.plot(
                [float(x) for x in DENSITY_RANGE], [float(each.bounded.bounds[1])] * 2,
                color=colour, linestyle="--", linewidth=1, label=f"q, {law.name}",
            )
        if each.tail.bounds is not None:
            lower.axhline(
                float(each.tail.bounds[1]), color=colour, linestyle="--", linewidth=1,
                label=f"c, {law.name}",
            )
    upper.set_ylabel("density of |x|")
    lower.set_ylabel("t P(|x| >= t)")
    lower.set_xlabel("|x|, t")
    upper.set_title(f"Radial laws in dimension {found[0].law.dimension}")
    upper.set_xlim(0, _RIGHT)
    for axes in (upper, lower):
        top = axes.get_ylim()[1]
        axes.set_ylim(0, min(top, 6) if axes is upper and found[0].law.dimension == 2 else top)
    upper.legend(frameon=False, fontsize=8, loc="upper right")
    lower.legend(frameon=False, fontsize=8, loc="center right")
    return figure
