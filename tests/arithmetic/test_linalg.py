"""Exact linear algebra: results are checked by multiplying back, ranks by plain elimination."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.matroid import fraction_rank

from symerm.arithmetic.linalg import nullspace, primitive, rank, row_reduce, solve

entries = st.one_of(st.integers(-2, 2), st.fractions(max_denominator=5)).map(Fraction)


@st.composite
def matrices(draw: st.DrawFn) -> list[tuple[Fraction, ...]]:
    columns = draw(st.integers(1, 5))
    rows = draw(st.lists(st.tuples(*[entries] * columns), min_size=1, max_size=5))
    if draw(st.booleans()):  # make dependent rows likely
        rows.append(tuple(a + 2 * b for a, b in zip(rows[0], rows[-1], strict=True)))
    return rows


def times(matrix, vector):
    return tuple(sum(a * x for a, x in zip(row, vector, strict=True)) for row in matrix)


@given(matrices())
def test_rank_agrees_with_plain_elimination(matrix):
    assert rank(matrix) == fraction_rank(matrix)


@given(matrices())
def test_reduced_rows_span_the_same_space_and_are_reduced(matrix):
    reduced, pivots = row_reduce(matrix)
    assert len(reduced) == fraction_rank(matrix) == fraction_rank([*matrix, *reduced])
    assert list(pivots) == sorted(set(pivots))
    for i, (row, pivot) in enumerate(zip(reduced, pivots, strict=True)):
        assert not any(row[:pivot])
        assert [other[pivot] for other in reduced] == [int(k == i) for k in range(len(reduced))]


@given(matrices())
def test_the_kernel_is_complete(matrix):
    basis = nullspace(matrix)
    assert len(basis) == len(matrix[0]) - fraction_rank(matrix) == fraction_rank(basis)
    assert not any(any(times(matrix, vector)) for vector in basis)


@given(matrices(), st.data())
def test_consistent_systems_are_solved(matrix, data):
    vector = data.draw(st.tuples(*[entries] * len(matrix[0])))
    rhs = times(matrix, vector)
    solution = solve(matrix, rhs)
    assert solution is not None
    assert times(matrix, solution) == rhs


@given(matrices(), st.data())
def test_none_means_that_the_rank_grows(matrix, data):
    rhs = data.draw(st.tuples(*[entries] * len(matrix)))
    solution = solve(matrix, rhs)
    augmented = [(*row, value) for row, value in zip(matrix, rhs, strict=True)]
    assert (solution is None) == (fraction_rank(augmented) > fraction_rank(matrix))
    if solution is not None:
        assert times(matrix, solution) == rhs


@given(st.lists(entries, min_size=1, max_size=5))
def test_primitive_vectors(vector):
    short = primitive(vector)
    assert fraction_rank([vector, short]) <= 1
    assert gcd(*short) == (1 if any(vector) else 0)
    assert all(x * y >= 0 and (x == 0) == (y == 0) for x, y in zip(vector, short, strict=True))


def test_edge_shapes():
    assert rank([]) == 0 == rank([()])
    assert nullspace([], columns=2) == ((1, 0), (0, 1))
    assert solve([(), ()], (0, 0)) == ()
    assert solve([()], (1,)) is None
    with pytest.raises(ValueError, match="columns"):
        nullspace([])
    with pytest.raises(ValueError, match="right-hand"):
        solve([(1, 2)], (1, 2))
