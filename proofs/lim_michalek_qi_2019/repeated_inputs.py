"""A group of equal inputs counts as its mean response with its size as weight.

sum_i (t_i - y)^2 = m (mean - y)^2 + sum_i (t_i - mean)^2: the last sum, the scatter, is the same
for every network.  Proved for groups of up to six; for all m, expand and use
sum_i (t_i - mean) = 0.
"""

from __future__ import annotations

import sympy
from steps import prove

y = sympy.Symbol("y", real=True)
for m in range(1, 7):
    t = sympy.symbols(f"t1:{m + 1}", real=True)
    mean = sympy.Add(*t) / m
    scatter = sympy.Add(*[(x - mean) ** 2 for x in t])
    prove(
        f"m = {m}: the sum of squares is m (mean - y)^2 + scatter",
        sympy.Add(*[(x - y) ** 2 for x in t]) - m * (mean - y) ** 2 - scatter,
    )
