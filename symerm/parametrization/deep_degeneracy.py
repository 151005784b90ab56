"""What is degenerate in the parameters of a network of any depth.

Neurons are judged by the signs of their preactivations on all chambers of the domain, the
functional dimension r by the rank of the Jacobian there (`symerm.parametrization.jacobian_rank`).
Of the fibre { theta' : nu_theta' = nu_theta } two bounds are proved: near theta it lies in a level
set of values with a Jacobian of rank r, so its dimension is at most N - r; and it contains the
orbit under positive scalings of the hidden neurons, whose dimension is the rank of the tangent
vectors ((w, b) of the neuron, minus its outgoing weights).  Other symmetries are not looked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.linalg import rank
from symerm.display import RichDisplay, Table, box_text
from symerm.networks.deep import DeepNetwork, Layer
from symerm.networks.gradients import parameter_vector
from symerm.parametrization.jacobian_rank import JacobianRank, domain_chambers, rank_on_chambers
from symerm.parametrization.kinks import Box

__all__ = ["DeepDegeneracy", "deep_degeneracy", "scaling_orbit_dimension"]

#: (layer, neuron), both from 0 on.
Place = tuple[int, int]


@dataclass(frozen=True)
class DeepDegeneracy(RichDisplay):
    """The degeneracies of a network of any depth on a domain.

    Attributes
    ----------
    network : DeepNetwork
    box : p pairs of Fractions, or None
        The domain; None is R^p.
    never_active, always_active : tuple of (layer, neuron)
        Hidden neurons whose preactivation is <= 0, or >= 0 and not 0 everywhere, on the domain.
    zero_output : tuple of (layer, neuron)
        Hidden neurons without outgoing weights.
    jacobian : JacobianRank
    parameters : int
        Number N of parameters.
    scalings : int
        Dimension of the orbit under positive scalings of hidden neurons.
    """

    network: DeepNetwork
    box: Box | None
    never_active: tuple[Place, ...]
    always_active: tuple[Place, ...]
    zero_output: tuple[Place, ...]
    jacobian: JacobianRank
    parameters: int
    scalings: int

    @property
    def fibre_bounds(self) -> tuple[int, int]:
        """Proved bounds on the dimension of the fibre at the network."""
        return self.scalings, self.parameters - self.jacobian.rank

    def _display(self) -> Table:
        """What was found, in numbers, for notebooks."""
        lower, upper = self.fibre_bounds
        known = str(lower) if lower == upper else f"between {lower} and {upper}"
        return Table(
            [
                ("domain", box_text(self.box, self.network.input_dimension)),
                ("never active", f"{len(self.never_active)} hidden neurons"),
                ("always active", f"{len(self.always_active)} hidden neurons"),
                ("zero output weights", f"{len(self.zero_output)} hidden neurons"),
                (
                    "functional dimension",
                    f"{self.jacobian.rank} of {self.parameters} parameters",
                ),
                ("dimension of the fibre", known),
            ]
        )


def deep_degeneracy(
    network: DeepNetwork, *, box: Box | None = None, limit: int = 2000
) -> DeepDegeneracy:
    """The degeneracies of a network of any depth on R^p or on a box.

    Parameters
    ----------
    network : DeepNetwork
        Activation relu or leaky.
    box : p pairs of Fractions, optional
    limit : int
        Largest number of chambers.

    Raises
    ------
    InputError
        If the box does not fit.
    UnsupportedError
        If the activation is not piecewise linear.
    BudgetExceeded
        If there are more than `limit` chambers.

    Examples
    --------
    The second of two hidden layers sees max(x, 0) >= 0 and is always active:

    >>> one = Fraction(1)
    >>> layer = Layer(((one,),), (one,))
    >>> found = deep_degeneracy(DeepNetwork((layer, layer, layer)))
    >>> found.always_active, found.jacobian.rank, found.fibre_bounds
    (((1, 0),), 3, (2, 3))
    """
    chambers = domain_chambers(network, box=box, limit=limit)
    jacobian = rank_on_chambers(network, chambers)
    never, always, silent = [], [], []
    for number, layer in enumerate(network.hidden_layers):
        following = network.layers[number + 1]
        for j in range(layer.width):
            signs = {chamber.signs[number][j] for chamber in chambers}
            if 1 not in signs:
                never.append((number, j))
            elif -1 not in signs:
                always.append((number, j))
            if not any(row[j] for row in following.weights):
                silent.append((number, j))
    return DeepDegeneracy(
        network,
        box,
        tuple(never),
        tuple(always),
        tuple(silent),
        jacobian,
        len(parameter_vector(network)),
        scaling_orbit_dimension(network),
    )


def scaling_orbit_dimension(network: DeepNetwork) -> int:
    """The dimension of the orbit of the parameters under positive scalings of hidden neurons.

    The scaling by e^t multiplies a neuron's weights and bias by e^t, its outgoing weights by e^-t.

    Examples
    --------
    >>> one, zero = Fraction(1), Fraction(0)
    >>> dead = Layer(((zero,),), (zero,))
    >>> scaling_orbit_dimension(DeepNetwork((dead, Layer(((one,),), (one,)))))
    1
    """
    tangents = []
    for number, layer in enumerate(network.hidden_layers):
        for j in range(layer.width):
            layers = [
                Layer(tuple((Fraction(0),) * len(row) for row in other.weights),
                      (Fraction(0),) * other.width)
                for other in network.layers
            ]
            layers[number] = Layer(
                tuple(
                    row if i == j else (Fraction(0),) * len(row)
                    for i, row in enumerate(layer.weights)
                ),
                tuple(b if i == j else Fraction(0) for i, b in enumerate(layer.biases)),
            )
            following = network.layers[number + 1]
            layers[number + 1] = Layer(
                tuple(
                    tuple(-w if i == j else Fraction(0) for i, w in enumerate(row))
                    for row in following.weights
                ),
                (Fraction(0),) * following.width,
            )
            tangents.append(parameter_vector(DeepNetwork(tuple(layers), network.activation)))
    return rank(tangents)
