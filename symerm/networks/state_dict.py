"""Networks from the state dicts that other programs save.

A state dict maps names to tensors; the affine layer P is the matrix ``P.weight`` (one row per
neuron) with the vector ``P.bias``, which may be missing and is then zero.  The file is told by its
content: the archive of ``torch.save``, safetensors or numpy's npz.  None of them stores the
activation, and all store every number exactly, so that the network here is the one that was
trained, not a rounded copy of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from symerm.errors import InputError
from symerm.networks.deep import DeepNetwork, Layer
from symerm.networks.npz_file import is_npz, read_npz
from symerm.networks.safetensors_file import is_safetensors, read_safetensors
from symerm.networks.shallow import ShallowNetwork
from symerm.networks.tensors import StateDict, Tensor, clip_name, exact_state_dict
from symerm.networks.torch_archive import is_torch_archive, read_torch_archive
from symerm.networks.zip_members import ZipMembers
from symerm.problem.architecture import RELU, Activation

__all__ = ["MAX_ARCHIVE_SIZE", "layer_names", "network_from_state_dict", "read_state_dict"]

#: Largest file that is read, in bytes.
MAX_ARCHIVE_SIZE = 64 * 2**20

_WEIGHT, _BIAS = "weight", "bias"
_SHOWN = 5


def read_state_dict(path: str | os.PathLike[str]) -> StateDict:
    """The tensors of a file by name, every entry exact.

    Nothing in the file is executed and torch is not needed.

    Parameters
    ----------
    path : str or path
        An archive of ``torch.save`` (.pt, .pth), a .safetensors or a .npz file.

    Returns
    -------
    StateDict
        A dict of `Tensor` objects.

    Raises
    ------
    InputError
        If the file cannot be read, is larger than `MAX_ARCHIVE_SIZE`, is none of these, is
        damaged, holds more than tensors by name, or has an entry that is not finite.

    Examples
    --------
    >>> import pathlib, tempfile, numpy
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "network.npz")
    ...     numpy.savez(path, **{"0.weight": numpy.array([[0.5]], dtype="float32")})
    ...     read_state_dict(path)
    {'0.weight': Tensor(shape=(1, 1), dtype='float32', entries=(Fraction(1, 2),))}
    """
    name = os.fspath(path)
    try:
        with open(path, "rb") as stream:
            content = stream.read(MAX_ARCHIVE_SIZE + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InputError(f"cannot be read: {reason}", file=clip_name(name)) from None
    try:
        tensors = _read(content)
        if not tensors:
            raise InputError("the file holds no tensors; save model.state_dict() and read that")
    except InputError as error:
        raise error.located(file=name) from None
    return tensors


def _read(content: bytes) -> StateDict:
    if len(content) > MAX_ARCHIVE_SIZE:
        raise InputError(f"is larger than {MAX_ARCHIVE_SIZE} bytes")
    if content.startswith(b"PK"):
        members = ZipMembers(content)
        if is_torch_archive(members):
            return read_torch_archive(members)
        if is_npz(members):
            return read_npz(members)
        raise InputError("is a zip archive, but neither one of torch.save nor one of numpy.savez")
    if is_safetensors(content):
        return read_safetensors(content)
    if content.startswith(b"\x80"):
        raise InputError(
            "is a bare pickle, as torch before 1.6 wrote it; load it in a newer torch and save "
            "its state dict again"
        )
    raise InputError("is not an archive of torch.save, nor a safetensors or npz file")


def layer_names(tensors: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the layers, from the first to the output layer.

    Names that differ in numbers only, such as ``0`` and ``2`` or ``fc1`` and ``fc2``, are put in
    the order of the numbers; other names have the order of the mapping.

    Parameters
    ----------
    tensors : mapping
        A state dict.

    Raises
    ------
    InputError
        If there is no ``weight``, or a tensor that is neither the weight nor the bias of a layer,
        or the names have no numbers and their order in the file means nothing.

    Examples
    --------
    >>> layer_names({"10.weight": 0, "10.bias": 0, "2.weight": 0})
    ('2', '10')
    >>> layer_names({"hidden.weight": 0, "head.weight": 0})
    ('hidden', 'head')
    """
    names = [_layer_of(name, _WEIGHT) for name in tensors if _is_part(name, _WEIGHT)]
    found = ", ".join(clip_name(name) for name in list(tensors)[:_SHOWN])
    if not names:
        raise InputError(f"there is no layer NAME.weight; the tensors are {found or 'none'}")
    for name in tensors:
        if not _is_part(name, _WEIGHT) and not (
            _is_part(name, _BIAS) and _layer_of(name, _BIAS) in names
        ):
            raise InputError(
                f"{clip_name(name)} is neither weight nor bias of a layer; if the network does "
                "not need it, name the network's layers"
            )
    numbers = {name: tuple(map(int, re.findall("[0-9]{1,9}", name))) for name in names}
    patterns = {re.sub("[0-9]{1,9}", "#", name) for name in names}
    if len(patterns) == 1 and len(set(numbers.values())) == len(names):
        return tuple(sorted(names, key=lambda name: numbers[name]))
    if len(names) > 1 and isinstance(tensors, StateDict) and not tensors.ordered:
        shown = ", ".join(clip_name(name) for name in names[:_SHOWN])
        raise InputError(
            f"the file sorts its names, so that the order of the layers {shown} is not known; "
            "name them in their order"
        )
    return tuple(names)


def network_from_state_dict(
    tensors: Mapping[str, Any],
    *,
    activation: Activation = RELU,
    layers: Sequence[str] | None = None,
) -> ShallowNetwork | DeepNetwork:
    """The fully connected network of a state dict.

    Parameters
    ----------
    tensors : mapping
        By name, `Tensor` objects or arrays with ``dtype``, ``shape`` and ``tolist``: a file's
        `read_state_dict`, or the state dict of a model in memory.
    activation : Activation
        Follows every layer but the last; state dicts do not tell it.
    layers : sequence of str, optional
        The names of the layers from the first to the output layer; all other tensors are then
        ignored.  By default `layer_names`.

    Returns
    -------
    ShallowNetwork or DeepNetwork
        A `ShallowNetwork` exactly if there are two layers.

    Raises
    ------
    InputError
        If a layer is missing, a weight is not a matrix, a bias or the next layer does not fit
        it, or a tensor belongs to no layer.

    Examples
    --------
    >>> import numpy
    >>> arrays = {
    ...     "0.weight": numpy.array([[1.0], [-1.0]]), "0.bias": numpy.array([0.0, 0.5]),
    ...     "2.weight": numpy.array([[2.0, 1.0]])}
    >>> network_from_state_dict(arrays)((Fraction(1, 4),))
    (Fraction(3, 4),)
    """
    names = layer_names(tensors) if layers is None else tuple(layers)
    if not names:
        raise InputError("a network needs at least one layer")
    wanted = [key for name in names for key in (_key(name, _WEIGHT), _key(name, _BIAS))]
    exact = exact_state_dict({key: tensors[key] for key in wanted if key in tensors})
    affine = [_layer(exact, name, tensors) for name in names]
    for (before, lower), (after, upper) in pairwise(zip(names, affine, strict=True)):
        if upper.input_dimension != lower.width:
            raise InputError(
                f"{_show(after)} takes {upper.input_dimension} inputs but {_show(before)} before "
                f"it has {lower.width} neurons; name the layers in their order, and give weights "
                "with one row per neuron"
            )
    if len(affine) != 2:
        return DeepNetwork(tuple(affine), activation)
    hidden, output = affine
    columns = tuple(zip(*output.weights, strict=True))
    return ShallowNetwork(hidden.weights, hidden.biases, columns, output.biases, activation)


def _layer(exact: StateDict, name: str, tensors: Mapping[str, Any]) -> Layer:
    weight = exact.get(_key(name, _WEIGHT))
    if weight is None:
        found = ", ".join(clip_name(key) for key in list(tensors)[:_SHOWN])
        raise InputError(f"there is no tensor {_show(name)}; the tensors begin with {found}")
    if len(weight.shape) != 2 or 0 in weight.shape:
        raise InputError(
            f"{_show(name)} has shape {weight.shape}; a fully connected layer has a matrix with "
            "one row per neuron"
        )
    rows, columns = weight.shape
    bias = exact.get(_key(name, _BIAS), Tensor((rows,), weight.dtype, (Fraction(0),) * rows))
    if bias.shape != (rows,):
        raise InputError(
            f"{clip_name(_key(name, _BIAS))} has shape {bias.shape} but the layer has {rows} "
            "neurons"
        )
    return Layer(
        tuple(weight.entries[k * columns : (k + 1) * columns] for k in range(rows)), bias.entries
    )


def _key(layer: str, part: str) -> str:
    """The name of a tensor; the tensors of a model that is one layer have no prefix."""
    return f"{layer}.{part}" if layer else part


def _is_part(name: str, part: str) -> bool:
    return name == part or name.endswith(f".{part}")


def _layer_of(name: str, part: str) -> str:
    return name.removesuffix(part).removesuffix(".")


def _show(layer: str) -> str:
    return clip_name(_key(layer, _WEIGHT))
