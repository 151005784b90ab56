"""The appendix: golden tables, counterexamples with their exact numbers, a document that compiles.

``python tests/reports/test_appendix.py`` writes the golden files anew.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from symerm.errors import InputError
from symerm.reports.appendix import COUNTEREXAMPLES, appendix, counterexample_latex, document
from symerm.theorems import all_theorems, find_theorem

FOLDER = Path(__file__).parent / "appendix"


def sections(width: int) -> dict[str, str]:
    """The sections by title, of an appendix with one statement."""
    text = appendix(width=width, theorems=[find_theorem("activation-lifting")])
    parts = re.split(r"\\section\{(.*)\}\n", text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


GOLDEN = {
    "strata.tex": "Boundary strata",
    "critical-points.tex": "Critical points for affine targets",
    "pathologies.tex": "Functions that converge while parameters do not",
}


@pytest.fixture(scope="module")
def width_one() -> dict[str, str]:
    return sections(1)


@pytest.mark.parametrize("name", GOLDEN)
def test_tables_are_as_they_were_read_through(name: str, width_one: dict[str, str]) -> None:
    assert width_one[GOLDEN[name]] == (FOLDER / name).read_text(encoding="utf-8")


def test_the_statements_stand_with_source_and_status(width_one: dict[str, str]) -> None:
    text = width_one["Statements and how far they are proved"]
    lifting = find_theorem("activation-lifting")
    assert lifting.latex in text
    assert r"\subsection{Derived here}" in text
    assert "; proved)}" in text
    assert "Safran" not in text  # no work without statements


def test_every_theorem_is_in_the_whole_appendix() -> None:
    text = appendix(width=1)
    for theorem in all_theorems():
        assert theorem.latex in text


@pytest.mark.parametrize("example", COUNTEREXAMPLES, ids=lambda example: example.dataset)
def test_counterexamples_are_not_attained(example) -> None:
    text = counterexample_latex(example)
    assert "it is not attained" in text
    assert r"\varepsilon" in text
    if example.dataset == "golden":
        assert "The infimum is 0;" in text
        assert r"L &= \varepsilon ^{2}" in text
    if example.dataset == "large-gap":
        assert "2592577/130952" in text


def test_too_wide_tables_are_refused() -> None:
    for width in (0, 7):
        with pytest.raises(InputError, match="1 to 6 neurons"):
            appendix(width=width)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_the_document_compiles(tmp_path: Path) -> None:
    (tmp_path / "appendix.tex").write_text(document(appendix(width=2)), encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "appendix.tex"],
        cwd=tmp_path, capture_output=True, text=True, errors="replace",
    )
    assert done.returncode == 0, done.stdout[-3000:]
    # What sticks out of the page by more than a few points would be seen in print.
    wide = [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", done.stdout)]
    assert max(wide, default=0) < 20, done.stdout[-3000:]


def test_the_command_writes_a_file_or_prints(run, tmp_path: Path) -> None:
    file = tmp_path / "sections.tex"
    code, out, err = run("appendix", "--fragment", "--width", 1, "--output", file)
    assert (code, out, err) == (0, "", "")
    text = file.read_text(encoding="utf-8")
    assert r"\documentclass" not in text
    code, out, _ = run("appendix", "--width", 1)
    assert code == 0
    assert out == document(text)


def test_bad_options_of_the_command(run, tmp_path: Path) -> None:
    for arguments in (("--width", "9"), ("--width", "x"), ("--output", tmp_path / "no" / "a.tex")):
        code, out, err = run("appendix", *arguments)
        assert (code, out) == (2, "")
        assert len(err.splitlines()) == 1


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file, title in GOLDEN.items():
        (FOLDER / file).write_text(sections(1)[title], encoding="utf-8")
