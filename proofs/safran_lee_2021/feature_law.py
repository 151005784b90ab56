"""The law of a feature Z = erf(N), N ~ N(0, s/4), s = 1 + r^2, and the kernel of two features.

n = erfinv z; dz/dn = 2 exp(-n^2)/sqrt(pi).

What is proved: density and distribution function, where the density is monotone in |z| and in r,
its minimum for |z| <= z_0 and r <= 2, the kernel.
"""

from __future__ import annotations

import sympy
from steps import prove

n = sympy.Symbol("n", real=True)
s, r, k = sympy.symbols("s r k", positive=True)
pi = sympy.pi
DENSITY = sympy.exp(n**2 * (1 - 2 / s)) / sympy.sqrt(2 * s)


def law() -> None:
    normal = sympy.exp(-(n**2) * 2 / s) / sympy.sqrt(2 * pi * s / 4)
    stretch = 2 * sympy.exp(-(n**2)) / sympy.sqrt(pi)
    prove("density exp(n^2 (1 - 2/s))/sqrt(2 s)", normal / stretch - DENSITY)
    distribution = (1 + sympy.erf(n * sympy.sqrt(2 / s))) / 2
    prove(
        "distribution function (1 + erf(n sqrt(2/s)))/2",
        sympy.diff(distribution, n) - DENSITY * stretch,
        sympy.limit(distribution, n, -sympy.oo),
    )
    prove(
        "at r = 1 the density is 1/2 on all of (-1, 1), P(Z <= z) = (1 + z)/2",
        DENSITY.subs(s, 2) - sympy.Rational(1, 2),
        distribution.subs(s, 2) - (1 + sympy.erf(n)) / 2,
    )


def monotone() -> None:
    log_density = sympy.expand_log(sympy.log(DENSITY), force=True)
    prove(
        "d log p/d(n^2) = (r^2 - 1)/(r^2 + 1): the density falls in |z| for r < 1, grows for r > 1",
        (sympy.diff(log_density, n) / (2 * n)).subs(s, 1 + r**2) - (r**2 - 1) / (r**2 + 1),
    )
    prove(
        "d log p/ds = (4 n^2 - s)/(2 s^2): in r it grows up to r^2 = 4 n^2 - 1, then it falls",
        sympy.diff(log_density, s) - (4 * n**2 - s) / (2 * s**2),
    )
    prove("it turns at r = 1 for n^2 = 1/2", (4 * n**2 - s).subs({n: 1 / sympy.sqrt(2), s: 2}))


def minimum() -> None:
    """First growing, then falling: an end of [0, 2] decides."""
    first, last = DENSITY.subs(s, 1), DENSITY.subs(s, 5)
    prove(
        "the least p(z | 2) is 1/sqrt 10, at z = 0; p(z | 0) = exp(-n^2)/sqrt 2",
        last - sympy.exp(sympy.Rational(3, 5) * n**2) / sympy.sqrt(10),
        first - sympy.exp(-(n**2)) / sympy.sqrt(2),
    )
    edge = sympy.sqrt(sympy.log(5) / 2)
    prove(
        "exp(-n^2)/sqrt 2 >= 1/sqrt 10 up to n^2 = log(5)/2, beyond erfinv(1/2)",
        first.subs(n, edge) - 1 / sympy.sqrt(10),
        bool(sympy.erf(edge) > sympy.Rational(1, 2)),
    )
    prove(
        "the least p(z | 1) is 1/2, and p(1/2 | 0) is larger",
        DENSITY.subs(s, 2) - sympy.Rational(1, 2),
        # exp(-n^2)/sqrt 2 > 1/2 up to n^2 = log(2)/2.
        bool(sympy.erf(sympy.sqrt(sympy.log(2) / 2)) > sympy.Rational(1, 2)),
    )
    prove(
        "p(z | r) tends to 0 as |z| tends to 1 for r < 1",
        sympy.limit(DENSITY.subs(s, 2 - k / (1 + k)), n, sympy.oo),
    )


def kernel() -> None:
    """Price's theorem: dK/dc = E erf'(A) erf'(B) for the covariance c of A and B; K = 0 at c = 0.

    E exp(-A^2 - B^2) is det(I + 2 S)^(-1/2) for the covariance matrix S.  Here the variances are
    (1 + |x|^2)/4, (1 + |y|^2)/4 and 4 c = 1 + <x, y> =: e.
    """
    e = sympy.Symbol("e", real=True)
    p, q = sympy.symbols("p q", positive=True)
    covariance = sympy.Matrix([[1 + p, e], [e, 1 + q]]) / 4
    slope = 4 / pi / sympy.sqrt((sympy.eye(2) + 2 * covariance).det()) / 4
    form = 2 / pi * sympy.asin(e / sympy.sqrt((3 + p) * (3 + q)))
    # Both derivatives are positive: their squares decide.
    prove(
        "E Z Z' = (2/pi) arcsin((1 + <x, y>)/sqrt((3 + |x|^2)(3 + |y|^2)))",
        sympy.diff(form, e) ** 2 - slope**2, form.subs(e, 0),
    )
    prove(
        "at |x| = 1 the variance is 1/3, that of the uniform law on (-1, 1)",
        form.subs({e: 2, p: 1, q: 1}) - sympy.Rational(1, 3),
    )


def main() -> None:
    law()
    monotone()
    minimum()
    kernel()


if __name__ == "__main__":
    main()
