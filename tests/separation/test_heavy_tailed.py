"""The heavy-tailed law: formulas against quadrature, enclosures, tail bounds, samples."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.arithmetic.balls import ball
from symerm.errors import InputError
from symerm.separation.bessel import (
    _LANDAU,
    _squares,
    bessel_cdf,
    bessel_density,
    bessel_density_derivative,
    bessel_tail_bound,
    sample_bessel,
)
from symerm.separation.heavy_tailed import HeavyTailed

ORDERS = st.integers(1, 60).map(lambda d: Fraction(d, 2))
POINTS = st.fractions(Fraction(1, 4), 80, max_denominator=50)


def near(value, number, accuracy=1e-10) -> bool:
    return bool(abs(value - arb(float(number))) < accuracy)


def mp_norm_density(d: int, a: float, x):
    """From the density in R^d and the surface of the sphere, not from the formula of the norm."""
    d, x = mpmath.mpf(d), mpmath.mpf(x)
    ball_radius = mpmath.gamma(d / 2 + 1) ** (1 / d) / mpmath.sqrt(mpmath.pi)
    surface = 2 * mpmath.pi ** (d / 2) / mpmath.gamma(d / 2) * x ** (d - 1)
    s = 2 * mpmath.pi * a * mpmath.sqrt(d) * ball_radius * x
    heavy = (ball_radius / x) ** d * mpmath.besselj(d / 2, s) ** 2
    normal = (d / (2 * mpmath.pi)) ** (d / 2) * mpmath.exp(-d * x**2 / 2)
    return surface * (heavy + normal) / 2


@pytest.mark.parametrize("d", [1, 2, 3, 7, 20])
@pytest.mark.parametrize("a", [Fraction(1), Fraction(3, 2)])
def test_density_and_distribution_agree_with_quadrature(d: int, a: Fraction) -> None:
    law = HeavyTailed(d, a)
    total, left = mpmath.mpf(0), mpmath.mpf(0)
    for x in (0.25, 0.75, 1.5, 2.05):
        with mpmath.workdps(20):
            pieces = mpmath.linspace(left, x, 8 + d)
            total += mpmath.quad(lambda y: mp_norm_density(d, float(a), y), pieces)
            left = x
            assert near(law.norm_density(arb(x)), mp_norm_density(d, float(a), x))
            assert near(law.norm_cdf(arb(x)), total, 1e-8)


@settings(max_examples=30)
@given(ORDERS, POINTS)
def test_distribution_function_is_a_hypergeometric_series(v: Fraction, s: Fraction) -> None:
    with mpmath.workdps(60):
        n, x = mpmath.mpf(v.numerator) / v.denominator, mpmath.mpf(s.numerator) / s.denominator
        series = mpmath.hyper([n, n + 0.5], [n + 1, n + 1, 2 * n + 1], -(x**2))
        value = (x / 2) ** (2 * n) / mpmath.gamma(n + 1) ** 2 * series
    found = bessel_cdf(v, ball(s))
    assert near(found, value, 1e-12)
    assert found.rad() < 1e-12


@settings(max_examples=50)
@given(ORDERS, POINTS)
def test_the_derivative_of_the_density(v: Fraction, s: Fraction) -> None:
    n = float(v)

    def density(x):
        return 2 * n * mpmath.besselj(n, x) ** 2 / x

    with mpmath.workdps(30):
        slope = mpmath.diff(density, mpmath.mpf(s.numerator) / s.denominator)
    assert near(bessel_density_derivative(v, ball(s)), slope, 1e-9)


@settings(max_examples=60)
@given(ORDERS, POINTS, st.fractions(0, Fraction(1, 8)), st.fractions(-1, 1))
def test_wide_balls_enclose(v: Fraction, s: Fraction, width: Fraction, where: Fraction) -> None:
    wide, point = ball(s, width), ball(s + width * where)
    for function in (bessel_density, bessel_density_derivative, bessel_cdf):
        assert function(v, wide).overlaps(function(v, point))
    law = HeavyTailed(v.numerator if v.denominator == 2 else 2 * v.numerator)
    for method in (law.norm_density, law.norm_density_derivative, law.norm_cdf):
        assert method(ball(s / 20, width / 20)).overlaps(method(ball((s + width * where) / 20)))


@settings(max_examples=60)
@given(ORDERS, st.fractions(Fraction(21, 20), 30))
def test_the_tail_bound(v: Fraction, ratio: Fraction) -> None:
    s = ball(v * ratio)
    tail, bound = 1 - bessel_cdf(v, s), bessel_tail_bound(v, s)
    assert not tail > bound
    # Beyond 8 v and 16 it is not far off either.
    assert ratio < 8 or v * ratio < 16 or bound < 1.3 * tail


def test_the_bounds_of_the_envelope() -> None:
    for v in (0.5, 1.0, 1.5, 5.0, 17.5, 60.0):
        s = np.linspace(v / 50, 12 * v + 40, 20001)
        squares = _squares(v, s)
        assert squares.max() <= _LANDAU**2 * v ** (-2 / 3)
        beyond = s > v * 1.000001
        assert (squares[beyond] <= 2 / np.pi / np.sqrt(s[beyond] ** 2 - v**2) * (1 + 1e-12)).all()
    # Landau's constant 2^(1/3) max Ai, and it is sharp for large orders.
    first = mpmath.airyaizero(1, derivative=1)
    assert 0 <= _LANDAU - mpmath.cbrt(2) * mpmath.airyai(first) < 1e-8
    assert _squares(5e3, np.linspace(5e3, 5.05e3, 2001)).max() > 0.674**2 * 5e3 ** (-2 / 3)


def test_far_out_squares_keep_their_phase() -> None:
    for v, s in ((1.5, 2.0**24), (10.0, 3e9), (10.0, 7e10)):
        with mpmath.workdps(40):
            exact = float(mpmath.besselj(v, s) ** 2)
        assert abs(_squares(v, np.array([s]))[0] - exact) < 1e-4 / s
    for v, s in ((10.0, 1e3), (10.0, 2e4), (50.0, 2e4), (50.0, 5.3e7), (200.0, 2.2e8)):
        with mpmath.workdps(40):
            exact = float(mpmath.besselj(v, s) ** 2)
        assert abs(_squares(v, np.array([s]))[0] - exact) < 1e-7 / s


def test_the_normal_density_over_its_peak() -> None:
    law = HeavyTailed(200)
    wide = law._normal_density(arb(1, 0.125))
    for x in (0.875, 0.9375, 0.9975, 1.125):
        assert wide.overlaps(law._normal_density(arb(x)))
    assert wide.upper() < 1.01 * law._normal_density(arb(0.9975))


@pytest.mark.parametrize("d", [1, 2, 3, 20, 101])
def test_samples_have_the_distribution_function(d: int) -> None:
    count = 20000
    law = HeavyTailed(d, Fraction(3, 2))
    points = law.sample(count, np.random.default_rng(d))
    norms = np.sort(np.linalg.norm(points, axis=1))
    # At 60 ranks: the largest distance is below 2/sqrt(n) but with probability 2 exp(-8).
    for rank in range(100, count, count // 60):
        value = float(law.norm_cdf(arb(float(norms[rank]))).mid())
        assert abs(value - (rank + 0.5) / count) < 2 / count**0.5
    # The tail of order 1/t, against its limit.
    far = 3.0
    expected = count * float(law.tail_limit().mid()) / far
    assert abs((norms > far).sum() - expected) < 5 * expected**0.5 + 0.03 * expected + count * 1e-3


def test_directions_are_uniform_and_independent_of_the_norm() -> None:
    points = HeavyTailed(4).sample(40000, np.random.default_rng(8))
    norms = np.linalg.norm(points, axis=1)
    for chosen in (norms < np.median(norms), norms > np.median(norms)):
        units = points[chosen] / norms[chosen, None]
        assert np.abs(units.mean(axis=0)).max() < 0.02
        assert np.abs(units.T @ units / len(units) - np.eye(4) / 4).max() < 0.02


def test_large_orders_are_sampled() -> None:
    draws = np.sort(sample_bessel(400.0, 4000, np.random.default_rng(3)))
    for rank in (200, 1000, 2000, 2500):
        value = float(bessel_cdf(Fraction(400), arb(float(draws[rank]))).mid())
        assert abs(value - rank / 4000) < 2 / 4000**0.5


def test_the_same_seed_gives_the_same_points() -> None:
    law = HeavyTailed(3)
    first, second = (law.sample(50, np.random.default_rng(5)) for _ in range(2))
    assert (first == second).all()
    assert law.sample(0, np.random.default_rng(5)).shape == (0, 3)


def test_the_limit_of_the_tail() -> None:
    law = HeavyTailed(5, Fraction(2))
    for t in (40, 80):
        value = t * (1 - law.norm_cdf(arb(t)))
        assert bool(abs(value - law.tail_limit()) < 0.02 * law.tail_limit())
        assert not (1 - law.norm_cdf(arb(t))) > law.tail_bound(arb(t))


@pytest.mark.parametrize(("d", "a"), [(0, 1), (-2, 1), (3, 0), (3, -1)])
def test_bad_laws_are_refused(d: int, a: int) -> None:
    with pytest.raises(InputError):
        HeavyTailed(d, Fraction(a))


def test_balls_that_reach_below_zero() -> None:
    law = HeavyTailed(3)
    assert law.norm_cdf(arb(-1)) == 0
    assert law.norm_cdf(arb(0)) == 0
    wide = law.norm_cdf(arb(0.5, 0.75))
    assert wide.contains(0)
    assert wide.overlaps(law.norm_cdf(arb(1.25)))
