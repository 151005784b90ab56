"""The pytest plugin: the theorems of symerm as tests, and theorems of one's own.

``pytest --symerm-theorems`` adds a test per theorem of the registry, with ``--symerm-mutants`` also
one per wrong variant, which passes if the variant is refuted.  The fixture ``check_theorem`` does
the same for a `Theorem` that a project states itself; the marker ``symerm_theorem`` says with how
many instances.  Without these the plugin does nothing and loads nothing of symerm.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from symerm.theorems.instance import Instance
    from symerm.theorems.statement import Mutant, Theorem

__all__ = ["check_theorem"]

_MARKER = (
    "symerm_theorem(profile='dev', examples=None, seed=0): how hard to try the theorems of a test "
    "that uses the fixture check_theorem; also set on the tests of --symerm-theorems"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("symerm", "theorems of symerm")
    group.addoption(
        "--symerm-theorems", nargs="?", const="", default=None, metavar="ID,ID",
        help="Add a test for every theorem of symerm, or only for these.",
    )
    group.addoption(
        "--symerm-mutants", action="store_true", help="Also add a test for every wrong variant."
    )
    group.addoption(
        "--symerm-profile", default=None, choices=("dev", "ci", "nightly"),
        help="How many instances per theorem (default: dev).",
    )
    group.addoption(
        "--symerm-examples", type=int, default=None, metavar="N",
        help="Instances per theorem instead.",
    )
    group.addoption(
        "--symerm-seed", type=int, default=None, metavar="S", help="Seed of the instances."
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    wanted = config.getoption("--symerm-theorems")
    if wanted is None:
        return
    from symerm.errors import InputError
    from symerm.theorems.registry import all_theorems, find_theorem

    try:
        theorems = (
            [find_theorem(name.strip()) for name in wanted.split(",")] if wanted else all_theorems()
        )
    except InputError as error:
        raise pytest.UsageError(f"--symerm-theorems: {error}") from None
    parent = _Theorems.from_parent(session, name="symerm", nodeid="symerm")
    for theorem in theorems:
        items.append(_TheoremItem.from_parent(parent, name=theorem.id, theorem=theorem))
        if config.getoption("--symerm-mutants"):
            items.extend(
                _TheoremItem.from_parent(
                    parent, name=f"{theorem.id}[{mutant.name}]", theorem=theorem, mutant=mutant
                )
                for mutant in theorem.mutants
            )


class _Failure(Exception):
    """A theorem is falsified or vacuous, or a mutant survived."""


class _Theorems(pytest.Collector):
    """The node of the session under which the theorems stand."""

    def collect(self) -> list[pytest.Item]:
        return []


class _TheoremItem(pytest.Item):
    def __init__(self, *, theorem: Theorem, mutant: Mutant | None = None, **others: Any) -> None:
        super().__init__(**others)
        self.theorem = theorem
        self.mutant = mutant
        self.add_marker("symerm_theorem")

    def runtest(self) -> None:
        effort = _effort(self.config, {})
        if self.mutant is None:
            _try_theorem(self.theorem, effort)
        else:
            _try_mutant(self.theorem, self.mutant, effort)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, _Failure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[str, None, str]:
        return "symerm", None, f"theorem {self.name}"


@pytest.fixture
def check_theorem(request: pytest.FixtureRequest) -> Callable[..., None]:
    """A function that tries a theorem and all its mutants, and fails the test otherwise.

    Called as ``check_theorem(theorem, mutants=True)``; how hard it tries is said by the marker
    ``symerm_theorem`` or by the options ``--symerm-profile``, ``--symerm-examples`` and
    ``--symerm-seed``, which go before it.
    """
    marker = request.node.get_closest_marker("symerm_theorem")
    effort = _effort(request.config, {} if marker is None else dict(marker.kwargs))

    def check(theorem: Theorem, *, mutants: bool = True) -> None:
        __tracebackhide__ = True
        reason = None
        try:
            _try_theorem(theorem, effort)
            for mutant in theorem.mutants if mutants else ():
                _try_mutant(theorem, mutant, effort)
        except _Failure as failure:
            reason = str(failure)
        if reason is not None:  # outside, so that the report shows no second exception
            pytest.fail(reason, pytrace=False)

    return check


def _effort(config: pytest.Config, marked: dict[str, Any]) -> dict[str, Any]:
    """The keywords of `try_theorem`: options before the marker before the defaults."""
    unknown = set(marked) - {"profile", "examples", "seed"}
    if unknown:
        raise pytest.UsageError(f"the marker symerm_theorem has no argument {sorted(unknown)[0]!r}")
    for name in ("profile", "examples", "seed"):
        value = config.getoption(f"--symerm-{name}")
        if value is not None:
            marked[name] = value
    return marked


def _try_theorem(theorem: Theorem, effort: dict[str, Any]) -> None:
    from symerm.theorems.trial import try_theorem

    trial = try_theorem(theorem, **effort)
    if trial.complaint is not None:
        found = "" if trial.instance is None else f"\n{_text(trial.instance)}"
        raise _Failure(trial.complaint + found)


def _try_mutant(theorem: Theorem, mutant: Mutant, effort: dict[str, Any]) -> None:
    from symerm.theorems.trial import try_mutant

    trial = try_mutant(theorem, mutant, **effort)
    if not trial.falsified:
        raise _Failure(
            f"{theorem.id}: mutant {mutant.name} ({mutant.change}) survived {trial.applicable} "
            "instances; the strategy has a hole"
        )


def _text(instance: Instance) -> str:
    return "instance: " + json.dumps(instance.to_json(), ensure_ascii=False)
