"""First order and the terms of the neurons for the activation z^2.

With R_k = sum_i r_ik s^_i s^_i^T, s^ = (s, 1): the term of a neuron is v.psi(a), psi_k = a^T R_k a.
The gradient is 2 sum r in c, 2 a_j^T R_k a_j in v_jk and 4 S_j a_j in a_j, S_j = sum_k v_jk R_k.
R = 0: psi vanishes, and no network of any width has a smaller loss.  v_j = 0, R not zero: a saddle,
by dv of order eps and x with a_j^T R x not zero, or dv of order eps^2 and x with x^T R x not zero.
v'.psi(a') >= 0 near neuron j if R a_j = 0, S_j >= 0 and R = 0 on the kernel of S_j (for one output:
if v_j R >= 0); if so for all neurons, theta is a local minimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from operator import mul

from symerm.arithmetic.linalg import nullspace, rank
from symerm.arithmetic.symmetric import inertia
from symerm.landscape.empirical_first_order import output_descent, steepest
from symerm.landscape.empirical_form import Cell, NeuronForm
from symerm.landscape.empirical_loss import Curve, EmpiricalLoss, Finding, direction_network
from symerm.landscape.empirical_second_order import second_order

__all__ = ["quadratic_finding", "quadratic_gradient"]

Vector = tuple[Fraction, ...]
Matrix = tuple[Vector, ...]
_ZERO = Fraction(0)


def quadratic_gradient(loss: EmpiricalLoss) -> Vector:
    """The gradient in the order of `symerm.networks.parameter_vector`.

    Parameters
    ----------
    loss : EmpiricalLoss
        With the activation z^2.
    """
    matrices = _residual_matrices(loss)
    hidden, outputs = [], []
    for j, outgoing in enumerate(loss.network.output_weights):
        neuron = loss.neuron(j)
        images = [_apply(matrix, neuron) for matrix in matrices]
        hidden.append(
            [4 * sum(map(mul, outgoing, column), _ZERO) for column in zip(*images, strict=True)]
        )
        outputs += [2 * _dot(neuron, image) for image in images]
    return (
        *(entry for row in hidden for entry in row[:-1]),
        *(row[-1] for row in hidden),
        *outputs,
        *(2 * x for x in loss.bias_sum),
    )


def quadratic_finding(loss: EmpiricalLoss) -> Finding:
    """The verdict on a network with the activation z^2.

    Parameters
    ----------
    loss : EmpiricalLoss
    """
    network = loss.network
    matrices = _residual_matrices(loss)
    first = _first_order(loss, matrices)
    if first is not None:
        return first
    if not network.width:
        return Finding("global-minimum", "the best constant: there are no hidden neurons")
    if not any(any(row) for matrix in matrices for row in matrix):
        return Finding(
            "global-minimum",
            "the residuals are orthogonal to every neuron, so no network of any width has a "
            "smaller loss",
        )
    for j, neuron in enumerate(loss.neurons):
        if neuron.flat:
            return _flat_saddle(loss, matrices, j)
    curvatures = [
        tuple(
            tuple(_dot(outgoing, entries) for entries in zip(*rows, strict=True))
            for rows in zip(*matrices, strict=True)
        )
        for outgoing in network.output_weights
    ]
    if all(
        _keeps_sign(loss.neuron(j), curvature, matrices)
        for j, curvature in enumerate(curvatures)
    ):
        return Finding(
            "local-minimum",
            "the gradient is zero, and near every neuron its term <r, v (w.s + b)^2> is not "
            "negative",
        )
    numbers = range(network.width)
    return second_order(
        loss,
        numbers,
        lambda j: _neuron_form(loss, j, curvatures[j]),
        [numbers],
        _quadratic_symmetry,
    )


def _first_order(loss: EmpiricalLoss, matrices: Sequence[Matrix]) -> Finding | None:
    """A descent of first order in the output biases or one neuron."""
    network = loss.network
    images = [
        [_apply(matrix, loss.neuron(j)) for matrix in matrices] for j in range(network.width)
    ]
    first = output_descent(
        loss,
        [
            tuple(_dot(loss.neuron(j), image) for image in rows)
            for j, rows in enumerate(images)
        ],
    )
    if first is not None:
        return first
    for j, rows in enumerate(images):
        gradient = [
            4 * _dot(network.output_weights[j], column) for column in zip(*rows, strict=True)
        ]
        if any(gradient):
            direction, slope = steepest(gradient)
            return Finding(
                "not-critical",
                f"moving the hidden parameters of neuron {j + 1} lowers the loss to first order",
                Curve(direction_network(network, hidden={j: direction}), 1, slope),
            )
    return None


def _residual_matrices(loss: EmpiricalLoss) -> list[Matrix]:
    """R_k for each output, (p + 1) x (p + 1)."""
    columns = list(zip(*loss.forms, strict=True))
    matrices = []
    for residuals in zip(*loss.scaled_residuals, strict=True):
        # Forms are multiples of (s, 1): divide by the factor once more.
        weights = [r / form[-1] for r, form in zip(residuals, loss.forms, strict=True)]
        weighted = [[r * x for r, x in zip(weights, column, strict=True)] for column in columns]
        matrices.append(
            tuple(
                tuple(sum(map(mul, row, column), _ZERO) for column in columns)
                for row in weighted
            )
        )
    return matrices


def _dot(left: Sequence[Fraction], right: Sequence[Fraction]) -> Fraction:
    return sum(map(mul, left, right), _ZERO)


def _apply(matrix: Matrix, vector: Sequence[Fraction]) -> list[Fraction]:
    return [_dot(row, vector) for row in matrix]


def _keeps_sign(neuron: Vector, curvature: Matrix, matrices: Sequence[Matrix]) -> bool:
    """Whether the term of the neuron is >= 0 near it, by the condition above."""
    kernel = (neuron, *nullspace(curvature))
    return not inertia(curvature).negative and not any(
        any(_apply(matrix, x)) for x in kernel for matrix in matrices
    )


def _flat_saddle(loss: EmpiricalLoss, matrices: Sequence[Matrix], number: int) -> Finding:
    """A curve of descent that moves a neuron with output weights zero.

    With E = sum act(a_j)^2: dv = -y, y_k = 2 a_j^T R_k x, with M x gives |y|^2 (E - 2 M) at eps^2.
    If R a_j = 0: x and the bend dv = -t y, y_k = x^T R_k x, give |y|^2 (t^2 E - 2 t) at eps^4.
    """
    neuron, network = loss.neuron(number), loss.network
    energy = sum(
        (
            weight * (_dot(neuron[:-1], point) + neuron[-1]) ** 4
            for weight, point in zip(loss.data.weights, loss.data.inputs, strict=True)
        ),
        _ZERO,
    )
    images = [_apply(matrix, neuron) for matrix in matrices]
    x: Sequence[Fraction] = next((image for image in images if any(image)), ())
    if x:
        change = [2 * _dot(image, x) for image in images]
        factor = Fraction(max(1, -(-energy // 1)))
        curve = Curve(
            direction_network(
                network,
                hidden={number: [factor * entry for entry in x]},
                output={number: [-entry for entry in change]},
            ),
            2,
            _dot(change, change) * (energy - 2 * factor),
        )
    else:
        x = _nonzero_direction(matrices)
        change = [_dot(x, _apply(matrix, x)) for matrix in matrices]
        factor = 1 / max(Fraction(1), energy)
        curve = Curve(
            direction_network(network, hidden={number: x}),
            4,
            _dot(change, change) * (factor * factor * energy - 2 * factor),
            direction_network(network, output={number: [-factor * entry for entry in change]}),
        )
    return Finding(
        "saddle",
        f"the gradient is zero; neuron {number + 1} has output weights zero, and moving its hidden "
        "parameters together with them lowers the loss",
        curve,
    )


def _nonzero_direction(matrices: Sequence[Matrix]) -> Vector:
    """Some x with x^T R x not zero for one of the matrices: a unit or the sum of two."""
    size = len(matrices[0])
    for matrix in matrices:
        for i in range(size):
            if matrix[i][i]:
                return tuple(Fraction(int(k == i)) for k in range(size))
    i, m = next(
        (i, m) for matrix in matrices for i in range(size) for m in range(i) if matrix[i][m]
    )
    return tuple(Fraction(int(k in (i, m))) for k in range(size))


def _neuron_form(loss: EmpiricalLoss, number: int, curvature: Matrix) -> NeuronForm:
    neuron = loss.neuron(number)
    values = [_dot(neuron[:-1], point) + neuron[-1] for point in loss.data.inputs]
    units = tuple(
        tuple(Fraction(int(i == k)) for i in range(len(neuron))) for k in range(len(neuron))
    )
    cell = Cell(units, (), tuple(2 * z for z in values))
    return NeuronForm(
        number, tuple(z * z for z in values), cell, (), (cell,), (cell,), curvature
    )


def _quadratic_symmetry(
    loss: EmpiricalLoss,
    features: Sequence[Vector],
    forms: Sequence[NeuronForm],
    cells: Sequence[Cell],
) -> tuple[list[Cell], list[Vector]]:
    """Tangents of networks with the same loss, as a `Symmetry` (the features are constant).

    Scaling (a, v) -> (t a, v / t^2); a -> a + y with <y, s^> = 0 at all inputs; and for one output
    rotations da_j = v_k a_k, da_k = -v_j a_j, which keep sum v_j a_j a_j^T.
    """
    whole = _critical_networks(loss, forms)
    if whole is not None:
        return list(cells), whole
    network = loss.network
    width = len(loss.forms[0])
    block = width + network.output_dimension
    tangents: list[Vector] = []

    def add(hidden: dict[int, Sequence[Fraction]], output: dict[int, Sequence[Fraction]]) -> None:
        vector = [_ZERO] * (block * network.width)
        for k, entries in hidden.items():
            vector[k * block : k * block + width] = entries
        for k, entries in output.items():
            vector[k * block + width : (k + 1) * block] = entries
        tangents.append(tuple(vector))

    silent = nullspace(loss.forms)
    for j, outgoing in enumerate(network.output_weights):
        add({j: loss.neuron(j)}, {j: [-2 * v for v in outgoing]})
        for shift in silent:
            add({j: shift}, {})
        if len(outgoing) == 1:
            for k in range(j):
                (other,) = network.output_weights[k]
                add(
                    {
                        j: [other * x for x in loss.neuron(k)],
                        k: [-outgoing[0] * x for x in loss.neuron(j)],
                    },
                    {},
                )
    return list(cells), tangents


def _critical_networks(
    loss: EmpiricalLoss, forms: Sequence[NeuronForm]
) -> list[Vector] | None:
    """Tangents of the networks with the outputs of theta and R_k a_j = 0, if these are a manifold.

    All of them are critical.  If R_k a_j = 0 at theta (one output: always, as no neuron is flat),
    let E be the intersection of the kernels.  The outputs of networks with a_j in E lie in the
    span of 1 and <e, s^> <f, s^>, e and f in E, for each output; if the differential at theta
    maps onto that span, they form a manifold, and its tangent space is the kernel.
    """
    rows = [row for matrix in _residual_matrices(loss) for row in matrix]
    if any(_dot(row, loss.neuron(form.number)) for form in forms for row in rows):
        return None
    kernel = nullspace(rows)
    lines = [
        [_dot(vector[:-1], point) + vector[-1] for point in loss.data.inputs] for vector in kernel
    ]
    span = [[Fraction(1)] * len(loss.forms)]
    span += [
        [x * y for x, y in zip(lines[i], lines[k], strict=True)]
        for i in range(len(lines))
        for k in range(i + 1)
    ]
    size = loss.network.output_dimension
    width = len(loss.forms[0])
    block = width + size
    # Changes of the outputs, one output after another, and the parameters that make them.
    columns = [_at_output(span[0], k, size) for k in range(size)]
    coordinates: list[dict[int, Fraction]] = [{} for _ in range(size)]
    for m, form in enumerate(forms):
        outgoing = loss.network.output_weights[form.number]
        for vector, line in zip(kernel, lines, strict=True):
            change = [a * x for a, x in zip(form.lines.slopes, line, strict=True)]
            columns.append([v * x for v in outgoing for x in change])
            coordinates.append({m * block + i: x for i, x in enumerate(vector)})
        for k in range(size):
            columns.append(_at_output(form.values, k, size))
            coordinates.append({m * block + width + k: Fraction(1)})
    if rank(columns) < size * rank(span):
        return None
    tangents = []
    for factors in nullspace(list(zip(*columns, strict=True))):
        tangent = [_ZERO] * (block * len(forms))
        for factor, places in zip(factors, coordinates, strict=True):
            for i, x in places.items():
                tangent[i] += factor * x
        tangents.append(tuple(tangent))
    return tangents


def _at_output(values: Sequence[Fraction], number: int, size: int) -> list[Fraction]:
    return [x if k == number else _ZERO for k in range(size) for x in values]
