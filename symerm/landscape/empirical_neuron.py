"""The term of one neuron with a piecewise-linear activation, near the neuron.

psi(a) = sum_i act(<a, s^_i>) r_i, s^ = (s, 1), is piecewise linear and positively homogeneous, so
psi(a_j + x) = psi(a_j) + psi'(x) for small x, psi'(x) = B x + sum_{i in Z} act(<x, s^_i>) r_i: Z
are the inputs with preactivation zero, B sums slope r_i s^_i^T over the others, psi(a_j) = B a_j.
psi' is linear on the cells of the arrangement of the forms in Z, so on a cell it is fixed by its
values on the lines (the lineality space) and on the rays (the faces of one dimension more).
Distinct inputs give distinct kinks, hence psi' = 0 if and only if B = 0 and r_i = 0 on Z.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import comb
from operator import mul

from flint import fmpz_mat

from symerm.arithmetic.linalg import nullspace, primitive, row_reduce
from symerm.arithmetic.rationals import common_denominator
from symerm.landscape.empirical_loss import EmpiricalLoss

__all__ = ["MAX_STEPS", "LocalTerm", "local_terms"]

#: Most pairs of an intersection of hyperplanes and a form in the search for rays of one neuron.
MAX_STEPS = 1_000_000

Vector = tuple[Fraction, ...]
Integers = tuple[int, ...]
_ZERO = Fraction(0)


@dataclass(frozen=True, eq=False)
class LocalTerm:
    """The function psi'(x) = B x + sum_{i in Z} act(<x, S_i>) R_i of one neuron.

    Attributes
    ----------
    matrix : q rows of p + 1 Fractions
        B.
    zeros : tuple of int
        Z, the positions of the distinct inputs with preactivation zero.
    forms : tuple of integer vectors
        For each member of Z a positive multiple S_i of (s_i, 1).
    jumps : tuple of q-vectors
        For each member of Z the residual R_i, divided by the factor of S_i.
    slope : Fraction
        The slope of the activation for negative arguments.
    signs : tuple of n int
        The signs of the preactivations.
    """

    matrix: tuple[Vector, ...]
    zeros: tuple[int, ...]
    forms: tuple[Integers, ...]
    jumps: tuple[Vector, ...]
    slope: Fraction
    signs: tuple[int, ...]

    def at(self, neuron: Vector) -> Vector:
        """psi(a_j) = B a_j."""
        return tuple(sum(map(mul, row, neuron), _ZERO) for row in self.matrix)

    def __call__(self, direction: Sequence[Fraction | int]) -> Vector:
        """psi'(x) in Q^q."""
        common, matrix, jumps = self._integers
        down, up = self.slope.numerator, self.slope.denominator
        value = [up * sum(map(mul, row, direction)) for row in matrix]
        for form, jump in zip(self.forms, jumps, strict=True):
            z = sum(map(mul, form, direction))
            if z:
                z *= up if z > 0 else down
                for k, entry in enumerate(jump):
                    value[k] += z * entry
        return tuple(Fraction(entry) / (up * common) for entry in value)

    @cached_property
    def _integers(self) -> tuple[int, list[Integers], list[Integers]]:
        """The matrix and the jumps as integers over a common denominator."""
        common = common_denominator(x for row in (*self.matrix, *self.jumps) for x in row)
        matrix, jumps = (
            [tuple(int(x * common) for x in row) for row in rows]
            for rows in (self.matrix, self.jumps)
        )
        return common, matrix, jumps

    @cached_property
    def vanishes(self) -> bool:
        """Whether psi' is zero everywhere."""
        return not any(map(any, self.matrix)) and not any(map(any, self.jumps))

    @cached_property
    def lines(self) -> tuple[Vector, ...]:
        """A basis of the directions that keep the preactivations in Z zero."""
        return nullspace(self.forms, columns=len(self.matrix[0]))

    @cached_property
    def flats(self) -> int:
        """The number of intersections of hyperplanes that `rays` looks through."""
        rank = len(self.matrix[0]) - len(self.lines)
        return comb(len(self.zeros), rank - 1) if rank else 0

    @property
    def most_flats(self) -> int:
        """The number of intersections that `rays` looks through at most."""
        return max(len(self.zeros), MAX_STEPS // max(1, len(self.zeros)))

    @property
    def units(self) -> Iterator[Integers]:
        """The unit vectors of the hidden parameters and their negatives."""
        size = len(self.matrix[0])
        for k in range(size):
            for sign in (1, -1):
                yield tuple(sign * int(i == k) for i in range(size))

    @cached_property
    def rays(self) -> tuple[tuple[Integers, Vector], ...]:
        """Generators of the rays of the arrangement, each with its value psi'.

        At most `most_flats` intersections are looked through; compare `flats`.
        """
        if len(self.matrix[0]) == 2 and len(self.zeros) > 1:
            return tuple(self._rays_of_a_line())
        found = dict.fromkeys(self._rays())
        return tuple((ray, self(ray)) for ray in found)

    def _rays(self) -> Iterator[Integers]:
        # A complement of the lineality space: the coordinates of the pivots.
        _, pivots = row_reduce(self.forms)
        if not pivots:
            return
        restricted = [tuple(form[k] for k in pivots) for form in self.forms]
        for number, chosen in enumerate(combinations(restricted, len(pivots) - 1)):
            if number == self.most_flats:
                return
            line = _kernel_line(chosen, len(pivots))
            if line is not None:
                for sign in (1, -1):
                    ray = [0] * len(self.matrix[0])
                    for k, entry in zip(pivots, line, strict=True):
                        ray[k] = sign * entry
                    yield tuple(ray)

    def _rays_of_a_line(self) -> Iterator[tuple[Integers, Vector]]:
        """One input: the hinges at the points, with values from sums over both sides.

        Sorted inputs make it linear in their number; a neuron with two kinks on inputs is zero,
        so it vanishes at all inputs.
        """
        size = len(self.matrix)
        below = [[_ZERO, _ZERO] for _ in range(size)]
        above = [[_ZERO, _ZERO] for _ in range(size)]
        for form, jump in zip(self.forms, self.jumps, strict=True):
            for total, entry in zip(above, jump, strict=True):
                total[0] += form[0] * entry
                total[1] += form[1] * entry
        for form, jump in zip(self.forms, self.jumps, strict=True):
            for total, entry in zip(above, jump, strict=True):
                total[0] -= form[0] * entry
                total[1] -= form[1] * entry
            x, y = primitive((form[1], -form[0]))
            right = [x * total[0] + y * total[1] for total in above]
            left = [x * total[0] + y * total[1] for total in below]
            yield (x, y), tuple(u + self.slope * w for u, w in zip(right, left, strict=True))
            yield (-x, -y), tuple(-w - self.slope * u for u, w in zip(right, left, strict=True))
            for total, entry in zip(below, jump, strict=True):
                total[0] += form[0] * entry
                total[1] += form[1] * entry

    def direction_of_change(self) -> tuple[Integers, Vector]:
        """Some x with psi'(x) not zero, and psi'(x).

        Raises
        ------
        ValueError
            If psi' vanishes.

        Notes
        -----
        With R_i not zero, take u on the hyperplane of S_i and off all others.  For small t the
        second difference psi'(u + t n) + psi'(u - t n) - 2 psi'(u), n = S_i, is a positive
        multiple of R_i, so psi' is not zero at all three points.
        """
        for x in self.units:
            value = self(x)
            if any(value):
                return x, value
        for form, jump in zip(self.forms, self.jumps, strict=True):
            if any(jump):
                point = self._point_on_hyperplane(form)
                moves = [
                    abs(z) / (2 * abs(slope))
                    for other in self.forms
                    if (z := Fraction(sum(map(mul, other, point))))
                    and (slope := sum(map(mul, other, form)))
                ]
                step = min(moves, default=Fraction(1))
                for t in (_ZERO, step, -step):
                    x = primitive(u + t * n for u, n in zip(point, form, strict=True))
                    value = self(x)
                    if any(value):
                        return x, value
        # Without kinks psi' is linear, and one of the units has shown it.
        raise ValueError("the term vanishes near the neuron")

    def _point_on_hyperplane(self, form: Integers) -> Integers:
        """A point of the hyperplane of a form that lies on no other hyperplane of Z."""
        basis = [primitive(vector) for vector in nullspace([form])]
        others = [other for other in self.forms if other != form]
        step = 0
        while True:
            # Each form vanishes at finitely many points of this curve of polynomials in step.
            step += 1
            point = tuple(
                sum(step**k * vector[i] for k, vector in enumerate(basis))
                for i in range(len(form))
            )
            if all(sum(map(mul, other, point)) for other in others):
                return point


def local_terms(loss: EmpiricalLoss) -> tuple[LocalTerm, ...]:
    """The local terms of the hidden neurons; neurons of one activation pattern share theirs.

    Parameters
    ----------
    loss : EmpiricalLoss
        With a piecewise-linear activation.

    Examples
    --------
    >>> from symerm.networks.shallow import ShallowNetwork
    >>> from symerm.problem.dataset import Dataset
    >>> one = Fraction(1)
    >>> net = ShallowNetwork(((one,),), (-one,), ((one,),), (one,))
    >>> term, = local_terms(EmpiricalLoss.at(net, Dataset.from_rows([0, 1, 2], [0, 1, 2])))
    >>> term.zeros, term.matrix, term((0, 1)), term((0, -1))
    ((1,), ((Fraction(0, 1), Fraction(0, 1)),), (Fraction(0, 1),), (Fraction(0, 1),))
    """
    slope = loss.network.activation.negative_slope
    signs = [tuple((z > 0) - (z < 0) for z in row) for row in loss.preactivations]
    patterns = list(dict.fromkeys(signs))
    if not patterns:
        return ()
    matrices = _linear_parts(loss, patterns)
    terms = {}
    for pattern, matrix in zip(patterns, matrices, strict=True):
        zeros = tuple(i for i, sign in enumerate(pattern) if not sign)
        terms[pattern] = LocalTerm(
            matrix,
            zeros,
            tuple(loss.forms[i] for i in zeros),
            tuple(loss.scaled_residuals[i] for i in zeros),
            slope,
            pattern,
        )
    return tuple(terms[pattern] for pattern in signs)


def _linear_parts(
    loss: EmpiricalLoss, patterns: Sequence[Integers]
) -> list[tuple[Vector, ...]]:
    """The matrices B of some patterns, by one product of integer matrices."""
    slope = loss.network.activation.negative_slope
    slopes = {1: slope.denominator, 0: 0, -1: slope.numerator}
    common = common_denominator(entry for row in loss.scaled_residuals for entry in row)
    size, columns = loss.network.output_dimension, len(loss.forms[0])
    pairs = [
        [int(entry * common) * x for entry in row for x in form]
        for row, form in zip(loss.scaled_residuals, loss.forms, strict=True)
    ]
    left = fmpz_mat([[slopes[sign] for sign in pattern] for pattern in patterns])
    divisor = common * slope.denominator
    return [
        tuple(
            tuple(Fraction(int(entry), divisor) for entry in row[k * columns : (k + 1) * columns])
            for k in range(size)
        )
        for row in (left * fmpz_mat(pairs)).table()
    ]


def _kernel_line(rows: Sequence[Integers], size: int) -> Integers | None:
    """The line on which size - 1 forms vanish, None if they are dependent."""
    if size == 1:
        return (1,)
    if size == 2:
        ((a, b),) = rows
        return primitive((b, -a))
    kernel = nullspace(rows)
    return primitive(kernel[0]) if len(kernel) == 1 else None
