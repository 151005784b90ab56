"""Inverse stability of the realization map on N*, with the best constants.

Berner, Elbraechter, Grohs (2019), Theorem 3.1: for Gamma in N* and g in R(N*) some Phi in N* with
R(Phi) = g has |Phi - Gamma| <= 4 |g - R(Gamma)|^(1/2) in the seminorm W1,inf.  The best constant
for d inputs and width m, whatever the number of outputs, is s(d, m) = 2 for m = 1 and for (2, 2),
1 + sqrt(2) for (2, 3) and for d >= 3, m = 2, and 2 sqrt(2) otherwise; the exponent is best, too.
Upper bounds: proofs/berner_elbraechter_grohs_2019; lower bounds: the pairs of networks here.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.surds import Surd
from symerm.errors import InputError
from symerm.parametrization.balanced import BalancedNetwork, BalancedNeuron
from symerm.parametrization.nearest import Nearest, nearest_parametrization

__all__ = [
    "PAPER_CONSTANT",
    "StabilityClaim",
    "StabilityVerdict",
    "extremal_pair",
    "sharp_constant",
    "stability_claims",
    "stability_verdict",
]

#: The constant of the theorem as it was published.
PAPER_CONSTANT = 4

_ONE = Fraction(1)
_ROOT_EIGHT, _ONE_AND_ROOT = Surd.root(8), Surd(_ONE, Fraction(2))

#: Neurons of an extremal pair: the first entry and the number of tilts of the direction, then the
#: signed squares c |a| in Gamma and in G, 0 where the network has no such neuron.
_Row = tuple[int, int, Fraction | int, Fraction | int]
#: The direction, and the two signed squares.
_Kink = tuple[tuple[Fraction, ...], Fraction, Fraction]


def _square(numerator: int, denominator: int) -> Fraction:
    return Fraction(numerator, denominator) ** 2


#: Prefix sums of the jumps along the order of the kinks are -2, 2, -2, 2, 0 (in Gamma - G).
_FOUR: tuple[_Row, ...] = (
    (1, 1, _square(31, 8), _square(33, 8)),
    (1, 2, 4, 0),
    (1, 3, _square(15, 4), _square(17, 4)),
    (1, 4, 0, -4),
    (1, 5, _square(31, 8), _square(33, 8)),
)
#: With a first entry of either sign the jump of G's own neuron brings the sum back to -2.
_THREE: tuple[_Row, ...] = (
    (1, 1, _square(31, 8), _square(33, 8)),
    (1, 2, 4, 0),
    (-1, 2, 0, -4),
    (-1, 1, _square(31, 8), _square(33, 8)),
)
_THREE_IN_THE_PLANE: tuple[_Row, ...] = ((1, 1, 2, 3), (1, 2, 2, 0), (1, 3, 2, 4), (1, 4, 0, -1))
_TWO: tuple[_Row, ...] = ((-1, 1, 1, 0), (1, 2, 0, -2), (1, 1, 2, 3))
_ONE_NEURON: tuple[_Row, ...] = ((1, 1, 1, 0), (-1, 1, 0, -1))


@dataclass(frozen=True)
class StabilityVerdict:
    """The ratio |Phi - Gamma| / |g - R(Gamma)|^(1/2) of a pair against the constants.

    Attributes
    ----------
    ratio_squared : Surd or None
        None if the functions are equal.
    constant : Surd
        The best constant for the numbers of inputs and neurons.
    """

    ratio_squared: Surd | None
    constant: Surd

    @property
    def holds(self) -> bool:
        """Whether the ratio is at most the best constant; the theorem says always."""
        return self.ratio_squared is None or self.ratio_squared <= self.constant * self.constant

    @property
    def is_extremal(self) -> bool:
        """Whether the ratio is the best constant itself."""
        return self.ratio_squared == self.constant * self.constant


@dataclass(frozen=True)
class StabilityClaim:
    """A statement on constants, and whether the exact check of its instance succeeded."""

    statement: str
    holds: bool


def sharp_constant(inputs: int, width: int) -> Surd:
    """The least s with |Phi - Gamma| <= s |g - R(Gamma)|^(1/2) on N*, for any number of outputs.

    Parameters
    ----------
    inputs : int
        d >= 2.
    width : int
        m >= 1.

    Raises
    ------
    InputError
        If there is no such restricted set.

    Examples
    --------
    >>> [[float(round(float(sharp_constant(d, m)), 3)) for m in (1, 2, 3, 4)] for d in (2, 3)]
    [[2.0, 2.0, 2.414, 2.828], [2.0, 2.414, 2.828, 2.828]]
    """
    if inputs < 2 or width < 1:
        raise InputError("the restricted set needs at least two inputs and one neuron")
    # A pair above 1 + sqrt(2) needs an extreme kink on both sides of two inner ones.
    level = width if inputs == 2 else width + (width > 1)
    if level <= 2:
        return Surd(Fraction(2))
    return _ONE_AND_ROOT if level == 3 else _ROOT_EIGHT


def stability_verdict(found: Nearest) -> StabilityVerdict:
    """Compare a nearest parametrization with the best constant of its architecture.

    Examples
    --------
    >>> verdict = stability_verdict(nearest_parametrization(*extremal_pair(2, 4)))
    >>> verdict.holds, verdict.is_extremal, verdict.ratio_squared == 8
    (True, True, True)
    """
    return StabilityVerdict(
        found.ratio_squared, sharp_constant(found.gamma.input_dimension, found.gamma.width)
    )


def extremal_pair(
    inputs: int, width: int, *, outputs: int = 1, tilt: Fraction = Fraction(1, 1000)
) -> tuple[BalancedNetwork, BalancedNetwork]:
    """Networks Gamma and G of N* whose ratio is the best constant.

    For d = 2, m = 1 the constant is a supremum that no pair attains: the ratio is then
    2/sqrt(1 + tilt).  Where the constant is 2 or 2 sqrt(2) all parameters are rational.

    Parameters
    ----------
    inputs, width : int
        d >= 2 and m >= 1.
    outputs : int
        D >= 1.
    tilt : Fraction
        How far directions differ, positive; small against 1/m.

    Raises
    ------
    InputError
        If there is no such architecture or the tilt is not in (0, 1/(4 m + 20)].

    Examples
    --------
    >>> gamma, target = extremal_pair(3, 3)
    >>> gamma.rational_network().output_weights[1], target.rational_network().output_weights[1]
    ((Fraction(2, 1),), (Fraction(-2, 1),))
    """
    constant = sharp_constant(inputs, width)
    if outputs < 1:
        raise InputError("a network has at least one output")
    if not 0 < tilt <= Fraction(1, 4 * width + 20):
        raise InputError(f"the tilt must be positive and at most 1/{4 * width + 20}")
    neurons: list[_Kink]
    if inputs == 2 and width <= 2:
        zero = Fraction(0)
        neurons = [((_ONE, tilt), _ONE, zero), ((tilt, _ONE), zero, -_ONE)]
        if width == 2:
            neurons.insert(1, ((_ONE, 2 * tilt), _square(4, 3), _square(5, 3)))
    else:
        if constant == _ROOT_EIGHT:
            rows = _FOUR if width > 3 else _THREE
        elif constant == _ONE_AND_ROOT:
            rows = _TWO if width == 2 else _THREE_IN_THE_PLANE
        else:
            rows = _ONE_NEURON
        # Equal neurons, as far from G's single one as the others, fill up the width.
        rows += tuple((1, number, 16, 16) for number in range(6, width + 2))
        neurons = [
            (_direction(inputs, first, number * tilt), Fraction(one), Fraction(other))
            for first, number, one, other in rows
        ]
    gamma, target = (
        BalancedNetwork(
            inputs,
            outputs,
            tuple(
                _neuron(direction, squares[side], outputs)
                for direction, *squares in neurons
                if squares[side]
            ),
        )
        for side in (0, 1)
    )
    return gamma, target


def stability_claims() -> tuple[StabilityClaim, ...]:
    """The lower bounds for the best constants and for the exponent, each checked exactly.

    Examples
    --------
    >>> claims = stability_claims()
    >>> all(claim.holds for claim in claims)
    True
    >>> claims[0].statement
    'd = 2, m = 1: pairs have ratios 2/sqrt(1 + t) for ever smaller t'
    """
    claims = [StabilityClaim(
        "d = 2, m = 1: pairs have ratios 2/sqrt(1 + t) for ever smaller t",
        all(
            nearest_parametrization(*extremal_pair(2, 1, tilt=tilt)).ratio_squared
            == 4 / (1 + tilt)
            for tilt in (Fraction(1, 10**k) for k in (2, 4, 8))
        ),
    )]
    for inputs, width in ((2, 2), (2, 3), (2, 4), (3, 1), (3, 2), (3, 3), (4, 3)):
        claims.append(StabilityClaim(
            f"d = {inputs}, m = {width}: a pair has ratio {sharp_constant(inputs, width)}",
            all(
                stability_verdict(
                    nearest_parametrization(*extremal_pair(inputs, width, outputs=outputs))
                ).is_extremal
                for outputs in (1, 2)
            ),
        ))
    claims.append(StabilityClaim(
        "one neuron that vanishes: |Phi - Gamma| = |g - R(Gamma)|^(1/2), so 1/2 is the exponent",
        all(
            nearest_parametrization(*_vanishing(size)).ratio_squared == 1
            for size in (_ONE, Fraction(1, 10**3), Fraction(1, 10**9))
        ),
    ))
    return tuple(claims)


def _vanishing(square: Fraction) -> tuple[BalancedNetwork, BalancedNetwork]:
    """No neuron against one small neuron."""
    return BalancedNetwork(2, 1, ()), BalancedNetwork(
        2, 1, (_neuron((_ONE, _ONE), square, 1),)
    )


def _direction(inputs: int, first: int, tilt: Fraction) -> tuple[Fraction, ...]:
    """(first, tilt), or (first, 0, .., 0, tilt, tilt) with more inputs."""
    if inputs == 2:
        return Fraction(first), tilt
    return (Fraction(first), *(Fraction(0),) * (inputs - 3), tilt, tilt)


def _neuron(
    direction: tuple[Fraction, ...], signed: Fraction, outputs: int
) -> BalancedNeuron:
    sign = Fraction(1 if signed > 0 else -1)
    return BalancedNeuron(direction, (sign, *(Fraction(0),) * (outputs - 1)), abs(signed))
