"""The exact true loss of a network with one input and one output, and its generalized gradient.

L(theta) = integral over [T0, T1] of r^2 with r = f_theta - g for a piecewise-polynomial target g
(Cheridito, Jentzen, Rossmannek 2021).  For act(z) = max(z, gamma z) the residual r is polynomial
between the kinks inside (T0, T1) and the knots of g; sums of its moments from the left give every
integral over the active side I_j = { w_j x + b_j >= 0 } of a neuron.  With act' = 1 on I_j and
gamma elsewhere the generalized gradient is dc = 2 int r, dw_j = 2 v_j int x act' r,
db_j = 2 v_j int act' r and dv_j = 2 int act(w_j x + b_j) r.  All numbers are rational.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from flint import fmpq

from symerm.arithmetic.flint_rationals import from_flint, to_flint
from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.arrangements.neuron_types import NeuronType, neuron_type
from symerm.errors import InputError, UnsupportedError
from symerm.networks.shallow import ShallowNetwork

__all__ = ["Hidden", "TrueLoss", "true_loss"]

Vector = tuple[Fraction, ...]


@dataclass(frozen=True)
class Hidden:
    """A hidden neuron x -> v act(w x + b) on the interval.

    Attributes
    ----------
    weight, bias, output : Fraction
        w, b and v.
    type : NeuronType
    kink : Fraction or None
        -b/w, or None if w = 0.
    """

    weight: Fraction
    bias: Fraction
    output: Fraction
    type: NeuronType
    kink: Fraction | None

    @property
    def flat(self) -> bool:
        """Whether v = 0."""
        return self.output == 0


@dataclass(frozen=True)
class TrueLoss:
    """A network against a target on an interval; residual, moments and loss are computed once.

    Attributes
    ----------
    network : ShallowNetwork
        One input (or no neurons), one output, activation relu, leaky or quadratic.
    target : PiecewisePolynomial
        The target g with its interval.

    Raises
    ------
    InputError
        If the network has more inputs or outputs than one.
    UnsupportedError
        If the activation is none of these.
    """

    network: ShallowNetwork
    target: PiecewisePolynomial

    def __post_init__(self) -> None:
        network = self.network
        if network.width and network.input_dimension != 1:
            raise InputError(
                f"the network has {network.input_dimension} inputs; on an interval it needs one"
            )
        if network.output_dimension != 1:
            raise InputError(
                f"the network has {network.output_dimension} outputs; on an interval it needs one"
            )
        activation = network.activation
        if not activation.is_piecewise_linear and activation.kind != "quadratic":
            raise UnsupportedError(
                f"the true loss with the activation {activation.name} is not rational; "
                "use relu, leaky:1/10 or quadratic"
            )

    @property
    def interval(self) -> tuple[Fraction, Fraction]:
        """The end points T0 < T1."""
        return self.target.knots[0], self.target.knots[-1]

    @property
    def negative_slope(self) -> Fraction:
        """The slope gamma of the activation on the negative side."""
        return self.network.activation.negative_slope

    @cached_property
    def hidden(self) -> tuple[Hidden, ...]:
        """The hidden neurons with their types."""
        interval = self.interval
        found = []
        for (w,), b, (v,) in zip(
            self.network.hidden_weights,
            self.network.hidden_biases,
            self.network.output_weights,
            strict=True,
        ):
            kink = -b / w if w else None
            found.append(Hidden(w, b, v, neuron_type(w, b, interval), kink))
        return tuple(found)

    @cached_property
    def scalars(self) -> tuple[tuple[Any, Any, Any], ...]:
        """(w, b, v) of each neuron, in the arithmetic in which integrals are computed.

        Here it is Q; `symerm.landscape.critical_points` has balls around the parameters instead,
        with the types and the order of the kinks of the centre.
        """
        return tuple(
            (to_flint(h.weight), to_flint(h.bias), to_flint(h.output)) for h in self.hidden
        )

    @cached_property
    def bias_scalar(self) -> Any:
        """c in the same arithmetic."""
        return to_flint(self.network.output_biases[0])

    @cached_property
    def knot_scalars(self) -> list[Any]:
        """The knots in the same arithmetic."""
        return list(map(to_flint, self.knots))

    @cached_property
    def knots(self) -> tuple[Fraction, ...]:
        """End points, kinks inside the interval and knots of the target, ascending."""
        if not self.network.activation.is_piecewise_linear:
            return self.target.knots
        kinks = {
            h.kink
            for h in self.hidden
            if h.type is NeuronType.TYPE_2_ACTIVE and h.kink is not None
        }
        return tuple(sorted(kinks.union(self.target.knots)))

    @cached_property
    def position(self) -> dict[Fraction, int]:
        """The place of each knot."""
        return {knot: k for k, knot in enumerate(self.knots)}

    @cached_property
    def realised(self) -> PiecewisePolynomial:
        """The realised function f on the interval."""
        rows = tuple(tuple(map(from_flint, row)) for row in self._function)
        return PiecewisePolynomial(self.knots, rows)

    @cached_property
    def _function(self) -> list[list[Any]]:
        """Coefficients of f on each piece between the knots."""
        bias = self.bias_scalar
        pieces = len(self.knots) - 1
        if not self.network.activation.is_piecewise_linear:
            total = [bias, fmpq(0), fmpq(0)]
            for w, b, v in self.scalars:
                total = [total[0] + v * b * b, total[1] + 2 * v * w * b, total[2] + v * w * w]
            return [total] * pieces
        gamma = to_flint(self.negative_slope)
        constant, slope = bias, fmpq(0)
        jumps: dict[Fraction, Any] = {}
        for h, (w, b, v) in zip(self.hidden, self.scalars, strict=True):
            if h.type is NeuronType.TYPE_2_ACTIVE and h.kink is not None:
                active = h.weight < 0
                jump = (1 - gamma) * v * (-w if active else w)
                jumps[h.kink] = jumps.get(h.kink, 0) + jump
            else:
                active = h.type in (NeuronType.TYPE_1_ACTIVE, NeuronType.SEMI_ACTIVE)
            share = v if active else gamma * v
            constant += share * b
            slope += share * w
        rows = []
        for knot, place in zip(self.knots[:-1], self.knot_scalars, strict=False):
            change = jumps.get(knot)
            if change is not None:
                slope += change
                constant -= change * place
            rows.append([constant, slope])
        return rows

    @cached_property
    def residual(self) -> list[list[Any]]:
        """Coefficients of r = f - g on each piece between the knots, ascending powers."""
        rows = []
        target = self.target
        place = -1
        piece: list[fmpq] = []
        for knot, row in zip(self.knots[:-1], self._function, strict=True):
            if place + 1 < len(target.pieces) and knot == target.knots[place + 1]:
                place += 1
                piece = list(map(to_flint, target.pieces[place]))
            size = max(len(row), len(piece))
            difference = [
                (row[k] if k < len(row) else fmpq(0)) - (piece[k] if k < len(piece) else 0)
                for k in range(size)
            ]
            while difference and difference[-1] == 0:
                difference.pop()
            rows.append(difference)
        return rows

    @cached_property
    def moments(self) -> tuple[list[Any], list[Any], list[Any]]:
        """The integrals of r, x r and x^2 r from T0 to each knot."""
        sums: tuple[list[Any], ...] = ([fmpq(0)], [fmpq(0)], [fmpq(0)])
        ends = self.knot_scalars
        orders = 2 if self.network.activation.is_piecewise_linear else 3
        for k, row in enumerate(self.residual):
            for order in range(3):
                change = _integral(row, ends[k], ends[k + 1], order) if order < orders else 0
                sums[order].append(sums[order][-1] + change)
        return sums[0], sums[1], sums[2]

    @cached_property
    def value(self) -> Fraction:
        """The loss L."""
        return from_flint(self.value_scalar)

    @cached_property
    def value_scalar(self) -> Any:
        """The loss in the arithmetic of `scalars`."""
        ends = self.knot_scalars
        parts = []
        for k, row in enumerate(self.residual):
            square = [fmpq(0)] * max(2 * len(row) - 1, 0)
            for i, x in enumerate(row):
                for j, y in enumerate(row):
                    square[i + j] += x * y
            parts.append(_integral(square, ends[k], ends[k + 1], 0))
        return _balanced_sum(parts)

    def active_moments(self, number: int) -> tuple[Any, Any]:
        """int act' r and int x act' r of a neuron, with act' = 1 where w x + b >= 0."""
        mass, first, _ = self.moments
        h = self.hidden[number]
        if h.type is NeuronType.TYPE_2_ACTIVE and h.kink is not None:
            k = self.position[h.kink]
            inside = (
                (mass[-1] - mass[k], first[-1] - first[k]) if h.weight > 0 else (mass[k], first[k])
            )
        elif h.type in (NeuronType.INACTIVE, NeuronType.SEMI_INACTIVE):
            inside = fmpq(0), fmpq(0)
        else:
            inside = mass[-1], first[-1]
        gamma = to_flint(self.negative_slope)
        if not gamma:
            return inside
        return (
            gamma * mass[-1] + (1 - gamma) * inside[0],
            gamma * first[-1] + (1 - gamma) * inside[1],
        )

    @cached_property
    def gradient(self) -> Vector:
        """The generalized gradient in the order of `symerm.networks.parameter_vector`."""
        return tuple(map(from_flint, self.gradient_scalars))

    @cached_property
    def gradient_scalars(self) -> list[Any]:
        """The gradient in the arithmetic of `scalars`."""
        weights, biases, outputs = [], [], []
        mass, first, second = self.moments
        for number, (w, b, v) in enumerate(self.scalars):
            if self.network.activation.is_piecewise_linear:
                zeroth, once = self.active_moments(number)
                weights.append(2 * v * once)
                biases.append(2 * v * zeroth)
                outputs.append(2 * (w * once + b * zeroth))
            else:
                weights.append(4 * v * (w * second[-1] + b * first[-1]))
                biases.append(4 * v * (w * first[-1] + b * mass[-1]))
                outputs.append(2 * (w * w * second[-1] + 2 * w * b * first[-1] + b * b * mass[-1]))
        return [*weights, *biases, *outputs, 2 * mass[-1]]

    def taylor(self, point: Fraction, side: int) -> list[Fraction]:
        """The coefficients of r in powers of x - point, just right (1) or left (-1) of a knot.

        The point is a knot of `knots`; there is no right side of T1 and no left side of T0.
        """
        k = self.position[point] - (1 if side < 0 else 0)
        row = [from_flint(entry) for entry in self.residual[k]]
        # Horner's scheme, repeated: synthetic division by x - point.
        for start in range(len(row)):
            for i in reversed(range(start, len(row) - 1)):
                row[i] += point * row[i + 1]
        return row


def true_loss(network: ShallowNetwork, target: PiecewisePolynomial) -> Fraction:
    """The integral of (f - g)^2 over the interval of the target, exact.

    Raises
    ------
    InputError, UnsupportedError
        As `TrueLoss`.

    Examples
    --------
    >>> one, zero = Fraction(1), Fraction(0)
    >>> line = PiecewisePolynomial((zero, one), ((zero, one),))
    >>> true_loss(ShallowNetwork((), (), (), (one / 2,)), line)
    Fraction(1, 12)
    """
    return TrueLoss(network, target).value


def _integral(row: Sequence[Any], lower: Any, upper: Any, order: int) -> Any:
    """The integral of x^order times the polynomial from lower to upper."""
    total = fmpq(0)
    low, high = lower, upper
    # Products, not powers: a ball around zero has no logarithm.
    for _ in range(order):
        low *= lower
        high *= upper
    for k, coefficient in enumerate(row):
        total += coefficient * (high - low) / (k + order + 1)
        low *= lower
        high *= upper
    return total


def _balanced_sum(parts: list[Any]) -> Any:
    """The sum by halves: long fractions meet fractions of their own length."""
    if not parts:
        return fmpq(0)
    while len(parts) > 1:
        pairs = [x + y for x, y in zip(parts[::2], parts[1::2], strict=False)]
        parts = pairs + parts[len(parts) - len(parts) % 2 :]
    return parts[0]
