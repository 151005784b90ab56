"""Exact non-negative least squares by an active-set method.

minimise x^T G x - 2 h^T x over x_k >= 0 for the constrained k, where G = A^T A and h = A^T t are
rational.  The method is that of Lawson and Hanson 1974 (chapter 23) carried out over Q: every
inner system is solved exactly, the objective falls strictly from one passive set to the next, and
so it ends after finitely many steps with the Karush-Kuhn-Tucker conditions satisfied exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symerm.arithmetic.symmetric import solve_semidefinite

__all__ = ["solve_nonnegative"]


def solve_nonnegative(
    gram: Sequence[Sequence[int]], moment: Sequence[int], *, free: int = 0
) -> list[Fraction]:
    """The exact minimiser; the first `free` variables are not sign-constrained.

    Parameters
    ----------
    gram : k x k integers, G = A^T A
    moment : k integers, h = A^T t (so that h lies in the range of G)
    free : int

    Returns
    -------
    list of k Fractions
        With G x - h zero at positive and free entries and non-negative elsewhere.

    Examples
    --------
    >>> solve_nonnegative([[1, 0], [0, 2]], [-3, 5])
    [Fraction(0, 1), Fraction(5, 2)]
    """
    size = len(gram)
    passive = list(range(free))
    values = _restricted(gram, moment, passive)
    while True:
        slopes = {
            k: moment[k] - sum((gram[k][i] * values[i] for i in passive), Fraction(0))
            for k in range(size)
            if k not in passive
        }
        entering = [k for k, slope in slopes.items() if slope > 0]
        if not entering:
            return values
        # Steepest first; ties and degenerate steps cannot cycle because a passive set is only
        # kept when the objective has fallen.
        passive.append(max(entering, key=lambda k: (slopes[k] ** 2 / gram[k][k], -k)))
        while True:
            trial = _restricted(gram, moment, passive)
            blocking = [k for k in passive if k >= free and trial[k] <= 0]
            if not blocking:
                values = trial
                break
            step = min(values[k] / (values[k] - trial[k]) for k in blocking)
            values = [x + step * (y - x) for x, y in zip(values, trial, strict=True)]
            passive = [k for k in passive if k < free or values[k] > 0]


def _restricted(
    gram: Sequence[Sequence[int]], moment: Sequence[int], chosen: Sequence[int]
) -> list[Fraction]:
    solution = solve_semidefinite(
        [[gram[i][j] for j in chosen] for i in chosen], [moment[i] for i in chosen]
    )
    if solution is None:
        raise ArithmeticError("the moment vector is not in the range of the Gram matrix")
    values = [Fraction(0)] * len(gram)
    numerators, denominator = solution
    for i, numerator in zip(chosen, numerators, strict=True):
        values[i] = Fraction(numerator, denominator)
    return values
