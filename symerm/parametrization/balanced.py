"""Bias-free ReLU networks with balanced neurons, and the Sobolev seminorm of their differences.

R(Gamma)(x) = sum_i c_i max(<a_i, x>, 0) with a_i in R^d, c_i in R^D is balanced if |c_i| = |a_i| in
maximum norms.  Every neuron has one balanced form: a = s u, c = s v with |u| = |v| = 1 and
s^2 = |a| |c|.  For rational networks u, v and s^2 are rational, so all entries are roots of
rationals (after Berner, Elbraechter, Grohs 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.surds import rational_root, signed_root_bounds, signed_square
from symerm.errors import InputError, UnsupportedError
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.kinks import kink_form
from symerm.parametrization.seminorm import DEFAULT_LIMIT, sobolev_seminorm

__all__ = ["BalancedNetwork", "BalancedNeuron", "balance", "gradient_distance", "require_bias_free"]

Vector = tuple[Fraction, ...]
_ZERO = Fraction(0)


@dataclass(frozen=True)
class BalancedNeuron:
    """The neuron s v max(<s u, x>, 0) with s = sqrt(square).

    Attributes
    ----------
    direction : d Fractions
        u, of maximum norm 1; all zero for the zero neuron.
    outputs : D Fractions
        v, of maximum norm 1; all zero for the zero neuron.
    square : Fraction
        s^2 >= 0, the product of the norms of input and output weights.
    """

    direction: Vector
    outputs: Vector
    square: Fraction

    def __post_init__(self) -> None:
        norm = 1 if self.square else 0
        if self.square < 0 or not _norm(self.direction) == _norm(self.outputs) == norm:
            raise InputError(
                "a balanced neuron needs a direction and outputs of maximum norm 1 and a positive "
                "square, or zeros only; use balance"
            )

    @property
    def is_zero(self) -> bool:
        """Whether all parameters are zero."""
        return not self.square

    @property
    def entry_squares(self) -> Vector:
        """The signed squares x |x| of the d + D parameters a, c."""
        return tuple(self.square * signed_square(x) for x in (*self.direction, *self.outputs))

    @property
    def jump(self) -> tuple[Vector, ...]:
        """c a^T, D rows of d Fractions: by how much the derivative jumps across the kink."""
        return tuple(tuple(self.square * v * u for u in self.direction) for v in self.outputs)


@dataclass(frozen=True)
class BalancedNetwork:
    """A balanced bias-free ReLU network.

    Attributes
    ----------
    input_dimension, output_dimension : int
        d and D.
    neurons : tuple of BalancedNeuron
    """

    input_dimension: int
    output_dimension: int
    neurons: tuple[BalancedNeuron, ...]

    def __post_init__(self) -> None:
        for number, neuron in enumerate(self.neurons, start=1):
            shape = len(neuron.direction), len(neuron.outputs)
            if shape != (self.input_dimension, self.output_dimension):
                raise InputError(f"neuron {number} has {shape[0]} inputs and {shape[1]} outputs")

    @property
    def width(self) -> int:
        """Number m of neurons, the zero ones included."""
        return len(self.neurons)

    def __call__(self, point: Sequence[Fraction]) -> Vector:
        """The value at a point."""
        total = [_ZERO] * self.output_dimension
        for neuron in self.neurons:
            height = sum((u * x for u, x in zip(neuron.direction, point, strict=True)), _ZERO)
            if height > 0:
                height *= neuron.square
                total = [t + height * v for t, v in zip(total, neuron.outputs, strict=True)]
        return tuple(total)

    def padded(self, width: int) -> BalancedNetwork:
        """The network with zero neurons added up to a width.

        Raises
        ------
        InputError
            If the network is wider.
        """
        if width < self.width:
            raise InputError(f"a network of width {self.width} does not fit into width {width}")
        zero = BalancedNeuron(
            (_ZERO,) * self.input_dimension, (_ZERO,) * self.output_dimension, _ZERO
        )
        neurons = self.neurons + (zero,) * (width - self.width)
        return BalancedNetwork(self.input_dimension, self.output_dimension, neurons)

    def function_network(self) -> ShallowNetwork:
        """A rational network, in general not balanced, that realises the same function."""
        return self._network([(Fraction(1), neuron.square) for neuron in self.neurons])

    def rational_network(self) -> ShallowNetwork | None:
        """The parameters, if all of them are rational."""
        sizes = []
        for neuron in self.neurons:
            size = rational_root(neuron.square)
            if size is None:
                return None
            sizes.append((size, size))
        return self._network(sizes)

    def enclosure(self, width: Fraction) -> tuple[tuple[tuple[Fraction, Fraction], ...], ...]:
        """Bounds of the d + D parameters of every neuron, at most `width` > 0 apart."""
        return tuple(
            tuple(signed_root_bounds(square, width) for square in neuron.entry_squares)
            for neuron in self.neurons
        )

    def _network(self, sizes: Sequence[tuple[Fraction, Fraction]]) -> ShallowNetwork:
        pairs = list(zip(self.neurons, sizes, strict=True))
        return ShallowNetwork(
            tuple(tuple(size * u for u in neuron.direction) for neuron, (size, _) in pairs),
            (_ZERO,) * self.width,
            tuple(tuple(size * v for v in neuron.outputs) for neuron, (_, size) in pairs),
            (_ZERO,) * self.output_dimension,
        )


def balance(network: ShallowNetwork) -> BalancedNetwork:
    """The balanced network with the same neurons up to scaling, thus with the same function.

    Parameters
    ----------
    network : ShallowNetwork
        ReLU, without biases.

    Raises
    ------
    InputError
        If there is a bias.
    UnsupportedError
        If the activation is not relu.

    Examples
    --------
    >>> zero, one, four = Fraction(0), Fraction(1), Fraction(4)
    >>> network = ShallowNetwork(((one, one / 2),), (zero,), ((-four,),), (zero,))
    >>> balanced = balance(network)
    >>> [str(x) for x in balanced.neurons[0].entry_squares]
    ['4', '1', '-4']
    >>> balanced.rational_network().output_weights
    ((Fraction(-2, 1),),)
    """
    require_bias_free(network)
    neurons = []
    for weights, outputs in zip(network.hidden_weights, network.output_weights, strict=True):
        length, size = _norm(weights), _norm(outputs)
        if not length * size:
            neurons.append(BalancedNeuron((_ZERO,) * len(weights), (_ZERO,) * len(outputs), _ZERO))
            continue
        neurons.append(
            BalancedNeuron(
                tuple(w / length for w in weights), tuple(v / size for v in outputs), length * size
            )
        )
    return BalancedNetwork(network.input_dimension, network.output_dimension, tuple(neurons))


def require_bias_free(network: ShallowNetwork) -> None:
    """Refuse a network with biases or with another activation than relu.

    Raises
    ------
    InputError
    UnsupportedError
    """
    if network.activation.kind != "relu":
        raise UnsupportedError(
            f"inverse stability is known for the activation relu, not {network.activation.name}"
        )
    if any(network.hidden_biases) or any(network.output_biases):
        raise InputError("the network has biases; lift its inputs (--lift)")


def gradient_distance(
    first: BalancedNetwork, second: BalancedNetwork, *, limit: int = DEFAULT_LIMIT
) -> Fraction:
    """|f - g|_{W1,inf} of two functions: the largest entry of the derivative of f - g.

    Parameters
    ----------
    first, second : BalancedNetwork
        With the same numbers of inputs and outputs.
    limit : int
        Largest number of cells of the search.

    Raises
    ------
    InputError
        If the dimensions differ.
    BudgetExceeded
        If the search needs more cells.

    Examples
    --------
    >>> one, zero = Fraction(1), Fraction(0)
    >>> ramps = [BalancedNeuron(u, (one,), one) for u in ((one, one / 2), (one / 2, one))]
    >>> f, g = (BalancedNetwork(2, 1, (ramp,)) for ramp in ramps)
    >>> gradient_distance(f, g)
    Fraction(1, 1)
    """
    dimensions = first.input_dimension, first.output_dimension
    if dimensions != (second.input_dimension, second.output_dimension):
        raise InputError(
            f"a network with {dimensions[0]} inputs and {dimensions[1]} outputs cannot be compared "
            f"with one with {second.input_dimension} and {second.output_dimension}"
        )
    parts = [(neuron, sign) for sign, network in ((1, first), (-1, second))
             for neuron in network.neurons if not neuron.is_zero]
    if not parts:
        return _ZERO
    difference = ShallowNetwork(
        tuple(neuron.direction for neuron, _ in parts),
        (_ZERO,) * len(parts),
        tuple(tuple(sign * neuron.square * v for v in neuron.outputs) for neuron, sign in parts),
        (_ZERO,) * dimensions[1],
    )
    return sobolev_seminorm(kink_form(difference), limit=limit).value


def _norm(vector: Sequence[Fraction]) -> Fraction:
    return max(map(abs, vector), default=_ZERO)
