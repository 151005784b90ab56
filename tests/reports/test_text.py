"""Verdicts in words: short numbers exact, long ones rounded so that bounds stay bounds."""

import decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from symerm.arithmetic.rationals import format_decimal
from symerm.attainability import decide
from symerm.attainability.verdict import Verdict
from symerm.networks.shallow import ShallowNetwork
from symerm.problem import Architecture, Dataset, Problem, parse_activation
from symerm.problem.catalogue import load_dataset
from symerm.reports.text import format_verdict

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


def test_an_escape_is_told_in_words_family_loss_and_samples() -> None:
    verdict = decide(Problem(load_dataset("counterexample-3"), Architecture(2)))
    report = format_verdict(verdict, source="d", plot="escape.png").splitlines()
    start = next(k for k, row in enumerate(report) if row.startswith("escape "))
    assert report[start : start + 9] == [
        "escape      two right-facing kinks merge at the data point 1; "
        "no network realises the limit",
        "stratum     neuron 1: tends to right-facing kink at 1",
        "            neuron 2: tends to right-facing kink at 1",
        "family      y1 = h2",
        "            y2 = (2/eps)*h1 + (-2/eps + 1)*h2",
        "            h1 = relu((1 + 1/2*eps)*x - 1)",
        "            h2 = relu((1 + eps)*x - 1 - 2*eps)",
        "loss        = 2*eps^2",
        "limit       loss 0 as eps falls to 0",
    ]
    assert line("\n".join(report), "rate") == verdict.escape.rate
    assert line("\n".join(report), "samples") == "eps 1/10: 1/50 ~ 0.02"
    assert "            eps 1/1000: 1/500000 ~ 0.000002" in report
    assert report[-1] == "plot        escape.png"


def test_the_huge_rationals_of_an_escape_are_shown_rounded() -> None:
    verdict = decide(Problem(load_dataset("large-gap"), Architecture(2)))
    report = format_verdict(verdict, source="d")
    assert line(report, "loss").startswith("~ 19.79791832 + 9.2223")
    assert line(report, "limit") == "loss 2592577/130952 ~ 19.79791832 as eps falls to 0"
    assert line(report, "samples") == "eps 1/10: ~ 21.20179407"
    assert line(report, "family").startswith("y1 ~ (8.65068")
