"""Run the notebooks and store what they print, without times and versions.

    .venv/bin/python notebooks/run.py
    .venv/bin/python notebooks/run.py notebooks/escape.ipynb

runs all notebooks of this folder, or those that are named, in place; it needs the extra
``notebooks`` or ``test``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

__all__ = ["FOLDER", "executed", "printed"]

FOLDER = Path(__file__).resolve().parent


def executed(path: Path) -> Any:
    """The notebook of a file with fresh outputs; raises if a cell fails."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", record_timing=False,
        resources={"metadata": {"path": str(FOLDER)}},
    )
    client.execute()
    # What differs between machines and runs has no place in a stored notebook.
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    )
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
    return notebook


def _joined(outputs: list[Any]) -> list[Any]:
    """The outputs of a cell, with what it prints in one piece: where it is cut is chance."""
    found: list[Any] = []
    for output in outputs:
        before = found[-1] if found else None
        if (
            before is not None
            and output.output_type == before.output_type == "stream"
            and output.name == before.name
        ):
            before.text += output.text
        else:
            found.append(output)
    return found


def printed(notebook: Any) -> list[str]:
    """The text outputs of all cells, one entry per cell of code; pictures are left out."""
    return [
        "".join(
            output["text"]
            if output["output_type"] == "stream"
            else "".join(text for form, text in sorted(output["data"].items()) if "text/" in form)
            for output in cell["outputs"]
        )
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]


if __name__ == "__main__":
    for file in map(Path, sys.argv[1:] or sorted(FOLDER.glob("*.ipynb"))):
        nbformat.write(executed(file), file)
        print(f"{file.name}: done")
