"""Eigenvalue enclosures against mpmath and exact spectra; definiteness."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath
import pytest
import sympy
from clouds import HEXAGON, flawed_cloud
from flint import arb, arb_mat, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.errors import InputError
from symerm.lastlayer.kernels import KERNELS, Kernel, gram_matrix, kernel_balls, parse_kernel
from symerm.lastlayer.spectrum import definiteness, eigenvalue_bounds, kernel_spectrum


def spectrum_of_mpmath(matrix, digits: int = 60) -> list[Fraction]:
    with mpmath.workdps(digits):
        table = mpmath.matrix(
            [[mpmath.mpf(x.mid().str(digits, radius=False)) for x in row]
             for row in matrix.tolist()]
        )
        values = sorted(mpmath.eigsy(table, eigvals_only=True))
        return [Fraction(mpmath.nstr(value, digits)) for value in values]


def holds(bounds, values, slack=Fraction(1, 10**30)) -> bool:
    return all(
        low - slack <= value <= high + slack
        for (low, high), value in zip(bounds, values, strict=True)
    )


@given(
    st.integers(1, 5).flatmap(
        lambda n: st.lists(
            st.lists(st.integers(-9, 9), min_size=n, max_size=n), min_size=n, max_size=n
        )
    )
)
@settings(deadline=None)
def test_integer_matrices_have_their_eigenvalues(rows) -> None:
    size = len(rows)
    matrix = arb_mat([[rows[i][j] + rows[j][i] for j in range(size)] for i in range(size)])
    with ctx.workprec(200):
        bounds = eigenvalue_bounds(matrix)
    assert holds(bounds, spectrum_of_mpmath(matrix))
    assert all(high - low < Fraction(1, 10**9) for low, high in bounds)


def test_eigenvalues_far_below_the_largest_are_resolved() -> None:
    with ctx.workprec(300):
        matrix = arb_mat.hilbert(15, 15)
        bounds = eigenvalue_bounds(matrix)
        values = spectrum_of_mpmath(matrix, 90)
    assert bounds[0][0] > 0
    assert float(bounds[0][0]) < 1e-19
    assert all(high / low - 1 < Fraction(1, 10**9) for low, high in bounds)
    assert holds(bounds, values, Fraction(1, 10**60))


def test_equal_eigenvalues() -> None:
    ones = arb_mat([[1] * 4] * 4)
    bounds = eigenvalue_bounds(ones)
    assert holds(bounds, [0, 0, 0, 4], 0)
    assert holds(eigenvalue_bounds(arb_mat([[0, 0], [0, 0]])), [0, 0], 0)
    assert holds(eigenvalue_bounds(ones * -1), [-4, 0, 0, 0], 0)


@pytest.mark.parametrize("scale", [0.9, 1.2, 3.0])
def test_bad_proposals_make_wide_bounds_not_wrong_ones(monkeypatch, scale: float) -> None:
    """Vectors that are not orthonormal: Ostrowski's factors; far from it they are given up."""
    proposal = arb_mat([[scale, 0, 0], [0.1, 1, 0], [0, 0, scale]])
    monkeypatch.setattr("symerm.lastlayer.spectrum._proposed_vectors", lambda matrix: proposal)
    bounds = eigenvalue_bounds(arb_mat([[1, 0, 0], [0, -2, 0], [0, 0, 4]]))
    assert holds(bounds, [-2, 1, 4], 0)
    assert bounds[2][1] < 13


def test_balls_widen_the_bounds() -> None:
    wide = arb_mat([[arb(2, 0.25), arb(0, 0.5)], [arb(0, 0.5), arb(3, 0.25)]])
    bounds = eigenvalue_bounds(wide)
    for entries in ([1.75, 0.5, 3.25], [2.25, -0.5, 2.75], [2.25, 0, 3.25]):
        a, b, c = map(sympy.Rational, entries)
        values = sorted(sympy.Matrix([[a, b], [b, c]]).eigenvals(multiple=True))
        for value, (low, high) in zip(values, bounds, strict=True):
            assert sympy.Rational(low.numerator, low.denominator) <= value
            assert value <= sympy.Rational(high.numerator, high.denominator)


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("seed", range(4))
def test_kernel_matrices_have_their_eigenvalues(name: str, seed: int) -> None:
    gram = gram_matrix(flawed_cloud(seed))
    spectrum = kernel_spectrum(gram, parse_kernel(name), bits=256)
    with ctx.workprec(256):
        values = spectrum_of_mpmath(kernel_balls(gram, parse_kernel(name)))
    assert holds(spectrum.bounds, values)
    zeros = sum(value < Fraction(1, 10**40) for value in values)
    assert zeros == len(gram) - spectrum.span.rank
    assert spectrum.verdict == ("singular" if zeros else "positive-definite")
    assert sum(high == 0 for _, high in spectrum.bounds) == zeros


def test_the_hexagon_is_singular_and_a_bias_helps() -> None:
    spectrum = kernel_spectrum(HEXAGON, Kernel("arccos1"))
    root, pi = mpmath.sqrt(3), mpmath.pi
    claimed = [0, *[mpmath.mpf(5) / 12 - root / (2 * pi)] * 2, 0.75, 0.75,
               mpmath.mpf(2) / 3 + root / pi]
    for (low, high), value in zip(spectrum.bounds, claimed, strict=True):
        assert float(low) - 1e-14 <= float(value) <= float(high) + 1e-14
    assert spectrum.verdict == "singular"
    lifted = tuple(tuple(x + 1 for x in row) for row in HEXAGON)
    biased = kernel_spectrum(lifted, Kernel("arccos1"))
    assert biased.verdict == "positive-definite"
    low, high = biased.smallest
    assert Fraction("0.0123056544") < low <= high < Fraction("0.0123056545")


def test_repeated_points_are_singular_and_say_so() -> None:
    spectrum = kernel_spectrum(gram_matrix([(1,), (2,), (1,)], bias=True), Kernel("sincos"))
    assert spectrum.verdict == "singular"
    assert "rank 2 of 3" in spectrum.reason
    assert spectrum.reason.endswith("points that repeat others: 1")
    assert "repeat" not in kernel_spectrum(HEXAGON, Kernel("arccos1")).reason
    assert spectrum.smallest_positive[0] > 0


def test_many_repeated_points() -> None:
    # The zeros are noise of the enclosures: it must not spoil the eigenvectors of the others.
    points = [(4 + (k * k) % 19,) for k in range(40)]
    spectrum = kernel_spectrum(gram_matrix(points, bias=True), Kernel("arccos1"))
    distinct = len(set(points))
    assert spectrum.span.rank == distinct
    low, high = spectrum.smallest_positive
    assert low > 0
    assert high / low - 1 < Fraction(1, 10**6)
    assert [high == 0 for _, high in spectrum.bounds].count(True) == 40 - distinct


def test_close_points_need_more_digits() -> None:
    points = [(Fraction(k, 1000),) for k in range(8)]
    spectrum = kernel_spectrum(gram_matrix(points, bias=True), Kernel("sincos"), bits=64)
    assert spectrum.bits > 64
    assert spectrum.verdict == "positive-definite"
    assert 0 < spectrum.smallest[0] < Fraction(1, 10**30)
    stopped = kernel_spectrum(
        gram_matrix(points, bias=True), Kernel("sincos"), bits=64, limit=64
    )
    assert stopped.smallest[0] <= 0
    assert "not seen at 64 bits" in stopped.reason


def test_definiteness_without_a_law() -> None:
    around_zero = (Fraction(-1), Fraction(1))
    assert definiteness([around_zero], bits=53)[0] == "undecided"
    assert definiteness([(Fraction(1), Fraction(2))], bits=53)[0] == "positive-definite"


def test_a_gram_matrix_is_symmetric() -> None:
    with pytest.raises(InputError, match="square and symmetric"):
        kernel_spectrum([[Fraction(1), Fraction(0)], [Fraction(1), Fraction(1)]], Kernel("ntk"))


def test_fifty_points() -> None:
    rng = random.Random(5)
    points = [tuple(Fraction(rng.randint(-300, 300), 100) for _ in range(2)) for _ in range(50)]
    spectrum = kernel_spectrum(gram_matrix(points, bias=True), Kernel("arccos1"))
    assert spectrum.smallest[0] > 0
    assert all(high / low - 1 < Fraction(1, 10**12) for low, high in spectrum.bounds)
