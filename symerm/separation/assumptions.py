"""What the separation asks of a radial law, proved or refuted with the best constants.

With f the density of |x|: (1) P(|x| <= 2) >= C; (2) 0 < f <= q on [9/10, 41/20]; (3)
P(|x| >= t) <= c/t for all t > 0 (Safran, Lee 2021).  The best C is a value of the distribution
function; q and c are suprema, enclosed by branch and bound: a piece [s, t] has
t P(|x| >= s) as a bound in (3), and far out a bound with a proof takes over.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

from flint import arb

from symerm.arithmetic.balls import ball, ball_bounds
from symerm.errors import InputError
from symerm.separation.heavy_tailed import HeavyTailed
from symerm.separation.minimum import certified_minimum
from symerm.separation.two_spheres import TwoSpheres

__all__ = ["DENSITY_RANGE", "Assumptions", "Condition", "RadialLaw", "check_assumptions"]

RadialLaw = HeavyTailed | TwoSpheres
Bounds = tuple[Fraction, Fraction]

#: Where the density of the norm has to be positive and bounded.
DENSITY_RANGE: Bounds = (Fraction(9, 10), Fraction(41, 20))

#: Below it t P(|x| >= t) is at most t.
_NEAR = Fraction(1, 16)
#: Relative distance of the bounds of a supremum.
_TOLERANCE = Fraction(1, 10**4)
#: Farthest multiple of the order at which the distribution function is evaluated.
_FARTHEST = 64
#: Largest dimension, and dimension times scale, of a heavy-tailed law: some ten seconds.
_LARGEST = 500
_FASTEST = 400


@dataclass(frozen=True)
class Condition:
    """One condition on a law.

    Attributes
    ----------
    name : ``"mass"``, ``"positive"``, ``"bounded"`` or ``"tail"``
    statement : str
        Formulas stand between dollar signs, as in `reason`.
    holds : bool
        Proved if true, refuted if false.
    bounds : pair of Fraction or None
        Bounds of the best constant; of the least density for ``"positive"``.
    reason : str
        How it is proved, or where it fails.
    """

    name: str
    statement: str
    holds: bool
    bounds: Bounds | None
    reason: str


@dataclass(frozen=True)
class Assumptions:
    """The conditions on a law.

    Attributes
    ----------
    law : HeavyTailed or TwoSpheres
    mass, positive, bounded, tail : Condition
    """

    law: RadialLaw
    mass: Condition
    positive: Condition
    bounded: Condition
    tail: Condition

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions in the order of the paper."""
        return self.mass, self.positive, self.bounded, self.tail

    @property
    def hold(self) -> bool:
        """Whether all conditions hold as they are stated."""
        return all(condition.holds for condition in self.conditions)

    @property
    def constants(self) -> tuple[Fraction, Fraction, Fraction]:
        """C, q and c for which the bounds hold, to nine decimals.

        Raises
        ------
        InputError
            If the density is not bounded on its range.
        """
        if self.bounded.bounds is None or self.mass.bounds is None or self.tail.bounds is None:
            raise InputError(
                f"the law {self.law.name} in dimension {self.law.dimension} has no bound q of its "
                "density on [0.9, 2.05]; take another dimension or law"
            )
        unit = 10**9
        return (
            Fraction(floor(self.mass.bounds[0] * unit), unit),
            Fraction(ceil(self.bounded.bounds[1] * unit), unit),
            Fraction(ceil(self.tail.bounds[1] * unit), unit),
        )


def check_assumptions(law: RadialLaw) -> Assumptions:
    """Prove or refute the conditions on a law, with bounds of the best constants.

    Parameters
    ----------
    law : HeavyTailed or TwoSpheres

    Raises
    ------
    InputError
        If the dimension or the frequency of a heavy-tailed law is too large.

    Examples
    --------
    The second law has no mass beyond 2, so its density is not positive on all of [0.9, 2.05]:

    >>> found = check_assumptions(TwoSpheres(5))
    >>> found.mass.bounds, found.positive.holds, found.bounded.holds, found.tail.holds
    ((Fraction(1, 1), Fraction(1, 1)), False, True, True)
    >>> check_assumptions(HeavyTailed(5)).hold
    True
    """
    if isinstance(law, HeavyTailed):
        if law.dimension > _LARGEST or law.dimension * law.scale > _FASTEST:
            raise InputError(
                f"the heavy-tailed law is certified up to dimension {_LARGEST}, and dimension "
                f"times scale {_FASTEST}: give C, q and c instead of the law"
            )
        positive, bounded = _heavy_positive(law), _heavy_bounded(law)
    else:
        positive, bounded = _spheres_positive(law), _spheres_bounded(law)
    return Assumptions(law, _mass(law), positive, bounded, _tail(law))


def _mass(law: RadialLaw) -> Condition:
    bounds = ball_bounds(law.norm_cdf(arb(2)))
    return Condition(
        "mass", "$P(|x| <= 2) >= C$", True, bounds, "the distribution function at 2"
    )


_POSITIVE = "$f > 0$ on [0.9, 2.05]"
_BOUNDED = "$f <= q$ on [0.9, 2.05]"
_TAIL = "$P(|x| >= t) <= c/t$ for $t > 0$"


def _heavy_positive(law: HeavyTailed) -> Condition:
    low, high = DENSITY_RANGE
    least = ball_bounds(law.least_density(low, high))[0]
    above = ball_bounds(law.norm_density(ball(high)).min(law.norm_density(ball(low))))[1]
    return Condition(
        "positive", _POSITIVE, True, (least, above),
        "half the normal density, least at an end; the other half has zeros",
    )


def _heavy_bounded(law: HeavyTailed) -> Condition:
    def negative(x: Any) -> Any:
        middle = x.mid()
        return -(law.norm_density(middle) + law.norm_density_derivative(x) * (x - middle))

    low, high = DENSITY_RANGE
    scale = ball_bounds(law.norm_density(arb(1)))[0]
    found = certified_minimum(negative, low, high, tolerance=scale * _TOLERANCE)
    return Condition(
        "bounded", _BOUNDED, True, (-found.high, -found.low),
        f"{len(found.pieces)} pieces, mean-value form; close to it at {_short(found.point)}",
    )


def _spheres_positive(law: TwoSpheres) -> Condition:
    return Condition(
        "positive", _POSITIVE, False, None, "$f > 0$ on [0.9, 2), but $f(2.05) = 0$, as $|x| <= 2$"
    )


def _spheres_bounded(law: TwoSpheres) -> Condition:
    if law.dimension == 2:
        return Condition(
            "bounded", _BOUNDED, False, None, "$f = 1/(pi sqrt(1 - x^2/4))$ is unbounded below 2"
        )
    if law.dimension == 3:
        one = Fraction(1)
        return Condition("bounded", _BOUNDED, True, (one, one), "$f = x/2$ below 2")
    bounds = ball_bounds(law.density_maximum())
    square = Fraction(4 * (law.dimension - 2), 2 * law.dimension - 5)
    return Condition(
        "bounded", _BOUNDED, True, bounds, f"the maximum of f, at $x^2 = {square}$"
    )


def _tail(law: RadialLaw) -> Condition:
    """Bounds of sup t P(|x| >= t)."""
    far, beyond, limit, why = _far_end(law)

    def negative(x: Any) -> Any:
        return -x * (1 - law.norm_cdf(x))

    tolerance = _TOLERANCE * max(Fraction(1, 4), limit)
    found = certified_minimum(negative, _NEAR, far, tolerance=tolerance)
    lower = max(-found.high, limit)
    upper = max(-found.low, _NEAR, beyond)
    where = "the limit for t to infinity" if lower == limit else f"t = {_short(found.point)}"
    return Condition(
        "tail", _TAIL, True, (lower, upper),
        f"{len(found.pieces)} pieces up to t = {_short(far)}, {why}; close to it at {where}",
    )


def _far_end(law: RadialLaw) -> tuple[Fraction, Fraction, Fraction, str]:
    """Where to stop, bounds of the supremum beyond and of the limit, and the reason."""
    if isinstance(law, TwoSpheres):
        return Fraction(2), Fraction(0), Fraction(0), "no mass beyond"
    rate, order = law.frequency(), ball(law.order)
    limit = ball_bounds(law.tail_limit())
    far = Fraction(2)
    while not rate * ball(far) > 2 * order:
        far *= 2
    # A supremum near the limit needs a bound near it: go on as long as that is cheap.
    while True:
        beyond = ball_bounds(ball(far) * law.tail_bound(ball(far)))[1]
        cheap = rate * ball(far) < _FARTHEST * order
        if beyond <= max(Fraction(1, 5), limit[0] * (1 + _TOLERANCE)) or not cheap:
            return far, beyond, limit[0], "Bessel tail bound beyond"
        far *= 2


def _short(value: Fraction) -> str:
    return f"{float(value):.4g}"
