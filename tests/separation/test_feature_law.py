"""The law of a feature against differentiated normal laws and product quadrature."""

from fractions import Fraction
from math import exp, sqrt

import mpmath
import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import erf

from symerm.arithmetic.balls import ball
from symerm.errors import InputError
from symerm.separation.density_bounds import bound_density
from symerm.separation.feature_law import (
    densest_radius,
    feature_density,
    feature_distribution,
    feature_kernel,
    least_density,
)
from symerm.separation.minimum import interval_ball

values = st.fractions(Fraction(-99, 100), Fraction(99, 100), max_denominator=200)
radii = st.fractions(0, 4, max_denominator=200)


@pytest.mark.parametrize("value", ["-0.9", "0", "0.3", "0.5"])
@pytest.mark.parametrize("radius", ["0", "1", "2.5"])
def test_the_density_is_the_derivative_of_a_normal_law(value: str, radius: str) -> None:
    with mpmath.workdps(40), ctx.workprec(160):
        spread = mpmath.sqrt((1 + mpmath.mpf(radius) ** 2) / 4)

        def distribution(z: mpmath.mpf) -> mpmath.mpf:
            return mpmath.ncdf(mpmath.erfinv(z) / spread)

        z, r = arb(value), arb(radius)
        expected = distribution(mpmath.mpf(value))
        assert abs(feature_distribution(z, r) - arb(mpmath.nstr(expected, 40))) < 1e-36
        slope = mpmath.diff(distribution, mpmath.mpf(value))
        assert abs(feature_density(z, r) - arb(mpmath.nstr(slope, 40))) < 1e-25


@given(radii)
def test_the_density_has_the_masses_of_the_distribution(radius: Fraction) -> None:
    nodes, masses = np.polynomial.legendre.leggauss(40)
    r = ball(radius)
    total = sum(
        float(weight) * float(feature_density(arb(0.4 * float(node)), r))
        for node, weight in zip(nodes, masses, strict=True)
    )
    mass = feature_distribution(arb(0.4), r) - feature_distribution(arb(-0.4), r)
    assert abs(0.4 * total - float(mass)) < 1e-12


def test_samples_follow_the_law() -> None:
    generator = np.random.default_rng(7)
    x = np.array([0.6, 1.2, 0.0])
    sample = erf(generator.normal(0, 0.5, (200_000, 3)) @ x + generator.normal(0, 0.5, 200_000))
    radius = arb(float(np.linalg.norm(x)))
    for z in (-0.7, 0.1, 0.5):
        share = float((sample <= z).mean())
        assert abs(share - float(feature_distribution(arb(z), radius))) < 0.006


@given(values)
def test_at_norm_one_a_feature_is_uniform(value: Fraction) -> None:
    z = ball(value)
    assert abs(feature_density(z, arb(1)) - 0.5) < 1e-14
    assert abs(feature_distribution(z, arb(1)) - (1 + z) / 2) < 1e-14


@given(values, values, radii)
def test_the_density_is_monotone_in_the_size_of_the_value(
    one: Fraction, other: Fraction, radius: Fraction
) -> None:
    small, large = sorted((one, other), key=abs)
    if abs(small) == abs(large) or radius == 1:
        return
    with ctx.workprec(160):
        inner, outer = (feature_density(ball(z), ball(radius)) for z in (small, large))
        assert inner > outer if radius < 1 else inner < outer


@given(values, st.lists(radii, min_size=2, max_size=2, unique=True))
def test_the_density_turns_at_the_densest_radius(value: Fraction, pair: list[Fraction]) -> None:
    near, far = sorted(pair)
    with ctx.workprec(160):
        turn = densest_radius(ball(value))
        low, high = (feature_density(ball(value), ball(r)) for r in (near, far))
        if ball(far) < turn:
            assert low < high
        elif ball(near) >= turn:
            assert low > high


@given(values, radii, st.floats(0, 0.005), st.floats(0, 0.3), st.floats(-1, 1), st.floats(-1, 1))
def test_wide_balls_hold_the_values_of_their_points(
    value: Fraction, radius: Fraction, wide: float, broad: float, x: float, y: float
) -> None:
    z = arb(float(value), wide)
    r = interval_ball(radius, radius + Fraction(broad))
    point = arb(float(value)) + arb(wide) * x, ball(radius + Fraction(broad) * Fraction(abs(y)))
    assert feature_density(z, r).overlaps(feature_density(*point))
    assert feature_distribution(z, r).overlaps(feature_distribution(*point))


@given(st.fractions(0, Fraction(9, 10), max_denominator=50), radii)
def test_no_point_is_below_the_least_density(reach: Fraction, radius: Fraction) -> None:
    least = float(least_density(reach, radius))
    found = [
        float(feature_density(ball(reach * i / 6), ball(radius * k / 6)))
        for i in range(7) for k in range(7)
    ]
    assert least == pytest.approx(min(found), rel=1e-13)


def test_the_kernel_is_the_mean_of_products() -> None:
    x, y = (Fraction(1, 2), Fraction(2)), (Fraction(-1), Fraction(1, 3))
    # erf(<u, x> + b) erf(<u, y> + b) over the three normal variables u_1, u_2, b.
    nodes, masses = np.polynomial.hermite_e.hermegauss(48)
    law = masses / masses.sum()
    u, v, b = np.meshgrid(nodes / 2, nodes / 2, nodes / 2, indexing="ij")
    first = erf(u * float(x[0]) + v * float(x[1]) + b)
    second = erf(u * float(y[0]) + v * float(y[1]) + b)
    matrix = feature_kernel([x, y])
    for i, left in enumerate((first, second)):
        for k, right in enumerate((first, second)):
            expected = np.einsum("ijk,i,j,k->", left * right, law, law, law)
            assert abs(float(matrix[i, k]) - expected) < 1e-6


@given(st.lists(st.fractions(-2, 2, max_denominator=9), min_size=2, max_size=2))
def test_the_variance_is_that_of_the_law(point: list[Fraction]) -> None:
    variance = float(feature_kernel([point])[0, 0])
    square = float(sum(c * c for c in point))
    nodes, masses = np.polynomial.hermite_e.hermegauss(80)
    expected = (masses * erf(nodes * sqrt((1 + square) / 4)) ** 2).sum() / masses.sum()
    assert variance == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("value", [1, -1, 2])
def test_values_outside_are_refused(value: int) -> None:
    for function in (feature_density, feature_distribution):
        with pytest.raises(InputError, match=r"a feature lies in \(-1, 1\)"):
            function(arb(value), arb(1))
    with pytest.raises(InputError, match=r"a feature lies in \(-1, 1\)"):
        densest_radius(arb(0.9, 0.2))


@pytest.mark.parametrize(("reach", "radius"), [(1, 1), (-1, 1), (Fraction(1, 2), -1)])
def test_the_least_density_needs_a_range(reach: Fraction, radius: Fraction) -> None:
    with pytest.raises(InputError, match="use a reach in"):
        least_density(Fraction(reach), Fraction(radius))


def test_the_bounds_of_the_density() -> None:
    found = bound_density()
    for low, high in (found.least, (found.minimum.low, found.minimum.high)):
        assert 0 < low < high
        assert 10 * low**2 <= 1 <= 10 * high**2
    assert found.minimum.complete
    assert found.least_to_one[0] <= Fraction(1, 2) <= found.least_to_one[1]
    assert found.half_mass[0] <= Fraction(1, 2) <= found.half_mass[1]
    assert found.side[0] > found.centre[1]
    low, middle, high = found.turn_values
    assert middle[0] > max(low[1], high[1])
    # At the reach the density at |x| = 0 has fallen to that at z = 0, |x| = 2.
    reach = float(found.reach[0])
    assert exp(-float(mpmath.erfinv(reach)) ** 2) / sqrt(2) == pytest.approx(10**-0.5, rel=1e-12)
    assert least_density(found.reach[0] + Fraction(1, 1000), Fraction(2)) < ball(found.least[0])
    assert least_density(found.reach[0] - Fraction(1, 1000), Fraction(2)).overlaps(
        least_density(Fraction(1, 2), Fraction(2))
    )
