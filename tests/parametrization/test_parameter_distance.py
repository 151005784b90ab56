"""Distances of parameters against all orders, and scalings against mpmath."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import permutations, product
from operator import mul

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parametrization_cases import network_of, neurons_of, positive, shallow, small

from symerm.arithmetic.surds import Surd
from symerm.errors import InputError, UnsupportedError
from symerm.networks import DeepNetwork, Layer, ShallowNetwork
from symerm.parametrization import least_sum
from symerm.parametrization.least_sum import least_sum_assignment
from symerm.parametrization.neuron_rescaling import rescale_euclidean, rescale_neuron
from symerm.parametrization.parameter_distance import (
    MAX_MATCHED,
    entrywise_distance,
    parameter_distance,
)
from symerm.problem.architecture import RELU, Activation

ZERO, ONE = Fraction(0), Fraction(1)
MODES = list(product(("max", "euclidean"), (False, True)))
NEAR = mpmath.mpf(10) ** -11

entries = st.one_of(small, st.fractions(-4, 4, max_denominator=3))


@st.composite
def neuron_pairs(draw):
    p, q = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    u, other_u = (draw(st.tuples(*[entries] * p)) for _ in range(2))
    v, other_v = (draw(st.tuples(*[entries] * q)) for _ in range(2))
    return u, v, other_u, other_v


@st.composite
def networks(draw, count, *, width=(0, 3)):
    """Networks with equal numbers of inputs and outputs and one activation."""
    p, q = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    activation = draw(st.sampled_from([RELU, Activation("leaky", Fraction(1, 3))]))
    return [
        draw(
            shallow(inputs=(p, p), outputs=(q, q), width=width, activation=st.just(activation))
        )
        for _ in range(count)
    ]


def real(value):
    if isinstance(value, Surd):
        root = mpmath.sqrt(real(abs(value.square)))
        return real(value.rational) + (root if value.square > 0 else -root)
    return mpmath.mpf(value.numerator) / value.denominator


def norm_at(t, u, v, other_u, other_v, norm):
    changes = [real(x) - t * real(y) for x, y in zip(u, other_u, strict=True)]
    changes += [real(x) - real(y) / t for x, y in zip(v, other_v, strict=True)]
    if norm == "max":
        return max(map(abs, changes))
    return mpmath.sqrt(sum(x * x for x in changes))


def local_minima(u, v, other_u, other_v):
    """Local minima of the Euclidean norm over t: golden sections of log t, then Newton steps."""
    a, b, e, f = (
        float(sum(map(mul, x, y)))
        for x, y in ((other_u, other_u), (u, other_u), (other_v, other_v), (v, other_v))
    )

    def square(s):
        t = math.exp(s)
        return a * t * t - 2 * b * t + e / t**2 - 2 * f / t

    grid = [k / 20 for k in range(-120, 121)]
    rough = [square(s) for s in grid]
    found = []
    for k in range(1, len(grid) - 1):
        if rough[k] <= min(rough[k - 1], rough[k + 1]):
            low, high = grid[k - 1], grid[k + 1]
            for _ in range(60):
                left, right = low + (high - low) * 2 / 5, low + (high - low) * 3 / 5
                if square(left) < square(right):
                    high = right
                else:
                    low = left
            t = mpmath.exp((low + high) / 2)
            for _ in range(4):
                # Half the derivative times t^3, and its derivative.
                slope = ((a * t - b) * t * t + f) * t - e
                bend = (4 * a * t - 3 * b) * t * t + f
                found.append(t)
                t -= slope / bend if bend else 0
            found.append(t)
    return found


def best_scale(u, v, other_u, other_v, norm):
    """The infimum over t > 0 and the zero neuron, from all candidates for t."""
    candidates = [mpmath.mpf(10) ** -25, mpmath.mpf(10) ** 25, mpmath.mpf(1)]
    if norm == "max":
        # Two of the branches x - t y and x - y / t have equal or opposite values at the best t.
        branches = [(real(x), -real(y), mpmath.mpf(0)) for x, y in zip(u, other_u, strict=True)]
        branches += [(real(x), mpmath.mpf(0), -real(y)) for x, y in zip(v, other_v, strict=True)]
        branches.append((mpmath.mpf(0),) * 3)
        for one, other in product(branches, branches):
            for sign in (1, -1):
                c, a, b = (x - sign * y for x, y in zip(one, other, strict=True))
                # a t^2 + c t + b = 0
                if a:
                    root = mpmath.sqrt(c * c - 4 * a * b)
                    candidates += [(-c + root) / (2 * a), (-c - root) / (2 * a)]
                elif c:
                    candidates.append(-b / c)
    else:
        candidates += local_minima(u, v, other_u, other_v)
    scales = [mpmath.re(t) for t in candidates if abs(mpmath.im(t)) < 1e-15]
    return min(norm_at(t, u, v, other_u, other_v, norm) for t in scales if t > 0)


def balanced(u, v):
    inner, outer = (max((abs(real(x)) for x in part), default=mpmath.mpf(0)) for part in (u, v))
    if not inner or not outer:
        return [mpmath.mpf(0)] * (len(u) + len(v))
    t = mpmath.sqrt(outer / inner)
    return [t * real(x) for x in u] + [real(x) / t for x in v]


def oracle(first, second, norm, is_balanced):
    """All orders."""
    p = first.input_dimension or second.input_dimension
    zero = ((ZERO,) * p, ZERO, (ZERO,) * first.output_dimension)
    size = max(first.width, second.width)
    rows, columns = (
        [((*w, b), v) for w, b, v in [*neurons_of(n), *[zero] * (size - n.width)]]
        for n in (first, second)
    )

    def pair(row, column):
        if not is_balanced:
            return best_scale(*row, *column, norm)
        changes = [x - y for x, y in zip(balanced(*row), balanced(*column), strict=True)]
        if norm == "max":
            return max(map(abs, changes))
        return mpmath.sqrt(sum(x * x for x in changes))

    costs = [[pair(row, column) for column in columns] for row in rows]
    biases = [
        real(x - y) for x, y in zip(first.output_biases, second.output_biases, strict=True)
    ]
    best = mpmath.inf
    for order in permutations(range(size)):
        chosen = [costs[i][k] for i, k in enumerate(order)] + biases
        value = (
            max(map(abs, chosen)) if norm == "max" else mpmath.sqrt(sum(x * x for x in chosen))
        )
        best = min(best, value)
    return best


@pytest.fixture(autouse=True)
def precision():
    with mpmath.workdps(50):
        yield


@given(case=neuron_pairs())
def test_the_best_scaling_in_maximum_norm(case):
    found = rescale_neuron(*case)
    u, v, _, _ = case
    assert abs(real(found.distance) - best_scale(*case, "max")) < NEAR
    if found.scale is None:
        assert found.distance == max(map(abs, (*u, *v)))
    else:
        assert found.scale > 0
        at = norm_at(real(found.scale), *case, "max")
        assert abs(at - real(found.distance)) < NEAR


@given(case=neuron_pairs())
def test_the_best_scaling_in_the_euclidean_norm(case):
    found = rescale_euclidean(*case)
    best = best_scale(*case, "euclidean") ** 2
    # Limits for t to 0 or infinity are candidates only nearly.
    assert real(found.lower) - NEAR <= best <= real(found.upper) + NEAR
    assert 0 <= found.upper - found.lower < Fraction(1, 10**20)
    if found.scale is not None:
        at = norm_at(real(found.scale), *case, "euclidean") ** 2
        assert abs(at - real(found.upper)) < NEAR


@pytest.mark.parametrize(
    ("case", "distance", "scale"),
    [
        # Equal up to scaling, with rational and with irrational factors.
        (((2,), (3,), (6,), (1,)), Surd(ZERO), Surd(ONE / 3)),
        (((0,), (0,), (2,), (1,)), Surd.root(2), Surd.root(ONE / 2)),
        (((0,), (0,), (4,), (1,)), Surd(2 * ONE), Surd(ONE / 2)),
        # Opposite signs: only shrinking helps, but then the outputs grow.
        (((1,), (1,), (-1,), (1,)), Surd.root(2), Surd(-ONE, 2 * ONE)),
        # A neuron without outputs may vanish.
        (((1,), (2,), (-3,), (0,)), Surd(2 * ONE), Surd(ONE / 3)),
        (((1,), (0,), (-3,), (0,)), Surd(ONE), None),
        # Input weights that scaling does not move leave room for the outputs.
        (((1,), (3,), (0,), (1,)), Surd(ONE), Surd(ONE / 2)),
        (((0,), (1,), (0,), (-2,)), Surd(ONE), None),
        (((0,), (0,), (0,), (0,)), Surd(ZERO), Surd(ONE)),
    ],
)
def test_scalings_by_hand(case, distance, scale):
    found = rescale_neuron(*(tuple(map(Fraction, part)) for part in case))
    assert (found.distance, found.scale) == (distance, scale)


@pytest.mark.parametrize(("norm", "is_balanced"), MODES)
@given(case=networks(2))
@settings(max_examples=60)
def test_the_best_of_all_orders(norm, is_balanced, case):
    found = parameter_distance(*case, norm=norm, balanced=is_balanced)
    best = oracle(*case, norm, is_balanced)
    assert real(found.distance.lower) - NEAR <= best <= real(found.distance.upper) + NEAR
    assert found.distance.upper - found.distance.lower <= Fraction(1, 10**12)
    # The matching reaches it.
    values = [found.output_biases, *(pair.distance for pair in found.neurons)]
    uppers = [real(value.upper) for value in values]
    reached = max(uppers) if norm == "max" else mpmath.sqrt(sum(x * x for x in uppers))
    assert abs(reached - best) < NEAR
    a, b = case
    for mine, count in (
        ([pair.first for pair in found.neurons], a.width),
        ([pair.second for pair in found.neurons], b.width),
    ):
        assert sorted(k for k in mine if k is not None) == list(range(count))


@given(case=networks(2, width=(1, 5)), is_balanced=st.booleans())
@settings(max_examples=60)
def test_neurons_that_are_apart_prove_the_matching_optimal(case, is_balanced):
    first, second = case
    found = parameter_distance(first, second, balanced=is_balanced)
    size = max(first.width, second.width)
    assert len(found.first_apart) + len(found.second_apart) == size + 1
    zeros = [
        ((ZERO,) * first.input_dimension, ZERO, (ZERO,) * first.output_dimension)
    ] * size
    rows, columns = (neurons_of(network) + zeros for network in case)
    none = (ZERO,) * first.output_dimension
    farthest = max((pair.distance for pair in found.neurons), key=lambda d: d.lower)
    for i, k in product(found.first_apart, found.second_apart):
        alone = parameter_distance(
            network_of([rows[i]], none, first.activation),
            network_of([columns[k]], none, first.activation),
            balanced=is_balanced,
        )
        assert alone.distance.upper >= farthest.lower


@pytest.mark.parametrize(("norm", "is_balanced"), MODES)
@given(case=networks(2, width=(1, 4)), data=st.data())
@settings(max_examples=40)
def test_order_and_scaling_do_not_count(norm, is_balanced, case, data):
    first, second = case
    moved = network_of(
        [
            (tuple(t * x for x in w), t * b, tuple(x / t for x in v))
            for (w, b, v), t in (
                (neuron, data.draw(positive))
                for neuron in data.draw(st.permutations(neurons_of(second)))
            )
        ],
        second.output_biases,
        second.activation,
    )
    one, other = (
        parameter_distance(first, b, norm=norm, balanced=is_balanced) for b in (second, moved)
    )
    assert one.distance.lower <= other.distance.upper
    assert other.distance.lower <= one.distance.upper
    if norm == "max" and not is_balanced:
        assert one.distance == other.distance
    zero = parameter_distance(second, moved, norm=norm, balanced=is_balanced).distance
    assert (zero.lower, zero.upper) == (0, 0)


@pytest.mark.parametrize("norm", ["max", "euclidean"])
@given(case=networks(3))
@settings(max_examples=40)
def test_balanced_distances_are_a_metric(norm, case):
    def apart(a, b):
        return parameter_distance(a, b, norm=norm, balanced=True).distance

    first, second, third = case
    straight, back = apart(first, second), apart(second, first)
    assert straight.lower <= back.upper
    assert back.lower <= straight.upper
    assert straight.lower <= apart(first, third).upper + apart(third, second).upper


@given(case=networks(2, width=(2, 3)), norm=st.sampled_from(["max", "euclidean"]))
@settings(max_examples=40)
def test_no_network_is_nearer_than_the_nearest_of_its_orbit(case, norm):
    first, second = case
    free = parameter_distance(first, second, norm=norm).distance
    if first.width == second.width:
        assert free.lower <= entrywise_distance(first, second, norm=norm).upper
    # If A is balanced, balanced B is one of the rescalings of B, or its limit.
    for w, b, v in neurons_of(first):
        if max(map(abs, (*w, b))) != max(map(abs, v)):
            return
    assert free.lower <= parameter_distance(first, second, norm=norm, balanced=True).distance.upper


def test_free_scaling_is_not_symmetric():
    a, b = (
        network_of([((ONE,), ZERO, (Fraction(v),))], (ZERO,), RELU) for v in (0, 1)
    )
    assert parameter_distance(a, b).distance.exact == Surd(-ONE / 2, Fraction(5, 4))
    assert parameter_distance(b, a).distance.exact == 1


@pytest.mark.parametrize("k", range(2, 6))
def test_opposite_weights_with_roots_of_two(k):
    def network(sign):
        weights = [(k, k, Fraction(1, k)), (-k, k, Fraction(1, k)), (0, -k, Fraction(1, 2 * k))]
        return network_of(
            [
                (tuple(Fraction(sign * x) for x in a), ZERO, (Fraction(c),))
                for a, c in zip(weights, (k, k, 2 * k), strict=True)
            ],
            (ZERO,),
            RELU,
        )

    found = parameter_distance(network(1), network(-1), balanced=True)
    # At least k by the paper; the third neurons are balanced by sqrt(2).
    assert str(found.distance.exact) == str(2 * k)
    assert str(found.neurons[2].scales[0]) == "sqrt(2)"


def test_differences_of_two_roots_are_exact():
    a, b = (network_of([((ONE,), ZERO, (Fraction(v),))], (ZERO,), RELU) for v in (2, 3))
    c = network_of([((ONE,), ZERO, (Fraction(-3),))], (ZERO,), RELU)
    assert parameter_distance(a, b, balanced=True).distance.formula == "sqrt(3) - sqrt(2)"
    assert parameter_distance(c, a, balanced=True).distance.formula == "sqrt(2) + sqrt(3)"
    found = parameter_distance(a, b, balanced=True, width=Fraction(1, 10**40)).distance
    assert 0 < found.upper - found.lower <= Fraction(1, 10**40)
    assert real(found.lower) < mpmath.sqrt(3) - mpmath.sqrt(2) < real(found.upper)


def test_zero_neurons_fill_up_the_narrower_network():
    neurons = [((ONE,), ZERO, (ONE,)), ((-ONE,), ZERO, (4 * ONE,))]
    wide, narrow = network_of(neurons, (ZERO,), RELU), network_of(neurons[:1], (ZERO,), RELU)
    found = parameter_distance(narrow, wide)
    assert found.padded == 1
    assert [(pair.first, pair.second) for pair in found.neurons] == [(0, 0), (None, 1)]
    # min over t of max(t, 4 / t)
    assert (str(found.distance.exact), str(found.neurons[1].scales[1])) == ("2", "2")
    assert parameter_distance(wide, narrow).padded == -1
    # The other way round 1 + t and 4 - 1 / t agree, and the first neuron is left over.
    back = parameter_distance(wide, narrow)
    assert [(pair.first, pair.second) for pair in back.neurons] == [(0, None), (1, 0)]
    assert back.distance.exact == Surd(Fraction(-3, 2), Fraction(29, 4))
    constant = ShallowNetwork((), (), (), (Fraction(5),))
    assert str(parameter_distance(constant, constant).distance.exact) == "0"
    assert str(parameter_distance(constant, narrow).distance.exact) == "5"
    assert parameter_distance(narrow, constant, norm="euclidean").distance.exact == Surd.root(27)


@given(data=st.data())
def test_assignments_of_least_sum_have_potentials(data):
    size = data.draw(st.integers(1, 5))
    costs = [
        [data.draw(st.fractions(-3, 3, max_denominator=2)) for _ in range(size)]
        for _ in range(size)
    ]
    start = data.draw(st.permutations(range(size)))
    with pytest.MonkeyPatch.context() as patch:
        # Any start will do.
        patch.setattr(least_sum, "_proposal", lambda table: list(start))
        found = least_sum_assignment(costs)
    assert found.total == min(
        sum(costs[i][k] for i, k in enumerate(order)) for order in permutations(range(size))
    )
    assert found.total == sum(found.row_potentials) + sum(found.column_potentials)
    assert all(
        found.row_potentials[i] + found.column_potentials[k] <= costs[i][k]
        for i, k in product(range(size), repeat=2)
    )
    assert least_sum_assignment(costs).total == found.total


def test_numbers_beyond_floats():
    huge = Fraction(10) ** 400
    a, b = (
        network_of([((t * huge,), ZERO, (ONE / huge,))], (ZERO,), RELU) for t in (ONE, 2 * ONE)
    )
    for norm, is_balanced in MODES:
        found = parameter_distance(a, b, norm=norm, balanced=is_balanced).distance
        assert found.lower <= found.upper <= found.lower + Fraction(1, 10**12)
        assert math.isfinite(float(found.upper / huge))


def test_parameters_as_they_stand():
    layers = (Layer(((ONE,),), (ZERO,)), Layer(((ONE,),), (ZERO,)), Layer(((ONE,),), (ZERO,)))
    deep = DeepNetwork(layers)
    moved = DeepNetwork((*layers[:2], Layer(((-ONE,),), (ONE,))))
    assert str(entrywise_distance(deep, moved).exact) == "2"
    assert str(entrywise_distance(deep, moved, norm="euclidean").exact) == "sqrt(5)"
    with pytest.raises(InputError, match=r"one shape, not \(1, 1, 1, 1\) and \(1, 1, 1\)"):
        entrywise_distance(deep, DeepNetwork(layers[:2]))
    with pytest.raises(InputError, match="no norm 'one'"):
        entrywise_distance(deep, moved, norm="one")
    with pytest.raises(UnsupportedError, match="activations differ"):
        entrywise_distance(deep, DeepNetwork(layers, Activation("tanh")))


def test_networks_that_cannot_be_matched():
    def network(size, outputs=1, activation=RELU, width=1):
        return network_of(
            [((ONE,) * size, ZERO, (ONE,) * outputs)] * width, (ZERO,) * outputs, activation
        )

    with pytest.raises(InputError, match="1 and 2 inputs"):
        parameter_distance(network(1), network(2))
    with pytest.raises(InputError, match="1 and 2 outputs"):
        parameter_distance(network(1), network(1, 2))
    with pytest.raises(InputError, match="no norm 'one'"):
        parameter_distance(network(1), network(1), norm="one")
    tanh = network(1, activation=Activation("tanh"))
    with pytest.raises(UnsupportedError, match="relu and leaky, not tanh"):
        parameter_distance(tanh, tanh)
    leaky = network(1, activation=Activation("leaky", Fraction(1, 2)))
    with pytest.raises(UnsupportedError, match="relu and leaky:1/2"):
        parameter_distance(network(1), leaky)
    with pytest.raises(UnsupportedError, match=f"{MAX_MATCHED + 1} neurons"):
        parameter_distance(network(1), network(1, width=MAX_MATCHED + 1))
