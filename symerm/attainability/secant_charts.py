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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symerm.arithmetic.linalg import primitive
from symerm.attainability.secant_cells import Cell
from symerm.attainability.vector_polynomials import monomial

__all__ = ["Chart", "Expansion", "chart_of", "exact_expansion"]

Vector = tuple[int, ...]
Array = NDArray[Any]
#: Monomials with their vectors.
Terms = dict[int, Array]


@dataclass(frozen=True)
class Chart:
    """A part of a chart: a product of simplices.

    Attributes
    ----------
    shape : of the root
    outside : for each axis its outside generators, vectors over the axis's items
    inside : for each axis the generators of the inside part, vectors over the axis's items
    spread : generators of a part of the joint simplex of all outside generators, axis after axis
    radius : two generators (s, t)

    The size of a vector of a simplex is the sum of its entries.
    """

    shape: tuple[int, ...]
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
    return Chart(cell.shape, outside, tuple(inside), _units(count), radius)


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


class Expansion:
    """w/t of a chart as a polynomial in the coefficients of its generators.

    Parameters
    ----------
    chart : Chart
    inside, spread, radius, outside : arrays
        The generators, of integers or of floats that are positive multiples.
    sizes : array
        The sizes of the generators of the spread, scaled like them.
    marked : int, optional
        An axis: the terms in which it is outside are kept apart.
    """

    def __init__(
        self, chart: Chart, inside: Sequence[Array], spread: Array, radius: Array,
        outside: Sequence[Array], sizes: Array, marked: int | None = None,
    ) -> None:
        self.sizes = tuple(map(len, chart.groups))
        self.slots = sum(1 for part in chart.outside if part)
        last = len(inside)
        variables = [
            [monomial(self.sizes, [(k, i, 1)]) for i in range(size)]
            for k, size in enumerate(self.sizes)
        ]
        # found[special][r]: the products of the first axes with r parts outside.
        found: list[list[Terms]] = [[{0: np.ones(1, dtype=spread.dtype)}], [{}]]
        for axis, vectors in enumerate(inside):
            place = chart.part(axis)
            inner = dict(zip(variables[axis], vectors, strict=True))
            outer: Terms = {}
            if place.stop > place.start:
                beyond = spread[:, place].dot(outside[axis])
                for key, u in zip(variables[axis], vectors, strict=True):
                    for other, c in zip(variables[last], beyond, strict=True):
                        outer[key + other] = u.sum() * c
            grown: list[list[Terms]] = [[{} for _ in range(len(found[0]) + 1)] for _ in range(2)]
            for special, by_degree in enumerate(found):
                for r, terms in enumerate(by_degree):
                    _add_products(grown[special][r], terms, inner)
                    _add_products(grown[special or axis == marked][r + 1], terms, outer)
            found = grown
        self.plain, self.special = found
        self.total = dict(zip(variables[last], sizes, strict=True))
        (s0, t0), (s1, t1) = radius
        near, far = variables[last + 1]
        self.s, self.t = {near: s0, far: s1}, {near: t0, far: t1}

    def whole(self) -> Terms:
        """w/t."""
        return self._sum(lambda r: 1, self.plain, self.special)

    def special_part(self) -> Terms:
        """The part of w/t in which the marked axis is outside."""
        return self._sum(lambda r: 1, self.special)

    def slope(self) -> Terms:
        """The derivative of w/t in t."""
        return self._sum(lambda r: r - 1, self.plain, self.special)

    def first_part(self) -> Terms:
        """L_1: one axis outside; linear in the generators of the spread."""
        found: Terms = {}
        for by_degree in (self.plain, self.special):
            for key, row in by_degree[1].items():
                found[key] = found[key] + row if key in found else row
        return found

    def _sum(self, weight: Any, *parts: Sequence[Terms]) -> Terms:
        """The sum over r of weight(r) t^(r-1) (size s)^(m-r) times the parts of degree r."""
        found: Terms = {}
        m, drop = self.slots, int(weight(1) == 0)
        power: dict[int, Any] = {0: 1}
        scaled = _times(self.total, self.s)
        factors: list[dict[int, Any]] = []
        for _ in range(m):
            factors.append(power)
            power = _times(power, scaled)
        for r in range(1 + drop, m + 1):
            factor = factors[m - r]
            for _ in range(r - 1 - drop):
                factor = _times(factor, self.t)
            for by_degree in parts:
                for key, row in by_degree[r].items() if r < len(by_degree) else ():
                    for other, value in factor.items():
                        new = weight(r) * value * row
                        old = found.get(key + other)
                        found[key + other] = new if old is None else old + new
        return found


def _add_products(target: Terms, left: Terms, right: Terms) -> None:
    for key, x in left.items():
        for other, y in right.items():
            new = np.multiply.outer(x, y).ravel()
            old = target.get(key + other)
            target[key + other] = new if old is None else old + new


def _times(left: dict[int, Any], right: dict[int, Any]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for key, x in left.items():
        for other, y in right.items():
            found[key + other] = found.get(key + other, 0) + x * y
    return found


def exact_expansion(chart: Chart, marked: int | None = None) -> Expansion:
    """w/t in integers."""
    return Expansion(
        chart, [_exact(part) for part in chart.inside], _exact(chart.spread),
        _exact(chart.radius), [_exact(part) for part in chart.outside],
        _exact(tuple(map(sum, chart.spread))), marked,
    )


def _exact(values: Sequence[Any]) -> Array:
    return np.array(values, dtype=object)
