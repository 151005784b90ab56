"""Which neurons a network has on an interval: types, facings and the order of their kinks.

The parameters (w_j, b_j) with given types on [T0, T1] and a given order of the kinks -b_j/w_j,
coincidences included, form one type configuration: a set cut out by equations and strict
inequalities on which the loss is one formula.  The sets partition the parameters of all networks
of a width (Cheridito, Jentzen, Rossmannek 2021 sort critical points by them).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from symerm.arrangements.neuron_types import NeuronType, neuron_type
from symerm.errors import InputError, UnsupportedError
from symerm.networks.shallow import ShallowNetwork

if TYPE_CHECKING:
    import sympy

__all__ = ["PlacedNeuron", "TypeConfiguration"]

_KINDS = ("relu", "leaky", "quadratic")
#: The sign of w x + b on the interior of an interval that it does not change.
_SIGNS = {
    NeuronType.DEGENERATE: 0,
    NeuronType.INACTIVE: -1,
    NeuronType.SEMI_INACTIVE: -1,
    NeuronType.SEMI_ACTIVE: 1,
    NeuronType.TYPE_1_ACTIVE: 1,
}


@dataclass(frozen=True)
class PlacedNeuron:
    """The type of a neuron and the place of its kink among the kinks of a network.

    Attributes
    ----------
    type : NeuronType
    facing : int
        The sign of w.
    kink : int or None
        With n distinct kinks of type-2-active neurons: 1, .., n from left to right, 0 for a kink
        at T0, n + 1 for one at T1, None without a kink in [T0, T1].
    """

    type: NeuronType
    facing: int
    kink: int | None = None


@dataclass(frozen=True)
class TypeConfiguration:
    """Types of all neurons, with the order and the coincidences of their kinks.

    Attributes
    ----------
    neurons : tuple of PlacedNeuron
    activation : str
        ``"relu"``, ``"leaky"`` or ``"quadratic"``.
    negative_slope : Fraction or None
        The slope of a leaky activation; None leaves it symbolic.

    Raises
    ------
    InputError
        If a facing or a kink does not fit the type, or a number of a kink is left out.
    UnsupportedError
        If the activation is none of the three.

    Examples
    --------
    Two neurons that share a kink and face each other, and one that is active nowhere:

    >>> right = PlacedNeuron(NeuronType.TYPE_2_ACTIVE, 1, 1)
    >>> left = PlacedNeuron(NeuronType.TYPE_2_ACTIVE, -1, 1)
    >>> TypeConfiguration((right, left, PlacedNeuron(NeuronType.INACTIVE, 1))).kinks
    1
    """

    neurons: tuple[PlacedNeuron, ...]
    activation: str = "relu"
    negative_slope: Fraction | None = None

    def __post_init__(self) -> None:
        if self.activation not in _KINDS:
            raise UnsupportedError(
                f"the loss is a formula for relu, leaky and quadratic, not for {self.activation}"
            )
        if self.negative_slope is not None and self.activation != "leaky":
            raise InputError(f"the activation {self.activation} takes no negative slope")
        used = {place.kink for place in self.neurons if place.type is NeuronType.TYPE_2_ACTIVE}
        if used != set(range(1, len(used) + 1)):
            raise InputError("the kinks inside the interval are numbered 1, 2, .. without gaps")
        for number, place in enumerate(self.neurons, start=1):
            if (place.facing, place.kink) not in _places(place.type, len(used)):
                raise InputError(
                    f"neuron {number} cannot be {place.type.value} with facing {place.facing} "
                    f"and kink {place.kink}"
                )

    @classmethod
    def from_network(
        cls, network: ShallowNetwork, interval: tuple[Fraction, Fraction]
    ) -> TypeConfiguration:
        """The configuration of a network with one input and one output on [T0, T1].

        Raises
        ------
        InputError
            If T0 >= T1.
        UnsupportedError
            If there are several inputs or outputs, or for other activations.

        Examples
        --------
        >>> one = Fraction(1)
        >>> network = ShallowNetwork(((2 * one,),), (-one,), ((one,),), (one,))
        >>> TypeConfiguration.from_network(network, (Fraction(0), one)).neurons
        (PlacedNeuron(type=<NeuronType.TYPE_2_ACTIVE: 'type-2-active'>, facing=1, kink=1),)
        """
        low, high = interval
        if low >= high:
            raise InputError(f"the interval needs T0 < T1, not {low} and {high}")
        if network.input_dimension > 1 or network.output_dimension != 1:
            raise UnsupportedError("the true loss on an interval needs one input and one output")
        pairs = [
            (row[0], bias)
            for row, bias in zip(network.hidden_weights, network.hidden_biases, strict=True)
        ]
        inside = sorted({-b / w for w, b in pairs if w and low < -b / w < high})
        places = {kink: number for number, kink in enumerate([low, *inside, high])}
        activation = network.activation
        return cls(
            tuple(
                PlacedNeuron(
                    neuron_type(w, b, interval),
                    (w > 0) - (w < 0),
                    places.get(-b / w) if w else None,
                )
                for w, b in pairs
            ),
            activation.kind,
            activation.negative_slope if activation.kind == "leaky" else None,
        )

    @property
    def kinks(self) -> int:
        """The number n of distinct kinks inside (T0, T1)."""
        return len({p.kink for p in self.neurons if p.type is NeuronType.TYPE_2_ACTIVE})

    @property
    def order(self) -> tuple[int, ...]:
        """The positions of the type-2-active neurons, by kink from left to right."""
        inside = [j for j, p in enumerate(self.neurons) if p.type is NeuronType.TYPE_2_ACTIVE]
        return tuple(sorted(inside, key=lambda j: self.neurons[j].kink or 0))

    @property
    def twice_differentiable(self) -> bool:
        """Whether L is twice differentiable at all parameters of the configuration.

        With max(z, gamma z) a degenerate neuron breaks the gradient, a kink at T0 or T1 the
        Hessian, unless v_j = 0 or the residual vanishes (there).
        """
        ends = (0, self.kinks + 1)
        return self.activation == "quadratic" or not any(
            place.type is NeuronType.DEGENERATE or place.kink in ends for place in self.neurons
        )

    def conditions(
        self,
        weights: Sequence[sympy.Expr],
        biases: Sequence[sympy.Expr],
        ends: tuple[sympy.Expr, sympy.Expr],
    ) -> tuple[sympy.Basic, ...]:
        """The equations and strict inequalities that describe the configuration.

        Parameters
        ----------
        weights, biases : N symbols each
        ends : T0 and T1

        Examples
        --------
        >>> import sympy
        >>> left = TypeConfiguration((PlacedNeuron(NeuronType.TYPE_2_ACTIVE, -1, 1),))
        >>> w, b = sympy.symbols("w b")
        >>> left.conditions([w], [b], (0, 1))
        (w < 0, 0 < -b/w, -b/w < 1)
        """
        import sympy

        low, high = ends
        found = [sympy.Lt(low, high)]
        for place, w, b in zip(self.neurons, weights, biases, strict=True):
            found.append(_signed(w, place.facing))
            if place.type is not NeuronType.TYPE_2_ACTIVE:
                sign = _SIGNS[place.type]
                for x, number in ((low, 0), (high, self.kinks + 1)):
                    found.append(_signed(w * x + b, 0 if place.kink == number else sign))
        kinks = [(self.neurons[j].kink, -biases[j] / weights[j]) for j in self.order]
        for (one, left), (two, right) in pairwise([(0, low), *kinks, (self.kinks + 1, high)]):
            found.append(sympy.Eq(left, right) if one == two else sympy.Lt(left, right))
        return tuple(relation for relation in found if relation is not sympy.true)


def _signed(expression: sympy.Expr, sign: int) -> sympy.Basic:
    import sympy

    return (sympy.Eq, sympy.Gt, sympy.Lt)[sign](expression, 0)


def _places(kind: NeuronType, kinks: int) -> set[tuple[int, int | None]]:
    """The facings and places of kinks that a type admits."""
    left, right = 0, kinks + 1
    admitted: dict[NeuronType, set[tuple[int, int | None]]] = {
        NeuronType.DEGENERATE: {(0, None)},
        NeuronType.SEMI_ACTIVE: {(0, None)},
        NeuronType.INACTIVE: {(-1, None), (0, None), (1, None)},
        NeuronType.SEMI_INACTIVE: {(-1, left), (1, right)},
        NeuronType.TYPE_1_ACTIVE: {(-1, None), (1, None), (1, left), (-1, right)},
        NeuronType.TYPE_2_ACTIVE: {(s, k) for s in (-1, 1) for k in range(1, right)},
    }
    return admitted[kind]
