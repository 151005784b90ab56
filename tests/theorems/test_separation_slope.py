"""Constants of the separating function, against its own integrals at 30 digits."""

from fractions import Fraction

import mpmath
from hypothesis import given, settings
from test_separation_function import f, g, high

from symerm.theorems import Instance
from symerm.theorems.separation.slope_bounds import MARGIN, SMALLEST_SLOPE, WEIGHT_RANGE

F = Fraction


def verdicts(theorem, instance, expected):
    """The claim of the theorem (key None) and of its mutants with a claim of their own."""
    claims = {None: theorem.claim}
    claims |= {mutant.name: mutant.claim for mutant in theorem.mutants if mutant.claim}
    assert set(claims) == set(expected)
    for name, stated in expected.items():
        assert claims[name](instance).holds == stated, name


@settings(max_examples=15)
@given(WEIGHT_RANGE.instances)
def test_the_range(instance):
    with mpmath.workdps(30):
        value = g(high(instance["radius"]))
        verdicts(WEIGHT_RANGE, instance, {
            None: 0.45 <= value <= 0.472, "shorter-above": 0.45 <= value <= 0.471,
            "shorter-below": 0.451 <= value <= 0.472,
        })
        inside = 1 <= instance["radius"] <= 2
        assert (WEIGHT_RANGE.check(instance).outcome == "holds") == inside


@settings(max_examples=15)
@given(SMALLEST_SLOPE.instances)
def test_the_slope(instance):
    with mpmath.workdps(30):
        weight = high(instance["weight"])
        slope = mpmath.diff(
            lambda r: f(r, weight), high(instance["norm"]), h=mpmath.mpf(10) ** -10
        )
        rate = mpmath.mpf(1) / 600
        verdicts(SMALLEST_SLOPE, instance, {
            None: -slope >= rate, "three-times": -slope >= 3 * rate, "grows": slope >= rate,
        })


@settings(max_examples=15)
@given(MARGIN.instances)
def test_the_margin(instance):
    with mpmath.workdps(30):
        norm, radius = high(instance["norm"]), high(instance["radius"])
        value, distance = abs(f(norm, g(radius))), abs(norm - radius)
        if norm == radius:
            value = mpmath.mpf(0)
        verdicts(MARGIN, instance, {
            None: value >= distance / 600, "hundredth": value >= distance / 100,
        })


def test_golden_slope():
    """The smallest slope on the box is 0.00396019949.., at a corner."""
    corner = Instance.of(norm=F(21, 10), weight=F(59, 125))
    assert SMALLEST_SLOPE.check(corner).evidence.startswith("f_xi' = -0.00396019949")
    outside = Instance.of(norm=F(3), weight=F(59, 125))
    assert SMALLEST_SLOPE.check(outside).outcome == "not-applicable"
    assert not SMALLEST_SLOPE.claim(outside).holds
