"""The exact oracle against hand computations and against a second enumeration for p = 1."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations, combinations_with_replacement, pairwise

import pytest
from flint import fmpq, fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from oracles.brute_force import (
    cells,
    exact_minimum,
    network_loss,
    nonnegative_least_squares,
)

small = st.integers(-4, 4)


@pytest.mark.parametrize(
    ("inputs", "outputs", "width", "options", "loss"),
    [
        # One neuron realises exactly the monotone triples: the best pools two neighbours.
        ([0, 1, 2], [0, 1, 0], 1, {}, "1/2"),
        ([0, 1, 2], [0, 1, 5], 1, {}, "0"),
        ([0, 1, 2], [7, 1, 0], 1, {}, "0"),
        # The pooled neighbour counts twice: 1 * 2 / (1 + 2).
        ([0, 1, 1, 2], [0, 1, 1, 0], 1, {}, "2/3"),
        ([0, 1, 2], [0, 1, 0], 1, {"weights": [1, 2, 1]}, "2/3"),
        # All inputs positive and no hidden bias: affine functions, the best is constant.
        ([1, 2, 3], [0, 1, 0], 1, {"hidden_bias": False}, "2/3"),
        # Different responses at one input: the scatter 2 stays.
        ([5, 5], [0, 2], 1, {}, "2"),
        # Output of one sign; the values (6/5, 3/5, 0) leave 1/25 + 4/25 + 1.
        ([0, 1, 2], [1, 1, -1], 1, {"output_bias": False}, "6/5"),
        # Multiples of (-1/2, 0, 1) and (-1, 0, 1/2): 2 - (3/2)^2 / (5/4).
        (
            [-1, 0, 1],
            [-1, 0, 1],
            1,
            {"output_bias": False, "hidden_bias": False, "negative_slope": Fraction(1, 2)},
            "1/5",
        ),
        # No more than d + 1 points: fitted.
        ([0, 1, 3], [4, -9, 2], 2, {}, "0"),
        ([0, 1, 3, 4], [4, -9, 2, -30], 3, {}, "0"),
        # A bump (0, 0, 1, 0, 0) needs three kinks.
        ([0, 1, 2, 3, 4], [0, 0, 1, 0, 0], 3, {}, "0"),
        # Without inputs that differ only a constant is left.
        ([0, 0, 0], [0, 3, 6], 2, {"hidden_bias": False}, "18"),
    ],
)
def test_hand_computed(inputs, outputs, width, options, loss):
    fit = exact_minimum([[s] for s in inputs], outputs, width, **options)
    assert fit.loss == Fraction(loss)


def test_rational_data_and_two_inputs():
    # Points in general position, p + 1 of them: every response is fitted by an affine function.
    inputs = [[Fraction(1, 3), 0], [0, Fraction(2, 7)], [1, 1]]
    assert exact_minimum(inputs, ["1/2", "-3/5", "4"], 1).loss == 0
    # Exclusive or on a square.  The best neuron leaves one corner alone and pools the three
    # others at 2/3: loss 2/3 by hand.  Two neurons fit it.
    square = [[0, 0], [0, 1], [1, 0], [1, 1]]
    one, two = (exact_minimum(square, [0, 1, 1, 0], width).loss for width in (1, 2))
    assert (one, two) == (Fraction(2, 3), 0)


def _columns_on_a_line(points, slope):
    """For p = 1 the generators of each pattern's cone, written down from the order of points."""

    def hinge(zero, facing):
        z = [facing * (s - zero) for s in points]
        return tuple(x if x > 0 else slope * x for x in z)

    pairs = []
    for left, right in pairwise(points):
        pairs += [(hinge(left, 1), hinge(right, 1)), (hinge(left, -1), hinge(right, -1))]
    # One sign on all points: combinations of s - s_1 and s_n - s, or of their negatives.
    rising = [s - points[0] for s in points]
    falling = [points[-1] - s for s in points]
    pairs.append((tuple(rising), tuple(falling)))
    pairs.append((tuple(-slope * x for x in rising), tuple(-slope * x for x in falling)))
    return pairs


def _least_squares(columns, targets):
    """Coefficients and loss, or None for dependent columns."""
    gram = [[sum(x * y for x, y in zip(a, b, strict=True)) for b in columns] for a in columns]
    right = [[sum(x * t for x, t in zip(a, targets, strict=True))] for a in columns]
    if not columns:
        return [], sum(t * t for t in targets)
    matrix = fmpq_mat([[fmpq(x.numerator, x.denominator) for x in row] for row in gram])
    if matrix.det() == 0:
        return None
    solved = matrix.solve(
        fmpq_mat([[fmpq(x.numerator, x.denominator) for x in row] for row in right])
    )
    found = [Fraction(int(x.p), int(x.q)) for row in solved.tolist() for x in row]
    values = [
        sum(x * y for x, y in zip(found, row, strict=True)) for row in zip(*columns, strict=True)
    ]
    return found, sum((t - y) ** 2 for t, y in zip(targets, values, strict=True))


def _minimum_by_faces(points, targets, width, slope, output_bias):
    """All supports of all tuples of cones: the optimum is a least-squares fit on some support."""
    ones = (Fraction(1),) * len(points)
    signed = {
        tuple(tuple(sign * x for x in column) for column in pair)
        for pair in _columns_on_a_line(points, slope)
        for sign in (1, -1)
    }
    best = None
    done = set()
    for chosen in combinations_with_replacement(sorted(signed), width):
        columns = sorted({column for pair in chosen for column in pair})
        for size in range(len(columns) + 1):
            for support in combinations(columns, size):
                if support in done:
                    continue
                done.add(support)
                result = _least_squares((ones, *support) if output_bias else support, targets)
                if result is None:
                    continue
                coefficients, loss = result
                if all(x >= 0 for x in coefficients[1 if output_bias else 0 :]):
                    best = loss if best is None else min(best, loss)
    return best


@settings(max_examples=30)
@given(
    points=st.sets(st.fractions(-3, 3, max_denominator=3), min_size=2, max_size=5).map(sorted),
    data=st.data(),
    width=st.integers(1, 2),
    slope=st.sampled_from([Fraction(0), Fraction(1, 10)]),
    output_bias=st.booleans(),
)
def test_agrees_with_enumeration_of_supports(points, data, width, slope, output_bias):
    targets = [Fraction(data.draw(small)) for _ in points]
    fit = exact_minimum(
        [[s] for s in points], targets, width, negative_slope=slope, output_bias=output_bias
    )
    assert fit.loss == _minimum_by_faces(points, targets, width, slope, output_bias)


@settings(max_examples=100)
@given(
    st.lists(st.lists(small, min_size=4, max_size=4), min_size=1, max_size=5),
    st.lists(small, min_size=4, max_size=4),
)
def test_nonnegative_least_squares(columns, target):
    gram = [[sum(x * y for x, y in zip(a, b, strict=True)) for b in columns] for a in columns]
    products = [sum(x * t for x, t in zip(a, target, strict=True)) for a in columns]
    found = [Fraction(int(x.p), int(x.q)) for x in nonnegative_least_squares(gram, products)]
    gradient = [
        g - sum(e * x for e, x in zip(row, found, strict=True))
        for g, row in zip(products, gram, strict=True)
    ]
    assert all(x >= 0 for x in found)
    assert all(g <= 0 for g in gradient)
    assert all(g == 0 for g, x in zip(gradient, found, strict=True) if x > 0)


@pytest.mark.parametrize(("dimension", "size"), [(1, 5), (2, 6), (3, 6)])
def test_number_of_cells_in_general_position(dimension, size):
    # Points on the moment curve are in general position.
    points = [[Fraction(t**k) for k in range(1, dimension + 1)] for t in range(size)]
    found = cells(points)
    assert len(found) == 2 * sum(math.comb(size - 1, k) for k in range(dimension + 1))
    assert len({cell.signs for cell in found}) == len(found)


@settings(max_examples=50)
@given(
    st.lists(st.tuples(small, small), min_size=1, max_size=6),
    st.tuples(*[st.integers(-50, 50)] * 3),
    st.booleans(),
)
def test_cells_cover_and_their_rays_have_the_parameters_they_claim(points, parameters, bias):
    inputs = [tuple(map(Fraction, point)) for point in points]
    found = cells(inputs, hidden_bias=bias)
    *normal, offset = parameters if bias else (*parameters[:2], 0)
    values = [sum(a * s for a, s in zip(normal, point, strict=True)) + offset for point in points]
    assert any(
        all(sign * z >= 0 for sign, z in zip(cell.signs, values, strict=True)) for cell in found
    )
    for cell in found:
        for ray in cell.rays:
            *normal, offset = ray.parameters
            assert bias or offset == 0
            realised = [
                sum(a * s for a, s in zip(normal, point, strict=True)) + offset for point in points
            ]
            assert realised == list(ray.values)
            assert all(sign * z >= 0 for sign, z in zip(cell.signs, realised, strict=True))


@settings(max_examples=25)
@given(
    st.lists(st.tuples(small, small, small), min_size=2, max_size=5),
    st.sampled_from([Fraction(0), Fraction(1, 4)]),
    st.booleans(),
    st.booleans(),
)
def test_repetition_is_weight_and_more_freedom_never_costs(rows, slope, hidden_bias, output_bias):
    inputs = [row[:2] for row in rows]
    outputs = [row[2] for row in rows]
    options = {
        "negative_slope": slope,
        "hidden_bias": hidden_bias,
        "output_bias": output_bias,
    }
    fit = exact_minimum(inputs, outputs, 1, **options)
    twice = exact_minimum(inputs * 2, outputs * 2, 1, **options)
    weighted = exact_minimum(inputs, outputs, 1, weights=[2] * len(rows), **options)
    assert twice.loss == weighted.loss == 2 * fit.loss
    assert exact_minimum(inputs, outputs, 2, **options).loss <= fit.loss
    free = exact_minimum(inputs, outputs, 1, negative_slope=slope)
    assert free.loss <= fit.loss
    data = [tuple(map(Fraction, row)) for row in inputs]
    assert network_loss(fit, data, outputs, negative_slope=slope) == fit.loss
