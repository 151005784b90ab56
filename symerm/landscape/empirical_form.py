"""The form of second order of the loss of a dataset on a product of cells.

In a cell of directions x of neuron j the activation has a fixed slope at each input, so along
theta + eps d, d = (dc, x_j, dv_j), the outputs are f + eps f1 + eps^2 f2 + .. with f1 = dc +
sum_j [act(a_j) dv_j + slope <x_j, s^> v_j] and f2 = sum_j slope <x_j, s^> dv_j (+ <x_j, s^>^2 v_j
for z^2), s^ = (s, 1).  The coefficient of eps^2 in the loss is Q(d) = |f1|^2 + 2 <r, f2>.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from operator import mul

from flint import fmpq_mat

from symerm.arithmetic.flint_rationals import from_flint, to_flint
from symerm.landscape.empirical_loss import EmpiricalLoss

__all__ = ["Cell", "NeuronForm", "second_order_form", "unpack"]

Vector = tuple[Fraction, ...]
_ZERO = Fraction(0)


@dataclass(frozen=True)
class Cell:
    """A cone of directions x of one neuron on which its output is linear.

    Attributes
    ----------
    basis : tuple of vectors of length p + 1
        A basis of the span of the cone.
    sides : tuple of vectors of length p + 1
        The cone consists of the x in the span with <side, x> >= 0 for all of them.
    slopes : tuple of n Fractions
        The slope of the activation at each distinct input in these directions.
    """

    basis: tuple[Vector, ...]
    sides: tuple[Vector, ...]
    slopes: Vector

    def combination(self, factors: Sequence[Fraction], dimension: int) -> Vector:
        """The vector with these coordinates in the basis."""
        return tuple(
            sum((c * vector[k] for c, vector in zip(factors, self.basis, strict=True)), _ZERO)
            for k in range(dimension)
        )

    def contains(self, direction: Sequence[Fraction]) -> bool:
        """Whether a vector of the span lies in the cone."""
        return all(sum(map(mul, side, direction), _ZERO) >= 0 for side in self.sides)

    def outputs(self, direction: Sequence[Fraction], points: Sequence[Vector]) -> Vector:
        """slope <x, s^> at each input."""
        return tuple(
            slope * sum(map(mul, direction, point), _ZERO) if slope else _ZERO
            for slope, point in zip(self.slopes, points, strict=True)
        )


@dataclass(frozen=True)
class NeuronForm:
    """What a neuron contributes to the second-order form.

    Attributes
    ----------
    number : int
    values : tuple of n Fractions
        The activation at each distinct input.
    lines : Cell
        The directions that keep all zero preactivations zero.
    rays : tuple of Cell
        Cells of one dimension more, without first-order term.
    faces : tuple of Cell
        The maximal cells without first-order term; none if there are too many to list.
    chambers : tuple of Cell
        For each cell of full dimension its face without first-order term, with the slopes of the
        full cell; none if there are too many to list.
    curvature : rows of a (p + 1) x (p + 1) matrix, or None
        S of a term 2 x^T S x, for activations that are not piecewise linear.
    """

    number: int
    values: Vector
    lines: Cell
    rays: tuple[Cell, ...]
    faces: tuple[Cell, ...]
    chambers: tuple[Cell, ...]
    curvature: tuple[Vector, ...] | None = None

    @property
    def is_smooth(self) -> bool:
        """Whether the output of the neuron is smooth near theta: no kink at an input."""
        return self.chambers == (self.lines,)


def second_order_form(
    loss: EmpiricalLoss,
    features: Sequence[Vector],
    forms: Sequence[NeuronForm],
    cells: Sequence[Cell],
) -> list[list[Fraction]]:
    """The matrix of Q in the coordinates of features and neurons.

    Parameters
    ----------
    loss : EmpiricalLoss
    features : sequence of vectors of length n
        Functions on the inputs that may be added to each output; the constant is the output bias.
    forms : sequence of NeuronForm
    cells : sequence of Cell
        One for each neuron.

    Returns
    -------
    rows of Fractions
        Coordinates: for each feature q entries, then for each neuron the coefficients of x in
        the basis of its cell and the q entries of dv.
    """
    size = loss.network.output_dimension
    points = [(*row, Fraction(1)) for row in loss.data.inputs]
    still = (_ZERO,) * len(points)
    # For each coordinate the change of each output at the inputs.
    columns = [column for feature in features for column in _by_output(feature, size)]
    blocks = []
    for form, cell in zip(forms, cells, strict=True):
        outgoing = loss.network.output_weights[form.number]
        moves = [cell.outputs(vector, points) for vector in cell.basis]
        blocks.append((len(columns), form, cell, moves))
        columns += [
            [tuple(v * x for x in move) if v else still for v in outgoing] for move in moves
        ]
        columns += _by_output(form.values, size)
    matrix = _gram(columns, loss.data.weights)
    for start, form, cell, moves in blocks:
        for i, move in enumerate(moves):
            for k in range(size):
                mixed = sum(
                    (x * row[k] for x, row in zip(move, loss.residuals, strict=True) if x), _ZERO
                )
                matrix[start + i][start + len(moves) + k] += mixed
                matrix[start + len(moves) + k][start + i] += mixed
        if form.curvature is not None:
            for i, one in enumerate(cell.basis):
                image = [sum(map(mul, row, one), _ZERO) for row in form.curvature]
                for k, two in enumerate(cell.basis):
                    matrix[start + i][start + k] += 2 * sum(map(mul, image, two), _ZERO)
    return matrix


def unpack(
    loss: EmpiricalLoss,
    features: int,
    forms: Sequence[NeuronForm],
    cells: Sequence[Cell],
    coordinates: Sequence[Fraction],
) -> tuple[list[Vector], dict[int, Vector], dict[int, Vector]]:
    """The changes of features, hidden parameters and output weights with these coordinates.

    Parameters
    ----------
    loss, forms, cells
        As for `second_order_form`.
    features : int
        The number of features.
    coordinates : sequence of Fraction

    Returns
    -------
    shifts : list of q-vectors
    hidden, output : dict
        By the number of the neuron, p + 1 and q entries.
    """
    size = loss.network.output_dimension
    rest = iter(coordinates)
    shifts = [tuple(islice(rest, size)) for _ in range(features)]
    hidden, output = {}, {}
    for form, cell in zip(forms, cells, strict=True):
        factors = list(islice(rest, len(cell.basis)))
        hidden[form.number] = cell.combination(factors, len(loss.forms[0]))
        output[form.number] = tuple(islice(rest, size))
    return shifts, hidden, output


def _by_output(values: Vector, size: int) -> list[list[Vector]]:
    """One coordinate per output that adds these values to it."""
    still = (_ZERO,) * len(values)
    return [[values if i == k else still for i in range(size)] for k in range(size)]


def _gram(columns: Sequence[Sequence[Vector]], weights: Sequence[int]) -> list[list[Fraction]]:
    """The Gram matrix of the changes, inputs weighted by their number of copies."""
    plain = [
        [to_flint(x) for part in column for x in part] for column in columns
    ]
    factors = [weight for _ in columns[0] for weight in weights]
    weighted = [[x * factor for x, factor in zip(row, factors, strict=True)] for row in plain]
    product = fmpq_mat(plain) * fmpq_mat(weighted).transpose()
    return [[from_flint(x) for x in row] for row in product.table()]
