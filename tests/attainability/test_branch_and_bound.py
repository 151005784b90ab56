"""A limited number of cases: the bound is proved, and it is the same every time."""

from fractions import Fraction

import pytest
from search_cases import assert_sound, problem_of, random_problem

from symerm.attainability import branch_and_bound
from symerm.attainability.branch_and_bound import minimise
from symerm.attainability.decide import decide
from symerm.attainability.proofs import ConeTreeProof
from symerm.attainability.scaled import scale_problem
from symerm.attainability.verdict import Verdict

LIMITS = (0, 20, 60, 500, 100_000)


def limited(problem, count):
    """The lower bound, as a checked verdict."""
    scaled = scale_problem(problem)
    result = minimise(scaled, case_limit=count)
    assert result.statistics["cases"] <= count
    lower = scaled.to_loss(result.lower)
    network = scaled.network(
        [(u, (Fraction(sign),)) for sign, u in result.candidate.neurons],
        (result.candidate.offset,),
    )
    if lower > scaled.scatter:
        upper = scaled.to_loss(result.candidate.loss)
        exact = upper if result.complete else None
        assert_sound(Verdict(
            problem, "attained" if result.complete else "undecided", lower, upper, exact, network,
            reason="a test", proof=ConeTreeProof(tuple(result.roots)),
        ))
    return lower


@pytest.mark.parametrize(("size", "dimension", "width"), [(14, 1, 2), (12, 2, 2), (30, 2, 1)])
def test_more_cases_prove_more(size, dimension, width):
    problem = random_problem(5, size, dimension, width)
    exact = decide(problem).exact
    lowers = [limited(problem, count) for count in LIMITS]
    assert all(lower <= exact for lower in lowers)
    assert lowers[0] == problem.dataset.collapsed().scatter < lowers[-2]
    assert lowers[-1] == exact
    assert limited(problem, LIMITS[-2]) == lowers[-2]


def test_a_limited_search_says_so():
    scaled = scale_problem(random_problem(5, 14, 2, 2))
    result = minimise(scaled, case_limit=50)
    assert not result.complete
    assert result.reason == "the limit of 50 cases was reached"
    result = minimise(scaled, case_limit=5)
    assert result.reason == "there are more than 5 cases at the root"


def test_cases_are_divided_until_the_best_open_one_is_in_the_way(monkeypatch):
    # With room for few cases in the partial proof it cannot be as good.
    problem = random_problem(1, 40, 2, 2)
    free = limited(problem, 1500)
    monkeypatch.setattr(branch_and_bound, "_PARTIAL_CASES", 30)
    assert 0 <= limited(problem, 1500) <= free
    assert free > 0


def test_an_exact_fit_needs_no_case():
    problem = problem_of(range(6), [0, 0, 1, 2, 3, 4], 2)
    result = minimise(scale_problem(problem), case_limit=0)
    assert (result.complete, result.lower) == (True, 0)
