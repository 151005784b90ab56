"""The law of density 2v J_v(s)^2 / s on s > 0, v >= 1/2: its CDF, its tail, exact samples.

As J_(n-1) + J_(n+1) = 2n J_n / s and 2 J_n' = J_(n-1) - J_(n+1) (Watson 1944, 2.12), the derivative
of J_v^2 + 2 sum_(k>0) J_(v+k)^2 telescopes to the density: this is the CDF.  Bounds of |J_v| are
(s/2)^v / Gamma(v+1) (Watson 3.31), b v^(-1/3) with b = 2^(1/3) max Ai (Landau 2000), and, for
s > v, J_v^2 <= M^2 = J_v^2 + Y_v^2 with 2/(pi s) <= M^2 <= 2/(pi sqrt(s^2 - v^2)) (Watson 13.74).
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, ctx
from numpy.typing import NDArray

from symerm.arithmetic.balls import ball

__all__ = [
    "bessel_cdf",
    "bessel_density",
    "bessel_density_derivative",
    "bessel_tail_bound",
    "sample_bessel",
]

#: Landau's b = 0.674885096.., rounded up: a larger constant keeps the bound true.
_LANDAU = 0.6748851
#: Beyond this many orders the phase of J_v is exact to a double with two terms (Watson 7.3).
_FAR = 2.0**20


def bessel_density(order: Fraction, s: Any) -> Any:
    """The density 2v J_v(s)^2 / s in a ball.

    Parameters
    ----------
    order : Fraction
        v >= 1/2.
    s : arb
        A ball of positive numbers.

    Examples
    --------
    J_(1/2)^2 = 2 sin^2(s) / (pi s):

    >>> (bessel_density(Fraction(1, 2), arb(1)) - 2 / arb.pi() * arb(1).sin() ** 2).contains(0)
    True
    """
    value = _value(ball(order), s)
    return 2 * ball(order) * value * value / s


def bessel_density_derivative(order: Fraction, s: Any) -> Any:
    """The derivative of the density, from s J_v' = v J_v - s J_(v+1).

    Examples
    --------
    >>> slope = bessel_density_derivative(Fraction(1, 2), arb.pi())
    >>> bool(abs(slope) < 1e-10)
    True
    """
    v = ball(order)
    value, above = _value(v, s), _value(v + 1, s)
    return 2 * v * value * ((2 * v - 1) * value - 2 * s * above) / (s * s)


def bessel_cdf(order: Fraction, s: Any) -> Any:
    """The distribution function J_v(s)^2 + 2 sum_(k>0) J_(v+k)(s)^2 in a ball.

    The rest of the series after the order n - 1 is at most twice (s/2)^(2n) / Gamma(n+1)^2 times
    the geometric sum of (s / (2n+2))^2.

    Parameters
    ----------
    order : Fraction
        v >= 1/2.
    s : arb
        A ball; the distribution function is evaluated at its ends.

    Examples
    --------
    >>> v, s = Fraction(1, 2), arb(2)
    >>> (bessel_cdf(v, s) - 2 / arb.pi() * ((2 * s).si() - s.sin() ** 2 / s)).contains(0)
    True
    """
    if s.is_exact():
        return _cdf_at(order, s) if s > 0 else arb(0)
    return bessel_cdf(order, s.lower()).union(bessel_cdf(order, s.upper()))


def _cdf_at(order: Fraction, s: Any) -> Any:
    negligible = arb(2) ** (-ctx.prec - 8)
    n, stride = ball(order), 1 + int(float(s.mid()) / 16)
    while True:
        n = n + stride
        ratio = s / (2 * n + 2)
        if ratio < 0.75:
            first = (n * (s / 2).log() - (n + 1).lgamma()).exp()
            rest = 2 * first * first / (1 - ratio * ratio)
            if rest < negligible:
                break
    with ctx.workprec(_working_bits(s)):
        # Downwards the recurrence is stable: two values at the top give all others.
        above, value = s.bessel_j(n), s.bessel_j(n - 1)
        total = rest.upper().union(arb(0))
        n = n - 1
        while n > ball(order):
            total += 2 * value * value
            above, value = value, 2 * n / s * value - above
            n = n - 1
        total += value * value
    return +total


def _working_bits(s: Any) -> int:
    """Bits enough for s sums and differences of Bessel functions at s, by experience."""
    return int(ctx.prec + 64 + 2 * float(s.mid()))


def _value(order: Any, s: Any) -> Any:
    """J_v over a ball, by J_v' = (v/s) J_v - J_(v+1) and Landau's bound."""
    middle, accuracy = s.mid(), 2.0 ** (8 - ctx.prec)
    # Far out the asymptotic series needs no more bits; else the power series cancels some.
    for bits in (ctx.prec + 32, _working_bits(s)):
        with ctx.workprec(bits):
            value = middle.bessel_j(order)
        if value.rad() < accuracy:
            break
    if s.is_exact():
        return +value
    slope = _LANDAU * (order ** arb("2/3") / s.lower() + (order + 1) ** arb("-1/3"))
    return value + arb(0, (slope * s.rad()).upper())


def bessel_tail_bound(order: Fraction, s: Any) -> Any:
    """An upper bound of the tail 1 - CDF(s) for s > v; times s it decreases to the limit 2v/pi.

    With J_v = M cos(phi) and phi' = 2/(pi s M^2) the tail is v times the integrals of M^2/s, at
    most (2/pi) asin(v/s)/v, and of (pi/2) M^4 cos(2 phi) over phi; as M decreases the second one
    is at most (pi/2) M(s)^4 <= (2/pi)/(s^2 - v^2) by the second mean value theorem.

    Parameters
    ----------
    order : Fraction
        v >= 1/2.
    s : arb
        A ball of numbers above v.

    Returns
    -------
    arb
        (2/pi) (asin(v/s) + v/(s^2 - v^2)).

    Examples
    --------
    >>> v, s = Fraction(5), arb(40)
    >>> tail, bound = 1 - bessel_cdf(v, s), bessel_tail_bound(v, s)
    >>> bool(tail <= bound), bool(bound <= 1.1 * tail)
    (True, True)
    """
    v = ball(order)
    return 2 / arb.pi() * ((v / s).asin() + v / (s * s - v * v))


def sample_bessel(
    order: float, count: int, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Independent draws of the law by rejection: exact up to the rounding of doubles.

    The envelope of the density is its bound by the power (s/2)^(2v) up to s0, by Landau's
    constant up to s1 and by M^2 beyond; s0 and s1 are where two bounds cross.  About half of the
    proposals are kept for small orders, and a share of order v^(-1/3) for large ones.

    Parameters
    ----------
    order : float
        v >= 1/2.
    count : int
    generator : numpy.random.Generator

    Returns
    -------
    ndarray of shape (count,)

    Examples
    --------
    >>> draws = sample_bessel(5.0, 10000, np.random.default_rng(1))
    >>> bool(abs((draws <= 10).mean() - float(bessel_cdf(Fraction(5), arb(10)).mid())) < 0.02)
    True
    """
    flat = _LANDAU**2 * order ** (-2 / 3)
    high = math.hypot(order, 2 / (math.pi * flat))
    log_gamma = math.lgamma(order + 1)
    # For v = 1/2 Landau's bound is nowhere the least one of the three.
    low = min(2 * math.exp((0.5 * math.log(flat) + log_gamma) / order), high)
    angle = math.asin(order / high)
    top = math.exp(2 * (order * math.log(low / 2) - log_gamma))
    # Masses of the bounds 2v top (s/low)^(2v) / s, 2v flat / s and 4v / (pi s sqrt(s^2 - v^2)).
    masses = np.array([top, 2 * order * flat * math.log(high / low), 4 / math.pi * angle])
    total = masses.sum()
    kept = np.empty(count)
    filled = 0
    while filled < count:
        size = int((count - filled) * total * 1.05) + 16
        piece = generator.choice(3, size=size, p=masses / total)
        # In (0, 1]: zero would be a draw at infinity.
        u = 1 - generator.random(size)
        s = np.select(
            [piece == 0, piece == 1],
            [low * u ** (0.5 / order), low * (high / low) ** u],
            order / np.sin(angle * u),
        )
        ceiling = np.select(
            [piece == 0, piece == 1], [top * u, np.full(size, flat)],
            2 / math.pi / order * np.tan(angle * u),
        )
        accepted = s[generator.random(size) * ceiling <= _squares(order, s)][: count - filled]
        kept[filled : filled + len(accepted)] = accepted
        filled += len(accepted)
    return kept


def _squares(order: float, s: NDArray[np.float64]) -> NDArray[np.float64]:
    """J_v(s)^2, far out by modulus and phase: library routines lose the phase there."""
    from scipy.special import jv

    far = s > _FAR * order
    values = np.empty_like(s)
    values[~far] = jv(order, s[~far]) ** 2
    z = s[far]
    phase = z - (order / 2 + 0.25) * math.pi + (4 * order**2 - 1) / (8 * z)
    values[far] = 2 / (math.pi * z) * np.cos(phase) ** 2
    return values
