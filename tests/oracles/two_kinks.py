"""Two neurons with one input, searched for in the plane of their two kinks.

With an output bias a neuron is, up to factors, a kink z between the first and the last point and a
facing, and for given kinks the best outputs are a projection.  So the least loss is a function of
two numbers for each pair of facings; it is tabulated on a grid with all data points and refined by
a pattern search whose steps may also shrink the distance of a kink from a neighbouring data point
by factors, since this is how escaping neurons move.

Floats only choose the kinks: `exact_loss` fits the outputs to given rational kinks in fractions,
so every loss reported is that of a network.  A search that ends with almost dependent neurons
(small `sine`) has followed an escape; one that ends with independent ones has found a minimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["KinkFit", "exact_loss", "search"]

Array = NDArray[np.float64]

#: Kinks keep this share of a gap from the data points, unless they lie on one.
NEAREST = 1e-7


@dataclass(frozen=True)
class KinkFit:
    """The best pair found, its exact loss, and the sine of the angle of its neurons.

    The angle is that of the activation vectors modulo constants.
    """

    kinks: tuple[float, float]
    facings: tuple[int, int]
    loss: Fraction
    sine: float


def search(
    inputs: Sequence[Any],
    outputs: Sequence[Sequence[Any]],
    *,
    negative_slope: Fraction = Fraction(0),
    grid: int = 5,
    starts: int = 20,
    steps: int = 120,
) -> KinkFit:
    """The best pair of kinks found.

    Parameters
    ----------
    inputs : n numbers, at least two of them distinct
    outputs : n rows of q numbers
    negative_slope : Fraction
        The activation is max(z, negative_slope * z).
    grid : int
        Places tried in each gap between data points.
    starts, steps : int
        Number of pairs that are refined, and of steps for them.

    Examples
    --------
    >>> fit = search([0, 1, 2, 3], [[0, 1], [0, 1], [1, 1], [2, 1]])
    >>> fit.loss < Fraction(1, 10**12)
    True
    """
    model = _Model(inputs, outputs, float(negative_slope))
    pairs = model.pairs(grid)
    best = pairs[np.argsort(model.loss(pairs)[0], kind="stable")[:starts]]
    # Every data point is approached too, on both sides, however bad the grid's values there are.
    refined = model.refine(np.vstack([best, model.close_pairs(starts)]), steps)
    losses, sines = model.loss(refined)
    k = int(np.argmin(losses))
    kinks = float(refined[k, 0]), float(refined[k, 1])
    facings = int(refined[k, 2]), int(refined[k, 3])
    loss = exact_loss(
        inputs, outputs, [Fraction(z) for z in kinks], facings, negative_slope=negative_slope
    )
    return KinkFit(kinks, facings, loss, float(sines[k]))


def exact_loss(
    inputs: Sequence[Any],
    outputs: Sequence[Sequence[Any]],
    kinks: Sequence[Fraction],
    facings: Sequence[int],
    *,
    negative_slope: Fraction = Fraction(0),
) -> Fraction:
    """The least loss with neurons of given kinks and facings, by orthogonalisation in fractions.

    Examples
    --------
    >>> exact_loss([0, 1, 2], [[0], [1], [0]], [Fraction(0), Fraction(1)], [1, 1])
    Fraction(0, 1)
    """
    columns = [[Fraction(1)] * len(inputs)]
    for kink, facing in zip(kinks, facings, strict=True):
        values = [facing * (Fraction(x) - kink) for x in inputs]
        columns.append([max(z, negative_slope * z) for z in values])
    basis: list[list[Fraction]] = []
    for column in columns:
        rest = _residual(column, basis)
        if any(rest):
            basis.append(rest)
    total = Fraction(0)
    for target in zip(*outputs, strict=True):
        total += sum(t * t for t in _residual([Fraction(t) for t in target], basis))
    return total


def _residual(vector: list[Fraction], basis: list[list[Fraction]]) -> list[Fraction]:
    """What is left of a vector after projection on orthogonal ones."""
    rest = vector
    for other in basis:
        square = sum(y * y for y in other)
        share = sum((x * y for x, y in zip(rest, other, strict=True)), Fraction(0)) / square
        rest = [x - share * y for x, y in zip(rest, other, strict=True)]
    return rest


def _pairs(places: Any) -> Array:
    """All pairs of neurons with kinks at given places, facing both ways."""
    neurons = np.array(list(product(places, (1.0, -1.0))))
    i, j = np.triu_indices(len(neurons), 1)
    return np.column_stack([neurons[i, 0], neurons[j, 0], neurons[i, 1], neurons[j, 1]])


class _Model:
    """Losses of many pairs at once; a pair is a row (kink, kink, facing, facing)."""

    def __init__(
        self, inputs: Sequence[Any], outputs: Sequence[Sequence[Any]], slope: float
    ) -> None:
        self.points = np.array([float(x) for x in inputs])
        self.places = np.unique(self.points)
        targets = np.array([[float(t) for t in row] for row in outputs])
        self.targets = targets - targets.mean(axis=0)
        self.square = float((self.targets**2).sum())
        self.slope = slope

    def _features(self, kinks: Array, facings: Array) -> Array:
        values = facings[:, None] * (self.points - kinks[:, None])
        values = np.maximum(values, self.slope * values)
        values -= values.mean(axis=1, keepdims=True)
        lengths = np.linalg.norm(values, axis=1, keepdims=True)
        return np.asarray(values / np.where(lengths > 0, lengths, 1.0))

    def loss(self, pairs: Array) -> tuple[Array, Array]:
        """Losses and sines; pairs that floats cannot tell from one neuron count as one."""
        first = self._features(pairs[:, 0], pairs[:, 2])
        second = self._features(pairs[:, 1], pairs[:, 3])
        for _ in range(2):
            second = second - (second * first).sum(axis=1, keepdims=True) * first
        sines = np.linalg.norm(second, axis=1)
        second = second / np.where(sines > NEAREST / 10, sines, np.inf)[:, None]
        explained = ((first @ self.targets) ** 2).sum(axis=1)
        explained += ((second @ self.targets) ** 2).sum(axis=1)
        return self.square - explained, sines

    def pairs(self, grid: int) -> Array:
        """All pairs of places on the grid, with all facings."""
        inner = [
            low + (high - low) * k / grid
            for low, high in zip(self.places, self.places[1:], strict=False)
            for k in range(grid)
        ]
        return _pairs([*inner, self.places[-1]])

    def close_pairs(self, count: int, near: float = 1e-5) -> Array:
        """Pairs with both kinks very close to data points, by the ratio of their distances.

        The distances are `near` times cos and sin of an angle, which is tabulated and then
        narrowed down for the best pairs of data points, sides and facings.
        """
        gaps = np.diff(self.places)
        sides = [(x, gap) for x, gap in zip(self.places, gaps, strict=False)]
        sides += [(x, -gap) for x, gap in zip(self.places[1:], gaps, strict=True)]
        neurons = np.array([(*side, facing) for side in sides for facing in (1.0, -1.0)])
        i, j = np.triu_indices(len(neurons), 1)
        first, second = neurons[i], neurons[j]
        centre, spread = np.full(len(i), np.pi / 4), np.pi / 4

        def at(angle: Array) -> Array:
            return np.column_stack([
                first[:, 0] + near * first[:, 1] * np.cos(angle),
                second[:, 0] + near * second[:, 1] * np.sin(angle),
                first[:, 2],
                second[:, 2],
            ])

        for _ in range(5):
            angles = centre + spread * np.linspace(-1, 1, 33)[:, None]
            losses = np.array([self.loss(at(angle))[0] for angle in angles])
            centre = angles[losses.argmin(axis=0), np.arange(len(i))]
            best = np.argsort(losses.min(axis=0), kind="stable")[:count]
            first, second, i, centre = first[best], second[best], i[best], centre[best]
            spread /= 16
        return at(centre)

    def refine(self, pairs: Array, steps: int) -> Array:
        """Pattern search for each pair by itself, the step halved where nothing is gained."""
        pairs, size = pairs.copy(), np.full(len(pairs), 0.25)
        losses = self.loss(pairs)[0]
        for _ in range(steps):
            trials = self._moves(pairs, size)
            found = self.loss(np.concatenate(trials))[0].reshape(len(trials), -1)
            choice = found.argmin(axis=0)
            best = found[choice, np.arange(len(pairs))]
            better = best < losses - 1e-13 * self.square
            pairs[better] = np.array(trials)[choice[better], np.flatnonzero(better)]
            losses = np.where(better, best, losses)
            size = np.where(better, np.minimum(size * 1.5, 0.5), size / 2)
            if size.max() < 1e-9:
                break
        return pairs

    def _moves(self, pairs: Array, size: Array) -> list[Array]:
        places = self.places
        index = np.clip(
            np.searchsorted(places, pairs[:, :2], side="right") - 1, 0, len(places) - 2
        )
        low, high = places[index], places[index + 1]
        gap, step = high - low, size[:, None]
        one: list[Array] = [pairs[:, :2]]
        for sign in (1, -1):
            one.append(pairs[:, :2] + sign * step * gap)
            one.append(low + (pairs[:, :2] - low) * (1 + sign * step))
            one.append(high + (pairs[:, :2] - high) * (1 + sign * step))
        moves = []
        for first, second in product(range(len(one)), repeat=2):
            kinks = np.column_stack([one[first][:, 0], one[second][:, 1]])
            kinks = np.clip(kinks, places[0], places[-1])
            # A kink that runs into a data point stops just before it.
            for side in (low, high):
                close = np.abs(kinks - side) < NEAREST * gap
                inward = side + NEAREST * gap * np.where(side == low, 1, -1)
                kinks = np.where(close & (pairs[:, :2] != side), inward, kinks)
            moves.append(np.column_stack([kinks, pairs[:, 2:]]))
        return moves
