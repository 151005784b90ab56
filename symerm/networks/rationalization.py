"""Shorter rationals for the parameters of a trained network, on purpose only.

The exact value of a float32 such as 0.1 is 13421773/134217728.  Two replacements are offered.
The shortest decimal: all reals that round to a float with m significant bits form an interval
between two midpoints (closed where the last bit is even), and it is the decimal in there with the
fewest digits, the nearest of these to the float.  And the best approximation with denominator at
most N, by continued fractions.  Either changes the network, and `largest_change` says by how much.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from symerm.errors import InputError
from symerm.networks.deep import DeepNetwork
from symerm.networks.gradients import parameter_vector
from symerm.networks.shallow import ShallowNetwork
from symerm.networks.tensors import StateDict, Tensor, exact_state_dict

__all__ = ["largest_change", "rationalize", "shortest_decimal"]

#: Significant bits, and the exponent of two of the smallest positive value.
_FLOATS = {
    "float16": (11, -24),
    "bfloat16": (8, -133),
    "float32": (24, -149),
    "float64": (53, -1074),
}


def rationalize(tensors: Mapping[str, Any], *, to: int | str) -> StateDict:
    """Tensors with their entries replaced by shorter rationals.

    Parameters
    ----------
    tensors : mapping
        `Tensor` objects or arrays by name: their types say which decimals are as good.
    to : "shortest" or int
        The shortest decimal that rounds to the entry in the entry's own type, or the nearest
        fraction with at most this denominator.

    Raises
    ------
    InputError
        If `to` is neither.

    Examples
    --------
    >>> import numpy
    >>> arrays = {"bias": numpy.array([0.1, 1 / 3], dtype="float32")}
    >>> [str(entry) for entry in rationalize(arrays, to="shortest")["bias"].entries]
    ['1/10', '16666667/50000000']
    >>> [str(entry) for entry in rationalize(arrays, to=7)["bias"].entries]
    ['1/7', '1/3']
    """
    if to != "shortest" and (isinstance(to, (bool, str)) or to < 1):
        raise InputError(f"give 'shortest' or the largest denominator, not {to!r}")
    exact = exact_state_dict(tensors)
    return StateDict(
        {name: _rationalized(tensor, to) for name, tensor in exact.items()}, ordered=exact.ordered
    )


def _rationalized(tensor: Tensor, to: int | str) -> Tensor:
    if isinstance(to, int):
        entries = tuple(value.limit_denominator(to) for value in tensor.entries)
    else:
        entries = tuple(shortest_decimal(value, tensor.dtype) for value in tensor.entries)
    return Tensor(tensor.shape, tensor.dtype, entries)


def largest_change(
    network: ShallowNetwork | DeepNetwork, other: ShallowNetwork | DeepNetwork
) -> Fraction:
    """The largest difference between corresponding parameters of two networks of one shape.

    Raises
    ------
    InputError
        If the networks have different numbers of parameters.

    Examples
    --------
    >>> one = Fraction(1)
    >>> network = ShallowNetwork(((one,),), (one,), ((3 * one,),), (one,))
    >>> other = ShallowNetwork(((one,),), (one / 2,), ((3 * one,),), (one,))
    >>> largest_change(network, other)
    Fraction(1, 2)
    """
    first, second = parameter_vector(network), parameter_vector(other)
    if len(first) != len(second):
        raise InputError("the networks have different numbers of parameters")
    return max((abs(a - b) for a, b in zip(first, second, strict=True)), default=Fraction(0))


def shortest_decimal(value: Fraction, dtype: str) -> Fraction:
    """The shortest decimal that rounds, ties to even, to a value of a machine type.

    Parameters
    ----------
    value : Fraction
        Representable in the type.
    dtype : str
        A key of `symerm.networks.tensors.ELEMENT_SIZES`; integers are their own decimals.

    Raises
    ------
    InputError
        If the type of floats has no such value.

    Examples
    --------
    >>> shortest_decimal(Fraction(13421773, 134217728), "float32")
    Fraction(1, 10)
    """
    if dtype not in _FLOATS or value == 0:
        return value
    if value < 0:
        return -shortest_decimal(-value, dtype)
    bits, lowest = _FLOATS[dtype]
    unit = max(_power_below(value, 2) - bits + 1, lowest)
    significand = value / _power(2, unit)
    if significand.denominator != 1:
        raise InputError(f"{value} is not a {dtype}")
    # Below a power of two the floats lie twice as densely.
    is_power = significand == 2 ** (bits - 1) and unit > lowest
    lower = (significand - Fraction(1, 4 if is_power else 2)) * _power(2, unit)
    upper = (significand + Fraction(1, 2)) * _power(2, unit)
    closed = significand.numerator % 2 == 0
    leading = _power_below(value, 10)
    for digit in range(bits):
        step = _power(10, leading - digit)
        below = value // step * step
        # The nearest decimal may lie on the denser side and fall outside where the other does not.
        inside = [
            decimal
            for decimal in (below, below + step)
            if lower < decimal < upper or (closed and decimal in (lower, upper))
        ]
        if inside:
            # Of two equally near ones the one with the even digit, as Python and numpy print it.
            return min(inside, key=lambda x: (abs(x - value), x / step % 2))
    raise AssertionError("a float is a decimal itself")  # pragma: no cover


def _power(base: int, exponent: int) -> Fraction:
    return Fraction(base) ** exponent


def _power_below(value: Fraction, base: int) -> int:
    """The largest k with base^k <= value, for a positive value."""
    numerator, denominator = value.numerator, value.denominator
    # The quotient of the numbers of digits is off by at most one.
    estimate = _digits(numerator, base) - _digits(denominator, base)
    return estimate if _power(base, estimate) <= value else estimate - 1


def _digits(value: int, base: int) -> int:
    return value.bit_length() if base == 2 else len(str(value))
