"""Verdicts for one smooth neuron, against a numeric search and against exact arguments."""

from __future__ import annotations

import random
from fractions import Fraction
from math import exp, isclose

import pytest
from smooth_cases import numeric_infimum, smooth_problem

from symerm.attainability import decide
from symerm.attainability.smooth_escape import SmoothEscape
from symerm.attainability.smooth_networks import loss_bounds
from symerm.attainability.smooth_verdict import unattained_radius
from symerm.errors import UnsupportedError
from symerm.problem import Architecture, Dataset, Problem
from symerm.problem.architecture import Activation

F = Fraction


def assert_sound(verdict):
    """The bounds are those of networks, and of nothing below a numeric search."""
    found = numeric_infimum(verdict.problem)
    # Floating point loses digits relative to the responses.
    slack = 1e-6 * abs(found) + 1e-10
    assert float(verdict.lower) <= found + slack
    assert verdict.verdict == "undecided" or float(verdict.upper) <= found + slack
    if verdict.minimiser is not None:
        low, high = loss_bounds(verdict.problem, verdict.minimiser)
        assert verdict.lower <= high
        assert low <= verdict.upper
    if verdict.verdict == "not-attained":
        assert isinstance(verdict.escape, SmoothEscape)
        losses = [loss for _, _, loss in verdict.escape.samples]
        assert len(losses) >= 4
        assert sorted(losses, reverse=True) == losses
        assert losses[-1] <= verdict.upper + max(verdict.upper, 1) / 1000
    if verdict.exact is not None:
        assert verdict.lower == verdict.exact == verdict.upper
    elif verdict.verdict != "undecided" and verdict.lower:
        assert verdict.upper - verdict.lower <= verdict.upper / 10**9


@pytest.mark.parametrize("activation", ["logistic", "tanh"])
@pytest.mark.parametrize(
    ("inputs", "outputs", "answer", "exact"),
    [
        ([0, 1, 2], [0, 2, 1], "not-attained", F(1, 2)),
        ([0, 1, 2], [0, 0, 1], "not-attained", F(0)),
        ([0, 1, 2], [3, 3, 3], "attained", F(0)),
        ([7], [2], "attained", F(0)),
        ([0, 0, 1, 2], [1, 3, 5, 4], "not-attained", F(5, 2)),
        ([0, 1, 2, 3], [1, 3, 5, 7], "not-attained", F(0)),
        ([0, 1, 2, 3], [0, 0, 4, 4], "not-attained", F(0)),
        ([0, 1, 2, 3, 4], [0, 0, 1, 4, 4], "not-attained", F(0)),
        ([0, 1, 2, 3], [0, 0, 2, 1], "not-attained", F(1, 2)),
        ([0, 4, 6, 7, 8], [3, 0, 6, 2, 9], "not-attained", F(75, 4)),
    ],
)
def test_exact_verdicts(activation, inputs, outputs, answer, exact):
    verdict = decide(smooth_problem(inputs, outputs, activation))
    assert (verdict.verdict, verdict.exact) == (answer, exact)
    assert_sound(verdict)


@pytest.mark.parametrize("outputs", [[0, 5], [0, 1, 4], [9, 2, 1], [5, F(49, 10), 0]])
def test_exact_fits_are_attained(outputs):
    verdict = decide(smooth_problem([0, 1, 5][: len(outputs)], outputs))
    assert verdict.verdict == "attained"
    assert verdict.lower == 0 < verdict.upper < F(1, 10**20)


def test_sigmoid_data_are_attained():
    outputs = [F(round(10**6 / (1 + exp(1.5 - x))), 10**6) for x in range(5)]
    verdict = decide(smooth_problem(range(5), outputs))
    assert verdict.verdict == "attained"
    assert verdict.upper < F(1, 10**10)
    assert_sound(verdict)


def test_odd_data_have_an_affine_limit_or_a_sigmoid():
    cube = decide(smooth_problem([-2, -1, 0, 1, 2], [-8, -1, 0, 1, 8], "tanh"))
    assert cube.verdict == "not-attained"
    assert cube.escape.stratum["kind"] == "affine"
    assert cube.escape.limit == F(72, 5) == cube.upper
    bent = decide(smooth_problem([-2, -1, 0, 1, 2], [-5, -4, 0, 4, 5], "tanh"))
    assert bent.verdict == "attained"


def test_convex_data_may_escape_to_an_exponential():
    verdict = decide(smooth_problem([2, 3, 5, 6], [-8, -7, -5, -2]))
    assert verdict.verdict == "not-attained"
    assert verdict.escape.stratum["kind"] == "exponential"
    assert verdict.exact is None
    assert_sound(verdict)


@pytest.mark.parametrize("seed", range(12))
def test_random_problems_agree_with_a_numeric_search(seed):
    rng = random.Random(1000 + seed)
    size = rng.choice([3, 4, 4, 5])
    inputs = rng.sample(range(12), size) + rng.choices(range(3), k=seed % 2)
    outputs = [rng.randint(-9, 9) for _ in inputs]
    if seed % 3 == 0:
        outputs.sort()
    verdict = decide(smooth_problem(inputs, outputs, rng.choice(["logistic", "tanh"])))
    assert_sound(verdict)


@pytest.mark.parametrize("outputs", [[0, 4, 6, 7], [0, 1, 2, 9], [6, -9, 2, 1]])
def test_verdicts_do_not_depend_on_units_and_direction(outputs):
    plain = decide(smooth_problem([0, 1, 3, 4], outputs))
    scale, shift, unit = F(10) ** 9, F(-7, 3), F(1, 10**12)
    inputs = [-scale * x + shift for x in (0, 1, 3, 4)]
    other = decide(smooth_problem(inputs, [unit * y - 5 for y in outputs]))
    assert other.verdict == plain.verdict
    if plain.lower:
        assert isclose(float(other.lower / unit**2), float(plain.lower), rel_tol=1e-8)


def test_a_time_limit_leaves_proved_bounds():
    verdict = decide(smooth_problem([0, 1, 2, 3, 5], [0, 4, 6, 7, 9]), time_limit=0)
    assert verdict.verdict == "undecided"
    assert "more time" in verdict.reason
    assert_sound(verdict)


def test_the_open_ball_of_the_smallest_example():
    assert unattained_radius(smooth_problem([0, 1, 2], [0, 2, 1])) == F(13, 64)
    assert unattained_radius(smooth_problem([0, 1, 2], [0, 20, 10])) == F(130, 64)
    assert unattained_radius(smooth_problem([0, 1, 2], [0, 1, 2])) == 0
    assert unattained_radius(smooth_problem([0, 1], [0, 1])) == 0
    rng = random.Random(3)
    for _ in range(20):
        moved = [t + F(rng.randint(-13, 13), 64) for t in (0, 2, 1)]
        assert decide(smooth_problem([0, 1, 2], moved)).verdict == "not-attained"


@pytest.mark.parametrize(
    ("outputs", "changes", "message"),
    [
        ([1, 2, 5], {"width": 2}, "width 1"),
        ([(1, 2), (3, 4), (0, 0)], {}, "one output"),
        ([1, 2, 5], {"output_bias": False}, "hidden and output bias"),
        ([1, 2, 5], {"hidden_bias": False}, "hidden and output bias"),
    ],
)
def test_other_problems_are_refused(outputs, changes, message):
    architecture = Architecture(**{"width": 1, "activation": Activation("tanh"), **changes})
    with pytest.raises(UnsupportedError, match=message):
        decide(Problem(Dataset.from_rows([0, 1, 2], outputs), architecture))


def test_samples_belong_to_the_family():
    verdict = decide(smooth_problem([0, 1, 2], [0, 2, 1], "tanh"))
    eps, network, _ = verdict.escape.samples[0]
    assert verdict.escape.family["hidden_weights"] == [["1/eps"]]
    assert network.hidden_weights == ((1 / eps,),)
    assert network.output_weights == ((F(3, 4),),)
    assert verdict.escape.family["output_biases"] == ["3/4"]


@pytest.mark.parametrize(
    ("inputs", "outputs", "answer"),
    [
        ([0, 1, 2], [0, "1e-400", 1], "attained"),
        ([0, 1, 2], [0, 1, "1e-40"], "not-attained"),
        ([0, 1, 2, 3], ["1e300", "2e300", "5e300", "7e300"], "attained"),
        ([0, "1e-400", 1, 2], [0, 3, 5, 4], "not-attained"),
        (["1e400", "2e400", "3e400", "5e400"], [0, 3, 5, 4], "not-attained"),
    ],
)
def test_numbers_beyond_floating_point(inputs, outputs, answer):
    assert decide(smooth_problem(inputs, outputs)).verdict == answer


def test_inputs_that_are_too_close_are_refused():
    with pytest.raises(UnsupportedError, match="closer than a thousandth of the range"):
        decide(smooth_problem([0, "1e-9", 1, 2], [0, 1, 5, 8]))
