"""What the site adds to the Markdown pages: navigation, and a page for every public module.

Nothing is listed twice.  The navigation is read off the lists of links in docs/index.md, so that
this page reads the same on a forge, and the modules are found in the folder of the package.  The
pages of the modules are written to docs/reference and not kept under version control.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

__all__ = ["escaped", "toctree", "with_navigation", "write_reference"]

#: The stages of the import chain, but for the commands, which have a page of their own.
STAGES = [
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
]
# What is left as it is: bullets, escapes, ``literals``, **names** and *emphasis*; or a sign.
_MARKUP = re.compile(r"(^ *\* |\\.|``.*?``|\*\*[^*]+\*\*|(?<!\w)\*\w[^*]*\*(?!\w))|[|*]")


def with_navigation(text: str, pages: Iterable[str]) -> str:
    """A page of lists of links, followed by what Sphinx needs to make them its navigation.

    Each list of links to other pages becomes a group that is named after its heading.  Those of
    `pages` that no list mentions come last.
    """
    sections = re.split(r"^## ", text, flags=re.M)
    listed: set[str] = set()
    for number, section in enumerate(sections):
        links = re.findall(r"^- \[([^]]+)\]\(([^)#]+\.md)\)", section, re.M)
        if links:
            caption = section.partition("\n")[0] if number else ""
            sections[number] = section + toctree([f"{t} <{name}>" for t, name in links], caption)
            listed.update(name for _, name in links)
    rest = sorted(set(pages) - listed)
    return "## ".join(sections) + (toctree(rest, "Others") if rest else "")


def toctree(entries: Iterable[str], caption: str = "") -> str:
    """A hidden table of contents."""
    options = f":caption: {caption}\n" if caption else ""
    body = "\n".join(entries)
    return f"\n```{{toctree}}\n:hidden:\n{options}\n{body}\n```\n\n"


def escaped(lines: Iterable[str]) -> list[str]:
    """A docstring as reStructuredText in which |x| is an absolute value and a * b a product."""
    found = []
    doctest, literal = False, -1
    for line in lines:
        text = line.lstrip()
        indent = len(line) - len(text)
        # A session ends at an empty line, a literal block where the text is indented no more.
        doctest = bool(text) and (doctest or text.startswith(">>>"))
        literal = -1 if text and indent <= literal else literal
        if not doctest and literal < 0:
            literal = indent if text.endswith("::") else -1
            line = _MARKUP.sub(lambda match: match[1] or f"\\{match[0]}", line)
        found.append(line)
    return found


def write_reference(package: Path, folder: Path) -> list[str]:
    """Write a page for each public module to a folder and return the pages of the stages."""
    pages = {}
    stages = [_source(path) for path in sorted(_public(package), key=_position)]
    for stage in stages:
        for source in [stage, *(_modules(stage) if stage.name == "__init__.py" else ())]:
            pages[_name(package, source)] = _page(package, source)
    for stale in {path.stem for path in folder.glob(f"{package.name}.*.rst")} - pages.keys():
        (folder / f"{stale}.rst").unlink()
    for name, text in pages.items():
        path = folder / f"{name}.rst"
        # An unchanged page keeps its date, so that Sphinx need not read it again.
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
    return [_name(package, stage) for stage in stages]


def _public(package: Path) -> list[Path]:
    found = [*package.glob("[!_]*.py"), *(init.parent for init in package.glob("*/__init__.py"))]
    return [path for path in found if path.stem != "cli"]


def _position(path: Path) -> tuple[int, str]:
    return STAGES.index(path.stem) if path.stem in STAGES else len(STAGES), path.stem


def _source(path: Path) -> Path:
    return path / "__init__.py" if path.is_dir() else path


def _modules(stage: Path) -> list[Path]:
    return sorted(stage.parent.rglob("[!_]*.py"))


def _name(package: Path, source: Path) -> str:
    parts = source.relative_to(package.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def _page(package: Path, source: Path) -> str:
    name = _name(package, source)
    lines = [name, "=" * len(name), ""]
    if source.name == "__init__.py":
        lines += [f".. automodule:: {name}", "   :no-members:", ""]
        lines += [".. list-table::", "   :widths: 30 70", ""]
        for module in _modules(source):
            target = _name(package, module)
            link = f":doc:`{target.removeprefix(f'{name}.')} <{target}>`"
            lines += [f"   * - {link}", f"     - {_summary(module)}"]
        return "\n".join(lines) + "\n"
    if source.parent != package:
        # Hundreds of modules would bury the navigation; each is reached from its package.
        stage = ".".join(name.split(".")[:2])
        lines = [":orphan:", "", *lines, f"Part of :doc:`{stage}`.", ""]
    return "\n".join([*lines, f".. automodule:: {name}"]) + "\n"


def _summary(source: Path) -> str:
    docstring = ast.get_docstring(ast.parse(source.read_text("utf-8"))) or ""
    text = docstring.split("\n\n")[0].replace("\n", " ").replace("::", ".")
    return re.sub(r"([\\*|`_])", r"\\\1", text)
