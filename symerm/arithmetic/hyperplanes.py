"""Chambers of central and affine hyperplane arrangements over Q.

Chambers are found one hyperplane H at a time, by deletion and restriction: those of A + H are
those of A and one more for every chamber of the restriction of A to H, which is an arrangement
in one dimension less (Zaslavsky, "Facing up to arrangements", 1975).  A point w inside a chamber
of the restriction moves off H to both sides, by a step that is small enough by exact arithmetic,
so every chamber comes with a rational interior point and no linear program is solved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key
from itertools import pairwise
from math import comb, gcd
from operator import mul

from symerm.arithmetic.linalg import Number, primitive, rank
from symerm.errors import BudgetExceeded, InputError

__all__ = [
    "Cell",
    "affine_chambers",
    "chambers",
    "general_position_chambers",
    "sign_vector",
]

Integers = tuple[int, ...]


@dataclass(frozen=True)
class Cell:
    """A full-dimensional cell of an arrangement.

    Attributes
    ----------
    signs : tuple of int
        For each hyperplane the sign -1 or +1 of its form on the cell; 0 for a form that is zero.
    witness : tuple of Fraction
        A point in the interior of the cell.
    """

    signs: tuple[int, ...]
    witness: tuple[Fraction, ...]


def sign_vector(normals: Sequence[Sequence[Number]], point: Sequence[Number]) -> tuple[int, ...]:
    """The signs of the forms <n_i, x> at a point: its covector.

    Examples
    --------
    >>> sign_vector([(1, 0), (0, 1), (1, -1)], (2, 2))
    (1, 1, 0)
    """
    values = (sum(n * x for n, x in zip(normal, point, strict=True)) for normal in normals)
    return tuple((value > 0) - (value < 0) for value in values)


def general_position_chambers(hyperplanes: int, dimension: int) -> int:
    """The number of chambers of N central hyperplanes in general position in R^m.

    It is 2 sum_{k < m} C(N - 1, k), the largest number for any N central hyperplanes.

    References
    ----------
    Cover, "Geometrical and statistical properties of systems of linear inequalities", 1965.

    Examples
    --------
    >>> general_position_chambers(4, 2), general_position_chambers(4, 3)
    (8, 14)
    """
    if hyperplanes == 0 or dimension == 0:
        return 1
    return 2 * sum(comb(hyperplanes - 1, k) for k in range(dimension))


def chambers(normals: Sequence[Sequence[Number]], *, limit: int | None = None) -> list[Cell]:
    """All chambers of the central arrangement { x in R^m : <n_i, x> = 0 }.

    Parameters
    ----------
    normals : N >= 1 rows of m numbers
        Repeated and parallel normals are one hyperplane with several signs; a zero normal has
        sign 0 everywhere.
    limit : int, optional
        Largest number of chambers wanted.

    Returns
    -------
    list of Cell
        Sorted by sign vector.

    Raises
    ------
    InputError
        If there are no normals or they differ in length.
    BudgetExceeded
        If there are more than `limit` chambers.

    Notes
    -----
    The time is proportional to the number of chambers times N.

    Examples
    --------
    >>> [cell.signs for cell in chambers([(1, 0), (0, 1)])]
    [(-1, -1), (-1, 1), (1, -1), (1, 1)]
    """
    dimension = _dimension(normals)
    hyperplanes, index = distinct_hyperplanes([primitive(normal) for normal in normals])
    if not hyperplanes:
        if limit is not None and limit < 1:
            raise _over_budget(limit, 1)
        return [Cell((0,) * len(normals), (Fraction(0),) * dimension)]
    budget = None if limit is None else limit // 2
    try:
        half = _open_cells(hyperplanes, 1, budget)
    except _TooMany:
        raise _over_budget(limit, general_position_chambers(
            len(hyperplanes), rank(hyperplanes)
        )) from None
    everything = (1 << len(hyperplanes)) - 1
    cells = []
    for mask, witness in half:
        point = tuple(map(Fraction, witness))
        cells.append(Cell(_expand(mask, index), point))
        cells.append(Cell(_expand(mask ^ everything, index), tuple(-x for x in point)))
    return sorted(cells, key=lambda cell: cell.signs)


def affine_chambers(
    normals: Sequence[Sequence[Number]],
    offsets: Sequence[Number],
    *,
    box: Sequence[tuple[Number, Number]] | None = None,
    limit: int | None = None,
) -> list[Cell]:
    """All chambers of the affine arrangement { x in R^p : <n_i, x> + o_i = 0 }.

    Homogenisation: they are the chambers of the cone over the arrangement with x_{p+1} > 0.

    Parameters
    ----------
    normals : N >= 1 rows of p numbers
    offsets : N numbers
    box : p pairs (lower, upper), optional
        Only chambers that meet the interior of the box, each with a witness inside the box.
    limit : int, optional
        Largest number of chambers wanted.

    Returns
    -------
    list of Cell
        Sorted by sign vector.  A zero normal has the sign of its offset everywhere.

    Raises
    ------
    InputError
        If the shapes do not fit or a side of the box is empty.
    BudgetExceeded
        If there are more than `limit` chambers.

    Examples
    --------
    >>> [cell.signs for cell in affine_chambers([(1,), (1,)], (0, -1))]
    [(-1, -1), (1, -1), (1, 1)]
    >>> len(affine_chambers([(1,), (1,)], (0, -1), box=[(Fraction(1, 2), 5)]))
    2
    """
    dimension = _dimension(normals)
    if len(offsets) != len(normals):
        raise InputError(f"{len(normals)} normals need as many offsets, not {len(offsets)}")
    positive: list[tuple[Number, ...]] = [(0,) * dimension + (1,)]
    if box is not None:
        if len(box) != dimension:
            raise InputError(f"the box needs {dimension} sides, not {len(box)}")
        for axis, (lower, upper) in enumerate(box):
            if lower >= upper:
                raise InputError(f"side {axis + 1} of the box is empty: [{lower}, {upper}]")
            unit = tuple(int(j == axis) for j in range(dimension))
            positive.append((*unit, -lower))
            positive.append((*(-u for u in unit), upper))
    forms = [primitive(form) for form in positive]
    forms += [primitive((*n, o)) for n, o in zip(normals, offsets, strict=True)]
    hyperplanes, index = distinct_hyperplanes(forms)
    required = len({position for position, _ in index[: len(positive)]})
    try:
        cells = _open_cells(hyperplanes, required, limit)
    except _TooMany:
        bound = general_position_chambers(len(hyperplanes), rank(hyperplanes)) // 2
        raise _over_budget(limit, bound) from None
    return sorted(
        (
            Cell(
                _expand(mask, index)[len(positive) :],
                tuple(Fraction(x, witness[-1]) for x in witness[:-1]),
            )
            for mask, witness in cells
        ),
        key=lambda cell: cell.signs,
    )


class _TooMany(Exception):
    """More cells than the caller wants to hold."""


def _over_budget(limit: int | None, bound: int) -> BudgetExceeded:
    return BudgetExceeded(
        f"the arrangement has more than {limit} chambers (at most {bound}, the number in general "
        "position); raise the limit or use fewer hyperplanes"
    )


def _dimension(normals: Sequence[Sequence[Number]]) -> int:
    if not normals:
        raise InputError("an arrangement needs at least one normal")
    dimension = len(normals[0])
    for number, normal in enumerate(normals, start=1):
        if len(normal) != dimension:
            raise InputError(
                f"the normal has {len(normal)} entries but the first one has {dimension}",
                row=number,
            )
    return dimension


def _dot(a: Integers, b: Integers) -> int:
    return sum(map(mul, a, b))


def distinct_hyperplanes(forms: Sequence[Integers]) -> tuple[list[Integers], list[tuple[int, int]]]:
    """Distinct hyperplanes of primitive forms, and each form as (position, orientation).

    A zero form gets orientation 0, so that its sign comes out as 0.
    """
    positions: dict[Integers, int] = {}
    hyperplanes: list[Integers] = []
    index = []
    for form in forms:
        opposite = tuple(-x for x in form)
        if not any(form):
            index.append((0, 0))
        elif form in positions:
            index.append((positions[form], 1))
        elif opposite in positions:
            index.append((positions[opposite], -1))
        else:
            positions[form] = len(hyperplanes)
            index.append((len(hyperplanes), 1))
            hyperplanes.append(form)
    return hyperplanes, index


def _expand(mask: int, index: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """Sign vector from the set of hyperplanes on whose positive side a chamber lies."""
    return tuple(
        orientation if mask >> position & 1 else -orientation for position, orientation in index
    )


def kernel_basis(form: Integers) -> list[Integers]:
    """A sparse integer basis of the hyperplane of a nonzero form."""
    pivot = min((j for j, x in enumerate(form) if x), key=lambda j: abs(form[j]))
    basis = []
    for j, entry in enumerate(form):
        if j != pivot:
            divisor = gcd(entry, form[pivot])
            vector = [0] * len(form)
            vector[j] = form[pivot] // divisor
            vector[pivot] = -entry // divisor
            basis.append(tuple(vector))
    return basis


def restrict_form(form: Integers, basis: Sequence[Integers]) -> Integers:
    """The form in the coordinates of the subspace with this basis, made primitive."""
    return primitive(tuple(_dot(form, vector) for vector in basis))


def combine(basis: Sequence[Integers], point: Integers) -> Integers:
    """The primitive vector on the ray of a point given in the coordinates of a basis."""
    return primitive(
        tuple(sum(map(mul, point, column)) for column in zip(*basis, strict=True))
    )


def _open_cells(
    hyperplanes: Sequence[Integers], positive: int, limit: int | None
) -> list[tuple[int, Integers]]:
    """The chambers on the positive side of the first `positive` >= 1 hyperplanes.

    The hyperplanes are distinct.  A chamber is the set of hyperplanes it lies on the positive
    side of, as bits of an integer, with an interior point.
    """
    if len(hyperplanes[0]) == 2:
        planar = _planar_cells(hyperplanes, positive)
        if limit is not None and len(planar) > limit:
            raise _TooMany
        return planar
    cells: dict[int, Integers] = {1: hyperplanes[0]}
    for k in range(1, len(hyperplanes)):
        form, old = hyperplanes[k], hyperplanes[:k]
        after: dict[int, Integers] = {}
        for point in _cells_on(form, old, min(positive, k), limit):
            mask = sum(1 << i for i, other in enumerate(old) if _dot(other, point) > 0)
            witness = cells.pop(mask)
            side = _dot(form, witness)
            # The old witness serves the part it lies in, a step off the hyperplane the other.
            after[mask | 1 << k] = witness if side > 0 else _step(point, form, old)
            if k >= positive:
                opposite = tuple(-x for x in form)
                after[mask] = witness if side < 0 else _step(point, opposite, old)
        for mask, witness in cells.items():
            if _dot(form, witness) > 0:
                after[mask | 1 << k] = witness
            elif k >= positive:
                after[mask] = witness
        cells = after
        # The half-spaces leave one cell at most, and every other hyperplane only adds cells.
        if limit is not None and len(cells) > limit:
            raise _TooMany
    if limit is not None and len(cells) > limit:
        raise _TooMany
    return list(cells.items())


def _step(point: Integers, direction: Integers, old: Sequence[Integers]) -> Integers:
    """A point t * point + direction with t so large that no form of `old` changes its sign."""
    stretch = 1
    for form in old:
        value, slope = _dot(form, point), _dot(form, direction)
        if value * slope < 0:
            stretch = max(stretch, abs(slope) // abs(value) + 1)
    return primitive(tuple(stretch * x + y for x, y in zip(point, direction, strict=True)))


def _cells_on(
    form: Integers, old: Sequence[Integers], positive: int, limit: int | None
) -> list[Integers]:
    """Interior points of the chambers of the restriction to a hyperplane, m >= 3."""
    basis = kernel_basis(form)
    hyperplanes, index = distinct_hyperplanes([restrict_form(other, basis) for other in old])
    required = index[:positive]
    if any(orientation < 0 for _, orientation in required):
        return []  # two half-spaces meet the hyperplane in opposite sides
    cells = _open_cells(hyperplanes, len({position for position, _ in required}), limit)
    return [combine(basis, point) for _, point in cells]


def _counterclockwise(u: Integers, v: Integers) -> int:
    return u[1] * v[0] - u[0] * v[1]


def _planar_cells(hyperplanes: Sequence[Integers], positive: int) -> list[tuple[int, Integers]]:
    """The chambers in a half-plane: consecutive rays, in the order of their angle."""
    first = hyperplanes[0]
    rays: list[tuple[int, ...]] = []
    for a, b in hyperplanes[1:]:
        ray = (-b, a)
        rays.append(ray if _dot(first, ray) > 0 else (b, -a))
    # All rays lie in one open half-plane, where the determinant orders them by angle.
    rays.sort(key=cmp_to_key(_counterclockwise))
    # The boundary of the half-plane <first, x> > 0, clockwise first.
    rays = [(first[1], -first[0]), *rays, (-first[1], first[0])]
    cells = []
    for (x, y), (u, v) in pairwise(rays):
        # Opposite rays (no other line) have sum zero; the normal is between them.
        point = primitive((x + u, y + v)) if (x + u, y + v) != (0, 0) else first
        mask = sum(1 << i for i, form in enumerate(hyperplanes) if _dot(form, point) > 0)
        if mask & ((1 << positive) - 1) == (1 << positive) - 1:
            cells.append((mask, point))
    return cells
