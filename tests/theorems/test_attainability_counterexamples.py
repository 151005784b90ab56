"""Problems without a minimiser: losses in floats, verdicts of the search, planes by their rays."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings

from symerm.attainability import decide
from symerm.problem.architecture import RELU, Architecture
from symerm.problem.catalogue import load_dataset
from symerm.problem.problem import Problem
from symerm.theorems import Instance
from symerm.theorems.attainability.counterexamples import (
    BIAS_FREE,
    COUNTEREXAMPLES,
    GOLDEN,
    approached,
    families,
    fits,
    normal,
)

LOSSES = {
    "counterexample-1": lambda k: 5 / k**2, "counterexample-2": lambda k: 1 / (2 * k**2),
    "counterexample-3": lambda k: 8 / k**2, "golden": lambda k: 2 / k**2,
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("k", [2, 7, 100])
def test_losses_in_floats(name, k):
    data, network = load_dataset(name), families()[name].at(Fraction(k))
    a, v = (np.array(rows, float) for rows in (network.hidden_weights, network.output_weights))
    b, c = np.array(network.hidden_biases, float), np.array(network.output_biases, float)
    hidden = np.maximum(np.array(data.inputs, float) @ a.T + b, 0)
    errors = hidden @ v + c - np.array(data.outputs, float)
    assert (errors**2).sum() == pytest.approx(LOSSES[name](k), rel=1e-6)


@pytest.mark.parametrize("name", ["counterexample-2", "counterexample-3", "golden"])
def test_the_search_says_not_attained(name):
    biased = families()[name].biases
    shape = Architecture(2, RELU, hidden_bias=biased, output_bias=biased)
    verdict = decide(Problem(load_dataset(name), shape))
    assert (verdict.verdict, verdict.exact) == ("not-attained", 0)


@pytest.mark.parametrize("theorem", [*COUNTEREXAMPLES, GOLDEN], ids=lambda theorem: theorem.id)
def test_each_family_at_one_parameter(theorem):
    assert theorem.check(Instance.of(K=Fraction(10))).outcome == "holds"


def test_small_parameters_are_outside_where_they_matter():
    half = Instance.of(K=Fraction(1, 2))
    outcomes = [theorem.check(half).outcome for theorem in (*COUNTEREXAMPLES, GOLDEN)]
    assert outcomes == ["holds", "not-applicable", "not-applicable", "holds"]


def plane_rays(columns):
    """The intersections of a plane with the orthant that lie on coordinate planes, by hand."""
    m = normal(columns)
    rays = set()
    for k in range(3):
        others = [j for j in range(3) if j != k]
        # Vectors of the plane with x_k = 0: multiples of (.., m_j', .., -m_j, ..).
        x = [Fraction(0)] * 3
        x[others[0]], x[others[1]] = m[others[1]], -m[others[0]]
        directions = [x] if any(x) else [
            [Fraction(int(j == one)) for j in range(3)] for one in others
        ]
        for direction in directions:
            for sign in (1, -1):
                ray = [sign * entry for entry in direction]
                if min(ray) >= 0:
                    rays.add(tuple(entry / sum(ray) for entry in ray))
    return rays


@settings(max_examples=40, deadline=None)
@given(BIAS_FREE.instances)
def test_planes_and_the_orthant(instance):
    if BIAS_FREE.check(instance).outcome == "not-applicable":
        return
    columns = list(zip(*instance["data"].outputs, strict=True))
    rays = plane_rays(columns)
    two = any(np.linalg.matrix_rank(np.array(pair, float)) == 2 for pair in combinations(rays, 2))
    assert fits(normal(columns)) == two
    assert approached(normal(columns)) == bool(rays)
    assert BIAS_FREE.claim(instance).holds
