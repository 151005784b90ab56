"""Datasets as comma-separated text: a header that names the columns, then one point per line.

The format is the usual one (RFC 4180: commas, optional double quotes, a doubled quote inside
quotes) with one restriction: a cell does not contain a line break, so that every cell has one
line and one column and every error can name both.  Blank lines are skipped.  Numerals denote
rationals exactly as written; only the columns that are used need to hold numbers.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from symerm.arithmetic.rationals import parse_rational
from symerm.errors import InputError
from symerm.problem.dataset import Dataset, choose_columns

__all__ = ["MAX_CELLS", "MAX_COLUMNS", "MAX_NAME_LENGTH", "parse_csv"]

#: Largest number of cells that is read.
MAX_CELLS = 1_000_000
#: Largest number of columns that is read.
MAX_COLUMNS = 1000
#: Longest column name that is read, in characters.
MAX_NAME_LENGTH = 200

# Possessive, so that a long run of quotes costs neither time nor memory to give up on.
_QUOTED = re.compile(r'\s*+"([^"]*+(?:""[^"]*+)*+)"\s*+(,|\Z)')
_PLAIN = re.compile(r'([^,"]*)(,|\Z)')
_FOREIGN_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars", " ": "spaces"}


def parse_csv(
    text: str,
    *,
    file: str | None = None,
    inputs: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    responses: bool = True,
) -> Dataset:
    """The dataset that a CSV text denotes.

    Parameters
    ----------
    text : str
        A header line and at least one line of data.
    file : str, optional
        The name that errors give.
    inputs, outputs : sequences of str, optional
        The columns to use; by default the last column is the output, all others are inputs.
    responses : bool
        If False only the inputs are read, the responses are zero, and there may be no output
        column: all columns may be named as inputs, and a single column is the input.

    Raises
    ------
    InputError
        If the text is not such a table, naming the line and the column.

    Examples
    --------
    >>> parse_csv("x,y\\n0,0.5\\n1,1/3\\n").outputs
    ((Fraction(1, 2),), (Fraction(1, 3),))
    """
    try:
        return _parse(text, inputs, outputs, responses)
    except InputError as error:
        raise error.located(file=file) from None


def _parse(
    text: str, inputs: Sequence[str] | None, outputs: Sequence[str] | None, responses: bool
) -> Dataset:
    # Counted before anything is built, so that memory stays bounded by the text itself.
    if text.count(",") + max(text.count("\n"), text.count("\r")) > MAX_CELLS:
        raise InputError(f"the file has more than {MAX_CELLS:,} cells; use fewer rows or columns")
    lines = _lines(text)
    header_row, header = next(lines, (1, ""))
    if not header:
        raise InputError("the file is empty; a header and at least one row of numbers are needed")
    names = _header(header, header_row, fewest=2 if responses else 1)
    if not responses and outputs is None and (len(names) == 1 or inputs is not None):
        chosen_inputs = _choose_inputs(names, inputs, header_row)
        chosen_outputs: list[str] = []
    else:
        chosen_inputs, chosen_outputs = _choose(names, inputs, outputs, header_row)
    places_in = [(names.index(name), name) for name in chosen_inputs]
    places_out = [(names.index(name), name) for name in chosen_outputs] if responses else []
    rows_in, rows_out = [], []
    for row, line in lines:
        cells = _cells(line, row, names)
        if len(cells) != len(names):
            raise _ragged(cells, names, row, line)
        rows_in.append(_numbers(cells, places_in, row))
        rows_out.append(_numbers(cells, places_out, row) if responses else (Fraction(0),))
    if not rows_in:
        raise InputError(
            "there is no data below the header; at least one row of numbers is needed",
            row=header_row,
        )
    return Dataset(
        tuple(rows_in), tuple(rows_out), tuple(chosen_inputs),
        tuple(chosen_outputs) if responses else (),
    )


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers from 1 as an editor shows them."""
    # newline="" recognises \n, \r\n and \r, and unlike str.splitlines nothing else.
    for row, line in enumerate(io.StringIO(text, newline=""), start=1):
        line = line.rstrip("\r\n")
        if line and not line.isspace():
            yield row, line


def _cells(line: str, row: int, names: Sequence[str] = ()) -> list[str]:
    """The cells of one line, unquoted and without surrounding spaces."""
    if '"' not in line:
        return [cell.strip() for cell in line.split(",")]
    cells: list[str] = []
    position = 0
    while True:
        match = _QUOTED.match(line, position)
        cell = match[1].replace('""', '"') if match else ""
        if match is None:
            match = _PLAIN.match(line, position)
            if match is None:
                number = len(cells) + 1
                raise InputError(
                    "misplaced double quote; put quotes around the whole cell, close them on "
                    "the same line and double a quote inside",
                    row=row,
                    column=names[number - 1] if number <= len(names) else number,
                )
            cell = match[1]
        cells.append(cell.strip())
        if not match[2]:
            return cells
        position = match.end()


def _header(line: str, row: int, fewest: int) -> list[str]:
    if line.count(",") >= MAX_COLUMNS:
        raise InputError(f"the header names more than {MAX_COLUMNS} columns", row=row)
    names = _cells(line, row)
    if len(names) < fewest or (len(names) == 1 and _separator_hint(names[0])):
        raise InputError(
            "the header names a single column but inputs and outputs need at least two"
            + _separator_hint(names[0]),
            row=row,
            column=1,
        )
    for number, name in enumerate(names, start=1):
        if not name:
            raise InputError(
                "the column has no name; name it in the header or remove it",
                row=row,
                column=number,
            )
        if len(name) > MAX_NAME_LENGTH:
            raise InputError(
                f"the column name has {len(name)} characters; at most {MAX_NAME_LENGTH} are read",
                row=row,
                column=number,
            )
        if not name.isprintable():
            raise InputError(
                f"the column name {name!r} contains characters that cannot be printed",
                row=row,
                column=number,
            )
    if all(map(_is_numeral, names)):
        raise InputError(
            "the first line holds only numbers, so the header seems to be missing; "
            "add a line with the column names",
            row=row,
        )
    for number, name in enumerate(names):
        if name in names[:number]:
            raise InputError(
                f"the header names this column twice (columns {names.index(name) + 1} and "
                f"{number + 1}); give each its own name",
                row=row,
                column=name,
            )
    return names


def _choose(
    names: list[str], inputs: Sequence[str] | None, outputs: Sequence[str] | None, row: int
) -> tuple[list[str], list[str]]:
    for name in [*(inputs or ()), *(outputs or ())]:
        if name not in names:
            shown = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
            raise InputError(
                f"there is no such column; the header names {shown}", row=row, column=name
            )
    if outputs is not None and not outputs:
        raise InputError("no column is named as output; at least one is needed", row=row)
    try:
        return choose_columns(names, inputs, outputs)
    except InputError as error:
        raise error.located(row=row) from None


def _choose_inputs(names: list[str], inputs: Sequence[str] | None, row: int) -> list[str]:
    """The named inputs, or the only column."""
    chosen = list(names if inputs is None else inputs)
    for name in chosen:
        if name not in names:
            shown = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
            raise InputError(
                f"there is no such column; the header names {shown}", row=row, column=name
            )
    if not chosen or len(set(chosen)) != len(chosen):
        raise InputError("name at least one input column, and none twice", row=row)
    return chosen


def _numbers(cells: list[str], places: list[tuple[int, str]], row: int) -> tuple[Fraction, ...]:
    values = []
    for index, name in places:
        try:
            values.append(parse_rational(cells[index]))
        except InputError as error:
            raise error.located(row=row, column=name) from None
    return tuple(values)


def _ragged(cells: list[str], names: list[str], row: int, line: str) -> InputError:
    # The first cell that is missing, or the first that no header names.
    column = names[len(cells)] if len(cells) < len(names) else len(names) + 1
    hint = _separator_hint(line) if len(cells) == 1 else ""
    return InputError(
        f"the row has {len(cells)} cells but the header names {len(names)} columns{hint}",
        row=row,
        column=column,
    )


def _separator_hint(line: str) -> str:
    for character, plural in _FOREIGN_SEPARATORS.items():
        if character in line.strip():
            return f"; the cells look separated by {plural}, separate them by commas"
    return ""


def _is_numeral(text: str) -> bool:
    try:
        parse_rational(text)
    except InputError:
        return False
    return True
