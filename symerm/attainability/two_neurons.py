"""Two neurons on the line and several outputs: is the infimum attained?

The closure of the realised planes consists of the cells of `planes` with the boundary strata.

- **Attained** if no stratum has a loss below that of some network: a minimiser over the closure,
  which is compact, is then realised or ties with that network.
- **Not attained** if, at some level above the loss of a stratum plane, every cell has a loss of
  at least the level except regions in which the loss falls strictly towards the stratum: then
  every realised plane is strictly above the minimum of the strata, which is the infimum.

Both are proved in integers; what is left is **undecided** with certified bounds.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import isqrt

from symerm.arrangements.neuron_curve import NeuronCurve, neuron_curve
from symerm.attainability.exterior import ExteriorForms, Table
from symerm.attainability.plane_proof import (
    CellProof,
    PlaneProver,
    SlopeRegion,
    compact,
    stratum_minimum_at_least,
)
from symerm.attainability.plane_search import PlaneGuess, PlaneSampler, simplified
from symerm.attainability.planes import Cell, Corner, Triangle, cells_of
from symerm.attainability.scaled import ScaledProblem

__all__ = ["PlaneDecision", "PlaneProblem", "decide_planes"]

_E0, _E1 = (1, 0, 0), (0, 1, 0)
#: How far between the stratum's loss and the next one the level of a proof is put.
_LEVELS = tuple(Fraction(1, 2**k) for k in (1, 3, 6, 10, 14, 18, 22, 26))


@dataclass(frozen=True)
class PlaneProblem:
    """A problem with one input, width two, and its cells of planes."""

    scaled: ScaledProblem
    curve: NeuronCurve
    forms: ExteriorForms
    cells: tuple[Cell, ...]

    @classmethod
    def of(cls, scaled: ScaledProblem) -> PlaneProblem:
        """The curve, tables and cells of a scaled problem."""
        curve = neuron_curve(
            scaled.forms,
            (scaled.slope_on, scaled.slope_off),
            hidden_bias=scaled.hidden_bias,
            modulo_constants=scaled.output_bias,
        )
        forms = ExteriorForms.of(scaled, [vertex.image for vertex in curve.vertices])
        return cls(scaled, curve, forms, tuple(cells_of(curve)))

    def loss(self, index: int, coordinates: Sequence[int]) -> Fraction:
        """The scaled loss of a plane of a cell."""
        cell = self.cells[index]
        if isinstance(cell, Corner):
            return self.forms.loss(cell.plane)
        if isinstance(cell, Triangle):
            return self.forms.loss(cell.plane(coordinates))
        return self.forms.loss(cell.plane(coordinates[:2], coordinates[2:]))


@dataclass(frozen=True)
class PlaneDecision:
    """What was proved.

    Attributes
    ----------
    verdict : str
    lower : Fraction
        Proved lower bound of the scaled loss.
    best : (cell, coordinates, scaled loss) of the best realised plane
    stratum : (cell, coordinates, scaled loss) of the stratum plane, if not attained
    level : Fraction or None
        The level of a proof of non-attainment.
    proofs : one per cell, empty if the lower bound is zero and needs none
    reason : str
    """

    verdict: str
    lower: Fraction
    best: tuple[int, tuple[int, ...], Fraction]
    stratum: tuple[int, tuple[int, ...], Fraction] | None
    level: Fraction | None
    proofs: tuple[CellProof, ...]
    reason: str
    statistics: dict[str, int] = field(default_factory=dict)


def decide_planes(
    problem: PlaneProblem, *, tolerance: Fraction, deadline: float | None = None
) -> PlaneDecision:
    """Decide a problem of two neurons with one input.

    Parameters
    ----------
    problem : PlaneProblem
    tolerance : Fraction
        Relative width of the enclosure of the infimum.
    deadline : float, optional
        Time of `time.monotonic` after which no further proof is begun.
    """
    return _Decision(problem, tolerance, deadline).decide()


class _Decision:
    def __init__(
        self, problem: PlaneProblem, tolerance: Fraction, deadline: float | None
    ) -> None:
        self.problem, self.tolerance, self.deadline = problem, tolerance, deadline
        self.prover = PlaneProver(problem.forms)
        self.tables: dict[int, tuple[Table, Table]] = {
            k: cell.tables(problem.forms)
            for k, cell in enumerate(problem.cells)
            if isinstance(cell, Triangle)
        }

    def decide(self) -> PlaneDecision:
        guesses = PlaneSampler(self.problem.forms, self.problem.cells).minima()
        realised = [g for g in guesses if not g.on_stratum and not self._near_stratum(g)]
        strata = [g for g in guesses if g.on_stratum]
        best = min((self._exact(g) for g in realised[:8]), key=lambda found: found[2])
        stratum = min(
            (self._exact(g) for g in strata[:8]), key=lambda found: found[2], default=None
        )
        if stratum is not None and stratum[2] == 0 < best[2]:
            decision = self._exact_fit(best, stratum)
            if decision is not None:
                return decision
        attempts = [self._attained, self._not_attained]
        if stratum is not None and stratum[2] < best[2]:
            attempts.reverse()
        for attempt in attempts:
            if self._late():
                break
            decision = attempt(best, stratum)
            if decision is not None:
                return decision
        return self._undecided(best, stratum)

    def _late(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline

    def _near_stratum(self, guess: PlaneGuess) -> bool:
        """Whether a guess in a triangle has run into the stratum up to the search's accuracy."""
        if guess.cell not in self.tables or not guess.coordinates:
            return False
        den, _ = self.tables[guess.cell]
        y0, y1, y2 = guess.coordinates
        if y0 == 0 or y1 == 0:
            return False
        return y2 * y2 * den[2][2] * 10**10 < y0 * y0 * den[0][0] + y1 * y1 * den[1][1]

    def _exact(self, guess: PlaneGuess) -> tuple[int, tuple[int, ...], Fraction]:
        """A plane with small coordinates near the guess, worse by little of the tolerance."""
        best = guess.coordinates
        loss = self.problem.loss(guess.cell, best)
        for size in (10, 100, 10**3, 10**4, 10**5, 10**6, 10**8):
            simpler = simplified(best, size)
            if simpler is None:
                continue
            value = self.problem.loss(guess.cell, simpler)
            if value <= loss * (1 + self.tolerance / 10):
                return guess.cell, simpler, value
        return guess.cell, best, loss

    # -- attained ---------------------------------------------------------------------------

    def _attained(
        self, best: tuple[int, tuple[int, ...], Fraction], stratum: object
    ) -> PlaneDecision | None:
        loss = best[2]
        if loss > 0:
            level = self.problem.forms.level(loss)
            if not all(
                stratum_minimum_at_least(den, num, level, _E0, _E1)
                for den, num in self.tables.values()
            ):
                return None
            if not all(
                isinstance(cell, Corner) or compact(self.problem.forms, cell)
                for cell in self.problem.cells
            ):
                return None
        found = self._lower(loss)
        if found is None:
            return None
        lower, proofs = found
        return PlaneDecision(
            "attained", lower, best, None, None, proofs,
            "no boundary stratum has a loss below that of the network",
            self._statistics(proofs),
        )

    def _exact_fit(
        self, best: tuple[int, tuple[int, ...], Fraction],
        stratum: tuple[int, tuple[int, ...], Fraction],
    ) -> PlaneDecision | None:
        """Not attained with infimum zero, if no two neurons span the responses.

        Where the responses have rank two modulo constants, only their own plane has loss zero.
        """
        if not self.problem.forms.spans_plane or realises_responses(self.problem):
            return None
        return PlaneDecision(
            "not-attained", Fraction(0), best, stratum, None, (),
            "a boundary stratum fits the responses exactly, and no two neurons span their plane",
            {"cells": len(self.problem.cells), "strata": len(self.tables), "steps": 0},
        )

    def _lower(self, loss: Fraction) -> tuple[Fraction, tuple[CellProof, ...]] | None:
        if loss == 0:
            return loss, ()
        lower = loss * (1 - self.tolerance)
        proofs = self._prove_all(lower, {})
        return None if proofs is None else (lower, proofs)

    def _prove_all(
        self, level: Fraction, regions: dict[int, SlopeRegion]
    ) -> tuple[CellProof, ...] | None:
        proofs = []
        for index, cell in enumerate(self.problem.cells):
            proof = self.prover.prove(cell, level, regions.get(index))
            if proof is None or self._late():
                return None
            proofs.append(proof)
        return tuple(proofs)

    # -- not attained -----------------------------------------------------------------------

    def _not_attained(
        self,
        best: tuple[int, tuple[int, ...], Fraction],
        stratum: tuple[int, tuple[int, ...], Fraction] | None,
    ) -> PlaneDecision | None:
        if stratum is None or stratum[2] >= best[2]:
            return None
        for part in _LEVELS:
            level = stratum[2] + part * (best[2] - stratum[2])
            regions = self._regions(level)
            if regions is None or self._late():
                continue
            proofs = self._prove_all(level, regions)
            if proofs is None:
                continue
            for lower in (stratum[2], stratum[2] * (1 - self.tolerance)):
                scaled = self.problem.forms.level(lower)
                if all(
                    stratum_minimum_at_least(
                        *self.tables[k], scaled, (*region.start, 0), (*region.end, 0)
                    )
                    for k, region in regions.items()
                ):
                    return PlaneDecision(
                        "not-attained", lower, best, stratum, level, proofs,
                        "the loss falls strictly towards a boundary stratum that no network "
                        "realises, and is higher everywhere else",
                        self._statistics(proofs),
                    )
        return None

    def _regions(self, level: Fraction) -> dict[int, SlopeRegion] | None:
        """Slope regions for all triangles whose stratum has planes below the level."""
        scaled = self.problem.forms.level(level)
        regions = {}
        for index, (den, num) in self.tables.items():
            if stratum_minimum_at_least(den, num, scaled, _E0, _E1):
                continue
            region = self._region(den, num, scaled)
            if region is None:
                return None
            regions[index] = region
        return regions

    def _region(self, den: Table, num: Table, level: tuple[int, int]) -> SlopeRegion | None:
        a, b = level
        q00, q01, q11 = (
            a * den[i][j] - b * num[i][j] for i, j in ((0, 0), (0, 1), (1, 1))
        )
        if q00 <= 0 or q11 <= 0:
            return None
        # The ratios y1/y0 with q00 + 2 q01 r + q11 r^2 < 0, a little enlarged.
        centre = Fraction(-q01, q11)
        spread = Fraction(q01 * q01 - q00 * q11, q11 * q11)
        half = _root_above(spread)
        for widen in (Fraction(1), Fraction(1, 5), Fraction(1, 50)):
            low, high = centre - half * (1 + widen), centre + half * (1 + widen)
            low = max(low, (centre - half) / 2)
            grain = int(8 / (half * widen)) + 10
            low, high = low.limit_denominator(grain), high.limit_denominator(grain)
            if not 0 < low < high:
                continue
            for shift in range(-20, 60, 2):
                height = (1, 1 << shift) if shift >= 0 else (1 << -shift, 1)
                region = SlopeRegion(
                    (low.denominator, low.numerator), (high.denominator, high.numerator), height
                )
                if self.prover.slopes(den, num, region):
                    return region
        return None

    # -- neither ----------------------------------------------------------------------------

    def _undecided(
        self,
        best: tuple[int, tuple[int, ...], Fraction],
        stratum: tuple[int, tuple[int, ...], Fraction] | None,
    ) -> PlaneDecision:
        target = best[2] if stratum is None else min(best[2], stratum[2])
        reason = (
            "the time limit was reached" if self._late()
            else "a boundary stratum and the realised planes tie, or nearly so"
        )
        for part in (self.tolerance, Fraction(1, 10**6), Fraction(1, 1000), Fraction(1, 10)):
            if target == 0 or self._late():
                break
            lower = target * (1 - part)
            proofs = self._prove_all(lower, {})
            if proofs is not None:
                return PlaneDecision(
                    "undecided", lower, best, None, None, proofs, reason,
                    self._statistics(proofs),
                )
        return PlaneDecision("undecided", Fraction(0), best, None, None, (), reason)

    def _statistics(self, proofs: Sequence[CellProof]) -> dict[str, int]:
        return {
            "cells": len(self.problem.cells),
            "strata": len(self.tables),
            "steps": sum(len(proof.steps) for proof in proofs),
        }


def realises_responses(problem: PlaneProblem) -> bool:
    """Whether the plane of the responses, of rank two, is spanned by two points of the curve.

    A point alpha a + beta b of a segment lies in that plane if its residual vanishes, which for
    residuals r_a, r_b means: one is zero, or they are opposite.
    """
    forms = problem.forms
    found: list[tuple[int, int]] = []
    for segment in problem.curve.segments:
        (a, b) = ((end.vertex, end.sign) for end in segment.ends)
        r_aa, r_bb = forms.residual(a[0], a[0]), forms.residual(b[0], b[0])
        r_ab = a[1] * b[1] * forms.residual(a[0], b[0])
        p_a = [a[1] * x for x in forms.shadow(a[0])]
        p_b = [b[1] * x for x in forms.shadow(b[0])]
        if r_aa == 0:
            found.append((p_a[0], p_a[1]))
        if r_bb == 0:
            found.append((p_b[0], p_b[1]))
        if r_aa and r_bb and r_ab < 0 and r_ab * r_ab == r_aa * r_bb:
            x, y = (r_bb * u - r_ab * v for u, v in zip(p_a, p_b, strict=True))
            found.append((x, y))
    return any(x * v != y * u for x, y in found for u, v in found)


def _root_above(value: Fraction) -> Fraction:
    """A rational a little above the square root of a non-negative rational."""
    scale = 10**12
    return Fraction(isqrt(int(value * scale * scale)) + 1, scale)
