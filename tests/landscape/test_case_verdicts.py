"""The signs of the terms of neurons and the descents at kinks, checked on the loss itself."""

import random
from fractions import Fraction

import pytest
import sympy as sp
from configuration_networks import exact_roots, group_sums, kinks, network
from zigzag_networks import LEAKY, all_zigzags, symbol

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.landscape.case_verdicts import constant_verdict, kink_descent, neuron_term_signs
from symerm.landscape.configurations import NeuronClass
from symerm.landscape.slope_field import GAMMA, ONE
from symerm.landscape.true_loss import TrueLoss, true_loss
from symerm.landscape.zigzags import Zigzag
from symerm.networks.gradients import network_from_parameters, parameter_vector
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import RELU, Activation


@pytest.mark.parametrize("activation", [RELU, LEAKY], ids=["relu", "leaky"])
def test_signs_of_the_terms_near_a_neuron_by_sampling(activation) -> None:
    draw = random.Random(7)
    residual = PiecewisePolynomial.of([0, 1], [[Fraction(1, 2), -1]])

    def psi(w: Fraction, b: Fraction) -> int:
        values = ShallowNetwork(((w,),), (b,), ((Fraction(1),),), (Fraction(0),), activation)
        zero = PiecewisePolynomial.of([0, 1], [[]])
        value = (TrueLoss(values, zero).realised * residual).integral()
        return (value > 0) - (value < 0)

    idle = {
        "relu": ["inactive", "semi-inactive at T0", "semi-inactive at T1", "degenerate",
                 "semi-active"],
        "leaky": ["inactive, w = 0", "degenerate", "semi-active"],
    }[activation.kind]
    centres = {
        "inactive": (0, -1), "inactive, w = 0": (0, -1), "semi-inactive at T0": (-1, 0),
        "semi-inactive at T1": (1, -1), "degenerate": (0, 0), "semi-active": (0, 1),
    }
    for name in idle:
        w, b = map(Fraction, centres[name])
        seen = {psi(w, b)}
        for _ in range(200):
            step = [Fraction(draw.randint(-9, 9), 1000) for _ in range(2)]
            seen.add(psi(w + step[0], b + step[1]))
        flat = neuron_term_signs(NeuronClass(name, "flat"), activation.kind)
        assert flat == {sign for value in seen for sign in (value, -value)}
        if name.startswith("semi-inactive"):
            up = neuron_term_signs(NeuronClass(name, "alpha v > 0"), "relu")
            down = neuron_term_signs(NeuronClass(name, "alpha v < 0"), "relu")
            assert up == seen
            assert down == {-sign for sign in seen}


def along(zigzag: Zigzag, activation: Activation):
    """The network on an interval of length W and its direction of descent."""
    gamma = activation.negative_slope
    slope = symbol(activation)
    a = exact_roots(zigzag, gamma)
    total = sum(a)
    places = [total * place for place in kinks(a)]
    sums = [
        facing * value for facing, value in zip(zigzag.facings, group_sums(zigzag, gamma),
                                                strict=True)
    ]
    steps = [a[0] * a[1] * (a[0] + a[1]), a[0] ** 2 * a[1] / 2] + [Fraction(0)] * len(a)
    weights = [weight(gamma) for weight in kink_descent(zigzag, slope).weights]
    moves = [
        -step / ((1 - gamma) * value) for step, value in zip(steps, sums, strict=False)
    ]
    # df at the left end of the interval fixes the change of c.
    change = a[1] ** 2 * a[0] / 2
    for facing, place, value, weight, move in zip(
        zigzag.facings, places, sums, weights, moves, strict=True
    ):
        side = -gamma if facing > 0 else 1
        change -= side * (weight * place + value * move)
    neurons = [
        (Fraction(facing), -facing * place, value)
        for facing, place, value in zip(zigzag.facings, places, sums, strict=True)
    ]
    direction = [
        *[Fraction(0)] * len(neurons),
        *(-facing * move for facing, move in zip(zigzag.facings, moves, strict=True)),
        *weights,
        change,
    ]
    target = PiecewisePolynomial.of([0, total], [[0, 1]])
    return network(neurons, total / 2, activation), direction, target


@pytest.mark.parametrize(
    "activation",
    [RELU, *(Activation("leaky", Fraction(*g)) for g in ((9, 16), (25, 144), (64, 225)))],
    ids=lambda a: a.name,
)
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
def test_the_second_variation_is_the_one_that_is_claimed(activation, count) -> None:
    for zigzag in all_zigzags(activation, count):
        point, direction, target = along(zigzag, activation)
        assert not any(TrueLoss(point, target).gradient)
        origin = parameter_vector(point)

        def loss(eps, point=point, origin=origin, direction=direction, target=target):
            moved = [p + eps * d for p, d in zip(origin, direction, strict=True)]
            return true_loss(network_from_parameters(point, moved), target)

        # A polynomial in eps near 0, of degree at most 7: interpolate it.
        nodes = [Fraction(k, 10**4) for k in range(-4, 5)]
        polynomial = sp.interpolate(
            [(sp.Rational(e.numerator, e.denominator), rational(loss(e))) for e in nodes],
            sp.Symbol("eps"),
        )
        coefficients = sp.Poly(polynomial, sp.Symbol("eps")).all_coeffs()[::-1]
        roots = exact_roots(zigzag, activation.negative_slope)
        claimed = kink_descent(zigzag, symbol(activation)).second_variation(roots)
        assert coefficients[1] == 0
        assert 2 * coefficients[2] == rational(claimed)
        assert claimed < 0


def rational(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_second_variation_of_leaky_zigzags_for_every_slope(count) -> None:
    """The same for symbolic gamma = p^2, 1 + gamma = q^2, p = (1 - u^2)/(2 u): all is in Q(u)."""
    u = sp.Symbol("u")
    p, q = (1 - u**2) / (2 * u), (1 + u**2) / (2 * u)
    gamma = sp.cancel(p**2)
    roots = {ONE: sp.Integer(1), GAMMA: p, ONE + GAMMA: q}
    for zigzag in all_zigzags(LEAKY, count):
        a = [roots[square] for square in zigzag.squares]
        total = sum(a)
        h_twice = sp.cancel((1 - gamma) * zigzag.facings[0] / total)
        steps = [a[0] * a[1] * (a[0] + a[1]), a[0] ** 2 * a[1] / 2, 0]
        values = [a[0] * 0 - a[1] ** 2 * a[0], a[0] ** 2 * a[1]]
        # Jumps J_i of f', moves of the kinks -s_i/J_i, and df on the pieces.
        jumps = [
            -((-1) ** i) * h_twice * (1 / a[i - 1] + 1 / a[i]) for i in range(1, count + 1)
        ]
        second = 0
        for k, value in enumerate(values):
            second += 2 * value**2 * a[k] / 4
        for i in range(count):
            # J_i r(q_i) (move)^2, with r(q_i) = (-1)^i h: the curvature of the kink.
            height = (-1) ** (i + 1) * h_twice / 2
            second += 2 * height * jumps[i] * (steps[i] / jumps[i]) ** 2
        claimed = -(a[0] ** 3) * a[1] ** 3 * (a[0] + a[1]) / 2
        if count > 1:
            claimed -= a[0] ** 4 * a[1] ** 3 * a[2] / (4 * (a[1] + a[2]))
        assert sp.cancel(second - claimed) == 0


def test_a_case_is_as_good_as_its_worst_neuron() -> None:
    good = NeuronClass("semi-inactive at T0", "alpha v > 0")
    bad = NeuronClass("semi-inactive at T0", "alpha v < 0")
    assert constant_verdict([good], "relu")[0] == "local-minimum"
    assert constant_verdict([good, bad], "relu")[0] == "saddle"
    with pytest.raises(ArithmeticError, match="the sign of v decides"):
        constant_verdict([NeuronClass("semi-active", "non-flat")], "relu")


def test_slopes_that_cannot_be_realised_are_no_descent() -> None:
    # The lengths of this zigzag do not solve the moment equations.
    made_up = Zigzag((1,), (ONE, ONE), ONE)
    with pytest.raises(ArithmeticError, match="no change of the output weights"):
        kink_descent(made_up, GAMMA)
