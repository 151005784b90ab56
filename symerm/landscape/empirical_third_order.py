"""Third order: directions in which a semidefinite form of second order vanishes.

Along theta + eps d, with d that keeps zero preactivations zero, the outputs are f + eps f1 + eps^2
f2 + eps^3 f3, and the loss is L + eps^2 Q(d) + eps^3 c3(d) + .. with c3 = 2 <f1, f2> + 2 <r, f3>.
If Q >= 0, Q(d) = 0 and c3(d) is not zero, the loss falls along d or -d.  A cubic form that is zero
at the vectors of a basis, sums and differences of two and sums of three is zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, islice
from operator import mul

from symerm.arithmetic.linalg import nullspace, primitive
from symerm.landscape.empirical_form import NeuronForm, second_order_form, unpack
from symerm.landscape.empirical_loss import Curve, EmpiricalLoss, direction_network

__all__ = ["MAX_DIRECTIONS", "third_order_descent"]

#: Most directions without second-order term that are examined.
MAX_DIRECTIONS = 200

Vector = tuple[Fraction, ...]
_ZERO = Fraction(0)


def third_order_descent(loss: EmpiricalLoss, forms: Sequence[NeuronForm]) -> Curve | None:
    """A direction in which the loss falls in third order, if one is found.

    Parameters
    ----------
    loss : EmpiricalLoss
        At a network where the form of second order is positive semidefinite on the lines.
    forms : sequence of NeuronForm
    """
    ones = ((Fraction(1),) * len(loss.forms),)
    lines = [form.lines for form in forms]
    kernel = nullspace(second_order_form(loss, ones, forms, lines))
    for d in islice(_candidates(kernel), MAX_DIRECTIONS):
        (shift,), hidden, output = unpack(loss, 1, forms, lines, d)
        cubic = _third_coefficient(loss, forms, shift, hidden, output)
        if cubic:
            sign = -1 if cubic > 0 else 1
            return Curve(
                direction_network(
                    loss.network,
                    bias=[sign * x for x in shift],
                    hidden={j: [sign * x for x in step] for j, step in hidden.items()},
                    output={j: [sign * x for x in step] for j, step in output.items()},
                ),
                3,
                -abs(cubic),
            )
    return None


def _candidates(kernel: Sequence[Vector]) -> Iterator[Vector]:
    """Vectors of a basis, sums and differences of two, sums of three."""
    for size, patterns in ((1, ((1,),)), (2, ((1, 1), (1, -1))), (3, ((1, 1, 1),))):
        for chosen in combinations(kernel, size):
            for signs in patterns:
                yield tuple(map(Fraction, primitive(
                    sum(map(mul, signs, entries), _ZERO) for entries in zip(*chosen, strict=True)
                )))


def _third_coefficient(
    loss: EmpiricalLoss,
    forms: Sequence[NeuronForm],
    shift: Vector,
    hidden: dict[int, Vector],
    output: dict[int, Vector],
) -> Fraction:
    total = _ZERO
    for i, point in enumerate(loss.data.inputs):
        first = list(shift)
        second, third = [_ZERO] * len(shift), [_ZERO] * len(shift)
        for form in forms:
            x, step = hidden[form.number], output[form.number]
            outgoing = loss.network.output_weights[form.number]
            y = sum(map(mul, x, point), x[-1])
            mixed = form.lines.slopes[i] * y
            for k, (v, dv) in enumerate(zip(outgoing, step, strict=True)):
                first[k] += mixed * v + form.values[i] * dv
                second[k] += mixed * dv
                if form.curvature is not None:
                    second[k] += y * y * v
                    third[k] += y * y * dv
        total += loss.data.weights[i] * sum(map(mul, first, second), _ZERO)
        total += sum(map(mul, loss.residuals[i], third), _ZERO)
    return 2 * total
