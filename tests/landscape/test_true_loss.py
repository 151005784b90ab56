"""Exact loss and gradient against quadrature to 50 digits, and against exact integrals anew."""

from fractions import Fraction as F
from itertools import pairwise

import mpmath
import pytest
from hypothesis import given, settings
from landscape_cases import LEAKY, free_instances
from landscape_oracles import (
    TINY,
    at,
    breaks,
    exact_gradient,
    exact_loss,
    flat_parameters,
    network_of,
    neurons_of,
    product_with_neuron,
)

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.arrangements.neuron_types import NeuronType
from symerm.errors import InputError, UnsupportedError
from symerm.landscape.true_loss import TrueLoss, true_loss
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import RELU, Activation

LINE = PiecewisePolynomial.of([0, 1], [[0, 1]])


@given(free_instances())
def test_loss_gradient_and_knots_are_those_of_the_definition(instance):
    network, target = instance
    loss = TrueLoss(network, target)
    assert loss.value == true_loss(network, target) == exact_loss(network, target)
    assert loss.gradient == exact_gradient(network, target)
    assert list(loss.knots) == breaks(network, target)


def real(value):
    return mpmath.mpf(value.numerator) / value.denominator


@settings(max_examples=12)
@given(free_instances(max_width=2))
def test_loss_and_gradient_are_those_of_quadrature(instance):
    network, target = instance
    loss = TrueLoss(network, target)

    def value_and_slope(z):
        if network.activation.kind == "quadratic":
            return z * z, 2 * z
        return max(z, gamma * z), (mpmath.mpf(1) if z >= 0 else gamma)

    with mpmath.workdps(50):
        gamma = real(network.activation.negative_slope)
        neurons = [tuple(map(real, neuron)) for neuron in neurons_of(network)]
        pieces = [list(map(real, piece)) for piece in target.pieces]
        ends = list(map(real, target.knots))
        constant = real(network.output_biases[0])

        def residual(x):
            place = next(k for k, end in enumerate(ends[1:]) if x <= end)
            goal = sum((a * x**k for k, a in enumerate(pieces[place])), mpmath.mpf(0))
            return constant - goal + sum(v * value_and_slope(w * x + b)[0] for w, b, v in neurons)

        def integrate(function):
            points = list(map(real, breaks(network, target)))
            # The rule of Gauss does not evaluate at the ends, where the target may jump.
            return mpmath.quad(function, points, method="gauss-legendre")

        def close(exact, approximation):
            return abs(real(exact) - approximation) < mpmath.mpf(10) ** -40 * (1 + abs(real(exact)))

        assert close(loss.value, integrate(lambda x: residual(x) ** 2))
        d = len(neurons)
        assert close(loss.gradient[-1], integrate(lambda x: 2 * residual(x)))
        for j, (w, b, v) in enumerate(neurons):
            def weighted(x, w=w, b=b, v=v):
                return 2 * v * value_and_slope(w * x + b)[1] * residual(x)

            assert close(loss.gradient[j], integrate(lambda x, g=weighted: g(x) * x))
            assert close(loss.gradient[d + j], integrate(weighted))
            assert close(
                loss.gradient[2 * d + j],
                integrate(lambda x, w=w, b=b: 2 * value_and_slope(w * x + b)[0] * residual(x)),
            )


@settings(max_examples=50)
@given(free_instances(), free_instances())
def test_gradient_is_the_limit_of_difference_quotients(instance, other):
    """In the parameters in which the loss is differentiable, kinks at ends and at jumps too."""
    network, target = instance
    loss = TrueLoss(network, target)
    # Directions with entries of the size of parameters: those of another network, over and over.
    entries = flat_parameters(other[0])
    size = 3 * network.width + 1
    direction = [entries[k % len(entries)] for k in range(size)]
    for j, neuron in enumerate(loss.hidden):
        if neuron.type is NeuronType.DEGENERATE and not neuron.flat:
            direction[j] = direction[network.width + j] = F(0)
    slope = sum(x * y for x, y in zip(direction, loss.gradient, strict=True))
    quotients = [
        (exact_loss(at(network, [eps * x for x in direction]), target) - loss.value) / eps
        for eps in (TINY, TINY / 2)
    ]
    errors = [abs(quotient - slope) for quotient in quotients]
    assert errors[0] < F(1, 2**30)
    assert errors[1] <= errors[0] * F(3, 4)


@settings(max_examples=50)
@given(free_instances())
def test_function_and_expansions_of_the_residual(instance):
    network, target = instance
    loss = TrueLoss(network, target)
    for lower, upper in pairwise(loss.knots):
        step = (upper - lower) / 7
        for point in (lower + step, upper - 2 * step):
            assert loss.realised(point) == network((point,))[0]
            value = network((point,))[0] - target(point)
            for knot, side in ((lower, 1), (upper, -1)):
                expansion = loss.taylor(knot, side)
                assert value == sum(a * (point - knot) ** k for k, a in enumerate(expansion))


@given(free_instances(activations=(RELU, LEAKY)))
def test_active_moments_are_the_derivatives_of_the_product_with_the_residual(instance):
    """For act = max(z, gamma z) the function psi(w, b) is homogeneous of degree one."""
    network, target = instance
    loss = TrueLoss(network, target)
    for j, (w, b, _) in enumerate(neurons_of(network)):
        zeroth, once = (F(int(x.p), int(x.q)) for x in loss.active_moments(j))
        assert w * once + b * zeroth == product_with_neuron(network, target, w, b)


def test_a_network_without_neurons_takes_any_interval():
    constant = ShallowNetwork((), (), (), (F(1, 2),))
    assert TrueLoss(constant, LINE).value == F(1, 12)
    assert TrueLoss(constant, LINE).gradient == (F(0),)


@pytest.mark.parametrize(
    ("network", "error", "words"),
    [
        (
            ShallowNetwork(((F(1), F(1)),), (F(0),), ((F(1),),), (F(0),)),
            InputError,
            "2 inputs",
        ),
        (ShallowNetwork((), (), (), (F(0), F(0))), InputError, "2 outputs"),
        (network_of([(1, 0, 1)], 0, Activation("tanh")), UnsupportedError, "use relu"),
    ],
)
def test_other_networks_are_refused(network, error, words):
    with pytest.raises(error, match=words):
        true_loss(network, LINE)
