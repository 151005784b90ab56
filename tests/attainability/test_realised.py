"""Subspaces spanned by neurons, against two other ways to decide it."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from line_cases import line_of, line_problems, realised, value

from symerm.arrangements.relu_cone import relu_cone
from symerm.attainability.realised import HiddenVectors, Pencil, RatioInterval
from symerm.errors import BudgetExceeded, InputError, UnsupportedError
from symerm.problem.architecture import Activation, Architecture


def primitive_row(vector):
    scale = 1
    for x in vector:
        scale *= Fraction(x).denominator
    return tuple(int(x * scale) for x in vector)


@settings(max_examples=40)
@given(line_problems(largest=6), st.fractions(Fraction(1, 6), 9, max_denominator=6))
def test_pencils_on_the_line_segment_by_segment(problem, ratio):
    line = line_of(problem)
    points = problem.dataset.collapsed().inputs
    vectors = HiddenVectors.of(points, problem.architecture)
    for meeting in line.meetings():
        a, v, b = (primitive_row(value(line, [end])) for end in meeting)
        if vectors.rank([a, v, b]) < 3:
            continue
        pencil = Pencil((v,), a, b)
        intervals = vectors.realised_ratios(pencil)
        ends = [e for i in intervals for e in (i.low, i.high) if e]
        for at in {ratio, *ends, *(e * Fraction(1001, 1000) for e in ends)}:
            other = [y - at * x for x, y in zip(a, b, strict=True)]
            expected = realised(line, [Fraction(x) for x in v], other)
            assert any(at in interval for interval in intervals) == expected
            assert (len(vectors.neurons_in(pencil.space(at))) == 2) == expected


def contained_points(cones, space):
    """Directions of a space of dimension two or three at which a cone of it can have a ray."""
    for cone in cones:
        forms = {
            tuple(sum(f * x for f, x in zip(form, vector, strict=True)) for vector in space)
            for form in (*cone.inequalities, *cone.equations)
        }
        if len(space) == 2:
            candidates = [(-y, x) for x, y in forms if (x, y) != (0, 0)]
        else:
            candidates = [
                (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
                for a, b in combinations(forms, 2)
            ]
        for candidate in candidates:
            for sign in (1, -1):
                point = [
                    sign * sum(c * x for c, x in zip(candidate, column, strict=True))
                    for column in zip(*space, strict=True)
                ]
                if any(point) and cone.contains(point):
                    yield point


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=3, max_size=5, unique=True
    ),
    st.booleans(),
    st.data(),
)
def test_planes_with_two_inputs_facet_by_facet(inputs, output_bias, data):
    architecture = Architecture(2, output_bias=output_bias)
    vectors = HiddenVectors.of(inputs, architecture)
    neuron = st.tuples(*[st.integers(-2, 2)] * 3)
    first = vectors.image(data.draw(neuron))
    row = st.lists(st.integers(-2, 2), min_size=len(inputs), max_size=len(inputs))
    second = data.draw(st.one_of(neuron.map(vectors.image), row.map(tuple)))
    if vectors.rank([first, second]) < 2:
        return
    space = [*vectors.constants, first, second]
    points = list(contained_points(relu_cone(inputs), space))
    found = vectors.neurons_in([first, second])
    assert len(found) == vectors.rank(points)
    images = [vectors.image(each) for each in found]
    assert vectors.rank(images) == len(images)
    assert vectors.rank([first, second, *images]) == 2


def test_a_network_of_neurons_has_their_activations_as_outputs():
    points = ((Fraction(0),), (Fraction(1, 2),), (Fraction(3),))
    vectors = HiddenVectors.of(points, Architecture(2, Activation("leaky", Fraction(1, 3))))
    neurons = [(1, -1), (-2, 1)]
    network = vectors.network(neurons)
    for k, column in enumerate(zip(*network.realize(points), strict=True)):
        image = vectors.image(neurons[k])
        assert vectors.rank([image]) == 1
        ratio = next(Fraction(x) / y for x, y in zip(column, image, strict=True) if y)
        assert ratio > 0
        assert list(column) == [ratio * y for y in image]


def test_intervals_hold_their_ends_but_not_zero():
    interval = RatioInterval(Fraction(0), Fraction(2))
    assert Fraction(2) in interval
    assert Fraction(0) not in interval
    assert Fraction(3) not in interval
    assert RatioInterval(Fraction(2), None).ratio == 3


def test_errors_say_what_is_wrong():
    line = [(k,) for k in range(4)]
    with pytest.raises(UnsupportedError, match="need a piecewise-linear activation, not tanh"):
        HiddenVectors.of(line, Architecture(2, Activation("tanh")))
    with pytest.raises(BudgetExceeded):
        HiddenVectors.of(line, Architecture(2), limit=3)
    vectors = HiddenVectors.of(line, Architecture(2))
    with pytest.raises(InputError, match="dependent"):
        vectors.realised_ratios(Pencil(((0, 0, 0, 1),), (0, 0, 1, 2), (0, 0, 2, 5)))
