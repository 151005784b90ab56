"""Escapes to a boundary stratum of a secant variety: paths of networks as functions of eps.

The coordinates of the items outside the box of the stratum are multiplied by eps, so that the
hidden neurons are polynomials in eps whose activations become dependent at eps = 0, modulo
constants with an output bias.  Their signs do not change for eps > 0, so the normal equations of
the output layer have polynomial coefficients, and the best output weights and biases are rational
functions with poles at 0 (Cramer's rule).  What they tend to at the inputs is the fit of the limit.
An output layer with the same limit and as few powers of 1/eps is linear algebra; its loss is a
polynomial in eps and tends to the stratum's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from flint import fmpq, fmpq_poly

from symerm.arithmetic.linalg import primitive, solve
from symerm.arithmetic.rational_functions import RationalFunction
from symerm.attainability.escape import Escape, Family
from symerm.attainability.scaled import ScaledProblem
from symerm.attainability.secant_networks import NeuronPath, neuron_paths
from symerm.attainability.secant_problem import Limit, SecantProblem
from symerm.attainability.secant_strata import describe_stratum
from symerm.errors import CertificateError
from symerm.networks.shallow import ShallowNetwork

__all__ = ["secant_escape"]

_SAMPLES = 5
#: The samples have eps = 10^-k, .., 10^-(k + 4) with k at most this.
_SMALLEST = 60
#: Where the losses of output layers are compared.
_NEAR = Fraction(1, 10**12)


def secant_escape(problem: SecantProblem, limit: Limit) -> Escape:
    """The family of networks whose loss falls to that of a limit.

    Parameters
    ----------
    problem : SecantProblem
    limit : Limit
        With a box.

    Raises
    ------
    CertificateError
        If there is no box, networks near the limit are dependent, or the loss does not fall to
        that of the limit.

    Examples
    --------
    >>> from symerm.attainability.scaled import scale_problem
    >>> from symerm.attainability.secant_search import search_minima
    >>> from symerm.problem import Architecture, Problem
    >>> from symerm.problem.catalogue import load_dataset
    >>> data = load_dataset("counterexample-3")
    >>> problem = SecantProblem.of(scale_problem(Problem(data, Architecture(2))))
    >>> best = next(guess for guess in search_minima(problem.tables) if guess.box is not None)
    >>> ones = tuple((1,) * len(part) for part in best.coordinates)
    >>> limit = Limit(best.root, ones, best.box, problem.loss(best.root, ones, best.box))
    >>> escape = secant_escape(problem, limit)
    >>> escape.limit == problem.scaled.to_loss(limit.loss), escape.loss.limit == escape.limit
    (True, True)
    """
    if limit.box is None:
        raise CertificateError("an escape needs a point of a boundary stratum")
    scaled = problem.scaled
    paths = [_plain(scaled, path) for path in neuron_paths(problem, limit)]
    columns = [_activations(scaled, path) for path in paths]
    layers = _layers(scaled, columns)
    losses = [layer.loss(scaled, columns) for layer in layers]
    layer, loss = min(zip(layers, losses, strict=True), key=lambda pair: pair[1](_NEAR))
    reach = scaled.to_loss(limit.loss)
    if loss.limit != reach:
        raise CertificateError("the loss of the family does not tend to that of the stratum")
    family = _family(scaled, paths, layer)
    return Escape(
        stratum=describe_stratum(scaled, paths),
        family=family,
        loss=loss,
        limit=reach,
        rate=_rate(family, loss, reach),
        samples=_samples(scaled, family, loss, reach),
    )


@dataclass(frozen=True)
class _Layer:
    """An output layer for each eps, in the units of the scaled problem.

    Weights and biases are polynomials divided by eps^pole: those of neuron j are `weights[j]`.
    """

    pole: int
    weights: list[list[fmpq_poly]]
    biases: list[fmpq_poly]

    @classmethod
    def of(
        cls, scaled: ScaledProblem, columns: Sequence[Sequence[fmpq_poly]], pole: int,
        targets: Sequence[Sequence[Fraction]], main: int,
    ) -> _Layer:
        """The layer that tends to some targets, with few constants but that of a main neuron."""
        powers = range(pole + 1)
        ones = [fmpq_poly([1])] * scaled.size
        inner = [*columns, ones] if scaled.output_bias else list(columns)
        # The unknowns that come last are zero if they may: all constants of neurons but one.
        unknowns = [(main, pole)]
        unknowns += [(j, k) for j in range(len(columns)) for k in powers[:-1]]
        unknowns += [(j, k) for j in range(len(columns), len(inner)) for k in powers]
        unknowns += [(j, pole) for j in range(len(columns)) if j != main]
        matrix = [
            [_coefficient(inner[j][i], power - k) for j, k in unknowns]
            for power in powers for i in range(scaled.size)
        ]
        found = []
        for k in range(scaled.output_dimension):
            right = [Fraction(0)] * (pole * scaled.size) + [row[k] for row in targets]
            solution = solve(matrix, right)
            if solution is None:
                raise CertificateError("no output layer has the limit of the best ones")
            entries = [[Fraction(0)] * (pole + 1) for _ in inner]
            for (j, power), value in zip(unknowns, solution, strict=True):
                entries[j][power] = value
            found.append([
                fmpq_poly([fmpq(x.numerator, x.denominator) for x in row]) for row in entries
            ])
        layers = [list(part) for part in zip(*found, strict=True)]
        biases = layers.pop() if scaled.output_bias else [fmpq_poly()] * scaled.output_dimension
        return cls(pole, layers, biases)

    def loss(
        self, scaled: ScaledProblem, columns: Sequence[Sequence[fmpq_poly]]
    ) -> RationalFunction:
        """The loss in the units of the original problem."""
        power = fmpq_poly([0] * self.pole + [1])
        total = fmpq_poly()
        for i, (weight, target) in enumerate(zip(scaled.weights, scaled.targets, strict=True)):
            for k, value in enumerate(target):
                rest = power * value - self.biases[k]
                for weights, column in zip(self.weights, columns, strict=True):
                    rest -= weights[k] * column[i]
                total += rest * rest * weight
        unit = Fraction(1, scaled.target_scale**2)
        return _quotient(total, power * power) * unit + RationalFunction.of([scaled.scatter])


def _layers(
    scaled: ScaledProblem, columns: Sequence[Sequence[fmpq_poly]]
) -> list[_Layer]:
    """Output layers with the limit of the best ones."""
    pole, targets = _limit(scaled, columns)
    return [_Layer.of(scaled, columns, pole, targets, main) for main in range(len(columns))]


def _limit(
    scaled: ScaledProblem, columns: Sequence[Sequence[fmpq_poly]]
) -> tuple[int, list[list[Fraction]]]:
    """The order of the pole of the best output layer, and what its outputs tend to."""
    total = sum(scaled.weights)
    outputs = range(scaled.output_dimension)
    centred = [list(column) for column in columns]
    target_means = [Fraction(0)] * scaled.output_dimension
    if scaled.output_bias:
        for column in centred:
            mean = sum(
                (x * w for x, w in zip(column, scaled.weights, strict=True)), fmpq_poly()
            ) / total
            column[:] = [x - mean for x in column]
        target_means = [
            Fraction(
                sum(w * t[k] for w, t in zip(scaled.weights, scaled.targets, strict=True)), total
            )
            for k in outputs
        ]
    weighted = [[x * w for x, w in zip(row, scaled.weights, strict=True)] for row in centred]
    gram = [[_dot(row, column) for column in centred] for row in weighted]
    moments = [
        [_dot(row, [fmpq_poly([t[k]]) for t in scaled.targets]) for k in outputs]
        for row in weighted
    ]
    determinant = _determinant(gram)
    if not determinant:
        raise CertificateError("the neurons near the stratum are dependent")
    weights = [
        [
            _determinant([
                [*row[:j], moment[k], *row[j + 1 :]]
                for row, moment in zip(gram, moments, strict=True)
            ])
            for k in outputs
        ]
        for j in range(len(columns))
    ]
    order = _order(determinant)
    pole = max((order - _order(x) for row in weights for x in row if x), default=0)
    lowest = _coefficient(determinant, order)
    fits = [
        [
            mean + _coefficient(
                _dot([row[k] for row in weights], [column[i] for column in centred]), order
            ) / lowest
            for k, mean in enumerate(target_means)
        ]
        for i in range(scaled.size)
    ]
    return max(pole, 0), fits


def _plain(scaled: ScaledProblem, path: NeuronPath) -> NeuronPath:
    """The path times a positive number such that it begins with whole numbers without a factor."""
    start = [row[0] * scaled.input_scale if row else Fraction(0) for row in path]
    whole = primitive(start)
    place = next(k for k, x in enumerate(whole) if x)
    factor = whole[place] / start[place]
    return tuple(tuple(x * factor for x in row) for row in path)


def _activations(scaled: ScaledProblem, path: NeuronPath) -> list[fmpq_poly]:
    """The activations at the inputs; all coefficients of a value have one sign."""
    rows = [fmpq_poly([fmpq(x.numerator, x.denominator) for x in row]) for row in path]
    found = []
    for form in scaled.forms:
        value = sum((row * x for row, x in zip(rows, form, strict=True)), fmpq_poly())
        signs = {x > 0 for x in value.coeffs() if x}
        if len(signs) > 1:
            raise CertificateError("a neuron of the family changes its sign at an input")
        found.append(value * (scaled.slope_on if signs == {True} else scaled.slope_off))
    return found


def _family(scaled: ScaledProblem, paths: Sequence[NeuronPath], layer: _Layer) -> Family:
    inputs = len(scaled.forms[0]) - int(scaled.hidden_bias)
    hidden = [
        [RationalFunction.of(row) * scaled.input_scale for row in path] for path in paths
    ]
    power = fmpq_poly([0] * layer.pole + [1])
    unit = Fraction(1, scaled.target_scale)
    return (
        tuple(tuple(row[:inputs]) for row in hidden),
        tuple(row[inputs] if scaled.hidden_bias else RationalFunction(()) for row in hidden),
        tuple(
            tuple(_quotient(x, power) * scaled.slope_on * unit for x in row)
            for row in layer.weights
        ),
        tuple(_quotient(x, power) * unit for x in layer.biases),
    )


def _samples(
    scaled: ScaledProblem, family: Family, loss: RationalFunction, limit: Fraction
) -> tuple[tuple[Fraction, ShallowNetwork, Fraction], ...]:
    """Networks for falling eps with losses that fall towards the limit."""
    for first in range(1, _SMALLEST + 1):
        steps = [Fraction(1, 10**power) for power in range(first, first + _SAMPLES)]
        losses = [loss(eps) for eps in steps]
        if all(before > after for before, after in pairwise([*losses, limit])):
            break
    else:
        raise CertificateError("the loss of the family does not fall to that of the stratum")
    return tuple(
        (
            eps,
            ShallowNetwork(
                tuple(tuple(x(eps) for x in row) for row in family[0]),
                tuple(x(eps) for x in family[1]),
                tuple(tuple(x(eps) for x in row) for row in family[2]),
                tuple(x(eps) for x in family[3]),
                scaled.activation,
            ),
            value,
        )
        for eps, value in zip(steps, losses, strict=True)
    )


def _rate(family: Family, loss: RationalFunction, limit: Fraction) -> str:
    pole = -min(x.order for x in (*(x for row in family[2] for x in row), *family[3]))
    falling = (loss + RationalFunction.of([-limit])).order
    return (
        f"the output weights grow like 1/{_power(pole)} while the hidden neurons stay bounded; "
        f"the loss falls to its limit like {_power(falling)}"
    )


def _power(order: int) -> str:
    return "eps" if order == 1 else f"eps^{order}"


def _dot(left: Sequence[fmpq_poly], right: Sequence[fmpq_poly]) -> fmpq_poly:
    return sum((x * y for x, y in zip(left, right, strict=True)), fmpq_poly())


def _quotient(top: fmpq_poly, bottom: fmpq_poly) -> RationalFunction:
    above, below = (
        [Fraction(int(x.p), int(x.q)) for x in part.coeffs()] for part in (top, bottom)
    )
    return RationalFunction.of(above, below)


def _order(polynomial: fmpq_poly) -> int:
    """The lowest power with a coefficient that is not zero."""
    return next(k for k, x in enumerate(polynomial.coeffs()) if x)


def _coefficient(polynomial: fmpq_poly, power: int) -> Fraction:
    value = polynomial[power] if power >= 0 else fmpq(0)
    return Fraction(int(value.p), int(value.q))


def _determinant(rows: list[list[fmpq_poly]]) -> fmpq_poly:
    """By fraction-free elimination (Bareiss): all divisions are exact."""
    rows = [list(row) for row in rows]
    sign, previous = 1, fmpq_poly([1])
    for k in range(len(rows) - 1):
        pivot = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if pivot is None:
            return fmpq_poly()
        if pivot != k:
            rows[k], rows[pivot], sign = rows[pivot], rows[k], -sign
        for i in range(k + 1, len(rows)):
            for j in range(k + 1, len(rows)):
                rows[i][j] = (rows[i][j] * rows[k][k] - rows[i][k] * rows[k][j]) // previous
        previous = rows[k][k]
    return rows[-1][-1] * sign
