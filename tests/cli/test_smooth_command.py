"""``symerm check`` for one logistic or tanh neuron: text, JSON, certificate, refusals."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest

from symerm.cli.main import main


@pytest.fixture
def valley(tmp_path: Path) -> str:
    path = tmp_path / "valley.csv"
    path.write_text("x,y\n0,0\n1,2\n2,1\n")
    return str(path)


@pytest.mark.parametrize("activation", ["logistic", "tanh"])
def test_json_gives_the_contract(
    valley: str, activation: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proof = str(tmp_path / "proof.json")
    command = ["check", valley, "--width", "1", "--activation", activation]
    assert main([*command, "--json", "--certificate", proof]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["verdict"] == "not-attained"
    assert report["infimum"] == {"lower": "1/2", "upper": "1/2", "exact": "1/2"}
    assert report["minimiser"] is None
    escape = report["escape"]
    assert escape["family"]["activation"] == activation
    assert set(escape) == {"stratum", "family", "loss", "rate", "samples"}
    assert "13/64" in escape["stratum"]["open set"]
    assert len(escape["samples"]) >= 4
    sizes = [Fraction(sample["eps"]) for sample in escape["samples"]]
    assert sizes == sorted(sizes, reverse=True)
    for sample in escape["samples"]:
        network, eps = sample["network"], Fraction(sample["eps"])
        assert network["activation"] == activation
        # The texts of the family at this eps are the numbers of the network.
        for key in ("hidden_weights", "output_weights"):
            assert value_of(escape["family"][key][0][0], eps) == Fraction(network[key][0][0])
        for key in ("hidden_biases", "output_biases"):
            assert value_of(escape["family"][key][0], eps) == Fraction(network[key][0])
        loss = loss_of(network, [(0, 0), (1, 2), (2, 1)])
        bound = Fraction(sample["loss"])
        with mpmath.workdps(60):
            excess = mpmath.mpf(bound.numerator) / bound.denominator - loss
            assert 0 <= excess <= loss * mpmath.mpf(10) ** -20
    assert main(["verify", proof, valley]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "VALID not-attained 1/2 1/2"


def value_of(text: str, eps: Fraction) -> Fraction:
    """The value of "-1/2", "2/eps" or "-(1/2)/eps", the forms that occur here."""
    top, divided, _ = text.partition("/eps")
    value = Fraction(top.replace("(", "").replace(")", ""))
    return value / eps if divided else value


def loss_of(network: dict, points: list[tuple[int, int]]) -> mpmath.mpf:
    with mpmath.workdps(60):
        a, b, v, c = (
            mpmath.mpf(x.numerator) / x.denominator
            for x in map(Fraction, (
                network["hidden_weights"][0][0], network["hidden_biases"][0],
                network["output_weights"][0][0], network["output_biases"][0],
            ))
        )
        total = mpmath.mpf(0)
        for s, t in points:
            z = a * s + b
            tanh = network["activation"] == "tanh"
            total += (c + v * (mpmath.tanh(z) if tanh else 1 / (1 + mpmath.exp(-z))) - t) ** 2
        return total


def test_the_text_names_the_limit(valley: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", valley, "--width", "1", "--activation", "logistic"]) == 0
    text = capsys.readouterr().out
    for part in ("a jump between the inputs 0 and 1", "y = 3/2*h1",
                 "h1 = logistic((2/eps)*x - 1/eps)", "eps 1/5: at most ~"):
        assert part in text


def test_an_exponential_limit_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bent.csv"
    path.write_text("x,y\n2,-8\n3,-7\n5,-5\n6,-2\n")
    assert main(["check", str(path), "--width", "1", "--activation", "tanh"]) == 0
    text = capsys.readouterr().out
    assert "exp(1/eps)*(h1 + 1)" in text
    assert "tanh(" in text
    assert "infimum     between 0.1574362" in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--activation", "erf"], "piecewise-linear activation, not erf"),
        (["--activation", "tanh", "--plot", "a.png"], "--plot needs a piecewise-linear"),
        (["--activation", "tanh", "--resume", "a.journal"], "--resume needs a piecewise-linear"),
        (["--activation", "tanh", "--no-hidden-bias"], "hidden and output bias only"),
    ],
)
def test_what_is_not_handled_is_refused_in_one_line(
    valley: str, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", valley, "--width", "1", *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err
    assert captured.err.count("\n") == 1
