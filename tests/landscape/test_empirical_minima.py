"""Verdicts on networks in the landscape of a dataset: descents recomputed, minima attacked."""

from fractions import Fraction as F

import empirical_oracle as oracle
from empirical_cases import LEAKY, QUADRATIC, critical_cases, networks_with_data
from hypothesis import given
from hypothesis import strategies as st

from symerm.attainability import decide
from symerm.landscape.empirical_minima import classify_empirical
from symerm.networks import ShallowNetwork, network_from_parameters, parameter_vector
from symerm.problem import Architecture, Problem
from symerm.problem.architecture import RELU
from symerm.problem.dataset import Dataset

kinked = st.sampled_from([RELU, LEAKY])


def network_of(neurons, bias, activation=RELU):
    """From rows (w.., b, v..) as tuples of tuples."""
    return ShallowNetwork(
        tuple(tuple(map(F, w)) for w, _, _ in neurons),
        tuple(F(b) for _, b, _ in neurons),
        tuple(tuple(map(F, v)) for _, _, v in neurons),
        tuple(map(F, bias)),
        activation,
    )


def data_of(inputs, outputs):
    data = Dataset.from_rows(inputs, outputs)
    return data.inputs, data.outputs


def check(network, inputs, targets, *, tries=8):
    result = classify_empirical(network, Dataset(inputs, targets))
    assert result.loss == oracle.loss(network, inputs, targets)
    if result.verdict in ("saddle", "not-critical"):
        assert oracle.same_descent(result, inputs, targets)
        assert (result.descent.order == 1) == (result.verdict == "not-critical")
    else:
        assert result.descent is None
    if result.verdict in ("local-minimum", "global-minimum"):
        assert oracle.lower(network, inputs, targets, 0, tries=tries) is None
    return result


@given(critical_cases())
def test_critical_networks(case):
    check(*case)


@given(critical_cases(activation=kinked, outputs=st.just(1)))
def test_one_output_is_always_decided(case):
    assert check(*case).verdict != "undecided"


@given(critical_cases(activation=kinked, outputs=st.integers(2, 3)))
def test_several_outputs(case):
    check(*case)


@given(networks_with_data())
def test_arbitrary_networks(case):
    result = check(*case, tries=2)
    if result.verdict == "global-minimum":
        assert not any(result.gradient)


@given(critical_cases(), st.randoms(use_true_random=False))
def test_symmetries_keep_the_verdict(case, chance):
    """Permuted and scaled neurons, moved and scaled data, an inactive neuron more."""
    network, inputs, targets = case
    result = classify_empirical(network, Dataset(inputs, targets))
    order = list(range(network.width))
    chance.shuffle(order)
    scales = [F(chance.choice((1, 2, 3)), chance.choice((1, 2))) for _ in order]
    power = 2 if network.activation == QUADRATIC else 1
    shift = tuple(F(chance.randint(-2, 2)) for _ in inputs[0])
    unit = F(chance.choice((1, 3)), 2)
    moved = ShallowNetwork(
        tuple(
            tuple(t * w for w in network.hidden_weights[j])
            for j, t in zip(order, scales, strict=True)
        ),
        tuple(
            t * (network.hidden_biases[j]
                 - sum(w * s for w, s in zip(network.hidden_weights[j], shift, strict=True)))
            for j, t in zip(order, scales, strict=True)
        ),
        tuple(
            tuple(unit * v / t**power for v in network.output_weights[j])
            for j, t in zip(order, scales, strict=True)
        ),
        tuple(unit * c for c in network.output_biases),
        network.activation,
    )
    again = classify_empirical(
        moved,
        Dataset(
            tuple(tuple(x + s for x, s in zip(row, shift, strict=True)) for row in inputs),
            tuple(tuple(unit * t for t in row) for row in targets),
        ),
    )
    assert again.verdict == result.verdict
    assert again.loss == unit * unit * result.loss
    assert [neuron.type for neuron in again.neurons] == [
        result.neurons[j].type for j in order
    ]


@given(
    st.lists(st.integers(-3, 3), min_size=3, max_size=5, unique=True),
    st.lists(st.integers(-3, 3), min_size=5, max_size=5),
    st.integers(1, 2),
)
def test_minimisers_of_the_solver_are_minima(points, values, width):
    data = Dataset.from_rows(points, values[: len(points)])
    verdict = decide(Problem(data, Architecture(width)))
    result = classify_empirical(verdict.minimiser, data)
    assert result.loss == verdict.exact
    assert result.verdict in ("local-minimum", "global-minimum")
    # The same network with a different output bias is no longer critical.
    theta = list(parameter_vector(verdict.minimiser))
    theta[-1] += F(1, 1000)
    moved = classify_empirical(network_from_parameters(verdict.minimiser, theta), data)
    assert moved.verdict == "not-critical"


def test_global_minima():
    data = Dataset.from_rows([0, 1, 1], [0, 1, 3])
    interpolating = network_of([((2,), 0, (1,))], (0,))
    found = classify_empirical(interpolating, data)
    assert found.verdict == "global-minimum"
    assert found.loss == 2
    assert "mean response" in found.reason
    exact = classify_empirical(interpolating, Dataset.from_rows([0, 1], [0, 2]))
    assert (exact.verdict, exact.loss) == ("global-minimum", 0)
    constant = ShallowNetwork((), (), (), (F(4, 3),))
    assert classify_empirical(constant, data).verdict == "global-minimum"
    other = ShallowNetwork((), (), (), (F(1),))
    assert classify_empirical(other, data).verdict == "not-critical"


def test_constant_network_with_one_neuron():
    """Data 0, 1 -> 0, 1 and f = 1/2: r = (1/2, -1/2)."""
    data = Dataset.from_rows([0, 1], [0, 1])

    def verdict(w, b, v):
        return classify_empirical(network_of([((w,), b, (v,))], ("1/2",)), data).verdict

    assert verdict(1, -2, 1) == "local-minimum"  # inactive
    assert verdict(1, -2, 0) == "local-minimum"  # inactive and flat
    assert verdict(1, -1, 0) == "saddle"  # semi-inactive at 1, flat
    assert verdict(1, -1, 1) == "not-critical"  # turning it on at 1 lowers the residual
    assert verdict(1, -1, -1) == "local-minimum"  # turning it on at 1 raises it
    assert verdict(-1, 0, 1) == "local-minimum"  # the same at 0
    assert verdict(-1, 0, -1) == "not-critical"
    assert verdict(0, 0, 0) == "saddle"
    assert verdict(0, 0, 1) == "not-critical"
    assert verdict(0, 1, 0) == "saddle"
    assert verdict(0, 1, 1) == "not-critical"


def test_reasons_name_neurons_and_the_gradient():
    data = Dataset.from_rows([0, 1], [0, 1])
    hinge = classify_empirical(
        network_of([((1,), -2, (1,)), ((1,), -1, (-1,))], ("1/2",)), data
    )
    assert hinge.verdict == "local-minimum"
    assert any(hinge.gradient)
    assert "neuron 1 the term" in hinge.reason
    assert "neuron 2 the term" in hinge.reason
    assert "generalized gradient (slope 1 at zero) is not zero" in hinge.reason


def test_a_derivative_on_one_side_that_the_gradient_does_not_see():
    """f = max(x - 1, 0), residuals t (1, -2, 1) at 1, 2, 3: active at 1 all derivatives vanish."""
    network = network_of([((1,), -1, (1,))], (0,))
    fall = check(network, *data_of([0, 1, 2, 3], [0, 1, -1, 3]))
    assert not any(fall.gradient)
    assert fall.verdict == "not-critical"
    assert "although the generalized gradient" in fall.reason
    assert "vanishes at 1 input" in fall.reason
    rise = check(network, *data_of([0, 1, 2, 3], [0, -1, 3, 1]))
    assert not any(rise.gradient)
    assert rise.verdict == "local-minimum"


def test_a_degenerate_neuron_in_the_plane(monkeypatch):
    """r = 1 at the corners of a square and -4 at its centre: psi >= 0 by convexity."""
    points = [(0, 0), (2, 0), (0, 2), (2, 2), (1, 1)]
    network = network_of([((0, 0), 0, (1,))], (0,))
    inputs, targets = data_of(points, [-1, -1, -1, -1, 4])
    assert check(network, inputs, targets).verdict == "local-minimum"
    turned = network_of([((0, 0), 0, (-1,))], (0,))
    assert check(turned, inputs, targets).verdict == "not-critical"
    monkeypatch.setattr("symerm.landscape.empirical_neuron.MAX_STEPS", 0)
    few = check(network, inputs, targets)
    assert few.verdict == "undecided"
    assert "5 of the 10 intersections" in few.reason
    flat = network_of([((0, 0), 0, (1,)), ((0, 0), 0, (0,))], (0,))
    assert "neuron 2 has output weights zero" in check(flat, inputs, targets).reason


def test_large_numbers_of_digits():
    """Parameters of floats: numerators and denominators of many digits."""
    tiny = F(1, 3**40)
    network = network_of([((1 + tiny,), -1, (1,)), ((1,), "1/3", (-1,))], (tiny,))
    found = check(network, *data_of([0, 1, F(2) / 3**30], [1, 2, "1/7"]))
    assert found.verdict == "not-critical"
