"""The site: its navigation, the pages of the modules, and facts that its pages quote."""

import ast
import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS))

import site_pages  # noqa: E402


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    text = (DOCS / page).read_text("utf-8").partition(f"\n## {heading}\n")[2]
    table = re.search(r"(^\|.*\n)+", text, re.M)
    assert table, heading
    cells = [line.strip("|").split("|") for line in table[0].splitlines()]
    return [[cell.strip() for cell in row] for row in cells[2:]]


def test_lists_of_links_become_the_navigation() -> None:
    text = "# Top\n\n- [One](one.md): first\n- [Book](book.ipynb)\n\n## More\n\n- [Two](two.md)\n"
    made = site_pages.with_navigation(text, ["one.md", "two.md", "three.md"])
    trees = re.findall(r"```{toctree}\n(.*?)```", made, re.S)
    assert trees == [
        ":hidden:\n\nOne <one.md>\n",
        ":hidden:\n:caption: More\n\nTwo <two.md>\n",
        ":hidden:\n:caption: Others\n\nthree.md\n",
    ]
    assert re.sub(r"\n```{toctree}.*?```\n\n", "", made, flags=re.S) == text


def test_the_index_lists_each_page_once() -> None:
    index = (DOCS / "index.md").read_text("utf-8")
    links = re.findall(r"^- \[[^]]+\]\(([^)#]+\.md)\)", index, re.M)
    assert len(links) == len(set(links))


def test_every_public_module_has_a_page(tmp_path: Path) -> None:
    (tmp_path / "symerm.gone.rst").write_text("")
    stages = site_pages.write_reference(ROOT / "symerm", tmp_path)
    pages = {path.stem: path.read_text("utf-8") for path in tmp_path.glob("*.rst")}
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "symerm").rglob("[!_]*.py")
        if "cli" not in path.parts
    }
    assert modules <= pages.keys()
    assert "symerm.gone" not in pages
    assert stages[:3] == ["symerm.errors", "symerm.files", "symerm.arithmetic"]
    for stage in stages:
        listed = re.findall(rf"<({re.escape(stage)}\.[\w.]+)>", pages[stage])
        assert set(listed) == {name for name in modules if name.startswith(f"{stage}.")}


def test_the_index_of_the_reference_names_the_stages_of_the_import_chain() -> None:
    from test_import_chain import CHAIN

    assert [*site_pages.STAGES, "cli"] == list(CHAIN)
    text = (DOCS / "reference" / "index.md").read_text("utf-8")
    assert set(site_pages.STAGES) <= set(re.findall(r"`symerm\.(\w+)`", text))


def test_every_command_is_on_the_page_of_commands() -> None:
    from symerm.cli.app import command

    headings = " ".join(re.findall(r"^## symerm (.*)$", (DOCS / "commands.md").read_text(), re.M))
    assert set(command().commands) <= set(headings.split())


def test_unchanged_pages_are_not_written_again(tmp_path: Path) -> None:
    site_pages.write_reference(ROOT / "symerm", tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    site_pages.write_reference(ROOT / "symerm", tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_docstrings_keep_their_signs() -> None:
    text = """\
**x** : *exact* number
    The size |x| of 2*x, or x * y, with ``a | b``.

* bullet, \\*args

Grammar::

    a = "b" | "c"

Then |x|.

>>> 1 | 2 * 3
7
"""
    changed = {
        "    The size |x| of 2*x, or x * y, with ``a | b``.": (
            r"    The size \|x\| of 2\*x, or x \* y, with ``a | b``."
        ),
        "Then |x|.": r"Then \|x\|.",
    }
    lines = text.splitlines()
    assert site_pages.escaped(lines) == [changed.get(line, line) for line in lines]


def stated_lemmas() -> set[str]:
    """The lemmas whose statements are on the pages of the certificates."""
    found = set()
    for page in ("certificates.md", "secants.md", "smooth.md"):
        text = (DOCS / page).read_text("utf-8")
        found |= set(re.findall(r"^(?:\*\*|##+ )Lemma (S?\d+)\b", text, re.M))
    return found


def numbers(text: str) -> set[str]:
    """The lemmas of a text such as "1, 6, 13 to 25"."""
    found = set()
    for first, last in re.findall(r"(S?\d+)(?: (?:to|and) (S?\d+))?", text):
        letter = "S" if first.startswith("S") else ""
        ends = int(first.strip("S")), int((last or first).strip("S"))
        found |= {f"{letter}{k}" for k in range(ends[0], ends[1] + 1)}
    return found


def test_each_method_of_the_checker_has_its_lemmas() -> None:
    from symerm.certificates import checker

    found = rows("certificates.md", "What VALID means")
    table = {row[0].strip("`"): numbers(row[3]) for row in found}
    assert table.keys() == checker.RULES.keys()
    assert set().union(*table.values()) == stated_lemmas()
    for method, rule in checker.RULES.items():
        named = numbers(str(rule.__doc__).partition("(Lemma")[2])
        assert named, method
        assert named <= table[method], method


def test_every_lemma_that_the_checker_names_is_stated() -> None:
    source = (ROOT / "symerm" / "certificates" / "checker.py").read_text("utf-8")
    docstrings = [
        ast.get_docstring(node) or ""
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]
    named = set().union(*(numbers(text.partition("(Lemma")[2]) for text in docstrings))
    assert len(named) > 20
    assert named <= stated_lemmas()


#: Where the sizes on the page of limits come from, in its order.
SIZES = [
    "problem.architecture:MAX_WIDTH",
    "problem.reading:MAX_FILE_SIZE",
    "problem.tabular:MAX_CELLS",
    "arithmetic.rationals:MAX_NUMERAL_LENGTH",
    "networks.serialization:MAX_FILE_SIZE",
    "networks.tensors:MAX_ENTRIES",
    "landscape.targets:MAX_DEGREE",
    "landscape.true_minima:MAX_HESSIAN_WIDTH",
    "landscape.empirical_second_order:MAX_PARAMETERS",
    "landscape.critical_points:_MAX_PARAMETERS",
    "lastlayer.analysis:MAX_SPECTRUM",
    "parametrization.minimal:DEFAULT_LIMIT",
    "parametrization.seminorm:DEFAULT_LIMIT",
    "parametrization.cells:MAX_BOX_DIMENSION",
    "parametrization.parameter_distance:MAX_MATCHED",
]


def test_the_sizes_on_the_page_of_limits_are_those_of_the_code() -> None:
    found = []
    for place in SIZES:
        module, _, name = place.partition(":")
        found.append(getattr(import_module(f"symerm.{module}"), name))
    assert [int(size) for _, size in rows("limits.md", "Sizes")] == found


@pytest.mark.parametrize("row", rows("limits.md", "Times"), ids=lambda row: row[0])
def test_the_times_on_the_page_of_limits_are_the_recorded_ones(row: list[str]) -> None:
    name, _, verdict, seconds, check = row
    recorded = "\n".join(
        path.read_text("utf-8") for path in (ROOT / "benchmarks" / "results").glob("*.md")
    )
    line = next(line for line in recorded.splitlines() if line.startswith(f"| {name} |"))
    cells = [cell.strip() for cell in line.split("|")]
    assert seconds in cells
    assert check in cells
    assert any(verdict in cell for cell in cells)
