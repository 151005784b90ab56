"""The analysis of the last layer as text, LaTeX, HTML or JSON.

First what the drawn layer does, then what any layer of its kind can do, the kernel, and a table of
widths.  Decimals of bounds are rounded outwards; JSON has every number exactly.
"""

from __future__ import annotations

import decimal
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from symerm.arithmetic.rationals import format_decimal, format_rational
from symerm.lastlayer.analysis import LastLayerAnalysis
from symerm.lastlayer.descent import GradientDescent
from symerm.lastlayer.features import WEIGHT_BITS
from symerm.lastlayer.fitting import LastLayerFit
from symerm.lastlayer.spectrum import KernelSpectrum
from symerm.networks.serialization import network_to_json
from symerm.networks.shallow import ShallowNetwork
from symerm.reports.report_lines import exact_or_decimal, format_report
from symerm.reports.tables import format_table

__all__ = ["format_last_layer", "last_layer_to_json"]

_HEADER = ("width", "what has it", "fits", "status")

Bounds = tuple[Fraction, Fraction]


def format_last_layer(
    analysis: LastLayerAnalysis, *, source: str, seed: int, style: str = "text"
) -> str:
    """The report of ``symerm lastlayer`` as text, LaTeX or HTML.

    Parameters
    ----------
    analysis : LastLayerAnalysis
    source : str
        The data as the user named them.
    seed : int
        The seed of the weights.
    style : ``"text"``, ``"latex"`` or ``"html"``

    Examples
    --------
    >>> from symerm.lastlayer.analysis import analyse_last_layer
    >>> from symerm.problem.dataset import Dataset
    >>> analysis = analyse_last_layer(Dataset.from_rows([1, 2], [1, 1]), width=2, bias=False)
    >>> print(format_last_layer(analysis, source="ray.csv", seed=0).splitlines()[2])
    rank        1 of 2, exact
    """
    rows = [(str(row.width), row.rule, row.fits, row.status) for row in analysis.widths]
    table = format_table(_HEADER, rows, style=style)
    return format_report(_entries(analysis, source, seed), [table], style=style)


def _entries(analysis: LastLayerAnalysis, source: str, seed: int) -> Iterator[tuple[str, str]]:
    data, layer = analysis.dataset, analysis.layer
    yield "data", f"{source}: {data.summary}"
    yield "layer", (
        f"{layer.width} neurons, {layer.activation.name}, "
        f"{'hidden bias' if analysis.bias else 'no hidden bias'}; Gaussian weights of seed {seed}, "
        f"rounded to multiples of 2^-{WEIGHT_BITS}"
    )
    yield from _drawn(analysis)
    known = " (an input x with bias is (x, 1))" if analysis.bias else ""
    yield "any width", f"rank at most {analysis.span.rank}: {analysis.span.law}{known}"
    yield "", _any_width(analysis)
    if analysis.rays is not None and not analysis.rays.fits:
        yield "any depth", (
            f"loss at least {exact_or_decimal(analysis.rays.loss)} without biases: "
            "f(c x) = c f(x), but the labels are not so on rays"
        )
    if analysis.spectrum is not None:
        yield from _spectrum(analysis.spectrum)
    if analysis.chernoff is not None:
        yield "", (
            f"width {analysis.chernoff.width} from |phi|^2 <= "
            f"{_upper(analysis.chernoff.bound)}, eigenvalue >= {_lower(analysis.chernoff.smallest)}"
        )
    for reason in analysis.missing:
        yield ("" if analysis.spectrum is not None else "kernel"), reason
    if analysis.descent is not None:
        yield from _descent(analysis.descent)


def _drawn(analysis: LastLayerAnalysis) -> Iterator[tuple[str, str]]:
    fit, size = analysis.fit, analysis.dataset.size
    if isinstance(fit, LastLayerFit):
        yield "rank", f"{fit.rank} of {size}, exact"
        bounds: list[Bounds] | None = [(column.loss, column.loss) for column in fit.columns]
    else:
        low, high = fit.rank
        words = f"{low} of {size}, proved" if low == high else f"between {low} and {high} of {size}"
        yield "rank", f"{words}, {fit.bits} bits"
        bounds = None if fit.losses is None else list(fit.losses)
    every = {True: "yes", False: "no", None: "undecided"}
    yield "all labels", f"fitted by the last layer alone: {every[fit.fits_all_responses]}"
    for k, name in enumerate(analysis.dataset.output_names):
        if bounds is None:
            yield name, "undecided"
        elif bounds[k][1] == 0:
            yield name, f"fitted{_norm(fit, k)}"
        else:
            yield name, f"not fitted: least loss {_between(bounds[k])}{_norm(fit, k)}"


def _norm(fit: Any, k: int) -> str:
    if not isinstance(fit, LastLayerFit):
        return ""
    square = sum((a * a for a in fit.columns[k].weights), Fraction(0))
    return f"; the shortest weights have |a|^2 = {exact_or_decimal(square)}"


def _any_width(analysis: LastLayerAnalysis) -> str:
    if analysis.best.fits:
        return "these labels are fitted by some hidden weights"
    return (
        f"these labels have loss at least {exact_or_decimal(analysis.best.loss)} at every width; "
        "the residual proves it"
    )


def _spectrum(spectrum: KernelSpectrum) -> Iterator[tuple[str, str]]:
    yield "kernel", f"{spectrum.kernel.name}: {spectrum.verdict}, {spectrum.reason}"
    if spectrum.span.rank:
        which = "smallest" if spectrum.span.full else "smallest positive"
        yield "", f"{which} eigenvalue {_between(spectrum.smallest_positive)}"
    yield "", f"largest eigenvalue {_between(spectrum.bounds[-1])}"


def _descent(run: GradientDescent) -> Iterator[tuple[str, str]]:
    yield "descent", (
        f"step {exact_or_decimal(run.step)}; all modes shrink below {_lower(run.stable_below[0])}"
    )
    slowest = run.modes[-1]
    words = "does not shrink" if slowest.steps is None else f"{slowest.steps} steps"
    yield "", f"slowest of {len(run.modes)} modes to {format_rational(run.reduction)}: {words}"
    last = len(run.losses) - 1
    yield "", (
        f"loss {exact_or_decimal(run.losses[0])} at the start, "
        f"{exact_or_decimal(run.losses[-1])} after {last} steps "
        f"(proved bound {_upper(run.predicted(last))}), floor {exact_or_decimal(run.fit.loss)}"
    )


def _lower(value: Fraction) -> str:
    return format_decimal(value, digits=8, rounding=decimal.ROUND_FLOOR)


def _upper(value: Fraction) -> str:
    return format_decimal(value, digits=8, rounding=decimal.ROUND_CEILING)


def _between(bounds: Bounds) -> str:
    low, high = bounds
    return exact_or_decimal(low) if low == high else f"between {_lower(low)} and {_upper(high)}"


def last_layer_to_json(analysis: LastLayerAnalysis, *, seed: int) -> dict[str, Any]:
    """The object that ``symerm lastlayer --json`` prints; rationals are texts ``p/q``.

    Examples
    --------
    >>> from symerm.lastlayer.analysis import analyse_last_layer
    >>> from symerm.problem.dataset import Dataset
    >>> analysis = analyse_last_layer(Dataset.from_rows([1, 2], [1, 1]), width=1, bias=False)
    >>> last_layer_to_json(analysis, seed=0)["any_width"]["loss"]
    '1/5'
    """
    fit, layer = analysis.fit, analysis.layer
    exact = isinstance(fit, LastLayerFit)
    return {
        "n": analysis.dataset.size,
        "p": analysis.dataset.input_dimension,
        "width": layer.width,
        "activation": layer.activation.name,
        "hidden_bias": analysis.bias,
        "seed": seed,
        "weight_bits": WEIGHT_BITS,
        "rank": list(fit.rank) if not isinstance(fit, LastLayerFit) else [fit.rank, fit.rank],
        "fits_all_responses": fit.fits_all_responses,
        "fits": fit.fits,
        "outputs": [
            {"name": name, **_output(fit, k)}
            for k, name in enumerate(analysis.dataset.output_names)
        ],
        "network": network_to_json(_network(analysis)) if exact else None,
        "any_width": {
            "rank": analysis.span.rank,
            "law": analysis.span.law,
            "fits": analysis.best.fits,
            **_proved(analysis.best),
        },
        "any_depth": None if analysis.rays is None else _proved(analysis.rays),
        "kernel": None if analysis.spectrum is None else _kernel(analysis.spectrum),
        "chernoff": None if analysis.chernoff is None else {
            "width": analysis.chernoff.width,
            "rank": analysis.chernoff.rank,
            "eta": format_rational(analysis.chernoff.eta),
            "eigenvalue": format_rational(analysis.chernoff.smallest),
            "bound": format_rational(analysis.chernoff.bound),
        },
        "missing": list(analysis.missing),
        "widths": [
            {"width": row.width, "rule": row.rule, "fits": row.fits, "status": row.status}
            for row in analysis.widths
        ],
        "descent": None if analysis.descent is None else _run(analysis.descent),
    }


def _output(fit: Any, k: int) -> dict[str, Any]:
    if isinstance(fit, LastLayerFit):
        column = fit.columns[k]
        return {
            "loss": [format_rational(column.loss)] * 2,
            "residual": list(map(format_rational, column.residual)),
            "least_width": column.least_width,
        }
    loss = None if fit.losses is None else list(map(format_rational, fit.losses[k]))
    return {"loss": loss, "residual": None, "least_width": None}


def _network(analysis: LastLayerAnalysis) -> ShallowNetwork:
    assert isinstance(analysis.fit, LastLayerFit)
    columns = analysis.fit.columns
    layer = analysis.layer
    return ShallowNetwork(
        layer.weights,
        layer.biases,
        tuple(zip(*(column.weights for column in columns), strict=True)),
        (Fraction(0),) * len(columns),
        layer.activation,
    )


def _proved(fit: LastLayerFit) -> dict[str, Any]:
    return {
        "loss": format_rational(fit.loss),
        "residuals": [list(map(format_rational, column.residual)) for column in fit.columns],
    }


def _kernel(spectrum: KernelSpectrum) -> dict[str, Any]:
    return {
        "name": spectrum.kernel.name,
        "verdict": spectrum.verdict,
        "reason": spectrum.reason,
        "rank": spectrum.span.rank,
        "bits": spectrum.bits,
        "eigenvalues": [list(map(format_rational, pair)) for pair in spectrum.bounds],
    }


def _run(run: GradientDescent) -> dict[str, Any]:
    return {
        "step": format_rational(run.step),
        "stable_below": list(map(format_rational, run.stable_below)),
        "modes": [
            {
                "square": list(map(format_rational, mode.square)),
                "factor": list(map(format_rational, mode.factor)),
                "steps": mode.steps,
            }
            for mode in run.modes
        ],
        "reduction": format_rational(run.reduction),
        "losses": list(map(format_rational, run.losses)),
        "floor": format_rational(run.fit.loss),
    }
