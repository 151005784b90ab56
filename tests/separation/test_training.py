"""Training of the output weights and of the baseline: gradients, endings, reproducibility."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.special import erf

from symerm.errors import InputError
from symerm.separation.erf_features import Features
from symerm.separation.one_hidden_layer import (
    OneHiddenLayer,
    draw_one_hidden_layer,
    loss_and_gradients,
    train_one_hidden_layer,
)
from symerm.separation.strong_network import ball_indicator, draw_network, stable_step
from symerm.separation.training import (
    Sample,
    _Batches,
    checkpoint_steps,
    estimate_risk,
    risk_gradient,
    train_output_weights,
)


def sample(n: int, d: int = 2, seed: int = 0) -> Sample:
    points = np.random.default_rng(seed).standard_normal((n, d)) * 1.5
    return Sample(points, ball_indicator(points, 1.5))


def test_the_gradient_is_that_of_the_risk_where_the_cut_off_is_smooth() -> None:
    data = sample(150)
    generator = np.random.default_rng(1)
    network = draw_network(2, 40, generator)
    phi = erf(data.points @ network.hidden_weights.T + network.hidden_biases)
    weights = generator.standard_normal(40) / 4

    def risk(w):
        return ((np.clip(phi @ w, 0, 1) - data.labels) ** 2).mean()

    z, gradient = risk_gradient(Features(network.layer, data.points), weights, data.labels)
    assert 10 < ((z > 0) & (z < 1)).sum() < 140
    direction = generator.standard_normal(40)
    h = 1e-6
    difference = (risk(weights + h * direction) - risk(weights - h * direction)) / (2 * h)
    assert abs(gradient @ direction - difference) < 1e-5 * max(1, abs(difference))


def test_steps_are_those_of_plain_gradient_descent() -> None:
    data = sample(100)
    network = draw_network(2, 30, np.random.default_rng(2))
    phi = erf(data.points @ network.hidden_weights.T + network.hidden_biases)
    size = stable_step(data.points, 30)
    w = network.output_weights
    for _ in range(25):
        z = phi @ w
        w = w - size * 2 / 100 * ((z - data.labels) * ((z > 0) & (z < 1))) @ phi
    run = train_output_weights(network, data, data, steps=25, step_size=size)
    assert np.allclose(run.network.output_weights, w, atol=1e-5)
    expected = ((np.clip(phi @ w, 0, 1) - data.labels) ** 2).mean()
    assert abs(run.curve[-1].train_risk - expected) < 1e-5
    assert run.curve[-1].test.risk == pytest.approx(expected, abs=1e-5)
    assert [point.step for point in run.curve] == [0, 1, 2, 5, 10, 20, 25]


@pytest.mark.parametrize("batch", [None, 64])
def test_the_same_seed_gives_the_same_bits(batch: int | None) -> None:
    data = sample(300)
    runs = [
        train_output_weights(
            draw_network(2, 600, np.random.default_rng(3)), data, data, steps=20,
            step_size=stable_step(data.points, 600), batch=batch,
            generator=np.random.default_rng(4),
        )
        for _ in range(2)
    ]
    assert np.array_equal(*(run.network.output_weights for run in runs))
    assert runs[0].curve == runs[1].curve


def test_batches_visit_every_sample_before_any_comes_again() -> None:
    seen: list[float] = []
    data = Sample(np.arange(6.0)[:, None], np.zeros(6))
    network = draw_network(1, 3, np.random.default_rng(0))
    batches = _Batches(
        network.layer, data, 2, np.random.default_rng(1), Features(network.layer, data.points)
    )
    for _ in range(3):
        part, _ = batches.next()
        seen += part.points[:, 0].tolist()
    assert sorted(seen) == list(range(6))


def test_mini_batches_learn() -> None:
    data, fresh = sample(1000), sample(1000, seed=9)
    run = train_output_weights(
        draw_network(2, 200, np.random.default_rng(5)), data, fresh, steps=400,
        step_size=stable_step(data.points, 200), batch=100, generator=np.random.default_rng(6),
    )
    share = data.labels.mean()
    assert run.curve[-1].test.risk < 0.6 * share * (1 - share)


def test_a_network_whose_outputs_are_all_cut_off_is_flat() -> None:
    data = Sample(np.full((5, 1), 9.0), np.zeros(5))
    network = draw_network(1, 4, np.random.default_rng(0))
    signs = np.sign(network.hidden_weights[:, 0])
    stuck = type(network)(network.hidden_weights, network.hidden_biases, 5 * signs)
    run = train_output_weights(stuck, data, data, steps=10, step_size=1.0)
    assert run.ending == "flat"
    assert [point.step for point in run.curve] == [0]
    assert run.curve[0].train_risk == 1


def test_the_time_limit_ends_the_training_with_a_last_checkpoint() -> None:
    data = sample(50)
    network = draw_network(2, 10, np.random.default_rng(0))
    run = train_output_weights(
        network, data, data, steps=10**6, step_size=0.01, time_limit=0.1,
        report=lambda *_: time.sleep(0.01),
    )
    assert run.ending == "time"
    assert 1 <= run.curve[-1].step < 100
    none = train_output_weights(network, data, data, steps=5, step_size=0.01, time_limit=0)
    assert [point.step for point in none.curve] == [0]


def test_an_interrupt_keeps_the_last_complete_step() -> None:
    data = sample(60)
    network = draw_network(2, 10, np.random.default_rng(0))

    def stop(step: int, steps: int, risk: float) -> None:
        assert 0 <= risk <= 1
        if step == 7:
            raise KeyboardInterrupt

    run = train_output_weights(network, data, data, steps=50, step_size=0.01, report=stop)
    same = train_output_weights(network, data, data, steps=7, step_size=0.01)
    assert (run.ending, run.curve[-1].step) == ("interrupted", 7)
    assert np.array_equal(run.network.output_weights, same.network.output_weights)


def test_intervals_cover_the_risk() -> None:
    generator = np.random.default_rng(0)
    hits = 0
    for _ in range(400):
        labels = (generator.random(500) < 0.3).astype(float)
        estimate = estimate_risk(np.full(500, 0.3), labels)
        hits += abs(estimate.risk - 0.21) <= estimate.margin
    assert 0.92 < hits / 400 < 0.98


def test_checkpoints() -> None:
    assert checkpoint_steps(0) == [0]
    assert checkpoint_steps(1) == [0, 1]
    assert checkpoint_steps(1000)[-4:] == [100, 200, 500, 1000]


@pytest.mark.parametrize("options", [{"step_size": 0.0}, {"step_size": 1.0, "batch": 0}])
def test_bad_options_are_refused(options) -> None:
    data = sample(3)
    with pytest.raises(InputError):
        train_output_weights(
            draw_network(2, 2, np.random.default_rng(0)), data, data, steps=1, **options
        )
    with pytest.raises(InputError):
        Sample(np.zeros((2, 1)), np.zeros(3))


def test_gradients_of_the_baseline_are_differences_of_its_loss() -> None:
    generator = np.random.default_rng(1)
    data = sample(70)
    start = draw_one_hidden_layer(2, 5000, 0.4, generator)
    network = OneHiddenLayer(*(each.astype(np.float64) for each in start.parameters))
    loss, gradients = loss_and_gradients(network, data.points, data.labels)
    exact = erf(data.points @ network.hidden[:-1] + network.hidden[-1])
    errors = exact @ network.output_weights + network.output_bias - data.labels
    assert loss == pytest.approx((errors**2).mean(), abs=1e-5)
    for k, gradient in enumerate(gradients):
        direction = generator.standard_normal(gradient.shape)
        h = 1e-4
        ends = []
        for sign in (1, -1):
            moved = list(network.parameters)
            moved[k] = moved[k] + sign * h * direction
            ends.append(loss_and_gradients(OneHiddenLayer(*moved), data.points, data.labels)[0])
        difference = (ends[0] - ends[1]) / (2 * h)
        assert (gradient * direction).sum() == pytest.approx(difference, rel=1e-3, abs=1e-4)


def test_the_baseline_is_reproducible_and_learns() -> None:
    data, fresh = sample(800), sample(800, seed=5)
    runs = [
        train_one_hidden_layer(
            draw_one_hidden_layer(2, 100, 0.6, np.random.default_rng(2)), data, updates=300,
            generator=np.random.default_rng(3),
        )
        for _ in range(2)
    ]
    for left, right in zip(*(run.network.parameters for run in runs), strict=True):
        assert np.array_equal(left, right)
        assert left.dtype == np.float32
    estimate = estimate_risk(runs[0].network(fresh.points), fresh.labels)
    assert estimate.risk < 0.5 * fresh.labels.var()
    assert (runs[0].ending, runs[0].updates, runs[0].batch) == ("steps", 300, 256)


def test_the_baseline_evaluates_its_own_function() -> None:
    network = draw_one_hidden_layer(3, 700, 0.25, np.random.default_rng(4))
    points = np.random.default_rng(5).standard_normal((9, 3))
    exact = erf(points @ network.hidden[:-1] + network.hidden[-1]) @ network.output_weights + 0.25
    assert np.allclose(network(points), exact, atol=1e-5)


def test_adam_follows_its_definition() -> None:
    """Two updates with the whole sample in each, in plain NumPy."""
    data = sample(20)
    start = draw_one_hidden_layer(2, 3, 0.5, np.random.default_rng(6))
    run = train_one_hidden_layer(start, data, updates=4, generator=np.random.default_rng(7))
    network, moments = start, [(0.0, 0.0)] * 3
    for count in range(1, 5):
        _, gradients = loss_and_gradients(network, data.points, data.labels)
        size = 0.01 * (1 + np.cos(np.pi * count / 4)) / 2
        moments = [
            (0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2)
            for (m, v), g in zip(moments, gradients, strict=True)
        ]
        network = OneHiddenLayer(
            *(
                p - size * (m / (1 - 0.9**count)) / (np.sqrt(v / (1 - 0.999**count)) + 1e-8)
                for p, (m, v) in zip(network.parameters, moments, strict=True)
            )
        )
    for found, expected in zip(run.network.parameters, network.parameters, strict=True):
        assert np.allclose(found, expected, atol=1e-4)


def test_the_baseline_stops_in_time_and_at_an_interrupt() -> None:
    data = sample(50)
    start = draw_one_hidden_layer(2, 3, 0.5, np.random.default_rng(0))
    generator = np.random.default_rng(1)
    run = train_one_hidden_layer(start, data, updates=9, generator=generator, time_limit=0)
    assert (run.ending, run.updates, run.network) == ("time", 0, start)

    def stop(step: int, steps: int, loss: float) -> None:
        if step == 3:
            raise KeyboardInterrupt

    run = train_one_hidden_layer(start, data, updates=9, generator=generator, report=stop)
    assert (run.ending, run.updates) == ("interrupted", 3)
    with pytest.raises(InputError):
        train_one_hidden_layer(start, data, updates=-1, generator=generator)
