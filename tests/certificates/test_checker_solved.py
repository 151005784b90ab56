"""Certificates of the solver for three neurons: accepted, and not after changes."""

from __future__ import annotations

import random
import sys
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from certificate_tools import Parts, answer, parse, places, variants

sys.path.insert(0, str(Path(__file__).parents[1] / "attainability"))
from search_cases import certificate, problem_of

from symerm.attainability import decide

#: Random integers: an attained infimum, and one that is not.
CASES: dict[str, Any] = {
    "attained": ([2, 3, 4, 6, 8, 11], [[3, -3], [1, 4], [-3, 1], [5, 0], [-2, 2], [0, -4]], 3),
    "not-attained": (
        [0, 3, 4, 6, 9, 10], [[-3, 2], [4, -1], [2, 5], [-5, 3], [0, -2], [4, 1]], 3),
}


@cache
def solved(name: str) -> str:
    inputs, outputs, width = CASES[name]
    return str(certificate(decide(problem_of(inputs, outputs, width), time_limit=60)))


def kinds(parts: Parts) -> set[str]:
    return {step[0] for step in parts.steps}


@pytest.mark.parametrize("name", CASES)
def test_accepted(name: str, tmp_path: Path) -> None:
    parts = parse(solved(name))
    assert parts.head["method"] == "secants"
    assert parts.head["claim"]["verdict"] == name
    assert kinds(parts) >= {"p", "b", "v", "n" if name == "not-attained" else "r"}
    line = answer(tmp_path, parts.text())
    assert line.startswith(f"VALID {parts.head['claim']['verdict']} ")


def altered(step: Any, others: Any, source: random.Random) -> Any:
    """Another step of the proof, or this one with a change somewhere inside."""
    if source.random() < 0.2:
        return source.choice(others)
    whole = [step]
    value, put = source.choice([*places(whole, lambda new: None)][1:])
    found = [*variants(value)]
    if found:
        put(source.choice(found))
    return whole[0]


@pytest.mark.parametrize("name", CASES)
def test_changed_steps_prove_nothing_false(name: str, tmp_path: Path) -> None:
    """Claims that are false, with the steps of a proof of something else and changes of them."""
    source, parts = random.Random(name), parse(solved(name))
    claim = parts.head["claim"]
    lower, upper = Fraction(claim["lower"]), Fraction(claim["upper"])
    head = next(n for n, step in enumerate(parts.steps) if step[0] != "refine")
    false = [
        (["bounds"], {"lower": str(upper * Fraction(21, 20)), "upper": "1000000"}),
        (["attained"], {"verdict": "attained", "upper": "1000000"}),
        (["attained"], {"lower": str(upper * Fraction(21, 20)), "upper": "1000000"}),
        (parts.steps[head], {"lower": str(upper * Fraction(21, 20)), "upper": "1000000"}),
        (parts.steps[head], {"upper": str(lower * Fraction(19, 20))}),
    ]
    for n in range(60):
        other = parts.copy()
        step, change = false[n % len(false)]
        if change.get("verdict") == claim["verdict"]:
            continue
        other.head["claim"].update({"verdict": "undecided", **change})
        other.steps[head] = step
        turned = {"r": "n", "n": "r"} if n % 2 else {}
        other.steps = [[turned.get(row[0], row[0]), *row[1:]] for row in other.steps]
        for _ in range(n % 4):
            k = source.randrange(head + 1, len(other.steps))
            other.steps[k] = altered(other.steps[k], parts.steps[head:], source)
        assert not answer(tmp_path, other.text()).startswith("VALID")


@pytest.mark.parametrize("name", CASES)
def test_changed_steps_do_no_harm(name: str, tmp_path: Path) -> None:
    """One change in a step: one of three answers; and steps are not interchangeable."""
    source, parts = random.Random(name), parse(solved(name))
    refused = 0
    for _ in range(60):
        other = parts.copy()
        k = source.randrange(len(other.steps))
        other.steps[k] = altered(other.steps[k], parts.steps, source)
        refused += not answer(tmp_path, other.text()).startswith("VALID")
    assert refused > 20


def first(parts: Parts, kind: str) -> list[int]:
    return [k for k, step in enumerate(parts.steps) if step[0] == kind][:8]


@pytest.mark.parametrize("name", CASES)
def test_broken_bounds_by_convexity(name: str, tmp_path: Path) -> None:
    parts = parse(solved(name))
    refused, tried = dict[str, int](), 0
    for k in first(parts, "v"):
        step = parts.steps[k]
        removed, point = step[1]
        slots = len(removed)
        for wrong in (
            ["p"], ["s"], ["v", [removed, [[1] + [0] * (len(x) - 1) for x in point]]],
            ["v", [removed, [[0] * (len(x) - 1) + [1] for x in point]]],
            ["v", [[[]] * slots, point]], ["v", [removed, point[:-1]]],
            ["v", [removed, [[-y for y in x] for x in point]]],
        ):
            other = parts.copy()
            other.steps[k] = wrong
            tried += 1
            line = answer(tmp_path, other.text())
            if not line.startswith("VALID"):
                word = line.split(": ")[-1]
                refused[word] = refused.get(word, 0) + 1
    assert sum(refused.values()) > tried // 2
    if tried:
        assert "a coefficient is negative" in refused
        assert "the tangent plane is negative at a vertex" in refused


@pytest.mark.parametrize("name", CASES)
def test_broken_steps_at_limits(name: str, tmp_path: Path) -> None:
    """Other slots, coordinates and boxes for the steps that close cells at limits."""
    parts = parse(solved(name))
    for kind in ("r", "n", "e"):
        for k in first(parts, kind):
            step = parts.steps[k]
            if len(step) < 3:
                changes: list[Any] = [["p", 0], [kind, 0], [kind, 0, []]]
            else:
                changes = [
                    [kind, 9, *step[2:]], [kind, -1, *step[2:]], [kind, step[1]],
                    [kind, step[1], [99], *step[3:]], [kind, step[1], 5, *step[3:]],
                    [*step, []], [kind, str(step[1]), *step[2:]],
                ]
            for wrong in changes:
                other = parts.copy()
                other.steps[k] = wrong
                assert not answer(tmp_path, other.text()).startswith("VALID"), wrong
