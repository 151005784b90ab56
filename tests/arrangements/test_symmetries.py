"""Affine symmetries against all permutations, each tested by ranks."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from symerm.arithmetic.linalg import rank
from symerm.arrangements.faces import face_graph, permutation_automorphism
from symerm.arrangements.symmetries import affine_symmetries

planar = st.lists(
    st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=1, max_size=5, unique=True
)


@settings(max_examples=100)
@given(planar, st.booleans())
@example([(0, 0)], False)
def test_exactly_the_affine_permutations(inputs, hidden_bias):
    rows = [(*row, 1) if hidden_bias else row for row in inputs]
    expected = []
    for order in permutations(range(len(rows))):
        images = [rows[i] for i in order]
        # An affine bijection exists if both have the same linear relations.
        both = [(*x, *y) for x, y in zip(rows, images, strict=True)]
        if rank(both) == rank(rows) == rank(images):
            expected.append(order)
    assert affine_symmetries(inputs, hidden_bias=hidden_bias) == tuple(expected)


def test_symmetries_act_on_the_type_graph():
    square = [(0, 0), (0, 1), (1, 0), (1, 1)]
    graph = face_graph(square)
    found = affine_symmetries(square)
    assert len(found) == 8
    for permutation in found:
        permutation_automorphism(graph, permutation)


@pytest.mark.parametrize(("inputs", "count"), [([(-1,), (0,), (1,)], 2), ([(0,), (1,), (3,)], 1)])
def test_beyond_the_limit_the_central_symmetry_is_kept(inputs, count):
    assert len(affine_symmetries(inputs, limit=1)) == count
