"""Chambers of networks: cover, disjointness, affine maps, irredundance, counts."""

from fractions import Fraction as F
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from network_strategies import LEAKY, deep_networks, evaluate, networks, shallow_networks, vectors

from symerm.arithmetic.hyperplanes import affine_chambers
from symerm.errors import BudgetExceeded, UnsupportedError
from symerm.networks import (
    DeepNetwork,
    Layer,
    ShallowNetwork,
    network_chambers,
    piecewise_linear_function,
)
from symerm.problem.architecture import Activation


def sign(value):
    return (value > 0) - (value < 0)


def slacks(chamber, point):
    return [
        sum((n * s for n, s in zip(normal, point, strict=True)), offset)
        for normal, offset in zip(chamber.normals, chamber.offsets, strict=True)
    ]


@given(st.data())
def test_chambers_cover_the_space_and_carry_the_network(data):
    network = data.draw(networks(inputs=st.integers(1, 3)))
    chambers = network_chambers(network)
    points = data.draw(st.lists(vectors(network.input_dimension), min_size=1, max_size=4))
    far = [tuple(1000 * x + k for k, x in enumerate(point)) for point in points]
    for point in [*points, *far]:
        around = [chamber for chamber in chambers if min(slacks(chamber, point), default=0) >= 0]
        assert around == [chamber for chamber in chambers if chamber.contains(point)]
        assert around
        # On common boundaries, kinks included, all maps must agree.
        assert {chamber(point) for chamber in around} == {evaluate(network, point)[1]}
        hidden = evaluate(network, point)[0]
        if all(z != 0 for layer in hidden for z in layer):
            signs = tuple(tuple(map(sign, layer)) for layer in hidden)
            assert [chamber.signs for chamber in around] == [signs]


@given(networks(inputs=st.integers(1, 3)))
def test_witnesses_lie_inside_their_own_chamber_only(network):
    chambers = network_chambers(network)
    assert [chamber.signs for chamber in chambers] == sorted(
        {chamber.signs for chamber in chambers}
    )
    for chamber in chambers:
        assert all(slack > 0 for slack in slacks(chamber, chamber.witness))
        hidden = evaluate(network, chamber.witness)[0]
        assert chamber.signs == tuple(tuple(map(sign, layer)) for layer in hidden)
        assert [c for c in chambers if c.contains(chamber.witness)] == [chamber]


@given(shallow_networks(max_width=5))
def test_one_layer_agrees_with_the_hyperplane_arrangement(network):
    cells = affine_chambers(network.hidden_weights, network.hidden_biases)
    assert [chamber.signs[0] for chamber in network_chambers(network)] == sorted(
        cell.signs for cell in cells
    )


@given(networks(inputs=st.integers(1, 3)))
def test_no_inequality_can_be_left_out(network):
    for chamber in network_chambers(network):
        if not chamber.normals:
            continue
        around = {cell.signs for cell in affine_chambers(chamber.normals, chamber.offsets)}
        count = len(chamber.normals)
        for k in range(count):
            # Beyond facet k there are points that satisfy all other inequalities.
            assert tuple(-1 if i == k else 1 for i in range(count)) in around


@given(deep_networks(inputs=st.just(1)))
def test_on_a_line_the_chambers_are_the_pieces_or_finer(network):
    chambers = sorted(network_chambers(network), key=lambda chamber: chamber.witness)
    form = piecewise_linear_function(network)
    for chamber in chambers:
        (s,) = chamber.witness
        piece = next(
            piece
            for piece in form.pieces()
            if (piece.lower is None or piece.lower <= s)
            and (piece.upper is None or s <= piece.upper)
        )
        assert (tuple(m for (m,) in chamber.matrix), chamber.offset) == (
            piece.slope,
            piece.intercept,
        )
    ends = {
        -offset / normal[0]
        for chamber in chambers
        for normal, offset in zip(chamber.normals, chamber.offsets, strict=True)
    }
    assert set(form.kinks) <= ends
    assert len(chambers) == len(ends) + 1


@pytest.mark.parametrize(("p", "d"), [(1, 6), (2, 7), (3, 6), (4, 5)])
def test_number_of_chambers_in_general_position(p, d):
    # Points on the moment curve: any p + 1 of the forms are independent.
    network = ShallowNetwork(
        tuple(tuple(F(j) ** k for k in range(1, p + 1)) for j in range(1, d + 1)),
        tuple(F(1) for _ in range(d)),
        ((F(1),),) * d,
        (F(0),),
    )
    # The forms (j, .., j^p) and 1 together are a Vandermonde matrix.
    assert len(network_chambers(network)) == sum(comb(d, k) for k in range(p + 1))


def test_leaky_chambers_use_the_slope():
    network = ShallowNetwork(((F(1), F(0)),), (F(0),), ((F(6),),), (F(1),), LEAKY)
    maps = [(chamber.matrix, chamber.offset) for chamber in network_chambers(network)]
    assert maps == [(((2, 0),), (1,)), (((6, 0),), (1,))]


def test_dead_layers_and_vanishing_forms():
    zero, one = F(0), F(1)
    network = DeepNetwork(
        (
            Layer(((one, zero), (zero, zero)), (zero, zero)),
            Layer(((-one, one), (zero, one)), (zero, -one)),
            Layer(((one, one),), (one,)),
        )
    )
    chambers = network_chambers(network)
    assert [chamber.signs for chamber in chambers] == [
        ((-1, 0), (0, -1)),
        ((1, 0), (-1, -1)),
    ]
    assert {(chamber.matrix, chamber.offset) for chamber in chambers} == {(((0, 0),), (1,))}


def test_a_constant_has_one_chamber():
    (chamber,) = network_chambers(ShallowNetwork((), (), (), (F(1), F(2))))
    assert (chamber.signs, chamber.normals, chamber.witness) == (((),), (), ())
    assert chamber(()) == (1, 2)


def test_limit_and_activation():
    grid = ShallowNetwork(
        tuple((F(1),) for _ in range(9)),
        tuple(F(k) for k in range(9)),
        ((F(1),),) * 9,
        (F(0),),
    )
    assert len(network_chambers(grid, limit=10)) == 10
    with pytest.raises(BudgetExceeded, match="more than 9 chambers"):
        network_chambers(grid, limit=9)
    # In layers the limit counts all chambers, not those inside one chamber of the layer before.
    two = Layer(((F(1), F(0)), (F(0), F(1))), (F(0), F(0)))
    deep = DeepNetwork((two, Layer(((F(1), F(1)),), (F(-1),)), Layer(((F(1),),), (F(0),))))
    assert len(network_chambers(deep)) == 7
    with pytest.raises(BudgetExceeded, match="more than 6 chambers"):
        network_chambers(deep, limit=6)
    soft = ShallowNetwork(((F(1),),), (F(0),), ((F(1),),), (F(0),), Activation("erf"))
    with pytest.raises(UnsupportedError, match="erf"):
        network_chambers(soft)
