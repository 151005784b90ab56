"""New vertices that divide pieces (Lemma 13), and hinges of segments (Lemma 15)."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations, islice, product
from operator import mul
from pathlib import Path
from typing import Any

import pytest
from certificate_tools import answer, parse
from secant_tools import HELD, LARGE_GAP, problem_of, proof, random_image
from test_checker_secants import (
    combined,
    coordinates_in,
    gram_pair,
    made,
    spaces,
    vectors_of,
)

from symerm.certificates import checker
from symerm.certificates.checker import Malformed, Pieces, Problem


def refined(seed: int, rounds: int = 9, steps: int = 6) -> Any:
    """Spaces after some steps, with the vectors of all vertices."""
    source = random.Random(seed)
    for problem, space in spaces(seed, 2, rounds):
        vectors = vectors_of(problem)
        for _ in range(steps if space.pieces else 0):
            place = source.randrange(len(space.pieces))
            piece = space.pieces[place]
            if len(piece) < 2:
                continue
            c = [source.choice([0, 0, 1, 2, 5]) for _ in piece]
            if sum(map(bool, c)) < 2:
                c[:2] = [1, source.randint(1, 3)]
            before, new = list(space.pieces), combined(vectors, piece, c)
            parallel = [k for k, x in enumerate(vectors) if len({
                Fraction(a, b) if b else None for a, b in zip(x, new, strict=True) if a or b
            }) == 1 and all(a and b for a, b in zip(x, new, strict=True) if a or b)]
            space.refine([place, c])
            vectors += [] if parallel else [new]
            yield problem, space, vectors, before, (*parallel, len(vectors) - 1)[0], source


def test_the_tables_of_new_vertices() -> None:
    seen = 0
    for problem, space, vectors, *_ in refined(1):
        count = len(vectors)
        assert [len(space.inner), len(space.energy), len(space.cross)] == [count] * 3
        columns = [*zip(*problem.targets, strict=True)]
        total = sum(problem.weights)
        centred = []
        for column in columns:
            mean = Fraction(sum(map(mul, problem.weights, column)), total) * problem.output_bias
            centred.append([x - mean for x in column])

        def inner(x: Any, y: Any, problem: Problem = problem) -> Fraction:
            return sum((w * a * b for w, a, b in zip(problem.weights, x, y, strict=True)),
                       Fraction(0))

        for i, x in enumerate(vectors):
            cross = [inner(x, t) * space.unit for t in centred]
            assert space.cross[i] == cross
            for j, y in enumerate(vectors):
                assert space.inner[i][j] == inner(x, y) * space.unit
                assert space.energy[i][j] == sum(map(mul, space.cross[i], space.cross[j]))
        seen += 1
    assert seen > 20


def test_every_piece_that_holds_the_vertex_is_divided() -> None:
    """The new pieces in the places of the old ones, found again by elimination."""
    seen, shared = 0, 0
    for _, space, vectors, before, new, _ in refined(2, 12, 4):
        expected, divided = [], 0
        for piece in before:
            c = coordinates_in(vectors, piece, vectors[new])
            if c is None or (min(c) < 0 < max(c)) or sum(map(bool, c)) < 2:
                expected.append(piece)
                continue
            divided += 1
            for k, x in enumerate(c):
                if x:
                    rest = [*piece[:k], *piece[k + 1 :], (new, 1 if max(c) > 0 else -1)]
                    first = min(rest)[1]
                    expected.append(tuple(sorted((i, s * first) for i, s in rest)))
        assert space.pieces == expected
        assert divided > 0
        shared += divided > 1
        seen += 1
    assert seen > 20
    assert shared > 5


def test_refined_pieces_hold_every_neuron() -> None:
    seen, checked = 0, 0
    for problem, space, vectors, _, _, source in refined(5, 9, 8):
        seen += 1
        if seen % 4:
            continue
        space.keep(space.pieces)
        for _ in range(12):
            image = random_image(problem, source)
            found = (coordinates_in(vectors, piece, image) for piece in space.pieces)
            assert not any(image) or any(
                c is not None and (min(c) >= 0 or max(c) <= 0) for c in found)
            checked += 1
    assert checked > 100


def test_a_vertex_that_is_there() -> None:
    """A multiple of a vertex is that vertex; pieces that are parts of others are dropped."""
    space = Pieces(problem_of(*LARGE_GAP))
    pieces, count = list(space.pieces), len(space.inner)
    space.refine([0, [1, 2]])
    halves = space.pieces[:2]
    assert [len({i for i, _ in piece} & {count}) for piece in halves] == [1, 1]
    (i, s), (j, t) = pieces[0]
    # The same segment once more, with the other sign in the place of the first.
    for factors, piece in (([3, 6], ((i, s), (j, t))), ([2, 4], ((i, -s), (j, -t)))):
        space.pieces = [piece, *pieces[1:]]
        space.refine([0, factors])
        assert len(space.inner) == count + 1
        assert space.pieces[:2] == halves
    single = halves[0][:1]
    space.keep([single, halves[0], halves[1], halves[0], ((halves[1][0][0], 1),)])
    assert space.pieces == halves
    space.keep([((999, 1),), *halves])
    assert space.pieces == [((999, 1),), *halves]


def test_what_is_not_a_new_vertex() -> None:
    space = Pieces(problem_of(*LARGE_GAP))
    count = len(space.inner)
    for wrong in (
        [], [0], [0, [1, 1], 0], [-1, [1, 1]], [len(space.pieces), [1, 1]], ["0", [1, 1]],
        [True, [1, 1]], [0, 5], [0, [1]], [0, [1, 1, 1]], [0, [1, 0]], [0, [0, 0]], [0, [1, -1]],
        [0, [2, "1"]], [0, [1, 1.0]], [0, [-1, -1]],
    ):
        with pytest.raises(Malformed):
            space.refine(wrong)
    assert len(space.inner) == count
    space.refine([0, [1, 1]])
    assert len(space.inner) == count + 1


def test_limits_of_new_vertices(monkeypatch: pytest.MonkeyPatch) -> None:
    space = Pieces(problem_of(*LARGE_GAP))
    monkeypatch.setattr(checker, "MAX_VERTICES", len(space.inner) + 1)
    space.refine([0, [1, 1]])
    with pytest.raises(Malformed, match="too many vertices"):
        space.refine([0, [1, 1]])
    monkeypatch.setattr(checker, "MAX_VERTICES", 1000)
    monkeypatch.setattr(checker, "MAX_PIECES", len(space.pieces))
    with pytest.raises(Malformed, match="too many pieces"):
        space.refine([0, [1, 1]])
    monkeypatch.setattr(checker, "MAX_PIECES", 5000)
    with pytest.raises(Malformed, match="too long"):
        space.refine([0, [1, 10**8000]])
    # Inverses are forgotten when there are too many.
    space, other = (Pieces(problem_of(*HELD)) for _ in range(2))
    monkeypatch.setattr(checker, "MAX_LIVE", 300)
    for k in range(6):
        space.refine([k, [1, 2]])
    monkeypatch.setattr(checker, "MAX_LIVE", 1 << 24)
    for k in range(6):
        other.refine([k, [1, 2]])
    assert space.pieces == other.pieces


def certificate_with(steps: list[Any], lower: Fraction) -> Any:
    """Bounds after some steps that divide pieces, for the data of a certificate."""
    parts = parse(made("bounds"))
    rows = [[Fraction(x) for x in row] for row in parts.head["data"]["inputs"]]
    outputs = [[Fraction(x) for x in row] for row in parts.head["data"]["outputs"]]
    problem = problem_of(rows, outputs)
    parts.head["claim"]["lower"] = str(lower)
    parts.steps = [*steps, ["bounds"], *proof(
        problem, "bounds", lower, lower, None, 20, refine=[step[1:] for step in steps])]
    return parts


def test_certificates_with_new_vertices(tmp_path: Path) -> None:
    steps = [["refine", 1, [1, 2]], ["refine", 0, [1, 1]], ["refine", 2, [3, 1]]]
    parts = certificate_with(steps, Fraction(20))
    assert answer(tmp_path, parts.text()).startswith("VALID undecided")
    for k in range(len(steps)):
        short = parts.copy()
        del short.steps[k]
        assert not answer(tmp_path, short.text()).startswith("VALID")
        twice = parts.copy()
        twice.steps.insert(k, ["refine", 0, [1, 0]])
        assert answer(tmp_path, twice.text()).startswith("MALFORMED")
    late = parts.copy()
    late.steps.insert(len(steps) + 1, ["refine", 0, [1, 1]])
    assert answer(tmp_path, late.text()).startswith("MALFORMED")
    none = parts.copy()
    none.steps = steps
    assert answer(tmp_path, none.text()).startswith("INVALID")
    high = parts.copy()
    high.head["claim"]["lower"] = str(Fraction(23))
    assert answer(tmp_path, high.text()).startswith("INVALID")


# ---------------------------------------------------------------- hinges


def test_hinged_segments() -> None:
    """The two roots hold the product of any two neurons of the segments, wedge the item z."""
    source, seen = random.Random(4), 0
    for _, space in spaces(2, 3, 40):
        segments = [k for k, piece in enumerate(space.pieces) if len(piece) == 2]
        for i, j in combinations(segments, 2):
            for third in (k for k in range(len(space.pieces)) if k not in (i, j)):
                axes = [([(g,) for g in space.pieces[k]], k) for k in (i, j, third)]
                found = space.hinge(0, 1, axes)
                if not found:
                    continue
                z, v = found
                seen += 1
                own = [dict(space.pieces[k]) for k in (i, j)]
                assert v[0] in own[0]
                assert v[0] in own[1]
                assert own[0][v[0]] == v[1]
                assert z[0] in dict(space.pieces[third])
                (u,) = (g for g in space.pieces[i] if g[0] != v[0])
                ((x, s),) = (g for g in space.pieces[j] if g[0] != v[0])
                end = x, s * own[1][v[0]] * v[1]
                ends = [u, end, z]
                relation = checker.dependency(
                    [[p * q * space.inner[k][m] for m, q in ends] for k, p in ends])
                assert relation is not None
                scale = [abs(y) for y in relation]
                # scale2 z = scale1 x - scale0 u
                sign = 1 if relation[1] > 0 else -1
                assert [sign * y for y in relation] == [-scale[0], scale[1], -scale[2]]
                for _ in range(4):
                    a1, a2, b1, b2 = (Fraction(source.randint(0, 5)) for _ in range(4))
                    first = [(a1 * scale[0], u), (a2, v)]
                    second = [(b1, v), (b2 * scale[1], end)]
                    direct = [(c * d, (p, q)) for (c, p), (d, q) in product(first, second)]
                    if a1 * b1 >= a2 * b2:
                        m = b1 - a2 * b2 / a1 if a1 else Fraction(0)
                        other = [(b2 * scale[2], z), (m, v)]
                        turned = [(c * d, (p, q)) for (c, p), (d, q) in product(first, other)]
                    else:
                        m = a2 - a1 * b1 / b2
                        other = [(a1 * scale[2], z), (m, (v[0], -v[1]))]
                        turned = [(-c * d, (p, q)) for (c, p), (d, q) in product(other, second)]
                    assert m >= 0
                    for pair in combinations([(k, 1) for k in range(len(space.inner))], 2):
                        assert gram_pair(space, direct, pair) == gram_pair(space, turned, pair)
    assert seen > 5


def test_roots_with_hinges() -> None:
    """Instead of one root there are two, with the axes of the hinge in place of the segments."""
    seen = 0
    for _, space in spaces(2, 3, 40):
        for row in islice(combinations(range(len(space.pieces)), 3), 300):
            pieces = [space.pieces[k] for k in row]
            axes = [([(g,) for g in piece], k if len(piece) == 2 else None)
                    for piece, k in zip(pieces, row, strict=True)]
            segments = [n for n in range(3) if len(pieces[n]) == 2]
            joined = any(space.join(row[n], row[m]) is not None
                         for n, m in combinations(segments, 2))
            pairs = [(n, m, space.hinge(n, m, axes)) for n, m in combinations(segments, 2)]
            pairs = [pair for pair in pairs if pair[2]]
            roots = [*space.multiset_roots(row)]
            if joined:
                continue
            if not pairs:
                assert roots == [(tuple(map(len, pieces)), [*product(*pieces)], ())]
                continue
            n, m, (z, v) = pairs[0]
            expected = []
            for place, ends in ((m, (z, v)), (n, (z, (v[0], -v[1])))):
                lists = list(pieces)
                lists[place] = ends
                expected.append((tuple(map(len, lists)), [*product(*lists)], ()))
            assert roots == expected
            seen += 1
    assert seen > 5
