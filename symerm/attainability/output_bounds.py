"""Bounds for problems with several outputs that no complete method decides.

Lower bounds: the outputs have rank at most d, modulo constants if there is an output bias (Eckart
and Young 1936); and every output by itself is a problem with one output, which branch and bound
encloses, as is the sum or difference of two outputs.  The best one is reported.  The upper bound
is the loss of an explicit network.  If they meet, that network is a minimiser; else nothing is said
about attainment.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from fractions import Fraction

from symerm.attainability.output_search import search_network
from symerm.attainability.projections import diagonals, solve_separately
from symerm.attainability.proofs import NonnegativeProof, ProjectionProof, RankProof
from symerm.attainability.rank_bound import rank_lower_bound
from symerm.attainability.refit import refitted_network
from symerm.attainability.scaled import ScaledProblem
from symerm.attainability.verdict import Verdict
from symerm.problem.problem import Problem

__all__ = ["bounded_verdict", "with_rank_bound"]

Report = Callable[[float, Fraction, int, int], None]

#: Share of the time that is left for the search of a network.
_SEARCH_SHARE = 0.3


def bounded_verdict(
    problem: Problem,
    scaled: ScaledProblem,
    *,
    reason: str,
    tolerance: Fraction,
    deadline: float | None = None,
    executor: Executor | None = None,
    report: Report | None = None,
) -> Verdict:
    """Certified bounds; undecided unless they meet.

    Parameters
    ----------
    problem : Problem
    scaled : ScaledProblem
        Its integer form.
    reason : str
        Why the problem is not decided.
    tolerance : Fraction
        Relative distance to the best bound by rank.
    deadline : float, optional
        Time of `time.monotonic` at which the search stops.
    executor : Executor, optional
        Where the searches of the single outputs run.
    report : callable, optional
        Called with (relative lower bound, loss of the integer problem, open, closed).

    Examples
    --------
    >>> from symerm.attainability.scaled import scale_problem
    >>> from symerm.problem import Architecture, Dataset
    >>> data = Dataset.from_rows([0, 1, 2, 3], [[3, 0, 0], [0, 2, 0], [0, 0, 1], [0, 0, 0]])
    >>> problem = Problem(data, Architecture(2))
    >>> verdict = bounded_verdict(
    ...     problem, scale_problem(problem), reason="an example", tolerance=Fraction(1, 10**9))
    >>> verdict.verdict, round(float(verdict.lower), 6)
    ('undecided', 0.450647)
    """
    data = problem.dataset
    network = refitted_network(scaled, [])
    upper = network.loss(data.inputs, data.outputs)
    lower, name = scaled.scatter, "the lower bound is the scatter within equal inputs"
    proof: NonnegativeProof | RankProof | ProjectionProof = NonnegativeProof()
    statistics: dict[str, int] = {}
    interrupted = False
    try:
        found = rank_lower_bound(scaled, tolerance=tolerance)
        if found is not None:
            proof, lower = found
            name = "the lower bound is by the rank of the outputs"
        if not _late(deadline):
            searched = search_network(scaled, deadline=_share(deadline))
            loss = searched.loss(data.inputs, data.outputs)
            if loss < upper:
                network, upper = searched, loss

        def progress(relative: float, loss: Fraction, waiting: int, closed: int) -> None:
            if report is not None:
                report(float(lower / upper), scaled.from_loss(upper), waiting, closed)

        for directions in (None, diagonals(scaled.output_dimension)):
            # What did not end for the outputs will not end for their sums either.
            if lower == upper or interrupted or _late(deadline) or statistics.get("open"):
                break
            separate = solve_separately(
                scaled, goal=lower, directions=directions, executor=executor,
                deadline=deadline, progress=progress,
            )
            if separate is None:
                continue
            interrupted = separate.interrupted
            for key, value in separate.statistics.items():
                statistics[key] = statistics.get(key, 0) + value
            if separate.lower > lower:
                proof, lower = separate.proof, separate.lower
                name = "the lower bound is the sum of those of " + (
                    "the single outputs" if directions is None
                    else "sums and differences of outputs"
                )
    except KeyboardInterrupt:
        interrupted = True
    if lower == upper:
        return Verdict(
            problem, "attained", lower, upper, upper, network,
            reason="a network reaches the lower bound", statistics=dict(statistics), proof=proof,
        )
    why = [reason, name]
    if interrupted:
        why.insert(0, "interrupted")
    elif _late(deadline):
        why.insert(0, "the time limit was reached")
    return Verdict(
        problem, "undecided", lower, upper, None, network, reason="; ".join(why),
        statistics=dict(statistics), interrupted=interrupted, proof=proof,
    )


def with_rank_bound(verdict: Verdict, scaled: ScaledProblem, tolerance: Fraction) -> Verdict:
    """An undecided verdict with the bound by rank in place of a lower one that is worse."""
    if verdict.verdict != "undecided":
        return verdict
    found = rank_lower_bound(scaled, tolerance=tolerance)
    if found is None or found[1] <= verdict.lower:
        return verdict
    return replace(verdict, proof=found[0], lower=found[1])


def _late(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() >= deadline


def _share(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    now = time.monotonic()
    return now + _SEARCH_SHARE * (deadline - now)
