"""Features in blocks: the approximation of erf is proved, the rest compared with plain NumPy."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import arb, arb_poly, arb_series, ctx
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import erf

from symerm.arithmetic.balls import ball
from symerm.errors import InputError
from symerm.separation import erf_features
from symerm.separation.erf_features import ERF_COEFFICIENTS, ErfLayer, Features, erf_in_place
from symerm.separation.feature_law import feature_kernel
from symerm.separation.strong_network import (
    StrongNetwork,
    ball_indicator,
    draw_network,
    kernel_matrix,
    stable_step,
)

BOUND = Fraction(1, 2**24)


def difference(x: arb, order: int) -> list[arb]:
    """Taylor coefficients of tanh(z p(z^2)) - erf(z) at a ball."""
    with_length = ctx.cap
    ctx.cap = order
    try:
        z = arb_series([x, 1])
        p = arb_series([ball(Fraction(ERF_COEFFICIENTS[-1]))])
        for c in ERF_COEFFICIENTS[-2::-1]:
            p = p * z * z + ball(Fraction(c))
        doubled = (2 * z * p).exp()
        series = (doubled - 1) / (doubled + 1) - z.erf()
        return [series[k] for k in range(order)]
    finally:
        ctx.cap = with_length


def test_the_approximation_of_erf_is_within_half_a_unit_of_float32() -> None:
    """Taylor enclosures on 1024 pieces of [0, 4]; both sides are odd functions."""
    order, pieces = 8, 1024
    radius = Fraction(2, pieces)
    worst = Fraction(0)
    for k in range(pieces):
        middle = Fraction(4 * k + 2, pieces)
        centre = difference(ball(middle), order)
        whole = difference(arb(ball(middle), ball(radius)), order)
        step = arb(0, ball(radius))
        value = arb_poly([*centre[:-1], whole[-1]])(step)
        assert abs(value) < ball(BOUND), middle
        worst = max(worst, Fraction(str(abs(value).upper().str(12, radius=False))))
    assert worst > BOUND * Fraction(9, 10)


def test_beyond_four_erf_is_constant_for_float32() -> None:
    assert arb(4).erfc() < ball(BOUND / 2)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_erf_on_a_grid_and_far_out(kind: type) -> None:
    z = np.concatenate([np.linspace(-6, 6, 200_001), [1e10, -1e30, 0]]).astype(kind)
    found = z.copy()
    erf_in_place(found)
    assert found.dtype == kind
    assert np.abs(found - erf(z.astype(np.float64))).max() < (2e-7 if kind is np.float32 else 6e-8)
    assert found[-1] == 0


@pytest.mark.parametrize(("n", "r"), [(1, 1), (128, 512), (129, 513), (300, 1100), (7, 2000)])
@pytest.mark.parametrize("memory", [0, 600_000, 10**9])
def test_blocks_give_the_products_of_the_whole_matrix(n: int, r: int, memory: int) -> None:
    generator = np.random.default_rng(n + r)
    network = draw_network(3, r, generator)
    points = generator.standard_normal((n, 3))
    phi = erf(points @ network.hidden_weights.T + network.hidden_biases)
    features = Features(network.layer, points, memory=memory)
    weights = generator.standard_normal(r) / r**0.5
    first = points[:, 0]
    z, products = features.outputs_and_products(weights, lambda rows, z: np.cos(z) + first[rows])
    assert np.allclose(z, phi @ weights, atol=1e-5)
    assert np.allclose(products, (np.cos(z) + first) @ phi, atol=1e-4 * n**0.5)
    assert np.array_equal(features.outputs(weights), z)


def test_kept_features_change_no_bit() -> None:
    generator = np.random.default_rng(3)
    network = draw_network(2, 700, generator)
    points = generator.standard_normal((400, 2))
    found = [
        Features(network.layer, points, memory=memory).outputs_and_products(
            network.output_weights, lambda rows, z: z
        )
        for memory in (0, 128 * 700 * 4, 10**9)
    ]
    for z, products in found[1:]:
        assert np.array_equal(z, found[0][0])
        assert np.array_equal(products, found[0][1])


@pytest.mark.parametrize("memory", [0, 128 * 100 * 4 * 11, 10**9])
def test_threads_change_no_bit(memory: int, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(4)
    network = draw_network(3, 100, generator)
    points = generator.standard_normal((5000, 3))
    features = Features(network.layer, points, memory=memory)

    def products() -> tuple[np.ndarray, np.ndarray]:
        return features.outputs_and_products(network.output_weights, lambda rows, z: z - 1)

    alone = products()
    monkeypatch.setattr(erf_features, "_FEW", 0)
    for _ in range(5):
        for found, expected in zip(products(), alone, strict=True):
            assert np.array_equal(found, expected)


def test_an_interrupt_in_a_thread_ends_the_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erf_features, "_FEW", 0)
    network = draw_network(1, 10, np.random.default_rng(0))
    features = Features(network.layer, np.ones((5000, 1)))

    def stop(rows: slice, outputs: np.ndarray) -> np.ndarray:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        features.outputs_and_products(network.output_weights, stop)
    assert features.outputs(network.output_weights).shape == (5000,)


def test_the_output_is_cut_off() -> None:
    network = StrongNetwork(np.array([[4.0]]), np.array([0.0]), np.array([3.0]))
    assert network(np.array([[1.0], [-1.0], [0.02]])).tolist()[:2] == [1.0, 0.0]
    assert 0.2 < network(np.array([[0.02]]))[0] < 0.3


def test_the_start_has_the_laws_of_the_paper() -> None:
    network = draw_network(4, 20_000, np.random.default_rng(0))
    assert abs(network.hidden_weights.var() - 0.25) < 0.01
    assert abs(network.hidden_biases.var() - 0.25) < 0.01
    assert abs(network.output_weights.std() * 20_000 - 1) < 0.02


def test_the_kernel_is_the_mean_of_products_of_features() -> None:
    generator = np.random.default_rng(5)
    points = generator.standard_normal((4, 3)) * 1.5
    network = draw_network(3, 200_000, generator)
    phi = erf(points @ network.hidden_weights.T + network.hidden_biases)
    assert np.allclose(phi @ phi.T / network.width, kernel_matrix(points), atol=0.01)


def test_the_kernel_lies_in_its_certified_balls() -> None:
    points = [(1, -2, 0), (3, 1, 1), (0, 0, 0), (2, 2, -5)]
    balls, floats = feature_kernel(points), kernel_matrix(np.array(points, dtype=float))
    for i in range(4):
        for k in range(4):
            assert abs(float(balls[i, k].mid()) - floats[i, k]) < 1e-12


@given(st.integers(1, 6), st.floats(0, 1e6))
def test_the_kernel_of_far_points_has_no_rounding_beyond_one(n: int, size: float) -> None:
    kernel = kernel_matrix(np.full((n, 2), size))
    assert np.isfinite(kernel).all()
    assert kernel.max() <= 1


def test_the_step_is_half_the_largest_stable_one() -> None:
    generator = np.random.default_rng(1)
    points = generator.standard_normal((200, 2))
    network = draw_network(2, 3000, generator)
    phi = erf(points @ network.hidden_weights.T + network.hidden_biases)
    curvature = 2 * np.linalg.eigvalsh(phi @ phi.T / 200)[-1]
    assert abs(stable_step(points, 3000) * curvature - 1) < 0.1


def test_the_indicator_includes_the_sphere() -> None:
    assert ball_indicator(np.array([[0.6, 0.8], [0.6, 0.9]]), 1).tolist() == [1, 0]


@pytest.mark.parametrize(
    "make",
    [
        lambda: ErfLayer(np.zeros((2, 3)), np.zeros(3)),
        lambda: ErfLayer(np.zeros((0, 3)), np.zeros(0)),
        lambda: StrongNetwork(np.zeros((2, 1)), np.zeros(2), np.zeros(3)),
        lambda: draw_network(0, 1, np.random.default_rng(0)),
        lambda: draw_network(1, 1, np.random.default_rng(0))(np.zeros((2, 2))),
    ],
)
def test_wrong_shapes_are_refused(make) -> None:
    with pytest.raises(InputError):
        make()
