"""The state of a search that can be saved and continued.

A saved search is its best network and the steps of its tree in depth-first order: splits, closed
leaves and open cases.  Reading it back recomputes every cone and proves every leaf again, so a
damaged journal can cost time but never a wrong verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from symerm.arrangements.fan import Fan
from symerm.attainability.dual import DualBounds, DualLeaf
from symerm.attainability.scaled import ScaledProblem
from symerm.attainability.tree import Node, root_cases, split_slots
from symerm.errors import InputError

__all__ = ["SavedSearch", "SearchJournal", "Step", "recorded_steps", "replay"]

#: A split (slot, data index), a leaf, or None for a case that is open or redundant.
Step = tuple[int, int] | DualLeaf | None


@dataclass(frozen=True)
class SavedSearch:
    """A best network and the steps of a tree.

    Attributes
    ----------
    offset, neurons : the candidate, as in `symerm.attainability.local_search.Candidate`
    steps : tuple of steps in depth-first order
    """

    offset: Fraction
    neurons: tuple[tuple[int, tuple[Fraction, ...]], ...]
    steps: tuple[Step, ...]


class SearchJournal(Protocol):
    """Where a search saves its state; see `symerm.certificates.journal.FileJournal`."""

    def load(self, problem: ScaledProblem) -> SavedSearch | None:
        """What was saved for this problem, or None for a new search."""

    def save(self, problem: ScaledProblem, state: SavedSearch) -> None:
        """Replace what was saved."""


def recorded_steps(roots: Sequence[Node]) -> tuple[Step, ...]:
    """The steps of a tree in depth-first order."""
    return tuple(
        node.split if node.split is not None else node.leaf
        for root in roots
        for node in root.walk()
    )


def replay(
    fan: Fan,
    dual: DualBounds,
    problem: ScaledProblem,
    steps: Sequence[Step],
    incumbent: Fraction,
    roots: list[Node],
) -> None:
    """Rebuild a tree into `roots`; leaves that no longer prove the incumbent become open.

    Raises
    ------
    InputError
        If the steps do not fit the problem.
    """
    remaining = iter(steps)
    missing = object()
    for slots in root_cases(fan, problem.width):
        root = Node(slots, 0.0)
        roots.append(root)
        stack = [root]
        while stack:
            node = stack.pop()
            step = next(remaining, missing)
            if step is missing:
                raise InputError("the journal ends before its tree does; remove it to start anew")
            if isinstance(step, DualLeaf):
                bound = dual.checked_bound(node.slots, step)
                if bound is not None and bound >= incumbent:
                    node.leaf, node.bound = step, bound
            elif isinstance(step, tuple):
                slot, index = step
                if not (0 <= slot < problem.width and 0 <= index < problem.size):
                    raise InputError("the journal does not fit the problem; remove it")
                if index not in dual.undecided(node.slots[slot][1]):
                    raise InputError("the journal does not fit the problem; remove it")
                node.split = step
                node.children = tuple(
                    Node(child, 0.0) for child in split_slots(fan, node.slots, slot, index)
                )
                stack.extend(reversed(node.children))
    if next(remaining, missing) is not missing:
        raise InputError("the journal has steps beyond its tree; remove it to start anew")
