"""Equality: transformed networks are equal, changed ones differ at a valid point, any depth."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parametrization_cases import (
    LEAKY,
    boxes,
    evaluate,
    network_of,
    neurons_of,
    same_function,
    shallow,
    vectors,
)

from symerm.errors import BudgetExceeded, InputError, UnsupportedError
from symerm.networks import DeepNetwork, Layer, ShallowNetwork, network_chambers
from symerm.parametrization import equality
from symerm.parametrization.difference import difference_network
from symerm.parametrization.equality import compare_networks
from symerm.problem.architecture import RELU, Activation


def check_difference(first, second, box, found) -> None:
    assert not found.equal
    assert box is None or _inside(found.point, box)
    values = value(first, found.point), value(second, found.point)
    assert values == found.values
    assert values[0] != values[1]


def _inside(point, box):
    return all(low <= x <= high for x, (low, high) in zip(point, box, strict=True))


def value(network, point):
    if isinstance(network, ShallowNetwork):
        return evaluate(network, point)
    gamma, current = network.activation.negative_slope, list(point)
    for k, layer in enumerate(network.layers):
        if k:
            current = [max(z, gamma * z) for z in current]
        current = [sum((w * x for w, x in zip(row, current, strict=True)), bias)
                   for row, bias in zip(layer.weights, layer.biases, strict=True)]
    return tuple(current)


def equal_by_chambers(first, second) -> bool:
    """Whether the networks, of the same activation, agree on every chamber of both together."""
    negative = [(w, b, tuple(-x for x in v)) for w, b, v in neurons_of(second)]
    biases = tuple(x - y for x, y in zip(first.output_biases, second.output_biases, strict=True))
    joint = network_of([*neurons_of(first), *negative], biases, first.activation)
    return all(
        not any(map(any, chamber.matrix)) and not any(chamber.offset)
        for chamber in network_chambers(joint)
    )


@given(st.data())
def test_changes_that_keep_the_function_are_seen_as_equal(data) -> None:
    network = data.draw(shallow(width=(1, 4)))
    other = data.draw(same_function(network))
    box = data.draw(boxes(network.input_dimension))
    found = compare_networks(network, other, box=box)
    assert found.equal
    assert found.point is None


@given(st.data())
def test_one_changed_number_is_seen_with_a_point(data) -> None:
    network = data.draw(shallow(inputs=(1, 2), width=(1, 3)))
    other = data.draw(same_function(network))
    neurons, biases = neurons_of(other), list(other.output_biases)
    k = data.draw(st.integers(0, len(neurons) - 1))
    weights, bias, outputs = map(list, (neurons[k][0], [neurons[k][1]], neurons[k][2]))
    place = data.draw(st.sampled_from([weights, bias, outputs, biases]))
    place[data.draw(st.integers(0, len(place) - 1))] += data.draw(
        st.sampled_from([Fraction(1), Fraction(-1, 10**9)])
    )
    neurons[k] = tuple(weights), bias[0], tuple(outputs)
    other = network_of(neurons, tuple(biases), other.activation)
    found = compare_networks(network, other)
    assert found.equal == equal_by_chambers(network, other)
    if not found.equal:
        check_difference(network, other, None, found)


@given(st.data())
def test_any_two_small_networks(data) -> None:
    p = data.draw(st.integers(1, 2))
    first, second = (data.draw(shallow(inputs=(p, p), outputs=(1, 1), width=(1, 3)))
                     for _ in range(2))
    box = data.draw(boxes(p))
    found = compare_networks(first, second, box=box)
    if not found.equal:
        check_difference(first, second, box, found)
    else:
        for _ in range(9):
            point = data.draw(vectors(p))
            if box is None or _inside(point, box):
                assert evaluate(first, point) == evaluate(second, point)
    deep = compare_networks(
        _deepened(first, data.draw(st.integers(0, 2))), second, box=box
    )
    assert deep.equal == found.equal


def _deepened(network, times):
    """The same function with more layers: z = act(z) - act(-z) for relu, up to 1 + gamma."""
    gamma = network.activation.negative_slope
    layers = list(DeepNetwork.from_shallow(network).layers)
    for _ in range(times):
        last = layers.pop()
        width = last.width
        layers.append(Layer(
            (*last.weights, *(tuple(-w for w in row) for row in last.weights)),
            (*last.biases, *(-b for b in last.biases)),
        ))  # fmt: skip
        layers.append(Layer(
            tuple(
                tuple((Fraction(int(i == k)) - int(i + width == k)) / (1 + gamma)
                      for k in range(2 * width))
                for i in range(width)
            ),
            (Fraction(0),) * width,
        ))  # fmt: skip
    return DeepNetwork(tuple(layers), network.activation)


@settings(max_examples=40)
@given(st.data())
def test_deep_networks_against_their_two_layer_form(data) -> None:
    p = data.draw(st.integers(1, 2))
    network = data.draw(shallow(inputs=(p, p), width=(1, 3)))
    other = data.draw(same_function(network, kinds=("permute", "scale", "split", "dead")))
    box = data.draw(boxes(p))
    first, second = _deepened(network, 1), _deepened(other, data.draw(st.integers(0, 2)))
    found = compare_networks(first, second, box=box)
    assert found.equal
    neurons = neurons_of(other)
    weights, bias, outputs = neurons[0]
    neurons[0] = weights, bias + Fraction(1, 1000), outputs
    changed = _deepened(network_of(neurons, other.output_biases, other.activation), 1)
    shallow_answer = compare_networks(network, network_of(
        neurons, other.output_biases, other.activation), box=box)  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(equality, "_TRIALS", data.draw(st.sampled_from([0, 40])))
        found = compare_networks(first, changed, box=box)
    assert found.equal == shallow_answer.equal
    if not found.equal:
        check_difference(first, changed, box, found)


@given(st.data())
def test_the_difference_network_subtracts_and_clips(data) -> None:
    p = data.draw(st.integers(1, 2))
    activation = st.sampled_from([RELU, LEAKY])
    first, second = (
        _deepened(data.draw(shallow(inputs=(p, p), outputs=(1, 1), width=(1, 2),
                                    activation=activation)), data.draw(st.integers(0, 1)))
        for _ in range(2)
    )  # fmt: skip
    box = data.draw(boxes(p))
    joint = difference_network(first, second, dimension=p, box=box)
    point = data.draw(vectors(p))
    inside = point if box is None else tuple(
        min(max(x, low), high) for x, (low, high) in zip(point, box, strict=True)
    )
    (x,), (y,) = value(first, inside), value(second, inside)
    assert joint(point) == (x - y,)


def test_the_distance_to_two_points_in_two_ways() -> None:
    # | |x| - 1 | of three layers is |x + 1| + |x - 1| - |x| - 1 of two.
    one, zero = Fraction(1), Fraction(0)
    fold = Layer(((one,), (-one,)), (zero, zero))
    again = Layer(((one, one), (-one, -one)), (-one, one))
    deep = DeepNetwork((fold, again, Layer(((one, one),), (zero,))))
    neurons = [
        ((sign * one,), sign * kink, (weight,))
        for kink, weight in ((one, one), (-one, one), (zero, -one)) for sign in (1, -1)
    ]
    flat = network_of(neurons, (-one,), RELU)
    found = compare_networks(deep, flat)
    assert (found.equal, found.forms, found.pieces) == (True, None, 1)
    assert compare_networks(flat, deep, box=((-one, one),)).equal
    triangle = network_of([((one,), zero, (-one,)), ((-one,), zero, (-one,))], (one,), RELU)
    assert not compare_networks(deep, triangle).equal
    assert compare_networks(deep, triangle, box=((-one, one),)).equal


def test_a_difference_that_no_trial_shows_is_found_in_its_piece() -> None:
    # A bump on [1/1000, 3/1000]^2, made of two layers.
    one, zero, small = Fraction(1), Fraction(0), Fraction(1, 1000)

    def hats(height):
        first = Layer(
            tuple(row for row in ((one, zero), (zero, one)) for _ in range(3)),
            (-small, -2 * small, -3 * small) * 2,
        )
        second = Layer(((one, -2 * one, one) * 2,), (-small,))
        return DeepNetwork((first, second, Layer(((height,),), (one,))))

    for box in (None, ((zero, one),) * 2):
        found = compare_networks(hats(one), hats(2 * one), box=box)
        check_difference(hats(one), hats(2 * one), box, found)
        assert all(small < x < 3 * small for x in found.point)
    assert compare_networks(hats(one), hats(2 * one), box=((one / 2, one),) * 2).equal


def test_constants_of_any_depth() -> None:
    two = Fraction(2)
    constant = ShallowNetwork((), (), (), (two,))
    deep = DeepNetwork((Layer((), ()), Layer(((),), (two,))))
    affine = DeepNetwork((Layer(((Fraction(0),) * 3,), (two,)),))
    sloped = DeepNetwork((Layer(((Fraction(0), two, two),), (two,)),))
    assert compare_networks(constant, deep).equal
    assert compare_networks(constant, affine).equal
    assert compare_networks(affine, constant).equal
    assert not compare_networks(constant, sloped).equal
    assert compare_networks(constant, ShallowNetwork((), (), (), (two,)),
                            box=((two, two + 1),)).equal  # fmt: skip
    other = compare_networks(constant, ShallowNetwork((), (), (), (two + 1,)))
    assert (other.equal, other.point) == (False, ())


@given(shallow(inputs=(2, 2), width=(1, 3), activation=st.just(RELU)))
def test_activations_may_differ(network) -> None:
    gamma = LEAKY.negative_slope
    # max(z, 0) = (act(z) + gamma act(-z)) / (1 - gamma^2).
    neurons = [
        (tuple(sign * w for w in weights), sign * bias,
         tuple(v * factor / (1 - gamma**2) for v in outputs))
        for weights, bias, outputs in neurons_of(network)
        for sign, factor in ((1, Fraction(1)), (-1, gamma))
    ]  # fmt: skip
    other = network_of(neurons, network.output_biases, LEAKY)
    assert compare_networks(network, other).equal
    assert compare_networks(_deepened(network, 1), other).equal


def test_what_cannot_be_compared_is_refused() -> None:
    one = Fraction(1)
    plane = ShallowNetwork(((one, one),), (one,), ((one,),), (one,))
    line = ShallowNetwork(((one,),), (one,), ((one,),), (one,))
    two = ShallowNetwork(((one,),), (one,), ((one, one),), (one, one))
    smooth = ShallowNetwork(((one,),), (one,), ((one,),), (one,), Activation("tanh"))
    for pair, error, message in [
        ((plane, line), InputError, "2 and 1 inputs"),
        ((line, two), InputError, "1 and 2 outputs"),
        ((line, smooth), UnsupportedError, "relu and leaky, not tanh"),
    ]:
        with pytest.raises(error, match=message):
            compare_networks(*pair)
    with pytest.raises(InputError, match="1 sides"):
        compare_networks(plane, plane, box=((one, one + 1),))


def test_the_limit_on_pieces() -> None:
    one, zero = Fraction(1), Fraction(0)
    fold = (Layer(((one,), (one,)), (zero, -one / 2)), Layer(((2 * one, -4 * one),), (zero,)))
    tent = DeepNetwork(fold)
    for _ in range(7):
        first = Layer(
            tuple((w * row[0],) for row in fold[0].weights for w in (one,)), fold[0].biases
        )
        tent = DeepNetwork((first, *_composed(tent)))
    with pytest.raises(BudgetExceeded, match="more than 100 pieces; raise the limit"):
        compare_networks(tent, tent, limit=100)
    assert compare_networks(tent, tent, limit=1000).equal


def _composed(network):
    """The layers of x -> network(tent(x)) after the tent's first layer."""
    first, *rest = network.layers
    merged = Layer(
        tuple((2 * row[0], -4 * row[0]) for row in first.weights), first.biases
    )
    return (merged, *rest)


def test_wide_networks_are_fast() -> None:
    rng = random.Random(0)

    def vector(size):
        return tuple(Fraction(rng.randrange(-(2**52), 2**52), 2**50) for _ in range(size))

    neurons = [(vector(5), vector(1)[0], vector(1)) for _ in range(200)]
    network = network_of(neurons, vector(1), RELU)
    shuffled = neurons[::-1]
    weights, bias, (output,) = shuffled[7]
    shuffled[7] = (weights, bias, (output + Fraction(1, 2**60),))
    for others, equal in ((neurons[::-1], True), (shuffled, False)):
        other = network_of(others, network.output_biases, RELU)
        found = compare_networks(network, other)
        assert found.equal == equal
    check_difference(network, other, None, found)


def test_wide_networks_that_share_no_kink() -> None:
    rng = random.Random(4)

    def vector(size):
        return tuple(Fraction(rng.randrange(-99, 99)) for _ in range(size))

    first, second = (
        network_of([(vector(5), vector(1)[0], vector(1)) for _ in range(200)], vector(1), RELU)
        for _ in range(2)
    )
    box = ((Fraction(-1), Fraction(1, 3)),) * 5
    for domain in (None, box):
        found = compare_networks(first, second, box=domain)
        check_difference(first, second, domain, found)


@given(st.data())
def test_equality_is_symmetric(data) -> None:
    p = data.draw(st.integers(1, 2))
    first, second = (
        data.draw(shallow(inputs=(p, p), outputs=(1, 1), width=(1, 2))) for _ in range(2)
    )
    forward, backward = compare_networks(first, second), compare_networks(second, first)
    assert forward.equal == backward.equal
