r"""The law of one random feature Z = erf(<u, x> + b) given |x| = r, and the kernel of two inputs.

<u, x> + b ~ N(0, s/4) with s = 1 + r^2.  With n = erfinv z, Z has on (-1, 1) the density
p(z | r) = exp(n^2 (1 - 2/s))/sqrt(2 s) and the distribution function (1 + erf(n sqrt(2/s)))/2; at
r = 1 it is uniform.  In |z| the density falls for r < 1 and grows for r > 1; in r it grows up to
r^2 = 4 n^2 - 1 and falls from there on, since d log p/ds = (4 n^2 - s)/(2 s^2).
E Z Z' = (2/pi) arcsin((1 + <x, x'>)/sqrt((3 + |x|^2)(3 + |x'|^2))), as for any erf of a Gaussian.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flint import arb

from symerm.arithmetic.balls import ball, ball_square
from symerm.errors import InputError
from symerm.lastlayer.kernels import Kernel, gram_matrix, kernel_balls

__all__ = [
    "densest_radius",
    "feature_density",
    "feature_distribution",
    "feature_kernel",
    "least_density",
]


def feature_density(value: Any, radius: Any) -> Any:
    """The density p(z | r) of a feature, for z and r in balls.

    Parameters
    ----------
    value : arb
        z, within (-1, 1).
    radius : arb
        r = |x|, at least 0.

    Raises
    ------
    InputError
        If the ball of z is not within (-1, 1).

    Examples
    --------
    >>> feature_density(arb(0.3), arb(1)).contains(arb(0.5))
    True
    """
    size = _spread(radius)
    root = _quantile(value)
    return _density(root.abs_lower(), size).union(_density(root.abs_upper(), size))


def feature_distribution(value: Any, radius: Any) -> Any:
    """P(Z <= z | |x| = r) = (1 + erf(erfinv(z) sqrt(2/(1 + r^2))))/2, in balls.

    Raises
    ------
    InputError
        If the ball of z is not within (-1, 1).

    Examples
    --------
    >>> feature_distribution(arb(0.5), arb(1)).contains(arb(0.75))
    True
    """
    return (1 + (_quantile(value) * (2 / _spread(radius)).sqrt()).erf()) / 2


def densest_radius(value: Any) -> Any:
    """The r at which p(z | r) is largest: sqrt(max(4 erfinv(z)^2 - 1, 0)), in balls.

    It is 0, and the density falls in r throughout, for |z| <= erf(1/2) = 0.5204...

    Raises
    ------
    InputError
        If the ball of z is not within (-1, 1).

    Examples
    --------
    >>> densest_radius(arb(0.5)), float(densest_radius(arb(0.8)))
    (0, 1.51153...)
    """
    root = _quantile(value)
    square = 4 * root * root - 1
    return arb(0) if square <= 0 else square.max(arb(0)).sqrt()


def least_density(reach: Fraction, radius: Fraction) -> Any:
    """The minimum of p(z | r) over |z| <= reach and 0 <= r <= radius, in balls.

    As p first grows and then falls in r, it lies at an end; at r = 0 and at r < 1 the least
    value over z is at |z| = reach, from r = 1 on it is at z = 0.

    Raises
    ------
    InputError
        Unless 0 <= reach < 1 and radius >= 0.

    Examples
    --------
    >>> (least_density(Fraction(1, 2), Fraction(2)) * arb(10).sqrt()).contains(1)
    True
    """
    if not 0 <= reach < 1 or radius < 0:
        raise InputError(
            f"use a reach in [0, 1) and a radius of at least 0, not {reach} and {radius}"
        )
    end, zero = ball(reach), arb(0)
    far = feature_density(end if radius < 1 else zero, ball(radius))
    return far.min(feature_density(end, zero))


def feature_kernel(inputs: Sequence[Sequence[Fraction | int]]) -> Any:
    """The matrix of E Z_i Z_k = (2/pi) arcsin((1 + <x_i, x_k>)/sqrt((3 + |x_i|^2)(3 + |x_k|^2))).

    Parameters
    ----------
    inputs : n rows of d rationals

    Returns
    -------
    arb_mat of n rows and columns, symmetric

    Examples
    --------
    At |x| = 1 a feature is uniform, of variance 1/3:

    >>> feature_kernel([(1, 0), (0, 1)])[0, 0].contains(arb(1) / 3)
    True
    """
    gram = [[entry / 4 for entry in row] for row in gram_matrix(inputs, bias=True)]
    return kernel_balls(gram, Kernel("erf"))


def _spread(radius: Any) -> Any:
    """s = 1 + r^2, at least 1 for balls of any width."""
    return 1 + ball_square(radius)


def _quantile(value: Any) -> Any:
    """erfinv, which increases."""
    if not (value > -1 and value < 1):
        raise InputError(f"a feature lies in (-1, 1); {value} reaches outside")
    return value.lower().erfinv().union(value.upper().erfinv())


def _density(root: Any, size: Any) -> Any:
    return (root * root * (1 - 2 / size)).exp() / (2 * size).sqrt()
