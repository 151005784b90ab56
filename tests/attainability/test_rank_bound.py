"""Affinely independent inputs: the enclosure against the singular values of the responses."""

from fractions import Fraction

import numpy as np
import pytest
from oracles import numeric
from search_cases import checked, problem_of
from several_outputs import TOLERANCE, random_rows, verdict_of

from symerm.attainability.proofs import NonnegativeProof, RankProof
from symerm.attainability.rank_bound import solve_full_rank
from symerm.attainability.scaled import scale_problem


def solved(problem, *, tolerance=TOLERANCE):
    result = solve_full_rank(scale_problem(problem), tolerance=tolerance)
    assert result is not None
    data = problem.dataset
    assert result.network.loss(data.inputs, data.outputs) == result.upper
    assert result.network.width == problem.architecture.width
    assert 0 <= result.lower <= result.upper
    assert result.upper - result.lower <= tolerance * result.upper
    assert result.complete
    assert checked(verdict_of(problem, result)).startswith("VALID attained")
    return result


def tail(problem) -> float:
    """The scatter within groups, and the squares of the singular values beyond the width."""
    data = problem.dataset.collapsed()
    roots = np.sqrt(np.array(data.weights, dtype=float))
    targets = np.array([[float(t) for t in row] for row in data.outputs])
    targets = targets - np.average(targets, axis=0, weights=data.weights)
    values = np.linalg.svd(roots[:, None] * targets, compute_uv=False)
    return float(np.square(values[problem.architecture.width :]).sum()) + float(data.scatter)


CASES = [
    (3, 4, 3, 2, 0, "relu"),
    (3, 3, 3, 1, 2, "leaky:1/3"),
    (5, 6, 4, 2, 3, "leaky:1/10"),
    (6, 5, 9, 3, 2, "relu"),
    (8, 9, 6, 5, 4, "relu"),
]


@pytest.mark.parametrize(("dimension", "size", "outputs", "width", "repeats", "activation"), CASES)
@pytest.mark.parametrize("seed", range(3))
def test_the_tail_of_the_singular_values(
    dimension, size, outputs, width, repeats, activation, seed
):
    inputs, responses = random_rows(seed, size, dimension, outputs, repeats=repeats)
    problem = problem_of(inputs, responses, width, activation)
    result = solved(problem)
    assert float(result.upper) == pytest.approx(tail(problem), rel=1e-9, abs=1e-9)
    if result.upper > problem.dataset.collapsed().scatter:
        assert isinstance(result.proof, RankProof)


def test_descent_agrees():
    inputs, responses = random_rows(4, 4, 3, 3)
    problem = problem_of(inputs, responses, 2)
    result = solved(problem)
    data = problem.dataset
    assert numeric.refute(result.lower, data.inputs, data.outputs, 2, starts=10) is None
    found = numeric.minimise(data.inputs, data.outputs, 2, starts=40).loss
    assert found == pytest.approx(float(result.upper), rel=1e-3)


@pytest.mark.parametrize("width", [3, 4, 5])
def test_width_of_at_least_the_rank_leaves_the_scatter(width):
    inputs, responses = random_rows(5, 7, 6, 3, repeats=2)
    problem = problem_of(inputs, responses, width)
    result = solved(problem)
    assert result.lower == result.upper == problem.dataset.collapsed().scatter > 0
    assert isinstance(result.proof, NonnegativeProof)


def test_responses_of_low_rank_are_fitted():
    inputs, responses = random_rows(6, 7, 6, 2)
    wide = [[x, y, x + y, 2 * x - 3 * y + 5] for x, y in responses]
    assert solved(problem_of(inputs, wide, 2)).upper == 0
    assert solved(problem_of(inputs, [[1, 2, 3]] * 7, 2)).upper == 0


def test_equal_eigenvalues():
    corners = [[int(j == k) for j in range(4)] for k in range(4)]
    problem = problem_of([[0] * 4, *corners], [[0] * 4, *corners], 2)
    result = solved(problem)
    assert float(result.upper) == pytest.approx(1 + Fraction(1, 5))


def test_fine_tolerances_and_extreme_scales():
    inputs, responses = random_rows(7, 6, 5, 4)
    wide, fine = (
        solved(problem_of(inputs, responses, 2), tolerance=Fraction(1, 10**digits))
        for digits in (3, 60)
    )
    assert wide.lower <= fine.upper
    assert fine.lower <= wide.upper
    scale = Fraction(1, 10**180)
    small = solved(problem_of(inputs, [[scale * y for y in row] for row in responses], 2))
    assert max(small.lower / scale**2, fine.lower) <= min(small.upper / scale**2, fine.upper)
    # One large singular value and two tiny ones.
    skew = [[y[0] * 10**12, y[0] * 10**12 + y[1], y[2]] for y in responses]
    solved(problem_of(inputs, skew, 2))


def test_where_it_does_not_apply():
    inputs, responses = random_rows(8, 4, 3, 3)
    dependent = [*inputs[:3], [sum(column) / Fraction(3) for column in zip(*inputs[:3],
                                                                           strict=True)]]
    for problem in (
        problem_of(inputs, responses, 2, hidden_bias=False),
        problem_of(inputs, responses, 2, output_bias=False),
        problem_of(dependent, responses, 2),
    ):
        assert solve_full_rank(scale_problem(problem), tolerance=TOLERANCE) is None
