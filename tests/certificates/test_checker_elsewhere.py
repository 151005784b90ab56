"""Limits that neurons of other pieces realise (Lemma 24), in cells and in charts."""

from __future__ import annotations

import random
from copy import deepcopy
from fractions import Fraction
from itertools import islice, product
from math import lcm
from typing import Any

import pytest
from secant_tools import holds, problem_of, set_levels, start
from test_checker_charts import charts, closes, drawn, mixed
from test_checker_secants import (
    combined,
    loss_of,
    on_products,
    pairing,
    spaces,
    vectors_of,
)

from symerm.certificates import checker
from symerm.certificates.checker import Cell, Chart, Invalid, Malformed, Pieces, Problem, Root

LINE = ([[0], [1], [2], [4], [5]], [[1, -2], [0, 3], [4, -2], [5, 1], [-3, 2]])


def hinge(problem: Problem, point: int, left: bool = False) -> list[Fraction]:
    """The activations of max(x - s, 0) or max(s - x, 0) at the data, centred."""
    xs = [Fraction(form[0], form[1]) for form in problem.forms]
    values = [max((xs[point] - x) if left else (x - xs[point]), Fraction(0)) for x in xs]
    return [x - sum(values) / len(values) for x in values]


def vertex(problem: Problem, vectors: Any, wanted: list[Fraction]) -> tuple[int, int]:
    """The vertex that is a multiple of a vector, with a sign."""
    for i, vector in enumerate(vectors):
        ratios = {Fraction(x, y) if y else None
                  for x, y in zip(vector, wanted, strict=True) if x or y}
        if len(ratios) == 1 and None not in ratios:
            return i, 1 if ratios.pop() > 0 else -1
    raise AssertionError("no such vertex")


class Stratum:
    """The pair of segments at the right hinge of the second point, and the left hinges."""

    def __init__(self) -> None:
        self.problem = problem_of(*LINE)
        self.space = Pieces(self.problem)
        self.vectors = vectors_of(self.problem)
        right = [vertex(self.problem, self.vectors, hinge(self.problem, k))[0] for k in range(3)]
        left = [vertex(self.problem, self.vectors, hinge(self.problem, k, True))[0]
                for k in (1, 2)]
        pieces = [{i for i, _ in piece} for piece in self.space.pieces]
        self.near, self.far, self.other = (
            pieces.index({*pair}) for pair in (right[:2], right[1:], left))
        self.middle = right[1]
        self.root = next(
            root for root in self.space.roots()
            if {frozenset(i for i, _ in w) for w in root.wedges} == {
                frozenset({right[1]}), frozenset(right[:2]), frozenset(right[1:]),
                frozenset((right[0], right[2])),
            }
        )
        # Coordinates: the limits are combinations of the first two.
        self.first, self.second, self.mixed = (
            next(k for k in self.root.alive if {i for i, _ in self.root.wedges[k]} == pair)
            for pair in ({*right[:2]}, {*right[1:]}, {right[0], right[2]})
        )
        self.corners = self.solved(1, 0), self.solved(0, 1)  # of the realised part
        self.set(0, 30)

    def set(self, low: int, top: int) -> None:
        levels = [self.space.at(Fraction(x) * self.problem.unit**2) for x in (low, low, top)]
        set_levels(self.space, *levels)
        self.space.least = False

    def product_of(self, a: Any, b: Any) -> list[Fraction]:
        """The inner products of a^b, a the middle vertex, with those of the two coordinates."""
        x = combined(self.vectors, self.space.pieces[self.other], [a, b])
        m = self.vectors[self.middle]

        def inner(p: Any, q: Any) -> Fraction:
            return sum((w * y * z for w, y, z in
                        zip(self.problem.weights, p, q, strict=True)), Fraction(0))

        found = []
        for k in (self.first, self.second):
            (i, s), (j, t) = self.root.wedges[k]
            p = [s * y for y in self.vectors[i]]
            q = [t * y for y in self.vectors[j]]
            found.append(inner(p, m) * inner(q, x) - inner(p, x) * inner(q, m))
        return found

    def solved(self, a: Any, b: Any) -> tuple[Fraction, Fraction]:
        """The coordinates of the product of the middle vertex and a left hinge."""
        # The tables of the checker are in units of the weight.
        right = [x * self.space.unit**2 for x in self.product_of(a, b)]
        both = self.first, self.second
        rows = [[Fraction(self.root.den[k][m]) for m in both] for k in both]
        det = rows[0][0] * rows[1][1] - rows[0][1] * rows[1][0]
        return ((right[0] * rows[1][1] - right[1] * rows[0][1]) / det,
                (right[1] * rows[0][0] - right[0] * rows[1][0]) / det)

    def rows(self, gens: Any) -> list[list[int]] | None:
        """The left hinges whose products are those of some generators, with one factor."""
        (a, b), (c, d) = self.corners
        det = a * d - b * c
        found = []
        for g in gens:
            x, y = g.get(self.first, 0), g.get(self.second, 0)
            found.append([(x * d - y * c) / det, (y * a - x * b) / det])
        sign = -1 if any(min(row) < 0 for row in found) else 1
        found = [[sign * x for x in row] for row in found]
        if min(map(min, found)) < 0:
            return None
        scale = lcm(*(x.denominator for row in found for x in row))
        return [[int(x * scale) for x in row] for row in found]

    def cell(self, gens: Any, pure: bool = True) -> Cell:
        form = self.root.form(self.space.goal)
        cell = Cell(self.root, [([0, 1], gens)], form, pure)
        return Cell(self.root, [([0, 1], gens)], on_products(cell, form), pure)

    def neurons(self, rows: Any) -> list[Any]:
        piece = self.space.pieces[self.near]
        fixed = [int(i == self.middle) for i, _ in piece]
        return [[-1, self.near, [fixed]], [0, self.other, rows]]


def sides(stratum: Stratum) -> tuple[list[Any], list[Any]]:
    """Generators of the realised part of the stratum, and one that is not in it."""
    inside = [{stratum.first: 1}]
    lo = next(n for n in range(1, 100) if stratum.rows([{stratum.first: n, stratum.second: 1}]))
    inside.append({stratum.first: lo, stratum.second: 1})
    return inside, [{stratum.second: 1}]


def test_a_stratum_that_left_hinges_realise() -> None:
    stratum = Stratum()
    gens, outer = sides(stratum)
    rows = stratum.rows(gens)
    assert rows is not None
    assert stratum.rows(outer) is None
    for pure in (True, False):
        cell = stratum.cell(gens, pure)
        cell.close("e", [0, [], stratum.neurons(rows)])
    # The limits have the losses of networks.
    source = random.Random(1)
    piece = stratum.space.pieces[stratum.other]
    for _ in range(5):
        c = [source.randint(0, 5), source.randint(1, 5)]
        w = mixed(gens, c)
        root = stratum.root
        value = (stratum.space.square - Fraction(
            pairing(root.num, w, w), pairing(root.den, w, w))) / stratum.space.unit
        x = [sum(f * row[k] for f, row in zip(c, rows, strict=True)) for k in (0, 1)]
        network = [stratum.vectors[stratum.middle], combined(stratum.vectors, piece, x)]
        assert loss_of(stratum.problem, network) == value
    # One generator alone: the plane is that of the neurons, or it is not.
    for n in (0, 1):
        cell = stratum.cell(gens[n : n + 1])
        for one in product(range(4), repeat=2):
            if any(one):
                good = one[0] * rows[n][1] == one[1] * rows[n][0]
                neurons = stratum.neurons([list(one)])
                assert holds(cell.close, "e", [0, [], neurons]) == good
    # What is beyond: no combination of these vertices.
    for other in ([gens[0], *outer], [*gens, *outer]):
        cell = stratum.cell(other)
        for wrong in product(range(3), repeat=2):
            if any(wrong):
                neurons = stratum.neurons([*rows[: len(other) - 1], list(wrong)])
                with pytest.raises(Invalid, match="not that of the neurons"):
                    cell.close("e", [0, [], neurons])


def test_every_part_of_a_list_of_neurons() -> None:
    stratum = Stratum()
    gens, _ = sides(stratum)
    rows = stratum.rows(gens)
    assert rows is not None
    cell, good = stratum.cell(gens), stratum.neurons(rows)
    cell.close("e", [0, [], good])
    cell.close("e", [0, [], good[::-1]])
    cell.close("e", [0, [], [good[0], [0, stratum.other, [[3 * x for x in row] for row in rows]]]])

    def changed(n: int, k: int, value: Any) -> Any:
        found = deepcopy(good)
        found[n][k] = value
        return found

    for wrong in (
        # One factor for all generators; the right vectors, pieces and slots.
        changed(1, 2, [rows[0], [2 * x for x in rows[1]]]), changed(1, 2, rows[::-1]),
        changed(1, 2, [rows[0], rows[0]]), changed(1, 1, stratum.far), changed(1, 1, stratum.near),
        changed(0, 1, stratum.far) if stratum.space.pieces[stratum.far][0][0] != stratum.middle
        else changed(0, 2, [good[0][2][0][::-1]]),
        changed(0, 2, [[1, 1]]), [good[0], good[0]],
        [[-1, stratum.other, [rows[1]]], good[1]],
        [good[0], [-1, stratum.other, [rows[0]]]],
    ):
        with pytest.raises(Invalid, match="not that of the neurons"):
            cell.close("e", [0, [], wrong])
    for wrong in (
        5, [], good[:1], [*good, good[0]], [good[0], 5], [good[0], good[1][:2]],
        [good[0], [*good[1], 0]], changed(1, 0, 1), changed(1, 0, -2), changed(1, 0, "0"),
        changed(1, 0, True), changed(1, 1, -1), changed(1, 1, len(stratum.space.pieces)),
        changed(1, 1, "0"), changed(1, 2, 5), changed(1, 2, rows[:1]),
        changed(1, 2, [*rows, [1, 1]]),
        changed(1, 2, [rows[0], [0, 0]]), changed(1, 2, [rows[0], [-1, 2]]),
        changed(1, 2, [rows[0], [1]]), changed(1, 2, [rows[0], ["1", 0]]),
        changed(1, 2, [rows[0], 5]), changed(0, 2, [[0, 1], [0, 1]]), changed(0, 2, []),
        [good[1], good[1]],
    ):
        with pytest.raises(Malformed):
            cell.close("e", [0, [], wrong])
    for rest in ([0, []], [0], [], [0, [], good, [], []], [1, [], good], ["0", [], good],
                 [-1, [], good], [0, [9], good], [0, [1, 0], good], [0, 5, good]):
        with pytest.raises(Malformed):
            cell.close("e", rest)


def test_coordinates_that_go_to_0() -> None:
    """With a part on other coordinates: the conditions of Lemma 17 at both levels."""
    stratum = Stratum()
    plain, _ = sides(stratum)
    rows = stratum.rows(plain)
    assert rows is not None
    cell = stratum.cell(plain)
    gone = [n for n, k in enumerate(cell.coordinates(0)) if k == stratum.mixed]
    kept = {False: 0, True: 0}
    assert len(gone) == 1
    for low, top in ((0, 0), (0, 500), (500, 500), (500, 1000), (0, 10**6), (10**6, 10**6)):
        stratum.set(low, top)
        for size in (1, 100, 10000):
            gens = [{k: size * x for k, x in g.items()} for g in plain]
            gens += [{**gens[1], stratum.mixed: 1}]
            what = [0, gone, stratum.neurons([*rows, rows[1]])]
            cell = stratum.cell(gens)
            alone = []
            for level in stratum.space.levels:
                whole = stratum.space.levels
                stratum.space.levels = [level]
                alone.append(holds(cell.close, "e", what))
                stratum.space.levels = whole
            assert holds(cell.close, "e", what) == all(alone)
            kept[all(alone)] += 1
            # Without the coordinate the product is not that of the neurons.
            with pytest.raises(Invalid, match="not that of the neurons"):
                cell.close("e", [0, [], what[2]])
            # With other coordinates it may vanish.
            everything = list(range(len(cell.coordinates(0))))
            with pytest.raises(Invalid, match="degenerate"):
                cell.close("e", [0, everything, what[2]])
    assert min(kept.values()) > 2, kept


def test_the_lower_level_is_asked_for() -> None:
    stratum = Stratum()
    gens, _ = sides(stratum)
    rows = stratum.rows(gens)
    cell, neurons = stratum.cell(gens), stratum.neurons(rows)
    stratum.set(10**6, 10**6)
    stratum.space.least = True
    with pytest.raises(Invalid, match="a coefficient is negative"):
        cell.close("e", [0, [], neurons])
    how = [[[]], [[1, 1]]]
    with pytest.raises(Invalid, match="negative"):
        cell.close("e", [0, [], neurons, how])
    stratum.set(0, 30)
    stratum.space.least = True
    cell.close("e", [0, [], neurons])
    with pytest.raises(Malformed):
        cell.close("e", [0, [], neurons, []])


def own_neurons(root: Root, rows: Any) -> list[Any] | None:
    """Each slot as a neuron of its own: the pieces of the items, and their coefficients."""
    found = []
    for a, gens in enumerate(rows):
        items = []
        for k in range(root.shape[a]):
            place = k * root.strides[a]
            items.append(root.wedges[place][a : a + 1])
        if any(len(item) != 1 for item in items) or len(root.wedges[0]) != len(root.shape):
            return None
        piece = next((
            n for n, piece in enumerate(root.space.pieces)
            if {i for i, _ in piece} == {i for (i, _), in items}
            and len({s * t for (i, s), in items for j, t in piece if i == j}) == 1), None)
        if piece is None:
            return None
        order = [i for (i, _), in items]
        found.append([a, piece, [
            [g.get(order.index(i) * root.strides[a], 0) for i, _ in root.space.pieces[piece]]
            for g in gens
        ]])
    return found


@pytest.mark.parametrize("width", [2, 3])
def test_a_cell_of_neurons_is_realised_by_them(width: int) -> None:
    """Slots of one axis: the neurons are the factors, with the sign of the product."""
    source, seen = random.Random(width), 0
    for _, space in spaces(70 + width, width, 9):
        set_levels(space, space.at(Fraction(0)))
        space.least = False
        for root in islice(space.roots(), 60):
            cell = start(root, space.goal)
            for _ in range(source.randint(0, 3)):
                s = source.randrange(len(cell.slots))
                if cell.sizes[s] > 1:
                    cell = source.choice(cell.split(s, 0, 1, source.randint(1, 3), 1))
            neurons = own_neurons(root, [gens for _, gens in cell.slots])
            if neurons is None or len(neurons) != width:
                continue
            good = holds(cell.close, "e", [0, [], neurons])
            den = cell.bilinear(root.den, cell.terms(), cell.terms())
            assert good == checker.definite(den, cell.powers())
            seen += good
            if good and max(cell.sizes) > 1:
                s = max(range(width), key=lambda s: cell.sizes[s])
                neurons[s][2][0] = [2 * x for x in neurons[s][2][0]]
                assert not holds(cell.close, "e", [0, [], neurons])
    assert seen > 20


def test_charts_of_limits_that_are_networks() -> None:
    """At a vertex of two segments: the inside of both neurons is the vertex."""
    stratum = Stratum()
    root = stratum.root
    cell = start(root, stratum.space.goal)
    box = [[item] for _, item in root.retreats]
    chart = Chart.of(cell, box)
    chart = chart.split(len(chart.sizes) - 1, 0, 1, 5, 1)[0]
    assert chart.count == 2
    assert [len(g) for g in chart.groups[:3]] == [1, 1, 2]
    accepted = refused = 0
    spread = len(chart.sizes) - 2
    for p, q in ((1, 1), (1, 3), (3, 1), (1, 30), (30, 1), (5, 1), (9, 1)):
        for part in chart.split(spread, 0, 1, p, q):
            kept = {key: g for key, g in part.terms() if not part.power(key)}
            limits = [kept[key] for key in part.monomials([1] * (len(part.sizes) - 1))]
            rows = stratum.rows(limits)
            for low, top in ((0, 0), (10**4, 10**4), (10**4, 10**6), (-10**6, 10**6)):
                stratum.set(low, top)
                if rows is None:
                    for wrong in ([[1, 0], [0, 1]], [[1, 1], [1, 0]]):
                        neurons = stratum.neurons(wrong)
                        neurons[1][0] = spread
                        assert not holds(part.close, "e", [neurons])
                    continue
                neurons = stratum.neurons(rows)
                neurons[1][0] = spread
                alone = []
                for level in stratum.space.levels:
                    whole, stratum.space.levels = stratum.space.levels, [level]
                    alone.append(holds(part.close, "e", [neurons]))
                    stratum.space.levels = whole
                assert holds(part.close, "e", [neurons]) == all(alone)
                gone = [pair for pair in part.terms() if pair[0] not in kept]
                assert holds(part.falls, [*kept.items()], gone) == all(alone)
                refused += not all(alone)
                if not all(alone):
                    continue
                accepted += 1
                # Not with the inside group of an axis, nor for another factor.
                for n, value in ((0, 0), (1, -1)):
                    wrong_one = deepcopy(neurons)
                    wrong_one[1][n] = value
                    assert not holds(part.close, "e", [wrong_one])
                wrong_one = deepcopy(neurons)
                wrong_one[1][2][0] = [2 * x for x in rows[0]]
                with pytest.raises(Invalid, match="not that of the neurons"):
                    part.close("e", [wrong_one])
                stratum.space.least = True
                stratum.space.levels[0] = (1, 10**9)
                with pytest.raises(Invalid):
                    part.close("e", [neurons])
                stratum.space.least = False
    assert accepted > 3
    assert refused > 3
    with pytest.raises(Malformed):
        chart.close("e", [])


def test_limits_of_charts_do_not_have_larger_forms() -> None:
    """Lemma 17 for the part without t: where it holds, the limit at t = 0 is no worse."""
    source, seen, refused = random.Random(12), 0, set()
    for _, chart, _ in charts(13, 200, 0):
        chart = chart.split(len(chart.sizes) - 1, 0, 1, source.choice([1, 10, 100]), 1)[0]
        root, w = chart.root, chart.terms()
        kept = [pair for pair in w if not chart.power(pair[0])]
        try:
            chart.falls(kept, [pair for pair in w if chart.power(pair[0])])
        except Invalid as error:
            refused.add(str(error))
            continue
        for _ in range(4):
            *inner, c, ends = drawn(chart, source)
            radius = mixed(chart.groups[-1], ends)
            size = radius.get(0, 0) * sum(x * n for x, (_, n) in zip(c, chart.spread, strict=True))
            points = []
            for t in (radius.get(1, 0), 0):
                point: dict[int, int] = {}
                row = [*(x for part in inner for x in part), 1, 1, 1, *c]
                for key, g in w:
                    k = chart.power(key)
                    weight = t**k * size ** (chart.count - 1 - k)
                    for n, x in enumerate(row):
                        weight *= x ** (key >> checker.EXPONENT * n & 63)
                    point = checker.combine(1, point.items(), weight, g.items())
                points.append(point)
            assert pairing(root.den, points[1], points[1]) > 0
            for form in root.levels():
                before, after = (pairing(form, x, x) for x in points)
                assert after <= before
            seen += 1
    assert seen > 20
    assert refused == {"a plane may be degenerate", "the loss may rise"}


def test_only_proofs_of_minimisers_have_the_step() -> None:
    stratum = Stratum()
    gens, _ = sides(stratum)
    neurons = stratum.neurons(stratum.rows(gens))
    low = stratum.space.levels[0]
    for kind in ("bounds", "level"):
        for step in (["e", 0, [], neurons], ["r", 0, []]):
            found = closes(stratum.root, kind, None, low, low, [step])
            assert found == "not a step of this proof"
        steps = [["c", [[item] for _, item in stratum.root.retreats]], ["e", neurons]]
        found = closes(stratum.root, kind, None, low, low, steps)
        assert found == "not a step of this proof"
