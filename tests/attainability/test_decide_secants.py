"""Three neurons on the line, exact fits without a minimiser, and agreement with other routes."""

import random
from fractions import Fraction
from itertools import pairwise

import pytest
from search_cases import problem_of

from symerm.attainability import decide, secants
from symerm.attainability.scaled import scale_problem
from symerm.attainability.secant_problem import SecantProblem
from symerm.attainability.secants import decide_secants
from symerm.certificates import checker
from symerm.certificates.writer import certificate_text
from symerm.problem import Architecture, Dataset, Problem
from tests.oracles.numeric import refute

TOLERANCE = Fraction(1, 10**9)
UNIT_VECTORS = ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[1, 0], [-1, 0], [0, 1]])
FIRST = (
    [[-2, 0], [-1, 0], [0, 0], [1, 0], [2, 0], [1, 1]],
    [[2, 0], [1, 0], [0, 0], [-2, 0], [-4, 0], [0, 1]],
)


def drawn(n, outputs, seed):
    source = random.Random(seed)
    places = sorted(source.sample(range(-9, 10), n))
    return [[x] for x in places], [[source.randint(-9, 9) for _ in range(outputs)] for _ in places]


def checked(verdict, path) -> str:
    path.write_text("".join(certificate_text(verdict)), encoding="utf-8")
    return checker.check(str(path))


def test_the_unit_vectors_have_no_minimiser(tmp_path):
    data = Dataset.from_rows(*UNIT_VECTORS)
    problem = Problem(data, Architecture(2, hidden_bias=False, output_bias=False))
    verdict = decide(problem)
    assert (verdict.verdict, verdict.lower, verdict.upper) == ("not-attained", 0, 0)
    assert checked(verdict, tmp_path / "c.json") == "not-attained 0 0"
    losses = [
        network.loss(data.inputs, data.outputs) for _, network, _ in verdict.escape.samples
    ]
    assert losses == [loss for _, _, loss in verdict.escape.samples]
    assert all(a > b > 0 for a, b in pairwise(losses))


def test_the_first_counterexample(tmp_path):
    verdict = decide(problem_of(*FIRST, 2))
    assert (verdict.verdict, verdict.lower, verdict.upper) == ("not-attained", 0, 0)
    assert checked(verdict, tmp_path / "c.json") == "not-attained 0 0"


def test_a_fit_that_is_realised_is_attained(tmp_path):
    # The responses of two ReLU neurons without biases at the unit vectors and one more point.
    inputs = [[1, 0], [0, 1], [1, 1], [-1, 2]]
    outputs = [[1, 0], [0, 1], [1, 1], [0, 2]]
    problem = Problem(
        Dataset.from_rows(inputs, outputs), Architecture(2, hidden_bias=False, output_bias=False)
    )
    verdict = decide(problem)
    assert (verdict.verdict, verdict.upper) == ("attained", 0)
    assert checked(verdict, tmp_path / "c.json").startswith("attained 0 0")


@pytest.mark.parametrize(("seed", "answer"), [(1, "attained"), (10, "not-attained")])
def test_three_neurons_on_the_line(seed, answer, tmp_path):
    inputs, outputs = drawn(7, 2, seed)
    problem = problem_of(inputs, outputs, 3)
    verdict = decide(problem)
    assert verdict.verdict == answer
    assert verdict.upper - verdict.lower <= 2 * TOLERANCE * verdict.upper
    assert checked(verdict, tmp_path / "c.json").startswith(answer)
    if answer == "not-attained":
        losses = [loss for _, _, loss in verdict.escape.samples]
        assert all(a > b > verdict.upper for a, b in pairwise(losses))


@pytest.mark.parametrize("seed", [5, 7, 9, 13])
def test_three_neurons_against_a_numeric_search(seed):
    """No network found by another search is below the proved bound."""
    inputs, outputs = drawn(7, 2, seed)
    problem = problem_of(inputs, outputs, 3)
    scaled = scale_problem(problem)
    decision = decide_secants(SecantProblem.of(scaled), tolerance=TOLERANCE, steps=60_000)
    lower = scaled.to_loss(decision.lower)
    assert lower > 0
    assert refute(lower, inputs, outputs, 3, starts=30, seed=seed) is None
    if decision.verdict == "attained":
        upper = scaled.to_loss(decision.best.loss)
        assert refute(upper * (1 - 2 * TOLERANCE), inputs, outputs, 3, seed=seed) is None


@pytest.mark.parametrize("seed", [0, 4, 6])
def test_a_minimum_that_the_search_missed_is_found_where_the_proof_fails(seed, monkeypatch):
    inputs, outputs = drawn(7, 2, 50 + seed)
    problem = SecantProblem.of(scale_problem(problem_of(inputs, outputs, 2)))
    expected = decide_secants(problem, tolerance=TOLERANCE)
    found = secants.search_minima(problem.tables)
    poor = [guess for guess in found if guess.root != found[0].root]
    monkeypatch.setattr(secants, "search_minima", lambda tables, deadline: poor)
    decision = decide_secants(problem, tolerance=TOLERANCE)
    assert decision.verdict == expected.verdict != "undecided"
    assert max(decision.lower, expected.lower) <= min(
        (x.stratum or x.best).loss for x in (decision, expected)
    )
