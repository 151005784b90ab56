"""Orders of neurons: the matching of the neurons of two networks that brings them nearest.

In maximum norm a bottleneck assignment, for which only the order of the costs matters: with free
scaling they are quadratic surds, for balanced neurons, whose entries are roots of rationals, their
squares are.  In the Euclidean norm an assignment of least sum of squares: these are enclosed by
rationals, and the assignment that is optimal for the lower bounds is refined until its own sum of
upper bounds is near.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from symerm.arithmetic.surds import Surd, root_bounds, signed_square
from symerm.parametrization.assignment import bottleneck_assignment
from symerm.parametrization.balanced import BalancedNeuron
from symerm.parametrization.least_sum import least_sum_assignment
from symerm.parametrization.nearest import Gap, neuron_gap
from symerm.parametrization.neuron_rescaling import rescale_euclidean, rescale_neuron

__all__ = [
    "Enclosure",
    "Matching",
    "Neuron",
    "Scales",
    "enclosed",
    "match_by_maximum",
    "match_by_squares",
]

Vector = tuple[Fraction, ...]
#: Factors of the input weights of two neurons; None for one that is replaced by zeros.
Scales = tuple[Surd | None, Surd | None]
#: Bounds of a squared distance, and the scales.
_Square = tuple[Fraction, Fraction, Scales]

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Enclosure:
    """A real number, exactly or between rational bounds.

    Attributes
    ----------
    lower, upper : Fraction
        Equal for a rational number.
    exact : Surd or None
        The number, where it is p + sqrt(s) with rational p and s and was found so.
    formula : str or None
        The number in square roots, where it was found so.
    """

    lower: Fraction
    upper: Fraction
    exact: Surd | None = None
    formula: str | None = None


class Neuron(NamedTuple):
    """Input weights with the bias, and output weights."""

    inner: Vector
    outer: Vector


class Matching(NamedTuple):
    """A best order of the neurons of B, with the distances.

    Attributes
    ----------
    distance : Enclosure
        Of all parameters, the output biases included.
    output_biases : Enclosure
    matched : list of (column, scales, Enclosure)
        For each neuron of A that of B, the factors of their input weights, their distance.
    first_apart, second_apart : tuples of int
        As in `ParameterDistance`.
    """

    distance: Enclosure
    output_biases: Enclosure
    matched: list[tuple[int, Scales, Enclosure]]
    first_apart: tuple[int, ...] = ()
    second_apart: tuple[int, ...] = ()


def match_by_maximum(
    rows: Sequence[Neuron], columns: Sequence[Neuron], biases: Vector, balanced: bool,
    width: Fraction,
) -> Matching:  # fmt: skip
    """The order of least maximum norm.

    Parameters
    ----------
    rows, columns : m Neurons each
        Of A and of B.
    biases : q Fractions
        The difference of the output biases.
    balanced : bool
        Match the balanced forms, not A with rescaled neurons of B.
    width : Fraction
        Largest width of an enclosure.

    Examples
    --------
    >>> one = Fraction(1)
    >>> small, large = Neuron((one,), (one,)), Neuron((3 * one,), (2 * one,))
    >>> found = match_by_maximum([small, large], [large, small], (), True, one / 100)
    >>> [column for column, _, _ in found.matched], str(found.distance.exact)
    ([1, 0], '0')
    """
    shift = max(map(abs, biases), default=_ZERO)
    end = enclosed(Surd(shift), width)
    if not rows:
        return Matching(end, end, [])
    costs: list[list[Surd]] = []
    details: list[list[tuple[Scales, Surd | Gap]]] = []
    if balanced:
        forms = [[_balanced(neuron) for neuron in side] for side in (rows, columns)]
        for x, t in forms[0]:
            gaps = [(neuron_gap(x, y), (t, s)) for y, s in forms[1]]
            costs.append([gap.squared for gap, _ in gaps])
            details.append([(scales, gap) for gap, scales in gaps])
        least = Surd(shift * shift)
    else:
        for row in rows:
            found = [rescale_neuron(*row, *column) for column in columns]
            costs.append([entry.distance for entry in found])
            details.append([((Surd(_ONE), entry.scale), entry.distance) for entry in found])
        least = Surd(shift)
    # The places of the costs in their order: comparing surds once is enough.
    place = {cost: k for k, cost in enumerate(sorted({x for line in costs for x in line}))}
    best = bottleneck_assignment([[place[x] for x in line] for line in costs])
    matched = []
    for i, k in enumerate(best.columns):
        scales, distance = details[i][k]
        if isinstance(distance, Gap):
            shown = _enclosed_gap(distance, width)
        else:
            shown = enclosed(distance, width)
        matched.append((k, scales, shown))
    worst = max(range(len(rows)), key=lambda i: place[costs[i][best.columns[i]]])
    reached = costs[worst][best.columns[worst]]
    return Matching(
        matched[worst][2] if reached > least else end,
        end,
        matched,
        best.rows_apart,
        best.columns_apart,
    )


def match_by_squares(
    rows: Sequence[Neuron], columns: Sequence[Neuron], biases: Vector, balanced: bool,
    width: Fraction,
) -> Matching:  # fmt: skip
    """The order of least Euclidean norm, up to the width of the enclosure.

    The parameters are those of `match_by_maximum`.

    Examples
    --------
    >>> one = Fraction(1)
    >>> small, large = Neuron((one,), (one,)), Neuron((3 * one,), (2 * one,))
    >>> found = match_by_squares([small, large], [large, small], (one,), False, one / 100)
    >>> [column for column, _, _ in found.matched], found.distance.formula
    ([1, 0], '1')
    """
    shift = sum((x * x for x in biases), _ZERO)
    end = enclosed(Surd.root(shift), width)
    if not rows:
        return Matching(end, end, [])
    pairs = _balanced_squares if balanced else _scaled_squares
    bits = 128
    while True:
        costs = pairs(rows, columns, bits)
        best = least_sum_assignment([[lower for lower, _, _ in line] for line in costs])
        chosen = [costs[i][k] for i, k in enumerate(best.columns)]
        distance = _root(
            best.total + shift, sum((upper for _, upper, _ in chosen), shift), width
        )
        if distance.upper - distance.lower <= width:
            break
        bits *= 2
    matched = [
        (k, scales, _root(lower, upper, width))
        for k, (lower, upper, scales) in zip(best.columns, chosen, strict=True)
    ]
    return Matching(distance, end, matched)


def _balanced_squares(
    rows: Sequence[Neuron], columns: Sequence[Neuron], bits: int
) -> list[list[_Square]]:
    precision = Fraction(1, 2**bits)
    forms = [[_balanced(neuron) for neuron in side] for side in (rows, columns)]
    table = []
    for x, t in forms[0]:
        line: list[_Square] = []
        for y, s in forms[1]:
            # |x|^2 + |y|^2 - 2 <x, y>, where the entries have the common roots of two squares.
            a, b = ((*n.direction, *n.outputs) for n in (x, y))
            square = Surd(
                x.square * _dot(a, a) + y.square * _dot(b, b),
                -4 * signed_square(_dot(a, b)) * x.square * y.square,
            )
            lower, upper = square.bounds(precision)
            line.append((max(lower, _ZERO), upper, (t, s)))
        table.append(line)
    return table


def _scaled_squares(
    rows: Sequence[Neuron], columns: Sequence[Neuron], bits: int
) -> list[list[_Square]]:
    table = []
    for row in rows:
        line: list[_Square] = []
        for column in columns:
            found = rescale_euclidean(*row, *column, bits=bits)
            scale = None if found.scale is None else Surd(found.scale)
            line.append((found.lower, found.upper, (Surd(_ONE), scale)))
        table.append(line)
    return table


def _balanced(neuron: Neuron) -> tuple[BalancedNeuron, Surd | None]:
    """The balanced form and the factor of the input weights."""
    inner, outer = (max(map(abs, vector), default=_ZERO) for vector in neuron)
    if inner * outer:
        form = BalancedNeuron(
            tuple(x / inner for x in neuron.inner),
            tuple(x / outer for x in neuron.outer),
            inner * outer,
        )
        return form, Surd.root(outer / inner)
    zero = BalancedNeuron((_ZERO,) * len(neuron.inner), (_ZERO,) * len(neuron.outer), _ZERO)
    return zero, None if inner or outer else Surd(_ONE)


def enclosed(value: Surd, width: Fraction) -> Enclosure:
    """An exact number with bounds at most `width` > 0 apart."""
    return Enclosure(*value.bounds(width), value, str(value))


def _enclosed_gap(gap: Gap, width: Fraction) -> Enclosure:
    """The difference of two signed roots."""
    if gap.exact is not None:
        return enclosed(gap.exact, width)
    low, high = sorted((gap.first, gap.second))
    first, second = (high, low) if high > 0 else (-low, -high)
    sign = "-" if second > 0 else "+"
    formula = f"{Surd.root(first)} {sign} {Surd.root(abs(second))}"
    return Enclosure(*gap.bounds(width), None, formula)


def _root(lower: Fraction, upper: Fraction, width: Fraction) -> Enclosure:
    """The square root of a number between bounds."""
    if lower == upper:
        return enclosed(Surd.root(lower), width)
    return Enclosure(root_bounds(lower, width / 4)[0], root_bounds(upper, width / 4)[1])


def _dot(first: Vector, second: Vector) -> Fraction:
    return sum((x * y for x, y in zip(first, second, strict=True)), _ZERO)
