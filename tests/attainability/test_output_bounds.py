"""Bounds for undecided problems: below every network, valid certificates, interrupts and time."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from search_cases import assert_sound, problem_of
from several_outputs import TOLERANCE, random_rows

from symerm.attainability import decide, output_bounds
from symerm.attainability.output_bounds import bounded_verdict, with_rank_bound
from symerm.attainability.proofs import NonnegativeProof, ProjectionProof, RankProof
from symerm.attainability.rank_bound import rank_lower_bound
from symerm.attainability.scaled import scale_problem
from symerm.attainability.verdict import Verdict


def bounded(problem, **options):
    return bounded_verdict(
        problem, scale_problem(problem), reason="a test", tolerance=TOLERANCE, **options
    )


def random_losses(problem, count, seed):
    """The losses of random networks with the best output layers, in floats."""
    source = np.random.default_rng(seed)
    architecture, data = problem.architecture, problem.dataset
    inputs = np.array([[float(x) for x in row] for row in data.inputs])
    targets = np.array([[float(y) for y in row] for row in data.outputs])
    slope = float(architecture.activation.negative_slope)
    for _ in range(count):
        weights = source.normal(size=(inputs.shape[1], architecture.width))
        # The kinks pass through random points of the data's range.
        through = source.uniform(inputs.min(0), inputs.max(0), (architecture.width, len(weights)))
        biases = -(through * weights.T).sum(1) * architecture.hidden_bias
        z = inputs @ weights + biases
        hidden = np.where(z > 0, z, slope * z)
        if architecture.output_bias:
            hidden = np.column_stack([hidden, np.ones(len(inputs))])
        outgoing = np.linalg.lstsq(hidden, targets, rcond=None)[0]
        yield float(np.square(targets - hidden @ outgoing).sum())


CASES = [
    (8, 2, 3, 2, {}),
    (9, 1, 2, 3, {}),
    (9, 3, 4, 2, {"output_bias": False}),
    (7, 2, 3, 2, {"hidden_bias": False, "activation": "leaky:1/5"}),
]


@pytest.mark.parametrize(("size", "dimension", "outputs", "width", "options"), CASES)
@pytest.mark.parametrize("seed", range(2))
def test_below_every_network(size, dimension, outputs, width, options, seed):
    inputs, responses = random_rows(seed, size, dimension, outputs, repeats=seed)
    problem = problem_of(inputs, responses, width, **options)
    verdict = bounded(problem)
    assert verdict.verdict == "undecided"
    assert 0 < verdict.lower < verdict.upper
    assert isinstance(verdict.proof, RankProof | ProjectionProof)
    assert_sound(verdict)
    least = min(random_losses(problem, 1000, seed))
    assert float(verdict.lower) <= least * (1 + 1e-9)
    # The search is better than a thousand random networks.
    assert float(verdict.upper) <= least * (1 + 1e-9)


def tail(problem):
    """The scatter, and the squares of the singular values beyond the width."""
    data, architecture = problem.dataset.collapsed(), problem.architecture
    targets = np.array([[float(t) for t in row] for row in data.outputs])
    if architecture.output_bias:
        targets = targets - np.average(targets, axis=0, weights=data.weights)
    roots = np.sqrt(np.array(data.weights, dtype=float))
    values = np.linalg.svd(roots[:, None] * targets, compute_uv=False)
    return float(np.square(values[architecture.width :]).sum()) + float(data.scatter)


@settings(max_examples=40)
@given(
    st.integers(0, 10**6), st.integers(4, 8), st.integers(2, 5), st.integers(1, 3),
    st.booleans(), st.booleans(),
)
def test_the_rank_bound_is_the_tail_of_the_singular_values(
    seed, size, outputs, width, hidden_bias, output_bias
):
    inputs, responses = random_rows(seed, size, 1, outputs, repeats=2)
    problem = problem_of(
        inputs, responses, width, hidden_bias=hidden_bias, output_bias=output_bias
    )
    scaled = scale_problem(problem)
    found = rank_lower_bound(scaled, tolerance=TOLERANCE)
    scatter = float(scaled.scatter)
    if found is None:
        assert tail(problem) == pytest.approx(scatter, abs=1e-9)
        return
    proof, lower = found
    assert float(lower) == pytest.approx(tail(problem), rel=1e-8)
    assert not proof.closed
    trivial = bounded(problem, deadline=0.0)
    assert trivial.lower == lower
    assert_sound(trivial)


def test_the_better_bound_is_reported():
    # The rank of the outputs is two, but none of them is near an output of two neurons.
    steep = [[a, b, a + b] for a, b in [(0, 0), (9, 1), (0, 2), (9, 3), (0, 4), (9, 5)]]
    verdict = bounded(problem_of(range(6), steep, 2))
    assert isinstance(verdict.proof, ProjectionProof)
    inputs = [(x, y) for x in range(3) for y in range(3)]
    # Each output is fitted by two neurons, but there are more of them than neurons.
    affine = [[x + y, x - y, 2 * x + y + max(y - 1, 0)] for x, y in inputs]
    verdict = bounded(problem_of(inputs, affine, 2))
    assert isinstance(verdict.proof, RankProof)
    assert verdict.lower > 0


def test_an_exact_fit_is_attained():
    inputs = [[0, 0], [1, 0], [0, 1], [2, 1], [1, 2], [2, 2]]
    problem = problem_of(inputs, [[max(x - y, 0), 3 * max(y - x, 0)] for x, y in inputs], 2)
    verdict = decide(problem)
    assert (verdict.verdict, verdict.exact) == ("attained", 0)
    assert isinstance(verdict.proof, NonnegativeProof)
    assert_sound(verdict)
    repeated = problem_of(
        [*inputs, [0, 0], [0, 0]],
        [*([max(x - y, 0), 3 * max(y - x, 0)] for x, y in inputs), [1, 1], [-1, -1]], 2,
    )
    assert decide(repeated).exact == 4


@pytest.mark.parametrize("limit", [0, 0.05, 0.5])
def test_time_limits(limit):
    inputs, responses = random_rows(4, 12, 2, 3)
    verdict = decide(problem_of(inputs, responses, 2), time_limit=limit)
    assert verdict.verdict == "undecided"
    assert not verdict.interrupted
    assert verdict.lower > 0
    assert_sound(verdict)


@pytest.mark.parametrize("stage", ["rank_lower_bound", "search_network", "solve_separately"])
def test_an_interrupt_keeps_the_bounds_so_far(stage, monkeypatch):
    inputs, responses = random_rows(4, 8, 2, 3)
    problem = problem_of(inputs, responses, 2)
    full = decide(problem)

    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(output_bounds, stage, interrupt)
    verdict = decide(problem)
    assert verdict.interrupted
    assert verdict.verdict == "undecided"
    assert verdict.reason.startswith("interrupted")
    assert verdict.lower <= full.lower
    assert full.upper <= verdict.upper
    assert (verdict.lower > 0) == (stage != "rank_lower_bound")
    assert (verdict.upper == full.upper) == (stage == "solve_separately")
    assert_sound(verdict)


@pytest.mark.parametrize("after", [1, 2])
def test_an_interrupt_in_the_search_of_an_output(after):
    inputs, responses = random_rows(4, 9, 2, 3)
    problem = problem_of(inputs, responses, 2)
    reports = []

    def interrupt(progress):
        reports.append(progress)
        if len(reports) == after:
            raise KeyboardInterrupt

    verdict = decide(problem, progress=interrupt)
    assert len(reports) == after
    assert verdict.interrupted
    assert verdict.upper == reports[0].upper
    assert_sound(verdict)


def test_the_same_verdict_for_every_executor():
    from concurrent.futures import ThreadPoolExecutor

    inputs, responses = random_rows(5, 9, 2, 2)
    problem = problem_of(inputs, responses, 2)
    with ThreadPoolExecutor(2) as threads:
        assert decide(problem, executor=threads) == decide(problem)


def test_an_undecided_verdict_takes_the_rank_bound_if_it_is_better():
    inputs, responses = random_rows(6, 6, 1, 3)
    problem = problem_of(inputs, responses, 2)
    scaled = scale_problem(problem)
    exact = decide(problem)
    assert with_rank_bound(exact, scaled, TOLERANCE) is exact
    network = bounded(problem, deadline=0.0).minimiser
    upper = network.loss(problem.dataset.inputs, problem.dataset.outputs)
    low = Verdict(
        problem, "undecided", Fraction(0), upper, None, network, reason="a test",
        proof=NonnegativeProof(),
    )
    better = with_rank_bound(low, scaled, TOLERANCE)
    assert 0 < better.lower <= exact.upper
    assert_sound(better)
    high = Verdict(
        problem, "undecided", exact.lower, upper, None, network, reason="a test",
    )
    assert with_rank_bound(high, scaled, TOLERANCE) is high
