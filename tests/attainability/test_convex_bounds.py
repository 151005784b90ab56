"""Bounds by convexity against values at random points and second derivatives by sympy."""

import random
from fractions import Fraction
from itertools import combinations_with_replacement, product
from math import prod

import numpy as np
import pytest
import sympy
from flint import fmpz_mat
from secant_cases import drawn_line, form_value, random_cell, random_factors, secants_of

from symerm.attainability.cell_view import CellView
from symerm.attainability.convex_bounds import _hessians, _symmetrised, convex_bound, convex_product
from symerm.attainability.secant_cells import coefficients, gram, products
from symerm.attainability.secant_search import search_minima


def generators(sizes):
    """Unit vectors for each slot."""
    return [
        [tuple(int(i == k) for i in range(size)) for k in range(size)] for size in sizes
    ]


def tensors(slots):
    """The products of generators: row-major tensors over all slots."""
    return [
        tuple(prod(entries) for entries in product(*choice)) for choice in product(*slots)
    ]


def found_how(slots, form):
    """The bound for a form on products of generators, and the form as a matrix."""
    vectors = tensors(slots)
    rows = np.array([
        [x / prod(map(sum, choice)) for x in vector]
        for vector, choice in zip(vectors, product(*slots), strict=True)
    ])
    matrix = fmpz_mat(form)
    return convex_product(slots, vectors, rows, matrix, np.array(form, dtype=float))


def value_at(slots, form, values):
    """F at coefficients of the generators."""
    parts = [
        [
            sum((x * g[k] for x, g in zip(row, own, strict=True)), Fraction(0))
            for k in range(len(own[0]))
        ]
        for row, own in zip(values, slots, strict=True)
    ]
    y = [prod(choice, start=Fraction(1)) for choice in product(*parts)]
    return form_value(fmpz_mat(form), y)


def random_points(source, slots, count, near=None):
    """Random points of a product of simplices: all over it, on faces, and near one point."""
    for k in range(count):
        values = []
        for s, own in enumerate(slots):
            row = [Fraction(source.randint(0, 20)) for _ in own]
            if k % 3 == 0:
                row = [x if source.random() < 0.5 else Fraction(0) for x in row]
            if k % 3 == 1 and near is not None:
                row = [Fraction(x) + y / 5000 for x, y in zip(near[s], row, strict=True)]
            if not any(row):
                row[source.randrange(len(row))] = Fraction(1)
            values.append(row)
        yield values


def quadratic_at(source, size, spread=1):
    """(c - S m)^t A (c - S m), S the sum of c, for a definite A and an interior point m."""
    m = [Fraction(source.randint(2, 9)) for _ in range(size)]
    m = [x / sum(m) for x in m]
    half = sympy.Matrix(size, size, lambda i, j: source.randint(-spread, spread) + 3 * (i == j))
    shift = sympy.eye(size) - sympy.Matrix(size, size, lambda i, j: sympy.Rational(
        m[i].numerator, m[i].denominator))
    matrix = shift.T * (half.T * half) * shift
    return m, matrix


def integers(matrix):
    unit = sympy.ilcm(*(sympy.Rational(x).q for x in matrix))
    return [[int(x * unit) for x in row] for row in matrix.tolist()], int(unit)


@pytest.mark.parametrize("size", [2, 3, 4])
def test_a_minimum_inside_a_simplex(size):
    """A value at the minimum that is zero or positive is found, a negative one is refused."""
    source = random.Random(size)
    for _ in range(8):
        _, matrix = quadratic_at(source, size)
        ones = sympy.ones(size, size)
        for height, sign in ((0, True), (sympy.Rational(1, 50), True),
                             (-sympy.Rational(1, 1000), False)):
            form, _ = integers(matrix + height * ones)
            assert min(x for row in form for x in row) < 0
            slots = generators((size,))
            how = found_how(slots, form)
            if not sign:
                assert how is None
            elif height:
                assert how is not None
                assert all(
                    value_at(slots, form, values) >= 0
                    for values in random_points(source, slots, 30)
                )


def two_slots(source, sizes, curvature, height):
    """A form with a minimum inside of a product of simplices, convex if the curvature is large.

    F = T^2 P(c) + S^2 P(d) over c, d of sums S, T, with a small term that mixes them.
    """
    (m, first), (n, second) = (quadratic_at(source, size) for size in sizes)
    ones = [sympy.ones(size, size) for size in sizes]
    mixed = [
        sympy.Matrix([[source.randint(-2, 2) for _ in range(size)]])
        * (sympy.eye(size) - sympy.Matrix(size, size, lambda i, j, at=at: sympy.Rational(
            at[i].numerator, at[i].denominator)))
        for size, at in zip(sizes, (m, n), strict=True)
    ]
    # The square of the product of two linear forms that vanish at the minimum.
    term = sympy.kronecker_product(mixed[0].T * mixed[0], mixed[1].T * mixed[1])
    matrix = (
        curvature * (sympy.kronecker_product(first, ones[1])
                     + sympy.kronecker_product(ones[0], second))
        - term + height * sympy.kronecker_product(*ones)
    )
    return integers(matrix)[0], (m, n)


@pytest.mark.parametrize("sizes", [(2, 2), (2, 3), (3, 2)])
def test_a_minimum_inside_a_product_of_simplices(sizes):
    source, seen = random.Random(sum(sizes) * sizes[0]), 0
    for _ in range(6):
        form, at = two_slots(source, sizes, 4, sympy.Rational(1, 100))
        slots = generators(sizes)
        how = found_how(slots, form)
        for values in random_points(source, slots, 20, near=at):
            if how is not None:
                assert value_at(slots, form, values) >= 0
        seen += how is not None
        below, at = two_slots(source, sizes, 4, -sympy.Rational(1, 100))
        assert value_at(slots, below, at) < 0
        assert found_how(slots, below) is None
    assert seen >= 3


def test_generators_of_other_sizes():
    """The bound does not depend on the lengths in which generators are written."""
    source = random.Random(7)
    for _ in range(6):
        _, matrix = quadratic_at(source, 3)
        form, _ = integers(matrix + sympy.ones(3, 3) / 100)
        # A smaller simplex around the middle, with generators of different sizes.
        inner = [(4, 1, 1), (2, 8, 2), (1, 1, 10)]
        slots = [inner]
        how = found_how(slots, form)
        assert how is not None or min(
            x for row in gram(fmpz_mat(form), inner) for x in row
        ) >= 0
        assert all(
            value_at(slots, form, values) >= 0 for values in random_points(source, slots, 20)
        )


def test_removed_generators_have_no_negative_monomial():
    source, seen = random.Random(8), 0
    for _ in range(20):
        _, matrix = quadratic_at(source, 2)
        far = source.randint(1, 5)
        whole = sympy.diag(matrix + sympy.ones(2, 2) / 50, far)
        for k in range(2):
            whole[k, 2] = whole[2, k] = source.randint(0, 3)
        form, _ = integers(whole)
        slots = generators((3,))
        how = found_how(slots, form)
        assert how is not None
        removed, point = how
        assert removed == [[2]]
        assert len(point[0]) == 2
        seen += 1
        assert all(
            value_at(slots, form, values) >= 0 for values in random_points(source, slots, 20)
        )
    assert seen == 20


def test_random_forms():
    """Whatever is returned holds at random points; a negative value is never overlooked."""
    source, negative, proved = random.Random(9), 0, 0
    for sizes in ((2,), (3,), (2, 2), (2, 2, 2), (3, 2)):
        count = prod(sizes)
        slots = generators(sizes)
        for _ in range(60):
            half = [[source.randint(-3, 3) for _ in range(count)] for _ in range(count)]
            tilt = source.choice([0, 4, 12])
            form = [
                [half[i][j] + half[j][i] + tilt * ((i == j) + 1) for j in range(count)]
                for i in range(count)
            ]
            how = found_how(slots, form)
            least = min(
                value_at(slots, form, values) for values in random_points(source, slots, 12)
            )
            if least < 0:
                assert how is None
                negative += 1
            if how is not None:
                proved += 1
    assert negative > 50
    assert proved > 10


def sympy_form(form, sizes):
    """F as a polynomial in coefficients of sum one in each slot, and its free variables."""
    variables = [
        list(sympy.symbols([f"c{s}_{k}" for k in range(1, size)])) for s, size in enumerate(sizes)
    ]
    whole = [[1 - sum(own), *own] for own in variables]
    y = sympy.Matrix([prod(choice) for choice in product(*whole)])
    return sympy.expand((y.T * sympy.Matrix(form) * y)[0]), [x for own in variables for x in own]


@pytest.mark.parametrize("sizes", [(3,), (2, 2), (3, 2), (2, 2, 2)])
def test_the_matrices_are_the_coefficients_of_the_hessian(sizes):
    source, count = random.Random(prod(sizes)), prod(sizes)
    half = [[source.randint(-5, 5) for _ in range(count)] for _ in range(count)]
    form = [[half[i][j] + half[j][i] for j in range(count)] for i in range(count)]
    polynomial, variables = sympy_form(form, sizes)
    hessian = sympy.hessian(polynomial, variables)
    symmetric = _symmetrised(np.array(form, dtype=object), sizes)
    matrices = _hessians(symmetric, sizes)
    pairs = [list(combinations_with_replacement(range(n), 2)) for n in sizes]
    choices = list(product(*pairs))
    assert len(choices) == len(matrices)
    for _ in range(4):
        point = []
        for size in sizes:
            row = [Fraction(source.randint(1, 9)) for _ in range(size)]
            point.append([x / sum(row) for x in row])
        at = {
            variable: sympy.Rational(x.numerator, x.denominator)
            for variable, x in zip(
                variables, [x for row in point for x in row[1:]], strict=True
            )
        }
        expected = hessian.subs(at)
        total = sympy.zeros(*expected.shape)
        for choice, matrix in zip(choices, matrices, strict=True):
            weight = Fraction(1)
            for (i, j), row in zip(choice, point, strict=True):
                weight *= (1 + (i != j)) * row[i] * row[j]
            total += sympy.Rational(weight.numerator, weight.denominator) * sympy.Matrix(
                matrix.tolist()
            )
        # The symmetrised table is that of the form times 2^(slots - 1).
        assert total == expected * 2 ** (len(sizes) - 1)


def test_what_is_proved_is_convex():
    """The Hessian of a form that was proved is semidefinite on the generators that are left."""
    source, seen = random.Random(10), 0
    for sizes in ((3,), (2, 2), (3, 2)):
        for _ in range(3):
            form = (
                two_slots(source, sizes, 4, sympy.Rational(1, 100))[0] if len(sizes) == 2
                else integers(quadratic_at(source, 3)[1] + sympy.ones(3, 3) / 50)[0]
            )
            how = found_how(generators(sizes), form)
            if how is None or any(how[0]):
                continue
            polynomial, variables = sympy_form(form, sizes)
            hessian = sympy.lambdify(variables, sympy.hessian(polynomial, variables))
            for values in random_points(source, generators(sizes), 10, near=how[1]):
                at = [float(x / sum(row)) for row in values for x in row[1:]]
                spectrum = np.linalg.eigvalsh(np.array(hessian(*at), dtype=float))
                assert spectrum.min() >= -1e-9 * abs(spectrum).max()
            seen += 1
    assert seen >= 5


def near_minimum(problem, table, guess, size):
    """A cell around a guess: axis by axis between points on both sides of it."""
    units = [
        [round(10**6 * x / max(row)) for x in row] for row in guess.coordinates
    ]
    slots = []
    for row in units:
        own = []
        for k in range(len(row)):
            moved = [x * 10**3 for x in row]
            moved[k] += int(sum(moved) * size) + 1
            own.append(tuple(moved))
        slots.append(own)
    cell = random_cell(random.Random(0), table, random_factors(random.Random(0), table.root.shape),
                       before=0, merge=False).cell
    for k, own in enumerate(slots):
        cell = cell.with_slot(k, own)
    return cell


@pytest.mark.parametrize(("seed", "width"), [(5, 2), (8, 2), (4, 3), (5, 3)])
def test_cells_near_the_minima_of_a_problem(seed, width):
    """At a nondegenerate minimum coefficients are negative, and the bound is found."""
    problem = secants_of(*drawn_line(seed, 4 + width - 1, 2), width)
    source, seen = random.Random(seed), 0
    for guess in search_minima(problem.tables)[:40]:
        table = problem.tables[guess.root]
        if guess.box is not None or any(
            min(row) < 1e-3 * max(row) for row in guess.coordinates
        ) or prod(table.root.shape) > 9 or max(table.root.shape) < 2:
            continue
        cell = near_minimum(problem, table, guess, Fraction(1, 20))
        share = guess.share * (1 - 1e-7)
        excess = problem.forms.square * (1 - Fraction(share).limit_denominator(10**9))
        den, num = table.forms
        form = excess.numerator * den - excess.denominator * num
        floats = float(excess / problem.forms.square) * table.den_float - table.num_float
        view = CellView(table, floats, cell)
        how = convex_bound(cell, view, form, floats)
        if how is None:
            continue
        assert min(coefficients(cell, gram(form, products(cell)))) < 0
        seen += 1
        own = [slot.generators for slot in cell.slots]
        for values in random_points(source, own, 20):
            parts = [
                [sum((x * g[k] for x, g in zip(row, gens, strict=True)), Fraction(0))
                 for k in range(len(gens[0]))]
                for row, gens in zip(values, own, strict=True)
            ]
            y = [prod(choice, start=Fraction(1)) for choice in product(*parts)]
            assert form_value(form, y) >= 0
            assert problem.loss(guess.root, [
                [int(x) for x in row] for row in parts
            ], None) * problem.forms.total >= problem.forms.square - excess
        # Above the minimum nothing is returned.
        higher = problem.forms.square * (1 - Fraction(guess.share * 1.001).limit_denominator(10**9))
        form = higher.numerator * den - higher.denominator * num
        floats = float(higher / problem.forms.square) * table.den_float - table.num_float
        assert convex_bound(cell, CellView(table, floats, cell), form, floats) is None
    assert seen >= 1
