"""The five pathologies: distances by grids in floats, and the parameters a second way."""

import numpy as np
import pytest

from symerm.parametrization.pathologies import PATHOLOGIES
from symerm.theorems import Instance
from symerm.theorems.parametrization import pathologies

IN_ORDER = (
    pathologies.EXPLODING,
    pathologies.UNBALANCED,
    pathologies.REDUNDANT,
    pathologies.OPPOSITE_ZERO,
    pathologies.OPPOSITE_BALANCED,
)


def arrays(number, k):
    family = PATHOLOGIES[number]
    parameters, target = family.parameters(k), family.target(k)
    ours = (
        np.array([[float(x) for x in row] for row in parameters.weights]),
        np.array([float(x) for x in parameters.outputs]),
    )
    theirs = np.array(target.hidden_weights, float), np.array(target.output_weights, float)[:, 0]
    return ours, theirs


@pytest.mark.parametrize("k", [4, 9, 31])
@pytest.mark.parametrize("number", range(5))
def test_function_distances_on_a_grid(number, k):
    (weights, outputs), (rows, values) = arrays(number, k)
    assert IN_ORDER[number].check(Instance.of(k=k)).outcome == "holds"
    if number == 0:
        x = np.stack(np.meshgrid(*[np.linspace(-1, 1, 201)] * 2), -1).reshape(-1, 2)
        assert (np.maximum(x @ rows.T, 0) @ values).max() == pytest.approx(1 / k)
        return
    x = np.random.default_rng(k).normal(size=(4000, weights.shape[1]))
    slope = ((x @ weights.T > 0) * outputs) @ weights - ((x @ rows.T > 0) * values) @ rows
    assert np.abs(slope).max() == pytest.approx(3 if number == 4 else 1 / k)


@pytest.mark.parametrize("k", [4, 9])
@pytest.mark.parametrize(("number", "rate"), [(0, "k"), (1, "1"), (2, "1"), (4, "root")])
def test_parameter_distances_by_scalings_and_orders(number, rate, k):
    from itertools import permutations

    (weights, outputs), (rows, values) = arrays(number, k)
    scales = np.exp(np.linspace(-9, 9, 200_001))

    def cost(i, j):
        moved = [abs(weights[i][e] - scales * rows[j][e]) for e in range(len(rows[j]))]
        return np.maximum.reduce([*moved, abs(outputs[i] - values[j] / scales)]).min()

    size = len(values)
    table = [[cost(i, j) for j in range(size)] for i in range(size)]
    best = min(max(table[i][j] for i, j in enumerate(o)) for o in permutations(range(size)))
    expected = {"k": k, "1": 1, "root": np.sqrt(2) * k}[rate]
    assert best == pytest.approx(expected, rel=2e-4)
