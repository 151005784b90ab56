"""Files made to make the checker crash, run for ever or eat memory; and hostile arguments.

Where a limit is reached with little work the real limit is used, else a smaller one.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from certificate_tools import CORPORA, Parts, answer, dump, read, run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from symerm.certificates import checker
from symerm.errors import InputError
from symerm.problem.reading import read_dataset

BEND = CORPORA / "valid" / "bend.json"


def certificate(
    inputs: list[Any] = [["0"], ["1"]],  # noqa: B006
    steps: list[Any] = [],  # noqa: B006
    **changes: Any,
) -> Parts:
    """A certificate of a network that is zero, undecided with the trivial lower bound."""
    width, columns = changes.pop("width", 1), len(inputs[0])
    head = {
        "format": checker.FORMAT,
        "method": "one-output" if steps else "nonnegative",
        "architecture": {
            "activation": "relu", "hidden_bias": True, "output_bias": True, "width": width
        },
        "claim": {"verdict": "undecided", "lower": "0", "upper": "1000"},
        "data": {
            "input_names": [f"x{k}" for k in range(columns)],
            "inputs": inputs,
            "output_names": ["y"],
            "outputs": [["0"]] * len(inputs),
        },
        "network": {
            "hidden_weights": [["0"] * columns] * width,
            "hidden_biases": ["0"] * width,
            "output_weights": [["0"]] * width,
            "output_biases": ["0"],
        },
    }
    for path, value in changes.items():
        *parents, last = path.split("__")
        target: Any = head
        for key in parents:
            target = target[key]
        target[last] = value
    return Parts(head, steps)


@contextlib.contextmanager
def at_most(megabytes: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < megabytes * 2**20
    finally:
        tracemalloc.stop()


def test_the_plain_certificate_is_accepted(tmp_path: Path) -> None:
    assert answer(tmp_path, certificate().text()) == "VALID undecided 0 1000"


# ---------------------------------------------------------------- numbers


def primes(count: int) -> list[int]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % p for p in found):
            found.append(number)
        number += 1
    return found


LONG = [f"1/1{'0' * 5000}{odd}" for odd in (1, 3, 7, 9, 11, 13)]


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        # Denominators without common factors: their common multiple has millions of digits.
        (lambda: certificate([[x] for x in LONG]), "common denominator of the inputs"),
        (lambda: certificate([["0"], ["0"], ["0"]] * 2, data__outputs=[[x] for x in LONG]),
         "common denominator of the outputs"),
        (lambda: certificate(width=6, network__hidden_weights=[[x] for x in LONG]),
         "common denominator of the network"),
        (lambda: certificate(width=6, network__output_weights=[[x] for x in LONG]),
         "common denominator of the network"),
        (lambda: certificate([[f"1/{p}"] for p in primes(400)] * 100), "more work"),
        (lambda: certificate(claim__lower="1" * 10_001), "must be a rational"),
        (lambda: certificate(claim__lower="-" + "1" * 10**6), "must be a rational"),
        (lambda: certificate([["0"] * 250, ["1"] * 250], [["s", 0, 0]]), "fewer inputs"),
        (lambda: certificate(width=1001), "the width must be"),
    ],
)
def test_large_numbers(tmp_path: Path, parts: Callable[[], Parts], reason: str) -> None:
    line = answer(tmp_path, long_text(parts()))
    assert line.startswith("MALFORMED")
    assert reason in line


def test_long_rays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = certificate(steps=[["h", 0, [-(5**200), 3**200]]]).text()
    assert answer(tmp_path, text).startswith("INVALID the proof ends")
    monkeypatch.setattr(checker, "MAX_BITS", 300)
    assert "too long ones" in answer(tmp_path, text)


def long_text(parts: Parts) -> str:
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        return parts.text()
    finally:
        sys.set_int_max_str_digits(limit)


def test_a_number_of_a_million_digits_in_a_step(tmp_path: Path) -> None:
    text = BEND.read_text("ascii").replace('["d",5,', f'["d",{"7" * 10**6},')
    assert answer(tmp_path, text).startswith("MALFORMED step 5: not JSON")


def test_longer_integers_than_python_prints_are_checked(tmp_path: Path) -> None:
    parts = read(BEND)
    factor = 10**9_000
    parts.steps = [
        [step[0], *([factor * x for x in part] if isinstance(part, list) and k < 2 else part
                    for k, part in enumerate([step[2], step[3], step[4]]))]
        if step[0] == "d" else step
        for step in parts.steps
    ]
    for step, original in zip(parts.steps, read(BEND).steps, strict=True):
        if step[0] == "d":
            step.insert(1, factor * original[1])
    before = sys.get_int_max_str_digits()
    assert answer(tmp_path, long_text(parts)) == "VALID attained 86/5 86/5"
    assert sys.get_int_max_str_digits() == before


# ---------------------------------------------------------------- sizes and work


def test_equal_hashes_do_not_matter(tmp_path: Path) -> None:
    inputs = [[str(k * (2**61 - 1))] for k in range(20_000)]
    assert len({hash(Fraction(x)) for (x,) in inputs}) == 1
    assert answer(tmp_path, certificate(inputs).text()).startswith("VALID")


def test_work_is_bounded_by_the_length_of_the_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = certificate([[str(k)] for k in range(1000)], width=900).text()
    assert answer(tmp_path, text).startswith("VALID")
    monkeypatch.setattr(checker, "FREE_WORK", 10**6)
    assert "more work" in answer(tmp_path, text)
    # Honest files do not need the free work.
    monkeypatch.setattr(checker, "FREE_WORK", 10_000)
    for path in sorted((CORPORA / "valid").iterdir()):
        assert run(path)[1] == 0, path.name


def test_wide_cases_take_no_memory(tmp_path: Path) -> None:
    # A split of a thousand equal slots has a thousand and one cases of a thousand slots.
    forms = [["h", 0, [1, -k]] for k in range(2, 20_000)]
    text = certificate(steps=forms, width=1000).text()
    with at_most(100):
        assert "the proof is too deep" in answer(tmp_path, text)


def test_deep_proofs_take_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "MAX_LIVE", 1 << 18)
    forms = [["h", 0, [1, -k]] for k in range(2, 5_000)]
    with at_most(20):
        assert "the proof is too deep" in answer(tmp_path, certificate(steps=forms).text())


def test_cones_with_many_rays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "MAX_RAYS", 60)
    forms = [
        ["h", 0, [1 if k >> bit & 1 else -1 for bit in range(8)]] for k in range(1, 200, 3)
    ]
    inputs = [[str(k % 3) for k in range(7)], [str(k % 5) for k in range(7)]]
    assert "too many rays" in answer(tmp_path, certificate(inputs, forms).text())


def test_long_lines_and_many_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with at_most(200):
        assert "too many entries" in answer(tmp_path, certificate([["0"]] * 130_000).text())
        assert "too long" in answer(tmp_path, "a" * (checker.MAX_LINE + 1))
    monkeypatch.setattr(checker, "MAX_TEXT", 1000)
    assert "too long" in answer(tmp_path, BEND.read_text("ascii"))


@pytest.mark.parametrize("opening", ["[", '{"a":', "[[],"])
def test_deep_nesting(tmp_path: Path, opening: str) -> None:
    for count in (500, 1500, 100_000):
        text = opening * count
        assert answer(tmp_path, text + "\n").startswith("MALFORMED")
        assert answer(tmp_path, text + ',"steps":[\n').startswith("MALFORMED")
        parts = certificate(steps=[["s", 0, 0]])
        assert answer(tmp_path, parts.text().replace('["s",0,0]', text)).startswith("MALFORMED")


# ---------------------------------------------------------------- compression


def test_compressed_bombs(tmp_path: Path) -> None:
    with at_most(100):
        line = answer(tmp_path, gzip.compress(bytes(10**8), mtime=0))
        assert "too long" in line
    head = certificate(steps=[["s", 0, 0]]).text().partition("\n")[0]
    text = (head + "\n" + '["x"],\n' * 10**6).encode()
    with at_most(30):
        assert answer(tmp_path, gzip.compress(text, mtime=0)).startswith("MALFORMED step 1")


def test_compressed_files_in_several_members(tmp_path: Path) -> None:
    data = BEND.read_bytes()
    members = gzip.compress(data[:999]) + gzip.compress(b"") * 99 + gzip.compress(data[999:])
    assert answer(tmp_path, members).startswith("VALID")
    assert answer(tmp_path, members + gzip.compress(b"\n")).startswith("MALFORMED")
    for place in range(0, len(members), 7):
        assert answer(tmp_path, members[:place]).startswith("MALFORMED")


def test_every_damaged_byte_of_a_compressed_file(tmp_path: Path) -> None:
    data = (CORPORA / "valid" / "packed.gz").read_bytes()
    for place in range(len(data)):
        line = answer(tmp_path, data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])
        # Time, system and flags of the header do not touch the content.
        assert line.startswith("MALFORMED") or (line.startswith("VALID") and 3 <= place < 10)


# ---------------------------------------------------------------- arguments and data files


@pytest.mark.parametrize("argument", ["", "no-such-file", "/", "\0", "x" * 5000, "-h", "--help"])
def test_arguments_that_are_no_certificates(argument: str) -> None:
    assert run(argument) == (run(argument)[0], 2)
    assert run(argument)[0].startswith("MALFORMED")
    assert run(BEND, argument)[0].startswith("MALFORMED")


def test_the_number_of_arguments() -> None:
    assert run()[0].startswith("MALFORMED usage")
    assert run(BEND, BEND, BEND)[0].startswith("MALFORMED usage")


def test_links(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(BEND)
    assert run(tmp_path / "link")[1] == 0
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    assert run(tmp_path / "circle")[0].startswith("MALFORMED")
    (tmp_path / "folder").symlink_to(tmp_path)
    assert run(tmp_path / "folder")[0].startswith("MALFORMED")


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="needs a Unix system")
def test_endless_files() -> None:
    with at_most(100):
        assert "too long" in run("/dev/zero")[0]
        assert "too large" in run(BEND, "/dev/zero")[0]


def test_foreign_characters_reach_any_terminal(tmp_path: Path) -> None:
    parts = certificate(data__input_names=["\ud800\u00e9\x1b[31m"])
    path, table = tmp_path / "certificate.json", tmp_path / "table.csv"
    path.write_text(parts.text(), "ascii")
    table.write_text("x,y\n0,0\n", "ascii")
    ran = subprocess.run(
        [sys.executable, "-I", "-S", checker.__file__, path, table],
        capture_output=True, check=False, env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
    )
    assert ran.returncode == 2
    assert ran.stderr == b""
    assert ran.stdout.startswith(b"MALFORMED")
    assert b"\x1b" not in ran.stdout
    assert ran.stdout.count(b"\n") == 1


TABLE = "x,y\n-2,1\n-1,3\n0,-1\n1,4\n2,0\n4,2\n"


@pytest.mark.parametrize(
    "text",
    [
        TABLE,
        "\ufeff" + TABLE.replace("\n", "\r\n"),
        TABLE.replace("\n", "\r"),
        TABLE.replace(",", " , "),
        TABLE.replace("x,y", '"x", "y"').replace("-2,1", ' "-2" , "1" '),
        "x,z,y\n-2,,1\n-1,no,3\n0,,-1\n1,,4\n2,,0\n4,,2\n",
        "y,x\n1,-2\n3,-1\n-1,0\n4,1\n0,2\n2,4\n",
        TABLE.replace("-2,1", "-2.0,+1e0").replace("4,2", "400e-2,4 / 2"),
        TABLE.replace("\n-1", "\n\n  \n-1") + "\n\n",
        '{"inputs": [-2, -1, 0, 1, 2, 4], "outputs": [1, 3, -1, 4, 0, 2]}',
        ' {"outputs": [["1"], [3.0], ["-1"], [4e0], ["0/5"], [2]], "inputs":'
        ' [[-2], [-1], ["0"], [1], [2], [4]]}',
    ],
)
def test_data_files_with_the_data_of_the_claim(tmp_path: Path, text: str) -> None:
    path = tmp_path / "table"
    path.write_bytes(text.encode())
    assert run(BEND, path)[0] == "VALID attained 86/5 86/5"
    # The project reads the same numbers.
    columns = {} if text.lstrip().startswith("{") else {"inputs": "x", "outputs": "y"}
    data = read_dataset(path, **columns)
    claim = read(BEND).head["data"]
    assert [[str(x) for x in row] for row in data.inputs] == claim["inputs"]
    assert [[str(x) for x in row] for row in data.outputs] == claim["outputs"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (TABLE.replace("4,2", "4,3"), "INVALID"),
        (TABLE.replace("4,2\n", ""), "INVALID"),
        (TABLE + "4,2\n", "INVALID"),
        ("x,y\n-1,3\n-2,1\n0,-1\n1,4\n2,0\n4,2\n", "INVALID"),
        ('{"inputs": [], "outputs": []}', "INVALID"),
        ("", "MALFORMED"),
        ("\n\n", "MALFORMED"),
        (TABLE.replace("x", "z"), "MALFORMED"),
        (TABLE.replace("x,y", "x,y,y"), "MALFORMED"),
        ("x,x,y\n" + TABLE[4:], "MALFORMED"),
        (TABLE.replace("4,2", "4"), "MALFORMED"),
        (TABLE.replace("4,2", "4,2,1"), "MALFORMED"),
        (TABLE + ",\n", "MALFORMED"),
        *((TABLE.replace("4,2", f"4,{bad}"), "MALFORMED") for bad in (
            "", "two", "nan", "inf", "1/0", "1e1001", "1e-1001", "1_0", "0x2", "1e5/2", "--2",
            "\u0662", "2\0", "1" * 2001, "1e999999999999", "(2)", "2//1", "1/-2",
        )),
        ('"' * 200_000, "MALFORMED"),
        ('x,y\n"' + "1" * 200_000, "MALFORMED"),
        ("x,y\n" + "\n" * 600_000, "MALFORMED"),
        ("[" * 100_000, "MALFORMED"),
        ('{"inputs":' * 5000, "MALFORMED"),
        ('{"inputs": [NaN], "outputs": [1]}', "MALFORMED"),
        ('{"inputs": [true], "outputs": [1]}', "MALFORMED"),
        ('{"inputs": [[[1]]], "outputs": [1]}', "MALFORMED"),
        ('{"inputs": {"1": 2}, "outputs": [1]}', "MALFORMED"),
        ('{"inputs": [1], "inputs": [1], "outputs": [1]}', "MALFORMED"),
        ('{"inputs": [1]}', "MALFORMED"),
        ('{"inputs": [1], "outputs": [1], "more": 1}', "MALFORMED"),
        ('{"inputs": [1' + "0" * 10**6 + '], "outputs": [1]}', "MALFORMED"),
        ('{"inputs": [1], "outputs": [1]} x', "MALFORMED"),
    ],
)
def test_data_files_that_are_refused(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "table"
    path.write_bytes(text.encode())
    line, code = run(BEND, path)
    assert (line.split(" ")[0], code) == (word, 1 if word == "INVALID" else 2)


def test_data_files_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "table"
    for data in (b"\xff\xfe" + TABLE.encode("utf-16-le"), b"x,y\n\xe9,1\n", bytes(9)):
        path.write_bytes(data)
        assert run(BEND, path)[0].startswith("MALFORMED")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 3), st.text('x,y\n"\r 1/0.e-;', max_size=4)),
        min_size=1, max_size=3,
    ),
)
def test_what_is_accepted_is_what_the_project_reads(
    tmp_path: Path, edits: list[tuple[int, int, str]]
) -> None:
    text = TABLE
    for place, length, new in edits:
        text = text[:place] + new + text[place + length :]
    path = tmp_path / "table"
    path.write_bytes(text.encode())
    line, _ = run(BEND, path)
    try:
        data = read_dataset(path, inputs="x", outputs="y")
    except InputError:
        return
    claim = read(BEND).head["data"]
    same = dump([[str(x) for x in row] for row in data.inputs]) == dump(claim["inputs"])
    same = same and dump([[str(x) for x in row] for row in data.outputs]) == dump(claim["outputs"])
    assert line.startswith("VALID" if same else "INVALID"), line
