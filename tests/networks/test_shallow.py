"""Two-layer networks: the realization map and its errors."""

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st
from network_strategies import evaluate, shallow_networks, vectors

from symerm.errors import InputError
from symerm.networks import ShallowNetwork
from symerm.problem.architecture import Activation


def hat():
    return ShallowNetwork(
        ((F(1),), (F(1),), (F(1),)),
        (F(1), F(0), F(-1)),
        ((F(1),), (F(-2),), (F(1),)),
        (F(0),),
    )


def test_hat_function():
    values = [hat()((s,))[0] for s in (F(-2), F(-1), F(-1, 3), F(0), F(3, 4), F(1), F(9))]
    assert values == [0, 0, F(2, 3), 1, F(1, 4), 0, 0]


@given(st.data())
def test_values_agree_with_plain_loops(data):
    network = data.draw(shallow_networks())
    point = data.draw(vectors(network.input_dimension))
    hidden, output = evaluate(network, point)
    assert network.preactivations(point) == hidden[0]
    assert network(point) == output
    assert network.realize((point, point)) == (output, output)


def test_loss_is_the_sum_of_squares():
    assert hat().loss(((F(0),), (F(2),)), ((F(3),), (F(1, 2),))) == 4 + F(1, 4)


def test_quadratic_activation_is_exact_and_smooth_ones_are_refused():
    square = ShallowNetwork(((F(2),),), (F(1),), ((F(1),),), (F(0),), Activation("quadratic"))
    assert square((F(1, 2),)) == (4,)
    soft = ShallowNetwork(((F(2),),), (F(1),), ((F(1),),), (F(0),), Activation("tanh"))
    with pytest.raises(InputError, match="tanh"):
        soft((F(1),))


def test_a_network_without_neurons_is_a_constant_on_every_space():
    constant = ShallowNetwork((), (), (), (F(1), F(2)))
    assert constant(()) == constant((F(5), F(6))) == (1, 2)


@pytest.mark.parametrize("point", [(), (F(1), F(2))])
def test_points_of_the_wrong_dimension_are_refused(point):
    with pytest.raises(InputError, match=f"{len(point)} coordinates"):
        hat()(point)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((), (F(1),), ((F(1),),), (F(1),)), "needs 1 hidden_weights"),
        ((((F(1),), ()), (F(1), F(1)), ((F(1),),) * 2, (F(1),)), "different lengths"),
        ((((F(1),),), (F(1),), ((F(1),),), (F(1), F(2))), "differ in length"),
    ],
)
def test_shapes_must_fit(arguments, message):
    with pytest.raises(InputError, match=message):
        ShallowNetwork(*arguments)
