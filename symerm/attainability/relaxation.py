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



@dataclass(frozen=True)
class Proposal:
    """What the relaxation of one node suggests; nothing of it is proved.

    Attributes
    ----------
    bound : float
        Lower bound relative to the loss of the zero fit (-inf if none was found).
    offset : output bias, in units of the integer problem
    coefficients : per slot and ray, in units of the integer problem
    residuals : residuals at the undecided points, in units of the integer problem
    mixtures : per slot and point, weight of the steeper of the two lower bounds
    tied : per slot and ray, whether the dual condition seems to hold only with equality
    active : per slot and ray, whether the coefficient looks positive at the optimum
    branch : (slot, data index) to cut at, or None if every point is decided
    gap : float
        Largest difference between the relaxed and the true activation.
    """

    bound: float
    offset: Fraction
    coefficients: tuple[tuple[Fraction, ...], ...]
    residuals: dict[int, Fraction]
    mixtures: tuple[dict[int, float], ...]
    tied: tuple[tuple[bool, ...], ...]
    active: tuple[tuple[bool, ...], ...]
    branch: tuple[int, int] | None
    gap: float


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
        self._index: dict[IntVector, int] = {}
        self._scale: list[tuple[int, float]] = []
        self._z = np.zeros((16, problem.size))
        self._phi = np.zeros((16, problem.size))

    def relative(self, loss: Fraction) -> float:
        """A loss of the integer problem in the units of the solver."""
        return float(loss / self.unit**2)

    def _ray(self, ray: IntVector) -> int:
        known = self._index.get(ray)
        if known is not None:
            return known
        values = self.fan.values(ray)
        largest = max(map(abs, values)) or 1
        z = np.array([value / largest for value in values])
        phi = np.where(z > 0, self.problem.slope_on * z, self.problem.slope_off * z)
        norm = sqrt(float(self.weights @ (phi * phi))) or 1.0
        position = len(self._scale)
        if position == len(self._z):
            self._z = np.vstack([self._z, np.zeros_like(self._z)])
            self._phi = np.vstack([self._phi, np.zeros_like(self._phi)])
        self._z[position], self._phi[position] = z / norm, phi / norm
        self._scale.append((largest, norm))
        self._index[ray] = position
        return position

    def propose(
        self, nodes: list[tuple[tuple[int, Cone], ...]], target: float
    ) -> list[Proposal]:
        """Proposals for nodes, each a tuple of (sign, cone) per neuron.

        The iteration of a node ends as soon as its bound exceeds `target` or its relaxed
        minimum is seen to be below it.
        """
        if not nodes:
            return []
        width = len(nodes[0])
        most = max(len(cone.rays) for node in nodes for _, cone in node)
        index = np.full((len(nodes), width, most), -1)
        for b, node in enumerate(nodes):
            for j, (_, cone) in enumerate(node):
                index[b, j, : len(cone.rays)] = [self._ray(ray) for ray in cone.rays]
        signs = np.array([[sign for sign, _ in node] for node in nodes], dtype=float)
        pad = index < 0
        z, phi = self._z[index], self._phi[index]
        z[pad], phi[pad] = 0.0, 0.0
        solver = InteriorPoint(
            z, phi, signs, pad, self.weights, self.targets,
            self.problem.output_bias, self.problem.slope_on, self.problem.slope_off,
        )
        solver.run(target)
        return [self._proposal(solver, b, node, index[b]) for b, node in enumerate(nodes)]

    def directions(
        self, node: tuple[tuple[int, Cone], ...], proposal: Proposal
    ) -> tuple[tuple[float, ...], ...]:
        """The hidden neurons of a proposal as float directions of length about one."""
        neurons = []
        for (_, cone), row in zip(node, proposal.coefficients, strict=True):
            columns = zip(*cone.rays, strict=True)
            vector = [
                sum((a * x for a, x in zip(row, column, strict=True)), Fraction(0))
                for column in columns
            ]
            largest = max(map(abs, vector)) or Fraction(1)
            neurons.append(tuple(float(x / largest) for x in vector))
        return tuple(neurons)

    def _proposal(
        self, solver: InteriorPoint, b: int, node: tuple[tuple[int, Cone], ...], index: Any
    ) -> Proposal:
        found = np.isfinite(solver.best_bound[b])
        alpha = solver.best_alpha[b] if found else solver.last_alpha[b]
        coefficients, active, tied = [], [], []
        for j, (_, cone) in enumerate(node):
            row = []
            for k in range(len(cone.rays)):
                largest, norm = self._scale[index[j, k]]
                row.append(Fraction(float(alpha[j, k]) / norm) * self.unit / largest)
            coefficients.append(tuple(row))
            tied.append(tuple(bool(flag) for flag in solver.tied[b, j, : len(cone.rays)]))
            active.append(tuple(
                bool(alpha[j, k] > solver.best_slack[b, j, k]) for k in range(len(cone.rays))
            ))
        rows = solver.order[b][solver.row_used[b]]
        residuals = {
            int(i): Fraction(float(r)) * self.unit
            for i, r in zip(rows, solver.best_residual[b], strict=False)
        }
        mixtures = tuple(
            {
                int(i): float(solver.best_mixture[b, j, u])
                for u, i in enumerate(rows)
                if solver.undecided[b, j, i]
            }
            for j in range(len(node))
        )
        branch, gap = solver.branch(b)
        offset = Fraction(float(solver.best_offset[b])) * self.unit + self.mean
        return Proposal(
            float(solver.best_bound[b]), offset, tuple(coefficients), residuals, mixtures,
            tuple(tied), tuple(active), branch, gap,
        )
