"""Networks that belong to a configuration, drawn at random, and the configuration of a network."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from fractions import Fraction

from symerm.landscape.configurations import Configuration, NeuronClass, neuron_signs
from symerm.landscape.derivation import CriticalCase
from symerm.landscape.slope_field import GAMMA
from symerm.landscape.slope_field import ZERO as SLOPE_ZERO
from symerm.landscape.zigzags import Zigzag
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Activation

ONE, ZERO = Fraction(1), Fraction(0)
#: A slope whose root and whose sum with 1 have rational roots.
NICE_SLOPE = Fraction(9, 16)


def exact_roots(zigzag: Zigzag, gamma: Fraction) -> tuple[Fraction, ...]:
    """a_0, .., a_n where they are rational."""
    found = []
    for square in zigzag.squares:
        value = square(gamma)
        root = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator))
        assert root * root == value
        found.append(root)
    return tuple(found)


def kinks(roots: tuple[Fraction, ...]) -> list[Fraction]:
    """q_1, .., q_n on [0, 1]."""
    return [sum(roots[:i], ZERO) / sum(roots) for i in range(1, len(roots))]


def group_sums(zigzag: Zigzag, gamma: Fraction) -> list[Fraction]:
    """The sums of v w at the kinks, for the target x."""
    roots = exact_roots(zigzag, gamma)
    return [
        factor(gamma) / sum(roots) * (1 / roots[i] + 1 / roots[i + 1])
        for i, factor in enumerate(zigzag.group_factors(GAMMA if gamma else SLOPE_ZERO))
    ]


def level(zigzag: Zigzag | None, gamma: Fraction) -> Fraction:
    if zigzag is None:
        return ZERO
    return zigzag.coefficient(gamma) / sum(exact_roots(zigzag, gamma)) ** 4


def nonzero(draw: random.Random) -> Fraction:
    return Fraction(draw.choice([-1, 1]) * draw.randint(1, 9), draw.randint(1, 5))


def positive(draw: random.Random) -> Fraction:
    return abs(nonzero(draw))


def balanced(draw: random.Random, count: int, total: Fraction) -> list[Fraction]:
    """Numbers that are not zero and have a given sum."""
    while True:
        parts = [nonzero(draw) for _ in range(count - 1)]
        parts.append(total - sum(parts, ZERO))
        if all(parts):
            return parts


def outer_neuron(draw: random.Random, neuron: NeuronClass) -> tuple[Fraction, Fraction]:
    """(w, b) of a class without a kink inside (0, 1)."""
    left, right, weight = neuron_signs(neuron)
    while True:
        low, high = left * positive(draw), right * positive(draw)
        if weight == 0 and neuron.type != "inactive":
            high = low
        slope = high - low
        if neuron.type == "inactive" or (slope > 0) - (slope < 0) == weight:
            return slope, low


def output_weight(draw: random.Random, neuron: NeuronClass) -> Fraction:
    if neuron.flat:
        return ZERO
    sign = {"alpha v > 0": 1, "alpha v < 0": -1}.get(neuron.output)
    return nonzero(draw) if sign is None else sign * positive(draw)


def slope_of(neuron: NeuronClass, weight: Fraction, gamma: Fraction) -> Fraction:
    """The slope of act(w x + b) on [0, 1]."""
    active = max(neuron_signs(neuron)[:2]) > 0
    return weight * (1 if active else gamma)


def critical_network(
    draw: random.Random, configuration: Configuration, case: CriticalCase, activation: Activation
) -> ShallowNetwork:
    """A critical point for the target x on [0, 1] as the case describes it."""
    gamma = activation.negative_slope
    outer = [[*outer_neuron(draw, n), output_weight(draw, n)] for n in configuration.outer]
    zigzag = case.residual
    if zigzag is not None:
        roots = exact_roots(zigzag, gamma)
        places = kinks(roots)
        sums = [
            facing * total
            for facing, total in zip(zigzag.facings, group_sums(zigzag, gamma), strict=True)
        ]
        constant = Fraction(1, 2)
    else:
        places = sorted(draw.sample([Fraction(k, 12) for k in range(1, 12)],
                                    len(configuration.kinks)))
        sums = [ZERO] * len(places)
        constant = ZERO
    inner: list[list[Fraction]] = []
    for group, place, total in zip(configuration.kinks, places, sums, strict=True):
        shares = iter(balanced(draw, sum(not n.flat for n in group), total)
                      if any(not n.flat for n in group) else ())
        for neuron in group:
            inner.append([Fraction(neuron.facing), place, ZERO if neuron.flat else next(shares)])
    if zigzag is None:
        adjust(draw, configuration, outer, inner, gamma)
    neurons = [tuple(each) for each in outer]
    for facing, place, jump in inner:
        scale = positive(draw)
        neurons.append((facing * scale, -facing * scale * place, jump / scale))
    if zigzag is None:
        constant = -sum((v * activation(b) for _, b, v in neurons), ZERO)
    return network(neurons, constant, activation)


def adjust(
    draw: random.Random,
    configuration: Configuration,
    outer: list[list[Fraction]],
    inner: list[list[Fraction]],
    gamma: Fraction,
) -> None:
    """Give f the slope 1 by changing output weights."""
    affine = [
        j for j, n in enumerate(configuration.outer)
        if not n.flat and slope_of(n, outer[j][0], gamma)
    ]
    hinges = sum((jump * (gamma if facing > 0 else -1) for facing, _, jump in inner), ZERO)
    if affine:
        slopes = [slope_of(configuration.outer[j], outer[j][0], gamma) for j in affine]
        parts = balanced(draw, len(affine), 1 - hinges)
        for j, slope, part in zip(affine, slopes, parts, strict=True):
            outer[j][2] = part / slope
        return
    # The jumps at each kink add up to zero whatever they are multiplied by.
    for each in inner:
        each[2] /= hinges


def network(
    neurons: Iterable[tuple[Fraction, ...]], constant: Fraction, activation: Activation
) -> ShallowNetwork:
    triples = list(neurons)
    return ShallowNetwork(
        tuple((w,) for w, _, _ in triples),
        tuple(b for _, b, _ in triples),
        tuple((v,) for _, _, v in triples),
        (constant,),
        activation,
    )
