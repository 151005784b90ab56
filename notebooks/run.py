"""Run the notebooks and store what they print, without times and versions.

    .venv/bin/python notebooks/run.py

runs all notebooks of this folder in place; it needs the extra ``notebooks`` or ``test``.
"""

from __future__ import annotations

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
    return notebook


def printed(notebook: Any) -> list[str]:
    """The text outputs of all cells, one entry per cell of code."""
    return [
        "".join(
            output["text"] if output["output_type"] == "stream" else output["data"]["text/plain"]
            for output in cell["outputs"]
        )
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]


if __name__ == "__main__":
    for file in sorted(FOLDER.glob("*.ipynb")):
        nbformat.write(executed(file), file)
        print(f"{file.name}: done")
