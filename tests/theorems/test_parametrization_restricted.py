"""The restricted set: uniqueness and lifting, at random points and on given networks."""

import random
from fractions import Fraction

from hypothesis import given, settings

from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.restricted_set import restricted_membership, to_restricted_set
from symerm.theorems import Instance
from symerm.theorems.generators.basic import activations
from symerm.theorems.generators.parametrization import degenerate_networks, restricted_networks
from symerm.theorems.parametrization.restricted import LIFTING_TO_N, UNIQUENESS

ONE, ZERO = Fraction(1), Fraction(0)


@settings(max_examples=30, deadline=None)
@given(degenerate_networks(activation=activations("relu"), width=(1, 3)))
def test_lifted_networks_agree_on_the_slice(network):
    finding = LIFTING_TO_N.claim(Instance.of(network=network))
    assert finding.holds
    lifted = to_restricted_set(network)
    source = random.Random(3)
    for _ in range(15):
        x = tuple(Fraction(source.randint(-30, 30), 7) for _ in range(network.input_dimension))
        assert lifted((*x, ONE, -ONE)) == network(x)


@settings(max_examples=30, deadline=None)
@given(restricted_networks(outputs=2, inputs=3))
def test_generated_networks_are_balanced_and_positive(network):
    assert restricted_membership(network).holds
    for weights, outputs in zip(network.hidden_weights, network.output_weights, strict=True):
        assert max(map(abs, weights)) == max(map(abs, outputs))
        assert min(weights[-2:]) > 0


def pair(*rows):
    return ShallowNetwork(
        tuple(tuple(map(Fraction, row[:-1])) for row in rows),
        (ZERO,) * len(rows),
        tuple((Fraction(row[-1]),) for row in rows),
        (ZERO,),
    )


def test_golden_uniqueness():
    one, scaled = pair((1, 1, 1)), pair((2, 2, Fraction(1, 2)))
    split = pair(*((Fraction(k, 5),) * 3 for k in (3, 4)))
    assert UNIQUENESS.check(Instance.of(networks=(one, one))).outcome == "holds"
    for other, missing in ((scaled, "balanced"), (split, "direction")):
        instance = Instance.of(networks=(one, other))
        check = UNIQUENESS.check(instance)
        assert check.outcome == "not-applicable"
        assert missing in check.evidence
        assert not UNIQUENESS.claim(instance).holds
