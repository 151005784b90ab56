"""Exact dual bounds for one output: the leaves of the proof.

Fix output signs sigma_j and cones K_j.  Let r be any vector with sum w_i r_i = 0 (with output
bias) such that for every neuron j and every ray rho of K_j

    V = sigma_j sum_i w_i r_i psi_ij(rho) <= 0,

where psi = phi(z_i(rho)), except at points i undecided on K_j with sigma_j r_i < 0, where psi may be
any mixture of the lower bounds h z_i(rho) and g z_i(rho).  As phi is convex, sigma_j sum_i w_i r_i
phi(z_i(u)) <= 0 for every u in K_j, hence <r, Y>_w <= 0 for every realised Y and

    sum w_i (tau_i - Y_i)^2 >= <r, tau>_w^2 / |r|_w^2   if <r, tau>_w > 0.

A leaf stores r by few integers: a fit at the decided points, explicit values at the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from operator import mul

from symerm.arithmetic.nnls import solve_nonnegative
from symerm.arithmetic.symmetric import solve_semidefinite
from symerm.arrangements.fan import Cone, Fan, IntVector
from symerm.attainability.relaxation import Proposal
from symerm.attainability.scaled import ScaledProblem

__all__ = ["MIXTURE_UNIT", "DualBounds", "DualLeaf", "Slot"]

#: Mixtures of the two lower bounds are multiples of 1/64.
MIXTURE_UNIT = 2**20

Slot = tuple[int, Cone]


@dataclass(frozen=True)
class DualLeaf:
    """A dual vector in the integer encoding of the certificate.

    Attributes
    ----------
    scale : positive int q
    fit : the offset (with output bias) and one integer per slot and ray; at a decided point
        r_i = q tau_i - offset - sum_j sigma_j sum_l fit_jl phi(z_i(rho_jl))
    residuals : r_i at the points undecided for some slot, in increasing order of i
    mixtures : for each slot and each undecided point with sigma_j r_i < 0 the weight of the lower
        bound h z in units of 1/64; the rest goes to g z
    """

    scale: int
    fit: IntVector
    residuals: IntVector
    mixtures: IntVector


class DualBounds:
    """Evaluates and constructs dual leaves of one problem with a single output."""

    def __init__(self, problem: ScaledProblem, fan: Fan) -> None:
        self.problem = problem
        self.fan = fan
        self.targets = [row[0] for row in problem.targets]
        self._phi: dict[IntVector, list[int]] = {}
        self._undecided: dict[tuple[IntVector, ...], tuple[int, ...]] = {}

    def phi(self, ray: IntVector) -> list[int]:
        """phi(z_i(ray)) for all data points."""
        found = self._phi.get(ray)
        if found is None:
            on, off = self.problem.slope_on, self.problem.slope_off
            found = [on * z if z > 0 else off * z for z in self.fan.values(ray)]
            self._phi[ray] = found
        return found

    def undecided(self, cone: Cone) -> tuple[int, ...]:
        """The data points whose form takes both signs on the cone, in increasing order."""
        found = self._undecided.get(cone.rays)
        if found is None:
            columns = zip(*(self.fan.values(ray) for ray in cone.rays), strict=True)
            found = tuple(
                i for i, column in enumerate(columns) if min(column) < 0 < max(column)
            )
            self._undecided[cone.rays] = found
        return found

    def bound(self, node: Sequence[Slot], leaf: DualLeaf) -> Fraction | None:
        """The lower bound that a leaf proves on its node, or None if it proves nothing.

        The bound is on the loss of the integer problem.
        """
        residual = self._residual(node, leaf)
        weighted = list(map(mul, self.problem.weights, residual))
        if self.problem.output_bias and sum(weighted) != 0:
            return None
        mixtures = iter(leaf.mixtures)
        for sign, cone in node:
            lowered = [i for i in self.undecided(cone) if sign * residual[i] < 0]
            mixed = [next(mixtures) for _ in lowered]
            if any(self._violation(sign, ray, weighted, lowered, mixed) > 0 for ray in cone.rays):
                return None
        product = sum(map(mul, weighted, self.targets))
        square = sum(map(mul, weighted, residual))
        if product <= 0 or square == 0:
            return Fraction(0)
        return Fraction(product * product, square)

    def _violation(
        self, sign: int, ray: IntVector, weighted: list[int], lowered: list[int], mixed: list[int]
    ) -> int:
        phi = self.phi(ray)
        value = MIXTURE_UNIT * sum(map(mul, weighted, phi))
        if lowered:
            on, off = self.problem.slope_on, self.problem.slope_off
            z = self.fan.values(ray)
            for i, part in zip(lowered, mixed, strict=True):
                slope = on * part + off * (MIXTURE_UNIT - part)
                value += weighted[i] * (slope * z[i] - MIXTURE_UNIT * phi[i])
        return sign * value

    def _residual(self, node: Sequence[Slot], leaf: DualLeaf) -> list[int]:
        fit = iter(leaf.fit)
        offset = next(fit) if self.problem.output_bias else 0
        values = [leaf.scale * target - offset for target in self.targets]
        for sign, cone in node:
            for ray in cone.rays:
                factor = sign * next(fit)
                if factor:
                    values = [v - factor * x for v, x in zip(values, self.phi(ray), strict=True)]
        for i, value in zip(self._all_undecided(node), leaf.residuals, strict=True):
            values[i] = value
        return values

    def _all_undecided(self, node: Sequence[Slot]) -> list[int]:
        return sorted({i for _, cone in node for i in self.undecided(cone)})

    # -- construction ---------------------------------------------------------------------

    def from_proposal(
        self, node: Sequence[Slot], proposal: Proposal, *, optimal: bool
    ) -> DualLeaf | None:
        """Round a proposal to a leaf (still to be evaluated with `bound`).

        The dual conditions of the tied rays, or with `optimal` of all rays with positive
        coefficients, are made equalities by an exact projection of the rounded vector; the
        latter is needed where the bound of the case equals the minimum.
        """
        undecided = self._all_undecided(node)
        mixtures = [
            {
                i: min(max(round(MIXTURE_UNIT * value), 0), MIXTURE_UNIT)
                for i, value in slot.items()
            }
            for slot in proposal.mixtures
        ]
        scale = self._fine_scale(node, proposal)
        residuals = {i: round(proposal.residuals.get(i, Fraction(0)) * scale) for i in undecided}
        fit = [
            round(value * scale) for row in proposal.coefficients for value in row
        ]
        flags = proposal.active if optimal else proposal.tied
        chosen = [k for k, flag in enumerate(flag for row in flags for flag in row) if flag]
        if optimal:
            fit = [value if k in chosen else 0 for k, value in enumerate(fit)]
        start = DualLeaf(
            scale,
            ((round(proposal.offset * scale),) if self.problem.output_bias else ()) + tuple(fit),
            tuple(residuals[i] for i in undecided),
            (),
        )
        residual = self._residual(node, start)
        rows = self._condition_rows(node, residual, mixtures, chosen)
        change = self._project(rows, residual)
        if change is None:
            return None
        exact = [Fraction(value) for value in start.fit]
        positions = ([0] if self.problem.output_bias else []) + [
            k + int(self.problem.output_bias) for k in chosen
        ]
        moved = {i: Fraction(residuals[i]) for i in undecided}
        for position, row, value in zip(positions, rows, change, strict=True):
            exact[position] += value
            for i in undecided:
                moved[i] -= value * row[i]
        return self._encode(node, scale, exact, moved, mixtures)

    def _condition_rows(
        self,
        node: Sequence[Slot],
        residual: list[int],
        mixtures: list[dict[int, int]],
        chosen: list[int],
    ) -> list[list[Fraction]]:
        """The vectors psi of the chosen rays, preceded by ones if there is an output bias."""
        rows: list[list[Fraction]] = []
        if self.problem.output_bias:
            rows.append([Fraction(1)] * self.problem.size)
        rays = [(j, sign, ray) for j, (sign, cone) in enumerate(node) for ray in cone.rays]
        on, off = self.problem.slope_on, self.problem.slope_off
        for k in chosen:
            j, sign, ray = rays[k]
            row: list[Fraction] = [Fraction(sign * value) for value in self.phi(ray)]
            z = self.fan.values(ray)
            for i in self.undecided(node[j][1]):
                if sign * residual[i] < 0:
                    part = mixtures[j].get(i, 0)
                    slope = on * part + off * (MIXTURE_UNIT - part)
                    row[i] = Fraction(sign * slope * z[i], MIXTURE_UNIT)
            rows.append(row)
        # A residual of zero stays zero; any other value would have another condition.
        for i in self._all_undecided(node):
            if residual[i] == 0:
                for row in rows:
                    row[i] = Fraction(0)
        return rows

    def _project(
        self, rows: list[list[Fraction]], residual: list[int]
    ) -> list[Fraction] | None:
        """Coefficients y such that residual - sum_l y_l rows_l is orthogonal to every row."""
        if not rows:
            return []
        scales = [lcm(*(x.denominator for x in row)) for row in rows]
        whole = [
            [int(x * scale) for x in row] for row, scale in zip(rows, scales, strict=True)
        ]
        weighted = [list(map(mul, self.problem.weights, row)) for row in whole]
        gram = [[sum(map(mul, row, other)) for other in whole] for row in weighted]
        right = [Fraction(sum(map(mul, row, residual))) for row in weighted]
        solution = solve_semidefinite(gram, right)
        if solution is None:
            return None
        return [value * scale for value, scale in zip(solution, scales, strict=True)]

    def _fine_scale(self, node: Sequence[Slot], proposal: Proposal) -> int:
        # The rounding of one coefficient moves the fit by at most largest/scale; residuals of
        # the size of one part in 10^9 of the typical response do not matter for a proposal.
        largest = max(max(map(abs, self.phi(ray))) for _, cone in node for ray in cone.rays)
        typical = max(max(map(abs, self.targets)) // 1000, 1)
        return int(10**9 * max(largest, 1) // typical) + 1

    def _encode(
        self,
        node: Sequence[Slot],
        scale: int,
        fit: Sequence[Fraction],
        residuals: dict[int, Fraction],
        mixtures: list[dict[int, int]],
    ) -> DualLeaf:
        common = lcm(*(value.denominator for value in (*fit, *residuals.values())))
        whole = [int(value * common) for value in fit]
        values = [int(residuals[i] * common) for i in sorted(residuals)]
        divisor = gcd(scale * common, *whole, *values)
        leaf = DualLeaf(
            scale * common // divisor,
            tuple(value // divisor for value in whole),
            tuple(value // divisor for value in values),
            (),
        )
        residual = self._residual(node, leaf)
        listed = tuple(
            mixtures[j].get(i, 0)
            for j, (sign, cone) in enumerate(node)
            for i in self.undecided(cone)
            if sign * residual[i] < 0
        )
        return DualLeaf(leaf.scale, leaf.fit, leaf.residuals, listed)

    def _normal_equations(
        self, columns: list[list[int]], weights: Sequence[int]
    ) -> tuple[list[list[int]], list[int]]:
        weighted = [list(map(mul, weights, column)) for column in columns]
        gram = [[sum(map(mul, row, column)) for column in columns] for row in weighted]
        return gram, [sum(map(mul, row, self.targets)) for row in weighted]

    def exact_minimum(
        self, node: Sequence[Slot]
    ) -> tuple[DualLeaf, Fraction, list[tuple[int, tuple[Fraction, ...]]]]:
        """Solve a node without undecided points exactly.

        Returns
        -------
        leaf : DualLeaf
            Its bound is the minimum over the node.
        offset : Fraction
            Output bias of the minimiser in the integer problem.
        neurons : list of (sign, u) with u in the cone of the slot
        """
        rays = [(sign, ray) for sign, cone in node for ray in cone.rays]
        columns = [[sign * x for x in self.phi(ray)] for sign, ray in rays]
        free = 0
        if self.problem.output_bias:
            columns.insert(0, [1] * self.problem.size)
            free = 1
        gram, moment = self._normal_equations(columns, self.problem.weights)
        solution = solve_nonnegative(gram, moment, free=free)
        offset = solution[0] if free else Fraction(0)
        coefficients = solution[free:]
        values = iter(coefficients)
        neurons = []
        for sign, cone in node:
            neuron = [Fraction(0)] * self.fan.dimension
            for ray in cone.rays:
                value = next(values)
                neuron = [x + value * y for x, y in zip(neuron, ray, strict=True)]
            neurons.append((sign, tuple(neuron)))
        leaf = self._encode(node, 1, solution, {}, [{} for _ in node])
        return leaf, offset, neurons
