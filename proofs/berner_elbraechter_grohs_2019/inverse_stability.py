"""Inverse stability on N* with the constant 2 sqrt(2), and its general form for one output.

R(Gamma)(x) = sum_i c_i max(<a_i, x>, 0), h = R(Gamma) - g, all norms are maximum norms and
eps = |h|_{W1,inf}.  Gamma and a parametrization of g are in N*: neurons are balanced, a = s u and
c = s v with |u| = |v| = 1, directions within a network differ, the last two weights are positive.

1. Kinks of different directions lie on different hyperplanes, as opposite directions are excluded.
   Dh is constant on both sides of a point of one hyperplane off the others, and its jump across is
   J = s^2 v u^T - s'^2 v' u^T if both networks have the direction u, else one of the two terms.
   Both sides are at most eps, hence |J| <= 2 eps.
2. Equal directions (`same_direction`): |s - s'| and |s v - s' v'| are at most sqrt(2 |J|) <=
   2 sqrt(eps).  A neuron of one network only has s^2 = |J| <= 2 eps, a zero neuron s = 0.
3. Pair neurons of equal directions and the others in any way: each pair of others differs by at
   most s + s' <= 2 sqrt(2 eps).  So some order of the neurons has |Phi - Gamma| <= 2 sqrt(2 eps),
   for any number of outputs.  eps = 0 gives uniqueness: a function of R(N*) has one
   parametrization in N* of each width, up to the order of the neurons.

`general_form` drops the balance, for one output.
"""

from __future__ import annotations

import sympy
from steps import nonnegative, prove

x, y, p, q, g, d, w = sympy.symbols("x y p q g d w", nonnegative=True)


def same_direction() -> None:
    """Entries of the matrix s^2 v - s'^2 v' and of its norm, for s = s' + g, g >= 0.

    Let x = s |v_l|, y = s' |v'_l|, so that x <= s and y <= s'.  J bounds |s^2 v_l - s'^2 v'_l| and
    s^2 - s'^2, which is a difference of norms.
    """
    smaller = sympy.Symbol("s1", nonnegative=True)
    prove(
        "input weights of one direction: (s - s')^2 <= s^2 - s'^2 <= |J|",
        nonnegative((smaller + g) ** 2 - smaller**2 - g**2),
    )
    s, smaller = x + p, y + q
    prove(
        "output weights of opposite signs: (x + y)^2 <= 2 (s x + s' y) <= 2 |J|",
        2 * (s * x + smaller * y) - (x + y) ** 2 - (x - y) ** 2 - 2 * p * x - 2 * q * y,
    )
    s = y + d + p  # x = y + d <= s, s' <= s
    prove(
        "equal signs, x = y + d: d^2 <= s x - s' y <= |J|",
        # s x - s' y = s d + (s - s') y with s >= d.
        s * (y + d) - (s - g) * y - (s * d + g * y),
        nonnegative(s * d + g * y - d**2),
    )
    # y = x + d, s' = y + q, s = s' + g.
    smaller = x + d + q
    entry, norm = smaller * (x + d) - (smaller + g) * x, (smaller + g) ** 2 - smaller**2
    prove(
        "equal signs, y = x + d: d^2 <= s' y - s x <= |J| if s - s' <= d, else d^2 <= s^2 - s'^2",
        nonnegative(sympy.expand((entry - d**2).subs(d, g + w))),
        nonnegative(sympy.expand((norm - d**2).subs(g, d + w))),
    )


def constant() -> None:
    eps = sympy.Symbol("eps", positive=True)
    # Entries eps - p and -eps + q of Dh on the two sides of a kink, or the same with h and -h.
    prove(
        "entries of at most eps on both sides of a kink: the jump is at most 2 eps",
        nonnegative(2 * eps - ((eps - p) - (-eps + q))),
    )
    prove(
        "with |J| <= 2 eps: pairs of one direction differ by at most 2 sqrt(eps), others by at most"
        " 2 sqrt(2 eps); so the constant is at most 2 sqrt(2), less than 4",
        sympy.sqrt(2 * 2 * eps) - 2 * sympy.sqrt(eps),
        2 * sympy.sqrt(2 * eps) - 2 * sympy.sqrt(2) * sympy.sqrt(eps),
        bool(2 * sympy.sqrt(2) < 4),
    )


def general_form() -> None:
    """One output, no balance: neurons are products j = c |a|, j' of g, along one direction u.

    Assumed: (C.1) |c|, |a| <= beta for every neuron of Gamma with |j| <= 2 eps; (C.2) no two
    non-zero weights of Gamma on one line; (C.3) the same for a parametrization of g, and none of
    its weights is opposite to weights of Gamma.  As before |j - j'| <= 2 eps for equal directions,
    and |j| <= 2 eps for the others.

    With equal directions and j j' > 0 let p = |c|, q = |a|: Phi gets p + t, q + t with
    (p + t)(q + t) = |j'| for the larger root t.  Else |j| <= 2 eps and |j'| <= 2 eps, p, q <= beta,
    and Phi gets sqrt(|j'|) twice (or, if j' = 0, one factor stays and the smaller one vanishes):
    the distance is at most beta + sqrt(2 eps).
    """
    j = sympy.Symbol("j", positive=True)
    t = (-(p + q) + sympy.sqrt((p - q) ** 2 + 4 * j)) / 2
    prove(
        "the root: (p + t)(q + t) = |j'| for t = (-(p + q) + sqrt((p - q)^2 + 4 |j'|))/2",
        (p + t) * (q + t) - j,
    )
    prove(
        "growing products: t^2 <= (p + t)(q + t) - p q = |j'| - |j| for t >= 0",
        nonnegative((p + w) * (q + w) - p * q - w**2),
    )
    prove(
        "falling products: at t = -d with d^2 = |j| - |j'| the product is at most |j'|, so the root"
        " is between -d and 0: (p - d)(q - d) - (p q - d^2) = -d (p + q - 2 d), and"
        " (p + q)^2 >= 4 p q >= 4 d^2",
        (p - d) * (q - d) - (p * q - d**2) + d * (p + q - 2 * d),
        (p + q) ** 2 - 4 * p * q - (p - q) ** 2,
    )
    prove(
        "so |Phi - Gamma| <= beta + sqrt(2 eps) <= beta + 2 sqrt(eps); with beta = sqrt(2 eps), the"
        " beta of balanced neurons, this is 2 sqrt(2 eps)",
        bool(sympy.sqrt(2) < 2),
        2 * sympy.sqrt(2 * w) - sympy.sqrt(8 * w),
    )


def two_outputs() -> None:
    """Why one output: c = (M, 0), a = 1/M in one direction against the products (1, e).

    |j| = 1 > 2 e, so beta = 0.  Phi is a = 1/r, c = (r, e r), whose distance R to Gamma has
    r >= M - R and e r <= R, so that R (1 + e) >= e M: for fixed e it grows with M.
    """
    size, small, r = sympy.symbols("M e r", positive=True)
    distance = size - r + p  # r = M - R + p
    prove(
        "two outputs: no bound in eps alone, R (1 + e) >= M e",
        (distance * (1 + small) - size * small) - (distance - small * r) - small * p,
        sympy.limit(size * small / (1 + small), size, sympy.oo) == sympy.oo,
    )


def lifting() -> None:
    b, margin = sympy.symbols("b n", positive=True)
    for bias in (b, -b, sympy.Integer(0)):
        upper, lower = sympy.Max(bias, 0) + margin, sympy.Max(-bias, 0) + margin
        prove(
            f"lifting, bias {bias}: b1 = max(b, 0) + n and b2 = max(-b, 0) + n with n > 0 are"
            " positive and b1 - b2 = b, so at (x, 1, -1) the neuron (a, b1, b2) is (a, b)",
            upper - lower - bias,
            bool(upper > 0),
            bool(lower > 0),
        )
    prove("lifting: <(0, 2, 1), (x, 1, -1)> = 1, a neuron for the constants", 2 * 1 + 1 * -1 == 1)


def main() -> None:
    same_direction()
    constant()
    general_form()
    two_outputs()
    lifting()


if __name__ == "__main__":
    main()
