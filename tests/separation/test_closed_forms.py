"""Closed forms against two-dimensional Gaussian quadrature, and the zero of the function f_xi."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import erf

from symerm.arithmetic.balls import ball
from symerm.errors import InputError
from symerm.separation.closed_forms import (
    large_bias_share,
    mean_large_bias,
    mean_positive_bias,
    separated_radius,
    separating_function,
    separating_slope,
    separating_weight,
    separating_weight_slope,
    turning_radius,
)
from symerm.separation.minimum import interval_ball

radii = st.fractions(0, 6, max_denominator=1000)
weights = st.fractions(Fraction(428, 1000), Fraction(491, 1000), max_denominator=10**6)


def mean_by_quadrature(radius: float, least_bias: float) -> float:
    """E[erf(U r + B) | B >= b] for U, B ~ N(0, 1/4), by a product rule on a large rectangle."""
    nodes, masses = np.polynomial.legendre.leggauss(120)
    # Beyond 5, ten standard deviations, there is less than 10^-22.
    half = (5 - least_bias) / 2
    biases, weights = least_bias + half * (nodes + 1), 5 * nodes
    law = half * masses * np.exp(-2 * biases**2)
    other = 5 * masses * np.exp(-2 * weights**2) * np.sqrt(2 / np.pi)
    values = erf(weights[:, None] * radius + biases[None, :])
    return float(other @ values @ law / law.sum())


@pytest.mark.parametrize("radius", [0, 0.5, 1.5, 3])
def test_the_means_are_the_double_integrals(radius: float) -> None:
    for closed, least in ((mean_positive_bias, 0), (mean_large_bias, 2**-0.5)):
        assert abs(float(closed(arb(radius))) - mean_by_quadrature(radius, least)) < 1e-13


@pytest.mark.parametrize("radius", ["0", "0.9", "1", "2", "7.5"])
def test_the_means_to_thirty_digits(radius: str) -> None:
    with mpmath.workdps(40), ctx.workprec(160):
        r = mpmath.mpf(radius)
        # The mean over u is done in closed form here: erf(b/sqrt(1 + r^2/2)).
        inner = lambda b: (  # noqa: E731
            mpmath.sqrt(2 / mpmath.pi) * mpmath.exp(-2 * b * b)
            * mpmath.erf(b / mpmath.sqrt(1 + r * r / 2))
        )
        edge = 1 / mpmath.sqrt(2)
        whole = mpmath.quad(inner, [0, 1, mpmath.inf]) * 2
        tail = mpmath.quad(inner, [edge, 2, mpmath.inf]) / (mpmath.erfc(1) / 2)
        assert abs(mean_positive_bias(arb(radius)) - arb(mpmath.nstr(whole, 40))) < 1e-35
        assert abs(mean_large_bias(arb(radius)) - arb(mpmath.nstr(tail, 40))) < 1e-35


def test_the_weights_of_the_two_radii_to_eighteen_digits() -> None:
    with ctx.workprec(128):
        first, second = separating_weight(arb(1)), separating_weight(arb(2))
        assert abs(first - arb("0.471662744838682525")) < 1e-18
        assert abs(second - arb("0.450450026235078751")) < 1e-18
        assert first.rad() < 1e-30
        assert second.rad() < 1e-30


@given(radii, radii)
def test_the_weight_falls(one: Fraction, other: Fraction) -> None:
    near, far = sorted((one, other))
    if near < far:
        with ctx.workprec(160):
            assert separating_weight(ball(near)) > separating_weight(ball(far))
        assert separating_weight_slope(ball(far)) < 0


@given(radii, st.fractions(0, Fraction(1, 2), max_denominator=1000), st.floats(-1, 1))
def test_wide_balls_hold_the_values_of_their_points(
    middle: Fraction, half: Fraction, place: float
) -> None:
    low, high = max(middle - half, Fraction(0)), middle + half
    wide = interval_ball(low, high)
    point = ball(low + (high - low) * Fraction((place + 1) / 2))
    xi = ball(Fraction(46, 100))
    assert separating_function(wide, xi).overlaps(separating_function(point, xi))
    assert separating_slope(wide, xi).overlaps(separating_slope(point, xi))
    assert separating_weight(wide).overlaps(separating_weight(point))
    assert separating_slope(wide, xi).is_finite()
    assert separating_weight(wide).is_finite()


@given(st.floats(0.01, 4), st.floats(1e-7, 1e-3), st.floats(0.4, 0.5))
def test_slopes_bound_difference_quotients(start: float, step: float, weight: float) -> None:
    xi = arb(weight)
    with ctx.workprec(128):
        near, far = arb(start), arb(start) + arb(step)
        both = near.union(far)
        width = far - near
        quotient = (separating_function(far, xi) - separating_function(near, xi)) / width
        assert separating_slope(both, xi).overlaps(quotient)
        ratio = (separating_weight(far) - separating_weight(near)) / width
        assert separating_weight_slope(both).overlaps(ratio)


@given(weights)
def test_the_zero_is_where_the_sign_changes(weight: Fraction) -> None:
    low, high = separated_radius(weight)
    assert 0 < low < high
    assert high - low <= Fraction(1, 10**12)
    with ctx.workprec(128):
        xi = ball(weight)
        assert separating_function(ball(low), xi) > 0
        assert separating_function(ball(high), xi) < 0
        for k in range(10):
            assert separating_function(ball(low * k / 10), xi) > 0
            assert separating_function(ball(high + k * k), xi) < 0


@given(st.fractions(1, 2, max_denominator=100))
def test_the_zero_of_a_weight_near_g_is_near_lambda(radius: Fraction) -> None:
    with ctx.workprec(128):
        weight = Fraction(float(separating_weight(ball(radius)).mid()))
    low, high = separated_radius(weight, width=Fraction(1, 10**15))
    # |g'| >= 0.0146 on [1, 2].
    assert abs((low + high) / 2 - radius) < Fraction(1, 10**13)


@pytest.mark.parametrize("weight", [Fraction(42, 100), Fraction(1, 2), Fraction(0), Fraction(-1)])
def test_other_weights_separate_no_ball(weight: Fraction) -> None:
    with pytest.raises(InputError, match=r"separates no ball; use one between 0\.4276 and 0\.4913"):
        separated_radius(weight)


def test_the_function_turns_once() -> None:
    weight = Fraction(59, 125)
    low, high = turning_radius(weight)
    xi = ball(weight)
    assert separating_slope(ball(low - Fraction(1, 1000)), xi) < 0
    assert separating_slope(ball(high + Fraction(1, 1000)), xi) > 0
    assert separating_slope(ball(high * 100), xi) > 0
    for monotone in (Fraction(42, 100), Fraction(8, 10)):
        with pytest.raises(InputError, match="does not turn"):
            turning_radius(monotone)


def test_the_share_of_large_biases_by_counting() -> None:
    assert abs(float(large_bias_share()) - float(mpmath.erfc(1))) < 1e-15
    assert abs(float(mpmath.ncdf(-mpmath.sqrt(2))) * 2 - float(large_bias_share())) < 1e-15
