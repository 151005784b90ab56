"""Hinges: both alternatives are realised everywhere, and random neurons are in one of them."""

import random
from fractions import Fraction
from functools import cache
from itertools import pairwise

import pytest
from line_cases import orthogonal
from scipy.optimize import linprog
from search_cases import problem_of
from secant_cases import (
    combination,
    combined,
    drawn_line,
    form_value,
    parallel,
    root_wedges,
    secants_of,
    span_loss,
    tensor,
    wedge,
)

from symerm.attainability import decide
from symerm.attainability.secant_networks import neuron_paths, realised_neurons
from symerm.attainability.secant_problem import Limit
from symerm.attainability.secant_roots import secant_roots
from symerm.certificates import checker
from symerm.certificates.writer import certificate_text

SIZES = {"relu": (5, 6, 7), "leaky:1/3": (5, 6)}
CASES = [(activation, size) for activation, sizes in SIZES.items() for size in sizes]


@cache
def problem_of_case(activation, size):
    inputs, outputs = drawn_line(size, size, 2)
    # Uneven distances: the linear relations do not depend on them.
    return secants_of([[k * k + 2 * k] for (k,) in inputs], outputs, 3, activation)


def hinged(problem):
    return [k for k, table in enumerate(problem.tables) if table.root.hinges]


def signed(problem, item):
    return combination(problem, [(item, 1)])


def activations(problem, neurons):
    """The activation vectors, minus their first entries if constants count as zero."""
    scaled, found = problem.scaled, []
    for u in neurons:
        row = [
            scaled.slope_on * max(z, 0) + scaled.slope_off * min(z, 0)
            for z in (
                sum((x * f for x, f in zip(u, form, strict=True)), Fraction(0))
                for form in scaled.forms
            )
        ]
        found.append([x - row[0] * scaled.output_bias for x in row])
    return found


def test_the_number_of_hinges():
    """The ReLU curve has one and its reflection, a leaky one the two with the sides exchanged."""
    for activation, size in CASES:
        problem = problem_of_case(activation, size)
        chosen = hinged(problem)
        pairs = {problem.tables[k].root.pieces for k in chosen}
        assert len(pairs) == (2 if activation == "relu" else 4)
        assert len(chosen) == 2 * len(pairs)
        for pieces in pairs:
            sides = [
                problem.tables[k].root.hinges for k in chosen
                if problem.tables[k].root.pieces == pieces
            ]
            assert [len(one) for one in sides] == [1, 1]
            ((i, j, a),), ((k, m, b),) = sides
            assert (i, j) == (k, m)
            assert {a, b} == {0, 1}


@pytest.mark.parametrize(("activation", "size"), CASES)
def test_the_items_of_a_hinge(activation, size):
    """Segments u, v and v, x, and z = x - u up to factors on the third axis."""
    problem = problem_of_case(activation, size)
    for index in hinged(problem):
        root = problem.tables[index].root
        ((i, j, side),) = root.hinges
        pieces = problem.pieces.pieces
        first, second = (pieces[root.pieces[k]] for k in (i, j))
        (v,) = {k for k, _ in first} & {k for k, _ in second}
        kept, moved = (i, j) if side == 0 else (j, i)
        segment = (first, second)[side]
        assert root.axes[kept] == tuple((item,) for item in segment)
        (z,), (hub,) = root.axes[moved]
        assert hub[0] == v
        sign = dict(first)[v]
        assert hub[1] == (sign if side == 0 else -sign)
        (rest,) = (axis for k, axis in enumerate(root.axes) if k not in (i, j))
        assert z[0] in {item[0][0] for item in rest if len(item) == 1}
        (u,) = (item for item in first if item[0] != v)
        (x,) = (item for item in second if item[0] != v)
        if dict(second)[v] != sign:
            x = x[0], -x[1]
        # z is in the span of u and x, with x on the positive side and u on the negative one.
        vectors = [signed(problem, item) for item in (u, x, z)]
        assert len(orthogonal(vectors, [1] * len(vectors[0]))) == 2
        plane = [wedge([vectors[a], vectors[b]]) for a, b in ((2, 0), (0, 1), (2, 1))]
        # z ^ u = c2 (x ^ u) and z ^ x = -c1 (u ^ x) for z = c2 x - c1 u.
        k = next(k for k, y in enumerate(plane[1]) if y)
        assert plane[0][k] / -plane[1][k] > 0
        assert plane[2][k] / -plane[1][k] > 0


@pytest.mark.parametrize(("activation", "size"), CASES)
def test_every_point_of_a_hinged_root_is_realised(activation, size):
    problem, source = problem_of_case(activation, size), random.Random(size)
    for index in hinged(problem):
        root = problem.tables[index].root
        wedges, seen = root_wedges(problem, index), 0
        for _ in range(25):
            coordinates = tuple(
                tuple(source.choice([0, 1, 2, 7, 30]) for _ in range(n)) for n in root.shape
            )
            if not all(map(any, coordinates)):
                continue
            w = combined(tensor([[Fraction(x) for x in row] for row in coordinates]), wedges)
            loss = problem.loss(index, coordinates, None)
            assert (loss is None) == (not any(w))
            if loss is None:
                continue
            neurons = realised_neurons(problem, Limit(index, coordinates, None, loss))
            vectors = activations(problem, neurons)
            assert parallel(wedge(vectors), w)
            assert span_loss(problem, vectors) == loss
            seen += 1
        assert seen >= 8


@pytest.mark.parametrize(("activation", "size"), CASES)
def test_neurons_on_the_segments_are_in_one_of_the_roots(activation, size):
    """The alternatives by the sign of a1 b1 - a2 b2, solved from the vectors."""
    problem, source = problem_of_case(activation, size), random.Random(size + 1)
    chosen = hinged(problem)
    used = set()
    for index in chosen:
        root = problem.tables[index].root
        pair = [k for k in chosen if problem.tables[k].root.pieces == root.pieces]
        ((i, j, _),) = root.hinges
        pieces = [problem.pieces.pieces[root.pieces[k]] for k in (i, j)]
        (place,) = (k for k in range(len(root.axes)) if k not in (i, j))
        for _ in range(12):
            own = [[Fraction(source.choice([0, 1, 1, 5, 40])) for _ in range(2)] for _ in pieces]
            neurons = [
                combination(problem, zip(piece, row, strict=True))
                for piece, row in zip(pieces, own, strict=True)
            ]
            third = [Fraction(source.choice([0, 1, 3, 20])) for _ in root.axes[place]]
            if any(len(item) > 1 for item in root.axes[place]) or not any(third):
                continue
            other = combination(problem, [
                (item[0], x) for item, x in zip(root.axes[place], third, strict=True)
            ])
            vectors = [None] * 3
            vectors[i], vectors[j], vectors[place] = *neurons, other
            w = wedge(vectors)
            if not any(w):
                continue
            found = [k for k in pair if holds(problem, k, own, neurons, w, third)]
            assert found
            used |= set(found)
    assert used == {
        k for k in chosen
        if all(len(item) == 1 for axis in problem.tables[k].root.axes for item in axis)
    }


def holds(problem, index, own, neurons, w, third):
    """Whether a root has factors with the product w: one neuron is as it is.

    On the axis of the other one there is a point in the plane of the two.
    """
    root = problem.tables[index].root
    ((i, j, side),) = root.hinges
    factors = [third] * 3
    kept, moved = (i, j) if side == 0 else (j, i)
    factors[kept] = own[side]
    row = in_plane(neurons, [signed(problem, item[0]) for item in root.axes[moved]])
    if row is None:
        return False
    factors[moved] = row
    return parallel(combined(tensor(factors), root_wedges(problem, index)), w)


def in_plane(plane, ends):
    """Coefficients >= 0, not all 0, of a combination of two vectors in a plane, or None."""
    shadows = [residual(end, plane) for end in ends]
    for k in (0, 1):
        if not any(shadows[k]):
            return [Fraction(int(i == k)) for i in range(2)]
    k = next(k for k, x in enumerate(shadows[0]) if x)
    ratio = shadows[1][k] / shadows[0][k]
    if ratio >= 0 or any(
        y != ratio * x for x, y in zip(shadows[0], shadows[1], strict=True)
    ):
        return None
    return [-ratio, Fraction(1)]


def residual(vector, plane):
    rest = [Fraction(x) for x in vector]
    for x in orthogonal(plane, [1] * len(rest)):
        share = sum(a * b for a, b in zip(rest, x, strict=True)) / sum(a * a for a in x)
        rest = [a - share * b for a, b in zip(rest, x, strict=True)]
    return rest


@pytest.mark.parametrize(("activation", "size"), CASES)
def test_the_roots_are_good(activation, size):
    """A linear form is positive on all products that are not zero, unless they are one line."""
    problem = problem_of_case(activation, size)
    for index in hinged(problem):
        alive = [w for w in root_wedges(problem, index) if any(w)]
        if all(parallel(w, alive[0]) for w in alive):
            continue
        rows = [[float(x) for x in w] for w in alive]
        rows = [[-x / max(map(abs, row)) for x in row] for row in rows]
        found = linprog([0.0] * len(rows[0]), rows, [-1.0] * len(rows), bounds=(None, None))
        assert found.status == 0


def test_paths_of_a_hinged_root():
    """For all eps > 0 the neurons of a path span the product of the coordinates with eps."""
    problem = problem_of_case("relu", 6)
    for index in hinged(problem):
        table = problem.tables[index]
        for box in table.boxes:
            limit = Limit(index, tuple((2, 3) for _ in table.root.shape), box, Fraction(0))
            paths = neuron_paths(problem, limit)
            for eps in (Fraction(1, 50), Fraction(2)):
                neurons = [
                    [sum((c * eps**k for k, c in enumerate(row)), Fraction(0)) for row in path]
                    for path in paths
                ]
                factors = [
                    [Fraction(c) if k in items else c * eps for k, c in enumerate(row)]
                    for row, items in zip(limit.coordinates, box, strict=True)
                ]
                w = combined(tensor(factors), root_wedges(problem, index))
                assert parallel(wedge(activations(problem, neurons)), w)


def test_every_root_has_a_product_that_is_not_zero():
    for activation, size in CASES[:2]:
        problem = problem_of_case(activation, size)
        roots = secant_roots(problem.pieces, problem.forms, 3)
        assert [table.root for table in problem.tables] == roots
        for index, table in enumerate(problem.tables):
            if index % 7 == 0:
                wedges = root_wedges(problem, index)
                assert [not any(w) for w in wedges] == list(table.dead)
                assert any(map(any, wedges))
                assert form_value(table.forms[0], [1] * len(wedges)) >= 0


def test_random_triples_of_neurons_are_in_a_root_of_their_pieces():
    """If they are independent, the choice of their pieces has a root."""
    problem, source = problem_of_case("relu", 6), random.Random(4)
    pieces = problem.pieces.pieces
    by_pieces = {}
    for k, table in enumerate(problem.tables):
        by_pieces.setdefault(tuple(sorted(table.root.pieces)), []).append(k)
    for _ in range(30):
        chosen = tuple(sorted(source.choices(range(len(pieces)), k=3)))
        vectors = [
            combination(problem, [(v, Fraction(source.randint(1, 9))) for v in pieces[k]])
            for k in chosen
        ]
        if any(wedge(vectors)):
            assert chosen in by_pieces


def hinge_example():
    source = random.Random("d3n6-11")
    places = sorted(source.sample(range(-20, 21), 6))
    return [[x] for x in places], [[source.randint(-9, 9) for _ in range(2)] for _ in range(6)]


def test_an_infimum_next_to_a_hinge(tmp_path):
    verdict = decide(problem_of(*hinge_example(), 3))
    assert verdict.verdict == "not-attained"
    assert float(verdict.upper) == pytest.approx(6.675996773535, abs=1e-9)
    assert verdict.upper - verdict.lower <= 2e-9 * verdict.upper
    path = tmp_path / "c.json"
    path.write_text("".join(certificate_text(verdict)), encoding="utf-8")
    assert checker.check(str(path)).startswith("not-attained")
    data = verdict.problem.dataset
    losses = [loss for _, _, loss in verdict.escape.samples]
    assert all(a > b > verdict.upper for a, b in pairwise(losses))
    for _, network, loss in verdict.escape.samples:
        assert network.loss(data.inputs, data.outputs) == loss


def rho(k, size=6):
    return [max(s - k, 0) for s in range(size)]


def test_a_space_of_s5_is_the_limit_of_neurons(tmp_path):
    """The example of docs/completeness.md: an exact fit in the limit, at a hinge."""
    x = [a + b for a, b in zip(rho(1), rho(0), strict=True)]
    y = [a + b for a, b in zip(rho(1), rho(2), strict=True)]
    z = [a - 2 * b for a, b in zip(rho(3), rho(0), strict=True)]
    outputs = list(zip(x, y, z, strict=True))
    verdict = decide(problem_of([[k] for k in range(6)], outputs, 3))
    assert (verdict.verdict, verdict.exact) == ("not-attained", 0)
    path = tmp_path / "c.json"
    path.write_text("".join(certificate_text(verdict)), encoding="utf-8")
    assert checker.check(str(path)) == "not-attained 0 0"
    losses = [loss for _, _, loss in verdict.escape.samples]
    assert all(a > b > 0 for a, b in pairwise(losses))
    # The space holds no three independent neurons: those of each piece, by their residuals.
    problem = secants_of([[k] for k in range(6)], outputs, 3)
    space = [[a - column[0] for a in column] for column in (x, y, z)]
    inside = []
    for piece in problem.pieces.pieces:
        row = in_plane(space, [signed(problem, item) for item in piece])
        if row is not None:
            inside.append(combined(row, [signed(problem, item) for item in piece]))
    assert len(orthogonal(inside, [1] * 6)) == 2
