"""Means of a feature erf(<u, x> + b), u ~ N(0, I/4), b ~ N(0, 1/4), given its bias.

<u, x> ~ N(0, r^2/4) with r = |x|.  Both sides of an identity have the same derivative and agree at
one point; integrals are differentiated under the sign.  t = 1/sqrt(2 + r^2), Z standard normal.

What is proved: the mean over u, the means given b >= 0 and b >= 1/sqrt 2 in arctan, erf and Owen's
T, the series and the reflection of Owen's T, the slope of f_xi and where it vanishes.
"""

from __future__ import annotations

import sympy
from steps import prove

b, z = sympy.symbols("b z", real=True)
r, t, h, a, m, xi = sympy.symbols("r t h a m xi", positive=True)
pi = sympy.pi
TANGENT = 1 / sympy.sqrt(2 + r**2)


def normal(x: sympy.Expr, variance: sympy.Expr | int = 1) -> sympy.Expr:
    return sympy.exp(-(x**2) / (2 * variance)) / sympy.sqrt(2 * pi * variance)


def owen_slope(height: sympy.Expr, slope: sympy.Expr) -> sympy.Expr:
    """dT(h, a)/da, which defines T together with T(h, 0) = 0."""
    return sympy.exp(-(height**2) * (1 + slope**2) / 2) / (2 * pi * (1 + slope**2))


def mean_over_weights() -> None:
    """Both sides are odd in b."""
    mean = sympy.integrate(
        2 / sympy.sqrt(pi) * sympy.exp(-((z + b) ** 2)) * normal(z, r**2 / 4),
        (z, -sympy.oo, sympy.oo),
    )
    form = sympy.erf(b / sympy.sqrt(1 + r**2 / 2))
    prove(
        "E erf(<u, x> + b) over u is erf(b/sqrt(1 + r^2/2))",
        # As the logarithm of their quotient: exponents are compared as rational functions.
        sympy.expand_log(sympy.log(sympy.diff(form, b) / mean), force=True), form.subs(b, 0),
    )
    prove(
        "for b = Z/2 it is erf(t Z/sqrt 2)",
        form.subs(b, z / 2).args[0] - TANGENT * z / sympy.sqrt(2),
    )


def means_given_the_bias() -> None:
    slope = sympy.integrate(
        sympy.diff(sympy.erf(t * z / sympy.sqrt(2)), t) * normal(z), (z, h, sympy.oo)
    )
    prove("E[erf(t Z/sqrt 2); Z >= h] = 2 T(h, t)", slope - 2 * owen_slope(h, t))
    prove(
        "T(0, t) = arctan(t)/(2 pi), so the mean given b >= 0 is (2/pi) arctan t",
        sympy.diff(sympy.atan(t) / (2 * pi), t) - owen_slope(sympy.Integer(0), t),
        2 * 2 * sympy.atan(t) / (2 * pi) - 2 / pi * sympy.atan(t),
    )
    share = sympy.integrate(normal(z), (z, sympy.sqrt(2), sympy.oo))
    prove(
        "P(b >= 1/sqrt 2) = (1 - erf 1)/2, so the mean given it is 4 T(sqrt 2, t)/(1 - erf 1)",
        share - (1 - sympy.erf(1)) / 2,
    )


def series() -> None:
    """d(2 pi T)/da = 1/(1 + a^2) - sum_j (-a^2)^j P(N > j), N of Poisson's law of mean m = h^2/2.

    The sum over j < i is geometric; the sum over i of (1 - q^i) P(N = i) is 1 - exp(m (q - 1)).
    """
    i = sympy.Symbol("i", integer=True, nonnegative=True)
    q = sympy.Symbol("q", negative=True)
    partial = (1 - q**i) / (1 - q)
    prove(
        "sum over j < i of q^j is (1 - q^i)/(1 - q)",
        partial.subs(i, 0), partial.subs(i, i + 1) - partial - q**i,
    )
    terms = (m * q) ** i / sympy.factorial(i)
    generating = sympy.exp(-m) * sympy.summation(terms, (i, 0, sympy.oo))
    total = (1 - generating) / (1 - q)
    prove(
        "2 pi T(h, a) = arctan a - sum_j (-1)^j P(N > j) a^(2j+1)/(2j+1)",
        (1 / (1 + a**2) - total.subs(q, -(a**2))).subs(m, h**2 / 2) - 2 * pi * owen_slope(h, a),
    )


def reflection() -> None:
    """Both sides of the reflection have one derivative in a; at a = 1 one derivative in h."""
    s = sympy.Symbol("s", positive=True)
    height = sympy.integrate(sympy.diff(owen_slope(h, s), h), (s, 0, a))
    form = -normal(h) * sympy.erf(a * h / sympy.sqrt(2)) / 2
    prove("dT(h, a)/dh = -phi(h) erf(a h/sqrt 2)/2", height - form)
    near, far = (sympy.erfc(x / sympy.sqrt(2)) / 2 for x in (h, a * h))
    right = (near + far) / 2 - near * far
    moved = h * form.subs({h: a * h, a: 1 / a}, simultaneous=True)
    turned = -owen_slope(a * h, 1 / a) / a**2
    prove(
        "T(h, a) + T(a h, 1/a) = (Q(h) + Q(a h))/2 - Q(h) Q(a h), Q(h) = erfc(h/sqrt 2)/2",
        sympy.diff(right, a).rewrite(sympy.erf) - owen_slope(h, a) - moved - turned,
        sympy.diff(right.subs(a, 1), h).rewrite(sympy.erf) - 2 * form.subs(a, 1),
        sympy.limit(right.subs(a, 1), h, sympy.oo),
    )


def slope_of_f() -> None:
    share = 1 - sympy.erf(1)
    along = 2 / (pi * (1 + t**2)) - xi * 4 * owen_slope(sympy.sqrt(2), t) / share
    slope = along.subs(t, TANGENT) * sympy.diff(TANGENT, r)
    bracket = 1 - xi * sympy.exp(-1 - 1 / (2 + r**2)) / share
    prove(
        "f_xi' = -2 r/(pi (3 + r^2) sqrt(2 + r^2)) (1 - xi exp(-1 - 1/(2 + r^2))/(1 - erf 1))",
        slope + 2 * r / (pi * (3 + r**2) * sympy.sqrt(2 + r**2)) * bracket,
    )
    turn = 1 / sympy.log(xi / (sympy.E * share)) - 2
    prove(
        "f_xi' = 0 at r^2 = 1/log(xi/(e (1 - erf 1))) - 2",
        bracket.subs(r, sympy.sqrt(turn)),
    )


def main() -> None:
    mean_over_weights()
    means_given_the_bias()
    series()
    reflection()
    slope_of_f()


if __name__ == "__main__":
    main()
