"""Second order: what decides where the first-order term of the loss vanishes.

On the cone of directions d without first-order term, L(theta + eps d) = L + eps^2 Q(d) + .. with
Q(d) = |Df d|^2 + 2 <r, f''(d)>, a quadratic form on each product of cells of the neurons.
Q(d) < 0 for some d: a saddle.  If a group keeps the loss near theta, its orbits reach all nearby
networks from a slice across the tangent space T of its orbit; so if Q is positive semidefinite
with kernel T on the spans of all cells, Q > 0 in the directions of the slice, and theta is a local
minimum.  Neurons whose terms v.psi are >= 0 nearby may be replaced by the linear space that their
outputs span near theta: that only lowers the loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

from flint import fmpq, fmpq_mat

from symerm.arithmetic.linalg import primitive, rank
from symerm.arithmetic.symmetric import inertia
from symerm.landscape.empirical_loss import Curve, EmpiricalLoss, Finding, direction_network

__all__ = ["MAX_PARAMETERS", "MAX_PRODUCTS", "Cell", "NeuronForm", "Reduction", "second_order"]

#: Most parameters whose second-order form is examined.
MAX_PARAMETERS = 80
#: Most products of cells that are examined.
MAX_PRODUCTS = 128

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
        The cone consists of the x in the span with <form, x> >= 0 for all of them.
    slopes : tuple of n Fractions
        The slope of the activation at each distinct input in these directions.
    """

    basis: tuple[Vector, ...]
    sides: tuple[tuple[int, ...], ...]
    slopes: Vector


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
    maximal : tuple of Cell or None
        The maximal cells without first-order term; None if there are too many.
    curvature : rows of a (p + 1) x (p + 1) matrix, or None
        S of a term 2 x^T S x, for activations that are not piecewise linear.
    """

    number: int
    values: Vector
    lines: Cell
    rays: tuple[Cell, ...] = ()
    maximal: tuple[Cell, ...] | None = None
    curvature: tuple[Vector, ...] | None = None


@dataclass(frozen=True)
class Reduction:
    """The neurons that remain for the proof of a local minimum.

    Attributes
    ----------
    features : tuple of vectors of length n
        A basis of the space that the output biases and the other neurons span near theta.
    neurons : tuple of int
        Positions in the list of forms.
    tangents : tuple of vectors
        Tangents at theta of a group that keeps the reduced loss; for each of these neurons
        p + 1 hidden and q output entries.
    """

    features: tuple[Vector, ...]
    neurons: tuple[int, ...]
    tangents: tuple[Vector, ...]


def second_order(
    loss: EmpiricalLoss, forms: Sequence[NeuronForm], reduction: Reduction
) -> Finding:
    """Local minimum, saddle or undecided, for a network without negative one-sided derivatives.

    Parameters
    ----------
    loss : EmpiricalLoss
    forms : sequence of NeuronForm
        All neurons that can change the outputs.
    reduction : Reduction
    """
    ones = (Fraction(1),) * len(loss.forms)
    size = loss.network.output_dimension
    if _parameters(loss, forms, 1) > MAX_PARAMETERS:
        for form in forms:
            curve, _ = _sweep(loss, (ones,), [form])
            if curve is not None:
                return _saddle(curve)
        return Finding(
            "undecided",
            f"the first-order conditions hold and no neuron alone lowers the loss to second "
            f"order; more than {MAX_PARAMETERS} parameters are not examined together",
        )
    curve, kernels = _sweep(loss, (ones,), forms)
    if curve is not None:
        return _saddle(curve)
    remaining = [forms[k] for k in reduction.neurons]
    if len(remaining) < len(forms) or len(reduction.features) > 1:
        if _parameters(loss, remaining, len(reduction.features)) > MAX_PARAMETERS:
            kernels = None
        else:
            _, kernels = _sweep(loss, reduction.features, remaining)
    if kernels is None:
        return Finding(
            "undecided",
            "the first-order conditions hold; directions without first-order term were found "
            "on which the second-order form is not shown to be of one sign",
        )
    symmetric = rank(reduction.tangents)
    if max(kernels) == symmetric:
        return Finding(
            "local-minimum",
            "the second-order form is positive semidefinite, and its kernel is the tangent space "
            "of networks with the same loss",
        )
    return Finding(
        "undecided",
        f"the second-order form is positive semidefinite with a kernel of dimension "
        f"{max(kernels)}, of which {symmetric} come from symmetries (outputs: {size}); terms of "
        "higher order decide",
    )


def _saddle(curve: Curve) -> Finding:
    moved = [
        str(j + 1)
        for j in range(curve.direction.width)
        if any(curve.direction.hidden_weights[j])
        or curve.direction.hidden_biases[j]
        or any(curve.direction.output_weights[j])
    ]
    noun = "neuron" if len(moved) == 1 else "neurons"
    return Finding(
        "saddle",
        f"the first-order conditions hold, and the second variation is negative when {noun} "
        f"{', '.join(moved)} move",
        curve,
    )


def _parameters(loss: EmpiricalLoss, forms: Sequence[NeuronForm], features: int) -> int:
    size = loss.network.output_dimension
    return features * size + len(forms) * (len(loss.forms[0]) + size)


def _sweep(
    loss: EmpiricalLoss, features: Sequence[Vector], forms: Sequence[NeuronForm]
) -> tuple[Curve | None, list[int] | None]:
    """A descent, or the dimensions of the kernels on the spans of all maximal cells.

    The second is None if the form is negative somewhere on a span, or cells are too many.
    """
    choices = [form.maximal for form in forms]
    known = [cells for cells in choices if cells is not None]
    complete = len(known) == len(choices) and prod(map(len, known)) <= MAX_PRODUCTS
    kernels: list[int] = []
    semidefinite = True
    for cells, maximal in _selections(forms, known if complete else None):
        found = inertia(_form(loss, features, forms, cells))
        if found.direction is not None:
            curve = _curve(loss, len(features), forms, cells, found.direction)
            if curve is not None:
                return curve, None
            semidefinite = False
        elif maximal:
            kernels.append(found.zero)
    return None, kernels if complete and semidefinite else None


def _selections(
    forms: Sequence[NeuronForm], maximal: Sequence[Sequence[Cell]] | None
) -> Iterator[tuple[tuple[Cell, ...], bool]]:
    """Products of cells, with whether all are maximal: lines, then one ray, then maximal cells."""
    lines = tuple(form.lines for form in forms)
    kinked = any(form.rays for form in forms)
    if kinked or maximal is None:
        yield lines, False
        for k, form in enumerate(forms):
            for ray in form.rays:
                yield (*lines[:k], ray, *lines[k + 1 :]), False
    if maximal is not None:
        for cells in product(*maximal):
            yield cells, True


def _form(
    loss: EmpiricalLoss,
    features: Sequence[Vector],
    forms: Sequence[NeuronForm],
    cells: Sequence[Cell],
) -> list[list[Fraction]]:
    """The matrix of Q in the coordinates of the features and, by neuron, (basis, dv)."""
    size = loss.network.output_dimension
    points = [(*row, Fraction(1)) for row in loss.data.inputs]
    columns: list[list[Vector]] = []  # for each coordinate and output the change at the inputs
    blocks = []
    still = (_ZERO,) * len(points)
    for feature in features:
        columns += _by_output(feature, size)
    for form, cell in zip(forms, cells, strict=True):
        outgoing = loss.network.output_weights[form.number]
        moves = [
            tuple(
                slope * sum((a * x for a, x in zip(vector, point, strict=True)), _ZERO)
                for slope, point in zip(cell.slopes, points, strict=True)
            )
            for vector in cell.basis
        ]
        blocks.append((len(columns), form, cell, moves))
        columns += [
            [tuple(v * x for x in move) if v else still for v in outgoing] for move in moves
        ]
        columns += _by_output(form.values, size)
    left = fmpq_mat([[_flint(x) for part in column for x in part] for column in columns])
    right = fmpq_mat([
        [
            _flint(weight * x)
            for part in column
            for weight, x in zip(loss.data.weights, part, strict=True)
        ]
        for column in columns
    ])
    matrix = [
        [Fraction(int(entry.p), int(entry.q)) for entry in row]
        for row in (left * right.transpose()).table()
    ]
    for start, form, cell, moves in blocks:
        outputs = start + len(moves)
        for i, move in enumerate(moves):
            for k in range(size):
                # The term 2 sum_i <r_i, dv> slope_i <x, s^_i>.
                mixed = sum(
                    (x * row[k] for x, row in zip(move, loss.residuals, strict=True)), _ZERO
                )
                matrix[start + i][outputs + k] += mixed
                matrix[outputs + k][start + i] += mixed
        if form.curvature is not None:
            for i, one in enumerate(cell.basis):
                image = [
                    sum((a * x for a, x in zip(row, one, strict=True)), _ZERO)
                    for row in form.curvature
                ]
                for j, two in enumerate(cell.basis):
                    matrix[start + i][start + j] += 2 * sum(
                        (a * x for a, x in zip(image, two, strict=True)), _ZERO
                    )
    return matrix


def _by_output(values: Vector, size: int) -> list[list[Vector]]:
    """One coordinate per output that adds these values to it."""
    still = (_ZERO,) * len(values)
    return [[values if i == k else still for i in range(size)] for k in range(size)]


def _flint(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def _curve(
    loss: EmpiricalLoss,
    features: int,
    forms: Sequence[NeuronForm],
    cells: Sequence[Cell],
    coordinates: Sequence[Fraction],
) -> Curve | None:
    """The straight curve in a direction or its opposite, if that lies in the product of cells."""
    size = loss.network.output_dimension
    entries = primitive(coordinates)
    for sign in (1, -1):
        rest = iter([sign * Fraction(x) for x in entries])
        shifts = [[next(rest) for _ in range(size)] for _ in range(features)]
        hidden, output = {}, {}
        inside = True
        for form, cell in zip(forms, cells, strict=True):
            factors = [next(rest) for _ in cell.basis]
            x = tuple(
                sum((c * entry for c, entry in zip(factors, column, strict=True)), _ZERO)
                for column in zip(*cell.basis, strict=True)
            ) or (_ZERO,) * len(loss.forms[0])
            hidden[form.number] = x
            output[form.number] = tuple(next(rest) for _ in range(size))
            inside = inside and all(
                sum((a * y for a, y in zip(side, x, strict=True)), _ZERO) >= 0
                for side in cell.sides
            )
        if inside and features == 1:
            matrix = _form(loss, ((Fraction(1),) * len(loss.forms),), forms, cells)
            value = sum(
                (a * b * entry for a, row in zip(entries, matrix, strict=True)
                 for b, entry in zip(entries, row, strict=True)),
                _ZERO,
            )
            direction = direction_network(
                loss.network, bias=shifts[0], hidden=hidden, output=output
            )
            return Curve(direction, 2, value)
    return None
