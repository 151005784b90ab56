"""Zero loss of the last layer against least squares in floats."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from symerm.theorems import Instance, try_mutant, try_theorem
from symerm.theorems.lastlayer.systems import ZERO_LOSS

ONE, ZERO = Fraction(1), Fraction(0)


@settings(max_examples=40, deadline=None)
@given(ZERO_LOSS.instances)
def test_losses_in_floats(instance):
    check = ZERO_LOSS.check(instance)
    assert check.outcome == "holds"
    features = np.array([[float(x) for x in row] for row in instance["features"]])
    y = np.array([float(x) for x in instance["labels"]][: len(features)])
    projection = features @ np.linalg.pinv(features)
    fitted = np.allclose(projection @ y, y)
    every = np.allclose(projection, np.eye(len(features)))
    assert (", y fitted" in check.evidence) == fitted
    assert (": all labels" in check.evidence) == every


@pytest.mark.parametrize("mutant", ZERO_LOSS.mutants, ids=lambda mutant: mutant.name)
def test_mutants_are_refuted(mutant):
    assert not try_theorem(ZERO_LOSS).falsified
    assert try_mutant(ZERO_LOSS, mutant).falsified


def test_golden_wide_features_of_rank_one():
    instance = Instance.of(features=((ONE, ONE), (ONE, ONE)), labels=(ONE, ONE, ZERO, ZERO))
    assert ZERO_LOSS.check(instance).evidence == (
        "n = 2, m = 2, rank 1, 1 with y: not all labels fitted, y fitted"
    )
