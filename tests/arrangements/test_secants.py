"""Dimension of the outputs: differences of exact networks, complete enumeration, known values."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.matroid import fraction_rank

from symerm.arrangements.patterns import activation_patterns
from symerm.arrangements.secants import join_secant_dimension
from symerm.errors import BudgetExceeded, InputError, UnsupportedError
from symerm.problem.architecture import RELU, Activation, Architecture, parse_activation

LEAKY = parse_activation("leaky:1/10")


@st.composite
def datasets(draw):
    dimension = draw(st.integers(1, 2))
    row = st.tuples(*[st.integers(-3, 3)] * dimension)
    return draw(st.lists(row, min_size=1, max_size=6))


architectures = st.builds(
    Architecture, st.integers(1, 3), st.sampled_from([RELU, LEAKY]), st.booleans(), st.booleans()
)


def difference_rank(inputs, network, architecture):
    """Rank of exact difference quotients: inside a cell the output is affine in each weight."""
    points = tuple(tuple(map(Fraction, row)) for row in inputs)
    base = network.realize(points)
    step = Fraction(1, 10**9)
    changed = []
    for j in range(network.width):
        for k in range(network.input_dimension):
            weights = [list(row) for row in network.hidden_weights]
            weights[j][k] += step
            changed.append(replace(network, hidden_weights=tuple(map(tuple, weights))))
        if architecture.hidden_bias:
            biases = list(network.hidden_biases)
            biases[j] += step
            changed.append(replace(network, hidden_biases=tuple(biases)))
        for k in range(network.output_dimension):
            weights = [list(row) for row in network.output_weights]
            weights[j][k] += step
            changed.append(replace(network, output_weights=tuple(map(tuple, weights))))
    if architecture.output_bias:
        for k in range(network.output_dimension):
            biases = list(network.output_biases)
            biases[k] += step
            changed.append(replace(network, output_biases=tuple(biases)))
    rows = []
    for other in changed:
        values = other.realize(points)
        rows.append(
            [
                y - x
                for new, old in zip(values, base, strict=True)
                for y, x in zip(new, old, strict=True)
            ]
        )
    return fraction_rank(rows)


@settings(max_examples=60, deadline=None)
@given(datasets(), architectures, st.integers(1, 3))
def test_the_exhibited_network_has_the_rank(inputs, architecture, outputs):
    result = join_secant_dimension(inputs, architecture, outputs=outputs, effort=100)
    network = result.network
    assert network.activation == architecture.activation
    assert (network.width, network.output_dimension) == (architecture.width, outputs)
    if not architecture.hidden_bias:
        assert not any(network.hidden_biases)
    for row in inputs:
        values = network.preactivations(tuple(map(Fraction, row)))
        assert all(values) or (not any(row) and not architecture.hidden_bias)
    assert difference_rank(inputs, network, architecture) == result.lower
    assert result.lower <= result.upper <= len(inputs) * outputs
    assert result.dimension == (result.lower if result.lower == result.upper else None)


def largest_span(inputs, architecture):
    """The largest rank over all tuples of patterns, one by one."""
    blocks = []
    for pattern in activation_patterns(inputs, hidden_bias=architecture.hidden_bias):
        slopes = [1 if on else architecture.activation.negative_slope for on in pattern.active]
        forms = [(*row, 1) if architecture.hidden_bias else row for row in inputs]
        blocks.append([[s * x for s, x in zip(slopes, column, strict=True)]
                       for column in zip(*forms, strict=True)])
    constant = [[1] * len(inputs)] if architecture.output_bias else []
    return max(
        fraction_rank([*constant, *(row for block in chosen for row in block)])
        for chosen in combinations_with_replacement(blocks, architecture.width)
    )


@settings(max_examples=40, deadline=None)
@given(datasets(), architectures)
def test_one_output_is_the_largest_span_over_all_tuples(inputs, architecture):
    architecture = replace(architecture, width=min(architecture.width, 2))
    result = join_secant_dimension(inputs, architecture)
    assert result.dimension == largest_span(inputs, architecture)


def test_the_best_pair_need_not_contain_the_best_pattern():
    # Taking the pattern of largest gain first ends at dimension 5 here.
    inputs = [(0, -1), (1, -2), (0, -2), (2, -2), (-1, -1), (-2, 0)]
    architecture = Architecture(2, output_bias=False)
    assert join_secant_dimension(inputs, architecture).dimension == 6
    assert largest_span(inputs, architecture) == 6


def test_two_outputs_need_a_pair_that_one_output_does_not():
    # The first pair with the largest span has rank 7 only.
    result = join_secant_dimension([(-2,), (1,), (-1,), (0,)], Architecture(2), outputs=2)
    assert result.dimension == 8


@settings(max_examples=30, deadline=None)
@given(datasets(), architectures, st.integers(1, 3))
def test_less_effort_only_widens_the_bounds(inputs, architecture, outputs):
    most = join_secant_dimension(inputs, architecture, outputs=outputs, effort=200)
    for effort in (0, 1, 5):
        less = join_secant_dimension(inputs, architecture, outputs=outputs, effort=effort)
        assert less.lower <= most.lower <= less.upper
        assert most.upper <= less.upper


@pytest.mark.parametrize(("dimension", "width"), list(product((1, 2, 3), (1, 2, 3))))
def test_generic_inputs_have_the_expected_dimension(dimension, width):
    for count in (2, 5, 8):
        # No special position: powers of distinct numbers.
        inputs = [tuple((3 * t + 1) ** k for k in range(1, dimension + 1)) for t in range(count)]
        result = join_secant_dimension(inputs, Architecture(width))
        assert result.dimension == result.expected == min(count, width * (dimension + 1) + 1)


def test_values_that_are_known():
    line = [(k,) for k in range(6)]
    # d = 1, q outputs: 1 c^T + x v^T with x in a plane: q + 2 + q - 1.
    assert join_secant_dimension(line, Architecture(1), outputs=3).dimension == 3 + 2 + 3 - 1
    # Affinely independent inputs: all matrices of rank at most d modulo 1.
    simplex = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
    for width, outputs in product((1, 2, 3), (1, 2, 3)):
        size = min(width, 3, outputs)
        assert (
            join_secant_dimension(simplex, Architecture(width), outputs=outputs).dimension
            == outputs + size * (3 + outputs - size)
        )
    # Without any bias a line carries only the two half-lines: rank 2 for any width.
    bare = Architecture(3, RELU, hidden_bias=False, output_bias=False)
    assert join_secant_dimension([(-2,), (-1,), (1,), (2,)], bare).dimension == 2
    # Repeated inputs do not raise the dimension.
    assert join_secant_dimension([(0,), (0,), (1,)], Architecture(2)).dimension == 2


def test_bounds_stay_apart_rather_than_guess():
    inputs = [(t, t * t % 11) for t in range(9)]
    result = join_secant_dimension(inputs, Architecture(3), effort=1)
    assert result.lower <= 9 <= result.upper
    tight = join_secant_dimension(inputs, Architecture(3))
    assert result.lower <= tight.lower == tight.upper <= result.upper


def test_bad_input():
    with pytest.raises(InputError, match="outputs"):
        join_secant_dimension([(1,)], Architecture(1), outputs=0)
    with pytest.raises(UnsupportedError):
        join_secant_dimension([(1,)], Architecture(1, Activation("tanh")))
    with pytest.raises(BudgetExceeded):
        join_secant_dimension([(1,), (2,), (3,)], Architecture(1), limit=3)
