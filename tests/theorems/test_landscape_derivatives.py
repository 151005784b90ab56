"""Gradient, Hessian and differentiability, by directional derivatives and by differences."""

from fractions import Fraction as F

import pytest
from hypothesis import given, settings
from landscape_reference import (
    breaks,
    integrate,
    moved,
    neuron_rows,
    reference_loss,
    residual_at,
)

from symerm.errors import InputError
from symerm.landscape.true_hessian import true_hessian
from symerm.networks import ShallowNetwork, network_from_parameters
from symerm.networks.gradients import directional_derivative
from symerm.theorems import Instance, find_theorem
from symerm.theorems.landscape.derivatives import gradient, hessian_form
from symerm.theorems.landscape.setting import residual, true_loss_of

GRADIENT = find_theorem("loss-gradient")
DEGENERATE = find_theorem("degenerate-neuron")
DIFFERENTIABLE = find_theorem("loss-differentiable")
HESSIAN = find_theorem("loss-hessian")
quick = settings(max_examples=25, deadline=None)


def one_sided(instance, direction):
    """2 int r df with one-sided derivatives of the network at points."""
    network = instance["network"]
    change = network_from_parameters(network, direction)
    kinks = [(w, b) for w, b, _ in neuron_rows(change)]

    def product(x, middle):
        # r is continuous; df is taken inside the piece as it may jump at breaks, and is affine or
        # quadratic there.
        points = [middle, (middle + x) / 2, (3 * middle + x) / 4]
        values = [directional_derivative(network, change, (p,))[0] for p in points]
        if x == middle:
            return residual_at(instance, x) * values[0]
        extrapolated = F(0)
        for i, p in enumerate(points):
            term = values[i]
            for j, q in enumerate(points):
                if i != j:
                    term *= (x - q) / (p - q)
            extrapolated += term
        return residual_at(instance, x) * extrapolated

    return 2 * integrate(product, breaks(instance, *kinks))


@quick
@given(GRADIENT.instances)
def test_the_gradient_is_that_of_directional_derivatives(instance):
    direction = instance["direction"]
    slope = sum(x * y for x, y in zip(gradient(instance), direction, strict=True))
    assert tuple(gradient(instance)) == true_loss_of(instance).gradient
    agree = slope == one_sided(instance, direction)
    assert GRADIENT.claim(instance).holds == agree
    if GRADIENT.check(instance).outcome != "not-applicable":
        assert agree


@quick
@given(DEGENERATE.instances)
def test_the_parabola_agrees_with_point_values(instance):
    omega, eta = instance["ray"]
    network, eps = instance["network"], instance["step"]
    width, v = network.width, neuron_rows(network)[0][2]
    direction = [F(0)] * (3 * width + 1)
    direction[0], direction[width] = omega, eta
    act = network.activation

    def bump(x, _):
        value = act(omega * x + eta)
        return 2 * eps * v * value * residual_at(instance, x) + (eps * v * value) ** 2

    change = reference_loss(instance, moved(instance, direction, eps)) - reference_loss(instance)
    same = change == integrate(bump, breaks(instance, (omega, eta)))
    assert DEGENERATE.claim(instance).holds == same
    assert same or DEGENERATE.check(instance).outcome == "not-applicable"


@quick
@given(DIFFERENTIABLE.instances)
def test_opposite_directions_show_where_there_is_no_derivative(instance):
    assert DIFFERENTIABLE.claim(instance).holds
    network = instance["network"]
    width = network.width
    low, high = instance["interval"]
    rough = False
    for j, (w, b, _) in enumerate(neuron_rows(network)):
        for k in range(12) if not (w or b) else ():
            s = low + (high - low) * F(2 * k + 1, 25)
            direction = [F(0)] * (3 * width + 1)
            direction[j], direction[width + j] = F(1), -s
            opposite = [-x for x in direction]
            rough = rough or one_sided(instance, direction) + one_sided(instance, opposite) != 0
    bad = any(not (w or b) and v for w, b, v in neuron_rows(network))
    assert rough == (bad and any(residual(instance).pieces))


@quick
@given(HESSIAN.instances)
def test_the_hessian_is_that_of_the_package_and_of_differences(instance):
    if HESSIAN.check(instance).outcome == "not-applicable":
        return
    direction, form = instance["direction"], hessian_form(instance)
    matrix = true_hessian(true_loss_of(instance))
    assert form == sum(
        x * y * entry
        for x, row in zip(direction, matrix, strict=True)
        for y, entry in zip(direction, row, strict=True)
    )
    eps = F(1, 10**25)
    ends = [reference_loss(instance, moved(instance, direction, e)) for e in (eps, -eps)]
    quotient = (sum(ends) - 2 * reference_loss(instance)) / eps**2
    assert abs(quotient - form) < F(1, 10**12)


def test_golden_numbers():
    """One neuron x -> act(x - 1/2) against 0 on [0, 1]: L = 1/24."""
    network = ShallowNetwork(((F(1),),), (F(-1, 2),), ((F(1),),), (F(0),))
    instance = Instance.of(
        network=network, interval=(F(0), F(1)), target=(), direction=(F(0), F(1), F(0), F(0))
    )
    assert gradient(instance) == [F(5, 24), F(1, 4), F(1, 12), F(1, 4)]
    # L = (1/2 + eps)^3/3, as r vanishes at the kink.
    assert hessian_form(instance) == 1
    assert HESSIAN.check(instance).outcome == GRADIENT.check(instance).outcome == "holds"


def test_kinks_at_the_ends_have_no_hessian():
    network = ShallowNetwork(((F(1),),), (F(0),), ((F(1),),), (F(1),))
    instance = Instance.of(
        network=network, interval=(F(0), F(1)), target=(), direction=(F(0), F(1), F(0), F(0))
    )
    assert HESSIAN.check(instance).outcome == "not-applicable"
    with pytest.raises(InputError):
        true_hessian(true_loss_of(instance))
