"""Gradient descent on the last layer: r_k = (I - eta F F^T)^k r_0 and the minimum-norm limit.

Loss |y - F a|^2/2, a_(k+1) = a_k + eta F^T r_k, r_k = y - F a_k.

What is proved, for matrices of any size: the recursion, that a_k stays in the row space, and the
loss of any last layer against the best one; entry by entry for 3 x 2 matrices as well.  In the
singular basis: the factor of a mode, that the part of y outside the range stays, the bound on the
step.
"""

from __future__ import annotations

import sympy
from steps import prove

eta, sigma, rho = sympy.symbols("eta sigma rho", positive=True)


def any_size() -> None:
    n, m = sympy.symbols("n m", integer=True, positive=True)
    F = sympy.MatrixSymbol("F", n, m)
    y, a, b, null = (
        sympy.MatrixSymbol(name, size, 1)
        for name, size in (("y", n), ("a", m), ("b", m), ("n0", m))
    )

    def vanishes(matrix: sympy.MatrixExpr) -> bool:
        return bool(sympy.expand(matrix).doit().is_ZeroMatrix)

    r = y - F * a
    step = eta * F.T * r
    prove(
        "any size: r_(k+1) = (I - eta F F^T) r_k",
        vanishes((y - F * (a + step)) - (sympy.Identity(n) - eta * F * F.T) * r),
    )
    prove(
        "any size: <n, a_(k+1) - a_k> = eta <F n, r>, which is 0 for F n = 0",
        vanishes(null.T * step - eta * (F * null).T * r),
    )
    rest, change = y - F * b, F * (a - b)
    prove(
        "any size: |y - F a|^2 - |y - F b|^2 - |F (a - b)|^2 is -2 <a - b, F^T (y - F b)>",
        vanishes(
            r.T * r - rest.T * rest - change.T * change
            + (a - b).T * (F.T * rest) + (F.T * rest).T * (a - b)
        ),
    )


def main() -> None:
    any_size()
    F = sympy.Matrix(3, 2, sympy.symbols("f1:7", real=True))
    y = sympy.Matrix(sympy.symbols("y1:4", real=True))
    a = sympy.Matrix(sympy.symbols("a1:3", real=True))
    loss = (y - F * a).dot(y - F * a) / 2
    residual = y - F * a
    prove(
        "the gradient of |y - F a|^2/2 is -F^T r",
        *(loss.diff(x) + entry for x, entry in zip(a, F.T * residual, strict=True)),
    )
    step = a + eta * F.T * residual
    prove(
        "r_(k+1) = (I - eta F F^T) r_k",
        *((y - F * step) - (sympy.eye(3) - eta * F * F.T) * residual).expand(),
    )
    # In the singular basis: F = diag(sigma), one more row is outside the range.
    mode = sympy.Matrix([[sigma, 0], [0, rho], [0, 0]])
    factor = sympy.eye(3) - eta * mode * mode.T
    prove(
        "a mode shrinks by 1 - eta sigma^2, and the part outside the range stays",
        *(factor - sympy.diag(1 - eta * sigma**2, 1 - eta * rho**2, 1)),
    )
    prove(
        "|1 - eta sigma^2| < 1 if and only if eta < 2/sigma^2: 1 - (1 - q)^2 = q (2 - q)",
        1 - (1 - eta * sigma**2) ** 2 - eta * sigma**2 * (2 - eta * sigma**2),
    )
    best = sympy.Matrix(sympy.symbols("b1:3", real=True))
    rest, change = y - F * best, F * (a - best)
    prove(
        "|y - F a|^2 = |y - F b|^2 + |F (a - b)|^2 if F^T (y - F b) = 0",
        sympy.expand(
            residual.dot(residual) - rest.dot(rest) - change.dot(change)
            + 2 * (a - best).dot(F.T * rest)
        ),
    )
    # From a_0 = 0 all a_k are combinations of rows of F, and so is the limit.
    null = sympy.Matrix(sympy.symbols("n1:3", real=True))
    prove(
        "<n, a_(k+1)> = <n, a_k> for F n = 0: the limit has no part outside the row space",
        sympy.expand(null.dot(step - a) - eta * (F * null).dot(residual)),
    )


if __name__ == "__main__":
    main()
