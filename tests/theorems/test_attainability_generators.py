"""The strategies of problems: what they promise is decided by other means."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings

from symerm.attainability import decide
from symerm.attainability.realised import HiddenVectors
from symerm.problem.architecture import Architecture
from symerm.theorems.attainability.cone import in_general_position
from symerm.theorems.attainability.counterexamples import approached, fits, normal
from symerm.theorems.generators.attainability import (
    affinely_independent,
    attainable_problems,
    bias_free_flaws,
    degenerate_datasets,
    general_position_datasets,
    invertible_matrices,
    line_problems,
    unattainable_problems,
)

QUICK = settings(max_examples=15, deadline=None)


@QUICK
@given(attainable_problems())
def test_attainable_problems_are_attained(problem):
    assert decide(problem).verdict == "attained"


@QUICK
@given(unattainable_problems())
def test_unattainable_problems_are_not(problem):
    assert decide(problem).verdict == "not-attained"


@settings(max_examples=5, deadline=None)
@given(unattainable_problems(positive=True))
def test_positive_infima(problem):
    verdict = decide(problem)
    assert verdict.verdict == "not-attained"
    assert verdict.lower > 0


@QUICK
@given(bias_free_flaws())
def test_flaws_without_biases(problem):
    data = problem.dataset
    columns = list(zip(*data.outputs, strict=True))
    assert np.linalg.matrix_rank(np.array(data.inputs, float)) == 3
    assert approached(normal(columns))
    assert not fits(normal(columns))
    vectors = HiddenVectors.of(data.inputs, problem.architecture)
    assert len(vectors.neurons_in(columns)) < vectors.rank(columns) == 2


@QUICK
@given(general_position_datasets(inputs=(1, 3)))
def test_general_position_in_floats(data):
    p = data.input_dimension
    rows = np.array([[*map(float, s), 1.0] for s in data.inputs])
    size = min(p + 1, len(rows))
    subsets = combinations(range(len(rows)), size)
    ranks = {np.linalg.matrix_rank(rows[list(some)]) for some in subsets}
    assert ranks == {size}
    assert in_general_position(data.inputs)


@QUICK
@given(degenerate_datasets())
def test_degenerate_datasets_are_degenerate(data):
    repeated = len(set(data.inputs)) < data.size
    assert repeated or not affinely_independent(data.inputs)


@QUICK
@given(invertible_matrices(3))
def test_matrices_are_invertible(matrix):
    assert abs(np.linalg.det(np.array(matrix, float))) > 0.5


@QUICK
@given(line_problems(outputs=(2, 2), size=(3, 4), width=(2, 2)))
def test_problems_on_a_line(problem):
    data = problem.dataset
    assert data.input_dimension == 1
    assert data.output_dimension == 2
    assert len(set(data.inputs)) == data.size in (3, 4)
    assert problem.architecture == Architecture(2, problem.architecture.activation)
