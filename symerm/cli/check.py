"""``symerm check``: the infimum of the training loss, and whether a network attains it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from symerm.cli.interrupts import loading
from symerm.cli.values import parse_columns, parse_count, parse_positive, parse_seconds
from symerm.errors import InputError, SymermError, UnsupportedError
from symerm.files import require_writable, write_atomically

if TYPE_CHECKING:
    from symerm.attainability.verdict import Verdict

__all__ = ["check"]

_INTERRUPTED = 130
_UNDECIDED = 3


def check(
    data: Annotated[str, typer.Argument(metavar="DATA", help="CSV or JSON file, or dataset:NAME.")],
    width: Annotated[str, typer.Option(metavar="D", help="Number of hidden neurons.")],
    inputs: Annotated[
        str | None, typer.Option(metavar="A,B", help="Input columns. [default: all others]")
    ] = None,
    outputs: Annotated[
        str | None, typer.Option(metavar="C,D", help="Output columns. [default: the last]")
    ] = None,
    activation: Annotated[
        str, typer.Option(metavar="NAME", help="relu, leaky:1/10, logistic or tanh.")
    ] = "relu",
    no_output_bias: Annotated[
        bool, typer.Option("--no-output-bias", help="Fix the output biases at zero.")
    ] = False,
    no_hidden_bias: Annotated[
        bool, typer.Option("--no-hidden-bias", help="Fix the hidden biases at zero.")
    ] = False,
    certificate: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write the proof here; .gz compresses it."),
    ] = None,
    plot: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Draw the fits; .png, .svg or .pdf."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    workers: Annotated[
        str, typer.Option(metavar="N", help="Worker processes; the answer is the same for all N.")
    ] = "1",
    time_limit: Annotated[
        str | None,
        typer.Option(metavar="SECONDS", help="Stop then, with the bounds proved so far."),
    ] = None,
    tolerance: Annotated[
        str, typer.Option(metavar="R", help="Relative width of the infimum's enclosure.")
    ] = "1e-9",
    resume: Annotated[
        str | None, typer.Option(metavar="FILE", help="Journal to write and to continue from.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> int:
    """Find the infimum of the sum of squares over all networks, exactly and with proof.

    Exit code 0: a verdict was reached; 3: undecided; 2: bad input or usage; 130: interrupted
    (the bounds so far are still printed).

    \b
    Example:
      symerm check dataset:nile --width 1 --certificate nile.json
      symerm check measurements.csv --width 2 --inputs a,b --outputs y --json
      symerm check dataset:counterexample-3 --width 2 --plot escape.png
      symerm check points.csv --width 1 --activation logistic --certificate proof.json
    """
    from symerm.problem.architecture import Architecture, parse_activation
    from symerm.problem.problem import Problem
    from symerm.problem.reading import open_dataset

    seconds = parse_seconds("--time-limit", time_limit)
    relative = parse_positive("--tolerance", tolerance)
    processes = parse_count("--workers", workers)
    architecture = Architecture(
        parse_count("--width", width),
        parse_activation(activation),
        hidden_bias=not no_hidden_bias,
        output_bias=not no_output_bias,
    )
    if not architecture.activation.is_piecewise_linear:
        for option, value in (("--plot", plot), ("--resume", resume)):
            if value is not None:
                raise UnsupportedError(
                    f"{option} needs a piecewise-linear activation, not {activation}; leave it out"
                )
    _check_paths(data, certificate=certificate, resume=resume, plot=plot)
    dataset = open_dataset(
        data, parse_columns("--inputs", inputs), parse_columns("--outputs", outputs)
    )
    # The solver takes long to load: only for data that can be read.
    with loading():
        from symerm.attainability import decide
        from symerm.certificates import FileJournal
        from symerm.cli.progress import search_display

        if plot is not None:
            from symerm.reports.plots import require_drawable

            require_drawable(dataset)

    with search_display(quiet=quiet) as display:
        verdict = decide(
            Problem(dataset, architecture),
            tolerance=relative,
            time_limit=seconds,
            workers=processes,
            progress=display,
            journal=None if resume is None else FileJournal(resume),
        )
    failures: list[BaseException] = []
    if certificate is not None and not _written(_write_certificate, verdict, certificate, failures):
        certificate = None
    if plot is not None and not _written(_write_plot, verdict, plot, failures):
        plot = None
    _print_report(verdict, source=data, certificate=certificate, plot=plot, as_json=as_json)
    if failures:
        raise failures[0]
    if verdict.interrupted:
        return _INTERRUPTED
    return _UNDECIDED if verdict.verdict == "undecided" else 0


def _check_paths(
    data: str, *, certificate: str | None, resume: str | None, plot: str | None
) -> None:
    """Refuse, before any search, paths that cannot be written or would overwrite another."""
    taken = [] if data.startswith("dataset:") else [("the data", os.path.realpath(data))]
    for option, path in (
        ("--certificate", certificate), ("--resume", resume), ("--plot", plot)
    ):
        if path is None:
            continue
        target = os.fspath(require_writable(path))
        for owner, other in taken:
            if target == other:
                raise InputError(f"{option} would overwrite {owner}; name another file", file=path)
        taken.append((f"the file of {option}", target))
    if plot is not None:
        from symerm.reports.figures import plot_format

        plot_format(plot)


def _written(
    write: Callable[[Verdict, str], None],
    verdict: Verdict,
    path: str,
    failures: list[BaseException],
) -> bool:
    """Write a file; a failure is kept for later."""
    try:
        write(verdict, path)
    except (SymermError, OSError, KeyboardInterrupt) as error:
        # The verdict may have taken hours: it is printed before the failure is reported.
        failures.append(error)
        return False
    return True


def _write_certificate(verdict: Verdict, path: str) -> None:
    from symerm.certificates import certificate_text

    write_atomically(path, certificate_text(verdict), compress=path.endswith(".gz"))


def _write_plot(verdict: Verdict, path: str) -> None:
    from symerm.reports.plots import write_plot

    write_plot(verdict, path)


def _print_report(
    verdict: Verdict, *, source: str, certificate: str | None, plot: str | None, as_json: bool
) -> None:
    from symerm.reports.text import format_verdict
    from symerm.reports.verdict_json import verdict_to_json

    if as_json:
        print(json.dumps(verdict_to_json(verdict, certificate=certificate)))
    else:
        print(format_verdict(verdict, source=source, certificate=certificate, plot=plot))
