"""``symerm lastlayer``: JSON that can be checked, formats, pictures, exit codes, errors."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from test_datasets_command import Cells

from symerm.networks.serialization import network_from_json

KEYS = [
    "n", "p", "width", "activation", "hidden_bias", "seed", "weight_bits", "rank",
    "fits_all_responses", "fits", "outputs", "network", "any_width", "any_depth", "kernel",
    "chernoff", "missing", "widths", "descent",
]  # fmt: skip


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("a,b,y,z\n1,0,1,2\n2,0,1,0\n-1,0,0,1\n0,1,3,-1\n0.5,-1/2,2,2\n")
    return path


def numbers(texts):
    return tuple(map(Fraction, texts))


def test_json_has_its_keys_and_its_network_has_the_loss(run, table) -> None:
    code, out, err = run(
        "lastlayer", table, "--inputs", "a,b", "--outputs", "y,z", "--width", "3", "--json"
    )
    assert (code, err, out.count("\n")) == (0, "", 1)
    document = json.loads(out)
    assert list(document) == KEYS
    assert document["rank"] == [3, 3]
    assert (document["fits"], document["fits_all_responses"]) == (False, False)
    network = network_from_json(document["network"])
    inputs = tuple(map(numbers, (("1", "0"), ("2", "0"), ("-1", "0"), ("0", "1"), ("0.5", "-0.5"))))
    labels = tuple(map(numbers, ((1, 2), (1, 0), (0, 1), (3, -1), (2, 2))))
    losses = [Fraction(output["loss"][0]) for output in document["outputs"]]
    assert network.loss(inputs, labels) == sum(losses)
    for k, output in enumerate(document["outputs"]):
        residual = numbers(output["residual"])
        assert tuple(
            label[k] - value[k]
            for label, value in zip(labels, network.realize(inputs), strict=True)
        ) == residual
    assert document["kernel"]["verdict"] == "positive-definite"
    assert all(Fraction(low) > 0 for low, _ in document["kernel"]["eigenvalues"])
    assert document["chernoff"]["width"] > 5


def test_without_bias_the_rank_law_and_the_rays_speak(run, table) -> None:
    code, out, _ = run(
        "lastlayer", table, "--inputs", "a,b", "--outputs", "y", "--no-hidden-bias", "--json",
        "--width", "30",
    )
    assert code == 0
    document = json.loads(out)
    # Three lines, one of them two-sided: 3 + 1.
    assert document["any_width"]["rank"] == document["rank"][0] == 4
    assert document["any_depth"]["loss"] == document["any_width"]["loss"] == "1/5"
    assert document["any_width"]["residuals"] == [["2/5", "-1/5", "0", "0", "0"]]
    assert document["kernel"]["verdict"] == "singular"
    assert document["kernel"]["eigenvalues"][0] == ["0", "0"]


def test_the_seed_decides_the_layer(run, table) -> None:
    first, again, other = (
        run("lastlayer", table, "--width", "2", "--seed", seed, "--json")[1]
        for seed in ("1", "1", "2")
    )
    assert first == again != other


def test_smooth_features_are_certified_or_undecided(run, table) -> None:
    code, out, _ = run("lastlayer", table, "--activation", "tanh", "--width", "6", "--json")
    document = json.loads(out)
    assert (code, document["rank"], document["fits"]) == (0, [5, 5], True)
    assert document["network"] is None
    assert "no closed form" in document["missing"][0]
    # Saturated: with inputs of this size the values of tanh are equal up to 1000 digits.
    huge = table.with_name("huge.csv")
    huge.write_text("x,y\n100000,1\n200000,2\n300000,4\n")
    code, out, _ = run("lastlayer", huge, "--activation", "tanh")
    assert code == 3
    assert "undecided" in out
    assert "between 1 and 3 of 3" in out


@pytest.mark.parametrize("style", ["text", "latex", "html"])
def test_formats(run, table, style: str) -> None:
    code, out, err = run("lastlayer", table, "--format", style)
    assert (code, err) == (0, "")
    assert "positive-definite" in out
    if style == "html":
        cells = Cells()
        cells.feed(out)
        assert {"width", "what has it", "fits", "status", "all labels"} <= set(cells.texts)
        # The rank of the kernel, its width, interleaved kinks and the width of the literature.
        assert out.count("<tr>") == 1 + 4
    elif style == "latex":
        assert out.count(r"\begin{tabular}") == out.count(r"\end{tabular}") == 1
        assert "^" not in out.replace(r"\textasciicircum", "")


def test_descent_is_reported(run, table) -> None:
    code, out, _ = run("lastlayer", table, "--steps", "5", "--json")
    descent = json.loads(out)["descent"]
    assert code == 0
    losses = numbers(descent["losses"])
    assert len(losses) == 6
    assert list(losses) == sorted(losses, reverse=True)
    assert losses[-1] >= Fraction(descent["floor"])
    assert "slowest of" in run("lastlayer", table, "--steps", "5")[1]


def test_pictures_are_written(run, table) -> None:
    first, second = table.with_name("a.svg"), table.with_name("b.svg")
    for path in (first, second):
        code, _, err = run("lastlayer", table, "--steps", "3", "--plot", path)
        assert (code, err) == (0, "")
    assert first.read_bytes() == second.read_bytes()
    png = table.with_name("c.png")
    assert run("lastlayer", table, "--no-hidden-bias", "--plot", png)[0] == 0
    assert png.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--eta", "1"], "--eta must be smaller than 1"),
        (["--eta", "0"], "--eta must be positive"),
        (["--width", "0"], "--width must be a positive integer"),
        (["--width", "5000"], "1 to 1000 neurons, not 5000"),
        (["--kernel", "gauss"], "unknown kernel 'gauss'"),
        (["--activation", "swish"], "unknown activation 'swish'"),
        (["--steps", "501"], "at most 500 steps"),
        (["--steps", "2", "--activation", "erf"], "erf has no rational values"),
        (["--format", "pdf"], "no format 'pdf'"),
        (["--plot", "out.bmp"], "ends in one of .png, .svg, .pdf"),
        (["--activation", "tanh", "--plot", "out.png"], "nothing to draw"),
    ],
)
def test_errors_are_one_line(run, table, monkeypatch, options, message) -> None:
    monkeypatch.chdir(table.parent)
    code, _, err = run("lastlayer", table, *options)
    assert (code, err.count("\n")) == (2, 1)
    assert message in err


def test_the_data_are_not_overwritten(run, tmp_path) -> None:
    data = tmp_path / "data.svg"
    data.write_text("x,y\n1,2\n")
    code, _, err = run("lastlayer", data, "--plot", data)
    assert code == 2
    assert "overwrite the data" in err


def test_more_points_than_a_spectrum_takes(run, tmp_path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("x,y\n" + "".join(f"{k},{k % 3}\n" for k in range(151)))
    code, out, _ = run("lastlayer", path, "--width", "3")
    assert code == 0
    assert "at most 150 points" in out
    code, _, err = run("lastlayer", path, "--steps", "3")
    assert (code, err.count("\n")) == (2, 1)
    assert "leave out the gradient descent" in err
