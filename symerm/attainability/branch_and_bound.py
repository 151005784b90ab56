"""Exact global minimum for one output by branch and bound over activation patterns.

Every case is either closed by a dual vector that proves that no network of the case has a loss
below the incumbent, or split.  A case in which every data point has one sign is a convex quadratic
program and is solved exactly, so the search ends with infimum = incumbent, a rational number
(finitely many cases; Lim, Michalek, Qi 2019 for the closedness behind it).

The search runs in rounds of fixed composition: a round takes the cases with the lowest estimates,
cuts them into batches and maps the batches over an executor.  Results do not depend on the number
of workers.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from symerm.arrangements.fan import Fan
from symerm.attainability.dual import DualBounds, DualLeaf
from symerm.attainability.local_search import Candidate, LocalSearch, exact_candidate
from symerm.attainability.relaxation import Proposal, Relaxation
from symerm.attainability.scaled import ScaledProblem
from symerm.attainability.tree import Node, Slots, redundancy, root_cases, split_slots

__all__ = ["SearchResult", "minimise"]

Array = np.ndarray[Any, np.dtype[np.float64]]

_ROUND = 2048
#: Numbers per table of the relaxation that a batch may fill, and the most cases of a batch.
_BATCH_ENTRIES = 100_000
_BATCH = 512
#: Starts of the descent, fewer for large data.
_STARTS = (48, 40_000)


@dataclass(frozen=True)
class _Outcome:
    """What a batch found for one case."""

    leaf: DualLeaf | None
    bound: Fraction | None
    branch: tuple[int, int] | None
    estimate: float
    start: Array | None
    candidate: tuple[Fraction, tuple[tuple[int, tuple[Fraction, ...]], ...]] | None


@dataclass
class SearchResult:
    """The proof tree and the best network.

    Attributes
    ----------
    roots : list of Node
    candidate : Candidate
        The best exact network; its loss is the minimum if no case is open.
    lower : Fraction
        Proved lower bound on the loss of the integer problem.
    complete : bool
        Whether every case is closed.
    interrupted : bool
    statistics : dict
    """

    roots: list[Node]
    candidate: Candidate
    lower: Fraction
    complete: bool
    interrupted: bool
    statistics: dict[str, int] = field(default_factory=dict)


@lru_cache(maxsize=2)
def _context(problem: ScaledProblem) -> tuple[Fan, Relaxation, DualBounds]:
    fan = Fan(problem.forms, problem.hidden_bias)
    relaxation = Relaxation(problem, fan)
    dual = DualBounds(problem, fan, unit=relaxation.unit, mean=relaxation.mean)
    return fan, relaxation, dual


def solve_batch(
    problem: ScaledProblem, cases: list[Slots], incumbent: Fraction
) -> list[_Outcome]:
    """Close, or choose a split for, each case; runs in a worker process."""
    _, relaxation, dual = _context(problem)
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
) -> _Outcome:
    if proposal.bound > goal * (1 - 1e-6):
        for optimal in (False, True):
            if not optimal and proposal.bound < goal * (1 + 1e-8):
                continue
            leaf = dual.from_proposal(case, proposal, optimal=optimal)
            bound = None if leaf is None else dual.bound(case, leaf)
            if bound is not None and bound >= incumbent:
                return _Outcome(leaf, bound, None, proposal.bound, None, None)
    if proposal.branch is None:
        leaf, offset, neurons = dual.exact_minimum(case)
        bound = dual.bound(case, leaf)
        if bound is None:
            raise ArithmeticError("an exact minimum failed its own dual conditions")
        better = (offset, tuple(neurons)) if bound < incumbent else None
        return _Outcome(leaf, bound, None, proposal.bound, None, better)
    return _Outcome(None, None, proposal.branch, proposal.bound, proposal.directions, None)


def minimise(
    problem: ScaledProblem,
    *,
    executor: Executor | None = None,
    deadline: float | None = None,
    progress: Callable[[float, Fraction, int, int], None] | None = None,
) -> SearchResult:
    """Minimise the loss of a one-output problem over all networks, with a proof.

    Parameters
    ----------
    problem : ScaledProblem with one output
    executor : Executor, optional
        Where batches run; the current process if not given.
    deadline : float, optional
        Time of `time.monotonic` at which the search stops.
    progress : callable, optional
        Called after each round with (lower estimate, incumbent loss, open, closed).

    Returns
    -------
    SearchResult
        With ``complete`` False if the deadline passed or the search was interrupted.
    """
    search = _Search(problem, executor)
    try:
        search.run(deadline, progress)
    except KeyboardInterrupt:
        search.interrupted = True
    return search.result()


class _Search:
    def __init__(self, problem: ScaledProblem, executor: Executor | None) -> None:
        self.problem = problem
        self.executor = executor
        self.fan, self.relaxation, self.dual = _context(problem)
        self.local = LocalSearch(problem)
        self.interrupted = False
        self.closed = 0
        self.processed = 0
        self.serial = 0
        self.open: list[tuple[float, int, Node]] = []
        self.roots: list[Node] = []
        self.incumbent = exact_candidate(problem, Fraction(0), ())

    def run(
        self,
        deadline: float | None,
        progress: Callable[[float, Fraction, int, int], None] | None,
    ) -> None:
        count = max(6, min(_STARTS[0], _STARTS[1] // self.problem.size))
        self._improve(self.local.random_starts(count), steps=25)
        for slots in root_cases(self.fan, self.problem.width):
            node = Node(slots, 0.0)
            self.roots.append(node)
            self._push(node)
        while self.open and self.incumbent.loss > 0:
            if deadline is not None and time.monotonic() > deadline:
                return
            self._round()
            if progress is not None:
                lower = self.open[0][0] if self.open else self.relaxation.relative(
                    self.incumbent.loss
                )
                progress(lower, self.incumbent.loss, len(self.open), self.closed)

    def _push(self, node: Node) -> None:
        node.merged = redundancy(self.fan, node.slots, self.problem.output_bias)
        if node.merged is not None:
            self.closed += 1
            return
        heapq.heappush(self.open, (node.estimate, self.serial, node))
        self.serial += 1

    def _improve(self, starts: Array, steps: int) -> None:
        losses, neurons = self.local.descend(starts, steps)
        best = int(losses.argmin())
        current = self.local.relative(self.incumbent.loss)
        if losses[best] < current * (1 - 1e-9):
            candidate = self.local.polish(neurons[best])
            if candidate.loss < self.incumbent.loss:
                self.incumbent = candidate

    def _round(self) -> None:
        taken = [heapq.heappop(self.open) for _ in range(min(_ROUND, len(self.open)))]
        nodes = [node for _, _, node in taken]
        # Batches are padded to their largest case, so similar cases go together.
        nodes.sort(key=lambda node: (
            max(len(cone.rays) for _, cone in node.slots),
            sum(len(self.dual.undecided(cone)) for _, cone in node.slots),
        ))
        batches = self._batches(nodes)
        arguments = [[node.slots for node in batch] for batch in batches]
        try:
            outcomes = self._map(arguments)
        except BaseException:
            for node in nodes:
                self._push(node)
            raise
        starts = []
        for batch, results in zip(batches, outcomes, strict=True):
            for node, outcome in zip(batch, results, strict=True):
                self._apply(node, outcome)
                if outcome.start is not None:
                    starts.append((outcome.estimate, len(starts), outcome.start))
        self.processed += len(nodes)
        if starts:
            # Shallow cases are the most varied; a few descents from relaxed optima per round
            # find the minimiser long before its case is reached.
            chosen = [start for _, _, start in starts[:: max(1, len(starts) // 12)]]
            self._improve(self.local.from_directions(np.array(chosen)), steps=12)

    def _batches(self, nodes: list[Node]) -> list[list[Node]]:
        batches: list[list[Node]] = []
        start = 0
        while start < len(nodes):
            rays = max(len(cone.rays) for _, cone in nodes[start].slots)
            entries = rays * self.problem.width * self.problem.size
            count = max(16, min(_BATCH, _BATCH_ENTRIES // entries))
            batches.append(nodes[start : start + count])
            start += count
        return batches

    def _map(self, arguments: list[list[Slots]]) -> list[list[_Outcome]]:
        loss = self.incumbent.loss
        if self.executor is None:
            return [solve_batch(self.problem, cases, loss) for cases in arguments]
        futures = [
            self.executor.submit(solve_batch, self.problem, cases, loss) for cases in arguments
        ]
        try:
            return [future.result() for future in futures]
        except BaseException:
            for future in futures:
                future.cancel()
            raise

    def _apply(self, node: Node, outcome: _Outcome) -> None:
        node.estimate = max(node.estimate, outcome.estimate)
        if outcome.candidate is not None:
            candidate = exact_candidate(self.problem, *outcome.candidate)
            if candidate.loss < self.incumbent.loss:
                self.incumbent = candidate
        if outcome.leaf is not None:
            node.leaf, node.bound = outcome.leaf, outcome.bound
            self.closed += 1
            return
        assert outcome.branch is not None
        node.split = outcome.branch
        node.children = tuple(
            Node(slots, node.estimate) for slots in split_slots(self.fan, node.slots, *node.split)
        )
        for child in node.children:
            self._push(child)

    def result(self) -> SearchResult:
        complete = not self.open or self.incumbent.loss == 0
        statistics = {
            "cases": self.processed,
            "leaves": self.closed,
            "open": 0 if complete else len(self.open),
        }
        lower = self.incumbent.loss if complete else Fraction(0)
        return SearchResult(
            self.roots, self.incumbent, lower, complete, self.interrupted, statistics
        )
