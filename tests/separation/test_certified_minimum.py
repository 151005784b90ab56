"""Branch and bound: bounds on both sides, covers without gaps."""

from fractions import Fraction
from typing import Any

import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from symerm.arithmetic.balls import ball
from symerm.errors import InputError
from symerm.separation.minimum import certified_minimum, interval_ball, require_interval

numbers = st.fractions(-3, 3, max_denominator=50)


@given(numbers, numbers, numbers, numbers)
def test_a_parabola_has_its_minimum_between_the_bounds(
    a: Fraction, b: Fraction, one: Fraction, other: Fraction
) -> None:
    low, high = sorted((one, other))

    def parabola(x: Any) -> Any:
        return ball(a) * x * x + ball(b) * x

    candidates = [low, high]
    if a > 0 and low < -b / (2 * a) < high:
        candidates.append(-b / (2 * a))
    least = min(a * x * x + b * x for x in candidates)
    found = certified_minimum(parabola, low, high, tolerance=Fraction(1, 100))
    assert found.low <= least <= found.high
    assert found.complete
    assert found.high - found.low <= Fraction(1, 100)
    assert a * found.point**2 + b * found.point <= found.high
    edges = [found.pieces[0].low, *(piece.high for piece in found.pieces)]
    assert (edges[0], edges[-1]) == (low, high)
    assert [piece.low for piece in found.pieces] == edges[:-1]
    for piece in found.pieces:
        for x in (piece.low, (piece.low + piece.high) / 2, piece.high):
            assert piece.bound <= a * x * x + b * x


def test_it_stops_at_the_number_of_pieces() -> None:
    found = certified_minimum(
        lambda x: x * x - x, Fraction(0), Fraction(2), tolerance=Fraction(0), most_pieces=7
    )
    assert len(found.pieces) == 7
    assert not found.complete
    assert found.low < Fraction(-1, 4) <= found.high


def test_an_interval_ball_holds_both_ends() -> None:
    piece = interval_ball(Fraction(1, 3), Fraction(5, 7))
    assert piece.contains(arb(1) / 3)
    assert piece.contains(arb(5) / 7)
    assert not piece.contains(arb("0.32"))


@pytest.mark.parametrize(("low", "high"), [(2, 1), (-1, 1)])
def test_intervals_are_checked(low: int, high: int) -> None:
    with pytest.raises(InputError, match=r"^radii: use bounds LO <= HI of at least 0, not"):
        require_interval(Fraction(low), Fraction(high), "radii")
