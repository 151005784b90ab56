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

from symerm.arithmetic.linalg import primitive

__all__ = ["CurveVertex", "NeuronCurve", "neuron_curve"]

IntVector = tuple[int, ...]


@dataclass(frozen=True)
class CurveVertex:
    """A ray of neurons at which two segments may meet.

    Attributes
    ----------
    ray : primitive integer vector (a, b) of the neuron in the units of the forms
    image : integer vector of the activations, times `sign`
    sign : 1 or -1
        The image is this sign times a positive multiple of the activations of the ray.
    kink : index of the data point at the kink
    facing : ``"right"`` or ``"left"``
    """

    ray: IntVector
    image: IntVector
    sign: int
    kink: int
    facing: str


@dataclass(frozen=True)
class NeuronCurve:
    """The segments; each is a pair of signed vertices.

    Attributes
    ----------
    vertices : tuple of CurveVertex, no two of the same direction in projective space
    segments : tuple of pairs of (vertex index, sign)
        The segment is the cone of sign times the images of its two ends.
    """

    vertices: tuple[CurveVertex, ...]
    segments: tuple[tuple[tuple[int, int], tuple[int, int]], ...]


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
    vertices: list[CurveVertex] = []
    known: dict[IntVector, int] = {}

    def vertex(ray: IntVector, kink: int, facing: str) -> tuple[int, int] | None:
        values = [sum(x * y for x, y in zip(form, ray, strict=True)) for form in forms]
        on, off = slopes
        image = tuple(on * z if z > 0 else off * z for z in values)
        reduced = image
        if modulo_constants:
            reduced = tuple(len(image) * x - sum(image) for x in image)
        if not any(reduced):
            return None
        direction = primitive(reduced)
        lead = next(x for x in direction if x)
        sign = 1 if lead > 0 else -1
        key = tuple(sign * x for x in direction)
        if key not in known:
            known[key] = len(vertices)
            vertices.append(CurveVertex(ray, image, 1, kink, facing))
            orientation[known[key]] = sign
        index = known[key]
        return index, sign * orientation[index]

    orientation: dict[int, int] = {}
    size = len(forms)
    if not hidden_bias:
        rays = [((1,), 0, "right"), ((-1,), 0, "left")]
        closed = False
    else:
        scale = forms[0][-1]
        right = [
            (primitive((scale, -forms[i][0])), i, "right") for i in reversed(range(size))
        ]
        left = [(primitive((-scale, forms[i][0])), i, "left") for i in reversed(range(size))]
        rays = right + left
        closed = True
    ends = [vertex(*ray) for ray in rays]
    segments = []
    pairs = list(zip(ends, ends[1:], strict=False)) + ([(ends[-1], ends[0])] if closed else [])
    for first, second in pairs if hidden_bias else []:
        if first is None or second is None or first[0] == second[0]:
            continue
        if (segment := (first, second)) not in segments:
            segments.append(segment)
    lonely = {e for e in ends if e is not None} - {e for pair in segments for e in pair}
    segments.extend((end, end) for end in sorted(lonely))
    return _oriented(vertices, segments)


def _oriented(
    vertices: list[CurveVertex],
    segments: list[tuple[tuple[int, int], tuple[int, int]]],
) -> NeuronCurve:
    """Flip vertices along the curve so that signs are positive where that is possible."""
    flips = dict.fromkeys(range(len(vertices)), 0)
    for (i, sign_i), (j, sign_j) in segments:
        flips[i] = flips[i] or 1
        if not flips[j]:
            flips[j] = flips[i] * sign_i * sign_j
    turned = tuple(
        CurveVertex(
            v.ray, tuple(flips[k] * x for x in v.image), flips[k] * v.sign, v.kink, v.facing
        )
        for k, v in enumerate(vertices)
    )
    signed = []
    for (i, sign_i), (j, sign_j) in segments:
        first, second = sign_i * flips[i], sign_j * flips[j]
        if first < 0:
            first, second = -first, -second
        signed.append(((i, first), (j, second)))
    unique = dict.fromkeys(signed)
    return NeuronCurve(turned, tuple(unique))
