"""Where the least losses of a secant variety lie: a float search that only proposes.

On a root the loss is h = |T|^2 - num(y)/den(y) with y_J a product of one coordinate for each axis.
In the logarithms of the coordinates that is smooth, and damped Newton steps for many starts at
once find the local minima, on the realised tuples and on the boundary strata: the limits where the
coordinates outside a box of vanishing wedges tend to zero together, so that only the wedges with
one item outside the box stay.  Roots that have no tuple better than one that is known are left out.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symerm.attainability.secant_tables import (
    Box,
    RootTables,
    degrees,
    incidence_of,
    may_be_below,
)

__all__ = ["SecantGuess", "derivatives", "search_minima", "search_roots"]

Array = NDArray[np.float64]
#: A root, the box of a stratum, and which wedges count.
_Patch = tuple[int, Box | None, list[bool]]

#: Starts for each of many and of few patches, and how many of them all patches share.
_STARTS, _MORE_STARTS, _SHARED = 5, 24, 3000
#: Newton steps, and how many of them between looks at what still moves.
_STEPS, _ROUND = 60, 10
#: Newton steps for the best minima of each shape, and how many of those there are.
_MORE_STEPS, _BEST = 200, 16
#: Roots that are searched first, for a loss that leaves out others, and starts at once.
_FIRST, _BATCH = 200, 4000
#: Roots are left out if their losses are larger than a known one by more than this.
_MARGIN = 1e-6
#: How much longer vanishing wedges than others may be, in logarithms, near a realised minimum.
_ESCAPING = 12.0


@dataclass(frozen=True)
class SecantGuess:
    """A local minimum of the loss as a share of |T|^2.

    Attributes
    ----------
    share : float
    root : int
    coordinates : for each axis the coordinates of its items
    box : None on realised tuples, else the box of vanishing wedges of the stratum
    escaping : whether a search on realised tuples has run towards vanishing wedges
    """

    share: float
    root: int
    coordinates: tuple[tuple[float, ...], ...]
    box: Box | None
    escaping: bool = False


def search_minima(
    tables: Sequence[RootTables], seed: int = 0, *, deadline: float | None = None
) -> list[SecantGuess]:
    """Local minima on roots, realised ones and those of the strata, best first.

    Of roots without a loss below the best of the realised minima there may be none, nor of those
    that are left when the deadline, a time of `time.monotonic`, has passed.
    """
    known = min(
        1.0 - float(table.num_float[k, k])
        for table in tables for k, dead in enumerate(table.dead) if not dead
    )
    left = _below(tables, range(len(tables)), known)
    if len(left) > 2 * _FIRST:
        shares = {root: _centre(tables[root]) for root in left}
        first = search_roots(
            tables, sorted(left, key=shares.__getitem__)[:_FIRST], seed, deadline=deadline
        )
        realised = (g.share for g in first if g.box is None and not g.escaping)
        left = _below(tables, left, min([known, *realised]))
    return search_roots(tables, left, seed, deadline=deadline)


def search_roots(
    tables: Sequence[RootTables], roots: Sequence[int], seed: int = 0, *,
    starts: int | None = None, deadline: float | None = None,
) -> list[SecantGuess]:
    """Local minima on some roots, best first."""
    rng = np.random.default_rng(seed)
    groups: dict[tuple[int, ...], list[_Patch]] = {}
    for index in sorted(roots):
        table = tables[index]
        dead, shape = table.dead, table.root.shape
        patches: list[_Patch] = [(index, None, [not x for x in dead])]
        for box in table.boxes:
            mask = [d == 1 and not x for d, x in zip(degrees(shape, box), dead, strict=True)]
            if sum(mask) > 1:
                patches.append((index, box, mask))
        groups.setdefault(shape, []).extend(patches)
    guesses: list[SecantGuess] = []
    for shape, patches in groups.items():
        count = starts or min(_MORE_STARTS, max(_STARTS, _SHARED // len(patches)))
        step = max(1, _BATCH // count)
        for start in range(0, len(patches), step):
            if deadline is not None and time.monotonic() > deadline:
                break
            part = patches[start : start + step]
            guesses.extend(_minimise(tables, shape, part, _starts(shape, len(part), count, rng)))
    return sorted(guesses, key=lambda guess: guess.share)


def _below(tables: Sequence[RootTables], roots: Sequence[int], known: float) -> list[int]:
    known = max(known, 0.0)
    return sorted(may_be_below(tables, roots, known * (1 + _MARGIN) + _MARGIN**2))


def _centre(table: RootTables) -> float:
    """The loss of a tuple between all vertices."""
    alive = np.array([not dead for dead in table.dead])
    den = table.den_float[alive][:, alive].sum()
    num = table.num_float[alive][:, alive].sum()
    return 1.0 - float(num / den) if den > 1e-12 else 1.0


def _starts(
    shape: tuple[int, ...], patches: int, count: int, rng: np.random.Generator
) -> Array:
    """Starts for all patches: in the middle, near some vertices, and at random."""
    incidence = incidence_of(shape)
    found = rng.normal(0.0, 1.5, (patches, count, incidence.shape[1]))
    near = incidence[: count // 2]
    found[:, 0] = 0.0
    found[:, 1 : 1 + len(near)] = 2.0 * near
    return found


def _minimise(
    tables: Sequence[RootTables], shape: tuple[int, ...], patches: list[_Patch], starts: Array
) -> Iterator[SecantGuess]:
    incidence = incidence_of(shape)
    den = np.stack([tables[k].den_float for k, _, _ in patches])
    num = np.stack([tables[k].num_float for k, _, _ in patches])
    # The logarithms of the lengths of the wedges; -inf where the patch has no such wedge.
    mask = np.array([m for _, _, m in patches], dtype=bool)
    lengths = np.log(np.stack([tables[k].scale for k, _, _ in patches]))
    starts = starts - (lengths @ np.linalg.pinv(incidence).T)[:, None, :]
    lengths[~mask] = -np.inf
    count, own = len(patches), np.repeat(np.arange(len(patches)), starts.shape[1])
    points, values = _newton(
        den[own], num[own], lengths[own], incidence, starts.reshape(len(own), -1), _STEPS
    )
    values = values.reshape(count, -1)
    chosen = np.arange(count), values.argmin(1)
    best_value, best_point = values[chosen], points.reshape(starts.shape)[chosen]
    order = np.argsort(best_value, kind="stable")[:_BEST]
    order = order[np.isfinite(best_value[order])]
    if len(order):
        best_point[order], best_value[order] = _newton(
            den[order], num[order], lengths[order], incidence, best_point[order], _MORE_STEPS
        )
    items = np.stack([np.concatenate(tables[k].items) for k, _, _ in patches])
    sizes = (best_point + items) @ incidence.T
    dead = np.array([tables[k].dead for k, _, _ in patches], dtype=bool)
    gap = np.where(dead, sizes, -1e9).max(1) - np.where(dead, -np.inf, sizes).max(1)
    for (index, box, _), value, point, away in zip(
        patches, best_value, best_point, gap, strict=True
    ):
        if not np.isfinite(value):
            continue
        parts, at = [], 0
        for size in shape:
            part = point[at : at + size]
            parts.append(tuple(float(x) for x in np.exp(part - part.max())))
            at += size
        yield SecantGuess(
            float(value), index, tuple(parts), box, box is None and bool(away > _ESCAPING)
        )


def _newton(
    den: Array, num: Array, lengths: Array, incidence: Array, point: Array, steps: int
) -> tuple[Array, Array]:
    """Damped Newton steps in the logarithms of the coordinates, for all patches at once.

    Patches whose loss does not fall any more are left as they are.
    """
    points, values = point.copy(), np.full(len(point), np.inf)
    going, radius = np.arange(len(point)), np.full(len(point), 1.0)
    for _ in range(0, steps, _ROUND):
        before = values[going]
        points[going], values[going], radius = _round(
            den[going], num[going], lengths[going], incidence, points[going], radius
        )
        # A step may still be refused for its length.
        after = values[going]
        moving = (before > after + 1e-15) | ((radius > 1e-4) & (before == after))
        going, radius = going[moving], radius[moving]
        if not len(going):
            break
    return points, values


def _round(
    den: Array, num: Array, lengths: Array, incidence: Array, point: Array, radius: Array
) -> tuple[Array, Array, Array]:
    value, slope, curve = derivatives(den, num, lengths, incidence, point)
    for _ in range(_ROUND):
        spectrum, basis = np.linalg.eigh(curve)
        size = np.maximum(np.abs(spectrum), 1e-15 + 1e-11 * np.abs(spectrum).max(1)[:, None])
        step = -np.einsum("bij,bj,bkj,bk->bi", basis, 1.0 / size, basis, slope)
        length = np.abs(step).max(1)
        step *= np.minimum(1.0, radius / np.maximum(length, 1e-300))[:, None]
        trial = point + step
        new_value, new_slope, new_curve = derivatives(den, num, lengths, incidence, trial)
        good = new_value < value
        radius = np.where(good, np.minimum(2.0 * radius, 4.0), 0.25 * radius)
        value = np.where(good, new_value, value)
        point = np.where(good[:, None], trial, point)
        slope = np.where(good[:, None], new_slope, slope)
        curve = np.where(good[:, None, None], new_curve, curve)
    return point, value, radius


def derivatives(
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
