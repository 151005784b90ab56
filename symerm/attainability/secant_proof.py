"""Proofs that every case of a secant variety is closed.

A root is halved and merged until each cell has a leaf: its loss is at least the goal; or every
limit in it is realised or no better than a realised one; or the loss rises away from a boundary
stratum; or it retreats to another root.  Floats choose the steps, integers decide.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from math import gcd, log
from typing import Any

import numpy as np
from flint import fmpz_mat

from symerm.arithmetic.linalg import rank
from symerm.attainability.chart_view import ChartView
from symerm.attainability.exterior import ExteriorForms
from symerm.attainability.secant_cells import (
    Cell,
    coefficients,
    exchanges,
    gram,
    live_coordinates,
    merged,
    products,
    realised_supports,
    root_cell,
    split,
    unions,
    without_dead,
)
from symerm.attainability.secant_charts import (
    Chart,
    Expansion,
    above,
    chart_of,
    positive,
    retreats,
    rises,
)
from symerm.attainability.secant_search import RootTables, dead_boxes
from symerm.attainability.slot_polynomials import (
    den_coefficients,
    enlarged,
    retreat_coefficients,
    stratum_coefficients,
)

__all__ = ["Goals", "RootProver"]

Step = tuple[Any, ...]

#: Coefficients this much below zero, relative to the form, may be rounding: integers decide.
_SLACK = 1e-10
#: Cells of one root before the next way of merging is tried, and how small slots are then.
_CELLS = (800, 1600, 3200)
_SIZES = (0.5, 0.05, 0.005)
#: Cells of a root without vanishing wedges.
_MOST = 300_000


@dataclass(frozen=True)
class Goals:
    """What a proof has to show, as integer pairs (a, b): a den - b num >= 0.

    Attributes
    ----------
    kind : ``"bounds"``, ``"attained"`` or ``"level"``
    goal : for leaves of kind p
    lower : for the other leaves; None if the lower bound is zero
    """

    kind: str
    goal: tuple[int, int]
    lower: tuple[int, int] | None


class RootProver:
    """Proves one root after the other.

    Parameters
    ----------
    forms : ExteriorForms
    goals : Goals
    deadline : float, optional
        Time of `time.monotonic` after which nothing more is proved.
    """

    def __init__(
        self, forms: ExteriorForms, goals: Goals, deadline: float | None = None
    ) -> None:
        self.forms, self.goals, self.deadline = forms, goals, deadline

    def prove(self, table: RootTables) -> list[Step] | None:
        """The steps that close a root, or None."""
        if not any(table.dead):
            return _Attempt(table, self.goals, self.forms.square, _MOST, 1.0, self.deadline).run()
        for cells, size in zip(_CELLS, _SIZES, strict=True):
            attempt = _Attempt(table, self.goals, self.forms.square, cells, size, self.deadline)
            steps = attempt.run()
            if steps is not None or not attempt.merging or attempt.late:
                return steps
        return None


class _Attempt:
    def __init__(
        self, table: RootTables, goals: Goals, square: int, cells: int, size: float,
        deadline: float | None,
    ) -> None:
        self.table, self.goals, self.limit, self.size = table, goals, cells, size
        self.deadline, self.late, self.merging = deadline, False, False
        self.den, self.num = fmpz_mat(table.den), fmpz_mat(table.num)
        self.shape = table.root.shape
        self.boxes = list(dead_boxes(self.shape, table.dead))
        self.goal_form = self._form(goals.goal)
        self.goal_table = _entries(self.goal_form)
        self.lower_form = None if goals.lower is None else self._form(goals.lower)
        self.lower_table = None if self.lower_form is None else _entries(self.lower_form)
        self.float_den = table.den_float
        a, b = goals.goal
        # goal share: (a/b)/|T|^2 as a float without overflow
        ratio = float(Fraction(a, b) / square)
        self.float_goal = ratio * table.den_float - table.num_float
        self.count = 0

    def _form(self, level: tuple[int, int]) -> fmpz_mat:
        return level[0] * self.den - level[1] * self.num

    def run(self) -> list[Step] | None:
        """Depth first; None if the limit of cells or the deadline is reached."""
        steps: list[Step] = []
        stack: list[Cell | Chart] = [root_cell(self.shape)]
        while stack:
            cell = stack.pop()
            self.count += 1
            if self.deadline is not None and time.monotonic() > self.deadline:
                self.late = True
            if self.count > self.limit or self.late:
                return None
            step, children = (
                self._treat_chart(cell) if isinstance(cell, Chart) else self._treat(cell)
            )
            if step is None:
                return None
            steps.append(step)
            stack.extend(reversed(children))
        return steps

    def _treat(self, cell: Cell) -> tuple[Step | None, Sequence[Cell | Chart]]:
        view = _View(self, cell)
        if view.above() and min(coefficients(cell, gram(self.goal_form, view.tensors))) >= 0:
            return ("p",), []
        leaf = self._special(cell, view)
        if leaf is not None:
            return leaf, []
        blown = self._blow_up(cell, view)
        if blown is not None:
            return blown
        choice = self._opposite(cell, view) or view.choose(self._narrowing(cell, view))
        if choice is None:
            return None, []
        slot, i, j, p, q = choice
        halves = split(cell, slot, i, j, p, q)
        if len(cell.slots[slot].axes) > 1:
            children = [
                half for half in (without_dead(half, self.den) for half in halves)
                if half is not None
            ]
        else:
            children = list(halves)
        return ("b", slot, i, j, p, q), children

    def _blow_up(
        self, cell: Cell, view: _View
    ) -> tuple[Step, Sequence[Cell | Chart]] | None:
        """A merger or a chart where the cell touches vanishing wedges, if it is time for one."""
        if len(cell.slots) < 2 or not view.dead.any():
            return None
        self.merging = True
        slots = _simplex_slots(cell.sizes, view.dead)
        if slots is None:
            if view.extent(range(len(cell.slots))) > self.size:
                return None
            boxes = self._cell_boxes(cell) if len(cell.slots) == len(self.shape) else []
            if len(boxes) == 1:
                part = [list(p) for p in boxes[0]]
                return ("c", part), [chart_of(cell, part)]
            slots = self._involved(cell, view)
            if len(slots) < 2:
                return None
        joined = without_dead(merged(cell, slots), self.den)
        return ("w", *slots), [] if joined is None else [joined]

    def _opposite(self, cell: Cell, view: _View) -> tuple[int, int, int, int, int] | None:
        """A split at a sum of generators that vanishes with some choice of the other slots."""
        if len(cell.slots) == len(self.shape):
            return None
        sizes = cell.sizes
        places = np.arange(len(view.tensors)).reshape(sizes)
        for k, size in enumerate(sizes):
            rows = np.moveaxis(places, k, 0).reshape(size, -1)
            for i, j in combinations(range(size), 2):
                for left, right in zip(rows[i], rows[j], strict=True):
                    if view.cosines[left, right] > -1 + 1e-9:
                        continue
                    pair = [view.tensors[left], view.tensors[right]]
                    values = gram(self.den, pair)
                    (a, b), (_, c) = values
                    if b < 0 and b * b == a * c:
                        p, q = -b // gcd(a, b), a // gcd(a, b)
                        return k, i, j, p, q
        return None

    def _narrowing(self, cell: Cell, view: _View) -> int | None:
        """The slot to narrow before a chart or a merger, if the cell touches vanishing wedges."""
        if len(cell.slots) < 2 or not view.dead.any():
            return None
        extents = [view.extent([k]) for k in range(len(cell.slots))]
        widest = max(range(len(extents)), key=extents.__getitem__)
        return widest if extents[widest] > self.size else None

    def _cell_boxes(self, cell: Cell) -> list[Any]:
        """The boxes of dead wedges that a cell of single axes touches."""
        return [
            box for box in self.boxes
            if all(
                any(not any(x for k, x in enumerate(g) if k not in part) for g in slot.generators)
                for slot, part in zip(cell.slots, box, strict=True)
            )
        ]

    def _treat_chart(self, chart: Chart) -> tuple[Step | None, Sequence[Chart]]:
        expansion = Expansion(chart)
        found = expansion.polynomial(expansion.quadratic(self.goal_table))
        negative = [
            (expansion.exponents(monomial), -int(x)) for monomial, x in found.terms() if x < 0
        ]
        if not negative:
            return ("p",), []
        leaf = self._special_chart(chart)
        if leaf is not None:
            return leaf, []
        view = ChartView(chart, self.float_den, self.table.scale)
        choice = view.choose(negative)
        if choice is None:
            return None, []
        return ("b", *choice), chart.split(*choice)

    def _special_chart(self, chart: Chart) -> Step | None:
        den, num = self.table.den, self.table.num
        view = ChartView(chart, self.float_den, self.table.scale)
        for axis, keep in self.table.root.retreats:
            if not all(x == 0 for g in chart.inside[axis] for k, x in enumerate(g) if k != keep):
                continue
            larger = chart.shrunk(axis)
            if larger is None or not view.may_retreat(axis, self.table.num_float):
                continue
            if positive(larger, den) and retreats(larger, axis, den, num):
                return ("m", axis, keep)
        if self.goals.kind == "bounds":
            return None
        if self.lower_table is not None and not above(chart, self.lower_table):
            return None
        if self.goals.kind == "attained":
            inner = all(x > 0 for pair in chart.radius for x in pair)
            return ("r",) if inner and positive(chart, den) else None
        if view.may_rise(self.table.num_float) and rises(chart, den, num):
            return ("n",)
        return None

    def _involved(self, cell: Cell, view: _View) -> list[int]:
        """The slots that take part in the vanishing of the cell's dead products."""
        grid = view.dead.reshape(cell.sizes)
        found = []
        for k in range(len(cell.slots)):
            if not (grid.all(axis=k) == grid.any(axis=k)).all():
                found.append(k)
        return found if found else []

    # -- leaves other than p ------------------------------------------------------------------

    def _special(self, cell: Cell, view: _View) -> Step | None:
        kind = self.goals.kind
        if not cell.pure:
            return None
        for axis, keep in self.table.root.retreats:
            if self._retreats(cell, view, axis, keep):
                return ("m", axis, keep)
        if kind == "bounds":
            return None
        if not self._above_lower(cell, view):
            return None
        if kind == "attained":
            return self._realised(cell, view)
        return self._rising(cell)

    def _above_lower(self, cell: Cell, view: _View) -> bool:
        form = self.lower_form
        return form is None or min(coefficients(cell, gram(form, view.tensors))) >= 0

    def _positive_den(self, cell: Cell) -> bool:
        tensors = products(cell)
        values = gram(self.den, tensors)
        if any(values[k][k] == 0 for k in range(len(tensors))):
            return False
        return min(den_coefficients(cell, self.den).values()) > 0

    def _retreats(self, cell: Cell, view: _View, axis: int, keep: int) -> bool:
        slot = next(k for k, s in enumerate(cell.slots) if axis in s.axes)
        shrinking = self._off(cell, slot, axis, keep)
        return self._falls(cell, slot, shrinking)

    def _off(self, cell: Cell, slot: int, axis: int, keep: int) -> list[int]:
        axes = cell.slots[slot].axes
        where = axes.index(axis)
        choices = product(*(range(self.shape[a]) for a in axes))
        return [k for k, choice in enumerate(choices) if choice[where] != keep]

    def _falls(self, cell: Cell, slot: int, shrinking: Sequence[int]) -> bool:
        """Whether the loss does not increase as coordinates shrink to zero, with den positive."""
        if not any(g[k] for g in cell.slots[slot].generators for k in shrinking):
            return self._positive_den(cell)
        larger = enlarged(cell, slot, shrinking)
        if larger is None or not self._quick(larger, slot, shrinking):
            return False
        if not self._positive_den(larger):
            return False
        found = retreat_coefficients(larger, slot, shrinking, (self.den, self.num))
        return min(found.values()) >= 0

    def _quick(self, cell: Cell, slot: int, shrinking: Sequence[int]) -> bool:
        """Whether S is non-negative at the generators, in floats."""
        scale = self.table.scale
        tensors = np.array([_floats(t) for t in products(cell)]) * scale
        part = cell.with_slot(slot, [
            tuple(x if k in shrinking else 0 for k, x in enumerate(g))
            for g in cell.slots[slot].generators
        ])
        # Only the sign of S at single tensors matters, so parts keep no common scale.
        moves = np.array([_floats(t) for t in products(part)]) * scale
        norms = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", tensors, self.float_den, tensors), 0.0))
        if not norms.all():
            return False
        tensors = tensors / norms[:, None]
        share = np.einsum("ij,jk,ik->i", tensors, self.table.num_float, tensors)
        size = np.einsum("ij,jk,ik->i", tensors, self.float_den, tensors)
        along_den = np.einsum("ij,jk,ik->i", tensors, self.float_den, moves)
        along_num = np.einsum("ij,jk,ik->i", tensors, self.table.num_float, moves)
        return bool((share * along_den - size * along_num >= -1e-12).all())

    def _realised(self, cell: Cell, view: _View) -> Step | None:
        whole = {}
        for k, slot in enumerate(cell.slots):
            if len(slot.axes) > 1:
                live = live_coordinates(cell, k, self.den)
                whole[k] = live, realised_supports(cell, k, live)
        if self._supports_ok(cell, whole, None, ()):
            if self._positive_den(cell):
                return ("r", 0, [])
            return None
        for k, (live, _) in whole.items():
            for shrinking in self._shrinkings(cell, k, live):
                if self._supports_ok(cell, whole, k, shrinking) and self._falls(
                    cell, k, shrinking
                ):
                    return ("r", k, list(shrinking))
        return None

    def _supports_ok(
        self, cell: Cell, whole: dict[int, tuple[list[int], set[frozenset[int]]]],
        shrunk: int | None, shrinking: Sequence[int],
    ) -> bool:
        for k, (live, real) in whole.items():
            inside = set(live) - (set(shrinking) if k == shrunk else set())
            family = [
                frozenset(place for place in inside if g[place])
                for g in cell.slots[k].generators
            ]
            if not all(family) or not unions(family) <= real:
                return False
        return True

    def _shrinkings(self, cell: Cell, slot: int, live: Sequence[int]) -> Iterator[tuple[int, ...]]:
        seen = set()
        for axis in cell.slots[slot].axes:
            for item in range(self.shape[axis]):
                kept = set(self._off(cell, slot, axis, item))
                found = tuple(sorted(k for k in live if k not in kept))
                if found and len(found) < len(live) and found not in seen:
                    seen.add(found)
                    yield found
        for k in live:
            if (k,) not in seen:
                yield (k,)

    def _rising(self, cell: Cell) -> Step | None:
        for k, slot in enumerate(cell.slots):
            if len(slot.axes) < 2:
                continue
            for box in self.boxes:
                own = tuple(box[axis] for axis in slot.axes)
                if not self._may_rise(cell, k, own):
                    continue
                found = stratum_coefficients(cell, k, own, (self.den, self.num))
                if found is not None and min(found.values()) > 0:
                    return ("n", k, [list(part) for part in own])
        return None

    def _may_rise(self, cell: Cell, slot: int, box: Sequence[Sequence[int]]) -> bool:
        """Whether each generator has two coordinates of degree one, on different axes."""
        axes = cell.slots[slot].axes
        choices = list(product(*(range(self.shape[a]) for a in axes)))
        outside = [
            [a for a, part in enumerate(box) if choice[a] not in part] for choice in choices
        ]
        for g in cell.slots[slot].generators:
            found = {outside[k][0] for k, x in enumerate(g) if x and len(outside[k]) == 1}
            if len(found) < 2:
                return False
        return True


def _simplex_slots(sizes: tuple[int, ...], dead: Any) -> list[int] | None:
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


class _View:
    """The products of a cell's generators in floats, scaled to length one."""

    def __init__(self, attempt: _Attempt, cell: Cell) -> None:
        self.attempt, self.cell = attempt, cell
        self.tensors = products(cell)
        raw = np.array([_floats(t) for t in self.tensors]) * attempt.table.scale
        square = np.einsum("ij,jk,ik->i", raw, attempt.float_den, raw)
        largest = np.abs(raw).max(1) ** 2
        self.dead = square <= 1e-13 * largest
        norms = np.sqrt(np.maximum(square, 1e-300))
        scaled = np.where(self.dead[:, None], 0.0, raw / norms[:, None])
        # Logarithms of the lengths of the exact products.
        self.lengths = np.log(norms) + [log(max(t)) for t in self.tensors]
        self.values = scaled @ attempt.float_goal @ scaled.T
        self.cosines = scaled @ attempt.float_den @ scaled.T

    def above(self) -> bool:
        """Whether the Bernstein coefficients at the goal are non-negative up to rounding."""
        found = self.values.ravel()[exchanges(self.cell.sizes)].sum(1)
        return bool(found.min() >= -_SLACK * max(1.0, float(np.abs(self.values).max())))

    def extent(self, slots: Sequence[int]) -> float:
        """The largest 1 - cosine of two generators of some slots, items taken as orthogonal."""
        widest = 0.0
        for k in slots:
            slot = self.cell.slots[k]
            lengths = [np.exp(self.attempt.table.items[axis]) for axis in slot.axes]
            scale = lengths[0]
            for other in lengths[1:]:
                scale = np.outer(scale, other).ravel()
            rows = np.array([_floats(g) for g in slot.generators]) * scale
            rows /= np.linalg.norm(rows, axis=1)[:, None]
            widest = max(widest, 1.0 - float((rows @ rows.T).min()))
        return widest

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

    def choose(self, only: int | None = None) -> tuple[int, int, int, int, int] | None:
        """Slot, generators and weights of the most promising split, of one slot if given."""
        sizes = self.cell.sizes
        grid = self.values.reshape(sizes + sizes)
        best: tuple[float, int, int, int] | None = None
        for slot in range(len(sizes)):
            if sizes[slot] < 2 or only not in (None, slot):
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


def _entries(form: fmpz_mat) -> list[list[int]]:
    return [[int(x) for x in row] for row in form.tolist()]


def _floats(tensor: Sequence[int]) -> list[float]:
    """The tensor divided by its largest entry."""
    largest = max(tensor)
    return [x / largest for x in tensor] if largest else [0.0] * len(tensor)
