"""Equality of functions by values: decisive points in all cells of the neurons' hyperplanes.

Two networks are affine on every cell of the arrangement of all their hyperplanes, so they agree
if they do at p + 1 affinely independent points of each.  Nothing is grouped, merged or cancelled:
this is the second opinion on every statement about equal functions.
"""

from __future__ import annotations

from fractions import Fraction

from symerm.arithmetic.hyperplanes import affine_chambers
from symerm.arithmetic.linalg import primitive
from symerm.arithmetic.rationals import format_rational
from symerm.networks.shallow import ShallowNetwork

__all__ = ["decisive_points", "first_difference", "point_text", "same_values"]

Vector = tuple[Fraction, ...]


def decisive_points(*networks: ShallowNetwork) -> list[Vector]:
    """p + 1 affinely independent points in every cell of the hyperplanes of networks on R^p.

    Examples
    --------
    >>> one, zero = Fraction(1), Fraction(0)
    >>> ramp = ShallowNetwork(((one,),), (zero,), ((one,),), (zero,))
    >>> len(decisive_points(ramp)), len(decisive_points(ramp, ramp))
    (4, 4)
    """
    dimension = max(network.input_dimension for network in networks)
    forms = sorted(
        {
            primitive((*weights, bias))
            for network in networks
            for weights, bias in zip(network.hidden_weights, network.hidden_biases, strict=True)
            if any(weights)
        }
    )
    if not forms:
        origin = (Fraction(0),) * dimension
        return [origin, *(_moved(origin, k, Fraction(1)) for k in range(dimension))]
    found: list[Vector] = []
    for cell in affine_chambers([form[:-1] for form in forms], [form[-1] for form in forms]):
        point = tuple(map(Fraction, cell.witness))
        step = min(
            abs(sum((n * x for n, x in zip(form, point, strict=False)), Fraction(form[-1])))
            / (2 * max(map(abs, form[:-1])))
            for form in forms
        )
        found += [point, *(_moved(point, k, step) for k in range(dimension))]
    return found


def first_difference(first: ShallowNetwork, second: ShallowNetwork) -> Vector | None:
    """A point at which two networks differ, or None if they realise the same function."""
    for point in decisive_points(first, second):
        if first(point) != second(point):
            return point
    return None


def same_values(first: ShallowNetwork, second: ShallowNetwork) -> tuple[bool, str]:
    """Whether two networks realise the same function, and the evidence in words."""
    point = first_difference(first, second)
    if point is None:
        return True, f"equal at {len(decisive_points(first, second))} points of all cells"
    return False, (
        f"values {point_text(first(point))} and {point_text(second(point))} at {point_text(point)}"
    )


def point_text(point: Vector) -> str:
    """A point in one line.

    Examples
    --------
    >>> point_text((Fraction(1, 2), Fraction(3)))
    '(1/2, 3)'
    """
    return f"({', '.join(map(format_rational, point))})"


def _moved(point: Vector, k: int, step: Fraction) -> Vector:
    return tuple(x + step if i == k else x for i, x in enumerate(point))
