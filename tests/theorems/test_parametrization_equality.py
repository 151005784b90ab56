"""Equality of functions and symmetries, checked a second way and at random points."""

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings

from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.equality import compare_networks
from symerm.theorems import Instance, try_mutant, try_theorem
from symerm.theorems.generators.parametrization import equal_pairs, network_pairs
from symerm.theorems.parametrization.cells import decisive_points, same_values
from symerm.theorems.parametrization.equality import EQUALITY, OPPOSITE_WEIGHTS, SYMMETRIES

ONE, ZERO = Fraction(1), Fraction(0)


def network(*rows):
    return ShallowNetwork(
        tuple((ONE * w,) for w, _, _ in rows),
        tuple(ONE * b for _, b, _ in rows),
        tuple((ONE * v,) for _, _, v in rows),
        (ZERO,),
    )


@settings(max_examples=25, deadline=None)
@given(network_pairs())
def test_values_in_all_cells_decide_like_the_comparison_of_networks(pair):
    first, second = pair
    equal, _ = same_values(first, second)
    if first.width and second.width:
        assert equal == compare_networks(first, second).equal
    source = random.Random(5)
    dimension = max(first.input_dimension, second.input_dimension)
    for _ in range(20):
        point = tuple(Fraction(source.randint(-40, 40), 7) for _ in range(dimension))
        if first(point) != second(point):
            assert not equal
    assert EQUALITY.check(Instance.of(networks=pair)).outcome == "holds"


@settings(max_examples=25, deadline=None)
@given(equal_pairs())
def test_equal_pairs_are_equal_at_random_points(pair):
    first, second = pair
    source = random.Random(6)
    for _ in range(20):
        point = tuple(Fraction(source.randint(-40, 40), 7) for _ in range(first.input_dimension))
        assert first(point) == second(point)


def test_the_points_of_a_ramp_lie_on_both_sides():
    points = decisive_points(network((1, -2, 1)))
    assert len(points) == 4
    assert {x > 2 for (x,) in points} == {True, False}


def test_two_facings_of_a_bump_are_equal():
    bump = network((1, 0, 1), (1, -1, -1))
    turned = ShallowNetwork(
        ((-ONE,), (-ONE,)), (ZERO, ONE), ((ONE,), (-ONE,)), (ONE,)
    )
    assert same_values(bump, turned)[0]
    assert EQUALITY.check(Instance.of(networks=(bump, turned))).outcome == "holds"
    assert not same_values(bump, network((1, 0, 1)))[0]


def test_golden_symmetries():
    base = network((1, 2, 3), (-1, 0, 1))
    good = Instance.of(network=base, order=(1, 0), factors=(2 * ONE, ONE / 3))
    bad = Instance.of(network=base, order=(1, 0), factors=(-2 * ONE, ONE))
    assert SYMMETRIES.check(good).outcome == "holds"
    assert SYMMETRIES.check(bad).outcome == "not-applicable"
    assert not SYMMETRIES.claim(bad).holds


def test_golden_opposite_weights():
    forms = ((ONE, ZERO, ONE), (ONE, ZERO, ONE), (-2 * ONE, ZERO, -2 * ONE))
    instance = Instance.of(network=network((1, 0, 1)), forms=forms, output=(ONE, ZERO))
    assert OPPOSITE_WEIGHTS.check(instance).outcome == "holds"
    shifted = Instance.of(
        network=network((1, 0, 1)), forms=(*forms[:2], (-2 * ONE, ZERO, ZERO)), output=(ONE, ZERO)
    )
    assert OPPOSITE_WEIGHTS.check(shifted).outcome == "not-applicable"
    assert not OPPOSITE_WEIGHTS.claim(shifted).holds


@pytest.mark.parametrize("theorem", [EQUALITY, OPPOSITE_WEIGHTS, SYMMETRIES], ids=lambda t: t.id)
def test_trials(theorem):
    assert not try_theorem(theorem).falsified
    for mutant in theorem.mutants:
        assert try_mutant(theorem, mutant).falsified, mutant.name
