"""Float proposals for dual bounds: a batched interior-point method.

On a cone with rays rho_l a neuron is x(alpha) with alpha >= 0.  At a point whose form has one sign
on the cone the activation is the linear function C = sum alpha_l phi(z(rho_l)); elsewhere its value
is C - s with 0 <= s <= C - h z and s <= C - g z, because phi is convex and phi >= h z, g z.  The
relaxed problem min sum w_i (t_i - c - sum_j sigma_j (C_ij - s_ij))^2 is a convex quadratic program
for each node; many nodes are solved at once by Mehrotra's predictor-corrector method (Mehrotra
1992) with the s_ij eliminated.  Everything here is floating point and **proposes** only: the dual
vectors are rounded and proved in `symerm.attainability.dual`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, sqrt
from typing import Any

import numpy as np

from symerm.arrangements.fan import Cone, Fan, IntVector
from symerm.attainability.interior_point import InteriorPoint
from symerm.attainability.scaled import ScaledProblem

__all__ = ["Proposal", "Relaxation"]

Array = np.ndarray[Any, np.dtype[np.float64]]



@dataclass(frozen=True)
class Proposal:
    """What the relaxation of one node suggests; nothing of it is proved.

    Residuals and fits are in units of `Relaxation.unit`, around `Relaxation.mean`.

    Attributes
    ----------
    bound : float
        Lower bound relative to the loss of the zero fit (-inf if none was found).
    value : float
        Value of the relaxed problem where the iteration ended: an estimate of its minimum.
    offset : float
        Output bias.
    coefficients : list of float
        For each ray of each slot the coefficient of the ray divided by `heights`.
    heights : list of int
        For each ray a bound on the absolute values of the activation.
    residuals : dict of int to float
        Residuals at the undecided points.
    mixtures : list of dict of int to float
        Per slot and undecided point, the weight of the steeper of the two lower bounds.
    tied : list of int
        Positions of rays whose dual condition seems to hold only with equality.
    active : list of int
        Positions of rays whose coefficient looks positive at the optimum.
    branch : (slot, data index) to cut at, or None if every point is decided
    directions : (d, m) array
        The neurons of the relaxed fit in the frame of the problem, up to scale.
    """

    bound: float
    value: float
    offset: float
    coefficients: list[float]
    heights: list[int]
    residuals: dict[int, float]
    mixtures: list[dict[int, float]]
    tied: list[int]
    active: list[int]
    branch: tuple[int, int] | None
    directions: Array


class Relaxation:
    """Float tables of one problem with a single output, and the batched solver."""

    def __init__(self, problem: ScaledProblem, fan: Fan) -> None:
        self.problem = problem
        self.fan = fan
        self.weights = np.array(problem.weights, dtype=float)
        targets = [Fraction(row[0]) for row in problem.targets]
        self.mean = Fraction(0)
        if problem.output_bias:
            total = sum(problem.weights)
            self.mean = sum(
                (w * t for w, t in zip(problem.weights, targets, strict=True)), Fraction(0)
            ) / total
        square = sum(
            w * (t - self.mean) ** 2 for w, t in zip(problem.weights, targets, strict=True)
        )
        #: Root of the loss of the best constant fit, rounded up to an integer.
        self.unit = isqrt(int(square)) + 1
        self.targets = np.array([float((t - self.mean) / self.unit) for t in targets])
        #: Slope of the activation for negative arguments, where the other is 1.
        self.slope = float(problem.activation.negative_slope)
        self._index: dict[IntVector, int] = {}
        self._heights: list[int] = []
        self._norms: list[float] = []
        self._z = np.zeros((16, problem.size))
        self._phi = np.zeros((16, problem.size))
        self._direction = np.zeros((16, fan.dimension))

    def relative(self, loss: Fraction) -> float:
        """A loss of the integer problem in the units of the solver."""
        ratio = loss / self.unit**2
        return float(ratio) if ratio < 10**300 else np.inf

    def _ray(self, ray: IntVector) -> int:
        known = self._index.get(ray)
        if known is not None:
            return known
        values = self.fan.values(ray)
        height = max(map(abs, values)) or 1
        z = np.array([value / height for value in values])
        phi = np.maximum(z, self.slope * z)
        norm = sqrt(float(self.weights @ (phi * phi))) or 1.0
        position = len(self._heights)
        if position == len(self._z):
            for name in ("_z", "_phi", "_direction"):
                table = getattr(self, name)
                setattr(self, name, np.vstack([table, np.zeros_like(table)]))
        self._z[position], self._phi[position] = z / norm, phi / norm
        self._direction[position] = [
            _ratio(x, height) / norm for x in self.problem.in_frame(ray)
        ]
        self._heights.append(height)
        self._norms.append(norm)
        self._index[ray] = position
        return position

    def propose(
        self, nodes: list[tuple[tuple[int, Cone], ...]], target: float | None
    ) -> list[Proposal]:
        """Proposals for nodes, each a tuple of (sign, cone) per neuron.

        The iteration of a node ends as soon as its bound exceeds `target` or its relaxed
        minimum is seen to be below it; without a target it runs until it converges.
        """
        if not nodes:
            return []
        rows = [[[self._ray(ray) for ray in cone.rays] for _, cone in node] for node in nodes]
        most = max(len(row) for node in rows for row in node)
        index = np.array(
            [[row + [-1] * (most - len(row)) for row in node] for node in rows]
        )
        signs = np.array([[sign for sign, _ in node] for node in nodes], dtype=float)
        pad = index < 0
        z, phi = self._z[index], self._phi[index]
        z[pad], phi[pad] = 0.0, 0.0
        solver = InteriorPoint(
            z, phi, signs, pad, self.weights, self.targets,
            self.problem.output_bias, self.slope,
        )
        solver.run(target)
        found = np.isfinite(solver.best_bound)[:, None, None]
        alpha = np.where(found, solver.best_alpha, solver.last_alpha)
        directions = np.einsum("bjg,bjgm->bjm", np.where(pad, 0.0, alpha), self._direction[index])
        branches = solver.branches(alpha)
        return [
            self._proposal(solver, b, row, alpha[b], branches[b], directions[b])
            for b, row in enumerate(rows)
        ]

    def _proposal(
        self, solver: InteriorPoint, b: int, rows: list[list[int]], alpha: Array,
        branch: tuple[int, int] | None, directions: Array,
    ) -> Proposal:
        bound, value = float(solver.best_bound[b]), float(solver.last_value[b])
        if bound == -np.inf:
            return Proposal(bound, value, 0.0, [], [], {}, [], [], [], branch, directions)
        flat = [(j, k, ray) for j, row in enumerate(rows) for k, ray in enumerate(row)]
        values, slack, tied = alpha.tolist(), solver.best_slack[b].tolist(), solver.tied[b].tolist()
        used = solver.order[b][solver.row_used[b]].tolist()
        undecided = solver.undecided[b][:, used].tolist()
        mixture = solver.best_mixture[b].tolist()
        return Proposal(
            bound,
            value,
            float(solver.best_offset[b]),
            [values[j][k] / self._norms[ray] for j, k, ray in flat],
            [self._heights[ray] * self.problem.slope_on for _, _, ray in flat],
            dict(zip(used, solver.best_residual[b].tolist(), strict=False)),
            [
                {i: mixture[j][u] for u, i in enumerate(used) if undecided[j][u]}
                for j in range(len(rows))
            ],
            [at for at, (j, k, _) in enumerate(flat) if tied[j][k]],
            [at for at, (j, k, _) in enumerate(flat) if values[j][k] > slack[j][k]],
            branch,
            directions,
        )


def _ratio(top: int, bottom: int) -> float:
    """top / bottom, cut off far outside the range of useful directions."""
    if top.bit_length() - bottom.bit_length() > 600:
        return 1e180 if top > 0 else -1e180
    return top / bottom
