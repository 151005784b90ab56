"""Second order: what decides where the first-order term of the loss vanishes.

In a product C of cells of the neurons the loss is a polynomial L_C, L_C(theta + eps d) = L + eps
g(d) + eps^2 Q_C(d) + .., g >= 0 on C; K_C is the face of C where g = 0.  A d in K_C with Q_C(d) < 0
proves a saddle.  Let a group with tangents T_C at theta keep L_C and g >= 0: scalings and shifts of
neurons, linear maps off the kinks.  It moves the nearby networks of C into a slice across T_C; if
Q_C is positive semidefinite with kernel T_C on span K_C + T_C, then Q_C > 0 where g = 0 on the
slice, and L_C >= L near theta on C.  If so for all C, theta is a local minimum.  A neuron with
v'.psi(a') >= 0 nearby may be replaced by the linear space of outputs of its directions with g = 0:
its other directions change |f' - f|^2 by less than their first-order term.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import islice, product
from math import prod
from operator import mul

from symerm.arithmetic.linalg import rank, row_reduce
from symerm.arithmetic.symmetric import inertia
from symerm.landscape.empirical_first_order import roundings
from symerm.landscape.empirical_form import Cell, NeuronForm, second_order_form, unpack
from symerm.landscape.empirical_loss import Curve, EmpiricalLoss, Finding, direction_network
from symerm.landscape.empirical_third_order import third_order_descent
from symerm.networks.shallow import ShallowNetwork

__all__ = ["MAX_PARAMETERS", "MAX_PRODUCTS", "Symmetry", "parameter_count", "second_order"]

#: Most parameters whose second-order form is examined.
MAX_PARAMETERS = 60
#: Most products of cells that are examined.
MAX_PRODUCTS = 64

Vector = tuple[Fraction, ...]
#: From features, neurons and their cells to the cells extended by the tangents, and the tangents.
Symmetry = Callable[
    [EmpiricalLoss, Sequence[Vector], Sequence[NeuronForm], Sequence[Cell]],
    tuple[list[Cell], list[Vector]],
]
_ZERO = Fraction(0)
#: Most neurons that are moved alone.
_ALONE = 24


def parameter_count(loss: EmpiricalLoss, neurons: int, features: int = 1) -> int:
    """The number of coordinates of the second-order form with so many neurons and features."""
    size = loss.network.output_dimension
    return features * size + neurons * (len(loss.forms[0]) + size)


def second_order(
    loss: EmpiricalLoss,
    numbers: Sequence[int],
    neuron_form: Callable[[int], NeuronForm],
    kept: Sequence[Sequence[int]],
    symmetry: Symmetry,
) -> Finding:
    """Local minimum, saddle or undecided, for a network without negative one-sided derivatives.

    Parameters
    ----------
    loss : EmpiricalLoss
    numbers : sequence of int
        The neurons that can change the outputs.
    neuron_form : function
        The form of a neuron by its number.
    kept : sequence of sequences of int
        Choices to be tried in turn of the neurons that are not replaced by the space of their
        outputs.  The others have terms >= 0 nearby.
    symmetry : Symmetry
        The group that keeps the loss on a product of cells.
    """
    for j in kept[0][:_ALONE]:
        curve = _descent(loss, [neuron_form(j)])
        if curve is not None:
            return _saddle(curve)
    if parameter_count(loss, len(numbers)) > MAX_PARAMETERS:
        return Finding(
            "undecided",
            "the first-order conditions hold, and no neuron that was tried alone gives a descent "
            f"of second order; more than {MAX_PARAMETERS} parameters are not examined together",
        )
    forms = [neuron_form(j) for j in numbers]
    curve = _descent(loss, forms)
    if curve is not None:
        return _saddle(curve)
    missing = ""
    for choice in kept:
        missing = _obstacle(loss, forms, [form.number in choice for form in forms], symmetry)
        if not missing:
            return Finding(
                "local-minimum",
                "the form of second order is positive semidefinite where the first-order term "
                "vanishes, and its kernel is the tangent space of networks with the same loss",
            )
    # No descent on the lines: the form is positive semidefinite there.
    curve = third_order_descent(loss, forms)
    if curve is not None:
        return Finding(
            "saddle",
            "the first-order conditions hold and the Hessian is positive semidefinite, but the "
            "loss falls in third order along a direction of its kernel",
            curve,
        )
    return Finding("undecided", f"the first-order conditions hold; {missing}")


def _saddle(curve: Curve) -> Finding:
    direction = curve.direction
    moved = [
        str(j + 1)
        for j in range(direction.width)
        if any(direction.hidden_weights[j])
        or direction.hidden_biases[j]
        or any(direction.output_weights[j])
    ]
    noun = "neuron moves" if len(moved) == 1 else "neurons move"
    return Finding(
        "saddle",
        "the first-order conditions hold, and the second variation is negative in a direction "
        f"in which {len(moved)} {noun} ({', '.join(moved)})",
        curve,
    )


def _descent(loss: EmpiricalLoss, forms: Sequence[NeuronForm]) -> Curve | None:
    """A direction in a product of cells with a negative value of the form."""
    ones = ((Fraction(1),) * len(loss.forms),)
    for cells in _descent_cells(forms):
        matrix = second_order_form(loss, ones, forms, cells)
        direction = inertia(matrix).direction
        if direction is None:
            continue
        for entries in roundings(direction):
            value = sum(
                (x * sum(map(mul, row, entries), _ZERO)
                 for x, row in zip(entries, matrix, strict=True)),
                _ZERO,
            )
            if value < 0:
                for sign in (1, -1):
                    moved = _direction(loss, forms, cells, [sign * x for x in entries])
                    if moved is not None:
                        return Curve(moved, 2, value)
    return None


def _descent_cells(forms: Sequence[NeuronForm]) -> Iterator[tuple[Cell, ...]]:
    """Products of cells: all lines, then one ray and lines, then faces without first order."""
    lines = tuple(form.lines for form in forms)
    yield lines
    one_ray = (
        (*lines[:k], ray, *lines[k + 1 :]) for k, form in enumerate(forms) for ray in form.rays
    )
    yield from islice(one_ray, MAX_PRODUCTS)
    faces = [form.faces for form in forms]
    if any(form.rays for form in forms) and prod(map(len, faces)) <= MAX_PRODUCTS:
        yield from product(*faces)


def _direction(
    loss: EmpiricalLoss,
    forms: Sequence[NeuronForm],
    cells: Sequence[Cell],
    coordinates: Sequence[Fraction],
) -> ShallowNetwork | None:
    """The direction with these coordinates, None if it leaves the product of cells."""
    shifts, hidden, output = unpack(loss, 1, forms, cells, coordinates)
    if not all(
        cell.contains(hidden[form.number]) for form, cell in zip(forms, cells, strict=True)
    ):
        return None
    return direction_network(loss.network, bias=shifts[0], hidden=hidden, output=output)


def _obstacle(
    loss: EmpiricalLoss,
    forms: Sequence[NeuronForm],
    kept: Sequence[bool],
    symmetry: Symmetry,
) -> str:
    """What is missing to a proof of a local minimum by all products of chambers, or nothing."""
    remaining = [form for form, keep in zip(forms, kept, strict=True) if keep]
    chambers = [form.chambers for form in remaining]
    spaces = [
        _output_spaces(loss, form) for form, keep in zip(forms, kept, strict=True) if not keep
    ]
    if any(not options for options in (*chambers, *spaces)) or (
        prod(map(len, chambers)) * prod(map(len, spaces)) > MAX_PRODUCTS
    ):
        return "too many cells of directions meet at the neurons to examine all of them"
    ones = (Fraction(1),) * len(loss.forms)
    for space in product(*spaces):
        features, _ = row_reduce([ones, *(vector for part in space for vector in part)])
        if parameter_count(loss, len(remaining), len(features)) > MAX_PARAMETERS:
            return f"more than {MAX_PARAMETERS} parameters are not examined together"
        for product_of_cells in product(*chambers):
            cells, tangents = symmetry(loss, features, remaining, product_of_cells)
            found = inertia(second_order_form(loss, features, remaining, cells))
            if found.negative:
                return (
                    "the form of second order is negative in a direction of some cell's span, "
                    "and no such direction was found in the cell"
                )
            symmetric = rank(tangents)
            if found.zero != symmetric:
                return (
                    "the form of second order is positive semidefinite with a kernel of "
                    f"dimension {found.zero}, of which {symmetric} come from symmetries; terms "
                    "of higher order decide"
                )
    return ""


def _output_spaces(loss: EmpiricalLoss, form: NeuronForm) -> list[tuple[Vector, ...]]:
    """Distinct spaces of the outputs of a neuron in directions without first-order term."""
    points = [(*row, Fraction(1)) for row in loss.data.inputs]
    spaces = {
        row_reduce([cell.outputs(vector, points) for vector in cell.basis])[0]: None
        for cell in form.chambers
    }
    return list(spaces)
