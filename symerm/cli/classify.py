"""``symerm classify``: what a network is in the loss landscape of a target or of a dataset."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Annotated

import typer

from symerm.cli.interrupts import loading
from symerm.cli.values import parse_columns, parse_count, parse_interval, parse_seconds
from symerm.errors import InputError, SymermError
from symerm.files import require_writable

if TYPE_CHECKING:
    from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
    from symerm.landscape.verdicts import Classification
    from symerm.problem.dataset import Dataset

__all__ = ["classify"]

_UNDECIDED = 3
_LINES = (".jsonl", ".ndjson")


def classify(
    network: Annotated[
        str,
        typer.Argument(
            metavar="NETWORK", help="JSON file of a network; .jsonl holds one network per line."
        ),
    ],
    target: Annotated[
        str | None, typer.Option(metavar="TARGET", help='A function of x, as in "2*x + 1".')
    ] = None,
    interval: Annotated[
        tuple[str, str] | None, typer.Option(metavar="T0 T1", help="Where the target is taken.")
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(metavar="DATA", help="CSV or JSON file, or dataset:NAME, not a target."),
    ] = None,
    inputs: Annotated[
        str | None, typer.Option(metavar="A,B", help="Input columns of DATA.")
    ] = None,
    outputs: Annotated[
        str | None, typer.Option(metavar="C,D", help="Output columns of DATA.")
    ] = None,
    find_global: Annotated[
        bool,
        typer.Option("--global", help="Also decide whether a local minimum of DATA is global."),
    ] = False,
    time_limit: Annotated[
        str, typer.Option(metavar="SECONDS", help="Stop the search of --global then.")
    ] = "60",
    refine: Annotated[
        bool,
        typer.Option("--refine", help="If not critical, find a critical point near, with proof."),
    ] = False,
    workers: Annotated[
        str, typer.Option(metavar="N", help="Worker processes for a .jsonl file.")
    ] = "1",
    plot: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Draw function and loss; .png, .svg or .pdf."),
    ] = None,
    plane: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Draw the loss in a plane through the network."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Classify a network: global or local minimum, saddle, or not critical; exact.

    The loss is the integral of the squared error over [T0, T1], or the sum of squares of DATA.
    A saddle comes with a curve along which the loss falls.  For a .jsonl file one JSON object per
    line is printed; a line that is no network gives an object with the key "error".

    Exit code 0: every verdict was reached; 3: some are undecided; 2: bad input or usage.

    \b
    Example:
      symerm classify network.json --target "2*x + 1" --interval 0 1
      symerm classify network.json --target "x^2" --interval -3/2 5 --json
      symerm classify network.json --data measurements.csv --refine
    """
    seconds = parse_seconds("--time-limit", time_limit)
    processes = parse_count("--workers", workers)
    if (target is None) == (data is None):
        raise InputError("give either --target with --interval, or --data")
    if target is not None and interval is None:
        raise InputError("--target needs --interval T0 T1")
    if data is not None and interval is not None:
        raise InputError("--interval goes with --target, not with --data")
    if data is None and (inputs is not None or outputs is not None or find_global):
        raise InputError("--inputs, --outputs and --global go with --data")
    batch = network.lower().endswith(_LINES)
    pictures = {
        option: path for option, path in (("--plot", plot), ("--plane", plane)) if path is not None
    }
    if batch and (pictures or refine or find_global):
        raise InputError(
            "--plot, --plane, --refine and --global take a single network, not a .jsonl file"
        )
    _check_pictures(pictures, network, data)
    with loading():
        from symerm.landscape.targets import parse_target
        from symerm.problem.reading import open_dataset

    against: PiecewisePolynomial | Dataset
    if data is not None:
        against = open_dataset(
            data, parse_columns("--inputs", inputs), parse_columns("--outputs", outputs)
        )
        words = f"{data}: {against.size} points"
    else:
        assert target is not None
        assert interval is not None
        ends = parse_interval("--interval", interval)
        against = parse_target(target, ends)
        words = f"{target} on [{interval[0]}, {interval[1]}]"
    if batch:
        from symerm.cli.classify_lines import classify_lines

        return classify_lines(network, against, workers=processes)
    return _one(
        network,
        against,
        words=words,
        refine=refine,
        seconds=seconds if find_global else None,
        pictures=pictures,
        as_json=as_json,
    )


def _check_pictures(pictures: dict[str, str], network: str, data: str | None) -> None:
    """Refuse, before any work, paths that cannot be written or would overwrite another."""
    if not pictures:
        return
    from symerm.reports.figures import plot_format

    taken = [("the network", os.path.realpath(network))]
    if data is not None:
        taken.append(("the data", os.path.realpath(data)))
    for option, path in pictures.items():
        plot_format(path)
        target = os.fspath(require_writable(path))
        for name, other in taken:
            if other == target:
                raise InputError(f"{option} would overwrite {name}; name another file", file=path)
        taken.append((f"the file of {option}", target))


def _one(
    source: str,
    against: PiecewisePolynomial | Dataset,
    *,
    words: str,
    refine: bool,
    seconds: float | None,
    pictures: dict[str, str],
    as_json: bool,
) -> int:
    with loading():
        from symerm.landscape.classification import (
            classify_against,
            require_two_layers,
            with_global_verdict,
        )
        from symerm.landscape.critical_points import nearby_critical_point
        from symerm.networks.serialization import read_network
        from symerm.problem.dataset import Dataset
        from symerm.reports.landscape import classification_to_json, format_classification

    try:
        network = require_two_layers(read_network(source))
        found = classify_against(network, against)
    except InputError as error:
        raise error.located(file=source) from None
    if seconds is not None and isinstance(against, Dataset):
        found = with_global_verdict(found, against, time_limit=seconds)
    near = (
        nearby_critical_point(network, against)
        if refine and found.verdict == "not-critical"
        else None
    )
    written: list[str] = []
    failures: list[SymermError | OSError] = []
    for option, path in pictures.items():
        # What was found is printed before a picture that could not be drawn is reported.
        try:
            _draw(option, found, against, path)
        except (SymermError, OSError) as error:
            failures.append(error)
        else:
            written.append(path)
    if as_json:
        print(json.dumps(classification_to_json(found, nearby=near)))
    else:
        print(
            format_classification(
                found, source=source, against=words, nearby=near, pictures=written
            )
        )
    if failures:
        raise failures[0]
    return _UNDECIDED if found.verdict == "undecided" else 0


def _draw(
    option: str, found: Classification, against: PiecewisePolynomial | Dataset, path: str
) -> None:
    from symerm.reports.landscape_plots import write_classification_plot, write_plane_plot

    if option == "--plane":
        write_plane_plot(found, against, path)
    else:
        write_classification_plot(found, against, path)
