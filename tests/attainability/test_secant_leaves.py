"""Leaves that a solver found, at random points of their cells and charts, from the definitions."""

import random
from fractions import Fraction
from functools import cache
from itertools import combinations, product

import pytest
from secant_cases import (
    cell_tensor,
    form_value,
    secants_of,
    tensor,
    vector_value,
)
from test_chart_tensors import divided, factors_of, point_of, random_chart, ratio, with_radius

from symerm.attainability import secant_proof
from symerm.attainability.chart_tensors import exact_polynomial
from symerm.attainability.chart_view import ChartView
from symerm.attainability.secant_cells import live_coordinates
from symerm.attainability.secant_elsewhere import Elsewhere
from symerm.attainability.secant_leaves import Goals, Leaves
from symerm.attainability.secant_search import degrees
from symerm.attainability.secants import decide_secants


def drawn(name, size, outputs):
    source = random.Random(name)
    return [[k] for k in range(size)], [
        [source.randint(-9, 9) for _ in range(outputs)] for _ in range(size)
    ]


#: Problems with their width, and the steps that are looked at.
CASES = {
    "limits of two": (*drawn("q-5-1", 5, 3), 2, 2000),
    "slopes of two": (*drawn("q-5-18", 5, 3), 2, 2000),
    "slopes of three": (*drawn("d3-5-2", 5, 2), 3, 4000),
    "elsewhere": ([[k] for k in range(6)],
                  [[1, 0], [1, 2], [2, 2], [0, 0], [-1, 1], [1, -2]], 3, 8000),
    "retreats": ([[1, 2], [1, 0], [0, 0], [1, 1], [2, 0]],
                 [[2, 3], [2, -2], [1, -1], [-1, 3], [1, 0]], 2, 5000),
    "charts": ([[0, 0], [1, 0], [0, 2], [1, 2], [2, 0]],
               [[-2, -3], [-3, 3], [0, 2], [-1, 0], [-3, -2]], 2, 5000),
}


@cache
def leaves_of(name):
    """All leaves of an attempt at a decision: (goals, table, cell or chart, step)."""
    *data, steps = CASES[name]
    found = []

    class Recording(Leaves):
        def __init__(self, table, goals, square, elsewhere) -> None:
            super().__init__(table, goals, square, elsewhere)
            self.goals = goals

        def of_cell(self, cell, view):
            step = super().of_cell(cell, view)
            if step is not None:
                found.append((self.goals, self.table, cell, step))
            return step

        def of_chart(self, chart, view):
            step = super().of_chart(chart, view)
            if step is not None:
                found.append((self.goals, self.table, chart, step))
            return step

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secant_proof, "Leaves", Recording)
        problem = secants_of(*data)
        decide_secants(problem, tolerance=Fraction(1, 10**9), steps=steps)
    return problem, found


def chosen(name, charts, head, most=12):
    problem, found = leaves_of(name)
    some = [one for one in found if hasattr(one[2], "spread") == charts and one[3][0] == head]
    return problem, random.Random(name).sample(some, min(most, len(some)))


def levels(goals, problem, table):
    """The forms Q_g at the lower bound, or at the scatter, and at the upper one."""
    den, num = table.forms
    pairs = [goals.lower or (problem.forms.square, 1), goals.upper]
    return [a * den - b * num for a, b in pairs if a is not None]


def random_values(source, sizes):
    found = []
    for size in sizes:
        row = [Fraction(source.choice([0, 1, source.randint(1, 99)])) for _ in range(size)]
        if not any(row):
            row[source.randrange(size)] = Fraction(1)
        found.append(row)
    return found


def without(y, cell, slot, gone):
    """A tensor with some coordinates of a slot set to zero."""
    axes, found = cell.slots[slot].axes, []
    for value, choice in zip(y, product(*map(range, cell.shape)), strict=True):
        place = 0
        for axis in axes:
            place = place * cell.shape[axis] + choice[axis]
        found.append(Fraction(0) if place in gone else value)
    return found


def assert_falls(forms, den, y, rest):
    """w_0 is not zero, and the forms do not increase from w to w_0."""
    assert form_value(den, rest) > 0
    for form in forms:
        assert form_value(form, rest) <= form_value(form, y)


def assert_above(goals, table, y):
    if goals.lower is not None:
        den, num = table.forms
        a, b = goals.lower
        assert form_value(a * den - b * num, y) >= 0


def test_all_leaves_occur():
    found = {
        (hasattr(place, "spread"), step[0])
        for name in CASES for _, _, place, step in leaves_of(name)[1]
    }
    assert found >= {(False, head) for head in "rnme"} | {(True, "m"), (True, "n")}


@pytest.mark.parametrize("name", CASES)
def test_retreats_of_cells(name):
    problem, found = chosen(name, False, "m")
    source = random.Random(1)
    for goals, table, cell, (_, axis, item) in found:
        assert (axis, item) in table.root.retreats
        forms = levels(goals, problem, table)
        for _ in range(5):
            y = cell_tensor(cell, random_values(source, cell.sizes))
            rest = [
                value if choice[axis] == item else Fraction(0)
                for value, choice in zip(y, product(*map(range, cell.shape)), strict=True)
            ]
            assert_falls(forms, table.forms[0], y, rest)


@pytest.mark.parametrize("name", CASES)
def test_limits_of_cells(name):
    """The limit without the shrinking coordinates is better, and its support that of a tuple."""
    problem, found = chosen(name, False, "r")
    source = random.Random(2)
    for goals, table, cell, (_, slot, gone, *_) in found:
        assert cell.pure
        assert goals.kind == "attained"
        forms = levels(goals, problem, table)
        for _ in range(5):
            y = cell_tensor(cell, random_values(source, cell.sizes))
            rest = without(y, cell, slot, gone)
            assert_falls(forms, table.forms[0], y, rest)
            assert_above(goals, table, y)
            support = {
                choice for choice, value, dead in zip(
                    product(*map(range, cell.shape)), rest, table.dead, strict=True
                ) if value and not dead
            }
            box = [{choice[axis] for choice in support} for axis in range(len(cell.shape))]
            alive = {
                choice for choice, dead in zip(
                    product(*map(range, cell.shape)), table.dead, strict=True
                ) if not dead
            }
            assert support == {choice for choice in product(*box) if choice in alive}


def directions(table, cell, slot, box):
    """Pairs (J, deg J - 1, [(J', K'), ..]) of Lemma 19."""
    axes = cell.slots[slot].axes
    shape = [cell.shape[a] for a in axes]
    choices = list(product(*map(range, shape)))
    degree = dict(zip(choices, degrees(shape, tuple(map(tuple, box))), strict=True))
    live = {choices[k] for k in live_coordinates(cell, slot, table.forms[0])}
    assert not any(degree[c] == 0 for c in live)
    places = range(len(axes))
    away = [c for c in live if degree[c] >= 2]
    assert away
    found = {c: [] for c in away}
    for k in (c for c in choices if degree[c] == 0):
        pairs = {}
        for j in away:
            for part in (p for size in places[1:] for p in combinations(places, size)):
                moved = tuple(k[a] if a in part else j[a] for a in places)
                back = tuple(j[a] if a in part else k[a] for a in places)
                if moved in live and back in live:
                    pairs[j] = choices.index(moved), choices.index(back)
                    break
        if len(pairs) == len(away):
            for j, pair in pairs.items():
                found[j].append(pair)
    return [(choices.index(j), degree[j] - 1, pairs) for j, pairs in found.items() if pairs]


@pytest.mark.parametrize("name", CASES)
def test_slopes_of_cells(name):
    """The derivative along the flow away from the stratum has one sign, at both levels."""
    problem, found = chosen(name, False, "n", 8)
    source = random.Random(3)
    for goals, table, cell, (_, slot, box, *_) in found:
        assert cell.pure
        forms = levels(goals, problem, table)
        moves = directions(table, cell, slot, box)
        assert moves
        size = len(cell.slots[slot].generators[0])
        signs = set()
        for _ in range(5):
            values = random_values(source, cell.sizes)
            y = cell_tensor(cell, values)
            assert_above(goals, table, y)
            own = [
                sum((x * g[k] for x, g in zip(
                    values[slot], cell.slots[slot].generators, strict=True
                )), Fraction(0)) for k in range(size)
            ]
            away = [Fraction(0)] * len(y)
            for place, degree, pairs in moves:
                weight = degree * sum(own[j] * own[k] for j, k in pairs)
                unit = cell.with_slot(slot, [tuple(int(i == place) for i in range(size))])
                part = cell_tensor(unit, [
                    [Fraction(1)] if k == slot else row for k, row in enumerate(values)
                ])
                away = [x + weight * z for x, z in zip(away, part, strict=True)]
            for form in forms:
                value = form_value(form, y, away)
                signs.add((value > 0) - (value < 0))
                if all(x > 0 for row in values for x in row):
                    assert value != 0
        assert len(signs - {0}) == 1


@pytest.mark.parametrize("name", CASES)
def test_other_neurons_of_cells(name):
    """Limits that other neurons realise: shrinking does not raise the loss."""
    problem, found = chosen(name, False, "e")
    source = random.Random(4)
    for goals, table, cell, (_, slot, gone, neurons, *_) in found:
        assert goals.kind == "attained"
        assert len(neurons) == problem.scaled.width
        forms = levels(goals, problem, table)
        for _ in range(5):
            y = cell_tensor(cell, random_values(source, cell.sizes))
            assert_falls(forms, table.forms[0], y, without(y, cell, slot, gone))
            assert_above(goals, table, y)


def whole_at(chart, values):
    found = exact_polynomial(chart)
    return vector_value(found.keys, found.rows, values)


@pytest.mark.parametrize("name", CASES)
def test_retreats_of_charts(name):
    """The outside part of an axis is removed while |c| is kept."""
    problem, found = chosen(name, True, "m")
    source = random.Random(5)
    for goals, table, chart, (_, axis, item) in found:
        assert (axis, item) in table.root.retreats
        forms = levels(goals, problem, table)
        for _ in range(4):
            values = [
                [Fraction(source.randint(1, 50)) for _ in group] for group in chart.groups
            ]
            inside, outside, size, (s, t) = point_of(chart, values)
            if not t:
                continue
            w = divided(chart, values)
            m = sum(map(bool, chart.outside))
            power = t * (size * s) ** (len(chart.shape) - m)
            x = factors_of(inside, outside, size, (s, t))
            x[axis] = [size * s * u for u in inside[axis]]
            assert not any(u for k, u in enumerate(x[axis]) if k != item)
            # Products in the box vanish: their coordinates do not matter.
            rest = [
                Fraction(0) if dead else y / power
                for dead, y in zip(table.dead, tensor(x), strict=True)
            ]
            assert_falls(forms, table.forms[0], w, rest)


def test_limits_of_charts():
    """Parts away from the stratum on which den is positive; without a lower bound to prove."""
    source, seen = random.Random(6), 0
    for name in ("limits of two", "slopes of three"):
        problem = leaves_of(name)[0]
        level = problem.forms.level(Fraction(1))
        goals = Goals("attained", level, None, level)
        for table in problem.tables:
            if not any(table.dead):
                continue
            elsewhere = Elsewhere(table.root, problem.pieces.pieces, problem.forms)
            leaves = Leaves(table, goals, problem.forms.square, elsewhere)
            chart = random_chart(source, table, 3)
            last = len(chart.groups) - 1
            for radius in (((5, 1), (1, 3)), ((1, 0), (1, 3))):
                part = chart.with_group(last, radius)
                step = leaves.of_chart(part, ChartView(part, table.den_float, table.scale))
                values = [
                    random_values(source, map(len, part.groups)) for _ in range(4)
                ]
                dens = [form_value(table.forms[0], whole_at(part, one)) for one in values]
                if step is None or step[0] != "r":
                    continue
                assert step == ("r",)
                assert radius[0][1] > 0
                assert all(den > 0 for den in dens)
                seen += 1
    assert seen >= 5


@pytest.mark.parametrize("name", CASES)
def test_slopes_of_charts(name):
    """The forms of the levels rise, or fall, with the radius t for t > 0."""
    problem, found = chosen(name, True, "n")
    source = random.Random(7)
    for goals, table, chart, _ in found:
        forms = levels(goals, problem, table)
        assert goals.kind == "level"
        signs = set()
        for _ in range(4):
            values = [
                [Fraction(source.randint(1, 50)) for _ in group] for group in chart.groups
            ]
            _, _, _, (s, t) = point_of(chart, values)
            assert s > 0
            w = divided(chart, values)
            assert_above(goals, table, w)
            step = t / 10
            sides = [
                divided(*with_radius(chart, values, (s, t + sign * step))) for sign in (1, -1)
            ]
            # W has degree two in t at most.
            slope = [(x - z) / (2 * step) for x, z in zip(*sides, strict=True)]
            assert ratio(whole_at(chart, values), w) > 0
            for form in forms:
                value = form_value(form, w, slope)
                assert value != 0
                signs.add(value > 0)
        assert len(signs) == 1
