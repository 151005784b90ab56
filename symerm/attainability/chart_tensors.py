"""The vectors of a chart as tensors: polynomials in the generators of any part of it.

w/t is linear in each inside part, of degree m in the spread and of degree m - 1 in the radius.
Written once as a tensor with one index for each factor, symmetric in those of the spread and of
the radius, it gives the polynomial of any part of the chart by contraction with the part's
generators: the entry at sorted indices, times the number of their orders, is the coefficient of a
monomial.  The same for the part of w/t in which an axis is outside, for its derivative in t, and
for L_1, its value at the stratum.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations_with_replacement, product
from math import factorial, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symerm.attainability.secant_charts import Chart
from symerm.attainability.vector_polynomials import VectorPolynomial, monomial

__all__ = ["ChartTensors", "Kind", "exact_polynomial", "tensors_of"]

Array = NDArray[Any]
#: "whole", "slope", "first", or an axis: the part in which it is outside.
Kind = str | int
#: Exponents of each group's entries, and the vector.
Terms = dict[tuple[tuple[int, ...], ...], Array]


class ChartTensors:
    """Tensors of all parts of the charts of one box.

    Parameters
    ----------
    shape, outside : as in `Chart`
    items : for each axis the items of the box
    """

    def __init__(
        self, shape: tuple[int, ...], outside: tuple[tuple[tuple[int, ...], ...], ...],
        items: tuple[tuple[int, ...], ...],
    ) -> None:
        self.shape, self.outside, self.items = shape, outside, items
        self.slots = sum(1 for part in outside if part)
        self.count = sum(map(len, outside))
        #: The largest entry of an outside generator: floats count them in this unit.
        self.unit = max((x for part in outside for g in part for x in g), default=1)
        self.degrees: dict[Kind, tuple[int, int]] = {}
        self._exact: dict[Kind, Array] = {}
        self._floats: dict[Kind, Array] = {}

    def exact(self, kind: Kind) -> Array:
        """The tensor in integers."""
        if kind not in self._exact:
            self._build(kind)
        return self._exact[kind]

    def floats(self, kind: Kind) -> Array:
        """The tensor in floats, with t in units of 1/unit, up to a factor for each kind.

        The factor is the same for the whole and for its parts.
        """
        if kind not in self._floats:
            exact = self.exact(kind)
            _, radius = self.degrees[kind]
            found = np.empty(exact.shape)
            for choice in product((0, 1), repeat=radius):
                power = self.unit ** (sum(choice) + 1)
                index: Any = (Ellipsis, *choice, slice(None))
                part = exact[index]
                found[index] = np.array([x / power for x in part.ravel()]).reshape(part.shape)
            self._floats[kind] = found
        return self._floats[kind]

    def _build(self, kind: Kind) -> None:
        m, size = self.slots, prod(self.shape)
        spread, radius = {
            "first": (1, 0), "slope": (m, m - 2)
        }.get(str(kind), (m, m - 1))
        self.degrees[kind] = spread, radius
        dimensions = [*self.shape, *[self.count] * spread, *[2] * radius, size]
        tensor = np.zeros(dimensions, dtype=object)
        starts = np.cumsum([0, *map(len, self.outside)])
        # Each wedge: on every axis its item inside, or one of the outside generators.
        for place, choice in enumerate(product(*map(range, self.shape))):
            options: list[list[tuple[int, int | None, int]]] = []
            for axis, item in enumerate(choice):
                own: list[tuple[int, int | None, int]] = []
                if item in self.items[axis]:
                    own.append((item, None, 1))
                for k, g in enumerate(self.outside[axis]):
                    if g[item]:
                        # |u_a| c_a: any item inside, with the generator outside.
                        own += [
                            (other, int(starts[axis]) + k, g[item]) for other in self.items[axis]
                        ]
                options.append(own)
            for picks in product(*options):
                beyond = [k for _, k, _ in picks if k is not None]
                r = len(beyond)
                marked = not isinstance(kind, int) or picks[kind][1] is not None
                if r == 0 or not marked or (kind == "first" and r > 1) or (
                    kind == "slope" and r < 2
                ):
                    continue
                value = prod(x for _, _, x in picks) * (r - 1 if kind == "slope" else 1)
                self._add(
                    tensor, tuple(i for i, _, _ in picks), beyond, spread,
                    r - 1 - int(kind == "slope"), radius, place, value,
                )
        self._exact[kind] = tensor

    def _add(
        self, tensor: Array, inside: tuple[int, ...], beyond: Sequence[int], spread: int,
        far: int, radius: int, place: int, value: int,
    ) -> None:
        """Add value u^inside c^beyond |c|^(spread - r) t^far s^(radius - far), as an average.

        The symmetric tensor of a product of linear forms is the mean over their orders; here it is
        taken times spread! radius!.
        """
        rest = spread - len(beyond)
        factor = value * factorial(rest)
        radii = [
            choice for choice in product((0, 1), repeat=radius) if sum(choice) == far
        ]
        weight = factor * factorial(far) * factorial(radius - far)
        # All orders of the fixed indices among the places of the spread; the others are free.
        for order in _placings(spread, len(beyond)):
            index: list[Any] = [slice(None)] * spread
            for at, k in zip(order, beyond, strict=True):
                index[at] = k
            for choice in radii:
                target = (*inside, *index, *choice, place)
                tensor[target] = tensor[target] + weight

    def rows(self, kind: Kind, groups: Sequence[Array], exact: bool) -> Array:
        """The coefficient vectors of all monomials, in the order of `keys`."""
        tensor = self.exact(kind) if exact else self.floats(kind)
        spread, radius = self.degrees[kind]
        *inside, of_spread, of_radius = groups
        for matrix in (*inside, *[of_spread] * spread, *[of_radius] * radius):
            tensor = np.tensordot(tensor, matrix, axes=(0, 1))
        places, weights = _sorted_places(
            tuple(len(g) for g in inside), len(of_spread), spread, radius
        )
        flat: Array = tensor.reshape(tensor.shape[0], -1)[:, places].T
        factors: Array = np.array(weights, dtype=object if exact else float)
        found: Array = flat * factors[:, None]
        return found

    def keys(self, kind: Kind, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """The packed monomials of `rows`."""
        if kind not in self.degrees:
            self._build(kind)
        return _monomials(sizes, *self.degrees[kind])


def _placings(size: int, count: int) -> list[tuple[int, ...]]:
    """All injective maps of `count` things to `size` places."""
    return [
        order for order in product(range(size), repeat=count) if len(set(order)) == count
    ]


@lru_cache(maxsize=64)
def _sorted_places(
    inside: tuple[int, ...], count: int, spread: int, radius: int
) -> tuple[NDArray[np.int64], Array]:
    """Flat places of sorted indices, and how many orders they have."""
    shape = [*inside, *[count] * spread, *[2] * radius]
    places, weights = [], []
    for choice in product(*map(range, inside)):
        for c in combinations_with_replacement(range(count), spread):
            for r in combinations_with_replacement((0, 1), radius):
                places.append(int(np.ravel_multi_index((*choice, *c, *r), shape)) if shape else 0)
                weights.append(_orders(c) * _orders(r))
    return np.array(places, dtype=np.int64), np.array(weights)


def _orders(indices: Sequence[int]) -> int:
    found = factorial(len(indices))
    for k in set(indices):
        found //= factorial(indices.count(k))
    return found


@lru_cache(maxsize=256)
def _monomials(sizes: tuple[int, ...], spread: int, radius: int) -> tuple[int, ...]:
    *inside, count, _ = sizes
    last = len(inside)
    return tuple(
        monomial(sizes, [
            *((k, i, 1) for k, i in enumerate(choice)),
            *((last, i, 1) for i in c), *((last + 1, i, 1) for i in r),
        ])
        for choice in product(*map(range, inside))
        for c in combinations_with_replacement(range(count), spread)
        for r in combinations_with_replacement((0, 1), radius)
    )


@lru_cache(maxsize=64)
def _tensors(
    shape: tuple[int, ...], outside: tuple[tuple[tuple[int, ...], ...], ...],
    items: tuple[tuple[int, ...], ...],
) -> ChartTensors:
    return ChartTensors(shape, outside, items)


def tensors_of(chart: Chart) -> ChartTensors:
    """The tensors of a chart and all its parts."""
    return _tensors(chart.shape, chart.outside, chart.items)


@lru_cache(maxsize=16)
def exact_polynomial(chart: Chart, kind: Kind = "whole") -> VectorPolynomial:
    """The polynomial of a kind in integers, up to a factor.

    The factor is the same for the whole and for its parts.
    """
    tensors = tensors_of(chart)
    groups = [np.array(group, dtype=object) for group in chart.groups]
    rows = tensors.rows(kind, groups, exact=True)
    keys = tensors.keys(kind, tuple(map(len, chart.groups)))
    return VectorPolynomial(keys, tuple(tuple(row) for row in rows.tolist()))
