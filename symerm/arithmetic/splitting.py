"""Full-dimensional polyhedral cones in Q^m, cut by hyperplanes through the origin.

A cone is kept by both descriptions: generators (rays and lines) and irredundant inequalities
(facets), all with coprime integer entries.  One step of the double description method (Motzkin,
Raiffa, Thompson, Thrall 1953; Fukuda and Prodon 1996) cuts it: whether a hyperplane meets the
interior is read from the signs on the generators, so no linear program is solved, and a new ray
arises for every adjacent pair of rays on different sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import mul

from symerm.arithmetic.linalg import primitive

__all__ = ["SplitCone", "half_space", "split_cone"]

IntVector = tuple[int, ...]


@dataclass(frozen=True)
class SplitCone:
    """A full-dimensional cone { sum of non-negative multiples of rays, any multiples of lines }.

    Attributes
    ----------
    rays, lines : tuples of integer vectors
        Minimal generators; the lines are a basis of the lineality space.
    facets : tuple of integer vectors
        The cone is { x : <f, x> >= 0 for every facet f }, and none can be left out.
    """

    rays: tuple[IntVector, ...]
    lines: tuple[IntVector, ...]
    facets: tuple[IntVector, ...]

    @property
    def interior_point(self) -> IntVector:
        """The sum of the rays: it lies strictly inside every facet."""
        return tuple(map(sum, zip(*self.rays, strict=True)))


def half_space(dimension: int) -> SplitCone:
    """The half-space of Q^m in which the last coordinate is non-negative.

    It is the homogenisation of the affine space Q^(m-1): the point x stands for (x, 1).
    """
    units = [tuple(int(i == k) for i in range(dimension)) for k in range(dimension)]
    return SplitCone((units[-1],), tuple(units[:-1]), (units[-1],))


def split_cone(
    cone: SplitCone, form: IntVector
) -> tuple[SplitCone | None, SplitCone | None]:
    """The parts of the cone on which a linear form is non-positive and non-negative.

    Returns
    -------
    (below, above) : pair of SplitCone or None
        None for a part without interior.  If the hyperplane misses the interior the other part
        is the cone itself; for the zero form both parts are None.

    Examples
    --------
    >>> below, above = split_cone(half_space(2), (1, -1))
    >>> above.rays, above.facets
    (((1, 0), (1, 1)), ((0, 1), (1, -1)))
    """
    opposite = tuple(-entry for entry in form)
    for k, line in enumerate(cone.lines):
        value = _dot(form, line)
        if value:
            # The hyperplane crosses the lineality space: slide all other generators along one
            # line into the hyperplane; the line's two directions become rays of the parts.
            up = line if value > 0 else tuple(-entry for entry in line)
            down = tuple(-entry for entry in up)
            others = [_slide(form, up, other) for other in cone.lines[:k] + cone.lines[k + 1 :]]
            rays = [_slide(form, up, ray) for ray in cone.rays]
            return (
                _ordered([*rays, down], others, [*cone.facets, opposite]),
                _ordered([*rays, up], others, [*cone.facets, form]),
            )
    values = [_dot(form, ray) for ray in cone.rays]
    if not any(values):
        return None, None
    if min(values) >= 0:
        return None, cone
    if max(values) <= 0:
        return cone, None
    crossing = _crossing_rays(cone, values)
    parts = []
    for sign, facet in ((-1, opposite), (1, form)):
        kept = [ray for ray, value in zip(cone.rays, values, strict=True) if sign * value >= 0]
        rays = kept + crossing
        parts.append(_ordered(rays, cone.lines, _irredundant([*cone.facets, facet], rays)))
    return parts[0], parts[1]


def _crossing_rays(cone: SplitCone, values: Sequence[int]) -> list[IntVector]:
    """The rays in which the hyperplane meets two-dimensional faces between adjacent rays."""
    tight = [
        sum(1 << k for k, facet in enumerate(cone.facets) if not _dot(facet, ray))
        for ray in cone.rays
    ]
    # Two rays span a face exactly if no third ray lies on all facets that contain both; such a
    # face of dimension two lies on at least (dimension of the pointed part) - 2 facets.
    fewest = len(cone.rays[0]) - len(cone.lines) - 2
    crossing = []
    for i, above in enumerate(values):
        if above <= 0:
            continue
        for j, below in enumerate(values):
            if below >= 0:
                continue
            common = tight[i] & tight[j]
            if common.bit_count() < fewest or any(
                common & mask == common for k, mask in enumerate(tight) if k not in (i, j)
            ):
                continue
            crossing.append(
                primitive(
                    above * y - below * x
                    for x, y in zip(cone.rays[i], cone.rays[j], strict=True)
                )
            )
    return crossing


def _irredundant(facets: Sequence[IntVector], rays: Sequence[IntVector]) -> list[IntVector]:
    """Those inequalities whose rays are not all on a larger face: the facets."""
    on = [
        sum(1 << k for k, ray in enumerate(rays) if not _dot(facet, ray)) for facet in facets
    ]
    return [
        facet
        for facet, mask in zip(facets, on, strict=True)
        if not any(mask != other and mask & other == mask for other in on)
    ]


def _slide(form: IntVector, along: IntVector, vector: IntVector) -> IntVector:
    """The vector plus a multiple of `along` (positive under the form) with value zero."""
    step, value = _dot(form, along), _dot(form, vector)
    return primitive(step * x - value * y for x, y in zip(vector, along, strict=True))


def _ordered(
    rays: Iterable[IntVector], lines: Iterable[IntVector], facets: Iterable[IntVector]
) -> SplitCone:
    return SplitCone(tuple(sorted(rays)), tuple(lines), tuple(facets))


def _dot(left: Sequence[int], right: Sequence[int]) -> int:
    return sum(map(mul, left, right))
