"""The theorem for affine targets against exact losses, gradients and roots of the gradient."""

import math
import random
from fractions import Fraction as F
from itertools import combinations_with_replacement, pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from landscape_cases import (
    LEAKY,
    QUADRATIC,
    affine_critical,
    affine_leaky,
    affine_nearly_critical,
    affine_relu,
    free_instances,
)
from landscape_oracles import (
    assert_descends,
    cells,
    descent_nearby,
    exact_gradient,
    exact_loss,
    network_of,
    polynomial,
    rational,
)
from scipy.optimize import least_squares

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.arithmetic.symmetric import inertia
from symerm.landscape.affine_targets import affine_case, affine_coefficients
from symerm.landscape.quadratic_minima import quadratic_verdict
from symerm.landscape.true_hessian import true_hessian
from symerm.landscape.true_loss import TrueLoss
from symerm.landscape.true_minima import local_verdict
from symerm.problem.architecture import RELU, Activation

LINE = PiecewisePolynomial.of([0, 1], [[0, 1]])


def analysis(network, target):
    loss = TrueLoss(network, target)
    return (quadratic_verdict if network.activation == QUADRATIC else local_verdict)(loss)


def is_critical_and_not_global(network, target):
    return not any(exact_gradient(network, target)) and exact_loss(network, target) != 0


@settings(max_examples=120)
@given(affine_critical())
def test_networks_of_the_theorem_are_critical_with_the_stated_level_and_verdict(instance):
    network, target = instance
    assert is_critical_and_not_global(network, target)
    case = affine_case(TrueLoss(network, target))
    assert case.level == exact_loss(network, target)
    found = analysis(network, target)
    assert found.verdict == case.verdict
    if found.verdict == "saddle":
        assert_descends(network, target, found.curve)
    inner = {
        -b / w
        for (w,), b in zip(network.hidden_weights, network.hidden_biases, strict=True)
        if w and target.interval[0] < -b / w < target.interval[1]
    }
    assert case.kinks == (0 if network.activation == QUADRATIC else len(inner))


@settings(max_examples=200)
@given(affine_nearly_critical())
def test_one_parameter_off_and_the_theorem_knows(instance):
    network, target = instance
    case = affine_case(TrueLoss(network, target))
    assert (case is not None) == is_critical_and_not_global(network, target)
    if case is not None:
        assert analysis(network, target).verdict == case.verdict


@settings(max_examples=100)
@given(free_instances())
def test_any_network_and_the_theorem(instance):
    network, target = instance
    loss = TrueLoss(network, target)
    affine = len(target.pieces) == 1 and len(target.pieces[0]) <= 2
    assert (affine_coefficients(loss) is not None) == affine
    if not affine or not network.width:
        assert affine_case(loss) is None
        return
    alpha, beta = affine_coefficients(loss)
    assert all(target(x) == alpha * x + beta for x in target.interval)
    assert (affine_case(loss) is not None) == is_critical_and_not_global(network, target)


@pytest.mark.parametrize("slope", [F(1), F(0)])
def test_all_networks_on_a_grid(slope):
    """One and two neurons with kinks at multiples of 1/6 (the zigzag has 1/3, 2/3 and 2/3)."""
    target = PiecewisePolynomial.of([0, 1], [[0, slope]])
    hidden = [(w, -w * F(k, 6)) for w in (-1, 1) for k in range(-1, 8)]
    hidden += [(0, b) for b in (-1, 0, 1)]
    neurons = [(w, b, v) for w, b in hidden for v in (0, F(2, 3), F(-2, 3))]
    choices = [(neuron,) for neuron in neurons]
    choices += random.Random(5).sample(list(combinations_with_replacement(neurons, 2)), 500)
    zigzag = [(1, F(-1, 3), F(2, 3)), (-1, F(2, 3), F(-2, 3))]
    choices += [zigzag, [(1, F(-1, 3), F(-2, 3)), zigzag[1]], [zigzag[0], (1, F(-2, 3), F(2, 3))]]
    met = set()
    for choice in choices:
        network = network_of(choice, slope / 2, RELU)
        case = affine_case(TrueLoss(network, target))
        critical = is_critical_and_not_global(network, target)
        assert (case is not None) == critical, choice
        if case is not None:
            assert analysis(network, target).verdict == case.verdict
            met.add((case.verdict, case.kinks))
    expected = {("local-minimum", 0), ("saddle", 0), ("saddle", 2)} if slope else set()
    assert met == expected


@settings(max_examples=20)
@given(affine_relu(), st.randoms(use_true_random=False))
def test_local_minima_of_the_theorem_survive_what_is_near(instance, source):
    network, target = instance
    if affine_case(TrueLoss(network, target)).verdict == "local-minimum":
        assert descent_nearby(network, target, source, tries=15) is None


@settings(max_examples=40)
@given(affine_relu())
def test_the_realised_function_of_relu(instance):
    """f = alpha x + beta - (-1)^i alpha/(n+1) (x - T0 - (i + 1/2) |T|/(n+1)) on piece i."""
    network, target = instance
    loss = TrueLoss(network, target)
    alpha, _ = affine_coefficients(loss)
    n = affine_case(loss).kinks
    start, stop = target.interval
    length = (stop - start) / (n + 1)
    found = cells(network, target)
    assert len(found) == n + 1
    for i, cell in enumerate(found):
        size = -F((-1) ** i) * alpha / (n + 1)
        assert cell.residual == polynomial(
            [-size * (start + (i + F(1, 2)) * length), size]
        )


@settings(max_examples=40)
@given(affine_leaky())
def test_the_residual_of_leaky_zigzags(instance):
    """Mean zero on each piece, slopes that alternate, and heights in the ratio of the lengths."""
    network, target = instance
    found = cells(network, target)
    for cell in found:
        middle = (cell.lower + cell.upper) / 2
        assert cell.residual(rational(middle)) == 0
    slopes = [cell.residual[1] for cell in found]
    for left, right in pairwise(found):
        kink = rational(left.upper)
        assert left.residual(kink) == right.residual(kink) != 0
    assert all(a * b < 0 for a, b in pairwise(slopes))


@pytest.mark.parametrize("facing", [1, -1])
@pytest.mark.parametrize("place", [0, 1])
def test_flat_neurons_of_a_zigzag_face_like_the_others(place, facing):
    neurons = [(1, F(-1, 3), F(2, 3)), (-1, F(2, 3), F(-2, 3))]
    w, b, _ = neurons[place]
    network = network_of([*neurons, (facing * w, facing * b, 0)], F(1, 2), RELU)
    assert (affine_case(TrueLoss(network, LINE)) is not None) == (facing == 1)
    assert is_critical_and_not_global(network, LINE) == (facing == 1)


@pytest.mark.parametrize("n", [2, 4, 6])
def test_the_zigzag_has_n_negative_and_n_zero_eigenvalues_and_a_known_descent(n):
    """c by eps h, kinks q_1, q_2 by eps h / sigma, -eps h / (2 sigma), v w at q_2 by eps."""
    step, sigma = F(1, n + 1), F(2, n + 1)
    neurons = [
        ((-1) ** i, -((-1) ** i) * (i + 1) * step, (-1) ** i * sigma) for i in range(n)
    ]
    network = network_of(neurons, F(1, 2), RELU)
    loss = TrueLoss(network, LINE)
    assert affine_case(loss).kinks == n
    found = inertia(true_hessian(loss))
    assert (found.positive, found.negative, found.zero) == (n + 1, n, n)
    change = [F(0)] * (3 * n + 1)
    change[n] = -step / sigma
    change[n + 1] = -step / (2 * sigma)
    change[2 * n + 1] = F(-1)
    change[-1] = step
    curve = SimpleNamespace(
        direction=tuple(change), bend=None, power=2, order=2, coefficient=-F(7, 48) * step**3
    )
    assert_descends(network, LINE, curve)


@pytest.mark.parametrize("gamma", [F(9, 16), F(49, 576)])
def test_levels_of_the_leaky_families(gamma):
    """For odd n reflection turns U into D and the levels agree; for even n they differ."""
    root, both = (F(math.isqrt(x.numerator), math.isqrt(x.denominator)) for x in (gamma, 1 + gamma))
    for n in (1, 2, 3):
        levels = []
        for up in (True, False):
            facings = [1 if up == (i % 2 == 0) else -1 for i in range(n)]
            sizes = [1 if up else root, *[both] * (n - 1), root if facings[-1] > 0 else 1]
            whole = sum(sizes)
            neurons, kink = [], F(0)
            for i, facing in enumerate(facings):
                kink += sizes[i] / whole
                total = 1 / whole * (1 / F(sizes[i]) + 1 / F(sizes[i + 1]))
                neurons.append((facing, -facing * kink, facing * total))
            network = network_of(neurons, F(1, 2), Activation("leaky", gamma))
            case = affine_case(TrueLoss(network, LINE))
            assert case.level == (1 - gamma) ** 2 / (12 * whole**4) == exact_loss(network, LINE)
            levels.append(case.level)
        assert (levels[0] == levels[1]) == (n % 2 == 1)


def test_without_neurons_or_slope_there_is_no_case():
    constant = network_of([], F(1, 2), LEAKY)
    assert affine_case(TrueLoss(constant, LINE)) is None
    level = PiecewisePolynomial.of([0, 1], [[F(1, 2)]])
    assert affine_case(TrueLoss(network_of([(1, -2, 1)], F(1, 2), RELU), level)) is None


# Roots of the gradient from random starts: critical points that nobody constructed.

POINTS, WEIGHTS = np.polynomial.legendre.leggauss(3)


def float_gradient(parameters, gamma):
    """Gradient and loss against x on [0, 1], by Gauss' rule between the kinks."""
    width = len(parameters) // 3
    w, b, v = parameters[:-1].reshape(3, width)
    kinks = np.divide(-b, w, out=np.full(width, -1.0), where=w != 0)
    ends = np.concatenate(([0.0], np.sort(kinks[(kinks > 0) & (kinks < 1)]), [1.0]))
    half = np.diff(ends) / 2
    x = ((ends[:-1] + half)[:, None] + half[:, None] * POINTS).ravel()
    z = np.outer(w, x) + b[:, None]
    slopes = np.where(z >= 0, 1.0, gamma)
    residual = parameters[-1] + v @ (slopes * z) - x
    weighted = residual * (half[:, None] * WEIGHTS).ravel()
    parts = (
        v * (slopes @ (x * weighted)), v * (slopes @ weighted), (slopes * z) @ weighted,
        [weighted.sum()],
    )
    return 2 * np.concatenate(parts), residual @ weighted


def levels_of(gamma, width):
    """The losses that the theorem allows with this many neurons."""
    found = {0.0, 1 / 12}
    if gamma == 0:
        return found | {1 / (12 * (n + 1) ** 4) for n in range(2, width + 1, 2)}
    for n in range(1, width + 1):
        for up in (True, False):
            last = up if n % 2 else not up
            whole = (
                (1 if up else gamma**0.5) + (n - 1) * (1 + gamma) ** 0.5
                + (gamma**0.5 if last else 1)
            )
            found.add((1 - gamma) ** 2 / (12 * whole**4))
    return found


def levels_met(gamma, width, *, starts, evaluations, source):
    met = []
    for _ in range(starts):
        w, v = source.normal(size=(2, width))
        b = -w * source.uniform(-0.1, 1.1, size=width)
        answer = least_squares(
            lambda theta: float_gradient(theta, gamma)[0],
            np.concatenate((w, b, v, source.normal(size=1))),
            xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=evaluations,
        ).x
        gradient, loss = float_gradient(answer, gamma)
        if np.abs(gradient).max() < 1e-11 and np.abs(answer).max() < 30:
            level = min(levels_of(gamma, width), key=lambda level: abs(level - loss))
            assert abs(level - loss) < 1e-8, (gamma, answer)
            met.append(level)
    return met


def test_roots_of_the_gradient_have_levels_of_the_theorem():
    source = np.random.default_rng(11)
    for gamma, width, starts in ((0.0, 1, 12), (0.3, 1, 12), (0.0, 2, 8), (0.3, 2, 8)):
        met = levels_met(gamma, width, starts=starts, evaluations=150, source=source)
        assert len(met) >= starts // 2
        assert len(set(met)) > 1
    assert len(levels_met(0.0, 3, starts=4, evaluations=60, source=source)) > 0


@pytest.mark.slow
@pytest.mark.parametrize("gamma", [0.0, 0.3, 9 / 16])
@pytest.mark.parametrize("width", [1, 2, 3])
def test_many_roots_of_the_gradient(gamma, width):
    source = np.random.default_rng(7)
    met = levels_met(gamma, width, starts=100, evaluations=400, source=source)
    assert len(met) > 60
    # Saddles with kinks are met, not only the two obvious levels.
    expected = 2 if gamma == 0 and width < 3 else 3
    assert len(set(met)) >= expected
