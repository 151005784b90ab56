"""Charts of the shapes of one logistic neuron, with enclosures over boxes.

The shape of sigma(a s + b) depends on r = |a|/2 and one more parameter.  *Flat* chart, r <= 1/2:
(k, q) with A = r^2 = k^2 + q and u_i = (K_A(1) - k)/(K_A(x_i) - k), K_A(x) = r coth(r x); networks
have q > 0, exponentials q = 0, affine functions k = q = 0.  *Steep* chart, r >= 1/2: (r, xi) with
1/u_i - 1 = e^(2 r (g_i - xi)) (1 - e^(-2 r g_i))/(1 - e^(-2 r x_i)), g_i = 1 - x_i; networks have
xi > 0, exponentials xi = 0.  xi <= 1/2 is one half of the shapes; the mirrored data give the other.
All factors are monotone, so that their values at the ends of a box enclose them (docs/smooth.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, Protocol

from flint import arb

from symerm.arithmetic.balls import ball

__all__ = ["FLAT", "Box", "Chart", "FlatChart", "SteepChart", "hull"]

Vector = tuple[Fraction, ...]
#: Two intervals: the first coordinate runs along the boundary, the second away from it.
Box = tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]]

#: Half the largest steepness of the flat chart.
FLAT = Fraction(1, 2)
_TERMS = 40
_ONE = Fraction(1)


class Chart(Protocol):
    """Enclosures of the shapes over a box, and of their derivatives."""

    root: Box

    def shapes(self, box: Box) -> list[Any]:
        """Balls that contain u_2, .., u_(n-1)."""

    def derivatives(self, box: Box, shapes: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """Balls that contain the derivatives of u_2, .., u_(n-1) by the two coordinates."""


def hull(low: Any, high: Any) -> Any:
    """The ball of the numbers from one ball to another."""
    return low.union(high)


class FlatChart:
    """Shapes with r <= 1/2, in coordinates k and q.

    Parameters
    ----------
    places : n Fractions from 0 to 1

    Examples
    --------
    >>> chart = FlatChart((Fraction(0), Fraction(1, 3), Fraction(1)))
    >>> zero = (Fraction(0), Fraction(0))
    >>> chart.shapes((zero, zero))[0].contains(arb(1) / 3)
    True
    """

    def __init__(self, places: Sequence[Fraction]) -> None:
        self.inner = tuple(places[1:-1])
        self.root: Box = ((-FLAT, FLAT), (Fraction(0), FLAT**2))

    def shapes(self, box: Box) -> list[Any]:
        """u_i grows with A and falls with k."""
        (k0, k1), _ = box
        low, high = _square_range(box)
        ends = []
        for k, square in ((k1, low), (k0, high)):
            last = _kernel(square, _ONE)[0] - ball(k)
            ends.append([last / (_kernel(square, x)[0] - ball(k)) for x in self.inner])
        return [hull(*pair) for pair in zip(*ends, strict=True)]

    def derivatives(self, box: Box, shapes: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """By k at fixed q = A - k^2, and by q."""
        (k0, k1), _ = box
        low, high = _square_range(box)
        k = hull(ball(k0), ball(k1))
        last, last_slope = _over(low, high, _ONE)
        along, away = [], []
        for x in self.inner:
            value, slope = _over(low, high, x)
            below = (value - k) * (value - k)
            away.append((last_slope * (value - k) - slope * (last - k)) / below)
            along.append((last - value) / below + 2 * k * away[-1])
        return along, away


class SteepChart:
    """Shapes with 1/2 <= r <= steepest and xi <= 1/2.

    Parameters
    ----------
    places : n Fractions from 0 to 1
    steepest : Fraction

    Examples
    --------
    >>> chart = SteepChart((Fraction(0), Fraction(1, 2), Fraction(1)), Fraction(4))
    >>> one, half = (Fraction(1), Fraction(1)), (Fraction(1, 2), Fraction(1, 2))
    >>> chart.shapes((one, half))[0].contains(arb(1) / 2)
    True
    """

    def __init__(self, places: Sequence[Fraction], steepest: Fraction) -> None:
        self.inner = tuple(places[1:-1])
        self.root: Box = ((FLAT, steepest), (Fraction(0), Fraction(1, 2)))

    def shapes(self, box: Box) -> list[Any]:
        """The exponent is bilinear and the quotient monotone in r."""
        (r0, r1), (xi0, xi1) = box
        found = []
        for x in self.inner:
            gap = 1 - x
            exponents = [2 * r * (gap - xi) for r in (r0, r1) for xi in (xi0, xi1)]
            quotients = [_fading(2 * r * gap) / _fading(2 * r * x) for r in (r0, r1)]
            # Ends, not balls: a ball around large and tiny odds would reach below zero.
            low = ball(min(exponents)).exp() * quotients[0].min(quotients[1])
            high = ball(max(exponents)).exp() * quotients[0].max(quotients[1])
            found.append(hull(1 / (1 + high), 1 / (1 + low)))
        return found

    def derivatives(self, box: Box, shapes: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """-2 u (1 - u) (g/(1 - e^(-2rg)) - xi - x/(e^(2rx) - 1)) by r, and 2 r u (1 - u) by xi."""
        (r0, r1), (xi0, xi1) = box
        xi, r = hull(ball(xi0), ball(xi1)), hull(ball(r0), ball(r1))
        along, away = [], []
        for x, u in zip(self.inner, shapes, strict=True):
            factor = 2 * u * (1 - u)
            away.append(factor * r)
            gap = 1 - x
            first = hull(*(ball(gap) / _fading(2 * s * gap) for s in (r0, r1)))
            last = hull(*(ball(x) / (ball(2 * s * x).exp() - 1) for s in (r0, r1)))
            along.append(-factor * (first - xi - last))
        return along, away


def _square_range(box: Box) -> tuple[Fraction, Fraction]:
    """The values of A = k^2 + q on a box."""
    (k0, k1), (q0, q1) = box
    least = Fraction(0) if k0 <= 0 <= k1 else min(k0 * k0, k1 * k1)
    return least + q0, max(k0 * k0, k1 * k1) + q1


def _over(low: Fraction, high: Fraction, x: Fraction) -> tuple[Any, Any]:
    """K_A(x) and its derivative for low <= A <= high: the one grows with A, the other falls."""
    (a, da), (b, db) = _kernel(low, x), _kernel(high, x)
    return hull(a, b), hull(da, db)


def _fading(y: Fraction) -> Any:
    return 1 - ball(-y).exp()


@lru_cache(maxsize=1 << 14)
def _kernel(square: Fraction, x: Fraction) -> tuple[Any, Any]:
    """K_A(x) = c(y)/(x s(y)) and its derivative by A, from the series at y = A x^2 <= 1/2."""
    y = ball(square * x * x)
    # c = sum y^k/(2k)!, s = sum y^k/(2k+1)!, s' = sum (k+1) y^k/(2k+3)!; the rest is below 2^-200.
    term, c, s, ds = arb(1), arb(0), arb(0), arb(0)
    for k in range(_TERMS):
        c += term
        s += term / (2 * k + 1)
        ds += term / (2 * (2 * k + 1) * (2 * k + 3))
        term = term * y / ((2 * k + 1) * (2 * k + 2))
    rest = arb(0, arb(2) ** -200)
    c, s, ds = c + rest, s + rest, ds + rest
    place = ball(x)
    return c / s / place, place * (s / 2 - c * ds / s) / s
