"""Small problems: the verdict equals the exact optimum of plain enumeration, and its invariances.

The oracle solves every tuple of activation patterns; it shares no code with the search.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracles.brute_force import minimum_of
from search_cases import ACTIVATIONS, assert_sound, coordinates, problem_of, problems

from symerm.attainability import decide
from symerm.errors import UnsupportedError
from symerm.problem import Problem

steps = [0, 1, 2, 3, 4, 5]
zigzag = [0, 3, 1, 4, -1, 5]


@settings(max_examples=100)
@given(problems())
@example(problem_of(steps, zigzag, 1))
@example(problem_of(steps, zigzag, 2))
@example(problem_of(steps, zigzag, 2, output_bias=False))
@example(problem_of(steps, zigzag, 2, hidden_bias=False))
@example(problem_of([-2, -1, 0, 1, 2, 3], zigzag, 2, "leaky:1/10", hidden_bias=False))
@example(problem_of(steps, zigzag, 2, "leaky:99/100", output_bias=False))
@example(problem_of([0, 0, 1, 1, 2, 2], zigzag, 2))
@example(problem_of([(0, 0)] * 6, zigzag, 2, hidden_bias=False))
@example(problem_of([(x, 2 * x) for x in steps], zigzag, 2, "leaky:1/2"))
@example(problem_of([(0, 0), (0, 1), (1, 0), (1, 1)], [0, 1, 1, 0], 1))
# Perfect fits without output bias.
@example(problem_of([(0, 1), (1, 2), (0, -3), (1, "-1/7")], [0, 2, 1, -2], 2, output_bias=False))
@example(problem_of([0, 0, 1, 1, -1, "4/11"], [1] * 6, 2, output_bias=False))
@example(problem_of(["1/3", "1/7", "2/3", "5/7", "1/11"], ["1/3", "0", "-1/9", "2", "1/5"], 1))
def test_equals_plain_enumeration(problem):
    verdict = decide(problem)
    assert verdict.verdict == "attained"
    assert verdict.exact == minimum_of(problem).loss
    assert_sound(verdict)


@pytest.mark.slow
@settings(max_examples=1500)
@given(problems())
def test_equals_plain_enumeration_often(problem):
    verdict = decide(problem)
    assert verdict.exact == minimum_of(problem).loss
    assert_sound(verdict)


@pytest.mark.slow
@settings(max_examples=40)
@given(problems(max_width=3, max_size=7, max_inputs=1))
def test_three_neurons_equal_plain_enumeration(problem):
    verdict = decide(problem)
    assert verdict.exact == minimum_of(problem).loss
    assert_sound(verdict)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("output_bias", [True, False])
def test_all_pairs_of_faces_of_two_directions(activation, output_bias):
    # A grid has many collinear triples, and no affine fit explains these responses.
    grid = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    outputs = [(3 * x * x + 5 * x * y - y + k * k) % 7 for k, (x, y) in enumerate(grid)]
    for hidden_bias in (True, False):
        problem = problem_of(
            grid, outputs, 1, activation, hidden_bias=hidden_bias, output_bias=output_bias
        )
        verdict = decide(problem)
        assert verdict.exact == minimum_of(problem).loss
        assert_sound(verdict)


def _with_data(problem, inputs, outputs):
    return Problem(type(problem.dataset)(tuple(inputs), tuple(outputs)), problem.architecture)


@settings(max_examples=40)
@given(problems(), st.data())
def test_invariances(problem, data):
    inputs, outputs = problem.dataset.inputs, problem.dataset.outputs
    loss = decide(problem).exact
    factor = data.draw(coordinates.filter(bool), "factor")
    order = data.draw(st.permutations(range(len(inputs))), "order")
    images = {
        "order": ([inputs[k] for k in order], [outputs[k] for k in order], loss),
        "sign": (inputs, [(-t,) for (t,) in outputs], loss),
        "twice": (inputs * 2, outputs * 2, 2 * loss),
        "output scale": (inputs, [(factor * t,) for (t,) in outputs], factor**2 * loss),
        # Reflections too: neurons take any weights, so every scale of a coordinate is the same.
        "input scale": ([(factor * row[0], *row[1:]) for row in inputs], outputs, loss),
        "axes": ([row[::-1] for row in inputs], outputs, loss),
        "shear": ([(row[0] + factor * row[-1], *row[1:]) for row in inputs], outputs, loss)
        if len(inputs[0]) > 1
        else (inputs, outputs, loss),
    }
    if problem.architecture.output_bias:
        images["output shift"] = (inputs, [(t + factor,) for (t,) in outputs], loss)
    if problem.architecture.hidden_bias:
        images["input shift"] = ([tuple(x - factor for x in row) for row in inputs], outputs, loss)
    name = data.draw(st.sampled_from(sorted(images)), "image")
    *changed, expected = images[name]
    verdict = decide(_with_data(problem, *changed))
    assert verdict.exact == expected
    assert_sound(verdict)


@settings(max_examples=30)
@given(problems(max_width=1))
def test_more_freedom_never_costs(problem):
    data, architecture = problem.dataset, problem.architecture
    loss = decide(problem).exact
    for changes in ({"width": 2}, {"hidden_bias": True}, {"output_bias": True}):
        freer = Problem(data, type(architecture)(**{**vars(architecture), **changes}))
        assert decide(freer).exact <= loss


def test_hand_computed():
    # One neuron realises the monotone triples: the best pools two neighbours.
    assert decide(problem_of([0, 1, 2], [0, 2, 1], 1)).exact == Fraction(1, 2)
    # The pooled neighbour counts twice: 1 * 2 / (1 + 2).
    assert decide(problem_of([0, 1, 1, 2], [0, 1, 1, 0], 1)).exact == Fraction(2, 3)
    # Exclusive or: one corner alone, the others pooled at 2/3.
    square = [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert decide(problem_of(square, [0, 1, 1, 0], 1)).exact == Fraction(2, 3)
    assert decide(problem_of(square, [0, 1, 1, 0], 2)).exact == 0
    # Different responses at one input: the scatter stays.
    assert decide(problem_of([5, 5], [0, 2], 1)).exact == 2


def test_smooth_activations_are_refused():
    with pytest.raises(UnsupportedError):
        decide(problem_of([0, 1, 2], [0, 2, 1], 1, "erf"))
    with pytest.raises(UnsupportedError, match="width 1, one input and one output"):
        decide(problem_of([0, 1, 2], [0, 2, 1], 2, "tanh"))


def test_several_outputs_are_decided():
    problem = problem_of(steps, [(a, b) for a, b in zip(steps, zigzag, strict=True)], 1)
    verdict = decide(problem)
    assert_sound(verdict)
    assert verdict.verdict == "attained"
