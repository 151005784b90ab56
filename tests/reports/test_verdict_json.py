"""The JSON object of a verdict: exact, complete, and with its keys in order."""

import json
from fractions import Fraction

import pytest

from symerm.attainability.verdict import Verdict
from symerm.errors import InputError
from symerm.problem import Architecture, Dataset, Problem
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
