"""Limits that other neurons realise: their products as minors, and their places in the pieces."""

import random
from fractions import Fraction
from functools import cache
from itertools import pairwise, product

import pytest
from secant_cases import (
    cell_tensor,
    combination,
    combined,
    drawn_line,
    form_value,
    parallel,
    random_cell,
    random_factors,
    root_wedges,
    secants_of,
    wedge,
)

from symerm.attainability.secant_cells import live_coordinates
from symerm.attainability.secant_elsewhere import Elsewhere
from symerm.attainability.secant_tables import degrees

PLANE = ([[0, 0], [1, 0], [0, 1], [2, 3]], [[1, 2], [0, -3], [4, 1], [2, 2]])
SQUARE = ([[0, 0], [1, 0], [0, 1], [1, 1]], [[1, 2], [0, -3], [4, 1], [2, 2]])
CASES = {
    "two": (*drawn_line(1, 5, 2), 2), "three": (*drawn_line(2, 6, 2), 3),
    "plane": (*PLANE, 2), "square": (*SQUARE, 2),
}


@cache
def problem_of_case(name):
    return secants_of(*CASES[name])


def elsewhere_of(problem, index):
    root = problem.tables[index].root
    return Elsewhere(root, problem.pieces.pieces, problem.forms)


def shrinkings(problem, index, cell):
    """The coordinates of slot 0 that a limit at one of the boxes does not have."""
    table = problem.tables[index]
    live = live_coordinates(cell, 0, table.forms[0])
    yield ()
    if len(cell.slots[0].axes) < 2:
        return
    shape = [table.root.shape[axis] for axis in cell.slots[0].axes]
    for box in table.boxes:
        degree = degrees(shape, tuple(box[axis] for axis in cell.slots[0].axes))
        yield tuple(k for k in live if degree[k] > 1)


def vanishes(problem, index, cell, gone):
    """Whether w_0 is zero for some generator: the solver asks for a positive den first."""
    den = problem.tables[index].forms[0]
    return any(
        form_value(den, [0 if k in gone else x for k, x in enumerate(g)]) == 0
        for g in cell.slots[0].generators
    )


def assert_realised(problem, index, cell, gone, neurons):
    """One number k with w_0 = k x_1 ^ .. ^ x_d for all choices of generators."""
    pieces = problem.pieces.pieces
    assert len(neurons) == problem.scaled.width
    slots = [slot for slot, _, _ in neurons if slot >= 0]
    assert len(slots) == len(set(slots))
    for slot, piece, rows in neurons:
        assert len(rows) == (1 if slot < 0 else len(cell.slots[slot].generators))
        for row in rows:
            assert len(row) == len(pieces[piece])
            assert any(row)
            assert all(isinstance(x, int) and x >= 0 for x in row)
    wedges, factors = root_wedges(problem, index), []
    shrunk = cell.with_slot(0, [
        tuple(0 if k in gone else x for k, x in enumerate(g)) for g in cell.slots[0].generators
    ])
    for choice in product(*map(range, cell.sizes)):
        values = [
            [Fraction(int(i == k)) for k in range(size)]
            for i, size in zip(choice, cell.sizes, strict=True)
        ]
        w = combined(cell_tensor(shrunk, values), wedges)
        vectors = [
            combination(problem, zip(
                pieces[piece], rows[0 if slot < 0 else choice[slot]], strict=True
            ))
            for slot, piece, rows in neurons
        ]
        found = wedge(vectors)
        if not any(found):
            assert not any(w)
            continue
        assert parallel(w, found)
        k = next(k for k, x in enumerate(found) if x)
        factors.append(w[k] / found[k])
    assert factors
    assert len(set(factors)) == 1
    assert factors[0] != 0


@pytest.mark.parametrize("name", CASES)
def test_the_product_of_the_neurons_is_that_of_the_cell(name):
    problem, source = problem_of_case(name), random.Random(name)
    seen = refused = 0
    chosen = [k for k, table in enumerate(problem.tables) if any(table.dead)]
    for _ in range(40):
        index = source.choice(chosen)
        table = problem.tables[index]
        factors = random_factors(source, table.root.shape)
        if source.random() < 0.5:
            # Close to a box, where limits look like those of a stratum.
            box = source.choice(table.boxes)
            factors = [
                [x if k in items else x / 1000 for k, x in enumerate(row)]
                for row, items in zip(factors, box, strict=True)
            ]
        traced = random_cell(source, table, factors, before=1, after=source.randint(0, 4))
        for gone in shrinkings(problem, index, traced.cell):
            if vanishes(problem, index, traced.cell, gone):
                continue
            neurons = elsewhere_of(problem, index).neurons(traced.cell, 0, gone)
            if table.root.shared:
                assert neurons is None
            if neurons is None:
                refused += 1
                continue
            seen += 1
            assert_realised(problem, index, traced.cell, gone, neurons)
    assert refused
    assert seen >= (name == "three")


@pytest.mark.parametrize("name", ["two", "three"])
def test_cells_that_are_not_merged(name):
    """Each slot has one axis: its neurons are those of the root."""
    problem, source = problem_of_case(name), random.Random(5)
    seen = 0
    for _ in range(12):
        index = source.randrange(len(problem.tables))
        table = problem.tables[index]
        if any(len(item) > 1 for axis in table.root.axes for item in axis) or table.root.shared:
            continue
        traced = random_cell(
            source, table, random_factors(source, table.root.shape), before=3, merge=False
        )
        neurons = elsewhere_of(problem, index).neurons(traced.cell, 0, ())
        if table.root.hinges:
            # Not all axes are those of a piece.
            continue
        assert neurons is not None
        assert [slot for slot, _, _ in neurons] == list(range(len(traced.cell.slots)))
        assert_realised(problem, index, traced.cell, (), neurons)
        seen += 1
    assert seen >= 3


def corner(problem, first, second):
    """The root of two neighbouring segments of the line, and their common vertex."""
    pieces = problem.pieces.pieces
    for index, table in enumerate(problem.tables):
        if table.root.pieces == (first, second) and any(table.dead):
            (shared,) = {k for k, _ in pieces[first]} & {k for k, _ in pieces[second]}
            return index, shared
    return None


def test_a_stratum_that_is_realised_in_part():
    """span(v, y0 b - y1 a) holds a neuron of the other facing for some ratios only.

    Which ones is computed from vectors: a neuron of another piece in the plane.
    """
    problem = problem_of_case("two")
    pieces, agree, pairs = problem.pieces.pieces, {True: 0, False: 0}, 0
    for first in range(len(pieces)):
        for second in range(first + 1, len(pieces)):
            place = corner(problem, first, second)
            if place is None:
                continue
            index, v = place
            table = problem.tables[index]
            choices = list(product(*(range(n) for n in table.root.shape)))
            wedges = table.root.wedges()
            realised = []
            for y0, y1 in ((1, 1), (1, 3), (3, 1), (1, 12), (12, 1), (40, 1), (1, 40)):
                # The limits a^v and v^b with weights, as one generator of a merged slot.
                rows = [Fraction(0)] * len(wedges)
                sides = [k for k in range(len(choices))
                         if not table.dead[k] and v in {i for i, _ in wedges[k]}]
                for k, y in zip(sides, (y0, y1), strict=True):
                    rows[k] = Fraction(y)
                generator = tuple(int(x) for x in rows)
                traced = random_cell(
                    random.Random(0), table,
                    random_factors(random.Random(0), table.root.shape), before=0, after=0,
                )
                cell = traced.cell.with_slot(0, [generator])
                neurons = elsewhere_of(problem, index).neurons(cell, 0, ())
                expected = in_other_piece(problem, index, generator, v)
                assert (neurons is not None) == expected
                agree[expected] += 1
                if neurons is not None:
                    realised.append(generator)
                    assert_realised(problem, index, cell, (), neurons)
            # Cells of two limits; the product of the other two vertices is set to zero.
            far = [k for k, dead in enumerate(table.dead)
                   if not dead and v not in {i for i, _ in wedges[k]}]
            for first_of, second_of in pairwise(realised):
                cell = cell.with_slot(0, [
                    tuple(x + (k in far) for k, x in enumerate(g)) for g in (first_of, second_of)
                ])
                neurons = elsewhere_of(problem, index).neurons(cell, 0, far)
                if neurons is not None:
                    pairs += 1
                    assert_realised(problem, index, cell, far, neurons)
                assert elsewhere_of(problem, index).neurons(cell, 0, ()) is None
    assert pairs >= 2
    assert agree[True] >= 3
    assert agree[False] >= 10


def in_other_piece(problem, index, generator, v):
    """Whether the plane of a bivector v ^ z has a neuron that is not a multiple of v."""
    w = combined(generator, root_wedges(problem, index))
    for piece in problem.pieces.pieces:
        # wedge(w, x) = 0 for x = c1 g1 + c2 g2: signs of trivectors that are multiples.
        ends = [combination(problem, [(vertex, 1)]) for vertex in piece]
        grown = [with_bivector(w, end) for end in ends]
        zero = [not any(x) for x in grown]
        for (k, _), gone in zip(piece, zero, strict=True):
            if gone and k != v:
                return True
        if not any(zero) and parallel(*grown):
            k = next(k for k, x in enumerate(grown[1]) if x)
            if grown[0][k] / grown[1][k] < 0:
                return True
    return False


def with_bivector(w, x):
    """The product of a bivector, given by its minors, and a vector."""
    size = len(x)
    places = {}
    for i in range(size):
        for j in range(i + 1, size):
            places[i, j] = w[len(places)]
    return [
        x[i] * places[j, k] - x[j] * places[i, k] + x[k] * places[i, j]
        for i in range(size) for j in range(i + 1, size) for k in range(j + 1, size)
    ]
