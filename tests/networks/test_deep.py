"""Networks of any depth: realization, conversion, shapes."""

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st
from network_strategies import deep_networks, evaluate, shallow_networks, vectors

from symerm.errors import InputError
from symerm.networks import DeepNetwork, Layer, ShallowNetwork
from symerm.problem.architecture import Activation


@given(st.data())
def test_values_agree_with_plain_loops(data):
    network = data.draw(deep_networks(inputs=st.integers(1, 3)))
    points = data.draw(st.lists(vectors(network.input_dimension), max_size=4))
    expected = [evaluate(network, point) for point in points]
    assert network.realize(points) == tuple(output for _, output in expected)
    *hidden, _ = network.layer_values(points)
    for level, rows in enumerate(hidden):
        assert rows == tuple(trace[level] for trace, _ in expected)


@given(st.data())
def test_conversion_keeps_the_function(data):
    shallow = data.draw(shallow_networks())
    deep = DeepNetwork.from_shallow(shallow)
    point = data.draw(vectors(shallow.input_dimension))
    assert deep(point) == shallow(point)
    assert (deep.input_dimension, deep.widths, deep.output_dimension) == (
        shallow.input_dimension,
        (shallow.width,),
        shallow.output_dimension,
    )


def test_quadratic_layers():
    fourth_power = DeepNetwork(
        (Layer(((F(1),),), (F(0),)), Layer(((F(1),),), (F(0),)), Layer(((F(1),),), (F(0),))),
        Activation("quadratic"),
    )
    assert fourth_power((F(-2, 3),)) == (F(16, 81),)


def test_networks_without_neurons_and_without_points():
    constant = DeepNetwork.from_shallow(ShallowNetwork((), (), (), (F(7),)))
    assert constant((F(1), F(2))) == (7,)
    assert constant.realize(()) == ()


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: DeepNetwork(()), "at least one layer"),
        (lambda: DeepNetwork((Layer((), ()),)), "no neurons"),
        (lambda: DeepNetwork((Layer(((F(1),),), (F(1),)), Layer(((F(1), F(2)),), (F(1),)))),
         "layer 2 takes 2 inputs but layer 1 has 1 neurons"),
        (lambda: Layer(((F(1),),), ()), "1 rows of weights"),
        (lambda: Layer(((F(1),), ()), (F(1), F(1))), "different lengths"),
        (lambda: DeepNetwork((Layer(((F(1),),), (F(1),)),))((F(1), F(1))), "row 1.*2 coordinates"),
    ],
)
def test_shapes_must_fit(build, message):
    with pytest.raises(InputError, match=message):
        build()
