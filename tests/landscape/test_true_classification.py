"""The classification as a whole: descents, and what symmetries of the problem do to it."""

import random
from fractions import Fraction as F

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from landscape_cases import (
    LEAKY,
    QUADRATIC,
    affine_critical,
    cell_residual,
    free_instances,
    measured,
    measured_quadratic,
    nonzero,
    positive,
    small,
)
from landscape_oracles import (
    assert_descends,
    cells,
    coefficients,
    exact_gradient,
    exact_loss,
    network_of,
    neurons_of,
    on_curve,
    polynomial,
)

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.arrangements.neuron_types import neuron_type
from symerm.errors import InputError
from symerm.landscape import true_classification
from symerm.landscape.affine_targets import AffineCase
from symerm.landscape.true_classification import classify
from symerm.landscape.verdicts import VERDICTS
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import RELU

LINE = PiecewisePolynomial.of([0, 1], [[0, 1]])


def critical_instances():
    return st.one_of(affine_critical(), measured(), measured(), measured_quadratic())


@settings(max_examples=60)
@given(st.one_of(free_instances(), critical_instances()))
def test_all_that_is_reported_is_true(instance):
    network, target = instance
    found = classify(network, target)
    event(found.verdict)
    assert found.verdict in VERDICTS
    assert found.network == network
    assert found.loss == exact_loss(network, target)
    assert found.gradient == exact_gradient(network, target)
    assert (found.verdict == "not-critical") == any(found.gradient)
    assert found.reason
    for part, (w, b, v) in zip(found.neurons, neurons_of(network), strict=True):
        assert part.type == neuron_type(w, b, target.interval)
        assert part.flat == (v == 0)
        assert part.kink == (-b / w if w else None)
    assert (found.descent is not None) == (
        found.verdict == "not-critical"
        or (found.verdict == "saddle" and "no descent was computed" not in found.reason)
    )
    if found.descent is not None:
        assert_descends(network, target, found.descent)
        steps = [eps for eps, _ in found.descent.samples]
        assert steps == sorted(steps, reverse=True)
        for eps, value in found.descent.samples:
            below = on_curve(network, found.descent, eps)
            assert value == exact_loss(below, target) < found.loss


@settings(max_examples=30)
@given(free_instances())
def test_a_fit_is_a_global_minimum(instance):
    network, target = instance
    # The residual against zero is the function.
    zero = PiecewisePolynomial.of(target.interval, [[0]])
    parts = cells(network, zero)
    fitted = PiecewisePolynomial.of(
        [*(c.lower for c in parts), parts[-1].upper], [coefficients(c.residual) for c in parts]
    )
    found = classify(network, fitted)
    assert (found.verdict, found.loss, found.descent) == ("global-minimum", 0, None)
    assert found.realised == fitted


def transformed(network, target, neuron_map, output, point_map):
    """The network with neurons changed, and the target in new coordinates x = point_map(y)."""
    scale, shift = output
    p, q = point_map
    knots = [(knot - q) / p for knot in target.knots]
    pieces = [
        coefficients(polynomial(piece)(polynomial([q, p])) * polynomial([scale])
                     + polynomial([shift]))
        for piece in target.pieces
    ]
    if p < 0:
        knots, pieces = knots[::-1], pieces[::-1]
    neurons = []
    for w, b, v in map(neuron_map, neurons_of(network)):
        neurons.append((w * p, b + w * q, v * scale))
    constant = network.output_biases[0] * scale + shift
    return network_of(neurons, constant, network.activation), PiecewisePolynomial.of(knots, pieces)


IDENTITY = (F(1), F(0))


@settings(max_examples=60)
@given(st.one_of(critical_instances(), free_instances()), st.data())
def test_symmetries(instance, data):
    """Order and scale of neurons, affine maps of the interval (reflection), of the outputs."""
    network, target = instance
    found = classify(network, target)
    kind = data.draw(st.integers(0, 5))
    factor = F(1)
    if kind == 0:
        order = data.draw(st.permutations(neurons_of(network)))
        other = network_of(order, network.output_biases[0], network.activation), target
    elif kind == 1:
        sizes = iter(data.draw(st.lists(positive, min_size=4, max_size=12)) * network.width)

        def scaled(neuron):
            w, b, v = neuron
            s = next(sizes)
            return w * s, b * s, v / (s * s if network.activation == QUADRATIC else s)

        other = transformed(network, target, scaled, IDENTITY, IDENTITY)
    elif kind == 2:
        whole = sum(target.interval)
        other = transformed(network, target, tuple, IDENTITY, (F(-1), whole))
    elif kind == 3:
        p, q = data.draw(nonzero), data.draw(small)
        factor = 1 / abs(p)
        other = transformed(network, target, tuple, IDENTITY, (p, q))
    elif kind == 4:
        scale = data.draw(nonzero)
        factor = scale * scale
        other = transformed(network, target, tuple, (scale, F(0)), IDENTITY)
    else:
        other = transformed(network, target, tuple, (F(1), data.draw(small)), IDENTITY)
    after = classify(*other)
    assert after.loss == factor * found.loss
    if {found.verdict, after.verdict} != {"undecided", "saddle"} or kind > 0:
        assert after.verdict == found.verdict
    before, image = (
        sorted((n.type.value, n.flat) for n in each.neurons) for each in (found, after)
    )
    assert before == image


@settings(max_examples=40)
@given(st.one_of(measured(), measured(friendly=True), affine_critical()), st.data())
def test_a_dead_neuron_changes_nothing(instance, data):
    network, target = instance
    if network.activation != RELU:
        return
    w = data.draw(small)
    dead = (w, -max(w * x for x in target.interval) - data.draw(positive), data.draw(small))
    wider = network_of([*neurons_of(network), dead], network.output_biases[0], RELU)
    before, after = classify(network, target), classify(wider, target)
    assert (before.verdict, before.loss) == (after.verdict, after.loss)


@settings(max_examples=40)
@given(affine_critical())
def test_affine_targets_are_never_left_open(instance):
    network, target = instance
    found = classify(network, target)
    assert found.verdict in ("saddle", "local-minimum")
    assert found.reason.startswith("affine target: ")
    assert (found.descent is not None) == (found.verdict == "saddle")


@pytest.mark.parametrize("activation", [RELU, LEAKY, QUADRATIC])
def test_without_neurons_the_mean_is_best(activation):
    mean = network_of([], F(1, 2), activation)
    assert classify(mean, LINE).verdict == "global-minimum"
    assert classify(network_of([], F(1, 3), activation), LINE).verdict == "not-critical"


@pytest.mark.parametrize("activation", [RELU, LEAKY])
@pytest.mark.parametrize("output", [F(1), F(-2)])
def test_only_a_degenerate_neuron_moves(activation, output):
    """int r = 0 and int x r not: the loss is not differentiable where the gradient is not zero."""
    network = network_of([(0, 0, output)], F(1, 2), activation)
    found = classify(network, LINE)
    assert found.verdict == "not-critical"
    assert [k for k, entry in enumerate(found.gradient) if entry] == [0]
    assert found.descent.order == 1
    assert_descends(network, LINE, found.descent)


@pytest.mark.parametrize("output", [F(1), F(-1)])
def test_a_degenerate_neuron_stays_where_another_moves(output):
    """Zero derivatives in v and c, not in (w, b): the loss has one-sided slopes in two neurons."""
    none, half = [F(0)] * 3, F(1, 2)
    parts = (
        cell_residual(F(0), half, none, none, (F(-1), F(0))),
        cell_residual(half, F(1), none, none, (F(1), half)),
    )
    lines = polynomial([0]), polynomial([-half, 1])
    target = PiecewisePolynomial.of(
        [0, half, 1], [coefficients(line - part) for line, part in zip(lines, parts, strict=True)]
    )
    network = network_of([(1, -half, 1), (0, 0, output)], 0, RELU)
    found = classify(network, target)
    assert [k for k, entry in enumerate(found.gradient) if entry] == [0, 1, 2]
    assert found.verdict == "not-critical"
    assert_descends(network, target, found.descent)


def test_a_generalized_gradient_of_zero_may_hide_a_slope():
    """A degenerate neuron with both moments of r zero, on both sides of the sign of R."""
    cubic = PiecewisePolynomial.of([-1, 1], [[0, F(-3, 5), 0, 1]])
    network = network_of([(0, 0, 1)], F(0), RELU)
    assert not any(exact_gradient(network, cubic))
    found = classify(network, cubic)
    # R is odd: it has both signs, and a hinge lowers the loss to first order.
    assert (found.verdict, found.descent.order) == ("saddle", 1)
    even = PiecewisePolynomial.of([-1, 1], [[F(1, 3), 0, -1]])
    second = PiecewisePolynomial.of([-1, 1], [[F(-1, 3), 0, 1]])
    verdicts = {classify(network, target).verdict for target in (even, second)}
    assert verdicts == {"local-minimum", "saddle"}


def test_a_local_minimum_of_a_curved_target_is_not_called_global():
    """The best constant for x^2 with neurons that are dead: the residual pushes nothing."""
    target = PiecewisePolynomial.of([0, 1], [[0, 0, 1]])
    found = classify(network_of([(1, -2, 1)], F(1, 3), RELU), target)
    assert found.verdict == "local-minimum"
    assert found.reason.endswith("whether it is global is not decided")


def test_permuting_neurons_many_times_never_swaps_minimum_and_saddle():
    """A group of mixed signs at one kink, in every order."""
    neurons = [(1, F(-1, 3), F(5)), (1, F(-1, 3), F(-13, 3)), (-1, F(2, 3), F(-2, 3))]
    source = random.Random(0)
    verdicts = set()
    for _ in range(6):
        source.shuffle(neurons)
        verdicts.add(classify(network_of(neurons, F(1, 2), RELU), LINE).verdict)
    assert verdicts == {"saddle"}


@pytest.mark.parametrize(
    "stated",
    [
        None,
        AffineCase("local-minimum", F(1, 972), 2, ""),
        AffineCase("saddle", F(1, 971), 2, ""),
    ],
)
def test_theorem_and_analysis_must_agree(monkeypatch, stated):
    monkeypatch.setattr(true_classification, "affine_case", lambda loss: stated)
    zigzag = network_of([(1, F(-1, 3), F(2, 3)), (-1, F(2, 3), F(-2, 3))], F(1, 2), RELU)
    with pytest.raises(ArithmeticError, match="theorem"):
        classify(zigzag, LINE)


def test_networks_with_more_inputs_are_refused():
    network = ShallowNetwork(((F(1), F(1)),), (F(0),), ((F(1),),), (F(0),))
    with pytest.raises(InputError, match="2 inputs"):
        classify(network, LINE)
