"""Dual leaves: whatever proposes them, what `bound` returns is below the loss of every network."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from search_cases import ACTIVATIONS, Search, problem_of, problems, random_problem

from symerm.attainability.dual import MIXTURE_UNIT, DualLeaf
from symerm.attainability.local_search import exact_candidate

#: Relative to the loss of the best constant: most cases can reach it.
TARGET = 0.02


def random_loss(generator, search, slots) -> Fraction:
    """The least loss over positive multiples of random neurons of a case, and any offset."""
    columns = []
    for sign, cone in slots:
        weights = [generator.choice((0, 0, 1, 1, 3)) for _ in cone.rays]
        neuron = [
            sum(w * x for w, x in zip(weights, column, strict=True))
            for column in zip(*cone.rays, strict=True)
        ]
        columns.append([
            sign * search.scaled.act(sum(x * y for x, y in zip(form, neuron, strict=True)))
            for form in search.scaled.forms
        ])
    return search.best_on(columns)


def cases(seed, count, **options):
    """Searches with random cases of random small problems."""
    generator = random.Random(seed)
    for k in range(count):
        dimension, width, size = generator.choice([(1, 1, 5), (1, 2, 5), (2, 1, 5), (2, 2, 6)])
        problem = random_problem(
            1000 * seed + k, size, dimension, width, generator.choice(ACTIVATIONS), **options
        )
        search = Search(problem)
        for _ in range(4):
            yield generator, search, search.random_case(generator, generator.randint(0, 8))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("output_bias", [True, False])
def test_bounds_of_proposals_are_below_every_network(seed, output_bias):
    proved = 0
    for generator, search, slots in cases(seed, 5, output_bias=output_bias):
        (proposal,) = search.relaxation.propose([slots], TARGET)
        for optimal in (False, True):
            if not proposal.coefficients:
                continue
            leaf = search.dual.from_proposal(slots, proposal, optimal=optimal)
            bound = None if leaf is None else search.dual.bound(slots, leaf)
            if not bound:
                continue
            proved += 1
            for _ in range(5):
                assert bound <= random_loss(generator, search, slots)
    assert proved >= 10


@pytest.mark.parametrize("seed", range(3))
def test_bounds_of_proposals_are_below_the_minimum_of_the_case(seed):
    generator = random.Random(seed)
    ratios = []
    for k in range(6):
        problem = random_problem(100 * seed + k, 4, 1, 2, generator.choice(ACTIVATIONS))
        search = Search(problem)
        slots = search.random_case(generator, generator.randint(0, 5))
        minimum = search.minimum(slots)
        goal = search.relaxation.relative(minimum)
        (proposal,) = search.relaxation.propose([slots], goal * (1 - 1e-6))
        if not proposal.coefficients:
            continue
        leaf = search.dual.from_proposal(slots, proposal, optimal=False)
        bound = None if leaf is None else search.dual.bound(slots, leaf)
        if bound is None:
            continue
        assert bound <= minimum
        if not search.cuts(slots) and minimum:
            ratios.append(float(bound / minimum))
    # Without undecided points nothing is relaxed, so the bound nearly is the minimum.
    assert all(ratio > 0.99 for ratio in ratios)


def _shape(search, slots):
    rays = sum(len(cone.rays) for _, cone in slots) + search.scaled.output_bias
    loose = {i for _, cone in slots for i in search.dual.undecided(cone)}
    return rays, sorted(loose)


@settings(max_examples=250)
@given(problems(max_inputs=1, max_width=2, max_size=4), st.data())
def test_garbage_never_gives_a_false_bound(problem, data):
    search = Search(problem)
    generator = random.Random(data.draw(st.integers(0, 1000)))
    slots = search.random_case(generator, data.draw(st.integers(0, 4)))
    rays, loose = _shape(search, slots)
    number = st.one_of(st.integers(-3, 3), st.integers(-(10**6), 10**6))
    leaf = DualLeaf(
        data.draw(st.integers(0, 5)),
        tuple(data.draw(st.lists(number, min_size=rays, max_size=rays))),
        tuple(data.draw(st.lists(number, min_size=len(loose), max_size=len(loose)))),
        (),
    )
    residual = search.dual._residual(slots, leaf)
    if search.scaled.output_bias and loose:
        # Make the sum zero, or the leaf is refused at once.
        rest = sum(w * r for w, r in zip(search.scaled.weights, residual, strict=True))
        weight = search.scaled.weights[loose[0]]
        leaf = replace(
            leaf,
            scale=leaf.scale * weight,
            fit=tuple(x * weight for x in leaf.fit),
            residuals=tuple(
                x * weight - (rest if k == 0 else 0) for k, x in enumerate(leaf.residuals)
            ),
        )
        residual = search.dual._residual(slots, leaf)
    lowered = sum(
        sign * residual[i] < 0 for sign, cone in slots for i in search.dual.undecided(cone)
    )
    parts = st.one_of(
        st.sampled_from([0, MIXTURE_UNIT // 2, MIXTURE_UNIT]),
        st.integers(-MIXTURE_UNIT, 2 * MIXTURE_UNIT),
    )
    leaf = replace(
        leaf, mixtures=tuple(data.draw(st.lists(parts, min_size=lowered, max_size=lowered)))
    )
    bound = search.dual.bound(slots, leaf)
    if bound is not None:
        assert bound <= search.minimum(slots)


def test_mixtures_out_of_range_prove_nothing():
    # For a mixture of -1 the "lower bound" -h z + 2 g z of the activation is none.
    refused = 0
    for _, search, slots in cases(9, 6):
        (proposal,) = search.relaxation.propose([slots], TARGET)
        if not proposal.coefficients:
            continue
        leaf = search.dual.from_proposal(slots, proposal, optimal=False)
        if leaf is None or not leaf.mixtures:
            continue
        for part in (-1, MIXTURE_UNIT + 1):
            changed = replace(leaf, mixtures=(part, *leaf.mixtures[1:]))
            assert search.dual.bound(slots, changed) is None
            refused += 1
    assert refused


@settings(max_examples=100)
@given(problems(max_width=2), st.integers(0, 10**6))
def test_exact_minimum_of_decided_cases(problem, seed):
    search = Search(problem)
    generator = random.Random(seed)
    slots = search.random_case(generator, 100)
    assert not search.cuts(slots)
    leaf, offset, neurons = search.dual.exact_minimum(slots)
    candidate = exact_candidate(search.scaled, offset, tuple(neurons))
    assert candidate.loss == search.dual.bound(slots, leaf) == search.minimum(slots)
    assert [sign for sign, _ in neurons] == [sign for sign, _ in slots]
    assert leaf.scale >= 1
    assert search.scaled.output_bias or offset == 0
    for _ in range(3):
        assert candidate.loss <= random_loss(generator, search, slots)


def test_a_leaf_by_hand():
    # One neuron, responses 0, 2, 1 at 0, 1, 2: pooling the last two gives loss 1/2.  On the cone
    # of neurons active at 0 only the dual vector (0, 1, -1) proves it: <r, t> = 1, |r|^2 = 2.
    search = Search(problem_of([0, 1, 2], [0, 2, 1], 1))
    dual = search.dual
    case = next(
        case
        for root in search.roots()
        for case in search.decided(root)
        if case[0][0] == -1 and search.fan.pattern(case[0][1]) == (True, False, False)
    )
    leaf, offset, neurons = dual.exact_minimum(case)
    assert dual.bound(case, leaf) == Fraction(1, 2)
    assert exact_candidate(search.scaled, offset, tuple(neurons)).loss == Fraction(1, 2)
    residual = dual._residual(case, leaf)
    assert [Fraction(r, max(residual)) for r in residual] == [0, 1, -1]


def test_undecided_points():
    search = Search(problem_of([0, 1, 2], [0, 2, 1], 1))
    for root in search.fan.roots():
        signs = [{(z > 0) - (z < 0) for z in column} for column in zip(
            *(search.fan.values(ray) for ray in root.rays), strict=True
        )]
        expected = tuple(i for i, found in enumerate(signs) if {1, -1} <= found)
        assert search.dual.undecided(root) == expected


def test_the_activation_on_a_ray():
    search = Search(problem_of([-1, 0, 2], [0, 2, 1], 1, "leaky:1/10"))
    for cone in search.fan.roots():
        for ray in cone.rays:
            assert search.dual.phi(ray) == [
                10 * z if z > 0 else z for z in search.fan.values(ray)
            ]
