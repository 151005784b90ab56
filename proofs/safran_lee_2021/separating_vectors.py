"""Why g falls, why equal weights never separate and why weights by size do.

w(s) = 1/(1 + s^2) and k(s) = exp(-1 - s^2) falls; W and K are the integrals of w and k w from 0 to
t.  Then (2/pi) arctan t = (2/pi) W and 4 T(sqrt 2, t) = (2/pi) K, so g = (1 - erf 1) W/K.

What is proved: the ratio K/W falls in t, it lies below 1/e, the means of both vectors, f_xi = 0
exactly at xi = g.
"""

from __future__ import annotations

import sympy
from steps import prove

t, s, xi, weight, mass = sympy.symbols("t s xi W K", positive=True)
pi = sympy.pi
share = 1 - sympy.erf(1)
W, K = (sympy.Function(name)(t) for name in ("W", "K"))


def density(at: sympy.Expr) -> sympy.Expr:
    return 1 / (1 + at**2)


def factor(at: sympy.Expr) -> sympy.Expr:
    return sympy.exp(-1 - at**2)


def ratio_falls() -> None:
    """K/W grows with the sign of k W - K, which is 0 at t = 0 and has the derivative k' W < 0."""
    rules = {sympy.diff(W, t): density(t), sympy.diff(K, t): factor(t) * density(t)}
    prove(
        "(2/pi) arctan t = (2/pi) W and 4 T(sqrt 2, t) = (2/pi) K",
        sympy.diff(sympy.atan(t), t) - density(t),
        4 * sympy.exp(-1 - t**2) / (2 * pi * (1 + t**2)) - 2 / pi * factor(t) * density(t),
    )
    prove(
        "(K/W)' = w (k W - K)/W^2",
        sympy.diff(K / W, t).subs(rules) - density(t) * (factor(t) * W - K) / W**2,
    )
    prove(
        "(k W - K)' = k' W, and k' = -2 t k < 0: the ratio falls in t, g falls in r",
        sympy.diff(factor(t) * W - K, t).subs(rules) - sympy.diff(factor(t), t) * W,
        sympy.diff(factor(t), t) + 2 * t * factor(t),
        bool((-2 * t * factor(t)).is_negative),
    )
    prove(
        "k <= 1/e, so T(sqrt 2, t) <= T(0, t)/e; the ratio tends to 1/e, g to e (1 - erf 1)",
        factor(s) - sympy.exp(-1) * sympy.exp(-(s**2)),
        bool((-(s**2)).is_negative),
        sympy.limit(factor(t), t, 0) - sympy.exp(-1),
    )


def means() -> None:
    """A group's part of the mean is its fraction of the neurons times its conditional mean."""
    first, second = 2 / pi * weight, 2 / pi * mass / share
    eighth = sympy.Rational(1, 8)
    equal = eighth * first - xi * eighth * share * second
    prove(
        "weights 1 and -xi: the mean is (2/pi)(W - xi K)/8",
        equal - eighth * 2 / pi * (weight - xi * mass),
    )
    bound = eighth * 2 / pi * weight * (1 - xi / sympy.E)
    prove(
        "it exceeds (1 - xi/e)(2/pi) W/8 by xi (2/pi)(W/e - K)/8 >= 0",
        equal - bound - eighth * 2 / pi * xi * (weight / sympy.E - mass),
    )
    prove("1 - xi/e > 0 for xi = 59/125", bool(1 - sympy.Rational(59, 125) / sympy.E > 0))
    sized = eighth * first - xi / share * eighth * share * second
    prove(
        "weights 1 and -xi/(1 - erf 1): the mean is f_xi/8",
        sized - eighth * (first - xi * second),
    )
    g = share * weight / mass
    prove(
        "f_xi = (2/pi) W (1 - xi/g): zero exactly at xi = g, positive for xi < g",
        first - xi * second - first * (1 - xi / g), (first - xi * second).subs(xi, g),
    )


def main() -> None:
    ratio_falls()
    means()


if __name__ == "__main__":
    main()
