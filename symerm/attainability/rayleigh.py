"""The loss of one hidden neuron as a Rayleigh quotient on a cone of neurons.

On a cone with extreme rays r_1..r_k some data points keep one sign.  Restricted to those points
the hidden vectors are linear, x = sum_k l_k x_k with l >= 0, and with the best output weights and
output bias the loss is |T|^2 - |M^t l|^2 / l^t G l, where G_kl = <x_k, x_l>, M_kc = <x_k, T_c> and
<.,.> is the weighted inner product, of centred vectors if there is an output bias.  It is at least
g on the cone if and only if |T|^2 >= g and B = (|T|^2 - g) G - M M^t is copositive.  Leaving out
points never raises the loss, so this bounds the loss of all points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from operator import mul
from typing import Any

import numpy as np

from symerm.arithmetic.symmetric import is_semidefinite
from symerm.attainability.scaled import ScaledProblem

__all__ = ["RayleighForm", "rayleigh_form"]

Array = np.ndarray[Any, np.dtype[np.float64]]
IntVector = tuple[int, ...]

#: Passes of the alternation between output weights and neuron.
_PASSES = 12


@dataclass(frozen=True)
class RayleighForm:
    """G, M and |T|^2 in integers.

    Attributes
    ----------
    gram : k x k integers, G times `unit`
    moments : k x q integers, M times `unit`
    square : int
        |T|^2 times `unit`.
    unit : int
        The sum of the weights of the points if vectors are centred, else 1.
    """

    gram: tuple[IntVector, ...]
    moments: tuple[IntVector, ...]
    square: int
    unit: int

    def loss(self, coefficients: Sequence[int]) -> Fraction:
        """The loss of the neuron with these coefficients, |T|^2 if its hidden vector is zero."""
        length = sum(
            x * y * g
            for x, row in zip(coefficients, self.gram, strict=True) if x
            for y, g in zip(coefficients, row, strict=True) if y
        )
        if not length:
            return Fraction(self.square, self.unit)
        products = self.products(coefficients)
        return Fraction(self.square * length - sum(map(mul, products, products)),
                        self.unit * length)

    def products(self, coefficients: Sequence[int]) -> list[int]:
        """M^t l for coefficients l."""
        return [
            sum(map(mul, coefficients, column)) for column in zip(*self.moments, strict=True)
        ]

    def conditions(self, goal: Fraction) -> list[list[int]]:
        """B for a loss, times a positive number."""
        top, bottom = goal.numerator, goal.denominator
        factor = self.square * bottom - self.unit * top
        return [
            [factor * g - bottom * sum(map(mul, m, other))
             for g, other in zip(row, self.moments, strict=True)]
            for row, m in zip(self.gram, self.moments, strict=True)
        ]

    def obstruction(self, goal: Fraction) -> list[int] | None:
        """The rays that keep the loss on the cone from being proved at least `goal`.

        Rays with a negative entry of B are taken together; if B is positive semidefinite on them
        it is copositive, as all other entries are non-negative.

        Returns
        -------
        list of int, or None if the bound is proved
        """
        if goal * self.unit > self.square:
            return list(range(len(self.gram)))
        matrix = self.conditions(goal)
        chosen = [k for k, row in enumerate(matrix) if min(row) < 0]
        if is_semidefinite([[matrix[i][j] for j in chosen] for i in chosen]):
            return None
        return chosen

    def relaxed(self) -> tuple[float, list[Array]]:
        """Float proposals, relative to |T|^2.

        Returns
        -------
        bound : float
            The least loss over the span of the cone, by the largest generalised eigenvalue.
        directions : list of k coefficients
            Local minima over the cone, for rays of length one (see `whole`).
        """
        from scipy.optimize import nnls

        size = len(self.gram)
        live = [k for k in range(size) if self.gram[k][k]]
        if not live or not self.square:
            return 1.0, []
        # Quotients of integers of any size are rounded correctly and lie in [-1, 1].
        roots = {k: isqrt(self.gram[k][k] << 120) for k in live}
        root = isqrt(self.square << 120)
        gram = np.array(
            [[(self.gram[i][j] << 120) / (roots[i] * roots[j]) for j in live] for i in live]
        )
        moments = np.array([[(m << 120) / (roots[k] * root) for m in self.moments[k]]
                            for k in live])
        values, vectors = np.linalg.eigh(gram)
        good = values > values[-1] * 1e-13
        factor = (vectors[:, good] * np.sqrt(values[good])).T
        white = (vectors[:, good] / np.sqrt(values[good])).T @ moments
        _, singular, rows = np.linalg.svd(white, full_matrices=False)
        found: list[tuple[float, Array]] = []
        for start in (rows[0], -rows[0], *rows[1:2], *(-rows[1:2])):
            weights, quality, best = start, -1.0, np.zeros(len(live))
            for _ in range(_PASSES):
                part, _ = nnls(factor, white @ weights)
                products = part @ moments
                height, length = map(np.linalg.norm, (products, factor @ part))
                if not height or not length or height / length <= quality * (1 + 1e-15):
                    break
                quality, best = float(height / length), part
                weights = products / height
            if quality > 0:
                full = np.zeros(size)
                full[live] = best
                found.append((quality, full))
        found.sort(key=lambda pair: -pair[0])
        return 1.0 - float(singular[0]) ** 2, [part for _, part in found]

    def whole(self, coefficients: Array, bits: int) -> list[int]:
        """Integer coefficients of the rays for float ones of rays of length one."""
        return self.rounded([Fraction(float(x)) for x in coefficients], bits, unit_length=True)

    def rounded(
        self, coefficients: Sequence[Fraction], bits: int, *, unit_length: bool = False
    ) -> list[int]:
        """Proportional integers, up to 2^-bits of the largest summand's length."""
        lengths = [isqrt(row[k] << 64) for k, row in enumerate(self.gram)]
        top = max(lengths)
        shifts = [(top // length).bit_length() - 1 if length else 0 for length in lengths]
        # Units are powers of two of about the ratio of lengths, so that integers stay small.
        scaled = [
            x * (Fraction(top, length) if unit_length and length else 1) / (1 << shift)
            for x, length, shift in zip(coefficients, lengths, shifts, strict=True)
        ]
        largest = max(
            (abs(x) for x, length in zip(scaled, lengths, strict=True) if length),
            default=Fraction(0),
        )
        if not largest:
            return [0] * len(lengths)
        return [
            round(x * (1 << bits) / largest) << shift if length else 0
            for x, length, shift in zip(scaled, lengths, shifts, strict=True)
        ]


def rayleigh_form(
    problem: ScaledProblem, images: Sequence[Sequence[int]], kept: Sequence[int]
) -> RayleighForm:
    """The form of a cone.

    Parameters
    ----------
    problem : ScaledProblem
    images : k vectors of integers, the hidden vectors of the rays at the kept points
    kept : the points that have one sign on the cone

    Examples
    --------
    >>> from symerm.attainability.scaled import scale_problem
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> data = Dataset.from_rows([0, 1, 2], [[0, 1], [2, 0], [1, 5]])
    >>> problem = scale_problem(Problem(data, Architecture(1)))
    >>> rayleigh_form(problem, [(0, 1, 2)], [0, 1, 2]).loss([1])
    Fraction(15, 2)
    """
    weights = [problem.weights[i] for i in kept]
    columns = list(zip(*(problem.targets[i] for i in kept), strict=True))
    if not columns:
        columns = [()] * problem.output_dimension
    unit = max(sum(weights), 1) if problem.output_bias else 1
    weighted = [list(map(mul, weights, x)) for x in images]
    sums = [sum(x) for x in weighted]

    def product(x: Sequence[int], y: Sequence[int], first: int, second: int) -> int:
        value: int = sum(map(mul, x, y))
        return unit * value - first * second if problem.output_bias else value

    totals = [sum(map(mul, weights, column)) for column in columns]
    size = len(images)
    gram = [[0] * size for _ in range(size)]
    for k in range(size):
        for j in range(k + 1):
            gram[k][j] = gram[j][k] = product(weighted[k], images[j], sums[k], sums[j])
    return RayleighForm(
        gram=tuple(map(tuple, gram)),
        moments=tuple(
            tuple(product(x, column, total, other)
                  for column, other in zip(columns, totals, strict=True))
            for x, total in zip(weighted, sums, strict=True)
        ),
        square=sum(
            product(list(map(mul, weights, column)), column, total, total)
            for column, total in zip(columns, totals, strict=True)
        ),
        unit=unit,
    )
