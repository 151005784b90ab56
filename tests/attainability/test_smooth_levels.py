"""Bounds on boxes of shapes and signs near steps, against random shapes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st
from smooth_cases import smooth_problem

from symerm.arithmetic.balls import ball
from symerm.attainability.smooth_charts import hull
from symerm.attainability.smooth_levels import Levels, StepRegion
from symerm.attainability.smooth_problem import shape_problem
from symerm.attainability.smooth_search import step_minimum, step_regions


@pytest.fixture(autouse=True)
def precise():
    with ctx.workprec(160):
        yield


shares = st.integers(0, 32).map(lambda k: Fraction(k, 32))
targets = st.lists(st.integers(-5, 5), min_size=4, max_size=6).filter(lambda t: len(set(t)) > 1)


@given(targets, st.data())
def test_what_is_proved_for_a_box_holds_for_its_shapes(values, data):
    shapes = shape_problem(smooth_problem([*range(len(values)), 1], [*values, 3]))
    if not shapes.square:
        return
    levels, size = Levels(shapes), shapes.size - 2
    box, inner = [], []
    for _ in range(size):
        low, high = sorted(data.draw(st.tuples(shares, shares)))
        box.append(hull(ball(low), ball(high)))
        inner.append(low + (high - low) * data.draw(shares))
    shape = (Fraction(0), *inner, Fraction(1))
    level = shapes.level(shape)
    assert not levels.above(box, level)
    if levels.above(box, level * Fraction(9, 10)):
        assert level > 0
    top, bottom = shapes.fit_terms(shape)
    v, residuals = levels.fit(box)
    assert v.overlaps(ball(top / bottom))
    mean = sum(w * u for w, u in zip(shapes.weights, shape, strict=True)) / sum(shapes.weights)
    rows = list(zip(shapes.weights, shapes.deviations, shape, strict=True))[1:-1]
    for residual, (w, d, u) in zip(residuals, rows, strict=True):
        assert residual.overlaps(ball(w * (d - top / bottom * (u - mean))))
    assert levels.level([ball(u) for u in inner]).overlaps(ball(level))


@given(targets, st.data())
def test_the_slope_is_the_derivative_of_the_level(values, data):
    shapes = shape_problem(smooth_problem(range(len(values)), values))
    levels = Levels(shapes)
    inner = [data.draw(shares) for _ in range(shapes.size - 2)]
    direction = [Fraction(data.draw(st.integers(-4, 4))) for _ in inner]
    step = Fraction(1, 2**30)
    ends = [
        shapes.level((Fraction(0), *(u + t * h for u, h in zip(inner, direction, strict=True)),
                      Fraction(1)))
        for t in (-step, step)
    ]
    balls = [ball(u) for u in inner]
    slope = levels.slope(*levels.fit(balls), [ball(h) for h in direction])
    assert abs(slope - ball((ends[1] - ends[0]) / (2 * step))) < arb(2) ** -20


@given(targets, st.integers(0, 40), st.integers(0, 40), st.data())
def test_the_best_step_is_the_best_of_many(values, first, last, data):
    shapes = shape_problem(smooth_problem(range(len(values)), values))
    place = data.draw(st.integers(1, shapes.size - 2))
    low, high = sorted((Fraction(first, 40), Fraction(last, 40)))
    least, theta = step_minimum(shapes, place, low, high)

    def level(t):
        zeros, ones = [Fraction(0)] * place, [Fraction(1)] * (shapes.size - place - 1)
        return shapes.level((*zeros, t, *ones))

    assert low <= theta <= high
    assert level(theta) == least
    assert all(level(low + (high - low) * Fraction(k, 30)) >= least for k in range(31))


@given(targets, st.data())
def test_uphill_regions_hold_no_network_below_the_steps(values, data):
    shapes = shape_problem(smooth_problem(range(len(values)), values))
    levels = Levels(shapes)
    steepest = Fraction(4) * (shapes.size - 1)
    region = data.draw(st.sampled_from(step_regions(shapes, steepest)))
    low, high = sorted((data.draw(shares), data.draw(shares)))
    if not region.uphill(levels, low, high):
        return
    # Shapes of exponentials e_i as in a network: u_i = (e_n + m)/(e_i + m), m between the e_i.
    ratio = Fraction(1, data.draw(st.integers(3000, 10**6)))
    size, j = shapes.size, region.place
    scales = [ratio ** (i - j) for i in range(1, size)]
    theta = low + (high - low) * data.draw(shares)
    if not Fraction(1, 100) < theta < Fraction(99, 100):
        return
    # u_j = theta: (e_n + m) = theta (1 + m)
    m = (theta - scales[-1]) / (1 - theta)
    shape = (Fraction(0), *((scales[-1] + m) / (e + m) for e in scales))
    assert (shape[j], shape[-1]) == (theta, 1)
    least, _ = step_minimum(shapes, j, Fraction(0), Fraction(1))
    assert shapes.level(shape) > least


def test_a_step_that_networks_improve_is_not_uphill():
    # The residual at the second input asks for a larger value there.
    shapes = shape_problem(smooth_problem(range(5), [0, 2, 1, 9, 9]))
    with ctx.workprec(160):
        region = StepRegion(2, 5, arb(2) ** -30, Fraction(0))
        assert not region.uphill(Levels(shapes), Fraction(0), Fraction(1, 64))
