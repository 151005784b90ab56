"""Verdicts refuse to be contradictory."""

from __future__ import annotations

from fractions import Fraction

import pytest
from search_cases import problem_of

from symerm.attainability import Verdict
from symerm.errors import InputError

problem = problem_of([0, 1], [2, 3], 1)
one, two, three = Fraction(1), Fraction(2), Fraction(3)


def test_the_gap():
    verdict = Verdict(problem, "undecided", one, three, reason="the time limit was reached")
    assert verdict.gap == 2
    assert verdict.exact is None
    assert not verdict.interrupted


@pytest.mark.parametrize(
    "arguments",
    [
        ("attained", two, one),
        ("attained", one, two, three),
        ("attained", two, three, one),
        ("undecided", one, two),
        ("undecided", one, two, None, None, None, ""),
    ],
)
def test_contradictions(arguments):
    with pytest.raises(InputError):
        Verdict(problem, *arguments)


def test_verdicts_are_frozen():
    verdict = Verdict(problem, "attained", one, one, one)
    with pytest.raises(AttributeError):
        verdict.lower = two
