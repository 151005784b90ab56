"""Escapes to a boundary stratum of a secant variety: paths of networks as functions of eps.

The coordinates of the items outside the box of the stratum are multiplied by eps, so that the
hidden neurons are polynomials in eps whose activations become dependent at eps = 0, modulo
constants with an output bias.  Their signs do not change for eps > 0, so the normal equations of
the output layer have polynomial coefficients, and the best output weights and biases are rational
functions with poles at 0 (Cramer's rule).  The loss is one without: it tends to the stratum's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from flint import fmpq, fmpq_poly

from symerm.arithmetic.rational_functions import RationalFunction
from symerm.attainability.escape import Escape, Family
from symerm.attainability.scaled import ScaledProblem
from symerm.attainability.secant_networks import NeuronPath, neuron_paths
from symerm.attainability.secant_strata import describe_stratum
from symerm.attainability.secants import Limit, SecantProblem
from symerm.errors import CertificateError
from symerm.networks.shallow import ShallowNetwork

__all__ = ["secant_escape"]

_SAMPLES = 5
#: The samples have eps = 10^-k, .., 10^-(k + 4) with k at most this.
_SMALLEST = 60


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
    paths = neuron_paths(problem, limit)
    columns = [_activations(scaled, path) for path in paths]
    fit = _Fit.of(scaled, columns)
    loss = fit.loss(scaled)
    reach = scaled.to_loss(limit.loss)
    if loss.limit != reach:
        raise CertificateError("the loss of the family does not tend to that of the stratum")
    family = _family(scaled, paths, fit)
    return Escape(
        stratum=describe_stratum(scaled, paths),
        family=family,
        loss=loss,
        limit=reach,
        rate=_rate(family, loss, reach),
        samples=_samples(scaled, family, loss, reach),
    )


@dataclass(frozen=True)
class _Fit:
    """The best output layer for each eps, in the units of the scaled problem.

    With the Gram matrix of the centred activations of determinant `determinant`, the weights of
    neuron j are weights[j][k] / determinant, and the bias follows from the means.
    """

    determinant: fmpq_poly
    weights: list[list[fmpq_poly]]
    moments: list[list[fmpq_poly]]
    means: list[fmpq_poly]
    target_means: list[Fraction]

    @classmethod
    def of(cls, scaled: ScaledProblem, columns: Sequence[Sequence[fmpq_poly]]) -> _Fit:
        total = sum(scaled.weights)
        outputs = range(scaled.output_dimension)
        means = [fmpq_poly()] * len(columns)
        target_means = [Fraction(0)] * scaled.output_dimension
        if scaled.output_bias:
            means = [
                sum((x * w for x, w in zip(column, scaled.weights, strict=True)), fmpq_poly())
                / total
                for column in columns
            ]
            target_means = [
                Fraction(
                    sum(w * t[k] for w, t in zip(scaled.weights, scaled.targets, strict=True)),
                    total,
                )
                for k in outputs
            ]
        centred = [
            [x - mean for x in column] for column, mean in zip(columns, means, strict=True)
        ]
        weighted = [
            [x * w for x, w in zip(column, scaled.weights, strict=True)] for column in centred
        ]
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
        return cls(determinant, weights, moments, means, target_means)

    def loss(self, scaled: ScaledProblem) -> RationalFunction:
        """What the fit leaves, in the units of the original problem."""
        square = sum(
            (
                w * (x - mean) ** 2
                for w, t in zip(scaled.weights, scaled.targets, strict=True)
                for x, mean in zip(t, self.target_means, strict=True)
            ),
            Fraction(0),
        )
        explained = fmpq_poly()
        for weights, moments in zip(self.weights, self.moments, strict=True):
            explained += _dot(weights, moments)
        top = self.determinant * fmpq(square.numerator, square.denominator) - explained
        scatter = RationalFunction.of([scaled.scatter])
        unit = Fraction(1, scaled.target_scale**2)
        return _quotient(top, self.determinant) * unit + scatter

    def bias(self, k: int) -> fmpq_poly:
        """The bias of an output, times the determinant."""
        mean = self.target_means[k]
        found = self.determinant * fmpq(mean.numerator, mean.denominator)
        for weights, of_neuron in zip(self.weights, self.means, strict=True):
            found -= weights[k] * of_neuron
        return found


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


def _family(scaled: ScaledProblem, paths: Sequence[NeuronPath], fit: _Fit) -> Family:
    inputs = len(scaled.forms[0]) - int(scaled.hidden_bias)
    outputs = range(scaled.output_dimension)
    hidden = [
        [RationalFunction.of(row) * scaled.input_scale for row in path] for path in paths
    ]
    scale = Fraction(scaled.slope_on, scaled.target_scale)
    return (
        tuple(tuple(row[:inputs]) for row in hidden),
        tuple(row[inputs] if scaled.hidden_bias else RationalFunction(()) for row in hidden),
        tuple(
            tuple(_quotient(weights[k], fit.determinant) * scale for k in outputs)
            for weights in fit.weights
        ),
        tuple(
            _quotient(fit.bias(k), fit.determinant) * Fraction(1, scaled.target_scale)
            for k in outputs
        ),
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
    entries = [*(x for row in family[2] for x in row), *family[3]]
    pole = -min(x.order for x in entries if isinstance(x, RationalFunction))
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
