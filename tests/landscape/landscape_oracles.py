"""The true loss on an interval done again from its definition, for the tests of this folder.

The interval is cut at the kinks and at the knots of the target; on a cell the sign of each neuron
is read at the middle, the residual is one polynomial and integrals are differences of its
primitive.  Nothing of the package is used but the classes that hold a network and a target.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from flint import fmpq, fmpq_mat, fmpq_poly

from symerm.networks.shallow import ShallowNetwork

#: So small that the leading term in eps decides a sign, for numbers of the size drawn here.
TINY = Fraction(1, 2**60)


class Cell(NamedTuple):
    lower: Fraction
    upper: Fraction
    residual: fmpq_poly
    activations: list[fmpq_poly]
    slopes: list[int | Fraction]


def rational(value):
    return fmpq(Fraction(value).numerator, Fraction(value).denominator)


def fraction(value):
    return Fraction(int(value.p), int(value.q))


def polynomial(coefficients):
    return fmpq_poly([rational(x) for x in coefficients])


def coefficients(p):
    """The coefficients of a polynomial as fractions, ascending."""
    return [fraction(p[i]) for i in range(p.degree() + 1)]


def neurons_of(network):
    """(w, b, v) of each hidden neuron."""
    return [
        (w, b, v)
        for (w,), b, (v,) in zip(
            network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
        )
    ]


def network_of(neurons, constant, activation):
    return ShallowNetwork(
        tuple((Fraction(w),) for w, _, _ in neurons),
        tuple(Fraction(b) for _, b, _ in neurons),
        tuple((Fraction(v),) for _, _, v in neurons),
        (Fraction(constant),),
        activation,
    )


def moved(network, changes, constant=0):
    """The network with changes (dw, db, dv) added to its neurons."""
    neurons = [
        tuple(x + y for x, y in zip(neuron, change, strict=True))
        for neuron, change in zip(neurons_of(network), changes, strict=True)
    ]
    return network_of(neurons, network.output_biases[0] + constant, network.activation)


def split(vector):
    """Changes of the neurons and of the output bias, from a vector in the order of the JSON."""
    width = len(vector) // 3
    parts = [vector[k * width : (k + 1) * width] for k in range(3)]
    return list(zip(*parts, strict=True)), vector[-1]


def at(network, vector):
    """The network moved by a vector of changes."""
    return moved(network, *split(vector))


def flat_parameters(network):
    """The parameters in the order of the JSON form; a vector of them stays as it is."""
    if isinstance(network, tuple):
        return list(network)
    w, b, v = zip(*neurons_of(network), strict=True) if network.hidden_biases else ((), (), ())
    return [*w, *b, *v, network.output_biases[0]]


def on_curve(network, descent, eps):
    """The point at eps of a curve with direction, bend and power (networks or vectors)."""
    step = [eps * x for x in flat_parameters(descent.direction)]
    if descent.bend is not None:
        bend = flat_parameters(descent.bend)
        step = [x + eps**descent.power * y for x, y in zip(step, bend, strict=True)]
    return at(network, step)


def assert_descends(network, target, descent):
    """The loss is L + coefficient eps^order + o(eps^order) along the curve of a descent."""
    assert descent.coefficient < 0
    start = exact_loss(network, target)
    eps = TINY * min(1, abs(descent.coefficient))
    gain, half = (
        exact_loss(on_curve(network, descent, step), target) - start for step in (eps, eps / 2)
    )
    assert abs(gain / (descent.coefficient * eps**descent.order) - 1) < Fraction(1, 2**10)
    assert abs(gain / half / 2**descent.order - 1) < Fraction(1, 2**10)


def breaks(network, target):
    """End points, inner knots and inner kinks, ascending."""
    start, stop = target.knots[0], target.knots[-1]
    found = set(target.knots)
    if network.activation.kind != "quadratic":
        found |= {-b / w for w, b, _ in neurons_of(network) if w and start < -b / w < stop}
    return sorted(found)


def cells(network, target):
    """The cells with the residual and act(w x + b) as polynomials, and act' on them."""
    gamma = network.activation.negative_slope
    quadratic = network.activation.kind == "quadratic"
    found = []
    for lower, upper in pairwise(breaks(network, target)):
        middle = (lower + upper) / 2
        piece = next(k for k, knot in enumerate(target.knots[1:]) if middle < knot)
        residual = polynomial([network.output_biases[0]]) - polynomial(target.pieces[piece])
        activations, slopes = [], []
        for w, b, v in neurons_of(network):
            inner = polynomial([b, w])
            # For the closed active side: a neuron that is zero everywhere has slope 1.
            slope = 1 if w * middle + b >= 0 else gamma
            value = inner * inner if quadratic else inner * rational(slope)
            activations.append(value)
            slopes.append(slope)
            residual += value * rational(v)
        found.append(Cell(lower, upper, residual, activations, slopes))
    return found


def integral(function, lower, upper):
    primitive = function.integral()
    return primitive(rational(upper)) - primitive(rational(lower))


def exact_loss(network, target):
    return fraction(
        sum((integral(c.residual**2, c.lower, c.upper) for c in cells(network, target)), fmpq(0))
    )


def exact_gradient(network, target):
    """The generalized gradient: hidden weights, hidden biases, output weights, output bias."""
    neurons = neurons_of(network)
    width = len(neurons)
    total = [fmpq(0)] * (3 * width + 1)
    x = polynomial([0, 1])
    for cell in cells(network, target):
        for j, (w, b, v) in enumerate(neurons):
            if network.activation.kind == "quadratic":
                derivative = polynomial([2 * b, 2 * w])
            else:
                derivative = polynomial([cell.slopes[j]])
            parts = (derivative * x * rational(v), derivative * rational(v), cell.activations[j])
            for k, part in enumerate(parts):
                total[k * width + j] += 2 * integral(part * cell.residual, *cell[:2])
        total[-1] += 2 * integral(cell.residual, *cell[:2])
    return tuple(map(fraction, total))


def product_with_neuron(network, target, weight, bias):
    """psi(w, b) = int r act(w x + b) for the residual of the network."""
    probe = network_of(
        [*neurons_of(network), (weight, bias, Fraction(0))],
        network.output_biases[0],
        network.activation,
    )
    return fraction(
        sum(
            (integral(c.residual * c.activations[-1], *c[:2]) for c in cells(probe, target)),
            fmpq(0),
        )
    )


def with_best_output_layer(network, target):
    """The network with the output layer of smallest loss, or None if it is not unique."""
    size = len(network.hidden_biases) + 1
    gram = [[fmpq(0)] * size for _ in range(size)]
    right = [fmpq(0)] * size
    for cell in cells(network, target):
        basis = [*cell.activations, polynomial([1])]
        for i, p in enumerate(basis):
            right[i] -= integral(p * cell.residual, *cell[:2])
            for j in range(i + 1):
                gram[i][j] += integral(p * basis[j], *cell[:2])
                gram[j][i] = gram[i][j]
    try:
        answer = fmpq_mat(gram).solve(fmpq_mat([[entry] for entry in right]))
    except ZeroDivisionError:
        return None
    steps = [fraction(answer[k, 0]) for k in range(size)]
    return moved(network, [(0, 0, step) for step in steps[:-1]], steps[-1])


def with_best_constant(network, target):
    """The network with the output bias of smallest loss."""
    total = sum((integral(c.residual, *c[:2]) for c in cells(network, target)), fmpq(0))
    return moved(
        network,
        [(0, 0, 0)] * len(network.hidden_biases),
        -fraction(total) / (target.knots[-1] - target.knots[0]),
    )


def nearby(network, source, eps):
    """A network near another: some neurons change, each parameter in its own power of eps."""
    neurons = neurons_of(network)
    chosen = source.sample(range(len(neurons)), source.randint(1, min(3, len(neurons))))

    def step():
        return source.choice((-3, -2, -1, -1, 0, 1, 1, 2, 3)) * eps ** source.randint(1, 3)

    changes = [[Fraction(0)] * 3 for _ in neurons]
    kind = source.randint(0, 3)
    shared = step()
    for place, j in enumerate(chosen):
        w, b, v = neurons[j]
        if kind == 0 or not w:
            changes[j] = [step(), step(), step()]
        elif kind == 1:
            # The kink moves and the function changes near it only.
            changes[j] = [Fraction(0), -w * step(), Fraction(0)]
        elif kind == 2:
            # Kinks move together or apart.
            changes[j] = [Fraction(0), -w * shared * (-1) ** place, step()]
        else:
            changes[j] = [w * shared, b * shared + step(), -v * shared]
    return moved(network, changes, source.choice((Fraction(0), step())))


def descent_nearby(network, target, source, *, tries, eps=TINY):
    """A network near a critical one with smaller loss, if random search finds one.

    Each try is also followed by the best output bias and by the best output layer, the latter
    only where it stays near.
    """
    start = exact_loss(network, target)
    before = flat_parameters(network)
    for _ in range(tries):
        first = nearby(network, source, eps)
        for other in (
            first,
            with_best_constant(first, target),
            with_best_output_layer(first, target),
        ):
            if other is None:
                continue
            after = flat_parameters(other)
            if max(abs(x - y) ** 2 for x, y in zip(after, before, strict=True)) > eps:
                continue
            if exact_loss(other, target) < start:
                return other
    return None
