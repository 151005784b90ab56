"""The escape: networks whose loss tends to an infimum that none attains.

Near a boundary stratum some hidden neurons become dependent while the output weights that produce
the limit grow: where two kinks merge, their difference becomes a kink and a jump of the derivative
that no single pair of neurons has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.rational_functions import RationalFunction
from symerm.networks.shallow import ShallowNetwork

__all__ = ["Escape", "Family"]

Family = tuple[
    tuple[tuple[RationalFunction, ...], ...],
    tuple[RationalFunction, ...],
    tuple[tuple[RationalFunction, ...], ...],
    tuple[RationalFunction, ...],
]


@dataclass(frozen=True)
class Escape:
    """How the loss tends to the infimum.

    Attributes
    ----------
    stratum : mapping
        The boundary stratum in words and symbols.
    family : hidden weights, hidden biases, output weights, output biases in eps
    loss : RationalFunction
        The loss of the family, exact.
    limit : Fraction
        The loss of the limit, which no network has.
    rate : str
        How the parameters diverge.
    samples : tuple of (eps, network, loss), eps decreasing
    """

    stratum: Mapping[str, str | list[str]]
    family: Family
    loss: RationalFunction
    limit: Fraction
    rate: str
    samples: tuple[tuple[Fraction, ShallowNetwork, Fraction], ...]
