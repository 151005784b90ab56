"""The best constants of inverse stability on N* for every number of inputs and neurons.

s(d, m) = 2 for m = 1 and for (2, 2); 1 + sqrt(2) for (2, 3) and for d >= 3, m = 2; 2 sqrt(2) else.
Notation as in inverse_stability.py, scaled so that eps = 1, and tau = |Phi - Gamma| for the best
order.  Suppose tau > 2.

Counting.  By Hall's theorem there are neurons A of Gamma and B of g, |A| + |B| = m + 1, any two at
least tau apart.  Neurons of one direction differ by at most 2, so no such pair is in A x B: of the
mu common directions at most mu are in A or B.  Hence A and B have alpha + beta >= m + 1 - mu
neurons whose direction is their own, alpha, beta <= m - mu, so that alpha, beta >= 1; at most
m - 1 kinks are others.  From here on A, B are these own neurons; they are not zero, since a zero
neuron is at most sqrt(2) from a neuron of its own direction.  Their sizes are at most sqrt(2).

Extreme kinks.  All directions lie in an open half-space, so they span a pointed cone, and the
kinks with a jump have at least two extreme rays.  At an extreme one a chamber without active
neurons has a neighbour where only this neuron is active: its jump is at most 1, its size too.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import sympy
from steps import nonnegative, prove

x, y, a, b, r, t, w = sympy.symbols("x y a b r t w", nonnegative=True)
ROOT = sympy.sqrt(2)


def counting() -> None:
    m, mu, excess = sympy.symbols("m mu e", nonnegative=True)
    own = m + 1 - mu + excess  # alpha + beta
    prove(
        "counting: alpha >= 1, beta >= 1 and 2 m - mu - alpha - beta <= m - 1 kinks of others",
        nonnegative(own - (m - mu) - 1),
        nonnegative((m - 1) - (2 * m - mu - own)),
    )
    prove(
        "m = 1: both kinks are extreme, tau <= 1 + 1; with one direction |J| <= 1, tau <= sqrt(2)",
        1 + 1 == 2,
        bool(ROOT < 2),
    )
    prove(
        "m = 2: one other kink at most, so some A or B is extreme, tau <= 1 + sqrt(2);"
        " tau > 1 + sqrt(2) needs two extreme kinks of others, m >= 3",
        bool(1 + ROOT < 2 * ROOT),
    )


def neighbours() -> None:
    """d = 2, A and B neighbours in the order of the angles: tau <= 1 + sqrt(2).

    Both weights are positive, so input weights differ by at most sqrt(2): there is an output l with
    x + y >= tau, x = |c_l| of the first, y of the second neuron, of opposite signs in Gamma and in
    g; then the jumps in row l have equal signs, say positive: a >= x^2 times (1, t) or (r, 1) for
    the first, b >= y^2 for the second.  Sums of the jumps up to a kink, the values of Dh on one
    side, are in [-1, 1].

    If both directions have 1 in the same column, a + b <= 2.  Else the first is (1, t), the second
    (r, 1).  Let j_1, .., j_n be the jumps before, of directions (1, t_i), t_i increasing to t, and
    J_i their sums.  In column two their sum is P = t_n J_n - sum (t_(i+1) - t_i) J_i >= -2 t_n.
    """
    claims = []
    for n in range(1, 9):
        tilts = sympy.symbols(f"t1:{n + 1}")
        sums = sympy.symbols(f"J1:{n + 1}")
        jumps = [sums[0], *[sums[i] - sums[i - 1] for i in range(1, n)]]
        total = sum(jump * tilt for jump, tilt in zip(jumps, tilts, strict=True))
        steps = sum((tilts[i + 1] - tilts[i]) * sums[i] for i in range(n - 1))
        claims.append(total - (tilts[-1] * sums[-1] - steps))
        # With |J_i| <= 1 that is at least -t_n - (t_n - t_1).
        claims.append((-tilts[-1] - (tilts[-1] - tilts[0])) - (tilts[0] - 2 * tilts[-1]))
    prove("summation by parts, n <= 8: P = t_n J_n - sum (t_(i+1) - t_i) J_i >= -2 t_n", *claims)
    prove(
        "neighbours, one column: x^2 + y^2 <= 2 gives x + y <= 2",
        2 * (x**2 + y**2) - (x + y) ** 2 - (x - y) ** 2,
    )
    half = sympy.Rational(1, 2)
    prove(
        "neighbours, two columns: P + t a + b <= 1 with P >= -1 and P >= -2 t gives"
        " y^2 <= min(2 - t x^2, 1 + 2 t - t x^2) <= 2 - x^2/2 for 0 <= t <= 1, x^2 <= 2",
        # t = 1/2 + w; t = 1/2 - w, and x^2 = 2 - b.
        (2 - x**2 / 2) - (2 - (half + w) * x**2) - w * x**2,
        ((2 - x**2 / 2) - (1 + 2 * (half - w) - (half - w) * x**2)).subs(x, sympy.sqrt(2 - b))
        - w * b,
    )
    prove(
        "so with x = sqrt(2) - w: y^2 <= 2 - x^2/2 <= (1 + w)^2, x + y <= 1 + sqrt(2)",
        (1 + w) ** 2 - (2 - (ROOT - w) ** 2 / 2) - (2 - ROOT) * w - 3 * w**2 / 2,
        bool(ROOT < 2),
    )
    prove(
        "(2, 3): others are at most two kinks; if both are extreme, all A and B are between them,"
        " so somewhere an A and a B are neighbours: tau <= 1 + sqrt(2)",
        bool(1 + ROOT < 2 * ROOT),
    )


def orders() -> Iterator[str]:
    """Orders of kinks for (2, 2): A, B or A, A', B, and at most one other, q."""
    for own in ("AB", "AAB"):
        for others in ("", "q"):
            for order in set(permutations(own + others)):
                yield "".join(order)


def planar_pair() -> None:
    """d = 2, m = 2: tau <= 2.

    Rule 1: A and B are neighbours at an end, so the sum of their jumps, in the row of the previous
    lemma, is at most 1 in both columns: x^2 <= 1, y^2 <= 1.  Rule 2: both ends are an A and a B.
    Each gives tau <= 2.  A reflection exchanges the columns and reverses the order, and h and -h
    exchange A and B.
    """

    def excluded(order: str) -> bool:
        ends = {order[0], order[-1]}
        return ends == set("AB") or {"A", "B"} in (set(order[:2]), set(order[-2:]))

    left = {min(order, order[::-1]) for order in orders() if not excluded(order)}
    prove("(2, 2): all orders but A A' B q and its reflection give tau <= 2", left == {"AABq"})
    # A (1, t2) with jump of at most 1 in size, A' (1, t) with t >= t2, B (r, 1), q (w, 1), w <= r;
    # a >= x^2 and b >= y^2 are the jumps of A' and B in their row.
    less, short = sympy.symbols("u v", nonnegative=True)
    prove(
        "(2, 2), A' and B of two columns: column two up to B gives b <= 1 + t - t a, column one"
        " after A gives a <= 1 + r - r b",
        # The jump of A is at least -(1 - u) in its row, 0 <= u <= 1, and t2 = t - v; then
        # (1 - u) t2 <= t.  The same for q with r and w.
        t - (1 - less) * (t - short) - less * t - short * (1 - less),
    )
    prove(
        "(2, 2): a >= 1 gives a + b <= 2 by the second, a <= 1 by the first; so x + y <= 2",
        # a = 1 + w: w <= r (1 - b) <= 1 - b as r <= 1, so b <= 1 - w.
        (1 + w) + (1 - w) - 2,
        2 * (x**2 + y**2) - (x + y) ** 2 - (x - y) ** 2,
    )


#: (first entry, tilts) of the direction, signed squares c |a| in Gamma and in g, in one plane.
PAIRS = {
    "(2, 2)": (2, [(1, 1, 1, 0), (1, 2, "16/9", "25/9"), (0, 1, 0, -1)]),
    "(2, 3)": (1 + ROOT, [(1, 1, 2, 3), (1, 2, 2, 0), (1, 3, 2, 4), (1, 4, 0, -1)]),
    "(2, 4)": (
        2 * ROOT,
        [(1, 1, "961/64", "1089/64"), (1, 2, 4, 0), (1, 3, "225/16", "289/16"), (1, 4, 0, -4),
         (1, 5, "961/64", "1089/64")],
    ),
    "d >= 3, m = 1": (2, [(1, 1, 1, 0), (-1, 1, 0, -1)]),
    "d >= 3, m = 2": (1 + ROOT, [(1, 1, 2, 3), (1, 2, 0, -2), (-1, 1, 1, 0)]),
    "d >= 3, m = 3": (
        2 * ROOT,
        [(1, 1, "961/64", "1089/64"), (1, 2, 4, 0), (-1, 2, 0, -4), (-1, 1, "961/64", "1089/64")],
    ),
}


def extremal() -> None:
    """Pairs with the ratio s(d, m): tau^2 = s^2 eps, symbolically in the tilt e.

    The direction of a row is (1, 0, .., 0, k e) or (-1, 0, .., 0, k e) (with d >= 3 the last entry
    twice, (e, 1) for the first entry 0).  The rows are in the order of the angles, so Dh takes the
    sums P of the first and S - P of the last jumps; in the column of the first entry these are
    numbers, in that of the last multiples of e, small for small e.
    """
    e = sympy.Symbol("e", positive=True)
    for name, (constant, rows) in PAIRS.items():
        directions = [
            (sympy.Integer(first), number * e) if first else (e, sympy.Integer(1))
            for first, number, *_ in rows
        ]
        squares = [[sympy.Rational(z) for z in row[2:]] for row in rows]
        jumps = [
            [(mine - other) * u for u in direction]
            for direction, (mine, other) in zip(directions, squares, strict=True)
        ]
        partial = [[sympy.Integer(0)] * 2]
        for jump in jumps:
            partial.append([p + j for p, j in zip(partial[-1], jump, strict=True)])
        sums = [entry for p in partial for entry in p]
        sums += [whole - z for p in partial for z, whole in zip(p, partial[-1], strict=True)]
        eps = max(abs(entry.subs(e, 0)) for entry in sums)
        # Where a sum with a tilt is as large as eps in the limit, it must not exceed it.
        small = all(
            abs(entry.subs(e, 0)) < eps
            or (abs(entry.subs(e, 0)) == eps
                and sympy.sign(entry.subs(e, 0)) * sympy.diff(entry, e) <= 0)
            for entry in sums
        )
        neurons = [
            [
                (*[sympy.sqrt(abs(z)) * u for u in direction],
                 sympy.sign(z) * sympy.sqrt(abs(z)))
                for direction, pair in zip(directions, squares, strict=True)
                for z in (pair[side],) if z
            ]
            for side in (0, 1)
        ]

        def gap(one: tuple[sympy.Expr, ...], other: tuple[sympy.Expr, ...]) -> sympy.Expr:
            # Entries with a tilt are small; the limit decides where another entry is larger.
            return max(abs((p - q).subs(e, 0)) for p, q in zip(one, other, strict=True))

        mine, theirs = neurons
        best = min(
            max(gap(one, other) for one, other in zip(mine, order, strict=True))
            for order in permutations(theirs)
        )
        prove(
            f"{name}: a pair of N* has the ratio {constant}",
            len(mine) == len(theirs),
            best**2 - constant**2 * eps,
            small,
        )
    prove(
        "(2, 1): the pair (1, e), (e, 1) with c = 1 and c = -1 has eps = 1 + e, tau = 2; ratio 2 is"
        " not reached, as two positive jumps of size 1 add up to more than 1",
        sympy.limit(2 / sympy.sqrt(1 + e), e, 0) == 2,
    )
    prove(
        "more neurons: equal neurons of size 4, c = 4, in both networks are at least 4 + 2 from"
        " g's neuron of size 2, c = -2, and 4 is the distance of the pair",
        4 + 2 >= 4,
    )


def main() -> None:
    counting()
    neighbours()
    planar_pair()
    extremal()


if __name__ == "__main__":
    main()
