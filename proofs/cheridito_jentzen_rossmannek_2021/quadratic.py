"""The critical points for the activation x^2: a list of saddles, and an infimum not attained.

After Cheridito, Jentzen, Rossmannek 2021; the proofs derived here.

Theorem.  f = c + sum_j v_j (w_j x + b_j)^2 on [T0, T1], target alpha x + beta, alpha != 0, N >= 1.
1. The critical points with L > 0 are those with c = alpha mid + beta in which each neuron is flat
   with w = 0, or flat with b = -w mid, or has w = b = 0.  There L = alpha^2 |T|^3/12.
2. All of them are saddles.
3. N = 1: inf L = 0 is not attained; with v = eps, w = 1, b = alpha/(2 eps) - mid and a constant c,
   L = eps^2 |T|^5/180.
4. N >= 2: L = 0 is attained, by (x + B)^2 - x^2 = 2 B x + B^2 with a factor.

What is proved: everything, for any N, in the coordinate x - mid.  There int r = 0 for critical
points; M1 = int x r and M2 = int x^2 r decide, since r has degree at most 2.
"""

from __future__ import annotations

import sympy
from steps import integral, prove

x, v, w, b, c = sympy.symbols("x v w b c", real=True)
alpha, beta, mid, eps, eta = sympy.symbols("alpha beta mid epsilon eta", real=True)
M1, M2 = sympy.symbols("M1 M2", real=True)
half = sympy.Symbol("H", positive=True)  # |T|/2: the interval is [-H, H]
length = 2 * half


def over(polynomial: sympy.Expr) -> sympy.Expr:
    return integral(sympy.expand(polynomial), x, -half, half)


def against_residual(polynomial: sympy.Expr) -> sympy.Expr:
    """int p r for p of degree at most 2, with int r = 0, int x r = M1, int x^2 r = M2."""
    found = sympy.Poly(polynomial, x)
    return found.coeff_monomial(x) * M1 + found.coeff_monomial(x**2) * M2


def critical_points() -> None:
    """Item 1."""
    z = w * x + b
    f = v * z**2
    prove(
        "dL/dw = 4 v (w M2 + b M1), dL/db = 4 v w M1, dL/dv = 2 (w^2 M2 + 2 w b M1)",
        *[
            2 * against_residual(f.diff(symbol)) - claimed
            for symbol, claimed in (
                (w, 4 * v * (w * M2 + b * M1)), (b, 4 * v * w * M1),
                (v, 2 * (w**2 * M2 + 2 * w * b * M1)),
            )
        ],
    )
    p, q, s = sympy.symbols("p q s", real=True)
    r = p + q * x + s * x**2
    vanishing = sympy.solve([over(r), over(x * r), over(x**2 * r)], [p, q, s], dict=True)
    prove(
        "v != 0 and w != 0: M1 = 0 by b, M2 = 0 by w, and then r = 0 as its degree is at most 2",
        (4 * v * (w * M2 + b * M1)).subs(M1, 0) - 4 * v * w * M2,
        vanishing == [{p: 0, q: 0, s: 0}],
    )
    # So r != 0 leaves neurons with v = 0 or w = 0: f is constant and r = constant - alpha x.
    r = -alpha * x
    prove(
        "else f is constant, int r = 0 makes it alpha mid + beta: M1 = -alpha |T|^3/12 != 0,"
        " M2 = 0, L = alpha^2 |T|^3/12",
        over(r),
        over(x * r) + alpha * length**3 / 12,
        over(x**2 * r),
        over(r**2) - alpha**2 * length**3 / 12,
    )
    prove(
        "M2 = 0, M1 != 0: the gradient is 4 v b M1, 4 v w M1, 4 w b M1; it vanishes if and only if"
        " two of v, w, b do, b the bias in the coordinate x - mid",
        (w * (x + mid) + b).subs(b, -w * mid) - w * x,
        *[
            # b w = v b = v w = 0 for two zeros; conversely the products of pairs leave no more.
            entry.subs({one: 0, two: 0})
            for entry in (v * b, v * w, w * b)
            for one, two in ((v, w), (v, b), (w, b))
        ],
    )


def saddles() -> None:
    """Item 2: L' - L = |f' - f|^2 + 2 sum v'_j psi(w'_j, b'_j), psi = 2 w b M1 by M2 = 0.

    In c the loss grows, so that none is a local maximum.
    """
    psi = against_residual((w * x + b) ** 2).subs(M2, 0)
    prove("psi(w, b) = 2 w b M1 takes both signs near each (w, b) with w b = 0",
          psi - 2 * w * b * M1)
    square = over((w * x + b) ** 4)
    step = -psi / square
    prove(
        "a flat neuron: L falls by psi^2/int (w x + b)^4 for v' = -psi/int (w x + b)^4",
        step**2 * square + 2 * step * psi + psi**2 / square,
    )
    change = over((v * (eps * x + eps * eta) ** 2) ** 2) + 2 * v * psi.subs({w: eps, b: eps * eta})
    prove(
        "w = b = 0, v != 0: moved to (eps, eps eta) L changes by 4 v eta M1 eps^2 + O(eps^4), which"
        " is negative for one of the signs of eta",
        sympy.Poly(change, eps).coeff_monomial(eps**2) - 4 * v * eta * M1,
        *[sympy.Poly(change, eps).coeff_monomial(eps**k) for k in (0, 1, 3)],
    )


def infimum() -> None:
    """Items 3 and 4."""
    coefficients = sympy.Poly(c + v * (w * x + b) ** 2 - alpha * x - beta, x)
    prove(
        "N = 1: L = 0 needs v w^2 = 0, hence v w = 0, and 2 v w b = alpha: not for alpha != 0",
        coefficients.coeff_monomial(x**2) - v * w**2,
        coefficients.coeff_monomial(x) - (2 * v * w * b - alpha),
    )
    B = alpha / (2 * eps)
    constant = alpha * mid + beta - eps * B**2 - eps * half**2 / 3
    r = constant + eps * (x + B) ** 2 - (alpha * (x + mid) + beta)
    prove(
        "N = 1: the family v = eps, w = 1, b = alpha/(2 eps) - mid has L = eps^2 |T|^5/180",
        over(r**2) - eps**2 * length**5 / 180,
    )
    prove(
        "N = 2: alpha/2 ((x + 1)^2 - x^2) - alpha/2 + beta = alpha x + beta",
        alpha / 2 * (x + 1) ** 2 - alpha / 2 * x**2 - alpha / 2 + beta - (alpha * x + beta),
    )


def main() -> None:
    critical_points()
    saddles()
    infimum()


if __name__ == "__main__":
    main()
