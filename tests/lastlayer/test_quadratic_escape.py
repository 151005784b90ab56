"""One quadratic neuron and an affine target: exact losses of the family, and no zero."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symerm.errors import InputError
from symerm.lastlayer.quadratic_escape import quadratic_escape

number = st.fractions(min_value=-5, max_value=5, max_denominator=9)


@given(
    st.lists(number, min_size=3, max_size=6, unique=True),
    number.filter(bool),
    number,
    st.fractions(min_value=Fraction(1, 1000), max_value=1),
)
def test_the_loss_of_the_family(points, slope, intercept, eps) -> None:
    escape = quadratic_escape(points, slope, intercept)
    inputs = tuple((x,) for x in points)
    labels = tuple((slope * x + intercept,) for x in points)
    loss = escape.network(eps).loss(inputs, labels)
    assert loss == escape.loss(eps) > 0
    assert escape.network(eps / 10).loss(inputs, labels) == loss / 100


@pytest.mark.parametrize(("points", "slope"), [([0, 1, 1], 1), ([0, 1, 2], 0)])
def test_problems_with_a_minimiser_are_refused(points, slope) -> None:
    with pytest.raises(InputError, match="has a minimiser"):
        quadratic_escape([Fraction(x) for x in points], Fraction(slope), Fraction(1))
