"""What the scripts of this folder share.

Statements are polynomial identities and inequalities.  An inequality P >= 0 for all non-negative
values of its symbols is settled by the coefficients of P, after a substitution that writes the
assumptions into the symbols; that is sufficient, and where it fails a script stops.
"""

from __future__ import annotations

import sympy

__all__ = ["nonnegative", "prove"]


def nonnegative(expression: sympy.Expr) -> bool:
    """Whether all coefficients of a polynomial are non-negative.

    Its symbols stand for numbers that are not negative.
    """
    polynomial = sympy.expand(expression)
    symbols = sorted(polynomial.free_symbols, key=str)
    coefficients = sympy.Poly(polynomial, *symbols).coeffs() if symbols else [polynomial]
    return all(bool(c >= 0) for c in coefficients)


def prove(statement: str, *claims: sympy.Expr | bool) -> None:
    """Print the statement if all claims are true or identically zero, and stop otherwise."""
    for claim in claims:
        if isinstance(claim, bool):
            if not claim:
                raise SystemExit(f"FAILED {statement}")
            continue
        rest = sympy.simplify(sympy.expand(claim))
        if rest != 0:
            raise SystemExit(f"FAILED {statement}: {rest} is left")
    print(f"proved {statement}")
