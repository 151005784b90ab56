"""Pictures of points of a landscape show their functions and losses, and can be read."""

import warnings
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from landscape_points import LINE, POINTS, network, point
from matplotlib.backends.backend_agg import FigureCanvasAgg

from symerm.errors import InputError, UnsupportedError
from symerm.landscape.targets import parse_target
from symerm.landscape.true_classification import classify
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.dataset import Dataset
from symerm.reports.landscape_plots import (
    draw_classification,
    draw_plane,
    write_classification_plot,
    write_plane_plot,
)


def panel(figure: object, title: str) -> object:
    return next(axes for axes in figure.axes if axes.get_title(loc="left").startswith(title))


def curve(axes: object, label: str) -> np.ndarray:
    """The points of a labelled curve, one in each row."""
    line = next(each for each in axes.lines if each.get_label() == label)
    return np.column_stack([line.get_xdata(), line.get_ydata()])


def texts_of(figure: object) -> dict[str, object]:
    """Boxes of the titles, labels and legends of a figure."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    boxes = {"suptitle": figure._suptitle.get_window_extent(renderer)}
    for k, axes in enumerate(figure.axes):
        named = {
            "title": axes._left_title, "x": axes.xaxis.label, "y": axes.yaxis.label,
            "x scale": axes.xaxis.get_offset_text(), "y scale": axes.yaxis.get_offset_text(),
        }
        for name, text in named.items():
            if text.get_text():
                boxes[f"{name} {k}"] = text.get_window_extent(renderer)
        if axes.get_legend() is not None:
            boxes[f"legend {k}"] = axes.get_legend().get_window_extent(renderer)
        boxes[f"panel {k}"] = axes.get_window_extent(renderer)
    return boxes


def assert_legible(figure: object) -> None:
    boxes = texts_of(figure)
    for (name, a), (other, b) in combinations(boxes.items(), 2):
        apart = (
            a.x1 <= b.x0 + 1 or b.x1 <= a.x0 + 1 or a.y1 <= b.y0 + 1 or b.y1 <= a.y0 + 1
        )
        assert apart, f"{name} and {other} overlap"
    width, height = figure.canvas.get_width_height()
    for name, box in boxes.items():
        assert box.x0 >= -1, name
        assert box.y0 >= -1, name
        assert box.x1 <= width + 1, name
        assert box.y1 <= height + 1, name


@pytest.mark.parametrize("name", POINTS)
def test_nothing_overlaps(name: str) -> None:
    assert_legible(draw_classification(*point(name)))


@pytest.mark.parametrize("name", ["four kinks", "quadratic, order 4", "dead", "fit of data"])
def test_nothing_overlaps_in_a_map(name: str) -> None:
    assert_legible(draw_plane(*point(name)))


@pytest.mark.parametrize("name", POINTS)
def test_the_title_names_verdict_and_level(name: str) -> None:
    found, reference = point(name)
    title = draw_classification(found, reference).get_suptitle()
    assert f": {found.verdict.replace('-', ' ')}, " in title
    assert f"= ${found.loss}$" in title
    assert ("sum of squares" in title) is isinstance(reference, Dataset)


def test_the_drawn_residual_has_the_loss() -> None:
    for name in ("two kinks", "four kinks", "dead", "jump"):
        found, reference = point(name)
        axes = panel(draw_classification(found, reference), "function and target")
        function, goal = curve(axes, "function $f$"), curve(axes, next(
            line.get_label() for line in axes.lines if line.get_label().startswith("target")
        ))
        total = 0.0
        for (x, r), (y, s) in pairwise(zip(function[:, 0], function[:, 1] - goal[:, 1],
                                           strict=True)):
            if not np.isnan([r, s]).any():
                total += (y - x) * (r * r + r * s + s * s) / 3
        assert total == pytest.approx(float(found.loss))


def test_a_small_residual_has_a_panel_with_equal_ripples() -> None:
    found, reference = point("four kinks")
    figure = draw_classification(found, reference)
    axes = next(each for each in figure.axes if each.get_ylabel() == "$f - g$")
    ripples = axes.lines[1].get_ydata()
    assert list(ripples) == pytest.approx([0.02, -0.02, -0.02, 0.02, 0.02, -0.02, -0.02, 0.02,
                                           0.02, -0.02])
    assert not any(each.get_ylabel() == "$f - g$"
                   for each in draw_classification(*point("dead")).axes)


def test_kinks_are_squares_and_those_of_flat_neurons_are_empty() -> None:
    for name, label, face in (("two kinks", "kink", "tab:blue"),
                              ("order 3", "kink, $v = 0$", "white")):
        found, reference = point(name)
        axes = panel(draw_classification(found, reference), "function")
        squares = next(line for line in axes.lines if line.get_label() == label)
        assert sorted(squares.get_xdata()) == [float(n.kink) for n in found.neurons]
        assert squares.get_markerfacecolor() == face
    # The dead neurons have their kinks elsewhere, and the quadratic activation has none.
    for name in ("dead", "quadratic on data"):
        axes = panel(draw_classification(*point(name)), "function")
        assert not any("kink" in line.get_label() for line in axes.lines)


@pytest.mark.parametrize("name", ["fit of data", "flat on data", "quadratic on data"])
def test_lines_join_the_data_to_the_function(name: str) -> None:
    found, data = point(name)
    axes = panel(draw_classification(found, data), "function and data")
    (bars,) = axes.collections
    squares = sum((top - bottom) ** 2 for (_, bottom), (_, top) in bars.get_segments())
    assert squares == pytest.approx(float(found.loss))
    shown = curve(axes, "function $f$")
    for x, y in shown[:: max(1, len(shown) // 7)]:
        assert float(found.network((Fraction(x),))[0]) == pytest.approx(y)


def test_more_inputs_leave_the_loss_alone_and_outputs_have_colours() -> None:
    assert len(draw_classification(*point("two inputs")).axes) == 1
    axes = panel(draw_classification(*point("two outputs")), "function and data")
    labels = [line.get_label() for line in axes.lines if not line.get_label().startswith("_")]
    assert labels == ["output one", "kink", r"output \$x_\$"]
    assert axes.get_ylabel() == "outputs"


def test_the_descent_is_drawn_with_its_leading_term_and_samples() -> None:
    found, reference = point("two kinks")
    axes = panel(draw_classification(found, reference), "second variation $-37/612$")
    start = float(found.loss)
    samples = curve(axes, "checked samples")
    assert [tuple(row) for row in samples] == [
        (float(eps), pytest.approx(float(value) - start)) for eps, value in found.descent.samples
    ]
    term = curve(axes, r"$-(37/1224)\,\varepsilon^{2}$")
    assert term[:, 1] == pytest.approx(-37 / 1224 * term[:, 0] ** 2)
    along = curve(axes, "along the descent")
    bottom, top = axes.get_ylim()
    assert bottom < along[:, 1].min() < 0 < top
    assert axes.get_xlim() == (along[0, 0], along[-1, 0])


@pytest.mark.parametrize(
    ("name", "order", "words"),
    [("order 3", 3, "descent of order 3"), ("quadratic, order 4", 4, "descent of order 4"),
     ("parabola", 1, "slope ≈ $-0.4551$")],
)
def test_the_order_is_named_and_is_a_slope(name: str, order: int, words: str) -> None:
    figure = draw_classification(*point(name))
    panel(figure, words)
    slopes = [axes for axes in figure.axes if axes.get_yscale() == "log"]
    assert len(slopes) == (order > 2)
    for axes in slopes:
        x, y = (np.log(values[:20]) for values in axes.lines[1].get_data())
        assert np.polyfit(x, y, 1)[0] == pytest.approx(order, abs=0.05)


def test_a_minimum_is_drawn_on_many_lines() -> None:
    axes = panel(draw_classification(*point("dead")), "on lines")
    labels = [line.get_label() for line in axes.lines if not line.get_label().startswith("_")]
    still = ", ".join(f"${letter}_{{{j}}}$" for letter in "wbv" for j in (1, 2))
    assert labels == ["random directions", "$c$", f"{still}: constant"]
    assert all(np.min(line.get_ydata()) >= 0 for line in axes.lines)
    assert axes.get_ylim()[0] < 0


@pytest.mark.parametrize("name", ["two kinks", "leaky", "quadratic, order 4", "two inputs"])
def test_a_map_shows_both_signs_and_the_path(name: str) -> None:
    found, reference = point(name)
    axes, bar = draw_plane(found, reference).axes
    path = curve(axes, "descent")
    assert tuple(path[0]) == (0, 0)
    power = found.descent.power if found.descent.bend is not None else None
    assert path[:, 1] == pytest.approx(0 * path[:, 0] if power is None else path[:, 0] ** power)
    low, high = bar.get_ylim()
    assert low == -high
    assert -high <= min(float(value - found.loss) for _, value in found.descent.samples)


def test_a_map_of_a_minimum_has_no_falls() -> None:
    axes, bar = draw_plane(*point("semi-inactive minimum")).axes
    assert bar.get_ylim()[0] == 0
    assert axes.get_title(loc="left") == r"in a plane through $\theta$"
    assert [line.get_label() for line in axes.lines] == [r"$\theta$"]


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_equal_points_give_equal_files(tmp_path: Path, ending: str) -> None:
    start = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[ending]
    write = write_classification_plot if ending == "pdf" else write_plane_plot
    contents = []
    for number in range(2):
        path = tmp_path / f"{number}.{ending}"
        write(*point("order 3"), str(path))
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]
    assert contents[0].startswith(start)


def test_what_cannot_be_drawn_is_refused_without_a_file(tmp_path: Path) -> None:
    path = str(tmp_path / "p.png")
    found, reference = point("two kinks")
    with pytest.raises(InputError, match=r"ends in one of \.png, \.svg, \.pdf"):
        write_classification_plot(found, reference, str(tmp_path / "p.gif"))
    with pytest.raises(InputError, match="give the target of the classification"):
        write_classification_plot(found, parse_target("x/2", (Fraction(0), Fraction(1))), path)
    with pytest.raises(UnsupportedError, match="one parameter has no plane"):
        write_plane_plot(*point("constant"), path)
    huge = network([], [], [], Fraction(10) ** 120)
    with pytest.raises(UnsupportedError, match="more than 100 digits"):
        write_classification_plot(classify(huge, LINE), LINE, path)
    tiny = parse_target("x/10^50/10^50/10^50", (Fraction(0), Fraction(1)))
    small = network([0], [0], [0], Fraction(1, 2 * 10**150))
    with pytest.raises(UnsupportedError, match="less than 1e-200"):
        write_classification_plot(classify(small, tiny), tiny, path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("theta", "target"),
    [
        (network([1], [-(10**20) - 1], [1], 10**20),
         parse_target("x", (Fraction(10**20), Fraction(10**20 + 2)))),
        (network([0], [0], [0], "1/20000000000000000000000000"),
         parse_target("x/10^25", (Fraction(0), Fraction(1)))),
        (network(list(range(-20, 20)), [Fraction(k, 7) for k in range(40)], [1] * 40, -3),
         parse_target("piecewise(x < 0: 0, else: x^9)", (Fraction(-3), Fraction(2)))),
        (network([], [], [], 0), parse_target("0", (Fraction(0), Fraction(1)))),
    ],
)
def test_extreme_points_are_drawn_without_warnings(
    tmp_path: Path, theta: ShallowNetwork, target: object
) -> None:
    found = classify(theta, target)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write_classification_plot(found, target, str(tmp_path / "p.png"))


def test_a_saddle_without_a_computed_descent_is_drawn_on_lines() -> None:
    found, reference = point("two kinks")
    figure = draw_classification(replace(found, descent=None), reference)
    panel(figure, "on lines")
    draw_plane(replace(found, descent=None), reference)
