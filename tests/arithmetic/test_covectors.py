"""Faces and their order: oriented-matroid axioms, Euler's relation, pairwise comparison."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, product
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.matroid import count_chambers, fraction_rank

from symerm.arithmetic.covectors import compose, cover_relations, faces
from symerm.arithmetic.hyperplanes import chambers
from symerm.errors import BudgetExceeded, InputError


@st.composite
def arrangements(draw):
    dimension = draw(st.integers(1, 3))
    vector = st.tuples(*[st.integers(-2, 2)] * dimension)
    return draw(st.lists(vector, min_size=1, max_size=5))


def signs_at(normals, point):
    values = [sum(a * x for a, x in zip(n, point, strict=True)) for n in normals]
    return tuple((value > 0) - (value < 0) for value in values)


def count_faces(normals, dimension):
    """All faces, by Whitney's count on the restriction to every closed set of hyperplanes."""
    total = 0
    for size in range(len(normals) + 1):
        for subset in combinations(range(len(normals)), size):
            rows = [normals[k] for k in subset]
            inside = fraction_rank(rows)
            others = [k for k in range(len(normals)) if k not in subset]
            if any(fraction_rank([*rows, normals[k]]) == inside for k in others):
                continue  # not closed: another hyperplane contains the flat
            # The contraction's ranks are those of the union minus the rank of the flat.
            total += sum(
                (-1) ** (count - fraction_rank([*rows, *more]) + inside)
                for count in range(len(others) + 1)
                for more in combinations([normals[k] for k in others], count)
            )
    return total


@settings(max_examples=80, deadline=None)
@given(arrangements())
def test_faces_are_complete_with_inner_witnesses_and_dimensions(normals):
    found = faces(normals)
    dimension = len(normals[0])
    for face in found:
        assert signs_at(normals, face.witness) == face.signs
        zeros = [n for n, sign in zip(normals, face.signs, strict=True) if not sign]
        assert face.dimension == dimension - fraction_rank(zeros)
    covectors = {face.signs for face in found}
    assert len(covectors) == len(found) == count_faces(normals, dimension)
    assert all(signs_at(normals, x) in covectors for x in product((-1, 0, 1), repeat=dimension))
    assert sum((-1) ** face.dimension for face in found) == (-1) ** dimension
    assert found == sorted(found, key=lambda face: (face.dimension, face.signs))
    open_cells = [face for face in found if face.dimension == dimension]
    assert [face.signs for face in open_cells] == [cell.signs for cell in chambers(normals)]
    assert len(open_cells) == count_chambers(normals)


@settings(max_examples=60, deadline=None)
@given(arrangements())
def test_covector_axioms(normals):
    covectors = {face.signs for face in faces(normals)}
    for a, b in product(covectors, repeat=2):
        assert compose(a, b) in covectors
        assert tuple(-x for x in a) in covectors


@settings(max_examples=80, deadline=None)
@given(arrangements())
def test_cover_relations_agree_with_comparing_all_pairs(normals):
    found = faces(normals)
    expected = [
        (i, j)
        for i, upper in enumerate(found)
        for j, lower in enumerate(found)
        if upper.dimension == lower.dimension + 1
        and all(b in (0, a) for a, b in zip(upper.signs, lower.signs, strict=True))
    ]
    assert cover_relations(found) == expected


def test_face_numbers_of_planes_in_general_position():
    count = 7
    normals = [(1, t, t * t) for t in range(count)]
    numbers = Counter(face.dimension for face in faces(normals))
    rays = 2 * comb(count, 2)
    assert numbers == {0: 1, 1: rays, 2: 2 * rays, 3: rays + 2}


def test_limit_and_bad_input():
    normals = [(1, t, t * t) for t in range(4)]
    total = len(faces(normals))
    assert len(faces(normals, limit=total)) == total
    for limit in (0, 1, total // 2, total - 1):
        with pytest.raises(BudgetExceeded, match=f"more than {limit} faces"):
            faces(normals, limit=limit)
    with pytest.raises(InputError):
        faces([])
