"""Derivatives of the realization with respect to the parameters, exact.

At a point s where no hidden preactivation vanishes, theta -> nu_theta(s) is smooth and its Jacobian
follows by back-propagation.  Where preactivations vanish the map still has one-sided directional
derivatives: max(z, gamma z) is positively homogeneous, so at z = 0 it sends dz to
max(dz, gamma dz), and these derivatives obey the chain rule because all maps are Lipschitz
(Shapiro 1990).  Directions are networks of the same shape as the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import islice
from typing import TypeVar, overload

from symerm.errors import InputError, UnsupportedError
from symerm.networks.deep import DeepNetwork, Layer
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Activation

__all__ = [
    "directional_derivative",
    "network_from_parameters",
    "parameter_vector",
    "realization_jacobian",
]

Vector = tuple[Fraction, ...]
Network = TypeVar("Network", ShallowNetwork, DeepNetwork)
_ZERO = Fraction(0)


def parameter_vector(network: ShallowNetwork | DeepNetwork) -> Vector:
    """All parameters in the order of the JSON form.

    Two layers: hidden_weights row by row, hidden_biases, output_weights row by row,
    output_biases.  Any depth: for each layer the weights row by row, then the biases.

    Examples
    --------
    >>> one = Fraction(1)
    >>> network = ShallowNetwork(((one, 2 * one),), (3 * one,), ((4 * one,),), (5 * one,))
    >>> [int(value) for value in parameter_vector(network)]
    [1, 2, 3, 4, 5]
    """
    return tuple(
        value
        for weights, biases in _groups(network)
        for row in (*weights, biases)
        for value in row
    )


@overload
def network_from_parameters(
    shape: ShallowNetwork, parameters: Sequence[Fraction]
) -> ShallowNetwork: ...
@overload
def network_from_parameters(shape: DeepNetwork, parameters: Sequence[Fraction]) -> DeepNetwork: ...
def network_from_parameters(
    shape: ShallowNetwork | DeepNetwork, parameters: Sequence[Fraction]
) -> ShallowNetwork | DeepNetwork:
    """The network with the shape and activation of `shape` and the given parameters.

    Parameters
    ----------
    shape : ShallowNetwork or DeepNetwork
    parameters : sequence of Fraction
        In the order of `parameter_vector`.

    Raises
    ------
    InputError
        If the number of parameters is not that of `shape`.
    """
    count = len(parameter_vector(shape))
    if len(parameters) != count:
        raise InputError(f"the network has {count} parameters but {len(parameters)} are given")
    rest = iter(parameters)
    filled = [
        (tuple(tuple(islice(rest, len(row))) for row in weights), tuple(islice(rest, len(biases))))
        for weights, biases in _groups(shape)
    ]
    if isinstance(shape, DeepNetwork):
        return DeepNetwork(tuple(Layer(*group) for group in filled), shape.activation)
    return ShallowNetwork(*filled[0], *filled[1], shape.activation)


def realization_jacobian(
    network: ShallowNetwork | DeepNetwork, point: Vector
) -> tuple[Vector, ...]:
    """The Jacobian of theta -> nu_theta(s) at a point s where it is smooth.

    Parameters
    ----------
    network : ShallowNetwork or DeepNetwork
    point : p Fractions

    Returns
    -------
    q rows of Fractions
        One column per parameter, in the order of `parameter_vector`.

    Raises
    ------
    InputError
        If a preactivation is zero and the activation has a kink there, or the point has the
        wrong dimension.
    UnsupportedError
        If the activation has no rational derivative.

    Examples
    --------
    >>> one = Fraction(1)
    >>> network = ShallowNetwork(((one,),), (one,), ((3 * one,),), (one,))
    >>> [int(entry) for entry in realization_jacobian(network, (2 * one,))[0]]
    [6, 3, 3, 1]
    """
    deep = _as_deep(network)
    _check_activation(deep.activation)
    hidden = [rows[0] for rows in deep.layer_values((point,))[:-1]]
    if deep.activation.is_piecewise_linear:
        for number, values in enumerate(hidden, start=1):
            if 0 in values:
                raise InputError(
                    f"the preactivation of neuron {values.index(Fraction(0)) + 1} in hidden layer "
                    f"{number} is zero at the point; use directional_derivative"
                )
    # Backwards: row k of `sensitivity` is the gradient of output k in the layer's values.
    size = deep.output_dimension
    sensitivity = [[Fraction(int(i == k)) for i in range(size)] for k in range(size)]
    blocks: list[list[tuple[list[Fraction], list[Fraction]]]] = []
    for number in reversed(range(len(deep.layers))):
        layer = deep.layers[number]
        below = point if not number else tuple(map(deep.activation, hidden[number - 1]))
        inputs = below[: layer.input_dimension]
        blocks.append([([g * x for g in row for x in inputs], row) for row in sensitivity])
        if number:
            slopes = [_slope(deep.activation, z) for z in hidden[number - 1]]
            sensitivity = [
                [
                    slope * sum((g * w[i] for g, w in zip(row, layer.weights, strict=True)), _ZERO)
                    for i, slope in enumerate(slopes)
                ]
                for row in sensitivity
            ]
    blocks.reverse()
    if isinstance(network, ShallowNetwork):
        # The two-layer form stores the output weights by neuron, not by output.
        width = network.width
        blocks[1] = [
            ([row[k * width + j] for j in range(width) for k in range(size)], bias)
            for row, bias in blocks[1]
        ]
    return tuple(
        tuple(entry for block in blocks for part in block[k] for entry in part)
        for k in range(size)
    )


def directional_derivative(network: Network, direction: Network, point: Vector) -> Vector:
    """The one-sided derivative lim (nu_{theta + t eta}(s) - nu_theta(s)) / t as t falls to 0.

    Parameters
    ----------
    network : ShallowNetwork or DeepNetwork
        The parameters theta.
    direction : network of the same kind and shape
        The direction eta; its activation is ignored.
    point : p Fractions
        Any point; preactivations may be zero.

    Returns
    -------
    q Fractions

    Raises
    ------
    InputError
        If the shapes differ or the point has the wrong dimension.
    UnsupportedError
        If the activation has no rational derivative.

    Examples
    --------
    >>> zero, one = Fraction(0), Fraction(1)
    >>> network = ShallowNetwork(((one,),), (zero,), ((one,),), (zero,))
    >>> up = ShallowNetwork(((zero,),), (one,), ((zero,),), (zero,))
    >>> down = ShallowNetwork(((zero,),), (-one,), ((zero,),), (zero,))
    >>> [directional_derivative(network, eta, (zero,))[0] for eta in (up, down)]
    [Fraction(1, 1), Fraction(0, 1)]
    """
    deep, eta = _as_deep(network), _as_deep(direction)
    _check_activation(deep.activation)
    if _shape(deep) != _shape(eta) or type(network) is not type(direction):
        raise InputError("the direction is not a network of the same shape as the network")
    hidden = deep.layer_values((point,))[:-1]
    values: Vector = point[: deep.input_dimension]
    change: Vector = (Fraction(0),) * len(values)
    for number, (layer, step) in enumerate(zip(deep.layers, eta.layers, strict=True)):
        change = tuple(
            sum((w * dx for w, dx in zip(row, change, strict=True)), db)
            + sum((dw * x for dw, x in zip(d_row, values, strict=True)), _ZERO)
            for row, d_row, db in zip(layer.weights, step.weights, step.biases, strict=True)
        )
        if number < len(hidden):
            before = hidden[number][0]
            values = tuple(map(deep.activation, before))
            change = tuple(
                _one_sided(deep.activation, z, dz) for z, dz in zip(before, change, strict=True)
            )
    return change


def _slope(activation: Activation, z: Fraction) -> Fraction:
    """The derivative of the activation where it is smooth."""
    if activation.kind == "quadratic":
        return 2 * z
    return Fraction(1) if z > 0 else activation.negative_slope


def _one_sided(activation: Activation, z: Fraction, dz: Fraction) -> Fraction:
    if activation.is_piecewise_linear and z == 0:
        return activation(dz)
    return _slope(activation, z) * dz


def _check_activation(activation: Activation) -> None:
    if not activation.is_piecewise_linear and activation.kind != "quadratic":
        raise UnsupportedError(
            f"the activation {activation.name} has no rational derivative; "
            "use relu, leaky:1/10 or quadratic"
        )


def _as_deep(network: ShallowNetwork | DeepNetwork) -> DeepNetwork:
    return network if isinstance(network, DeepNetwork) else DeepNetwork.from_shallow(network)


def _shape(network: DeepNetwork) -> list[tuple[int, int]]:
    return [(layer.input_dimension, layer.width) for layer in network.layers]


def _groups(
    network: ShallowNetwork | DeepNetwork,
) -> list[tuple[tuple[Vector, ...], Vector]]:
    if isinstance(network, DeepNetwork):
        return [(layer.weights, layer.biases) for layer in network.layers]
    return [
        (network.hidden_weights, network.hidden_biases),
        (network.output_weights, network.output_biases),
    ]
