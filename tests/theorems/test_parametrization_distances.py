"""Distances of parameters, by fine searches in floats."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings

from symerm.parametrization.parameter_distance import parameter_distance
from symerm.theorems.parametrization.distances import (
    BALANCED_METRIC,
    LIPSCHITZ,
    ORBIT_DISTANCE,
)


def rows(network):
    return [
        (np.array([*map(float, weights), float(bias)]), np.array(list(map(float, outputs))))
        for weights, bias, outputs in zip(
            network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
        )
    ]


def numeric_distance(first, second):
    """min over orders and scalings, on a grid of scalings."""
    scales = np.exp(np.linspace(-12, 12, 6001))[:, None]

    def cost(one, two):
        inner = np.abs(one[0] - scales * two[0]).max(axis=1)
        outer = np.abs(one[1] - two[1] / scales).max(axis=1)
        return np.maximum(inner, outer).min()

    ours, theirs = rows(first), rows(second)
    table = [[cost(one, two) for two in theirs] for one in ours]
    biases = max(abs(float(a - b)) for a, b in
                 zip(first.output_biases, second.output_biases, strict=True))
    return max(
        biases,
        min(max(table[i][k] for i, k in enumerate(order))
            for order in permutations(range(len(theirs)))),
    )


@settings(max_examples=25, deadline=None)
@given(ORBIT_DISTANCE.instances)
def test_the_distance_from_an_orbit_by_a_grid(instance):
    assert ORBIT_DISTANCE.check(instance).outcome == "holds"
    first, second = instance["networks"]
    found = parameter_distance(first, second).distance
    assert float(found.lower) <= numeric_distance(first, second) + 1e-9
    assert numeric_distance(first, second) == pytest.approx(float(found.upper), abs=0.02)


@settings(max_examples=25, deadline=None)
@given(LIPSCHITZ.instances)
def test_values_at_a_grid_are_within_the_bound(instance):
    finding = LIPSCHITZ.check(instance)
    assert finding.outcome == "holds"
    first, second = instance["networks"]
    bound = Fraction(finding.evidence.rsplit(" ", 1)[1])
    p = first.input_dimension
    grid = np.stack(np.meshgrid(*[[-1, Fraction(-1, 3), 0, Fraction(1, 2), 1]] * p), -1)
    for point in grid.reshape(-1, p):
        x = tuple(map(Fraction, point))
        assert max(
            abs(a - b) for a, b in zip(first(x), second(x), strict=True)
        ) <= bound


@settings(max_examples=10, deadline=None)
@given(BALANCED_METRIC.instances)
def test_triangles_of_balanced_forms(instance):
    assert BALANCED_METRIC.check(instance).outcome == "holds"
