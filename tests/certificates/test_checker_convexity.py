"""Bounds by convexity and by semidefinite tables (Lemma 23), each condition a second way."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations_with_replacement, product
from math import prod
from typing import Any

import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from secant_tools import HELD, LARGE_GAP, holds, problem_of, set_levels, start
from test_checker_charts import charts, closes, drawn, neurons, value_of
from test_checker_secants import cells_of, on_products, pairing, spaces

from symerm.certificates import checker
from symerm.certificates.checker import Cell, Invalid, Malformed, Pieces, squares

Form = list[list[int]]


def sizes_of(cell: Cell) -> list[list[int]]:
    return [[sum(g.values()) for g in gens] for _, gens in cell.slots]


def on_sizes(cell: Cell, form: Form, back: bool = False) -> Any:
    """A form on generators of size one as one on the generators, or the other way round."""
    scales = [prod(row) for row in product(*sizes_of(cell))]
    if back:
        return [[Fraction(x, a * b) for x, b in zip(row, scales, strict=True)]
                for row, a in zip(form, scales, strict=True)]
    return [[x * a * b for x, b in zip(row, scales, strict=True)]
            for row, a in zip(form, scales, strict=True)]


def polynomial(cell: Cell, form: Form) -> dict[int, int]:
    return {key: sum(form[i][j] * (1 + (i != j)) for i, j in group)
            for key, group in squares(cell.sizes).items()}


def bent(cell: Cell, form: Form, how: Any) -> None:
    cell.convex(polynomial(cell, form), cell.variables(), how)


def value(form: Any, point: Any) -> Any:
    c = [prod(row) for row in product(*point)]
    return sum(x * y * z for row, x in zip(form, c, strict=True)
               for z, y in zip(row, c, strict=True))


def slow(cell: Cell, form: Any, how: Any) -> str:
    """The conditions as they are written, on tuples of indices, with rational numbers."""
    removed, point = how
    form = on_sizes(cell, form, True)
    sizes, count = cell.sizes, len(cell.sizes)
    places = {row: n for n, row in enumerate(product(*map(range, sizes)))}

    def mixed(pairs: Any) -> Fraction:
        total = Fraction(0)
        for flips in product((0, 1), repeat=count):
            first = tuple(p[f] for p, f in zip(pairs, flips, strict=True))
            second = tuple(p[1 - f] for p, f in zip(pairs, flips, strict=True))
            total += form[places[first]][places[second]]
        return total / 2**count

    pairs = [[*combinations_with_replacement(range(n), 2)] for n in sizes]
    for choice in product(*pairs):
        if any(k in gone for pair, gone in zip(choice, removed, strict=True) for k in pair) and (
                mixed(choice) < 0):
            return "a coefficient of a removed generator is negative"
    left = [[k for k in range(n) if k not in gone] for n, gone in zip(sizes, removed, strict=True)]
    full = [[Fraction(x[own.index(k)]) if k in own else Fraction(0) for k in range(n)]
            for x, own, n in zip(point, left, sizes, strict=True)]
    full = [[x / sum(row) for x in row] for row in full]
    # The tangent plane by central differences, which are exact for squares.
    center = value(form, full)
    lowest = center
    for s, own in enumerate(left):
        slopes = []
        for k in own:
            ends = []
            for e in (1, -1):
                moved = [list(row) for row in full]
                moved[s][k] += e
                ends.append(value(form, moved))
            slopes.append((ends[0] - ends[1]) / 2)
        here = sum(slope * full[s][k] for slope, k in zip(slopes, own, strict=True))
        lowest += min(slopes) - here
    if lowest < 0:
        return "the tangent plane is negative at a vertex"
    moves = [(s, k) for s, own in enumerate(left) for k in own[1:]]
    for choice in product(*([*combinations_with_replacement(own, 2)] for own in left)):
        rows = []
        for s, a in moves:
            row = []
            for t, b in moves:
                total = Fraction(0)
                for c, d in product((a, left[s][0]), (b, left[t][0])):
                    sign = (1 if c == a else -1) * (1 if d == b else -1)
                    if s == t:
                        pairs_now = list(choice)
                        pairs_now[s] = (c, d)
                        total += sign * mixed(pairs_now)
                        continue
                    for x, y in product(choice[s], choice[t]):
                        pairs_now = list(choice)
                        pairs_now[s], pairs_now[t] = (x, c), (y, d)
                        total += Fraction(sign, 2) * mixed(pairs_now)
                row.append(total)
            rows.append(row)
        if not semidefinite(rows):
            return "a form is not convex"
    return ""


def semidefinite(rows: Any) -> bool:
    """By the signs of the characteristic polynomial's coefficients."""
    size = len(rows)
    if not size:
        return True
    matrix = fmpq_mat(size, size, [fmpq(x.numerator, x.denominator) for row in rows for x in row])
    coefficients = matrix.charpoly().coeffs()
    return all((-1) ** (size - k) * x >= 0 for k, x in enumerate(coefficients))


def random_form(cell: Cell, source: random.Random, how: Any) -> Form:
    """Squares of linear forms of single slots, small or larger perturbations, positive ends."""
    sizes, rows = cell.sizes, [*product(*map(range, cell.sizes))]
    total = [[0] * len(rows) for _ in rows]
    for s, n in enumerate(sizes):
        for _ in range(2):
            a = [source.randint(-6, 6) for _ in range(n)]
            for i, x in enumerate(rows):
                for j, y in enumerate(rows):
                    total[i][j] += a[x[s]] * a[y[s]]
    noise, lift = source.choice([0, 0, 1, 3, 20]), source.choice([-30, -6, 0, 0, 2, 10, 40])
    for i, x in enumerate(rows):
        for j in range(i + 1):
            y = rows[j]
            gone = any(k in part for row in (x, y) for k, part in zip(row, how[0], strict=True))
            move = source.randint(-noise, noise) + lift
            if gone and source.random() < 0.95:
                move += 200
            total[i][j] += move
            total[j][i] = total[i][j]
    return total


def cells() -> list[Cell]:
    return [c for c in cells_of(51, 2, 60) + cells_of(52, 3, 60) if len(c.form) <= 12]


def random_how(cell: Cell, source: random.Random) -> Any:
    removed, point = [], []
    for n in cell.sizes:
        gone = sorted(source.sample(range(n), source.choice([0, 0, 0, min(1, n - 1)])))
        removed.append(gone)
        row = [source.randint(0, 4) for _ in range(n - len(gone))]
        point.append(row if any(row) else [1] * len(row))
    return [removed, point]


def reason(action: Any, *arguments: Any) -> str:
    try:
        action(*arguments)
    except Invalid as error:
        return str(error)
    return ""


def test_the_conditions_of_convexity() -> None:
    source, seen = random.Random(1), dict[str, int]()
    shapes, better = set(), 0
    for cell in cells():
        for _ in range(12):
            how = random_how(cell, source)
            form = on_sizes(cell, random_form(cell, source, how))
            found = reason(bent, cell, form, how)
            assert found == slow(cell, form, how)
            seen[found] = seen.get(found, 0) + 1
            if found:
                continue
            better += min(polynomial(cell, form).values()) < 0
            shapes.add((len(cell.sizes), max(map(max, sizes_of(cell))) > 1, any(how[0])))
            for _ in range(8):
                point = [[source.choice([0, 1, 1, 3, 10]) for _ in range(n)] for n in cell.sizes]
                assert value(form, point) >= 0
    assert set(seen) == {
        "", "a coefficient of a removed generator is negative", "a form is not convex",
        "the tangent plane is negative at a vertex",
    }
    assert min(seen.values()) > 10, seen
    assert better > 20
    assert {(k, large, gone) for k in (1, 2) for large in (True, False) for gone in (True, False)
            } <= shapes
    assert any(k == 3 for k, _, _ in shapes)


def test_a_form_that_is_accepted_is_convex() -> None:
    """On points without removed generators and of sum one the value at a middle is no larger."""
    source, seen = random.Random(2), 0
    for cell in cells():
        for _ in range(6):
            how = random_how(cell, source)
            form = on_sizes(cell, random_form(cell, source, how))
            if reason(bent, cell, form, how):
                continue
            plain = on_sizes(cell, form, True)
            for _ in range(5):
                ends = []
                for _ in (0, 1):
                    point = [
                        [0 if k in gone else source.choice([0, 1, 5]) for k in range(n)]
                        for n, gone in zip(cell.sizes, how[0], strict=True)
                    ]
                    point = [
                        row if any(row) else [int(k not in gone) for k in range(len(row))]
                        for row, gone in zip(point, how[0], strict=True)
                    ]
                    ends.append([[Fraction(x, sum(row)) for x in row] for row in point])
                middle = [[(x + y) / 2 for x, y in zip(*rows, strict=True)]
                          for rows in zip(*ends, strict=True)]
                values = [value(plain, p) for p in (*ends, middle)]
                assert 2 * values[2] <= values[0] + values[1]
                seen += 1
    assert seen > 100


def test_what_is_not_a_bound_by_convexity() -> None:
    cell = next(c for c in cells() if c.sizes == (2, 2) or len(c.sizes) == 2)
    count = cell.sizes
    good = [[[], []], [[1] * n for n in count]]
    identity = [[int(i == j) for j in range(len(cell.form))] for i in range(len(cell.form))]
    big = [[4 * x + 1 for x in row] for row in identity]
    assert reason(bent, cell, on_sizes(cell, [[1] * len(big)] * len(big)), good) == ""
    for wrong in (
        5, [], None, [[], []], [*good, []], [good[0][:1], good[1]], [good[0], good[1][:1]],
        [[[0], 5], good[1]], [[[], [9]], good[1]], [[[], []], [[1] * (count[0] + 1), good[1][1]]],
        [[[], []], [[0] * count[0], good[1][1]]], [[[], []], [[-1] * count[0], good[1][1]]],
        [[[0], []], good[1]], [[[*range(count[0])], []], [[], good[1][1]]],
        [[[], []], [["1"] * count[0], good[1][1]]], [[[True], []], good[1]], [{}, {}],
        [[[1, 0], []], good[1]],
    ):
        with pytest.raises(Malformed):
            bent(cell, big, wrong)


def test_semidefinite_tables() -> None:
    """Accepted if and only if no eigenvalue is negative; then no tuple is better than the goal."""
    source, seen = random.Random(4), [0, 0]
    for _, space in spaces(7, 2, 9):
        for root in [*space.roots()][:12]:
            for goal in (0, 2, 9, 25, 60):
                set_levels(space, space.at(Fraction(goal) * space.unit))
                cell = start(root, space.goal)
                least = min(np.linalg.eigvalsh(np.array(cell.form, float) / max(
                    1.0, float(max(abs(x) for row in cell.form for x in row)))))
                good = closes(root, "bounds", None, space.goal, None, [["s"]])
                assert good in ("", "a form is not semidefinite")
                if abs(least) > 1e-9 or goal == 0:
                    assert (good == "") == (least > -1e-9)
                    seen[good == ""] += 1
                if not good:
                    for _ in range(4):
                        point = [{k * s: source.randint(0, 5) for k in range(n)} for n, s in
                                 zip(root.shape, root.strides, strict=True)]
                        w = {sum(k): prod(x) for k, x in zip(
                            product(*point), product(*(p.values() for p in point)), strict=True)}
                        assert pairing(root.form(space.goal), w, w) >= 0
    assert min(seen) > 20


def test_levels_by_convexity_or_coefficients() -> None:
    """A step bounds a level by convexity if it says how, without that by coefficients."""
    seen, source = set(), random.Random(6)
    for cell in cells():
        space = cell.root.space
        table = cell.root.form(space.at(Fraction(source.choice([0, 3, 9]))))
        form, how = on_products(cell, table), random_how(cell, source)
        assert holds(cell.above, table, [how]) == (reason(bent, cell, form, how) == "")
        assert holds(cell.above, table, []) == (min(polynomial(cell, form).values()) >= 0)
        seen.add((holds(cell.above, table, [how]), holds(cell.above, table, [])))
    assert seen >= {(True, True), (False, True), (False, False)}


def test_charts_at_their_stratum_by_convexity() -> None:
    """The form at t = 0 by convexity, and the monomials with the other end of the radius."""
    source, seen = random.Random(8), dict[str, int]()
    for _, chart, _ in charts(21, 250, 0):
        space, end = chart.root.space, len(chart.sizes) - 1
        chart = chart.split(end, 0, 1, source.choice([1, 10, 100, 10**4]), 1)[0]
        for _ in range(source.randint(0, 5)):
            places = [(s, i, j) for s, n in enumerate(chart.sizes[:-1])
                      for i in range(n) for j in range(i + 1, n)]
            if places:
                chart = source.choice(chart.split(*source.choice(places), 1, 1))
        # A level near the least loss at the stratum.
        root, losses = chart.root, []
        limits = dict(chart.parts()[0])
        for _ in range(60):
            c = [[source.choice([0, 1, 1, 3, 20]) for _ in range(n)] for n in chart.sizes[:-1]]
            w: dict[int, int] = {}
            for row in product(*map(range, chart.sizes[:-1])):
                key = sum(1 << start + checker.EXPONENT * k
                          for start, k in zip(chart.starts, row, strict=False))
                for k, x in limits.get(key, {}).items():
                    w[k] = w.get(k, 0) + x * prod(
                        part[i] for part, i in zip(c, row, strict=True))
            den = pairing(root.den, w, w)
            if den:
                losses.append((space.square - Fraction(pairing(root.num, w, w), den), c))
        if not losses:
            continue
        share = source.choice([0, Fraction(1, 2), Fraction(9, 10), Fraction(99, 100)])
        least, best = min(losses)
        table = root.form(space.at(least * share / space.unit))
        sizes = chart.sizes[:-1]
        removed = [[0] if n > 1 and source.random() < 0.1 else [] for n in sizes]
        point = [
            [x * size for k, (x, (_, size)) in enumerate(zip(part, row, strict=True))
             if k not in gone]
            for part, row, gone in zip(best, chart.variables(), removed, strict=True)
        ]
        point = [x if any(x) else [1] * len(x) for x in point]
        found = reason(chart.above, table, [[removed, point]])
        seen[found] = seen.get(found, 0) + 1
        w = chart.terms()
        form = chart.bilinear(table, w, w)
        second = {key: x for key, x in form.items()
                  if key >> chart.radius + checker.EXPONENT & 63}
        if found in ("", "a coefficient is negative"):
            assert (found == "") == (min(second.values(), default=0) >= 0)
        if not found:
            for _ in range(6):
                assert value_of(table, neurons(chart, drawn(chart, source))[0]) >= 0
        # The part without the start of the radius.
        far = chart.split(end, 0, 1, 1, 1)[1]
        last = reason(far.above, table, [[removed, point]])
        assert last == "the chart is not at the stratum"
        for wrong in ([], [removed, point, []], [removed[1:], point[1:]],
                      [[*removed, []], [*point, [1, 1]]]):
            with pytest.raises(Malformed):
                chart.above(table, [wrong])
    assert {"", "a coefficient is negative", "the tangent plane is negative at a vertex"
            } <= set(seen), seen
    assert min(seen.values()) > 2, seen


def test_a_stratum_with_a_limit_inside() -> None:
    """The limit's loss is 19.798: a level below it is proved by convexity alone, none above."""
    space = Pieces(problem_of(*LARGE_GAP))
    set_levels(space, space.at(Fraction(0)))
    root = [*space.roots()][1]
    chart = checker.Chart.of(start(root, space.goal), [[1], [0]]).split(3, 0, 1, 10, 1)[0]
    parts = [half for part in chart.split(2, 0, 1, 1, 1) for half in part.split(2, 0, 1, 1, 1)]
    proved: dict[Fraction, set[bool]] = {}
    for level in (Fraction(10), Fraction(197, 10), Fraction(199, 10), Fraction(21)):
        table, proved[level] = root.form(space.at(level)), set()
        for part in parts:
            plain = holds(part.above, table, [])
            for c in range(1, 100, 3):
                if holds(part.above, table, [[[[], [], []], [[1], [1], [c, 100 - c]]]]):
                    proved[level].add(plain)
            for removed, point in (([[0], [], []], [[1], [1], [2, 3]]),
                                   ([[], [], [0]], [[1], [1], [2, 3]])):
                with pytest.raises(Malformed):
                    part.above(table, [[removed, point]])
    assert True in proved[Fraction(10)]
    assert False in proved[Fraction(197, 10)]
    assert False not in proved[Fraction(199, 10)] | proved[Fraction(21)]


def test_convexity_closes_cells_of_proofs() -> None:
    """Cells with a minimum inside: closed at levels below it, and at none above."""
    rows = (LARGE_GAP, HELD)
    seen = 0
    for data in rows:
        space = Pieces(problem_of(*data))
        for root in space.roots():
            if len(root.shape) != 2:
                continue
            set_levels(space, space.at(Fraction(0)))
            cell = start(root, space.goal)
            for _ in range(4):
                for s in range(2):
                    if cell.sizes[s] > 1:
                        cell = cell.split(s, 0, 1, 1, 1)[0]
            how = [[[] for _ in cell.sizes], [[1] * n for n in cell.sizes]]
            values = []
            for point in product(*(product(range(1, 8), repeat=n) for n in cell.sizes)):
                c = [prod(row) for row in product(*point)]
                points = [g for _, g in cell.terms()]
                w: dict[int, int] = {}
                for x, g in zip(c, points, strict=True):
                    for k, y in g.items():
                        w[k] = w.get(k, 0) + x * y
                den = pairing(root.den, w, w)
                if den:
                    values.append((space.square - Fraction(pairing(root.num, w, w), den))
                                  / space.unit)
            if not values:
                continue
            for share in (Fraction(1, 2), Fraction(9, 10), Fraction(11, 10)):
                goal = space.at(min(values) * share)
                form = on_products(cell, root.form(goal))
                good = reason(bent, cell, form, how) == ""
                assert not good or share < 1
                seen += good
    assert seen > 3


def test_steps_in_place_of_bounds() -> None:
    """ "v" and "s" close cells of every kind of proof, "v" also charts."""
    space = Pieces(problem_of(*LARGE_GAP))
    low = space.at(Fraction(0))
    root = next(r for r in space.roots() if r.shape == (2, 2) and r.retreats)
    for kind in ("bounds", "level", "attained"):
        how = [[[1], [1]], [[1], [1]]]
        assert closes(root, kind, None, low, low, [["s"]]) == ""
        assert closes(root, kind, None, low, low, [["v", how]]) in (
            "", "a coefficient of a removed generator is negative")
        for wrong in (["v"], ["v", how, how], ["v", []], ["s", 0], ["s", []]):
            assert closes(root, kind, None, low, low, [wrong])
        box = [[item] for _, item in root.retreats]
        found = closes(root, kind, None, low, low, [["c", box], ["s"]])
        assert found == "not a step of this proof"
        good = [[[], [], []], [[1], [1], [1, 1]]]
        assert closes(root, kind, None, low, low, [["c", box], ["v", good]]) in (
            "", "a coefficient is negative", "the tangent plane is negative at a vertex")
        for step in (["v"], ["v", good, good], ["v", how]):
            assert closes(root, kind, None, low, low, [["c", box], step])
    set_levels(space, space.at(Fraction(10**6)))
    assert closes(root, "bounds", None, space.goal, None, [["s"]]) == "a form is not semidefinite"
