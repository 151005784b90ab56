"""One quadratic neuron and the affine target a x + t: the infimum 0 is not attained.

What is proved: the family c + v (w x + b)^2 with v = eps, w = a, b = 1/(2 eps), c = t - 1/(4 eps)
has the error eps a^2 x^2, in any dimension with <a, x> for a x; and loss 0 at three distinct points
is impossible for a != 0.
"""

from __future__ import annotations

import sympy
from steps import prove

x, a, t, v, w, b, c = sympy.symbols("x a t v w b c", real=True)
eps = sympy.Symbol("epsilon", positive=True)


def main() -> None:
    family = {v: eps, w: a, b: 1 / (2 * eps), c: t - 1 / (4 * eps)}
    f = c + v * (w * x + b) ** 2
    prove(
        "f = a x + t + eps a^2 x^2: the loss at points x_i is eps^2 a^4 sum x_i^4",
        sympy.expand(f.subs(family)) - (a * x + t + eps * a**2 * x**2),
    )
    x1, x2, x3 = sympy.symbols("x1 x2 x3", real=True)
    vandermonde = sympy.Matrix([[1, z, z**2] for z in (x1, x2, x3)]).det()
    prove(
        "three distinct points determine a polynomial of degree two",
        sympy.factor(vandermonde) - (x2 - x1) * (x3 - x1) * (x3 - x2),
    )
    rest = sympy.Poly(f - a * x - t, x)
    prove(
        "f = a x + t needs v w^2 = 0 and 2 v w b = a; v w^2 = 0 makes v w b = 0, so a = 0",
        rest.coeff_monomial(x**2) - v * w**2,
        rest.coeff_monomial(x) - (2 * v * w * b - a),
        (v * w * b).subs(v, 0),
        (v * w * b).subs(w, 0),
    )
    prove(
        "two points x1 != x2 can be fitted: w = 1, b = -x1, v = a/(x2 - x1), c = a x1 + t",
        *[
            (f - a * x - t).subs({w: 1, b: -x1, v: a / (x2 - x1), c: a * x1 + t}).subs(x, z)
            for z in (x1, x2)
        ],
    )


if __name__ == "__main__":
    main()
