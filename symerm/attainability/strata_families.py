"""What a boundary stratum is before it is decided, and the sorted points of a line.

A stratum is a pencil span(base, y0 b - y1 a) of limits of spans of neurons, with a name: nested
tuples and sets of activation vectors or sign vectors, on which the symmetries of the data act.
The same subspaces may be limits in several ways; `distinct` lists them once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symerm.arithmetic.linalg import primitive, row_reduce
from symerm.arithmetic.rationals import format_rational
from symerm.attainability.realised import HiddenVectors, IntVector, Pencil

__all__ = ["Family", "LinePoints", "distinct", "normal_line"]


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
    segment : tuple of IntVector
        If the only other parameter moves the last vector of the base between two neurons,
        these two; otherwise empty.
    """

    kind: str
    words: str
    symbols: str
    dimension: int
    pencil: Pencil
    sample: str
    forms: frozenset[object]
    segment: tuple[IntVector, ...] = ()


def normal_line(vectors: HiddenVectors, vector: Sequence[int]) -> IntVector:
    """The line of a vector, modulo constants with an output bias, as a primitive vector."""
    total = sum(vector) if vectors.constants else 0
    reduced = primitive(len(vector) * x - total for x in vector)
    lead = next((x for x in reduced if x), 1)
    return tuple(-x for x in reduced) if lead < 0 else reduced


def distinct(vectors: HiddenVectors, families: Sequence[Family]) -> list[Family]:
    """The families, once for each set of subspaces, the first of several with the names of all.

    Families that have other parameters than y1/y0 and a segment are all kept.

    Examples
    --------
    >>> from symerm.problem.architecture import Architecture
    >>> vectors = HiddenVectors.of([(k,) for k in range(4)], Architecture(2))
    >>> one, other = (
    ...     Family("", word, "", 1, Pencil((base,), first, (0, 1, 2, 3)), "", frozenset({word}))
    ...     for word, base, first in [
    ...         ("one", (0, 0, 1, 2), (0, 0, 0, 1)), ("other", (1, 1, 0, -1), (0, 0, 2, 5))
    ...     ]
    ... )
    >>> [(found.words, sorted(found.forms)) for found in distinct(vectors, [one, other])]
    [('one', ['one', 'other'])]
    """
    found: dict[object, list[Family]] = {}
    for position, family in enumerate(families):
        decided = family.segment or not family.sample
        key = _subspaces(vectors, family) if decided else position
        found.setdefault(key, []).append(family)
    return [
        replace(same[0], forms=frozenset().union(*(family.forms for family in same)))
        for same in found.values()
    ]


def _subspaces(vectors: HiddenVectors, family: Family) -> object:
    """Equal for two families only if they have the same subspaces."""
    pencil = family.pencil
    fixed = pencil.base[:-1] if family.segment else pencil.base
    rows, pivots = row_reduce([*vectors.constants, *fixed])

    def modulo_base(vector: Sequence[int]) -> IntVector:
        return primitive(
            value - sum(vector[j] * row[i] for row, j in zip(rows, pivots, strict=True))
            for i, value in enumerate(map(Fraction, vector))
        )

    def cone(*ends: Sequence[int]) -> object:
        """The lines of the positive combinations, modulo what is fixed of the base."""
        reduced = frozenset(map(modulo_base, ends))
        return frozenset({reduced, frozenset(tuple(-x for x in end) for end in reduced)})

    minus = tuple(-x for x in pencil.first)
    return rows, cone(*family.segment), cone(pencil.second, minus)


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

    @property
    def unit(self) -> int:
        """The common denominator of inputs and slopes, by which all vectors are multiplied."""
        return self.vectors.forms[0][1] * self.vectors.slopes[0]

    def affine(self) -> IntVector:
        """s, times the common denominator."""
        return tuple(self.vectors.slopes[0] * form[0] for form in self.vectors.forms)

    def ramp(self, kink: int) -> IntVector:
        """rho of a sorted point, the activations of s - s_i, in the same units."""
        return self._kinked(1, kink)

    def fall(self, kink: int) -> IntVector:
        """lambda of a sorted point, the activations of s_i - s, in the same units."""
        return self._kinked(-1, kink)

    def _kinked(self, turn: int, kink: int) -> IntVector:
        on, off = self.vectors.slopes
        heights = [form[0] for form in self.vectors.forms]
        values = [turn * (x - heights[self.order[kink]]) for x in heights]
        return tuple((on if z > 0 else off) * z for z in values)
