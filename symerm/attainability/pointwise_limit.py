"""The pointwise limit of an escaping family with one input.

For eps -> 0+ the sign of a preactivation a(eps) s + b(eps) is that of its first coefficient that
is not zero, so near 0 the output is a rational function of eps, with a limit where no pole
remains.  Between the limit kinks the limit is affine; at a kink where neurons merge
it jumps, and so no network realises it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from symerm.attainability.escape import Escape

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
    slope = escape.samples[0][1].activation.negative_slope
    hidden = []
    for row, bias in zip(hidden_weights, hidden_biases, strict=True):
        value = row[0] * s + bias
        hidden.append(value if value.sign > 0 else value * slope)
    values = []
    for k, offset in enumerate(output_biases):
        total = offset
        for outgoing, neuron in zip(output_weights, hidden, strict=True):
            total += outgoing[k] * neuron
        values.append(total.limit)
    return tuple(values)


def limit_pieces(escape: Escape, lower: Fraction, upper: Fraction) -> tuple[LimitPiece, ...]:
    """The limit between two inputs lower < upper, cut at the limit kinks in between."""
    cuts = {lower, upper}
    for row, bias in zip(escape.family[0], escape.family[1], strict=True):
        slope = row[0]
        kink = (bias * -1 / slope).limit if slope else None
        if kink is not None and lower < kink < upper:
            cuts.add(kink)
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
