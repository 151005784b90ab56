"""The numeric oracle: it finds known optima, and never anything below an exact minimum."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from oracles.brute_force import exact_minimum
from oracles.numeric import exact_loss, minimise, refute


def _problem(seed, dimension, size):
    rng = random.Random(seed)
    inputs = [[Fraction(rng.randint(-9, 9)) for _ in range(dimension)] for _ in range(size)]
    return inputs, [Fraction(rng.randint(-9, 9)) for _ in range(size)]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"negative_slope": Fraction(1, 10)},
        {"hidden_bias": False},
        {"output_bias": False},
        {"weights": [1, 2, 3, 1, 2, 3]},
    ],
)
@pytest.mark.parametrize(("dimension", "width"), [(1, 1), (1, 2), (2, 1)])
def test_never_below_the_exact_minimum_and_usually_near(options, dimension, width):
    ratios = []
    for seed in range(3):
        inputs, outputs = _problem(seed, dimension, 6)
        rows = [[t] for t in outputs]
        minimum = exact_minimum(inputs, outputs, width, **options).loss
        assert refute(minimum, inputs, rows, width, starts=15, **options) is None
        fit = minimise(inputs, rows, width, starts=15, **options)
        slope = options.get("negative_slope", Fraction(0))
        loss = exact_loss(
            fit, inputs, rows, weights=options.get("weights"), negative_slope=slope
        )
        assert float(loss) == pytest.approx(fit.loss, rel=1e-6, abs=1e-9)
        ratios.append(float((loss + 1) / (minimum + 1)))
    assert sorted(ratios)[1] < 1.001


def test_refutes_a_false_bound():
    inputs, outputs = _problem(7, 1, 8)
    minimum = exact_minimum(inputs, outputs, 1).loss
    assert minimum > 0
    assert refute(2 * minimum, inputs, [[t] for t in outputs], 1) is not None


def test_follows_escaping_weights_with_two_outputs():
    # The smallest problem with infimum zero that no network of width two attains.
    inputs = [[0], [1], [2], [3]]
    outputs = [[0, 0], [0, 1], [1, 3], [2, 3]]
    assert minimise(inputs, outputs, 2, steps=400, starts=60).loss < 1e-3


def test_three_outputs_with_enough_neurons():
    inputs = [[0, 0], [1, 0], [0, 1], [2, 3]]
    outputs = [[1, 2, 3], [-1, 0, 4], [5, 5, -5], [0, 1, 0]]
    assert minimise(inputs, outputs, 3).loss < 1e-9


def test_same_seed_same_network():
    inputs, outputs = _problem(3, 2, 7)
    rows = [[t] for t in outputs]
    first, second = (minimise(inputs, rows, 2, starts=5, seed=4) for _ in range(2))
    assert (first.hidden == second.hidden).all()
    assert (first.output == second.output).all()
