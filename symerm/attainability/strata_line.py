"""Boundary strata of neurons on the line (p = 1): where neighbouring kinks run into one point.

Neurons run along a curve of segments (`symerm.arrangements.neuron_curve`).

- Two neurons on cone(a, v) and cone(v, b) that meet at v: the planes span(v, y0 b - y1 a).
- Three neurons on a run a, v, b, c: their wedge is a combination of avb, avc, abc, vbc with
  non-negative coefficients; realised are the supports that are intervals, the others are strata.
- With output bias three neurons can become dependent without two of them meeting
  (`symerm.attainability.strata_triples`).

For two neurons, and for three with output bias, these are all (docs/completeness.md).  Every
stratum is a pencil span(base, y0 b - y1 a) with neurons as base; further parameters move the
base, and a representative is chosen for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from operator import mul

from symerm.arrangements.neuron_curve import NeuronCurve, Segment, neuron_curve
from symerm.attainability.realised import HiddenVectors, IntVector, Pencil
from symerm.attainability.strata_families import Family, LinePoints, distinct, normal_line
from symerm.attainability.strata_triples import dependent_triples

__all__ = ["line_families"]


@dataclass(frozen=True)
class _Corner:
    """Segments cone(a, v) and cone(v, b), with signed vectors and their names."""

    a: IntVector
    v: IntVector
    b: IntVector
    vertices: tuple[int, int, int]
    segments: tuple[int, int]


def line_families(vectors: HiddenVectors) -> list[Family]:
    """The boundary strata of a dataset with one input, hidden biases and width two or more.

    For width two the list is complete, for width three with output bias as well; without, the
    dependent triples are left out.  For more than three neurons only those in which two neurons
    merge while the others stay apart are listed, one for each meeting point.

    Examples
    --------
    >>> from symerm.problem.architecture import Architecture
    >>> vectors = HiddenVectors.of([(k,) for k in range(5)], Architecture(2))
    >>> [family.symbols for family in line_families(vectors)][:2]
    ['span(rho_3, y0*rho_2 - y1*rho_4)', 'span(rho_2, y0*s - y1*rho_3)']
    """
    line = _Line(vectors)
    width = vectors.architecture.width
    if width == 2:
        return [line.pair(corner, [], []) for corner in line.corners()]
    if width > 3:
        return list(line.wide(width))
    families = [*line.pairs_and_one(), *line.runs()]
    if vectors.architecture.output_bias:
        families += dependent_triples(vectors)
    return distinct(vectors, [f for f in families if line.independent(f.pencil)])


class _Line:
    def __init__(self, vectors: HiddenVectors) -> None:
        self.vectors = vectors
        self.points = LinePoints(vectors)
        self.order = self.points.order
        # The curve wants sorted points; its vectors are put back into the order of the data.
        self.curve: NeuronCurve = neuron_curve(
            tuple(vectors.forms[i] for i in self.order), vectors.slopes,
            modulo_constants=bool(vectors.constants),
        )
        self.segments: tuple[Segment, ...] = self.curve.segments
        self.affine = normal_line(vectors, [form[0] for form in vectors.forms])

    def image(self, vertex: int, sign: int = 1) -> IntVector:
        """The vector of a vertex in units common to all, turned as on the curve."""
        named = self.named(vertex)
        turn = sign * self.orientation(self.points.back(self.curve.vertices[vertex].image), named)
        return tuple(turn * x for x in named)

    def named(self, vertex: int) -> IntVector:
        """The activations that the name of a vertex stands for, times a common denominator."""
        if self.is_affine(vertex):
            return self.points.affine()
        found = self.curve.vertices[vertex]
        named = self.points.ramp if found.facing == "right" else self.points.fall
        return named(found.kink)

    def orientation(self, vector: IntVector, other: IntVector) -> int:
        """1 if two vectors on one line point the same way, else -1."""
        product = sum(map(mul, vector, other))
        if self.vectors.constants:
            product = len(vector) * product - sum(vector) * sum(other)
        return 1 if product > 0 else -1

    def is_affine(self, vertex: int) -> bool:
        image = self.points.back(self.curve.vertices[vertex].image)
        return bool(self.vectors.constants) and normal_line(self.vectors, image) == self.affine

    def name(self, vertex: int) -> str:
        if self.is_affine(vertex):
            return "s"
        found = self.curve.vertices[vertex]
        return f"{'rho' if found.facing == 'right' else 'lambda'}_{found.kink + 1}"

    def place(self, vertex: int) -> str:
        if self.is_affine(vertex):
            return "an affine neuron"
        found = self.curve.vertices[vertex]
        return f"the {found.facing}-facing kink at {self.points.coordinate(found.kink)}"

    def term(self, vector: IntVector, vertex: int, factor: str) -> tuple[int, str]:
        """A named vertex with a factor, and whether the vector is a positive multiple of it."""
        return self.orientation(vector, self.named(vertex)), f"{factor}*{self.name(vertex)}"

    def corners(self) -> Iterator[_Corner]:
        """All pairs of segments with one common vertex whose three vectors are independent."""
        for i, j in combinations(range(len(self.segments)), 2):
            first, second = self.segments[i].ends, self.segments[j].ends
            common = {e.vertex for e in first} & {e.vertex for e in second}
            if len(common) != 1 or any(e[0].vertex == e[1].vertex for e in (first, second)):
                continue
            (shared,) = common
            (v,) = (end for end in first if end.vertex == shared)
            (a,) = (end for end in first if end.vertex != shared)
            (w,) = (end for end in second if end.vertex == shared)
            (b,) = (end for end in second if end.vertex != shared)
            corner = _Corner(
                self.image(a.vertex, a.sign), self.image(v.vertex, v.sign),
                self.image(b.vertex, v.sign * w.sign * b.sign),
                (a.vertex, v.vertex, b.vertex), (i, j),
            )
            if self.vectors.rank([corner.a, corner.v, corner.b]) == 3:
                yield corner

    def line_of(self, vertex: int) -> IntVector:
        return normal_line(self.vectors, self.image(vertex))

    def independent(self, pencil: Pencil) -> bool:
        space = [*pencil.base, pencil.first, pencil.second]
        return self.vectors.rank(space) == len(space)

    def merging(self, corner: _Corner) -> str:
        vertex = corner.vertices[1]
        if self.is_affine(vertex):
            if self.vectors.slopes[1]:
                return "two kinks leave the data and both neurons become affine"
            return "a right-facing kink meets the first point, a left-facing one the last"
        found = self.curve.vertices[vertex]
        facings = {
            self.curve.vertices[k].facing for k in corner.vertices if not self.is_affine(k)
        }
        if len(facings) == 1:
            return f"two {found.facing}-facing kinks merge at {self.points.coordinate(found.kink)}"
        return f"two neurons become {self.place(vertex)}"

    def symbols(self, base: list[str], b: tuple[int, str], a: tuple[int, str]) -> str:
        """span(base, y0*b - y1*a) with the signs of the two terms."""
        relation = "-" if b[0] * a[0] > 0 else "+"
        return f"span({', '.join([*base, b[1]])} {relation} {a[1]})"

    def pair(self, corner: _Corner, third: list[IntVector], segments: list[int]) -> Family:
        """Two neurons merge at a vertex while others stay inside further segments."""
        a, v, b = corner.vertices
        names, lines = [], []
        for k in segments:
            ends = self.segments[k].ends
            names.append(f"x in ({self.name(ends[0].vertex)}, {self.name(ends[1].vertex)})")
            lines.append(frozenset(self.line_of(end.vertex) for end in ends))
        words = self.merging(corner)
        if segments:
            words += f"; {len(segments)} other neuron{'s' * (len(segments) > 1)} apart"
        return Family(
            kind="merging pair" if not segments else "merging pair and others",
            words=words,
            symbols=self.symbols(
                [self.name(v), *names], self.term(corner.b, b, "y0"), self.term(corner.a, a, "y1")
            ),
            dimension=1 + len(segments),
            pencil=Pencil((corner.v, *third), corner.a, corner.b),
            sample="each other kink in the middle of its segment" if segments else "",
            forms=frozenset({(
                "pair", self.line_of(v), frozenset({self.line_of(a), self.line_of(b)}),
                frozenset(lines),
            )}),
            segment=self.ends(segments[0]) if len(segments) == 1 else (),
        )

    def ends(self, segment: int) -> tuple[IntVector, ...]:
        """The vectors whose cone a segment is."""
        return tuple(self.image(end.vertex, end.sign) for end in self.segments[segment].ends)

    def middle(self, segment: int) -> IntVector:
        """The neuron with its kink halfway between those of the ends of a segment."""
        (a, b), (c, d) = (end.ray for end in self.segments[segment].ends)
        x, y = abs(c), abs(a)
        return self.vectors.image((x * a + y * c, x * b + y * d))

    def apart(self, corner: _Corner, segment: int) -> bool:
        return not {end.vertex for end in self.segments[segment].ends} & set(corner.vertices)

    def pairs_and_one(self) -> Iterator[Family]:
        """Width three: a merging pair and a neuron on a segment that touches neither of theirs."""
        for corner in self.corners():
            for k in range(len(self.segments)):
                if self.apart(corner, k):
                    yield self.pair(corner, [self.middle(k)], [k])

    def wide(self, width: int) -> Iterator[Family]:
        """A merging pair and width - 2 others on the first segments apart that are independent."""
        for corner in self.corners():
            space = [corner.a, corner.v, corner.b]
            chosen: list[int] = []
            for k in range(len(self.segments)):
                if len(chosen) < width - 2 and self.apart(corner, k) and self.vectors.rank(
                    [*space, self.middle(k)]
                ) > len(space):
                    space.append(self.middle(k))
                    chosen.append(k)
            if len(chosen) == width - 2:
                yield self.pair(corner, space[3:], chosen)

    def runs(self) -> Iterator[Family]:
        """Width three: the strata of runs a, v, b, c of three segments."""
        for first, second in combinations(self.corners(), 2):
            found = _run(first, second)
            if found is None:
                continue
            (va, vv, vb, vc), (a, v, b, c) = found
            (left,) = set(first.segments) - set(second.segments)
            (right,) = set(second.segments) - set(first.segments)
            na, nv, nb, nc = map(self.name, (va, vv, vb, vc))
            minus_a = tuple(-x for x in a)
            at_v, at_b = self.place(vv), self.place(vb)
            middle = "third kink in the middle of its segment"
            term = self.term
            cases: list[tuple[str, str, str, Pencil, int | None]] = [
                ("avb abc", f"two neurons merge to {at_b}, one is {self.place(va)}",
                 self.symbols([na, nb], term(c, vc, "y0"), term(v, vv, "y1")),
                 Pencil((a, b), v, c), None),
                ("avc vbc", f"two neurons merge to {at_v}, one is {self.place(vc)}",
                 self.symbols([nv, nc], term(b, vb, "y0"), term(a, va, "y1")),
                 Pencil((v, c), a, b), None),
                ("avb vbc", f"three neurons close up at {at_v} and {at_b}",
                 self.symbols([nv, nb], term(c, vc, "y0"), term(minus_a, va, "y1")),
                 Pencil((v, b), minus_a, c), None),
                ("avb avc vbc", f"two neurons merge to {at_v}, one on the segment after the next",
                 self.symbols(
                     [nv, f"x in ({nb}, {nc})"], term(b, vb, "y0"), term(a, va, "y1")),
                 Pencil((v, self.middle(right)), a, b), right),
                ("avb abc vbc", f"two neurons merge to {at_b}, one on the segment before",
                 self.symbols(
                     [nb, f"x in ({na}, {nv})"], term(c, vc, "y0"), term(v, vv, "y1")),
                 Pencil((b, self.middle(left)), v, c), left),
            ]
            lines = tuple(self.line_of(k) for k in (va, vv, vb, vc))
            for support, words, symbols, pencil, moving in cases:
                yield Family(
                    kind="run of three", words=words, symbols=symbols,
                    dimension=1 + (moving is not None), pencil=pencil,
                    sample="" if moving is None else middle,
                    segment=() if moving is None else self.ends(moving),
                    forms=frozenset({
                        ("run", support, *lines), ("run", _reversed(support), *lines[::-1])
                    }),
                )

def _reversed(support: str) -> str:
    """The support of a run read backwards: avb and vbc change places, and avc and abc."""
    swap = {"avb": "vbc", "vbc": "avb", "avc": "abc", "abc": "avc"}
    order = ["avb", "avc", "abc", "vbc"]
    return " ".join(sorted((swap[part] for part in support.split()), key=order.index))


def _run(
    first: _Corner, second: _Corner
) -> tuple[tuple[int, int, int, int], tuple[IntVector, IntVector, IntVector, IntVector]] | None:
    """Two corners with a common middle segment as a run a, v, b, c, signs made to agree."""
    common = set(first.segments) & set(second.segments)
    if len(common) != 1:
        return None
    v, w = first.vertices[1], second.vertices[1]
    if v == w or w not in first.vertices or v not in second.vertices:
        return None
    ends = {first.vertices[0]: first.a, first.vertices[2]: first.b}
    others = {second.vertices[0]: second.a, second.vertices[2]: second.b}
    (va, a), = ((k, x) for k, x in ends.items() if k != w)
    (vc, c), = ((k, x) for k, x in others.items() if k != v)
    if va == vc:
        return None
    b = ends[w]
    # In the second corner w stands with its own sign; turn that corner as a whole.
    turn = 1 if b == second.v else -1
    return (va, v, w, vc), (a, first.v, b, tuple(turn * x for x in c))
