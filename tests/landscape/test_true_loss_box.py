"""The true loss over boxes: exact values of the networks inside, and boxes that are refused."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from landscape_cases import free_instances
from landscape_oracles import exact_gradient, exact_loss, network_of

from symerm.arithmetic.balls import ball, ball_bounds, krawczyk_contracts
from symerm.landscape import TrueLoss, parse_target
from symerm.landscape.true_hessian import hessian_scalars, true_hessian
from symerm.landscape.true_loss_box import TrueLossOnBox
from symerm.networks.gradients import network_from_parameters, parameter_vector
from symerm.problem.architecture import RELU, Activation

LEAKY = Activation("leaky", Fraction(1, 3))
UNIT = Fraction(0), Fraction(1)
LINE = parse_target("x", UNIT)


def over_box(network, target, radii):
    """The loss over the box with the given half-widths around a network."""
    centre = parameter_vector(network)
    return TrueLossOnBox(
        network, target, tuple(ball(x, r) for x, r in zip(centre, radii, strict=True))
    )


def contains(enclosure, value):
    if not isinstance(enclosure, arb):
        return enclosure == fmpq(value.numerator, value.denominator)
    low, high = ball_bounds(enclosure)
    return low <= value <= high


@settings(max_examples=40)
@given(free_instances(max_width=3), st.integers(4, 30), st.integers(0, 10**6))
def test_boxes_contain_the_values_of_their_networks(instance, power, seed):
    network, target = instance
    source = random.Random(seed)
    centre = parameter_vector(network)
    radii = [source.choice((0, 1)) * Fraction(1, 2**power) for _ in centre]
    box = over_box(network, target, radii)
    if not box.keeps_types():
        return
    hessian = hessian_scalars(box, range(network.width))
    for _ in range(3):
        other = network_from_parameters(
            network,
            [x + r * Fraction(source.randint(-4, 4), 4)
             for x, r in zip(centre, radii, strict=True)],
        )
        assert contains(box.value_scalar, exact_loss(other, target))
        assert all(map(contains, box.gradient_scalars, exact_gradient(other, target)))
        for row, expected in zip(hessian, true_hessian(TrueLoss(other, target)), strict=True):
            assert all(map(contains, row, expected))


def test_the_curvature_of_a_flat_kink_is_not_zero_in_a_box():
    target = parse_target("x^2", UNIT)
    kink = Fraction(3, 5)
    flat = network_of([(1, -kink, 0)], 0, RELU)
    radius = Fraction(1, 2**20)
    # Only v varies.
    box = over_box(flat, target, (0, 0, radius, 0))
    assert box.keeps_types()
    entry = hessian_scalars(box, range(1))[1][1]
    for v in (-radius, radius):
        exact = true_hessian(TrueLoss(network_of([(1, -kink, v)], 0, RELU), target))[1][1]
        # d^2 L / db^2 = 2 v r(t) + 2 v^2 (T1 - t) with r(t) = -t^2.
        assert exact == -2 * v * kink**2 + 2 * v**2 * (1 - kink)
        assert contains(entry, exact)


@pytest.mark.parametrize(
    ("neurons", "place", "radius"),
    [
        ([(1, "-1/3", 1)], 1, "1/3"),  # the kink reaches T0
        ([(1, "-1/3", 1)], 1, "2/3"),  # .. and T1
        ([(1, "-1/3", 1)], 0, "2/3"),
        ([(1, "-1/3", 1)], 0, 2),  # w may be zero
        ([(1, "-1/3", 1), (1, "-3/4", 1)], 2, "5/12"),  # two kinks meet
        ([(1, "-1/3", 1)], 1, "1/6"),  # .. or a kink and a knot
        ([(1, "1/2", 1)], 1, "1/2"),
        ([(0, "1/2", 1)], 0, "1/2"),
        ([(1, -2, 1)], 1, 1),
        ([(0, 0, 1)], 2, 0),  # degenerate
        ([(1, 0, 1)], 2, 0),  # the kink is at an end
        ([(-1, 1, 1)], 2, 0),
        ([(1, "-1/2", 1)], 2, 0),  # .. on a knot of the target
        ([(1, "-1/3", 1), (-2, "2/3", 1)], 4, 0),  # kinks coincide
    ],
)
def test_boxes_with_several_types_are_refused(neurons, place, radius):
    target = parse_target("abs(x - 1/2)", UNIT)
    for activation in (RELU, LEAKY):
        network = network_of(neurons, 0, activation)
        radii = [Fraction(0)] * len(parameter_vector(network))
        radii[place] = Fraction(radius)
        assert not over_box(network, target, radii).keeps_types()


@pytest.mark.parametrize(
    ("neurons", "radii"),
    [
        ([(1, "-1/4", 1)], ("1/4", "1/20", 5, 5)),
        ([(-1, "-1/4", 1)], ("1/8", "1/10", 5, 5)),  # inactive
        ([(0, "1/4", 1)], ("1/8", "1/10", 5, 5)),  # semi-active and type-1-active
        ([(1, "-1/4", 1), (-1, "3/4", 1)], ("1/20", "1/20", "1/20", "1/20", 5, 5, 5)),
    ],
)
def test_boxes_of_one_type_are_kept(neurons, radii):
    target = parse_target("abs(x - 1/2)", UNIT)
    radii = list(map(Fraction, radii))
    for activation in (RELU, LEAKY, Activation("quadratic")):
        assert over_box(network_of(neurons, 0, activation), target, radii).keeps_types()


@pytest.mark.parametrize(
    ("error", "radius", "proved"),
    [
        ("0", "1/30000", True),
        ("1/100000", "1/30000", True),
        ("1/10000", "1/30000", False),  # the zero is outside
        ("0", "1/4", False),
    ],
)
def test_boxes_without_the_zero_or_too_large_prove_nothing(error, radius, proved):
    """The saddle with two kinks for x; the weights are kept, b_1 is shifted."""
    radius = Fraction(radius)
    network = network_of(
        [(1, Fraction(-1, 3) + Fraction(error), "2/3"), (-1, "2/3", "-2/3")], "1/2", RELU
    )
    free = [2, 3, 4, 5, 6]
    point = over_box(network, LINE, [Fraction(0)] * 7)
    box = over_box(network, LINE, [radius if k in free else Fraction(0) for k in range(7)])
    assert point.keeps_types()
    contracts = box.keeps_types() and krawczyk_contracts(
        [point.gradient_scalars[k] for k in free],
        [[hessian_scalars(box, range(2))[i][k] for k in free] for i in free],
        radius,
    )
    assert contracts == proved
