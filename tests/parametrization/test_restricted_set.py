"""N*: its conditions, lifting to it and back, and the one parametrization of a function in it."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stability_cases import biased_networks, restricted_networks, small, vectors

from symerm.errors import InputError, UnsupportedError
from symerm.networks import ShallowNetwork
from symerm.parametrization.balanced import BalancedNetwork, BalancedNeuron, balance
from symerm.parametrization.restricted_set import (
    from_restricted_set,
    require_restricted,
    restricted_form,
    restricted_membership,
    to_restricted_set,
)
from symerm.problem.architecture import parse_activation

ZERO, ONE = Fraction(0), Fraction(1)


def bias_free(weights, outputs):
    return ShallowNetwork(
        tuple(tuple(map(Fraction, row)) for row in weights),
        (ZERO,) * len(weights),
        tuple(tuple(map(Fraction, row)) for row in outputs),
        (ZERO,) * len(outputs[0]),
    )


@given(biased_networks(), st.data())
def test_the_lifted_network_agrees_on_the_slice_and_is_in_the_set(network, data):
    lifted = to_restricted_set(network)
    assert lifted.width == network.width + 1
    assert lifted.input_dimension == network.input_dimension + 2
    assert restricted_membership(lifted).holds
    again = from_restricted_set(lifted)
    for _ in range(5):
        x = data.draw(vectors(network.input_dimension))
        assert lifted((*x, ONE, -ONE)) == network(x)
        # An input of a network without neurons has no dimension of its own.
        assert again(x) == network(x)


@given(restricted_networks(4, 2))
def test_lowering_a_network_keeps_it_on_the_slice(network):
    lowered = from_restricted_set(network)
    source = random.Random(1)
    for _ in range(6):
        x = tuple(Fraction(source.randint(-9, 9), 4) for _ in range(2))
        assert lowered(x) == network((*x, ONE, -ONE))


@given(st.lists(st.tuples(vectors(3), vectors(2)), min_size=1, max_size=4), vectors(3))
def test_balancing_keeps_the_function_and_the_products(neurons, point):
    network = bias_free(*zip(*neurons, strict=True))
    balanced = balance(network)
    assert balanced(point) == network(point) == balanced.function_network()(point)
    for neuron, (weights, outputs) in zip(balanced.neurons, neurons, strict=True):
        assert neuron.jump == tuple(tuple(v * w for w in weights) for v in outputs)
        norms = [max(abs(x) for x in part)
                 for part in (neuron.entry_squares[:3], neuron.entry_squares[3:])]
        assert norms == [neuron.square] * 2
    width = Fraction(1, 10**12)
    for neuron, bounds in zip(balanced.neurons, balanced.enclosure(width), strict=True):
        for square, (low, high) in zip(neuron.entry_squares, bounds, strict=True):
            assert low * abs(low) <= square <= high * abs(high)
            assert high - low <= width


def test_each_condition_is_named():
    inside = bias_free([(1, 1), (2, 1)], [(1,), (-2,)])
    assert restricted_membership(inside).holds
    assert require_restricted(inside).rational_network() == inside
    cases = {
        "condition 1: neuron 2 is not balanced, its largest weights are |a| = 2 and |c| = 1":
            bias_free([(1, 1), (2, 1)], [(1,), (-1,)]),
        "condition 1: neuron 1 is not balanced, its largest weights are |a| = 1 and |c| = 0":
            bias_free([(1, 1)], [(0,)]),
        "condition 2: neurons 1 and 3 have the same direction":
            bias_free([(1, 1), (2, 1), (3, 3)], [(1,), (2,), (3,)]),
        "condition 3: the last two weights of neuron 1 are not both positive":
            bias_free([(2, 0, 1)], [(2,)]),
    }
    for reason, network in cases.items():
        assert restricted_membership(network).reasons[0] == reason
        with pytest.raises(InputError, match="the network is not in the restricted set: cond"):
            require_restricted(network)
    every = bias_free([(1, -1), (2, -2)], [(3,), (2,)])
    assert [text[:11] for text in restricted_membership(every).reasons] == [
        "condition 1", "condition 2", "condition 3"
    ]
    zero_neurons = bias_free([(0, 0), (0, 0)], [(0,), (0,)])
    assert restricted_membership(zero_neurons).holds


def test_what_is_refused():
    biased = ShallowNetwork(((ONE, ONE),), (ONE,), ((ONE,),), (ZERO,))
    with pytest.raises(InputError, match="has biases; lift"):
        restricted_membership(biased)
    with pytest.raises(InputError, match="at least two inputs"):
        restricted_membership(bias_free([(1,)], [(1,)]))
    leaky = ShallowNetwork(((ONE,),), (ONE,), ((ONE,),), (ZERO,), parse_activation("leaky:1/10"))
    with pytest.raises(UnsupportedError, match="relu, not leaky:1/10"):
        to_restricted_set(leaky)
    with pytest.raises(InputError, match="less than two inputs"):
        from_restricted_set(BalancedNetwork(1, 1, ()))
    with pytest.raises(InputError, match="maximum norm 1"):
        BalancedNeuron((ONE,), (2 * ONE,), ONE)
    with pytest.raises(InputError, match="does not fit"):
        restricted_form(bias_free([(1, 1)], [(1,)])).padded(0)


@given(restricted_networks(3, 2), st.data())
def test_a_function_has_one_parametrization_up_to_order(network, data):
    """Scaled, split, permuted and hidden behind cancelling neurons it is found again."""
    neurons = []
    for neuron in network.neurons:
        scale = data.draw(st.sampled_from([ONE / 3, ONE, 2 * ONE]))
        weights = tuple(scale * u for u in neuron.direction)
        outputs = tuple(neuron.square * v / scale for v in neuron.outputs)
        share = data.draw(st.sampled_from([ZERO, ONE / 3, ONE]))
        neurons.append((weights, tuple(share * v for v in outputs)))
        neurons.append((weights, tuple((1 - share) * v for v in outputs)))
    # max(z, 0) - max(z, 0) on some other kink, and max(z, 0) - max(-z, 0) - z from three.
    other = data.draw(vectors(3).filter(any))
    neurons += [(other, (ONE, ZERO)), (other, (-ONE, ZERO))]
    order = data.draw(st.permutations(neurons))
    disguised = bias_free(*zip(*order, strict=True))
    found = restricted_form(disguised, width=network.width)
    assert sorted(map(str, found.neurons)) == sorted(map(str, network.neurons))


@given(st.lists(st.tuples(vectors(3), vectors(1)), min_size=1, max_size=4), st.data())
def test_the_restricted_form_realises_the_function_or_there_is_none(neurons, data):
    network = bias_free(*zip(*neurons, strict=True))
    try:
        form = restricted_form(network)
    except InputError:
        # On N* a function vanishes where all weights are inactive.
        centre = [(ZERO, -ONE, -9 * ONE), (ZERO, -9 * ONE, -ONE), (ZERO, -ONE, -ONE)]
        normals = [w for w, _ in neurons if any(w)]
        positive = [w for w in normals if w[1] > 0 and w[2] > 0]
        assert positive != normals or not all(
            network(x) == (ZERO,) for x in centre
            if all(sum(a * b for a, b in zip(w, x, strict=True)) <= 0 for w in positive)
        )
        return
    assert restricted_membership(form).holds
    for _ in range(5):
        point = data.draw(vectors(3, small))
        assert form(point) == network(point)


def test_mirrored_neurons_that_cancel_are_in_the_set():
    # max(z, 0) - max(-z, 0) = z for z = x1 + x2 and two multiples that sum to nothing linear.
    network = bias_free([(-1, -1), (1, 1), (-2, -2)], [(2,), (5,), (-1,)])
    form = restricted_form(network)
    assert [neuron.square for neuron in form.neurons] == [5, 0, 0]
    with pytest.raises(InputError, match="no network of the restricted set"):
        restricted_form(bias_free([(-1, -1)], [(1,)]))
    with pytest.raises(InputError, match="no network of the restricted set"):
        restricted_form(bias_free([(1, -1), (1, 1)], [(1,), (1,)]))
    with pytest.raises(InputError, match="2 kinks, more than a width of 1"):
        restricted_form(bias_free([(1, 2), (1, 1)], [(1,), (1,)]), width=1)
