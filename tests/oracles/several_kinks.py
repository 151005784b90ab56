"""Neurons with one input, searched for by their kinks: any width, output bias, many at once.

A neuron is a kink between the first and the last data point and a facing; for given kinks the best
outputs are a projection.  All sets of neurons with kinks on a grid with the data points are
tabulated, and the best ones refined by a pattern search, one kink at a time.  Floats only choose
the kinks: the loss that is returned is exact for rational kinks.

Written apart from the solver: it knows of no cases, strata or forms.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .two_kinks import exact_loss

__all__ = ["search"]

Array = NDArray[np.float64]


def search(
    inputs: Sequence[Any],
    outputs: Sequence[Sequence[Any]],
    width: int,
    *,
    grid: int = 3,
    starts: int = 60,
    steps: int = 200,
) -> tuple[Fraction, tuple[float, ...], tuple[int, ...]]:
    """The exact loss of the best neurons found, their kinks and their facings.

    Parameters
    ----------
    inputs : n distinct numbers
    outputs : n rows of q numbers
    width : int
    grid : int
        Places tried in each gap between data points.
    starts, steps : int
        Sets of neurons that are refined, and steps for them.

    Examples
    --------
    >>> loss, _, _ = search([0, 1, 2, 3], [[0], [0], [1], [1]], 2)
    >>> loss < Fraction(1, 10**12)
    True
    """
    places = np.array(sorted(float(x) for x in inputs))
    points = np.array([float(x) for x in inputs])
    targets = np.array([[float(t) for t in row] for row in outputs])
    targets -= targets.mean(0)
    shares = np.arange(grid + 1) / (grid + 1)
    low = [a + shares * (b - a) for a, b in pairwise(places)]
    kinks = np.append(np.concatenate(low), places[-1])
    # Right-facing ones up to the last point but one, left-facing ones from the second.
    neurons = [(z, 1.0) for z in kinks if z < places[-1]]
    neurons += [(z, -1.0) for z in kinks if z > places[0]]
    chosen = np.array(list(combinations(range(len(neurons)), width)))
    table = np.array(neurons)[chosen]
    losses = _losses(points, targets, table)
    best = table[np.argsort(losses, kind="stable")[:starts]]
    best = _refined(points, targets, best, steps)
    losses = _losses(points, targets, best)
    row = best[int(np.argmin(losses))]
    found = tuple(float(z) for z in row[:, 0])
    facings = tuple(int(f) for f in row[:, 1])
    loss = exact_loss(inputs, outputs, [Fraction(z) for z in found], facings)
    return loss, found, facings


def _losses(points: Array, targets: Array, neurons: Array) -> Array:
    """The losses of sets of neurons, by orthogonalisation of their centred activations."""
    values = np.maximum(
        (points[None, None, :] - neurons[:, :, :1]) * neurons[:, :, 1:], 0.0
    )
    values -= values.mean(2, keepdims=True)
    total = np.full(len(neurons), float((targets**2).sum()))
    basis: list[Array] = []
    for j in range(values.shape[1]):
        vector = values[:, j]
        length = np.linalg.norm(vector, axis=1)
        # Twice, for vectors that nearly depend on the others.
        for _ in range(2):
            for other in basis:
                vector = vector - (vector * other).sum(1, keepdims=True) * other
        rest = np.linalg.norm(vector, axis=1)
        good = rest > 1e-9 * np.maximum(length, 1e-300)
        unit = np.where(good[:, None], vector / np.where(good, rest, 1.0)[:, None], 0.0)
        basis.append(unit)
        total = total - ((unit @ targets) ** 2).sum(1)
    return np.asarray(total)


def _refined(points: Array, targets: Array, neurons: Array, steps: int) -> Array:
    """Move one kink or two at a time, by steps that shrink where nothing is gained.

    A kink may also move to the nearest data point.
    """
    low, high = points.min(), points.max()
    count, width, _ = neurons.shape
    neurons, size = neurons.copy(), np.full(count, (high - low) / len(points) / 4)
    losses = _losses(points, targets, neurons)
    units = np.eye(width)
    moves = [sign * unit for unit in units for sign in (1, -1)]
    moves += [
        first * x + second * y
        for x, y in combinations(units, 2) for first in (1, -1) for second in (1, -1)
    ]
    for _ in range(steps):
        (active,) = np.nonzero(size > 1e-10)
        if not len(active):
            break
        here = neurons[active]
        trials = np.repeat(here[None], len(moves) + width, axis=0)
        for trial, move in zip(trials, moves, strict=False):
            trial[:, :, 0] = np.clip(here[:, :, 0] + size[active, None] * move, low, high)
        for j, trial in enumerate(trials[len(moves) :]):
            nearest = np.abs(here[:, j, :1] - points).argmin(1)
            trial[:, j, 0] = points[nearest]
        found = _losses(points, targets, trials.reshape(-1, width, 2)).reshape(len(trials), -1)
        choice = found.argmin(0)
        best = found[choice, np.arange(len(active))]
        better = best < losses[active] - 1e-14
        moved = active[better]
        neurons[moved] = trials[choice[better], np.flatnonzero(better)]
        losses[moved] = best[better]
        size[active] = np.where(better, size[active] * 1.3, size[active] / 2)
    return neurons
