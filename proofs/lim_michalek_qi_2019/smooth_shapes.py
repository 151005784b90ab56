"""One sigmoid on a line: shapes in two charts, their level, bounds on boxes (docs/smooth.md).

With z = e^(a s_1 + b), X = e^(2 r x) and Y = e^(2r) everything is a rational function: the logistic
function at the place x is z X/(1 + z X), tau is the value at x = 0, coth(r x) = (X + 1)/(X - 1).
The level of a shape is G = Q - N^2/D; N is linear and D quadratic in the shape, with derivatives
w_i d_i and 2 w_i (u_i - ubar).
"""

from __future__ import annotations

import sympy
from steps import prove

z, X, Y = sympy.symbols("z X Y", positive=True)


def logistic(place: sympy.Expr) -> sympy.Expr:
    """The value at the place x with X = e^(2 r x)."""
    return z * place / (1 + z * place)


def coth(place: sympy.Expr) -> sympy.Expr:
    """coth(r x)."""
    return (place + 1) / (place - 1)


tau = logistic(sympy.Integer(1))
shape = (logistic(X) - tau) / (logistic(Y) - tau)
k = 1 - 2 * tau  # divided by r
prove("flat chart: u = (r coth r - k)/(r coth(r x) - k)", shape - (coth(Y) - k) / (coth(X) - k))
moved = 1 + tau * (Y - 1)  # e^(2 r xi)
odds = Y / (X * moved) * (1 - X / Y) / (1 - 1 / X)
prove("steep chart: 1/u - 1 = e^(2r(1 - x - xi)) (1 - e^(-2r(1 - x)))/(1 - e^(-2rx))",
      1 / shape - 1 - odds)
half = sympy.Symbol("half", positive=True)  # e^((a s + b)/2)
tanh = (half - 1 / half) / (half + 1 / half)
prove("sigma(z) = 1/2 + tanh(z/2)/2", half**2 / (1 + half**2) - (1 + tanh) / 2)

N, D, w, d, e = sympy.symbols("N D w d e", real=True)
t = sympy.Symbol("t", real=True)
level = -((N + w * d * t) ** 2) / (D + 2 * w * e * t)  # e = u_i - ubar, to first order
prove("dG/du_i = -2 v w_i (d_i - v (u_i - ubar)) with v = N/D",
      sympy.diff(level, t).subs(t, 0) + 2 * (N / D) * w * (d - (N / D) * e))

for n in range(3, 6):
    weights = sympy.symbols(f"w1:{n + 1}", positive=True)
    deviations = sympy.symbols(f"d1:{n + 1}", real=True)
    centre = sympy.symbols(f"m1:{n + 1}", real=True)
    offset = sympy.symbols(f"o1:{n + 1}", real=True)
    room = sympy.Symbol("room", positive=True)  # Q - B

    def mean(u: tuple[sympy.Expr, ...], weights: tuple[sympy.Expr, ...] = weights) -> sympy.Expr:
        return sympy.Add(*[a * b for a, b in zip(weights, u, strict=True)]) / sympy.Add(*weights)

    def top(u: tuple[sympy.Expr, ...], pairs: tuple[sympy.Expr, ...] = tuple(
        a * b for a, b in zip(weights, deviations, strict=True)
    )) -> sympy.Expr:
        return sympy.Add(*[a * b for a, b in zip(pairs, u, strict=True)])

    def bottom(u: tuple[sympy.Expr, ...], weights: tuple[sympy.Expr, ...] = weights) -> sympy.Expr:
        total = sympy.Add(*[a * b**2 for a, b in zip(weights, u, strict=True)])
        return total - sympy.Add(*weights) * mean(u, weights) ** 2

    moved_to = tuple(m + o for m, o in zip(centre, offset, strict=True))
    slopes = [
        2 * room * wi * (m - mean(centre)) - 2 * top(centre) * wi * di
        for wi, m, di in zip(weights, centre, deviations, strict=True)
    ]
    linear = sympy.Add(*[s * o for s, o in zip(slopes, offset, strict=True)])
    prove(
        f"n = {n}: h(m + o) = h(m) + sum h_i o_i + (Q - B) D(o) - N(o)^2",
        room * bottom(moved_to) - top(moved_to) ** 2
        - (room * bottom(centre) - top(centre) ** 2) - linear
        - room * bottom(offset) + top(offset) ** 2,
    )
