"""Boundary strata of two neurons with any number of inputs, from the type graph.

Let x be the activations of a face f of the type graph (`symerm.arrangements.faces`) and K_P, K_Q
the cones of activations of two cells above it.  As two neurons of these cells run into x, their
planes tend to span(x, y) with y in T_x K_P - T_x K_Q (tangent cones), and every such plane occurs.
New planes arise (theory notes, section 6)

- for P different from Q: x on their largest common face, y = face + y0 n_P - y1 n_Q;
- for P = Q: x on a face of codimension two, y = face + y0 n - y1 m with the two walls n and m;
- modulo constants also where an affine neuron is reached from both sides: its kink touches the
  data at a vertex i, that of its mirror image at a vertex j, and y = affine + y0 e_i + y1 e_j.

For each stratum one x, n_P and n_Q are chosen and all ratios y1/y0 are decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations, islice
from typing import TYPE_CHECKING

from symerm.arithmetic.hyperplanes import chambers
from symerm.arithmetic.linalg import nullspace, primitive
from symerm.arrangements.faces import type_graph
from symerm.attainability.realised import HiddenVectors, IntVector, Pencil
from symerm.attainability.strata_families import Family

if TYPE_CHECKING:
    import networkx

__all__ = ["cell_families"]

Signs = tuple[int, ...]


def cell_families(vectors: HiddenVectors, *, limit: int | None = None) -> list[Family]:
    """The boundary strata of two neurons that the type graph shows.

    Cells whose activations overlap though they have no common face (few points, or points in
    special position) can have further strata.

    Parameters
    ----------
    vectors : HiddenVectors
    limit : int, optional
        Largest number of faces of the type graph.

    Raises
    ------
    BudgetExceeded
        If there are more than `limit` faces.

    Examples
    --------
    >>> from symerm.problem.architecture import Architecture
    >>> architecture = Architecture(2, output_bias=False)
    >>> vectors = HiddenVectors.of([(0, 0), (1, 0), (0, 1)], architecture)
    >>> [family.words for family in cell_families(vectors) if family.kind == "corner"][0]
    'two neurons active on {1, 2, 3} become one active on {3}'
    """
    graph = type_graph(vectors.forms, limit=limit)
    cells = _Cells(vectors, graph)
    families = [*cells.meetings(), *cells.corners()]
    if vectors.constants and vectors.architecture.hidden_bias:
        families += cells.mirrored()
    return families


class _Cells:
    def __init__(self, vectors: HiddenVectors, graph: networkx.DiGraph) -> None:
        import networkx

        self.vectors, self.graph = vectors, graph
        self.image, self.span = cache(self._image), cache(self._span)
        self.top = max(dimension for _, dimension in graph.nodes(data="dimension"))
        self.chambers = [s for s, k in graph.nodes(data="dimension") if k == self.top]
        self.below = {
            chamber: {chamber, *networkx.descendants(graph, chamber)} for chamber in self.chambers
        }

    def _image(self, signs: Signs) -> IntVector:
        return self.vectors.image(self.graph.nodes[signs]["witness"])

    def dimension(self, signs: Signs) -> int:
        return int(self.graph.nodes[signs]["dimension"])

    def _span(self, signs: Signs) -> list[IntVector]:
        """Vectors that span the activations of a face."""
        zeros = [f for f, sign in zip(self.vectors.forms, signs, strict=True) if sign == 0]
        flat = nullspace(zeros, columns=len(self.vectors.forms[0]))
        return self.vectors.cell_span(signs, [primitive(v) for v in flat])

    def meetings(self) -> Iterator[Family]:
        """Two cells with a common face."""
        vectors = self.vectors
        for first, second in combinations(self.chambers, 2):
            face = max(self.below[first] & self.below[second], key=self.dimension)
            if not vectors.rank([self.image(face)]):
                continue
            families = (
                self.family(
                    "meeting cells", face, x, y, [*self.span(first), *self.span(second)],
                    f"neurons active on {_set(first)} and {_set(second)} become one active on "
                    f"{_set(face)}", ("meeting", face, frozenset({first, second})),
                )
                for x, y in self.directions(first, second)
            )
            yield from islice((found for found in families if found is not None), 1)

    def directions(self, first: Signs, second: Signs) -> Iterator[tuple[IntVector, IntVector]]:
        """Interior points of two cells, moved about in case they lie in special position."""
        yield self.image(first), self.image(second)
        for wall in self.graph.successors(first):
            moved = self.vectors.image(tuple(
                x + y for x, y in zip(
                    self.graph.nodes[first]["witness"], self.graph.nodes[wall]["witness"],
                    strict=True,
                )
            ))
            yield moved, self.image(second)

    def corners(self) -> Iterator[Family]:
        """One cell and a face of codimension two."""
        for chamber in self.chambers:
            for face in sorted(self.below[chamber]):
                if self.dimension(face) != self.top - 2:
                    continue
                walls = sorted(
                    wall for wall in self.graph.successors(chamber)
                    if self.graph.has_edge(wall, face)
                )
                if len(walls) == 2:
                    found = self.family(
                        "corner", face, self.image(walls[0]), self.image(walls[1]),
                        self.span(chamber),
                        f"two neurons active on {_set(chamber)} become one active on "
                        f"{_set(face)}", ("corner", face, chamber),
                    )
                    if found is not None:
                        yield found

    def family(
        self, kind: str, face: Signs, first: IntVector, second: IntVector,
        space: list[IntVector], words: str, form: object,
    ) -> Family | None:
        """The stratum, or None if its planes are all one plane of a single cell."""
        base = self.image(face)
        vectors = self.vectors
        if vectors.rank([base, first, second]) < 3:
            return None
        free = vectors.rank(self.span(face)) - 1 + vectors.rank(space) - 2
        return Family(
            kind=kind, words=words, symbols=_symbols(kind, vectors.rank(self.span(face)) > 1),
            dimension=free, pencil=Pencil((base,), first, second),
            sample="one interior point of each face" if free > 1 else "",
            forms=frozenset({form}),
        )

    def mirrored(self) -> Iterator[Family]:
        """An affine neuron reached with its kink at one vertex of the data or at the opposite."""
        vectors = self.vectors
        size = len(vectors.forms)
        points = [form[:-1] for form in vectors.forms]
        # An affine function in general position, in case the plainest choice is special.
        slope = [7 * k * k + 3 * k + 1 for k in range(len(points[0]))]
        general = [sum(a * x for a, x in zip(slope, p, strict=True)) for p in points]
        for i, j in combinations(range(size), 2):
            normal = _exposing(points, i, j)
            if normal is None:
                continue
            values = [sum(a * x for a, x in zip(normal, p, strict=True)) for p in points]
            base = primitive(x - values[j] for x in values)
            spans = [tuple(p[k] for p in points) for k in range(len(points[0]))]
            units = [tuple(int(k == m) for k in range(size)) for m in (i, j)]
            rank = vectors.rank(spans)
            second = tuple(
                x + y * (len(points[0]) > 1) for x, y in zip(units[0], general, strict=True)
            )
            first = tuple(-x for x in units[1])
            if vectors.rank([base, first, second]) < 3:
                continue
            dimension = rank - 1 + vectors.rank([*spans, *units]) - 2
            yield Family(
                kind="mirrored affine",
                words=f"two opposite neurons become affine, their kinks at points {i + 1} and "
                f"{j + 1}",
                symbols=f"span(x, affine + y0*e_{i + 1} + y1*e_{j + 1}), x affine",
                dimension=dimension,
                pencil=Pencil((base,), first, second),
                sample="one pair of affine functions" if dimension > 1 else "",
                forms=frozenset({("mirrored", frozenset({units[0], units[1]}))}),
            )


def _exposing(points: Sequence[IntVector], i: int, j: int) -> tuple[Fraction, ...] | None:
    """A direction in which point i is the only highest and point j the only lowest."""
    forms = [
        tuple(x - y for x, y in zip(points[high], points[low], strict=True))
        for high, low in (
            *((i, k) for k in range(len(points)) if k != i),
            *((k, j) for k in range(len(points)) if k not in (i, j)),
        )
    ]
    return next(
        (cell.witness for cell in chambers(forms) if min(cell.signs) > 0), None
    )


def _symbols(kind: str, moving: bool) -> str:
    """The plane; a face of more dimensions adds its own directions."""
    face = "f + " if moving else ""
    names = ("n_P", "n_Q") if kind == "meeting cells" else ("n", "m")
    return f"span(x, {face}y0*{names[1]} - y1*{names[0]})"


def _set(signs: Signs) -> str:
    """The active points of a face, counted from one."""
    return "{" + ", ".join(str(i + 1) for i, sign in enumerate(signs) if sign > 0) + "}"
