"""The generalized gradient and the Hessian of the true loss (derived here).

Theorem.  Let I_j = {x in [T0, T1]: w_j x + b_j >= 0}, act' = 1 on I_j and gamma elsewhere, and let
t = -b/w be the kink of a neuron.

1. For a kink inside: dL/dc = 2 int r, dL/dw = 2 v int act' x r, dL/db = 2 v int act' r and
   dL/dv = 2 int act(w x + b) r; for the ReLU the integrals are over I_j.
2. Second derivatives are those under the integral sign, 2 int (df df + r d^2f), and in the block
   of one neuron in addition

       (w,w): 2 (1 - gamma) v r(t) t^2/|w|,   (w,b): .. t/|w|,   (b,b): .. 1/|w|.

   Along a direction the addition is 2 (1 - gamma) v |w| r(t) kappa^2, kappa the speed of the kink.
   Two neurons do not add anything, whichever kink is the left one.
3. In a degenerate neuron, w = b = 0, the loss is exactly
   L + 2 eps v int act(omega x + eta) r + eps^2 v^2 int act(omega x + eta)^2 in direction
   (omega, eta), eps >= 0.  With v != 0 it has a derivative only if r = 0.
4. For x^2 nothing moves: act' = 2 (w x + b), and the second derivatives are 2 int (df df + r d^2f)
   with d^2f = 2 v x^2, 2 v x, 2 v for (w,w), (w,b), (b,b) and act' x, act' for (w,v), (b,v).

What is proved: the formulas for one neuron (1, 2, 3) and a pair (2) in front of an arbitrary
continuous function rho, the rest of the network minus the target.  All second derivatives concern
one or two neurons, so this is the theorem for networks of any width and for any continuous target,
not only an affine one.  The formulas of 2 are continuous in all parameters as long as no kink is at
T0 or T1 and no neuron is degenerate; L is C^1 there, and so C^2, also where kinks coincide.  That L
is differentiable at w_j x + b_j not identically zero, whatever the type, is a fact of
calculus: |act(z + dz) - act(z) - act'(z) dz| is at most |dz|, and 0 where |z| > |dz|.
"""

from __future__ import annotations

from itertools import product

import sympy
from steps import LEFT, RIGHT, gamma, prove

x, b, c, v, b2, v2 = sympy.symbols("x b c v b2 v2", real=True)
T0, T1, eps = sympy.symbols("T0 T1 epsilon", real=True)
speed_w, speed_b = sympy.symbols("dw db", real=True)
size, size2 = sympy.symbols("W W2", positive=True)
rho = sympy.Function("rho", real=True)


def collected(expression: sympy.Expr) -> sympy.Expr:
    """Integrals over the same interval joined into one, with their integrands expanded."""
    joined: dict[sympy.Tuple, sympy.Expr] = {}
    rest = []
    for term in sympy.Add.make_args(sympy.expand(expression)):
        integrals = [factor for factor in sympy.Mul.make_args(term) if factor.has(sympy.Integral)]
        if not integrals:
            rest.append(term)
            continue
        (found,) = integrals
        limits = found.limits[0]
        joined[limits] = joined.get(limits, 0) + term / found * found.function
    parts = [
        sympy.Integral(function, limits)
        for limits, entry in joined.items()
        if (function := sympy.cancel(sympy.expand(entry))) != 0
    ]
    return sympy.Add(*rest, *parts)


def over(function: sympy.Expr, low: sympy.Expr, high: sympy.Expr) -> sympy.Expr:
    """The integral of a function of x, left as it is."""
    return sympy.Integral(function, (x, low, high))


def act_slopes(facing: int) -> tuple[sympy.Expr, sympy.Expr]:
    """act' on the left and on the right of a kink."""
    return (gamma, sympy.Integer(1)) if facing == RIGHT else (sympy.Integer(1), gamma)


def one_neuron(facing: int) -> None:
    """Statements 1 and 2 for one neuron in front of c + rho; |w| = W, so d/dw = facing d/dW."""
    name = "w > 0" if facing == RIGHT else "w < 0"
    w = facing * size
    t = -b / w
    z = w * x + b
    sides = [
        (slope, c + rho(x) + v * slope * z, *limits)
        for slope, limits in zip(act_slopes(facing), ((T0, t), (t, T1)), strict=True)
    ]

    def against_residual(function: sympy.Expr) -> sympy.Expr:
        """int act' function r."""
        return sympy.Add(*[over(slope * function * r, *limits) for slope, r, *limits in sides])

    def squared(function: sympy.Expr) -> sympy.Expr:
        """int act'^2 function."""
        return sympy.Add(*[over(slope**2 * function, *limits) for slope, _, *limits in sides])

    loss = sympy.Add(*[over(r**2, *limits) for _, r, *limits in sides])
    in_w = 2 * v * against_residual(x)
    in_b = 2 * v * against_residual(sympy.Integer(1))
    in_v = 2 * against_residual(z)
    in_c = 2 * sympy.Add(*[over(r, *limits) for _, r, *limits in sides])
    prove(
        f"{name}: dL/dw = 2 v int act' x r, dL/db = 2 v int act' r, dL/dv = 2 int act r,"
        " dL/dc = 2 int r",
        collected(facing * loss.diff(size) - in_w),
        collected(loss.diff(b) - in_b),
        collected(loss.diff(v) - in_v),
        collected(loss.diff(c) - in_c),
    )
    at_kink = c + rho(t)  # r(t), as act(w t + b) = 0
    extra = 2 * (1 - gamma) * v * at_kink / size
    prove(
        f"{name}: the Hessian in (w, b) is 2 int df df plus 2 (1 - gamma) v r(t)/|w| times"
        " t^2, t, 1",
        collected(facing * in_w.diff(size) - 2 * v**2 * squared(x**2) - extra * t**2),
        collected(in_w.diff(b) - 2 * v**2 * squared(x) - extra * t),
        collected(in_b.diff(b) - 2 * v**2 * squared(sympy.Integer(1)) - extra),
    )
    prove(
        f"{name}: (w, v) and (b, v) add 2 int act' x r and 2 int act' r, (v, v) and c nothing",
        collected(facing * in_v.diff(size) - 2 * v * squared(x * z) - in_w / v),
        collected(in_v.diff(b) - 2 * v * squared(z) - in_b / v),
        collected(in_v.diff(v) - 2 * squared(z**2)),
        collected(in_c.diff(c) - sympy.Add(*[over(sympy.Integer(2), *side[2:]) for side in sides])),
        *[
            collected(in_c.diff(symbol) - sympy.Add(*[
                over(2 * slope * tangent, *limits) for slope, _, *limits in sides
            ]))
            for symbol, tangent in ((size, facing * v * x), (b, v), (v, z))
        ],
    )
    kappa = facing * t.diff(size) * speed_w + t.diff(b) * speed_b
    prove(
        f"{name}: along (dw, db) the addition is 2 (1 - gamma) v |w| r(t) kappa^2, kappa the speed"
        " of the kink",
        extra * (t**2 * speed_w**2 + 2 * t * speed_w * speed_b + speed_b**2)
        - 2 * (1 - gamma) * v * size * at_kink * kappa**2,
    )


def two_neurons(facing: int, facing2: int, *, first: bool) -> None:
    """Statement 2 for a pair: 2 int (df/d first) r, differentiated in the second neuron."""
    w, w2 = facing * size, facing2 * size2
    t, t2 = -b / w, -b2 / w2
    z, z2 = w * x + b, w2 * x + b2
    (l1, r1), (l2, r2) = act_slopes(facing), act_slopes(facing2)
    low, high = (t, t2) if first else (t2, t)
    pieces = [
        (l1, l2, T0, low), (r1 if first else l1, l2 if first else r2, low, high), (r1, r2, high, T1)
    ]
    differences = []
    for factor in (v * x, v, z):
        entry = sympy.Add(*[
            over(2 * s1 * factor * (c + rho(x) + v * s1 * z + v2 * s2 * z2), *limits)
            for s1, s2, *limits in pieces
        ])
        for symbol, tangent in ((size2, facing2 * v2 * x), (b2, v2), (v2, z2)):
            product_of_tangents = sympy.Add(*[
                over(2 * s1 * factor * s2 * tangent, *limits) for s1, s2, *limits in pieces
            ])
            differences.append(collected(entry.diff(symbol) - product_of_tangents))
    prove(
        f"two neurons facing {facing:+d} and {facing2:+d}, {'t1 < t2' if first else 't2 < t1'}:"
        " the mixed derivatives are 2 int df df",
        *differences,
    )


def degenerate() -> None:
    """Statement 3: a neuron moves from (0, 0) to eps (omega, eta).

    act is positively homogeneous, so that f changes by eps v g with g = act(omega x + eta),
    written as a function here.  A derivative would be linear in (omega, eta); as
    act(z) + act(-z) = (1 - gamma) |z|, it would make H(s) = int |x - s| r vanish for all s.
    """
    g = sympy.Function("g", real=True)
    prove(
        "degenerate: L(eps) = L + 2 eps v int g r + eps^2 v^2 int g^2, g = act(omega x + eta)",
        collected(
            over((rho(x) + eps * v * g(x)) ** 2, T0, T1) - over(rho(x) ** 2, T0, T1)
            - 2 * eps * v * over(g(x) * rho(x), T0, T1) - eps**2 * v**2 * over(g(x) ** 2, T0, T1)
        ),
    )
    s, z = sympy.Symbol("s", real=True), sympy.Symbol("z", positive=True)
    distance = over((s - x) * rho(x), T0, s) + over((x - s) * rho(x), s, T1)
    prove(
        "degenerate: the one-sided derivative is linear only if H(s) = int |x - s| r is 0 for all"
        " s, and H'' = 2 r",
        z + gamma * (-z) - (1 - gamma) * z,
        collected(distance.diff(s, 2) - 2 * rho(s)),
    )


def quadratic() -> None:
    """Statement 4, for the integrand r^2 at one point and two neurons."""
    first, second = sympy.symbols("w w2", real=True)
    z = {first: first * x + b, second: second * x + b2}
    r = c + rho(x) + v * z[first] ** 2 + v2 * z[second] ** 2
    groups = ((first, b, v), (second, b2, v2))
    parameters = [*groups[0], *groups[1], c]
    tangents = [
        *(entry for w, _, out in groups
          for entry in (out * 2 * z[w] * x, out * 2 * z[w], z[w] ** 2)),
        sympy.Integer(1),
    ]
    curved = sympy.zeros(7, 7)
    for k, (w, _, out) in enumerate(groups):
        block = (
            (2 * out * x**2, 2 * out * x, 2 * z[w] * x),
            (2 * out * x, 2 * out, 2 * z[w]),
            (2 * z[w] * x, 2 * z[w], 0),
        )
        for i, j in product(range(3), repeat=2):
            curved[3 * k + i, 3 * k + j] = block[i][j]
    prove(
        "x^2: dL = 2 int r df with act' = 2 (w x + b), second derivatives 2 int (df df + r d^2f)",
        *[(r**2).diff(p) - 2 * r * df for p, df in zip(parameters, tangents, strict=True)],
        *[
            (r**2).diff(p, q) - 2 * tangents[i] * tangents[j] - 2 * r * curved[i, j]
            for i, p in enumerate(parameters)
            for j, q in enumerate(parameters)
        ],
    )


def main() -> None:
    quadratic()
    for facing in (RIGHT, LEFT):
        one_neuron(facing)
    for facing, facing2, first in product((RIGHT, LEFT), (RIGHT, LEFT), (True, False)):
        two_neurons(facing, facing2, first=first)
    degenerate()


if __name__ == "__main__":
    main()
