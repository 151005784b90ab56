"""The whole registry: complete statements, links that lead somewhere, no theorem falsified.

The slow test tries every theorem with the profile ci and refutes every mutant.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from symerm.reports.theorems import format_theorem
from symerm.theorems import all_theorems, try_theorem
from symerm.theorems.regression import Options, regress
from symerm.theorems.works import DERIVED, WORKS

ROOT = Path(__file__).resolve().parents[2]
THEOREMS = all_theorems()


def ids(theorem) -> str:
    return theorem.id


def test_ids_are_unique_and_every_work_is_there():
    assert max(Counter(theorem.id for theorem in THEOREMS).values()) == 1
    assert {theorem.source.work for theorem in THEOREMS} == set(WORKS)


def test_no_theorem_that_is_written_is_left_out():
    """Every call of Theorem(..) in the package stands in the registry."""
    written = []
    for module in (ROOT / "symerm" / "theorems").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Theorem":
                written += [
                    word.value.value for word in node.keywords
                    if word.arg == "id" and isinstance(word.value, ast.Constant)
                ]
    assert set(written) <= {theorem.id for theorem in THEOREMS}
    assert len(written) == len(set(written))


@pytest.mark.parametrize("theorem", THEOREMS, ids=ids)
def test_statements_are_complete(theorem):
    assert theorem.title
    assert theorem.statement
    assert theorem.latex
    assert len(theorem.mutants) >= 2
    assert theorem.tests
    for path in (*theorem.proofs, *theorem.tests):
        assert (ROOT / path).is_file(), path
    assert all(path.startswith("proofs/") for path in theorem.proofs)
    if theorem.status.kind.startswith("proved"):
        assert theorem.proofs
        assert theorem.status.note
    if theorem.source.work is DERIVED:
        assert theorem.status.kind != "literature"


@pytest.mark.parametrize("theorem", THEOREMS, ids=ids)
def test_theorems_hold_on_a_few_instances(theorem):
    trial = try_theorem(theorem, examples=max(1, 5 // theorem.expense), seed=1)
    assert not trial.falsified, (trial.evidence, trial.instance)
    assert not trial.vacuous
    assert trial.evidence


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_statements_compile(tmp_path):
    body = "\n\n".join(format_theorem(theorem, style="latex") for theorem in THEOREMS)
    (tmp_path / "all.tex").write_text(
        "\\documentclass{article}\n\\usepackage{amsmath,amssymb}\n\\begin{document}\n"
        f"{body}\n\\end{{document}}\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"],
        cwd=tmp_path, capture_output=True, text=True, errors="replace",
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert not re.search(r"Missing character", (tmp_path / "all.log").read_text(errors="replace"))


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_regression_of_all_theorems_with_all_mutants():
    records = regress([t.id for t in THEOREMS], Options("ci", mutants=True), workers=2)
    assert [record.id for record in records if record.result != "holds"] == []
    assert [(record.id, record.survivors) for record in records if record.survivors] == []
