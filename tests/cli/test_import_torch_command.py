"""``symerm import-torch``: what it prints and writes, names of layers, rationals, errors."""

from __future__ import annotations

import json
import struct
import zipfile
from fractions import Fraction
from pathlib import Path

import pytest

from symerm.networks import network_from_json, read_network

ARCHIVES = Path(__file__).parents[1] / "networks" / "archives"
SEQUENTIAL = ARCHIVES / "sequential.pt"
EXPECTED = json.loads((ARCHIVES / "expected.json").read_text("utf-8"))


def stated(name, key):
    return [Fraction(float.fromhex(entry)) for entry in EXPECTED[name][key]["entries"]]


def test_the_last_line_is_the_network(run) -> None:
    code, out, err = run("import-torch", SEQUENTIAL)
    assert (code, err) == (0, "")
    network, numbers, last = out.splitlines()
    assert network.split(maxsplit=1) == ["network", "1 -> 3 -> 1, relu, from 0.weight, 2.weight"]
    assert numbers.split(maxsplit=1) == ["numbers", "exact"]
    read = network_from_json(last)
    assert list(read.hidden_biases) == stated("sequential.pt", "0.bias")
    assert [row for row, in read.output_weights] == stated("sequential.pt", "2.weight")


def test_the_written_file_is_the_network(run, tmp_path) -> None:
    path = tmp_path / "net.json"
    code, out, err = run("import-torch", SEQUENTIAL, "--output", path, "--activation", "leaky:0.01")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1].split(maxsplit=1) == ["written", str(path)]
    assert "hidden_weights" not in out
    assert read_network(path).activation.name == "leaky:1/100"
    rows = read_network(path).hidden_weights
    assert [row for row, in rows] == stated("sequential.pt", "0.weight")


def test_json_has_its_keys(run, tmp_path) -> None:
    path = tmp_path / "net.json"
    code, out, err = run("import-torch", ARCHIVES / "named.npz", "--json", "--output", path)
    assert (code, err, out.count("\n")) == (0, "", 1)
    document = json.loads(out)
    assert list(document) == ["network", "layers", "rationalize", "largest_change", "output"]
    assert document["layers"] == ["fc1", "fc2", "fc3"]
    assert (document["rationalize"], document["largest_change"]) == ("none", "0")
    assert document["output"] == str(path)
    assert network_from_json(document["network"]) == read_network(path)
    assert len(document["network"]["layers"]) == 3


@pytest.mark.parametrize("way", ["shortest", "100", "1"])
def test_rationals_are_shortened_on_demand_and_the_change_is_told(run, way) -> None:
    documents = []
    for choice in ("none", way):
        code, out, _ = run("import-torch", SEQUENTIAL, "--rationalize", choice, "--json")
        assert code == 0
        documents.append(json.loads(out))
    pairs = [
        (Fraction(before), Fraction(after))
        for key in ("hidden_weights", "hidden_biases", "output_weights", "output_biases")
        for before, after in zip(
            *(flat(document["network"][key]) for document in documents), strict=True
        )
    ]
    assert len(pairs) == 10
    change = max(abs(before - after) for before, after in pairs)
    assert Fraction(documents[1]["largest_change"]) == change > 0
    for before, after in pairs:
        if way == "shortest":
            # The decimal is another name of the same float32.
            assert struct.unpack("<f", struct.pack("<f", float(after)))[0] == before
            assert 10**9 % after.denominator == 0
        else:
            assert after.denominator <= int(way)
    code, out, _ = run("import-torch", SEQUENTIAL, "--rationalize", way)
    (line,) = (line for line in out.splitlines() if line.startswith("numbers"))
    shown = Fraction(line.rpartition("changed by at most ")[2])
    assert change <= shown <= change * Fraction(102, 100)


def flat(value):
    return [x for part in value for x in flat(part)] if isinstance(value, list) else [value]


def test_integers_need_no_shortening(run, tmp_path) -> None:
    path = tmp_path / "whole.npz"
    header = b"{'descr': '|i1', 'fortran_order': False, 'shape': (1, 1), }"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("0.weight", "1.weight"):
            start = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header))
            archive.writestr(f"{name}.npy", start + header + b"\xfd")
    code, out, _ = run("import-torch", path, "--rationalize", "7")
    assert code == 0
    assert "fractions with denominators up to 7; none changed" in out
    assert network_from_json(out.splitlines()[-1]).hidden_weights == ((-3,),)


def test_layers_are_taken_by_name(run) -> None:
    path = ARCHIVES / "checkpoint.pt"
    names = ("--hidden", "model.hidden", "--output-layer", "model.head")
    code, out, err = run("import-torch", path, *names)
    assert (code, err) == (0, "")
    assert "from model.hidden.weight, model.head.weight" in out
    deep = ("--hidden", "fc1, fc2", "--output-layer", "fc3", "--json")
    code, out, _ = run("import-torch", ARCHIVES / "named.pt", *deep)
    assert code == 0
    assert json.loads(out)["layers"] == ["fc1", "fc2", "fc3"]
    code, out, _ = run("import-torch", ARCHIVES / "linear.pt")
    assert code == 0
    assert "2 -> 1, relu, from weight\n" in out


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("module.pt", (), "torch.nn.modules.container.Sequential, which is not read; save model."),
        ("legacy.pt", (), "before 1.6"),
        ("checkpoint.pt", (), "optimizer.state.0.step is neither weight nor bias"),
        ("checkpoint.pt", (), "(--hidden, --output-layer)"),
        ("batchnorm.pt", (), "1.running_mean"),
        ("hidden.safetensors", (), "order of the layers head, hidden is not known"),
        ("hidden.pt", ("--hidden", "hidden"), "by --hidden and --output-layer, both"),
        ("hidden.pt", ("--output-layer", "head"), "by --hidden and --output-layer, both"),
        ("hidden.pt", ("--hidden", "a,,b", "--output-layer", "c"), "--hidden: name layers"),
        ("hidden.pt", ("--hidden", "body", "--output-layer", "head"), "no tensor body.weight"),
        ("hidden.pt", ("--rationalize", "0"), "none, shortest or a positive integer, not 0"),
        ("hidden.pt", ("--rationalize", "1/2"), "none, shortest or a positive integer, not 1/2"),
        ("hidden.pt", ("--rationalize", "best"), "none, shortest or a positive integer, not best"),
        ("hidden.pt", ("--activation", "gelu"), "unknown activation 'gelu'"),
        ("hidden.pt", ("--output", "no/such/folder/net.json"), "does not exist"),
        ("none.pt", (), "cannot be read: No such file"),
        ("expected.json", (), "not an archive of torch.save"),
    ],
)
def test_errors_are_one_line(run, name, options, words) -> None:
    code, out, err = run("import-torch", ARCHIVES / name, *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("symerm: error: ")
    assert words in err


def test_the_source_is_not_overwritten(run, tmp_path) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(SEQUENTIAL.read_bytes())
    code, out, err = run("import-torch", path, "--output", path)
    assert (code, out) == (2, "")
    assert "--output would overwrite" in err
    assert path.read_bytes() == SEQUENTIAL.read_bytes()


def test_nothing_is_written_when_the_file_is_refused(run, tmp_path) -> None:
    path = tmp_path / "net.json"
    assert run("import-torch", ARCHIVES / "module.pt", "--output", path)[0] == 2
    assert not path.exists()
