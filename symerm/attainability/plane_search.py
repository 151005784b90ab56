"""Where the loss over planes is small: a float search over the cells, proposals only.

Cells are sampled on a coarse grid all at once; the best samples are refined by zooming.  Vertices
are scaled to unit length, so that parameters between 0 and 1 are comparable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Any

import numpy as np

from symerm.attainability.exterior import ExteriorForms
from symerm.attainability.planes import Box, Cell, Corner, Triangle

__all__ = ["PlaneGuess", "PlaneSampler", "simplified"]

Array = np.ndarray[Any, np.dtype[np.float64]]
_GRID = 9
_REFINED = 60
_ZOOMS = 24


@dataclass(frozen=True)
class PlaneGuess:
    """A local minimum seen by the sampler.

    Attributes
    ----------
    value : loss in units of |T|^2
    cell : index of the cell
    on_stratum : bool
    coordinates : integers; for a box (t0, t1, u0, u1), for a triangle (y0, y1, y2)
    """

    value: float
    cell: int
    on_stratum: bool
    coordinates: tuple[int, ...]


class PlaneSampler:
    """Samples the loss on the cells of one problem."""

    def __init__(self, forms: ExteriorForms, cells: Sequence[Cell]) -> None:
        self.cells = cells
        self.forms = forms
        self._square = max(forms.square, 1)
        #: Integer lengths of the vertices; guesses are made for vertices of length one.
        self.roots = [max(isqrt(row[k]), 1) for k, row in enumerate(forms.inner)]

    def minima(self) -> list[PlaneGuess]:
        """Local minima on realised planes and on strata, the lowest first."""
        guesses = [*self._boxes(), *self._triangles(), *self._corners()]
        return sorted(guesses, key=lambda guess: (guess.value, guess.cell))

    def _corners(self) -> list[PlaneGuess]:
        return [
            PlaneGuess(
                float(self.forms.loss(cell.plane) * self.forms.total / self._square),
                index, False, (),
            )
            for index, cell in enumerate(self.cells)
            if isinstance(cell, Corner)
        ]

    def _boxes(self) -> list[PlaneGuess]:
        indices = [k for k, cell in enumerate(self.cells) if isinstance(cell, Box)]
        if not indices:
            return []
        tables = [self._box_tables(self.cells[k]) for k in indices]
        inner, energy = (np.array(part) for part in zip(*tables, strict=True))

        def function(rows: Any, points: Array) -> Array:
            t, u = points[..., 0], points[..., 1]
            x, z = np.stack([1 - t, t], -1), np.stack([1 - u, u], -1)
            m, c = inner[rows], energy[rows]
            m_xx, c_xx = (_form(table[:, :2, :2], x, x) for table in (m, c))
            m_zz, c_zz = (_form(table[:, 2:, 2:], z, z) for table in (m, c))
            m_xz, c_xz = (_form(table[:, :2, 2:], x, z) for table in (m, c))
            return _quotient(
                m_xx * m_zz - m_xz**2, c_xx * m_zz + m_xx * c_zz - 2 * c_xz * m_xz, m_xx * m_zz
            )

        found = []
        for row, point, value in zip(*self._zoom(len(indices), function), strict=True):
            cell = self.cells[indices[row]]
            t, u = _alternate(inner[row], energy[row], point)
            if isinstance(cell, Box):
                weights = [*self._weights(cell.first, t), *self._weights(cell.second, u)]
                found.append(PlaneGuess(float(value), indices[row], False, tuple(weights)))
        return found

    def _box_tables(self, cell: Cell) -> tuple[list[list[float]], list[list[float]]]:
        if not isinstance(cell, Box):
            raise TypeError("not a box")
        ends = [part[0] for part in (*cell.first, *cell.second)]
        inner, energy = [], []
        for i, a in ends:
            scales = [(a * b, self.roots[i] * self.roots[j], j) for j, b in ends]
            inner.append([sign * (self.forms.inner[i][j] / root) for sign, root, j in scales])
            energy.append([
                sign * (self.forms.energy[i][j] / (root * self._square))
                for sign, root, j in scales
            ])
        return inner, energy

    def _weights(self, ends: Any, t: float) -> list[int]:
        """Integer coefficients of two vertices for a parameter between unit vectors."""
        (i, _), (j, _) = ends[0][0], ends[1][0]
        if i == j:
            return [1, 0]
        # Dividing by the lengths, as integers over a common denominator.
        return _whole([(1 - t, self.roots[j]), (t, self.roots[i])])

    def _triangles(self) -> list[PlaneGuess]:
        indices = [k for k, cell in enumerate(self.cells) if isinstance(cell, Triangle)]
        if not indices:
            return []
        chosen = [cell for cell in self.cells if isinstance(cell, Triangle)]
        dens, nums = [], []
        for cell in chosen:
            den, num = cell.tables(self.forms)
            scale = self._scales(cell)
            dens.append([[den[i][j] / (scale[i] * scale[j]) for j in range(3)] for i in range(3)])
            nums.append([
                [num[i][j] / (scale[i] * scale[j] * self._square) for j in range(3)]
                for i in range(3)
            ])
        found = []
        for index, cell, den_unit, num_unit in zip(indices, chosen, dens, nums, strict=True):
            for face in ((0, 1), (0, 1, 2), (0, 2), (1, 2)):
                for value, weights in _positive_eigenvectors(
                    np.array(den_unit), np.array(num_unit), face
                ):
                    y = self._coordinates(cell, weights)
                    on_stratum = y[2] == 0 and y[0] > 0 and y[1] > 0
                    if on_stratum or len(face) == 3 or face != (0, 1):
                        found.append(PlaneGuess(value, index, on_stratum, y))
        return found

    def _coordinates(self, cell: Triangle, weights: Array) -> tuple[int, ...]:
        scale = self._scales(cell)
        bottom = max(scale)
        return tuple(_whole([
            (float(weight), (bottom << 60) // length)
            for weight, length in zip(weights, scale, strict=True)
        ]))

    def _scales(self, cell: Triangle) -> tuple[int, int, int]:
        """Lengths of the generators v^b, a^v, a^b as products of those of the vertices."""
        a, v, b = (self.roots[part[0][0]] for part in (cell.a, cell.v, cell.b))
        return v * b, a * v, a * b

    def _zoom(self, count: int, function: Any) -> tuple[Any, Array, Array]:
        """Refine the best local minima of a coarse grid; (rows, points, values)."""
        axis = np.linspace(0.0, 1.0, _GRID)
        grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)
        found: list[tuple[float, int, int]] = []
        for start in range(0, count, 512):
            rows = np.arange(start, min(start + 512, count))
            values = function(rows, np.broadcast_to(grid, (len(rows), *grid.shape)))
            for at, row in np.argwhere(_local_minima(values)).tolist():
                found.append((float(values[at, row]), start + at, row))
        found = sorted(found)[:_REFINED]
        rows = np.array([row for _, row, _ in found])
        point = np.array([grid[at] for _, _, at in found])
        value = np.array([least for least, _, _ in found])
        radius = 1.0 / (_GRID - 1)
        offsets = 2 * grid - 1
        index = np.arange(len(rows))
        for _ in range(_ZOOMS):
            trial = np.clip(point[:, None, :] + radius * offsets, 0.0, 1.0)
            values = function(rows, trial)
            at = values.argmin(1)
            least = values[index, at]
            better = least < value
            point = np.where(better[:, None], trial[index, at], point)
            value = np.where(better, least, value)
            radius *= 0.5
        return rows, point, value


def _local_minima(values: Array) -> Any:
    """Which grid points of each row are not above their neighbours."""
    table = values.reshape(len(values), _GRID, _GRID)
    padded = np.pad(table, ((0, 0), (1, 1), (1, 1)), constant_values=np.inf)
    low = np.isfinite(table)
    for i in (0, 1, 2):
        for j in (0, 1, 2):
            low &= table <= padded[:, i : i + _GRID, j : j + _GRID]
    return low.reshape(len(values), -1)


def _form(table: Array, x: Array, y: Array) -> Array:
    value: Array = np.einsum("rki,rij,rkj->rk", x, table, y, optimize=True)
    return value


def _alternate(inner: Array, energy: Array, point: Array) -> tuple[float, float]:
    """Minimise over one factor of a box while the other is fixed, in turn."""
    pair = [np.array([1 - x, x]) for x in point]
    for step in range(200):
        moving, fixed = step % 2, 1 - step % 2
        own, other = slice(2 * moving, 2 * moving + 2), slice(2 * fixed, 2 * fixed + 2)
        z = pair[fixed]
        m_zz, c_zz = z @ inner[other, other] @ z, z @ energy[other, other] @ z
        m_xz, c_xz = inner[own, other] @ z, energy[own, other] @ z
        den = inner[own, own] * m_zz - np.outer(m_xz, m_xz)
        num = energy[own, own] * m_zz + inner[own, own] * c_zz
        num -= np.outer(c_xz, m_xz) + np.outer(m_xz, c_xz)
        trials = [np.array([1.0, 0.0]), np.array([0.0, 1.0])]
        trials += [w[:2] for _, w in _positive_eigenvectors(den, num, (0, 1))]
        values = [(x @ num @ x) / max(x @ den @ x, 1e-300) for x in trials]
        new = trials[int(np.argmax(values))]
        new = new / new.sum()
        done = step > 1 and np.abs(new - pair[moving]).max() < 1e-15
        pair[moving] = new
        if done:
            break
    return float(pair[0][1]), float(pair[1][1])


def _positive_eigenvectors(
    den: Array, num: Array, face: tuple[int, ...]
) -> list[tuple[float, Array]]:
    """Critical points of 1 - num/den in the interior of a face of the triangle."""
    part = np.ix_(face, face)
    try:
        root = np.linalg.cholesky(den[part])
    except np.linalg.LinAlgError:
        return []
    inverse = np.linalg.inv(root)
    values, vectors = np.linalg.eigh(inverse @ num[part] @ inverse.T)
    found = []
    for value, vector in zip(values, (inverse.T @ vectors).T, strict=True):
        vector = vector * np.sign(vector[np.abs(vector).argmax()])
        if (vector > 0).all():
            weights = np.zeros(3)
            weights[list(face)] = vector / vector.max()
            found.append((float(1 - value), weights))
    return found


def _quotient(den: Array, num: Array, size: Array) -> Array:
    """1 - num/den where den is not lost to rounding, else infinity."""
    good = den > 1e-12 * size
    return np.where(good, 1 - num / np.where(good, den, 1.0), np.inf)


def _whole(weights: list[tuple[float, int]]) -> list[int]:
    """Integers nearly proportional to the products of floats and integers."""
    values = [int(weight * 2.0**52) * factor for weight, factor in weights]
    shift = max(max(values).bit_length() - 48, 0)
    return [value >> shift for value in values]


def simplified(coordinates: tuple[int, ...], size: int) -> tuple[int, ...] | None:
    """Nearby coordinates whose ratios have denominators up to a size."""
    if not coordinates:
        return None
    if len(coordinates) == 4:
        return (*_ratio(*coordinates[:2], size), *_ratio(*coordinates[2:], size))
    y0, y1, y2 = coordinates
    if y2 == 0:
        return (*_ratio(y0, y1, size), 0)
    if y0 == 0 or y1 == 0:
        return None
    first, second = Fraction(y1, y0), Fraction(y2, y0)
    first, second = first.limit_denominator(size), second.limit_denominator(size)
    if not first or not second:
        return None
    common = first.denominator * second.denominator
    return common, int(first * common), int(second * common)


def _ratio(x: int, y: int, size: int) -> tuple[int, int]:
    if x >= y:
        near = Fraction(y, x).limit_denominator(size)
        return near.denominator, near.numerator
    near = Fraction(x, y).limit_denominator(size)
    return near.numerator, near.denominator
