"""Bias-free features of degree k: dim V = L + rank { u^(k) : u two-sided }.

Let sum_i c_i act(<w, x_i>) = 0 for all w, act(z) = max(z, 0)^k (k = 0: the step).  The sum of the
terms of one line through u, x_i = t_i u, is a function of s = <w, u>; across the hyperplane s = 0
it must be smooth, since the hyperplanes of other lines are others.  What is left is a polynomial.

What is proved: the split of a line into kink and polynomial for k = 0, 1, 2 and leaky slopes, that
a one-sided line leaves no polynomial, the NTK, and the examples {x, 2x} and the hexagon.
"""

from __future__ import annotations

import sympy
from steps import prove

s, a, b, g = sympy.symbols("s a b gamma", positive=True)
c1, c2 = sympy.symbols("c1 c2", real=True)


def power(z: sympy.Expr, k: int) -> sympy.Expr:
    """max(z, 0)^k for z of a sign that is known."""
    return z**k if z.is_positive else sympy.Integer(0)


def lines() -> None:
    """A line with points a u and -b u, weights c1 and c2: values at s and -s, for s > 0."""
    for k in (0, 1, 2):
        ahead = c1 * power(a * s, k) + c2 * power(-b * s, k)
        behind = c1 * power(-a * s, k) + c2 * power(b * s, k)
        kink = (c1 * a**k - c2 * (-b) ** k) / 2
        rest = (c1 * a**k + c2 * (-b) ** k) / 2
        prove(
            f"degree {k}: a line is its kink sum c t^{k} sgn(t)/2 times s^{k} sgn(s) and the "
            f"polynomial sum c t^{k}/2 times s^{k}",
            ahead - (kink * s**k + rest * s**k),
            behind - (-kink * (-s) ** k + rest * (-s) ** k),
        )
        # All t of one sign: kink and polynomial have the same factor, so no kink, no polynomial.
        prove(
            f"degree {k}: a one-sided line without kink leaves no polynomial",
            kink.subs(c2, 0) - rest.subs(c2, 0),
        )
    # A two-sided line can leave any multiple of s^k: its kernel holds u^(k).
    prove(
        "degree 1: c1 = b, c2 = a has no kink and the polynomial a b s",
        ((c1 * a - c2 * b) / 2).subs({c1: b, c2: a}),
    )
    z = sympy.Symbol("z", positive=True)
    for sign in (1, -1):
        value = z if sign > 0 else -g * z
        split = (1 + g) / 2 * (sign * z) + (1 - g) / 2 * z
        prove(f"max(z, g z) = (1 + g) z/2 + (1 - g)|z|/2 for sgn z = {sign}", value - split)


def tangent() -> None:
    """f(x) = [<w, x> > 0] <v, x>, a derivative in w: f(u) - f(-u) = <v, u> if <w, u> != 0."""
    vu = sympy.Symbol("vu", real=True)
    for ahead in (1, 0):
        prove(
            f"NTK features are in V: f(u) - f(-u) = <v, u> for [<w, u> > 0] = {ahead}",
            ahead * vu - (1 - ahead) * (-vu) - vu,
        )


def examples() -> None:
    y = sympy.Matrix([1, 1])
    ray = sympy.Matrix([1, 2])
    rest = y - ray * (ray.dot(y) / ray.dot(ray))
    prove("labels (1, 1) at {x, 2x}: best loss 1/5", rest.dot(rest) - sympy.Rational(1, 5))
    y1, y2 = sympy.symbols("y1 y2", real=True)
    y, ray = sympy.Matrix([y1, y2]), sympy.Matrix([1, a])
    rest = y - ray * (ray.dot(y) / ray.dot(ray))
    prove(
        "labels (y1, y2) at {x, c x}, c > 0: best loss (c y1 - y2)^2/(1 + c^2)",
        rest.dot(rest) - (a * y1 - y2) ** 2 / (1 + a**2),
    )
    third = sympy.pi / 3
    points = [sympy.Matrix([sympy.cos(k * third), sympy.sin(k * third)]) for k in range(6)]

    def kernel(x: sympy.Matrix, z: sympy.Matrix) -> sympy.Expr:
        angle = sympy.acos(sympy.simplify(x.dot(z)))
        return (sympy.sin(angle) + (sympy.pi - angle) * sympy.cos(angle)) / (2 * sympy.pi)

    matrix = sympy.Matrix(6, 6, lambda i, j: kernel(points[i], points[j]))
    root = sympy.sqrt(3)
    vectors = [
        (sympy.Rational(2, 3) + root / sympy.pi, [1] * 6),
        (sympy.Rational(3, 4), [2, 1, -1, -2, -1, 1]),
        (sympy.Rational(3, 4), [0, 1, 1, 0, -1, -1]),
        (sympy.Rational(5, 12) - root / (2 * sympy.pi), [2, -1, -1, 2, -1, -1]),
        (sympy.Rational(5, 12) - root / (2 * sympy.pi), [0, 1, -1, 0, 1, -1]),
        (sympy.Integer(0), [1, -1, 1, -1, 1, -1]),
    ]
    for value, vector in vectors:
        column = sympy.Matrix(vector)
        prove(
            f"hexagon: eigenvalue {value} of the vector {tuple(vector)}",
            *(matrix * column - value * column),
        )
    prove(
        "hexagon: these six are a basis",
        sympy.Matrix([vector for _, vector in vectors]).rank() == 6,
    )
    # |<w, x>| is equal at antipodes, and linear functions of w sum to zero over alternating signs.
    moment = sum(((-1) ** k * points[k] for k in range(6)), sympy.zeros(2, 1))
    prove(
        "hexagon: labels (-1)^k are orthogonal to all features, so the best loss is 6",
        *moment,
        *((-1) ** k + (-1) ** (k + 3) for k in range(3)),
    )


def main() -> None:
    lines()
    tangent()
    examples()


if __name__ == "__main__":
    main()
