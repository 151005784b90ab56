"""Pictures of the separation audit: f_xi with its band, both vectors, densities of a feature.

Left: f_xi over |x| for all xi of the interval, enclosed piece by piece, with g(lambda) marked.
Middle: the mean of <v, features> with equal weights and with weights by size, for three radii.
Right: the density of a feature given |x|; it is flat at |x| = 1 only.
"""

from __future__ import annotations

import decimal
from fractions import Fraction
from typing import Any

from flint import arb

from symerm.arithmetic.balls import ball, ball_bounds
from symerm.arithmetic.rationals import format_decimal
from symerm.reports.figures import PANEL_STYLE, write_figure
from symerm.separation.audit import SeparationAudit
from symerm.separation.closed_forms import separating_function, separating_weight
from symerm.separation.density_bounds import REACH
from symerm.separation.feature_law import feature_density
from symerm.separation.minimum import interval_ball
from symerm.separation.separating_vectors import mean_equal_weights, mean_size_weights

__all__ = ["draw_audit", "write_audit_plot"]

_BAND_PIECES = 240
_CURVE_POINTS = 121
_FARTHEST = Fraction(3)
_LAMBDAS = (Fraction(1), Fraction(3, 2), Fraction(2))
_NORMS = (Fraction(0), Fraction(1, 2), Fraction(1), Fraction(3, 2), Fraction(2))


def write_audit_plot(audit: SeparationAudit, path: str) -> None:
    """Draw the audit into a file that ends in .png, .svg or .pdf.

    Raises
    ------
    InputError
        If the name has another ending or the file cannot be written.
    """
    write_figure(lambda: draw_audit(audit), path, style=PANEL_STYLE)


def draw_audit(audit: SeparationAudit) -> Any:
    """The matplotlib figure of the audit.

    Examples
    --------
    >>> from symerm.separation.audit import audit_separation
    >>> len(draw_audit(audit_separation()).axes)
    3
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(14, 4.2), layout="constrained")
    band, means, densities = figure.subplots(1, 3)
    _draw_band(band, audit)
    _draw_means(means)
    _draw_densities(densities, audit)
    return figure


def _draw_band(axes: Any, audit: SeparationAudit) -> None:
    low, high = (ball(weight) for weight in audit.slope.weights)
    step = _FARTHEST / _BAND_PIECES
    edges, lower, upper = [0.0], [], []
    for k in range(_BAND_PIECES):
        radius = interval_ball(k * step, (k + 1) * step)
        # f_xi falls in xi.
        lower.append(float(ball_bounds(separating_function(radius, high))[0]))
        upper.append(float(ball_bounds(separating_function(radius, low))[1]))
        edges.append(float((k + 1) * step))
    axes.fill_between(
        edges, [*lower, lower[-1]], [*upper, upper[-1]], step="post", color="C0", alpha=0.35,
        linewidth=0, label=r"enclosure, all $0.45 \leq \xi \leq 0.472$",
    )
    points = _grid(Fraction(0), _FARTHEST)
    for k, radius in enumerate(_LAMBDAS):
        xi = separating_weight(ball(radius))
        axes.plot(
            [float(x) for x in points],
            [float(separating_function(ball(x), xi)) for x in points],
            color=f"C{k + 1}", linewidth=1, label=rf"$\xi = g({float(radius):g})$",
        )
        axes.plot(float(radius), 0, "o", color=f"C{k + 1}", markersize=4)
    start, end = map(float, audit.slope.radii)
    least = _down(audit.slope.smallest[0])
    axes.axvspan(start, end, color="0.88", zorder=0, label=rf"$f_\xi' \leq -{least}$")
    axes.axhline(0, color="0.4", linewidth=0.8)
    axes.set_xlim(0, float(_FARTHEST))
    axes.set_xlabel("|x|")
    axes.set_title(r"The separating function $f_\xi$")
    axes.legend()


def _draw_means(axes: Any) -> None:
    points = _grid(Fraction(0), _FARTHEST)
    xs = [float(x) for x in points]
    for k, radius in enumerate(_LAMBDAS):
        xi = separating_weight(ball(radius))
        equal = [float(mean_equal_weights(ball(x), xi)) for x in points]
        sized = [float(mean_size_weights(ball(x), xi)) for x in points]
        axes.plot(xs, equal, "--", color=f"C{k + 1}")
        axes.plot(xs, sized, color=f"C{k + 1}", label=rf"$\lambda = {float(radius):g}$")
        axes.plot(float(radius), 0, "o", color=f"C{k + 1}", markersize=4)
    axes.plot([], [], "--", color="0.3", label=r"weights $1$ and $-\xi$")
    axes.plot([], [], color="0.3", label=r"weights $1$ and $-\xi/(1 - \mathrm{erf}\,1)$")
    axes.axhline(0, color="0.4", linewidth=0.8)
    axes.set_xlim(0, float(_FARTHEST))
    axes.set_xlabel("|x|")
    axes.set_title(r"Mean of $\langle v$, features$\rangle$ per neuron")
    axes.legend()


def _draw_densities(axes: Any, audit: SeparationAudit) -> None:
    points = _grid(Fraction(-99, 100), Fraction(99, 100))
    xs = [float(z) for z in points]
    for k, radius in enumerate(_NORMS):
        values = [float(feature_density(ball(z), ball(radius))) for z in points]
        axes.plot(xs, values, color=f"C{k}", label=f"|x| = {float(radius):g}")
    reach, least = float(REACH), float(audit.density.least[0])
    label = f"bound {_down(audit.density.least[0])}"
    axes.plot([-reach, reach], [least, least], ":", color="black", label=label)
    axes.set_xlim(-1, 1)
    axes.set_ylim(0, float(feature_density(arb(0), arb(0))) * 1.4)
    axes.set_xlabel("value z of a feature")
    axes.set_title("Density of a feature given |x|")
    axes.legend(ncols=2, loc="upper center")


def _down(value: Fraction) -> str:
    return format_decimal(value, digits=4, rounding=decimal.ROUND_FLOOR)


def _grid(low: Fraction, high: Fraction) -> list[Fraction]:
    step = (high - low) / (_CURVE_POINTS - 1)
    return [low + k * step for k in range(_CURVE_POINTS)]
