"""Exact fits by neurons in the space of the responses (Lemma 22), each answer found twice."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations
from operator import mul
from typing import Any

import pytest
from search_cases import problem_of

from symerm.arithmetic.linalg import nullspace, rank
from symerm.arrangements.neuron_pieces import neuron_pieces
from symerm.attainability.exterior import ExteriorForms
from symerm.attainability.scaled import scale_problem
from symerm.attainability.secant_fit import realised_fit
from symerm.attainability.secant_problem import SecantProblem

GOLDEN = ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[1, 0], [-1, 0], [0, 1]])
COUNTEREXAMPLES = [
    ([[-2, 0], [-1, 0], [0, 0], [1, 0], [2, 0], [1, 1]],
     [[2, 0], [1, 0], [0, 0], [-2, 0], [-4, 0], [0, 1]]),
    ([-2, -1, 0, 1, 2], [[-2, 1], [-1, 0], [0, 0], [1, 0], [2, 1]]),
    ([0, 1, 2, 3], [[0, 0], [0, 1], [1, 3], [2, 3]]),
]


def secants(inputs: Any, outputs: Any, width: int = 2, **biases: bool) -> SecantProblem:
    """A problem without tables of roots, which are not needed here."""
    scaled = scale_problem(problem_of(inputs, outputs, width, **biases))
    pieces = neuron_pieces(
        scaled.forms, (scaled.slope_on, scaled.slope_off), modulo_constants=scaled.output_bias
    )
    return SecantProblem(scaled, pieces, ExteriorForms.of(scaled, pieces.images), ())


def activations(problem: SecantProblem, piece: int, coefficients: Any) -> list[int]:
    found = [0] * problem.scaled.size
    for c, (k, sign) in zip(coefficients, problem.pieces.pieces[piece], strict=True):
        found = [x + c * sign * y for x, y in zip(found, problem.pieces.images[k], strict=True)]
    return found


def columns(problem: SecantProblem) -> list[list[int]]:
    """Constants if there is an output bias, and independent responses."""
    found = [[1] * problem.scaled.size] if problem.scaled.output_bias else []
    for column in zip(*problem.scaled.targets, strict=True):
        if rank([*found, column]) > len(found):
            found.append(list(column))
    return found


def fits(problem: SecantProblem, found: Any) -> bool:
    """Whether the vectors of neurons and constants span the responses, with as many neurons."""
    space = columns(problem)
    vectors = [activations(problem, *neuron) for neuron in found]
    whole = [*(space[:1] if problem.scaled.output_bias else []), *vectors]
    return rank(whole) == len(whole) == rank(space) == rank(space + whole)


def span_in_responses(problem: SecantProblem) -> int:
    """The rank of the neurons in the space of the responses, by minimal supports."""
    space, found = columns(problem), []
    for piece in problem.pieces.pieces:
        images = [[s * x for x in problem.pieces.images[k]] for k, s in piece]
        for m in range(1, len(piece) + 1):
            for chosen in combinations(images, m):
                rows = [list(row) for row in zip(*chosen, *space, strict=True)]
                part = {tuple(v[:m]) for v in nullspace(rows) if any(v[:m])}
                if len(part) == 1:
                    (c,) = part
                    if min(c) > 0 or max(c) < 0:
                        found.append([sum(map(mul, c, x)) for x in zip(*chosen, strict=True)])
    ones = space[:1] if problem.scaled.output_bias else []
    return rank(ones + found) - len(ones)


@pytest.mark.parametrize("rows", COUNTEREXAMPLES)
def test_limits_that_no_network_fits(rows: Any) -> None:
    assert realised_fit(secants(*rows)) is None


def test_the_golden_instance() -> None:
    assert realised_fit(secants(*GOLDEN, hidden_bias=False, output_bias=False)) is None
    # With an output bias too the responses have rank two.
    problem = secants(*GOLDEN)
    found = realised_fit(problem)
    assert found is not None
    assert fits(problem, found)


def realised(source: random.Random, dimension: int, size: int, width: int) -> Any:
    """Inputs, and outputs of a random network."""
    inputs = [[source.randint(-4, 4) for _ in range(dimension)] for _ in range(size)]
    neurons = [[source.randint(-3, 3) for _ in range(dimension + 1)] for _ in range(width)]
    weights = [[source.randint(-2, 2) for _ in range(width)] for _ in range(width)]
    outputs = []
    for row in inputs:
        z = [max(0, sum(map(mul, a, [*row, 1]))) for a in neurons]
        outputs.append([sum(map(mul, v, z)) for v in weights])
    return inputs, outputs


@pytest.mark.parametrize(("dimension", "size", "width"), [(1, 6, 2), (2, 6, 2), (1, 8, 3)])
def test_outputs_of_networks_are_fitted(dimension: int, size: int, width: int) -> None:
    source, seen = random.Random(dimension + width), 0
    for _ in range(25):
        inputs, outputs = realised(source, dimension, size, width)
        problem = secants(inputs, outputs, width)
        found = realised_fit(problem)
        if rank(columns(problem)) - 1 < width:
            assert found is None or fits(problem, found)
            continue
        assert found is not None
        assert len(found) == width
        assert fits(problem, found)
        assert span_in_responses(problem) == width
        seen += 1
    assert seen > 3


@pytest.mark.parametrize("seed", range(3))
def test_random_responses_as_by_minimal_supports(seed: int) -> None:
    source, answers = random.Random(seed), set()
    for _ in range(25):
        dimension, size = source.choice([(1, 4), (1, 5), (2, 4), (2, 5), (3, 5)])
        inputs = [[source.randint(-3, 3) for _ in range(dimension)] for _ in range(size)]
        outputs = [[source.randint(-1, 1) for _ in range(2)] for _ in range(size)]
        biases = {"hidden_bias": source.random() < 0.6, "output_bias": source.random() < 0.6}
        problem = secants(inputs, outputs, **biases)
        found = realised_fit(problem)
        space = columns(problem)
        full = rank(space) - problem.scaled.output_bias
        assert (found is not None) == (span_in_responses(problem) == full)
        assert found is None or (len(found) == full and (not full or fits(problem, found)))
        assert found is None or all(min(c) >= 0 for _, c in found)
        answers.add(found is None)
    assert answers == {True, False}


def test_the_scale_of_the_responses_does_not_matter() -> None:
    inputs, outputs = [0, 1, 2, 3], [[0, 0], [1, 0], [2, 1], [3, 2]]
    scaled = [[Fraction(x, 7) for x in row] for row in outputs]
    assert realised_fit(secants(inputs, outputs)) == realised_fit(secants(inputs, scaled))
