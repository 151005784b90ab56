"""Neurons on the line: for p = 1 the images of all neurons form a curve of segments.

Sort the distinct inputs s_1 < .. < s_n.  A neuron (a, b) is a direction in the plane; the 2n rays
on which some s_i is the kink cut the plane into sectors, and on each sector the vector of
activations is linear.  Up to sign, and modulo the constants if there is an output bias, the
activations therefore run along a curve of segments cone(x_k, x_{k+1}) between the activations of
neighbouring rays (Lim, Michalek, Qi 2019: the ReLU cone and its secants).  For the ReLU with both
biases it is the path rho_{n-1} .. rho_2, s, -lambda_{n-1} .. -lambda_2 with 2n - 3 vertices.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.linalg import primitive

__all__ = ["CurveVertex", "NeuronCurve", "Segment", "SegmentEnd", "neuron_curve"]

IntVector = tuple[int, ...]


@dataclass(frozen=True)
class CurveVertex:
    """A ray of neurons at which segments may meet.

    Attributes
    ----------
    image : integer vector, the activations of the ray up to sign
    kink : index of the data point at the kink
    facing : ``"right"`` or ``"left"``
    """

    image: IntVector
    kink: int
    facing: str


@dataclass(frozen=True)
class SegmentEnd:
    """One end of a segment.

    Attributes
    ----------
    vertex : index of the vertex
    sign : 1 or -1, such that the segment is the cone of sign times image at its two ends
    ray : the neuron (a, b) at this end, a primitive integer vector in the units of the forms
    factor : positive rational f with act(ray) = orientation * sign * f * image modulo constants
    """

    vertex: int
    sign: int
    ray: IntVector
    factor: Fraction


@dataclass(frozen=True)
class Segment:
    """The activations of one sector of neurons: orientation times a cone of two signed images."""

    ends: tuple[SegmentEnd, SegmentEnd]
    orientation: int


@dataclass(frozen=True)
class NeuronCurve:
    """The vertices, no two proportional modulo constants, and the segments between them."""

    vertices: tuple[CurveVertex, ...]
    segments: tuple[Segment, ...]


def neuron_curve(
    forms: tuple[IntVector, ...],
    slopes: tuple[int, int],
    *,
    hidden_bias: bool = True,
    modulo_constants: bool = True,
) -> NeuronCurve:
    """The curve of a dataset with one input.

    Parameters
    ----------
    forms : n distinct vectors (x_i, D), sorted, or (x_i,) without hidden bias
    slopes : slopes of the activation for positive and negative arguments
    hidden_bias : bool
    modulo_constants : bool
        Whether constant functions count as zero (there is an output bias).

    Examples
    --------
    >>> curve = neuron_curve(((0, 1), (1, 1), (2, 1), (3, 1)), (1, 0))
    >>> [vertex.image for vertex in curve.vertices]
    [(0, 0, 0, 1), (0, 0, 1, 2), (0, 1, 2, 3), (-2, -1, 0, 0), (-1, 0, 0, 0)]
    >>> len(curve.segments)
    4
    """
    builder = _Builder(forms, slopes, modulo_constants)
    size = len(forms)
    if not hidden_bias:
        ends = [builder.end((1,), 0, "right"), builder.end((-1,), 0, "left")]
        pairs = [(end, end) for end in ends]
    else:
        scale = forms[0][-1]
        rays = [(primitive((scale, -forms[i][0])), i, "right") for i in reversed(range(size))]
        rays += [(primitive((-scale, forms[i][0])), i, "left") for i in reversed(range(size))]
        ends = [builder.end(*ray) for ray in rays]
        pairs = list(zip(ends, [*ends[1:], ends[0]], strict=True))
    return builder.curve(pairs)


class _Builder:
    """Collects vertices up to sign and scale; signs are first relative to a canonical one."""

    def __init__(
        self, forms: tuple[IntVector, ...], slopes: tuple[int, int], modulo_constants: bool
    ) -> None:
        self.forms, self.slopes, self.modulo_constants = forms, slopes, modulo_constants
        self.vertices: list[CurveVertex] = []
        self.known: dict[IntVector, int] = {}
        self.lengths: list[int] = []

    def end(self, ray: IntVector, kink: int, facing: str) -> SegmentEnd | None:
        """The end at a ray, or None if its activations are zero (modulo constants)."""
        on, off = self.slopes
        values = [sum(x * y for x, y in zip(form, ray, strict=True)) for form in self.forms]
        image = tuple(on * z if z > 0 else off * z for z in values)
        reduced = image
        if self.modulo_constants:
            reduced = tuple(len(image) * x - sum(image) for x in image)
        if not any(reduced):
            return None
        direction = primitive(reduced)
        length = next(x // y for x, y in zip(reduced, direction, strict=True) if y)
        sign = 1 if next(x for x in direction if x) > 0 else -1
        key = tuple(sign * x for x in direction)
        if key not in self.known:
            self.known[key] = len(self.vertices)
            self.vertices.append(CurveVertex(tuple(sign * x for x in image), kink, facing))
            self.lengths.append(length)
        index = self.known[key]
        return SegmentEnd(index, sign, ray, Fraction(length, self.lengths[index]))

    def curve(self, pairs: list[tuple[SegmentEnd | None, SegmentEnd | None]]) -> NeuronCurve:
        """The curve of the given sectors, vertices oriented along it where that is possible."""
        whole = [(a, b) for a, b in pairs if a is not None and b is not None]
        joined = [(a, b) for a, b in whole if a.vertex != b.vertex]
        touched = {end.vertex for pair in joined for end in pair}
        for a, b in whole:
            if a.vertex == b.vertex and a.vertex not in touched:
                joined.append((a, a))
                touched.add(a.vertex)
        flips: dict[int, int] = {}
        for a, b in joined:
            flips.setdefault(a.vertex, a.sign)
            flips.setdefault(b.vertex, flips[a.vertex] * a.sign * b.sign)
        segments: dict[object, Segment] = {}
        for a, b in joined:
            orientation = a.sign * flips[a.vertex]
            ends = tuple(
                SegmentEnd(
                    end.vertex, orientation * end.sign * flips[end.vertex], end.ray, end.factor
                )
                for end in (a, b)
            )
            key = (frozenset((a.vertex, b.vertex)), ends[0].sign * ends[1].sign)
            segments.setdefault(key, Segment((ends[0], ends[1]), orientation))
        vertices = tuple(
            CurveVertex(tuple(flips.get(k, 1) * x for x in v.image), v.kink, v.facing)
            for k, v in enumerate(self.vertices)
        )
        return NeuronCurve(vertices, tuple(segments.values()))
