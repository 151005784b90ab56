"""The loss as a Rayleigh quotient on bivectors, exact in integers.

Two neurons with activation vectors x, z span a plane U (modulo constants if there is an output
bias) and the best loss with them is h(U) = |T|^2 - num/den with den = |x ^ z|^2 and num =
<x ^ z, D(x ^ z)>, where D is the derivation of the exterior square induced by T T^t.  With the
tables M(x, y) = <x, y> and C(x, y) = <x, T T^t y> the two bilinear forms on bivectors are

    den: M(x,x')M(z,z') - M(x,z')M(z,x')
    num: C(x,x')M(z,z') + M(x,x')C(z,z') - C(x,z')M(z,x') - M(x,z')C(z,x').

"h >= m on a cone of bivectors" means that Q = (|T|^2 - m) den - num is non-negative there.
(Derived in the theory notes; Lim, Michalek, Qi 2019 for the geometry of joins and secants.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import prod
from operator import mul

from flint import fmpz_mat

from symerm.attainability.scaled import ScaledProblem
from symerm.errors import InputError

__all__ = ["Bivector", "ExteriorForms", "Table"]

IntVector = tuple[int, ...]
#: x ^ z, each factor a list of (vertex, coefficient).
Combination = tuple[tuple[int, int], ...]
Bivector = tuple[Combination, Combination]
Table = list[list[int]]


@dataclass(frozen=True)
class ExteriorForms:
    """Integer tables of one dataset for a list of activation vectors.

    Attributes
    ----------
    inner : K x K table of M
    energy : K x K table of C
    square : |T|^2
        All three in units that `bound_factor` and `loss` account for: with total weight N (1
        without output bias) they are N, N^2 and N times the weighted, centred quantities.
    total : int
        The factor N.
    cross, responses : K x q and q x q tables, N times <x_k, T_c> and <T_b, T_c>
    """

    inner: Table
    energy: Table
    square: int
    total: int
    cross: Table
    responses: Table

    @classmethod
    def of(cls, problem: ScaledProblem, images: Sequence[IntVector]) -> ExteriorForms:
        """The tables of the given integer vectors."""
        weights = problem.weights
        total = sum(weights) if problem.output_bias else 1
        rows = [*images, *zip(*problem.targets, strict=True)]
        # The centred weighted inner product, times N: N <x, W y> - <x, w><w, y>.
        weighted = [list(map(mul, weights, row)) for row in rows]
        product = fmpz_mat([list(row) for row in rows]) * fmpz_mat(weighted).transpose()
        size = len(images)
        sums = [sum(row) for row in weighted] if problem.output_bias else [0] * len(rows)
        table = [
            [total * int(product[i, j]) - sums[i] * sums[j] for j in range(len(rows))]
            for i in range(len(rows))
        ]
        inner = [row[:size] for row in table[:size]]
        cross = fmpz_mat([row[size:] for row in table[:size]])
        energy = cross * cross.transpose()
        return cls(
            inner,
            [[int(energy[i, j]) for j in range(size)] for i in range(size)],
            sum(table[size + k][size + k] for k in range(problem.output_dimension)),
            total,
            [row[size:] for row in table[:size]],
            [row[size:] for row in table[size:]],
        )

    @property
    def _basis(self) -> tuple[int, int] | None:
        """Two outputs whose responses are independent, or None."""
        g = self.responses
        return next(
            (
                (i, j)
                for i, j in combinations(range(len(g)), 2)
                if g[i][i] * g[j][j] != g[i][j] ** 2
            ),
            None,
        )

    @property
    def spans_plane(self) -> bool:
        """Whether the responses have rank two (modulo constants with an output bias)."""
        basis = self._basis
        return basis is not None and int(fmpz_mat(self.responses).rank()) == 2

    def shadow(self, k: int) -> tuple[int, int]:
        """The inner products of a vector with two independent responses."""
        basis = self._basis
        if basis is None:
            raise InputError("the responses do not span a plane")
        return self.cross[k][basis[0]], self.cross[k][basis[1]]

    def residual(self, k: int, m: int) -> int:
        """A fixed positive multiple of <r_k, r_m>, r the residuals modulo the responses' plane."""
        basis = self._basis
        if basis is None:
            raise InputError("the responses do not span a plane")
        i, j = basis
        g = self.responses
        det = g[i][i] * g[j][j] - g[i][j] ** 2
        (x, y), (u, v) = self.shadow(k), self.shadow(m)
        inside = x * (g[j][j] * u - g[i][j] * v) + y * (g[i][i] * v - g[i][j] * u)
        return det * self.inner[k][m] - inside

    def pair(self, first: Combination, second: Combination) -> tuple[int, int]:
        """M and C of two combinations of the vectors."""
        m = c = 0
        for i, a in first:
            inner, energy = self.inner[i], self.energy[i]
            for j, b in second:
                factor = a * b
                m += factor * inner[j]
                c += factor * energy[j]
        return m, c

    def product(self, left: Bivector, right: Bivector) -> tuple[int, int]:
        """den and num of two bivectors."""
        (x, z), (y, v) = left, right
        m_xy, c_xy = self.pair(x, y)
        m_zv, c_zv = self.pair(z, v)
        m_xv, c_xv = self.pair(x, v)
        m_zy, c_zy = self.pair(z, y)
        return (
            m_xy * m_zv - m_xv * m_zy,
            c_xy * m_zv + m_xy * c_zv - c_xv * m_zy - m_xv * c_zy,
        )

    def level(self, loss: Fraction) -> tuple[int, int]:
        """Integers (a, b) with a den - b num a positive multiple of Q at a scaled loss."""
        excess = self.square - self.total * loss
        return excess.numerator, excess.denominator

    def loss(self, plane: Bivector) -> Fraction:
        """h of the plane of a bivector that is not zero, in the integer problem."""
        den, num = self.product(plane, plane)
        return (self.square - Fraction(num, den)) / self.total

    def wedge_square(self, wedge: Sequence[tuple[int, int]]) -> int:
        """den of the wedge of signed vertices with itself."""
        return determinant([[self.inner[i][j] for j, _ in wedge] for i, _ in wedge])

    def wedge_products(
        self, wedges: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[Table, Table]:
        """den and num of all pairs of wedges of signed vertices, as symmetric tables."""
        size = len(wedges)
        den: Table = [[0] * size for _ in range(size)]
        num: Table = [[0] * size for _ in range(size)]
        for k, left in enumerate(wedges):
            for m in range(k, size):
                right = wedges[m]
                sign = prod(s for _, s in left) * prod(s for _, s in right)
                inner = [[self.inner[i][j] for j, _ in right] for i, _ in left]
                energy = [[self.energy[i][j] for j, _ in right] for i, _ in left]
                den[k][m] = den[m][k] = sign * determinant(inner)
                num[k][m] = num[m][k] = sign * sum(
                    determinant([
                        [*row[:b], other[b], *row[b + 1 :]]
                        for row, other in zip(inner, energy, strict=True)
                    ])
                    for b in range(len(right))
                )
        return den, num


def determinant(rows: Sequence[Sequence[int]]) -> int:
    """The determinant of a small integer matrix."""
    if len(rows) == 2:
        (a, b), (c, d) = rows
        return a * d - b * c
    if len(rows) == 3:
        (a, b, c), (d, e, f), (g, h, i) = rows
        return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return int(fmpz_mat([list(row) for row in rows]).det())
