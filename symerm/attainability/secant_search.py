"""Where the least losses of a secant variety lie: a float search that only proposes.

On a root the loss is h = |T|^2 - num(y)/den(y) with y_J a product of one coordinate for each axis.
In the logarithms of the coordinates that is smooth, and damped Newton steps for many starts at
once find the local minima, on the realised tuples and on the boundary strata: the limits where the
coordinates outside a box of vanishing wedges tend to zero together, so that only the wedges with
one item outside the box stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from math import log
from typing import Any

import numpy as np
from flint import fmpz_mat
from numpy.typing import NDArray

from symerm.attainability.secant_roots import Root

__all__ = ["RootTables", "SecantGuess", "dead_boxes", "search_minima"]

Array = NDArray[np.float64]
Box = tuple[tuple[int, ...], ...]

#: Starts for each root, Newton steps.
_STARTS, _STEPS = 5, 50


@dataclass(frozen=True)
class RootTables:
    """den and num of a root, exact, and scaled to floats with unit diagonal of den.

    Attributes
    ----------
    root : Root
    den, num : K x K tables
    scale : the lengths of the wedges, the longest one taken as one
    den_float, num_float : den and num of the wedges scaled to length one, num as a share of |T|^2
    items : for each axis the logarithms of lengths of its items that explain those of the wedges
    """

    root: Root
    den: list[list[int]]
    num: list[list[int]]
    scale: Array
    den_float: Array
    num_float: Array
    items: tuple[Array, ...]

    @classmethod
    def of(cls, root: Root, den: list[list[int]], num: list[list[int]], square: int) -> RootTables:
        """The tables of a root with some wedge that does not vanish."""
        diagonal = [row[k] for k, row in enumerate(den)]
        # Integers of any size: powers of two near the lengths first, so that floats hold the rest.
        bits = [x.bit_length() // 2 for x in diagonal]
        den_near, num_near = (
            np.array([
                [x / (unit << (b + c)) for x, c in zip(row, bits, strict=True)]
                for row, b in zip(table, bits, strict=True)
            ])
            for table, unit in ((den, 1), (num, square))
        )
        near = np.array([max(x, 1) / (1 << 2 * b) for x, b in zip(diagonal, bits, strict=True)])
        outer = np.sqrt(np.outer(near, near))
        lengths = np.array([log(x) / 2 if x else 0.0 for x in diagonal])
        alive = np.array(diagonal, dtype=bool)
        fitted = np.linalg.lstsq(_incidence(root.shape)[alive], lengths[alive], rcond=None)[0]
        return cls(
            root, den, num, np.exp(np.maximum(lengths - lengths[alive].max(), -600.0)),
            den_near / outer, num_near / outer,
            tuple(np.split(fitted, np.cumsum(root.shape)[:-1])),
        )

    @cached_property
    def dead(self) -> tuple[bool, ...]:
        """Which wedges vanish."""
        return tuple(row[k] == 0 for k, row in enumerate(self.den))

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """The maximal products of item sets on which all wedges vanish."""
        return tuple(dead_boxes(self.root.shape, self.dead))

    @cached_property
    def forms(self) -> tuple[fmpz_mat, fmpz_mat]:
        """den and num as matrices."""
        return fmpz_mat(self.den), fmpz_mat(self.num)


@dataclass(frozen=True)
class SecantGuess:
    """A local minimum of the loss as a share of |T|^2.

    Attributes
    ----------
    share : float
    root : int
    coordinates : for each axis the coordinates of its items
    box : None on realised tuples, else the box of vanishing wedges of the stratum
    """

    share: float
    root: int
    coordinates: tuple[tuple[float, ...], ...]
    box: Box | None


def dead_boxes(shape: Sequence[int], dead: Sequence[bool]) -> Iterator[Box]:
    """The maximal products of item sets on which all wedges vanish."""
    if not any(dead) or all(dead):
        return
    grid = np.array(dead, dtype=bool).reshape(shape)
    sets = [
        [c for size in range(1, m + 1) for c in combinations(range(m), size)] for m in shape
    ]
    boxes = [box for box in product(*sets) if grid[np.ix_(*box)].all()]
    whole = [[set(part) for part in box] for box in boxes]
    for k, box in enumerate(boxes):
        larger = (
            all(a <= b for a, b in zip(whole[k], whole[m], strict=True))
            for m in range(len(boxes)) if m != k
        )
        if not any(larger):
            yield box


def degrees(shape: Sequence[int], box: Box) -> list[int]:
    """For each wedge the number of axes on which it is outside the box."""
    return [
        sum(item not in part for item, part in zip(choice, box, strict=True))
        for choice in product(*map(range, shape))
    ]


def search_minima(tables: Sequence[RootTables], seed: int = 0) -> list[SecantGuess]:
    """Local minima on all roots, realised ones and those of the strata, best first."""
    groups: dict[tuple[int, ...], list[tuple[int, Box | None, list[bool]]]] = {}
    for index, table in enumerate(tables):
        dead, shape = table.dead, table.root.shape
        patches: list[tuple[int, Box | None, list[bool]]] = [(index, None, [not x for x in dead])]
        for box in table.boxes:
            mask = [d == 1 and not x for d, x in zip(degrees(shape, box), dead, strict=True)]
            if sum(mask) > 1:
                patches.append((index, box, mask))
        groups.setdefault(shape, []).extend(patches)
    rng = np.random.default_rng(seed)
    guesses: list[SecantGuess] = []
    for shape, patches in groups.items():
        for start in range(0, len(patches), 4000):
            guesses.extend(_minimise(tables, shape, patches[start : start + 4000], rng))
    return sorted(guesses, key=lambda guess: guess.share)


def _minimise(
    tables: Sequence[RootTables], shape: tuple[int, ...],
    patches: list[tuple[int, Box | None, list[bool]]], rng: np.random.Generator,
) -> Iterator[SecantGuess]:
    incidence = _incidence(shape)
    den = np.stack([tables[k].den_float for k, _, _ in patches])
    num = np.stack([tables[k].num_float for k, _, _ in patches])
    # The logarithms of the lengths of the wedges; -inf where the patch has no such wedge.
    mask = np.array([m for _, _, m in patches], dtype=bool)
    lengths = np.log(np.stack([tables[k].scale for k, _, _ in patches]))
    count = len(patches)
    starts = rng.normal(0.0, 1.5, (_STARTS, count, incidence.shape[1]))
    starts[0] = 0.0
    starts -= lengths @ np.linalg.pinv(incidence).T
    lengths[~mask] = -np.inf
    best_value = np.full(count, np.inf)
    best_point = np.zeros((count, incidence.shape[1]))
    for point in starts:
        point, value = _newton(den, num, lengths, incidence, point)
        better = value < best_value
        best_value = np.where(better, value, best_value)
        best_point[better] = point[better]
    for (index, box, _), value, point in zip(patches, best_value, best_point, strict=True):
        if not np.isfinite(value):
            continue
        parts, at = [], 0
        for size in shape:
            part = point[at : at + size]
            parts.append(tuple(float(x) for x in np.exp(part - part.max())))
            at += size
        yield SecantGuess(float(value), index, tuple(parts), box)


def _incidence(shape: Sequence[int]) -> Array:
    """Which coordinates occur in which wedge."""
    offsets = np.concatenate([[0], np.cumsum(shape)])
    rows = list(product(*map(range, shape)))
    found = np.zeros((len(rows), int(offsets[-1])))
    for k, choice in enumerate(rows):
        for axis, item in enumerate(choice):
            found[k, offsets[axis] + item] = 1.0
    return found


def _newton(
    den: Array, num: Array, lengths: Array, incidence: Array, point: Array
) -> tuple[Array, Array]:
    """Damped Newton steps in the logarithms of the coordinates, for all patches at once."""
    value, slope, curve = _derivatives(den, num, lengths, incidence, point)
    radius = np.full(len(point), 1.0)
    for _ in range(_STEPS):
        spectrum, basis = np.linalg.eigh(curve)
        size = np.maximum(np.abs(spectrum), 1e-15 + 1e-11 * np.abs(spectrum).max(1)[:, None])
        step = -np.einsum("bij,bj,bkj,bk->bi", basis, 1.0 / size, basis, slope)
        length = np.abs(step).max(1)
        step *= np.minimum(1.0, radius / np.maximum(length, 1e-300))[:, None]
        trial = point + step
        new_value, new_slope, new_curve = _derivatives(den, num, lengths, incidence, trial)
        good = new_value < value
        radius = np.where(good, np.minimum(2.0 * radius, 4.0), 0.25 * radius)
        value = np.where(good, new_value, value)
        point = np.where(good[:, None], trial, point)
        slope = np.where(good[:, None], new_slope, slope)
        curve = np.where(good[:, None, None], new_curve, curve)
    return point, value


def _derivatives(
    den: Array, num: Array, lengths: Array, incidence: Array, point: Array
) -> tuple[Any, Any, Any]:
    """1 - num/den, its gradient and Hessian in the logarithms."""
    exponent = point @ incidence.T + lengths
    y = np.exp(exponent - exponent.max(1)[:, None])
    dy = np.einsum("bij,bj->bi", den, y)
    ny = np.einsum("bij,bj->bi", num, y)
    d = np.einsum("bi,bi->b", y, dy)
    # Wedges that cancel have no loss: such points are never accepted.
    lost = d < 1e-13 * np.einsum("bi,bi->b", y, y)
    d = np.where(lost, 1.0, d)
    share = np.where(lost, -np.inf, np.einsum("bi,bi->b", y, ny) / d)
    ny = np.where(lost[:, None], 0.0, ny)
    dy = np.where(lost[:, None], 0.0, dy)
    finite = np.where(lost, 0.0, share)
    residual = 2.0 * (ny - finite[:, None] * dy) / d[:, None]
    first = y * residual
    inner = 2.0 * (num - finite[:, None, None] * den) / d[:, None, None]
    cross = residual[:, :, None] * (2.0 * dy / d[:, None])[:, None, :]
    second = (inner - cross - cross.transpose(0, 2, 1)) * y[:, :, None] * y[:, None, :]
    index = np.arange(y.shape[1])
    second[:, index, index] += first
    return 1.0 - share, -(first @ incidence), -(incidence.T @ second @ incidence)
