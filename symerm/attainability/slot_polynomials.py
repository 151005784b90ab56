"""Polynomials on a cell: where does the loss rise?

On a cell write w for the wedge with coordinates y.  In a direction v the loss falls or rises with
the sign of S(y; v) = num(w) <w, v>_den - den(w) <w, v>_num.  Two kinds of directions are needed:

- D-part: some coordinates of one slot shrink, v = sum of y_J e_J over J in D;
- away from a stratum: the coordinates of items outside a box of vanishing wedges are scaled
  together.  Times the sum of the vanishing coordinates y_K that moves w by the sum of
  (deg J - 1) y_J' y_K' e_J, since y_J y_K = y_J' y_K' (docs/secants.md).

The coefficients in the generators' coefficients decide: all positive, so is the polynomial.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod

from flint import fmpz_mat

from symerm.attainability.secant_cells import Cell, Tensor, gram, live_coordinates, products
from symerm.attainability.secant_search import Box, degrees

__all__ = ["den_coefficients", "enlarged", "retreat_coefficients", "stratum_coefficients"]

Monomial = tuple[int, ...]
Polynomial = dict[Monomial, int]
Forms = tuple[fmpz_mat, fmpz_mat]


def _times(left: Polynomial, right: Polynomial) -> Polynomial:
    found: Polynomial = {}
    for m, x in left.items():
        for k, y in right.items():
            key = tuple([a + b for a, b in zip(m, k, strict=True)])
            found[key] = found.get(key, 0) + x * y
    return found


def _minus(left: Polynomial, right: Polynomial) -> Polynomial:
    found = dict(left)
    for m, x in right.items():
        found[m] = found.get(m, 0) - x
    return found


class _Variables:
    """The coefficients of the generators as variables, slot after slot."""

    def __init__(self, cell: Cell) -> None:
        self.cell, self.count = cell, sum(cell.sizes)
        self.offsets = [sum(cell.sizes[:k]) for k in range(len(cell.sizes))]

    def monomials(self, but: int | None = None) -> list[Monomial]:
        """One monomial for each choice of generators, of all slots or of all but one."""
        found = []
        ranges = [range(1 if k == but else m) for k, m in enumerate(self.cell.sizes)]
        for choice in product(*ranges):
            exponents = [0] * self.count
            for k, index in enumerate(choice):
                if k != but:
                    exponents[self.offsets[k] + index] += 1
            found.append(tuple(exponents))
        return found

    def coordinate(self, slot: int, place: int) -> Polynomial:
        """The linear form y_J of a slot."""
        found: Polynomial = {}
        for k, g in enumerate(self.cell.slots[slot].generators):
            if g[place]:
                exponents = [0] * self.count
                exponents[self.offsets[slot] + k] = 1
                found[tuple(exponents)] = g[place]
        return found


def _bilinear(
    values: Sequence[Sequence[int]], left: Sequence[Monomial], right: Sequence[Monomial]
) -> Polynomial:
    found: Polynomial = {}
    for row, m in zip(values, left, strict=True):
        for value, k in zip(row, right, strict=True):
            key = tuple([a + b for a, b in zip(m, k, strict=True)])
            found[key] = found.get(key, 0) + value
    return found


def enlarged(cell: Cell, slot: int, shrinking: Sequence[int]) -> Cell | None:
    """The cell with copies of a slot's generators whose given coordinates are zero.

    None if a generator has no other coordinates.
    """
    found = list(cell.slots[slot].generators)
    for g in cell.slots[slot].generators:
        copy = tuple(0 if k in shrinking else x for k, x in enumerate(g))
        if not any(copy):
            return None
        if copy not in found:
            found.append(copy)
    return cell.with_slot(slot, found)


def den_coefficients(cell: Cell, den: fmpz_mat) -> Polynomial:
    """den(w) on a cell."""
    tensors, monomials = products(cell), _Variables(cell).monomials()
    return _bilinear(gram(den, tensors), monomials, monomials)


def retreat_coefficients(
    cell: Cell, slot: int, shrinking: Sequence[int], forms: Forms
) -> Polynomial:
    """S for the D-part of a slot: non-negative if the loss falls as those coordinates shrink."""
    tensors, monomials = products(cell), _Variables(cell).monomials()
    parts = products(cell.with_slot(slot, [
        tuple(x if k in shrinking else 0 for k, x in enumerate(g))
        for g in cell.slots[slot].generators
    ]))
    den, num = forms
    whole = [_bilinear(gram(form, tensors), monomials, monomials) for form in forms]
    along = [_bilinear(gram(form, tensors, parts), monomials, monomials) for form in (den, num)]
    return _minus(_times(whole[1], along[0]), _times(whole[0], along[1]))


def stratum_moves(
    cell: Cell, slot: int, box: Box, live: Sequence[int]
) -> list[tuple[int, int, list[tuple[int, int]]]] | None:
    """Coordinates J of degree two or more, deg J - 1, and the pairs (J', K') of the exchange.

    None if a wedge of degree zero does not vanish, or an exchange leaves the living coordinates.
    """
    shape = [cell.shape[axis] for axis in cell.slots[slot].axes]
    strides = [prod(shape[k + 1 :]) for k in range(len(shape))]
    choices, degree = list(product(*map(range, shape))), degrees(shape, box)
    inside = set(live)
    if any(d == 0 and k in inside for k, d in enumerate(degree)):
        return None
    moves = []
    for k in live:
        if degree[k] < 2:
            continue
        axis = next(a for a, part in enumerate(box) if choices[k][a] not in part)
        pairs = []
        for m, d in enumerate(degree):
            if d:
                continue
            shift = (choices[m][axis] - choices[k][axis]) * strides[axis]
            if k + shift not in inside or m - shift not in inside:
                return None
            pairs.append((k + shift, m - shift))
        moves.append((k, degree[k] - 1, pairs))
    return moves or None


def stratum_coefficients(cell: Cell, slot: int, box: Box, forms: Forms) -> Polynomial | None:
    """T on a cell: positive if the loss rises away from the stratum of a box; None if undefined."""
    den, num = forms
    moves = stratum_moves(cell, slot, box, live_coordinates(cell, slot, den))
    if moves is None:
        return None
    variables = _Variables(cell)
    tensors, monomials = products(cell), variables.monomials()
    rest = variables.monomials(slot)
    size = len(cell.slots[slot].generators[0])
    d_whole, n_whole = (_bilinear(gram(form, tensors), monomials, monomials) for form in forms)
    d_along: Polynomial = {}
    n_along: Polynomial = {}
    for place, degree, pairs in moves:
        unit: Tensor = tuple(int(k == place) for k in range(size))
        direction = products(cell.with_slot(slot, [unit]))
        weight: Polynomial = {}
        for first, second in pairs:
            part = _times(variables.coordinate(slot, first), variables.coordinate(slot, second))
            for m, x in part.items():
                weight[m] = weight.get(m, 0) + degree * x
        for target, form in ((d_along, den), (n_along, num)):
            slope = _times(weight, _bilinear(gram(form, tensors, direction), monomials, rest))
            for m, x in slope.items():
                target[m] = target.get(m, 0) + x
    return _minus(_times(n_whole, d_along), _times(d_whole, n_along))
