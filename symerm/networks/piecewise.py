"""Continuous piecewise-linear functions of one variable, in canonical form.

A network with activation max(z, gamma z) and one input realises a continuous f: R -> R^q with
finitely many kinks zeta_1 < .. < zeta_m and an affine map s -> slope s + intercept on each of the
m + 1 pieces between them.  With neighbouring slopes different this form is unique, so two
networks realise the same function exactly if their forms are equal.  A layer acts on the form:
the affine part piece by piece, the activation after cutting at the zeros of every component.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from symerm.arithmetic.rationals import format_rational
from symerm.errors import BudgetExceeded, InputError, UnsupportedError
from symerm.networks.deep import DeepNetwork, Layer
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Activation

__all__ = ["Piece", "PiecewiseLinearFunction", "piecewise_linear_function"]

Vector = tuple[Fraction, ...]


@dataclass(frozen=True)
class Piece:
    """s -> slope s + intercept on the closed interval from `lower` to `upper`.

    Attributes
    ----------
    lower, upper : Fraction or None
        End points; None stands for minus and plus infinity.
    slope, intercept : q Fractions each
    """

    lower: Fraction | None
    upper: Fraction | None
    slope: Vector
    intercept: Vector

    def __call__(self, s: Fraction) -> Vector:
        """The value of the affine map at s (inside the interval or not)."""
        return tuple(m * s + c for m, c in zip(self.slope, self.intercept, strict=True))


@dataclass(frozen=True)
class PiecewiseLinearFunction:
    """A continuous piecewise-linear function R -> R^q in its unique form.

    Attributes
    ----------
    kinks : tuple of m Fractions, increasing
        The points where the slope changes.
    slopes : tuple of m + 1 rows of q Fractions
        The slope left of all kinks, between neighbouring kinks, and right of all kinks.
    intercepts : tuple of m + 1 rows of q Fractions
        The values of the pieces' affine maps at zero.

    Raises
    ------
    InputError
        If the lengths differ, the kinks do not increase, the function jumps at a kink, or the
        slope does not change there.

    Examples
    --------
    >>> zero, one = Fraction(0), Fraction(1)
    >>> absolute = PiecewiseLinearFunction((zero,), ((-one,), (one,)), ((zero,), (zero,)))
    >>> absolute(Fraction(-2, 3))
    (Fraction(2, 3),)
    """

    kinks: tuple[Fraction, ...]
    slopes: tuple[Vector, ...]
    intercepts: tuple[Vector, ...]

    def __post_init__(self) -> None:
        if not len(self.slopes) == len(self.intercepts) == len(self.kinks) + 1:
            raise InputError(
                f"{len(self.kinks)} kinks need {len(self.kinks) + 1} slopes and intercepts, "
                f"not {len(self.slopes)} and {len(self.intercepts)}"
            )
        if len({len(row) for row in self.slopes + self.intercepts}) != 1:
            raise InputError("the slopes and intercepts differ in length")
        pieces = self.pieces()
        for k, (left, right) in enumerate(pairwise(pieces)):
            kink = self.kinks[k]
            if right.upper is not None and right.upper <= kink:
                raise InputError("the kinks do not increase")
            if left.slope == right.slope:
                raise InputError(f"the slope does not change at {format_rational(kink)}")
            if left(kink) != right(kink):
                raise InputError(f"the function jumps at {format_rational(kink)}")

    @property
    def output_dimension(self) -> int:
        """Dimension q of the values."""
        return len(self.slopes[0])

    def __call__(self, s: Fraction) -> Vector:
        """The exact value in Q^q at a rational s."""
        k = bisect_left(self.kinks, s)
        return tuple(m * s + c for m, c in zip(self.slopes[k], self.intercepts[k], strict=True))

    @property
    def values(self) -> tuple[Vector, ...]:
        """The values at the kinks: m rows of q Fractions."""
        return tuple(self(kink) for kink in self.kinks)

    def pieces(self) -> tuple[Piece, ...]:
        """The m + 1 pieces from left to right."""
        ends = (None, *self.kinks, None)
        return tuple(
            Piece(*part)
            for part in zip(ends[:-1], ends[1:], self.slopes, self.intercepts, strict=True)
        )

    def component(self, k: int) -> PiecewiseLinearFunction:
        """Output k alone, a function R -> R with those kinks only where it bends."""
        return _joined(
            self.kinks,
            [(slope[k],) for slope in self.slopes],
            [(intercept[k],) for intercept in self.intercepts],
        )


def piecewise_linear_function(
    network: ShallowNetwork | DeepNetwork, *, limit: int = 100_000
) -> PiecewiseLinearFunction:
    """The exact piecewise-linear form of a network with one input.

    Parameters
    ----------
    network : ShallowNetwork or DeepNetwork
        With one input (or without neurons, hence constant) and activation max(z, gamma z).
    limit : int
        Largest number of pieces after any layer: it can grow exponentially with the depth.

    Raises
    ------
    UnsupportedError
        If the network has more inputs or another activation.
    BudgetExceeded
        If more than `limit` pieces arise.

    Examples
    --------
    >>> one = Fraction(1)
    >>> network = ShallowNetwork(((one,), (2 * one,)), (one, -one), ((one,), (-one,)), (one,))
    >>> form = piecewise_linear_function(network)
    >>> [str(kink) for kink in form.kinks], [str(slope) for slope, in form.slopes]
    (['-1', '1/2'], ['0', '1', '-1'])
    """
    deep = network if isinstance(network, DeepNetwork) else DeepNetwork.from_shallow(network)
    if not deep.activation.is_piecewise_linear:
        raise UnsupportedError(
            f"the activation {deep.activation.name} is not piecewise linear; "
            "use relu or leaky:1/10"
        )
    if deep.input_dimension > 1:
        raise UnsupportedError(
            f"the network has {deep.input_dimension} inputs; pieces on a line need one "
            "(use network_chambers)"
        )
    one, zero = Fraction(1), Fraction(0)
    # A network without neurons takes no input at all: its first layer has rows of length 0.
    size = deep.input_dimension
    form = PiecewiseLinearFunction((), ((one,) * size,), ((zero,) * size,))
    for number, layer in enumerate(deep.layers):
        if number:
            form = _activated(form, deep.activation, limit)
        form = _affine(form, layer)
    return form


def _affine(form: PiecewiseLinearFunction, layer: Layer) -> PiecewiseLinearFunction:
    zero = (Fraction(0),) * layer.width
    return _joined(
        form.kinks,
        [_product(layer, slope, zero) for slope in form.slopes],
        [_product(layer, intercept, layer.biases) for intercept in form.intercepts],
    )


def _product(layer: Layer, vector: Vector, offset: Vector) -> Vector:
    return tuple(
        sum((w * x for w, x in zip(row, vector, strict=True) if x), b)
        for row, b in zip(layer.weights, offset, strict=True)
    )


def _activated(
    form: PiecewiseLinearFunction, activation: Activation, limit: int
) -> PiecewiseLinearFunction:
    kinks: list[Fraction] = []
    slopes: list[Vector] = []
    intercepts: list[Vector] = []
    for piece in form.pieces():
        zeros = {-c / m for m, c in zip(piece.slope, piece.intercept, strict=True) if m}
        cuts = sorted(zero for zero in zeros if _strictly_inside(zero, piece))
        if len(slopes) + len(cuts) + 1 > limit:
            raise BudgetExceeded(
                f"the network has more than {limit} pieces before some layer; raise the limit"
            )
        ends = [piece.lower, *cuts, piece.upper]
        for lower, upper in pairwise(ends):
            inside = piece(_point_between(lower, upper))
            factors = [
                Fraction(1) if value > 0 else activation.negative_slope for value in inside
            ]
            slopes.append(tuple(f * m for f, m in zip(factors, piece.slope, strict=True)))
            intercepts.append(tuple(f * c for f, c in zip(factors, piece.intercept, strict=True)))
            if upper is not None:
                kinks.append(upper)
    return _joined(kinks, slopes, intercepts)


def _strictly_inside(s: Fraction, piece: Piece) -> bool:
    return (piece.lower is None or s > piece.lower) and (piece.upper is None or s < piece.upper)


def _point_between(lower: Fraction | None, upper: Fraction | None) -> Fraction:
    if lower is None:
        return Fraction(0) if upper is None else upper - 1
    return lower + 1 if upper is None else (lower + upper) / 2


def _joined(
    kinks: Sequence[Fraction], slopes: Sequence[Vector], intercepts: Sequence[Vector]
) -> PiecewiseLinearFunction:
    """The canonical form: pieces of equal slope on both sides of a kink become one."""
    keep = [k for k in range(len(kinks)) if slopes[k] != slopes[k + 1]]
    last = len(slopes) - 1
    return PiecewiseLinearFunction(
        tuple(kinks[k] for k in keep),
        tuple(slopes[k] for k in [*keep, last]),
        tuple(intercepts[k] for k in [*keep, last]),
    )
