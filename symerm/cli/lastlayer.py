"""``symerm lastlayer``: what training the last layer alone can do on a dataset."""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer

from symerm.cli.interrupts import loading
from symerm.cli.values import parse_columns, parse_count, parse_format, parse_positive
from symerm.errors import InputError
from symerm.files import require_writable

__all__ = ["lastlayer"]

_UNDECIDED = 3
_MAX_STEPS = 500


def lastlayer(
    data: Annotated[str, typer.Argument(metavar="DATA", help="CSV or JSON file, or dataset:NAME.")],
    width: Annotated[
        str | None,
        typer.Option(metavar="M", help="Number of random neurons. [default: one per point]"),
    ] = None,
    seed: Annotated[str, typer.Option(metavar="S", help="Seed of the random weights.")] = "1",
    inputs: Annotated[
        str | None, typer.Option(metavar="A,B", help="Input columns. [default: all others]")
    ] = None,
    outputs: Annotated[
        str | None, typer.Option(metavar="C,D", help="Output columns. [default: the last]")
    ] = None,
    activation: Annotated[
        str,
        typer.Option(metavar="NAME", help="relu, leaky:1/10, quadratic, tanh, logistic or erf."),
    ] = "relu",
    no_hidden_bias: Annotated[
        bool, typer.Option("--no-hidden-bias", help="Draw no hidden biases.")
    ] = False,
    kernel: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="arccos0, arccos1, arccos2, ntk, erf, sincos, quadratic or leaky:1/10. "
            "[default: that of the activation]",
        ),
    ] = None,
    eta: Annotated[
        str, typer.Option(metavar="P", help="How likely the width of the kernel may fail.")
    ] = "1/100",
    steps: Annotated[
        str | None, typer.Option(metavar="K", help="Simulate K steps of gradient descent.")
    ] = None,
    plot: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Draw spectrum and descent; .png, .svg or .pdf."),
    ] = None,
    style: Annotated[
        str, typer.Option("--format", metavar="text|latex|html|json", help="Form of the report.")
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> int:
    """Train only the last layer on random features: exact rank and loss, kernel, widths.

    Exit code 0: it is known whether the labels are fitted; 3: undecided; 2: bad input or usage.

    \b
    Example:
      symerm lastlayer dataset:anscombe-1 --width 20
      symerm lastlayer data.csv --no-hidden-bias --kernel ntk --json
      symerm lastlayer data.csv --steps 50 --plot modes.png
    """
    from symerm.problem.architecture import MAX_WIDTH, parse_activation
    from symerm.problem.reading import open_dataset

    style = parse_format(style, as_json)
    act = parse_activation(activation)
    neurons = None if width is None else parse_count("--width", width)
    probability = parse_positive("--eta", eta)
    if probability >= 1:
        raise InputError(f"--eta must be smaller than 1, not {eta}")
    simulated = None if steps is None else parse_count("--steps", steps)
    if simulated is not None and simulated > _MAX_STEPS:
        raise InputError(f"--steps: at most {_MAX_STEPS} steps are simulated exactly")
    number = parse_count("--seed", seed)
    if plot is not None:
        _check_plot(plot, data)
    dataset = open_dataset(
        data, parse_columns("--inputs", inputs), parse_columns("--outputs", outputs)
    )
    with loading():
        from symerm.lastlayer.analysis import analyse_last_layer
        from symerm.lastlayer.kernels import parse_kernel
        from symerm.reports.lastlayer import format_last_layer, last_layer_to_json

    analysis = analyse_last_layer(
        dataset,
        width=min(dataset.size, MAX_WIDTH) if neurons is None else neurons,
        activation=act,
        seed=number,
        bias=not no_hidden_bias,
        kernel=None if kernel is None else parse_kernel(kernel),
        eta=probability,
        steps=simulated,
    )
    if style == "json":
        print(json.dumps(last_layer_to_json(analysis, seed=number)))
    else:
        print(format_last_layer(analysis, source=data, seed=number, style=style))
    if plot is not None:
        from symerm.reports.spectrum_plots import write_last_layer_plot

        write_last_layer_plot(analysis, plot)
    return _UNDECIDED if analysis.fit.fits is None else 0


def _check_plot(plot: str, data: str) -> None:
    """Refuse, before any work, a picture that cannot be written or would overwrite the data."""
    from symerm.reports.figures import plot_format

    plot_format(plot)
    target = os.fspath(require_writable(plot))
    if not data.startswith("dataset:") and os.path.realpath(data) == target:
        raise InputError("--plot would overwrite the data; name another file", file=plot)
