"""Few points: determinants by Leibniz's formula, fits by projections, three points on a grid."""

from fractions import Fraction
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings

from symerm.problem.dataset import Dataset
from symerm.theorems import Instance, find_theorem
from symerm.theorems.attainability.few_points import (
    FEW_POINTS,
    INTERPOLATION,
    THREE_POINTS,
    interpolation_matrix,
    isotonic_loss,
    scatter,
)
from symerm.theorems.attainability.problems import as_instance, distance

QUICK = settings(max_examples=25, deadline=None)


def leibniz(rows):
    total = Fraction(0)
    for order in permutations(range(len(rows))):
        turns = sum(order[i] > order[j] for j in range(len(order)) for i in range(j))
        term = Fraction((-1) ** turns)
        for row, k in zip(rows, order, strict=True):
            term *= row[k]
        total += term
    return total


@QUICK
@given(INTERPOLATION.instances)
def test_the_determinant_is_that_of_leibniz(instance):
    points, slope = instance["points"], instance["slope"]
    expected = (1 - slope) ** (len(points) - 2)
    for a, b in pairwise(points):
        expected *= b - a
    same = leibniz(interpolation_matrix(points, slope)) == expected
    assert INTERPOLATION.claim(instance).holds == same
    if list(points) == sorted(points):
        assert same


def test_a_golden_determinant():
    instance = Instance.of(points=(Fraction(0), Fraction(1), Fraction(3)), slope=Fraction(1, 2))
    assert INTERPOLATION.check(instance).evidence == "determinant 1, formula 1"


@QUICK
@given(FEW_POINTS.instances)
def test_kinks_at_the_points_fit_the_mean_responses(instance):
    data = instance["data"]
    if FEW_POINTS.check(instance).outcome == "not-applicable":
        return
    rows = sorted(set(data.inputs))
    # A direction on which the distinct inputs stay apart.
    values = {s: sum((x * 100**k for k, x in enumerate(s)), Fraction(0)) for s in rows}
    kinks = sorted(values.values())[:-1]
    columns = [[1] * data.size] + [
        [max(values[s] - kink, 0) for s in data.inputs] for kink in kinks
    ]
    assert distance(columns, data.outputs) == scatter(data)
    assert FEW_POINTS.claim(instance).holds


def test_the_scatter_of_a_repeated_input():
    data = Dataset.from_rows([0, 0, 1], [1, 3, 7])
    assert scatter(data) == 2 == data.collapsed().scatter


def best_on_a_grid(inputs, responses):
    """The least loss of one ReLU neuron with kinks on a fine grid, in floats."""
    s, t = np.array(inputs, float), np.array(responses, float)
    t = t - t.mean()
    best = t @ t
    for kink in np.linspace(s.min() - 1, s.max() + 1, 4001):
        for x in (np.maximum(s - kink, 0), np.maximum(kink - s, 0)):
            x = x - x.mean()
            if x @ x > 1e-12:
                best = min(best, t @ t - (x @ t) ** 2 / (x @ x))
    return best


@pytest.mark.parametrize(
    ("responses", "loss"),
    [((0, 2, 1), Fraction(1, 2)), ((0, 1, 3), 0), ((3, -1, 0), Fraction(1, 2)),
     ((1, 0, 4), Fraction(1, 2)), ((0, 0, 0), 0), ((0, 3, 0), Fraction(9, 2))],
)
def test_three_points_on_a_grid(responses, loss):
    assert isotonic_loss(tuple(map(Fraction, responses))) == loss
    assert best_on_a_grid((0, 1, 3), responses) == pytest.approx(float(loss), abs=1e-3)


def test_the_statement_on_three_points_refuses_other_activations():
    theorem = find_theorem("three-points-isotonic")
    assert theorem is THREE_POINTS
    from symerm.problem.architecture import Activation, Architecture
    from symerm.problem.problem import Problem

    data = Dataset.from_rows([0, 1, 2], [0, 2, 1])
    for name, outcome in (("relu", "holds"), ("logistic", "not-applicable")):
        problem = Problem(data, Architecture(1, Activation(name)))
        assert theorem.check(as_instance(problem)).outcome == outcome
