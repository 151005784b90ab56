"""All zigzags with few kinks, and networks that realise them."""

from __future__ import annotations

import itertools
from fractions import Fraction
from functools import cache

from configuration_networks import NICE_SLOPE, exact_roots, group_sums, kinks, network

from symerm.arithmetic.rational_functions import RationalFunction
from symerm.landscape.slope_field import GAMMA, ZERO
from symerm.landscape.zigzags import Zigzag, solve_zigzag
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import RELU, Activation

LEAKY = Activation("leaky", NICE_SLOPE)


def symbol(activation: Activation) -> RationalFunction:
    return ZERO if activation.kind == "relu" else GAMMA


@cache
def all_zigzags(activation: Activation, kink_count: int) -> list[Zigzag]:
    found = [
        solve_zigzag([[f] for f in facings], affine=False, slope=symbol(activation))
        for facings in itertools.product((1, -1), repeat=kink_count)
    ]
    return [each for each in found if isinstance(each, Zigzag)]


EVERY_ZIGZAG = {
    activation.kind: [each for count in range(5) for each in all_zigzags(activation, count)]
    for activation in (RELU, LEAKY)
}


@cache
def reduced_network(zigzag: Zigzag, activation: Activation) -> ShallowNetwork:
    """One neuron with |w| = 1 at each kink."""
    gamma = activation.negative_slope
    return network(
        [
            (Fraction(facing), -facing * place, facing * total)
            for facing, place, total in zip(
                zigzag.facings, kinks(exact_roots(zigzag, gamma)), group_sums(zigzag, gamma),
                strict=True,
            )
        ],
        Fraction(1, 2),
        activation,
    )
