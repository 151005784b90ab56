"""Each rule of the checker against its lemma: accepted where the lemma holds, refused where one
of its hypotheses fails, and compared with a second computation that shares nothing with it."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import pytest
from flint import fmpq_mat, fmpz_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.certificates import checker
from symerm.certificates.checker import Cone, Fan, Invalid, Malformed, Problem, primitive

SLOPES = st.sampled_from([Fraction(0), Fraction(1, 10), Fraction(3, 4)])
small = st.integers(-5, 5)


def free_lines() -> Any:
    """In the place of a file: work that nobody counts."""
    return SimpleNamespace(rate=1, spend=lambda *amounts: None)


def problem_of(
    inputs: list[Any],
    outputs: list[Any],
    width: int = 1,
    slope: Fraction | int = 0,
    hidden_bias: bool = True,
    output_bias: bool = True,
) -> Problem:
    def rows(values: list[Any]) -> list[list[Fraction]]:
        return [[Fraction(x) for x in (v if isinstance(v, (list, tuple)) else [v])] for v in values]

    architecture = "", Fraction(slope), hidden_bias, output_bias, width
    return Problem(rows(inputs), rows(outputs), architecture, free_lines())


def dot(left: Any, right: Any) -> Any:
    return sum(x * y for x, y in zip(left, right, strict=True))


# ---------------------------------------------------------------- Lemma 1


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.fractions(-2, 2, max_denominator=3), small, small),
             min_size=1, max_size=6),
    st.lists(st.tuples(small, small, small, small), min_size=1, max_size=3),
    small,
    SLOPES,
)
def test_loss_is_scatter_plus_the_weighted_loss_in_integers(
    rows: list[tuple[Any, ...]], neurons: list[tuple[int, ...]], offset: int, slope: Fraction
) -> None:
    inputs = [[row[0], row[1]] for row in rows]
    outputs = [[Fraction(row[2], 3)] for row in rows]
    problem = problem_of(inputs, outputs, len(neurons), slope)
    hidden = [[Fraction(x, 2) for x in neuron[:3]] for neuron in neurons]
    outgoing = [[Fraction(neuron[3], 5)] for neuron in neurons]

    def act(z: Fraction) -> Fraction:
        return max(z, slope * z)

    direct = sum(
        (offset + sum(v[0] * act(a[0] * x[0] + a[1] * x[1] + a[2])
                      for a, v in zip(hidden, outgoing, strict=True)) - y[0]) ** 2
        for x, y in zip(inputs, outputs, strict=True)
    )
    assert problem.loss(hidden, outgoing, [Fraction(offset)]) == direct
    # The same network on the distinct inputs, everything in integers up to common factors.
    reduced = Fraction(0)
    for form, weight, (target,) in zip(
        problem.forms, problem.weights, problem.targets, strict=True
    ):
        value = offset + sum(
            v[0] * act(dot(a, form)) / problem.scale
            for a, v in zip(hidden, outgoing, strict=True)
        )
        reduced += weight * (value * problem.unit - target) ** 2
    assert direct == problem.scatter + reduced / problem.unit**2
    assert sorted(set(problem.forms)) == problem.forms
    assert sum(problem.weights) == len(rows)


# ---------------------------------------------------------------- Lemma 2


def root_inequalities(cone: Cone) -> list[list[Fraction]]:
    """For a simplicial cone, the inequality that is tight on all rays but one, for each."""
    size = len(cone.rays)
    matrix = fmpq_mat(fmpz_mat([list(ray) for ray in cone.rays]).transpose())
    rows = matrix.inv().tolist()
    # Bit k stands for the inequality that is tight on the rays that have it.
    ordered: list[list[Fraction]] = [[] for _ in range(size)]
    for j, row in enumerate(rows):
        bit = next(k for k in range(size) if not cone.tight[j] >> k & 1)
        ordered[bit] = [Fraction(int(x.p), int(x.q)) for x in row]
    return ordered


def extreme_rays(inequalities: list[Any]) -> dict[tuple[int, ...], int]:
    """The extreme rays of { x : <a, x> >= 0 for all a } with tight sets, by brute force."""
    size = len(inequalities[0])
    found: dict[tuple[int, ...], int] = {}
    for chosen in combinations(range(len(inequalities)), size - 1):
        line = null_line([inequalities[k] for k in chosen], size)
        for ray in () if line is None else (line, tuple(-x for x in line)):
            values = [dot(a, ray) for a in inequalities]
            if min(values) >= 0:
                found[ray] = sum(1 << k for k, z in enumerate(values) if z == 0)
    return found


def null_line(rows: list[Any], size: int) -> tuple[int, ...] | None:
    if not rows:
        return (1,)
    scaled = []
    for row in rows:
        scale = 1
        for x in row:
            scale *= Fraction(x).denominator
        scaled.append([int(x * scale) for x in row])
    basis, rank = fmpz_mat(scaled).nullspace()
    if rank != 1:
        return None
    return primitive([int(basis[k, 0]) for k in range(size)])


@settings(max_examples=60)
@given(
    st.lists(st.lists(small, min_size=3, max_size=3), min_size=1, max_size=6),
    st.integers(1, 3),
    st.booleans(),
    st.lists(st.lists(st.integers(-9, 9), min_size=4, max_size=4), min_size=10, max_size=10),
)
def test_root_cones_cover_the_space(
    points: list[list[int]], inputs: int, bias: bool, vectors: list[list[int]]
) -> None:
    fan = Fan(problem_of([p[:inputs] for p in points], [0] * len(points), hidden_bias=bias))
    cones = fan.roots()
    assert len(cones) == fan.dimension + 1
    coordinates = [root_inequalities(cone) for cone in cones]
    for vector in vectors:
        x = vector[: fan.dimension]
        assert any(all(dot(row, x) >= 0 for row in rows) for rows in coordinates)
    if bias:
        # One ray is the constant -1, negative at all points: where zero neurons go (Lemma 5).
        minus_one = (0,) * inputs + (-1,)
        assert sum(minus_one in cone.rays for cone in cones) == fan.dimension


@settings(max_examples=80)
@given(
    st.integers(2, 4),
    st.lists(st.lists(small, min_size=4, max_size=4), min_size=1, max_size=5),
    st.randoms(use_true_random=False),
)
def test_cuts_have_exactly_the_extreme_rays_and_their_tight_sets(
    size: int, forms: list[list[int]], choose: random.Random
) -> None:
    fan = Fan(problem_of([[0] * size], [0], hidden_bias=False))
    cone = choose.choice(fan.roots())
    inequalities: list[Any] = root_inequalities(cone)
    for form in forms:
        form = tuple(form[:size])
        signs = [dot(form, ray) for ray in cone.rays]
        if not min(signs) < 0 < max(signs):
            with pytest.raises(Invalid, match="does not divide"):
                fan.cut(cone, form)
            continue
        above, below = fan.cut(cone, form)
        assert fan.cut(cone, form)[0] is above
        for part, sign in ((above, 1), (below, -1)):
            expected = extreme_rays([*inequalities, [sign * x for x in form]])
            assert dict(zip(part.rays, part.tight, strict=True)) == expected
            assert list(part.rays) == sorted(set(part.rays))
            assert fmpz_mat([list(ray) for ray in part.rays]).rank() == size
        up = choose.random() < 0.5
        cone = above if up else below
        inequalities.append([x if up else -x for x in form])


def test_rays_that_share_enough_inequalities_but_no_face_make_no_ray() -> None:
    # From dimension five on m - 2 common inequalities do not make two rays neighbours.
    fan = Fan(problem_of([[0] * 5], [0], hidden_bias=False))
    cone = fan.roots()[0]
    inequalities: list[Any] = root_inequalities(cone)
    for form in ((-1, -1, -1, 1, 1), (-1, 1, 1, -1, -1), (1, -1, 1, 1, -1)):
        signs = [dot(form, ray) for ray in cone.rays]
        candidates = sum(
            x > 0 > y and (cone.tight[i] & cone.tight[j]).bit_count() >= 3
            for i, x in enumerate(signs) for j, y in enumerate(signs)
        )
        above, _ = fan.cut(cone, form)
        inequalities.append(form)
        assert dict(zip(above.rays, above.tight, strict=True)) == extreme_rays(inequalities)
        created, cone = set(above.rays) - set(cone.rays), above
    assert len(created) < candidates


def test_caches_may_be_forgotten_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    forms = [(1, -1, 0), (1, 1, -1), (0, 1, -2), (2, -1, 3)]

    def parts(fan: Fan) -> list[Any]:
        cones = fan.roots()
        for form in forms:
            split = []
            for cone in cones:
                signs = [dot(form, ray) for ray in cone.rays]
                split += fan.cut(cone, form) if min(signs) < 0 < max(signs) else [cone]
            cones = split
        return [(cone.rays, cone.tight, fan.pattern(cone)) for cone in cones]

    problem = problem_of([[1, 2, 3], [0, -1, 1]], [0, 0], hidden_bias=False)
    expected = parts(Fan(problem))
    monkeypatch.setattr(checker, "MAX_LIVE", 600)
    assert parts(Fan(problem)) == expected


# ---------------------------------------------------------------- Lemma 3


def test_equal_slots_are_split_together() -> None:
    problem = problem_of([0, 1, 2], [0, 1, 0], width=5)
    fan = Fan(problem)
    first, second, _ = fan.roots()
    # The same cone reached by another way is the same cone.
    twin = Cone(list(zip(first.rays, first.tight, strict=True)), first.depth)
    case = ((1, first), (1, second), (1, twin), (-1, first), (1, first))
    index = fan.pattern(first)[0][0]
    cases, _ = checker.split_case(fan, problem, case, ["s", 0, index])
    above, below = fan.cut(first, problem.forms[index])
    rest = ((1, second), (-1, first))
    assert list(cases) == [
        (*rest, *[(1, above)] * k, *[(1, below)] * (3 - k)) for k in range(4)
    ]


@pytest.mark.parametrize(
    ("step", "error", "reason"),
    [
        (["s", -1, 0], Malformed, "slot"),
        (["s", 1, 0], Malformed, "slot"),
        (["s", True, 0], Malformed, "slot"),
        (["s", "0", 0], Malformed, "slot"),
        (["s", 0, 3], Malformed, "data point"),
        (["s", 0, -1], Malformed, "data point"),
        (["s", 0, None], Malformed, "data point"),
        (["h", 0, [1]], Malformed, "length"),
        (["h", 0, [1, 2, 3]], Malformed, "length"),
        (["h", 0, [1, 2.0]], Malformed, "integers"),
        (["h", 0, 5], Malformed, "integers"),
        (["h", 0, [0, 0]], Invalid, "divide"),
        (["h", 0, [-1, 0]], Invalid, "divide"),
    ],
)
def test_splits_that_are_refused(step: list[Any], error: type[Exception], reason: str) -> None:
    problem = problem_of([0, 1, 2], [0, 1, 0])
    fan = Fan(problem)
    case = ((1, fan.roots()[0]),)
    with pytest.raises(error, match=reason):
        checker.split_case(fan, problem, case, step)


# ---------------------------------------------------------------- Lemma 4


def decided(fan: Fan, pattern: list[bool]) -> Cone:
    """A cone of the fan, cut by all data forms, with a pattern."""
    cones = fan.roots()
    for form in fan.forms:
        cones = [
            part
            for cone in cones
            for part in (
                fan.cut(cone, form)
                if min(dot(form, r) for r in cone.rays) < 0 < max(dot(form, r) for r in cone.rays)
                else [cone]
            )
        ]
    return next(cone for cone in cones if fan.pattern(cone)[1] == pattern)


@settings(max_examples=40)
@given(st.randoms(use_true_random=False), SLOPES, st.booleans(), st.booleans())
def test_accepted_dual_vectors_bound_all_networks_of_the_case(
    choose: random.Random, slope: Fraction, hidden_bias: bool, output_bias: bool
) -> None:
    """Random dual vectors; whatever is accepted is compared with random networks of the case."""
    size = 3
    problem = problem_of(
        [choose.randint(-3, 3) * 7 + k for k in range(size)],
        [choose.randint(-4, 4) for _ in range(size)],
        1, slope, hidden_bias, output_bias,
    )
    fan = Fan(problem)
    targets = [row[0] for row in problem.targets]
    for _ in range(30):
        sign, cone = choose.choice((1, -1)), choose.choice(fan.roots())
        undecided = fan.pattern(cone)[0]
        given = [choose.randint(-4, 4) for _ in undecided]
        fit = [choose.randint(0, 2) for _ in cone.rays]
        if output_bias:
            fit.insert(0, choose.randint(-2, 2))
            if len(given) == size:
                given[-1] = -sum(given[:-1])
        mixtures = [choose.randint(0, checker.UNIT) for r in given if sign * r < 0]
        goal = Fraction(choose.randint(1, 400), 10)
        case = ((sign, cone),)
        try:
            checker.dual_vector(problem, fan, case, [1, fit, given, mixtures], goal)
        except (Invalid, Malformed):
            continue
        for _ in range(20):
            factors = [choose.randint(0, 3) for _ in cone.rays]
            neuron = [dot(factors, column) for column in zip(*cone.rays, strict=True)]
            values = [dot(form, neuron) for form in problem.forms]
            hidden = [sign * max(z, slope * z) for z in values]
            scale = Fraction(choose.randint(0, 5), choose.randint(1, 20))
            offset = Fraction(choose.randint(-9, 9), 2) if output_bias else 0
            loss = sum((t - offset - scale * h) ** 2
                       for t, h in zip(targets, hidden, strict=True))
            assert loss >= goal


# One point s = 0 with response -1, a positive neuron, no output bias: values are >= 0, so the
# infimum of the case is 1, proved by the residual -1.
def dual_step(**changes: Any) -> tuple[Problem, Fan, Any, list[Any], Fraction]:
    problem = problem_of([0], [-1], output_bias=changes.pop("output_bias", False))
    fan = Fan(problem)
    cone = next(cone for cone in fan.roots() if fan.pattern(cone)[0])
    step = {"scale": 1, "fit": [0, 0], "given": [-1], "mixtures": [0]} | changes
    goal = step.pop("goal", Fraction(1))
    sign = step.pop("sign", 1)
    return problem, fan, ((sign, cone),), list(step.values()), goal


def test_a_dual_vector_is_accepted() -> None:
    checker.dual_vector(*dual_step())
    checker.dual_vector(*dual_step(given=[-7]))
    checker.dual_vector(*dual_step(goal=Fraction(0), given=[0], mixtures=[]))


@pytest.mark.parametrize(
    ("changes", "error", "reason"),
    [
        ({"goal": Fraction(10**9 + 1, 10**9)}, Invalid, "bound is below"),
        # A zero vector proves nothing, though 0 >= goal * 0.
        ({"given": [0], "mixtures": []}, Invalid, "bound is below"),
        # The square of a negative product is no bound.
        ({"given": [1], "mixtures": [0], "sign": -1}, Invalid, "bound is below"),
        ({"given": [1], "mixtures": []}, Invalid, "dual condition"),
        ({"mixtures": [1]}, Invalid, "dual condition"),
        ({"mixtures": [checker.UNIT]}, Invalid, "dual condition"),
        ({"sign": -1, "mixtures": []}, Invalid, "dual condition"),
        ({"output_bias": True, "fit": [0, 0, 0]}, Invalid, "orthogonal"),
        ({"mixtures": []}, Malformed, "mixtures out of range"),
        ({"mixtures": [-1]}, Malformed, "mixtures out of range"),
        ({"mixtures": [checker.UNIT + 1]}, Malformed, "mixtures out of range"),
        ({"mixtures": [0, 0]}, Malformed, "too many mixtures"),
        ({"given": []}, Malformed, "wrong length"),
        ({"given": [-1, 0]}, Malformed, "wrong length"),
        ({"fit": [0]}, Malformed, "wrong length"),
        ({"fit": [0, 0, 0]}, Malformed, "wrong length"),
        ({"fit": [0, False]}, Malformed, "integers"),
        ({"given": {"0": -1}}, Malformed, "integers"),
    ],
)
def test_dual_vectors_that_are_refused(
    changes: dict[str, Any], error: type[Exception], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        checker.dual_vector(*dual_step(**changes))


# ---------------------------------------------------------------- Lemma 5

ALL, NONE, LEFT, RIGHT = [True] * 3, [False] * 3, [True, False, False], [False, True, True]


def redundant(
    neurons: list[tuple[int, list[bool]]], slots: Any, slope: int | Fraction = 0, **flags: bool
) -> None:
    problem = problem_of([0, 1, 2], [0, 1, 0], len(neurons), slope, **flags)
    fan = Fan(problem)
    case = tuple((sign, decided(fan, pattern)) for sign, pattern in neurons)
    checker.redundant(problem, fan, case, slots)


@pytest.mark.parametrize("slope", [0, Fraction(1, 3)])
@pytest.mark.parametrize(
    ("neurons", "slots", "output_bias"),
    [
        ([(1, LEFT), (1, LEFT)], [0, 1], True),
        ([(1, LEFT), (1, LEFT)], [0, 1], False),
        ([(-1, RIGHT), (1, LEFT), (-1, RIGHT)], [2, 0], True),
        ([(1, ALL), (1, ALL)], [0, 1], False),
        ([(1, ALL), (-1, ALL)], [0, 1], True),
        ([(1, LEFT), (-1, ALL)], [1], True),
    ],
)
def test_redundant_cases(
    neurons: list[tuple[int, list[bool]]], slots: list[int], output_bias: bool, slope: Fraction
) -> None:
    redundant(neurons, slots, slope, output_bias=output_bias)


@pytest.mark.parametrize("slope", [0, Fraction(1, 3)])
@pytest.mark.parametrize(
    ("neurons", "slots", "output_bias"),
    [
        ([(1, LEFT), (1, LEFT)], [0, 0], True),
        ([(1, LEFT), (-1, LEFT)], [0, 1], True),
        ([(1, LEFT), (1, RIGHT)], [0, 1], True),
        ([(1, LEFT), (1, ALL)], [0, 1], True),
        ([(1, NONE), (1, NONE)], [0, 1], True),
        ([(1, ALL), (-1, ALL)], [0, 1], False),
        ([(1, ALL), (1, ALL)], [0], True),
        ([(1, LEFT), (-1, ALL)], [1], False),
        ([(-1, LEFT), (-1, ALL)], [0], True),
        ([(-1, NONE), (-1, ALL)], [0], True),
    ],
)
def test_cases_that_are_not_redundant(
    neurons: list[tuple[int, list[bool]]], slots: list[int], output_bias: bool, slope: Fraction
) -> None:
    with pytest.raises(Invalid, match="not redundant"):
        redundant(neurons, slots, slope, output_bias=output_bias)


def test_redundancy_needs_a_bias_and_decided_points() -> None:
    problem = problem_of([1, 2], [0, 1], 2, hidden_bias=False)
    fan = Fan(problem)
    active = next(cone for cone in fan.roots() if all(fan.pattern(cone)[1]))
    with pytest.raises(Invalid, match="not redundant"):
        checker.redundant(problem, fan, ((1, active), (1, active)), [0, 1])
    problem = problem_of([0, 1, 2], [0, 1, 0], 2)
    fan = Fan(problem)
    open_cone = next(cone for cone in fan.roots() if fan.pattern(cone)[0])
    with pytest.raises(Invalid, match="undecided point"):
        checker.redundant(problem, fan, ((1, open_cone), (1, open_cone)), [0, 1])


@pytest.mark.parametrize("slots", [[], [0, 1, 0], [2], [-1], [0, 2]])
def test_redundancy_names_slots_of_the_case(slots: list[int]) -> None:
    with pytest.raises(Malformed, match="not slots"):
        redundant([(1, LEFT), (1, LEFT)], slots)
