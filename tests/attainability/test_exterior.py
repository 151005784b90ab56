"""The loss on bivectors against least squares in fractions; Bernstein forms against values."""

import random
from fractions import Fraction
from itertools import combinations_with_replacement

from hypothesis import given, settings
from hypothesis import strategies as st
from plane_cases import distance, least_squares, plane_problems, planes_of, value

from symerm.attainability.exterior import ExteriorForms
from symerm.attainability.planes import (
    Box,
    Triangle,
    box_coefficients,
    combine,
    rise_coefficients,
    triangle_coefficients,
)
from symerm.attainability.scaled import scale_problem

seeds = st.integers(0, 10**6)


@settings(max_examples=40)
@given(plane_problems(), seeds)
def test_loss_is_that_of_least_squares(problem, seed):
    source = random.Random(seed)
    scaled = scale_problem(problem)
    images = [tuple(source.randint(-5, 5) for _ in range(scaled.size)) for _ in range(3)]
    forms = ExteriorForms.of(scaled, images)
    plane = (((0, source.randint(1, 4)), (1, source.randint(-4, 4))), ((2, 3), (1, -1)))
    if forms.product(plane, plane)[0] == 0:
        return
    vectors = [[sum(c * images[k][i] for k, c in part) for i in range(scaled.size)]
               for part in plane]
    if scaled.output_bias:
        vectors.insert(0, [1] * scaled.size)
    assert forms.loss(plane) == distance(scaled.targets, vectors, scaled.weights)


@settings(max_examples=40)
@given(plane_problems(), seeds)
def test_cells_have_the_loss_of_their_planes(problem, seed):
    source, planes = random.Random(seed), planes_of(problem)
    for index in source.sample(range(len(planes.cells)), min(6, len(planes.cells))):
        cell = planes.cells[index]
        if isinstance(cell, Triangle):
            y = [source.randint(1, 9) for _ in range(3)]
            plane = cell.plane(y)
            # From the definition: alpha a + beta v and gamma v + delta b.
            a, v, b = (value(planes, part) for part in (cell.a, cell.v, cell.b))
            alpha, beta, gamma, delta = (source.randint(1, 9) for _ in range(4))
            by_neurons = distance(
                planes.scaled.targets,
                [
                    *([[1] * planes.scaled.size] if planes.scaled.output_bias else []),
                    [alpha * x + beta * z for x, z in zip(a, v, strict=True)],
                    [gamma * x + delta * z for x, z in zip(v, b, strict=True)],
                ],
                planes.scaled.weights,
            )
            coordinates = (beta * delta, alpha * gamma, alpha * delta)
            if planes.forms.product(cell.plane(coordinates), cell.plane(coordinates))[0]:
                assert planes.loss(index, coordinates) == by_neurons
        elif isinstance(cell, Box):
            plane = cell.plane((source.randint(1, 9), 2), (source.randint(1, 9), 3))
        else:
            plane = cell.plane
        if planes.forms.product(plane, plane)[0]:
            assert planes.forms.loss(plane) == least_squares(planes, plane)


@settings(max_examples=40)
@given(plane_problems(), seeds, st.fractions(0, 500, max_denominator=7))
def test_bernstein_coefficients(problem, seed, level):
    source, planes = random.Random(seed), planes_of(problem)
    a, b = planes.forms.level(level)
    for cell in source.sample(planes.cells, min(8, len(planes.cells))):
        if isinstance(cell, Box):
            s, t = ([Fraction(source.randint(0, 9)) for _ in range(2)] for _ in range(2))
            den, num = planes.forms.product(*[cell.plane(s, t)] * 2)
            coefficients = box_coefficients(planes.forms, (a, b), cell.first, cell.second)
            total = Fraction(0)
            pairs = list(combinations_with_replacement(range(2), 2))
            for (i, j), (k, m) in ((x, y) for x in pairs for y in pairs):
                # Each unordered pair stands for its two orders; `value` is symmetric.
                factor = Fraction((1 + (i != j)) * (1 + (k != m)), 2)
                total += factor * s[i] * s[j] * t[k] * t[m] * coefficients.pop(0)
            assert total == a * den - b * num
        elif isinstance(cell, Triangle):
            den, num = cell.tables(planes.forms)
            table = [[a * x - b * y for x, y in zip(*rows, strict=True)]
                     for rows in zip(den, num, strict=True)]
            corners = [tuple(source.randint(0, 5) for _ in range(3)) for _ in range(3)]
            weights = [source.randint(0, 5) for _ in range(3)]
            y = [sum(w * c[i] for w, c in zip(weights, corners, strict=True)) for i in range(3)]
            total = sum(
                (1 + (k != m)) * weights[k] * weights[m] * value
                for (k, m), value in zip(
                    combinations_with_replacement(range(3), 2),
                    triangle_coefficients(table, corners), strict=True,
                )
            )
            assert total == sum(y[i] * y[j] * table[i][j] for i in range(3) for j in range(3))
            # The same form from the bivector: Q(y2 w) = y2^2 Q(w).
            if y[2]:
                found = planes.forms.product(*[cell.plane(y)] * 2)
                assert a * found[0] - b * found[1] == y[2] ** 2 * total


@settings(max_examples=40)
@given(plane_problems(), seeds)
def test_the_cubic_has_the_sign_of_the_difference_quotient(problem, seed):
    source, planes = random.Random(seed), planes_of(problem)
    triangles = [c for c in planes.cells if isinstance(c, Triangle)]
    cell = source.choice(triangles)
    den, num = cell.tables(planes.forms)
    corners = [tuple(source.randint(0, 5) for _ in range(3)) for _ in range(4)]
    weights = [source.randint(1, 5) for _ in corners]
    y = [sum(w * c[i] for w, c in zip(weights, corners, strict=True)) for i in range(3)]

    def quotient(step):
        z = [y[0], y[1], y[2] + step]
        below, above = (
            sum(z[i] * z[j] * table[i][j] for i in range(3) for j in range(3))
            for table in (den, num)
        )
        return None if below == 0 else -Fraction(above) / Fraction(below)

    if quotient(0) is None:
        return
    cubic = 0
    for (k, m, r), coefficient in zip(
        combinations_with_replacement(range(4), 3), rise_coefficients(den, num, corners),
        strict=True,
    ):
        orders = {1: 1, 2: 3, 3: 6}[len({k, m, r})]
        cubic += Fraction(orders, 3) * weights[k] * weights[m] * weights[r] * coefficient
    below = sum(y[i] * y[j] * den[i][j] for i in range(3) for j in range(3))
    # h(y + t e) is a quotient of quadratics: its derivative is the limit of central quotients,
    # and with three exact steps the terms of second order cancel.
    steps = [Fraction(1, 10**k) for k in (9, 10)]
    slopes = [(quotient(t) - quotient(-t)) / (2 * t) for t in steps]
    derivative = slopes[1] + (slopes[1] - slopes[0]) / 99
    expected = 2 * cubic / Fraction(below) ** 2
    assert abs(derivative - expected) <= Fraction(1, 10**12) * (1 + abs(expected))
    if abs(expected) > Fraction(1, 10**9):
        assert (slopes[1] > 0) == (cubic > 0)


def test_combine_collects_vertices():
    assert combine(((2, ((0, 1), (1, 3))), (-3, ((1, 2), (0, 1))))) == ((0, -1),)
