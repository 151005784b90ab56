"""When a minimiser exists: infima compared with grids of neurons in floats."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings

from symerm.problem.architecture import RELU, Activation, Architecture
from symerm.problem.dataset import Dataset
from symerm.problem.problem import Problem
from symerm.theorems.attainability.minimisers import (
    FEWER_POINTS,
    ONE_NEURON,
    ONE_OUTPUT,
    SMALL_CASES,
    WIDTH,
    small,
)
from symerm.theorems.attainability.problems import as_instance, decided, enclosure
from symerm.theorems.generators.attainability import line_problems

QUICK = settings(max_examples=12, deadline=None)


def grid_losses(problem, *, steps=161):
    """Losses of networks whose kinks are on a grid, with the best output layers."""
    data, slope = problem.dataset, float(problem.architecture.activation.negative_slope)
    s = np.array([float(x) for (x,) in data.inputs])
    targets = np.array([[float(t) for t in row] for row in data.outputs])
    kinks = np.linspace(s.min() - 1, s.max() + 1, steps)
    z = [facing * (s - kink) for kink in kinks for facing in (1, -1)]
    neurons = [np.maximum(x, slope * x) for x in z]
    ones = np.ones(len(s))
    for chosen in product(neurons, repeat=problem.architecture.width):
        columns = np.column_stack([ones, *chosen])
        errors = targets - columns @ np.linalg.lstsq(columns, targets, rcond=None)[0]
        yield float((errors**2).sum())


@QUICK
@given(line_problems(outputs=(1, 2), size=(3, 5), width=(1, 1)))
def test_one_neuron_against_a_grid(problem):
    instance = as_instance(problem, rivals=((Fraction(1), Fraction(0)),))
    low, high = map(float, enclosure(decided(instance)))
    best = min(grid_losses(problem))
    assert low <= best + 1e-9
    # Kinks are at most 1/20 from a point of the grid.
    square = float(sum(t * t for row in problem.dataset.outputs for t in row))
    assert best <= high + 0.2 * (1 + square)
    assert ONE_NEURON.claim(instance).holds


def test_two_neurons_against_a_grid():
    data = Dataset.from_rows([0, 1, 2, 3, 4], [0, 2, 0, 2, 0])
    problem = Problem(data, Architecture(2))
    best = min(grid_losses(problem, steps=41))
    assert best == pytest.approx(float(decided(as_instance(problem)).exact), abs=0.05)


def test_golden_verdicts():
    four = Dataset.from_rows([0, 1, 2, 3], [[0, 0], [0, 1], [1, 3], [2, 3]])
    two = as_instance(Problem(four, Architecture(2)), rivals=())
    assert not small(two)
    assert ONE_OUTPUT.check(two).outcome == "not-applicable"
    assert SMALL_CASES.check(two).outcome == "not-applicable"
    one = as_instance(Problem(four, Architecture(1)), rivals=())
    assert SMALL_CASES.check(one).outcome == "holds"
    assert WIDTH.check(one).outcome == "holds"
    keeps = WIDTH.mutated(next(m for m in WIDTH.mutants if m.name == "keeps-minimiser"))
    assert keeps.check(one).outcome == "fails"


def test_the_logistic_activation_is_outside():
    data = Dataset.from_rows([0, 1, 2], [0, 2, 1])
    smooth = as_instance(Problem(data, Architecture(1, Activation("logistic"))), rivals=())
    assert ONE_OUTPUT.check(smooth).outcome == "not-applicable"
    assert ONE_OUTPUT.claim(smooth).holds is False
    plain = as_instance(Problem(data, Architecture(1, RELU)), rivals=((Fraction(1), Fraction(0)),))
    assert ONE_OUTPUT.claim(plain).evidence.startswith("infimum 1/2, attained")


def test_leaving_out_the_middle_point():
    data = Dataset.from_rows([0, 1, 2], [0, 2, 1])
    instance = as_instance(Problem(data, Architecture(1)), left_out=1)
    check = FEWER_POINTS.check(instance)
    assert check.outcome == "holds"
    assert "without a point: infimum 0" in check.evidence
