"""Pictures of verdicts for problems with one or two inputs: one panel for each output.

An attained infimum is drawn as the data with the minimiser.  One that is not attained is drawn as
the escaping fits for falling eps together with their pointwise limit, whose jump no network has:
circles mark its one-sided limits, dots its value at the kink.  Equal verdicts give equal files.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from symerm.arithmetic.rationals import format_decimal, format_rational
from symerm.attainability.escape import Escape
from symerm.attainability.pointwise_limit import limit_at, limit_pieces
from symerm.attainability.verdict import Verdict
from symerm.errors import InputError, UnsupportedError
from symerm.networks.piecewise import PiecewiseLinearFunction, piecewise_linear_function
from symerm.problem.dataset import Dataset
from symerm.reports.figures import write_figure
from symerm.reports.surface import draw_surface

__all__ = ["draw_verdict", "require_drawable", "write_plot"]

_MAX_PANELS = 12
_COLUMNS = 3
#: Fits of an escaping family that are drawn; those after them look like the limit.
_FITS = 3
#: Larger numbers break the ticks of the axes.
_LARGEST = 10**100


def require_drawable(dataset: Dataset) -> None:
    """Refuse data that cannot be drawn, before the work whose result is to be drawn.

    Raises
    ------
    InputError
        If there are more than two inputs, too many outputs or too large numbers.
    """
    if dataset.input_dimension > 2:
        raise InputError(
            f"--plot draws problems with one or two inputs, not {dataset.input_dimension}; "
            "choose them with --inputs"
        )
    if dataset.output_dimension > _MAX_PANELS:
        raise InputError(
            f"--plot draws at most {_MAX_PANELS} outputs, not {dataset.output_dimension}"
        )
    if any(abs(x) > _LARGEST for row in (*dataset.inputs, *dataset.outputs) for x in row):
        raise InputError("--plot draws numbers of at most 100 digits; rescale the data")


def write_plot(verdict: Verdict, path: str) -> None:
    """Draw a verdict into a file of the format that its name ends with.

    Raises
    ------
    InputError
        If the data cannot be drawn or the file cannot be written.
    UnsupportedError
        If the networks have too large values.
    """
    write_figure(lambda: draw_verdict(verdict), path)


def draw_verdict(verdict: Verdict) -> Any:
    """The matplotlib figure of a verdict.

    Examples
    --------
    >>> from symerm.attainability import decide
    >>> from symerm.problem import Architecture, Problem
    >>> data = Dataset.from_rows([0, 1, 2], [0, 2, 1])
    >>> figure = draw_verdict(decide(Problem(data, Architecture(1))))
    >>> figure.get_suptitle()
    'width 1, relu: attained, infimum 0.5'
    """
    from matplotlib.figure import Figure

    dataset = verdict.problem.dataset
    require_drawable(dataset)
    outputs = dataset.output_dimension
    columns = min(outputs, _COLUMNS)
    rows = -(-outputs // columns)
    size = (7, 4) if outputs == 1 else (4 * columns, 3.2 * rows + 0.8)
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).flat
    for k, axes in enumerate(panels):
        if k < outputs:
            draw = _draw_panel if dataset.input_dimension == 1 else draw_surface
            draw(axes, verdict, k)
        else:
            axes.set_axis_off()
    figure.suptitle(_title(verdict), fontsize="medium")
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    return figure


def _title(verdict: Verdict) -> str:
    architecture = verdict.problem.architecture
    lower, upper = (format_decimal(x, digits=7) for x in (verdict.lower, verdict.upper))
    infimum = f"infimum {upper}" if lower == upper else f"infimum between {lower} and {upper}"
    answer = verdict.verdict.replace("-", " ")
    return f"width {architecture.width}, {architecture.activation.name}: {answer}, {infimum}"


def _draw_panel(axes: Any, verdict: Verdict, k: int) -> None:
    dataset = verdict.problem.dataset
    points = [(row[0], output[k]) for row, output in
              zip(dataset.inputs, dataset.outputs, strict=True)]
    first, last = min(points)[0], max(points)[0]
    heights = [y for _, y in points]
    if isinstance(verdict.escape, Escape):
        heights.extend(_draw_escape(axes, verdict.escape, k, first, last))
    elif verdict.minimiser is not None:
        name = "minimiser" if verdict.verdict == "attained" else "best network found"
        form = piecewise_linear_function(verdict.minimiser).component(k)
        corners = _draw_function(axes, form, first, last, color="tab:blue", label=name)
        heights.extend(corners)
        kinks = [(x, form(x)[0]) for x in form.kinks if first <= x <= last]
        axes.plot(*_floats(kinks), "s", color="tab:blue", markersize=4)
    axes.plot(*_floats(points), "o", color="0.35", markersize=4, label="data", zorder=5)
    # Outside the data an escaping fit may rise without bound, so the view is that of the data.
    bottom, top = (float(y) for y in (min(heights), max(heights)))
    margin = 0.06 * (top - bottom) or 1
    axes.set_ylim(bottom - margin, top + margin)
    axes.set_xlim(*map(float, _window(first, last)))
    axes.set_xlabel(dataset.input_names[0], parse_math=False)
    axes.set_ylabel(dataset.output_names[k], parse_math=False)


def _window(first: Fraction, last: Fraction) -> tuple[Fraction, Fraction]:
    margin = (last - first) / 20 or Fraction(1)
    return first - margin, last + margin


def _draw_escape(
    axes: Any, escape: Escape, k: int, first: Fraction, last: Fraction
) -> Iterator[Fraction]:
    """The fits, darker as eps falls, and their limit; yields the heights to be seen."""
    from matplotlib import colormaps

    for step, (eps, network, _) in enumerate(escape.samples[:_FITS], start=1):
        yield from _draw_function(
            axes, piecewise_linear_function(network).component(k), first, last,
            color=colormaps["Blues"](0.2 + 0.8 * step / _FITS), linewidth=1.2,
            label=f"eps = {format_rational(eps)}",
        )
    label = "limit, which no network has"
    pieces = limit_pieces(escape, first, last)
    for piece in pieces:
        start, end = piece.after_lower[k], piece.before_upper[k]
        if start is None or end is None:
            continue
        axes.plot(
            *_floats([(piece.lower, start), (piece.upper, end)]), "--", color="tab:red",
            linewidth=1.8, label=label, zorder=4,
        )
        label = "_"
        yield from (start, end)
        for x, side in ((piece.lower, start), (piece.upper, end)):
            value = limit_at(escape, x)[k]
            if value is not None and value != side:
                axes.plot(*_floats([(x, side)]), "o", color="tab:red", markerfacecolor="white",
                          markersize=6, zorder=6)
                axes.plot(*_floats([(x, value)]), "o", color="tab:red", markersize=8, zorder=4)


def _draw_function(
    axes: Any, form: PiecewiseLinearFunction, first: Fraction, last: Fraction, **style: Any
) -> list[Fraction]:
    """The graph of a function, and its heights over the data."""
    left, right = _window(first, last)
    corners = [left, *(x for x in form.kinks if left < x < right), right]
    axes.plot(*_floats([(x, form(x)[0]) for x in corners]), **style)
    return [form(x)[0] for x in (first, *(x for x in corners if first < x < last), last)]


def _floats(points: list[tuple[Fraction, Fraction]]) -> tuple[list[float], list[float]]:
    if any(abs(x) > _LARGEST for point in points for x in point):
        raise UnsupportedError("the networks have values of more than 100 digits; none is drawn")
    return [float(x) for x, _ in points], [float(y) for _, y in points]
