"""The dimension of the fibre against Groebner bases, first order, and curves within it."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from degeneracy_cases import degenerate, fibre_by_groebner, local_dimension
from hypothesis import given, settings
from hypothesis import strategies as st
from parametrization_cases import (
    LEAKY,
    boxes,
    network_of,
    neurons_of,
    positive,
    scaled,
)
from sympy import symbols

from symerm.parametrization.fibre import _product_fibre, _strata_dimension, fibre_dimension
from symerm.parametrization.functional_dimension import functional_dimension
from symerm.parametrization.hyperplane_groups import group_neurons
from symerm.problem.architecture import RELU

with_box = degenerate(zero_neurons=False).flatmap(
    lambda network: st.tuples(st.just(network), boxes(network.input_dimension))
)
#: Small enough for Groebner bases; boxes that kinks at 0 cross or touch.
tiny = st.one_of(
    degenerate(inputs=(1, 1), outputs=(1, 1), width=(1, 3), zero_neurons=False),
    degenerate(inputs=(1, 2), outputs=(1, 2), width=(1, 2), zero_neurons=False),
)
sides = st.sampled_from([None, (F(-1), F(1)), (F(0), F(1)), (F(-2), F(0))])


def network(forms, outputs, activation=RELU):
    neurons = [
        (tuple(map(F, form[:-1])), F(form[-1]), tuple(map(F, out)))
        for form, out in zip(forms, outputs, strict=True)
    ]
    return network_of(neurons, (F(0),) * len(outputs[0]), activation)


@settings(max_examples=40)
@given(tiny, sides)
def test_local_dimension_by_tangent_cones(given_network, interval):
    box = None if interval is None else (interval,) * given_network.input_dimension
    found = fibre_dimension(given_network, box=box)
    assert found.dimension == fibre_by_groebner(given_network, box)


@pytest.mark.parametrize("activation", [RELU, LEAKY])
@pytest.mark.parametrize(
    ("forms", "outputs", "dimension", "first_order"),
    [
        # Scalings only.
        ([(1, 0), (1, 1)], [(1,), (1,)], 2, 2),
        # |x|: to first order the kinks may move apart.
        ([(1, 0), (-1, 0)], [(1,), (1,)], 2, 3),
        # A kink split in two, p = 1: two scales, two outputs, one condition.
        ([(1, 0), (2, 0)], [(1,), (1,)], 3, 4),
        # One of them without output may leave with its kink: p + 1 and one scale, for p = 3.
        ([(1, 2, 3, 0), (2, 4, 6, 0)], [(1,), (0,)], 5, 6),
        # Equal and opposite neurons cancel: the kink moves, p = 2.
        ([(1, 1, 0), (1, 1, 0)], [(1,), (-1,)], 5, 5),
        # x - (x + 3), each as a pair that may move and turn, with one condition on the sum.
        ([(1, 0), (-1, 0), (1, 3), (-1, -3)], [(1,), (-1,), (-1,), (1,)], 7, 7),
        # Without outputs all four may go apart, p + 1 each.
        ([(1, 0), (-1, 0), (1, 3), (-1, -3)], [(0,)] * 4, 8, 9),
    ],
)
def test_values_by_hand(activation, forms, outputs, dimension, first_order):
    found = fibre_dimension(network(forms, outputs, activation))
    assert (found.dimension, found.first_order) == (dimension, first_order)


@given(with_box)
def test_bounds_from_first_order_and_from_scalings(case):
    given_network, box = case
    found = fibre_dimension(given_network, box=box)
    rank = functional_dimension(given_network, box=box)
    assert found.first_order == rank.parameters - rank.dimension
    assert given_network.width <= found.lower == found.upper <= found.first_order
    # Where the rank is constant the strata, counted by themselves, say the same.
    strata = _strata_dimension(given_network, group_neurons(given_network, box=box))
    assert strata == found.dimension
    if rank.locally_constant:
        assert strata == found.first_order


@given(with_box, st.data())
def test_permutations_and_scalings_change_nothing(case, data):
    given_network, box = case
    neurons = [scaled(neuron, data.draw(positive)) for neuron in neurons_of(given_network)]
    other = network_of(
        data.draw(st.permutations(neurons)), given_network.output_biases, given_network.activation
    )
    assert fibre_dimension(other, box=box) == fibre_dimension(given_network, box=box)


@given(with_box, st.data())
def test_a_neuron_without_output_adds_its_weights(case, data):
    # With its own kink it adds p + 1; together with others it can only do more.
    given_network, box = case
    p, q = given_network.input_dimension, given_network.output_dimension
    weights = data.draw(st.tuples(*[st.integers(1, 5).map(F)] * p))
    silent = (weights, F(data.draw(st.integers(-5, 5))), (F(0),) * q)
    more = network_of(
        [*neurons_of(given_network), silent], given_network.output_biases, given_network.activation
    )
    one, two = (fibre_dimension(each, box=box) for each in (given_network, more))
    assert two.dimension >= one.dimension + p + 1


@settings(max_examples=40)
@given(
    st.sampled_from([(1, 1, 1), (1, 1, 2), (2, 1, 2), (1, 2, 1), (1, 2, 2), (2, 2, 1)]),
    st.lists(st.integers(-1, 1), min_size=8, max_size=8),
)
def test_products_of_matrices(sizes, entries):
    # { (X', Y') : X' Y' = X Y } near (X, Y), by its tangent cone.
    q, k, p = sizes
    x = [[F(entries[i * k + j]) for j in range(k)] for i in range(q)]
    y = [[F(entries[4 + j * p + i]) for i in range(p)] for j in range(k)]
    sx, sy = symbols(f"x:{q * k}"), symbols(f"y:{k * p}")
    equations = [
        sum(
            (int(x[i][j]) + sx[i * k + j]) * (int(y[j][m]) + sy[j * p + m])
            - int(x[i][j] * y[j][m])
            for j in range(k)
        )
        for i in range(q)
        for m in range(p)
    ]
    columns = [tuple(row[j] for row in x) for j in range(k)]
    expected = local_dimension(equations, [*sx, *sy])
    assert _product_fibre(columns, [tuple(row) for row in y], q, p) == expected


@given(degenerate(), st.sampled_from([None, (F(-1), F(1))]))
def test_neurons_with_zero_weights_give_an_interval(given_network, interval):
    box = None if interval is None else (interval,) * given_network.input_dimension
    found = fibre_dimension(given_network, box=box)
    assert given_network.width - len(group_neurons(given_network, box=box).zero) <= found.lower
    assert found.lower <= found.upper <= found.first_order


def test_a_zero_neuron_on_a_box_is_free():
    zero = network([(0, 0)], [(1,)])
    assert fibre_dimension(zero, box=((F(0), F(1)),)).dimension == 3
    found = fibre_dimension(zero)
    assert (found.lower, found.upper, found.dimension) == (2, 3, None)
    assert "w = 0, b = 0" in found.reason


def test_too_many_neurons_on_a_hyperplane_give_an_interval():
    crowd = network([(1, 0)] * 12, [(0,)] * 12)
    found = fibre_dimension(crowd)
    assert (found.lower, found.upper) == (12, found.first_order)
    assert found.dimension is None
    assert "too many neurons share a hyperplane" in found.reason
    assert fibre_dimension(network([(1, 0)] * 9, [(0,)] * 9)).dimension == 18
