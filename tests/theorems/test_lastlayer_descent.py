"""Gradient descent on the last layer and least squares against numpy."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from symerm.theorems import Instance
from symerm.theorems.generators.lastlayer import matrices
from symerm.theorems.lastlayer.descent import (
    LEAST_SQUARES,
    LIMIT,
    MINIMUM_NORM,
    RESIDUALS,
    STABILITY,
)

ONE, ZERO = Fraction(1), Fraction(0)


def floats(problem):
    rows, labels = problem
    return np.array([[float(x) for x in row] for row in rows]), np.array(
        [float(y) for y in labels]
    )


@settings(max_examples=25, deadline=None)
@given(RESIDUALS.instances)
def test_losses_in_floats(instance):
    check = RESIDUALS.check(instance)
    assert check.outcome != "fails"
    assert STABILITY.check(instance).outcome != "fails"
    if check.outcome == "not-applicable":
        return
    features, y = floats(instance["problem"])
    weights = np.zeros(features.shape[1])
    losses = []
    for _ in range(2):
        residual = y - features @ weights
        losses.append(residual @ residual)
        weights += float(instance["step"]) * features.T @ residual
    shown = check.evidence.split("losses ")[1].split(",")[:2]
    assert [float(Fraction(text.strip())) for text in shown] == pytest.approx(losses)


@settings(max_examples=25, deadline=None)
@given(LEAST_SQUARES.instances)
def test_least_losses_and_shortest_solutions(instance):
    features, y = floats(instance["problem"])
    best = np.linalg.pinv(features) @ y
    loss = float(((y - features @ best) ** 2).sum())
    check = LEAST_SQUARES.check(instance)
    assert check.outcome == "holds"
    found = Fraction(check.evidence.split("least loss ")[1].split(",")[0])
    assert float(found) == pytest.approx(loss, abs=1e-10)
    shortest = MINIMUM_NORM.check(instance)
    assert shortest.outcome == "holds"
    square = Fraction(shortest.evidence.split("|a*|² = ")[1].split(",")[0])
    assert float(square) == pytest.approx(float(best @ best), abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(LIMIT.instances)
def test_limits(instance):
    assert LIMIT.check(instance).outcome != "fails"


@settings(max_examples=20, deadline=None)
@given(matrices(orthogonal=True))
def test_orthogonal_columns(rows):
    table = np.array([[float(x) for x in row] for row in rows])
    gram = table.T @ table
    assert np.allclose(gram, np.diag(np.diag(gram)))


def test_golden_step_sizes():
    problem = (((ONE,), (ONE,)), (ONE, ZERO))  # s^2 = 2, so steps below 1 are stable
    for step, falls in ((ONE * 7 / 8, True), (ONE, False), (ONE * 9 / 8, False)):
        instance = Instance.of(problem=problem, step=step)
        check = STABILITY.check(instance)
        assert check.outcome == "holds"
        first, second = (
            Fraction(text) for text in check.evidence.split("losses ")[1].split(", ")[:2]
        )
        assert (second < first) == falls


def test_a_start_outside_of_the_row_space_stays_there():
    instance = Instance.of(problem=(((ONE, ZERO),), (ONE,)), start=(ZERO, ONE, ZERO, ZERO))
    assert LIMIT.check(instance).outcome == "not-applicable"
    assert not LIMIT.claim(instance).holds
