"""Theorems on means of features, against product rules in two dimensions and mpmath."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from scipy.special import erf

from symerm.theorems import Instance
from symerm.theorems.separation.feature_means import (
    MEAN_GIVEN_BIAS,
    MEAN_LARGE_BIAS,
    MEAN_OVER_WEIGHTS,
    MEAN_POSITIVE_BIAS,
    OWENS_REFLECTION,
)

F = Fraction
NODES, MASSES = np.polynomial.legendre.leggauss(140)


def mean(radius: float, low: float) -> float:
    """E[erf(<u, x> + b) | b >= low], u and b integrated together: no closed form is used."""
    # Ten standard deviations of 1/2 each way.
    half = (5 - low) / 2
    biases, along = low + half * (NODES + 1), 5 * NODES
    law = half * MASSES * np.exp(-2 * biases**2)
    other = 5 * MASSES * np.exp(-2 * along**2) * np.sqrt(2 / np.pi)
    values = erf(along[:, None] * radius + biases[None, :])
    return float(other @ values @ law / law.sum())


def close(first: float, second: float) -> bool:
    return abs(first - second) < 1e-9


def owen(h: float, a: float) -> float:
    return float(mpmath.quad(
        lambda s: mpmath.exp(-h * h * (1 + s * s) / 2) / (1 + s * s) / (2 * mpmath.pi),
        [0, a / 2, a],
    ))


def tangent(radius: float) -> float:
    return (2 + radius**2) ** -0.5


SHARE = 1 - float(erf(1))
#: (theorem, mutant or None) -> the stated mean at |x| and the least bias.
POSITIVE = {
    None: lambda r: 2 / np.pi * np.arctan(tangent(r)),
    "joint": lambda r: np.arctan(tangent(r)) / np.pi,
    "one-for-two": lambda r: 2 / np.pi * np.arctan((1 + r * r) ** -0.5),
    "unit-layer": lambda r: 2 / np.pi * np.arctan((0.5 + r * r) ** -0.5),
}
LARGE = {
    None: lambda r: 4 * owen(2**0.5, tangent(r)) / SHARE,
    "share-forgotten": lambda r: 4 * owen(2**0.5, tangent(r)),
    "height-one": lambda r: 4 * owen(1, tangent(r)) / SHARE,
}


def claim_of(theorem, name):
    if name is None:
        return theorem.claim
    return next(mutant.claim for mutant in theorem.mutants if mutant.name == name)


# Far out the steep erf is beyond the product rule.
RADII = [F(0), F(1, 2), F(1), F(3, 2), F(21, 10)]


@pytest.mark.parametrize("norm", RADII)
@pytest.mark.parametrize("name", POSITIVE)
def test_the_mean_given_a_positive_bias(name, norm):
    found = claim_of(MEAN_POSITIVE_BIAS, name)(Instance.of(norm=norm))
    assert found.holds == close(mean(float(norm), 0), POSITIVE[name](float(norm)))
    assert found.holds == (name is None)


@pytest.mark.parametrize("norm", RADII)
@pytest.mark.parametrize("name", LARGE)
def test_the_mean_given_a_large_bias(name, norm):
    found = claim_of(MEAN_LARGE_BIAS, name)(Instance.of(norm=norm))
    assert found.holds == close(mean(float(norm), 2**-0.5), LARGE[name](float(norm)))
    assert found.holds == (name is None)


@pytest.mark.parametrize("bias", [F(-3, 2), F(-1, 3), F(0), F(1, 2), F(1)])
@pytest.mark.parametrize("name", [None, "not-scaled", "joint", "two"])
def test_the_mean_given_a_least_bias(name, bias):
    norm, h = F(3, 2), float(bias)
    share = 1 - float(erf(2**0.5 * h))
    factor, stretch = {None: (4, 2), "not-scaled": (4, 1), "joint": (4, 2), "two": (2, 2)}[name]
    stated = factor * owen(stretch * h, tangent(1.5)) / (2 if name == "joint" else share)
    found = claim_of(MEAN_GIVEN_BIAS, name)(Instance.of(norm=norm, bias=bias))
    assert found.holds == close(mean(1.5, h), stated)
    assert found.holds or name is not None


@settings(max_examples=20)
@given(MEAN_OVER_WEIGHTS.instances)
def test_the_mean_over_the_weights(instance):
    r, b = float(sum(x * x for x in instance["x"])) ** 0.5, float(instance["b"])
    nodes, masses = np.polynomial.hermite_e.hermegauss(180)
    whole = float(masses @ erf(nodes * r / 2 + b)) / np.sqrt(2 * np.pi)
    forms = {
        None: b / np.sqrt(1 + r * r / 2),
        "erf-of-mean": b,
        "unit-weights": b / np.sqrt(1 + 2 * r * r),
        "half-square": b / np.sqrt(1 + r * r / 4),
    }
    for name, argument in forms.items():
        # The Hermite rule converges slowly for a steep erf.
        same = abs(whole - erf(argument)) < (1e-9 if r < 3 else 1e-4)
        assert claim_of(MEAN_OVER_WEIGHTS, name)(instance).holds == same


@settings(max_examples=20)
@given(OWENS_REFLECTION.instances)
def test_the_reflection(instance):
    h, a = float(instance["h"]), float(instance["a"])
    with mpmath.workdps(30):
        left = owen(h, a) + owen(a * h, 1 / a)
    near, far = ((1 - float(erf(x / 2**0.5))) / 2 for x in (h, a * h))
    sides = {
        None: (near + far) / 2 - near * far,
        "no-product": (near + far) / 2,
        "negative-slope": (near + far) / 2 - near * far - 0.5,
    }
    for name, right in sides.items():
        # Products of tails below 10^-9 are seen by 30 digits, not here.
        if name == "no-product" and near * far < 1e-8:
            continue
        assert claim_of(OWENS_REFLECTION, name)(instance).holds == close(left, right)
    assert (OWENS_REFLECTION.check(instance).outcome == "not-applicable") == (a < 0)


def test_golden_means():
    """At |x| = 1 the mean given b >= 0 is 1/3: t = tan(pi/6)."""
    found = MEAN_POSITIVE_BIAS.check(Instance.of(norm=F(1)))
    assert found.outcome == "holds"
    assert found.evidence.startswith("integral 0.333333333333, closed form 0.333333333333")
    assert "agree to 30 digits" in found.evidence
