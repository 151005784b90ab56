"""Polynomials whose coefficients are wedges: tuples as functions of the generators' coefficients.

On a cell or a chart of a root a tuple has the wedge w(c) = sum of c^k w_k, with one vector of
coordinates w_k for each monomial in the coefficients c >= 0 of the generators.  A quadratic form
of w, or a bilinear form of w and of a direction, is then a polynomial whose coefficients are sums
of values of the form: all tests on cells and charts are signs of such coefficients.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from flint import fmpz_mat

from symerm.attainability.secant_cells import Cell, products
from symerm.attainability.secant_tables import Box, degrees

__all__ = [
    "VectorPolynomial", "away_from_stratum", "cell_polynomial", "form_polynomial", "monomial",
    "on_face",
]

#: Bits of an exponent in a packed monomial.
BITS = 6
MASK = (1 << BITS) - 1
Vector = Sequence[int]
Polynomial = dict[int, int]


@dataclass(frozen=True)
class VectorPolynomial:
    """Monomials, packed into integers, with their vectors."""

    keys: tuple[int, ...]
    rows: tuple[Vector, ...]

    @classmethod
    def of(cls, terms: Mapping[int, Vector]) -> VectorPolynomial:
        """The polynomial of some terms without those that are zero."""
        kept = [(key, row) for key, row in terms.items() if any(row)]
        return cls(tuple(key for key, _ in kept), tuple(row for _, row in kept))


def monomial(sizes: Sequence[int], powers: Iterable[tuple[int, int, int]]) -> int:
    """The packed monomial of powers (group, generator, exponent) of variables."""
    key = 0
    for group, index, exponent in powers:
        key += exponent << BITS * (sum(sizes[:group]) + index)
    return key


def form_polynomial(
    form: fmpz_mat, left: VectorPolynomial, right: VectorPolynomial | None = None
) -> Polynomial:
    """A bilinear form of two vector polynomials, of one with itself if there is no other."""
    if not left.rows or (right is not None and not right.rows):
        return {}
    first = fmpz_mat([list(row) for row in left.rows])
    second = first if right is None else fmpz_mat([list(row) for row in right.rows])
    values = (first * form * second.transpose()).tolist()
    found: dict[int, Any] = {}
    if right is not None:
        for key, row in zip(left.keys, values, strict=True):
            for other, value in zip(right.keys, row, strict=True):
                found[key + other] = found.get(key + other, 0) + value
        return {key: int(value) for key, value in found.items()}
    # By symmetry half of the pairs, twice.
    for k, (key, row) in enumerate(zip(left.keys, values, strict=True)):
        found[2 * key] = found.get(2 * key, 0) + row[k]
        for other, value in zip(left.keys[k + 1 :], row[k + 1 :], strict=True):
            found[key + other] = found.get(key + other, 0) + 2 * value
    return {key: int(value) for key, value in found.items()}


def on_face(
    found: Mapping[int, int], sizes: Sequence[int], face: Sequence[Sequence[int]], sign: int
) -> bool:
    """Whether some monomial in the given generators of each group has a coefficient of a sign."""
    mask, at = 0, 0
    for size, chosen in zip(sizes, face, strict=True):
        for k in chosen:
            mask |= MASK << BITS * (at + k)
        at += size
    return any(sign * value > 0 and key & ~mask == 0 for key, value in found.items())


def cell_polynomial(cell: Cell) -> VectorPolynomial:
    """w on a cell."""
    return VectorPolynomial(tuple(_choices(cell)), tuple(products(cell)))


def _choices(cell: Cell, but: int | None = None) -> list[int]:
    """The monomials of all choices of generators, of all slots or of all but one."""
    found = [0]
    for slot, size in enumerate(cell.sizes):
        if slot != but:
            units = [monomial(cell.sizes, [(slot, k, 1)]) for k in range(size)]
            found = [key + unit for key in found for unit in units]
    return found


def away_from_stratum(
    cell: Cell, slot: int, box: Box, live: Sequence[int]
) -> VectorPolynomial | None:
    """The direction in which a tuple moves away from the stratum of a box, times a factor.

    That is the sum over J of degree two or more and K of degree zero of
    (deg J - 1) y_J' y_K' e_J, where J' and K' come from an exchange of items (docs/secants.md).
    None if a wedge of degree zero does not vanish, or no exchange stays in living coordinates.
    """
    moves = _stratum_moves(cell, slot, box, live)
    if moves is None:
        return None
    own, size = cell.slots[slot].generators, len(cell.slots[slot].generators[0])
    units = [monomial(cell.sizes, [(slot, k, 1)]) for k in range(len(own))]
    rest = _choices(cell, slot)
    terms: dict[int, list[int]] = {}
    for place, degree, pairs in moves:
        direction = products(cell.with_slot(slot, [tuple(int(k == place) for k in range(size))]))
        weights: dict[int, int] = {}
        for first, second in pairs:
            for (unit, g), (other, h) in product(zip(units, own, strict=True), repeat=2):
                if value := degree * g[first] * h[second]:
                    weights[unit + other] = weights.get(unit + other, 0) + value
        for (key, weight), (choice, row) in product(
            weights.items(), zip(rest, direction, strict=True)
        ):
            old = terms.get(key + choice)
            terms[key + choice] = [
                weight * x + (old[k] if old else 0) for k, x in enumerate(row)
            ]
    return VectorPolynomial.of(terms)


def _stratum_moves(
    cell: Cell, slot: int, box: Box, live: Sequence[int]
) -> list[tuple[int, int, list[tuple[int, int]]]] | None:
    """Coordinates J of degree two or more, deg J - 1, and the pairs (J', K') of the exchange."""
    shape = [cell.shape[axis] for axis in cell.slots[slot].axes]
    strides = [1] * len(shape)
    for k in range(len(shape) - 2, -1, -1):
        strides[k] = strides[k + 1] * shape[k + 1]
    choices, degree = list(product(*map(range, shape))), degrees(shape, box)
    inside = set(live)
    if any(d == 0 and k in inside for k, d in enumerate(degree)):
        return None
    away = [k for k in live if degree[k] >= 2]
    found: dict[int, list[tuple[int, int]]] = {k: [] for k in away}
    for m, d in enumerate(degree):
        pairs = [] if d else [
            _exchange(choices, strides, inside, k, m) for k in away
        ]
        if pairs and all(pairs):
            for k, pair in zip(away, pairs, strict=True):
                assert pair is not None
                found[k].append(pair)
    return [(k, degree[k] - 1, found[k]) for k in away if found[k]] or None


def _exchange(
    choices: Sequence[Sequence[int]], strides: Sequence[int], inside: set[int], k: int, m: int
) -> tuple[int, int] | None:
    """Coordinates J', K' that live, from exchanging the items of J, K on the fewest axes."""
    axes = range(len(strides))
    for size in range(1, len(strides)):
        for chosen in combinations(axes, size):
            shift = sum((choices[m][a] - choices[k][a]) * strides[a] for a in chosen)
            if k + shift in inside and m - shift in inside:
                return k + shift, m - shift
    return None
