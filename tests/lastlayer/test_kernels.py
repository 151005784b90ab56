"""Closed forms of kernels against quadrature, and the symbolic ones against balls."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from clouds import HEXAGON
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from symerm.errors import InputError, UnsupportedError
from symerm.lastlayer.kernels import (
    KERNELS,
    Kernel,
    activation_kernel,
    gram_matrix,
    kernel_balls,
    kernel_entry,
    parse_kernel,
)
from symerm.problem.architecture import parse_activation

HOMOGENEOUS = {
    "arccos0": (0, lambda z: mpmath.mpf(z > 0)),
    "arccos1": (1, lambda z: max(z, 0)),
    "arccos2": (2, lambda z: max(z, 0) ** 2),
    "leaky:1/10": (1, lambda z: max(z, z / 10)),
    "quadratic": (2, lambda z: z * z),
}
SMOOTH = {
    "erf": np.vectorize(math.erf),
    "sincos": lambda z: np.sin(z) + np.cos(z),
}
PAIRS = [
    ((1, 2), (3, 1)), ((1, 0), (-2, 1)), ((1, 1), (2, 2)), ((2, -1), (-4, 2)), ((1, 3), (1, 3)),
]
small = st.integers(-4, 4)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("name", HOMOGENEOUS)
def test_homogeneous_kernels_are_integrals_over_the_circle(name: str, pair) -> None:
    """E act(<w, x>) act(<w, y>) = E|w|^(2k) times the mean over the circle."""
    degree, act = HOMOGENEOUS[name]
    (a, b), (c, d) = pair
    kinks = sorted(
        {float((mpmath.atan2(v, u) + s * mpmath.pi / 2) % (2 * mpmath.pi))
         for u, v in pair for s in (1, -1)} | {0.0, float(2 * mpmath.pi)}
    )
    mean = mpmath.quad(
        lambda t: act(a * mpmath.cos(t) + b * mpmath.sin(t))
        * act(c * mpmath.cos(t) + d * mpmath.sin(t)),
        kinks,
    ) / (2 * mpmath.pi)
    value = kernel_balls(gram_matrix(pair), parse_kernel(name))[0, 1]
    assert abs(float(value) - 2**degree * math.factorial(degree) * float(mean)) < 1e-7


@pytest.mark.parametrize("pair", PAIRS[:3])
@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_kernels_are_gaussian_integrals(name: str, pair) -> None:
    nodes, weights = np.polynomial.hermite_e.hermegauss(150)
    x, y = (np.array(p, float) / 2 for p in pair)
    left = SMOOTH[name](x[0] * nodes[:, None] + x[1] * nodes[None, :])
    right = SMOOTH[name](y[0] * nodes[:, None] + y[1] * nodes[None, :])
    mean = weights @ (left * right) @ weights / (2 * math.pi)
    halves = [tuple(Fraction(c, 2) for c in p) for p in pair]
    value = kernel_balls(gram_matrix(halves), parse_kernel(name))[0, 1]
    assert abs(float(value) - mean) < 1e-8


def test_the_ntk_is_the_mean_of_the_gradients() -> None:
    rng = np.random.default_rng(0)
    w = rng.standard_normal((400_000, 3))
    x, y = (1, 2, 1), (-1, 1, 1)
    a, b = w @ np.array(x), w @ np.array(y)
    mean = np.mean(np.dot(x, y) * (a > 0) * (b > 0) + np.maximum(a, 0) * np.maximum(b, 0))
    value = float(kernel_balls(gram_matrix([x[:2], y[:2]], bias=True), Kernel("ntk"))[0, 1])
    assert abs(value - mean) < 0.03


@given(st.tuples(small, small), st.tuples(small, small), st.sampled_from(KERNELS))
def test_symbols_and_balls_agree(x, y, name) -> None:
    gram = gram_matrix([x, y])
    kernel = parse_kernel(name)
    with ctx.workprec(160):
        matrix = kernel_balls(gram, kernel)
        for i in range(2):
            for j in range(2):
                symbolic = kernel_entry(kernel, gram[i][i], gram[j][j], gram[i][j])
                value = arb(str(sympy.N(symbolic, 50)))
                assert abs(value - matrix[i, j]).upper() < 1e-35


def test_the_symbolic_form_is_that_of_the_notes() -> None:
    t = sympy.Symbol("t")
    for k, form in (
        ("arccos0", (sympy.pi - t) / (2 * sympy.pi)),
        ("arccos1", (sympy.sin(t) + (sympy.pi - t) * sympy.cos(t)) / (2 * sympy.pi)),
        (
            "arccos2",
            (3 * sympy.sin(t) * sympy.cos(t) + (sympy.pi - t) * (1 + 2 * sympy.cos(t) ** 2))
            / (2 * sympy.pi),
        ),
    ):
        entry = kernel_entry(Kernel(k), sympy.Integer(1), sympy.Integer(1), sympy.cos(t))
        for angle in (sympy.Rational(1, 3), sympy.Integer(2)):
            assert abs(sympy.N((entry - form).subs(t, angle), 30)) < 1e-25


def test_the_hexagon_in_closed_form() -> None:
    """The circulant matrix of the notes: its eigenvalues, and the null vector (-1)^k."""
    first = [kernel_entry(Kernel("arccos1"), 1, 1, value) for value in HEXAGON[0]]
    root, pi = sympy.sqrt(3), sympy.pi
    eigenvalues = [
        sympy.simplify(sum(first[k] * sympy.cos(2 * pi * j * k / 6) for k in range(6)))
        for j in range(6)
    ]
    claimed = [
        sympy.Rational(2, 3) + root / pi, sympy.Rational(3, 4),
        sympy.Rational(5, 12) - root / (2 * pi), 0,
        sympy.Rational(5, 12) - root / (2 * pi), sympy.Rational(3, 4),
    ]
    assert all(
        sympy.simplify(a - b) == 0 for a, b in zip(eigenvalues, claimed, strict=True)
    )


def test_parallel_points_have_exact_angles() -> None:
    matrix = kernel_balls(gram_matrix([(1, 1), (-3, -3)]), Kernel("arccos1"))
    assert matrix[0, 1].contains(0)
    assert matrix[0, 1].rad() < 1e-14


def test_a_point_at_zero() -> None:
    for name in ("arccos0", "arccos1", "arccos2", "ntk", "erf", "leaky:1/2"):
        matrix = kernel_balls(gram_matrix([(0, 0), (1, 0)]), parse_kernel(name))
        assert matrix[0, 0] == matrix[0, 1] == 0


def test_kernels_of_activations() -> None:
    names = ["relu", "leaky:1/10", "erf", "quadratic"]
    assert [activation_kernel(parse_activation(name)).name for name in names] == [
        "arccos1", "leaky:1/10", "erf", "quadratic",
    ]
    with pytest.raises(UnsupportedError, match="tanh has no closed form"):
        activation_kernel(parse_activation("tanh"))


@pytest.mark.parametrize("name", ["gauss", "leaky", "leaky:2", "arccos1:1", ""])
def test_unknown_kernels_are_refused(name: str) -> None:
    with pytest.raises(InputError):
        parse_kernel(name)
