"""The pickle of a state dict, read as data.

A pickle is a program for a stack machine whose GLOBAL, REDUCE and BUILD instructions call
whatever Python function they name.  The program that writes down a state dict needs few of the
instructions and a handful of names, so this module runs a machine that has only those and in
which a name is an inert tag: it builds dictionaries, lists, tuples, texts and numbers, and records
where in which storage a tensor lies.  Nothing is imported or called; anything else is refused by
its name.
"""

from __future__ import annotations

import pickletools
import warnings
from dataclasses import dataclass
from typing import Any

from symerm.errors import InputError
from symerm.networks.tensors import clip_name

__all__ = ["MAX_PICKLE_SIZE", "Storage", "StoredTensor", "read_state_pickle"]

#: Largest pickle that is read, in bytes; a tensor's entry takes about 150.
MAX_PICKLE_SIZE = 2**20

_ADVICE = "save model.state_dict() and read that file"
_STORAGES = {
    "HalfStorage": "float16", "BFloat16Storage": "bfloat16", "FloatStorage": "float32",
    "DoubleStorage": "float64", "CharStorage": "int8", "ByteStorage": "uint8",
    "ShortStorage": "int16", "IntStorage": "int32", "LongStorage": "int64",
}  # fmt: skip


@dataclass(frozen=True)
class Storage:
    """One block of elements of an archive: its key, the type and the number of its elements."""

    key: str
    dtype: str
    size: int


@dataclass(frozen=True)
class StoredTensor:
    """Where a tensor lies: storage, first element, and shape and strides in elements."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass(frozen=True)
class _Name:
    """A global name of the pickle that has a meaning here."""

    name: str


_NAMES = {
    f"{module} {name}": _Name(name)
    for module, name in (
        ("collections", "OrderedDict"),
        ("torch._utils", "_rebuild_tensor_v2"),
        ("torch._utils", "_rebuild_parameter"),
        *(("torch", storage) for storage in _STORAGES),
    )
}

#: Instructions that push their own argument.
_LITERALS = frozenset({
    "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT",
    "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8",
})  # fmt: skip
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_STORE = frozenset({"BINPUT", "LONG_BINPUT", "MEMOIZE"})
_FETCH = frozenset({"BINGET", "LONG_BINGET"})


def read_state_pickle(content: bytes) -> object:
    """What a state dict's pickle describes.

    Parameters
    ----------
    content : bytes
        The record ``data.pkl`` of an archive.

    Returns
    -------
    object
        Dictionaries, lists, tuples, texts, numbers, booleans, None and `StoredTensor` objects;
        attributes that are attached to a dictionary are dropped.

    Raises
    ------
    InputError
        If the pickle is larger than `MAX_PICKLE_SIZE` or malformed, or names or does anything
        that a state dict does not need.

    Examples
    --------
    >>> import pickle
    >>> read_state_pickle(pickle.dumps({"epoch": 3}))
    {'epoch': 3}
    >>> try:
    ...     read_state_pickle(pickle.dumps(print))
    ... except InputError as error:
    ...     print(error)
    the pickle names builtins.print, which is not read; save model.state_dict() and read that file
    """
    if len(content) > MAX_PICKLE_SIZE:
        raise InputError(f"the pickle is larger than {MAX_PICKLE_SIZE} bytes")
    machine = _Machine()
    instructions = pickletools.genops(content)
    with warnings.catch_warnings():
        # Of a backslash in a name: such a name is refused anyway.
        warnings.simplefilter("ignore", DeprecationWarning)
        while True:
            try:
                opcode, argument, _ = next(instructions)
            except ValueError as error:
                raise InputError(f"the pickle is malformed: {clip_name(str(error))}") from None
            if opcode.name == "STOP":
                return machine.pop()
            machine.run(opcode.name, argument)


class _Machine:
    """The stack, its marks, and the memo that lets one object stand in several places."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}

    def run(self, name: str, argument: Any) -> None:
        """Carry out one instruction."""
        if name in _LITERALS:
            self.stack.append(argument)
        elif name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name])
        elif name in _STORE:
            self.memo[len(self.memo) if name == "MEMOIZE" else argument] = self.top()
        elif name in _FETCH:
            if argument not in self.memo:
                raise _malformed()
            self.stack.append(self.memo[argument])
        elif name == "EMPTY_DICT":
            self.stack.append({})
        elif name == "EMPTY_LIST":
            self.stack.append([])
        elif name == "MARK":
            self.marks.append(len(self.stack))
        elif name in _TUPLES:
            self.stack.append(tuple(reversed([self.pop() for _ in range(_TUPLES[name])])))
        elif name == "TUPLE":
            self.stack.append(tuple(self.pop_to_mark()))
        elif name in ("APPEND", "APPENDS"):
            items = [self.pop()] if name == "APPEND" else self.pop_to_mark()
            self.collection(list).extend(items)
        elif name in ("SETITEM", "SETITEMS"):
            items = self.pop_to_mark() if name == "SETITEMS" else [self.pop(), self.pop()][::-1]
            self.set_items(items)
        elif name == "GLOBAL":
            self.stack.append(_name(argument))
        elif name == "STACK_GLOBAL":
            attribute, module = self.pop(), self.pop()
            if not (isinstance(attribute, str) and isinstance(module, str)):
                raise _malformed()
            self.stack.append(_name(f"{module} {attribute}"))
        elif name == "REDUCE":
            arguments, function = self.pop(), self.pop()
            self.stack.append(_call(function, arguments))
        elif name == "BINPERSID":
            self.stack.append(_storage(self.pop()))
        elif name == "BUILD":
            # An OrderedDict's own attributes, such as _metadata: the tensors do not need them.
            self.pop()
            self.collection(dict)
        elif name not in ("PROTO", "FRAME"):
            raise InputError(f"the pickle uses {name}, which a state dict does not need; {_ADVICE}")

    def top(self) -> Any:
        if len(self.stack) <= (self.marks[-1] if self.marks else 0):
            raise _malformed()
        return self.stack[-1]

    def pop(self) -> Any:
        self.top()
        return self.stack.pop()

    def pop_to_mark(self) -> list[Any]:
        if not self.marks:
            raise _malformed()
        start = self.marks.pop()
        items = self.stack[start:]
        del self.stack[start:]
        return items

    def collection(self, kind: type) -> Any:
        if not isinstance(self.top(), kind):
            raise _malformed()
        return self.top()

    def set_items(self, items: list[Any]) -> None:
        target = self.collection(dict)
        if len(items) % 2:
            raise _malformed()
        for key, value in zip(items[::2], items[1::2], strict=True):
            # Hashing nested tuples that share their parts may take exponential time.
            if not isinstance(key, (str, int)):
                raise InputError(f"a key of a dictionary is neither text nor integer; {_ADVICE}")
            target[key] = value


def _name(text: str) -> _Name:
    if text.startswith("torch ") and text.endswith("Storage") and text not in _NAMES:
        raise InputError(
            f"numbers in a {clip_name(text.replace(' ', '.'))} are not read; convert them to a "
            "type of real numbers such as torch.float32"
        )
    if text not in _NAMES:
        raise InputError(
            f"the pickle names {clip_name(text.replace(' ', '.'))}, which is not read; {_ADVICE}"
        )
    return _NAMES[text]


def _call(function: Any, arguments: Any) -> Any:
    """What the few functions of a state dict give for the arguments they are written with."""
    name = function.name if isinstance(function, _Name) else None
    if not isinstance(arguments, tuple):
        raise _malformed()
    if name == "OrderedDict" and not arguments:
        return {}
    if name == "_rebuild_parameter" and arguments and isinstance(arguments[0], StoredTensor):
        return arguments[0]
    if name == "_rebuild_tensor_v2" and len(arguments) in (6, 7):
        storage, offset, shape, strides = arguments[:4]
        if not (
            isinstance(storage, Storage)
            and _is_integer(offset)
            and all(isinstance(part, tuple) and all(map(_is_integer, part))
                    for part in (shape, strides))
        ):  # fmt: skip
            raise _malformed()
        if len(arguments) == 7 and arguments[6]:
            # The numbers stored are then not the tensor's: torch negates lazily.
            raise InputError("the negation of a tensor is pending; save tensor.resolve_neg()")
        return StoredTensor(storage, offset, shape, strides)
    raise _malformed()


def _storage(identity: Any) -> Storage:
    """The storage of a persistent id ('storage', type, key, device, number of elements)."""
    if not (
        isinstance(identity, tuple)
        and len(identity) == 5
        and isinstance(identity[1], _Name)
        and identity[1].name in _STORAGES
        and isinstance(identity[2], str)
        and _is_integer(identity[4])
    ):
        raise _malformed()
    return Storage(identity[2], _STORAGES[identity[1].name], identity[4])


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _malformed() -> InputError:
    return InputError(f"the pickle is not one of a state dict; {_ADVICE}")
