"""Leaves of a proof other than a bound: limits are realised, or the loss has a slope.

On a cell or a chart of a root, exact:

- **m**: the loss does not increase as a neuron retreats to what its piece shares with another, so
  another root covers the cell;
- **r**: every limit is realised, or becomes so as some coordinates shrink and the loss with them;
- **n**: the loss rises away from a boundary stratum, so no realised tuple is a minimiser.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

from symerm.attainability.cell_view import CellView, scaled_floats
from symerm.attainability.chart_view import ChartView
from symerm.attainability.secant_cells import (
    Cell,
    coefficients,
    gram,
    live_coordinates,
    products,
    realised_supports,
    unions,
)
from symerm.attainability.secant_charts import Chart, above, positive, retreats, rises
from symerm.attainability.secant_search import RootTables
from symerm.attainability.slot_polynomials import (
    den_coefficients,
    enlarged,
    retreat_coefficients,
    stratum_coefficients,
)

__all__ = ["Leaves", "Step"]

Step = tuple[Any, ...]


class Leaves:
    """Finds leaves for the parts of one root.

    Parameters
    ----------
    table : RootTables
    kind : ``"bounds"``, ``"attained"`` or ``"level"``
    lower : integers (a, b) such that a den - b num >= 0 proves the lower bound; None if it is zero
    """

    def __init__(self, table: RootTables, kind: str, lower: tuple[int, int] | None) -> None:
        self.table, self.kind, self.shape = table, kind, table.root.shape
        self.boxes = table.boxes
        self.den, self.num = table.forms
        self.lower_form = None if lower is None else lower[0] * self.den - lower[1] * self.num
        self.lower_table = None if self.lower_form is None else [
            [int(x) for x in row] for row in self.lower_form.tolist()
        ]

    def of_chart(self, chart: Chart) -> Step | None:
        """A leaf that closes a chart, or None."""
        den, num = self.table.den, self.table.num
        if self.kind == "bounds":
            return None
        view = ChartView(chart, self.table.den_float, self.table.scale)
        for axis, keep in self.table.root.retreats:
            if not all(x == 0 for g in chart.inside[axis] for k, x in enumerate(g) if k != keep):
                continue
            larger = chart.shrunk(axis)
            if larger is None or not view.may_retreat(axis, self.table.num_float):
                continue
            if positive(larger, den) and retreats(larger, axis, den, num):
                return ("m", axis, keep)
        if self.lower_table is not None and not above(chart, self.lower_table):
            return None
        if self.kind == "attained":
            inner = all(x > 0 for pair in chart.radius for x in pair)
            return ("r",) if inner and positive(chart, den) else None
        if view.may_rise(self.table.num_float) and rises(chart, den, num):
            return ("n",)
        return None

    def of_cell(self, cell: Cell, view: CellView) -> Step | None:
        """A leaf that closes a cell, or None."""
        kind = self.kind
        if kind == "bounds" or not cell.pure:
            return None
        for axis, keep in self.table.root.retreats:
            if self._retreats(cell, view, axis, keep):
                return ("m", axis, keep)
        if not self._above_lower(cell, view):
            return None
        if kind == "attained":
            return self._realised(cell, view)
        return self._rising(cell)

    def _above_lower(self, cell: Cell, view: CellView) -> bool:
        form = self.lower_form
        return form is None or min(coefficients(cell, gram(form, view.tensors))) >= 0

    def _positive_den(self, cell: Cell) -> bool:
        tensors = products(cell)
        values = gram(self.den, tensors)
        if any(values[k][k] == 0 for k in range(len(tensors))):
            return False
        return min(den_coefficients(cell, self.den).values()) > 0

    def _retreats(self, cell: Cell, view: CellView, axis: int, keep: int) -> bool:
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
        tensors = np.array([scaled_floats(t) for t in products(cell)]) * scale
        part = cell.with_slot(slot, [
            tuple(x if k in shrinking else 0 for k, x in enumerate(g))
            for g in cell.slots[slot].generators
        ])
        # Only the sign of S at single tensors matters, so parts keep no common scale.
        moves = np.array([scaled_floats(t) for t in products(part)]) * scale
        square = np.einsum("ij,jk,ik->i", tensors, self.table.den_float, tensors)
        norms = np.sqrt(np.maximum(square, 0.0))
        if not norms.all():
            return False
        tensors = tensors / norms[:, None]
        share = np.einsum("ij,jk,ik->i", tensors, self.table.num_float, tensors)
        size = np.einsum("ij,jk,ik->i", tensors, self.table.den_float, tensors)
        along_den = np.einsum("ij,jk,ik->i", tensors, self.table.den_float, moves)
        along_num = np.einsum("ij,jk,ik->i", tensors, self.table.num_float, moves)
        return bool((share * along_den - size * along_num >= -1e-12).all())

    def _realised(self, cell: Cell, view: CellView) -> Step | None:
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
