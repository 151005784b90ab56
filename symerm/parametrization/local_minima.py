"""Local minima on N* are local minima among realizations.

If Gamma is a local minimum of radius r of a loss L(R(.)) on N*, then R(Gamma) is one of radius
(r/s)^2 on R(N*), with the constant s of inverse stability (Berner, Elbraechter, Grohs 2019,
Proposition 1.2).  For a sum of squares a radius on N* is certified as follows: if the residuals are
orthogonal to the inputs at which neuron j is active, for every j, then the loss is least among all
networks with these activation patterns, and parameters within r = min |<a_j, x_i>|/|x_i|_1 have
them.  Points that are fitted exactly do not count: their loss cannot fall.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.linalg import nullspace
from symerm.arithmetic.surds import Surd
from symerm.errors import InputError
from symerm.parametrization.balanced import BalancedNetwork
from symerm.parametrization.nearest import nearest_parametrization
from symerm.parametrization.restricted_set import require_restricted
from symerm.parametrization.stability import PAPER_CONSTANT, sharp_constant

__all__ = [
    "LocalMinimum",
    "RealizationCheck",
    "certified_minimum",
    "check_realization",
    "planted_outputs",
]

Vector = tuple[Fraction, ...]
_ZERO = Fraction(0)


@dataclass(frozen=True)
class LocalMinimum:
    """Parameters in N* that are a local minimum of the sum of squares of a sample.

    Attributes
    ----------
    gamma : BalancedNetwork
    inputs : n points of d Fractions
    outputs : n rows of D Fractions
    loss : Fraction
    radius_squared : Fraction
        r^2: no network of N* within r, in maximum norm, has a smaller loss.
    """

    gamma: BalancedNetwork
    inputs: tuple[Vector, ...]
    outputs: tuple[Vector, ...]
    loss: Fraction
    radius_squared: Fraction

    @property
    def realization_radius(self) -> Surd:
        """(r/s)^2 with the best constant s: no function of R(N*) that near has a smaller loss."""
        constant = sharp_constant(self.gamma.input_dimension, self.gamma.width)
        return self.radius_squared / (constant * constant)

    @property
    def published_radius(self) -> Fraction:
        """(r/4)^2, with the constant of the paper."""
        return self.radius_squared / PAPER_CONSTANT**2


@dataclass(frozen=True)
class RealizationCheck:
    """A function g of R(N*) against a local minimum.

    Attributes
    ----------
    function_distance : Fraction
        |g - R(Gamma)|_{W1,inf}.
    within : bool
        Whether that is at most the radius among realizations.
    loss : Fraction
        Of g.
    parameters_within : bool
        Whether the nearest parametrization of g is within the radius on N*.
    holds : bool
        Not within, or both: the parameters are within and the loss is not smaller.
    """

    function_distance: Fraction
    within: bool
    loss: Fraction
    parameters_within: bool
    holds: bool


def certified_minimum(
    gamma: BalancedNetwork, inputs: Sequence[Vector], outputs: Sequence[Vector]
) -> LocalMinimum:
    """A radius in which parameters of N* are a local minimum of the sum of squares.

    Parameters
    ----------
    gamma : BalancedNetwork
        In N*.
    inputs : n points of d Fractions
    outputs : n rows of D Fractions

    Raises
    ------
    InputError
        If the condition on the residuals fails, a point without exact fit lies on a kink (as it
        does for a zero neuron), all points are fitted, or gamma is not in N*.

    Examples
    --------
    >>> from symerm.parametrization.balanced import BalancedNeuron
    >>> one = Fraction(1)
    >>> gamma = BalancedNetwork(2, 1, (BalancedNeuron((one, one), (one,), 4 * one),))
    >>> inputs = ((one, one), (one, one))
    >>> minimum = certified_minimum(gamma, inputs, ((7 * one,), (9 * one,)))
    >>> str(minimum.loss), str(minimum.radius_squared), str(minimum.realization_radius)
    ('2', '4', '1')
    """
    require_restricted(gamma)
    residuals = [
        tuple(y - value for y, value in zip(row, gamma(point), strict=True))
        for point, row in zip(inputs, outputs, strict=True)
    ]
    relevant = [(x, r) for x, r in zip(inputs, residuals, strict=True) if any(r)]
    if not any(any(x) for x, _ in relevant):
        raise InputError("every point is fitted or zero: the minimum is global, without a radius")
    margins = []
    for number, neuron in enumerate(gamma.neurons, start=1):
        heights = [
            sum((u * x for u, x in zip(neuron.direction, point, strict=True)), _ZERO)
            for point, _ in relevant
        ]
        for k in range(gamma.output_dimension):
            for coordinate in range(gamma.input_dimension):
                if sum(
                    (r[k] * x[coordinate]
                     for (x, r), z in zip(relevant, heights, strict=True) if z > 0),
                    _ZERO,
                ):
                    raise InputError(
                        f"the residuals are not orthogonal to the inputs at which neuron {number} "
                        "is active"
                    )
        margins += [
            neuron.square * (z / sum(map(abs, x), _ZERO)) ** 2
            for (x, _), z in zip(relevant, heights, strict=True)
            if any(x)
        ]
    radius = min(margins, default=_ZERO)
    if not radius:
        raise InputError("a point that is not fitted lies on a kink; no radius is certified")
    loss = sum((r * r for row in residuals for r in row), _ZERO)
    return LocalMinimum(gamma, tuple(inputs), tuple(outputs), loss, radius)


def check_realization(minimum: LocalMinimum, target: BalancedNetwork) -> RealizationCheck:
    """Check the correspondence of local minima at one function.

    Parameters
    ----------
    minimum : LocalMinimum
    target : BalancedNetwork
        In N*, of at most the width of the minimum; its function is g.

    Raises
    ------
    InputError
        If the target is not in N*, is wider, or has other dimensions.
    """
    if target.width > minimum.gamma.width:
        raise InputError(
            f"the function has width {target.width}, more than the {minimum.gamma.width} of the "
            "minimum"
        )
    found = nearest_parametrization(minimum.gamma, target)
    within = minimum.realization_radius >= found.function_distance
    loss = sum(
        (
            (y - value) ** 2
            for point, row in zip(minimum.inputs, minimum.outputs, strict=True)
            for y, value in zip(row, target(point), strict=True)
        ),
        _ZERO,
    )
    near = found.gap.squared <= minimum.radius_squared
    return RealizationCheck(
        found.function_distance,
        within,
        loss,
        near,
        not within or (near and loss >= minimum.loss),
    )


def planted_outputs(gamma: BalancedNetwork, inputs: Sequence[Vector]) -> tuple[Vector, ...]:
    """Responses for which gamma meets the condition on the residuals, not all fitted.

    The residuals are the sum of a basis of all admissible ones, the same for each output.

    Raises
    ------
    InputError
        If there are no residuals but zero; more inputs help.

    Examples
    --------
    >>> from symerm.parametrization.balanced import BalancedNeuron
    >>> one = Fraction(1)
    >>> gamma = BalancedNetwork(2, 1, (BalancedNeuron((one, one), (one,), one),))
    >>> inputs = tuple((Fraction(x), one) for x in range(4))
    >>> outputs = planted_outputs(gamma, inputs)
    >>> certified_minimum(gamma, inputs, outputs).radius_squared
    Fraction(1, 1)
    """
    rows = []
    for neuron in gamma.neurons:
        active = [
            sum((u * x for u, x in zip(neuron.direction, point, strict=True)), _ZERO) > 0
            for point in inputs
        ]
        rows += [
            [x if on else _ZERO for x, on in zip(column, active, strict=True)]
            for column in zip(*inputs, strict=True)
        ]
    basis = nullspace(rows, columns=len(inputs))
    if not basis:
        raise InputError("no residuals but zero are orthogonal to the active inputs; add inputs")
    residuals = [sum(column, _ZERO) for column in zip(*basis, strict=True)]
    return tuple(
        tuple(value + residual for value in gamma(point))
        for point, residual in zip(inputs, residuals, strict=True)
    )
