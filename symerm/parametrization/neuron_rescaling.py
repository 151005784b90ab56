"""How near positive scaling brings one neuron to another, exactly.

(w, b, v) and (t w, t b, v / t), t > 0, realise the same summand.  With u = (w, b) the conditions
|u - t u'| <= r and |v - v' / t| <= r in maximum norm say that t and 1 / t lie in intervals whose
ends are max (a - r) / alpha and min (a + r) / alpha over the entries, alpha = |u'_k| and
a = u_k sign(u'_k).  Two such intervals fit together exactly if each pair of their ends does, and
each pair asks for r above a rational or a root of a quadratic: the least r is the largest of these.
For the Euclidean norm t is a root of a quartic, enclosed by balls.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from typing import Any

from flint import ctx, fmpz_poly

from symerm.arithmetic.balls import ball, ball_bounds
from symerm.arithmetic.surds import Surd

__all__ = ["EuclideanRescaling", "Rescaling", "rescale_euclidean", "rescale_neuron"]

Vector = Sequence[Fraction]
#: Pairs (a, alpha) of the entries whose alpha is not zero.
_Ends = list[tuple[Fraction, Fraction]]

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Rescaling:
    """The best scaling in maximum norm.

    Attributes
    ----------
    distance : Surd
        The least maximum norm of (u - t u', v - v' / t).
    scale : Surd or None
        A best t, the nearest to 1; None if the zero neuron is best, which realises the same
        function as a neuron with u' = 0 or v' = 0 and is the limit for t to 0 or to infinity.
    """

    distance: Surd
    scale: Surd | None


@dataclass(frozen=True)
class EuclideanRescaling:
    """The best scaling in the Euclidean norm.

    Attributes
    ----------
    lower, upper : Fraction
        Bounds of the least |u - t u'|^2 + |v - v' / t|^2; equal if it was found exactly.
    scale : Fraction or None
        The t that reaches the upper bound; None as in `Rescaling`.
    """

    lower: Fraction
    upper: Fraction
    scale: Fraction | None


def rescale_neuron(u: Vector, v: Vector, other_u: Vector, other_v: Vector) -> Rescaling:
    """The scaling of a neuron (u', v') that brings it nearest to (u, v) in maximum norm.

    Parameters
    ----------
    u, other_u : p + 1 Fractions
        Input weights and bias.
    v, other_v : q Fractions
        Output weights.

    Examples
    --------
    >>> one, zero = Fraction(1), Fraction(0)
    >>> found = rescale_neuron((2 * one,), (one,), (one,), (2 * one,))
    >>> str(found.distance), str(found.scale)
    ('0', '2')
    >>> found = rescale_neuron((zero,), (zero,), (one,), (2 * one,))
    >>> str(found.distance), str(found.scale)
    ('sqrt(2)', 'sqrt(2)')
    """
    inner, outer = _ends(u, other_u), _ends(v, other_v)
    entries = (*zip(u, other_u, strict=True), *zip(v, other_v, strict=True))
    # No scaling moves the entries with a zero.
    rational = max((abs(x) for x, y in entries if not y), default=_ZERO)
    for ends in (inner, outer):
        for a, _ in ends:
            rational = max(rational, -a)
        for (a, alpha), (c, gamma) in permutations(ends, 2):
            rational = max(rational, (a * gamma - c * alpha) / (alpha + gamma))
    distance = Surd(rational)
    binding: tuple[Fraction, Fraction, int] | None = None
    for a, alpha in inner:
        for c, gamma in outer:
            product = alpha * gamma
            for sign in (1, -1):
                # Above: (a + r)(c + r) >= alpha gamma for the upper ends.  Below:
                # (a - r)(c - r) <= alpha gamma for the lower ends, or one of them <= 0.
                if _fits(sign, a, c, product, rational):
                    continue
                root = Surd(-sign * (a + c) / 2, sign * ((a - c) ** 2 / 4 + product))
                if root > distance:
                    distance, binding = root, (a, alpha, sign)
    if binding is not None and not distance.is_rational:
        a, alpha, sign = binding
        return Rescaling(distance, (a + sign * distance) / alpha)
    return Rescaling(distance, _nearest_to_one(inner, outer, distance.rational))


def _ends(first: Vector, second: Vector) -> _Ends:
    return [(x if y > 0 else -x, abs(y)) for x, y in zip(first, second, strict=True) if y]


def _fits(sign: int, a: Fraction, c: Fraction, product: Fraction, r: Fraction) -> bool:
    if sign > 0:
        return a + r > 0 and c + r > 0 and (a + r) * (c + r) >= product
    return a <= r or (a - r) * (c - r) <= product


def _nearest_to_one(inner: _Ends, outer: _Ends, r: Fraction) -> Surd | None:
    """The admissible t nearest to 1 for a rational distance; None if only 0 or infinity is."""
    low = max((max(_ZERO, (a - r) / alpha) for a, alpha in inner), default=_ZERO)
    high = min(((a + r) / alpha for a, alpha in inner), default=None)
    if outer:
        most = min((c + r) / gamma for c, gamma in outer)
        if most == 0:
            return None
        low = max(low, 1 / most)
        least = max((c - r) / gamma for c, gamma in outer)
        if least > 0:
            high = 1 / least if high is None else min(high, 1 / least)
    if high == 0:
        return None
    scale = max(low, _ONE)
    return Surd(scale if high is None else min(scale, high))


def rescale_euclidean(
    u: Vector, v: Vector, other_u: Vector, other_v: Vector, *, bits: int = 128
) -> EuclideanRescaling:
    """The scaling of a neuron (u', v') that brings it nearest to (u, v) in the Euclidean norm.

    Parameters
    ----------
    u, other_u : p + 1 Fractions
    v, other_v : q Fractions
    bits : int
        Precision of the enclosure.

    Examples
    --------
    >>> found = rescale_euclidean((Fraction(3),), (Fraction(1),), (Fraction(1),), (Fraction(3),))
    >>> str(found.lower), str(found.upper), str(found.scale)
    ('0', '0', '3')
    """
    squares = _dot(u, u) + _dot(v, v)
    a, b = _dot(other_u, other_u), _dot(u, other_u)
    e, f = _dot(other_v, other_v), _dot(v, other_v)
    if not a or not e:
        # One side does not depend on t: the vertex of a parabola in t or 1 / t, if positive.
        size, inner = (a, b) if a else (e, f)
        least = squares - (inner**2 / size if inner > 0 else _ZERO)
        if not size:
            return EuclideanRescaling(least, least, _ONE)
        scale = None if inner <= 0 else inner / size if a else size / inner
        return EuclideanRescaling(least, least, scale)
    coefficients = (-e, f, _ZERO, -b, a)
    common = math.lcm(*(c.denominator for c in coefficients))
    exact, enclosed = _positive_roots(fmpz_poly([int(c * common) for c in coefficients]), bits)

    def square(t: Fraction) -> Fraction:
        return squares + a * t * t - 2 * b * t + e / (t * t) - 2 * f / t

    found = [(square(t), square(t), t) for t in exact]
    with ctx.workprec(bits):
        for low, high in enclosed:
            t = (low + high) / 2
            x = ball(t, (high - low) / 2)
            value = ball(squares) + x * (x * ball(a) - ball(2 * b)) + (
                ball(e) / x - ball(2 * f)
            ) / x
            found.append((max(ball_bounds(value)[0], _ZERO), square(t), t))
    _, upper, scale = min(found, key=lambda entry: entry[1])
    return EuclideanRescaling(min(lower for lower, _, _ in found), upper, scale)


def _positive_roots(
    polynomial: fmpz_poly, bits: int
) -> tuple[list[Fraction], list[tuple[Fraction, Fraction]]]:
    """The rational positive roots, and bounds of the other positive roots."""
    exact: list[Fraction] = []
    enclosed: list[tuple[Fraction, Fraction]] = []
    for factor, _ in polynomial.factor()[1]:
        if factor.degree() == 1:
            root = Fraction(-int(factor[0]), int(factor[1]))
            if root > 0:
                exact.append(root)
            continue
        precision = bits
        while True:
            with ctx.workprec(precision):
                # Real roots have the imaginary part zero exactly; none of them is zero.
                pairs: Any = factor.complex_roots()
                roots = [z.real for z, _ in pairs if z.imag == 0]
                if all(x > 0 or x < 0 for x in roots):
                    enclosed.extend(ball_bounds(x) for x in roots if x > 0)
                    break
            precision *= 2
    return exact, enclosed


def _dot(first: Vector, second: Vector) -> Fraction:
    return sum((x * y for x, y in zip(first, second, strict=True)), _ZERO)
