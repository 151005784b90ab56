"""The type graph: faces of an arrangement of linear forms and their degenerations.

A neuron is a point of Q^m, its type the covector of signs of finitely many linear forms: the
forms (s_i, 1) of a dataset give activation patterns, the forms b + w T0 and b + w T1 of an
interval [T0, T1] its neuron types.  The types are the nodes of a directed graph, and an edge
leads from a face to each face of one dimension less in its closure.  Linear maps that permute
the forms up to sign act on the graph; cases need to be treated once per orbit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from symerm.arithmetic.covectors import cover_relations, faces
from symerm.arrangements.patterns import data_forms
from symerm.errors import InputError

if TYPE_CHECKING:
    import networkx

__all__ = [
    "central_symmetry",
    "face_graph",
    "face_numbers",
    "negation",
    "neighbours",
    "orbits",
    "permutation_automorphism",
    "type_graph",
]

Signs = tuple[int, ...]


def type_graph(
    forms: Sequence[Sequence[Fraction | int]], *, limit: int | None = None
) -> networkx.DiGraph:
    """The graph of the faces of the central arrangement of linear forms on Q^m.

    Parameters
    ----------
    forms : N >= 1 rows of m rationals
    limit : int, optional
        Largest number of faces wanted.

    Returns
    -------
    networkx.DiGraph
        Nodes are covectors (tuples of N signs), from the smallest dimension to the largest;
        each has the attributes ``dimension`` (int), ``active`` (frozenset of the positions of
        the positive forms) and ``witness`` (tuple of Fractions, a point of the face).  Edges are
        the cover relations, from a face to the faces of one dimension less in its closure.

    Raises
    ------
    InputError
        If there are no forms or they differ in length.
    BudgetExceeded
        If there are more than `limit` faces.

    Examples
    --------
    The neuron types max(w x + b, 0) on the interval [0, 1]:

    >>> graph = type_graph([(0, 1), (1, 1)])
    >>> sorted(graph.successors((1, -1)))
    [(0, -1), (1, 0)]
    >>> graph.nodes[(1, -1)]["active"]
    frozenset({0})
    """
    import networkx

    found = faces(forms, limit=limit)
    graph = networkx.DiGraph()
    for face in found:
        graph.add_node(
            face.signs,
            dimension=face.dimension,
            active=frozenset(i for i, sign in enumerate(face.signs) if sign > 0),
            witness=face.witness,
        )
    graph.add_edges_from(
        (found[upper].signs, found[lower].signs) for upper, lower in cover_relations(found)
    )
    return graph


def face_graph(
    inputs: Sequence[Sequence[Fraction | int]],
    *,
    hidden_bias: bool = True,
    limit: int | None = None,
) -> networkx.DiGraph:
    """The type graph of a dataset: activation patterns and their degenerations.

    The chambers are the patterns of `symerm.arrangements.patterns.activation_patterns`; the
    witness of a node is a neuron (a, b), or a without hidden bias.

    Parameters
    ----------
    inputs : n rows of p rationals
    hidden_bias : bool
    limit : int, optional
        Largest number of faces wanted.

    Raises
    ------
    InputError
        If there are no inputs or they differ in length.
    BudgetExceeded
        If there are more than `limit` faces.

    Examples
    --------
    >>> graph = face_graph([(0,), (1,), (2,)])
    >>> face_numbers(graph)
    {0: 1, 1: 6, 2: 6}
    """
    return type_graph(data_forms(inputs, hidden_bias=hidden_bias), limit=limit)


def face_numbers(graph: networkx.DiGraph) -> dict[int, int]:
    """The number of faces of each dimension.

    Euler's relation for an arrangement in R^m: their alternating sum is (-1)^m.
    """
    numbers: dict[int, int] = {}
    for _, dimension in graph.nodes(data="dimension"):
        numbers[dimension] = numbers.get(dimension, 0) + 1
    return dict(sorted(numbers.items()))


def neighbours(graph: networkx.DiGraph, chamber: Signs) -> tuple[Signs, ...]:
    """The chambers that share a wall with a chamber, sorted.

    Raises
    ------
    InputError
        If the covector is not a node of the graph.

    Examples
    --------
    >>> neighbours(face_graph([(0,), (1,)]), (1, 1))
    ((-1, 1), (1, -1))
    """
    if chamber not in graph:
        raise InputError(f"{chamber} is not a face of this arrangement")
    return tuple(
        sorted(
            other
            for wall in graph.successors(chamber)
            for other in graph.predecessors(wall)
            if other != chamber
        )
    )


def negation(graph: networkx.DiGraph) -> dict[Signs, Signs]:
    """The automorphism (w, b) -> -(w, b): every pattern goes to its complement."""
    return {signs: tuple(-sign for sign in signs) for signs in graph}


def permutation_automorphism(
    graph: networkx.DiGraph, permutation: Sequence[int]
) -> dict[Signs, Signs]:
    """The automorphism that moves the sign of form i to position permutation[i].

    Only the graph is checked: a permutation may preserve which faces there are without coming
    from a linear map, as reversing any points on a line does (see `central_symmetry`).

    Raises
    ------
    InputError
        If the permutation of the forms does not map faces to faces, degenerations to
        degenerations.

    Examples
    --------
    >>> graph = face_graph([(0,), (1,), (2,)])
    >>> permutation_automorphism(graph, (2, 1, 0))[(1, 1, -1)]
    (-1, 1, 1)
    """
    count = len(permutation)
    if sorted(permutation) != list(range(count)) or any(len(signs) != count for signs in graph):
        raise InputError(f"{tuple(permutation)} is not a permutation of the forms")
    source = sorted(range(count), key=permutation.__getitem__)
    images = {signs: tuple(signs[i] for i in source) for signs in graph}
    # A bijection that keeps all edges of a finite graph keeps all non-edges too.
    if not all(image in graph for image in images.values()) or not all(
        graph.has_edge(images[upper], images[lower]) for upper, lower in graph.edges
    ):
        raise InputError(f"the permutation {tuple(permutation)} does not preserve the arrangement")
    return images


def central_symmetry(
    inputs: Sequence[Sequence[Fraction | int]], *, hidden_bias: bool = True
) -> tuple[int, ...] | None:
    """The permutation of the inputs by the reflection s -> 2c - s in a centre, if there is one.

    With hidden bias the centre is the mean of the inputs; the neuron (a, b) goes to
    (-a, b + 2<a, c>).  Without, the centre must be the origin.  For p = 1 this is the
    reflection of symmetric data.  Equal inputs are matched in order.

    Examples
    --------
    >>> central_symmetry([(0,), (1,), (3,), (4,)])
    (3, 2, 1, 0)
    >>> central_symmetry([(0,), (1,), (3,)]) is None
    True
    """
    forms = data_forms(inputs)
    count = len(forms)
    rows = [form[:-1] for form in forms]
    zero = Fraction(0)
    total = [sum(column, zero) if hidden_bias else zero for column in zip(*rows, strict=True)]
    places: dict[tuple[Fraction, ...], list[int]] = {}
    for position, row in enumerate(rows):
        places.setdefault(row, []).append(position)
    permutation = [0] * count
    for row, positions in places.items():
        image = tuple(2 * t / count - x for t, x in zip(total, row, strict=True))
        if len(places.get(image, ())) != len(positions):
            return None
        for position, target in zip(positions, places[image], strict=True):
            permutation[position] = target
    return tuple(permutation)


def orbits(
    graph: networkx.DiGraph, automorphisms: Iterable[Mapping[Signs, Signs]]
) -> tuple[tuple[Signs, ...], ...]:
    """The orbits of the nodes under the group generated by some automorphisms.

    Returns
    -------
    tuple of tuples of covectors
        Each orbit sorted with its largest covector first; orbits in the order of the graph.

    Examples
    --------
    Up to negation and reflection three points on a line have two patterns and two walls:

    >>> graph = face_graph([(0,), (1,), (2,)])
    >>> reflection = permutation_automorphism(graph, (2, 1, 0))
    >>> [orbit[0] for orbit in orbits(graph, [negation(graph), reflection])]
    [(0, 0, 0), (1, 1, 0), (1, 0, -1), (1, 1, 1), (1, 1, -1)]
    """
    generators = list(automorphisms)
    seen: set[Signs] = set()
    result = []
    for start in graph:
        if start in seen:
            continue
        orbit = {start}
        pending = [start]
        while pending:
            node = pending.pop()
            for generator in generators:
                image = generator[node]
                if image not in orbit:
                    orbit.add(image)
                    pending.append(image)
        seen |= orbit
        result.append(tuple(sorted(orbit, reverse=True)))
    return tuple(result)
