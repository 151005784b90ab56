"""What is degenerate in the parameters of a network, and what that costs.

After Berner, Elbraechter and Grohs 2019: the realization map is not inverse stable where neurons
are unbalanced, where weight vectors are parallel or opposite, and where neurons are redundant.
Here each of these is decided on R^p or on a box, together with neurons that are dead there, groups
of neurons whose kinks cancel, the minimal width, the functional dimension and the dimension of the
fibre { theta' : nu_theta' = nu_theta } at the network.  Nothing is numerical: "parallel" and
"cancels" mean equality of rational numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.linalg import primitive
from symerm.display import RichDisplay, Table, box_text, enumeration
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.fibre import FibreDimension, fibre_dimension
from symerm.parametrization.functional_dimension import FunctionalDimension, functional_dimension
from symerm.parametrization.hyperplane_groups import HyperplaneGroup, NeuronGroups, group_neurons
from symerm.parametrization.kinks import Box
from symerm.parametrization.minimal import minimal_network

__all__ = ["Degeneracy", "NeuronState", "WidthBounds", "degeneracy"]

#: Work that finding the minimal width may take; a report is to come at once.
_WIDTH_LIMIT = 100_000


@dataclass(frozen=True)
class NeuronState:
    """One hidden neuron v act(<w, x> + b) on the domain.

    Attributes
    ----------
    state : str
        ``"kink"`` if its hyperplane crosses the interior of the domain; ``"always-active"`` or
        ``"never-active"`` if its preactivation has one sign there; ``"zero"`` if w = 0, b = 0.
    dead : bool
        Whether its activation is zero on the whole domain.
    input_norm, output_norm : Fraction
        The largest absolute entries of (w, b) and of v.
    """

    state: str
    dead: bool
    input_norm: Fraction
    output_norm: Fraction

    @property
    def zero_output(self) -> bool:
        """Whether v = 0."""
        return not self.output_norm

    @property
    def ratio(self) -> Fraction | None:
        """|v| / |(w, b)| in the maximum norm, 1 for a balanced neuron; None if (w, b) = 0."""
        return self.output_norm / self.input_norm if self.input_norm else None

    @property
    def balanced(self) -> bool:
        """Whether |v| = |(w, b)| in the maximum norm."""
        return self.output_norm == self.input_norm


@dataclass(frozen=True)
class WidthBounds:
    """Bounds on the fewest hidden neurons with which the same function is realised.

    Attributes
    ----------
    kinks : int
        Number of kinks of the function in the domain; each needs a neuron.
    lower, upper : int
        They differ only if the search was cut short; `symerm.parametrization.minimal` goes on.
    """

    kinks: int
    lower: int
    upper: int


@dataclass(frozen=True)
class Degeneracy(RichDisplay):
    """The degeneracies of a two-layer network on a domain; neurons are counted from 0.

    Attributes
    ----------
    network : ShallowNetwork
    box : p pairs of Fractions, or None
        The domain; None is R^p.
    neurons : one NeuronState per hidden neuron
    groups : NeuronGroups
        The neurons by hyperplane.
    width : WidthBounds
    functional : FunctionalDimension
    fibre : FibreDimension
    """

    network: ShallowNetwork
    box: Box | None
    neurons: tuple[NeuronState, ...]
    groups: NeuronGroups
    width: WidthBounds
    functional: FunctionalDimension
    fibre: FibreDimension

    @property
    def dead(self) -> tuple[int, ...]:
        """Neurons whose activation is zero on the domain."""
        return _where(neuron.dead for neuron in self.neurons)

    @property
    def zero_output(self) -> tuple[int, ...]:
        """Neurons with v = 0."""
        return _where(neuron.zero_output for neuron in self.neurons)

    @property
    def unbalanced(self) -> tuple[int, ...]:
        """Neurons with |v| != |(w, b)| in the maximum norm."""
        return _where(not neuron.balanced for neuron in self.neurons)

    @property
    def shared(self) -> tuple[HyperplaneGroup, ...]:
        """Hyperplanes that belong to two or more neurons."""
        return tuple(
            group for group in self.groups.groups if any(group.normal) and len(group.neurons) > 1
        )

    @property
    def parallel(self) -> tuple[tuple[HyperplaneGroup, ...], ...]:
        """Classes of two or more distinct hyperplanes with parallel normals."""
        found: dict[tuple[int, ...], list[HyperplaneGroup]] = {}
        for group in self.groups.groups:
            if any(group.normal):
                found.setdefault(primitive(group.normal), []).append(group)
        return tuple(tuple(groups) for groups in found.values() if len(groups) > 1)

    @property
    def cancelling(self) -> tuple[HyperplaneGroup, ...]:
        """Hyperplanes in the domain whose neurons have outputs, but no kink in the sum."""
        return tuple(
            group
            for group in self.groups.crossing
            if any(map(any, group.outputs)) and not any(group.total_jump)
        )

    def _display(self) -> Table:
        """What was found, neurons counted from 1, for notebooks."""
        width, functional, fibre = self.width, self.functional, self.fibre
        minimal = str(width.lower)
        if width.lower < width.upper:
            minimal = f"between {width.lower} and {width.upper}"
        return Table(
            [
                ("domain", box_text(self.box, self.network.input_dimension)),
                ("width", f"{self.network.width}; minimal width {minimal}"),
                ("dead neurons", _counted(self.dead)),
                ("zero output weights", _counted(self.zero_output)),
                ("same hyperplane", _listed(self.shared)),
                ("cancelling", _listed(self.cancelling)),
                ("not balanced", _counted(self.unbalanced)),
                (
                    "functional dimension",
                    f"{functional.dimension} of {functional.parameters} parameters",
                ),
                (
                    "fibre",
                    f"dimension between {fibre.lower} and {fibre.upper}: {fibre.reason}"
                    if fibre.dimension is None
                    else f"dimension {fibre.dimension}: {fibre.reason}",
                ),
            ]
        )


def degeneracy(network: ShallowNetwork, *, box: Box | None = None) -> Degeneracy:
    """All degeneracies of a network on R^p or on a box.

    Parameters
    ----------
    network : ShallowNetwork
        Activation relu or leaky.
    box : p pairs of Fractions, optional

    Raises
    ------
    InputError
        If the box does not fit.
    UnsupportedError
        If the activation is not piecewise linear.

    Examples
    --------
    max(x, 0) - 2 max(x/2, 0) + max(x - 2, 0) on [-1, 1]: two kinks cancel, and one is elsewhere.

    >>> one, two, zero = Fraction(1), Fraction(2), Fraction(0)
    >>> network = ShallowNetwork(((one,), (one / 2,), (one,)), (zero, zero, -two),
    ...                          ((one,), (-two,), (one,)), (zero,))
    >>> found = degeneracy(network, box=((-one, one),))
    >>> found.dead, [group.neurons for group in found.cancelling], found.width.upper
    ((2,), [(0, 1)], 0)
    """
    groups = group_neurons(network, box=box)
    minimal = minimal_network(network, box=box, limit=_WIDTH_LIMIT)
    return Degeneracy(
        network,
        box,
        _states(network, groups),
        groups,
        WidthBounds(
            len(minimal.form.kinks),
            minimal.lower_bound,
            min(minimal.width, network.width),
        ),
        functional_dimension(network, box=box),
        fibre_dimension(network, box=box),
    )


def _states(network: ShallowNetwork, groups: NeuronGroups) -> tuple[NeuronState, ...]:
    gamma = network.activation.negative_slope
    states = ["zero"] * network.width
    for group in groups.groups:
        for j, scale in zip(group.neurons, group.scales, strict=True):
            if group.crosses:
                states[j] = "kink"
            else:
                states[j] = "always-active" if scale * group.sign > 0 else "never-active"
    return tuple(
        NeuronState(
            state,
            state == "zero" or (state == "never-active" and not gamma),
            max(map(abs, (*weights, bias))),
            max(map(abs, outputs), default=Fraction(0)),
        )
        for state, weights, bias, outputs in zip(
            states,
            network.hidden_weights,
            network.hidden_biases,
            network.output_weights,
            strict=True,
        )
    )


def _counted(neurons: Sequence[int]) -> str:
    """Neurons, counted from 1."""
    return enumeration([str(j + 1) for j in neurons])


def _listed(groups: Sequence[HyperplaneGroup]) -> str:
    """The neurons of each group."""
    return enumeration([_counted(group.neurons) for group in groups], between="; ")


def _where(flags: Iterable[bool]) -> tuple[int, ...]:
    return tuple(j for j, flag in enumerate(flags) if flag)
