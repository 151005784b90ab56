"""Changes that keep the true loss or scale it, and the neuron that realises an affine target.

f = c + sum_j v_j act(w_j x + b_j) on [T0, T1], act(z) = max(z, gamma z), target alpha x + beta.

1. Scaling (w_j, b_j, v_j) -> (s w_j, s b_j, v_j/s), s > 0, keeps f; dL/dw_j and dL/db_j are
   divided by s, dL/dv_j is multiplied by s.
2. Permuting the neurons keeps f.
3. alpha != 0: w~ = |T| w, b~ = b + w T0, v~ = v/(alpha |T|), c~ = (c - alpha T0 - beta)/(alpha |T|)
   gives a network on [0, 1] with L = alpha^2 |T|^3 L~, L~ for the target x, and keeps critical
   points.
4. w -> -w, b -> b + w (T0 + T1), v -> -v, c -> 2 (alpha mid + beta) - c turns r into
   -r(T0 + T1 - x): it keeps L and critical points.
5. If w != 0 and w x + b >= 0 on [T0, T1], then v = alpha/w, c = beta - alpha b/w give f = target.

What is proved: everything, for one neuron and one point; sums and integrals are linear.  3 and 4
hold for x^2 too (3 and 4 use nothing of act), 1 and 5 do not.
"""

from __future__ import annotations

import sympy
from steps import gamma, prove

x, u, w, b, v, c, v2, act, act2 = sympy.symbols("x u w b v c v2 a a2", real=True)
T0, beta, alpha = sympy.symbols("T0 beta alpha", real=True)
length, s, z = sympy.symbols("T s z", positive=True)


def scaling() -> None:
    values = {sympy.Integer(1): z, gamma: -z}  # act(z) = slope z on either side of 0
    prove(
        "scaling: act(s z) = s act(z) for s > 0, so that (v/s) act(s w x + s b) = v act(w x + b)",
        *[slope * (s * value) - s * (slope * value) for slope, value in values.items()],
        v / s * (s * act) - v * act,
    )
    slope = sympy.Symbol("slope", real=True)
    prove(
        "scaling: act' is the same, so that df/dw and df/db are divided by s and df/dv = act is"
        " multiplied by s; hence the generalized gradient",
        v / s * slope * x - v * slope * x / s,
        v / s * slope - v * slope / s,
        slope * (s * z) - s * (slope * z),
    )
    prove("permutation: v a + v2 a2 = v2 a2 + v a", (v * act + v2 * act2) - (v2 * act2 + v * act))


def interval() -> None:
    point = T0 + length * u
    new_w, new_b = length * w, b + w * T0
    new_v, new_c = v / (alpha * length), (c - alpha * T0 - beta) / (alpha * length)
    prove(
        "interval: w~ u + b~ = w x + b at x = T0 + |T| u",
        (new_w * u + new_b) - (w * x + b).subs(x, point),
    )
    prove(
        "interval: r = alpha |T| r~, so that int r^2 dx = alpha^2 |T|^3 int r~^2 du",
        (c + v * act - alpha * x - beta).subs(x, point)
        - alpha * length * (new_c + new_v * act - u),
        (alpha * length) ** 2 * length - alpha**2 * length**3,
    )
    prove(
        "interval: int act' r and int x act' r vanish together if and only if int act' r~ and"
        " int u act' r~ do, and int act r = alpha |T|^2 int act r~",
        point - T0 * 1 - length * u,
        sympy.Matrix([[1, 0], [T0, length]]).det() - length,
    )


def reflection() -> None:
    whole = sympy.Symbol("S", real=True)  # T0 + T1
    mirrored = -w * x + b + w * whole
    prove("reflection: w' x + b' = w (S - x) + b", mirrored - (w * (whole - x) + b))
    new_c = 2 * (alpha * whole / 2 + beta) - c
    prove(
        "reflection: r'(x) = -r(S - x), and x act' r' has the integral of -(S - x) act' r",
        new_c - v * act - alpha * x - beta + (c + v * act - alpha * (whole - x) - beta),
    )


def realised() -> None:
    size = sympy.Symbol("w", nonzero=True)
    prove(
        "realised: (alpha/w)(w x + b) + beta - alpha b/w = alpha x + beta where act(z) = z",
        alpha / size * (size * x + b) + beta - alpha * b / size - alpha * x - beta,
    )


def main() -> None:
    scaling()
    interval()
    reflection()
    realised()


if __name__ == "__main__":
    main()
