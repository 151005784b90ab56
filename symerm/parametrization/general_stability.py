"""Inverse stability without the restricted set: one output, neurons not balanced.

Let eps = |g - R(Gamma)|_{W1,inf}.  Suppose that (C.1) every neuron of Gamma with
|c_i| |a_i| <= 2 eps has |c_i|, |a_i| <= beta, that (C.2) no two of its non-zero weights lie on one
line, and that (C.3) g has a parametrization without two on one line either, whose weights are
opposite to none of Gamma's.  Then some Phi with R(Phi) = g has |Phi - Gamma| <= beta + sqrt(2 eps),
which betters the beta + 2 sqrt(eps) of Berner, Elbraechter, Grohs (2019).  Phi is given exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.linalg import primitive
from symerm.arithmetic.surds import Surd
from symerm.errors import InputError, UnsupportedError
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.balanced import balance, gradient_distance, require_bias_free
from symerm.parametrization.seminorm import DEFAULT_LIMIT

__all__ = ["GeneralStability", "stable_parametrization"]

Vector = tuple[Fraction, ...]
_ZERO = Fraction(0)


@dataclass(frozen=True)
class GeneralStability:
    """A parametrization Phi of g near Gamma, and the bound that it meets.

    Attributes
    ----------
    weights : m rows of d Surds
        a_i of Phi.
    outputs : m Surds
        c_i of Phi.
    distance : Surd
        |Phi - Gamma| in maximum norm.
    beta : Fraction
        The least beta of condition C.1.
    function_distance : Fraction
        eps.
    """

    weights: tuple[tuple[Surd, ...], ...]
    outputs: tuple[Surd, ...]
    distance: Surd
    beta: Fraction
    function_distance: Fraction

    @property
    def bound(self) -> Surd:
        """beta + sqrt(2 eps)."""
        return Surd(self.beta, 2 * self.function_distance)

    @property
    def holds(self) -> bool:
        """Whether the distance is within the bound; the theorem says always."""
        return self.distance <= self.bound


@dataclass(frozen=True)
class _Factors:
    """A neuron as p q along a direction of maximum norm 1: |a| = q, |c| = p, and the sign of c."""

    direction: Vector
    input_size: Fraction
    output_size: Fraction
    sign: int

    @property
    def product(self) -> Fraction:
        return self.sign * self.input_size * self.output_size


def stable_parametrization(
    gamma: ShallowNetwork, target: ShallowNetwork, *, limit: int = DEFAULT_LIMIT
) -> GeneralStability:
    """A parametrization of g = R(target) near gamma.

    A neuron of g on a kink of Gamma with a product of the same sign is scaled so that both of its
    factors differ equally from those of Gamma; every other neuron of g is balanced.

    Parameters
    ----------
    gamma, target : ShallowNetwork
        ReLU, without biases, with one output; target need not be near to gamma in its parameters.
    limit : int
        Largest number of cells of the search for the function distance.

    Raises
    ------
    InputError
        If C.2 or C.3 fails for these networks, there are biases, or the dimensions differ.
    UnsupportedError
        If there are several outputs, for which the statement is false, or another activation.
    BudgetExceeded
        If that search needs more cells.

    Examples
    --------
    >>> zero, one, four = Fraction(0), Fraction(1), Fraction(4)
    >>> gamma = ShallowNetwork(((one, one),), (zero,), ((four,),), (zero,))
    >>> target = ShallowNetwork(((one, one),), (zero,), ((10 * one,),), (zero,))
    >>> found = stable_parametrization(gamma, target)
    >>> found.weights[0][0] == 2, found.outputs[0] == 5, found.distance == 1, str(found.bound)
    (True, True, True, '4 + 2*sqrt(3)')
    """
    width = max(gamma.width, target.width)
    dimension = gamma.input_dimension or target.input_dimension
    ours = _factors(gamma, "Gamma", width, dimension)
    theirs = [neuron for neuron in _factors(target, "G", width, dimension) if neuron.product]
    _require_apart(ours, theirs)
    distance = gradient_distance(balance(gamma), balance(target), limit=limit)
    beta = max(
        (
            max(neuron.input_size, neuron.output_size)
            for neuron in ours
            if abs(neuron.product) <= 2 * distance
        ),
        default=_ZERO,
    )
    products = {neuron.direction: neuron.product for neuron in theirs}
    present = {neuron.direction for neuron in ours if any(neuron.direction)}
    others = [neuron for neuron in theirs if neuron.direction not in present]
    weights, outputs, gaps = [], [], []
    for neuron in ours:
        if neuron.direction in products:
            direction, product = neuron.direction, products[neuron.direction]
        elif others:
            other = others.pop()
            direction, product = other.direction, other.product
        else:
            direction, product = neuron.direction, _ZERO
        input_size, output_size = _sizes(neuron, direction, product)
        weights.append(tuple(input_size * u for u in direction))
        outputs.append(output_size)
        gaps += [
            abs(x - neuron.input_size * u)
            for x, u in zip(weights[-1], neuron.direction, strict=True)
        ]
        gaps.append(abs(output_size - neuron.sign * neuron.output_size))
    return GeneralStability(
        tuple(weights), tuple(outputs), max(gaps, default=Surd(_ZERO)), beta, distance
    )


def _sizes(neuron: _Factors, direction: Vector, product: Fraction) -> tuple[Surd, Surd]:
    """Factors (|a|, c) of a product near those of a neuron."""
    if not product:
        # One factor vanishes: the smaller one.
        if neuron.output_size <= neuron.input_size:
            return Surd(neuron.input_size), Surd(_ZERO)
        return Surd(_ZERO), Surd(neuron.sign * neuron.output_size)
    sign = 1 if product > 0 else -1
    if direction != neuron.direction or neuron.product * product <= 0:
        root = Surd.root(abs(product))
        return root, sign * root
    # (p + t)(q + t) = |product| for the larger root t.
    p, q = neuron.output_size, neuron.input_size
    root = Surd(_ZERO, (p - q) ** 2 / 4 + abs(product))
    return root + (q - p) / 2, sign * (root + (p - q) / 2)


def _factors(network: ShallowNetwork, name: str, width: int, dimension: int) -> list[_Factors]:
    if network.output_dimension != 1:
        raise UnsupportedError(
            "the general form of inverse stability holds for one output, not "
            f"{network.output_dimension}"
        )
    try:
        require_bias_free(network)
    except InputError as error:
        raise InputError(f"{name}: {error.message}") from None
    if network.width and network.input_dimension != dimension:
        raise InputError("the two networks have different numbers of inputs")
    found = []
    for weights, (output,) in zip(network.hidden_weights, network.output_weights, strict=True):
        size = max(map(abs, weights))
        direction = tuple(w / size for w in weights) if size else weights
        found.append(_Factors(direction, size, abs(output), -1 if output < 0 else 1))
    lines: dict[tuple[int, ...], int] = {}
    for number, neuron in enumerate(found, start=1):
        if any(neuron.direction):
            normal = primitive(neuron.direction)
            line = max(normal, tuple(-n for n in normal))
            if line in lines:
                raise InputError(
                    f"{name}: the weights of neurons {lines[line]} and {number} lie on one line"
                )
            lines[line] = number
    found += [_Factors((_ZERO,) * dimension, _ZERO, _ZERO, 1)] * (width - len(found))
    return found


def _require_apart(ours: list[_Factors], theirs: list[_Factors]) -> None:
    """Condition C.3: no weights of G are opposite to weights of Gamma."""
    directions = {neuron.direction for neuron in ours if any(neuron.direction)}
    for number, neuron in enumerate(theirs, start=1):
        if tuple(-u for u in neuron.direction) in directions:
            raise InputError(f"the weights of neuron {number} of G are opposite to some of Gamma")
