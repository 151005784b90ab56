"""Verdicts in words: short numbers exact, long ones rounded so that bounds stay bounds."""

import decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from symerm.attainability.verdict import Verdict
from symerm.networks.shallow import ShallowNetwork
from symerm.problem import Architecture, Dataset, Problem, parse_activation
from symerm.reports.text import format_decimal, format_verdict

HUGE = st.fractions() | st.builds(
    lambda x, k: x * Fraction(10) ** k, st.fractions(), st.integers(-900, 900)
)
PLANE = Dataset.from_rows(
    [[0, 1], [2, 3]], [[1, 2], [3, 4]], input_names=["a", "b"], output_names=["s", "t"]
)


def line(report: str, name: str) -> str:
    return next(row[12:] for row in report.splitlines() if row[:12].strip() == name)


@given(HUGE, st.integers(1, 30))
def test_rounding_goes_the_way_it_is_told(value, digits) -> None:
    low = Fraction(format_decimal(value, digits=digits, rounding=decimal.ROUND_FLOOR))
    high = Fraction(format_decimal(value, digits=digits, rounding=decimal.ROUND_CEILING))
    near = Fraction(format_decimal(value, digits=digits))
    assert low <= value <= high
    assert near in (low, high)
    assert abs(near - value) <= abs(value) / 10 ** (digits - 1)


@given(HUGE, HUGE)
def test_the_printed_interval_contains_the_proved_one(one, other) -> None:
    lower, upper = sorted((one, other))
    problem = Problem(PLANE, Architecture(1))
    report = format_verdict(Verdict(problem, "undecided", lower, upper, reason="r"), source="d")
    words = line(report, "infimum").split()
    assert words[0::2] == ["between", "and"]
    assert Fraction(words[1]) <= lower
    assert upper <= Fraction(words[3])


def test_formulas_leave_out_what_is_zero_and_round_what_is_long() -> None:
    third, zero, one = Fraction(1, 3), Fraction(0), Fraction(1)
    network = ShallowNetwork(
        ((-one, third), (zero, Fraction(2, 10**20 + 39))),
        (zero, -one),
        ((one, zero), (-2 * one, zero)),
        (-third, zero),
        parse_activation("leaky:1/10"),
    )
    problem = Problem(
        PLANE, Architecture(2, network.activation, hidden_bias=False, output_bias=False)
    )
    verdict = Verdict(problem, "attained", zero, Fraction(10) ** 50, exact=one, minimiser=network)
    assert format_verdict(verdict, source="d", certificate="c").splitlines() == [
        "verdict     attained",
        "infimum     1",
        "data        d: 2 points, inputs a, b, outputs s, t",
        "model       width 2, leaky:1/10, no hidden bias, no output bias",
        "minimiser   s = h1 - 2*h2 - 1/3",
        "            t = 0",
        "            h1 = leaky:1/10(-a + 1/3*b)",
        "            h2 ~ leaky:1/10(2.000000000E-20*b - 1)",
        "certificate c",
    ]


def test_a_long_exact_infimum_is_shown_rounded() -> None:
    exact = Fraction(1, 3**200)
    problem = Problem(PLANE, Architecture(1))
    report = format_verdict(
        Verdict(problem, "attained", exact, exact, exact=exact), source="d"
    )
    assert line(report, "infimum") == f"~ {format_decimal(exact)}"
