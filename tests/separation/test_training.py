"""Training of the output weights and of the baseline: gradients, endings, reproducibility."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.special import erf

from symerm.errors import InputError
from symerm.separation.erf_features import Features
from symerm.separation.strong_network import ball_indicator, draw_network, stable_step
from symerm.separation.training import (
    Sample,
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

    from symerm.separation.training import _Batches

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
