"""What the scripts of this folder share: signs that hold for a whole range of a parameter.

A rational function of symbols that are not negative has a sign if, after cancelling, all
coefficients of its numerator agree in sign and so do those of its denominator.  That is
sufficient, not necessary: where it fails, `relu` refuses to go on.
"""

from __future__ import annotations

import sympy

__all__ = ["prove", "relu", "sign"]


def sign(expression: sympy.Expr) -> int:
    """-1, 0 or 1: the weak sign of an expression for all non-negative values of its symbols.

    1 means "at least 0 everywhere", and likewise -1.
    """
    numerator, denominator = sympy.fraction(sympy.cancel(expression))
    return _common_sign(numerator) * _common_sign(denominator)


def _common_sign(polynomial: sympy.Expr) -> int:
    symbols = sorted(polynomial.free_symbols, key=str)
    coefficients = sympy.Poly(polynomial, *symbols).coeffs() if symbols else [polynomial]
    signs = {int(sympy.sign(c)) for c in coefficients} - {0}
    if len(signs) > 1:
        raise ArithmeticError(f"the sign of {polynomial} is not settled by its coefficients")
    return signs.pop() if signs else 0


def relu(z: sympy.Expr, slope: sympy.Expr | int = 0) -> sympy.Expr:
    """max(z, slope * z), resolved by the sign of z."""
    return z if sign(z) >= 0 else slope * z


def prove(statement: str, *differences: sympy.Expr) -> None:
    """Print the statement if all differences are identically zero, and stop otherwise."""
    for difference in differences:
        rest = sympy.cancel(sympy.expand(difference))
        if rest != 0:
            raise SystemExit(f"FAILED {statement}: {rest} is left")
    print(f"proved {statement}")
