r"""The mean of <v, features> for a vector v supported on two groups of neurons.

The neurons with b >= 0 get weight 1, those with b >= 1/sqrt 2 weight -xi.  If the groups hold the
fractions 1/8 and (1 - erf 1)/8 of all neurons and no weight is adjusted, the mean per neuron is
(1/8)((2/pi) arctan t - 4 xi T(sqrt 2, t)), t = 1/sqrt(2 + r^2).  Since T(sqrt 2, t) <= T(0, t)/e it
is at least (1 - xi/e)(2/pi) arctan t/8, positive at every r.  With weights -xi/(1 - erf 1) on the
second group it is f_xi(r)/8, which changes its sign at the radius of the ball and only there.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, ctx

from symerm.arithmetic.balls import ball, ball_bounds
from symerm.errors import InputError
from symerm.separation.closed_forms import (
    large_bias_share,
    mean_large_bias,
    mean_positive_bias,
    separating_function,
    separating_weight,
)
from symerm.separation.minimum import CertifiedMinimum, certified_minimum
from symerm.separation.monotonicity import RADII, WEIGHTS, MonotonicityProof, prove_monotone

__all__ = [
    "GROUP_SHARE",
    "SeparatingVectors",
    "compare_vectors",
    "mean_equal_weights",
    "mean_size_weights",
]

Interval = tuple[Fraction, Fraction]

#: The fraction of neurons in the first group.
GROUP_SHARE = Fraction(1, 8)
#: Up to here positivity is proved by subdivision, beyond it by T(sqrt 2, t) <= T(0, t)/e alone.
_FAR = Fraction(10)
_BITS = 96


def mean_equal_weights(radius: Any, weight: Any) -> Any:
    """E<v, features> per neuron if the second group has the weight -xi, in balls.

    Examples
    --------
    >>> mean_equal_weights(arb(2), arb(0.46)) > 0
    True
    """
    second = weight * large_bias_share() * mean_large_bias(radius)
    return (mean_positive_bias(radius) - second) * ball(GROUP_SHARE)


def mean_size_weights(radius: Any, weight: Any) -> Any:
    """E<v, features> per neuron if the second group has the weight -xi/(1 - erf 1), in balls.

    Examples
    --------
    >>> mean_size_weights(arb(2), arb(0.46)) < 0
    True
    """
    return separating_function(radius, weight) * ball(GROUP_SHARE)


@dataclass(frozen=True)
class SeparatingVectors:
    """What is certified of the two vectors, for all xi of an interval.

    Attributes
    ----------
    weights : pair of Fraction
        The interval of xi.
    equal_factor : pair of Fraction
        Bounds of 1 - xi/e at the largest xi: with equal weights the mean is at least this part of
        (2/pi) arctan(t)/8, for every |x|.
    equal_minimum : CertifiedMinimum
        The minimum of the mean with equal weights over |x| <= 10, by subdivision.
    equal_weight_range : pair of Fraction
        The xi that equal weights would need for the radii 1 <= lambda <= 2: g/(1 - erf 1).
    slope : MonotonicityProof
        Of f_xi on [0.9, 2.1].
    size_margin : Fraction
        With weights by size, |mean| >= size_margin ||x| - lambda| for 0.9 <= |x| <= 2.1, where xi
        is g(lambda).
    size_inside : Fraction
        The mean at |x| <= 0.9 is at least this.
    size_outside : Fraction
        The mean at |x| >= 2.1 is at most minus this part of (2/pi) arctan(t)/8.
    norm_factor : pair of Fraction
        |v|^2 with weights by size over |v|^2 with equal ones, for disjoint groups and the largest
        xi, which has the largest quotient.
    """

    weights: Interval
    equal_factor: Interval
    equal_minimum: CertifiedMinimum
    equal_weight_range: Interval
    slope: MonotonicityProof
    size_margin: Fraction
    size_inside: Fraction
    size_outside: Fraction
    norm_factor: Interval

    @property
    def equal_positive(self) -> bool:
        """Whether the mean with equal weights is proved positive for every |x|."""
        return self.equal_factor[0] > 0


def compare_vectors(*, weights: Interval = WEIGHTS) -> SeparatingVectors:
    """Certify the sign of the mean with equal weights and with weights by size.

    Parameters
    ----------
    weights : pair of Fraction
        The interval of xi; g(2) and g(1) must lie in it.

    Raises
    ------
    InputError
        If a ball of radius in [1, 2] needs a xi outside the interval.

    Examples
    --------
    >>> vectors = compare_vectors()
    >>> vectors.equal_positive, vectors.equal_minimum.low > 0, float(vectors.size_margin)
    (True, True, 0.000495...)
    """
    with ctx.workprec(_BITS):
        least, most = separating_weight(arb(2)), separating_weight(arb(1))
        low, high = (ball(weight) for weight in weights)
        if not (low < least and most < high):
            raise InputError(
                f"the weights {float(weights[0]):.6g} to {float(weights[1]):.6g} do not hold "
                "[g(2), g(1)]; use 0.45 to 0.472"
            )
        factor = ball_bounds(1 - high / arb(1).exp())
        # Falling in xi: the largest one decides.
        minimum = certified_minimum(
            lambda radius: mean_equal_weights(radius, high),
            Fraction(0), _FAR, tolerance=Fraction(1, 10**6),
        )
        share = large_bias_share()
        needed = ball_bounds(least / share)[0], ball_bounds(most / share)[1]
        slope = prove_monotone(weights=weights, radii=RADII)
        inside = ball_bounds(mean_size_weights(ball(RADII[0]), most))[0]
        # f_xi = (2/pi) arctan t (1 - xi/g), and g falls.
        outside = ball_bounds(least / separating_weight(ball(RADII[1])) - 1)[0]
        square = high * high
        norm = ball_bounds((1 + square / share) / (1 + square * share))
    margin = slope.smallest[0] * GROUP_SHARE
    return SeparatingVectors(
        weights, factor, minimum, needed, slope, margin, inside, outside, norm
    )
