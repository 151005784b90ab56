"""Critical networks of the true loss, of every kind and by construction.

For affine targets the networks of the theorem are written down from their conditions: groups of
neurons of mixed sign at one kink, flat, dead and degenerate ones among them.  For general targets
the target is made to measure: a network f and a residual r with the moments that the vanishing
gradient asks for and with free Taylor coefficients on both sides of all kinks; then g = f - r.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import isqrt

from hypothesis import strategies as st
from landscape_oracles import (
    cells,
    coefficients,
    fraction,
    network_of,
    neurons_of,
    polynomial,
    rational,
)

from symerm.arithmetic.linalg import nullspace, solve
from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.problem.architecture import RELU, Activation

QUADRATIC = Activation("quadratic")
LEAKY = Activation("leaky", Fraction(1, 3))
#: Slopes gamma with rational roots of gamma and of 1 + gamma: the lengths of the theorem are
#: rational.
SQUARE_SLOPES = (Fraction(9, 16), Fraction(49, 576))

small = st.builds(Fraction, st.integers(-6, 6), st.sampled_from((1, 1, 2, 3)))
positive = st.builds(Fraction, st.integers(1, 9), st.sampled_from((1, 1, 2, 3)))
signs = st.sampled_from((-1, 1))
nonzero = st.builds(lambda sign, size: sign * size, signs, positive)


@st.composite
def intervals(draw):
    start = draw(small)
    return start, start + draw(positive)


@st.composite
def free_instances(draw, activations=(RELU, LEAKY, QUADRATIC), *, max_width=4):
    """A network and a piecewise polynomial, mostly not critical; kinks often fall on knots."""
    start, stop = draw(intervals())
    inner = [start + (stop - start) * Fraction(k, 4) for k in (1, 2, 3)]
    knots = [start, *(knot for knot in inner if draw(st.booleans())), stop]
    pieces = [draw(st.lists(small, max_size=4)) for _ in knots[1:]]
    neurons = []
    for _ in range(draw(st.integers(0, max_width))):
        w = draw(small)
        kink = draw(st.one_of(small, st.sampled_from((start, *inner, stop))))
        neurons.append((w, -w * kink if w else draw(small), draw(small)))
    network = network_of(neurons, draw(small), draw(st.sampled_from(activations)))
    return network, PiecewisePolynomial.of(knots, pieces)


def outside(draw, interval):
    """(w, b) of a neuron that is negative on the interval."""
    w = draw(small)
    return w, -max(w * interval[0], w * interval[1]) - draw(positive)


def group(draw, kink, facing, total):
    """Neurons with one kink and facing whose v w sum up to `total`, flat ones among them."""
    found = []
    parts = draw(st.lists(small, max_size=2))
    for part in [*parts, total - sum(parts, Fraction(0))]:
        w = facing * draw(positive)
        found.append((w, -w * kink, part / w))
    return found


@st.composite
def affine_relu(draw):
    """A critical network that is no global minimum, and an affine target with slope not zero."""
    interval = start, stop = draw(intervals())
    alpha, beta = draw(nonzero), draw(small)
    count = draw(st.sampled_from((0, 0, 2, 2, 4)))
    neurons = []
    for i in range(1, count + 1):
        kink = start + i * (stop - start) / (count + 1)
        neurons += group(draw, kink, 1 if i % 2 else -1, 2 * alpha / (count + 1))
    for kind in draw(st.lists(st.integers(0, 5), max_size=3)):
        if kind < 2:
            neurons.append((*outside(draw, interval), draw(small)))
        elif kind == 2:
            w = draw(positive)
            neurons.append((-w, w * start, draw(small)))
        elif kind == 3:
            w = draw(positive)
            neurons.append((w, -w * stop, draw(small)))
        else:
            neurons.append((0, draw(positive) if kind == 4 else 0, 0))
    neurons = neurons or [(0, -1, 1)]
    return finished(draw, neurons, interval, alpha, beta, RELU)


@st.composite
def affine_leaky(draw):
    """The same for the leaky ReLU: families U and D."""
    interval = start, stop = draw(intervals())
    alpha, beta = draw(nonzero), draw(small)
    gamma = draw(st.sampled_from(SQUARE_SLOPES))
    count = draw(st.integers(0, 4))
    neurons = []
    if count:
        up = draw(st.booleans())
        facings = [1 if up == (i % 2 == 0) else -1 for i in range(count)]
        sizes = [
            Fraction(1) if up else root(gamma),
            *[root(1 + gamma)] * (count - 1),
            root(gamma) if facings[-1] > 0 else Fraction(1),
        ]
        whole = sum(sizes)
        kink = start
        for i, facing in enumerate(facings):
            kink += sizes[i] / whole * (stop - start)
            total = alpha / whole * (1 / sizes[i] + 1 / sizes[i + 1])
            neurons += group(draw, kink, facing, total)
    neurons += [(0, draw(small), 0) for _ in range(draw(st.integers(0 if neurons else 1, 2)))]
    return finished(draw, neurons, interval, alpha, beta, Activation("leaky", gamma))


@st.composite
def affine_quadratic(draw):
    """The same for the activation x^2."""
    interval = start, stop = draw(intervals())
    neurons = []
    for kind in draw(st.lists(st.integers(0, 2), min_size=1, max_size=4)):
        w = draw(small)
        flat = (0, draw(small), 0), (w, -w * (start + stop) / 2, 0)
        neurons.append((0, 0, draw(small)) if kind == 2 else flat[kind])
    return finished(draw, neurons, interval, draw(nonzero), draw(small), QUADRATIC)


def affine_critical():
    return st.one_of(affine_relu(), affine_leaky(), affine_quadratic())


@st.composite
def affine_nearly_critical(draw):
    """One parameter of a critical network changed, or one neuron turned about its kink."""
    network, target = draw(affine_critical())
    neurons = [list(neuron) for neuron in neurons_of(network)]
    constant = network.output_biases[0]
    place = draw(st.integers(0, 3 * len(neurons)))
    if place == 3 * len(neurons):
        constant += draw(nonzero)
    else:
        row = neurons[place // 3]
        kind = draw(st.integers(0, 2))
        if kind == 0:
            row[:2] = -row[0], -row[1]
        else:
            row[place % 3] = -row[place % 3] if kind == 1 else row[place % 3] + draw(nonzero)
    return network_of(neurons, constant, network.activation), target


def root(square):
    found = Fraction(isqrt(square.numerator), isqrt(square.denominator))
    assert found * found == square
    return found


def finished(draw, neurons, interval, alpha, beta, activation):
    neurons = draw(st.permutations(neurons))
    constant = alpha * sum(interval) / 2 + beta
    return network_of(neurons, constant, activation), PiecewisePolynomial.of(
        interval, [[beta, alpha]]
    )


@st.composite
def measured(draw, *, friendly=None):
    """A critical ReLU or leaky network and a target made to measure, with loss > 0 mostly.

    With `friendly` the residual has the sign of the output weight at most kinks, and no neuron
    is flat: local minima are frequent.
    """
    activation = draw(st.sampled_from((RELU, RELU, LEAKY)))
    start, stop = interval = draw(intervals())
    friendly = draw(st.booleans()) if friendly is None else friendly
    inner = sorted({start + (stop - start) * Fraction(draw(st.integers(1, 11)), 12)
                    for _ in range(draw(st.integers(1, 4)))})
    knots = [start, *inner, stop]
    outputs = nonzero if friendly else st.one_of(nonzero, small, st.just(Fraction(0)))
    neurons = [drawn_neuron(draw, interval, inner, outputs)
               for _ in range(draw(st.integers(1, 4)))]
    network = network_of(neurons, draw(small), activation)
    # Residual zero on some cells, so that some neurons have nothing to gain.
    silent = {k for k in range(len(knots) - 1) if draw(st.integers(0, 5)) == 0}
    shapes = cells(network, PiecewisePolynomial.of(knots, [[k] for k in range(len(knots) - 1)]))
    basis = nullspace(
        criticality(neurons, shapes, activation, silent), columns=2 * len(shapes)
    )
    weights = [draw(small) for _ in basis]
    moments = [
        sum((x * row[k] for x, row in zip(weights, basis, strict=True)), Fraction(0))
        for k in range(2 * len(shapes))
    ]
    scale = draw(st.sampled_from((1, 1, Fraction(1, 20), Fraction(1, 1000))))
    expansions = drawn_expansions(draw, neurons, knots, friendly)
    pieces = []
    for k, cell in enumerate(shapes):
        part = polynomial([])
        if k not in silent:
            part = cell_residual(
                cell.lower, cell.upper, expansions[k][1], expansions[k + 1][0],
                moments[2 * k : 2 * k + 2],
            )
        # The residual of a cell against its own number k is f - k.
        value = cell.residual + polynomial([k]) - part * rational(scale)
        pieces.append(coefficients(value))
    return network, PiecewisePolynomial.of(knots, pieces)


def drawn_neuron(draw, interval, inner, outputs):
    kind = draw(st.integers(0, 11))
    v = draw(outputs)
    if kind < 7:
        w = draw(nonzero)
        return w, -w * draw(st.sampled_from(inner)), v
    if kind < 10:
        w = draw(nonzero)
        return w, -w * draw(st.sampled_from(interval)), v
    if kind == 10:
        return (*draw(st.sampled_from(((0, draw(small)), outside(draw, interval)))), v)
    return 0, 0, v


def criticality(neurons, shapes, activation, silent):
    """Conditions on the moments int r, int x r of the cells, as rows."""
    size = 2 * len(shapes)
    rows = [[1, 0] * len(shapes)]
    for k in silent:
        rows += [[int(i == place) for i in range(size)] for place in (2 * k, 2 * k + 1)]
    for j, (w, b, v) in enumerate(neurons):
        slopes = [cell.slopes[j] for cell in shapes]
        if v:
            rows += [
                [x for slope in slopes for x in (slope, 0)],
                [x for slope in slopes for x in (0, slope)],
            ]
        else:
            rows.append([x for slope in slopes for x in (slope * b, slope * w)])
    return rows


def drawn_expansions(draw, neurons, knots, friendly):
    """For each knot the coefficients of 1, d, d^2 of r on its left and on its right."""
    found = []
    for knot in knots:
        outputs = [v for w, b, v in neurons if w and -b / w == knot and v]
        sides = []
        order = draw(st.sampled_from((0, 0, 1, 2, 3)))
        jump = draw(st.integers(0, 3)) == 0
        for side in (-1, 1):
            row = [Fraction(0)] * 3
            for k in range(order, 3):
                row[k] = draw(nonzero if k == order else small)
            if order < 3 and friendly and outputs:
                row[order] = abs(row[order]) * side**order * (1 if outputs[0] > 0 else -1)
            sides.append(row)
        if not jump:
            sides[1] = list(sides[0])
            if order == 1 and draw(st.booleans()):
                sides[1][1] = -sides[0][1]
        found.append(sides)
    return found


def cell_residual(lower, upper, left, right, moments):
    """A polynomial with given expansions (three terms) at both ends and given moments."""
    length = upper - lower
    u = polynomial([0, 1])
    # 1 + O(u^3) at 0 and O((1 - u)^3) at 1.
    step = (1 - u) ** 3 * (1 + 3 * u + 6 * u**2)
    at_left = polynomial([x * length**k for k, x in enumerate(left)])
    at_right = polynomial([x * (-length) ** k for k, x in enumerate(right)])
    total = at_left * step + (at_right * step)(1 - u)
    bump = u**3 * (1 - u) ** 3
    odd = bump * (2 * u - 1)
    # int r dx = length int, int x r dx = length (lower int + length int u ..).
    mass = moments[0] / length
    first = (moments[1] / length - lower * mass) / length

    def unit(p):
        return fraction(p.integral()(1))

    answer = solve(
        [[unit(bump), unit(odd)], [unit(u * bump), unit(u * odd)]],
        [mass - unit(total), first - unit(u * total)],
    )
    assert answer is not None
    total += bump * rational(answer[0]) + odd * rational(answer[1])
    return total(polynomial([-lower / length, 1 / length]))


@st.composite
def measured_quadratic(draw):
    """A critical network with activation x^2 and a target with given R = int r (x, 1)(x, 1)^T."""
    start, stop = interval = draw(intervals())
    first, second = draw(st.sampled_from((Fraction(0), draw(nonzero)))), draw(small)
    neurons = []
    for _ in range(draw(st.integers(1, 3))):
        v = draw(st.one_of(nonzero, nonzero, st.just(Fraction(0))))
        w = Fraction(0)
        b = draw(st.one_of(nonzero, st.just(Fraction(0))))
        if first and v:
            b = Fraction(0)
        elif first and draw(st.booleans()):
            # Isotropic: second w^2 + 2 first w b = 0.
            w = draw(nonzero)
            b = -second * w / (2 * first)
        elif not (first or second):
            w = draw(small)
        neurons.append((w, b, v))
    network = network_of(neurons, draw(small), QUADRATIC)
    knots = [start, (start + stop) / 2, stop]
    rough = [polynomial([draw(small) for _ in range(5)]) for _ in range(2)]
    power = [polynomial([0] * k + [1]) for k in range(5)]

    def moment(parts, k):
        total = Fraction(0)
        for (a, b), part in zip(pairwise(knots), parts, strict=True):
            primitive = (part * power[k]).integral()
            total += fraction(primitive(rational(b)) - primitive(rational(a)))
        return total

    wanted = (Fraction(0), first, second)
    answer = solve(
        [[moment([power[k]] * 2, m) for k in range(3)] for m in range(3)],
        [wanted[m] - moment(rough, m) for m in range(3)],
    )
    whole = PiecewisePolynomial.of(interval, [[0]])
    function = cells(network, whole)[0].residual
    pieces = []
    for part in rough:
        value = function - part - polynomial(answer)
        pieces.append(coefficients(value))
    return network, PiecewisePolynomial.of(knots, pieces)
