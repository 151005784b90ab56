"""The loss on the roots of a secant variety: integer tables, and floats for the search.

Roots of one shape are treated together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations, product
from math import log
from typing import Any

import numpy as np
from flint import fmpz_mat
from numpy.typing import NDArray

from symerm.attainability.exterior import ExteriorForms, Table, pair_places
from symerm.attainability.secant_cells import exchanges
from symerm.attainability.secant_roots import Root

__all__ = [
    "Box", "RootTables", "closed_at_once", "dead_boxes", "degrees", "incidence_of",
    "may_be_below", "root_tables",
]

Array = NDArray[np.float64]
Box = tuple[tuple[int, ...], ...]

#: Entries of tables that are treated at once.
_CHUNK = 200_000
#: Coefficients this much below zero, relative to the form, may be rounding: integers decide.
_SLACK = 1e-10


@dataclass(frozen=True)
class RootTables:
    """den and num of a root, exact, and scaled to floats with unit diagonal of den.

    Attributes
    ----------
    root : Root
    den, num : K x K tables
    scale : the lengths of the wedges, the longest one taken as one
    den_float, num_float : den and num of the wedges scaled to length one, num as a share of |T|^2
    items : for each axis the logarithms of lengths of its items that explain those of the wedges
    """

    root: Root
    den: Table
    num: Table
    scale: Array
    den_float: Array
    num_float: Array
    items: tuple[Array, ...]

    @cached_property
    def dead(self) -> tuple[bool, ...]:
        """Which wedges vanish."""
        return tuple(row[k] == 0 for k, row in enumerate(self.den))

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The maximal products of item sets on which all wedges vanish."""
        return dead_boxes(self.root.shape, self.dead)

    @cached_property
    def forms(self) -> tuple[fmpz_mat, fmpz_mat]:
        """den and num as matrices."""
        return fmpz_mat(self.den), fmpz_mat(self.num)


def root_tables(roots: Sequence[Root], forms: ExteriorForms) -> tuple[RootTables, ...]:
    """The tables of roots, in their order.

    Parameters
    ----------
    roots : each with some wedge that does not vanish
    forms : ExteriorForms
    """
    places: dict[tuple[int, ...], list[int]] = {}
    for k, root in enumerate(roots):
        places.setdefault(root.shape, []).append(k)
    found: dict[int, RootTables] = {}
    for indices in places.values():
        for part in _chunks(indices, roots[indices[0]].size ** 2):
            found.update(zip(part, _tables([roots[k] for k in part], forms), strict=True))
    return tuple(found[k] for k in range(len(roots)))


def _chunks(indices: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    step = max(1, _CHUNK // size)
    for start in range(0, len(indices), step):
        yield indices[start : start + step]


def _tables(roots: Sequence[Root], forms: ExteriorForms) -> Iterator[RootTables]:
    """The tables of roots of one shape."""
    shape = roots[0].shape
    den, num = forms.wedge_tables([root.wedges() for root in roots])
    places = pair_places(roots[0].size)
    first, second = np.triu_indices(roots[0].size)
    diagonal = den[:, places.diagonal()]
    # Integers of any size: powers of two near the lengths first, so that floats hold the rest.
    bits = _BITS(diagonal).astype(np.int64)
    shifts = (bits[:, first] + bits[:, second]).astype(object)
    den_near = _SHIFTED(den, shifts, 1).astype(float)
    num_near = _SHIFTED(num, shifts, forms.square).astype(float)
    near = np.sqrt(_SHIFTED(np.maximum(diagonal, 1), (2 * bits).astype(object), 1).astype(float))
    outer = near[:, first] * near[:, second]
    den_near, num_near = (den_near / outer)[:, places], (num_near / outer)[:, places]
    lengths = _HALF_LOG(diagonal).astype(float)
    alive = diagonal.astype(bool)
    largest = np.where(alive, lengths, -np.inf).max(1)
    scale = np.exp(np.maximum(lengths - largest[:, None], -600.0))
    items = np.split(_item_lengths(shape, lengths, alive), np.cumsum(shape)[:-1], axis=1)
    rows = zip(
        roots, den[:, places].tolist(), num[:, places].tolist(), scale, den_near, num_near,
        zip(*items, strict=True), strict=True,
    )
    for row in rows:
        yield RootTables(*row)


_BITS: Any = np.frompyfunc(lambda x: x.bit_length() // 2, 1, 1)
_SHIFTED: Any = np.frompyfunc(lambda x, shift, unit: x / (unit << shift), 3, 1)
_HALF_LOG: Any = np.frompyfunc(lambda x: log(x) / 2 if x else 0.0, 1, 1)


def _item_lengths(shape: tuple[int, ...], lengths: Array, alive: NDArray[np.bool_]) -> Array:
    """Logarithms of lengths of the items that explain those of the wedges by least squares."""
    whole = incidence_of(shape)
    found = np.zeros((len(lengths), whole.shape[1]))
    patterns, which = np.unique(alive, axis=0, return_inverse=True)
    for k, pattern in enumerate(patterns):
        own = which.ravel() == k
        found[own] = lengths[own][:, pattern] @ np.linalg.pinv(whole[pattern]).T
    return found


@lru_cache(maxsize=256)
def incidence_of(shape: tuple[int, ...]) -> Array:
    """Which items of all axes occur in which wedge."""
    offsets = np.concatenate([[0], np.cumsum(shape)])
    rows = list(product(*map(range, shape)))
    found = np.zeros((len(rows), int(offsets[-1])))
    for k, choice in enumerate(rows):
        for axis, item in enumerate(choice):
            found[k, offsets[axis] + item] = 1.0
    return found


@lru_cache(maxsize=4096)
def dead_boxes(shape: tuple[int, ...], dead: tuple[bool, ...]) -> tuple[Box, ...]:
    """The maximal products of item sets on which all wedges vanish."""
    if not any(dead) or all(dead):
        return ()
    grid = np.array(dead, dtype=bool).reshape(shape)
    sets = [
        [c for size in range(1, m + 1) for c in combinations(range(m), size)] for m in shape
    ]
    boxes = [box for box in product(*sets) if grid[np.ix_(*box)].all()]
    whole = [[set(part) for part in box] for box in boxes]
    found = []
    for k, box in enumerate(boxes):
        larger = (
            all(a <= b for a, b in zip(whole[k], whole[m], strict=True))
            for m in range(len(boxes)) if m != k
        )
        if not any(larger):
            found.append(box)
    return tuple(found)


def degrees(shape: Sequence[int], box: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """For each wedge the number of axes on which it is outside the box."""
    return _degrees(tuple(shape), tuple(map(tuple, box)))


@lru_cache(maxsize=4096)
def _degrees(shape: tuple[int, ...], box: Box) -> tuple[int, ...]:
    return tuple(
        sum(item not in part for item, part in zip(choice, box, strict=True))
        for choice in product(*map(range, shape))
    )


def may_be_below(tables: Sequence[RootTables], roots: Iterable[int], share: float) -> list[int]:
    """The roots that are not seen, up to rounding, to have losses above a share of |T|^2 only."""
    return [
        k for part in _by_shape(tables, roots)
        for k, least in zip(part, _least(tables, part, share), strict=True) if least < 0
    ]


def closed_at_once(
    tables: Sequence[RootTables], roots: Iterable[int], goal: tuple[int, int], square: int
) -> set[int]:
    """Roots on which a form a den - b num has no negative coefficient.

    Parameters
    ----------
    tables : Sequence[RootTables]
    roots : the roots that are tried
    goal : a and b
    square : int
        |T|^2 in the units of the tables.
    """
    a, b = goal
    share = 1.0 - a / (b * square)
    found: set[int] = set()
    for part in _by_shape(tables, roots):
        own = [
            k for k, least in zip(part, _least(tables, part, share), strict=True)
            if least >= -_SLACK
        ]
        if not own:
            continue
        den, num = (
            np.array([getattr(tables[k], name) for k in own], dtype=object).reshape(len(own), -1)
            for name in ("den", "num")
        )
        form = a * den - b * num
        sums = form[:, exchanges(tables[own[0]].root.shape)].sum(2)
        good = (sums >= 0).all(1)
        found.update(k for k, closed in zip(own, good, strict=True) if closed)
    return found


def _by_shape(tables: Sequence[RootTables], roots: Iterable[int]) -> Iterator[Sequence[int]]:
    """Roots of one shape, not too many at once."""
    places: dict[tuple[int, ...], list[int]] = {}
    for k in roots:
        places.setdefault(tables[k].root.shape, []).append(k)
    for shape, indices in places.items():
        yield from _chunks(indices, exchanges(shape).size)


def _least(tables: Sequence[RootTables], roots: Sequence[int], share: float) -> Array:
    """The least coefficients, relative to the largest entry, of the forms of a level."""
    form = np.stack([(1.0 - share) * tables[k].den_float - tables[k].num_float for k in roots])
    scale = np.stack([tables[k].scale for k in roots])
    form *= scale[:, :, None] * scale[:, None, :]
    flat = form.reshape(len(roots), -1)
    sums = flat[:, exchanges(tables[roots[0]].root.shape)].sum(2)
    least: Array = sums.min(1) / np.maximum(np.abs(flat).max(1), 1e-300)
    return least
