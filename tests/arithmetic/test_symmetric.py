"""Exact systems with positive semidefinite matrices, against rank and substitution."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st
from oracles.matroid import fraction_rank

from symerm.arithmetic.symmetric import inertia, solve_semidefinite

entries = st.one_of(st.integers(-3, 3), st.integers(-(10**25), 10**25))


@st.composite
def columns(draw):
    size = draw(st.integers(0, 4))
    length = draw(st.integers(1, 4))
    return draw(st.lists(st.lists(entries, min_size=length, max_size=length), min_size=size,
                         max_size=size))


def gram_of(vectors):
    return [[sum(map(_times, a, b)) for b in vectors] for a in vectors]


def _times(x, y):
    return x * y


def rank(rows):
    return fraction_rank([[Fraction(x) for x in row] for row in rows]) if rows else 0


@given(columns(), st.data())
@example([[0, 0], [0, 0]], None)
@example([[1, 2], [2, 4], [0, 0], [1, 0]], None)
def test_normal_equations_always_have_a_solution(vectors, data):
    length = len(vectors[0]) if vectors else 1
    target = (
        [3, -1][:length]
        if data is None
        else data.draw(st.lists(entries, min_size=length, max_size=length))
    )
    gram = gram_of(vectors)
    right = [sum(map(_times, vector, target)) for vector in vectors]
    solution = solve_semidefinite(gram, right)
    assert solution is not None
    numerators, denominator = solution
    assert denominator > 0
    assert len(numerators) == len(vectors)
    for row, entry in zip(gram, right, strict=True):
        assert sum(map(_times, row, numerators)) == denominator * entry
    # Only a linearly independent set of vectors is used.
    used = [vector for vector, x in zip(vectors, numerators, strict=True) if x]
    assert rank(used) == len(used)


@given(columns(), st.data())
def test_no_solution_exactly_off_the_range(vectors, data):
    size = len(vectors)
    right = data.draw(st.lists(entries, min_size=size, max_size=size))
    gram = gram_of(vectors)
    solution = solve_semidefinite(gram, right)
    augmented = [[*row, entry] for row, entry in zip(gram, right, strict=True)]
    assert (solution is None) == (rank(augmented) > rank(gram))
    if solution is not None:
        numerators, denominator = solution
        assert denominator > 0
        for row, entry in zip(gram, right, strict=True):
            assert sum(map(_times, row, numerators)) == denominator * entry


def test_of_dependent_vectors_the_first_are_used():
    numerators, denominator = solve_semidefinite([[4, 2, 0], [2, 1, 0], [0, 0, 9]], [4, 2, 3])
    solution = [Fraction(x, denominator) for x in numerators]
    assert solution == [1, 0, Fraction(1, 3)]


def test_nothing_to_solve():
    assert solve_semidefinite([], []) == ([], 1)
    numerators, denominator = solve_semidefinite([[0]], [0])
    assert numerators == [0]
    assert denominator > 0
    assert solve_semidefinite([[0]], [1]) is None


def form(matrix, vector):
    return sum(
        matrix[i][j] * x * y for i, x in enumerate(vector) for j, y in enumerate(vector)
    )


@given(st.integers(0, 5), st.data())
def test_the_inertia_is_that_of_a_diagonal_form(size, data):
    """A = P^T D P with P invertible has the signs of D."""
    diagonal = data.draw(st.lists(st.integers(-2, 2), min_size=size, max_size=size))
    lower = [
        [data.draw(st.integers(-2, 2)) if j < i else int(i == j) for j in range(size)]
        for i in range(size)
    ]
    order = data.draw(st.permutations(range(size)))
    base = [[lower[i][k] for k in order] for i in range(size)]
    matrix = [
        [
            Fraction(sum(diagonal[m] * base[m][i] * base[m][j] for m in range(size)))
            for j in range(size)
        ]
        for i in range(size)
    ]
    found = inertia(matrix)
    expected = [sum(1 for d in diagonal if d > 0), sum(1 for d in diagonal if d < 0)]
    assert [found.positive, found.negative] == expected
    assert found.zero == size - sum(expected)
    assert (found.direction is None) == (found.negative == 0)
    if found.direction is not None:
        assert form(matrix, found.direction) < 0


@given(st.integers(1, 4), st.data())
def test_the_inertia_of_forms_without_squares(size, data):
    """Zero diagonals take the pairs; the signs are those of numerical eigenvalues."""
    import numpy as np

    upper = {
        (i, j): data.draw(st.integers(-1, 1)) for i in range(size) for j in range(i + 1, size)
    }
    matrix = [
        [Fraction(upper.get((min(i, j), max(i, j)), 0)) for j in range(size)] for i in range(size)
    ]
    found = inertia(matrix)
    values = np.linalg.eigvalsh(np.array(matrix, dtype=float))
    assert found.positive == sum(values > 1e-6)
    assert found.negative == sum(values < -1e-6)
    if found.direction is not None:
        assert form(matrix, found.direction) < 0
