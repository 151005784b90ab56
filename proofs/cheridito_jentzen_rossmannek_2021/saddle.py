"""Critical points with kinks are saddles, for the ReLU and for leaky slopes, whatever their number.

After Cheridito, Jentzen, Rossmannek 2021; the descents, the inertia and all proofs derived here.

Theorem.  Let theta be a critical point with n >= 1 kinks inside, as in spacing.py: r alternates
with amplitude h on pieces of lengths l_k proportional to a_k.

1. (Exact descent.)  Move the kinks to other places in the same order, so that the lengths are l'_k,
   multiply all v_j of a kink by one factor, and change c, so that the residual alternates again
   with an amplitude h'.  That can be done in one way, and

       h' = h |T|/(sum_k l_k^2/l'_k),    L' = L (|T|/(sum_k l_k^2/l'_k))^2 < L,

   by Cauchy and Schwarz.  So theta is not a local minimum; in c the loss grows, so that it is a
   saddle: for every n >= 1 and every 0 < gamma < 1, and for the ReLU with every even n >= 2.
2. (Second variation: the coefficient of eps^2 in L(theta + eps d), half the second derivative.)
   If kinks move, f changes at first order by a function g that is affine on the pieces, and the
   second variation is int g^2 - sum_i [g]_i^2/(2 (1/l_(i-1) + 1/l_i)), [g]_i = g(q_i+) - g(q_i-).
   (a) ReLU, with l the piece length and s = 2 alpha/(n + 1): move c by l, q_1 by l/s, q_2 by
       -l/(2 s) and the sum of v w at q_2 by 1.  The second variation is -(7/48) l^3.
   (b) All slopes: g affine of mean 0 on the pieces 0 and 1, with slopes t l_1/l_0 and t l_0/l_1,
       and 0 elsewhere, has the second variation
       -(l_0 l_1 (l_0 + l_1)/24 + l_0^2 l_1 l_2/(8 (l_1 + l_2))) t^2, without the last term if
       n = 1.  For equal lengths and t = 1 it is (a).
   (c) All slopes: let rho be continuous, affine on the pieces and 0 at T0 and T1.  Then g = -r' rho
       has the second variation -(2/3) h^2 sum_k (rho(q_(k+1)) - rho(q_k))^2/l_k.  These are the
       directions of 1 in which kinks move with speed rho.
3. (Inertia.)  With n neurons, one per kink, the Hessian has n negative, n zero and n + 1 positive
   eigenvalues, for every n and every slope.  (c) is negative on n dimensions; kinks that stay leave
   int g^2 on n + 1 dimensions; multiplying (w_j, b_j) and dividing v_j leaves f alone, n
   dimensions.  The sum is 3 n + 1, the number of parameters.

What is proved: all of it for all n, as identities on one piece or at one kink that are added up.
Besides, the inertia is computed from exact Hessians: ReLU n = 2, 4, 6, 8, leaky n <= 4.
More neurons at a kink, flat ones and inactive ones change nothing in 1 and 2: they move along.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate, pairwise

import sympy
from steps import FAMILIES, LEFT, MIDDLE, RIGHT, UP, Family, gamma, integral, prove, sign
from sympy.polys.matrices import DomainMatrix

x, h, eps, t = sympy.symbols("x h epsilon t", real=True)
l0, l1, l2 = sympy.symbols("l0:3", positive=True)
alpha = sympy.Symbol("alpha", real=True)


def realisable() -> None:
    """Which slopes the network can have on the pieces: sum_k (-1)^k a_k^2 slope_k = 0.

    The neurons at q_i contribute J_i act'; S_i = sum over k < i of (-1)^k a_k^2 and S = S_(n+1).
    There are n of the J_i, and they are the jumps over facing (1 - gamma): slopes with this one
    property are all realised, wherever the kinks are.
    """
    for family in FAMILIES:
        e = family.orientation
        at = {family.facing: family.first, -family.facing: family.first - MIDDLE}  # S_1, S_2
        ends = {
            # The last kink q_n faces right or left; a_n^2 with the sign of the last piece.
            facing: at[facing] + (-1 if facing == family.facing else 1) * Family.last(facing)
            for facing in (RIGHT, LEFT)
        }
        prove(
            f"family {family.name}: S_i depends on the facing of q_i alone, S = e (1 - gamma), and"
            " the contribution of every kink has sum_k (-1)^k a_k^2 act'_k = 0",
            at[-family.facing] + MIDDLE - family.first,  # S_3 = S_1
            *[ends[facing] - e * (1 - gamma) for facing in (RIGHT, LEFT)],
            gamma * at[RIGHT] + (e * (1 - gamma) - at[RIGHT]),
            at[LEFT] + gamma * (e * (1 - gamma) - at[LEFT]),
        )


def exact_descent() -> None:
    """Statement 1: which amplitude h' the lengths l'_k leave.

    slope_k = alpha - 2 (-1)^k h'/l'_k in sum_k (-1)^k a_k^2 slope_k = 0 says
    e alpha (1 - gamma) = 2 h' sum_k a_k^2/l'_k.  With a_k = l_k W/|T| on both sides of it,
    h' sum_k l_k^2/l'_k = h sum_k l_k.
    """
    a, b, W, T, new, new2, old, ratio = sympy.symbols("a b W T l m l_old sigma", positive=True)
    height = sympy.Symbol("H", real=True)
    prove(
        "the slopes of an alternating residual are realised if"
        " e alpha (1 - gamma) = 2 h' sum_k a_k^2/l'_k, that is h' sum_k l_k^2/l'_k = h |T|",
        # One piece of the sum, for even and for odd k.
        a**2 * (alpha - 2 * height / new) - (alpha * a**2 - 2 * height * a**2 / new),
        -(a**2) * (alpha + 2 * height / new) - (alpha * -(a**2) - 2 * height * a**2 / new),
        (a**2 / new).subs(a, old * W / T) - (W / T) ** 2 * old**2 / new,
        (a**2 / old).subs(a, old * W / T) - (W / T) ** 2 * old,
    )
    prove(
        "sum l_k^2/l'_k sum l'_k - |T|^2 is a sum of squares over l'_k l'_m, zero only for l' = l",
        a**2 / new * new2 + b**2 / new2 * new - 2 * a * b
        - (a * new2 - b * new) ** 2 / (new * new2),
    )
    prove(
        "L' = |T| h'^2/3 = L (|T|/sum_k l_k^2/l'_k)^2",
        T * (height * T / ratio) ** 2 / 3 - T * height**2 / 3 * (T / ratio) ** 2,
    )
    d = sympy.Symbol("d", real=True)
    prove(
        "l'_k = l_k + eps d_k, sum d_k = 0: L' = L - eps^2 (2/3) h^2 sum_k d_k^2/l_k + ..",
        sympy.series(old**2 / (old + eps * d), eps, 0, 3).removeO()
        - (old - eps * d + eps**2 * d**2 / old),
        T * height**2 / 3 * sympy.series((T / (T + eps**2 * ratio)) ** 2, eps, 0, 3).removeO()
        - T * height**2 / 3 + eps**2 * sympy.Rational(2, 3) * height**2 * ratio,
    )
    r = height * (1 - 2 * x / old)
    prove(
        "in c alone L grows: int (r + eps)^2 - int r^2 = eps^2 times the length of a piece",
        integral(sympy.expand((r + eps) ** 2 - r**2), x, sympy.S(0), old) - eps**2 * old,
    )


def jump_weights() -> None:
    """The formula of statement 2.

    gradient_and_hessian.py: half the Hessian along d is int g^2 + (1 - gamma) v |w| r(q) kappa^2
    summed over the neurons, as int_I r = int act' x r = 0.  J = (1 - gamma) sum v |w| is the jump
    of the slope of f, and [g]_i = -J kappa.
    """
    kappa = sympy.Symbol("kappa", real=True)
    for r in (h, -h):
        jump = -2 * r * (1 / l0 + 1 / l1)
        prove(
            f"r(q) = {r}: J kappa^2 r(q) = -[g]^2/(2 (1/l_(i-1) + 1/l_i))",
            jump * kappa**2 * r + (jump * kappa) ** 2 / (2 * (1 / l0 + 1 / l1)),
        )
    v, w, dv, dw, db, q = sympy.symbols("v w dv dw db q", real=True)
    # The part of g that a neuron adds on its active side; there z = w (x - q), b = -w q.
    g = dv * w * (x - q) + v * (dw * x + db)
    speed = -(q * dw + db) / w
    prove(
        "a neuron adds act' (d(v w) (x - q) - v w kappa) to g, kappa the speed of its kink",
        g - ((dv * w + v * dw) * (x - q) - v * w * speed),
    )


def variation(g: list[sympy.Expr], lengths: list[sympy.Expr]) -> sympy.Expr:
    """int g^2 - sum_i [g]_i^2/(2 (1/l_(i-1) + 1/l_i)) for g affine on pieces from 0 on."""
    bounds = [sympy.Integer(0), *accumulate(lengths)]
    squares = [
        integral(sympy.expand(entry**2), x, low, high)
        for entry, (low, high) in zip(g, pairwise(bounds), strict=True)
    ]
    jumps = [
        (right - left).subs(x, q) ** 2 / (2 * (1 / before + 1 / after))
        for (left, right), q, (before, after) in zip(
            pairwise(g), bounds[1:-1], pairwise(lengths), strict=True
        )
    ]
    return sympy.Add(*squares) - sympy.Add(*jumps)


def descents() -> None:
    """Statements 2 (a), (b), (c)."""
    # (a) c by h, q_1 (facing right) by h/s, q_2 (facing left) by -h/(2 s), v w at q_2 by 1.
    s, length = sympy.symbols("s l", positive=True)
    move, move2 = length / s, -length / (2 * s)
    constant = length
    left_of_q2 = (x - 2 * length) - s * move2
    # On the right of q_1 its neurons add s (x - q_1), on the left of q_2 its add s (x - q_2).
    g = [constant + left_of_q2, constant - s * move + left_of_q2, constant - s * move]
    claimed = -sympy.Rational(7, 48) * length**3
    prove(
        "(a) ReLU, every even n: the coefficient of eps^2 is -(7/48) l^3",
        g[2],  # nothing is added on the right of q_2, so that two kinks are all there is to see
        variation(g, [length] * 3) - claimed,
    )
    # (b) slopes t l_1/l_0 and t l_0/l_1 over the pieces 0 and 1.
    first = t * l1 / l0 * (x - l0 / 2)
    second = t * l0 / l1 * (x - l0 - l1 / 2)
    one = -l0 * l1 * (l0 + l1) / 24
    two = one - l0**2 * l1 * l2 / (8 * (l1 + l2))
    prove(
        "(b) every n and slope: a realised direction of second variation"
        " -(l_0 l_1 (l_0 + l_1)/24 + l_0^2 l_1 l_2/(8 (l_1 + l_2))) t^2 < 0, without l_2 for n = 1",
        # sum (-1)^k a_k^2 slope_k = 0, with a_k in proportion to l_k
        l0**2 * (l1 / l0) - l1**2 * (l0 / l1),
        variation([first, second], [l0, l1]) - one * t**2,
        variation([first, second, sympy.Integer(0)], [l0, l1, l2]) - two * t**2,
        sign(one) == -1,
        sign(two) == -1,
        two.subs({l0: length, l1: length, l2: length}) - claimed,
    )
    # (c) r' = -2 (-1)^k h/l_k, so that (-1)^k g goes from 2 h rho_k/l_k to 2 h rho_(k+1)/l_k.
    u, v = sympy.symbols("u v", real=True)
    g_piece = 2 * h * (u + (v - u) * x / l0) / l0
    rate = 1 / l0 + 1 / l1
    prove(
        "(c) every n and slope: g = -r' rho is realised, of second variation"
        " -(2/3) h^2 sum_k (rho_(k+1) - rho_k)^2/l_k",
        # (-1)^k l_k^2 slope_k = 2 h (rho_(k+1) - rho_k) has the sum 2 h (rho_(n+1) - rho_0) = 0.
        l0**2 * g_piece.diff(x) - 2 * h * (v - u),
        # The jump at q_i is 2 h rho_i (1/l_(i-1) + 1/l_i); each piece takes its own share.
        (2 * h * u * rate) ** 2 / (2 * rate) - 2 * h**2 * u**2 / l0 - 2 * h**2 * u**2 / l1,
        integral(sympy.expand(g_piece**2), x, sympy.S(0), l0) - 2 * h**2 * (u**2 + v**2) / l0
        + sympy.Rational(2, 3) * h**2 * (v - u) ** 2 / l0,
    )


def inertia_of_forms() -> None:
    """Statement 3 once more, from the form of statement 2 for n <= 4.

    Coordinates: (-1)^k slope_k l_k^2 = d_k with sum d_k = 0, and the means of g on the pieces.
    """
    for n in range(1, 5):
        means = sympy.symbols(f"A0:{n + 1}", real=True)
        d = sympy.symbols(f"d0:{n}", real=True)
        steps = [*d, -sympy.Add(*d)]
        for name, squares in [
            *([("the ReLU", [1] * (n + 1))] if n % 2 == 0 else []),
            *[
                (f"family {family.name}, gamma = 9/16",
                 [s.subs(gamma, sympy.Rational(9, 16)) for s in family.squares(n)])
                for family in FAMILIES
            ],
        ]:
            lengths = [sympy.sqrt(square) for square in squares]
            bounds = [sympy.Integer(0), *accumulate(lengths)]
            g = [
                mean + (-1) ** k * step / lengths[k] ** 2 * (x - (bounds[k] + bounds[k + 1]) / 2)
                for k, (mean, step) in enumerate(zip(means, steps, strict=True))
            ]
            form = sympy.hessian(sympy.expand(variation(g, lengths)), [*means, *d])
            prove(
                f"n = {n}, {name}: the form in g has {n} negative and {n + 1} positive squares",
                inertia(form) == (n, 0, n + 1),
            )


def inertia(symmetric: sympy.Matrix) -> tuple[int, int, int]:
    """Numbers of negative, zero and positive eigenvalues of a symmetric rational matrix.

    All roots of the characteristic polynomial are real, so that Descartes' rule is exact.
    """
    entries = DomainMatrix.from_Matrix(symmetric).convert_to(sympy.QQ).charpoly()
    signs = [entry > 0 for entry in entries if entry != 0]
    zero = len(entries) - 1 - max(k for k, entry in enumerate(entries) if entry != 0)
    positive = sum(one != two for one, two in pairwise(signs))
    return len(entries) - 1 - zero - positive, zero, positive


def critical_network(
    family: Family, n: int, slope: Fraction, roots: tuple[Fraction, Fraction]
) -> tuple[list[Fraction], list[Fraction], list[Fraction], Fraction]:
    """w, b, v, c of the critical point for the target x on [0, 1], one neuron per kink.

    `roots` are sqrt(gamma) and sqrt(1 + gamma), rational; |w| varies to be more general.
    """
    root = {Fraction(1): Fraction(1), slope: roots[0], 1 + slope: roots[1]}
    a = [root[Fraction(str(s.subs(gamma, sympy.Rational(slope))))] for s in family.squares(n)]
    kinks = [part / sum(a) for part in accumulate(a[:-1])]
    w = [Fraction(family.facing_of(i) * (i + 1), 2) for i in range(1, n + 1)]
    b = [-one * q for one, q in zip(w, kinks, strict=True)]
    sums = [(1 / one + 1 / two) / sum(a) for one, two in pairwise(a)]
    return w, b, [total / one for total, one in zip(sums, w, strict=True)], Fraction(1, 2)


def hessian(
    w: list[Fraction], b: list[Fraction], v: list[Fraction], c: Fraction, slope: Fraction
) -> sympy.Matrix:
    """The Hessian for the target x on [0, 1] by the formulas of gradient_and_hessian.py.

    The order is w, b, v, c; the kinks lie inside and increase.
    """
    n = len(w)
    kinks = [-bias / weight for weight, bias in zip(w, b, strict=True)]
    bounds = [Fraction(0), *kinks, Fraction(1)]

    def act(j: int, k: int) -> Fraction:
        return Fraction(1) if (k > j) == (w[j] > 0) else slope

    residual = [
        (
            c + sum((v[j] * act(j, k) * b[j] for j in range(n)), Fraction(0)),
            sum((v[j] * act(j, k) * w[j] for j in range(n)), Fraction(-1)),
        )
        for k in range(n + 1)
    ]
    zero = Fraction(0)
    # Affine functions p + q x on each piece: the derivatives of f.
    pieces = range(n + 1)
    on_w = [[(zero, act(j, k)) for k in pieces] for j in range(n)]
    on_b = [[(act(j, k), zero) for k in pieces] for j in range(n)]
    tangents = [
        *[[(v[j] * p, v[j] * q) for p, q in row] for rows in (on_w, on_b)
          for j, row in enumerate(rows)],
        *[[(b[j] * act(j, k), w[j] * act(j, k)) for k in pieces] for j in range(n)],
        [(Fraction(1), zero) for _ in pieces],
    ]

    def inner(
        first: list[tuple[Fraction, Fraction]], second: list[tuple[Fraction, Fraction]]
    ) -> Fraction:
        return sum(
            (
                p * r * (high - low) + (p * s + q * r) * (high**2 - low**2) / 2
                + q * s * (high**3 - low**3) / 3
                for (p, q), (r, s), (low, high) in zip(
                    first, second, pairwise(bounds), strict=True
                )
            ),
            zero,
        )

    matrix = [[2 * inner(one, two) for two in tangents] for one in tangents]
    for j, kink in enumerate(kinks):
        constant, rise = residual[j]
        extra = 2 * (1 - slope) * v[j] * (constant + rise * kink) / abs(w[j])
        for row, column, factor in ((j, j, kink**2), (j, n + j, kink), (n + j, n + j, 1)):
            matrix[row][column] += extra * factor
        matrix[n + j][j] = matrix[j][n + j]
        for row, tangent in ((j, on_w[j]), (n + j, on_b[j])):
            matrix[row][2 * n + j] += 2 * inner(tangent, residual)
            matrix[2 * n + j][row] = matrix[row][2 * n + j]
    return sympy.Matrix([[sympy.Rational(*x.as_integer_ratio()) for x in row] for row in matrix])


def computed_inertia() -> None:
    zero, one = Fraction(0), Fraction(1)
    for n in (2, 4, 6, 8):
        prove(
            f"ReLU, n = {n}: the Hessian has {n} negative, {n} zero, {n + 1} positive eigenvalues",
            inertia(hessian(*critical_network(UP, n, zero, (zero, one)), zero)) == (n, n, n + 1),
        )
    roots = Fraction(3, 4), Fraction(5, 4)
    for family in FAMILIES:
        for n in range(1, 5):
            found = critical_network(family, n, roots[0] ** 2, roots)
            prove(
                f"leaky, gamma = 9/16, family {family.name}, n = {n}: {n} negative, {n} zero,"
                f" {n + 1} positive eigenvalues",
                inertia(hessian(*found, roots[0] ** 2)) == (n, n, n + 1),
            )


def main() -> None:
    realisable()
    exact_descent()
    jump_weights()
    descents()
    inertia_of_forms()
    computed_inertia()


if __name__ == "__main__":
    main()
