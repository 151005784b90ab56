"""Seminorm and supremum by sampling in floats, and on given functions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.kinks import kink_form
from symerm.parametrization.seminorm import sobolev_seminorm
from symerm.parametrization.sup_norm import sup_norm
from symerm.theorems import Instance
from symerm.theorems.generators.parametrization import degenerate_networks
from symerm.theorems.parametrization import seminorm
from symerm.theorems.parametrization.seminorm import (
    DISCONTINUITY,
    JUMP_BOUND,
    SEMINORM,
    SUPREMUM,
    VANISHING,
)

ONE, ZERO = Fraction(1), Fraction(0)


def slopes(network, points):
    weights = np.array(network.hidden_weights, float)
    z = points @ weights.T + np.array(network.hidden_biases, float)
    derivative = np.where(z > 0, 1.0, float(network.activation.negative_slope))
    outputs = np.array(network.output_weights, float)
    return np.abs(np.einsum("nm,mq,mp->nqp", derivative, outputs, weights)).max()


@settings(max_examples=30, deadline=None)
@given(degenerate_networks(forms=4))
def test_norms_are_bounds_of_samples_and_reached(network):
    instance = Instance.of(network=network)
    for theorem in (SEMINORM, JUMP_BOUND, VANISHING, SUPREMUM):
        assert theorem.check(instance).outcome == "holds"
    p = network.input_dimension
    source = np.random.default_rng(8)
    value = sobolev_seminorm(kink_form(network)).value
    far = source.normal(size=(500, p)) * source.choice([1.0, 10.0, 1000.0], size=(500, 1))
    assert slopes(network, far) <= float(value) + 1e-9
    box = ((-ONE, ONE),) * p
    found = sup_norm(kink_form(network, box))
    inside = [tuple(Fraction(int(k), 8) for k in row) for row in source.integers(-8, 9, (60, p))]
    assert max(abs(y) for x in inside for y in network(x)) <= found.value
    assert max(map(abs, network(found.point))) == found.value


def test_golden_absolute_value():
    absolute = ShallowNetwork(((ONE,), (-ONE,)), (ZERO, ZERO), ((ONE,), (ONE,)), (ZERO,))
    instance = Instance.of(network=absolute)
    assert SEMINORM.check(instance).evidence == "seminorm 1, by cells 1"
    assert JUMP_BOUND.check(instance).evidence == "seminorm 1, largest jump 2"
    assert SUPREMUM.check(instance).evidence == "supremum 1, at vertices 1"


@pytest.mark.parametrize("t", [Fraction(1, 1000), Fraction(1, 3), ONE])
def test_near_parameters_far_functions(t):
    assert DISCONTINUITY.check(Instance.of(t=t)).outcome == "holds"
    # Between the kinks x_1 + x_2 = 0 and x_1 + (1 + t) x_2 = 0 only the second neuron is active.
    x = (-(1 + t / 2), ONE)
    assert x[0] + x[1] < 0 < x[0] + (1 + t) * x[1]


def test_vertices_of_a_cross():
    cross = ShallowNetwork(
        ((ONE, ZERO), (ZERO, ONE)), (ZERO, ZERO), ((ONE,), (ONE,)), (ZERO,)
    )
    found = set(seminorm._vertices(cross))
    assert found == {(ONE * a, ONE * b) for a in (-1, 0, 1) for b in (-1, 0, 1)}
