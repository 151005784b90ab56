"""Proofs on cells: what they cover is at least the level; slopes rise; compactness."""

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plane_cases import LARGE_GAP, plane_problems, planes_of
from search_cases import problem_of

from symerm.attainability.plane_proof import (
    PlaneProver,
    SlopeRegion,
    compact,
    stratum_minimum_at_least,
)
from symerm.attainability.planes import Box, Triangle

seeds = st.integers(0, 10**6)


def sampled(planes, index, source):
    """Exact losses of random planes of a cell, the corners of the cell among them."""
    cell = planes.cells[index]
    if isinstance(cell, Triangle):
        points = [[source.choice([0, 1, 1, 2, 5, 40]) for _ in range(3)] for _ in range(20)]
        points += [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    elif isinstance(cell, Box):
        points = [[source.choice([0, 1, 1, 2, 5, 40]) for _ in range(4)] for _ in range(20)]
    else:
        points = [[]]
    for y in points:
        if isinstance(cell, Triangle):
            if not any(y):
                continue
            plane = cell.plane(y)
        else:
            plane = cell.plane(y[:2], y[2:]) if isinstance(cell, Box) else cell.plane
        if planes.forms.product(plane, plane)[0]:
            yield planes.loss(index, y)


@settings(max_examples=30)
@given(plane_problems(largest=6), seeds)
def test_a_proof_means_what_it_says(problem, seed):
    source, planes = random.Random(seed), planes_of(problem)
    prover, proved = PlaneProver(planes.forms, limit=300), 0
    for index in source.sample(range(len(planes.cells)), min(6, len(planes.cells))):
        losses = list(sampled(planes, index, source))
        if not losses:
            continue
        level = min(losses) * Fraction(source.choice([1, 9, 99, 101]), 100)
        proof = prover.prove(planes.cells[index], level)
        if proof is not None:
            proved += 1
            assert min(losses) >= level
            assert all(loss >= level for loss in sampled(planes, index, source))
        assert prover.prove(planes.cells[index], Fraction(0)) is not None
        assert prover.prove(planes.cells[index], max(losses) + 1) is None


@settings(max_examples=30)
@given(plane_problems(largest=6), seeds)
def test_edges_of_strata(problem, seed):
    source, planes = random.Random(seed), planes_of(problem)
    triangles = [k for k, cell in enumerate(planes.cells) if isinstance(cell, Triangle)]
    index = source.choice(triangles)
    den, num = planes.cells[index].tables(planes.forms)
    start = (source.randint(1, 5), source.randint(0, 5), 0)
    end = (source.randint(0, 5), source.randint(1, 5), 0)
    points = [
        [s * x + (30 - s) * y for x, y in zip(start, end, strict=True)] for s in range(31)
    ]
    sizes = [
        sum(p[i] * p[j] * den[i][j] for i in range(3) for j in range(3)) for p in points
    ]
    losses = [planes.loss(index, p) for p, size in zip(points, sizes, strict=True) if size]
    if not losses:
        return
    low = min(losses)

    def at_least(loss):
        return stratum_minimum_at_least(den, num, planes.forms.level(loss), start, end)

    assert not at_least(low + Fraction(1, 1000) + low / 1000)
    # The grid comes close to the minimum of a quotient of quadratics.
    assert at_least(low - (max(losses) - low) / 4 - Fraction(1, 10**6))


def test_slopes_rise_on_their_region():
    planes = planes_of(problem_of(*LARGE_GAP, 2))
    cell = planes.cells[19]
    den, num = cell.tables(planes.forms)
    prover = PlaneProver(planes.forms)
    region = SlopeRegion((33, 7), (25, 36), (1 << 20, 1))
    assert prover.slopes(den, num, region)
    for s in (0, 1, 7, 50):
        base = [33 * s + 25, 7 * s + 36]
        losses = [planes.loss(19, (*base, y)) for y in (0, 1, 10, 100, 10**5)]
        assert losses == sorted(losses)
        assert len(set(losses)) == 5
    # The other sign of the numerator turns the loss over.
    assert not prover.slopes(den, [[-x for x in row] for row in num], region)


@given(
    st.tuples(*[st.integers(1, 9)] * 2), st.tuples(*[st.integers(1, 9)] * 2),
    st.tuples(*[st.integers(1, 9)] * 2), st.tuples(*[st.integers(0, 9)] * 3),
)
def test_a_region_and_the_rest_cover_the_triangle(start, end, height, y):
    if start[1] * end[0] >= end[1] * start[0] or not any(y):
        return
    region = SlopeRegion(start, end, height)
    inside = (
        y[1] * start[0] >= start[1] * y[0]
        and y[1] * end[0] <= end[1] * y[0]
        and y[2] * height[1] <= height[0] * (y[0] + y[1])
    )
    low, high, raised_low, raised_high = region.corners()
    covered = [
        contains(simplex, y)
        for simplex in (
            *region.rest(), (low, high, raised_low), (high, raised_low, raised_high)
        )
    ]
    assert any(covered)
    assert any(covered[3:]) == inside


def contains(simplex, y):
    """Whether y is in the cone of three independent vectors, by Cramer's rule."""
    def det(a, b, c):
        return (
            a[0] * (b[1] * c[2] - b[2] * c[1])
            - a[1] * (b[0] * c[2] - b[2] * c[0])
            + a[2] * (b[0] * c[1] - b[1] * c[0])
        )

    a, b, c = simplex
    whole = det(a, b, c)
    assert whole
    return all(x * whole >= 0 for x in (det(y, b, c), det(a, y, c), det(a, b, y)))


@pytest.mark.parametrize(("size", "output_bias", "activation"), [
    (5, True, "relu"), (6, True, "relu"), (5, True, "leaky:1/2"), (4, False, "relu"),
    (5, False, "leaky:1/10"), (3, False, "relu"),
])
def test_cells_are_compact(size, output_bias, activation):
    rows = [[x * x, x**3] for x in range(size)]
    planes = planes_of(problem_of(range(size), rows, 2, activation, output_bias=output_bias))
    assert all(
        compact(planes.forms, cell)
        for cell in planes.cells if isinstance(cell, (Box, Triangle))
    )


def test_boxes_of_cones_that_meet_are_not_compact():
    planes = planes_of(problem_of(range(5), [[x * x, x**3] for x in range(5)], 2))
    # The vertices rho_2, s and lambda_2 = rho_2 - s: the cones (rho_2 + s) and (s, lambda_2) meet.
    place = {(v.facing, v.kink): k for k, v in enumerate(planes.curve.vertices)}
    rho, affine, lam = place["right", 1], place["right", 0], place["left", 1]
    third = place["right", 3]
    # The image of the vertex lambda_2 is that of -lambda_2 = s - rho_2, so s = rho_2 + image.
    def box(first, second):
        return Box((0, 0), *(
            tuple(((k, sign),) for k, sign in part) for part in (first, second)
        ))

    met = box(((rho, 1), (lam, 1)), ((affine, 1), (third, 1)))
    apart = box(((rho, 1), (lam, -1)), ((affine, 1), (third, 1)))
    assert not compact(planes.forms, met)
    assert compact(planes.forms, apart)
