"""Small networks with many coincidences, and datasets at which they are critical."""

from __future__ import annotations

from fractions import Fraction

import empirical_oracle as oracle
from hypothesis import strategies as st

from symerm.networks import ShallowNetwork
from symerm.problem.architecture import RELU, Activation

LEAKY = Activation("leaky", Fraction(1, 3))
QUADRATIC = Activation("quadratic")

small = st.builds(Fraction, st.sampled_from([0, 0, 1, -1, 1, -1, 2, -2, 3]))
rational = st.builds(Fraction, st.integers(-4, 4), st.sampled_from([1, 1, 2, 3]))
activations = st.sampled_from([RELU, LEAKY, QUADRATIC])
one_or_two = st.integers(1, 2)


def rows(count, size, entries):
    return st.tuples(*[st.tuples(*[entries] * size)] * count)


@st.composite
def inputs_and_networks(draw, *, activation=activations, outputs=one_or_two, width=3):
    """Inputs on a small grid and neurons of all kinds: degenerate, repeated, opposite, flat."""
    p, q, d = draw(st.integers(1, 2)), draw(outputs), draw(st.integers(1, width))
    inputs = draw(rows(draw(st.integers(2, 6)), p, st.builds(Fraction, st.integers(-2, 2))))
    neurons = []
    for _ in range(d):
        kind = draw(st.sampled_from(["free", "free", "kink", "degenerate", "again"]))
        weights = draw(st.tuples(*[small] * p))
        bias = draw(small) + draw(st.sampled_from([Fraction(0), Fraction(1, 2)]))
        if kind == "kink":
            point = draw(st.sampled_from(inputs))
            bias = -sum((w * s for w, s in zip(weights, point, strict=True)), Fraction(0))
        elif kind == "degenerate":
            weights, bias = (Fraction(0),) * p, Fraction(0)
        elif kind == "again" and neurons:
            earlier, offset = draw(st.sampled_from(neurons))
            factor = draw(st.sampled_from([1, -1, 2]))
            weights, bias = tuple(factor * w for w in earlier), factor * offset
        neurons.append((weights, bias))
    still = (Fraction(0),) * q
    outgoing = draw(
        st.tuples(*[st.one_of(st.just(still), *[st.tuples(*[small] * q)] * 3)] * d)
    )
    network = ShallowNetwork(
        tuple(weights for weights, _ in neurons),
        tuple(bias for _, bias in neurons),
        outgoing,
        draw(st.tuples(*[small] * q)),
        draw(activation),
    )
    return inputs, network


@st.composite
def networks_with_data(draw, **options):
    """Any responses: most of these networks are not critical."""
    inputs, network = draw(inputs_and_networks(**options))
    targets = draw(rows(len(inputs), network.output_dimension, rational))
    return network, inputs, targets


@st.composite
def critical_cases(draw, **options):
    """Responses at which the derivative vanishes, one-sided at kinks with some slope."""
    inputs, network = draw(inputs_and_networks(**options))
    scale = draw(st.sampled_from([Fraction(1), Fraction(1, 10), Fraction(1, 100), Fraction(5)]))
    size = len(inputs) * network.output_dimension
    factors = [scale * x for x in draw(st.tuples(*[st.integers(-3, 3)] * size))]
    slopes = [Fraction(0), Fraction(1, 2), Fraction(1), network.activation.negative_slope]
    at_zero = draw(st.tuples(*[st.sampled_from(slopes)] * network.width))
    targets = oracle.critical_outputs(network, inputs, factors, at_zero=at_zero)
    if targets is None:
        targets = tuple(tuple(oracle.outputs(network, point)) for point in inputs)
    return network, inputs, targets
