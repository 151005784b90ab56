"""Archives as other programs write them, and as nobody should: for the tests of reading them."""

from __future__ import annotations

import io
import json
import math
import pickle
import struct
import zipfile
from collections import OrderedDict

#: Storage classes of torch and the struct codes of their elements.
CODES = {
    "HalfStorage": "e", "FloatStorage": "f", "DoubleStorage": "d", "CharStorage": "b",
    "ByteStorage": "B", "ShortStorage": "h", "IntStorage": "i", "LongStorage": "q",
}  # fmt: skip


class Global:
    """Stands for a global name: pickled by that name, whatever it is."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class Call:
    """Pickled as a call of a global name."""

    def __init__(self, function: Global, *arguments: object) -> None:
        self.function, self.arguments = function, arguments


class Stored:
    """A storage: pickled as the persistent id that torch gives it."""

    def __init__(self, kind, key, size, device="cpu") -> None:
        self.identity = ("storage", Global("torch", kind), key, device, size)


class _Pickler(pickle._Pickler):  # the one in Python: the one in C takes no foreign names
    def persistent_id(self, value):
        return value.identity if isinstance(value, Stored) else None

    def save(self, value, save_persistent_id=True):
        if isinstance(value, Global):
            self.write(b"c" + f"{value.module}\n{value.name}\n".encode())
        elif isinstance(value, Call):
            self.save(value.function)
            self.save(value.arguments)
            self.write(pickle.REDUCE)
        else:
            super().save(value, save_persistent_id)


def pickled(value: object, protocol: int = 2) -> bytes:
    stream = io.BytesIO()
    _Pickler(stream, protocol).dump(value)
    return stream.getvalue()


def tensor(storage, shape, strides, offset=0, *rest):
    rebuild = Global("torch._utils", "_rebuild_tensor_v2")
    return Call(rebuild, storage, offset, shape, strides, False, OrderedDict(), *rest)


def parameter(inner):
    return Call(Global("torch._utils", "_rebuild_parameter"), inner, True, OrderedDict())


def torch_archive(state, storages=None, *, byteorder="little", compression=0, extra=()) -> bytes:
    """An archive with a state to pickle (or a pickle) and raw storages by key."""
    records = [("data.pkl", state if isinstance(state, bytes) else pickled(state))]
    if byteorder is not None:
        records.append(("byteorder", byteorder))
    records += [(f"data/{key}", content) for key, content in (storages or {}).items()]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in [*records, *extra]:
            archive.writestr(f"model/{name}", content)
    return stream.getvalue()


def one_tensor(
    values, *, kind="FloatStorage", shape=None, strides=(1,), offset=0, byteorder="little"
) -> bytes:
    """An archive with the tensor ``w``, by default a vector."""
    code = (">" if byteorder == "big" else "<") + str(len(values)) + CODES[kind]
    shape = (len(values),) if shape is None else shape
    state = {"w": tensor(Stored(kind, "0", len(values)), shape, strides, offset)}
    return torch_archive(state, {"0": struct.pack(code, *values)}, byteorder=byteorder)


def linear_layers(**matrices) -> bytes:
    """An archive of float64 layers, from NAME=(rows of weights, biases)."""
    state, storages = {}, {}
    for name, (rows, biases) in matrices.items():
        for part, values, shape in (
            ("weight", [x for row in rows for x in row], (len(rows), len(rows[0]))),
            ("bias", biases, (len(biases),)),
        ):
            key = str(len(storages))
            storages[key] = struct.pack(f"<{len(values)}d", *values)
            strides = tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))
            stored = Stored("DoubleStorage", key, len(values))
            state[f"{name}.{part}"] = tensor(stored, shape, strides)
    return torch_archive(state, storages)


def safetensors(header: object, data: bytes = b"", *, length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def lying_zip(claimed: int, real: int, member: str = "model/data.pkl") -> bytes:
    """A deflated member of `real` zeros that says that it unpacks to `claimed` bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, bytes(real))
    content = bytearray(stream.getvalue())
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = content.index(signature)
        content[start + place : start + place + 4] = struct.pack("<I", claimed)
    return bytes(content)
