"""Critical points for the activation x^2 against a criterion of their own and exact descents.

If no neuron is flat and R = int r (x, 1)(x, 1)^T is not zero, R a_j = 0 leaves two cases: all
neurons are degenerate, or R = diag(s, 0) and all w_j = 0.  In the latter |f' - f|^2 and the gain
give, up to higher order and after the best change of c, the form
Q(w) = 2 s sum v_j w_j^2 + 4 V (sum v_j b_j w_j)^2 with V = |T|^3/12: local minimum if Q is positive
definite, saddle if it is negative somewhere; if Q is only semidefinite, smaller b_j make it
negative.
"""

import random
from fractions import Fraction as F
from types import SimpleNamespace

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from landscape_cases import QUADRATIC, measured_quadratic
from landscape_oracles import (
    assert_descends,
    cells,
    descent_nearby,
    exact_gradient,
    exact_loss,
    fraction,
    integral,
    network_of,
    neurons_of,
    polynomial,
)

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.landscape.quadratic_minima import moment_matrix, quadratic_verdict
from symerm.landscape.true_loss import TrueLoss


def moments(network, target):
    """The integrals of r, x r and x^2 r."""
    return [
        fraction(sum(
            integral(c.residual * polynomial([0] * k + [1]), *c[:2]) for c in cells(network, target)
        ))
        for k in range(3)
    ]


def sign_of_form(network, target):
    """1 if Q is positive definite, -1 if it is negative somewhere, 0 if neither."""
    neurons = neurons_of(network)
    start, stop = target.interval
    s = moments(network, target)[2]
    variance = (stop - start) ** 3 / 12
    diagonal = [2 * s * v for _, _, v in neurons]
    if sum(entry < 0 for entry in diagonal) > 1:
        # On sum v b w = 0 the form is 2 s sum v w^2, and two negative directions meet it.
        return -1
    if all(entry > 0 for entry in diagonal):
        return 1
    # One negative entry: the determinant of diagonal + rank one decides.
    weight = 1 + 4 * variance * sum(
        (v * b) ** 2 / entry for (_, b, v), entry in zip(neurons, diagonal, strict=True)
    )
    return (weight < 0) - (weight > 0)


@settings(max_examples=150)
@given(measured_quadratic(), st.randoms(use_true_random=False))
def test_verdicts(instance, source):
    network, target = instance
    assert not any(exact_gradient(network, target))
    loss = TrueLoss(network, target)
    mass, first, second = moments(network, target)
    assert moment_matrix(loss) == ((second, first), (first, mass))
    found = quadratic_verdict(loss)
    event(found.verdict)
    if found.curve is not None:
        assert found.verdict == "saddle"
        assert_descends(network, target, found.curve)
    neurons = neurons_of(network)
    if not (first or second):
        assert found.verdict == "global-minimum"
    elif any(v == 0 for _, _, v in neurons):
        assert found.verdict == "saddle"
    elif all((w, b) == (0, 0) for w, b, _ in neurons):
        signs = {second * v > 0 for _, _, v in neurons}
        expected = "local-minimum" if first == 0 and signs == {True} else "saddle"
        assert found.verdict == expected
    else:
        assert first == 0
        assert all(w == 0 for w, _, _ in neurons)
        sign = sign_of_form(network, target)
        if all(second * v > 0 for _, _, v in neurons):
            assert found.verdict == "local-minimum"
        elif sign < 0:
            assert found.verdict == "saddle"
        else:
            assert found.verdict == ("local-minimum" if sign else "saddle")
    if found.verdict == "local-minimum":
        assert descent_nearby(network, target, source, tries=8) is None


def line_up(bias, output, target_constant):
    """f = v b^2 + c with w = 0 on [-1, 1] and the residual x^2 - 1/3, so that s = 8/45."""
    network = network_of([(0, bias, output)], target_constant, QUADRATIC)
    constant = target_constant + output * F(bias) ** 2
    return network, PiecewisePolynomial.of([-1, 1], [[constant + F(1, 3), 0, -1]])


@pytest.mark.parametrize(
    ("bias", "output", "sign"),
    [(1, 1, 1), (0, 1, 1), (F(1, 10), -1, -1), (2, -1, 1)],
)
def test_one_neuron_without_weight(bias, output, sign):
    """The form is (2 s v + 4 V v^2 b^2) w^2 with s = 8/45 and V = 2/3."""
    network, target = line_up(bias, output, F(3))
    assert not any(exact_gradient(network, target))
    assert moments(network, target) == [0, 0, F(8, 45)]
    value = 2 * F(8, 45) * output + 4 * F(2, 3) * F(output * bias) ** 2
    assert (value > 0) - (value < 0) == sign
    found = quadratic_verdict(TrueLoss(network, target))
    if sign < 0:
        assert found.verdict == "saddle"
        assert found.curve.order == 2
        assert_descends(network, target, found.curve)
    else:
        assert found.verdict == "local-minimum"
        assert descent_nearby(network, target, random.Random(0), tries=60) is None


def test_where_the_form_is_singular_a_smaller_bias_descends():
    """v = -2/15 and b = 1: along w = eps, b' = b (1 - eps) with the best c the order is 3."""
    network, target = line_up(1, F(-2, 15), F(0))
    assert 2 * F(8, 45) * F(-2, 15) + 4 * F(2, 3) * F(2, 15) ** 2 == 0
    assert not any(exact_gradient(network, target))
    found = quadratic_verdict(TrueLoss(network, target))
    assert (found.verdict, found.curve.order) == ("saddle", 3)
    assert_descends(network, target, found.curve)
    # c' keeps the mean: v b^2 (2 eps - eps^2) - v eps^2 / 3.
    v = F(-2, 15)
    curve = SimpleNamespace(
        direction=(F(1), F(-1), F(0), 2 * v),
        bend=(F(0), F(0), F(0), -v - v / 3),
        power=2,
        order=3,
        coefficient=-8 * F(2, 3) * v**2,
    )
    assert_descends(network, target, curve)


def test_flat_neurons_descend_in_the_order_that_their_place_gives():
    """R a = 0 and a not zero: order 4; a = 0: order 3; R a not zero: order 2."""
    line = PiecewisePolynomial.of([0, 1], [[0, 1]])
    parabola = line_up(1, 0, F(1))[1]
    for neuron, target, order in (
        ((0, 1, 0), line, 2),
        ((2, -1, 0), line, 2),
        ((0, 0, 0), line, 3),
        ((0, 5, 0), parabola, 4),
    ):
        network = network_of([neuron], F(1, 2) if target is line else F(1), QUADRATIC)
        assert not any(exact_gradient(network, target))
        curve = quadratic_verdict(TrueLoss(network, target)).curve
        assert curve.order == order
        assert_descends(network, target, curve)


@pytest.mark.parametrize("middle", [0, F(1, 2), -3])
def test_a_singular_form_away_from_the_origin(middle):
    """The line-up above, moved: the cubic term of x^2 against x - mid is made up for."""
    network, _ = line_up(1, F(-2, 15), F(0))
    start, stop = middle - 1, middle + 1
    piece = PiecewisePolynomial.of([start, stop], [[-middle, 1]])
    constant = F(-2, 15) + F(1, 3)
    moved = constant - piece * piece
    found = quadratic_verdict(TrueLoss(network, moved))
    assert (found.verdict, found.curve.order) == ("saddle", 3)
    assert_descends(network, moved, found.curve)


def test_a_thousand_neurons():
    """Copies of one neuron against the residual keep the slope by moving apart."""
    network, target = line_up(2, -1, F(3))
    assert quadratic_verdict(TrueLoss(network, target)).verdict == "local-minimum"
    wide = network_of([(0, 2, F(-1, 1000))] * 1000, F(3), QUADRATIC)
    assert exact_loss(wide, target) == exact_loss(network, target)
    found = quadratic_verdict(TrueLoss(wide, target))
    assert found.verdict == "saddle"
    assert_descends(wide, target, found.curve)
