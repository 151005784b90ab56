"""Derivatives in the parameters against exact limits of difference quotients."""

from fractions import Fraction as F

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from network_strategies import activations, evaluate, networks, vectors

from symerm.errors import InputError, UnsupportedError
from symerm.networks import (
    DeepNetwork,
    ShallowNetwork,
    directional_derivative,
    network_from_parameters,
    network_to_json,
    parameter_vector,
    realization_jacobian,
)
from symerm.problem.architecture import Activation

QUADRATIC = Activation("quadratic")


def flat(data):
    """The numbers of a JSON form in the order in which they are written."""
    if isinstance(data, dict):
        return [x for key, value in data.items() if key != "activation" for x in flat(value)]
    if isinstance(data, list):
        return [x for entry in data for x in flat(entry)]
    return [F(data)]


def derivative_by_interpolation(network, direction, point, degree):
    """d/dt at 0+ of nu_{theta + t eta}(s), a polynomial of at most this degree for small t.

    The step is so small that no preactivation, a polynomial in t with coefficients of small
    height, changes its sign in (0, step] (Cauchy's bound on roots).
    """
    step = F(1, 2**400)
    theta, eta = parameter_vector(network), parameter_vector(direction)
    nodes = [k * step / degree for k in range(degree + 1)]
    values = [
        evaluate(
            network_from_parameters(
                network, [x + t * dx for x, dx in zip(theta, eta, strict=True)]
            ),
            point,
        )[1]
        for t in nodes
    ]
    # Derivative at 0 of the Lagrange polynomial through the nodes.
    result = []
    for k in range(len(values[0])):
        total = F(0)
        for i, node in enumerate(nodes):
            weight = F(0)
            for j, other in enumerate(nodes):
                if j == i:
                    continue
                product = F(1)
                for m, third in enumerate(nodes):
                    if m not in (i, j):
                        product *= (0 - third) / (node - third)
                weight += product / (node - other)
            total += weight * values[i][k]
        result.append(total)
    return tuple(result)


@st.composite
def instances(draw, **options):
    network = draw(networks(inputs=st.integers(1, 2), **options))
    direction = network_from_parameters(network, draw(vectors(len(parameter_vector(network)))))
    return network, direction, draw(vectors(network.input_dimension))


def degree_of(network):
    layers = 2 if isinstance(network, ShallowNetwork) else len(network.layers)
    if network.activation == QUADRATIC:
        return 2**layers - 1
    return layers


@given(instances())
def test_directional_derivative_is_the_one_sided_limit(instance):
    network, direction, point = instance
    expected = derivative_by_interpolation(network, direction, point, degree_of(network))
    assert directional_derivative(network, direction, point) == expected


@given(instances(activation=st.just(QUADRATIC)))
def test_derivative_of_quadratic_networks(instance):
    network, direction, point = instance
    assume(degree_of(network) <= 15)
    expected = derivative_by_interpolation(network, direction, point, degree_of(network))
    assert directional_derivative(network, direction, point) == expected
    jacobian = realization_jacobian(network, point)
    eta = parameter_vector(direction)
    assert tuple(sum(a * b for a, b in zip(row, eta, strict=True)) for row in jacobian) == expected


@given(instances())
def test_jacobian_times_direction(instance):
    network, direction, point = instance
    if any(z == 0 for layer in evaluate(network, point)[0] for z in layer):
        with pytest.raises(InputError, match="is zero at the point"):
            realization_jacobian(network, point)
        return
    eta = parameter_vector(direction)
    jacobian = realization_jacobian(network, point)
    assert len(jacobian) == network.output_dimension
    product = tuple(sum(a * b for a, b in zip(row, eta, strict=True)) for row in jacobian)
    assert product == derivative_by_interpolation(network, direction, point, degree_of(network))


@given(networks(activation=activations))
def test_parameters_follow_the_json_form(network):
    parameters = parameter_vector(network)
    assert list(parameters) == flat(network_to_json(network))
    assert network_from_parameters(network, parameters) == network
    with pytest.raises(InputError, match="parameters"):
        network_from_parameters(network, parameters[1:])


def test_at_a_kink_the_two_sides_differ():
    leaky = Activation("leaky", F(1, 4))
    network = ShallowNetwork(((F(1),),), (F(-1),), ((F(2),),), (F(0),), leaky)
    one = [network_from_parameters(network, [F(0), F(b), F(0), F(0)]) for b in (1, -1)]
    assert [directional_derivative(network, eta, (F(1),)) for eta in one] == [(2,), (F(-1, 2),)]


def test_directions_of_another_shape_are_refused():
    network = ShallowNetwork(((F(1),),), (F(-1),), ((F(2),),), (F(0),))
    for other in (
        ShallowNetwork(((F(1), F(1)),), (F(-1),), ((F(2),),), (F(0),)),
        ShallowNetwork((), (), (), (F(0),)),
        DeepNetwork.from_shallow(network),
    ):
        with pytest.raises(InputError, match="same shape"):
            directional_derivative(network, other, (F(1),))


def test_transcendental_activations_are_refused():
    network = ShallowNetwork(((F(1),),), (F(-1),), ((F(2),),), (F(0),), Activation("tanh"))
    with pytest.raises(UnsupportedError, match="tanh"):
        realization_jacobian(network, (F(1),))
    with pytest.raises(UnsupportedError, match="tanh"):
        directional_derivative(network, network, (F(1),))
