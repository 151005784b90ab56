"""The minimum of a function on an interval, enclosed by branch and bound with proved bounds.

A bound holds on a whole subinterval, a value at a point; the subinterval of the lowest bound is
halved until that bound and the lowest value agree up to a tolerance.  The pieces that are left
cover the interval: their bounds are the proof.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symerm.arithmetic.balls import ball, ball_bounds
from symerm.errors import InputError

__all__ = ["CertifiedMinimum", "Piece", "certified_minimum", "interval_ball", "require_interval"]


@dataclass(frozen=True)
class Piece:
    """A subinterval with a proved lower bound of the function on it.

    Attributes
    ----------
    low, high : Fraction
    bound : Fraction
    """

    low: Fraction
    high: Fraction
    bound: Fraction


@dataclass(frozen=True)
class CertifiedMinimum:
    """Bounds of a minimum, with the cover that proves the lower one.

    Attributes
    ----------
    low, high : Fraction
        low <= minimum <= high.
    point : Fraction
        Where the upper bound was computed.
    pieces : tuple of Piece
        From left to right, a cover of the interval.
    complete : bool
        Whether high - low is within the tolerance; else the number of pieces ran out.
    """

    low: Fraction
    high: Fraction
    point: Fraction
    pieces: tuple[Piece, ...]
    complete: bool


def interval_ball(low: Fraction, high: Fraction) -> Any:
    """A ball that holds the interval [low, high].

    Examples
    --------
    >>> interval_ball(Fraction(1, 3), Fraction(2, 3)).contains(ball(Fraction(1, 2)))
    True
    """
    return ball((low + high) / 2, (high - low) / 2)


def require_interval(low: Fraction, high: Fraction, name: str) -> None:
    """Refuse an interval that is empty or reaches below 0.

    Raises
    ------
    InputError
        Unless 0 <= low <= high.
    """
    if not 0 <= low <= high:
        raise InputError(f"{name}: use bounds LO <= HI of at least 0, not {low} and {high}")


def certified_minimum(
    function: Callable[[Any], Any],
    low: Fraction,
    high: Fraction,
    *,
    tolerance: Fraction = Fraction(1, 10**9),
    most_pieces: int = 2000,
) -> CertifiedMinimum:
    """Enclose the minimum of a continuous function on [low, high].

    Parameters
    ----------
    function : function of a ball
        A ball, of finite width, that holds the values at all points of the ball it is given.
    low, high : Fraction
    tolerance : Fraction
        Distance of the bounds at which to stop.
    most_pieces : int
        Number of pieces at which to stop.

    Examples
    --------
    >>> found = certified_minimum(
    ...     lambda x: x * x - x, Fraction(0), Fraction(2), tolerance=Fraction(1, 1000)
    ... )
    >>> found.complete, found.low <= Fraction(-1, 4) <= found.high
    (True, True)
    """
    values = {x: ball_bounds(function(ball(x)))[1] for x in (low, high)}
    point = min(values, key=values.__getitem__)
    best = values[point]
    count = 0
    heap: list[tuple[Fraction, int, Piece]] = []

    def push(left: Fraction, right: Fraction) -> None:
        nonlocal count
        piece = Piece(left, right, ball_bounds(function(interval_ball(left, right)))[0])
        heapq.heappush(heap, (piece.bound, count, piece))
        count += 1

    push(low, high)
    while best - heap[0][0] > tolerance and len(heap) < most_pieces:
        _, _, piece = heapq.heappop(heap)
        middle = (piece.low + piece.high) / 2
        value = ball_bounds(function(ball(middle)))[1]
        if value < best:
            best, point = value, middle
        push(piece.low, middle)
        push(middle, piece.high)
    least = heap[0][0]
    pieces = tuple(sorted((entry[2] for entry in heap), key=lambda piece: piece.low))
    return CertifiedMinimum(least, best, point, pieces, best - least <= tolerance)
