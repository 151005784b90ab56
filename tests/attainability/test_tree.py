"""The cases of the proof tree: roots and splits cover all networks, redundant ones can go."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from search_cases import Search, problem_of, problems, random_problem

from symerm.arithmetic.linalg import solve
from symerm.attainability.tree import Node, redundancy, split_slots


def in_cone(ray_cone, neuron) -> bool:
    """Whether a neuron is a non-negative combination of rays (exact, by all simplicial parts)."""
    size = len(neuron)
    for chosen in combinations(ray_cone.rays, size):
        matrix = [list(row) for row in zip(*chosen, strict=True)]
        weights = solve(matrix, neuron)
        if (
            weights is not None
            and all(x >= 0 for x in weights)
            and all(
                sum(w * x for w, x in zip(weights, row, strict=True)) == y
                for row, y in zip(matrix, neuron, strict=True)
            )
        ):
            return True
    return False


def belongs(slots, neurons) -> bool:
    """Whether signed neurons fit into the slots of a case in some order."""
    return any(
        all(
            sign == other and in_cone(cone, neuron)
            for (sign, neuron), (other, cone) in zip(order, slots, strict=True)
        )
        for order in permutations(neurons)
    )


def random_neurons(generator, search):
    size = search.fan.dimension
    return [
        (generator.choice((1, -1)), [generator.randint(-9, 9) for _ in range(size)])
        for _ in range(search.scaled.width)
    ]


@pytest.mark.parametrize(("dimension", "width"), [(1, 1), (1, 3), (2, 2), (3, 1)])
@pytest.mark.parametrize("hidden_bias", [True, False])
def test_roots_cover_all_networks(dimension, width, hidden_bias):
    search = Search(random_problem(1, 5, dimension, width, hidden_bias=hidden_bias))
    roots = search.roots()
    assert len({tuple((s, c.rays) for s, c in slots) for slots in roots}) == len(roots)
    generator = random.Random(dimension)
    for _ in range(15):
        neurons = random_neurons(generator, search)
        assert any(belongs(slots, neurons) for slots in roots)


@pytest.mark.parametrize("seed", range(12))
def test_children_cover_their_parent(seed):
    generator = random.Random(seed)
    dimension, width = generator.choice([(1, 2), (1, 3), (2, 2)])
    search = Search(random_problem(seed, 6, dimension, width))
    slots = search.random_case(generator, generator.randint(0, 3))
    # Equal slots are where a split has more than two children.
    if generator.random() < 0.5:
        slots = (slots[0],) * width
    choices = search.cuts(slots)
    if not choices:
        return
    slot, index = generator.choice(choices)
    children = split_slots(search.fan, slots, slot, index)
    equal = sum(other == slots[slot] for other in slots)
    assert len(children) == equal + 1
    assert all(len(child) == width for child in children)
    assert all(sorted(s for s, _ in child) == sorted(s for s, _ in slots) for child in children)
    for _ in range(20):
        neurons = [(sign, _combination(generator, cone)) for sign, cone in slots]
        assert belongs(slots, neurons)
        assert any(belongs(child, neurons) for child in children)
    # No child has a network that its parent has not.
    for child in children:
        neurons = [(sign, _combination(generator, cone)) for sign, cone in child]
        assert belongs(slots, neurons)


def _combination(generator, cone):
    weights = [generator.choice((0, 1, 2, 5)) for _ in cone.rays]
    return [
        sum(w * x for w, x in zip(weights, column, strict=True))
        for column in zip(*cone.rays, strict=True)
    ]


def hidden(search, neuron):
    return [
        search.scaled.act(int(sum(x * y for x, y in zip(form, neuron, strict=True))))
        for form in search.scaled.forms
    ]


@settings(max_examples=60)
@given(problems(max_width=2), st.integers(0, 10**6))
def test_redundant_networks_are_smaller_networks(problem, seed):
    search = Search(problem)
    generator = random.Random(seed)
    slots = search.random_case(generator, 12)
    if generator.random() < 0.5:
        slots = (slots[0],) * len(slots)
    found = redundancy(search.fan, slots, search.scaled.output_bias)
    if found is None:
        return
    assert search.scaled.hidden_bias
    neurons = [(sign, _combination(generator, cone)) for sign, cone in slots]
    if len(found) == 2:
        j, k = found
        assert j != k
        (sign, first), (other, second) = neurons[j], neurons[k]
        assert sign == other
        total = [x + y for x, y in zip(first, second, strict=True)]
        summed = [x + y for x, y in zip(hidden(search, first), hidden(search, second),
                                        strict=True)]
        assert hidden(search, total) == summed
        # The zero neuron that fills up must not be followed into the same kind of case.
        assert any(search.fan.pattern(slots[j][1]))
    else:
        (j,) = found
        sign, neuron = neurons[j]
        assert sign < 0
        assert search.scaled.output_bias
        values = hidden(search, neuron)
        # A positive neuron, active everywhere, that differs by a constant only.
        lift = max(values) + 1
        mirrored = [*(-x for x in neuron[:-1]), -neuron[-1] + lift]
        differences = {
            x + y for x, y in zip(hidden(search, mirrored), values, strict=True)
        }
        assert len(differences) == 1


@pytest.mark.parametrize("output_bias", [True, False])
@pytest.mark.parametrize("activation", ["relu", "leaky:1/10"])
def test_the_cases_that_are_not_redundant_still_have_the_minimum(output_bias, activation):
    problem = random_problem(2, 4, 1, 2, activation, output_bias=output_bias)
    search = Search(problem)
    every = [case for root in search.roots() for case in search.decided(root)]
    needed = [
        case for case in every if redundancy(search.fan, case, output_bias) is None
    ]
    assert len(needed) < len(every)
    assert min(map(search.minimum, needed)) == min(map(search.minimum, every))


def test_without_hidden_bias_nothing_is_redundant():
    search = Search(problem_of([1, 2, 3, 4], [1, 0, 2, 0], 2, hidden_bias=False))
    for root in search.roots():
        for case in search.decided(root):
            assert redundancy(search.fan, case, True) is None


def test_walk_is_depth_first_with_parents_first():
    leaves = [Node((), float(k)) for k in range(4)]
    left = Node((), 10.0, children=(leaves[0], leaves[1]))
    right = Node((), 11.0, children=(leaves[2],))
    root = Node((), 12.0, children=(left, right))
    assert [node.estimate for node in root.walk()] == [12.0, 10.0, 0.0, 1.0, 11.0, 2.0]


def test_the_oracle_of_membership():
    search = Search(problem_of([0, 1], [0, 1], 1))
    cone = search.fan.roots()[0]
    inside = [sum(column) for column in zip(*cone.rays, strict=True)]
    assert in_cone(cone, [Fraction(x) for x in inside])
    assert not in_cone(cone, [Fraction(-x) for x in inside])
