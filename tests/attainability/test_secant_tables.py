"""Tables of roots made together, and what is said of many roots at once."""

import random
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from search_cases import problem_of
from test_secant_networks import IN_LINE, LINE, PLANE, SPACE

from symerm.attainability.exterior import ExteriorForms
from symerm.attainability.scaled import scale_problem
from symerm.attainability.secant_cells import coefficients, root_cell
from symerm.attainability.secant_problem import SecantProblem
from symerm.attainability.secant_search import search_minima
from symerm.attainability.secant_tables import closed_at_once, degrees, may_be_below

CASES = [
    (LINE, 2, {}), (LINE[:4], 3, {}), (LINE, 3, {"output_bias": False}), (PLANE, 2, {}),
    (IN_LINE, 2, {}), (SPACE, 2, {"hidden_bias": False, "output_bias": False}),
    ([[10**15], [0], [-7], [3], [2]], 2, {}),
]


def secants_of(inputs, width, seed, **biases):
    source = random.Random(seed)
    rows = [[source.randint(-9, 9) for _ in range(2)] for _ in inputs]
    return SecantProblem.of(scale_problem(problem_of(inputs, rows, width, **biases)))


@pytest.mark.parametrize(("inputs", "width", "biases"), CASES)
def test_the_tables_are_those_of_each_root(inputs, width, biases):
    problem = secants_of(inputs, width, 1, **biases)
    forms: ExteriorForms = problem.forms
    for table in problem.tables:
        assert (table.den, table.num) == forms.wedge_products(table.root.wedges())
        sizes = [
            float(Fraction(row[k], max(r[m] for m, r in enumerate(table.den)))) ** 0.5
            for k, row in enumerate(table.den)
        ]
        assert table.scale[np.array(table.dead) == 0] == pytest.approx(
            [x for x, dead in zip(sizes, table.dead, strict=True) if not dead]
        )
        for k, m in product(range(table.root.size), repeat=2):
            if table.dead[k] or table.dead[m]:
                assert table.den_float[k, m] == table.num_float[k, m] == 0
                continue
            length = (table.den[k][k] * table.den[m][m]) ** 0.5
            assert table.den_float[k, m] == pytest.approx(table.den[k][m] / length)
            expected = table.num[k][m] / length / forms.square
            assert table.num_float[k, m] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("inputs", "width", "biases"), CASES)
def test_roots_are_closed_if_no_coefficient_is_negative(inputs, width, biases):
    problem = secants_of(inputs, width, 2, **biases)
    square, seen = problem.forms.square, set()
    for part in (Fraction(1, 100), Fraction(1, 3), Fraction(4, 5), Fraction(1)):
        a, b = problem.forms.level(part * square / problem.forms.total)
        roots = range(len(problem.tables))
        closed = closed_at_once(problem.tables, roots, (a, b), square)
        below = set(may_be_below(problem.tables, roots, float(part)))
        for k, table in enumerate(problem.tables):
            form = [
                [a * x - b * y for x, y in zip(*rows, strict=True)]
                for rows in zip(table.den, table.num, strict=True)
            ]
            good = min(coefficients(root_cell(table.root.shape), form)) >= 0
            assert (k in closed) == good
            assert good or k in below
            seen.add(good)
        assert closed_at_once(problem.tables, [], (a, b), square) == set()
    assert False in seen
    assert width > 2 or True in seen


@pytest.mark.parametrize("seed", range(6))
def test_the_search_leaves_out_nothing_that_is_better(seed, monkeypatch):
    source = random.Random(seed)
    inputs = [[x] for x in sorted(source.sample(range(-20, 21), 9))]
    problem = secants_of(inputs, 2, seed)
    whole = search_minima(problem.tables)
    monkeypatch.setattr(
        "symerm.attainability.secant_search.may_be_below",
        lambda tables, roots, share: list(roots),
    )
    guesses = search_minima(problem.tables)
    assert len(whole) < len(guesses)
    for kind in (True, False):
        best, other = (
            min((g.share for g in found if (g.box is None) == kind and not g.escaping),
                default=1.0)
            for found in (guesses, whole)
        )
        if kind or best < min(g.share for g in guesses if g.box is None and not g.escaping):
            assert best == pytest.approx(other, abs=1e-9)


def test_degrees_take_any_sequences():
    assert degrees([2, 2], [[0], [1]]) == degrees((2, 2), ((0,), (1,))) == (1, 0, 2, 1)
