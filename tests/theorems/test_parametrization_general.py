"""Inverse stability without balance: the distances again, in floats and by a fine search."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from symerm.parametrization.general_stability import stable_parametrization
from symerm.theorems import Instance
from symerm.theorems.parametrization.general import ONE_OUTPUT, TWO_OUTPUTS
from symerm.theorems.parametrization.stability import bias_free


@settings(max_examples=30, deadline=None)
@given(ONE_OUTPUT.instances)
def test_the_parametrization_in_floats(instance):
    check = ONE_OUTPUT.check(instance)
    assert check.outcome != "fails"
    if check.outcome == "not-applicable":
        return
    gamma, target = instance["networks"]
    phi = stable_parametrization(gamma, target)
    weights = np.array([[float(x) for x in row] for row in phi.weights])
    outputs = np.array([float(x) for x in phi.outputs])
    points = np.random.default_rng(4).normal(size=(200, gamma.input_dimension))

    def values(rows, last):
        return np.maximum(points @ rows.T, 0) @ last

    given = values(
        np.array(target.hidden_weights, float), np.array(target.output_weights, float)[:, 0]
    )
    assert np.allclose(values(weights, outputs), given)
    # eps from below by sampled derivatives, so the bound is not smaller than with these.
    active = [(points @ np.array(net.hidden_weights, float).T) > 0 for net in (gamma, target)]
    slopes = [
        (on * np.array(net.output_weights, float)[:, 0]) @ np.array(net.hidden_weights, float)
        for on, net in zip(active, (gamma, target), strict=True)
    ]
    eps = np.abs(slopes[0] - slopes[1]).max()
    assert eps <= float(phi.function_distance) + 1e-9
    assert float(phi.distance) <= float(phi.beta) + np.sqrt(2 * float(phi.function_distance)) + 1e-9


@pytest.mark.parametrize(("size", "slant"), [(30, Fraction(1, 5)), (60, Fraction(1, 10))])
def test_two_outputs_by_a_fine_search(size, slant):
    instance = Instance.of(size=Fraction(size), slant=slant)
    check = TWO_OUTPUTS.check(instance)
    assert check.outcome == "holds"
    r = np.linspace(0.5, size + 5, 400_000)
    e = float(slant)
    distance = np.maximum.reduce([abs(1 / r - 1 / size), abs(size - r), e * r]).min()
    assert distance == pytest.approx(size * e / (1 + e), rel=1e-4)


def test_golden_conditions():
    redundant = Instance.of(
        networks=(
            bias_free((1, 0, 1), (1, 0, 1)), bias_free((1, 0, 2), (0, 1, Fraction(1, 1000)))
        )
    )
    assert "one line" in ONE_OUTPUT.check(redundant).evidence
    assert not ONE_OUTPUT.claim(redundant).holds
    small = Instance.of(size=Fraction(2), slant=Fraction(1, 5))
    assert TWO_OUTPUTS.check(small).outcome == "not-applicable"
