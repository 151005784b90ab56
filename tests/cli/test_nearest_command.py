"""``symerm nearest`` and ``symerm cases pathologies``: every format, lifting, one-line errors."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from test_datasets_command import Cells

from symerm.networks import network_from_json, network_to_json
from symerm.parametrization.stability import extremal_pair


def write(path, network):
    path.write_text(json.dumps(network_to_json(network)))
    return path


@pytest.fixture
def pair(tmp_path):
    """The pair of width 4 that attains the best constant."""
    names = ("gamma.json", "g.json")
    return [
        write(tmp_path / name, network.rational_network())
        for name, network in zip(names, extremal_pair(2, 4), strict=True)
    ]


def network(tmp_path, name, weights, outputs, biases=None, constant=(0,)):
    path = tmp_path / name
    path.write_text(json.dumps({
        "activation": "relu", "hidden_weights": weights,
        "hidden_biases": biases or [0] * len(weights),
        "output_weights": outputs, "output_biases": list(constant),
    }))
    return path


@pytest.mark.parametrize("option", [["--json"], ["--format", "json"]])
def test_json(run, pair, option):
    code, out, err = run("nearest", *pair, *option)
    assert (code, err, out.count("\n")) == (0, "", 1)
    document = json.loads(out)
    assert document["function_distance"] == "2"
    assert document["distance"]["exact"] == "4"
    assert (document["distance"]["neuron"], document["distance"]["entry"]) == (2, "c1")
    assert document["ratio"]["squared"] == {"rational": "8", "signed_square": "0"}
    low, high = (Fraction(document["ratio"][end]) for end in ("lower", "upper"))
    assert low**2 < 8 < high**2
    assert high - low <= Fraction(1, 10**20)
    assert document["bound"] == {
        "constant": "2*sqrt(2)", "holds": True, "attained": True, "published_constant": "4"
    }
    assert len(document["apart"]["gamma"]) + len(document["apart"]["phi"]) == 5
    # Phi has the function of G and its neurons in the order of Gamma.
    phi = network_from_json(document["phi"]["network"])
    target = network_from_json(pair[1].read_text())
    point = (Fraction(3), Fraction(-1000))
    assert phi(point) == target(point)
    order = [neuron["of"] for neuron in document["phi"]["neurons"]]
    assert sorted(order) == [1, 2, 3, 4]
    assert phi.hidden_weights == tuple(target.hidden_weights[k - 1] for k in order)
    assert "phi_with_biases" not in document


def test_irrational_parameters_come_with_bounds(run, tmp_path):
    gamma = network(tmp_path, "gamma.json", [[1, 1]], [[1]])
    target = network(tmp_path, "g.json", [[1, 1]], [[3]])
    code, out, _ = run("nearest", gamma, target, "--json", "--precision", "1/1000")
    document = json.loads(out)
    assert code == 0
    assert document["phi"]["network"] is None
    neuron = document["phi"]["neurons"][0]
    assert neuron["square"] == "3"
    for low, high in neuron["bounds"]:
        assert Fraction(low) ** 2 < 3 < Fraction(high) ** 2
        assert Fraction(high) - Fraction(low) <= Fraction(1, 1000)
    assert document["distance"]["exact"] == "sqrt(3) - 1"
    code, out, _ = run("nearest", gamma, target)
    assert code == 0
    assert "|Phi - Gamma| = sqrt(3) - 1 at a1 of neuron 1" in out
    # eps = 2, so the ratio is (sqrt(3) - 1)/sqrt(2), a difference of two roots.
    assert "= sqrt(6)/2 - sqrt(2)/2" in out


def test_the_same_function(run, tmp_path):
    gamma = network(tmp_path, "gamma.json", [[1, 1], [1, 2]], [[1], [2]])
    target = network(tmp_path, "g.json", [[2, 4], [3, 3]], [[1], ["1/3"]])
    code, out, _ = run("nearest", gamma, target, "--json")
    document = json.loads(out)
    assert code == 0
    assert document["ratio"] is None
    assert document["distance"]["exact"] == document["function_distance"] == "0"
    assert [neuron["of"] for neuron in document["phi"]["neurons"]] == [2, 1]
    code, out, _ = run("nearest", gamma, target)
    assert code == 0
    assert "the functions are equal" in out
    assert "|Phi - Gamma| = 0\n" in out


def test_other_formats(run, pair):
    code, out, err = run("nearest", *pair, "--format", "latex")
    assert (code, err) == (0, "")
    assert r"\begin{tabular}" in out
    parser = Cells()
    parser.feed(run("nearest", *pair, "--format", "html")[1])
    assert {"neuron", "33/8", "c1"} <= set(parser.texts)


def test_biased_networks_are_lifted_and_lowered(run, tmp_path):
    gamma = network(tmp_path, "gamma.json", [[1], [-2]], [[1], [3]], [1, 5], (2,))
    target = network(tmp_path, "g.json", [[2], [-2], [0]], [[1], [1], [7]], [-1, 4, 1], (-3,))
    code, out, err = run("nearest", gamma, target, "--lift", "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert document["bound"]["holds"]
    lowered = network_from_json(document["phi_with_biases"])
    original = network_from_json(target.read_text())
    for x in (-7, -1, 0, Fraction(1, 2), 1, 2, 30):
        assert lowered((Fraction(x),)) == original((Fraction(x),))
    code, out, err = run("nearest", gamma, target)
    assert (code, out) == (2, "")
    assert err.endswith("gamma.json: the network has biases; lift its inputs (--lift)\n")


@pytest.mark.parametrize(
    ("weights", "outputs", "message"),
    [
        ([[1, 1]], [[2]], "gamma.json: the network is not in the restricted set: condition 1: neu"),
        ([[1, 1], [2, 2]], [[1], [2]], "condition 2: neurons 1 and 2 have the same direction"),
        ([[1, -1]], [[1]], "condition 3: the last two weights of neuron 1 are not both positive"),
        ([[1]], [[1]], "at least two inputs"),
        ([[1, 1, 1]], [[1]], "cannot be compared"),
    ],
)
def test_gamma_outside_the_set(run, tmp_path, weights, outputs, message):
    gamma = network(tmp_path, "gamma.json", weights, outputs)
    target = network(tmp_path, "g.json", [[1, 1]], [[1]])
    code, out, err = run("nearest", gamma, target)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_other_errors_are_one_line(run, pair, tmp_path):
    deep = tmp_path / "deep.json"
    layer = {"weights": [[1, 1], [1, 1]], "biases": [0, 0]}
    deep.write_text(json.dumps({"activation": "relu", "layers": [layer] * 3}))
    mirrored = network(tmp_path, "mirrored.json", [[-1, -1]], [[1]])
    leaky = tmp_path / "leaky.json"
    leaky.write_text(pair[0].read_text().replace("relu", "leaky:1/10"))
    cases = [
        ([pair[0], tmp_path / "none.json"], "none.json: cannot be read"),
        ([deep, pair[1]], "deep.json: the network has more than two layers"),
        ([pair[0], mirrored], "mirrored.json: no network of the restricted set realises"),
        ([leaky, pair[1]], "the activation relu, not leaky:1/10"),
        ([*pair, "--precision", "0"], "--precision must be positive"),
        ([*pair, "--limit", "x"], "--limit: 'x' is not a number"),
        ([*pair, "--limit", "3"], "needs more than 3 cells"),
        ([*pair, "--format", "csv"], "no format 'csv'"),
        ([pair[0]], "Missing argument 'G'"),
    ]
    for arguments, message in cases:
        code, out, err = run("nearest", *arguments)
        assert (code, out, err.count("\n")) == (2, "", 1), message
        assert message in err


def test_pathologies(run, tmp_path):
    code, out, err = run("cases", "pathologies", "--at", "7,500", "--json")
    assert (code, err, out.count("\n")) == (0, "", 1)
    families = json.loads(out)["pathologies"]
    assert [family["parameter_distance"] for family in families] == [
        "k", "1", "1", "1/2", "sqrt(2) k"
    ]
    for family in families:
        assert [value["k"] for value in family["values"]] == [7, 500]
        assert all(value["as_stated"] for value in family["values"])
    assert families[0]["values"][0]["gradient_distance"] == "49"
    assert families[4]["values"][1]["parameter_distance"] == "500*sqrt(2)"
    code, out, err = run("cases", "pathologies")
    assert (code, err) == (0, "")
    assert "k act(k x_1) - k act(k x_1 - x_2/k^2)" in out
    assert "1000 sqrt(2)" in out
    assert "NO" not in out
    code, out, _ = run("cases", "pathologies", "--format", "latex")
    assert r"$\sqrt{2} k$" in out
    parser = Cells()
    parser.feed(run("cases", "pathologies", "--format", "html")[1])
    assert "redundant directions" in parser.texts
    plot = tmp_path / "families.svg"
    pictures = []
    for _ in range(2):
        assert run("cases", "pathologies", "--plot", plot)[0] == 0
        pictures.append(plot.read_bytes())
    assert pictures[0] == pictures[1]
    assert pictures[0].startswith(b"<?xml")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--at", "0"], "--at must be a positive integer"),
        (["--at", "1,x"], "--at: 'x' is not a number"),
        (["--format", "csv"], "no format 'csv'"),
        (["--plot", "x.gif"], "a plot needs a name that ends in"),
        (["--plot", "/no/folder/x.png"], "does not exist"),
    ],
)
def test_errors_of_pathologies_are_one_line(run, arguments, message):
    code, out, err = run("cases", "pathologies", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_help_has_examples(run):
    assert "symerm nearest gamma.json g.json" in run("nearest", "--help")[1]
    assert "symerm cases pathologies" in run("cases", "pathologies", "--help")[1]
