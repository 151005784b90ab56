"""Several outputs: least squares in floats, and losses of single networks along directions."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings

from symerm.problem.architecture import RELU, Architecture
from symerm.problem.dataset import Dataset
from symerm.problem.problem import Problem
from symerm.theorems import Instance
from symerm.theorems.attainability.outputs import ON_A_LINE, SEPARATE, WEDGES, along, quotient
from symerm.theorems.attainability.problems import as_instance, decided

QUICK = settings(max_examples=15, deadline=None)


@QUICK
@given(SEPARATE.instances)
def test_a_network_is_no_better_than_the_bound(instance):
    """The loss of the verdict's network along an orthogonal basis adds up, exactly."""
    network, data = decided(instance).minimiser, instance["data"]
    first = instance["directions"][0]
    basis = (first, (-first[1], first[0]))
    square = first[0] ** 2 + first[1] ** 2
    if network is None:
        return
    parts = []
    for w in basis:
        errors = [
            sum((x * (y - t) for x, y, t in zip(w, network(s), row, strict=True)), Fraction(0))
            for s, row in zip(data.inputs, data.outputs, strict=True)
        ]
        parts.append(sum((e * e for e in errors), Fraction(0)) / square)
        assert along(instance, w) / square <= parts[-1]
    assert sum(parts) == network.loss(data.inputs, data.outputs)


@QUICK
@given(ON_A_LINE.instances)
def test_a_network_is_sent_along_the_line(instance):
    if ON_A_LINE.check(instance).outcome == "not-applicable":
        return
    network, data = decided(instance).minimiser, instance["data"]
    w, m = np.array(instance["direction"], float), np.array(instance["start"], float)
    values = np.array([network(s) for s in data.inputs], float)
    targets = np.array(data.outputs, float)
    errors = (m + values * w) - (m + targets * w)
    loss = float(network.loss(data.inputs, data.outputs))
    assert np.isclose((errors**2).sum(), (w @ w) * loss)
    assert ON_A_LINE.claim(instance).holds


@settings(max_examples=40, deadline=None)
@given(WEDGES.instances)
def test_the_quotient_in_floats(instance):
    if WEDGES.check(instance).outcome == "not-applicable":
        return
    data = instance["data"]
    points = np.array([[*map(float, s), 1.0] for s in data.inputs])
    z = points @ np.array(instance["neurons"], float).T
    slope = float(instance["activation"].negative_slope)
    columns = np.maximum(z, slope * z)
    if instance["output_bias"]:
        columns = np.column_stack([np.ones(len(points)), columns])
    targets = np.array(data.outputs, float)
    errors = targets - columns @ np.linalg.lstsq(columns, targets, rcond=None)[0]
    assert np.isclose((errors**2).sum(), float(quotient(instance)), atol=1e-7)


def test_golden_quotient():
    data = Dataset.from_rows([0, 1, 2, 3], [0, 1, 0, 1])
    kinks = ((Fraction(1), Fraction(-1)), (Fraction(1), Fraction(-2)))
    instance = Instance.of(data=data, activation=RELU, output_bias=True, neurons=kinks)
    # 0 and 1 are fitted by their mean, the other two exactly.
    assert quotient(instance) == Fraction(1, 2)
    assert WEDGES.check(instance).outcome == "holds"


def test_golden_line():
    data = Dataset.from_rows([0, 1, 2], [0, 2, 1])
    start, direction = (Fraction(1), Fraction(1)), (Fraction(1), Fraction(2))
    instance = as_instance(Problem(data, Architecture(1)), start=start, direction=direction)
    assert "on the line: infimum 5/2, attained" in ON_A_LINE.check(instance).evidence
