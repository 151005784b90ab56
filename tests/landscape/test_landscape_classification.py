"""One entry for targets and data, and the search that decides whether a minimum is global."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from landscape_cases import free_instances
from landscape_oracles import exact_loss, network_of, on_curve

import symerm.attainability
from symerm.errors import BudgetExceeded, InputError, UnsupportedError
from symerm.landscape import classify, classify_empirical, parse_target
from symerm.landscape.classification import classify_against, with_global_verdict
from symerm.problem import Architecture, Problem
from symerm.problem.architecture import RELU, Activation
from symerm.problem.dataset import Dataset

DATA = Dataset.from_rows([0, 1, 2], [0, 2, 1])
#: The mean of the responses, with a neuron that is inactive at all inputs: loss 2, infimum 1/2.
IDLE = network_of([(1, -3, 1)], 1, RELU)


@settings(max_examples=15)
@given(free_instances(max_width=2))
def test_a_target_is_classified_by_the_integral(instance):
    network, target = instance
    assert classify_against(network, target) == classify(network, target)


@pytest.mark.parametrize("network", [IDLE, network_of([], 1, RELU), network_of([], 3, RELU)])
def test_data_are_classified_by_the_sum(network):
    assert classify_against(network, DATA) == classify_empirical(network, DATA)


def test_networks_that_do_not_fit_are_refused():
    line = parse_target("x", (Fraction(0), Fraction(1)))
    tanh = network_of([(1, 0, 1)], 0, Activation("tanh"))
    for against in (line, DATA):
        with pytest.raises(UnsupportedError, match="tanh"):
            classify_against(tanh, against)
    with pytest.raises(InputError, match="1 inputs but the dataset has 2"):
        classify_against(IDLE, Dataset.from_rows([[0, 1], [1, 0]], [0, 1]))


def test_a_local_minimum_that_is_not_global():
    found = classify_empirical(IDLE, DATA)
    assert (found.verdict, found.loss) == ("local-minimum", 2)
    decided = with_global_verdict(found, DATA, time_limit=30)
    assert decided.verdict == "local-minimum"
    assert decided.reason.endswith("; not global: the infimum for width 1 is 1/2")
    # What was decided is not called open.
    assert "not decided" in found.reason
    assert "not decided" not in decided.reason
    assert decided.reason.startswith(found.reason.split(";")[0])
    assert (decided.network, decided.loss) == (found.network, found.loss)


def test_a_local_minimum_that_is_global():
    best = symerm.attainability.decide(Problem(DATA, Architecture(1, RELU))).minimiser
    assert best is not None
    found = classify_empirical(best, DATA)
    assert (found.verdict, found.loss) == ("local-minimum", Fraction(1, 2))
    decided = with_global_verdict(found, DATA, time_limit=30)
    assert decided.verdict == "global-minimum"
    assert decided.reason.endswith("; global: the loss is the infimum for width 1")
    assert "not decided" not in decided.reason


@pytest.fixture
def bounds(monkeypatch):
    """Lets the solver answer with given bounds; the calls that it got."""
    calls = []

    def answer(lower, upper, exact=None):
        def decide(problem, **options):
            calls.append((problem, options))
            return SimpleNamespace(lower=Fraction(lower), upper=Fraction(upper), exact=exact)

        monkeypatch.setattr(symerm.attainability, "decide", decide)
        return calls

    return answer


@pytest.mark.parametrize(
    ("lower", "upper", "exact", "verdict", "words"),
    [
        ("0", "1/2", None, "local", "not global: the infimum for width 1 is at most 1/2"),
        ("1/2", "1/2", Fraction(1, 2), "local", "not global: the infimum for width 1 is 1/2"),
        ("1", "2", None, "local", "global or not was not decided within the time limit"),
        ("0", "5", None, "local", "global or not was not decided within the time limit"),
        ("2", "2", Fraction(2), "global", "global: the loss is the infimum for width 1"),
        ("2", "3", None, "global", "global: the loss is the infimum for width 1"),
    ],
)
def test_bounds_decide(bounds, lower, upper, exact, verdict, words):
    calls = bounds(lower, upper, exact)
    found = classify_empirical(IDLE, DATA)
    decided = with_global_verdict(found, DATA, time_limit=7)
    assert (decided.verdict, decided.reason.split("; ")[-1]) == (f"{verdict}-minimum", words)
    ((problem, options),) = calls
    assert options == {"time_limit": 7}
    assert problem.dataset == DATA
    assert (problem.architecture.width, problem.architecture.activation) == (1, RELU)
    assert problem.architecture.output_bias
    assert problem.architecture.hidden_bias


def test_only_local_minima_are_looked_at_again(bounds):
    calls = bounds("0", "0")
    others = [
        classify_empirical(network, DATA)
        for network in (network_of([(1, -3, 1)], 0, RELU), network_of([(1, -1, 0)], 1, RELU),
                        network_of([], 1, RELU))
    ]
    assert {found.verdict for found in others} == {"not-critical", "saddle", "global-minimum"}
    assert all(with_global_verdict(found, DATA, time_limit=1) is found for found in others)
    assert calls == []


@pytest.mark.parametrize("error", [UnsupportedError, BudgetExceeded])
def test_what_the_solver_refuses_is_a_reason(monkeypatch, error):
    def decide(problem, **options):
        raise error("no way")

    monkeypatch.setattr(symerm.attainability, "decide", decide)
    found = classify_empirical(IDLE, DATA)
    decided = with_global_verdict(found, DATA, time_limit=1)
    assert decided.verdict == "local-minimum"
    assert decided.reason.endswith("; global or not was not decided: no way")


def test_squares_are_not_searched():
    data = Dataset.from_rows([-1, 0, 1], [-1, 2, -1])
    found = classify_empirical(network_of([(0, 0, 1)], 0, Activation("quadratic")), data)
    assert found.verdict == "local-minimum"
    decided = with_global_verdict(found, data, time_limit=1)
    assert "; global or not was not decided: exact search needs" in decided.reason


@settings(max_examples=40)
@given(
    st.tuples(*[st.integers(-3, 3)] * 4), st.sampled_from((-1000, -300, 0, 300, 1000)),
    st.sampled_from((-1000, -300, 0, 300, 1000)), st.sampled_from((RELU, Activation("quadratic"))),
)
def test_descents_at_numbers_of_all_sizes(entries, first, second, activation):
    """Numbers of a thousand digits ask for steps far below 2^-400."""
    w, b, v, c = entries
    network = network_of(
        [(w * Fraction(10) ** first, b, v * Fraction(10) ** second)], c, activation
    )
    target = parse_target("x", (Fraction(0), Fraction(1)))
    for against in (target, Dataset.from_rows([-1, 0, 2], [0, 1, 5])):
        found = classify_against(network, against)
        if found.verdict == "not-critical":
            assert found.descent is not None
        if found.descent is None:
            continue
        for eps, value in found.descent.samples:
            other = on_curve(network, found.descent, eps)
            assert value < found.loss
            if against is target:
                assert value == exact_loss(other, target)
            else:
                assert value == other.loss(against.inputs, against.outputs)
