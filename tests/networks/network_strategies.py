"""Small exact networks and an independent evaluation of them, for the tests of this folder."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import strategies as st

from symerm.networks import DeepNetwork, Layer, ShallowNetwork
from symerm.problem.architecture import RELU, Activation

LEAKY = Activation("leaky", Fraction(1, 3))
#: Small numbers with many zeros and coincidences, so that degenerate cases are drawn often.
small = st.builds(Fraction, st.integers(-4, 4), st.sampled_from([1, 1, 1, 2, 3]))
dimensions = st.integers(1, 3)
activations = st.sampled_from([RELU, LEAKY])


def vectors(size):
    return st.tuples(*[small] * size)


def matrices(rows, columns):
    return st.tuples(*[vectors(columns)] * rows)


@st.composite
def shallow_networks(draw, *, inputs=dimensions, activation=activations, max_width=4):
    p, d, q = draw(inputs), draw(st.integers(1, max_width)), draw(st.integers(1, 2))
    return ShallowNetwork(
        draw(matrices(d, p)),
        draw(vectors(d)),
        draw(matrices(d, q)),
        draw(vectors(q)),
        draw(activation),
    )


@st.composite
def deep_networks(draw, *, inputs=dimensions, activation=activations, max_layers=4):
    sizes = [draw(inputs)]
    sizes += draw(st.lists(st.integers(1, 3), min_size=1, max_size=max_layers))
    layers = tuple(
        Layer(draw(matrices(after, before)), draw(vectors(after)))
        for before, after in pairwise(sizes)
    )
    return DeepNetwork(layers, draw(activation))


def networks(**options):
    return st.one_of(shallow_networks(**options), deep_networks(**options))


def evaluate(network, point):
    """(preactivations of each hidden layer, output), with loops and nothing of the package."""
    if isinstance(network, ShallowNetwork):
        outputs = range(len(network.output_biases))
        columns = [[row[k] for row in network.output_weights] for k in outputs]
        layers = [
            (network.hidden_weights, network.hidden_biases),
            (columns, network.output_biases),
        ]
    else:
        layers = [(layer.weights, layer.biases) for layer in network.layers]
    gamma = network.activation.negative_slope
    values, trace = list(point), []
    for number, (weights, biases) in enumerate(layers):
        if number:
            if network.activation.kind == "quadratic":
                values = [z * z for z in values]
            else:
                values = [max(z, gamma * z) for z in values]
        following = []
        for row, bias in zip(weights, biases, strict=True):
            total = bias
            for k, weight in enumerate(row):
                total += weight * values[k]
            following.append(total)
        values = following
        trace.append(tuple(values))
    return tuple(trace[:-1]), trace[-1]
