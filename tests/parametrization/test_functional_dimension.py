"""The closed formula against ranks of Jacobians, two implementations, and at known values."""

from __future__ import annotations

import random
import time
from fractions import Fraction as F

import pytest
from degeneracy_cases import degenerate, jacobian_rows, moved, points_on_the_line
from hypothesis import given, settings
from hypothesis import strategies as st
from parametrization_cases import (
    LEAKY,
    boxes,
    matrix_rank,
    network_of,
    neurons_of,
    positive,
    scaled,
)

from symerm.errors import BudgetExceeded, InputError, UnsupportedError
from symerm.networks import DeepNetwork, Layer, ShallowNetwork, parameter_vector
from symerm.parametrization.functional_dimension import functional_dimension, intersection
from symerm.parametrization.hyperplane_groups import group_neurons
from symerm.parametrization.jacobian_rank import domain_chambers, jacobian_rank
from symerm.problem.architecture import RELU, Activation

with_box = degenerate().flatmap(
    lambda network: st.tuples(st.just(network), boxes(network.input_dimension))
)


def one_output(forms, outputs, activation=RELU):
    """A network with one input per column but the last, which holds the biases."""
    neurons = [
        (tuple(map(F, form[:-1])), F(form[-1]), tuple(map(F, out)))
        for form, out in zip(forms, outputs, strict=True)
    ]
    return network_of(neurons, (F(0),) * len(outputs[0]), activation)


@given(with_box)
def test_the_formula_is_the_rank_at_a_simplex_per_chamber(case):
    network, box = case
    found = functional_dimension(network, box=box)
    assert found.dimension == jacobian_rank(network, box=box).rank
    assert found.parameters == len(parameter_vector(network))


@given(degenerate(inputs=(1, 1)).flatmap(lambda n: st.tuples(st.just(n), boxes(1))))
def test_the_formula_is_the_rank_of_another_jacobian_on_the_line(case):
    network, box = case
    rows = [row for x in points_on_the_line(network, box) for row in jacobian_rows(network, x)]
    assert functional_dimension(network, box=box).dimension == matrix_rank(rows)


@settings(max_examples=30)
@given(degenerate(inputs=(2, 2), width=(1, 4), zero_neurons=False), st.randoms())
def test_no_points_have_a_larger_rank(network, chance):
    points = [(F(chance.randint(-99, 99), 7), F(chance.randint(-99, 99), 8)) for _ in range(60)]
    points = [
        x
        for x in points
        if all(b + sum(v * y for v, y in zip(w, x, strict=True)) for w, b, _ in neurons_of(network))
    ]
    rank = matrix_rank([row for x in points for row in jacobian_rows(network, x)])
    assert rank <= functional_dimension(network).dimension


@settings(max_examples=30)
@given(degenerate(inputs=(1, 2), width=(1, 4), zero_neurons=False).flatmap(
    lambda network: st.tuples(st.just(network), boxes(network.input_dimension))
))
def test_two_layers_as_a_deep_network(case):
    network, box = case
    deep = DeepNetwork.from_shallow(network)
    assert jacobian_rank(deep, box=box).rank == functional_dimension(network, box=box).dimension


@given(with_box, st.data())
def test_permutations_and_scalings_change_nothing(case, data):
    network, box = case
    neurons = [scaled(neuron, data.draw(positive)) for neuron in neurons_of(network)]
    other = network_of(
        data.draw(st.permutations(neurons)), network.output_biases, network.activation
    )
    one, two = functional_dimension(network, box=box), functional_dimension(other, box=box)
    assert (one.kink_part, one.affine_part, one.largest_nearby) == (
        two.kink_part, two.affine_part, two.largest_nearby
    )  # fmt: skip


@given(with_box, st.data())
def test_near_a_network_the_dimension_lies_between_its_own_and_the_largest(case, data):
    network, box = case
    found = functional_dimension(network, box=box)
    amounts = data.draw(st.lists(
        st.integers(-9, 9), min_size=found.parameters, max_size=found.parameters
    ))
    near = functional_dimension(moved(network, amounts), box=box).dimension
    assert found.dimension <= near <= found.largest_nearby <= found.generic
    if found.locally_constant:
        assert near == found.dimension


@given(with_box)
def test_the_largest_dimension_nearby_is_reached(case):
    network, box = case
    found = functional_dimension(network, box=box)
    rng = random.Random(5)
    centre = (
        (F(0),) * network.input_dimension
        if box is None
        else tuple((low + high) / 2 for low, high in box)
    )
    groups = group_neurons(network, box=box)
    inwards = dict.fromkeys(groups.zero)
    for group in groups.outside:
        inwards |= dict.fromkeys(group.neurons) if group.touches else {}
    neurons = []
    for j, (weights, bias, out) in enumerate(neurons_of(network)):
        weights = tuple(w + F(rng.randint(1, 10**6), 2**70) for w in weights)
        if j in inwards and box is not None:
            # Towards the centre of the box, or across it.
            middle = bias + sum(w * x for w, x in zip(weights, centre, strict=True))
            bias -= F(rng.randint(1, 10**6), 2**40) * ((middle > 0) - (middle < 0))
            if j in groups.zero:
                bias = -sum(w * x for w, x in zip(weights, centre, strict=True))
        else:
            bias += F(rng.randint(1, 10**6), 2**70)
        neurons.append((weights, bias, tuple(v + F(rng.randint(1, 10**6), 2**70) for v in out)))
    near = network_of(neurons, network.output_biases, network.activation)
    assert functional_dimension(near, box=box).dimension == found.largest_nearby


@pytest.mark.parametrize("gamma", [RELU, LEAKY])
@pytest.mark.parametrize(
    ("forms", "outputs", "dimension"),
    [
        # One neuron: p + q + q for the bias.
        ([(1, 0)], [(1,)], 3),
        ([(1, 2, 3)], [(1, 1, 1)], 8),
        # Without outputs only R^q times the activation is left.
        ([(1, 2, 3)], [(0, 0, 0)], 6),
        # The same kink twice: q + p r.  With q = 2 outputs may be independent.
        ([(1, 0, 0), (2, 0, 0)], [(1,), (3,)], 4),
        ([(1, 0, 0), (2, 0, 0)], [(1, 0), (3, 0)], 6),
        ([(1, 0, 0), (2, 0, 0)], [(1, 0), (0, 3)], 8),
        # Opposite neurons add V_P n V_N times Aff and R^q z.
        ([(1, 0, 0), (-1, 0, 0)], [(1,), (1,)], 6),
        ([(1, 0, 0), (-1, 0, 0)], [(1, 0), (0, 1)], 10),
        ([(1, 0, 0), (-1, 0, 0)], [(1, 0), (2, 0)], 9),
        ([(1, 0, 0), (-1, 0, 0)], [(1, 0), (0, 0)], 8),
        # A constant active neuron moves its kink in from infinity, but not alone: v times Aff.
        ([(0, 0, 1)], [(1,)], 3),
        ([(0, 0, 1)], [(1, 2)], 4),
        ([(0, 0, 1)], [(0, 0)], 2),
    ],
)
def test_values_by_hand(gamma, forms, outputs, dimension):
    network = one_output(forms, outputs, gamma)
    assert functional_dimension(network).dimension == dimension
    assert jacobian_rank(network).rank == dimension


def test_a_dead_constant_neuron_counts_for_leaky_slopes_only():
    forms, outputs = [(0, -1)], [(1,)]
    assert functional_dimension(one_output(forms, outputs)).dimension == 1
    assert functional_dimension(one_output(forms, outputs, LEAKY)).dimension == 2


def test_general_position_has_the_generic_value():
    rng = random.Random(1)
    for p, q, m in [(1, 1, 4), (2, 3, 5), (3, 2, 6)]:
        forms = [tuple(rng.randint(-99, 99) for _ in range(p + 1)) for _ in range(m)]
        outputs = [tuple(rng.randint(1, 9) for _ in range(q)) for _ in range(m)]
        found = functional_dimension(one_output(forms, outputs))
        assert found.dimension == found.generic == m * (p + q) + q
        assert found.locally_constant


def test_boxes_that_kinks_miss_or_touch():
    network = one_output([(1, 0, 0)], [(1,)])
    values = {
        box: functional_dimension(network, box=box)
        for box in [None, ((F(-1), F(1)),) * 2, ((F(0), F(1)),) * 2, ((F(1), F(2)),) * 2,
                    ((F(-1), F(0)),) * 2, ((F(-2), F(-1)),) * 2]
    }
    assert [found.dimension for found in values.values()] == [4, 4, 3, 3, 1, 1]
    # Where the kink only touches the box, it is seen after a small move.
    assert [found.largest_nearby for found in values.values()] == [4, 4, 4, 3, 4, 1]


def test_neurons_without_weights_are_named():
    network = one_output([(0, 0), (0, 0), (1, 0)], [(1,), (0,), (1,)])
    found = functional_dimension(network)
    assert (found.not_smooth, found.dimension, found.locally_constant) == ((0,), 3, False)


def test_networks_without_neurons_or_inputs():
    constant = ShallowNetwork((), (), (), (F(1), F(2)))
    assert functional_dimension(constant).dimension == 2
    assert functional_dimension(constant, box=((F(0), F(1)),)).dimension == 2
    assert jacobian_rank(constant, box=((F(0), F(1)),)).rank == 2
    no_inputs = network_of([((), F(1), (F(1),))], (F(0),), RELU)
    assert functional_dimension(no_inputs).dimension == 1 == jacobian_rank(no_inputs).rank


def test_intersections_of_spans():
    assert intersection([], [(F(1),)]) == ()
    assert intersection([(F(1), F(0))], [(F(0), F(1))]) == ()
    assert matrix_rank(intersection([(F(1), F(0)), (F(2), F(0))], [(F(3), F(0))])) == 1


def test_wide_networks_take_no_time():
    rng = random.Random(2)
    forms = [tuple(rng.randint(-3, 3) for _ in range(4)) for _ in range(50)]
    network = one_output(forms, [(rng.randint(-1, 1),) for _ in forms])
    start = time.process_time()
    assert functional_dimension(network).dimension > 50
    assert time.process_time() - start < 1


def test_errors():
    tanh = ShallowNetwork(((F(1),),), (F(0),), ((F(1),),), (F(0),), Activation("tanh"))
    for function in (functional_dimension, jacobian_rank):
        with pytest.raises(UnsupportedError, match="relu or leaky, not tanh"):
            function(tanh)
        with pytest.raises(InputError, match="2 sides"):
            function(one_output([(1, 0)], [(1,)]), box=((F(0), F(1)),) * 2)
    wide = one_output([(1, k) for k in range(9)], [(1,)] * 9)
    with pytest.raises(BudgetExceeded, match=r"more than 5 chambers \(at most 10"):
        jacobian_rank(wide, limit=5)
    with pytest.raises(BudgetExceeded, match=r"more than 5 chambers \(at most 10\)"):
        jacobian_rank(DeepNetwork.from_shallow(wide), limit=5)
    with pytest.raises(BudgetExceeded, match="more than 5 chambers"):
        jacobian_rank(DeepNetwork.from_shallow(wide), limit=5, box=((F(-20), F(20)),))


def saw(layers):
    """A tent, composed with itself."""
    first = Layer(((F(2),), (F(4),)), (F(0), F(-2)))
    again = Layer(((F(2), F(-2)), (F(4), F(-4))), (F(0), F(-2)))
    return DeepNetwork((first, *[again] * (layers - 1), Layer(((F(1), F(-1)),), (F(0),))))


def test_deep_chambers_within_a_box():
    network = saw(3)
    everywhere = domain_chambers(network)
    half = domain_chambers(network, box=((F(0), F(1, 2)),))
    assert len(half) == 4
    assert {cell.signs for cell in half} < {cell.signs for cell in everywhere}
    for cell in half:
        assert cell.contains(cell.witness)
        assert 0 < cell.witness[0] < F(1, 2)
        assert cell(cell.witness) == network(cell.witness)
    inside, outside = (jacobian_rank(network, box=box).rank for box in (((F(0), F(1)),), None))
    assert inside <= outside < len(parameter_vector(network))


def test_deep_networks_without_hidden_layers():
    affine = DeepNetwork((Layer(((F(1), F(2)),), (F(3),)),))
    for box in (None, ((F(0), F(1)),) * 2):
        assert jacobian_rank(affine, box=box).rank == 3
    (cell,) = domain_chambers(affine, box=((F(0), F(1)),) * 2)
    assert cell.contains((F(1), F(0)))
    assert not cell.contains((F(2), F(0)))
    assert cell((F(1), F(1))) == (6,)


def test_chambers_without_derivatives_are_skipped():
    # Where the first layer is inactive the second one's preactivation, without bias, is zero.
    first, second = Layer(((F(1),),), (F(0),)), Layer(((F(1),),), (F(0),))
    found = jacobian_rank(DeepNetwork((first, second, Layer(((F(1),),), (F(0),)))))
    assert (found.chambers, found.skipped, found.points) == (2, 1, 2)
    # For x > 0 the network is w3 (w2 (w1 x + b1) + b2) + b3: slope and value.
    assert found.rank == 2
