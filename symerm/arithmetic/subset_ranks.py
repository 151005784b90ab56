"""A subset of matrices whose sum with a base has small rank, by trying all subsets.

A matrix M has rank at most r only if det(L M R) = 0 for every L with r + 1 rows and every R with
r + 1 columns.  For fixed L and R this determinant, modulo a prime, is computed for thousands of
subsets at once; where it is not zero the rank is larger than r, and the few subsets for which it
is zero are decided by exact elimination.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import mul

import numpy as np
from numpy.typing import NDArray

from symerm.arithmetic.linalg import Number, primitive, rank
from symerm.errors import BudgetExceeded

__all__ = ["subset_of_rank"]

Matrix = Sequence[Sequence[Number]]

Residues = NDArray[np.uint64]

#: Products of two residues fit into 64 bits.
_PRIME = 2**31 - 1
_LEFT, _RIGHT = 0x2F3A9C51, 0x5B17E0D3
#: Subsets of the first items are tried at once.
_BLOCK = 14


def subset_of_rank(
    base: Matrix, items: Sequence[Matrix], bound: int, *, limit: int
) -> tuple[tuple[int, ...] | None, int]:
    """A subset S of the items with rank(base + sum of S) <= bound, and how many were tried.

    Parameters
    ----------
    base, items : matrices of q rows of p numbers
    bound : int
    limit : int
        Largest number of subsets to try.

    Returns
    -------
    (subset, tried)
        Increasing indices, or None if all 2^n sums have larger rank.

    Raises
    ------
    BudgetExceeded
        If there are more than `limit` subsets.

    Examples
    --------
    >>> items = [((1, 0), (0, 0)), ((0, 0), (0, 1)), ((0, 1), (0, 0))]
    >>> subset_of_rank(((-1, 2), (3, -6)), items, 1, limit=8)
    ((), 1)
    >>> subset_of_rank(((-1, 2), (3, 4)), items, 1, limit=8)
    (None, 8)
    """
    if rank(base) <= bound:
        return (), 1
    used = [j for j, item in enumerate(items) if any(map(any, item))]
    if 2 ** len(used) > limit:
        raise BudgetExceeded(f"more than {limit} subsets would have to be tried; raise the limit")
    # One common factor turns all matrices into integers.
    rows, columns = len(base), len(base[0])
    numbers = primitive(
        entry for matrix in (base, *(items[j] for j in used)) for row in matrix for entry in row
    )
    whole = [
        [numbers[k + i * columns : k + (i + 1) * columns] for i in range(rows)]
        for k in range(0, len(numbers), rows * columns)
    ]
    reduced = [_compressed(matrix, bound + 1) for matrix in whole]
    first = reduced[1 : 1 + _BLOCK]
    sums = _all_sums(reduced[0], first)
    for outer in range(2 ** (len(used) - len(first))):
        shift = np.zeros_like(reduced[0])
        for place, matrix in enumerate(reduced[1 + _BLOCK :]):
            if outer >> place & 1:
                shift = (shift + matrix) % _PRIME
        singular = np.flatnonzero(_determinants((sums + shift[..., None]) % _PRIME) == 0)
        for inner in singular.tolist():
            code = outer << len(first) | inner
            chosen = [k for k in range(len(used)) if code >> k & 1]
            total = [
                [sum(entries) for entries in zip(*lines, strict=True)]
                for lines in zip(whole[0], *(whole[k + 1] for k in chosen), strict=True)
            ]
            if rank(total) <= bound:
                return tuple(used[k] for k in chosen), code + 1
    return None, 2 ** len(used)


def _compressed(matrix: Sequence[Sequence[int]], size: int) -> Residues:
    """L M R modulo the prime, with Vandermonde matrices L and R."""
    left = [[pow(_LEFT + a, i, _PRIME) for i in range(len(matrix))] for a in range(size)]
    right = [[pow(_RIGHT + b, j, _PRIME) for b in range(size)] for j in range(len(matrix[0]))]
    return np.array(_product(_product(left, matrix), right), dtype=np.uint64)


def _product(
    first: Sequence[Sequence[int]], second: Sequence[Sequence[int]]
) -> list[list[int]]:
    columns = list(zip(*second, strict=True))
    return [
        [sum(map(mul, row, column)) % _PRIME for column in columns] for row in first
    ]


def _all_sums(base: Residues, items: Sequence[Residues]) -> Residues:
    """The base plus the sum of every subset, the code of the subset along the last axis."""
    sums = base[..., None]
    for item in items:
        sums = np.concatenate([sums, (sums + item[..., None]) % _PRIME], axis=-1)
    return sums


def _determinants(matrices: Residues) -> Residues:
    """Determinants along the last axis, by minors of the first rows on sets of columns."""
    size = len(matrices)
    minors: dict[int, Residues] = {0: np.ones(matrices.shape[-1], dtype=np.uint64)}
    for row in matrices:
        following: dict[int, Residues] = {}
        for mask, minor in minors.items():
            for column in range(size):
                if mask >> column & 1:
                    continue
                term = row[column] * minor % _PRIME
                if (mask >> column).bit_count() % 2:
                    term = (_PRIME - term) % _PRIME
                grown = mask | 1 << column
                if grown in following:
                    term = (following[grown] + term) % _PRIME
                following[grown] = term
        minors = following
    return minors[2**size - 1]
