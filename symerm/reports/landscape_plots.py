"""Pictures of a point of a loss landscape: its function and sections of the loss through it.

On the left the realised function stands against the target, with the residual shaded, or against
the data; on the right the loss minus the loss at the point, along the descent with its leading
term, or on many lines around a minimum.  From the third order on, axes with logarithms show the
order as a slope.  A second picture maps the loss in a plane that contains the descent.  All values
are exact before they are drawn, and equal classifications give equal files.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from symerm.arithmetic.rationals import format_decimal, format_rational
from symerm.errors import UnsupportedError
from symerm.landscape.verdicts import Classification
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.dataset import Dataset
from symerm.reports.figures import PANEL_STYLE, write_figure
from symerm.reports.function_panel import (
    add_legend,
    draw_function_panel,
    has_function_panel,
    rounded,
)
from symerm.reports.landscape_planes import PlaneSection, plane_section
from symerm.reports.landscape_sections import (
    LossChange,
    Place,
    Reference,
    descent_reach,
    descent_section,
    fall_section,
    lines_around,
)

__all__ = [
    "draw_classification",
    "draw_plane",
    "write_classification_plot",
    "write_plane_plot",
]

#: Longest exact number within a picture, in characters.
_LONGEST = 12
#: Parameters with a colour of their own.
_COLOURS = 6
#: Axes cannot show much smaller changes.
_SMALLEST = Fraction(1, 10**200)
_CHANGE = "change of the loss"
#: Levels of a map as parts of the largest; close ones show the flat surroundings of theta.
_LEVELS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
_TICKS = (-1.0, -0.5, -0.2, -0.05, 0.0, 0.05, 0.2, 0.5, 1.0)
_STYLE: Any = {
    **PANEL_STYLE, "axes.formatter.limits": (-3, 4), "axes.formatter.use_mathtext": True,
    "legend.fontsize": "small",
}


def write_classification_plot(
    classification: Classification, reference: Reference, path: str
) -> None:
    """Draw a classified network and its loss nearby into a file.

    Parameters
    ----------
    classification : Classification
        Of `symerm.landscape.true_classification.classify` or its counterpart for a dataset.
    reference : PiecewisePolynomial or Dataset
        The target or the dataset of the classification.
    path : str
        Ends in .png, .svg or .pdf.

    Raises
    ------
    InputError
        If the reference is not that of the classification, the name has another ending or the
        file cannot be written.
    UnsupportedError
        If there are numbers that are too large to be drawn.
    """
    write_figure(lambda: draw_classification(classification, reference), path, style=_STYLE)


def write_plane_plot(
    classification: Classification,
    reference: Reference,
    path: str,
    *,
    second: ShallowNetwork | None = None,
) -> None:
    """Draw the loss in a plane that contains the descent into a file.

    Parameters
    ----------
    classification, reference, path
        As for `write_classification_plot`.
    second : ShallowNetwork, optional
        The direction across a straight descent; the output bias if not given.

    Raises
    ------
    InputError
        As `write_classification_plot`, and if the second direction does not fit.
    UnsupportedError
        If the network has one parameter only or there are numbers that are too large to be drawn.
    """
    write_figure(lambda: draw_plane(classification, reference, second=second), path, style=_STYLE)


def draw_classification(classification: Classification, reference: Reference) -> Any:
    """The matplotlib figure of a classified network and of its loss nearby.

    Examples
    --------
    >>> from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
    >>> from symerm.landscape.true_classification import classify
    >>> line = PiecewisePolynomial.of([0, 1], [[0, 1]])
    >>> mean = ShallowNetwork((), (), (), (Fraction(1, 2),))
    >>> figure = draw_classification(classify(mean, line), line)
    >>> figure.get_suptitle()
    'width 0, relu: global minimum, loss $\\\\int (f - g)^2\\\\,dx$ = $1/12$ ≈ $0.08333$'
    """
    from matplotlib.figure import Figure

    change = LossChange(classification, reference)
    descent = classification.descent
    rows = 2 if descent is not None and descent.order > 2 else 1
    wide = has_function_panel(change.network, reference)
    figure = Figure(
        figsize=(10 if wide else 6, 4.6 if rows == 1 else 6.4), layout="constrained"
    )
    grid = figure.add_gridspec(rows, 2 if wide else 1)
    if wide:
        draw_function_panel(grid[:, 0], classification, reference)
    axes = figure.add_subplot(grid[0, -1])
    if descent is None:
        _draw_lines(axes, change)
    else:
        reach = descent_reach(change)
        _draw_descent(axes, change, reach)
        if rows == 2:
            _draw_fall(figure.add_subplot(grid[1, -1]), change, reach)
    figure.suptitle(_title(change))
    return figure


def draw_plane(
    classification: Classification, reference: Reference, *, second: ShallowNetwork | None = None
) -> Any:
    """The matplotlib figure of the loss in a plane that contains the descent.

    Examples
    --------
    >>> from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
    >>> from symerm.landscape.true_classification import classify
    >>> line = PiecewisePolynomial.of([0, 1], [[0, 1]])
    >>> zero, half = Fraction(0), Fraction(1, 2)
    >>> network = ShallowNetwork(((zero,),), (zero,), ((zero,),), (half,))
    >>> draw_plane(classify(network, line), line).axes[0].get_ylabel()
    '$t$, change of $c$'
    """
    from matplotlib.figure import Figure

    change = LossChange(classification, reference)
    plane = plane_section(change, second=second)
    figure = Figure(figsize=(7, 5.4), layout="constrained")
    _draw_map(figure.add_subplot(), plane, change)
    figure.suptitle(_title(change))
    return figure


def _draw_descent(axes: Any, change: LossChange, reach: Fraction) -> None:
    descent = change.descent
    points = descent_section(change, reach)
    depth = _size(-min(z for _, z in points))
    axes.axhline(0, color="0.7", linewidth=0.8)
    term = [(eps, descent.coefficient * eps**descent.order) for eps, _ in points if eps >= 0]
    axes.plot(*_floats(term), "--", color="0.45", linewidth=1.2, label=_leading_term(change))
    axes.plot(*_floats(points), color="tab:blue", label="along the descent")
    start = change.classification.loss
    samples = [(eps, value - start) for eps, value in descent.samples if eps <= reach]
    axes.plot(*_floats(samples), "o", color="tab:blue", markersize=4, label="checked samples")
    axes.plot(
        0, 0, "D", color="black", markersize=5, label=r"$\theta$", zorder=5, clip_on=False
    )
    axes.set_xlim(*(float(points[k][0]) for k in (0, -1)))
    # The other side of a point and the leading term may leave for much larger values.
    axes.set_ylim(-1.2 * depth, 0.7 * depth)
    axes.set_title(_order(change), loc="left")
    axes.set_xlabel(rf"$\varepsilon$ in ${_curve(change)}$")
    axes.set_ylabel(_CHANGE)
    add_legend(axes, columns=2)


def _draw_fall(axes: Any, change: LossChange, reach: Fraction) -> None:
    """How far the loss falls, with logarithms: the order is the slope."""
    descent = change.descent
    falls = fall_section(change, reach)
    term = [(eps, -descent.coefficient * eps**descent.order) for eps, _ in falls]
    axes.loglog(*_floats(term), "--", color="0.45", linewidth=1.2)
    axes.loglog(*_floats(falls), color="tab:blue")
    axes.set_title(f"with logarithms: slope {descent.order} near " r"$\theta$", loc="left")
    axes.set_xlabel(r"$\varepsilon$")
    axes.set_ylabel("fall of the loss")


def _draw_lines(axes: Any, change: LossChange) -> None:
    """The loss in single parameters and random directions."""
    lines = lines_around(change)
    random = [line for line in lines if not line.name]
    single = [line for line in lines if line.name]
    moving = [line for line in single if any(z for _, z in line.points)]
    still = [line for line in single if line not in moving]
    tops = sorted(max(abs(z) for _, z in line.points) for line in [*moving, *random])
    axes.axhline(0, color="0.7", linewidth=0.8)
    for number, line in enumerate(random):
        axes.plot(
            *_floats(line.points), color="0.75", linewidth=0.8,
            label="_" if number else "random directions",
        )
    for number, line in enumerate(moving):
        label = line.name
        if len(moving) > _COLOURS:
            label = "_" if number else f"{len(moving)} single parameters"
        # Thinner lines on top of thicker ones: equal curves are all seen.
        colour, width = "tab:blue", 1.2
        if len(moving) <= _COLOURS:
            colour, width = f"C{number}", 1.0 + 0.6 * (len(moving) - number)
        axes.plot(*_floats(line.points), color=colour, linewidth=width, label=label)
    if still:
        names = ", ".join(line.name for line in still[:_COLOURS])
        more = ", .." if len(still) > _COLOURS else ""
        axes.plot(
            *_floats(still[0].points), color="black", linewidth=1.2, linestyle=":",
            label=f"{names}{more}: constant",
        )
    axes.plot(0, 0, "D", color="black", markersize=5, zorder=5)
    top = _size(tops[len(tops) // 2])
    low = rounded(min(z for line in lines for _, z in line.points))
    axes.set_ylim(max(low, -top) - 0.08 * top, 1.2 * top)
    reach = lines[0].points[-1][0]
    axes.set_xlim(-float(reach), float(reach))
    axes.set_title(r"on lines through $\theta$", loc="left")
    axes.set_xlabel(r"$\varepsilon$ in $\theta + \varepsilon d$")
    axes.set_ylabel(_CHANGE)
    add_legend(axes, columns=3)


def _draw_map(axes: Any, plane: PlaneSection, change: LossChange) -> None:
    from matplotlib import colormaps
    from matplotlib.colors import SymLogNorm

    x, y = [[rounded(z) for z in values] for values in (plane.first, plane.second)]
    height = [[rounded(z) for z in row] for row in plane.changes]
    falls = plane.lowest < 0
    depth = _round_up(_size(-plane.lowest if falls else plane.highest))
    rises = [depth * level for level in _LEVELS]
    levels = [-z for z in reversed(rises)] if falls else []
    levels += [0.0, *rises]
    norm = SymLogNorm(depth / 20, vmin=-depth, vmax=depth)
    filled = axes.contourf(
        x, y, height, levels=levels, norm=norm, cmap=colormaps["RdBu_r"],
        extend="both" if falls else "max",
    )
    lines = [level for level in levels if level]
    axes.contour(x, y, height, levels=lines, colors="0.35", linewidths=0.4, linestyles="solid")
    if falls:
        axes.contour(x, y, height, levels=[0.0], colors="black", linewidths=1.4)
    if plane.path:
        axes.plot(*_floats(plane.path), color="tab:green", linewidth=2, label="descent")
    axes.plot(0, 0, "D", color="black", markersize=6, label=r"$\theta$", zorder=5)
    axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), xlabel=plane.names[0], ylabel=plane.names[1])
    axes.spines[["top", "right"]].set_visible(True)
    axes.set_title(_order(change), loc="left")
    axes.figure.colorbar(
        filled, ax=axes, label=_CHANGE,
        ticks=[depth * level for level in _TICKS if falls or level >= 0],
    )
    add_legend(axes, columns=2)


def _size(change: Fraction) -> float:
    """The size of the changes that are drawn; 1 if nothing changes."""
    if 0 < change < _SMALLEST:
        raise UnsupportedError("the loss changes by less than 1e-200; rescale the problem to draw")
    return rounded(change) or 1.0


def _round_up(size: float) -> float:
    """The next number with one short digit, for levels that are easy to read."""
    unit = 10.0 ** math.floor(math.log10(size))
    return next(unit * digit for digit in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if unit * digit >= size)


def _title(change: LossChange) -> str:
    found, network = change.classification, change.network
    loss = (
        "sum of squares" if isinstance(change.reference, Dataset)
        else r"loss $\int (f - g)^2\,dx$"
    )
    number = _number(found.loss)
    relation = "" if number.startswith("≈") else "= "
    return (
        f"width {network.width}, {network.activation.name}: {found.verdict.replace('-', ' ')}, "
        f"{loss} {relation}{number}"
    )


def _order(change: LossChange) -> str:
    """The second variation or the order of the descent, in words."""
    descent = change.classification.descent
    if descent is None:
        return r"in a plane through $\theta$"
    if descent.order == 1:
        return f"slope {_number(descent.coefficient)}"
    if descent.order == 2:
        return f"second variation {_number(descent.second_variation)}"
    return f"descent of order {descent.order}"


def _leading_term(change: LossChange) -> str:
    descent = change.descent
    size = abs(descent.coefficient)
    text = format_rational(size)
    if len(text) > _LONGEST:
        text = _decimal(size)
    factor = f"({text})" if "/" in text else text
    power = f"^{{{descent.order}}}" if descent.order > 1 else ""
    return rf"$-{'' if size == 1 else factor}\,\varepsilon{power}$"


def _curve(change: LossChange) -> str:
    descent = change.descent
    bend = "" if descent.bend is None else rf" + \varepsilon^{{{descent.power}}} e"
    return rf"\theta + \varepsilon d{bend}"


def _number(value: Fraction) -> str:
    """Exact where that is short, with a decimal beside a fraction."""
    exact = format_rational(value)
    decimal = f"≈ ${_decimal(value)}$"
    if len(exact) > _LONGEST:
        return decimal
    return f"${exact}$" if value.denominator == 1 else f"${exact}$ {decimal}"


def _decimal(value: Fraction) -> str:
    """Four digits and a power of ten, as a formula."""
    digits, _, exponent = format_decimal(value, digits=4).partition("E")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}" if exponent else digits


def _floats(points: Iterable[Place]) -> tuple[list[float], list[float]]:
    pairs = list(points)
    return [rounded(x) for x, _ in pairs], [rounded(y) for _, y in pairs]
