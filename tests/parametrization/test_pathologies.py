"""The five families at numbers: both rates, and what the conditions of N* rule out."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.arithmetic.surds import Surd
from symerm.errors import InputError
from symerm.networks import ShallowNetwork
from symerm.parametrization.nearest import nearest_parametrization
from symerm.parametrization.pathologies import PATHOLOGIES, check_pathology
from symerm.parametrization.restricted_set import (
    from_restricted_set,
    restricted_membership,
    to_restricted_set,
)
from symerm.parametrization.rigid_fibre import (
    Parameters,
    kink_distance,
    rigid_distance_bounds,
    rigid_distance_is_below,
)
from symerm.parametrization.stability import stability_verdict

ZERO, ONE = Fraction(0), Fraction(1)
NUMBERS = [1, 2, 3, 4, 7, 10, 100, 1000]
EACH = pytest.mark.parametrize("pathology", PATHOLOGIES, ids=lambda p: p.name)


@EACH
def test_both_rates_hold(pathology):
    for k in NUMBERS:
        check = check_pathology(pathology, k)
        assert check.holds
        assert check.parameter_distance == pathology.parameter_distance(k)
    with pytest.raises(InputError, match=r"k = 1, 2, \.\., not 0"):
        check_pathology(pathology, 0)


@given(st.integers(1, 1000), st.sampled_from(PATHOLOGIES))
@settings(max_examples=40)
def test_values_at_points_are_within_the_function_distance(k, pathology):
    network, target = pathology.parameters(k).function_network(), pathology.target(k)
    distance = pathology.function_distance(k)
    d = pathology.architecture[0]
    source = random.Random(k)
    for _ in range(20):
        x = tuple(Fraction(source.randint(-50, 50), 50) for _ in range(d))
        y = tuple(Fraction(source.randint(-50, 50), 50) for _ in range(d))
        one, other = ((network(z)[0] - target(z)[0]) for z in (x, y))
        if pathology.norm == "sup":
            assert abs(one) <= distance
        else:  # a Lipschitz bound: an entry of the gradient for each coordinate
            assert abs(one - other) <= distance * sum(
                abs(a - b) for a, b in zip(x, y, strict=True)
            )


@EACH
def test_the_ratio_grows_without_bound(pathology):
    """For each family |Phi - Gamma| / |g - R(Gamma)|^(1/2), in its own norm, exceeds any bound."""
    k = 1000
    check = check_pathology(pathology, k)
    assert check.parameter_distance * check.parameter_distance / check.function_distance >= k // 4


@EACH
def test_the_parameter_distance_is_exact(pathology):
    for k in (1, 4, 10, 1000):
        if k < pathology.exact_from:
            continue
        parameters, target = pathology.parameters(k), pathology.target(k)
        stated = pathology.parameter_distance(k)
        if target.width == len(parameters.outputs):
            low, high = rigid_distance_bounds(parameters, target, Fraction(1, 1000))
            assert low <= stated <= high
            continue
        # One kink and six neurons: a parametrization as near as stated.
        half, quarter = ONE / 2, ONE / 4
        weights = [(half, -half), (quarter, 5 * quarter), (-3 * quarter, -3 * quarter),
                   (-half, half), (-quarter, -5 * quarter), (3 * quarter, 3 * quarter)]
        outputs = [1 + Fraction(2, k), ONE, ONE, -ONE, -ONE, -ONE]
        near = ShallowNetwork(
            tuple(weights), (ZERO,) * 6, tuple((c,) for c in outputs), (ZERO,)
        )
        for x in ((ONE, ZERO), (ZERO, ONE), (-ONE, 2 * ONE), (ONE, 3 * ONE), (-ONE, -3 * ONE)):
            assert near(x) == target(x)
        gaps = [
            abs(x - y)
            for row, a in zip(parameters.weights, weights, strict=True)
            for x, y in zip(row, a, strict=True)
        ]
        gaps += [abs(x - y) for x, y in zip(parameters.outputs, outputs, strict=True)]
        assert max(gaps) == stated


def test_each_family_but_the_first_violates_its_condition():
    expected = [set(), {1, 3}, {2, 3}, {3}, {3}]
    for pathology, conditions in zip(PATHOLOGIES, expected, strict=True):
        parameters = pathology.parameters(3)
        if all(c.is_rational for c in parameters.outputs):
            network = ShallowNetwork(
                tuple(tuple(w.rational for w in row) for row in parameters.weights),
                (ZERO,) * len(parameters.outputs),
                tuple((c.rational,) for c in parameters.outputs),
                (ZERO,),
            )
        else:
            network = parameters.function_network()
        found = restricted_membership(network)
        number = {
            1: bool(found.unbalanced), 2: bool(found.same_direction), 3: bool(found.not_positive)
        }
        if pathology.name == "opposite weights, balanced":
            number[1] = False  # balanced with roots of two, which the rational network is not
        assert {key for key, violated in number.items() if violated} == conditions


@EACH
@pytest.mark.parametrize("k", [2, 10, 1000])
def test_lifted_to_the_restricted_set_the_bound_holds(pathology, k):
    """On N* over the lifted inputs the same two functions have parameters within the bound."""
    networks = [pathology.parameters(k).function_network(), pathology.target(k)]
    lifted = [to_restricted_set(network) for network in networks]
    for network, original in zip(lifted, networks, strict=True):
        for x in ((ONE, -ONE, 2 * ONE), (ZERO, 3 * ONE, -ONE)):
            point = x[: pathology.architecture[0]]
            assert from_restricted_set(network)(point) == original(point)
    found = nearest_parametrization(*lifted)
    assert stability_verdict(found).holds


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.data())
@settings(max_examples=40)
def test_rigid_distances_against_random_scalings(first, second, data):
    """Every scaling of the neurons is at least as far as the lower bound."""
    small = st.builds(Fraction, st.integers(-6, 6), st.sampled_from([1, 2]))
    rows = [data.draw(st.tuples(small, small)) for _ in range(2)]
    outputs = [data.draw(small) for _ in range(2)]
    parameters = Parameters(
        tuple(tuple(map(Surd, row)) for row in rows), tuple(map(Surd, outputs))
    )
    target = ShallowNetwork(
        ((ONE, ONE / 3), (-ONE, 2 * ONE)), (ZERO, ZERO), ((2 * ONE,), (-ONE,)), (ZERO,)
    )
    low, high = rigid_distance_bounds(parameters, target, Fraction(1, 64))
    scales = [Fraction(first, 10**5), Fraction(second, 10**5)]
    for order in ((0, 1), (1, 0)):
        gap = max(
            max(
                *(abs(x - scale * n)
                  for x, n in zip(rows[i], target.hidden_weights[k], strict=True)),
                abs(outputs[i] - target.output_weights[k][0] / scale),
            )
            for i, (k, scale) in enumerate(zip(order, scales, strict=True))
        )
        assert gap >= low
        assert not rigid_distance_is_below(parameters, target, low)
    assert rigid_distance_is_below(parameters, target, high)


def test_what_is_refused():
    ramp = ShallowNetwork(((ONE, ONE),), (ZERO,), ((ONE,),), (ZERO,))
    twice = ShallowNetwork(((ONE, ONE), (ONE, ONE)), (ZERO,) * 2, ((ONE,), (ONE,)), (ZERO,))
    with pytest.raises(InputError, match="linearly independent"):
        rigid_distance_is_below(Parameters.of(twice), twice, ONE)
    with pytest.raises(InputError, match="another width"):
        rigid_distance_is_below(Parameters.of(ramp), twice, ONE)
    with pytest.raises(InputError, match="one output is needed, not 2"):
        Parameters.of(ShallowNetwork(((ONE,),), (ZERO,), ((ONE, ONE),), (ZERO, ZERO)))
    with pytest.raises(ArithmeticError, match="not rational"):
        Parameters(((Surd.root(2),),), (Surd(ONE),)).function_network()
    assert kink_distance(ramp, ShallowNetwork((), (), (), (ZERO,))) == 0
