"""Numbers that floats cannot hold: far apart, huge, tiny, long.

Exact scaling and shifting give the right answer from a tame problem, so each case is compared with
an exact value.  Warnings are errors here as everywhere.
"""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from oracles.brute_force import exact_minimum, minimum_of
from search_cases import assert_sound, problem_of

from symerm.attainability import decide

steps = [0, 1, 2, 3, 4, 5]
zigzag = [0, 3, 1, 4, -1, 5]
plane = [(0, 0), (1, 3), (2, -1), (3, 2), (-1, 1), (2, 2), (1, -2)]
bumps = [4, 0, -3, 5, -2, 1, -4]
TAME = decide(problem_of(steps, zigzag, 2)).exact
PLANE = decide(problem_of(plane, bumps, 2)).exact
EXPONENTS = [12, 30, -30, 160, 400, -400]


def ten(exponent: int) -> Fraction:
    return Fraction(10) ** exponent


def assert_exact(problem, expected) -> None:
    verdict = decide(problem)
    assert verdict.exact == expected
    assert_sound(verdict)


def test_the_tame_problems():
    assert minimum_of(problem_of(steps, zigzag, 2)).loss == TAME
    assert minimum_of(problem_of(plane, bumps, 2)).loss == PLANE
    assert TAME > 0
    assert PLANE > 0


@pytest.mark.parametrize("exponent", EXPONENTS)
def test_responses_of_any_size(exponent):
    factor = ten(exponent)
    assert_exact(problem_of(steps, [factor * t for t in zigzag], 2), factor**2 * TAME)
    assert_exact(problem_of(plane, [factor * t for t in bumps], 2), factor**2 * PLANE)


@pytest.mark.parametrize("exponent", EXPONENTS)
def test_responses_far_from_zero(exponent):
    shift = ten(exponent)
    assert_exact(problem_of(steps, [shift + t for t in zigzag], 2), TAME)


@pytest.mark.parametrize("exponent", EXPONENTS)
@pytest.mark.parametrize("activation", ["relu", "leaky:1/10"])
def test_inputs_of_any_size(exponent, activation):
    factor = ten(exponent)
    tame = decide(problem_of(steps, zigzag, 2, activation, output_bias=False)).exact
    scaled = problem_of([factor * s for s in steps], zigzag, 2, activation, output_bias=False)
    assert_exact(scaled, tame)


@pytest.mark.parametrize("exponent", EXPONENTS)
def test_inputs_far_from_zero(exponent):
    shift = ten(exponent)
    assert_exact(problem_of([shift + s for s in steps], zigzag, 2), TAME)
    assert_exact(problem_of([(x + shift, y - shift) for x, y in plane], bumps, 2), PLANE)


@pytest.mark.parametrize("exponent", EXPONENTS)
def test_coordinates_of_different_size(exponent):
    factor = ten(exponent)
    stretched = [(factor * x, y) for x, y in plane]
    assert_exact(problem_of(stretched, bumps, 2), PLANE)
    # All the information in the last digits of the first coordinate.
    sheared = [(x + factor * y, y) for x, y in plane]
    assert_exact(problem_of(sheared, bumps, 2), PLANE)


@pytest.mark.parametrize("exponent", EXPONENTS)
@pytest.mark.parametrize("hidden_bias", [True, False])
def test_tiny_and_huge_together(exponent, hidden_bias):
    big = ten(exponent)
    inputs = [0, 1, big, big + 1, 2 * big, -big]
    problem = problem_of(inputs, zigzag, 1, hidden_bias=hidden_bias)
    assert_exact(problem, minimum_of(problem).loss)
    problem = problem_of(steps, [0, 1, big, -big, big + 1, 3], 1, hidden_bias=hidden_bias)
    assert_exact(problem, minimum_of(problem).loss)
    problem = problem_of(inputs, [0, 1, big, -big, big + 1, 3], 2, "leaky:1/10")
    assert_exact(problem, minimum_of(problem).loss)


@pytest.mark.parametrize("exponent", [3, 9, 15, 25, 100])
def test_nearly_perfect_fits(exponent):
    # The relaxed bounds are far below the precision of floats, relative to the responses.
    generator = random.Random(exponent)
    noise = [generator.choice((-3, -2, -1, 1, 2, 3)) for _ in range(8)]
    clean = [max(s - 2, 0) - 3 * max(4 - s, 0) for s in range(8)]
    outputs = [t + e * ten(-exponent) for t, e in zip(clean, noise, strict=True)]
    problem = problem_of(range(8), outputs, 2)
    assert_exact(problem, minimum_of(problem).loss)
    assert 0 < decide(problem).exact < ten(3 - 2 * exponent)


def test_long_denominators():
    generator = random.Random(1)
    prime = 10**59 + 151
    for width, bias in ((1, False), (2, True)):
        inputs = [Fraction(generator.randint(-prime, prime), prime + 2 * k) for k in range(6)]
        outputs = [Fraction(generator.randint(-prime, prime), prime - 2 * k) for k in range(6)]
        problem = problem_of(inputs, outputs, width, output_bias=bias)
        assert_exact(problem, minimum_of(problem).loss)


@pytest.mark.parametrize(
    "slope",
    [
        "1/1000000007",
        "1000000006/1000000007",
        "1e-18",
        "1e-20",
        "1e-30",
        "1e-160",
        "1e-400",
        "0.99999999999999999999",
        "0." + 400 * "9",
        "12345678901234567890123/12345678901234567890124",
    ],
)
def test_slopes_near_zero_and_one(slope):
    for bias in (True, False):
        for width in (1, 2):
            problem = problem_of(
                [-2, -1, 0, 1, 2, 3], zigzag, width, f"leaky:{slope}",
                hidden_bias=bias, output_bias=not bias,
            )
            assert_exact(problem, minimum_of(problem).loss)


def test_one_observation_a_thousand_times():
    # Weights of very different size.
    problem = problem_of([0] * 1000 + steps[1:], [7] * 1000 + zigzag[1:], 1)
    expected = exact_minimum(
        [[s] for s in steps], [7, *zigzag[1:]], 1, weights=[1000, 1, 1, 1, 1, 1]
    ).loss
    assert_exact(problem, expected)


@pytest.mark.parametrize("exponent", [12, 30, 160, 400])
def test_progress_with_huge_losses(exponent):
    reports = []
    factor = ten(exponent)
    problem = problem_of(steps, [factor * t for t in zigzag], 2)
    verdict = decide(problem, progress=reports.append)
    assert verdict.exact == factor**2 * TAME
    assert reports
    assert all(report.lower <= verdict.exact <= report.upper for report in reports)


def test_interpolation_of_huge_numbers():
    inputs = [(ten(400), 1), (ten(400) + 1, ten(-400)), (ten(-30), 0), (0, 0)]
    for output_bias in (True, False):
        verdict = decide(problem_of(inputs, [ten(300), 1, -1, ten(-300)], 4, "leaky:1/3",
                                    output_bias=output_bias))
        assert verdict.exact == 0
        assert_sound(verdict)
