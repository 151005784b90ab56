"""Limits that are realised by other neurons: the planes of a stratum seen from another root.

A cell's limits at a boundary stratum may be products of neurons of other pieces: on the line the
span of rho_2 and y_0 rho_3 - y_1 rho_1 holds a left-facing kink if the ratio is large enough.
Let the tensors of a slot stand for products of r neurons.  If r - 1 vertices divide all of its
generators, each is V ^ y(g) with the product V of those vertices, and if modulo their span all
y(g) lie in one piece, up to one common sign, so does y of every combination: the cell's limits are
realised (docs/secants.md, Lemma 24).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import combinations, product
from math import lcm
from typing import Any

from symerm.arithmetic.linalg import solve
from symerm.arrangements.neuron_pieces import SignedVertex
from symerm.attainability.exterior import ExteriorForms
from symerm.attainability.secant_cells import Cell
from symerm.attainability.secant_roots import Root

__all__ = ["Elsewhere", "Piece"]

Piece = tuple[SignedVertex, ...]
Wedge = tuple[SignedVertex, ...]
#: slot or -1, piece, one list of coefficients for each generator
Neuron = list[Any]
Rows = list[list[int]]


class Elsewhere:
    """Finds neurons for the limits of cells of a root.

    Parameters
    ----------
    root : Root
    pieces : the pieces of the problem
    forms : ExteriorForms
    """

    def __init__(self, root: Root, pieces: Sequence[Piece], forms: ExteriorForms) -> None:
        self.root, self.pieces, self.forms = root, pieces, forms

    @cached_property
    def home(self) -> dict[int, tuple[int, int]]:
        """For each vertex a piece and its place in it."""
        found: dict[int, tuple[int, int]] = {}
        for k, piece in enumerate(self.pieces):
            for place, (vertex, _) in enumerate(piece):
                found.setdefault(vertex, (k, place))
        return found

    def neurons(self, cell: Cell, slot: int, gone: Sequence[int]) -> list[Neuron] | None:
        """Entries [slot, piece, rows] whose product is that of the cell's generators, or None.

        Parameters
        ----------
        cell : Cell
        slot : int
            Where coordinates are set to zero.
        gone : these coordinates
        """
        if self.root.shared:
            return None
        found: list[Neuron] = []
        for t, own in enumerate(cell.slots):
            missing = set(gone) if t == slot else set()
            tensors = [
                tuple(0 if k in missing else x for k, x in enumerate(g)) for g in own.generators
            ]
            entries = self._of_slot(t, own.axes, tensors)
            if entries is None:
                return None
            found.extend(entries)
        return found

    def _of_slot(
        self, t: int, axes: Sequence[int], tensors: Sequence[Sequence[int]]
    ) -> list[Neuron] | None:
        wedges = [
            tuple(v for item in choice for v in item)
            for choice in product(*(self.root.axes[a] for a in axes))
        ]
        used = [k for k in range(len(wedges)) if any(g[k] for g in tensors)]
        size = len(wedges[0])
        if size == 1:
            placed = self._in_piece([wedges[k] for k in used], tensors, used)
            return None if placed is None else [[t, *placed]]
        if len(used) == 1:
            # A multiple of one product of vertices.
            return [self._constant(vertex) for vertex, _ in wedges[used[0]]]
        parts = [wedges[k] for k in used]
        shares = [[g[k] for k in used] for g in tensors]
        for chosen in combinations(self._divisors(parts, shares), size - 1):
            constants = tuple((v, 1) for v in chosen)
            if self.forms.wedge_square(constants) == 0:
                continue
            for index, piece in enumerate(self.pieces):
                rows = self._quotients(constants, piece, parts, shares)
                if rows is not None:
                    return [*map(self._constant, chosen), [t, index, rows]]
        return None

    def _constant(self, vertex: int) -> Neuron:
        piece, place = self.home[vertex]
        return [-1, piece, [[int(k == place) for k in range(len(self.pieces[piece]))]]]

    def _in_piece(
        self, wedges: Sequence[Wedge], tensors: Sequence[Sequence[int]], used: Sequence[int]
    ) -> tuple[int, Rows] | None:
        """A piece that has all of some signed vertices, up to one sign, and the coefficients."""
        vertices = [wedge[0] for wedge in wedges]
        for index, piece in enumerate(self.pieces):
            for sign in (1, -1):
                turned = [(k, s * sign) for k, s in piece]
                if set(vertices) <= set(turned):
                    places = {turned.index(v): k for v, k in zip(vertices, used, strict=True)}
                    return index, [
                        [g[places[m]] if m in places else 0 for m in range(len(piece))]
                        for g in tensors
                    ]
        return None

    def _divisors(self, parts: Sequence[Wedge], shares: Rows) -> Iterator[int]:
        """The vertices v with v ^ T = 0 for all tensors T."""
        for vertex in self.home:
            grown = [((vertex, 1), *part) for part in parts]
            den, _ = self.forms.wedge_products(grown)
            if all(_value(den, share, share) == 0 for share in shares):
                yield vertex

    def _quotients(
        self, constants: Wedge, piece: Piece, parts: Sequence[Wedge], shares: Rows
    ) -> Rows | None:
        """Coefficients of each tensor as constants ^ (a vector of the piece), all of one sign."""
        products = [(*constants, v) for v in piece]
        size = len(products)
        den, _ = self.forms.wedge_products([*products, *parts])
        gram = [row[:size] for row in den[:size]]
        found: list[list[Fraction]] = []
        for share in shares:
            moment = [
                sum(x * den[m][size + k] for k, x in enumerate(share)) for m in range(size)
            ]
            solution = solve(gram, moment)
            if solution is None:
                return None
            square = _value([row[size:] for row in den[size:]], share, share)
            if sum(x * y for x, y in zip(solution, moment, strict=True)) != square:
                return None
            found.append(list(solution))
        entries = [x for row in found for x in row if x]
        if not entries or not (min(entries) > 0 or max(entries) < 0):
            return None
        unit = lcm(*(x.denominator for x in entries))
        return [[abs(int(x * unit)) for x in row] for row in found]


def _value(table: Sequence[Sequence[int]], x: Sequence[int], y: Sequence[int]) -> int:
    return sum(
        a * sum(entry * b for entry, b in zip(row, y, strict=True))
        for a, row in zip(x, table, strict=True) if a
    )
