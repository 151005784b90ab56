"""``symerm theorems test``: look for instances that falsify theorems or refute wrong variants."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from symerm.cli.interrupts import loading
from symerm.cli.values import parse_choice, parse_count, parse_format, parse_natural
from symerm.errors import InputError

if TYPE_CHECKING:
    from symerm.theorems.regression import Options, Record

__all__ = ["regression"]

_FAILED = 1
_INTERRUPTED = 130


def regression(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Theorems. [default: all]")
    ] = None,
    mutants: Annotated[
        bool, typer.Option("--mutants", help="Also refute the wrong variants.")
    ] = False,
    profile: Annotated[
        str, typer.Option(metavar="dev|ci|nightly", help="How many instances: 20, 100 or 2000.")
    ] = "dev",
    examples: Annotated[
        str | None, typer.Option(metavar="N", help="Instances per theorem instead.")
    ] = None,
    seed: Annotated[str, typer.Option(metavar="S", help="Seed of the instances.")] = "0",
    workers: Annotated[
        str,
        typer.Option(metavar="N", help="Worker processes; the answer is the same for all N."),
    ] = "1",
    save: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Write falsifying instances as files into DIR."),
    ] = None,
    instance: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Check one theorem on the instance of a file instead."),
    ] = None,
    style: Annotated[
        str, typer.Option("--format", metavar="text|latex|html|json", help="Form of the report.")
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> int:
    """Try theorems on instances that Hypothesis draws; print what falsifies them.

    A falsifying instance is shrunk and printed; datasets and networks in it are files that the
    other commands read. Expensive theorems get a fraction of the instances.

    Exit code 0: nothing was falsified and all mutants were refuted; 1: otherwise; 2: bad input
    or usage; 130: interrupted (what is known is still printed).

    \b
    Example:
      symerm theorems test --mutants --workers 2
      symerm theorems test activation-lifting --examples 500 --seed 7
      symerm theorems test activation-lifting --instance instance.json
    """
    style = parse_format(style, as_json)
    count = None if examples is None else parse_count("--examples", examples)
    number, processes = parse_natural("--seed", seed), parse_count("--workers", workers)
    if instance is not None:
        if names is None or len(names) != 1:
            raise InputError("--instance needs the id of one theorem")
        return _check_instance(names[0], instance, style)
    with loading():
        from symerm.theorems import all_theorems, find_theorem
        from symerm.theorems.regression import Options
        from symerm.theorems.trial import PROFILES

    parse_choice("--profile", profile, list(PROFILES))
    chosen = [find_theorem(name) for name in names] if names else list(all_theorems())
    ids = list(dict.fromkeys(theorem.id for theorem in chosen))
    options = Options(profile, count, number, mutants)
    if save is not None:
        _prepare(save)
    return _regress(ids, options, workers=processes, style=style, save=save, quiet=quiet)


def _regress(
    ids: list[str], options: Options, *, workers: int, style: str, save: str | None, quiet: bool
) -> int:
    from symerm.cli.progress import task_display
    from symerm.theorems.regression import regress

    done: dict[str, Record] = {}
    interrupted = False
    with task_display(len(ids), quiet=quiet) as display:

        def note(record: Record) -> None:
            done[record.id] = record
            if display is not None:
                display.advance(f"{record.id}: {record.result}")

        try:
            regress(ids, options, workers=workers, report=note)
        except KeyboardInterrupt:
            interrupted = True
    with loading():
        from symerm.reports.theorems import format_regression, regression_to_json
    records = [done[name] for name in ids if name in done]
    if style == "json":
        print(json.dumps(regression_to_json(records, options), ensure_ascii=False))
    else:
        print(format_regression(records, options, style=style))
    for record in records:
        if record.trial.instance is not None:
            _keep(record, save, quiet_output=style == "json")
    if interrupted:
        left = len(ids) - len(records)
        print(f"symerm: interrupted; {left} of {len(ids)} theorems not tried", file=sys.stderr)
        return _INTERRUPTED
    return 0 if all(record.passed for record in records) else _FAILED


def _keep(record: Record, save: str | None, *, quiet_output: bool) -> None:
    """Print the falsifying instance, and write it with its datasets and networks if asked."""
    assert record.trial.instance is not None
    instance = record.trial.instance
    texts = {
        f"{record.id}.json": json.dumps(
            {"theorem": record.id, "instance": instance.to_json()}, indent=1, ensure_ascii=False
        ),
        **{
            f"{record.id}-{part}.json": json.dumps(content, indent=1, ensure_ascii=False)
            for part, content in instance.files().items()
        },
    }
    for name, text in texts.items():
        if save is not None:
            with open(os.path.join(save, name), "w", encoding="utf-8") as stream:
                stream.write(text + "\n")
            if not quiet_output:
                print(f"written: {os.path.join(save, name)}")
        elif not quiet_output:
            print(f"\n{name}:\n{text}")


def _prepare(folder: str) -> None:
    """Make the folder before the work, so that nothing is lost at the end."""
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise InputError(f"--save: {error.strerror or error}", file=folder) from None
    if not os.access(folder, os.W_OK):
        raise InputError("--save: the folder cannot be written", file=folder)


def _check_instance(name: str, path: str, style: str) -> int:
    with loading():
        from symerm.reports.theorems import check_to_json, format_check
        from symerm.theorems import find_theorem
        from symerm.theorems.instance import read_instance

    theorem = find_theorem(name)
    instance = read_instance(path)
    try:
        check = theorem.check(instance)
    except KeyError as error:
        raise InputError(
            f"the instance has no part {error.args[0]!r}; see symerm theorems test --save",
            file=path,
        ) from None
    if style == "json":
        print(json.dumps(check_to_json(theorem, check), ensure_ascii=False))
    else:
        print(format_check(theorem, check, style=style))
    return _FAILED if check.outcome == "fails" else 0
