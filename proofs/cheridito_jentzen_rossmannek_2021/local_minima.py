"""Local minima and saddles of the true loss without a kink inside, and no local maximum.

After Cheridito, Jentzen, Rossmannek 2021; the proofs derived here.

Let psi(w, b) = int act(w x + b) r, with r the residual of theta.

Lemma.  Let int r = 0 and psi(w_j, b_j) = 0 for all j, as in every critical point.
1. L(theta') - L(theta) = |f' - f|^2 + 2 sum_j v'_j psi(w'_j, b'_j), exactly.
2. If v'_j psi(w'_j, b'_j) >= 0 for all (v'_j, w'_j, b'_j) near (v_j, w_j, b_j), for each j, then
   theta is a local minimum.
3. If v_j = 0 and psi is not identically zero near (w_j, b_j), then theta is not: v'_j =
   -psi(w', b')/int act(w' x + b')^2 lowers L by psi(w', b')^2/int act(w' x + b')^2.
4. ReLU, a semi-inactive neuron with its kink at the end T, moved inwards by d with the same w: L
   changes by v |w| r(T) d^2 + O(d^3).

Theorem.  ReLU, alpha != 0, any number of neurons.
1. There is no local maximum.
2. phi is a local minimum with L > 0 if and only if c = alpha mid + beta and each neuron is
   inactive, or semi-inactive at T0 with alpha v > 0, or semi-inactive at T1 with alpha v < 0.
3. (a) phi is a saddle without a kink inside if and only if c = alpha mid + beta, all neurons are
   inactive, semi-inactive, flat semi-active or flat degenerate, and there is a neuron that is flat
   semi-active, flat degenerate, semi-inactive at T0 with alpha v <= 0 or at T1 with alpha v >= 0.

In 2 and 3 (a), L = alpha^2 |T|^3/12.  Leaky slopes: critical points without a kink inside and L > 0
have all w_j = v_j = 0, and are saddles.  By saddle.py critical points with kinks inside and L > 0
are saddles too.

What is proved: the lemma as identities of integrals, written out for one neuron, for any
activation; the signs of psi next to each type for every interval; and with them the theorem.  By
spacing.py the types listed in 2 and 3 (a) are all that critical points with L > 0 have if there is
no kink inside.  A local minimum is critical also where L is not differentiable: with v != 0,
w = b = 0 and eta large, the direction (+-omega, eta) changes L by +-2 v omega int x r at first
order, so that int x r = 0, which by spacing.py leaves r = 0 only.
"""

from __future__ import annotations

import sympy
from steps import integral, prove, sign

x, c, v, w, b = sympy.symbols("x c v w b", real=True)
T0, alpha = sympy.symbols("T0 alpha", real=True)
length, d, size, tau = sympy.symbols("T d W tau", positive=True)
T1 = T0 + length
#: The residual of f = alpha mid + beta.
r = -alpha * (x - T0 - length / 2)


def lemma() -> None:
    """Statements 1 and 3: inner products of functions, multiplied out.

    f' - f = c' - c + sum_j (v'_j act'_j - v_j act_j) for functions act_j, act'_j of x; here are the
    integrands of both sides.  In the lemma int r = 0 and all psi(w_j, b_j) = 0.
    """
    R, act, act_new, c_new, v_new = sympy.symbols("r a a' c' v'", real=True)
    change = c_new - c + v_new * act_new - v * act
    prove(
        "L' - L = |f' - f|^2 + 2 (c' - c) int r"
        " + 2 sum_j (v'_j psi(w'_j, b'_j) - v_j psi(w_j, b_j))",
        (R + change) ** 2 - R**2 - change**2
        - 2 * ((c_new - c) * R + v_new * act_new * R - v * act * R),
    )
    psi, square = sympy.symbols("psi S", real=True)
    step = -psi / square
    prove(
        "a flat neuron moved to (w', b'): v'^2 int act'^2 + 2 v' psi is -psi^2/int act'^2 for"
        " v' = -psi/int act'^2, and negative for all v' between 0 and twice that",
        step**2 * square + 2 * step * psi + psi**2 / square,
        (tau * step) ** 2 * square + 2 * tau * step * psi + tau * (2 - tau) * psi**2 / square,
    )
    eps = sympy.Symbol("epsilon", real=True)
    prove(
        "no local maximum: L(c + eps) + L(c - eps) - 2 L(c) = 2 eps^2 |T| for all parameters",
        (R + eps) ** 2 + (R - eps) ** 2 - 2 * R**2 - 2 * eps**2,
    )


def residuals() -> None:
    """The residual of the constant alpha mid + beta, and psi next to each type."""
    M = integral(sympy.expand(x * r), x, T0, T1)
    prove(
        "r = -alpha (x - mid): int r = 0, int x r = -alpha |T|^3/12, L = alpha^2 |T|^3/12,"
        " r(T0) = alpha |T|/2 = -r(T1)",
        integral(r, x, T0, T1),
        M + alpha * length**3 / 12,
        integral(sympy.expand(r**2), x, T0, T1) - alpha**2 * length**3 / 12,
        r.subs(x, T0) - alpha * length / 2,
        r.subs(x, T1) + alpha * length / 2,
    )
    right = integral(sympy.expand(size * (x - (T1 - d)) * r), x, T1 - d, T1)
    left = integral(sympy.expand(size * ((T0 + d) - x) * r), x, T0, T0 + d)
    shape = size * d**2 * (3 * length - 2 * d) / 12
    slack = sympy.Symbol("slack", positive=True)
    prove(
        "a kink at distance d < |T| from T1, facing right, or from T0, facing left:"
        " psi = -+ alpha |w| d^2 (3 |T| - 2 d)/12, of one sign for all d",
        right + alpha * shape,
        left - alpha * shape,
        sign(shape.subs(length, d + slack)) == 1,
    )
    added = integral(sympy.expand(v**2 * size**2 * (x - (T1 - d)) ** 2), x, T1 - d, T1)
    prove(
        "semi-inactive, moved inwards by d: L changes by v |w| r(T) d^2 + O(d^3)",
        *[
            sympy.series(added + 2 * v * psi, d, 0, 3).removeO() - v * size * r.subs(x, end) * d**2
            for psi, end in ((right, T1), (left, T0))
        ],
    )
    linear = integral(sympy.expand((w * x + b) * r), x, T0, T1)
    slope = sympy.Symbol("slope", positive=True)
    prove(
        "active on all of [T0, T1]: psi = w int x r, not identically zero near a semi-active or"
        " degenerate neuron; leaky slopes: the same, times the slope, near every w = 0",
        linear - w * M,
        integral(sympy.expand(slope * (w * x + b) * r), x, T0, T1) - slope * w * M,
    )


def verdicts() -> None:
    """Items 2 and 3 (a), by the type of a neuron, from the sign of psi next to it.

    alpha > 0, |w| = 1 and |T| = 1 are no restriction: psi is homogeneous and odd in alpha.  A type
    is listed with the signs that v' psi takes on neighbouring types, besides 0.
    """
    at_T0, at_T1 = 1, -1  # signs of psi for kinks near T0 facing left, near T1 facing right
    either = {-1, 1}  # w int x r takes both signs near w = 0
    near = {
        "inactive": set(),
        "semi-inactive at T0": {at_T0},
        "semi-inactive at T1": {at_T1},
        "semi-active": either,
        "degenerate": either,
    }
    minima = set()
    for kind, signs in near.items():
        for v_sign in (-1, 0, 1):
            # Near v = 0 the factor v' has both signs.
            products = {s * f for s in signs for f in ({v_sign} if v_sign else either)}
            if products <= {1}:
                minima.add((kind, v_sign))
    critical = {
        (kind, v_sign)
        for kind in near
        for v_sign in (-1, 0, 1)
        # dL/dw = 2 v int x r and int x r != 0: semi-active and degenerate neurons are flat.
        if kind not in ("semi-active", "degenerate") or v_sign == 0
    }
    prove(
        "item 2: v' psi >= 0 near each neuron if and only if it is inactive, semi-inactive at T0"
        " with alpha v > 0, or semi-inactive at T1 with alpha v < 0",
        minima
        == {("inactive", s) for s in (-1, 0, 1)}
        | {("semi-inactive at T0", 1), ("semi-inactive at T1", -1)},
    )
    prove(
        "item 3 (a): a descent by a flat neuron or by v |w| r(T) d^2 < 0 in all other cases: flat"
        " semi-active, flat degenerate, alpha v <= 0 at T0, alpha v >= 0 at T1",
        critical - minima
        == {
            ("semi-active", 0), ("degenerate", 0),
            ("semi-inactive at T0", -1), ("semi-inactive at T0", 0),
            ("semi-inactive at T1", 1), ("semi-inactive at T1", 0),
        },
    )


def main() -> None:
    lemma()
    residuals()
    verdicts()


if __name__ == "__main__":
    main()
