"""All faces of a central hyperplane arrangement over Q, and their order.

The faces with span L are the chambers of the restriction of the arrangement to the flat L, an
intersection of some of the hyperplanes.  A face is named by its covector, the signs of the forms
on it; a face lies in the closure of another if and only if its covector is obtained by setting
signs to zero (Bjoerner, Las Vergnas, Sturmfels, White, Ziegler, "Oriented Matroids", section 4.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.hyperplanes import (
    chambers,
    combine,
    distinct_hyperplanes,
    kernel_basis,
    restrict_form,
)
from symerm.arithmetic.linalg import Number, primitive
from symerm.errors import BudgetExceeded, InputError

__all__ = ["Face", "compose", "cover_relations", "faces"]

Signs = tuple[int, ...]


@dataclass(frozen=True)
class Face:
    """A relatively open face of a central arrangement.

    Attributes
    ----------
    signs : tuple of int
        The covector: for each hyperplane the sign -1, 0 or +1 of its form on the face.
    witness : tuple of Fraction
        A point in the relative interior of the face.
    dimension : int
        Dimension of the linear span of the face.
    """

    signs: Signs
    witness: tuple[Fraction, ...]
    dimension: int


def compose(first: Signs, second: Signs) -> Signs:
    """The composition of covectors: the signs of the first, and of the second where it is zero.

    It is the face one enters on leaving the first face in the direction of the second.

    Examples
    --------
    >>> compose((1, 0, 0), (-1, -1, 0))
    (1, -1, 0)
    """
    return tuple(a or b for a, b in zip(first, second, strict=True))


def faces(normals: Sequence[Sequence[Number]], *, limit: int | None = None) -> list[Face]:
    """All faces of the central arrangement { x in R^m : <n_i, x> = 0 }.

    Parameters
    ----------
    normals : N >= 1 rows of m numbers
        Repeated, parallel and zero normals are allowed.
    limit : int, optional
        Largest number of faces wanted.

    Returns
    -------
    list of Face
        From the smallest dimension to the largest, each dimension sorted by covector.

    Raises
    ------
    InputError
        If there are no normals or they differ in length.
    BudgetExceeded
        If there are more than `limit` faces.

    Examples
    --------
    >>> [(face.dimension, face.signs) for face in faces([(1, 0), (0, 1)])][:4]
    [(0, (0, 0)), (1, (-1, 0)), (1, (0, -1)), (1, (0, 1))]
    """
    if not normals:
        raise InputError("an arrangement needs at least one normal")
    dimension = len(normals[0])
    forms = [primitive(normal) for normal in normals]
    identity = [tuple(int(i == j) for j in range(dimension)) for i in range(dimension)]
    found: list[Face] = []
    # One flat after another, each as the set of forms that vanish on it and a basis.
    level: dict[frozenset[int], list[tuple[int, ...]]] = {frozenset(): identity}
    while level:
        below: dict[frozenset[int], list[tuple[int, ...]]] = {}
        for basis in level.values():
            restricted = [restrict_form(form, basis) for form in forms]
            found += _faces_of_flat(restricted, basis, dimension, limit, len(found))
            hyperplanes, index = distinct_hyperplanes(restricted)
            for position, hyperplane in enumerate(hyperplanes):
                zeros = frozenset(
                    k
                    for k, (place, orientation) in enumerate(index)
                    if place == position or not orientation
                )
                if zeros not in below:
                    below[zeros] = [combine(basis, v) for v in kernel_basis(hyperplane)]
        level = below
    return sorted(found, key=lambda face: (face.dimension, face.signs))


def cover_relations(found: Sequence[Face]) -> list[tuple[int, int]]:
    """The cover relations of the face order, as pairs (larger, smaller) of positions.

    A face covers another if the other lies in its closure and has one dimension less.

    Parameters
    ----------
    found : all faces of one arrangement, as `faces` returns them

    Notes
    -----
    For flats L < M of consecutive dimensions and any face g of M, the two faces of M above a
    face f of L are the compositions of f with g and with -g, because f + eps g lies in M and
    outside L.  So the time is proportional to the number of relations and of pairs of flats.

    Examples
    --------
    >>> found = faces([(1,)])
    >>> [(found[a].signs, found[b].signs) for a, b in cover_relations(found)]
    [((-1,), (0,)), ((1,), (0,))]
    """
    position = {face.signs: k for k, face in enumerate(found)}
    flats: dict[int, dict[int, list[int]]] = {}
    for k, face in enumerate(found):
        zeros = sum(1 << i for i, sign in enumerate(face.signs) if sign == 0)
        flats.setdefault(face.dimension, {}).setdefault(zeros, []).append(k)
    covers = []
    for dimension, smaller in flats.items():
        for larger_zeros, larger in flats.get(dimension + 1, {}).items():
            step = found[larger[0]].signs
            back = tuple(-sign for sign in step)
            for zeros, members in smaller.items():
                if larger_zeros & zeros == larger_zeros:
                    for k in members:
                        signs = found[k].signs
                        covers.append((position[compose(signs, step)], k))
                        covers.append((position[compose(signs, back)], k))
    return sorted(covers)


def _faces_of_flat(
    restricted: Sequence[tuple[int, ...]],
    basis: Sequence[tuple[int, ...]],
    dimension: int,
    limit: int | None,
    known: int,
) -> list[Face]:
    """The faces with the span of the basis, or an error when the limit is passed."""
    try:
        cells = chambers(restricted, limit=None if limit is None else limit - known)
    except BudgetExceeded:
        raise BudgetExceeded(
            f"the arrangement has more than {limit} faces; raise the limit or use fewer "
            "hyperplanes"
        ) from None
    return [
        Face(
            cell.signs,
            tuple(
                sum((c * v[j] for c, v in zip(cell.witness, basis, strict=True)), Fraction(0))
                for j in range(dimension)
            ),
            len(basis),
        )
        for cell in cells
    ]
