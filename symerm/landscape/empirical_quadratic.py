"""First order, terms of the neurons and symmetries for the activation z^2.

With R_k = sum_i r_ik s^_i s^_i^T, s^ = (s, 1), the term of a neuron is v.psi(a) = sum_k v_k a^T R_k a.
The gradient is 2 sum r in c, 2 a_j^T R_k a_j in v_jk and 4 S_j a_j in a_j, S_j = sum_k v_jk R_k.
R = 0: psi = 0 for all neurons, and no network of any width has a smaller loss.  A flat neuron
(v_j = 0) with R not zero gives a saddle: a step x of size eps and dv of size eps or eps^2.
v'.psi(a') >= 0 near neuron j if S_j >= 0 and R_k a_j = 0, R_k = 0 on the kernel of S_j, for all k.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from operator import mul

from symerm.arithmetic.linalg import nullspace
from symerm.arithmetic.symmetric import inertia
from symerm.landscape.empirical_loss import Curve, EmpiricalLoss, Finding, direction_network
from symerm.landscape.empirical_second_order import Cell, NeuronForm, Reduction, second_order

__all__ = ["quadratic_finding", "quadratic_gradient"]

Vector = tuple[Fraction, ...]
Matrix = list[list[Fraction]]
_ZERO = Fraction(0)


def quadratic_gradient(loss: EmpiricalLoss) -> Vector:
    """The gradient in the order of `symerm.networks.parameter_vector`.

    Parameters
    ----------
    loss : EmpiricalLoss
        With the activation z^2.
    """
    residual_forms = _residual_forms(loss)
    hidden, outputs = [], []
    for j, outgoing in enumerate(loss.network.output_weights):
        neuron = loss.neuron(j)
        images = [_apply(form, neuron) for form in residual_forms]
        hidden.append([4 * sum(map(mul, outgoing, column), _ZERO) for column in zip(*images, strict=True)])
        outputs.append([2 * sum(map(mul, neuron, image), _ZERO) for image in images])
    return (
        *(entry for row in hidden for entry in row[:-1]),
        *(row[-1] for row in hidden),
        *(entry for row in outputs for entry in row),
        *(2 * x for x in loss.bias_sum),
    )


def quadratic_finding(loss: EmpiricalLoss) -> Finding:
    """The verdict on a network with the activation z^2.

    Parameters
    ----------
    loss : EmpiricalLoss
    """
    network = loss.network
    gradient = quadratic_gradient(loss)
    if any(gradient):
        from symerm.networks.gradients import network_from_parameters
        return Finding(
            "not-critical",
            "the gradient is not zero",
            Curve(network_from_parameters(network, [-x for x in gradient]), 1, -sum((x * x for x in gradient), _ZERO)),
        )
    if not network.width:
        return Finding("global-minimum", "the best constant: there are no hidden neurons")
    residual_forms = _residual_forms(loss)
    if not any(any(row) for form in residual_forms for row in form):
        return Finding(
            "global-minimum",
            "the residuals are orthogonal to every neuron, so no network of any width has a smaller loss",
        )
    for j, neuron in enumerate(loss.neurons):
        if neuron.flat:
            return _flat_saddle(loss, residual_forms, j)
    curvatures = [
        [
            [sum((v * form[i][k] for v, form in zip(outgoing, residual_forms, strict=True)), _ZERO) for k in range(len(form0))]
            for i in range(len(form0))
        ]
        for outgoing in network.output_weights
        for form0 in residual_forms[:1]
    ]
    if all(_is_tame(loss.neuron(j), curvature, residual_forms) for j, curvature in enumerate(curvatures)):
        return Finding("local-minimum", "tame")
    forms = []
    for j, curvature in enumerate(curvatures):
        neuron = loss.neuron(j)
        z = [sum(map(mul, neuron, point), neuron[-1]) for point in loss.data.inputs]
        size = len(neuron)
        basis = tuple(tuple(Fraction(int(i == k)) for i in range(size)) for k in range(size))
        cell = Cell(basis, (), tuple(2 * x for x in z))
        forms.append(NeuronForm(j, tuple(x * x for x in z), cell, maximal=(cell,), curvature=tuple(map(tuple, curvature))))
    return second_order(loss, forms, Reduction(((Fraction(1),) * len(loss.forms),), tuple(range(len(forms))), tuple(_tangents(loss))))


def _residual_forms(loss: EmpiricalLoss) -> list[Matrix]:
    size = len(loss.forms[0])
    forms = []
    for k in range(loss.network.output_dimension):
        form = [[_ZERO] * size for _ in range(size)]
        for row, point in zip(loss.residuals, loss.data.inputs, strict=True):
            full = (*point, Fraction(1))
            for i in range(size):
                for m in range(size):
                    form[i][m] += row[k] * full[i] * full[m]
        forms.append(form)
    return forms


def _apply(matrix: Sequence[Sequence[Fraction]], vector: Sequence[Fraction]) -> list[Fraction]:
    return [sum(map(mul, row, vector), _ZERO) for row in matrix]


def _is_tame(neuron: Vector, curvature: Matrix, residual_forms: Sequence[Matrix]) -> bool:
    if any(any(_apply(form, neuron)) for form in residual_forms):
        return False
    if inertia(curvature).negative:
        return False
    return not any(any(_apply(form, x)) for x in nullspace(curvature) for form in residual_forms)


def _flat_saddle(loss: EmpiricalLoss, residual_forms: Sequence[Matrix], number: int) -> Finding:
    neuron = loss.neuron(number)
    network = loss.network
    energy = sum(
        (weight * sum(map(mul, neuron, point), neuron[-1]) ** 4 for weight, point in zip(loss.data.weights, loss.data.inputs, strict=True)),
        _ZERO,
    )
    images = [_apply(form, neuron) for form in residual_forms]
    k = next((k for k, image in enumerate(images) if any(image)), None)
    if k is not None:
        x = images[k]
        value = [2 * sum(map(mul, image, x), _ZERO) for image in images]
        square = sum((entry * entry for entry in value), _ZERO)
        factor = max(1, -(-energy // 1))
        return Finding("saddle", f"flat {number+1}", Curve(direction_network(network, hidden={number: [factor * e for e in x]}, output={number: tuple(-e for e in value)}), 2, square * (energy - 2 * factor)))
    x = _nonzero_direction(residual_forms)
    value = [sum(map(mul, x, _apply(form, x)), _ZERO) for form in residual_forms]
    square = sum((entry * entry for entry in value), _ZERO)
    factor = 1 / energy if energy > 1 else Fraction(1)
    return Finding(
        "saddle", f"flat {number+1}",
        Curve(
            direction_network(network, hidden={number: x}), 4,
            square * (factor * factor * energy - 2 * factor),
            direction_network(network, output={number: tuple(-factor * e for e in value)}),
        ),
    )


def _nonzero_direction(residual_forms: Sequence[Matrix]) -> list[Fraction]:
    size = len(residual_forms[0])
    for form in residual_forms:
        for i in range(size):
            if form[i][i]:
                return [Fraction(int(k == i)) for k in range(size)]
        for i in range(size):
            for m in range(i):
                if form[i][m]:
                    return [Fraction(int(k in (i, m))) for k in range(size)]
    raise ValueError("all forms are zero")


def _tangents(loss: EmpiricalLoss) -> list[Vector]:
    network = loss.network
    width, size = len(loss.forms[0]), network.output_dimension
    block = width + size
    tangents = []

    def tangent(hidden: dict[int, Sequence[Fraction]], output: dict[int, Vector]) -> Vector:
        vector = [_ZERO] * (block * network.width)
        for k, entries in hidden.items():
            vector[k * block : k * block + width] = entries
        for k, row in output.items():
            vector[k * block + width : (k + 1) * block] = row
        return tuple(vector)

    silent = nullspace([(*point, Fraction(1)) for point in loss.data.inputs])
    for j in range(network.width):
        tangents.append(tangent({j: loss.neuron(j)}, {j: tuple(-2 * v for v in network.output_weights[j])}))
        tangents += [tangent({j: y}, {}) for y in silent]
    if size == 1:
        for j in range(network.width):
            for k in range(j):
                tangents.append(tangent({
                    j: [network.output_weights[k][0] * x for x in loss.neuron(k)],
                    k: [-network.output_weights[j][0] * x for x in loss.neuron(j)],
                }, {}))
    return tangents
