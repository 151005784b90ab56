"""Exact values of a loss on lines and curves through a point of its landscape.

A section shows L(theta') - L(theta) for theta' on theta + eps d + eps^m e, the descent that proves
a saddle, or on lines theta + eps d in single parameters and random directions, as around a
minimum.  Every value is computed in Q at a rational eps; only its picture is rounded.  How far a
section reaches is part of the answer: the descent until the loss is back at its start, lines
around a minimum as far as none of them goes below it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.errors import InputError
from symerm.landscape.empirical_loss import EmpiricalLoss
from symerm.landscape.true_loss import true_loss
from symerm.landscape.verdicts import Classification, Descent, point_on_curve
from symerm.networks.gradients import network_from_parameters, parameter_vector
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.dataset import Dataset

__all__ = [
    "Line",
    "LossChange",
    "Place",
    "Reference",
    "back_reach",
    "descent_reach",
    "descent_section",
    "fall_section",
    "lines_around",
    "neighbourhood",
    "parameter_direction",
    "parameter_name",
]

#: What the network is compared with: a target on an interval or a dataset.
Reference = PiecewisePolynomial | Dataset
Place = tuple[Fraction, Fraction]

#: Places on each side of the point: along a descent, on the other lines, and to find a reach.
_FINE, _STEPS, _COARSE = 60, 30, 6
#: Places on each side along a descent where one value takes long.
_LEAST = 20
#: Directions in which a minimum is shown, at most.
_SINGLE, _RANDOM = 31, 12
#: The work for all lines, in the unit of `LossChange.work`.
_WORK = 40_000
#: Doublings of a reach, and halvings of a neighbourhood by few places and by all.
_DOUBLINGS, _HALVINGS, _LAST_HALVINGS = 200, 40, 4


@dataclass(frozen=True)
class LossChange:
    """The function theta' -> L(theta') - L(theta), exact.

    Attributes
    ----------
    classification : Classification
        Of the point theta.
    reference : PiecewisePolynomial or Dataset
        The target or the dataset that it was classified for.

    Raises
    ------
    InputError
        If the loss of the classification is not that of its network for this reference.

    Examples
    --------
    >>> from symerm.landscape.true_classification import classify
    >>> line = PiecewisePolynomial.of([0, 1], [[0, 1]])
    >>> mean = ShallowNetwork((), (), (), (Fraction(1, 2),))
    >>> change = LossChange(classify(mean, line), line)
    >>> change(ShallowNetwork((), (), (), (Fraction(3, 4),)))
    Fraction(1, 16)
    """

    classification: Classification
    reference: Reference

    def __post_init__(self) -> None:
        if self._loss(self.network) != self.classification.loss:
            what = "dataset" if isinstance(self.reference, Dataset) else "target"
            raise InputError(
                f"the network has another loss for this {what} than the classification says; give "
                f"the {what} of the classification"
            )

    def __call__(self, network: ShallowNetwork) -> Fraction:
        return self._loss(network) - self.classification.loss

    @property
    def network(self) -> ShallowNetwork:
        """The point theta."""
        return self.classification.network

    @property
    def descent(self) -> Descent:
        """The descent of the classification; `InputError` if it has none."""
        if self.classification.descent is None:
            raise InputError(
                f"the classification ({self.classification.verdict}) has no descent to be drawn"
            )
        return self.classification.descent

    def along(self, direction: ShallowNetwork, eps: Fraction) -> Fraction:
        """The change at theta + eps d."""
        return self(point_on_curve(self.network, direction, None, eps))

    def along_descent(self, eps: Fraction) -> Fraction:
        """The change at theta + eps d + eps^m e."""
        descent = self.descent
        return self(
            point_on_curve(
                self.network, descent.direction, descent.bend, eps, power=descent.power
            )
        )

    @property
    def work(self) -> int:
        """A measure of the time that one value takes, in units of about 50 microseconds."""
        network = self.network
        if isinstance(self.reference, Dataset):
            return 1 + self.reference.size * (network.output_dimension + network.width // 100)
        return 1 + 2 * (network.width + len(self.reference.pieces))

    @cached_property
    def _loss(self) -> Callable[[ShallowNetwork], Fraction]:
        reference = self.reference
        if isinstance(reference, Dataset):
            return EmpiricalLoss.at(self.network, reference).value_at
        return lambda network: true_loss(network, reference)


@dataclass(frozen=True)
class Line:
    """The change of a loss on a line through theta.

    Attributes
    ----------
    name : str
        The parameter that moves, as a formula; empty for a random direction.
    points : tuple of (eps, change)
        By ascending eps.
    """

    name: str
    points: tuple[Place, ...]


def parameter_name(network: ShallowNetwork, place: int) -> str:
    """The name of an entry of `symerm.networks.parameter_vector`, as a formula.

    Examples
    --------
    >>> one = Fraction(1)
    >>> network = ShallowNetwork(((one, one),), (one,), ((one,),), (one,))
    >>> [parameter_name(network, place) for place in range(5)]
    ['$w_{1,1}$', '$w_{1,2}$', '$b_{1}$', '$v_{1}$', '$c$']
    """
    width, inputs, outputs = network.width, network.input_dimension, network.output_dimension
    for letter, columns in (("w", inputs), ("b", 1), ("v", outputs)):
        if place < width * columns:
            neuron, column = divmod(place, columns)
            more = f",{column + 1}" if columns > 1 else ""
            return f"${letter}_{{{neuron + 1}{more}}}$"
        place -= width * columns
    return "$c$" if outputs == 1 else f"$c_{{{place + 1}}}$"


def parameter_direction(network: ShallowNetwork, place: int) -> ShallowNetwork:
    """The direction in which one entry of `symerm.networks.parameter_vector` grows."""
    entries = [Fraction(0)] * len(parameter_vector(network))
    entries[place] = Fraction(1)
    return network_from_parameters(network, entries)


def descent_reach(change: LossChange) -> Fraction:
    """An eps at which the loss is back at its start, or has long stopped to fall.

    Raises
    ------
    InputError
        If the classification has no descent.

    Examples
    --------
    From f = 1/2 against the target x on [0, 1] along f = 1/2 + eps^2 (x - 1/2):

    >>> from symerm.landscape.true_classification import classify
    >>> line = PiecewisePolynomial.of([0, 1], [[0, 1]])
    >>> zero = Fraction(0)
    >>> network = ShallowNetwork(((zero,),), (zero,), ((zero,),), (Fraction(1, 2),))
    >>> change = LossChange(classify(network, line), line)
    >>> reach = descent_reach(change)
    >>> change.along_descent(reach / 2) < 0 <= change.along_descent(reach)
    True
    """
    eps = lowest_at = max(eps for eps, _ in change.descent.samples)
    lowest = change.along_descent(eps)
    for _ in range(_DOUBLINGS):
        if eps > 4 * lowest_at:
            break
        value = change.along_descent(2 * eps)
        if value >= 0:
            return _return_to_start(change, eps, 2 * eps)
        eps *= 2
        # To fall by a tenth more is no reason to go on.
        if value < Fraction(11, 10) * lowest:
            lowest, lowest_at = value, eps
    return eps


def back_reach(change: LossChange, reach: Fraction) -> Fraction:
    """How far a straight line of descent is shown on its other side; 0 for a descent that bends.

    The loss changes there by little more than it falls as far as `reach`, unless it does so fast.
    """
    if change.descent.bend is not None:
        return Fraction(0)
    depth = -min(change.along_descent(reach * Fraction(k, _COARSE)) for k in range(_COARSE + 1))
    back = reach
    while back > reach / 64 and abs(change.along_descent(-back)) > 2 * depth:
        back = back * 3 / 4
    return back


def descent_section(change: LossChange, reach: Fraction) -> tuple[Place, ...]:
    """The points (eps, change) along the descent, on both sides of theta if it is straight."""
    back = back_reach(change, reach)
    steps = max(_LEAST, min(_FINE, _WORK // (4 * change.work)))
    places = [-back * Fraction(k, steps) for k in range(steps, 0, -1)] if back else []
    places += [reach * Fraction(k, steps) for k in range(steps + 1)]
    return tuple((eps, change.along_descent(eps)) for eps in places)


def fall_section(change: LossChange, reach: Fraction) -> tuple[Place, ...]:
    """The points (eps, -change) at eps from reach/1000 to reach where the loss has fallen.

    The places have nearly equal quotients, for axes with logarithms.
    """
    parts = [Fraction(n, 64) for n in (35, 38, 41, 45, 49, 54, 59, 64)]
    places = [reach * part / 2**k for k in reversed(range(10)) for part in parts]
    falls = [(eps, -change.along_descent(eps)) for eps in places]
    return tuple((eps, fall) for eps, fall in falls if fall > 0)


def lines_around(change: LossChange) -> tuple[Line, ...]:
    """The change in single parameters, the output bias first, and in random directions.

    All lines reach equally far; if theta is a minimum, as far as none goes below it.  Equal
    networks give equal directions.
    """
    network = change.network
    count = len(parameter_vector(network))
    most = max(4, _WORK // (2 * _STEPS * change.work))
    singles = [count - 1, *range(count - 1)][: min(_SINGLE, most)]
    directions = [
        (parameter_name(network, place), parameter_direction(network, place)) for place in singles
    ]
    source = random.Random(count)
    for _ in range(min(_RANDOM, max(1, most - len(singles)))):
        entries = [Fraction(source.randint(-8, 8), 8) for _ in range(count)]
        directions.append(("", network_from_parameters(network, entries)))
    reach = neighbourhood(change, [direction for _, direction in directions])
    lines: tuple[Line, ...] = ()
    for _ in range(_LAST_HALVINGS):
        places = [reach * Fraction(k, _STEPS) for k in range(-_STEPS, _STEPS + 1)]
        lines = tuple(
            Line(name, tuple((eps, change.along(direction, eps)) for eps in places))
            for name, direction in directions
        )
        if not _is_minimum(change) or all(z >= 0 for line in lines for _, z in line.points):
            break
        reach /= 2
    return lines


def neighbourhood(change: LossChange, directions: Sequence[ShallowNetwork]) -> Fraction:
    """A power of two as far as which a minimum was not found to be undercut in the directions.

    It is 1 if theta is no minimum.
    """
    reach = Fraction(1)
    if not _is_minimum(change):
        return reach
    steps = [sign * Fraction(k, _COARSE) for k in range(1, _COARSE + 1) for sign in (1, -1)]
    for _ in range(_HALVINGS):
        if all(change.along(d, reach * step) >= 0 for d in directions for step in steps):
            break
        reach /= 2
    return reach


def _is_minimum(change: LossChange) -> bool:
    return change.classification.verdict in ("local-minimum", "global-minimum")


def _return_to_start(change: LossChange, low: Fraction, high: Fraction) -> Fraction:
    """Where the loss is just back at its start, given a lower and a higher place."""
    for _ in range(4):
        middle = (low + high) / 2
        if change.along_descent(middle) < 0:
            low = middle
        else:
            high = middle
    return high
