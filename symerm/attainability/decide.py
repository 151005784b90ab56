"""The decision: from a training problem to a verdict with proof.

One output: the image of the weights is a finite union of closed cones, so a minimiser exists, and
branch and bound finds the infimum as a rational number (theory: Lim, Michalek, Qi 2019, closedness
of the ReLU cone's joins for one output).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack
from fractions import Fraction
from multiprocessing import get_context

from symerm.attainability.branch_and_bound import SearchResult, minimise
from symerm.attainability.interpolation import interpolate
from symerm.attainability.journal import SearchJournal
from symerm.attainability.proofs import ConeTreeProof, NonnegativeProof
from symerm.attainability.scaled import ScaledProblem, scale_problem
from symerm.attainability.several_outputs import decide_several_outputs
from symerm.attainability.smooth_problem import SMOOTH
from symerm.attainability.smooth_verdict import decide_smooth
from symerm.attainability.verdict import Progress, Verdict
from symerm.errors import InputError
from symerm.problem.problem import Problem

__all__ = ["decide"]


def decide(
    problem: Problem,
    *,
    tolerance: Fraction = Fraction(1, 10**9),
    time_limit: float | None = None,
    executor: Executor | None = None,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    journal: SearchJournal | None = None,
) -> Verdict:
    """Decide whether the infimum of the training loss is attained, and enclose it.

    Parameters
    ----------
    problem : Problem
    tolerance : Fraction
        Relative width of the enclosure asked for where the infimum is not rational.
    time_limit : float, optional
        Seconds after which the search stops with the bounds proved so far.
    executor : concurrent.futures.Executor, optional
        Where the search runs its batches; takes precedence over `workers`.
    workers : int
        Number of worker processes; the verdict is the same for every number.
    progress : callable, optional
        Called now and then with a `Progress`.
    journal : SearchJournal, optional
        Where a one-output search saves its state and what it continues from.

    Returns
    -------
    Verdict

    Raises
    ------
    InputError
        If the number of workers is not positive.
    UnsupportedError
        If the activation is not piecewise linear, unless it is logistic or tanh in a problem with
        one neuron, one input, one output and both biases.

    Examples
    --------
    >>> from symerm.problem import Architecture, Dataset
    >>> data = Dataset.from_rows([0, 1, 2], [0, 2, 1])
    >>> decide(Problem(data, Architecture(1))).exact
    Fraction(1, 2)
    """
    if workers < 1:
        raise InputError(f"the number of workers must be positive, not {workers}")
    started = time.monotonic()
    deadline = None if time_limit is None else started + time_limit
    if problem.architecture.activation.kind in SMOOTH:
        return decide_smooth(problem, tolerance=tolerance, deadline=deadline)
    scaled = scale_problem(problem)
    network = interpolate(scaled)
    if network is not None:
        return Verdict(
            problem, "attained", scaled.scatter, scaled.scatter, scaled.scatter, network,
            reason="the width is enough to fit any responses at the distinct inputs",
            proof=NonnegativeProof(),
        )
    with ExitStack() as stack:
        if executor is None and workers > 1:
            executor = stack.enter_context(
                ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
            )

        def report(lower: float, upper: Fraction, waiting: int, closed: int) -> None:
            if progress is not None:
                progress(Progress(
                    scaled.to_loss(Fraction(lower) * upper), scaled.to_loss(upper),
                    waiting, closed, time.monotonic() - started,
                ))

        if scaled.output_dimension > 1:
            return decide_several_outputs(
                problem, scaled, tolerance=tolerance, deadline=deadline,
                executor=executor, report=report, journal=journal,
            )
        result = minimise(
            scaled, executor=executor, deadline=deadline, progress=report, journal=journal
        )
    return _one_output(problem, scaled, result)


def _one_output(problem: Problem, scaled: ScaledProblem, result: SearchResult) -> Verdict:
    candidate = result.candidate
    network = scaled.network(
        [(u, (Fraction(sign),)) for sign, u in candidate.neurons], (candidate.offset,)
    )
    upper = scaled.to_loss(candidate.loss)
    lower = scaled.to_loss(result.lower)
    proof = (
        NonnegativeProof() if result.lower == 0 else ConeTreeProof(tuple(result.roots))
    )
    if not result.complete:
        why = result.reason or (
            "interrupted" if result.interrupted else "the time limit was reached"
        )
        return Verdict(
            problem, "undecided", lower, upper, None, network,
            reason=f"{why}; a minimiser exists (one output), its loss lies within the bounds",
            statistics=dict(result.statistics), interrupted=result.interrupted, proof=proof,
        )
    return Verdict(
        problem, "attained", lower, upper, upper, network,
        reason="one output: the image of the weights is closed and the minimum was found",
        statistics=dict(result.statistics), proof=proof,
    )
