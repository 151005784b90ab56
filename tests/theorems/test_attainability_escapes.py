"""Strata, escapes and certificates: vertices, losses in mpmath, the checker as a program."""

import subprocess
import sys
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings

from symerm.arrangements.neuron_curve import neuron_curve
from symerm.attainability import decide
from symerm.certificates import certificate_text, checker
from symerm.problem.architecture import RELU, Activation, Architecture
from symerm.problem.catalogue import load_dataset
from symerm.problem.problem import Problem
from symerm.theorems import Instance
from symerm.theorems.attainability.escapes import (
    CERTIFICATES,
    ESCAPES,
    NO_RESPONSE,
    STRATA_COUNT,
    STRATA_SIZE,
    checked,
    escape_network,
    statuses,
    table_of,
)
from symerm.theorems.attainability.problems import as_instance, as_problem, decided

QUICK = settings(max_examples=8, deadline=None)


def line(*points, activation=RELU):
    return Instance.of(points=tuple(map(Fraction, points)), activation=activation)


@pytest.mark.parametrize("points", [(0, 1, 2, 3), (-3, 0, 1, 5, 6), (0, 1, 4, 9, 16, 25)])
def test_one_stratum_for_each_inner_vertex(points):
    curve = neuron_curve(tuple((s, 1) for s in points), (1, 0))
    table = table_of(line(*points))
    assert sum(stratum.cases for stratum in table.strata) == len(curve.vertices) - 2
    assert STRATA_COUNT.check(line(*points)).outcome == "holds"


def test_golden_statuses():
    assert statuses(table_of(line(0, 1, 2, 3))) == {"partly": 2, "inside": 1}
    assert statuses(table_of(line(0, 2, 3, 7, 8))) == {"outside": 3, "partly": 2}
    assert STRATA_SIZE.check(line(0, 2, 3, 7, 8)).outcome == "holds"
    assert STRATA_COUNT.check(line(0, 1, 2)).outcome == "not-applicable"
    leaky = line(0, 1, 2, 3, activation=Activation("leaky", Fraction(1, 2)))
    assert STRATA_COUNT.check(leaky).outcome == "not-applicable"


def test_the_response_of_the_table_is_refused_for_three_points():
    assert NO_RESPONSE.check(line(0, 1, 2, 5)).outcome == "holds"
    assert NO_RESPONSE.check(line(0, 1, 2)).outcome == "not-applicable"


@QUICK
@given(ESCAPES.instances)
def test_losses_along_an_escape_in_mpmath(instance):
    verdict, problem = decided(instance), as_problem(instance)
    eps = verdict.escape.samples[0][0] * instance["share"]
    network = escape_network(verdict.escape, problem, eps)

    def mp(x):
        return mpmath.mpf(x.numerator) / x.denominator

    with mpmath.workdps(50):
        total = mpmath.mpf(0)
        for (s,), row in zip(problem.dataset.inputs, problem.dataset.outputs, strict=True):
            hidden = [
                max(mp(a) * mp(s) + mp(b), 0)
                for (a,), b in zip(network.hidden_weights, network.hidden_biases, strict=True)
            ]
            for k, t in enumerate(row):
                value = mp(network.output_biases[k]) + sum(
                    x * mp(v[k]) for x, v in zip(hidden, network.output_weights, strict=True)
                )
                total += (value - mp(t)) ** 2
        assert mpmath.almosteq(total, mp(verdict.escape.loss(eps)), 1e-30)
    assert ESCAPES.claim(instance).holds


def test_the_checker_run_as_a_program(tmp_path):
    verdict = decide(Problem(load_dataset("counterexample-3"), Architecture(2)))
    text = "".join(certificate_text(verdict))
    assert checked(text) == "VALID not-attained 0 0"
    (tmp_path / "certificate.json").write_text(text, encoding="ascii")
    run = [sys.executable, checker.__file__, str(tmp_path / "certificate.json")]
    answer = subprocess.run(run, capture_output=True, text=True, check=True)
    assert answer.stdout.strip().splitlines()[-1] == checked(text)


@pytest.mark.parametrize("change", [
    lambda text: text.replace('"verdict":"not-attained"', '"verdict":"attained"'),
    lambda text: text.replace('"lower":"0"', '"lower":"1"').replace('"upper":"0"', '"upper":"1"'),
    lambda text: text[: len(text) // 2],
    lambda text: text.replace('"width":2', '"width":3'),
])
def test_changed_certificates_are_refused(change):
    verdict = decide(Problem(load_dataset("counterexample-3"), Architecture(2)))
    text = "".join(certificate_text(verdict))
    assert change(text) != text
    assert not checked(change(text)).startswith("VALID")


def test_a_golden_certificate():
    problem = Problem(load_dataset("counterexample-2"), Architecture(2))
    assert "VALID not-attained 0 0" in CERTIFICATES.check(as_instance(problem)).evidence
