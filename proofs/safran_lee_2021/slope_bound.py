"""Bounds of g, the range of g on [1, 2], and the slope of f_xi with the constants of the theorem.

g = (1 - erf 1) W/K with W = arctan t, K the integral of exp(-1 - s^2)/(1 + s^2) from 0 to t, and
t = 1/sqrt(2 + r^2).  -f_xi' is a factor (2/pi) S(r), S = r/((3 + r^2) sqrt(2 + r^2)), times
B = 1 - xi exp(-1 - t^2)/(1 - erf 1), which falls in r and in xi.

What is proved: e (1 - erf 1) < g < e (1 - erf 1) exp(t^2/3); 0.45 < g(2) and g(1) < 0.472; how far
f_xi is from 0 up to 0.9 and beyond 2.1; the rate 1/600 on [0.9, 2.1] for xi in [0.45, 0.472], and
the smallest slope there.
"""

from __future__ import annotations

import sympy
from steps import prove

r, t, s, xi = sympy.symbols("r t s xi", positive=True)
pi = sympy.pi
share = 1 - sympy.erf(1)
TERMS = 12


def bounds_of_the_weight() -> None:
    """K = W/e times the mean of exp(-s^2) for the density 1/((1 + s^2) W), and exp is convex."""
    below = sympy.atan(t) - t / (1 + t**2)
    prove(
        "arctan t > t/(1 + t^2): equal at 0, the difference grows",
        below.subs(t, 0), below.diff(t) - 2 * t**2 / (1 + t**2) ** 2,
    )
    difference = (3 + t**2) * sympy.atan(t) - 3 * t
    prove(
        "(3 + t^2) arctan t > 3 t: equal at 0, the derivative is 2 t (arctan t - t/(1 + t^2))",
        difference.subs(t, 0), difference.diff(t) - 2 * t * below,
    )
    second = sympy.integrate(s**2 / (1 + s**2), (s, 0, t)) / sympy.atan(t)
    prove(
        "the mean of s^2 is t/arctan t - 1 < t^2/3, so K/W > exp(-1 - t^2/3) by Jensen",
        second - (t / sympy.atan(t) - 1),
        t**2 / 3 - second - difference / (3 * sympy.atan(t)),
    )


def coefficient(index: int) -> sympy.Rational:
    return sum((sympy.Rational(1, sympy.factorial(k)) for k in range(index + 1)), sympy.S.Zero)


def partial(tangent: sympy.Expr, terms: int) -> sympy.Expr:
    """e K up to a number of terms; terms alternate and fall, so the sign of the rest is known."""
    return sum(
        (-1) ** k * coefficient(k) * tangent ** (2 * k + 1) / (2 * k + 1) for k in range(terms)
    )


def range_of_the_weight() -> None:
    """exp(-q)/(1 + q) = sum (-1)^n e_n q^n, e_n = e_(n-1) + 1/n!: multiply by 1 + q.

    As 1/(n+1)! <= 1 <= e_n, e_(n+1) <= 2 e_n: the terms fall for q = s^2 <= 1/3.
    """
    q = sympy.Symbol("q", positive=True)
    expansion = sympy.series(sympy.exp(-q) / (1 + q), q, 0, TERMS).removeO()
    series = sum((-1) ** k * coefficient(k) * q**k for k in range(TERMS))
    prove("exp(-q)/(1 + q) = sum (-1)^n e_n q^n, here up to q^11", sympy.expand(expansion - series))
    one, two = 1 / sympy.sqrt(3), 1 / sympy.sqrt(6)
    prove(
        "g(1) < 0.472, K bounded below by an even number of terms",
        bool(share * sympy.E * pi / 6 / partial(one, TERMS) < sympy.Rational(59, 125)),
    )
    prove(
        "g(2) > 0.45, K bounded above by an odd number of terms",
        bool(share * sympy.E * sympy.atan(two) / partial(two, TERMS + 1) > sympy.Rational(9, 20)),
    )


def margins() -> None:
    """f_xi = (2/pi)(W - xi K/share) falls in xi and r; f_xi = (2/pi) W (1 - xi/g), and g falls."""
    near, one, two, far = (
        1 / sympy.sqrt(2 + sympy.Rational(x) ** 2) for x in ("9/10", "1", "2", "21/10")
    )
    largest = share * sympy.E * sympy.atan(one) / partial(one, TERMS)
    value = 2 / pi * (sympy.atan(near) - largest * partial(near, TERMS + 1) / (sympy.E * share))
    prove(
        "f_xi/8 > 0.000248 at r = 0.9 for xi = g(1), the largest xi for lambda in [1, 2]",
        bool(value / 8 > sympy.Rational(248, 10**6)),
    )
    quotient = sympy.atan(two) / partial(two, TERMS + 1) * partial(far, TERMS) / sympy.atan(far)
    prove(
        "g(2)/g(2.1) - 1 > 0.00314: -f_xi is at least this part of (2/pi) W for r >= 2.1",
        bool(quotient - 1 > sympy.Rational(314, 10**5)),
    )


def slope() -> None:
    """On [0.9, 1.15] S is at least its smaller end and B its last value; later both fall."""
    scale = r / ((3 + r**2) * sympy.sqrt(2 + r**2))
    bracket = 1 - xi * sympy.exp(-1 - 1 / (2 + r**2)) / share
    prove(
        "S'/S has the sign of 3 - r^2 - r^4: S grows, then falls",
        sympy.log(scale).diff(r) * r * (3 + r**2) * (2 + r**2) - 2 * (3 - r**2 - r**4),
    )
    prove(
        "B falls in r and in xi",
        bracket.diff(r) + xi / share * sympy.exp(-1 - 1 / (2 + r**2)) * 2 * r / (2 + r**2) ** 2,
        bracket.diff(xi) + sympy.exp(-1 - 1 / (2 + r**2)) / share,
    )
    first, turn, last = (sympy.Rational(x) for x in ("9/10", "23/20", "21/10"))
    worst, rate = sympy.Rational(59, 125), sympy.Rational(1, 600)
    prove("S falls from 1.15 on", bool((3 - r**2 - r**4).subs(r, turn) < 0))
    at_turn = 2 / pi * bracket.subs({r: turn, xi: worst})
    prove(
        "-f_xi' > 3/600 on [0.9, 1.15]",
        bool(scale.subs(r, first) * at_turn > 3 * rate),
        bool(scale.subs(r, turn) * at_turn > 3 * rate),
    )
    smallest = 2 / pi * (scale * bracket).subs({r: last, xi: worst})
    prove(
        "from 1.15 on it is smallest at r = 2.1, xi = 0.472: between 0.00396 and 0.00397, so "
        "-f_xi' >= 1/600 on [0.9, 2.1] for xi in [0.45, 0.472]",
        bool(smallest > sympy.Rational(396, 10**5)), bool(smallest < sympy.Rational(397, 10**5)),
        bool(smallest > rate),
    )


def main() -> None:
    bounds_of_the_weight()
    range_of_the_weight()
    margins()
    slope()


if __name__ == "__main__":
    main()
