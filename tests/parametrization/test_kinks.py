"""The kink form: values, jumps of the gradient, uniqueness, differences and their points."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parametrization_cases import (
    boxes,
    evaluate,
    network_of,
    neurons_of,
    same_function,
    shallow,
    vectors,
)

from symerm.errors import InputError, UnsupportedError
from symerm.networks import ShallowNetwork, network_chambers, piecewise_linear_function
from symerm.parametrization.kinks import Kink, KinkForm, check_box, kink_form
from symerm.problem.architecture import Activation


def extremes(kink, box):
    """The least and the largest value of a form on a box, at the vertices."""
    low = high = Fraction(kink.offset)
    for n, (left, right) in zip(kink.normal, box, strict=True):
        low += min(n * left, n * right)
        high += max(n * left, n * right)
    return low, high


@given(st.data())
def test_the_form_has_the_values_of_the_network(data) -> None:
    network = data.draw(shallow(width=(1, 4)))
    box = data.draw(boxes(network.input_dimension))
    form = kink_form(network, box)
    for _ in range(4):
        point = data.draw(vectors(network.input_dimension))
        if box is not None:
            shares = (data.draw(st.fractions(0, 1, max_denominator=9)) for _ in box)
            point = tuple(
                low + (high - low) * share
                for share, (low, high) in zip(shares, box, strict=True)
            )
        assert form(point) == evaluate(network, point)


@given(st.data())
def test_kinks_are_distinct_and_cross_the_domain(data) -> None:
    network = data.draw(shallow(width=(1, 4)))
    box = data.draw(boxes(network.input_dimension))
    form = kink_form(network, box)
    places = [(kink.normal, kink.offset) for kink in form.kinks]
    assert places == sorted(set(places))
    for kink in form.kinks:
        assert any(kink.jump)
        assert gcd(*kink.normal, kink.offset) == 1
        assert next(n for n in kink.normal if n) > 0
        if box is not None:
            low, high = extremes(kink, box)
            assert low < 0 < high


@given(shallow(inputs=(1, 1), width=(1, 5)))
def test_on_the_line_kinks_and_jumps_are_those_of_the_pieces(network) -> None:
    pieces = piecewise_linear_function(network)
    expected = {
        point: tuple(y - x for x, y in zip(*pieces.slopes[k : k + 2], strict=True))
        for k, point in enumerate(pieces.kinks)
    }
    found = {
        Fraction(-kink.offset, kink.normal[0]): tuple(kink.normal[0] * d for d in kink.jump)
        for kink in kink_form(network).kinks
    }
    assert found == expected


@given(shallow(inputs=(2, 2), width=(1, 3)))
def test_on_the_plane_gradients_jump_where_chambers_meet(network) -> None:
    # A chamber's gradient is the linear part and the jumps of the kinks below it.
    form = kink_form(network)
    for chamber in network_chambers(network):
        total = [list(row) for row in form.matrix]
        for kink in form.kinks:
            if kink.value(chamber.witness) > 0:
                for row, jump in zip(total, kink.jump, strict=True):
                    row[:] = [x + jump * n for x, n in zip(row, kink.normal, strict=True)]
        assert chamber.matrix == tuple(map(tuple, total))


@given(st.data())
def test_the_form_belongs_to_the_function(data) -> None:
    network = data.draw(shallow(width=(1, 3)))
    other = data.draw(same_function(network))
    box = data.draw(boxes(network.input_dimension))
    assert kink_form(network, box) == kink_form(other, box)
    difference = kink_form(network, box) - kink_form(other, box)
    assert difference.is_zero
    assert difference.nonzero_point() is None


@given(st.data())
def test_a_form_that_is_not_zero_has_a_point_inside(data) -> None:
    p = data.draw(st.integers(1, 3))
    first, second = (
        data.draw(shallow(inputs=(p, p), outputs=(1, 1), width=(1, 4))) for _ in range(2)
    )
    box = data.draw(boxes(p))
    difference = kink_form(first, box) - kink_form(second, box)
    point = difference.nonzero_point()
    assert (point is None) == difference.is_zero
    if point is not None:
        assert box is None or all(
            low < x < high for x, (low, high) in zip(point, box, strict=True)
        )
        assert evaluate(first, point) != evaluate(second, point)
        assert difference(point)[0] == evaluate(first, point)[0] - evaluate(second, point)[0]


@given(st.data())
def test_what_happens_outside_a_box_does_not_count(data) -> None:
    network = data.draw(shallow(inputs=(1, 2), width=(1, 3)))
    p, q = network.input_dimension, network.output_dimension
    box = ((Fraction(-1), Fraction(1)),) * p
    far = tuple(Fraction(data.draw(st.integers(-2, 2))) for _ in range(p))
    reach = sum(map(abs, far), Fraction(0))
    # Zero on the box up to its boundary, if the kink only touches it.
    bias = -reach - data.draw(st.integers(0, 1))
    gamma = network.activation.negative_slope
    outputs = data.draw(vectors(q))
    cancel = tuple(-gamma * v for v in outputs)
    everywhere = ((far, bias, outputs), *(
        (tuple(side * w for w in far), side * bias, tuple(side * v / (1 + gamma) for v in cancel))
        for side in (1, -1)
    ))  # fmt: skip
    other = network_of(
        [*neurons_of(network), *everywhere], network.output_biases, network.activation
    )
    assert kink_form(network, box) == kink_form(other, box)


@pytest.mark.parametrize("flat", [((1,), -1), ((-1,), -1), ((2,), 2)])
def test_a_kink_on_the_boundary_of_a_box_is_none(flat) -> None:
    weights, bias = flat
    network = ShallowNetwork(
        (tuple(map(Fraction, weights)),), (Fraction(bias),), ((Fraction(1),),), (Fraction(0),)
    )
    assert len(kink_form(network).kinks) == 1
    assert not kink_form(network, ((Fraction(-1), Fraction(1)),)).kinks


def test_many_kinks_through_one_point_are_told_apart() -> None:
    one, zero = Fraction(1), Fraction(0)
    kinks = tuple(Kink((1, k), 0, (one,)) for k in range(-20, 20))
    form = KinkForm(2, kinks, ((zero, zero),), (zero,))
    point = form.nonzero_point()
    assert any(form(point))


def test_what_does_not_fit_is_refused() -> None:
    one, zero = Fraction(1), Fraction(0)
    line = KinkForm(1, (), ((one,),), (zero,))
    plane = KinkForm(2, (), ((one, one),), (zero,))
    boxed = KinkForm(1, (), ((one,),), (zero,), ((zero, one),))
    with pytest.raises(InputError, match="1 inputs and 1 outputs cannot be compared"):
        line - plane
    with pytest.raises(InputError, match="different boxes"):
        line - boxed
    with pytest.raises(InputError, match="side 2 of the box is empty"):
        check_box(((zero, one), (one, one)), 2)
    with pytest.raises(InputError, match="2 sides but the network has 1 inputs"):
        kink_form(ShallowNetwork(((one,),), (one,), ((one,),), (one,)), ((zero, one),) * 2)
    smooth = ShallowNetwork(((one,),), (one,), ((one,),), (one,), Activation("erf"))
    with pytest.raises(UnsupportedError, match="relu or leaky, not erf"):
        kink_form(smooth)
