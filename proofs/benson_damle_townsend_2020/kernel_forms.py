"""Closed forms of kernels K(x, y) = E act(<w, x>) act(<w, y>), w Gaussian.

Only the plane of x and y matters.  For act of degree k E|w|^(2k) = 2^k k! there, and what is left
is the mean over the circle; t in [0, pi] is the angle of x and y.

What is proved: degrees 0, 1, 2, the NTK, leaky slopes, z^2, sin + cos and erf.
"""

from __future__ import annotations

import sympy
from steps import prove

t, u, r, s, g = sympy.symbols("t theta r s gamma", real=True)
nx, ny = sympy.symbols("X Y", positive=True)
pi = sympy.pi


def mean(function: sympy.Expr, low: sympy.Expr, high: sympy.Expr) -> sympy.Expr:
    """The mean over the circle of a function that vanishes outside an arc."""
    return sympy.integrate(sympy.expand(sympy.expand_trig(function)), (u, low, high)) / (2 * pi)


def arc_cosine(k: int) -> sympy.Expr:
    """cos(u) and cos(u - t) are both positive for t - pi/2 < u < pi/2."""
    product = (sympy.cos(u) * sympy.cos(u - t)) ** k
    return 2**k * sympy.factorial(k) * mean(product, t - pi / 2, pi / 2)


def homogeneous() -> None:
    c, d = sympy.cos(t), sympy.sin(t)
    forms = (
        (pi - t) / (2 * pi),
        (d + (pi - t) * c) / (2 * pi),
        (3 * d * c + (pi - t) * (1 + 2 * c**2)) / (2 * pi),
    )
    for k, form in enumerate(forms):
        prove(f"degree {k}: K = |x|^{k}|y|^{k} times {form}", arc_cosine(k) - form)
    prove(
        "z^2: K = |x|^2|y|^2 + 2 <x, y>^2",
        8 * mean((sympy.cos(u) * sympy.cos(u - t)) ** 2, 0, 2 * pi) - (1 + 2 * c**2),
    )
    half = 2 * mean(sympy.cos(u) * sympy.cos(u - t), -pi / 2, pi / 2)
    prove("E max(<w, x>, 0) <w, y> = <x, y>/2", half - c / 2)
    prove(
        "max(z, g z) = (1 - g) max(z, 0) + g z: K = (1 - g)^2 K_1 + g <x, y>",
        (1 - g) ** 2 * forms[1] + 2 * (1 - g) * g * half + g**2 * c
        - ((1 - g) ** 2 * forms[1] + g * c),
    )


def tangent() -> None:
    """The NTK sums products of derivatives: in a_r act(<w_r, x>), in w_r a_r act'(<w_r, x>) x."""
    c = sympy.cos(t)
    prove(
        "NTK, one hidden layer, a_r of variance one: <x, y> K_0 + K_1",
        c * arc_cosine(0) + arc_cosine(1)
        - ((pi - t) * c / pi + sympy.sin(t) / (2 * pi)),
    )


def trigonometric() -> None:
    """E cos Z = exp(-var/2) and E sin Z = 0 for centred Gaussian Z."""
    a, b = sympy.symbols("a b", real=True)
    product = (sympy.sin(a) + sympy.cos(a)) * (sympy.sin(b) + sympy.cos(b))
    prove(
        "(sin a + cos a)(sin b + cos b) = cos(a - b) + sin(a + b): K = exp(-|x - y|^2/2)",
        sympy.expand_trig(sympy.cos(a - b) + sympy.sin(a + b)) - sympy.expand(product),
    )
    z = sympy.Symbol("z", real=True)
    v = sympy.Symbol("v", positive=True)
    density = sympy.exp(-(z**2) / (2 * v)) / sympy.sqrt(2 * pi * v)
    prove(
        "E cos Z = exp(-v/2)",
        sympy.integrate(sympy.cos(z) * density, (z, -sympy.oo, sympy.oo)) - sympy.exp(-v / 2),
    )


def error_function() -> None:
    """Price's theorem: dK/dr = E act'(A) act'(B) for the covariance r; K = 0 at r = 0.

    E of a Gaussian exp(-A^2 - B^2) is det(I + 2 S)^(-1/2) for the covariance matrix S.
    """
    p, q = sympy.symbols("p q", positive=True)
    covariance = sympy.Matrix([[p, r], [r, q]])
    slope = 4 / pi / sympy.sqrt((sympy.eye(2) + 2 * covariance).det())
    form = 2 / pi * sympy.asin(2 * r / sympy.sqrt((1 + 2 * p) * (1 + 2 * q)))
    size = (1 + 2 * p) * (1 + 2 * q) - 4 * r**2
    # Both derivatives are positive where size > 0: their squares decide.
    prove(
        "erf: K = (2/pi) asin(2 <x, y>/sqrt((1 + 2|x|^2)(1 + 2|y|^2)))",
        sympy.simplify(sympy.diff(form, r) ** 2 - slope**2),
        sympy.simplify(slope**2 * size - 16 / pi**2),
        form.subs(r, 0),
    )


def main() -> None:
    homogeneous()
    tangent()
    trigonometric()
    error_function()


if __name__ == "__main__":
    main()
