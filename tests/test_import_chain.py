"""The one-way chain of the design, read off the import statements of every module."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "symerm"

#: From left to right: a stage imports only itself and stages to its left.
CHAIN = (
    "errors",
    "files",
    "arithmetic",
    "display",
    "problem",
    "networks",
    "arrangements",
    "attainability",
    "certificates",
    "landscape",
    "parametrization",
    "lastlayer",
    "separation",
    "theorems",
    "strategies",
    "pytest_plugin",
    "reports",
    "cli",
)
#: The lazy face of the package and the entry ``python -m symerm`` stand outside the chain.
OUTSIDE = ("__init__", "__main__")
CHECKER = PACKAGE / "certificates" / "checker.py"
SLOW_TO_LOAD = ("matplotlib", "networkx", "numpy", "pandas", "scipy", "sympy")

MODULES = sorted(PACKAGE.rglob("*.py"))


def stage_of(module: Path) -> str:
    first = module.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported(source: str) -> set[str]:
    """Dotted names of what a module imports, wherever the statement stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            found.update(f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in (
            "__import__",
            "import_module",
        ):
            found.add("<dynamic>")
    return found


def violations(stage: str, source: str) -> list[str]:
    """Imports of a module that run against the chain."""
    bad = []
    for name in sorted(imported(source)):
        if name.startswith(".") or name == "<dynamic>":
            bad.append(name)
        elif name.split(".")[0] == "symerm" and name != "symerm.__version__":
            target = name.split(".")[1] if "." in name else ""
            if target not in CHAIN or CHAIN.index(target) > CHAIN.index(stage):
                bad.append(name)
    return bad


def outside_standard_library(source: str) -> list[str]:
    return sorted(
        name for name in imported(source) if name.split(".")[0] not in sys.stdlib_module_names
    )


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_to_its_left(module: Path) -> None:
    stage = stage_of(module)
    if stage in OUTSIDE:
        assert not any(name.startswith(".") for name in imported(module.read_text("utf-8")))
    else:
        assert stage in CHAIN, f"{stage} has no place in the chain"
        assert violations(stage, module.read_text("utf-8")) == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_has_a_docstring_and_one_idea(module: Path) -> None:
    text = module.read_text("utf-8")
    assert len(text.splitlines()) <= (2600 if module == CHECKER else 400)
    assert ast.get_docstring(ast.parse(text)), "say in the docstring what the module is about"


def test_only_the_entry_imports_the_command_line() -> None:
    users = {
        str(module.relative_to(PACKAGE))
        for module in MODULES
        for name in imported(module.read_text("utf-8"))
        if name.startswith("symerm.cli")
    }
    assert {user for user in users if not user.startswith("cli/")} == {"__main__.py"}


def test_the_checker_imports_only_the_standard_library() -> None:
    assert outside_standard_library(CHECKER.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("stage", "source"),
    [
        ("problem", "from symerm.networks import ShallowNetwork"),
        ("problem", "import symerm.cli.main"),
        ("problem", "from symerm import decide"),
        ("problem", "import symerm"),
        ("problem", "def f():\n    from symerm.certificates.checker import main"),
        ("problem", "if TYPE_CHECKING:\n    from symerm.reports import text"),
        ("problem", "from ..networks import shallow"),
        ("problem", "importlib.import_module('symerm.cli')"),
        ("certificates", "from symerm.reports.text import format_verdict"),
        ("errors", "from symerm.files import write_atomically"),
    ],
)
def test_imports_against_the_chain_are_seen(stage: str, source: str) -> None:
    assert violations(stage, source)


@pytest.mark.parametrize(
    ("stage", "source"),
    [
        ("networks", "from symerm.problem.dataset import Dataset"),
        ("networks", "from symerm.networks.shallow import ShallowNetwork"),
        ("networks", "import json\nfrom fractions import Fraction"),
        ("cli", "from symerm import __version__"),
    ],
)
def test_imports_along_the_chain_pass(stage: str, source: str) -> None:
    assert violations(stage, source) == []


@pytest.mark.parametrize("source", ["import flint", "from symerm.errors import InputError"])
def test_foreign_imports_of_the_checker_are_seen(source: str) -> None:
    assert outside_standard_library(source)


@pytest.mark.parametrize(
    "arguments",
    [
        None, ["--help"], ["check", "--help"], ["classify", "--help"], ["types", "--help"],
        ["cases", "landscape", "--help"], ["strata", "--help"], ["verify", "--help"],
        ["datasets"], ["theorems", "test", "--help"], ["appendix", "--help"],
    ],
)
def test_starting_loads_no_heavy_library(arguments: list[str] | None) -> None:
    call = "import symerm" if arguments is None else (
        f"from symerm.cli.main import main; main({arguments!r})"
    )
    code = (
        f"import sys; {call}; "
        f"print(sorted(set(sys.modules) & set({SLOW_TO_LOAD!r})), file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stderr.strip() == "[]"
