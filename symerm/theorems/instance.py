"""Instances: what a theorem is tried on, as named parts that can be written to a file.

A part is a dataset, a network, an activation, a rational, an integer, a boolean, a text or a
list of parts.  The file of a falsifying instance names the type of every part, and each dataset
and network in it can be given to the other commands as it stands.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symerm.arithmetic.rationals import format_rational, parse_rational
from symerm.errors import InputError
from symerm.networks.serialization import network_from_json, network_to_json
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Activation, parse_activation
from symerm.problem.dataset import Dataset

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["Instance", "instances", "read_instance"]


@dataclass(frozen=True, eq=True)
class Instance(Mapping[str, Any]):
    """Named parts, in order.

    Examples
    --------
    >>> instance = Instance.of(slope=Fraction(1, 2), width=2)
    >>> instance["slope"], list(instance)
    (Fraction(1, 2), ['slope', 'width'])
    >>> instance.to_json()
    {'slope': {'rational': '1/2'}, 'width': {'integer': 2}}
    >>> Instance.from_json(instance.to_json()) == instance
    True
    """

    parts: tuple[tuple[str, Any], ...]

    @classmethod
    def of(cls, **parts: Any) -> Instance:
        """An instance from keyword arguments."""
        return cls(tuple(parts.items()))

    def __getitem__(self, name: str) -> Any:
        for key, value in self.parts:
            if key == name:
                return value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (key for key, _ in self.parts)

    def __len__(self) -> int:
        return len(self.parts)

    def __repr__(self) -> str:
        return f"Instance.of({', '.join(f'{key}={value!r}' for key, value in self.parts)})"

    def to_json(self) -> dict[str, Any]:
        """Every part with its type, exact."""
        return {key: _encode(value) for key, value in self.parts}

    @classmethod
    def from_json(cls, data: Any) -> Instance:
        """The instance of `to_json`.

        Raises
        ------
        InputError
            If a part is malformed; the message names it.
        """
        if not isinstance(data, dict):
            raise InputError("an instance is a JSON object of named parts")
        return cls(tuple((str(key), _decode(value, str(key))) for key, value in data.items()))

    def files(self) -> dict[str, Any]:
        """The datasets and networks among the parts, as the JSON that other commands read."""
        return {
            key: _encode(value)["dataset" if isinstance(value, Dataset) else "network"]
            for key, value in self.parts
            if isinstance(value, (Dataset, ShallowNetwork))
        }


def instances(**parts: SearchStrategy[Any]) -> SearchStrategy[Instance]:
    """The strategy of instances whose parts are drawn independently.

    Examples
    --------
    >>> from hypothesis import find, strategies as st
    >>> find(instances(width=st.integers(1, 3)), lambda instance: instance["width"] > 1)
    Instance.of(width=2)
    """
    from hypothesis import strategies as st

    # Hypothesis draws in an order of its own; the parts keep the order they are given in.
    return st.fixed_dictionaries(parts).map(
        lambda drawn: Instance(tuple((name, drawn[name]) for name in parts))
    )


def read_instance(path: str | os.PathLike[str]) -> Instance:
    """Read the file of an instance, as ``symerm theorems test --save`` writes it.

    Raises
    ------
    InputError
        If the file cannot be read or is no instance.
    """
    file = os.fspath(path)
    try:
        with open(file, encoding="utf-8") as stream:
            data = json.load(stream, parse_float=_no_float, parse_constant=_no_float)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=file) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"is not JSON: {error}", file=file) from None
    try:
        if isinstance(data, dict) and "instance" in data:
            data = data["instance"]
        return Instance.from_json(data)
    except InputError as error:
        raise InputError(str(error), file=file) from None


def _no_float(text: str) -> Any:
    raise ValueError(f"{text} is not exact; write it as a string")


def _encode(value: Any) -> dict[str, Any]:
    # bool is an int to Python, so it comes first.
    if isinstance(value, bool):
        return {"boolean": value}
    if isinstance(value, int):
        return {"integer": value}
    if isinstance(value, Fraction):
        return {"rational": format_rational(value)}
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, Activation):
        return {"activation": value.name}
    if isinstance(value, Dataset):
        return {
            "dataset": {
                "inputs": [[format_rational(x) for x in row] for row in value.inputs],
                "outputs": [[format_rational(y) for y in row] for row in value.outputs],
            }
        }
    if isinstance(value, ShallowNetwork):
        return {"network": network_to_json(value)}
    if isinstance(value, (tuple, list)):
        return {"list": [_encode(entry) for entry in value]}
    raise InputError(f"a part of an instance cannot be of type {type(value).__name__}")


def _decode(data: Any, place: str) -> Any:
    if not isinstance(data, dict) or len(data) != 1:
        raise InputError(f"part {place}: give one type, such as {{'rational': '1/2'}}")
    ((kind, value),) = data.items()
    if kind == "list" and isinstance(value, list):
        return tuple(_decode(entry, f"{place}[{i}]") for i, entry in enumerate(value))
    if kind == "boolean" and isinstance(value, bool):
        return value
    if kind == "integer" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind == "network":
        return network_from_json(value)
    if kind == "dataset" and isinstance(value, dict):
        return Dataset.from_rows(value.get("inputs", ()), value.get("outputs", ()))
    if isinstance(value, str):
        if kind == "rational":
            return parse_rational(value)
        if kind == "text":
            return value
        if kind == "activation":
            return parse_activation(value)
    raise InputError(f"part {place}: {str(kind)[:40]!r} with such a value is no part")
