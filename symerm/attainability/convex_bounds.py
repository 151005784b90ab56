"""Bounds by convexity: a form on a cell is above its tangent plane near a minimum.

On a cell F is a polynomial in the coefficients c of the generators, quadratic in each slot.  With
generators of size one and coefficients of sum one its Hessian has Bernstein coefficients that are
matrices; if they are positive semidefinite, F is convex, and F >= 0 follows from the values of a
tangent plane at the corners.  Generators all of whose monomials have non-negative coefficients
may be left out first.  Near a minimum that is isolated to second order this ends the refinement,
where coefficients alone need cells the smaller the closer they are (docs/secants.md, Lemma 23).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement, pairwise, product
from math import lcm, prod
from typing import Any

import numpy as np
from flint import fmpz_mat
from numpy.typing import NDArray

from symerm.arithmetic.linalg import primitive
from symerm.arithmetic.symmetric import is_semidefinite
from symerm.attainability.cell_view import CellView
from symerm.attainability.secant_cells import Cell, gram

__all__ = ["How", "convex_bound", "convex_product"]

Array = NDArray[Any]
#: Removed generators and coefficients of a point, slot by slot.
How = list[list[list[int]]]

_DIGITS = 10**13
_STEPS = 40


def convex_bound(cell: Cell, view: CellView, form: fmpz_mat, floats: Array) -> How | None:
    """Removed generators and a point that prove a form non-negative on a cell, or None.

    Parameters
    ----------
    cell : Cell
    view : CellView
        Its floats.
    form : K x K matrix
    floats : K x K array
        The form in the units of `RootTables`.
    """
    slots = [slot.generators for slot in cell.slots]
    return convex_product(slots, view.tensors, view.sized, form, floats)


def convex_product(
    slots: Sequence[Sequence[Sequence[int]]], tensors: Sequence[Sequence[int]], rows: Array,
    form: fmpz_mat, floats: Array,
) -> How | None:
    """The same for any vectors that are linear in the generators of each slot.

    Parameters
    ----------
    slots : the generators of each slot
    tensors : the vectors of all choices of generators
    rows : array
        The same for generators of size one, in the units of `RootTables`.
    form : K x K matrix
    floats : K x K array
    """
    sizes = tuple(map(len, slots))
    symmetric = _symmetrised(rows @ floats @ rows.T, sizes)
    size = float(np.abs(symmetric).max())
    if size == 0.0 or float(_corner_values(symmetric, sizes).min()) < -1e-12 * size:
        return None
    kept = _kept(symmetric, sizes, 1e-13 * size)
    if not all(kept):
        return None
    part = _restricted(symmetric, kept)
    left = tuple(map(len, kept))
    if prod(n * (n + 1) // 2 for n in left) > 400:
        return None
    if not _convex_inside(part, left):
        return None
    matrices = np.array(_hessians(part, left), dtype=float)
    if matrices.size and float(np.linalg.eigvalsh(matrices).min()) < -1e-12 * size:
        return None
    point = _minimum(part, left)
    if _tangent(part, left, point) < -1e-9 * size:
        return None
    whole = [
        [round(float(x) * _DIGITS) for x in part_of_slot] for part_of_slot in point
    ]
    whole = [list(primitive(x)) for x in whole]
    if not _proved(slots, tensors, form, kept, whole):
        return None
    removed = [
        [k for k in range(n) if k not in taken] for n, taken in zip(sizes, kept, strict=True)
    ]
    return [removed, whole]


def _symmetrised(values: Array, sizes: tuple[int, ...]) -> Array:
    """The table of a form on products as B(i_1, j_1, i_2, j_2, ..), times 2^(slots - 1)."""
    count = len(sizes)
    grid = values.reshape(sizes + sizes)
    order = [axis for s in range(count) for axis in (s, s + count)]
    grid = grid.transpose(order)
    for s in range(1, count):
        grid = grid + grid.swapaxes(2 * s, 2 * s + 1)
    return grid


def _corner_values(symmetric: Array, sizes: tuple[int, ...]) -> Array:
    grid = symmetric
    for _ in sizes:
        # The diagonal of the first pair moves to the end.
        grid = np.diagonal(grid, axis1=0, axis2=1)
    return grid


def _kept(symmetric: Array, sizes: tuple[int, ...], slack: float) -> list[list[int]]:
    """The generators of each slot that take part in negative coefficients."""
    negative = symmetric < -slack
    found = []
    for s, size in enumerate(sizes):
        axes = tuple(a for a in range(2 * len(sizes)) if a != 2 * s)
        taking: list[bool] = np.asarray(negative.any(axis=axes)).tolist()
        found.append([k for k in range(size) if taking[k]])
    return found


def _restricted(symmetric: Array, kept: Sequence[Sequence[int]]) -> Array:
    return symmetric[np.ix_(*(part for part in kept for _ in range(2)))]


def _hessians(symmetric: Array, sizes: tuple[int, ...]) -> list[Array]:
    """The Bernstein coefficients of the Hessian, in differences to the first generators."""
    count = len(sizes)
    # One index of a slot, both, and one of each of two slots replaced by differences.
    offsets = np.concatenate([[0], np.cumsum([n - 1 for n in sizes])])
    one = {s: _difference(symmetric, 2 * s) for s in range(count)}
    both = {s: _difference(one[s], 2 * s + 1) for s in range(count)}
    mixed = {
        (s, t): _difference(one[s], 2 * t) for s in range(count) for t in range(s + 1, count)
    }
    found = []
    pairs = [list(combinations_with_replacement(range(n), 2)) for n in sizes]
    zero = symmetric.flat[0] * 0
    for choice in product(*pairs):
        matrix = np.full((offsets[-1], offsets[-1]), zero, dtype=symmetric.dtype)
        for s in range(count):
            index: list[Any] = [i for pair in choice for i in pair]
            index[2 * s] = index[2 * s + 1] = slice(None)
            matrix[offsets[s] : offsets[s + 1], offsets[s] : offsets[s + 1]] = (
                2 * both[s][tuple(index)]
            )
            for t in range(s + 1, count):
                block: Any = 0
                for x, y in product(choice[s], choice[t]):
                    index = [i for pair in choice for i in pair]
                    index[2 * s], index[2 * s + 1] = slice(None), x
                    index[2 * t], index[2 * t + 1] = slice(None), y
                    block = block + mixed[s, t][tuple(index)]
                matrix[offsets[s] : offsets[s + 1], offsets[t] : offsets[t + 1]] = block
                matrix[offsets[t] : offsets[t + 1], offsets[s] : offsets[s + 1]] = block.T
        found.append(matrix)
    return found


def _difference(grid: Array, axis: int) -> Array:
    """Entries 1, 2, .. along an axis minus entry 0."""
    moved = np.moveaxis(grid, axis, 0)
    return np.moveaxis(moved[1:] - moved[:1], 0, axis)


def _contracted(symmetric: Array, point: Sequence[Array], open_axes: Sequence[int]) -> Array:
    """The form with the point put into all indices but some."""
    grid = symmetric
    for axis in range(symmetric.ndim - 1, -1, -1):
        if axis not in open_axes:
            grid = np.tensordot(grid, point[axis // 2], axes=(axis, 0))
    return grid


def _tangent(symmetric: Array, sizes: tuple[int, ...], point: Sequence[Array]) -> Any:
    """The least value at the corners of the tangent plane at a point, times its X_s^2."""
    value = _contracted(symmetric, point, ())
    total = value
    for s in range(len(sizes)):
        heights = _contracted(symmetric, point, (2 * s,))
        total = total + 2 * (sum(point[s]) * min(heights) - value)
    return total


def _curvature(symmetric: Array, point: Sequence[Array], offsets: Array) -> Array:
    """The second derivatives in all coefficients at a point."""
    count = len(point)
    curve = np.zeros((offsets[-1], offsets[-1]))
    for s in range(count):
        curve[offsets[s] : offsets[s + 1], offsets[s] : offsets[s + 1]] = (
            2.0 * _contracted(symmetric, point, (2 * s, 2 * s + 1))
        )
        for t in range(s + 1, count):
            block = 4.0 * _contracted(symmetric, point, (2 * s, 2 * t))
            curve[offsets[s] : offsets[s + 1], offsets[t] : offsets[t + 1]] = block
            curve[offsets[t] : offsets[t + 1], offsets[s] : offsets[s + 1]] = block.T
    return curve


def _convex_inside(symmetric: Array, sizes: tuple[int, ...]) -> bool:
    """Whether the Hessian in the middle is positive semidefinite: a quick look."""
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    moves = np.zeros((offsets[-1], sum(sizes) - len(sizes)))
    column = 0
    for start, size in zip(offsets, sizes, strict=False):
        for k in range(1, size):
            moves[start, column], moves[start + k, column] = -1.0, 1.0
            column += 1
    if not column:
        return True
    curve = moves.T @ _curvature(symmetric, [np.full(n, 1.0 / n) for n in sizes], offsets) @ moves
    spectrum = np.linalg.eigvalsh(curve)
    return bool(spectrum[0] >= -1e-7 * max(abs(float(spectrum[-1])), 1e-300))


def _minimum(symmetric: Array, sizes: tuple[int, ...]) -> list[Array]:
    """A minimum of the form over coefficients of sum one, by Newton steps on active faces."""
    count = len(sizes)
    point = [np.full(n, 1.0 / n) for n in sizes]
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    active = np.zeros(offsets[-1], dtype=bool)
    for _ in range(_STEPS):
        slope = np.concatenate([
            2.0 * _contracted(symmetric, point, (2 * s,)) for s in range(count)
        ])
        curve = _curvature(symmetric, point, offsets)
        free = np.flatnonzero(~active)
        sums = np.zeros((count, len(free)))
        for s in range(count):
            sums[s] = (free >= offsets[s]) & (free < offsets[s + 1])
        system = np.block([
            [curve[np.ix_(free, free)], sums.T], [sums, np.zeros((count, count))]
        ])
        right = np.concatenate([-slope[free], np.zeros(count)])
        solution = np.linalg.lstsq(system, right, rcond=1e-14)[0]
        step = np.zeros(offsets[-1])
        step[free] = solution[: len(free)]
        flat = np.concatenate(point)
        shrinking = np.flatnonzero(step < -1e-300)
        limits = flat[shrinking] / -step[shrinking]
        length = min(1.0, float(limits.min())) if len(limits) else 1.0
        moved = np.maximum(flat + length * step, 0.0)
        if length < 1.0:
            blocking = shrinking[limits.argmin()]
            active[blocking], moved[blocking] = True, 0.0
        point = [moved[a:b] / moved[a:b].sum() for a, b in pairwise(offsets)]
        if length == 1.0 and float(np.abs(step).max()) < 1e-13:
            heights = np.concatenate([
                2.0 * (_contracted(symmetric, point, (2 * s,)) - _contracted(symmetric, point, ()))
                for s in range(count)
            ])
            wrong = np.flatnonzero(active & (heights < -1e-15 * float(np.abs(symmetric).max())))
            if not len(wrong):
                return point
            active[wrong[heights[wrong].argmin()]] = False
    return point


def _proved(
    slots: Sequence[Sequence[Sequence[int]]], tensors: Sequence[Sequence[int]], form: fmpz_mat,
    kept: Sequence[Sequence[int]], point: Sequence[Sequence[int]],
) -> bool:
    """The conditions of the lemma in integers."""
    # Generators of one size: multiples of a common size.
    factors = []
    for generators in slots:
        unit = lcm(*map(sum, generators))
        factors.append([unit // sum(g) for g in generators])
    scaled = [
        tuple(x * factor for x in row)
        for row, factor in zip(tensors, map(prod, product(*factors)), strict=True)
    ]
    table: Array = np.array(gram(form, scaled), dtype=object)
    symmetric = _symmetrised(table, tuple(map(len, slots)))
    inside = np.zeros(symmetric.shape, dtype=bool)
    inside[np.ix_(*(part for part in kept for _ in range(2)))] = True
    if any(x < 0 for x in symmetric[~inside]):
        return False
    part, left = _restricted(symmetric, kept), tuple(map(len, kept))
    exact = [np.array(x, dtype=object) for x in point]
    if _tangent(part, left, exact) < 0:
        return False
    return all(is_semidefinite(matrix.tolist()) for matrix in _hessians(part, left) if len(matrix))
