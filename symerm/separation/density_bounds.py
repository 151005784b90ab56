r"""How small the density of a feature can be while |x| <= 2, and where it is monotone.

For |z| <= z_0 and |x| <= 2 the density p(z | r) is at least min(exp(-n_0^2)/sqrt 2, 1/sqrt 10) with
n_0 = erfinv z_0: it first grows and then falls in r, so an end decides.  The second is smaller up
to z_0 = erf(sqrt(log(5)/2)) = 0.795..; on all of (-1, 1) there is no positive bound.  A law of |x|
with P(|x| <= 2) >= C gives the mixture the density C/sqrt 10 at least, wherever |z| <= z_0.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, ctx

from symerm.arithmetic.balls import ball, ball_bounds
from symerm.separation.feature_law import (
    densest_radius,
    feature_density,
    feature_distribution,
    least_density,
)
from symerm.separation.minimum import CertifiedMinimum, certified_minimum

__all__ = ["REACH", "SAMPLE_VALUE", "DensityBounds", "bound_density"]

Interval = tuple[Fraction, Fraction]

#: The density is bounded for |z| up to here.
REACH = Fraction(1, 2)
#: A value of the feature at which the density turns between |x| = 0 and |x| = 2.
SAMPLE_VALUE = Fraction(4, 5)
_RADIUS = Fraction(2)
_BITS = 96


@dataclass(frozen=True)
class DensityBounds:
    """Enclosures of what decides the bound of the density.

    Attributes
    ----------
    least : pair of Fraction
        The minimum over |z| <= 1/2 and |x| <= 2 in closed form: 1/sqrt 10.
    minimum : CertifiedMinimum
        The same minimum by subdivision of the range of |x|.
    least_to_one : pair of Fraction
        The minimum over |z| <= 1/2 and |x| <= 1: 1/2.
    reach : pair of Fraction
        The largest z_0 for which the bound 1/sqrt 10 holds for all |z| <= z_0 and |x| <= 2.
    half_mass : pair of Fraction
        P(|Z| <= 1/2 | |x| = 1), which would be 1 for the uniform law on [-1/2, 1/2].
    centre, side : pairs of Fraction
        p(0 | 2) and p(1/2 | 2); the second is larger, so p does not fall in |z| there.
    falling : pair of Fraction
        The largest |z| for which p falls in |x| throughout: erf(1/2).
    unit_turn : pair of Fraction
        The |z| for which p grows in |x| up to |x| = 1 and falls from there on: erf(1/sqrt 2).
    turn : pair of Fraction
        The |x| at which p turns for |z| = 4/5.
    turn_values : three pairs of Fraction
        p(4/5 | r) at r = 0, 3/2 and 2.
    """

    least: Interval
    minimum: CertifiedMinimum
    least_to_one: Interval
    reach: Interval
    half_mass: Interval
    centre: Interval
    side: Interval
    falling: Interval
    unit_turn: Interval
    turn: Interval
    turn_values: tuple[Interval, Interval, Interval]


def bound_density() -> DensityBounds:
    """Certify the bounds of the density of a feature for |z| <= 1/2 and |x| <= 2.

    Examples
    --------
    >>> found = bound_density()
    >>> float(found.least[0]), found.minimum.complete, found.side[0] > found.centre[1]
    (0.316227..., True, True)
    """
    with ctx.workprec(_BITS):
        end, zero, two = ball(REACH), arb(0), ball(_RADIUS)

        def over_values(radius: Any) -> Any:
            """min p(z | r) over |z| <= 1/2: log p is linear in erfinv(z)^2, an end decides."""
            return feature_density(zero, radius).min(feature_density(end, radius))

        half = feature_distribution(end, arb(1)) - feature_distribution(-end, arb(1))
        sample = ball(SAMPLE_VALUE)
        at_zero, between, at_two = (
            ball_bounds(feature_density(sample, ball(r)))
            for r in (Fraction(0), Fraction(3, 2), _RADIUS)
        )
        return DensityBounds(
            least=ball_bounds(least_density(REACH, _RADIUS)),
            minimum=certified_minimum(over_values, Fraction(0), _RADIUS),
            least_to_one=ball_bounds(least_density(REACH, Fraction(1))),
            reach=ball_bounds((arb(5).log() / 2).sqrt().erf()),
            half_mass=ball_bounds(half),
            centre=ball_bounds(feature_density(zero, two)),
            side=ball_bounds(feature_density(end, two)),
            falling=ball_bounds((arb(1) / 2).erf()),
            unit_turn=ball_bounds((1 / arb(2).sqrt()).erf()),
            turn=ball_bounds(densest_radius(sample)),
            turn_values=(at_zero, between, at_two),
        )
