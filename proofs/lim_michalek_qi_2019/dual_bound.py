"""The bound of a leaf: |T - Y|^2 >= <r, T>^2 / |r|^2 for every Y with <r, Y> <= 0, if <r, T> > 0.

Two lines: <r, T> <= <r, T - Y> by the hypothesis on Y, and <r, E>^2 <= |r|^2 |E|^2 for E = T - Y
by Cauchy and Schwarz: |r|^2 times |E - (<r, E>/|r|^2) r|^2 >= 0 is the difference, for any number
of points.  For five it is written out as Lagrange's sum of squares.
<r, E> = sum_i w_i r_i E_i with the weights w_i > 0 of repeated inputs.  <r, Y> <= 0 is proved
neuron by neuron on the rays of a cone; where the sign of z is open, act(z) is replaced by a
mixture of its two lower bounds.
"""

from __future__ import annotations

from itertools import combinations

import sympy
from steps import prove, relu

n = 5
r = sympy.symbols(f"r1:{n + 1}", real=True)
T = sympy.symbols(f"T1:{n + 1}", real=True)
Y = sympy.symbols(f"Y1:{n + 1}", real=True)
w = sympy.symbols(f"w1:{n + 1}", positive=True)


def inner(x: tuple[sympy.Expr, ...], y: tuple[sympy.Expr, ...]) -> sympy.Expr:
    """sum_i w_i x_i y_i."""
    return sympy.Add(*[wi * xi * yi for wi, xi, yi in zip(w, x, y, strict=True)])


E = tuple(t - y for t, y in zip(T, Y, strict=True))
prove("<r, T - Y> - <r, T> = -<r, Y>", inner(r, E) - inner(r, T) + inner(r, Y))
prove(
    "|r|^2 |E|^2 - <r, E>^2 is a sum of squares with positive weights",
    inner(r, r) * inner(E, E) - inner(r, E) ** 2
    - sympy.Add(*[
        w[i] * w[j] * (r[i] * E[j] - r[j] * E[i]) ** 2 for i, j in combinations(range(n), 2)
    ]),
)

# |E - x r|^2 in |r|^2, <r, E>, |E|^2, at x = <r, E>/|r|^2.
length, product, error = sympy.symbols("length product error", positive=True)
quotient = product / length
prove(
    "any number of points: |r|^2 |E - (<r, E>/|r|^2) r|^2 = |r|^2 |E|^2 - <r, E>^2",
    length * (error - 2 * quotient * product + quotient**2 * length)
    - (length * error - product**2),
)

size, share, other, rest = sympy.symbols("size share other rest", nonnegative=True)
theta = share / (share + other)  # any number in [0, 1]
for name, slope in (("relu", sympy.Integer(0)), ("leaky", 1 / (1 + rest))):
    prove(
        f"{name}: act(z) - (theta z + (1 - theta) slope z) is (1 - slope) (1 - theta) z for z >= 0"
        " and -(1 - slope) theta z for z <= 0",
        relu(size, slope) - (theta + (1 - theta) * slope) * size
        - (1 - slope) * (1 - theta) * size,
        relu(-size, slope) + (theta + (1 - theta) * slope) * size - (1 - slope) * theta * size,
    )
