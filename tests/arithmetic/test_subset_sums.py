"""Subset sums: every answer against all 2^n subsets, planted solutions and refuting functionals."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.arithmetic import subset_search, subset_sums
from symerm.arithmetic.linalg import primitive, row_reduce
from symerm.arithmetic.subset_lattices import search_lattice
from symerm.arithmetic.subset_search import search_subsets
from symerm.arithmetic.subset_sums import refutes, subset_with_sum
from symerm.errors import BudgetExceeded

numbers = st.builds(Fraction, st.integers(-5, 5), st.sampled_from([1, 1, 2, 3]))


@st.composite
def problems(draw, most=8):
    size = draw(st.integers(1, 3))
    vectors = st.tuples(*[numbers] * size)
    items = draw(st.lists(vectors, max_size=most))
    if draw(st.booleans()):
        return items, draw(vectors)
    signs = draw(st.tuples(*[st.booleans()] * len(items)))
    return items, total(items, signs, size)


def total(items, signs, size):
    return tuple(
        sum((item[k] for item, sign in zip(items, signs, strict=True) if sign), Fraction(0))
        for k in range(size)
    )


def brute_force(items, target):
    return any(
        total(items, signs, len(target)) == target
        for signs in product((False, True), repeat=len(items))
    )


def holds(functional, items, target) -> bool:
    """The claim of a functional for all subsets, by the distances of their values themselves."""
    value = sum(u * x for u, x in zip(functional, target, strict=True))
    rests = []
    for item in items:
        w = sum(u * x for u, x in zip(functional, item, strict=True))
        rests.append(min(w - floor(w), w - floor(w) - 1, key=abs))
    low, high = sum(w for w in rests if w < 0), sum(w for w in rests if w > 0)
    return not any(low <= value - k <= high for k in range(floor(value) - 40, floor(value) + 42))


def check(items, target, answer) -> None:
    expected = brute_force(items, target)
    assert (answer.subset is not None) == expected
    if answer.subset is not None:
        signs = [j in answer.subset for j in range(len(items))]
        assert total(items, signs, len(target)) == target
        assert answer.functional is None
    elif answer.functional is not None:
        assert holds(answer.functional, items, target)


@given(problems())
def test_answers_agree_with_all_subsets(problem) -> None:
    items, target = problem
    check(items, target, subset_with_sum(items, target, limit=10**6))


@given(problems())
def test_a_functional_never_refutes_a_sum_that_is_there(problem) -> None:
    items, target = problem
    for functional in product([Fraction(0), Fraction(1, 6), Fraction(3, 7)], repeat=len(target)):
        if refutes(functional, items, target):
            assert not brute_force(items, target)
            assert holds(functional, items, target)


@given(problems(most=7))
def test_both_searches_agree_with_all_subsets(problem) -> None:
    items, target = problem
    rows = [primitive(row) for row in row_reduce([*zip(*items, target, strict=True)])[0]]
    if not rows or any(not any(row[:-1]) for row in rows):
        return
    expected = brute_force(items, target)
    pivots = [next(j for j, entry in enumerate(row) if entry) for row in rows]
    free = [j for j in range(len(items)) if j not in pivots]
    halves = subset_search._Halves(rows, subset_search._BASES[0], 10**4)
    met = list(map(halves.subset, halves.meetings()))
    direct = subset_search._by_pivots(rows, pivots, free)
    assert bool(met) == (direct is not None) == expected
    for subset in [*met, direct]:
        if subset is not None:
            signs = [j in subset for j in range(len(items))]
            assert total(items, signs, len(target)) == target


@pytest.mark.parametrize(("count", "size"), [(24, 1), (30, 2), (18, 9), (45, 30)])
def test_planted_subsets_are_found_by_search(count, size) -> None:
    rng = random.Random(count)
    items = [[rng.randrange(-999, 999) for _ in range(size)] for _ in range(count)]
    chosen = [rng.random() < 0.5 for _ in items]
    target = total(items, chosen, size)
    rows = [primitive(row) for row in row_reduce([*zip(*items, target, strict=True)])[0]]
    subset, examined = search_subsets(rows, limit=10**6)
    assert total(items, [j in subset for j in range(count)], size) == target
    assert examined < 10**6


def test_many_digits_are_decided_by_lattices_with_a_proof() -> None:
    rng = random.Random(7)
    items = [[Fraction(rng.randrange(-(10**30), 10**30), 10**30) for _ in range(2)]
             for _ in range(45)]
    chosen = [rng.random() < 0.5 for _ in items]
    target = total(items, chosen, 2)
    answer = subset_with_sum(items, target, limit=10**6)
    assert answer.subset == tuple(j for j, sign in enumerate(chosen) if sign)
    wrong = (target[0], target[1] + Fraction(1, 10**30))
    answer = subset_with_sum(items, wrong, limit=10**6)
    assert answer.subset is None
    assert holds(answer.functional, items, wrong)


def test_equal_items_count_once_in_the_search() -> None:
    items = [(1, 2)] * 30 + [(2, 3)] * 30 + [(Fraction(1, 2), 0)] * 30
    answer = subset_with_sum(items, (Fraction(41, 2), 27), limit=10**5)
    assert total(items, [j in answer.subset for j in range(90)], 2) == (Fraction(41, 2), 27)


def test_a_limit_is_kept() -> None:
    rng = random.Random(3)
    items = [(rng.randrange(10**6, 2 * 10**6),) for _ in range(40)]
    with pytest.raises(BudgetExceeded, match="raise the limit"):
        search_subsets([[x for (x,) in items] + [20 * 10**6 + 1]], limit=1000)


def test_residues_that_agree_for_different_sums_are_no_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Modulo 5 every sum is 0, as is the target that no sum reaches.
    monkeypatch.setattr(subset_search, "_PRIME", 5)
    with pytest.raises(BudgetExceeded, match="agree modulo a prime"):
        search_subsets([(*range(10, 100, 5), 5)], limit=100)


def test_equations_out_of_bounds_are_refuted_without_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subset_sums, "search_subsets", None)
    monkeypatch.setattr(subset_sums, "search_lattice", None)
    for items, target in [
        ([(1,), (2,)], (4,)), ([(1,), (2,)], (-1,)), ([(1, 1), (2, 2)], (1, 2)),
        ([(4,), (6,)], (5,)), ([], (1,)), ([(0, 0)], (0, 1)),
    ]:  # fmt: skip
        answer = subset_with_sum(items, target, limit=0)
        assert answer.subset is None
        assert holds(answer.functional, items, target)


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(2, 9), st.integers(1, 2), st.booleans())
def test_a_complete_lattice_search_agrees_with_all_subsets(seed, count, size, planted) -> None:
    rng = random.Random(seed)
    items = [tuple(rng.randrange(-60, 60) for _ in range(size)) for _ in range(count)]
    target = tuple(rng.randrange(-90, 90) for _ in range(size))
    if planted:
        target = tuple(map(int, total(items, [rng.random() < 0.5 for _ in items], size)))
    if len(row_reduce(items)[1]) < size:
        return
    answer = search_lattice(items, target, limit=10**5)
    if answer.functional is not None:
        assert refutes(answer.functional, items, target)
        assert not brute_force(items, target)
        return
    assert answer.complete
    assert (answer.subset is not None) == brute_force(items, target)
    if answer.subset is not None:
        assert total(items, [j in answer.subset for j in range(count)], size) == target


def test_a_lattice_search_stops_at_its_limit() -> None:
    items = [(j,) for j in range(100, 140)]
    answer = search_lattice(items, (2401,), limit=3)
    assert (answer.subset, answer.functional, answer.complete) == (None, None, False)
