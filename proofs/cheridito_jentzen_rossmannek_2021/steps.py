"""What the scripts of this folder share: identities, signs, integrals and the two families.

T0 < T1 are the ends, |T| = T1 - T0, mid their mean; r = f - alpha x - beta is the residual of a
network f = c + sum_j v_j act(w_j x + b_j) with act(z) = max(z, gamma z), 0 <= gamma < 1, and
L = int r^2.  The ReLU is the case gamma = 0.  q_1 < .. < q_n are the distinct kinks inside,
q_0 = T0, q_(n+1) = T1, and piece k goes from q_k to q_(k+1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy

__all__ = [
    "DOWN", "FAMILIES", "LEFT", "MIDDLE", "RIGHT", "UP", "Family", "gamma", "integral", "prove",
    "sign",
]

gamma = sympy.Symbol("gamma", positive=True)


def prove(statement: str, *claims: sympy.Expr | bool) -> None:
    """Print the statement if all claims are true or identically zero, and stop otherwise."""
    for claim in claims:
        rest = not claim if isinstance(claim, bool) else sympy.cancel(sympy.expand(claim))
        if rest != 0:
            raise SystemExit(f"FAILED {statement}: {claim if rest is True else rest} is left")
    print(f"proved {statement}")


def sign(expression: sympy.Expr) -> int:
    """-1, 0 or 1: the strict sign of an expression for all positive values of its symbols.

    Settled where, after cancelling, the coefficients of the numerator agree in sign and so do
    those of the denominator.
    """
    found = 1
    for polynomial in sympy.fraction(sympy.cancel(expression)):
        symbols = sorted(polynomial.free_symbols, key=str)
        coefficients = sympy.Poly(polynomial, *symbols).coeffs() if symbols else [polynomial]
        signs = {int(sympy.sign(c)) for c in coefficients}
        if len(signs) > 1:
            raise ArithmeticError(f"the sign of {polynomial} is not settled by its coefficients")
        found *= signs.pop()
    return found


def integral(
    polynomial: sympy.Expr, x: sympy.Symbol, low: sympy.Expr, high: sympy.Expr
) -> sympy.Expr:
    """The integral of a polynomial in x."""
    coefficients: Sequence[sympy.Expr] = sympy.Poly(polynomial, x).all_coeffs()[::-1]
    return sympy.Add(
        *[c * (high ** (k + 1) - low ** (k + 1)) / (k + 1) for k, c in enumerate(coefficients)]
    )


#: The facing of a kink is the sign of w: the neurons there are active to the right or to the left.
RIGHT, LEFT = 1, -1


@dataclass(frozen=True)
class Family:
    """Critical points whose facings alternate, by the facing of the first kink.

    The lengths of the pieces are proportional to a_0, .., a_n; `first` is a_0^2, all a_k^2
    between are `MIDDLE`, and a_n^2 is `last(facing)`.  `orientation` is the sign of
    r(T0) / alpha.
    """

    name: str
    facing: int
    first: sympy.Expr
    orientation: int

    def facing_of(self, i: int) -> int:
        """The facing of the kink q_i, i >= 1."""
        return self.facing * (-1) ** (i + 1)

    @staticmethod
    def last(facing: int) -> sympy.Expr:
        """a_n^2, by the facing of the last kink."""
        return gamma if facing == RIGHT else sympy.Integer(1)

    def squares(self, n: int) -> list[sympy.Expr]:
        """a_0^2, .., a_n^2 for n >= 1 kinks."""
        return [self.first, *[MIDDLE] * (n - 1), self.last(self.facing_of(n))]


MIDDLE = 1 + gamma
UP = Family("U", RIGHT, sympy.Integer(1), 1)
DOWN = Family("D", LEFT, gamma, -1)
FAMILIES = (UP, DOWN)
