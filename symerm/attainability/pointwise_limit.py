"""The pointwise limit of an escaping family with one input.

For eps -> 0+ the sign of a preactivation a(eps) s + b(eps) is that of its first coefficient that
is not zero, so near 0 the output is a Laurent polynomial in eps whose constant term is the limit
where no pole remains.  Between the limit kinks the limit is affine; at a kink where neurons merge
it jumps, and so no network realises it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from symerm.attainability.escape import Escape, LaurentPolynomial
from symerm.problem.architecture import Activation

__all__ = ["LimitPiece", "limit_at", "limit_pieces"]

Values = tuple[Fraction | None, ...]


@dataclass(frozen=True)
class LimitPiece:
    """The limit on the open interval between `lower` and `upper`.

    Attributes
    ----------
    lower, upper : Fraction
    after_lower, before_upper : q one-sided limits, None where there is none
    """

    lower: Fraction
    upper: Fraction
    after_lower: Values
    before_upper: Values


def limit_at(escape: Escape, s: Fraction) -> Values:
    """The limit of the outputs at the input s, None for an output that diverges.

    Examples
    --------
    >>> from symerm.attainability import decide
    >>> from symerm.problem import Architecture, Problem
    >>> from symerm.problem.catalogue import load_dataset
    >>> verdict = decide(Problem(load_dataset("counterexample-3"), Architecture(2)))
    >>> [tuple(map(str, limit_at(verdict.escape, Fraction(s)))) for s in range(4)]
    [('0', '0'), ('0', '1'), ('1', '3'), ('2', '3')]
    """
    hidden_weights, hidden_biases, output_weights, output_biases = escape.family
    hidden = [
        _activated(_sum(_scaled(row[0], s), _coefficients(bias)), _activation(escape))
        for row, bias in zip(hidden_weights, hidden_biases, strict=True)
    ]
    values: list[Fraction | None] = []
    for k, bias in enumerate(output_biases):
        # Coefficients of eps^-2, eps^-1 and eps^0.
        total = [Fraction(0), bias.pole, bias.constant]
        for outgoing, neuron in zip(output_weights, hidden, strict=True):
            for i, x in enumerate(_coefficients(outgoing[k])):
                for j in range(3 - i):
                    total[i + j] += x * neuron[j]
        values.append(None if total[0] or total[1] else total[2])
    return tuple(values)


def limit_pieces(escape: Escape, lower: Fraction, upper: Fraction) -> tuple[LimitPiece, ...]:
    """The limit between two inputs lower < upper, cut at the limit kinks in between."""
    cuts = {lower, upper}
    for row, bias in zip(escape.family[0], escape.family[1], strict=True):
        for slope, intercept in zip(_coefficients(row[0]), _coefficients(bias), strict=True):
            if slope and lower < -intercept / slope < upper:
                cuts.add(-intercept / slope)
            if slope or intercept:
                break
    pieces = []
    for start, end in pairwise(sorted(cuts)):
        third = (end - start) / 3
        inner = (limit_at(escape, start + third), limit_at(escape, end - third))
        pieces.append(LimitPiece(
            start, end,
            tuple(_beyond(y, x) for x, y in zip(*inner, strict=True)),
            tuple(_beyond(x, y) for x, y in zip(*inner, strict=True)),
        ))
    return tuple(pieces)


def _beyond(first: Fraction | None, second: Fraction | None) -> Fraction | None:
    """The next value of an affine function, after two that are equally spaced."""
    return None if first is None or second is None else 2 * second - first


def _activation(escape: Escape) -> Activation:
    return escape.samples[0][1].activation


def _coefficients(value: LaurentPolynomial) -> tuple[Fraction, ...]:
    """Of eps^-1, 1, eps and eps^2."""
    return value.pole, value.constant, value.linear, value.square


def _scaled(value: LaurentPolynomial, factor: Fraction) -> tuple[Fraction, ...]:
    return tuple(factor * x for x in _coefficients(value))


def _sum(first: tuple[Fraction, ...], second: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    return tuple(x + y for x, y in zip(first, second, strict=True))


def _activated(value: tuple[Fraction, ...], activation: Activation) -> tuple[Fraction, ...]:
    """The activation of a preactivation for small eps > 0."""
    leading = next((x for x in value if x), Fraction(0))
    return value if leading > 0 else tuple(activation.negative_slope * x for x in value)
