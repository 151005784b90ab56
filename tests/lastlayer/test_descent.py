"""Gradient descent on the last layer: simulated in Fractions, step by step."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.errors import InputError
from symerm.lastlayer.descent import gradient_descent
from symerm.lastlayer.features import feature_matrix, gaussian_layer

entry = st.integers(-4, 4)


def small(n: int, m: int):
    row = st.lists(entry, min_size=m, max_size=m)
    return st.lists(row, min_size=n, max_size=n)


def descend(features, labels, step, steps):
    """Weights and losses by the definition of gradient descent."""
    weights = [Fraction(0)] * len(features[0])
    losses = []
    for _ in range(steps + 1):
        rest = [
            y - sum((x * a for x, a in zip(row, weights, strict=True)), Fraction(0))
            for row, y in zip(features, labels, strict=True)
        ]
        losses.append(sum(r * r for r in rest))
        weights = [
            a + step * sum((row[j] * r for row, r in zip(features, rest, strict=True)),
                           Fraction(0))
            for j, a in enumerate(weights)
        ]
    return weights, losses


@given(small(3, 4).filter(lambda rows: any(map(any, rows))), small(3, 1))
@settings(deadline=None)
def test_losses_rates_and_singular_values(features, responses) -> None:
    run = gradient_descent(features, responses, steps=6)
    labels = [y for (y,) in responses]
    assert list(run.losses) == descend(features, labels, run.step, 6)[1]
    for k, loss in enumerate(run.losses):
        assert run.fit.loss <= loss <= run.predicted(k)
    squares = np.linalg.svd(np.array(features, float), compute_uv=False) ** 2
    for mode, square in zip(run.modes, squares, strict=False):
        assert abs(float(mode.square[0]) - square) < 1e-8 * max(1, square)
        low, high = mode.factor
        assert low <= 1 - run.step * mode.square[0]
        assert high >= 1 - run.step * mode.square[1]
    assert 0 <= run.rate < 1
    assert run.step < run.stable_below[0]


def test_the_limit_is_the_solution_of_least_norm() -> None:
    features = [[1, 2, 0], [0, 1, 1]]
    run = gradient_descent(features, [(1,), (3,)], steps=1)
    weights, _ = descend(features, [1, 3], run.step, 200)
    assert all(
        abs(a - b) < Fraction(1, 10**6)
        for a, b in zip(weights, run.fit.columns[0].weights, strict=True)
    )


def test_each_mode_shrinks_in_its_steps_and_not_much_sooner() -> None:
    for square in (4, 1, 9):
        root = {4: 2, 1: 1, 9: 3}[square]
        run = gradient_descent(
            [(root, 0), (0, 3)], [(1,), (0,)], steps=0, step=Fraction(1, 20),
            reduction=Fraction(1, 100),
        )
        mode = next(m for m in run.modes if m.square[0] <= square <= m.square[1])
        factor = 1 - Fraction(square, 20)
        assert factor**mode.steps <= Fraction(1, 100) < factor ** (mode.steps - 1)


def test_steps_beyond_the_bound_diverge() -> None:
    features, responses = [(2, 0), (0, 1)], [(1,), (1,)]
    low, high = gradient_descent(features, responses).stable_below
    assert low <= Fraction(1, 2) <= high
    beyond = gradient_descent(features, responses, step=Fraction(51, 100), steps=40)
    assert beyond.losses[40] > beyond.losses[0]
    assert beyond.modes[0].steps is None
    assert beyond.rate > 1
    within = gradient_descent(features, responses, step=Fraction(49, 100), steps=40)
    assert within.losses[40] < within.losses[0] / 2


def test_a_mode_that_vanishes_at_once() -> None:
    run = gradient_descent([(2,)], [(1,)], step=Fraction(1, 4), steps=1)
    assert run.losses == (1, 0)
    assert run.modes[0].steps == 1


def test_the_proved_bound_is_sharp_for_one_mode() -> None:
    run = gradient_descent([(2,), (0,)], [(1,), (3,)], step=Fraction(1, 8), steps=5)
    assert run.losses == tuple(9 + Fraction(1, 4) ** k for k in range(6))
    assert all(run.predicted(k) - loss < Fraction(1, 10**20) for k, loss in enumerate(run.losses))


def test_random_features() -> None:
    rng = random.Random(2)
    points = [(Fraction(rng.randint(-30, 30), 10),) for _ in range(12)]
    features = feature_matrix(points, gaussian_layer(1, 20, seed=1))
    run = gradient_descent(features, [(y,) for (y,) in points], steps=20)
    assert list(run.losses) == sorted(run.losses, reverse=True)
    assert len(run.modes) == run.fit.rank
    for k, loss in enumerate(run.losses):
        assert abs(run.sum_over_modes(k) - float(loss)) < 1e-6 * float(run.losses[0])
    assert abs(sum(m.energy for m in run.modes) - float(run.losses[0] - run.fit.loss)) < 1e-6


@pytest.mark.parametrize(
    ("features", "options", "message"),
    [
        ([(0,)], {}, "all features are zero"),
        ([(1,)], {"step": Fraction(0)}, "must be positive"),
        ([(1,)], {"reduction": Fraction(1)}, "between 0 and 1"),
    ],
)
def test_wrong_requests_are_refused(features, options, message) -> None:
    with pytest.raises(InputError, match=message):
        gradient_descent(features, [(1,)], **options)
