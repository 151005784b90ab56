"""One quadratic neuron and an affine target: the infimum 0 is not attained.

c + v (w x + b)^2 with v = eps, w = a, b = 1/(2 eps), c = t - 1/(4 eps) is a x + t + eps a^2 x^2:
its loss on a x + t at points x_i is eps^2 a^4 sum x_i^4, and it tends to 0.  If a != 0 and there
are three distinct points, loss 0 makes the polynomial c + v (w x + b)^2 - a x - t of degree at
most two vanish at three points: v w^2 = 0, so v w b = 0 and a = 0, a contradiction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symerm.errors import InputError
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Activation

__all__ = ["QuadraticEscape", "quadratic_escape"]


@dataclass(frozen=True)
class QuadraticEscape:
    """Networks of one quadratic neuron whose loss tends to 0 and never is 0.

    Attributes
    ----------
    slope, intercept : Fraction
        The target a x + t.
    fourth_moment : Fraction
        sum x_i^4 over the points.
    """

    slope: Fraction
    intercept: Fraction
    fourth_moment: Fraction

    def network(self, eps: Fraction) -> ShallowNetwork:
        """The network of the family at a rational eps > 0."""
        return ShallowNetwork(
            ((self.slope,),),
            (1 / (2 * eps),),
            ((eps,),),
            (self.intercept - 1 / (4 * eps),),
            Activation("quadratic"),
        )

    def loss(self, eps: Fraction) -> Fraction:
        """Its exact loss eps^2 a^4 sum x_i^4."""
        return eps**2 * self.slope**4 * self.fourth_moment


def quadratic_escape(
    points: Sequence[Fraction], slope: Fraction, intercept: Fraction
) -> QuadraticEscape:
    """The escape family of one quadratic neuron for the labels a x_i + t.

    Parameters
    ----------
    points : numbers x_i, three of them distinct
    slope, intercept : Fraction

    Raises
    ------
    InputError
        If there is a minimiser: the slope is 0 or there are fewer than three distinct points.

    Examples
    --------
    >>> escape = quadratic_escape([Fraction(k) for k in range(3)], Fraction(1), Fraction(5))
    >>> points = tuple((Fraction(k),) for k in range(3))
    >>> labels = tuple((x + 5,) for (x,) in points)
    >>> eps = Fraction(1, 10)
    >>> escape.network(eps).loss(points, labels) == escape.loss(eps) == Fraction(17, 100)
    True
    """
    if slope == 0 or len(set(points)) < 3:
        raise InputError(
            "a constant target, or one on fewer than three distinct points, has a minimiser; "
            "give another one"
        )
    return QuadraticEscape(slope, intercept, sum((x**4 for x in points), Fraction(0)))
