"""Network JSON: exact round trips, and one-line errors for everything else."""

import copy
import json
import os
import re
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st
from network_strategies import LEAKY, networks

from symerm.errors import InputError
from symerm.networks import (
    DeepNetwork,
    Layer,
    ShallowNetwork,
    network_from_json,
    network_to_json,
    read_network,
    write_network,
)

SHALLOW = {
    "activation": "relu",
    "hidden_weights": [[1, "2/3"], [0, -1]],
    "hidden_biases": ["0.1", "1e-2"],
    "output_weights": [[1], ["-4"]],
    "output_biases": ["7/2"],
}
DEEP = {
    "activation": "leaky:1/10",
    "layers": [
        {"weights": [[1], ["1/2"]], "biases": [0, 1]},
        {"weights": [[1, -1]], "biases": ["-1/3"]},
    ],
}


@given(networks(inputs=st.integers(1, 3)))
def test_round_trip(network):
    data = network_to_json(network)
    assert network_from_json(json.dumps(data)) == network
    assert network_from_json(data) == network
    assert json.dumps(network_to_json(network_from_json(data))) == json.dumps(data)


@given(st.fractions(), st.integers())
def test_numbers_of_any_size(value, integer):
    network = ShallowNetwork(((value,),), (F(integer),), ((F(integer**9),),), (value,))
    text = json.dumps(network_to_json(network))
    assert not any(part in text for part in (".", "e+"))
    assert network_from_json(text) == network
    # What a reader with binary floats would round must not be a JSON number.
    assert all(
        not isinstance(x, int) or abs(x) < 2**53
        for x in json.loads(text)["hidden_biases"] + json.loads(text)["output_weights"][0]
    )


def test_decimals_are_read_as_written():
    text = """{"activation": "leaky:0.25", "hidden_weights": [[0.1]], "hidden_biases": [1e-3],
               "output_weights": [["0.30"]], "output_biases": [-12]}"""
    assert network_from_json(text) == ShallowNetwork(
        ((F(1, 10),),), (F(1, 1000),), ((F(3, 10),),), (F(-12),), network_from_json(text).activation
    )
    assert network_from_json(text).activation.negative_slope == F(1, 4)


def test_the_two_forms():
    shallow, deep = network_from_json(SHALLOW), network_from_json(DEEP)
    assert isinstance(shallow, ShallowNetwork)
    assert shallow.hidden_biases == (F(1, 10), F(1, 100))
    assert deep == DeepNetwork(
        (
            Layer(((F(1),), (F(1, 2),)), (F(0), F(1))),
            Layer(((F(1), F(-1)),), (F(-1, 3),)),
        ),
        network_from_json(DEEP).activation,
    )
    empty = ShallowNetwork((), (), (), (F(1),), LEAKY)
    assert network_from_json(network_to_json(empty)) == empty
    constant = DeepNetwork.from_shallow(empty)
    assert network_from_json(network_to_json(constant)) == constant


def changed(data, path, value):
    result = copy.deepcopy(data)
    *route, last = path
    node = result
    for key in route:
        node = node[key]
    if value is None:
        del node[last]
    else:
        node[last] = value
    return json.dumps(result)


NULL = float("nan")  # json.dumps writes the bare word NaN


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"net.json, row 1, column 1: is not valid JSON"),
        ('{"activation": "relu",\n  oops}', r"net.json, row 2, column 3: is not valid JSON"),
        ("[1, 2]", "the network is an array; an object with the keys activation"),
        ("3", "the network is a number"),
        ("null", "the network is null"),
        (json.dumps(SHALLOW) + "x", "is not valid JSON: Extra data"),
        ('{"activation": "relu", "activation": "relu"}', "key 'activation' appears twice"),
        (changed(SHALLOW, ["output_biases"], None), "key 'output_biases' is missing"),
        (changed(SHALLOW, ["bias"], 1), "unknown key 'bias'; the keys are activation, hidden_w"),
        (changed(SHALLOW, ["x" * 10**6], 1), "unknown key 'x{100}...'"),
        (changed(SHALLOW, ["layers"], []), "unknown key 'hidden_weights'; the keys are activ"),
        (changed(SHALLOW, ["activation"], "sigmoid"), "activation: unknown activation 'sigmoid'"),
        (changed(SHALLOW, ["activation"], "leaky:2"), "activation: the slope"),
        (changed(SHALLOW, ["activation"], "y" * 10**6), "activation: the name is longer than 100"),
        (changed(SHALLOW, ["activation"], 1), "activation is a number; a text"),
        (changed(SHALLOW, ["activation"], ["relu"]), "activation is an array"),
        (changed(SHALLOW, ["hidden_weights"], 1), "hidden_weights is a number; an array"),
        (changed(SHALLOW, ["hidden_weights"], "12"), "hidden_weights is a text; an array"),
        (changed(SHALLOW, ["hidden_weights", 1], {}), r"hidden_weights\[1\] is an object"),
        (changed(SHALLOW, ["hidden_weights", 1], [1]), r"weights\[1\] has 1 entries where 2"),
        (changed(SHALLOW, ["hidden_weights", 0], []), r"hidden_weights\[0\] is empty"),
        (changed(SHALLOW, ["hidden_weights", 1, 0], "abc"), r"hidden_weights\[1\]\[0\]: 'abc' is"),
        (changed(SHALLOW, ["hidden_weights", 1, 0], "1/0"), r"\[1\]\[0\]: .* denominator zero"),
        (changed(SHALLOW, ["hidden_biases", 1], [1]), r"hidden_biases\[1\] is an array; a number"),
        (changed(SHALLOW, ["hidden_biases", 1], True), r"hidden_biases\[1\]: True is not a number"),
        (changed(SHALLOW, ["hidden_biases", 1], NULL), r"hidden_biases\[1\]: 'NaN' is not a fin"),
        (changed(SHALLOW, ["hidden_biases", 0], -float("inf")), r"\[0\]: '-Infinity' is not a fin"),
        (changed(SHALLOW, ["hidden_biases", 1], None), "width 1 needs 1 hidden_weights"),
        (changed(SHALLOW, ["output_biases"], []), "output_biases is empty"),
        (changed(SHALLOW, ["output_biases"], [1, 2]), r"output_weights\[0\] has 1 entries where 2"),
        (changed(SHALLOW, ["output_biases", 0], "9" * 10**5), r"output_biases\[0\]: the number"),
        (
            json.dumps(SHALLOW).replace("-1", "1" * 10**7),
            r"hidden_weights\[1\]\[1\]: the number 1+\.\.\.1+ \(10000000 characters\) is longer",
        ),
        (json.dumps(SHALLOW).replace("-1", "1e999999999"), "exponent"),
        ("[" * 10**6, "nested too deeply"),
        ('{"a":' * 10**5, "nested too deeply"),
        (changed(DEEP, ["layers"], []), "at least one layer"),
        (changed(DEEP, ["layers"], {}), "layers is an object; an array"),
        (changed(DEEP, ["layers", 0], 1), r"layers\[0\] is a number; an object with the keys we"),
        (changed(DEEP, ["layers", 1, "biases"], None), r"layers\[1\]: the key 'biases' is missing"),
        (changed(DEEP, ["layers", 1, "bias"], 1), r"layers\[1\]: unknown key 'bias'"),
        (changed(DEEP, ["layers", 0, "weights", 1], ["q"]), r"layers\[0\].weights\[1\]\[0\]: 'q'"),
        (changed(DEEP, ["layers", 0, "biases"], [1]), r"layers\[0\].biases has 1 entries but"),
        (changed(DEEP, ["layers", 0, "weights", 1], [1, 2]), r"weights\[1\] has 2 entries where 1"),
        (changed(DEEP, ["layers", 1, "weights", 0], [1]), "layer 2 takes 1 inputs but layer 1 has"),
    ],
)
def test_bad_networks_get_one_line(text, message, tmp_path):
    path = tmp_path / "net.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        read_network(path)
    line = str(caught.value)
    assert line.startswith(str(path))
    assert "\n" not in line
    assert len(line) < len(str(path)) + 300
    with pytest.raises(InputError):
        network_from_json(text)


@pytest.mark.parametrize("value", [float("nan"), None, object(), 1j, b"1", "x", True, [1]])
def test_mappings_with_other_objects(value):
    data = {**SHALLOW, "hidden_biases": [value, 0]}
    with pytest.raises(InputError, match=r"hidden_biases\[0\]"):
        network_from_json(data)


def test_mappings_take_fractions_and_floats():
    data = {**SHALLOW, "hidden_biases": (F(1, 3), 0.1)}
    assert network_from_json(data).hidden_biases == (F(1, 3), F(1, 10))


def accepted_or_refused(source):
    """Any error but an `InputError` of one line fails the test."""
    message = "f"
    try:
        network = network_from_json(source, file="f")
    except InputError as error:
        message = str(error)
    else:
        assert network_from_json(network_to_json(network)) == network
    assert re.fullmatch(r"f[^\n]*", message)


characters = st.sampled_from('{}[]",:0123456789-+./eE \n\\ukarl\ud800\x00é')
edits = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 3), st.text(characters, max_size=3)),
    min_size=1,
    max_size=4,
)


@given(st.sampled_from([SHALLOW, DEEP]), edits)
def test_mutated_texts_give_a_network_or_an_input_error(data, changes):
    text = json.dumps(data)
    for position, length, inserted in changes:
        position %= len(text) + 1
        text = text[:position] + inserted + text[position + length :]
    accepted_or_refused(text)


leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.fractions()
)
values = st.recursive(
    leaves, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=3), v, max_size=3)
)


def paths(node, prefix=()):
    yield prefix
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, child in items if not isinstance(node, (str, int)) else ():
        yield from paths(child, (*prefix, key)) if isinstance(child, (dict, list)) else [
            (*prefix, key)
        ]


@given(st.sampled_from([SHALLOW, DEEP]), st.data())
def test_mutated_objects_give_a_network_or_an_input_error(data, draw):
    path = draw.draw(st.sampled_from(list(paths(data))))
    value = draw.draw(values)
    if path:
        mutant = copy.deepcopy(data)
        node = mutant
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = value
    else:
        mutant = value if isinstance(value, dict) else {"layers": value}
    accepted_or_refused(mutant)


@given(st.binary(max_size=60))
def test_random_bytes_are_refused(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "random.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"random\.json"):
        read_network(path)


def test_files(tmp_path):
    path = tmp_path / "net.json"
    for network in (network_from_json(SHALLOW), network_from_json(DEEP)):
        write_network(network, path)
        assert read_network(path) == network
        assert read_network(str(path)) == network
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.json"]
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(SHALLOW).encode())
    assert read_network(path) == network_from_json(SHALLOW)


def test_unreadable_files(tmp_path):
    for path, message in (
        (tmp_path / "missing.json", "missing.json: cannot be read: No such file"),
        (tmp_path, "cannot be read: Is a directory"),
        ("a\0b", "cannot be read"),
    ):
        with pytest.raises(InputError, match=message):
            read_network(path)
    latin = tmp_path / "latin.json"
    latin.write_bytes(b'{"activation": "\xe9"}')
    with pytest.raises(InputError, match=r"latin.json: is not UTF-8 text \(byte 17\)"):
        read_network(latin)


def test_a_file_beyond_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("symerm.networks.serialization.MAX_FILE_SIZE", 20)
    path = tmp_path / "net.json"
    path.write_text(json.dumps(SHALLOW))
    with pytest.raises(InputError, match="larger than 20 bytes"):
        read_network(path)


def test_a_failed_write_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "net.json"
    write_network(network_from_json(SHALLOW), path)
    before = path.read_text()

    def full(*_):
        raise OSError(28, "No space left on device")

    other = network_from_json(DEEP)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(InputError, match=r"net\.json: cannot be written: No space left"):
            write_network(other, path)
    assert path.read_text() == before
    for target in (tmp_path, tmp_path / "no" / "net.json"):
        with pytest.raises(InputError):
            write_network(other, target)
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.json"]
