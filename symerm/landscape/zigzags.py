"""Residuals of critical points that are not global minima: zigzags, solved for exactly.

Let r = f - x on [0, 1].  A neuron with v != 0 and kink t inside, act' being 1 on its active side
and gamma elsewhere, gives int act' r = int x act' r = 0, and dc gives int r = 0.  So r has mean 0
on each piece between the kinks, hence the values h, -h, h, .. at 0, t_1, .., t_n, 1 with ONE
unknown h, and on a piece of length l the integral of x r is -(+-h) l^2/6.  The equations
int x act' r = 0 are linear in the squares l_k^2; their positive solution is unique up to a
factor.  The slope of f on the first piece then gives h, and the jumps of f' give the sums of v w.
The target alpha x + beta on [T0, T1] is reduced to x on [0, 1]: L = alpha^2 |T|^3 L~.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.rational_functions import RationalFunction
from symerm.landscape.slope_field import (
    ONE,
    ZERO,
    RootSum,
    minus,
    primitive_vector,
    row_reduce_functions,
    sign_for_slopes,
)

__all__ = [
    "Infeasible",
    "Zigzag",
    "flat_kink_meets",
    "moment_row",
    "solve_zigzag",
]

Row = tuple[RationalFunction, ...]


@dataclass(frozen=True)
class Infeasible:
    """Why no critical point belongs to a configuration; formulas between dollar signs."""

    reason: str


@dataclass(frozen=True)
class Zigzag:
    """A realised function f = alpha x + beta + r with r alternating between +h and -h.

    With a_k the roots of `squares` and W = a_0 + .. + a_n: the kinks are
    q_i = T0 + |T| (a_0 + .. + a_(i-1))/W, on piece k with midpoint m_k
    f = alpha x + beta + (-1)^k alpha contrast/(W a_k) (m_k - x), and
    L = alpha^2 |T|^3 contrast^2/(12 W^4).  No kink: f = alpha mid + beta.

    Attributes
    ----------
    facings : tuple of n signs
        1 if the neurons at q_i face right (w > 0), -1 if they face left.
    squares : tuple of n + 1 RationalFunctions of gamma
        a_0^2, .., a_n^2, positive for every slope.
    contrast : RationalFunction
    """

    facings: tuple[int, ...]
    squares: tuple[RationalFunction, ...]
    contrast: RationalFunction

    @property
    def coefficient(self) -> RationalFunction:
        """L W^4/(alpha^2 |T|^3)."""
        return self.contrast * self.contrast * Fraction(1, 12)

    def group_factors(self, slope: RationalFunction) -> tuple[RationalFunction, ...]:
        """The factors s_i in: sum at q_i of v_j w_j = s_i (alpha/W) (1/a_(i-1) + 1/a_i)."""
        # The jump of f' at q_i is (1 - gamma) times the sum of v |w|.
        factor = self.contrast / minus(ONE, slope)
        return tuple(
            factor * (facing * (-1) ** (i + 1)) for i, facing in enumerate(self.facings, start=1)
        )

    def mirrored(self) -> Zigzag:
        """The residual of the mirror image x -> T0 + T1 - x.

        Examples
        --------
        >>> from symerm.landscape.slope_field import GAMMA
        >>> Zigzag((1,), (ONE, GAMMA), ONE).mirrored().facings
        (-1,)
        """
        return Zigzag(
            tuple(-facing for facing in reversed(self.facings)),
            tuple(reversed(self.squares)),
            self.contrast * (-1) ** len(self.facings),
        )


def moment_row(kink: int, facing: int, pieces: int, slope: RationalFunction) -> Row:
    """The coefficients of int x act' r in the squares of the lengths, up to the factor -h/6.

    Parameters
    ----------
    kink : int
        1 <= kink < pieces; 0 stands for a neuron that is affine on the interval.
    facing : int
        The sign of w.
    pieces : int
    slope : RationalFunction
        The slope gamma.

    Examples
    --------
    >>> [str(entry) for entry in moment_row(1, 1, 3, ZERO)]
    ['0', '-1', '1']
    """
    return tuple(
        (ONE if (k >= kink) == (facing > 0) or not kink else slope) * (-1) ** k
        for k in range(pieces)
    )


def solve_zigzag(
    facings: Sequence[Iterable[int]], *, affine: bool, slope: RationalFunction
) -> Zigzag | Infeasible:
    """The only residual r != 0 for the kinks of the neurons that are not flat.

    Parameters
    ----------
    facings : n collections of signs
        Which facings occur at each kink from left to right.
    affine : bool
        Whether some neuron needs int x r = 0 as well.
    slope : RationalFunction
        `symerm.landscape.slope_field.GAMMA` or ZERO.

    Raises
    ------
    ArithmeticError
        If the equations do not fix r, or the solution is not centered: not so in any case.

    Examples
    --------
    Two neurons, ReLU: three equal pieces, or none:

    >>> solve_zigzag([[1], [-1]], affine=False, slope=ZERO).squares == (ONE, ONE, ONE)
    True
    >>> solve_zigzag([[1], [1]], affine=False, slope=ZERO).reason
    '$r != 0$ needs a piece of length 0 between two kinks facing right'
    """
    pieces = len(facings) + 1
    rows = [
        moment_row(i, facing, pieces, slope)
        for i, group in enumerate(facings, start=1)
        for facing in sorted(group)
    ]
    if affine:
        rows.append(moment_row(0, 1, pieces, slope))
    squares = _positive_solution(rows, pieces, facings, affine)
    if isinstance(squares, Infeasible):
        return squares
    signs = tuple(next(iter(group)) for group in facings)
    zigzag = Zigzag(signs, squares, _contrast(signs, squares, slope))
    if not _is_centered(zigzag, slope):
        raise ArithmeticError(f"the bias c of {zigzag} is not alpha mid + beta")
    return zigzag


def _positive_solution(
    rows: Sequence[Row], pieces: int, facings: Sequence[Iterable[int]], affine: bool
) -> Row | Infeasible:
    """The positive solution of the moment equations, primitive, or which of them fails."""
    reduced, pivots = row_reduce_functions(rows)
    free = [column for column in range(pieces) if column not in pivots]
    if not free:
        return Infeasible(
            "a neuron that is affine on the interval needs $int x r = 0$, and so $r = 0$"
            if affine
            else "kinks of both facings at one place need $int x r = 0$, and so $r = 0$"
        )
    if len(free) > 1:
        raise ArithmeticError("the moment equations leave more than one parameter")
    vector = [ZERO] * pieces
    vector[free[0]] = ONE
    for row, pivot in zip(reduced, pivots, strict=True):
        vector[pivot] = row[free[0]] * -1
    signs = [sign_for_slopes(entry) for entry in vector]
    if 0 in signs:
        return Infeasible(
            f"$r != 0$ needs a piece of length 0 {_place(signs.index(0), facings)}"
        )
    if min(signs) < 0:
        raise ArithmeticError("the moment equations have a solution of both signs")
    return primitive_vector(vector)


def _place(piece: int, facings: Sequence[Iterable[int]]) -> str:
    names = [" and ".join({1: "right", -1: "left"}[f] for f in group) for group in facings]
    if piece == 0:
        return f"before a first kink facing {names[0]}"
    if piece == len(names):
        return f"after a last kink facing {names[-1]}"
    return f"between two kinks facing {names[piece]}"


def _contrast(
    facings: Sequence[int], squares: Sequence[RationalFunction], slope: RationalFunction
) -> RationalFunction:
    """The number kappa in h = alpha |T| kappa/(2 W^2), from the slope of f on the first piece.

    On [0, 1], with the jumps J_i = -(-1)^i 2 h W (1/a_(i-1) + 1/a_i) of f' at the kinks, it is
    1 - 2 h W/a_0 = (gamma sum of J_i facing right - sum of J_i facing left)/(1 - gamma).
    """
    coefficients = [ZERO] * len(squares)
    coefficients[0] = ONE
    for i, facing in enumerate(facings, start=1):
        share = (slope if facing > 0 else ONE * -1) / minus(ONE, slope) * (-1) ** (i + 1)
        for k in (i - 1, i):
            coefficients[k] = coefficients[k] + share
    # The equation reads 1 = 2 h W sum_k coefficient_k/a_k, and 1/a_k = a_k/a_k^2.
    quotients = {c / square for c, square in zip(coefficients, squares, strict=True)}
    if len(quotients) > 1:
        raise ArithmeticError("the slope equation is not a multiple of the sum of the roots")
    return ONE / quotients.pop()


def _is_centered(zigzag: Zigzag, slope: RationalFunction) -> bool:
    """Whether c = 1/2 on [0, 1], from c = h + gamma sum_right A_i t_i - sum_left A_i t_i.

    Here A_i = J_i/(1 - gamma) is the sum of v |w| at the kink t_i.
    """
    roots = [RootSum.root(square) for square in zigzag.squares]
    total = RootSum.of(ZERO)
    for root in roots:
        total = total + root
    # Both sides times 2 W^2/kappa; 1/a_k = a_k/a_k^2.
    value, before = RootSum.of(ONE), RootSum.of(ZERO)
    for i, facing in enumerate(zigzag.facings, start=1):
        before = before + roots[i - 1]
        inverses = RootSum.of(ZERO)
        for k in (i - 1, i):
            inverses = inverses + roots[k] * (ONE / zigzag.squares[k])
        share = (slope if facing > 0 else ONE * -1) / minus(ONE, slope) * (2 * (-1) ** (i + 1))
        value = value + inverses * before * share
    return value * zigzag.contrast == total * total


def flat_kink_meets(
    zigzag: Zigzag, piece: int, facing: int, slope: RationalFunction
) -> bool:
    """Whether the equation of a flat neuron with its kink strictly inside a piece has a solution.

    With R(t) = int_t^1 (x - t) r it is (1 - gamma) R(t) = -gamma M for a neuron facing right and
    (1 - gamma) R(t) = M for one facing left, M = int x r.  On a piece with midpoint m and half
    length a, r = s (x - m) and u = (t - m)/a, R = R_end + s a^3 (u - 1)^2 (u + 2)/6 is strictly
    monotone, so that only its values at the ends of the piece count.

    Examples
    --------
    >>> constant = Zigzag((), (ONE,), ONE)
    >>> flat_kink_meets(constant, 0, 1, ZERO)
    False
    """
    # Moments of the pieces up to the factor -h/6 < 0 or > 0, which does not matter here.
    moments = [square * (-1) ** k for k, square in enumerate(zigzag.squares)]
    tails = [ZERO]
    for moment in reversed(moments):
        tails.append(tails[-1] + moment)
    tails.reverse()
    total = tails[0]
    level = total * slope * -1 if facing > 0 else total
    ends = [
        sign_for_slopes(minus(tails[k] * minus(ONE, slope), level)) for k in (piece, piece + 1)
    ]
    return ends[0] * ends[1] < 0
