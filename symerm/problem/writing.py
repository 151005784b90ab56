"""Writing datasets as CSV, exactly.

A rational number with a finite decimal expansion is written as a decimal, any other as ``p/q``,
so that reading gives back the same dataset; what would not be read back is refused.  A file
appears under its name only when it is complete (`symerm.files`).
"""

from __future__ import annotations

import os
from fractions import Fraction

from symerm.arithmetic.rationals import format_rational
from symerm.errors import InputError
from symerm.files import write_atomically
from symerm.problem.dataset import Dataset
from symerm.problem.tabular import parse_csv

__all__ = ["format_csv", "write_dataset"]

#: Decimals with more places than this are written with an exponent.
_MAX_PLACES = 20


def write_dataset(path: str | os.PathLike[str], dataset: Dataset) -> None:
    """Write a dataset as CSV, inputs first; an existing file is replaced in one step.

    Reading the file gives the same dataset; with several outputs name them when reading it.

    Raises
    ------
    InputError
        If the file cannot be written, its name ends in ``.json``, or the dataset has names or
        numbers that would not be read back.  The path is then as it was before.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> data = Dataset.from_rows([0, 0.25], [1, "1/3"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "points.csv")
    ...     write_dataset(path, data)
    ...     path.read_text()
    'x,y\\n0,1\\n0.25,1/3\\n'
    """
    file = os.fspath(path)
    if file.lower().endswith(".json"):
        raise InputError("datasets are written as CSV; choose a name ending in .csv", file=file)
    try:
        text = format_csv(dataset)
    except InputError as error:
        raise error.located(file=file) from None
    write_atomically(file, [text])


def format_csv(dataset: Dataset) -> str:
    """The CSV text of a dataset, inputs first, such that `parse_csv` gives the dataset back.

    Raises
    ------
    InputError
        If the dataset has names or numbers that would not be read back.

    Examples
    --------
    >>> format_csv(Dataset.from_rows([[1, 2]], ["0.001"], input_names=["a", "b,c"]))
    'a,"b,c",y\\n1,2,0.001\\n'
    """
    names = dataset.input_names + dataset.output_names
    for number, name in enumerate(names, start=1):
        # Outer spaces would be lost, and a bracket in front be taken for the start of JSON.
        if name != name.strip() or not name.isprintable() or (number == 1 and name[:1] in "{["):
            raise InputError(
                f"the column name {name!r} would not be read back; rename it", column=number
            )
    lines = [",".join(map(_quote, names))]
    for row, (point, response) in enumerate(
        zip(dataset.inputs, dataset.outputs, strict=True), start=2
    ):
        try:
            lines.append(",".join(_numeral(value) for value in point + response))
        except ValueError:  # Python refuses to print integers of thousands of digits
            raise InputError("a number is too long to be read back", row=row) from None
    text = "\n".join(lines) + "\n"
    try:
        again = parse_csv(text, inputs=dataset.input_names, outputs=dataset.output_names)
    except InputError as error:
        raise InputError(
            f"the dataset would not be read back: {error.message}",
            row=error.row,
            column=error.column,
        ) from None
    if again != dataset:
        raise InputError("the dataset would not be read back; give a name to each column")
    return text


def _quote(name: str) -> str:
    if "," in name or '"' in name:
        return '"' + name.replace('"', '""') + '"'
    return name


def _numeral(value: Fraction) -> str:
    """The shortest exact numeral of the kinds integer, decimal and p/q, in that order."""
    denominator = value.denominator
    twos = (denominator & -denominator).bit_length() - 1
    odd, fives = denominator >> twos, 0
    while odd % 5 == 0:
        odd, fives = odd // 5, fives + 1
    places = max(twos, fives)
    if places == 0 or odd != 1:
        return format_rational(value)
    scaled = abs(value.numerator) * 2 ** (places - twos) * 5 ** (places - fives)
    sign = "-" if value < 0 else ""
    if places > _MAX_PLACES:
        return f"{sign}{scaled}e-{places}"
    digits = str(scaled).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}"
