"""Polyhedral cones of hidden neurons: a complete fan, refined by the hyperplanes of the data.

A hidden neuron (a, b) is a vector of R^m (m = p + 1, or p without hidden bias) and a data point
s_i is the linear form f_i(a, b) = <a, s_i> + b on it.  A cone is kept by its extreme rays, as
primitive integer vectors.  The root fan has m + 1 simplicial cones; cutting a cone with the
hyperplane f_i = 0 gives two cones, and after enough cuts no form changes sign on any cone, so
that the cones are cells of the arrangement of the data (activation patterns).  New rays come from
adjacent pairs of rays on opposite sides: the double description step of Motzkin et al. 1953 with
the combinatorial adjacency test (Fukuda, Prodon 1996, Proposition 7).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from symerm.arithmetic.linalg import primitive
from symerm.errors import InputError

__all__ = ["Cone", "Fan", "IntVector", "root_rays"]

IntVector = tuple[int, ...]


def root_rays(forms: tuple[IntVector, ...], affine: bool) -> tuple[IntVector, ...]:
    """m + 1 rays with a positive linear dependency that span R^m.

    Any m of them span a cone and these m + 1 cones cover R^m.  In the affine case the rays are
    the barycentric functions of a simplex around the data and the constant -1.

    Parameters
    ----------
    forms : n integer vectors of length m; with `affine` the last entry of each is one common
        positive number (the scale of the inputs).
    affine : bool
        Whether the neurons have a bias.

    Examples
    --------
    >>> root_rays(((0, 1), (3, 1)), affine=True)
    ((1, 0), (-1, 3), (0, -1))
    """
    size = len(forms[0])
    if not affine:
        units = [tuple(int(i == k) for i in range(size)) for k in range(size)]
        return (*units, (-1,) * size)
    scale = forms[0][-1]
    lows = [min(form[k] for form in forms) for k in range(size - 1)]
    top = max(sum(form[:-1]) for form in forms)
    if top == sum(lows):
        top += scale
    rays = [
        (*(scale * int(i == k) for i in range(size - 1)), -lows[k]) for k in range(size - 1)
    ]
    rays.append((*(-scale for _ in range(size - 1)), top))
    rays.append((*(0 for _ in range(size - 1)), -1))
    return tuple(primitive(ray) for ray in rays)


class Cone(NamedTuple):
    """A full-dimensional pointed cone.

    Attributes
    ----------
    rays : extreme rays, sorted
    tight : for each ray the bit set of the inequalities that hold with equality on it
        (bits 0..m-1: facets of the root cone; bit m + i: data form i; then other forms)
    """

    rays: tuple[IntVector, ...]
    tight: tuple[int, ...]


@dataclass
class Fan:
    """The cones of one dataset, made on demand and cached.

    Parameters
    ----------
    forms : n integer vectors of length m
    affine : bool
        Whether neurons have a bias (see `root_rays`).
    """

    forms: tuple[IntVector, ...]
    affine: bool
    _values: dict[IntVector, IntVector] = field(default_factory=dict, repr=False)
    _cones: dict[tuple[IntVector, ...], Cone] = field(default_factory=dict, repr=False)
    _patterns: dict[tuple[IntVector, ...], tuple[bool, ...] | None] = field(
        default_factory=dict, repr=False
    )
    _cuts: dict[tuple[tuple[IntVector, ...], int], tuple[Cone, Cone]] = field(
        default_factory=dict, repr=False
    )
    _others: dict[IntVector, int] = field(default_factory=dict, repr=False)

    @property
    def dimension(self) -> int:
        """Dimension m of the space of neurons."""
        return len(self.forms[0])

    def values(self, ray: IntVector) -> IntVector:
        """The n values of the data forms on a ray."""
        found = self._values.get(ray)
        if found is None:
            found = tuple(
                sum(x * y for x, y in zip(form, ray, strict=True)) for form in self.forms
            )
            self._values[ray] = found
        return found

    def pattern(self, cone: Cone) -> tuple[bool, ...] | None:
        """Which points are active on the cone, or None if some point has both signs on it."""
        if cone.rays in self._patterns:
            return self._patterns[cone.rays]
        columns = list(zip(*(self.values(ray) for ray in cone.rays), strict=True))
        pattern = None
        if not any(min(column) < 0 < max(column) for column in columns):
            pattern = tuple(max(column) > 0 for column in columns)
        self._patterns[cone.rays] = pattern
        return pattern

    def roots(self) -> tuple[Cone, ...]:
        """The m + 1 cones of the root fan; cone k leaves out root ray k."""
        rays = root_rays(self.forms, self.affine)
        size = self.dimension
        cones = []
        for left_out in range(size + 1):
            chosen = [ray for k, ray in enumerate(rays) if k != left_out]
            tight = [((1 << size) - 1) ^ (1 << k) for k in range(size)]
            cones.append(self._intern(chosen, tight))
        return tuple(cones)

    def cut(self, cone: Cone, index: int) -> tuple[Cone, Cone]:
        """The two parts of a cone where data form `index` is >= 0 and <= 0.

        Raises
        ------
        InputError
            If the form does not take both signs on the cone.
        """
        key = (cone.rays, index)
        found = self._cuts.get(key)
        if found is None:
            values = [self.values(ray)[index] for ray in cone.rays]
            found = self._cuts[key] = self._cut(cone, values, index)
        return found

    def cut_by(self, cone: Cone, form: IntVector) -> tuple[Cone, Cone]:
        """The two parts of a cone where an integer form, not one of the data, is >= 0 and <= 0.

        Raises
        ------
        InputError
            If the form does not take both signs on the cone.

        Examples
        --------
        >>> fan = Fan(((0, 1), (3, 1)), affine=True)
        >>> [part.rays for part in fan.cut_by(fan.roots()[2], (2, -1))]
        [((1, 0), (1, 2)), ((-1, 3), (1, 2))]
        """
        values = [sum(x * y for x, y in zip(form, ray, strict=True)) for ray in cone.rays]
        index = len(self.forms) + self._others.setdefault(form, len(self._others))
        return self._cut(cone, values, index)

    def _intern(self, rays: list[IntVector], tight: list[int]) -> Cone:
        order = sorted(range(len(rays)), key=rays.__getitem__)
        key = tuple(rays[k] for k in order)
        found = self._cones.get(key)
        if found is None:
            found = self._cones[key] = Cone(key, tuple(tight[k] for k in order))
        return found

    def _cut(self, cone: Cone, values: list[int], index: int) -> tuple[Cone, Cone]:
        plus = [k for k, value in enumerate(values) if value > 0]
        minus = [k for k, value in enumerate(values) if value < 0]
        if not plus or not minus:
            raise InputError(f"form {index} does not change sign on the cone")
        bit = 1 << (self.dimension + index)
        shared = [(cone.rays[k], cone.tight[k] | bit) for k, z in enumerate(values) if z == 0]
        for i in plus:
            for j in minus:
                common = cone.tight[i] & cone.tight[j]
                if not self._adjacent(cone, i, j, common):
                    continue
                ray = primitive(tuple(
                    values[i] * y - values[j] * x
                    for x, y in zip(cone.rays[i], cone.rays[j], strict=True)
                ))
                shared.append((ray, common | bit))
        parts = []
        for side in (plus, minus):
            kept = [(cone.rays[k], cone.tight[k]) for k in side] + shared
            parts.append(self._intern([r for r, _ in kept], [t for _, t in kept]))
        return parts[0], parts[1]

    def _adjacent(self, cone: Cone, i: int, j: int, common: int) -> bool:
        if common.bit_count() < self.dimension - 2:
            return False
        return not any(
            other & common == common for k, other in enumerate(cone.tight) if k not in (i, j)
        )
