"""Datasets with exact rational entries.

A dataset is n inputs in Q^p with n responses in Q^q.  Repeated inputs are legal; for squared
loss a group of equal inputs acts as its mean response with the group size as weight, and the
scatter within the groups is a constant that no network changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symerm.arithmetic.rationals import as_rational
from symerm.display import RichDisplay, Table, listing, point_text
from symerm.errors import InputError

__all__ = ["Dataset", "WeightedData"]

Row = tuple[Fraction, ...]


@dataclass(frozen=True)
class WeightedData:
    """Distinct inputs with mean responses: what the squared loss depends on.

    Attributes
    ----------
    inputs : tuple of n' distinct rows in Q^p, sorted lexicographically
    outputs : tuple of n' mean responses in Q^q
    weights : tuple of n' group sizes
    scatter : Fraction
        Sum of squared deviations of the responses from their group means.
    groups : tuple of tuples of int
        For each distinct input the positions of its copies in the dataset.
    """

    inputs: tuple[Row, ...]
    outputs: tuple[Row, ...]
    weights: tuple[int, ...]
    scatter: Fraction
    groups: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Dataset(RichDisplay):
    """n inputs in Q^p and n responses in Q^q, exact.

    Attributes
    ----------
    inputs : tuple of n rows of p Fractions
    outputs : tuple of n rows of q Fractions
    input_names, output_names : tuple of str
        Column names for reports.
    """

    inputs: tuple[Row, ...]
    outputs: tuple[Row, ...]
    input_names: tuple[str, ...] = ()
    output_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.inputs:
            raise InputError("the dataset has no rows; at least one point is needed")
        if len(self.inputs) != len(self.outputs):
            raise InputError(
                f"{len(self.inputs)} inputs but {len(self.outputs)} outputs; give one each per row"
            )
        for what, rows in (("inputs", self.inputs), ("outputs", self.outputs)):
            size = len(rows[0])
            if size == 0:
                raise InputError(f"the {what} have no columns; at least one is needed")
            for number, row in enumerate(rows, start=1):
                if len(row) != size:
                    raise InputError(
                        f"{what} have {len(row)} entries here but {size} in the first row",
                        row=number,
                    )
        if not self.input_names:
            object.__setattr__(self, "input_names", _default_names("x", self.input_dimension))
        if not self.output_names:
            object.__setattr__(self, "output_names", _default_names("y", self.output_dimension))

    @classmethod
    def from_rows(
        cls,
        inputs: Iterable[Any],
        outputs: Iterable[Any],
        *,
        input_names: Sequence[str] = (),
        output_names: Sequence[str] = (),
        exact_floats: bool = False,
    ) -> Dataset:
        """Build a dataset from nested sequences or NumPy arrays.

        One-dimensional input stands for a single column.  A float denotes its shortest decimal
        unless `exact_floats` is set (see `symerm.arithmetic.rationals.as_rational`).

        Examples
        --------
        >>> data = Dataset.from_rows([0, 0.1, "1/3"], [[1, 2], [3, 4], [5, 6]])
        >>> data.inputs
        ((Fraction(0, 1),), (Fraction(1, 10),), (Fraction(1, 3),))
        """
        return cls(
            _rows(inputs, "inputs", exact_floats),
            _rows(outputs, "outputs", exact_floats),
            tuple(input_names),
            tuple(output_names),
        )

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        inputs: Sequence[str] | None = None,
        outputs: Sequence[str] | None = None,
        exact_floats: bool = False,
    ) -> Dataset:
        """Build a dataset from a pandas data frame; by default the last column is the output.

        Raises
        ------
        InputError
            If a named column is missing or an entry is not a finite number.
        """
        names = [str(name) for name in frame.columns]
        chosen_in, chosen_out = choose_columns(names, inputs, outputs)

        def rows(chosen: Sequence[str]) -> tuple[Row, ...]:
            columns = [frame.iloc[:, names.index(name)].tolist() for name in chosen]
            return tuple(
                tuple(
                    _convert(value, exact_floats, row=number, column=name)
                    for name, value in zip(chosen, values, strict=True)
                )
                for number, values in enumerate(zip(*columns, strict=True), start=1)
            )

        return cls(rows(chosen_in), rows(chosen_out), tuple(chosen_in), tuple(chosen_out))

    @property
    def size(self) -> int:
        """Number of points n, repeated ones counted."""
        return len(self.inputs)

    @property
    def input_dimension(self) -> int:
        """Dimension p of the inputs."""
        return len(self.inputs[0])

    @property
    def output_dimension(self) -> int:
        """Dimension q of the responses."""
        return len(self.outputs[0])

    def _display(self) -> Table:
        """The first points, for notebooks."""
        return listing(
            [*self.input_names, *self.output_names],
            range(self.size),
            lambda i: [point_text([x]) for x in (*self.inputs[i], *self.outputs[i])],
            caption=self.summary,
        )

    @property
    def summary(self) -> str:
        """Size and names in words."""
        points = "1 point" if self.size == 1 else f"{self.size} points"
        return (
            f"{points}, inputs {', '.join(self.input_names)}, "
            f"outputs {', '.join(self.output_names)}"
        )

    def collapsed(self) -> WeightedData:
        """Distinct inputs with mean responses, weights and the constant scatter.

        Examples
        --------
        >>> data = Dataset.from_rows([0, 0, 1], [1, 3, 5]).collapsed()
        >>> data.outputs, data.weights, data.scatter
        (((Fraction(2, 1),), (Fraction(5, 1),)), (2, 1), Fraction(2, 1))
        """
        groups: dict[Row, list[int]] = {}
        for position, row in enumerate(self.inputs):
            groups.setdefault(row, []).append(position)
        keys = sorted(groups)
        means, scatter = [], Fraction(0)
        for key in keys:
            members = [self.outputs[position] for position in groups[key]]
            mean = tuple(
                sum(column, Fraction(0)) / len(members) for column in zip(*members, strict=True)
            )
            means.append(mean)
            if len(members) > 1:
                scatter += sum(
                    (value - centre) ** 2
                    for member in members
                    for value, centre in zip(member, mean, strict=True)
                )
        return WeightedData(
            inputs=tuple(keys),
            outputs=tuple(means),
            weights=tuple(len(groups[key]) for key in keys),
            scatter=Fraction(scatter),
            groups=tuple(tuple(groups[key]) for key in keys),
        )


def choose_columns(
    names: Sequence[str], inputs: Sequence[str] | None, outputs: Sequence[str] | None
) -> tuple[list[str], list[str]]:
    """The input and output columns; by default the last is the output, all others inputs.

    Raises
    ------
    InputError
        If a name is missing, ambiguous, used twice, or no column is left.
    """
    repeated = sorted({name for name in names if list(names).count(name) > 1})
    if repeated:
        raise InputError(f"the column name {repeated[0]!r} appears more than once in the header")
    for name in [*(inputs or ()), *(outputs or ())]:
        if name not in names:
            raise InputError(f"there is no column {name!r}; the columns are {', '.join(names)}")
    if outputs is None:
        rest = [name for name in names if name not in (inputs or ())]
        if not rest:
            raise InputError("no column is left for the output; name fewer inputs")
        outputs = [rest[-1]]
    if inputs is None:
        inputs = [name for name in names if name not in outputs]
    if not inputs:
        raise InputError("no column is left for the inputs; at least two columns are needed")
    twice = sorted(set(inputs) & set(outputs))
    if twice:
        raise InputError(f"the column {twice[0]!r} is named both as input and as output")
    for chosen in (inputs, outputs):
        if len(set(chosen)) != len(chosen):
            raise InputError("a column is named twice")
    return list(inputs), list(outputs)


def _default_names(letter: str, count: int) -> tuple[str, ...]:
    return (letter,) if count == 1 else tuple(f"{letter}{k}" for k in range(1, count + 1))


def _convert(
    value: object, exact_floats: bool, *, row: int, column: str | int | None = None
) -> Fraction:
    try:
        return as_rational(value, exact_floats=exact_floats)
    except InputError as error:
        raise error.located(row=row, column=column) from None


def _rows(values: Iterable[Any], what: str, exact_floats: bool) -> tuple[Row, ...]:
    rows = []
    for number, entry in enumerate(values, start=1):
        if isinstance(entry, str) or not hasattr(entry, "__iter__"):
            entry = (entry,)
        rows.append(
            tuple(
                _convert(value, exact_floats, row=number, column=f"{what}[{k}]")
                for k, value in enumerate(entry)
            )
        )
    return tuple(rows)
