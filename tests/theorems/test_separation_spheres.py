"""Two unit vectors, against scipy's Beta law, sampled vectors and a grid."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from scipy.stats import beta

from symerm.theorems import Instance
from symerm.theorems.separation.two_spheres import (
    SPHERES_DISTRIBUTION,
    SPHERES_MAXIMUM,
    spheres_distribution,
    spheres_norm_density,
)

F = Fraction


def claims(theorem):
    own = {mutant.name: mutant.claim for mutant in theorem.mutants if mutant.claim}
    return {None: theorem.claim} | own


def cumulative(dimension: int, x: float) -> float:
    return float(beta.cdf(x * x / 4, (dimension - 1) / 2, (dimension - 1) / 2))


def density(dimension: int, x):
    k = (dimension - 1) / 2
    return beta.pdf(x * x / 4, k, k) * x / 2


@settings(max_examples=25)
@given(SPHERES_DISTRIBUTION.instances)
def test_the_distribution(instance):
    d, x = instance["dimension"], float(instance["x"])
    expected = {
        None: cumulative(d, x), "off-by-one": cumulative(d + 1, x), "chord": cumulative(d, x / 2),
    }
    for name, claim in claims(SPHERES_DISTRIBUTION).items():
        found = claim(instance)
        assert found.holds == (abs(expected[name] / cumulative(d, x) - 1) < 1e-9)
        assert float(found.evidence.split("angle ")[1].split(",")[0]) == pytest.approx(
            expected[name], rel=1e-8
        )


@pytest.mark.parametrize("dimension", [2, 3, 7])
def test_sampled_vectors(dimension):
    points = np.random.default_rng(2).standard_normal((2, 100_000, dimension))
    points /= np.linalg.norm(points, axis=2, keepdims=True)
    norms = np.linalg.norm(points.sum(axis=0), axis=1)
    for x in (0.4, 1.2, 1.9):
        assert abs((norms <= x).mean() - cumulative(dimension, x)) < 0.006
        found = float(spheres_distribution(dimension - 2, arb(x)).mid())
        assert found == pytest.approx(cumulative(dimension, x), rel=1e-12)
        assert float(spheres_norm_density(dimension, arb(x)).mid()) == pytest.approx(
            density(dimension, x), rel=1e-12
        )


@settings(max_examples=25)
@given(SPHERES_MAXIMUM.instances.filter(lambda instance: instance["dimension"] > 3))
def test_the_maximum(instance):
    d, x = instance["dimension"], float(instance["x"])
    squares = {
        None: 4 * (d - 2) / (2 * d - 5), "root-two": 2, "off-by-one": 4 * (d - 2) / (2 * d - 3),
    }
    grid = np.linspace(0.01, 1.99, 2000)
    assert density(d, grid).max() <= density(d, squares[None] ** 0.5)
    for name, claim in claims(SPHERES_MAXIMUM).items():
        most = density(d, squares[name] ** 0.5)
        near = density(d, np.array([x, x + 2.0**-20])).max()
        assert claim(instance).holds == (near <= most * (1 + 1e-12))


def test_golden_spheres():
    """In three dimensions P(|x| <= x) = x^2/4."""
    found = SPHERES_DISTRIBUTION.check(Instance.of(dimension=3, x=F(3, 2)))
    assert found.outcome == "holds"
    assert "Beta law 0.5625" in found.evidence
    three = Instance.of(dimension=3, x=F(1))
    assert SPHERES_MAXIMUM.check(three).outcome == "not-applicable"


@pytest.mark.parametrize("x", [F(1, 20), F(1), F(39, 20)])
def test_low_dimensions(x):
    """In the plane the density 1/(pi sqrt(1 - x^2/4)) grows from 0 on; in space it is x/2."""
    (mutant,) = [m for m in SPHERES_MAXIMUM.mutants if m.without]
    anywhere = SPHERES_MAXIMUM.mutated(mutant)
    plane, space = (anywhere.check(Instance.of(dimension=d, x=x)) for d in (2, 3))
    assert plane.outcome == "fails"
    low, high = (float(text.split()[0].rstrip(",")) for text in (
        plane.evidence.split(" = ")[2], plane.evidence.split(" is ")[1]
    ))
    assert low == pytest.approx(1 / (np.pi * np.sqrt(1 - float(x) ** 2 / 4)))
    assert high == pytest.approx(1 / np.pi)
    assert space.outcome == "holds"
