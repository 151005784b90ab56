"""The five pathologies: functions that converge while their parameters stay far from Gamma.

Each family has parameters Gamma_k and functions g_k with |g_k - R(Gamma_k)| small against the
distance of Gamma_k to every parametrization of g_k, for k = 1, 2, ..: exploding gradients,
unbalanced neurons, redundant directions, and opposite weights in two ways (Berner, Elbraechter,
Grohs 2019, section 2).  Each violates one assumption of inverse stability on N*.  Rates hold for
all k by proofs/berner_elbraechter_grohs_2019/pathologies.py; here they are checked at numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.surds import Surd
from symerm.errors import InputError
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.kinks import kink_form
from symerm.parametrization.rigid_fibre import (
    Parameters,
    kink_distance,
    rigid_distance_is_below,
)
from symerm.parametrization.seminorm import sobolev_seminorm
from symerm.parametrization.sup_norm import sup_norm

__all__ = ["PATHOLOGIES", "Pathology", "PathologyCheck", "check_pathology"]

_ZERO, _ONE = Fraction(0), Fraction(1)
_ROOT = Surd.root(2)


@dataclass(frozen=True)
class Pathology:
    """A family of parameters and functions.

    Attributes
    ----------
    name : str
    assumption : str
        What inverse stability needs and the family lacks.
    architecture : (d, m, D)
    gamma_formula, target_formula : str
        Gamma_k and g_k; formulas stand between dollar signs.
    norm : ``"sup"`` or ``"W1,inf"``
        The norm of the function distance: the supremum over (-1, 1)^d, or the seminorm.
    function_rate, parameter_rate : str
        The two distances as formulas in k.
    exact_from : int
        From which k on `parameter_rate` is the distance itself; it is a lower bound for all k.
    parameters : k -> Parameters
    target : k -> ShallowNetwork
    function_distance : k -> Fraction
    parameter_distance : k -> Surd
        The values of the two formulas.
    """

    name: str
    assumption: str
    architecture: tuple[int, int, int]
    gamma_formula: str
    target_formula: str
    norm: str
    function_rate: str
    parameter_rate: str
    exact_from: int
    parameters: Callable[[int], Parameters]
    target: Callable[[int], ShallowNetwork]
    function_distance: Callable[[int], Fraction]
    parameter_distance: Callable[[int], Surd]


@dataclass(frozen=True)
class PathologyCheck:
    """A family at one k, with the distances computed from the networks.

    Attributes
    ----------
    k : int
    function_distance : Fraction
        Computed.
    gradient_distance : Fraction
        The seminorm W1,inf of the difference, computed.
    parameter_distance : Surd
        As stated.
    function_distance_agrees : bool
        Whether the computed function distance is the stated one.
    no_parametrization_is_nearer : bool
        Whether it was proved that all parametrizations are at least `parameter_distance` away.
    """

    k: int
    function_distance: Fraction
    gradient_distance: Fraction
    parameter_distance: Surd
    function_distance_agrees: bool
    no_parametrization_is_nearer: bool

    @property
    def holds(self) -> bool:
        """Whether both distances are as stated."""
        return self.function_distance_agrees and self.no_parametrization_is_nearer


def check_pathology(pathology: Pathology, k: int) -> PathologyCheck:
    """Compute the distances of a family at a number k >= 1, exactly.

    Raises
    ------
    InputError
        If k is not a positive integer.

    Examples
    --------
    >>> check = check_pathology(PATHOLOGIES[0], 10)
    >>> check.holds, str(check.function_distance), str(check.parameter_distance)
    (True, '1/10', '10')
    """
    if k < 1:
        raise InputError(f"the families are defined for k = 1, 2, .., not {k}")
    parameters, target = pathology.parameters(k), pathology.target(k)
    network = parameters.function_network()
    gradient = sobolev_seminorm(kink_form(network) - kink_form(target)).value
    if pathology.norm == "W1,inf":
        distance = gradient
    else:
        cube = ((-_ONE, _ONE),) * pathology.architecture[0]
        found = sup_norm(kink_form(network, cube) - kink_form(target, cube)).value
        assert found is not None  # bounded, as the cube is
        distance = found
    stated = pathology.parameter_distance(k)
    if target.width == len(parameters.outputs):
        apart = not rigid_distance_is_below(parameters, target, stated)
    else:
        apart = kink_distance(network, target) >= stated
    return PathologyCheck(
        k, distance, gradient, stated, distance == pathology.function_distance(k), apart
    )


def _network(*neurons: tuple[Fraction | int, ...]) -> ShallowNetwork:
    """Neurons (a_1, .., a_d, c)."""
    rows = [tuple(map(Fraction, neuron)) for neuron in neurons]
    return ShallowNetwork(
        tuple(row[:-1] for row in rows),
        (_ZERO,) * len(rows),
        tuple(row[-1:] for row in rows),
        (_ZERO,),
    )


def _constant(*neurons: tuple[Fraction | int, ...]) -> Callable[[int], Parameters]:
    """Parameters that do not depend on k."""
    parameters = Parameters.of(_network(*neurons))
    return lambda k: parameters


def _opposite_weights(k: int) -> Parameters:
    size, small = Fraction(k), Fraction(1, k)
    weights = ((size, size, small), (-size, size, small))
    return Parameters(
        (*(tuple(map(Surd, row)) for row in weights), (Surd(_ZERO), -k * _ROOT, 1 / (k * _ROOT))),
        (Surd(size), Surd(size), k * _ROOT),
    )


#: In the order of the paper.
PATHOLOGIES = (
    Pathology(
        name="exploding gradient",
        assumption="a seminorm of the gradient",
        architecture=(2, 2, 1),
        gamma_formula="$0$",
        target_formula="$k act(k x_1) - k act(k x_1 - x_2/k^2)$",
        norm="sup",
        function_rate="$1/k$",
        parameter_rate="$k$",
        exact_from=1,
        parameters=_constant((0, 0, 0), (0, 0, 0)),
        target=lambda k: _network((k, 0, k), (k, Fraction(-1, k * k), -k)),
        function_distance=lambda k: Fraction(1, k),
        parameter_distance=lambda k: Surd(Fraction(k)),
    ),
    Pathology(
        name="complete unbalancedness",
        assumption="balanced neurons (1)",
        architecture=(2, 1, 1),
        gamma_formula="$a = (1,0)$, $c = 0$",
        target_formula="$(1/k) act(x_2)$",
        norm="W1,inf",
        function_rate="$1/k$",
        parameter_rate="$1$",
        exact_from=1,
        parameters=_constant((1, 0, 0)),
        target=lambda k: _network((0, 1, Fraction(1, k))),
        function_distance=lambda k: Fraction(1, k),
        parameter_distance=lambda k: Surd(_ONE),
    ),
    Pathology(
        name="redundant directions",
        assumption="different directions (2)",
        architecture=(2, 2, 1),
        gamma_formula="$a_1 = a_2 = (1,0)$, $c = (1,1)$",
        target_formula="$2 act(x_1) + (1/k) act(x_2)$",
        norm="W1,inf",
        function_rate="$1/k$",
        parameter_rate="$1$",
        exact_from=1,
        parameters=_constant((1, 0, 1), (1, 0, 1)),
        target=lambda k: _network((1, 0, 2), (0, 1, Fraction(1, k))),
        function_distance=lambda k: Fraction(1, k),
        parameter_distance=lambda k: Surd(_ONE),
    ),
    Pathology(
        name="opposite weights, a sum of zero",
        assumption="no opposite weights (3)",
        architecture=(2, 6, 1),
        gamma_formula=(
            "$a = (1,0), (0,1), (-1,-1)$ with $c = 1$ and their opposites with $c = -1$"
        ),
        target_formula="$(1/k) act(x_1 - x_2)$",
        norm="W1,inf",
        function_rate="$1/k$",
        parameter_rate="$1/2$",
        exact_from=4,
        parameters=_constant(
            (1, 0, 1), (0, 1, 1), (-1, -1, 1), (-1, 0, -1), (0, -1, -1), (1, 1, -1)
        ),
        target=lambda k: _network((1, -1, Fraction(1, k))),
        function_distance=lambda k: Fraction(1, k),
        parameter_distance=lambda k: Surd(Fraction(1, 2)),
    ),
    Pathology(
        name="opposite weights, balanced",
        assumption="no opposite weights (3)",
        architecture=(3, 3, 1),
        gamma_formula=(
            "$a = (k,k,1/k), (-k,k,1/k), (0,-sqrt(2) k,1/(sqrt(2) k))$, $c = (k,k,sqrt(2) k)$"
        ),
        target_formula="the same $c$ with $-a_1, -a_2, -a_3$",
        norm="W1,inf",
        function_rate="$3$",
        parameter_rate="$sqrt(2) k$",
        exact_from=1,
        parameters=_opposite_weights,
        target=lambda k: _network(
            (-k, -k, Fraction(-1, k), k), (k, -k, Fraction(-1, k), k), (0, 2 * k * k, -1, 1)
        ),
        function_distance=lambda k: Fraction(3),
        parameter_distance=lambda k: k * _ROOT,
    ),
)
