"""The notebooks run, and print what is stored in them."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def runner() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run_notebooks", FOLDER / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_notebook_is_on_the_list() -> None:
    text = (FOLDER / "README.md").read_text("utf-8")
    assert sorted(re.findall(r"\((\w+\.ipynb)\)", text)) == [path.name for path in NOTEBOOKS]


@each_notebook
def test_a_notebook_prints_what_it_shows(path: Path, runner: ModuleType) -> None:
    stored = nbformat.read(path, as_version=4)
    nbformat.validate(stored)
    shown = runner.printed(stored)
    assert any(shown), "the notebook is stored without outputs"
    # Pictures differ with the versions of matplotlib and fonts; texts must not.
    fresh = runner.printed(runner.executed(path))
    for number, (cell, before) in enumerate(zip(fresh, shown, strict=True), start=1):
        assert cell == before, f"cell {number} of code"


@each_notebook
def test_a_stored_notebook_tells_nothing_of_the_machine(path: Path) -> None:
    text = path.read_text("utf-8")
    assert str(ROOT) not in text
    assert '"execution"' not in text
    assert '"name": "stderr"' not in text


@each_notebook
def test_a_notebook_is_a_short_tour(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert 10 <= len(cells) <= 20
    assert cells[0].source.startswith("# ")
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in outputs)


@each_notebook
def test_links_of_a_notebook_lead_somewhere(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)#]+)\)", cell.source):
                assert (FOLDER / target).exists(), target


def test_a_changed_output_is_seen(runner: ModuleType) -> None:
    notebook = nbformat.read(NOTEBOOKS[0], as_version=4)
    before = runner.printed(notebook)
    changed = next(cell for cell in notebook.cells if cell.get("outputs"))
    data = changed.outputs[0].data
    data["text/plain"] = data["text/plain"].replace("1", "2", 1)
    assert runner.printed(notebook) != before
