"""Lower bounds: eigenvalues and projections in floats."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import nnls

from symerm.problem.architecture import Architecture
from symerm.problem.dataset import Dataset
from symerm.problem.problem import Problem
from symerm.theorems import Instance
from symerm.theorems.attainability.bounds import (
    AFFINELY_INDEPENDENT,
    DUAL_BOUND,
    RANK_BOUND,
    at_least_least,
    at_most_least,
    moments,
)
from symerm.theorems.attainability.problems import as_instance, decided, enclosure

QUICK = settings(max_examples=25, deadline=None)


def least_eigenvalue(data):
    targets = np.array(data.outputs, float)
    targets = targets - targets.mean(axis=0)
    return np.linalg.svd(targets, compute_uv=False)[-1] ** 2 if len(targets) > 1 else 0.0


@QUICK
@given(RANK_BOUND.instances)
def test_the_least_eigenvalue_in_floats(instance):
    least = least_eigenvalue(instance["data"])
    found = moments(instance["data"])
    assert at_most_least(Fraction(least).limit_denominator(10**6) - Fraction(1, 10**4), *found)
    assert at_least_least(Fraction(least).limit_denominator(10**6) + Fraction(1, 10**4), *found)
    if instance["width"] == 1:
        assert RANK_BOUND.claim(instance).holds


@QUICK
@given(AFFINELY_INDEPENDENT.instances)
def test_minima_of_affinely_independent_inputs_in_floats(instance):
    if AFFINELY_INDEPENDENT.check(instance).outcome == "not-applicable":
        return
    low, high = map(float, enclosure(decided(instance)))
    least = least_eigenvalue(instance["data"])
    assert low - 1e-7 * (1 + least) <= least <= high + 1e-7 * (1 + least)


def test_a_golden_rank_bound():
    data = Dataset.from_rows([(0, 0), (1, 0), (0, 1)], [(1, 0), (-1, 0), (0, 1)])
    instance = as_instance(Problem(data, Architecture(1)))
    low, high = enclosure(decided(instance))
    assert low <= Fraction(2, 3) <= high < low + Fraction(1, 10**6)
    assert AFFINELY_INDEPENDENT.check(instance).outcome == "holds"


@QUICK
@given(DUAL_BOUND.instances)
def test_the_distance_from_the_cone_by_non_negative_least_squares(instance):
    """No point of R 1 + sum of the signed cones is nearer than the bound."""
    if DUAL_BOUND.check(instance).outcome == "not-applicable":
        return
    t, r = (np.array(instance[name], float) for name in ("responses", "dual"))
    columns = [np.ones(len(t)), -np.ones(len(t))]
    for sign, rays in zip(instance["signs"], instance["rays"], strict=True):
        columns += [sign * np.array(ray, float) for ray in rays]
    _, residual = nnls(np.column_stack(columns), t)
    assert (r @ t) ** 2 / (r @ r) <= residual**2 + 1e-9
    assert DUAL_BOUND.claim(instance).holds


@pytest.mark.parametrize(
    ("changed", "outcome"), [({}, "holds"), ({"signs": (-1,)}, "not-applicable")]
)
def test_a_golden_leaf(changed, outcome):
    one, two = Fraction(1), Fraction(2)
    parts = {
        "rays": (((Fraction(0), Fraction(0), one),),), "signs": (1,),
        "dual": (one, Fraction(0), -one), "factors": ((Fraction(0),),), "offset": Fraction(0),
        "responses": (two, Fraction(0), Fraction(0)),
    }
    check = DUAL_BOUND.check(Instance.of(**{**parts, **changed}))
    assert check.outcome == outcome
    if outcome == "holds":
        assert check.evidence == "loss 4, bound 2"
