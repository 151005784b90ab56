"""Local minima of functions: a golden one, and losses of near functions in floats."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings

from symerm.theorems import Instance
from symerm.theorems.parametrization.local_minima import LOCAL_MINIMA
from symerm.theorems.parametrization.stability import bias_free

ONE = Fraction(1)


def loss(network, instance):
    """The sum of squares in floats."""
    weights = np.array(network.hidden_weights, float)
    outputs = np.array(network.output_weights, float)
    values = np.maximum(np.array(instance["inputs"], float) @ weights.T, 0) @ outputs
    return float(((values - np.array(instance["outputs"], float)) ** 2).sum())


@settings(max_examples=40, deadline=None)
@given(LOCAL_MINIMA.instances)
def test_losses_of_near_functions_in_floats(instance):
    check = LOCAL_MINIMA.check(instance)
    if check.outcome == "not-applicable":
        return
    assert check.outcome == "holds"
    assert loss(instance["target"], instance) >= loss(instance["gamma"], instance) - 1e-12


def test_golden_local_minimum():
    gamma = bias_free((1, 1, 1))
    data = {"inputs": ((3 * ONE, -5 * ONE),), "outputs": ((ONE,),)}
    near = Instance.of(gamma=gamma, **data, target=bias_free((Fraction(201, 200),) * 3))
    # (1 + 1/200)^2 - 1 < 1/64, and the loss rises from 1.
    assert LOCAL_MINIMA.check(near).outcome == "holds"
    far = Instance.of(gamma=gamma, **data, target=bias_free((Fraction(21, 20),) * 3))
    assert "within" in LOCAL_MINIMA.check(far).evidence
    added = Instance.of(
        gamma=gamma, **data,
        target=bias_free((1, 1, 1), (Fraction(1, 10), Fraction(1, 20), Fraction(1, 10))),
    )
    check = LOCAL_MINIMA.check(added)
    assert check.outcome == "not-applicable"
    assert "wider" in check.evidence
    finding = LOCAL_MINIMA.claim(added)
    # r = 2/8, s = 2, so (r/s)^2 = 1/64; the loss falls from 1 to (1 - 1/200)^2.
    assert not finding.holds
    assert "radius 1/64" in finding.evidence
    assert "losses 1 and 39601/40000" in finding.evidence
