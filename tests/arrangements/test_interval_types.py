"""The type graph of an interval: every statement of the theory, and perturbed exact neurons."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.arrangements.faces import face_graph, face_numbers, orbits
from symerm.arrangements.interval_types import (
    interval_reflection,
    interval_type,
    interval_type_graph,
    perturbations,
    type_label,
)
from symerm.arrangements.neuron_types import neuron_type
from symerm.errors import InputError

UNIT = (Fraction(0), Fraction(1))

#: What each type perturbs into besides itself.
REACHED = {
    "inactive": set(),
    "type-1-active, w > 0": set(),
    "type-1-active, w < 0": set(),
    "type-2-active, facing right": set(),
    "type-2-active, facing left": set(),
    "semi-active": {"type-1-active, w > 0", "type-1-active, w < 0"},
    "semi-inactive at T1": {"inactive", "type-2-active, facing right"},
    "semi-inactive at T0": {"inactive", "type-2-active, facing left"},
    "type-1-active, kink at T0": {"type-1-active, w > 0", "type-2-active, facing right"},
    "type-1-active, kink at T1": {"type-1-active, w < 0", "type-2-active, facing left"},
}
REACHED["degenerate"] = set(REACHED)

small = st.fractions(min_value=-3, max_value=3, max_denominator=4)
intervals = st.tuples(small, small).filter(lambda ends: ends[0] < ends[1])


@st.composite
def interval_neurons(draw):
    """An interval and a neuron of any type, those on lines included."""
    ends = draw(intervals)
    w = draw(small | st.just(Fraction(0)))
    on_a_line = st.sampled_from([-w * ends[0], -w * ends[1], Fraction(0)])
    return ends, w, draw(small | on_a_line)


def name_of(w, b, first, last):
    """The name of a neuron's type, from its kink and facing alone."""
    if w == 0:
        return "degenerate" if b == 0 else "semi-active" if b > 0 else "inactive"
    kink = -b / w
    if first < kink < last:
        return f"type-2-active, facing {'right' if w > 0 else 'left'}"
    off = kink >= last if w > 0 else kink <= first
    if kink in (first, last):
        end = "T0" if kink == first else "T1"
        return f"semi-inactive at {end}" if off else f"type-1-active, kink at {end}"
    return "inactive" if off else f"type-1-active, w {'>' if w > 0 else '<'} 0"


def names(graph, nodes):
    return {type_label(graph, node) for node in nodes}


@given(intervals)
def test_the_statements_about_the_type_graph(interval):
    graph = interval_type_graph(interval)
    nodes = {type_label(graph, node): node for node in graph}
    assert set(nodes) == set(REACHED)
    assert len(nodes) == len(graph) == 11
    assert face_numbers(graph) == {0: 1, 1: 5, 2: 5}
    for name, reached in REACHED.items():
        node = nodes[name]
        assert names(graph, perturbations(graph, node)) == reached | {name}
        assert perturbations(graph, node)[0] == node
        assert graph.nodes[node]["stable"] == (reached == set()) == (
            graph.nodes[node]["dimension"] == 2
        )
        # The covers: one dimension less, and nothing else.
        below = {other for other, above in REACHED.items() if name in above}
        direct = {
            other for other in below
            if graph.nodes[nodes[other]]["dimension"] == graph.nodes[node]["dimension"] - 1
        }
        assert names(graph, graph.successors(node)) == direct


@given(intervals)
def test_attributes_tell_of_the_witness(interval):
    graph = interval_type_graph(interval)
    for node, data in graph.nodes(data=True):
        w, b = data["witness"]
        assert data["name"] == name_of(w, b, *interval)
        assert data["neuron_type"] is neuron_type(w, b, interval)
        assert data["name"].startswith(data["neuron_type"].value)
        assert interval_type(w, b, interval) == node
        if node == (-1, -1, 0):
            assert (data["facing"], data["kink"]) == (None, "outside or none")
        elif w == 0:
            assert (data["facing"], data["kink"]) == (None, "none")
        else:
            assert data["facing"] == ("right" if w > 0 else "left")
            places = {
                "left of T0": -b / w < interval[0], "at T0": -b / w == interval[0],
                "inside": interval[0] < -b / w < interval[1], "at T1": -b / w == interval[1],
                "right of T1": -b / w > interval[1],
            }
            assert [place for place, holds in places.items() if holds] == [data["kink"]]


@given(intervals)
def test_all_intervals_have_the_same_graph(interval):
    graph, unit = interval_type_graph(interval), interval_type_graph(UNIT)
    assert list(graph) == list(unit)
    assert list(graph.edges) == list(unit.edges)
    assert [type_label(graph, node) for node in graph] == [type_label(unit, node) for node in unit]


@settings(max_examples=300)
@given(interval_neurons())
def test_perturbed_neurons_reach_what_the_graph_says(case):
    interval, w, b = case
    first, last = interval
    graph = interval_type_graph(interval)
    node = interval_type(w, b, interval)
    assert type_label(graph, node) == name_of(w, b, *interval)
    # Both ways along the three lines, into each sector between them, and some more.
    lines = [(Fraction(1), -first), (Fraction(1), -last), (Fraction(0), Fraction(1))]
    between = [(p[0] + s * q[0], p[1] + s * q[1]) for p in lines for q in lines for s in (1, -1)]
    grid = [(Fraction(i), Fraction(j)) for i in range(-2, 3) for j in range(-2, 3)]
    reached = {}
    for step in (Fraction(1, 10**6), Fraction(1, 10**9)):
        reached[step] = {
            name_of(w + sign * step * dw, b + sign * step * db, *interval)
            for dw, db in [*lines, *between, *grid]
            for sign in (1, -1)
        }
    assert len(set(map(frozenset, reached.values()))) == 1
    assert reached[step] == names(graph, perturbations(graph, node))


@given(interval_neurons())
def test_the_mirror_is_an_automorphism(case):
    interval, w, b = case
    graph = interval_type_graph(interval)
    mirror = interval_reflection(graph)
    assert sorted(mirror.values()) == sorted(graph)
    assert all(mirror[mirror[node]] == node for node in graph)
    assert {(mirror[upper], mirror[lower]) for upper, lower in graph.edges} == set(graph.edges)
    assert mirror[interval_type(w, b, interval)] == interval_type(
        -w, b + w * sum(interval), interval
    )
    exchanged = {
        type_label(graph, node): type_label(graph, image) for node, image in mirror.items()
    }
    swap = str.maketrans({"0": "1", "1": "0"})
    for name, image in exchanged.items():
        if " at " in name:
            stem, _, end = name.partition(" at ")
            assert image == f"{stem} at {end.translate(swap)}"
    assert sorted(len(orbit) for orbit in orbits(graph, [mirror])) == [1, 1, 1, 2, 2, 2, 2]


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=1, max_size=4),
    st.booleans(),
)
def test_perturbed_patterns_of_a_dataset(points, hidden_bias):
    graph = face_graph(points, hidden_bias=hidden_bias)
    for node in graph:
        # A small perturbation keeps the signs that are not zero, and any face that does so is
        # reached on the way to its witness.
        above = [
            other for other in graph
            if all(a in (0, b) for a, b in zip(node, other, strict=True))
        ]
        assert list(perturbations(graph, node)) == above
        label = type_label(graph, node)
        assert tuple("-0+".index(sign) - 1 for sign in label) == node


@pytest.mark.parametrize("ends", [(1, 1), (2, Fraction(1, 2))])
def test_an_interval_needs_two_ends_in_order(ends):
    ends = tuple(map(Fraction, ends))
    for call in (interval_type_graph, lambda pair: interval_type(UNIT[0], UNIT[1], pair)):
        with pytest.raises(InputError, match="T0 < T1 is needed"):
            call(ends)


def test_unknown_types_are_refused():
    graph = interval_type_graph(UNIT)
    for call in (perturbations, type_label):
        with pytest.raises(InputError, match="not a type of this graph"):
            call(graph, (-1, -1, 1))
