"""The neurons of a dataset as simplicial cones of activations, exact, for any input dimension.

A neuron (a, b) is known by its values z_i = <a, s_i> + b, which fill the column space of the
matrix [S 1].  Starting from the orthants of a basis, every cone is cut at the data points by
splitting edges between rays of opposite sign, until the activation is linear on each simplex.
The images, modulo constants if there is an output bias and up to sign, are simplicial cones after
Caratheodory's theorem: the **pieces**.  Every realised activation vector lies in plus or minus a
piece (Lim, Michalek, Qi 2019: the ReLU cone is a finite union of polyhedral cones).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from math import lcm

from symerm.arithmetic.linalg import primitive, rank, row_reduce
from symerm.errors import UnsupportedError

__all__ = ["NeuronPieces", "SignedVertex", "neuron_pieces"]

IntVector = tuple[int, ...]
Vector = tuple[Fraction, ...]
#: A vertex with its sign.
SignedVertex = tuple[int, int]

#: More simplices than this are beyond the method.
_MOST_SIMPLICES = 20_000


@dataclass(frozen=True)
class NeuronPieces:
    """Vertices and simplicial cones of activations.

    Attributes
    ----------
    images : one integer vector of length n for each vertex, no two parallel (modulo constants)
    rays : the values z in Z^n of a neuron with act(z) = sign * factor * image modulo constants,
        for each vertex and each sign that occurs: mapping (vertex, sign) -> z
    pieces : tuples of signed vertices, linearly independent (modulo constants), first sign +1
    simplices : the cones of values on which the activation is linear
    piece_rays : for each piece the values z in Q^n of one neuron for each of its vertices, all in
        one cone on which the activation is linear: act(z) is sign * image modulo constants, for
        all of the piece or, for all of it, the negative of that
    """

    images: tuple[IntVector, ...]
    rays: dict[SignedVertex, IntVector]
    pieces: tuple[tuple[SignedVertex, ...], ...]
    simplices: tuple[tuple[IntVector, ...], ...]
    piece_rays: tuple[tuple[Vector, ...], ...]


def neuron_pieces(
    forms: Sequence[IntVector], slopes: tuple[int, int], *, modulo_constants: bool = True
) -> NeuronPieces:
    """The pieces of a dataset.

    Parameters
    ----------
    forms : n distinct integer vectors, the inputs as linear forms on the neurons
    slopes : slopes of the activation for positive and negative arguments
    modulo_constants : bool
        Whether constant functions count as zero (there is an output bias).

    Raises
    ------
    UnsupportedError
        If there are too many cones.

    Examples
    --------
    >>> found = neuron_pieces(((0, 1), (1, 1), (2, 1), (3, 1)), (1, 0))
    >>> len(found.images), [len(piece) for piece in found.pieces]
    (5, [2, 2, 2, 2])
    """
    vertices = _Vertices(slopes, modulo_constants)
    simplices = linear_simplices(forms)
    candidates: dict[tuple[SignedVertex, ...], tuple[Vector, ...]] = {}
    for simplex in simplices:
        found: dict[SignedVertex, IntVector] = {}
        for values in simplex:
            vertex = vertices.signed(values)
            if vertex is not None:
                found.setdefault(vertex, values)
        if not found:
            continue
        size = vertices.rank(found)
        for subset in combinations(found, size):
            if vertices.rank(subset) == size:
                first, *_ = ordered = sorted(subset)
                piece = tuple((k, sign * first[1]) for k, sign in ordered)
                if piece not in candidates:
                    candidates[piece] = tuple(vertices.scaled(v, found[v]) for v in ordered)
    pieces = tuple(_largest(list(candidates)))
    return NeuronPieces(
        tuple(vertices.images), vertices.rays, pieces, tuple(simplices),
        tuple(candidates[piece] for piece in pieces),
    )


def linear_simplices(forms: Sequence[IntVector]) -> list[tuple[IntVector, ...]]:
    """Simplicial cones of values that cover all neurons, each of constant sign at every point."""
    basis, pivots = row_reduce([list(column) for column in zip(*forms, strict=True)])
    rays = []
    for row in basis:
        scale = lcm(*(x.denominator for x in row))
        rays.append(primitive([int(x * scale) for x in row]))
    cells = [
        tuple(tuple(sign * x for x in ray) for sign, ray in zip(signs, rays, strict=True))
        for signs in product((1, -1), repeat=len(rays))
    ]
    for point in range(len(forms)):
        if point not in pivots:
            cells = list(_cut(cells, point))
            if len(cells) > _MOST_SIMPLICES:
                raise UnsupportedError(
                    f"the neurons of this dataset need more than {_MOST_SIMPLICES} cones"
                )
    return cells


def _cut(cells: list[tuple[IntVector, ...]], point: int) -> Iterator[tuple[IntVector, ...]]:
    """Split edges until no cell has values of both signs at a point."""
    stack = cells[::-1]
    while stack:
        cell = stack.pop()
        pair = next(
            ((a, e) for a, e in combinations(range(len(cell)), 2)
             if cell[a][point] * cell[e][point] < 0),
            None,
        )
        if pair is None:
            yield cell
            continue
        low, high = cell[pair[0]], cell[pair[1]]
        p, q = abs(high[point]), abs(low[point])
        new = primitive([p * x + q * y for x, y in zip(low, high, strict=True)])
        for k in pair:
            stack.append((*cell[:k], new, *cell[k + 1 :]))


def _largest(candidates: list[tuple[SignedVertex, ...]]) -> Iterator[tuple[SignedVertex, ...]]:
    """The candidates that are not part of another one, up to sign."""
    sets = [frozenset(candidate) for candidate in candidates]
    both = [(s, frozenset((k, -sign) for k, sign in s)) for s in sets]
    for candidate, s in zip(candidates, sets, strict=True):
        if not any(s < plus or s < minus for plus, minus in both):
            yield candidate


class _Vertices:
    """Rays of activations up to sign and scale, numbered as they come."""

    def __init__(self, slopes: tuple[int, int], modulo_constants: bool) -> None:
        self.slopes, self.modulo_constants = slopes, modulo_constants
        self.images: list[IntVector] = []
        self.directions: list[IntVector] = []
        self.rays: dict[SignedVertex, IntVector] = {}
        self.known: dict[IntVector, int] = {}
        self.seen: dict[IntVector, SignedVertex | None] = {}

    def signed(self, values: IntVector) -> SignedVertex | None:
        """The signed vertex of a neuron with these values, None if its activations vanish."""
        if values not in self.seen:
            self.seen[values] = self._find(values)
        return self.seen[values]

    def scaled(self, vertex: SignedVertex, values: IntVector) -> Vector:
        """The values of a neuron of a vertex, divided such that its activations are its image."""
        reduced, whole = self._reduced(self._image(values)), self._reduced(self.images[vertex[0]])
        place = next(i for i, x in enumerate(whole) if x)
        factor = abs(Fraction(reduced[place], whole[place]))
        return tuple(z / factor for z in values)

    def _image(self, values: IntVector) -> IntVector:
        on, off = self.slopes
        return tuple(on * z if z > 0 else off * z for z in values)

    def _reduced(self, image: IntVector) -> IntVector:
        if not self.modulo_constants:
            return image
        total = sum(image)
        return tuple(len(image) * x - total for x in image)

    def _find(self, values: IntVector) -> SignedVertex | None:
        image = self._image(values)
        reduced = self._reduced(image)
        if not any(reduced):
            return None
        direction = primitive(reduced)
        sign = 1 if next(x for x in direction if x) > 0 else -1
        direction = tuple(sign * x for x in direction)
        if direction not in self.known:
            self.known[direction] = len(self.images)
            self.images.append(tuple(sign * x for x in image))
            self.directions.append(direction)
        index = self.known[direction]
        self.rays.setdefault((index, sign), values)
        return index, sign

    def rank(self, found: object) -> int:
        """The rank of some signed vertices."""
        rows = [self.directions[k] for k, _ in found]  # type: ignore[attr-defined]
        return rank(rows) if len(rows) > 1 else len(rows)
