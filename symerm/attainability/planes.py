"""Cells of planes spanned by two neurons on the line, and exact bounds of the loss on them.

The activations of neurons with one input run along a curve of segments (`neuron_curve`).  Two
neurons on segments cone(a, v) and cone(v, b) that share a vertex span the planes of

    (alpha a + beta v) ^ (gamma v + delta b) = y0 v^b + y1 a^v + y2 a^b,
    y = (beta delta, alpha gamma, alpha delta),

and these y fill the triangle y >= 0 except the open edge y2 = 0 < y0 y1: that edge is the
**boundary stratum** of v.  On disjoint segments the bivectors are a product of two segments.  On
both kinds of cell Q = (|T|^2 - m) den - num is a form in non-negative variables; if all its
(Bernstein) coefficients are non-negative then no plane of the cell has a loss below m.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

from symerm.arrangements.neuron_curve import NeuronCurve, Segment
from symerm.attainability.exterior import Bivector, Combination, ExteriorForms, Table

__all__ = ["Box", "Cell", "Corner", "Triangle", "cells_of"]

Vector = tuple[int, ...]


@dataclass(frozen=True)
class Corner:
    """Planes of two neurons on one segment: a single plane."""

    segment: int
    plane: Bivector


@dataclass(frozen=True)
class Triangle:
    """Planes of neurons on two segments with a common vertex.

    Attributes
    ----------
    segments : the two segment indices, cone(a, v) and cone(v, b)
    a, v, b : the signed vertices
    """

    segments: tuple[int, int]
    a: Combination
    v: Combination
    b: Combination

    @property
    def generators(self) -> tuple[Bivector, Bivector, Bivector]:
        """v^b, a^v and a^b."""
        return (self.v, self.b), (self.a, self.v), (self.a, self.b)

    def plane(self, y: Sequence[int]) -> Bivector:
        """A bivector of the plane with coordinates y, y0 or y2 not zero or y = (0, 1, 0)."""
        y0, y1, y2 = y
        if y2 == 0:
            return self.v, combine(((y0, self.b), (-y1, self.a)))
        # y2 y = (y2 a + y0 v) ^ (y1 v + y2 b)
        return combine(((y2, self.a), (y0, self.v))), combine(((y1, self.v), (y2, self.b)))

    def tables(self, forms: ExteriorForms) -> tuple[Table, Table]:
        """den and num as symmetric 3 x 3 integer tables in y."""
        generators = self.generators
        pairs = [[forms.product(x, z) for z in generators] for x in generators]
        return [[d for d, _ in row] for row in pairs], [[n for _, n in row] for row in pairs]


@dataclass(frozen=True)
class Box:
    """Planes of neurons on two segments without a common vertex."""

    segments: tuple[int, int]
    first: tuple[Combination, Combination]
    second: tuple[Combination, Combination]

    def plane(self, t: Sequence[int], u: Sequence[int]) -> Bivector:
        """The bivector with coefficients t on the first and u on the second segment."""
        return combine(zip(t, self.first, strict=True)), combine(zip(u, self.second, strict=True))


Cell = Corner | Triangle | Box


def combine(terms: object) -> Combination:
    """A linear combination of combinations, with equal vertices collected."""
    total: dict[int, int] = {}
    for factor, combination in terms:  # type: ignore[attr-defined]
        for vertex, coefficient in combination:
            total[vertex] = total.get(vertex, 0) + factor * coefficient
    return tuple((vertex, value) for vertex, value in total.items() if value)


def cells_of(curve: NeuronCurve) -> Iterator[Cell]:
    """The cells of all pairs of segments, in the order of the certificate."""
    segments = curve.segments
    for i in range(len(segments)):
        for j in range(i, len(segments)):
            if i != j or segments[i].ends[0].vertex != segments[i].ends[1].vertex:
                yield _cell(segments, i, j)


def _cell(segments: Sequence[Segment], i: int, j: int) -> Cell:
    (first, second) = (_ends(segments[i]), _ends(segments[j]))
    vertices = [{vertex for vertex, _ in ends} for ends in (first, second)]
    common = vertices[0] & vertices[1]
    if vertices[0] == vertices[1] and len(common) == 2:
        return Corner(i, ((first[0],), (first[1],)))
    if len(common) == 1 and len(vertices[0]) == len(vertices[1]) == 2:
        (shared,) = common
        (v,) = (end for end in first if end[0] == shared)
        (a,) = (end for end in first if end[0] != shared)
        (other,) = (end for end in second if end[0] == shared)
        (b,) = (end for end in second if end[0] != shared)
        turn = v[1] * other[1]
        return Triangle((i, j), (a,), (v,), ((b[0], turn * b[1]),))
    return Box(
        (i, j), ((first[0],), (first[1],)), ((second[0],), (second[1],))
    )


def _ends(segment: Segment) -> tuple[tuple[int, int], tuple[int, int]]:
    first, second = segment.ends
    return (first.vertex, first.sign), (second.vertex, second.sign)


def triangle_coefficients(table: Table, corners: Sequence[Vector]) -> list[int]:
    """Coefficients of y^T table y on the simplex of the corners: non-negative means so is it."""
    images = [[sum(t * x for t, x in zip(row, c, strict=True)) for row in table] for c in corners]
    return [
        sum(x * y for x, y in zip(images[k], corners[m], strict=True))
        for k, m in combinations_with_replacement(range(len(corners)), 2)
    ]


def box_coefficients(
    forms: ExteriorForms, level: tuple[int, int], first: Sequence[Combination],
    second: Sequence[Combination],
) -> list[int]:
    """Bernstein coefficients of a den - b num on the product of two cones."""
    points = [*first, *second]
    table = [[forms.pair(x, y) for y in points] for x in points]
    shift = len(first)
    a, b = level

    def value(i: int, k: int, j: int, m: int) -> int:
        """The form of x_i ^ z_k and x_j ^ z_m."""
        m_ij, c_ij = table[i][j]
        m_km, c_km = table[shift + k][shift + m]
        m_im, c_im = table[i][shift + m]
        m_kj, c_kj = table[shift + k][j]
        den = m_ij * m_km - m_im * m_kj
        num = c_ij * m_km + m_ij * c_km - c_im * m_kj - m_im * c_kj
        return a * den - b * num

    return [
        value(i, k, j, m) + value(i, m, j, k)
        for i, j in combinations_with_replacement(range(len(first)), 2)
        for k, m in combinations_with_replacement(range(len(second)), 2)
    ]


def rise_coefficients(den: Table, num: Table, corners: Sequence[Vector]) -> list[int]:
    """Coefficients of the cubic whose sign is that of the derivative of the loss in y2.

    The loss is |T|^2 - num/den, so the cubic is num (den y)_2 - den (num y)_2 up to a factor.
    """
    d_lin = [sum(d * x for d, x in zip(den[2], c, strict=True)) for c in corners]
    n_lin = [sum(n * x for n, x in zip(num[2], c, strict=True)) for c in corners]

    def quadratic(table: Table, k: int, m: int) -> int:
        return sum(
            corners[k][i] * table[i][j] * corners[m][j] for i in range(3) for j in range(3)
        )

    def term(k: int, m: int, r: int) -> int:
        return quadratic(num, k, m) * d_lin[r] - quadratic(den, k, m) * n_lin[r]

    return [
        term(k, m, r) + term(k, r, m) + term(m, r, k)
        for k, m, r in combinations_with_replacement(range(len(corners)), 3)
    ]
