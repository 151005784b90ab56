"""The Sphinx site: the Markdown pages as they are, and a reference from the docstrings.

The source folder is the root of the repository, so that links between pages, proofs, benchmarks
and the changelog lead to the same files here and on a forge.  `make docs` builds it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import GenericAlias, UnionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS))

import site_pages  # noqa: E402

project = "symerm"
author = "The symerm authors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
root_doc = "docs/index"
include_patterns = ["docs/**", "CHANGELOG.md", "*/README.md", "benchmarks/results/*.md"]
exclude_patterns = [".*", "build", "docs/examples", "docs/images", "**/__pycache__"]
myst_heading_anchors = 4

# Options begin with two hyphens, and keep them.
smartquotes = False

html_theme = "furo"
html_title = "symerm"
html_copy_source = False
templates_path = ["_templates"]
html_additional_pages = {"index": "redirect.html"}

add_module_names = False
maximum_signature_line_length = 80
autodoc_default_options = {"members": True}
autodoc_member_order = "bysource"
numpydoc_show_class_members = False

# Single backticks in docstrings name parameters and objects; what is an object becomes a link.
default_role = "py:obj"
# Only names of symerm have to lead somewhere, as no other documentation is at hand.
nitpicky = True
nitpick_ignore_regex = [("py:obj", ".*"), ("py:class", r"(?!symerm\.).*")]
# Where an annotation cannot be resolved, its bare name may be that of two classes.
suppress_warnings = ["ref.python"]


def navigation(app: Sphinx, docname: str, source: list[str]) -> None:
    if docname == root_doc:
        pages = (path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
        source[0] = site_pages.with_navigation(source[0], set(pages) - {"index.md"})
    elif docname == "docs/reference/index":
        source[0] += site_pages.toctree(app.config.reference_stages)
    elif docname.startswith("benchmarks/results/"):
        source[0] = f"---\norphan: true\n---\n{source[0]}"


def outdated(
    app: Sphinx, env: object, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """The navigation depends on which pages there are."""
    return [root_doc] if added or removed else []


def plain_text(
    app: Sphinx, what: str, name: str, item: object, options: object, lines: list[str]
) -> None:
    """Docstrings are plain text: |x| is an absolute value, and a single * is a product."""
    lines[:] = site_pages.escaped(lines)


def exported_names(
    app: Sphinx, what: str, name: str, item: object, options: object, lines: list[str]
) -> None:
    """Name what can be imported from a package, with links to where it is described."""
    if what == "module" and hasattr(item, "__path__"):
        members = {name: getattr(item, name) for name in getattr(item, "__all__", ())}
        links = [
            f":py:obj:`{name} <{member.__module__}.{name}>`"
            for name, member in members.items()
            if hasattr(member, "__module__")
        ]
        if links:
            lines += ["", f"Exported here: {', '.join(links)}.", ""]


def signature(
    app: Sphinx, what: str, name: str, item: object, options: object, text: str | None, returns: Any
) -> tuple[str, Any] | tuple[()] | None:
    if isinstance(item, GenericAlias | UnionType):
        # An alias such as tuple[Fraction, ...] has none, though it can be called.
        return ()
    # A default that a dataclass makes anew each time is no expression.
    return (text.replace("<factory>", "..."), returns) if text and "<factory>" in text else None


def unexported(app: Sphinx, env: object, node: Any, content: object) -> object | None:
    """A type that a module keeps to itself is shown without a link."""
    module, _, name = node.get("reftarget", "").rpartition(".")
    known = node.get("refdomain") == "py" and module.startswith("symerm.")
    try:
        return content if known and hasattr(import_module(module), name) else None
    except ImportError:
        return None


def setup(app: Sphinx) -> dict[str, Any]:
    stages = site_pages.write_reference(DOCS.parent / "symerm", DOCS / "reference")
    app.add_config_value("reference_stages", stages, "env")
    app.connect("source-read", navigation)
    app.connect("env-get-outdated", outdated)
    app.connect("autodoc-process-docstring", plain_text)
    app.connect("autodoc-process-docstring", exported_names)
    app.connect("missing-reference", unexported)
    # Before numpydoc, which expects a class.
    app.connect("autodoc-process-signature", signature, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
