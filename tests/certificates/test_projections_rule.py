"""The checker's rules for the rank of the outputs and for projections, each condition alone."""

import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from certificate_tools import answer, mutants, parse

sys.path.insert(0, str(Path(__file__).parents[1] / "attainability"))
from search_cases import certificate, problem_of
from several_outputs import TOLERANCE, least_loss, random_rows

from symerm.attainability import decide
from symerm.attainability.output_bounds import bounded_verdict
from symerm.attainability.projections import solve_separately
from symerm.attainability.rank_bound import rank_lower_bound
from symerm.attainability.scaled import scale_problem
from symerm.attainability.verdict import Verdict

BOTH = ["rank-bound", "projections"]


def certified(problem, lower, proof):
    """The certificate of bounds, with a network that is constant."""
    trivial = bounded_verdict(
        problem, scale_problem(problem), reason="a test", tolerance=TOLERANCE, deadline=0.0
    )
    return parse(certificate(Verdict(
        problem, "undecided", lower, trivial.upper, None, trivial.minimiser, reason="a test",
        proof=proof,
    )))


def rank_parts(problem):
    proof, lower = rank_lower_bound(scale_problem(problem), tolerance=Fraction(1, 100))
    return certified(problem, lower, proof)


def projection_parts(problem):
    bound = solve_separately(scale_problem(problem), goal=Fraction(0))
    return certified(problem, bound.lower, bound.proof)


def small(outputs=2, *, size=5, **options):
    """Width one, where another way to the infimum is at hand; the inputs are dependent."""
    inputs, responses = random_rows(21, size, 1, outputs, repeats=1)
    return problem_of(inputs, responses, 1, **options)


def parts_of(method, **options):
    parts = {"rank-bound": rank_parts, "projections": projection_parts}[method](small(**options))
    assert parts.head["method"] == method
    return parts


def line_parts():
    inputs, values = random_rows(3, 6, 1, 1)
    problem = problem_of(inputs, [[a, 2 - a, 2 * a] for (a,) in values], 1)
    parts = parse(certificate(decide(problem)))
    assert parts.head["method"] == "projections"
    return parts


def claim_lower(parts, value):
    parts = parts.copy()
    parts.head["claim"]["lower"] = str(value)
    return parts.text()


def just_above(value):
    return Fraction(value) + Fraction(1, 10**9)


@pytest.mark.parametrize("method", BOTH)
@pytest.mark.parametrize("options", [{}, {"output_bias": False}, {"hidden_bias": False}])
def test_accepted_and_no_more_than_proved(method, options, tmp_path):
    parts = parts_of(method, **options)
    lower = Fraction(parts.head["claim"]["lower"])
    assert answer(tmp_path, parts.text()).startswith(f"VALID undecided {lower} ")
    assert answer(tmp_path, claim_lower(parts, lower / 2)).startswith("VALID")
    line = answer(tmp_path, claim_lower(parts, just_above(lower)))
    assert line == "INVALID the bound is below the claim"
    for verdict in ("attained", "not-attained"):
        parts.head["claim"]["verdict"] = verdict
        assert answer(tmp_path, parts.text()).startswith("INVALID the bounds do not prove")


def test_responses_on_a_line_are_attained(tmp_path):
    parts = line_parts()
    claim = parts.head["claim"]
    assert claim["lower"] == claim["upper"]
    assert answer(tmp_path, parts.text()).startswith("VALID attained")
    # A width of one has other proofs: only the equality of the bounds gives the verdict here.
    claim["lower"] = str(Fraction(claim["lower"]) - Fraction(1, 10**6))
    assert answer(tmp_path, parts.text()).startswith("INVALID the bounds do not prove")


def test_the_rank_bound_proves_no_minimiser(tmp_path):
    # Valid as `full-rank` for independent inputs only, where alone a minimiser is implied.
    parts = parts_of("rank-bound")
    parts.head["method"] = "full-rank"
    assert answer(tmp_path, parts.text()).startswith("INVALID the inputs are not")
    parts = rank_parts(problem_of([[0, 0], [1, 0], [0, 1]], [[0, 3], [2, 0], [1, 1]], 1))
    parts.head["method"] = "full-rank"
    parts.head["claim"]["verdict"] = "attained"
    assert answer(tmp_path, parts.text()).startswith("VALID attained")
    parts.head["method"] = "rank-bound"
    assert answer(tmp_path, parts.text()).startswith("INVALID the bounds do not prove")


def test_without_output_bias_nothing_is_centred(tmp_path):
    parts = parts_of("rank-bound", output_bias=False)
    parts.head["architecture"]["output_bias"] = True
    assert answer(tmp_path, parts.text()).startswith("INVALID")


def test_directions_must_be_orthogonal(tmp_path):
    parts = parts_of("projections")
    _, bounds, rows = parts.steps[0]
    assert rows == [[1, 0], [0, 1]]
    for other in ([[1, 0], [1, 1]], [[1, 0], [1, 0]], [[1, 0], [0, 0]], [[0, 0], [0, 1]]):
        parts.steps[0] = ["w", bounds, other]
        assert answer(tmp_path, parts.text()) == "INVALID the directions are not orthogonal"


def test_directions_must_fit_the_responses(tmp_path):
    parts = parts_of("projections")
    _, bounds, _ = parts.steps[0]
    for rows in (
        [[1, 0, 0], [0, 1, 0]], [[1], [0]], [[1, 0]], [], [[1, 0], [0, 1], [0, 0]], {}, None,
        [["1", 0], [0, 1]], [[1.0, 0], [0, 1]], [[True, 0], [0, 1]],
    ):
        parts.steps[0] = ["w", bounds, rows]
        assert answer(tmp_path, parts.text()).startswith("MALFORMED")
    for step in (["w", bounds], ["v", bounds, [[1, 0], [0, 1]]], ["w", [1, 1], [[1, 0], [0, 1]]]):
        parts.steps[0] = step
        assert answer(tmp_path, parts.text()).startswith("MALFORMED")


def test_longer_directions_do_not_prove_more(tmp_path):
    # The loss along 3 w is nine times as large, and so is its bound; their quotient is the same.
    parts = parts_of("projections")
    _, bounds, rows = parts.steps[0]
    parts.steps[0] = ["w", bounds, [[3 * x for x in row] for row in rows]]
    assert answer(tmp_path, parts.text()) == "INVALID the bound is below the claim"


def test_every_bound_is_proved(tmp_path):
    parts = parts_of("projections")
    kind, bounds, rows = parts.steps[0]
    for k in range(2):
        raised = [
            str(just_above(x)) if i == k else str(Fraction(x) / 2) for i, x in enumerate(bounds)
        ]
        total = sum(map(Fraction, raised)) / 2
        parts.steps[0] = [kind, raised, rows]
        assert answer(tmp_path, claim_lower(parts, total)).startswith("INVALID step")
    parts = parts_of("projections")
    parts.steps = parts.steps[:2]
    assert answer(tmp_path, parts.text()).startswith("INVALID the proof ends")
    parts = parts_of("projections")
    parts.steps.append(parts.steps[-1])
    assert answer(tmp_path, parts.text()).startswith("INVALID there are steps after")


def test_no_direction_proves_the_scatter_only(tmp_path):
    parts = parts_of("projections")
    scatter = scale_problem(small()).scatter
    parts.steps = [["w", [], []]]
    assert answer(tmp_path, claim_lower(parts, scatter)).startswith("VALID undecided")
    assert answer(tmp_path, claim_lower(parts, just_above(scatter))).startswith("INVALID")


def test_huge_numbers_are_refused_soon(tmp_path):
    parts = parts_of("projections")
    _, bounds, _ = parts.steps[0]
    parts.steps[0] = ["w", bounds, [[10**4000, 1], [1, -(10**4000)]]]
    assert answer(tmp_path, parts.text()).startswith(("INVALID", "MALFORMED"))
    parts.steps[0] = ["w", ["1/1" + "0" * 9990, "1/" + "7" * 9990], [[1, 0], [0, 1]]]
    line = answer(tmp_path, parts.text())
    assert line == "MALFORMED the common denominator of the bounds is too large"
    parts = parts_of("rank-bound")
    parts.steps[0][1] = "1" + "0" * 9900
    assert answer(tmp_path, parts.text()).startswith(("INVALID", "MALFORMED"))


def truth_of(head) -> tuple[float, float]:
    """The infimum for width one in floats, and the scale of its error."""
    architecture, data = head["architecture"], head["data"]
    outputs = [[Fraction(y) for y in row] for row in data["outputs"]]
    inputs = [[Fraction(x) for x in row] for row in data["inputs"]]
    assert architecture["width"] == 1
    problem = problem_of(
        inputs, outputs, 1, architecture["activation"],
        hidden_bias=architecture["hidden_bias"], output_bias=architecture["output_bias"],
    )
    scale = float(sum(y * y for row in outputs for y in row)) + 1.0
    return least_loss(problem), scale


@pytest.mark.parametrize("case", ["rank-bound", "projections", "line"])
def test_mutants_are_rejected_or_true(case, tmp_path):
    parts = line_parts() if case == "line" else parts_of(case, size=4)
    answers: Counter[str] = Counter()
    for text in mutants(parts):
        word, *claim = answer(tmp_path, text).split()
        answers[word] += 1
        if word == "VALID":
            truth, scale = truth_of(parse(text).head)
            assert claim[0] in ("attained", "undecided")
            assert float(Fraction(claim[1])) <= truth + 1e-9 * scale
            assert float(Fraction(claim[2])) >= truth - 1e-9 * scale
    assert answers["INVALID"] > 50
    assert answers["MALFORMED"] > 200
    assert answers["VALID"] > 0
