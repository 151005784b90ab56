"""Pictures of a run of the separation: learning curves, and outputs over |x| beside the target.

Curves are the risks on the training data and on fresh samples over the steps, with the 95% interval
as a band; lines mark the best constant and what the baseline reached.  Profiles are means over
directions, with a band from the 5% to the 95% quantile.
"""

from __future__ import annotations

from typing import Any

from symerm.arithmetic.rationals import format_rational
from symerm.reports.figures import PANEL_STYLE, write_figure
from symerm.separation.runs import Profile, SeparationRun

__all__ = ["draw_separation_run", "write_separation_plot"]

_STRONG, _BASELINE, _TARGET, _CONSTANT = "C0", "C1", "black", "grey"


def write_separation_plot(run: SeparationRun, path: str) -> None:
    """Draw curves and profiles into a file that ends in .png, .svg or .pdf.

    Raises
    ------
    InputError
        If the name has another ending or the file cannot be written.
    """
    write_figure(lambda: draw_separation_run(run), path, style=PANEL_STYLE)


def draw_separation_run(run: SeparationRun) -> Any:
    """The matplotlib figure of a run.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from symerm.separation.runs import separation_run
    >>> from symerm.separation.two_spheres import TwoSpheres
    >>> run = separation_run(
    ...     TwoSpheres(2), radius=Fraction(1), width=9, samples=20, steps=3, baseline=False
    ... )
    >>> [axes.get_xlabel() for axes in draw_separation_run(run).axes]
    ['steps', '|x|']
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4), layout="constrained")
    curves, profiles = figure.subplots(1, 2)
    _draw_curves(curves, run)
    _draw_profiles(profiles, run)
    return figure


def _draw_curves(axes: Any, run: SeparationRun) -> None:
    steps = [point.step for point in run.strong.curve]
    risks = [point.test.risk for point in run.strong.curve]
    margins = [point.test.margin for point in run.strong.curve]
    train = [point.train_risk for point in run.strong.curve]
    # Steps 0 and 1 are as far apart as 1 and 2; a logarithm has no place for 0.
    axes.set_xscale("symlog", linthresh=1)
    axes.set_yscale("log")
    axes.plot(steps, risks, "o-", color=_STRONG, markersize=3, label="strong network, fresh data")
    axes.plot(steps, train, ":", color=_STRONG, label="strong network, training data")
    axes.fill_between(
        steps,
        [max(risk - margin, risk / 10) for risk, margin in zip(risks, margins, strict=True)],
        [risk + margin for risk, margin in zip(risks, margins, strict=True)],
        color=_STRONG,
        alpha=0.2,
        linewidth=0,
    )
    if run.baseline_test is not None:
        axes.axhline(run.baseline_test.risk, color=_BASELINE, label="one hidden layer, as trained")
    axes.axhline(run.constant_risk, color=_CONSTANT, linestyle="--", label="best constant")
    axes.set_xlim(0, 1.2 * max(steps[-1], 1))
    axes.set_xlabel("steps")
    axes.set_ylabel("mean squared error")
    axes.set_title(f"{run.law.name}, dimension {run.law.dimension}, {run.samples} samples")
    axes.legend(fontsize="small")


def _draw_profiles(axes: Any, run: SeparationRun) -> None:
    radius, last = float(run.radius), float(run.strong_profile.radii[-1])
    axes.plot([0, radius, radius, last], [1, 1, 0, 0], color=_TARGET, linewidth=1, label="target")
    _draw_profile(axes, run.strong_profile, _STRONG, "strong network")
    if run.baseline_profile is not None:
        _draw_profile(axes, run.baseline_profile, _BASELINE, "one hidden layer")
    axes.set_xlim(0, last)
    axes.set_xlabel("|x|")
    axes.set_ylabel("output: mean, 5% to 95%")
    axes.set_title(
        f"width {run.strong.network.width}, radius {format_rational(run.radius)}, "
        f"{run.strong.curve[-1].step} steps"
    )
    axes.legend(fontsize="small")


def _draw_profile(axes: Any, profile: Profile, color: str, label: str) -> None:
    axes.plot(profile.radii, profile.mean, color=color, label=label)
    axes.fill_between(
        profile.radii, profile.low, profile.high, color=color, alpha=0.2, linewidth=0
    )
