"""Monotone responses: a bound for networks with one monotone neuron, exact and often sharp.

A network with one monotone neuron takes increasing or decreasing values at the inputs.  The
nearest increasing vector to the responses is unique and constant on blocks (pool adjacent
violators; Barlow, Bartholomew, Bremner, Brunk 1972).  If it has two blocks, or three with a single
input between two levels, it is a limit of networks with growing weights; and no network with
v a != 0 has a value twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.balls import square_root_bounds
from symerm.attainability.smooth_problem import ShapeProblem

__all__ = ["IsotonicLimit", "isotonic_limit", "isotonic_regression"]

Vector = tuple[Fraction, ...]


@dataclass(frozen=True)
class IsotonicLimit:
    """A step that is the nearest monotone vector to the responses.

    Attributes
    ----------
    sign : int
        1 if it increases, -1 if it decreases.
    values : n Fractions
        Its values in units of the deviations.
    level : Fraction
        G of the step: the least level of all networks, which none has.
    radius : Fraction
        All mean responses may move by up to this much (in units of the deviations) and still no
        network attains the infimum; 0 if that is not proved.
    """

    sign: int
    values: Vector
    level: Fraction
    radius: Fraction


def isotonic_regression(
    responses: Vector, weights: tuple[int, ...]
) -> list[tuple[Fraction, int, int]]:
    """The nearest increasing vector, as blocks (value, first index, end index).

    Examples
    --------
    >>> isotonic_regression((Fraction(0), Fraction(2), Fraction(1)), (1, 1, 1))
    [(Fraction(0, 1), 0, 1), (Fraction(3, 2), 1, 3)]
    """
    blocks: list[tuple[Fraction, int, int, int]] = []
    for i, (t, w) in enumerate(zip(responses, weights, strict=True)):
        blocks.append((t, w, i, i + 1))
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            (t1, w1, first, _), (t2, w2, _, end) = blocks[-2:]
            blocks[-2:] = [((w1 * t1 + w2 * t2) / (w1 + w2), w1 + w2, first, end)]
    return [(value, first, end) for value, _, first, end in blocks]


def isotonic_limit(problem: ShapeProblem) -> IsotonicLimit | None:
    """The step that settles the problem, if the nearest monotone vector is one.

    It settles the problem if no network has its loss: the nearest vector of the other direction is
    farther away, or takes a value twice as well.  There must be at least three inputs.

    Examples
    --------
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> from symerm.attainability.smooth_problem import shape_problem
    >>> data = Dataset.from_rows([0, 1, 2], [0, 2, 1])
    >>> limit = isotonic_limit(shape_problem(Problem(data, Architecture(1))))
    >>> limit.level, limit.values
    (Fraction(1, 2), (Fraction(-1, 1), Fraction(1, 2), Fraction(1, 2)))
    """
    found = {}
    for sign in (1, -1):
        turned = tuple(sign * d for d in problem.deviations)
        blocks = isotonic_regression(turned, problem.weights)
        values = tuple(sign * y for y, first, end in blocks for _ in range(first, end))
        rows = zip(problem.weights, problem.deviations, values, strict=True)
        level = sum((w * (d - y) ** 2 for w, d, y in rows), Fraction(0))
        found[sign] = (level, blocks, values)
    sign = min(found, key=lambda s: (found[s][0], -s))
    level, blocks, values = found[sign]
    other, others, _ = found[-sign]
    # A step has two blocks, or three with a single input in the middle; it must not be injective.
    step = len(blocks) == 2 or (len(blocks) == 3 and blocks[1][2] - blocks[1][1] == 1)
    if not step or len(blocks) == problem.size:
        return None
    if other <= level and len(others) in (1, problem.size):
        return None
    return IsotonicLimit(sign, values, level, _radius(problem, blocks, sign, level, other))


def _radius(
    problem: ShapeProblem,
    blocks: list[tuple[Fraction, int, int]],
    sign: int,
    level: Fraction,
    other: Fraction,
) -> Fraction:
    """How far the responses may move such that the same blocks stay the nearest vector's.

    The distance to the increasing vectors and that to the decreasing ones change by at most
    rho sqrt(W); a partial sum over the first part of a block by at most 2 rho V (W - V) / W, with
    the weights V of the part and W of the block; a difference of two means by at most 2 rho.
    """
    bounds = [(blocks[k + 1][0] - blocks[k][0]) / 2 for k in range(len(blocks) - 1)]
    for value, first, end in blocks:
        total, before, weight = sum(problem.weights[first:end]), Fraction(0), 0
        for i in range(first, end - 1):
            before += problem.weights[i] * (sign * problem.deviations[i] - value)
            weight += problem.weights[i]
            bounds.append(before * total / (2 * weight * (total - weight)))
    gap = square_root_bounds(other)[0] - square_root_bounds(level)[1]
    bounds.append(gap / (2 * square_root_bounds(Fraction(sum(problem.weights)))[1]))
    # Strictly inside, and short to write.
    least = min(bounds)
    if least <= 0:
        return Fraction(0)
    unit = Fraction(1, 1)
    while unit * 16 > least:
        unit /= 2
    return ((least / unit).__ceil__() - 1) * unit
