"""What a boundary stratum is before it is decided, and the sorted points of a line.

A stratum is a pencil span(base, y0 b - y1 a) of limits of spans of neurons, with a name: nested
tuples and sets of activation vectors or sign vectors, on which the symmetries of the data act.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.linalg import primitive
from symerm.arithmetic.rationals import format_rational
from symerm.attainability.realised import HiddenVectors, IntVector, Pencil

__all__ = ["Family", "LinePoints", "normal_line"]


@dataclass(frozen=True)
class Family:
    """One boundary stratum before it is decided.

    Attributes
    ----------
    kind, words, symbols : str
        What merges, in one word or two, in a sentence, and as a span.
    dimension : int
        Number of free parameters of its subspaces.
    pencil : Pencil
    sample : str
        How parameters other than y1/y0 were chosen; empty if there are none.
    forms : tuple
        Nested tuples and frozensets of vectors that name the stratum, in every order in which
        it can be read; symmetries of the data act on the vectors.
    """

    kind: str
    words: str
    symbols: str
    dimension: int
    pencil: Pencil
    sample: str
    forms: frozenset[object]


def normal_line(vectors: HiddenVectors, vector: Sequence[int]) -> IntVector:
    """The line of a vector, modulo constants with an output bias, as a primitive vector."""
    total = sum(vector) if vectors.constants else 0
    reduced = primitive(len(vector) * x - total for x in vector)
    lead = next((x for x in reduced if x), 1)
    return tuple(-x for x in reduced) if lead < 0 else reduced


class LinePoints:
    """The points of a dataset with one input in order, and the neurons with kinks at them.

    Points are counted from 0 in increasing order; vectors are in the order of the data.
    """

    def __init__(self, vectors: HiddenVectors) -> None:
        self.vectors = vectors
        self.order = sorted(
            range(len(vectors.forms)), key=lambda i: Fraction(*vectors.forms[i])
        )
        self.size = len(self.order)

    def back(self, image: Sequence[int]) -> IntVector:
        """A vector over the sorted points in the order of the data."""
        values = [0] * self.size
        for position, value in zip(self.order, image, strict=True):
            values[position] = value
        return tuple(values)

    def coordinate(self, kink: int) -> str:
        """A sorted point, as a text."""
        form = self.vectors.forms[self.order[kink]]
        return format_rational(Fraction(form[0], form[1]))

    def ramp(self, kink: int) -> IntVector:
        """rho of a sorted point, times a common denominator."""
        heights = [self.vectors.forms[i][0] for i in self.order]
        return self.back([max(x - heights[kink], 0) for x in heights])

    def fall(self, kink: int) -> IntVector:
        """lambda of a sorted point, in the same units."""
        heights = [self.vectors.forms[i][0] for i in self.order]
        return self.back([max(heights[kink] - x, 0) for x in heights])
