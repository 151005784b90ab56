"""Exports of type graphs: tables, JSON and DOT read back, TikZ compiled, pictures measured."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
from fractions import Fraction

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.arrangements.faces import central_symmetry, face_graph, permutation_automorphism
from symerm.arrangements.interval_types import (
    interval_reflection,
    interval_type,
    interval_type_graph,
    type_label,
)
from symerm.errors import InputError, UnsupportedError
from symerm.reports.type_graph import format_type_graph, type_graph_to_dot, type_graph_to_json
from symerm.reports.type_pictures import (
    draw_type_graph,
    type_graph_layout,
    type_graph_to_tikz,
    write_type_graph,
)

ENDS = Fraction(-3, 2), Fraction(5)
INTERVAL = interval_type_graph(ENDS)
SQUARE = face_graph([(0, 0), (1, 0), (0, 1), (1, 1)])
GRAPHS = pytest.mark.parametrize("graph", [INTERVAL, SQUARE], ids=["interval", "square"])

planar = st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=1, max_size=5)


def apart(boxes):
    """Whether no two of the boxes (left, bottom, right, top) meet."""
    return all(
        a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]
        for a, b in itertools.combinations(boxes, 2)
    )


def crossing_arrows(graph):
    """The number of pairs of arrows that cross as segments between centres."""
    layout = type_graph_layout(graph)
    arrows = [((layout[a].x, layout[a].y), (layout[b].x, layout[b].y)) for a, b in graph.edges]

    def side(p, q, r):
        value = (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
        return 0 if abs(value) < 1e-9 else value

    return sum(
        side(p, q, r) * side(p, q, s) < 0 and side(r, s, p) * side(r, s, q) < 0
        for (p, q), (r, s) in itertools.combinations(arrows, 2)
    )


@settings(max_examples=40)
@given(planar, st.booleans())
def test_json_tells_the_graph_of_a_dataset(points, hidden_bias):
    graph = face_graph(points, hidden_bias=hidden_bias)
    mirror = central_symmetry(points, hidden_bias=hidden_bias)
    symmetries = [] if mirror is None else [permutation_automorphism(graph, mirror)]
    document = json.loads(json.dumps(type_graph_to_json(graph, symmetries=symmetries)))
    assert [entry["number"] for entry in document] == list(range(1, len(graph) + 1))
    down = {(entry["number"], k) for entry in document for k in entry["degenerates_to"]}
    nodes = list(graph)
    assert {(nodes[a - 1], nodes[b - 1]) for a, b in down} == set(graph.edges)
    closure = networkx.transitive_closure_dag(networkx.DiGraph(down))
    up = {(entry["number"], k) for entry in document for k in entry["perturbs_into"]}
    assert up == {(b, a) for a, b in closure.edges}
    for entry, node in zip(document, nodes, strict=True):
        neuron = tuple(map(Fraction, entry["neuron"]))
        signs = ""
        for point in points:
            value = sum(x * y for x, y in zip((*point, 1), neuron, strict=False))
            signs += "+" if value > 0 else "-" if value < 0 else "0"
        assert signs == entry["label"] == type_label(graph, node)
        assert entry["stable"] == (entry["dimension"] == max(e["dimension"] for e in document))
        if symmetries:
            image = document[nodes.index(symmetries[0][node])]
            assert image["orbit"] == entry["orbit"]
    if not symmetries:
        assert [entry["orbit"] for entry in document] == [entry["number"] for entry in document]


def test_json_tells_the_types_of_an_interval():
    document = type_graph_to_json(INTERVAL, symmetries=[interval_reflection(INTERVAL)])
    by_label = {entry["label"]: entry for entry in document}
    assert len(by_label) == 11
    for entry in document:
        assert list(entry) == [
            "number", "label", "type", "facing", "kink", "signs", "dimension", "stable", "neuron",
            "degenerates_to", "perturbs_into", "orbit",
        ]
        w, b = map(Fraction, entry["neuron"])
        assert interval_type(w, b, ENDS) == tuple(entry["signs"])
    assert max(entry["orbit"] for entry in document) == 7
    left = by_label["type-2-active, facing left"]
    right = by_label["type-2-active, facing right"]
    assert left["orbit"] == right["orbit"]
    assert (left["facing"], left["kink"]) == ("left", "inside")
    # Without symmetries all types stand alone.
    assert [entry["orbit"] for entry in type_graph_to_json(INTERVAL)] == list(range(1, 12))


def test_the_table_has_a_row_for_each_type():
    text = format_type_graph(INTERVAL, symmetries=[interval_reflection(INTERVAL)])
    lines = text.splitlines()
    assert len(lines) == 12
    assert lines[0].split()[:7] == ["#", "type", "facing", "kink", "dim", "stable", "neuron"]
    columns = [
        [line[start:].split("  ")[0] for line in lines]
        for start in map(lines[0].index, ("degenerates", "perturbs"))
    ]
    down, up = ({*map(tuple, _pairs(column[1:]))} for column in columns)
    nodes = {node: k for k, node in enumerate(INTERVAL, start=1)}
    assert down == {(nodes[a], nodes[b]) for a, b in INTERVAL.edges}
    closure = networkx.transitive_closure_dag(INTERVAL)
    assert up == {(nodes[b], nodes[a]) for a, b in closure.edges}
    for style, start in (("latex", r"\begin{tabular}"), ("html", "<table>"), ("json", "[{")):
        assert format_type_graph(INTERVAL, style=style).startswith(start)
    with pytest.raises(InputError, match="no table format"):
        format_type_graph(INTERVAL, style="dot")


def _pairs(cells):
    for number, cell in enumerate(cells, start=1):
        for part in filter(None, cell.strip().split(", ")):
            first, _, last = part.partition("-")
            for other in range(int(first), int(last or first) + 1):
                yield number, other


def test_long_lists_of_a_table_are_counted():
    rows = json.loads(format_type_graph(SQUARE, style="json"))
    document = type_graph_to_json(SQUARE)
    assert rows[0]["perturbs into"] == f"2-{len(SQUARE)}"
    for row, entry in zip(rows, document, strict=True):
        if row["perturbs into"].endswith("types"):
            assert row["perturbs into"] == f"{len(entry['perturbs_into'])} types"
        assert row["active"] == str(entry["label"].count("+"))
    assert any(row["perturbs into"] == "8 types" for row in rows)


@GRAPHS
def test_dot_can_be_read_back(graph):
    text = type_graph_to_dot(graph)
    labels = dict(re.findall(r'^  (t\d+) \[label="([^"]*)"', text, re.M))
    arrows = {(labels[a], labels[b]) for a, b in re.findall(r"(t\d+) -> (t\d+);", text)}
    assert arrows == {(type_label(graph, a), type_label(graph, b)) for a, b in graph.edges}
    ranks = [re.findall(r"t\d+", rank) for rank in re.findall(r"{ rank=same; (.*) }", text)]
    dimensions = {type_label(graph, node): k for node, k in graph.nodes(data="dimension")}
    assert sorted(name for rank in ranks for name in rank) == sorted(labels)
    for dimension, rank in enumerate(ranks):
        assert {dimensions[labels[name]] for name in rank} == {dimension}
    bold = {labels[name] for name in re.findall(r"(t\d+) \[.*style=bold", text)}
    top = max(dimensions.values())
    assert bold == {label for label, k in dimensions.items() if k == top}


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@GRAPHS
def test_graphviz_takes_the_dot(graph):
    run = subprocess.run(
        ["dot", "-Tplain"], input=type_graph_to_dot(graph), capture_output=True, text=True,
        check=True,
    )
    assert run.stderr == ""
    assert run.stdout.count("\nedge ") == graph.number_of_edges()


@settings(max_examples=30)
@given(planar)
def test_boxes_stand_apart_in_rows(points):
    graph = face_graph(points)
    layout = type_graph_layout(graph)
    assert apart(
        [
            (box.x - box.width / 2, box.y - box.height / 2,
             box.x + box.width / 2, box.y + box.height / 2)
            for box in layout.values()
        ]
    )
    levels = {}
    for node, box in layout.items():
        levels.setdefault(graph.nodes[node]["dimension"], set()).add(box.y)
        assert box.lines == (type_label(graph, node),)
    heights = [levels[k] for k in sorted(levels)]
    assert all(len(level) == 1 for level in heights)
    assert sorted(heights, key=min) == heights
    for upper, lower in graph.edges:
        above, below = layout[upper], layout[lower]
        assert above.y - above.height / 2 > below.y + below.height / 2


def test_mirror_images_stand_at_mirrored_places():
    layout, mirror = type_graph_layout(INTERVAL), interval_reflection(INTERVAL)
    for node, box in layout.items():
        image = layout[mirror[node]]
        assert (image.x, image.y) == pytest.approx((-box.x, box.y))
        facing = INTERVAL.nodes[node]["facing"]
        assert (box.x > 0, box.x < 0) == (facing == "right", facing == "left")


def test_arrows_cross_as_little_as_rows_can():
    # A cycle of 2c nodes in two rows crosses at least c - 1 times.
    assert crossing_arrows(INTERVAL) == 4
    for count in range(2, 7):
        assert crossing_arrows(face_graph([(k,) for k in range(count)])) == 2 * count - 1


@GRAPHS
def test_labels_of_a_drawing_stay_in_their_boxes(graph):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = draw_type_graph(graph, title="a title that is longer than a row")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    (axes,) = figure.axes
    texts = [text for text in axes.texts if text.get_text()]
    assert sorted(text.get_text().replace("\n", " ") for text in texts) == sorted(
        type_label(graph, node).replace(",", "") for node in graph
    )
    words = [text.get_window_extent() for text in (*texts, axes.title)]
    assert apart([(box.x0, box.y0, box.x1, box.y1) for box in words])
    frames = [patch.get_window_extent() for patch in axes.patches]
    for word, frame in zip(words[:-1], frames, strict=True):
        assert frame.x0 < word.x0
        assert word.x1 < frame.x1
        assert frame.y0 < word.y0
        assert word.y1 < frame.y1
    whole = figure.bbox
    for box in (*frames, words[-1]):
        assert whole.x0 < box.x0
        assert box.x1 < whole.x1
        assert whole.y0 < box.y0
        assert box.y1 < whole.y1


@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"),
                                               ("pdf", b"%PDF")])
def test_equal_graphs_give_equal_files(tmp_path, ending, start):
    paths = [tmp_path / f"{name}.{ending}" for name in "ab"]
    for path in paths:
        write_type_graph(interval_type_graph(ENDS), str(path), title="types")
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    assert first.startswith(start)


def test_a_long_title_is_cut():
    plain, long = draw_type_graph(SQUARE, title="t" * 80), draw_type_graph(SQUARE, title="t" * 9999)
    assert long.axes[0].get_title() == "t" * 77 + "..."
    assert long.get_figwidth() == plain.get_figwidth()


def test_what_cannot_be_drawn(tmp_path):
    with pytest.raises(InputError, match=r"\.png, \.svg, \.pdf"):
        write_type_graph(INTERVAL, str(tmp_path / "types.gif"))
    many = face_graph([(k,) for k in range(40)])
    for call in (type_graph_to_tikz, draw_type_graph):
        with pytest.raises(UnsupportedError, match=r"161 types would be 6\.6 m wide"):
            call(many)
    assert list(tmp_path.iterdir()) == []


@GRAPHS
def test_tikz_names_all_types_and_arrows(graph):
    text = type_graph_to_tikz(graph)
    shown = {
        name: re.sub(r"\\texttt|[{}$_\\]", "", label)
        for name, label in re.findall(r"\\node\[\w+\] \((t\d+)\) at \(\S+\) {(.*)};", text)
    }
    assert sorted(shown.values()) == sorted(
        type_label(graph, node).replace(",", "") for node in graph
    )
    arrows = re.findall(r"\\draw\[->\] \((t\d+)\.south\) -- \((t\d+)\.north\);", text)
    assert {(shown[a], shown[b]) for a, b in arrows} == {
        tuple(type_label(graph, node).replace(",", "") for node in edge) for edge in graph.edges
    }
    # Two minus signs side by side are a dash in the encoding T1.
    assert not re.search("--(?! )", text)


@pytest.mark.skipif(
    shutil.which("pdflatex") is None or shutil.which("pdftotext") is None,
    reason="LaTeX or pdftotext is not installed",
)
@GRAPHS
def test_tikz_compiles_and_labels_stand_apart(graph, tmp_path):
    (tmp_path / "graph.tex").write_text(type_graph_to_tikz(graph))
    (tmp_path / "page.tex").write_text(
        r"""\documentclass{article}
\usepackage[paperwidth=60cm,paperheight=30cm,margin=1cm]{geometry}
\usepackage{tikz}
\pagestyle{empty}
\begin{document}\noindent\input{graph}\end{document}
"""
    )
    for command in (
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"],
        ["pdftotext", "-bbox", "page.pdf", "words.html"],
    ):
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert "Overfull" not in (tmp_path / "page.log").read_text(errors="replace")
    words = re.findall(
        r'<word xMin="(\S+)" yMin="(\S+)" xMax="(\S+)" yMax="(\S+)">',
        (tmp_path / "words.html").read_text(),
    )
    assert len(words) >= len(graph)
    # Boxes of letters reach above and below what is seen, and indices into their letters.
    assert apart(
        [(x0 + 1, y0 + 0.3 * (y1 - y0), x1 - 1, y1 - 0.3 * (y1 - y0))
         for x0, y0, x1, y1 in (map(float, word) for word in words)]
    )
