"""The decision for one logistic or tanh neuron on the line, with proof.

Up to two inputs, or three with monotone responses, are fitted exactly.  If the nearest monotone
vector is a step, it settles the problem in rationals; affine responses at four or more inputs are
fitted in the limit only.  Else the shapes are covered by boxes: if all shapes of least level are
networks the infimum is attained, if none is it is not; what cannot be told is undecided.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from math import expm1, log

from flint import ctx

from symerm.arithmetic.rationals import format_rational
from symerm.attainability.smooth_candidates import Candidate, best_limit, best_network
from symerm.attainability.smooth_escape import (
    SmoothEscape,
    affine_escape,
    exponential_escape,
    step_escape,
)
from symerm.attainability.smooth_isotonic import IsotonicLimit, isotonic_limit
from symerm.attainability.smooth_networks import (
    loss_bounds,
    network_at,
)
from symerm.attainability.smooth_newton import stationary_point
from symerm.attainability.smooth_problem import ShapeProblem, shape_problem
from symerm.attainability.smooth_search import BoxProof, choose_steepest, prove
from symerm.attainability.verdict import Verdict
from symerm.errors import UnsupportedError
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.problem import Problem

__all__ = ["SmoothProof", "decide_smooth", "unattained_radius"]

_PRECISION = 160
_BOXES = 20_000
#: Levels below this share of Q are taken for a fit that is exact up to rounding.
_TINY = Fraction(1, 10**18)
#: Smallest gap between inputs, relative to their range.
_CLOSEST = Fraction(1, 1000)
#: Relative width of the bounds that are proved if there is no verdict.
_COARSE = Fraction(1, 1000)
#: How much lower than all limits a network has to be before it is tried as a minimiser.
_CLEARLY = 1e-11


@dataclass(frozen=True)
class SmoothProof:
    """The steps of a certificate, as nested tuples of texts and integers."""

    steps: tuple[tuple[object, ...], ...]


def unattained_radius(problem: Problem) -> Fraction:
    """How far all responses may move such that still no network attains the infimum.

    Parameters
    ----------
    problem : Problem
        One input, one output, width 1, logistic or tanh.

    Returns
    -------
    Fraction
        A radius rho: if every response (or every mean response at repeated inputs) differs by at
        most rho from the given one, no network has the least loss.  0 if this is not proved.

    Raises
    ------
    UnsupportedError
        As `decide` does.

    Examples
    --------
    >>> from symerm.problem import Architecture, Dataset
    >>> from symerm.problem.architecture import Activation
    >>> data = Dataset.from_rows([0, 1, 2], [0, 2, 1])
    >>> unattained_radius(Problem(data, Architecture(1, Activation("logistic"))))
    Fraction(13, 64)
    """
    shapes = shape_problem(problem)
    limit = isotonic_limit(shapes) if shapes.size >= 3 and shapes.square else None
    return Fraction(0) if limit is None else limit.radius * shapes.unit


def decide_smooth(
    problem: Problem, *, tolerance: Fraction, deadline: float | None = None
) -> Verdict:
    """Decide whether networks with one logistic or tanh neuron attain the infimum.

    Parameters
    ----------
    problem : Problem
    tolerance : Fraction
        Relative width of the enclosure asked for where the infimum is not rational.
    deadline : float, optional
        When to stop, as `time.monotonic` counts.

    Raises
    ------
    UnsupportedError
        If there is more than one input, output or neuron, or no bias, or if inputs lie too close
        together for a search.

    Examples
    --------
    >>> from symerm.problem import Architecture, Dataset
    >>> from symerm.problem.architecture import Activation
    >>> data = Dataset.from_rows([0, 1, 2], [0, 2, 1])
    >>> verdict = decide_smooth(
    ...     Problem(data, Architecture(1, Activation("tanh"))), tolerance=Fraction(1, 10**9))
    >>> verdict.verdict, verdict.exact
    ('not-attained', Fraction(1, 2))
    """
    shapes = shape_problem(problem)
    with ctx.workprec(_PRECISION):
        return (
            _constant(problem, shapes)
            or _interpolated(problem, shapes)
            or _isotonic(problem, shapes)
            or _affine(problem, shapes)
            or _searched(problem, shapes, tolerance, deadline)
        )


def _constant(problem: Problem, shapes: ShapeProblem) -> Verdict | None:
    if shapes.square:
        return None
    zero = Fraction(0)
    network = ShallowNetwork(
        ((zero,),), (zero,), ((zero,),), (shapes.mean,), problem.architecture.activation
    )
    return Verdict(
        problem, "attained", shapes.scatter, shapes.scatter, shapes.scatter, network,
        reason="the mean responses are constant: a constant network is a minimiser",
        proof=SmoothProof((("constant",),)),
    )


def _interpolated(problem: Problem, shapes: ShapeProblem) -> Verdict | None:
    """Two inputs, or three with strictly monotone responses."""
    d, activation = shapes.deviations, problem.architecture.activation
    if shapes.size > 3 or (shapes.size == 3 and (d[1] - d[0]) * (d[2] - d[1]) <= 0):
        return None
    _require_apart(shapes)
    r, xi = 1.0, 0.5
    if shapes.size == 3:
        # 1/u - 1 = e^(2 r (g - xi)) (1 - e^(-2 r g))/(1 - e^(-2 r x)); xi in (0, 1) for large r.
        place = float(shapes.places[1])
        theta = (d[1] - d[0]) / (d[2] - d[0])
        # Logarithms of integers, which may be too long for a float.
        odds = log(theta.denominator - theta.numerator) - log(theta.numerator)
        while True:
            xi = 1 - place - (odds - _log_fading(2 * r * (1 - place), 2 * r * place)) / (2 * r)
            if 0 < xi < 1:
                break
            r *= 2
    network = network_at(shapes, Fraction(r), Fraction(xi), activation)
    _, upper = loss_bounds(problem, network)
    return Verdict(
        problem, "attained", shapes.scatter, upper, None, network,
        reason="the responses are fitted exactly up to the scatter at equal inputs; the weights "
        "of the network shown are rounded, those of a minimiser need not be rational",
        proof=SmoothProof((("fit",),)),
    )


def _isotonic(problem: Problem, shapes: ShapeProblem) -> Verdict | None:
    limit = isotonic_limit(shapes)
    if limit is None:
        return None
    place, theta = _step_of(limit)
    radius = limit.radius * shapes.unit
    escape = step_escape(problem, shapes, place, theta)
    reason = "the nearest monotone vector to the responses is a step, which no network realises"
    if radius:
        shown = format_rational(radius)
        ball = f"no network attains it for any responses within {shown} of the given ones"
        escape = replace(
            escape, stratum={**escape.stratum, "open set": f"{ball} (each of them, or each mean)"}
        )
        reason += f"; {ball}"
    loss = shapes.to_loss(limit.level)
    return Verdict(
        problem, "not-attained", loss, loss, loss, escape=escape, reason=reason,
        proof=SmoothProof((("isotonic", format_rational(radius)),)),
    )


def _step_of(limit: IsotonicLimit) -> tuple[int, Fraction]:
    """The index and the value theta of a step with two or three levels."""
    first, last = limit.values[0], limit.values[-1]
    for k, value in enumerate(limit.values):
        if value not in (first, last):
            return k, (value - first) / (last - first)
    place = limit.values.index(last)
    # A jump is written with its free value at an inner place.
    return (place, Fraction(1)) if place < len(limit.values) - 1 else (place - 1, Fraction(0))


def _affine(problem: Problem, shapes: ShapeProblem) -> Verdict | None:
    if shapes.level(shapes.places):
        return None
    return Verdict(
        problem, "not-attained", shapes.scatter, shapes.scatter, shapes.scatter,
        escape=affine_escape(problem, shapes),
        reason="the mean responses are affine in the input: networks come close, "
        "but none is affine at four inputs",
        proof=SmoothProof((("affine",),)),
    )


def _searched(
    problem: Problem, shapes: ShapeProblem, tolerance: Fraction, deadline: float | None
) -> Verdict:
    """Cover the shapes by boxes, with the verdict in mind that floating point suggests."""
    _require_apart(shapes)
    candidate, limit = best_network(shapes), best_limit(shapes)
    minimiser = _network_of(problem, shapes, candidate)
    aim = "attained" if candidate.level < limit.level - _CLEARLY else "not-attained"
    reach: tuple[str | int | Fraction, ...] = ()
    escape: SmoothEscape | None = None
    if aim == "attained":
        loss = loss_bounds(problem, minimiser)[1]
    else:
        escape, reach = _escape_to(problem, shapes, limit)
        loss = escape.samples[-1][2] if escape.limit is None or not reach else escape.limit
    upper = shapes.to_level(loss)
    wanted = shapes.to_level(loss * (1 - tolerance * Fraction(9, 10)))
    if reach[:1] == ("step",):
        wanted = upper
    if upper < _TINY * shapes.square:
        wanted = Fraction(0)
    wanted = max(wanted, Fraction(0))
    steepest, decided = choose_steepest(
        shapes, upper=upper, lower=wanted, aim=aim, deadline=deadline
    )

    def proved(lower: Fraction, aim: str) -> BoxProof:
        return prove(
            shapes, upper=upper, lower=lower, steepest=steepest, aim=aim, reach=reach,
            boxes=_BOXES, deadline=deadline,
        )

    if decided:
        boxes = proved(wanted, aim)
        decided = boxes.stays != boxes.escapes
    if not decided:
        boxes = proved(upper * (1 - _COARSE), "bounds")
    proof = SmoothProof((_head(boxes), *boxes.steps))
    statistics = {"boxes": len(boxes.steps)}
    lower = shapes.to_loss(boxes.lower)
    if decided and aim == "attained":
        return Verdict(
            problem, "attained", lower, loss, None, minimiser,
            reason="every limit that is no network has a larger loss than the network shown, "
            "which is close to a minimiser",
            statistics=statistics, proof=proof,
        )
    if decided:
        return Verdict(
            problem, "not-attained", lower, loss, loss if lower == loss else None, escape=escape,
            reason=f"every function of least loss is a limit ({limit.kind}) that no network is",
            statistics=statistics, proof=proof,
        )
    shown = escape.samples[-1][1] if escape is not None and not reach else minimiser
    return Verdict(
        problem, "undecided", lower, loss_bounds(problem, shown)[1], None, shown,
        reason="some boxes could not be closed: a limit and a network may tie, or more time is "
        "needed",
        statistics=statistics, proof=proof,
    )


def _require_apart(shapes: ShapeProblem) -> None:
    """Refuse inputs so close that weights and numbers of digits would explode."""
    gaps = [b - a for a, b in pairwise(shapes.places)]
    if gaps and min(gaps) < _CLOSEST:
        raise UnsupportedError(
            "two inputs are closer than a thousandth of the range of all; merge them, or use relu"
        )


def _head(boxes: BoxProof) -> tuple[object, ...]:
    """The first step of the certificate: the end of the steep charts and the limit."""
    reach = [format_rational(x) if isinstance(x, Fraction) else x for x in boxes.reach]
    return "boxes", format_rational(boxes.steepest), reach


def _network_of(
    problem: Problem, shapes: ShapeProblem, candidate: Candidate
) -> ShallowNetwork:
    r, xi, mirrored = candidate.place
    turned = shapes.reversed() if mirrored else shapes
    place = stationary_point(turned, Fraction(r), Fraction(xi))
    return network_at(turned, *place, problem.architecture.activation)


def _escape_to(
    problem: Problem, shapes: ShapeProblem, limit: Candidate
) -> tuple[SmoothEscape, tuple[str | int | Fraction, ...]]:
    """The escape to a limit, and what the checker needs to compute its loss."""
    if limit.kind == "step":
        place, theta = limit.place
        escape = step_escape(problem, shapes, int(place), Fraction(theta))
        return escape, ("step", int(place), Fraction(theta))
    if limit.kind == "affine":
        return affine_escape(problem, shapes), ("affine",)
    r, _, mirrored = limit.place
    turned = shapes.reversed() if mirrored else shapes
    return exponential_escape(problem, turned, float(r)), ()


def _log_fading(top: float, bottom: float) -> float:
    """log((1 - e^-top)/(1 - e^-bottom))."""
    return log(expm1(-top) / expm1(-bottom))
