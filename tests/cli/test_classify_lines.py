"""``symerm classify`` for files with one network per line: order, errors, processes, Ctrl-C."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

import symerm.cli.classify_lines as lines_module
from symerm.landscape import parse_target
from symerm.landscape.classification import classify_against
from symerm.networks.serialization import network_from_json
from symerm.reports.landscape import classification_to_json

LINE = ("--target", "x", "--interval", "0", "1")
IDLE = {
    "activation": "relu", "hidden_weights": [[1]], "hidden_biases": [-3],
    "output_weights": [[1]], "output_biases": ["1/2"],
}
#: Thirty pairs of kinks: some hundredths of a second.
SLOW = {
    "activation": "relu", "hidden_weights": [[1], [-1]] * 30, "hidden_biases": ["-1/3", "2/3"] * 30,
    "output_weights": [["1/45"], ["-1/45"]] * 30, "output_biases": ["1/2"],
}


def networks(count):
    source = random.Random(11)
    for _ in range(count):
        width = source.randint(0, 3)
        yield json.dumps({
            "activation": source.choice(("relu", "leaky:1/10", "quadratic")),
            "hidden_weights": [[source.randint(-2, 2)] for _ in range(width)],
            "hidden_biases": [f"{source.randint(-4, 4)}/3" for _ in range(width)],
            "output_weights": [[source.randint(-1, 1)] for _ in range(width)],
            "output_biases": [source.choice((0, "1/2", "0.25"))],
        })


@pytest.fixture
def batch(tmp_path, monkeypatch):
    """Writes lines to a file in the working directory."""
    monkeypatch.chdir(tmp_path)

    def write(content, name="many.jsonl"):
        with open(name, "w", encoding="utf-8") as stream:
            stream.write("".join(line + "\n" for line in content))
        return name

    return write


def test_one_object_per_line_in_order(run, batch):
    texts = list(networks(30))
    code, out, err = run("classify", batch(texts), *LINE)
    assert err == ""
    target = parse_target("x", (0, 1))
    expected = [classification_to_json(classify_against(network_from_json(text), target))
                for text in texts]
    assert [json.loads(line) for line in out.splitlines()] == expected
    assert code == (3 if any(entry["verdict"] == "undecided" for entry in expected) else 0)


@pytest.mark.parametrize("name", ["many.jsonl", "MANY.JSONL", "many.ndjson", "many.x.jsonl"])
def test_names_of_batches(run, batch, name):
    code, out, _ = run("classify", batch([json.dumps(IDLE)] * 2, name), *LINE, "--json")
    assert (code, out.count("\n")) == (0, 2)


def test_data_and_blank_lines(run, batch, tmp_path):
    (tmp_path / "d.csv").write_text("x,y\n0,0\n1,2\n2,1\n")
    batch(["", json.dumps(IDLE | {"output_biases": [1]}), "   ", "\t", json.dumps(IDLE), ""])
    code, out, err = run("classify", "many.jsonl", "--data", "d.csv")
    assert (code, err) == (0, "")
    assert [json.loads(line)["verdict"] for line in out.splitlines()] == [
        "local-minimum", "not-critical",
    ]


def test_a_last_line_without_end_and_other_ends_of_lines(run, batch):
    for text in (json.dumps(IDLE), f"{json.dumps(IDLE)}\r\n{json.dumps(IDLE)}"):
        with open("ends.jsonl", "w", newline="") as stream:
            stream.write(text)
        code, out, err = run("classify", "ends.jsonl", *LINE)
        assert (code, err, out.count("\n")) == (0, "", text.count("\n") + 1)


def test_a_mark_of_byte_order_is_passed_over(run, batch):
    batch(["\ufeff" + json.dumps(IDLE)])
    code, out, _ = run("classify", "many.jsonl", *LINE)
    assert (code, json.loads(out)["verdict"]) == (0, "local-minimum")


def test_no_lines_give_no_objects(run, batch):
    for content in ([], ["", "  "]):
        assert run("classify", batch(content), *LINE) == (0, "", "")


BAD_LINES = {
    "not json": "is not valid JSON",
    "[1]": "the network is an array",
    '"text"': "the network is a text",
    "{}": "the key 'activation' is missing",
    json.dumps(IDLE)[:-1]: "is not valid JSON",
    json.dumps(IDLE) * 2: "is not valid JSON",
    json.dumps(IDLE | {"hidden_weights": [["nan"]]}): "is not a finite number",
    json.dumps(IDLE | {"hidden_weights": [[1, 2]]}): "the network has 2 inputs",
    json.dumps(IDLE | {"activation": "tanh"}): "the activation tanh is not rational",
    json.dumps(IDLE | {"activation": "swish"}): "unknown activation",
    json.dumps({"activation": "relu", "layers": [{"weights": [[1]], "biases": [0]}] * 3}):
        "given by 3 layers",
    "\ufffd\ufffd": "is not valid JSON",
    "\x00": "is not valid JSON",
}


def test_bad_lines_are_told_by_number(run, batch):
    content = []
    for text in BAD_LINES:
        content += [json.dumps(IDLE), "", text]
    code, out, err = run("classify", batch(content), *LINE)
    assert (code, err) == (2, "")
    answers = [json.loads(line) for line in out.splitlines()]
    assert len(answers) == 2 * len(BAD_LINES)
    assert all(answer["verdict"] == "local-minimum" for answer in answers[::2])
    for k, (answer, message) in enumerate(zip(answers[1::2], BAD_LINES.values(), strict=True)):
        assert set(answer) == {"line", "error"}
        assert answer["line"] == 3 * k + 3
        assert message in answer["error"]
        assert "\n" not in answer["error"]


def test_bytes_that_are_no_text_spoil_their_line_only(run, batch):
    batch([])
    with open("many.jsonl", "wb") as stream:
        stream.write(b"\xff\xfe\n" + json.dumps(IDLE).encode() + b"\n")
    code, out, _ = run("classify", "many.jsonl", *LINE)
    first, second = map(json.loads, out.splitlines())
    assert (code, first["line"], second["verdict"]) == (2, 1, "local-minimum")


def test_exit_codes(run, batch, monkeypatch):
    """2 if a line is bad, else 3 if one is undecided, else 0."""
    def answer(network, against):
        found = classify_against(network, against)
        return replace(found, verdict="undecided") if network.width == 0 else found

    monkeypatch.setattr(lines_module, "classify_against", answer)
    fine = json.dumps(IDLE)
    open_ = json.dumps(IDLE | {"hidden_weights": [], "hidden_biases": [], "output_weights": []})
    for content, expected in (
        ([fine], 0), ([open_], 3), ([fine, open_, fine], 3), (["x", fine], 2), (["x", open_], 2),
        ([open_, "x"], 2),
    ):
        assert run("classify", batch(content), *LINE)[0] == expected


def test_a_line_that_is_too_long(run, batch, monkeypatch):
    monkeypatch.setattr(lines_module, "MAX_FILE_SIZE", 1000)
    batch([json.dumps(IDLE), " " * 2000 + json.dumps(IDLE)])
    code, _, err = run("classify", "many.jsonl", *LINE)
    assert (code, err) == (
        2, "symerm: error: many.jsonl, row 2: the line is longer than 1,000 characters\n"
    )


@pytest.mark.parametrize("workers", ["2", "3", "1000000"])
def test_processes_change_no_byte(run, batch, workers):
    content = list(networks(310))
    content[7] = content[150] = "no network"
    content[8] = content[309] = ""
    batch(content)
    expected = run("classify", "many.jsonl", *LINE, "--workers", "1")
    assert expected[0] == 2
    assert expected[1].count("\n") == 308
    assert run("classify", "many.jsonl", *LINE, "--workers", workers) == expected


def test_files_that_cannot_be_read(run, batch):
    os.mkdir("folder.jsonl")
    for name, message in (
        ("folder.jsonl", "Is a directory"), ("none.jsonl", "No such file or directory")
    ):
        for workers in ("1", "2"):
            code, out, err = run("classify", name, *LINE, "--workers", workers)
            assert (code, out) == (2, "")
            assert err == f"symerm: error: {name}: {message}\n"


def started(*arguments, stdout=subprocess.PIPE):
    return subprocess.Popen(
        [sys.executable, "-m", "symerm", "classify", *arguments],
        stdout=stdout, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )


@pytest.mark.parametrize(("workers", "to_all"), [("1", True), ("3", True), ("3", False)])
def test_ctrl_c_ends_the_batch_with_130(batch, workers, to_all):
    """A terminal signals all processes: those that wait for work must not complain either."""
    batch([json.dumps(IDLE)] * 100 + [json.dumps(SLOW)] * 100)
    process = started("many.jsonl", *LINE, "--workers", workers)
    try:
        assert json.loads(process.stdout.readline())["verdict"] == "local-minimum"
        (os.killpg if to_all else os.kill)(process.pid, signal.SIGINT)
        out, err = process.stdout.read(), process.stderr.read()
        process.wait(60)
    finally:
        process.kill()
        process.communicate()
    assert (process.returncode, err) == (130, "symerm: error: interrupted\n")
    # What was printed before is whole.
    assert all(json.loads(line)["loss"] == "1/12" for line in out.splitlines())
    assert out.count("\n") <= 99


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_reader_that_goes_away(batch, workers):
    batch([json.dumps(IDLE)] * 150)
    reader, writer = os.pipe()
    os.close(reader)
    try:
        process = started("many.jsonl", *LINE, "--workers", workers, stdout=writer)
    finally:
        os.close(writer)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (141, "")


def test_an_interrupt_within_a_network(run, batch, monkeypatch):
    def interrupted(network, against):
        raise KeyboardInterrupt

    monkeypatch.setattr(lines_module, "classify_against", interrupted)
    batch([json.dumps(IDLE)])
    assert run("classify", "many.jsonl", *LINE) == (130, "", "symerm: error: interrupted\n")
