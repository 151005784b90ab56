"""Verdicts by secants: known answers, certificates, bounds if undecided."""

import time
from fractions import Fraction

import pytest
from search_cases import problem_of

from symerm.attainability import decide, secant_problem, secant_verdict, secants
from symerm.attainability.proofs import SecantProof
from symerm.attainability.scaled import scale_problem
from symerm.attainability.secant_verdict import decide_by_secants
from symerm.attainability.verdict import Verdict
from symerm.certificates import checker
from symerm.certificates.writer import certificate_text

TOLERANCE = Fraction(1, 10**9)
LARGE_GAP = ([[0], [1], [2], [3], [4]], [[-2, -9], [-9, -7], [-9, 3], [0, 3], [-5, 2]])
HELD = ([[0], [1], [3], [4]], [[-3, 4], [-4, -1], [-4, 2], [2, 2]])


def by_secants(problem, seconds=None) -> Verdict:
    deadline = None if seconds is None else time.monotonic() + seconds
    return decide_by_secants(
        problem, scale_problem(problem), tolerance=TOLERANCE, deadline=deadline
    )


def checked(verdict, path) -> str:
    path.write_text("".join(certificate_text(verdict)), encoding="utf-8")
    return checker.check(str(path))


@pytest.mark.parametrize(
    ("data", "answer"), [(LARGE_GAP, "not-attained"), (HELD, "attained")]
)
def test_two_neurons_on_the_line(data, answer, tmp_path):
    problem = problem_of(*data, 2)
    verdict = by_secants(problem)
    assert verdict.verdict == answer
    assert isinstance(verdict.proof, SecantProof)
    assert verdict.upper - verdict.lower <= 2 * TOLERANCE * verdict.upper
    assert checked(verdict, tmp_path / "c.json").startswith(answer)
    if answer == "attained":
        network = verdict.minimiser
        loss = network.loss(problem.dataset.inputs, problem.dataset.outputs)
        assert loss == verdict.upper
    else:
        assert verdict.upper == verdict.escape.limit


def test_a_wrong_stratum_is_refused(tmp_path):
    verdict = by_secants(problem_of(*LARGE_GAP, 2))
    text = "".join(certificate_text(verdict))
    head, sign, rest = text.partition('["level",')
    assert sign
    _, comma, rest = rest.partition(",")
    for wrong in (f'"{verdict.upper}"', f'"{verdict.lower}"'):
        path = tmp_path / "c.json"
        path.write_text(head + sign + wrong + comma + rest, encoding="utf-8")
        with pytest.raises((checker.Invalid, checker.Malformed)):
            checker.check(str(path))


def test_one_input_without_hidden_bias_is_exact(tmp_path):
    # Two neurons up to scale, x and -x: the minimum is a least-squares fit.
    problem = problem_of([[-2], [-1], [1], [3]], [[1, 2], [0, 4], [2, 2], [-3, 1]], 2,
                         hidden_bias=False)
    verdict = decide(problem)
    assert verdict.verdict == "attained"
    assert verdict.exact == verdict.upper
    assert checked(verdict, tmp_path / "c.json").startswith("attained")


def test_too_many_cases_leave_the_other_bounds(monkeypatch, tmp_path):
    monkeypatch.setattr(secant_verdict, "_ROOTS", 3)
    inputs = [[0, 0], [2, 0], [0, 2], [2, 2], [3, 1], [1, 4]]
    outputs = [[3, 1, 0], [0, 2, 1], [1, 1, 5], [0, 0, 2], [4, 1, 1], [2, 0, 3]]
    verdict = by_secants(problem_of(inputs, outputs, 2))
    assert verdict.verdict == "undecided"
    assert "cases of neurons are more than 3" in verdict.reason
    assert 0 < verdict.lower < verdict.upper
    assert checked(verdict, tmp_path / "c.json").startswith("undecided")


@pytest.mark.parametrize(("owner", "stage"), [
    (secant_verdict, "decide_secants"), (secant_verdict, "secant_escape"),
    (secant_problem, "root_tables"), (secants, "search_minima"), (secants, "closed_at_once"),
    (secants.RootProver, "prove"),
])
@pytest.mark.parametrize("rows", [LARGE_GAP, HELD])
def test_an_interrupt_keeps_other_bounds(owner, stage, rows, monkeypatch, tmp_path):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(owner, stage, interrupt)
    verdict = by_secants(problem_of(*rows, 2))
    if stage == "secant_escape" and rows is HELD:
        assert verdict.verdict == "attained"
        return
    assert verdict.verdict == "undecided"
    assert verdict.interrupted
    assert verdict.reason.startswith("interrupted")
    assert verdict.lower < verdict.upper
    assert checked(verdict, tmp_path / "c.json").startswith("undecided")


def test_a_short_time_leaves_bounds(tmp_path):
    inputs = [[0], [1], [3], [4], [6], [7]]
    outputs = [[3, 1, 0], [0, 2, 1], [1, 1, 5], [0, 0, 2], [4, 1, 1], [2, 0, 3]]
    verdict = by_secants(problem_of(inputs, outputs, 3), seconds=0)
    assert verdict.verdict == "undecided"
    assert "the time limit was reached" in verdict.reason
    assert verdict.minimiser is not None
    assert checked(verdict, tmp_path / "c.json").startswith("undecided")


def test_many_cases_on_the_line_leave_other_bounds(monkeypatch, tmp_path):
    monkeypatch.setattr(secant_verdict, "_QUICK_ROOTS", 3)
    verdict = by_secants(problem_of(*LARGE_GAP, 2))
    assert verdict.verdict == "undecided"
    assert "cases of neurons are more than 3" in verdict.reason
    assert 0 < verdict.lower < verdict.upper
    assert checked(verdict, tmp_path / "c.json").startswith("undecided")
