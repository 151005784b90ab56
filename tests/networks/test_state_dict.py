"""State dicts: safetensors and npz files, live arrays, layers by name, shorter rationals."""

from __future__ import annotations

import io
import math
import struct
import zipfile
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy
import pytest
from archive_forger import linear_layers, lying_zip, safetensors
from hypothesis import example, given, settings
from hypothesis import strategies as st
from network_strategies import evaluate

from symerm.errors import InputError
from symerm.networks import (
    DeepNetwork,
    ShallowNetwork,
    StateDict,
    Tensor,
    exact_state_dict,
    largest_change,
    layer_names,
    network_from_state_dict,
    rationalize,
    read_state_dict,
    shortest_decimal,
    tensor_from_array,
)
from symerm.networks.safetensors_file import MAX_HEADER_SIZE, read_safetensors
from symerm.networks.state_dict import MAX_ARCHIVE_SIZE
from symerm.networks.tensors import MAX_ENTRIES
from symerm.problem.architecture import parse_activation

ARCHIVES = Path(__file__).parent / "archives"


def array(rows, dtype="float64"):
    return numpy.array(rows, dtype=dtype)


def message(call, *arguments, **options) -> str:
    with pytest.raises(InputError) as caught:
        call(*arguments, **options)
    assert len(str(caught.value)) < 500
    return str(caught.value)


# Files


def saved(tmp_path, content: bytes):
    path = tmp_path / "file"
    path.write_bytes(content)
    return path


def npz(tmp_path, save=numpy.savez, **arrays):
    path = tmp_path / "arrays.npz"
    save(path, **arrays)
    return path


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not an archive of torch.save, nor a safetensors or npz file"),
        (b"hidden_weights", "not an archive of torch.save"),
        (b"\x80\x04N.", "bare pickle"),
        (b"PK\x05\x06" + bytes(18), "neither one of torch.save nor one of numpy.savez"),
        (b"PK", "damaged"),
        (safetensors({}), "no tensors"),
        (bytes(MAX_ARCHIVE_SIZE + 1), f"larger than {MAX_ARCHIVE_SIZE} bytes"),
    ],
)
def test_other_files_are_refused(tmp_path, content, words) -> None:
    path = saved(tmp_path, content)
    text = message(read_state_dict, path)
    assert text.startswith(f"{path}: ")
    assert words in text


def test_a_missing_file_and_a_folder(tmp_path) -> None:
    assert "cannot be read: No such file" in message(read_state_dict, tmp_path / "none.pt")
    assert "cannot be read: Is a directory" in message(read_state_dict, tmp_path)


def entry(dtype="F32", shape=(1,), offsets=(0, 4), **more):
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets, **more}


@pytest.mark.parametrize(
    ("header", "data", "words"),
    [
        (b"{", b"", "not valid JSON"),
        (b'{"a": 1, "a": 2}', b"", "names something twice"),
        (b'{"a": "\xff"}', b"", "not valid JSON"),
        (b'{"a":' + b"[" * 100_000, b"", "not valid JSON"),
        ({"w": 3}, b"", "needs dtype, shape and data_offsets"),
        ({"w": {"dtype": "F32", "shape": [1]}}, b"", "needs dtype, shape and data_offsets"),
        ({"w": entry(more=1)}, bytes(4), "needs dtype, shape and data_offsets"),
        ({"w": entry(dtype="F8_E4M3", offsets=(0, 1))}, bytes(1), "type F8_E4M3 are not read"),
        ({"w": entry(dtype=3)}, bytes(4), "dtype must be a text"),
        ({"w": entry(shape=[1.0])}, bytes(4), "integers"),
        ({"w": entry(shape=[True])}, bytes(4), "integers"),
        ({"w": entry(shape=[-1])}, bytes(4), "integers"),
        ({"w": entry(shape=[2**70])}, bytes(4), "integers"),
        ({"w": entry(offsets=[0])}, bytes(4), "two integers"),
        ({"w": entry(offsets=[0, 8])}, bytes(8), "does not fit its shape"),
        ({"w": entry(shape=[2**62, 2])}, bytes(4), f"more than {MAX_ENTRIES} entries"),
        ({"w": entry(shape=[1] * 9)}, bytes(4), "axes"),
        ({"w": entry()}, bytes(3), "does not end where"),
        ({"w": entry()}, bytes(5), "does not end where"),
        ({"w": entry(offsets=[4, 8])}, bytes(8), "leaves a gap or overlaps"),
        ({"v": entry(), "w": entry()}, bytes(4), "leaves a gap or overlaps"),
        ({"w": entry()}, struct.pack("<f", math.nan), "w[0] is nan"),
    ],
)
def test_safetensors_that_break_the_format(header, data, words) -> None:
    assert words in message(read_safetensors, safetensors(header, data))


def test_the_header_of_safetensors_is_limited() -> None:
    assert "ends within its header" in message(read_safetensors, safetensors({}, length=100))
    for length in (MAX_HEADER_SIZE + 1, 2**64 - 1):
        assert "longer than" in message(read_safetensors, safetensors({}, length=length))


def test_safetensors_hold_empty_tensors_and_metadata() -> None:
    header = {
        "__metadata__": {"format": "pt"},
        "b": entry(dtype="I8", shape=[2], offsets=[4, 6]),
        "empty": entry(shape=[0, 7], offsets=[4, 4]),
        "a": entry(shape=[], offsets=[0, 4]),
    }
    tensors = read_safetensors(safetensors(header, struct.pack("<f", 0.5) + b"\x01\xff"))
    assert {name: list(map(str, value.entries)) for name, value in tensors.items()} == {
        "b": ["1", "-1"], "empty": [], "a": ["1/2"],
    }  # fmt: skip
    assert not tensors.ordered


@settings(max_examples=200)
@given(st.data())
def test_damaged_safetensors_are_read_or_refused(data) -> None:
    content = bytearray((ARCHIVES / "bfloat16.safetensors").read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(InputError):
        read_safetensors(bytes(content))


@pytest.mark.parametrize("save", [numpy.savez, numpy.savez_compressed])
def test_npz_keeps_types_orders_of_axes_and_names(tmp_path, save) -> None:
    arrays = {
        "z": array([[1, 2, 3], [4, 5, 6]], ">f4"),
        "a": numpy.asfortranarray(array([[1, 2, 3], [4, 5, 6]], "int16")),
        "one": array(2.5, "float16"),
        "cube": numpy.asfortranarray(numpy.arange(24, dtype="u8").reshape(2, 3, 4)),
        "every second": numpy.arange(6.0)[::2],
    }
    tensors = read_state_dict(npz(tmp_path, save, **arrays))
    assert list(tensors) == list(arrays)
    for name, stored in arrays.items():
        assert tensors[name].shape == stored.shape
        assert tensors[name].dtype == stored.dtype.name
        assert [float(value) for value in tensors[name].entries] == list(stored.ravel())


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (numpy.array([None, 1]), "Python objects are not read"),
        (numpy.array([True]), "type b1"),
        (numpy.array(["a"]), "type U1"),
        (numpy.array([1j]), "type c16"),
        (numpy.array([1], dtype=numpy.longdouble), "type f16"),
        (numpy.array([(1, 2.0)], dtype="i4,f4"), "describes no plain array"),
        (numpy.array(["2020-01-01"], dtype="M8[D]"), "describes no plain array"),
        (numpy.array([1.0, math.inf]), "[1] is inf"),
        (numpy.zeros(MAX_ENTRIES + 1, dtype="int8"), f"more than {MAX_ENTRIES}"),
    ],
)
def test_npz_of_other_arrays_is_refused(tmp_path, value, words) -> None:
    assert words in message(read_state_dict, npz(tmp_path, w=value))


@pytest.mark.parametrize(
    "header",
    [
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (2**9,), }",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (100000000000,), }",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
        b"{'descr': 'no such type', 'fortran_order': False, 'shape': (1,), }",
        b"{'descr': '<f4', 'shape': (1,), }",
        b"__import__('os')",
        b"(" * 9000,
        b"\xff\xfe",
    ],
)
def test_npz_with_forged_headers_is_refused(tmp_path, header) -> None:
    for version in (b"\x01\x00", b"\x02\x00", b"\x03\x00", b"\x09\x00"):
        length = struct.pack("<H" if version[0] == 1 else "<I", len(header) + 1)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("w.npy", b"\x93NUMPY" + version + length + header + b"\n" + bytes(4))
        assert "w" in message(read_state_dict, saved(tmp_path, stream.getvalue()))
    assert "archive" in message(read_state_dict, saved(tmp_path, lying_zip(2**31, 2**20, "w.npy")))


# Arrays


class Torchlike:
    """What a torch tensor shows of itself."""

    def __init__(self, values, shape, dtype) -> None:
        self.values, self.shape, self.dtype = values, shape, f"torch.{dtype}"

    def tolist(self):
        return self.values


@given(
    st.sampled_from(["float16", "float32", "float64", "int8", "uint64"]),
    st.lists(st.integers(0, 255), min_size=48, max_size=48),
    st.sampled_from([(), (3,), (2, 3), (1, 2, 3), (0, 2)]),
)
def test_live_arrays_are_exact(dtype, content, shape) -> None:
    count = math.prod(shape)
    flat = numpy.frombuffer(bytes(content), dtype=dtype)[:count]
    if not numpy.isfinite(flat.astype("float64")).all():
        assert "not a finite number" in message(tensor_from_array, flat)
        return
    found = tensor_from_array(flat.reshape(shape))
    assert (found.shape, found.dtype) == (shape, dtype)
    assert found.entries == tuple(
        Fraction(int(value)) if flat.dtype.kind in "iu" else Fraction(float(value))
        for value in flat
    )


def test_live_tensors_of_torch_are_taken() -> None:
    matrix = Torchlike([[0.5, -3.0]], (1, 2), "bfloat16")
    assert tensor_from_array(matrix) == Tensor((1, 2), "bfloat16", (Fraction(1, 2), Fraction(-3)))
    assert tensor_from_array(Torchlike(3, (), "int64")).entries == (3,)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([[1.0]], "w is a list; give an array"),
        (1.0, "w is a float; give an array"),
        (None, "w is a NoneType; give an array"),
        (array([True], "bool"), "type bool are not read"),
        (array([1], "longdouble"), "are not read"),
        (Torchlike([1], (1,), "float8_e5m2"), "type float8_e5m2 are not read"),
        (numpy.zeros((1025, 1024)), "entries"),
    ],
)
def test_what_is_no_array_is_refused(value, words) -> None:
    assert words in message(exact_state_dict, {"w": value})


def test_a_tensor_checks_itself() -> None:
    assert "does not have 1 entries" in message(Tensor, (2,), "float32", (Fraction(1),))
    assert "type bool are not read" in message(Tensor, (1,), "bool", (Fraction(1),))


# Layers


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["2", "10", "0"], ["0", "2", "10"]),
        (["fc2", "fc1"], ["fc1", "fc2"]),
        (["body.0.fc2", "body.0.fc1", "body.1.fc1"], ["body.0.fc1", "body.0.fc2", "body.1.fc1"]),
        (["hidden", "out"], ["hidden", "out"]),
        (["out", "hidden"], ["out", "hidden"]),
        (["fc2", "head"], ["fc2", "head"]),
        (["fc2", "fc02"], ["fc2", "fc02"]),
        ([""], [""]),
    ],
)
def test_numbers_order_layers_and_else_the_mapping_does(names, expected) -> None:
    tensors = dict.fromkeys((f"{name}.weight".removeprefix(".") for name in names), 0)
    assert list(layer_names(tensors)) == expected


def test_a_sorted_file_does_not_order_layers_without_numbers() -> None:
    vector = Tensor((1,), "float32", (Fraction(1),))
    tensors = StateDict({"head.weight": vector, "hidden.weight": vector}, ordered=False)
    assert "order of the layers head, hidden is not known" in message(layer_names, tensors)
    numbered = StateDict({"fc2.weight": vector, "fc1.weight": vector}, ordered=False)
    assert layer_names(numbered) == ("fc1", "fc2")
    assert layer_names(StateDict({"head.weight": vector}, ordered=False)) == ("head",)
    for changed in (exact_state_dict(tensors), rationalize(tensors, to=3)):
        assert not changed.ordered


@st.composite
def layered(draw):
    """Sizes and float matrices of a network, with or without biases."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=2, max_size=5))
    dtype = draw(st.sampled_from(["float16", "float32", "float64"]))
    layers = []
    for before, after in pairwise(sizes):
        values = st.integers(-8, 8).map(lambda value: value / 4)
        rows = draw(st.lists(
            st.lists(values, min_size=before, max_size=before), min_size=after, max_size=after
        ))  # fmt: skip
        biases = draw(st.none() | st.lists(values, min_size=after, max_size=after))
        layers.append((array(rows, dtype), None if biases is None else array(biases, dtype)))
    return layers


@given(layered(), st.sampled_from(["relu", "leaky:1/3"]), st.data())
def test_the_network_does_what_the_matrices_do(layers, name, data) -> None:
    tensors = {}
    for number, (weight, bias) in enumerate(layers):
        tensors[f"net.{2 * number}.weight"] = weight
        if bias is not None:
            tensors[f"net.{2 * number}.bias"] = bias
    network = network_from_state_dict(tensors, activation=parse_activation(name))
    assert isinstance(network, ShallowNetwork if len(layers) == 2 else DeepNetwork)
    point = tuple(
        Fraction(data.draw(st.integers(-6, 6)), 3) for _ in range(layers[0][0].shape[1])
    )
    slope = network.activation.negative_slope
    values = list(point)
    for number, (weight, bias) in enumerate(layers):
        if number:
            values = [max(value, slope * value) for value in values]
        values = [
            sum((Fraction(float(w)) * x for w, x in zip(row, values, strict=True)), Fraction(0))
            + (0 if bias is None else Fraction(float(bias[k])))
            for k, row in enumerate(weight)
        ]
    assert list(network(point)) == values
    assert list(evaluate(network, point)[1]) == values


def test_torch_and_safetensors_and_npz_give_one_network() -> None:
    network = network_from_state_dict(read_state_dict(ARCHIVES / "sequential.pt"))
    assert isinstance(network, ShallowNetwork)
    assert (network.input_dimension, network.width, network.output_dimension) == (1, 3, 1)
    for name in ("protocol4.pt", "sequential.safetensors"):
        assert network_from_state_dict(read_state_dict(ARCHIVES / name)) == network
    deep = network_from_state_dict(read_state_dict(ARCHIVES / "named.pt"))
    assert isinstance(deep, DeepNetwork)
    assert deep.widths == (3, 2)
    assert deep.layers[1].biases == (0, 0)
    for name in ("parameters.pt", "named.npz"):
        assert network_from_state_dict(read_state_dict(ARCHIVES / name)) == deep


def test_named_layers_leave_the_rest_alone() -> None:
    tensors = read_state_dict(ARCHIVES / "checkpoint.pt")
    network = network_from_state_dict(tensors, layers=("model.hidden", "model.head"))
    assert network.width == 2
    text = message(network_from_state_dict, tensors)
    assert "optimizer.state.0.step is neither weight nor bias of a layer" in text
    hidden = read_state_dict(ARCHIVES / "hidden.safetensors")
    assert "is not known" in message(network_from_state_dict, hidden)
    assert network_from_state_dict(hidden, layers=["hidden", "head"]).width == 2


ONE = array([[1.0]])


@pytest.mark.parametrize(
    ("tensors", "layers", "words"),
    [
        ({}, None, "there is no layer NAME.weight; the tensors are none"),
        ({"kernel": ONE}, None, "there is no layer NAME.weight; the tensors are kernel"),
        ({"0.weight": ONE, "1.bias": array([1.0])}, None, "1.bias is neither weight nor bias"),
        ({"0.weight": ONE, "0.weight_g": ONE}, None, "0.weight_g is neither weight nor bias"),
        ({"0.weight": ONE}, ["0", "1"], "no tensor 1.weight; the tensors begin with 0.weight"),
        ({"0.weight": ONE}, [], "at least one layer"),
        ({"0.weight": array([1.0])}, None, "0.weight has shape (1,); a fully connected layer"),
        ({"0.weight": numpy.ones((1, 1, 3, 3))}, None, "0.weight has shape (1, 1, 3, 3)"),
        ({"0.weight": numpy.ones((0, 2))}, None, "0.weight has shape (0, 2)"),
        ({"0.weight": ONE, "0.bias": ONE}, None, "0.bias has shape (1, 1) but the layer has 1"),
        ({"0.weight": ONE, "0.bias": array([1.0, 2.0])}, None, "0.bias has shape (2,)"),
        (
            {"0.weight": numpy.ones((2, 1)), "1.weight": numpy.ones((1, 3))},
            None,
            "1.weight takes 3 inputs but 0.weight before it has 2 neurons",
        ),
        ({"0.weight": array([[math.nan]])}, None, "0.weight[0, 0] is nan"),
        ({"0.weight": [[1.0]]}, None, "0.weight is a list"),
    ],
)
def test_what_is_no_network_is_refused_by_name(tensors, layers, words) -> None:
    assert words in message(network_from_state_dict, tensors, layers=layers)


# Shorter rationals


@given(st.floats(allow_nan=False, allow_infinity=False))
@example(5e-324)
@example(2.2250738585072014e-308)
@example(1.7976931348623157e308)
@example(9007199254740993.0)
@example(1e23)
@example(2.0**-44)
@example(-0.0)
def test_shortest_decimals_of_doubles_are_those_of_python(value) -> None:
    assert shortest_decimal(Fraction(value), "float64") == Fraction(repr(value))


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@given(bits=st.integers(0, 2**31 - 1))
@example(bits=1)
@example(bits=0x00800000)
@example(bits=0x7F7FFFFF)
@example(bits=0x0400)
@example(bits=0x7BFF)
def test_shortest_decimals_of_narrow_floats_are_those_of_numpy(dtype, bits) -> None:
    codes = numpy.array([bits], dtype="uint32")
    value = (codes if dtype == "float32" else codes.astype("uint16")).view(dtype)[0]
    if numpy.isfinite(value):
        found = shortest_decimal(Fraction(float(value)), dtype)
        printed = numpy.format_float_scientific(value, unique=True)
        assert found == Fraction(printed)


def as_bfloat16(value: Fraction) -> Fraction:
    """Round to the nearest bfloat16, ties to even: eight significant bits (normal numbers)."""
    exponent = 0
    size = abs(value)
    while size >= 256:
        size, exponent = size / 2, exponent + 1
    while size < 128:
        size, exponent = size * 2, exponent - 1
    rounded = round(size) * Fraction(2) ** exponent
    return rounded if value > 0 else -rounded


@given(st.integers(128, 255), st.integers(-100, 100), st.sampled_from([1, -1]))
def test_shortest_decimals_of_bfloat16_round_back_and_no_shorter_one_does(bits, power, sign):
    value = sign * bits * Fraction(2) ** power
    found = shortest_decimal(value, "bfloat16")
    assert as_bfloat16(found) == value
    digits = decimal_digits(found)
    leading = math.floor(math.log10(abs(value)))
    for fewer in range(1, digits):
        step = Fraction(10) ** (leading - fewer + 1)
        for candidate in (value // step * step, (value // step + 1) * step):
            assert candidate == 0 or as_bfloat16(candidate) != value


def decimal_digits(value: Fraction) -> int:
    """Number of significant digits of a finite decimal."""
    scaled = abs(value)
    while scaled.denominator != 1:
        scaled *= 10
    return len(str(scaled.numerator).rstrip("0"))


def test_integers_stay_and_other_values_are_refused() -> None:
    assert shortest_decimal(Fraction(2**62 + 1), "int64") == 2**62 + 1
    assert "is not a float32" in message(shortest_decimal, Fraction(1, 3), "float32")


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=4), st.integers(1, 50))
def test_bounded_denominators_are_best_approximations(values, bound) -> None:
    exact = exact_state_dict({"w": array(values, "float32")})
    changed = rationalize(exact, to=bound)["w"].entries
    for before, after in zip(exact["w"].entries, changed, strict=True):
        assert after.denominator <= bound
        best = min(abs(Fraction(round(before * q), q) - before) for q in range(1, bound + 1))
        assert abs(after - before) == best


@pytest.mark.parametrize("to", [0, -3, "best", "3", True])
def test_other_ways_of_rounding_are_refused(to) -> None:
    assert "largest denominator" in message(rationalize, {"w": ONE}, to=to)


def test_the_largest_change_is_over_all_parameters(tmp_path) -> None:
    path = saved(tmp_path, linear_layers(a0=([[0.1], [0.2]], [1, 2]), a1=([[3, 4]], [0.25])))
    tensors = read_state_dict(path)
    exact = network_from_state_dict(tensors)
    assert largest_change(exact, exact) == 0
    decimals = network_from_state_dict(rationalize(tensors, to="shortest"))
    assert decimals.hidden_weights == ((Fraction(1, 10),), (Fraction(1, 5),))
    assert largest_change(exact, decimals) == Fraction(0.2) - Fraction(1, 5)
    whole = network_from_state_dict(rationalize(tensors, to=1))
    assert largest_change(exact, whole) == Fraction(1, 4)
    deep = network_from_state_dict({"w.weight": ONE})
    assert "different numbers of parameters" in message(largest_change, exact, deep)
