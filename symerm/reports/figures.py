"""Figures in files: formats by the ending of a path, equal files for equal figures."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from symerm.errors import InputError
from symerm.files import write_atomically

__all__ = ["PANEL_STYLE", "PLOT_FORMATS", "plot_format", "write_figure"]

PLOT_FORMATS = ("png", "svg", "pdf")

#: Without dates, and with fixed identifiers, a file depends on what is drawn only.
_METADATA: dict[str, dict[str, None]] = {
    "png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}
}
_STYLE: dict[str, Any] = {
    "svg.hashsalt": "symerm", "axes.spines.top": False, "axes.spines.right": False
}
#: Settings of figures of several panels, each with a title and a legend.
PANEL_STYLE: dict[str, Any] = {"axes.titlesize": "medium", "legend.frameon": False}


def plot_format(path: str) -> str:
    """The format that the ending of a path names.

    Raises
    ------
    InputError
        If it is none of `PLOT_FORMATS`.

    Examples
    --------
    >>> plot_format("fits/nile.PNG")
    'png'
    """
    ending = os.path.splitext(path)[1].lower().removeprefix(".")
    if ending not in PLOT_FORMATS:
        endings = ", ".join(f".{name}" for name in PLOT_FORMATS)
        raise InputError(f"a plot needs a name that ends in one of {endings}", file=path)
    return ending


def write_figure(
    draw: Callable[[], Any], path: str, *, style: Mapping[str, Any] | None = None
) -> None:
    """Draw a matplotlib figure into a file of the format that its name ends with.

    Parameters
    ----------
    draw : function
        Returns the figure; called with the style in force.
    path : str
    style : mapping, optional
        Settings of matplotlib besides those that all figures share.

    Raises
    ------
    InputError
        If the name has another ending or the file cannot be written.
    """
    import matplotlib

    form = plot_format(path)
    picture = io.BytesIO()
    # A letter that the font lacks is drawn as a box, an interval may be shorter than the distance
    # of floats there: a warning would help nobody.
    settings: Any = {**_STYLE, **(style or {})}
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        draw().savefig(picture, format=form, dpi=150, metadata=_METADATA[form])
    write_atomically(path, picture.getvalue())
