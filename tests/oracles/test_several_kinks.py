"""The search by kinks finds planted neurons, and what the search in a plane finds."""

import random
from fractions import Fraction

import pytest

from oracles import two_kinks
from oracles.several_kinks import search


def active(kink, facing, size):
    return [max(facing * (k - kink), Fraction(0)) for k in range(size)]


@pytest.mark.parametrize("seed", range(4))
def test_planted_neurons_are_found(seed):
    source, size = random.Random(seed), 7
    neurons = [
        active(Fraction(source.randint(2, 22), 4), source.choice([-1, 1]), size)
        for _ in range(3)
    ]
    shares = [[source.randint(-5, 5) for _ in range(2)] for _ in neurons]
    outputs = [
        [sum(x[k] * row[c] for x, row in zip(neurons, shares, strict=True)) for c in range(2)]
        for k in range(size)
    ]
    loss, kinks, facings = search(range(size), outputs, 3, grid=2, starts=40)
    square = sum(t * t for row in outputs for t in row)
    assert 0 <= loss <= square / 10**10
    assert loss == two_kinks.exact_loss(
        range(size), outputs, [Fraction(z) for z in kinks], facings
    )


@pytest.mark.parametrize("seed", range(4))
def test_agreement_for_two_neurons(seed):
    source = random.Random(seed)
    outputs = [[source.randint(-9, 9) for _ in range(2)] for _ in range(6)]
    loss, _, _ = search(range(6), outputs, 2)
    other = two_kinks.search(range(6), outputs)
    if other.sine > 1e-2:
        assert float(loss) == pytest.approx(float(other.loss), rel=1e-6)
    else:
        # Both are on their way to a limit.
        assert float(loss) == pytest.approx(float(other.loss), rel=1e-2)
