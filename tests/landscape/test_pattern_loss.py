"""The loss of a dataset within an activation pattern, against jets of polynomials and in balls.

The loss along a line theta + t d is a polynomial in t where the signs are kept; its coefficients
are computed here with polynomials in t for parameters, from the definition of a network.
"""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest
import sympy
from flint import arb, fmpq, fmpq_poly
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.arithmetic.balls import ball, ball_bounds
from symerm.landscape.pattern_loss import PatternLoss
from symerm.networks.gradients import network_from_parameters, parameter_vector
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import RELU, Activation
from symerm.problem.dataset import Dataset

QUADRATIC = Activation("quadratic")
LEAKY = Activation("leaky", Fraction(1, 3))

#: Many zeros, so that inputs fall on kinks and neurons are flat or degenerate.
small = st.builds(Fraction, st.integers(-3, 3), st.sampled_from((1, 1, 2)))


def vectors(size):
    return st.tuples(*[small] * size)


@st.composite
def instances(draw, activations=(RELU, LEAKY, QUADRATIC)):
    p, q, d = draw(st.integers(1, 2)), draw(st.integers(1, 2)), draw(st.integers(0, 3))
    network = ShallowNetwork(
        draw(st.tuples(*[vectors(p)] * d)),
        draw(vectors(d)),
        draw(st.tuples(*[vectors(q)] * d)),
        draw(vectors(q)),
        draw(st.sampled_from(activations)),
    )
    count = draw(st.integers(1, 4))
    return network, Dataset(
        draw(st.tuples(*[vectors(p)] * count)), draw(st.tuples(*[vectors(q)] * count))
    )


def rational(value):
    return fmpq(value.numerator, value.denominator)


def fraction(value):
    return Fraction(int(value.p), int(value.q))


def jet(network, dataset, direction):
    """The loss along theta + t direction as a polynomial in t, with the signs of the network."""
    line = [
        fmpq_poly([rational(x), rational(dx)])
        for x, dx in zip(parameter_vector(network), direction, strict=True)
    ]
    p, q, d = network.input_dimension, network.output_dimension, network.width
    gamma = network.activation.negative_slope
    total = fmpq_poly([0])
    for point, target in zip(dataset.inputs, dataset.outputs, strict=True):
        values = [line[d * (p + 1 + q) + k] - rational(target[k]) for k in range(q)]
        for j in range(d):
            z = line[d * p + j]
            for m in range(p):
                z = z + line[j * p + m] * rational(point[m])
            if network.activation.kind == "quadratic":
                z = z * z
            elif z[0] < 0:
                z = z * rational(gamma)
            for k in range(q):
                values[k] = values[k] + line[d * (p + 1) + j * q + k] * z
        for value in values:
            total = total + value * value
    return total


@settings(max_examples=60)
@given(instances(), st.integers(0, 10**6))
def test_value_gradient_and_hessian_are_those_of_the_polynomial(instance, seed):
    network, dataset = instance
    loss = PatternLoss.exact(network, dataset)
    size = len(parameter_vector(network))
    assert (len(loss.gradient), len(loss.hessian)) == (size, size)
    assert loss.hessian == [list(row) for row in zip(*loss.hessian, strict=True)]
    assert fraction(fmpq(loss.value)) == network.loss(dataset.inputs, dataset.outputs)
    source = random.Random(seed)
    units = [[int(i == k) for i in range(size)] for k in source.sample(range(size), min(size, 3))]
    lines = [[source.randint(-2, 2) for _ in range(size)] for _ in range(3)]
    for direction in [*units, *lines, *([x + y for x, y in zip(a, b, strict=True)]
                                        for a, b in itertools.combinations(units, 2))]:
        expected = jet(network, dataset, list(map(Fraction, direction)))
        slope = sum((g * x for g, x in zip(loss.gradient, direction, strict=True)), fmpq(0))
        curvature = sum(
            (h * x * y for row, x in zip(loss.hessian, direction, strict=True)
             for h, y in zip(row, direction, strict=True)),
            fmpq(0),
        )
        assert (expected[1], 2 * expected[2]) == (slope, curvature)


@pytest.mark.parametrize("activation", [RELU, LEAKY, QUADRATIC])
def test_derivatives_by_sympy(activation):
    network = ShallowNetwork(
        ((Fraction(1), Fraction(-2)), (Fraction(0), Fraction(3))),
        (Fraction(1, 2), Fraction(-1)),
        ((Fraction(2), Fraction(-1)), (Fraction(1, 3), Fraction(0))),
        (Fraction(1), Fraction(-1, 4)),
        activation,
    )
    rows = [(0, 0, 1, 2), (1, -1, 0, 3), (2, 1, -1, 1), (-1, 2, 2, 0)]
    dataset = Dataset.from_rows([row[:2] for row in rows], [row[2:] for row in rows])
    names = sympy.symbols("w1:5 b1:3 v1:5 c1:3")
    weights, biases, outputs, constants = names[:4], names[4:6], names[6:10], names[10:]
    total = sympy.Integer(0)
    for *point, first, second in rows:
        values = [constants[0] - first, constants[1] - second]
        for j in range(2):
            z = weights[2 * j] * point[0] + weights[2 * j + 1] * point[1] + biases[j]
            if activation is QUADRATIC:
                z = z**2
            elif network.preactivations(tuple(map(Fraction, point)))[j] < 0:
                z *= sympy.Rational(*activation.negative_slope.as_integer_ratio())
            values = [y + outputs[2 * j + k] * z for k, y in enumerate(values)]
        total += sum(y**2 for y in values)
    place = [sympy.Rational(*x.as_integer_ratio()) for x in parameter_vector(network)]
    loss = PatternLoss.exact(network, dataset)
    slopes = [sympy.Poly(total, *names).diff(x) for x in names]
    assert [str(g) for g in loss.gradient] == [str(slope(*place)) for slope in slopes]
    assert [[str(h) for h in row] for row in loss.hessian] == [
        [str(slope.diff(y)(*place)) for y in names] for slope in slopes
    ]


def test_the_slope_at_zero_is_that_of_the_closed_active_side():
    one, zero = Fraction(1), Fraction(0)
    network = ShallowNetwork(((one,),), (zero,), ((one,),), (one,), LEAKY)
    loss = PatternLoss.exact(network, Dataset.from_rows([0], [0]))
    # r = 1 and act'(0) = 1: the bias has derivative 2, with gamma it would have 2/3.
    assert loss.gradient == [0, 2, 0, 2]
    assert not loss.keeps_pattern()


def contains(enclosure, value):
    if not isinstance(enclosure, arb):
        return enclosure == rational(value)
    low, high = ball_bounds(enclosure)
    return low <= value <= high


@settings(max_examples=60)
@given(instances(), st.integers(2, 40), st.integers(0, 10**6))
def test_balls_contain_the_values_of_all_networks_of_the_box(instance, power, seed):
    network, dataset = instance
    source = random.Random(seed)
    radii = [
        source.choice((Fraction(0), Fraction(1, 2**power))) for _ in parameter_vector(network)
    ]
    centre = parameter_vector(network)
    box = PatternLoss(
        network,
        dataset,
        [ball(x, radius) for x, radius in zip(centre, radii, strict=True)],
        balls=True,
    )
    kept = box.keeps_pattern()
    for _ in range(4):
        inside = [
            x + radius * Fraction(source.choice((-4, 4, source.randint(-4, 4))), 4)
            for x, radius in zip(centre, radii, strict=True)
        ]
        other = network_from_parameters(network, inside)
        if not kept:
            continue
        if network.activation.is_piecewise_linear:
            for point in dataset.inputs:
                signs = [
                    [(z > 0) - (z < 0) for z in n.preactivations(point)] for n in (network, other)
                ]
                assert signs[0] == signs[1]
                assert 0 not in signs[0]
        exact = PatternLoss.exact(other, dataset)
        assert contains(box.value, fraction(fmpq(exact.value)))
        assert all(map(contains, box.gradient, map(fraction, exact.gradient)))
        for row, expected in zip(box.hessian, exact.hessian, strict=True):
            assert all(map(contains, row, map(fraction, expected)))


@settings(max_examples=60)
@given(instances((RELU, LEAKY)), st.integers(0, 10**6))
def test_a_box_that_meets_a_wall_is_refused(instance, seed):
    network, dataset = instance
    source = random.Random(seed)
    if not network.width:
        return
    point = source.choice(dataset.inputs)
    j = source.randrange(network.width)
    # Just as far as the wall: the preactivation of neuron j can become zero.
    radius = abs(network.preactivations(point)[j])
    centre = parameter_vector(network)
    place = network.width * network.input_dimension + j
    box = [ball(x, radius if k == place else Fraction(0)) for k, x in enumerate(centre)]
    assert not PatternLoss(network, dataset, box, balls=True).keeps_pattern()


def test_a_box_clear_of_all_walls_keeps_the_pattern():
    one = Fraction(1)
    for activation in (RELU, LEAKY, QUADRATIC):
        network = ShallowNetwork(((one,),), (one / 2,), ((one,),), (one,), activation)
        dataset = Dataset.from_rows([-2, 1], [0, 0])
        box = [ball(x, Fraction(2, 5)) for x in parameter_vector(network)]
        assert PatternLoss(network, dataset, box, balls=True).keeps_pattern()
