"""The bundled datasets: real measurements with source and licence, and worked examples.

The tables lie in ``symerm/problem/bundled`` as CSV files, described by ``catalogue.json`` there.
The worked examples are problems without a best network; their descriptions name the architecture
and what is known about the infimum.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from symerm.errors import InputError
from symerm.problem.dataset import Dataset
from symerm.problem.tabular import parse_csv

__all__ = ["DatasetInfo", "catalogue", "dataset_info", "load_dataset"]


@dataclass(frozen=True)
class DatasetInfo:
    """What is known about a bundled dataset.

    Attributes
    ----------
    name : str
        The name to use in ``dataset:NAME``.
    title, description : str
        One line, and what the columns mean with their units.
    source : str
        Where the numbers were first published.
    licence : str
    size : int
        Number of points n.
    inputs, outputs : tuple of str
        The columns used by default; together they are all columns.
    """

    name: str
    title: str
    description: str
    source: str
    licence: str
    size: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All column names, inputs first."""
        return self.inputs + self.outputs

    @property
    def input_dimension(self) -> int:
        """Default dimension p of the inputs."""
        return len(self.inputs)

    @property
    def output_dimension(self) -> int:
        """Default dimension q of the responses."""
        return len(self.outputs)


@cache
def catalogue() -> tuple[DatasetInfo, ...]:
    """All bundled datasets, in the order in which they are listed.

    Examples
    --------
    >>> [info.name for info in catalogue()][:3]
    ['nile', 'cars', 'faithful']
    """
    entries = json.loads(_bundled_text("catalogue.json"))
    return tuple(
        DatasetInfo(
            **entry | {"inputs": tuple(entry["inputs"]), "outputs": tuple(entry["outputs"])}
        )
        for entry in entries
    )


def dataset_info(name: str) -> DatasetInfo:
    """What is known about one bundled dataset.

    Raises
    ------
    InputError
        If there is no bundled dataset of this name.

    Examples
    --------
    >>> dataset_info("nile").size
    100
    """
    for info in catalogue():
        if info.name == name:
            return info
    import difflib  # only needed here, and slow to import

    names = [info.name for info in catalogue()]
    close = difflib.get_close_matches(name.lower()[:100], names, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(names)}"
    shown = name if len(name) <= 40 else f"{name[:40]}..."
    raise InputError(f"there is no bundled dataset {shown!r}; {hint}")


def load_dataset(
    name: str, *, inputs: Sequence[str] | None = None, outputs: Sequence[str] | None = None
) -> Dataset:
    """A bundled dataset, by its name.

    Parameters
    ----------
    name : str
        One of the names in `catalogue`.
    inputs, outputs : sequences of str, optional
        The columns to use.  A role that is not given keeps the dataset's own default columns,
        except those that are used in the other role.

    Raises
    ------
    InputError
        If there is no such dataset or column.

    Examples
    --------
    >>> data = load_dataset("linnerud", outputs=["pulse"])
    >>> data.input_names, data.output_names
    (('chins', 'situps', 'jumps'), ('pulse',))
    """
    info = dataset_info(name)
    # Where nothing is left of the default, None leaves the choice to the rule for files.
    chosen_inputs = inputs or [c for c in info.inputs if c not in (outputs or ())] or None
    chosen_outputs = outputs or [c for c in info.outputs if c not in (inputs or ())] or None
    return parse_csv(
        _bundled_text(f"{name}.csv"),
        file=f"dataset:{name}",
        inputs=chosen_inputs,
        outputs=chosen_outputs,
    )


def _bundled_text(file: str) -> str:
    from importlib import resources  # slow to import, so that only loading data pays for it

    return resources.files("symerm.problem").joinpath("bundled", file).read_text("utf-8")
