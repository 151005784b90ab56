"""Ranks and losses of smooth features in balls: agreement with floats, laws, undecided cases."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from clouds import flawed_cloud

from symerm.errors import InputError
from symerm.lastlayer.features import feature_matrix, gaussian_layer
from symerm.lastlayer.fitting import fit_last_layer
from symerm.lastlayer.smooth_features import fit_smooth_features
from symerm.problem.architecture import parse_activation

FLOATS = {"tanh": np.tanh, "logistic": lambda z: 1 / (1 + np.exp(-z))}
LINE = [(Fraction(k),) for k in range(-2, 3)]
LABELS = [(Fraction(k),) for k in (3, -1, 4, 1, -5)]


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("width", [1, 2, 4])
def test_losses_of_narrow_layers_are_those_of_floats(name: str, width: int) -> None:
    layer = gaussian_layer(1, width, seed=3, activation=parse_activation(name))
    fit = fit_smooth_features(LINE, LABELS, layer)
    assert (fit.rank, fit.fits, fit.fits_all_responses) == ((width, width), False, False)
    z = np.array(
        [[float(w[0] * x + b) for w, b in zip(layer.weights, layer.biases, strict=True)]
         for (x,) in LINE]
    )
    labels = np.array(LABELS, float)[:, 0]
    features = FLOATS[name](z)
    rest = labels - features @ np.linalg.lstsq(features, labels, rcond=None)[0]
    low, high = fit.losses[0]
    assert low <= high
    assert abs(float(low) - rest @ rest) < 1e-6


@pytest.mark.parametrize("name", ["tanh", "logistic", "erf"])
def test_wide_layers_fit_all_responses(name: str) -> None:
    layer = gaussian_layer(1, 6, seed=3, activation=parse_activation(name))
    fit = fit_smooth_features(LINE, LABELS, layer)
    assert (fit.rank, fit.fits, fit.fits_all_responses) == ((5, 5), True, True)
    assert fit.losses == ((0, 0),)


def test_the_rank_law_bounds_the_rank_where_balls_cannot() -> None:
    layer = gaussian_layer(1, 6, bias=False, activation=parse_activation("tanh"))
    fit = fit_smooth_features(LINE, LABELS, layer)
    assert (fit.rank, fit.law_rank, fit.fits) == ((2, 2), 2, False)
    # Odd functions: what is left of the labels is their even part.
    assert fit.losses[0][0] == fit.losses[0][1] == 2 * Fraction(-1) ** 2 + 0 + 16


@pytest.mark.parametrize("seed", range(6))
def test_balls_agree_with_exact_features(seed: int) -> None:
    points = flawed_cloud(seed)
    labels = [(Fraction(k % 3),) for k in range(len(points))]
    for width in (2, 12):
        layer = gaussian_layer(len(points[0]), width, seed=seed, bias=False)
        exact = fit_last_layer(feature_matrix(points, layer), labels)
        fit = fit_smooth_features(points, labels, layer, limit=256)
        assert fit.rank[0] <= exact.rank <= fit.rank[1]
        if fit.losses is not None:
            low, high = fit.losses[0]
            assert low <= exact.loss <= high


def test_nearly_equal_points_need_more_digits() -> None:
    points = [(Fraction(k, 10**6),) for k in range(6)]
    layer = gaussian_layer(1, 8, activation=parse_activation("tanh"))
    labels = [(Fraction(k % 2),) for k in range(6)]
    fit = fit_smooth_features(points, labels, layer, bits=64)
    assert fit.bits > 64
    assert fit.fits_all_responses
    stopped = fit_smooth_features(points, labels, layer, bits=64, limit=64)
    assert 1 <= stopped.rank[0] < stopped.rank[1] == 6
    assert (stopped.fits, stopped.fits_all_responses) == (None, None)


def test_as_many_responses_as_inputs_are_needed() -> None:
    with pytest.raises(InputError, match="5 inputs but 1 responses"):
        fit_smooth_features(LINE, LABELS[:1], gaussian_layer(1, 2))
