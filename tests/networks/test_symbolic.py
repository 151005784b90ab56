"""sympy forms of networks, evaluated at random rational points and at the kinks."""

import subprocess
import sys
from fractions import Fraction as F

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from network_strategies import evaluate, networks, small, vectors

from symerm.errors import InputError, UnsupportedError
from symerm.networks import (
    ShallowNetwork,
    closed_expressions,
    input_symbols,
    piecewise_expressions,
    piecewise_linear_function,
)
from symerm.problem.architecture import Activation


def at(expression, symbols, point):
    values = {
        symbol: sympy.Rational(value.numerator, value.denominator)
        for symbol, value in zip(symbols, point, strict=True)
    }
    result = expression.subs(values)
    assert result.is_Rational
    return F(int(result.p), int(result.q))


@settings(max_examples=40)
@given(networks(inputs=st.just(1)), st.lists(small, min_size=1, max_size=3))
def test_piecewise_at_points_and_kinks(network, points):
    expressions = piecewise_expressions(network)
    assert not any(expression.atoms(sympy.Float) for expression in expressions)
    kinks = piecewise_linear_function(network).kinks
    for s in [*points, *kinks]:
        assert tuple(at(e, input_symbols(1), (s,)) for e in expressions) == evaluate(
            network, (s,)
        )[1]
    bends = {
        F(int(relation.rhs.p), int(relation.rhs.q))
        for expression in expressions
        for relation in expression.atoms(sympy.core.relational.Relational)
    }
    assert bends == set(kinks)


@settings(max_examples=40)
@given(st.data())
def test_closed_expressions_at_points(data):
    network = data.draw(networks(inputs=st.integers(1, 3)))
    symbols = input_symbols(network.input_dimension)
    expressions = closed_expressions(network)
    assert {s for e in expressions for s in e.free_symbols} <= set(symbols)
    for _ in range(3):
        point = data.draw(vectors(network.input_dimension))
        assert tuple(at(e, symbols, point) for e in expressions) == evaluate(network, point)[1]


def test_adjacent_equal_pieces_are_merged():
    network = ShallowNetwork(((F(1),), (F(-1),)), (F(0), F(0)), ((F(1), F(1)), (F(-1), F(1))),
                             (F(0), F(0)))
    x = sympy.Symbol("t")
    assert piecewise_expressions(network, variable=x) == (
        x,
        sympy.Piecewise((-x, x <= 0), (x, True)),
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("quadratic", lambda z: z**2),
        ("logistic", lambda z: 1 / (1 + sympy.exp(-z))),
        ("tanh", sympy.tanh),
        ("erf", sympy.erf),
    ],
)
def test_smooth_activations(kind, expected):
    network = ShallowNetwork(((F(2),),), (F(1, 3),), ((F(5),),), (F(-1),), Activation(kind))
    (x,) = input_symbols(1)
    assert closed_expressions(network) == (5 * expected(2 * x + sympy.Rational(1, 3)) - 1,)
    with pytest.raises(UnsupportedError, match=kind):
        piecewise_expressions(network)


def test_constant_neurons_are_evaluated():
    network = ShallowNetwork(((F(0),),), (F(3),), ((F(2),),), (F(1),))
    assert closed_expressions(network) == (7,)


def test_the_number_of_variables_must_fit():
    network = ShallowNetwork(((F(1),),), (F(3),), ((F(2),),), (F(1),))
    with pytest.raises(InputError, match="1 inputs but 2 variables"):
        closed_expressions(network, variables=sympy.symbols("a b"))


def test_sympy_is_loaded_only_when_it_is_used():
    code = "import symerm.networks, sys; sys.exit('sympy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
