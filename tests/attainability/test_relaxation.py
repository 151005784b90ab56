"""Proposals: good enough to be useful, and powerless to do harm."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from oracles.brute_force import minimum_of
from search_cases import Search, assert_sound, problem_of, random_problem

from symerm.attainability import case_bounds, decide
from symerm.attainability.relaxation import Relaxation


@pytest.fixture
def fresh():
    """Tables of earlier tests must not hide a changed relaxation, nor later ones see it."""
    case_bounds._tables.cache_clear()
    yield
    case_bounds._tables.cache_clear()


PROBLEMS = [
    problem_of([0, 1, 2, 3, 4, 5], [0, 3, 1, 4, -1, 5], 2),
    problem_of([0, 1, 2, 3, 4], [2, 0, 1, 0, 3], 2, "leaky:1/10", output_bias=False),
    problem_of([(0, 0), (1, 0), (0, 1), (1, 1), (2, 1)], [0, 3, -1, 2, 2], 1),
    problem_of([-2, -1, 1, 2, 3], [1, 0, 2, -1, 1], 2, hidden_bias=False),
]


def _garbage(proposal, generator, search, slots, kind):
    """A proposal of the right form whose numbers mean nothing; only its branch can be used."""
    rays = [ray for _, cone in slots for ray in cone.rays]
    choices = search.cuts(slots)
    loose = {i for _, i in choices}

    def number():
        if kind == "wild":
            return generator.choice((1e150, -1e150, 1e-300, -0.0, 1e18))
        return generator.uniform(-2, 2)

    def some():
        return [k for k in range(len(rays)) if generator.random() < 0.5]

    return replace(
        proposal,
        bound=generator.choice((1e9, 0.0, -1.0, 1.0, 1e300)),
        offset=number(),
        coefficients=[number() for _ in rays],
        heights=[generator.randint(1, 100) for _ in rays],
        residuals={i: number() for i in loose},
        mixtures=[
            {i: number() for j, i in choices if j == slot} for slot in range(len(slots))
        ],
        tied=some(),
        active=some(),
        branch=generator.choice(choices) if choices else None,
        directions=np.array(
            [[number() for _ in range(search.fan.dimension)] for _ in slots]
        ),
    )


@pytest.mark.parametrize("kind", ["mild", "wild"])
@pytest.mark.parametrize("number", range(len(PROBLEMS)))
def test_garbage_proposals_change_no_verdict(monkeypatch, fresh, number, kind):
    problem = PROBLEMS[number]
    search = Search(problem)
    generator = random.Random(number)
    propose = Relaxation.propose

    def garbled(self, nodes, target):
        return [
            _garbage(proposal, generator, search, slots, kind)
            for slots, proposal in zip(nodes, propose(self, nodes, target), strict=True)
        ]

    monkeypatch.setattr(Relaxation, "propose", garbled)
    verdict = decide(problem)
    assert verdict.exact == minimum_of(problem).loss
    assert_sound(verdict)


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), 0.0])
def test_proposals_without_a_bound_change_no_verdict(monkeypatch, fresh, value):
    problem = PROBLEMS[0]
    propose = Relaxation.propose

    def garbled(self, nodes, target):
        return [
            replace(
                proposal,
                bound=value,
                value=value,
                directions=np.full_like(proposal.directions, float("nan")),
            )
            for proposal in propose(self, nodes, target)
        ]

    monkeypatch.setattr(Relaxation, "propose", garbled)
    verdict = decide(problem)
    assert verdict.exact == minimum_of(problem).loss
    assert_sound(verdict)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("activation", ["relu", "leaky:1/2"])
def test_the_proposed_bound_is_near_and_not_above(seed, activation):
    search = Search(random_problem(seed, 5, 1, 2, activation))
    generator = random.Random(seed)
    near = []
    for _ in range(8):
        slots = search.random_case(generator, generator.randint(0, 8))
        minimum = search.relaxation.relative(search.minimum(slots))
        (proposal,) = search.relaxation.propose([slots], minimum * (1 - 1e-6))
        assert proposal.bound <= minimum * (1 + 1e-5) + 1e-6
        if not search.cuts(slots):
            near.append(abs(proposal.bound - minimum) <= 1e-4 * minimum + 1e-6)
    assert all(near)


def test_a_branch_is_undecided_and_absent_only_if_nothing_is():
    generator = random.Random(3)
    for seed in range(5):
        search = Search(random_problem(seed, 6, 2, 2, "leaky:1/10"))
        slots = [search.random_case(generator, k) for k in range(20)]
        for case, proposal in zip(slots, search.relaxation.propose(slots, 0.5), strict=True):
            choices = search.cuts(case)
            assert (proposal.branch is None) == (not choices)
            assert proposal.branch is None or proposal.branch in choices


def test_nothing_to_propose():
    search = Search(PROBLEMS[0])
    assert search.relaxation.propose([], 1.0) == []


def test_units_are_those_of_the_best_constant():
    problem = problem_of([0, 1, 2, 3], [100, 101, 103, 100], 1)
    search = Search(problem)
    # Deviations -1, 0, 2, -1 from the mean 101.
    assert search.relaxation.mean == 101
    assert search.relaxation.unit == 3
    assert search.relaxation.relative(6) == pytest.approx(6 / 9)
    unbiased = Search(problem_of([0, 1], [3, 4], 1, output_bias=False))
    assert unbiased.relaxation.mean == 0
    assert unbiased.relaxation.unit == 6
