"""The interval proof of |f_xi'| >= 1/600, its refusals, and samples computed another way."""

import time
from fractions import Fraction

import mpmath
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from symerm.arithmetic.balls import ball
from symerm.errors import InputError
from symerm.separation.closed_forms import separating_slope
from symerm.separation.monotonicity import RADII, WEIGHTS, prove_monotone

PROOF = prove_monotone()


def slope_by_differences(radius: float, weight: float) -> float:
    """f_xi' by numerical differentiation of quadratures."""
    def function(r: mpmath.mpf) -> mpmath.mpf:
        def mean(b: mpmath.mpf) -> mpmath.mpf:
            return mpmath.exp(-2 * b * b) * mpmath.erf(b / mpmath.sqrt(1 + r * r / 2))

        def law(b: mpmath.mpf) -> mpmath.mpf:
            return mpmath.exp(-2 * b * b)

        whole, tail = [0, 1, 6], [1 / mpmath.sqrt(2), 2, 6]
        return mpmath.quad(mean, whole) / mpmath.quad(law, whole) - weight * mpmath.quad(
            mean, tail
        ) / mpmath.quad(law, tail)

    with mpmath.workdps(30):
        return float(mpmath.diff(function, radius))


def test_the_bound_of_the_theorem_is_proved_quickly() -> None:
    started = time.perf_counter()
    proof = prove_monotone()
    assert time.perf_counter() - started < 5
    assert (proof.status, proof.proved, proof.sign, proof.failed) == ("proved", True, -1, None)
    low, high = proof.smallest
    assert Fraction(1, 600) < low <= high < Fraction(1, 250)
    assert high - low <= Fraction(1, 10**12)
    assert abs(high - Fraction("0.0039602")) < Fraction(1, 10**6)
    assert proof.nearest == RADII[1]


def test_the_pieces_cover_the_radii_and_hold_at_samples() -> None:
    proof = prove_monotone()
    edges = [proof.radii[0], *(piece.high for piece in proof.pieces)]
    assert [piece.low for piece in proof.pieces] == edges[:-1]
    assert edges[-1] == proof.radii[1]
    assert min(piece.bound for piece in proof.pieces) == proof.smallest[0]
    for piece, weight in zip(proof.pieces[::16], (*WEIGHTS, WEIGHTS[1]), strict=False):
        middle = (piece.low + piece.high) / 2
        assert slope_by_differences(float(middle), float(weight)) < -float(piece.bound)


@pytest.mark.parametrize(("radius", "weight"), [(0.9, 0.46), (1.5, 0.45), (2.1, 0.472)])
def test_the_slope_is_the_derivative_of_the_means(radius: float, weight: float) -> None:
    value = float(separating_slope(arb(radius), arb(weight)))
    assert abs(value - slope_by_differences(radius, weight)) < 1e-12


@given(st.fractions(*RADII, max_denominator=997), st.fractions(*WEIGHTS, max_denominator=9973))
def test_no_sample_beats_the_minimum(radius: Fraction, weight: Fraction) -> None:
    assert -separating_slope(ball(radius), ball(weight)) >= ball(PROOF.smallest[0])


def test_a_false_bound_is_refuted_with_a_piece() -> None:
    proof = prove_monotone(bound=Fraction(1, 200))
    assert (proof.status, proof.proved) == ("refuted", False)
    assert proof.smallest[1] < Fraction(1, 200)
    piece = proof.failed
    assert piece is not None
    assert piece.low <= proof.nearest <= piece.high
    values = [abs(separating_slope(ball(proof.nearest), ball(xi))) for xi in WEIGHTS]
    assert any(value < ball(Fraction(1, 200)) for value in values)


def test_with_one_piece_nothing_is_decided() -> None:
    proof = prove_monotone(most_pieces=1)
    assert (proof.status, proof.sign) == ("undecided", 0)
    assert proof.smallest[0] == 0
    assert proof.failed == proof.pieces[0]


def test_a_sign_change_is_no_proof() -> None:
    proof = prove_monotone(radii=(Fraction(9, 10), Fraction(4)), bound=Fraction(1, 10**9))
    assert (proof.status, proof.sign) == ("refuted", 0)
    assert proof.smallest == (0, 0)
    # Beyond the turning radius f_xi grows.
    growing = prove_monotone(
        radii=(Fraction(4), Fraction(5)), weights=(Fraction(471, 1000), Fraction(472, 1000)),
        bound=Fraction(1, 1000),
    )
    assert (growing.status, growing.sign) == ("proved", 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bound": Fraction(0)}, "the bound of a slope must be positive, not 0"),
        ({"radii": (Fraction(2), Fraction(1))}, "radii: use bounds LO <= HI of at least 0"),
        ({"weights": (Fraction(-1), Fraction(1))}, "weights: use bounds LO <= HI of at least 0"),
    ],
)
def test_bad_options_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        prove_monotone(**options)
