"""The loss of each family is the claimed formula, identically in K, and tends to zero.

A sum of squares is not negative, so the infimum of each of the four problems is 0.
"""

from __future__ import annotations

import sympy
from families import FAMILIES, K
from steps import prove

for family in FAMILIES:
    values = f"K >= {family.least}" if family.least else "K > 0"
    prove(
        f"{family.dataset}: the loss is {family.loss} for all {values}, and tends to 0",
        family.sum_of_squares() - family.loss,
        sympy.limit(family.loss, K, sympy.oo),
    )
