"""Which neurons have their activation vector in a given subspace?

The activations of the neurons with one pattern are a linear image of a cell, so those inside a
subspace U (modulo constants with an output bias) are the image of a linear section of the cell:
a polyhedral cone with finitely many generators.  U is the span of d neurons, that is *realised*,
if and only if the generators of all cells together span it.  In a pencil of subspaces span(base,
y0 b - y1 a) with neurons as base, a member is realised if and only if some cone of the whole
space has a point in the member and outside the span of the base, so the realised ratios y1/y0
are finitely many closed intervals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from operator import mul

from flint import fmpz_mat

from symerm.arithmetic.hyperplanes import chambers
from symerm.arithmetic.linalg import nullspace, primitive, rank, row_reduce, solve
from symerm.arithmetic.rationals import common_denominator
from symerm.arithmetic.splitting import SplitCone, split_cone
from symerm.arrangements.patterns import data_forms
from symerm.errors import InputError, UnsupportedError
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Architecture

__all__ = ["HiddenVectors", "Pencil", "RatioInterval"]

IntVector = tuple[int, ...]
Rows = Sequence[Sequence[Fraction | int]]


@dataclass(frozen=True)
class RatioInterval:
    """The ratios from `low` to `high`, ends included; from 0 or to infinity, ends not included.

    Attributes
    ----------
    low : Fraction
        0 if the interval has no least ratio.
    high : Fraction or None
        None if the interval is unbounded.
    """

    low: Fraction
    high: Fraction | None

    def __contains__(self, ratio: object) -> bool:
        return (
            isinstance(ratio, Fraction)
            and ratio > 0
            and self.low <= ratio
            and (self.high is None or ratio <= self.high)
        )

    @property
    def ratio(self) -> Fraction:
        """A ratio inside."""
        if self.high is None:
            return self.low + 1
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class Pencil:
    """The subspaces span(base, y0 second - y1 first) with y0, y1 > 0.

    Attributes
    ----------
    base : d - 1 integer vectors, activations of neurons up to sign
    first, second : integer vectors
    """

    base: tuple[IntVector, ...]
    first: IntVector
    second: IntVector

    def space(self, ratio: Fraction) -> tuple[IntVector, ...]:
        """A basis of the member with y1 = ratio y0."""
        mixed = primitive(
            ratio.denominator * y - ratio.numerator * x
            for x, y in zip(self.first, self.second, strict=True)
        )
        return (*map(primitive, self.base), mixed)


@dataclass(frozen=True)
class HiddenVectors:
    """All activation vectors of one dataset and architecture, cell by cell.

    Attributes
    ----------
    architecture : Architecture
    forms : n integer vectors, the inputs (s_i, 1) times a common denominator
    slopes : integer slopes for positive and negative arguments
    cells : the sign vectors of the chambers
    """

    architecture: Architecture
    forms: tuple[IntVector, ...]
    slopes: tuple[int, int]
    cells: tuple[tuple[int, ...], ...]

    @classmethod
    def of(
        cls, inputs: Rows, architecture: Architecture, *, limit: int | None = None
    ) -> HiddenVectors:
        """The vectors of a dataset.

        Raises
        ------
        InputError
            If there are no inputs or they differ in length.
        UnsupportedError
            If the activation is not piecewise linear.
        BudgetExceeded
            If there are more than `limit` cells.
        """
        activation = architecture.activation
        if not activation.is_piecewise_linear:
            raise UnsupportedError(
                f"boundary strata need a piecewise-linear activation, not {activation.name}; "
                "use relu or leaky:1/10"
            )
        rows = data_forms(inputs, hidden_bias=architecture.hidden_bias)
        scale = common_denominator(x for row in rows for x in row)
        forms = tuple(tuple(int(x * scale) for x in row) for row in rows)
        slope = activation.negative_slope
        return cls(
            architecture, forms, (slope.denominator, slope.numerator),
            tuple(cell.signs for cell in chambers(forms, limit=limit)),
        )

    @property
    def constants(self) -> tuple[IntVector, ...]:
        """The constant vector with output bias, nothing without."""
        return ((1,) * len(self.forms),) if self.architecture.output_bias else ()

    def image(self, neuron: Sequence[Fraction | int]) -> IntVector:
        """The activations of a neuron (a, b), a primitive integer vector up to scale."""
        ray = primitive(neuron)
        values = [sum(map(mul, form, ray)) for form in self.forms]
        on, off = self.slopes
        return primitive([on * z if z > 0 else off * z for z in values])

    def rank(self, vectors: Sequence[Sequence[Fraction | int]]) -> int:
        """The rank of vectors, modulo constants with an output bias."""
        return rank([*self.constants, *vectors]) - len(self.constants)

    def cell_span(self, cell: Sequence[int], flat: Rows | None = None) -> list[IntVector]:
        """Vectors that span the activations of a cell, or of the part of it on a flat."""
        on, off = self.slopes
        size = len(self.forms[0])
        basis = flat or [tuple(int(i == k) for i in range(size)) for k in range(size)]
        return [
            primitive(
                Fraction((on if sign > 0 else off) * sum(map(mul, form, vector)))
                for form, sign in zip(self.forms, cell, strict=True)
            )
            for vector in basis
        ]

    def sections(self, space: Rows) -> Iterator[list[tuple[IntVector, IntVector]]]:
        """For each cell that meets a subspace, generators as pairs (neuron, activations).

        Parameters
        ----------
        space : vectors of length n
            With an output bias the constants are added.
        """
        normals = [
            primitive(row)
            for row in nullspace([*self.constants, *space], columns=len(self.forms))
        ]
        size = len(self.forms[0])
        # A few combinations of the equations rule out most cells without elimination.
        sieve = [
            tuple(
                sum((k + 2) ** power % 7 * row[i] for k, row in enumerate(normals))
                for i in range(len(self.forms))
            )
            for power in range(1, size + 1)
        ]
        left = self._restricted(sieve, self._masks)
        for number, cell in enumerate(self.cells):
            if len(normals) > size and rank(left[number]) == size:
                continue
            (equations,) = self._restricted(normals, self._masks_of([cell]))
            basis = [primitive(v) for v in nullspace(equations, columns=size)]
            signed = [
                tuple(sign * x for x in form)
                for form, sign in zip(self.forms, cell, strict=True)
            ]
            found = [(ray, self.image(ray)) for ray in _generators(basis, signed)]
            found = [(ray, image) for ray, image in found if any(image)]
            if found:
                yield found

    @cached_property
    def _masks(self) -> fmpz_mat:
        return self._masks_of(self.cells)

    def _masks_of(self, cells: Sequence[tuple[int, ...]]) -> fmpz_mat:
        """One row for each cell: the slopes of the activation at the points."""
        on, off = self.slopes
        return fmpz_mat([[on if sign > 0 else off for sign in cell] for cell in cells])

    def _restricted(
        self, rows: Sequence[IntVector], masks: fmpz_mat
    ) -> list[list[tuple[int, ...]]]:
        """The equations <row, activations> = 0 on the neurons, for each cell of some masks."""
        columns = list(zip(*self.forms, strict=True))
        if not rows:
            return [[] for _ in range(masks.nrows())]
        products = masks * fmpz_mat(
            [[row[i] * column[i] for row in rows for column in columns]
             for i in range(len(self.forms))]
        )
        size = len(columns)
        return [
            [tuple(map(int, row[k : k + size])) for k in range(0, len(row), size)]
            for row in products.tolist()
        ]

    def neurons_in(self, space: Rows) -> list[IntVector]:
        """Neurons with independent activations (modulo constants) that span all in a subspace.

        The subspace is realised if and only if there are as many as its dimension.

        Examples
        --------
        >>> vectors = HiddenVectors.of([(0,), (1,), (2,), (3,)], Architecture(2))
        >>> vectors.neurons_in([(0, 0, 1, 2), (0, 1, 2, 0)])
        [(1, -1)]
        >>> len(vectors.neurons_in([(0, 0, 1, 2), (0, 0, 0, 1)]))
        2
        """
        wanted = self.rank(space)
        neurons: list[IntVector] = []
        images: list[IntVector] = []
        for section in self.sections(space):
            for neuron, image in section:
                if self.rank([*images, image]) > len(images):
                    neurons.append(neuron)
                    images.append(image)
                    if len(images) == wanted:
                        return neurons
        return neurons

    def realised_ratios(self, pencil: Pencil) -> tuple[RatioInterval, ...]:
        """The ratios y1/y0 whose subspace is realised, as disjoint intervals in order.

        Parameters
        ----------
        pencil : Pencil
            Its base and two vectors are independent modulo constants.

        Raises
        ------
        InputError
            If they are dependent.

        Examples
        --------
        >>> vectors = HiddenVectors.of([(0,), (1,), (2,), (3,)], Architecture(2))
        >>> vectors.realised_ratios(Pencil(((0, 0, 1, 2),), (0, 0, 0, 1), (0, 1, 2, 3)))
        (RatioInterval(low=Fraction(0, 1), high=Fraction(1, 1)),)
        """
        frame = [*self.constants, *pencil.base, pencil.first, pencil.second]
        reduced, pivots = row_reduce(frame)
        if len(reduced) < len(frame):
            raise InputError("the vectors of the pencil are dependent")
        square = tuple(zip(*([row[j] for j in pivots] for row in frame), strict=True))
        cones = []
        for section in self.sections(frame):
            directions = []
            for _, image in section:
                shares = solve(square, [image[j] for j in pivots])
                if shares is None:
                    raise AssertionError("a generator lies outside the space it was cut with")
                directions.append((-shares[-2], shares[-1]))
            cones.append(directions)
        return _covered(cones)

    def network(self, neurons: Sequence[Sequence[Fraction | int]]) -> ShallowNetwork:
        """The network of these neurons whose k-th output is the k-th neuron."""
        inputs = len(self.forms[0]) - int(self.architecture.hidden_bias)
        size = len(neurons)
        rows = [tuple(map(Fraction, neuron)) for neuron in neurons]
        return ShallowNetwork(
            tuple(row[:inputs] for row in rows),
            tuple(row[inputs] if len(row) > inputs else Fraction(0) for row in rows),
            tuple(tuple(Fraction(int(j == k)) for k in range(size)) for j in range(size)),
            (Fraction(0),) * size,
            self.architecture.activation,
        )


def _generators(basis: list[IntVector], forms: Sequence[IntVector]) -> list[IntVector]:
    """The rays of { x in the span of a basis : all forms >= 0 }, without its lines."""
    if not basis:
        return []
    size = len(basis)
    units = tuple(tuple(int(i == j) for j in range(size)) for i in range(size))
    cone = SplitCone((), units, ())
    for form in forms:
        local = primitive(tuple(sum(map(mul, form, vector)) for vector in basis))
        if not any(local):
            continue
        _, above = split_cone(cone, local)
        if above is None:
            # The form is nowhere positive on the cone: only the part in its kernel is left.
            kernel = [
                primitive(
                    sum(map(mul, map(Fraction, combination), column))
                    for column in zip(*basis, strict=True)
                )
                for combination in nullspace([local])
            ]
            return _generators(kernel, forms)
        cone = above
    return [
        primitive(sum(map(mul, ray, column)) for column in zip(*basis, strict=True))
        for ray in cone.rays
    ]


def _covered(cones: Sequence[Sequence[tuple[Fraction, Fraction]]]) -> tuple[RatioInterval, ...]:
    """The t > 0 with (t, 1) or -(t, 1) in one of some cones of the plane."""
    breaks = sorted({u / w for cone in cones for u, w in cone if u * w > 0})
    ends: list[Fraction | None] = [Fraction(0), *breaks, None]
    found: list[RatioInterval] = []
    for k, low in enumerate(ends[:-1]):
        assert low is not None
        high = ends[k + 1]
        for piece in (RatioInterval(low, low), RatioInterval(low, high)):
            if (piece.high == 0) or not any(_meets(cone, piece.ratio) for cone in cones):
                continue
            if found and found[-1].high == piece.low:
                found[-1] = RatioInterval(found[-1].low, piece.high)
            else:
                found.append(piece)
    return tuple(found)


def _meets(cone: Sequence[tuple[Fraction, Fraction]], t: Fraction) -> bool:
    """Whether a cone of the plane contains (t, 1) or -(t, 1)."""
    # By Caratheodory's theorem two generators suffice.
    sides = [(u - t * w, u, w) for u, w in cone]
    if any(side == 0 and w != 0 for side, _, w in sides):
        return True
    return any(
        s * r < 0 and abs(s) * q + abs(r) * w != 0
        for (s, _, w), (r, _, q) in combinations(sides, 2)
    )
