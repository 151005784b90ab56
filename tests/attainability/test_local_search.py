"""Descent and exact candidates: the losses are those of the networks, and good ones are found."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.brute_force import minimum_of
from search_cases import coordinates, problem_of, problems, random_problem

from symerm.attainability.local_search import LocalSearch, exact_candidate
from symerm.attainability.scaled import scale_problem


def evaluate(scaled, candidate) -> Fraction:
    """The loss of a candidate by its definition, in rationals."""
    slope = scaled.activation.negative_slope
    total = Fraction(0)
    for form, (target,), weight in zip(scaled.forms, scaled.targets, scaled.weights, strict=True):
        value = candidate.offset
        for sign, neuron in candidate.neurons:
            z = sum((x * y for x, y in zip(form, neuron, strict=True)), Fraction(0))
            value += sign * scaled.slope_on * max(z, slope * z)
        total += weight * (target - value) ** 2
    return total


@settings(max_examples=60)
@given(problems(max_width=3), st.data())
def test_the_loss_of_a_candidate(problem, data):
    scaled = scale_problem(problem)
    neuron = st.tuples(*[coordinates] * len(scaled.forms[0]))
    neurons = tuple(
        data.draw(st.lists(st.tuples(st.sampled_from([1, -1]), neuron), max_size=scaled.width))
    )
    candidate = exact_candidate(scaled, data.draw(coordinates), neurons)
    assert candidate.loss == evaluate(scaled, candidate)


@settings(max_examples=60)
@given(problems(max_width=2))
def test_what_is_found_is_a_network_of_the_problem(problem):
    scaled = scale_problem(problem)
    local = LocalSearch(scaled)
    losses, neurons = local.descend(local.random_starts(6), 10)
    assert losses.shape == (6,)
    candidate = local.polish(neurons[int(losses.argmin())])
    assert candidate.loss == evaluate(scaled, candidate)
    assert len(candidate.neurons) <= scaled.width
    assert all(sign in (1, -1) for sign, _ in candidate.neurons)
    assert scaled.output_bias or candidate.offset == 0
    assert scaled.to_loss(candidate.loss) >= minimum_of(problem).loss


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("options", [{}, {"output_bias": False}, {"hidden_bias": False}])
def test_many_starts_find_the_minimum_of_small_problems(number, options):
    problem = random_problem(20 + number, 6, 1, 2, ["relu", "leaky:1/10"][number % 2], **options)
    scaled = scale_problem(problem)
    local = LocalSearch(scaled)
    losses, neurons = local.descend(local.random_starts(60), 40)
    best = min(local.polish(neurons[k]).loss for k in np.argsort(losses)[:5])
    minimum = minimum_of(problem).loss
    assert minimum <= scaled.to_loss(best) <= Fraction(11, 10) * minimum


def test_descent_never_climbs():
    local = LocalSearch(scale_problem(random_problem(1, 12, 2, 2)))
    starts = local.random_starts(20)
    losses = [local.descend(starts, steps)[0] for steps in (0, 1, 5, 20)]
    for before, after in pairwise(losses):
        assert (after <= before).all()


def test_the_same_seed_gives_the_same_starts():
    scaled = scale_problem(random_problem(2, 8, 2, 2))
    first, second = LocalSearch(scaled, seed=3), LocalSearch(scaled, seed=3)
    assert (first.random_starts(5) == second.random_starts(5)).all()


def test_an_exact_fit_is_made_exact():
    # A network of width 2 with kinks between the points: floats come near, polishing is exact.
    inputs = [Fraction(k, 3) for k in range(9)]
    outputs = [2 * max(s - Fraction(5, 7), 0) - max(s - Fraction(16, 11), 0) for s in inputs]
    scaled = scale_problem(problem_of(inputs, outputs, 2))
    local = LocalSearch(scaled)
    losses, neurons = local.descend(local.random_starts(40), 60)
    assert min(local.polish(neurons[k]).loss for k in np.argsort(losses)[:5]) == 0
