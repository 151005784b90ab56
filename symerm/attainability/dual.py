"""Exact dual bounds for one output: the leaves of the proof.

Fix output signs sigma_j and cones K_j.  Let r be any vector with sum w_i r_i = 0 (with output
bias) such that for every neuron j and every ray rho of K_j

    V = sigma_j sum_i w_i r_i psi_ij(rho) <= 0,

where psi = phi(z_i(rho)), except at points i undecided on K_j with sigma_j r_i < 0, where psi may
be any mixture of the lower bounds h z_i(rho) and g z_i(rho).  As phi is convex, sigma_j sum_i
w_i r_i phi(z_i(u)) <= 0 for every u in K_j, hence <r, Y>_w <= 0 for every realised Y and

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

#: Mixtures of the two lower bounds are multiples of 1/MIXTURE_UNIT.
MIXTURE_UNIT = 2**20

#: Projections that may follow one another while signs change.
_PROJECTIONS = 5
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
        bound h z in units of 1/MIXTURE_UNIT; the rest goes to g z
    """

    scale: int
    fit: IntVector
    residuals: IntVector
    mixtures: IntVector


class DualBounds:
    """Evaluates and constructs dual leaves of one problem with a single output.

    Parameters
    ----------
    problem : ScaledProblem
    fan : Fan
    unit, mean : the scale and origin in which proposals are given
    """

    def __init__(
        self, problem: ScaledProblem, fan: Fan, *, unit: int = 1, mean: Fraction = Fraction(0)
    ) -> None:
        self.problem = problem
        self.fan = fan
        self.targets = [row[0] for row in problem.targets]
        self.unit = unit
        self.mean = mean
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

    def some_undecided(self, node: Sequence[Slot]) -> tuple[int, int] | None:
        """A (slot, point) that is undecided, or None; floats may have lost some to underflow."""
        for j, (_, cone) in enumerate(node):
            for i in self.undecided(cone):
                return j, i
        return None

    def bound(self, node: Sequence[Slot], leaf: DualLeaf) -> Fraction | None:
        """The lower bound that a leaf proves on its node, or None if it proves nothing.

        The bound is on the loss of the integer problem.
        """
        residual = self._residual(node, leaf)
        weighted = list(map(mul, self.problem.weights, residual))
        if self.problem.output_bias and sum(weighted) != 0:
            return None
        mixtures = iter(leaf.mixtures)
        if any(not 0 <= part <= MIXTURE_UNIT for part in leaf.mixtures):
            return None
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
        return int(sign * value)

    def _residual(self, node: Sequence[Slot], leaf: DualLeaf) -> list[int]:
        fit = iter(leaf.fit)
        offset = next(fit) if self.problem.output_bias else 0
        values = [leaf.scale * target - offset for target in self.targets]
        for sign, cone in node:
            for ray in cone.rays:
                factor = sign * next(fit)
                if factor:
                    phi = self.phi(ray)
                    values = [v - factor * x for v, x in zip(values, phi)]  # noqa: B905
        for i, value in zip(self._all_undecided(node), leaf.residuals, strict=True):
            values[i] = value
        return values

    def _all_undecided(self, node: Sequence[Slot]) -> list[int]:
        return sorted({i for _, cone in node for i in self.undecided(cone)})

    def trivial(self, node: Sequence[Slot]) -> DualLeaf:
        """The zero vector: it proves no more than that a loss is not negative."""
        rays = sum(len(cone.rays) for _, cone in node) + int(self.problem.output_bias)
        return DualLeaf(1, (0,) * rays, (0,) * len(self._all_undecided(node)), ())

    def checked_bound(self, node: Sequence[Slot], leaf: DualLeaf) -> Fraction | None:
        """As `bound`, for a leaf that may have lists of the wrong length: it proves nothing."""
        rays = sum(len(cone.rays) for _, cone in node) + int(self.problem.output_bias)
        if leaf.scale < 1 or len(leaf.fit) != rays:
            return None
        if len(leaf.residuals) != len(self._all_undecided(node)):
            return None
        residual = self._residual(node, leaf)
        lowered = sum(
            sign * residual[i] < 0 for sign, cone in node for i in self.undecided(cone)
        )
        if lowered != len(leaf.mixtures):
            return None
        return self.bound(node, leaf)

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
        scale = self._fine_scale(proposal)
        factor = scale * self.unit
        residuals = {i: _whole(proposal.residuals.get(i, 0.0), factor) for i in undecided}
        chosen = proposal.active if optimal else proposal.tied
        kept = set(chosen)
        fit = [
            0 if optimal and at not in kept else _whole(value, factor, height)
            for at, (value, height) in enumerate(
                zip(proposal.coefficients, proposal.heights, strict=True)
            )
        ]
        bias = int(self.problem.output_bias)
        offset = _whole(proposal.offset, factor) + int(self.mean * scale)
        whole = [offset] * bias + fit
        positions = [0] * bias + [at + bias for at in chosen]
        for _ in range(_PROJECTIONS):
            start = DualLeaf(scale, tuple(whole), tuple(residuals[i] for i in undecided), ())
            residual = self._residual(node, start)
            rows = self._condition_rows(node, residual, mixtures, chosen)
            change = self._project(rows, residual)
            if change is None:
                return None
            # The rows carry a factor MIXTURE_UNIT, which the fit takes up.
            numerators, denominator = change
            exact = [value * denominator for value in whole]
            for position, value in zip(positions, numerators, strict=True):
                exact[position] += MIXTURE_UNIT * value
            moved = [
                residuals[i] * denominator
                - sum(value * row[i] for row, value in zip(rows, numerators, strict=True))
                for i in undecided
            ]
            if all(
                value * residuals[i] > 0 or value == residuals[i]
                for i, value in zip(undecided, moved, strict=True)
            ):
                break
            # A residual has changed its sign and with it its condition: once more from there.
            whole = [value // denominator for value in exact]
            residuals = {i: value // denominator for i, value in zip(undecided, moved, strict=True)}
        return self._encode(node, scale * denominator, exact, moved, mixtures)

    def _condition_rows(
        self,
        node: Sequence[Slot],
        residual: list[int],
        mixtures: list[dict[int, int]],
        chosen: list[int],
    ) -> list[list[int]]:
        """MIXTURE_UNIT times the vectors psi of the chosen rays, after the one of the bias."""
        rows: list[list[int]] = []
        if self.problem.output_bias:
            rows.append([MIXTURE_UNIT] * self.problem.size)
        rays = [(j, sign, ray) for j, (sign, cone) in enumerate(node) for ray in cone.rays]
        on, off = self.problem.slope_on, self.problem.slope_off
        for k in chosen:
            j, sign, ray = rays[k]
            row = [MIXTURE_UNIT * sign * value for value in self.phi(ray)]
            z = self.fan.values(ray)
            for i in self.undecided(node[j][1]):
                if sign * residual[i] < 0:
                    part = mixtures[j].get(i, 0)
                    row[i] = sign * (on * part + off * (MIXTURE_UNIT - part)) * z[i]
            rows.append(row)
        # A residual of zero stays zero; any other value would have another condition.
        for i in self._all_undecided(node):
            if residual[i] == 0:
                for row in rows:
                    row[i] = 0
        return rows

    def _project(
        self, rows: list[list[int]], residual: list[int]
    ) -> tuple[list[int], int] | None:
        """Coefficients y such that residual - sum_l y_l rows_l is orthogonal to every row."""
        weighted = [list(map(mul, self.problem.weights, row)) for row in rows]
        gram = [[sum(map(mul, row, other)) for other in rows] for row in weighted]
        return solve_semidefinite(gram, [sum(map(mul, row, residual)) for row in weighted])

    def _fine_scale(self, proposal: Proposal) -> int:
        # Rounding one coefficient moves the fit by at most height/scale; one part in 10^9 of the
        # unit is far below the margin that proposals keep.
        return 10**9 * max(proposal.heights) // self.unit + 1

    def _encode(
        self,
        node: Sequence[Slot],
        scale: int,
        fit: list[int],
        residuals: list[int],
        mixtures: list[dict[int, int]],
    ) -> DualLeaf:
        divisor = gcd(scale, *fit, *residuals)
        given = dict(zip(self._all_undecided(node), residuals, strict=True))
        listed = tuple(
            mixtures[j].get(i, 0)
            for j, (sign, cone) in enumerate(node)
            for i in self.undecided(cone)
            if sign * given[i] < 0
        )
        return DualLeaf(
            scale // divisor,
            tuple([value // divisor for value in fit]),
            tuple([value // divisor for value in residuals]),
            listed,
        )

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
        scale = lcm(*(value.denominator for value in solution))
        whole = [int(value * scale) for value in solution]
        leaf = self._encode(node, scale, whole, [], [{} for _ in node])
        return leaf, offset, neurons


def _whole(value: float, factor: int, divisor: int = 1) -> int:
    """An integer near value * factor / divisor, for integers beyond the range of floats."""
    return int(value * 2.0**60) * factor // (divisor << 60)
