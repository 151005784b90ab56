"""The heavy-tailed norm, against scipy's Bessel functions and quadrature, and sampled points."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.integrate import quad
from scipy.special import gamma, jv
from scipy.stats import chi2

from symerm.separation.heavy_tailed import HeavyTailed
from symerm.theorems import Instance
from symerm.theorems.separation.heavy_tailed import (
    HEAVY_DENSITY,
    HEAVY_DISTRIBUTION,
    HEAVY_TAIL,
    heavy_norm_density,
    heavy_norm_distribution,
)

F = Fraction


def claims(theorem):
    own = {mutant.name: mutant.claim for mutant in theorem.mutants if mutant.claim}
    return {None: theorem.claim} | own


def mass(order: float, low: float, high: float) -> float:
    points = np.linspace(low, high, int(high - low) + 2)
    return sum(
        quad(lambda s: 2 * order * jv(order, s) ** 2 / s, a, b, epsabs=1e-13)[0]
        for a, b in pairwise(points)
    )


@settings(max_examples=20)
@given(HEAVY_DENSITY.instances)
def test_the_density(instance):
    d, a, x = instance["dimension"], float(instance["scale"]), float(instance["x"])
    radius = gamma(d / 2 + 1) ** (1 / d) / np.sqrt(np.pi)
    normal = chi2.pdf(d * x * x, d) * 2 * d * x
    surface = 2 * np.pi ** (d / 2) / gamma(d / 2)

    def norm_density(unit, sphere):
        point = (unit / x) ** d * jv(d / 2, 2 * np.pi * a * np.sqrt(d) * unit * x) ** 2
        return sphere * (point + (d / 2 / np.pi) ** (d / 2) * np.exp(-d * x * x / 2)) / 2

    s = 2 * np.pi * a * np.sqrt(d) * radius * x
    closed = (normal + d / x * jv(d / 2, s) ** 2) / 2
    found = {
        None: norm_density(radius, surface * x ** (d - 1)),
        "no-surface": norm_density(radius, x ** (d - 1)),
        "full-power": norm_density(radius, surface * x**d),
        "unit-ball": norm_density(1.0, surface * x ** (d - 1)),
    }
    for name, claim in claims(HEAVY_DENSITY).items():
        assert claim(instance).holds == (abs(found[name] / closed - 1) < 1e-8), name


@settings(max_examples=20)
@given(HEAVY_DISTRIBUTION.instances)
def test_the_distribution(instance):
    order = instance["dimension"] / 2
    low, high = (float(s) for s in sorted(instance["range"]))
    found = mass(order, low, high) if low < high else 0.0

    def series(start, factor, step=1):
        ks = np.arange(start, 80)
        first = 1 if start else 0
        at = [
            first * jv(order, s) ** 2 + factor * (jv(order + step * ks, s) ** 2).sum()
            for s in (low, high)
        ]
        return at[1] - at[0]

    forms = {
        None: series(1, 2), "once": series(1, 1), "all-doubled": series(0, 2),
        "even": series(1, 2, 2),
    }
    for name, stated in forms.items():
        assert claims(HEAVY_DISTRIBUTION)[name](instance).holds == (abs(stated - found) < 1e-9)
    halved = claims(HEAVY_DISTRIBUTION)["half"](instance).holds
    assert halved == (abs(forms[None] - found / 2) < 1e-9)


@settings(max_examples=20)
@given(HEAVY_TAIL.instances.filter(lambda i: 2 * i["s"] > i["dimension"]))
def test_the_tail(instance):
    v, s = instance["dimension"] / 2, float(instance["s"])
    tail = 1 - mass(v, 1e-12, s)
    arcsine, term = np.arcsin(v / s), v / (s * s - v * v)
    bounds = {
        None: arcsine + term, "first-term": arcsine, "limit": v / s, "half-term": v / s + term / 2,
    }
    for name, claim in claims(HEAVY_TAIL).items():
        assert claim(instance).holds == (tail <= 2 / np.pi * bounds[name])


@pytest.mark.parametrize("dimension", [1, 3, 6])
def test_the_norm_is_that_of_sampled_points(dimension):
    law = HeavyTailed(dimension)
    norms = np.linalg.norm(law.sample(200_000, np.random.default_rng(3)), axis=1)
    step = F(1, 10**6)
    for x in (F(1, 5), F(7, 10), F(11, 10), F(3)):
        near, far = (heavy_norm_distribution(dimension, at) for at in (x, x + step))
        assert abs((norms <= float(x)).mean() - float(near.mid())) < 0.005
        slope = float((far - near).mid()) / float(step)
        assert abs(slope - float(heavy_norm_density(dimension, x).mid())) < 1e-4


def test_golden_tail():
    """v = 1/2: the tail is 1 - (2/pi)(Si(2s) - sin(s)^2/s)."""
    from scipy.special import sici

    s = 3.0
    stated = 1 - 2 / np.pi * (sici(2 * s)[0] - np.sin(s) ** 2 / s)
    evidence = HEAVY_TAIL.check(Instance.of(dimension=1, s=F(3))).evidence
    assert evidence.startswith(f"v = 1/2: P(S > 3) = {stated:.10f}"[:30])
