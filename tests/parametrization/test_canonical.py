"""The canonical form: what it is invariant under, and what it tells apart."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import permutations, product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from parametrization_cases import (
    boxes,
    evaluate,
    matrix_rank,
    network_of,
    neurons_of,
    positive,
    same_function,
    scaled,
    shallow,
    vectors,
)

from symerm.arithmetic.linalg import primitive
from symerm.errors import UnsupportedError
from symerm.networks import ShallowNetwork
from symerm.parametrization.canonical import canonical_network
from symerm.parametrization.kink_networks import (
    kink_form_in,
    linear_remainder,
    network_of_form,
)
from symerm.parametrization.kinks import kink_form
from symerm.problem.architecture import RELU, Activation


@given(shallow(), st.booleans(), st.data())
def test_it_keeps_the_function_and_is_its_own_form(network, keep, data) -> None:
    form = canonical_network(network, keep_redundant=keep)
    point = data.draw(vectors(network.input_dimension))
    assert evaluate(form, point) == evaluate(network, point)
    assert canonical_network(form, keep_redundant=keep) == form
    assert form.width == network.width if keep else form.width <= network.width


@given(shallow(width=(1, 4)), st.booleans(), st.data())
def test_permuting_and_scaling_do_not_change_it(network, keep, data) -> None:
    other = data.draw(same_function(network, kinds=("permute", "scale")))
    first, second = (canonical_network(each, keep_redundant=keep) for each in (network, other))
    assert first == second


@given(shallow(width=(1, 4)), st.data())
def test_splitting_and_dead_neurons_do_not_change_the_reduced_form(network, data) -> None:
    other = data.draw(same_function(network, kinds=("permute", "scale", "split", "dead")))
    assert canonical_network(network) == canonical_network(other)


def equivalent(first, second) -> bool:
    """Whether a permutation and positive scalings turn one network into the other, by trial."""
    if (first.width, first.output_biases) != (second.width, second.output_biases):
        return False

    def same(one, other) -> bool:
        a, b = (*one[0], one[1]), (*other[0], other[1])
        # (a, v) and (b, u) are (s a, v / s): parallel as rays in both parts, with a v = b u.
        if [primitive(a), primitive(one[2])] != [primitive(b), primitive(other[2])]:
            return False
        return all(x * v == y * u for x, y in zip(a, b, strict=True)
                   for v, u in zip(one[2], other[2], strict=True))

    ours = neurons_of(first)
    return any(
        all(same(x, y) for x, y in zip(ours, order, strict=True))
        for order in permutations(neurons_of(second))
    )


@given(shallow(width=(1, 3)), shallow(width=(1, 3)), st.data())
def test_equal_forms_are_equivalence(first, second, data) -> None:
    if data.draw(st.booleans()):
        second = data.draw(same_function(first, kinds=("permute", "scale")))
        changed = neurons_of(second)
        k = data.draw(st.integers(0, len(changed) - 1))
        changed[k] = data.draw(st.sampled_from([
            changed[k], scaled(changed[k], data.draw(positive)),
            (changed[k][0], changed[k][1] + 1, changed[k][2]),
        ]))  # fmt: skip
        second = network_of(changed, second.output_biases, second.activation)
    assume(first.input_dimension == second.input_dimension)
    assume(first.output_dimension == second.output_dimension)
    second = ShallowNetwork(
        second.hidden_weights, second.hidden_biases, second.output_weights,
        second.output_biases, first.activation,
    )
    forms = [canonical_network(each, keep_redundant=True) for each in (first, second)]
    assert (forms[0] == forms[1]) == equivalent(first, second)


@given(shallow(inputs=(2, 3), width=(1, 3)), st.data())
def test_equal_functions_with_independent_jumps_have_equal_forms(network, data) -> None:
    kinks = kink_form(network).kinks
    jumps = [[d * n for d in kink.jump for n in kink.normal] for kink in kinks]
    assume(matrix_rank(jumps) == len(jumps) == network.width)
    # Any facings of the same kinks: the function is the same only for the same facings.
    for flipped in product((False, True), repeat=len(kinks)):
        neurons = []
        for kink, turn in zip(kinks, flipped, strict=True):
            sign, gamma = -1 if turn else 1, network.activation.negative_slope
            neurons.append((
                tuple(Fraction(sign * n) for n in kink.normal), Fraction(sign * kink.offset),
                tuple(d / (1 - gamma) for d in kink.jump),
            ))  # fmt: skip
        other = network_of(neurons, network.output_biases, network.activation)
        difference = kink_form(network) - kink_form(other)
        same = not difference.kinks and not any(map(any, difference.matrix))
        forms = [canonical_network(each) for each in (other, network)]
        first, second = ((form.hidden_weights, form.hidden_biases) for form in forms)
        assert same == (first == second)


def test_facings_may_differ_for_equal_functions() -> None:
    one, zero = Fraction(1), Fraction(0)
    right = ShallowNetwork(((one,), (one,)), (zero, -one), ((one,), (-one,)), (zero,))
    left = ShallowNetwork(((-one,), (-one,)), (zero, one), ((one,), (-one,)), (one,))
    assert (kink_form(right) - kink_form(left)).is_zero
    assert canonical_network(right) != canonical_network(left)
    # The form of the function does not depend on the network.
    assert network_of_form(kink_form(right)) == network_of_form(kink_form(left))


@given(st.data())
def test_the_network_of_a_form_realises_it_and_depends_on_the_function_alone(data) -> None:
    network = data.draw(shallow(width=(1, 3)))
    other = data.draw(same_function(network))
    box = data.draw(boxes(network.input_dimension))
    form = kink_form(network, box)
    built = network_of_form(form, network.activation)
    assert (kink_form_in(form.dimension, built, box) - form).is_zero
    assert built == network_of_form(kink_form(other, box), network.activation)


@given(st.data())
def test_any_facings_and_doubled_kinks_realise_the_form(data) -> None:
    network = data.draw(shallow(width=(1, 4)))
    box = data.draw(boxes(network.input_dimension))
    form = kink_form(network, box)
    indices = range(len(form.kinks))
    flipped = [k for k in indices if data.draw(st.booleans())]
    doubled = []
    for k in indices:
        if data.draw(st.booleans()):
            normals = [form.kinks[j].normal for j in [*doubled, k]]
            if matrix_rank(normals) == len(normals):
                doubled.append(k)
    built = network_of_form(form, network.activation, flipped=flipped, doubled=doubled)
    assert (kink_form_in(form.dimension, built, box) - form).is_zero
    normals = [form.kinks[k].normal for k in doubled]
    rest = linear_remainder(form, network.activation, flipped)
    modulo = matrix_rank([*normals, *rest]) - matrix_rank(normals)
    most = len(form.kinks) + len(doubled) + (2 if box is None else 1) * modulo
    assert built.width <= most


def test_smooth_activations_are_refused() -> None:
    one = Fraction(1)
    network = ShallowNetwork(((one,),), (one,), ((one,),), (one,), Activation("logistic"))
    with pytest.raises(UnsupportedError, match="relu or leaky, not logistic"):
        canonical_network(network)


def test_a_constant_neuron_goes_into_the_bias() -> None:
    one, zero = Fraction(1), Fraction(0)
    leaky = Activation("leaky", Fraction(1, 4))
    network = ShallowNetwork(
        ((zero,), (zero,)), (2 * one, -4 * one), ((one,), (one,)), (one,), leaky
    )
    assert canonical_network(network) == ShallowNetwork((), (), (), (2 * one,), leaky)


def test_wide_networks() -> None:
    rng = random.Random(0)

    def vector(size):
        return tuple(Fraction(rng.randrange(-(2**52), 2**52), 2**50) for _ in range(size))

    network = network_of(
        [(vector(5), vector(1)[0], vector(1)) for _ in range(200)], vector(1), RELU
    )
    found = canonical_network(network)
    assert found.width == 200
    assert canonical_network(found) == found
