"""``symerm distance``: tables, JSON, searches given up, deep networks, errors."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from test_datasets_command import Cells

from symerm.networks.serialization import network_from_json

A = {
    "activation": "relu", "hidden_weights": [[1, 0], [0, 1], [1, 1]],
    "hidden_biases": [0, 0, "-1/2"], "output_weights": [[1], [1], [-1]], "output_biases": [0],
}  # fmt: skip
B = {
    "activation": "relu", "hidden_weights": [[0, 2], ["4/3", 0]], "hidden_biases": [0, 0],
    "output_weights": [["1/2"], ["2/3"]], "output_biases": ["1/10"],
}  # fmt: skip
DEEP = {
    "activation": "relu",
    "layers": [
        {"weights": [[1], [-1]], "biases": [0, 0]},
        {"weights": [[1, 1], [-1, -1]], "biases": [-1, 1]},
        {"weights": [[1, 1]], "biases": [0]},
    ],
}
KEYS = ["domain", "seminorm", "supremum", "parameters", "notes"]


@pytest.fixture
def files(tmp_path):
    def write(*networks):
        paths = []
        for network in networks:
            path = tmp_path / f"net{len(list(tmp_path.iterdir()))}.json"
            path.write_text(json.dumps(network))
            paths.append(path)
        return paths

    return write


def test_text(run, files) -> None:
    code, out, err = run("distance", *files(A, B), "--domain", "-1:1")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "distance                       value                where",
        "seminorm on [-1, 1] x [-1, 1]  1                    d/dx2 of output 1 is -1 around "
        "(1/2, 1/3)",
        "supremum on [-1, 1] x [-1, 1]  67/45 ~ 1.488888889  output 1 of A - B is "
        "-67/45 ~ -1.488888889 at (1, 1)",
        "parameters                     1                    maximum norm, B reordered and "
        "rescaled",
        "output biases                  1/10 ~ 0.1",
        "",
        "A  B     scale of B  distance",
        "1  2     sqrt(2)/2   1 - 2*sqrt(2)/3 ~ 0.05719095842",
        "2  1     1/2         0",
        "3  zero  1           1",
        "",
        "B was filled up with 1 zero neuron",
        "no order is nearer: neuron 3 of A and neurons 1, 2, zero of B are mutually at least as "
        "far apart as the farthest pair",
    ]


def test_on_the_whole_space(run, files) -> None:
    code, out, _ = run("distance", *files(A, B))
    assert code == 0
    assert "seminorm on R^2  1 " in out
    assert "supremum on R^2  infinite    A - B grows along (0, 1)" in out


@pytest.mark.parametrize("option", [["--json"], ["--format", "json"]])
def test_json(run, files, option) -> None:
    code, out, err = run(
        "distance", *files(A, B), "--domain", "-1:1,0:3/2", "--balanced", *option
    )
    assert (code, err, out.count("\n")) == (0, "", 1)
    document = json.loads(out)
    assert list(document) == KEYS
    assert document["domain"] == [["-1", "1"], ["0", "3/2"]]
    f, g = network_from_json(A), network_from_json(B)
    found = document["supremum"]
    point = tuple(map(Fraction, found["point"]))
    assert abs(f(point)[0] - g(point)[0]) == Fraction(found["value"])
    found = document["seminorm"]
    point = list(map(Fraction, found["point"]))
    step = Fraction(1, 10**9)
    moved = list(point)
    moved[found["input"] - 1] += step
    change = [network(tuple(moved))[0] - network(tuple(point))[0] for network in (f, g)]
    assert change[0] - change[1] == step * Fraction(found["derivative"])
    for kink, sign in zip(found["kinks"], found["signs"], strict=True):
        value = sum(n * x for n, x in zip(kink, [*point, 1], strict=True))
        assert value * sign > 0
    found = document["parameters"]
    assert (found["norm"], found["modulo"], found["padded"]) == ("max", "order", -1)
    assert [(pair["a"], pair["b"]) for pair in found["neurons"]] == [(1, 2), (2, 1), (3, None)]
    assert found["neurons"][0]["scale_b"] == "sqrt(2)/2"
    assert found["distance"] == {"lower": "1", "upper": "1", "exact": "1"}
    assert (found["a_apart"], found["b_apart"]) == ([3], [1, 2, 3])


def test_every_format_has_the_same_cells(run, files) -> None:
    paths = files(A, B)
    options = ("--norm", "euclidean", "--balanced")
    _, html, _ = run("distance", *paths, *options, "--format", "html")
    cells = Cells()
    cells.feed(html)
    texts = cells.texts
    assert texts[:3] == ["distance", "value", "where"]
    assert texts[11] == "Euclidean norm, balanced, B reordered"
    assert texts[14:19] == ["A", "B", "scale of A", "scale of B", "distance"]
    assert texts[-6:-1] == ["3", "zero", "1", "1", "sqrt(13)/2 ~ 1.802775638"]
    assert texts[-1] == "B was filled up with 1 zero neuron"
    _, latex, _ = run("distance", *paths, *options, "--format", "latex")
    assert r"3 & zero & 1 & 1 & sqrt(13)/2 \textasciitilde{} 1.802775638 \\" in latex
    assert "B was filled up with 1 zero neuron" in latex


def test_a_search_that_is_given_up_leaves_the_parameters(run, files) -> None:
    cross = {**A, "hidden_weights": [[1, 2], [2, -1], [1, 1]]}
    paths = files(cross, B)
    code, out, err = run("distance", *paths, "--limit", "1")
    assert (code, err) == (3, "")
    assert "no distance of functions: the seminorm needs more than 1 cells: the 5 kinks" in out
    assert "parameters" in out
    code, out, _ = run("distance", *paths, "--limit", "1", "--json", "--domain", "-1:1")
    document = json.loads(out)
    assert (code, document["seminorm"], document["supremum"]) == (3, None, None)
    assert document["domain"] == [["-1", "1"], ["-1", "1"]]
    assert "raise the limit" in document["notes"][0]


def test_deep_networks(run, files) -> None:
    moved = json.loads(json.dumps(DEEP))
    moved["layers"][1]["biases"] = [-2, 2]
    code, out, _ = run("distance", *files(DEEP, moved))
    assert code == 0
    assert "supremum on R^1      1  output 1 of A - B is" in out
    assert "maximum norm, as they stand" in out
    assert "orders and scalings of neurons are tried for networks of two layers only" in out
    absolute = {**A, "hidden_weights": [[1], [-1], [0]]}
    code, out, _ = run("distance", *files(DEEP, absolute), "--json")
    document = json.loads(out)
    assert (code, document["parameters"]) == (0, None)
    assert "networks of one shape" in document["notes"][0]
    assert document["seminorm"]["signs"] is None


def test_different_activations_have_no_distance_of_parameters(run, files) -> None:
    code, out, _ = run("distance", *files(A, {**A, "activation": "leaky:1/2"}))
    assert code == 0
    assert "no distance of parameters: the activations differ: relu and leaky:1/2" in out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--domain", "1:-1"], "--domain: the left end 1 must be smaller"),
        (["--domain", "0:1,0:1,0:1"], "the box has 3 sides but there are 2 inputs"),
        (["--norm", "taxicab"], "--norm: there is no norm 'taxicab'; use max, euclidean"),
        (["--limit", "0"], "--limit must be a positive integer, not 0"),
        (["--format", "pdf"], "there is no format 'pdf'"),
    ],
)
def test_bad_options(run, files, options, message) -> None:
    code, out, err = run("distance", *files(A, B), *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_networks_that_cannot_be_compared(run, files) -> None:
    a, deep, tanh = files(A, DEEP, {**A, "activation": "tanh"})
    code, out, err = run("distance", a, deep)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "the networks have 2 and 1 inputs" in err
    code, _, err = run("distance", a, tanh)
    assert (code, err.count("\n")) == (2, 1)
    assert "relu or leaky, not tanh" in err
    code, _, err = run("distance", a, a.with_name("missing.json"))
    assert (code, err.count("\n")) == (2, 1)
    assert "missing.json" in err


def test_help_has_an_example(run) -> None:
    code, out, _ = run("distance", "--help")
    assert code == 0
    assert "symerm distance a.json b.json --domain -1:1" in out
