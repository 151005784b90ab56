"""Canonical forms against orbits that are known by construction."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.networks.shallow import ShallowNetwork
from symerm.theorems import Instance
from symerm.theorems.generators.parametrization import degenerate_networks
from symerm.theorems.parametrization.normal_form import CANONICAL_FUNCTION, CANONICAL_ORBIT

ONE, ZERO = Fraction(1), Fraction(0)


def moved(network, order, factors):
    rows = [
        (
            tuple(t * w for w in network.hidden_weights[j]),
            t * network.hidden_biases[j],
            tuple(v / t for v in network.output_weights[j]),
        )
        for j, t in zip(order, factors, strict=True)
    ]
    return ShallowNetwork(
        *(tuple(row[k] for row in rows) for k in range(3)),
        network.output_biases,
        network.activation,
    )


@settings(max_examples=30, deadline=None)
@given(
    degenerate_networks(width=(3, 3), forms=3),
    st.permutations(range(3)),
    st.tuples(*[st.sampled_from((ONE, 3 * ONE, ONE / 5))] * 3),
)
def test_moved_networks_are_in_one_orbit(network, order, factors):
    other = moved(network, order, factors)
    finding = CANONICAL_ORBIT.claim(Instance.of(networks=(network, other)))
    assert finding.holds
    assert finding.evidence == "forms agree, orbits agree"


@settings(max_examples=20, deadline=None)
@given(degenerate_networks(width=(2, 3), forms=3, constant=False))
def test_a_changed_output_leaves_the_orbit(network):
    total = sum(map(abs, (v for row in network.output_weights for v in row)), ONE)
    rows = ((network.output_weights[0][0] + 7 * total, *network.output_weights[0][1:]),)
    other = ShallowNetwork(
        network.hidden_weights,
        network.hidden_biases,
        (*rows, *network.output_weights[1:]),
        network.output_biases,
        network.activation,
    )
    if any(network.hidden_weights[0]):
        finding = CANONICAL_ORBIT.claim(Instance.of(networks=(network, other)))
        assert finding.evidence == "forms differ, orbits differ"


def test_golden_bump_needs_independent_jumps():
    bump = ShallowNetwork(((ONE,), (ONE,)), (ZERO, -ONE), ((ONE,), (-ONE,)), (ZERO,))
    turned = ShallowNetwork(((-ONE,), (-ONE,)), (ZERO, ONE), ((ONE,), (-ONE,)), (ONE,))
    instance = Instance.of(networks=(bump, turned))
    check = CANONICAL_FUNCTION.check(instance)
    assert check.outcome == "not-applicable"
    assert "independent" in check.evidence
    assert not CANONICAL_FUNCTION.claim(instance).holds


def test_golden_split_neuron():
    one = ShallowNetwork(((ONE, ONE),), (ONE,), ((ONE, 2 * ONE),), (ZERO, ZERO))
    two = ShallowNetwork(
        ((2 * ONE, 2 * ONE), (ONE, ONE)), (2 * ONE, ONE),
        ((ONE / 4, ONE / 2), (ONE / 2, ONE)), (ZERO, ZERO),
    )
    check = CANONICAL_FUNCTION.check(Instance.of(networks=(one, two)))
    assert check.outcome == "holds"
    assert check.evidence == "canonical widths 1 and 1, forms agree"
