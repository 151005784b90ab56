"""``symerm verify``: the stand-alone checker, run from the command line."""

from __future__ import annotations

import io
import json
from contextlib import ExitStack, redirect_stdout
from typing import Annotated

import typer

__all__ = ["verify"]


def verify(
    certificate: Annotated[str, typer.Argument(metavar="CERTIFICATE", help="Compressed or not.")],
    data: Annotated[
        str | None,
        typer.Argument(
            metavar="DATA", help="Read the claim's data from this file or dataset:NAME instead."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Check a certificate, trusting nothing but the checker.

    The last line is VALID, INVALID or MALFORMED with what was shown or what is wrong; the exit
    code 0, 1 or 2.  symerm/certificates/checker.py does the same with nothing but Python.

    \b
    Example:
      symerm verify nile.json
      symerm verify nile.json dataset:nile --json
    """
    from symerm.certificates.checker import main

    with ExitStack() as stack:
        argv = [_as_path(certificate)]
        if data is not None:
            argv.append(_as_path(_data_file(data, stack)))
        output = io.StringIO()
        if as_json:
            stack.enter_context(redirect_stdout(output))
        code: int = main(argv)
    if as_json:
        print(json.dumps(_answer(output.getvalue())))
    return code


def _as_path(name: str) -> str:
    """The name such that the checker cannot take it for an option."""
    return f"./{name}" if name.startswith("-") else name


def _data_file(data: str, stack: ExitStack) -> str:
    """The path of a data file or of a bundled dataset."""
    if not data.startswith("dataset:"):
        return data
    from importlib import resources

    from symerm.problem.catalogue import dataset_info

    name = dataset_info(data.removeprefix("dataset:")).name
    table = resources.files("symerm.problem").joinpath("bundled", f"{name}.csv")
    return str(stack.enter_context(resources.as_file(table)))


def _answer(output: str) -> dict[str, str | None]:
    """The last line of the checker's output, taken apart."""
    lines = output.strip().splitlines()
    answer, _, rest = (lines[-1] if lines else "").partition(" ")
    document: dict[str, str | None] = {
        "answer": answer, "verdict": None, "lower": None, "upper": None, "reason": None
    }
    if answer == "VALID":
        words = [*rest.split(), None, None, None]
        document["verdict"], document["lower"], document["upper"] = words[:3]
    else:
        document["reason"] = rest
    return document
