"""The difference of two networks of any depth as one network with activation max(z, 0).

max(z, gamma z) = max(z, 0) - gamma max(-z, 0) replaces leaky neurons by pairs on the same
hyperplane, and max(h, 0) = h for h >= 0 fills up the layers of the shallower network: neither adds
a kink.  Then both run side by side and their outputs are subtracted.  On a box the inputs are
first clipped, x -> l + max(x - l, 0) - max(x - u, 0), so that outside only values of the boundary
return.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symerm.networks.deep import DeepNetwork, Layer
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.kinks import Box
from symerm.problem.architecture import RELU

__all__ = ["difference_network"]

Vector = tuple[Fraction, ...]
Network = ShallowNetwork | DeepNetwork
_ZERO, _ONE = Fraction(0), Fraction(1)


def difference_network(
    first: Network, second: Network, *, dimension: int, box: Box | None = None
) -> DeepNetwork:
    """The network x -> first(x) - second(x), with x clipped to the box if there is one.

    Parameters
    ----------
    first, second : ShallowNetwork or DeepNetwork
        Piecewise-linear activations, not necessarily the same, and equally many outputs.
    dimension : int
        Number p of inputs; a network whose first layer has no neurons takes any number.
    box : p pairs of Fractions, optional

    Examples
    --------
    >>> one, zero = Fraction(1), Fraction(0)
    >>> bend = ShallowNetwork(((one,),), (zero,), ((one,),), (zero,))
    >>> line = DeepNetwork((Layer(((one,),), (zero,)),))
    >>> difference_network(bend, line, dimension=1)((-2 * one,))
    (Fraction(2, 1),)
    >>> difference_network(bend, line, dimension=1, box=((-one, one),))((-2 * one,))
    (Fraction(1, 1),)
    """
    stacks = [_relu_layers(network, dimension) for network in (first, second)]
    depth = max(2, *map(len, stacks))
    one, other = (_filled(layers, depth) for layers in stacks)
    layers = [_stacked(one[0], other[0], shared=True)]
    layers += [_stacked(x, y, shared=False) for x, y in zip(one[1:-1], other[1:-1], strict=True)]
    layers.append(
        Layer(
            tuple(
                (*row, *(-w for w in minus))
                for row, minus in zip(one[-1].weights, other[-1].weights, strict=True)
            ),
            tuple(x - y for x, y in zip(one[-1].biases, other[-1].biases, strict=True)),
        )
    )
    if box is not None:
        layers[:1] = _clipped(layers[0], box)
    return DeepNetwork(tuple(layers), RELU)


def _relu_layers(network: Network, dimension: int) -> list[Layer]:
    """Layers of the same function with activation max(z, 0) between them."""
    deep = network if isinstance(network, DeepNetwork) else DeepNetwork.from_shallow(network)
    layers = list(deep.layers)
    if not layers[0].width:
        # A constant: one neuron of value zero keeps the inputs.
        layers = [Layer(((_ZERO,) * dimension,), (_ZERO,)), _constant(deep)]
    gamma = deep.activation.negative_slope
    if not gamma:
        return layers
    for k in range(len(layers) - 1):
        layers[k] = _with_opposites(layers[k])
        following = layers[k + 1]
        layers[k + 1] = Layer(
            tuple((*row, *(-gamma * w for w in row)) for row in following.weights),
            following.biases,
        )
    return layers


def _constant(network: DeepNetwork) -> Layer:
    return Layer(((_ZERO,),) * network.output_dimension, network(()))


def _with_opposites(layer: Layer) -> Layer:
    return Layer(
        (*layer.weights, *(tuple(-w for w in row) for row in layer.weights)),
        (*layer.biases, *(-b for b in layer.biases)),
    )


def _filled(layers: list[Layer], depth: int) -> list[Layer]:
    """As many layers as wanted, at least two."""
    if len(layers) == 1:
        (affine,) = layers
        layers = [_with_opposites(affine), _difference_of_halves(affine.width)]
    width = layers[-2].width
    identity = Layer(_identity(width), (_ZERO,) * width)
    return [*layers[:-1], *[identity] * (depth - len(layers)), layers[-1]]


def _difference_of_halves(size: int) -> Layer:
    """max(y, 0) - max(-y, 0) = y for every output."""
    return Layer(
        tuple((*row, *(-w for w in row)) for row in _identity(size)), (_ZERO,) * size
    )


def _identity(size: int) -> tuple[Vector, ...]:
    return tuple(tuple(_ONE if i == k else _ZERO for k in range(size)) for i in range(size))


def _stacked(first: Layer, second: Layer, *, shared: bool) -> Layer:
    """Two layers side by side, on the same inputs or each on its own."""
    before, after = (_ZERO,) * first.input_dimension, (_ZERO,) * second.input_dimension
    rows: Sequence[Vector] = (
        (*first.weights, *second.weights)
        if shared
        else (
            *((*row, *after) for row in first.weights),
            *((*before, *row) for row in second.weights),
        )
    )
    return Layer(tuple(rows), (*first.biases, *second.biases))


def _clipped(layer: Layer, box: Box) -> list[Layer]:
    """The layer after clipping its inputs to a box, as two layers."""
    units = _identity(len(box))
    clip = Layer(
        (*units, *units), (*(-low for low, _ in box), *(-high for _, high in box))
    )
    lows = [low for low, _ in box]
    after = Layer(
        tuple((*row, *(-w for w in row)) for row in layer.weights),
        tuple(
            bias + sum((w * low for w, low in zip(row, lows, strict=True)), _ZERO)
            for row, bias in zip(layer.weights, layer.biases, strict=True)
        ),
    )
    return [clip, after]
