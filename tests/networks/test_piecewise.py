"""Piecewise-linear functions on the line, checked against the networks they come from."""

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st
from network_strategies import LEAKY, evaluate, networks, shallow_networks, small

from symerm.errors import BudgetExceeded, InputError, UnsupportedError
from symerm.networks import (
    DeepNetwork,
    Layer,
    PiecewiseLinearFunction,
    ShallowNetwork,
    piecewise_linear_function,
)
from symerm.problem.architecture import Activation

on_a_line = networks(inputs=st.just(1))


def sawtooth(depth):
    """The tent map composed with itself: 2^depth linear pieces on [0, 1]."""
    first = Layer(((F(2),), (F(4),)), (F(0), F(-2)))
    middle = Layer(((F(2), F(-2)), (F(4), F(-4))), (F(0), F(-2)))
    return DeepNetwork((first, *[middle] * (depth - 1), Layer(((F(1), F(-1)),), (F(0),))))


@given(on_a_line, st.lists(small, max_size=5))
def test_values_agree_with_the_network_everywhere(network, points):
    form = piecewise_linear_function(network)
    for kink, value in zip(form.kinks, form.values, strict=True):
        assert evaluate(network, (kink,))[1] == value
    for s in [*points, *form.kinks, F(10**6), F(-(10**6))]:
        assert form(s) == evaluate(network, (s,))[1]
    for piece in form.pieces():
        # Inside a piece and at both of its ends.
        left = piece.lower if piece.lower is not None else (piece.upper or F(0)) - 100
        right = piece.upper if piece.upper is not None else left + 100
        for s in (left, right, (left + right) / 2, (3 * left + right) / 4):
            assert piece(s) == evaluate(network, (s,))[1]


@given(on_a_line)
def test_the_form_bends_at_its_kinks_only(network):
    form = piecewise_linear_function(network)
    assert list(form.kinks) == sorted(set(form.kinks))
    step = min([F(1), *(b - a for a, b in zip(form.kinks, form.kinks[1:], strict=False))]) / 2
    for kink in form.kinks:
        left, centre, right = (evaluate(network, (kink + k * step,))[1] for k in (-1, 0, 1))
        assert any(a + b != 2 * c for a, b, c in zip(left, right, centre, strict=True))


@given(shallow_networks(inputs=st.just(1)), st.randoms(use_true_random=False), small)
def test_equal_functions_have_equal_forms(network, random, scale):
    order = list(range(network.width))
    random.shuffle(order)
    factor = abs(scale) + 1
    other = ShallowNetwork(
        tuple(tuple(factor * a for a in network.hidden_weights[j]) for j in order),
        tuple(factor * network.hidden_biases[j] for j in order),
        tuple(tuple(v / factor for v in network.output_weights[j]) for j in order),
        network.output_biases,
        network.activation,
    )
    form = piecewise_linear_function(network)
    assert piecewise_linear_function(other) == form
    assert piecewise_linear_function(DeepNetwork.from_shallow(other)) == form


def test_cancelling_neurons_leave_no_kink():
    identity = ShallowNetwork(((F(2),), (F(-2),)), (F(1), F(-1)), ((F(1),), (F(-1),)), (F(-1),))
    assert piecewise_linear_function(identity) == PiecewiseLinearFunction(
        (), ((F(2),),), ((F(0),),)
    )


def test_leaky_kink():
    network = ShallowNetwork(((F(1),),), (F(-2),), ((F(3),),), (F(1),), LEAKY)
    assert piecewise_linear_function(network) == PiecewiseLinearFunction(
        (F(2),), ((F(1),), (F(3),)), ((F(-1),), (F(-5),))
    )


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_sawtooth(depth):
    form = piecewise_linear_function(sawtooth(depth))
    inner = [kink for kink in form.kinks if 0 < kink < 1]
    assert inner == [F(k, 2**depth) for k in range(1, 2**depth)]
    assert [form(kink)[0] for kink in inner] == [k % 2 for k in range(1, 2**depth)]


def test_the_limit_on_pieces_is_kept():
    with pytest.raises(BudgetExceeded, match="more than 40 pieces"):
        piecewise_linear_function(sawtooth(20), limit=40)
    hinge = ShallowNetwork(((F(1),),), (F(0),), ((F(1),),), (F(0),))
    assert len(piecewise_linear_function(hinge, limit=2).pieces()) == 2
    with pytest.raises(BudgetExceeded):
        piecewise_linear_function(hinge, limit=1)


@given(on_a_line, small)
def test_components(network, s):
    form = piecewise_linear_function(network)
    parts = [form.component(k) for k in range(form.output_dimension)]
    assert tuple(part(s)[0] for part in parts) == form(s)
    assert {kink for part in parts for kink in part.kinks} == set(form.kinks)


def test_constants_without_neurons():
    constant = ShallowNetwork((), (), (), (F(1), F(2)))
    form = piecewise_linear_function(constant)
    assert form == PiecewiseLinearFunction((), ((F(0), F(0)),), ((F(1), F(2)),))


def test_unsupported_networks():
    plane = ShallowNetwork(((F(1), F(1)),), (F(0),), ((F(1),),), (F(0),))
    with pytest.raises(UnsupportedError, match="2 inputs"):
        piecewise_linear_function(plane)
    soft = ShallowNetwork(((F(1),),), (F(0),), ((F(1),),), (F(0),), Activation("tanh"))
    with pytest.raises(UnsupportedError, match="tanh"):
        piecewise_linear_function(soft)


@pytest.mark.parametrize(
    ("kinks", "slopes", "intercepts", "message"),
    [
        ((F(0),), ((F(1),),), ((F(0),),), "1 kinks need 2"),
        ((F(0),), ((F(1),), (F(2), F(3))), ((F(0),),) * 2, "differ in length"),
        ((F(0),), ((F(1),), (F(1),)), ((F(0),),) * 2, "slope does not change at 0"),
        ((F(1, 2),), ((F(1),), (F(2),)), ((F(0),), (F(0),)), "jumps at 1/2"),
        ((F(0), F(0)), ((F(1),), (F(2),), (F(1),)), ((F(0),),) * 3, "do not increase"),
    ],
)
def test_only_canonical_forms_are_accepted(kinks, slopes, intercepts, message):
    with pytest.raises(InputError, match=message):
        PiecewiseLinearFunction(kinks, slopes, intercepts)
