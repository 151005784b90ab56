"""Networks that realise a kink form: one neuron on every kink, and a rest that is linear.

With act(z) = max(z, gamma z) a single neuron on a kink z_H is v act(z_H) or v act(-z_H) with
(1 - gamma) v = delta_H; it also contributes the linear part gamma v n_H or -v n_H.  What remains of
the linear part A once S is the set of kinks whose neurons face against n_H is
M_S = A - gamma / (1 - gamma) sum_H delta_H n_H^T + kappa sum_{H in S} delta_H n_H^T with
kappa = (1 + gamma) / (1 - gamma).  Two neurons on one kink, or two with opposite weights, add any
c n_H^T; on a box one neuron that is positive there adds any matrix of rank one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from fractions import Fraction

from symerm.arithmetic.linalg import nullspace, primitive, row_reduce, solve
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.kinks import Box, KinkForm, kink_form
from symerm.problem.architecture import RELU, Activation

__all__ = ["kink_form_in", "linear_remainder", "network_of_form", "turning_factor"]

Vector = tuple[Fraction, ...]
Matrix = tuple[Vector, ...]
_ZERO = Fraction(0)


def kink_form_in(dimension: int, network: ShallowNetwork, box: Box | None = None) -> KinkForm:
    """The kink form of a network as a function of p variables, if it has none of its own.

    A network without neurons does not tell how many inputs it takes.

    Examples
    --------
    >>> kink_form_in(2, ShallowNetwork((), (), (), (_ZERO,))).matrix
    ((Fraction(0, 1), Fraction(0, 1)),)
    """
    form = kink_form(network, box)
    if network.width:
        return form
    matrix = ((_ZERO,) * dimension,) * form.outputs
    return replace(form, dimension=dimension, matrix=matrix)


def turning_factor(activation: Activation) -> Fraction:
    """kappa: turning the neuron of a kink changes the linear part by -kappa delta_H n_H^T.

    Examples
    --------
    >>> turning_factor(RELU), turning_factor(Activation("leaky", Fraction(1, 3)))
    (Fraction(1, 1), Fraction(2, 1))
    """
    gamma = activation.negative_slope
    return (1 + gamma) / (1 - gamma)


def linear_remainder(
    form: KinkForm, activation: Activation, flipped: Collection[int] = ()
) -> Matrix:
    """M_S: the linear part that single neurons on the kinks leave to others.

    Parameters
    ----------
    form : KinkForm
    activation : Activation
        relu or leaky.
    flipped : indices of kinks
        The set S of kinks whose neurons face against their normals.

    Returns
    -------
    q rows of p Fractions

    Examples
    --------
    A neuron on x = 0 with jump 2 that faces left has the slope -2 there, which a rest must undo:

    >>> one, zero = Fraction(1), Fraction(0)
    >>> form = kink_form(ShallowNetwork(((one,),), (zero,), ((2 * one,),), (zero,)))
    >>> linear_remainder(form, RELU, [0])
    ((Fraction(2, 1),),)
    """
    gamma = activation.negative_slope
    along, kappa = -gamma / (1 - gamma), turning_factor(activation)
    rest = [list(row) for row in form.matrix]
    for k, kink in enumerate(form.kinks):
        factor = along + kappa * (k in flipped)
        if factor:
            for row, jump in zip(rest, kink.jump, strict=True):
                if jump:
                    row[:] = [x + factor * jump * n for x, n in zip(row, kink.normal, strict=True)]
    return tuple(map(tuple, rest))


def network_of_form(
    form: KinkForm,
    activation: Activation = RELU,
    *,
    flipped: Collection[int] = (),
    doubled: Sequence[int] = (),
) -> ShallowNetwork:
    """A network that realises a kink form where the form holds.

    Without options it depends on the function alone: all neurons face along their normals, and
    the linear rest is written in its reduced row echelon form.

    Parameters
    ----------
    form : KinkForm
    activation : Activation
        relu or leaky.
    flipped : indices of kinks
        Their neurons face against their normals.
    doubled : indices of kinks with linearly independent normals
        Two opposite neurons on each of them take up what they can of the linear rest.

    Returns
    -------
    ShallowNetwork
        At most one neuron per kink, one more for those doubled, and for a linear rest of rank r
        another r on a box and 2 r on R^p; those with zero output are left out.

    Examples
    --------
    |x| + x / 2 from three neurons, and from two:

    >>> from symerm.parametrization.kinks import Kink
    >>> one, zero = Fraction(1), Fraction(0)
    >>> form = KinkForm(1, (Kink((1,), 0, (2 * one,)),), ((-one / 2,),), (zero,))
    >>> network_of_form(form).width
    3
    >>> short = network_of_form(form, doubled=[0])
    >>> short.output_weights, short((-one,)), short((one,))
    (((Fraction(1, 2),), (Fraction(3, 2),)), (Fraction(1, 2),), (Fraction(3, 2),))
    """
    gamma = activation.negative_slope
    rest = linear_remainder(form, activation, flipped)
    shares, rest = _taken_up(rest, [form.kinks[k].normal for k in doubled])
    neurons: list[tuple[Vector, Fraction, Vector]] = []
    for k, kink in enumerate(form.kinks):
        normal, offset = tuple(map(Fraction, kink.normal)), Fraction(kink.offset)
        output = tuple(jump / (1 - gamma) for jump in kink.jump)
        sign = -1 if k in flipped else 1
        if k in doubled:
            # Outputs v + u here and -u on the other side add (1 + gamma) u n_H^T, or its negative.
            share = shares[list(doubled).index(k)]
            moved = tuple(sign * x / (1 + gamma) for x in share)
            neurons.append(_neuron(normal, offset, -sign, tuple(-x for x in moved)))
            output = tuple(x + y for x, y in zip(output, moved, strict=True))
        neurons.append(_neuron(normal, offset, sign, output))
    neurons += _linear_neurons(rest, gamma, form.box)
    neurons = [neuron for neuron in neurons if any(neuron[2])]
    network = ShallowNetwork(
        tuple(weights for weights, _, _ in neurons),
        tuple(bias for _, bias, _ in neurons),
        tuple(output for _, _, output in neurons),
        (_ZERO,) * form.outputs,
        activation,
    )
    found = kink_form(network, form.box)
    return ShallowNetwork(
        network.hidden_weights,
        network.hidden_biases,
        network.output_weights,
        tuple(x - y for x, y in zip(form.offset, found.offset, strict=True)),
        activation,
    )


def _neuron(
    normal: Vector, offset: Fraction, sign: int, output: Vector
) -> tuple[Vector, Fraction, Vector]:
    return tuple(sign * n for n in normal), sign * offset, output


def _taken_up(rest: Matrix, normals: Sequence[Sequence[int]]) -> tuple[list[Vector], Matrix]:
    """M = sum_i c_i n_i^T + R with R of the least rank: the c_i and R.

    R agrees with M on the vectors orthogonal to all n_i, and is zero in the pivot columns.
    """
    if not normals:
        return [], rest
    columns = len(normals[0])
    _, pivots = row_reduce(normals)
    free = [k for k in range(columns) if k not in pivots]
    kernel = nullspace(normals)
    remaining = []
    for row in rest:
        values = {
            k: sum((x * y for x, y in zip(row, vector, strict=True)), _ZERO)
            for k, vector in zip(free, kernel, strict=True)
        }
        remaining.append(tuple(values.get(k, _ZERO) for k in range(columns)))
    transposed = list(zip(*normals, strict=True))
    shares = []
    for row, left in zip(rest, remaining, strict=True):
        share = solve(transposed, [x - y for x, y in zip(row, left, strict=True)])
        if share is None:
            raise ArithmeticError("a vector orthogonal to a kernel is outside the row space")
        shares.append(share)
    return list(zip(*shares, strict=True)), tuple(remaining)


def _linear_neurons(
    rest: Matrix, gamma: Fraction, box: Box | None
) -> list[tuple[Vector, Fraction, Vector]]:
    """Neurons that add a linear map of rank r: r on a box, 2 r on R^p."""
    rows, pivots = row_reduce(rest)
    neurons = []
    for row, pivot in zip(rows, pivots, strict=True):
        direction = tuple(map(Fraction, primitive(row)))
        output = tuple(line[pivot] / direction[pivot] for line in rest)
        if box is not None:
            lowest = sum(
                (
                    w * (low if w > 0 else high)
                    for w, (low, high) in zip(direction, box, strict=True)
                ),
                _ZERO,
            )
            neurons.append((direction, -lowest, output))
        else:
            half = tuple(x / (1 + gamma) for x in output)
            neurons.append(_neuron(direction, _ZERO, 1, half))
            neurons.append(_neuron(direction, _ZERO, -1, tuple(-x for x in half)))
    return neurons
