"""Proofs that every case of a secant variety is closed.

A root is halved and merged until each cell has a leaf: its loss is at least the goal; or every
limit in it is realised or no better than a realised one; or the loss rises away from a boundary
stratum; or it retreats to another root.  Floats choose the steps, integers decide.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import gcd
from typing import Any

import numpy as np

from symerm.arithmetic.symmetric import is_semidefinite
from symerm.attainability.cell_view import CellView, simplex_slots
from symerm.attainability.chart_bounds import chart_above
from symerm.attainability.chart_tensors import exact_polynomial
from symerm.attainability.chart_view import ChartView
from symerm.attainability.convex_bounds import convex_bound
from symerm.attainability.exterior import ExteriorForms
from symerm.attainability.light_cone import LightCone, below_second_eigenvalue
from symerm.attainability.secant_cells import (
    Cell,
    coefficients,
    gram,
    merged,
    root_cell,
    split,
    without_dead,
)
from symerm.attainability.secant_charts import Chart, chart_of
from symerm.attainability.secant_elsewhere import Elsewhere, Piece
from symerm.attainability.secant_leaves import Goals, Leaves, Step
from symerm.attainability.secant_tables import RootTables

__all__ = ["Effort", "Goals", "RootProver", "Step"]

#: Cells of one root before the next way of merging is tried, and how small slots are then.
_CELLS = (6000, 60_000)
_SIZES = (0.5, 0.05)
#: How small slots are before a cell that touches several boxes of vanishing wedges is merged.
_CORNER = 0.002
#: Cells of a root without vanishing wedges.
_MOST = 300_000
#: Steps from a root to a cell: beyond, halving does not help.
_DEEPEST = 250
#: The effort of a chart in cells.
_CHART = 50


class Effort:
    """A limit of steps, the same on every machine, and a deadline if one was asked for.

    Parameters
    ----------
    steps : int, optional
        Cells that may be treated; a chart counts for many.
    deadline : float, optional
        Time of `time.monotonic` after which nothing more is done.
    """

    def __init__(self, steps: int | None = None, deadline: float | None = None) -> None:
        self.left, self.deadline = steps, deadline
        #: Half of the time that is left when this is made.
        self.half: float | None = None
        if deadline is not None:
            now = time.monotonic()
            self.half = now + (deadline - now) / 2

    def spend(self, count: int) -> None:
        """Count some steps."""
        if self.left is not None:
            self.left -= count

    @property
    def late(self) -> bool:
        """Whether the deadline has passed."""
        return self.deadline is not None and time.monotonic() > self.deadline

    @property
    def over(self) -> bool:
        """Whether a limit is reached."""
        return self.late or (self.left is not None and self.left < 0)


class RootProver:
    """Proves one root after the other.

    Parameters
    ----------
    pieces : the pieces of the problem
    forms : ExteriorForms
    width : int
        The number of neurons.
    goals : Goals
    effort : Effort
        How long to go on.
    """

    def __init__(
        self, pieces: Sequence[Piece], forms: ExteriorForms, width: int, goals: Goals,
        effort: Effort,
    ) -> None:
        self.pieces, self.forms = pieces, forms
        self.goals, self.effort = goals, effort
        self.lit = width == 2 and below_second_eigenvalue(forms, goals.goal)

    def prove(self, table: RootTables) -> list[Step] | None:
        """The steps that close a root, or None."""
        elsewhere = Elsewhere(table.root, self.pieces, self.forms)
        leaves = Leaves(table, self.goals, self.forms.square, elsewhere)
        if not any(table.dead):
            return _Attempt(
                table, self.goals, self.forms, leaves, self.lit, _MOST, 1.0, self.effort
            ).run()
        for cells, size in zip(_CELLS, _SIZES, strict=True):
            attempt = _Attempt(
                table, self.goals, self.forms, leaves, self.lit, cells, size, self.effort
            )
            steps = attempt.run()
            if steps is not None or not attempt.merging or self.effort.over:
                return steps
            if attempt.count <= cells and not (attempt.sized and size > _SIZES[-1]):
                # The next attempt would be the same.
                return None
        return None


class _Attempt:
    def __init__(
        self, table: RootTables, goals: Goals, forms: ExteriorForms, leaves: Leaves, lit: bool,
        cells: int, size: float, effort: Effort,
    ) -> None:
        self.table, self.goals, self.forms = table, goals, forms
        self.limit, self.size, self.lit = cells, size, lit
        self.effort, self.merging, self.sized = effort, False, False
        self.den, num = table.forms
        self.shape = table.root.shape
        self.leaves = leaves
        a, b = goals.goal
        self.goal_form = a * self.den - b * num
        # goal share: (a/b)/|T|^2 as a float without overflow
        ratio = float(Fraction(a, b) / forms.square)
        self.float_goal = ratio * table.den_float - table.num_float
        self.count = 0

    def run(self) -> list[Step] | None:
        """Depth first; None if the limit of cells or of the effort is reached."""
        steps: list[Step] = []
        stack: list[tuple[Cell | Chart, int]] = [(root_cell(self.shape), 0)]
        while stack:
            cell, depth = stack.pop()
            self.count += 1
            self.effort.spend(_CHART if isinstance(cell, Chart) else 1)
            if self.count > self.limit or depth > _DEEPEST or self.effort.over:
                return None
            step, children = (
                self._treat_chart(cell) if isinstance(cell, Chart) else self._treat(cell)
            )
            if step is None:
                return None
            steps.append(step)
            stack.extend((child, depth + 1) for child in reversed(children))
        return steps

    def _treat(self, cell: Cell) -> tuple[Step | None, Sequence[Cell | Chart]]:
        view = CellView(self.table, self.float_goal, cell)
        if view.above() and min(coefficients(cell, gram(self.goal_form, view.tensors))) >= 0:
            return ("p",), []
        vectors = self.cone and self.cone.separates(
            view.tensors_float, lambda: view.tensors
        )
        if vectors:
            return ("z", vectors), []
        if view.clear:
            # Halving soon makes all coefficients positive: other leaves are not worth a try.
            return self._halve(cell, view)
        if self._semidefinite(view):
            return ("s",), []
        leaf = self.leaves.of_cell(cell, view)
        if leaf is not None:
            return leaf, []
        how = convex_bound(cell, view, self.goal_form, self.float_goal)
        if how is not None:
            return ("v", how), []
        return self._halve(cell, view)

    def _halve(
        self, cell: Cell, view: CellView
    ) -> tuple[Step | None, Sequence[Cell | Chart]]:
        """The blow-up of a cell at vanishing wedges, or its halves."""
        blown = self._blow_up(cell, view)
        if blown is not None:
            return blown
        choice = self._opposite(cell, view) or self._narrowing(cell, view) or view.choose()
        if choice is None:
            return None, []
        slot, i, j, p, q = choice
        halves = split(cell, slot, i, j, p, q)
        children = [
            half for half in (without_dead(half, self.den) for half in halves) if half is not None
        ]
        return ("b", slot, i, j, p, q), children

    @cached_property
    def cone(self) -> LightCone | None:
        """The double cone of the goal, where there is one."""
        return LightCone(self.table, self.forms, self.goals.goal) if self.lit else None

    def _semidefinite(self, view: CellView) -> bool:
        """Whether the form of the goal is positive semidefinite on the products."""
        if view.values.diagonal().min() < -1e-10:
            return False
        least = float(np.linalg.eigvalsh(view.values)[0])
        if least < -1e-9 * max(1.0, float(np.abs(view.values).max())):
            return False
        return is_semidefinite(gram(self.goal_form, view.tensors))

    def _blow_up(
        self, cell: Cell, view: CellView
    ) -> tuple[Step, Sequence[Cell | Chart]] | None:
        """A merger or a chart where the cell touches vanishing wedges, if it is time for one."""
        if len(cell.slots) < 2 or not view.dead.any():
            return None
        self.merging = True
        slots = simplex_slots(cell.sizes, view.dead)
        if slots is None:
            if self._too_wide(cell, view) is not None:
                return None
            self.sized = True
            boxes = self._cell_boxes(cell)
            if len(boxes) == 1:
                part = [list(p) for p in boxes[0]]
                return ("c", part), [chart_of(cell, part)]
            slots = self._involved(cell, view)
            if len(slots) < 2:
                return None
        joined = without_dead(merged(cell, slots), self.den)
        return ("w", *slots), [] if joined is None else [joined]

    def _opposite(self, cell: Cell, view: CellView) -> tuple[int, int, int, int, int] | None:
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

    def _narrowing(self, cell: Cell, view: CellView) -> tuple[int, int, int, int, int] | None:
        """A split before a chart or a merger, if the cell touches vanishing wedges."""
        if len(cell.slots) < 2 or not view.dead.any():
            return None
        widest = self._too_wide(cell, view)
        return None if widest is None else view.halving(widest)

    def _too_wide(self, cell: Cell, view: CellView) -> int | None:
        """The widest slot, if it is too wide for a chart or a merger."""
        extents = [view.extent(k) for k in range(len(cell.slots))]
        widest = max(range(len(extents)), key=extents.__getitem__)
        size = _CORNER if len(self._cell_boxes(cell)) > 1 else self.size
        if extents[widest] > size:
            return widest
        self.sized = True
        return None

    def _cell_boxes(self, cell: Cell) -> list[Any]:
        """The boxes of dead wedges that a cell of single axes touches; none for other cells."""
        if len(cell.slots) != len(self.shape):
            return []
        return [
            box for box in self.leaves.boxes
            if all(
                any(not any(x for k, x in enumerate(g) if k not in part) for g in slot.generators)
                for slot, part in zip(cell.slots, box, strict=True)
            )
        ]

    def _treat_chart(self, chart: Chart) -> tuple[Step | None, Sequence[Chart]]:
        view = ChartView(chart, self.table.den_float, self.table.scale)
        negative = view.negative(self.float_goal)
        if negative[0]:
            vectors = self.cone and self.cone.separates(
                view.whole[1], lambda: exact_polynomial(chart).rows
            )
            if vectors:
                return ("z", vectors), []
        if not negative[0] or not view.clear(self.float_goal):
            how = chart_above(chart, view, self.goal_form, self.float_goal)
            if how is not None:
                return (("v", *how) if how else ("p",)), []
            leaf = self.leaves.of_chart(chart, view)
            if leaf is not None:
                return leaf, []
        choice = view.choose(negative)
        if choice is None:
            return None, []
        return ("b", *choice), chart.split(*choice)

    def _involved(self, cell: Cell, view: CellView) -> list[int]:
        """The slots that take part in the vanishing of the cell's dead products."""
        grid = view.dead.reshape(cell.sizes)
        found = []
        for k in range(len(cell.slots)):
            if not (grid.all(axis=k) == grid.any(axis=k)).all():
                found.append(k)
        return found if found else []
