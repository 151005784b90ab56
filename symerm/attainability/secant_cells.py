"""Cells of a root of the secant variety, and the exact tests that close them.

A cell is a product of cones of tensors, one **slot** each; a slot covers one or more axes of the
root and has generators with non-negative entries.  At the start every axis is a slot with unit
generators.  Splitting replaces a generator by a sum; merging replaces slots by the cone of all
products of their generators, which is larger but stays close where it matters: near wedges that
vanish, the products that vanish are dropped and the ratios of the others become free.

A polynomial in the generators' coefficients with non-negative coefficients (in the Bernstein form)
is non-negative on the cell.  docs/secants.md has the lemmas.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, combinations_with_replacement, product
from math import prod

import numpy as np
from flint import fmpz_mat
from numpy.typing import NDArray

from symerm.arithmetic.linalg import primitive

__all__ = ["Cell", "Slot", "coefficients", "merged", "products", "root_cell", "split"]

Array = NDArray[np.float64]
Tensor = tuple[int, ...]
Table = list[list[int]]


@dataclass(frozen=True)
class Slot:
    """A cone of tensors over some axes, row-major."""

    axes: tuple[int, ...]
    generators: tuple[Tensor, ...]


@dataclass(frozen=True)
class Cell:
    """A product of cones of tensors that covers all axes of a root of the given shape.

    It is pure if every generator dropped so far stands at vanishing wedges only: then its tensors
    are still products of one coordinate for each axis, as far as the wedges live.
    """

    shape: tuple[int, ...]
    slots: tuple[Slot, ...]
    pure: bool = True

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of generators of each slot."""
        return tuple(len(slot.generators) for slot in self.slots)

    def with_slot(self, index: int, generators: Sequence[Tensor]) -> Cell:
        """The cell with other generators in a slot."""
        slots = list(self.slots)
        slots[index] = Slot(slots[index].axes, tuple(generators))
        return Cell(self.shape, tuple(slots), self.pure)


def root_cell(shape: tuple[int, ...]) -> Cell:
    """The whole of a root."""
    return Cell(shape, tuple(
        Slot((axis,), tuple(tuple(int(i == k) for i in range(size)) for k in range(size)))
        for axis, size in enumerate(shape)
    ))


@lru_cache(maxsize=4096)
def positions(shape: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    """For each coordinate of the root the coordinate of a slot with these axes."""
    found = []
    for choice in product(*map(range, shape)):
        place = 0
        for axis in axes:
            place = place * shape[axis] + choice[axis]
        found.append(place)
    return tuple(found)


def products(cell: Cell) -> list[Tensor]:
    """The tensors over all axes of all choices of one generator a slot."""
    parts = []
    for slot in cell.slots:
        where = positions(cell.shape, slot.axes)
        parts.append([[g[k] for k in where] for g in slot.generators])
    found = [tuple(x) for x in parts[0]]
    for part in parts[1:]:
        found = [
            tuple([x * y for x, y in zip(left, right, strict=True)])
            for left in found for right in part
        ]
    return found


def gram(form: fmpz_mat, tensors: Sequence[Tensor], others: Sequence[Tensor] = ()) -> Table:
    """The values of a bilinear form on pairs of tensors."""
    left = fmpz_mat([list(t) for t in tensors])
    right = fmpz_mat([list(t) for t in others]) if others else left
    return [[int(x) for x in row] for row in (left * form * right.transpose()).tolist()]


@lru_cache(maxsize=4096)
def exchanges(sizes: tuple[int, ...]) -> NDArray[np.int64]:
    """Flat places (choice, choice) that add up to each Bernstein coefficient of a quadratic form.

    Shape (number of coefficients, 2^(slots - 1)).
    """
    count = prod(sizes)
    strides = [prod(sizes[k + 1 :]) for k in range(len(sizes))]
    pairs = [list(combinations_with_replacement(range(m), 2)) for m in sizes]
    rows = []
    for choice in product(*pairs):
        row = []
        for swaps in product((0, 1), repeat=len(sizes) - 1):
            turned = [choice[0], *(
                pair[::-1] if swap else pair for pair, swap in zip(choice[1:], swaps, strict=True)
            )]
            first = sum(pair[0] * stride for pair, stride in zip(turned, strides, strict=True))
            second = sum(pair[1] * stride for pair, stride in zip(turned, strides, strict=True))
            row.append(first * count + second)
        rows.append(row)
    return np.array(rows, dtype=np.int64)


def coefficients(cell: Cell, values: Table) -> Iterator[int]:
    """Bernstein coefficients of a quadratic form with these values on the cell's products."""
    flat = [x for row in values for x in row]
    for row in exchanges(cell.sizes).tolist():
        yield sum([flat[k] for k in row])


def split(cell: Cell, slot: int, i: int, j: int, p: int, q: int) -> tuple[Cell, Cell]:
    """The two halves: generator j, then generator i replaced by p g_i + q g_j."""
    generators = cell.slots[slot].generators
    new = primitive([
        p * x + q * y for x, y in zip(generators[i], generators[j], strict=True)
    ])
    return (
        cell.with_slot(slot, [*generators[:j], new, *generators[j + 1 :]]),
        cell.with_slot(slot, [*generators[:i], new, *generators[i + 1 :]]),
    )


def merged(cell: Cell, slots: Sequence[int]) -> Cell:
    """The cell with some slots merged at the place of the first."""
    axes = tuple(sorted(axis for k in slots for axis in cell.slots[k].axes))
    coordinates = list(product(*(range(cell.shape[axis]) for axis in axes)))
    parts = []
    for k in slots:
        own = cell.slots[k]
        where = [axes.index(axis) for axis in own.axes]
        places = []
        for choice in coordinates:
            place = 0
            for at, axis in zip(where, own.axes, strict=True):
                place = place * cell.shape[axis] + choice[at]
            places.append(place)
        parts.append([[g[place] for place in places] for g in own.generators])
    generators = tuple(
        tuple(prod(column) for column in zip(*choice, strict=True)) for choice in product(*parts)
    )
    rest = [slot for k, slot in enumerate(cell.slots) if k not in slots]
    rest.insert(slots[0], Slot(axes, generators))
    return Cell(cell.shape, tuple(rest), cell.pure)


def alive(cell: Cell, slot: int, tensors: Sequence[Tensor], den: fmpz_mat) -> list[bool]:
    """Which tensors of a slot have a non-zero wedge with some choice of the other slots."""
    found = []
    for tensor in tensors:
        all_products = products(cell.with_slot(slot, [tensor]))
        values = gram(den, all_products)
        found.append(any(values[k][k] for k in range(len(all_products))))
    return found


def without_dead(cell: Cell, den: fmpz_mat) -> Cell | None:
    """Drop dead generators from slots of several axes; None if a slot becomes empty."""
    for k, slot in enumerate(cell.slots):
        if len(slot.axes) < 2:
            continue
        living = alive(cell, k, slot.generators, den)
        kept = [g for g, lives in zip(cell.slots[k].generators, living, strict=True) if lives]
        if not kept:
            return None
        if len(kept) < len(slot.generators):
            live = set(live_coordinates(cell, k, den))
            cancelled = any(
                not lives and any(x and place in live for place, x in enumerate(g))
                for g, lives in zip(cell.slots[k].generators, living, strict=True)
            )
            cell = cell.with_slot(k, kept)
            if cancelled:
                cell = Cell(cell.shape, cell.slots, False)
    return cell


def live_coordinates(cell: Cell, slot: int, den: fmpz_mat) -> list[int]:
    """The coordinates of a slot whose unit tensor is alive."""
    size = prod(cell.shape[axis] for axis in cell.slots[slot].axes)
    units = [tuple(int(i == k) for i in range(size)) for k in range(size)]
    return [k for k, lives in enumerate(alive(cell, slot, units, den)) if lives]


def realised_supports(cell: Cell, slot: int, live: Sequence[int]) -> set[frozenset[int]]:
    """The supports of realised tuples: products of item sets, without the dead coordinates."""
    shape = [cell.shape[axis] for axis in cell.slots[slot].axes]
    strides = [prod(shape[k + 1 :]) for k in range(len(shape))]
    sets = [
        [c for size in range(1, m + 1) for c in combinations(range(m), size)] for m in shape
    ]
    inside = frozenset(live)
    return {
        frozenset(
            sum(item * stride for item, stride in zip(choice, strides, strict=True))
            for choice in product(*box)
        ) & inside
        for box in product(*sets)
    } - {frozenset()}


def unions(family: Sequence[frozenset[int]]) -> set[frozenset[int]]:
    """All unions of one or more sets."""
    found: set[frozenset[int]] = set()
    for one in dict.fromkeys(family):
        found |= {one | other for other in found} | {one}
    return found
