"""The supremum norm of a piecewise-affine function on a box or on R^p, exactly.

On R^p it is finite exactly if the recession function lim h(r d) / r vanishes: A = 0 and the jumps
of parallel kinks have sum zero.  It is reached at a vertex of the arrangement and the box, found
by best-first search over cells.  Of the terms delta max(z, 0) of kinks that cross a bounded cell
those with delta > 0 are convex, and -max(z, 0) <= -u z for every u in [0, 1]: the resulting
convex function is largest at a vertex of the cell (differences of convex functions, Horst and Tuy
1996).  On an unbounded cell `symerm.parametrization.ridges` bounds the terms of parallel kinks.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import NamedTuple

from symerm.arithmetic.linalg import primitive
from symerm.arithmetic.splitting import SplitCone, split_cone
from symerm.parametrization.cells import domain_cone, is_bounded, side, weight
from symerm.parametrization.kinks import Kink, KinkForm
from symerm.parametrization.ridges import Ridges
from symerm.parametrization.seminorm import DEFAULT_LIMIT, search_exceeded

__all__ = ["SupNorm", "growing_direction", "sup_norm"]

Vector = tuple[Fraction, ...]

_ZERO = Fraction(0)
#: Slopes u of the relaxation are multiples of 1 / _STEPS.
_STEPS = 1024


@dataclass(frozen=True)
class SupNorm:
    """The supremum of |h_k| over all outputs k, and where it is reached.

    Attributes
    ----------
    value : Fraction or None
        None if |h| is not bounded.
    difference : Fraction or None
        h_k at the point, with its sign.
    output : int or None
        The k, counted from 0.
    point : tuple of p Fractions, or None
        Where the supremum is reached; it is whenever it is finite.
    direction : tuple of p Fractions, or None
        A direction in which |h| grows beyond all bounds.
    cells : int
        Number of cells that were examined.
    """

    value: Fraction | None
    difference: Fraction | None
    output: int | None
    point: Vector | None
    direction: Vector | None
    cells: int


class _Node(NamedTuple):
    """A cell with the settled affine part of each output and the kinks that cross it."""

    bound: Fraction
    branch: int | None
    cone: SplitCone
    rows: list[list[int]]
    crossing: list[int]


def growing_direction(form: KinkForm) -> Vector | None:
    """A direction d with lim h(r d) / r not zero, or None if h is bounded on R^p.

    Examples
    --------
    >>> from symerm.networks.shallow import ShallowNetwork
    >>> from symerm.parametrization.kinks import kink_form
    >>> one, zero = Fraction(1), Fraction(0)
    >>> step = ShallowNetwork(((one,), (one,)), (zero, -one), ((one,), (-one,)), (zero,))
    >>> growing_direction(kink_form(step)) is None
    True
    """
    jumps: dict[tuple[int, ...], Vector] = {}
    for kink in form.kinks:
        # Normals are coprime together with their offsets only.
        size = math.gcd(*kink.normal)
        normal = tuple(n // size for n in kink.normal)
        before = jumps.get(normal, (_ZERO,) * form.outputs)
        jumps[normal] = tuple(x + size * y for x, y in zip(before, kink.jump, strict=True))
    kinks = tuple(Kink(normal, 0, jump) for normal, jump in jumps.items() if any(jump))
    recession = KinkForm(form.dimension, kinks, form.matrix, (_ZERO,) * form.outputs)
    point = recession.nonzero_point()
    return None if point is None else tuple(map(Fraction, primitive(point)))


def sup_norm(form: KinkForm, *, limit: int = DEFAULT_LIMIT) -> SupNorm:
    """The supremum norm on R^p, or on the closed box of the form.

    Parameters
    ----------
    form : KinkForm
    limit : int
        Largest number of cells; one with many corners counts as several.

    Raises
    ------
    BudgetExceeded
        If the search needs more cells; the message has bounds of the norm.

    Examples
    --------
    The exploding gradient of `sobolev_seminorm` has supremum norm 1/k on [-1, 1]^2:

    >>> from symerm.networks.shallow import ShallowNetwork
    >>> from symerm.parametrization.kinks import kink_form
    >>> zero, k = Fraction(0), Fraction(3)
    >>> network = ShallowNetwork(((k, zero), (k, 1 / k**2)), (zero,) * 2, ((k,), (-k,)), (zero,))
    >>> square = ((Fraction(-1), Fraction(1)),) * 2
    >>> sup_norm(kink_form(network, square)).value, sup_norm(kink_form(network)).value
    (Fraction(1, 3), None)
    """
    if form.box is None:
        direction = growing_direction(form)
        if direction is not None:
            return SupNorm(None, None, None, None, direction, 0)
    if not form.kinks:
        return _affine(form)
    search = _Search(form)
    first = search.node(
        domain_cone(form.dimension, form.box), search.rows, list(range(len(form.kinks)))
    )
    queue = [(-first.bound, 0, first)]
    made, spent = 1, weight(first.cone)
    while queue and -queue[0][0] > abs(search.best):
        if spent > limit:
            raise search_exceeded(
                "the supremum norm", form, limit, abs(search.best), -queue[0][0]
            )
        _, _, node = heapq.heappop(queue)
        if node.branch is None:
            raise ArithmeticError("the bound of a settled cell is not its value")
        for part in split_cone(node.cone, search.forms[node.branch]):
            if part is not None:
                made += 1
                spent += weight(part)
                child = search.node(part, node.rows, node.crossing)
                if child.bound > abs(search.best):
                    heapq.heappush(queue, (-child.bound, -made, child))
    return SupNorm(abs(search.best), search.best, search.output, search.point, None, made)


class _Search:
    """Bounds of cells; remembers the largest value at a vertex."""

    def __init__(self, form: KinkForm) -> None:
        self.forms = [(*kink.normal, kink.offset) for kink in form.kinks]
        # Integers only: all slopes and values times one common denominator.
        self.scale = math.lcm(
            *(a.denominator for row in (*form.matrix, form.offset) for a in row),
            *(jump.denominator for kink in form.kinks for jump in kink.jump),
        )
        self.rows = [
            [int(a * self.scale) for a in (*row, c)]
            for row, c in zip(form.matrix, form.offset, strict=True)
        ]
        self.jumps = [[int(jump * self.scale) for jump in kink.jump] for kink in form.kinks]
        self.ridges = Ridges(form)
        self.best = _ZERO
        self.output = 0
        self.point: Vector = tuple(low for low, _ in form.box or ()) or (_ZERO,) * form.dimension

    def node(self, cone: SplitCone, rows: list[list[int]], crossing: list[int]) -> _Node:
        rest = []
        for k in crossing:
            where = side(cone, self.forms[k])
            if where > 0:
                rows = [
                    [a + jump * b for a, b in zip(row, self.forms[k], strict=True)]
                    for row, jump in zip(rows, self.jumps[k], strict=True)
                ]
            elif where == 0:
                rest.append(k)
        corners = [ray for ray in cone.rays if ray[-1] > 0]
        heights = {
            k: [sum(map(mul, self.forms[k], corner)) for corner in corners] for k in rest
        }
        values = self._values(rows, corners, heights)
        branch: int | None
        if rest and not is_bounded(cone):
            bound, branch = self.ridges.bound(cone, rest)
        else:
            bound, branch = self._relaxed(corners, heights, values)
        return _Node(bound, branch, cone, rows, rest)

    def _values(
        self, rows: list[list[int]], corners: list[tuple[int, ...]], heights: dict[int, list[int]]
    ) -> list[list[int]]:
        """h_k at the vertices x / t, times t and the scale."""
        values = []
        for output, row in enumerate(rows):
            line = [sum(map(mul, row, corner)) for corner in corners]
            for k, column in heights.items():
                jump = self.jumps[k][output]
                if jump:
                    line = [v + jump * z if z > 0 else v for v, z in zip(line, column, strict=True)]
            values.append(line)
            for value, corner in zip(line, corners, strict=True):
                if abs(value) * self.best.denominator > (
                    abs(self.best.numerator) * corner[-1] * self.scale
                ):
                    self.best = Fraction(value, corner[-1] * self.scale)
                    self.output = output
                    self.point = tuple(Fraction(x, corner[-1]) for x in corner[:-1])
        return values

    def _relaxed(
        self,
        corners: list[tuple[int, ...]],
        heights: dict[int, list[int]],
        values: list[list[int]],
    ) -> tuple[Fraction, int | None]:
        """The convex bound of |h| on the cell, and the kink that weakens it most."""
        gaps = {k: _gaps(column, corners) for k, column in heights.items()}
        high, high_t, output, sign, where = -1, 1, 0, 1, 0
        for target, line in enumerate(values):
            for facing in (1, -1):
                total = [facing * _STEPS * value for value in line]
                for k, gap in gaps.items():
                    jump = facing * self.jumps[k][target]
                    if jump < 0:
                        total = [t - jump * g for t, g in zip(total, gap, strict=True)]
                for corner, value in enumerate(total):
                    # Compared as value / t with t > 0.
                    if value * high_t > high * corners[corner][-1]:
                        high, high_t = value, corners[corner][-1]
                        output, sign, where = target, facing, corner
        loss = {
            k: -sign * self.jumps[k][output] * gap[where]
            for k, gap in gaps.items()
            if sign * self.jumps[k][output] < 0
        }
        bound = Fraction(high, high_t * _STEPS * self.scale)
        return bound, max(loss, key=lambda k: loss[k], default=None)


def _gaps(column: list[int], corners: list[tuple[int, ...]]) -> list[int]:
    """max(z, 0) - u z at the vertices, times their t and _STEPS.

    With u = max z / (max z - min z) the largest gap is least; any u in [0, 1] is valid.
    """
    # Rough values of z, rounded down: high >= 0 > low.
    rough = [(z << 20) // corner[-1] for z, corner in zip(column, corners, strict=True)]
    high, low = max(rough), min(rough)
    slope = _STEPS * high // (high - low)
    return [(_STEPS * z if z > 0 else 0) - slope * z for z in column]


def _affine(form: KinkForm) -> SupNorm:
    """Without kinks a corner of the box is best; on R^p the function is a constant."""
    best = SupNorm(None, None, None, None, None, 1)
    for output, (row, c) in enumerate(zip(form.matrix, form.offset, strict=True)):
        for sign in (1, -1):
            if form.box is None:
                point = (_ZERO,) * form.dimension
            else:
                point = tuple(
                    high if sign * a > 0 else low
                    for a, (low, high) in zip(row, form.box, strict=True)
                )
            value = sum((a * x for a, x in zip(row, point, strict=True)), c)
            if best.value is None or abs(value) > best.value:
                best = SupNorm(abs(value), value, output, point, None, 1)
    return best
