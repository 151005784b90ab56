"""Write the corpora of valid, invalid and malformed certificates anew.

    python tests/certificates/make_corpora.py

Valid certificates come from the solver.  Every other file differs from a valid one in one place,
and `reasons.json` says what the checker must find there.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

if __name__ == "__main__":
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).parents[1]))

from certificate_tools import CORPORA, Parts, parse

from symerm.attainability import decide
from symerm.certificates import certificate_text
from symerm.problem import Architecture, Dataset, Problem, parse_activation

RELU, LEAKY = parse_activation("relu"), parse_activation("leaky:1/10")
PLANE = [[0, 0], [1, 0], [0, 1], [1, 1], [2, 1], [1, 3], [-1, 2]]
BEND = ([-2, -1, 0, 1, 2, 4], [1, 3, -1, 4, 0, 2])


def _solve(inputs: list[Any], outputs: list[Any], width: int, **options: Any) -> str:
    limit = options.pop("time_limit", None)
    problem = Problem(Dataset.from_rows(inputs, outputs), Architecture(width, **options))
    return "".join(certificate_text(decide(problem, time_limit=limit)))


def valid() -> dict[str, str]:
    """Certificates over all activations and biases, p = 1, 2, 3 and d = 1, 2, 3."""
    none = {"hidden_bias": False, "output_bias": False}
    repeated = ([0, 0, 1, 1, 2, 3, 3], [1, 3, 0, 5, -1, 2, 7])
    return {
        "bend": _solve(*BEND, 1),
        "two-neurons": _solve([0, 1, 2, 3, 4], [0, 2, -1, 3, 0], 2),
        "three-neurons": _solve([0, 1, 2, 3, 4], [0, 9, 0, 7, 0], 3),
        "repeated": _solve(*repeated, 1),
        "fractions": _solve(["1/3", "0.25", "-2e-1", "5/7"], ["1/2", "3", "-1/9", "0"], 1),
        "large": _solve([10**12, 0, -(10**9), 7], [1, 10**15, 3, -2], 1),
        "plane": _solve(PLANE, [0, 2, 1, -1, 3, 0, 2], 1),
        "plane-two": _solve(PLANE[:5], [0, 1, 1, -1, 3], 2),
        "space": _solve([[*row, k % 3] for k, row in enumerate(PLANE)], [3, 0, 1, 2, -1, 0, 1], 1),
        "leaky": _solve(*BEND, 1, activation=LEAKY),
        "leaky-plane": _solve(PLANE, [0, 2, 1, -1, 3, 0, 2], 1, activation=LEAKY),
        "no-output-bias": _solve(*BEND, 1, output_bias=False),
        "no-output-bias-two": _solve(*BEND, 2, output_bias=False),
        "no-hidden-bias": _solve(PLANE, [0, 2, 1, -1, 3, 0, 2], 2, hidden_bias=False),
        "no-biases": _solve(PLANE, [1, 2, 1, -1, 3, 0, 2], 1, **none),
        "no-biases-line": _solve([-1, 2, 0, 3], [1, 1, 2, -1], 1, **none),
        "no-biases-leaky": _solve(*BEND, 2, activation=LEAKY, **none),
        "zero-inputs": _solve([0, 0, 0], [1, 2, 5], 1, hidden_bias=False),
        "zero-inputs-no-biases": _solve([0, 0], [1, 2], 1, **none),
        "one-point": _solve([5, 5, 5], [1, 2, 4], 2),
        "interpolated": _solve([0, 1, 3], ["1/3", 2, -5], 2),
        "two-outputs": _solve([0, 1, 3], [[1, 2], [3, -1], [0, 5]], 2),
        "undecided": _solve(*BEND, 2, time_limit=0),
    }


def _nudge(*path: Any, by: int = 1) -> Callable[[Parts], None]:
    def edit(parts: Parts) -> None:
        target = parts.place(*path[:-1])
        target[path[-1]] = str(Fraction(target[path[-1]]) + by)

    return edit


def _put(*path: Any, value: Any) -> Callable[[Parts], None]:
    def edit(parts: Parts) -> None:
        parts.place(*path[:-1])[path[-1]] = value

    return edit


def _widen(parts: Parts) -> None:
    """Claim the same for two neurons, the second of which does nothing."""
    parts.head["architecture"]["width"] = 2
    for value in parts.head["network"].values():
        if value != parts.head["network"]["output_biases"]:
            value.append(["0"] if isinstance(value[0], list) else "0")


def _undecided(lower: Fraction) -> Callable[[Parts], None]:
    def edit(parts: Parts) -> None:
        exact = Fraction(parts.place("claim", "upper"))
        parts.head["claim"] = {
            "verdict": "undecided", "lower": str(exact + lower), "upper": str(exact + 1)
        }

    return edit


def _first(parts: Parts, kind: str) -> Any:
    """The first step of a kind; "u" is a dual vector with points that are not decided."""
    chosen = (step for step in parts.steps if step[0] == ("d" if kind == "u" else kind))
    return next(step for step in chosen if kind != "u" or step[4])


def _step(kind: str, change: Callable[[Any], None]) -> Callable[[Parts], None]:
    return lambda parts: change(_first(parts, kind))


def _set(index: int, value: Any) -> Callable[[Any], None]:
    def change(step: Any) -> None:
        step[index] = value

    return change


def _add(index: int, place: int, by: int) -> Callable[[Any], None]:
    def change(step: Any) -> None:
        step[index][place] += by

    return change


def _replace_first(kind: str, steps: list[Any]) -> Callable[[Parts], None]:
    def edit(parts: Parts) -> None:
        place = parts.steps.index(_first(parts, kind))
        parts.steps[place : place + 1] = steps

    return edit


def _at(index: int, place: int, value: Any) -> Callable[[Any], None]:
    def change(step: Any) -> None:
        step[index][place] = value

    return change


#: Residuals that a negative neuron, nowhere linear on its cone, correlates with.
_NEGATIVE = ["d", 1, [0, 0], [-1, -3, -1, -4, -1], []]
METHOD = ',"method":"one-output"'
Edit = tuple[str, Callable[[Parts], None], str]

#: name: (valid certificate, one change, the reason the checker must give)
INVALID: dict[str, Edit] = {
    "upper-too-small": ("undecided", _put("claim", "upper", value="1"), "the claimed upper"),
    "lower-above-upper": ("bend", _nudge("claim", "lower"), "lower bound exceeds the upper"),
    "lower-below-attained": ("bend", _nudge("claim", "lower", by=-1), "do not prove the verdict"),
    "attained-unproved": ("undecided", _put("claim", "verdict", value="attained"), "the verdict"),
    "not-attained": ("bend", _put("claim", "verdict", value="not-attained"), "the verdict"),
    "bound-too-small": ("bend", _undecided(Fraction(1, 10**9)), "the bound is below the claim"),
    "no-proof": ("undecided", _put("claim", "lower", value="1/1000"), "needs more of a proof"),
    "scatter-exceeded": (
        "one-point",
        lambda parts: parts.head.update(
            claim={"verdict": "undecided", "lower": "14/3", "upper": "20"},
            data={**parts.head["data"], "outputs": [["1"], ["2"], ["3"]]},
        ),
        "needs more of a proof",
    ),
    "worse-network": ("bend", _nudge("network", "output_biases", 0), "exceeds the claimed upper"),
    "hidden-bias": (
        "no-biases", _put("network", "hidden_biases", 0, value="1"), "has hidden biases"
    ),
    "output-bias": (
        "no-biases", _put("network", "output_biases", 0, value="1"), "has output biases"
    ),
    "two-outputs": ("two-outputs", _put("method", value="one-output"), "the rule needs one output"),
    "no-steps": ("bend", lambda parts: parts.steps.clear(), "ends before every case"),
    "step-missing": ("bend", lambda parts: parts.steps.pop(), "ends before every case"),
    "step-too-many": (
        "bend", lambda parts: parts.steps.append(parts.steps[-1]), "steps after every case"
    ),
    "split-outside": ("bend", _step("s", _set(2, 0)), "does not divide its cone"),
    "form-outside": ("bend", _replace_first("s", [["h", 0, [-1, 0]]]), "does not divide its cone"),
    "form-zero": ("bend", _replace_first("s", [["h", 0, [0, 0]]]), "does not divide its cone"),
    "not-orthogonal": ("bend", _step("d", _add(2, 0, 1)), "not orthogonal to the constants"),
    "dual-condition": (
        "no-output-bias", _replace_first("d", [_NEGATIVE]), "a dual condition fails"
    ),
    "mixture-fails": ("bend", _step("u", _at(4, 0, 0)), "a dual condition fails"),
    "redundant-positive": ("bend", _replace_first("d", [["m", 0]]), "is not redundant"),
    "redundant-undecided": (
        "bend", lambda parts: parts.steps.insert(0, ["m", 0]), "an undecided point"
    ),
    "redundant-twice": ("two-neurons", _step("m", lambda s: s.append(s[1])), "is not redundant"),
    "data-changed": ("bend", _nudge("data", "outputs", 2, 0), "not orthogonal to the constants"),
    "weight-changed": (
        "repeated",
        lambda parts: [parts.place("data", k).append(parts.place("data", k)[0])
                       for k in ("inputs", "outputs")],
        "not orthogonal to the constants",
    ),
}

MALFORMED: dict[str, Edit] = {
    "key-missing": ("bend", lambda parts: parts.head.pop("format"), "must have the keys"),
    "key-unknown": ("bend", _put("comment", value="no"), "must have the keys"),
    "key-renamed": ("bend", _put("claim", "Lower", value="1"), "must have the keys"),
    "format-next": ("bend", _put("format", value="symerm-certificate/2"), "the format is not"),
    "method-unknown": ("bend", _put("method", value="trust"), "unknown method"),
    "method-list": ("bend", _put("method", value=["one-output"]), "unknown method"),
    "verdict-unknown": ("bend", _put("claim", "verdict", value="maybe"), "the verdict must be"),
    "verdict-list": ("bend", _put("claim", "verdict", value=["attained"]), "the verdict must be"),
    "claim-list": ("bend", _put("claim", value=["0", "1"]), "must have the keys"),
    "rational-integer": ("bend", _put("claim", "lower", value=0), "must be a rational"),
    "rational-decimal": ("bend", _put("claim", "lower", value="0.5"), "must be a rational"),
    "rational-exponent": ("bend", _put("claim", "lower", value="1e5"), "must be a rational"),
    "rational-plus": ("bend", _put("claim", "lower", value="+1"), "must be a rational"),
    "rational-negative-zero": ("bend", _put("claim", "lower", value="-0"), "must be a rational"),
    "rational-leading-zero": ("bend", _put("claim", "lower", value="01"), "must be a rational"),
    "rational-space": ("bend", _put("claim", "lower", value="1 /2"), "must be a rational"),
    "rational-digits": ("bend", _put("claim", "lower", value="\u0661"), "must be a rational"),
    "rational-denominator": ("bend", _put("claim", "lower", value="1/0"), "must be a rational"),
    "rational-not-lowest": ("bend", _put("claim", "lower", value="2/4"), "lowest terms"),
    "rational-over-one": ("bend", _put("claim", "lower", value="3/1"), "lowest terms"),
    "rational-long": ("bend", _put("claim", "lower", value="1" * 10_001), "must be a rational"),
    "width-zero": ("bend", _put("architecture", "width", value=0), "the width must be"),
    "width-huge": ("bend", _put("architecture", "width", value=10**6), "the width must be"),
    "width-true": ("bend", _put("architecture", "width", value=True), "the width must be"),
    "width-other": ("bend", _put("architecture", "width", value=2), "claimed width"),
    "bias-integer": ("bend", _put("architecture", "hidden_bias", value=1), "true or false"),
    "tanh": ("bend", _put("architecture", "activation", value="tanh"), "the activation must be"),
    "leaky-zero": ("bend", _put("architecture", "activation", value="leaky:0"), "the activation"),
    "leaky-two": ("bend", _put("architecture", "activation", value="leaky:2"), "the activation"),
    "no-data": ("bend", _put("data", "inputs", value=[]), "rows of equal length"),
    "no-columns": ("bend", _put("data", "inputs", value=[[]] * 6), "none of them empty"),
    "ragged": ("bend", _put("data", "inputs", 1, value=["1", "2"]), "rows of equal length"),
    "row-missing": ("bend", lambda parts: parts.place("data", "inputs").pop(), "as many inputs"),
    "name-missing": ("plane", _put("data", "input_names", value=["a"]), "a name of its own"),
    "name-twice": ("bend", _put("data", "output_names", value=["x"]), "a name of its own"),
    "name-integer": ("bend", _put("data", "input_names", value=[1]), "a name of its own"),
    "names-text": ("bend", _put("data", "input_names", value="x"), "a name of its own"),
    "network-shape": (
        "plane", _put("network", "hidden_weights", value=[["1"]]), "does not fit the data"
    ),
    "step-object": ("bend", lambda parts: parts.steps.insert(0, {"d": 1}), "begins with its kind"),
    "step-empty": ("bend", lambda parts: parts.steps.insert(0, []), "begins with its kind"),
    "step-unknown": ("bend", lambda parts: parts.steps.insert(0, ["x", 1]), "not a step"),
    "step-float": ("bend", _step("d", _set(1, 1.0)), "not a step of this proof"),
    "scale-zero": ("bend", _step("d", _set(1, 0)), "not a step of this proof"),
    "fit-short": ("bend", _step("d", lambda s: s[2].pop()), "a list of the wrong length"),
    "residuals-long": ("bend", _step("d", lambda s: s[3].append(0)), "a list of the wrong length"),
    "residual-text": ("bend", _step("u", _at(3, 0, "1")), "a list of integers"),
    "mixtures-long": ("bend", _step("u", lambda s: s[4].append(0)), "too many mixtures"),
    "mixture-range": (
        "bend", _step("u", _at(4, 0, 2**20 + 1)), "mixtures out of range"
    ),
    "slot-range": ("bend", _step("s", _set(1, 1)), "a slot that does not exist"),
    "slot-negative": ("bend", _step("s", _set(1, -1)), "a slot that does not exist"),
    "slot-true": ("two-neurons", _step("s", _set(1, True)), "a slot that does not exist"),
    "point-range": ("bend", _step("s", _set(2, 6)), "a data point that does not exist"),
    "point-negative": ("bend", _step("s", _set(2, -1)), "a data point that does not exist"),
    "form-long": ("bend", _replace_first("s", [["h", 0, [1, 2, 3]]]), "wrong length"),
    "form-text": ("bend", _replace_first("s", [["h", 0, "12"]]), "a list of integers"),
    "redundant-range": ("bend", lambda parts: parts.steps.insert(0, ["m", 1]), "not slots"),
    "steps-reversed": ("bend", lambda parts: parts.steps.reverse(), "a list of the wrong length"),
    "step-first-missing": ("bend", lambda parts: parts.steps.pop(0), "a list of the wrong length"),
    "output-bias-proof": (
        "no-output-bias", _put("architecture", "output_bias", value=True), "wrong length"
    ),
    "width-proof": ("bend", _widen, "a list of the wrong length"),
    "redundant-none": ("bend", lambda parts: parts.steps.insert(0, ["m"]), "not slots"),
}


def malformed_bytes(text: str) -> dict[str, tuple[bytes, str]]:
    """Files that are wrong before anything can be said about their content."""
    raw = text.encode()
    packed = gzip.compress(raw, mtime=0)
    head, _, steps = text.partition("\n")
    edits = {
        "empty": (b"", "not the head"),
        "zeros": (bytes(100), "cut off"),
        "cut-head": (raw[:100], "cut off"),
        "cut-step": (raw[:-20], "cut off"),
        "cut-end": (raw[:-1], "cut off"),
        "byte-order-mark": (b"\xef\xbb\xbf" + raw, "UnicodeDecodeError"),
        "not-ascii": (raw.replace(b'"x"', '"\u00e9"'.encode()), "UnicodeDecodeError"),
        "text-after": (raw + b"{}\n", "text after the end"),
        "line-after": (raw + b"\n", "text after the end"),
        "carriage-returns": (raw.replace(b"\n", b"\r\n"), "not the head"),
        "no-end": (raw.removesuffix(b"]}\n") + b"]\n", "does not end as it should"),
        "comma-after": (raw.removesuffix(b"\n]}\n") + b",\n]}\n", "not JSON"),
        "gzip-cut": (packed[:-12], "EOFError"),
        "gzip-sum": (packed[:-8] + b"0000" + packed[-4:], "BadGzipFile"),
        "gzip-after": (packed + b"more", "BadGzipFile"),
        "gzip-damaged": (packed[:10] + b"\xff\xff\xff\xff", "error"),
        "gzip-head": (packed[:5], "EOFError"),
    }
    lines = {
        "spaces": (head.replace(":", ": ", 1), "not canonical"),
        "order": ('{"method":"one-output",' + head[1:].replace(METHOD, ""), "not canonical"),
        "key-twice": ('{"architecture":1,' + head[1:], "not canonical"),
        "escape": (head.replace('"x"', '"\\u0078"'), "not canonical"),
        "number-negative-zero": (head.replace('"width":1', '"width":-0'), "not canonical"),
        "number-leading-zero": (head.replace('"width":1', '"width":01'), "not JSON"),
        "number-exponent": (head.replace('"width":1', '"width":1e0'), "not canonical"),
        "number-float": (head.replace('"width":1', '"width":1.0'), "the width must be"),
        "number-nan": (head.replace('"width":1', '"width":NaN'), "the width must be"),
        "number-long": (head.replace('"width":1', f'"width":{"1" * 10_001}'), "not JSON"),
        "nesting": (head.replace('"width":1', f'"width":{"[" * 3000}'), "not JSON"),
        "not-json": (head.replace("{", "(", 1), "not JSON"),
    }
    edits |= {name: (f"{line}\n{steps}".encode(), why) for name, (line, why) in lines.items()}
    assert all(data != raw for data, _ in edits.values())
    return edits


def main() -> None:
    reasons: dict[str, str] = {}
    sound = {name: parse(text) for name, text in valid().items()}

    def write(folder: str, name: str, data: bytes) -> None:
        suffix = "gz" if data.startswith(b"\x1f\x8b") else "json"
        path = CORPORA / folder / f"{name}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    for name, parts in sound.items():
        write("valid", name, parts.text().encode())
    split = sound["bend"].copy()
    split.steps = [
        ["h", step[1], [int(split.place("data", "inputs", step[2], 0)), 1]]
        if step[0] == "s" else step
        for step in split.steps
    ]
    write("valid", "forms", split.text().encode())
    write("valid", "packed", gzip.compress(sound["bend"].text().encode(), mtime=0))
    for folder, table in (("invalid", INVALID), ("malformed", MALFORMED)):
        for name, (source, edit, reason) in table.items():
            parts = sound[source].copy()
            edit(parts)
            assert parts.text() != sound[source].text(), name
            write(folder, name, parts.text().encode())
            reasons[f"{folder}/{name}"] = reason
    for name, (data, reason) in malformed_bytes(sound["bend"].text()).items():
        write("malformed", name, data)
        reasons[f"malformed/{name}"] = reason
    table = json.dumps(reasons, indent=0, sort_keys=True)
    (CORPORA / "reasons.json").write_text(table + "\n", "ascii")


if __name__ == "__main__":
    main()
