"""Exact least squares for the output layer of a network with given hidden neurons."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from symerm.arithmetic.symmetric import solve_semidefinite
from symerm.attainability.scaled import ScaledProblem
from symerm.networks.shallow import ShallowNetwork

__all__ = ["refitted", "refitted_network"]


def refitted_network(
    problem: ScaledProblem, neurons: Sequence[Sequence[Fraction]]
) -> ShallowNetwork:
    """The network of the given hidden neurons with the best output weights and biases.

    Parameters
    ----------
    problem : ScaledProblem
    neurons : up to `problem.width` vectors of Q^m in the units of the forms
    """
    return refitted(problem, neurons)[0]


def refitted(
    problem: ScaledProblem, neurons: Sequence[Sequence[Fraction]]
) -> tuple[ShallowNetwork, Fraction]:
    """The network of `refitted_network`, and its loss in the integer problem.

    Examples
    --------
    >>> from symerm.attainability.scaled import scale_problem
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> data = Dataset.from_rows([0, 1, 2], [[0, 1], [1, 0], [3, 1]])
    >>> network, loss = refitted(scale_problem(Problem(data, Architecture(1))), [[1, 0]])
    >>> loss, network.loss(data.inputs, data.outputs)
    (Fraction(5, 6), Fraction(5, 6))
    """
    whole = []
    for neuron in neurons:
        common = lcm(*(x.denominator for x in neuron))
        whole.append([int(x * common) for x in neuron])
    columns = [
        [problem.act(sum(x * y for x, y in zip(form, u, strict=True))) for form in problem.forms]
        for u in whole
    ]
    if problem.output_bias:
        columns.insert(0, [1] * problem.size)
    weighted = [
        [w * x for w, x in zip(problem.weights, column, strict=True)] for column in columns
    ]
    gram = [
        [sum(x * y for x, y in zip(row, column, strict=True)) for column in columns]
        for row in weighted
    ]
    found = []
    loss = Fraction(0)
    for k in range(problem.output_dimension):
        moment = [
            sum(x * t[k] for x, t in zip(row, problem.targets, strict=True)) for row in weighted
        ]
        solution = solve_semidefinite(gram, moment)
        if solution is None:
            raise ArithmeticError("normal equations without a solution")
        numerators, denominator = solution
        found.append([Fraction(value, denominator) for value in numerators])
        square = sum(w * t[k] ** 2 for w, t in zip(problem.weights, problem.targets, strict=True))
        explained = sum(x * y for x, y in zip(numerators, moment, strict=True))
        loss += square - Fraction(explained, denominator)
    rows = list(zip(*found, strict=True))
    zero = (Fraction(0),) * problem.output_dimension
    offset = rows.pop(0) if problem.output_bias else zero
    hidden = [tuple(Fraction(x) for x in u) for u in whole]
    return problem.network(list(zip(hidden, rows, strict=True)), offset), loss
