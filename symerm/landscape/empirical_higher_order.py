"""Third and fourth order: directions in which the form of second order vanishes.

Along theta + eps d + eps^2 e, with d and e that keep zero preactivations zero, the outputs are f +
eps f1(d) + eps^2 [f1(e) + f2(d)] + ..  If Q >= 0 and Q(d) = 0, the loss is L + c3 eps^3 + c4 eps^4
+ .. with c3 = 2 <f1, f2> + 2 <r, f3> at d; for c3 = 0 the least c4 = Q(e) + l(e) + k over e comes
from a linear system.  c3 not zero or c4 < 0: a saddle.  If no preactivation is zero and the kernel
of Q is spanned by d and the tangents of symmetries, the loss on a slice across the orbit is, in
suitable coordinates, L + a positive definite form + c4 z^4 + o(z^4) (splitting lemma), so c3 = 0
and c4 > 0 give a local minimum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from operator import mul

from symerm.arithmetic.linalg import nullspace, primitive, rank, solve
from symerm.arithmetic.symmetric import inertia
from symerm.landscape.empirical_form import NeuronForm, second_order_form, unpack
from symerm.landscape.empirical_loss import Curve, EmpiricalLoss, direction_network
from symerm.networks.shallow import ShallowNetwork

__all__ = ["MAX_CANDIDATES", "HigherOrder", "higher_order"]

#: Most directions without second-order term that are examined.
MAX_CANDIDATES = 24

Vector = tuple[Fraction, ...]
_ZERO = Fraction(0)
_ONE = Fraction(1)


@dataclass(frozen=True)
class HigherOrder:
    """What the terms of third and fourth order say.

    Attributes
    ----------
    curve : Curve or None
        A curve of descent.
    excess : int
        The dimension of the kernel beyond the tangents of symmetries.
    least : Fraction or None
        c4 if there is no descent and the excess is one.
    """

    curve: Curve | None
    excess: int
    least: Fraction | None = None


@dataclass(frozen=True)
class _Direction:
    """A direction: coordinates, changes of the preactivations and of v, and f1, f2, f3.

    The outputs are lists over inputs and outputs, input by input.
    """

    coordinates: Vector
    moves: list[list[Fraction]]
    output: list[Vector]
    first: list[Fraction]
    second: list[Fraction]
    third: list[Fraction]


def higher_order(
    loss: EmpiricalLoss, forms: Sequence[NeuronForm], tangents: Sequence[Vector]
) -> HigherOrder | None:
    """Look for a descent of third or fourth order.

    Parameters
    ----------
    loss : EmpiricalLoss
    forms : sequence of NeuronForm
    tangents : sequence of vectors
        Tangents of symmetries; for each neuron p + 1 hidden and q output entries.

    Returns
    -------
    HigherOrder or None
        None if the form of second order takes negative values.
    """
    matrix = second_order_form(
        loss, ((_ONE,) * len(loss.forms),), forms, [form.lines for form in forms]
    )
    if inertia(matrix).negative:
        return None
    chosen: list[Vector] = []
    basis = list(tangents)
    for vector in nullspace(matrix):
        _, hidden, output = unpack(loss, 1, forms, [form.lines for form in forms], vector)
        flat = tuple(x for form in forms for x in (*hidden[form.number], *output[form.number]))
        if rank([*basis, flat]) > rank(basis):
            basis.append(flat)
            chosen.append(vector)
    least = None
    for coordinates in _candidates(chosen):
        d = _direction(loss, forms, coordinates)
        cubic = 2 * _inner(loss, d.first, d.second) + 2 * _residual_inner(loss, d.third)
        if cubic:
            sign = -1 if cubic > 0 else 1
            return HigherOrder(
                Curve(_network(loss, forms, [sign * x for x in coordinates]), 3, -abs(cubic)),
                len(chosen),
            )
        linear = _linear_part(loss, forms, d)
        bend = solve(matrix, [-x / 2 for x in linear])
        if bend is None:
            # c3 changes along the kernel: a candidate nearby has c3 not zero.
            continue
        least = (
            _inner(loss, d.second, d.second)
            + 2 * _inner(loss, d.first, d.third)
            + sum(map(mul, linear, bend), _ZERO) / 2
        )
        if least < 0:
            return HigherOrder(
                Curve(
                    _network(loss, forms, coordinates), 4, least, _network(loss, forms, bend)
                ),
                len(chosen),
            )
    return HigherOrder(None, len(chosen), least if len(chosen) == 1 else None)


def _candidates(kernel: Sequence[Vector]) -> Iterator[Vector]:
    """Vectors of a basis, their sums and differences."""
    number = 0
    for size in (1, 2):
        for chosen in combinations(kernel, size):
            for sign in (1, -1)[:size]:
                if number == MAX_CANDIDATES:
                    return
                number += 1
                parts = (chosen[0], *([sign * x for x in vector] for vector in chosen[1:]))
                yield tuple(map(Fraction, primitive(map(sum, zip(*parts, strict=True)))))


def _network(
    loss: EmpiricalLoss, forms: Sequence[NeuronForm], coordinates: Sequence[Fraction]
) -> ShallowNetwork:
    shifts, hidden, output = unpack(
        loss, 1, forms, [form.lines for form in forms], coordinates
    )
    return direction_network(loss.network, bias=shifts[0], hidden=hidden, output=output)


def _direction(
    loss: EmpiricalLoss, forms: Sequence[NeuronForm], coordinates: Vector
) -> _Direction:
    shifts, hidden, output = unpack(
        loss, 1, forms, [form.lines for form in forms], coordinates
    )
    size = loss.network.output_dimension
    moves = []
    first = list(shifts[0]) * len(loss.forms)
    second, third = [_ZERO] * len(first), [_ZERO] * len(first)
    for form in forms:
        outgoing = loss.network.output_weights[form.number]
        step = output[form.number]
        x = hidden[form.number]
        changes = [sum(map(mul, x, point), x[-1]) for point in loss.data.inputs]
        moves.append(changes)
        for i, y in enumerate(changes):
            for k in range(size):
                place = i * size + k
                mixed = form.lines.slopes[i] * y
                first[place] += mixed * outgoing[k] + form.values[i] * step[k]
                second[place] += mixed * step[k]
                if form.curvature is not None:
                    second[place] += y * y * outgoing[k]
                    third[place] += y * y * step[k]
    return _Direction(
        coordinates, moves, [output[form.number] for form in forms], first, second, third
    )


def _inner(loss: EmpiricalLoss, left: Sequence[Fraction], right: Sequence[Fraction]) -> Fraction:
    """The inner product of outputs; copies of an input count."""
    size = loss.network.output_dimension
    return sum(
        (
            weight * left[i * size + k] * right[i * size + k]
            for i, weight in enumerate(loss.data.weights)
            for k in range(size)
        ),
        _ZERO,
    )


def _residual_inner(loss: EmpiricalLoss, values: Sequence[Fraction]) -> Fraction:
    return sum(map(mul, (x for row in loss.residuals for x in row), values), _ZERO)


def _linear_part(
    loss: EmpiricalLoss, forms: Sequence[NeuronForm], d: _Direction
) -> list[Fraction]:
    """l(e) = 2 <f2(d), f1(e)> + 2 <f1(d), f12(d, e)> + 2 <r, Df3(d) e>, for each coordinate."""
    size, count = loss.network.output_dimension, len(loss.forms)
    weights = loss.data.weights
    first = [[weights[i] * d.first[i * size + k] for k in range(size)] for i in range(count)]
    second = [[weights[i] * d.second[i * size + k] for k in range(size)] for i in range(count)]
    linear = [2 * sum((row[k] for row in second), _ZERO) for k in range(size)]
    for form, moves, step in zip(forms, d.moves, d.output, strict=True):
        outgoing = loss.network.output_weights[form.number]
        curved = form.curvature is not None
        slopes = form.lines.slopes
        # The weight of a change of the preactivation at input i.
        pulls = []
        for i, y in enumerate(moves):
            pull = slopes[i] * (_dot(second[i], outgoing) + _dot(first[i], step))
            if curved:
                pull += 2 * y * (_dot(first[i], outgoing) + _dot(loss.residuals[i], step))
            pulls.append(pull)
        for vector in form.lines.basis:
            linear.append(2 * sum(
                (
                    pull * sum(map(mul, vector, point), vector[-1])
                    for pull, point in zip(pulls, loss.data.inputs, strict=True)
                ),
                _ZERO,
            ))
        for k in range(size):
            linear.append(2 * sum(
                (
                    second[i][k] * form.values[i]
                    + first[i][k] * slopes[i] * y
                    + (loss.residuals[i][k] * y * y if curved else 0)
                    for i, y in enumerate(moves)
                ),
                _ZERO,
            ))
    return linear


def _dot(left: Sequence[Fraction], right: Sequence[Fraction]) -> Fraction:
    return sum(map(mul, left, right), _ZERO)
