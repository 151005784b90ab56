"""The restricted set N* of parametrizations, on which the realization map is inverse stable.

N* holds the bias-free ReLU networks whose neurons are balanced, |c_i| = |a_i| in maximum norm (1),
of which no two have the same direction (2), and whose weights have positive last two entries
(3), zero neurons excepted.  Kinks then lie on different hyperplanes, so that a function has at
most one parametrization in N*, up to the order of its neurons.  Every network with biases on R^p
and width m is on the slice (x, 1, -1) a network of N* of width m + 1 on R^(p+2)
(Berner, Elbraechter, Grohs 2019, Theorem 3.1 and the lifting in section 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from symerm.arithmetic.linalg import primitive
from symerm.arithmetic.rationals import format_rational
from symerm.errors import InputError
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.balanced import BalancedNetwork, balance, require_bias_free

__all__ = [
    "Membership",
    "from_restricted_set",
    "require_restricted",
    "restricted_form",
    "restricted_membership",
    "to_restricted_set",
]

Vector = tuple[Fraction, ...]
_ZERO = Fraction(0)


@dataclass(frozen=True)
class Membership:
    """Which of the conditions of N* a network meets; neurons are counted from 1.

    Attributes
    ----------
    unbalanced : tuple of (neuron, |a|, |c|)
        Neurons that violate condition 1.
    same_direction : pairs of neurons
        That violate condition 2.
    not_positive : tuple of int
        Neurons that violate condition 3.
    """

    unbalanced: tuple[tuple[int, Fraction, Fraction], ...]
    same_direction: tuple[tuple[int, int], ...]
    not_positive: tuple[int, ...]

    @property
    def holds(self) -> bool:
        """Whether the network is in N*."""
        return not (self.unbalanced or self.same_direction or self.not_positive)

    @property
    def reasons(self) -> tuple[str, ...]:
        """One sentence for each violated condition, with its first violation."""
        found = []
        if self.unbalanced:
            number, length, size = self.unbalanced[0]
            found.append(
                f"condition 1: neuron {number} is not balanced, its largest weights are "
                f"|a| = {format_rational(length)} and |c| = {format_rational(size)}"
            )
        if self.same_direction:
            first, second = self.same_direction[0]
            found.append(f"condition 2: neurons {first} and {second} have the same direction")
        if self.not_positive:
            found.append(
                f"condition 3: the last two weights of neuron {self.not_positive[0]} are not both "
                "positive"
            )
        return tuple(found)


def restricted_membership(network: ShallowNetwork | BalancedNetwork) -> Membership:
    """Check the three conditions of N*.

    Parameters
    ----------
    network : ShallowNetwork or BalancedNetwork
        ReLU, without biases, with at least two inputs.

    Raises
    ------
    InputError
        If there is a bias or only one input.
    UnsupportedError
        If the activation is not relu.

    Examples
    --------
    >>> zero, one = Fraction(0), Fraction(1)
    >>> network = ShallowNetwork(((one, one), (one, -one)), (zero, zero), ((one,), (one,)), (zero,))
    >>> restricted_membership(network).reasons
    ('condition 3: the last two weights of neuron 2 are not both positive',)
    """
    if isinstance(network, BalancedNetwork):
        network = network.function_network()
        balanced = True
    else:
        require_bias_free(network)
        balanced = False
    _require_two_inputs(network)
    sizes = [
        (number, max(map(abs, weights)), max(map(abs, outputs)))
        for number, (weights, outputs) in enumerate(
            zip(network.hidden_weights, network.output_weights, strict=True), start=1
        )
    ]
    directions = [
        (number, primitive(weights))
        for number, weights in enumerate(network.hidden_weights, start=1)
        if any(weights)
    ]
    return Membership(
        () if balanced else tuple(size for size in sizes if size[1] != size[2]),
        tuple(
            (first, second)
            for (first, u), (second, v) in combinations(directions, 2)
            if u == v
        ),
        tuple(number for number, u in directions if not _is_positive(u)),
    )


def require_restricted(network: ShallowNetwork | BalancedNetwork) -> BalancedNetwork:
    """The network as one of N*.

    Raises
    ------
    InputError
        If it is not in N*, with the first condition that fails.
    UnsupportedError
        If the activation is not relu.
    """
    membership = restricted_membership(network)
    if not membership.holds:
        raise InputError(
            f"the network is not in the restricted set: {membership.reasons[0]}; lift it (--lift)"
        )
    return network if isinstance(network, BalancedNetwork) else balance(network)


def restricted_form(network: ShallowNetwork, *, width: int | None = None) -> BalancedNetwork:
    """The parametrization in N* of the function that a bias-free network realises.

    Neurons on one hyperplane are merged in the order of their first appearance.  With all kinks
    oriented to positive last weights the function is sum_H delta_H max(z_H, 0) + L x; it is
    realised in N* exactly if L = 0 and every H can be so oriented.

    Parameters
    ----------
    network : ShallowNetwork
        ReLU, without biases.
    width : int, optional
        The width of the result, filled up with zero neurons; by default that of the network.

    Raises
    ------
    InputError
        If N* holds no parametrization of this width, or there are biases.
    UnsupportedError
        If the activation is not relu.

    Examples
    --------
    Two neurons of one direction:

    >>> zero, one = Fraction(0), Fraction(1)
    >>> network = ShallowNetwork(((one, one), (one, one)), (zero, zero), ((one,), (one,)), (zero,))
    >>> form = restricted_form(network)
    >>> [str(neuron.square) for neuron in form.neurons]
    ['2', '0']
    """
    require_bias_free(network)
    _require_two_inputs(network)
    merged: dict[tuple[int, ...], Vector] = {}
    linear = [[_ZERO] * network.input_dimension for _ in range(network.output_dimension)]
    for weights, outputs in zip(network.hidden_weights, network.output_weights, strict=True):
        if not any(weights):
            continue
        normal = primitive(weights)
        mirror = tuple(-n for n in normal)
        if not _is_positive(normal) and (_is_positive(mirror) or mirror in merged):
            # v max(z, 0) = v max(-z, 0) + v z.
            normal = mirror
            for row, v in zip(linear, outputs, strict=True):
                row[:] = [x + v * w for x, w in zip(row, weights, strict=True)]
        _merge(merged, normal, weights, outputs)
    kept = {normal: jump for normal, jump in merged.items() if any(jump)}
    if any(map(any, linear)) or not all(map(_is_positive, kept)):
        raise InputError(
            "no network of the restricted set realises the function: a kink is not active on the "
            "side of positive last inputs"
        )
    size = network.width if width is None else width
    if len(kept) > size:
        raise InputError(f"the function has {len(kept)} kinks, more than a width of {size} holds")
    found = _of_jumps(kept, network.input_dimension, network.output_dimension)
    return found.padded(size)


def to_restricted_set(network: ShallowNetwork) -> BalancedNetwork:
    """The network of N* on R^(p+2), of width m + 1, that agrees with the network at (x, 1, -1).

    A neuron (a, b) becomes (a, b1, b2) with b1 - b2 = b and b1, b2 > 0; constants become the
    neuron (0, 2, 1), as <(0, 2, 1), (x, 1, -1)> = 1.  The choice b1 = max(b, 0) + |(a, b)| keeps
    parallel neurons parallel; these are merged, and all are balanced.

    Parameters
    ----------
    network : ShallowNetwork
        ReLU, with p inputs and width m, with or without biases.

    Raises
    ------
    UnsupportedError
        If the activation is not relu.

    Examples
    --------
    >>> one = Fraction(1)
    >>> network = ShallowNetwork(((one,),), (-one,), ((one,),), (3 * one,))
    >>> lifted = to_restricted_set(network)
    >>> [[str(u) for u in neuron.direction] for neuron in lifted.neurons]
    [['1/2', '1/2', '1'], ['0', '1', '1/2']]
    >>> x = Fraction(5)
    >>> lifted((x, one, -one)) == network((x,))
    True
    """
    require_bias_free(
        ShallowNetwork(
            network.hidden_weights,
            (_ZERO,) * network.width,
            network.output_weights,
            (_ZERO,) * network.output_dimension,
            network.activation,
        )
    )
    merged: dict[tuple[int, ...], Vector] = {}
    constant = list(network.output_biases)
    for weights, bias, outputs in zip(
        network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
    ):
        if any(weights):
            margin = max(map(abs, (*weights, bias)))
            lifted = (*weights, max(bias, _ZERO) + margin, max(-bias, _ZERO) + margin)
            _merge(merged, primitive(lifted), lifted, outputs)
        elif bias > 0:
            constant = [x + bias * v for x, v in zip(constant, outputs, strict=True)]
    inputs = network.input_dimension
    merged[(0,) * inputs + (2, 1)] = tuple(constant)
    kept = {normal: jump for normal, jump in merged.items() if any(jump)}
    return _of_jumps(kept, inputs + 2, network.output_dimension).padded(network.width + 1)


def from_restricted_set(network: BalancedNetwork) -> ShallowNetwork:
    """The network with biases on R^p that agrees with a bias-free one on R^(p+2) at (x, 1, -1).

    Its entries are rational, it is in general not balanced; neurons that are constant on the
    slice go to the output biases and zero neurons are left out.

    Raises
    ------
    InputError
        If the network has less than two inputs.

    Examples
    --------
    >>> one = Fraction(1)
    >>> network = ShallowNetwork(((one,),), (-one,), ((one,),), (3 * one,))
    >>> again = from_restricted_set(to_restricted_set(network))
    >>> again((Fraction(5),)), again.width
    ((Fraction(7, 1),), 1)
    """
    if network.input_dimension < 2:
        raise InputError("the network has no slice (x, 1, -1): it has less than two inputs")
    weights, biases, outputs = [], [], []
    constant = (_ZERO,) * network.output_dimension
    for neuron in network.neurons:
        *slope, upper, lower = neuron.direction
        values = tuple(neuron.square * v for v in neuron.outputs)
        if any(slope):
            weights.append(tuple(slope))
            biases.append(upper - lower)
            outputs.append(values)
        elif upper > lower:
            constant = _plus(constant, ((upper - lower) * v for v in values))
    return ShallowNetwork(tuple(weights), tuple(biases), tuple(outputs), constant)


def _require_two_inputs(network: ShallowNetwork) -> None:
    if network.width and network.input_dimension < 2:
        raise InputError("the restricted set needs at least two inputs; lift them (--lift)")


def _is_positive(weights: Sequence[int]) -> bool:
    return weights[-2] > 0 and weights[-1] > 0


def _merge(
    merged: dict[tuple[int, ...], Vector],
    normal: tuple[int, ...],
    weights: Sequence[Fraction],
    outputs: Vector,
) -> None:
    """Add the jump of a neuron to that of its hyperplane, along the primitive normal."""
    lead = next(k for k, n in enumerate(normal) if n)
    scale = abs(weights[lead] / normal[lead])
    old = merged.get(normal, (_ZERO,) * len(outputs))
    merged[normal] = _plus(old, (scale * v for v in outputs))


def _of_jumps(
    jumps: dict[tuple[int, ...], Vector], inputs: int, outputs: int
) -> BalancedNetwork:
    if not jumps:
        return BalancedNetwork(inputs, outputs, ())
    return balance(
        ShallowNetwork(
            tuple(tuple(map(Fraction, normal)) for normal in jumps),
            (_ZERO,) * len(jumps),
            tuple(jumps.values()),
            (_ZERO,) * outputs,
        )
    )


def _plus(first: Iterable[Fraction], second: Iterable[Fraction]) -> Vector:
    return tuple(x + y for x, y in zip(first, second, strict=True))
