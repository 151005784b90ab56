"""Activation patterns of a dataset.

A neuron (a, b) in Q^p x Q is active on the input s_i if <a, s_i> + b > 0.  The patterns that
neurons can have, off the boundaries, are the chambers of the central arrangement of the n
hyperplanes { (a, b) : <a, s_i> + b = 0 }, or of { a : <a, s_i> = 0 } without hidden bias.  For
points in general position their number is 2 sum_{k <= p} C(n - 1, k) with hidden bias and
2 sum_{k < p} C(n - 1, k) without (Cover 1965); p = 1 gives 2n.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.hyperplanes import chambers, general_position_chambers
from symerm.errors import InputError

__all__ = [
    "ActivationPattern",
    "activation_patterns",
    "data_forms",
    "general_position_count",
]

Vector = tuple[Fraction, ...]


@dataclass(frozen=True)
class ActivationPattern:
    """A full-dimensional activation pattern with a neuron that has it.

    Attributes
    ----------
    active : tuple of n bool
        Whether the neuron is active on input i.  An input that no neuron of the model can
        activate (the origin, without hidden bias) is inactive in every pattern.
    weights : tuple of p Fractions
    bias : Fraction
        An exact interior witness: no preactivation is zero, unless it is zero for all neurons.
        The bias is 0 without hidden bias.
    """

    active: tuple[bool, ...]
    weights: Vector
    bias: Fraction

    @property
    def size(self) -> int:
        """Number of active inputs."""
        return sum(self.active)


def data_forms(
    inputs: Sequence[Sequence[Fraction | int]], *, hidden_bias: bool = True
) -> tuple[Vector, ...]:
    """The linear forms on the neurons, one per input: (s_i, 1), or s_i without hidden bias.

    Parameters
    ----------
    inputs : n >= 1 rows of p >= 1 rationals

    Raises
    ------
    InputError
        If there are no inputs, they have no coordinates or differ in length.

    Examples
    --------
    >>> [tuple(map(int, form)) for form in data_forms([(3, 4)])]
    [(3, 4, 1)]
    """
    if not inputs:
        raise InputError("the dataset has no inputs; at least one point is needed")
    dimension = len(inputs[0])
    if dimension == 0:
        raise InputError("the inputs have no columns; at least one is needed")
    for number, row in enumerate(inputs, start=1):
        if len(row) != dimension:
            raise InputError(
                f"the input has {len(row)} entries here but {dimension} in the first row",
                row=number,
            )
    tail = (Fraction(1),) if hidden_bias else ()
    return tuple((*map(Fraction, row), *tail) for row in inputs)


def activation_patterns(
    inputs: Sequence[Sequence[Fraction | int]],
    *,
    hidden_bias: bool = True,
    limit: int | None = None,
) -> tuple[ActivationPattern, ...]:
    """All activation patterns of a dataset, each with an exact interior witness.

    Parameters
    ----------
    inputs : n rows of p rationals, repeated and collinear points allowed
    hidden_bias : bool
    limit : int, optional
        Largest number of patterns wanted.

    Returns
    -------
    tuple of ActivationPattern
        Sorted by `active`, from all inactive to all active.

    Raises
    ------
    InputError
        If there are no inputs or they differ in length.
    BudgetExceeded
        If there are more than `limit` patterns.

    Examples
    --------
    >>> ["".join("01"[on] for on in pattern.active)
    ...  for pattern in activation_patterns([(0,), (1,), (2,)])]
    ['000', '001', '011', '100', '110', '111']
    """
    patterns = []
    for cell in chambers(data_forms(inputs, hidden_bias=hidden_bias), limit=limit):
        *weights, bias = cell.witness if hidden_bias else (*cell.witness, Fraction(0))
        active = tuple(sign > 0 for sign in cell.signs)
        patterns.append(ActivationPattern(active, tuple(weights), bias))
    return tuple(patterns)


def general_position_count(points: int, dimension: int, *, hidden_bias: bool = True) -> int:
    """The number of activation patterns of n points in general position in Q^p.

    General position means that any p + 1 of the vectors (s_i, 1) are linearly independent, or
    any p of the vectors s_i without hidden bias.  No dataset of that size has more patterns.

    Examples
    --------
    >>> general_position_count(10, 1), general_position_count(100, 2)
    (20, 9902)
    >>> general_position_count(10, 2, hidden_bias=False)
    20
    """
    return general_position_chambers(points, dimension + 1 if hidden_bias else dimension)
