"""Exact values of a loss in a plane theta + s d + t u through a point of its landscape.

The first direction d is that of the descent.  A straight descent is crossed by a direction u in
which the loss rises, the output bias unless told otherwise, so that a saddle is seen as one.  The
curve theta + eps d + eps^m e lies in the plane of d and e, where it is the graph t = s^m.  At a
minimum both directions are single parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symerm.errors import InputError, UnsupportedError
from symerm.landscape.verdicts import point_on_curve
from symerm.networks.gradients import parameter_vector
from symerm.networks.shallow import ShallowNetwork
from symerm.reports.landscape_sections import (
    LossChange,
    Place,
    back_reach,
    descent_reach,
    neighbourhood,
    parameter_direction,
    parameter_name,
)

__all__ = ["PlaneSection", "plane_section"]

#: Places on each side of the point, at most and at least.
_GRID, _LEAST_GRID = 30, 7
#: Places on the path, and parameters among which the first direction at a minimum is chosen.
_PATH, _SINGLE = 60, 31
#: The work for all values, in the unit of `LossChange.work`.
_WORK = 30_000
_DOUBLINGS = 200


@dataclass(frozen=True)
class PlaneSection:
    """The change of a loss on a grid theta + s d + t u.

    Attributes
    ----------
    first, second : tuple of Fractions
        The values of s and of t, ascending.
    changes : tuple of tuples of Fractions
        One row for each t.
    path : tuple of (s, t)
        The descent from theta = (0, 0); empty without one.
    names : (str, str)
        What moves along the two axes.
    """

    first: tuple[Fraction, ...]
    second: tuple[Fraction, ...]
    changes: tuple[tuple[Fraction, ...], ...]
    path: tuple[Place, ...]
    names: tuple[str, str]

    @property
    def lowest(self) -> Fraction:
        """The lowest change on the grid."""
        return min(map(min, self.changes))

    @property
    def highest(self) -> Fraction:
        """The highest change on the grid."""
        return max(map(max, self.changes))


@dataclass(frozen=True)
class _Axis:
    direction: ShallowNetwork
    name: str
    low: Fraction
    high: Fraction


def plane_section(change: LossChange, *, second: ShallowNetwork | None = None) -> PlaneSection:
    """The change of the loss in a plane that contains the descent.

    Parameters
    ----------
    change : LossChange
    second : ShallowNetwork, optional
        The direction u for a straight descent or a minimum.

    Raises
    ------
    InputError
        If the second direction does not fit the network or is parallel to the first, or one is
        given for a descent with a bend.
    UnsupportedError
        If the network has one parameter only.

    Examples
    --------
    >>> from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
    >>> from symerm.landscape.true_classification import classify
    >>> line = PiecewisePolynomial.of([0, 1], [[0, 1]])
    >>> zero, half = Fraction(0), Fraction(1, 2)
    >>> network = ShallowNetwork(((zero,),), (zero,), ((zero,),), (half,))
    >>> plane = plane_section(LossChange(classify(network, line), line))
    >>> plane.names[1], plane.lowest < 0
    ('$t$, change of $c$', True)
    """
    network = change.network
    if len(parameter_vector(network)) < 2:
        raise UnsupportedError("a network with one parameter has no plane to be drawn")
    if second is not None:
        _check_shape(network, second)
    path: tuple[Place, ...] = ()
    descent = change.classification.descent
    if descent is None:
        columns = _parameter_axis(change, second)
        depth = max(
            abs(change.along(columns.direction, s)) for s in (columns.low, columns.high)
        )
        rows = _rising_axis(change, columns.direction, second, depth)
    else:
        reach = descent_reach(change)
        eps = [reach * Fraction(k, _PATH) for k in range(_PATH + 1)]
        if descent.bend is None:
            columns = _Axis(
                descent.direction,
                "$s$, along the direction $d$ of descent",
                -back_reach(change, reach),
                reach,
            )
            path = tuple((s, Fraction(0)) for s in eps)
            depth = -2 * min(change.along_descent(z) for z in eps[:: _PATH // 12])
            rows = _rising_axis(change, columns.direction, second, depth)
        else:
            if second is not None:
                raise InputError(
                    "the descent bends and lies in one plane only; leave the second direction out"
                )
            columns = _Axis(descent.direction, "$s$, along the direction $d$", -reach, reach)
            far = reach**descent.power
            rows = _Axis(descent.bend, "$t$, along the bend $e$", -far / 2, Fraction(5, 4) * far)
            path = tuple((s, s**descent.power) for s in eps)
    side = max(_LEAST_GRID, min(_GRID, int((_WORK // change.work) ** 0.5) // 2))
    first, other = _places(columns, side), _places(rows, side)
    changes = []
    for t in other:
        start = point_on_curve(network, rows.direction, None, t)
        changes.append(
            tuple(change(point_on_curve(start, columns.direction, None, s)) for s in first)
        )
    return PlaneSection(first, other, tuple(changes), path, (columns.name, rows.name))


def _places(axis: _Axis, side: int) -> tuple[Fraction, ...]:
    """Places from end to end, as many on one side of the point as on the other."""
    # Near the point, where little changes, they are three times as close as on the average.
    parts = [Fraction(k * (side + 2 * k), 3 * side * side) for k in range(side + 1)]
    return (*(axis.low * part for part in reversed(parts[1:])), *(axis.high * z for z in parts))


def _parameter_axis(change: LossChange, second: ShallowNetwork | None) -> _Axis:
    """The parameter in which the loss changes most; the last is kept for the other axis."""
    network = change.network
    count = len(parameter_vector(network)) - (second is None)
    directions = {
        place: direction
        for place in range(min(_SINGLE, count))
        for direction in (parameter_direction(network, place),)
        if second is None or not _parallel(direction, second)
    }
    reach = neighbourhood(change, list(directions.values()))
    place = max(
        directions,
        key=lambda k: max(abs(change.along(directions[k], s)) for s in (-reach, reach)),
    )
    name = f"$s$, change of {parameter_name(network, place)}"
    return _Axis(directions[place], name, -reach, reach)


def _rising_axis(
    change: LossChange, first: ShallowNetwork, second: ShallowNetwork | None, depth: Fraction
) -> _Axis:
    """The given direction, or the last parameter that is independent of the first direction.

    It reaches as far as the loss changes by about `depth`.
    """
    network = change.network
    name = "$t$, along the second direction"
    if second is None:
        places = reversed(range(len(parameter_vector(network))))
        place, second = next(
            (place, direction)
            for place in places
            for direction in (parameter_direction(network, place),)
            if not _parallel(first, direction)
        )
        name = f"$t$, change of {parameter_name(network, place)}"
    elif _parallel(first, second):
        raise InputError("the second direction is parallel to the first; give another one")
    reach = _similar_reach(change, second, depth)
    return _Axis(second, name, -reach, reach)


def _check_shape(network: ShallowNetwork, direction: ShallowNetwork) -> None:
    shapes = [(x.width, x.input_dimension, x.output_dimension) for x in (network, direction)]
    if shapes[0] != shapes[1]:
        raise InputError("the second direction is not a network of the same shape as the network")


def _parallel(first: ShallowNetwork, second: ShallowNetwork) -> bool:
    x, y = parameter_vector(first), parameter_vector(second)
    place = max(range(len(x)), key=lambda k: abs(x[k]))
    return all(a * y[place] == b * x[place] for a, b in zip(x, y, strict=True))


def _similar_reach(change: LossChange, direction: ShallowNetwork, depth: Fraction) -> Fraction:
    """A short number at which the loss in a direction has changed by about `depth`."""

    def largest(reach: Fraction) -> Fraction:
        return max(abs(change.along(direction, side * reach)) for side in (-1, 1))

    reach = Fraction(1)
    if depth == 0 or largest(reach) == 0:
        return reach
    for _ in range(_DOUBLINGS):
        if largest(reach) < depth:
            reach *= 2
        elif largest(reach / 2) > depth:
            reach /= 2
        else:
            break
    return reach * 3 / 4 if largest(reach * 3 / 4) >= depth else reach
