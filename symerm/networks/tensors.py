"""Tensors of machine numbers, decoded exactly.

A finite binary float is the rational s f 2^e with integers f and e, and an integer is itself, so
that a stored tensor is a shape with Fractions and nothing is rounded on the way in.  Entry
(i_1, .., i_k) of a strided tensor is element offset + i_1 s_1 + .. + i_k s_k of its storage:
transposed, expanded and shared tensors are read without copying their storage.  Sizes are checked
before anything is decoded, because shapes and strides come from files that may lie.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from symerm.errors import InputError

__all__ = [
    "ELEMENT_SIZES",
    "MAX_AXES",
    "MAX_ENTRIES",
    "MAX_TENSORS",
    "StateDict",
    "Tensor",
    "check_sizes",
    "clip_name",
    "decode_tensor",
    "exact_state_dict",
    "row_major_strides",
    "tensor_from_array",
]

#: Most tensors that one file may hold.
MAX_TENSORS = 10_000
#: Most numbers that all tensors of a file may hold together.
MAX_ENTRIES = 2**20
#: Most axes of a tensor.
MAX_AXES = 8

_LONGEST_NAME = 100
#: Struct codes; bfloat16 is the upper half of a float32 and has none.
_CODES = {
    "float16": "e", "float32": "f", "float64": "d", "bfloat16": "H",
    "int8": "b", "int16": "h", "int32": "i", "int64": "q",
    "uint8": "B", "uint16": "H", "uint32": "I", "uint64": "Q",
}  # fmt: skip

#: Bytes per element of every type that is read.
ELEMENT_SIZES = {dtype: struct.calcsize(f"<{code}") for dtype, code in _CODES.items()}

Vector = tuple[Fraction, ...]


@dataclass(frozen=True)
class Tensor:
    """A tensor with exact entries.

    Attributes
    ----------
    shape : tuple of int
        Lengths of the axes; () for a single number.
    dtype : str
        The type the numbers were stored in: a key of `ELEMENT_SIZES`, such as ``"float32"``.
    entries : tuple of Fraction
        Row by row: the last index moves fastest.

    Raises
    ------
    InputError
        If the type is unknown or the shape does not hold that many entries.

    Examples
    --------
    >>> Tensor((1, 2), "float32", (Fraction(1, 2), Fraction(3))).entries[1]
    Fraction(3, 1)
    """

    shape: tuple[int, ...]
    dtype: str
    entries: Vector

    def __post_init__(self) -> None:
        if self.dtype not in ELEMENT_SIZES:
            raise InputError(
                f"numbers of type {clip_name(self.dtype)} are not read; "
                f"convert them to one of {', '.join(ELEMENT_SIZES)}"
            )
        if math.prod(self.shape) != len(self.entries):
            raise InputError(
                f"a tensor of shape {self.shape} does not have {len(self.entries)} entries"
            )


class StateDict(dict[str, Tensor]):
    """Tensors by name, as one model's file holds them.

    Attributes
    ----------
    ordered : bool
        Whether the order of the names is the order in which the model lists its layers; False
        for formats that sort their names.
    """

    def __init__(self, tensors: Mapping[str, Tensor], *, ordered: bool = True) -> None:
        super().__init__(tensors)
        self.ordered = ordered


def clip_name(name: str) -> str:
    """A name for an error message, shortened where it would fill the screen."""
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}..."


def check_sizes(shapes: Iterable[tuple[str, tuple[int, ...]]]) -> None:
    """Refuse tensors that are too many or too large, before any of them is decoded.

    Raises
    ------
    InputError
        Beyond `MAX_TENSORS`, `MAX_ENTRIES` or `MAX_AXES`, or if a length is negative.
    """
    total = 0
    for count, (name, shape) in enumerate(shapes, start=1):
        if count > MAX_TENSORS:
            raise InputError(f"there are more than {MAX_TENSORS} tensors")
        if len(shape) > MAX_AXES:
            raise InputError(f"{clip_name(name)} has more than {MAX_AXES} axes")
        if any(length < 0 for length in shape):
            raise InputError(f"{clip_name(name)} has an axis of negative length")
        total += math.prod(shape)
        if total > MAX_ENTRIES:
            raise InputError(
                f"the tensors up to {clip_name(name)} have more than {MAX_ENTRIES} entries; "
                "save the layers of the network alone"
            )


def row_major_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of a tensor whose entries lie row by row without gaps.

    Examples
    --------
    >>> row_major_strides((2, 3, 4))
    (12, 4, 1)
    """
    return tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


def decode_tensor(
    storage: bytes,
    name: str,
    *,
    dtype: str,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    offset: int = 0,
    big_endian: bool = False,
) -> Tensor:
    """The tensor that lies in a storage.

    Parameters
    ----------
    storage : bytes
        The elements, without gaps.
    name : str
        The tensor's name, for error messages.
    dtype : str
        A key of `ELEMENT_SIZES`.
    shape, strides : k integers each
        Strides count elements, not bytes; the shape has passed `check_sizes`.
    offset : int
        The element at which the tensor begins.
    big_endian : bool
        Whether the first byte of an element is the most significant one.

    Raises
    ------
    InputError
        If an entry lies outside the storage, is not a number or is infinite.

    Examples
    --------
    >>> half_and_one = bytes([0x00, 0x3f, 0x80, 0x3f])
    >>> column = decode_tensor(
    ...     half_and_one, "w", dtype="bfloat16", shape=(2, 1), strides=(1, 1))
    >>> column.entries
    (Fraction(1, 2), Fraction(1, 1))
    """
    size = ELEMENT_SIZES[dtype]
    if len(strides) != len(shape) or offset < 0 or any(stride < 0 for stride in strides):
        raise InputError(f"{clip_name(name)}: its place in the storage is malformed")
    if 0 not in shape:
        last = offset + sum((n - 1) * stride for n, stride in zip(shape, strides, strict=True))
        if last >= len(storage) // size:
            raise InputError(f"{clip_name(name)}: it reaches beyond the end of its storage")
    element = struct.Struct((">" if big_endian else "<") + _CODES[dtype])
    steps = [range(0, n * stride, stride) if stride else (0,) * n for n, stride in zip(
        shape, strides, strict=True
    )]
    values = (
        element.unpack_from(storage, size * (offset + sum(place)))[0] for place in product(*steps)
    )
    if dtype == "bfloat16":
        values = (struct.unpack("<f", struct.pack("<I", bits << 16))[0] for bits in values)
    return Tensor(shape, dtype, tuple(_exact(values, shape, name)))


def tensor_from_array(array: Any, name: str = "the array") -> Tensor:
    """The exact tensor of a numpy array, of a torch tensor, or of any array like them.

    Parameters
    ----------
    array : object with ``dtype``, ``shape`` and ``tolist``
        Its own type says what was stored; ``tolist`` gives the numbers unrounded.
    name : str
        Name for error messages.

    Raises
    ------
    InputError
        If it is no such array, its type is not read, or an entry is not finite.

    Examples
    --------
    >>> import numpy
    >>> tensor_from_array(numpy.array([0.1], dtype="float16")).entries
    (Fraction(819, 8192),)
    """
    if not all(hasattr(array, attribute) for attribute in ("dtype", "shape", "tolist")):
        raise InputError(
            f"{clip_name(name)} is a {type(array).__name__}; give an array, "
            "whose type says how its numbers are stored"
        )
    dtype = str(array.dtype).removeprefix("torch.")
    shape = tuple(int(length) for length in array.shape)
    if dtype not in ELEMENT_SIZES:
        raise InputError(
            f"{clip_name(name)}: numbers of type {clip_name(dtype)} are not read; "
            f"convert them to one of {', '.join(ELEMENT_SIZES)}"
        )
    check_sizes([(name, shape)])
    values = array.tolist()
    for _ in range(len(shape) - 1):
        values = [value for part in values for value in part]
    return Tensor(shape, dtype, tuple(_exact(values if shape else [values], shape, name)))


def exact_state_dict(arrays: Mapping[str, Any]) -> StateDict:
    """A mapping of tensors or arrays with every array made an exact `Tensor`.

    Examples
    --------
    >>> import numpy
    >>> exact_state_dict({"bias": numpy.array([1, -2])})["bias"].entries
    (Fraction(1, 1), Fraction(-2, 1))
    """
    return StateDict(
        {
            str(name): value if isinstance(value, Tensor) else tensor_from_array(value, str(name))
            for name, value in arrays.items()
        },
        ordered=arrays.ordered if isinstance(arrays, StateDict) else True,
    )


def _exact(values: Iterable[Any], shape: tuple[int, ...], name: str) -> Iterator[Fraction]:
    for index, value in zip(product(*map(range, shape)), values, strict=True):
        if isinstance(value, float) and not math.isfinite(value):
            place = ", ".join(map(str, index))
            raise InputError(f"{clip_name(name)}[{place}] is {value}, which is not a finite number")
        yield Fraction(value)
