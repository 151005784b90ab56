"""Nearest parametrizations against all orders, and the seminorm against derivatives at points."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise, permutations

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stability_cases import (
    brute_force_distance,
    derivative_distance_at,
    entries,
    pairs,
    restricted_networks,
)

from symerm.arithmetic.surds import Surd
from symerm.errors import BudgetExceeded, InputError
from symerm.parametrization.assignment import bottleneck_assignment
from symerm.parametrization.balanced import BalancedNetwork, BalancedNeuron, gradient_distance
from symerm.parametrization.nearest import nearest_parametrization

ONE, HALF = Fraction(1), Fraction(1, 2)


def close(first, second):
    return abs(first - second) < mpmath.mpf(10) ** -40


@given(pairs())
@settings(max_examples=60)
def test_no_order_is_nearer(networks):
    found = nearest_parametrization(*networks)
    with mpmath.workdps(60):
        theirs = found.gamma.padded(found.gamma.width), found.phi
        distance = brute_force_distance(*theirs)
        low, high = found.gap.bounds(Fraction(1, 10**45))
        assert mpmath.mpf(low.numerator) / low.denominator - 1e-40 <= distance
        assert distance <= mpmath.mpf(high.numerator) / high.denominator + 1e-40
        gaps = [
            max(abs(x - y) for x, y in zip(a, b, strict=True))
            for a, b in zip(entries(found.gamma), entries(found.phi), strict=True)
        ]
        assert close(max(gaps), distance)
        assert close(gaps[found.widest], distance)
        for i in found.gamma_apart:
            for k in found.phi_apart:
                mine, other = entries(found.gamma)[i], entries(found.phi)[k]
                apart = max(abs(x - y) for x, y in zip(mine, other, strict=True))
                assert apart > distance - mpmath.mpf(10) ** -40
    assert len(found.gamma_apart) + len(found.phi_apart) == found.gamma.width + 1
    target = networks[1].padded(found.phi.width)
    assert found.phi.neurons == tuple(target.neurons[k] for k in found.neurons)
    if found.gap.exact is not None:
        assert found.gap.exact * found.gap.exact == found.gap.squared


@given(st.lists(st.lists(st.integers(0, 5), min_size=4, max_size=4), min_size=4, max_size=4))
def test_bottlenecks_of_small_tables(costs):
    found = bottleneck_assignment(costs)
    best = min(max(costs[i][k] for i, k in enumerate(order)) for order in permutations(range(4)))
    assert found.bottleneck == best == max(costs[i][k] for i, k in enumerate(found.columns))
    assert sorted(found.columns) == [0, 1, 2, 3]
    assert len(found.rows_apart) + len(found.columns_apart) == 5
    assert all(costs[i][k] >= best for i in found.rows_apart for k in found.columns_apart)


@given(pairs(inputs=(2, 3)))
@settings(max_examples=60)
def test_the_seminorm_is_the_largest_derivative(networks):
    distance = gradient_distance(*networks)
    first, second = networks
    directions = [n.direction for n in (*first.neurons, *second.neurons) if not n.is_zero]
    points = []
    if first.input_dimension == 2 and directions:
        # Between neighbouring kinks of the plane, on both sides of the origin.
        rays = sorted(((-y, x) for x, y in directions), key=lambda r: r[1] / (r[1] - r[0]))
        rays = [(-ONE, 0 * ONE), *rays, (0 * ONE, ONE)]
        middles = [(a + c, b + d) for (a, b), (c, d) in pairwise(rays)]
        points = [(s * x, s * y) for x, y in middles for s in (1, -1)]
        points += [(ONE, ONE), (-ONE, -ONE)]
        assert max(derivative_distance_at(first, second, point) for point in points) == distance
    source = random.Random(0)
    for _ in range(30):
        point = [Fraction(source.randint(-9, 9)) + Fraction(1, 97) for _ in range(len(
            first.neurons[0].direction))]
        assert derivative_distance_at(first, second, point) <= distance
    assert gradient_distance(second, first) == distance


def test_every_chamber_counts_in_three_dimensions():
    # Three kinks in general position have eight chambers; each is decisive for some signs.
    normals = [(ONE, HALF, HALF), (-ONE, HALF, HALF), (0 * ONE, ONE, HALF)]
    source = random.Random(3)
    points = [tuple(Fraction(source.randint(-99, 99)) for _ in range(3)) for _ in range(400)]
    for code in range(8):
        signs = [ONE if code >> k & 1 else -ONE for k in range(3)]
        network = BalancedNetwork(3, 1, tuple(
            BalancedNeuron(u, (s,), ONE) for u, s in zip(normals, signs, strict=True)
        ))
        none = BalancedNetwork(3, 1, ())
        seen = max(derivative_distance_at(network, none, point) for point in points)
        assert gradient_distance(network, none) == seen


@given(restricted_networks(3, 1), st.data())
@settings(max_examples=30)
def test_equal_functions_have_distance_zero(network, data):
    order = data.draw(st.permutations(network.neurons))
    found = nearest_parametrization(network, BalancedNetwork(3, 1, tuple(order)))
    assert found.function_distance == 0
    assert found.gap.squared == 0
    assert found.gap.exact == 0
    assert found.ratio_squared is None
    assert found.phi == network


def test_irrational_parameters_are_compared_exactly():
    u, w = (ONE, HALF), (HALF, ONE)
    gamma = BalancedNetwork(2, 1, (BalancedNeuron(u, (ONE,), Fraction(2)),))
    target = BalancedNetwork(2, 1, (BalancedNeuron(w, (-ONE,), Fraction(3)),))
    found = nearest_parametrization(gamma, target)
    assert found.gap.entry == "c1"
    assert found.gap.exact is None
    assert found.gap.squared == Surd(Fraction(5), Fraction(24))
    low, high = found.gap.bounds(Fraction(1, 10**9))
    assert float(low) == pytest.approx(2**0.5 + 3**0.5)
    assert high - low <= Fraction(1, 10**9)
    # Two neurons of the same size, one part in 10^30 apart: the nearer one is taken.
    tiny = Fraction(1, 10**30)
    neurons = [BalancedNeuron((ONE, t), (ONE,), 2 + s) for t, s in ((HALF, tiny), (ONE, 2 * tiny))]
    found = nearest_parametrization(
        BalancedNetwork(2, 1, (BalancedNeuron((ONE, HALF), (ONE,), Fraction(2)),) * 1),
        BalancedNetwork(2, 1, (neurons[0],)),
    )
    assert 0 < found.gap.squared < tiny


def test_what_is_refused():
    ramp = BalancedNetwork(2, 1, (BalancedNeuron((ONE, ONE), (ONE,), ONE),))
    wrong = BalancedNetwork(2, 1, (BalancedNeuron((ONE, -ONE), (ONE,), ONE),))
    with pytest.raises(InputError, match="G: the network is not in the restricted set: condition"):
        nearest_parametrization(ramp, wrong)
    with pytest.raises(InputError, match="Gamma: the network is not in"):
        nearest_parametrization(wrong, ramp)
    with pytest.raises(InputError, match="cannot be compared"):
        nearest_parametrization(ramp, BalancedNetwork(2, 2, ()))
    with pytest.raises(InputError, match="no neurons"):
        nearest_parametrization(BalancedNetwork(2, 1, ()), BalancedNetwork(2, 1, ()))
    other = BalancedNetwork(2, 1, (BalancedNeuron((ONE, HALF), (ONE,), ONE),))
    with pytest.raises(BudgetExceeded, match="more than 1 cells"):
        nearest_parametrization(ramp, other, limit=1)
