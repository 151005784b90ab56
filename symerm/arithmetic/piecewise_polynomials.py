"""Piecewise polynomials on an interval over Q, in canonical form.

A function on [T0, T1] is given by knots T0 = t_0 < .. < t_k = T1 and a polynomial on each of the
k pieces; it may jump at inner knots, where only one-sided values matter.  With neighbouring
polynomials different this form is unique, so that two functions agree, up to values at single
points, exactly if their forms are equal.  Integrals, products and signs are exact.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal, NamedTuple

from symerm.arithmetic.polynomial_signs import (
    IntervalSign,
    negative_point,
    sign_after,
    sign_changes,
)
from symerm.arithmetic.polynomials import (
    Coefficients,
    add,
    antiderivative,
    derivative,
    evaluate,
    multiply,
    scale,
    trim,
)
from symerm.arithmetic.rationals import format_rational
from symerm.errors import InputError

__all__ = ["PiecewisePolynomial", "PolynomialPiece"]

Number = Fraction | int

_ZERO = Fraction(0)
_ONE = Fraction(1)


class PolynomialPiece(NamedTuple):
    """A polynomial on the interval from `lower` to `upper`."""

    lower: Fraction
    upper: Fraction
    coefficients: Coefficients


@dataclass(frozen=True)
class PiecewisePolynomial:
    """A piecewise polynomial on [T0, T1]; equal functions are equal objects.

    Attributes
    ----------
    knots : k + 1 Fractions
        Ascending, from T0 to T1.
    pieces : k tuples of Fractions
        Coefficients of 1, x, x^2, .. on each piece, without zeros at the end.  Neighbouring
        pieces that agree are merged and zeros at the end dropped on construction.

    Raises
    ------
    InputError
        If there are fewer than two knots, they do not ascend, or the number of pieces is wrong.

    Examples
    --------
    >>> hat = PiecewisePolynomial.of([0, 1, 2], [[0, 1], [2, -1]])
    >>> hat(Fraction(3, 2)), hat.integral(), (hat * hat).integral()
    (Fraction(1, 2), Fraction(1, 1), Fraction(2, 3))
    >>> x = PiecewisePolynomial.of([0, 2], [[0, 1]])
    >>> 1 - abs(x - 1) == hat
    True
    """

    knots: tuple[Fraction, ...]
    pieces: tuple[Coefficients, ...]

    def __post_init__(self) -> None:
        knots, pieces = self.knots, [trim(piece) for piece in self.pieces]
        if len(knots) < 2 or len(pieces) != len(knots) - 1:
            raise InputError(
                f"{len(knots)} knots and {len(pieces)} pieces: give at least two knots and one "
                "piece between each two neighbours"
            )
        for a, b in pairwise(knots):
            if a >= b:
                raise InputError(
                    f"the knots must ascend, but {format_rational(a)} is followed by "
                    f"{format_rational(b)}"
                )
        keep = [k for k in range(1, len(pieces)) if pieces[k - 1] != pieces[k]]
        object.__setattr__(self, "knots", (knots[0], *(knots[k] for k in keep), knots[-1]))
        object.__setattr__(self, "pieces", tuple(pieces[k] for k in [0, *keep]))

    @classmethod
    def of(
        cls, knots: Sequence[Number], pieces: Sequence[Sequence[Number]]
    ) -> PiecewisePolynomial:
        """The function with these knots and coefficients, integers allowed.

        Examples
        --------
        >>> PiecewisePolynomial.of([0, 1, 2], [[1, 0], [1]]).knots
        (Fraction(0, 1), Fraction(2, 1))
        """
        return cls(tuple(map(Fraction, knots)), tuple(tuple(map(Fraction, p)) for p in pieces))

    @property
    def interval(self) -> tuple[Fraction, Fraction]:
        """The end points T0 and T1."""
        return self.knots[0], self.knots[-1]

    @property
    def degree(self) -> int:
        """The largest degree of a piece; -1 for the zero function."""
        return max(map(len, self.pieces)) - 1

    @property
    def is_continuous(self) -> bool:
        """Whether the function has no jumps.

        Examples
        --------
        >>> PiecewisePolynomial.of([-1, 0, 1], [[], [1]]).is_continuous
        False
        """
        return all(
            evaluate(left, knot) == evaluate(right, knot)
            for knot, (left, right) in zip(self.knots[1:-1], pairwise(self.pieces), strict=True)
        )

    def __call__(self, x: Number, *, side: Literal["left", "right"] = "right") -> Fraction:
        """The limit at x from one side; at T0 and T1 the one there is.

        Raises
        ------
        InputError
            If x lies outside the interval.

        Examples
        --------
        >>> step = PiecewisePolynomial.of([-1, 0, 1], [[], [1]])
        >>> step(0), step(0, side="left")
        (Fraction(1, 1), Fraction(0, 1))
        """
        self._check_inside(x)
        place = (bisect_right if side == "right" else bisect_left)(self.knots, x) - 1
        return evaluate(self.pieces[min(max(place, 0), len(self.pieces) - 1)], x)

    def __add__(self, other: PiecewisePolynomial | Number) -> PiecewisePolynomial:
        return _joined([(a, b, add(p, q)) for a, b, p, q in self._shared(other)])

    __radd__ = __add__

    def __neg__(self) -> PiecewisePolynomial:
        return self * -1

    def __sub__(self, other: PiecewisePolynomial | Number) -> PiecewisePolynomial:
        return self + -other

    def __rsub__(self, other: Number) -> PiecewisePolynomial:
        return -self + other

    def __mul__(self, other: PiecewisePolynomial | Number) -> PiecewisePolynomial:
        if isinstance(other, PiecewisePolynomial):
            return _joined([(a, b, multiply(p, q)) for a, b, p, q in self._shared(other)])
        factor = Fraction(other)
        return PiecewisePolynomial(self.knots, tuple(scale(p, factor) for p in self.pieces))

    __rmul__ = __mul__

    def __pow__(self, exponent: int) -> PiecewisePolynomial:
        """The power with an exponent >= 0.

        Examples
        --------
        >>> (PiecewisePolynomial.of([0, 1], [[1, 1]]) ** 2).pieces
        ((Fraction(1, 1), Fraction(2, 1), Fraction(1, 1)),)
        """
        if exponent < 0:
            raise InputError(f"the exponent must not be negative, as {exponent} is")
        power = PiecewisePolynomial(self.interval, ((_ONE,),))
        for bit in f"{exponent:b}":
            power = power * power * self if bit == "1" else power * power
        return power

    def derivative(self) -> PiecewisePolynomial:
        """The derivative inside the pieces; jumps leave no trace in it."""
        return PiecewisePolynomial(self.knots, tuple(map(derivative, self.pieces)))

    def antiderivative(self) -> PiecewisePolynomial:
        """The continuous function with this derivative that is zero at T0.

        Examples
        --------
        >>> step = PiecewisePolynomial.of([-1, 0, 1], [[], [1]])
        >>> step.antiderivative() == PiecewisePolynomial.of([-1, 0, 1], [[], [0, 1]])
        True
        """
        total = _ZERO
        pieces = []
        for lower, upper, p in self.refine():
            primitive = antiderivative(p)
            primitive = add(primitive, trim([total - evaluate(primitive, lower)]))
            total = evaluate(primitive, upper)
            pieces.append(primitive)
        return PiecewisePolynomial(self.knots, tuple(pieces))

    def integral(self, lower: Number | None = None, upper: Number | None = None) -> Fraction:
        """The integral from `lower` (T0 if not given) to `upper` (T1 if not given).

        Raises
        ------
        InputError
            If an end lies outside the interval.

        Examples
        --------
        >>> x = PiecewisePolynomial.of([0, 2], [[0, 1]])
        >>> x.integral(), x.integral(1), x.integral(1, 0)
        (Fraction(2, 1), Fraction(3, 2), Fraction(-1, 2))
        """
        start = self.knots[0] if lower is None else Fraction(lower)
        end = self.knots[-1] if upper is None else Fraction(upper)
        if start > end:
            return -self.integral(end, start)
        self._check_inside(start)
        self._check_inside(end)
        total = _ZERO
        for a, b, p in self.refine():
            a, b = max(a, start), min(b, end)
            if p and a < b:
                primitive = antiderivative(p)
                total += evaluate(primitive, b) - evaluate(primitive, a)
        return total

    def moment(self, k: int) -> Fraction:
        """The integral of x^k times the function.

        Examples
        --------
        >>> PiecewisePolynomial.of([0, 1], [[1]]).moment(2)
        Fraction(1, 3)
        """
        shift = (_ZERO,) * k
        return PiecewisePolynomial(
            self.knots, tuple((*shift, *p) if p else () for p in self.pieces)
        ).integral()

    def restrict(self, lower: Number, upper: Number) -> PiecewisePolynomial:
        """The function on the smaller interval [lower, upper].

        Raises
        ------
        InputError
            If that is not an interval inside [T0, T1].

        Examples
        --------
        >>> PiecewisePolynomial.of([0, 1, 2], [[1], [2]]).restrict(1, 2).pieces
        ((Fraction(2, 1),),)
        """
        self._check_inside(lower)
        self._check_inside(upper)
        start, end = Fraction(lower), Fraction(upper)
        if start >= end:
            raise InputError(
                f"[{format_rational(start)}, {format_rational(end)}] is not an interval; give a "
                "smaller and a larger end"
            )
        return _joined([
            (max(a, start), min(b, end), p) for a, b, p in self.refine() if a < end and b > start
        ])

    def refine(self, knots: Sequence[Number] = ()) -> tuple[PolynomialPiece, ...]:
        """The pieces, cut at those of the given knots that lie inside the interval.

        Examples
        --------
        >>> x = PiecewisePolynomial.of([0, 2], [[0, 1]])
        >>> [(str(piece.lower), str(piece.upper)) for piece in x.refine([1, 7])]
        [('0', '1'), ('1', '2')]
        """
        start, end = self.interval
        ends = sorted({*self.knots, *(Fraction(t) for t in knots if start < t < end)})
        found = []
        place = 0
        for lower, upper in pairwise(ends):
            place += lower == self.knots[place + 1]
            found.append(PolynomialPiece(lower, upper, self.pieces[place]))
        return tuple(found)

    def __abs__(self) -> PiecewisePolynomial:
        """The absolute value; `InputError` if the sign changes at an irrational point.

        Examples
        --------
        >>> abs(PiecewisePolynomial.of([-1, 1], [[0, 1]])).integral()
        Fraction(1, 1)
        """
        return _joined([
            (a, b, scale(p, Fraction(sign))) for a, b, p, sign in self._signed_pieces()
        ])

    def positive_part(self) -> PiecewisePolynomial:
        """The maximum with zero; `InputError` if the sign changes at an irrational point.

        Examples
        --------
        >>> PiecewisePolynomial.of([-1, 1], [[0, 1]]).positive_part().moment(1)
        Fraction(1, 3)
        """
        return _joined([(a, b, p if sign > 0 else ()) for a, b, p, sign in self._signed_pieces()])

    def maximum(self, other: PiecewisePolynomial | Number) -> PiecewisePolynomial:
        """The pointwise maximum of two functions, which must cross at rational points.

        Raises
        ------
        InputError
            If they cross at an irrational point or live on different intervals.

        Examples
        --------
        >>> x = PiecewisePolynomial.of([0, 2], [[0, 1]])
        >>> x.maximum(1).knots
        (Fraction(0, 1), Fraction(1, 1), Fraction(2, 1))
        """
        return (self - other).positive_part() + other

    def minimum(self, other: PiecewisePolynomial | Number) -> PiecewisePolynomial:
        """The pointwise minimum; see `maximum`."""
        return self - (self - other).positive_part()

    def sign_on_interval(self) -> IntervalSign:
        """Whether the function is >= 0 or <= 0 on its interval, with witnesses where it is not.

        Examples
        --------
        >>> PiecewisePolynomial.of([0, 1], [[1, -2, 1]]).sign_on_interval().nonnegative
        True
        >>> PiecewisePolynomial.of([0, 1], [[1, -3, 2]]).sign_on_interval().negative_at
        Fraction(3, 4)
        """
        negative = positive = None
        for lower, upper, p in self.refine():
            if negative is None:
                negative = negative_point(p, lower, upper)
            if positive is None:
                positive = negative_point(scale(p, -_ONE), lower, upper)
        return IntervalSign(negative, positive)

    def _signed_pieces(self) -> Iterator[tuple[Fraction, Fraction, Coefficients, int]]:
        """The pieces, cut where the sign changes, each with its sign."""
        for lower, upper, p in self.refine():
            for a, b in pairwise([lower, *sign_changes(p, lower, upper), upper]):
                yield a, b, p, sign_after(p, a)

    def _shared(
        self, other: PiecewisePolynomial | Number
    ) -> Iterator[tuple[Fraction, Fraction, Coefficients, Coefficients]]:
        """The pieces of two functions between the knots of both."""
        if not isinstance(other, PiecewisePolynomial):
            other = PiecewisePolynomial(self.interval, ((Fraction(other),),))
        if self.interval != other.interval:
            first, second = (
                f"[{format_rational(a)}, {format_rational(b)}]"
                for a, b in (self.interval, other.interval)
            )
            raise InputError(
                f"the functions are given on {first} and on {second}; restrict them to one interval"
            )
        for left, right in zip(
            self.refine(other.knots), other.refine(self.knots), strict=True
        ):
            yield *left, right.coefficients

    def _check_inside(self, x: Number) -> None:
        start, end = self.interval
        if not start <= x <= end:
            raise InputError(
                f"{format_rational(Fraction(x))} lies outside the interval "
                f"[{format_rational(start)}, {format_rational(end)}]"
            )


def _joined(
    pieces: Sequence[tuple[Fraction, Fraction, Coefficients]],
) -> PiecewisePolynomial:
    """The function made of consecutive pieces."""
    return PiecewisePolynomial(
        (pieces[0][0], *(piece[1] for piece in pieces)), tuple(piece[2] for piece in pieces)
    )
