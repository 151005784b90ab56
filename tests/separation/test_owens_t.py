"""Owen's T against a certified integral, quadrature, and its symmetries."""

import mpmath
import pytest
from flint import acb, arb, ctx
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import owens_t as floating

from symerm.separation.owens_t import owens_t, owens_t_slope

heights = st.floats(-8, 8, allow_subnormal=False)
slopes = st.floats(-6, 6, allow_subnormal=False)


def integral(h: arb, a: arb) -> arb:
    """The definition, by certified integration along a real segment."""
    def integrand(t: acb, _: bool) -> acb:
        square = 1 + t * t
        return (-acb(h) * acb(h) * square / 2).exp() / square

    return acb.integral(integrand, acb(0), acb(a)).real / (2 * arb.pi())


@given(heights, slopes)
def test_it_is_the_integral(h: float, a: float) -> None:
    value = owens_t(arb(h), arb(a))
    assert value.overlaps(integral(arb(h), arb(a)))
    assert abs(float(value.mid()) - floating(h, a)) < 1e-14
    assert value.rad() < 1e-14


@pytest.mark.parametrize("bits", [30, 53, 128, 700])
@pytest.mark.parametrize(("h", "a"), [(0, 1), (1, 1), (3, 0.25), (0.125, 0.75), (2, 3), (9, 1)])
def test_the_remainder_holds_at_every_precision(bits: int, h: float, a: float) -> None:
    with ctx.workprec(bits):
        value = owens_t(arb(h), arb(a))
        assert value.rad() < arb(2) ** (3 - bits)
    with ctx.workprec(800):
        assert value.overlaps(integral(arb(h), arb(a)))


def test_it_agrees_with_quadrature_to_forty_digits() -> None:
    with mpmath.workdps(50), ctx.workprec(160):
        for a in ("0.7", "0.25", "2.5"):
            expected = mpmath.quad(
                lambda t: mpmath.exp(-1 - t * t) / (1 + t * t), [0, mpmath.mpf(a)]
            ) / (2 * mpmath.pi)
            value = owens_t(arb(2).sqrt(), arb(a))
            assert value.overlaps(arb(mpmath.nstr(expected, 50), 1e-45))
            assert value.rad() < 1e-44


@given(heights, slopes, st.floats(0, 1), st.floats(0, 1), st.floats(-1, 1), st.floats(-1, 1))
def test_a_wide_ball_holds_the_values_of_its_points(
    h: float, a: float, wide: float, broad: float, x: float, y: float
) -> None:
    value = owens_t(arb(h, wide), arb(a, broad))
    inside = arb(h) + arb(wide) * x, arb(a) + arb(broad) * y
    assert value.overlaps(owens_t(*inside))
    low, high = value.lower(), value.upper()
    # Monotone: the ends are attained up to rounding; radii of balls have 30 bits.
    corners = [
        owens_t(arb(s), arb(t))
        for s in (arb(h, wide).abs_lower(), arb(h, wide).abs_upper())
        for t in (arb(a, broad).lower(), arb(a, broad).upper())
    ]
    assert min(float(c) for c in corners) <= float(low) + 1e-8
    assert max(float(c) for c in corners) >= float(high) - 1e-8


@given(heights, slopes)
def test_symmetries_and_reflection(h: float, a: float) -> None:
    x, y = arb(h), arb(a)
    assert owens_t(-x, y).overlaps(owens_t(x, y))
    assert owens_t(x, -y).overlaps(-owens_t(x, y))
    half = (abs(x) / arb(2).sqrt()).erfc() / 2
    assert owens_t(x, arb(1)).overlaps(half * (1 - half) / 2)
    assert owens_t(arb(0), y).overlaps(y.atan() / (2 * arb.pi()))


def test_far_out_it_is_enclosed_without_a_series() -> None:
    value = owens_t(arb(60), arb(1))
    assert value.upper() < arb(10) ** -700
    assert value.lower() <= 0


@given(st.floats(-3, 3), st.floats(-2, 2), st.floats(1e-6, 1e-2))
def test_the_slope_bounds_difference_quotients(h: float, a: float, step: float) -> None:
    near, far = arb(a), arb(a) + arb(step)
    quotient = (owens_t(arb(h), far) - owens_t(arb(h), near)) / (far - near)
    assert owens_t_slope(arb(h), near.union(far)).overlaps(quotient)
