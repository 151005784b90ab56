"""Floats on a chart: signs of coefficients up to rounding, and which simplex to halve."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import combinations, pairwise
from math import log

import numpy as np
from numpy.typing import NDArray

from symerm.attainability.chart_tensors import Kind, tensors_of
from symerm.attainability.secant_charts import Chart
from symerm.attainability.vector_polynomials import BITS

__all__ = ["ChartView"]

Array = NDArray[np.float64]
Polynomial = tuple[tuple[int, ...], Array]

#: Coefficients this much below zero, relative to the form, may be rounding: integers decide.
_SLACK = 1e-10


class ChartView:
    """The vectors w/t of a chart in floats, with generators of size one.

    Parameters
    ----------
    chart : Chart
    den : K x K array
        The scaled form of `RootTables`.
    scale : K lengths of the wedges
    """

    def __init__(self, chart: Chart, den: Array, scale: Array) -> None:
        self.chart, self.den, self.scale = chart, den, scale
        self.tensors = tensors_of(chart)
        unit = self.unit = self.tensors.unit
        self.groups = [_normed(group) for group in chart.groups]
        # The radius counts outside generators in the unit of the tensors.
        self.groups[-1] = np.array([
            [float(Fraction(s, s + unit * t)), float(Fraction(unit * t, s + unit * t))]
            for s, t in chart.radius
        ])
        self.sizes = tuple(map(len, self.groups))

    def polynomial(self, kind: Kind) -> Polynomial:
        """Monomials and vectors of a kind, in units of the lengths of the wedges."""
        rows = self.tensors.rows(kind, self.groups, exact=False)
        return self.tensors.keys(kind, self.sizes), rows * self.scale

    @cached_property
    def whole(self) -> Polynomial:
        """The monomials of w/t and their vectors, scaled."""
        return self.polynomial("whole")

    def coefficients(
        self, form: Array, left: Polynomial,
        right: Polynomial,
    ) -> Polynomial:
        """The monomials of a bilinear form of two polynomials and their coefficients."""
        keys, places = _folded(left[0], right[0])
        values = left[1] @ form @ right[1].T
        return keys, np.asarray(np.bincount(places, values.ravel(), len(keys)), dtype=float)

    def negative(self, form: Array) -> Polynomial:
        """The monomials of a form of w/t with negative coefficients; none up to rounding."""
        keys, values = self.coefficients(form, self.whole, self.whole)
        chosen = np.flatnonzero(values < -_SLACK * max(1.0, float(np.abs(values).max())))
        return tuple(keys[k] for k in chosen.tolist()), -values[chosen]

    def clear(self, form: Array) -> bool:
        """Whether the vertices are farther above the goal than any coefficient is below."""
        keys, values = self.coefficients(form, self.whole, self.whole)
        places, first = _vertex_places(keys, self.sizes, sum(self.sizes))
        return bool(len(places) == first and values[places].min() > max(-values.min(), 0.0))

    def may_be_positive(
        self, form: Array, left: Polynomial,
        right: Polynomial,
    ) -> bool:
        """Whether no coefficient of a bilinear form is negative up to rounding."""
        if not left[0] or not right[0]:
            return True
        _, values = self.coefficients(form, left, right)
        return bool(values.min() >= -_SLACK * max(1e-6, float(np.abs(values).max())))

    def choose(
        self, negative: Polynomial
    ) -> tuple[int, int, int, int, int] | None:
        """Group, generators and weights of the most promising split."""
        keys, rows = self.whole
        exponents = _exponents(keys, sum(self.sizes))
        offsets = np.concatenate([[0], np.cumsum(self.sizes)])
        degrees = [int(exponents[0, a:b].sum()) for a, b in pairwise(offsets)]
        lengths, units = [], []
        for k, size in enumerate(self.sizes):
            # One generator of a group and the middles of the others.
            points = []
            for i in range(size):
                at = np.concatenate([
                    np.full(m, 1.0 / m) if g != k else np.eye(m)[i]
                    for g, m in enumerate(self.sizes)
                ])
                points.append(np.prod(np.where(exponents > 0, at**exponents, 1.0), axis=1) @ rows)
            point = np.array(points)
            square = np.einsum("ij,jk,ik->i", point, self.den, point)
            length = np.sqrt(np.maximum(square, 0.0))
            length = np.where(length > 0, length, 1.0)
            # The length belongs to a power of the generator.
            lengths.append(np.log(length) / max(degrees[k], 1))
            units.append(point / length[:, None])
        blame = self._blame(negative, lengths)
        best: tuple[float, int, int, int] | None = None
        for k, point in enumerate(units):
            cosine = point @ self.den @ point.T
            for i, j in combinations(range(len(point)), 2):
                gap = max(1.0 - float(cosine[i, j]), 1e-9)
                score = gap * (0.02 + blame.get((k, i, j), 0.0))
                if best is None or score > best[0]:
                    best = score, k, i, j
        if best is None:
            return None
        _, k, i, j = best
        sums = [log(sum(g)) for g in self.chart.groups[k]]
        if k == len(self.sizes) - 1:
            sums = [log(s + self.unit * t) for s, t in self.chart.radius]
        power = round((float(lengths[k][j] - lengths[k][i]) + sums[j] - sums[i]) / log(2.0))
        return k, i, j, 1 << max(power, 0), 1 << max(-power, 0)

    def _blame(
        self, negative: Polynomial, lengths: Sequence[Array]
    ) -> dict[tuple[int, int, int], float]:
        """How much each pair of generators takes part in negative coefficients."""
        keys, values = negative
        if not keys:
            return {}
        exponents = _exponents(keys, sum(self.sizes))
        sizes = np.log(values) - exponents @ np.concatenate(lengths)
        shares = np.exp(np.maximum(sizes - sizes.max(), -700.0))
        used = exponents > 0
        found: dict[tuple[int, int, int], float] = {}
        at = 0
        for k, size in enumerate(self.sizes):
            for i, j in combinations(range(size), 2):
                found[k, i, j] = float(shares[used[:, at + i] & used[:, at + j]].sum())
            at += size
        most = max(found.values(), default=0.0)
        return {key: value / most for key, value in found.items()} if most > 0 else {}


@lru_cache(maxsize=256)
def _folded(
    left: tuple[int, ...], right: tuple[int, ...]
) -> tuple[tuple[int, ...], NDArray[np.int64]]:
    """The different products of monomials, and which of them each pair has."""
    places: dict[int, int] = {}
    found = [places.setdefault(x + y, len(places)) for x in left for y in right]
    return tuple(places), np.array(found, dtype=np.int64)


@lru_cache(maxsize=256)
def _exponents(keys: tuple[int, ...], count: int) -> NDArray[np.int64]:
    """The exponents of packed monomials, one row each."""
    mask = (1 << BITS) - 1
    return np.array([[key >> BITS * k & mask for k in range(count)] for key in keys])


@lru_cache(maxsize=256)
def _vertex_places(
    keys: tuple[int, ...], sizes: tuple[int, ...], count: int
) -> tuple[NDArray[np.int64], int]:
    """Where the monomials with one generator of each group are, and how many there can be."""
    used = _exponents(keys, count) > 0
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    single = np.all([used[:, a:b].sum(1) <= 1 for a, b in pairwise(offsets)], axis=0)
    return np.flatnonzero(single), int(np.prod(sizes))


def _normed(group: Sequence[Sequence[int]]) -> Array:
    """Float copies with entries of sum one."""
    return np.array([[x / sum(g) for x in g] for g in group])
