"""The Hessian against difference quotients of exact gradients, and where there is none."""

from fractions import Fraction as F

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from landscape_cases import LEAKY, QUADRATIC, free_instances, small
from landscape_oracles import TINY, at, exact_gradient, exact_loss, network_of, neurons_of

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.errors import InputError
from symerm.landscape.true_hessian import parameter_positions, residual_at_kink, true_hessian
from symerm.landscape.true_loss import TrueLoss
from symerm.problem.architecture import RELU

LINE = PiecewisePolynomial.of([0, 1], [[0, 1]])
STEP = PiecewisePolynomial.of([0, F(1, 2), 1], [[0], [1]])


def is_twice_differentiable(network, target):
    """No degenerate neuron, and no kink with v != 0 at an end or at a jump."""
    if network.activation == QUADRATIC:
        return True
    jumps = {
        knot for knot in target.knots[1:-1] if target(knot) != target(knot, side="left")
    }
    return all(
        (w or b) and not (v and w and -b / w in {*target.interval, *jumps})
        for w, b, v in neurons_of(network)
    )


@settings(max_examples=80)
@given(free_instances(max_width=3), st.data())
def test_hessian_is_the_limit_of_difference_quotients(instance, data):
    network, target = instance
    loss = TrueLoss(network, target)
    if not is_twice_differentiable(network, target):
        with pytest.raises(InputError, match="there is no Hessian"):
            true_hessian(loss)
        return
    size = 3 * network.width + 1
    direction = data.draw(st.lists(small, min_size=size, max_size=size))
    hessian = true_hessian(loss)
    assert hessian == [list(column) for column in zip(*hessian, strict=True)]
    expected = [sum(x * y for x, y in zip(row, direction, strict=True)) for row in hessian]
    before = exact_gradient(network, target)
    errors = []
    for eps in (TINY, TINY / 2):
        after = exact_gradient(at(network, [eps * x for x in direction]), target)
        errors.append(max(
            abs((y - x) / eps - z) for x, y, z in zip(before, after, expected, strict=True)
        ))
    assert errors[0] < F(1, 2**30)
    assert errors[1] <= errors[0] * F(3, 4)


@settings(max_examples=40)
@given(free_instances(max_width=3), st.data())
def test_some_neurons_give_a_part_of_the_matrix(instance, data):
    network, target = instance
    assume(network.width and is_twice_differentiable(network, target))
    loss = TrueLoss(network, target)
    numbers = data.draw(st.lists(st.sampled_from(range(network.width)), unique=True))
    places = parameter_positions(network.width, numbers)
    whole = true_hessian(loss)
    assert true_hessian(loss, numbers) == [[whole[i][k] for k in places] for i in places]
    assert true_hessian(loss, lower=True) == whole


@given(st.sampled_from((RELU, LEAKY)), small.filter(bool), small.filter(bool), small)
def test_at_a_jump_the_lower_curvature_of_both_sides(activation, w, v, constant):
    """The one-sided second derivatives along the bias, from exact gradients."""
    network = network_of([(w, -w / 2, v)], constant, activation)
    loss = TrueLoss(network, STEP)
    with pytest.raises(InputError, match="jumps at the kink of neuron 1"):
        true_hessian(loss)
    before = exact_gradient(network, STEP)[1]
    one_sided = [
        (exact_gradient(at(network, [0, eps, 0, 0]), STEP)[1] - before) / eps
        for eps in (TINY, -TINY)
    ]
    assert abs(true_hessian(loss, lower=True)[1][1] - min(one_sided)) < F(1, 2**40)
    assert abs(one_sided[0] - one_sided[1]) > F(1, 2**20)
    left, right = residual_at_kink(loss, loss.hidden[0])
    assert (left, right) == (constant + 0, constant - 1)


@pytest.mark.parametrize("v", [0, 1])
@pytest.mark.parametrize("activation", [RELU, LEAKY])
def test_a_degenerate_neuron_has_no_hessian_even_if_it_is_flat(activation, v):
    """Along (w, b, v) = eps (1, 0, 1) and eps (-1, 0, -1) the loss differs in order eps^2."""
    network = network_of([(0, 0, v)], F(1, 2), activation)
    with pytest.raises(InputError, match="degenerate"):
        true_hessian(TrueLoss(network, LINE))
    if v == 0:
        start = exact_loss(network, LINE)
        up, down = (
            (exact_loss(at(network, [eps, 0, eps, 0]), LINE) - start) / eps**2
            for eps in (TINY, -TINY)
        )
        gamma = activation.negative_slope
        # 2 v psi(w, b) with psi(1, 0) = int x r = -1/12 and psi(-1, 0) = -gamma int x r.
        assert abs(up + F(1, 6)) < F(1, 2**40)
        assert abs(down + gamma / 6) < F(1, 2**40)


def test_a_flat_neuron_may_have_its_kink_at_an_end():
    """psi is differentiable there, and v times its derivatives has derivatives at v = 0."""
    network = network_of([(-1, 0, 0), (1, 0, 0), (-1, 1, 0)], F(1, 3), RELU)
    hessian = true_hessian(TrueLoss(network, LINE))
    before = exact_gradient(network, LINE)
    for k in range(10):
        after = exact_gradient(at(network, [TINY * (i == k) for i in range(10)]), LINE)
        for x, y, z in zip(before, after, hessian[k], strict=True):
            assert abs((y - x) / TINY - z) < F(1, 2**40)


def test_a_neuron_without_a_kink_inside_has_no_residual_there():
    loss = TrueLoss(network_of([(1, 1, 1)], 0, RELU), LINE)
    with pytest.raises(InputError, match="no kink inside"):
        residual_at_kink(loss, loss.hidden[0])
