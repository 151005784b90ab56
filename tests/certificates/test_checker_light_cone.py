"""Bounds by the light cone (Lemma 25), with bivectors as matrices in the place of tables."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import combinations, islice, product
from math import lcm, prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from certificate_tools import Parts, answer, parse
from flint import fmpq, fmpq_mat
from secant_tools import boxes, problem_of, random_point, set_levels, start
from test_checker_charts import closes, drawn, neurons, whole
from test_checker_secants import combined, loss_of, vectors_of

sys.path.insert(0, str(Path(__file__).parents[1] / "attainability"))
from search_cases import certificate
from search_cases import problem_of as case_of

from symerm.attainability import decide
from symerm.certificates.checker import Cell, Chart, Invalid, Malformed, Pieces, Problem, Root

#: The responses are orthogonal, of squared lengths 8 and 2.
ORTHOGONAL = ([[0, 0], [2, 1], [-1, 2], [-1, -3], [1, -2]],
              [[2, 0], [-2, 0], [0, 1], [0, -1], [0, 0]])
REASONS = {
    "the goal": "the form has no light cone",
    "the height": "a vector is not in the cone",
    "the form": "a vector is not in the cone",
    "a product": "a product is on the side of the vector",
    "a half": "a half of the cone has no vector",
}


class Bivectors:
    """Matrices x y^t - y x^t for the vectors of a problem's vertices and responses."""

    def __init__(self, problem: Problem, space: Pieces) -> None:
        self.space, self.problem = space, problem
        weights = [Fraction(x) for x in problem.weights]
        rows = [[Fraction(x) for x in column] for column in zip(*problem.targets, strict=True)]
        if problem.output_bias:
            means = [sum(map(Fraction.__mul__, weights, row)) / sum(weights) for row in rows]
            rows = [[x - mean for x in row] for row, mean in zip(rows, means, strict=True)]
        self.vectors, self.rows = vectors_of(problem), rows
        self.weights = np.array(weights, object)
        columns = np.array(rows, object)
        self.operator = sum(np.outer(x, x * self.weights) for x in columns)
        self.square = sum(sum(x * x * self.weights) for x in columns)
        gram = [[sum(x * y * self.weights) for y in columns] for x in columns]
        self.eigenvalues = sorted(np.linalg.eigvalsh(np.array(gram, float)))[::-1]
        pairs = combinations(columns, 2)
        self.plane = next((b for x, y in pairs if (b := self.wedge(x, y)).any()), None)
        flat = fmpq_mat(len(rows), len(weights), [fmpq(x.numerator, x.denominator)
                                                  for row in rows for x in row])
        self.rank = flat.rank()

        self.tables: dict[int, tuple[Root, Any, Any]] = {}

    def wedge(self, x: Any, y: Any) -> Any:
        x, y = np.array(x, object), np.array(y, object)
        return np.outer(x, y) - np.outer(y, x)

    def products(self, root: Root) -> tuple[Any, Any]:
        """den and num of the responses' bivector and those of the root, times one number."""
        if id(root) not in self.tables:
            wedges = [self.plane] + [
                s * t * self.wedge(self.vectors[i], self.vectors[j])
                for (i, s), (j, t) in root.wedges
            ]
            left = np.array([w.ravel() for w in wedges])
            weights = np.outer(self.weights, self.weights).ravel()
            right = np.array([(self.operator @ w + w @ self.operator.T).ravel() for w in wedges])
            den, num = (left * weights) @ left.T / 2, (left * weights) @ right.T / 2
            scale = lcm(*(x.denominator for x in (*den.ravel(), *num.ravel())))
            whole_numbers = np.vectorize(int, otypes=[object])
            self.tables[id(root)] = root, whole_numbers(den * scale), whole_numbers(num * scale)
        return self.tables[id(root)][1:]

    def form(self, root: Root, goal: Fraction) -> Any:
        den, num = self.products(root)
        share = self.square - goal
        return share.numerator * den - share.denominator * num

    def violated(
        self, region: Cell | Chart, goal: Fraction, vectors: Any, second: Any = None
    ) -> set[str]:
        """The conditions that do not hold."""
        second = self.eigenvalues[1] if second is None else second
        found = set() if goal < second else {"the goal"}
        form, den = self.form(region.root, goal), self.products(region.root)[0]
        products = monomials(region)
        halves = set()
        for y, s in vectors:
            z = np.array([s, *y], object)
            height, image = z @ den[0], form @ z
            halves.add((height > 0) - (height < 0))
            found |= set() if height else {"the height"}
            found |= {"the form"} if image @ z > 0 else set()
            if any(dot(image, w) < 0 for w in products):
                found.add("a product")
        heights = [dot(den[0], w) for w in products]
        if any(x and (x > 0) - (x < 0) not in halves for x in heights):
            found.add("a half")
        return found


def dot(row: Any, w: dict[int, int]) -> int:
    """A row of products with a sum of those of the root."""
    return sum(x * row[k + 1] for k, x in w.items())


def monomials(region: Cell | Chart) -> list[dict[int, int]]:
    """The vectors of the monomials in the coefficients of all generators."""
    if isinstance(region, Cell):
        lists = [gens for _, gens in region.slots]
        return [{sum(k): prod(x) for k, x in zip(
            product(*pick), product(*(g.values() for g in pick)), strict=True)}
            for pick in product(*lists)]
    *inner, spread, ends = region.groups
    far, near = ([(n, g[k]) for n, g in enumerate(ends) if k in g] for k in (1, 0))
    sizes = [(n, sum(g.values())) for n, g in enumerate(spread)]
    total: dict[Any, Counter[int]] = {}
    for picks in product(*(range(len(gens)) for gens in inner)):
        us = [gens[n] for gens, n in zip(inner, picks, strict=True)]
        for m in range(1, region.count + 1):
            for moved in combinations(range(len(us)), m):
                for cs in product(range(len(spread)), repeat=m):
                    lists = list(us)
                    for a, n in zip(moved, cs, strict=True):
                        vector: Counter[int] = Counter()
                        for k, c in spread[n].items():
                            axis, outer = region.outside[k]
                            for place, x in outer.items():
                                vector[place] += c * x * sum(us[a].values()) * (axis == a)
                        lists[a] = {k: x for k, x in vector.items() if x}
                    rest = region.count - m
                    choices = product(*[far] * (m - 1), *[near] * rest, *[sizes] * rest)
                    for choice in choices if all(lists) else ():
                        radius = tuple(sorted(n for n, _ in choice[: region.count - 1]))
                        ways = tuple(sorted([*cs, *(n for n, _ in choice[region.count - 1 :])]))
                        own = total.setdefault((picks, ways, radius), Counter())
                        factor = prod(x for _, x in choice)
                        for row in product(*(g.items() for g in lists)):
                            own[sum(k for k, _ in row)] += factor * prod(x for _, x in row)
    return [dict(w) for w in total.values()]


def problems() -> list[Problem]:
    """With and without biases, repeated inputs, a slope, and responses in a plane of three."""
    source = random.Random(5)

    def rows(count: int, size: int, most: int) -> list[list[int]]:
        return [[source.randint(-most, most) for _ in range(size)] for _ in range(count)]

    def three(outputs: list[list[int]]) -> list[list[int]]:
        return [[x, -2 * x, x + y] for x, y in outputs]

    doubled = rows(5, 2, 4)
    return [
        problem_of(rows(5, 2, 4), rows(5, 2, 9), hidden_bias=False, output_bias=False),
        problem_of(rows(5, 2, 4), rows(5, 2, 9), hidden_bias=False),
        problem_of([*doubled, doubled[0]], rows(6, 2, 9), hidden_bias=False),
        problem_of(rows(4, 2, 4), rows(4, 2, 9), output_bias=False),
        problem_of([[0], [1], [2], [4], [7]], rows(5, 2, 9), slope=Fraction(1, 3)),
        problem_of([[0], [1], [3], [4], [5]], three(rows(5, 2, 5)), output_bias=False),
    ]


def dead(root: Root) -> list[Any]:
    alive = set(root.alive)
    return [box for box in boxes(root, range(len(root.shape))) if not any(
        sum(x * s for x, s in zip(row, root.strides, strict=True)) in alive
        for row in product(*box))]


def regions(problem: Problem, space: Pieces, source: random.Random) -> Iterator[Any]:
    """Small cells, and charts at boxes of vanishing products."""
    roots = [root for root in islice(space.roots(), 60) if len(root.den) <= 16]
    for root in source.sample(roots, min(len(roots), 12)):
        found: Any = start(root, space.goal)
        box = source.choice(dead(root) or [None])
        for n in range(source.choice([1, 3, 5, 7])):
            places = [(s, i, j) for s, size in enumerate(found.sizes)
                      for i, j in combinations(range(size), 2)]
            if box and n == 2:
                try:
                    found, box = Chart.of(found, [list(side) for side in box]), None
                    continue
                except Invalid:
                    box = None
            if places:
                parts = found.split(*source.choice(places), source.randint(1, 4), 1)
                found = source.choice([part for part in parts if all(part.sizes)] or [found])
        if isinstance(found, Cell) and source.random() < 0.2:
            found = found.merge(range(len(found.sizes)))
        if all(found.sizes) and prod(found.sizes) < 40:
            yield found


def edges(known: Bivectors, region: Any, goal: Fraction, source: random.Random) -> list[Any]:
    """Vectors on the two sides of the cone, below a point of the region, and one of height 0."""
    root, size = region.root, len(region.root.den)
    center: Counter[int] = Counter()
    for g in monomials(region):
        scale = Fraction(10**4 * source.choice([1, 1, 1, 3]), 1 + sum(g.values()))
        for k, x in g.items():
            center[k] += int(scale * x)
    y = [center[k] for k in range(size)]
    form = known.form(root, goal)
    a, mixed, c = float(form[0, 0]), float(dot(form[0], center)), float(sum(
        x * dot(form[k + 1], center) for k, x in center.items()))
    found = []
    for sign in (1, -1):
        s = (-mixed + sign * max(0.0, mixed * mixed - a * c) ** 0.5) / a if a else float(sign)
        found.append([y, int(s + sign * (abs(s) / 10**4 + 1) * (-1 if a < 0 else 1))])
    return found


def reason(region: Any, vectors: Any) -> str:
    try:
        region.spacelike(vectors)
    except Invalid as error:
        return str(error)
    return ""


def goals(known: Bivectors, source: random.Random) -> list[Fraction]:
    first, second = (Fraction(float(x)).limit_denominator(1000) for x in known.eigenvalues[:2])
    return [second * source.choice([Fraction(1, 4), Fraction(1, 2), Fraction(9, 10)]),
            second * Fraction(11, 10), first + second / 2, Fraction(source.choice([0, -3]))]


def level(space: Pieces, goal: Fraction) -> None:
    set_levels(space, space.at(goal))


@pytest.mark.parametrize("kind", [Cell, Chart])
def test_the_conditions(kind: Any) -> None:
    """Each one decides alone in some case; what is accepted has no loss below the goal."""
    source, seen = random.Random(kind.__name__), Counter[Any]()
    for problem in problems():
        space = Pieces(problem)
        known = Bivectors(problem, space)
        for goal in goals(known, source):
            level(space, goal)
            for region in (r for _ in range(3) for r in regions(problem, space, source)
                           if isinstance(r, kind)):
                up, down = edges(known, region, goal, source)
                inside = [[up[0], up[1] * 9 // 10], [down[0], down[1] * 9 // 10]]
                nothing = [[0] * len(up[0]), 0]
                mirrored = [[-x for x in up[0]], -up[1]]
                for vectors in (
                    [up], [down], [up, down], [down, up], [up, nothing], [nothing, down],
                    [down, nothing], inside, [inside[0]], [inside[1]], [up, inside[1]],
                    [mirrored], [[[0] * len(up[0]), source.choice([1, -1])]],
                ):
                    found, expected = reason(region, vectors), known.violated(region, goal, vectors)
                    assert (found == "") == (not expected), (found, expected)
                    assert not found or found in {REASONS[name] for name in expected}
                    high = "above both" * (goal > known.eigenvalues[0])
                    seen[(high, *expected) if high else tuple(expected)] += 1
                    if found:
                        continue
                    seen[len(vectors), sides(known, region)] += 1
                    form = known.form(region.root, goal)
                    for _ in range(4):
                        w = (random_point(region, source) if kind is Cell
                             else whole(neurons(region, drawn(region, source))[0]))
                        assert sum(x * dot(form[k + 1], w) for k, x in w.items()) >= 0
    for alone in [*((name,) for name in REASONS), ("above both", "the goal"), (), (1, 1), (2, 2)]:
        assert seen[alone] > 2, (alone, seen)


def sides(known: Bivectors, region: Any) -> int:
    """The number of halves that the products are in."""
    row = known.products(region.root)[0][0]
    return len({x > 0 for g in monomials(region) if (x := dot(row, g))})


def test_losses_of_networks() -> None:
    """On what is accepted no span of two neurons is nearer to the responses than the goal."""
    source, near, seen = random.Random(11), 0, 0
    for problem in problems():
        space = Pieces(problem)
        known = Bivectors(problem, space)
        for share in (Fraction(1, 2), Fraction(9, 10), Fraction(99, 100)):
            goal = Fraction(float(known.eigenvalues[1])).limit_denominator(1000) * share
            level(space, goal)
            for region in regions(problem, space, source):
                root = region.root
                pair = edges(known, region, goal, source)
                accepted = any(not reason(region, z) for z in ([pair[0]], [pair[1]], pair))
                if len(root.shape) > 2 or not accepted:
                    continue
                for _ in range(6):
                    if isinstance(region, Chart):
                        factors = neurons(region, drawn(region, source))[0]
                    elif len(region.slots) == 2:
                        factors = [random_factors(gens, source) for _, gens in region.slots]
                    else:
                        continue
                    rows = []
                    for a, point in enumerate(factors):
                        items = [(root.wedges[k][a], x) for k, x in point.items()]
                        rows.append(combined(known.vectors, *zip(*items, strict=True)))
                    if known.wedge(*rows).any():
                        loss = loss_of(problem, rows)
                        assert loss >= goal
                        near += loss < known.eigenvalues[1]
                        seen += 1
    assert seen > 100
    assert near > 0


def random_factors(gens: Any, source: random.Random) -> dict[int, int]:
    total: Counter[int] = Counter()
    for g in gens:
        factor = source.choice([1, 2, 7])
        for k, x in g.items():
            total[k] += factor * x
    return dict(total)


def accepted_case(problem: Problem, goal: Fraction, seed: int, rounds: int = 40) -> Any:
    """A region with vectors that are accepted for the goal."""
    source, space = random.Random(seed), Pieces(problem)
    known = Bivectors(problem, space)
    level(space, goal)
    for _ in range(rounds):
        for region in regions(problem, space, source):
            pair = edges(known, region, goal, source)
            for vectors in ([pair[0]], [pair[1]], pair):
                if not reason(region, vectors):
                    yield known, region, vectors


def test_the_goal_is_below_the_second_eigenvalue() -> None:
    problem, seen = problem_of(*ORTHOGONAL), Counter[bool]()
    space = Pieces(problem)
    known, second = Bivectors(problem, space), Fraction(2)
    assert [round(x, 9) for x in known.eigenvalues] == [8, 2]
    for goal in (second - Fraction(1, 10**9), second, second + Fraction(1, 10**9)):
        level(space, goal)
        source = random.Random(3)
        for region in (r for _ in range(3) for r in regions(problem, space, source)):
            pair = edges(known, region, goal, source)
            for vectors in ([pair[0]], [pair[1]], pair):
                expected = known.violated(region, goal, vectors, second)
                assert (reason(region, vectors) == "") == (not expected)
                if expected <= {"the goal"}:
                    seen[goal < second] += 1
    assert min(seen[True], seen[False]) > 2


@pytest.mark.parametrize("outputs", [
    [[1, 2], [3, 6], [-1, -2], [0, 0]],
    [[1, 0, 0], [0, 1, 0], [0, 0, 1], [2, 1, -1]],
    [[1], [0], [5], [2]],
])
def test_the_rank_of_the_responses_is_two(outputs: Any) -> None:
    problem = problem_of([[0], [1], [2], [4]], outputs)
    space = Pieces(problem)
    for goal in (Fraction(1, 100), Fraction(0), Fraction(-1)):
        level(space, goal)
        root = next(iter(space.roots()))
        for z in ([[0] * len(root.den), 1], [[0] * len(root.den), -1]):
            assert reason(start(root, space.goal), [z]) == "the form has no light cone"


def test_the_width_is_two() -> None:
    problem = problem_of([[0], [1], [2], [4], [5]], [[1, 2], [0, 3], [4, -2], [5, 1], [-3, 2]], 3)
    space = Pieces(problem)
    level(space, Fraction(1, 100))
    root = next(iter(space.roots()))
    assert reason(start(root, space.goal), [[[0] * len(root.den), 1]]) == (
        "the form has no light cone")


def test_what_is_not_a_step() -> None:
    problem = problems()[0]
    _, region, vectors = next(accepted_case(problem, Fraction(1, 2), 1))
    (y, s), *_ = vectors
    for wrong in (
        5, None, {}, [], [5], [[]], [[y]], [[y, s, s]], [[y, str(s)]], [[y, True]], [[y, None]],
        [[y, [s]]], [[y[1:], s]], [[[*y, 0], s]], [[[str(y[0]), *y[1:]], s]], [[5, s]],
        [[y, float(s)]], [[y, s]] * 3, [[s, y]],
    ):
        with pytest.raises(Malformed):
            region.spacelike(wrong)
    # Only the ray of a vector matters, and one half may have two vectors.
    assert reason(region, [[[7 * x for x in y], 7 * s] for y, s in vectors]) == ""
    assert reason(region, [vectors[0], vectors[0]]) == reason(region, vectors[:1])


@pytest.mark.parametrize("kind", ["bounds", "level", "attained"])
def test_a_step_in_every_kind_of_proof(kind: str) -> None:
    """In the place of "p", in cells and in charts; dead coordinates may have any value."""
    seen = set()
    for problem in problems()[:3]:
        for n, (_, region, vectors) in enumerate(accepted_case(problem, Fraction(1, 2), 2, 3)):
            root = region.root
            if isinstance(region, Chart) or n % 5 or len(region.slots) < 2:
                continue
            other = [[[x if k in root.alive else 10**6 for k, x in enumerate(y)], s]
                     for y, s in vectors]
            assert reason(region, other) == ""
            # The root as a whole: closed exactly if the conditions hold there.
            goal = root.space.goal
            good = reason(start(root, goal), vectors)
            assert closes(root, kind, None, goal, goal, [["z", vectors]]) == good
            for wrong in (["z"], ["z", vectors, 0], ["z", *vectors, 1]):
                assert closes(root, kind, None, goal, goal, [wrong]) == "not a step of this proof"
            for box in dead(root)[:2]:
                sides = [list(side) for side in box]
                try:
                    chart = Chart.of(start(root, goal), sides)
                except Invalid:
                    continue
                found = closes(root, kind, None, goal, goal, [["c", sides], ["z", vectors]])
                assert found == reason(chart, vectors)
                seen.add(("chart", found == ""))
            seen.add(("cell", good == ""))
    assert ("cell", True) in seen


def test_work_is_charged() -> None:
    """Vectors with long numbers cost more than what their text pays for at last."""
    problem = problems()[0]
    _, region, vectors = next(accepted_case(problem, Fraction(1, 2), 1))
    costs, spent = [], 0

    def spend(count: int, bits: int = 0) -> None:
        nonlocal spent
        spent += count * (1 + bits)

    region.root.space.spend = spend
    for scale in (1, 2**1000, 2**4000):
        spent = 0
        assert reason(region, [[[scale * x for x in y], scale * s] for y, s in vectors]) == ""
        costs.append(spent)
    assert costs[2] > 3 * costs[1] > 9 * costs[0]
    # The form is applied to all entries of each vector.
    products = len(vectors) * len(region.root.den) ** 2
    assert costs[2] - costs[1] > 4 * 3000 * products


# ---------------------------------------------------------------- certificates of the solver

#: Two inputs, without biases: an attained infimum, and one that is not.
CASES: dict[str, Any] = {
    "attained": ([[-2, 0], [3, -3], [1, 3], [-3, -2]], [[-6, -5], [7, -3], [8, -8], [0, -3]], {
        "hidden_bias": False, "output_bias": False}),
    "not-attained": ([[2, 2], [-3, 1], [3, 4], [1, 1]], [[-8, -1], [2, 3], [-2, 9], [6, -1]], {
        "hidden_bias": False, "output_bias": False}),
    "in charts": ([[3, 2], [1, -1], [-4, 2], [-3, -4]], [[-3, 7], [9, -4], [5, 9], [-1, 6]], {
        "output_bias": False}),
}


@cache
def solved(name: str) -> str:
    inputs, outputs, biases = CASES[name]
    return str(certificate(decide(case_of(inputs, outputs, 2, **biases), time_limit=60)))


def changes(step: Any, source: random.Random) -> Iterator[Any]:
    """Vectors outside the cone, on the other half, of another region, or none."""
    vectors = step[1]
    for k, (y, s) in enumerate(vectors):
        none = [0] * len(y)
        for new in ([y, s // 2], [y, -s], [[-x for x in y], -s], [y[::-1], s], [none, 0],
                    [none, 1], [none, -1]):
            yield ["z", [*vectors[:k], new, *vectors[k + 1 :]]]
        if len(vectors) == 2:
            yield ["z", [vectors[k], vectors[k]]]
    yield from (["p"], ["z", vectors[:1] * 2], ["s"], ["z", []])


@pytest.mark.parametrize("name", CASES)
def test_certificates(name: str, tmp_path: Path) -> None:
    source, parts, refused = random.Random(name), parse(solved(name)), Counter[str]()
    verdict = parts.head["claim"]["verdict"]
    assert verdict in ("attained", "not-attained")
    assert verdict == name or name not in ("attained", "not-attained")
    steps = [k for k, step in enumerate(parts.steps) if step[0] == "z"]
    assert steps
    assert answer(tmp_path, parts.text()).startswith(f"VALID {verdict} ")
    for k in source.sample(steps, min(len(steps), 4)):
        for wrong in changes(parts.steps[k], source):
            line = answer(tmp_path, replaced(parts, k, wrong))
            refused[line.split(": ")[-1] if not line.startswith("VALID") else ""] += 1
    assert refused[""] < sum(refused.values()) // 3
    assert refused["a vector is not in the cone"] > 2
    assert refused["a product is on the side of the vector"] > 0
    assert refused["a half of the cone has no vector"] > 0


def replaced(parts: Parts, k: int, step: Any) -> str:
    other = parts.copy()
    other.steps[k] = step
    return other.text()


@pytest.mark.parametrize("name", CASES)
def test_other_claims(name: str, tmp_path: Path) -> None:
    """A bound above the network's loss, or for smaller responses, by the same steps."""
    parts = parse(solved(name))
    high = parts.copy()
    head = next(k for k, step in enumerate(parts.steps) if step[0] in ("attained", "level"))
    upper = Fraction(parts.head["claim"]["upper"])
    high.head["claim"] = {"lower": str(upper * Fraction(21, 20)), "upper": "1000000",
                          "verdict": "undecided"}
    high.steps[head] = ["bounds"]
    assert not answer(tmp_path, high.text()).startswith("VALID")
    other = parts.copy()  # a third of the responses, hence a ninth of the infimum
    data = other.head["data"]
    data["outputs"] = [[str(Fraction(y) / 3) for y in row] for row in data["outputs"]]
    other.head["claim"]["upper"] = "1000000"
    assert not answer(tmp_path, other.text()).startswith("VALID")
