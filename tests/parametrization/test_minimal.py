"""Minimal width against all facings and all sets of doubled kinks, and every exclusion checked."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parametrization_cases import (
    LEAKY,
    boxes,
    evaluate,
    matrix_rank,
    network_of,
    same_function,
    shallow,
)

from symerm.arithmetic.subset_sums import refutes
from symerm.errors import InputError, UnsupportedError
from symerm.networks import ShallowNetwork
from symerm.parametrization.kinks import kink_form
from symerm.parametrization.minimal import minimal_network
from symerm.problem.architecture import RELU, Activation


def fraction_network(neurons, biases, activation=RELU):
    return network_of(
        [
            (tuple(map(Fraction, w)), Fraction(b), tuple(map(Fraction, v)))
            for w, b, v in neurons
        ],
        tuple(map(Fraction, biases)),
        activation,
    )


def linear_part(kink, side, gamma):
    """What the only neuron of a kink adds to the linear part, as a matrix."""
    # side 1: v act(z) = gamma v z + jump max(z, 0); side -1: v act(-z) = -v z + jump max(z, 0).
    factor = gamma / (1 - gamma) if side == 1 else -1 / (1 - gamma)
    return [[factor * d * n for n in kink.normal] for d in kink.jump]


def brute_force_width(form, gamma):
    """The least width over all choices; ranks modulo rows are differences of ranks."""
    best = None
    for sides in product((1, -1), repeat=len(form.kinks)):
        rest = [list(row) for row in form.matrix]
        for kink, side in zip(form.kinks, sides, strict=True):
            part = linear_part(kink, side, gamma)
            rest = [[x - y for x, y in zip(*rows, strict=True)]
                    for rows in zip(rest, part, strict=True)]
        if form.box is not None:
            cost = matrix_rank(rest)
            best = cost if best is None else min(best, cost)
            continue
        for size in range(len(form.kinks) + 1):
            for doubled in combinations(form.kinks, size):
                normals = [kink.normal for kink in doubled]
                modulo = matrix_rank([*normals, *rest]) - matrix_rank(normals)
                cost = size + 2 * modulo
                best = cost if best is None else min(best, cost)
    return len(form.kinks) + best


def check_exclusion(form, gamma, exclusion) -> None:
    """No facings leave a rest of rank at most r modulo the doubled kinks; by all choices."""
    normals = [form.kinks[k].normal for k in exclusion.doubled]
    assert matrix_rank(normals) == len(normals)
    for sides in product((1, -1), repeat=len(form.kinks)):
        rest = [list(row) for row in form.matrix]
        for kink, side in zip(form.kinks, sides, strict=True):
            part = linear_part(kink, side, gamma)
            rest = [[x - y for x, y in zip(*rows, strict=True)]
                    for rows in zip(rest, part, strict=True)]
        assert matrix_rank([*normals, *rest]) - len(normals) > exclusion.rank
    if exclusion.functional is None:
        return
    table = exclusion.functional
    assert exclusion.rank == 0
    for row, normal in product(table, normals):
        assert sum(f * n for f, n in zip(row, normal, strict=True)) == 0

    def value(matrix):
        return sum(f * x for r, m in zip(table, matrix, strict=True)
                   for f, x in zip(r, m, strict=True))

    start = value(form.matrix) - sum(value(linear_part(k, 1, gamma)) for k in form.kinks)
    turns = [value(linear_part(k, -1, gamma)) - value(linear_part(k, 1, gamma))
             for k in form.kinks]
    assert refutes([Fraction(1)], [(turn,) for turn in turns], (start,))


def check(network, box=None):
    found = minimal_network(network, box=box)
    form = kink_form(network, box)
    gamma = network.activation.negative_slope
    assert found.undecided is None
    assert found.is_minimal
    assert found.width == found.lower_bound == brute_force_width(form, gamma)
    if found.width:
        assert (kink_form(found.network, box) - form).is_zero
    assert (len(found.exclusions) > 0) == (found.width > len(form.kinks))
    for exclusion in found.exclusions:
        check_exclusion(form, gamma, exclusion)
    return found


@given(st.data())
def test_the_width_is_that_of_all_choices(data) -> None:
    network = data.draw(shallow(width=(1, 5)))
    box = data.draw(boxes(network.input_dimension))
    found = check(network, box)
    for _ in range(3):
        point = tuple(
            data.draw(st.fractions(-9, 9, max_denominator=7)) if box is None
            else low + (high - low) * data.draw(st.fractions(0, 1, max_denominator=7))
            for low, high in box or [(None, None)] * network.input_dimension
        )
        if found.width:
            assert evaluate(found.network, point) == evaluate(network, point)


@given(st.data())
def test_the_width_depends_on_the_function_alone(data) -> None:
    network = data.draw(shallow(width=(1, 3)))
    other = data.draw(same_function(network))
    box = data.draw(boxes(network.input_dimension))
    first, second = (minimal_network(each, box=box) for each in (network, other))
    assert first.width == second.width <= network.width
    assert first.form == second.form


@given(st.data())
@settings(max_examples=30)
def test_three_outputs(data) -> None:
    network = data.draw(shallow(inputs=(2, 3), outputs=(3, 3), width=(1, 4)))
    check(network, data.draw(boxes(network.input_dimension)))


@pytest.mark.parametrize(
    ("neurons", "width"),
    [
        ([], 0),
        ([((0, 0), 3, (1,)), ((1, 1), 0, (0,))], 0),  # a constant
        ([((1, 2), 1, (1,)), ((-1, -2), -1, (-1,))], 2),  # affine: two neurons on R^p
        ([((1, 0), 0, (1,)), ((1, 0), 0, (2,))], 1),
        ([((1, 0), 0, (1,)), ((0, 1), 0, (1,)), ((0, -1), 0, (-1,))], 3),  # rest off the kink
        ([((1, 0), 0, (1,)), ((1, 0), 2, (1,)), ((-1, 0), -2, (-1,))], 2),  # rest along the kink
        # three kinks whose sum of jumps is the linear part: all of them turn
        ([((-1, 0), 0, (1,)), ((0, -1), 0, (1,)), ((1, 1), 0, (1,))], 3),
    ],
)
def test_known_widths_on_the_plane(neurons, width) -> None:
    assert check(fraction_network(neurons, (5,))).width == width


@given(shallow(inputs=(1, 1), outputs=(1, 1), activation=st.just(RELU), width=(1, 5)))
def test_one_input_needs_at_most_one_neuron_more_than_kinks(network) -> None:
    found = check(network)
    kinks = len(found.form.kinks)
    assert found.width <= (kinks + 1 if kinks else 2)


@given(shallow(outputs=(1, 1), width=(1, 5)))
def test_one_output_needs_at_most_two_neurons_more_than_kinks(network) -> None:
    found = check(network)
    assert found.width - len(found.form.kinks) <= 2


def test_on_a_box_one_neuron_is_affine() -> None:
    box = ((Fraction(-1), Fraction(1)),) * 2
    identity = fraction_network(
        [((1, 0), 0, (1, 0)), ((-1, 0), 0, (-1, 0)), ((0, 1), 0, (0, 1)), ((0, -1), 0, (0, -1))],
        (0, 0),
    )
    assert check(identity).width == 4
    found = check(identity, box)
    assert found.width == 2
    assert found.network((Fraction(1), Fraction(-1))) == (1, -1)
    # Both neurons are active on the whole box.
    assert not found.form.kinks


def test_leaky_neurons_carry_a_linear_part_of_their_own() -> None:
    # |x| has a kink of jump 2: one leaky neuron gives slopes in ratio gamma : 1, not -1 : 1.
    absolute = fraction_network([((1,), 0, ("3/2",)), ((-1,), 0, ("3/2",))], (0,), LEAKY)
    assert absolute((Fraction(-2),)) == (2,)
    assert check(absolute).width == 2
    one_sided = fraction_network([((2,), 1, ("3/2",)), ((1,), 5, (0,))], (0,), LEAKY)
    assert check(one_sided).width == 1


def test_the_network_of_a_subset_sum() -> None:
    # sum a_j max(j x + .., 0): the linear part asks for the subset {7, 11} of the jumps.
    values = [3, 5, 7, 11, 13]
    sides = [1, 1, -1, -1, 1]
    neurons = [((s * v,), s * k, (1,)) for k, (v, s) in enumerate(zip(values, sides, strict=True))]
    hidden = fraction_network(neurons, (0,))
    # The same function written with all neurons facing right and the rest in a pair.
    rest = sum(v for v, s in zip(values, sides, strict=True) if s < 0)
    turned = [((v,), k, (1,)) for k, v in enumerate(values)]
    pair = [((rest,), 0, (-1,)), ((-rest,), 0, (1,))]
    spread = fraction_network([*turned, *pair], (-(2 + 3),))
    assert (kink_form(hidden) - kink_form(spread)).is_zero
    found = check(spread)
    assert found.width == 5
    assert found.flipped == (2, 3)


def test_large_networks_with_many_digits_are_decided() -> None:
    rng = random.Random(2)

    def number():
        return Fraction(rng.randrange(-(2**52), 2**52), 2**50)

    neurons = [((number(), number()), number(), (number(),)) for _ in range(24)]
    weights, bias, _ = neurons[0]
    doubled = ((-weights[0], -weights[1]), -bias, (number(),))
    pair = [((number(), number()), number(), (number(),))]
    pair.append((tuple(-x for x in pair[0][0]), -pair[0][1], (-pair[0][2][0],)))
    cases = [(neurons, 24), ([*neurons, doubled], 25), ([*neurons, *pair], 26)]
    for each, width in cases:
        network = network_of(each, (Fraction(1),), RELU)
        found = minimal_network(network)
        assert (found.width, found.lower_bound, found.undecided) == (width, width, None)
        assert (kink_form(found.network) - kink_form(network)).is_zero


def test_beyond_the_limit_the_width_is_undecided() -> None:
    rng = random.Random(1)
    neurons = [((rng.randrange(1, 50), rng.randrange(1, 50)), 1, (1,)) for _ in range(40)]
    pair = [((1, 7), 0, (-1,)), ((-1, -7), 0, (1,))]
    network = fraction_network([*neurons, *pair], (0,))
    found = minimal_network(network, limit=5000)
    kinks = len(found.form.kinks)
    assert not found.is_minimal
    assert "limit of 5000 partial sums" in found.undecided
    assert kinks <= found.lower_bound < found.width <= kinks + 2
    assert (kink_form(found.network) - kink_form(network)).is_zero
    assert minimal_network(network, limit=0).lower_bound == kinks


def test_what_cannot_be_minimised_is_refused() -> None:
    network = fraction_network([((1,), 0, (1,))], (0,), Activation("tanh"))
    with pytest.raises(UnsupportedError, match="relu or leaky"):
        minimal_network(network)
    with pytest.raises(InputError, match="2 sides"):
        minimal_network(
            fraction_network([((1,), 0, (1,))], (0,)),
            box=((Fraction(0), Fraction(1)),) * 2,
        )


def test_a_network_without_neurons_stays() -> None:
    constant = ShallowNetwork((), (), (), (Fraction(2),))
    found = minimal_network(constant)
    assert (found.width, found.network) == (0, constant)
    assert minimal_network(constant, box=((Fraction(0), Fraction(1)),)).width == 0
