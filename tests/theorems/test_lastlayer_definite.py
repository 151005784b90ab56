"""Definiteness against kernel matrices in floats with 50 digits."""

from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings

from symerm.lastlayer.kernels import Kernel
from symerm.theorems import Instance
from symerm.theorems.generators.lastlayer import clouds_on_lines, points_without_parallels
from symerm.theorems.lastlayer.definite import (
    BIAS_DEFINITE,
    ERF_RANK,
    POWER_SERIES,
    RELU_DEFINITE,
    SINCOS_DEFINITE,
    certified_rank,
)

ONE, ZERO = Fraction(1), Fraction(0)


def relu(x, y):
    a, b = mpmath.norm(x), mpmath.norm(y)
    if not a or not b:
        return mpmath.mpf(0)
    c = max(min(mpmath.fdot(x, y) / (a * b), mpmath.mpf(1)), mpmath.mpf(-1))
    t = mpmath.acos(c)
    return a * b * (mpmath.sin(t) + (mpmath.pi - t) * c) / (2 * mpmath.pi)


def erf(x, y):
    bottom = mpmath.sqrt((1 + 2 * mpmath.fdot(x, x)) * (1 + 2 * mpmath.fdot(y, y)))
    return 2 / mpmath.pi * mpmath.asin(2 * mpmath.fdot(x, y) / bottom)


def sincos(x, y):
    return mpmath.exp(-sum((a - b) ** 2 for a, b in zip(x, y, strict=True)) / 2)


def numeric_rank(points, kernel):
    rows = [[mpmath.mpf(x.numerator) / x.denominator for x in point] for point in points]
    matrix = mpmath.matrix([[kernel(x, y) for y in rows] for x in rows])
    values = mpmath.eigsy(matrix, eigvals_only=True)
    return sum(abs(value) > mpmath.mpf(10) ** -18 for value in values)


@settings(max_examples=20, deadline=None)
@given(clouds_on_lines())
def test_certified_ranks_with_fifty_digits(points):
    with mpmath.workdps(50):
        for name, kernel in (("arccos1", relu), ("erf", erf), ("sincos", sincos)):
            low, high = certified_rank(points, Kernel(name))
            assert low == high == numeric_rank(points, kernel)
        lifted = [(*point, ONE) for point in points]
        assert certified_rank(points, Kernel("arccos1"), bias=True)[0] == numeric_rank(lifted, relu)
    for theorem in (RELU_DEFINITE, BIAS_DEFINITE, SINCOS_DEFINITE, ERF_RANK):
        assert theorem.check(Instance.of(points=points)).outcome != "fails"


@settings(max_examples=15, deadline=None)
@given(points_without_parallels())
def test_points_without_parallels_are_told_apart(points):
    assert RELU_DEFINITE.check(Instance.of(points=points)).outcome == "holds"


@pytest.mark.parametrize(
    ("points", "missing"),
    [
        (((ONE,), (2 * ONE,)), "one ray"),
        (((ONE,), (ZERO,)), "no point is 0"),
        (
            tuple((s * a, s * b) for a, b in ((ONE, ZERO), (ZERO, ONE), (ONE, ONE))
                  for s in (1, -1)),
            "independent",
        ),
    ],
)
def test_golden_singular_points(points, missing):
    instance = Instance.of(points=points)
    check = RELU_DEFINITE.check(instance)
    assert check.outcome == "not-applicable"
    assert missing in check.evidence
    assert not RELU_DEFINITE.claim(instance).holds
    assert BIAS_DEFINITE.check(instance).outcome == "holds"


def test_golden_power_series():
    points = ((ONE,), (-ONE,), (ZERO,))
    evidence = {
        name: POWER_SERIES.check(Instance.of(activation=name, points=points)).evidence
        for name in ("tanh", "logistic", "sincos")
    }
    assert evidence["tanh"] == "tanh: rank 0 at 1 distinct points; 1 at 3, law 1"
    assert evidence["logistic"] == "logistic: rank 3 at 4 distinct points; 2 at 3, law 2"
    assert evidence["sincos"] == "sincos: rank 3 at 3 distinct points; 3 at 3, law 3"
