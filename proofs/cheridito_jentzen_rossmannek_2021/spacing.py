"""Where the kinks of a critical point lie: equally spaced for the ReLU, two leaky families.

After Cheridito, Jentzen, Rossmannek 2021; the proofs derived here.

Theorem.  Let alpha != 0 and let f be a critical point (generalized gradient zero) that does not
equal the target.  Then int r = 0 and int x r != 0; neurons without a kink inside (T0, T1) have
w = 0 and v = 0, or, for the ReLU, are inactive or semi-inactive.  If there is no kink inside,
f = alpha mid + beta.  Otherwise all neurons at a kink face one way, flat ones too, the facings
alternate, and the residual alternates: r(q_k) = (-1)^k h for k = 0, .., n + 1.  The lengths of the
pieces are proportional to (a_0, .., a_n), where a_k^2 = 1 + gamma for 0 < k < n,

    a_0^2 = 1 if q_1 faces right (family U), gamma if left (family D),
    a_n^2 = gamma if q_n faces right, 1 if left.

With W = a_0 + .. + a_n and e = 1 for U, -1 for D: c = alpha mid + beta,

    h = e alpha (1 - gamma) |T|/(2 W^2),     sum of v_j w_j at q_i = (alpha/W)(1/a_(i-1) + 1/a_i),
    L = |T| h^2/3 = alpha^2 (1 - gamma)^2 |T|^3/(12 W^4).

For the ReLU lengths are not zero: the family is U, n is even, all a_k = 1, W = n + 1, and the sums
are 2 alpha/(n + 1).

What is proved: all of it for every n and every slope 0 <= gamma < 1.  The script proves what
happens on one piece or at one kink; sums over all pieces follow by adding these up.  Last, as a
second way: all patterns of facings by elimination (n <= 8 for the ReLU, n <= 6 for leaky), and the
gradient of the stated networks by direct integration (n = 2, 4, 6, 8; leaky n <= 5).

Why.  A neuron with v != 0 and a kink inside has int_I r = 0 and int act' x r = 0.  So r has mean
zero on each piece, and changes its sign there: it alternates with one amplitude.
B_i = int over [q_i, T1] of x r is -gamma M/(1 - gamma) at a kink facing right and M/(1 - gamma) at
one facing left, M = int x r; a piece contributes a multiple of h times its length squared.
M = 0 would make all of them 0, and h.  Where all v_j = 0 there is one equation less, but it is
solved at the q_i only.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate, pairwise, product

import sympy
from steps import FAMILIES, LEFT, MIDDLE, RIGHT, UP, Family, gamma, integral, prove, sign
from sympy.polys.matrices import DomainMatrix

x, u = sympy.symbols("x u", real=True)
p, l, h, M, B = sympy.symbols("p l h M B", real=True)  # noqa: E741
T0 = sympy.Symbol("T0", real=True)
alpha = sympy.Symbol("alpha", real=True)
length = sympy.Symbol("T", positive=True)

#: M in units in which M/(1 - gamma) = 1, and the values of B at a kink.
TOTAL = 1 - gamma
VALUE = {RIGHT: -gamma, LEFT: sympy.Integer(1)}
#: g: the slope of act on the left of a kink.
LEFT_SLOPE = {RIGHT: gamma, LEFT: sympy.Integer(1)}


def one_piece() -> None:
    """r on a piece from p to p + l, where it has mean zero, and the function G."""
    start, rise = sympy.symbols("start rise", real=True)
    affine = start + rise * (x - p)
    (zero_mean,) = sympy.solve(integral(affine, x, p, p + l), rise)
    r = affine.subs(rise, zero_mean)
    prove(
        "an affine r of mean zero on a piece of length l goes from h to -h, with"
        " int x r = -h l^2/6 and int r^2 = h^2 l/3",
        r.subs(x, p + l) + start,
        integral(sympy.expand(x * r), x, p, p + l) + start * l**2 / 6,
        integral(sympy.expand(r**2), x, p, p + l) - start**2 * l / 3,
    )
    # G(t) = int over [t, T1] of (x - t) r; the pieces to the right have mean zero and moment B.
    t = p + l * u
    G = integral(sympy.expand((x - t) * r), x, t, p + l) + B
    left = B - start * l**2 / 6
    prove(
        "on a piece G(t) = int_[t, T1] (x - t) r goes strictly monotonically from B_k to B_(k+1):"
        " G = B_k + (B_(k+1) - B_k)(3 u^2 - 2 u^3)",
        G - left - (B - left) * (3 * u**2 - 2 * u**3),
        3 * u**2 - 2 * u**3 - u**2 * (3 - 2 * u),
        1 - (3 * u**2 - 2 * u**3) - (1 - u) ** 2 * (1 + 2 * u),
    )


def one_kink() -> None:
    """The equation of a neuron at a kink, and the moments of the pieces next to it."""
    # int act' x r with the part B on the right of the kink and M - B on the left.
    prove(
        "int act' x r = 0 at a kink: B = -gamma M/(1 - gamma) facing right, M/(1 - gamma) facing"
        " left; not both, unless M = 0",
        (B + gamma * (M - B)).subs({B: VALUE[RIGHT], M: TOTAL}),
        (gamma * B + (M - B)).subs({B: VALUE[LEFT], M: TOTAL}),
        sign(VALUE[LEFT] - VALUE[RIGHT]) == 1,
    )
    # A flat neuron: int act(w (x - t)) r = 0 with int (x - t) r = M and
    # int_[T0, t] (t - x) r = G - M.
    G = sympy.Symbol("G", real=True)
    prove(
        "a flat neuron at t needs the same values of G(t), the least and the largest of all"
        " B_0, .., B_(n+1): they are not taken inside a piece",
        (G + gamma * (M - G)).subs({G: VALUE[RIGHT], M: TOTAL}),
        ((G - M) - gamma * G).subs({G: VALUE[LEFT], M: TOTAL}),
        VALUE[LEFT] - TOTAL - gamma,
        TOTAL - VALUE[RIGHT] - 1,
        VALUE[LEFT] - 0 - 1,
        0 - VALUE[RIGHT] - gamma,
    )
    moment = {
        (one, two): VALUE[one] - VALUE[two] for one, two in product((RIGHT, LEFT), repeat=2)
    }
    first = {facing: TOTAL - VALUE[facing] for facing in (RIGHT, LEFT)}
    last = dict(VALUE)  # B_(n+1) = 0
    prove(
        "two neighbours facing one way leave no moment on the piece between: facings alternate",
        moment[RIGHT, RIGHT],
        moment[LEFT, LEFT],
    )
    prove(
        "the moments m_k = B_k - B_(k+1) are 1 or -gamma at the left end, -+(1 + gamma) inside and"
        " -gamma or 1 at the right end, and alternate in sign",
        first[RIGHT] - 1,
        first[LEFT] + gamma,
        moment[RIGHT, LEFT] + MIDDLE,
        moment[LEFT, RIGHT] - MIDDLE,
        *[
            sign(before) == facing and sign(after) == -facing
            for facing in (RIGHT, LEFT)
            for before in (first[facing], moment[-facing, facing])
            for after in (last[facing], moment[facing, -facing])
        ],
    )
    prove(
        "l_k^2 is proportional to |m_k|: a_0^2 = 1 (U) or gamma (D), a_k^2 = 1 + gamma,"
        " a_n^2 = gamma (right) or 1 (left)",
        *[family.first - family.facing * first[family.facing] for family in FAMILIES],
        *[Family.last(facing) + facing * last[facing] for facing in (RIGHT, LEFT)],
    )
    prove(
        "ReLU: q_1 facing left or q_n facing right would leave a piece of length zero, so the"
        " family is U, n is even and all lengths are equal",
        first[LEFT].subs(gamma, 0),
        last[RIGHT].subs(gamma, 0),
        *[(square - 1).subs(gamma, 0) for square in UP.squares(2)],
        *[UP.facing_of(n) == (RIGHT if n % 2 else LEFT) for n in (1, 2)],
    )


def amplitude() -> None:
    """h, the jumps, the level and c for every n, from sums over the pieces.

    The lengths are l_k = |T| a_k/W.  The jump of the slope of r at q_i is (1 - gamma) times the sum
    of the v_j |w_j| there.  So J_i, the sum of the v_j w_j, has the facing e (-1)^(i+1) of q_i as
    another factor: J_i = 2 e h W/(|T| (1 - gamma)) (1/a_(i-1) + 1/a_i).  On the first piece the
    slope of f is the sum of the J_i g_i.
    """
    a, partial, W = sympy.symbols("a S W", positive=True)
    before, after = sympy.symbols("l_0 l_1", positive=True)
    prove(
        "the slope of r is -2 (-1)^k h/l_k, its jump at q_i is -2 (-1)^i h (1/l_(i-1) + 1/l_i)",
        # For even i; for odd i all signs change.
        (-h - h) / after - (h + h) / before + 2 * h * (1 / before + 1 / after),
    )
    # Slope of f on piece 0 over alpha: (1/W) sum_i g_i (1/a_(i-1) + 1/a_i); of alpha + r there:
    # 1 - e (1 - gamma)/(W a_0).  Sorted by pieces this is the sum of the a_k, which is W.
    prove(
        "slopes on the first piece: e (1 - gamma)/a_0 + sum_i g_i (1/a_(i-1) + 1/a_i) = W,"
        " piece by piece",
        *[
            family.orientation * (1 - gamma) + LEFT_SLOPE[family.facing] - family.first
            for family in FAMILIES
        ],
        LEFT_SLOPE[RIGHT] + LEFT_SLOPE[LEFT] - MIDDLE,
        *[LEFT_SLOPE[facing] - Family.last(facing) for facing in (RIGHT, LEFT)],
    )
    for family in FAMILIES:
        e = family.orientation
        found = e * alpha * (1 - gamma) * length / (2 * W**2)
        jump = 2 * found * W / (length * (1 - gamma)) * e
        prove(
            f"family {family.name}: h, the jumps and the level agree with the slopes:"
            " J_i = (alpha/W)(1/a_(i-1) + 1/a_i), L = alpha^2 (1 - gamma)^2 |T|^3/(12 W^4)",
            jump - alpha / W,
            # alpha = slope of f - slope of r on piece 0, multiplied by W a_0/alpha.
            jump * (W - e * (1 - gamma) / a) + 2 * found * W / (length * a) - alpha,
            length * found**2 / 3
            - alpha**2 * (1 - gamma) ** 2 * length**3 / (12 * W**4),
        )
    # c = f(T0) + sum_i J_i g_i (q_i - T0), q_i - T0 = |T| W_i/W.  In units of alpha |T|/W^2:
    # e (1 - gamma)/2 + sum_i g_i W_i (1/a_(i-1) + 1/a_i) = W^2/2 = sum_k (a_k W_k + a_k^2/2).
    # The part of piece k with a_k: partial = W_k before it, W_(k+1) = W_k + a_k behind.
    inner = (LEFT_SLOPE[RIGHT] * partial + LEFT_SLOPE[LEFT] * (partial + a)) / a
    other = (LEFT_SLOPE[LEFT] * partial + LEFT_SLOPE[RIGHT] * (partial + a)) / a
    prove(
        "c = alpha mid + beta: the sum of a_k W_k + a_k^2/2 over the pieces is that of"
        " g_i W_i (1/a_(i-1) + 1/a_i), plus e (1 - gamma)/2",
        *[
            # A piece inside gives a W_k + g_(k+1); 1 + gamma = a_k^2 for half of both g's.
            (entry - a * partial - g).subs(a, sympy.sqrt(MIDDLE))
            for entry, g in ((inner, LEFT_SLOPE[LEFT]), (other, LEFT_SLOPE[RIGHT]))
        ],
        # The first gives g_1; a_0^2 - g_1 is what is left over from sum (g_k + g_(k+1))/2.
        *[
            family.orientation * (1 - gamma) - (family.first - LEFT_SLOPE[family.facing])
            for family in FAMILIES
        ],
        # The last gives a_n W_n, as g_n = a_n^2, and g_n/2 = a_n^2/2.
        *[LEFT_SLOPE[facing] - Family.last(facing) for facing in (RIGHT, LEFT)],
    )
    n = sympy.Symbol("n", positive=True)
    prove(
        "ReLU: W = n + 1, so J_i = 2 alpha/(n + 1) and L = alpha^2 |T|^3/(12 (n + 1)^4)",
        alpha / W * 2 - (2 * alpha / (n + 1)).subs(n, W - 1),
        (alpha**2 * length**3 / (12 * W**4)).subs(W, n + 1)
        - length * (alpha * length / (2 * (n + 1) ** 2)) ** 2 / 3,
    )


def no_kinks() -> None:
    """n = 0: r is affine with mean zero, G goes from M to 0, and r = 0 unless f is constant."""
    prove(
        "n = 0: inside (T0, T1) the value of G is strictly between M and 0, and these do not lie"
        " outside the two values that a kink needs: there is none inside, flat or not",
        VALUE[LEFT] - TOTAL - gamma,
        TOTAL - VALUE[RIGHT] - 1,
        VALUE[LEFT] - 0 - 1,
        0 - VALUE[RIGHT] - gamma,
    )
    low, high = sympy.symbols("T0 T1", real=True)
    r = -alpha * (x - (low + high) / 2)
    prove(
        "f = alpha mid + beta has int r = 0, int x r = -alpha |T|^3/12, L = alpha^2 |T|^3/12",
        integral(r, x, low, high),
        integral(sympy.expand(x * r), x, low, high) + alpha * (high - low) ** 3 / 12,
        integral(sympy.expand(r**2), x, low, high) - alpha**2 * (high - low) ** 3 / 12,
    )
    s, w, b = sympy.symbols("s w b", real=True)
    prove(
        "a neuron of one slope s on all of [T0, T1]: dL/dw = 2 v s M and dL/dv = 2 s w M, so that"
        " v = 0 and w = 0 if M != 0 and s != 0",
        integral(sympy.expand(s * x * r), x, low, high)
        - s * integral(sympy.expand(x * r), x, low, high),
        integral(sympy.expand(s * (w * x + b) * r), x, low, high)
        - s * w * integral(sympy.expand(x * r), x, low, high),
    )


def patterns(n: int, slope: sympy.Expr) -> list[tuple[tuple[int, ...], list[sympy.Expr]]]:
    """All facings of n kinks for which l_0^2, .., l_n^2 > 0 exist, with these squares.

    The equations are linear in the squares: sum_k (-1)^k act'_k l_k^2 = 0 for each kink.
    """
    found = []
    for facings in product((RIGHT, LEFT), repeat=n):
        rows = [
            [
                (-1) ** k * (sympy.Integer(1) if (k >= i) == (facing == RIGHT) else slope)
                for k in range(n + 1)
            ]
            for i, facing in enumerate(facings, start=1)
        ]
        kernel = DomainMatrix.from_Matrix(sympy.Matrix(rows)).to_field().nullspace().to_Matrix()
        if any(all(entry == 0 for entry in kernel[:, k]) for k in range(n + 1)):
            continue  # one of the lengths is zero
        if kernel.rows != 1:
            raise SystemExit(f"FAILED elimination: facings {facings} leave {kernel.rows} freedoms")
        squares = [sympy.cancel(entry / kernel[0, 0]) for entry in kernel]
        if all(sign(entry) == 1 for entry in squares):
            found.append((facings, squares))
    return found


def elimination() -> None:
    for n in range(1, 9):
        found = patterns(n, sympy.Integer(0))
        alternating = tuple(UP.facing_of(i) for i in range(1, n + 1))
        prove(
            f"n = {n}: elimination over all {2**n} patterns of facings leaves"
            f" {'the stated one' if n % 2 == 0 else 'none'} for the ReLU",
            found == ([] if n % 2 else [(alternating, [1] * (n + 1))]),
        )
    for n in range(1, 7):
        expected = [
            (
                tuple(family.facing_of(i) for i in range(1, n + 1)),
                [sympy.cancel(square / family.first) for square in family.squares(n)],
            )
            for family in FAMILIES
        ]
        prove(
            f"n = {n}: elimination over all {2**n} patterns leaves U and D for leaky slopes",
            patterns(n, gamma) == expected,
        )


def integrated(family: Family, n: int, slope: Fraction, roots: tuple[Fraction, Fraction]) -> bool:
    """Whether the network as stated is critical, centred and of the stated loss: by integration.

    `roots` are sqrt(gamma) and sqrt(1 + gamma), rational here; alpha = 1, beta = 0 on [0, 1].
    """
    root = {Fraction(1): Fraction(1), slope: roots[0], 1 + slope: roots[1]}
    a = [root[Fraction(str(s.subs(gamma, sympy.Rational(slope))))] for s in family.squares(n)]
    total = sum(a)
    bounds = [Fraction(0), *(part / total for part in accumulate(a))]
    facings = [family.facing_of(i) for i in range(1, n + 1)]
    jumps = [(1 / one + 1 / two) / total for one, two in pairwise(a)]

    def act(i: int, k: int) -> Fraction:
        """act' of a neuron at q_(i+1) on piece k."""
        return Fraction(1) if (k > i) == (facings[i] == RIGHT) else slope

    pieces = []  # r = c0 + c1 x on each piece
    for k in range(n + 1):
        rise = sum((jumps[i] * act(i, k) for i in range(n)), Fraction(0))
        constant = sum((-jumps[i] * act(i, k) * bounds[i + 1] for i in range(n)), Fraction(1, 2))
        pieces.append((constant, rise - 1))

    def moment(power: int, weights: list[Fraction]) -> Fraction:
        return sum(
            (
                weight * (
                    c0 * (high ** (power + 1) - low ** (power + 1)) / (power + 1)
                    + c1 * (high ** (power + 2) - low ** (power + 2)) / (power + 2)
                )
                for weight, (c0, c1), (low, high) in zip(
                    weights, pieces, pairwise(bounds), strict=True
                )
            ),
            Fraction(0),
        )

    loss = sum(
        (
            (high - low) * (c0 * c0 + c0 * c1 * (low + high))
            + c1 * c1 * (high**3 - low**3) / 3
            for (c0, c1), (low, high) in zip(pieces, pairwise(bounds), strict=True)
        ),
        Fraction(0),
    )
    weights = [[act(i, k) for k in range(n + 1)] for i in range(n)]
    return (
        moment(0, [Fraction(1)] * (n + 1)) == 0
        and all(moment(power, row) == 0 for row in weights for power in (0, 1))
        and loss == (1 - slope) ** 2 / (12 * total**4)
    )


def main() -> None:
    one_piece()
    one_kink()
    amplitude()
    no_kinks()
    elimination()
    zero, one = Fraction(0), Fraction(1)
    prove(
        "ReLU, n = 2, 4, 6, 8: the stated network is critical, c = alpha mid + beta, and L is"
        " alpha^2 |T|^3/(12 (n + 1)^4), by integration",
        *[integrated(UP, n, zero, (zero, one)) for n in (2, 4, 6, 8)],
    )
    triples = [(Fraction(3, 4), Fraction(5, 4)), (Fraction(5, 12), Fraction(13, 12))]
    prove(
        "leaky, n = 1, .., 5, gamma = 9/16 and 25/144: the same for U and D",
        *[
            integrated(family, n, roots[0] ** 2, roots)
            for family in FAMILIES
            for n in range(1, 6)
            for roots in triples
        ],
    )


if __name__ == "__main__":
    main()
