"""A journal file: the state of a long search, written whole at intervals and read back.

The file is JSON, one step a line: a head with a digest of the problem and the best network, then
for each case ``["s", slot, i]``, ``["d", scale, fit, residuals, mixtures]`` (lists of hexadecimal
integers) or ``[]`` (open).  It
is no certificate: everything in it is checked again when a search continues from it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from symerm.attainability.dual import DualLeaf
from symerm.attainability.journal import SavedSearch, Step
from symerm.attainability.scaled import ScaledProblem
from symerm.errors import InputError
from symerm.files import write_atomically

__all__ = ["FileJournal"]

_FORMAT = "symerm-journal/1"


class FileJournal:
    """Saves a search to a file and loads it from there.

    Parameters
    ----------
    path : str or path
        A file that does not exist yet starts a new search.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def save(self, problem: ScaledProblem, state: SavedSearch) -> None:
        """Replace the file by the present state, whole or not at all."""
        write_atomically(self.path, _text(problem, state))

    def load(self, problem: ScaledProblem) -> SavedSearch | None:
        """The state in the file, or None if there is no file or it is empty.

        Raises
        ------
        InputError
            If the file is no journal, or one of another problem.
        """
        try:
            with open(self.path, encoding="ascii") as stream:
                lines = stream.read().splitlines()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"cannot be read as a journal ({type(error).__name__})", file=str(self.path)
            ) from None
        if not lines:
            return None
        try:
            head = json.loads(lines[0])
            if head["format"] != _FORMAT:
                raise ValueError
            digest = head["problem"]
            offset = _read(head["offset"])
            neurons = tuple(
                (_sign(sign), _vector(u, len(problem.forms[0]))) for sign, u in head["neurons"]
            )
            steps = tuple(_step(json.loads(line)) for line in lines[1:])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise InputError(
                "this is not a journal of symerm; remove it or name another file",
                file=str(self.path),
            ) from None
        if digest != _digest(problem):
            raise InputError(
                "the journal belongs to another problem; name another file", file=str(self.path)
            )
        return SavedSearch(offset, neurons, steps)


def _digest(problem: ScaledProblem) -> str:
    numbers = [problem.width, problem.slope_on, problem.slope_off, problem.hidden_bias,
               problem.output_bias, problem.input_scale, problem.target_scale, *problem.weights]
    numbers += [x for row in (*problem.forms, *problem.targets) for x in row]
    return hashlib.sha256(" ".join(map(hex, map(int, numbers))).encode()).hexdigest()


def _text(problem: ScaledProblem, state: SavedSearch) -> Iterator[str]:
    yield json.dumps({
        "format": _FORMAT,
        "problem": _digest(problem),
        "offset": _write(state.offset),
        "neurons": [[sign, [_write(x) for x in u]] for sign, u in state.neurons],
    }) + "\n"
    for step in state.steps:
        record: list[Any] = []
        if isinstance(step, DualLeaf):
            record = ["d", *(
                " ".join(map(hex, part))
                for part in ((step.scale,), step.fit, step.residuals, step.mixtures)
            )]
        elif step is not None:
            record = ["s", *step]
        yield json.dumps(record, separators=(",", ":")) + "\n"


def _sign(value: Any) -> int:
    if value not in (1, -1):
        raise ValueError
    return int(value)


def _write(value: Fraction) -> str:
    """Hexadecimal, since Python limits the length of decimal integers."""
    return f"{value.numerator:#x}/{value.denominator:#x}"


def _read(text: Any) -> Fraction:
    top, bottom = text.split("/")
    if int(bottom, 16) == 0:
        raise ValueError
    return Fraction(int(top, 16), int(bottom, 16))


def _vector(values: Any, size: int) -> tuple[Fraction, ...]:
    vector = tuple(_read(value) for value in values)
    if len(vector) != size:
        raise ValueError
    return vector


def _step(record: Any) -> Step:
    if record == []:
        return None
    kind, *rest = record
    if kind == "s":
        if len(rest) != 2 or any(type(value) is not int for value in rest):
            raise ValueError
        return rest[0], rest[1]
    if kind != "d" or len(rest) != 4:
        raise ValueError
    scale, *lists = ([int(number, 16) for number in part.split()] for part in rest)
    if len(scale) != 1:
        raise ValueError
    return DualLeaf(scale[0], *map(tuple, lists))
