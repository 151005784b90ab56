"""Exact points near guesses: short coordinates, losses that are zero, and limits that are kept."""

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from search_cases import problem_of

from symerm.attainability.scaled import scale_problem
from symerm.attainability.secant_problem import SecantProblem
from symerm.attainability.secant_rounding import exact_point
from symerm.attainability.secant_search import search_minima

TOLERANCE = Fraction(1, 10**9)


def best_of(inputs, rows, kind, **options):
    problem = SecantProblem.of(scale_problem(problem_of(inputs, rows, 2, **options)))
    guesses = search_minima(problem.tables)
    chosen = (g for g in guesses if not g.escaping and (g.box is None) == (kind == "realised"))
    return problem, next(chosen)


@pytest.mark.parametrize("theta", [Fraction(1, 7), Fraction(13, 97), Fraction(3001, 7919)])
def test_a_limit_that_fits_is_found_exactly(theta):
    inputs = [-7, -4, -1, 2, 3, 8, 11]
    rows = [
        [max(x - 2, 0) * a + (1 if x > 2 else theta if x == 2 else 0) * b
         for a, b in ((3, 1), (-2, 5))]
        for x in inputs
    ]
    problem, guess = best_of(inputs, rows, "stratum")
    coordinates, loss = exact_point(problem, guess, TOLERANCE, improve=True)
    assert loss == 0
    assert problem.loss(guess.root, coordinates, guess.box) == 0


@pytest.mark.parametrize("seed", range(5))
def test_a_network_that_fits_is_found_exactly(seed):
    source = random.Random(seed)
    inputs = [-7, -4, -1, 2, 3, 8, 11]
    kinks = [Fraction(source.randint(-60, 0), 9), Fraction(source.randint(10, 90), 11)]
    weights = [[source.randint(1, 5) for _ in range(2)], [source.randint(-5, -1), 3]]
    rows = [
        [sum(w[k] * max(x - z, 0) for w, z in zip(weights, kinks, strict=True)) for k in range(2)]
        for x in inputs
    ]
    problem, guess = best_of(inputs, rows, "realised")
    # Guesses that are rather wrong: the steps converge from there.
    for error in (0.0, 1e-6, 1e-4):
        wrong = replace(guess, coordinates=tuple(
            tuple(x * (1 + error * (k + 1)) for k, x in enumerate(row))
            for row in guess.coordinates
        ))
        _, loss = exact_point(problem, wrong, TOLERANCE, improve=True)
        assert loss == 0


@pytest.mark.parametrize("kind", ["realised", "stratum"])
@pytest.mark.parametrize("seed", range(4))
def test_a_point_is_no_worse_than_the_guess(seed, kind):
    source = random.Random(seed)
    inputs = source.sample(range(-20, 21), 8)
    rows = [[source.randint(-9, 9) for _ in range(2)] for _ in inputs]
    problem, guess = best_of(inputs, rows, kind, output_bias=seed % 2 == 0)
    unit = float(problem.forms.square) / problem.forms.total
    for improve in (False, True):
        coordinates, loss = exact_point(problem, guess, TOLERANCE, improve=improve)
        assert loss == problem.loss(guess.root, coordinates, guess.box)
        assert float(loss) <= guess.share * unit * (1 + 1e-9)
        assert all(min(row) >= 0 < max(row) for row in coordinates)
    if kind == "stratum":
        # Only one ratio counts: three of the four coordinates are the same for their axis.
        assert any(len(set(row)) == 1 for row in coordinates)
