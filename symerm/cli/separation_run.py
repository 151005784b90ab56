"""``symerm separation run``: train the strong network on the indicator of a ball."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from symerm.cli.interrupts import loading
from symerm.cli.values import parse_choice, parse_count, parse_format, parse_positive, parse_seconds
from symerm.errors import InputError
from symerm.files import require_writable

__all__ = ["run_separation"]

_INTERRUPTED = 130


def run_separation(
    law: Annotated[
        str, typer.Option(metavar="NAME", help="Law of the data: heavy-tailed or two-spheres.")
    ] = "heavy-tailed",
    dimension: Annotated[str, typer.Option(metavar="D", help="Number of inputs.")] = "5",
    radius: Annotated[
        str, typer.Option(metavar="L", help="Radius of the ball, between 1 and 2.")
    ] = "3/2",
    width: Annotated[str, typer.Option(metavar="R", help="Number of neurons.")] = "1000",
    samples: Annotated[str, typer.Option(metavar="N", help="Number of samples to train.")] = "5000",
    steps: Annotated[str, typer.Option(metavar="K", help="Steps of gradient descent.")] = "1000",
    step_size: Annotated[
        str | None,
        typer.Option(metavar="E", help="Step size. [default: half of what is stable]"),
    ] = None,
    batch: Annotated[
        str | None,
        typer.Option(metavar="B", help="Use B samples for each step. [default: all]"),
    ] = None,
    seed: Annotated[str, typer.Option(metavar="S", help="Seed of all random numbers.")] = "1",
    no_baseline: Annotated[
        bool, typer.Option("--no-baseline", help="Train no network with one hidden layer.")
    ] = False,
    time_limit: Annotated[
        str | None, typer.Option(metavar="SECONDS", help="Stop the training then.")
    ] = None,
    plot: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Draw curves and profiles; .png, .svg or .pdf."),
    ] = None,
    style: Annotated[
        str, typer.Option("--format", metavar="text|latex|html|json", help="Form of the report.")
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> int:
    """Train [sum_j w_j erf(<u_j, x> + b_j)] cut off to [0, 1] on 1 where |x| <= L, in floats.

    Only the weights w are trained.  Beside it: a network with one hidden layer of the same width,
    all of whose parameters are trained, and the best constant.  One run, no proof.

    Exit code 0: done, or stopped by the time limit; 2: bad input or usage; 130: interrupted (the
    result so far is still printed).

    \b
    Example:
      symerm separation run
      symerm separation run --law two-spheres --dimension 10 --steps 2000 --plot run.png
      symerm separation run --width 10000 --samples 100000 --batch 1000 --time-limit 600 --json
    """
    style = parse_format(style, as_json)
    parse_choice("--law", law, ("heavy-tailed", "two-spheres"))
    if not seed.isdecimal():
        raise InputError(f"--seed must be a natural number, not {seed}")
    inputs, neurons = parse_count("--dimension", dimension), parse_count("--width", width)
    size, count = parse_count("--samples", samples), parse_count("--steps", steps)
    group = None if batch is None else parse_count("--batch", batch)
    length = None if step_size is None else float(parse_positive("--step-size", step_size))
    ball, seconds = parse_positive("--radius", radius), parse_seconds("--time-limit", time_limit)
    if plot is not None:
        from symerm.reports.figures import plot_format

        plot_format(plot)
        require_writable(plot)
    with loading():
        from symerm.cli.training_display import training_display
        from symerm.reports.separation_run import format_separation_run, separation_run_to_json
        from symerm.separation.heavy_tailed import HeavyTailed
        from symerm.separation.runs import separation_run
        from symerm.separation.two_spheres import TwoSpheres

    with training_display(quiet=quiet) as display:
        run = separation_run(
            HeavyTailed(inputs) if law == "heavy-tailed" else TwoSpheres(inputs),
            radius=ball,
            width=neurons,
            samples=size,
            steps=count,
            seed=int(seed),
            step_size=length,
            batch=group,
            baseline=not no_baseline,
            time_limit=seconds,
            report=None if display is None else display.report,
        )
    if style == "json":
        print(json.dumps(separation_run_to_json(run)))
    else:
        print(format_separation_run(run, style=style))
    # The training may have taken hours: its result is printed before a picture can fail.
    if plot is not None:
        with loading():
            from symerm.reports.separation_plots import write_separation_plot

        write_separation_plot(run, plot)
    return _INTERRUPTED if run.interrupted else 0
