"""The type graph of neurons on an interval [T0, T1], and readings of type graphs.

The lines b = -w T0 and b = -w T1 and, for constant neurons, w = 0 cut the plane of the neurons
x -> w x + b into 13 faces.  The three of negative neurons are one type, and 11 types remain: the
types of Cheridito, Jentzen, Rossmannek (2021), told apart by facing and by the place of the kink.
An edge leads from a type to each type that it degenerates to with none between; against the
edges one reads what small perturbations reach.  The mirror x -> T0 + T1 - x acts on the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symerm.arithmetic.rationals import format_rational
from symerm.arrangements.faces import type_graph
from symerm.arrangements.neuron_types import NeuronType, neuron_type
from symerm.errors import InputError

if TYPE_CHECKING:
    import networkx

__all__ = [
    "interval_reflection",
    "interval_type",
    "interval_type_graph",
    "perturbations",
    "type_label",
]

Signs = tuple[int, ...]
Interval = tuple[Fraction, Fraction]


def interval_type_graph(interval: Interval) -> networkx.DiGraph:
    """The graph of the 11 types of neurons x -> w x + b on an interval.

    Parameters
    ----------
    interval : (T0, T1), Fractions with T0 < T1

    Returns
    -------
    networkx.DiGraph
        Nodes are the signs of the neuron at T0, of the neuron at T1, and of w; inactive neurons
        have the node (-1, -1, 0).  They come from the smallest dimension to the largest, in
        each from the inactive to the active, with the attributes

        ``name`` (str)
            Such as ``"semi-inactive at T0"``; no two are equal.
        ``neuron_type`` (NeuronType)
            The type by name, as in the classification of critical points.
        ``facing`` (str or None)
            ``"right"`` if w > 0, ``"left"`` if w < 0, None if w = 0 or both occur.
        ``kink`` (str)
            Where -b/w lies: ``"left of T0"``, ``"at T0"``, ``"inside"``, ``"at T1"``,
            ``"right of T1"``; ``"none"`` if w = 0, and ``"outside or none"`` if inactive.
        ``dimension`` (int)
            Of the set of these neurons in the plane.
        ``stable`` (bool)
            Whether the set is open: small perturbations keep the type.
        ``witness`` (pair of Fractions)
            A neuron (w, b) of the type.

        Edges are the cover relations: from a type to those it degenerates to, none between.

    Raises
    ------
    InputError
        If T0 < T1 does not hold.

    Examples
    --------
    >>> graph = interval_type_graph((Fraction(0), Fraction(1)))
    >>> [type_label(graph, node) for node in graph.successors((-1, 1, 1))]
    ['semi-inactive at T1', 'type-1-active, kink at T0']
    >>> graph.nodes[(-1, 1, 1)]["witness"]
    (Fraction(2, 1), Fraction(-1, 1))
    """
    import networkx

    _require_interval(interval)
    fine = type_graph([(interval[0], 1), (interval[1], 1), (1, 0)])
    merged: dict[Signs, list[Signs]] = {}
    for signs in fine:
        merged.setdefault(_type_of_face(signs), []).append(signs)
    order = networkx.DiGraph(
        (_type_of_face(upper), _type_of_face(lower))
        for upper, lower in fine.edges
        if _type_of_face(upper) != _type_of_face(lower)
    )
    dimension = {
        node: max(fine.nodes[signs]["dimension"] for signs in members)
        for node, members in merged.items()
    }
    graph = networkx.DiGraph()
    # In each dimension from the inactive to the active.
    for node in sorted(merged, key=lambda t: (dimension[t], t[0] + t[1], abs(t[0]), -t[2])):
        graph.add_node(
            node,
            **_attributes(fine.nodes[node]["witness"], interval),
            dimension=dimension[node],
            stable=dimension[node] == 2,
        )
    # A face that was merged into a larger type may have left an edge across two dimensions.
    graph.add_edges_from(sorted(networkx.transitive_reduction(order).edges))
    return graph


def interval_type(weight: Fraction, bias: Fraction, interval: Interval) -> Signs:
    """The node of `interval_type_graph` to which a neuron belongs.

    Raises
    ------
    InputError
        If the interval has not T0 < T1.

    Examples
    --------
    >>> interval_type(Fraction(2), Fraction(-1), (Fraction(0), Fraction(1)))
    (-1, 1, 1)
    """
    _require_interval(interval)
    values = (weight * interval[0] + bias, weight * interval[1] + bias, weight)
    return _type_of_face(tuple((value > 0) - (value < 0) for value in values))


def interval_reflection(graph: networkx.DiGraph) -> dict[Signs, Signs]:
    """The automorphism of `interval_type_graph` by the mirror x -> T0 + T1 - x.

    The neuron (w, b) goes to (-w, b + w (T0 + T1)).

    Examples
    --------
    Up to the mirror there are seven types:

    >>> from symerm.arrangements.faces import orbits
    >>> graph = interval_type_graph((Fraction(0), Fraction(1)))
    >>> [len(orbit) for orbit in orbits(graph, [interval_reflection(graph)])]
    [1, 2, 2, 1, 1, 2, 2]
    """
    return {(left, right, slope): (right, left, -slope) for left, right, slope in graph}


def perturbations(graph: networkx.DiGraph, node: Signs) -> tuple[Signs, ...]:
    """All types that arbitrarily small perturbations of a type reach, itself among them.

    Parameters
    ----------
    graph : networkx.DiGraph
        Of `interval_type_graph`, or of `symerm.arrangements.faces.face_graph` or `type_graph`.
    node : tuple of int

    Returns
    -------
    tuple of nodes
        In the order of the graph, so `node` comes first.

    Raises
    ------
    InputError
        If the node is not in the graph.

    Examples
    --------
    >>> graph = interval_type_graph((Fraction(0), Fraction(1)))
    >>> [type_label(graph, other) for other in perturbations(graph, (-1, 0, 1))]
    ['semi-inactive at T1', 'inactive', 'type-2-active, facing right']
    """
    import networkx

    if node not in graph:
        raise InputError(f"{node} is not a type of this graph")
    above = networkx.ancestors(graph, node)
    return tuple(other for other in graph if other == node or other in above)


def type_label(graph: networkx.DiGraph, node: Signs) -> str:
    """The name of a neuron type, or an activation pattern as a text of the signs + 0 -.

    Parameters
    ----------
    graph : networkx.DiGraph
        As for `perturbations`.
    node : tuple of int

    Raises
    ------
    InputError
        If the node is not in the graph.

    Examples
    --------
    >>> from symerm.arrangements.faces import face_graph
    >>> type_label(face_graph([(0,), (1,), (2,)]), (-1, 0, 1))
    '-0+'
    """
    if node not in graph:
        raise InputError(f"{node} is not a type of this graph")
    name: str | None = graph.nodes[node].get("name")
    return "".join("0+-"[sign] for sign in node) if name is None else name


def _require_interval(interval: Interval) -> None:
    if not interval[0] < interval[1]:
        raise InputError(
            f"the interval [{', '.join(map(format_rational, interval))}] is empty or a point; "
            "T0 < T1 is needed"
        )


def _type_of_face(signs: Signs) -> Signs:
    """The node of a face: negative neurons count as constant."""
    return (-1, -1, 0) if signs[:2] == (-1, -1) else signs


def _attributes(witness: Sequence[Fraction], interval: Interval) -> dict[str, Any]:
    """What the type of a neuron says about all neurons of the type."""
    weight, bias = witness
    kind = neuron_type(weight, bias, interval)
    if kind is NeuronType.INACTIVE:
        facing, kink = None, "outside or none"
    elif weight == 0:
        facing, kink = None, "none"
    else:
        facing = "right" if weight > 0 else "left"
        kink = _place(-bias / weight, interval)
    name = kind.value
    if kind is NeuronType.SEMI_INACTIVE:
        name += f" {kink}"
    elif kind is NeuronType.TYPE_1_ACTIVE:
        at_end = kink.startswith("at")
        name += f", kink {kink}" if at_end else f", w {'>' if weight > 0 else '<'} 0"
    elif kind is NeuronType.TYPE_2_ACTIVE:
        name += f", facing {facing}"
    return {
        "name": name,
        "neuron_type": kind,
        "facing": facing,
        "kink": kink,
        "witness": (weight, bias),
    }


def _place(kink: Fraction, interval: Interval) -> str:
    """Where a kink lies."""
    first, last = interval
    if kink in interval:
        return "at T0" if kink == first else "at T1"
    if first < kink < last:
        return "inside"
    return "left of T0" if kink < first else "right of T1"
