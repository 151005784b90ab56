"""The loss as a Rayleigh quotient on products of neurons, exact in integers.

d neurons with activation vectors x_1, .., x_d span a space U (modulo constants if there is an
output bias) and the best loss with them is h(U) = |T|^2 - num/den with w = x_1 ^ .. ^ x_d,
den = |w|^2 and num = <w, D w>, where D is the derivation of the exterior algebra induced by
T T^t.  With the tables M(x, y) = <x, y> and C(x, y) = <x, T T^t y> the two bilinear forms are

    den: det [M(x_a, y_b)]
    num: the sum over b of det [M(x_a, y_b) with column b replaced by C(x_a, y_b)].

"h >= m on a cone of products" means that Q = (|T|^2 - m) den - num is non-negative there.
(Derived in the theory notes; Lim, Michalek, Qi 2019 for the geometry of joins and secants.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from operator import mul
from typing import Any

import numpy as np
from flint import fmpz_mat
from numpy.typing import NDArray

from symerm.attainability.scaled import ScaledProblem

__all__ = ["ExteriorForms", "Table", "pair_places"]

IntVector = tuple[int, ...]
Table = list[list[int]]
#: Arrays of Python integers.
Integers = NDArray[Any]

#: Pairs of wedges that are treated at once.
_CHUNK = 100_000


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

    @cached_property
    def _arrays(self) -> tuple[Integers, Integers]:
        """M and C as arrays of Python integers."""
        return np.array(self.inner, dtype=object), np.array(self.energy, dtype=object)

    def level(self, loss: Fraction) -> tuple[int, int]:
        """Integers (a, b) with a den - b num a positive multiple of Q at a scaled loss."""
        excess = self.square - self.total * loss
        return excess.numerator, excess.denominator

    def wedge_square(self, wedge: Sequence[tuple[int, int]]) -> int:
        """den of the wedge of signed vertices with itself."""
        return determinant([[self.inner[i][j] for j, _ in wedge] for i, _ in wedge])

    def wedge_products(
        self, wedges: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[Table, Table]:
        """den and num of all pairs of wedges of signed vertices, as symmetric tables."""
        den, num = self.wedge_tables([wedges])
        places = pair_places(len(wedges))
        return den[0, places].tolist(), num[0, places].tolist()

    def wedge_tables(
        self, lists: Sequence[Sequence[Sequence[tuple[int, int]]]]
    ) -> tuple[Integers, Integers]:
        """den and num of all pairs in each of some lists of K wedges of signed vertices.

        Returns
        -------
        two arrays of Python integers
            One row for each list, with the entries of `pair_places`.
        """
        table = np.array(lists, dtype=np.int64)
        count, size, width = table.shape[:3]
        first, second = np.triu_indices(size)
        den, num = (np.zeros((count, len(first)), dtype=object) for _ in range(2))
        inner, energy = self._arrays
        step = max(1, _CHUNK // len(first))
        for start in range(0, count, step):
            part = table[start : start + step]
            vertices, signs = part[..., 0], part[..., 1].prod(axis=2)
            left, right = vertices[:, first], vertices[:, second]
            # Laplace expansion by rows: the columns used so far, with determinant and derivative.
            partial: dict[int, tuple[Any, Any]] = {0: (None, None)}
            for a in range(width):
                entries = [
                    (inner[left[..., a], right[..., b]], energy[left[..., a], right[..., b]])
                    for b in range(width)
                ]
                grown: dict[int, tuple[Any, Any]] = {}
                for used, (d, n) in partial.items():
                    for b, (m, c) in enumerate(entries):
                        if used >> b & 1:
                            continue
                        new = (m, c) if a == 0 else (d * m, n * m + d * c)
                        key = used | 1 << b
                        if key not in grown:
                            grown[key] = (
                                (-new[0], -new[1]) if (used >> b).bit_count() & 1 else new
                            )
                        elif (used >> b).bit_count() & 1:
                            grown[key] = grown[key][0] - new[0], grown[key][1] - new[1]
                        else:
                            grown[key] = grown[key][0] + new[0], grown[key][1] + new[1]
                partial = grown
            sign = (signs[:, first] * signs[:, second]).astype(object)
            d, n = partial[(1 << width) - 1]
            den[start : start + step], num[start : start + step] = d * sign, n * sign
        return den, num


@lru_cache(maxsize=256)
def pair_places(size: int) -> NDArray[np.int64]:
    """The symmetric table of the places of pairs in the upper triangle, row by row."""
    places = np.zeros((size, size), dtype=np.int64)
    first, second = np.triu_indices(size)
    places[first, second] = places[second, first] = np.arange(len(first))
    return places


def determinant(rows: Sequence[Sequence[int]]) -> int:
    """The determinant of a small integer matrix."""
    if len(rows) == 2:
        (a, b), (c, d) = rows
        return a * d - b * c
    if len(rows) == 3:
        (a, b, c), (d, e, f), (g, h, i) = rows
        return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return int(fmpz_mat([list(row) for row in rows]).det())
