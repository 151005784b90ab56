"""The fan of neurons: it covers, cuts are complementary, rays are extreme, and it refines to cells.

Everything is compared with the hyperplanes themselves: a point is in a cone of the fan if the
inequalities that made the cone hold, and extreme rays are found again by ranks of tight forms.
"""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations
from math import gcd

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracles.matroid import fraction_rank

from symerm.arithmetic.linalg import nullspace, primitive, solve
from symerm.arrangements.fan import Fan, root_rays
from symerm.arrangements.patterns import activation_patterns
from symerm.errors import InputError

coordinates = st.integers(-4, 4)


@st.composite
def fans(draw, max_inputs=3, max_size=5):
    dimension = draw(st.integers(1, max_inputs))
    rows = st.tuples(*[coordinates] * dimension)
    inputs = draw(st.lists(rows, min_size=1, max_size=max_size, unique=True))
    affine, scale = draw(st.booleans()), draw(st.sampled_from([1, 6]))
    forms = tuple((*row, scale) if affine else row for row in inputs)
    return Fan(forms, affine)


def dot(x, y):
    return sum(a * b for a, b in zip(x, y, strict=True))


def rank(rows):
    return fraction_rank([[Fraction(x) for x in row] for row in rows]) if rows else 0


def facets_of_simplex(rays):
    """For each ray of a simplicial cone the form that vanishes on the others, positive on it."""
    forms = []
    for k, ray in enumerate(rays):
        others = [[Fraction(x) for x in other] for i, other in enumerate(rays) if i != k]
        (normal,) = nullspace(others) if others else ([Fraction(1)],)
        forms.append(primitive([x if dot(normal, ray) > 0 else -x for x in normal]))
    return forms


def extreme_rays(inequalities):
    """Extreme rays of a pointed cone { f >= 0 }, by all maximal independent sets of tight forms."""
    size = len(inequalities[0])
    found = set()
    for tight in combinations(inequalities, size - 1):
        if rank(tight) < size - 1:
            continue
        basis = nullspace([[Fraction(x) for x in row] for row in tight]) if tight else [
            [Fraction(int(k == 0)) for k in range(size)]
        ]
        for sign in (1, -1):
            ray = tuple(sign * x for x in primitive(basis[0]))
            if all(dot(form, ray) >= 0 for form in inequalities):
                found.add(ray)
    return found


def refined(fan):
    """All cones after cutting with every form, each with its inequalities."""
    cones = []
    for root in fan.roots():
        parts = [(root, facets_of_simplex(root.rays))]
        for index, form in enumerate(fan.forms):
            cut = []
            for cone, inequalities in parts:
                values = [fan.values(ray)[index] for ray in cone.rays]
                if min(values) < 0 < max(values):
                    plus, minus = fan.cut(cone, index)
                    cut.append((plus, [*inequalities, form]))
                    cut.append((minus, [*inequalities, tuple(-x for x in form)]))
                else:
                    cut.append((cone, inequalities))
            parts = cut
        cones += parts
    return cones


@given(fans())
@example(Fan(((0,),), False))
@example(Fan(((0, 0),), False))
@example(Fan(((0, 1),), True))
@example(Fan(((2, 2, 1), (2, 2, 1)), True))
def test_root_rays_have_a_positive_dependency_and_span(fan):
    rays, size = root_rays(fan.forms, fan.affine), fan.dimension
    assert len(set(rays)) == len(rays) == size + 1
    assert all(gcd(*ray) == 1 for ray in rays)
    # One dependency with all coefficients positive, and any m of the rays independent: then the
    # m + 1 cones cover and are pointed.
    (relation,) = nullspace([[Fraction(x) for x in row] for row in zip(*rays, strict=True)])
    assert all(x > 0 for x in relation) or all(x < 0 for x in relation)


@settings(max_examples=60)
@given(fans(), st.data())
def test_root_cones_cover(fan, data):
    neuron = data.draw(st.tuples(*[st.integers(-20, 20)] * fan.dimension))
    inside = []
    for cone in fan.roots():
        assert len(cone.rays) == fan.dimension
        matrix = [[Fraction(x) for x in row] for row in zip(*cone.rays, strict=True)]
        weights = solve(matrix, [Fraction(x) for x in neuron])
        assert weights is not None
        inside.append(all(x >= 0 for x in weights))
    assert any(inside)
    # The forms are non-negative on the rays that are not the constant -1, when there is a bias.
    if fan.affine:
        rays = root_rays(fan.forms, True)
        assert all(min(fan.values(ray)) >= 0 for ray in rays[:-1])
        assert fan.values(rays[-1]) == tuple(-form[-1] for form in fan.forms)


@settings(max_examples=60)
@given(fans())
@example(Fan(tuple((x, x * x, x**3, 1) for x in range(5)), True))
@example(Fan(tuple((x, y, 1) for x in (0, 1, 2) for y in (0, 1)), True))
def test_rays_are_exactly_the_extreme_rays(fan):
    for cone, inequalities in refined(fan):
        assert len(set(cone.rays)) == len(cone.rays)
        assert list(cone.rays) == sorted(cone.rays)
        assert set(cone.rays) == extreme_rays(inequalities)


@settings(max_examples=60)
@given(fans())
def test_tight_sets_tell_the_forms_that_vanish(fan):
    size = fan.dimension
    for cone, _ in refined(fan):
        for ray, tight in zip(cone.rays, cone.tight, strict=True):
            assert tight.bit_count() >= size - 1
            for index, value in enumerate(fan.values(ray)):
                if tight >> (size + index) & 1:
                    assert value == 0


@settings(max_examples=60)
@given(fans(), st.data())
def test_a_cut_gives_two_complementary_parts(fan, data):
    cones = [
        (cone, index)
        for cone in fan.roots()
        for index in range(len(fan.forms))
        if min(fan.values(ray)[index] for ray in cone.rays) < 0
        < max(fan.values(ray)[index] for ray in cone.rays)
    ]
    if not cones:
        return
    cone, index = data.draw(st.sampled_from(cones))
    plus, minus = fan.cut(cone, index)
    assert fan.cut(cone, index) is fan.cut(cone, index)
    assert all(fan.values(ray)[index] >= 0 for ray in plus.rays)
    assert all(fan.values(ray)[index] <= 0 for ray in minus.rays)
    # Old rays go to their sides, and what is shared spans the hyperplane.
    assert set(cone.rays) <= set(plus.rays) | set(minus.rays)
    shared = set(plus.rays) & set(minus.rays)
    assert all(fan.values(ray)[index] == 0 for ray in shared)
    assert rank(list(shared)) == fan.dimension - 1
    for part in (plus, minus):
        assert rank(list(part.rays)) == fan.dimension
    # A neuron of the cone is in a part as soon as the form has the part's sign on it.
    weights = data.draw(
        st.lists(st.integers(0, 5), min_size=len(cone.rays), max_size=len(cone.rays))
    )
    neuron = tuple(
        sum(w * ray[k] for w, ray in zip(weights, cone.rays, strict=True))
        for k in range(fan.dimension)
    )
    side = plus if dot(fan.forms[index], neuron) >= 0 else minus
    facets = facets_of_simplex(cone.rays)
    sign = 1 if side is plus else -1
    assert all(dot(form, neuron) >= 0 for form in facets)
    assert set(side.rays) == extreme_rays(
        [*facets, tuple(sign * x for x in fan.forms[index])]
    )


def test_a_form_of_one_sign_is_not_cut():
    fan = Fan(((0, 1), (1, 1)), True)
    for cone in fan.roots():
        for index in range(2):
            values = [fan.values(ray)[index] for ray in cone.rays]
            if not min(values) < 0 < max(values):
                with pytest.raises(InputError, match="does not change sign"):
                    fan.cut(cone, index)


@settings(max_examples=60)
@given(fans(max_size=6))
@example(Fan(tuple((x, x * x, x**3, 1) for x in range(6)), True))
@example(Fan(tuple((x, x * x, x**3) for x in range(1, 6)), False))
def test_refined_cones_have_the_activation_patterns(fan):
    inputs = [row[:-1] for row in fan.forms] if fan.affine else list(fan.forms)
    if fan.affine:
        inputs = [tuple(Fraction(x, fan.forms[0][-1]) for x in row) for row in inputs]
    expected = {pattern.active for pattern in activation_patterns(inputs, hidden_bias=fan.affine)}
    found = set()
    for cone, _ in refined(fan):
        columns = list(zip(*(fan.values(ray) for ray in cone.rays), strict=True))
        assert not any(min(column) < 0 < max(column) for column in columns)
        found.add(tuple(max(column) > 0 for column in columns))
        assert fan.pattern(cone) == tuple(max(column) > 0 for column in columns)
    assert found == expected


@pytest.mark.parametrize(("dimension", "size"), [(1, 7), (2, 6), (3, 5)])
def test_the_interiors_of_refined_cones_are_disjoint(dimension, size):
    generator = random.Random(dimension)
    fan = Fan(
        tuple(
            (*(generator.randint(-9, 9) for _ in range(dimension)), 1) for _ in range(size)
        ),
        True,
    )
    cones = refined(fan)
    for _ in range(200):
        neuron = [generator.randint(-(10**6), 10**6) for _ in range(dimension + 1)]
        containing = [
            inequalities
            for _, inequalities in cones
            if all(dot(form, neuron) >= 0 for form in inequalities)
        ]
        assert len(containing) >= 1
        if all(dot(form, neuron) for inequalities in containing for form in inequalities):
            assert len(containing) == 1


def test_pattern_is_unknown_while_a_point_is_undecided():
    fan = Fan(((0, 1), (1, 1), (2, 1)), True)
    for cone, _ in refined(fan):
        assert fan.pattern(cone) is not None
    undecided = [cone for cone in fan.roots() if fan.pattern(cone) is None]
    assert undecided


def test_the_same_cone_by_two_ways_is_one_object():
    fan = Fan(((0, 0, 1), (1, 0, 1), (0, 1, 1), (3, 2, 1)), True)
    for root in fan.roots():
        cuttable = [
            i for i in range(4)
            if min(fan.values(r)[i] for r in root.rays) < 0
            < max(fan.values(r)[i] for r in root.rays)
        ]
        for i, j in combinations(cuttable, 2):
            by_ways = []
            for first, second in ((i, j), (j, i)):
                part = fan.cut(root, first)[0]
                values = [fan.values(ray)[second] for ray in part.rays]
                by_ways.append(
                    fan.cut(part, second)[0] if min(values) < 0 < max(values) else None
                )
            if None not in by_ways:
                assert by_ways[0] is by_ways[1]
