"""Exact points of a secant variety near those that a search in floats proposes.

Only ratios of products count: some coordinates of a limit can be taken as one, and then fewer and
simpler numbers are rounded.  Where it matters the guess is improved first, by Newton steps with an
exact gradient: each gains the digits to which the Hessian is known in floats, however small the
loss is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import lcm
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from symerm.arithmetic.linalg import nullspace, primitive, row_reduce
from symerm.attainability.secant_search import SecantGuess, derivatives
from symerm.attainability.secant_tables import RootTables, degrees, incidence_of

if TYPE_CHECKING:
    from symerm.attainability.secant_problem import SecantProblem

__all__ = ["exact_point"]

Array = NDArray[np.float64]
Coordinates = tuple[tuple[int, ...], ...]

#: Largest denominators that are tried one after the other.
_SIZES = (10, 100, 10**3, 10**4, 10**5, 10**6, 10**8, 10**12, 10**18)
#: Items with a smaller share of an axis are tried without.
_SMALL = 1e-6
#: Newton steps with an exact gradient, and binary digits of coordinates.
_STEPS, _BITS = 8, 200


def exact_point(
    problem: SecantProblem, guess: SecantGuess, tolerance: Fraction, *, improve: bool = False
) -> tuple[Coordinates, Fraction] | None:
    """Small coordinates near a guess, worse by little of the tolerance, and the scaled loss.

    Parameters
    ----------
    problem : SecantProblem
    guess : SecantGuess
    tolerance : Fraction
        Relative width of the enclosure of the infimum.
    improve : bool
        Whether the guess is improved before it is rounded.

    Returns
    -------
    coordinates and loss, or None
        None if wedges cancel at all roundings of the guess.
    """
    table = problem.tables[guess.root]
    shape = table.root.shape
    unit = problem.forms.square / Fraction(problem.forms.total)
    ends: list[tuple[Fraction, list[Fraction]]] = []
    for keep in _supports(table, guess) if improve else (np.ones(sum(shape), dtype=bool),):
        point = _Point(table, guess, keep)
        start = point.coordinates()
        loss = problem.loss(guess.root, _split(_whole(start), shape), guess.box)
        if loss is None:
            continue
        if improve:
            start, loss = _improved(problem, guess, point, start, loss)
        ends.append((loss, start))
    if not ends:
        return None
    found = None
    target, start = min(ends, key=lambda end: end[0])
    if not improve:
        target = Fraction(max(guess.share, 0.0)) * unit
    for size in _SIZES:
        coordinates = _split(_whole(start, size, shape), shape)
        loss = problem.loss(guess.root, coordinates, guess.box)
        if loss is None:
            continue
        found = coordinates, loss
        if loss <= target * (1 + tolerance / 10):
            break
    return found


def _supports(table: RootTables, guess: SecantGuess) -> Iterator[NDArray[np.bool_]]:
    """All items, and those with more than a small share."""
    whole = np.ones(sum(table.root.shape), dtype=bool)
    yield whole
    shares = [
        np.array(row) * np.exp(lengths)
        for row, lengths in zip(guess.coordinates, table.items, strict=True)
    ]
    large = np.concatenate([share > _SMALL * share.max() for share in shares])
    if not large.all():
        yield large


class _Point:
    """The items that count at a guess, some of them with the coordinate one."""

    def __init__(
        self, table: RootTables, guess: SecantGuess, keep: NDArray[np.bool_]
    ) -> None:
        self.table, shape = table, table.root.shape
        self.incidence = incidence_of(shape)
        alive = ~np.array(table.dead)
        if guess.box is not None:
            alive &= np.array(degrees(shape, guess.box)) == 1
        self.alive = alive & ~(self.incidence[:, ~keep] > 0).any(1)
        values = np.concatenate([np.array(row) for row in guess.coordinates])
        self.keep = keep & (values > 0)
        columns = np.flatnonzero(self.keep)
        weights = np.log(values[columns]) + np.concatenate(table.items)[columns]
        # The largest items first: they are taken as one if the others can follow.
        order = columns[np.argsort(-weights, kind="stable")]
        rows = self.incidence[self.alive][:, order].astype(int)
        free = nullspace([[*map(int, row), 1] for row in rows]) if len(rows) else []
        basis, pivots = row_reduce([vector[:-1] for vector in free]) if free else ([], ())
        logs = np.zeros(len(values))
        logs[columns] = np.log(values[columns])
        moves = [(order[k], vector) for k, vector in zip(pivots, basis, strict=True)]
        for column, vector in moves:
            logs[order] -= logs[column] * np.array([float(x) for x in vector])
        self.logs = logs
        fixed = {column for column, _ in moves}
        self.free = np.array([k for k in columns if k not in fixed], dtype=int)

    def coordinates(self) -> list[Fraction]:
        """The coordinates as they are in floats."""
        return [
            Fraction(float(np.exp(np.clip(x, -600.0, 600.0)))) if kept else Fraction(0)
            for x, kept in zip(self.logs, self.keep, strict=True)
        ]


def _improved(
    problem: SecantProblem, guess: SecantGuess, point: _Point, start: list[Fraction],
    loss: Fraction,
) -> tuple[list[Fraction], Fraction]:
    """The point after Newton steps, and its loss."""
    shape, free = point.table.root.shape, point.free
    for _ in range(_STEPS if len(free) else 0):
        slope = _slope(point, start, problem.forms.square)
        logs = np.array([_log(x) for x in start])
        lengths = np.where(point.alive, np.log(point.table.scale), -np.inf)
        _, _, curve = derivatives(
            point.table.den_float[None], point.table.num_float[None], lengths[None],
            point.incidence, logs[None],
        )
        spectrum, basis = np.linalg.eigh(curve[0][np.ix_(free, free)])
        size = np.maximum(np.abs(spectrum), 1e-300 + 1e-13 * np.abs(spectrum).max())
        step = np.clip(-basis @ ((basis.T @ slope[free]) / size), -0.5, 0.5)
        trial = list(start)
        for k, x in zip(free, step, strict=True):
            trial[k] = _shortened(start[k] * (1 + Fraction(float(x))))
        after = problem.loss(guess.root, _split(_whole(trial), shape), guess.box)
        if after is None or after >= loss:
            break
        start, loss = trial, after
        if loss == 0 or float(np.abs(step).max()) < 1e-40:
            break
    return start, loss


def _slope(point: _Point, start: Sequence[Fraction], square: int) -> Array:
    """The derivatives of the loss, as a share of |T|^2, in the logarithms of the coordinates."""
    table = point.table
    values = _split(_whole(start), table.root.shape)
    y = []
    for choice, alive in zip(product(*values), point.alive, strict=True):
        value = int(alive)
        for x in choice:
            value *= x
        y.append(value)
    dy, ny = (
        [sum(entry * x for entry, x in zip(row, y, strict=True) if x) for row in form]
        for form in (table.den, table.num)
    )
    den, num = (sum(x * z for x, z in zip(y, image, strict=True)) for image in (dy, ny))
    first = [
        2 * x * (n * den - num * d) for x, d, n in zip(y, dy, ny, strict=True)
    ]
    bottom = den * den * square
    rows = point.incidence.astype(int).T.tolist()
    return -np.array([
        sum(x for x, inside in zip(first, row, strict=True) if inside) / bottom for row in rows
    ])


def _log(value: Fraction) -> float:
    return float(np.log(float(value))) if value > 0 else -600.0


def _shortened(value: Fraction) -> Fraction:
    """A positive number to so many binary digits."""
    shift = _BITS - value.numerator.bit_length() + value.denominator.bit_length()
    scaled = value * Fraction(2) ** shift
    return Fraction(round(scaled)) / Fraction(2) ** shift


def _whole(
    values: Sequence[Fraction], size: int | None = None, shape: Sequence[int] = ()
) -> list[int]:
    """Integers in the ratios of the coordinates of each axis, to a precision if one is given."""
    found: list[int] = []
    at = 0
    for count in shape or (len(values),):
        part = values[at : at + count]
        largest = max(part)
        ratios = [x / largest for x in part]
        if size is not None:
            ratios = [x.limit_denominator(size) for x in ratios]
        unit = lcm(*(x.denominator for x in ratios))
        found.extend(primitive([int(x * unit) for x in ratios]))
        at += count
    return found


def _split(values: Sequence[Any], shape: Sequence[int]) -> tuple[tuple[Any, ...], ...]:
    """The coordinates of each axis."""
    ends = np.cumsum(shape).tolist()
    return tuple(tuple(values[end - n : end]) for n, end in zip(shape, ends, strict=True))
