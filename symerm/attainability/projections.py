"""Several outputs through one-output problems along directions of the responses.

For w in Z^q the outputs <w, nu> of the networks nu are those of one-output networks of the same
width.  So for pairwise orthogonal directions the sum of (infimum for the responses <w, t_i>) /
|w|^2 is a lower bound.  It is the infimum itself if the responses are t_i = m + a_i w, with m = 0
unless there is an output bias: a one-output network for <w, t_i>, sent back along w, has the same
loss, so a minimiser exists (one output: Lim, Michalek, Qi 2019).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from fractions import Fraction
from operator import mul

from symerm.arithmetic.linalg import primitive, row_reduce
from symerm.attainability.branch_and_bound import SearchResult, minimise
from symerm.attainability.journal import SearchJournal
from symerm.attainability.local_search import Candidate
from symerm.attainability.proofs import (
    ConeTreeProof,
    NonnegativeProof,
    ProjectedBound,
    ProjectionProof,
)
from symerm.attainability.scaled import ScaledProblem
from symerm.attainability.tree import count_root_cases
from symerm.networks.shallow import ShallowNetwork

__all__ = [
    "LineResult",
    "SeparateBound",
    "diagonals",
    "projected",
    "response_direction",
    "solve_on_line",
    "solve_separately",
]

Report = Callable[[float, Fraction, int, int], None]
IntVector = tuple[int, ...]

#: Cases of the searches of all directions together where there is no time limit.
_CASES = 12_000


@dataclass(frozen=True)
class LineResult:
    """The solution of a problem whose responses lie on a line, in units of the original loss.

    Attributes
    ----------
    network : ShallowNetwork
        Its loss is `upper`.
    lower, upper : Fraction
        Equal if the search is complete.
    proof : ProjectionProof or NonnegativeProof
    complete, interrupted : bool
    reason : str or None
        Why the search could not go on, other than time or an interrupt.
    statistics : dict
    """

    network: ShallowNetwork
    lower: Fraction
    upper: Fraction
    proof: ProjectionProof | NonnegativeProof
    complete: bool
    interrupted: bool
    reason: str | None = None
    statistics: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SeparateBound:
    """The sum of the bounds along orthogonal directions, in units of the original loss.

    Attributes
    ----------
    lower : Fraction
    proof : ProjectionProof or NonnegativeProof
    interrupted : bool
    statistics : dict
    """

    lower: Fraction
    proof: ProjectionProof | NonnegativeProof
    interrupted: bool
    statistics: dict[str, int]


def response_direction(scaled: ScaledProblem) -> IntVector | None:
    """The direction of the line of the responses: through their mean, or 0 without output bias.

    Returns
    -------
    q integers without common divisor; all zero if the responses are one point; None if they do
    not lie on such a line

    Examples
    --------
    >>> from symerm.attainability.scaled import scale_problem
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> data = Dataset.from_rows([0, 1, 2], [[1, 5], [3, 1], [4, -1]])
    >>> response_direction(scale_problem(Problem(data, Architecture(2))))
    (1, -2)
    """
    first = scaled.targets[0] if scaled.output_bias else (0,) * scaled.output_dimension
    rows = [[x - y for x, y in zip(row, first, strict=True)] for row in scaled.targets]
    basis = row_reduce(rows)[0]
    if len(basis) > 1:
        return None
    return primitive(basis[0]) if basis else (0,) * scaled.output_dimension


def projected(scaled: ScaledProblem, direction: IntVector) -> ScaledProblem:
    """The one-output problem of the responses <w, t_i>, without scatter."""
    targets = tuple((sum(map(mul, direction, row)),) for row in scaled.targets)
    return replace(scaled, targets=targets, scatter=Fraction(0))


def solve_on_line(
    scaled: ScaledProblem,
    direction: IntVector,
    *,
    executor: Executor | None = None,
    deadline: float | None = None,
    progress: Report | None = None,
    journal: SearchJournal | None = None,
) -> LineResult:
    """Minimise the loss if the responses lie on a line, as a problem with one output.

    Parameters
    ----------
    scaled : ScaledProblem
    direction : q integers, not all zero, as `response_direction` gives them
    executor, deadline, progress, journal
        As for `symerm.attainability.branch_and_bound.minimise`.

    Examples
    --------
    >>> from symerm.attainability.scaled import scale_problem
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> data = Dataset.from_rows([0, 1, 2, 3], [[0, 0], [1, 2], [0, 0], [1, 2]])
    >>> scaled = scale_problem(Problem(data, Architecture(2)))
    >>> result = solve_on_line(scaled, response_direction(scaled))
    >>> result.complete, result.lower, result.upper
    (True, Fraction(5, 2), Fraction(5, 2))
    """
    square = sum(x * x for x in direction)

    def report(relative: float, loss: Fraction, waiting: int, closed: int) -> None:
        if progress is not None:
            progress(relative, loss / square, waiting, closed)

    problem = projected(scaled, direction)
    result = minimise(
        problem, executor=executor, deadline=deadline, progress=report, journal=journal
    )
    return LineResult(
        _lifted(scaled, direction, result.candidate),
        scaled.to_loss(result.lower / square),
        scaled.to_loss(result.candidate.loss / square),
        _proof([_part(problem, direction, result)]),
        result.complete, result.interrupted, result.reason, dict(result.statistics),
    )


def diagonals(count: int) -> tuple[IntVector, ...]:
    """The orthogonal basis e_1 + e_2, e_1 - e_2, e_3 + e_4, .. of Q^q; the last is e_q for odd q.

    Examples
    --------
    >>> diagonals(3)
    ((1, 1, 0), (1, -1, 0), (0, 0, 1))
    """
    basis = []
    for k in range(0, count, 2):
        for sign in (1, -1) if k + 1 < count else (0,):
            basis.append(tuple(int(i == k) + sign * int(i == k + 1) for i in range(count)))
    return tuple(basis)


def solve_separately(
    scaled: ScaledProblem,
    *,
    goal: Fraction,
    directions: tuple[IntVector, ...] | None = None,
    executor: Executor | None = None,
    deadline: float | None = None,
    progress: Report | None = None,
) -> SeparateBound | None:
    """A lower bound from outputs one by one, within the time or a fixed number of cases.

    Parameters
    ----------
    scaled : ScaledProblem
    goal : Fraction
        A bound to beat, in units of the original loss.
    directions : tuple of pairwise orthogonal vectors of q integers, optional
        Directions of the responses in place of the outputs themselves.
    executor, progress
        As for `symerm.attainability.branch_and_bound.minimise`.
    deadline : float, optional
        The time up to it is divided among the directions; without it the cases are limited.

    Returns
    -------
    SeparateBound, or None if this can be seen not to beat the goal or has too many cases

    Examples
    --------
    >>> from symerm.attainability.scaled import scale_problem
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> data = Dataset.from_rows([0, 1, 2, 3, 4], [[0, 0], [2, 1], [0, 2], [2, 3], [0, 5]])
    >>> scaled = scale_problem(Problem(data, Architecture(2)))
    >>> solve_separately(scaled, goal=Fraction(0)).lower
    Fraction(8, 3)
    """
    size = scaled.output_dimension
    if directions is None:
        directions = tuple(tuple(int(i == k) for i in range(size)) for k in range(size))
    count = len(directions)
    limit = None if deadline is not None else _CASES // count
    if limit is not None and count_root_cases(len(scaled.forms[0]), scaled.width) > limit:
        return None
    problems = [projected(scaled, direction) for direction in directions]
    squares = [sum(x * x for x in direction) for direction in directions]
    # No bound exceeds the loss of a network, so a first look can spare the search.
    looks = [minimise(problem, deadline=deadline, case_limit=0) for problem in problems]
    losses = (look.candidate.loss / square for look, square in zip(looks, squares, strict=True))
    interrupted = any(look.interrupted for look in looks)
    if scaled.to_loss(sum(losses, Fraction(0))) <= goal and not interrupted:
        return None
    parts: list[ProjectedBound] = []
    statistics = {"cases": 0, "leaves": 0, "open": 0}
    for k, (problem, direction, look) in enumerate(zip(problems, directions, looks, strict=True)):
        if interrupted:
            break
        if look.candidate.loss == 0:
            continue
        result = minimise(
            problem, executor=executor, deadline=_share(deadline, count - k),
            case_limit=limit, progress=progress,
        )
        interrupted = result.interrupted
        parts.append(_part(problem, direction, result))
        for key in statistics:
            statistics[key] += result.statistics[key]
    total = scaled.scatter
    for part in parts:
        total += part.bound / sum(x * x for x in part.direction)
    return SeparateBound(total, _proof(parts), interrupted, statistics)


def _share(deadline: float | None, count: int) -> float | None:
    """The time up to which one of several searches may run."""
    if deadline is None:
        return None
    now = time.monotonic()
    return now + (deadline - now) / count


def _part(problem: ScaledProblem, direction: IntVector, result: SearchResult) -> ProjectedBound:
    return ProjectedBound(
        direction, problem.to_loss(result.lower), ConeTreeProof(tuple(result.roots))
    )


def _proof(parts: list[ProjectedBound]) -> ProjectionProof | NonnegativeProof:
    """The parts that say something."""
    useful = tuple(part for part in parts if part.bound > 0)
    return ProjectionProof(useful) if useful else NonnegativeProof()


def _lifted(
    scaled: ScaledProblem, direction: IntVector, candidate: Candidate
) -> ShallowNetwork:
    """A network for <w, t_i> sent back to the line m + R w of the responses."""
    square = sum(x * x for x in direction)
    point = [Fraction(0)] * len(direction)
    if scaled.output_bias:
        point = [Fraction(x) for x in scaled.targets[0]]
    along = candidate.offset - sum(map(mul, direction, point), Fraction(0))
    return scaled.network(
        [(u, tuple(Fraction(sign * x, square) for x in direction))
         for sign, u in candidate.neurons],
        tuple(x + along * y / square for x, y in zip(point, direction, strict=True)),
    )
