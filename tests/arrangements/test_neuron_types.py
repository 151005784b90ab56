"""The six types of a hidden neuron: exactly one holds, by the conditions as they are written."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from symerm.arrangements.neuron_types import NeuronType, neuron_type, neuron_type_on_points

small = st.fractions(min_value=-3, max_value=3, max_denominator=3)
intervals = st.tuples(small, small).filter(lambda ends: ends[0] < ends[1])


@st.composite
def interval_neurons(draw):
    """An interval and a neuron that often vanishes at an end or is constant."""
    ends = draw(intervals)
    w = draw(small)
    bias = st.sampled_from([-w * ends[0], -w * ends[1], Fraction(0)])
    return ends, w, draw(small | bias)


def conditions(w, b, first, last):
    """The table of definitions, from the set where w x + b >= 0, found by solving for x."""
    kink = None if w == 0 else -b / w
    if w == 0:
        active = (first, last) if b >= 0 else None
    elif w > 0:
        active = (max(kink, first), last) if kink <= last else None
    else:
        active = (first, min(kink, last)) if kink >= first else None
    zero = w == 0 and b == 0
    return {
        NeuronType.DEGENERATE: zero,
        NeuronType.INACTIVE: active is None,
        NeuronType.SEMI_INACTIVE: active is not None and active[0] == active[1],
        NeuronType.SEMI_ACTIVE: w == 0 and b > 0,
        NeuronType.TYPE_1_ACTIVE: w != 0 and active == (first, last),
        NeuronType.TYPE_2_ACTIVE: kink is not None and first < kink < last,
    }


@given(interval_neurons())
def test_a_neuron_on_an_interval_has_exactly_one_type(case):
    (first, last), w, b = case
    (found,) = [kind for kind, holds in conditions(w, b, first, last).items() if holds]
    assert neuron_type(w, b, (first, last)) is found


@given(interval_neurons(), st.lists(st.fractions(min_value=0, max_value=1), max_size=4))
def test_the_ends_of_an_interval_decide_for_all_points_between(case, shares):
    (first, last), w, b = case
    points = [(first,), *((first + t * (last - first),) for t in shares), (last,)]
    assert neuron_type_on_points((w,), b, points) is neuron_type(w, b, (first, last))


@given(
    st.tuples(small, small), small,
    st.lists(st.tuples(small, small), min_size=1, max_size=4), st.randoms(use_true_random=False),
)
def test_types_on_points(weights, b, points, source):
    values = [weights[0] * x + weights[1] * y + b for x, y in points]
    kind = neuron_type_on_points(weights, b, points)
    constant = weights == (0, 0)
    expected = {
        NeuronType.DEGENERATE: constant and b == 0,
        NeuronType.INACTIVE: all(value < 0 for value in values),
        NeuronType.SEMI_INACTIVE: not constant
        and all(value <= 0 for value in values) and any(value == 0 for value in values),
        NeuronType.SEMI_ACTIVE: constant and b > 0,
        NeuronType.TYPE_1_ACTIVE: not constant
        and all(value >= 0 for value in values) and any(value > 0 for value in values),
        NeuronType.TYPE_2_ACTIVE: any(value < 0 for value in values)
        and any(value > 0 for value in values),
    }
    assert [each for each, holds in expected.items() if holds] == [kind]
    # The order, the number of copies and a positive factor do not matter.
    mixed = [*points, points[0]]
    source.shuffle(mixed)
    doubled = tuple(2 * w for w in weights)
    assert neuron_type_on_points(doubled, 2 * b, mixed) is kind


def test_a_neuron_that_vanishes_on_all_points_is_semi_inactive():
    one = Fraction(1)
    assert neuron_type_on_points((one,), -one, [(one,)]) is NeuronType.SEMI_INACTIVE
