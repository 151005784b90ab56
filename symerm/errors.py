"""The error tree of the project.

Every error a user can provoke is a :class:`SymermError` with a message of one line that says
what is wrong, where, and what to do.  A verdict is never an error: "not attained" and
"undecided" are results.
"""

from __future__ import annotations

__all__ = [
    "BudgetExceeded",
    "CertificateError",
    "InputError",
    "SymermError",
    "UnsupportedError",
]


class SymermError(Exception):
    """Base class of all errors raised on purpose by symerm."""


class InputError(SymermError, ValueError):
    """The input is not what the command or function expects.

    Parameters
    ----------
    message : str
        What is wrong and what to do about it, without the place.
    file : str, optional
        The file as the user named it.
    row : int, optional
        Row in the file, counted from 1 as an editor shows it.
    column : str or int, optional
        Column name, or its number counted from 1.

    Examples
    --------
    >>> str(InputError("'abc' is not a number", file="d.csv", row=3, column="y"))
    "d.csv, row 3, column y: 'abc' is not a number"
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        row: int | None = None,
        column: str | int | None = None,
    ) -> None:
        self.message = message
        self.file = file
        self.row = row
        self.column = column
        place = [part for part in (
            file,
            None if row is None else f"row {row}",
            None if column is None else f"column {column}",
        ) if part]
        text = f"{', '.join(place)}: {message}" if place else message
        super().__init__(" ".join(text.split()))

    def located(
        self, *, file: str | None = None, row: int | None = None, column: str | int | None = None
    ) -> InputError:
        """The same error with the places that were not known when it was raised."""
        return InputError(
            self.message,
            file=self.file if self.file is not None else file,
            row=self.row if self.row is not None else row,
            column=self.column if self.column is not None else column,
        )


class UnsupportedError(SymermError, NotImplementedError):
    """The request is well formed but outside what the method covers."""


class BudgetExceeded(SymermError):
    """A stated limit on time or size was reached before the work was done."""


class CertificateError(SymermError):
    """A certificate could not be built or failed its own check."""
