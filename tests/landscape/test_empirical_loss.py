"""The loss of a dataset around a network, against plain sums and independent derivatives."""

from fractions import Fraction as F

import empirical_oracle as oracle
import pytest
import sympy
from empirical_cases import QUADRATIC, critical_cases, networks_with_data
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.arrangements.neuron_types import neuron_type_on_points
from symerm.errors import InputError, UnsupportedError
from symerm.landscape.empirical_loss import EmpiricalLoss, direction_network
from symerm.landscape.empirical_minima import classify_empirical
from symerm.networks import ShallowNetwork, network_from_parameters, parameter_vector
from symerm.problem.architecture import RELU, Activation
from symerm.problem.dataset import Dataset


@given(networks_with_data(), st.data())
def test_values_are_plain_sums(case, data):
    network, inputs, targets = case
    loss = EmpiricalLoss.at(network, Dataset(inputs, targets))
    assert loss.value == oracle.loss(network, inputs, targets)
    theta = list(parameter_vector(network))
    for place in data.draw(st.lists(st.integers(0, len(theta) - 1), max_size=4)):
        theta[place] += data.draw(st.fractions(-2, 2, max_denominator=5))
    other = network_from_parameters(network, theta)
    assert loss.value_at(other) == oracle.loss(other, inputs, targets)


@given(networks_with_data())
def test_types_and_kinks(case):
    network, inputs, targets = case
    found = EmpiricalLoss.at(network, Dataset(inputs, targets)).neurons
    for neuron, w, b, v in zip(
        found, network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
    ):
        assert neuron.type is neuron_type_on_points(w, b, inputs)
        assert neuron.flat == (not any(v))
        if len(w) == 1 and w[0]:
            assert w[0] * neuron.kink + b == 0
        else:
            assert neuron.kink is None


@settings(max_examples=20)
@given(networks_with_data())
def test_gradient_is_the_derivative_where_the_loss_is_smooth(case):
    """Differentiated by sympy; at a zero preactivation the slope 1 is taken."""
    network, inputs, targets = case
    theta = sympy.symbols(f"t:{len(parameter_vector(network))}")
    width, p = network.width, len(inputs[0])
    q = network.output_dimension
    total = 0
    for point, target in zip(inputs, targets, strict=True):
        outputs = list(theta[width * (p + 1 + q) :])
        for j in range(width):
            z = theta[width * p + j] + sum(
                theta[j * p + i] * sympy.Rational(x.numerator, x.denominator)
                for i, x in enumerate(point)
            )
            value = oracle.hidden(network.hidden_weights[j], network.hidden_biases[j], point)
            slope = network.activation.negative_slope
            if network.activation == QUADRATIC:
                z = z * z
            elif value < 0:
                z = sympy.Rational(slope.numerator, slope.denominator) * z
            for k in range(q):
                outputs[k] += theta[width * (p + 1) + j * q + k] * z
        total += sum(
            (y - sympy.Rational(t.numerator, t.denominator)) ** 2
            for y, t in zip(outputs, target, strict=True)
        )
    point = {
        symbol: sympy.Rational(x.numerator, x.denominator)
        for symbol, x in zip(theta, parameter_vector(network), strict=True)
    }
    expected = [sympy.diff(total, symbol).subs(point) for symbol in theta]
    found = classify_empirical(network, Dataset(inputs, targets)).gradient
    assert [sympy.Rational(x.numerator, x.denominator) for x in found] == expected


@given(critical_cases())
def test_copies_act_as_their_mean(case):
    """Twice the same data: twice the loss, the same verdict."""
    network, inputs, targets = case
    once = classify_empirical(network, Dataset(inputs, targets))
    twice = classify_empirical(network, Dataset(inputs * 2, targets * 2))
    assert twice.loss == 2 * once.loss
    assert twice.verdict == once.verdict
    assert twice.gradient == tuple(2 * x for x in once.gradient)


def test_network_and_data_must_fit():
    network = ShallowNetwork(((F(1),),), (F(0),), ((F(1),),), (F(0),))
    with pytest.raises(InputError, match="takes 1 inputs but the dataset has 2"):
        classify_empirical(network, Dataset.from_rows([[0, 1]], [0]))
    with pytest.raises(InputError, match="has 1 outputs but the dataset has 2"):
        classify_empirical(network, Dataset.from_rows([0], [[0, 1]]))
    smooth = ShallowNetwork(((F(1),),), (F(0),), ((F(1),),), (F(0),), Activation("tanh"))
    with pytest.raises(UnsupportedError, match="tanh"):
        classify_empirical(smooth, Dataset.from_rows([0], [0]))


def test_direction_network_moves_what_it_is_told():
    network = ShallowNetwork(
        ((F(1), F(2)), (F(3), F(4))), (F(5), F(6)), ((F(7),), (F(8),)), (F(9),), RELU
    )
    moved = direction_network(
        network, bias=(F(1),), hidden={1: (1, 2, 3)}, output={0: (F(4),)}
    )
    assert list(map(int, parameter_vector(moved))) == [0, 0, 1, 2, 0, 3, 4, 0, 1]
