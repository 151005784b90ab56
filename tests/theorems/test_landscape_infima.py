"""Infima for affine targets, by point values and by least squares."""

from fractions import Fraction as F

import numpy as np
from hypothesis import given, settings
from landscape_reference import reference_loss

from symerm.networks import ShallowNetwork
from symerm.problem.architecture import RELU, Activation
from symerm.theorems import Instance, find_theorem
from symerm.theorems.landscape.infima import escape

REALISED = find_theorem("affine-target-realised")
ESCAPE = find_theorem("quadratic-escape")
NOT_ATTAINED = find_theorem("quadratic-not-attained")
TWO = find_theorem("quadratic-realised")
VALUES = find_theorem("relu-critical-values")
quick = settings(max_examples=30, deadline=None)


def network(rows, constant, activation):
    return ShallowNetwork(
        tuple((F(w),) for w, _, _ in rows), tuple(F(b) for _, b, _ in rows),
        tuple((F(v),) for _, _, v in rows), (F(constant),), activation,
    )


@quick
@given(REALISED.instances)
def test_the_network_is_the_target_at_points(instance):
    beta, alpha = instance["target"]
    low, high = instance["interval"]
    w, b, gamma = instance["w"], instance["b"], instance["slope"]
    net = network([(w, b, alpha / w)], beta - alpha / w * b,
                  Activation("leaky", gamma) if gamma else RELU)
    points = [low + (high - low) * F(k, 16) for k in range(17)]
    equal = all(net((x,))[0] == alpha * x + beta for x in points)
    assert REALISED.claim(instance).holds == equal
    assert equal or REALISED.check(instance).outcome == "not-applicable"


@quick
@given(ESCAPE.instances)
def test_the_escape_is_best_in_c_and_goes_to_zero(instance):
    eps = instance["eps"]
    losses = []
    for step in (eps, eps / 10):
        parts = Instance.of(**{**instance, "eps": step})
        net = escape(parts)
        whole = Instance.of(**parts, network=net)
        losses.append(reference_loss(whole))
        for shift in (F(1, 100), F(-1, 100)):
            other = network([(1, net.hidden_biases[0], step)], net.output_biases[0] + shift,
                            net.activation)
            assert reference_loss(whole, other) > losses[-1]
    assert losses[0] == 100 * losses[1]


@quick
@given(NOT_ATTAINED.instances)
def test_one_quadratic_neuron_has_a_parabola_or_a_constant(instance):
    if NOT_ATTAINED.check(instance).outcome == "not-applicable":
        return
    low, high = instance["interval"]
    # Second differences vanish for a line, and then f is constant: v w^2 = 0.
    points = [low + (high - low) * F(k, 2) for k in range(3)]
    values = [instance["network"]((x,))[0] for x in points]
    bend = values[0] - 2 * values[1] + values[2]
    assert bend != 0 or values[0] == values[1]
    assert reference_loss(instance) > 0


@quick
@given(TWO.instances)
def test_two_squares_by_least_squares_in_floats(instance):
    beta, alpha = instance["target"]
    x = np.linspace(*(float(end) for end in instance["interval"]), 9)
    far = float(instance["far"])
    features = np.stack([(x + far) ** 2, x**2, np.ones_like(x)], axis=1)
    found, *_ = np.linalg.lstsq(features, float(alpha) * x + float(beta), rcond=None)
    stated = float(alpha) / (2 * far)
    assert np.allclose(found, [stated, -stated, float(beta) - stated * far**2], atol=1e-6)
    assert TWO.claim(instance).holds


@quick
@given(VALUES.instances)
def test_critical_values_have_fourth_roots(instance):
    if VALUES.check(instance).outcome == "not-applicable":
        return
    low, high = instance["interval"]
    level = instance["target"][1] ** 2 * (high - low) ** 3 / 12
    value = reference_loss(instance)
    if value:
        root = round((level / value) ** 0.25)
        assert level == value * root**4
        assert root % 2 == 1
        assert root <= instance["network"].width + 1


def test_golden_numbers():
    parts = {"interval": (F(0), F(1)), "target": (F(0), F(1))}
    assert ESCAPE.check(Instance.of(eps=F(1), **parts)).evidence == "ε = 1: L = 1/180, 1/180"
    # (x^2 + 1/6 - x) has the integral of its square 1/180.
    net = network([(1, 0, 1)], F(-1, 12), Activation("quadratic"))
    assert escape(Instance.of(eps=F(1), **parts)).output_biases[0] == F(1, 2) - F(1, 4) - F(1, 12)
    assert reference_loss(Instance.of(network=net, **parts)) > F(1, 180)
