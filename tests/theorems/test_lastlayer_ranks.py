"""Rank laws against ranks of wide random features in floats, and on given points."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from symerm.theorems import Instance
from symerm.theorems.generators.lastlayer import clouds_on_lines, labelled_clouds
from symerm.theorems.lastlayer.ranks import (
    FIT_CRITERION,
    LEAKY_AND_TANGENT,
    QUADRATIC_RANK,
    RANK_LAW,
)

ONE, ZERO = Fraction(1), Fraction(0)


def wide_features(points, power, width=400):
    """max(<w, x>, 0)^k at Gaussian weights, with the sign of 0 as inactive."""
    x = np.array([[float(entry) for entry in point] for point in points])
    z = x @ np.random.default_rng(2).normal(size=(x.shape[1], width))
    return np.where(z > 0, 1.0, 0.0) if power == 0 else np.maximum(z, 0) ** power


def numeric_rank(rows):
    return int(np.linalg.matrix_rank(rows, tol=1e-8 * max(1.0, np.abs(rows).max())))


@settings(max_examples=25, deadline=None)
@given(clouds_on_lines(lines=(1, 4)))
def test_ranks_of_wide_features(points):
    for degree in (0, 1, 2):
        check = RANK_LAW.check(Instance.of(points=points, degree=degree))
        assert check.outcome == "holds"
        assert check.evidence.endswith(f"rank {numeric_rank(wide_features(points, degree))}")
    leaky = LEAKY_AND_TANGENT.check(Instance.of(points=points, slope=ONE / 10))
    assert leaky.outcome == "holds"
    assert f"law {numeric_rank(wide_features(points, 1))}," in leaky.evidence
    x = np.array([[float(entry) for entry in point] for point in points])
    squares = (x @ np.random.default_rng(3).normal(size=(x.shape[1], 60))) ** 2
    quadratic = QUADRATIC_RANK.check(Instance.of(points=points))
    assert quadratic.outcome == "holds"
    assert quadratic.evidence.endswith(f"of the features {numeric_rank(squares)}")


@settings(max_examples=25, deadline=None)
@given(labelled_clouds())
def test_fitted_labels_by_least_squares(cloud):
    points, labels = cloud
    features = wide_features(points, 1)
    y = np.array([float(label) for label in labels])
    solution = np.linalg.lstsq(features, y, rcond=1e-10)[0]
    fitted = np.abs(features @ solution - y).max() < 1e-7
    check = FIT_CRITERION.check(Instance.of(cloud=cloud))
    assert check.outcome == "holds"
    assert ("not fitted" not in check.evidence) == fitted


SQUARE = ((ONE, ZERO), (-ONE, ZERO), (ZERO, ONE), (ZERO, -ONE))
THIRD = ((ONE, ONE), (-ONE, -ONE))


@pytest.mark.parametrize(
    ("points", "degree", "rank"),
    [(SQUARE, 1, 4), ((*SQUARE, *THIRD), 1, 5), ((*SQUARE, *THIRD), 2, 6),
     ((*SQUARE, *THIRD), 0, 4), (((ONE,), (2 * ONE,)), 1, 1)],
)
def test_golden_ranks(points, degree, rank):
    check = RANK_LAW.check(Instance.of(points=points, degree=degree))
    assert check.outcome == "holds"
    assert check.evidence.endswith(f"rank {rank}")


def test_golden_labels():
    points = (*SQUARE, *THIRD)
    # y(x) - y(-x) is 2, 0, 2 = <(2, 0), x>: fitted; 2, 0, 1 is not linear.
    for last, words in ((ONE, "6 points: fitted"), (ZERO, "6 points: not fitted")):
        labels = (ONE, -ONE, ZERO, ZERO, last, -ONE)
        check = FIT_CRITERION.check(Instance.of(cloud=(points, labels)))
        assert check.outcome == "holds"
        assert check.evidence.startswith(words)
