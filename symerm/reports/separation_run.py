"""A run of the separation as text, LaTeX, HTML or JSON.

Lines say what was trained on what, three tables follow: the learning curve, the comparison with
the baseline and the best constant, and the outputs over |x|.  Numbers are those of a computation in
floating point; intervals are approximate and for the sampling error of the fresh data only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from symerm.arithmetic.rationals import format_rational
from symerm.reports.report_lines import format_report
from symerm.reports.tables import format_table
from symerm.separation.one_hidden_layer import BaselineRun
from symerm.separation.runs import FRESH_SAMPLES, PROFILE_DIRECTIONS, Profile, SeparationRun
from symerm.separation.training import Estimate

__all__ = ["format_separation_run", "separation_run_to_json"]

_CURVE = ("step", "train risk", "test risk", "95% interval", "accuracy")
_COMPARISON = ("predictor", "test risk", "95% interval", "accuracy")
_PROFILE = ("|x|", "target", "strong: mean", "5%", "50%", "95%")
_BASELINE_PROFILE = ("one hidden layer: mean", "5%", "50%", "95%")
#: One row for every fourth radius of a profile.
_EVERY = 4

_ENDINGS = {
    "steps": "all steps done",
    "time": "stopped by the time limit",
    "interrupted": "interrupted",
    "flat": "stopped: every output is cut off, so the gradient is zero; use a smaller step size",
}
_NOTES = (
    "floating point: this computes one run and proves nothing",
    "the theorem asks for at least 12000^4 neurons: no run comes near it",
    "the baseline is what one training reached, no bound for its class",
)


def format_separation_run(run: SeparationRun, *, style: str = "text") -> str:
    """The report of ``symerm separation run`` as text, LaTeX or HTML.

    Parameters
    ----------
    run : SeparationRun
    style : ``"text"``, ``"latex"`` or ``"html"``

    Examples
    --------
    >>> from fractions import Fraction
    >>> from symerm.separation.runs import separation_run
    >>> from symerm.separation.two_spheres import TwoSpheres
    >>> run = separation_run(
    ...     TwoSpheres(2), radius=Fraction(1), width=9, samples=20, steps=3, baseline=False
    ... )
    >>> print(format_separation_run(run).splitlines()[1])
    target      1 where |x| <= 1, else 0; P(|x| <= 1) = 0.3333
    """
    tables = [
        format_table(header, rows, style=style)
        for header, rows in (_curve(run), _comparison(run), _profile(run))
    ]
    return format_report(_entries(run), tables, style=style)


def _entries(run: SeparationRun) -> Iterator[tuple[str, str]]:
    strong, radius = run.strong, format_rational(run.radius)
    yield "data", (
        f"{run.law.name} in dimension {run.law.dimension}: {run.samples} samples to train, "
        f"{FRESH_SAMPLES} fresh ones to test, seed {run.seed}"
    )
    yield "target", (
        f"1 where |x| <= {radius}, else 0; P(|x| <= {radius}) = {_number(run.inside)}"
    )
    yield "strong", (
        f"{strong.network.width} erf neurons, hidden layer frozen, output cut off to [0, 1]"
    )
    way = "all samples" if run.batch is None else f"mini-batches of {run.batch}"
    yield "", (
        f"gradient descent on the output weights, step size {strong.step_size:.6g}, {way}; "
        f"{_ENDINGS[strong.ending]}"
    )
    if run.baseline is not None:
        yield "baseline", f"{strong.network.width} erf neurons, one hidden layer, no cut-off"
        yield "", (
            f"Adam on all parameters, {run.baseline.updates} mini-batches of "
            f"{run.baseline.batch}; {_ENDINGS[run.baseline.ending]}"
        )
    for k, note in enumerate(_NOTES if run.baseline is not None else _NOTES[:-1]):
        yield "" if k else "note", note


def _curve(run: SeparationRun) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    return _CURVE, [
        (str(point.step), _number(point.train_risk), *_estimate(point.test))
        for point in run.strong.curve
    ]


def _comparison(run: SeparationRun) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    rows: list[tuple[str, ...]] = [("strong network", *_estimate(run.strong.curve[-1].test))]
    if run.baseline_test is not None:
        rows.append(("one hidden layer", *_estimate(run.baseline_test)))
    constant = f"constant {_number(run.inside)}"
    accuracy = max(run.inside, 1 - run.inside)
    rows.append((constant, _number(run.constant_risk), "exact", f"{100 * accuracy:.2f}%"))
    return _COMPARISON, rows


def _profile(run: SeparationRun) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    profiles = [run.strong_profile]
    header: tuple[str, ...] = _PROFILE
    if run.baseline_profile is not None:
        profiles.append(run.baseline_profile)
        header += _BASELINE_PROFILE
    rows: list[tuple[str, ...]] = []
    for k in range(0, len(run.strong_profile.radii), _EVERY):
        radius = float(run.strong_profile.radii[k])
        values = [
            f"{values[k]:.3f}"
            for each in profiles
            for values in (each.mean, each.low, each.median, each.high)
        ]
        rows.append((f"{radius:.2f}", "1" if radius <= run.radius else "0", *values))
    return header, rows


def _estimate(estimate: Estimate) -> tuple[str, str, str]:
    low, high = max(estimate.risk - estimate.margin, 0), estimate.risk + estimate.margin
    return (
        _number(estimate.risk),
        f"{_number(low)} to {_number(high)}",
        f"{100 * estimate.accuracy:.2f}%",
    )


def _number(value: float) -> str:
    return f"{value:.4f}"


def separation_run_to_json(run: SeparationRun) -> dict[str, Any]:
    """The object that ``symerm separation run --json`` prints; numbers are floats.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from symerm.separation.runs import separation_run
    >>> from symerm.separation.two_spheres import TwoSpheres
    >>> run = separation_run(
    ...     TwoSpheres(2), radius=Fraction(1), width=9, samples=20, steps=3, baseline=False
    ... )
    >>> [point["step"] for point in separation_run_to_json(run)["strong"]["curve"]]
    [0, 1, 2, 3]
    """
    strong = run.strong
    return {
        "law": run.law.name,
        "dimension": run.law.dimension,
        "radius": format_rational(run.radius),
        "samples": run.samples,
        "fresh_samples": FRESH_SAMPLES,
        "seed": run.seed,
        "exact": False,
        "constant": {
            "value": run.inside,
            "risk": run.constant_risk,
            "accuracy": max(run.inside, 1 - run.inside),
        },
        "strong": {
            "width": strong.network.width,
            "step_size": strong.step_size,
            "batch": run.batch,
            "steps": strong.curve[-1].step,
            "ending": strong.ending,
            "seconds": strong.seconds,
            "curve": [
                {
                    "step": point.step,
                    "train_risk": point.train_risk,
                    **_estimate_to_json(point.test),
                }
                for point in strong.curve
            ],
            **_estimate_to_json(strong.curve[-1].test),
        },
        "baseline": _baseline_to_json(run.baseline, run.baseline_test),
        "profile": {
            "directions": PROFILE_DIRECTIONS,
            "radii": run.strong_profile.radii.tolist(),
            "strong": _profile_to_json(run.strong_profile),
            "baseline": (
                None if run.baseline_profile is None else _profile_to_json(run.baseline_profile)
            ),
        },
    }


def _estimate_to_json(estimate: Estimate) -> dict[str, float]:
    return {
        "test_risk": estimate.risk,
        "margin": estimate.margin,
        "accuracy": estimate.accuracy,
    }


def _baseline_to_json(
    baseline: BaselineRun | None, estimate: Estimate | None
) -> dict[str, Any] | None:
    if baseline is None or estimate is None:
        return None
    return {
        "width": len(baseline.network.output_weights),
        "updates": baseline.updates,
        "batch": baseline.batch,
        "ending": baseline.ending,
        "seconds": baseline.seconds,
        **_estimate_to_json(estimate),
    }


def _profile_to_json(profile: Profile) -> dict[str, list[float]]:
    return {
        "mean": profile.mean.tolist(),
        "5%": profile.low.tolist(),
        "50%": profile.median.tolist(),
        "95%": profile.high.tolist(),
    }
