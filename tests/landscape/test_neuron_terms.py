"""The term h_j of one neuron against exact products with the residual at nearby parameters."""

from fractions import Fraction as F
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from landscape_cases import LEAKY, affine_leaky, affine_relu, cell_residual, measured
from landscape_oracles import (
    TINY,
    assert_descends,
    coefficients,
    exact_gradient,
    exact_loss,
    nearby,
    network_of,
    neurons_of,
    polynomial,
    product_with_neuron,
)

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.landscape.neuron_terms import neuron_term
from symerm.landscape.true_loss import TrueLoss
from symerm.problem.architecture import RELU


def term_nearby(network, target, neuron, other):
    """h = v' psi(w', b') - v psi(w, b)."""
    before, after = (v * product_with_neuron(network, target, w, b) for w, b, v in (neuron, other))
    return after - before


def nearby_neurons(neuron, activation, source):
    """Random neurons near one, and its kink moved to both sides."""
    w, b, v = neuron
    lone = network_of([neuron], 0, activation)
    yield from (neurons_of(nearby(lone, source, TINY))[0] for _ in range(4))
    for step in (TINY, -TINY):
        yield w, b + w * step, v


@settings(max_examples=40)
@given(
    st.one_of(measured(), measured(), affine_relu(), affine_leaky()),
    st.randoms(use_true_random=False),
)
def test_the_kind_is_the_sign_nearby(instance, source):
    network, target = instance
    assert not any(exact_gradient(network, target))
    loss = TrueLoss(network, target)
    for j, neuron in enumerate(neurons_of(network)):
        found = neuron_term(loss, j)
        assert (found.curve is not None) == (found.kind == "descent")
        assert bool(found.words) == (found.kind != "zero")
        if found.curve is not None:
            assert_descends(network, target, found.curve)
            continue
        values = [
            term_nearby(network, target, neuron, other)
            for other in nearby_neurons(neuron, network.activation, source)
        ]
        if found.kind == "zero":
            assert not any(values)
        elif found.kind == "nonnegative":
            assert min(values) >= 0
            # A degenerate neuron may have nothing to gain and nothing to lose.
            assert neuron[:2] == (0, 0) or max(values) > 0
        else:
            assert found.kind == "negative"
            assert min(values) < 0


def hinge_with_residual(w, v, expansion, activation, *, end=None):
    """One neuron with its kink at 1/2 or at an end of [0, 1], and the expansion of r there.

    The moments of r are zero on both sides of the kink; a jump is in `expansion`, if it has two
    parts.
    """
    left, right = expansion if isinstance(expansion[0], tuple) else (expansion, expansion)
    left, right = ([F(x) for x in side] for side in (left, right))
    none, zero = [F(0)] * 3, (F(0), F(0))
    half, one = F(1, 2), F(1)
    if end is None:
        kink, knots = half, [F(0), half, one]
        parts = [
            cell_residual(F(0), half, none, left, zero),
            cell_residual(half, one, right, none, zero),
        ]
    else:
        kink, knots = F(end), [F(0), one]
        sides = (right, none) if end == 0 else (none, left)
        parts = [cell_residual(F(0), one, *sides, zero)]
    network = network_of([(w, -w * kink, v)], F(2), activation)
    pieces = []
    for (lower, upper), part in zip(pairwise(knots), parts, strict=True):
        middle = (lower + upper) / 2
        slope = 1 if w * (middle - kink) > 0 else activation.negative_slope
        line = polynomial([2 - v * slope * w * kink, v * slope * w])
        pieces.append(coefficients(line - part))
    return network, PiecewisePolynomial.of(knots, pieces)


@pytest.mark.parametrize("activation", [RELU, LEAKY])
@pytest.mark.parametrize(
    ("w", "v", "expansion", "end", "kind", "order"),
    [
        # Inside: the first coefficient that is not zero, on both sides.
        (1, 2, (1, 0, 0), None, "nonnegative", None),
        (-1, -2, (-1, 0, 0), None, "nonnegative", None),
        (1, 2, (-1, 0, 0), None, "negative", None),
        (1, 2, (0, 1, 0), None, "negative", None),
        (1, 2, (0, 0, 1), None, "nonnegative", None),
        (1, -2, (0, 0, 1), None, "negative", None),
        (1, 2, ((1, 0, 0), (3, 0, 0)), None, "nonnegative", None),
        (1, 2, ((1, 0, 0), (-3, 0, 0)), None, "negative", None),
        # A residual |d| from a bend of the target.
        (1, 2, ((0, -1, 0), (0, 1, 0)), None, "nonnegative", None),
        # Flat: the curve v = eps^(order + 2), or terms of lower order.
        (1, 0, (1, 0, 0), None, "descent", 4),
        (1, 0, (0, 1, 0), None, "descent", 6),
        (-1, 0, (0, 0, 1), None, "descent", 8),
        # At an end only one side counts.
        (1, 2, (1, 0, 0), 0, "nonnegative", None),
        (-1, 2, (0, 1, 0), 0, "nonnegative", None),
        (1, 2, (0, -1, 0), 1, "nonnegative", None),
        (1, 2, (-1, 0, 0), 1, "descent", 2),
        (1, 2, (0, -9, 0), 0, "descent", 3),
        # There |f' - f|^2 is of order 3 with a larger coefficient.
        (1, 2, (0, -1, 0), 0, "negative", None),
        (1, 2, (0, 0, -1), 0, "negative", None),
    ],
)
def test_one_neuron_and_the_expansion_of_the_residual(
    activation, w, v, expansion, end, kind, order
):
    network, target = hinge_with_residual(w, v, expansion, activation, end=end)
    assert not any(exact_gradient(network, target))
    found = neuron_term(TrueLoss(network, target), 0)
    assert found.kind == kind
    if order is not None:
        assert found.curve.order == order
        assert_descends(network, target, found.curve)


@pytest.mark.parametrize(
    ("expansion", "order"), [((1, 0, 0), 3), ((0, 1, 0), 4), ((0, 0, 1), 6)]
)
def test_a_flat_semi_inactive_neuron_of_relu(expansion, order):
    """It vanishes on the interval, so that its output weight costs nothing at first."""
    network, target = hinge_with_residual(-1, 0, expansion, RELU, end=0)
    found = neuron_term(TrueLoss(network, target), 0)
    assert (found.kind, found.curve.order) == ("descent", order)
    assert_descends(network, target, found.curve)


@settings(max_examples=25)
@given(st.sampled_from((RELU, LEAKY)), st.data())
def test_one_sided_derivatives_at_a_degenerate_neuron(activation, data):
    """2 v int act(omega x + eta) r, also where the verdict is a local minimum."""
    whole = st.integers(-4, 4).map(F)
    v = data.draw(st.sampled_from((F(-1), F(2))))
    moments = data.draw(st.sampled_from(((F(0), F(0)), (F(0), F(1)))))
    sides = [data.draw(st.lists(whole, min_size=3, max_size=3)) for _ in range(2)]
    residual = cell_residual(F(0), F(1), *sides, moments)
    network = network_of([(0, 0, v)], F(1), activation)
    target = PiecewisePolynomial.of([0, 1], [coefficients(1 - residual)])
    start = exact_loss(network, target)
    slopes = []
    for _ in range(4):
        omega = data.draw(whole)
        eta = -omega * data.draw(st.sampled_from((F(1, 4), F(1, 2), F(3, 4), F(0))))
        after = exact_loss(network_of([(TINY * omega, TINY * eta, v)], F(1), activation), target)
        slope = 2 * v * product_with_neuron(network, target, omega, eta)
        assert abs((after - start) / TINY - slope) < F(1, 2**30)
        slopes.append(slope)
    if moments[1] == 0:
        found = neuron_term(TrueLoss(network, target), 0)
        if found.kind == "nonnegative":
            assert min(slopes) >= 0
        else:
            assert found.curve.order == 1
            assert_descends(network, target, found.curve)
            # The coefficient is the one-sided derivative.
            omega, eta = found.curve.direction[:2]
            product = product_with_neuron(network, target, omega, eta)
            assert found.curve.coefficient == 2 * v * product


def test_a_flat_degenerate_neuron_turns_into_a_hinge():
    """If both moments of r are zero, no affine function helps."""
    residual = cell_residual(F(0), F(1), [F(1), F(0), F(0)], [F(0)] * 3, (F(0), F(0)))
    network = network_of([(0, 0, 0)], F(1), LEAKY)
    target = PiecewisePolynomial.of([0, 1], [coefficients(1 - residual)])
    found = neuron_term(TrueLoss(network, target), 0)
    assert (found.kind, found.curve.order) == ("descent", 2)
    omega, eta, v, _ = found.curve.direction
    assert found.curve.coefficient == 2 * v * product_with_neuron(network, target, omega, eta)
    assert_descends(network, target, found.curve)
    # If r is zero, nothing changes to first order in v psi.
    same = PiecewisePolynomial.of([0, 1], [[1]])
    assert neuron_term(TrueLoss(network, same), 0).kind == "zero"


def test_the_share_of_the_leaky_slope_at_an_end():
    """f' - f is a hinge of length eps in both facings: the curve has order 2 and r decides."""
    for w, end in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
        network, target = hinge_with_residual(w, 1, (-1, 0, 0), LEAKY, end=end)
        curve = neuron_term(TrueLoss(network, target), 0).curve
        assert curve.coefficient == F(-2, 3)
        assert_descends(network, target, curve)
