"""A panel with the realised function of a network against a target or against data.

The function is drawn with its kinks: squares, filled where the neuron has an output weight that
is not zero.  Against a target the residual f - g is shaded, whose square is integrated by the
true loss, and it has a panel of its own where it is small; against data with one input lines
join the points to the function.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.errors import UnsupportedError
from symerm.landscape.targets import target_latex
from symerm.landscape.true_loss import TrueLoss
from symerm.landscape.verdicts import Classification
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.dataset import Dataset
from symerm.reports.landscape_sections import Reference

__all__ = ["add_legend", "draw_function_panel", "has_function_panel", "rounded"]

#: Places at which a curve that is not straight is computed.
_PLACES = 400
#: Outputs that are told apart by colours.
_OUTPUTS = 6
#: Where the residual is less than this part of the range of the target it is drawn by itself.
_SMALL = 0.15
#: More kinks than these are drawn small.
_MANY = 24
#: Larger numbers break the ticks of the axes.
_LARGEST = 10**100
#: Longest formula of a target in a legend.
_FORMULA = 40

def rounded(value: Fraction) -> float:
    """The value as a float.

    Raises
    ------
    UnsupportedError
        If it is too large to be drawn.
    """
    if abs(value) > _LARGEST:
        raise UnsupportedError(
            "there are values of more than 100 digits, which no picture shows; rescale the problem"
        )
    return float(value)


def has_function_panel(network: ShallowNetwork, reference: Reference) -> bool:
    """Whether the function has a graph to be drawn: one input, and not too many outputs.

    Examples
    --------
    >>> constant = ShallowNetwork((), (), (), (Fraction(1),))
    >>> has_function_panel(constant, Dataset.from_rows([[0, 1], [2, 3]], [0, 1]))
    False
    """
    if isinstance(reference, Dataset):
        return reference.input_dimension == 1 and network.output_dimension <= _OUTPUTS
    return True


def draw_function_panel(place: Any, classification: Classification, reference: Reference) -> None:
    """Draw the function of a classified network against its target or data.

    Parameters
    ----------
    place : matplotlib.gridspec.SubplotSpec
        Where in a figure; the panel is cut in two if the residual is to be drawn by itself.
    classification : Classification
    reference : PiecewisePolynomial or Dataset
    """
    figure = place.get_gridspec().figure
    if isinstance(reference, Dataset):
        axes = lowest = figure.add_subplot(place)
        _draw_against_data(axes, classification, reference)
    else:
        curves = _Curves.of(classification, reference)
        if curves.residual_is_small:
            parts = place.subgridspec(2, 1, height_ratios=(5, 2))
            axes = figure.add_subplot(parts[0])
            lowest = figure.add_subplot(parts[1], sharex=axes)
            axes.tick_params(labelbottom=False)
            _draw_residual(lowest, classification, curves)
        else:
            axes = lowest = figure.add_subplot(place)
        lowest.set_xlabel("$x$")
        _draw_against_target(axes, classification, reference, curves)
    handles, labels = axes.get_legend_handles_labels()
    add_legend(lowest, columns=2 if len(labels) < 5 else 3, handles=handles, labels=labels)


def add_legend(axes: Any, *, columns: int, **content: Any) -> None:
    """Put a legend below a panel and the label of its axis; by default of its own content."""
    # The padding is in units of the font, so that the height of the panel does not matter.
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, 0), borderaxespad=4.6, ncols=columns, **content
    )


@dataclass(frozen=True)
class _Curves:
    """Function, target and residual at common places; nan where the target jumps."""

    realised: PiecewisePolynomial
    target: PiecewisePolynomial
    places: list[float]
    heights: list[float]
    goals: list[float]
    residuals: list[float]

    @classmethod
    def of(cls, classification: Classification, target: PiecewisePolynomial) -> _Curves:
        realised = TrueLoss(classification.network, target).realised
        rows: list[tuple[float, ...]] = []
        for x, side in _two_sided_places(realised, target):
            height, goal = realised(x), target(x, side=side)
            rows.append(tuple(map(rounded, (x, height, goal, height - goal))))
            if side == "left" and target(x) != goal:
                rows.append((math.nan,) * 4)
        return cls(realised, target, *map(list, zip(*rows, strict=True)))

    @property
    def residual_is_small(self) -> bool:
        """Whether the function can hardly be told from the target."""
        goals = [y for y in self.goals if not math.isnan(y)]
        largest = max(abs(r) for r in self.residuals if not math.isnan(r))
        return 0 < largest < _SMALL * (max(goals) - min(goals))


def _draw_against_target(
    axes: Any, classification: Classification, target: PiecewisePolynomial, curves: _Curves
) -> None:
    formula = target_latex(target, name="g") if len(target.pieces) == 1 else "g"
    name = f"target ${formula}$" if len(formula) <= _FORMULA else "target $g$"
    axes.fill_between(
        curves.places, curves.heights, curves.goals, color="tab:orange", alpha=0.25, linewidth=0,
        label="residual $f - g$",
    )
    axes.plot(curves.places, curves.goals, color="tab:orange", linewidth=1.6, label=name)
    axes.plot(curves.places, curves.heights, color="tab:blue", linewidth=1.8, label="function $f$")
    kinks = [(j, t) for j, t in _kinks(classification) if _inside(t, *target.interval)]
    _draw_kinks(axes, classification, [(j, t, curves.realised(t)) for j, t in kinks])
    axes.set_title("function and target", loc="left")


def _draw_residual(axes: Any, classification: Classification, curves: _Curves) -> None:
    axes.axhline(0, color="tab:orange", linewidth=1.6)
    axes.fill_between(
        curves.places, curves.residuals, color="tab:orange", alpha=0.25, linewidth=0
    )
    axes.plot(curves.places, curves.residuals, color="tab:blue", linewidth=1.4)
    kinks = [(j, t) for j, t in _kinks(classification) if _inside(t, *curves.target.interval)]
    _draw_kinks(
        axes, classification, [(j, t, curves.realised(t) - curves.target(t)) for j, t in kinks]
    )
    axes.margins(y=0.15)
    axes.set_ylabel("$f - g$")


def _draw_against_data(axes: Any, classification: Classification, dataset: Dataset) -> None:
    network = classification.network
    inputs = [row[0] for row in dataset.inputs]
    first, last = min(inputs), max(inputs)
    margin = (last - first) / 20 or Fraction(1)
    low, high = first - margin, last + margin
    kinks = [(j, t) for j, t in _kinks(classification) if _inside(t, low, high)]
    places = sorted({low, *(t for _, t in kinks), high})
    if not network.activation.is_piecewise_linear:
        places = [low + (high - low) * Fraction(k, _PLACES) for k in range(_PLACES + 1)]
    values = [network((x,)) for x in places]
    fitted = {x: network((x,)) for x in inputs}
    several = network.output_dimension > 1
    names = [name.replace("$", r"\$") for name in dataset.output_names]
    for k in range(network.output_dimension):
        colour = f"C{k}" if several else "tab:blue"
        data = [rounded(row[k]) for row in dataset.outputs]
        axes.vlines(
            [rounded(x) for x in inputs], data, [rounded(fitted[x][k]) for x in inputs],
            color="0.6" if several else "tab:orange", linewidth=0.9,
            label="_" if k else "residuals",
        )
        axes.plot(
            [rounded(x) for x in inputs], data, "o", color=colour if several else "0.35",
            markersize=4, label="_" if several else "data",
        )
        axes.plot(
            [rounded(x) for x in places], [rounded(y[k]) for y in values], color=colour,
            linewidth=1.8, label=f"output {names[k]}" if several else "function $f$",
        )
        _draw_kinks(
            axes, classification, [(j, t, network((t,))[k]) for j, t in kinks],
            color=colour, legend=k == 0,
        )
    axes.set_xlabel(dataset.input_names[0], parse_math=False)
    axes.set_ylabel("outputs" if several else dataset.output_names[0], parse_math=False)
    axes.set_title("function and data", loc="left")


def _kinks(classification: Classification) -> Iterator[tuple[int, Fraction]]:
    """The neurons with a kink, and where it is."""
    if classification.network.activation.is_piecewise_linear:
        for j, neuron in enumerate(classification.neurons):
            if neuron.kink is not None:
                yield j, neuron.kink


def _inside(x: Fraction, low: Fraction, high: Fraction) -> bool:
    return low <= x <= high


def _draw_kinks(
    axes: Any,
    classification: Classification,
    kinks: Sequence[tuple[int, Fraction, Fraction]],
    *,
    color: str = "tab:blue",
    legend: bool = True,
) -> None:
    for flat, face, name in ((True, "white", "kink, $v = 0$"), (False, color, "kink")):
        chosen = [(x, y) for j, x, y in kinks if classification.neurons[j].flat is flat]
        if chosen:
            axes.plot(
                [rounded(x) for x, _ in chosen], [rounded(y) for _, y in chosen], "s",
                color=color, markerfacecolor=face, zorder=4,
                markersize=5.5 if len(kinks) <= _MANY else 2.5,
                label=name if legend else "_",
            )


def _two_sided_places(
    realised: PiecewisePolynomial, target: PiecewisePolynomial
) -> Iterator[tuple[Fraction, Literal["left", "right"]]]:
    """Places by which both functions are drawn, each knot from the right and from the left."""
    difference = realised.refine(target.knots)
    straight = max(realised.degree, target.degree) <= 1
    steps = 1 if straight else max(2, _PLACES // len(difference))
    for lower, upper, _ in difference:
        for k in range(steps + 1):
            yield lower + (upper - lower) * Fraction(k, steps), "left" if k == steps else "right"
