"""Feature matrices: against the definition, against mpmath, and how layers are drawn."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from flint import ctx
from hypothesis import given
from hypothesis import strategies as st

from symerm.errors import InputError, UnsupportedError
from symerm.lastlayer.features import (
    WEIGHT_BITS,
    HiddenLayer,
    ball_features,
    feature_matrix,
    gaussian_layer,
    lifted,
)
from symerm.problem.architecture import parse_activation

SMOOTH = {
    "tanh": mpmath.tanh,
    "erf": mpmath.erf,
    "logistic": lambda z: 1 / (1 + mpmath.exp(-z)),
}
fractions = st.fractions(min_value=-5, max_value=5, max_denominator=12)


@given(
    st.lists(st.tuples(fractions, fractions), min_size=1, max_size=5),
    st.integers(0, 5),
    st.booleans(),
    st.sampled_from(["relu", "leaky:1/10", "quadratic"]),
)
def test_features_are_what_the_definition_says(points, seed, bias, name) -> None:
    layer = gaussian_layer(2, 4, seed=seed, bias=bias, activation=parse_activation(name))
    act = layer.activation
    assert feature_matrix(points, layer) == tuple(
        tuple(
            act(sum((a * x for a, x in zip(w, point, strict=True)), b))
            for w, b in zip(layer.weights, layer.biases, strict=True)
        )
        for point in points
    )


@pytest.mark.parametrize("name", SMOOTH)
def test_balls_hold_the_values_of_mpmath(name: str) -> None:
    layer = gaussian_layer(1, 3, seed=2, activation=parse_activation(name))
    point = Fraction(7, 3)
    with ctx.workprec(150), mpmath.workprec(150):
        balls = ball_features([(point,)], layer)
        for r in range(3):
            z = layer.weights[r][0] * point + layer.biases[r]
            value = SMOOTH[name](mpmath.mpf(z.numerator) / z.denominator)
            middle = mpmath.mpf(balls[0, r].mid().str(45, radius=False))
            assert abs(middle - value) < mpmath.mpf(10) ** -40
            assert balls[0, r].rad() < 1e-40


def test_balls_of_rational_features_are_the_features() -> None:
    layer = gaussian_layer(1, 3, seed=2)
    exact = feature_matrix([(Fraction(3),)], layer)[0]
    balls = ball_features([(Fraction(3),)], layer)
    assert [float(balls[0, r]) for r in range(3)] == list(map(float, exact))


def test_a_narrow_layer_is_the_beginning_of_a_wide_one() -> None:
    wide, narrow = (gaussian_layer(3, m, seed=7) for m in (9, 4))
    assert wide.weights[:4] == narrow.weights
    assert wide.biases[:4] == narrow.biases
    assert gaussian_layer(3, 4, seed=8) != narrow


def test_weights_are_dyadic_and_look_gaussian() -> None:
    layer = gaussian_layer(10, 200, seed=0)
    entries = [x for row in layer.weights for x in row]
    assert all((x * 2**WEIGHT_BITS).denominator == 1 for x in entries)
    assert abs(sum(entries) / len(entries)) < 0.1
    assert abs(sum(x * x for x in entries) / len(entries) - 1) < 0.1
    assert not any(gaussian_layer(2, 3, bias=False).biases)


def test_a_bias_is_a_weight_of_one() -> None:
    layer = gaussian_layer(2, 5, seed=4)
    points = [(Fraction(1, 2), Fraction(-3)), (Fraction(0), Fraction(0))]
    up = HiddenLayer(
        tuple((*w, b) for w, b in zip(layer.weights, layer.biases, strict=True)),
        (Fraction(0),) * 5,
    )
    assert feature_matrix(lifted(points, bias=True), up) == feature_matrix(points, layer)


def test_wrong_requests_are_refused() -> None:
    layer = gaussian_layer(2, 3)
    with pytest.raises(InputError, match="1 coordinates but the layer takes 2"):
        feature_matrix([(1,)], layer)
    with pytest.raises(InputError, match="1 to 1000 neurons, not 0"):
        gaussian_layer(2, 0)
    with pytest.raises(UnsupportedError, match="no rational values"):
        feature_matrix([(1,)], gaussian_layer(1, 1, activation=parse_activation("tanh")))
