"""Several outputs: which method decides a problem, and its verdict.

Always attained: width one, affinely independent inputs with both biases, and responses on a line,
which are a problem with one output.  Decided either way: two neurons, and three with one input, by
the cases of a secant variety.  Anything else is undecided, with bounds, unless
they meet; that is never an error.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from fractions import Fraction

from symerm.attainability.journal import SearchJournal
from symerm.attainability.one_neuron import solve_one_neuron
from symerm.attainability.output_bounds import bounded_verdict, with_rank_bound
from symerm.attainability.projections import response_direction, solve_on_line
from symerm.attainability.proofs import NonnegativeProof
from symerm.attainability.rank_bound import solve_full_rank
from symerm.attainability.refit import refitted_network
from symerm.attainability.scaled import ScaledProblem
from symerm.attainability.secant_verdict import decide_by_secants
from symerm.attainability.verdict import Verdict
from symerm.problem.problem import Problem

__all__ = ["decide_several_outputs"]

Report = Callable[[float, Fraction, int, int], None]


def decide_several_outputs(
    problem: Problem,
    scaled: ScaledProblem,
    *,
    tolerance: Fraction,
    deadline: float | None,
    executor: Executor | None = None,
    report: Report | None = None,
    journal: SearchJournal | None = None,
) -> Verdict:
    """Decide a problem with more than one output.

    Parameters
    ----------
    problem : Problem
    scaled : ScaledProblem
        Its integer form.
    tolerance : Fraction
        Relative width of the enclosure of the infimum.
    deadline : float, optional
        Time of `time.monotonic` at which the search stops.
    executor : Executor, optional
        Where one-output searches run their batches.
    report : callable, optional
        Called with (relative lower bound, loss, open, closed).
    journal : SearchJournal, optional
        Where the one-output search for responses on a line saves its state.
    """
    direction = response_direction(scaled)
    if direction is None and scaled.width == 1:
        verdict = _one_neuron(problem, scaled, tolerance, deadline, report)
        return with_rank_bound(verdict, scaled, tolerance)
    rank = solve_full_rank(scaled, tolerance=tolerance)
    if rank is not None:
        return Verdict(
            problem, "attained", rank.lower, rank.upper,
            rank.upper if rank.lower == rank.upper else None, rank.network,
            reason="affinely independent inputs: the image of the weights is closed",
            statistics=dict(rank.statistics), proof=rank.proof,
        )
    if direction is not None:
        return _on_line(problem, scaled, direction, deadline, executor, report, journal)
    if scaled.width == 2 or (scaled.width == 3 and problem.dataset.input_dimension == 1):
        return decide_by_secants(
            problem, scaled, tolerance=tolerance, deadline=deadline, executor=executor,
            report=report,
        )
    return bounded_verdict(
        problem, scaled, tolerance=tolerance, deadline=deadline, executor=executor, report=report,
        reason="several outputs are decided for width 1 or 2, for width 3 with one input, for "
        "affinely independent inputs and for responses on a line",
    )


def _on_line(
    problem: Problem, scaled: ScaledProblem, direction: tuple[int, ...], deadline: float | None,
    executor: Executor | None, report: Report | None, journal: SearchJournal | None,
) -> Verdict:
    if not any(direction):
        return Verdict(
            problem, "attained", scaled.scatter, scaled.scatter, scaled.scatter,
            refitted_network(scaled, []),
            reason="the mean responses at the inputs are all equal", proof=NonnegativeProof(),
        )
    result = solve_on_line(
        scaled, direction,
        executor=executor, deadline=deadline, progress=report, journal=journal,
    )
    if result.complete:
        return Verdict(
            problem, "attained", result.lower, result.upper, result.upper, result.network,
            reason="the responses lie on a line: one output in effect, and the minimum was found",
            statistics=dict(result.statistics), proof=result.proof,
        )
    why = result.reason or ("interrupted" if result.interrupted else "the time limit was reached")
    return Verdict(
        problem, "undecided", result.lower, result.upper, None, result.network,
        reason=f"{why}; a minimiser exists (responses on a line), its loss lies within the bounds",
        statistics=dict(result.statistics), interrupted=result.interrupted, proof=result.proof,
    )


def _one_neuron(
    problem: Problem, scaled: ScaledProblem, tolerance: Fraction, deadline: float | None,
    report: Report | None,
) -> Verdict:
    result = solve_one_neuron(scaled, tolerance=tolerance, deadline=deadline, progress=report)
    exact = result.upper if result.lower == result.upper else None
    if result.complete:
        return Verdict(
            problem, "attained", result.lower, result.upper, exact, result.network,
            reason="width one: the image of the weights is closed",
            statistics=dict(result.statistics), proof=result.proof,
        )
    why = "interrupted" if result.interrupted else "the time limit was reached"
    return Verdict(
        problem, "undecided", result.lower, result.upper, None, result.network,
        reason=f"{why}; a minimiser exists (width one), its loss lies within the bounds",
        statistics=dict(result.statistics), interrupted=result.interrupted, proof=result.proof,
    )
