"""Small networks with many coincidences, and changes that keep or change what they realise."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from symerm.networks import ShallowNetwork
from symerm.problem.architecture import RELU, Activation

LEAKY = Activation("leaky", Fraction(1, 3))
activations = st.sampled_from([RELU, LEAKY])
small = st.builds(Fraction, st.integers(-2, 2), st.sampled_from([1, 1, 1, 2]))
positive = st.builds(Fraction, st.integers(1, 5), st.integers(1, 3))


def vectors(size):
    return st.tuples(*[small] * size)


@st.composite
def shallow(draw, *, inputs=(1, 3), outputs=(1, 2), width=(0, 4), activation=activations):
    """Networks whose weights are so small that kinks coincide and facings compensate often."""
    p, q = draw(st.integers(*inputs)), draw(st.integers(*outputs))
    d = draw(st.integers(*width))
    return ShallowNetwork(
        tuple(draw(vectors(p)) for _ in range(d)),
        tuple(draw(small) for _ in range(d)),
        tuple(draw(vectors(q)) for _ in range(d)),
        draw(vectors(q)),
        draw(activation),
    )


@st.composite
def boxes(draw, dimension):
    """A box, or None for the whole space."""
    if draw(st.booleans()):
        return None
    lows = [draw(small) for _ in range(dimension)]
    return tuple((low, low + draw(positive)) for low in lows)


def neurons_of(network):
    return list(
        zip(network.hidden_weights, network.hidden_biases, network.output_weights, strict=True)
    )


def network_of(neurons, biases, activation):
    return ShallowNetwork(
        tuple(w for w, _, _ in neurons),
        tuple(b for _, b, _ in neurons),
        tuple(v for _, _, v in neurons),
        biases,
        activation,
    )


def scaled(neuron, factor):
    weights, bias, outputs = neuron
    return (
        tuple(factor * w for w in weights), factor * bias, tuple(v / factor for v in outputs)
    )


@st.composite
def same_function(draw, network, *, kinds=("permute", "scale", "split", "dead", "pair")):
    """A network with the same function, after some changes."""
    neurons, biases = neurons_of(network), network.output_biases
    p, q = network.input_dimension, network.output_dimension
    gamma = network.activation.negative_slope
    for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4)):
        if kind == "permute":
            neurons = list(draw(st.permutations(neurons)))
        elif kind == "scale":
            neurons = [scaled(neuron, draw(positive)) for neuron in neurons]
        elif kind == "split" and neurons:
            k = draw(st.integers(0, len(neurons) - 1))
            weights, bias, outputs = neurons[k]
            part = draw(vectors(q))
            rest = tuple(x - y for x, y in zip(outputs, part, strict=True))
            neurons[k] = scaled((weights, bias, part), draw(positive))
            neurons.append((weights, bias, rest))
        elif kind == "dead" and p:
            neurons.append((draw(vectors(p)), draw(small), (Fraction(0),) * q))
        elif kind == "pair" and p:
            # v act(z) - v act(-z) = (1 + gamma) v z, undone by another pair with -z' for z + z'.
            weights, bias, outputs = draw(vectors(p)), draw(small), draw(vectors(q))
            other, shift = draw(vectors(p)), draw(small)
            total = tuple(x + y for x, y in zip(weights, other, strict=True))
            for w, b, sign in ((weights, bias, 1), (other, shift, 1), (total, bias + shift, -1)):
                for side in (1, -1):
                    neurons.append(
                        (
                            tuple(side * x for x in w), side * b,
                            tuple(sign * side * v for v in outputs),
                        )
                    )
            constant = draw(small)
            neurons.append(((Fraction(0),) * p, constant, outputs))
            value = constant if constant > 0 else gamma * constant
            biases = tuple(x - value * v for x, v in zip(biases, outputs, strict=True))
    return network_of(neurons, biases, network.activation)


def evaluate(network, point):
    """The value, with loops and nothing of the package."""
    gamma = network.activation.negative_slope
    total = list(network.output_biases)
    for weights, bias, outputs in neurons_of(network):
        z = bias
        for w, x in zip(weights, point, strict=True):
            z += w * x
        z = max(z, gamma * z)
        total = [t + z * v for t, v in zip(total, outputs, strict=True)]
    return tuple(total)


def matrix_rank(matrix) -> int:
    """By elimination, with Fractions."""
    rows, found = [list(map(Fraction, row)) for row in matrix], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((i for i in range(found, len(rows)) if rows[i][column]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for i in range(found + 1, len(rows)):
            factor = rows[i][column] / rows[found][column]
            rows[i] = [x - factor * y for x, y in zip(rows[i], rows[found], strict=True)]
        found += 1
    return found
