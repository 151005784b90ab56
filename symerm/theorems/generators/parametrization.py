"""Strategies for degenerate parameters, equal functions, and networks of the restricted set N*.

Neurons are multiples of few affine forms, so that hyperplanes coincide and kinks cancel; equal
functions arise by reordering, rescaling, splitting, cancelling and turning neurons.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.kink_networks import network_of_form
from symerm.parametrization.kinks import kink_form
from symerm.parametrization.stability import extremal_pair
from symerm.problem.architecture import RELU, Activation
from symerm.theorems.generators.basic import activations, rationals
from symerm.theorems.generators.basic import points as vectors

__all__ = [
    "degenerate_networks",
    "equal_pairs",
    "network_pairs",
    "restricted_networks",
    "restricted_pairs",
]

Vector = tuple[Fraction, ...]
#: w_1, .., w_p, b and the output weights of a neuron.
Neuron = tuple[Vector, Fraction, Vector]
Pair = tuple[ShallowNetwork, ShallowNetwork]

_ZERO, _ONE, _HALF = Fraction(0), Fraction(1), Fraction(1, 2)
_SCALES = (_ONE, -_ONE, 2 * _ONE, -2 * _ONE, _HALF, -_HALF)
_POSITIVE = (_ONE, 2 * _ONE, _HALF, 3 * _ONE)
_UNITS = rationals(bound=1, denominators=(1,))
_SMALL = rationals(bound=2, denominators=(1,))


def _network(
    neurons: list[Neuron], output_biases: Vector, activation: Activation
) -> ShallowNetwork:
    return ShallowNetwork(
        tuple(weights for weights, _, _ in neurons),
        tuple(bias for _, bias, _ in neurons),
        tuple(outputs for _, _, outputs in neurons),
        output_biases,
        activation,
    )


def _neurons(network: ShallowNetwork) -> list[Neuron]:
    return list(
        zip(
            network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
        )
    )


@st.composite
def degenerate_networks(
    draw: st.DrawFn,
    *,
    inputs: tuple[int, int] = (1, 2),
    outputs: tuple[int, int] = (1, 2),
    width: tuple[int, int] = (1, 4),
    forms: int = 2,
    constant: bool = True,
    activation: st.SearchStrategy[Activation] | None = None,
) -> ShallowNetwork:
    """Networks whose neurons often share hyperplanes, face both ways or have no output.

    Parameters
    ----------
    inputs, outputs, width : tuple of two int
        Least and largest sizes.
    forms : int
        Number of affine forms of which the neurons are multiples.
    constant : bool
        Whether neurons may have zero weights.
    activation : strategy of Activation, optional
        By default ReLU and leaky.

    Examples
    --------
    >>> from hypothesis import find
    >>> from symerm.parametrization.degeneracy import degeneracy
    >>> found = find(degenerate_networks(), lambda network: degeneracy(network).cancelling)
    >>> found.width
    2
    """
    p, q, m = (draw(st.integers(*sizes)) for sizes in (inputs, outputs, width))
    rows = vectors(p, entries=_UNITS)
    normals = rows if constant else rows.filter(any)
    pool = [(draw(normals), draw(_SMALL)) for _ in range(forms)]
    neurons = []
    for _ in range(m):
        weights, bias = draw(st.sampled_from(pool))
        scale = draw(st.sampled_from(_SCALES))
        neurons.append(
            (
                tuple(scale * w for w in weights),
                scale * bias,
                draw(vectors(q, entries=_SMALL)),
            )
        )
    act = draw(activations() if activation is None else activation)
    return _network(neurons, draw(vectors(q, entries=_UNITS)), act)


@st.composite
def equal_pairs(draw: st.DrawFn, *, base: st.SearchStrategy[ShallowNetwork] | None = None) -> Pair:
    """Two networks with the same function and different parameters.

    Parameters
    ----------
    base : strategy of ShallowNetwork, optional
        The first network, by default one of `degenerate_networks`.

    Examples
    --------
    >>> from hypothesis import find
    >>> first, second = find(equal_pairs(), lambda pair: pair[0].width < pair[1].width)
    >>> first((Fraction(3),)) == second((Fraction(3),))
    True
    """
    first = draw(degenerate_networks() if base is None else base)
    second = first
    for change in draw(
        st.lists(st.sampled_from((_reorder, _rescale, _split, _cancel, _turn)), max_size=2)
    ):
        second = draw(change(second, first.input_dimension))
    return first, second


@st.composite
def _reorder(draw: st.DrawFn, network: ShallowNetwork, inputs: int) -> ShallowNetwork:
    neurons = draw(st.permutations(_neurons(network)))
    return _network(list(neurons), network.output_biases, network.activation)


@st.composite
def _rescale(draw: st.DrawFn, network: ShallowNetwork, inputs: int) -> ShallowNetwork:
    neurons = []
    for weights, bias, outputs in _neurons(network):
        t = draw(st.sampled_from(_POSITIVE))
        neurons.append(
            (tuple(t * w for w in weights), t * bias, tuple(v / t for v in outputs))
        )
    return _network(neurons, network.output_biases, network.activation)


@st.composite
def _split(draw: st.DrawFn, network: ShallowNetwork, inputs: int) -> ShallowNetwork:
    """A neuron becomes two with a share of its output each."""
    neurons = _neurons(network)
    if not neurons:
        return network
    weights, bias, outputs = neurons.pop(draw(st.integers(0, len(neurons) - 1)))
    share = draw(st.sampled_from((_HALF, 2 * _ONE, -_ONE)))
    for part in (share, 1 - share):
        neurons.append((weights, bias, tuple(part * v for v in outputs)))
    return _network(neurons, network.output_biases, network.activation)


@st.composite
def _cancel(draw: st.DrawFn, network: ShallowNetwork, inputs: int) -> ShallowNetwork:
    """Pairs act(z) - act(-z) of forms z and s - z, whose sum (1 + gamma) s is a constant."""
    q, gamma = network.output_dimension, network.activation.negative_slope
    weights = draw(vectors(inputs, entries=_UNITS))
    bias, total = draw(_SMALL), draw(_UNITS)
    outputs = draw(vectors(q, entries=_UNITS))
    neurons = _neurons(network)
    for sign, offset in ((1, bias), (-1, total - bias)):
        for side in (1, -1):
            neurons.append(
                (
                    tuple(side * sign * w for w in weights),
                    side * offset,
                    tuple(side * v for v in outputs),
                )
            )
    biases = tuple(
        c - (1 + gamma) * total * v for c, v in zip(network.output_biases, outputs, strict=True)
    )
    return _network(neurons, biases, network.activation)


@st.composite
def _turn(draw: st.DrawFn, network: ShallowNetwork, inputs: int) -> ShallowNetwork:
    """One neuron on every kink that faces either way, and others for the linear rest."""
    if not network.width:
        return network
    form = kink_form(network)
    flipped = [k for k in range(len(form.kinks)) if draw(st.booleans())]
    return network_of_form(form, network.activation, flipped=flipped)


@st.composite
def network_pairs(draw: st.DrawFn) -> Pair:
    """Two networks with equal, nearly equal or independent functions.

    Examples
    --------
    >>> from hypothesis import find
    >>> first, second = find(network_pairs(), lambda pair: pair[0] != pair[1])
    >>> first.input_dimension == second.input_dimension
    True
    """
    first, second = draw(equal_pairs())
    kind = draw(
        st.sampled_from(("equal", "constant", "linear", "mirrored", "bias", "output", "other"))
    )
    if kind == "constant":
        second = replace(
            second, output_biases=(second.output_biases[0] + 1, *second.output_biases[1:])
        )
    elif kind == "linear":
        # act(z) - act(-z) is (1 + gamma) z, without a constant if the bias is zero.
        weights = draw(vectors(first.input_dimension, entries=_UNITS))
        outputs = draw(vectors(first.output_dimension, entries=_UNITS))
        opposite = tuple(-w for w in weights), _ZERO, tuple(-v for v in outputs)
        second = _network(
            [*_neurons(second), (weights, _ZERO, outputs), opposite],
            second.output_biases,
            second.activation,
        )
    elif kind in ("mirrored", "bias", "output") and second.width:
        neurons = _neurons(second)
        weights, bias, outputs = neurons[0]
        neurons[0] = {
            "mirrored": (tuple(-w for w in weights), -bias, tuple(-v for v in outputs)),
            "bias": (weights, bias + 1, outputs),
            "output": (weights, bias, (outputs[0] + 1, *outputs[1:])),
        }[kind]
        second = _network(neurons, second.output_biases, second.activation)
    elif kind == "other":
        p, q = first.input_dimension, first.output_dimension
        second = draw(degenerate_networks(inputs=(p, p), outputs=(q, q)))
    return first, second


@st.composite
def restricted_networks(
    draw: st.DrawFn,
    *,
    inputs: int = 2,
    outputs: int = 1,
    width: tuple[int, int] = (1, 3),
    member: bool = True,
) -> ShallowNetwork:
    """Rational bias-free ReLU networks of the restricted set N*, or near it.

    Parameters
    ----------
    inputs, outputs : int
    width : tuple of two int
    member : bool
        If False a neuron may be unbalanced, repeat a direction, or have weights of any signs.

    Examples
    --------
    >>> from hypothesis import find
    >>> from symerm.parametrization.restricted_set import restricted_membership
    >>> restricted_membership(find(restricted_networks(), lambda network: True)).holds
    True
    """
    tilts = st.sampled_from((_ONE, 2 * _ONE, _HALF))
    neurons: list[Neuron] = []
    seen = set[Vector]()
    for _ in range(draw(st.integers(*width))):
        last = (draw(tilts), draw(tilts))
        weights = (*draw(vectors(inputs - 2, entries=_UNITS)), *last)
        if not member and draw(st.booleans()):
            weights = draw(vectors(inputs, entries=_UNITS).filter(any))
        direction = _unit(weights)
        if direction in seen and (member or draw(st.booleans())):
            continue
        seen.add(direction)
        values = _unit(draw(vectors(outputs, entries=_UNITS).filter(any)))
        size = draw(st.sampled_from((_ONE, 2 * _ONE, _HALF, 3 * _ONE, Fraction(1, 8))))
        other = size
        if not member:
            other = draw(st.sampled_from((size, size, size, 2 * size, _ZERO)))
        neurons.append(
            (tuple(size * u for u in direction), _ZERO, tuple(other * v for v in values))
        )
    return _network(neurons, (_ZERO,) * outputs, RELU)


@st.composite
def restricted_pairs(draw: st.DrawFn, *, outputs: tuple[int, int] = (1, 2)) -> Pair:
    """Two networks of N* with common directions; the parameters of the second are balanced last.

    One in four is a pair with the largest possible ratio of the distances.

    Examples
    --------
    >>> from hypothesis import find
    >>> gamma, target = find(restricted_pairs(), lambda pair: pair[0].width == 2)
    >>> gamma.input_dimension == target.input_dimension
    True
    """
    q = draw(st.integers(*outputs))
    if draw(st.integers(0, 3)) == 0:
        d, m = draw(st.sampled_from(((2, 1), (2, 2), (2, 4), (3, 1), (3, 3))))
        tilt = draw(st.sampled_from((Fraction(1, 100), Fraction(1, 1000))))
        gamma, target = extremal_pair(d, m, outputs=q, tilt=tilt)
        first, second = gamma.rational_network(), target.rational_network()
        if first is not None and second is not None:
            return first, second
    d = draw(st.sampled_from((2, 2, 3)))
    first = draw(restricted_networks(inputs=d, outputs=q))
    second = draw(restricted_networks(inputs=d, outputs=q, width=(1, first.width)))
    if draw(st.booleans()):
        # Small changes of outputs, and neurons that grow or vanish.
        factors = [draw(st.sampled_from((_ZERO, _ONE, Fraction(9, 8)))) for _ in _neurons(first)]
        second = _network(
            [
                (tuple(f * w for w in weights), bias, tuple(f * v for v in values))
                for f, (weights, bias, values) in zip(factors, _neurons(first), strict=True)
            ],
            first.output_biases,
            RELU,
        )
    return first, second


def _unit(vector: Vector) -> Vector:
    size = max(map(abs, vector))
    return tuple(x / size for x in vector)
