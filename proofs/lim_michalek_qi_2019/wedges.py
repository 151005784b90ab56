"""The loss of two neurons in terms of their wedge, and the wedge of two neurons that merge.

Let G be the Gram matrix of two hidden vectors (centred if there is an output bias) and m their
inner products with one output.  The projection explains m^t G^-1 m.  With M = G and C = m m^t,
<w, w> = det M, and <w, D w> is the sum over the columns of det M with that column replaced by the
one of C.  Both are sums over the outputs, so one output is enough, whatever the number of points.

Two neurons on edges (a, v) and (v, b) have the wedge y_0 v^b + y_1 a^v + y_2 a^b, and y_2 = 0 with
y_0, y_1 > 0 is the wedge of the space span(v, y_0 b - y_1 a) that both merging at v leave behind.
"""

from __future__ import annotations

from itertools import combinations

import sympy
from steps import prove

g11, g12, g22, m1, m2 = sympy.symbols("g11 g12 g22 m1 m2", real=True)
gram = sympy.Matrix([[g11, g12], [g12, g22]])
moments = sympy.Matrix([m1, m2])
energy = moments * moments.T
explained = (moments.T * gram.adjugate() * moments)[0]  # times det G


def replaced(column: int) -> sympy.Expr:
    """det of the Gram matrix with one column of the energies."""
    columns = [energy[:, k] if k == column else gram[:, k] for k in range(2)]
    return sympy.Matrix.hstack(*columns).det()


prove("<w, D w> / <w, w> is what the projection explains", replaced(0) + replaced(1) - explained)

alpha, beta, gamma, delta, y0, y1 = sympy.symbols("alpha beta gamma delta y0 y1", positive=True)
a, v, b = (sympy.Matrix(sympy.symbols(f"{name}1:4", real=True)) for name in "avb")


def wedge(first: sympy.Matrix, second: sympy.Matrix) -> list[sympy.Expr]:
    """All minors of size two."""
    return [first[i] * second[j] - first[j] * second[i] for i, j in combinations(range(3), 2)]


def combined(*terms: tuple[sympy.Expr, list[sympy.Expr]]) -> list[sympy.Expr]:
    """A linear combination of wedges."""
    return [sympy.Add(*[x * w[k] for x, w in terms]) for k in range(3)]


merging = wedge(alpha * a + beta * v, gamma * v + delta * b)
parts = combined(
    (beta * delta, wedge(v, b)), (alpha * gamma, wedge(a, v)), (alpha * delta, wedge(a, b))
)
prove(
    "two neurons on edges (a, v), (v, b): w = beta delta v^b + alpha gamma a^v + alpha delta a^b",
    *[x - y for x, y in zip(merging, parts, strict=True)],
)
limit = combined((y0, wedge(v, b)), (y1, wedge(a, v)))
prove(
    "y0 v^b + y1 a^v = v ^ (y0 b - y1 a)",
    *[x - y for x, y in zip(limit, wedge(v, y0 * b - y1 * a), strict=True)],
)
