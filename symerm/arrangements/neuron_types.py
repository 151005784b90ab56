"""The types of a hidden neuron on an interval or on a set of points.

Where is x -> <w, x> + b non-negative on a domain D?  The answer splits the neurons into six types
(Cheridito, Jentzen, Rossmannek 2021 for an interval; the same words for finitely many points):
nowhere, only where it vanishes, everywhere, or on a part of D.  Constant neurons stand apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from fractions import Fraction

__all__ = ["NeuronType", "neuron_type", "neuron_type_on_points"]


class NeuronType(Enum):
    """The type of a hidden neuron (w, b) on a domain D; each neuron has exactly one.

    ``DEGENERATE``: w = 0 and b = 0.  ``INACTIVE``: negative on all of D.  ``SEMI_INACTIVE``: not
    positive on D, zero somewhere.  ``SEMI_ACTIVE``: w = 0 < b.  ``TYPE_1_ACTIVE``: w is not zero
    and no value on D is negative, nor are all zero.  ``TYPE_2_ACTIVE``: of both signs on D.
    """

    DEGENERATE = "degenerate"
    INACTIVE = "inactive"
    SEMI_INACTIVE = "semi-inactive"
    SEMI_ACTIVE = "semi-active"
    TYPE_1_ACTIVE = "type-1-active"
    TYPE_2_ACTIVE = "type-2-active"


def neuron_type(
    weight: Fraction, bias: Fraction, interval: tuple[Fraction, Fraction]
) -> NeuronType:
    """The type of the neuron x -> weight x + bias on the interval [T0, T1] with T0 < T1.

    Examples
    --------
    >>> unit = Fraction(0), Fraction(1)
    >>> neuron_type(Fraction(2), Fraction(-1), unit).value
    'type-2-active'
    >>> neuron_type(Fraction(-1), Fraction(0), unit).value
    'semi-inactive'
    """
    return _from_values((weight,), (weight * interval[0] + bias, weight * interval[1] + bias), bias)


def neuron_type_on_points(
    weights: Sequence[Fraction], bias: Fraction, points: Sequence[Sequence[Fraction]]
) -> NeuronType:
    """The type of the neuron s -> <weights, s> + bias on a set of points.

    Parameters
    ----------
    weights : p Fractions
    bias : Fraction
    points : n >= 1 rows of p Fractions

    Examples
    --------
    >>> one = Fraction(1)
    >>> neuron_type_on_points((one,), -one, [(one,), (2 * one,)]).value
    'type-1-active'
    """
    values = [
        sum((w * x for w, x in zip(weights, point, strict=True)), bias) for point in points
    ]
    return _from_values(weights, values, bias)


def _from_values(
    weights: Sequence[Fraction], values: Sequence[Fraction], bias: Fraction
) -> NeuronType:
    """The type from the values at the points, or at the vertices of a polytope."""
    if not any(weights):
        if bias == 0:
            return NeuronType.DEGENERATE
        return NeuronType.SEMI_ACTIVE if bias > 0 else NeuronType.INACTIVE
    # The sign of a Fraction is that of its numerator, which is much faster to compare.
    signs = [value.numerator for value in values]
    if not any(sign > 0 for sign in signs):
        return NeuronType.INACTIVE if all(signs) else NeuronType.SEMI_INACTIVE
    if any(sign < 0 for sign in signs):
        return NeuronType.TYPE_2_ACTIVE
    return NeuronType.TYPE_1_ACTIVE
