"""Leaves of a proof other than a bound: limits are realised, or the loss has a slope.

On a cell or a chart of a root, exact:

- **m**: the loss does not increase as a neuron retreats to what its piece shares with another, so
  another root covers the cell;
- **r**: every limit is realised, or becomes so as some coordinates shrink and the loss with them;
- **n**: the loss rises away from a boundary stratum, so no realised tuple is a minimiser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import numpy as np

from symerm.attainability.cell_view import CellView, scaled_floats
from symerm.attainability.chart_bounds import chart_above
from symerm.attainability.chart_tensors import exact_polynomial
from symerm.attainability.chart_view import ChartView
from symerm.attainability.convex_bounds import convex_bound
from symerm.attainability.secant_cells import (
    Cell,
    coefficients,
    gram,
    live_coordinates,
    products,
    realised_supports,
    unions,
)
from symerm.attainability.secant_charts import Chart
from symerm.attainability.secant_elsewhere import Elsewhere
from symerm.attainability.secant_tables import RootTables, degrees
from symerm.attainability.vector_polynomials import (
    VectorPolynomial,
    away_from_stratum,
    cell_polynomial,
    form_polynomial,
    monomial,
    on_face,
)

__all__ = ["Goals", "Leaves", "Step"]

Step = tuple[Any, ...]


@dataclass(frozen=True)
class Goals:
    """What a proof has to show, as integer pairs (a, b): a den - b num >= 0.

    Attributes
    ----------
    kind : ``"bounds"``, ``"attained"`` or ``"level"``
    goal : for leaves of kind p
    lower : the lower bound of the infimum; None if it is zero
    upper : an upper bound of the infimum; None for ``"bounds"``
    """

    kind: str
    goal: tuple[int, int]
    lower: tuple[int, int] | None
    upper: tuple[int, int] | None = None


class Leaves:
    """Finds leaves for the parts of one root.

    Parameters
    ----------
    table : RootTables
    goals : Goals
    square : int
        |T|^2 in the units of the tables.
    elsewhere : Elsewhere
        Finds neurons of other roots.
    """

    def __init__(
        self, table: RootTables, goals: Goals, square: int, elsewhere: Elsewhere
    ) -> None:
        self.elsewhere = elsewhere
        self.table, self.kind, self.shape = table, goals.kind, table.root.shape
        self.boxes = table.boxes
        den, num = table.forms
        self.den = den
        # The infimum is between these levels: what holds at both holds at it.
        levels = [goals.lower or (square, 1)]
        if goals.upper is not None:
            levels.append(goals.upper)
        self.between = [a * den - b * num for a, b in levels]
        self.between_float = [
            float(Fraction(a, b) / square) * table.den_float - table.num_float for a, b in levels
        ]
        self.lower = None if goals.lower is None else self.between[0]

    def of_chart(self, chart: Chart, view: ChartView) -> Step | None:
        """A leaf that closes a chart, or None."""
        for axis, keep in self.table.root.retreats:
            only = all(x == 0 for g in chart.inside[axis] for k, x in enumerate(g) if k != keep)
            if only and self._chart_retreats(chart, view, axis):
                return ("m", axis, keep)
        if self.kind == "bounds":
            return None
        how: Step | None = ()
        if self.lower is not None:
            how = chart_above(chart, view, self.lower, self.between_float[0])
        if how is None:
            return None
        if self.kind == "attained":
            inner = all(x > 0 for pair in chart.radius for x in pair)
            if inner and self._definite(
                exact_polynomial(chart), chart.groups, self._degrees(chart)
            ):
                return ("r", *how)
            return None
        return ("n", *how) if self._chart_rises(chart, view) else None

    def _degrees(self, chart: Chart) -> list[int]:
        m = sum(1 for part in chart.outside if part)
        return [*[2] * len(chart.inside), 2 * m, 2 * m - 2]

    def _chart_retreats(self, chart: Chart, view: ChartView, axis: int) -> bool:
        """Whether forms between the levels decrease as the outside part of an axis shrinks."""
        (keys, rows), part = view.whole, view.polynomial(axis)
        both = keys, 2.0 * rows - part[1]
        if not all(view.may_be_positive(form, both, part) for form in self.between_float):
            return False
        whole, moved = exact_polynomial(chart), exact_polynomial(chart, axis)
        rest = _combined(1, whole, -1, moved)
        if not self._definite(rest, chart.groups, self._degrees(chart)):
            return False
        sums = _combined(2, whole, -1, moved)
        return all(
            min(form_polynomial(form, sums, moved).values(), default=0) >= 0
            for form in self.between
        )

    def _chart_rises(self, chart: Chart, view: ChartView) -> bool:
        """Whether forms between the levels increase, or decrease, with t where t > 0."""
        m = sum(1 for part in chart.outside if part)
        if m < 2 or any(s == 0 for s, _ in chart.radius):
            return False
        slope = view.polynomial("slope")
        if not any(
            all(
                view.may_be_positive(sign * form, view.whole, slope)
                for form in self.between_float
            ) for sign in (1.0, -1.0)
        ):
            return False
        whole, away = exact_polynomial(chart), exact_polynomial(chart, "slope")
        sizes = tuple(map(len, chart.groups))
        degrees = [*[2] * len(chart.inside), 2 * m, 2 * m - 3]
        moving = {len(sizes) - 1: [k for k, (_, t) in enumerate(chart.radius) if t > 0]}
        return _one_sign(
            [form_polynomial(form, whole, away) for form in self.between],
            lambda found, sign: _vertices_positive(found, sizes, degrees, moving, sign),
        )

    def of_cell(self, cell: Cell, view: CellView) -> Step | None:
        """A leaf that closes a cell, or None."""
        kind = self.kind
        if not cell.pure:
            return None
        for axis, keep in self.table.root.retreats:
            slot = next(k for k, s in enumerate(cell.slots) if axis in s.axes)
            if self._falls(cell, slot, self._off(cell, slot, axis, keep)):
                return ("m", axis, keep)
        if kind == "bounds":
            return None
        how = self._above_lower(cell, view)
        if how is None:
            return None
        step = self._realised(cell, view) if kind == "attained" else self._rising(cell)
        return None if step is None else (*step, *how)

    def _above_lower(self, cell: Cell, view: CellView) -> Step | None:
        """How the loss is proved to be above the lower bound: () by coefficients, or None."""
        form = self.lower
        if form is None or min(coefficients(cell, gram(form, view.tensors))) >= 0:
            return ()
        how = convex_bound(cell, view, form, self.between_float[0])
        return None if how is None else (how,)

    def _definite(
        self, whole: VectorPolynomial, groups: Sequence[Sequence[Any]], degrees: Sequence[int]
    ) -> bool:
        """Whether den is positive: no coefficient is negative, those of vertices are positive."""
        found = form_polynomial(self.den, whole)
        sizes = tuple(map(len, groups))
        return min(found.values(), default=-1) >= 0 and _vertices_positive(
            found, sizes, degrees, {}
        )

    def _positive_den(self, cell: Cell) -> bool:
        groups = [slot.generators for slot in cell.slots]
        return self._definite(cell_polynomial(cell), groups, [2] * len(groups))

    def _off(self, cell: Cell, slot: int, axis: int, keep: int) -> list[int]:
        axes = cell.slots[slot].axes
        where = axes.index(axis)
        choices = product(*(range(self.shape[a]) for a in axes))
        return [k for k, choice in enumerate(choices) if choice[where] != keep]

    def _falls(self, cell: Cell, slot: int, shrinking: Sequence[int]) -> bool:
        """Whether forms between the levels decrease as coordinates shrink to zero."""
        gone = set(shrinking)
        generators = cell.slots[slot].generators
        rest = [tuple(0 if k in gone else x for k, x in enumerate(g)) for g in generators]
        if not all(map(any, rest)):
            return False
        part = [tuple(x if k in gone else 0 for k, x in enumerate(g)) for g in generators]
        shrunk = cell.with_slot(slot, rest)
        if any(map(any, part)):
            sums = [tuple(2 * x - y for x, y in zip(g, h, strict=True))
                    for g, h in zip(generators, part, strict=True)]
            both, moved = cell.with_slot(slot, sums), cell.with_slot(slot, part)
            if not self._quick(both, moved):
                return False
            left, right = cell_polynomial(both), cell_polynomial(moved)
            for form in self.between:
                if min(form_polynomial(form, left, right).values()) < 0:
                    return False
        return self._positive_den(shrunk)

    def _quick(self, both: Cell, moved: Cell) -> bool:
        """Whether the difference of forms is non-negative at the generators, in floats."""
        scale = self.table.scale
        left = np.array([scaled_floats(t) for t in products(both)]) * scale
        right = np.array([scaled_floats(t) for t in products(moved)]) * scale
        sizes = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", left, self.table.den_float, left), 0.0))
        return all(
            bool((np.einsum("ij,jk,ik->i", left, form, right) >= -1e-10 * sizes).all())
            for form in self.between_float
        )

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
        return self._elsewhere(cell, whole)

    def _elsewhere(
        self, cell: Cell, whole: Mapping[int, tuple[list[int], set[frozenset[int]]]]
    ) -> Step | None:
        """Limits at a stratum that other neurons realise."""
        for k, (live, _) in whole.items():
            if len(live) < 2:
                continue
            shape = [self.shape[a] for a in cell.slots[k].axes]
            tried: set[tuple[int, ...]] = {()}
            for box in self.boxes:
                degree = degrees(shape, tuple(box[a] for a in cell.slots[k].axes))
                gone = tuple(m for m in live if degree[m] > 1)
                if gone in tried:
                    continue
                tried.add(gone)
                if not self._falls(cell, k, gone):
                    continue
                neurons = self.elsewhere.neurons(cell, k, gone)
                if neurons is not None:
                    return ("e", k, list(gone), neurons)
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
                if self._may_rise(cell, k, own) and self._rises(cell, k, own):
                    return ("n", k, [list(part) for part in own])
        return None

    def _rises(self, cell: Cell, slot: int, box: Any) -> bool:
        live = live_coordinates(cell, slot, self.den)
        away = away_from_stratum(cell, slot, box, live)
        if away is None:
            return False
        whole = cell_polynomial(cell)
        faces = list(self._faces(cell, slot, live))
        return _one_sign(
            [form_polynomial(form, whole, away) for form in self.between],
            lambda found, sign: all(on_face(found, cell.sizes, face, sign) for face in faces),
        )

    def _faces(self, cell: Cell, slot: int, live: Sequence[int]) -> Iterator[list[Any]]:
        """Sets of generators, one of each other slot, that may span a tuple."""
        real = realised_supports(cell, slot, live)
        own = cell.slots[slot].generators
        supports = [frozenset(k for k in live if g[k]) for g in own]
        chosen = [
            part for size in range(1, len(own) + 1)
            for part in combinations(range(len(own)), size)
            if frozenset().union(*(supports[k] for k in part)) in real
        ]
        rest: list[list[tuple[int, ...]]] = [[(i,) for i in range(m)] for m in cell.sizes]
        rest[slot] = chosen
        return map(list, product(*rest))

    def _may_rise(self, cell: Cell, slot: int, box: Sequence[Sequence[int]]) -> bool:
        """Whether two axes have coordinates of degree one."""
        axes = cell.slots[slot].axes
        choices = list(product(*(range(self.shape[a]) for a in axes)))
        outside = [
            [a for a, part in enumerate(box) if choice[a] not in part] for choice in choices
        ]
        found = {
            outside[k][0] for g in cell.slots[slot].generators
            for k, x in enumerate(g) if x and len(outside[k]) == 1
        }
        return len(found) > 1


def _combined(
    a: int, left: VectorPolynomial, b: int, right: VectorPolynomial
) -> VectorPolynomial:
    """a left + b right, of the same monomials."""
    return VectorPolynomial(left.keys, tuple(
        tuple(a * x + b * y for x, y in zip(row, other, strict=True))
        for row, other in zip(left.rows, right.rows, strict=True)
    ))


def _one_sign(
    found: Sequence[Mapping[int, int]], test: Callable[[Mapping[int, int], int], bool]
) -> bool:
    """Whether polynomials are all non-negative or all non-positive, and pass a test."""
    for sign in (1, -1):
        if all(min((sign * x for x in one.values()), default=-1) >= 0 for one in found):
            return all(test(one, sign) for one in found)
    return False


def _vertices_positive(
    found: Mapping[int, int], sizes: Sequence[int], degrees: Sequence[int],
    only: Mapping[int, Sequence[int]], sign: int = 1,
) -> bool:
    """Whether the monomials with one generator of each group have positive coefficients."""
    ranges = [only.get(k, range(size)) for k, size in enumerate(sizes)]
    return all(
        sign * found.get(monomial(sizes, [
            (k, i, degree) for (k, i), degree in zip(enumerate(choice), degrees, strict=True)
        ]), 0) > 0
        for choice in product(*ranges)
    )
