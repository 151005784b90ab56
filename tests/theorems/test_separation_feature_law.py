"""The law of a feature, against the normal law of scipy and sampled features."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.special import erf, erfinv
from scipy.stats import norm

from symerm.theorems import Instance
from symerm.theorems.separation.feature_laws import FEATURE_LAW, NORM_TURN, UNIFORM, VALUE_TURN

F = Fraction


def cumulative(z: float, radius: float) -> float:
    return float(norm.cdf(erfinv(z), scale=np.sqrt(1 + radius**2) / 2))


def density(z: float, radius: float) -> float:
    step = 1e-5
    return (cumulative(z + step, radius) - cumulative(z - step, radius)) / (2 * step)


def claims(theorem):
    own = {mutant.name: mutant.claim for mutant in theorem.mutants if mutant.claim}
    return {None: theorem.claim} | own


@settings(max_examples=20)
@given(FEATURE_LAW.instances)
def test_the_density(instance):
    z, r = float(instance["value"]), float(instance["norm"])
    found, n, s = density(z, r), erfinv(z), 1 + r * r
    forms = {
        None: np.exp(n * n * (1 - 2 / s)) / np.sqrt(2 * s),
        "exponent": np.exp(-n * n * (1 - 2 / s)) / np.sqrt(2 * s),
        "scale": np.exp(n * n * (1 - 2 / s)) / np.sqrt(s),
        "no-bias": np.exp(n * n * (1 - 2 / r**2)) / np.sqrt(2) / r if r else 0,
    }
    for name, claim in claims(FEATURE_LAW).items():
        # At |x| = 200 the bias moves the density by 10^-5 of it: 30 digits see that.
        if name == "no-bias" and r > 10:
            continue
        assert claim(instance).holds == (abs(forms[name] / found - 1) < 1e-4), name


def test_the_law_is_that_of_sampled_features():
    generator = np.random.default_rng(5)
    x = np.array([0.6, -1.2])
    arguments = generator.standard_normal((200_000, 2)) @ x / 2
    features = erf(arguments + generator.standard_normal(200_000) / 2)
    for z in (-0.9, -0.3, 0.0, 0.5, 0.8):
        assert abs((features <= z).mean() - cumulative(z, np.linalg.norm(x))) < 0.005


@settings(max_examples=20)
@given(UNIFORM.instances)
def test_uniform(instance):
    square, z = float(sum(c * c for c in instance["x"])), float(instance["value"])
    radius = square**0.5
    half = abs(cumulative(0.5, radius) - 0.75) > 1e-9
    uniform = abs(cumulative(z, radius) - (1 + z) / 2) < 1e-9
    narrow = abs(cumulative(z, radius) - min(max(z + 0.5, 0), 1)) < 1e-9
    one = sum(c * c for c in instance["x"]) == 1
    expected = {
        None: uniform if one else half, "half": narrow if one else half,
        "inside": uniform if square <= 1 or one else half,
        "two": uniform if sum(c * c for c in instance["x"]) == 2 else half,
    }
    for name, claim in claims(UNIFORM).items():
        assert claim(instance).holds == expected[name]


def order(first: float, second: float) -> int:
    return 0 if abs(first - second) < 1e-8 * first else int(np.sign(second - first))


@settings(max_examples=20)
@given(VALUE_TURN.instances.filter(lambda instance: instance["norm"] <= 20))
def test_monotone_in_the_value(instance):
    r = float(instance["norm"])
    near, far = (density(float(z), r) for z in instance["values"])
    expected = {
        None: int(np.sign(r - 1)), "turns-at-two": int(np.sign(r - 2)),
        "flipped": int(np.sign(1 - r)),
    }
    for name, claim in claims(VALUE_TURN).items():
        # Differences are good to six digits or so.
        found = 0 if abs(near - far) < 1e-5 * near else order(near, far)
        assert claim(instance).holds == (found == expected[name])


@settings(max_examples=20)
@given(NORM_TURN.instances.filter(
    lambda instance: instance["norms"][0] != instance["norms"][1] and max(instance["norms"]) <= 20
))
def test_monotone_in_the_norm(instance):
    z = float(instance["value"])
    radii = [float(r) for r in instance["norms"]]
    first, last = (np.log(density(z, r)) for r in radii)
    turn = np.sqrt(max(4 * erfinv(z) ** 2 - 1, 0))
    applicable = radii[0] < radii[1] and (radii[1] <= turn or radii[0] >= turn)
    assert (NORM_TURN.check(instance).outcome != "not-applicable") == applicable
    turns = {None: turn, "falls": -1, "at-one": 1}
    for name, claim in claims(NORM_TURN).items():
        rises = radii[1] <= turns[name]
        assert claim(instance).holds == ((last > first) == rises)


@pytest.mark.parametrize(("norms", "outcome"), [
    ((F(1, 2), F(3, 2)), "holds"), ((F(8, 5), F(2)), "holds"), ((F(1), F(2)), "not-applicable"),
])
def test_golden_turn(norms, outcome):
    """For z = 4/5 the density turns at |x| = 1.5115.."""
    assert NORM_TURN.check(Instance.of(value=F(4, 5), norms=norms)).outcome == outcome
