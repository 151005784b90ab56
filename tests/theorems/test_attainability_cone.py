"""The ReLU cone: membership by linear programming, patterns by many neurons, orthants by hand."""

from fractions import Fraction
from itertools import product

import numpy as np
from hypothesis import given, settings
from scipy.optimize import linprog

from symerm.arrangements.relu_cone import relu_cone
from symerm.problem.architecture import RELU
from symerm.theorems import Instance
from symerm.theorems.attainability.cone import (
    ORTHANT,
    PATTERN_COUNT,
    RELU_CONE,
    hidden_vector,
    in_general_position,
)

QUICK = settings(max_examples=20, deadline=None)


@QUICK
@given(RELU_CONE.instances)
def test_hidden_vectors_are_combinations_of_rays_of_one_cone(instance):
    vector = hidden_vector(instance["inputs"], instance["neurons"][0], instance["activation"])
    found = False
    for cone in relu_cone(instance["inputs"], activation=instance["activation"]):
        if not cone.rays:
            found = found or not any(vector)
            continue
        rays = np.array(cone.rays, float)
        answer = linprog(
            np.zeros(len(rays)), A_eq=rays.T, b_eq=np.array(vector, float), bounds=(0, None)
        )
        found = found or answer.status == 0
    assert found
    assert RELU_CONE.claim(instance).holds


def test_the_cone_of_three_points_is_not_convex():
    inputs = tuple((Fraction(k),) for k in range(3))
    right, left = (Fraction(1), Fraction(-1)), (Fraction(-1), Fraction(1))
    instance = Instance.of(inputs=inputs, neurons=(right, left), activation=RELU, number=0)
    assert RELU_CONE.check(instance).outcome == "holds"
    convex = RELU_CONE.mutated(RELU_CONE.mutants[0])
    assert convex.check(instance).outcome == "fails"  # (1, 0, 1) is no hidden vector


@QUICK
@given(PATTERN_COUNT.instances)
def test_patterns_of_many_neurons(instance):
    """All patterns of neurons on a grid are among those counted."""
    inputs = instance["inputs"]
    grid = [Fraction(k, 3) for k in range(-7, 8, 2)]
    seen = set()
    for neuron in product(grid, repeat=len(inputs[0]) + 1):
        values = [
            sum((a * x for a, x in zip(neuron, (*s, 1), strict=True)), Fraction(0)) for s in inputs
        ]
        if 0 not in values:
            seen.add(tuple(v > 0 for v in values))
        if len(seen) > 60:
            break
    check = PATTERN_COUNT.check(instance)
    if check.outcome != "not-applicable":
        assert len(seen) <= int(check.evidence.split()[0])
        assert check.outcome == "holds"


def test_golden_counts_of_patterns():
    line = Instance.of(inputs=tuple((Fraction(k),) for k in range(5)))
    assert PATTERN_COUNT.check(line).evidence.startswith("10 patterns")
    square = tuple((Fraction(x), Fraction(y)) for x in (0, 1) for y in (0, 1))
    assert in_general_position(square)
    assert PATTERN_COUNT.check(Instance.of(inputs=square)).evidence.startswith("14 patterns")
    collinear = tuple((Fraction(k), Fraction(k)) for k in range(3))
    assert not in_general_position(collinear)


@QUICK
@given(ORTHANT.instances)
def test_vectors_of_the_orthant_in_floats(instance):
    if ORTHANT.check(instance).outcome == "not-applicable":
        return
    rows = np.array([[*map(float, s), 1.0] for s in instance["inputs"]])
    target = np.array(instance["values"], float)
    neuron = np.linalg.lstsq(rows, target, rcond=None)[0]
    assert np.allclose(np.maximum(rows @ neuron, 0), target)
    assert ORTHANT.claim(instance).holds
