"""Reading datasets from files, exactly as written.

A dataset file is CSV with a header or JSON (`symerm.problem.tabular`, `symerm.problem.jsontext`),
in UTF-8, of at most `MAX_FILE_SIZE` bytes; no more than that is ever read.  The name
``dataset:NAME`` stands for a bundled dataset (`symerm.problem.catalogue`).  Whatever is wrong
with a file is an `InputError` that names the file and, where there is one, the row and column.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Sequence
from fractions import Fraction

from symerm.errors import InputError
from symerm.problem.catalogue import catalogue, load_dataset
from symerm.problem.dataset import Dataset
from symerm.problem.jsontext import parse_json
from symerm.problem.tabular import parse_csv

__all__ = ["BUNDLED_PREFIX", "MAX_FILE_SIZE", "open_dataset", "open_inputs", "read_dataset"]

#: Largest dataset file that is read, in bytes (16 MiB).
MAX_FILE_SIZE = 2**24
#: What a bundled dataset's name starts with where a file is expected.
BUNDLED_PREFIX = "dataset:"

Columns = str | Sequence[str] | None


def open_dataset(
    source: str | os.PathLike[str], inputs: Columns = None, outputs: Columns = None
) -> Dataset:
    """The dataset of a file, or the bundled dataset that ``dataset:NAME`` names.

    Parameters
    ----------
    source : str or path
        A path, or ``dataset:NAME``.
    inputs, outputs : str or sequence of str, optional
        The columns to use; a string is a list separated by commas.  By default the last column
        of a file is the output and all others are inputs; a bundled dataset has its own default.

    Raises
    ------
    InputError
        See `read_dataset` and `symerm.problem.catalogue.load_dataset`.

    Examples
    --------
    >>> open_dataset("dataset:cars").size
    50
    >>> open_dataset("dataset:linnerud", "chins,jumps", "pulse").input_names
    ('chins', 'jumps')
    """
    if isinstance(source, str) and source.startswith(BUNDLED_PREFIX):
        return load_dataset(
            source.removeprefix(BUNDLED_PREFIX),
            inputs=_names(inputs, "inputs"),
            outputs=_names(outputs, "outputs"),
        )
    return read_dataset(source, inputs=inputs, outputs=outputs)


def open_inputs(
    source: str | os.PathLike[str], inputs: Columns = None, outputs: Columns = None
) -> Dataset:
    """The inputs of a file or bundled dataset; responses are not needed and become zero.

    A JSON file may have no member ``outputs``.  In a CSV file the columns named as inputs may be
    all there are; if none are named the last column is left out as the response, unless it is
    the only one.

    Parameters
    ----------
    source, inputs, outputs
        As for `open_dataset`.

    Raises
    ------
    InputError
        As `open_dataset`.

    Examples
    --------
    >>> open_inputs("dataset:cars").outputs[0]
    (Fraction(0, 1),)
    """
    if isinstance(source, str) and source.startswith(BUNDLED_PREFIX):
        data = open_dataset(source, inputs, outputs)
        return Dataset(data.inputs, ((Fraction(0),),) * data.size, data.input_names)
    return _read(source, inputs, outputs, responses=False)


def read_dataset(
    path: str | os.PathLike[str], *, inputs: Columns = None, outputs: Columns = None
) -> Dataset:
    """Read a dataset from a CSV or JSON file.

    The file is JSON if its name ends in ``.json`` or its text starts with a brace or bracket.

    Parameters
    ----------
    path : str or path
    inputs, outputs : str or sequence of str, optional
        The CSV columns to use; a string is a list separated by commas.  By default the last
        column is the output and all others are inputs.

    Raises
    ------
    InputError
        If the file cannot be read, is too large, is not UTF-8 text, or is not a table of
        rational numbers.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "points.csv")
    ...     _ = path.write_text("x,y\\n0,0.1\\n1,2/3\\n")
    ...     read_dataset(path).outputs
    ((Fraction(1, 10),), (Fraction(2, 3),))
    """
    return _read(path, inputs, outputs, responses=True)


def _read(
    path: str | os.PathLike[str], inputs: Columns, outputs: Columns, *, responses: bool
) -> Dataset:
    file = os.fspath(path)
    chosen_inputs, chosen_outputs = _names(inputs, "inputs"), _names(outputs, "outputs")
    text = _decode(_read_bytes(file), file)
    if file.lower().endswith(".json") or text.lstrip()[:1] in ("{", "["):
        if chosen_inputs is not None or chosen_outputs is not None:
            raise InputError(
                "inputs and outputs choose columns of CSV files; a JSON file names them itself",
                file=file,
            )
        if not text or text.isspace():
            raise InputError("the file is empty; a JSON object is needed", file=file)
        return parse_json(text, file=file, responses=responses)
    return parse_csv(
        text, file=file, inputs=chosen_inputs, outputs=chosen_outputs, responses=responses
    )


def _names(columns: Columns, what: str) -> list[str] | None:
    if columns is None:
        return None
    names = [name.strip() for name in (columns.split(",") if isinstance(columns, str) else columns)]
    if not all(names) or not names:
        raise InputError(f"the list of {what} has an empty name; write it like a,b")
    return names


def _read_bytes(file: str) -> bytes:
    try:
        with open(file, "rb") as stream:
            data = stream.read(MAX_FILE_SIZE + 1)
    except IsADirectoryError:
        raise InputError("this is a folder; a CSV or JSON file is needed", file=file) from None
    except FileNotFoundError:
        bundled = {info.name for info in catalogue()}
        hint = f"; the bundled dataset is {BUNDLED_PREFIX}{file}" if file in bundled else ""
        raise InputError(f"there is no such file{hint}", file=file) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"the file cannot be read: {reason}", file=file) from None
    if len(data) > MAX_FILE_SIZE:
        raise InputError(
            f"the file has more than {MAX_FILE_SIZE // 2**20} MiB, the most that is read",
            file=file,
        )
    return data


def _decode(data: bytes, file: str) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError("this is UTF-16 text; save the file as UTF-8", file=file)
    if data.startswith(b"PK\x03\x04"):
        raise InputError("this is a spreadsheet or archive; export it as CSV", file=file)
    data = data.removeprefix(codecs.BOM_UTF8)
    nul = data.find(b"\0")
    if nul >= 0:
        row, column = _place(data, nul)
        raise InputError("NUL byte; this is not a text file", file=file, row=row, column=column)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        row, column = _place(data, error.start)
        raise InputError(
            f"byte 0x{data[error.start]:02x} is not UTF-8 text; save the file as UTF-8",
            file=file,
            row=row,
            column=column,
        ) from None


def _place(data: bytes, position: int) -> tuple[int, int]:
    """Row and column, both counted from 1, of a byte that has no place in a parsed table."""
    before = data[:position]
    breaks = [match.end() for match in re.finditer(rb"\r\n?|\n", before)]
    start = breaks[-1] if breaks else 0
    return len(breaks) + 1, before.count(b",", start) + 1
