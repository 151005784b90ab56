"""Writing certificates: canonical, the same on every run, and within the checker's limits."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from certificate_tools import answer, dump, parse
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.brute_force import minimum_of

from symerm.attainability import decide
from symerm.attainability.verdict import Verdict
from symerm.certificates import certificate_text, checker
from symerm.errors import CertificateError
from symerm.networks.shallow import ShallowNetwork
from symerm.problem import RELU, Architecture, Dataset, Problem, parse_activation

BEND = ([-2, -1, 0, 1, 2, 4], [1, 3, -1, 4, 0, 2])


def text_of(verdict: Verdict) -> str:
    return "".join(certificate_text(verdict))


def bend(width: int = 1, **options: Any) -> Problem:
    return Problem(Dataset.from_rows(*BEND), Architecture(width, **options))


@settings(max_examples=25)
@given(
    st.integers(1, 2),
    st.integers(1, 2),
    st.sampled_from(["relu", "leaky:1/10"]),
    st.booleans(),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_what_is_written_is_accepted_and_true(
    tmp_path_factory: pytest.TempPathFactory,
    inputs: int, width: int, name: str, hidden_bias: bool, output_bias: bool, choose: random.Random,
) -> None:
    size = choose.randint(2, 5)
    rows = [[choose.randint(-2, 2) for _ in range(inputs)] for _ in range(size)]
    outputs = [Fraction(choose.randint(-9, 9), choose.randint(1, 3)) for _ in range(size)]
    architecture = Architecture(width, parse_activation(name), hidden_bias, output_bias)
    problem = Problem(Dataset.from_rows(rows, outputs), architecture)
    verdict = decide(problem)
    best = minimum_of(problem).loss
    text = text_of(verdict)
    line = answer(tmp_path_factory.mktemp("written"), text)
    assert line == f"VALID attained {best} {best}"
    # One canonical JSON text when the line ends are taken out.
    assert dump(json.loads(text)) == json.dumps(
        json.loads(text), sort_keys=True, separators=(",", ":")
    )
    assert parse(text).text() == text
    assert text.isascii()


def test_the_number_of_workers_does_not_matter() -> None:
    one = text_of(decide(bend(2)))
    assert text_of(decide(bend(2), workers=2)) == one
    assert text_of(decide(bend(2))) == one


def test_no_run_differs_from_another() -> None:
    code = (
        "from symerm.attainability import decide\n"
        "from symerm.certificates import certificate_text\n"
        "from symerm.problem import *\n"
        f"problem = Problem(Dataset.from_rows(*{BEND!r}), Architecture(1))\n"
        "print(''.join(certificate_text(decide(problem))), end='')\n"
    )
    for seed in ("1", "2"):
        ran = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        assert ran.stdout == text_of(decide(bend()))


def test_names_are_escaped(tmp_path: Path) -> None:
    names = ['\u00e9"\\\n'], ["\U0001f600"]
    data = Dataset.from_rows([0, 1], [0, 1], input_names=names[0], output_names=names[1])
    text = text_of(decide(Problem(data, Architecture(1))))
    assert text.isascii()
    assert answer(tmp_path, text) == "VALID attained 0 0"
    assert parse(text).head["data"]["output_names"] == ["\U0001f600"]


# ---------------------------------------------------------------- limits


def interpolated(value: Fraction, inputs: Any = (0, 1), width: int = 1) -> Verdict:
    outputs = [value] + [Fraction(0)] * (len(inputs) - 1)
    return decide(Problem(Dataset.from_rows(list(inputs), outputs), Architecture(width)))


@pytest.mark.parametrize("digits", [4299, 4301, 9_900])
@pytest.mark.parametrize("sign", [1, -1])
def test_longer_numbers_than_python_prints(tmp_path: Path, digits: int, sign: int) -> None:
    value = sign * Fraction(10**digits + 1, 3)
    verdict = interpolated(value)
    assert answer(tmp_path, text_of(verdict)).startswith("VALID attained 0 0")


@pytest.mark.parametrize("value", [Fraction(10**10_000), Fraction(1, 10**10_000)])
def test_longer_numbers_than_the_checker_reads_are_refused(value: Fraction) -> None:
    assert len(str(checker.MAX_DIGITS)) == 5
    with pytest.raises(CertificateError, match="digits is too long for the checker"):
        text_of(interpolated(value))


def steps_of(verdict: Verdict) -> list[Any]:
    return [node for root in verdict.proof.roots for node in root.walk() if node.leaf]


@pytest.mark.parametrize(
    ("digits", "refused"), [(4_000, False), (5_000, False), (9_990, False), (10_001, True)]
)
def test_long_numbers_in_steps(tmp_path: Path, digits: int, refused: bool) -> None:
    verdict = decide(bend())
    factor = 10 ** (digits - 12)
    for node in steps_of(verdict):
        leaf = node.leaf
        node.leaf = dataclasses.replace(
            leaf,
            scale=leaf.scale * factor,
            fit=tuple(x * factor for x in leaf.fit),
            residuals=tuple(x * factor for x in leaf.residuals),
        )
    if refused:
        with pytest.raises(CertificateError, match="too long for the checker"):
            text_of(verdict)
    else:
        assert answer(tmp_path, text_of(verdict)) == "VALID attained 86/5 86/5"


def test_common_denominators_are_refused_as_the_checker_does(tmp_path: Path) -> None:
    denominators = [10**4_990 + k for k in (1, 3, 7, 9, 11)]
    inputs = [Fraction(1, k) for k in denominators]
    network = ShallowNetwork(
        ((Fraction(0),),), (Fraction(0),), ((Fraction(0),),), (Fraction(0),), RELU
    )
    problem = Problem(Dataset.from_rows(inputs, [0] * 5), Architecture(1))
    verdict = Verdict(
        problem, "attained", Fraction(0), Fraction(0), minimiser=network,
        proof=interpolated(Fraction(1)).proof,
    )
    with pytest.raises(CertificateError, match="common denominator of the inputs"):
        text_of(verdict)


def test_lines_with_too_much_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    verdict = decide(bend())
    text = text_of(verdict)
    longest = max(map(len, text.splitlines())) + 1
    monkeypatch.setattr(checker, "MAX_LINE", longest + 20)
    assert answer(tmp_path, text_of(verdict)).startswith("VALID")
    monkeypatch.setattr(checker, "MAX_LINE", longest)
    assert "too long" in answer(tmp_path, text)
    with pytest.raises(CertificateError, match="a line of the certificate would be too long"):
        text_of(verdict)
    monkeypatch.undo()
    head = text.partition(',"steps"')[0]
    entries = sum(map(head.count, "[{,"))
    monkeypatch.setattr(checker, "MAX_ENTRIES", entries)
    assert answer(tmp_path, text_of(verdict)).startswith("VALID")
    monkeypatch.setattr(checker, "MAX_ENTRIES", entries - 1)
    assert "too many entries" in answer(tmp_path, text)
    with pytest.raises(CertificateError, match="too many numbers"):
        text_of(verdict)


def test_wide_networks_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "MAX_WIDTH", 3)
    with pytest.raises(CertificateError, match="at most 3 neurons"):
        text_of(interpolated(Fraction(1), width=4))
    text_of(interpolated(Fraction(1), width=3))
    monkeypatch.setattr(checker, "MAX_DIMENSION", 1)
    with pytest.raises(CertificateError, match="fewer than 1 inputs"):
        text_of(decide(bend()))


def test_a_verdict_without_proof_or_network_has_no_certificate() -> None:
    verdict = decide(bend())
    for missing in ("proof", "minimiser"):
        with pytest.raises(CertificateError):
            text_of(dataclasses.replace(verdict, **{missing: None}))
    steps_of(verdict)[0].leaf = None
    with pytest.raises(CertificateError, match="open"):
        text_of(verdict)
