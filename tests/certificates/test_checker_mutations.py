"""Mutation: every change to a valid certificate is refused, or still proves a true claim.

Truth is decided by complete enumeration, which shares nothing with the checker.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from certificate_tools import CORPORA, Truth, answer, mutants, read
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


def judge(texts: list[str], truth: Truth, folder: Path) -> Counter[str]:
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
