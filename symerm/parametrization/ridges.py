"""Bounds of a bounded piecewise-affine function on an unbounded cell.

A function that is bounded on R^p is a constant plus ridge functions, one for each direction n of
its kinks: phi_n(t) = sum of delta_i max(t + o_i, 0) at t = <n, x>, with sum of delta_i zero, which
is constant outside its kinks.  On a cell t runs through an interval, and each phi_n takes its
extremes there at a kink or at an end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul

from symerm.arithmetic.splitting import SplitCone
from symerm.parametrization.kinks import KinkForm

__all__ = ["Ridges"]

Vector = tuple[Fraction, ...]

_ZERO = Fraction(0)


@dataclass(frozen=True)
class _Ridge:
    """The function phi_n with its kinks in increasing order."""

    normal: tuple[int, ...]
    members: tuple[int, ...]
    places: Vector
    jumps: tuple[Vector, ...]

    def __call__(self, t: Fraction) -> Vector:
        total = [_ZERO] * len(self.jumps[0])
        for place, jump in zip(self.places, self.jumps, strict=True):
            if t > place:
                total = [x + (t - place) * d for x, d in zip(total, jump, strict=True)]
        return tuple(total)

    def extremes(self, low: Fraction | None, high: Fraction | None) -> tuple[Vector, Vector]:
        """The least and the largest values for low <= t <= high; None is infinite."""
        tested = [end for end in (low, high) if end is not None]
        tested += [
            place
            for place in self.places
            if (low is None or low < place) and (high is None or place < high)
        ]
        values = list(zip(*map(self, tested), strict=True))
        return tuple(map(min, values)), tuple(map(max, values))


class Ridges:
    """The ridge functions of a kink form; the bounds hold if it is bounded on R^p.

    Examples
    --------
    The function max(x, 0) - max(x - 1, 0) on the half-line x >= 1/2, cut at 1:

    >>> from symerm.networks.shallow import ShallowNetwork
    >>> from symerm.parametrization.cells import domain_cone
    >>> from symerm.parametrization.kinks import kink_form
    >>> one, zero = Fraction(1), Fraction(0)
    >>> step = ShallowNetwork(((one,), (one,)), (zero, -one), ((one,), (-one,)), (zero,))
    >>> half_line = SplitCone(((1, 0), (1, 2)), (), ((0, 1), (2, -1)))
    >>> kinks = kink_form(step).kinks
    >>> [kink.offset for kink in kinks], Ridges(kink_form(step)).bound(half_line, [0])
    ([-1, 0], (Fraction(1, 1), 0))
    """

    def __init__(self, form: KinkForm) -> None:
        self.constant = form.offset
        families: dict[tuple[int, ...], list[int]] = {}
        sizes = [math.gcd(*kink.normal) for kink in form.kinks]
        places = [Fraction(-kink.offset, g) for kink, g in zip(form.kinks, sizes, strict=True)]
        for k, kink in enumerate(form.kinks):
            families.setdefault(tuple(n // sizes[k] for n in kink.normal), []).append(k)
        self.ridges = []
        for normal, members in families.items():
            members.sort(key=places.__getitem__)
            self.ridges.append(
                _Ridge(
                    normal,
                    tuple(members),
                    tuple(places[k] for k in members),
                    tuple(tuple(sizes[k] * d for d in form.kinks[k].jump) for k in members),
                )
            )

    def bound(self, cone: SplitCone, crossing: Sequence[int]) -> tuple[Fraction, int]:
        """A bound of |h| on the cell, and the kink crossing it that is best settled next.

        Parameters
        ----------
        cone : SplitCone
        crossing : non-empty sequence of int
            The kinks that cross the cell.
        """
        found = [ridge.extremes(*_range(cone, ridge.normal)) for ridge in self.ridges]
        totals = [
            (sum((high[k] for _, high in found), c), k, c) for k, c in enumerate(self.constant)
        ] + [(-sum((low[k] for low, _ in found), c), k, c) for k, c in enumerate(self.constant)]
        bound, output, _ = max(totals, key=lambda entry: entry[0])
        open_kinks = set(crossing)
        widest: tuple[Fraction, int] | None = None
        for ridge, (low, high) in zip(self.ridges, found, strict=True):
            members = [k for k in ridge.members if k in open_kinks]
            spread = high[output] - low[output]
            if members and (widest is None or spread > widest[0]):
                widest = spread, members[len(members) // 2]
        assert widest is not None
        return bound, widest[1]


def _range(
    cone: SplitCone, normal: tuple[int, ...]
) -> tuple[Fraction | None, Fraction | None]:
    """The interval of <n, x> over the cell; None is infinite."""
    slopes = [sum(map(mul, normal, line)) for line in cone.lines]
    slopes += [-slope for slope in slopes]
    slopes += [sum(map(mul, normal, ray)) for ray in cone.rays if ray[-1] == 0]
    values = [
        Fraction(sum(map(mul, normal, ray)), ray[-1]) for ray in cone.rays if ray[-1] > 0
    ]
    return (
        None if any(slope < 0 for slope in slopes) else min(values),
        None if any(slope > 0 for slope in slopes) else max(values),
    )
