"""Several outputs from the command line where no complete method applies."""

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from symerm.networks.serialization import network_from_json

ROOMY = [  # three outputs, two inputs
    "a,b,x,y,z", "0,0,3,1,-2", "1,0,0,4,1", "0,1,2,-3,5", "2,1,-1,0,0", "1,3,4,4,-1", "3,2,0,2,6",
    "2,2,7,1,3", "4,0,-2,5,1",
]
NARROW = [  # two outputs, one input
    "t,x,y", "0,3,1", "1,-2,4", "2,5,-3", "3,0,6", "4,4,-1", "5,-3,2", "6,6,0", "7,1,5", "8,2,-2",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def table(path: str, lines: list[str]) -> tuple[list, list]:
    """Write the lines to a file; its inputs and outputs."""
    Path(path).write_text("\n".join(lines) + "\n", "utf-8")
    inputs = sum(name in "abt" for name in lines[0].split(","))
    rows = [[Fraction(x) for x in line.split(",")] for line in lines[1:]]
    return [tuple(row[:inputs]) for row in rows], [tuple(row[inputs:]) for row in rows]


@pytest.mark.parametrize(
    ("lines", "outputs", "width"), [(ROOMY, "x,y,z", 2), (NARROW, "x,y", 4)]
)
def test_undecided_with_bounds_that_say_something(run, folder, lines, outputs, width) -> None:
    inputs, responses = table("data.csv", lines)
    code, out, err = run(
        "check", "data.csv", "--width", width, "--outputs", outputs, "--certificate", "c.json",
        "--json",
    )
    document = json.loads(out)
    assert (code, err, document["verdict"]) == (3, "", "undecided")
    lower, upper = (Fraction(document["infimum"][key]) for key in ("lower", "upper"))
    total = sum(y * y for row in responses for y in row)
    assert total / 50 < lower < upper < total
    network = network_from_json(document["minimiser"])
    assert network.loss(tuple(inputs), tuple(responses)) == upper
    code, out, _ = run("verify", "c.json", "data.csv")
    assert (code, out.splitlines()[-1]) == (0, f"VALID undecided {lower} {upper}")


def test_outputs_that_are_multiples_of_one_another_are_decided(run, folder) -> None:
    lines = [NARROW[0], *(f"{t},{x},{5 - 2 * int(x)}" for t, x, _ in (
        line.split(",") for line in NARROW[1:]
    ))]
    table("data.csv", lines)
    arguments = ["check", "data.csv", "--width", 2, "--json"]
    code, out, _ = run(*arguments, "--outputs", "x,y", "--certificate", "c.json")
    exact = Fraction(json.loads(out)["infimum"]["exact"])
    assert (code, json.loads(out)["verdict"]) == (0, "attained")
    single = json.loads(run(*arguments, "--inputs", "t", "--outputs", "x")[1])
    assert exact == 5 * Fraction(single["infimum"]["exact"])
    code, out, _ = run("verify", "c.json", "data.csv")
    assert (code, out.splitlines()[-1]) == (0, f"VALID attained {exact} {exact}")


def test_a_time_limit_of_zero_leaves_the_bound_by_rank(run, folder) -> None:
    table("data.csv", ROOMY)
    code, out, _ = run(
        "check", "data.csv", "--width", 2, "--outputs", "x,y,z", "--time-limit", 0, "--json"
    )
    document = json.loads(out)
    assert code == 3
    assert document["reason"].startswith("the time limit was reached")
    assert Fraction(document["infimum"]["lower"]) > 0


def test_an_interrupt_prints_the_bounds_and_ends_with_130(run, folder) -> None:
    table("data.csv", ROOMY)
    # The interrupt comes when the search of the single outputs begins.
    program = (
        "import os, signal, sys\n"
        "import symerm.attainability.output_bounds as stage\n"
        "from symerm.cli.main import main\n"
        "search = stage.solve_separately\n"
        "def solve_separately(*arguments, **options):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    return search(*arguments, **options)\n"
        "stage.solve_separately = solve_separately\n"
        "sys.exit(main(['check', 'data.csv', '--width', '2', '--outputs', 'x,y,z', '--json',\n"
        "               '--certificate', 'c.json']))\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (130, "")
    infimum = json.loads(ended.stdout)["infimum"]
    assert 0 < Fraction(infimum["lower"]) < Fraction(infimum["upper"])
    code, out, _ = run("verify", "c.json", "data.csv")
    assert code == 0
    assert out.splitlines()[-1] == f"VALID undecided {infimum['lower']} {infimum['upper']}"
