"""Lower bounds of densities on fine grids, and the kernel against a product rule in the plane."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from scipy.special import erf, erfinv
from scipy.stats import norm

from symerm.theorems import Instance
from symerm.theorems.separation.feature_bounds import (
    DENSITY_BOUND,
    FEATURE_KERNEL,
    LEAST_DENSITY,
    MARGINAL_BOUND,
)

F = Fraction
NODES, MASSES = np.polynomial.legendre.leggauss(240)
NODES, MASSES = 8 * NODES, 8 * MASSES * norm.pdf(8 * NODES)


def density(z, r):
    """Of erf N, N ~ N(0, (1 + r^2)/4), by the change of variables."""
    n = erfinv(z)
    return norm.pdf(n, scale=np.sqrt(1 + r**2) / 2) / (2 * np.exp(-n * n) / np.sqrt(np.pi))


def claims(theorem):
    own = {mutant.name: mutant.claim for mutant in theorem.mutants if mutant.claim}
    return {None: theorem.claim} | own


@settings(max_examples=30)
@given(DENSITY_BOUND.instances)
def test_the_bound(instance):
    found = density(float(instance["value"]), float(instance["norm"]))
    bounds = {None: 10**-0.5, "third": 1 / 3, "at-one": 1 / 2}
    for name, claim in claims(DENSITY_BOUND).items():
        assert claim(instance).holds == (found >= bounds[name] * (1 - 1e-12))


def test_golden_bound():
    """Equality at z = 0 and |x| = 2, which balls alone cannot decide."""
    check = DENSITY_BOUND.check(Instance.of(value=F(0), norm=F(2)))
    assert check.outcome == "holds"
    assert check.evidence.startswith("p(0 | |x| = 2) = 0.316227766017")
    assert DENSITY_BOUND.check(Instance.of(value=F(4, 5), norm=F(0))).outcome == "not-applicable"


@settings(max_examples=30)
@given(LEAST_DENSITY.instances)
def test_the_least_density(instance):
    reach, most = abs(float(instance["reach"])), float(instance["radius"])
    values, radii = np.meshgrid(np.linspace(0, reach, 41), np.linspace(0, most, 401))
    least = density(values, radii).min()
    corners = {
        "at-origin": density(reach, 0.0), "at-centre": density(0.0, most),
        "at-far-corner": density(reach, most),
    }
    for name, claim in claims(LEAST_DENSITY).items():
        stated = least if name is None else corners[name]
        assert claim(instance).holds == bool(abs(least / stated - 1) < 1e-9), name


@settings(max_examples=30)
@given(MARGINAL_BOUND.instances)
def test_the_marginal(instance):
    low, high = (float(z) for z in instance["values"])
    radii = np.array([float(r) for r in instance["norms"]])
    scales = np.sqrt(1 + radii**2) / 2
    found = (norm.cdf(erfinv(high), scale=scales) - norm.cdf(erfinv(low), scale=scales)).mean()
    constants = {None: 10**-0.5, "half": 0.5, "to-three": 10**-0.5}
    for name, claim in claims(MARGINAL_BOUND).items():
        mass = (radii <= (3 if name == "to-three" else 2)).mean()
        bound = (high - low) * mass * constants[name]
        assert claim(instance).holds == (found >= bound - 1e-12)


@settings(max_examples=15)
@given(FEATURE_KERNEL.instances)
def test_the_kernel(instance):
    x, y = (np.array([float(c) for c in row]) for row in instance["inputs"])
    covariance = np.array([[1 + x @ x, 1 + x @ y], [1 + x @ y, 1 + y @ y]]) / 4
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    first, second = (
        root[k, 0] * NODES[:, None] + root[k, 1] * NODES[None, :] for k in (0, 1)
    )
    mean = MASSES @ (erf(first) * erf(second)) @ MASSES
    forms = {
        None: (1 + x @ y, 3 + x @ x, 3 + y @ y),
        "normalised": (1 + x @ y, 1 + x @ x, 1 + y @ y),
        "no-bias": (x @ y, 2 + x @ x, 2 + y @ y),
        "unit-layer": (2 + 2 * x @ y, 3 + 2 * x @ x, 3 + 2 * y @ y),
    }
    stated = {
        name: 2 / np.pi * np.arcsin(np.clip(top / np.sqrt(one * two), -1, 1))
        for name, (top, one, two) in forms.items()
    }
    assert abs(mean - stated[None]) < 1e-6
    for name, claim in claims(FEATURE_KERNEL).items():
        # A wrong form agrees where it happens to have the same value.
        assert claim(instance).holds == (abs(stated[name] - stated[None]) < 1e-9)
