"""``symerm equal``: answers, JSON, tables of differences, domains, deep networks, errors."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from test_datasets_command import Cells

from symerm.networks.serialization import network_from_json

BENT = {
    "activation": "relu", "hidden_weights": [[1], [-1]], "hidden_biases": [0, 0],
    "output_weights": [[1], [-1]], "output_biases": ["1/2"],
}  # fmt: skip
RAMP = {**BENT, "hidden_weights": [[1], [1]], "output_weights": [["1/3"], ["2/3"]]}
PLANE = {
    "activation": "leaky:1/10", "hidden_weights": [[1, 2], [2, 4]], "hidden_biases": [0, 1],
    "output_weights": [[1, 0], [0, 1]], "output_biases": [0, 0],
}  # fmt: skip
# | |x| - 1 | in three layers.
DEEP = {
    "activation": "relu",
    "layers": [
        {"weights": [[1], [-1]], "biases": [0, 0]},
        {"weights": [[1, 1], [-1, -1]], "biases": [-1, 1]},
        {"weights": [[1, 1]], "biases": [0]},
    ],
}


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


def test_equal_networks(run, files) -> None:
    scaled = {**RAMP, "hidden_weights": [[5]], "hidden_biases": [0], "output_weights": [["1/5"]]}
    code, out, err = run("equal", *files(RAMP, scaled))
    assert (code, err) == (0, "")
    assert out == (
        "equal       yes\ndomain      the whole space\n"
        "reason      the same 1 kink, linear part and constant\n"
    )
    code, out, _ = run("equal", *files(RAMP, scaled), "--json")
    assert json.loads(out) == {
        "equal": True, "point": None, "values": None,
        "reason": "the same 1 kink, linear part and constant",
    }  # fmt: skip


def test_different_networks_have_a_point_and_a_table(run, files) -> None:
    code, out, err = run("equal", *files(BENT, RAMP))
    assert (code, err) == (0, "")
    assert "only the second network has a kink at x = 0, with jump 1\n" in out
    lines = out.splitlines()
    assert lines[-3].split() == ["where", "first", "second"]
    assert lines[-2].split() == ["jump", "at", "x", "=", "0", "none", "1"]
    assert lines[-1].split() == ["linear", "part", "x", "0"]


@pytest.mark.parametrize("option", [["--json"], ["--format", "json"]])
@pytest.mark.parametrize("pair", [(BENT, RAMP), (DEEP, RAMP), (DEEP, BENT)])
def test_the_values_of_the_json_are_those_of_the_networks(run, files, pair, option) -> None:
    code, out, err = run("equal", *files(*pair), *option)
    document = json.loads(out)
    assert (code, err, document["equal"]) == (0, "", False)
    point = tuple(map(Fraction, document["point"]))
    values = [[str(y) for y in network_from_json(network)(point)] for network in pair]
    assert document["values"] == values
    assert values[0] != values[1]


@pytest.mark.parametrize(
    ("domain", "answer"), [("0:5", "yes"), ("1/2:1", "yes"), ("-1:1", "no"), ("-3/2:-1", "no")]
)
def test_domains_of_negative_numbers_and_fractions(run, files, domain, answer) -> None:
    for option in (["--domain", domain], [f"--domain={domain}"]):
        code, out, _ = run("equal", *files(BENT, RAMP), *option)
        assert code == 0
        assert out.startswith(f"equal       {answer}\ndomain      [")


def test_deep_networks(run, files) -> None:
    flat = {
        "activation": "relu", "hidden_weights": [[1], [-1], [1], [1], [-1]],
        "hidden_biases": [0, 0, -1, 0, 0], "output_weights": [[-1], [-1], [2], [0], [2]],
        "output_biases": [1],
    }  # fmt: skip
    code, out, _ = run("equal", *files(DEEP, flat), "--domain", "0:5")
    assert (code, out.splitlines()[0]) == (0, "equal       yes")
    assert "the difference is zero on " in out
    code, out, _ = run("equal", *files(DEEP, flat))
    assert "reason      the values at a point differ\n" in out
    code, out, err = run("equal", *files(DEEP, DEEP), "--limit", "2")
    assert (code, out) == (2, "")
    assert "into more than 2 pieces; raise --limit, or give a smaller --domain" in err
    assert err.count("\n") == 1


def test_html_and_latex_hold_the_table(run, files) -> None:
    changed = {**PLANE, "output_weights": [[1, 0], [3, 1]], "output_biases": [0, "1/7"]}
    pair = files(PLANE, changed)
    code, out, _ = run("equal", *pair, "--format", "html")
    parser = Cells()
    parser.feed(out)
    assert code == 0
    assert {"where", "first", "second"} <= set(parser.texts)
    assert "jump at 2*x1 + 4*x2 + 1 = 0" in parser.texts
    assert {"constant", "(0, 1/10)", "(3/10, 17/70)"} <= set(parser.texts)
    _, out, _ = run("equal", *pair, "--format", "latex")
    assert "\\begin{tabular}{lll}" in out
    assert "jump at 2*x1 + 4*x2 + 1 = 0 & (0, 9/10) & (27/10, 9/10) \\\\" in out


def test_linear_parts_and_constants_are_named(run, files) -> None:
    shifted = {**RAMP, "output_biases": [2]}
    _, out, _ = run("equal", *files(RAMP, shifted))
    assert "kinks and linear parts agree, but not the constants: 1/2 against 2" in out
    tilted = {
        **RAMP, "hidden_weights": [[1], [1], [1], [-1]], "hidden_biases": [0] * 4,
        "output_weights": [["1/3"], ["2/3"], [4], [-4]],
    }  # fmt: skip
    _, out, _ = run("equal", *files(RAMP, tilted))
    assert "the kinks agree, but not the linear parts: 0 against 4*x" in out
    doubled = {**RAMP, "output_weights": [["1/3"], ["5/3"]]}
    _, out, _ = run("equal", *files(RAMP, doubled))
    assert "the kinks at x = 0 differ: jump 1 against 2\n" in out


@pytest.mark.parametrize(
    ("pair", "options", "message"),
    [
        ((RAMP, PLANE), [], "the networks have 1 and 2 outputs"),
        ((RAMP, RAMP), ["--domain", "0:1,0:1"], "--domain: the box has 2 sides but there are 1"),
        ((RAMP, RAMP), ["--domain", "1:0"], "--domain: the left end 1 must be smaller"),
        ((RAMP, RAMP), ["--domain", "x"], "--domain: 'x' is no side LO:HI"),
        ((RAMP, RAMP), ["--limit", "0"], "--limit must be a positive integer"),
        ((RAMP, RAMP), ["--format", "pdf"], "no format 'pdf'"),
        ((RAMP, {**RAMP, "activation": "tanh"}), [], "relu and leaky, not tanh"),
        ((RAMP, {}), [], "the key 'activation' is missing"),
    ],
)
def test_errors_are_one_line(run, files, pair, options, message) -> None:
    code, out, err = run("equal", *files(*pair), *options)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_a_missing_file_is_named(run, files) -> None:
    (path,) = files(RAMP)
    code, _, err = run("equal", path, path.with_name("none.json"))
    assert code == 2
    assert "none.json: cannot be read" in err
