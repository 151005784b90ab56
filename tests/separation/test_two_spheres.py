"""The sum of two unit vectors: formulas against others, the maximum of the density, samples."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.arithmetic.balls import ball
from symerm.errors import InputError
from symerm.separation.two_spheres import TwoSpheres

INSIDE = st.fractions(Fraction(1, 20), Fraction(39, 20), max_denominator=200)


def mp_density(d: int, x):
    """By the angle of the two vectors, of density ~ sin^(d-2): |x| = 2 cos(angle/2)."""
    angle = 2 * mpmath.acos(x / 2)
    total = mpmath.beta(mpmath.mpf(d - 1) / 2, mpmath.mpf(1) / 2)
    return mpmath.sin(angle) ** (d - 2) / total / mpmath.sin(angle / 2)


@settings(max_examples=60)
@given(st.integers(2, 60), INSIDE)
def test_density_and_its_derivative(d: int, x: Fraction) -> None:
    law, point = TwoSpheres(d), mpmath.mpf(x.numerator) / x.denominator
    with mpmath.workdps(30):
        value, slope = mp_density(d, point), mpmath.diff(lambda y: mp_density(d, y), point)
    assert bool(abs(law.norm_density(ball(x)) - arb(float(value))) < 1e-9)
    assert bool(abs(law.norm_density_derivative(ball(x)) - arb(float(slope))) < 1e-7)


@pytest.mark.parametrize("d", [2, 3, 4, 11])
def test_distribution_function(d: int) -> None:
    law = TwoSpheres(d)
    for x in (0.25, 1.0, 1.75):
        with mpmath.workdps(20):
            value = mpmath.quad(lambda y: mp_density(d, y), mpmath.linspace(0, x, 5))
        assert bool(abs(law.norm_cdf(arb(x)) - arb(float(value))) < 1e-12)
    assert law.norm_cdf(arb(2)) == 1
    assert law.norm_cdf(arb(3)) == 1


def test_the_closed_form_in_the_plane() -> None:
    for x in (0.5, 1.5, 1.875):
        exact = 2 / arb.pi() * (arb(x) / 2).asin()
        assert TwoSpheres(2).norm_cdf(arb(x)).overlaps(exact)


def test_at_two_and_beyond() -> None:
    assert TwoSpheres(5).norm_density(arb(2)) == 0
    assert TwoSpheres(5).norm_density(arb("2.05")) == 0
    assert TwoSpheres(3).norm_density(arb("2.05")) == 0
    # The one-sided limits of the densities of dimensions two and three are not zero.
    assert TwoSpheres(3).norm_density(arb(2)).is_nan()
    assert TwoSpheres(2).norm_density_derivative(arb(2)).is_nan()
    assert TwoSpheres(2).norm_density_derivative(arb(3)) == 0


@pytest.mark.parametrize("d", [4, 5, 20, 300])
def test_the_maximum_of_the_density(d: int) -> None:
    law = TwoSpheres(d)
    maximum = law.density_maximum()
    grid = [law.norm_density(arb(float(x))) for x in np.linspace(0.01, 1.99, 2000)]
    assert not any(value > maximum for value in grid)
    assert any(value > maximum * (1 - 1e-3) for value in grid)


@settings(max_examples=40)
@given(st.integers(2, 40), INSIDE, st.fractions(0, Fraction(1, 25)), st.fractions(-1, 1))
def test_wide_balls_enclose(d: int, x: Fraction, width: Fraction, where: Fraction) -> None:
    law, wide, point = TwoSpheres(d), ball(x, width), ball(x + width * where)
    for method in (law.norm_density, law.norm_density_derivative, law.norm_cdf):
        assert method(wide).overlaps(method(point))


@pytest.mark.parametrize("d", [2, 3, 20])
def test_samples_have_the_distribution_function(d: int) -> None:
    count = 20000
    law = TwoSpheres(d)
    points = law.sample(count, np.random.default_rng(d))
    norms = np.sort(np.linalg.norm(points, axis=1))
    for rank in range(50, count, count // 60):
        value = float(law.norm_cdf(arb(float(norms[rank]))).mid())
        assert abs(value - (rank + 0.5) / count) < 2 / count**0.5
    units = points / np.linalg.norm(points, axis=1)[:, None]
    assert np.abs(units.T @ units / count - np.eye(d) / d).max() < 0.02


@pytest.mark.parametrize("d", [1, 0, -3])
def test_no_density_on_the_line(d: int) -> None:
    with pytest.raises(InputError, match="dimension 2"):
        TwoSpheres(d)


def test_balls_that_reach_below_zero() -> None:
    law = TwoSpheres(3)
    assert law.norm_cdf(arb(-1)) == 0
    assert law.norm_cdf(arb(0)) == 0
    wide = law.norm_cdf(arb(0.5, 0.75))
    assert wide.contains(0)
    assert wide.overlaps(law.norm_cdf(arb(1.25)))
