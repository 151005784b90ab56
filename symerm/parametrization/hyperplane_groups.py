"""The hidden neurons of a two-layer network, grouped by their hyperplanes.

A neuron with (w, b) != 0 is act(t z) with a primitive integer form z = <n, x> + o, whose first
non-zero coefficient is positive, and t != 0: it faces along n if t > 0 and against n if t < 0.
The hyperplane z = 0 crosses the interior of the domain, touches only its boundary, or misses it;
in the last two cases the neuron is affine there.  A constant neuron (w = 0, so z = 1) has its
hyperplane at infinity: it touches R^p and misses boxes.  Neurons with (w, b) = 0 have none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from symerm.arithmetic.linalg import primitive
from symerm.errors import UnsupportedError
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.kinks import Box, check_box

__all__ = ["HyperplaneGroup", "NeuronGroups", "group_neurons"]

Vector = tuple[Fraction, ...]


@dataclass(frozen=True)
class HyperplaneGroup:
    """The neurons whose preactivations are multiples of one affine form z.

    Attributes
    ----------
    normal : tuple of p int
    offset : int
        z = <normal, x> + offset.  A zero normal has offset 1: constant neurons.
    neurons : increasing tuple of int
        Positions j from 0 on.
    scales : tuple of Fraction
        t_j, not zero, with (w_j, b_j) = t_j (normal, offset).
    outputs : rows of q Fractions
        v_j.
    sign : int
        0 if the hyperplane crosses the interior of the domain, else the sign of z there.
    touches : bool
        Whether the hyperplane does not cross the domain but hyperplanes arbitrarily near do: it
        meets the boundary of a box, or lies at infinity and the domain is R^p.
    """

    normal: tuple[int, ...]
    offset: int
    neurons: tuple[int, ...]
    scales: Vector
    outputs: tuple[Vector, ...]
    sign: int
    touches: bool = False

    @property
    def form(self) -> tuple[int, ...]:
        """The coefficients (normal, offset) of z."""
        return (*self.normal, self.offset)

    @property
    def crosses(self) -> bool:
        """Whether the hyperplane meets the interior of the domain."""
        return self.sign == 0

    @property
    def along(self) -> tuple[int, ...]:
        """The neurons that face along the normal."""
        return tuple(j for j, t in zip(self.neurons, self.scales, strict=True) if t > 0)

    @property
    def against(self) -> tuple[int, ...]:
        """The neurons that face against the normal."""
        return tuple(j for j, t in zip(self.neurons, self.scales, strict=True) if t < 0)

    @property
    def two_sided(self) -> bool:
        """Whether neurons face both ways."""
        return min(self.scales) < 0 < max(self.scales)

    @cached_property
    def jumps(self) -> tuple[Vector, ...]:
        """|t_j| v_j; the gradient jumps by (1 - gamma) times it along the normal."""
        return tuple(
            tuple(abs(t) * v for v in row)
            for t, row in zip(self.scales, self.outputs, strict=True)
        )

    @property
    def total_jump(self) -> Vector:
        """The sum of |t_j| v_j."""
        return tuple(sum(column, Fraction(0)) for column in zip(*self.jumps, strict=True))

    def slopes(self, gamma: Fraction) -> Vector:
        """The derivatives of the neurons' activations on a domain that is not crossed."""
        return tuple(Fraction(1) if t * self.sign > 0 else gamma for t in self.scales)


@dataclass(frozen=True)
class NeuronGroups:
    """All hidden neurons of a network on a domain.

    Attributes
    ----------
    groups : tuple of HyperplaneGroup
        Sorted by their forms.
    zero : increasing tuple of int
        The neurons with w = 0 and b = 0.
    """

    groups: tuple[HyperplaneGroup, ...]
    zero: tuple[int, ...]

    @property
    def crossing(self) -> tuple[HyperplaneGroup, ...]:
        """The groups whose hyperplanes meet the interior of the domain."""
        return tuple(group for group in self.groups if group.crosses)

    @property
    def outside(self) -> tuple[HyperplaneGroup, ...]:
        """The groups that are affine on the domain."""
        return tuple(group for group in self.groups if not group.crosses)


def group_neurons(network: ShallowNetwork, *, box: Box | None = None) -> NeuronGroups:
    """Group the hidden neurons by their hyperplanes.

    Parameters
    ----------
    network : ShallowNetwork
        Activation relu or leaky.
    box : p pairs of Fractions, optional
        The domain; None is R^p, which every hyperplane with a normal crosses.

    Raises
    ------
    InputError
        If the box does not fit.
    UnsupportedError
        If the activation is not piecewise linear.

    Examples
    --------
    max(x - 1, 0), max(2 - 2 x, 0) and a constant neuron:

    >>> w, b = [1, -2, 0], [-1, 2, 3]
    >>> one = Fraction(1)
    >>> network = ShallowNetwork(tuple((one * x,) for x in w), tuple(one * x for x in b),
    ...                          ((one,),) * 3, (one,))
    >>> [(g.form, g.neurons, g.sign) for g in group_neurons(network).groups]
    [((0, 1), (2,), 1), ((1, -1), (0, 1), 0)]
    """
    if not network.activation.is_piecewise_linear:
        raise UnsupportedError(
            f"hyperplanes need the activation relu or leaky, not {network.activation.name}"
        )
    if box is not None:
        check_box(box, network.input_dimension if network.width else len(box))
    members: dict[tuple[int, ...], list[tuple[int, Fraction]]] = {}
    zero = []
    for j, (weights, bias) in enumerate(
        zip(network.hidden_weights, network.hidden_biases, strict=True)
    ):
        row = (*weights, bias)
        lead = next((k for k, entry in enumerate(row) if entry), None)
        if lead is None:
            zero.append(j)
            continue
        form = primitive(row)
        if form[lead] < 0:
            form = tuple(-entry for entry in form)
        members.setdefault(form, []).append((j, row[lead] / form[lead]))
    groups = []
    for form, found in sorted(members.items()):
        sign, touches = _position(form, box)
        groups.append(
            HyperplaneGroup(
                form[:-1],
                form[-1],
                tuple(j for j, _ in found),
                tuple(t for _, t in found),
                tuple(network.output_weights[j] for j, _ in found),
                sign,
                touches,
            )
        )
    return NeuronGroups(tuple(groups), tuple(zero))


def _position(form: Sequence[int], box: Box | None) -> tuple[int, bool]:
    """The sign of a form inside the domain, 0 if it has both, and whether it touches the domain."""
    *normal, offset = form
    if box is None:
        return (0, False) if any(normal) else (1, bool(normal))
    low = high = Fraction(offset)
    for n, (left, right) in zip(normal, box, strict=True):
        low += n * (left if n > 0 else right)
        high += n * (right if n > 0 else left)
    if low < 0 < high:
        return 0, False
    return (1 if low >= 0 else -1), 0 in (low, high)
