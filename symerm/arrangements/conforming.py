"""Pieces that meet in common faces only, by stellar subdivisions.

The extreme rays of P ∩ ±Q are the vectors of minimal support among the (a, b) >= 0 with
sum a_i p_i = ± sum b_j q_j; cutting P by the equations and coordinates of Q finds them, exactly.
If each of them is a vertex of both P and Q, the intersection is the cone of the common vertices.
All others are vertices of every subdivision in which pieces meet in common faces, so each pass
over the pairs subdivides at all of them, until there is none.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, product
from math import gcd
from operator import mul
from typing import NamedTuple

from flint import fmpz_mat

from symerm.arithmetic.linalg import primitive
from symerm.arrangements.neuron_pieces import NeuronPieces, SignedVertex

__all__ = ["ConformingPieces", "Refinement", "conforming"]

IntVector = tuple[int, ...]
Vector = tuple[Fraction, ...]
Piece = tuple[SignedVertex, ...]


@dataclass(frozen=True)
class Refinement:
    """The step ``["refine", piece, coefficients]`` of docs/secants.md, Lemma 13.

    Attributes
    ----------
    piece : int
        The place of a piece among the pieces at that time.
    coefficients : integers >= 0 without a common divisor, one for each vertex of the piece
        The vector is the combination of the signed vertices; two or more are positive.
    """

    piece: int
    coefficients: tuple[int, ...]


@dataclass(frozen=True)
class ConformingPieces:
    """Refined pieces.

    Attributes
    ----------
    pieces : NeuronPieces
        With the new vertices and pieces; `rays` and `simplices` are the old ones.
    refinements : tuple of Refinement
        What leads from the old pieces to the new ones, in order.
    complete : bool
        Whether P ∩ Q and P ∩ -Q are the cones of common signed vertices for all pieces P, Q.
    largest : tuple of int
        The places of the pieces that are neither part of another one, up to sign, nor equal to
        one before: the others could be dropped without loss.
    """

    pieces: NeuronPieces
    refinements: tuple[Refinement, ...]
    complete: bool
    largest: tuple[int, ...]


def conforming(
    found: NeuronPieces, *, modulo_constants: bool, most: int = 400, reuse: bool = True
) -> ConformingPieces:
    """Subdivide pieces until they meet in common faces.

    Parameters
    ----------
    found : NeuronPieces
    modulo_constants : bool
        Whether constant functions count as zero (there is an output bias).
    most : int
        How many refinements are made at most; those of a pass are made together or not at all.
    reuse : bool
        Whether a vertex of one piece that lies inside a face of another is made a vertex of that
        one too, as Lemma 13 allows.  If not, all ends where there is such a vertex.

    Notes
    -----
    With one input nothing is needed.  With two inputs there are few refinements, and nearly all
    of them are at vertices, where affine functions are reached from several sides.  With three
    inputs pieces overlap in three dimensions, and each pass finds more than the one before; so it
    does for a few datasets with two inputs if both slopes are not 0.

    Examples
    --------
    >>> from symerm.arrangements.neuron_pieces import neuron_pieces
    >>> corners = (0, 0, 1), (0, 1, 1), (1, 0, 1), (2, 2, 1)
    >>> found = neuron_pieces(corners, (1, 0))
    >>> result = conforming(found, modulo_constants=True)
    >>> result.complete, len(result.refinements), result.refinements[0]
    (True, 6, Refinement(piece=1, coefficients=(2, 3)))
    """
    family = _Family(found, modulo_constants)
    steps: list[Refinement] = []
    compared: dict[Piece, int] = {}
    while True:
        largest = _largest(family.pieces)
        directions: list[IntVector] = []
        possible = True
        for direction in family.crossings(largest, compared):
            directions.append(direction)
            possible = len(steps) + len(directions) <= most and (
                reuse or direction not in family.known
            )
            if not possible:
                break
        if not directions or not possible:
            return ConformingPieces(
                family.result(found), tuple(steps), not directions, tuple(largest.values())
            )
        # Vertices first, then short vectors: this order needs few passes.
        directions.sort(key=lambda line: (line not in family.known, sum(map(abs, line)), line))
        steps += map(family.refine, directions)
        compared = largest


def _largest(pieces: Sequence[Piece]) -> dict[Piece, int]:
    """The pieces that are no part of another one, with the first place of each."""
    sizes = {len(piece) for piece in pieces}
    places: dict[Piece, int] = {}
    for place, piece in enumerate(pieces):
        places.setdefault(piece, place)
    for piece in list(places):
        for size in sizes:
            if size < len(piece):
                for part in combinations(piece, size):
                    places.pop(_oriented(part), None)
    return places


def _oriented(piece: Piece) -> Piece:
    """A piece or its negative, such that the first sign is +1."""
    return piece if piece[0][1] > 0 else tuple((k, -sign) for k, sign in piece)


def _combination(piece: Piece, factors: Sequence[int], table: Sequence[IntVector]) -> IntVector:
    """The sum of the signed vertices with factors."""
    terms = [(c * sign, table[k]) for c, (k, sign) in zip(factors, piece, strict=True) if c]
    return tuple(sum(c * row[i] for c, row in terms) for i in range(len(table[0])))


def _direction(vector: IntVector) -> IntVector:
    """The line of a vector."""
    divisor = gcd(*vector)
    if next(x for x in vector if x) < 0:
        divisor = -divisor
    return tuple(x // divisor for x in vector)


class _Family:
    """Pieces, and their vertices as vectors in which constants are zero."""

    def __init__(self, found: NeuronPieces, modulo_constants: bool) -> None:
        self.modulo_constants = modulo_constants
        self.images: list[IntVector] = []
        self.vectors: list[IntVector] = []
        self.known: dict[IntVector, int] = {}
        for image in found.images:
            self._add(image)
        self.pieces, self.rays = list(found.pieces), list(found.piece_rays)

    def _add(self, image: IntVector) -> None:
        vector = tuple(x - image[-1] for x in image[:-1]) if self.modulo_constants else image
        self.known[_direction(vector)] = len(self.images)
        self.images.append(image)
        self.vectors.append(vector)

    def result(self, found: NeuronPieces) -> NeuronPieces:
        """The pieces as they are now."""
        return replace(
            found, images=tuple(self.images), pieces=tuple(self.pieces),
            piece_rays=tuple(self.rays),
        )

    def crossings(
        self, pieces: Collection[Piece], compared: Container[Piece]
    ) -> Iterator[IntVector]:
        """Directions of the extreme rays of P ∩ ±Q that are no vertex of P or none of Q.

        Pairs of two pieces that were compared already are left out.
        """
        seen = set()
        others = [_both(piece) for piece in pieces if piece in compared]
        for piece in (piece for piece in pieces if piece not in compared):
            cone = _Cone(piece, self.vectors)
            for other in others:
                for turned, plus, minus in other:
                    for part, ray in cone.crossings(turned, plus, minus):
                        direction = _direction(_combination(part, ray, self.vectors))
                        if direction not in seen:
                            seen.add(direction)
                            yield direction
            others.append(_both(piece))

    def refine(self, direction: IntVector) -> Refinement:
        """Subdivide the pieces with plus or minus a direction in them, but not as a vertex."""
        shares = {piece: self._shares(piece, direction) for piece in dict.fromkeys(self.pieces)}
        place, first = next((i, piece) for i, piece in enumerate(self.pieces) if shares[piece])
        step = Refinement(place, primitive(map(abs, shares[first])))
        if direction not in self.known:
            self._add(_combination(first, step.coefficients, self.images))
        vertex = self.known[direction]
        entry = next(i for i, x in enumerate(direction) if x)
        scale = Fraction(self.vectors[vertex][entry], direction[entry])
        parts = {
            piece: list(_parts(piece, vertex, [scale * x for x in share]))
            for piece, share in shares.items() if share
        }
        pieces: list[Piece] = []
        rays: list[tuple[Vector, ...]] = []
        for piece, neurons in zip(self.pieces, self.rays, strict=True):
            if piece not in parts:
                pieces.append(piece)
                rays.append(neurons)
                continue
            terms = [
                (abs(scale * x), z) for x, z in zip(shares[piece], neurons, strict=True) if x
            ]
            new = tuple(
                sum((x * z[i] for x, z in terms), Fraction(0)) for i in range(len(neurons[0]))
            )
            for part, order in parts[piece]:
                pieces.append(part)
                rays.append(tuple(new if i is None else neurons[i] for i in order))
        self.pieces, self.rays = pieces, rays
        return step

    def _shares(self, piece: Piece, direction: IntVector) -> Vector:
        """The coefficients of a direction, if they have one sign and two are not 0; else ()."""
        columns = [[sign * x for x in self.vectors[k]] for k, sign in piece]
        reduced, scale, size = fmpz_mat([*map(list, zip(*columns, direction, strict=True))]).rref()
        if size > len(piece):
            return ()
        last = [int(reduced[i, len(piece)]) for i in range(len(piece))]
        if len(piece) - last.count(0) < 2 or min(last) < 0 < max(last):
            return ()
        return tuple(Fraction(x, int(scale)) for x in last)


def _parts(
    piece: Piece, vertex: int, shares: Sequence[Fraction]
) -> Iterator[tuple[Piece, list[int | None]]]:
    """The parts of a subdivided piece, and the places from which their vertices come."""
    new = (vertex, 1 if max(shares) > 0 else -1)
    for i, share in enumerate(shares):
        if share:
            entries: list[tuple[SignedVertex, int | None]] = [(new, None)]
            entries += [(v, j) for j, v in enumerate(piece) if j != i]
            entries.sort(key=lambda entry: entry[0])
            yield _oriented(tuple(v for v, _ in entries)), [j for _, j in entries]


def _mask(indices: Iterable[int]) -> int:
    """The set of some indices, as bits."""
    return sum(1 << k for k in indices)


def _both(piece: Piece) -> tuple[tuple[Piece, int, int], ...]:
    """A piece and its negative, each with the sets of vertices of both signs."""
    plus, minus = (_mask(k for k, sign in piece if sign == turn) for turn in (1, -1))
    return (piece, plus, minus), (tuple((k, -sign) for k, sign in piece), minus, plus)


class _Row(NamedTuple):
    """A linear form: its values at the vertices, and where they are positive and negative."""

    equation: bool
    values: list[int]
    positive: int
    negative: int

    @classmethod
    def of(cls, values: list[int], *, equation: bool) -> _Row:
        """The form with these values."""
        positive, negative = (
            _mask(k for k, x in enumerate(values) if turn * x > 0) for turn in (1, -1)
        )
        return cls(equation, values, positive, negative)


class _Cone:
    """A piece, with the forms that define it: equations, then coordinates."""

    def __init__(self, piece: Piece, vectors: Sequence[IntVector]) -> None:
        _, self.plus, self.minus = _both(piece)[0]
        columns = [[sign * x for x in vectors[k]] for k, sign in piece]
        # In the reduced form the first rows are 1 at a vertex of the piece and 0 at the others,
        # and the other rows are 0 at all of them; all rows together are coordinates.
        reduced, scale, size = fmpz_mat([*map(list, zip(*columns, *vectors, strict=True))]).rref()
        turn, count = (1 if scale > 0 else -1), len(piece)
        table = [[turn * int(x) for x in row[count:]] for row in reduced.tolist()[: int(size)]]
        coordinates = [_Row.of(row, equation=False) for row in table[:count]]
        self.rows = [_Row.of(row, equation=True) for row in table[count:]] + coordinates

    def crossings(self, other: Piece, plus: int, minus: int) -> Iterator[tuple[Piece, IntVector]]:
        """The extreme rays in both cones that are not a vertex of both, in a face of the other.

        Parameters
        ----------
        other : signed vertices of the other cone
        plus, minus : the sets of its vertices with either sign
        """
        # Vertices at which a form is negative go if it is nowhere positive, and those at which an
        # equation is positive if it is nowhere negative.
        face, before = plus | minus, 0
        while face != before:
            before = face
            for equation, _, positive, negative in self.rows:
                up = (plus & positive | minus & negative) & face
                down = (plus & negative | minus & positive) & face
                if not up:
                    face ^= down
                elif equation and not down:
                    face ^= up
        if face & ~(plus & self.plus | minus & self.minus):
            part = tuple(v for v in other if face >> v[0] & 1)
            for ray in self._rays(part):
                yield part, ray

    def _rays(self, part: Piece) -> list[IntVector]:
        """Double description: the support of a ray is the set of its entries and coordinates."""
        size = len(part)
        unit = [tuple(int(i == j) for j in range(size)) for i in range(size)]
        rays = [(ray, 1 << i) for i, ray in enumerate(unit)]
        for place, (equation, row, _, _) in enumerate(self.rows, size):
            values = [sign * row[k] for k, sign in part]
            split: dict[int, list[tuple[IntVector, int, int]]] = {1: [], 0: [], -1: []}
            for ray, support in rays:
                value = sum(map(mul, values, ray))
                split[(value > 0) - (value < 0)].append((ray, support, value))
            supports = [support for _, support in rays]
            rays = [(ray, support) for ray, support, _ in split[0]]
            if not equation:
                rays += [(ray, support | 1 << place) for ray, support, _ in split[1]]
            for (p, one, x), (q, two, y) in product(split[1], split[-1]):
                union = one | two
                if sum(s & ~union == 0 for s in supports) == 2:
                    ray = primitive([x * b - y * a for a, b in zip(p, q, strict=True)])
                    rays.append((ray, union))
        low = (1 << size) - 1
        return [
            ray for ray, support in rays
            if (support & low).bit_count() > 1 or (support & ~low).bit_count() > 1
        ]
