"""Taking certificates apart and putting them together, canonically, without the writer."""

from __future__ import annotations

import contextlib
import copy
import gzip
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from oracles.brute_force import exact_minimum

from symerm.certificates import checker

CORPORA = Path(__file__).parent / "corpora"


@dataclass
class Parts:
    """A certificate as its head and its steps, to be edited in place."""

    head: dict[str, Any]
    steps: list[Any]

    def copy(self) -> Parts:
        return copy.deepcopy(self)

    def text(self) -> str:
        lines = ",\n".join(map(dump, self.steps))
        return dump(self.head)[:-1] + ',"steps":[\n' + (lines + "\n" if lines else "") + "]}\n"

    def place(self, *path: Any) -> Any:
        """The value at a path in the head."""
        value: Any = self.head
        for key in path:
            value = value[key]
        return value


def dump(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def parse(text: str) -> Parts:
    document = json.loads(text)
    steps = document.pop("steps")
    return Parts(document, steps)


def read(path: Path) -> Parts:
    data = path.read_bytes()
    return parse((gzip.decompress(data) if path.suffix == ".gz" else data).decode("ascii"))


def run(*argv: object) -> tuple[str, int]:
    """The last line that the checker prints, and its exit code."""
    with contextlib.redirect_stdout(io.StringIO()) as output:
        code = checker.main([str(part) for part in argv])
    lines = output.getvalue().splitlines()
    return lines[-1], code


def answer(folder: Path, content: str | bytes) -> str:
    """The answer to a file with this content; it is one of three with its exit code."""
    path = folder / "mutant.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    line, code = run(path)
    word = line.split(" ", 1)[0]
    assert {"VALID": 0, "INVALID": 1, "MALFORMED": 2}[word] == code
    return line


class Truth:
    """The true minimum of the problem of a certificate, by complete enumeration."""

    def __init__(self) -> None:
        self.known: dict[str, Fraction] = {}

    def minimum(self, head: dict[str, Any]) -> Fraction:
        architecture, data = head["architecture"], head["data"]
        key = dump([architecture, data["inputs"], data["outputs"]])
        if key not in self.known:
            name = architecture["activation"]
            self.known[key] = exact_minimum(
                [[Fraction(x) for x in row] for row in data["inputs"]],
                [Fraction(y) for (y,) in data["outputs"]],
                architecture["width"],
                hidden_bias=architecture["hidden_bias"],
                output_bias=architecture["output_bias"],
                negative_slope=Fraction(name.partition(":")[2] or 0),
            ).loss
        return self.known[key]

    def holds(self, text: str) -> bool:
        """Whether what an accepted certificate claims is true."""
        head = parse(text).head
        claim, minimum = head["claim"], self.minimum(head)
        inside = Fraction(claim["lower"]) <= minimum <= Fraction(claim["upper"])
        return inside and claim["verdict"] in ("attained", "undecided")


# ---------------------------------------------------------------- mutation


def variants(value: Any) -> Iterator[Any]:
    """What a value may be changed to: neighbours, other types, rearrangements."""
    if isinstance(value, bool):
        yield from (not value, int(value), None)
    elif isinstance(value, int):
        yield from (value + 1, value - 1, -value, 2 * value, str(value), float(value), [value])
    elif isinstance(value, str):
        yield from (value + " ", "", 1, None, [value], value + "1")
        with contextlib.suppress(ValueError, ZeroDivisionError):
            number = Fraction(value)
            for other in (number + 1, number - 1, -number, 2 * number, number / 2, 1000 * number):
                yield str(other)
    elif isinstance(value, list):
        yield from ([], value[::-1], value + value[:1], value[:-1], value[1:], {"a": value})
        for k in range(len(value)):
            yield value[:k] + value[k + 1 :]
            yield value[: k + 1] + value[k:]
            if k:
                yield [*value[: k - 1], value[k], value[k - 1], *value[k + 1 :]]
    elif isinstance(value, dict):
        for key in value:
            yield {name: part for name, part in value.items() if name != key}
            yield {(name + "x" if name == key else name): part for name, part in value.items()}
        yield {**value, "zzz": 0}


def places(value: Any, set_value: Callable[[Any], None]) -> Iterator[tuple[Any, Any]]:
    """Every value inside a value, with a function that replaces it."""
    yield value, set_value
    if isinstance(value, (dict, list)):
        for key in list(value) if isinstance(value, dict) else range(len(value)):

            def put(new: Any, key: Any = key) -> None:
                value[key] = new

            yield from places(value[key], put)


def mutants(parts: Parts) -> list[str]:
    """Texts with one change each: every field, every step, the order of steps, every cut."""
    original = parts.text()
    return [text for text in dict.fromkeys(_changed(parts, original)) if text != original]


def _changed(parts: Parts, original: str) -> Iterator[str]:
    whole = [parts.head, parts.steps]
    for value, put in places(whole, lambda new: None):
        if value is whole:
            continue
        for variant in variants(value):
            put(variant)
            parts.head, parts.steps = whole
            if isinstance(parts.head, dict) and isinstance(parts.steps, list):
                yield parts.text()
        put(value)
        parts.head, parts.steps = whole
    lines = original.splitlines(keepends=True)
    for k, line in enumerate(lines):
        yield "".join(lines[:k])
        yield "".join(lines[:k] + lines[k + 1 :])
        yield "".join(lines[: k + 1] + lines[k:])
        yield "".join(lines[:k]) + line[: len(line) // 2]
        yield "".join([*lines[:k], line.replace(",", ", ", 1), *lines[k + 1 :]])
