"""The W^{1,inf} seminorm of a piecewise-affine function, exactly.

|h| is the largest absolute entry of D h over the chambers of the kinks of h, where
D h = A + sum of delta_H n_H^T over the active H (Berner, Elbraechter, Grohs 2019, section 1).  On
a cell of which only some kinks are settled an entry is at most its settled part plus its positive
terms not yet settled.  Best-first search over cells with this bound ends at the first cell whose
leading entry is settled.  Maximizing over all O(n^p) chambers is NP-hard for growing p.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from symerm.arithmetic.hyperplanes import general_position_chambers
from symerm.arithmetic.rationals import format_rational
from symerm.arithmetic.splitting import SplitCone, split_cone
from symerm.errors import BudgetExceeded
from symerm.parametrization.cells import domain_cone, interior_point, settled, side, weight
from symerm.parametrization.kinks import KinkForm

__all__ = ["DEFAULT_LIMIT", "Seminorm", "search_exceeded", "sobolev_seminorm"]

Vector = tuple[Fraction, ...]

#: Cells that a search makes before it gives up.
DEFAULT_LIMIT = 100_000


@dataclass(frozen=True)
class Seminorm:
    """The largest absolute entry of D h, and where it is reached.

    Attributes
    ----------
    value : Fraction
    derivative : Fraction
        The entry with its sign.
    output, coordinate : int or None
        Which entry, counted from 0; None for a function without inputs.
    point : tuple of p Fractions
        A point inside a chamber where the entry has this value.
    signs : tuple of -1 and 1, or None
        On which sides of the kinks of h the chamber lies; None for deep networks.
    cells : int
        Number of cells that were examined.
    """

    value: Fraction
    derivative: Fraction
    output: int | None
    coordinate: int | None
    point: Vector
    signs: tuple[int, ...] | None
    cells: int


class _Node(NamedTuple):
    """A cell with the settled part of D h and the kinks that cross it."""

    bound: int
    entry: int
    cone: SplitCone
    gradient: list[int]
    crossing: list[int]


def sobolev_seminorm(form: KinkForm, *, limit: int = DEFAULT_LIMIT) -> Seminorm:
    """The W^{1,inf} seminorm on R^p, or on the box of the form.

    Parameters
    ----------
    form : KinkForm
    limit : int
        Largest number of cells; one with many corners counts as several.

    Raises
    ------
    BudgetExceeded
        If the search needs more cells; the message has bounds of the seminorm.

    Examples
    --------
    The exploding gradient k max(k x, 0) - k max(k x + y / k^2, 0) for k = 3 is small, its slope is
    not:

    >>> from symerm.networks.shallow import ShallowNetwork
    >>> from symerm.parametrization.kinks import kink_form
    >>> zero, k = Fraction(0), Fraction(3)
    >>> network = ShallowNetwork(((k, zero), (k, 1 / k**2)), (zero,) * 2, ((k,), (-k,)), (zero,))
    >>> found = sobolev_seminorm(kink_form(network))
    >>> str(found.value), found.output, found.coordinate
    ('9', 0, 0)
    """
    size = form.dimension
    if size == 0:
        zero = Fraction(0)
        return Seminorm(zero, zero, None, None, (), (), 1)
    # Integers only: all slopes times one common denominator.
    scale = math.lcm(
        *(a.denominator for row in form.matrix for a in row),
        *(jump.denominator for kink in form.kinks for jump in kink.jump),
    )
    start = [int(a * scale) for row in form.matrix for a in row]
    steps = [
        [int(jump * scale) * n for jump in kink.jump for n in kink.normal] for kink in form.kinks
    ]
    forms = [(*kink.normal, kink.offset) for kink in form.kinks]

    def node(cone: SplitCone, gradient: list[int], crossing: list[int]) -> _Node:
        settled_part, rest = gradient, []
        for k in crossing:
            where = side(cone, forms[k])
            if where > 0:
                settled_part = [g + s for g, s in zip(settled_part, steps[k], strict=True)]
            elif where == 0:
                rest.append(k)
        high, low = settled_part, settled_part
        for k in rest:
            high = [h + s if s > 0 else h for h, s in zip(high, steps[k], strict=True)]
            low = [w + s if s < 0 else w for w, s in zip(low, steps[k], strict=True)]
        bounds = [max(h, -w) for h, w in zip(high, low, strict=True)]
        bound = max(bounds)
        return _Node(bound, bounds.index(bound), cone, settled_part, rest)

    # A cone over a box with many corners is only made where there is something to cut.
    box = form.box if form.kinks else None
    first = node(domain_cone(size, box), start, list(range(len(forms))))
    queue = [(-first.bound, 0, first)]
    made, spent = 1, weight(first.cone)
    while True:
        _, _, best = queue[0]
        open_kinks = [k for k in best.crossing if steps[k][best.entry]]
        if not open_kinks:
            break
        if spent > limit:
            chamber = settled(best.cone, [forms[k] for k in best.crossing])
            reached = max(map(abs, node(chamber, best.gradient, best.crossing).gradient))
            raise search_exceeded(
                "the seminorm", form, limit, Fraction(reached, scale), Fraction(best.bound, scale)
            )
        heapq.heappop(queue)
        branch = max(open_kinks, key=lambda k: abs(steps[k][best.entry]))
        for part in split_cone(best.cone, forms[branch]):
            if part is not None:
                made += 1
                spent += weight(part)
                child = node(part, best.gradient, best.crossing)
                # Of equal bounds the newest cell, the deepest, is next.
                heapq.heappush(queue, (-child.bound, -made, child))
    chamber = settled(best.cone, [forms[k] for k in best.crossing])
    if form.box is None or form.kinks:
        point = interior_point(chamber)
    else:
        point = tuple((low + high) / 2 for low, high in form.box)
    derivative = Fraction(best.gradient[best.entry], scale)
    return Seminorm(
        value=abs(derivative),
        derivative=derivative,
        output=best.entry // size,
        coordinate=best.entry % size,
        point=point,
        signs=tuple(side(chamber, f) for f in forms),
        cells=made,
    )


def search_exceeded(
    what: str, form: KinkForm, limit: int, lower: Fraction, upper: Fraction
) -> BudgetExceeded:
    """The refusal of a search over cells, with the bounds that it has proved."""
    chambers = general_position_chambers(len(form.kinks) + 1, form.dimension + 1) // 2
    return BudgetExceeded(
        f"{what} needs more than {limit} cells: the {len(form.kinks)} kinks of the difference "
        f"may cut R^{form.dimension} into {chambers} chambers; it is proved to lie between "
        f"{format_rational(lower)} and {format_rational(upper)}; raise the limit"
    )
