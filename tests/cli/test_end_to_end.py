"""The commands with the real solver: what they print, write and prove fits together."""

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from symerm.networks.serialization import network_from_json
from symerm.problem.catalogue import load_dataset

ANSWERS = {"attained": 0, "undecided": 3}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("nile", ["--width", "1"]),
        ("anscombe-2", ["--width", "2", "--certificate", "c.json.gz"]),
        ("anscombe-4", ["--width", "1", "--activation", "leaky:1/10", "--no-output-bias"]),
        ("stackloss", ["--width", "1", "--no-hidden-bias"]),
        ("cars", ["--width", "2", "--time-limit", "0"]),
    ],
)
def test_the_certificate_proves_what_is_printed(run, folder, name, options) -> None:
    path = next((option for option in options if option.startswith("c.json")), "c.json")
    code, out, err = run("check", f"dataset:{name}", "--certificate", path, *options, "--json")
    document = json.loads(out)
    lower, upper = document["infimum"]["lower"], document["infimum"]["upper"]
    assert (code, err) == (ANSWERS[document["verdict"]], "")
    data = load_dataset(name)
    loss = network_from_json(document["minimiser"]).loss(data.inputs, data.outputs)
    assert Fraction(lower) <= loss <= Fraction(upper)
    if document["verdict"] == "attained":
        assert document["infimum"]["exact"] == lower == upper
    for source in ([], [f"dataset:{name}"]):
        code, out, _ = run("verify", path, *source)
        assert code == 0
        assert out.splitlines()[-1] == f"VALID {document['verdict']} {lower} {upper}"


def test_a_time_limit_of_zero_is_undecided_with_a_reason(run, folder) -> None:
    code, out, _ = run("check", "dataset:faithful", "--width", 3, "--time-limit", 0, "--json")
    document = json.loads(out)
    assert code == 3
    assert document["verdict"] == "undecided"
    assert document["reason"]
    assert document["infimum"]["exact"] is None


def test_an_interrupted_search_leaves_proved_bounds(run, folder) -> None:
    program = (
        "import os, signal, sys, threading, symerm.attainability as stage\n"
        "from symerm.cli.main import main\n"
        "search = stage.decide\n"
        "def decide(problem, **options):\n"
        "    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "    return search(problem, **options)\n"
        "stage.decide = decide\n"
        "sys.exit(main(['check', 'dataset:faithful', '--width', '5', '--certificate', 'c.json',\n"
        "               '--json']))\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (130, "")
    document = json.loads(ended.stdout)
    assert document["verdict"] == "undecided"
    assert document["certificate"] == "c.json"
    infimum = document["infimum"]
    code, out, _ = run("verify", "c.json", "dataset:faithful")
    assert code == 0
    assert out.splitlines()[-1] == f"VALID undecided {infimum['lower']} {infimum['upper']}"
