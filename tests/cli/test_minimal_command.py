"""``symerm minimal``: widths, JSON with its proof, files, formats, what is undecided, errors."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from fractions import Fraction

import pytest
from test_datasets_command import Cells

from symerm.networks.serialization import network_from_json, read_network
from symerm.parametrization.equality import compare_networks
from symerm.parametrization.minimal import DEFAULT_LIMIT

KEYS = [
    "width", "given_width", "lower_bound", "minimal", "undecided", "reason", "network", "kinks",
    "linear_part", "exclusions",
]  # fmt: skip
# Two kinks, one of them with two neurons, and a pair that is linear.
MIXED = {
    "activation": "relu",
    "hidden_weights": [[1, 0], [-1, 0], [0, 1], [1, 1], [-1, -1]],
    "hidden_biases": [0, 0, 1, "1/2", "-1/2"],
    "output_weights": [[2], [1], [1], [3], [-3]],
    "output_biases": [0],
}
WIDE = {
    "activation": "leaky:1/5", "hidden_weights": [[1, 0], [-1, 0], [0, 1], [0, -1]],
    "hidden_biases": [0, 0, 0, 0],
    "output_weights": [[1, 0], [-1, 0], [0, 1], [0, -1]], "output_biases": [0, 3],
}  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def to_file(network):
        path = tmp_path / "net.json"
        path.write_text(json.dumps(network))
        return path

    return to_file


@pytest.mark.parametrize("option", [["--json"], ["--format", "json"]])
def test_json_holds_the_network_and_the_proof(run, write, option) -> None:
    code, out, err = run("minimal", write(MIXED), *option)
    assert (code, err, out.count("\n")) == (0, "", 1)
    document = json.loads(out)
    assert list(document) == KEYS
    widths = [document[key] for key in ("width", "given_width", "lower_bound")]
    assert widths == [4, 5, 4]
    assert document["minimal"]
    assert not document["undecided"]
    network = network_from_json(document["network"])
    assert network.width == 4
    assert compare_networks(network, network_from_json(MIXED)).equal
    assert document["kinks"] == [
        {"normal": [0, 1], "offset": 1, "jump": ["1"], "neurons": 1, "faces": "positive side"},
        {"normal": [1, 0], "offset": 0, "jump": ["3"], "neurons": 1, "faces": "positive side"},
    ]
    # One more neuron would have to double one kink; each case has its functional.
    assert [exclusion["doubled"] for exclusion in document["exclusions"]] == [[0], [1]]
    for exclusion in document["exclusions"]:
        normal = document["kinks"][exclusion["doubled"][0]]["normal"]
        (row,) = exclusion["functional"]
        assert sum(Fraction(f) * n for f, n in zip(row, normal, strict=True)) == 0
        (linear,) = document["linear_part"]
        value = sum(Fraction(f) * Fraction(a) for f, a in zip(row, linear, strict=True))
        assert value != 0


def test_the_text_names_kinks_and_network(run, write) -> None:
    code, out, err = run("minimal", write(MIXED))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[:3] == ["width       4, given 5", "minimal     yes", "domain      the whole space"]
    assert "a neuron on each of the 2 kinks, and one neuron more does not suffice" in lines[3]
    assert lines[-1].split() == ["2", "x1", "=", "0", "3", "1", "positive", "side"]


def test_the_output_is_a_network_that_cannot_be_made_smaller(run, write, tmp_path) -> None:
    small = tmp_path / "small.json"
    code, out, _ = run("minimal", write(MIXED), "--domain", "-1:1", "--output", small)
    assert code == 0
    assert f"output      {small}\n" in out
    network = read_network(small)
    box = ((Fraction(-1), Fraction(1)),) * 2
    assert network.width == 2
    assert compare_networks(network, network_from_json(MIXED), box=box).equal
    code, out, _ = run("minimal", small, "--domain", "-1:1")
    assert out.splitlines()[0] == "width       2, given 2"
    assert run("equal", write(MIXED), small, "--domain", "-1:1")[1].startswith("equal       yes")


def test_several_outputs_and_leaky_slopes(run, write) -> None:
    code, out, _ = run("minimal", write(WIDE))
    assert code == 0
    assert "the function is affine with a linear part of rank 2, which needs 4 neurons" in out
    code, out, _ = run("minimal", write(WIDE), "--domain=-3/2:5,0:1", "--json")
    document = json.loads(out)
    assert (code, document["width"], document["lower_bound"]) == (0, 2, 2)
    assert document["exclusions"] == [
        {"doubled": [], "rank": 1, "functional": None, "examined": 0}
    ]


def test_layers_of_one_hidden_layer_are_a_two_layer_network(run, write) -> None:
    layers = {"activation": "relu", "layers": [
        {"weights": [[1], [2]], "biases": [0, 0]}, {"weights": [[1, 1]], "biases": [0]},
    ]}  # fmt: skip
    code, out, _ = run("minimal", write(layers))
    assert (code, out.splitlines()[0]) == (0, "width       1, given 2")


def test_a_constant_needs_no_neuron(run, write, tmp_path) -> None:
    dead = {**MIXED, "output_weights": [[0]] * 5}
    code, out, _ = run("minimal", write(dead), "--output", tmp_path / "none.json")
    assert code == 0
    assert "reason      the function is constant\n" in out
    assert read_network(tmp_path / "none.json").width == 0


def test_beyond_the_limit_it_is_undecided(run, write) -> None:
    rng = random.Random(1)
    rows = [[rng.randrange(1, 99), rng.randrange(1, 99)] for _ in range(40)]
    network = {
        "activation": "relu", "hidden_weights": [*rows, [1, 7], [-1, -7]],
        "hidden_biases": [1] * 40 + [0, 0], "output_weights": [[1]] * 40 + [[-1], [1]],
        "output_biases": [0],
    }  # fmt: skip
    code, out, err = run("minimal", write(network), "--limit", "3000", "--json")
    document = json.loads(out)
    assert (code, err) == (3, "")
    assert document["undecided"]
    assert not document["minimal"]
    assert document["lower_bound"] < document["width"]
    assert "limit of 3000 partial sums; raise the limit" in document["reason"]
    code, out, _ = run("minimal", write(network), "--limit", "3000")
    assert code == 3
    assert "minimal     undecided\n" in out


def test_the_help_tells_the_limit_of_the_function(run) -> None:
    code, out, _ = run("minimal", "--help")
    assert code == 0
    assert f"[default: {DEFAULT_LIMIT}]" in out
    assert "symerm minimal network.json --output small.json" in out


def test_html_holds_every_kink(run, write) -> None:
    _, out, _ = run("minimal", write(MIXED), "--format", "html")
    parser = Cells()
    parser.feed(out)
    assert {"#", "kink", "jump", "neurons", "faces"} <= set(parser.texts)
    assert "x2 + 1 = 0" in parser.texts
    assert "<p>minimal: yes</p>" in out


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
@pytest.mark.parametrize("network", [MIXED, WIDE])
def test_latex_compiles(run, write, tmp_path, network) -> None:
    _, out, _ = run("minimal", write(network), "--format", "latex")
    head = "\\documentclass{article}\\usepackage{amsmath}\\begin{document}\n"
    (tmp_path / "table.tex").write_text(f"{head}{out}\\end{{document}}\n")
    ended = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "table.tex"],
        cwd=tmp_path, capture_output=True, check=False,
    )
    assert ended.returncode == 0


def test_latex_shows_the_network_as_a_formula(run, write) -> None:
    _, out, _ = run("minimal", write(MIXED), "--format", "latex")
    assert "\\begin{tabular}{rlrrl}" in out
    assert "3 \\max\\left(x_{1}, 0\\right)" in out


@pytest.mark.parametrize(
    ("network", "options", "message"),
    [
        (MIXED, ["--domain", "0:1,0:1,0:1"], "the box has 3 sides but there are 2 inputs"),
        (MIXED, ["--limit", "-1"], "--limit must be a positive integer"),
        (MIXED, ["--format", "dot"], "no format 'dot'"),
        (MIXED, ["--output", "missing/net.json"], "missing does not exist"),
        ({**MIXED, "activation": "erf"}, [], "relu or leaky, not erf"),
        ({"activation": "relu", "layers": [{"weights": [[1]], "biases": [0]}]}, [],
         "net.json: minimal width is computed for networks of two layers"),
    ],
)  # fmt: skip
def test_errors_are_one_line(run, write, network, options, message) -> None:
    code, out, err = run("minimal", write(network), *options)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_the_network_is_not_overwritten(run, write) -> None:
    path = write(MIXED)
    code, _, err = run("minimal", path, "--output", path)
    assert code == 2
    assert "--output would overwrite the network" in err
    assert json.loads(path.read_text()) == MIXED
