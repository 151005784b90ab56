"""Exact fits from networks that nearly fit."""

import random
from fractions import Fraction

import pytest
from search_cases import problem_of
from several_outputs import realised_rows

from symerm.attainability.exact_fit import fitting_neurons
from symerm.attainability.refit import refitted
from symerm.attainability.scaled import scale_problem

NOISE = Fraction(1, 10**9)


@pytest.mark.parametrize("output_bias", [True, False])
@pytest.mark.parametrize("hidden_bias", [True, False])
def test_a_disturbed_network_is_restored(hidden_bias, output_bias):
    # No preactivation is near zero, so the pattern survives the noise.
    source = random.Random(5)
    hidden = [([2, -1], 3), ([-1, 3], -2)]
    outgoing = [[1, Fraction(1, 3), -2], [Fraction(2, 5), 0, 1]]
    inputs = [[a, b] for a in (-3, 0, 2) for b in (-2, 1, 4)]
    responses = []
    for a, b in inputs:
        row = [Fraction(7 * output_bias)] * 3
        for (weights, bias), out in zip(hidden, outgoing, strict=True):
            z = weights[0] * a + weights[1] * b + bias * hidden_bias
            row = [y + (z if z > 0 else Fraction(z, 5)) * v for y, v in zip(row, out, strict=True)]
        responses.append(row)
    problem = problem_of(
        inputs, responses, 2, "leaky:1/5", hidden_bias=hidden_bias, output_bias=output_bias
    )
    scaled = scale_problem(problem)
    noisy = [
        [x + NOISE * source.randint(1, 9) for x in [*weights, *([bias] * hidden_bias)]]
        for weights, bias in hidden
    ]
    network, loss = refitted(scaled, noisy)
    assert loss > 0
    losses = [refitted(scaled, guess)[1] for guess in fitting_neurons(scaled, network)]
    assert losses
    assert min(losses) == 0


def test_nothing_where_no_fit_exists():
    inputs, responses = realised_rows(3, 9, 2, 2, 1)
    problem = problem_of(inputs, [[x, y + 1 + k] for k, (x, y) in enumerate(responses)], 1)
    scaled = scale_problem(problem)
    network, loss = refitted(scaled, [[1, 2, 1]])
    assert loss > 0
    assert list(fitting_neurons(scaled, network)) == []


def test_large_systems_are_left_alone():
    inputs, responses = realised_rows(3, 200, 4, 6, 8)
    scaled = scale_problem(problem_of(inputs, responses, 8))
    neurons = [[int(k == j) for k in range(5)] for j in range(5)]
    assert list(fitting_neurons(scaled, refitted(scaled, neurons)[0])) == []
