"""Two neurons of equal sign on one activation cell are one neuron, and never more than that.

On the data point s a neuron u = (a, b) has the preactivation z = <a, s> + b, linear in u, so that
u_1 + u_2 has the preactivation z_1 + z_2.  With act(z) = max(z, gamma z) and 0 <= gamma < 1,
act(z_1) + act(z_2) = act(z_1 + z_2) where z_1 and z_2 do not have opposite signs.  Hence the
hidden vectors of one cell form a convex cone, on which u -> act(Su) is linear.  With opposite
signs the left side is larger, so that act is convex: this is what the relaxation uses.
"""

from __future__ import annotations

import sympy
from steps import prove, relu

p, q, rest = sympy.symbols("p q rest", nonnegative=True)
gamma = 1 / (1 + rest)  # every slope in (0, 1]; the ReLU is the case of slope 0

for name, slope in (("relu", sympy.Integer(0)), ("leaky", gamma)):

    def excess(z1: sympy.Expr, z2: sympy.Expr, slope: sympy.Expr = slope) -> sympy.Expr:
        """act(z_1) + act(z_2) - act(z_1 + z_2)."""
        return relu(z1, slope) + relu(z2, slope) - relu(z1 + z2, slope)

    prove(
        f"{name}: act(l z) = l act(z) for l >= 0",
        relu(q * p, slope) - q * relu(p, slope),
        relu(-q * p, slope) - q * relu(-p, slope),
    )
    prove(
        f"{name}: act(z1) + act(z2) = act(z1 + z2) if z1, z2 >= 0 or z1, z2 <= 0",
        excess(p, q),
        excess(-p, -q),
    )
    # Opposite signs: the larger absolute value decides that of the sum.
    prove(
        f"{name}: act(z1) + act(z2) = act(z1 + z2) + (1 - slope) min(z1, -z2) if z1 >= 0 >= z2",
        excess(p + q, -p) - (1 - slope) * p,
        excess(p, -p - q) - (1 - slope) * p,
    )
