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
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from symerm.attainability.case_bounds import Outcome, bound_batch, context, solve_batch
from symerm.attainability.journal import SavedSearch, SearchJournal, recorded_steps, replay
from symerm.attainability.local_search import Candidate, LocalSearch, exact_candidate
from symerm.attainability.scaled import ScaledProblem
from symerm.attainability.tree import (
    Node,
    count_root_cases,
    redundancy,
    root_cases,
    split_slots,
)
from symerm.errors import InputError

__all__ = ["SearchResult", "minimise"]

Array = np.ndarray[Any, np.dtype[np.float64]]

_ROUND = 2048
#: Numbers per table of the relaxation that a batch may fill, and the most cases of a batch.
_BATCH_ENTRIES = 100_000
_BATCH = 512
#: Cases at the root beyond which no search is begun.
_ROOT_CASES = 300_000
#: Cases that a partial proof may have.
_PARTIAL_CASES = 3000
#: Seconds between two savings of the journal.
_SAVE_EVERY = 60.0
#: Starts of the descent, fewer for large data.
_STARTS = (48, 40_000)


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
    reason : str or None
        Why the search could not go on, other than time or an interrupt.
    """

    roots: list[Node]
    candidate: Candidate
    lower: Fraction
    complete: bool
    interrupted: bool
    statistics: dict[str, int] = field(default_factory=dict)
    reason: str | None = None


def minimise(
    problem: ScaledProblem,
    *,
    executor: Executor | None = None,
    deadline: float | None = None,
    case_limit: int | None = None,
    progress: Callable[[float, Fraction, int, int], None] | None = None,
    journal: SearchJournal | None = None,
) -> SearchResult:
    """Minimise the loss of a one-output problem over all networks, with a proof.

    Parameters
    ----------
    problem : ScaledProblem with one output
    executor : Executor, optional
        Where batches run; the current process if not given.
    deadline : float, optional
        Time of `time.monotonic` at which the search stops.
    case_limit : int, optional
        The search stops before it treats more cases; unlike a deadline this is reproducible.
    progress : callable, optional
        Called after each round with (lower bound relative to the upper, incumbent loss, open,
        closed).
    journal : SearchJournal, optional
        The search continues from what it loads and saves its state there.

    Returns
    -------
    SearchResult
        With ``complete`` False if a limit was reached or the search was interrupted; its lower
        bound and proof hold nevertheless.
    """
    search = _Search(problem, executor, deadline, case_limit, journal)
    try:
        search.run(progress)
    except KeyboardInterrupt:
        search.interrupted = True
    search.save()
    return search.result()


class _Search:
    def __init__(
        self,
        problem: ScaledProblem,
        executor: Executor | None,
        deadline: float | None,
        case_limit: int | None,
        journal: SearchJournal | None,
    ) -> None:
        self.problem = problem
        self.executor = executor
        self.deadline = deadline
        self.case_limit = case_limit
        self.journal = journal
        self.saved_at = time.monotonic()
        self.fan, self.relaxation, self.dual = context(problem)
        self.local = LocalSearch(problem)
        self.interrupted = False
        self.reason: str | None = None
        self.rooted = False
        self.closed = 0
        self.processed = 0
        self.serial = 0
        self.open: list[tuple[float, int, Node]] = []
        self.roots: list[Node] = []
        mean = self.relaxation.mean
        self.incumbent = exact_candidate(problem, mean, ())

    def run(self, progress: Callable[[float, Fraction, int, int], None] | None) -> None:
        count = max(6, min(_STARTS[0], _STARTS[1] // self.problem.size))
        if not self._late():
            self._improve(self.local.random_starts(count), steps=25)
        most = _ROOT_CASES if self.case_limit is None else min(_ROOT_CASES, self.case_limit)
        if count_root_cases(self.fan.dimension, self.problem.width) > most:
            self.reason = f"there are more than {most} cases at the root"
            return
        if not self._load():
            for slots in root_cases(self.fan, self.problem.width):
                node = Node(slots, 0.0)
                self.roots.append(node)
                self._push(node)
        self.rooted = True
        while self.open and self.incumbent.loss > 0 and not self._late():
            if self.case_limit is not None and self.processed >= self.case_limit:
                self.reason = f"the limit of {self.case_limit} cases was reached"
                break
            self._round()
            if progress is not None:
                goal = self.relaxation.relative(self.incumbent.loss)
                floor = min((node.floor for _, _, node in self.open), default=goal)
                lower = max(min(floor / goal, 1.0), 0.0) if goal > 0 else 1.0
                progress(lower, self.incumbent.loss, len(self.open), self.closed)
            if time.monotonic() > self.saved_at + _SAVE_EVERY:
                self.save()

    def _late(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline

    def _load(self) -> bool:
        saved = None if self.journal is None else self.journal.load(self.problem)
        if saved is None:
            return False
        fits = len(saved.neurons) <= self.problem.width and all(
            sign in (1, -1) and len(u) == self.fan.dimension for sign, u in saved.neurons
        )
        if not fits or (saved.offset and not self.problem.output_bias):
            raise InputError("the journal does not fit the problem; name another file")
        candidate = exact_candidate(self.problem, saved.offset, saved.neurons)
        if candidate.loss < self.incumbent.loss:
            self.incumbent = candidate
        replay(self.fan, self.dual, self.problem, saved.steps, self.incumbent.loss, self.roots)
        for root in self.roots:
            for node in root.walk():
                if node.leaf is not None:
                    self.closed += 1
                elif node.split is None:
                    self._push(node)
        return True

    def save(self) -> None:
        """Hand the state of the search to the journal, if there is one."""
        if self.journal is not None and self.roots:
            self.journal.save(self.problem, SavedSearch(
                self.incumbent.offset, self.incumbent.neurons, recorded_steps(self.roots)
            ))
        self.saved_at = time.monotonic()

    def _push(self, node: Node) -> None:
        node.merged = redundancy(self.fan, node.slots, self.problem.output_bias)
        if node.merged is not None:
            self.closed += 1
            return
        heapq.heappush(self.open, (node.estimate, self.serial, node))
        self.serial += 1

    def _improve(self, starts: Array, steps: int) -> None:
        losses, neurons = self.local.descend(starts, steps, self.deadline)
        best = int(losses.argmin())
        current = self.local.relative(self.incumbent.loss)
        if losses[best] < current * (1 - 1e-9):
            candidate = self.local.polish(neurons[best])
            if candidate.loss < self.incumbent.loss:
                self.incumbent = candidate

    def _round(self) -> None:
        most = len(self.open)
        if self.case_limit is not None:
            most = min(most, self.case_limit - self.processed)
        taken = [heapq.heappop(self.open) for _ in range(min(_ROUND, most))]
        nodes = [node for _, _, node in taken]
        # Batches are padded to their largest case, so similar cases go together.
        nodes.sort(key=lambda node: (
            max(len(cone.rays) for _, cone in node.slots),
            sum(len(self.dual.undecided(cone)) for _, cone in node.slots),
        ))
        waiting = dict.fromkeys(map(id, nodes))
        starts: list[Array] = []
        try:
            for batch, outcomes in self._map(self._batches(nodes)):
                for node, outcome in zip(batch, outcomes, strict=True):
                    del waiting[id(node)]
                    self._apply(node, outcome)
                    if outcome.start is not None:
                        starts.append(outcome.start)
                self.processed += len(batch)
        finally:
            for node in nodes:
                if id(node) in waiting:
                    self._push(node)
        if starts:
            # Shallow cases are the most varied; a few descents from relaxed optima per round
            # find the minimiser long before its case is reached.
            chosen = starts[:: max(1, len(starts) // 12)]
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

    def _map(self, batches: list[list[Node]]) -> Iterator[tuple[list[Node], list[Outcome]]]:
        """Outcomes batch by batch; batches are left out once the deadline has passed."""
        loss = self.incumbent.loss
        cases = [[node.slots for node in batch] for batch in batches]
        if self.executor is None:
            for batch, slots in zip(batches, cases, strict=True):
                if self._late():
                    return
                yield batch, solve_batch(self.problem, slots, loss)
            return
        futures = [
            self.executor.submit(solve_batch, self.problem, slots, loss) for slots in cases
        ]
        try:
            for batch, future in zip(batches, futures, strict=True):
                if self._late():
                    return
                yield batch, future.result()
        finally:
            for future in futures:
                future.cancel()

    def _apply(self, node: Node, outcome: Outcome) -> None:
        node.estimate = max(node.estimate, outcome.estimate)
        node.floor = max(node.floor, outcome.floor)
        if outcome.candidate is not None:
            candidate = exact_candidate(self.problem, *outcome.candidate)
            if candidate.loss < self.incumbent.loss:
                self.incumbent = candidate
        if outcome.leaf is not None:
            node.leaf, node.bound = outcome.leaf, outcome.bound
            self.closed += 1
            return
        if outcome.branch is None:
            raise ArithmeticError("a case was neither closed nor split")
        node.split = outcome.branch
        node.children = tuple(
            Node(slots, node.estimate, node.floor)
            for slots in split_slots(self.fan, node.slots, *node.split)
        )
        for child in node.children:
            self._push(child)

    def result(self) -> SearchResult:
        # The tree itself says whether every case is closed: an interrupt may have come between
        # any two steps of the search.
        still_open = [node for root in self.roots for node in root.walk() if node.is_open]
        complete = (self.rooted and not still_open) or self.incumbent.loss == 0
        statistics = {
            "cases": self.processed,
            "leaves": self.closed,
            "open": 0 if complete else len(still_open),
        }
        if complete:
            return SearchResult(
                self.roots, self.incumbent, self.incumbent.loss, True, False, statistics
            )
        roots, lower = self._partial_proof(still_open)
        return SearchResult(
            roots, self.incumbent, lower, False, self.interrupted, statistics, self.reason
        )

    def _partial_proof(self, still_open: list[Node]) -> tuple[list[Node], Fraction]:
        """A proof of the best lower bound that the open cases allow.

        The tree is cut off where the estimates reach that of the best open case, and the cases
        at the cut are bounded once more with fully converged relaxations.  Cases with a worse
        bound than the best open one are replaced by their parts.
        """
        level = min((node.estimate for node in still_open), default=0.0)
        if not self.rooted or not level > 0:
            return [], Fraction(0)
        for _ in range(60):
            ends: list[tuple[Node, Node]] = []
            roots = [_cut_off(root, level, ends) for root in self.roots]
            if len(ends) <= _PARTIAL_CASES:
                break
            level *= 0.9
        self._bound(ends)
        while True:
            stuck = min(
                (_proved(copy) for copy, node in ends if not node.children),
                default=self.incumbent.loss,
            )
            weak = [
                (copy, node) for copy, node in ends if node.children and _proved(copy) < stuck
            ]
            if not weak or len(ends) + 2 * len(weak) > _PARTIAL_CASES:
                break
            parts: list[tuple[Node, Node]] = []
            for copy, node in weak:
                copy.leaf, copy.bound, copy.split = None, None, node.split
                copy.children = tuple(
                    _cut_off(child, child.estimate, parts) for child in node.children
                )
            self._bound(parts)
            ends = [(copy, node) for copy, node in ends if copy.bound is not None] + parts
        lower = min([self.incumbent.loss, *(_proved(copy) for copy, _ in ends)])
        return ([], lower) if lower == 0 else (roots, lower)

    def _bound(self, ends: list[tuple[Node, Node]]) -> None:
        for start in range(0, len(ends), 64):
            part = [copy for copy, _ in ends[start : start + 64]]
            proved = bound_batch(self.problem, [copy.slots for copy in part])
            for copy, (leaf, bound) in zip(part, proved, strict=True):
                copy.leaf, copy.bound = leaf, bound


def _proved(node: Node) -> Fraction:
    return Fraction(0) if node.bound is None else node.bound


def _cut_off(node: Node, level: float, ends: list[tuple[Node, Node]]) -> Node:
    """A copy of a tree whose cases end where their estimates reach a level.

    Copies that are open are added to the ends, with the nodes that they are copies of.
    """
    copy = Node(
        node.slots, node.estimate, node.floor, node.leaf, node.bound, node.merged
    )
    if node.children and node.estimate < level:
        copy.split = node.split
        copy.children = tuple(_cut_off(child, level, ends) for child in node.children)
    elif copy.is_open:
        ends.append((copy, node))
    return copy
