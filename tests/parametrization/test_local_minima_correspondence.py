"""Certified local minima on N*, and the radius they have among realizations, at samples."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from stability_cases import restricted_networks, unit

from symerm.errors import InputError
from symerm.parametrization.balanced import BalancedNetwork, BalancedNeuron, gradient_distance
from symerm.parametrization.local_minima import (
    certified_minimum,
    check_realization,
    planted_outputs,
)

ZERO, ONE = Fraction(0), Fraction(1)


def sample(source, count, dimension):
    return tuple(
        tuple(Fraction(source.randint(-8, 8)) for _ in range(dimension)) for _ in range(count)
    )


def loss(network, inputs, outputs):
    return sum(
        (y - value) ** 2
        for x, row in zip(inputs, outputs, strict=True)
        for y, value in zip(row, network(x), strict=True)
    )


def rounded(network):
    """A network of N* near another one, with parameters that are rational."""
    neurons = []
    for neuron in network.neurons:
        size = Fraction(round(float(neuron.square) ** 0.5 * 2**40), 2**40)
        neurons.append(BalancedNeuron(neuron.direction, neuron.outputs, size * size))
    return BalancedNetwork(network.input_dimension, network.output_dimension, tuple(neurons))


def moved(gamma, source, amount, *, turned=True):
    """A network of N* whose parameters differ from those of gamma by at most about an amount."""
    neurons = []
    for neuron in gamma.neurons:
        size = Fraction(round(float(neuron.square) ** 0.5 * 2**30), 2**30)
        if turned:
            step = [amount * Fraction(source.randint(-100, 100), 100) for _ in neuron.direction]
            weights = [size * u + s for u, s in zip(neuron.direction, step, strict=True)]
            weights[-2:] = [max(w, amount / 1000) for w in weights[-2:]]
        else:
            scale = abs(size + amount * Fraction(source.randint(-100, 100), 100)) or size
            weights = [scale * u for u in neuron.direction]
        outputs = [size * v + amount * Fraction(source.randint(-100, 100), 100)
                   for v in neuron.outputs]
        top = max(map(abs, weights))
        neurons.append(BalancedNeuron(unit(weights), unit(outputs), top * top))
    return BalancedNetwork(gamma.input_dimension, gamma.output_dimension, tuple(neurons))


@st.composite
def minima(draw):
    d, q = draw(st.sampled_from([(2, 1), (2, 2), (3, 1)]))
    gamma = rounded(draw(restricted_networks(d, q, max_width=3)))
    assume(all(not neuron.is_zero for neuron in gamma.neurons))
    source = random.Random(draw(st.integers(0, 10**9)))
    inputs = sample(source, gamma.width * d + 3, d)
    outputs = planted_outputs(gamma, inputs)
    try:
        minimum = certified_minimum(gamma, inputs, outputs)
    except InputError:
        assume(False)
    return minimum, source


@given(minima())
@settings(max_examples=40)
def test_no_parameters_within_the_radius_are_better(case):
    minimum, source = case
    radius = Fraction(int(float(minimum.radius_squared) ** 0.5 * 2**20), 2**20)
    assert minimum.loss == loss(minimum.gamma, minimum.inputs, minimum.outputs)
    for share in (ONE, ONE / 2, ONE / 50):
        for _ in range(5):
            other = moved(minimum.gamma, source, share * radius * 9 / 10)
            mine, theirs = (n.rational_network() for n in (minimum.gamma, other))
            gap = max(
                abs(x - y)
                for a, b in zip(
                    (*mine.hidden_weights, *mine.output_weights),
                    (*theirs.hidden_weights, *theirs.output_weights), strict=True,
                )
                for x, y in zip(a, b, strict=True)
            )
            if gap <= radius:
                assert loss(other, minimum.inputs, minimum.outputs) >= minimum.loss


@given(minima())
@settings(max_examples=40)
def test_no_realization_within_the_transferred_radius_is_better(case):
    minimum, source = case
    assert minimum.published_radius < minimum.realization_radius
    amount = Fraction(int(float(minimum.radius_squared) ** 0.5 * 2**20), 2**20)
    inside = 0
    for trial in range(12):
        # A function that near has the same kinks: the margin of a neuron is at most its size.
        other = moved(minimum.gamma, source, amount, turned=trial % 4 == 0)
        check = check_realization(minimum, other)
        assert check.function_distance == gradient_distance(minimum.gamma, other)
        assert check.loss == loss(other, minimum.inputs, minimum.outputs)
        assert check.holds
        inside += check.within
        if trial % 4:
            amount = amount * 3 / 2 if check.within else amount / 3
    assert inside


def test_beyond_the_radius_there_is_something_better():
    """A neuron that is not active at any point is a minimum, and not a global one."""
    gamma = BalancedNetwork(2, 1, (BalancedNeuron((ONE, ONE), (ONE,), ONE),))
    inputs, outputs = ((-ONE, -ONE), (ONE, -2 * ONE)), ((ONE,), (3 * ONE,))
    minimum = certified_minimum(gamma, inputs, outputs)
    assert minimum.loss == 10
    assert minimum.radius_squared == Fraction(1, 9)
    assert minimum.realization_radius == Fraction(1, 36)
    assert minimum.published_radius == Fraction(1, 144)
    # max(4 x1 + x2, 0) is 2 at the second point.
    better = BalancedNetwork(2, 1, (BalancedNeuron((ONE, ONE / 4), (ONE,), 4 * ONE),))
    check = check_realization(minimum, better)
    assert check.loss == 2
    assert not check.within
    assert not check.parameters_within
    assert check.holds
    # The radius 1/3 is that of the kink: a = (4/3, 2/3) is as good, just beyond the loss falls.
    for weights, sign in (((4 * ONE / 3, 2 * ONE / 3), 0), ((4 * ONE / 3, 3 * ONE / 5), -1)):
        size = weights[0]
        turned = BalancedNetwork(2, 1, (BalancedNeuron(unit(weights), (ONE,), size * size),))
        change = loss(turned, inputs, outputs) - minimum.loss
        assert (change > 0) - (change < 0) == sign


def test_what_is_not_certified():
    ramp = BalancedNetwork(2, 1, (BalancedNeuron((ONE, ONE), (ONE,), ONE),))
    with pytest.raises(InputError, match="every point is fitted"):
        certified_minimum(ramp, ((ONE, ONE),), ((2 * ONE,),))
    with pytest.raises(InputError, match="not orthogonal to the inputs at which neuron 1"):
        certified_minimum(ramp, ((ONE, ONE),), ((3 * ONE,),))
    with pytest.raises(InputError, match="lies on a kink"):
        certified_minimum(ramp, ((ONE, -ONE),), ((3 * ONE,),))
    with pytest.raises(InputError, match="lies on a kink"):
        certified_minimum(ramp.padded(2), ((-ONE, -ONE),), ((3 * ONE,),))
    with pytest.raises(InputError, match="add inputs"):
        planted_outputs(ramp, ((ONE, ONE),))
    minimum = certified_minimum(ramp, ((-ONE, -ONE),), ((3 * ONE,),))
    with pytest.raises(InputError, match="has width 2, more than the 1"):
        check_realization(minimum, ramp.padded(2))
