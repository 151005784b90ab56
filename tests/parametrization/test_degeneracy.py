"""Degeneracies against corners of boxes, equality of functions, and what transformations do."""

from __future__ import annotations

from fractions import Fraction as F
from itertools import combinations, product

import pytest
from degeneracy_cases import degenerate
from hypothesis import given
from hypothesis import strategies as st
from parametrization_cases import LEAKY, boxes, network_of, neurons_of

from symerm.errors import BudgetExceeded, InputError, UnsupportedError
from symerm.networks import DeepNetwork, Layer, ShallowNetwork
from symerm.parametrization.deep_degeneracy import deep_degeneracy, scaling_orbit_dimension
from symerm.parametrization.degeneracy import degeneracy
from symerm.parametrization.kinks import kink_form
from symerm.parametrization.minimal import minimal_network
from symerm.problem.architecture import RELU, Activation

with_box = degenerate(width=(1, 4)).flatmap(
    lambda network: st.tuples(st.just(network), boxes(network.input_dimension))
)


def corners(network, box):
    """Points whose preactivations show the signs on a box, or on all of R^p by far points."""
    if box is not None:
        return list(product(*box))
    big = 10**6
    return [
        tuple(sign * big * w for w in weights)
        for weights, _, _ in neurons_of(network)
        for sign in (1, -1)
    ] + [(F(0),) * network.input_dimension]


@given(with_box)
def test_states_by_the_signs_at_corners(case):
    network, box = case
    found = degeneracy(network, box=box)
    for neuron, (weights, bias, out) in zip(found.neurons, neurons_of(network), strict=True):
        values = [
            bias + sum(w * x for w, x in zip(weights, point, strict=True))
            for point in corners(network, box)
        ]
        signs = (min(values) < 0, max(values) > 0)
        assert neuron.state == {
            (True, True): "kink", (True, False): "never-active", (False, True): "always-active",
            (False, False): "zero",
        }[signs]  # fmt: skip
        gamma = network.activation.negative_slope
        assert neuron.dead == all(max(z, gamma * z) == 0 for z in values)
        assert neuron.zero_output == (not any(out))
        norms = [max(map(abs, (*weights, bias))), max(map(abs, out))]
        assert [neuron.input_norm, neuron.output_norm] == norms
        assert neuron.balanced == (neuron.ratio == 1 or norms == [0, 0])


@given(with_box)
def test_dead_and_silent_neurons_can_be_left_out(case):
    network, box = case
    found = degeneracy(network, box=box)
    kept = [
        neuron for j, neuron in enumerate(neurons_of(network))
        if j not in found.dead and j not in found.zero_output
    ]
    if kept:
        less = network_of(kept, network.output_biases, network.activation)
        assert (kink_form(less, box) - kink_form(network, box)).is_zero
        assert degeneracy(less, box=box).dead == ()


@given(with_box)
def test_pairs_of_neurons_are_in_the_right_lists(case):
    network, box = case
    found = degeneracy(network, box=box)
    together = {
        frozenset(pair) for group in found.shared for pair in combinations(group.neurons, 2)
    }
    facing = {j: j in group.along for group in found.shared for j in group.neurons}
    parallel = {
        frozenset((i, j))
        for groups in found.parallel
        for one, two in combinations(groups, 2)
        for i in one.neurons
        for j in two.neurons
    }
    neurons = neurons_of(network)
    for i, j in combinations(range(network.width), 2):
        (u, a, _), (v, b, _) = neurons[i], neurons[j]
        if not any(u) or not any(v):
            assert not {frozenset((i, j))} & (together | parallel)
            continue
        multiples = all(u[k] * v[m] == u[m] * v[k] for k, m in product(range(len(u)), repeat=2))
        same = multiples and all(a * v[k] == b * u[k] for k in range(len(u)))
        assert (frozenset((i, j)) in together) == same
        assert (frozenset((i, j)) in parallel) == (multiples and not same)
        if same:
            inner = sum(x * y for x, y in zip(u, v, strict=True))
            assert (facing[i] == facing[j]) == (inner > 0)


@given(with_box)
def test_cancelling_hyperplanes_have_neurons_but_no_kink(case):
    network, box = case
    found = degeneracy(network, box=box)
    kinks = {(kink.normal, kink.offset) for kink in kink_form(network, box).kinks}
    places = {(group.normal, group.offset): group for group in found.groups.crossing}
    cancelling = {(group.normal, group.offset) for group in found.cancelling}
    assert kinks <= set(places)
    assert cancelling == {
        place for place, group in places.items()
        if place not in kinks and any(map(any, group.outputs))
    }


@given(with_box)
def test_the_width_is_bounded_by_what_a_longer_search_finds(case):
    network, box = case
    width = degeneracy(network, box=box).width
    full = minimal_network(network, box=box)
    assert width.kinks <= width.lower <= full.lower_bound <= full.width <= width.upper
    assert width.upper <= network.width


def test_an_example_with_everything():
    forms = [((1, 0), 0), ((2, 0), 0), ((-1, 0), 0), ((0, 1), -5), ((1, 0), 1), ((0, 0), -1)]
    outputs = [1, F(-1, 2), 3, 1, 1, 2]
    network = network_of(
        [(tuple(map(F, w)), F(b), (F(v),)) for (w, b), v in zip(forms, outputs, strict=True)],
        (F(1),),
        RELU,
    )
    found = degeneracy(network, box=((F(-1), F(1)),) * 2)
    assert [neuron.state for neuron in found.neurons] == [
        "kink", "kink", "kink", "never-active", "always-active", "never-active"
    ]  # fmt: skip
    assert (found.dead, found.zero_output, found.unbalanced) == ((3, 5), (), (1, 2, 3, 5))
    assert [(group.along, group.against) for group in found.shared] == [((0, 1), (2,))]
    assert [[group.offset for group in groups] for groups in found.parallel] == [[0, 1]]
    assert found.cancelling == ()
    assert (found.width.lower, found.width.upper) == (2, 2)


def test_errors():
    tanh = ShallowNetwork(((F(1),),), (F(0),), ((F(1),),), (F(0),), Activation("tanh"))
    with pytest.raises(UnsupportedError, match="tanh"):
        degeneracy(tanh)
    with pytest.raises(UnsupportedError, match="tanh"):
        deep_degeneracy(DeepNetwork.from_shallow(tanh))
    line = network_of([((F(1),), F(0), (F(1),))], (F(0),), RELU)
    with pytest.raises(InputError, match="2 sides"):
        degeneracy(line, box=((F(0), F(1)),) * 2)


@given(degenerate(width=(1, 3), inputs=(1, 2), zero_neurons=False).flatmap(
    lambda network: st.tuples(st.just(network), boxes(network.input_dimension))
))
def test_two_layers_seen_as_deep_ones(case):
    network, box = case
    shallow, deep = degeneracy(network, box=box), deep_degeneracy(
        DeepNetwork.from_shallow(network), box=box
    )
    states = [neuron.state for neuron in shallow.neurons]
    for state, places in (("never-active", deep.never_active),
                          ("always-active", deep.always_active)):
        assert [(0, j) for j, found in enumerate(states) if found == state] == list(places)
    assert deep.zero_output == tuple((0, j) for j in shallow.zero_output)
    assert deep.jacobian.rank == shallow.functional.dimension
    assert deep.scalings == network.width
    lower, upper = deep.fibre_bounds
    assert upper == shallow.fibre.first_order
    assert lower <= shallow.fibre.dimension <= upper


def test_scalings_of_deep_networks():
    one, zero = F(1), F(0)
    full = Layer(((one, one), (one, -one)), (one, one))
    last = Layer(((one, one),), (zero,))
    assert scaling_orbit_dimension(DeepNetwork((full, full, last))) == 4
    # A neuron with nothing going in or out has nothing to scale.
    dead = Layer(((zero, zero), (one, one)), (zero, one))
    cut = Layer(((zero, one),), (zero,))
    assert scaling_orbit_dimension(DeepNetwork((dead, cut))) == 1
    # Along a chain both scalings are seen.
    thin = Layer(((one,),), (zero,))
    assert scaling_orbit_dimension(DeepNetwork((thin, thin, thin))) == 2
    # Unless both act on the one weight between them only.
    empty = Layer(((zero,),), (zero,))
    assert scaling_orbit_dimension(DeepNetwork((empty, thin, empty))) == 1


def test_scaling_keeps_the_function_of_a_deep_network():
    first = Layer(((F(1), F(2)), (F(-1), F(1))), (F(1), F(0)))
    second = Layer(((F(1), F(-2)),), (F(1),))
    network = DeepNetwork((first, second, Layer(((F(3),),), (F(1),))), LEAKY)
    found = deep_degeneracy(network)
    assert found.scalings == 3
    assert found.fibre_bounds == (3, found.parameters - found.jacobian.rank)
    scaled = DeepNetwork(
        (
            Layer(((F(1), F(2)), (F(-5), F(5))), (F(1), F(0))),
            Layer(((F(1), F(-2, 5)),), (F(1),)),
            network.layers[2],
        ),
        LEAKY,
    )
    for point in product((F(-2), F(0), F(3)), repeat=2):
        assert scaled(point) == network(point)


def test_never_active_deep_neurons_on_a_box():
    network = DeepNetwork((
        Layer(((F(1),), (F(1),)), (F(0), F(-2))),
        Layer(((F(1), F(1)), (F(-1), F(0))), (F(-3), F(0))),
        Layer(((F(1), F(0)),), (F(0),)),
    ))
    on_box = deep_degeneracy(network, box=((F(0), F(1)),))
    assert on_box.never_active == ((0, 1), (1, 0), (1, 1))
    assert on_box.always_active == ((0, 0),)
    everywhere = deep_degeneracy(network)
    assert everywhere.never_active == ((1, 1),)
    assert everywhere.zero_output == ((1, 1),)
    with pytest.raises(BudgetExceeded, match="more than 1 chambers"):
        deep_degeneracy(network, limit=1)
