"""The checker's charts at products that vanish: each step computed a second way (Lemma 21)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, islice, product
from math import comb, prod
from typing import Any

import pytest
from secant_tools import HELD, LARGE_GAP, LINE_4, boxes, close, free_lines, holds, problem_of, start

from symerm.attainability import secant_cells, secant_charts
from symerm.certificates import checker
from symerm.certificates.checker import Cell, Chart, Invalid, Malformed, Pieces, Root

CROSSED = ([[0], [1], [2], [4], [5]], [[1, 2], [0, 3], [4, -2], [5, 1], [-3, 2]])
PLANE = ([[0, 0], [1, 0], [0, 1], [2, 3]], [[1, 0], [3, 1], [-1, 2], [0, 5]])


def dead_boxes(root: Root) -> list[list[list[int]]]:
    """Boxes of vanishing products, the largest ones first."""
    alive = set(root.alive)
    found = [
        [list(side) for side in box] for box in boxes(root, range(len(root.shape)))
        if not any(
            sum(x * s for x, s in zip(row, root.strides, strict=True)) in alive
            for row in product(*box)
        )
    ]
    return sorted(found, key=lambda box: -prod(map(len, box)))


def charts(seed: int, rounds: int = 60, deep: int = 2) -> Iterator[tuple[Cell, Chart, Any]]:
    """Charts of random cells at boxes of vanishing products."""
    source = random.Random(seed)
    spaces = [
        Pieces(problem_of(*rows, width)) for rows, width in
        ((LARGE_GAP, 2), (HELD, 2), (PLANE, 2), (CROSSED, 3), (LINE_4, 2))
    ]
    roots = [
        [root for root in islice(space.roots(), 80) if len(root.den) <= 18 and dead_boxes(root)]
        for space in spaces
    ]
    for _ in range(rounds):
        root = source.choice(source.choice(roots))
        level = root.space.at(Fraction(source.choice([0, 1, 10, 30])) * root.space.unit)
        cell = start(root, level)
        for _ in range(source.randint(0, 3)):
            places = [
                (s, i, j) for s, n in enumerate(cell.sizes) for i, j in combinations(range(n), 2)
            ]
            p, q = source.randint(1, 3), source.randint(1, 3)
            cell = source.choice(cell.split(*source.choice(places), p, q))
        box = source.choice(dead_boxes(root)[:3])
        try:
            chart = Chart.of(cell, box, root.form(level))
        except Invalid:
            continue
        for _ in range(source.randint(0, deep)):
            places = [
                (s, i, j) for s, n in enumerate(chart.sizes) for i, j in combinations(range(n), 2)
            ]
            p, q = source.randint(1, 3), source.randint(1, 3)
            chart = source.choice(chart.split(*source.choice(places), p, q))
        yield cell, chart, box


def mixed(gens: Any, factors: Any) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for g, c in zip(gens, factors, strict=True):
        for k, x in g.items():
            found[k] = found.get(k, 0) + c * x
    return found


def neurons(
    chart: Chart, factors: Any, kept: Any = None, sized: Any = None
) -> tuple[list[dict[int, Any]], Any, Any]:
    """The factors s u + t c on each axis, homogeneous, with s times the spread's size, and t.

    The outside vectors of an axis `kept` are left out, at the same size of the spread.
    """
    sized = sized or chart.spread
    groups = [*chart.groups[:-2], [g for g, _ in sized], chart.groups[-1]]
    *inner, spread, ends = (mixed(gens, c) for gens, c in zip(groups, factors, strict=True))
    size = sum(c * n for c, (_, n) in zip(factors[-2], sized, strict=True))
    s, t = ends.get(0, 0) * size, ends.get(1, 0)
    found = []
    for a, u in enumerate(inner):
        point = {k: s * x for k, x in u.items()}
        for k, c in spread.items():
            axis, vector = chart.outside[k]
            if axis == a != kept:
                for n, x in vector.items():
                    point[n] = point.get(n, 0) + t * sum(u.values()) * c * x
        found.append(point)
    return found, s, t


def pairing(table: Any, x: Any, y: Any) -> Any:
    return sum(a * b * table[k][m] for (k, a), (m, b) in product(x.items(), y.items()))


def loss(root: Root, point: Any) -> Fraction:
    (w,) = checker.tensors([[x] for x in point])
    return -Fraction(pairing(root.num, w, w)) / pairing(root.den, w, w)


def drawn(chart: Chart, source: random.Random, least: int = 0) -> list[list[int]]:
    found = [[source.choice([least, 1, 2, 7]) for _ in gens] for gens in chart.groups]
    return [c if any(c) else [1] * len(c) for c in found]


def value_at(found: dict[int, int], chart: Chart, factors: Any) -> int:
    """A polynomial of `written` at coefficients of the generators."""
    *inner, spread, ends = factors
    row = [*(c for part in inner for c in part), *ends, 0, *spread]
    total = 0
    for key, x in found.items():
        for n, c in enumerate(row):
            x *= c ** (key >> checker.EXPONENT * n & 63)
        total += x
    return total


def test_the_polynomial_is_the_form_of_the_neurons() -> None:
    source, seen = random.Random(1), set()
    for _, chart, _ in charts(1):
        root, m, d = chart.root, chart.count, len(chart.root.shape)
        w = chart.terms(chart.spread)
        assert all(0 <= chart.power(key) < m for key, _ in w)
        for table in (root.den, root.num, chart.form):
            found = chart.written(chart.quadratic(table, w, w), chart.spread, 2 * m - 2)
            factors = drawn(chart, source)
            point, s, t = neurons(chart, factors)
            (whole,) = checker.tensors([[x] for x in point])
            # The neurons' product is t (s size)^(d - m) times w/t.
            assert pairing(table, whole, whole) == (
                t**2 * s ** (2 * (d - m)) * value_at(found, chart, factors)
            )
            degrees = [2] * d + [2 * m, 2 * m - 2]
            size = prod(comb(n + e - 1, e) for n, e in zip(chart.sizes, degrees, strict=True))
            assert len(found) <= size
            assert chart.least(chart.quadratic(table, w, w), chart.spread, 2) == min(
                [*found.values()] + [0] * (len(found) < size)
            )
        seen.add((d, m))
    assert {(2, 2), (3, 2), (3, 3)} <= seen


def test_a_chart_covers_the_tuples_of_its_cell() -> None:
    """Every tuple with inside parts is s u + t c with (u, c, s, t) in the chart."""
    source, seen, far, large = random.Random(2), 0, 0, 0
    for cell, chart, box in charts(3, 200, 0):
        root = cell.root
        near = [
            {k for k in range(n) if k in items} for n, items in zip(root.shape, box, strict=True)
        ]
        c = [[source.choice([0, 0, 1, 2, 5]) for _ in gens] for _, gens in cell.slots]
        xs = [mixed(gens, own) for (_, gens), own in zip(cell.slots, c, strict=True)]
        sizes, out, u = [], [], []
        for a, x in enumerate(xs):
            inside = {k: y for k, y in x.items() if k // root.strides[a] in near[a] and y}
            sizes.append(sum(inside.values()))
            u.append(inside)
            for g, factor in zip(cell.slots[a][1], c[a], strict=True):
                if any(k // root.strides[a] not in near[a] for k in g):
                    kept = sum(y for k, y in g.items() if k // root.strides[a] in near[a])
                    out.append((a, factor, kept))
        if not all(sizes) or not any(factor for _, factor, _ in out):
            continue
        # Coefficients of the outside generators: their vectors are the cell's times unit / size.
        bounded = 0 in chart.groups[-1][1]
        unit = chart.groups[-1][1].get(0)
        spread = [Fraction(0)] * len(chart.outside)
        for (a, factor, kept), own in zip(
            out, (
                g for a, (_, gens) in enumerate(cell.slots) for g in gens
                if any(k // root.strides[a] not in near[a] for k in g)
            ), strict=True,
        ):
            rest = {k: y for k, y in own.items() if k // root.strides[a] not in near[a]}
            # Exactly one vector is parallel to it, and none shorter than the cell's own.
            (place,) = (
                n for n, (b, vector) in enumerate(chart.outside)
                if b == a and rest.keys() == vector.keys()
                and len({Fraction(rest[k], vector[k]) for k in rest}) == 1
            )
            scale = next(Fraction(rest[k], chart.outside[place][1][k]) for k in rest)
            assert not kept or unit is None or scale <= Fraction(kept, unit)
            spread[place] += factor * scale / sizes[a]
        t = sum(spread)
        # The radius: t at most (number of axes) / unit where it has a bound.
        near_end, far_end = chart.groups[-1]
        assert near_end == {0: 1}
        assert far_end == {1: 1} or t <= Fraction(far_end[1], far_end[0])
        assert bounded == all(kept for _, _, kept in out)
        far += not bounded
        large += bounded and t * unit > 1  # more than one axis can reach alone
        # The inside parts are combinations of the inside generators.
        inner = []
        for a, gens in enumerate(chart.groups[:-2]):
            row = [Fraction(0)] * len(gens)
            for g, factor in zip(cell.slots[a][1], c[a], strict=True):
                kept_part = {k: y for k, y in g.items() if k // root.strides[a] in near[a]}
                if kept_part:
                    n = gens.index(checker.reduced(kept_part))
                    row[n] += factor * Fraction(sum(kept_part.values()), sum(gens[n].values()))
            inner.append([y / sizes[a] for y in row])
        ends = [1 - t * Fraction(far_end.get(0, 0), far_end[1]), t / far_end[1]]
        assert min(ends) >= 0
        point, s, t_found = neurons(chart, [*inner, [x / t for x in spread], ends])
        assert (s, t_found) == (1, t)
        for x, y, size in zip(point, xs, sizes, strict=True):
            assert {k: v * size for k, v in x.items() if v} == {k: v for k, v in y.items() if v}
        seen += 1
    assert seen > 25
    assert far > 5
    assert large > 2


def test_halves_cover_a_chart() -> None:
    source, seen = random.Random(4), 0
    for _, chart, _ in charts(5, 40):
        places = [
            (s, i, j) for s, n in enumerate(chart.sizes) for i, j in combinations(range(n), 2)
        ]
        s, i, j = source.choice(places)
        p, q = source.randint(1, 4), source.randint(1, 4)
        first, second = chart.split(s, i, j, p, q)
        gens = chart.groups[s]
        new = mixed([gens[i], gens[j]], [p, q])
        for part, lost in ((first, j), (second, i)):
            own = part.groups[s]
            assert [own[k] for k in range(len(gens)) if k != lost] == [
                g for k, g in enumerate(gens) if k != lost]
            assert {Fraction(new[k], own[lost][k]) for k in own[lost]}.__len__() == 1
            assert own[lost].keys() == new.keys()
            rest = [g for t, g in enumerate(chart.groups) if t != s]
            assert [g for t, g in enumerate(part.groups) if t != s] == rest
            assert part.outside == chart.outside
        seen += 1
    assert seen > 15


def near_stratum(seed: int, rounds: int) -> Iterator[tuple[Chart, random.Random]]:
    """Charts cut down to a part, with the radius near its start."""
    source = random.Random(seed)
    for _, chart, _ in charts(seed, rounds, 0):
        size = len(chart.sizes)
        depth = source.choice([1, 4, 16])
        end = size - 1
        chart = chart.split(end, 0, 1, depth, 1)[0]
        for _ in range(source.randint(2, 6)):
            places = [
                (s, i, j) for s, n in enumerate(chart.sizes[:-1])
                for i, j in combinations(range(n), 2)
            ]
            if places:
                chart = source.choice(chart.split(*source.choice(places), 1, 1))
        yield chart, source


def test_where_the_loss_rises_with_the_distance() -> None:
    """The slope against exact difference quotients; and along t where the rule holds."""
    seen = held = 0
    for chart, source in near_stratum(7, 150):
        m = chart.count
        if m < 2:
            with pytest.raises(Invalid, match="nothing moves"):
                chart.flows()
            continue
        w = chart.terms(chart.spread)
        forms = chart.forms(w, w)
        slope = chart.written(chart.rise(), chart.spread, 4 * m - 5)
        factors = drawn(chart, source, 1)
        den = value_at(chart.written(forms[0], chart.spread, 2 * m - 2), chart, factors)

        def at(e: Fraction, chart: Chart = chart, factors: Any = factors) -> Fraction:
            *inner, spread, ends = chart.groups
            point = mixed(ends, factors[-1])
            turned = [*inner, spread, [{0: point[0], 1: point.get(1, 0) + e}]]
            other = Chart(chart.root, chart.form, chart.outside, turned)
            return loss(other.root, neurons(other, [*factors[:-1], [1]])[0])

        if den and sum(mixed(chart.groups[-1], factors[-1]).values()):
            e = Fraction(1, 10**30)
            if mixed(chart.groups[-1], factors[-1]).get(1):
                quotient = (at(e) - at(-e)) / (2 * e)
                expected = Fraction(value_at(slope, chart, factors), den**2)
                assert abs(quotient - expected) <= Fraction(1, 10**15) * (1 + abs(expected))
                seen += 1
        if not holds(chart.flows):
            continue
        held += 1
        for _ in range(5):
            factors = drawn(chart, source)
            t = mixed(chart.groups[-1], factors[-1]).get(1, 0)
            if t:
                values = [at(-t * share, chart, factors) for share in (
                    Fraction(9, 10), Fraction(1, 2), Fraction(1, 10), Fraction(0))]
                assert values == sorted(set(values))
    assert seen > 40
    assert held > 5


def test_the_slope_of_a_retreat() -> None:
    """The form of `m` against the exact derivative, on the enlarged chart."""
    source, seen = random.Random(16), 0
    for chart, _ in near_stratum(17, 25):
        root, m, d = chart.root, chart.count, len(chart.root.shape)
        for axis in range(d):
            try:
                spread = chart.enlarged(axis)
            except Invalid:
                continue
            copies = len(spread) - len(chart.spread)
            factors = drawn(chart, source, 1)
            factors[-2] += [source.choice([0, 1, 3]) for _ in range(copies)]
            w = chart.terms(spread)
            den, num = chart.forms(w, w)
            dens, nums = chart.forms(w, chart.terms(spread, axis))
            slope = chart.written(chart.slope((den, dens), (num, nums)), spread, 4 * m - 4)
            point, s, t = neurons(chart, factors, None, spread)
            short, *_ = neurons(chart, factors, axis, spread)
            move = [*point]
            move[axis] = {k: x - short[axis].get(k, 0) for k, x in point[axis].items()}
            (y,), (v,) = (checker.tensors([[x] for x in part]) for part in (point, move))
            direct = pairing(root.num, y, y) * pairing(root.den, y, v) - (
                pairing(root.den, y, y) * pairing(root.num, y, v))
            assert direct == t**4 * s ** (4 * (d - m)) * value_at(slope, chart, factors)
            # Along the path from originals to copies the other neurons stay where they are.
            assert all(point[a] == short[a] for a in range(d) if a != axis)
            by_vector: dict[Any, list[int]] = {}
            for g, size in chart.spread:
                rest = tuple((k, x) for k, x in g.items() if chart.outside[k][0] != axis)
                by_vector.setdefault(rest, []).append(size)
            for g, size in spread[len(chart.spread) :]:
                assert size in by_vector[tuple(g.items())]
            seen += direct != 0
    assert seen > 8


def test_where_neurons_may_retreat() -> None:
    seen, refused = 0, set()
    for chart, source in near_stratum(8, 200):
        for axis, item in chart.root.retreats:
            with pytest.raises(Invalid, match="keeps another item"):
                chart.retreats(axis, item + 1)
            try:
                chart.retreats(axis, item)
            except (Invalid, Malformed) as error:
                refused.add(str(error))
                continue
            for _ in range(6):
                factors = drawn(chart, source)
                whole, s, t = neurons(chart, factors)
                short, *_ = neurons(chart, factors, axis)
                if s and t:
                    assert {k for k, x in short[axis].items() if x} == {
                        item * chart.root.strides[axis]}
                    assert loss(chart.root, short) <= loss(chart.root, whole)
                    seen += 1
    assert seen > 20
    assert refused >= {
        "a generator without a part that is kept",
        "a plane may be degenerate", "the loss may rise",
    }


def test_compact_charts_have_no_degenerate_limit() -> None:
    source, held, refused = random.Random(9), 0, set()
    for _, chart, _ in charts(10, 120, 4):
        for part in (chart, *chart.split(len(chart.sizes) - 1, 0, 1, 1, 1)):
            try:
                part.compact()
            except Invalid as error:
                refused.add(str(error))
                continue
            held += 1
            for _ in range(5):
                factors = drawn(part, source)
                point, s, t = neurons(part, factors)
                (w,) = checker.tensors([[x] for x in point])
                assert s > 0 < t
                assert pairing(part.root.den, w, w) > 0
    assert held > 5
    assert refused == {
        "the chart reaches the stratum, or has no bound", "a plane may be degenerate"}


def test_bounds_hold_on_neurons() -> None:
    source, held = random.Random(11), 0
    for _, chart, _ in charts(12, 150, 6):
        if chart.bounded():
            held += 1
            for _ in range(5):
                point, _, _ = neurons(chart, drawn(chart, source))
                (w,) = checker.tensors([[x] for x in point])
                assert pairing(chart.form, w, w) >= 0
        else:
            with pytest.raises(Invalid):
                chart.above(chart.form)
    assert 10 < held < 140


def test_the_solver_has_the_same_charts() -> None:
    """Generators, splits and answers are those of the search, which shares no code."""
    source, seen = random.Random(13), {"n": 0, "m": 0, "r": 0, "p": 0}
    for cell, chart, box in charts(14, 60, 0):
        root = cell.root
        dense = secant_cells.Cell(root.shape, tuple(
            secant_cells.Slot((a,), tuple(
                tuple(g.get(k * root.strides[a], 0) for k in range(root.shape[a])) for g in gens
            )) for a, (_, gens) in enumerate(cell.slots)
        ))
        other = secant_charts.chart_of(dense, box)
        for step in range(6):
            assert [
                [tuple(g.get(k * root.strides[a], 0) for k in range(root.shape[a])) for g in gens]
                for a, gens in enumerate(chart.groups[:-2])
            ] == [list(part) for part in other.inside]
            rows = len(chart.outside)
            assert [tuple(g.get(k, 0) for k in range(rows)) for g in chart.groups[-2]] == [
                *other.spread]
            assert [(g.get(0, 0), g.get(1, 0)) for g in chart.groups[-1]] == [*other.radius]
            den, num = root.den, root.num
            found = secant_charts.above(other, chart.form)
            assert chart.bounded() == found
            rises = secant_charts.rises(other, den, num) if chart.count > 1 else False
            assert holds(chart.flows) == rises
            inner = all(x for pair in other.radius for x in pair)
            assert holds(chart.compact) == (inner and secant_charts.positive(other, den))
            seen["p"] += found
            seen["n"] += rises
            seen["r"] += holds(chart.compact)
            for axis, item in root.retreats:
                larger = other.shrunk(axis)
                answer = larger is not None and secant_charts.positive(larger, den)
                answer = answer and secant_charts.retreats(larger, axis, den, num)
                good = all(set(g) == {item * root.strides[axis]} for g in chart.groups[axis])
                assert holds(chart.retreats, axis, item) == (answer and good)
                seen["m"] += answer and good
            s = len(chart.sizes) - 1 if not step else source.choice(
                [s for s, n in enumerate(chart.sizes) if n > 1])
            i, j = sorted(source.sample(range(chart.sizes[s]), 2))
            p, q, side = source.randint(1, 3), source.randint(1, 3), source.randint(0, 1)
            chart = chart.split(s, i, j, p, q)[side]
            other = other.split(s, i, j, p, q)[side]
    assert min(seen.values()) > 3, seen


def test_what_is_not_a_chart() -> None:
    cell, _, box = next(charts(1))
    root = cell.root
    form = root.form((1, 1))
    alive = [[k // s % n] for s, n in zip(root.strides, root.shape, strict=True)
             for k in root.alive[:1]]
    with pytest.raises(Invalid, match="is not 0"):
        Chart.of(cell, alive, form)
    with pytest.raises(Malformed, match="merged"):
        Chart.of(start(root, (1, 1)).merge([0, 1]), box, form)
    for wrong in (5, [], box[:1], [*box, [0]], [[], *box[1:]], [[99], *box[1:]], [["0"], *box[1:]],
                  [[0, 0], *box[1:]], [0, *box[1:]]):
        with pytest.raises(Malformed):
            Chart.of(cell, wrong, form)
    whole = start(root, (1, 1))
    for a, items in enumerate(box):
        outside = next((k for k in range(root.shape[a]) if k not in items), None)
        if outside is not None:
            # The part of the cell where the axis has no item of the box.
            far = Cell(root, [
                (axes, [{outside * root.strides[a]: 1}] if s == a else gens)
                for s, (axes, gens) in enumerate(whole.slots)
            ], form, True)
            with pytest.raises(Invalid, match="nothing is in the box"):
                Chart.of(far, box, form)
    inside = Cell(root, [
        (axes, [{k * root.strides[a]: 1} for k in items])
        for a, ((axes, _), items) in enumerate(zip(whole.slots, box, strict=True))
    ], form, True)
    with pytest.raises(Invalid, match="or everything"):
        Chart.of(inside, box, form)


class Steps:
    """Steps in the place of a file."""

    def __init__(self, steps: list[Any]) -> None:
        self.rest, self.count, self.rate = iter(steps), 0, 1
        self.spend = free_lines().spend

    def step(self) -> Any:
        self.count += 1
        found = next(self.rest, None)
        checker.require(found is not None, "the proof ends", Invalid)
        return found


def closes(root: Root, kind: str, low: Any, goal: Any, steps: list[Any]) -> str:
    """The answer to the steps of a root: nothing if they close it."""
    lines = Steps(steps)
    try:
        checker.close_root(root, kind, low, goal, lines)  # type: ignore[arg-type]
    except (Invalid, Malformed) as error:
        return str(error)
    return "" if next(lines.rest, None) is None else "more"


def direction(chart: Chart, chosen: Any) -> dict[int, int]:
    """w/t where some groups have one generator and the others the sum of theirs."""
    factors = [
        [int(k == chosen[s]) if s in chosen else 1 for k in range(n)]
        for s, n in enumerate(chart.sizes)
    ]
    ends = mixed(chart.groups[-1], factors[-1])
    size = sum(mixed(chart.groups[-2], factors[-2]).values())
    row = [*(c for part in factors[:-2] for c in part), 1, 1, 1, *factors[-2]]
    found: dict[int, int] = {}
    for key, w in chart.terms(chart.spread):
        k = chart.power(key)
        weight = ends.get(1, 0) ** k * (size * ends.get(0, 0)) ** (chart.count - 1 - k)
        for n, c in enumerate(row):
            weight *= c ** (key >> checker.EXPONENT * n & 63)
        found = checker.combine(1, found.items(), weight, w.items())
    return found


def widest(chart: Chart) -> tuple[int, int, int]:
    """The two generators of a group whose directions differ most."""
    table, best = chart.root.den, (Fraction(2), 0, 0, 0)
    for s, n in enumerate(chart.sizes):
        points = [direction(chart, {s: k}) for k in range(n)]
        for i, j in combinations(range(n), 2):
            x, y = points[i], points[j]
            a, b, c = pairing(table, x, x), pairing(table, y, y), pairing(table, x, y)
            best = min(best, (Fraction(c * abs(c), a * b) if a and b else Fraction(-2), s, i, j))
    return best[1:]


def chart_proof(chart: Chart, kind: str, low: Any, depth: int) -> list[Any]:
    """Steps that close a chart: the rule of the kind of proof where it holds, else bounds."""
    for axis, item in chart.root.retreats if kind == "bounds" else ():
        if holds(chart.retreats, axis, item):
            return [["m", axis, item]]
    rule = {"level": chart.flows, "attained": chart.compact}.get(kind)
    if rule and holds(rule) and chart.bounded(chart.root.form(low)):
        return [["n" if kind == "level" else "r"]]
    if depth < 10 and chart.bounded():
        return [["p"]]
    assert depth > 0, "no proof found"
    s, i, j = widest(chart) if depth < 12 else (len(chart.sizes) - 1, 0, 1)
    parts = chart.split(s, i, j, 1, 1)
    return [["b", s, i, j, 1, 1]] + [
        step for part in parts for step in chart_proof(part, kind, low, depth - 1)
    ]


#: Data, a goal, and the proof's kind; the infima are 19.798, 23.365 and 4.183.
KEPT = ([[0], [1], [2], [3]], [[-4, 5], [3, -5], [-4, -2], [0, 6]])
CLOSED = [
    (LARGE_GAP, Fraction(20), "level"), (KEPT, Fraction(117, 5), "attained"),
    (HELD, Fraction(4), "attained"), (LARGE_GAP, Fraction(19), "bounds"),
    (PLANE, Fraction(1, 20), "bounds"),
]


def cell_proof(cell: Cell, box: Any, kind: str, goal: Any, low: Any, first: int) -> list[Any]:
    """Steps that halve each axis once and then take the chart of the part at a box."""
    if first < len(cell.slots):
        parts = cell.split(first, 0, 1, 1, 1)
        return [["b", first, 0, 1, 1, 1]] + [
            step for part in parts
            for step in cell_proof(part, box, kind, goal, low, first + 1)
        ]
    if cell.bounded():
        return [["p"]]
    try:
        chart = Chart.of(cell, box, cell.root.form(goal))
    except Invalid:
        return close(cell, kind, low)
    return [["c", box], *chart_proof(chart, kind, low, 12)]


def proofs() -> Iterator[tuple[Root, str, Any, Any, list[Any]]]:
    for rows, value, kind in CLOSED:
        space = Pieces(problem_of(*rows))
        goal, low = space.at(value), space.at(value / 10)
        roots = space.roots() if rows != PLANE else islice(space.roots(), 21, 22)
        for root in roots:
            for box in dead_boxes(root)[:1]:
                try:
                    found = cell_proof(start(root, goal), box, kind, goal, low, 0)
                except AssertionError:
                    continue
                yield root, kind, low, goal, found


def test_roots_closed_by_charts() -> None:
    kinds = set()
    for root, kind, low, goal, steps in proofs():
        assert closes(root, kind, low, goal, steps) == ""
        assert closes(root, kind, low, goal, steps[:-1]) == "the proof ends"
        assert closes(root, kind, low, goal, [*steps, ["p"]]) == "more"
        at = next((k for k, step in enumerate(steps) if step[0] == "c"), len(steps))
        kinds |= {step[0] for step in steps[at:]}
        for k, step in enumerate(steps[at + 1 :], at + 1):
            if step not in (["n"], ["r"]):
                continue
            for other in {"bounds", "level", "attained"} - {kind}:
                assert closes(root, other, low, goal, steps) == "not a step of this proof"
            # Without the bound a rule needs less; a bound that does not hold is refused.
            assert closes(root, kind, None, goal, steps) == ""
            assert closes(root, kind, (1, 10**9), goal, steps) == "a coefficient is negative"
            for wrong in (
                [step[0], 0], [step[0], 0, []], ["w", 0, 1], ["c", steps[at][1]], ["x"], ["p", 1],
                ["b", 9, 0, 1, 1, 1], ["b", -1, 0, 1, 1, 1], ["b", 0, 0, 9, 1, 1],
                ["b", 0, 0, 1, 0, 1], ["b", 0, 0, 1, 1, -1], ["m", 9, 9], ["m", "0", 0], ["m"],
            ):
                assert closes(root, kind, low, goal, [*steps[:k], wrong, *steps[k + 1 :]])
            break
    assert kinds >= {"c", "b", "p", "m", "n", "r"}


def test_the_rules_of_charts_hold_for_true_statements_only() -> None:
    """A chart with a limit better than the goal is not closed by the rules that bound."""
    space = Pieces(problem_of(*LARGE_GAP))
    goal = space.at(Fraction(20))
    root = next(islice(space.roots(), 1, None))  # its limit has a loss of 19.798
    chart = Chart.of(start(root, goal), [[1], [0]], root.form(goal))
    with pytest.raises(AssertionError, match="no proof"):
        chart_proof(chart, "attained", (1, 10**9), 11)
    with pytest.raises(AssertionError, match="no proof"):
        chart_proof(chart, "bounds", None, 11)
