"""Searching for falsifying instances: counts, seeds, shrinking, mutants, vacuous statements."""

from dataclasses import replace
from fractions import Fraction

import pytest

from symerm.errors import InputError
from symerm.theorems import (
    Hypothesis,
    Instance,
    Mutant,
    Status,
    find_theorem,
    holds_if,
    try_mutant,
    try_theorem,
)

LIFTING = find_theorem("activation-lifting")


def test_a_true_theorem_is_not_falsified_and_the_count_is_as_asked():
    trial = try_theorem(LIFTING, examples=40)
    assert not trial.falsified
    assert not trial.vacuous
    assert trial.applicable == 40
    assert trial.tried > 40  # instances of opposite signs do not count
    assert "act(" in trial.evidence


def test_a_wrong_theorem_is_falsified_by_a_simple_instance():
    wrong = LIFTING.mutated(LIFTING.mutants[0])
    trial = try_theorem(wrong, examples=100)
    assert trial.falsified
    first, second = trial.instance["z"]
    assert {first, second} <= {Fraction(k) for k in (-1, 0, 1)}
    assert trial.instance["slope"] == 0
    assert wrong.check(trial.instance).outcome == "fails"


@pytest.mark.parametrize("mutant", LIFTING.mutants, ids=lambda mutant: mutant.name)
def test_mutants_are_refuted(mutant):
    trial = try_mutant(LIFTING, mutant)
    assert trial.falsified
    assert LIFTING.mutated(mutant).check(trial.instance).outcome == "fails"
    assert LIFTING.check(trial.instance).outcome != "fails"


def test_the_same_seed_finds_the_same_instance():
    wrong = LIFTING.mutated(LIFTING.mutants[1])
    assert try_theorem(wrong, seed=5) == try_theorem(wrong, seed=5)


def test_a_statement_without_instances_is_vacuous_and_not_true():
    nothing = replace(
        LIFTING, mutants=(), hypotheses=(Hypothesis("never", "never", lambda instance: False),)
    )
    trial = try_theorem(nothing, examples=5)
    assert trial.vacuous
    assert not trial.falsified


def test_a_crash_of_a_check_is_not_taken_for_an_answer():
    def crash(instance):
        raise ZeroDivisionError("in the check")

    with pytest.raises(ZeroDivisionError):
        try_theorem(replace(LIFTING, claim=crash), examples=3)


def test_bad_statements_are_refused():
    with pytest.raises(InputError, match="changes nothing"):
        replace(LIFTING, mutants=(Mutant("same", "nothing"),))
    with pytest.raises(InputError, match="no hypothesis"):
        replace(LIFTING, mutants=(Mutant("drop", "drops", without=("absent",)),))
    with pytest.raises(InputError, match="no id"):
        replace(LIFTING, id="Not a slug")
    with pytest.raises(InputError, match="size"):
        Status("proved-up-to", "why")
    with pytest.raises(InputError, match="positive"):
        try_theorem(LIFTING, examples=0)
    with pytest.raises(InputError, match="profile"):
        try_theorem(LIFTING, profile="daily")
    with pytest.raises(InputError, match="did you mean activation-lifting"):
        find_theorem("activation-liftin")


def test_expense_divides_the_number_of_instances():
    assert try_theorem(replace(LIFTING, expense=10), profile="dev").applicable == 2


def test_a_claim_sees_only_instances_with_all_hypotheses():
    seen = []

    def record(instance):
        seen.append(instance)
        return holds_if(True, "seen")

    try_theorem(replace(LIFTING, claim=record), examples=30)
    assert all(instance["z"][0] * instance["z"][1] >= 0 for instance in seen)
    assert isinstance(seen[0], Instance)
