"""Problems too large for plain enumeration: no network found elsewhere beats the exact minimum.

The oracle descends from many starts in floats; the losses of its networks are compared as exact
rationals, with no tolerance, and once more at 50 digits.
"""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from oracles.numeric import exact_loss, minimise
from search_cases import assert_sound, random_problem

from symerm.attainability import decide


def _rival(problem, starts, seed):
    """A float network of small loss, by descent."""
    data, architecture = problem.dataset, problem.architecture
    return minimise(
        data.inputs,
        data.outputs,
        architecture.width,
        hidden_bias=architecture.hidden_bias,
        output_bias=architecture.output_bias,
        negative_slope=float(architecture.activation.negative_slope),
        starts=starts,
        seed=seed,
    )


@pytest.mark.parametrize(
    ("size", "dimension", "width", "activation", "options"),
    [
        (15, 1, 1, "relu", {}),
        (15, 1, 2, "relu", {}),
        (12, 1, 3, "relu", {}),
        (15, 2, 1, "leaky:1/10", {}),
        (12, 2, 2, "relu", {}),
        (12, 2, 2, "leaky:1/2", {"output_bias": False}),
        (15, 3, 1, "relu", {}),
        (8, 3, 2, "relu", {"hidden_bias": False}),
        (10, 2, 3, "relu", {"hidden_bias": False}),
        (15, 1, 2, "leaky:99/100", {}),
        (15, 2, 2, "leaky:1/10", {"hidden_bias": False, "output_bias": False}),
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_no_network_is_better(size, dimension, width, activation, options, seed):
    problem = random_problem(seed, size, dimension, width, activation, **options)
    verdict = decide(problem)
    assert verdict.verdict == "attained"
    assert_sound(verdict)
    rival = _rival(problem, starts=6, seed=seed)
    data, slope = problem.dataset, problem.architecture.activation.negative_slope
    loss = exact_loss(rival, data.inputs, data.outputs, negative_slope=slope)
    assert loss >= verdict.exact
    # Where the descent is easy its best is near, so that its silence means something.
    if dimension * width <= 2:
        assert loss <= Fraction(3, 2) * verdict.exact + 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_no_network_is_better_after_many_starts(seed):
    dimension, width = 1 + seed % 3, 1 + seed // 3 % 3
    size = 15 if dimension * width < 4 else 9
    activation = ["relu", "leaky:1/10"][seed % 2]
    problem = random_problem(100 + seed, size, dimension, width, activation)
    verdict = decide(problem)
    assert_sound(verdict)
    rival = _rival(problem, starts=60, seed=seed)
    data, slope = problem.dataset, problem.architecture.activation.negative_slope
    loss = exact_loss(rival, data.inputs, data.outputs, negative_slope=slope)
    assert verdict.exact <= loss <= Fraction(3, 2) * verdict.exact + 1


def test_the_minimiser_at_fifty_digits():
    problem = random_problem(5, 14, 2, 2, "leaky:1/10")
    verdict = decide(problem)
    network, slope = verdict.minimiser, problem.architecture.activation.negative_slope
    with mpmath.workdps(50):
        total = mpmath.mpf(0)
        for point, (target,) in zip(
            problem.dataset.inputs, problem.dataset.outputs, strict=True
        ):
            value = _real(network.output_biases[0])
            for weights, bias, (out,) in zip(
                network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
            ):
                z = _real(bias) + sum(
                    _real(a) * _real(s) for a, s in zip(weights, point, strict=True)
                )
                value += _real(out) * max(z, _real(slope) * z)
            total += (value - _real(target)) ** 2
        assert abs(total - _real(verdict.exact)) < mpmath.mpf(10) ** -40 * (1 + total)


def test_moving_any_parameter_of_the_minimiser_gains_nothing():
    problem = random_problem(8, 15, 1, 2)
    verdict = decide(problem)
    data, network = problem.dataset, verdict.minimiser
    flat = [
        *(("hidden_weights", j, k) for j in range(2) for k in range(1)),
        *(("output_weights", j, 0) for j in range(2)),
        *(("hidden_biases", j, None) for j in range(2)),
        ("output_biases", 0, None),
    ]
    for name, row, column in flat:
        for step in (Fraction(1, 1000), Fraction(-1, 1000), Fraction(1), Fraction(-1)):
            values = [list(x) if isinstance(x, tuple) else x for x in getattr(network, name)]
            if column is None:
                values[row] += step
            else:
                values[row][column] += step
            frozen = tuple(tuple(x) if isinstance(x, list) else x for x in values)
            moved = type(network)(**{**vars(network), name: frozen})
            assert moved.loss(data.inputs, data.outputs) >= verdict.exact


def _real(value: Fraction) -> mpmath.mpf:
    return mpmath.mpf(value.numerator) / value.denominator
