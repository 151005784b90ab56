"""Type graphs as tables, JSON and DOT: neuron types on an interval, or patterns of a dataset.

Types are numbered from 1 in the order of the graph, from the smallest dimension to the largest.
For each the exports tell which types it degenerates to (the covers below it), which ones small
perturbations reach (all above it), and its orbit under symmetries.  Pictures are drawn by
`symerm.reports.type_pictures`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from symerm.arithmetic.rationals import format_rational
from symerm.arrangements.faces import orbits
from symerm.arrangements.interval_types import perturbations, type_label
from symerm.reports.tables import format_table

if TYPE_CHECKING:
    import networkx

__all__ = ["format_type_graph", "type_graph_to_dot", "type_graph_to_json"]

Signs = tuple[int, ...]
Automorphism = Mapping[Signs, Signs]

#: More ranges of numbers than this do not fit into a cell.
_RANGES = 6


def type_graph_to_json(
    graph: networkx.DiGraph, *, symmetries: Sequence[Automorphism] = ()
) -> list[dict[str, Any]]:
    """The types as objects, in the order of the graph; rationals are texts.

    Parameters
    ----------
    graph : networkx.DiGraph
        Of `symerm.arrangements.interval_type_graph` or `symerm.arrangements.face_graph`.
    symmetries : automorphisms of the graph
        Generators of the group whose orbits are numbered.

    Examples
    --------
    >>> from symerm.arrangements.faces import face_graph
    >>> document = type_graph_to_json(face_graph([(1,)], hidden_bias=False))
    >>> document[2]["label"], document[2]["neuron"], document[2]["degenerates_to"]
    ('+', ['1'], [1])
    """
    number = {node: k for k, node in enumerate(graph, start=1)}
    orbit = {
        node: k for k, members in enumerate(orbits(graph, symmetries), start=1) for node in members
    }
    document = []
    for node, data in graph.nodes(data=True):
        reached = [number[other] for other in perturbations(graph, node) if other != node]
        entry = {"number": number[node], "label": type_label(graph, node)}
        if "neuron_type" in data:
            entry |= {
                "type": data["neuron_type"].value, "facing": data["facing"], "kink": data["kink"]
            }
        document.append(entry | {
            "signs": list(node),
            "dimension": data["dimension"],
            "stable": not reached,
            "neuron": list(map(format_rational, data["witness"])),
            "degenerates_to": sorted(number[other] for other in graph.successors(node)),
            "perturbs_into": reached,
            "orbit": orbit[node],
        })
    return document


def format_type_graph(
    graph: networkx.DiGraph, *, symmetries: Sequence[Automorphism] = (), style: str = "text"
) -> str:
    """The types as a table in one of the formats of `symerm.reports.tables.TABLE_FORMATS`.

    Parameters
    ----------
    graph, symmetries
        As for `type_graph_to_json`.
    style : str

    Raises
    ------
    InputError
        If there is no such format.

    Examples
    --------
    >>> from symerm.arrangements.faces import face_graph
    >>> print(format_type_graph(face_graph([(1,)], hidden_bias=False)))
    #  pattern  active  dim  stable  neuron  degenerates to  perturbs into  orbit
    1  0             0    0  no      (0)                     2-3                1
    2  -             0    1  yes     (-1)    1                                  2
    3  +             1    1  yes     (1)     1                                  3
    """
    document = type_graph_to_json(graph, symmetries=symmetries)
    of_interval = "type" in document[0]
    kind = ("type", "facing", "kink") if of_interval else ("pattern", "active")
    header = (
        "#", *kind, "dim", "stable", "neuron", "degenerates to", "perturbs into", "orbit"
    )
    rows = []
    for entry in document:
        described = (
            (entry["facing"] or "", entry["kink"])
            if of_interval
            else (str(entry["signs"].count(1)),)
        )
        rows.append((
            str(entry["number"]),
            entry["label"],
            *described,
            str(entry["dimension"]),
            "yes" if entry["stable"] else "no",
            f"({', '.join(entry['neuron'])})",
            _ranges(entry["degenerates_to"]),
            _ranges(entry["perturbs_into"]),
            str(entry["orbit"]),
        ))
    return format_table(header, rows, style=style)


def type_graph_to_dot(graph: networkx.DiGraph) -> str:
    """The graph in the language DOT of Graphviz: one rank per dimension, stable types in bold.

    Examples
    --------
    >>> from symerm.arrangements.faces import face_graph
    >>> print(type_graph_to_dot(face_graph([(1,)], hidden_bias=False)))
    digraph types {
      node [shape=box];
      t1 [label="0"];
      t2 [label="-", style=bold];
      t3 [label="+", style=bold];
      { rank=same; t1; }
      { rank=same; t2; t3; }
      t2 -> t1;
      t3 -> t1;
    }
    """
    lines = ["digraph types {", "  node [shape=box];"]
    ranks: dict[int, list[str]] = {}
    edges = []
    for entry in type_graph_to_json(graph):
        name = f"t{entry['number']}"
        bold = ", style=bold" if entry["stable"] else ""
        lines.append(f'  {name} [label="{entry["label"]}"{bold}];')
        ranks.setdefault(entry["dimension"], []).append(name)
        edges += [f"  {name} -> t{below};" for below in entry["degenerates_to"]]
    lines += [f"  {{ rank=same; {' '.join(f'{name};' for name in rank)} }}"
              for rank in ranks.values()]
    return "\n".join([*lines, *edges, "}"])


def _ranges(numbers: Sequence[int]) -> str:
    """Sorted numbers as ranges, or only how many they are."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][-1] + 1:
            ranges[-1][1:] = [number]
        else:
            ranges.append([number])
    if len(ranges) > _RANGES:
        return f"{len(numbers)} types"
    return ", ".join("-".join(map(str, ends)) for ends in ranges)
