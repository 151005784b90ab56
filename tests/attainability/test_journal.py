"""Searches that are stopped, saved and continued; a damaged state never gives a wrong verdict."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from search_cases import assert_sound, problem_of, random_problem

from symerm.attainability import decide
from symerm.attainability.dual import DualLeaf
from symerm.errors import InputError

problem = random_problem(3, 12, 2, 2)
EXACT = decide(problem).exact


class Memory:
    """A journal that keeps the last state."""

    def __init__(self, state=None):
        self.state = state

    def load(self, scaled):
        return self.state

    def save(self, scaled, state):
        self.state = state


def stopped(after):
    """The state of the search after some rounds."""
    journal, reports = Memory(), []

    def interrupt(progress):
        reports.append(progress)
        if len(reports) == after:
            raise KeyboardInterrupt

    verdict = decide(problem, journal=journal, progress=interrupt)
    assert verdict.interrupted
    return journal.state


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_stopped_search_can_be_continued(after):
    state = stopped(after)
    assert state.steps
    verdict = decide(problem, journal=Memory(state))
    assert verdict.exact == EXACT
    assert_sound(verdict)


def test_many_stops_get_to_the_end():
    journal = Memory()
    for _ in range(200):
        verdict = decide(problem, journal=journal, progress=_interrupt)
        assert_sound(verdict)
        if verdict.verdict == "attained":
            break
    assert verdict.exact == EXACT


def _interrupt(progress):
    if progress.open_cases:
        raise KeyboardInterrupt


def test_a_finished_search_is_done_at_once():
    journal = Memory()
    decide(problem, journal=journal)
    verdict = decide(problem, journal=journal)
    assert verdict.exact == EXACT
    assert verdict.statistics["cases"] == 0
    assert_sound(verdict)


def test_a_network_that_is_not_of_the_problem_is_refused():
    state = stopped(2)
    neuron = (1, (Fraction(1), Fraction(0), Fraction(0)))
    for changed in (
        replace(state, neurons=(neuron,) * 3),
        replace(state, neurons=((2, neuron[1]),)),
        replace(state, neurons=((1, (Fraction(1),)),)),
    ):
        with pytest.raises(InputError):
            decide(problem, journal=Memory(changed))
    unbiased = problem_of([0, 1, 2, 3, 4], [0, 3, 1, 4, -1], 2, output_bias=False)
    journal = Memory()
    decide(unbiased, journal=journal, progress=_interrupt)
    with pytest.raises(InputError):
        decide(unbiased, journal=Memory(replace(journal.state, offset=Fraction(1))))


@pytest.mark.parametrize("seed", range(25))
def test_damaged_steps_are_refused_or_repaired(seed):
    generator = random.Random(seed)
    state = stopped(3)
    steps = list(state.steps)
    for _ in range(generator.randint(1, 5)):
        position = generator.randrange(len(steps))
        kind = generator.choice(["drop", "double", "open", "split", "leaf", "swap"])
        if kind == "drop":
            del steps[position]
        elif kind == "double":
            steps.insert(position, steps[position])
        elif kind == "open":
            steps[position] = None
        elif kind == "split":
            steps[position] = (generator.randint(-1, 2), generator.randint(-1, 12))
        elif kind == "swap":
            other = generator.randrange(len(steps))
            steps[position], steps[other] = steps[other], steps[position]
        elif isinstance(steps[position], DualLeaf):
            leaf = steps[position]
            name = generator.choice(["scale", "fit", "residuals", "mixtures"])
            if name == "scale":
                steps[position] = replace(leaf, scale=generator.randint(-2, 2))
            else:
                values = list(getattr(leaf, name)) + [generator.randint(-9, 9)] * (
                    generator.randint(0, 1)
                )
                if values:
                    k = generator.randrange(len(values))
                    values[k] = generator.choice((0, -values[k], values[k] + 1, 10**30))
                steps[position] = replace(leaf, **{name: tuple(values)})
    journal = Memory(replace(state, steps=tuple(steps)))
    try:
        verdict = decide(problem, journal=journal)
    except InputError:
        return
    assert verdict.exact == EXACT
    assert_sound(verdict)


def test_a_network_far_from_the_best_costs_time_only():
    state = stopped(3)
    zero = replace(state, offset=Fraction(0), neurons=())
    verdict = decide(problem, journal=Memory(zero))
    assert verdict.exact == EXACT
    assert_sound(verdict)
