"""One neuron on three points of a line: the monotone responses, and the distance of the others.

With gaps g and h a ReLU neuron has increments (x, y) of one sign.  Every convex pair
0 <= x/g <= y/h is reached by a right-facing kink in the first gap, v (s - z)_+ with v = y/h and
z = s_2 - x h/y; the mirror image has the concave ones, and -v the falling ones.  So the outputs
are exactly the monotone triples.  Let t_1 <= t_3 < t_2 (up to reflection and sign).  A rising
triple has m_2 <= m_3, so (t_2 - m_2)^2 + (t_3 - m_3)^2 >= (t_2 - t_3)^2/2, with equality for both
at their mean, which is at least t_1.  Likewise a falling triple is no nearer than
(t_2 - t_1)^2/2 >= (t_2 - t_3)^2/2.
"""

from __future__ import annotations

import sympy
from steps import prove, relu, sign

g, y, h = sympy.symbols("g y h", positive=True)
share = sympy.Symbol("share", nonnegative=True)
# A convex pair: x/g = (y/h) / (1 + share).
x = y * g / (h * (1 + share))
v, z = y / h, -x * h / y  # s_2 = 0, s_1 = -g, s_3 = h
prove(
    "a convex rising triple is reached by a kink in the first gap",
    relu(-g - z), v * relu(-z) - x, v * relu(h - z) - (x + y),
)
if sign(z + g) < 0 or sign(-z) < 0:
    raise SystemExit("FAILED the kink lies in the first gap")

t2, t3, m2, m3 = sympy.symbols("t2 t3 m2 m3", real=True)
excess = (t2 - m2) ** 2 + (t3 - m3) ** 2 - (t2 - t3) ** 2 / 2
prove(
    "pooling: twice the excess is a square plus (m3 - m2)(m3 - m2 + 2 (t2 - t3))",
    excess - ((t2 + t3 - m2 - m3) ** 2 + (m3 - m2) * (m3 - m2 + 2 * (t2 - t3))) / 2,
)
prove(
    "pooling: both at their mean have the loss (t2 - t3)^2/2",
    excess.subs({m2: (t2 + t3) / 2, m3: (t2 + t3) / 2}),
)
# t_2 - t_3 = above and t_2 - t_1 = below + above.
below, above = sympy.symbols("below above", nonnegative=True)
prove(
    "the pair with the smaller difference is pooled",
    (below + above) ** 2 / 2 - above**2 / 2 - below * (below + 2 * above) / 2,
)
