"""Polyhedral cells of R^p or of a box, as cones over them.

A polyhedron P is kept as the cone over P x {1}: a ray (x, t) with t > 0 stands for the vertex
x / t, a ray (d, 0) for a direction in which P is unbounded.  Cutting by a hyperplane is one step
of the double description method (`symerm.arithmetic.splitting`), and on which side of a
hyperplane a cell lies is read off its generators, so no linear program is solved.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from operator import mul

from symerm.arithmetic.linalg import primitive
from symerm.arithmetic.splitting import SplitCone, half_space, split_cone
from symerm.errors import BudgetExceeded
from symerm.parametrization.kinks import Box

__all__ = [
    "MAX_BOX_DIMENSION",
    "domain_cone",
    "interior_point",
    "is_bounded",
    "settled",
    "side",
    "vertices",
    "weight",
]

Vector = tuple[Fraction, ...]
Form = tuple[int, ...]

#: A box in more dimensions has too many corners to be kept by them.
MAX_BOX_DIMENSION = 12


def domain_cone(dimension: int, box: Box | None = None) -> SplitCone:
    """The cone over R^p, or over a box.

    Raises
    ------
    BudgetExceeded
        If the box has more than 2^12 corners.

    Examples
    --------
    >>> [str(x) for (x,) in vertices(domain_cone(1, ((Fraction(-1, 2), Fraction(3)),)))]
    ['-1/2', '3']
    """
    if box is None:
        return half_space(dimension + 1)
    if dimension > MAX_BOX_DIMENSION:
        raise BudgetExceeded(
            f"a box in {dimension} dimensions has 2^{dimension} corners; at most "
            f"{MAX_BOX_DIMENSION} dimensions are searched (leave the box out for all of R^p)"
        )
    one = Fraction(1)
    facets = []
    for axis, (low, high) in enumerate(box):
        unit = tuple(int(k == axis) for k in range(dimension))
        facets.append(primitive((*unit, -low)))
        facets.append(primitive((*(-u for u in unit), high)))
    rays = sorted(primitive((*corner, one)) for corner in product(*box))
    return SplitCone(tuple(rays), (), tuple(facets))


def side(cone: SplitCone, form: Form) -> int:
    """1 or -1 if the affine form is >= 0 or <= 0 on the cell, 0 if it takes both signs inside.

    Examples
    --------
    >>> unit = domain_cone(1, ((Fraction(0), Fraction(1)),))
    >>> side(unit, (1, 0)), side(unit, (1, -1)), side(unit, (2, -1))
    (1, -1, 0)
    """
    for line in cone.lines:
        if sum(map(mul, form, line)):
            return 0
    found = 0
    for ray in cone.rays:
        value = sum(map(mul, form, ray))
        if value:
            sign = 1 if value > 0 else -1
            if sign == -found:
                return 0
            found = sign
    return found


def is_bounded(cone: SplitCone) -> bool:
    """Whether the cell contains no half-line.

    Examples
    --------
    >>> is_bounded(domain_cone(1)), is_bounded(domain_cone(1, ((Fraction(0), Fraction(1)),)))
    (False, True)
    """
    return not cone.lines and all(ray[-1] for ray in cone.rays)


def weight(cone: SplitCone) -> int:
    """What a cell counts in a limit on cells: more than 1 if it has many corners.

    Cutting compares all pairs of generators.

    Examples
    --------
    >>> [weight(domain_cone(p, ((Fraction(0), Fraction(1)),) * p)) for p in (2, 6, 8)]
    [1, 2, 17]
    """
    return 1 + ((len(cone.rays) + len(cone.lines)) // 64) ** 2


def settled(cone: SplitCone, forms: Sequence[Form]) -> SplitCone:
    """A part of the cell with interior on which none of the forms takes both signs.

    Examples
    --------
    >>> part = settled(domain_cone(1), [(1, 0), (1, -2)])
    >>> side(part, (1, 0)), side(part, (1, -2))
    (1, 1)
    """
    for form in forms:
        if side(cone, form) == 0:
            below, above = split_cone(cone, form)
            cone = above or below or cone
    return cone


def interior_point(cone: SplitCone) -> Vector:
    """A point strictly inside the cell.

    Examples
    --------
    >>> interior_point(domain_cone(1, ((Fraction(0), Fraction(1)),)))
    (Fraction(1, 2),)
    """
    *point, height = cone.interior_point
    return tuple(Fraction(x, height) for x in point)


def vertices(cone: SplitCone) -> list[Vector]:
    """The vertices of the cell; of a cell with lines one point of each of its minimal faces."""
    return [
        tuple(Fraction(x, ray[-1]) for x in ray[:-1]) for ray in cone.rays if ray[-1] > 0
    ]
