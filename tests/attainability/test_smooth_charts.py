"""Enclosures of shapes against shapes from the activation itself, in 60 digits."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import mpmath
import pytest
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.attainability.smooth_charts import FLAT, FlatChart, SteepChart
from symerm.attainability.smooth_levels import StepRegion

PLACES = tuple(map(Fraction, ("0", "1/5", "1/2", "3/5", "1")))
STEEPEST = Fraction(30)


@pytest.fixture(autouse=True)
def precise():
    with ctx.workprec(160), mpmath.workdps(60):
        yield


def network_shape(a, b, places=PLACES):
    """u_i from sigma(a x + b), without any formula of the charts."""
    values = [1 / (1 + mpmath.exp(-(a * mpmath.mpf(x.numerator) / x.denominator + b)))
              for x in places]
    return [(y - values[0]) / (values[-1] - values[0]) for y in values[1:-1]]


def contains(ball, value):
    slack = arb(2) ** -120
    near = arb(mpmath.nstr(value, 50))
    return bool(ball.overlaps(near + arb(0, slack)))


def fraction(value):
    return Fraction(int(mpmath.floor(value * 2**150)), 2**150)


def flat_place(a, b):
    r, tau = a / 2, 1 / (1 + mpmath.exp(-b))
    k = r * (1 - 2 * tau)
    return fraction(k), fraction(r * r - k * k)


def steep_place(a, b):
    tau = 1 / (1 + mpmath.exp(-b))
    return fraction(a / 2), fraction(mpmath.log(1 + tau * mpmath.expm1(a)) / a)


@st.composite
def boxes(draw, root):
    """A box within the root of a chart and a point of it."""
    sides, point = [], []
    for low, high in root:
        cut = sorted(draw(st.lists(st.integers(0, 64), min_size=2, max_size=2)))
        ends = [low + (high - low) * Fraction(k, 64) for k in cut]
        sides.append(tuple(ends))
        share = Fraction(draw(st.integers(0, 16)), 16)
        point.append(ends[0] + (ends[1] - ends[0]) * share)
    return tuple(sides), tuple(point)


def at(point):
    return tuple((x, x) for x in point)


@given(st.floats(0.01, 1.0), st.floats(-6, 6))
def test_the_flat_chart_has_the_shapes_of_networks(a, b):
    place = flat_place(mpmath.mpf(a), mpmath.mpf(b))
    assert abs(place[0]) <= FLAT
    assert 0 <= place[1] <= FLAT**2
    shapes = FlatChart(PLACES).shapes(at(place))
    for ball, value in zip(shapes, network_shape(a, b), strict=True):
        assert contains(ball, value)


@given(st.floats(1.0, 60.0), st.floats(-70, 20))
def test_the_two_steep_charts_have_the_shapes_of_networks(a, b):
    a, b = mpmath.mpf(a), mpmath.mpf(b)
    chart, places = SteepChart(PLACES, STEEPEST), PLACES
    r, xi = steep_place(a, b)
    expected = network_shape(a, b)
    if xi > Fraction(1, 2):
        # The mirrored network is sigma(-a (1 - x) - b) up to an affine change of the values.
        places = tuple(1 - x for x in reversed(PLACES))
        chart = SteepChart(places, STEEPEST)
        r, xi = steep_place(a, -a - b)
        expected = [1 - u for u in reversed(expected)]
    assert 0 <= xi <= Fraction(1, 2) + Fraction(1, 2**100)
    for ball, value in zip(chart.shapes(at((r, xi))), expected, strict=True):
        assert contains(ball, value)


@pytest.mark.parametrize("chart", [FlatChart(PLACES), SteepChart(PLACES, STEEPEST)],
                         ids=["flat", "steep"])
def test_boxes_enclose_their_points(chart):
    @settings(max_examples=60, deadline=None)
    @given(boxes(chart.root))
    def check(case):
        box, point = case
        shapes = chart.shapes(box)
        exact = chart.shapes(at(point))
        assert all(ball.overlaps(inner) for ball, inner in zip(shapes, exact, strict=True))
        whole = chart.derivatives(box, shapes)
        inner = chart.derivatives(at(point), exact)
        for balls, values in zip(whole, inner, strict=True):
            assert all(x.overlaps(y) for x, y in zip(balls, values, strict=True))

    check()


@pytest.mark.parametrize(
    ("chart", "point"),
    [
        (FlatChart(PLACES), ("1/5", "1/9")),
        (FlatChart(PLACES), ("-1/3", "0")),
        (FlatChart(PLACES), ("0", "0")),
        (SteepChart(PLACES, STEEPEST), ("1/2", "1/3")),
        (SteepChart(PLACES, STEEPEST), ("7", "0")),
        (SteepChart(PLACES, STEEPEST), ("20", "2/5")),
    ],
)
def test_derivatives_are_those_of_difference_quotients(chart, point):
    point = tuple(map(Fraction, point))
    step = Fraction(1, 2**40)
    derivatives = chart.derivatives(at(point), chart.shapes(at(point)))
    for axis in (0, 1):
        ahead = tuple(x + step * (k == axis) for k, x in enumerate(point))
        further = tuple(x + 2 * step * (k == axis) for k, x in enumerate(point))
        rows = zip(*(chart.shapes(at(p)) for p in (point, ahead, further)), derivatives[axis],
                   strict=True)
        for here, there, beyond, slope in rows:
            # One-sided, as the boundary has one side; the error is of second order.
            quotient = (4 * there - 3 * here - beyond) * 2**39
            assert abs(quotient - slope) < abs(slope) * arb(2) ** -40 + arb(2) ** -60


@given(st.floats(6.0, 60.0), st.floats(-80, 30), st.sampled_from(["2", "4", "7"]))
def test_steep_shapes_lie_in_a_region_of_a_step(a, b, threshold):
    # A network is in a region if it is steeper than the threshold.
    if a / 2 < float(threshold):
        return
    gap = min(y - x for x, y in pairwise(PLACES))
    root_eta = arb(mpmath.nstr(mpmath.exp(-float(threshold) * float(gap)), 40)) + arb(2) ** -100
    shape = network_shape(mpmath.mpf(a), mpmath.mpf(b))
    zero, one = Fraction(0), Fraction(1)
    assert any(
        all(contains(ball, u) for ball, u in
            zip(StepRegion(j, len(PLACES), root_eta, zero).shapes(zero, one), shape, strict=True))
        for j in range(1, len(PLACES) - 1)
    )
