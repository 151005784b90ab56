"""Rational networks with one logistic or tanh neuron, and rational bounds of their losses.

Values of the logistic function at rational arguments are not rational, so the loss of a network is
enclosed by balls; output weights are those of least squares for the hidden neuron, rounded.
tanh(z) = 2 sigma(2 z) - 1 turns one kind of network into the other.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

from flint import arb, ctx

from symerm.arithmetic.balls import ball, ball_bounds
from symerm.attainability.smooth_problem import ShapeProblem
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Activation
from symerm.problem.problem import Problem

__all__ = ["dyadic", "fitted_network", "logistic_network", "loss_bounds", "network_at", "rounded"]

#: Bits of the rounding of fitted output weights, relative to the responses.
_BITS = 100
_ZERO = Fraction(0)
#: A point on the boundary is moved inside by this much.
_CLOSEST = Fraction(1, 2**80)


def logistic_network(
    a: Fraction, b: Fraction, v: Fraction, c: Fraction, activation: Activation
) -> ShallowNetwork:
    """The network c + v sigma(a s + b), written with logistic or tanh.

    Examples
    --------
    >>> one = Fraction(1)
    >>> logistic_network(one, one, one, one, Activation("tanh")).output_biases
    (Fraction(3, 2),)
    """
    if activation.kind == "tanh":
        a, b, v, c = a / 2, b / 2, v / 2, c + v / 2
    return ShallowNetwork(((a,),), (b,), ((v,),), (c,), activation)


def loss_bounds(problem: Problem, network: ShallowNetwork) -> tuple[Fraction, Fraction]:
    """Rational bounds of the sum of squared errors of a network.

    Examples
    --------
    >>> from symerm.problem import Architecture, Dataset
    >>> logistic = Activation("logistic")
    >>> net = logistic_network(*map(Fraction, (1, 0, 2, 0)), logistic)
    >>> low, high = loss_bounds(
    ...     Problem(Dataset.from_rows([0], [0]), Architecture(1, logistic)), net)
    >>> low <= 1 <= high, high - low < Fraction(1, 10**20)
    (True, True)
    """
    (a,), b, (v,), c = (
        network.hidden_weights[0], network.hidden_biases[0],
        network.output_weights[0], network.output_biases[0],
    )
    if network.activation.kind == "tanh":
        a, b, v, c = 2 * a, 2 * b, 2 * v, c - v
    rows = zip(problem.dataset.inputs, problem.dataset.outputs, strict=True)
    # Large output weights cancel against the bias: as many bits more.
    extra = max(0, int(abs(v)).bit_length())
    with ctx.workprec(160 + 2 * extra):
        total = arb(0)
        for (s,), (t,) in rows:
            error = ball(c - t) + ball(v) * _sigma(ball(a * s + b))
            # A product, since powers of balls around zero are not finite.
            total += error * error
        low, high = ball_bounds(total)
    return max(low, _ZERO), _rounded_up(high)


def fitted_network(
    shapes: ShapeProblem, a: Fraction, b: Fraction, activation: Activation
) -> ShallowNetwork:
    """The network with this hidden neuron (a > 0 or a < 0) and nearly the best output weights."""
    with ctx.workprec(3 * _BITS + int(abs(b)) * 2 + int(abs(a * shapes.length)) * 4):
        values = [
            _sigma(ball(a * (shapes.origin + shapes.length * x) + b)) for x in shapes.places
        ]
        span = values[-1] - values[0]
        shape = tuple(
            Fraction(0) if k == 0 else Fraction(1) if k == len(values) - 1
            else dyadic((y - values[0]) / span, _BITS)
            for k, y in enumerate(values)
        )
        c, v = shapes.coefficients(shape)
        # c + v u = (c - v sigma_1/span) + (v/span) sigma
        factor = ball(v) / span
        places = _BITS + _magnitude(1 / span)
        outer = dyadic(factor / ball(shapes.unit), places) * shapes.unit
        inner = ball(c) - ball(outer) * values[0]
        bias = dyadic(inner / ball(shapes.unit), _BITS) * shapes.unit
    return logistic_network(a, b, outer, bias, activation)


def network_at(
    shapes: ShapeProblem, r: Fraction, xi: Fraction, activation: Activation
) -> ShallowNetwork:
    """A rational network near a point of the steep chart of (possibly mirrored) data.

    With z = e^beta: tau = z/(1 + z) = (e^(2 r xi) - 1)/(e^(2 r) - 1), and the hidden neuron is
    sigma(2 r x + beta) in the places x.
    """
    xi = max(xi, _CLOSEST)
    with ctx.workprec(3 * _BITS + 4 * ceil(r)):
        tau = ball(2 * r * (xi - 1)).exp() * _fading(2 * r * xi) / _fading(2 * r)
        shift = dyadic((tau / (1 - tau)).log(), _BITS)
    a = dyadic(ball(2 * r), _BITS) / shapes.length
    return fitted_network(shapes, a, shift - a * shapes.origin, activation)


def _fading(y: Fraction) -> Any:
    return 1 - ball(-y).exp()


def rounded(value: float, bits: int) -> Fraction:
    """A nearby rational with some bits after the point."""
    return Fraction(round(value * 2**bits), 2**bits)


def _rounded_up(value: Fraction) -> Fraction:
    """A short rational that is larger by a factor up to 1 + 2^-80, unless it is 0."""
    if not value:
        return value
    bits = 82 + value.denominator.bit_length() - value.numerator.bit_length()
    scale = Fraction(2) ** bits
    return Fraction((value * scale).__ceil__() + 1) / scale


def _sigma(z: Any) -> Any:
    # Both forms are exact; the one without a large exponential keeps its digits.
    return 1 / (1 + (-z).exp()) if z.mid() >= 0 else z.exp() / (1 + z.exp())


def _magnitude(value: Any) -> int:
    upper = Fraction(*_parts(abs(value).upper()))
    return max(0, ceil(upper).bit_length())


def _parts(value: Any) -> tuple[int, int]:
    mantissa, exponent = value.man_exp()
    m, e = int(mantissa), int(exponent)
    return (m << e, 1) if e >= 0 else (m, 1 << -e)


def dyadic(value: Any, bits: int) -> Fraction:
    """The middle of a ball with some bits after the point."""
    top, bottom = _parts(value.mid())
    return Fraction((top << bits) // bottom, 1 << bits)
