"""Chambers: every witness is evaluated, every count is Whitney's sum over subsets."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.matroid import count_chambers

from symerm.arithmetic.hyperplanes import (
    affine_chambers,
    chambers,
    general_position_chambers,
    sign_vector,
)
from symerm.errors import BudgetExceeded, InputError


def vectors(dimension, size=3):
    return st.tuples(*[st.integers(-size, size)] * dimension)


@st.composite
def arrangements(draw, largest=7):
    """Small integers, so that zero, repeated, opposite and dependent normals are common."""
    dimension = draw(st.integers(1, 4))
    return draw(st.lists(vectors(dimension), min_size=1, max_size=largest))


def evaluate(normal, point):
    return sum(a * x for a, x in zip(normal, point, strict=True))


def signs_at(normals, point):
    values = [evaluate(normal, point) for normal in normals]
    return tuple((value > 0) - (value < 0) for value in values)


@settings(max_examples=150, deadline=None)
@given(arrangements())
def test_chambers_are_all_found_once_with_interior_witnesses(normals):
    cells = chambers(normals)
    for cell in cells:
        assert signs_at(normals, cell.witness) == cell.signs
        assert all((sign == 0) == (not any(n)) for sign, n in zip(cell.signs, normals, strict=True))
    assert len({cell.signs for cell in cells}) == len(cells) == count_chambers(normals)
    assert [cell.signs for cell in cells] == sorted(cell.signs for cell in cells)


@settings(max_examples=60, deadline=None)
@given(arrangements())
def test_lattice_points_off_the_hyperplanes_lie_in_a_listed_chamber(normals):
    known = {cell.signs for cell in chambers(normals)}
    for point in product(range(-2, 3), repeat=len(normals[0])):
        signs = signs_at(normals, point)
        if all(sign or not any(n) for sign, n in zip(signs, normals, strict=True)):
            assert signs in known


@settings(max_examples=40, deadline=None)
@given(arrangements(largest=5), st.randoms(use_true_random=False))
def test_order_and_scale_of_the_normals_do_not_matter(normals, random):
    order = random.sample(range(len(normals)), len(normals))
    scales = [Fraction(random.choice([-3, -1, 1, 2]), random.choice([1, 7])) for _ in normals]
    moved = [tuple(scales[k] * x for x in normals[k]) for k in order]
    expected = {
        tuple(cell.signs[k] * (1 if scales[k] > 0 else -1) for k in order)
        for cell in chambers(normals)
    }
    assert {cell.signs for cell in chambers(moved)} == expected


@pytest.mark.parametrize(("count", "dimension"), [(1, 1), (6, 2), (7, 3), (8, 4), (4, 6)])
def test_general_position(count, dimension):
    # Points on the moment curve: any `dimension` of the normals are independent.
    normals = [tuple(t**k for k in range(dimension)) for t in range(1, count + 1)]
    assert len(chambers(normals)) == general_position_chambers(count, dimension)
    assert count_chambers(normals) == general_position_chambers(count, dimension)


def test_braid_and_coordinate_arrangements():
    pairs = [(i, j) for i in range(4) for j in range(i)]
    braid = [tuple((k == i) - (k == j) for k in range(4)) for i, j in pairs]
    assert len(chambers(braid)) == 24
    boolean = [tuple(int(i == j) for j in range(6)) for i in range(6)]
    assert len(chambers(boolean)) == 64


def test_only_zero_normals_leave_the_whole_space():
    (cell,) = chambers([(0, 0), (0, 0)])
    assert cell.signs == (0, 0)
    assert cell.witness == (0, 0)


@settings(max_examples=120, deadline=None)
@given(st.integers(1, 3), st.data())
def test_affine_chambers_are_half_of_the_cone(dimension, data):
    rows = data.draw(st.lists(vectors(dimension + 1), min_size=1, max_size=6))
    normals, offsets = [row[:-1] for row in rows], [row[-1] for row in rows]
    cells = affine_chambers(normals, offsets)
    for cell in cells:
        assert signs_at(rows, (*cell.witness, 1)) == cell.signs
    infinity = (0,) * dimension + (1,)
    assert 2 * len(cells) == count_chambers([*rows, infinity])
    assert len({cell.signs for cell in cells}) == len(cells)


@settings(max_examples=120, deadline=None)
@given(st.integers(1, 3), st.data())
def test_a_box_keeps_exactly_the_chambers_that_meet_it(dimension, data):
    rows = data.draw(st.lists(vectors(dimension + 1), min_size=1, max_size=5))
    box = [
        tuple(sorted(data.draw(st.lists(st.integers(-3, 3), min_size=2, max_size=2, unique=True))))
        for _ in range(dimension)
    ]
    normals, offsets = [row[:-1] for row in rows], [row[-1] for row in rows]
    inside = affine_chambers(normals, offsets, box=box)
    for cell in inside:
        assert signs_at(rows, (*cell.witness, 1)) == cell.signs
        assert all(low < x < high for x, (low, high) in zip(cell.witness, box, strict=True))
    # Independently: make the sides of the box hyperplanes like all others, keep what is inside.
    units = [tuple(int(i == j) for j in range(dimension)) for i in range(dimension)]
    sides = [(unit, -bound) for unit, pair in zip(units, box, strict=True) for bound in pair]
    finer = affine_chambers(
        [*normals, *(unit for unit, _ in sides)], [*offsets, *(bound for _, bound in sides)]
    )
    expected = {
        cell.signs[: len(rows)]
        for cell in finer
        if cell.signs[len(rows) :] == (1, -1) * dimension
    }
    assert {cell.signs for cell in inside} == expected
    assert len(inside) == len(expected)


def test_a_big_planar_dataset_has_the_expected_count():
    # No three points of a parabola are collinear.
    points = [(k * 37 % 101, (k * 37 % 101) ** 2, 1) for k in range(40)]
    cells = chambers(points)
    assert len(cells) == general_position_chambers(40, 3) == 2 * (1 + 39 + 39 * 19)
    assert all(sign_vector(points, cell.witness) == cell.signs for cell in cells)


def test_limits():
    normals = [(1, t, t * t) for t in range(8)]
    total = general_position_chambers(8, 3)
    assert len(chambers(normals, limit=total)) == total
    with pytest.raises(BudgetExceeded, match=f"more than {total - 1} chambers .at most {total}"):
        chambers(normals, limit=total - 1)
    with pytest.raises(BudgetExceeded):
        chambers([(1,)], limit=1)
    with pytest.raises(BudgetExceeded):
        chambers([(0,)], limit=0)
    assert len(affine_chambers([(1, 0), (0, 1)], (0, 0), limit=4)) == 4
    with pytest.raises(BudgetExceeded):
        affine_chambers([(1, 0), (0, 1)], (0, 0), limit=3)
    # More cells outside the box than the limit do not count.
    assert len(affine_chambers([(1,)] * 9, range(9), box=[(1, 2)], limit=1)) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: chambers([]), "at least one normal"),
        (lambda: chambers([(1, 2), (1,)]), "row 2"),
        (lambda: affine_chambers([(1,)], (1, 2)), "as many offsets"),
        (lambda: affine_chambers([(1,)], (1,), box=[]), "1 sides"),
        (lambda: affine_chambers([(1,)], (1,), box=[(2, 2)]), "side 1 of the box is empty"),
    ],
)
def test_bad_shapes(call, message):
    with pytest.raises(InputError, match=message):
        call()
