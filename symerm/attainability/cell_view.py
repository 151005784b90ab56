"""Floats on a cell: may its loss be above the goal, what vanishes, and which slot to halve."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import combinations, product
from math import log, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symerm.arithmetic.linalg import rank
from symerm.attainability.secant_cells import Cell, exchanges, products
from symerm.attainability.secant_tables import RootTables

__all__ = ["CellView", "scaled_floats", "simplex_slots"]

Array = NDArray[np.float64]

#: Coefficients this much below zero, relative to the form, may be rounding: integers decide.
_SLACK = 1e-10


class CellView:
    """The products of a cell's generators in floats, scaled to length one."""

    def __init__(self, table: RootTables, goal: Array, cell: Cell) -> None:
        self.table, self.cell = table, cell
        self.tensors = products(cell)
        raw = np.array([scaled_floats(t) for t in self.tensors]) * table.scale
        self.tensors_float = raw
        square = np.einsum("ij,jk,ik->i", raw, table.den_float, raw)
        largest = np.abs(raw).max(1) ** 2
        self.dead = square <= 1e-13 * largest
        norms = np.sqrt(np.maximum(square, 1e-300))
        scaled = np.where(self.dead[:, None], 0.0, raw / norms[:, None])
        # Logarithms of the lengths of the exact products.
        self.lengths = np.log(norms) + [log(max(t)) for t in self.tensors]
        self.values = scaled @ goal @ scaled.T
        self.cosines = scaled @ table.den_float @ scaled.T

    @cached_property
    def sized(self) -> Array:
        """The products of generators of size one, in units of the lengths of the wedges."""
        rows = []
        for row, choice in zip(
            self.tensors, product(*(slot.generators for slot in self.cell.slots)), strict=True
        ):
            size = prod(map(sum, choice))
            rows.append([x / size for x in row])
        return np.array(rows) * self.table.scale

    def above(self) -> bool:
        """Whether the Bernstein coefficients at the goal are non-negative up to rounding."""
        return self.least >= -_SLACK * max(1.0, float(np.abs(self.values).max()))

    @cached_property
    def least(self) -> float:
        """The least Bernstein coefficient at the goal."""
        return float(self.values.ravel()[exchanges(self.cell.sizes)].sum(1).min())

    @property
    def clear(self) -> bool:
        """Whether the products are farther above the goal than any coefficient is below."""
        alive = self.values.diagonal()[~self.dead]
        return bool(len(alive) and alive.min() > max(-self.least, 0.0))

    def extent(self, slot: int) -> float:
        """The largest 1 - cosine of two generators of a slot, items taken as orthogonal."""
        rows, _ = self._item_rows(slot)
        return 1.0 - float((rows @ rows.T).min())

    def halving(self, slot: int) -> tuple[int, int, int, int, int]:
        """The split of a slot between its farthest generators, in the lengths of items."""
        rows, lengths = self._item_rows(slot)
        cosines = rows @ rows.T
        i, j = sorted(int(k) for k in np.unravel_index(cosines.argmin(), cosines.shape))
        power = round((lengths[j] - lengths[i]) / log(2.0))
        return slot, i, j, 1 << max(power, 0), 1 << max(-power, 0)

    def _item_rows(self, slot: int) -> tuple[Array, list[float]]:
        """The generators of a slot, of length one with orthogonal items, and logs of lengths."""
        own = self.cell.slots[slot]
        factors = [np.exp(self.table.items[axis]) for axis in own.axes]
        scale = factors[0]
        for other in factors[1:]:
            scale = np.outer(scale, other).ravel()
        rows = np.array([scaled_floats(g) for g in own.generators]) * scale
        norms = np.linalg.norm(rows, axis=1)
        lengths = [
            log(norm) + log(max(g)) for norm, g in zip(norms, own.generators, strict=True)
        ]
        return rows / norms[:, None], lengths

    def _distances(self, slot: int) -> Any:
        """1 - cosine for all pairs of generators of a slot, the largest over the other slots."""
        sizes = self.cell.sizes
        grid = self.cosines.reshape(sizes + sizes)
        dead = self.dead.reshape(sizes)
        count, rest = sizes[slot], [k for k in range(len(sizes)) if k != slot]
        found = np.zeros((count, count))
        for choice in product(*(range(sizes[k]) for k in rest)):
            index: list[Any] = [0] * len(sizes)
            for k, c in zip(rest, choice, strict=True):
                index[k] = c
            for i in range(count):
                for j in range(i + 1, count):
                    left, right = list(index), list(index)
                    left[slot], right[slot] = i, j
                    if dead[tuple(left)] or dead[tuple(right)]:
                        continue
                    gap = 1.0 - float(grid[tuple(left + right)])
                    found[i, j] = max(found[i, j], gap)
        return found

    def choose(self) -> tuple[int, int, int, int, int] | None:
        """Slot, generators and weights of the most promising split."""
        sizes = self.cell.sizes
        grid = self.values.reshape(sizes + sizes)
        best: tuple[float, int, int, int] | None = None
        for slot in range(len(sizes)):
            if sizes[slot] < 2:
                continue
            distances = self._distances(slot)
            blame = self._blame(grid, slot)
            for i in range(sizes[slot]):
                for j in range(i + 1, sizes[slot]):
                    score = (float(distances[i, j]) + 1e-9) * (0.02 + float(blame[i, j]))
                    if score > 0 and (best is None or score > best[0]):
                        best = score, slot, i, j
        if best is None:
            return None
        _, slot, i, j = best
        sized = self.lengths.reshape(sizes)
        dead = self.dead.reshape(sizes)
        both = ~np.take(dead, i, axis=slot) & ~np.take(dead, j, axis=slot)
        gaps = (np.take(sized, j, axis=slot) - np.take(sized, i, axis=slot))[both]
        power = round(float(gaps.mean()) / log(2.0)) if gaps.size else 0
        return slot, i, j, 1 << max(power, 0), 1 << max(-power, 0)

    def _blame(self, grid: Any, slot: int) -> Any:
        """How negative the form is between two generators of a slot."""
        size = len(self.cell.sizes)
        moved = np.moveaxis(grid, (slot, size + slot), (0, 1))
        count = moved.shape[0]
        flat = moved.reshape(count, count, -1)
        return np.maximum(-flat, 0.0).sum(2)


def simplex_slots(sizes: tuple[int, ...], dead: Any) -> list[int] | None:
    """The fewest slots on which products vanish and the living ones can have any coordinates.

    Then the closure is a simplex in these slots, times the others.
    """
    grid = dead.reshape(sizes)
    for count in range(2, len(sizes) + 1):
        for slots in combinations(range(len(sizes)), count):
            rest = tuple(k for k in range(len(sizes)) if k not in slots)
            gone = grid.all(axis=rest) if rest else grid
            if not gone.any() or gone.all():
                continue
            rows = []
            for choice in np.argwhere(~gone):
                row: list[int] = []
                for item, k in zip(choice, slots, strict=True):
                    row.extend(int(item == m) for m in range(sizes[k]))
                rows.append(row)
            if rank(rows) == len(rows):
                return list(slots)
    return None


def scaled_floats(tensor: Sequence[int]) -> list[float]:
    """The tensor divided by its largest entry."""
    largest = max(tensor)
    return [x / largest for x in tensor] if largest else [0.0] * len(tensor)
