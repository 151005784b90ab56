"""``symerm classify``: options, text and JSON, exit codes, one-line errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import symerm.landscape.classification as classification
from symerm.arithmetic.linalg import nullspace
from symerm.landscape import classify, parse_target, true_loss
from symerm.landscape.verdicts import point_on_curve
from symerm.networks.serialization import network_from_json, read_network

ZIGZAG = {
    "activation": "relu", "hidden_weights": [[1], [-1]], "hidden_biases": ["-1/3", "2/3"],
    "output_weights": [["2/3"], ["-2/3"]], "output_biases": ["1/2"],
}
IDLE = {
    "activation": "relu", "hidden_weights": [[1]], "hidden_biases": [-3],
    "output_weights": [[1]], "output_biases": [1],
}
ON_UNIT = ("--interval", "0", "1")
LINE = ("--target", "x", *ON_UNIT)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a few networks and data, the working directory."""
    monkeypatch.chdir(tmp_path)
    put("zigzag.json", ZIGZAG)
    put("idle.json", IDLE)
    put("trained.json", ZIGZAG | {"hidden_biases": ["-33/100", "67/100"]})
    put("data.csv", "x,y\n0,0\n1,2\n2,1\n")
    return tmp_path


def put(name, content):
    with open(name, "w") as stream:
        stream.write(content if isinstance(content, str) else json.dumps(content))


def test_text(run, folder):
    code, out, err = run("classify", "zigzag.json", *LINE)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "verdict     saddle"
    for line in (
        "loss        1/972 ~ 0.001028806584",
        "against     x on [0, 1]",
        "network     zigzag.json: width 2, relu",
        "neurons     1: type-2-active, kink 1/3",
        "gradient    0",
    ):
        assert line in lines


@pytest.mark.parametrize(
    ("name", "arguments", "verdict", "loss"),
    [
        ("zigzag.json", LINE, "saddle", "1/972"),
        ("zigzag.json", ("--interval", "0", "1", "--target", "1*x + 0"), "saddle", "1/972"),
        ("idle.json", ("--target", "2*x", *ON_UNIT), "local-minimum", "1/3"),
        ("idle.json", ("--target", "1", *ON_UNIT), "global-minimum", "0"),
        ("idle.json", ("--data", "data.csv"), "local-minimum", "2"),
        ("trained.json", LINE, "not-critical", None),
    ],
)
def test_json(run, folder, name, arguments, verdict, loss):
    code, out, err = run("classify", name, *arguments, "--json")
    assert (code, err, out.count("\n")) == (0, "", 1)
    document = json.loads(out)
    assert document["verdict"] == verdict
    assert loss in (None, document["loss"])
    assert {"gradient", "neurons", "reason", "descent"} <= set(document)
    assert "critical_point" not in document


@pytest.mark.parametrize(
    ("target", "interval"),
    [
        ("-2*x + 1/3", ("-3/2", "5")), ("-x", ("-1", "0")), ("-2*x + 1/3", ("-2", "-1/2")),
        ("abs(x) - 0.5", ("-1e-1", ".25")), ("piecewise(x < -1/2: -x, else: 0)", ("-1", "1")),
    ],
)
def test_negative_targets_and_intervals(run, folder, target, interval):
    code, out, err = run(
        "classify", "zigzag.json", "--target", target, "--interval", *interval, "--json"
    )
    assert (code, err) == (0, "")
    document = json.loads(out)
    ends = tuple(map(Fraction, interval))
    function = parse_target(target, ends)
    network = network_from_json(ZIGZAG)
    assert Fraction(document["loss"]) == true_loss(network, function)
    assert document["verdict"] == classify(network, function).verdict
    # The descent is printed so that it can be followed.
    descent = document["descent"]
    direction = network_from_json(descent["direction"])
    bend = None if descent["bend"] is None else network_from_json(descent["bend"])
    for sample in descent["samples"]:
        other = point_on_curve(
            network, direction, bend, Fraction(sample["eps"]), power=descent["bend_power"] or 2
        )
        assert Fraction(sample["loss"]) == true_loss(other, function)


def test_refine_as_text_and_json(run, folder):
    code, out, err = run("classify", "trained.json", *LINE, "--refine")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "verdict     not-critical"
    assert "\ncritical    saddle at distance between 0.00" in out
    document = json.loads(run("classify", "trained.json", *LINE, "--refine", "--json")[1])
    point = document["critical_point"]
    low, high = map(Fraction, point["loss"])
    assert low <= Fraction(1, 972) <= high
    near, far = map(Fraction, point["distance"])
    assert 0 < near <= far < Fraction(1, 100)
    network = network_from_json(point["network"])
    assert abs(-network.hidden_biases[0] / network.hidden_weights[0][0] - Fraction(1, 3)) < (
        Fraction(1, 2**60)
    )
    assert (point["verdict"], Fraction(point["radius"]) > 0) == ("saddle", True)


def test_refine_where_nothing_is_near(run, folder):
    code, out, _ = run("classify", "trained.json", "--target", "x^2", *ON_UNIT, "--refine")
    assert code == 0
    assert "\ncritical    none proved nearby: " in out
    document = json.loads(
        run("classify", "trained.json", "--target", "x^2", *ON_UNIT, "--refine", "--json")[1]
    )
    assert document["critical_point"] is None
    assert document["critical_point_reason"]


def test_refine_leaves_critical_networks_alone(run, folder):
    assert run("classify", "zigzag.json", *LINE, "--refine") == run(
        "classify", "zigzag.json", *LINE
    )


def test_refine_on_data_is_exact(run, folder):
    put("hinge.json", IDLE | {"hidden_biases": ["-0.98"], "output_biases": ["0.01"]})
    put("hinge.csv", "x,y\n0,0\n1,0\n2,1\n3,2\n")
    code, out, _ = run("classify", "hinge.json", "--data", "hinge.csv", "--refine", "--json")
    point = json.loads(out)["critical_point"]
    assert (code, point["radius"], point["loss"]) == (0, "0", ["0", "0"])
    assert point["network"]["hidden_biases"] == [-1]


def test_global_on_data(run, folder):
    code, out, err = run("classify", "idle.json", "--data", "data.csv", "--global")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "verdict     local-minimum"
    assert "not global: the infimum for width 1 is 1/2" in " ".join(out.split())
    put("best.json", {
        "activation": "relu", "hidden_weights": [["3/2"]], "hidden_biases": [0],
        "output_weights": [[1]], "output_biases": [0],
    })
    document = json.loads(
        run("classify", "best.json", "--data", "data.csv", "--global", "--json")[1]
    )
    assert Fraction(document["loss"]) > Fraction(1, 2)
    code, out, _ = run("check", "data.csv", "--width", "1", "--json", "--quiet")
    put("best.json", json.loads(out)["minimiser"])
    for limit in ((), ("--time-limit", "1e2"), ("--time-limit", "100")):
        code, out, _ = run(
            "classify", "best.json", "--data", "data.csv", "--global", *limit, "--json"
        )
        assert (code, json.loads(out)["verdict"]) == (0, "global-minimum")


def test_columns_of_data(run, folder):
    put("wide.csv", "id,a,b,y,z\n7,0,5,0,1\n8,1,5,2,1\n9,2,6,1,1\n")
    expected = json.loads(run("classify", "idle.json", "--data", "data.csv", "--json")[1])
    for options in (("--inputs", "a", "--outputs", "y"), ("--outputs", "y", "--inputs", "a")):
        code, out, _ = run("classify", "idle.json", "--data", "wide.csv", *options, "--json")
        assert (code, json.loads(out)) == (0, expected)
    code, _, err = run("classify", "idle.json", "--data", "wide.csv", "--inputs", "a,b")
    assert (code, err.count("\n")) == (2, 1)
    assert "idle.json: the network takes 1 inputs" in err


def test_bundled_data(run, folder):
    code, out, _ = run("classify", "idle.json", "--data", "dataset:nile", "--json")
    assert (code, json.loads(out)["verdict"]) == (0, "not-critical")
    text = run("classify", "idle.json", "--data", "dataset:nile")[1]
    assert "against     dataset:nile: 100 points" in text.splitlines()


def test_a_plot(run, folder):
    code, out, err = run("classify", "zigzag.json", *LINE, "--plot", "picture.svg")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "plot        picture.svg"
    with open("picture.svg") as stream:
        assert stream.read().startswith("<?xml")


def test_an_undecided_verdict_ends_with_3(run, folder, monkeypatch):
    real = classification.classify_against
    monkeypatch.setattr(
        classification, "classify_against",
        lambda *arguments: replace(real(*arguments), verdict="undecided"),
    )
    for options in ((), ("--json",)):
        code, out, err = run("classify", "zigzag.json", *LINE, *options)
        assert (code, err) == (3, "")
        assert "undecided" in out


def test_many_neurons_of_two_outputs_are_undecided(run, folder):
    """Fifteen kinks made critical by the responses: too many to be examined together."""
    width, count = 15, 32
    outputs = [(1 + k % 3, k % 7 - 3) for k in range(width)]
    hinges = [[max(Fraction(i - 2 * k) - Fraction(1, 2), 0) for i in range(count)]
              for k in range(width)]
    # The derivatives of the loss are linear in the residuals r_i1, r_i2.
    rows = []
    for hinge in ([Fraction(1)] * count, *hinges):
        rows += [[x for z in hinge for x in (z, 0)], [x for z in hinge for x in (0, z)]]
    for hinge, (first, second) in zip(hinges, outputs, strict=True):
        for power in (0, 1):
            slopes = [i**power if z else 0 for i, z in enumerate(hinge)]
            rows.append([x for slope in slopes for x in (first * slope, second * slope)])
    residuals = [
        sum(column) / 10**6 for column in zip(*nullspace(rows, columns=2 * count), strict=True)
    ]
    put("wide.json", {
        "activation": "relu", "hidden_weights": [[1]] * width,
        "hidden_biases": [f"-{4 * k + 1}/2" for k in range(width)],
        "output_weights": outputs, "output_biases": [0, 0],
    })
    fitted = [
        [sum(z[i] * v[k] for z, v in zip(hinges, outputs, strict=True)) for k in range(2)]
        for i in range(count)
    ]
    put("wide-data.json", {
        "inputs": [[i] for i in range(count)],
        "outputs": [[str(fitted[i][k] - residuals[2 * i + k]) for k in range(2)]
                    for i in range(count)],
    })
    code, out, err = run("classify", "wide.json", "--data", "wide-data.json", "--json")
    document = json.loads(out)
    assert (code, document["verdict"], err) == (3, "undecided", "")
    assert set(document["gradient"]) == {"0"}
    assert Fraction(document["loss"]) == sum(r * r for r in residuals)
    assert document["descent"] is None


BAD_NETWORKS = {
    "empty": ("", "row 1, column 1: is not valid JSON"),
    "half": ('{"activation": "relu"', "is not valid JSON"),
    "list": ("[1, 2]", "the network is an array; an object with the keys"),
    "missing": ({k: v for k, v in IDLE.items() if k != "output_biases"},
                "the key 'output_biases' is missing"),
    "unknown-key": (IDLE | {"bias": 1}, "unknown key 'bias'"),
    "ragged": (IDLE | {"hidden_weights": [[1], [1, 2]], "hidden_biases": [0, 0],
                       "output_weights": [[1], [1]]}, "hidden_weights[1] has 2 entries"),
    "uneven": (IDLE | {"hidden_biases": [0, 1]}, "a network of width 2 needs 2 hidden_weights"),
    "word": (IDLE | {"hidden_biases": ["one"]}, "hidden_biases[0]: 'one' is not a number"),
    "root": (IDLE | {"hidden_biases": ["sqrt(2)"]}, "is not a number"),
    "zero": (IDLE | {"hidden_biases": ["1/0"]}, "denominator zero"),
    "text-nan": (IDLE | {"hidden_biases": ["NaN"]}, "'NaN' is not a finite number"),
    "nan": ('{"activation":"relu","hidden_weights":[[NaN]],"hidden_biases":[0],'
            '"output_weights":[[1]],"output_biases":[0]}', "'NaN' is not a finite number"),
    "infinity": (IDLE | {"output_biases": ["-inf"]}, "is not a finite number"),
    "null": (IDLE | {"output_biases": [None]}, "output_biases[0] is null; a number"),
    "activation": (IDLE | {"activation": "swish"}, "unknown activation 'swish'"),
    "slope": (IDLE | {"activation": "leaky:-1"}, "activation:"),
    "inputs": (IDLE | {"hidden_weights": [[1, 2]]}, "the network has 2 inputs; on an interval"),
    "outputs": (IDLE | {"output_weights": [[1, 2]], "output_biases": [0, 0]},
                "the network has 2 outputs; on an interval"),
    "deep": ({"activation": "relu", "layers": [{"weights": [[1]], "biases": [0]}] * 3},
             "given by 3 layers; a network of two layers"),
    "two-layers": ({"activation": "relu", "layers": [{"weights": [[1]], "biases": [0]}] * 2},
                   "given by 2 layers; a network of two layers, with the keys hidden_weights"),
    "nested": ("[" * 100_000, "nested too deeply"),
    "huge": (IDLE | {"hidden_biases": ["1e9999"]}, "the exponent of 1e9999"),
}


@pytest.mark.parametrize("name", BAD_NETWORKS)
def test_bad_networks_are_one_line(run, folder, name):
    content, message = BAD_NETWORKS[name]
    put("bad.json", content)
    code, out, err = run("classify", "bad.json", *LINE)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("symerm: error: bad.json")
    assert message in err


@pytest.mark.parametrize("name", ["tanh", "logistic", "erf"])
def test_smooth_activations_are_unsupported(run, folder, name):
    put("smooth.json", IDLE | {"activation": name})
    for against in (LINE, ("--data", "data.csv"), ("--data", "data.csv", "--refine")):
        code, out, err = run("classify", "smooth.json", *against)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert f"the activation {name} is not rational; use relu, leaky:1/10 or quadratic" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument"),
        (["zigzag.json"], "give either --target with --interval, or --data"),
        (["zigzag.json", *ON_UNIT], "give either --target with --interval, or --data"),
        (["zigzag.json", *LINE, "--data", "data.csv"], "give either --target"),
        (["zigzag.json", "--target", "x"], "--target needs --interval T0 T1"),
        (["zigzag.json", "--data", "data.csv", *ON_UNIT], "--interval goes with --target"),
        (["zigzag.json", *LINE, "--inputs", "x"], "--inputs, --outputs and --global go with"),
        (["zigzag.json", *LINE, "--outputs", "x"], "--inputs, --outputs and --global go with"),
        (["zigzag.json", *LINE, "--global"], "--inputs, --outputs and --global go with --data"),
        (["zigzag.json", "--target", "x", "--interval", "1", "1"],
         "--interval: the left end 1 must be smaller than the right end 1"),
        (["zigzag.json", "--target", "x", "--interval", "5", "-3/2"],
         "--interval: the left end 5 must be smaller than the right end -3/2"),
        (["zigzag.json", "--target", "x", "--interval", "0"], "requires 2 arguments"),
        (["zigzag.json", "--target", "x", "--interval", "0", "one"], "'one' is not a number"),
        (["zigzag.json", "--target", "x", "--interval", "0", "1/0"], "denominator zero"),
        (["zigzag.json", "--target", "x", "--interval", "nan", "1"], "not a finite number"),
        (["zigzag.json", "--target", "sin(x)", *ON_UNIT], "unknown name 'sin' at column 1"),
        (["zigzag.json", "--target", "2*y", *ON_UNIT], "unknown name 'y' at column 3"),
        (["zigzag.json", "--target", "", *ON_UNIT], "it is empty"),
        (["zigzag.json", "--target", "1/x", *ON_UNIT], "is not constant"),
        (["zigzag.json", "--target", "x^99", *ON_UNIT], "the exponent"),
        (["zigzag.json", "--target", "max(x^2, 1/2)", *ON_UNIT], "irrational"),
        (["zigzag.json", "--target", "__import__('os')", *ON_UNIT], "the target"),
        (["zigzag.json", "--target", "x" * 10_000, *ON_UNIT], "the target"),
        (["zigzag.json", *LINE, "--workers", "0"], "--workers must be a positive integer, not 0"),
        (["zigzag.json", *LINE, "--workers", "two"], "--workers: 'two' is not a number"),
        (["zigzag.json", *LINE, "--time-limit", "-1"], "--time-limit must be a number of seconds"),
        (["zigzag.json", *LINE, "--format", "html"], "No such option"),
        (["absent.json", *LINE], "absent.json: cannot be read: No such file or directory"),
        ([".", *LINE], ".: cannot be read: Is a directory"),
        (["", *LINE], "cannot be read"),
        (["zigzag.json", "--data", "absent.csv"], "absent.csv: there is no such file"),
        (["zigzag.json", "--data", "data.csv", "--inputs", "q"], "there is no such column"),
        (["zigzag.json", "--data", "dataset:unheard"], "unheard"),
        (["zigzag.json", *LINE, "--plot", "x.gif"], "a plot needs a name that ends in one of"),
        (["zigzag.json", *LINE, "--plot", "none/x.svg"], "none/x.svg: the folder"),
        (["many.jsonl", *LINE, "--plot", "x.svg"], "take a single network, not a .jsonl file"),
        (["many.jsonl", *LINE, "--refine"], "take a single network, not a .jsonl file"),
        (["many.JSONL", "--data", "data.csv", "--global"], "take a single network"),
    ],
)
def test_bad_usage_is_one_line(run, folder, arguments, message):
    code, out, err = run("classify", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_unreadable_bytes(run, folder):
    with open("bytes.json", "wb") as stream:
        stream.write(b"\xff\xfe{")
    code, _, err = run("classify", "bytes.json", *LINE)
    assert (code, err) == (
        2, "symerm: error: bytes.json: is not UTF-8 text (byte 1); save it as UTF-8\n"
    )


def test_a_mark_of_byte_order_is_passed_over(run, folder):
    put("marked.json", "\ufeff" + json.dumps(ZIGZAG))
    assert run("classify", "marked.json", *LINE)[0] == 0


def test_a_plane(run, folder):
    code, out, err = run(
        "classify", "zigzag.json", *LINE, "--plane", "plane.svg", "--plot", "picture.svg"
    )
    assert (code, err) == (0, "")
    assert out.splitlines()[-2:] == ["plot        picture.svg", "plot        plane.svg"]
    assert Path("plane.svg").read_text("utf-8").startswith("<?xml")
    code, out, err = run("classify", "zigzag.json", *LINE, "--plane", "a.svg", "--plot", "a.svg")
    assert (code, out) == (2, "")
    assert "--plane would overwrite the file of --plot" in err


def test_a_picture_that_fails_does_not_hide_the_verdict(run, folder):
    """A network with one parameter has no plane."""
    Path("constant.json").write_text(
        '{"activation": "relu", "hidden_weights": [], "hidden_biases": [], "output_weights": [],'
        ' "output_biases": [1]}',
        "utf-8",
    )
    code, out, err = run("classify", "constant.json", *LINE, "--plane", "plane.svg")
    assert code == 2
    assert out.startswith("verdict     not-critical")
    assert "plot" not in out
    assert err.count("\n") == 1


def test_plots_overwrite_no_input(run, folder):
    put("net.svg", ZIGZAG)
    put("data.svg", "x,y\n0,0\n1,2\n2,1\n")
    os.symlink("net.svg", "link.svg")
    for arguments, word in (
        (["net.svg", *LINE, "--plot", "net.svg"], "network"),
        (["net.svg", *LINE, "--plot", "link.svg"], "network"),
        (["link.svg", *LINE, "--plot", "./net.svg"], "network"),
        (["zigzag.json", "--data", "data.svg", "--plot", "data.svg"], "data"),
    ):
        code, out, err = run("classify", *arguments)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert f"--plot would overwrite the {word}; name another file" in err
    assert read_network("net.svg") == network_from_json(ZIGZAG)
    with open("data.svg") as stream:
        assert stream.read().startswith("x,y\n")


def test_an_interrupt_ends_with_130(run, folder, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(classification, "classify_against", interrupted)
    assert run("classify", "zigzag.json", *LINE) == (130, "", "symerm: error: interrupted\n")


def test_help_has_examples(run):
    code, out, _ = run("classify", "--help")
    assert code == 0
    assert 'symerm classify network.json --target "2*x + 1" --interval 0 1' in out
    assert "--interval -3/2 5" in out
    for option in ("--target", "--interval", "--data", "--inputs", "--outputs", "--global",
                   "--time-limit", "--refine", "--workers", "--plot", "--json"):
        assert option in out


def test_it_starts_quickly_without_heavy_modules(folder):
    """A verdict needs neither matplotlib nor sympy nor the solver."""
    program = (
        "import sys\n"
        "from symerm.cli.main import main\n"
        "code = main(sys.argv[1:])\n"
        "heavy = {'matplotlib', 'sympy', 'scipy', 'symerm.attainability'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "sys.exit(code)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, "classify", "zigzag.json", *LINE, "--json"],
        capture_output=True, text=True, check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
