"""The verdict of a problem by the cases of its secant variety.

A decision about tuples of neurons becomes a network or an escape, and a proof that a certificate
is written from.  Where nothing is decided, or there are too many cases, the best certified bounds
of all methods are reported; near a boundary stratum the best network is one of the escape.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from fractions import Fraction

from symerm.attainability.output_bounds import bounded_verdict, with_rank_bound
from symerm.attainability.proofs import NonnegativeProof, SecantProof
from symerm.attainability.refit import refitted_network
from symerm.attainability.scaled import ScaledProblem
from symerm.attainability.secant_escape import secant_escape
from symerm.attainability.secant_networks import realised_neurons
from symerm.attainability.secant_problem import Limit, SecantProblem
from symerm.attainability.secants import SecantDecision, decide_secants
from symerm.attainability.verdict import Verdict
from symerm.errors import CertificateError, UnsupportedError
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.problem import Problem

__all__ = ["decide_by_secants"]

Report = Callable[[float, Fraction, int, int], None]

#: Cases that are treated without and with a time limit, and if nearly all are closed at once.
_ROOTS, _ROOTS_IN_TIME, _QUICK_ROOTS = 4000, 20_000, 100_000
#: Steps of all proofs together without a time limit.
_STEPS = 200_000
#: Share of the time for the bounds of other methods.
_FOR_BOUNDS = 0.3


def decide_by_secants(
    problem: Problem,
    scaled: ScaledProblem,
    *,
    tolerance: Fraction,
    deadline: float | None = None,
    executor: Executor | None = None,
    report: Report | None = None,
) -> Verdict:
    """The verdict of a problem with two or more neurons and several outputs.

    Bounds of other methods come first where the cases may be many: they decide some problems, and
    are quick.

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
        Where searches for bounds run their batches.
    report : callable, optional
        Called with (relative lower bound, loss of the integer problem, open, closed).

    Examples
    --------
    >>> from symerm.attainability.scaled import scale_problem
    >>> from symerm.problem import Architecture, Dataset
    >>> data = Dataset.from_rows([[0, 0], [1, 0], [0, 1], [1, 1]],
    ...                          [[0, 2], [1, 0], [3, 1], [0, 0]])
    >>> problem = Problem(data, Architecture(2))
    >>> verdict = decide_by_secants(
    ...     problem, scale_problem(problem), tolerance=Fraction(1, 10**9))
    >>> verdict.lower <= verdict.upper
    True
    """
    # On the line two neurons have few cases, and nearly all are closed at once.
    quick = scaled.width == 2 and problem.dataset.input_dimension == 1

    def bounds(end: float | None) -> Verdict:
        return bounded_verdict(
            problem, scaled, reason="not decided", tolerance=tolerance, deadline=end,
            executor=executor, report=report,
        )

    bounded = None if quick else bounds(_share(deadline, _FOR_BOUNDS))
    if bounded is not None and (bounded.verdict != "undecided" or bounded.interrupted):
        return bounded
    most = _QUICK_ROOTS if quick else _ROOTS if deadline is None else _ROOTS_IN_TIME
    try:
        secants = SecantProblem.of(scaled, most=most, deadline=deadline)
        if not secants.tables:
            raise UnsupportedError("the hidden neurons span fewer dimensions than the width")
        decision = decide_secants(
            secants, tolerance=tolerance, deadline=deadline,
            steps=_STEPS if deadline is None else None,
        )
        if decision.verdict != "undecided":
            return _decided(problem, secants, decision)
        found = _undecided(problem, secants, decision)
    except UnsupportedError as error:
        bounded = bounded or bounds(deadline)
        return bounded if bounded.verdict != "undecided" else replace(
            bounded, reason=_instead(bounded, str(error))
        )
    except KeyboardInterrupt:
        if bounded is None:
            bounded = with_rank_bound(_trivial(problem, scaled), scaled, tolerance)
        return replace(bounded, reason=_instead(bounded, "interrupted"), interrupted=True)
    return _better(found, bounded or bounds(deadline))


def _trivial(problem: Problem, scaled: ScaledProblem) -> Verdict:
    """The bounds that need no search."""
    network = refitted_network(scaled, [])
    return Verdict(
        problem, "undecided", scaled.scatter, _loss(problem, network), None, network,
        reason="the bounds need no search", proof=NonnegativeProof(),
    )


def _decided(problem: Problem, secants: SecantProblem, decision: SecantDecision) -> Verdict:
    scaled = secants.scaled
    lower = scaled.to_loss(decision.lower)
    if decision.verdict == "attained":
        network = refitted_network(scaled, realised_neurons(secants, decision.best))
        upper = _loss(problem, network)
        if not any(step[0] in ("e", "r") for step in decision.steps):
            # All other leaves prove the loss of the network as a bound.
            lower = upper
        return Verdict(
            problem, "attained", lower, upper, upper if lower == upper else None, network,
            reason=decision.reason, statistics=dict(decision.statistics),
            proof=_proof(secants, decision, "attained"),
        )
    assert decision.stratum is not None
    escape = secant_escape(secants, decision.stratum)
    upper = escape.limit
    return Verdict(
        problem, "not-attained", lower, upper, upper if lower == upper else None, None,
        escape=escape, reason=decision.reason, statistics=dict(decision.statistics),
        proof=_proof(secants, decision, "level"),
    )


def _undecided(problem: Problem, secants: SecantProblem, decision: SecantDecision) -> Verdict:
    scaled = secants.scaled
    lower = scaled.to_loss(decision.lower)
    network = _best_network(problem, secants, decision)
    upper = _loss(problem, network)
    return Verdict(
        problem, "undecided", lower, upper, None, network, reason=decision.reason,
        statistics=dict(decision.statistics), proof=_proof(secants, decision, "bounds"),
    )


def _best_network(
    problem: Problem, secants: SecantProblem, decision: SecantDecision
) -> ShallowNetwork:
    """The best tuple's network, or one on the way to a better stratum."""
    network = refitted_network(secants.scaled, realised_neurons(secants, decision.best))
    stratum = decision.stratum
    if stratum is None or stratum.loss >= decision.best.loss:
        return network
    try:
        _, nearest, loss = secant_escape(secants, stratum).samples[-1]
    except CertificateError:
        # The losses near the stratum are below its own, or the path is degenerate.
        return network
    return nearest if loss < _loss(problem, network) else network


def _proof(
    secants: SecantProblem, decision: SecantDecision, kind: str
) -> SecantProof | NonnegativeProof:
    refined = tuple((step.piece, step.coefficients) for step in secants.refinements)
    if kind == "level" and decision.stratum is not None:
        limit = _limit(decision.stratum)
        if decision.level is None:
            return SecantProof("fit", None, limit, (), refined)
        level = secants.scaled.to_loss(decision.level)
        return SecantProof(kind, level, limit, decision.steps, refined)
    if decision.lower == 0:
        return NonnegativeProof()
    return SecantProof(kind, None, None, decision.steps, refined)


def _limit(
    stratum: Limit,
) -> tuple[int, tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]:
    """The root, the coordinates and the powers of eps that they carry."""
    assert stratum.box is not None
    orders = tuple(
        tuple(int(item not in part) for item in range(len(row)))
        for row, part in zip(stratum.coordinates, stratum.box, strict=True)
    )
    return stratum.root, stratum.coordinates, orders


def _better(verdict: Verdict, bounded: Verdict) -> Verdict:
    """Two sets of bounds joined; if they meet, the network is a minimiser."""
    reason = f"{verdict.reason}; the lower bound is by the cases of neurons"
    if bounded.lower >= verdict.lower:
        reason = _instead(bounded, str(verdict.reason))
        verdict = replace(verdict, lower=bounded.lower, proof=bounded.proof)
    if bounded.upper < verdict.upper:
        verdict = replace(verdict, upper=bounded.upper, minimiser=bounded.minimiser)
    if verdict.lower == verdict.upper:
        return replace(
            verdict, verdict="attained", exact=verdict.upper,
            reason="a network reaches the lower bound",
        )
    return replace(
        verdict, reason=reason, statistics={**verdict.statistics, **bounded.statistics}
    )


def _instead(bounded: Verdict, reason: str) -> str:
    """The reason for bounds only, and where the lower one is from."""
    return f"{reason}; {str(bounded.reason).rpartition('; ')[2]}"


def _loss(problem: Problem, network: ShallowNetwork) -> Fraction:
    return network.loss(problem.dataset.inputs, problem.dataset.outputs)


def _share(deadline: float | None, share: float) -> float | None:
    """The end of a share of the time that is left."""
    if deadline is None:
        return None
    now = time.monotonic()
    return now + share * (deadline - now)
