"""The fewest neurons with which a function is realised.

Let f = sum_H delta_H max(z_H, 0) + A x + c have the kinks H = 1, .., n, and
act(z) = max(z, gamma z) with 0 <= gamma < 1.  Group the neurons of a network that realises f by
hyperplanes.  A group with outputs alpha (the sum over neurons along n_H) and beta (against it),
scaled to |t| = 1, has the jump (1 - gamma)(alpha + beta) and the linear part
(gamma alpha - beta) n_H^T.  So with k neurons it contributes: nothing for k = 0; for k = 1 a kink
with one of two linear parts; for k >= 2 any jump and any c n_H^T, for which two neurons suffice.

The kinks take n neurons.  A second neuron on the kinks in E and pairs elsewhere must make up for
M_S, what single neurons with the facings S leave of A, so |E| + 2 r more are enough exactly if
rank(M_S modulo the normals of E) <= r for some S.  On a box a neuron off the kinks is linear with
any weights, so r more are enough exactly if rank M_S <= r for some S: a second neuron on a kink
gives no more than that.
"""

from __future__ import annotations

from itertools import product

import sympy
from steps import nonnegative, prove

gamma = sympy.Symbol("gamma", nonnegative=True)
alpha, beta, jump, share = sympy.symbols("alpha beta delta lambda")


def contribution(along: sympy.Expr, against: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """Jump and linear part, as a multiple of n_H, of the neurons on one hyperplane."""
    return (1 - gamma) * (along + against), gamma * along - against


def groups() -> None:
    """What the neurons on one hyperplane contribute."""
    z = sympy.Symbol("z", positive=True)
    bend, linear = contribution(alpha, beta)
    for side in (1, -1):
        values = [facing * side * z for facing in (1, -1)]
        acts = [y if facing * side > 0 else gamma * y
                for y, facing in zip(values, (1, -1), strict=True)]
        total = alpha * acts[0] + beta * acts[1]
        prove(
            f"jump and linear part of a group, where z has the sign of {side}",
            total - (bend * (z if side > 0 else 0) + linear * side * z),
        )
    single = contribution(jump / (1 - gamma), sympy.Integer(0))
    turned = contribution(sympy.Integer(0), jump / (1 - gamma))
    prove("one neuron has a jump, whatever it faces", single[0] - jump, turned[0] - jump)
    prove(
        "its linear part is gamma / (1 - gamma) delta n or -1 / (1 - gamma) delta n",
        single[1] - gamma * jump / (1 - gamma), turned[1] + jump / (1 - gamma),
    )
    prove(
        "turning it changes the linear part by -kappa delta n, kappa = (1 + gamma) / (1 - gamma)",
        turned[1] - single[1] + (1 + gamma) / (1 - gamma) * jump,
    )
    # Any jump and any linear part: one solution alpha, beta, as the determinant is not zero.
    matrix = sympy.Matrix([[1 - gamma, 1 - gamma], [gamma, -1]])
    prove("two neurons give any jump and any c n^T", matrix.det() + (1 - gamma) * (1 + gamma))
    solution = matrix.solve(sympy.Matrix([jump, share]))
    found = contribution(solution[0], solution[1])
    prove("these are their outputs", found[0] - jump, found[1] - share)
    prove(
        "without a jump the linear part is (1 + gamma) alpha n",
        contribution(alpha, -alpha)[0], contribution(alpha, -alpha)[1] - (1 + gamma) * alpha,
    )


def ranks() -> None:
    """M is a sum of c n^T and a matrix of rank r exactly if M has rank r on the kernel of n."""
    n, m, u, w = (sympy.symbols(f"{name}1:4") for name in "nmuw")
    kernel = [(-n[1], n[0], 0), (-n[2], 0, n[0])]  # for n_1 not zero

    def dot(row: tuple[sympy.Expr, ...], vector: tuple[sympy.Expr, ...]) -> sympy.Expr:
        return sum(x * y for x, y in zip(row, vector, strict=True))

    prove("n vanishes on its kernel", *(dot(n, k) for k in kernel))
    # Row i of c n^T + u w^T on the kernel is u_i times the values of w: all 2 x 2 minors vanish.
    c = sympy.symbols("c1:4")
    values = [
        [dot(tuple(c[i] * x + u[i] * y for x, y in zip(n, w, strict=True)), k) for k in kernel]
        for i in range(3)
    ]
    prove(
        "c n^T + u w^T has rank one on the kernel of n",
        *(values[i][0] * values[j][1] - values[i][1] * values[j][0]
          for i in range(3) for j in range(i)),
    )
    prove(
        "a row that vanishes on the kernel is a multiple of n",
        *(n[0] * m[k + 1] - n[k + 1] * m[0] - dot(m, kernel[k]) for k in range(2)),
    )


def subset_sum() -> None:
    """sum a_j max(x - j, 0) - t x has width n exactly if some of the a_j have the sum t.

    n neurons are one for each kink, j in S facing left, and leave sum_S a_j (x - j) - t x.
    """
    x, t = sympy.symbols("x t")
    weight, kink = sympy.symbols("a j")
    away = sympy.Symbol("z", positive=True)
    prove(
        "any n: a max(x - j, 0) = a max(j - x, 0) + a (x - j), for x = j + z and x = j - z",
        weight * away - (0 + weight * (kink + away - kink)),
        0 - (weight * away + weight * (kink - away - kink)),
    )
    for n in (1, 2, 3, 4):
        weights = sympy.symbols(f"a1:{n + 1}")
        claims = []
        for chosen in product((0, 1), repeat=n):
            total = sum(a * s for a, s in zip(weights, chosen, strict=True))
            constant = sum(
                a * s * j for j, (a, s) in enumerate(zip(weights, chosen, strict=True), start=1)
            )
            for piece in range(n + 1):  # the kinks j <= piece lie to the left
                function, network = -t * x, sympy.Integer(0)
                for j, (a, s) in enumerate(zip(weights, chosen, strict=True), start=1):
                    function += a * (x - j) * int(j <= piece)
                    network += a * (j - x) * int(j > piece) if s else a * (x - j) * int(j <= piece)
                claims.append(function - network - ((total - t) * x - constant))
        prove(
            f"n = {n}: turning the neurons in S leaves (sum of a_j in S - t) x and a constant",
            *claims,
        )


def refutation() -> None:
    """A functional u refutes all subsets at once.

    If u.d_j = k_j + w_j with integers k_j then u.s = integer + sum of the chosen w_j for every
    subset sum s, and the sum of the chosen w_j lies between the sums of the negative and of the
    positive ones.
    """
    w = sympy.symbols("p1:4", nonnegative=True)
    m = sympy.symbols("m1:4", nonnegative=True)
    claims = []
    for chosen in product((0, 1), repeat=6):
        value = sum(s * x for s, x in zip(chosen, (*w, *(-x for x in m)), strict=True))
        claims += [nonnegative(sum(w) - value), nonnegative(value + sum(m))]
    prove("chosen rests lie between the negative and the positive sum", *claims)


def box() -> None:
    """On a box a neuron with the bias -min <a, x> is not negative, hence linear."""
    for signs in product((1, -1), repeat=3):
        size, low, left, right = (sympy.symbols(f"{name}1:4", nonnegative=True) for name in "slgh")
        # x = low + left = high - right is inside the box, and a = sign * size.
        value, least = sympy.Integer(0), sympy.Integer(0)
        for sign, s, lo, g, h in zip(signs, size, low, left, right, strict=True):
            value += sign * s * (lo + g)
            least += sign * s * (lo if sign > 0 else lo + g + h)
        prove(f"weights of signs {signs}: <a, x> is at least its minimum over the vertices",
              nonnegative(value - least))


def main() -> None:
    groups()
    ranks()
    subset_sum()
    refutation()
    box()


if __name__ == "__main__":
    main()
