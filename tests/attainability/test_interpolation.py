"""Fits of few points: exact, of the right width, and offered exactly when the width suffices."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from search_cases import ACTIVATIONS, coordinates, problem_of, problems

from symerm.attainability.interpolation import interpolate
from symerm.attainability.scaled import scale_problem
from symerm.problem import Dataset, Problem


@settings(max_examples=100)
@given(problems(max_inputs=3, max_width=6, max_size=5))
def test_fits_when_the_width_suffices(problem):
    scaled = scale_problem(problem)
    network = interpolate(scaled)
    architecture, data = problem.architecture, problem.dataset
    distinct = len(set(data.inputs))
    enough = architecture.width >= distinct - architecture.output_bias
    assert (network is not None) == (architecture.hidden_bias and enough)
    if network is not None:
        assert network.width == architecture.width
        assert architecture.output_bias or network.output_biases == (0,)
        assert network.loss(data.inputs, data.outputs) == scaled.scatter


@settings(max_examples=50)
@given(
    st.sets(st.tuples(coordinates, coordinates), min_size=1, max_size=5).map(sorted),
    st.data(),
    st.sampled_from(ACTIVATIONS),
    st.booleans(),
)
def test_fits_several_outputs(inputs, data, activation, output_bias):
    outputs = [data.draw(st.tuples(coordinates, coordinates, coordinates)) for _ in inputs]
    problem = problem_of(inputs, outputs, len(inputs), activation, output_bias=output_bias)
    network = interpolate(scale_problem(problem))
    assert network.realize(problem.dataset.inputs) == problem.dataset.outputs


@pytest.mark.parametrize("output_bias", [True, False])
def test_repeated_inputs_are_fitted_at_their_mean(output_bias):
    problem = problem_of([0, 0, 1, 2], [1, 2, 5, -5], 3, output_bias=output_bias)
    network = interpolate(scale_problem(problem))
    assert network.realize(((Fraction(0),),)) == ((Fraction(3, 2),),)
    assert network.loss(problem.dataset.inputs, problem.dataset.outputs) == Fraction(1, 2)


def test_points_that_agree_in_all_but_one_coordinate():
    inputs = [(1000, 1000, 0), (1000, 1000, 1), (1000, 999, 1000), (-1000, 0, 0), (1000, 999, -1)]
    problem = problem_of(inputs, [1, -1, 1, -1, 1], 4)
    network = interpolate(scale_problem(problem))
    assert network.loss(problem.dataset.inputs, problem.dataset.outputs) == 0


def test_one_neuron_less_is_left_to_the_search():
    data = Dataset.from_rows([0, 1, 2], [0, 1, 0])
    problem = problem_of([0, 1, 2], [0, 1, 0], 1)
    assert interpolate(scale_problem(problem)) is None
    wider = Problem(data, type(problem.architecture)(2))
    assert interpolate(scale_problem(wider)) is not None
