"""The loss on products of neurons against least squares in fractions."""

import random
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from line_cases import distance, line_problems

from symerm.attainability.exterior import ExteriorForms, pair_places
from symerm.attainability.scaled import scale_problem

seeds = st.integers(0, 10**6)


def forms_of(problem, source, count):
    """The forms of random vectors and those vectors."""
    scaled = scale_problem(problem)
    images = [tuple(source.randint(-5, 5) for _ in range(scaled.size)) for _ in range(count)]
    return scaled, images, ExteriorForms.of(scaled, images)


def drawn(source, count, width):
    return tuple((source.randrange(count), source.choice([1, -1])) for _ in range(width))


@settings(max_examples=40)
@given(line_problems(), seeds, st.integers(2, 3))
def test_the_loss_is_that_of_least_squares(problem, seed, width):
    source = random.Random(seed)
    scaled, images, forms = forms_of(problem, source, 4)
    wedge = tuple((k, source.choice([1, -1])) for k in source.sample(range(4), width))
    ((den,),), ((num,),) = forms.wedge_products([wedge])
    vectors = [images[k] for k, _ in wedge]
    if scaled.output_bias:
        vectors.insert(0, [1] * scaled.size)
    if den:
        loss = (forms.square - Fraction(num, den)) / forms.total
        assert loss == distance(scaled.targets, vectors, scaled.weights)
    assert den == forms.wedge_square(wedge)


@settings(max_examples=40)
@given(line_problems(), seeds, st.integers(1, 4))
def test_the_forms_are_alternating_and_multilinear(problem, seed, width):
    source = random.Random(seed)
    scaled, images, forms = forms_of(problem, source, 5)
    # A fifth vector that is a combination of two others: its products are those of its parts.
    p, q = source.randint(-3, 3), source.randint(-3, 3)
    images[4] = tuple(p * x + q * y for x, y in zip(images[0], images[1], strict=True))
    forms = ExteriorForms.of(scaled, images)
    rest = drawn(source, 4, width - 1)
    other = drawn(source, 4, width)
    wedges = [((k, 1), *rest) for k in (0, 1, 4)]
    for table in forms.wedge_products([*wedges, other]):
        assert all(row == list(column) for row, column in zip(table, zip(*table, strict=True),
                                                              strict=True))
        assert table[2][3] == p * table[0][3] + q * table[1][3]
        assert table[2][2] == p * table[0][2] + q * table[1][2]
    if width > 1:
        turned = (other[1], other[0], *other[2:])
        opposite = ((other[0][0], -other[0][1]), *other[1:])
        for table in forms.wedge_products([other, turned, opposite]):
            assert table[0][1] == table[0][2] == -table[0][0]


@settings(max_examples=20)
@given(line_problems(), seeds, st.integers(2, 3))
def test_many_lists_at_once(problem, seed, width):
    source = random.Random(seed)
    _, _, forms = forms_of(problem, source, 5)
    lists = [[drawn(source, 5, width) for _ in range(3)] for _ in range(7)]
    den, num = forms.wedge_tables(lists)
    places = pair_places(3)
    for k, wedges in enumerate(lists):
        assert (den[k, places].tolist(), num[k, places].tolist()) == forms.wedge_products(wedges)
