"""Power series that tell all points apart without a bias.

Theorem.  Let act be analytic on the line, act(z) = sum a_k z^k near 0.  The kernel of bias-free
features is positive definite on all finite sets of distinct points if and only if a_0 != 0 and
infinitely many a_k of even and of odd degree are not zero.  Proof: sum_i c_i act(<w, x_i>) = 0 for
small w gives sum_i c_i <w, x_i>^k = 0 if a_k != 0.  Take w with |<w, x_i>| distinct up to
antipodes; along even and odd k the largest term gives c_x + c_(-x) = 0 = c_x - c_(-x), and so on
down; a_0 settles 0.  Else `PowerSeries.confused_points` is singular: 0 alone, or more pairs
{x, -x} than even (or odd) powers.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symerm.errors import UnsupportedError

__all__ = ["PowerSeries", "power_series"]


@dataclass(frozen=True)
class PowerSeries:
    """Which coefficients of an activation's power series are not zero.

    Attributes
    ----------
    name : str
    even, odd : tuple of int or None
        The even and odd degrees k with a_k != 0; None if they are infinitely many.
    constant : bool
        Whether a_0 != 0.
    """

    name: str
    constant: bool
    even: tuple[int, ...] | None
    odd: tuple[int, ...] | None

    @property
    def definite(self) -> bool:
        """Whether the bias-free kernel is positive definite on all sets of distinct points."""
        return self.constant and self.even is None and self.odd is None

    def confused_points(self) -> tuple[tuple[Fraction, ...], ...] | None:
        """Distinct points of the line on which the kernel is singular; None if there are none.

        Examples
        --------
        >>> [tuple(map(int, point)) for point in power_series("logistic").confused_points()]
        [(1,), (-1,), (2,), (-2,)]
        """
        if self.definite:
            return None
        if not self.constant:
            return ((Fraction(0),),)
        degrees = min((part for part in (self.even, self.odd) if part is not None), key=len)
        # More pairs than powers: some combination of pairs is orthogonal to all of these.
        count = len(degrees) + 1
        return tuple((Fraction(s * t),) for t in range(1, count + 1) for s in (1, -1))


_SERIES = (
    PowerSeries("tanh", False, (), None),
    PowerSeries("erf", False, (), None),
    PowerSeries("logistic", True, (0,), None),
    PowerSeries("sincos", True, None, None),
    PowerSeries("quadratic", False, (2,), ()),
)


def power_series(name: str) -> PowerSeries:
    """The pattern of the power series of tanh, erf, logistic, sincos or quadratic.

    Raises
    ------
    UnsupportedError
        If the activation has no such series.

    Examples
    --------
    >>> power_series("sincos").definite, power_series("tanh").definite
    (True, False)
    """
    for series in _SERIES:
        if series.name == name:
            return series
    raise UnsupportedError(
        f"{name} has no power series here (use {', '.join(s.name for s in _SERIES)})"
    )
