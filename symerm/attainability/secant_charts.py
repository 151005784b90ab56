"""Charts at vanishing wedges: the blow-up of a box of a cell, and its exact tests.

Where all products of some **inside** generators vanish, a tuple near them is written as
x_a = s u_a + t c_a with u_a in the simplex of the inside generators of slot a and all outside
parts c_a together in one simplex.  Then w is divisible by t, and the chart
(u, c, [s : t]) -> w/t covers the closure of the cell near the box: t = 0 is the boundary stratum.
With w/t = sum over r of t^(r-1) s^(m-r) L_r (r parts outside, m slots that have any) the loss is a
quotient of polynomials that are homogeneous in u, c and (s, t), so their coefficients on a product
of subsimplices decide signs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import comb, lcm, prod
from typing import Any

from flint import Ordering, fmpz_mpoly_ctx

from symerm.arithmetic.linalg import primitive
from symerm.attainability.secant_cells import Cell

__all__ = ["Chart", "Expansion", "above", "chart_of", "positive", "retreats", "rises"]

Vector = tuple[int, ...]
Table = Sequence[Sequence[int]]


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

    sizes : the sizes of the generators of the spread, if they are not the sums of their entries

    The size of a vector of a simplex is the sum of its entries.
    """

    shape: tuple[int, ...]
    outside: tuple[tuple[Vector, ...], ...]
    inside: tuple[tuple[Vector, ...], ...]
    spread: tuple[Vector, ...]
    radius: tuple[Vector, ...]
    sizes: tuple[int, ...] | None = None

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

    def shrunk(self, axis: int) -> Chart | None:
        """The chart with copies of the spread without the part of an axis.

        None if a generator has no other part.
        """
        part, sizes = self.part(axis), list(map(sum, self.spread))
        copies = []
        for g in self.spread:
            copy = (*g[: part.start], *(0,) * (part.stop - part.start), *g[part.stop :])
            if not any(copy):
                return None
            copies.append(copy)
        # A copy keeps the size of its original: the rest of the tuple does not move.
        found = dict.fromkeys(zip((*self.spread, *copies), sizes * 2, strict=True))
        spread, sized = zip(*found, strict=True)
        return replace(self, spread=spread, sizes=sized)


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
    """w/t of a chart as polynomials in the generators' coefficients, group after group."""

    def __init__(self, chart: Chart, marked: int | None = None) -> None:
        self.sizes = tuple(map(len, chart.groups))
        self.context = fmpz_mpoly_ctx.get(("x", sum(self.sizes)), Ordering.lex)
        self.slots = m = sum(1 for part in chart.outside if part)
        self.radius = chart.radius
        self.one, self.zero = self.context.constant(1), self.context.constant(0)
        last = len(chart.inside)
        total = self._linear(last, tuple(chart.sizes or map(sum, chart.spread)))
        # For each axis and item the inside and the outside part.
        parts: list[list[tuple[Any, Any]]] = []
        for axis, vectors in enumerate(chart.inside):
            place, size = chart.part(axis), self._linear(axis, tuple(map(sum, vectors)))
            row = []
            for item in range(chart.shape[axis]):
                outer = [
                    sum(x * g[item] for x, g in zip(c[place], chart.outside[axis], strict=True))
                    for c in chart.spread
                ]
                row.append((
                    self._linear(axis, [g[item] for g in vectors]),
                    size * self._linear(last, outer),
                ))
            parts.append(row)
        # terms[r][J]: the wedge J with r parts outside, times size^(m - r); marked ones apart.
        self.terms: list[list[Any]] = [[] for _ in range(m + 1)]
        self.marked: list[list[Any]] = [[] for _ in range(m + 1)]
        for choice in product(*map(range, chart.shape)):
            plain, special = [self.one], [self.zero]
            for axis, item in enumerate(choice):
                inner, outer_part = parts[axis][item]
                beyond = [self.zero] + [x * outer_part for x in plain]
                more = [self.zero] + [x * outer_part for x in special]
                plain, special = (
                    [x * inner for x in [*plain, self.zero]],
                    [x * inner + y for x, y in zip([*special, self.zero], more, strict=True)],
                )
                target = special if axis == marked else plain
                for r, x in enumerate(beyond):
                    target[r] = target[r] + x
            for r in range(1, m + 1):
                power = total ** (m - r)
                self.terms[r].append((plain[r] + special[r]) * power)
                self.marked[r].append(special[r] * power)

    def _linear(self, group: int, values: Sequence[int]) -> Any:
        """A linear form in the coefficients of a group."""
        start, count = sum(self.sizes[:group]), sum(self.sizes)
        return self.context.from_dict({
            tuple(int(i == start + k) for i in range(count)): value
            for k, value in enumerate(values) if value
        })

    def _pairs(
        self, form: Table, left: Sequence[Sequence[Any]], right: Sequence[Sequence[Any]]
    ) -> list[Any]:
        """Coefficients of t^k s^(2m-2-k), k = 0 .. 2m - 2, of a form of two vectors."""
        m = self.slots
        images = [
            [
                sum((value * x for value, x in zip(row, right[r], strict=True) if value), self.zero)
                for row in form
            ]
            for r in range(1, m + 1)
        ]
        found = [self.zero] * (2 * m - 1)
        for r in range(1, m + 1):
            for c in range(1, m + 1):
                value = sum(
                    (x * y for x, y in zip(left[r], images[c - 1], strict=True)), self.zero
                )
                found[r + c - 2] = found[r + c - 2] + value
        return found

    def quadratic(self, form: Table) -> list[Any]:
        """The form of w/t by powers of t."""
        return self._pairs(form, self.terms, self.terms)

    def along(self, form: Table) -> list[Any]:
        """The form of w/t and its marked part by powers of t."""
        return self._pairs(form, self.terms, self.marked)

    def polynomial(self, parts: Sequence[Any]) -> Any:
        """sum_k t^k s^(last - k) parts[k] with the radius's coefficients put in."""
        (s0, t0), (s1, t1) = self.radius
        at = len(self.sizes) - 1
        s, t = self._linear(at, (s0, s1)), self._linear(at, (t0, t1))
        found, power = self.zero, self.one
        for part in reversed(parts):
            found = found * t + part * power
            power = power * s
        return found

    def exponents(self, monomial: Sequence[int]) -> tuple[tuple[int, ...], ...]:
        """The exponents of a monomial, group by group."""
        found, at = [], 0
        for size in self.sizes:
            found.append(tuple(int(e) for e in monomial[at : at + size]))
            at += size
        return tuple(found)

    def all_positive(self, found: Any, degrees: Sequence[int]) -> bool:
        """Whether all monomials of given degrees in the groups have positive coefficients."""
        count = prod(comb(n + d - 1, d) for n, d in zip(self.sizes, degrees, strict=True))
        values = found.coeffs()
        return len(values) == count and all(x > 0 for x in values)


def above_polynomial(chart: Chart, form: Table) -> Any:
    """A quadratic form in w/t: on the chart it is non-negative if its coefficients are."""
    expansion = Expansion(chart)
    return expansion.polynomial(expansion.quadratic(form))


def above(chart: Chart, form: Table) -> bool:
    """Whether a quadratic form in w/t has non-negative coefficients."""
    return all(x >= 0 for x in above_polynomial(chart, form).coeffs())


def positive(chart: Chart, den: Table) -> bool:
    """Whether den(w/t) has positive coefficients, all of them."""
    expansion = Expansion(chart)
    m = expansion.slots
    found = expansion.polynomial(expansion.quadratic(den))
    return expansion.all_positive(found, [*[2] * len(chart.inside), 2 * m, 2 * m - 2])


def rises(chart: Chart, den: Table, num: Table) -> bool:
    """Whether num den' - num' den, with the sign of the slope in t, has positive coefficients."""
    if any(s == 0 for s, _ in chart.radius):
        return False
    expansion = Expansion(chart)
    m = expansion.slots
    first, second = expansion.quadratic(num), expansion.quadratic(den)
    parts = [expansion.zero] * (4 * m - 4)
    for k, left in enumerate(first):
        for c, right in enumerate(second):
            if c != k:
                parts[k + c - 1] = parts[k + c - 1] + (c - k) * left * right
    found = expansion.polynomial(parts)
    return expansion.all_positive(found, [*[4] * len(chart.inside), 4 * m, 4 * m - 5])


def retreats(chart: Chart, axis: int, den: Table, num: Table) -> bool:
    """Whether the loss does not increase as the outside part of an axis shrinks."""
    expansion = Expansion(chart, axis)
    m = expansion.slots
    parts = [expansion.zero] * (4 * m - 3)
    whole = [expansion.quadratic(form) for form in (num, den)]
    moved = [expansion.along(form) for form in (den, num)]
    for k in range(2 * m - 1):
        for c in range(2 * m - 1):
            parts[k + c] = (
                parts[k + c] + whole[0][k] * moved[0][c] - whole[1][k] * moved[1][c]
            )
    return all(x >= 0 for x in expansion.polynomial(parts).coeffs())
