"""Minimisers that form a continuum: losses by least squares, and the least over all spans in V."""

import random
from fractions import Fraction
from functools import cache
from itertools import combinations

import pytest
from line_cases import orthogonal
from search_cases import problem_of
from secant_cases import combined, secants_of, span_loss, vertex

from symerm.attainability import decide
from symerm.attainability.refit import refitted_network
from symerm.attainability.secant_flat import flat_minimum
from symerm.attainability.secant_networks import realised_neurons
from symerm.attainability.secant_problem import Limit
from symerm.attainability.secant_search import search_minima

LINE = [[k] for k in range(7)]
HELD = [[8, 9], [-5, 1], [-7, 6], [-6, 0], [-5, 2], [-1, -6], [0, 2]]


def drawn(seed, size, outputs=2):
    source = random.Random(f"flat-{seed}")
    return [[source.randint(-9, 9) for _ in range(outputs)] for _ in range(size)]


@cache
def continua(size, seed, most=40):
    """A problem, and its best guesses with their exact minimisers."""
    outputs = HELD if seed is None else drawn(f"{size}-{seed}", size)
    problem = secants_of(LINE[:size], outputs, 3)
    guesses = search_minima(problem.tables)[:most]
    found = [(guess, flat_minimum(problem, guess)) for guess in guesses]
    return problem, [(guess, *result) for guess, result in found if result is not None]


def activations(problem, neurons):
    scaled = problem.scaled
    return [
        [
            scaled.slope_on * max(z, 0) + scaled.slope_off * min(z, 0)
            for z in (
                sum((x * f for x, f in zip(u, form, strict=True)), Fraction(0))
                for form in scaled.forms
            )
        ]
        for u in neurons
    ]


@pytest.mark.parametrize(
    ("size", "seed"), [(5, 0), (5, 1), (5, 3), (6, 3), (7, 0), (7, 2), (7, None)]
)
def test_the_loss_is_that_of_the_network_and_the_least_in_the_space(size, seed):
    source = random.Random(size)
    problem, found = continua(size, seed)
    scaled = problem.scaled
    assert found
    for guess, coordinates, loss in found:
        assert float(loss * problem.forms.total / problem.forms.square) == pytest.approx(
            guess.share, abs=1e-5
        )
        root = problem.tables[guess.root].root
        assert [len(row) for row in coordinates] == list(root.shape)
        assert all(x >= 0 for row in coordinates for x in row)
        neurons = realised_neurons(
            problem, Limit(guess.root, coordinates, None, loss)
        )
        network = refitted_network(scaled, neurons)
        data_loss = network.loss(
            [[Fraction(k)] for k in range(size)],
            [[Fraction(t) for t in row] for row in scaled.targets],
        )
        assert data_loss == scaled.to_loss(loss)
        vectors = activations(problem, neurons)
        assert span_loss(problem, vectors) == loss
        # V is what the vertices of the tuple span, and no span in it has a smaller loss.
        used = {
            k for items, row in zip(root.axes, coordinates, strict=True)
            for item, x in zip(items, row, strict=True) if x for k, _ in item
        }
        space = [vertex(problem, k) for k in sorted(used)]
        assert len(orthogonal(space, [1] * size)) == 4
        assert span_loss(problem, space) == loss
        for _ in range(3):
            rows = [[source.randint(-4, 4) for _ in space] for _ in range(3)]
            inside = [combined(row, space) for row in rows]
            assert span_loss(problem, inside) >= loss


def test_responses_of_rank_three_have_no_continuum():
    """Where their projection on V has rank three, the span of least loss in V is unique."""
    problem = secants_of(LINE[:6], drawn("three", 6, 3), 3)
    for guess in search_minima(problem.tables)[:40]:
        assert flat_minimum(problem, guess) is None


def test_strata_and_roots_with_shared_generators_are_passed_over():
    problem = secants_of(LINE[:5], drawn("strata", 5), 2)
    guesses = search_minima(problem.tables)
    assert any(guess.box is not None for guess in guesses)
    for guess in guesses:
        if guess.box is not None:
            assert flat_minimum(problem, guess) is None
    plane = secants_of([[0, 0], [1, 0], [0, 1], [2, 3]], drawn("plane", 4), 2)
    shared = [
        guess for guess in search_minima(plane.tables) if plane.tables[guess.root].root.shared
    ]
    assert shared
    assert all(flat_minimum(plane, guess) is None for guess in shared)


def test_two_neurons_and_responses_that_are_a_line_in_a_space_of_three_dimensions():
    """The second response is orthogonal to the three vertices and the constants."""
    chosen = 0, 1, 2
    images = secants_of(LINE[:6], drawn("two", 6), 2).pieces.images
    ones = [1] * 6
    for shift in range(4):
        rest = orthogonal([ones, *(images[k] for k in chosen), drawn(shift, 1, 6)[0]], ones)[-1]
        line = [sum(c * images[k][i] for c, k in zip((1, 2, 1), chosen, strict=True))
                for i in range(6)]
        problem = secants_of(LINE[:6], list(zip(line, rest, strict=True)), 2)
        for guess in search_minima(problem.tables)[:40]:
            found = flat_minimum(problem, guess)
            if found is None:
                continue
            coordinates, loss = found
            neurons = realised_neurons(problem, Limit(guess.root, coordinates, None, loss))
            assert span_loss(problem, activations(problem, neurons)) == loss


def test_the_infimum_of_a_continuum_is_rational_and_attained():
    problem, found = continua(7, None)
    best = min(loss for _, _, loss in found)
    assert problem.scaled.to_loss(best) == Fraction(199, 10)
    # By hand: the space V of four neurons whose residual is 199/10 (modulo constants).
    images = [vertex(problem, k) for k in range(len(problem.pieces.images))]
    assert any(
        span_loss(problem, [images[k] for k in chosen]) == best
        for chosen in combinations(range(len(images)), 4)
    )
    verdict = decide(problem_of(LINE, HELD, 3))
    assert (verdict.verdict, verdict.exact) == ("attained", Fraction(199, 10))
    data = verdict.problem.dataset
    assert verdict.minimiser.loss(data.inputs, data.outputs) == Fraction(199, 10)
