"""Perfect fits: every answer for one output is compared with an exhaustive exact solver."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.brute_force import exact_minimum

from symerm.arrangements.perfect_fit import generic_perfect_fit, largest_collinear_subset
from symerm.problem.architecture import RELU, Architecture, parse_activation

LEAKY = parse_activation("leaky:1/10")


def minimum(inputs, responses, architecture):
    return exact_minimum(
        inputs,
        responses,
        architecture.width,
        hidden_bias=architecture.hidden_bias,
        output_bias=architecture.output_bias,
        negative_slope=architecture.activation.negative_slope,
    ).loss


def unfitted(inputs, architecture):
    """Some response with positive loss, among up-and-down ones along the order and random ones."""
    source = Random(1)
    order = sorted(range(len(inputs)), key=lambda i: inputs[i])
    zigzag = [0] * len(inputs)
    for k, i in enumerate(order):
        zigzag[i] = 1 if k % 2 else -1
    tries = [zigzag] + [[source.randint(-9, 9) for _ in inputs] for _ in range(12)]
    return next((t for t in tries if minimum(inputs, t, architecture) > 0), None)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 2), st.integers(1, 2), st.sampled_from([RELU, LEAKY]),
       st.booleans(), st.booleans(), st.data())  # fmt: skip
def test_answers_for_one_output(dimension, width, activation, hidden_bias, output_bias, data):
    row = st.tuples(*[st.integers(-2, 2)] * dimension)
    inputs = data.draw(st.lists(row, min_size=1, max_size=3 + (width == 1)))
    architecture = Architecture(width, activation, hidden_bias, output_bias)
    fit = generic_perfect_fit(inputs, architecture)
    missed = unfitted(inputs, architecture)
    if fit.every_response:
        assert missed is None
    elif fit.every_response is False:
        assert missed is not None
    if missed is None:
        # A closed cone that misses no random response is at least full-dimensional here.
        assert fit.full_dimensional
    assert fit.full_dimensional is not None
    assert fit.reason


@pytest.mark.parametrize(
    ("inputs", "architecture", "full", "every"),
    [
        ([(0,), (1,)], Architecture(1), True, True),
        ([(0,), (1,), (2,)], Architecture(1), True, False),
        ([(0,), (1,), (2,)], Architecture(1, LEAKY), True, False),
        ([(0,), (1,), (2,), (5,)], Architecture(1), False, False),
        ([(0,), (1,), (2,), (5,)], Architecture(3), True, True),
        # Three affinely independent points: one neuron is enough.
        ([(0, 0), (1, 0), (0, 1)], Architecture(1), True, True),
        # Without output bias all outputs of one ReLU have the same sign; a leaky one has not.
        ([(0,), (1,)], Architecture(1, output_bias=False), True, False),
        ([(0,), (1,)], Architecture(1, LEAKY, output_bias=False), True, True),
        ([(0,), (1,)], Architecture(2, output_bias=False), True, True),
        # Without hidden bias inputs on one ray are tied, whatever the width.
        ([(1,), (2,), (3,)], Architecture(9, hidden_bias=False), False, False),
        ([(1,), (1,)], Architecture(9), False, False),
    ],
)
def test_known_answers(inputs, architecture, full, every):
    fit = generic_perfect_fit(inputs, architecture)
    assert (fit.full_dimensional, fit.every_response) == (full, every)
    if len(inputs) * architecture.width < 12:
        assert (unfitted(inputs, architecture) is None) == every


def test_full_dimension_does_not_mean_that_almost_everything_is_fitted():
    line = [(k,) for k in range(5)]
    fit = generic_perfect_fit(line, Architecture(2))
    assert fit.full_dimensional
    assert fit.every_response is False
    # An open set of responses is missed: the loss stays positive near the zigzag.
    source = Random(2)
    for _ in range(3):
        near = [1000 * (-1) ** k + source.randint(-50, 50) for k in range(5)]
        assert minimum(line, near, Architecture(2)) > 0
    # And an open set is fitted: near 2, 1, 0, 1, 4, where both kinks can move.
    for _ in range(3):
        shift = [source.randint(-50, 50) for _ in range(5)]
        near = [1000 * y + e for y, e in zip((2, 1, 0, 1, 4), shift, strict=True)]
        assert minimum(line, near, Architecture(2)) == 0


def test_more_outputs():
    line = [(k,) for k in range(4)]
    assert generic_perfect_fit(line, Architecture(3), outputs=3).every_response
    fit = generic_perfect_fit(line, Architecture(2), outputs=3)
    assert (fit.full_dimensional, fit.every_response) == (False, False)
    simplex = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
    assert generic_perfect_fit(simplex, Architecture(2), outputs=2).every_response
    assert generic_perfect_fit(simplex, Architecture(2), outputs=3).every_response is False


def test_what_is_not_decided_says_so():
    # Five points in general position in the plane, two neurons: dimension 5, no proof either way.
    inputs = [(0, 0), (3, 1), (1, 4), (5, 5), (2, 9)]
    fit = generic_perfect_fit(inputs, Architecture(2))
    assert fit.full_dimensional
    assert fit.every_response is None
    assert "not decided" in fit.reason
    # Three neurons reach up-and-down values on d + 2 points of a line, so d + 3 are needed to
    # refute; slopes -2, 1, -1, 1.
    line = [(k,) for k in range(5)]
    assert minimum(line, [2, 0, 1, 0, 1], Architecture(3)) == 0
    assert generic_perfect_fit(line, Architecture(3)).every_response is None


def test_collinear_subsets():
    assert largest_collinear_subset([]) == 0
    assert largest_collinear_subset([(1, 1), (1, 1)]) == 1
    grid = [(i, j) for i in range(3) for j in range(4)]
    assert largest_collinear_subset(grid) == 4
    assert largest_collinear_subset([(t, t * t) for t in range(7)]) == 2
    assert largest_collinear_subset([(0, 0, 0), (5, 5, 5), (2, 2, 2), (2, 2, 3)]) == 3
