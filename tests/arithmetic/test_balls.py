"""Balls: exact bounds, square roots, Krawczyk's test against known zeros, signs of matrices."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from symerm.arithmetic.balls import (
    ball,
    ball_bounds,
    krawczyk_contracts,
    matrix_sign,
    square_root_bounds,
)
from symerm.arithmetic.symmetric import inertia

rationals = st.builds(
    lambda a, b, power: Fraction(a, b) * Fraction(10) ** power,
    st.integers(-99, 99), st.integers(1, 99), st.sampled_from((-300, -30, 0, 0, 0, 30, 300)),
)


@given(rationals, rationals)
def test_balls_hold_their_interval(centre, radius):
    radius = abs(radius)
    low, high = ball_bounds(ball(centre, radius))
    assert low <= centre - radius
    assert centre + radius <= high
    # Radii have thirty bits, centres the precision of the balls.
    assert high - low <= 2 * radius * (1 + Fraction(1, 2**20)) + abs(centre) / 2**40


@given(rationals)
def test_square_roots(value):
    low, high = square_root_bounds(abs(value))
    assert low >= 0
    assert low**2 <= abs(value) <= high**2
    assert high - low <= high / 2**60


@given(st.integers(0, 10**6), st.integers(1, 3))
def test_affine_functions_have_one_zero(seed, size):
    """For A x - y the zero is known; the operator contracts exactly if it is inside."""
    source = random.Random(seed)
    rows = [[Fraction(source.randint(-9, 9)) + 30 * (i == k) for k in range(size)]
            for i in range(size)]
    zero = [Fraction(source.randint(-99, 99), 50) for _ in range(size)]
    value = [-sum((a * x for a, x in zip(row, zero, strict=True)), Fraction(0)) for row in rows]
    jacobian = [[ball(a) for a in row] for row in rows]
    reach = max(map(abs, zero))
    for radius in (reach / 2, reach * Fraction(99, 100), reach * Fraction(101, 100), 2 * reach):
        if reach:
            assert krawczyk_contracts(list(map(ball, value)), jacobian, radius) == (radius > reach)


@pytest.mark.parametrize(
    ("centre", "radius", "proved"),
    [
        ("7/5", "1/10", True),  # sqrt(2)
        ("-7/5", "1/10", True),
        ("3/2", "1/20", False),  # no zero
        ("0", "2", False),  # two zeros, and the derivative vanishes
        ("7/5", "3", False),
    ],
)
def test_the_square_root_of_two(centre, radius, proved):
    centre, radius = Fraction(centre), Fraction(radius)
    value, slope = ball(centre) ** 2 - 2, 2 * ball(centre, radius)
    assert krawczyk_contracts([value], [[slope]], radius) == proved


def test_what_cannot_be_contracted():
    one = Fraction(1)
    assert krawczyk_contracts([], [], one)
    for entry in (ball(Fraction(0)), arb("nan"), ball(one, 2 * one), fmpq(10**400)):
        assert not krawczyk_contracts([ball(Fraction(0))], [[entry]], one)
    for entry in (ball(Fraction(0)), arb("nan"), ball(one, 2 * one), -fmpq(10**400)):
        assert matrix_sign([[entry]]) == 0


@given(st.integers(0, 10**6), st.integers(1, 4))
def test_signs_of_matrices_are_those_of_exact_inertia(seed, size):
    source = random.Random(seed)
    half = [[Fraction(source.randint(-3, 3)) for _ in range(size)] for _ in range(size)]
    if source.random() < 0.5:
        half = [
            [sum((row[k] * other[k] for k in range(size)), Fraction(0)) for other in half]
            for row in half
        ]
    rows = [[half[i][k] + half[k][i] for k in range(size)] for i in range(size)]
    exact = inertia(rows)
    expected = 1 if exact.positive == size else -1 if exact.negative else 0
    radius = Fraction(1, 2**40)
    assert matrix_sign([[ball(x, radius) for x in row] for row in rows]) == expected
    # Balls that reach beyond the diagonal prove nothing positive.
    wide = [[ball(x, Fraction(100)) for x in row] for row in rows]
    assert matrix_sign(wide) == 0
