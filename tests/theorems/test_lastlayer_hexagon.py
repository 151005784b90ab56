"""The hexagon and points on a ray, with numpy and with networks of two layers."""

from fractions import Fraction

import numpy as np
import pytest

from symerm.theorems import Instance
from symerm.theorems.lastlayer.hexagon import HEXAGON_EIGENVALUES, HEXAGON_LOSS, RAY_LOSS

ONE = Fraction(1)
ANGLES = np.arange(6) * np.pi / 3
POINTS = np.stack([np.cos(ANGLES), np.sin(ANGLES)], 1)


@pytest.mark.parametrize("square", [ONE, Fraction(1, 3), Fraction(4)])
def test_eigenvalues_in_floats(square):
    cosine = np.clip(POINTS @ POINTS.T, -1, 1)
    t = np.arccos(cosine)
    matrix = float(square) * (np.sin(t) + (np.pi - t) * cosine) / (2 * np.pi)
    check = HEXAGON_EIGENVALUES.check(Instance.of(square=square))
    assert check.outcome == "holds"
    shown = [float(word) for word in check.evidence.split("eigenvalues ")[1].split(", ")]
    assert np.allclose(np.linalg.eigvalsh(matrix), shown, atol=2e-6)


def test_alternating_labels_in_floats():
    labels = np.array([1.0, -1.0] * 3)
    features = np.maximum(POINTS @ np.random.default_rng(1).normal(size=(2, 300)), 0)
    assert np.abs(labels @ features).max() < 1e-12
    neurons = ((ONE, ONE, ONE), (ONE, -ONE, ONE), (-ONE / 2, ONE / 2, ONE))
    instance = Instance.of(neurons=neurons, scale=Fraction(3))
    assert HEXAGON_LOSS.check(instance).evidence == (
        "3 neurons: loss 54, any width 54, |y|² = 54"
    )


def test_golden_rays():
    instance = Instance.of(c=Fraction(2), labels=(ONE, ONE))
    assert RAY_LOSS.check(instance).evidence == "c = 2: best loss 1/5, formula 1/5"
    opposite = Instance.of(c=-ONE, labels=(ONE, ONE))
    assert RAY_LOSS.check(opposite).outcome == "not-applicable"
    assert not RAY_LOSS.claim(opposite).holds


@pytest.mark.parametrize("c", [0.5, 2.0, 3.0])
def test_rays_by_least_squares(c):
    features = np.array([[1.0], [c]])
    for y, z in ((1.0, 1.0), (-1.0, 2.0)):
        _, residual, _, _ = np.linalg.lstsq(features, np.array([y, z]), rcond=None)
        instance = Instance.of(c=Fraction(c), labels=(Fraction(y), Fraction(z)))
        found = RAY_LOSS.check(instance).evidence.split("formula ")[1]
        assert float(Fraction(found)) == pytest.approx(float(residual[0]))
