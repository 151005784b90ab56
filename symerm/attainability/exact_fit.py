"""Exact fits near a network that almost fits: linear equations on its activation pattern.

On a fixed activation pattern with fixed directions of the output weights the outputs are linear in
the hidden neurons and the output biases.  So the directions are rounded to rationals of few digits,
which costs nothing where they are free and finds them where they are simple, and the equations of a
fit are solved over Q for a change of the neurons.  Whether the result still has the pattern, and
fits, is for the caller to see from its loss.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from operator import mul

from symerm.arithmetic.linalg import solve
from symerm.attainability.scaled import ScaledProblem
from symerm.networks.shallow import ShallowNetwork

__all__ = ["fitting_neurons"]

Neuron = tuple[Fraction, ...]

#: Largest denominators of output weights whose largest is 1.
_DENOMINATORS = (1, 12, 1000)
#: Entries of the equations beyond which none are solved.
_ENTRIES = 50_000


def fitting_neurons(problem: ScaledProblem, network: ShallowNetwork) -> Iterator[list[Neuron]]:
    """Hidden neurons near those of a network that fit the mean responses on its pattern.

    Parameters
    ----------
    problem : ScaledProblem
    network : ShallowNetwork
        Of small loss.

    Yields
    ------
    list of vectors of Q^m in the units of the forms

    Examples
    --------
    >>> from symerm.attainability.refit import refitted
    >>> from symerm.attainability.scaled import scale_problem
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> data = Dataset.from_rows([0, 1, 2, 4], [[0, 0], [0, 0], [3, 6], [11, 22]])
    >>> problem = scale_problem(Problem(data, Architecture(1)))
    >>> near = [Fraction(1), Fraction(-1249999, 10**6)]
    >>> network, loss = refitted(problem, [near])
    >>> loss > 0, refitted(problem, next(fitting_neurons(problem, network)))[1]
    (True, Fraction(0, 1))
    """
    size, outputs = len(problem.forms[0]), problem.output_dimension
    live = [j for j, row in enumerate(network.output_weights) if any(row)]
    unknowns = len(live) * size + outputs
    if problem.size * outputs * unknowns > _ENTRIES:
        return
    points = [
        tuple(Fraction(x, problem.input_scale) for x in form) for form in problem.forms
    ]
    for bound in _DENOMINATORS:
        directions, neurons = [], []
        for j in live:
            row = network.output_weights[j]
            height = max(map(abs, row))
            directions.append([(x / height).limit_denominator(bound) for x in row])
            bias = (network.hidden_biases[j],) if problem.hidden_bias else ()
            neurons.append([height * x for x in (*network.hidden_weights[j], *bias)])
        change = _change(problem, points, directions, neurons)
        if change is not None:
            yield [
                tuple(x + y for x, y in zip(u, change[k * size :], strict=False))
                for k, u in enumerate(neurons)
            ]


def _change(
    problem: ScaledProblem,
    points: list[Neuron],
    directions: list[list[Fraction]],
    neurons: list[list[Fraction]],
) -> tuple[Fraction, ...] | None:
    """The change of the neurons, and the output biases, that fit all responses."""
    outputs = problem.output_dimension
    rows, right = [], []
    for point, target in zip(points, problem.targets, strict=True):
        z = [sum(map(mul, u, point), Fraction(0)) for u in neurons]
        slopes = [Fraction(1) if x > 0 else problem.activation.negative_slope for x in z]
        for k in range(outputs):
            weights = [s * w[k] for s, w in zip(slopes, directions, strict=True)]
            row = [weight * x for weight in weights for x in point]
            if problem.output_bias:
                row += [Fraction(int(k == c)) for c in range(outputs)]
            rows.append(row)
            right.append(Fraction(target[k], problem.target_scale) - sum(map(mul, weights, z)))
    return solve(rows, right) if rows[0] else None
