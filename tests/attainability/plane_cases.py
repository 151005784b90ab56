"""Problems with one input and two neurons, and the mathematics of their planes done again.

Everything here is written from the definitions (kinks, spans, projections), in fractions, and
shares nothing with the package but the class of problems.
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st
from search_cases import problem_of

from symerm.attainability.scaled import scale_problem
from symerm.attainability.two_neurons import PlaneProblem

RELU_OR_LEAKY = ["relu", "relu", "leaky:1/10", "leaky:1/2"]

LARGE_GAP = ([0, 1, 2, 3, 4], [[-2, -9], [-9, -7], [-9, 3], [0, 3], [-5, 2]])


@st.composite
def plane_problems(draw, *, smallest=4, largest=8, activations=RELU_OR_LEAKY):
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


def planes_of(problem) -> PlaneProblem:
    return PlaneProblem.of(scale_problem(problem))


def inner(x, y, weights):
    return sum(
        (w * Fraction(a) * Fraction(b) for w, a, b in zip(weights, x, y, strict=True)),
        Fraction(0),
    )


def orthogonal(vectors, weights):
    """Gram-Schmidt without roots; dependent vectors are dropped."""
    basis = []
    for vector in vectors:
        rest = [Fraction(x) for x in vector]
        for other in basis:
            share = inner(rest, other, weights) / inner(other, other, weights)
            rest = [x - share * y for x, y in zip(rest, other, strict=True)]
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


def value(planes: PlaneProblem, combination):
    """The activation vector of a combination of vertices."""
    images = [vertex.image for vertex in planes.curve.vertices]
    return [
        sum(Fraction(c) * images[k][i] for k, c in combination)
        for i in range(planes.scaled.size)
    ]


def constants(planes: PlaneProblem):
    return [[1] * planes.scaled.size] if planes.scaled.output_bias else []


def least_squares(planes: PlaneProblem, plane):
    """The scaled loss of the span of the two factors of a bivector."""
    scaled = planes.scaled
    vectors = [*constants(planes), *(value(planes, part) for part in plane)]
    return distance(scaled.targets, vectors, scaled.weights)


def in_plane(vectors, plane):
    """The vectors modulo the span of others, by exact projection."""
    weights = [1] * len(plane[0])
    basis = orthogonal(plane, weights)
    reduced = []
    for vector in vectors:
        rest = [Fraction(x) for x in vector]
        for other in basis:
            share = inner(rest, other, weights) / inner(other, other, weights)
            rest = [x - share * y for x, y in zip(rest, other, strict=True)]
        reduced.append(rest)
    return reduced


def realised(planes: PlaneProblem, v, other) -> bool:
    """Whether the span of a curve's point v and a vector has a second point of the curve."""
    plane = [*constants(planes), v, other]
    for segment in planes.curve.segments:
        ends = [value(planes, [(end.vertex, end.sign)]) for end in segment.ends]
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
        if any(any(rest) for rest in in_plane(found, [*constants(planes), v])):
            return True
    return False
