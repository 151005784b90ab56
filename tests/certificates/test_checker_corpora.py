"""The files of the corpora: each is accepted or refused, and for the reason it was made for."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import make_corpora
import pytest
from certificate_tools import CORPORA, Truth, parse, read, run

from symerm.certificates import checker

FILES = sorted(CORPORA.glob("*/*"))
REASONS = json.loads((CORPORA / "reasons.json").read_text("ascii"))
VALID = [path for path in FILES if path.parent.name == "valid"]


def label(path: Path) -> str:
    return f"{path.parent.name}/{path.name.partition('.')[0]}"


@pytest.mark.parametrize("path", FILES, ids=label)
def test_every_file_gets_its_answer(path: Path) -> None:
    line, code = run(path)
    answers = {"valid": ("VALID", 0), "invalid": ("INVALID", 1), "malformed": ("MALFORMED", 2)}
    assert (line.split(" ")[0], code) == answers[path.parent.name], line
    if path not in VALID:
        assert REASONS[label(path)], "say what the file is for"
        assert REASONS[label(path)] in line


@pytest.mark.parametrize("path", VALID, ids=label)
def test_valid_files_claim_the_truth(path: Path) -> None:
    parts = read(path)
    claim = parts.head["claim"]
    line, _ = run(path)
    assert line == f"VALID {claim['verdict']} {claim['lower']} {claim['upper']}"
    if len(parts.head["data"]["output_names"]) == 1:
        assert Truth().holds(parts.text())


def test_the_corpora_are_large_and_complete() -> None:
    count = {name: sum(path.parent.name == name for path in FILES)
             for name in ("valid", "invalid", "malformed")}
    assert count["valid"] >= 15
    assert count["invalid"] >= 20
    assert count["malformed"] >= 30
    assert {label(path) for path in FILES if path not in VALID} == set(REASONS)
    made = {f"invalid/{name}" for name in make_corpora.INVALID}
    made |= {f"malformed/{name}" for name in make_corpora.MALFORMED}
    bend = read(CORPORA / "valid" / "bend.json").text()
    made |= {f"malformed/{name}" for name in make_corpora.malformed_bytes(bend)}
    assert made == set(REASONS)
    assert {label(path)[6:] for path in VALID} == {*make_corpora.valid(), "forms", "packed"}


def test_every_kind_of_step_occurs() -> None:
    kinds = {step[0] for path in VALID for step in read(path).steps}
    assert {"s", "h", "d", "m"} <= kinds
    assert {"nonnegative", "one-output"} <= {read(path).head["method"] for path in VALID}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("valid/bend.json", 0),
        ("valid/packed.gz", 0),
        ("invalid/not-orthogonal.json", 1),
        ("malformed/gzip-damaged.gz", 2),
        ("malformed/no-such-file.json", 2),
    ],
)
def test_the_file_alone_is_enough(name: str, code: int, tmp_path: Path) -> None:
    # Neither the package nor anything installed can be found: -I and -S, and another folder.
    alone = shutil.copy(checker.__file__, tmp_path / "check_it.py")
    ran = subprocess.run(
        [sys.executable, "-I", "-S", alone, CORPORA / name],
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )
    assert ran.returncode == code
    assert ran.stderr == ""
    expected, _ = run(CORPORA / name)
    assert ran.stdout == expected + "\n"


def test_parts_are_put_together_as_they_were() -> None:
    for path in VALID:
        if path.suffix == ".json":
            assert parse(path.read_text("ascii")).text() == path.read_text("ascii")
