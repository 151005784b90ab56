"""Cones of hidden vectors: the two descriptions against each other and against act(Sa + b1)."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.matroid import fraction_rank

from symerm.arithmetic.linalg import solve
from symerm.arrangements.relu_cone import pattern_cone, pattern_matrix, relu_cone
from symerm.errors import BudgetExceeded, InputError, UnsupportedError
from symerm.problem.architecture import RELU, Activation, parse_activation

LEAKY = parse_activation("leaky:1/10")
models = st.tuples(st.booleans(), st.sampled_from([RELU, LEAKY]))


@st.composite
def datasets(draw):
    dimension = draw(st.integers(1, 2))
    row = st.tuples(*[st.integers(-2, 2)] * dimension)
    return draw(st.lists(row, min_size=1, max_size=5))


def hidden_vector(inputs, neuron, activation, hidden_bias):
    rows = [(*row, 1) if hidden_bias else row for row in inputs]
    return tuple(
        activation(Fraction(sum(a * x for a, x in zip(neuron, row, strict=True)))) for row in rows
    )


def dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


@settings(max_examples=80, deadline=None)
@given(datasets(), models)
def test_every_hidden_vector_lies_in_the_cone_of_its_pattern(inputs, model):
    hidden_bias, activation = model
    cones = relu_cone(inputs, hidden_bias=hidden_bias, activation=activation)
    size = len(inputs[0]) + hidden_bias
    for neuron in product((-3, -1, 0, 1, 2), repeat=size):
        vector = hidden_vector(inputs, neuron, activation, hidden_bias)
        containing = [cone for cone in cones if cone.contains(vector)]
        assert containing
        # One of the closed patterns of the neuron must be among them.
        rows = [(*row, 1) if hidden_bias else row for row in inputs]
        values = [dot(neuron, row) for row in rows]
        assert any(
            all(v == 0 or (v > 0) == on for v, on in zip(values, cone.active, strict=True))
            for cone in containing
        )


@settings(max_examples=80, deadline=None)
@given(datasets(), models)
def test_the_two_descriptions_belong_to_one_cone(inputs, model):
    hidden_bias, activation = model
    for cone in relu_cone(inputs, hidden_bias=hidden_bias, activation=activation):
        size = len(inputs)
        matrix = pattern_matrix(
            inputs, cone.active, hidden_bias=hidden_bias, activation=activation
        )
        assert cone.dimension == fraction_rank(matrix) == fraction_rank(cone.rays)
        assert fraction_rank(cone.equations) == len(cone.equations) == size - cone.dimension
        for ray in cone.rays:
            assert cone.contains(ray)
            # Extreme: the inequalities that are tight leave one dimension.
            tight = [f for f in cone.inequalities if dot(f, ray) == 0]
            assert fraction_rank([*cone.equations, *tight]) == size - 1
        for facet in cone.inequalities:
            on = [ray for ray in cone.rays if dot(facet, ray) == 0]
            assert fraction_rank(on) == cone.dimension - 1
            assert len(on) < len(cone.rays)
        assert len(set(cone.rays)) == len(cone.rays)
        assert len(set(cone.inequalities)) == len(cone.inequalities)
        # Completeness: every ray that inequalities and equations can cut out is listed.
        rows = [*cone.equations, *cone.inequalities]
        for subset in combinations(rows, size - 1):
            if fraction_rank(subset) == size - 1:
                line = kernel_line(subset, size)
                for ray in (line, tuple(-x for x in line)):
                    if cone.contains(ray):
                        assert any(
                            fraction_rank([ray, other]) == 1 and dot(ray, other) > 0
                            for other in cone.rays
                        )


def kernel_line(rows, size):
    """The kernel of n - 1 independent rows, by cofactors."""
    def determinant(table):
        if not table:
            return 1
        return sum(
            (-1) ** j * table[0][j] * determinant([row[:j] + row[j + 1 :] for row in table[1:]])
            for j in range(len(table))
        )

    return tuple(
        (-1) ** j * determinant([list(row[:j]) + list(row[j + 1 :]) for row in rows])
        for j in range(size)
    )


@settings(max_examples=40, deadline=None)
@given(datasets(), models)
def test_rays_are_hidden_vectors(inputs, model):
    """Every extreme ray is act of a neuron in the closed cell: solve for it and evaluate."""

    hidden_bias, activation = model
    for cone in relu_cone(inputs, hidden_bias=hidden_bias, activation=activation):
        matrix = pattern_matrix(
            inputs, cone.active, hidden_bias=hidden_bias, activation=activation
        )
        for ray in cone.rays:
            neuron = solve(matrix, ray)
            assert neuron is not None
            if activation is LEAKY:  # then the map of the cell is injective modulo its kernel
                assert hidden_vector(inputs, neuron, activation, hidden_bias) == ray


def test_independent_inputs_give_the_orthant():
    cones = relu_cone([(0, 0), (1, 0), (0, 1)])
    assert [cone.dimension for cone in cones] == [0, 1, 1, 2, 1, 2, 2, 3]
    assert set(cones[-1].rays) == {(1, 0, 0), (0, 1, 0), (0, 0, 1)} == set(cones[-1].inequalities)
    leaky = relu_cone([(0, 0), (1, 0), (0, 1)], activation=LEAKY)
    assert all(cone.dimension == 3 for cone in leaky)
    for point in product((-1, 2), repeat=3):
        (only,) = [cone for cone in leaky if cone.contains(point)]
        assert only.active == tuple(x > 0 for x in point)


def test_repeated_points_are_tied():
    for cone in relu_cone([(0,), (1,), (1,)]):
        assert all(ray[1] == ray[2] for ray in cone.rays)
        assert not cone.contains((0, 1, 2))


def test_bad_input():
    with pytest.raises(InputError, match="no neuron"):
        pattern_cone([(0,), (1,), (2,)], (True, False, True))
    with pytest.raises(InputError, match="origin"):
        pattern_cone([(0,), (1,)], (True, True), hidden_bias=False)
    with pytest.raises(InputError, match="2 inputs"):
        pattern_cone([(0,), (1,)], (True,))
    with pytest.raises(UnsupportedError, match="tanh"):
        relu_cone([(0,), (1,)], activation=Activation("tanh"))
    with pytest.raises(BudgetExceeded):
        relu_cone([(0,), (1,), (2,)], limit=5)
