"""Safetensors files, read without the library.

Eight bytes give the length of a JSON header, the header gives every tensor its type, shape and
range of bytes, and the rest of the file is the elements, row by row and little endian.  The
ranges must cover the rest without gaps or overlaps, as the format demands.  Writers sort the
names, so that the file does not tell the order of the layers.
"""

from __future__ import annotations

import json
import math
from typing import Any

from symerm.errors import InputError
from symerm.networks.tensors import (
    ELEMENT_SIZES,
    StateDict,
    check_sizes,
    clip_name,
    decode_tensor,
    row_major_strides,
)

__all__ = ["MAX_HEADER_SIZE", "is_safetensors", "read_safetensors"]

#: Longest header that is read, in bytes.
MAX_HEADER_SIZE = 2**20

_LENGTH = 8
_METADATA = "__metadata__"
_DTYPES = {
    "F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64",
    "I8": "int8", "I16": "int16", "I32": "int32", "I64": "int64",
    "U8": "uint8", "U16": "uint16", "U32": "uint32", "U64": "uint64",
}  # fmt: skip


def is_safetensors(content: bytes) -> bool:
    """Whether the content begins as a safetensors file does."""
    return content[_LENGTH : _LENGTH + 1] == b"{"


def read_safetensors(content: bytes) -> StateDict:
    """The tensors of a safetensors file.

    Parameters
    ----------
    content : bytes
        The whole file.

    Raises
    ------
    InputError
        If the header is malformed or too long, the ranges do not fit the shapes or do not cover
        the data, or a type is not read, or an entry is not finite.

    Examples
    --------
    >>> header = b'{"w": {"dtype": "F16", "shape": [1], "data_offsets": [0, 2]}}'
    >>> content = len(header).to_bytes(8, "little") + header + bytes([0x00, 0xb8])
    >>> read_safetensors(content)["w"].entries
    (Fraction(-1, 2),)
    """
    length = int.from_bytes(content[:_LENGTH], "little")
    if length > MAX_HEADER_SIZE:
        raise InputError(f"the header is longer than {MAX_HEADER_SIZE} bytes")
    header, data = content[_LENGTH : _LENGTH + length], content[_LENGTH + length :]
    if len(header) < length:
        raise InputError("the file ends within its header")
    entries = _parse_header(header)
    places = {name: _place(name, entry) for name, entry in entries.items() if name != _METADATA}
    check_sizes((name, shape) for name, (_, shape, _, _) in places.items())
    _check_cover(places, len(data))
    return StateDict(
        {
            name: decode_tensor(
                data[start:end],
                name,
                dtype=dtype,
                shape=shape,
                strides=row_major_strides(shape),
            )
            for name, (dtype, shape, start, end) in places.items()
        },
        ordered=False,
    )


_Place = tuple[str, tuple[int, ...], int, int]


def _parse_header(header: bytes) -> dict[str, Any]:
    try:
        entries = json.loads(header.decode("utf-8"), object_pairs_hook=_unique)
    except InputError:
        raise
    except (ValueError, RecursionError):
        raise InputError("the header is not valid JSON") from None
    if not isinstance(entries, dict):
        raise InputError("the header is not a JSON object")
    return entries


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise InputError("the header names something twice")
    return result


def _place(name: str, entry: Any) -> _Place:
    """Type, shape and range of bytes of one tensor, as the header gives them."""
    where = clip_name(name)
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise InputError(f"{where}: its entry in the header needs dtype, shape and data_offsets")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not (isinstance(dtype, str) and _is_sizes(shape) and _is_sizes(offsets)):
        raise InputError(f"{where}: dtype must be a text, shape and data_offsets integers")
    if len(offsets) != 2:
        raise InputError(f"{where}: data_offsets must be two integers")
    if dtype not in _DTYPES:
        raise InputError(
            f"{where}: numbers of type {clip_name(dtype)} are not read; "
            f"convert them to one of {', '.join(_DTYPES)}"
        )
    return _DTYPES[dtype], tuple(shape), offsets[0], offsets[1]


def _is_sizes(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, int) and not isinstance(item, bool) and 0 <= item < 2**63
        for item in value
    )


def _check_cover(places: dict[str, _Place], length: int) -> None:
    """Each range has the size of its shape, and together they are all of the data."""
    reached = 0
    for name, (dtype, shape, start, end) in sorted(places.items(), key=lambda item: item[1][2:]):
        if end - start != math.prod(shape) * ELEMENT_SIZES[dtype]:
            raise InputError(f"{clip_name(name)}: its range of bytes does not fit its shape")
        if start != reached:
            raise InputError(f"{clip_name(name)}: its range of bytes leaves a gap or overlaps")
        reached = end
    if reached != length:
        raise InputError("the file does not end where the last tensor ends")
