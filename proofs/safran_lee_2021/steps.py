"""What the scripts of this folder share: statements that are printed once they are proved."""

from __future__ import annotations

import sympy

__all__ = ["prove"]


def prove(statement: str, *claims: sympy.Expr | bool) -> None:
    """Print the statement if all claims are true or identically zero, and stop otherwise."""
    for claim in claims:
        if isinstance(claim, (bool, sympy.logic.boolalg.BooleanAtom)):
            if not claim:
                raise SystemExit(f"FAILED {statement}")
            continue
        rest = sympy.simplify(claim)
        if rest != 0:
            raise SystemExit(f"FAILED {statement}: {rest} is left")
    print(f"proved {statement}")
