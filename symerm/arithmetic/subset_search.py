"""Search for x in {0, 1}^n with D x = t through all partial sums, in one of two ways.

By pivots: in an echelon form the n - r free coordinates determine the others.  By halves: the
sums of one half of the items meet t minus those of the other (Horowitz and Sahni 1974), equal
sums kept once.  Sums are compared modulo a prime, which never loses a solution, and what is found
is checked over the integers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from symerm.errors import BudgetExceeded

__all__ = ["search_subsets"]

Residues = NDArray[np.uint64]
Equations = Sequence[Sequence[int]]

#: A Mersenne prime: the sum of two residues fits into 64 bits.
_PRIME = 2**61 - 1
#: If sums that differ agree modulo the prime for one base, the next base decides.
_BASES = (0x1B56A3F0D9C4E277, 0x0F3C21D86B95A7E1, 0x17D0495EC2B8F36B)
_MOST_MEETINGS = 64


def search_subsets(
    equations: Equations, *, limit: int
) -> tuple[tuple[int, ...] | None, int]:
    """A solution of sum a_j x_j = s with x_j in {0, 1}, or None, and how many sums were examined.

    Parameters
    ----------
    equations : r >= 1 rows (a_1, .., a_n, s) of integers
        In reduced row echelon form up to factors, the a_j not all zero in a row.
    limit : int
        Largest number of partial sums.

    Raises
    ------
    BudgetExceeded
        If more would be needed.

    Examples
    --------
    >>> search_subsets([(5, 7, 11, 16)], limit=100)[0]
    (0, 2)
    >>> search_subsets([(5, 7, 11, 17)], limit=100)[0] is None
    True
    """
    size = len(equations[0]) - 1
    pivots = [next(j for j, entry in enumerate(row) if entry) for row in equations]
    free = [j for j in range(size) if j not in pivots]
    # Two halves of n / 2 items have about 2^(n/2 + 2) partial sums.
    if len(free) <= size // 2 + 2 and 2 ** len(free) <= limit:
        return _by_pivots(equations, pivots, free), 2 ** len(free)
    examined = 0
    for base in _BASES:
        halves = _Halves(equations, base, limit - examined)
        examined += halves.stored
        meetings = halves.meetings()
        if not meetings:
            return None, examined
        for residue in meetings:
            subset = halves.subset(residue)
            if all(sum(row[j] for j in subset) == row[size] for row in equations):
                return subset, examined
    raise BudgetExceeded("different sums agree modulo a prime for every base that was tried")


def _by_pivots(
    equations: Equations, pivots: Sequence[int], free: Sequence[int]
) -> tuple[int, ...] | None:
    """Try all values of the free coordinates; every equation leaves those it allows."""
    bits = np.arange(2 ** len(free), dtype=np.uint64)
    for row, pivot in zip(equations, pivots, strict=True):
        values = np.full(len(bits), row[-1] % _PRIME, dtype=np.uint64)
        for place, j in enumerate(free):
            if row[j]:
                chosen = (bits >> np.uint64(place)) & np.uint64(1)
                values = _reduced(values + chosen * np.uint64(-row[j] % _PRIME))
        bits = bits[(values == 0) | (values == row[pivot] % _PRIME)]
    for code in bits.tolist():
        chosen_free = [j for place, j in enumerate(free) if code >> place & 1]
        subset = list(chosen_free)
        for row, pivot in zip(equations, pivots, strict=True):
            value = row[-1] - sum(row[j] for j in chosen_free)
            if value == row[pivot]:
                subset.append(pivot)
            elif value:
                break
        else:
            return tuple(sorted(subset))
    return None


class _Halves:
    """The residues of all sums of two halves of the items.

    The items are sorted, so that equal ones stand together, and the half with fewer different
    sums takes the next item.
    """

    def __init__(self, equations: Equations, base: int, limit: int) -> None:
        columns = list(zip(*equations, strict=True))
        powers = [pow(base, k, _PRIME) for k in range(1, len(equations) + 1)]
        residues = [
            sum(p * entry for p, entry in zip(powers, column, strict=True)) % _PRIME
            for column in columns
        ]
        self._target = residues[-1]
        order = sorted(range(len(columns) - 1), key=lambda j: columns[j])
        self._residue = residues
        self._items: tuple[list[int], list[int]] = ([], [])
        zero: Residues = np.zeros(1, dtype=np.uint64)
        self._layers: tuple[list[Residues], list[Residues]] = ([zero], [zero])
        self.stored = 2
        while order:
            side = 0 if len(self._layers[0][-1]) <= len(self._layers[1][-1]) else 1
            item = order.pop(0 if side == 0 else -1)
            before = self._layers[side][-1]
            if self.stored + len(before) > limit:
                raise BudgetExceeded(
                    f"more than {limit} partial sums would have to be examined; raise the limit"
                )
            after = _merged(before, _reduced(before + np.uint64(residues[item])))[0]
            self._items[side].append(item)
            self._layers[side].append(after)
            self.stored += len(after)

    def meetings(self) -> list[int]:
        """Residues of left sums that a right sum completes to the target, not too many."""
        left, right = self._layers[0][-1], self._layers[1][-1]
        wanted = _reduced(np.uint64(self._target + _PRIME) - right)
        return [int(x) for x in _merged(left, wanted)[1][:_MOST_MEETINGS]]

    def subset(self, residue: int) -> tuple[int, ...]:
        """Items with a residue on the left and its complement to the target on the right."""
        chosen = []
        for side, rest in enumerate((residue, (self._target - residue) % _PRIME)):
            for item, before in zip(
                reversed(self._items[side]), reversed(self._layers[side][:-1]), strict=True
            ):
                place = int(np.searchsorted(before, np.uint64(rest)))
                if place == len(before) or int(before[place]) != rest:
                    chosen.append(item)
                    rest = (rest - self._residue[item]) % _PRIME
        return tuple(sorted(chosen))


def _reduced(values: Residues) -> Residues:
    """Residues of numbers below twice the prime."""
    prime = np.uint64(_PRIME)
    return np.where(values >= prime, values - prime, values)


def _merged(first: Residues, second: Residues) -> tuple[Residues, Residues]:
    """The union, sorted, and the intersection of two sets."""
    # The stable sort merges runs: linear here, where the sets are sorted up to a rotation.
    both = np.sort(np.concatenate([first, second]), kind="stable")
    again = both[1:] == both[:-1]
    return both[np.concatenate([[True], ~again])], both[1:][again]
