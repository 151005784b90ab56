"""All configurations of N hidden neurons, up to symmetry, walked from the type graph of a neuron.

A critical point is solved for once its neurons are known by type, by flatness, and by the order
in which kinks inside (T0, T1) follow and coincide.  A neuron of a class is known up to positive
scaling, neurons up to permutation, and configurations up to the mirror x -> T0 + T1 - x, which
turns the residual r into -r(T0 + T1 - x) and v into -v.  For x^2 the place where w x + b = 0
takes the part of the kink, and the order of these places plays no role.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement

from symerm.arrangements.interval_types import interval_reflection, interval_type_graph, type_label
from symerm.arrangements.neuron_types import NeuronType
from symerm.errors import InputError

__all__ = [
    "Configuration",
    "NeuronClass",
    "configurations",
    "neuron_signs",
    "outer_classes",
]

Signs = tuple[int, int, int]

_UNIT = (Fraction(0), Fraction(1))
#: Output weights told apart: zero or not; at an end of the interval also by the sign of alpha v.
_FLAT, _WEIGHTED, _POSITIVE, _NEGATIVE = "flat", "non-flat", "alpha v > 0", "alpha v < 0"
_MIRRORED_OUTPUT = {_POSITIVE: _NEGATIVE, _NEGATIVE: _POSITIVE}


@dataclass(frozen=True, order=True)
class NeuronClass:
    """A hidden neuron up to positive scaling and, if its kink is inside, up to the kink's place.

    Attributes
    ----------
    type : str
        A label of `symerm.arrangements.interval_types.interval_type_graph`; for leaky slopes
        the inactive neurons are ``"inactive, w = 0"``, ``"inactive, w > 0"`` and
        ``"inactive, w < 0"``.  For x^2: ``"degenerate"``, ``"constant"`` or ``"sloped"``.
    output : str
        ``"flat"`` or ``"non-flat"``; for the ReLU and neurons that are semi-inactive
        ``"flat"``, ``"alpha v > 0"`` or ``"alpha v < 0"``.
    """

    type: str
    output: str

    @property
    def flat(self) -> bool:
        """Whether v = 0."""
        return self.output == _FLAT

    @property
    def facing(self) -> int:
        """The sign of w, if the kink is inside; else 0."""
        return {"right": 1, "left": -1}.get(self.type.rpartition(" facing ")[2], 0)

    def mirrored(self) -> NeuronClass:
        """The class of the mirror image.

        Examples
        --------
        >>> NeuronClass("semi-inactive at T0", "alpha v > 0").mirrored()
        NeuronClass(type='semi-inactive at T1', output='alpha v < 0')
        """
        return _mirrored(self)


@dataclass(frozen=True, order=True)
class Configuration:
    """A multiset of neurons, those with a kink inside grouped by its place.

    Attributes
    ----------
    outer : tuple of NeuronClass
        Neurons without a kink inside, sorted.
    kinks : tuple of tuples of NeuronClass
        From left to right the distinct kinks, each with its neurons, sorted.  For x^2 the
        distinct zeros of w x + b, in no order.
    """

    outer: tuple[NeuronClass, ...]
    kinks: tuple[tuple[NeuronClass, ...], ...]

    @property
    def width(self) -> int:
        """The number of neurons."""
        return len(self.outer) + sum(map(len, self.kinks))

    def mirrored(self) -> Configuration:
        """The configuration of the mirror image."""
        return Configuration(
            tuple(sorted(neuron.mirrored() for neuron in self.outer)),
            tuple(tuple(sorted(n.mirrored() for n in group)) for group in reversed(self.kinks)),
        )


def configurations(width: int, activation: str) -> Iterator[Configuration]:
    """All configurations of a width, one of each mirrored pair.

    Parameters
    ----------
    width : int
    activation : str
        ``"relu"``, ``"leaky"`` or ``"quadratic"``.

    Raises
    ------
    InputError
        If the width is less than one or there is no such activation.

    Examples
    --------
    >>> [len(list(configurations(width, "relu"))) for width in (1, 2, 3)]
    [15, 175, 1599]
    >>> print([c.kinks[0][0].output for c in configurations(1, "quadratic") if c.kinks])
    ['flat', 'non-flat']
    """
    if width < 1:
        raise InputError(f"the width must be at least one, not {width}")
    outer = outer_classes(activation)
    inner = _inner_classes(activation)
    for inside in range(width + 1):
        for kinks in _sequences(inner, inside):
            # Without an order of the kinks every partition comes once.
            if activation == "quadratic" and list(kinks) != sorted(kinks):
                continue
            for rest in combinations_with_replacement(outer, width - inside):
                found = Configuration(rest, kinks)
                if activation == "quadratic" or found <= found.mirrored():
                    yield found


def outer_classes(activation: str) -> tuple[NeuronClass, ...]:
    """The classes of neurons without a kink inside, sorted.

    Examples
    --------
    >>> len(outer_classes("relu")), len(outer_classes("leaky")), len(outer_classes("quadratic"))
    (20, 22, 4)
    """
    if activation == "quadratic":
        types = ["degenerate", "constant"]
    elif activation in ("relu", "leaky"):
        types = [name for name, signs in _types(activation).items() if not _inside(signs)]
    else:
        raise InputError(
            f"there are no configurations for the activation {activation}; "
            "use relu, leaky or quadratic"
        )
    # Only where a small move of the kink matters at first order does the sign of v, too.
    by_sign = {name for name in types if activation == "relu" and name.startswith("semi-inactive")}
    return tuple(
        sorted(
            NeuronClass(name, output)
            for name in types
            for output in (
                (_FLAT, _POSITIVE, _NEGATIVE) if name in by_sign else (_FLAT, _WEIGHTED)
            )
        )
    )


def neuron_signs(neuron: NeuronClass) -> Signs:
    """The signs of w x + b at T0 and T1 and of w, for max(z, gamma z).

    Examples
    --------
    >>> neuron_signs(NeuronClass("semi-inactive at T1", "flat"))
    (-1, 0, 1)
    """
    return _all_types()[neuron.type]


def _inner_classes(activation: str) -> tuple[NeuronClass, ...]:
    names = (
        ["sloped"]
        if activation == "quadratic"
        else [name for name, signs in _types(activation).items() if _inside(signs)]
    )
    return tuple(sorted(NeuronClass(name, output) for name in names for output in
                        (_FLAT, _WEIGHTED)))


def _inside(signs: Signs) -> bool:
    return signs[0] * signs[1] < 0


@cache
def _types(activation: str) -> dict[str, Signs]:
    """The types of a neuron by their labels, from the type graph."""
    graph = interval_type_graph(_UNIT)
    found: dict[str, Signs] = {}
    for node in graph:
        if graph.nodes[node]["neuron_type"] is NeuronType.INACTIVE and activation == "leaky":
            # Where the activation does not vanish, a slope below zero counts.
            found |= {
                f"inactive, w {relation} 0": (-1, -1, sign)
                for relation, sign in (("=", 0), (">", 1), ("<", -1))
            }
        else:
            found[type_label(graph, node)] = node
    return found


@cache
def _all_types() -> dict[str, Signs]:
    return {**_types("relu"), **_types("leaky")}


@cache
def _mirrored_types() -> dict[str, str]:
    graph = interval_type_graph(_UNIT)
    images = {
        type_label(graph, node): type_label(graph, image)
        for node, image in interval_reflection(graph).items()
    }
    return images | {"inactive, w > 0": "inactive, w < 0", "inactive, w < 0": "inactive, w > 0"}


@cache
def _mirrored(neuron: NeuronClass) -> NeuronClass:
    return NeuronClass(
        _mirrored_types().get(neuron.type, neuron.type),
        _MIRRORED_OUTPUT.get(neuron.output, neuron.output),
    )


def _sequences(
    classes: Sequence[NeuronClass], count: int
) -> Iterator[tuple[tuple[NeuronClass, ...], ...]]:
    """Sequences of non-empty multisets of classes with `count` members in all."""
    if count == 0:
        yield ()
        return
    for first in range(1, count + 1):
        for group in combinations_with_replacement(classes, first):
            for rest in _sequences(classes, count - first):
                yield (group, *rest)
