"""Theorems on the separating function and its weight, against mpmath at 40 digits."""

from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings

from symerm.errors import CertificateError
from symerm.theorems import Instance
from symerm.theorems.separation.separating_function import (
    ONE_SIGN_CHANGE,
    SEPARABLE_WEIGHTS,
    SLOPE_FORMULA,
    WEIGHT_FALLS,
    WEIGHT_LIMIT,
)
from symerm.theorems.separation.setting import compare, mean_value

F = Fraction


def high(value):
    return mpmath.mpf(value.numerator) / value.denominator


def f(radius, weight):
    """f_xi by integrals of 1/(1 + s^2) and exp(-1 - s^2)/(1 + s^2) over the tangent."""
    t = 1 / mpmath.sqrt(2 + radius**2)
    first = mpmath.quad(lambda s: 1 / (1 + s * s), [0, t])
    second = mpmath.quad(lambda s: mpmath.exp(-1 - s * s) / (1 + s * s), [0, t])
    return 2 / mpmath.pi * (first - weight * second / mpmath.erfc(1))


def g(radius):
    low = f(radius, mpmath.mpf(0))
    return low / (low - f(radius, mpmath.mpf(1)))


@settings(max_examples=15)
@given(ONE_SIGN_CHANGE.instances)
def test_the_sign(instance):
    with mpmath.workdps(40):
        norm, radius = high(instance["norm"]), high(instance["radius"])
        weights = {
            None: g(radius), "one-weight": mpmath.mpf(46) / 100,
            "share-forgotten": g(radius) / mpmath.erfc(1),
        }
        stated = int(mpmath.sign(radius - norm))
        claims = {None: ONE_SIGN_CHANGE.claim}
        claims |= {mutant.name: mutant.claim for mutant in ONE_SIGN_CHANGE.mutants}
        for name, weight in weights.items():
            value = f(norm, weight)
            sign = 0 if abs(value) < 1e-30 else int(mpmath.sign(value))
            assert claims[name](instance).holds == (sign == stated)
        assert claims["inside-out"](instance).holds == (stated == 0)


@settings(max_examples=15)
@given(SLOPE_FORMULA.instances)
def test_the_slope(instance):
    with mpmath.workdps(40):
        norm, weight = high(instance["norm"]), high(instance["weight"])
        slope = mpmath.diff(lambda r: f(r, weight), norm, h=mpmath.mpf(10) ** -12)
        evidence = SLOPE_FORMULA.claim(instance).evidence
        for word in evidence.split(", "):
            assert abs(mpmath.mpf(word.split()[-1]) - slope) < 1e-9
        assert SLOPE_FORMULA.claim(instance).holds
        for mutant in SLOPE_FORMULA.mutants:
            # The exponents do not matter for xi = 0, nothing does at 0.
            if norm and (weight or mutant.name == "chain-rule"):
                assert not mutant.claim(instance).holds


@settings(max_examples=15)
@given(WEIGHT_FALLS.instances)
def test_the_weight_falls(instance):
    with mpmath.workdps(40):
        near, far = (g(high(r)) for r in instance["norms"])
        assert WEIGHT_FALLS.claim(instance).holds == (near > far + mpmath.mpf(10) ** -30)
        ordered = instance["norms"][0] < instance["norms"][1]
        assert (WEIGHT_FALLS.check(instance).outcome == "holds") == ordered


@settings(max_examples=15)
@given(WEIGHT_LIMIT.instances)
def test_the_limit(instance):
    with mpmath.workdps(40):
        r = high(instance["norm"])
        value, share, square = g(r), mpmath.erfc(1), 1 / (2 + r * r)
        ranges = {
            None: (1, 0, mpmath.mpf(1) / 3), "quarter": (1, 0, mpmath.mpf(1) / 4),
            "third-below": (1, mpmath.mpf(1) / 3, 1), "share": (0, 0, mpmath.mpf(1) / 3),
        }
        claims = {None: WEIGHT_LIMIT.claim}
        claims |= {mutant.name: mutant.claim for mutant in WEIGHT_LIMIT.mutants}
        for name, (unit, least, most) in ranges.items():
            low, top = (share * mpmath.exp(unit + part * square) for part in (least, most))
            assert claims[name](instance).holds == (low < value < top)


@settings(max_examples=15)
@given(SEPARABLE_WEIGHTS.instances)
def test_separable_weights(instance):
    with mpmath.workdps(40):
        weight = high(instance["weight"])
        changes = f(mpmath.mpf(0), weight) > 0 > f(mpmath.mpf(10**4), weight)
        low, top = mpmath.e * mpmath.erfc(1), g(mpmath.mpf(0))
        assert changes == (low < weight < top)
        assert SEPARABLE_WEIGHTS.claim(instance).holds
        first, second = SEPARABLE_WEIGHTS.mutants
        assert first.claim(instance).holds == (changes == (mpmath.erfc(1) < weight < top))
        assert second.claim(instance).holds == (changes == (low < weight < g(mpmath.mpf(1))))


def test_golden_signs():
    at = {norm: ONE_SIGN_CHANGE.check(Instance.of(norm=F(norm), radius=F(3, 2))).evidence
          for norm in ("149/100", "3/2", "151/100")}
    assert at["149/100"].endswith("f_xi > 0")
    assert at["3/2"].endswith("f_xi = 0 to 30 digits")
    assert at["151/100"].endswith("f_xi < 0")


def test_what_balls_do_not_decide_is_no_answer():
    from flint import arb, ctx

    with pytest.raises(CertificateError, match="cannot be told apart"):
        compare(arb(1, 0.5), arb(1))
    with ctx.workprec(53), pytest.raises(CertificateError, match="too wide"):
        mean_value(lambda x: x.exp(), lambda x: x.exp(), F(1, 3))
    with ctx.workprec(160):
        assert mean_value(lambda x: x.exp(), lambda x: x.exp(), F(1, 3)).holds
        assert not mean_value(lambda x: x.exp(), lambda x: x, F(1, 3)).holds
