"""Pictures of the last layer: the kernel's eigenvalues, the modes of gradient descent.

Eigenvalues stand on a logarithmic axis, the largest first, with their certified enclosures; exact
zeros are marks at the lower edge.  Modes are the factors |1 - eta s^2|^k over the steps k, beside
the exactly simulated loss, its proved bound and the floor.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from symerm.errors import UnsupportedError
from symerm.lastlayer.analysis import LastLayerAnalysis
from symerm.lastlayer.descent import GradientDescent
from symerm.lastlayer.spectrum import KernelSpectrum
from symerm.reports.figures import PANEL_STYLE, write_figure

__all__ = ["draw_last_layer", "write_last_layer_plot"]

#: Logarithms of smaller numbers are not drawn: matplotlib works in floats.
_SMALLEST = Fraction(1, 10**300)
_MOST_MODES = 12


def write_last_layer_plot(analysis: LastLayerAnalysis, path: str) -> None:
    """Draw spectrum and descent into a file that ends in .png, .svg or .pdf.

    Raises
    ------
    UnsupportedError
        If there is neither a spectrum nor a descent to draw.
    InputError
        If the name has another ending or the file cannot be written.
    """
    write_figure(lambda: draw_last_layer(analysis), path, style=PANEL_STYLE)


def draw_last_layer(analysis: LastLayerAnalysis) -> Any:
    """The matplotlib figure of the spectrum and, if it was simulated, of the descent.

    Examples
    --------
    >>> from symerm.lastlayer.analysis import analyse_last_layer
    >>> from symerm.problem.dataset import Dataset
    >>> analysis = analyse_last_layer(Dataset.from_rows([1, 2], [1, 1]), width=2, steps=3)
    >>> len(draw_last_layer(analysis).axes)
    3
    """
    from matplotlib.figure import Figure

    spectrum, run = analysis.spectrum, analysis.descent
    panels = (spectrum is not None) + 2 * (run is not None)
    if not panels:
        raise UnsupportedError(f"nothing to draw: {'; '.join(analysis.missing)}")
    figure = Figure(figsize=(1.2 + 4.4 * panels, 4), layout="constrained")
    axes = list(figure.subplots(1, panels, squeeze=False).flat)
    if spectrum is not None:
        _draw_spectrum(axes.pop(0), spectrum)
    if run is not None:
        _draw_modes(axes[0], run)
        _draw_loss(axes[1], run)
    return figure


def _draw_spectrum(axes: Any, spectrum: KernelSpectrum) -> None:
    """Centres of the enclosures, the largest first; bars where an enclosure is wide."""
    count = len(spectrum.bounds)
    shown = [
        (count - k, low, high)
        for k, (low, high) in enumerate(spectrum.bounds)
        if high > _SMALLEST
    ]
    zeros = [count - k for k, (_, high) in enumerate(spectrum.bounds) if high == 0]
    axes.set_yscale("log")
    for number, low, high in shown:
        middle = _float((low + high) / 2 if low > 0 else high)
        axes.plot(number, middle, "o", color="C0", markersize=4)
        if low <= 0:
            # Only the upper bound is certain.
            axes.annotate("", (number, middle / 10), (number, middle),
                          arrowprops={"arrowstyle": "->", "color": "C0"})
        else:
            axes.vlines(number, _float(low), _float(high), color="C0")
    if zeros:
        axes.plot(
            zeros, [0.02] * len(zeros), "x", color="C3", clip_on=False,
            transform=axes.get_xaxis_transform(), label=f"exactly zero: {len(zeros)}",
        )
        axes.legend()
    axes.set_xlim(0.5, count + 0.5)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel("number, the largest first")
    axes.set_ylabel("eigenvalue")
    axes.set_title(f"kernel {spectrum.kernel.name}: {spectrum.verdict.replace('-', ' ')}")


def _draw_modes(axes: Any, run: GradientDescent) -> None:
    from matplotlib import colormaps

    steps = range(len(run.losses))
    # All of few modes; of many the outer ones and some between.
    count = min(len(run.modes), _MOST_MODES)
    chosen = sorted({round(i * (len(run.modes) - 1) / max(count - 1, 1)) for i in range(count)})
    for i in chosen:
        low, high = run.modes[i].factor
        size = _float(abs(low + high) / 2)
        color = colormaps["viridis"](0.9 * i / max(len(run.modes) - 1, 1))
        label = {0: "largest $s_i$", len(run.modes) - 1: "smallest $s_i$"}.get(i)
        axes.plot(steps, [size**k for k in steps], color=color, label=label)
    axes.set_yscale("log")
    axes.set_ylim(max(1e-6, axes.get_ylim()[0]), None if run.rate > 1 else 1.5)
    axes.set_xlabel("step $k$")
    axes.set_ylabel(r"$|1 - \eta s_i^2|^k$")
    axes.set_title(f"{len(chosen)} of {len(run.modes)} modes")
    axes.legend()


def _draw_loss(axes: Any, run: GradientDescent) -> None:
    steps = range(len(run.losses))
    axes.plot(steps, [_float(run.predicted(k)) for k in steps], "-", color="0.6",
              label="proved bound")
    axes.plot(steps, [run.sum_over_modes(k) for k in steps], "-", color="C1",
              label="sum over modes")
    axes.plot(steps, [_float(loss) for loss in run.losses], ".", color="C0", label="exact loss")
    if run.fit.loss > 0:
        axes.axhline(_float(run.fit.loss), color="C3", linestyle=":", label="floor")
    if max(run.losses) > 10 * min(run.losses):
        axes.set_yscale("log")
    axes.set_xlabel("step $k$")
    axes.set_title("loss")
    axes.legend()


def _float(value: Fraction) -> float:
    """The nearest float; what is too large becomes the largest."""
    try:
        return float(value)
    except OverflowError:
        return math.copysign(1e300, value)
