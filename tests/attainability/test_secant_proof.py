"""Proofs cover their roots: random tuples are followed to a leaf, whose claim they have to meet."""

import random
from fractions import Fraction
from functools import cache

import pytest
from secant_cases import (
    Traced,
    chart_place,
    combination,
    form_value,
    halved,
    secants_of,
    solve_nonnegative,
    span_loss,
    tensor,
)

from symerm.attainability.secant_cells import merged, root_cell, split, without_dead
from symerm.attainability.secant_charts import Chart, chart_of
from symerm.attainability.secant_proof import Effort, Goals, RootProver
from symerm.attainability.secant_search import search_minima
from symerm.attainability.secants import decide_secants


def drawn(name, size, inputs, outputs=2):
    source = random.Random(name)
    places = (
        [[k] for k in range(size)] if inputs == 1
        else [[source.randint(-3, 3) for _ in range(inputs)] for _ in range(size)]
    )
    return places, [[source.randint(-9, 9) for _ in range(outputs)] for _ in range(size)]


#: Problems with their width and biases.
CASES = {
    "attained, two": (*drawn("d2-5-1", 5, 1), 2, {}),
    "not attained, two": (
        [[0], [1], [2], [3], [4]], [[-2, -9], [-9, -7], [-9, 3], [0, 3], [-5, 2]], 2, {}
    ),
    "attained, three": (*drawn("d3-6-2", 6, 1), 3, {}),
    "not attained, three": (*drawn("d3-5-2", 5, 1), 3, {}),
    "plane": (*drawn("nb-7", 5, 2), 2, {"hidden_bias": False}),
    "another plane": (*drawn("nb-11", 5, 2), 2, {"hidden_bias": False}),
}


@cache
def proved(name):
    """A problem, the goals of its decision, and the steps for each of its roots."""
    *data, biases = CASES[name]
    problem = secants_of(*data, **biases)
    decision = decide_secants(problem, tolerance=Fraction(1, 10**6), steps=60_000)
    forms = problem.forms
    lower = forms.level(decision.lower)
    if decision.verdict == "attained":
        goals = Goals("attained", forms.level(decision.best.loss), lower,
                      forms.level(decision.best.loss))
    elif decision.verdict == "not-attained":
        goals = Goals(
            "level", forms.level(decision.level), lower, forms.level(decision.stratum.loss)
        )
    else:
        goals = Goals("bounds", lower, lower)
    proofs, place = [], 0
    for table in problem.tables:
        end = tree_end(decision.steps, place, [root_cell(table.root.shape)], table.forms[0])
        proofs.append(decision.steps[place:end])
        place = end
    assert place == len(decision.steps)
    return problem, decision, goals, proofs


def prover_of(problem, goals, effort):
    return RootProver(
        problem.pieces.pieces, problem.forms, problem.scaled.width, goals, effort
    )


def follow(table, steps, factors):
    """The leaf at which the tuple of some factors ends; None beyond the stratum of a chart."""
    den, place = table.forms[0], 0
    traced, chart, values = Traced(table.root.shape, factors), None, None
    while True:
        step = steps[place]
        place += 1
        head, *rest = step
        if head == "b" and chart is None:
            slot, i, j, p, q = rest
            cell = traced.cell
            side = traced.split(slot, i, j, p, q, den)
            place = place if side == 0 else skip(steps, place, cell, step, den)
        elif head == "b":
            group, i, j, p, q = rest
            side, values[group] = halved(values[group], chart.groups[group], i, j, p, q)
            halves = chart.split(group, i, j, p, q)
            place = place if side == 0 else skip(steps, place, chart, step, den)
            chart = halves[side]
        elif head == "w":
            traced.merge(rest, den)
        elif head == "c":
            chart = chart_of(traced.cell, rest[0])
            found = chart_place(chart, traced.factors)
            if found is None:
                return None
            inside, spread, radius = found
            values = [
                solve_nonnegative(own, row)
                for own, row in zip(chart.groups, [*inside, spread, radius], strict=True)
            ]
            assert all(row is not None for row in values)
        else:
            return step


def skip(steps, place, cell, step, den):
    """The place after the first child of a split."""
    first = children(cell, step, den)[0]
    return place if first is None else tree_end(steps, place, [first], den)


def tree_end(steps, place, waiting, den):
    """The place after the steps that close some cells."""
    while waiting:
        cell = waiting.pop()
        step = steps[place]
        place += 1
        waiting += [one for one in reversed(children(cell, step, den)) if one is not None]
    return place


def children(cell, step, den):
    head, *rest = step
    if head == "b":
        if isinstance(cell, Chart):
            return list(cell.split(*rest))
        return [without_dead(half, den) for half in split(cell, *rest)]
    if head == "w":
        return [without_dead(merged(cell, rest), den)]
    return [chart_of(cell, rest[0])] if head == "c" else []


def points(source, problem, index, guesses, count):
    """Random factors of all sizes, some near the best guesses of the root."""
    shape = problem.tables[index].root.shape
    for k in range(count):
        rows = [
            [Fraction(source.choice([1, source.randint(1, 30)]), source.choice([1, 7, 1000]))
             for _ in range(size)] for size in shape
        ]
        if guesses and k % 2:
            guess = source.choice(guesses)
            rows = [
                [Fraction(x / max(row)).limit_denominator(10**4)
                 + Fraction(source.randint(1, 9), 10 ** source.randint(2, 6)) for x in row]
                for row in guess.coordinates
            ]
            if guess.box is not None:
                shrink = Fraction(1, 10 ** source.randint(1, 6))
                rows = [
                    [x if item in items else x * shrink for item, x in enumerate(row)]
                    for row, items in zip(rows, guess.box, strict=True)
                ]
        yield rows


@pytest.mark.parametrize("name", CASES)
def test_every_tuple_ends_in_a_leaf_whose_claim_it_meets(name):
    problem, decision, goals, proofs = proved(name)
    source = random.Random(name)
    guesses = search_minima(problem.tables)
    a, b = goals.goal
    lower_a, lower_b = goals.lower
    heads = {}
    for index, (table, steps) in enumerate(zip(problem.tables, proofs, strict=True)):
        assert steps is not None
        near = [guess for guess in guesses[:60] if guess.root == index]
        den, num = table.forms
        for factors in points(source, problem, index, near, 10 if near else 3):
            y = tensor(factors)
            if not form_value(den, y):
                continue
            leaf = follow(table, steps, factors)
            if leaf is None:
                continue
            heads[leaf[0]] = heads.get(leaf[0], 0) + 1
            if leaf[0] in ("p", "v", "z", "s"):
                assert form_value(a * den - b * num, y) >= 0
            elif leaf[0] != "m":
                assert form_value(lower_a * den - lower_b * num, y) >= 0
            if not table.root.shared and not table.root.hinges and all(
                len(item) == 1 for axis in table.root.axes for item in axis
            ):
                neurons = [
                    combination(problem, [
                        (item[0], x) for item, x in zip(axis, row, strict=True)
                    ])
                    for axis, row in zip(table.root.axes, factors, strict=True)
                ]
                assert span_loss(problem, neurons) >= decision.lower
    assert heads["p"] > 10


@pytest.mark.parametrize("name", CASES)
def test_a_goal_above_the_infimum_is_not_proved(name):
    problem, decision, _, _ = proved(name)
    best = min(
        (limit for limit in (decision.best, decision.stratum) if limit is not None),
        key=lambda limit: limit.loss,
    )
    goal = problem.forms.level(best.loss * Fraction(1001, 1000))
    higher = Goals("bounds", goal, goal)
    prover = prover_of(problem, higher, Effort(300))
    assert prover.prove(problem.tables[best.root]) is None


def test_the_effort_is_counted():
    effort = Effort(5)
    effort.spend(5)
    assert not effort.over
    effort.spend(1)
    assert effort.over
    assert not Effort().over
    assert Effort(deadline=0.0).late
    problem, _, goals, _ = proved("attained, two")
    prover = prover_of(problem, goals, Effort(0))
    assert any(prover.prove(table) is None for table in problem.tables)


def test_proofs_do_not_depend_on_what_was_proved_before():
    problem, _, goals, proofs = proved("not attained, two")
    prover = prover_of(problem, goals, Effort())
    for index in reversed(range(len(problem.tables))):
        assert tuple(prover.prove(problem.tables[index])) == proofs[index]
