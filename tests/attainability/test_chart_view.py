"""Floats of charts against the signs of exact coefficients, and the splits that they propose."""

import random
from fractions import Fraction

import pytest
from test_chart_tensors import problems, random_chart

from symerm.attainability.chart_tensors import exact_polynomial
from symerm.attainability.chart_view import ChartView
from symerm.attainability.vector_polynomials import form_polynomial


def views(count, seed):
    """Charts with the forms of random levels, in integers and in floats."""
    source = random.Random(seed)
    for problem in problems():
        chosen = [table for table in problem.tables if any(table.dead)]
        for _ in range(count):
            table = source.choice(chosen)
            chart = random_chart(source, table, source.randint(0, 6))
            share = Fraction(source.randint(1, 19), 20)
            den, num = table.forms
            excess = problem.forms.square * (1 - share)
            form = excess.numerator * den - excess.denominator * num
            floats = float(1 - share) * table.den_float - table.num_float
            yield source, chart, ChartView(chart, table.den_float, table.scale), form, floats


def test_negative_monomials():
    """They are those of the exact polynomial, but for some that are close to zero."""
    some = none = 0
    for _, chart, view, form, floats in views(12, 1):
        exact = form_polynomial(form, exact_polynomial(chart))
        keys, values = view.negative(floats)
        assert len(keys) == len(values)
        assert (values > 0).all()
        assert {key for key in keys if exact[key] >= 0} == set()
        if not keys:
            none += 1
            continue
        some += 1
        negative = {key for key, value in exact.items() if value < 0}
        assert set(keys) <= negative
    assert some >= 5
    assert none >= 5


def test_no_negative_coefficient_is_overlooked():
    """Where the exact polynomial has a clearly negative coefficient, the floats have it."""
    seen = 0
    for _, chart, view, form, floats in views(12, 2):
        exact = form_polynomial(form, exact_polynomial(chart))
        keys, _ = view.negative(floats)
        order, values = view.coefficients(floats, view.whole, view.whole)
        largest = abs(values).max()
        for key, value in zip(order, values, strict=True):
            if value < -1e-8 * max(1.0, largest):
                assert exact[key] < 0
                assert key in keys
                seen += 1
            elif value > 1e-8 * max(1.0, largest):
                assert exact[key] > 0
    assert seen >= 10


def test_what_may_be_positive():
    for _, chart, view, form, floats in views(10, 3):
        exact = form_polynomial(form, exact_polynomial(chart))
        found = view.may_be_positive(floats, view.whole, view.whole)
        if min(exact.values(), default=0) >= 0:
            assert found
    empty = (), view.whole[1][:0]
    assert view.may_be_positive(floats, empty, view.whole)
    assert view.may_be_positive(floats, view.whole, empty)


def test_a_clear_chart_has_positive_vertices():
    seen = 0
    for _, chart, view, form, floats in views(15, 4):
        if not view.clear(floats):
            continue
        seen += 1
        exact = form_polynomial(form, exact_polynomial(chart))
        sizes = list(map(len, chart.groups))
        for key, value in exact.items():
            exponents = [key >> 6 * k & 63 for k in range(sum(sizes))]
            at, single = 0, True
            for size in sizes:
                single &= sum(x > 0 for x in exponents[at : at + size]) <= 1
                at += size
            if single:
                assert value > 0
    assert seen >= 3


@pytest.mark.parametrize("seed", [5, 6])
def test_the_proposed_split(seed):
    """Two generators of a group with positive weights; powers of two, one of them one."""
    seen = 0
    for _, chart, view, _, floats in views(8, seed):
        choice = view.choose(view.negative(floats))
        if choice is None:
            assert all(len(group) < 2 for group in chart.groups)
            continue
        group, i, j, p, q = choice
        assert 0 <= i < j < len(chart.groups[group])
        assert min(p, q) == 1
        assert max(p, q).bit_count() == 1
        halves = chart.split(*choice)
        assert all(half.groups[group] != chart.groups[group] for half in halves)
        seen += 1
    assert seen >= 10
