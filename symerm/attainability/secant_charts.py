"""Charts at vanishing wedges: the blow-up of a box of a cell.

Where all products of some **inside** generators vanish, a tuple near them is written as
x_a = s u_a + t c_a with u_a in the simplex of the inside generators of slot a and all outside
parts c_a together in one simplex.  Then w is divisible by t, and the chart
(u, c, [s : t]) -> w/t covers the closure of the cell near the box: t = 0 is the boundary stratum.
With w/t = sum over r of t^(r-1) s^(m-r) L_r (r parts outside, m slots that have any) the loss is a
quotient of polynomials that are homogeneous in u, c and (s, t).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

from symerm.arithmetic.linalg import primitive
from symerm.attainability.secant_cells import Cell

__all__ = ["Chart", "chart_of"]

Vector = tuple[int, ...]


@dataclass(frozen=True)
class Chart:
    """A part of a chart: a product of simplices.

    Attributes
    ----------
    shape : of the root
    items : for each axis those of the box
    outside : for each axis its outside generators, vectors over the axis's items
    inside : for each axis the generators of the inside part, vectors over the axis's items
    spread : generators of a part of the joint simplex of all outside generators, axis after axis
    radius : two generators (s, t)

    The size of a vector of a simplex is the sum of its entries.
    """

    shape: tuple[int, ...]
    items: tuple[tuple[int, ...], ...]
    outside: tuple[tuple[Vector, ...], ...]
    inside: tuple[tuple[Vector, ...], ...]
    spread: tuple[Vector, ...]
    radius: tuple[Vector, ...]

    @property
    def groups(self) -> tuple[tuple[Vector, ...], ...]:
        """The simplices in the order of certificates: inside parts, spread, radius."""
        return (*self.inside, self.spread, self.radius)

    def with_group(self, index: int, generators: Sequence[Vector]) -> Chart:
        """The chart with other generators of a simplex."""
        found = tuple(generators)
        if index < len(self.inside):
            inside = list(self.inside)
            inside[index] = found
            return replace(self, inside=tuple(inside))
        if index == len(self.inside):
            return replace(self, spread=found)
        return replace(self, radius=found)

    def split(self, group: int, i: int, j: int, p: int, q: int) -> tuple[Chart, Chart]:
        """The two halves: generator j, then generator i replaced by p g_i + q g_j."""
        g = self.groups[group]
        new = primitive([p * x + q * y for x, y in zip(g[i], g[j], strict=True)])
        return (
            self.with_group(group, [*g[:j], new, *g[j + 1 :]]),
            self.with_group(group, [*g[:i], new, *g[i + 1 :]]),
        )

    def part(self, axis: int) -> slice:
        """Where the outside generators of an axis are in the vectors of the spread."""
        start = sum(len(part) for part in self.outside[:axis])
        return slice(start, start + len(self.outside[axis]))


def chart_of(cell: Cell, box: Sequence[Sequence[int]]) -> Chart:
    """The chart of a cell of single axes at a box of vanishing wedges of its root.

    A generator is an inside part, its items in the box, and an outside part.  With inside parts
    scaled to size one a tuple of the cell has s = 1 and t at most the number of axes; where a
    generator has no inside part t is not bounded.
    """
    inside, parts, bounded = [], [], True
    for slot, items in zip(cell.slots, box, strict=True):
        base: dict[Vector, None] = {}
        own: list[tuple[Vector, int]] = []
        for g in slot.generators:
            within = tuple(x if k in items else 0 for k, x in enumerate(g))
            beyond = tuple(0 if k in items else x for k, x in enumerate(g))
            if any(within):
                base[primitive(within)] = None
            if any(beyond):
                own.append((beyond, sum(within)))
                bounded = bounded and any(within)
        inside.append(_extremes(tuple(base), tuple(items)))
        parts.append(own)
    unit = lcm(*(size for own in parts for _, size in own if size))
    outside = tuple(
        _longest([tuple(x * (unit // size if size else 1) for x in vector) for vector, size in own])
        for own in parts
    )
    count = sum(map(len, outside))
    slots = sum(1 for part in outside if part)
    radius = ((1, 0), (unit, slots) if bounded else (0, 1))
    return Chart(cell.shape, tuple(map(tuple, box)), outside, tuple(inside), _units(count), radius)


def _extremes(vectors: tuple[Vector, ...], items: tuple[int, ...]) -> tuple[Vector, ...]:
    """The extreme ones of vectors over two items; all of them over any other number."""
    if len(items) != 2 or len(vectors) < 3:
        return vectors
    k, m = items
    ratios = [Fraction(v[k], v[k] + v[m]) for v in vectors]
    ends = sorted((ratios.index(min(ratios)), ratios.index(max(ratios))))
    return tuple(vectors[e] for e in ends)


def _longest(vectors: list[Vector]) -> tuple[Vector, ...]:
    """Of parallel vectors the longest: the others are smaller parts of it, so t is smaller."""
    found: dict[Vector, Vector] = {}
    for vector in vectors:
        key = primitive(vector)
        if key not in found or sum(found[key]) < sum(vector):
            found[key] = vector
    return tuple(found.values())


def _units(size: int) -> tuple[Vector, ...]:
    return tuple(tuple(int(i == k) for i in range(size)) for k in range(size))
