"""Responses on a line, and outputs one by one, against enumeration of activation patterns."""

import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.brute_force import minimum_of
from search_cases import ACTIVATIONS, assert_sound, checked, coordinates, problem_of
from several_outputs import TOLERANCE, random_rows

from symerm.attainability import branch_and_bound, decide
from symerm.attainability.projections import (
    diagonals,
    projected,
    response_direction,
    solve_on_line,
    solve_separately,
)
from symerm.attainability.proofs import NonnegativeProof, ProjectionProof
from symerm.attainability.scaled import scale_problem
from symerm.attainability.secant_problem import SecantProblem
from symerm.attainability.secants import decide_secants
from symerm.attainability.verdict import Verdict
from symerm.certificates import FileJournal

BIASES = [(True, True), (True, False), (False, True), (False, False)]


def column(problem, k):
    """The one-output problem of an output."""
    architecture = problem.architecture
    return problem_of(
        problem.dataset.inputs, [row[k] for row in problem.dataset.outputs], architecture.width,
        architecture.activation.name,
        hidden_bias=architecture.hidden_bias, output_bias=architecture.output_bias,
    )


def separate_verdict(problem, bound):
    """An undecided verdict with the bound and the worst network."""
    zero = decide(problem, time_limit=0)
    return Verdict(
        problem, "undecided", bound.lower, zero.upper, None, zero.minimiser, reason="a test",
        proof=bound.proof,
    )


@st.composite
def line_problems(draw):
    """Responses m + a_i w, or a_i w without output bias, with the numbers a_i and w."""
    dimension, width = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    size, outputs = draw(st.integers(2, 6)), draw(st.integers(2, 3))
    rows = st.lists(coordinates, min_size=dimension, max_size=dimension)
    inputs = draw(st.lists(rows, min_size=size, max_size=size))
    hidden_bias, output_bias = draw(st.sampled_from(BIASES))
    values = draw(st.lists(coordinates, min_size=size, max_size=size))
    vectors = st.lists(coordinates, min_size=outputs, max_size=outputs)
    w = draw(vectors.filter(any))
    point = draw(vectors) if output_bias else [0] * outputs
    responses = [[m + a * x for m, x in zip(point, w, strict=True)] for a in values]
    options = {"hidden_bias": hidden_bias, "output_bias": output_bias}
    activation = draw(st.sampled_from(ACTIVATIONS))
    problem = problem_of(inputs, responses, width, activation, **options)
    return problem, problem_of(inputs, values, width, activation, **options), w


@settings(max_examples=40)
@given(line_problems())
def test_responses_on_a_line_have_the_infimum_of_one_output(case):
    problem, single, w = case
    verdict = decide(problem)
    assert verdict.verdict == "attained"
    assert verdict.exact == sum(x * x for x in w) * minimum_of(single).loss
    assert_sound(verdict)


@settings(max_examples=25)
@given(line_problems())
def test_the_direction_of_a_line(case):
    problem, single, w = case
    found = response_direction(scale_problem(problem))
    values = {row[0] for row in single.dataset.collapsed().outputs}
    if not problem.architecture.output_bias:
        values.add(Fraction(0))
    if len(values) == 1:
        assert not any(found)
        return
    factor = next(Fraction(x) / y for x, y in zip(found, w, strict=True) if y)
    assert factor != 0
    assert list(found) == [factor * y for y in w]


def test_no_line():
    plane = [[0, 0], [1, 0], [0, 1], [0, 0]]
    assert response_direction(scale_problem(problem_of(range(4), plane, 2))) is None
    # A line that misses the origin needs an output bias.
    line = [[1, 0], [1, 1], [1, 2], [1, 5]]
    assert response_direction(scale_problem(problem_of(range(4), line, 2))) == (0, 1)
    bare = problem_of(range(4), line, 2, output_bias=False)
    assert response_direction(scale_problem(bare)) is None
    # The means of equal inputs count, not the responses.
    repeated = problem_of([0, 1, 2, 2], [[0, 0], [1, 1], [2, 3], [4, 3]], 1)
    assert response_direction(scale_problem(repeated)) == (1, 1)


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_secants_give_the_same_infimum(seed):
    inputs, _ = random_rows(seed, 6, 1, 1)
    values = random_rows(seed + 50, 6, 1, 1)[1]
    problem = problem_of(inputs, [[3 * a, 4 * a + 1] for (a,) in values], 2)
    scaled = scale_problem(problem)
    line = solve_on_line(scaled, response_direction(scaled))
    assert line.complete
    other = decide_secants(SecantProblem.of(scaled), tolerance=TOLERANCE)
    assert other.verdict != "not-attained"
    assert scaled.to_loss(other.lower) <= line.lower == line.upper
    # The infimum is enclosed even where a stratum ties with a network.
    assert line.upper - scaled.to_loss(other.lower) <= Fraction(1, 10**4) * line.upper


def test_constant_responses_are_fitted():
    verdict = decide(problem_of([0, 1, 2, 3, 3], [[1, 2]] * 4 + [[3, 2]], 2))
    assert (verdict.verdict, verdict.exact) == ("attained", 2)
    assert_sound(verdict)
    bare = problem_of(range(4), [[0, 0, 0]] * 4, 2, hidden_bias=False, output_bias=False)
    assert decide(bare).exact == 0


SEPARATE = [
    (5, 1, 2, 2, "relu", True, True),
    (6, 2, 3, 1, "leaky:1/3", True, False),
    (5, 2, 2, 2, "relu", False, True),
    (6, 1, 2, 1, "leaky:1/10", False, False),
]


@pytest.mark.parametrize(
    ("size", "inputs", "outputs", "width", "activation", "hidden_bias", "output_bias"), SEPARATE
)
@pytest.mark.parametrize("seed", range(2))
def test_outputs_one_by_one_add_up(
    size, inputs, outputs, width, activation, hidden_bias, output_bias, seed
):
    rows, responses = random_rows(seed, size, inputs, outputs, repeats=1)
    problem = problem_of(
        rows, responses, width, activation, hidden_bias=hidden_bias, output_bias=output_bias
    )
    bound = solve_separately(scale_problem(problem), goal=Fraction(-1))
    assert bound.lower == sum(minimum_of(column(problem, k)).loss for k in range(outputs))
    assert not bound.interrupted
    assert checked(separate_verdict(problem, bound)).startswith(f"VALID undecided {bound.lower} ")


@pytest.mark.parametrize("seed", range(2))
def test_sums_and_differences_add_up(seed):
    rows, responses = random_rows(seed, 5, 2, 3, repeats=1)
    problem = problem_of(rows, responses, 2)
    bound = solve_separately(
        scale_problem(problem), goal=Fraction(-1), directions=diagonals(3)
    )
    turned = problem_of(rows, [[x + y, x - y, z] for x, y, z in responses], 2)
    parts = [minimum_of(column(turned, k)).loss for k in range(3)]
    assert bound.lower == (parts[0] + parts[1]) / 2 + parts[2]
    assert checked(separate_verdict(problem, bound)).startswith(f"VALID undecided {bound.lower} ")


@pytest.mark.parametrize("count", range(1, 7))
def test_diagonals_are_an_orthogonal_basis(count):
    basis = diagonals(count)
    assert len(basis) == count
    for k, x in enumerate(basis):
        products = [sum(a * b for a, b in zip(x, y, strict=True)) for y in basis]
        assert [bool(product) for product in products] == [k == m for m in range(count)]


def test_the_proof_leaves_out_outputs_that_say_nothing():
    inputs = range(6)
    responses = [[a, 7, 2 * s] for a, s in zip([0, 3, 1, 4, -1, 5], inputs, strict=True)]
    scaled = scale_problem(problem_of(inputs, responses, 2))
    bound = solve_separately(scaled, goal=Fraction(0))
    assert isinstance(bound.proof, ProjectionProof)
    assert [part.direction for part in bound.proof.parts] == [(1, 0, 0)]


def test_no_search_where_it_cannot_beat_the_goal(monkeypatch):
    inputs, responses = random_rows(3, 7, 2, 2)
    scaled = scale_problem(problem_of(inputs, responses, 2))
    limits = []
    original = branch_and_bound.minimise

    def minimise(problem, **options):
        limits.append(options["case_limit"])
        return original(problem, **options)

    monkeypatch.setattr("symerm.attainability.projections.minimise", minimise)
    assert solve_separately(scaled, goal=Fraction(10**4)) is None
    assert limits == [0, 0]


def test_too_many_cases_for_the_fixed_number():
    inputs, responses = random_rows(3, 30, 6, 2)
    assert solve_separately(scale_problem(problem_of(inputs, responses, 9)), goal=0) is None


def test_no_time_gives_a_trivial_bound():
    inputs, responses = random_rows(3, 8, 2, 2)
    scaled = scale_problem(problem_of(inputs, responses, 2))
    bound = solve_separately(scaled, goal=Fraction(0), deadline=time.monotonic())
    assert bound.lower == 0
    assert isinstance(bound.proof, NonnegativeProof)


def test_an_interrupt_keeps_the_bounds_and_a_journal_the_search(tmp_path):
    source = random_rows(11, 12, 2, 1)
    problem = problem_of(source[0], [[3 * y, 1 - y] for (y,) in source[1]], 2)

    def interrupt(progress):
        raise KeyboardInterrupt

    journal = FileJournal(tmp_path / "journal")
    stopped = decide(problem, progress=interrupt, journal=journal)
    assert stopped.interrupted
    assert "a minimiser exists" in stopped.reason
    assert_sound(stopped)
    assert (tmp_path / "journal").exists()
    verdict = decide(problem, journal=journal)
    assert verdict.exact == decide(problem).exact
    assert stopped.lower <= verdict.exact <= stopped.upper
    assert_sound(verdict)
    limited = decide(problem, time_limit=0)
    assert "the time limit" in limited.reason
    assert_sound(limited)


def test_progress_is_in_units_of_the_loss():
    source = random_rows(11, 12, 2, 1)
    problem = problem_of(source[0], [[3 * y, 1 - y] for (y,) in source[1]], 2)
    reports = []
    verdict = decide(problem, progress=reports.append)
    assert reports[-1].upper == verdict.exact
    assert all(report.upper >= verdict.exact for report in reports)


def test_a_projection_keeps_the_inputs():
    inputs, responses = random_rows(5, 6, 2, 3, repeats=2)
    scaled = scale_problem(problem_of(inputs, responses, 2))
    single = projected(scaled, (1, -2, 3))
    assert single.forms == scaled.forms
    assert single.scatter == 0
    assert single.targets == tuple((x - 2 * y + 3 * z,) for x, y, z in scaled.targets)
