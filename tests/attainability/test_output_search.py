"""The search for a good network with several outputs."""

import time
from fractions import Fraction

import pytest
from oracles import numeric
from search_cases import problem_of
from several_outputs import random_rows, realised_rows

from symerm.attainability.output_search import search_network
from symerm.attainability.refit import refitted
from symerm.attainability.scaled import scale_problem


def loss_of(problem, network) -> Fraction:
    return network.loss(problem.dataset.inputs, problem.dataset.outputs)


@pytest.mark.parametrize(
    ("size", "dimension", "outputs", "width", "activation"),
    [
        (15, 2, 2, 2, "relu"),
        (20, 3, 3, 2, "leaky:1/3"),
        (25, 2, 2, 3, "relu"),
        (12, 1, 2, 3, "relu"),
    ],
)
@pytest.mark.parametrize("seed", range(2))
def test_responses_of_a_network_are_fitted(size, dimension, outputs, width, activation, seed):
    slope = Fraction(1, 3) if activation != "relu" else Fraction(0)
    inputs, responses = realised_rows(seed, size, dimension, outputs, width, slope=slope)
    problem = problem_of(inputs, responses, width, activation)
    assert loss_of(problem, search_network(scale_problem(problem))) == 0


@pytest.mark.parametrize(("size", "dimension", "outputs", "width"), [
    (8, 1, 2, 3), (9, 2, 2, 2), (12, 2, 3, 2),
])
def test_as_good_as_another_search(size, dimension, outputs, width):
    inputs, responses = random_rows(1, size, dimension, outputs)
    problem = problem_of(inputs, responses, width)
    data = problem.dataset
    other = numeric.minimise(data.inputs, data.outputs, width, starts=20).loss
    found = loss_of(problem, search_network(scale_problem(problem)))
    assert float(found) <= 1.05 * other


@pytest.mark.parametrize("hidden_bias", [True, False])
@pytest.mark.parametrize("output_bias", [True, False])
def test_variants_repeated_inputs_and_large_numbers(hidden_bias, output_bias):
    inputs, responses = random_rows(2, 8, 2, 2, repeats=2)
    huge = [[x * 10**400, Fraction(y, 10**400)] for x, y in inputs]
    responses = [[10**400 * y for y in row] for row in responses]
    problem = problem_of(
        huge, responses, 2, "leaky:1/7", hidden_bias=hidden_bias, output_bias=output_bias
    )
    scaled = scale_problem(problem)
    network = search_network(scaled)
    constant = refitted(scaled, [])[0]
    assert loss_of(problem, network) < loss_of(problem, constant)
    assert hidden_bias or not any(network.hidden_biases)
    assert output_bias or not any(network.output_biases)


def test_the_same_network_every_time_and_no_time():
    inputs, responses = random_rows(3, 10, 2, 3)
    scaled = scale_problem(problem_of(inputs, responses, 2))
    assert search_network(scaled) == search_network(scaled)
    assert search_network(scaled, deadline=time.monotonic()) == refitted(scaled, [])[0]


def test_more_neurons_than_a_descent_moves():
    inputs, responses = random_rows(4, 24, 1, 2)
    network = search_network(scale_problem(problem_of(inputs, responses, 14)))
    assert network.width == 14


@pytest.mark.parametrize("inputs", [[[0]] * 3, [[0, 0], [0, 0]]])
def test_zero_inputs_without_biases(inputs):
    problem = problem_of(
        inputs, [[1, 2], [3, 4], [5, 6]][: len(inputs)], 2, hidden_bias=False, output_bias=False
    )
    network = search_network(scale_problem(problem))
    assert loss_of(problem, network) == sum(y * y for row in problem.dataset.outputs for y in row)


def test_the_loss_of_a_refitted_network():
    inputs, responses = random_rows(6, 9, 2, 3, repeats=2)
    problem = problem_of(inputs, [[Fraction(y, 7) for y in row] for row in responses], 2)
    scaled = scale_problem(problem)
    network, loss = refitted(scaled, [[1, -2, 3], [Fraction(1, 3), 1, -1]])
    assert scaled.to_loss(loss) == loss_of(problem, network)
