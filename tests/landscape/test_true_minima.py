"""Verdicts for targets made to measure, against exact search near the critical point."""

import random
from collections import Counter
from fractions import Fraction as F

import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from hypothesis import HealthCheck, event, given, seed, settings
from hypothesis import strategies as st
from landscape_cases import LEAKY, cell_residual, measured
from landscape_oracles import (
    TINY,
    assert_descends,
    at,
    cells,
    coefficients,
    descent_nearby,
    exact_gradient,
    exact_loss,
    fraction,
    integral,
    network_of,
    neurons_of,
    polynomial,
    product_with_neuron,
)

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.errors import InputError
from symerm.landscape.true_hessian import true_hessian
from symerm.landscape.true_loss import TrueLoss
from symerm.landscape.true_minima import MAX_HESSIAN_WIDTH, local_verdict
from symerm.problem.architecture import RELU

#: Situations that may stay undecided, by words of the reason.
SITUATIONS = (
    "the target jumps at a kink",
    "other neurons are flat, degenerate or have kinks at the ends",
    "terms of higher order decide",
)


def check(network, target, source, *, tries):
    """The verdict, checked by a descent recomputed or by a search for one."""
    loss = TrueLoss(network, target)
    found = local_verdict(loss)
    assert (found.curve is not None) == (found.verdict == "saddle")
    if found.verdict == "saddle":
        assert_descends(network, target, found.curve)
    elif found.verdict == "local-minimum":
        assert descent_nearby(network, target, source, tries=tries) is None
        assert lowest_along_eigenvectors(network, target) >= exact_loss(network, target)
    else:
        assert found.verdict == "undecided"
        assert any(words in found.reason for words in SITUATIONS)
    return found


def lowest_along_eigenvectors(network, target):
    """The least loss along eigenvectors of the Hessian, where there is one."""
    try:
        hessian = true_hessian(TrueLoss(network, target), lower=True)
    except InputError:
        return exact_loss(network, target)
    _, vectors = np.linalg.eigh(np.array([[float(x) for x in row] for row in hessian]))
    return min(
        exact_loss(at(network, [eps * F(float(x)) for x in column]), target)
        for column in vectors.T
        for eps in (TINY, -TINY)
    )


@settings(max_examples=40)
@given(measured(), st.randoms(use_true_random=False))
def test_the_verdict_survives_what_is_near(instance, source):
    network, target = instance
    assert not any(exact_gradient(network, target))
    found = check(network, target, source, tries=4)
    event(found.verdict if found.curve is None else f"saddle of order {found.curve.order}")


@settings(max_examples=30)
@given(measured(friendly=True), st.randoms(use_true_random=False))
def test_local_minima_survive_what_is_near(instance, source):
    network, target = instance
    found = check(network, target, source, tries=6)
    event(found.verdict)


@settings(max_examples=25)
@given(measured(friendly=True))
def test_no_negative_term_is_a_local_minimum(instance):
    """Signs alone, at every kink: the residual next to it has the sign of v."""
    network, target = instance
    neurons = [neuron for neuron in neurons_of(network) if neuron[0] and neuron[2]]
    start, stop = target.interval

    def gains(w, b, v):
        for step in (TINY, -TINY):
            kink = -b / w + step
            if start < kink < stop:
                yield v * product_with_neuron(network, target, w, -w * kink)

    if len(neurons) == network.width and all(g >= 0 for n in neurons for g in gains(*n)):
        assert local_verdict(TrueLoss(network, target)).verdict == "local-minimum"


@settings(max_examples=25)
@given(measured(), st.data())
def test_splitting_a_neuron_keeps_saddles(instance, data):
    """(w, b, v) as two neurons (w, b, s v) and (w, b, (1 - s) v): the old moves are still there."""
    network, target = instance
    neurons = neurons_of(network)
    w, b, v = neurons.pop(data.draw(st.integers(0, len(neurons) - 1)))
    share = data.draw(st.sampled_from((F(1, 3), F(1, 2), F(2), F(0))))
    wider = network_of(
        [*neurons, (w, b, share * v), (w, b, (1 - share) * v)],
        network.output_biases[0],
        network.activation,
    )
    before = local_verdict(TrueLoss(network, target)).verdict
    if any(exact_gradient(wider, target)):
        return
    after = local_verdict(TrueLoss(wider, target))
    assert (before, after.verdict) != ("saddle", "local-minimum")
    if after.verdict == "saddle":
        assert_descends(wider, target, after.curve)


def one_hinge(height, *, activation=RELU, right=None):
    """f = 2 (x - 1/2)_+ on [0, 1] with residual `height` at the kink, from the right if given."""
    none, zero, half = [F(0)] * 3, (F(0), F(0)), F(1, 2)
    sides = [F(height), F(0), F(0)], [F(height if right is None else right), F(0), F(0)]
    parts = (
        cell_residual(F(0), half, none, sides[0], zero),
        cell_residual(half, F(1), sides[1], none, zero),
    )
    gamma = activation.negative_slope
    lines = polynomial([-gamma, 2 * gamma]), polynomial([-1, 2])
    target = PiecewisePolynomial.of(
        [0, half, 1], [coefficients(line - part) for line, part in zip(lines, parts, strict=True)]
    )
    return network_of([(1, -half, 2)], 0, activation), target


def distance_of_the_step(network):
    """min |1_{x > 1/2} - a - b act(x - 1/2)|^2, the first-order change that stays of a move."""
    whole = PiecewisePolynomial.of([0, F(1, 2), 1], [[0], [1]])
    size = 3
    gram = [[fmpq(0)] * size for _ in range(size)]
    for place, cell in enumerate(cells(network, whole)):
        basis = [polynomial([1]), cell.activations[0], polynomial([place])]
        for i in range(size):
            for j in range(size):
                gram[i][j] += integral(basis[i] * basis[j], *cell[:2])
    small = fmpq_mat([row[:2] for row in gram[:2]])
    return fraction(fmpq_mat(gram).det() / small.det())


@pytest.mark.parametrize("activation", [RELU, LEAKY])
def test_the_residual_that_one_hinge_withstands(activation):
    """With v = 2 the second variation is 4 (1 - gamma)^2 D + 2 (1 - gamma) r(1/2), least D."""
    network, _ = one_hinge(0, activation=activation)
    threshold = -2 * (1 - activation.negative_slope) * distance_of_the_step(network)
    assert activation != RELU or threshold == F(-1, 5)
    for change, verdict in ((F(1, 10**9), "local-minimum"), (F(-1, 10**9), "saddle")):
        network, target = one_hinge(threshold + change, activation=activation)
        found = check(network, target, random.Random(1), tries=40)
        assert found.verdict == verdict
    network, target = one_hinge(threshold, activation=activation)
    assert "terms of higher order" in local_verdict(TrueLoss(network, target)).reason


@pytest.mark.parametrize(
    ("left", "right", "verdict"),
    [
        (F(-1, 10), F(-1, 10), "local-minimum"),
        (F(-1, 10), F(3), "local-minimum"),
        (F(3), F(-1, 10), "local-minimum"),
        (F(-1), F(3), "saddle"),
        (F(3), F(-1), "saddle"),
        (F(1), F(3), "local-minimum"),
    ],
)
def test_a_kink_at_a_jump_moves_to_the_side_that_gains(left, right, verdict):
    network, target = one_hinge(left, right=right)
    assert check(network, target, random.Random(2), tries=30).verdict == verdict


def test_two_hinges_at_one_kink_part():
    """v w of both signs at a kink with residual of one sign: one of them may move alone."""
    network, target = one_hinge(F(1, 100))
    split = network_of([(1, F(-1, 2), 7), (1, F(-1, 2), -5)], 0, RELU)
    assert local_verdict(TrueLoss(network, target)).verdict == "local-minimum"
    # Both together move like one; apart the residual gains less than |f' - f|^2 costs ..
    assert not any(exact_gradient(split, target))
    found = check(split, target, random.Random(3), tries=10)
    # .. but moving 7 d_1 = 5 d_2 leaves f to first order: the gain 7 d_1^2 - 5 d_2^2 is negative.
    assert found.verdict == "saddle"
    assert found.curve.order == 2


def test_a_straight_line_is_preferred_to_a_curve():
    """A flat neuron at the kink descends in order 4, the kink with its residual in order 2."""
    network, target = one_hinge(F(-1))
    flat = [(1, F(-1, 2), 0)]
    both = network_of([*neurons_of(network), *flat], 0, RELU)
    found = check(both, target, random.Random(5), tries=1)
    assert (found.verdict, found.curve.order) == ("saddle", 2)
    network, target = one_hinge(F(1))
    both = network_of([*neurons_of(network), *flat], 0, RELU)
    found = check(both, target, random.Random(5), tries=1)
    assert (found.verdict, found.curve.order) == ("saddle", 4)


def test_the_whole_hessian_is_not_examined_beyond_a_width():
    """Dead neurons do not count; affine ones, here in pairs that cancel, do."""
    network, target = one_hinge(F(-1, 10))
    dead = [(1, -3, 5)] * MAX_HESSIAN_WIDTH
    wide = network_of([*neurons_of(network), *dead], 0, RELU)
    assert local_verdict(TrueLoss(wide, target)).verdict == "local-minimum"
    pairs = [(1, 2, 1), (1, 2, -1)] * (MAX_HESSIAN_WIDTH // 2)
    wide = network_of([*neurons_of(network), *pairs[2:]], 0, RELU)
    assert local_verdict(TrueLoss(wide, target)).verdict == "local-minimum"
    wider = network_of([*neurons_of(network), *pairs], 0, RELU)
    found = local_verdict(TrueLoss(wider, target))
    assert found.verdict == "undecided"
    assert f"more than {MAX_HESSIAN_WIDTH} neurons" in found.reason


def test_networks_with_the_same_function_fill_the_kernel():
    """A ReLU neuron that is dead and an affine one do not stand in the way of a minimum."""
    network, target = one_hinge(F(-1, 10))
    assert "kernel" in local_verdict(TrueLoss(network, target)).reason
    dead = network_of([*neurons_of(network), (1, -3, 5)], 0, RELU)
    assert local_verdict(TrueLoss(dead, target)).verdict == "local-minimum"
    # x + 2 on [0, 1], with the constant -2 and its slope in the target.
    affine = network_of([*neurons_of(network), (1, 2, 1)], -2, RELU)
    slope = PiecewisePolynomial.of([0, 1], [[0, 1]])
    wider = target + slope
    assert not any(exact_gradient(affine, wider))
    assert check(affine, wider, random.Random(4), tries=20).verdict == "local-minimum"


@pytest.mark.slow
def test_how_often_and_where_the_verdict_is_open():
    """Most critical points made to measure are decided, and none wrongly."""
    counts = Counter()

    @seed(0)
    @settings(max_examples=1500, database=None, suppress_health_check=list(HealthCheck))
    @given(measured(), st.randoms(use_true_random=False))
    def run(instance, source):
        network, target = instance
        if exact_loss(network, target) == 0:
            return
        found = check(network, target, source, tries=10)
        key = next((words for words in SITUATIONS if words in found.reason), found.verdict)
        counts[key if found.verdict == "undecided" else found.verdict] += 1

    run()
    total = sum(counts.values())
    assert sum(counts[words] for words in SITUATIONS) < total / 4
    assert counts["saddle"] > total / 4
    assert counts["local-minimum"] > total / 10
