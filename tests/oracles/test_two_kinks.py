"""The search over two kinks: never below an exact minimum, near known infima, exact losses."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from oracles.brute_force import exact_minimum
from oracles.two_kinks import exact_loss, search


@pytest.mark.parametrize("slope", [Fraction(0), Fraction(1, 10)])
def test_one_output_against_enumeration(slope):
    near = 0
    for seed in range(3):
        rng = random.Random(seed)
        points = rng.sample(range(-9, 10), 6)
        targets = [rng.randint(-9, 9) for _ in points]
        minimum = exact_minimum(
            [[Fraction(x)] for x in points], [Fraction(t) for t in targets], 2,
            negative_slope=slope,
        ).loss
        fit = search(points, [[t] for t in targets], negative_slope=slope)
        assert fit.loss >= minimum
        near += fit.loss <= minimum * (1 + Fraction(1, 10**6)) + Fraction(1, 10**9)
    assert near >= 2


def test_follows_an_escape():
    fit = search([0, 1, 2, 3], [[0, 0], [0, 1], [1, 3], [2, 3]])
    assert 0 < fit.loss < Fraction(1, 10**6)
    assert fit.sine < 1e-4


def test_ends_at_the_kinks_of_a_network():
    # A right-facing kink at 1/2 with weights (1, 0) and a left-facing one at 5/2 with (1, 2).
    points = [-2, -1, 0, 1, 2, 3, 4]
    half = Fraction(1, 2)
    rows = [
        [max(x - half, 0) + max(5 * half - x, 0), 2 * max(5 * half - x, 0)] for x in points
    ]
    assert exact_loss(points, rows, [half, 5 * half], [1, -1]) == 0
    fit = search(points, rows)
    assert fit.loss < Fraction(1, 10**9)
    assert fit.sine > 0.1


def test_exact_loss_by_hand():
    # Flat up to 1, then one step: the mean of 0, 0, 3 at the first three points, and a slope.
    assert exact_loss([0, 1, 2], [[0], [0], [3]], [Fraction(0), Fraction(0)], [1, 1]) == (
        Fraction(3, 2)
    )
    # Leaky neurons are affine plus ReLU neurons, so two of them are not affine in general.
    loss = exact_loss(
        [0, 1, 2, 3], [[0], [1], [1], [0]], [Fraction(1), Fraction(2)], [1, 1],
        negative_slope=Fraction(1, 2),
    )
    assert loss > 0
