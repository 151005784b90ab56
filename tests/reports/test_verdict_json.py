"""The JSON object of a verdict: exact, complete, and with its keys in order."""

import json
import re
from fractions import Fraction

import pytest

from symerm.attainability import decide
from symerm.attainability.verdict import Verdict
from symerm.errors import InputError
from symerm.networks.serialization import network_from_json
from symerm.problem import Architecture, Dataset, Problem, parse_activation
from symerm.problem.catalogue import load_dataset
from symerm.reports.verdict_json import verdict_to_json

PROBLEM = Problem(Dataset.from_rows([0, 1], [2, 3]), Architecture(1))


def test_numbers_of_any_size_are_exact() -> None:
    lower, upper = -Fraction(7**9000, 3), Fraction(10**9000 + 1)
    text = json.dumps(verdict_to_json(Verdict(PROBLEM, "undecided", lower, upper, reason="r")))
    infimum = json.loads(text)["infimum"]
    top, bottom = infimum["lower"].split("/")
    # Python does not print integers of this length, so the digits are put together in pieces.
    value = 0
    for digit in range(1, len(top), 1000):
        piece = top[digit : digit + 1000]
        value = value * 10 ** len(piece) + int(piece)
    assert (top[0], -value, bottom) == ("-", lower.numerator, "3")
    assert infimum["upper"] == "1" + "0" * 8999 + "1"
    assert infimum["exact"] is None


def test_an_unknown_minimiser_is_null() -> None:
    document = verdict_to_json(
        Verdict(PROBLEM, "undecided", Fraction(0), Fraction(1), reason="out of time")
    )
    assert document == {
        "verdict": "undecided",
        "infimum": {"lower": "0", "upper": "1", "exact": None},
        "minimiser": None,
        "escape": None,
        "reason": "out of time",
        "certificate": None,
        "statistics": {},
    }


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (("attained", Fraction(1), Fraction(0)), "exceeds the upper bound"),
        (("attained", Fraction(0), Fraction(1), Fraction(2)), "outside its bounds"),
        (("undecided", Fraction(0), Fraction(1)), "must give its reason"),
    ],
)
def test_a_verdict_that_contradicts_itself_is_refused(fields, message) -> None:
    with pytest.raises(InputError, match=message):
        Verdict(PROBLEM, *fields)


def in_eps(entry: object, eps: Fraction) -> object:
    """A document with its expressions in eps computed."""
    if isinstance(entry, list):
        return [in_eps(part, eps) for part in entry]
    exact = re.sub(r"\d+", r"F(\g<0>)", str(entry)).replace("^", "**")
    return Fraction(eval(exact, {"F": Fraction, "eps": eps}))


@pytest.mark.parametrize(
    ("name", "activation"),
    [
        ("large-gap", "relu"),
        ("large-gap", "leaky:1/10"),
        ("counterexample-2", "relu"),
        ("counterexample-3", "relu"),
    ],
)
def test_family_loss_and_samples_of_an_escape_say_the_same(name, activation) -> None:
    data = load_dataset(name)
    verdict = decide(Problem(data, Architecture(2, parse_activation(activation))))
    document = json.loads(json.dumps(verdict_to_json(verdict)))
    assert document["verdict"] == "not-attained"
    assert document["minimiser"] is None
    escape = document["escape"]
    assert list(escape) == ["stratum", "family", "loss", "rate", "samples"]
    assert escape["stratum"]["description"]
    assert escape["rate"]
    assert len(escape["samples"]) >= 4
    steps = [Fraction(sample["eps"]) for sample in escape["samples"]]
    losses = [Fraction(sample["loss"]) for sample in escape["samples"]]
    assert steps == sorted(set(steps), reverse=True)
    assert losses == sorted(set(losses), reverse=True)
    assert losses[-1] > Fraction(document["infimum"]["upper"])
    family = dict(escape["family"])
    assert family.pop("activation") == activation
    for sample, eps, loss in zip(escape["samples"], steps, losses, strict=True):
        network = network_from_json(sample["network"])
        assert network.loss(data.inputs, data.outputs) == loss == in_eps(escape["loss"], eps)
        for key, entries in family.items():
            rows = [list(r) if isinstance(r, tuple) else r for r in getattr(network, key)]
            assert in_eps(entries, eps) == rows
