"""Curves of descent and the samples that are kept of them."""

from fractions import Fraction as F
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from landscape_cases import free_instances, small
from landscape_oracles import at, flat_parameters, network_of

from symerm.errors import InputError
from symerm.landscape.verdicts import VERDICTS, Descent, descend, point_on_curve
from symerm.networks.gradients import parameter_vector
from symerm.problem.architecture import RELU

ORIGIN = network_of([(0, 0, 0)], 0, RELU)
ALONG_C = network_of([(0, 0, 0)], 1, ORIGIN.activation)
ALONG_V = network_of([(0, 0, 1)], 0, ORIGIN.activation)


def constant_of(network):
    return network.output_biases[0]


def output_of(network):
    return network.output_weights[0][0]


def steps_of(descent):
    """The values of eps, each half of the one before."""
    steps = [eps for eps, _ in descent.samples]
    assert len(steps) == 4
    assert all(b == a / 2 for a, b in pairwise(steps))
    return steps


@given(free_instances(), st.data(), small, st.integers(2, 5))
def test_points_on_a_curve(instance, data, eps, power):
    network, _ = instance
    size = 3 * network.width + 1
    tangent, second = (
        data.draw(st.lists(small, min_size=size, max_size=size)) for _ in range(2)
    )
    zero = at(network, [-x for x in flat_parameters(network)])
    found = point_on_curve(network, at(zero, tangent), at(zero, second), eps, power=power)
    assert list(parameter_vector(found)) == [
        x + eps * y + eps**power * z
        for x, y, z in zip(flat_parameters(network), tangent, second, strict=True)
    ]
    straight = point_on_curve(network, at(zero, tangent), None, eps)
    assert straight == at(network, [eps * x for x in tangent])
    assert straight.activation == network.activation


def test_samples_are_below_and_in_a_row():
    """1000 eps^3 - eps^2 falls for eps < 1/1000; larger samples are not kept."""
    found = descend(
        ORIGIN,
        lambda network: 1000 * constant_of(network) ** 3 - constant_of(network) ** 2,
        ALONG_C,
        order=2,
        coefficient=F(-1),
    )
    assert steps_of(found)[0] < F(1, 1000)
    assert all(value == 1000 * eps**3 - eps**2 < 0 for eps, value in found.samples)
    assert (found.direction, found.bend, found.power) == (ALONG_C, None, 2)
    assert found.second_variation == -2


def test_a_dip_far_away_is_no_sample():
    """-c^2 (1 - 100 c)(1 - 2 c) is negative at 1, positive after that and negative near 0."""
    found = descend(
        ORIGIN,
        lambda network: -constant_of(network) ** 2
        * (1 - 100 * constant_of(network)) * (1 - 2 * constant_of(network)),
        ALONG_C,
        order=2,
        coefficient=F(-1),
    )
    assert steps_of(found)[0] < F(1, 100)


def test_a_bend_enters_with_its_power():
    """The loss c^6 - 2 v c^3 + v^2 - v^2 c falls along v = c^3 in order 7."""
    def loss(network):
        c, v = constant_of(network), output_of(network)
        return (c**3 - v) ** 2 - v * v * c

    found = descend(
        ORIGIN, loss, ALONG_C, order=7, coefficient=F(-1), bend=ALONG_V, power=3
    )
    assert found.samples[0] == (F(1), F(-1))
    assert all(value == -(eps**7) for eps, value in found.samples)
    assert (found.bend, found.power, found.second_variation) == (ALONG_V, 3, 0)


def test_losses_are_compared_with_the_loss_at_the_start():
    found = descend(
        ORIGIN, lambda network: 5 - constant_of(network), ALONG_C, order=1, coefficient=F(-1)
    )
    assert [value for _, value in found.samples] == [4, F(9, 2), F(19, 4), F(39, 8)]


def test_a_wrong_curve_proves_nothing():
    with pytest.raises(ArithmeticError, match="negative coefficient, not 0"):
        descend(ORIGIN, constant_of, ALONG_C, order=2, coefficient=F(0))
    with pytest.raises(ArithmeticError, match="does not fall"):
        descend(ORIGIN, constant_of, ALONG_C, order=1, coefficient=F(-1))
    with pytest.raises(ArithmeticError, match="does not fall"):
        descend(ORIGIN, lambda _: F(1), ALONG_C, order=1, coefficient=F(-1))


def test_a_direction_has_the_shape_of_the_network():
    wide = network_of([(0, 0, 0), (0, 0, 0)], 1, ORIGIN.activation)
    with pytest.raises((InputError, ValueError)):
        point_on_curve(ORIGIN, wide, None, F(1))


def test_the_names_of_verdicts():
    assert set(VERDICTS) == {
        "global-minimum", "local-minimum", "saddle", "not-critical", "undecided",
    }
    assert Descent(ALONG_C, None, 2, 4, F(-3), ()).second_variation == 0
