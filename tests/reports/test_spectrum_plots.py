"""Pictures of the last layer: what is drawn is what was proved."""

from __future__ import annotations

import pytest

from symerm.errors import UnsupportedError
from symerm.lastlayer.analysis import analyse_last_layer
from symerm.lastlayer.kernels import parse_kernel
from symerm.problem.architecture import parse_activation
from symerm.problem.dataset import Dataset
from symerm.reports.spectrum_plots import draw_last_layer, write_last_layer_plot

DATA = Dataset.from_rows([1, 2, 3, -1], [1, 0, 2, 5])


def test_every_eigenvalue_is_drawn_and_zeros_are_marked() -> None:
    axes = draw_last_layer(analyse_last_layer(DATA, width=4, bias=False)).axes[0]
    assert axes.get_yscale() == "log"
    positive = [line for line in axes.lines if line.get_marker() == "o"]
    (zeros,) = [line for line in axes.lines if line.get_marker() == "x"]
    assert len(positive) + len(zeros.get_xdata()) == 4
    assert zeros.get_label() == "exactly zero: 2"
    heights = [line.get_ydata()[0] for line in positive]
    spectrum = analyse_last_layer(DATA, width=4, bias=False).spectrum
    for height, (low, high) in zip(sorted(heights), spectrum.bounds[2:], strict=True):
        assert abs(height - float(low + high) / 2) < 1e-12 * height


def test_losses_and_modes_are_drawn() -> None:
    analysis = analyse_last_layer(DATA, width=6, steps=8)
    rank = analysis.fit.rank
    _, modes, loss = draw_last_layer(analysis).axes
    assert modes.get_title() == f"{rank} of {rank} modes"
    dots = next(line for line in loss.lines if line.get_label() == "exact loss")
    assert list(dots.get_ydata()) == list(map(float, analysis.descent.losses))
    bound = next(line for line in loss.lines if line.get_label() == "proved bound")
    assert all(b >= d for b, d in zip(bound.get_ydata(), dots.get_ydata(), strict=True))


def test_tiny_eigenvalues_stay_on_the_axis() -> None:
    close = Dataset.from_rows([k / 50 for k in range(12)], [0] * 12)
    analysis = analyse_last_layer(close, width=2, kernel=parse_kernel("sincos"))
    axes = draw_last_layer(analysis).axes[0]
    assert len([line for line in axes.lines if line.get_marker() == "o"]) == 12


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_equal_analyses_give_equal_files(tmp_path, ending: str) -> None:
    paths = [tmp_path / f"{name}.{ending}" for name in "ab"]
    for path in paths:
        write_last_layer_plot(analyse_last_layer(DATA, width=2, steps=2), str(path))
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_nothing_to_draw(tmp_path) -> None:
    analysis = analyse_last_layer(DATA, width=2, activation=parse_activation("tanh"))
    with pytest.raises(UnsupportedError, match="no closed form"):
        write_last_layer_plot(analysis, str(tmp_path / "a.png"))
