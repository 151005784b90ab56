"""How far parameters are from every parametrization of a function that leaves no freedom.

Let g = sum_i c_i max(<a_i, x>, 0) with m linearly independent a_i and c_i != 0.  In a network of
width m that realises g every kink needs a neuron, so that each has one; a neuron that faced the
other way would leave a linear part c_i a_i, and no sum of some of these vanishes.  Hence the
parametrizations are the neurons (l_i a_i, c_i/l_i) with l_i > 0 in any order.  Whether one is
nearer to given parameters than tau is a matching of open intervals for the l_i: exact for
numbers of one quadratic field.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.linalg import rank
from symerm.arithmetic.surds import Surd
from symerm.errors import InputError
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.assignment import bottleneck_assignment
from symerm.parametrization.balanced import require_bias_free
from symerm.parametrization.kinks import kink_form

__all__ = ["Parameters", "kink_distance", "rigid_distance_bounds", "rigid_distance_is_below"]

Vector = tuple[Fraction, ...]
_ZERO = Fraction(0)


@dataclass(frozen=True)
class Parameters:
    """Parameters of a bias-free network with one output; entries of one quadratic field.

    Attributes
    ----------
    weights : m rows of d Surds
    outputs : m Surds
    """

    weights: tuple[tuple[Surd, ...], ...]
    outputs: tuple[Surd, ...]

    @classmethod
    def of(cls, network: ShallowNetwork) -> Parameters:
        """The parameters of a network.

        Raises
        ------
        InputError
            If it has biases or several outputs.
        UnsupportedError
            If the activation is not relu.
        """
        require_bias_free(network)
        if network.output_dimension != 1:
            raise InputError(f"one output is needed, not {network.output_dimension}")
        return cls(
            tuple(tuple(map(Surd, row)) for row in network.hidden_weights),
            tuple(Surd(row[0]) for row in network.output_weights),
        )

    def function_network(self) -> ShallowNetwork:
        """A rational network with the same function.

        Raises
        ------
        ArithmeticError
            If a product c_i a_i is not rational.
        """
        rows, signs = [], []
        for weights, output in zip(self.weights, self.outputs, strict=True):
            products = [abs(output) * w for w in weights]
            if not all(product.is_rational for product in products):
                raise ArithmeticError("the products of the parameters are not rational")
            rows.append(tuple(product.rational for product in products))
            signs.append((Fraction(output.sign),))
        return ShallowNetwork(tuple(rows), (_ZERO,) * len(rows), tuple(signs), (_ZERO,))


def rigid_distance_is_below(
    parameters: Parameters, target: ShallowNetwork, bound: Surd | Fraction
) -> bool:
    """Whether some parametrization of R(target) is nearer than a bound, in maximum norm.

    Parameters
    ----------
    parameters : Parameters
        Of width m.
    target : ShallowNetwork
        Of width m, without biases, with linearly independent weights and no zero output.
    bound : Surd or Fraction
        Of the field of the parameters.

    Raises
    ------
    InputError
        If the target is not as needed.
    UnsupportedError
        If its activation is not relu.

    Examples
    --------
    From the zero network, k max(k x, 0) is k away:

    >>> zero, k = Fraction(0), Fraction(3)
    >>> origin = Parameters(((Surd(zero),),), (Surd(zero),))
    >>> target = ShallowNetwork(((k,),), (zero,), ((k,),), (zero,))
    >>> [rigid_distance_is_below(origin, target, k + step) for step in (0, Fraction(1, 10**9))]
    [False, True]
    """
    goal = Parameters.of(target)
    if len(goal.outputs) != len(parameters.outputs):
        raise InputError("the target has another width than the parameters")
    if not all(goal.outputs) or rank(target.hidden_weights) < target.width:
        raise InputError("the target needs linearly independent weights and non-zero outputs")
    far = [
        [
            int(not _within(weights, output, normal, jump, bound))
            for normal, jump in zip(target.hidden_weights, target.output_weights, strict=True)
        ]
        for weights, output in zip(parameters.weights, parameters.outputs, strict=True)
    ]
    return bool(bottleneck_assignment(far).bottleneck == 0)


def rigid_distance_bounds(
    parameters: Parameters, target: ShallowNetwork, width: Fraction
) -> tuple[Fraction, Fraction]:
    """Rational bounds, at most `width` > 0 apart, of the distance to the nearest parametrization.

    Parameters and errors are those of `rigid_distance_is_below`.

    Examples
    --------
    >>> zero, k = Fraction(0), Fraction(3)
    >>> origin = Parameters(((Surd(zero),),), (Surd(zero),))
    >>> target = ShallowNetwork(((k,),), (zero,), ((k,),), (zero,))
    >>> low, high = rigid_distance_bounds(origin, target, Fraction(1, 100))
    >>> low <= 3 <= high <= low + Fraction(1, 100)
    True
    """
    low, high = _ZERO, Fraction(1)
    while not rigid_distance_is_below(parameters, target, high):
        low, high = high, 2 * high
    while high - low > width:
        middle = (low + high) / 2
        if rigid_distance_is_below(parameters, target, middle):
            high = middle
        else:
            low = middle
    return low, high


def kink_distance(network: ShallowNetwork, target: ShallowNetwork) -> Fraction:
    """A lower bound for the distance to every parametrization of R(target).

    Every kink of the target needs a neuron whose weights are a multiple of its normal; the bound is
    the largest distance of a kink's line of normals to the nearest weights of the network.

    Parameters
    ----------
    network, target : ShallowNetwork
        ReLU, without biases, with the same number of inputs.

    Examples
    --------
    >>> zero, one = Fraction(0), Fraction(1)
    >>> ramps = [ShallowNetwork((row,), (zero,), ((one,),), (zero,))
    ...          for row in ((one, zero), (one, one))]
    >>> kink_distance(*ramps)
    Fraction(1, 2)
    """
    for each in (network, target):
        require_bias_free(each)
    return max(
        (
            min(_line_distance(weights, kink.normal) for weights in network.hidden_weights)
            for kink in kink_form(target).kinks
        ),
        default=_ZERO,
    )


def _within(
    weights: Sequence[Surd], output: Surd, normal: Vector, jump: Vector, bound: Surd | Fraction
) -> bool:
    """Whether |weights - l normal| < bound and |output - jump/l| < bound for some l > 0."""
    low, high = Surd(_ZERO), None
    for w, n in zip(weights, normal, strict=True):
        if not n:
            if abs(w) >= bound:
                return False
            continue
        ends = sorted(((w - bound) / n, (w + bound) / n))
        low = max(low, ends[0])
        high = ends[1] if high is None else min(high, ends[1])
    # 1/l lies between (output - bound)/jump and (output + bound)/jump.
    ends = sorted(((output - bound) / jump[0], (output + bound) / jump[0]))
    if ends[1] <= 0:
        return False
    low = max(low, 1 / ends[1])
    if ends[0] > 0:
        high = 1 / ends[0] if high is None else min(high, 1 / ends[0])
    return high is None or low < high


def _line_distance(point: Vector, normal: Sequence[int]) -> Fraction:
    """min over l of |point - l normal| in maximum norm: the largest minor over |n_i| + |n_k|."""
    size = len(normal)
    distance = max(
        (abs(x) for x, n in zip(point, normal, strict=True) if not n), default=_ZERO
    )
    for i in range(size):
        for k in range(i):
            if normal[i] and normal[k]:
                minor = abs(point[i] * normal[k] - point[k] * normal[i])
                distance = max(distance, minor / (abs(normal[i]) + abs(normal[k])))
    return distance
