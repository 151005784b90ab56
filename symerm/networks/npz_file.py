"""Archives of numpy arrays, read without unpickling.

``numpy.savez`` writes a zip archive with one member NAME.npy per array: a short header with the
type, the shape and the order of the axes, then the elements.  The header is a Python dictionary;
it is matched against the one pattern that writers use and never evaluated.  Arrays of Python
objects, which numpy would pickle, are refused.
"""

from __future__ import annotations

import math
import re

from symerm.errors import InputError
from symerm.networks.tensors import (
    ELEMENT_SIZES,
    StateDict,
    check_sizes,
    clip_name,
    decode_tensor,
    row_major_strides,
)
from symerm.networks.zip_members import ZipMembers

__all__ = ["is_npz", "read_npz"]

_SUFFIX = ".npy"
#: Bytes that give the length of the header, by the version of the format.
_LENGTHS = {b"\x01\x00": 2, b"\x02\x00": 4, b"\x03\x00": 4}
_MAX_HEADER_SIZE = 1000
_HEADER = re.compile(
    rb"\{'descr': '([<>|=]?)([A-Za-z][0-9]{0,9})', 'fortran_order': (True|False), "
    rb"'shape': \(([0-9]{1,18}(?:, ?[0-9]{1,18})*,?|)\), ?\}\s*"
)
_DTYPES = {
    "f2": "float16", "f4": "float32", "f8": "float64",
    "i1": "int8", "i2": "int16", "i4": "int32", "i8": "int64",
    "u1": "uint8", "u2": "uint16", "u4": "uint32", "u8": "uint64",
}  # fmt: skip


def is_npz(members: ZipMembers) -> bool:
    """Whether an archive is one of numpy: all its members are arrays."""
    return bool(members.names) and all(name.endswith(_SUFFIX) for name in members.names)


def read_npz(members: ZipMembers) -> StateDict:
    """The tensors of an archive that ``numpy.savez`` wrote, in its order.

    Raises
    ------
    InputError
        If an array is damaged, of a type that is not read, or too large, or an entry is not
        finite.
    """
    tensors = {}
    shapes: list[tuple[str, tuple[int, ...]]] = []
    for member in members.names:
        name = member.removesuffix(_SUFFIX)
        dtype, big_endian, shape, by_columns, data = _read_header(members.read(member), name)
        shapes.append((name, shape))
        check_sizes(shapes)
        if len(data) != math.prod(shape) * ELEMENT_SIZES[dtype]:
            raise InputError(f"{clip_name(name)}: its data do not have the stated size")
        strides = row_major_strides(shape)
        if by_columns:
            strides = row_major_strides(shape[::-1])[::-1]
        tensors[name] = decode_tensor(
            data, name, dtype=dtype, shape=shape, strides=strides, big_endian=big_endian
        )
    return StateDict(tensors)


def _read_header(content: bytes, name: str) -> tuple[str, bool, tuple[int, ...], bool, bytes]:
    """Type, whether big endian, shape, whether the first index moves fastest; the elements."""
    where = clip_name(name)
    if content[:6] != b"\x93NUMPY" or content[6:8] not in _LENGTHS:
        raise InputError(f"{where}: is not an array of numpy in a known version of its format")
    length = _LENGTHS[content[6:8]]
    start = 8 + length
    end = start + int.from_bytes(content[8:start], "little")
    header = _HEADER.fullmatch(content[start : min(end, start + _MAX_HEADER_SIZE)])
    if header is None or len(content) < end:
        raise InputError(
            f"{where}: its header is malformed or describes no plain array; save an array of "
            "numbers"
        )
    order, code, by_columns, lengths = (part.decode("ascii") for part in header.groups())
    if code not in _DTYPES:
        what = "Python objects" if code == "O" else f"numbers of type {clip_name(code)}"
        raise InputError(
            f"{where}: {what} are not read; convert them to one of {', '.join(ELEMENT_SIZES)}"
        )
    shape = tuple(int(part) for part in lengths.split(",") if part.strip())
    return _DTYPES[code], order == ">", shape, by_columns == "True", content[end:]
