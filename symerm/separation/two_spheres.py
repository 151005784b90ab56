"""The sum of two independent uniform unit vectors: the second radial law of Safran, Lee 2021.

|x|^2 = 2 + 2t with t the first coordinate of a uniform unit vector, so |x|^2 / 4 = (1 + t)/2 has
the law Beta(k, k), k = (d-1)/2, and |x| has the density B(k, k)^(-1) y^(d-2) (1 - y^2)^((d-3)/2)
with y = x/2 on (0, 2).  It vanishes beyond 2; at 2 it is infinite for d = 2, one for d = 3 and
zero for d > 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from symerm.arithmetic.balls import ball
from symerm.errors import InputError

__all__ = ["TwoSpheres"]


@dataclass(frozen=True)
class TwoSpheres:
    """The law of the sum of two independent uniform unit vectors.

    Attributes
    ----------
    dimension : int
        d >= 2; for d = 1 the norm is 0 or 2 and has no density.

    Raises
    ------
    InputError
        If the dimension is smaller.

    Examples
    --------
    >>> law = TwoSpheres(3)
    >>> law.norm_density(arb(1)).contains(0.5), law.norm_cdf(arb(1)).contains(0.25)
    (True, True)
    >>> law.sample(5, np.random.default_rng(0)).shape
    (5, 3)
    """

    dimension: int

    def __post_init__(self) -> None:
        if self.dimension < 2:
            raise InputError(
                f"the sum of two unit vectors has a density from dimension 2 on, not in "
                f"{self.dimension}"
            )

    @property
    def name(self) -> str:
        """``"two-spheres"``."""
        return "two-spheres"

    def density_maximum(self) -> Any:
        """The maximum of the density of the norm for d > 3, at |x|^2 = 4 (d-2)/(2d-5)."""
        d = self.dimension
        return self.norm_density((arb(4 * (d - 2)) / (2 * d - 5)).sqrt())

    def norm_density(self, x: Any) -> Any:
        """The density of the norm in a ball.

        Parameters
        ----------
        x : arb
            A ball in (0, 2), or of numbers above 2.
        """
        if x >= 2:
            return arb(0) if x > 2 or self.dimension > 3 else arb.nan()
        y = x / 2
        return self._constant() * (
            (self.dimension - 2) * y.log() + _power(1 - y * y, self._exponent)
        ).exp()

    def norm_density_derivative(self, x: Any) -> Any:
        """The derivative of the density of the norm in a ball in (0, 2)."""
        if x >= 2:
            return arb(0) if x > 2 else arb.nan()
        y = x / 2
        slope = (self.dimension - 2) / y - 2 * ball(self._exponent) * y / (1 - y * y)
        return self.norm_density(x) * slope / 2

    def norm_cdf(self, x: Any) -> Any:
        """The probability of a norm of at most x, in a ball."""
        if not x.is_exact():
            return self.norm_cdf(x.lower()).union(self.norm_cdf(x.upper()))
        if x <= 0 or x >= 2:
            return arb(int(x > 0))
        k = ball(Fraction(self.dimension - 1, 2))
        return (x * x / 4).beta_lower(k, k, regularized=1)

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
        points = np.zeros((count, self.dimension))
        for _ in range(2):
            vectors = generator.standard_normal((count, self.dimension))
            points += vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return points

    @property
    def _exponent(self) -> Fraction:
        return Fraction(self.dimension - 3, 2)

    def _constant(self) -> Any:
        """1 / B(k, k) with k = (d-1)/2."""
        k = ball(Fraction(self.dimension - 1, 2))
        return ((2 * k).lgamma() - 2 * k.lgamma()).exp()


def _power(base: Any, exponent: Fraction) -> Any:
    """The logarithm of base^exponent; no logarithm of zero for the exponent zero."""
    return ball(exponent) * base.log() if exponent else arb(0)
