"""Subsets of matrices with a sum of small rank, against all subsets with plain elimination."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symerm.arithmetic import subset_ranks
from symerm.arithmetic.subset_ranks import subset_of_rank
from symerm.errors import BudgetExceeded

entries = st.builds(Fraction, st.integers(-2, 2), st.sampled_from([1, 1, 2]))


def rank(matrix) -> int:
    """By elimination, with Fractions."""
    rows, found = [list(map(Fraction, row)) for row in matrix], 0
    for column in range(len(rows[0])):
        pivot = next((i for i in range(found, len(rows)) if rows[i][column]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for i in range(found + 1, len(rows)):
            factor = rows[i][column] / rows[found][column]
            rows[i] = [x - factor * y for x, y in zip(rows[i], rows[found], strict=True)]
        found += 1
    return found


def add(base, items, chosen):
    return [
        [base[i][k] + sum(items[j][i][k] for j in chosen) for k in range(len(base[0]))]
        for i in range(len(base))
    ]


@st.composite
def problems(draw):
    q, p = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    matrices = st.tuples(*[st.tuples(*[entries] * p)] * q)
    left, right = st.tuples(*[entries] * q), st.tuples(*[entries] * p)
    rank_one = st.builds(lambda u, w: tuple(tuple(x * y for y in w) for x in u), left, right)
    return (
        draw(matrices), draw(st.lists(st.one_of(rank_one, matrices), max_size=6)),
        draw(st.integers(0, 2)),
    )


@given(problems(), st.sampled_from([1, 2, 14]))
def test_the_answer_agrees_with_all_subsets(problem, block) -> None:
    base, items, bound = problem
    expected = [
        chosen
        for signs in product((0, 1), repeat=len(items))
        if rank(add(base, items, chosen := [j for j, s in enumerate(signs) if s])) <= bound
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subset_ranks, "_BLOCK", block)
        subset, tried = subset_of_rank(base, items, bound, limit=64)
    assert (subset is None) == (not expected)
    assert subset is None or list(subset) in expected
    assert 1 <= tried <= 2 ** len(items)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_determinants_modulo_the_prime(size) -> None:
    rng = random.Random(size)
    matrices = np.array(
        [[[rng.randrange(9) for _ in range(5)] for _ in range(size)] for _ in range(size)],
        dtype=np.uint64,
    )
    found = subset_ranks._determinants(matrices)
    for k in range(5):
        exact = round(float(np.linalg.det(matrices[..., k].astype(float))))
        assert int(found[k]) == exact % subset_ranks._PRIME


def test_the_limit_counts_subsets() -> None:
    items = [((1, 0), (0, 1))] * 5
    with pytest.raises(BudgetExceeded, match="more than 31 subsets"):
        subset_of_rank(((1, 2), (3, 5)), items, 1, limit=31)
    assert subset_of_rank(((1, 2), (3, 5)), items, 1, limit=32) == (None, 32)


def test_many_subsets_are_tried_at_once() -> None:
    rng = random.Random(1)
    items = [[[rng.randrange(-99, 99) for _ in range(3)] for _ in range(2)] for _ in range(17)]
    chosen = [j for j in range(17) if rng.random() < 0.5]
    base = [[-x for x in row] for row in add([[0] * 3, [2, 4, 6]], items, chosen)]
    subset, tried = subset_of_rank(base, items, 1, limit=2**17)
    assert rank(add(base, items, subset)) <= 1
    assert 2**14 < tried <= 2**17
