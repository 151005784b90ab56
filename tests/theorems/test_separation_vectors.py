"""Means of the two separating vectors, against a product rule over weights and bias."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.special import erf
from test_separation_means import MASSES, NODES

from symerm.theorems import Instance
from symerm.theorems.separation.vectors import EQUAL_WEIGHTS, SIZE_MARGINS, SIZE_WEIGHTS

F = Fraction
SHARE = 1 - float(erf(1))


def part(radius: float, low: float) -> float:
    """E[erf(<u, x> + b); b >= low] over u and b together."""
    half = (5 - low) / 2
    biases, along = low + half * (NODES + 1), 5 * NODES
    law = half * MASSES * np.exp(-2 * biases**2) * np.sqrt(2 / np.pi)
    other = 5 * MASSES * np.exp(-2 * along**2) * np.sqrt(2 / np.pi)
    return float(other @ erf(along[:, None] * radius + biases[None, :]) @ law)


def mean(radius: float, weight: float) -> float:
    return (part(radius, 0) - weight * part(radius, 2**-0.5)) / 4


def own_weight(radius: float) -> float:
    return part(radius, 0) / part(radius, 2**-0.5) * SHARE


def sign(value: float) -> int:
    return 0 if abs(value) < 1e-11 else int(np.sign(value))


# The product rule is good to 10^-14 up to |x| = 5, and to 10^-11 at |x| = 6.
@settings(max_examples=20)
@given(EQUAL_WEIGHTS.instances.filter(lambda instance: instance["norm"] <= 5))
def test_equal_weights(instance):
    norm, weight, radius = (float(instance[key]) for key in ("norm", "weight", "radius"))
    value = mean(norm, weight)
    size = np.arctan((2 + norm**2) ** -0.5) / np.pi / 4

    def stated(constant):
        # At xi = 0 mean and bound are equal.
        return value > 0 and value >= (1 - weight / constant) * size - 1e-11

    assert EQUAL_WEIGHTS.claim(instance).holds == stated(np.e)
    claims = {mutant.name: mutant.claim for mutant in EQUAL_WEIGHTS.mutants}
    assert claims["three"](instance).holds == stated(3)
    if radius <= 5:
        expected = sign(mean(norm, own_weight(radius))) == sign(radius - norm)
        assert claims["separates"](instance).holds == expected


@settings(max_examples=20)
@given(SIZE_WEIGHTS.instances.filter(lambda instance: max(instance.values()) <= 5))
def test_weights_by_size(instance):
    norm, radius = float(instance["norm"]), float(instance["radius"])
    own, stated = own_weight(radius), sign(radius - norm)
    claims = {None: SIZE_WEIGHTS.claim}
    claims |= {mutant.name: mutant.claim for mutant in SIZE_WEIGHTS.mutants}
    for name, factor in ((None, 1 / SHARE), ("equal", 1), ("times", SHARE)):
        assert claims[name](instance).holds == (sign(mean(norm, factor * own)) == stated)
    assert claims["inside-out"](instance).holds == (stated == 0)


@settings(max_examples=20)
@given(SIZE_MARGINS.instances.filter(lambda instance: max(instance.values()) <= 5))
def test_margins(instance):
    norm, radius = float(instance["norm"]), float(instance["radius"])
    value = mean(norm, own_weight(radius) / SHARE)
    size = np.arctan((2 + max(norm, 2.1) ** 2) ** -0.5) / np.pi / 4
    fixed = np.arctan((2 + 2.1**2) ** -0.5) / np.pi / 4

    def stated(nearby=0.000495, inside=0.000248, outside=size):
        if instance["norm"] < F(9, 10):
            return value >= inside
        if instance["norm"] <= F(21, 10):
            return abs(value) >= nearby * abs(norm - radius) - 1e-12
        return -value >= 0.00314 * outside

    claims = {mutant.name: mutant.claim for mutant in SIZE_MARGINS.mutants}
    assert SIZE_MARGINS.claim(instance).holds == stated()
    assert claims["nearby"](instance).holds == stated(nearby=0.00125)
    assert claims["inside"](instance).holds == stated(inside=0.002)
    assert claims["constant-outside"](instance).holds == stated(outside=fixed)


@pytest.mark.parametrize("norm", [F(0), F(1), F(2), F(200)])
def test_golden_vectors(norm):
    """With equal weights one sign everywhere, with weights by size two."""
    equal = EQUAL_WEIGHTS.check(Instance.of(norm=norm, weight=F(59, 125), radius=F(1)))
    assert equal.outcome == "holds"
    sized = SIZE_WEIGHTS.check(Instance.of(norm=norm, radius=F(3, 2)))
    assert sized.outcome == "holds"
    assert sized.evidence.endswith(f"has the sign {1 if norm < F(3, 2) else -1}")
