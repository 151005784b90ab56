"""Pictures of case tables show the realised functions, with the losses in their titles."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from symerm.errors import InputError
from symerm.landscape.case_table import case_table, stated_table
from symerm.reports.case_formulas import AffineTarget
from symerm.reports.landscape_case_plots import (
    UNIT_TARGET,
    draw_cases,
    require_drawable_cases,
    write_case_plot,
)

TARGET = AffineTarget(Fraction(-2), Fraction(1, 3), (Fraction(-3, 2), Fraction(5)))


def curve(axes, label):
    (line,) = [line for line in axes.lines if line.get_label() == label]
    return list(zip(line.get_xdata(), line.get_ydata(), strict=True))


def squared_distance(corners, target) -> float:
    total = 0.0
    for (x, y), (u, v) in pairwise(corners):
        a, b = (
            height - float(target.slope) * place - float(target.constant)
            for place, height in ((x, y), (u, v))
        )
        total += (u - x) * (a * a + a * b + b * b) / 3
    return total


@pytest.mark.parametrize(
    ("width", "activation", "slope"),
    [(4, "relu", None), (3, "leaky", Fraction(9, 16)), (3, "leaky", Fraction(1, 10)),
     (2, "quadratic", None)],
)
@pytest.mark.parametrize("target", [UNIT_TARGET, TARGET])
def test_the_curves_have_the_losses_of_their_titles(width, activation, slope, target) -> None:
    figure = draw_cases(case_table(width, activation), slope=slope, target=target)
    for axes in figure.axes:
        loss = axes.get_title().split()[-1]
        loss = float(Fraction(loss))
        found = squared_distance(curve(axes, "realised function"), target)
        assert found == pytest.approx(loss, rel=1e-3)
        images = [line for line in axes.lines if line.get_label() == "mirror image"]
        for image in images:
            corners = list(zip(image.get_xdata(), image.get_ydata(), strict=True))
            assert squared_distance(corners, target) == pytest.approx(loss, rel=1e-3)
    kinks = [
        sum(len(line.get_xdata()) for line in axes.lines if line.get_color() == "tab:red")
        for axes in figure.axes
    ]
    expected = {
        "relu": [0, 2, 4, 0], "leaky": [0, 2, 2, 2, 6, 0], "quadratic": [0, 0]
    }[activation]
    assert kinks == expected


def test_triangles_point_where_the_neurons_face() -> None:
    axes = draw_cases(case_table(2, "relu")).axes[1]
    marks = {
        line.get_marker(): line.get_xdata()[0]
        for line in axes.lines if line.get_color() == "tab:red"
    }
    assert marks == {">": pytest.approx(1 / 3), "<": pytest.approx(2 / 3)}


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_equal_tables_give_equal_files(tmp_path, ending) -> None:
    contents = []
    for name in ("one", "two"):
        path = tmp_path / f"{name}.{ending}"
        write_case_plot(case_table(2, "relu"), str(path), target=TARGET)
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]


def test_short_and_far_intervals_are_drawn(tmp_path) -> None:
    far = AffineTarget(Fraction(10**30), Fraction(1), (Fraction(10**30), Fraction(10**30 + 1)))
    write_case_plot(case_table(2, "relu"), str(tmp_path / "far.png"), target=far)


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(InputError, match="at most 12 functions, not 52"):
        require_drawable_cases(stated_table(100, "relu"), UNIT_TARGET)
    huge = AffineTarget(Fraction(10**101), Fraction(0), UNIT_TARGET.interval)
    with pytest.raises(InputError, match="at most 100 digits"):
        draw_cases(case_table(1, "relu"), target=huge)
    with pytest.raises(InputError, match="a number for the slope"):
        draw_cases(case_table(1, "leaky"))
