"""The checker's rules for width one and for affinely independent inputs, each condition alone."""

import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from certificate_tools import answer, mutants, parse
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "attainability"))
from search_cases import certificate, problem_of
from several_outputs import TOLERANCE, least_loss, random_rows, verdict_of

from symerm.arithmetic.symmetric import is_semidefinite
from symerm.attainability.one_neuron import solve_one_neuron
from symerm.attainability.rank_bound import solve_full_rank
from symerm.attainability.scaled import scale_problem
from symerm.certificates import checker


def one_neuron(problem, tolerance=TOLERANCE):
    result = solve_one_neuron(scale_problem(problem), tolerance=tolerance, deadline=None)
    return parse(certificate(verdict_of(problem, result)))


def full_rank(problem, tolerance=TOLERANCE):
    result = solve_full_rank(scale_problem(problem), tolerance=tolerance)
    return parse(certificate(verdict_of(problem, result)))


def neuron_parts():
    """A certificate with splits of both kinds."""
    inputs, responses = random_rows(12, 6, 2, 2)
    parts = one_neuron(problem_of(inputs, responses, 1), Fraction(1, 100))
    assert {step[0] for step in parts.steps} >= {"s", "c"}
    return parts


def rank_parts():
    inputs, responses = random_rows(1, 4, 3, 3, repeats=1)
    return full_rank(problem_of(inputs, responses, 2), Fraction(1, 100))


def claimed(parts, key, value):
    parts = parts.copy()
    parts.head["claim"][key] = str(value)
    return parts.text()


@pytest.mark.parametrize("parts", [neuron_parts(), rank_parts()], ids=["one-neuron", "full-rank"])
def test_accepted_and_the_claim_is_sharp(parts, tmp_path):
    assert answer(tmp_path, parts.text()).startswith("VALID attained")
    claim = parts.head["claim"]
    upper = Fraction(claim["upper"])
    assert answer(tmp_path, claimed(parts, "verdict", "undecided")).startswith("VALID undecided")
    assert answer(tmp_path, claimed(parts, "lower", 0)).startswith("VALID attained")
    assert answer(tmp_path, claimed(parts, "lower", upper)).startswith("INVALID")
    assert answer(tmp_path, claimed(parts, "lower", 2 * upper)).startswith("INVALID")
    assert answer(tmp_path, claimed(parts, "verdict", "not-attained")).startswith("INVALID")
    below = Fraction(claim["lower"])
    assert answer(tmp_path, claimed(parts, "upper", below)).startswith("INVALID")


def test_one_neuron_needs_width_one(tmp_path):
    parts = neuron_parts()
    parts.head["architecture"]["width"] = 2
    network = parts.head["network"]
    for key in ("hidden_weights", "hidden_biases", "output_weights"):
        network[key] = network[key] * 2
    network["output_weights"][1] = ["0"] * 2
    assert answer(tmp_path, parts.text()) == "INVALID the rule needs width one"


def test_one_neuron_needs_closed_cases(tmp_path):
    parts = neuron_parts()
    last = max(k for k, step in enumerate(parts.steps) if step[0] == "s")
    broken = parts.copy()
    # Close a case that was split: its decided points do not bound the loss.
    broken.steps[last : last + 3] = [["c"]]
    assert answer(tmp_path, broken.text()).startswith("INVALID")
    for step in (["c", 1], ["d", 1, [], [], []], ["m", 0]):
        broken = parts.copy()
        broken.steps[last + 1] = step
        assert answer(tmp_path, broken.text()).startswith("MALFORMED")


def test_cones_without_a_decided_point_prove_nothing(tmp_path):
    # No point is a vertex of the simplex of the root fan, so on the cones with the constant -1 all
    # are undecided; the fourth cone holds the affine functions, which do not reach the minimum.
    inputs = [[0, 1], [1, 0], [3, 1], [1, 3], [2, 2], [1, 1], [1, 2]]
    parts = one_neuron(problem_of(inputs, [[abs(x - y), x * y] for x, y in inputs], 1))
    lower = Fraction(parts.head["claim"]["upper"]) * Fraction(101, 100)
    parts.head["claim"].update(lower=str(lower), upper="1000")
    parts.steps = [["c"]] * 4
    line = answer(tmp_path, parts.text())
    assert line == "INVALID step 1: no point has one sign on the cone"


def test_no_bound_above_the_best_constant(tmp_path):
    # All hidden vectors vanish, every form is zero, and only the comparison with |T|^2 is left.
    problem = problem_of([0, 0], [[0, 1], [2, 5]], 1, hidden_bias=False, output_bias=False)
    parts = one_neuron(problem)
    assert answer(tmp_path, parts.text()).startswith("VALID attained 30 30")
    parts.head["claim"].update(lower="31", upper="31")
    parts.head["method"] = "one-neuron"
    parts.steps = [["c"]] * 2
    assert answer(tmp_path, parts.text()).startswith("INVALID")
    parts.head["claim"].update(lower="30", upper="31")
    assert answer(tmp_path, parts.text()).startswith("VALID attained 30 31")


@pytest.mark.parametrize("flag", ["hidden_bias", "output_bias"])
def test_full_rank_needs_both_biases(flag, tmp_path):
    parts = rank_parts()
    parts.head["architecture"][flag] = False
    network = parts.head["network"]
    key = flag.replace("bias", "biases")
    network[key] = ["0"] * len(network[key])
    parts.head["claim"]["upper"] = "100000"
    assert answer(tmp_path, parts.text()).startswith("INVALID the inputs are not")


def test_full_rank_needs_independent_inputs(tmp_path):
    parts = rank_parts()
    rows = parts.head["data"]["inputs"]
    rows[1] = [str((Fraction(x) + Fraction(y)) / 2) for x, y in zip(rows[0], rows[2], strict=True)]
    parts.head["claim"]["upper"] = "100000"
    assert answer(tmp_path, parts.text()).startswith("INVALID the inputs are not")


def test_full_rank_needs_fewer_neurons_than_outputs(tmp_path):
    parts = rank_parts()
    parts.head["architecture"]["width"] = 3
    network = parts.head["network"]
    for key in ("hidden_weights", "hidden_biases", "output_weights"):
        network[key].append(network[key][0])
    network["output_weights"][2] = ["0"] * 3
    assert answer(tmp_path, parts.text()).startswith("INVALID the width is not below")


def test_full_rank_needs_a_semidefinite_matrix(tmp_path):
    parts = rank_parts()
    for step in (
        ["r", str(2 * Fraction(parts.steps[0][1])), parts.steps[0][2]],
        ["r", parts.steps[0][1], [["0"]] * 3],
    ):
        broken = parts.copy()
        broken.steps = [step]
        assert answer(tmp_path, broken.text()) == "INVALID a matrix is not semidefinite"
    for step in (["r", "1"], ["r", "1", [["0"]] * 2], ["r", 1, [["0"]] * 3], ["c"]):
        broken.steps = [step]
        assert answer(tmp_path, broken.text()).startswith("MALFORMED")


def test_full_rank_counts_repeated_inputs(tmp_path):
    # Five points at four places: a bound for a Gram matrix larger by a factor below 5/4 is false.
    parts = rank_parts()
    scatter = Fraction(0)
    first, *_, last = parts.head["data"]["outputs"]
    for x, y in zip(first, last, strict=True):
        scatter += (Fraction(x) - Fraction(y)) ** 2 / 2
    lower = scatter + Fraction(121, 100) * (Fraction(parts.head["claim"]["lower"]) - scatter)
    parts.head["claim"].update(lower=str(lower), upper=str(2 * lower))
    _, level, factor = parts.steps[0]
    parts.steps = [[
        "r", str(Fraction(121, 100) * Fraction(level)),
        [[str(Fraction(11, 10) * Fraction(x)) for x in row] for row in factor],
    ]]
    assert answer(tmp_path, parts.text()) == "INVALID a matrix is not semidefinite"


def test_equal_bounds_are_needed_by_other_methods(tmp_path):
    parts = rank_parts()
    parts.head["method"] = "nonnegative"
    parts.head["claim"]["lower"] = "0"
    parts.steps = []
    assert answer(tmp_path, parts.text()).startswith("INVALID the bounds do not prove")


def truth_of(head) -> tuple[float, float]:
    """The true infimum of the problem of a mutated head, in floats, and the scale of its error."""
    architecture, data = head["architecture"], head["data"]
    outputs = [[Fraction(y) for y in row] for row in data["outputs"]]
    inputs = [[Fraction(x) for x in row] for row in data["inputs"]]
    problem = problem_of(
        inputs, outputs, architecture["width"], architecture["activation"],
        hidden_bias=architecture["hidden_bias"], output_bias=architecture["output_bias"],
    )
    scale = float(sum(y * y for row in outputs for y in row)) + 1.0
    if architecture["width"] == 1:
        return least_loss(problem), scale
    collapsed = problem.dataset.collapsed()
    means = np.array([[float(y) for y in row] for row in collapsed.outputs])
    means = means - np.average(means, axis=0, weights=collapsed.weights)
    roots = np.sqrt(np.array(collapsed.weights, dtype=float))
    values = np.linalg.svd(roots[:, None] * means, compute_uv=False)
    return float(np.square(values[architecture["width"]:]).sum() + collapsed.scatter), scale


@pytest.mark.parametrize("case", ["relu", "leaky", "no biases", "full rank"])
def test_mutants_are_rejected_or_true(case, tmp_path):
    if case == "full rank":
        parts = rank_parts()
    else:
        inputs, responses = random_rows(13, 5, 1 + (case == "no biases"), 2, repeats=1)
        bias = case != "no biases"
        parts = one_neuron(problem_of(
            inputs, responses, 1, "leaky:1/2" if case == "leaky" else "relu",
            hidden_bias=bias, output_bias=bias,
        ))
    answers: Counter[str] = Counter()
    for text in mutants(parts):
        word, *claim = answer(tmp_path, text).split()
        answers[word] += 1
        if word == "VALID":
            assert claim[0] in ("attained", "undecided")
            truth, scale = truth_of(parse(text).head)
            assert float(Fraction(claim[1])) <= truth + 1e-9 * scale
            assert float(Fraction(claim[2])) >= truth - 1e-9 * scale
    assert answers["INVALID"] > 50
    assert answers["MALFORMED"] > 200
    assert answers["VALID"] > 0


class _Free:
    """A problem whose work is not counted."""

    def spend(self, count, bits=0):
        assert count >= 0


@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(1, 5))
def test_semidefinite_rank_agrees_with_floats(seed, size, rank):
    source = np.random.default_rng(seed)
    factor = source.integers(-3, 4, size=(size, rank))
    matrix = factor @ factor.T
    found = checker.semidefinite_rank(_Free(), matrix.tolist())
    assert found == np.linalg.matrix_rank(factor)
    matrix[size - 1, size - 1] -= 1
    expected = np.linalg.eigvalsh(matrix).min() > -1e-9
    assert (checker.semidefinite_rank(_Free(), matrix.tolist()) >= 0) == expected


@pytest.mark.parametrize("matrix", [[[0, 1], [1, 0]], [[0, -2], [-2, 7]], [[1, 2], [2, 3]], [[-1]]])
def test_matrices_that_are_not_semidefinite(matrix):
    assert checker.semidefinite_rank(_Free(), matrix) == -1
    assert not is_semidefinite(matrix)
