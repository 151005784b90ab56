"""The kink form of a two-layer network: f = sum_H delta_H max(z_H, 0) + A x + c.

The sum runs over distinct hyperplanes z_H = <n_H, x> + o_H = 0 with primitive integer forms whose
first non-zero coefficient is positive, and delta_H in Q^q, not zero, is the jump of the gradient
across H along n_H.  For act(z) = max(z, gamma z) a neuron v act(t z_H) contributes the jump
(1 - gamma) |t| v and, if t < 0, an affine part.  On R^p, and on any box with interior, the form
is unique: two networks realise the same function exactly if their forms agree (known for
"identifiability" of shallow networks; the proof is one line: jumps are seen at generic points).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import count

from symerm.arithmetic.linalg import primitive
from symerm.errors import InputError, UnsupportedError
from symerm.networks.shallow import ShallowNetwork

__all__ = ["Box", "Kink", "KinkForm", "check_box", "kink_form"]

Vector = tuple[Fraction, ...]
#: One interval (low, high) per coordinate, with low < high.
Box = tuple[tuple[Fraction, Fraction], ...]

_ZERO = Fraction(0)


@dataclass(frozen=True)
class Kink:
    """A hyperplane { x : <normal, x> + offset = 0 } with the jump of the gradient across it.

    Attributes
    ----------
    normal : tuple of p int
    offset : int
        Together primitive; the first non-zero entry of the normal is positive.
    jump : tuple of q Fractions
        delta_H, not all zero.
    """

    normal: tuple[int, ...]
    offset: int
    jump: Vector

    def value(self, point: Sequence[Fraction]) -> Fraction:
        """z_H at a point."""
        return sum((n * x for n, x in zip(self.normal, point, strict=True)), Fraction(self.offset))


@dataclass(frozen=True)
class KinkForm:
    """A continuous piecewise-affine function with hyperplanes as kinks.

    Attributes
    ----------
    dimension : int
        Number p of inputs.
    kinks : tuple of Kink
        Sorted by normal and offset.
    matrix : q rows of p Fractions
        The linear part A.
    offset : q Fractions
        The constant c.
    box : Box or None
        Where the form holds; None is R^p.
    """

    dimension: int
    kinks: tuple[Kink, ...]
    matrix: tuple[Vector, ...]
    offset: Vector
    box: Box | None = None

    @property
    def outputs(self) -> int:
        """Number q of outputs."""
        return len(self.offset)

    def __call__(self, point: Sequence[Fraction]) -> Vector:
        """The value at a point."""
        total = [
            sum((a * x for a, x in zip(row, point, strict=True)), c)
            for row, c in zip(self.matrix, self.offset, strict=True)
        ]
        for kink in self.kinks:
            height = kink.value(point)
            if height > 0:
                total = [t + height * jump for t, jump in zip(total, kink.jump, strict=True)]
        return tuple(total)

    def __sub__(self, other: KinkForm) -> KinkForm:
        """The form of the difference.

        Raises
        ------
        InputError
            If the dimensions or the boxes differ.
        """
        if (self.dimension, self.outputs) != (other.dimension, other.outputs):
            raise InputError(
                f"a function with {self.dimension} inputs and {self.outputs} outputs cannot be "
                f"compared with one with {other.dimension} inputs and {other.outputs} outputs"
            )
        if self.box != other.box:
            raise InputError("the functions are given on different boxes")
        jumps = {(kink.normal, kink.offset): kink.jump for kink in self.kinks}
        zero = (_ZERO,) * self.outputs
        for kink in other.kinks:
            place = kink.normal, kink.offset
            jumps[place] = _minus(jumps.get(place, zero), kink.jump)
        return KinkForm(
            self.dimension,
            _sorted_kinks(jumps),
            tuple(_minus(a, b) for a, b in zip(self.matrix, other.matrix, strict=True)),
            _minus(self.offset, other.offset),
            self.box,
        )

    @cached_property
    def is_zero(self) -> bool:
        """Whether the function is zero everywhere."""
        return not self.kinks and not any(map(any, self.matrix)) and not any(self.offset)

    def nonzero_point(self) -> Vector | None:
        """A rational point, inside the box, where the function is not zero; None if it is zero.

        Across a kink the second difference is not zero at a point of H off the other kinks, so
        one of three points serves; an affine function is tested at p + 1 points.
        """
        if self.is_zero:
            return None
        if self.kinks:
            return self._point_at_kink(self.kinks[0])
        centre, radius = self._centre()
        for k in range(self.dimension + 1):
            point = list(centre)
            if k:
                point[k - 1] += radius / 2
            if any(self(point)):
                return tuple(point)
        raise ArithmeticError("an affine function that is not zero vanishes on a simplex")

    def _centre(self) -> tuple[Vector, Fraction]:
        """A point inside the box and a distance, in every coordinate, within the box."""
        if self.box is None:
            return (_ZERO,) * self.dimension, Fraction(1)
        return (
            tuple((low + high) / 2 for low, high in self.box),
            min((high - low) / 2 for low, high in self.box),
        )

    def _inside(self, point: Sequence[Fraction]) -> bool:
        return self.box is None or all(
            low < x < high for x, (low, high) in zip(point, self.box, strict=True)
        )

    def _point_at_kink(self, kink: Kink) -> Vector:
        others = [other for other in self.kinks if other is not kink]
        base = next(
            point
            for point in _points_on(kink, self._start_on(kink))
            if self._inside(point) and all(other.value(point) for other in others)
        )
        step = Fraction(1)
        while True:
            sides = [
                tuple(x + sign * step * n for x, n in zip(base, kink.normal, strict=True))
                for sign in (1, -1)
            ]
            if all(self._inside(side) for side in sides) and all(
                (other.value(side) > 0) == (other.value(base) > 0) and other.value(side)
                for other in others
                for side in sides
            ):
                break
            step /= 2
        for point in (base, *sides):
            if any(self(point)):
                return point
        raise ArithmeticError("the second difference across a kink is zero")

    def _start_on(self, kink: Kink) -> Vector:
        """A point of the hyperplane, inside the box if there is one."""
        if self.box is None:
            square = sum(n * n for n in kink.normal)
            return tuple(Fraction(-kink.offset * n, square) for n in kink.normal)
        centre, _ = self._centre()
        height = kink.value(centre)
        if height == 0:
            return centre
        # The vertex farthest on the other side, drawn towards the centre until just across.
        vertex = tuple(
            low if (n > 0) == (height > 0) else high
            for n, (low, high) in zip(kink.normal, self.box, strict=True)
        )
        share = height / (height - kink.value(vertex))
        return tuple(x + share * (y - x) for x, y in zip(centre, vertex, strict=True))


def check_box(box: Box, dimension: int) -> None:
    """Refuse a box of another dimension or without interior.

    Raises
    ------
    InputError
    """
    if len(box) != dimension:
        raise InputError(f"the box has {len(box)} sides but the network has {dimension} inputs")
    for k, (low, high) in enumerate(box, start=1):
        if low >= high:
            raise InputError(f"side {k} of the box is empty: {low} is not smaller than {high}")


def kink_form(network: ShallowNetwork, box: Box | None = None) -> KinkForm:
    """The kink form of a network on R^p or on a box.

    Parameters
    ----------
    network : ShallowNetwork
        Activation relu or leaky.
    box : p pairs of Fractions, optional
        Kinks that do not meet its interior count as affine.

    Raises
    ------
    InputError
        If the box does not fit.
    UnsupportedError
        If the activation is not piecewise linear.

    Examples
    --------
    |x| - x from two neurons:

    >>> one, zero = Fraction(1), Fraction(0)
    >>> network = ShallowNetwork(((one,), (-one,)), (zero, zero), ((zero,), (2 * one,)), (zero,))
    >>> form = kink_form(network)
    >>> [(kink.normal, kink.offset, str(kink.jump[0])) for kink in form.kinks], form.matrix
    ([((1,), 0, '2')], ((Fraction(-2, 1),),))
    """
    if not network.activation.is_piecewise_linear:
        raise UnsupportedError(
            f"kinks need the activation relu or leaky, not {network.activation.name}"
        )
    p, q = network.input_dimension, network.output_dimension
    if box is not None:
        if not network.width:
            p = len(box)
        check_box(box, p)
    gamma = network.activation.negative_slope
    zero = (_ZERO,) * q
    jumps: dict[tuple[tuple[int, ...], int], Vector] = {}
    matrix = [[_ZERO] * p for _ in range(q)]
    offset = list(network.output_biases)
    for weights, bias, outputs in zip(
        network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
    ):
        sign = _side(weights, bias, box)
        if sign == 0:
            *normal, constant = primitive((*weights, bias))
            lead = next(k for k, n in enumerate(normal) if n)
            if normal[lead] < 0:
                normal, constant = [-n for n in normal], -constant
            scale = abs(weights[lead] / normal[lead])
            place = tuple(normal), constant
            jumps[place] = tuple(
                x + (1 - gamma) * scale * v
                for x, v in zip(jumps.get(place, zero), outputs, strict=True)
            )
            # v act(t z) = gamma v t z + (1 - gamma) v |t| (max(z, 0) - [t < 0] z).
            share = gamma if weights[lead] > 0 else Fraction(1)
        else:
            share = Fraction(1) if sign > 0 else gamma
        if share:
            for k, v in enumerate(outputs):
                if v:
                    offset[k] += share * v * bias
                    matrix[k] = [a + share * v * w for a, w in zip(matrix[k], weights, strict=True)]
    return KinkForm(
        p, _sorted_kinks(jumps), tuple(map(tuple, matrix)), tuple(offset), box
    )


def _side(weights: Vector, bias: Fraction, box: Box | None) -> int:
    """1 or -1 if the preactivation is >= 0 or <= 0 on the whole domain, else 0."""
    if not any(weights):
        return 1 if bias > 0 else -1
    if box is None:
        return 0
    low = bias + sum(
        (w * (pair[0] if w > 0 else pair[1]) for w, pair in zip(weights, box, strict=True)), _ZERO
    )
    high = bias + sum(
        (w * (pair[1] if w > 0 else pair[0]) for w, pair in zip(weights, box, strict=True)), _ZERO
    )
    return 1 if low >= 0 else -1 if high <= 0 else 0


def _points_on(kink: Kink, start: Vector) -> Iterator[Vector]:
    """Points of a hyperplane ever nearer to one of them, in ever new directions."""
    yield start
    pivot = next(k for k, n in enumerate(kink.normal) if n)
    for trial in count(1):
        # The k-th power of distinct numbers: every other hyperplane is left after few trials.
        move = [Fraction(trial**k, 2**trial) for k in range(len(start))]
        move[pivot] = _ZERO
        inner = sum((n * m for n, m in zip(kink.normal, move, strict=True)), _ZERO)
        move[pivot] = -inner / kink.normal[pivot]
        yield tuple(x + m for x, m in zip(start, move, strict=True))


def _sorted_kinks(jumps: dict[tuple[tuple[int, ...], int], Vector]) -> tuple[Kink, ...]:
    return tuple(
        Kink(normal, offset, jump)
        for (normal, offset), jump in sorted(jumps.items())
        if any(jump)
    )


def _minus(first: Vector, second: Vector) -> Vector:
    return tuple(x - y for x, y in zip(first, second, strict=True))
