"""An independent view of the loss of a dataset: plain sums, critical datasets, nearby networks.

`critical_outputs` turns the question round: for a network and inputs it finds responses that make
the network critical, because the first-order conditions are linear in the residuals.  `lower`
looks for a smaller loss among nearby networks: hidden parameters are moved at random, by neuron,
at all scales, and the outputs follow by a proximal least-squares step, solved exactly.
"""

from __future__ import annotations

import random
from fractions import Fraction

from flint import fmpq, fmpq_mat

from symerm.landscape.verdicts import point_on_curve
from symerm.networks import ShallowNetwork, network_from_parameters, parameter_vector

ZERO = Fraction(0)


def act(activation, z):
    if activation.kind == "quadratic":
        return z * z
    return z if z > 0 else activation.negative_slope * z


def slope(activation, z, at_zero=ZERO):
    if activation.kind == "quadratic":
        return 2 * z
    if z == 0:
        return at_zero
    return Fraction(1) if z > 0 else activation.negative_slope


def hidden(weights, bias, point):
    total = bias
    for w, s in zip(weights, point, strict=True):
        total += w * s
    return total


def outputs(network, point):
    values = list(network.output_biases)
    for w, b, v in zip(
        network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
    ):
        z = act(network.activation, hidden(w, b, point))
        for k, entry in enumerate(v):
            values[k] += entry * z
    return values


def loss(network, inputs, targets):
    total = ZERO
    for point, target in zip(inputs, targets, strict=True):
        for y, t in zip(outputs(network, point), target, strict=True):
            total += (y - t) ** 2
    return total


def nullspace(rows, size):
    """A basis of the kernel by elimination over Fractions."""
    rows = [list(row) for row in rows]
    pivots = []
    for column in range(size):
        pivot = next((k for k in range(len(pivots), len(rows)) if rows[k][column]), None)
        if pivot is None:
            continue
        place = len(pivots)
        rows[place], rows[pivot] = rows[pivot], rows[place]
        top = rows[place][column]
        rows[place] = [x / top for x in rows[place]]
        for k, row in enumerate(rows):
            if k != place and row[column]:
                factor = row[column]
                rows[k] = [x - factor * y for x, y in zip(row, rows[place], strict=True)]
        pivots.append(column)
    basis = []
    for free in range(size):
        if free not in pivots:
            vector = [ZERO] * size
            vector[free] = Fraction(1)
            for row, pivot in zip(rows, pivots, strict=False):
                vector[pivot] = -row[free]
            basis.append(vector)
    return basis


def critical_outputs(network, inputs, factors, *, at_zero=None):
    """Responses at which the derivative of the loss vanishes, with slopes chosen at zero.

    `factors` gives the combination of a basis of the admissible residuals; None if there are no
    residuals but zero.  `at_zero` gives the slope for each neuron where its preactivation is zero.
    """
    size = network.output_dimension
    count = len(inputs) * size
    rows = []

    def row(entries):
        vector = [ZERO] * count
        for (i, k), value in entries.items():
            vector[i * size + k] += value
        rows.append(vector)

    for k in range(size):
        row({(i, k): Fraction(1) for i in range(len(inputs))})
    neurons = zip(
        network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
    )
    for j, (w, b, v) in enumerate(neurons):
        zs = [hidden(w, b, point) for point in inputs]
        for k in range(size):
            row({(i, k): act(network.activation, z) for i, z in enumerate(zs)})
        if any(v):
            for axis in range(len(w) + 1):
                row({
                    (i, k): v[k]
                    * slope(network.activation, z, at_zero[j] if at_zero else ZERO)
                    * (*inputs[i], 1)[axis]
                    for i, z in enumerate(zs)
                    for k in range(size)
                })
    basis = nullspace(rows, count)
    if not basis:
        return None
    residual = [ZERO] * count
    for factor, vector in zip(factors, basis, strict=False):
        residual = [x + factor * y for x, y in zip(residual, vector, strict=True)]
    return tuple(
        tuple(
            y - residual[i * size + k] for k, y in enumerate(outputs(network, point))
        )
        for i, point in enumerate(inputs)
    )


def _proximal(network, inputs, targets, weight):
    """The network with the output layer of least loss + weight |change|^2."""
    points = [
        [
            *(
                act(network.activation, hidden(w, b, point))
                for w, b in zip(network.hidden_weights, network.hidden_biases, strict=True)
            ),
            Fraction(1),
        ]
        for point in inputs
    ]
    size = network.width + 1
    gram = fmpq_mat([
        [
            _flint(
                sum((row[a] * row[b] for row in points), ZERO) + (weight if a == b else 0)
            )
            for b in range(size)
        ]
        for a in range(size)
    ])
    errors = [
        [t - y for y, t in zip(outputs(network, point), target, strict=True)]
        for point, target in zip(inputs, targets, strict=True)
    ]
    right = fmpq_mat([
        [
            _flint(sum((row[a] * e[k] for row, e in zip(points, errors, strict=True)), ZERO))
            for k in range(network.output_dimension)
        ]
        for a in range(size)
    ])
    step = [
        [Fraction(int(x.p), int(x.q)) for x in row] for row in gram.solve(right).table()
    ]
    return ShallowNetwork(
        network.hidden_weights,
        network.hidden_biases,
        tuple(
            tuple(x + y for x, y in zip(v, row, strict=True))
            for v, row in zip(network.output_weights, step[:-1], strict=True)
        ),
        tuple(x + y for x, y in zip(network.output_biases, step[-1], strict=True)),
        network.activation,
    )


def _flint(value):
    return fmpq(value.numerator, value.denominator)


def _moved(network, steps, eps):
    return ShallowNetwork(
        tuple(
            tuple(w + eps * x for w, x in zip(row, step[:-1], strict=True))
            for row, step in zip(network.hidden_weights, steps, strict=True)
        ),
        tuple(
            b + eps * step[-1] for b, step in zip(network.hidden_biases, steps, strict=True)
        ),
        network.output_weights,
        network.output_biases,
        network.activation,
    )


def lower(network, inputs, targets, seed, *, tries=20):
    """A network near `network` with a smaller loss, or None if none was found."""
    chance = random.Random(seed)
    start = loss(network, inputs, targets)
    size = len(inputs[0]) + 1
    for _ in range(tries):
        chosen = [chance.random() < 0.6 for _ in range(network.width)]
        if not any(chosen) and network.width:
            chosen[chance.randrange(network.width)] = True
        steps = [
            [Fraction(chance.randint(-4, 4), chance.choice((1, 3))) if move else ZERO] * size
            if chance.random() < 0.1
            else [Fraction(chance.randint(-6, 6)) if move else ZERO for _ in range(size)]
            for move in chosen
        ]
        exponent = chance.choice((6, 10, 16, 24))
        moved = _moved(network, steps, Fraction(1, 2**exponent))
        for weight in (Fraction(2**exponent), Fraction(2 ** (exponent // 2)), Fraction(64)):
            other = _proximal(moved, inputs, targets, weight)
            if loss(other, inputs, targets) < start:
                return other
    return None


def expansion(network, direction, bend, inputs, targets, order):
    """Coefficients of the loss along theta + eps d + eps^2 e up to an order, for small eps > 0.

    The loss is a polynomial of degree 12 at most as long as no preactivation changes its sign; it
    is interpolated at nodes so small that none does.
    """
    step = Fraction(1, 2**600)
    degree = 12
    theta, eta = parameter_vector(network), parameter_vector(direction)
    second = [ZERO] * len(theta) if bend is None else parameter_vector(bend)
    values = []
    for k in range(degree + 1):
        eps = k * step
        moved = [
            x + eps * y + eps * eps * z for x, y, z in zip(theta, eta, second, strict=True)
        ]
        values.append(loss(network_from_parameters(network, moved), inputs, targets))
    vandermonde = fmpq_mat([[_flint(Fraction(k**m)) for m in range(degree + 1)]
                            for k in range(degree + 1)])
    solution = vandermonde.solve(fmpq_mat([[_flint(value)] for value in values])).entries()
    return [
        Fraction(int(x.p), int(x.q)) / step**m for m, x in enumerate(solution[: order + 1])
    ]


def same_descent(result, inputs, targets):
    """Whether a recorded descent has the expansion that it claims and its samples are right."""
    descent = result.descent
    start = loss(result.network, inputs, targets)
    found = expansion(
        result.network, descent.direction, descent.bend, inputs, targets, descent.order
    )
    if found != [start, *[ZERO] * (descent.order - 1), descent.coefficient]:
        return False
    return all(
        value < start
        and value
        == loss(point_on_curve(result.network, descent.direction, descent.bend, eps),
                inputs, targets)
        for eps, value in descent.samples
    )
