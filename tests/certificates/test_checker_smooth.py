"""The rule for one smooth neuron: rejected steps, and mutations that must stay true."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from functools import cache
from pathlib import Path

import mpmath
import pytest
from certificate_tools import answer, mutants, parse
from hypothesis import given
from hypothesis import strategies as st

from symerm.attainability import decide
from symerm.certificates import certificate_text, checker
from symerm.problem import Architecture, Dataset, Problem
from symerm.problem.architecture import Activation

CASES = {
    "isotonic": ([0, 1, 2], [0, 2, 1]),
    "affine": ([0, 1, 2, 3], [1, 3, 5, 7]),
    "fit": ([0, 1, 2], [0, 1, 4]),
    "constant": ([0, 1, 1], [2, 1, 3]),
    "step": ([0, 4, 6, 7, 8], [3, 0, 6, 2, 9]),
    "exponential": ([2, 3, 5, 6], [-8, -7, -5, -2]),
    "attained": ([0, 1, 2, 3, 4], [0, 1, 8, 15, 16]),
}
#: Verdict and an enclosure of the infimum that no mutant may contradict, from a numeric search.
TRUTH = {
    "isotonic": ("not-attained", 0.5),
    "affine": ("not-attained", 0.0),
    "fit": ("attained", 0.0),
    "constant": ("attained", 2.0),
    "step": ("not-attained", 18.75),
    "exponential": ("not-attained", 0.15743627644),
    "attained": ("attained", 0.0),
}


@cache
def certificate(name: str) -> str:
    inputs, outputs = CASES[name]
    data = Dataset.from_rows(inputs, outputs)
    problem = Problem(data, Architecture(1, Activation("logistic")))
    return "".join(certificate_text(decide(problem, tolerance=Fraction(1, 10**4))))


@pytest.mark.parametrize("name", CASES)
def test_certificates_are_accepted(name: str, tmp_path: Path) -> None:
    claim = parse(certificate(name)).head["claim"]
    line = answer(tmp_path, certificate(name))
    assert line == f"VALID {claim['verdict']} {claim['lower']} {claim['upper']}"
    assert claim["verdict"] == TRUTH[name][0]


def judge(name: str, text: str, folder: Path) -> str:
    """The answer to a mutant; what is accepted must be true."""
    line = answer(folder, text)
    if line.startswith("VALID"):
        head = parse(text).head
        original = parse(certificate(name)).head
        claim, (verdict, infimum) = head["claim"], TRUTH[name]
        if head["data"]["inputs"] == original["data"]["inputs"] and (
            head["data"]["outputs"] == original["data"]["outputs"]
        ):
            assert claim["verdict"] in (verdict, "undecided"), text
            assert float(Fraction(claim["lower"])) <= infimum + 1e-9, text
            assert float(Fraction(claim["upper"])) >= infimum - 1e-9, text
    return line.split(" ")[0]


@pytest.mark.parametrize("name", ["isotonic", "affine", "fit", "constant"])
def test_every_mutation_of_a_short_certificate_is_refused_or_true(
    name: str, tmp_path: Path
) -> None:
    count = Counter(judge(name, text, tmp_path) for text in mutants(parse(certificate(name))))
    assert count["INVALID"] > 20
    assert count["MALFORMED"] > 100


@pytest.mark.parametrize("name", ["step", "exponential", "attained"])
def test_every_kind_of_step_is_checked(name: str, tmp_path: Path) -> None:
    """Each step in turn (of a spread selection) is replaced, dropped and doubled."""
    whole = parse(certificate(name))
    places = range(1, len(whole.steps), max(1, len(whole.steps) // 12))
    others = [["v"], ["e"], ["k"], ["c", 0], ["c", 1], ["s", 0], ["s", 1]]
    count: Counter[str] = Counter()
    for k in places:
        for other in others:
            parts = whole.copy()
            if parts.steps[k] != other:
                parts.steps[k] = other
                count[judge(name, parts.text(), tmp_path)] += 1
        before, after = whole.steps[:k], whole.steps[k + 1 :]
        for steps in (before + after, [*before, *whole.steps[k : k + 1] * 2, *after]):
            parts = whole.copy()
            parts.steps = steps
            count[judge(name, parts.text(), tmp_path)] += 1
    assert count["VALID"] < sum(count.values()) / 4
    assert count["INVALID"] > 20


BAD_STEPS = [
    ("isotonic", ["isotonic", "1"], "the radius of the open set is too large"),
    ("isotonic", ["isotonic", "-1/2"], "the radius is negative"),
    ("isotonic", ["isotonic"], "not a step of this proof"),
    ("isotonic", ["affine"], "the responses are not affine"),
    ("isotonic", ["fit"], "the responses are not fitted exactly"),
    ("isotonic", ["constant"], "the responses are not constant"),
    ("isotonic", ["boxes", "4", []], "there are too few responses"),
    ("affine", ["isotonic", "0"], "the nearest monotone vector is not a step"),
    ("affine", ["fit"], "the responses are not fitted exactly"),
    ("affine", ["other"], "not a step of this proof"),
    ("step", ["affine"], "the responses are not affine"),
    ("step", ["boxes", "1/2", ["step", 3, "0"]], "the largest r is out of range"),
    ("step", ["boxes", "1/0", ["step", 3, "0"]], "rational number"),
    ("step", ["boxes", "32", ["step", 4, "0"]], "not a step function"),
    ("step", ["boxes", "32", ["step", 3, "2"]], "not a step function"),
    ("step", ["boxes", "32", ["jump"]], "not a limit"),
    ("step", ["boxes", "32", "affine"], "not a step of this proof"),
    ("step", ["boxes", "32", []], "the claimed upper bound|above the claim"),
    ("step", ["boxes", "2", ["step", 3, "0"]], "the largest r is too small|not|below|above|rise"),
]


@pytest.mark.parametrize(("name", "step", "reason"), BAD_STEPS)
def test_what_the_first_step_may_not_be(
    name: str, step: list[object], reason: str, tmp_path: Path
) -> None:
    parts = parse(certificate(name))
    parts.steps[0] = step
    line = answer(tmp_path, parts.text())
    assert not line.startswith("VALID")
    assert any(part in line for part in reason.split("|")), line


def test_claims_beyond_the_proof_are_refused(tmp_path: Path) -> None:
    for name, key, value, reason in (
        ("isotonic", "lower", "3/4", "the lower bound exceeds the upper bound"),
        ("isotonic", "upper", "1/4", "the lower bound exceeds the upper bound"),
        ("isotonic", "verdict", "attained", "do not prove the verdict attained"),
        ("attained", "verdict", "not-attained", "do not prove the verdict not-attained"),
        ("exponential", "verdict", "attained", "do not prove the verdict attained"),
        ("exponential", "lower", parse(certificate("exponential")).head["claim"]["upper"],
         "the lower bound of a kept box|the level does not rise"),
    ):
        parts = parse(certificate(name))
        parts.head["claim"][key] = value
        line = answer(tmp_path, parts.text())
        assert line.startswith("INVALID"), line
        assert any(part in line for part in reason.split("|")), line


@pytest.mark.parametrize("seed", range(10))
def test_certificates_of_random_problems_are_accepted(seed: int, tmp_path: Path) -> None:
    rng = random.Random(500 + seed)
    size = rng.randint(4, 6)
    inputs = [Fraction(rng.randint(-40, 40), rng.randint(1, 3)) for _ in range(size)]
    outputs = [Fraction(rng.randint(-40, 40), rng.randint(1, 5)) for _ in range(size)]
    data = Dataset.from_rows(inputs, outputs)
    activation = Activation(rng.choice(["logistic", "tanh"]))
    verdict = decide(Problem(data, Architecture(1, activation)), tolerance=Fraction(1, 10**3))
    text = "".join(certificate_text(verdict))
    assert answer(tmp_path, text).split(" ")[:2] == ["VALID", verdict.verdict]


def test_the_method_and_the_activation_belong_together(tmp_path: Path) -> None:
    for activation, method in (("relu", "smooth"), ("tanh", "nonnegative"), ("erf", "smooth")):
        parts = parse(certificate("isotonic"))
        parts.head["architecture"]["activation"] = activation
        parts.head["method"] = method
        assert "the activation must be" in answer(tmp_path, parts.text())
    for bias in ("hidden_bias", "output_bias"):
        parts = parse(certificate("fit"))
        parts.head["architecture"][bias] = False
        assert not answer(tmp_path, parts.text()).startswith("VALID")


@given(st.fractions(0, 400, max_denominator=10**6))
def test_the_enclosure_of_the_exponential_function(y: Fraction) -> None:
    low, high = checker.decay(y)
    with mpmath.workdps(120):
        exact = mpmath.exp(-mpmath.mpf(y.numerator) / y.denominator) * checker.ONE
        assert low <= exact <= high
    assert high - low < 2**40


@given(st.fractions(Fraction(1, 50), 1, max_denominator=1000),
       st.fractions(0, Fraction(1, 2), max_denominator=1000))
def test_the_enclosures_of_the_kernel(x: Fraction, square: Fraction) -> None:
    value, slope = checker.kernel(square, x)
    with mpmath.workdps(100):
        place = mpmath.mpf(x.numerator) / x.denominator

        def kernel(a: mpmath.mpf) -> mpmath.mpf:
            r = mpmath.sqrt(a)
            return r * mpmath.coth(r * place) if a else 1 / place

        a = mpmath.mpf(square.numerator) / square.denominator
        assert value[0] <= kernel(a) * checker.ONE <= value[1]
        if a:
            exact = mpmath.diff(kernel, a, h=mpmath.mpf(10) ** -25) * checker.ONE
            assert slope[0] - checker.ONE * 1e-15 <= exact <= slope[1] + checker.ONE * 1e-15


@given(st.fractions(-60, 60, max_denominator=1000), st.fractions(-5, 5, max_denominator=100),
       st.fractions(-900, 900, max_denominator=100), st.sampled_from(["logistic", "tanh"]))
def test_losses_are_enclosed(a: Fraction, b: Fraction, v: Fraction, activation: str) -> None:
    class Lines:
        rate = 1

        def spend(self, *_: int) -> None: ...

    inputs, outputs = [[Fraction(0)], [Fraction(1)], [Fraction(7, 3)]], [[Fraction(k)] for k in
                                                                       (0, -2, 5)]
    problem = checker.Problem(inputs, outputs, (activation, Fraction(0), True, True, 1), Lines())
    bound = problem.loss([[a, b]], [[v]], [Fraction(3)])
    with mpmath.workdps(80):
        def real(x: Fraction) -> mpmath.mpf:
            return mpmath.mpf(x.numerator) / x.denominator

        exact = mpmath.mpf(0)
        for (s,), (t,) in zip(inputs, outputs, strict=True):
            z = real(a * s + b)
            hidden = mpmath.tanh(z) if activation == "tanh" else 1 / (1 + mpmath.exp(-z))
            exact += (3 + real(v) * hidden - real(t)) ** 2
        assert exact <= real(bound) <= exact + mpmath.mpf(2) ** -150
