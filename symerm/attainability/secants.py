"""Several neurons and several outputs: is the infimum attained, by the cases of a secant variety.

- **Attained** if in every case the loss is at least that of some network, or every limit in it is
  realised or no better than a realised one.
- **Not attained** if, at some level above the loss of a limit, every case has a loss of at least
  the level, or the loss falls strictly towards a boundary stratum everywhere in it.

Both are proved in integers; what is left is **undecided** with certified bounds.  Complete in the
sense that a refinement closes every case unless there is a tie, where all boxes of vanishing
wedges are charted: for width two if pieces share at most two generators, for width three on the
line (docs/secants.md).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

from flint import fmpz_mat

from symerm.attainability.secant_fit import realised_fit
from symerm.attainability.secant_flat import flat_minimum
from symerm.attainability.secant_problem import Limit, SecantProblem
from symerm.attainability.secant_proof import Effort, Goals, RootProver, Step
from symerm.attainability.secant_rounding import exact_point
from symerm.attainability.secant_search import SecantGuess, search_minima, search_roots
from symerm.attainability.secant_tables import (
    closed_at_once,
)

__all__ = ["SecantDecision", "decide_secants"]

#: How far between the stratum's loss and the next one the level of a proof is put.
_LEVELS = tuple(Fraction(1, 2**k) for k in (12, 16, 8, 22))
_CANDIDATES = 12
#: Starts of the search where a proof failed.
_STARTS = 200
#: How many guesses are improved, and how near to the best others that are, as shares of |T|^2.
_IMPROVED, _NEAR = 2, 1e-12
#: How far below the best loss the bounds of an undecided problem are tried, one after the other.
_COARSE = tuple(Fraction(1, k) for k in (2, 10, 100, 10**4, 10**6))
#: The share of the effort for a decision.
_DECIDING = 0.75


@dataclass(frozen=True)
class SecantDecision:
    """What was proved.

    Attributes
    ----------
    verdict : str
    lower : Fraction
        Proved lower bound of the scaled loss.
    best : Limit
        The best realised tuple.
    stratum : Limit or None
        The limit that no tuple reaches, if not attained.
    level : Fraction or None
    steps : of all roots, empty if the lower bound is zero and needs none
    reason : str
    """

    verdict: str
    lower: Fraction
    best: Limit
    stratum: Limit | None
    level: Fraction | None
    steps: tuple[Step, ...]
    reason: str
    statistics: dict[str, int] = field(default_factory=dict)


def decide_secants(
    problem: SecantProblem, *, tolerance: Fraction, deadline: float | None = None,
    steps: int | None = None,
) -> SecantDecision:
    """Decide a problem of two or more neurons and several outputs.

    Parameters
    ----------
    problem : SecantProblem
    tolerance : Fraction
        Relative width of the enclosure of the infimum.
    deadline : float, optional
        Time of `time.monotonic` at which the search stops.
    steps : int, optional
        Limit of the steps of the proofs, whatever the time.
    """
    # Part of the effort is kept for bounds, should nothing be decided.
    soon = None
    if deadline is not None:
        now = time.monotonic()
        soon = now + _DECIDING * (deadline - now)
    effort = Effort(None if steps is None else int(_DECIDING * steps), soon)
    reserve = Effort(None if steps is None else int((1 - _DECIDING) * steps), deadline)
    return _Decision(problem, tolerance, effort, reserve).decide()


class _Decision:
    def __init__(
        self, problem: SecantProblem, tolerance: Fraction, effort: Effort, reserve: Effort
    ) -> None:
        self.problem, self.tolerance = problem, tolerance
        self.effort, self.reserve = effort, reserve
        self.order: list[int] = list(range(len(problem.tables)))
        #: Roots that were not closed.
        self.failed: set[int] = set()

    def decide(self) -> SecantDecision:
        guesses = search_minima(self.problem.tables, deadline=self.effort.half)
        best, stratum = self._points(guesses)
        decision = self._decide(best, stratum)
        if decision is None and self.failed and not self.effort.over:
            # Where a proof failed there may be something better than what was found.
            more = search_roots(self.problem.tables, sorted(self.failed), 1, starts=_STARTS)
            better, limit = self._points(sorted([*more, *guesses], key=lambda g: g.share))
            if _lower(better, best, self.tolerance) or _lower(limit, stratum, self.tolerance):
                best, stratum = better, limit
                decision = self._decide(best, stratum)
        return decision or self._undecided(best, stratum)

    def _points(self, guesses: Sequence[SecantGuess]) -> tuple[Limit, Limit | None]:
        """The best realised point and the best limit near some guesses."""
        first: dict[int, int] = {}
        for k, guess in enumerate(guesses):
            first.setdefault(guess.root, k)
        self.order.sort(key=lambda root: first.get(root, len(guesses)))
        realised = [g for g in guesses if g.box is None and not g.escaping]
        strata = [g for g in guesses if g.box is not None]
        best = min(
            [self._vertices(), *self._candidates(realised), *self._flat(realised)],
            key=lambda point: point.loss,
        )
        return best, min(self._candidates(strata), key=lambda point: point.loss, default=None)

    def _decide(self, best: Limit, stratum: Limit | None) -> SecantDecision | None:
        if stratum is not None and stratum.loss == 0 < best.loss:
            decision = self._exact_fit(best, stratum)
            if decision is not None:
                return decision
        attempts = [self._attained, self._not_attained]
        if stratum is not None and stratum.loss < best.loss:
            attempts.reverse()
        for attempt in attempts:
            if self.effort.over:
                break
            decision = attempt(best, stratum)
            if decision is not None:
                return decision
        return None

    def _vertices(self) -> Limit:
        """The best tuple of vertices: there is one even if every guess runs away."""
        _, root, place = max(
            (float(table.num_float[k, k]), -root, -k)
            for root, table in enumerate(self.problem.tables)
            for k, dead in enumerate(table.dead) if not dead
        )
        root, place = -root, -place
        shape = self.problem.tables[root].root.shape
        choice = list(product(*map(range, shape)))[place]
        coordinates = tuple(
            tuple(int(i == item) for i in range(size))
            for item, size in zip(choice, shape, strict=True)
        )
        loss = self.problem.loss(root, coordinates, None)
        assert loss is not None
        return Limit(root, coordinates, None, loss)

    def _candidates(self, guesses: Sequence[SecantGuess]) -> Iterator[Limit]:
        """Exact points near the best guesses; those that may be the best are improved."""
        if not guesses:
            return
        near = guesses[0].share + _NEAR
        for k, guess in enumerate(guesses[:_CANDIDATES]):
            found = exact_point(
                self.problem, guess, self.tolerance, improve=k < _IMPROVED or guess.share < near
            )
            if found is not None:
                yield Limit(guess.root, found[0], guess.box, found[1])

    def _flat(self, guesses: Sequence[SecantGuess]) -> Iterator[Limit]:
        """Exact minimisers near the best guesses that are part of a continuum."""
        for guess in guesses[:_CANDIDATES]:
            found = flat_minimum(self.problem, guess)
            if found is not None:
                yield Limit(guess.root, found[0], None, found[1])

    def _exact_fit(self, best: Limit, stratum: Limit) -> SecantDecision | None:
        """Not attained with infimum zero, if no neurons span the responses.

        Where the responses have the rank of the width, only their own space has loss zero.
        """
        rank = fmpz_mat(self.problem.forms.responses).rank()
        if rank != self.problem.scaled.width or realised_fit(self.problem) is not None:
            return None
        return SecantDecision(
            "not-attained", Fraction(0), best, stratum, None, (),
            "a boundary stratum fits the responses exactly, and no neurons span their space",
            self._statistics(()),
        )

    # -- proofs ------------------------------------------------------------------------------

    def _goals(
        self, kind: str, goal: Fraction, lower: Fraction, upper: Fraction | None = None
    ) -> Goals:
        forms = self.problem.forms
        return Goals(
            kind, forms.level(goal), forms.level(lower) if lower > 0 else None,
            None if upper is None else forms.level(upper),
        )

    def _prove_all(self, goals: Goals) -> tuple[Step, ...] | None:
        prover = RootProver(
            self.problem.pieces.pieces, self.problem.forms, self.problem.scaled.width, goals,
            self.effort,
        )
        # The roots that are most likely to fail come first, but without those closed at once.
        closed = closed_at_once(
            self.problem.tables, self.order, goals.goal, self.problem.forms.square
        )
        self.effort.spend(len(closed))
        found: dict[int, list[Step]] = {root: [("p",)] for root in closed}
        for root in self.order:
            if root in closed:
                continue
            steps = prover.prove(self.problem.tables[root])
            if steps is None or self.effort.over:
                self.failed.add(root)
                return None
            found[root] = steps
        return tuple(step for root in range(len(found)) for step in found[root])

    def _attained(self, best: Limit, stratum: Limit | None) -> SecantDecision | None:
        reason = "no boundary stratum has a loss below that of the network"
        if best.loss == 0:
            return SecantDecision(
                "attained", Fraction(0), best, None, None, (), "the network fits the responses",
                self._statistics(()),
            )
        lower = best.loss * (1 - self.tolerance)
        steps = self._prove_all(self._goals("attained", best.loss, lower, best.loss))
        if steps is None:
            return None
        return SecantDecision(
            "attained", lower, best, None, None, steps, reason, self._statistics(steps)
        )

    def _not_attained(self, best: Limit, stratum: Limit | None) -> SecantDecision | None:
        if stratum is None or stratum.loss >= best.loss:
            return None
        lower = stratum.loss * (1 - self.tolerance)
        for part in _LEVELS:
            level = _rounded(stratum.loss, stratum.loss + part * (best.loss - stratum.loss))
            steps = self._prove_all(self._goals("level", level, lower, stratum.loss))
            if steps is not None:
                return SecantDecision(
                    "not-attained", lower, best, stratum, level, steps,
                    "the loss falls strictly towards a boundary stratum that no network "
                    "realises, and is higher everywhere else",
                    self._statistics(steps),
                )
            if self.effort.over:
                return None
        return None

    def _undecided(self, best: Limit, stratum: Limit | None) -> SecantDecision:
        target = best.loss if stratum is None else min(best.loss, stratum.loss)
        reason = (
            "the time limit was reached" if self.effort.late
            else "the proof needs more steps than the limit without a time limit"
            if self.effort.over
            else "a boundary stratum and realised neurons tie, or nearly so"
        )
        self.effort = self.reserve
        proved = Fraction(0)
        found: tuple[Step, ...] = ()
        for part in (*_COARSE, self.tolerance):
            if target == 0 or self.effort.over:
                break
            lower = target * (1 - part)
            steps = self._prove_all(self._goals("bounds", lower, lower))
            if steps is None:
                break
            proved, found = lower, steps
        return SecantDecision(
            "undecided", proved, best, stratum, None, found, reason, self._statistics(found)
        )

    def _statistics(self, steps: Sequence[Step]) -> dict[str, int]:
        return {
            "pieces": len(self.problem.pieces.pieces),
            "roots": len(self.problem.tables),
            "steps": len(steps),
        }


def _lower(new: Limit | None, old: Limit | None, tolerance: Fraction) -> bool:
    """Whether a point is better than another by more than the tolerance."""
    return new is not None and (old is None or new.loss < old.loss * (1 - tolerance))


def _rounded(low: Fraction, value: Fraction) -> Fraction:
    """A short rational near a value above a lower one."""
    for size in (10, 100, 10**4, 10**6, 10**9, 10**12):
        found = value.limit_denominator(size)
        if low < found and abs(found - value) * 10 < value - low:
            return found
    return value
