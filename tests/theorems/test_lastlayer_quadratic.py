"""One quadratic neuron: the family in floats, and a search that does not reach 0."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from symerm.theorems import Instance
from symerm.theorems.lastlayer.quadratic import NOT_ATTAINED, VANISHING_LOSS

ONE, ZERO = Fraction(1), Fraction(0)


@settings(max_examples=30, deadline=None)
@given(VANISHING_LOSS.instances)
def test_the_family_in_floats(instance):
    check = VANISHING_LOSS.check(instance)
    assert check.outcome == "holds"
    a, t, eps = (float(instance[name]) for name in ("slope", "intercept", "eps"))
    x = np.array([float(point) for point in instance["points"]])
    values = t - 1 / (4 * eps) + eps * (a * x + 1 / (2 * eps)) ** 2
    loss = ((values - a * x - t) ** 2).sum()
    assert float(Fraction(check.evidence.rsplit(" ", 1)[1])) == pytest.approx(loss, abs=1e-8)


def test_golden_hypotheses():
    parameters = (ONE, ZERO, ONE, ZERO)
    three = Instance.of(
        points=(ZERO, ONE, 2 * ONE), slope=ONE, intercept=ZERO, parameters=parameters
    )
    assert NOT_ATTAINED.check(three).outcome == "holds"
    two = Instance.of(points=(ZERO, ONE), slope=ONE, intercept=ZERO, parameters=parameters)
    assert NOT_ATTAINED.check(two).outcome == "not-applicable"
    assert not NOT_ATTAINED.claim(two).holds
    flat = Instance.of(
        points=(ZERO, ONE, 2 * ONE), slope=ZERO, intercept=ONE, parameters=parameters
    )
    assert NOT_ATTAINED.check(flat).outcome == "not-applicable"
    assert not NOT_ATTAINED.claim(flat).holds


def test_best_parabolas_with_a_vertex_of_given_curvature():
    """For v w^2 = s the least loss, by linear least squares, is positive and tends to 0 with s."""
    x = np.array([0.0, 1.0, 2.0])
    y = x + 5
    losses = []
    for s in (1.0, 0.1, 0.01):
        design = np.stack([np.ones(3), x], 1)
        rest = y - s * x**2
        gap = rest - design @ np.linalg.lstsq(design, rest, rcond=None)[0]
        losses.append(gap @ gap)
    assert losses[0] > losses[1] > losses[2] > 0
