"""Proof trees that no plane of a cell has a loss below a level.

Cells are divided until all Bernstein coefficients are non-negative: a segment of a box at a
positive combination of its ends, a simplex of a triangle at one of its edges.  Near a boundary
stratum, whose planes no network realises, the loss may lie below the level; there a **slope** step
shows instead that the loss falls strictly towards the stratum, so that no realised plane of the
region reaches the stratum's minimum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, isqrt

from symerm.arithmetic.linalg import nullspace
from symerm.attainability.exterior import Combination, ExteriorForms, Table
from symerm.attainability.planes import (
    Box,
    Corner,
    Triangle,
    box_coefficients,
    combine,
    rise_coefficients,
    triangle_coefficients,
)

__all__ = ["CellProof", "PlaneProver", "SlopeRegion"]

Vector = tuple[int, ...]
#: ("p",), ("b", factor, p, q), ("t", k, m, p, q) or ("n", p0, p1, q0, q1, top, bottom)
Step = tuple[object, ...]

_E0, _E1, _E2 = (1, 0, 0), (0, 1, 0), (0, 0, 1)


@dataclass(frozen=True)
class SlopeRegion:
    """The part p <= y1/y0 <= q, y2 <= (top/bottom) (y0 + y1) of a triangle.

    Attributes
    ----------
    start, end : positive integer pairs (y0, y1)
    height : (top, bottom)
    """

    start: tuple[int, int]
    end: tuple[int, int]
    height: tuple[int, int]

    def corners(self) -> tuple[Vector, Vector, Vector, Vector]:
        """The generators of the region: two on the stratum, two above them."""
        return (
            (*self.start, 0), (*self.end, 0), self._raised(self.start), self._raised(self.end)
        )

    def rest(self) -> tuple[tuple[Vector, ...], ...]:
        """The simplices that cover the triangle together with the region."""
        return (
            (_E0, (*self.start, 0), _E2),
            (self._raised(self.start), self._raised(self.end), _E2),
            ((*self.end, 0), _E1, _E2),
        )

    def _raised(self, point: tuple[int, int]) -> Vector:
        top, bottom = self.height
        return bottom * point[0], bottom * point[1], top * (point[0] + point[1])


@dataclass(frozen=True)
class CellProof:
    """The steps of one cell in depth-first order."""

    steps: tuple[Step, ...]


class PlaneProver:
    """Proves bounds cell by cell with a limit on the number of steps."""

    def __init__(self, forms: ExteriorForms, limit: int = 200_000) -> None:
        self.forms = forms
        self.limit = limit

    def prove(
        self,
        cell: Corner | Triangle | Box,
        level: Fraction,
        region: SlopeRegion | None = None,
    ) -> CellProof | None:
        """Steps that prove loss >= level on a cell outside the region, or None."""
        scaled = self.forms.level(level)
        if isinstance(cell, Corner):
            below = self.forms.product(cell.plane, cell.plane)
            return CellProof(()) if scaled[0] * below[0] >= scaled[1] * below[1] else None
        steps: list[Step] = []
        if isinstance(cell, Box):
            if self._box(cell, scaled, steps):
                return CellProof(tuple(steps))
            return None
        den, num = cell.tables(self.forms)
        table = [
            [scaled[0] * d - scaled[1] * n for d, n in zip(*rows, strict=True)]
            for rows in zip(den, num, strict=True)
        ]
        simplices: Sequence[tuple[Vector, ...]] = ((_E0, _E1, _E2),)
        if region is not None:
            if not self.slopes(den, num, region):
                return None
            steps.append(("n", *region.start, *region.end, *region.height))
            simplices = region.rest()
        if all(self._simplex(table, den, simplex, steps) for simplex in simplices):
            return CellProof(tuple(steps))
        return None

    def slopes(self, den: Table, num: Table, region: SlopeRegion) -> bool:
        """Whether the loss rises strictly with y2 on the whole region."""
        return all(value > 0 for value in rise_coefficients(den, num, region.corners()))

    def _box(self, cell: Box, level: tuple[int, int], steps: list[Step]) -> bool:
        stack = [(cell.first, cell.second, 0)]
        while stack:
            first, second, depth = stack.pop()
            coefficients = box_coefficients(self.forms, level, first, second)
            if min(coefficients) >= 0:
                steps.append(("p",))
                continue
            if depth > 160 or len(steps) > self.limit or self._negative_corner(coefficients):
                return False
            factor = depth % 2
            ends = (first, second)[factor]
            if ends[0] == ends[1]:
                factor, ends = 1 - factor, (first, second)[1 - factor]
            p, q = _balance(*(self.forms.pair(end, end)[0] for end in ends))
            new = combine(((p, ends[0]), (q, ends[1])))
            steps.append(("b", factor, p, q))
            for half in ((new, ends[1]), (ends[0], new)):
                stack.append((half, second, depth + 1) if factor == 0 else (first, half, depth + 1))
        return True

    def _negative_corner(self, coefficients: list[int]) -> bool:
        # The nine coefficients of a product of two segments have the corners at these places.
        return len(coefficients) == 9 and min(coefficients[k] for k in (0, 2, 6, 8)) < 0

    def _simplex(
        self, table: Table, den: Table, simplex: tuple[Vector, ...], steps: list[Step]
    ) -> bool:
        stack = [(simplex, 0)]
        while stack:
            corners, depth = stack.pop()
            values = triangle_coefficients(table, corners)
            if min(values) >= 0:
                steps.append(("p",))
                continue
            if depth > 240 or len(steps) > self.limit or min(values[0], values[3], values[5]) < 0:
                return False
            lengths = triangle_coefficients(den, corners)
            squares = (lengths[0], lengths[3], lengths[5])
            # Divide the edge whose coefficient is the most negative for its length.
            edges = {(0, 1): values[1], (0, 2): values[2], (1, 2): values[4]}
            steepness = {
                (k, m): Fraction(value * abs(value), squares[k] * squares[m] or 1)
                for (k, m), value in edges.items()
            }
            k, m = min(steepness, key=steepness.__getitem__)
            p, q = _balance(squares[k], squares[m])
            new = _primitive(tuple(
                p * x + q * y for x, y in zip(corners[k], corners[m], strict=True)
            ))
            steps.append(("t", k, m, p, q))
            for replaced in (k, m):
                part = tuple(new if i == replaced else c for i, c in enumerate(corners))
                stack.append((part, depth + 1))
        return True


def _primitive(vector: Vector) -> Vector:
    divisor = gcd(*vector)
    return tuple(x // divisor for x in vector)


def _balance(first: int, second: int) -> tuple[int, int]:
    """Powers of two that bring two vectors of given squared lengths to nearly equal length."""
    if first >= second:
        return 1, 1 << max((isqrt(first // max(second, 1))).bit_length() - 1, 0)
    return 1 << max((isqrt(second // max(first, 1))).bit_length() - 1, 0), 1


def stratum_minimum_at_least(
    den: Table, num: Table, level: tuple[int, int], start: Vector, end: Vector
) -> bool:
    """Whether the loss is >= a level on all positive combinations of two points of an edge."""
    a, b = level

    def value(x: Vector, y: Vector) -> int:
        return sum(
            x[i] * y[j] * (a * den[i][j] - b * num[i][j]) for i in range(3) for j in range(3)
        )

    left, right, mixed = value(start, start), value(end, end), value(start, end)
    return left >= 0 and right >= 0 and (mixed >= 0 or mixed * mixed <= left * right)


def compact(forms: ExteriorForms, cell: Triangle | Box) -> bool:
    """Whether the planes of a cell, with its strata, form a compact set.

    A triangle: either a, v, b are independent, so that no bivector vanishes and the planes are
    the image of a compact set, or they span a single plane.  A box: the same if the two cones
    meet only in 0 or lie in one plane.
    """
    if isinstance(cell, Triangle):
        return True
    first, second = list(dict.fromkeys(cell.first)), list(dict.fromkeys(cell.second))
    kernel = _kernel(forms, [*first, *second])
    if len(kernel) != 1:
        return True
    left, right = kernel[0][: len(first)], kernel[0][len(first) :]
    return min(left) < 0 < max(left) or min(right) < 0 < max(right)


def _kernel(forms: ExteriorForms, vectors: list[Combination]) -> list[tuple[Fraction, ...]]:
    """A basis of the linear dependencies of vectors, from their Gram matrix."""
    gram = [[Fraction(forms.pair(x, y)[0]) for y in vectors] for x in vectors]
    return list(nullspace(gram))


def steps_of(proofs: Sequence[CellProof]) -> Iterator[Step]:
    """All steps in the order of the cells."""
    for proof in proofs:
        yield from proof.steps
