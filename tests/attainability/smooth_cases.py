"""Problems with one smooth neuron, and the infimum from floating point alone."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from scipy.optimize import minimize

from symerm.problem import Architecture, Dataset, Problem
from symerm.problem.architecture import Activation


def smooth_problem(
    inputs: Sequence[object], outputs: Sequence[object], activation: str = "logistic"
) -> Problem:
    data = Dataset.from_rows(inputs, outputs)
    return Problem(data, Architecture(1, Activation(activation)))


def numeric_infimum(problem: Problem, largest: float = 80.0) -> float:
    """The least loss over a grid of hidden neurons with polishing, steps and constants.

    Nothing is shared with the package: the hidden neuron is a (s - centre), the output weights
    are fitted by a QR decomposition.
    """
    s = np.array([float(row[0]) for row in problem.dataset.inputs])
    t = np.array([float(row[0]) for row in problem.dataset.outputs])
    s = (s - s.min()) / (np.ptp(s) or 1.0)

    def loss(parameters: Sequence[float]) -> float:
        log_slope, centre = parameters
        z = np.exp(min(log_slope, 7.0)) * (s - centre)
        # Far from the transition the values differ in their last digits only.
        hidden = np.exp(-np.logaddexp(0, -z)) if centre > 0.5 else -np.exp(-np.logaddexp(0, z))
        hidden = hidden - hidden.min()
        hidden = hidden / (hidden.max() or 1.0)
        basis, _ = np.linalg.qr(np.stack([np.ones_like(s), hidden], axis=1))
        return float(np.sum((t - basis @ (basis.T @ t)) ** 2))

    starts = [
        (a, c)
        for a in np.linspace(-4, np.log(largest), 30)
        for c in np.concatenate([np.linspace(-0.2, 1.2, 29), [-5, -2, -1, 2, 3, 6]])
    ]
    starts.sort(key=loss)
    best = loss(starts[0])
    for start in starts[:8]:
        found = minimize(loss, start, method="Nelder-Mead",
                         options={"xatol": 1e-10, "fatol": 1e-14, "maxiter": 2000})
        best = min(best, float(found.fun))
    for cut in sorted(set(s))[1:]:
        for theta in np.linspace(0, 1, 2001):
            hidden = np.where(s < cut, 0.0, np.where(s > cut, 1.0, theta))
            if np.ptp(hidden):
                mean = hidden - hidden.mean()
                level = np.sum((t - t.mean()) ** 2) - (mean @ t) ** 2 / (mean @ mean)
                best = min(best, float(level))
    return best


def fractions(values: Sequence[object]) -> tuple[Fraction, ...]:
    return tuple(Fraction(str(value)) for value in values)
