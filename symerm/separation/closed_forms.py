r"""Means of one random feature given its bias, the function f_xi that separates, its zero g.

Neurons erf(<u, x> + b) with u ~ N(0, I/4), b ~ N(0, 1/4); let r = |x|, t = 1/sqrt(2 + r^2).  Then
E[erf | b >= 0] = (2/pi) arctan t and E[erf | b >= 1/sqrt 2] = 4 T(sqrt 2, t)/(1 - erf 1), Owen's T.
f_xi(r) is the first less xi times the second (Safran, Lee 2021).  The ratio of 4 T(sqrt 2, t) and
(2/pi) arctan t is the mean of exp(-1 - s^2) over 0 < s < t for the density ~ 1/(1 + s^2), hence
falls in t: g(r) = xi has one solution, f_xi > 0 before it and f_xi < 0 after it, on all r >= 0.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import arb, ctx

from symerm.arithmetic.balls import ball, ball_bounds, ball_square
from symerm.errors import InputError
from symerm.separation.owens_t import owens_t, owens_t_slope

__all__ = [
    "large_bias_share",
    "mean_large_bias",
    "mean_positive_bias",
    "separated_radius",
    "separating_function",
    "separating_slope",
    "separating_weight",
    "separating_weight_slope",
    "tangent",
    "turning_radius",
]

_BITS = 128


def tangent(radius: Any) -> Any:
    """t = 1/sqrt(2 + r^2), which falls from 1/sqrt 2 at r = 0 to 0.

    Examples
    --------
    >>> (tangent(arb(0)) * arb(2).sqrt()).contains(1)
    True
    """
    return 1 / (2 + ball_square(radius)).sqrt()


def large_bias_share() -> Any:
    """1 - erf 1: the share of neurons with b >= 1/sqrt 2 among those with b >= 0.

    Examples
    --------
    >>> float(large_bias_share())
    0.15729920705028...
    """
    return arb(1).erfc()


def mean_positive_bias(radius: Any) -> Any:
    """E[erf(<u, x> + b) | b >= 0] = (2/pi) arctan t, for |x| in a ball.

    Parameters
    ----------
    radius : arb
        The norm |x| of the input, at least 0.

    Examples
    --------
    At |x| = 1, t = tan(pi/6):

    >>> mean_positive_bias(arb(1)).overlaps(arb(1) / 3)
    True
    """
    return 2 * tangent(radius).atan() / arb.pi()


def mean_large_bias(radius: Any) -> Any:
    """E[erf(<u, x> + b) | b >= 1/sqrt 2] = 4 T(sqrt 2, t)/(1 - erf 1), for |x| in a ball.

    Examples
    --------
    >>> mean_large_bias(arb(1)).overlaps(mean_positive_bias(arb(1)) / separating_weight(arb(1)))
    True
    """
    return 4 * owens_t(arb(2).sqrt(), tangent(radius)) / large_bias_share()


def separating_function(radius: Any, weight: Any) -> Any:
    """f_xi(r) = (2/pi) arctan t - xi 4 T(sqrt 2, t)/(1 - erf 1), for r and xi in balls.

    Examples
    --------
    >>> separating_function(arb(1), arb(0.46)) > 0, separating_function(arb(2), arb(0.46)) < 0
    (True, True)
    """
    return mean_positive_bias(radius) - weight * mean_large_bias(radius)


def separating_slope(radius: Any, weight: Any) -> Any:
    """f_xi'(r) = -2 r/(pi (3 + r^2) sqrt(2 + r^2)) (1 - xi exp(-1 - t^2)/(1 - erf 1)), in balls.

    Examples
    --------
    >>> separating_slope(arb(1), arb(0.46)) < 0
    True
    """
    square = ball_square(radius)
    # One factor after the other: a product of wide balls may reach 0, its factors do not.
    scale = 2 * radius / arb.pi() / (3 + square) / (2 + square).sqrt()
    return -scale * (1 - weight * (-1 - 1 / (2 + square)).exp() / large_bias_share())


def separating_weight(radius: Any) -> Any:
    """g(r): the weight xi for which f_xi vanishes at r; it falls in r.

    Examples
    --------
    >>> float(separating_weight(arb(1))), float(separating_weight(arb(2)))
    (0.4716627448386..., 0.4504500262350...)
    """
    return mean_positive_bias(radius) / mean_large_bias(radius)


def separating_weight_slope(radius: Any) -> Any:
    """The derivative g'(r), by the quotient rule, in balls.

    Examples
    --------
    >>> separating_weight_slope(arb(1.5)) < 0
    True
    """
    t, root = tangent(radius), arb(2).sqrt()
    first, second = 2 * t.atan() / arb.pi(), 4 * owens_t(root, t)
    first_slope, second_slope = 2 / (arb.pi() * (1 + t * t)), 4 * owens_t_slope(root, t)
    slope = (first_slope * second - first * second_slope) / second / second
    return -large_bias_share() * slope * radius * t * t * t


def separated_radius(
    weight: Fraction, *, width: Fraction = Fraction(1, 10**12)
) -> tuple[Fraction, Fraction]:
    """Rational bounds of the only zero of f_xi.

    Parameters
    ----------
    weight : Fraction
        xi, strictly between e (1 - erf 1) = 0.4275.. and g(0) = 0.4913..
    width : Fraction
        Largest distance of the bounds, at least 2^-80.

    Raises
    ------
    InputError
        If f_xi has no zero, or the weight is too close to one of the two ends.

    Examples
    --------
    >>> low, high = separated_radius(Fraction(46, 100))
    >>> float(low), high - low <= Fraction(1, 10**12)
    (1.47092378328..., True)
    """
    with ctx.workprec(_BITS):
        xi = ball(weight)
        inside = xi > arb(1).exp() * large_bias_share() and xi < separating_weight(arb(0))
        low, high = Fraction(0), Fraction(1)
        while inside and not separating_weight(ball(high)) < xi:
            low, high = high, 2 * high
            inside = high < 2**20
        if not inside:
            raise InputError(
                f"the weight {float(weight):.6g} separates no ball; use one between "
                "0.4276 and 0.4913"
            )
        while high - low > max(width, Fraction(1, 2**80)):
            middle = (low + high) / 2
            value = separating_weight(ball(middle))
            if value > xi:
                low = middle
            elif value < xi:
                high = middle
            else:
                break
    return low, high


def turning_radius(weight: Fraction) -> tuple[Fraction, Fraction]:
    """Bounds of the r > 0 at which f_xi' = 0: r^2 = 1/log(xi/(e (1 - erf 1))) - 2.

    f_xi falls before it and grows after it.

    Raises
    ------
    InputError
        If f_xi is monotone on all r > 0.

    Examples
    --------
    >>> low, high = turning_radius(Fraction(59, 125))
    >>> float(low)
    2.849...
    """
    with ctx.workprec(_BITS):
        ratio = ball(weight) / (arb(1).exp() * large_bias_share())
        if ratio > 1:
            square = 1 / ratio.log() - 2
            if square > 0:
                return ball_bounds(square.sqrt())
    raise InputError(f"f_xi is monotone for the weight {float(weight):.6g}: it does not turn")
