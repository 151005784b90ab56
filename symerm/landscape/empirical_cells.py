"""Cells of directions without first-order term, and the symmetries that keep the loss on a cell.

v_j.psi'_j is linear and >= 0 on each chamber of the arrangement of neuron j, so it vanishes on a
face of the chamber.  Near theta and with the slopes of the chambers the loss is kept by: (A, V) ->
(A G, V G^-T), G in GL_k, for neurons with proportional slopes and no zero preactivation; (a, v) ->
(t a, v / t), t > 0; and a -> a + y, where B y = 0 and y changes outputs within a space that is
projected out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from operator import mul

from symerm.arithmetic.covectors import faces
from symerm.arithmetic.linalg import nullspace, primitive, row_reduce
from symerm.errors import BudgetExceeded
from symerm.landscape.empirical_form import Cell, NeuronForm
from symerm.landscape.empirical_loss import EmpiricalLoss
from symerm.landscape.empirical_neuron import LocalTerm

__all__ = ["MAX_FACES", "neuron_form", "piecewise_symmetry"]

#: Most faces of the arrangement of one neuron that are listed.
MAX_FACES = 400

Vector = tuple[Fraction, ...]
_ZERO = Fraction(0)


def neuron_form(loss: EmpiricalLoss, number: int, term: LocalTerm) -> NeuronForm:
    """The values of a neuron and the cells of its directions without first-order term.

    Parameters
    ----------
    loss : EmpiricalLoss
    number : int
    term : LocalTerm
        The local term of this neuron, with v.psi' >= 0.
    """
    activation = loss.network.activation
    neuron = loss.neuron(number)
    values = tuple(
        activation(sum(map(mul, neuron, point), neuron[-1])) for point in loss.data.inputs
    )
    outgoing = loss.network.output_weights[number]
    lines = _cell(term, term.lines, (0,) * len(term.zeros))
    if not term.zeros:
        return NeuronForm(number, values, lines, (), (lines,), (lines,))
    rays = tuple(
        _cell(
            term,
            (*term.lines, tuple(map(Fraction, ray))),
            [_sign(sum(map(mul, form, ray))) for form in term.forms],
        )
        for ray, value in term.rays
        if not sum(map(mul, outgoing, value), _ZERO)
    )
    return NeuronForm(number, values, lines, rays, *_faces_and_chambers(term, outgoing))


def _faces_and_chambers(
    term: LocalTerm, outgoing: Vector
) -> tuple[tuple[Cell, ...], tuple[Cell, ...]]:
    """The maximal faces with v.psi' = 0, and the chambers with their faces of this kind."""
    try:
        found = faces(term.forms, limit=MAX_FACES)
    except BudgetExceeded:
        return (), ()
    # From large to small: the first face below a chamber is the one on which v.psi' vanishes.
    zero = [
        face.signs
        for face in reversed(found)
        if not sum(map(mul, outgoing, term(face.witness)), _ZERO)
    ]
    spans = {
        signs: nullspace(
            [form for form, sign in zip(term.forms, signs, strict=True) if not sign],
            columns=len(term.forms[0]),
        )
        for signs in zero
    }
    maximal = [
        signs for signs in zero if not any(_below(signs, other) for other in zero if other != signs)
    ]
    chambers = []
    for face in found:
        if face.dimension == found[-1].dimension:
            bottom = next(signs for signs in zero if _below(signs, face.signs))
            chambers.append(_cell(term, spans[bottom], face.signs))
    return (
        tuple(_cell(term, spans[signs], signs) for signs in maximal),
        tuple(chambers),
    )


def _sign(value: Fraction | int) -> int:
    return (value > 0) - (value < 0)


def _below(signs: Sequence[int], other: Sequence[int]) -> bool:
    """Whether the face of `signs` lies in the closure of the other."""
    return all(not a or a == b for a, b in zip(signs, other, strict=True))


def _cell(term: LocalTerm, basis: Sequence[Vector], signs: Sequence[int]) -> Cell:
    """The cell with these signs at the inputs with preactivation zero."""
    at_zero = dict(zip(term.zeros, signs, strict=True))
    slopes = {1: Fraction(1), 0: _ZERO, -1: term.slope}
    return Cell(
        tuple(basis),
        tuple(
            tuple(Fraction(sign * x) for x in form)
            for sign, form in zip(signs, term.forms, strict=True)
            if sign
        ),
        tuple(slopes[at_zero.get(i, sign)] for i, sign in enumerate(term.signs)),
    )


def piecewise_symmetry(
    loss: EmpiricalLoss,
    features: Sequence[Vector],
    forms: Sequence[NeuronForm],
    cells: Sequence[Cell],
) -> tuple[list[Cell], list[Vector]]:
    """The group that keeps the loss on a product of chambers, as a `Symmetry`.

    Parameters
    ----------
    loss : EmpiricalLoss
    features : sequence of vectors of length n
        A basis of the space that is projected out.
    forms : sequence of NeuronForm
    cells : sequence of Cell
        A chamber of each neuron.

    Returns
    -------
    cells : list of Cell
        With the shifts of the group added to the spans.
    tangents : list of vectors
        Tangents of the orbit at theta; for each neuron p + 1 hidden and q output entries.
    """
    width, size = len(loss.forms[0]), loss.network.output_dimension
    block = width + size
    tangents: list[Vector] = []

    def add(hidden: dict[int, Sequence[Fraction]], output: dict[int, Sequence[Fraction]]) -> None:
        vector = [_ZERO] * (block * len(forms))
        for k, entries in hidden.items():
            vector[k * block : k * block + width] = entries
        for k, entries in output.items():
            vector[k * block + width : (k + 1) * block] = entries
        tangents.append(tuple(vector))

    extended = []
    classes: dict[tuple[int, ...], list[int]] = {}
    for k, (form, cell) in enumerate(zip(forms, cells, strict=True)):
        shifts = _silent_shifts(loss, features, cell)
        for shift in shifts:
            add({k: shift}, {})
        extended.append(replace(cell, basis=row_reduce([*cell.basis, *shifts])[0]))
        if form.is_smooth:
            classes.setdefault(primitive(cell.slopes), []).append(k)
        else:
            outgoing = loss.network.output_weights[form.number]
            add({k: loss.neuron(form.number)}, {k: [-v for v in outgoing]})
    for members in classes.values():
        for k in members:
            back = [-v for v in loss.network.output_weights[forms[k].number]]
            for m in members:
                # a_k moves along a_m, by the ratio of their slopes, and v_m takes it back.
                ratio = sum(cells[m].slopes, _ZERO) / sum(cells[k].slopes, _ZERO)
                add({k: [ratio * x for x in loss.neuron(forms[m].number)]}, {m: back})
    return extended, tangents


def _silent_shifts(
    loss: EmpiricalLoss, features: Sequence[Vector], cell: Cell
) -> tuple[Vector, ...]:
    """A basis of the y with slope <y, s^> in the span of the features and B y = 0."""
    points = [(*row, Fraction(1)) for row in loss.data.inputs]
    rows: list[Vector] = [
        (*(slope * x for x in point), *(-feature[i] for feature in features))
        for i, (slope, point) in enumerate(zip(cell.slopes, points, strict=True))
    ]
    pad = (_ZERO,) * len(features)
    for k in range(loss.network.output_dimension):
        weights = [
            slope * row[k] for slope, row in zip(cell.slopes, loss.residuals, strict=True)
        ]
        columns = zip(*points, strict=True)
        rows.append((*(sum(map(mul, weights, column), _ZERO) for column in columns), *pad))
    # The features are independent, so each y determines its coefficients.
    return tuple(vector[: len(points[0])] for vector in nullspace(rows))
