"""Where the least level may lie: floating-point proposals, nothing is decided here.

The level is sampled on a grid over (log r, xi) in both steep charts, down to r = 1/1000 where the
shapes are nearly affine, and the grid is narrowed around its best points.  The boundary xi = 0
(exponentials) is searched in the same way with xi fixed; affine functions and steps are exact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from symerm.attainability.smooth_problem import ShapeProblem
from symerm.attainability.smooth_search import step_minimum

__all__ = ["Candidate", "best_limit", "best_network"]

Array = npt.NDArray[np.float64]

_FLATTEST = 1e-4
_ROUNDS, _GRID, _SHRINK, _STARTS = 60, 9, 0.55, 6


@dataclass(frozen=True)
class Candidate:
    """A shape that may have the least level.

    Attributes
    ----------
    kind : str
        ``"network"``, ``"exponential"``, ``"affine"`` or ``"step"``.
    level : float
        Its level.
    place : tuple
        (r, xi, mirrored) of a network or exponential, (j, theta) of a step, else ().
    """

    kind: str
    level: float
    place: tuple[float | int | bool | Fraction, ...]


def best_network(problem: ShapeProblem) -> Candidate:
    """The best network found.

    Examples
    --------
    >>> from symerm.attainability.smooth_problem import shape_problem
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> data = Dataset.from_rows([0, 1, 2, 3, 4], [0, 1, 8, 15, 16])
    >>> best_network(shape_problem(Problem(data, Architecture(1)))).level < 0.01
    True
    """
    found = []
    for mirrored in (False, True):
        level = _level_function(problem.reversed() if mirrored else problem)
        for value, r, xi in _minimise(level, _largest(problem), 0.5):
            found.append(Candidate("network", value, (r, xi, mirrored)))
    return min(found, key=lambda each: each.level)


def best_limit(problem: ShapeProblem) -> Candidate:
    """The best exponential, affine function or step."""
    found = [Candidate("affine", float(problem.level(problem.places)), ())]
    for j in range(1, problem.size - 1):
        exact, theta = step_minimum(problem, j, Fraction(0), Fraction(1))
        found.append(Candidate("step", float(exact), (j, theta)))
    for mirrored in (False, True):
        level = _level_function(problem.reversed() if mirrored else problem)
        for value, r, _ in _minimise(level, _largest(problem), 0.0):
            found.append(Candidate("exponential", value, (r, 0.0, mirrored)))
    # Exponentials tend to steps and affine functions: those are preferred where it is close.
    best = min(each.level for each in found)
    slack = 1e-9 * float(problem.square)
    return next(each for each in found if each.level <= best + slack)


def _largest(problem: ShapeProblem) -> float:
    gap = min(b - a for a, b in zip(problem.places, problem.places[1:], strict=False))
    return min(20.0 / float(gap), 1e6)


def _level_function(problem: ShapeProblem) -> Callable[[Array, Array], Array]:
    x = np.array([float(p) for p in problem.places[1:-1]])
    d = np.array([float(y) for y in problem.deviations])
    w = np.array(problem.weights, dtype=float)
    square = float(problem.square)

    def level(r: Array, xi: Array) -> Array:
        r, xi = r[..., None], xi[..., None]
        # log odds of u: below zero where u is near one.
        odds = 2 * r * (1 - x - xi) + np.log(np.expm1(-2 * r * (1 - x)) / np.expm1(-2 * r * x))
        inner = 1 / (1 + np.exp(np.clip(odds, -700, 700)))
        shape = np.concatenate(
            [np.zeros_like(inner[..., :1]), inner, np.ones_like(inner[..., :1])], axis=-1
        )
        mean = shape @ w / w.sum()
        return np.asarray(square - (shape @ (w * d)) ** 2 / ((shape - mean[..., None]) ** 2 @ w))

    return level


def _minimise(
    level: Callable[[Array, Array], Array], largest: float, widest: float
) -> list[tuple[float, float, float]]:
    """(level, r, xi) of the ends of a few narrowing grids."""
    bottom, top = np.log(_FLATTEST), np.log(largest)
    logs = np.linspace(bottom, top, 240)
    places = np.linspace(0.0, widest, 160 if widest else 1)
    values = level(np.exp(logs)[:, None], places[None, :])
    # The best local minima of the grid: those not above their neighbours.
    padded = np.pad(values, 1, constant_values=np.inf)
    around = [np.roll(padded, shift, axis)[1:-1, 1:-1] for shift in (1, -1) for axis in (0, 1)]
    rows, columns = np.nonzero(np.all([values <= other for other in around], axis=0))
    order = np.argsort(values[rows, columns], kind="stable")[:_STARTS]
    found = []
    for k in order:
        centre = np.array([logs[rows[k]], places[columns[k]]])
        radius = np.array([logs[1] - logs[0], places[1] if widest else 0.0])
        grid = np.linspace(-1, 1, _GRID)
        for _ in range(_ROUNDS):
            first = np.clip(centre[0] + radius[0] * grid, bottom, top)
            second = np.clip(centre[1] + radius[1] * grid, 0.0, widest)
            block = level(np.exp(first)[:, None], second[None, :])
            i, j = np.unravel_index(int(block.argmin()), block.shape)
            centre = np.array([first[i], second[j]])
            radius *= _SHRINK
        value = float(level(np.exp(centre[:1]), centre[1:])[0])
        found.append((value, float(np.exp(centre[0])), float(centre[1])))
    return found
