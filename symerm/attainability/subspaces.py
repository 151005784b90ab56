"""Is a plane contained in the span of three neurons on the line?

Let V be a plane and suppose three independent neurons span a space U that contains it.  Modulo V
they lie on one line w, and U = V + w.  If two of them lie on one segment of the curve of neurons,
U contains both ends of the segment, and w is the image of a vertex.  Otherwise the images of two
or three segments in the quotient have w in common: either w is the intersection of the planes of
two images, or these planes coincide, and then, moving w inside the common cone to its border,
the image of a vertex serves as well.  So finitely many w decide (theory notes, section 8).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from symerm.arithmetic.linalg import nullspace, primitive
from symerm.attainability.realised import HiddenVectors, IntVector

__all__ = ["contained_in_realised", "find_plane_outside"]

#: Shares of a basis from which planes of a space are tried: (first vector, second vector).
_TRIALS = (
    ((1, 0, 2), (0, 1, 3)), ((1, 0, -1), (0, 1, 1)), ((1, 0, 1), (0, 1, -2)),
    ((1, 5, 0), (0, 3, 1)), ((1, -1, 0), (0, 2, 1)), ((1, 0, 0), (0, 1, 1)),
    ((1, 0, 0), (0, 2, -1)), ((0, 1, 0), (1, 0, 1)), ((1, 0, 0), (0, 0, 1)), ((0, 1, 0), (0, 0, 1)),
)


def find_plane_outside(
    vectors: HiddenVectors, space: Sequence[IntVector]
) -> tuple[IntVector, IntVector] | None:
    """A plane of a space of dimension three that no realised space contains, if one is found.

    Parameters
    ----------
    vectors : HiddenVectors
        One input, hidden biases.
    space : three independent vectors
    """
    for shares in _TRIALS:
        first, second = (
            primitive(
                sum(c * x for c, x in zip(share, column, strict=True))
                for column in zip(*space, strict=True)
            )
            for share in shares
        )
        if not contained_in_realised(vectors, (first, second)):
            return first, second
    return None


def contained_in_realised(vectors: HiddenVectors, plane: Sequence[IntVector]) -> bool:
    """Whether three neurons span a space that contains a plane.

    Parameters
    ----------
    vectors : HiddenVectors
        One input, hidden biases.
    plane : two vectors, independent modulo constants with an output bias

    Examples
    --------
    >>> from symerm.problem.architecture import Architecture
    >>> vectors = HiddenVectors.of([(k,) for k in range(6)], Architecture(3))
    >>> contained_in_realised(vectors, [(0, 1, 2, 4, 6, 8), (0, 0, 0, 1, 2, 3)])
    True
    >>> contained_in_realised(vectors, [(0, 1, 0, 1, 0, 1), (0, 0, 1, 0, 0, 2)])
    False
    """
    if len(vectors.neurons_in(plane)) == 2:
        return True
    tried: set[IntVector] = set()
    for third in _candidates(vectors, plane):
        if vectors.rank([*plane, third]) == 3:
            if third in tried:
                continue
            tried.add(third)
            if len(vectors.neurons_in([*plane, third])) == 3:
                return True
    return False


def _candidates(
    vectors: HiddenVectors, plane: Sequence[IntVector]
) -> Iterator[IntVector]:
    """The vectors w that decide whether V + w is realised for any w."""
    segments = []
    for cell in vectors.cells:
        ends = [vectors.image(ray) for ray in _rays(vectors, cell)]
        yield from ends
        if vectors.rank([*plane, *ends]) == 4:
            segments.append(ends)
    for first, second in combinations(segments, 2):
        columns = [*vectors.constants, *plane, *first, *second]
        relations = nullspace(tuple(zip(*columns, strict=True)))
        # Two planes of the quotient that meet in a line have one relation between their vectors.
        if len(relations) == 1:
            alpha, beta = relations[0][-4:-2]
            yield primitive(
                alpha * x + beta * y for x, y in zip(*first, strict=True)
            )


def _rays(vectors: HiddenVectors, cell: Sequence[int]) -> list[IntVector]:
    """The two rays of a cell of neurons on the line."""
    rays: list[IntVector] = []
    for form in vectors.forms:
        for ray in ((form[1], -form[0]), (-form[1], form[0])):
            values = [sum(x * y for x, y in zip(f, ray, strict=True)) for f in vectors.forms]
            if all(sign * value >= 0 for sign, value in zip(cell, values, strict=True)):
                rays.append(ray)
    return rays
