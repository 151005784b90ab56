"""Cones of neurons in the proof for width one: their forms, and where to cut them.

A cone is cut by a data point as long as some point has both signs on it, by the one that divides
the cone most evenly.  After that the form of the cone decides, and a cone that it does not settle
is bisected: half way between the two hidden vectors that are farthest apart.  Bisection makes the
hidden vectors of a cone nearly parallel, which makes a strictly copositive form's entries positive
(Bundfuss, Duer 2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt
from operator import mul

from symerm.arithmetic.linalg import primitive
from symerm.arrangements.fan import Cone, Fan, IntVector
from symerm.attainability.rayleigh import RayleighForm, rayleigh_form
from symerm.attainability.scaled import ScaledProblem

__all__ = ["bisecting_form", "cone_form", "dividing_point"]


def cone_form(
    problem: ScaledProblem, fan: Fan, cone: Cone
) -> tuple[RayleighForm, list[int]]:
    """The form of a cone on its decided points, and the undecided points."""
    values = [fan.values(ray) for ray in cone.rays]
    kept: list[int] = []
    undecided: list[int] = []
    for i, column in enumerate(zip(*values, strict=True)):
        (undecided if min(column) < 0 < max(column) else kept).append(i)
    act = problem.act
    return rayleigh_form(
        problem, [[act(z[i]) for i in kept] for z in values], kept
    ), undecided


def dividing_point(fan: Fan, cone: Cone, undecided: Sequence[int]) -> int:
    """The undecided point that divides a cone most evenly."""
    best, choice = -1.0, undecided[0]
    values = [fan.values(ray) for ray in cone.rays]
    heights = [max(map(abs, z)) for z in values]
    for i in undecided:
        parts = [z[i] / height for z, height in zip(values, heights, strict=True) if height]
        plus, minus = sum(x for x in parts if x > 0), -sum(x for x in parts if x < 0)
        balance = min(plus, minus) / (plus + minus) if plus + minus else 0.0
        if balance > best:
            best, choice = balance, i
    return choice


def bisecting_form(
    problem: ScaledProblem, fan: Fan, cone: Cone, form: RayleighForm, blocked: Sequence[int]
) -> IntVector:
    """A linear form that separates the two rays farthest apart, half way between them.

    Farthest in the angle of their hidden vectors: <x, x_k / |x_k| - x_j / |x_j|>.
    """
    live = [k for k in blocked if form.gram[k][k]]
    first, second = min(
        ((j, k) for k in live for j in live if j < k),
        key=lambda pair: _cosine(form.gram, *pair),
    )
    images = [
        [problem.act(z) for z in fan.values(cone.rays[k])] for k in (first, second)
    ]
    lengths = [form.gram[k][k] for k in (first, second)]
    shift = max(length.bit_length() for length in lengths) + 64
    factors = [isqrt((1 << 2 * shift) // length) for length in lengths]
    weights = problem.weights
    gradient = [
        w * (factors[0] * x - factors[1] * y)
        for w, x, y in zip(weights, *images, strict=True)
    ]
    if problem.output_bias:
        mean = sum(gradient)
        gradient = [
            form.unit * g - w * mean for g, w in zip(gradient, weights, strict=True)
        ]
    signs = list(zip(*(fan.values(ray) for ray in cone.rays), strict=True))
    slopes = [
        problem.slope_on if max(column) > 0 else problem.slope_off
        for column in signs
    ]
    whole = [
        sum(g * slope * f[j] for g, slope, f in zip(
            gradient, slopes, problem.forms, strict=True))
        for j in range(fan.dimension)
    ]
    # Rounding must neither change the angles much nor favour a coordinate of large entries.
    reach = [max(map(abs, column)).bit_length() for column in zip(*cone.rays, strict=True)]
    top = max(abs(x).bit_length() + r for x, r in zip(whole, reach, strict=True))
    bits = 8
    while True:
        shifts = [max(top - bits - r, 0) for r in reach]
        rounded = primitive([
            (x >> shift) << shift for x, shift in zip(whole, shifts, strict=True)
        ])
        ends = [sum(map(mul, rounded, cone.rays[k])) for k in (first, second)]
        squares = [end * end * lengths[1 - k] for k, end in enumerate(ends)]
        if ends[0] > 0 > ends[1] and max(squares) <= 4 * min(squares):
            return rounded
        bits *= 2


def _cosine(gram: Sequence[Sequence[int]], j: int, k: int) -> Fraction:
    """The square of the cosine of two rays' angle, with the sign of the cosine."""
    value = gram[j][k]
    return Fraction(value * abs(value), gram[j][j] * gram[k][k])
