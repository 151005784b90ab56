"""The proof: boxes that cover all shapes, each closed by one of five arguments.

Let m be a shape of least level over the closure of the shapes, which is compact.  A box is closed
by *v* (its levels exceed an upper bound, so m is not in it), *c* (a derivative of the level does
not vanish, so m is not in it; by xi or q it is negative if the box touches the boundary), *e* (the
level rises away from the boundary, so if m is in it, m is no network) or *k* (kept: m may be in
it, and is a network if the box does not touch the boundary); *s* halves it.  Kept and edge boxes
carry a proof that the level of such an m is at least the lower bound.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb

from symerm.arithmetic.balls import ball
from symerm.attainability.smooth_charts import Box, Chart, FlatChart, SteepChart
from symerm.attainability.smooth_levels import Levels, StepRegion
from symerm.attainability.smooth_problem import ShapeProblem

__all__ = ["BoxProof", "prove"]

Step = tuple[str, ...] | tuple[str, int]
#: Halvings of a box before it is kept without the lower bound asked for.
_DEPTH = 120
_STEP_DEPTH = 24
_STEP_BOXES = 60
#: Products of r and the smallest gap that are tried for the end of the steep charts.
_STEEPNESS = tuple(Fraction(k, 2) for k in (2, 3, 4, 5, 6, 8, 12, 18, 30))
#: Larger than the difference between this enclosure and the checker's.
_MARGIN = Fraction(1, 2**110)


@dataclass(frozen=True)
class BoxProof:
    """Boxes that cover the shapes, as steps in depth-first order.

    Attributes
    ----------
    steepest : Fraction
        Beyond this r the shapes are close to steps.
    reach : tuple
        What the upper bound is: () for the network's loss, or the limit ("affine",) or
        ("step", j, theta), with j counted from zero.
    steps : tuple
        One for each box: the root of the flat chart, of the steep chart, of the steep chart of
        the mirrored data, and the steps j = 1, .., n - 2.
    upper, lower : Fraction
        Bounds of the least level.
    escapes, stays : bool
        Whether a box is left where a minimiser is no network, or may be one.
    """

    steepest: Fraction
    reach: tuple[str | int | Fraction, ...]
    steps: tuple[Step, ...]
    upper: Fraction
    lower: Fraction
    escapes: bool
    stays: bool


class _Budget:
    """Boxes and seconds that a search may still use."""

    def __init__(self, boxes: int, deadline: float | None) -> None:
        self.boxes, self.deadline = boxes, deadline

    def spend(self) -> bool:
        """Whether one more box may be halved."""
        self.boxes -= 1
        late = self.deadline is not None and time.monotonic() > self.deadline
        return self.boxes >= 0 and not late


class _Search:
    """Closes boxes; gathers the steps and what is left."""

    def __init__(
        self,
        problem: ShapeProblem,
        upper: Fraction,
        lower: Fraction,
        budget: _Budget,
        aim: str,
    ) -> None:
        self.problem, self.upper, self.lower, self.budget = problem, upper, lower, budget
        self.aim = aim
        self.steps: list[Step] = []
        self.escapes = self.stays = False
        self.least = upper  # what kept boxes prove

    def chart(self, chart: Chart, levels: Levels) -> None:
        """Close the boxes of a chart, depth first."""
        stack: list[tuple[Box, int]] = [(chart.root, 0)]
        while stack:
            box, depth = stack.pop()
            shapes = chart.shapes(box)
            if levels.above(shapes, self.upper + _MARGIN):
                self.steps.append(("v",))
                continue
            derivatives = chart.derivatives(box, shapes)
            step = self._close(chart, levels, box, shapes, derivatives)
            if step is None and (depth >= _DEPTH or not self.budget.spend()):
                step = self._keep(levels, shapes, box[1][0] == 0)
            if step is None:
                axis = _longest(box, derivatives)
                first, second = _halves(box, axis)
                stack += [(second, depth + 1), (first, depth + 1)]
                step = ("s", axis)
            self.steps.append(step)

    def _close(
        self,
        chart: Chart,
        levels: Levels,
        box: Box,
        shapes: Sequence[Any],
        derivatives: Sequence[Sequence[Any]],
    ) -> Step | None:
        """How a box that may hold good shapes is closed, if it can be."""
        touches = box[1][0] == 0
        v, residuals = levels.fit(shapes)
        slopes = [levels.slope(v, residuals, each) for each in derivatives]
        if _clear(slopes[0]):
            return ("c", 0)
        if _clear(slopes[1]) and (not touches or slopes[1] < 0):
            return ("c", 1)
        if touches and self.aim == "not-attained":
            edge: Box = (box[0], (Fraction(0), Fraction(0)))
            if _clear(slopes[1]) and self._bounded(chart, levels, edge):
                self.escapes = True
                return ("e",)
            return None
        may_stay = self.aim == "bounds" or not touches
        if self.aim != "not-attained" and may_stay and self._bounded(chart, levels, box):
            self.stays = True
            self.escapes |= touches
            return ("k",)
        return None

    def _bounded(self, chart: Chart, levels: Levels, box: Box) -> bool:
        """Whether the levels in a box are at least the lower bound, by the mean value theorem."""
        shapes = chart.shapes(box)
        if self.lower <= 0 or levels.above(shapes, self.lower + _MARGIN):
            return True
        along, away = ((low + high) / 2 for low, high in box)
        v, residuals = levels.fit(shapes)
        value = levels.level(chart.shapes(((along, along), (away, away))))
        derivatives = chart.derivatives(box, shapes)
        for (low, high), each in zip(box, derivatives, strict=True):
            if low < high:
                value -= abs(levels.slope(v, residuals, each)) * ball((high - low) / 2)
        return bool(value > ball(self.lower + _MARGIN))

    def _keep(self, levels: Levels, shapes: Sequence[Any], touches: bool) -> Step:
        """Keep a box with what can be proved of it at once."""
        self.stays = True
        self.escapes |= touches
        while self.least and not levels.above(shapes, self.least + _MARGIN):
            self.least = self.least / 2 if self.least > _MARGIN else Fraction(0)
        return ("k",)

    def step_region(self, region: StepRegion, levels: Levels) -> None:
        """Close the region of a step, halving the range of its free value."""
        stack = [(Fraction(0), Fraction(1), 0)]
        while stack:
            low, high, depth = stack.pop()
            shapes = region.shapes(low, high)
            step: Step
            if levels.above(shapes, self.upper + _MARGIN):
                step = ("v",)
            elif (
                self.aim == "not-attained"
                and region.uphill(levels, low, high)
                and step_minimum(self.problem, region.place, low, high)[0] >= self.lower
            ):
                self.escapes = True
                step = ("e",)
            elif self.aim == "bounds" and levels.above(shapes, self.lower + _MARGIN):
                self.stays = self.escapes = True
                step = ("k",)
            elif depth >= _STEP_DEPTH or not self.budget.spend():
                step = self._keep(levels, shapes, True)
            else:
                middle = (low + high) / 2
                stack += [(middle, high, depth + 1), (low, middle, depth + 1)]
                step = ("s", 0)
            self.steps.append(step)


def step_minimum(
    problem: ShapeProblem, place: int, low: Fraction, high: Fraction
) -> tuple[Fraction, Fraction]:
    """The least level of the steps (0, .., 0, theta, 1, .., 1) with its theta in [low, high].

    N^2/D has one critical point besides the zero of N: with N = p + q theta and
    D = a + b theta + c theta^2, 2 q D = N D' is linear in theta.
    """
    def shape(theta: Fraction) -> tuple[Fraction, ...]:
        before, after = place, problem.size - place - 1
        return (*[Fraction(0)] * before, theta, *[Fraction(1)] * after)

    (p, a), (top, all_) = problem.fit_terms(shape(Fraction(0))), problem.fit_terms(
        shape(Fraction(1))
    )
    weight, total = problem.weights[place], sum(problem.weights)
    q, c = top - p, weight - Fraction(weight * weight, total)
    b = all_ - a - c
    # 2 q (a + b t + c t^2) = (p + q t)(b + 2 c t)
    slope = q * b - 2 * p * c
    candidates = [low, high]
    if slope:
        theta = (p * b - 2 * q * a) / slope
        if low < theta < high:
            candidates.append(theta)
    return min((problem.level(shape(theta)), theta) for theta in candidates)


def prove(
    problem: ShapeProblem,
    *,
    upper: Fraction,
    lower: Fraction,
    steepest: Fraction,
    aim: str,
    reach: tuple[str | int | Fraction, ...] = (),
    boxes: int = 20_000,
    deadline: float | None = None,
) -> BoxProof:
    """Cover the shapes of a problem with at least four inputs by boxes.

    Parameters
    ----------
    problem : ShapeProblem
        With responses that are not constant.
    upper, lower : Fraction
        An upper bound of the least level, below Q, and the lower bound that is wanted.
    steepest : Fraction
        Where the steep charts end, at least 1.
    aim : str
        What to prove: "attained", "not-attained" or, with no verdict in mind, "bounds".
    reach : tuple
        What the upper bound comes from; see `BoxProof`.
    boxes : int
        Number of boxes that may be halved.
    deadline : float, optional
        When to stop, as `time.monotonic` counts.
    """
    regions = step_regions(problem, steepest)
    budget = _Budget(boxes, deadline)
    search = _Search(problem, upper, lower, budget, aim)
    mirrored = problem.reversed()
    levels, turned = Levels(problem), Levels(mirrored)
    search.chart(FlatChart(problem.places), levels)
    search.chart(SteepChart(problem.places, steepest), levels)
    search.chart(SteepChart(mirrored.places, steepest), turned)
    for region in regions:
        search.step_region(region, levels)
    return BoxProof(
        steepest, reach, tuple(search.steps), upper,
        max(Fraction(0), min(lower, search.least)), search.escapes, search.stays,
    )


def choose_steepest(
    problem: ShapeProblem,
    *,
    upper: Fraction,
    lower: Fraction,
    aim: str,
    deadline: float | None = None,
) -> tuple[Fraction, bool]:
    """The least r from a short list beyond which the steps can be closed, or the last one.

    The second entry says whether they can; if not, there is no proof of the verdict.
    """
    levels = Levels(problem)
    gap = _smallest_gap(problem)
    steepest = Fraction(1)
    for times in _STEEPNESS:
        steepest = max(Fraction(1), times / gap)
        budget = _Budget(_STEP_BOXES * problem.size, deadline)
        search = _Search(problem, upper, lower, budget, aim)
        for region in step_regions(problem, steepest):
            search.step_region(region, levels)
            if search.stays:
                break
        else:
            return steepest, True
    return steepest, False


def _smallest_gap(problem: ShapeProblem) -> Fraction:
    return min(b - a for a, b in zip(problem.places, problem.places[1:], strict=False))


def step_regions(problem: ShapeProblem, steepest: Fraction) -> list[StepRegion]:
    """The regions that hold all shapes with r >= steepest."""
    root_eta = arb(ball(-steepest * _smallest_gap(problem)).exp().upper())
    x = problem.places
    return [
        StepRegion(j, problem.size, root_eta, 2 * steepest * (2 * x[j] - x[j - 1] - x[j + 1]))
        for j in range(1, problem.size - 1)
    ]


def _clear(slope: Any) -> bool:
    """Whether a derivative is not zero, by a margin."""
    return bool(slope.is_finite() and abs(slope).lower() > slope.rad() * arb(2) ** -30)


def _halves(box: Box, axis: int) -> tuple[Box, Box]:
    low, high = box[axis]
    middle = (low + high) / 2
    if axis == 0:
        return ((low, middle), box[1]), ((middle, high), box[1])
    return (box[0], (low, middle)), (box[0], (middle, high))


def _longest(box: Box, derivatives: Sequence[Sequence[Any]]) -> int:
    """The axis along which the shapes vary most."""
    lengths = [
        sum(float(du.abs_upper()) for du in each) * float(high - low)
        for (low, high), each in zip(box, derivatives, strict=True)
    ]
    return int(lengths[1] > lengths[0])
