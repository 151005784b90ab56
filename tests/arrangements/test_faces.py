"""The type graph: order, Euler's relation, neighbours, and symmetries."""

from __future__ import annotations

from fractions import Fraction

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.arrangements.faces import (
    central_symmetry,
    face_graph,
    face_numbers,
    negation,
    neighbours,
    orbits,
    permutation_automorphism,
    type_graph,
)
from symerm.arrangements.patterns import activation_patterns
from symerm.errors import BudgetExceeded, InputError

planar = st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(planar, st.booleans())
def test_graph_of_a_dataset(inputs, hidden_bias):
    graph = face_graph(inputs, hidden_bias=hidden_bias)
    size = 3 if hidden_bias else 2
    for signs, data in graph.nodes(data=True):
        forms = [(*row, 1)[:size] for row in inputs]
        values = [sum(map(lambda a, x: a * x, form, data["witness"])) for form in forms]
        assert tuple((v > 0) - (v < 0) for v in values) == signs
        assert data["active"] == {i for i, v in enumerate(values) if v > 0}
    for upper, lower in graph.edges:
        assert graph.nodes[upper]["dimension"] == graph.nodes[lower]["dimension"] + 1
        assert all(b in (0, a) for a, b in zip(upper, lower, strict=True))
        assert graph.nodes[lower]["active"] <= graph.nodes[upper]["active"]
    assert sum((-1) ** k * number for k, number in face_numbers(graph).items()) == (-1) ** size
    assert sum(face_numbers(graph).values()) == len(graph)
    dimensions = graph.nodes(data="dimension")
    chambers = [tuple(s > 0 for s in signs) for signs, k in dimensions if k == size]
    patterns = activation_patterns(inputs, hidden_bias=hidden_bias)
    assert chambers == [pattern.active for pattern in patterns]
    # The smallest flat is below everything; reachability is the whole covector order.
    bottom = next(iter(graph))
    assert networkx.ancestors(graph, bottom) == set(graph) - {bottom}


@settings(max_examples=60, deadline=None)
@given(planar)
def test_a_wall_separates_two_chambers(inputs):
    graph = face_graph(inputs)
    for wall, dimension in graph.nodes(data="dimension"):
        if dimension == 2:
            first, second = graph.predecessors(wall)
            assert second in neighbours(graph, first)
            different = [i for i, (a, b) in enumerate(zip(first, second, strict=True)) if a != b]
            # Only the copies of one input change sides.
            assert len({inputs[i] for i in different}) == 1
            assert all(wall[i] == 0 for i in different)


def test_the_order_is_transitive_and_complete():
    graph = face_graph([(0, 0), (1, 0), (0, 1), (1, 1)])
    closure = networkx.transitive_closure_dag(graph)
    for upper in graph:
        for lower in graph:
            below = upper != lower and all(
                b in (0, a) for a, b in zip(upper, lower, strict=True)
            )
            assert closure.has_edge(upper, lower) == below


def test_points_of_a_line_form_a_cycle():
    graph = face_graph([(k,) for k in range(5)])
    assert face_numbers(graph) == {0: 1, 1: 10, 2: 10}
    chambers = [signs for signs, k in graph.nodes(data="dimension") if k == 2]
    cycle = networkx.Graph((c, d) for c in chambers for d in neighbours(graph, c))
    assert all(degree == 2 for _, degree in cycle.degree)
    assert networkx.is_connected(cycle)


def test_neuron_types_of_an_interval():
    # Lines b + w T0 = 0 and b + w T1 = 0 for [T0, T1] = [-1/2, 3]: always off, always on, and a
    # kink inside with either facing.
    graph = type_graph([(Fraction(-1, 2), 1), (3, 1)])
    assert face_numbers(graph) == {0: 1, 1: 4, 2: 4}
    for signs, data in graph.nodes(data=True):
        w, b = data["witness"]
        if data["dimension"] == 2:
            kink_inside = w != 0 and Fraction(-1, 2) < -b / w < 3
            assert kink_inside == (signs[0] != signs[1])


@settings(max_examples=40, deadline=None)
@given(planar)
def test_negation_is_an_automorphism_without_fixed_chambers(inputs):
    graph = face_graph(inputs)
    images = negation(graph)
    assert {(images[a], images[b]) for a, b in graph.edges} == set(graph.edges)
    assert [signs for signs, image in images.items() if signs == image] == [(0,) * len(inputs)]
    assert all(images[images[signs]] == signs for signs in graph)


def test_reflection_of_symmetric_data():
    inputs = [(0,), (Fraction(1, 2),), (3,), (Fraction(7, 2),)]
    permutation = central_symmetry(inputs)
    assert permutation == (3, 2, 1, 0)
    graph = face_graph(inputs)
    images = permutation_automorphism(graph, permutation)
    # The image of a neuron (w, b) is (-w, b + 2 w c) with the centre c = 7/4.
    for signs, data in graph.nodes(data=True):
        w, b = data["witness"]
        moved = [-w * s + b + 2 * w * Fraction(7, 4) for (s,) in inputs]
        assert tuple((v > 0) - (v < 0) for v in moved) == images[signs]
    classes = orbits(graph, [negation(graph), images])
    assert sorted(node for orbit in classes for node in orbit) == sorted(graph)
    assert [len(orbit) for orbit in classes] == [1, 4, 4, 2, 4, 2]
    assert orbits(graph, []) == tuple((node,) for node in graph)


def test_central_symmetry_of_other_data():
    assert central_symmetry([(0, 0), (4, 6), (1, 2), (3, 4), (2, 3)]) == (1, 0, 3, 2, 4)
    assert central_symmetry([(0,), (1,), (1,), (2,)]) == (3, 1, 2, 0)
    assert central_symmetry([(0,), (0,), (2,)]) is None
    assert central_symmetry([(1,), (3,)], hidden_bias=False) is None
    assert central_symmetry([(-2,), (2,)], hidden_bias=False) == (1, 0)
    inputs = [(-1, 2), (1, -2), (3, 0), (-3, 0)]
    graph = face_graph(inputs, hidden_bias=False)
    images = permutation_automorphism(graph, central_symmetry(inputs, hidden_bias=False))
    assert images == negation(graph)


def test_permutations_that_are_not_automorphisms():
    # Exchanging a vertex of the triangle with the point inside.
    graph = face_graph([(0, 0), (3, 0), (0, 3), (1, 1)])
    with pytest.raises(InputError, match="does not preserve"):
        permutation_automorphism(graph, (3, 1, 2, 0))
    images = permutation_automorphism(graph, (1, 2, 0, 3))  # turning the triangle
    assert images[(1, -1, -1, 1)] == (-1, 1, -1, 1)
    for bad in [(0, 1, 2), (0, 0, 1, 2)]:
        with pytest.raises(InputError, match="not a permutation"):
            permutation_automorphism(graph, bad)


def test_limit_and_unknown_faces():
    with pytest.raises(BudgetExceeded):
        face_graph([(k,) for k in range(9)], limit=20)
    with pytest.raises(InputError, match="not a face"):
        neighbours(face_graph([(1,)]), (2,))
