"""A critical point near a given network, proved by interval Newton iteration in ball arithmetic.

Positive scaling (w, b, v) -> (t w, t b, v/t) of a neuron keeps the function, so critical points
come in families; one entry of each (w_j, b_j) is kept at its value.  The derivative along a
scaling orbit is zero everywhere, and the kept entry is not, so that a zero of the remaining
gradient is a critical point; neurons without a kink inside an interval are treated alike.
Newton's iteration from the network proposes a centre; Krawczyk's operator
x - C g(x) + (1 - C H(X))(X - x) maps a box X around it into its own interior, which proves one
and only one zero in X (Krawczyk 1969; Rump 2010, theorem 13.2).  The Hessian over the box then
decides between minimum and saddle.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import ctx, fmpq

from symerm.arithmetic.balls import (
    ball,
    ball_bounds,
    krawczyk_contracts,
    matrix_sign,
    square_root_bounds,
)
from symerm.arithmetic.flint_rationals import from_flint
from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.arrangements.neuron_types import NeuronType
from symerm.landscape.cell_critical import MAX_UNKNOWNS, critical_point_in_cell
from symerm.landscape.empirical_loss import EmpiricalLoss
from symerm.landscape.pattern_loss import PatternLoss
from symerm.landscape.true_hessian import hessian_scalars
from symerm.landscape.true_loss import TrueLoss
from symerm.landscape.true_loss_box import TrueLossOnBox
from symerm.networks.gradients import network_from_parameters, parameter_vector
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.dataset import Dataset

__all__ = ["CriticalEnclosure", "NoCriticalPoint", "nearby_critical_point"]

#: Bits of the centre of the box and of the ball arithmetic.
_CENTRE_BITS = 160
_BITS = 256
_NEWTON_STEPS = 60
#: Half-widths of the box that are tried, as powers of two.
_RADII = (-100, -80, -60, -40, -30, -20)
#: Most free parameters: the cost grows with their cube.
_MAX_PARAMETERS = 150
_SIGNS = {
    1: (
        "local-minimum",
        "the Hessian across the scaling orbits is positive definite in the whole box",
    ),
    -1: ("saddle", "one direction has negative second variation in the whole box"),
    0: ("undecided", "the Hessian over the box has no certain signs"),
}


@dataclass(frozen=True)
class CriticalEnclosure:
    """A box with one and only one critical point, up to scaling of neurons.

    Attributes
    ----------
    centre : ShallowNetwork
        The rational centre of the box.
    radius : Fraction
        Its half-width in every free parameter.
    distance : (Fraction, Fraction)
        Bounds of the Euclidean distance of the critical point from the given network.
    loss : (Fraction, Fraction)
        Bounds of its loss.
    verdict : str
        ``"local-minimum"``, ``"saddle"`` or ``"undecided"``.
    reason : str
    """

    centre: ShallowNetwork
    radius: Fraction
    distance: tuple[Fraction, Fraction]
    loss: tuple[Fraction, Fraction]
    verdict: str
    reason: str


@dataclass(frozen=True)
class NoCriticalPoint:
    """No critical point was proved near the network.

    Attributes
    ----------
    reason : str
    """

    reason: str


@dataclass(frozen=True)
class _System:
    """Gradient, Hessian and value in exact and in ball arithmetic."""

    exact: Callable[[ShallowNetwork], tuple[list[Any], list[list[Any]]]]
    on_box: Callable[
        [ShallowNetwork, Sequence[Any]], tuple[list[Any], list[list[Any]], Any] | None
    ]
    pattern: Callable[[ShallowNetwork], object]
    types: Callable[[ShallowNetwork], list[str]]
    pattern_words: str


def nearby_critical_point(
    network: ShallowNetwork, against: PiecewisePolynomial | Dataset
) -> CriticalEnclosure | NoCriticalPoint:
    """A critical point that Newton's iteration reaches from a network, proved.

    Parameters
    ----------
    network : ShallowNetwork
        A trained network, say; activation relu, leaky or quadratic.
    against : PiecewisePolynomial or Dataset
        The target of the true loss, or the data of the sum of squares.

    Returns
    -------
    CriticalEnclosure or NoCriticalPoint
        The latter also where the method does not apply: kinks on data points or at the ends of
        the interval, coinciding kinks, critical points that are not isolated up to scaling.

    Raises
    ------
    InputError
        If the network does not take the inputs or give the outputs of the target or the data.
    UnsupportedError
        If the activation is another one.

    Examples
    --------
    A network near the saddle with two kinks:

    >>> from symerm.landscape.targets import parse_target
    >>> def number(text): return Fraction(text)
    >>> network = ShallowNetwork(
    ...     ((number("1"),), (number("-1"),)), (number("-0.33"), number("0.67")),
    ...     ((number("0.66"),), (number("-0.67"),)), (number("0.5"),))
    >>> found = nearby_critical_point(network, parse_target("x", (Fraction(0), Fraction(1))))
    >>> found.verdict, found.loss[0] <= Fraction(1, 972) <= found.loss[1]
    ('saddle', True)
    """
    if isinstance(against, Dataset):
        EmpiricalLoss.at(network, against)  # refuses networks that do not fit the data
        if network.activation.is_piecewise_linear and network.output_dimension == 1:
            return _in_cell(network, against)
        system = _empirical(against)
    else:
        system = _integral(against)
    values = parameter_vector(network)
    free = _free_parameters(network, system.types(network))
    if len(free) > _MAX_PARAMETERS:
        return NoCriticalPoint(
            f"{len(free)} free parameters are more than the {_MAX_PARAMETERS} that are treated"
        )
    centre = _newton(network, system, free)
    if isinstance(centre, NoCriticalPoint):
        return centre
    before = ctx.prec
    ctx.prec = _BITS
    try:
        for power in _RADII:
            radius = Fraction(2) ** power
            found = _over_box(centre, system, free, radius)
            if found is not None:
                break
        else:
            return NoCriticalPoint(
                "no box around the limit of Newton's iteration is mapped into itself: the "
                "critical points there may not be isolated up to scaling"
            )
        hessian, value = found
        verdict, reason = _SIGNS[matrix_sign(hessian)]
        gaps = [
            abs(x - y) for x, y in zip(parameter_vector(centre), values, strict=True)
        ]
        moving = set(free)
        nearest = sum((max(gaps[k] - radius, Fraction(0)) ** 2 for k in moving), Fraction(0))
        farthest = sum(((gaps[k] + radius) ** 2 for k in moving), Fraction(0))
        distance = square_root_bounds(nearest)[0], square_root_bounds(farthest)[1]
        low, high = ball_bounds(value)
        loss = max(low, Fraction(0)), high
        return CriticalEnclosure(centre, radius, distance, loss, verdict, reason)
    finally:
        ctx.prec = before


def _in_cell(network: ShallowNetwork, dataset: Dataset) -> CriticalEnclosure | NoCriticalPoint:
    """With one output the loss is convex within a pattern, and its critical points are exact."""
    found = critical_point_in_cell(network, dataset)
    unknowns = network.width * (network.input_dimension + 1) + 1
    if found is None and unknowns > MAX_UNKNOWNS:
        return NoCriticalPoint(
            f"{unknowns} hidden parameters are more than the {MAX_UNKNOWNS} that are treated"
        )
    if found is None:
        return NoCriticalPoint(
            "no critical point was found in the cell of the network's activation pattern or on "
            "its nearest walls"
        )
    squares = sum(
        (
            (x - y) ** 2
            for x, y in zip(parameter_vector(found.network), parameter_vector(network), strict=True)
        ),
        Fraction(0),
    )
    return CriticalEnclosure(
        found.network,
        Fraction(0),
        square_root_bounds(squares),
        (found.loss, found.loss),
        found.verdict,
        f"exact: {found.reason}",
    )


def _integral(target: PiecewisePolynomial) -> _System:
    def exact(network: ShallowNetwork) -> tuple[list[Any], list[list[Any]]]:
        loss = TrueLoss(network, target)
        return loss.gradient_scalars, hessian_scalars(loss, range(network.width))

    def on_box(
        network: ShallowNetwork, balls: Sequence[Any]
    ) -> tuple[list[Any], list[list[Any]], Any] | None:
        loss = TrueLossOnBox(network, target, tuple(balls))
        if not loss.keeps_types():
            return None
        hessian = hessian_scalars(loss, range(network.width))
        return loss.gradient_scalars, hessian, loss.value_scalar

    def pattern(network: ShallowNetwork) -> object:
        loss = TrueLoss(network, target)
        if not network.activation.is_piecewise_linear:
            return None
        order = sorted(
            (h.kink, j) for j, h in enumerate(loss.hidden)
            if h.type is NeuronType.TYPE_2_ACTIVE and h.kink is not None
        )
        # A semi-active neuron may tilt: it stays active on the whole interval.
        active = NeuronType.TYPE_1_ACTIVE
        kinds = [active if h.type is NeuronType.SEMI_ACTIVE else h.type for h in loss.hidden]
        return kinds, [j for _, j in order]

    def types(network: ShallowNetwork) -> list[str]:
        if not network.activation.is_piecewise_linear:
            return ["curved"] * network.width
        relu = network.activation.kind == "relu"
        return [
            "curved" if h.type is NeuronType.TYPE_2_ACTIVE
            else "silent" if h.type is NeuronType.INACTIVE and relu
            else "affine"
            for h in TrueLoss(network, target).hidden
        ]

    return _System(exact, on_box, pattern, types, "types and order of kinks")


def _empirical(dataset: Dataset) -> _System:
    def exact(network: ShallowNetwork) -> tuple[list[Any], list[list[Any]]]:
        loss = PatternLoss.exact(network, dataset)
        return loss.gradient, loss.hessian

    def on_box(
        network: ShallowNetwork, balls: Sequence[Any]
    ) -> tuple[list[Any], list[list[Any]], Any] | None:
        loss = PatternLoss(network, dataset, balls, balls=True)
        return (loss.gradient, loss.hessian, loss.value) if loss.keeps_pattern() else None

    def pattern(network: ShallowNetwork) -> object:
        if not network.activation.is_piecewise_linear:
            return None
        return [
            [(z > 0) - (z < 0) for z in network.preactivations(point)] for point in dataset.inputs
        ]

    def types(network: ShallowNetwork) -> list[str]:
        if network.activation.kind != "relu":
            return ["curved"] * network.width
        rows = [network.preactivations(point) for point in dataset.inputs]
        return [
            "silent" if all(row[j] < 0 for row in rows) else "curved"
            for j in range(network.width)
        ]

    return _System(exact, on_box, pattern, types, "activation pattern")


def _free_parameters(network: ShallowNetwork, types: Sequence[str]) -> list[int]:
    """The parameters that move; the gradient in the others is zero where it is zero in these.

    All parameters of silent neurons stay, and the largest entry of each other (w_j, b_j).  On an
    interval the neurons without a kink inside act through the slope sum v w and the constant
    c + sum v b only: one parameter of one of them moves, and c.  If all of them have v = w = 0,
    the slope has no derivative and the sign of its second variation counts: v and w move.
    """
    p, q, d = network.input_dimension, network.output_dimension, network.width
    values = parameter_vector(network)
    kept: set[int] = set()
    slope_moves = False
    still: list[int] = []
    for j, kind in enumerate(types):
        own = [*range(j * p, (j + 1) * p), d * p + j]
        outputs = list(range(d * (p + 1) + j * q, d * (p + 1) + (j + 1) * q))
        if kind == "silent":
            kept.update(own, outputs)
        elif kind == "affine":
            # d (v w) is w dv + v dw: one of the two moves the slope.
            mover = outputs[0] if values[j] else j if values[outputs[0]] else None
            kept.update(own, outputs)
            if mover is None:
                still = still or [j, outputs[0]]
            elif not slope_moves:
                kept.remove(mover)
                slope_moves = True
        elif any(values[k] for k in own):
            kept.add(max(own, key=lambda k: (abs(values[k]), -k)))
    if not slope_moves:
        kept.difference_update(still)
    return [k for k in range(len(values)) if k not in kept]


def _newton(
    network: ShallowNetwork, system: _System, free: Sequence[int]
) -> ShallowNetwork | NoCriticalPoint:
    """Newton's iteration with exact gradients and steps in floats; only a proposal."""
    import numpy as np

    start = system.pattern(network)
    left = NoCriticalPoint(f"Newton's iteration leaves the network's {system.pattern_words}")
    current = network
    values = list(parameter_vector(network))
    quiet = 0
    for _ in range(_NEWTON_STEPS):
        if system.pattern(current) != start:
            return left
        try:
            gradient, hessian = system.exact(current)
        except ValueError as error:
            return NoCriticalPoint(f"the Hessian does not exist here: {error}")
        right = [gradient[k] for k in free]
        top = max((abs(entry) for entry in right), default=fmpq(0))
        if top == 0:
            return current
        matrix = np.array([[_float(hessian[i][k]) for k in free] for i in free])
        vector = np.array([_float(entry / top) for entry in right])
        if not (np.isfinite(matrix).all() and np.isfinite(vector).all()):
            return NoCriticalPoint("the numbers are too large for a step of Newton's iteration")
        try:
            step = np.linalg.solve(matrix, vector)
        except np.linalg.LinAlgError:
            return NoCriticalPoint("the Hessian is singular up to scaling of the neurons")
        if not np.isfinite(step).all():
            return NoCriticalPoint("the Hessian is singular up to scaling of the neurons")
        scale = from_flint(top)
        unit = 2**_CENTRE_BITS
        for k, entry in zip(free, step, strict=True):
            change = Fraction(float(entry)) * scale
            values[k] = Fraction(round((values[k] - change) * unit), unit)
        current = network_from_parameters(network, values)
        size = scale * Fraction(float(np.max(np.abs(step))))
        quiet = quiet + 1 if size < Fraction(1, 2**120) else 0
        if quiet == 2:
            break
    return current if system.pattern(current) == start else left


def _over_box(
    centre: ShallowNetwork, system: _System, free: Sequence[int], radius: Fraction
) -> tuple[list[list[Any]], Any] | None:
    """The Hessian in the free parameters and the loss over the box, if it has exactly one zero."""
    values = parameter_vector(centre)
    chosen = set(free)
    point = system.on_box(centre, [ball(x) for x in values])
    box = system.on_box(
        centre, [ball(x, radius if k in chosen else Fraction(0)) for k, x in enumerate(values)]
    )
    if point is None or box is None:
        return None
    hessian = [[box[1][i][k] for k in free] for i in free]
    if not krawczyk_contracts([point[0][k] for k in free], hessian, radius):
        return None
    return hessian, box[2]


def _float(value: fmpq) -> float:
    try:
        return int(value.p) / int(value.q)
    except OverflowError:
        return math.inf
