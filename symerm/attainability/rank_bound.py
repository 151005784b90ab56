"""The rank of the outputs: at most the width, modulo constants if there is an output bias.

By Eckart and Young 1936 the distance of the responses from the matrices of rank d is the sum of the
q - d least eigenvalues of their weighted Gram matrix A, centred with an output bias: a lower bound
for every dataset.  It is dual: if A - y I + L L^t is positive semidefinite, every projection P of
rank q - d has tr(P A) >= (q - d) y - |L|^2.

If the distinct inputs are affinely independent and both biases are trained, the bound is the
minimum.  Every vector of values is then affine in the inputs; shifted into the non-negative
orthant, which the output bias undoes, it is a hidden vector for any of the activations.  So the
outputs are the matrices Y with rank(Y mod 1) <= d, a closed set.  The upper bound is the exact loss
of a network made from approximate eigenvectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm
from operator import mul
from typing import Any

from symerm.arithmetic.linalg import rank, row_reduce, solve
from symerm.arithmetic.symmetric import is_semidefinite
from symerm.attainability.proofs import NonnegativeProof, RankProof
from symerm.attainability.scaled import ScaledProblem
from symerm.networks.shallow import ShallowNetwork

__all__ = ["RankResult", "rank_lower_bound", "solve_full_rank"]

Matrix = list[list[Fraction]]

#: Decimal digits of the first try; each further try has twice as many.
_DIGITS = 20


@dataclass(frozen=True)
class RankResult:
    """An enclosure of the minimum, in units of the original loss.

    Attributes
    ----------
    network : ShallowNetwork
        Its loss is `upper`.
    lower, upper : Fraction
        Equal if the minimum is the scatter within groups of equal inputs.
    proof : RankProof or NonnegativeProof
    complete, interrupted : bool
        Always True and False: the method is direct.
    statistics : dict
    """

    network: ShallowNetwork
    lower: Fraction
    upper: Fraction
    proof: RankProof | NonnegativeProof
    complete: bool = True
    interrupted: bool = False
    statistics: dict[str, int] = field(default_factory=dict)


def solve_full_rank(scaled: ScaledProblem, *, tolerance: Fraction) -> RankResult | None:
    """Enclose the minimal loss if the distinct inputs are affinely independent.

    Parameters
    ----------
    scaled : ScaledProblem
    tolerance : Fraction
        Positive; the relative width of the enclosure.

    Returns
    -------
    RankResult, or None if the inputs are dependent or a bias is missing

    Examples
    --------
    >>> from symerm.attainability.scaled import scale_problem
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> corners = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    >>> data = Dataset.from_rows(corners, [[3, 0, 0], [0, 2, 0], [0, 0, 1], [0, 0, 0]])
    >>> scaled = scale_problem(Problem(data, Architecture(2)))
    >>> result = solve_full_rank(scaled, tolerance=Fraction(1, 10**9))
    >>> round(float(result.upper), 6)
    0.450647
    """
    if not (scaled.hidden_bias and scaled.output_bias) or rank(scaled.forms) < scaled.size:
        return None
    centred, gram = _centred(scaled)
    scatter = scaled.scatter
    size = scaled.output_dimension
    pivots = row_reduce(gram)[1]
    if len(pivots) <= scaled.width:
        basis = [[Fraction(int(k == c)) for c in pivots] for k in range(size)]
        network = _network(scaled, centred, _products(centred, basis))
        return RankResult(network, scatter, scatter, NonnegativeProof(),
                          statistics={"rank": len(pivots)})
    basis, proof, lower, upper, digits = _enclosed(gram, scaled.width, tolerance)
    network = _network(scaled, centred, _products(centred, basis))
    return RankResult(
        network, scaled.to_loss(lower), scaled.to_loss(upper), _in_units(proof, scaled),
        statistics={"rank": len(pivots), "digits": digits},
    )


def rank_lower_bound(
    scaled: ScaledProblem, *, tolerance: Fraction
) -> tuple[RankProof, Fraction] | None:
    """A bound for all networks by the rank of their outputs, whatever the inputs and biases.

    Parameters
    ----------
    scaled : ScaledProblem
    tolerance : Fraction
        Positive; relative distance to the best bound of this kind.

    Returns
    -------
    (proof, lower bound in units of the original loss), or None if the bound is only the scatter

    Examples
    --------
    >>> from symerm.attainability.scaled import scale_problem
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> data = Dataset.from_rows([0, 1, 2, 3], [[3, 0, 0], [0, 2, 0], [0, 0, 1], [0, 0, 0]])
    >>> scaled = scale_problem(Problem(data, Architecture(2)))
    >>> round(float(rank_lower_bound(scaled, tolerance=Fraction(1, 10**9))[1]), 6)
    0.450647
    """
    gram = _centred(scaled)[1]
    if len(row_reduce(gram)[1]) <= scaled.width:
        return None
    _, proof, lower, _, _ = _enclosed(gram, scaled.width, tolerance)
    return replace(_in_units(proof, scaled), closed=False), scaled.to_loss(lower)


def _enclosed(
    gram: Matrix, width: int, tolerance: Fraction
) -> tuple[Matrix, RankProof, Fraction, Fraction, int]:
    """Approximate first eigenvectors, a proof, the bounds of the tail, and the digits needed."""
    size, digits = len(gram), _DIGITS
    total = sum((gram[k][k] for k in range(size)), Fraction(0))
    while True:
        values, vectors = _eigen(gram, digits)
        basis = [[_rational(row[k]) for k in range(size - width, size)] for row in vectors]
        upper = total - _explained(gram, basis)
        found = _dual(gram, values, vectors, width, digits)
        if found is not None:
            proof, lower = found
            if 0 < lower <= upper and upper - lower <= tolerance * upper:
                return basis, proof, lower, upper, digits
        digits *= 2


def _in_units(proof: RankProof, scaled: ScaledProblem) -> RankProof:
    """The proof in units of the responses."""
    unit = scaled.target_scale
    factor = tuple(tuple(x / unit for x in row) for row in proof.factor)
    return RankProof(proof.level / unit**2, factor)


def _centred(scaled: ScaledProblem) -> tuple[Matrix, Matrix]:
    """The responses, centred if there is an output bias, and their weighted Gram matrix."""
    weights = scaled.weights
    total = sum(weights)
    columns = list(zip(*scaled.targets, strict=True))
    means = [
        Fraction(sum(map(mul, weights, column)) if scaled.output_bias else 0, total)
        for column in columns
    ]
    shifted = [[t - mean for t in column] for column, mean in zip(columns, means, strict=True)]
    gram = [
        [sum((w * x * y for w, x, y in zip(weights, a, b, strict=True)), Fraction(0))
         for b in shifted] for a in shifted
    ]
    return [list(row) for row in zip(*shifted, strict=True)], gram


def _products(left: Sequence[Sequence[Fraction]], right: Sequence[Sequence[Fraction]]) -> Matrix:
    columns = list(zip(*right, strict=True))
    return [[sum(map(mul, row, column), Fraction(0)) for column in columns] for row in left]


def _eigen(gram: Matrix, digits: int) -> tuple[list[Any], list[list[Any]]]:
    """Approximate eigenvalues, ascending, and orthonormal eigenvectors as columns."""
    import mpmath

    with mpmath.workdps(digits):
        matrix = mpmath.matrix(
            [[mpmath.mpf(x.numerator) / x.denominator for x in row] for row in gram]
        )
        values, vectors = mpmath.eigsy(matrix)
        order = sorted(range(len(gram)), key=lambda k: values[k])
        return [values[k] for k in order], [
            [vectors[i, k] for k in order] for i in range(len(gram))
        ]


def _rational(value: Any) -> Fraction:
    """The exact value of an mpmath number."""
    sign, mantissa, exponent, _ = value._mpf_
    whole = -int(mantissa) if sign else int(mantissa)
    return Fraction(whole) * Fraction(2) ** int(exponent)


def _explained(gram: Matrix, basis: Matrix) -> Fraction:
    """tr((V^t A V)^-1 V^t A^2 V): what the responses' projections on the basis explain."""
    products = _products(gram, basis)
    small = _products(list(zip(*basis, strict=True)), products)
    explained = Fraction(0)
    for row in products:
        solution = solve(small, row)
        if solution is None:
            return Fraction(0)
        explained += sum(map(mul, solution, row), Fraction(0))
    return explained


def _dual(
    gram: Matrix, values: list[Any], vectors: list[list[Any]], width: int, digits: int
) -> tuple[RankProof, Fraction] | None:
    """A level between the eigenvalues, and L of the eigenvectors below it, slightly enlarged."""
    import mpmath

    below = len(gram) - width
    with mpmath.workdps(digits):
        slack = abs(values[-1]) * mpmath.mpf(10) ** (-2 * digits // 3)
        level = (values[below - 1] + values[below] - slack) / 2
        factor = [
            [row[k] * mpmath.sqrt(level - values[k] + slack) for k in range(below)]
            for row in vectors
        ]
    proof = RankProof(
        _rational(level), tuple(tuple(_rational(x) for x in row) for row in factor)
    )
    covered = _products(proof.factor, list(zip(*proof.factor, strict=True)))
    matrix = [
        [x + z - (proof.level if i == j else 0) for j, (x, z) in enumerate(zip(*rows, strict=True))]
        for i, rows in enumerate(zip(gram, covered, strict=True))
    ]
    scale = lcm(*(x.denominator for row in matrix for x in row))
    if not is_semidefinite([[int(x * scale) for x in row] for row in matrix]):
        return None
    square = sum((x * x for row in proof.factor for x in row), Fraction(0))
    return proof, below * proof.level - square


def _network(scaled: ScaledProblem, centred: Matrix, hidden: Matrix) -> ShallowNetwork:
    """The best network with these values at the inputs, up to constants, as its neurons."""
    zero = Fraction(0)
    width, outputs = len(hidden[0]), scaled.output_dimension
    shifted, neurons = [], []
    for column in zip(*hidden, strict=True):
        low = min(column)
        values = [x - low for x in column]
        solution = solve(scaled.forms, values)
        if solution is None:
            raise ArithmeticError("affinely independent inputs do not take given values")
        shifted.append([scaled.slope_on * x for x in values])
        neurons.append(solution)
    weights, total = scaled.weights, sum(scaled.weights)
    means = [sum(map(mul, weights, x), zero) / total for x in shifted]
    features = [[y - mean for y in x] for x, mean in zip(shifted, means, strict=True)]
    weighted = [list(map(mul, weights, x)) for x in features]
    gram = [[sum(map(mul, x, y), zero) for y in features] for x in weighted]
    columns = list(zip(*centred, strict=True))
    fitted = [
        solve(gram, [sum(map(mul, x, column), zero) for x in weighted]) if width else ()
        for column in columns
    ]
    if any(row is None for row in fitted):
        raise ArithmeticError("the normal equations of the output weights have no solution")
    outgoing = [tuple((row or (zero,) * width)[j] for row in fitted) for j in range(width)]
    offset = []
    for k in range(outputs):
        level = Fraction(sum(w * row[k] for w, row in zip(weights, scaled.targets, strict=True)))
        level /= total
        offset.append(
            level - sum((v[k] * mean for v, mean in zip(outgoing, means, strict=True)), zero)
        )
    return scaled.network(list(zip(neurons, outgoing, strict=True)), tuple(offset))
