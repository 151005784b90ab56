"""Archives of torch.save: real files, forged files, and hostile ones.

What torch itself says about the real files stands in ``archives/expected.json``.
"""

from __future__ import annotations

import json
import pickle
import pickletools
import struct
import tracemalloc
import zipfile
from collections import OrderedDict
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import pytest
from archive_forger import (
    CODES,
    Call,
    Global,
    Stored,
    lying_zip,
    one_tensor,
    parameter,
    pickled,
    tensor,
    torch_archive,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from symerm.errors import InputError
from symerm.networks.state_dict import read_state_dict
from symerm.networks.state_pickle import MAX_PICKLE_SIZE, read_state_pickle
from symerm.networks.tensors import MAX_ENTRIES, MAX_TENSORS
from symerm.networks.torch_archive import read_torch_archive
from symerm.networks.zip_members import MAX_UNPACKED_SIZE, ZipMembers

ARCHIVES = Path(__file__).parent / "archives"
EXPECTED = json.loads((ARCHIVES / "expected.json").read_text("utf-8"))

FLOAT = Stored("FloatStorage", "0", 2)
TWO = {"0": struct.pack("<2f", 1, 2)}


def read(content: bytes):
    return read_torch_archive(ZipMembers(content))


def refusal(content: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(content)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 400
    return message


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_real_files_are_read_as_their_writer_reads_them(name) -> None:
    tensors = read_state_dict(ARCHIVES / name)
    for key, stated in EXPECTED[name].items():
        found = tensors[key]
        assert (list(found.shape), found.dtype) == (stated["shape"], stated["dtype"])
        assert list(found.entries) == [
            Fraction(float.fromhex(entry)) if isinstance(entry, str) else entry
            for entry in stated["entries"]
        ]
    if name != "checkpoint.pt":
        assert set(tensors) == set(EXPECTED[name])
    if name.endswith(".pt"):
        assert list(tensors)[: len(EXPECTED[name])] == list(EXPECTED[name])


def test_every_real_file_is_tested() -> None:
    refused = {"module", "legacy", "sparse", "bool", "tensor", "batchnorm", "negated"}
    names = {path.name for path in ARCHIVES.iterdir() if path.suffix not in (".py", ".json", "")}
    assert names - {f"{name}.pt" for name in refused} == set(EXPECTED)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("module", "torch.nn.modules.container.Sequential, which is not read; save model.state_d"),
        ("legacy", "before 1.6"),
        ("sparse", "_rebuild_sparse_tensor"),
        ("bool", "numbers in a torch.BoolStorage are not read"),
        ("tensor", "holds one tensor; save model.state_dict()"),
        ("negated", "resolve_neg"),
    ],
)
def test_other_real_files_are_refused_by_name(name, words) -> None:
    path = ARCHIVES / f"{name}.pt"
    with pytest.raises(InputError) as caught:
        read_state_dict(path)
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"{path}: ")


def test_a_checkpoint_gives_nested_names() -> None:
    tensors = read_state_dict(ARCHIVES / "checkpoint.pt")
    assert "optimizer.state.0.exp_avg" in tensors
    assert tensors["optimizer.state.0.step"].entries == (1,)
    assert "epoch" not in tensors


@st.composite
def stored_values(draw):
    kind = draw(st.sampled_from(sorted(CODES)))
    size = 8 * struct.calcsize(CODES[kind])
    if CODES[kind] in "efd":
        values = st.floats(width=size, allow_nan=False, allow_infinity=False)
    else:
        low = 0 if kind == "ByteStorage" else -(2 ** (size - 1))
        values = st.integers(low, low + 2**size - 1)
    return kind, draw(st.lists(values, min_size=1, max_size=6))


@given(stored_values(), st.sampled_from(["little", "big"]))
@example(("DoubleStorage", [5e-324, -1.7976931348623157e308]), "big")
def test_every_type_is_decoded_exactly(stored, byteorder) -> None:
    kind, values = stored
    found = read(one_tensor(values, kind=kind, byteorder=byteorder))["w"]
    assert found.entries == tuple(map(Fraction, values))


@given(st.lists(st.integers(0, 2**16 - 1), min_size=1, max_size=4))
@example([0x0001, 0x8001, 0x0080, 0x7F7F])
def test_bfloat16_is_sign_exponent_and_seven_bits(codes) -> None:
    state = {"w": tensor(Stored("BFloat16Storage", "0", len(codes)), (len(codes),), (1,))}
    content = torch_archive(state, {"0": struct.pack(f"<{len(codes)}H", *codes)})
    if any(code & 0x7F80 == 0x7F80 for code in codes):
        assert "not a finite number" in refusal(content)
        return
    expected = []
    for code in codes:
        exponent, bits = (code >> 7) & 0xFF, code & 0x7F
        size = bits * Fraction(2) ** -133 if exponent == 0 else (
            (128 + bits) * Fraction(2) ** (exponent - 134)
        )
        expected.append(-size if code >> 15 else size)
    assert list(read(content)["w"].entries) == expected


@given(st.data())
def test_views_are_read_by_offset_and_strides(data) -> None:
    shape = tuple(data.draw(st.lists(st.integers(0, 3), max_size=3)))
    strides = tuple(data.draw(st.integers(0, 4)) for _ in shape)
    offset, size = data.draw(st.integers(0, 3)), data.draw(st.integers(1, 24))
    content = one_tensor(list(range(size)), shape=shape, strides=strides, offset=offset)
    places = [offset]
    for length, stride in zip(shape, strides, strict=True):
        places = [place + stride * i for place in places for i in range(length)]
    if any(place >= size for place in places):
        assert "beyond the end of its storage" in refusal(content)
    else:
        assert list(read(content)["w"].entries) == places


def test_tensors_share_a_storage_and_parameters_are_tensors() -> None:
    state = OrderedDict(a=tensor(FLOAT, (2,), (1,)), b=parameter(tensor(FLOAT, (), (), 1)))
    state.attribute = {"version": 1}
    for protocol in (2, 3, 4):
        tensors = read(torch_archive(pickled(state, protocol), TWO))
        assert tensors["a"].entries == (1, 2)
        assert (tensors["b"].shape, tensors["b"].entries) == ((), (2,))


def test_an_archive_may_be_compressed_and_lack_a_byte_order() -> None:
    state = {"w": tensor(FLOAT, (2,), (1,))}
    packed = torch_archive(state, TWO, byteorder=None, compression=zipfile.ZIP_DEFLATED)
    assert read(packed)["w"].entries == (1, 2)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_an_entry_that_is_not_finite_is_named(value) -> None:
    content = one_tensor([0, 1, 2, value], shape=(2, 2), strides=(2, 1))
    assert refusal(content) == f"w[1, 1] is {value}, which is not a finite number"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"shape": (3,)}, "beyond the end"),
        ({"offset": 1}, "beyond the end"),
        ({"strides": (2,)}, "beyond the end"),
        ({"strides": (10**30,)}, "beyond the end"),
        ({"strides": (-1,), "offset": 1}, "malformed"),
        ({"offset": -1}, "malformed"),
        ({"strides": ()}, "malformed"),
        ({"shape": (-1,)}, "negative length"),
        ({"shape": (10**6, 10**6), "strides": (0, 0)}, f"more than {MAX_ENTRIES} entries"),
        ({"shape": (1,) * 9, "strides": (1,) * 9}, "axes"),
        ({"shape": (2.0,)}, "not one of a state dict"),
        ({"shape": [2]}, "not one of a state dict"),
        ({"offset": None}, "not one of a state dict"),
        ({"byteorder": "middle"}, "neither little nor big"),
    ],
)
def test_a_tensor_that_does_not_lie_in_its_storage(changes, words) -> None:
    byteorder = changes.pop("byteorder", None)
    content = one_tensor([1, 2], **changes)
    if byteorder:
        content = torch_archive({"w": tensor(FLOAT, (2,), (1,))}, TWO, byteorder=byteorder)
    assert words in refusal(content)


def test_many_tensors_of_one_small_storage_are_too_many_entries() -> None:
    view = tensor(FLOAT, (1024,), (0,))
    entries = {f"t{k}": view for k in range(MAX_ENTRIES // 1024)}
    assert len(read(torch_archive(entries, TWO))) == 1024
    assert "entries" in refusal(torch_archive({**entries, "last": view}, TWO))


@pytest.mark.parametrize("size", [0, 7, 9])
def test_a_storage_of_another_size_is_refused(size) -> None:
    content = torch_archive({"w": tensor(FLOAT, (1,), (1,))}, {"0": bytes(size)})
    assert refusal(content) == "w: its storage does not have the stated size"


@pytest.mark.parametrize("key", ["1", "../../etc/passwd", "/etc/passwd", "no/such", ""])
def test_a_storage_key_is_never_a_path(key) -> None:
    state = {"w": tensor(Stored("FloatStorage", key, 2), (2,), (1,))}
    assert "the archive has no member model/data/" in refusal(torch_archive(state))


HOSTILE = Global("builtins", "eval")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (Call(HOSTILE, "1+1"), "builtins.eval"),
        ({"w": Call(Global("os", "system"), "true")}, "os.system"),
        ({"w": Global("__main__", "Net")}, "__main__.Net"),
        (Global("x" * 10_000, "y"), "x..."),
        (Call(Global("collections", "OrderedDict"), [["a", 1]]), "not one of a state dict"),
        (Call(Global("torch", "FloatStorage"), 3), "not one of a state dict"),
        (Call(Global("torch._utils", "_rebuild_tensor_v2"), 1, 2), "not one of a state dict"),
        (Call(Global("torch._utils", "_rebuild_parameter"), 1), "not one of a state dict"),
        ({"w": tensor("0", (2,), (1,))}, "not one of a state dict"),
        ({"w": tensor(FLOAT, (2,), (1,), 0, {"neg": True})}, "resolve_neg"),
        ({"w": tensor(Stored("FloatStorage", 0, 2), (2,), (1,))}, "not one of a state dict"),
        ({"w": tensor(Stored("FloatStorage", "0", "2"), (2,), (1,))}, "not one of a state dict"),
        ({"w": tensor(Stored("ComplexFloatStorage", "0", 2), (2,), (1,))}, "ComplexFloatStorage"),
        ({(1, 2): 3}, "neither text nor integer"),
        ({"w": {1, 2}}, "__builtin__.set"),
        (pickled({1, 2}, 4), "uses EMPTY_SET, which a state dict does not need"),
        ([1, 2], "holds a list"),
        (None, "holds a NoneType"),
        ({"a": {"b": tensor(FLOAT, (2,), (1,))}, "a.b": tensor(FLOAT, (2,), (1,))}, "two tensors"),
        ({"a" * 600: tensor(FLOAT, (2,), (1,))}, "longer than 500"),
    ],
)
def test_what_a_state_dict_does_not_need_is_refused(state, words) -> None:
    assert words in refusal(torch_archive(state, TWO))


def test_nothing_is_executed(tmp_path) -> None:
    victim = tmp_path / "victim"

    class Exploit:
        def __reduce__(self):
            return (Path.touch, (victim,))

    for protocol in range(6):
        refusal(torch_archive(pickle.dumps({"w": Exploit()}, protocol)))
    assert not victim.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"", b".", b"\x80\x02", b"\x80\x02}", b"\x80\x02t.", b"\x80\x02a.", b"\x80\x02}u.",
        b"\x80\x02h\x00.", b"\x80\x02\x85.", b"\x80\x02(u.", b"\x80\x02R.", b"\x80\x02Q.",
        b"\x80\x02NQ.", b"\x80\x02}(Nu.", b"\x80\x02(}s.", b"\x80\x02]Na(a.", b"\x80\x02}Nb",
        b"\x80\x02NNb.", b"\x80\x02X\xff\xff\xff\xff", b"\x80\x02\x8b\xff\xff\xff\x7f1.",
        b"\x80\x04NN\x93.", b"cos\n.", b"\xff.", b"cos\na\\o\n.",
        b"I" + b"9" * 5000 + b"\n.", b"\x80\x02(.",
        b"\x80\x02}(K\x01.", b"\x80\x02(Nq\x00(q\x01.",
    ],
)  # fmt: skip
def test_malformed_pickles_end_in_one_line(content) -> None:
    refusal(torch_archive(content))


@settings(max_examples=300)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_pickle_or_refused(content) -> None:
    with suppress(InputError):
        read_state_pickle(content)


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_file_is_read_or_refused(data) -> None:
    content = bytearray((ARCHIVES / "sequential.pt").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(InputError):
        read(bytes(content))


@settings(max_examples=300)
@given(st.data())
def test_a_pickle_with_changed_bytes_is_read_or_refused(data) -> None:
    # The checksums of the archive would stop most damage before it reaches the pickle.
    members = ZipMembers((ARCHIVES / "strided.pt").read_bytes())
    content = bytearray(members.read("strided/data.pkl"))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    storages = {name[13:]: members.read(name) for name in members.names if "/data/" in name}
    with suppress(InputError):
        read(torch_archive(bytes(content), storages))


def test_a_dictionary_within_itself_ends() -> None:
    # {"a": itself}, and 2^40 paths through dictionaries that share their parts
    recursive = b"\x80\x02}q\x00X\x01\x00\x00\x00ah\x00s."
    assert "nested too deeply" in refusal(torch_archive(recursive))
    shared: dict[str, object] = {"w": 1}
    for _ in range(9):
        shared = {f"k{i}": shared for i in range(16)}
    assert "nested too deeply" in refusal(torch_archive(shared))


def test_shared_tuples_are_not_hashed() -> None:
    # A key that is 2^60 references to one text takes forever to hash.
    content = b"\x80\x02}X\x01\x00\x00\x00a" + b"q\x00h\x00\x86" * 60 + b"Ns."
    assert "neither text nor integer" in refusal(torch_archive(content))


def test_a_text_is_not_repeated_into_gigabytes() -> None:
    inner = {str(k): {} for k in range(20_000)}
    tracemalloc.start()
    try:
        assert "longer than 500" in refusal(torch_archive({"x" * 300_000: inner}))
        assert tracemalloc.get_traced_memory()[1] < 2**27
    finally:
        tracemalloc.stop()


def test_the_pickle_is_limited() -> None:
    large = pickled({"note": "x" * MAX_PICKLE_SIZE})
    assert f"larger than {MAX_PICKLE_SIZE} bytes" in refusal(torch_archive(large))


@pytest.mark.parametrize("claimed", [100, MAX_UNPACKED_SIZE + 1, 2**32 - 2])
def test_a_zip_bomb_is_not_unpacked(claimed) -> None:
    content = lying_zip(claimed, 2**28)
    tracemalloc.start()
    try:
        refusal(content)
        assert tracemalloc.get_traced_memory()[1] < 2**25
    finally:
        tracemalloc.stop()


def test_an_archive_has_one_pickle_and_no_program() -> None:
    state = {"w": tensor(FLOAT, (2,), (1,))}
    compiled = torch_archive(state, TWO, extra=[("constants.pkl", b"")])
    assert "TorchScript" in refusal(compiled)
    two = torch_archive(state, TWO, extra=[("other/data.pkl", b"")])
    assert "needs one record data.pkl, not 2" in refusal(two)


def test_repeated_encrypted_and_rare_members_are_refused() -> None:
    content = torch_archive({"w": 1})
    with pytest.warns(UserWarning, match="Duplicate name"):
        repeated = torch_archive({"w": 1}, extra=[("byteorder", "big")])
    assert "two members of one name" in refusal(repeated)
    encrypted = bytearray(content)
    encrypted[content.index(b"PK\x03\x04") + 6] |= 1
    encrypted[content.index(b"PK\x01\x02") + 8] |= 1
    assert "cannot be unpacked" in refusal(bytes(encrypted))
    packed = torch_archive({"w": 1}, compression=zipfile.ZIP_BZIP2)
    assert "packed by an unknown method" in refusal(packed)
    assert "damaged" in refusal(content[:-30])
    assert f"more than {MAX_TENSORS + 100} members" in refusal(b"PK\x01\x02" * 20_000)


def test_the_instructions_that_are_read_exist() -> None:
    from symerm.networks import state_pickle

    known = {opcode.name for opcode in pickletools.opcodes}
    for names in (
        state_pickle._LITERALS, state_pickle._CONSTANTS, state_pickle._TUPLES,
        state_pickle._STORE, state_pickle._FETCH,
    ):  # fmt: skip
        assert set(names) <= known
