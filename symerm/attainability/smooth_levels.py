"""Levels of shapes that lie in a box: lower bounds, residuals and signs of derivatives.

For shapes u within rho_i of a centre m and a level B < Q put h(u) = (Q - B) D(u) - N(u)^2, so that
G(u) >= B iff h(u) >= 0.  D is convex and N linear, so h(u) >= h(m) - sum |dh/du_i(m)| rho_i -
(sum w_i |d_i| rho_i)^2.  The derivative of G along a curve is -2 v sum w_i r_i u_i' with balls for
v = N/D, the residuals r_i and u_i'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb

from symerm.arithmetic.balls import ball
from symerm.attainability.smooth_problem import ShapeProblem

__all__ = ["Levels", "StepRegion"]


class Levels:
    """The loss of one problem on boxes of shapes, in balls.

    Parameters
    ----------
    problem : ShapeProblem

    Examples
    --------
    >>> from symerm.attainability.smooth_problem import shape_problem
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> data = Dataset.from_rows([0, 1, 2], [0, 2, 1])
    >>> levels = Levels(shape_problem(Problem(data, Architecture(1))))
    >>> half = arb(0.5)
    >>> levels.above([half], Fraction(1)), levels.above([half], Fraction(2))
    (True, False)
    """

    def __init__(self, problem: ShapeProblem) -> None:
        self.problem = problem
        self.weights = problem.weights
        self.total = sum(problem.weights)
        self.deviations = [ball(d) for d in problem.deviations]
        pairs = zip(problem.weights, problem.deviations, strict=True)
        self.pulls = [ball(w * d) for w, d in pairs]
        first, last = problem.weights[0], problem.weights[-1]
        # D is at least what the two ends contribute.
        self.least_spread = ball(Fraction(first * last, first + last))

    def above(self, inner: Sequence[Any], level: Fraction) -> bool:
        """Whether G > level is proved for all shapes in the balls."""
        shape = [arb(0), *inner, arb(1)]
        middle, radii = [arb(u.mid()) for u in shape], [arb(u.rad()) for u in shape]
        room = ball(self.problem.square - level)
        mean, top = self._mean(middle), self._top(middle)
        value = room * self._spread(middle, mean) - top * top
        lost, moved = arb(0), arb(0)
        for w, p, m, rho in zip(self.weights, self.pulls, middle, radii, strict=True):
            lost += 2 * abs(room * (w * (m - mean)) - top * p) * rho
            moved += abs(p) * rho
        return bool(value - lost - moved * moved > 0)

    def fit(self, inner: Sequence[Any]) -> tuple[Any, list[Any]]:
        """Balls of v and of w_i r_i for i = 2, .., n - 1."""
        shape = [arb(0), *inner, arb(1)]
        middle, radii = [arb(u.mid()) for u in shape], [arb(u.rad()) for u in shape]
        mean = self._mean(middle)
        spread, lost, gained = self._spread(middle, mean), arb(0), arb(0)
        for w, m, rho in zip(self.weights, middle, radii, strict=True):
            lost += 2 * w * abs(m - mean) * rho
            gained += w * rho * rho
        least = (spread - lost).max(self.least_spread)
        v = self._top(shape) / least.union(spread + lost + gained)
        ranged = self._mean(shape)
        rows = list(zip(self.weights, self.deviations, shape, strict=True))[1:-1]
        return v, [w * (d - v * (u - ranged)) for w, d, u in rows]

    def level(self, inner: Sequence[Any]) -> Any:
        """G of one shape that is known up to small balls."""
        shape = [arb(0), *inner, arb(1)]
        top = self._top(shape)
        return ball(self.problem.square) - top * top / self._spread(shape, self._mean(shape))

    def slope(self, v: Any, residuals: Sequence[Any], derivatives: Sequence[Any]) -> Any:
        """The derivative of G along a curve of shapes with these derivatives."""
        pairs = zip(residuals, derivatives, strict=True)
        return -2 * v * sum((r * du for r, du in pairs), arb(0))

    def _top(self, shape: Sequence[Any]) -> Any:
        return sum((p * u for p, u in zip(self.pulls, shape, strict=True)), arb(0))

    def _mean(self, shape: Sequence[Any]) -> Any:
        total = sum((w * u for w, u in zip(self.weights, shape, strict=True)), arb(0))
        return total / self.total

    def _spread(self, shape: Sequence[Any], mean: Any) -> Any:
        # Products, since powers of balls around zero are not finite.
        moved = [u - mean for u in shape]
        return sum((w * y * y for w, y in zip(self.weights, moved, strict=True)), arb(0))


@dataclass(frozen=True)
class StepRegion:
    """Shapes near a step: u_i <= eps for i < j, u_i >= 1 - eps for i > j, u_j free.

    All shapes with r >= steepest lie in one of these regions; eta bounds exp(-2 r gap) for
    the smallest gap between neighbours, and eps = eta + sqrt(eta).

    Attributes
    ----------
    place : int
        The index j from 1 to n - 2, counted from zero.
    size : int
        Number n of inputs.
    root_eta : arb
        An upper bound of sqrt(eta).
    tilt : Fraction
        2 R ((x_j - x_(j-1)) - (x_(j+1) - x_j)) for the least r, R: the larger, the faster u_(j-1)
        vanishes in comparison with 1 - u_(j+1).
    """

    place: int
    size: int
    root_eta: Any
    tilt: Fraction

    @property
    def eps(self) -> Any:
        """How far the entries are from the step."""
        return self.root_eta * (1 + self.root_eta)

    def shapes(self, low: Fraction, high: Fraction) -> list[Any]:
        """Balls of u_2, .., u_(n-1) where low <= u_j <= high."""
        near, far = arb(0).union(self.eps), (1 - self.eps).union(arb(1))
        free = ball(low).union(ball(high))
        places = range(1, self.size - 1)
        return [near if i < self.place else free if i == self.place else far for i in places]

    def uphill(self, levels: Levels, low: Fraction, high: Fraction) -> bool:
        """Whether every network with low <= u_j <= high has a larger level than some step.

        The step has the same u_j, or is the jump next to it if low is 0 or high is 1.
        """
        v, residuals = levels.fit(self.shapes(low, high))
        # The derivatives of G by u_i (up to a factor 2), turned so that they should be positive.
        rising = [-v * r for r in residuals]
        left, free, right = (
            rising[: self.place - 1], rising[self.place - 1], rising[self.place:]
        )
        right = [-g for g in right[::-1]]
        first, second = _lead(left, self._kappa), _lead(right, self._kappa)
        return bool(
            (first > 0 and second > 0)
            or (low == 0 and second > 0 and _lead([*left, free], self.eps) > 0)
            or (high == 1 and first > 0 and _lead([*right, -free], self.eps) > 0)
            or (left and right and self._outweighs(first, second, low, high))
        )

    def _outweighs(self, first: Any, second: Any, low: Fraction, high: Fraction) -> bool:
        """Whether one side outweighs the other, whose increments are at least as small."""
        eta = self.root_eta * self.root_eta
        least = (1 - eta) * (1 - eta)
        fading = ball(-abs(self.tilt)).exp()
        if self.tilt >= 0 and second > 0:
            gain = second * least * (1 - self.eps) * ball((1 - high) ** 2)
            return bool(gain + first * fading * ball(high**2) > 0)
        if self.tilt <= 0 and first > 0:
            gain = first * least * ball(low**2)
            return bool(gain + second * (1 + self.root_eta) * fading * ball((1 - low) ** 2) > 0)
        return False

    @property
    def _kappa(self) -> Any:
        return self.root_eta * self.root_eta * (1 + self.root_eta)


def _lead(derivatives: Sequence[Any], ratio: Any) -> Any:
    """A bound of the sum of terms relative to the last one; the others are smaller by a ratio."""
    if not derivatives:
        return arb(1)
    others = sum((g.lower().min(arb(0)) for g in derivatives[:-1]), arb(0))
    return derivatives[-1].lower() + ratio * others
