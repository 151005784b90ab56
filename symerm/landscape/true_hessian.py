"""The Hessian of the true loss on an interval, exact, in all or some of the parameters.

Second derivatives are 2 int (d_a f)(d_b f) + 2 int r (d_a d_b f).  For act(z) = max(z, gamma z)
the second part couples only parameters of one neuron: 2 int x act' r for (w, v), 2 int act' r for
(b, v), and, for a kink t inside the interval, 2 v (1 - gamma) r(t) / |w| times t^2, t, 1 for
(w, w), (w, b), (b, b) (Cheridito, Jentzen, Rossmannek 2021; checked in proofs/).  The loss is
twice differentiable where no kink with v != 0 stands at an end of the interval or at a jump of
the target, and no neuron is degenerate: at w = b = 0 the derivative in v has a kink, even if v = 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flint import fmpq

from symerm.arithmetic.flint_rationals import from_flint, to_flint
from symerm.arrangements.neuron_types import NeuronType
from symerm.errors import InputError
from symerm.landscape.true_loss import Hidden, TrueLoss

__all__ = ["hessian_scalars", "parameter_positions", "residual_at_kink", "true_hessian"]

Matrix = list[list[Fraction]]


def parameter_positions(width: int, numbers: Sequence[int]) -> list[int]:
    """Where the parameters of some neurons, and the output bias, stand among all parameters.

    The order is that of `symerm.networks.parameter_vector` for one input and one output: hidden
    weights, hidden biases, output weights, output bias.

    Examples
    --------
    >>> parameter_positions(3, [2])
    [2, 5, 8, 9]
    """
    return [*(block * width + j for block in range(3) for j in numbers), 3 * width]


def residual_at_kink(loss: TrueLoss, neuron: Hidden) -> tuple[Fraction, Fraction]:
    """The residual just left and just right of a kink inside the interval."""
    kink = neuron.kink
    if kink is None or neuron.type is not NeuronType.TYPE_2_ACTIVE:
        raise InputError("the neuron has no kink inside the interval")
    sides = (loss.taylor(kink, side) for side in (-1, 1))
    left, right = ((row[0] if row else Fraction(0)) for row in sides)
    return left, right


def true_hessian(
    loss: TrueLoss, numbers: Sequence[int] | None = None, *, lower: bool = False
) -> Matrix:
    """The second derivatives in the parameters of some neurons and the output bias.

    Parameters
    ----------
    loss : TrueLoss
    numbers : sequence of int, optional
        Neurons whose parameters vary, counted from 0; by default all.
    lower : bool
        At a kink on a jump of the target take the smaller of the two one-sided curvatures, a
        lower bound of both, instead of refusing.

    Returns
    -------
    list of rows of Fractions
        In the order of `parameter_positions`.

    Raises
    ------
    InputError
        If the loss is not twice differentiable in these parameters.

    Examples
    --------
    >>> from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
    >>> from symerm.networks.shallow import ShallowNetwork
    >>> one, zero = Fraction(1), Fraction(0)
    >>> line = PiecewisePolynomial((zero, one), ((zero, one),))
    >>> affine = ShallowNetwork(((one,),), (one,), ((one,),), (zero,))
    >>> for row in true_hessian(TrueLoss(affine, line)):
    ...     print(*row)
    2/3 1 8/3 1
    1 2 5 2
    8/3 5 14/3 3
    1 2 3 2
    """
    chosen = list(range(loss.network.width)) if numbers is None else list(numbers)
    matrix = hessian_scalars(loss, chosen, lower=lower)
    return [[from_flint(entry) for entry in row] for row in matrix]


def hessian_scalars(
    loss: TrueLoss, numbers: Sequence[int], *, lower: bool = False
) -> list[list[Any]]:
    """`true_hessian` in the arithmetic of `TrueLoss.scalars`."""
    if loss.network.activation.is_piecewise_linear:
        return _piecewise_linear(loss, numbers, lower)
    return _quadratic(loss, numbers)


def _piecewise_linear(loss: TrueLoss, chosen: Sequence[int], lower: bool) -> list[list[Any]]:
    count = len(chosen)
    size = 3 * count + 1
    matrix = [[fmpq(0)] * size for _ in range(size)]
    start, stop = map(to_flint, loss.interval)
    gamma = to_flint(loss.negative_slope)
    hidden = [loss.hidden[j] for j in chosen]
    values = [loss.scalars[j] for j in chosen]
    # Where act' changes: a place among the knots, the last one if nowhere; its values there.
    places = [_place(loss, h) for h in hidden]
    slopes = [_slopes(h, gamma) for h in hidden]
    kinks = [loss.knot_scalars[place] for place in places]

    def powers(a: Any, b: Any) -> tuple[Any, Any, Any]:
        return b - a, (b * b - a * a) / 2, (b * b * b - a * a * a) / 3

    heads = [powers(start, kink) for kink in kinks]
    tails = [powers(kink, stop) for kink in kinks]
    for i, (w, b, v) in enumerate(values):
        for j in range(i, count):
            first, second = (i, j) if places[i] <= places[j] else (j, i)
            outer = slopes[first][0] * slopes[second][0], slopes[first][1] * slopes[second][1]
            g0, g1, g2 = (
                outer[0] * x + outer[1] * y
                for x, y in zip(heads[first], tails[second], strict=True)
            )
            if places[i] != places[j]:
                mixed = slopes[first][1] * slopes[second][0]
                if mixed:
                    between = powers(kinks[first], kinks[second])
                    g0, g1, g2 = g0 + mixed * between[0], g1 + mixed * between[1], g2 + (
                        mixed * between[2]
                    )
            other_w, other_b, other_v = values[j]
            product = v * other_v
            block = (
                (product * g2, product * g1, v * (other_w * g2 + other_b * g1)),
                (product * g1, product * g0, v * (other_w * g1 + other_b * g0)),
                (
                    other_v * (w * g2 + b * g1),
                    other_v * (w * g1 + b * g0),
                    w * other_w * g2 + (w * other_b + b * other_w) * g1 + b * other_b * g0,
                ),
            )
            for k in range(3):
                for m in range(3):
                    entry = 2 * block[k][m]
                    matrix[k * count + i][m * count + j] = entry
                    matrix[m * count + j][k * count + i] = entry
        head, tail = heads[i], tails[i]
        g0, g1 = (slopes[i][0] * head[k] + slopes[i][1] * tail[k] for k in range(2))
        for k, entry in enumerate((v * g1, v * g0, w * g1 + b * g0)):
            matrix[k * count + i][-1] = matrix[-1][k * count + i] = 2 * entry
        _add_curvature(matrix, loss, chosen[i], i, count, lower)
    matrix[-1][-1] = 2 * (stop - start)
    return matrix


def _add_curvature(
    matrix: list[list[Any]], loss: TrueLoss, number: int, i: int, count: int, lower: bool
) -> None:
    """The part 2 int r (d_a d_b f) of one neuron."""
    neuron = loss.hidden[number]
    at_an_end = neuron.kink in loss.interval and not neuron.flat
    if neuron.type is NeuronType.DEGENERATE or at_an_end:
        raise InputError(
            f"neuron {number + 1} is degenerate or has its kink at an end of the interval: there "
            "is no Hessian"
        )
    zeroth, once = loss.active_moments(number)
    for k, entry in ((0, 2 * once), (1, 2 * zeroth)):
        row, column = k * count + i, 2 * count + i
        matrix[row][column] += entry
        matrix[column][row] = matrix[row][column]
    w, _, v = loss.scalars[number]
    # Not `neuron.flat`: in a box around v = 0 the curvature is not zero.
    if v == 0:
        return
    if neuron.type is NeuronType.TYPE_2_ACTIVE and neuron.kink is not None:
        place = loss.position[neuron.kink]
        t = loss.knot_scalars[place]
        # A continuous target has one value; a kink between its knots makes none.
        value = _evaluate(loss.residual[place], t)
        if neuron.kink in loss.target.knots:
            left, right = residual_at_kink(loss, neuron)
            if left != right and not lower:
                raise InputError(
                    f"the target jumps at the kink of neuron {number + 1}: there is no Hessian"
                )
            if neuron.output * left < neuron.output * right:
                value = _evaluate(loss.residual[place - 1], t)
        gamma = to_flint(loss.negative_slope)
        factor = 2 * (1 - gamma) * v * value / (w if neuron.weight > 0 else -w)
        row, column = i, count + i
        matrix[row][row] += factor * t * t
        matrix[column][column] += factor
        matrix[row][column] += factor * t
        matrix[column][row] = matrix[row][column]


def _place(loss: TrueLoss, neuron: Hidden) -> int:
    if neuron.type is NeuronType.TYPE_2_ACTIVE and neuron.kink is not None:
        return loss.position[neuron.kink]
    return len(loss.knots) - 1


def _slopes(neuron: Hidden, gamma: fmpq) -> tuple[fmpq, fmpq]:
    """The values of act' left and right of the kink, or everywhere."""
    one = fmpq(1)
    if neuron.type is NeuronType.TYPE_2_ACTIVE:
        return (gamma, one) if neuron.weight > 0 else (one, gamma)
    silent = neuron.type in (NeuronType.INACTIVE, NeuronType.SEMI_INACTIVE)
    value = gamma if silent else one
    return value, value


def _evaluate(row: Sequence[Any], x: Any) -> Any:
    total = fmpq(0)
    for coefficient in reversed(row):
        total = total * x + coefficient
    return total


def _quadratic(loss: TrueLoss, chosen: Sequence[int]) -> list[list[Any]]:
    """For f = c + sum v (w x + b)^2: derivatives are polynomials of degree at most 2."""
    start, stop = map(to_flint, loss.interval)
    power = [(stop**k - start**k) / k for k in range(1, 6)]
    mass, first, second = (sums[-1] for sums in loss.moments)
    count = len(chosen)
    values = [loss.scalars[j] for j in chosen]
    zero = fmpq(0)
    rows = [
        *((zero, 2 * v * b, 2 * v * w) for w, b, v in values),
        *((2 * v * b, 2 * v * w, zero) for w, b, v in values),
        *((b * b, 2 * w * b, w * w) for w, b, v in values),
        (fmpq(1), zero, zero),
    ]
    matrix = [
        [
            2 * sum((x * y * power[m + n] for m, x in enumerate(p) for n, y in enumerate(q)), zero)
            for q in rows
        ]
        for p in rows
    ]
    for i, (w, b, v) in enumerate(values):
        for k, m, entry in (
            (0, 0, 2 * v * second),
            (0, 1, 2 * v * first),
            (1, 1, 2 * v * mass),
            (0, 2, 2 * (w * second + b * first)),
            (1, 2, 2 * (w * first + b * mass)),
        ):
            row, column = k * count + i, m * count + i
            matrix[row][column] += 2 * entry
            if row != column:
                matrix[column][row] += 2 * entry
    return matrix
