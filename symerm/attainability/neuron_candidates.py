"""Exact single neurons: their loss, their refinement and the network they belong to.

A guess in floats is rounded to integer coefficients of the rays of a face and refined on the span
of that face by Rayleigh quotient iteration over Q, rounded after each step; its convergence is
cubic (Parlett 1998, section 4.6).  Where the moments on the face have rank one, as they have for
one output, the minimum solves a linear system.  The loss is always that of the rounded neuron.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from operator import mul

from symerm.arithmetic.linalg import row_reduce, solve
from symerm.arithmetic.symmetric import solve_semidefinite
from symerm.arrangements.fan import Cone, IntVector
from symerm.attainability.rayleigh import RayleighForm, rayleigh_form
from symerm.attainability.scaled import ScaledProblem
from symerm.networks.shallow import ShallowNetwork

__all__ = ["BITS", "Neuron", "combination", "neuron_loss", "neuron_network", "neuron_of", "refined"]

#: Digits of a neuron's coefficients in the first rounding, in bits.
BITS = 24
_REFINEMENTS = 14


@dataclass(frozen=True)
class Neuron:
    """A neuron, its loss, and whether its loss may be the exact minimum."""

    loss: Fraction
    hidden: IntVector
    exact: bool


def neuron_loss(problem: ScaledProblem, hidden: Sequence[int]) -> Fraction:
    """The loss of the integer problem with one neuron u in Z^m and its best output weights.

    Examples
    --------
    >>> from symerm.attainability.scaled import scale_problem
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> data = Dataset.from_rows([0, 1, 2], [[0, 0], [1, 2], [0, 0]])
    >>> neuron_loss(scale_problem(Problem(data, Architecture(1))), (1, -1))
    Fraction(5, 2)
    """
    return _image_form(problem, hidden).loss([1])


def _image_form(problem: ScaledProblem, hidden: Sequence[int]) -> RayleighForm:
    image = [problem.act(sum(map(mul, form, hidden))) for form in problem.forms]
    return rayleigh_form(problem, [image], range(problem.size))


def neuron_of(
    problem: ScaledProblem, cone: Cone, coefficients: Sequence[int], *, exact: bool = False
) -> Neuron:
    """The neuron with these coefficients of the rays of a cone."""
    hidden = combination(coefficients, cone.rays)
    return Neuron(neuron_loss(problem, hidden), hidden, exact)


def refined(
    problem: ScaledProblem,
    cone: Cone,
    form: RayleighForm,
    coefficients: list[int],
    *,
    exact: bool,
    tolerance: Fraction,
) -> Neuron:
    """The best neuron on the span of the face, to within a part of the tolerance.

    Parameters
    ----------
    problem : ScaledProblem
    cone : Cone
    form : RayleighForm
        Of the cone.
    coefficients : k integers
        The guess; its non-zero entries name the face.
    exact : bool
        Whether the loss at a ray of the cone may be the exact minimum.
    tolerance : Fraction
    """
    face = [k for k, x in enumerate(coefficients) if x]
    if len(face) <= 1:
        return neuron_of(problem, cone, coefficients, exact=exact)
    gram = [[form.gram[i][j] for j in face] for i in face]
    face = [face[k] for k in _independent(gram)]
    gram = [[form.gram[i][j] for j in face] for i in face]
    moments = [form.moments[k] for k in face]
    if len(face) < sum(map(bool, coefficients)):
        right = [sum(map(mul, form.gram[k], coefficients)) for k in face]
        coefficients = form.rounded(
            _placed(form, face, solve(gram, right) or (), coefficients), BITS
        )
    direction = max(moments, key=lambda row: sum(map(mul, row, row)))
    if all(_parallel(row, direction) for row in moments):
        column = next((c for c, x in enumerate(direction) if x), None)
        if column is None:
            return neuron_of(problem, cone, [0] * len(form.gram), exact=True)
        found = solve_semidefinite(gram, [row[column] for row in moments])
        if found is not None:
            whole = _placed(form, face, [Fraction(x) for x in found[0]], coefficients)
            return neuron_of(problem, cone, _integral(whole), exact=True)
    neuron = neuron_of(problem, cone, coefficients)
    bits = BITS
    for _ in range(_REFINEMENTS):
        bits = 2 * bits
        products = form.products(coefficients)
        length = sum(
            coefficients[i] * coefficients[j] * form.gram[i][j] for i in face for j in face
        )
        if not length:
            break
        value = Fraction(sum(map(mul, products, products)), length)
        top, bottom = value.numerator, value.denominator
        matrix = [
            [bottom * sum(map(mul, form.moments[i], form.moments[j])) - top * form.gram[i][j]
             for j in face] for i in face
        ]
        right = [sum(form.gram[i][j] * coefficients[j] for j in face) for i in face]
        solution = solve(matrix, right)
        if solution is None or not any(solution):
            break
        coefficients = form.rounded(_placed(form, face, solution, coefficients), bits)
        better = neuron_of(problem, cone, coefficients)
        if (neuron.loss - better.loss) * 16 <= neuron.loss * tolerance:
            break
        neuron = better
    return neuron


def neuron_network(problem: ScaledProblem, hidden: IntVector) -> ShallowNetwork:
    """The best neuron with its best output weights and output bias."""
    form = _image_form(problem, hidden)
    length = form.gram[0][0]
    outgoing = tuple(
        Fraction(m, length) if length else Fraction(0) for m in form.moments[0]
    )
    offset = (Fraction(0),) * problem.output_dimension
    if problem.output_bias:
        image = [problem.act(sum(map(mul, f, hidden))) for f in problem.forms]
        total = sum(problem.weights)
        mean = Fraction(sum(map(mul, problem.weights, image)), total)
        offset = tuple(
            Fraction(sum(map(mul, problem.weights, column)), total) - v * mean
            for column, v in zip(zip(*problem.targets, strict=True), outgoing, strict=True)
        )
    return problem.network([(tuple(map(Fraction, hidden)), outgoing)], offset)


def combination(coefficients: Sequence[int], rays: Sequence[IntVector]) -> IntVector:
    """The primitive integer vector on the ray of a combination of rays.

    Examples
    --------
    >>> combination([1, 3], [(1, 0), (1, 2)])
    (2, 3)
    """
    total = [sum(map(mul, coefficients, column)) for column in zip(*rays, strict=True)]
    divisor = gcd(*total)
    return tuple(x // divisor for x in total) if divisor else tuple(total)


def _placed(
    form: RayleighForm, face: Sequence[int], values: Sequence[Fraction], like: Sequence[int]
) -> list[Fraction]:
    """Coefficients on the rays of a face, with the sign that makes them acute to given ones."""
    full = [Fraction(0)] * len(form.gram)
    for k, x in zip(face, values, strict=True):
        full[k] = x
    product = sum(
        (x * sum(map(mul, form.gram[k], like)) for k, x in enumerate(full) if x), Fraction(0)
    )
    return [-x for x in full] if product < 0 else full


def _integral(values: Sequence[Fraction]) -> list[int]:
    scale = lcm(*(x.denominator for x in values))
    return [int(x * scale) for x in values]


def _parallel(first: Sequence[int], second: Sequence[int]) -> bool:
    pivot = next((c for c, x in enumerate(second) if x), 0)
    return all(
        x * second[pivot] == y * first[pivot] for x, y in zip(first, second, strict=True)
    )


def _independent(gram: Sequence[Sequence[int]]) -> list[int]:
    """A maximal set of independent vectors with this Gram matrix."""
    return list(row_reduce(gram)[1])
