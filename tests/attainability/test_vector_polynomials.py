"""Polynomials of wedges against evaluation at random points and flows along random tuples."""

import random
from fractions import Fraction
from itertools import combinations, product

import pytest
from flint import fmpz_mat
from secant_cases import (
    Traced,
    cell_tensor,
    drawn_line,
    form_value,
    monomial_value,
    polynomial_value,
    random_cell,
    random_factors,
    secants_of,
    tensor,
    vector_value,
)

from symerm.attainability.secant_cells import live_coordinates
from symerm.attainability.vector_polynomials import (
    VectorPolynomial,
    away_from_stratum,
    cell_polynomial,
    form_polynomial,
    monomial,
    on_face,
)

PLANE = ([[0, 0], [1, 0], [0, 1], [2, 3]], [[1, 2], [0, -3], [4, 1], [2, 2]])


def problems():
    return [
        secants_of(*drawn_line(1, 5, 2), 2), secants_of(*drawn_line(2, 6, 2), 3),
        secants_of(*PLANE, 2),
    ]


def test_monomials_are_exponents_in_the_order_of_the_groups():
    key = monomial((2, 3), [(0, 1, 2), (1, 0, 1), (1, 2, 5)])
    values = [[Fraction(3), Fraction(5)], [Fraction(7), Fraction(11), Fraction(2)]]
    assert monomial_value(key, values) == 5**2 * 7 * 2**5


def test_terms_that_are_zero_are_dropped():
    found = VectorPolynomial.of({3: (0, 0), 5: (1, 0), 7: (0, -1)})
    assert found == VectorPolynomial((5, 7), ((1, 0), (0, -1)))


def test_the_wedge_of_a_cell_is_that_of_its_tensor():
    source = random.Random(1)
    for problem in problems():
        for table in source.sample(problem.tables, min(8, len(problem.tables))):
            factors = random_factors(source, table.root.shape)
            for merge in (False, True):
                traced = random_cell(source, table, factors, merge=merge)
                found = cell_polynomial(traced.cell)
                values = [
                    [Fraction(source.randint(0, 9), source.randint(1, 9)) for _ in range(size)]
                    for size in traced.cell.sizes
                ]
                expected = cell_tensor(traced.cell, values)
                assert vector_value(found.keys, found.rows, values) == expected


def test_a_traced_point_keeps_its_wedge():
    """The rules by which the other tests follow points: the product never changes."""
    source = random.Random(2)
    for problem in problems():
        for table in source.sample(problem.tables, min(8, len(problem.tables))):
            factors = random_factors(source, table.root.shape, zeros=0.2)
            before = tensor(factors)
            traced = random_cell(source, table, factors, before=3, after=3)
            gap = [
                x - y for x, y in zip(cell_tensor(traced.cell, traced.values), before, strict=True)
            ]
            assert form_value(table.forms[0], gap) == 0
            assert all(x >= 0 for row in traced.values for x in row)


def test_forms_are_those_of_the_vectors():
    source = random.Random(3)
    for _ in range(30):
        sizes = tuple(source.randint(1, 3) for _ in range(2))
        keys = [
            monomial(sizes, [(0, i, 1), (1, j, 1)])
            for i, j in product(*map(range, sizes))
        ]
        size = source.randint(1, 4)
        half = [[source.randint(-5, 5) for _ in range(size)] for _ in range(size)]
        form = fmpz_mat([
            [half[i][j] + half[j][i] for j in range(size)] for i in range(size)
        ])

        def drawn(keys=keys, size=size):
            return VectorPolynomial(tuple(keys), tuple(
                tuple(source.randint(-4, 4) for _ in range(size)) for _ in keys
            ))

        left, right = drawn(), drawn()
        values = [[Fraction(source.randint(-5, 5), 3) for _ in range(n)] for n in sizes]
        x, y = (vector_value(one.keys, one.rows, values) for one in (left, right))
        assert polynomial_value(form_polynomial(form, left), values) == form_value(form, x)
        assert polynomial_value(form_polynomial(form, left, right), values) == form_value(
            form, x, y
        )
    empty = VectorPolynomial((), ())
    assert form_polynomial(form, empty) == {}
    assert form_polynomial(form, left, empty) == {}


def test_faces():
    sizes = (2, 3)
    first, second = (
        monomial(sizes, [(0, 0, 2), (1, 0, 1), (1, 2, 1)]), monomial(sizes, [(0, 1, 2), (1, 1, 2)])
    )
    found = {first: 3, second: -2}
    faces = [
        [list(part) for part in choice] for choice in product(*(
            [c for n in range(1, size + 1) for c in combinations(range(size), n)]
            for size in sizes
        ))
    ]
    for face in faces:
        assert on_face(found, sizes, face, 1) == (0 in face[0] and {0, 2} <= set(face[1]))
        assert on_face(found, sizes, face, -1) == (1 in face[0] and 1 in face[1])


class Dual:
    """x + y e with e^2 = 0."""

    def __init__(self, value, slope=0) -> None:
        self.value, self.slope = Fraction(value), Fraction(slope)

    def __mul__(self, other):
        return Dual(
            self.value * other.value, self.value * other.slope + self.slope * other.value
        )


def flow(factors, box):
    """The velocity of y_J as the factors outside a box are multiplied by 1 + e."""
    moving = [
        [Dual(x, 0 if k in items else x) for k, x in enumerate(row)]
        for row, items in zip(factors, box, strict=True)
    ]
    found = []
    for choice in product(*moving):
        total = Dual(1)
        for one in choice:
            total = total * one
        found.append(total.slope)
    return found


def suitable(choices, box, live):
    """The K of degree zero that exchange items with every living J of degree two or more."""
    def degree(choice):
        return sum(item not in part for item, part in zip(choice, box, strict=True))

    away = [c for c in live if degree(c) >= 2]
    axes = range(len(box))
    found = []
    for k in choices:
        if degree(k):
            continue
        if all(
            any(
                tuple(k[a] if a in part else j[a] for a in axes) in live
                and tuple(j[a] if a in part else k[a] for a in axes) in live
                for size in range(1, len(box)) for part in combinations(axes, size)
            )
            for j in away
        ):
            found.append(k)
    return found if away else []


@pytest.mark.parametrize("which", [0, 1, 2])
def test_away_from_a_stratum_is_the_flow_that_scales_the_items_outside_its_box(which):
    source, problem = random.Random(4), problems()[which]
    seen = refused = 0
    tables = [table for table in problem.tables if any(table.dead)]
    for table in source.sample(tables, min(25, len(tables))):
        shape = table.root.shape
        choices = list(product(*map(range, shape)))
        for box in table.boxes:
            factors = random_factors(source, shape)
            traced = random_cell(source, table, factors)
            live = live_coordinates(traced.cell, 0, table.forms[0])
            assert live == [k for k, dead in enumerate(table.dead) if not dead]
            away = away_from_stratum(traced.cell, 0, box, live)
            living = {choices[k] for k in live}
            partners = suitable(choices, box, living)
            if not partners:
                assert away is None
                refused += 1
                continue
            seen += 1
            y = tensor(factors)
            speed = flow(factors, box)
            total = sum(y[choices.index(k)] for k in partners)
            assert total > 0
            found = vector_value(away.keys, away.rows, traced.values)
            for k, (x, velocity, here) in enumerate(zip(found, speed, y, strict=True)):
                if table.dead[k]:
                    continue
                # At degree zero wedges vanish, at degree one the velocity is y itself.
                assert x == total * (velocity - here)
    assert seen >= 3


def test_a_box_of_living_wedges_has_no_direction():
    problem = problems()[0]
    table = next(table for table in problem.tables if any(table.dead))
    traced = Traced(table.root.shape, random_factors(random.Random(5), table.root.shape))
    traced.merge([0, 1], table.forms[0])
    live = live_coordinates(traced.cell, 0, table.forms[0])
    everything = tuple(tuple(range(size)) for size in table.root.shape)
    assert away_from_stratum(traced.cell, 0, everything, live) is None
