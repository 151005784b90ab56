"""Pictures of the realised functions of critical points, one panel for each level of the loss.

Each panel shows the target, the realised function of a row of a case table and the residual
between them; triangles on the kinks point to the side that the neurons face.  A row that differs
from its mirror image shows that one, too, dashed.  Equal tables give equal files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from symerm.arithmetic.rationals import format_decimal, format_rational
from symerm.errors import InputError
from symerm.landscape.case_table import CaseTable
from symerm.landscape.zigzags import Zigzag
from symerm.reports.case_formulas import AffineTarget, level_value
from symerm.reports.figures import write_figure
from symerm.reports.slope_formulas import approximate_root

__all__ = ["UNIT_TARGET", "draw_cases", "require_drawable_cases", "write_case_plot"]

#: x on [0, 1].
UNIT_TARGET = AffineTarget(Fraction(1), Fraction(0), (Fraction(0), Fraction(1)))

_MAX_PANELS = 12
_COLUMNS = 3
#: Longer numbers are rounded in titles.
_LONGEST = 12
#: Larger numbers break the ticks of the axes.
_LARGEST = 10**100
_TRIANGLES = {1: (">", "kink of neurons facing right"), -1: ("<", "kink of neurons facing left")}
#: The order of the legend.
_LABELS = (
    "target", "realised function", "mirror image", *(name for _, name in _TRIANGLES.values())
)  # fmt: skip


def require_drawable_cases(table: CaseTable, target: AffineTarget) -> None:
    """Refuse tables and targets that cannot be drawn.

    Raises
    ------
    InputError
        If there are too many functions or too large numbers.
    """
    count = len(_panels(table))
    if count > _MAX_PANELS:
        raise InputError(
            f"--plot draws at most {_MAX_PANELS} functions, not {count}; choose a smaller width"
        )
    numbers = [target.slope, target.constant, *target.interval]
    if any(abs(x) > _LARGEST for x in numbers):
        raise InputError("--plot draws numbers of at most 100 digits; rescale the target")


def write_case_plot(
    table: CaseTable, path: str, *, slope: Fraction | None = None,
    target: AffineTarget = UNIT_TARGET,
) -> None:  # fmt: skip
    """Draw the functions of a table into a file of the format that its name ends with.

    Parameters
    ----------
    table : CaseTable
    path : str
        Ends in .png, .svg or .pdf.
    slope : Fraction, optional
        The slope gamma, needed in a table for leaky slopes.
    target : AffineTarget

    Raises
    ------
    InputError
        If the table cannot be drawn or the file cannot be written.
    """
    write_figure(lambda: draw_cases(table, slope=slope, target=target), path)


def draw_cases(
    table: CaseTable, *, slope: Fraction | None = None, target: AffineTarget = UNIT_TARGET
) -> Any:
    """The matplotlib figure of a table.

    Raises
    ------
    InputError
        As `require_drawable_cases`, or if the slope is missing.

    Examples
    --------
    >>> from symerm.landscape.case_table import case_table
    >>> len(draw_cases(case_table(3, "relu")).axes)
    3
    """
    from matplotlib.figure import Figure

    require_drawable_cases(table, target)
    if table.activation == "leaky" and slope is None:
        raise InputError("a picture needs a number for the slope, as in leaky:1/10")
    panels = _panels(table)
    columns = min(len(panels), _COLUMNS)
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(3.4 * columns + 0.6, 3.3 * rows + 0.9), layout="constrained")
    grid = list(figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).flat)
    for k, (residual, verdicts) in enumerate(panels):
        _draw_panel(grid[k], residual, verdicts, slope or Fraction(0), target)
        if k + columns >= len(panels):
            # The lowest panel of its column, though there may be room for one below.
            grid[k].tick_params(labelbottom=True)
            grid[k].set_xlabel("x")
    for axes in grid[len(panels):]:
        axes.remove()
    name = table.activation if slope is None else f"leaky:{_short(slope)}"
    figure.suptitle(f"critical points of width {table.width}, {name}", fontsize="medium")
    handles: dict[str, Any] = {}
    for axes in figure.axes:
        found, names = axes.get_legend_handles_labels()
        handles.update(zip(names, found, strict=True))
    labels = [label for label in _LABELS if label in handles]
    figure.legend(
        [handles[label] for label in labels], labels, loc="outside lower center",
        ncols=len(labels), frameon=False, fontsize="small",
    )
    return figure


def _panels(table: CaseTable) -> list[tuple[Zigzag | None, list[str]]]:
    """The realised functions and their verdicts."""
    found: dict[Zigzag | None, list[str]] = {}
    for row in table.rows:
        verdicts = found.setdefault(row.residual, [])
        if row.verdict not in verdicts:
            verdicts.append(row.verdict)
    return list(found.items())


def _draw_panel(
    axes: Any, residual: Zigzag | None, verdicts: Sequence[str], slope: Fraction,
    target: AffineTarget,
) -> None:  # fmt: skip
    ends = [float(x) for x in target.interval]
    axes.plot(
        ends, [float(target.slope) * x + float(target.constant) for x in ends],
        color="0.55", linewidth=1.2, label="target",
    )
    images = [residual]
    if residual is not None and residual.mirrored() != residual:
        images.append(residual.mirrored())
    for number, image in enumerate(images):
        corners = list(_corners(image, slope, target))
        places, heights, _ = zip(*corners, strict=True)
        if number == 0:
            line = [float(target.slope) * x + float(target.constant) for x in places]
            axes.fill_between(places, heights, line, color="tab:blue", alpha=0.15, linewidth=0)
        axes.plot(
            places, heights, "--" if number else "-", color="tab:blue",
            alpha=0.6 if number else 1, linewidth=1.8,
            label="mirror image" if number else "realised function",
        )
        for facing, (marker, name) in _TRIANGLES.items():
            kinks = [(x, y) for x, y, f in corners if f == facing]
            if kinks:
                axes.plot(
                    *zip(*kinks, strict=True), marker, color="tab:red", markersize=7,
                    markerfacecolor="white" if number else "tab:red",
                    label="_" if number else name,
                )
    axes.set_title(f"{' or '.join(verdicts)}\n{_loss(residual, slope, target)}", fontsize="small")


def _corners(
    residual: Zigzag | None, slope: Fraction, target: AffineTarget
) -> Iterator[tuple[float, float, int]]:
    """Points of the graph of f with the facing of the kink there, 0 at the ends."""
    start, stop = target.interval
    if residual is None:
        for x in target.interval:
            yield float(x), float(target.slope * x + target.constant), 0
        return
    roots = [approximate_root(square(slope)) for square in residual.squares]
    total = sum(roots, Fraction(0))
    # r alternates between +h and -h, h = alpha |T| contrast/(2 W^2).
    height = target.slope * (stop - start) * residual.contrast(slope) / (2 * total**2)
    place = start
    for k, facing in enumerate([0, *residual.facings, 0]):
        value = target.slope * place + target.constant + (-1) ** k * height
        yield float(place), float(value), facing
        if k < len(roots):
            place += (stop - start) * roots[k] / total


def _loss(residual: Zigzag | None, slope: Fraction, target: AffineTarget) -> str:
    exact, close = level_value(residual, slope)
    value = exact if exact is not None else close
    assert value is not None
    value *= target.scale
    if exact is None or len(format_rational(value)) > _LONGEST:
        return f"loss ~ {format_decimal(value, digits=4)}"
    return f"loss {format_rational(value)}"


def _short(value: Fraction) -> str:
    text = format_rational(value)
    return text if len(text) <= _LONGEST else format_decimal(value, digits=6)
