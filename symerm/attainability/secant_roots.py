"""The cases of a secant variety of neurons: products of simplices of wedges.

d neurons on pieces P_1, .., P_d (simplicial cones of activations) have w = x_1 ^ .. ^ x_d with
coordinates that are products of one coordinate for each **axis**: a piece, or two pieces joined
where their pairs are described exactly by one simplex:

- two pieces with common generators f1, f2 (d = 2): axes (f,g), (f,f), (g,g) for the order of the
  two neurons along f1, f2, and one axis each for what they have besides (a "keep" and generators);
- two segments u1, u2 and v1, v2 with u1 - u2 = v1 - v2 up to scale (right- and left-facing kinks
  in one gap): the quadrilateral of wedges is cut into the simplices (u1 v2, u1 v1, u2 v2) and
  (u2 v1, u1 v1, u2 v2), or along the other diagonal if that one vanishes with a further neuron;
- two segments u, v and v, x with z = x - u up to scale on a third axis: (u, v), (z, v) and
  (z, -v), (v, x), so that the products that vanish with z are products of items.

Every non-negative choice of coordinates is realised.  Where all wedges of a product of items
vanish, neurons coincide or become dependent: there the closure has its boundary strata.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, combinations_with_replacement, groupby, product
from math import prod

from symerm.arithmetic.linalg import nullspace, primitive
from symerm.arrangements.neuron_pieces import NeuronPieces, SignedVertex
from symerm.attainability.exterior import ExteriorForms

__all__ = ["Root", "secant_roots", "segment_scales"]

Item = tuple[SignedVertex, ...]
Piece = tuple[SignedVertex, ...]
#: An axis item that changes nothing.
KEEP: Item = ()


@dataclass(frozen=True)
class Root:
    """All choices of neurons on given pieces.

    Attributes
    ----------
    axes : for each axis its items
    shared : bool
        Whether axis 0 holds pairs of shared generators and axes 1 and 2 their replacements;
        otherwise a wedge is the concatenation of the items.
    retreats : pairs (axis, item): tuples with all of the axis but the item zero are in another root
    pieces : the index of the piece of each neuron, in the order of the wedges
    hinges : triples (axis, axis, which of the two still is a segment of neurons)
    """

    axes: tuple[tuple[Item, ...], ...]
    shared: bool = False
    retreats: tuple[tuple[int, int], ...] = ()
    pieces: tuple[int, ...] = ()
    hinges: tuple[tuple[int, int, int], ...] = ()
    shape: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", tuple(map(len, self.axes)))

    @property
    def size(self) -> int:
        """The number of wedges."""
        return prod(self.shape)

    def wedges(self) -> list[Item]:
        """The signed vertices of each wedge, in row-major order of the items."""
        if not self.shared:
            return [tuple(v for item in choice for v in item) for choice in product(*self.axes)]
        return [
            (first[0] if first else pair[0], second[0] if second else pair[1])
            for pair, first, second in product(*self.axes)
        ]


def secant_roots(
    found: NeuronPieces, forms: ExteriorForms, width: int
) -> list[Root]:
    """The roots of a width, in the order of certificates; degenerate ones are left out.

    Parameters
    ----------
    found : NeuronPieces
    forms : ExteriorForms
        The tables of the vertices.
    width : int, at least 2
    """
    pieces = found.pieces
    roots = _pairs(pieces) if width == 2 else _tuples(pieces, forms, width)
    return [root for root in roots if any(map(forms.wedge_square, root.wedges()))]


def _pairs(pieces: Sequence[Piece]) -> Iterator[Root]:
    for k, first in enumerate(pieces):
        for t, u in combinations(range(len(first)), 2):
            yield from _pair(first[:t] + first[t + 1 :], first[:u] + first[u + 1 :], (k, k))
        for m in range(k + 1, len(pieces)):
            yield from _pair(first, pieces[m], (k, m))


def _pair(first: Piece, second: Piece, pieces: tuple[int, int]) -> Iterator[Root]:
    opposite = tuple((k, -sign) for k, sign in second)
    plus, minus = ([v for v in first if v in other] for other in (second, opposite))
    shared = plus
    if len(minus) > len(plus):
        second, shared = opposite, minus
    if len(shared) != 2:
        retreats: tuple[tuple[int, int], ...] = ()
        if len(shared) == 1:
            retreats = ((0, first.index(shared[0])), (1, second.index(shared[0])))
        axes = tuple(tuple((v,) for v in piece) for piece in (first, second))
        yield Root(axes, False, retreats, pieces)
        return
    besides = [(KEEP, *((v,) for v in piece if v not in shared)) for piece in (first, second)]
    for f, g in (shared, shared[::-1]):
        yield Root((((f, g), (f, f), (g, g)), *besides), True, ((1, 0), (2, 0)), pieces)


def _tuples(pieces: Sequence[Piece], forms: ExteriorForms, width: int) -> Iterator[Root]:
    parallel: dict[tuple[Piece, Piece], Piece | None] = {}
    for chosen in combinations_with_replacement(range(len(pieces)), width):
        axes: list[tuple[Item, ...]] = []
        owners: list[tuple[int, ...]] = []
        segments: list[int] = []
        for index, group in groupby(chosen):
            piece, count = pieces[index], len(list(group))
            if count >= 2 and len(piece) < min(count, 3):
                break
            if count == 2 and len(piece) == 2:
                axes.append((piece,))
                owners.append((index, index))
                continue
            if count == 1 and len(piece) == 2:
                segments.append(len(axes))
            axes.extend([tuple((v,) for v in piece)] * count)
            owners.extend([(index,)] * count)
        else:
            yield from _joined(axes, owners, segments, forms, parallel)


def _joined(
    axes: list[tuple[Item, ...]], owners: list[tuple[int, ...]], segments: list[int],
    forms: ExteriorForms, parallel: dict[tuple[Piece, Piece], Piece | None],
) -> Iterator[Root]:
    """The roots of some axes after joining parallel segments."""
    choices: list[list[tuple[Item, ...]] | None] = [[axis] for axis in axes]
    free = list(segments)
    while free:
        i = free.pop(0)
        u: Piece = tuple(item[0] for item in axes[i])
        for j in free:
            v: Piece = tuple(item[0] for item in axes[j])
            if (u, v) not in parallel:
                parallel[u, v] = _parallel(u, v, forms)
            order = parallel[u, v]
            if order is not None:
                rest = (item for k, axis in enumerate(axes) if k not in (i, j) for item in axis)
                if any(_common(u, order[::-1], item, forms) for item in rest):
                    order = order[::-1]
                ends = (u[0], order[0]), (u[1], order[1])
                choices[i] = [
                    ((u[0], order[1]), *ends), ((u[1], order[0]), *ends)
                ]
                choices[j] = None
                owners[i] += owners[j]
                owners[j] = ()
                free.remove(j)
                break
    kept = [k for k, choice in enumerate(choices) if choice is not None]
    single = [k for k in segments if owners[k] and len(owners[k]) == 1]
    hinged = _hinges(axes, single, forms)
    pieces = sum(owners, ())
    for sides in product((0, 1), repeat=len(hinged)):
        for choice_of_items in product(*(choices[k] or [] for k in kept)):
            found: list[tuple[Item, ...]] = list(choice_of_items)
            hinges: list[tuple[int, int, int]] = []
            for (i, j, z, hub), side in zip(hinged, sides, strict=True):
                first, second = kept.index(i), kept.index(j)
                if side == 0:
                    found[second] = ((z,), (hub,))
                else:
                    found[first] = ((z,), ((hub[0], -hub[1]),))
                hinges.append((first, second, side))
            yield Root(tuple(found), pieces=pieces, hinges=tuple(hinges))


def _hinges(
    axes: Sequence[tuple[Item, ...]], segments: Sequence[int], forms: ExteriorForms
) -> list[tuple[int, int, SignedVertex, SignedVertex]]:
    """Pairs of segments u, v and v, x with z = x - u on another axis: their axes, z and v."""
    found: list[tuple[int, int, SignedVertex, SignedVertex]] = []
    free = list(segments)
    while free:
        i = free.pop(0)
        for j in free:
            rest = [
                item[0] for k, axis in enumerate(axes) if k not in (i, j)
                for item in axis if len(item) == 1
            ]
            hinge = _hinge([a[0] for a in axes[i]], [b[0] for b in axes[j]], rest, forms)
            if hinge is not None:
                found.append((i, j, *hinge))
                free.remove(j)
                break
    return found


def _hinge(
    first: Sequence[SignedVertex], second: Sequence[SignedVertex], rest: Sequence[SignedVertex],
    forms: ExteriorForms,
) -> tuple[SignedVertex, SignedVertex] | None:
    shared = {k for k, _ in first} & {k for k, _ in second}
    if len(shared) != 1:
        return None
    (u,) = (a for a in first if a[0] not in shared)
    (v,) = (a for a in first if a[0] in shared)
    (x,) = (b for b in second if b[0] not in shared)
    (other,) = (b for b in second if b[0] in shared)
    x = x[0], x[1] * v[1] * other[1]
    for z in rest:
        ends = u, x, z
        kernel = nullspace([[s * t * forms.inner[i][j] for j, t in ends] for i, s in ends])
        if len(kernel) == 1:
            c1, c2, c3 = kernel[0]
            if c1 * c2 < 0 and c3:
                # c1 u + c2 x + c3 z = 0: x - u is a positive multiple of z or of -z.
                return (z[0], z[1] if c3 * c1 > 0 else -z[1]), v
    return None


def _common(u: Piece, v: Piece, item: Item, forms: ExteriorForms) -> bool:
    """Whether a single vertex lies in the planes of both u1, v1 and u2, v2."""
    return len(item) == 1 and not any(
        forms.wedge_square((x, y, *item)) for x, y in zip(u, v, strict=True)
    )


def _parallel(u: Piece, v: Piece, forms: ExteriorForms) -> Piece | None:
    """The order of v in which u1 - u2 = v1 - v2 up to scales, or None."""
    four = [*u, *v]
    kernel = nullspace(
        [[s * t * forms.inner[i][j] for j, t in four] for i, s in four]
    )
    if len(kernel) != 1:
        return None
    signs = [(x > 0) - (x < 0) for x in kernel[0]]
    if signs[0] < 0:
        signs = [-x for x in signs]
    if signs == [1, -1, -1, 1]:
        return v
    return v[::-1] if signs == [1, -1, 1, -1] else None


def segment_scales(
    items: Sequence[Sequence[SignedVertex]], forms: ExteriorForms
) -> tuple[int, int, int, int]:
    """Factors of u1, u2, v1, v2 that make u1 - u2 and v1 - v2 the same vector, up to sign.

    Parameters
    ----------
    items : of an axis of joined segments, the last two of them (u1, v1) and (u2, v2)
    forms : ExteriorForms
    """
    _, (u1, v1), (u2, v2) = items
    ends = u1, u2, v1, v2
    (relation,) = nullspace([[s * t * forms.inner[i][j] for j, t in ends] for i, s in ends])
    a1, a2, b1, b2 = map(abs, primitive(relation))
    return a1, a2, b1, b2
