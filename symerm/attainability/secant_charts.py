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

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import comb, lcm, prod

from flint import fmpz_mat

from symerm.arithmetic.linalg import primitive
from symerm.attainability.secant_cells import Cell

__all__ = ["Chart", "above_polynomial", "chart_of", "positive", "retreats", "rises"]

Vector = tuple[int, ...]
Monomial = tuple[int, ...]
Polynomial = dict[Monomial, int]


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
        return replace(self, **{"spread" if index == len(self.inside) else "radius": found})

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

    def expansion(self, marked: int | None = None) -> Expansion:
        """The vectors L_r, with those that have the marked axis outside apart."""
        return Expansion(self, marked)


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
        inside.append(tuple(base))
        parts.append(own)
    unit = lcm(*(size for own in parts for _, size in own if size))
    outside = tuple(
        tuple(tuple(x * (unit // size if size else 1) for x in vector) for vector, size in own)
        for own in parts
    )
    count = sum(map(len, outside))
    slots = sum(1 for part in outside if part)
    radius = ((1, 0), (unit, slots) if bounded else (0, 1))
    return Chart(cell.shape, outside, tuple(inside), _units(count), radius)


def _units(size: int) -> tuple[Vector, ...]:
    return tuple(tuple(int(i == k) for i in range(size)) for k in range(size))


class Expansion:
    """w/t of a chart as polynomials with vector coefficients.

    `terms[r]` maps monomials in the inside and spread coefficients to vectors over the wedges;
    all are made homogeneous of the same degree.
    """

    def __init__(self, chart: Chart, marked: int | None) -> None:
        self.sizes = tuple(map(len, chart.groups))
        self.slots = sum(1 for part in chart.outside if part)
        self.variables = sum(self.sizes[:-1])
        self.radius = chart.radius
        offsets = [sum(self.sizes[:k]) for k in range(len(self.sizes))]
        spread_at = offsets[len(chart.inside)]
        start: Monomial = (0,) * self.variables
        # (monomial, parts outside, whether the marked axis is) -> vector over the wedges so far
        found: dict[tuple[Monomial, int, bool], list[int]] = {(start, 0, False): [1]}
        for axis, vectors in enumerate(chart.inside):
            sizes = list(map(sum, vectors))
            part = chart.part(axis)
            outer = [
                [
                    sum(x * g[item] for x, g in zip(c[part], chart.outside[axis], strict=True))
                    for item in range(chart.shape[axis])
                ]
                for c in chart.spread
            ]
            grown: dict[tuple[Monomial, int, bool], list[int]] = {}

            def add(key: tuple[Monomial, int, bool], vector: list[int], old: list[int],
                    grown: dict[tuple[Monomial, int, bool], list[int]] = grown) -> None:
                new = [x * y for x in old for y in vector]
                known = grown.get(key)
                grown[key] = new if known is None else [
                    x + y for x, y in zip(known, new, strict=True)
                ]

            for (monomial, count, mark), old in found.items():
                for i, g in enumerate(vectors):
                    once = _raised(monomial, offsets[axis] + i)
                    add((once, count, mark), list(g), old)
                    for k, vector in enumerate(outer):
                        if any(vector):
                            twice = _raised(once, spread_at + k)
                            sized = [sizes[i] * x for x in vector]
                            add((twice, count + 1, mark or axis == marked), sized, old)
            found = grown
        self.terms: list[dict[Monomial, list[int]]] = [{} for _ in range(self.slots + 1)]
        self.marked: list[dict[Monomial, list[int]]] = [{} for _ in range(self.slots + 1)]
        for (monomial, count, mark), vector in found.items():
            if count:
                for target in (self.terms, self.marked) if mark else (self.terms,):
                    known = target[count].get(monomial)
                    target[count][monomial] = vector if known is None else [
                        x + y for x, y in zip(known, vector, strict=True)
                    ]
        self.spread_range = range(spread_at, spread_at + self.sizes[len(chart.inside)])
        self.spread_sizes = list(chart.sizes or map(sum, chart.spread))

    def power(self, polynomial: Polynomial, times: int) -> Polynomial:
        """The product with a power of the size of the spread's vector."""
        for _ in range(times):
            found: Polynomial = {}
            for monomial, x in polynomial.items():
                for k, size in zip(self.spread_range, self.spread_sizes, strict=True):
                    key = _raised(monomial, k)
                    found[key] = found.get(key, 0) + size * x
            polynomial = found
        return polynomial

    def _pairs(
        self, form: fmpz_mat, left: Sequence[dict[Monomial, list[int]]],
        right: Sequence[dict[Monomial, list[int]]],
    ) -> list[Polynomial]:
        """Coefficients of t^k s^(2m-2-k), k = 0 .. 2m - 2, not yet of the same spread degree."""
        found: list[Polynomial] = [{} for _ in range(2 * self.slots - 1)]
        for r, first in enumerate(left):
            for c, second in enumerate(right):
                if not first or not second:
                    continue
                target = found[r + c - 2]
                values = (
                    fmpz_mat(list(first.values())) * form
                    * fmpz_mat(list(second.values())).transpose()
                ).tolist()
                for m, row in zip(first, values, strict=True):
                    for k, value in zip(second, row, strict=True):
                        if value:
                            key = tuple([a + b for a, b in zip(m, k, strict=True)])
                            target[key] = target.get(key, 0) + int(value)
        return found

    def quadratic(self, form: fmpz_mat) -> list[Polynomial]:
        """The form of w/t by powers of t."""
        return self._pairs(form, self.terms, self.terms)

    def along(self, form: fmpz_mat) -> list[Polynomial]:
        """The form of w/t and its marked part by powers of t."""
        return self._pairs(form, self.terms, self.marked)

    def polynomial(
        self, parts: Sequence[Polynomial], degree: int, total: int
    ) -> dict[tuple[Monomial, int], int]:
        """sum_k t^k s^(total - k) parts[k] in the generators' coefficients, spread degree `degree`.

        The second part of a key is the exponent of the radius's second generator.
        """
        found: dict[tuple[Monomial, int], int] = {}
        for k, part in enumerate(parts):
            if not part:
                continue
            own = sum(next(iter(part))[i] for i in self.spread_range)
            raised = self.power(part, degree - own)
            for place, factor in enumerate(self._radial(k, total)):
                if factor:
                    for monomial, x in raised.items():
                        found[monomial, place] = found.get((monomial, place), 0) + factor * x
        return found

    def add_products(
        self, parts: list[Polynomial], first: list[Polynomial], second: list[Polynomial],
        weight: Callable[[int, int], int], shift: int,
    ) -> None:
        """Add weight(k, c) times first[k] second[c] to parts[k + c + shift], of full degree."""
        for k, left in enumerate(first):
            for c, right in enumerate(second):
                factor = weight(k, c)
                if not factor or not left or not right:
                    continue
                found = _times(left, right)
                own = sum(next(iter(found))[i] for i in self.spread_range)
                target = parts[k + c + shift]
                for monomial, x in self.power(found, 4 * self.slots - own).items():
                    target[monomial] = target.get(monomial, 0) + factor * x

    def full_count(self, inner: int, spread: int, radial: int) -> int:
        """The number of all monomials of given degrees in the groups."""
        sizes = [(size, inner) for size in self.sizes[:-2]]
        sizes.append((self.sizes[-2], spread))
        return (radial + 1) * prod(comb(n + degree - 1, degree) for n, degree in sizes)

    def _radial(self, k: int, total: int) -> list[int]:
        """t^k s^(total - k) as a polynomial in the radius's two coefficients."""
        found = [1]
        (s0, t0), (s1, t1) = self.radius
        for low, high in [(t0, t1)] * k + [(s0, s1)] * (total - k):
            new = [0] * (len(found) + 1)
            for place, x in enumerate(found):
                new[place] += x * low
                new[place + 1] += x * high
            found = new
        return found


def _raised(monomial: Monomial, k: int) -> Monomial:
    return (*monomial[:k], monomial[k] + 1, *monomial[k + 1 :])


def _times(left: Polynomial, right: Polynomial) -> Polynomial:
    found: Polynomial = {}
    for m, x in left.items():
        for k, y in right.items():
            key = tuple([a + b for a, b in zip(m, k, strict=True)])
            found[key] = found.get(key, 0) + x * y
    return found


def above_polynomial(chart: Chart, form: fmpz_mat) -> dict[tuple[Monomial, int], int]:
    """A quadratic form in w/t: on the chart it is non-negative if its coefficients are."""
    expansion = chart.expansion()
    m = expansion.slots
    return expansion.polynomial(expansion.quadratic(form), 2 * m, 2 * m - 2)


def rises(chart: Chart, den: fmpz_mat, num: fmpz_mat) -> bool:
    """Whether num den' - num' den, of the sign of the derivative in t, has positive coefficients."""
    if any(s == 0 for s, _ in chart.radius):
        return False
    expansion = chart.expansion()
    m = expansion.slots
    parts: list[Polynomial] = [{} for _ in range(4 * m - 4)]
    expansion.add_products(
        parts, expansion.quadratic(num), expansion.quadratic(den), lambda k, c: c - k, -1
    )
    found = expansion.polynomial(parts, 4 * m, 4 * m - 5)
    return len(found) == expansion.full_count(4, 4 * m, 4 * m - 5) and min(found.values()) > 0


def retreats(chart: Chart, axis: int, den: fmpz_mat, num: fmpz_mat) -> bool:
    """Whether the loss does not increase as the outside part of an axis shrinks."""
    expansion = chart.expansion(axis)
    m = expansion.slots
    parts: list[Polynomial] = [{} for _ in range(4 * m - 3)]
    expansion.add_products(
        parts, expansion.quadratic(num), expansion.along(den), lambda k, c: 1, 0
    )
    expansion.add_products(
        parts, expansion.along(num), expansion.quadratic(den), lambda k, c: -1, 0
    )
    return min(expansion.polynomial(parts, 4 * m, 4 * m - 4).values(), default=0) >= 0


def positive(chart: Chart, den: fmpz_mat) -> bool:
    """Whether den(w/t) has positive coefficients, all of them."""
    expansion = chart.expansion()
    m = expansion.slots
    found = above_polynomial(chart, den)
    return len(found) == expansion.full_count(2, 2 * m, 2 * m - 2) and min(found.values()) > 0
