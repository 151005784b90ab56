"""Subset sums of rational vectors: a subset of d_1, .., d_n with sum t, or a proof of none.

A functional u refutes all 2^n subsets at once: with w_j in (-1/2, 1/2] the signed distance of u.d_j
from an integer, u.s lies for every subset sum s within [sum of w_j < 0, sum of w_j > 0] of an
integer; if u.t does not, there is no subset.  This covers linear dependence, divisibility and
bounds, and suffices as a rule for numbers of many digits (Lagarias and Odlyzko, "Solving
low-density subset sum problems", 1985).  Where no functional is found all sums are examined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, gcd

from symerm.arithmetic.linalg import Number, primitive, row_reduce, solve
from symerm.arithmetic.subset_lattices import search_lattice
from symerm.arithmetic.subset_search import search_subsets

__all__ = ["SubsetSum", "refutes", "subset_with_sum"]

Vector = tuple[Fraction, ...]
_HALF = Fraction(1, 2)
#: What reducing a lattice in n dimensions, and trying one of its points, takes in partial sums.
_REDUCTION = 2  # n^3
_POINT = 20  # n
#: Functionals with larger denominators are rounded if what is rounded still refutes.
_LONG_DENOMINATOR = 10**6


@dataclass(frozen=True)
class SubsetSum:
    """The answer to a subset-sum problem.

    Attributes
    ----------
    subset : increasing tuple of int, or None
        Indices of items with the wanted sum; None if there are none.
    functional : tuple of m Fractions, or None
        If there is no subset, a functional that refutes all of them; None if instead all sums
        were examined.
    examined : int
        Number of partial sums that were examined, or as many as would have taken the same time.
    """

    subset: tuple[int, ...] | None
    functional: Vector | None = None
    examined: int = 0


def refutes(
    functional: Sequence[Fraction], items: Sequence[Sequence[Number]], target: Sequence[Number]
) -> bool:
    """Whether a functional proves that no subset of the items has the target as its sum.

    Parameters
    ----------
    functional : m Fractions
    items : n rows of m numbers
    target : m numbers

    Examples
    --------
    No sum of some of 2, 4, 6 is 5, as its half is no integer:

    >>> refutes([Fraction(1, 2)], [(2,), (4,), (6,)], (5,))
    True
    """
    low = high = Fraction(0)
    for item in items:
        value = _apply(functional, item)
        rest = value - ceil(value - _HALF)
        if rest < 0:
            low += rest
        else:
            high += rest
    value = _apply(functional, target)
    return floor(high - value) < ceil(low - value)


def subset_with_sum(
    items: Sequence[Sequence[Number]], target: Sequence[Number], *, limit: int
) -> SubsetSum:
    """A subset of the items whose sum is the target, or a proof that there is none.

    Parameters
    ----------
    items : n rows of m numbers
    target : m numbers
    limit : int
        Largest number of partial sums to examine.

    Raises
    ------
    BudgetExceeded
        If more would be needed.

    Examples
    --------
    >>> subset_with_sum([(1, 0), (0, 1), (1, 1), (2, 3)], (3, 3), limit=100).subset
    (0, 3)
    >>> subset_with_sum([(3,), (6,), (9,)], (8,), limit=100).functional
    (Fraction(1, 3),)
    """
    if not any(target):
        return SubsetSum(())
    used = [j for j, item in enumerate(items) if any(item)]
    rows = [tuple(items[j]) for j in used]
    equations = [primitive(row) for row in row_reduce([*zip(*rows, target, strict=True)])[0]]
    for functional in _from_equations(equations, rows, target):
        return SubsetSum(None, _shortened(functional, rows, target))
    subset, proof, complete, examined = _by_lattice(rows, target, limit // 2)
    if proof is not None:
        return SubsetSum(None, proof, examined)
    if subset is None and not complete:
        subset, sums = search_subsets(equations, limit=limit - limit // 2)
        examined += sums
    return SubsetSum(None if subset is None else tuple(used[j] for j in subset), None, examined)


def _by_lattice(
    rows: Sequence[Sequence[Number]], target: Sequence[Number], limit: int
) -> tuple[tuple[int, ...] | None, Vector | None, bool, int]:
    """A subset, a functional that refutes, whether the search was complete, and its cost."""
    size = len(rows)
    cost = _REDUCTION * size**3
    if cost > limit:
        return None, None, False, 0
    # Independent coordinates carry all equations, with smaller numbers than a reduced form.
    _, used = row_reduce(rows)
    scaled = [primitive([row[k] for row in [*rows, target]]) for k in used]
    *columns, goal = zip(*scaled, strict=True)
    answer = search_lattice(columns, goal, limit=(limit - cost) // (_POINT * size))
    if answer.functional is None:
        return answer.subset, None, answer.complete, cost + _POINT * size * answer.examined
    functional = [Fraction(0)] * len(target)
    for k, factor, whole in zip(used, answer.functional, scaled, strict=True):
        j = next(j for j, entry in enumerate(whole) if entry)
        functional[k] = factor * whole[j] / Fraction([*rows, target][j][k])
    if not refutes(functional, rows, target):
        return None, None, False, cost
    return None, _shortened(tuple(functional), rows, target), False, cost


def _from_equations(
    equations: Sequence[Sequence[int]], rows: Sequence[Sequence[Number]], target: Sequence[Number]
) -> Iterator[Vector]:
    """Functionals that refute because of a single equation <r, x> = s in primitive integers."""
    for *left, right in equations:
        divisor = gcd(*left)
        low = sum(min(entry, 0) for entry in left)
        high = sum(max(entry, 0) for entry in left)
        if divisor > 1 and right % divisor:
            scale = Fraction(1, divisor)
        elif not low <= right <= high:
            # So small that no value is near an integer other than zero.
            scale = Fraction(1, 2 * (high - low + abs(right)) + 1)
        else:
            continue
        functional = solve([*rows, target], [scale * entry for entry in (*left, right)])
        if functional is None:
            raise ArithmeticError("an equation is no combination of the coordinates")
        yield functional


def _shortened(
    functional: Vector, rows: Sequence[Sequence[Number]], target: Sequence[Number]
) -> Vector:
    """A functional with few digits that refutes too."""
    if all(entry.denominator <= _LONG_DENOMINATOR for entry in functional):
        return functional
    longest = max(entry.denominator.bit_length() for entry in functional)
    bits = 16
    while bits < longest:
        rounded = tuple(Fraction(round(entry * 2**bits), 2**bits) for entry in functional)
        if refutes(rounded, rows, target):
            return rounded
        bits += max(8, bits // 4)
    return functional


def _apply(functional: Sequence[Fraction], vector: Sequence[Number]) -> Fraction:
    return sum((u * x for u, x in zip(functional, vector, strict=True)), Fraction(0))
