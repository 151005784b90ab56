"""Closed forms of kernels against quadrature over the plane with mpmath."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from symerm.theorems import Instance
from symerm.theorems.lastlayer.kernels import (
    ARC_COSINE,
    ERF_KERNEL,
    LEAKY_KERNEL,
    SINCOS_KERNEL,
    TANGENT_KERNEL,
)

PAIRS = [
    ((Fraction(1), Fraction(0)), (Fraction(1), Fraction(1))),
    ((Fraction(2), Fraction(1)), (Fraction(-1), Fraction(1, 2))),
    ((Fraction(1), Fraction(1)), (Fraction(-1), Fraction(-1))),
]
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(80)


def products(x, y):
    return (
        sum((a * a for a in x), Fraction(0)), sum((a * a for a in y), Fraction(0)),
        sum((a * b for a, b in zip(x, y, strict=True)), Fraction(0)),
    )


def closed_form(evidence):
    return float(evidence.split("closed form ")[1].split(",")[0])


def polar_mean(function, x, y):
    """E f(<w, x>, <w, y>) for homogeneous f of degree d, as E|w|^d times the mean on a circle."""
    kinks = sorted({
        (mpmath.atan2(p[1], p[0]) + s * mpmath.pi / 2) % (2 * mpmath.pi)
        for p in (x, y) for s in (1, -1)
    })
    ends = [*kinks, kinks[0] + 2 * mpmath.pi]

    def on_circle(u):
        c, s = mpmath.cos(u), mpmath.sin(u)
        return function(c * x[0] + s * x[1], c * y[0] + s * y[1])

    return mpmath.quad(on_circle, ends) / (2 * mpmath.pi)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("degree", [0, 1, 2])
def test_powers(pair, degree):
    x, y = ([mpmath.mpf(e.numerator) / e.denominator for e in point] for point in pair)

    def power(z):
        return (z > 0) * z**degree if degree else mpmath.mpf(z > 0)

    with mpmath.workdps(50):
        value = polar_mean(lambda u, v: power(u) * power(v), x, y)
        value *= 2**degree * mpmath.factorial(degree)
    check = ARC_COSINE.check(Instance.of(products=products(*pair), degree=degree))
    assert check.outcome == "holds"
    assert closed_form(check.evidence) == pytest.approx(float(value), abs=1e-9)


@pytest.mark.parametrize("pair", PAIRS)
def test_leaky_slopes(pair):
    x, y = ([mpmath.mpf(e.numerator) / e.denominator for e in point] for point in pair)

    def act(z):
        return z if z > 0 else z / 3

    with mpmath.workdps(50):
        value = 2 * polar_mean(lambda u, v: act(u) * act(v), x, y)
    check = LEAKY_KERNEL.check(Instance.of(products=products(*pair), slope=Fraction(1, 3)))
    assert check.outcome == "holds"
    assert closed_form(check.evidence) == pytest.approx(float(value), abs=1e-9)


@pytest.mark.parametrize("pair", PAIRS)
def test_tangent_features(pair):
    x, y = ([mpmath.mpf(e.numerator) / e.denominator for e in point] for point in pair)
    with mpmath.workdps(50):
        step = polar_mean(lambda u, v: mpmath.mpf(u > 0 and v > 0), x, y)
        ramp = 2 * polar_mean(lambda u, v: max(u, 0) * max(v, 0), x, y)
        value = step * mpmath.fdot(x, y) + ramp
    check = TANGENT_KERNEL.check(Instance.of(products=products(*pair)))
    assert check.outcome == "holds"
    assert closed_form(check.evidence) == pytest.approx(float(value), abs=1e-9)


@pytest.mark.parametrize("pair", PAIRS)
def test_smooth_activations_by_gauss_hermite(pair):
    from scipy.special import erf

    grid = np.stack(np.meshgrid(NODES, NODES), -1)
    weights = np.outer(WEIGHTS, WEIGHTS) / (2 * np.pi)
    u, v = (grid @ np.array([float(e) for e in point]) for point in pair)
    for theorem, act, accuracy in (
        (ERF_KERNEL, erf, 1e-6), (SINCOS_KERNEL, lambda z: np.sin(z) + np.cos(z), 1e-8)
    ):
        check = theorem.check(Instance.of(products=products(*pair)))
        assert check.outcome == "holds"
        assert closed_form(check.evidence) == pytest.approx(
            float((weights * act(u) * act(v)).sum()), abs=accuracy
        )


def test_impossible_products_are_not_applicable():
    instance = Instance.of(products=(Fraction(1), Fraction(1), Fraction(2)), degree=1)
    assert ARC_COSINE.check(instance).outcome == "not-applicable"
