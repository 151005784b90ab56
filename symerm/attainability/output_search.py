"""Upper bounds with several outputs: multi-start descent in floats, then an exact output layer.

The best output layer for given neurons is a projection, so the descent moves the neurons only: it
is Levenberg-Marquardt with the projected Jacobian (variable projection, Golub and Pereyra 1973, in
Kaufman's approximation of 1975), batched over the starts.  The neurons found are rounded in
several ways, to rational numbers of few digits and to kinks through data points, and the output
layer is fitted over Q, so the loss is that of an exact network whatever the floats were.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from symerm.arithmetic.linalg import nullspace
from symerm.attainability.exact_fit import fitting_neurons
from symerm.attainability.local_search import MOST_NEURONS, frame_forms, starts_near_points
from symerm.attainability.refit import refitted
from symerm.attainability.scaled import ScaledProblem
from symerm.networks.shallow import ShallowNetwork

__all__ = ["search_network"]

Array = np.ndarray[Any, np.dtype[np.float64]]
Neuron = tuple[Fraction, ...]

#: Least and largest number of starts of the descent, its steps, and the operations of all.
_STARTS, _STEPS, _WORK = (6, 48), 60, 3e9
#: Rounds in which neurons of the best results are replaced, and how many results are kept.
_ROUNDS, _KEPT = 12, 6
#: Losses relative to the squared range of the responses that look like an exact fit.
_EXACT, _NEARLY_EXACT = 1e-20, 1e-12
#: Starts whose result is made exact.
_POLISHED = 3
#: Relative sizes of a form's value on a neuron that are taken for zero.
_CLOSE = (1e-7, 1e-4)
#: Largest denominators of the weights of a neuron whose largest weight is 1.
_DENOMINATORS = (12, 1000)


def search_network(
    problem: ScaledProblem, *, deadline: float | None = None, seed: int = 0
) -> ShallowNetwork:
    """A network of small loss; deterministic unless the deadline ends the descent.

    Parameters
    ----------
    problem : ScaledProblem
    deadline : float, optional
        Time of `time.monotonic` at which the search stops.
    seed : int

    Examples
    --------
    >>> from symerm.attainability.scaled import scale_problem
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> inputs = [[0, 0], [1, 0], [0, 1], [2, 1], [1, 2], [2, 2]]
    >>> data = Dataset.from_rows(inputs, [[max(x - y, 0), 3 * max(y - x, 0)] for x, y in inputs])
    >>> network = search_network(scale_problem(Problem(data, Architecture(2))))
    >>> network.loss(data.inputs, data.outputs)
    Fraction(0, 1)
    """
    best, least = refitted(problem, [])
    if least == 0 or _late(deadline):
        return best
    descent = _Descent(problem)
    affordable = _WORK / (_STEPS * descent.work)
    count = max(_STARTS[0], min(_STARTS[1], int(affordable / (1 + _ROUNDS))))
    rounds = min(_ROUNDS, int(affordable / count))
    random = np.random.default_rng(seed)
    starts = starts_near_points(descent.forms, count, descent.width, random)
    losses, neurons = descent.run(starts, deadline)
    for _ in range(rounds):
        order = _best(losses)
        losses, neurons = losses[order], neurons[order]
        if losses[0] < _EXACT or _late(deadline):
            break
        fresh = starts_near_points(descent.forms, count, 1, random)[:, 0]
        starts = neurons[np.arange(count) % len(neurons)]
        starts[np.arange(count), random.integers(descent.width, size=count)] = fresh
        found = descent.run(starts, deadline)
        losses = np.concatenate([losses, found[0]])
        neurons = np.concatenate([neurons, found[1]])
    for index in _best(losses)[:_POLISHED]:
        for guess in _guesses(problem, descent.forms, neurons[index], losses[index]):
            network, loss = refitted(problem, guess)
            if loss < least:
                best, least = network, loss
            if least == 0 or _late(deadline):
                return best
    return best


def _late(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() > deadline


def _best(losses: Array) -> list[int]:
    """The indices of the least losses, nearly equal ones once."""
    chosen: list[int] = []
    for index in np.argsort(losses, kind="stable").tolist():
        if not chosen or losses[index] > losses[chosen[-1]] * (1 + 1e-6):
            chosen.append(index)
        if len(chosen) == _KEPT:
            break
    return chosen


class _Descent:
    """Float descent; data are weighted, and centred if there is an output bias."""

    def __init__(self, problem: ScaledProblem) -> None:
        self.forms = frame_forms(problem)
        self.slope = float(problem.activation.negative_slope)
        self.width = min(problem.width, MOST_NEURONS)
        size, space = self.forms.shape
        self.work = size * (self.width * space) ** 2  # operations of a step
        weights = np.array(problem.weights, dtype=float)
        self.roots = np.sqrt(weights)
        self.shares = weights / weights.sum() * float(problem.output_bias)
        unit = max(1, *(abs(x) for row in problem.targets for x in row))
        targets = np.array([[x / unit for x in row] for row in problem.targets])
        self.targets = self._standard(targets.T).T

    def _standard(self, rows: Array) -> Array:
        """Rows of values at the inputs, centred and weighted."""
        means = (rows @ self.shares)[..., None]
        return np.asarray((rows - means) * self.roots, float)

    def run(self, neurons: Array, deadline: float | None) -> tuple[Array, Array]:
        """Descend from (count, d, m) starts; (losses relative to the units here, neurons)."""
        loss, state = self._fit(neurons)
        damping = np.full(len(neurons), 1e-2)
        for _ in range(_STEPS):
            if _late(deadline):
                break
            trial = _normalised(neurons + self._step(state, damping))
            new_loss, new_state = self._fit(trial)
            better = new_loss < loss
            gain = np.where(better, loss - new_loss, 0.0)
            damping = np.where(better, damping * 0.2, damping * 6)
            neurons = np.where(better[:, None, None], trial, neurons)
            state = tuple(
                np.where(better[:, None, None], new, old)
                for new, old in zip(new_state, state, strict=True)
            )
            loss = np.where(better, new_loss, loss)
            if (damping > 1e8).all() or (better.any() and (gain < 1e-13 * loss).all()):
                break
        return loss, neurons

    def _fit(self, neurons: Array) -> tuple[Array, tuple[Array, ...]]:
        """Losses; preactivations, hidden rows and output weights of the projections."""
        z = neurons @ self.forms.T
        hidden = self._standard(np.maximum(z, self.slope * z))
        outgoing = _solved(hidden @ hidden.transpose(0, 2, 1), hidden @ self.targets)
        residual = self.targets - hidden.transpose(0, 2, 1) @ outgoing
        return (residual * residual).sum((1, 2)), (z, hidden, outgoing)

    def _step(self, state: tuple[Array, ...], damping: Array) -> Array:
        z, hidden, outgoing = state
        count, width, size = z.shape
        residual = self.targets - hidden.transpose(0, 2, 1) @ outgoing
        slopes = np.where(z > 0, 1.0, self.slope)
        moved = self._standard(slopes[:, :, None, :] * self.forms.T)
        moved = moved.reshape(count, -1, size)
        inner = _solved(hidden @ hidden.transpose(0, 2, 1), hidden @ moved.transpose(0, 2, 1))
        moved = moved - inner.transpose(0, 2, 1) @ hidden
        space = self.forms.shape[1]
        shares = outgoing @ outgoing.transpose(0, 2, 1)
        matrix = moved @ moved.transpose(0, 2, 1)
        matrix = matrix * shares.repeat(space, axis=1).repeat(space, axis=2)
        right = ((moved @ residual) * outgoing.repeat(space, axis=1)).sum(2, keepdims=True)
        return _solved(matrix, right, damping).reshape(count, width, space)


def _normalised(neurons: Array) -> Array:
    neurons = np.nan_to_num(neurons)
    length = np.sqrt((neurons * neurons).sum(2, keepdims=True))
    return np.asarray(neurons / np.where(length > 0, length, 1.0), float)


def _solved(matrix: Array, right: Array, damping: Array | None = None) -> Array:
    """Batched solutions of semidefinite systems with a ridge that guards against singularity."""
    matrix = matrix.copy()
    diagonal = np.arange(matrix.shape[1])
    entries = matrix[:, diagonal, diagonal]
    guard = 1e-12 * entries.max(1, keepdims=True) + 1e-13
    extra = 0.0 if damping is None else np.minimum(damping, 1e12)[:, None] * entries
    matrix[:, diagonal, diagonal] = entries + guard + extra
    return np.asarray(np.linalg.solve(matrix, right), float)


def _guesses(
    problem: ScaledProblem, forms: Array, neurons: Array, loss: float
) -> Iterator[list[Neuron]]:
    """Exact neurons near the float ones of a relative loss, in the units of the forms."""
    exact = [_from_frame(problem, neuron) for neuron in neurons]
    yield exact
    for bound in _DENOMINATORS:
        yield [_rounded(neuron, bound) for neuron in exact]
    for close in _CLOSE:
        yield [
            _on_face(problem, forms @ values, neuron, close)
            for values, neuron in zip(neurons, exact, strict=True)
        ]
    if loss < _NEARLY_EXACT:
        yield from fitting_neurons(problem, refitted(problem, exact)[0])


def _from_frame(problem: ScaledProblem, neuron: Array) -> Neuron:
    """A neuron of the frame with coordinates rounded to multiples of 2^-36."""
    centres, heights = problem.frame
    entries = [Fraction(round(float(x) * 2**36), 2**36) for x in neuron]
    linear = [x / h for x, h in zip(entries, heights, strict=False)]
    if not problem.hidden_bias:
        return tuple(linear)
    shift = sum((x * c for x, c in zip(linear, centres, strict=True)), Fraction(0))
    return (*linear, (entries[-1] - shift) / problem.input_scale)


def _rounded(neuron: Neuron, bound: int) -> Neuron:
    """The neuron with largest weight 1 and denominators up to a bound."""
    largest = max(map(abs, neuron[:-1]), default=Fraction(0)) or abs(neuron[-1])
    if not largest:
        return neuron
    return tuple((x / largest).limit_denominator(bound) for x in neuron)


def _on_face(problem: ScaledProblem, values: Array, neuron: Neuron, close: float) -> Neuron:
    """The nearest neuron on which the forms that nearly vanish are zero, roughly."""
    limit = close * float(np.abs(values).max())
    near = [int(i) for i in np.argsort(np.abs(values)) if abs(values[i]) <= limit]
    near = near[: 4 * len(neuron)]
    while near:
        basis = nullspace([[Fraction(x) for x in problem.forms[i]] for i in near])
        if basis:
            return _projection(basis, neuron)
        near.pop()
    return neuron


def _projection(basis: tuple[Neuron, ...], neuron: Neuron) -> Neuron:
    """A combination of the basis with the same entries at its free coordinates."""
    # Each vector of the basis is 1 at a coordinate of its own, where the others are 0.
    total = [Fraction(0)] * len(neuron)
    for vector in basis:
        others = [other for other in basis if other is not vector]
        own = next(
            k for k, x in enumerate(vector) if x and not any(other[k] for other in others)
        )
        factor = neuron[own] / vector[own]
        total = [x + factor * y for x, y in zip(total, vector, strict=True)]
    return tuple(total)
