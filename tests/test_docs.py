"""What the README and the documentation show is what the commands print.

A fenced block of the language ``console`` shows commands: lines after ``$`` are run in one folder
per page, the lines below are what they print; ``...`` stands for anything.
"""

import doctest
import re
import shlex
import shutil
from pathlib import Path

import pytest

from symerm.cli.main import main

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def sessions(page: Path) -> list[tuple[str, str]]:
    """The commands of a page with what they print."""
    blocks = re.findall(r"^```console\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
    steps = [step for block in blocks for step in re.split(r"^\$ ", block, flags=re.M)[1:]]
    return [(command, output) for command, _, output in (step.partition("\n") for step in steps)]


def execute(command: str) -> int:
    words = shlex.split(command, comments=True)
    if words[0] == "symerm":
        return main(words[1:])
    if words[0] == "cat":
        for name in words[1:]:
            print(Path(name).read_text("utf-8"), end="")
        return 0
    from symerm.certificates import checker

    assert words[:2] == ["python", "symerm/certificates/checker.py"], command
    return checker.main(words[2:])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_sessions_of_a_page_are_real(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for example in (ROOT / "docs").glob("examples/*"):
        shutil.copy(example, tmp_path)
    monkeypatch.chdir(tmp_path)
    compare = doctest.OutputChecker()
    for command, expected in sessions(page):
        execute(command)
        captured = capsys.readouterr()
        printed = captured.out + captured.err
        assert compare.check_output(
            expected, printed, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        ), f"{command}\n{printed}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_examples_of_a_page_are_real(page: Path) -> None:
    failed, _ = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_every_public_name_is_on_the_page_of_the_python_interface() -> None:
    import symerm

    text = (ROOT / "docs" / "api.md").read_text("utf-8")
    introduced = re.findall(r"\*\*`(\w+)", text)
    assert sorted(introduced) == symerm.__all__
