"""The two radial laws: densities and distribution functions of the norm, and the tails.

Bessel functions enter by J_(n-1) + J_(n+1) = 2n J_n / s, 2 J_n' = J_(n-1) - J_(n+1), the Wronskian
J Y' - J' Y = 2/(pi s) and the bounds of M^2 = J^2 + Y^2 in Watson (1944), 13.74.

What is proved: the norm's density and distribution function of the heavy-tailed law, the rest of
the series, the tail and its limit; the density of two spheres and its maximum; the three terms
of the risk of the representing network.
"""

from __future__ import annotations

import sympy
from steps import prove

s, t, v, n, d, x, y = sympy.symbols("s t v n d x y", positive=True)
R, q, eps = sympy.symbols("R q epsilon", positive=True)
pi = sympy.pi


def bessel_law() -> None:
    surface = 2 * pi ** (d / 2) / sympy.gamma(d / 2)
    radius = sympy.gamma(d / 2 + 1) ** (1 / d) / sympy.sqrt(pi)
    # x^(d-1) (R/x)^d J^2 = R^d J^2 / x.
    prove(
        "the norm has the density (d/x) J_(d/2)(s)^2: surface of the sphere times R^d is d",
        sympy.gammasimp(sympy.powsimp(sympy.expand_power_base(surface * radius**d, force=True)))
        - d,
    )
    # Three neighbours; J_(n-1) is eliminated by the recurrence where it helps.
    here, above = sympy.symbols("J_n J_n1")
    below = 2 * n / s * here - above
    slope = (below - above) / 2
    prove(
        "sum with K = 0: (J_v^2)' = 2v J_v^2 / s - 2 J_v J_(v+1)",
        2 * here * slope - (2 * n * here**2 / s - 2 * here * above),
    )
    prove(
        "step: (2 J_n^2)' = 2 J_(n-1) J_n - 2 J_n J_(n+1), so the products telescope",
        4 * here * slope - (2 * below * here - 2 * here * above),
    )
    prove(
        "the derivative of the density, by s J_v' = v J_v - J_(v+1) s",
        slope - (n * here / s - above),
        4 * n * here * slope / s - 2 * n * here**2 / s**2
        - 2 * n * here * ((2 * n - 1) * here - 2 * s * above) / s**2,
    )
    bound = ((s / 2) ** n / sympy.gamma(n + 1)) ** 2
    prove(
        "bounds of successive terms have the ratio (s/(2n+2))^2, which falls",
        sympy.gammasimp(bound.subs(n, n + 1) / bound) - (s / (2 * n + 2)) ** 2,
    )


def bessel_tail() -> None:
    J, Y = sympy.Function("J")(s), sympy.Function("Y")(s)
    M2 = J**2 + Y**2
    wronskian = J * Y.diff(s) - J.diff(s) * Y
    prove(
        "the phase phi = atan(Y/J) has phi' = (J Y' - J' Y)/M^2 = 2/(pi s M^2)",
        sympy.atan(Y / J).diff(s) - wronskian / M2,
    )
    phi, M = sympy.symbols("phi M", positive=True)
    prove(
        "2v J^2/s = v M^2/s + v M^2 cos(2 phi)/s; the second is (pi/2) v M^4 cos(2 phi) phi'",
        2 * v * (M * sympy.cos(phi)) ** 2 / s - v * M**2 * (1 + sympy.cos(2 * phi)) / s,
        v * M**2 / s - pi / 2 * v * M**4 * 2 / (pi * s * M**2),
    )
    first = 2 / pi * sympy.asin(v / s)
    ceiling = 2 / (pi * sympy.sqrt(s**2 - v**2))
    z = sympy.Symbol("z", positive=True)
    difference = (-first.diff(s) - v * ceiling / s).subs(s, v * (1 + z))
    prove("the first part is at most (2/pi) asin(v/s)", sympy.simplify(difference**2))
    prove(
        "the second part is at most v (pi/2) M^4 <= (2/pi) v/(s^2 - v^2)",
        v * pi / 2 * ceiling**2 - 2 / pi * v / (s**2 - v**2),
    )
    total = 2 / pi * (sympy.asin(v / s) + v / (s**2 - v**2))
    prove("s times the bound tends to 2v/pi", sympy.limit(s * total, s, sympy.oo) - 2 * v / pi)
    # With u = v/s in (0, 1): asin(u)/u and 1/(1 - u^2) grow in u.
    u = sympy.Symbol("u", positive=True)
    prove(
        "s times the bound is (2/pi)(v asin(u)/u + u/(1 - u^2)), u = v/s, which falls in s",
        (s * total).subs(s, v / u) - 2 / pi * (v * sympy.asin(u) / u + u / (1 - u**2)),
        sympy.expand((u / (1 - u**2)).diff(u) * (1 - u**2) ** 2 - 1 - u**2),
    )
    rate = sympy.Symbol("omega", positive=True)
    prove(
        "half the law: x P(|x| > x) tends to d/(2 pi omega), s = omega x",
        sympy.Rational(1, 2) * (2 * v / pi).subs(v, d / 2) / rate - d / (2 * pi * rate),
    )


def normal_half() -> None:
    density = x ** (d - 1) * sympy.exp(-d * x**2 / 2)
    constant = 2 * (d / 2) ** (d / 2) / sympy.gamma(d / 2)
    for dimension in (1, 2, 3, 6):
        whole = sympy.integrate((constant * density).subs(d, dimension), (x, 0, sympy.oo))
        fourth = sympy.integrate((x**4 * constant * density).subs(d, dimension), (x, 0, sympy.oo))
        prove(
            f"N(0, I/d), d = {dimension}: the density of the norm has mass 1, E|x|^4 = 1 + 2/d",
            whole - 1, fourth - 1 - sympy.Rational(2, dimension),
        )
    prove(
        "its logarithm has the slope (d-1)/x - d x: one maximum, at x^2 = (d-1)/d",
        sympy.log(density).diff(x) - ((d - 1) / x - d * x),
    )


def two_spheres() -> None:
    # (1 + t)/2 = |x|^2/4 with the density (1 - t^2)^((d-3)/2) of a coordinate t.
    k = (d - 1) / 2
    beta = (y**2 * (1 - y**2)) ** (k - 1)
    density = y ** (d - 2) * (1 - y**2) ** ((d - 3) / 2)
    prove(
        "two spheres: with y = |x|/2, y^2 ~ Beta(k, k) gives y^(d-2) (1 - y^2)^((d-3)/2)/B(k, k)",
        sympy.expand_log(sympy.log(beta * 2 * y / 2), force=True)
        - sympy.expand_log(sympy.log(density), force=True),
        sympy.expand((1 - t**2).subs(t, 2 * y**2 - 1) - 4 * y**2 * (1 - y**2)),
    )
    slope = sympy.log(density).diff(y)
    prove(
        "d > 3: the only maximum is at |x|^2 = 4 (d-2)/(2d-5)",
        slope * y * (1 - y**2) - ((d - 2) - (2 * d - 5) * y**2),
    )
    prove(
        "d = 3: the density of |x| is |x|/2, at most 1",
        density.subs(d, 3).subs(y, x / 2) - x / 2,
    )
    tail = t * (1 - t**2 / 4)
    prove(
        "d = 3: t P(|x| >= t) is largest at 2/sqrt(3), with the value 4/(3 sqrt(3))",
        tail.diff(t).subs(t, 2 / sympy.sqrt(3)),
        tail.subs(t, 2 / sympy.sqrt(3)) - 4 / (3 * sympy.sqrt(3)),
    )


def representing() -> None:
    margin, c, delta, bound, r = sympy.symbols("margin c delta V r", positive=True)
    prove(
        "band: 1200 margin q = eps/3 for margin = eps/(3600 q)",
        (1200 * margin * q).subs(margin, eps / (3600 * q)) - eps / 3,
    )
    prove("tail: c/R = eps/3 for R = 3c/eps", (c / R).subs(R, 3 * c / eps) - eps / 3)
    failure = 2 * sympy.exp(-2 * r * (margin / 2) ** 2 / (2 * bound) ** 2)
    width = 8 * bound**2 / margin**2 * sympy.log(6 / (eps * delta))
    prove(
        "means of r terms in [-V, V] (Hoeffding): (1/delta) 2 exp(-r margin^2/(8 V^2)) = eps/3",
        sympy.simplify(failure.subs(r, width) / delta - eps / 3),
    )
    prove(
        "600 margin = 1/20 at margin = 1/12000: the band stays within [0.9, 2.05]",
        sympy.Rational(600, 12000) - sympy.Rational(1, 20),
    )


def main() -> None:
    bessel_law()
    bessel_tail()
    normal_half()
    two_spheres()
    representing()


if __name__ == "__main__":
    main()
