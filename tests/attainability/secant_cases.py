"""Points of cells and charts of secant varieties, followed in fractions from the definitions.

A point of a root is a vector of factors for each axis.  It is followed through the steps of a
proof by the rules of docs/secants.md: which half of a split it lies in, its coefficients on the
products after a merger, its place in a chart.
"""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations, product
from math import gcd, prod

from line_cases import distance
from search_cases import problem_of

from symerm.attainability.scaled import scale_problem
from symerm.attainability.secant_cells import Cell, merged, root_cell, split, without_dead
from symerm.attainability.secant_charts import Chart
from symerm.attainability.secant_problem import SecantProblem
from symerm.attainability.vector_polynomials import BITS, MASK


def secants_of(inputs, outputs, width, activation="relu", **biases) -> SecantProblem:
    problem = problem_of(inputs, outputs, width, activation, **biases)
    return SecantProblem.of(scale_problem(problem))


def drawn_line(seed, size, outputs):
    """Inputs 0, .., size - 1 and random responses between -9 and 9."""
    source = random.Random(seed)
    return [[k] for k in range(size)], [
        [source.randint(-9, 9) for _ in range(outputs)] for _ in range(size)
    ]


# -- vectors -----------------------------------------------------------------------------------


def vertex(problem: SecantProblem, k: int) -> list[int]:
    """An activation vector, minus its first entry if constants count as zero."""
    image = problem.pieces.images[k]
    return [x - image[0] * problem.scaled.output_bias for x in image]


def combination(problem: SecantProblem, shares) -> list[Fraction]:
    """A combination of signed vertices: pairs ((vertex, sign), coefficient)."""
    total = [Fraction(0)] * problem.scaled.size
    for (k, sign), share in shares:
        total = [x + sign * share * y for x, y in zip(total, vertex(problem, k), strict=True)]
    return total


def determinant(rows) -> Fraction:
    """By expansion along the first row."""
    if not rows:
        return Fraction(1)
    return sum(
        (
            (-1) ** k * x * determinant([row[:k] + row[k + 1 :] for row in rows[1:]])
            for k, x in enumerate(rows[0]) if x
        ),
        Fraction(0),
    )


def wedge(vectors) -> list[Fraction]:
    """The product of some vectors: their minors."""
    return [
        determinant([[v[k] for k in chosen] for v in vectors])
        for chosen in combinations(range(len(vectors[0])), len(vectors))
    ]


def root_wedges(problem: SecantProblem, index: int) -> list[list[Fraction]]:
    """The products e_J of a root."""
    return [
        wedge([combination(problem, [(v, 1)]) for v in choice])
        for choice in problem.tables[index].root.wedges()
    ]


def combined(weights, vectors) -> list[Fraction]:
    total = [Fraction(0)] * len(vectors[0])
    for weight, vector in zip(weights, vectors, strict=True):
        if weight:
            total = [x + weight * y for x, y in zip(total, vector, strict=True)]
    return total


def parallel(left, right) -> bool:
    """Whether two vectors that are not zero are multiples of each other."""
    k = next((k for k, x in enumerate(right) if x), None)
    if k is None or not left[k]:
        return False
    return all(x * right[k] == y * left[k] for x, y in zip(left, right, strict=True))


def span_loss(problem: SecantProblem, vectors) -> Fraction:
    """The scaled loss of a span, by orthogonalisation in fractions."""
    scaled = problem.scaled
    ones = [[1] * scaled.size] if scaled.output_bias else []
    return distance(scaled.targets, [*ones, *vectors], scaled.weights)


def form_value(form, left, right=None) -> Fraction:
    """A form of two vectors of coordinates; `form` is an integer matrix."""
    right = left if right is None else right
    rows = form.tolist()
    return sum(
        (
            x * sum((int(entry) * y for entry, y in zip(row, right, strict=True)), Fraction(0))
            for x, row in zip(left, rows, strict=True) if x
        ),
        Fraction(0),
    )


# -- polynomials -------------------------------------------------------------------------------


def monomial_value(key: int, values) -> Fraction:
    """A packed monomial at the coefficients of all groups."""
    flat = [x for group in values for x in group]
    found = Fraction(1)
    for k, x in enumerate(flat):
        found *= Fraction(x) ** (key >> BITS * k & MASK)
    assert key >> BITS * len(flat) == 0
    return found


def vector_value(keys, rows, values) -> list[Fraction]:
    return combined([monomial_value(key, values) for key in keys], rows)


def polynomial_value(found, values) -> Fraction:
    return sum(
        (coefficient * monomial_value(key, values) for key, coefficient in found.items()),
        Fraction(0),
    )


# -- points ------------------------------------------------------------------------------------


def random_factors(source, shape, zeros=0.0):
    """Non-negative factors for each axis, not all zero."""
    found = []
    for size in shape:
        row = [
            Fraction(0) if source.random() < zeros else
            Fraction(source.randint(1, 30), source.randint(1, 30)) for _ in range(size)
        ]
        if not any(row):
            row[source.randrange(size)] = Fraction(1)
        found.append(row)
    return found


def tensor(factors) -> list[Fraction]:
    """y_J, the products of one factor for each axis."""
    return [prod(choice, start=Fraction(1)) for choice in product(*factors)]


def cell_tensor(cell: Cell, values) -> list[Fraction]:
    """The tensor over all axes at some coefficients of the generators of the slots."""
    parts = [
        combined(coefficients, slot.generators)
        for slot, coefficients in zip(cell.slots, values, strict=True)
    ]
    found = []
    for choice in product(*map(range, cell.shape)):
        value = Fraction(1)
        for slot, part in zip(cell.slots, parts, strict=True):
            place = 0
            for axis in slot.axes:
                place = place * cell.shape[axis] + choice[axis]
            value *= part[place]
        found.append(value)
    return found


def halved(coefficients, generators, i, j, p, q):
    """Which half of a split a point lies in, and its coefficients there."""
    divisor = gcd(*(
        p * x + q * y for x, y in zip(generators[i], generators[j], strict=True)
    ))
    found = list(coefficients)
    a, b = Fraction(found[i]) / p, Fraction(found[j]) / q
    least = min(a, b)
    found[i], found[j] = (a - least) * p, (b - least) * q
    # The generator that is used up gives way to the new one.
    first = a >= b
    found[j if first else i] = least * divisor
    return (0 if first else 1), found


def chart_place(chart: Chart, factors):
    """The point of a chart with the given factors: u_a, c, (s, t), or None if u_a = 0.

    The spread is a combination of the outside generators, found greedily where they are multiples
    of items; it is only asked for charts whose outside generators are independent.
    """
    inside = [
        [x if k in items else Fraction(0) for k, x in enumerate(row)]
        for row, items in zip(factors, chart.items, strict=True)
    ]
    if not all(map(any, inside)):
        return None
    scaled = [
        [x / sum(u) for x in row] for row, u in zip(factors, inside, strict=True)
    ]
    spread = []
    for row, items, own in zip(scaled, chart.items, chart.outside, strict=True):
        beyond = [Fraction(0) if k in items else x for k, x in enumerate(row)]
        shares = solve_nonnegative(own, beyond) if own else []
        if shares is None:
            return None
        spread.extend(shares)
    return [[x / sum(u) for x in u] for u in inside], spread, (Fraction(1), sum(spread))


def solve_nonnegative(generators, vector):
    """Coefficients >= 0 of a vector on some generators, by trying all independent sets."""
    if not any(vector):
        return [Fraction(0)] * len(generators)
    for size in range(1, len(generators) + 1):
        for chosen in combinations(range(len(generators)), size):
            found = _solved([generators[k] for k in chosen], vector)
            if found is not None and min(found) >= 0:
                row = [Fraction(0)] * len(generators)
                for k, x in zip(chosen, found, strict=True):
                    row[k] = x
                return row
    return None


def _solved(generators, vector):
    """Coefficients on independent generators by Gauss-Jordan elimination, or None."""
    count = len(generators)
    rows = [
        [Fraction(g[k]) for g in generators] + [Fraction(vector[k])] for k in range(len(vector))
    ]
    for column in range(count):
        pivot = next((r for r in range(column, len(rows)) if rows[r][column]), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [x / rows[column][column] for x in rows[column]]
        for r in range(len(rows)):
            if r != column and rows[r][column]:
                rows[r] = [
                    x - rows[r][column] * y for x, y in zip(rows[r], rows[column], strict=True)
                ]
    return None if any(row[-1] for row in rows[count:]) else [row[-1] for row in rows[:count]]


class Traced:
    """A point of a root in a cell: its factors, and its coefficients on the generators."""

    def __init__(self, shape, factors) -> None:
        self.factors = factors
        self.cell = root_cell(tuple(shape))
        self.values = [list(row) for row in factors]

    def split(self, slot, i, j, p=1, q=1, den=None) -> int:
        """Go to the half in which the point lies."""
        halves = split(self.cell, slot, i, j, p, q)
        side, self.values[slot] = halved(
            self.values[slot], self.cell.slots[slot].generators, i, j, p, q
        )
        self._enter(halves[side], den)
        return side

    def merge(self, slots, den) -> None:
        """Merge slots; dead products are dropped."""
        own = [
            prod(choice, start=Fraction(1))
            for choice in product(*(self.values[k] for k in slots))
        ]
        rest = [row for k, row in enumerate(self.values) if k not in slots]
        rest.insert(slots[0], own)
        self.values = rest
        self._enter(merged(self.cell, slots), den)

    def _enter(self, cell: Cell, den) -> None:
        kept = cell if den is None else without_dead(cell, den)
        assert kept is not None
        for k, (before, after) in enumerate(zip(cell.slots, kept.slots, strict=True)):
            left = list(after.generators)
            row = []
            for g, x in zip(before.generators, self.values[k], strict=True):
                if left and g == left[0]:
                    left.pop(0)
                    row.append(x)
            assert not left
            self.values[k] = row
        self.cell = kept


def random_cell(source, table, factors, *, before=2, merge=True, after=2) -> Traced:
    """A random cell around a point: some splits, a merger of all slots, some more splits."""
    traced = Traced(table.root.shape, factors)
    den = table.forms[0]
    for _ in range(before):
        _random_split(source, traced, None)
    if merge:
        traced.merge(list(range(len(traced.cell.slots))), den)
        for _ in range(after):
            _random_split(source, traced, den)
    return traced


def _random_split(source, traced, den) -> None:
    slots = [k for k, size in enumerate(traced.cell.sizes) if size > 1]
    if not slots:
        return
    slot = source.choice(slots)
    i, j = sorted(source.sample(range(traced.cell.sizes[slot]), 2))
    traced.split(slot, i, j, source.choice([1, 1, 2, 4]), source.choice([1, 1, 2]), den)
