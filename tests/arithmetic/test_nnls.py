"""Exact non-negative least squares: Karush-Kuhn-Tucker conditions, SciPy, and all supports."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracles.matroid import fraction_rank
from scipy.optimize import nnls

from symerm.arithmetic.linalg import solve
from symerm.arithmetic.nnls import solve_nonnegative

entries = st.integers(-4, 4)
huge = st.one_of(entries, st.integers(-(10**30), 10**30))


@st.composite
def systems(draw, numbers=entries):
    length, size = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    vectors = draw(
        st.lists(st.lists(numbers, min_size=length, max_size=length), min_size=size, max_size=size)
    )
    if draw(st.booleans()):
        vectors.append(vectors[0])
    if draw(st.booleans()):
        vectors.append([-x for x in vectors[-1]])
    target = draw(st.lists(numbers, min_size=length, max_size=length))
    return vectors, target


def _times(x, y):
    return x * y


def normal_equations(vectors, target):
    gram = [[sum(map(_times, a, b)) for b in vectors] for a in vectors]
    return gram, [sum(map(_times, vector, target)) for vector in vectors]


def objective(vectors, target, x):
    fitted = [sum(map(_times, row, x)) for row in zip(*vectors, strict=True)]
    return sum((t - y) ** 2 for t, y in zip(target, fitted, strict=True))


def assert_optimal(gram, moment, x, free):
    assert len(x) == len(gram)
    assert all(type(value) is Fraction for value in x)
    for k, row in enumerate(gram):
        slope = moment[k] - sum(map(_times, row, x))
        if k < free:
            assert slope == 0
        else:
            assert x[k] >= 0
            assert slope <= 0
            assert slope * x[k] == 0


@settings(max_examples=200)
@given(systems(), st.integers(0, 2))
@example(([[0, 0], [0, 0]], [1, 1]), 0)
@example(([[1, 1], [1, 1], [1, 1]], [2, 3]), 1)
@example(([[1, 0], [-1, 0]], [0, 5]), 0)
def test_optimality_conditions(system, free):
    gram, moment = normal_equations(*system)
    free = min(free, len(gram))
    assert_optimal(gram, moment, solve_nonnegative(gram, moment, free=free), free)


@given(systems(huge))
def test_optimality_conditions_of_huge_numbers(system):
    gram, moment = normal_equations(*system)
    assert_optimal(gram, moment, solve_nonnegative(gram, moment, free=1), 1)


@settings(max_examples=60)
@given(systems())
def test_agrees_with_scipy(system):
    vectors, target = system
    gram, moment = normal_equations(vectors, target)
    loss = objective(vectors, target, solve_nonnegative(gram, moment))
    _, norm = nnls(np.array(vectors, dtype=float).T, np.array(target, dtype=float))
    assert norm**2 == pytest.approx(float(loss), rel=1e-7, abs=1e-7)


@settings(max_examples=60)
@given(systems(), st.integers(0, 1))
def test_the_best_of_all_supports(system, free):
    vectors, target = system
    gram, moment = normal_equations(vectors, target)
    loss = objective(vectors, target, solve_nonnegative(gram, moment, free=free))
    best = None
    for size in range(len(vectors) + 1):
        for support in combinations(range(len(vectors)), size):
            chosen = [vectors[k] for k in support]
            if fraction_rank([[Fraction(x) for x in row] for row in chosen]) < size:
                continue
            part, right = normal_equations(chosen, target)
            x = solve(part, right) if chosen else ()
            if all(value >= 0 for k, value in zip(support, x, strict=True) if k >= free):
                found = objective(chosen, target, x) if chosen else sum(t * t for t in target)
                best = found if best is None else min(best, found)
    assert loss == best


def test_known_minimisers():
    # The unconstrained minimiser is (-3, 3); without the first vector the second has 6 / 3.
    gram, moment = normal_equations([[1, 0, 0], [1, 1, 1]], [0, 3, 3])
    assert solve_nonnegative(gram, moment) == [0, 2]
    # A free first entry takes its negative value.
    assert solve_nonnegative(gram, moment, free=1) == [-3, 3]
    assert solve_nonnegative([], []) == []
    assert solve_nonnegative([[2]], [-3]) == [0]
    assert solve_nonnegative([[2]], [-3], free=1) == [Fraction(-3, 2)]
