"""The numbers of the guarantee and the representing width, computed another way."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from symerm.errors import InputError
from symerm.separation.constants import LEAST_WIDTH, guarantee
from symerm.separation.monotonicity import RADII, WEIGHTS, prove_monotone
from symerm.separation.representation import representing_width

STANDARD = {
    "dimension": 20, "radius": Fraction(3, 2), "eps": Fraction(1, 10), "delta": Fraction(1, 100),
    "mass": Fraction(9, 10), "density_bound": Fraction(3, 2), "tail": Fraction(1, 2),
}
SHARES = st.fractions(Fraction(1, 10**4), Fraction(99, 100))


def weight_at(radius: float):
    """g(lambda) by Owen's T as an integral."""
    t = 1 / mpmath.sqrt(2 + mpmath.mpf(radius) ** 2)
    owen = mpmath.quad(lambda s: mpmath.exp(-1 - s * s) / (1 + s * s), [0, t]) / (2 * mpmath.pi)
    return 2 / mpmath.pi * mpmath.atan(t) * mpmath.erfc(1) / (4 * owen)


def f(radius: float, weight):
    t = 1 / mpmath.sqrt(2 + mpmath.mpf(radius) ** 2)
    owen = mpmath.quad(lambda s: mpmath.exp(-1 - s * s) / (1 + s * s), [0, t]) / (2 * mpmath.pi)
    return 2 / mpmath.pi * mpmath.atan(t) - weight * 4 * owen / mpmath.erfc(1)


def test_the_first_term_of_the_width() -> None:
    assert LEAST_WIDTH == 20736000000000000
    assert guarantee(**STANDARD).width == LEAST_WIDTH


@settings(max_examples=40)
@given(SHARES, SHARES, SHARES, st.integers(0, 10**18))
def test_rate_and_steps(eps: Fraction, delta: Fraction, mass: Fraction, more: int) -> None:
    width, step = LEAST_WIDTH + more, Fraction(1, 10**6)
    found = guarantee(
        **{**STANDARD, "eps": eps, "delta": delta, "mass": mass}, width=width, step_size=step
    )
    assert found.rate == mass / (840 * 6561 * 1000000)
    with mpmath.workdps(60):
        nu, eta = (mpmath.mpf(x.numerator) / x.denominator for x in (found.rate, step))
        ratio = mpmath.mpf(width) * eps.denominator / (8 * eps.numerator)
        exact = 2 / (eta * nu) * mpmath.log(ratio)
        assert exact <= found.steps < exact * (1 + mpmath.mpf(10) ** -30) + 2
    assert found.time <= found.steps * step < found.time + step


def test_costs() -> None:
    found = guarantee(**STANDARD)
    assert found.memory == 8 * LEAST_WIDTH * 22
    assert found.step_size == Fraction(1, 2 * LEAST_WIDTH)
    assert found.years == Fraction(4 * LEAST_WIDTH * 10**5 * found.steps, 10**12 * 31557600)
    assert found.width_ratio == Fraction(12000**4, 10**4)
    assert found.one_hidden_layer == Fraction(1, 160000)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dimension", 1), ("radius", Fraction(1, 2)), ("radius", Fraction(21, 10)),
        ("eps", Fraction(0)), ("eps", Fraction(-1)), ("eps", Fraction(1)),
        ("delta", Fraction(0)), ("delta", Fraction(1)), ("mass", Fraction(0)),
        ("mass", Fraction(11, 10)), ("density_bound", Fraction(-1)), ("tail", Fraction(0)),
        ("width", 10**4), ("step_size", Fraction(0)),
    ],
)  # fmt: skip
def test_numbers_out_of_range_are_refused(name: str, value: object) -> None:
    with pytest.raises(InputError) as caught:
        guarantee(**{**STANDARD, name: value})
    assert "\n" not in str(caught.value)


def test_the_slope_bound_that_the_representing_width_rests_on() -> None:
    assert prove_monotone().proved
    assert (Fraction(9, 10), Fraction(21, 10)) == RADII
    for radius in (1, 1.5, 2):
        assert WEIGHTS[0] <= float(weight_at(radius)) <= WEIGHTS[1]


@pytest.mark.parametrize("radius", [Fraction(1), Fraction(3, 2), Fraction(2)])
@pytest.mark.parametrize(
    ("eps", "bound", "tail"),
    [
        # What limits the margin: 1/12000, the density, the distance R.
        (Fraction(1, 2), Fraction(1, 50), Fraction(1, 2)),
        (Fraction(1, 100), Fraction(2), Fraction(1, 2)),
        (Fraction(1, 100), Fraction(1, 50), Fraction(100)),
    ],
)
def test_the_margin_holds_off_the_band(
    radius: Fraction, eps: Fraction, bound: Fraction, tail: Fraction
) -> None:
    found = representing_width(
        radius=radius, eps=eps, delta=Fraction(1, 10), density_bound=bound, tail=tail
    )
    margin, reach, r = float(found.margin), float(found.reach), float(radius)
    assert found.margin <= Fraction(1, 12000)
    assert 1200 * found.margin * bound <= eps / 3
    assert tail / found.reach <= eps / 3
    weight = weight_at(r)
    assert abs(f(r, weight)) < 1e-12
    band = 600 * margin
    for x in [*np.linspace(0, r - band, 20), *np.geomspace(r + band, reach, 20)]:
        value = f(float(x), weight)
        assert abs(value) >= margin * (1 - 1e-9)
        assert (value > 0) == (x < r)
    assert found.width >= 8 * 4 / margin**2 * np.log(6 / (float(eps) / 10)) * (1 - 1e-9)


def test_the_mean_of_weighted_neurons_is_f() -> None:
    """By simulation of the hidden layer: the identity and the bound of the summands."""
    generator = np.random.default_rng(4)
    count, d, weight = 400000, 3, float(weight_at(1.5))
    u, b = generator.normal(0, 0.5, (count, d)), generator.normal(0, 0.5, count)
    share = special.erfc(1) / 2
    v = 2.0 * (b >= 0) - weight / share * (b >= 2**-0.5)
    largest = max(2, weight / share - 2)
    assert np.abs(v).max() <= largest * (1 + 1e-12)
    for norm in (0.0, 1.0, 2.0, 5.0):
        direction = generator.normal(size=d)
        values = v * special.erf(u @ (norm * direction / np.linalg.norm(direction)) + b)
        assert abs(values.mean() - float(f(norm, weight))) < 5 * values.std() / count**0.5


def test_a_band_network_of_modest_width_is_right_off_a_wide_band() -> None:
    """The same weights with a large margin: outputs are 1 inside and 0 outside the band."""
    generator = np.random.default_rng(9)
    count, d, weight, margin = 400000, 2, float(weight_at(1.5)), 0.02
    u, b = generator.normal(0, 0.5, (count, d)), generator.normal(0, 0.5, count)
    v = 2.0 * (b >= 0) - weight / (special.erfc(1) / 2) * (b >= 2**-0.5)
    outputs = {
        norm: float(np.clip(2 / margin * np.mean(v * special.erf(u[:, 0] * norm + b)), 0, 1))
        for norm in (0.0, 0.5, 2.5, 3.0)
        if abs(f(norm, weight)) >= margin * 0.5
    }
    assert outputs
    assert all(value == (1.0 if norm < 1.5 else 0.0) for norm, value in outputs.items())


def test_smaller_errors_need_more_neurons() -> None:
    widths = [
        representing_width(
            radius=Fraction(1), eps=Fraction(1, k), delta=Fraction(1, 10),
            density_bound=Fraction(1), tail=Fraction(1),
        ).width
        for k in (2, 20, 200, 2000)
    ]
    assert widths == sorted(widths)
    assert widths[0] < widths[-1]
