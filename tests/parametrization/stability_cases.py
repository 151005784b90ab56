"""Small exact networks for inverse stability, and independent evaluations of them."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations, product

import mpmath
from hypothesis import strategies as st

from symerm.networks import ShallowNetwork
from symerm.parametrization.balanced import BalancedNetwork, BalancedNeuron

small = st.builds(Fraction, st.integers(-4, 4), st.sampled_from([1, 1, 1, 2, 3]))
positive = st.builds(Fraction, st.integers(1, 6), st.sampled_from([1, 1, 2, 3]))


def vectors(size, entries=small):
    return st.tuples(*[entries] * size)


@st.composite
def biased_networks(draw, *, max_inputs=2, max_outputs=2, max_width=4):
    p, q = draw(st.integers(1, max_inputs)), draw(st.integers(1, max_outputs))
    m = draw(st.integers(1, max_width))
    return ShallowNetwork(
        tuple(draw(vectors(p)) for _ in range(m)),
        draw(vectors(m)),
        tuple(draw(vectors(q)) for _ in range(m)),
        draw(vectors(q)),
    )


def unit(vector):
    size = max(map(abs, vector))
    return tuple(x / size for x in vector)


@st.composite
def balanced_neurons(draw, inputs, outputs, *, tilts=None):
    """A neuron of N*; its direction is one of few, so that networks share kinks."""
    last = positive if tilts is None else st.sampled_from(tilts)
    head = st.sampled_from([Fraction(x) for x in (-1, 0, 1)])
    direction = (*draw(vectors(inputs - 2, head)), draw(last), draw(last))
    values = draw(vectors(outputs).filter(any))
    return BalancedNeuron(unit(direction), unit(values), draw(positive))


@st.composite
def restricted_networks(draw, inputs, outputs, *, max_width=4, tilts=None):
    width = draw(st.integers(1, max_width))
    neurons = {}
    for _ in range(width):
        neuron = draw(balanced_neurons(inputs, outputs, tilts=tilts))
        neurons.setdefault(neuron.direction, neuron)
    found = BalancedNetwork(inputs, outputs, tuple(neurons.values()))
    return found.padded(width)


@st.composite
def pairs(draw, *, inputs=(2, 3), max_outputs=2, max_width=4):
    """Two networks of N* that share some neurons."""
    d, q = draw(st.sampled_from(inputs)), draw(st.integers(1, max_outputs))
    first, second = (draw(restricted_networks(d, q, max_width=max_width)) for _ in range(2))
    if draw(st.booleans()):
        moved = draw(st.lists(st.sampled_from(first.neurons), max_size=2, unique=True))
        kept = [n for n in second.neurons if n.direction not in {m.direction for m in moved}]
        second = BalancedNetwork(d, q, (*moved, *kept))
    return first, second


def entries(network):
    """The parameters of each neuron, with many digits."""
    return [
        [mpmath.sign(x) * mpmath.sqrt(abs(mpmath.mpf(x.numerator) / x.denominator))
         for x in neuron.entry_squares]
        for neuron in network.neurons
    ]


def brute_force_distance(first, second):
    """min over all orders of the largest difference."""
    ours, theirs = entries(first), entries(second)
    return min(
        max(
            abs(x - y)
            for mine, other in zip(ours, order, strict=True)
            for x, y in zip(mine, other, strict=True)
        )
        for order in permutations(theirs)
    )


def derivative(network, point):
    """The Jacobian of a bias-free network at a point off its kinks, row by row."""
    rows = [[Fraction(0)] * network.input_dimension for _ in range(network.output_dimension)]
    for neuron in network.neurons:
        if sum(u * x for u, x in zip(neuron.direction, point, strict=True)) > 0:
            for i, k in product(range(network.output_dimension), range(network.input_dimension)):
                rows[i][k] += neuron.square * neuron.outputs[i] * neuron.direction[k]
    return rows


def derivative_distance_at(first, second, point):
    return max(
        abs(x - y)
        for one, other in zip(derivative(first, point), derivative(second, point), strict=True)
        for x, y in zip(one, other, strict=True)
    )
