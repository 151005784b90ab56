"""Bounds by the light cone against the forms of antisymmetric matrices, and random points."""

import random
from fractions import Fraction
from functools import cache
from itertools import combinations

import numpy as np
import pytest
from search_cases import problem_of
from secant_cases import (
    cell_tensor,
    combination,
    combined,
    drawn_line,
    random_cell,
    random_factors,
    secants_of,
    span_loss,
    tensor,
)
from test_chart_tensors import random_chart

from symerm.attainability import decide
from symerm.attainability.cell_view import CellView
from symerm.attainability.chart_tensors import exact_polynomial
from symerm.attainability.chart_view import ChartView
from symerm.attainability.light_cone import LightCone, below_second_eigenvalue
from symerm.attainability.secant_search import search_minima
from symerm.certificates import checker
from symerm.certificates.writer import certificate_text

PLANE = ([[0, 0], [1, 0], [0, 1], [2, 3], [1, 1]],
         [[1, 2], [0, -3], [4, 1], [2, 2], [-3, 5]])
REPEATED = ([[0], [1], [1], [2], [4], [4], [4], [5]],
            [[1, 2], [0, -3], [4, 1], [2, 2], [-3, 5], [0, 1], [7, -2], [2, 2]])
CASES = {
    "line": (*drawn_line(1, 5, 2), 2, {}), "long": (*drawn_line(4, 6, 2), 2, {}),
    "plane": (*PLANE, 2, {}), "repeated": (*REPEATED, 2, {}),
    "three outputs": (drawn_line(5, 5, 2)[0],
                      [[x, y, x - 2 * y] for x, y in drawn_line(5, 5, 2)[1]], 2, {}),
    "no offset": (*drawn_line(6, 5, 2), 2, {"output_bias": False}),
}


@cache
def problem_of_case(name):
    *data, biases = CASES[name]
    return secants_of(*data, **biases)


class Bivectors:
    """Antisymmetric matrices in coordinates in which the weights are one, in fractions.

    <A, B> = sum of a_ij b_ij over i < j, with weights w_i w_j, and D(A) = S A + A S^t for the
    map S = T T^t of vectors, all of them centred.
    """

    def __init__(self, problem) -> None:
        self.problem, scaled = problem, problem.scaled
        self.weights = scaled.weights
        self.responses = [self.centred(column) for column in zip(*scaled.targets, strict=True)]
        self.square = sum((self.inner(t, t) for t in self.responses), Fraction(0))
        self.chosen = next(
            (t, u) for t, u in combinations(self.responses, 2)
            if self.inner(t, t) * self.inner(u, u) != self.inner(t, u) ** 2
        )

    def centred(self, vector):
        if not self.problem.scaled.output_bias:
            return [Fraction(x) for x in vector]
        total = sum(self.weights)
        mean = Fraction(sum(w * x for w, x in zip(self.weights, vector, strict=True)), total)
        return [x - mean for x in vector]

    def inner(self, x, y):
        return sum(
            (w * a * b for w, a, b in zip(self.weights, x, y, strict=True)), Fraction(0)
        )

    @staticmethod
    def of(x, y):
        return [[a * d - b * c for c, d in zip(x, y, strict=True)]
                for a, b in zip(x, y, strict=True)]

    def element(self, root, coordinates, plane=0):
        """plane T_i ^ T_j + the sum of y_J e_J"""
        size = len(self.weights)
        total = [[plane * x for x in row] for row in self.of(*self.chosen)]
        for value, choice in zip(coordinates, root.wedges(), strict=True):
            if not value:
                continue
            x, y = (self.centred(combination(self.problem, [(v, 1)])) for v in choice)
            part = self.of(x, y)
            for i in range(size):
                total[i] = [a + value * b for a, b in zip(total[i], part[i], strict=True)]
        return total

    def den(self, left, right):
        size = len(left)
        return sum(
            (self.weights[i] * self.weights[j] * left[i][j] * right[i][j]
             for i in range(size) for j in range(i)), Fraction(0),
        )

    def moved(self, matrix):
        """T T^t applied to both sides of a bivector."""
        size = len(matrix)
        s = [
            [sum((t[i] * t[k] for t in self.responses), Fraction(0)) * self.weights[k]
             for k in range(size)] for i in range(size)
        ]
        one = [[sum(s[i][k] * matrix[k][j] for k in range(size)) for j in range(size)]
               for i in range(size)]
        return [[one[i][j] - one[j][i] for j in range(size)] for i in range(size)]

    def form(self, loss, left, right):
        """Q_g of two bivectors."""
        return (self.square - loss) * self.den(left, right) - self.den(left, self.moved(right))

    def eigenvalues(self):
        gram = np.array([[float(self.inner(t, u)) for u in self.responses]
                         for t in self.responses])
        return np.sort(np.linalg.eigvalsh(gram))[::-1]


def cone_of(problem, index, loss):
    return LightCone(problem.tables[index], problem.forms, problem.forms.level(loss))


def is_valid(problem, loss):
    level = problem.forms.level(Fraction(loss))
    return problem.scaled.width == 2 and below_second_eigenvalue(problem.forms, level)


def assert_lemma(bivectors, root, loss, vectors, exact):
    """The conditions of Lemma 25, from the definitions."""
    elements = [bivectors.element(root, row) for row in exact]
    plane = bivectors.of(*bivectors.chosen)
    sides = []
    for y, s in vectors:
        z = bivectors.element(root, y, s)
        height = bivectors.den(z, plane)
        assert height != 0
        assert bivectors.form(loss, z, z) <= 0
        assert all(bivectors.form(loss, z, w) >= 0 for w in elements)
        sides.append(height)
    for sign in (1, -1):
        if any(sign * bivectors.den(w, plane) > 0 for w in elements):
            assert any(sign * height > 0 for height in sides)


def assert_bound(problem, index, loss, exact, source):
    """Q_g >= 0 at random combinations of the vectors with coefficients >= 0."""
    table = problem.tables[index]
    a, b = problem.forms.level(loss)
    for _ in range(8):
        weights = [Fraction(source.choice([0, 1, source.randint(1, 50)])) for _ in exact]
        w = combined(weights, exact)
        den, num = (
            sum(x * entry * y for x, row in zip(w, form, strict=True) if x
                for entry, y in zip(row, w, strict=True))
            for form in (table.den, table.num)
        )
        assert a * den - b * num >= 0


@pytest.mark.parametrize("name", CASES)
def test_what_is_separated_is_above_the_goal(name):
    problem, source = problem_of_case(name), random.Random(name)
    bivectors = Bivectors(problem)
    second, seen, below = bivectors.eigenvalues()[1], 0, 0
    for trial in range(30):
        index = source.randrange(len(problem.tables))
        table = problem.tables[index]
        factors = random_factors(source, table.root.shape)
        traced = random_cell(source, table, factors, before=source.randint(0, 4), merge=False)
        loss = Fraction(second * source.choice([0.05, 0.3, 0.7, 0.95])).limit_denominator(1000)
        assert is_valid(problem, loss)
        cone = cone_of(problem, index, loss)
        view = CellView(table, np.zeros_like(table.den_float), traced.cell)
        exact = view.tensors
        found = cone.separates(view.tensors_float, lambda found=exact: found)
        elements = [bivectors.element(table.root, row) for row in exact]
        if any(bivectors.form(loss, w, w) < 0 for w in elements):
            below += 1
            assert found is None
        if found is None:
            continue
        seen += 1
        assert 1 <= len(found) <= 2
        assert all(isinstance(x, int) for y, s in found for x in [*y, s])
        assert_bound(problem, index, loss, exact, source)
        # The tuple of the factors has a loss of at least the goal, by least squares.
        if not table.root.shared and bivectors.den(*[
            bivectors.element(table.root, cell_tensor(traced.cell, traced.values))
        ] * 2):
            neurons = [
                combination(problem, [(item[0], x) for item, x in zip(axis, row, strict=True)])
                for axis, row in zip(table.root.axes, factors, strict=True)
            ]
            assert span_loss(problem, neurons) >= loss
        if trial < 10:
            assert_lemma(bivectors, table.root, loss, found, exact)
    assert seen >= 5
    assert below >= (name in ("line", "plane"))


@pytest.mark.parametrize("name", ["line", "plane"])
def test_charts(name):
    problem, source, seen = problem_of_case(name), random.Random(3), 0
    second = Bivectors(problem).eigenvalues()[1]
    chosen = [k for k, table in enumerate(problem.tables) if any(table.dead)]
    for _ in range(15):
        index = source.choice(chosen)
        table = problem.tables[index]
        chart = random_chart(source, table, 4)
        loss = Fraction(second * source.choice([0.05, 0.5])).limit_denominator(1000)
        view = ChartView(chart, table.den_float, table.scale)
        exact = exact_polynomial(chart).rows
        found = cone_of(problem, index, loss).separates(view.whole[1], lambda found=exact: found)
        if found is not None:
            seen += 1
            assert_bound(problem, index, loss, exact, source)
    assert seen >= 3


def test_the_goal_has_to_be_between_zero_and_the_second_eigenvalue():
    for name in CASES:
        problem = problem_of_case(name)
        second = float(Bivectors(problem).eigenvalues()[1])
        for share, valid in ((0.0, False), (-0.5, False), (1e-6, True), (0.999, True),
                             (1.001, False), (1.5, False), (50.0, False)):
            assert is_valid(problem, Fraction(second * share)) == valid


def test_the_goal_between_the_eigenvalues_is_refused_beyond_half_of_the_square():
    """Where 2 (|T|^2 - g) < |T|^2 the polynomial of the eigenvalues is positive again."""
    problem = problem_of_case("line")
    first = float(Bivectors(problem).eigenvalues()[0])
    assert not is_valid(problem, first * 1.001)


def test_other_widths_and_ranks_are_passed_over():
    three = secants_of(*drawn_line(2, 5, 2), 3)
    assert not is_valid(three, Fraction(1, 100))
    full = secants_of(*drawn_line(3, 5, 3), 2)
    assert not is_valid(full, Fraction(1, 100))
    inputs, outputs = drawn_line(4, 5, 1)
    one = secants_of(inputs, [[t, 2 * t] for (t,) in outputs], 2)
    assert not is_valid(one, Fraction(1, 100))


def test_a_root_with_a_better_point_inside_is_refused():
    """A cone that has a vector below the goal inside, though none of its generators is."""
    seen = 0
    for seed in (1, 4, 5, 8, 11):
        problem = secants_of(*drawn_line(seed, 5, 2), 2)
        bivectors = Bivectors(problem)
        second = bivectors.eigenvalues()[1]
        for guess in search_minima(problem.tables)[:10]:
            table = problem.tables[guess.root]
            units = [tuple(int(i == k) for i in range(table.root.size))
                     for k in range(table.root.size)]
            factors = [
                [Fraction(x / max(row)).limit_denominator(1000) for x in row]
                for row in guess.coordinates
            ]
            z = bivectors.element(table.root, tensor(factors))
            if guess.box is not None or not bivectors.den(z, z):
                continue
            losses = [
                bivectors.square - bivectors.den(e, bivectors.moved(e)) / bivectors.den(e, e)
                for e in (z, *(bivectors.element(table.root, u) for u in units))
                if bivectors.den(e, e)
            ]
            goal = (losses[0] + min(losses[1:])) / 2
            if not losses[0] < goal < second:
                continue
            seen += 1
            assert is_valid(problem, goal)
            cone = cone_of(problem, guess.root, goal)
            assert cone.separates(np.eye(len(units)), lambda found=units: found) is None
    assert seen >= 3


def test_responses_that_are_orthogonal_to_all_neurons_of_a_root(tmp_path):
    """The first response is orthogonal to three vertices: no product of them has a height."""
    inputs = [[k, k] for k in range(6)]
    outputs = [[0, 80], [0, 60], [0, 20], [-5, 0], [3, 0], [2, 0]]
    verdict = decide(problem_of(inputs, outputs, 2))
    path = tmp_path / "c.json"
    path.write_text("".join(certificate_text(verdict)), encoding="utf-8")
    assert checker.check(str(path)).startswith("attained")
