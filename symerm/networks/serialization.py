"""Networks as JSON, read and written exactly.

A two-layer network is the object ``{"activation", "hidden_weights", "hidden_biases",
"output_weights", "output_biases"}`` of the interface; a network of any depth is
``{"activation", "layers": [{"weights", "biases"}, ..]}`` with one row of weights per neuron.
Numbers are JSON integers or texts such as "-3/7" and "0.1"; a JSON decimal such as 0.1 is read as
it is written, not as a binary float.  Whatever a file contains, reading it gives a network or an
`InputError` of one line that names the file and the entry.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NoReturn

from symerm.arithmetic.rationals import as_rational, format_rational, parse_rational
from symerm.errors import InputError
from symerm.files import write_atomically
from symerm.networks.deep import DeepNetwork, Layer
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Activation, parse_activation

__all__ = [
    "MAX_FILE_SIZE",
    "network_from_json",
    "network_to_json",
    "read_network",
    "write_network",
]

#: Largest network file that is read, in bytes.
MAX_FILE_SIZE = 64 * 2**20
#: Integers beyond this are written as texts: other readers of JSON would round them.
_MAX_JSON_INTEGER = 2**53 - 1
_MAX_NAME_LENGTH = 100

_SHALLOW_KEYS = ("activation", "hidden_weights", "hidden_biases", "output_weights", "output_biases")
_DEEP_KEYS = ("activation", "layers")
_LAYER_KEYS = ("weights", "biases")

Vector = tuple[Fraction, ...]


class _Numeral(str):
    """The text of a number that stands in the JSON without quotation marks."""

    __slots__ = ()


def network_from_json(
    source: str | Mapping[str, Any], *, file: str | None = None
) -> ShallowNetwork | DeepNetwork:
    """The network that a JSON text, or the object read from one, describes.

    Parameters
    ----------
    source : str or mapping
        The JSON text, or a mapping with the same keys whose numbers are texts, integers or
        Fractions (a Python float denotes its shortest decimal).
    file : str, optional
        Name used in error messages.

    Returns
    -------
    ShallowNetwork or DeepNetwork
        A `DeepNetwork` exactly if the object has the key ``layers``.

    Raises
    ------
    InputError
        If the text is not JSON, or a key is missing, unknown or repeated, or an array is ragged,
        or an entry is not a finite rational number.

    Examples
    --------
    >>> network = network_from_json('''{"activation": "relu", "hidden_weights": [[1], [1]],
    ...     "hidden_biases": [0, "-1/2"], "output_weights": [[2], [-4]], "output_biases": [0.1]}''')
    >>> network((Fraction(1, 2),))
    (Fraction(11, 10),)
    """
    try:
        return _network(_loads(source) if isinstance(source, str) else source)
    except InputError as error:
        raise error.located(file=file) from None


def read_network(path: str | os.PathLike[str]) -> ShallowNetwork | DeepNetwork:
    """Read a network from a JSON file.

    Raises
    ------
    InputError
        If the file cannot be read, is larger than `MAX_FILE_SIZE`, is not UTF-8 text, or does
        not describe a network (see `network_from_json`).
    """
    name = os.fspath(path)
    try:
        with open(path, "rb") as stream:
            content = stream.read(MAX_FILE_SIZE + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InputError(f"cannot be read: {reason}", file=_clip(name)) from None
    if len(content) > MAX_FILE_SIZE:
        raise InputError(f"is larger than {MAX_FILE_SIZE} bytes", file=name)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"is not UTF-8 text (byte {error.start + 1}); save it as UTF-8", file=name
        ) from None
    return network_from_json(text, file=name)


def network_to_json(network: ShallowNetwork | DeepNetwork) -> dict[str, Any]:
    """The JSON object of a network, ready for `json.dumps`.

    Integers stay integers; all other numbers, and integers beyond 2^53, become texts in lowest
    terms.  Equal networks give equal objects, keys in the same order.

    Examples
    --------
    >>> one = Fraction(1)
    >>> network_to_json(ShallowNetwork(((one,),), (one / 2,), ((-one,),), (one,)))
    ... # doctest: +NORMALIZE_WHITESPACE
    {'activation': 'relu', 'hidden_weights': [[1]], 'hidden_biases': ['1/2'],
     'output_weights': [[-1]], 'output_biases': [1]}
    """
    if isinstance(network, DeepNetwork):
        return {
            "activation": network.activation.name,
            "layers": [
                {
                    "weights": [_write_vector(row) for row in layer.weights],
                    "biases": _write_vector(layer.biases),
                }
                for layer in network.layers
            ],
        }
    return {
        "activation": network.activation.name,
        "hidden_weights": [_write_vector(row) for row in network.hidden_weights],
        "hidden_biases": _write_vector(network.hidden_biases),
        "output_weights": [_write_vector(row) for row in network.output_weights],
        "output_biases": _write_vector(network.output_biases),
    }


def write_network(network: ShallowNetwork | DeepNetwork, path: str | os.PathLike[str]) -> None:
    """Write a network to a JSON file; an existing file is replaced whole or not at all.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    text = json.dumps(network_to_json(network)) + "\n"
    write_atomically(path, [text])


def _write_vector(values: Vector) -> list[int | str]:
    return [
        value.numerator
        if value.denominator == 1 and abs(value.numerator) <= _MAX_JSON_INTEGER
        else format_rational(value)
        for value in values
    ]


def _loads(text: str) -> Any:
    """Parse JSON with every unquoted number kept as the text that stands in the file."""
    try:
        return json.loads(
            text,
            parse_int=_Numeral,
            parse_float=_Numeral,
            parse_constant=_Numeral,
            object_pairs_hook=_unique_keys,
        )
    except json.JSONDecodeError as error:
        raise InputError(
            f"is not valid JSON: {error.msg}", row=error.lineno, column=error.colno
        ) from None
    except RecursionError:
        raise InputError("the arrays or objects are nested too deeply for a network") from None


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise InputError(f"the key {_clip(key)!r} appears twice in one object")
        result[key] = value
    return result


def _network(data: Any) -> ShallowNetwork | DeepNetwork:
    if not isinstance(data, Mapping):
        _refuse("", data, "an object with the keys " + ", ".join(_SHALLOW_KEYS))
    if "layers" in data:
        _check_keys(data, _DEEP_KEYS, "")
        activation = _read_activation(data["activation"])
        layers = _array(data["layers"], "layers")
        return DeepNetwork(
            tuple(_read_layer(layer, f"layers[{k}]") for k, layer in enumerate(layers)), activation
        )
    _check_keys(data, _SHALLOW_KEYS, "")
    activation = _read_activation(data["activation"])
    biases = _read_vector(data["output_biases"], "output_biases")
    if not biases:
        raise InputError("output_biases is empty; a network has at least one output")
    return ShallowNetwork(
        _read_matrix(data["hidden_weights"], "hidden_weights"),
        _read_vector(data["hidden_biases"], "hidden_biases"),
        _read_matrix(data["output_weights"], "output_weights", length=len(biases)),
        biases,
        activation,
    )


def _read_layer(data: Any, place: str) -> Layer:
    if not isinstance(data, Mapping):
        _refuse(place, data, "an object with the keys " + ", ".join(_LAYER_KEYS))
    _check_keys(data, _LAYER_KEYS, place)
    weights = _read_matrix(data["weights"], f"{place}.weights", empty_rows=True)
    biases = _read_vector(data["biases"], f"{place}.biases")
    if len(weights) != len(biases):
        raise InputError(
            f"{place}.biases has {len(biases)} entries but {place}.weights has {len(weights)} rows"
        )
    return Layer(weights, biases)


def _check_keys(data: Mapping[str, Any], keys: Sequence[str], place: str) -> None:
    where = f"{place}: " if place else ""
    for key in keys:
        if key not in data:
            raise InputError(f"{where}the key {key!r} is missing")
    for key in data:
        if key not in keys:
            raise InputError(
                f"{where}unknown key {_clip(str(key))!r}; the keys are {', '.join(keys)}"
            )


def _read_activation(data: Any) -> Activation:
    if isinstance(data, _Numeral) or not isinstance(data, str):
        _refuse("activation", data, 'a text such as "relu" or "leaky:1/10"')
    if len(data) > _MAX_NAME_LENGTH:
        raise InputError(f"activation: the name is longer than {_MAX_NAME_LENGTH} characters")
    try:
        return parse_activation(data)
    except InputError as error:
        raise InputError(f"activation: {error.message}") from None


def _read_matrix(
    data: Any, place: str, *, length: int | None = None, empty_rows: bool = False
) -> tuple[Vector, ...]:
    """Rows of equal length; `length` fixes it, else the first row does."""
    rows: list[Vector] = []
    for k, entry in enumerate(_array(data, place)):
        row = _read_vector(entry, f"{place}[{k}]")
        if not row and not empty_rows:
            raise InputError(f"{place}[{k}] is empty; at least one entry is needed")
        if length is not None and len(row) != length:
            raise InputError(f"{place}[{k}] has {len(row)} entries where {length} are needed")
        length = len(row)
        rows.append(row)
    return tuple(rows)


def _read_vector(data: Any, place: str) -> Vector:
    return tuple(_read_number(x, f"{place}[{k}]") for k, x in enumerate(_array(data, place)))


def _read_number(data: Any, place: str) -> Fraction:
    if isinstance(data, (Mapping, list, tuple)) or data is None:
        _refuse(place, data, "a number")
    try:
        return parse_rational(data) if isinstance(data, str) else as_rational(data)
    except InputError as error:
        raise InputError(f"{place}: {error.message}") from None


def _array(data: Any, place: str) -> Sequence[Any]:
    if not isinstance(data, (list, tuple)):
        _refuse(place, data, "an array")
    return data


def _refuse(place: str, data: Any, wanted: str) -> NoReturn:
    names: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (_Numeral, "a number"),
        (str, "a text"),
        (bool, "true or false"),
        ((int, float, Fraction), "a number"),
        (Mapping, "an object"),
        ((list, tuple), "an array"),
        (type(None), "null"),
    )
    found = next((name for kind, name in names if isinstance(data, kind)), type(data).__name__)
    raise InputError(f"{place or 'the network'} is {found}; {wanted} is needed")


def _clip(text: str) -> str:
    return text if len(text) <= _MAX_NAME_LENGTH else f"{text[:_MAX_NAME_LENGTH]}..."
