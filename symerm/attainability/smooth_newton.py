"""Newton's method for a shape of least level, in more digits than floating point has.

A level near its minimum is flat: floats find the place to half of their digits.  The gradient of
the level in the steep chart has a simple zero there, so a few Newton steps with differences of
gradients double the digits each.  The result is a proposal; its loss is enclosed afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from flint import ctx

from symerm.arithmetic.balls import ball
from symerm.attainability.smooth_charts import SteepChart
from symerm.attainability.smooth_levels import Levels
from symerm.attainability.smooth_networks import dyadic
from symerm.attainability.smooth_problem import ShapeProblem

__all__ = ["stationary_point"]

_STEPS, _BITS = 6, 110
_DIFFERENCE = Fraction(1, 2**45)


def stationary_point(
    problem: ShapeProblem, r: Fraction, xi: Fraction
) -> tuple[Fraction, Fraction]:
    """A point (r, xi) near the given one where the gradient of the level nearly vanishes.

    Parameters
    ----------
    problem : ShapeProblem
    r, xi : Fraction
        Where to begin, r > 0 and 0 <= xi <= 1/2.

    Returns
    -------
    (r, xi), the given point if Newton's method leads away or uphill from it

    Examples
    --------
    >>> from symerm.attainability.smooth_problem import shape_problem
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> data = Dataset.from_rows([-2, -1, 0, 1, 2], [-6, -4, 0, 4, 6])
    >>> _, xi = stationary_point(
    ...     shape_problem(Problem(data, Architecture(1))), Fraction(3), Fraction(49, 100))
    >>> abs(xi - Fraction(1, 2)) < Fraction(1, 10**12)
    True
    """
    chart, levels = SteepChart(problem.places, max(r, Fraction(1))), Levels(problem)

    def gradient(r: Fraction, xi: Fraction) -> list[Fraction]:
        box = ((r, r), (xi, xi))
        shapes = chart.shapes(box)
        v, residuals = levels.fit(shapes)
        return [
            dyadic(levels.slope(v, residuals, each), 2 * _BITS)
            for each in chart.derivatives(box, shapes)
        ]

    def level(r: Fraction, xi: Fraction) -> Fraction:
        return dyadic(levels.level(chart.shapes(((r, r), (xi, xi)))), 2 * _BITS)

    with ctx.workprec(3 * _BITS):
        place = _iterate(gradient, r, xi)
        return place if level(*place) < level(r, xi) else (r, xi)


def _iterate(
    gradient: Callable[[Fraction, Fraction], list[Fraction]], r: Fraction, xi: Fraction
) -> tuple[Fraction, Fraction]:
    """Newton's method with differences of gradients, as long as it stays near."""
    place = (r, xi)
    for _ in range(_STEPS):
        g, h = gradient(*place)
        ahead = gradient(place[0] + _DIFFERENCE, place[1])
        aside = gradient(place[0], place[1] + _DIFFERENCE)
        a, c = ((x - y) / _DIFFERENCE for x, y in zip(ahead, (g, h), strict=True))
        b, d = ((x - y) / _DIFFERENCE for x, y in zip(aside, (g, h), strict=True))
        determinant = a * d - b * c
        if not determinant:
            break
        moved = (
            place[0] - (d * g - b * h) / determinant, place[1] - (a * h - c * g) / determinant
        )
        away = abs(moved[0] / r - 1) > Fraction(1, 4) or not 0 <= moved[1] <= Fraction(3, 4)
        if away:
            break
        place = dyadic(ball(moved[0]), _BITS), dyadic(ball(moved[1]), _BITS)
    return place
