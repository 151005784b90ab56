"""Descents of first order that move the output bias or one neuron, in simple numbers.

The derivative of the loss along (dc, dv_j) is 2 <dc, sum r> + 2 sum_j <dv_j, psi(a_j)>, so one
vector that is not zero among sum r, psi(a_1), .. gives a descent.  A direction near the negative
vector does as well: its entries are rounded to few binary digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from operator import mul

from symerm.landscape.empirical_loss import Curve, EmpiricalLoss, Finding, direction_network

__all__ = ["output_descent", "roundings", "steepest"]

#: Binary digits to which directions are rounded.
_BITS = (1, 3, 6, 12, 24, 48, 96, 192)

Vector = tuple[Fraction, ...]
_ZERO = Fraction(0)


def roundings(direction: Sequence[Fraction]) -> Iterator[Vector]:
    """Vectors of few digits near the multiple of a direction with largest entry 1, then it itself.

    Parameters
    ----------
    direction : sequence of Fraction
        Not zero.

    Examples
    --------
    >>> next(roundings([Fraction(1, 3), Fraction(2)]))
    (Fraction(0, 1), Fraction(1, 1))
    """
    size = max(map(abs, direction))
    for bits in _BITS:
        grid = 1 << bits
        yield tuple(Fraction(round(x / size * grid), grid) for x in direction)
    yield tuple(x / size for x in direction)


def steepest(gradient: Sequence[Fraction]) -> tuple[Vector, Fraction]:
    """A simple direction d near the negative gradient, and <gradient, d> < 0.

    Examples
    --------
    >>> steepest([Fraction(1), Fraction(-7, 2)])
    ((Fraction(-1, 2), Fraction(1, 1)), Fraction(-4, 1))
    """
    # The largest entry is kept, and no entry changes its sign.
    direction = tuple(-x for x in next(roundings(gradient)))
    return direction, sum(map(mul, gradient, direction), _ZERO)


def output_descent(loss: EmpiricalLoss, values: Sequence[Vector]) -> Finding | None:
    """A descent of first order in the output biases or the output weights of one neuron.

    Parameters
    ----------
    loss : EmpiricalLoss
    values : sequence of q-vectors
        psi(a_j) for each neuron.
    """
    network = loss.network
    if any(loss.bias_sum):
        direction, slope = steepest(loss.bias_sum)
        return Finding(
            "not-critical",
            "the residuals do not sum to zero: moving the output bias lowers the loss to first "
            "order",
            Curve(direction_network(network, bias=direction), 1, 2 * slope),
        )
    for j, value in enumerate(values):
        if any(value):
            direction, slope = steepest(value)
            return Finding(
                "not-critical",
                f"the residuals are not orthogonal to the outputs of neuron {j + 1}: moving its "
                "output weights lowers the loss to first order",
                Curve(direction_network(network, output={j: direction}), 1, 2 * slope),
            )
    return None
