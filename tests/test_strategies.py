"""The public strategies keep what their names say, and shrink to small cases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from symerm import strategies
from symerm.attainability import decide
from symerm.errors import InputError
from symerm.landscape.classification import classify_against
from symerm.parametrization.equality import compare_networks
from symerm.problem.dataset import Dataset
from symerm.theorems.landscape.setting import target_of

PAGE = Path(__file__).resolve().parents[1] / "docs" / "theorems.md"


def test_every_public_strategy_is_in_the_documentation():
    section = PAGE.read_text("utf-8").split("## Strategies")[1]
    assert set(strategies.__all__) <= set(re.findall(r"`(\w+)`", section))


@settings(max_examples=15)
@given(strategies.attainable_problems())
def test_attainable_problems_are_attained(problem):
    assert decide(problem).verdict == "attained"


@settings(max_examples=10)
@given(st.one_of(strategies.unattainable_problems(), strategies.bias_free_flaws()))
def test_unattainable_problems_are_not_attained(problem):
    assert decide(problem).verdict == "not-attained"


@settings(max_examples=30)
@given(strategies.equal_pairs())
def test_equal_pairs_realise_one_function(pair):
    assert compare_networks(*pair).equal


@pytest.mark.parametrize(
    ("strategy", "verdicts"),
    [
        (strategies.global_minima(), {"global-minimum"}),
        (strategies.relu_minima(), {"local-minimum"}),
        (strategies.relu_saddles(), {"saddle"}),
        (strategies.leaky_saddles(), {"saddle"}),
        (strategies.quadratic_saddles(), {"saddle"}),
    ],
    ids=["global", "relu-minima", "relu-saddles", "leaky-saddles", "quadratic-saddles"],
)
def test_networks_of_a_landscape_class_are_classified_so(strategy, verdicts):
    @settings(max_examples=15)
    @given(strategy)
    def classified(instance):
        found = classify_against(instance["network"], target_of(instance))
        assert found.verdict in verdicts

    classified()


@given(strategies.degenerate_datasets())
def test_degenerate_datasets_have_repeated_or_dependent_inputs(data):
    assert isinstance(data, Dataset)
    assert data.size >= 2


def test_the_strategies_shrink_to_readable_cases():
    data = find(strategies.datasets(), lambda data: data.size > 1)
    assert data.size == 2
    assert {value for row in data.inputs for value in row} == {0}
    network = find(strategies.networks(), lambda network: network.width > 1)
    assert network.width == 2
    assert all(not any(row) for row in network.hidden_weights)
    value = find(strategies.rationals(), lambda value: value > 1)
    assert value == 2


def test_instances_of_an_unknown_theorem_are_refused():
    with pytest.raises(InputError, match="there is no theorem"):
        strategies.theorem_instances("nothing-like-it")
