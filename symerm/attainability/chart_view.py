"""Floats on a chart: which simplex to halve, and whether the loss may rise everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations, product
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from symerm.attainability.secant_charts import Chart

__all__ = ["ChartView"]

Array = NDArray[np.float64]
#: The exponents of a monomial, group by group, and the size of its negative coefficient.
Negative = tuple[tuple[tuple[int, ...], ...], int]


class ChartView:
    """The vectors w/t of a chart in floats.

    Parameters
    ----------
    chart : Chart
    den : K x K array
        The scaled form of `RootTables`.
    scale : K lengths of the wedges
    """

    def __init__(self, chart: Chart, den: Array, scale: Array) -> None:
        self.chart, self.den, self.scale = chart, den, scale
        self.groups = [_normed(group) for group in chart.groups]
        self.slots = sum(1 for part in chart.outside if part)
        # One common factor for all outside generators; the radius takes it back.
        unit = max((x for part in chart.outside for g in part for x in g), default=1)
        self.outside = [
            np.array([[x / unit for x in g] for g in part]).reshape(len(part), chart.shape[axis])
            for axis, part in enumerate(chart.outside)
        ]
        self.groups[-1] = np.array([
            [float(Fraction(s, s + unit * t)), float(Fraction(unit * t, s + unit * t))]
            for s, t in chart.radius
        ])

    def expansion(self, inside: Sequence[Array], spread: Array) -> list[Array]:
        """L_0, .., L_m of a point, scaled."""
        found = [np.ones(1)]
        for axis, u in enumerate(inside):
            part = self.chart.part(axis)
            outer = spread[part] @ self.outside[axis] if part.stop > part.start else 0.0 * u
            grown = [np.zeros(len(found[0]) * len(u)) for _ in range(len(found) + 1)]
            for r, old in enumerate(found):
                grown[r] += np.outer(old, u).ravel()
                grown[r + 1] += np.outer(old, outer).ravel()
            found = grown
        return [x * self.scale for x in found[: self.slots + 1]]

    def at(self, inside: Sequence[Array], spread: Array, radius: Array) -> Array:
        """w/t."""
        parts, (s, t) = self.expansion(inside, spread), radius
        return sum(
            (t ** (r - 1) * s ** (self.slots - r) * parts[r] for r in range(1, self.slots + 1)),
            np.zeros_like(parts[0]),
        )

    def _point(self, chosen: Mapping[int, int]) -> Array:
        """w/t with given generators in some groups and the middle of the others."""
        parts = [
            group[chosen[k]] if k in chosen else group.mean(0)
            for k, group in enumerate(self.groups)
        ]
        return self.at(parts[:-2], parts[-2], parts[-1])

    def choose(self, negative: Sequence[Negative]) -> tuple[int, int, int, int, int] | None:
        """Group, generators and weights of the most promising split."""
        lengths, units = [], []
        for k, group in enumerate(self.groups):
            points = np.array([self._point({k: i}) for i in range(len(group))])
            size = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", points, self.den, points), 0.0))
            size = np.where(size > 0, size, 1.0)
            lengths.append(np.log(size) + [log(sum(g)) for g in self.chart.groups[k]])
            units.append(points / size[:, None])
        blame = self._blame(negative, lengths)
        best: tuple[float, int, int, int] | None = None
        for k, points in enumerate(units):
            cosine = points @ self.den @ points.T
            for i, j in combinations(range(len(points)), 2):
                gap = max(1.0 - float(cosine[i, j]), 1e-9)
                score = gap * (0.02 + blame.get((k, i, j), 0.0))
                if best is None or score > best[0]:
                    best = score, k, i, j
        if best is None:
            return None
        _, k, i, j = best
        power = round(float(lengths[k][j] - lengths[k][i]) / log(2.0))
        return k, i, j, 1 << max(power, 0), 1 << max(-power, 0)

    def _blame(
        self, negative: Sequence[Negative], lengths: Sequence[Array]
    ) -> dict[tuple[int, int, int], float]:
        """How much each pair of generators takes part in negative coefficients."""
        found: dict[tuple[int, int, int], float] = {}
        sizes = [
            log(size) - sum(
                float(np.dot(part, length)) for part, length in zip(exponents, lengths, strict=True)
            )
            for exponents, size in negative
        ]
        highest = max(sizes, default=0.0)
        for (exponents, _), size in zip(negative, sizes, strict=True):
            share = exp(max(size - highest, -700.0))
            for k, part in enumerate(exponents):
                used = [i for i, e in enumerate(part) if e]
                for i, j in combinations(used, 2):
                    found[k, i, j] = found.get((k, i, j), 0.0) + share
        most = max(found.values(), default=0.0)
        return {key: value / most for key, value in found.items()} if most > 0 else {}

    def may_rise(self, num: Array) -> bool:
        """Whether at the corners' middles the loss rises with t."""
        spreads = [
            (a + b) / 2 for a, b in product(self.groups[-2], repeat=2)
        ]
        for *inside, spread, radius in product(*self.groups[:-2], spreads, self.groups[-1]):
            parts, (s, t) = self.expansion(inside, spread), radius
            if s <= 0:
                return False
            point = self.at(inside, spread, radius)
            slope = sum(
                ((r - 1) * t ** (r - 2) * s ** (self.slots - r) * parts[r]
                 for r in range(2, self.slots + 1)),
                np.zeros_like(point),
            )
            size = float(point @ self.den @ point)
            energy = float(point @ num @ point)
            rise = energy * float(point @ self.den @ slope) - size * float(point @ num @ slope)
            if rise <= 0:
                return False
        return True

    def may_retreat(self, axis: int, num: Array) -> bool:
        """Whether at the corners the loss does not increase as the part of an axis shrinks."""
        part = self.chart.part(axis)
        for *inside, spread, radius in product(*self.groups):
            rest = spread.copy()
            rest[part] = 0.0
            if not rest.any():
                return False
            point = self.at(inside, spread, radius)
            moved = point - self.at(inside, rest, radius)
            size = float(point @ self.den @ point)
            energy = float(point @ num @ point)
            along = float(point @ self.den @ moved), float(point @ num @ moved)
            if energy * along[0] - size * along[1] < -1e-12 * size * size:
                return False
        return True


def _normed(group: Sequence[Sequence[int]]) -> Array:
    """Float copies with entries of sum one."""
    return np.array([[x / sum(g) for x in g] for g in group])
