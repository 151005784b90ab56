"""The curve of neurons on the line: every neuron's activations lie on a segment, and vice versa."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symerm.arrangements.neuron_curve import neuron_curve

inputs = st.lists(st.integers(-8, 8), min_size=2, max_size=7, unique=True).map(sorted)
slopes = st.sampled_from([(1, 0), (10, 1), (2, 1)])


def forms_of(points, scale=1):
    return tuple((x, scale) for x in points)


def act(slopes, z):
    return slopes[0] * z if z > 0 else slopes[1] * z


def activations(forms, slopes, neuron):
    return [act(slopes, sum(x * y for x, y in zip(f, neuron, strict=True))) for f in forms]


def modulo(vector, constants):
    if not constants:
        return [Fraction(x) for x in vector]
    mean = Fraction(sum(vector)) / len(vector)
    return [x - mean for x in vector]


def cone_coefficients(a, b, x):
    """The coefficients of x in independent vectors a and b, or None."""
    for i in range(len(a)):
        for j in range(i):
            det = a[i] * b[j] - a[j] * b[i]
            if det:
                s = (x[i] * b[j] - x[j] * b[i]) / det
                t = (a[i] * x[j] - a[j] * x[i]) / det
                same = all(z == s * p + t * q for p, q, z in zip(a, b, x, strict=True))
                return (s, t) if same else None
    raise AssertionError("dependent vectors")


@given(inputs, slopes, st.booleans(), st.fractions(-9, 9), st.fractions(-9, 9))
def test_every_neuron_lies_on_the_curve(points, slopes, constants, weight, bias):
    forms = forms_of(points)
    curve = neuron_curve(forms, slopes, modulo_constants=constants)
    x = modulo(activations(forms, slopes, (weight, bias)), constants)
    if not any(x):
        return
    images = [modulo(vertex.image, constants) for vertex in curve.vertices]
    for segment in curve.segments:
        a, b = ([end.sign * z for z in images[end.vertex]] for end in segment.ends)
        if a == b:
            ratio = next(z / y for y, z in zip(a, x, strict=True) if y)
            if [ratio * y for y in a] == x:
                return
            continue
        found = cone_coefficients(a, b, x)
        if found and (min(found) >= 0 or max(found) <= 0):
            return
    raise AssertionError("a neuron off the curve")


@given(inputs, slopes, st.booleans(), st.integers(1, 9), st.integers(1, 9), st.integers(1, 3))
def test_every_point_of_a_segment_is_a_neuron(points, slopes, constants, s, t, scale):
    forms = forms_of(points, scale)
    curve = neuron_curve(forms, slopes, modulo_constants=constants)
    for segment in curve.segments:
        first, second = segment.ends
        neuron = [
            s * Fraction(x) / first.factor + t * Fraction(y) / second.factor
            for x, y in zip(first.ray, second.ray, strict=True)
        ]
        found = modulo(activations(forms, slopes, neuron), constants)
        expected = [
            segment.orientation * (s * first.sign * x + t * second.sign * y)
            for x, y in zip(
                modulo(curve.vertices[first.vertex].image, constants),
                modulo(curve.vertices[second.vertex].image, constants),
                strict=True,
            )
        ]
        assert found == expected


@pytest.mark.parametrize("size", range(3, 9))
def test_the_path_of_the_relu(size):
    points = [x * x for x in range(size)]
    curve = neuron_curve(forms_of(points), (1, 0))
    assert len(curve.vertices) == 2 * size - 3
    assert len(curve.segments) == 2 * size - 4
    # A path: each inner vertex has two segments with one sign, and rho and lambda are as defined.
    ends = [(e.vertex, e.sign) for segment in curve.segments for e in segment.ends]
    counts = [sum(v == k for v, _ in ends) for k in range(len(curve.vertices))]
    assert sorted(counts) == [1, 1] + [2] * (2 * size - 5)
    for vertex in curve.vertices:
        kink = points[vertex.kink]
        if vertex.facing == "right":
            assert list(vertex.image) == [max(x - kink, 0) for x in points]
        else:
            assert list(vertex.image) == [-max(kink - x, 0) for x in points]


@given(inputs, slopes, st.booleans())
def test_vertices_are_independent_and_all_on_segments(points, slopes, constants):
    curve = neuron_curve(forms_of(points), slopes, modulo_constants=constants)
    images = [modulo(vertex.image, constants) for vertex in curve.vertices]
    for k, x in enumerate(images):
        assert any(x)
        for y in images[:k]:
            assert any(
                x[i] * y[j] != x[j] * y[i] for i in range(len(x)) for j in range(i)
            )
    touched = {end.vertex for segment in curve.segments for end in segment.ends}
    assert touched == set(range(len(images)))


def test_without_hidden_bias_there_are_two_neurons():
    curve = neuron_curve(((-1,), (2,), (3,)), (1, 0), hidden_bias=False)
    assert [vertex.image for vertex in curve.vertices] == [(0, 2, 3), (1, 0, 0)]
    assert all(segment.ends[0] == segment.ends[1] for segment in curve.segments)
