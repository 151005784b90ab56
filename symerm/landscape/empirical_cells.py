"""Cells of directions without first-order term, and the symmetries that keep the loss nearby.

The x with v_j.psi'_j(x) = 0, a function >= 0, form a union of closed faces of the arrangement of
neuron j: those on whose interior point it vanishes.  Near theta the loss is kept by: (A, V) ->
(A G, V G^-T) for neurons with proportional slopes at all inputs and no zero preactivation,
G in GL_k; (a, v) -> (t a, v / t), t > 0, for any neuron; and a -> a + y for y that changes no
output, or changes outputs only within a space that is projected out, if <psi, y> stays as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from operator import mul

from symerm.arithmetic.covectors import faces
from symerm.arithmetic.linalg import nullspace, primitive, row_reduce
from symerm.errors import BudgetExceeded
from symerm.landscape.empirical_loss import EmpiricalLoss
from symerm.landscape.empirical_neuron import LocalTerm
from symerm.landscape.empirical_second_order import Cell, NeuronForm, Reduction

__all__ = ["MAX_FACES", "neuron_form", "reduction"]

#: Most faces of the arrangement of one neuron.
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
    lines = _cell(term, term.lines, {})
    if not term.zeros:
        return NeuronForm(number, values, lines, maximal=(lines,))
    rays = tuple(
        _cell(term, (*term.lines, tuple(map(Fraction, ray))), _signs(term, ray))
        for ray, value in term.rays
        if not sum(map(mul, outgoing, value), _ZERO)
    )
    return NeuronForm(number, values, lines, rays, _maximal_cells(term, outgoing))


def _maximal_cells(term: LocalTerm, outgoing: Vector) -> tuple[Cell, ...] | None:
    """The maximal faces on which v.psi' vanishes, None if there are too many faces."""
    try:
        found = faces(term.forms, limit=MAX_FACES)
    except BudgetExceeded:
        return None
    zero = [
        face.signs
        for face in found
        if not sum(map(mul, outgoing, term(face.witness)), _ZERO)
    ]
    cells = []
    for signs in zero:
        if not any(other != signs and _below(signs, other) for other in zero):
            kept = [form for form, sign in zip(term.forms, signs, strict=True) if not sign]
            basis = nullspace(kept, columns=len(term.forms[0]))
            cells.append(_cell(term, basis, dict(zip(term.zeros, signs, strict=True))))
    return tuple(cells)


def _below(signs: Sequence[int], other: Sequence[int]) -> bool:
    """Whether the face of `signs` lies in the closure of the other."""
    return all(not a or a == b for a, b in zip(signs, other, strict=True))


def _signs(term: LocalTerm, direction: Sequence[int]) -> dict[int, int]:
    values = (sum(map(mul, form, direction)) for form in term.forms)
    return {i: (z > 0) - (z < 0) for i, z in zip(term.zeros, values, strict=True)}


def _cell(term: LocalTerm, basis: Sequence[Vector], signs: dict[int, int]) -> Cell:
    """The cell with these signs at the inputs with preactivation zero (0 where none is given)."""
    slopes = {1: Fraction(1), 0: _ZERO, -1: term.slope}
    return Cell(
        tuple(basis),
        tuple(
            tuple(signs[i] * x for x in form)
            for i, form in zip(term.zeros, term.forms, strict=True)
            if signs.get(i)
        ),
        tuple(slopes[sign or signs.get(i, 0)] for i, sign in enumerate(term.signs)),
    )


def reduction(
    loss: EmpiricalLoss,
    terms: Sequence[LocalTerm],
    numbers: Sequence[int],
    remaining: Sequence[int],
) -> Reduction:
    """The problem that is left when neurons with terms >= 0 are replaced by their span.

    Parameters
    ----------
    loss : EmpiricalLoss
    terms : the local terms of all neurons
    numbers : sequence of int
        The neurons of the second-order form.
    remaining : sequence of int
        Those among them that are kept.
    """
    points = [(*row, Fraction(1)) for row in loss.data.inputs]
    span = [(Fraction(1),) * len(points)]
    for j in set(numbers) - set(remaining):
        slopes = _cell(terms[j], (), {}).slopes
        span += [
            tuple(slope * point[k] for slope, point in zip(slopes, points, strict=True))
            for k in range(len(points[0]))
        ]
        span += [tuple(Fraction(int(i == z)) for i in range(len(points))) for z in terms[j].zeros]
    features, _ = row_reduce(span)
    return Reduction(
        features,
        tuple(list(numbers).index(j) for j in remaining),
        tuple(_tangents(loss, terms, remaining, features, points)),
    )


def _tangents(
    loss: EmpiricalLoss,
    terms: Sequence[LocalTerm],
    remaining: Sequence[int],
    features: Sequence[Vector],
    points: Sequence[Vector],
) -> list[Vector]:
    width, size = len(points[0]), loss.network.output_dimension
    block = width + size
    tangents = []

    def tangent(hidden: dict[int, Sequence[Fraction]], output: dict[int, Vector]) -> Vector:
        vector = [_ZERO] * (block * len(remaining))
        for k, entries in hidden.items():
            vector[k * block : k * block + width] = entries
        for k, row in output.items():
            vector[k * block + width : (k + 1) * block] = row
        return tuple(vector)

    classes: dict[tuple[int, ...], list[int]] = {}
    moves: dict[int, list[Vector]] = {}
    for k, j in enumerate(remaining):
        term = terms[j]
        slopes = _cell(term, (), {}).slopes
        if term.zeros:
            outgoing = loss.network.output_weights[j]
            tangents.append(tangent({k: loss.neuron(j)}, {k: tuple(-v for v in outgoing)}))
        else:
            classes.setdefault(primitive(slopes), []).append(k)
        if id(term) not in moves:
            moves[id(term)] = _silent_moves(term, slopes, features, points)
        tangents += [tangent({k: move}, {}) for move in moves[id(term)]]
    for members in classes.values():
        for k in members:
            outgoing = tuple(-v for v in loss.network.output_weights[remaining[k]])
            for m in members:
                # a_k moves along a_m as far as their slopes tell, v_m takes it back.
                ratio = _ratio(terms[remaining[m]], terms[remaining[k]])
                step = [ratio * x for x in loss.neuron(remaining[m])]
                tangents.append(tangent({k: step}, {m: outgoing}))
    return tangents


def _ratio(first: LocalTerm, second: LocalTerm) -> Fraction:
    """The quotient of two proportional vectors of slopes."""
    if first.signs == second.signs:
        return Fraction(1)
    # Only the constant slopes 1 and gamma are proportional without being equal.
    return first.slope if first.signs[0] < 0 else 1 / first.slope


def _silent_moves(
    term: LocalTerm,
    slopes: Vector,
    features: Sequence[Vector],
    points: Sequence[Vector],
) -> list[Vector]:
    """A basis of the y with B y = 0 and <y, s^_i> = 0 on Z that change outputs within the span."""
    pad = (_ZERO,) * len(features)
    rows: list[Vector] = [
        (*(slope * x for x in point), *(-feature[i] for feature in features))
        for i, (slope, point) in enumerate(zip(slopes, points, strict=True))
    ]
    rows += [(*map(Fraction, form), *pad) for form in term.forms]
    rows += [(*row, *pad) for row in term.matrix]
    return [vector[: len(points[0])] for vector in nullspace(rows)]
