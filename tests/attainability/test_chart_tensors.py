"""Charts: w/t from the tensors against the neurons of random points, put together by hand."""

import random
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from secant_cases import combination as of_vertices
from secant_cases import (
    combined,
    drawn_line,
    form_value,
    random_factors,
    root_wedges,
    secants_of,
    tensor,
    vector_value,
    wedge,
)

from symerm.attainability.chart_tensors import exact_polynomial, tensors_of
from symerm.attainability.chart_view import ChartView
from symerm.attainability.secant_cells import root_cell, split
from symerm.attainability.secant_charts import chart_of

PLANE = ([[0, 0], [1, 0], [0, 1], [2, 3]], [[1, 2], [0, -3], [4, 1], [2, 2]])


@cache
def problems():
    return (
        secants_of(*drawn_line(1, 5, 2), 2), secants_of(*drawn_line(2, 6, 2), 3),
        secants_of(*PLANE, 2),
    )


def random_chart(source, table, splits):
    """The chart of a random cell at one of its boxes, and a random part of it."""
    box = source.choice(table.boxes)
    cell = root_cell(table.root.shape)
    for _ in range(source.randint(0, 3)):
        # Keep a half that touches the box on every axis.
        slots = [k for k, size in enumerate(cell.sizes) if size > 1]
        slot = source.choice(slots)
        i, j = sorted(source.sample(range(cell.sizes[slot]), 2))
        halves = split(cell, slot, i, j, source.choice([1, 2]), source.choice([1, 3]))
        cell = next(
            half for half in source.sample(halves, 2) if all(
                any(any(g[k] for k in items) for g in own.generators)
                for own, items in zip(half.slots, box, strict=True)
            )
        )
    chart = chart_of(cell, box)
    for _ in range(splits):
        groups = [k for k, group in enumerate(chart.groups) if len(group) > 1]
        group = source.choice(groups)
        i, j = sorted(source.sample(range(len(chart.groups[group])), 2))
        chart = source.choice(
            chart.split(group, i, j, source.choice([1, 1, 2, 5]), source.choice([1, 1, 3]))
        )
    return chart


def charts(splits, count, seed):
    source = random.Random(seed)
    for problem in problems():
        chosen = [k for k, table in enumerate(problem.tables) if any(table.dead)]
        for _ in range(count):
            index = source.choice(chosen)
            yield source, problem, index, random_chart(source, problem.tables[index], splits)


def random_values(source, chart, top=12):
    return [
        [Fraction(source.randint(1, top), source.randint(1, top)) for _ in group]
        for group in chart.groups
    ]


def point_of(chart, values):
    """u_a, c_a, |c| and (s, t) from the coefficients of the generators."""
    *inside, spread, radius = (
        combined(row, group) for row, group in zip(values, chart.groups, strict=True)
    )
    outside = []
    for axis, own in enumerate(chart.outside):
        share = spread[chart.part(axis)]
        outside.append(
            combined(share, own) if own else [Fraction(0)] * chart.shape[axis]
        )
    return inside, outside, sum(spread), radius


def factors_of(inside, outside, size, radius):
    """x_a = |c| s u_a + t |u_a| c_a"""
    s, t = radius
    return [
        [size * s * x + t * sum(u) * y for x, y in zip(u, c, strict=True)]
        for u, c in zip(inside, outside, strict=True)
    ]


def divided(chart, values):
    """y_J / (t (|c| s)^(k - m)) outside the box, 0 in it."""
    inside, outside, size, (s, t) = point_of(chart, values)
    m = sum(map(bool, chart.outside))
    divisor = t * (size * s) ** (len(chart.shape) - m)
    y = tensor(factors_of(inside, outside, size, (s, t)))
    box = tensor([[int(k in items) for k in range(n)]
                  for items, n in zip(chart.items, chart.shape, strict=True)])
    return [Fraction(0) if within else x / divisor for x, within in zip(y, box, strict=True)]


def ratio(found, expected):
    """The factor between two vectors."""
    k = next(k for k, x in enumerate(expected) if x)
    factor = found[k] / expected[k]
    assert list(found) == [factor * x for x in expected]
    return factor


def with_radius(chart, values, radius):
    """The whole of a chart's radius, and coefficients at which it is (s, t)."""
    whole = chart.with_group(len(chart.groups) - 1, ((1, 0), (0, 1)))
    return whole, [*values[:-1], list(radius)]


@pytest.mark.parametrize("splits", [0, 1, 4, 9])
def test_the_whole_is_the_tensor_of_the_factors_divided_by_t(splits):
    for source, _, _, chart in charts(splits, 6, splits):
        found = exact_polynomial(chart)
        factors = set()
        for _ in range(3):
            values = random_values(source, chart)
            if not point_of(chart, values)[3][1]:
                continue
            factors.add(ratio(
                vector_value(found.keys, found.rows, values), divided(chart, values)
            ))
        assert len(factors) <= 1
        assert all(factor > 0 for factor in factors)


def test_the_products_of_the_neurons_of_a_chart():
    """The same for the products of neurons themselves, as minors of vectors."""
    seen = 0
    for source, problem, index, chart in charts(3, 8, 11):
        root = problem.tables[index].root
        values = random_values(source, chart)
        inside, outside, size, (s, t) = point_of(chart, values)
        if not t or not s or root.shared or any(len(axis[0]) > 1 for axis in root.axes):
            continue
        x = factors_of(inside, outside, size, (s, t))
        neurons = [
            of_vertices(problem, [(item[0], share) for item, share in zip(axis, row, strict=True)])
            for axis, row in zip(root.axes, x, strict=True)
        ]
        m = sum(map(bool, chart.outside))
        whole = exact_polynomial(chart)
        w = combined(
            vector_value(whole.keys, whole.rows, values), root_wedges(problem, index)
        )
        product = wedge(neurons)
        if not any(product):
            assert not any(w)
            continue
        power = t * (size * s) ** (len(root.axes) - m)
        factor = ratio(w, [value / power for value in product])
        # The tensors are those of averages over all orders of the spread and the radius.
        assert factor == np.prod([1, *range(1, m + 1), *range(1, m)])
        seen += 1
    assert seen >= 8


@pytest.mark.parametrize("splits", [0, 5])
def test_the_part_in_which_an_axis_is_outside(splits):
    for source, _, _, chart in charts(splits, 5, 20 + splits):
        values = random_values(source, chart)
        inside, outside, size, (s, t) = point_of(chart, values)
        if not t:
            continue
        whole = exact_polynomial(chart)
        factor = ratio(
            vector_value(whole.keys, whole.rows, values), divided(chart, values)
        )
        m = sum(map(bool, chart.outside))
        power = t * (size * s) ** (len(chart.shape) - m)
        for axis in range(len(chart.shape)):
            found = exact_polynomial(chart, axis)
            x = factors_of(inside, outside, size, (s, t))
            x[axis] = [t * sum(inside[axis]) * c for c in outside[axis]]
            expected = [factor * y / power for y in tensor(x)]
            got = vector_value(found.keys, found.rows, values)
            assert got == expected


@pytest.mark.parametrize("splits", [0, 5])
def test_the_slope_is_the_derivative_in_t(splits):
    seen = 0
    for source, _, _, chart in charts(splits, 6, 30 + splits):
        if sum(map(bool, chart.outside)) < 2:
            continue
        found = exact_polynomial(chart, "slope")
        factors = set()
        for _ in range(3):
            values = random_values(source, chart)
            _, _, _, (s, t) = point_of(chart, values)
            sides = []
            for sign in (1, -1):
                sides.append(divided(*with_radius(chart, values, (s, t + sign * Fraction(1, 101)))))
            # W has degree two in t at most: the central quotient is exact.
            slope = [(x - y) * Fraction(101, 2) for x, y in zip(*sides, strict=True)]
            got = vector_value(found.keys, found.rows, values)
            if not any(slope):
                assert not any(got)
                continue
            factors.add(ratio(got, slope))
            seen += 1
        assert len(factors) <= 1
        assert all(factor > 0 for factor in factors)
    assert seen


@pytest.mark.parametrize("splits", [0, 5])
def test_first_is_the_limit_at_the_stratum(splits):
    for source, _, _, chart in charts(splits, 6, 40 + splits):
        found = exact_polynomial(chart, "first")
        m = sum(map(bool, chart.outside))
        factors = set()
        for _ in range(3):
            values = random_values(source, chart)
            _, _, size, _ = point_of(chart, values)
            # W is a polynomial of degree m - 1 in t: its value at 0 from those at 1, 2, ..
            sides = [divided(*with_radius(chart, values, (1, Fraction(k)))) for k in range(1, 4)]
            limit = [3 * x - 3 * y + z for x, y, z in zip(*sides, strict=True)]
            got = [size ** (m - 1) * x for x in vector_value(found.keys, found.rows, values)]
            if not any(limit):
                assert not any(got)
                continue
            factors.add(ratio(got, limit))
        assert len(factors) <= 1
        assert all(factor > 0 for factor in factors)


@pytest.mark.parametrize("kind", ["whole", "slope", "first", 0, 1])
def test_floats_are_the_exact_vectors(kind):
    """In units of the lengths of the wedges, with generators of size one."""
    for source, problem, index, chart in charts(4, 6, 50):
        m = sum(map(bool, chart.outside))
        if kind == "slope" and m < 2:
            continue
        table = problem.tables[index]
        view = ChartView(chart, table.den_float, table.scale)
        keys, rows = view.polynomial(kind)
        whole_keys, whole_rows = view.whole
        exact, whole = exact_polynomial(chart, kind), exact_polynomial(chart)
        assert keys == exact.keys
        assert whole_keys == whole.keys
        factors, unit = [], tensors_of(chart).unit
        sizes = [list(map(sum, group)) for group in chart.groups[:-1]]
        sizes.append([s + unit * t for s, t in chart.radius])
        for _ in range(2):
            values = random_values(source, chart)
            # The coefficients of generators that are divided by their sizes.
            scaled = [
                [x * size for x, size in zip(row, own, strict=True)]
                for row, own in zip(values, sizes, strict=True)
            ]
            for own_keys, own_rows, one in (
                (keys, rows, exact), (whole_keys, whole_rows, whole)
            ):
                got = np.array([float(x) for x in (
                    vector_value(own_keys, [[Fraction(float(y)) for y in row] for row in own_rows],
                                 scaled)
                )])
                expected = table.scale * np.array([
                    float(x) for x in vector_value(one.keys, one.rows, values)
                ])
                if not expected.any():
                    assert not got.any()
                    continue
                k = int(np.abs(expected).argmax())
                assert got == pytest.approx(got[k] / expected[k] * expected, rel=1e-9, abs=0)
                factors.append(got[k] / expected[k])
        # One factor for the points; for the whole and its parts the same one.
        for same in ([factors] if isinstance(kind, int) else [factors[::2], factors[1::2]]):
            assert same == pytest.approx([same[0]] * len(same), rel=1e-9) if same else True


def test_parts_of_a_chart_share_their_tensors_and_cover_it():
    for source, _, _, chart in charts(2, 6, 60):
        groups = [k for k, group in enumerate(chart.groups) if len(group) > 1]
        group = source.choice(groups)
        i, j = sorted(source.sample(range(len(chart.groups[group])), 2))
        p, q = source.randint(1, 3), source.randint(1, 3)
        halves = chart.split(group, i, j, p, q)
        assert all(tensors_of(half) is tensors_of(chart) for half in halves)
        g, h = chart.groups[group][i], chart.groups[group][j]
        new = [p * x + q * y for x, y in zip(g, h, strict=True)]
        first, second = halves[0].groups[group], halves[1].groups[group]
        assert first[i] == g
        assert second[j] == h
        for vector in (first[j], second[i]):
            assert ratio([Fraction(x) for x in vector], [Fraction(x) for x in new]) > 0


def test_a_chart_holds_the_tuples_of_its_cell():
    """Factors of a cell give a point of the chart with the radius between its two generators."""
    source, seen = random.Random(70), 0
    for problem in problems():
        for table in problem.tables:
            for box in table.boxes:
                if source.random() < 0.7:
                    continue
                chart = chart_of(root_cell(table.root.shape), box)
                assert chart.radius == ((1, 0), (0, 1))
                for axis, items in enumerate(box):
                    assert len(chart.inside[axis]) == len(items)
                    assert len(chart.outside[axis]) == table.root.shape[axis] - len(items)
                x = random_factors(source, table.root.shape)
                sums = [sum(row[k] for k in items) for row, items in zip(x, box, strict=True)]
                spread = [
                    row[k] / size for row, items, size in zip(x, box, sums, strict=True)
                    for k in range(len(row)) if k not in items
                ]
                values = [
                    *([row[k] / size for k in items]
                      for row, items, size in zip(x, box, sums, strict=True)),
                    spread, [Fraction(1), sum(spread)],
                ]
                whole = exact_polynomial(chart)
                w = vector_value(whole.keys, whole.rows, values)
                y = tensor(x)
                gap = [
                    0 if dead else value for dead, value in zip(table.dead, y, strict=True)
                ]
                living = [0 if dead else value for dead, value in zip(table.dead, w, strict=True)]
                assert ratio(living, gap) > 0
                assert form_value(table.forms[0], y) > 0
                seen += 1
    assert seen > 10
