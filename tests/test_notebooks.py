"""The notebooks run, and print what is stored in them."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def runner() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run_notebooks", ROOT / "notebooks" / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_prints_what_it_shows(path: Path, runner: ModuleType) -> None:
    import nbformat

    stored = nbformat.read(path, as_version=4)
    nbformat.validate(stored)
    shown = runner.printed(stored)
    assert any(shown), "the notebook is stored without outputs"
    # Pictures differ with the versions of matplotlib and fonts; texts must not.
    assert runner.printed(runner.executed(path)) == shown


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_stored_notebook_tells_nothing_of_the_machine(path: Path) -> None:
    text = path.read_text("utf-8")
    assert str(ROOT) not in text
    assert '"execution"' not in text
    assert '"name": "stderr"' not in text
