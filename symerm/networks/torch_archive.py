"""The zip archives of ``torch.save``, read without torch.

Since version 1.6 torch writes a zip archive with the record ``data.pkl``, which says what the
objects are, one record ``data/KEY`` with the raw elements of each storage, and ``byteorder``.  A
state dict is a dictionary of tensors, or a checkpoint whose nested dictionaries hold them; a
tensor in a nested dictionary gets the name ``outer.inner``, and what is no tensor is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from symerm.errors import InputError
from symerm.networks.state_pickle import StoredTensor, read_state_pickle
from symerm.networks.tensors import (
    ELEMENT_SIZES,
    MAX_TENSORS,
    StateDict,
    check_sizes,
    clip_name,
    decode_tensor,
)
from symerm.networks.zip_members import ZipMembers

__all__ = ["is_torch_archive", "read_torch_archive"]

_MAX_DEPTH = 10
_MAX_VISITS = 10 * MAX_TENSORS
_MAX_NAME_LENGTH = 500
_PICKLE = "data.pkl"


def is_torch_archive(members: ZipMembers) -> bool:
    """Whether an archive is one of torch: it has a record ``data.pkl`` in its one folder."""
    return any(name.rpartition("/")[2] == _PICKLE for name in members.names)


def read_torch_archive(members: ZipMembers) -> StateDict:
    """The tensors of an archive that ``torch.save`` wrote.

    Raises
    ------
    InputError
        If the archive holds more than a state dict needs, such as a pickled module or a compiled
        program, or is damaged, or breaks a limit, or an entry is not a finite number.
    """
    pickles = [name for name in members.names if name.rpartition("/")[2] == _PICKLE]
    if len(pickles) != 1:
        raise InputError(f"the archive needs one record {_PICKLE}, not {len(pickles)}")
    folder = pickles[0].removesuffix(_PICKLE)
    if f"{folder}constants.pkl" in members.names:
        raise InputError(
            "the archive holds a compiled TorchScript program; save model.state_dict() instead"
        )
    tensors = _tensors_by_name(read_state_pickle(members.read(pickles[0])))
    check_sizes((name, tensor.shape) for name, tensor in tensors.items())
    big_endian = _is_big_endian(members, f"{folder}byteorder")
    contents: dict[str, bytes] = {}
    decoded = {}
    for name, tensor in tensors.items():
        storage = tensor.storage
        if storage.key not in contents:
            contents[storage.key] = members.read(f"{folder}data/{storage.key}")
        content = contents[storage.key]
        if len(content) != storage.size * ELEMENT_SIZES[storage.dtype]:
            raise InputError(f"{clip_name(name)}: its storage does not have the stated size")
        decoded[name] = decode_tensor(
            content,
            name,
            dtype=storage.dtype,
            shape=tensor.shape,
            strides=tensor.strides,
            offset=tensor.offset,
            big_endian=big_endian,
        )
    return StateDict(decoded)


def _tensors_by_name(state: object) -> dict[str, StoredTensor]:
    """All tensors of nested dictionaries, in order."""
    if not isinstance(state, dict):
        what = "one tensor" if isinstance(state, StoredTensor) else f"a {type(state).__name__}"
        raise InputError(f"the file holds {what}; save model.state_dict() and read that file")
    found: dict[str, StoredTensor] = {}
    for name, tensor in _walk(state, "", _MAX_DEPTH, count()):
        if name in found:
            raise InputError(f"two tensors have the name {clip_name(name)}")
        found[name] = tensor
    return found


def _walk(
    value: dict[str | int, object], prefix: str, depth: int, visits: Iterator[int]
) -> Iterator[tuple[str, StoredTensor]]:
    # Dictionaries may share their parts, or even contain themselves.
    for key, entry in value.items():
        if depth == 0 or next(visits) >= _MAX_VISITS:
            raise InputError("the dictionaries are nested too deeply for a state dict")
        if not isinstance(entry, (dict, StoredTensor)):
            continue
        name = f"{prefix}{key}"
        if len(name) > _MAX_NAME_LENGTH:
            raise InputError(f"the name {clip_name(name)} is longer than {_MAX_NAME_LENGTH}")
        if isinstance(entry, StoredTensor):
            yield name, entry
        else:
            yield from _walk(entry, f"{name}.", depth - 1, visits)


def _is_big_endian(members: ZipMembers, record: str) -> bool:
    # Archives from before this record are little endian: so were the machines.
    order = members.read(record) if record in members.names else b"little"
    if order not in (b"little", b"big"):
        raise InputError("the record byteorder says neither little nor big")
    return order == b"big"
