"""The distance of the parameters of two networks, modulo the symmetries of two layers.

Reordering neurons and (w, b, v) -> (t w, t b, v / t), t > 0, change no function of a network with
activation max(z, gamma z).  *Free scaling* keeps A and takes the least |A - B'| over all B' that
arise from B in this way: the distance of A from an orbit, not symmetric in A and B.  *Balanced*
compares the balanced forms, |v| = |(w, b)| in maximum norm for every neuron, and minimises over
orders only: a metric on classes of networks, and the distance of inverse stability (Berner,
Elbraechter, Grohs 2019).  The best order is an assignment, solved with a proof of optimality.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.surds import Surd
from symerm.display import RichDisplay, Table, bounds_text, listing
from symerm.errors import InputError, UnsupportedError
from symerm.networks.deep import DeepNetwork
from symerm.networks.gradients import parameter_vector
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.neuron_matching import (
    Enclosure,
    Neuron,
    Scales,
    enclosed,
    match_by_maximum,
    match_by_squares,
)

__all__ = [
    "MAX_MATCHED",
    "Enclosure",
    "MatchedNeurons",
    "ParameterDistance",
    "entrywise_distance",
    "parameter_distance",
]

#: More neurons are not matched.
MAX_MATCHED = 500

_ZERO = Fraction(0)
_WIDTH = Fraction(1, 10**12)


@dataclass(frozen=True)
class MatchedNeurons:
    """A neuron of A and the neuron of B that is matched with it.

    Attributes
    ----------
    first, second : int or None
        Their numbers, counted from 0; None for a zero neuron that fills up the narrower network.
    scales : pair of Surd or None
        The factors t of their input weights and biases; None if the neuron is replaced by the
        zero neuron, which realises the same function.
    distance : Enclosure
    """

    first: int | None
    second: int | None
    scales: Scales
    distance: Enclosure


@dataclass(frozen=True)
class ParameterDistance(RichDisplay):
    """The least distance over all orders of neurons, and over scalings unless balanced.

    Attributes
    ----------
    norm : ``"max"`` or ``"euclidean"``
    balanced : bool
    distance : Enclosure
        Output biases are included; no order is better by more than the width of the enclosure.
    output_biases : Enclosure
        The share of the output biases.
    neurons : tuple of MatchedNeurons
        In the order of A.
    padded : int
        How many zero neurons were added to A, or to B if negative.
    first_apart, second_apart : tuples of int
        Places in the padded networks, m + 1 in number together: neurons of A and of B all of whose
        mutual distances are at least the largest distance of the matching, so that every order
        matches two of them.  Empty in the Euclidean norm.
    """

    norm: str
    balanced: bool
    distance: Enclosure
    output_biases: Enclosure
    neurons: tuple[MatchedNeurons, ...]
    padded: int
    first_apart: tuple[int, ...]
    second_apart: tuple[int, ...]

    def _display(self) -> Table:
        """The matched neurons, counted from 1, with the distance as caption, for notebooks."""
        how = "balanced, reordered" if self.balanced else "reordered and rescaled"
        return listing(
            ["first network", "second network", "distance"],
            self.neurons,
            lambda pair: [
                "zero" if pair.first is None else str(pair.first + 1),
                "zero" if pair.second is None else str(pair.second + 1),
                _text(pair.distance),
            ],
            caption=f"distance {_text(self.distance)} in the {self.norm} norm, {how}",
        )


def _text(distance: Enclosure) -> str:
    if distance.exact is not None:
        return str(distance.exact)
    return distance.formula or bounds_text(distance.lower, distance.upper)


def parameter_distance(
    first: ShallowNetwork,
    second: ShallowNetwork,
    *,
    norm: str = "max",
    balanced: bool = False,
    width: Fraction = _WIDTH,
) -> ParameterDistance:
    """The distance of the parameters of A from those of B, its neurons reordered and rescaled.

    Parameters
    ----------
    first, second : ShallowNetwork
        A and B, with one activation relu or leaky; zero neurons fill up the narrower one.
    norm : ``"max"`` or ``"euclidean"``
        Of all weights and biases.
    balanced : bool
        Compare the balanced forms of A and B, not A with all rescalings of B.
    width : Fraction
        Largest width of an enclosure.

    Raises
    ------
    InputError
        If the numbers of inputs or outputs differ, or there is no such norm.
    UnsupportedError
        If the activations differ or are not positively homogeneous.

    Examples
    --------
    >>> one, zero = Fraction(1), Fraction(0)
    >>> a = ShallowNetwork(((one,), (-one,)), (zero, one), ((one,), (one,)), (zero,))
    >>> b = ShallowNetwork(((-4 * one,), (one,)), (4 * one, zero), ((one,), (one,)), (zero,))
    >>> found = parameter_distance(a, b)
    >>> str(found.distance.exact), [pair.second for pair in found.neurons]
    ('1', [1, 0])
    >>> [str(pair.scales[1]) for pair in found.neurons]
    ['1', '1/2']
    """
    if norm not in ("max", "euclidean"):
        raise InputError(f"there is no norm {norm!r} of parameters; use max or euclidean")
    _check(first, second)
    size = max(first.width, second.width)
    rows, columns = _neurons(first, size, second), _neurons(second, size, first)
    biases = tuple(
        a - b for a, b in zip(first.output_biases, second.output_biases, strict=True)
    )
    find = match_by_maximum if norm == "max" else match_by_squares
    found = find(rows, columns, biases, balanced, width)
    return ParameterDistance(
        norm,
        balanced,
        found.distance,
        found.output_biases,
        tuple(
            MatchedNeurons(
                row if row < first.width else None,
                column if column < second.width else None,
                scales,
                distance,
            )
            for row, (column, scales, distance) in enumerate(found.matched)
        ),
        size - first.width or second.width - size,
        found.first_apart,
        found.second_apart,
    )


def entrywise_distance(
    first: ShallowNetwork | DeepNetwork,
    second: ShallowNetwork | DeepNetwork,
    *,
    norm: str = "max",
    width: Fraction = _WIDTH,
) -> Enclosure:
    """The norm of the difference of the parameters as they stand, for networks of one shape.

    Raises
    ------
    InputError
        If the shapes differ, or there is no such norm.
    UnsupportedError
        If the activations differ.

    Examples
    --------
    >>> one = Fraction(1)
    >>> a = ShallowNetwork(((one,),), (one,), ((3 * one,),), (one,))
    >>> b = ShallowNetwork(((one,),), (2 * one,), ((3 * one,),), (-one,))
    >>> str(entrywise_distance(a, b, norm="euclidean").exact)
    'sqrt(5)'
    """
    if _shape(first) != _shape(second):
        raise InputError(
            f"parameters are compared for networks of one shape, not {_shape(first)} and "
            f"{_shape(second)}"
        )
    _check_activations(first, second)
    a, b = parameter_vector(first), parameter_vector(second)
    changes = [x - y for x, y in zip(a, b, strict=True)]
    if norm == "max":
        return enclosed(Surd(max(map(abs, changes), default=_ZERO)), width)
    if norm == "euclidean":
        return enclosed(Surd.root(sum((x * x for x in changes), _ZERO)), width)
    raise InputError(f"there is no norm {norm!r} of parameters; use max or euclidean")


def _neurons(network: ShallowNetwork, size: int, other: ShallowNetwork) -> list[Neuron]:
    dimension = network.input_dimension if network.width else other.input_dimension
    zero = Neuron((_ZERO,) * (dimension + 1), (_ZERO,) * network.output_dimension)
    return [
        Neuron((*weights, bias), outputs)
        for weights, bias, outputs in zip(
            network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
        )
    ] + [zero] * (size - network.width)


def _check(first: ShallowNetwork, second: ShallowNetwork) -> None:
    for network in (first, second):
        if not network.activation.is_piecewise_linear:
            raise UnsupportedError(
                "parameters are compared up to scaling for the activations relu and leaky, not "
                f"{network.activation.name}"
            )
        if network.width > MAX_MATCHED:
            raise UnsupportedError(
                f"a network has {network.width} neurons; at most {MAX_MATCHED} are matched"
            )
    _check_activations(first, second)
    if first.output_dimension != second.output_dimension:
        raise InputError(
            f"the networks have {first.output_dimension} and {second.output_dimension} outputs"
        )
    if first.width and second.width and first.input_dimension != second.input_dimension:
        raise InputError(
            f"the networks have {first.input_dimension} and {second.input_dimension} inputs"
        )


def _check_activations(
    first: ShallowNetwork | DeepNetwork, second: ShallowNetwork | DeepNetwork
) -> None:
    if first.activation != second.activation:
        raise UnsupportedError(
            f"the activations differ: {first.activation.name} and {second.activation.name}"
        )


def _shape(network: ShallowNetwork | DeepNetwork) -> tuple[int, ...]:
    """The widths of all layers, from the inputs to the outputs."""
    hidden = network.widths if isinstance(network, DeepNetwork) else (network.width,)
    return network.input_dimension, *hidden, network.output_dimension
