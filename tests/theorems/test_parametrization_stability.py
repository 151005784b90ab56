"""Inverse stability: both distances a second time, with 50 digits and by sampling directions."""

from fractions import Fraction
from itertools import permutations

import mpmath
import pytest
from hypothesis import given, settings

from symerm.parametrization.stability import extremal_pair
from symerm.theorems import Instance
from symerm.theorems.generators.parametrization import restricted_pairs
from symerm.theorems.parametrization.stability import (
    ATTAINED,
    INVERSE_STABILITY,
    ROOT_EIGHT,
    SHARP_CONSTANTS,
    bias_free,
)


def numbers(network, width):
    """The parameters of the balanced neurons, filled up with zeros."""
    rows = []
    for weights, outputs in zip(network.hidden_weights, network.output_weights, strict=True):
        length, size = max(map(abs, weights)), max(map(abs, outputs))
        if length and size:
            factor = mpmath.sqrt(mpmath.mpf(size.numerator) / size.denominator
                                 * length.denominator / length.numerator)
        else:
            factor = mpmath.mpf(0)
        inner = [factor * mpmath.mpf(w.numerator) / w.denominator for w in weights]
        outer = [mpmath.mpf(v.numerator) / v.denominator / factor if factor else mpmath.mpf(0)
                 for v in outputs]
        rows.append([*inner, *outer])
    size = network.input_dimension + network.output_dimension
    return rows + [[mpmath.mpf(0)] * size] * (width - len(rows))


def parameter_distance(first, second):
    width = max(first.width, second.width)
    ours, theirs = numbers(first, width), numbers(second, width)
    return min(
        max(abs(x - y) for one, two in zip(ours, order, strict=True)
            for x, y in zip(one, two, strict=True))
        for order in permutations(theirs)
    )


def slope_difference(first, second):
    """The largest entry of the derivative of the difference, for two inputs: near every kink."""
    directions = [(Fraction(1), Fraction(0)), (Fraction(0), Fraction(-1))]
    for a, b in (*first.hidden_weights, *second.hidden_weights):
        for sign in (1, -1):
            for turn in (Fraction(1, 10**6), Fraction(-1, 10**6)):
                directions.append((-sign * b + turn * a, sign * a + turn * b))
    largest = Fraction(0)
    for x in directions:
        total = [[Fraction(0)] * 2 for _ in first.output_biases]
        for sign, network in ((1, first), (-1, second)):
            for w, v in zip(network.hidden_weights, network.output_weights, strict=True):
                if w[0] * x[0] + w[1] * x[1] > 0:
                    for k, output in enumerate(v):
                        for i in (0, 1):
                            total[k][i] += sign * output * w[i]
        largest = max(largest, *(abs(entry) for row in total for entry in row))
    return largest


@settings(max_examples=30, deadline=None)
@given(restricted_pairs())
def test_distances_with_fifty_digits(pair):
    first, second = pair
    instance = Instance.of(networks=pair)
    check = ROOT_EIGHT.check(instance)
    if check.outcome == "not-applicable" or first.input_dimension != 2 or not first.width:
        return
    with mpmath.workdps(50):
        distance, eps = parameter_distance(first, second), slope_difference(first, second)
        assert f"ε = {eps}" in check.evidence
        bound = mpmath.sqrt(8 * mpmath.mpf(eps.numerator) / eps.denominator)
        assert distance <= bound + mpmath.mpf(10) ** -40
    assert check.outcome == "holds"
    assert INVERSE_STABILITY.check(instance).outcome == "holds"
    assert SHARP_CONSTANTS.check(instance).outcome == "holds"


@pytest.mark.parametrize(("d", "m", "ratio"), [(2, 2, 2), (3, 1, 2), (2, 4, mpmath.sqrt(8))])
def test_attained_ratios_in_floats(d, m, ratio):
    tilt = Fraction(1, 1000)
    instance = Instance.of(inputs=d, width=m, outputs=1, tilt=tilt)
    assert ATTAINED.check(instance).outcome == "holds"
    if d == 2:
        gamma, target = (side.rational_network() for side in extremal_pair(d, m, tilt=tilt))
        found = parameter_distance(gamma, target) / mpmath.sqrt(
            mpmath.mpf(float(slope_difference(gamma, target)))
        )
        assert abs(found - ratio) < 1e-12


def test_outside_of_the_restricted_set():
    near = bias_free((1, 2, Fraction(1, 10**4)))
    unbalanced = Instance.of(networks=(bias_free((1, 1, 0)), near))
    assert "balanced" in INVERSE_STABILITY.check(unbalanced).evidence
    assert not INVERSE_STABILITY.claim(unbalanced).holds
