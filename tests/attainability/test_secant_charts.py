"""Charts of cells: every tuple of the cell is a point of the chart, every point is a tuple."""

import random
from fractions import Fraction

import pytest
from secant_cases import (
    Traced,
    chart_place,
    drawn_line,
    random_factors,
    secants_of,
    solve_nonnegative,
)

from symerm.attainability.secant_charts import chart_of

PLANE = ([[0, 0], [1, 0], [0, 1], [2, 3]], [[1, 2], [0, -3], [4, 1], [2, 2]])
CASES = {
    "two": (*drawn_line(1, 5, 2), 2), "three": (*drawn_line(2, 6, 2), 3), "plane": (*PLANE, 2),
}


def narrowed(source, table, box, most):
    """A tuple and a cell around it of single axes that touches the box."""
    factors = [
        [x if k in items else x / source.choice([1, 20, 4000]) for k, x in enumerate(row)]
        for row, items in zip(random_factors(source, table.root.shape), box, strict=True)
    ]
    traced = Traced(table.root.shape, factors)
    for _ in range(most):
        slots = [k for k, size in enumerate(traced.cell.sizes) if size > 1]
        slot = source.choice(slots)
        i, j = sorted(source.sample(range(traced.cell.sizes[slot]), 2))
        traced.split(slot, i, j, source.choice([1, 1, 3]), source.choice([1, 1, 2]))
    touches = all(
        any(not any(x for k, x in enumerate(g) if k not in items) for g in slot.generators)
        for slot, items in zip(traced.cell.slots, box, strict=True)
    )
    return traced if touches else None


def cases(name, count, seed):
    problem, source = secants_of(*CASES[name]), random.Random(seed)
    tables = [table for table in problem.tables if any(table.dead)]
    for _ in range(count):
        table = source.choice(tables)
        box = source.choice(table.boxes)
        traced = narrowed(source, table, box, source.randint(0, 6))
        if traced is not None:
            yield source, traced, box


@pytest.mark.parametrize("name", CASES)
def test_a_tuple_of_the_cell_is_a_point_of_the_chart(name):
    seen = bounded = 0
    for _, traced, box in cases(name, 80, 1):
        chart = chart_of(traced.cell, box)
        inside, spread, radius = chart_place(chart, traced.factors)
        for own, row in zip(chart.groups, [*inside, spread, radius], strict=True):
            found = solve_nonnegative(own, row)
            assert found is not None
            assert all(x >= 0 for x in found)
        # Back to the factors: |c| (u_a + c_a), with t = |c| and s = 1, is a multiple of x_a.
        for axis, row in enumerate(traced.factors):
            beyond = [Fraction(0)] * len(row)
            for share, g in zip(spread[chart.part(axis)], chart.outside[axis], strict=True):
                beyond = [x + share * y for x, y in zip(beyond, g, strict=True)]
            back = [x + y for x, y in zip(inside[axis], beyond, strict=True)]
            assert [x * sum(row) for x in back] == [x * sum(back) for x in row]
        seen += 1
        bounded += chart.radius[1][0] > 0
    assert seen >= 10
    assert bounded >= 3


@pytest.mark.parametrize("name", CASES)
def test_a_point_of_the_chart_has_the_items_of_its_parts(name):
    for _, traced, box in cases(name, 30, 2):
        chart = chart_of(traced.cell, box)
        assert chart.items == box
        assert chart.shape == traced.cell.shape
        assert chart.radius[0] == (1, 0)
        for items, inside, outside in zip(box, chart.inside, chart.outside, strict=True):
            assert inside
            assert all(any(g) and not any(
                x for k, x in enumerate(g) if k not in items
            ) for g in inside)
            assert all(any(g) and not any(g[k] for k in items) for g in outside)
        count = sum(map(len, chart.outside))
        assert chart.spread == tuple(
            tuple(int(i == k) for i in range(count)) for k in range(count)
        )


def test_the_radius_of_a_chart():
    """Generators with inside parts of size 4 and 6 and outside parts: 12 and the number of axes."""
    problem = secants_of(*CASES["two"])
    table = next(table for table in problem.tables if any(table.dead))
    box = table.boxes[0]
    (k,), (m,) = box
    cell = Traced(table.root.shape, random_factors(random.Random(0), table.root.shape)).cell

    def vector(item, inner, outer):
        return tuple(inner if i == item else outer for i in range(2))

    first = cell.with_slot(0, [vector(k, 4, 1), vector(k, 1, 0)])
    both = first.with_slot(1, [vector(m, 6, 1), vector(m, 1, 0)])
    assert chart_of(both, box).radius == ((1, 0), (12, 2))
    assert chart_of(both, box).outside == ((vector(k, 0, 3),), (vector(m, 0, 2),))
    one = first.with_slot(1, [vector(m, 1, 0)])
    assert chart_of(one, box).radius == ((1, 0), (4, 1))
    # A generator without an inside part: t is not bounded.
    free = first.with_slot(1, [vector(m, 1, 0), vector(m, 0, 1)])
    assert chart_of(free, box).radius == ((1, 0), (0, 1))
