"""Least squares for the last layer: orthogonality, least norm, ranks, against other programs."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
import sympy
from clouds import exact_rank
from hypothesis import given
from hypothesis import strategies as st

from symerm.errors import InputError
from symerm.lastlayer.features import feature_matrix, gaussian_layer
from symerm.lastlayer.fitting import fit_last_layer

entry = st.fractions(min_value=-3, max_value=3, max_denominator=3)


@st.composite
def systems(draw):
    """Features, often of low rank, with one or two outputs."""
    n, m, r = draw(st.integers(1, 5)), draw(st.integers(1, 6)), draw(st.integers(1, 5))
    left = draw(st.lists(st.lists(entry, min_size=r, max_size=r), min_size=n, max_size=n))
    right = draw(st.lists(st.lists(entry, min_size=m, max_size=m), min_size=r, max_size=r))
    features = [
        [sum((a * row[j] for a, row in zip(line, right, strict=True)), Fraction(0))
         for j in range(m)]
        for line in left
    ]
    q = draw(st.integers(1, 2))
    responses = draw(st.lists(st.lists(entry, min_size=q, max_size=q), min_size=n, max_size=n))
    return features, responses


def times(features, weights):
    return [sum((x * a for x, a in zip(row, weights, strict=True)), Fraction(0))
            for row in features]


@given(systems())
def test_the_conditions_of_optimality_hold(system) -> None:
    features, responses = system
    fit = fit_last_layer(features, responses)
    assert fit.rank == exact_rank(features)
    for k, column in enumerate(fit.columns):
        wanted = [row[k] for row in responses]
        rest = [y - z for y, z in zip(wanted, times(features, column.weights), strict=True)]
        assert tuple(rest) == column.residual
        assert not any(times(list(zip(*features, strict=True)), rest))
        assert column.loss == sum(r * r for r in rest)
        # Least norm: the weights are a combination of rows of the features.
        assert exact_rank([*features, list(column.weights)]) == fit.rank
    assert fit.loss == sum(column.loss for column in fit.columns)
    assert fit.fits_all_responses == (fit.rank == len(features))


@given(systems())
def test_the_least_width_is_that_of_a_search(system) -> None:
    features, responses = system
    for k, column in enumerate(fit_last_layer(features, responses).columns):
        wanted = [row[k] for row in responses]
        widths = [
            m
            for m in range(len(features[0]) + 1)
            if exact_rank([[*row[:m], y] for row, y in zip(features, wanted, strict=True)])
            == (exact_rank([row[:m] for row in features]) if m else 0)
        ]
        assert column.least_width == (widths[0] if widths else None)
        assert column.fits == bool(widths)


def test_the_weights_are_those_of_the_pseudoinverse() -> None:
    rng = random.Random(0)
    features = [[rng.randint(-4, 4) for _ in range(7)] for _ in range(4)]
    features.append([a + b for a, b in zip(features[0], features[1], strict=True)])
    responses = [[rng.randint(-4, 4)] for _ in range(5)]
    found = np.array(list(map(float, fit_last_layer(features, responses).columns[0].weights)))
    expected = np.linalg.pinv(np.array(features, float)) @ np.array(responses, float)[:, 0]
    assert np.allclose(found, expected, atol=1e-10)
    pinv = sympy.Matrix(features[:4]).pinv() * sympy.Matrix(responses[:4])
    exact = fit_last_layer(features[:4], responses[:4]).columns[0].weights
    assert [Fraction(int(x.p), int(x.q)) for x in pinv] == list(exact)


def test_a_column_that_is_passed_over() -> None:
    # The second column repeats the first: the third is needed, the second is not.
    fit = fit_last_layer([(1, 1, 0), (1, 1, 1)], [(0,), (1,)])
    assert (fit.rank, fit.columns[0].least_width) == (2, 3)
    assert fit_last_layer([(1, 1, 0), (1, 1, 1)], [(2,), (2,)]).columns[0].least_width == 1


def test_features_that_vanish() -> None:
    fit = fit_last_layer([(0, 0), (0, 0)], [(1, 0), (2, 0)])
    assert fit.rank == 0
    assert [(c.loss, c.least_width) for c in fit.columns] == [(5, None), (0, 0)]
    assert not any(fit.columns[0].weights)


def test_a_rank_that_drops_modulo_a_prime_is_noticed() -> None:
    prime = 2**63 - 25
    assert fit_last_layer([(1, 0), (0, prime)], [(1,), (1,)]).rank == 2
    assert fit_last_layer([(prime, prime), (2 * prime, 2 * prime)], [(1,), (2,)]).rank == 1
    # Modulo the prime the first column vanishes and would be passed over.
    fit = fit_last_layer([(prime, 1, 1), (0, 0, 1)], [(1,), (0,)])
    assert fit.columns[0].least_width == 1


def test_as_many_responses_as_rows_are_needed() -> None:
    with pytest.raises(InputError, match="2 rows of features but 1 responses"):
        fit_last_layer([(1,), (2,)], [(1,)])


def test_two_hundred_points_and_four_hundred_neurons() -> None:
    rng = random.Random(1)
    points = [tuple(Fraction(rng.randint(-300, 300), 100) for _ in range(5)) for _ in range(200)]
    features = feature_matrix(points, gaussian_layer(5, 400, seed=1))
    fit = fit_last_layer(features, [(Fraction(rng.randint(-9, 9)),) for _ in points])
    assert (fit.rank, fit.fits, fit.fits_all_responses) == (200, True, True)
