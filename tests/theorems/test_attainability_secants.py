"""The dimension of the outputs, against all separable sign vectors and floating-point ranks."""

from fractions import Fraction
from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import linprog

from symerm.problem.architecture import RELU, parse_activation
from symerm.theorems import Instance
from symerm.theorems.attainability.cone import in_general_position
from symerm.theorems.attainability.secants import OUTPUT_DIMENSION, TANGENT_BOUND, tangent_rank

F = Fraction
LEAKY = parse_activation("leaky:1/10")


def slopes(inputs, activation) -> list[np.ndarray]:
    """The slopes of all sign vectors that some neuron has with a margin, by linear programs."""
    rows = np.array([[float(x) for x in s] + [1.0] for s in inputs])
    found = []
    for signs in product((-1.0, 1.0), repeat=len(rows)):
        turned = -np.array(signs)[:, None] * rows
        solved = linprog(
            np.zeros(rows.shape[1]), turned, -np.ones(len(rows)), bounds=[(None, None)],
        )
        if solved.status == 0:
            found.append(np.where(np.array(signs) > 0, 1.0, float(activation.negative_slope)))
    return found


def brute_force(inputs, width, activation) -> int:
    """The largest rank of (1, D_1 (S 1), .., D_d (S 1)) over all tuples of patterns."""
    rows = np.array([[float(x) for x in s] + [1.0] for s in inputs])
    best, most = 0, min(len(rows), width * rows.shape[1] + 1)
    for chosen in combinations_with_replacement(slopes(inputs, activation), width):
        blocks = [np.ones((len(rows), 1)), *(slope[:, None] * rows for slope in chosen)]
        best = max(best, int(np.linalg.matrix_rank(np.hstack(blocks))))
        if best == most:
            break
    return best


def small(instance) -> bool:
    return instance["width"] < 3 and len(instance["inputs"]) < 7


@settings(max_examples=25)
@given(OUTPUT_DIMENSION.instances.filter(small))
def test_the_dimension(instance):
    inputs, width = instance["inputs"], instance["width"]
    n, p = len(inputs), len(inputs[0])
    found = brute_force(inputs, width, instance["activation"])
    assert int(OUTPUT_DIMENSION.claim(instance).evidence.split()[1].rstrip(",")) == found
    formulas = {
        None: min(n, width * (p + 1) + 1),
        "without-constant": min(n, width * (p + 1)),
        "all-parameters": min(n, width * (p + 2) + 1),
        "everything": n,
    }
    if in_general_position(inputs):
        assert found == formulas[None]
    assert OUTPUT_DIMENSION.claim(instance).holds == (found == formulas[None])
    for mutant in OUTPUT_DIMENSION.mutants:
        if mutant.claim:
            assert mutant.claim(instance).holds == (found == formulas[mutant.name])


@settings(max_examples=25)
@given(TANGENT_BOUND.instances.filter(small))
def test_the_largest_rank(instance):
    inputs, width, activation = (instance[name] for name in ("inputs", "width", "activation"))
    found = TANGENT_BOUND.claim(instance)
    assert found.holds
    best = brute_force(inputs, width, activation)
    assert f"dimension {best}," in found.evidence
    local = tangent_rank(inputs, instance["neurons"], activation)
    assert local <= best <= len(set(inputs))
    for mutant in TANGENT_BOUND.mutants:
        expected = {
            "every-network": local == best,
            "without-constant": best <= width * (len(inputs[0]) + 1),
        }
        assert mutant.claim(instance).holds == expected[mutant.name]


def outputs(weights: np.ndarray, inputs: np.ndarray, slope: float) -> np.ndarray:
    """One output of neurons (a, b, v), then the output bias."""
    neurons = weights[:-1].reshape(-1, inputs.shape[1] + 2)
    z = inputs @ neurons[:, :-2].T + neurons[:, -2]
    return np.where(z > 0, z, slope * z) @ neurons[:, -1] + weights[-1]


@pytest.mark.parametrize("activation", [RELU, LEAKY], ids=str)
def test_differences_of_outputs(activation):
    """Central differences of the outputs themselves, the kinks between the groups of inputs."""
    inputs = np.arange(9.0)[:, None]
    weights = np.array([1.0, -0.5, 0.7, 1.0, -2.6, 1.3, 1.0, -4.4, 0.9, 0.2])
    for width in (1, 2, 3):
        used = np.append(weights[: 3 * width], weights[-1])
        jacobian = np.array([
            outputs(used + step, inputs, float(activation.negative_slope))
            - outputs(used - step, inputs, float(activation.negative_slope))
            for step in 1e-4 * np.eye(len(used))
        ])
        assert np.linalg.matrix_rank(jacobian, tol=1e-9) == 2 * width + 1
        line = tuple((F(k),) for k in range(9))
        instance = Instance.of(inputs=line, width=width, activation=activation)
        assert f"dimension {2 * width + 1}," in OUTPUT_DIMENSION.check(instance).evidence


def test_golden_dimensions():
    """Two neurons on seven points of a line reach five dimensions of seven."""
    line = tuple((F(k),) for k in (0, 1, 2, 4, 5, 7, 9))
    seven = Instance.of(inputs=line, width=2, activation=RELU)
    assert OUTPUT_DIMENSION.check(seven).evidence == "dimension 5, formula 5; n = 7, p = 1, d = 2"
    flat = Instance.of(
        inputs=tuple((F(k), F(0)) for k in range(5)), width=1, activation=RELU
    )
    assert OUTPUT_DIMENSION.check(flat).outcome == "not-applicable"
    assert OUTPUT_DIMENSION.claim(flat).evidence.startswith("dimension 3, formula 4")
