"""Upper bounds: multi-start descent in floats, then exact least squares on the pattern found.

Descent is Levenberg-Marquardt on the hidden neurons with the output weights refitted at each step
(variable projection, Golub and Pereyra 1973), for many starts at once.  The candidate is then
made exact: its activation pattern and the forms that vanish on its neurons are read off, and the
least-squares problem on that face is solved over Q.  Whatever the guess was, the loss of the
exact network is computed exactly, so it is a valid upper bound.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from symerm.arithmetic.linalg import nullspace
from symerm.arithmetic.symmetric import solve_semidefinite
from symerm.attainability.scaled import ScaledProblem

__all__ = ["MOST_NEURONS", "Candidate", "LocalSearch", "frame_forms", "starts_near_points"]

Array = np.ndarray[Any, np.dtype[np.float64]]
#: Neurons that a descent moves at once.
MOST_NEURONS = 12
Neuron = tuple[int, tuple[Fraction, ...]]


@dataclass(frozen=True)
class Candidate:
    """An exact network of the integer problem: sum_j sign_j phi(<f_i, u_j>) + offset.

    Attributes
    ----------
    loss : Fraction
        Its loss in the integer problem.
    offset : Fraction
    neurons : tuple of (sign, u)
    """

    loss: Fraction
    offset: Fraction
    neurons: tuple[Neuron, ...]


def exact_candidate(
    problem: ScaledProblem, offset: Fraction, neurons: tuple[Neuron, ...]
) -> Candidate:
    """The candidate with its loss computed exactly in integers over a common denominator."""
    common = lcm(offset.denominator, *(x.denominator for _, u in neurons for x in u))
    whole = [(sign, [int(x * common) for x in u]) for sign, u in neurons]
    shift = int(offset * common)
    loss = 0
    for form, (target,), weight in zip(
        problem.forms, problem.targets, problem.weights, strict=True
    ):
        value = shift + sum(
            sign * problem.act(sum(x * y for x, y in zip(form, u, strict=True)))
            for sign, u in whole
        )
        loss += weight * (common * target - value) ** 2
    return Candidate(Fraction(loss, common * common), offset, neurons)


def frame_forms(problem: ScaledProblem) -> Array:
    """(n, m) data forms in the frame of the problem, with entries of moderate size."""
    centres, heights = problem.frame
    return np.array([
        [(x - c) / h for x, c, h in zip(form, centres, heights, strict=False)]
        + [1.0] * problem.hidden_bias
        for form in problem.forms
    ])


def starts_near_points(
    forms: Array, count: int, width: int, random: np.random.Generator
) -> Array:
    """(count, width, m) neurons whose kinks pass near random data points."""
    size = forms.shape[1]
    starts = np.empty((count, width, size))
    for index in np.ndindex(count, width):
        count_near = min(size - 1, len(forms))
        chosen = forms[random.choice(len(forms), count_near)]
        normal = np.linalg.svd(np.vstack([chosen, np.zeros((1, size))]))[2][-1]
        starts[index] = normal + 0.05 * random.normal(size=size)
        if random.random() < 0.5:
            starts[index] *= -1
    return starts


class LocalSearch:
    """Float descent for one problem with a single output; deterministic from its seed."""

    def __init__(self, problem: ScaledProblem, seed: int = 0) -> None:
        self.problem = problem
        self._random = np.random.default_rng(seed)
        self.forms = frame_forms(problem)
        self.slope = float(problem.activation.negative_slope)
        self._unit = max(1, *(abs(row[0]) for row in problem.targets))
        self.targets = np.array([row[0] / self._unit for row in problem.targets])
        self.weights = np.array(problem.weights, dtype=float)

    def relative(self, loss: Fraction) -> float:
        """A loss of the integer problem in the units of the descent."""
        ratio = loss / self._unit**2
        return float(ratio) if ratio < 10**300 else np.inf

    def random_starts(self, count: int) -> Array:
        """(count, d, m) neurons whose kinks pass near random data points.

        Very wide networks are begun with fewer neurons; the others stay zero.
        """
        width = min(self.problem.width, MOST_NEURONS)
        return starts_near_points(self.forms, count, width, self._random)

    def from_directions(self, directions: Array) -> Array:
        """Starts from (count, d, m) neurons in the frame of the problem, given up to scale."""
        largest = np.abs(directions).max(2, keepdims=True)
        return np.nan_to_num(directions / np.where(largest > 0, largest, 1.0))

    def descend(
        self, neurons: Array, steps: int, deadline: float | None = None
    ) -> tuple[Array, Array]:
        """Descend from each start; (losses relative to the units here, neurons)."""
        neurons = np.nan_to_num(neurons)
        loss, coefficients, residual, z = self._fit(neurons)
        damping = np.full(len(neurons), 1e-2)
        for _ in range(steps):
            if deadline is not None and time.monotonic() > deadline:
                break
            trial = neurons + self._direction(coefficients, residual, z, damping)
            fitted = self._fit(trial)
            better = fitted[0] < loss
            gain = np.where(better, loss - fitted[0], 0.0)
            damping = np.where(better, damping * 0.2, damping * 6)
            neurons = np.where(better[:, None, None], trial, neurons)
            coefficients = np.where(better[:, None], fitted[1], coefficients)
            residual = np.where(better[:, None], fitted[2], residual)
            z = np.where(better[:, None, None], fitted[3], z)
            loss = np.where(better, fitted[0], loss)
            if (damping > 1e8).all() or (better.any() and (gain < 1e-14 * loss).all()):
                break
        return loss, neurons

    def _fit(self, neurons: Array) -> tuple[Array, Array, Array, Array]:
        z = neurons @ self.forms.T
        hidden = np.maximum(z, self.slope * z)
        count, width, size = hidden.shape
        design = np.empty((count, width + 1, size))
        design[:, 0] = float(self.problem.output_bias)
        design[:, 1:] = hidden
        coefficients = _ridge(design, self.weights, np.broadcast_to(self.targets, (count, size)))
        residual = self.targets - (coefficients[:, None, :] @ design)[:, 0]
        return (residual * residual) @ self.weights, coefficients, residual, z

    def _direction(self, coefficients: Array, residual: Array, z: Array, damping: Array) -> Array:
        count, width, size = z.shape
        slope = np.where(z > 0, 1.0, self.slope) * coefficients[:, 1:, None]
        design = np.empty((count, 1 + width * self.forms.shape[1], size))
        design[:, 0] = float(self.problem.output_bias)
        design[:, 1:] = (slope[:, :, None, :] * self.forms.T).reshape(count, -1, size)
        step = _ridge(design, self.weights, residual, damping)
        return step[:, 1:].reshape(count, width, -1)

    def polish(self, neurons: Array) -> Candidate:
        """The best exact network on the faces that the float neurons lie on, nearly or exactly.

        Guesses of the face are tried, the simplest first, until one is as good as the floats.
        """
        goal = float(self._fit(neurons[None])[0][0]) * (1 + 1e-9)
        best: Candidate | None = None
        for keep in (False, True):
            for closeness in (1e-9, 1e-6, 1e-3):
                candidate = self._exact(neurons, closeness, keep)
                if best is None or candidate.loss < best.loss:
                    best = candidate
                if self.relative(best.loss) <= goal:
                    return best
        assert best is not None
        return best

    def _exact(self, neurons: Array, closeness: float, keep: bool) -> Candidate:
        """Exact least squares on the faces.

        Where the columns of the faces are dependent some coordinates are free: with `keep` they
        are those of the float neurons, so that the neurons stay in their activation patterns;
        otherwise they are zero, which gives simpler numbers.
        """
        problem = self.problem
        _, coefficients, _, z = self._fit(neurons[None])
        columns: list[list[Fraction]] = []
        owners: list[tuple[int, int, list[Fraction]]] = []
        start: list[Fraction] = []
        for j, values in enumerate(z[0]):
            weight = coefficients[0, 1 + j]
            if weight == 0 or not np.abs(values).max() > 0:
                continue
            sign = 1 if weight > 0 else -1
            basis = self._face(values, closeness)
            inner = [
                [
                    sum((x * y for x, y in zip(form, vector, strict=True)), Fraction(0))
                    for form in problem.forms
                ]
                for vector in basis
            ]
            start += self._coordinates(inner, values, abs(weight)) if keep else [
                Fraction(0) for _ in basis
            ]
            for vector, row in zip(basis, inner, strict=True):
                columns.append([
                    sign * (problem.slope_on if value > 0 else problem.slope_off) * x
                    for value, x in zip(values, row, strict=True)
                ])
                owners.append((j, sign, vector))
        solution = self._least_squares(columns, start)
        offset = solution.pop(0) if problem.output_bias else Fraction(0)
        sums: dict[tuple[int, int], list[Fraction]] = {}
        for (j, sign, vector), value in zip(owners, solution, strict=True):
            total = sums.setdefault((j, sign), [Fraction(0)] * len(vector))
            sums[j, sign] = [x + value * y for x, y in zip(total, vector, strict=True)]
        return exact_candidate(
            problem, offset, tuple((sign, tuple(u)) for (_, sign), u in sums.items())
        )

    def _coordinates(
        self, inner: list[list[Fraction]], values: Array, weight: float
    ) -> list[Fraction]:
        """Coarse rational coordinates of a float neuron in the basis of its face."""
        heights = [max(map(abs, row)) or Fraction(1) for row in inner]
        table = np.array([
            [float(x / height) for x in row] for row, height in zip(inner, heights, strict=True)
        ])
        found = np.linalg.lstsq(table.T, values, rcond=None)[0]
        size = max(float(np.abs(found).max()), 1e-300)
        return [
            Fraction(round(float(x) / size * 2**20), 2**20) * Fraction(size) * Fraction(weight)
            * self._unit / (self.problem.slope_on * height)
            for x, height in zip(found, heights, strict=True)
        ]

    def _face(self, values: Array, closeness: float) -> list[list[Fraction]]:
        """A basis of the neurons on which the forms that nearly vanish are zero."""
        size = self.forms.shape[1]
        order = np.argsort(np.abs(values))
        bound = closeness * np.abs(values).max()
        near = [int(i) for i in order if abs(values[i]) <= bound][: 4 * size]
        while True:
            rows = [[Fraction(x) for x in self.problem.forms[i]] for i in near]
            basis = (
                [list(vector) for vector in nullspace(rows)] if rows else _identity(size)
            )
            if basis or not near:
                return basis
            near.pop()

    def _least_squares(
        self, columns: list[list[Fraction]], start: list[Fraction]
    ) -> list[Fraction]:
        """The least-squares solution that moves away from the start as little as is needed."""
        problem = self.problem
        start = [Fraction(0)] * problem.output_bias + start
        scales = [lcm(*(x.denominator for x in column)) for column in columns]
        whole = [
            [int(x * scale) for x in column]
            for column, scale in zip(columns, scales, strict=True)
        ]
        if problem.output_bias:
            whole.insert(0, [1] * problem.size)
            scales.insert(0, 1)
        weighted = [
            [w * x for w, x in zip(problem.weights, column, strict=True)] for column in whole
        ]
        gram = [
            [sum(x * y for x, y in zip(row, column, strict=True)) for column in whole]
            for row in weighted
        ]
        begin = [value / scale for value, scale in zip(start, scales, strict=True)]
        common = lcm(*(value.denominator for value in begin))
        moment = [
            common * sum(x * t[0] for x, t in zip(row, problem.targets, strict=True))
            - sum(int(common * value) * x for value, x in zip(begin, line, strict=True))
            for row, line in zip(weighted, gram, strict=True)
        ]
        solution = solve_semidefinite(gram, moment)
        if solution is None:
            raise ArithmeticError("normal equations without a solution")
        numerators, denominator = solution
        return [
            (first + Fraction(value, denominator * common)) * scale
            for first, value, scale in zip(begin, numerators, scales, strict=True)
        ]


def _identity(size: int) -> list[list[Fraction]]:
    return [[Fraction(int(i == k)) for i in range(size)] for k in range(size)]


def _ridge(design: Array, weights: Array, right: Array, damping: Array | None = None) -> Array:
    """Batched weighted least squares with a ridge that only guards against singularity."""
    weighted = design * weights
    matrix = weighted @ design.transpose(0, 2, 1)
    moment = (weighted @ right[:, :, None])[:, :, 0]
    diagonal = np.arange(matrix.shape[1])
    entries = matrix[:, diagonal, diagonal]
    guard = 1e-11 * entries.max(1, keepdims=True) + 1e-12
    extra = 0.0 if damping is None else np.minimum(damping, 1e12)[:, None] * entries
    matrix[:, diagonal, diagonal] = entries + guard + extra
    solution: Array = np.asarray(np.linalg.solve(matrix, moment[:, :, None])[:, :, 0], float)
    return solution
