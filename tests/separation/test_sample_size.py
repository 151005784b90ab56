"""The sample size: its inequality at 50 digits, the norm of the weights, the bounds it rests on."""

from fractions import Fraction
from itertools import product

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import special

from symerm.separation.constants import guarantee
from symerm.separation.representation import representing_width
from symerm.separation.sample_size import sufficient_sample

STANDARD = {
    "radius": Fraction(3, 2), "eps": Fraction(1, 10), "delta": Fraction(1, 100),
    "density_bound": Fraction(3, 2), "tail": Fraction(1, 2),
}
SHARES = st.fractions(Fraction(1, 10**4), Fraction(99, 100))
RADII = st.fractions(1, 2, max_denominator=1000)


def gap(norm: int, samples: int, delta: Fraction):
    """4N/sqrt(n) + 2 sqrt(ln(4/delta)/(2n)) at the present precision."""
    share = mpmath.mpf(delta.numerator) / delta.denominator
    n = mpmath.mpf(samples)
    return 4 * norm / mpmath.sqrt(n) + 2 * mpmath.sqrt(mpmath.log(4 / share) / (2 * n))


@settings(max_examples=60)
@given(SHARES, SHARES, RADII, SHARES, SHARES)
def test_one_point_less_misses_the_inequality(
    eps: Fraction, delta: Fraction, radius: Fraction, bound: Fraction, tail: Fraction
) -> None:
    found = sufficient_sample(
        radius=radius, eps=eps, delta=delta, density_bound=bound, tail=tail
    )
    with mpmath.workdps(50):
        half = mpmath.mpf(eps.numerator) / eps.denominator / 2
        assert gap(found.norm_bound, found.samples, delta) <= half
        assert gap(found.norm_bound, found.samples - 1, delta) > half


def test_very_small_numbers_keep_the_least_integer() -> None:
    """The numbers have more digits than any fixed precision that would do for others."""
    delta = Fraction(1, 10**300)
    found = sufficient_sample(**{**STANDARD, "eps": Fraction(1, 10**30), "delta": delta})
    with mpmath.workdps(250):
        half = mpmath.mpf(10) ** -30 / 2
        assert gap(found.norm_bound, found.samples, delta) <= half
        assert gap(found.norm_bound, found.samples - 1, delta) > half


@pytest.mark.parametrize("radius", [Fraction(1), Fraction(3, 2), Fraction(2)])
def test_the_norm_bound_against_quadrature(radius: Fraction) -> None:
    found = sufficient_sample(**{**STANDARD, "radius": radius})
    with mpmath.workdps(40):
        t = 1 / mpmath.sqrt(2 + mpmath.mpf(radius.numerator) ** 2 / radius.denominator**2)
        owen = mpmath.quad(lambda s: mpmath.exp(-1 - s * s) / (1 + s * s), [0, t]) / 2 / mpmath.pi
        # xi/q is the quotient of (2/pi) atan(t) and the mean 2 T(sqrt 2, t) over large biases.
        largest = max(mpmath.mpf(2), mpmath.atan(t) / (mpmath.pi * owen) - 2)
        margin = mpmath.mpf(found.representing.margin.numerator) / (
            found.representing.margin.denominator
        )
        exact = 2 * largest / margin
        assert found.norm_bound - 1 < exact <= found.norm_bound


def test_half_of_both_errors_goes_to_the_representation() -> None:
    found = sufficient_sample(**STANDARD)
    halved = {**STANDARD, "eps": Fraction(1, 20), "delta": Fraction(1, 200)}
    assert found.representing == representing_width(**halved)


@pytest.mark.parametrize("count", [10, 1000])
def test_representing_weights_lie_in_the_ball(count: int) -> None:
    """2 v_j/(r t), drawn: the ball does not depend on their number."""
    found = sufficient_sample(**STANDARD)
    b = np.random.default_rng(3).normal(0, 0.5, count)
    t = 1 / np.sqrt(2 + 1.5**2)
    ratio = np.arctan(t) / (np.pi * special.owens_t(2**0.5, t))
    v = 2.0 * (b >= 0) - ratio * (b >= 2**-0.5)
    w = 2 * v / (count * float(found.representing.margin))
    length = np.sqrt(count) * np.linalg.norm(w)
    assert found.norm_bound / 10 < length <= found.norm_bound


@settings(max_examples=40)
@given(SHARES, SHARES, SHARES, SHARES)
def test_smaller_errors_need_more_points(
    eps: Fraction, delta: Fraction, factor: Fraction, bound: Fraction
) -> None:
    sizes = {**STANDARD, "eps": eps, "delta": delta, "density_bound": 3 * bound}
    found = sufficient_sample(**sizes).samples
    assert sufficient_sample(**{**sizes, "eps": factor * eps}).samples > found
    assert sufficient_sample(**{**sizes, "delta": factor * delta}).samples >= found


def test_the_guarantee_holds_the_sample() -> None:
    found = guarantee(dimension=20, mass=Fraction(1), **STANDARD)
    assert found.sample == sufficient_sample(**STANDARD)
    assert found.samples_ratio == Fraction(found.sample.samples, 10**5)
    other = guarantee(dimension=30, mass=Fraction(1), width=10**18, **STANDARD)
    assert other.sample == found.sample


@settings(max_examples=50)
@given(
    arrays.arrays(float, (7, 8), elements=st.floats(-3, 3)),
    arrays.arrays(bool, 7),
)
def test_contraction_over_all_signs(values: np.ndarray, labels: np.ndarray) -> None:
    """E max sum s_i loss_i <= 2 E max sum s_i g_i over eight functions g, by all 2^7 signs."""
    signs = np.array(list(product((-1, 1), repeat=7)))
    losses = (np.clip(values, 0, 1) - labels[:, None]) ** 2
    assert losses.min() >= 0
    assert losses.max() <= 1
    left, right = ((signs @ each).max(axis=1).mean() for each in (losses, values))
    assert left <= 2 * right + 1e-12


@settings(max_examples=50)
@given(arrays.arrays(float, (6, 4), elements=st.floats(-1, 1)))
def test_complexity_of_a_ball_over_all_signs(features: np.ndarray) -> None:
    """(1/n) E |sum s_i phi_i| <= sqrt(r/n), the maximum over the unit ball, by all 2^6 signs."""
    signs = np.array(list(product((-1, 1), repeat=6)))
    mean = np.linalg.norm(signs @ features, axis=1).mean() / 6
    assert mean <= np.sqrt((features**2).sum()) / 6 + 1e-12 <= np.sqrt(4 / 6) + 2e-12


def test_risks_in_a_small_ball_stay_below_the_bound() -> None:
    """Samples of 400 points, 30 neurons, sqrt(r) |w| <= 3: 300 weights of every direction."""
    generator = np.random.default_rng(5)
    count, points, norm, delta = 30, 400, 3.0, 0.1
    u, b = generator.normal(0, 0.5, (count, 2)), generator.normal(0, 0.5, count)
    w = generator.normal(size=(count, 300))
    w *= norm / np.sqrt(count) / np.linalg.norm(w, axis=0)

    def losses(x: np.ndarray) -> np.ndarray:
        inside = np.linalg.norm(x, axis=1) <= 1.5
        return (np.clip(special.erf(x @ u.T + b) @ w, 0, 1) - inside[:, None]) ** 2

    risk = losses(generator.normal(size=(100000, 2))).mean(axis=0)
    bound = 4 * norm / np.sqrt(points) + np.sqrt(np.log(1 / delta) / (2 * points))
    assert bound < 1
    worst = [
        (risk - losses(generator.normal(size=(points, 2))).mean(axis=0)).max() for _ in range(50)
    ]
    assert np.median(worst) > 0
    assert np.mean(np.array(worst) > bound) <= delta
