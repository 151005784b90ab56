"""Mutation: every change to a valid certificate is refused, or still proves a true claim.

Truth is decided by complete enumeration, which shares nothing with the checker.  For several
outputs the infimum is known from the solver, and other data is compared with networks.
"""

from __future__ import annotations

import io
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from certificate_tools import (
    CORPORA,
    Parts,
    Truth,
    answer,
    mutants,
    parse,
    places,
    read,
    variants,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "attainability"))
from search_cases import certificate, problem_of

from symerm.attainability import decide
from symerm.certificates import checker

SEEDS = (
    "bend",
    "forms",
    "repeated",
    "leaky",
    "fractions",
    "no-output-bias",
    "no-hidden-bias",
    "no-biases",
    "no-biases-leaky",
    "two-neurons",
    "interpolated",
    "one-point",
    "undecided",
    "zero-inputs-no-biases",
)


def judge(texts: list[str], truth: Any, folder: Path) -> Counter[str]:
    """How many mutants get which answer; an accepted one must be true."""
    count: Counter[str] = Counter()
    for text in texts:
        word = answer(folder, text).split(" ", 1)[0]
        if word == "VALID":
            assert truth.holds(text), text
        count[word] += 1
    return count


def report(name: str, count: Counter[str]) -> None:
    print(f"\n{name}: {count.total()} mutants, {count['INVALID']} invalid, "
          f"{count['MALFORMED']} malformed, {count['VALID']} accepted and true")


@pytest.mark.parametrize("name", SEEDS)
def test_a_sample_of_mutants(name: str, tmp_path: Path) -> None:
    found = mutants(read(CORPORA / "valid" / f"{name}.json"))
    chosen = random.Random(name).sample(found, 150)
    count = judge(chosen, Truth(), tmp_path)
    report(name, count)
    assert count["INVALID"] > 0
    assert count["MALFORMED"] > 0


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", SEEDS)
def test_every_mutant(name: str, tmp_path: Path) -> None:
    found = mutants(read(CORPORA / "valid" / f"{name}.json"))
    report(name, judge(found, Truth(), tmp_path))


def test_mutants_reach_every_place() -> None:
    parts = read(CORPORA / "valid" / "bend.json")
    before = parts.text()
    found = set(mutants(parts))
    assert parts.text() == before
    assert before not in found
    for changed in ('"width":2', '"lower":"91/5"', '"relu "', "[8,3,0]", '["s",0,3]'):
        assert any(changed in text for text in found)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["valid/bend.json", "valid/packed.gz", "valid/no-biases.json"]),
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 3), st.binary(max_size=8)),
        min_size=1, max_size=3,
    ),
)
def test_changed_bytes(
    tmp_path: Path, name: str, edits: list[tuple[float, int, bytes]]
) -> None:
    data = (CORPORA / name).read_bytes()
    for where, length, new in edits:
        place = int(where * len(data))
        data = data[:place] + new + data[place + length :]
    line = answer(tmp_path, data)
    if line.startswith("VALID"):
        # Only the header of a gzip file has bytes that say nothing.
        assert Truth().holds(read_any(data))


def read_any(data: bytes) -> str:
    import gzip

    return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("ascii")


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    assert answer(tmp_path, data).startswith("MALFORMED")


# ---------------------------------------------------------------- steps of proofs by secants

#: Two inputs and outputs: steps r, v, s, w and with changes e; z; c, m, n; refine and n of charts.
SOLVED: dict[str, Any] = {
    "convexity": ([[-1, -4], [1, 4], [-4, 4], [4, -4], [1, -1]],
                  [[6, 5], [7, 1], [7, -3], [1, -8], [-5, -7]], False),
    "light-cone": ([[2, 0], [2, 2], [-4, 4], [-2, -4], [-3, 2]],
                   [[-4, -3], [-1, 2], [9, -8], [0, -7], [-7, -9]], False),
    "charts": ([[4, -4], [-2, 0], [4, -3], [4, 2]], [[2, -5], [-9, 9], [1, 3], [8, 3]], True),
    "refined": ([[3, 0], [3, -3], [-1, -1], [-3, 4]], [[4, -8], [-7, 7], [-2, -6], [7, 8]], True),
}
#: Every kind of step with its length, which tells whether there is a bound by convexity.
KINDS = {
    ("refine", 3), ("attained", 1), ("level", 5), ("b", 6), ("w", 3), ("c", 2), ("p", 1), ("s", 1),
    ("v", 2), ("z", 2), ("m", 3), ("r", 4), ("n", 4), ("n", 2), ("e", 5),
}


@cache
def solved(name: str) -> str:
    if name == "elsewhere":
        return elsewhere(parse(solved("convexity"))).text()
    inputs, outputs, hidden_bias = SOLVED[name]
    problem = problem_of(inputs, outputs, 2, hidden_bias=hidden_bias, output_bias=False)
    return str(certificate(decide(problem, time_limit=60)))


def elsewhere(parts: Parts) -> Parts:
    """The same proof with "e" for "r" in cells with one slot for each neuron."""
    cells: list[tuple[checker.Cell, Any]] = []
    with pytest.MonkeyPatch.context() as patch:
        own = checker.Cell.close

        def keep(cell: checker.Cell, head: str, rest: list[Any]) -> None:
            cells.append((cell, rest))
            own(cell, head, rest)

        patch.setattr(checker.Cell, "close", keep)
        run_in_memory(parts)
    changed = parts.copy()
    steps = [k for k, step in enumerate(parts.steps) if step[0] == "r"]
    for k, (cell, rest) in zip(steps, cells, strict=True):
        root = cell.root
        if len(root.shape) == len(cell.slots) == 2 and not rest[1]:
            neurons = []
            for a, (_, gens) in enumerate(cell.slots):
                ends = [root.wedges[k * root.strides[a]][a] for k in range(root.shape[a])]
                own_piece = next(n for n, piece in enumerate(root.space.pieces) if any(
                    {(i, s * t) for i, s in ends} <= set(piece) for t in (1, -1)))
                vertices = [i for i, _ in root.space.pieces[own_piece]]
                rows = [[0] * len(vertices) for _ in gens]
                for row, g in zip(rows, gens, strict=True):
                    for place, x in g.items():
                        row[vertices.index(ends[place // root.strides[a]][0])] = x
                neurons.append([a, own_piece, rows])
            changed.steps[k] = ["e", *rest[:2], neurons, *rest[2:]]
    return changed


def run_in_memory(parts: Parts) -> None:
    lines = checker.Lines(io.BufferedReader(io.BytesIO(parts.text().encode())))  # type: ignore[arg-type]
    head = json.loads(lines.next()[:-10] + "}")
    inputs, outputs, _ = checker.parse_data(head["data"])
    problem = checker.Problem(
        inputs, outputs, checker.parse_architecture(head["architecture"]), lines)
    problem.best = problem.loss(*checker.parse_network(head["network"], problem))
    checker.secants(problem, Fraction(head["claim"]["lower"]), lines)


class Known:
    """The truth about the problem of a certificate: its claim, which the solver has proved."""

    def __init__(self, parts: Parts) -> None:
        self.head = parts.copy().head

    def holds(self, text: str) -> bool:
        head = parse(text).head
        claim, own = head["claim"], self.head["claim"]
        lower, upper = Fraction(claim["lower"]), Fraction(claim["upper"])
        if all(head[key] == self.head[key] for key in ("data", "architecture")):
            inside = lower <= Fraction(own["upper"]) and Fraction(own["lower"]) <= upper
            return inside and claim["verdict"] in (own["verdict"], "undecided")
        return lower <= upper and float(lower) <= least_found(head) * (1 + 1e-9) + 1e-9


def least_found(head: dict[str, Any]) -> float:
    """The least loss of some networks, by the parameters of the network and random ones."""
    data, architecture, source = head["data"], head["architecture"], np.random.default_rng(1)
    s, y = (np.array([[float(Fraction(x)) for x in row] for row in data[key]])
            for key in ("inputs", "outputs"))
    if architecture["hidden_bias"]:
        s = np.hstack([s, np.ones((len(s), 1))])
    slope, best = float(Fraction(architecture["activation"].partition(":")[2] or 0)), np.inf
    for _ in range(3000):
        z = s @ source.normal(size=(s.shape[1], architecture["width"]))
        z = np.where(z > 0, z, slope * z)
        if architecture["output_bias"]:
            z = np.hstack([z, np.ones((len(z), 1))])
        weights = np.linalg.lstsq(z, y, rcond=None)[0]
        best = min(best, float(((z @ weights - y) ** 2).sum()))
    return best


def changed_steps(
    parts: Parts, source: random.Random, examples: int, most: int
) -> Iterator[tuple[Any, str]]:
    """Texts with a change at every place of some steps of each kind, and where it is."""
    groups: dict[tuple[str, int], list[int]] = {}
    for k, step in enumerate(parts.steps):
        groups.setdefault((step[0], len(step)), []).append(k)
    for kind, steps in groups.items():
        for k in source.sample(steps, min(len(steps), examples)):
            own = parts.steps[k]
            holder = [own]
            field = 0
            for value, put in [*places(holder, lambda new: None)][1:]:
                field += any(value is part for part in own)
                found = [*variants(value), *([[0], [[0]]] if value == [] else [])]
                if most == 1:  # of the same type, which is not always malformed
                    found = [new for new in found if type(new) is type(value)]
                for new in source.sample(found, min(len(found), most)):
                    put(new)
                    parts.steps[k] = holder[0]
                    yield (*kind, field), parts.text()
                put(value)
                holder[0] = parts.steps[k] = own


def sample_of_steps(name: str, examples: int, most: int, folder: Path) -> Counter[str]:
    parts, source = parse(solved(name)), random.Random(name)
    original, truth = parts.text(), Known(parts)
    assert answer(folder, original).startswith("VALID")
    count: Counter[str] = Counter()
    refused: Counter[Any] = Counter()
    for place, text in changed_steps(parts, source, examples, most):
        if text != original:
            one = judge([text], truth, folder)
            count += one
            refused[place[:2]] += one["VALID"] == 0
    assert parts.text() == original
    assert all(refused[step[0], len(step)] for step in parts.steps)
    return count


CASES = (*SOLVED, "elsewhere")


def short(name: str) -> bool:
    return len(solved(name)) < 2500


def test_all_kinds_of_steps() -> None:
    found = {(step[0], len(step)) for name in CASES for step in parse(solved(name)).steps}
    assert found >= KINDS


@pytest.mark.parametrize("name", CASES)
def test_every_kind_of_step(name: str, tmp_path: Path) -> None:
    count = sample_of_steps(name, 2, 4 if short(name) else 1, tmp_path)
    report(name, count)
    assert min(count["INVALID"], count["MALFORMED"], count["VALID"]) > 0


@pytest.mark.parametrize("name", CASES)
def test_other_heads_of_proofs_by_secants(name: str, tmp_path: Path) -> None:
    parts, source = parse(solved(name)), random.Random(name)
    original, found = parts.text(), []
    for value, put in [*places(parts.head, lambda new: None)][1:]:
        for new in source.sample(options := [*variants(value)], min(len(options), 1)):
            put(new)
            found.append(parts.text())
        put(value)
    assert parts.text() == original
    count = judge(found, Known(parts), tmp_path)
    report(name, count)
    assert min(count["INVALID"], count["MALFORMED"]) > 0


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", CASES)
def test_every_place_of_every_step(name: str, tmp_path: Path) -> None:
    """All changes of short proofs, some at every place of long ones."""
    report(name, sample_of_steps(name, 10**6, 100 if short(name) else 2, tmp_path))
    if short(name):
        parts = parse(solved(name))
        report(name, judge(mutants(parts), Known(parts), tmp_path))
