"""Widths that suffice: frequencies of full rank, and fits in floats."""

import re
from fractions import Fraction

import numpy as np
from hypothesis import given, settings

from symerm.lastlayer.kernels import gram_matrix
from symerm.lastlayer.rank_law import feature_span
from symerm.problem.dataset import Dataset
from symerm.theorems import Instance
from symerm.theorems.lastlayer.widths import CHERNOFF, INTERLEAVED, RANK_WIDTH

ONE, ZERO = Fraction(1), Fraction(0)


def test_the_width_gives_full_rank_as_often_as_claimed():
    points = ((ONE, ZERO), (ZERO, ONE), (ONE, ONE), (-ONE, 2 * ONE))
    instance = Instance.of(points=points, eta=ONE / 2, weights=((ONE, ONE),) * 6)
    check = CHERNOFF.check(instance)
    assert check.outcome == "holds"
    width = int(re.match(r"width (\d+)", check.evidence).group(1))
    rank = feature_span(gram_matrix(points), "relu").rank
    x = np.array([[float(e) for e in point] for point in points])
    source = np.random.default_rng(9)
    full = sum(
        np.linalg.matrix_rank(np.maximum(x @ source.normal(size=(2, width)), 0)) == rank
        for _ in range(200)
    )
    assert full >= 100


@settings(max_examples=15, deadline=None)
@given(CHERNOFF.instances)
def test_the_bound_of_the_features_in_floats(instance):
    check = CHERNOFF.check(instance)
    if check.outcome == "not-applicable":
        return
    assert check.outcome == "holds"
    x = np.array([[float(e) for e in point] for point in instance["points"]])
    p = x.shape[1]
    w = np.random.default_rng(1).normal(size=(p, 500))
    w *= np.sqrt(p) / np.linalg.norm(w, axis=0)
    bound = float(re.search(r"B = ([^:]+):", check.evidence).group(1))
    assert (np.maximum(x @ w, 0) ** 2).sum(axis=0).max() <= bound * 1.001


@settings(max_examples=25, deadline=None)
@given(RANK_WIDTH.instances)
def test_any_width_in_floats(instance):
    check = RANK_WIDTH.check(instance)
    assert check.outcome == "holds"
    points, labels = instance["cloud"]
    x = np.array([[float(e) for e in point] for point in points])
    features = np.maximum(x @ np.random.default_rng(5).normal(size=(x.shape[1], 400)), 0)
    y = np.array([float(label) for label in labels])
    best = features @ np.linalg.lstsq(features, y, rcond=1e-10)[0]
    expected = float(((y - best) ** 2).sum())
    found = float(Fraction(check.evidence.rsplit(" ", 1)[1]))
    assert abs(found - expected) < 1e-7


def test_golden_memorisation():
    distinct = Dataset.from_rows([(0, 0), (1, 0), (0, 1)], [1, -1, 5])
    check = INTERLEAVED.check(Instance.of(dataset=distinct))
    assert check.evidence == "3 points, width 3: loss 0"
    repeated = Dataset.from_rows([(1,), (1,)], [0, 1])
    assert INTERLEAVED.check(Instance.of(dataset=repeated)).outcome == "not-applicable"
    assert not INTERLEAVED.claim(Instance.of(dataset=repeated)).holds
