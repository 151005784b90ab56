"""Steps that are nearest monotone vectors, against all partitions into blocks."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st
from smooth_cases import smooth_problem

from symerm.attainability.smooth_isotonic import isotonic_limit, isotonic_regression
from symerm.attainability.smooth_problem import shape_problem

responses = st.lists(st.integers(-6, 6), min_size=3, max_size=6)


def block_means(values, weights, cuts):
    fit = []
    for first, end in pairwise([0, *cuts, len(values)]):
        part = range(first, end)
        mean = Fraction(sum(weights[i] * values[i] for i in part), sum(weights[i] for i in part))
        fit += [mean] * len(part)
    return fit


def nearest_increasing(values, weights):
    """The best increasing vector that is constant on the blocks of some partition."""
    size = len(values)
    fits = [
        block_means(values, weights, cuts)
        for count in range(size)
        for cuts in combinations(range(1, size), count)
    ]
    increasing = [fit for fit in fits if all(a <= b for a, b in pairwise(fit))]
    return min(increasing, key=lambda fit: distance(values, weights, fit))


def distance(values, weights, fit):
    return sum(w * (t - y) ** 2 for w, t, y in zip(weights, values, fit, strict=True))


@given(responses, st.data())
def test_pooling_gives_the_nearest_increasing_vector(values, data):
    weights = data.draw(st.lists(st.integers(1, 3), min_size=len(values), max_size=len(values)))
    blocks = isotonic_regression(tuple(map(Fraction, values)), tuple(weights))
    fit = [y for y, first, end in blocks for _ in range(first, end)]
    assert fit == nearest_increasing(values, weights)


@given(responses)
def test_a_limit_is_the_nearest_monotone_vector_and_no_network(values):
    shapes = shape_problem(smooth_problem(range(len(values)), values))
    if not shapes.square:
        return
    limit = isotonic_limit(shapes)
    ones = [1] * len(values)
    up = nearest_increasing(values, ones)
    down = [-y for y in nearest_increasing([-t for t in values], ones)]
    levels = [distance(values, ones, fit) for fit in (up, down)]
    if limit is None:
        best = up if levels[0] < levels[1] else down
        inner = [y for y in set(best) if y not in (best[0], best[-1])]
        step = len(set(best)) == 2 or (len(inner) == 1 and best.count(inner[0]) == 1)
        assert not step or len(set(best)) == len(best) or levels[0] == levels[1]
        return
    assert shapes.to_loss(limit.level) == min(levels)
    assert len(set(limit.values)) < len(values)
    assert len(set(limit.values)) > 1


@given(responses, st.data())
def test_the_radius_keeps_the_verdict(values, data):
    shapes = shape_problem(smooth_problem(range(len(values)), values))
    limit = isotonic_limit(shapes) if shapes.square else None
    if limit is None or not limit.radius:
        return
    radius = limit.radius * shapes.unit
    corner = st.sampled_from([-radius, radius, Fraction(0), radius / 2])
    moved = [t + data.draw(corner) for t in values]
    other = isotonic_limit(shape_problem(smooth_problem(range(len(values)), moved)))
    assert other is not None
    assert other.sign == limit.sign


def test_the_smallest_example_has_an_open_ball():
    limit = isotonic_limit(shape_problem(smooth_problem([0, 1, 2], [0, 2, 1])))
    assert limit.radius > Fraction(1, 10)


def test_responses_on_the_edge_have_no_ball():
    # The first two responses are equal: a partial sum of residuals vanishes.
    limit = isotonic_limit(shape_problem(smooth_problem([0, 1, 2, 3], [0, 0, 2, 1])))
    assert limit.level == shape_problem(smooth_problem([0, 1, 2, 3], [0, 0, 2, 1])).level(
        (Fraction(0), Fraction(0), Fraction(1), Fraction(1)))
    assert limit.radius == 0
