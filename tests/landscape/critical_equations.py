"""The critical equations of a configuration as polynomials, for a solver that knows nothing else.

Kinks t_i lie in (0, 1), the neurons there are v_i act(x - t_i) or v_i act(t_i - x), the target is
x.  Groebner bases decide what solutions there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import sympy as sp

x, c, z = sp.symbols("x c z")
v = sp.symbols("v1:4")
t = sp.symbols("t1:4")


def polynomials(
    neurons: Sequence[tuple[int, int, bool]], gamma: sp.Expr
) -> tuple[list[sp.Expr], sp.Expr]:
    """The equations of neurons (facing, number of the kink, flat), and what must not vanish."""
    count = max((kink for _, kink, _ in neurons), default=0)
    knots = [sp.Integer(0), *t[:count], sp.Integer(1)]

    def derivative(j: int, piece: int) -> sp.Expr:
        facing, kink, _ = neurons[j]
        return sp.Integer(1) if (piece >= kink) == (facing > 0) else gamma

    def activation(j: int, piece: int) -> sp.Expr:
        facing, kink, _ = neurons[j]
        return derivative(j, piece) * facing * (x - t[kink - 1])

    def residual(piece: int) -> sp.Expr:
        return c - x + sum(
            v[j] * activation(j, piece) for j, neuron in enumerate(neurons) if not neuron[2]
        )

    def integral(function) -> sp.Expr:
        return sp.expand(sum(
            sp.integrate(sp.expand(function(k)), (x, knots[k], knots[k + 1]))
            for k in range(count + 1)
        ))

    equations = [integral(residual)]
    for j, (_, _, flat) in enumerate(neurons):
        equations.append(integral(lambda k, j=j: residual(k) * activation(j, k)))
        if not flat:
            equations.append(integral(lambda k, j=j: residual(k) * derivative(j, k)))
            equations.append(integral(lambda k, j=j: residual(k) * derivative(j, k) * x))
    wanted = sp.prod([b - a for a, b in combinations(knots, 2)])
    wanted *= sp.prod([v[j] for j, neuron in enumerate(neurons) if not neuron[2]])
    return [e for e in equations if e != 0], wanted


def basis(
    neurons: Sequence[tuple[int, int, bool]], gamma: sp.Expr, *others: sp.Expr
) -> sp.polys.polytools.GroebnerBasis:
    """A basis of the solutions with distinct kinks off 0 and 1, v_j != 0 and `others` not zero."""
    equations, wanted = polynomials(neurons, gamma)
    count = max((kink for _, kink, _ in neurons), default=0)
    unknowns = [z, c, *(v[j] for j, n in enumerate(neurons) if not n[2]), *t[:count]]
    domain = sp.QQ if gamma.is_number else sp.QQ.frac_field(gamma)
    inverse = 1 - z * wanted * sp.prod(others)
    return sp.groebner([*equations, inverse], *unknowns, order="grevlex", domain=domain)
