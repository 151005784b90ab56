"""Datasets as JSON text: ``{"inputs": [[..], ..], "outputs": [[..], ..]}``.

Each list has one entry per point: a list of numbers, or a bare number when there is a single
column.  A number is a JSON number or a string such as ``"1/3"``; both are read exactly as
written, without passing through a float.  Errors name the line and the path of the entry,
counted from zero as in ``inputs[3][0]``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from symerm.arithmetic.rationals import parse_rational
from symerm.errors import InputError
from symerm.problem.dataset import Dataset
from symerm.problem.tabular import MAX_CELLS

__all__ = ["parse_json"]

_Path = tuple[str | int, ...]
_MEMBERS = ("inputs", "outputs")
_SHAPE = 'a dataset is {"inputs": [[..], ..], "outputs": [[..], ..]}'
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},:]|[^\s\[\]{},:"]+|\n')


class _ShapeError(Exception):
    """What is wrong and the path of the value, before its line is known."""

    def __init__(self, message: str, path: _Path, occurrence: int = 0) -> None:
        self.message, self.path, self.occurrence = message, path, occurrence


def parse_json(text: str, *, file: str | None = None, responses: bool = True) -> Dataset:
    """The dataset that a JSON text denotes.

    Parameters
    ----------
    text : str
        An object with the members ``inputs`` and ``outputs`` and no other.
    file : str, optional
        The name that errors give.
    responses : bool
        If False the member ``outputs`` may be missing, and the responses are zero.

    Raises
    ------
    InputError
        If the text is not JSON of this shape, naming the line and the entry.

    Examples
    --------
    >>> parse_json('{"inputs": [0, 1], "outputs": [[0.1, "1/3"], [2, 3e-1]]}').outputs
    ((Fraction(1, 10), Fraction(1, 3)), (Fraction(2, 1), Fraction(3, 10)))
    """
    if text.count(",") > MAX_CELLS:
        raise InputError(f"the file has more than {MAX_CELLS:,} entries", file=file)
    try:
        # Numbers stay text until parse_rational reads them; an object arrives as a tuple of
        # pairs, so that repeated members can be seen and lists cannot be mistaken for it.
        value = json.loads(
            text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=tuple
        )
    except json.JSONDecodeError as error:
        raise InputError(
            f"not valid JSON: {error.msg} (character {error.colno} of the line); {_SHAPE}",
            file=file,
            row=error.lineno,
        ) from None
    except RecursionError:
        raise InputError(f"the lists are nested too deeply; {_SHAPE}", file=file) from None
    try:
        return _dataset(value, responses)
    except _ShapeError as error:
        raise InputError(
            error.message,
            file=file,
            row=list(_occurrences(text, error.path))[error.occurrence],
            column=_spell(error.path) or None,
        ) from None


def _dataset(value: Any, responses: bool) -> Dataset:
    if not isinstance(value, tuple):
        raise _ShapeError(f"the file does not hold an object; {_SHAPE}", ())
    members: dict[str, Any] = {}
    for key, member in value:
        if key not in _MEMBERS:
            shown = key if len(key) <= 40 else key[:40] + "..."
            raise _ShapeError(f"unknown member {shown!r}; {_SHAPE}", ())
        if key in members:
            raise _ShapeError("the member is given twice; remove one", (key,), occurrence=1)
        members[key] = member
    for key in _MEMBERS if responses else _MEMBERS[:1]:
        if key not in members:
            raise _ShapeError(f"the member {key!r} is missing; {_SHAPE}", ())
    inputs = _rows(members["inputs"], "inputs")
    if not responses:
        return Dataset(inputs, ((Fraction(0),),) * len(inputs))
    outputs = _rows(members["outputs"], "outputs")
    if len(inputs) != len(outputs):
        raise _ShapeError(
            f"there are {len(inputs)} inputs but {len(outputs)} outputs; give one each per point",
            ("outputs",),
        )
    return Dataset(inputs, outputs)


def _rows(value: Any, key: str) -> tuple[tuple[Fraction, ...], ...]:
    if not isinstance(value, list):
        raise _ShapeError("a list with one entry per point is needed", (key,))
    if not value:
        raise _ShapeError("the list is empty; at least one point is needed", (key,))
    nested = isinstance(value[0], list)
    size = len(value[0]) if nested else 1
    if size == 0:
        raise _ShapeError("the list is empty; at least one number is needed", (key, 0))
    rows: list[tuple[Fraction, ...]] = []
    for i, entry in enumerate(value):
        if not nested:
            rows.append((_number(entry, (key, i)),))
            continue
        if not isinstance(entry, list):
            raise _ShapeError("a list of numbers is needed, as for the first point", (key, i))
        if len(entry) != size:
            raise _ShapeError(
                f"the point has {len(entry)} numbers but the first one has {size}", (key, i)
            )
        rows.append(tuple(_number(item, (key, i, k)) for k, item in enumerate(entry)))
    return tuple(rows)


def _number(value: Any, path: _Path) -> Fraction:
    if not isinstance(value, str):
        kind = {list: "a list", tuple: "an object", bool: "true or false"}.get(type(value), "null")
        raise _ShapeError(f"{kind} stands where a number is needed", path)
    try:
        return parse_rational(value)
    except InputError as error:
        raise _ShapeError(error.message, path) from None


def _spell(path: _Path) -> str:
    return "".join(part if isinstance(part, str) else f"[{part}]" for part in path)


def _occurrences(text: str, path: _Path) -> Iterator[int]:
    """Lines on which a value with this path begins; the text is valid JSON."""
    here: list[str | int | None] = []  # path of the next value; None while its key is awaited
    line = 1
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token == "\n":
            line += 1
        elif token in "]}":
            here.pop()
        elif token == ",":
            here[-1] = here[-1] + 1 if isinstance(here[-1], int) else None
        elif token == ":":
            continue
        elif here and here[-1] is None and token not in "[{":
            here[-1] = json.loads(token)
        else:
            if tuple(here) == path:
                yield line
            if token in "[{":
                here.append(0 if token == "[" else None)
