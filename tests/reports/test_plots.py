"""Pictures show the data, and curves with the values that the networks have."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from symerm.attainability import decide
from symerm.attainability.verdict import Verdict
from symerm.errors import InputError, UnsupportedError
from symerm.networks.shallow import ShallowNetwork
from symerm.problem import Architecture, Dataset, Problem
from symerm.problem.catalogue import load_dataset
from symerm.reports.plots import draw_verdict, require_drawable, write_plot


def solved(name: str, width: int) -> Verdict:
    return decide(Problem(load_dataset(name), Architecture(width)))


def curves(axes: object) -> dict[str, list[tuple[float, float]]]:
    """The labelled curves of a panel."""
    return {
        line.get_label(): list(zip(line.get_xdata(), line.get_ydata(), strict=True))
        for line in axes.lines
        if not line.get_label().startswith("_")
    }


def interpolated(curve: list[tuple[float, float]], place: float) -> float:
    for (x, y), (u, v) in pairwise(curve):
        if x <= place <= u:
            return y if u == x else y + (v - y) * (place - x) / (u - x)
    raise AssertionError(f"{place} is not on the curve")


def test_an_attained_infimum_is_the_data_with_the_minimiser() -> None:
    verdict = solved("anscombe-2", 2)
    figure = draw_verdict(verdict)
    assert len(figure.axes) == 1
    data, axes = verdict.problem.dataset, figure.axes[0]
    shown = curves(axes)
    assert list(shown) == ["minimiser", "data"]
    assert sorted(shown["data"]) == sorted(
        (float(x), float(y)) for (x,), (y,) in zip(data.inputs, data.outputs, strict=True)
    )
    loss = sum((interpolated(shown["minimiser"], x) - y) ** 2 for x, y in shown["data"])
    assert loss == pytest.approx(float(verdict.exact))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x", "y")
    assert figure.get_suptitle().startswith("width 2, relu: attained, infimum ")


@pytest.mark.parametrize("name", ["large-gap", "counterexample-2", "counterexample-3"])
def test_an_escape_is_a_panel_of_fits_and_their_limit_for_each_output(name) -> None:
    verdict = solved(name, 2)
    figure = draw_verdict(verdict)
    data, escape = verdict.problem.dataset, verdict.escape
    assert len(figure.axes) == data.output_dimension == 2
    for k, axes in enumerate(figure.axes):
        shown = curves(axes)
        assert list(shown) == [
            "eps = 1/10", "eps = 1/100", "eps = 1/1000", "limit, which no network has", "data"
        ]
        for eps, network, _ in escape.samples[:3]:
            for (x,) in data.inputs:
                drawn = interpolated(shown[f"eps = {eps}"], float(x))
                assert drawn == pytest.approx(float(network((x,))[k]), abs=1e-9)
        # All data are seen, though a fit may leave the picture outside them.
        bottom, top = axes.get_ylim()
        assert all(bottom < y < top for _, y in shown["data"])
    assert "not attained" in figure.get_suptitle()


def test_the_jump_of_the_limit_has_open_ends_and_its_value() -> None:
    axes = draw_verdict(solved("counterexample-3", 2)).axes[1]
    rings = {
        (line.get_xdata()[0], line.get_ydata()[0])
        for line in axes.lines if line.get_markerfacecolor() == "white"
    }
    dots = {
        (line.get_xdata()[0], line.get_ydata()[0])
        for line in axes.lines if line.get_color() == "tab:red" and line.get_markersize() == 8
    }
    assert rings == {(1.0, 0.0), (1.0, 3.0)}
    assert dots == {(1.0, 1.0)}


def test_many_outputs_are_laid_out_in_rows() -> None:
    data = Dataset.from_rows([0, 1], [[k, k + 1, 0, 5, 1] for k in (1, 2)])
    figure = draw_verdict(decide(Problem(data, Architecture(1))))
    assert [axes.get_ylabel() for axes in figure.axes if axes.axison] == list(data.output_names)


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_equal_verdicts_give_equal_files(tmp_path: Path, ending: str) -> None:
    data = Dataset.from_rows([0, 0], [1, 3], input_names=["$x"], output_names=["größe_名^"])
    verdict = decide(Problem(data, Architecture(1)))
    contents = []
    for name in ("one", "two"):
        path = tmp_path / f"{name}.{ending}"
        write_plot(verdict, str(path))
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]
    start = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[ending]
    assert contents[0].startswith(start)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (Dataset.from_rows([[0, 1, 2]], [1]), "two inputs, not 3; choose them with --inputs"),
        (Dataset.from_rows([0], [list(range(13))]), "at most 12 outputs, not 13"),
        (Dataset.from_rows([0, "1e101"], [1, 2]), "at most 100 digits"),
    ],
)
def test_what_cannot_be_drawn_is_refused(data, message) -> None:
    with pytest.raises(InputError, match=message):
        require_drawable(data)


def test_huge_values_of_a_network_are_refused_without_a_file(tmp_path: Path) -> None:
    one, huge = Fraction(1), Fraction(10) ** 400
    problem = Problem(Dataset.from_rows([0, 1], [2, 3]), Architecture(1))
    network = ShallowNetwork(((one,),), (one,), ((huge,),), (one,))
    verdict = Verdict(problem, "undecided", one, huge**2, minimiser=network, reason="r")
    with pytest.raises(UnsupportedError, match="more than 100 digits"):
        write_plot(verdict, str(tmp_path / "p.png"))
    assert list(tmp_path.iterdir()) == []


def test_tiny_and_close_numbers_are_drawn(tmp_path: Path) -> None:
    for rows in ([["1e-90", "2e-90"], ["1e-90", "3e-90"]],
                 [[10**20, 10**20 + 1], [10**30, 10**30 + 1]]):
        verdict = decide(Problem(Dataset.from_rows(*rows), Architecture(1)))
        write_plot(verdict, str(tmp_path / "p.png"))


def test_two_inputs_are_drawn_as_the_surface_of_the_minimiser(tmp_path: Path) -> None:
    data = Dataset.from_rows([[0, 0], [1, 0], [0, 1], [3, 1], [2, 2]], [1, 2, 0, 4, 3])
    verdict = decide(Problem(data, Architecture(1)))
    axes = draw_verdict(verdict).axes[0]
    (surface, *_) = (c for c in axes.collections if hasattr(c, "get_coordinates"))
    corners = surface.get_coordinates()
    middle = (corners[:-1, :-1] + corners[1:, 1:]) / 2
    shown = surface.get_array().reshape(middle.shape[:2])
    for i, j in ((0, 0), (20, 130), (159, 80), (77, 3)):
        point = tuple(Fraction(float(x)) for x in middle[i, j])
        assert verdict.minimiser is not None
        assert float(verdict.minimiser(point)[0]) == pytest.approx(float(shown[i, j]))
    path = tmp_path / "surface.png"
    write_plot(verdict, str(path))
    assert path.read_bytes().startswith(b"\x89PNG")
