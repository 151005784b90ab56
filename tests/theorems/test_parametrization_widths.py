"""Minimal widths against a search over all networks with kinks at given places."""

from fractions import Fraction
from itertools import combinations, product

import pytest
from hypothesis import given, settings

from symerm.arithmetic.linalg import rank
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.kinks import kink_form
from symerm.problem.architecture import Activation
from symerm.theorems import Instance
from symerm.theorems.generators.parametrization import degenerate_networks, equal_pairs
from symerm.theorems.parametrization.widths import BOX_WIDTH, INVARIANT_WIDTH, SUBSET_SUM, WIDTH

ONE, ZERO = Fraction(1), Fraction(0)


def least_width_on_the_line(network):
    """The least number of neurons, by solving for outputs over all kinks and facings.

    Neurons off the kinks are tried at one place only, where two of them may stand.
    """
    kinks = [Fraction(-kink.offset, kink.normal[0]) for kink in kink_form(network).kinks]
    places = [*kinks, max(map(abs, kinks), default=ZERO) + 17]
    neurons = list(product(places, (1, -1)))
    points = sorted({x + d for x in places for d in (-2, -1, 0, 1, 2)} | {ZERO, ONE / 3})
    act = network.activation
    wanted = [network((x,))[0] for x in points]
    for width in range(len(kinks), len(kinks) + 3):
        for chosen in combinations(neurons, width):
            rows = [
                [ONE, *(act(facing * (x - place)) for place, facing in chosen)] for x in points
            ]
            extended = [[*row, y] for row, y in zip(rows, wanted, strict=True)]
            if rank(rows) == rank(extended):
                return width
    raise AssertionError("no network found")


@settings(max_examples=30, deadline=None)
@given(degenerate_networks(inputs=(1, 1), outputs=(1, 1), width=(1, 3), forms=3))
def test_minimal_width_on_the_line(network):
    expected = least_width_on_the_line(network)
    evidence = WIDTH.claim(Instance.of(network=network))
    assert evidence.holds
    assert evidence.evidence.endswith(f"found {expected}")


@settings(max_examples=20, deadline=None)
@given(equal_pairs(base=degenerate_networks(inputs=(1, 1), outputs=(1, 1), width=(1, 2))))
def test_minimal_width_is_one_of_the_function(pair):
    finding = INVARIANT_WIDTH.claim(Instance.of(networks=pair))
    assert finding.holds
    if pair[0].width:
        assert finding.evidence.startswith(f"minimal widths {least_width_on_the_line(pair[0])} ")


@pytest.mark.parametrize(
    ("weights", "target", "width"),
    [((1, 2), 3, 2), ((1, 2), 2, 2), ((1, 2), 0, 2), ((2, 4), 3, 3), ((-1,), 1, 2)],
)
def test_golden_subset_sums(weights, target, width):
    finding = SUBSET_SUM.claim(Instance.of(weights=weights, target=target))
    assert finding.holds
    assert finding.evidence.endswith(f"width {width}")


def test_golden_box():
    identity = ShallowNetwork(((ONE,), (-ONE,)), (ZERO, ZERO), ((ONE,), (-ONE,)), (ZERO,))
    finding = BOX_WIDTH.claim(Instance.of(network=identity, low=-ONE))
    assert finding.holds
    assert finding.evidence.endswith("found 1")
    assert WIDTH.claim(Instance.of(network=identity)).evidence.endswith("found 2")


def test_leaky_slopes_turn_by_another_factor():
    leaky = Activation("leaky", ONE / 3)
    network = ShallowNetwork(
        ((ONE,), (ONE,), (-ONE,)), (ZERO, ZERO, ZERO), ((ONE,), (ONE,), (-ONE,)), (ZERO,), leaky
    )
    assert WIDTH.claim(Instance.of(network=network)).evidence.endswith(
        f"found {least_width_on_the_line(network)}"
    )
