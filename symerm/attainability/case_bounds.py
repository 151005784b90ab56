"""Bounds of single cases: what a worker does with a batch of them.

A case is closed by a dual vector that is at least the incumbent, solved exactly if every point is
decided, or else split where its relaxation is least like the true activation.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from symerm.arrangements.fan import Fan
from symerm.attainability.dual import DualBounds, DualLeaf
from symerm.attainability.relaxation import Proposal, Relaxation
from symerm.attainability.scaled import ScaledProblem
from symerm.attainability.tree import Slots

__all__ = ["Outcome", "bound_batch", "context", "solve_batch"]

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Outcome:
    """What a batch found for one case.

    Attributes
    ----------
    leaf, bound : the dual leaf that closes the case and the bound it proves, or None
    branch : (slot, data index) to split at, or None
    estimate, floor : float estimate of the relaxed minimum, and a float lower bound of it
    start : neurons of the relaxed fit, a start for the descent
    candidate : offset and neurons of an exact minimum below the incumbent
    """

    leaf: DualLeaf | None
    bound: Fraction | None
    branch: tuple[int, int] | None
    estimate: float
    floor: float
    start: Array | None
    candidate: tuple[Fraction, tuple[tuple[int, tuple[Fraction, ...]], ...]] | None


def context(problem: ScaledProblem) -> tuple[Fan, Relaxation, DualBounds]:
    """The fan and the tables of a problem, kept for the thread that asks."""
    # The tables are filled as they are read: every thread has its own.
    return _tables(problem, threading.get_ident())


@lru_cache(maxsize=16)
def _tables(problem: ScaledProblem, thread: int) -> tuple[Fan, Relaxation, DualBounds]:
    fan = Fan(problem.forms, problem.hidden_bias)
    relaxation = Relaxation(problem, fan)
    dual = DualBounds(problem, fan, unit=relaxation.unit, mean=relaxation.mean)
    return fan, relaxation, dual


def solve_batch(
    problem: ScaledProblem, cases: list[Slots], incumbent: Fraction
) -> list[Outcome]:
    """Close, or choose a split for, each case; runs in a worker process."""
    _, relaxation, dual = context(problem)
    goal = relaxation.relative(incumbent)
    proposals = relaxation.propose(cases, goal * (1 + 1e-5))
    return [
        _settle(dual, case, proposal, incumbent, goal)
        for case, proposal in zip(cases, proposals, strict=True)
    ]


def _settle(
    dual: DualBounds,
    case: Slots,
    proposal: Proposal,
    incumbent: Fraction,
    goal: float,
) -> Outcome:
    if proposal.bound > goal * (1 - 1e-6):
        for optimal in (False, True):
            if not optimal and proposal.bound < goal * (1 + 1e-8):
                continue
            leaf = dual.from_proposal(case, proposal, optimal=optimal)
            bound = None if leaf is None else dual.bound(case, leaf)
            if bound is not None and bound >= incumbent:
                return Outcome(leaf, bound, None, goal, goal, None, None)
    branch = proposal.branch or dual.some_undecided(case)
    if branch is None:
        leaf, offset, neurons = dual.exact_minimum(case)
        bound = dual.bound(case, leaf)
        if bound is None:
            raise ArithmeticError("an exact minimum failed its own dual conditions")
        better = (offset, tuple(neurons)) if bound < incumbent else None
        return Outcome(leaf, bound, None, goal, goal, None, better)
    return Outcome(
        None, None, branch, proposal.value, proposal.bound, proposal.directions, None
    )


def bound_batch(problem: ScaledProblem, cases: list[Slots]) -> list[tuple[DualLeaf, Fraction]]:
    """The best dual bound found for each case; cases without one are closed with bound zero."""
    _, relaxation, dual = context(problem)
    found = []
    for case, proposal in zip(cases, relaxation.propose(cases, None), strict=True):
        best = dual.trivial(case), Fraction(0)
        # Rounding may violate a condition that is tight at a converged optimum; then all rays that
        # the optimum uses are made tight.
        for optimal in (False, True):
            if proposal.bound <= 0 or best[1] > 0:
                break
            leaf = dual.from_proposal(case, proposal, optimal=optimal)
            bound = None if leaf is None else dual.bound(case, leaf)
            if leaf is not None and bound is not None:
                best = leaf, bound
        found.append(best)
    return found
