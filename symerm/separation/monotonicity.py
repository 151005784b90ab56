r"""Interval proof that f_xi falls at least at a given rate, for all xi of an interval at once.

f_xi'(r) is affine in xi: on every piece of [r_0, r_1] its values for all xi lie between those of
the two ends of [xi_0, xi_1].  So min |f_xi'| over the rectangle is a minimum over r alone: of the
smaller absolute value if both ends have one sign, of 0 else.  Safran, Lee (2021) use the bound
1/600 on [9/10, 21/10] for xi in [9/20, 59/125].
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, ctx

from symerm.arithmetic.balls import ball
from symerm.errors import InputError
from symerm.separation.closed_forms import separating_slope
from symerm.separation.minimum import Piece, certified_minimum, require_interval

__all__ = ["RADII", "SLOPE_BOUND", "WEIGHTS", "MonotonicityProof", "prove_monotone"]

Interval = tuple[Fraction, Fraction]

#: The range of |x|, of xi, and the bound that the proof of the theorem uses.
RADII: Interval = (Fraction(9, 10), Fraction(21, 10))
WEIGHTS: Interval = (Fraction(9, 20), Fraction(59, 125))
SLOPE_BOUND = Fraction(1, 600)

_BITS = 96


@dataclass(frozen=True)
class MonotonicityProof:
    """Whether |f_xi'(r)| >= bound on a rectangle of r and xi.

    Attributes
    ----------
    radii, weights : pairs of Fraction
        The rectangle.
    bound : Fraction
        The bound that was asked for.
    status : ``"proved"``, ``"refuted"`` or ``"undecided"``
    sign : int
        The sign of f_xi' on the whole rectangle, 0 if it was not settled.
    smallest : pair of Fraction
        Bounds of the minimum of |f_xi'|.
    nearest : Fraction
        A radius at which, for some xi, |f_xi'| is at most the upper bound.
    pieces : tuple of Piece
        A cover of the radii; on each |f_xi'| >= its bound for all xi.
    failed : Piece or None
        The piece with the lowest bound, unless the proof succeeded.
    """

    radii: Interval
    weights: Interval
    bound: Fraction
    status: str
    sign: int
    smallest: Interval
    nearest: Fraction
    pieces: tuple[Piece, ...]
    failed: Piece | None

    @property
    def proved(self) -> bool:
        """Whether the bound holds."""
        return self.status == "proved"


def prove_monotone(
    *,
    bound: Fraction = SLOPE_BOUND,
    radii: Interval = RADII,
    weights: Interval = WEIGHTS,
    tolerance: Fraction = Fraction(1, 10**12),
    most_pieces: int = 2000,
) -> MonotonicityProof:
    """Prove or refute |f_xi'(r)| >= bound for all r and xi of two intervals.

    Parameters
    ----------
    bound : Fraction
        Positive.
    radii, weights : pairs of Fraction
        The range of r = |x| and of xi.
    tolerance : Fraction
        Width of the enclosure of the minimum of |f_xi'|.
    most_pieces : int
        Number of pieces at which to stop.

    Raises
    ------
    InputError
        If the bound is not positive or an interval is empty or negative.

    Examples
    --------
    >>> proof = prove_monotone()
    >>> proof.proved, proof.sign, float(proof.smallest[0])
    (True, -1, 0.00396...)
    >>> prove_monotone(bound=Fraction(1, 200)).status
    'refuted'
    """
    if bound <= 0:
        raise InputError(f"the bound of a slope must be positive, not {bound}")
    require_interval(*radii, "radii")
    require_interval(*weights, "weights")
    ends = [ball(weight) for weight in weights]

    def smallest_slope(radius: Any) -> Any:
        """min |f_xi'(r)| over all xi, for r in a ball."""
        slopes = [separating_slope(radius, weight) for weight in ends]
        if all(slope < 0 for slope in slopes) or all(slope > 0 for slope in slopes):
            return abs(slopes[0]).min(abs(slopes[1]))
        if slopes[0] * slopes[1] <= 0:
            return arb(0)
        return arb(0).union(abs(slopes[0]).min(abs(slopes[1])))

    with ctx.workprec(_BITS):
        found = certified_minimum(
            smallest_slope, *radii, tolerance=tolerance, most_pieces=most_pieces
        )
        # No zero on a connected rectangle: one sign, that of any point.
        sign = 0
        if found.low > 0:
            sign = 1 if separating_slope(ball(radii[0]), ends[0]) > 0 else -1
    status = "undecided"
    if found.low >= bound:
        status = "proved"
    elif found.high < bound:
        status = "refuted"
    worst = min(found.pieces, key=lambda piece: piece.bound)
    return MonotonicityProof(
        radii, weights, bound, status, sign, (max(found.low, Fraction(0)), found.high), found.point,
        found.pieces, None if status == "proved" else worst,
    )
