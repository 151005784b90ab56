"""Several outputs: which method decides a problem, and its verdict.

Always attained: width one, affinely independent inputs with both biases, and responses on a line,
which are a problem with one output.  Decided either way: two neurons, and three with one input, by
the cases of their planes or of a secant variety.  Anything else is undecided, with bounds, unless
they meet; that is never an error.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from fractions import Fraction

from symerm.attainability.escape import escape_family
from symerm.attainability.journal import SearchJournal
from symerm.attainability.one_neuron import solve_one_neuron
from symerm.attainability.output_bounds import bounded_verdict, with_rank_bound
from symerm.attainability.plane_proof import steps_of
from symerm.attainability.planes import Box, Corner, Triangle
from symerm.attainability.projections import response_direction, solve_on_line
from symerm.attainability.proofs import NonnegativeProof, PlaneProof
from symerm.attainability.rank_bound import solve_full_rank
from symerm.attainability.refit import refitted_network
from symerm.attainability.scaled import ScaledProblem
from symerm.attainability.secant_verdict import decide_by_secants
from symerm.attainability.two_neurons import PlaneProblem, decide_planes
from symerm.attainability.verdict import Verdict
from symerm.networks.shallow import ShallowNetwork
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
    if scaled.width == 2 and problem.dataset.input_dimension == 1 and scaled.hidden_bias:
        verdict = _two_neurons(problem, scaled, tolerance, deadline)
        return with_rank_bound(verdict, scaled, tolerance)
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


def _loss(problem: Problem, network: ShallowNetwork) -> Fraction:
    return network.loss(problem.dataset.inputs, problem.dataset.outputs)


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


def _two_neurons(
    problem: Problem, scaled: ScaledProblem, tolerance: Fraction, deadline: float | None
) -> Verdict:
    planes = PlaneProblem.of(scaled)
    try:
        decision = decide_planes(planes, tolerance=tolerance, deadline=deadline)
    except KeyboardInterrupt:
        network = refitted_network(scaled, [])
        return Verdict(
            problem, "undecided", scaled.scatter, _loss(problem, network), None, network,
            reason="interrupted", interrupted=True, proof=NonnegativeProof(),
        )
    lower = scaled.to_loss(decision.lower)
    steps = tuple(steps_of(decision.proofs))
    if decision.verdict == "not-attained" and decision.stratum is not None:
        cell, y, loss = decision.stratum
        upper = scaled.to_loss(loss)
        level = None if decision.level is None else scaled.to_loss(decision.level)
        return Verdict(
            problem, "not-attained", lower, upper, upper if lower == upper else None, None,
            escape=escape_family(planes, cell, y), reason=decision.reason,
            statistics=dict(decision.statistics),
            proof=PlaneProof("fit" if level is None else "level", level, (cell, y[0], y[1]), steps),
        )
    network = refitted_network(scaled, plane_neurons(planes, *decision.best[:2]))
    upper = _loss(problem, network)
    if decision.lower == 0:
        proof: NonnegativeProof | PlaneProof = NonnegativeProof()
    else:
        kind = "attained" if decision.verdict == "attained" else "bounds"
        proof = PlaneProof(kind, None, None, steps)
    return Verdict(
        problem, "attained" if decision.verdict == "attained" else "undecided",
        lower, upper, upper if lower == upper else None, network,
        reason=decision.reason, statistics=dict(decision.statistics), proof=proof,
    )


def plane_neurons(
    planes: PlaneProblem, cell: int, coordinates: tuple[int, ...]
) -> list[tuple[Fraction, ...]]:
    """Two hidden neurons, in the units of the forms, that span a realised plane of a cell."""
    found = planes.cells[cell]
    if isinstance(found, Corner):
        return [_point(planes, found.segment, (1, 0)), _point(planes, found.segment, (0, 1))]
    if isinstance(found, Box):
        first, second = coordinates[:2], coordinates[2:]
        return [
            _point(planes, found.segments[0], first), _point(planes, found.segments[1], second)
        ]
    assert isinstance(found, Triangle)
    y0, y1, y2 = coordinates
    if y2 == 0:
        # Of the edge y2 = 0 only its two ends v^b and a^v are realised.
        segment = found.segments[1] if y0 else found.segments[0]
        return [_point(planes, segment, (1, 0)), _point(planes, segment, (0, 1))]
    (a, _), (v, _), (b, _) = found.a[0], found.v[0], found.b[0]
    shares: tuple[dict[int, int], ...] = ({a: y2, v: y0}, {v: y1, b: y2})
    return [
        _point(planes, segment, tuple(
            share[end.vertex] for end in planes.curve.segments[segment].ends
        ))
        for segment, share in zip(found.segments, shares, strict=True)
    ]


def _point(
    planes: PlaneProblem, segment: int, weights: tuple[int, ...]
) -> tuple[Fraction, ...]:
    """The neuron whose activations are the given combination of a segment's vertices."""
    ends = planes.curve.segments[segment].ends
    total = [Fraction(0)] * len(ends[0].ray)
    for end, weight in zip(ends, weights, strict=True):
        total = [
            x + weight * Fraction(r) / end.factor for x, r in zip(total, end.ray, strict=True)
        ]
    return tuple(total)

