r"""Pictures of type graphs in layers: TikZ, and bitmaps or vector files by matplotlib.

A row for each dimension, the stable types on top, and arrows to the types that they degenerate
to.  On an interval mirror images stand at mirrored places, types that face right to the right.
The patterns of a dataset stand from the inactive to the active.  In a plane the arrows then cross
as little as in any two rows: c - 1 times where c rays and c sectors alternate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symerm.arrangements.interval_types import type_label
from symerm.errors import UnsupportedError
from symerm.reports.figures import write_figure

if TYPE_CHECKING:
    import networkx

__all__ = [
    "TypeBox", "draw_type_graph", "type_graph_layout", "type_graph_to_tikz", "write_type_graph"
]

Signs = tuple[int, ...]

#: In centimetres: the room of a letter and of a line, and what is around and between boxes.
_LETTER, _LINE, _PADDING, _GAP = 0.19, 0.42, 0.3, 0.4
_LEAST_ROW_DISTANCE = 2.2
#: TeX knows no length above 575 cm, and a bitmap of this width has 18000 columns.
_WIDEST = 300
_INCH = 2.54
#: Ends of an interval may have a thousand digits.
_LONGEST_TITLE = 80


@dataclass(frozen=True)
class TypeBox:
    """The place of a type in a picture, in centimetres.

    Attributes
    ----------
    lines : tuple of str
        The label.
    x, y : float
        The centre; x = 0 is the middle of the picture, and y = 0 the lowest row.
    width, height : float
        Of the box around the label.
    stable : bool
        Whether the type is open.
    """

    lines: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float
    stable: bool


def type_graph_layout(graph: networkx.DiGraph) -> dict[Signs, TypeBox]:
    """The boxes of all types, without overlaps.

    Parameters
    ----------
    graph : networkx.DiGraph
        Of `symerm.arrangements.interval_type_graph` or `symerm.arrangements.face_graph`.

    Raises
    ------
    UnsupportedError
        If the picture would be wider than 3 m.

    Examples
    --------
    >>> from symerm.arrangements.faces import face_graph
    >>> layout = type_graph_layout(face_graph([(1,)], hidden_bias=False))
    >>> [(box.lines[0], round(box.x, 2), box.y) for box in layout.values()]
    [('0', 0.0, 0.0), ('-', -0.45, 2.2), ('+', 0.45, 2.2)]
    """
    labels = {node: _lines(graph, node) for node in graph}
    rows: dict[int, list[Signs]] = {}
    for node in sorted(graph, key=_order_on_an_interval if _of_interval(graph) else _activity):
        rows.setdefault(graph.nodes[node]["dimension"], []).append(node)
    sizes = {
        node: (max(map(len, lines)) * _LETTER + _PADDING, len(lines) * _LINE + _PADDING)
        for node, lines in labels.items()
    }
    width = max(len(row) * (max(sizes[node][0] for node in row) + _GAP) for row in rows.values())
    if width > _WIDEST:
        raise UnsupportedError(
            f"a picture of {len(graph)} types would be {width / 100:.1f} m wide, and at most "
            f"{_WIDEST // 100} m are drawn; use fewer points, or a table, JSON or DOT"
        )
    # In wide pictures low rows would have flat arrows that run into one another.
    distance = max(_LEAST_ROW_DISTANCE, width / 12)
    return {
        node: TypeBox(
            labels[node],
            ((k - (len(row) - 1) / 2) / len(row)) * width,
            level * distance,
            *sizes[node],
            graph.in_degree(node) == 0,
        )
        for level, (_, row) in enumerate(sorted(rows.items()))
        for k, node in enumerate(row)
    }


def type_graph_to_tikz(graph: networkx.DiGraph) -> str:
    r"""A ``tikzpicture`` that needs the package tikz and no library of it.

    Raises
    ------
    UnsupportedError
        If the picture would be wider than 3 m.

    Examples
    --------
    >>> from symerm.arrangements.faces import face_graph
    >>> print(type_graph_to_tikz(face_graph([(1,)], hidden_bias=False)))
    % needs \usepackage{tikz}
    \begin{tikzpicture}[
      type/.style={draw, rounded corners=2pt, align=center, font=\small, inner sep=3pt},
      stable/.style={type, thick, fill=black!8}, >=stealth]
      \node[type] (t1) at (0.00,0.00) {\texttt{0}};
      \node[stable] (t2) at (-0.45,2.20) {\texttt{{-}}};
      \node[stable] (t3) at (0.45,2.20) {\texttt{+}};
      \draw[->] (t2.south) -- (t1.north);
      \draw[->] (t3.south) -- (t1.north);
    \end{tikzpicture}
    """
    layout = type_graph_layout(graph)
    number = {node: k for k, node in enumerate(graph, start=1)}
    lines = [
        r"% needs \usepackage{tikz}",
        r"\begin{tikzpicture}[",
        r"  type/.style={draw, rounded corners=2pt, align=center, font=\small, inner sep=3pt},",
        r"  stable/.style={type, thick, fill=black!8}, >=stealth]",
    ]
    for node in graph:
        box = layout[node]
        style = "stable" if box.stable else "type"
        text = r"\\ ".join(map(_in_latex if _of_interval(graph) else _in_typewriter, box.lines))
        # Adding zero turns a rounded -0.0 into 0.0.
        place = ",".join(f"{round(z, 2) + 0:.2f}" for z in (box.x, box.y))
        lines.append(rf"  \node[{style}] (t{number[node]}) at ({place}) {{{text}}};")
    lines += [
        rf"  \draw[->] (t{number[upper]}.south) -- (t{number[lower]}.north);"
        for upper, lower in graph.edges
    ]
    return "\n".join([*lines, r"\end{tikzpicture}"])


def draw_type_graph(graph: networkx.DiGraph, *, title: str = "") -> Any:
    """The matplotlib figure of a type graph.

    Raises
    ------
    UnsupportedError
        If the picture would be wider than 3 m.

    Examples
    --------
    >>> from symerm.arrangements.faces import face_graph
    >>> figure = draw_type_graph(face_graph([(1,)], hidden_bias=False), title="one point")
    >>> [text.get_text() for text in figure.axes[0].texts if text.get_text()]
    ['0', '-', '+']
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    layout = type_graph_layout(graph)
    if len(title) > _LONGEST_TITLE:
        title = f"{title[: _LONGEST_TITLE - 3]}..."
    side = max(abs(box.x) + box.width / 2 for box in layout.values()) + _GAP
    # A heading needs some width.
    side = max(side, len(title) * _LETTER / 2 + _GAP)
    bottom = -max(box.height for box in layout.values())
    top = max(box.y + box.height for box in layout.values()) + (2 * _LINE if title else 0)
    figure = Figure(figsize=(2 * side / _INCH, (top - bottom) / _INCH))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(-side, side), ylim=(bottom, top))
    axes.set_axis_off()
    if title:
        axes.set_title(title, y=1, pad=-16, fontsize="medium", parse_math=False)
    for upper, lower in graph.edges:
        start, end = layout[upper], layout[lower]
        axes.annotate(
            "",
            (end.x, end.y + end.height / 2),
            (start.x, start.y - start.height / 2),
            arrowprops={"arrowstyle": "-|>", "color": "0.4", "linewidth": 0.8,
                        "shrinkA": 0, "shrinkB": 0},
        )
    font = "sans-serif" if _of_interval(graph) else "monospace"
    for box in layout.values():
        axes.add_patch(Rectangle(
            (box.x - box.width / 2, box.y - box.height / 2), box.width, box.height,
            facecolor="#dce9f5" if box.stable else "white",
            edgecolor="black", linewidth=1.6 if box.stable else 0.8, zorder=2,
        ))
        axes.text(
            box.x, box.y, "\n".join(box.lines), ha="center", va="center", fontsize=8.5,
            family=font, parse_math=False, zorder=3,
        )
    return figure


def write_type_graph(graph: networkx.DiGraph, path: str, *, title: str = "") -> None:
    """Draw a type graph into a file of the format that its name ends with.

    Raises
    ------
    InputError
        If the name has another ending or the file cannot be written.
    UnsupportedError
        If the picture would be wider than 3 m.
    """
    write_figure(lambda: draw_type_graph(graph, title=title), path)


def _of_interval(graph: networkx.DiGraph) -> bool:
    """Whether the nodes are neuron types on an interval."""
    return all(name is not None for _, name in graph.nodes(data="name"))


def _order_on_an_interval(node: Signs) -> tuple[int, ...]:
    """A key that the mirror turns into its negative."""
    left, right, slope = node
    return right - left, slope, slope * (left + right)


def _activity(node: Signs) -> tuple[int, Signs]:
    return sum(node), node


def _lines(graph: networkx.DiGraph, node: Signs) -> tuple[str, ...]:
    """The label of a type; what is said besides the type has a line of its own."""
    label = type_label(graph, node)
    if not _of_interval(graph):
        return (label,)
    kind = graph.nodes[node]["neuron_type"].value
    more = label.removeprefix(kind).lstrip(", ")
    return (kind, more) if more else (kind,)


def _in_latex(line: str) -> str:
    """A line of the label of a neuron type with its formulas."""
    for text, formula in (
        ("T0", "$T_0$"), ("T1", "$T_1$"), ("w > 0", "$w > 0$"), ("w < 0", "$w < 0$")
    ):
        line = line.replace(text, formula)
    return line


def _in_typewriter(line: str) -> str:
    """A pattern, each minus in braces: two in a row would become a dash in some fonts."""
    return rf"\texttt{{{line.replace('-', '{-}')}}}"
