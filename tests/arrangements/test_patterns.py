"""Activation patterns against Cover's formula, an explicit list, and counting by ranks."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.matroid import count_chambers, fraction_rank

from symerm.arrangements.patterns import (
    activation_patterns,
    data_forms,
    general_position_count,
)
from symerm.errors import BudgetExceeded, InputError


def check_witnesses(inputs, patterns):
    for pattern in patterns:
        assert all(isinstance(x, Fraction) for x in (*pattern.weights, pattern.bias))
        for row, on in zip(inputs, pattern.active, strict=True):
            value = sum(a * s for a, s in zip(pattern.weights, row, strict=True)) + pattern.bias
            assert (value > 0) == on
            assert value != 0 or not any(row)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 3), st.booleans(), st.data())
def test_any_data(dimension, hidden_bias, data):
    """Small coordinates: repeated, collinear, coplanar points and the origin occur often."""
    row = st.tuples(*[st.integers(-2, 2)] * dimension)
    inputs = data.draw(st.lists(row, min_size=1, max_size=7))
    patterns = activation_patterns(inputs, hidden_bias=hidden_bias)
    check_witnesses(inputs, patterns)
    if not hidden_bias:
        assert all(pattern.bias == 0 for pattern in patterns)
    forms = [(*row, 1) if hidden_bias else row for row in inputs]
    assert len(patterns) == len({p.active for p in patterns}) == count_chambers(forms)
    assert list(patterns) == sorted(patterns, key=lambda pattern: pattern.active)


@pytest.mark.parametrize("dimension", [1, 2, 3])
@pytest.mark.parametrize("count", [1, 2, 4, 6, 9])
@pytest.mark.parametrize("hidden_bias", [True, False])
def test_general_position(dimension, count, hidden_bias):
    # On the curve (t, t^2, ..), t > 0, any p + 1 of the (s, 1) and any p of the s are independent.
    powers = range(1, dimension + 1)
    inputs = [tuple(Fraction(t**k, 3) for k in powers) for t in range(1, count + 1)]
    forms = [(*row, 1) if hidden_bias else row for row in inputs]
    for subset in combinations(forms, min(count, len(forms[0]))):
        assert fraction_rank(subset) == len(subset)
    patterns = activation_patterns(inputs, hidden_bias=hidden_bias)
    check_witnesses(inputs, patterns)
    assert len(patterns) == general_position_count(count, dimension, hidden_bias=hidden_bias)


def test_points_of_a_line_give_the_initial_and_final_segments():
    inputs = [(3,), (Fraction(-1, 2),), (10,), (0,)]
    rank = [2, 0, 3, 1]  # position of each input in increasing order
    expected = {tuple(r < k for r in rank) for k in range(5)}
    expected |= {tuple(r >= k for r in rank) for k in range(5)}
    patterns = activation_patterns(inputs)
    assert {pattern.active for pattern in patterns} == expected
    assert len(patterns) == 8
    assert [pattern.size for pattern in patterns] == [sum(p.active) for p in patterns]


def test_degenerate_data():
    # Collinear points in the plane behave like points of a line.
    assert len(activation_patterns([(k, 2 * k + 1) for k in range(5)])) == 10
    # Repeated points are active together and add no pattern.
    patterns = activation_patterns([(0,), (1,), (1,), (0,)])
    assert len(patterns) == 4
    assert all(p.active[1] == p.active[2] and p.active[0] == p.active[3] for p in patterns)
    # The square has two diagonals that cross: two of the 16 dichotomies (exclusive or) are missing.
    square = activation_patterns([(0, 0), (0, 1), (1, 0), (1, 1)])
    assert {p.active for p in square} == {
        tuple(bool(k >> i & 1) for i in range(4)) for k in range(16)
    } - {(True, False, False, True), (False, True, True, False)}
    # Without bias the origin is never active and does not matter.
    assert [p.active for p in activation_patterns([(0,), (5,)], hidden_bias=False)] == [
        (False, False), (False, True)
    ]  # fmt: skip
    assert [p.active for p in activation_patterns([(0,)], hidden_bias=False)] == [(False,)]


def test_one_hundred_points_in_the_plane():
    inputs = [(t, t * t) for t in range(-50, 50)]
    patterns = activation_patterns(inputs)
    assert len({p.active for p in patterns}) == len(patterns) == 9902
    check_witnesses(inputs, patterns[::97])


def test_bad_input_and_limit():
    with pytest.raises(InputError, match="no inputs"):
        activation_patterns([])
    with pytest.raises(InputError, match="no columns"):
        data_forms([()])
    with pytest.raises(InputError, match="row 2"):
        activation_patterns([(1, 2), (3,)])
    with pytest.raises(BudgetExceeded):
        activation_patterns([(1,), (2,), (3,)], limit=5)
    assert len(activation_patterns([(1,), (2,), (3,)], limit=6)) == 6
