"""Problems with one input and two neurons, and the mathematics of their spans done again.

Everything here is written from the definitions (kinks, spans, projections), in fractions, and
shares nothing with the package but the class of problems and the curve of neurons.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from hypothesis import strategies as st
from search_cases import problem_of

from symerm.arrangements.neuron_curve import NeuronCurve, neuron_curve
from symerm.attainability.scaled import ScaledProblem, scale_problem

RELU_OR_LEAKY = ["relu", "relu", "leaky:1/10", "leaky:1/2"]

LARGE_GAP = ([0, 1, 2, 3, 4], [[-2, -9], [-9, -7], [-9, 3], [0, 3], [-5, 2]])


@st.composite
def line_problems(draw, *, smallest=4, largest=8, activations=RELU_OR_LEAKY):
    """Random integer problems, inputs sometimes repeated."""
    size, outputs = draw(st.integers(smallest, largest)), draw(st.integers(2, 4))
    inputs = draw(st.lists(st.integers(-9, 9), min_size=size, max_size=size, unique=True))
    if draw(st.integers(0, 3)) == 0:
        inputs.append(inputs[0])
    source = draw(st.randoms(use_true_random=False))
    responses = [[source.randint(-9, 9) for _ in range(outputs)] for _ in inputs]
    return problem_of(
        inputs, responses, 2, draw(st.sampled_from(activations)),
        output_bias=draw(st.integers(0, 2)) > 0,
    )


@dataclass(frozen=True)
class Line:
    scaled: ScaledProblem
    curve: NeuronCurve

    def meetings(self):
        """The signed vertices a, v, b of pairs of segments cone(a, v) and cone(v, b)."""
        for first, second in combinations(self.curve.segments, 2):
            ends = [[(end.vertex, end.sign) for end in part.ends] for part in (first, second)]
            shared = {k for k, _ in ends[0]} & {k for k, _ in ends[1]}
            if len(shared) == 1:
                a, v = sorted(ends[0], key=lambda end: end[0] in shared)
                b, w = sorted(ends[1], key=lambda end: end[0] in shared)
                yield a, v, (b[0], b[1] * v[1] * w[1])


def line_of(problem) -> Line:
    scaled = scale_problem(problem)
    return Line(scaled, neuron_curve(
        scaled.forms, (scaled.slope_on, scaled.slope_off), modulo_constants=scaled.output_bias
    ))


def inner(x, y, weights):
    return sum(
        (w * Fraction(a) * Fraction(b) for w, a, b in zip(weights, x, y, strict=True)),
        Fraction(0),
    )


def residual(vector, basis, weights):
    """A vector minus its projection on orthogonal ones."""
    rest = [Fraction(x) for x in vector]
    for other in basis:
        share = inner(rest, other, weights) / inner(other, other, weights)
        rest = [x - share * y for x, y in zip(rest, other, strict=True)]
    return rest


def orthogonal(vectors, weights):
    """Gram-Schmidt without roots; dependent vectors are dropped."""
    basis = []
    for vector in vectors:
        rest = residual(vector, basis, weights)
        if any(rest):
            basis.append(rest)
    return basis


def distance(targets, vectors, weights):
    """The squared distance of the columns of the targets from a span."""
    basis = orthogonal(vectors, weights)
    total = Fraction(0)
    for column in zip(*targets, strict=True):
        total += inner(column, column, weights)
        total -= sum(
            inner(column, x, weights) ** 2 / inner(x, x, weights) for x in basis
        )
    return total


def value(line: Line, combination):
    """The activation vector of a combination of vertices."""
    images = [vertex.image for vertex in line.curve.vertices]
    return [
        sum(Fraction(c) * images[k][i] for k, c in combination)
        for i in range(line.scaled.size)
    ]


def constants(line: Line):
    return [[1] * line.scaled.size] if line.scaled.output_bias else []


def in_plane(vectors, plane):
    """The vectors modulo the span of others, by exact projection."""
    weights = [1] * len(plane[0])
    basis = orthogonal(plane, weights)
    return [residual(vector, basis, weights) for vector in vectors]


def realised(line: Line, v, other) -> bool:
    """Whether the span of a curve's point v and a vector has a second point of the curve."""
    plane = [*constants(line), v, other]
    for segment in line.curve.segments:
        ends = [value(line, [(end.vertex, end.sign)]) for end in segment.ends]
        first, second = in_plane(ends, plane)
        found = [end for end, rest in zip(ends, (first, second), strict=True) if not any(rest)]
        if any(first) and any(second):
            weights = [1] * len(first)
            product = inner(first, second, weights)
            lengths = [inner(x, x, weights) for x in (first, second)]
            if product < 0 and product**2 == lengths[0] * lengths[1]:
                found.append([
                    lengths[1] * x - product * y for x, y in zip(*ends, strict=True)
                ])
        if any(any(rest) for rest in in_plane(found, [*constants(line), v])):
            return True
    return False
