"""The escape: networks whose loss tends to an infimum that none attains.

Near the boundary stratum of a vertex v with neighbours a and b, the two neurons v + eps y1 a and
v + eps y0 b span planes that tend to span(v, y0 b - y1 a), while the output weights that produce
the limit grow like 1/eps: the kinks of the neurons merge and their difference becomes a kink and a
jump of the derivative that no single pair of neurons has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symerm.arithmetic.linalg import solve
from symerm.arithmetic.rational_functions import RationalFunction
from symerm.arithmetic.rationals import format_rational
from symerm.attainability.exterior import Combination
from symerm.attainability.planes import Triangle
from symerm.attainability.scaled import ScaledProblem
from symerm.attainability.two_neurons import PlaneProblem
from symerm.errors import CertificateError
from symerm.networks.shallow import ShallowNetwork

__all__ = ["Entry", "Escape", "Family", "LaurentPolynomial", "escape_family"]

Vector = tuple[Fraction, ...]


@dataclass(frozen=True)
class LaurentPolynomial:
    """pole/eps + constant + linear eps + square eps^2 with rational coefficients."""

    pole: Fraction = Fraction(0)
    constant: Fraction = Fraction(0)
    linear: Fraction = Fraction(0)
    square: Fraction = Fraction(0)

    def __call__(self, eps: Fraction) -> Fraction:
        """The value at a positive rational eps."""
        return self.pole / eps + self.constant + eps * (self.linear + eps * self.square)

    def as_rational(self) -> RationalFunction:
        """The same as a quotient of polynomials."""
        return RationalFunction.of(
            [self.pole, self.constant, self.linear, self.square], [0, 1]
        )

    def __str__(self) -> str:
        terms = [
            (self.constant, ""), (self.linear, "eps"), (self.square, "eps^2"),
            (self.pole, "1/eps"),
        ]
        text = ""
        for value, power in terms:
            if value == 0:
                continue
            sign = "-" if value < 0 else "+"
            size = format_rational(abs(value))
            if power == "1/eps":
                body = f"{size}/eps" if abs(value).denominator == 1 else f"({size})/eps"
            elif power and abs(value) == 1:
                body = power
            else:
                body = f"{size}*{power}" if power else size
            text += f" {sign} {body}" if text else (f"-{body}" if sign == "-" else body)
        return text or "0"


#: An entry of a family of networks.
Entry = LaurentPolynomial | RationalFunction
Family = tuple[
    tuple[tuple[Entry, ...], ...],
    tuple[Entry, ...],
    tuple[tuple[Entry, ...], ...],
    tuple[Entry, ...],
]


@dataclass(frozen=True)
class Escape:
    """How the loss tends to the infimum.

    Attributes
    ----------
    stratum : mapping
        The boundary stratum in words and symbols.
    family : hidden weights, hidden biases, output weights, output biases in eps
    loss : LaurentPolynomial or RationalFunction
        The loss of the family, exact.
    limit : Fraction
        The loss of the limit, which no network has.
    rate : str
        How the parameters diverge.
    samples : tuple of (eps, network, loss), eps decreasing
    """

    stratum: Mapping[str, str | list[str]]
    family: Family
    loss: Entry
    limit: Fraction
    rate: str
    samples: tuple[tuple[Fraction, ShallowNetwork, Fraction], ...]


@dataclass(frozen=True)
class _Arm:
    """One neuron of the family, base + eps step, in the units of the forms.

    Its activations are sign * (at + eps slope).
    """

    sign: int
    base: Vector
    step: Vector
    at: list[Fraction]
    slope: list[Fraction]


def escape_family(problem: PlaneProblem, cell: int, y: tuple[int, ...]) -> Escape:
    """The family that tends to a stratum plane of a triangle.

    With activations p1 + eps q1 and p2 + eps q2, p1 - p2 = k constant and D = q2 - q1, let
    c0 + p1 c1 + D c2 be the least-squares fit.  The output weights c1 - c2/eps and c2/eps with
    bias c0 + k c2/eps give the fit plus eps q1 c1.

    Parameters
    ----------
    problem : PlaneProblem
    cell : index of a triangle
    y : (y0, y1, 0) with y0, y1 > 0
    """
    triangle = problem.cells[cell]
    if not isinstance(triangle, Triangle):
        raise CertificateError("an escape needs a stratum of a triangle")
    scaled = problem.scaled
    largest = max(y)
    arms = (
        _arm(problem, triangle.segments[0], triangle.v, triangle.a, Fraction(y[1], largest)),
        _arm(problem, triangle.segments[1], triangle.v, triangle.b, Fraction(y[0], largest)),
    )
    first, second = arms
    jump = [b - a for a, b in zip(first.slope, second.slope, strict=True)]
    shift = first.at[0] - second.at[0]
    bias, main, extra = _least_squares(scaled, first.at, jump)
    unit = scaled.target_scale
    outputs = range(scaled.output_dimension)
    scale = Fraction(scaled.slope_on, unit)
    hidden = [
        [
            LaurentPolynomial(constant=x * scaled.input_scale, linear=dx * scaled.input_scale)
            for x, dx in zip(arm.base, arm.step, strict=True)
        ]
        for arm in arms
    ]
    inputs = len(scaled.forms[0]) - int(scaled.hidden_bias)
    family: Family = (
        tuple(tuple(row[:inputs]) for row in hidden),
        tuple(row[inputs] if scaled.hidden_bias else LaurentPolynomial() for row in hidden),
        (
            tuple(
                LaurentPolynomial(
                    pole=-first.sign * scale * extra[k], constant=first.sign * scale * main[k]
                )
                for k in outputs
            ),
            tuple(LaurentPolynomial(pole=second.sign * scale * extra[k]) for k in outputs),
        ),
        tuple(
            LaurentPolynomial(pole=shift * extra[k] / unit, constant=bias[k] / unit)
            for k in outputs
        ),
    )
    loss = _loss(scaled, first, jump, (bias, main, extra))
    samples = []
    for power in range(1, 6):
        eps = Fraction(1, 10**power)
        network = ShallowNetwork(
            _at(family[0], eps), _at(family[1], eps), _at(family[2], eps), _at(family[3], eps),
            scaled.activation,
        )
        samples.append((eps, network, loss(eps)))
    order = "eps" if loss.linear else "eps^2"
    return Escape(
        stratum=_describe(problem, triangle, y),
        family=family,
        loss=loss,
        limit=loss.constant,
        rate=(
            "the output weights grow like 1/eps while the hidden neurons stay bounded (balanced: "
            f"all like eps^(-1/2)); the loss falls to its limit like {order}"
        ),
        samples=tuple(samples),
    )


def _at(part: Any, eps: Fraction) -> Any:
    if isinstance(part, LaurentPolynomial):
        return part(eps)
    return tuple(_at(entry, eps) for entry in part)


def _arm(
    problem: PlaneProblem, segment: int, at: Combination, towards: Combination, factor: Fraction
) -> _Arm:
    """The neuron v + eps factor * (neighbour) on a segment."""
    scaled, whole = problem.scaled, problem.curve.segments[segment]
    ((vertex, sign),), ((other, _),) = at, towards
    here = next(end for end in whole.ends if end.vertex == vertex)
    there = next(end for end in whole.ends if end.vertex == other)
    base = tuple(Fraction(x) / here.factor for x in here.ray)
    step = tuple(factor * Fraction(x) / there.factor for x in there.ray)
    # act(ray) = orientation * end.sign * factor * image, and the triangle wants sign * image.
    turn = sign * here.sign * whole.orientation

    def phi(u: Vector) -> list[Fraction]:
        values = (
            sum((x * f for x, f in zip(u, form, strict=True)), Fraction(0))
            for form in scaled.forms
        )
        return [turn * (scaled.slope_on if z > 0 else scaled.slope_off) * z for z in values]

    return _Arm(turn, base, step, phi(base), phi(step))


def _least_squares(
    scaled: ScaledProblem, first: list[Fraction], second: list[Fraction]
) -> tuple[list[Fraction], list[Fraction], list[Fraction]]:
    """Bias and coefficients of the best fit of the targets, one per output."""
    columns = [first, second]
    if scaled.output_bias:
        columns.insert(0, [Fraction(1)] * scaled.size)
    weighted = [
        [w * x for w, x in zip(scaled.weights, column, strict=True)] for column in columns
    ]
    gram = [
        [sum((x * y for x, y in zip(row, column, strict=True)), Fraction(0)) for column in columns]
        for row in weighted
    ]
    found = []
    for k in range(scaled.output_dimension):
        right = [
            sum((x * t[k] for x, t in zip(row, scaled.targets, strict=True)), Fraction(0))
            for row in weighted
        ]
        solution = solve(gram, right)
        if solution is None:
            raise CertificateError("the stratum's plane is degenerate")
        found.append(solution if scaled.output_bias else (Fraction(0), *solution))
    bias, main, extra = (list(part) for part in zip(*found, strict=True))
    return bias, main, extra


def _loss(
    scaled: ScaledProblem, first: _Arm, jump: list[Fraction],
    fit: tuple[list[Fraction], list[Fraction], list[Fraction]],
) -> LaurentPolynomial:
    constant = linear = square = Fraction(0)
    for i, (weight, target) in enumerate(zip(scaled.weights, scaled.targets, strict=True)):
        for k, value in enumerate(target):
            rest = value - fit[0][k] - first.at[i] * fit[1][k] - jump[i] * fit[2][k]
            drift = first.slope[i] * fit[1][k]
            constant += weight * rest * rest
            linear -= 2 * weight * rest * drift
            square += weight * drift * drift
    unit = Fraction(1, scaled.target_scale**2)
    return LaurentPolynomial(
        constant=constant * unit + scaled.scatter, linear=linear * unit, square=square * unit
    )


def _describe(
    problem: PlaneProblem, triangle: Triangle, y: tuple[int, ...]
) -> dict[str, str | list[str]]:
    scaled, vertices = problem.scaled, problem.curve.vertices
    places = []
    for combination in (triangle.a, triangle.v, triangle.b):
        vertex = vertices[combination[0][0]]
        point = format_rational(Fraction(scaled.forms[vertex.kink][0], scaled.input_scale))
        places.append((vertex.facing, point))
    facing, point = places[1]
    rays = {
        end.ray
        for k in triangle.segments
        for end in problem.curve.segments[k].ends
        if end.vertex == triangle.v[0][0]
    }
    if len(rays) > 1:
        words = (
            "a kink reaches the first point while another reaches the last one: an affine "
            "function plus a separate change at the two ends"
        )
    else:
        words = f"two {facing}-facing kinks merge at the data point {point}"
    return {
        "kind": "merging neurons",
        "description": words,
        "vertex": f"{facing}-facing kink at {point}",
        "neighbours": [f"{f}-facing kink at {p}" for f, p in (places[0], places[2])],
        "plane": "span(v, y0*b - y1*a)",
        "coordinates": [str(y[0]), str(y[1])],
    }
