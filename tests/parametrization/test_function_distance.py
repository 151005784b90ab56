"""Distances of functions against enumeration of chambers and vertices, and against points."""

from __future__ import annotations

import random
import re
import time
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parametrization_cases import boxes, positive, shallow, small, vectors

from symerm.arithmetic.hyperplanes import affine_chambers
from symerm.arithmetic.linalg import rank, solve
from symerm.errors import BudgetExceeded, InputError, UnsupportedError
from symerm.networks import DeepNetwork, Layer, ShallowNetwork, piecewise_linear_function
from symerm.parametrization.cells import MAX_BOX_DIMENSION
from symerm.parametrization.deep_distance import deep_distances, difference_cells
from symerm.parametrization.function_distance import difference_form, function_distance
from symerm.parametrization.seminorm import sobolev_seminorm
from symerm.parametrization.sup_norm import sup_norm
from symerm.problem.architecture import Activation

ZERO, ONE = Fraction(0), Fraction(1)


@st.composite
def pairs(draw, *, inputs=(1, 2), width=(0, 4)):
    """Two networks with equal numbers of inputs and outputs, and a box or None."""
    p, q = draw(st.integers(*inputs)), draw(st.integers(1, 2))
    first, second = (
        draw(shallow(inputs=(p, p), outputs=(q, q), width=width)) for _ in range(2)
    )
    return p, first, second, draw(boxes(p))


@st.composite
def shifted(draw):
    """A network, and one with other hidden biases only: their difference is bounded."""
    network = draw(shallow(inputs=(1, 2), width=(1, 4)))
    moved = tuple(b + draw(small) for b in network.hidden_biases)
    return network, ShallowNetwork(
        network.hidden_weights, moved, network.output_weights, network.output_biases,
        network.activation,
    )  # fmt: skip


def forms_of(*networks):
    return [
        (w, b)
        for network in networks
        for w, b in zip(network.hidden_weights, network.hidden_biases, strict=True)
        if any(w)
    ]


def slopes(network, point, size):
    """The derivative at a point off all kinks, by its definition."""
    total = [[ZERO] * size for _ in range(network.output_dimension)]
    gamma = network.activation.negative_slope
    for w, z, v in zip(
        network.hidden_weights, network.preactivations(point), network.output_weights, strict=True
    ):
        share = ONE if z > 0 else gamma
        total = [
            [t + share * x * y for t, y in zip(row, w, strict=True)]
            for row, x in zip(total, v, strict=True)
        ]
    return total


def brute_seminorm(size, first, second, box):
    """The largest slope over all chambers of the kinks of both networks."""
    forms = forms_of(first, second) or [((ONE, *[ZERO] * (size - 1)), ZERO)]
    normals, offsets = zip(*forms, strict=True)
    best = ZERO
    for cell in affine_chambers(normals, offsets, box=box):
        one, other = (slopes(network, cell.witness, size) for network in (first, second))
        best = max(
            best,
            *(
                abs(x - y)
                for a, b in zip(one, other, strict=True)
                for x, y in zip(a, b, strict=True)
            ),
        )
    return best


def brute_supremum(size, first, second, box):
    """The largest difference over all points where p hyperplanes or sides of the box meet."""
    planes = forms_of(first, second)
    for axis in range(size):
        unit = tuple(Fraction(int(k == axis)) for k in range(size))
        planes += [(unit, -end) for end in (box[axis] if box else (ZERO,))]
    best = ZERO
    for chosen in combinations(planes, size):
        normals = [normal for normal, _ in chosen]
        if rank(normals) < size:
            continue
        point = solve(normals, [-offset for _, offset in chosen])
        if box is None or all(a <= x <= b for x, (a, b) in zip(point, box, strict=True)):
            best = max(best, difference(first, second, point))
    return best


def difference(first, second, point):
    return max(abs(x - y) for x, y in zip(first(point), second(point), strict=True))


def inside(box, shares, scale=4):
    """A point of the box, or of a large cube."""
    sides = box or [(Fraction(-scale), Fraction(scale))] * len(shares)
    return tuple(low + t * (high - low) for t, (low, high) in zip(shares, sides, strict=False))


@given(case=pairs())
def test_the_seminorm_is_the_largest_slope_of_all_chambers(case):
    size, first, second, box = case
    if not first.width and not second.width and box is None:
        return
    found = function_distance(first, second, box=box).seminorm
    assert found.value == brute_seminorm(size, first, second, box)
    assert found.value == abs(found.derivative)


@given(case=pairs())
def test_the_seminorm_is_reached_at_its_point_on_its_side_of_the_kinks(case):
    _, first, second, box = case
    distance = function_distance(first, second, box=box)
    found = distance.seminorm
    if found.coordinate is None:
        return
    assert box is None or all(a < x < b for x, (a, b) in zip(found.point, box, strict=True))
    for (normal, offset), sign in zip(distance.kinks, found.signs, strict=True):
        assert sign * sum((n * x for n, x in zip(normal, found.point, strict=True)), offset) > 0
    step = Fraction(1, 2**40)
    for move in (step, -step):
        other = tuple(x + move * (k == found.coordinate) for k, x in enumerate(found.point))
        values = [
            first(point)[found.output] - second(point)[found.output]
            for point in (found.point, other)
        ]
        assert values[1] - values[0] == move * found.derivative


@given(case=pairs(inputs=(1, 3)), data=st.data())
def test_no_points_are_farther_apart_than_the_norms_say(case, data):
    size, first, second, box = case
    found = function_distance(first, second, box=box)
    shares = st.tuples(*[st.fractions(0, 1, max_denominator=20)] * size)
    x, y = (inside(box, data.draw(shares)) for _ in range(2))
    length = sum((abs(a - b) for a, b in zip(x, y, strict=True)), ZERO)
    change = [
        abs((a - b) - (c - d))
        for a, b, c, d in zip(first(x), second(x), first(y), second(y), strict=True)
    ]
    assert max(change) <= found.seminorm.value * length
    if found.supremum.value is not None:
        assert difference(first, second, x) <= found.supremum.value


@given(case=pairs())
def test_the_supremum_on_a_box_is_the_largest_value_at_a_vertex(case):
    size, first, second, box = case
    box = box or ((-ONE, 2 * ONE),) * size
    found = function_distance(first, second, box=box).supremum
    assert found.value == brute_supremum(size, first, second, box)
    assert all(a <= x <= b for x, (a, b) in zip(found.point, box, strict=True))
    assert difference(first, second, found.point) == found.value == abs(found.difference)
    k = found.output
    assert first(found.point)[k] - second(found.point)[k] == found.difference


@given(case=shifted())
def test_the_supremum_of_a_bounded_difference_on_the_whole_space(case):
    first, second = case
    size = first.input_dimension
    found = function_distance(first, second).supremum
    assert found.value == brute_supremum(size, first, second, None)
    assert difference(first, second, found.point) == found.value
    # A box beyond all vertices sees the same supremum.
    box = ((Fraction(-10**4), Fraction(10**4)),) * size
    assert function_distance(first, second, box=box).supremum.value == found.value


@given(case=pairs())
def test_an_infinite_supremum_grows_along_its_direction(case):
    _, first, second, _ = case
    found = function_distance(first, second).supremum
    if found.value is not None:
        assert difference(first, second, found.point) == found.value
        return
    values = [
        [a - b for a, b in zip(first(x), second(x), strict=True)]
        for x in (tuple(r * d for d in found.direction) for r in (10**6, 2 * 10**6, 4 * 10**6))
    ]
    growth = [b - a for a, b in zip(values[0], values[1], strict=True)]
    assert any(growth)
    assert [c - b for b, c in zip(values[1], values[2], strict=True)] == [2 * g for g in growth]


def test_whether_the_supremum_is_finite_depends_on_parallel_kinks_of_any_form():
    # The hyperplanes 2 x = 1 and x = 0: coprime forms with normals 2 and 1.
    first = ShallowNetwork(((ONE,),), (ZERO,), ((ONE,),), (ZERO,))
    second = ShallowNetwork(((2 * ONE,),), (-ONE,), ((ONE / 2,),), (ZERO,))
    found = function_distance(first, second).supremum
    assert (found.value, found.point) == (Fraction(1, 2), (Fraction(1, 2),))


@given(case=pairs(width=(1, 4)), data=st.data())
def test_order_and_scaling_of_neurons_change_no_distance(case, data):
    _, first, second, box = case
    order = data.draw(st.permutations(range(first.width)))
    scales = [data.draw(positive) for _ in order]
    moved = ShallowNetwork(
        tuple(
            tuple(t * w for w in first.hidden_weights[j])
            for j, t in zip(order, scales, strict=True)
        ),
        tuple(t * first.hidden_biases[j] for j, t in zip(order, scales, strict=True)),
        tuple(
            tuple(v / t for v in first.output_weights[j])
            for j, t in zip(order, scales, strict=True)
        ),
        first.output_biases,
        first.activation,
    )
    one, other = (function_distance(f, second, box=box) for f in (first, moved))
    assert one.seminorm.value == other.seminorm.value
    assert one.supremum.value == other.supremum.value
    zero = function_distance(first, moved, box=box)
    assert zero.seminorm.value == zero.supremum.value == 0


@given(case=pairs(), data=st.data())
def test_both_are_symmetric_and_satisfy_the_triangle_inequality(case, data):
    size, first, second, box = case
    box = box or ((-ONE, ONE),) * size
    q = first.output_dimension
    third = data.draw(shallow(inputs=(size, size), outputs=(q, q)))

    def both(f, g):
        found = function_distance(f, g, box=box)
        return found.seminorm.value, found.supremum.value

    straight, back = both(first, second), both(second, first)
    assert straight == back
    detour = zip(both(first, third), both(third, second), strict=True)
    assert all(x <= y + z for x, (y, z) in zip(straight, detour, strict=True))


@given(case=pairs(), data=st.data())
def test_both_grow_with_the_box(case, data):
    size, first, second, box = case
    box = box or ((-ONE, ONE),) * size
    larger = tuple((a - data.draw(positive), b + data.draw(positive)) for a, b in box)
    inner, outer, everywhere = (
        function_distance(first, second, box=b) for b in (box, larger, None)
    )
    if first.width or second.width:
        assert inner.seminorm.value <= outer.seminorm.value <= everywhere.seminorm.value
    assert inner.supremum.value <= outer.supremum.value
    if everywhere.supremum.value is not None:
        assert outer.supremum.value <= everywhere.supremum.value


def bias_free(neurons):
    """sum of c max(<a, x>, 0)"""
    weights, outputs = zip(*neurons, strict=True)
    exact = tuple(tuple(map(Fraction, a)) for a in weights)
    return ShallowNetwork(
        exact, (ZERO,) * len(exact), tuple((Fraction(c),) for c in outputs), (ZERO,)
    )


ZERO_FUNCTION = ShallowNetwork((), (), (), (ZERO,))


@pytest.mark.parametrize("k", range(2, 8))
def test_the_pathologies_of_the_realization_map(k):
    square = ((-ONE, ONE),) * 2
    exploding = bias_free([((k, 0), k), ((k, Fraction(-1, k * k)), -k)])
    assert function_distance(ZERO_FUNCTION, exploding, box=square).supremum.value == Fraction(1, k)
    assert function_distance(ZERO_FUNCTION, exploding).seminorm.value == k * k
    assert function_distance(ZERO_FUNCTION, exploding).supremum.value is None
    unbalanced = bias_free([((5, 0), 0)])
    tilted = bias_free([((0, 1), Fraction(1, k))])
    assert function_distance(unbalanced, tilted).seminorm.value == Fraction(1, k)
    redundant = bias_free([((1, 0), 1), ((1, 0), 1)])
    split = bias_free([((1, 0), 2), ((0, 1), Fraction(1, k))])
    assert function_distance(redundant, split).seminorm.value == Fraction(1, k)
    directions = [(1, 0), (0, 1), (-1, -1)]
    opposite = bias_free(
        [(a, 1) for a in directions] + [(tuple(-x for x in a), -1) for a in directions]
    )
    assert function_distance(opposite, ZERO_FUNCTION).seminorm.value == 0
    ridge = bias_free([((1, 2), Fraction(1, 2 * k))])
    assert function_distance(opposite, ridge).seminorm.value == Fraction(1, k)
    # The third neuron is (0, -sqrt(2) k, 1 / (sqrt(2) k)), sqrt(2) k up to scaling.
    turned = [((k, k, Fraction(1, k)), k), ((-k, k, Fraction(1, k)), k),
              ((0, -k, Fraction(1, 2 * k)), 2 * k)]  # fmt: skip
    back = [(tuple(-x for x in a), c) for a, c in turned]
    found = function_distance(bias_free(turned), bias_free(back))
    assert found.seminorm.value == 3


@given(case=pairs())
@settings(max_examples=50)
def test_cell_by_cell_the_distances_are_the_same(case):
    size, first, second, box = case
    deep = [DeepNetwork.from_shallow(network) for network in (first, second)]
    expected = function_distance(first, second, box=box)
    size = expected.dimension
    cells = difference_cells(*deep, size, box=box)
    seminorm, supremum = deep_distances(cells, size)
    assert seminorm.value == expected.seminorm.value
    assert supremum.value == expected.supremum.value


@st.composite
def deep(draw, size, widths, activation):
    layers, before = [], size
    for width in (*widths, 1):
        layers.append(
            Layer(tuple(draw(vectors(before)) for _ in range(width)), draw(vectors(width)))
        )
        before = width
    return DeepNetwork(tuple(layers), activation)


@given(data=st.data())
@settings(max_examples=50)
def test_deep_networks_of_one_input_against_their_pieces(data):
    first = data.draw(deep(1, (2, 2), Activation("relu")))
    second = data.draw(deep(1, (2, 1, 2), Activation("leaky", Fraction(1, 2))))
    box = ((-3 * ONE, 2 * ONE),)
    found = function_distance(first, second, box=box)
    f, g = piecewise_linear_function(first), piecewise_linear_function(second)
    ends = sorted({*box[0], *(k for k in (*f.kinks, *g.kinks) if -3 < k < 2)})
    values = [f(x)[0] - g(x)[0] for x in ends]
    steep = [
        abs((b - a) / (y - x))
        for x, y, a, b in zip(ends, ends[1:], values, values[1:], strict=False)
    ]
    assert found.supremum.value == max(map(abs, values))
    assert found.seminorm.value == max(steep)
    assert found.kinks is None
    everywhere = function_distance(first, second)
    flat = f.slopes[0] == g.slopes[0] and f.slopes[-1] == g.slopes[-1]
    assert (everywhere.supremum.value is not None) == flat
    kinks = sorted({*f.kinks, *g.kinks}) or [ZERO]
    if flat:
        assert everywhere.supremum.value == max(abs(f(x)[0] - g(x)[0]) for x in kinks)
    else:
        far = tuple(10**6 * d for d in everywhere.supremum.direction)
        assert abs(first(far)[0] - second(far)[0]) > 10**3


@given(data=st.data())
@settings(max_examples=20)
def test_deep_networks_of_two_inputs_against_points(data):
    first = data.draw(deep(2, (2, 2), Activation("relu")))
    second = data.draw(deep(2, (2, 2), Activation("relu")))
    box = ((-ONE, ONE), (ZERO, ONE))
    found = function_distance(first, second, box=box)
    assert difference(first, second, found.supremum.point) == found.supremum.value
    shares = st.tuples(*[st.fractions(0, 1, max_denominator=20)] * 2)
    x, y = (inside(box, data.draw(shares)) for _ in range(2))
    assert difference(first, second, x) <= found.supremum.value
    change = first(x)[0] - second(x)[0] - first(y)[0] + second(y)[0]
    assert abs(change) <= found.seminorm.value * sum(
        abs(a - b) for a, b in zip(x, y, strict=True)
    )
    step = Fraction(1, 2**40)
    moved = tuple(
        a + step * (k == found.seminorm.coordinate) for k, a in enumerate(found.seminorm.point)
    )
    values = [first(x)[0] - second(x)[0] for x in (found.seminorm.point, moved)]
    assert values[1] - values[0] == step * found.seminorm.derivative


def generic(width, size, seed):
    rng = random.Random(seed)

    def entry():
        return Fraction(rng.randint(-300, 300), 100)

    return ShallowNetwork(
        tuple(tuple(entry() for _ in range(size)) for _ in range(width)),
        tuple(entry() for _ in range(width)),
        tuple((entry(),) for _ in range(width)),
        (entry(),),
    )


def test_twelve_neurons_of_three_inputs_are_quick_and_right():
    first, second = generic(12, 3, 1), generic(12, 3, 2)
    started = time.process_time()
    found = function_distance(first, second)
    assert time.process_time() - started < 5
    assert found.seminorm.value == brute_seminorm(3, first, second, None)


def test_a_search_that_is_given_up_has_proved_its_bounds():
    form = difference_form(generic(20, 3, 1), generic(20, 3, 2))
    with pytest.raises(BudgetExceeded) as refusal:
        sobolev_seminorm(form, limit=20)
    message = str(refusal.value)
    assert "more than 20 cells" in message
    # 1 + 40 + C(40, 2) + C(40, 3)
    assert "into 10701 chambers" in message
    low, high = map(Fraction, re.search(r"between (\S+) and (\S+);", message).groups())
    assert low <= sobolev_seminorm(form).value <= high
    box = ((-ONE, ONE),) * 3
    form = difference_form(generic(20, 3, 1), generic(20, 3, 2), box=box)
    with pytest.raises(BudgetExceeded) as refusal:
        sup_norm(form, limit=2)
    low, high = map(Fraction, re.search(r"between (\S+) and (\S+);", str(refusal.value)).groups())
    assert low <= sup_norm(form).value <= high
    three = DeepNetwork((Layer(((ONE, ONE),), (ZERO,)), Layer(((ONE,),), (-ONE,)),
                         Layer(((ONE,),), (ZERO,))))  # fmt: skip
    with pytest.raises(BudgetExceeded, match="more than 2 cells"):
        function_distance(three, generic(3, 2, 1), limit=2)


def test_a_maximum_between_concave_kinks_is_not_cut_off():
    # The relaxation of max(x + 9/10, 0) has a slope near 1 there: one above 1 would lose it.
    biases, outputs = ("-9/10", "7/10", "9/10"), ("-7/10", "4/5", "-2/5")
    network = ShallowNetwork(
        ((ONE,),) * 3, tuple(map(Fraction, biases)), tuple((Fraction(v),) for v in outputs), (ONE,)
    )
    found = function_distance(network, ZERO_FUNCTION, box=((-ONE, ONE),)).supremum
    assert (found.value, found.point) == (Fraction(39, 25), (Fraction(9, 10),))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("norm", [sobolev_seminorm, sup_norm])
def test_the_bounds_of_single_cells_hold(norm, seed):
    first, second = generic(6, 2, seed), generic(6, 2, seed + 100)
    moved = ShallowNetwork(
        first.hidden_weights, second.hidden_biases, first.output_weights, first.output_biases
    )
    box = ((-ONE, ONE),) * 2
    forms = [difference_form(first, second, box=box), difference_form(first, moved)]
    for form in forms:
        value = norm(form).value
        for limit in (0, 2, 4, 8, 16):
            try:
                norm(form, limit=limit)
            except BudgetExceeded as refusal:
                low, high = re.search(r"between (\S+) and (\S+);", str(refusal)).groups()
                assert Fraction(low) <= value <= Fraction(high)


def test_a_box_with_too_many_corners_is_refused_only_where_it_must_be_cut():
    size = MAX_BOX_DIMENSION + 1
    box = ((-ONE, ONE),) * size
    first, second = generic(1, size, 1), generic(2, size, 2)
    with pytest.raises(BudgetExceeded, match=r"2\^13 corners"):
        function_distance(first, second, box=box)
    assert function_distance(first, second).seminorm.value > 0
    away = ShallowNetwork(((ONE,) * size,), (99 * ONE,), ((ONE,),), (ZERO,))
    found = function_distance(away, ZERO_FUNCTION, box=box)
    assert (found.seminorm.value, found.supremum.value) == (1, 99 + size)
    assert found.supremum.point == (ONE,) * size


def test_networks_without_neurons_are_constants():
    network = ShallowNetwork((), (), (), (3 * ONE,))
    found = function_distance(network, ZERO_FUNCTION)
    assert (found.seminorm.value, found.supremum.value) == (0, 3)
    assert (found.seminorm.point, found.supremum.point) == ((), ())
    other = generic(2, 2, 1)
    assert function_distance(network, other).dimension == 2


def test_networks_that_cannot_be_compared():
    first, second = generic(2, 2, 1), generic(2, 3, 2)
    with pytest.raises(InputError, match="2 and 3 inputs"):
        function_distance(first, second)
    wide = ShallowNetwork(((ONE, ONE),), (ZERO,), ((ONE, ONE),), (ZERO, ZERO))
    with pytest.raises(InputError, match="1 and 2 outputs"):
        function_distance(first, wide)
    with pytest.raises(InputError, match="side 1 of the box is empty"):
        function_distance(first, first, box=((ONE, ZERO), (ZERO, ONE)))
    smooth = ShallowNetwork(((ONE, ONE),), (ZERO,), ((ONE,),), (ZERO,), Activation("tanh"))
    with pytest.raises(UnsupportedError, match="relu or leaky"):
        function_distance(first, smooth)
    three = DeepNetwork((Layer(((ONE, ONE),), (ZERO,)), Layer(((ONE,),), (ZERO,)),
                         Layer(((ONE,),), (ZERO,))), Activation("tanh"))  # fmt: skip
    with pytest.raises(UnsupportedError, match="relu or leaky"):
        function_distance(three, first)
