"""The integer form of a problem: its losses and networks are those of the problem."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from search_cases import coordinates, problem_of, problems

from symerm.attainability.local_search import exact_candidate
from symerm.attainability.scaled import scale_problem
from symerm.errors import UnsupportedError


@settings(max_examples=80)
@given(problems(), st.data())
def test_the_network_of_neurons_has_the_scaled_loss(problem, data):
    scaled = scale_problem(problem)
    size = len(scaled.forms[0])
    neurons = tuple(
        data.draw(st.tuples(st.sampled_from([1, -1]), st.tuples(*[coordinates] * size)))
        for _ in range(data.draw(st.integers(0, scaled.width)))
    )
    offset = data.draw(coordinates) if scaled.output_bias else Fraction(0)
    candidate = exact_candidate(scaled, offset, neurons)
    network = scaled.network(
        [(u, (Fraction(sign),)) for sign, u in candidate.neurons], (candidate.offset,)
    )
    assert network.width == problem.architecture.width
    loss = network.loss(problem.dataset.inputs, problem.dataset.outputs)
    assert scaled.to_loss(candidate.loss) == loss
    assert scaled.from_loss(loss) == candidate.loss


@given(problems())
def test_everything_is_an_integer_and_inputs_are_distinct(problem):
    scaled = scale_problem(problem)
    assert len(set(scaled.forms)) == scaled.size == len(set(problem.dataset.inputs))
    assert sum(scaled.weights) == problem.dataset.size
    for form in scaled.forms:
        assert all(type(x) is int for x in form)
        if scaled.hidden_bias:
            assert form[-1] == scaled.input_scale
    slope = problem.architecture.activation.negative_slope
    assert [scaled.act(z) for z in (-2, 0, 3)] == [
        scaled.slope_on * value for value in (-2 * slope, 0, 3)
    ]


def test_smooth_activations_are_refused():
    with pytest.raises(UnsupportedError, match="piecewise-linear"):
        scale_problem(problem_of([0, 1], [0, 1], 1, "logistic"))
