"""The heavy-tailed radial law: half normal N(0, I/d), half a law with the tail of 1/|x|.

The second half has the density (R/|x|)^d J_(d/2)(2 pi a sqrt(d) R |x|)^2, R the radius of the ball
of volume one (Safran, Lee 2021; after Eldan, Shamir 2016): the square of the Fourier transform of
the indicator of a ball, scaled.  The surface of the unit sphere is d / R^d, so that its norm has
the density (d/x) J_(d/2)(s)^2, s = 2 pi a sqrt(d) R x: the law of `bessel` with v = d/2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, ctx
from numpy.typing import NDArray

from symerm.arithmetic.balls import ball
from symerm.errors import InputError
from symerm.separation.bessel import (
    bessel_cdf,
    bessel_density,
    bessel_density_derivative,
    bessel_tail_bound,
    sample_bessel,
)

__all__ = ["HeavyTailed"]


@dataclass(frozen=True)
class HeavyTailed:
    """The heavy-tailed radial law in d dimensions.

    Attributes
    ----------
    dimension : int
        d >= 1.
    scale : Fraction
        The constant a > 0: a larger one moves the second half towards the origin.

    Raises
    ------
    InputError
        If the dimension or the scale is not positive.

    Examples
    --------
    >>> law = HeavyTailed(3)
    >>> points = law.sample(1000, np.random.default_rng(0))
    >>> points.shape, bool(0.7 < law.norm_cdf(arb(1)) < 0.8)
    ((1000, 3), True)
    """

    dimension: int
    scale: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        if self.dimension < 1:
            raise InputError(f"a law needs at least one dimension, not {self.dimension}")
        if self.scale <= 0:
            raise InputError(f"the scale of the law must be positive, not {self.scale}")

    @property
    def name(self) -> str:
        """``"heavy-tailed"``."""
        return "heavy-tailed"

    @property
    def order(self) -> Fraction:
        """The order v = d/2 of the Bessel function."""
        return Fraction(self.dimension, 2)

    def least_density(self, low: Fraction, high: Fraction) -> Any:
        """A positive lower bound of the density of the norm on an interval: its normal half."""
        ends = [self._normal_density(ball(x)) for x in (low, high)]
        return ends[0].min(ends[1]) / 2

    def tail_bound(self, x: Any) -> Any:
        """An upper bound of the probability of a norm above x, for s > d/2.

        The normal half by E |x|^4 = 1 + 2/d, the other one by `bessel_tail_bound`.
        """
        square = x * x
        normal = (1 + arb(2) / self.dimension) / (square * square)
        return (normal + bessel_tail_bound(self.order, self.frequency() * x)) / 2

    def tail_limit(self) -> Any:
        """The limit of x times the probability of a norm above x: d / (2 pi s/x)."""
        return self.dimension / (2 * arb.pi() * self.frequency())

    def frequency(self) -> Any:
        """The ball of s / x = 2 pi a sqrt(d) R, R = pi^(-1/2) Gamma(d/2 + 1)^(1/d)."""
        d = self.dimension
        root = (ball(self.order + 1).lgamma() / d).exp()
        return 2 * ball(self.scale) * (arb.pi() * d).sqrt() * root

    def norm_density(self, x: Any) -> Any:
        """The density of the norm in a ball.

        Parameters
        ----------
        x : arb
            A ball of positive numbers.
        """
        rate = self.frequency()
        return (self._normal_density(x) + rate * bessel_density(self.order, rate * x)) / 2

    def norm_density_derivative(self, x: Any) -> Any:
        """The derivative of the density of the norm in a ball."""
        rate, d = self.frequency(), self.dimension
        normal = self._normal_density(x) * ((d - 1) / x - d * x)
        return (normal + rate * rate * bessel_density_derivative(self.order, rate * x)) / 2

    def norm_cdf(self, x: Any) -> Any:
        """The probability of a norm of at most x, in a ball."""
        if not x.is_exact():
            return self.norm_cdf(x.lower()).union(self.norm_cdf(x.upper()))
        if x <= 0:
            return arb(0)
        rate, half = self.frequency(), ball(self.order)
        # The series of the incomplete gamma function cancels about as many bits as its order.
        with ctx.workprec(ctx.prec + 64 + 8 * self.dimension):
            normal = (half * x * x).gamma_lower(half, regularized=1)
        return (+normal + bessel_cdf(self.order, rate * x)) / 2

    def sample(self, count: int, generator: np.random.Generator) -> NDArray[np.float64]:
        """Independent points of the law, exact up to the rounding of doubles.

        Parameters
        ----------
        count : int
        generator : numpy.random.Generator

        Returns
        -------
        ndarray of shape (count, d)
        """
        d = self.dimension
        points = generator.standard_normal((count, d))
        heavy = generator.random(count) < 0.5
        rate = 2 * float(self.scale) * math.sqrt(math.pi * d) * math.exp(math.lgamma(d / 2 + 1) / d)
        norms = sample_bessel(d / 2, int(heavy.sum()), generator) / rate
        factors = np.full(count, 1 / math.sqrt(d))
        factors[heavy] = norms / np.linalg.norm(points[heavy], axis=1)
        points *= factors[:, None]
        return points

    def _normal_density(self, x: Any) -> Any:
        """The density of the norm of N(0, I/d): it has one maximum, so its ends bound it."""
        if x.is_exact():
            return self._normal_at(x)
        hull = self._normal_at(x.lower()).union(self._normal_at(x.upper()))
        peak = (arb(self.dimension - 1) / self.dimension).sqrt()
        return hull.union(self._normal_at(peak)) if x.overlaps(peak) else hull

    def _normal_at(self, x: Any) -> Any:
        """2 (d/2)^(d/2) x^(d-1) exp(-d x^2 / 2) / Gamma(d/2), by logarithms for large d."""
        half = ball(self.order)
        return 2 * (
            half * half.log() + (self.dimension - 1) * x.log() - half * x * x - half.lgamma()
        ).exp()
