"""A group of equal inputs counts as its mean response with its size as weight.

sum_i (t_i - y)^2 = m (mean - y)^2 + sum_i (t_i - mean)^2: the last sum, the scatter, is the same
for every network.  For a group of any size m both sides are functions of m, sum_i t_i = m mean and
sum_i t_i^2, since sum_i (t_i - z)^2 = sum_i t_i^2 - 2 z sum_i t_i + m z^2 for every z.  Groups of
up to six are written out as well.
"""

from __future__ import annotations

import sympy
from steps import prove

y, average, squares = sympy.symbols("y mean squares", real=True)
size = sympy.Symbol("m", positive=True)


def deviations(z: sympy.Expr) -> sympy.Expr:
    """sum_i (t_i - z)^2."""
    return squares - 2 * z * size * average + size * z**2


prove(
    "any m: the sum of squares is m (mean - y)^2 + scatter",
    deviations(y) - size * (average - y) ** 2 - deviations(average),
)
for m in range(1, 7):
    t = sympy.symbols(f"t1:{m + 1}", real=True)
    mean = sympy.Add(*t) / m
    scatter = sympy.Add(*[(x - mean) ** 2 for x in t])
    prove(
        f"m = {m}: the sum of squares is m (mean - y)^2 + scatter",
        sympy.Add(*[(x - y) ** 2 for x in t]) - m * (mean - y) ** 2 - scatter,
    )
