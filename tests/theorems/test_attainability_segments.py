"""One neuron on a line, against a fine grid of kinks in floats."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.theorems.attainability.problems import decided
from symerm.theorems.attainability.segments import SEGMENTS, line_infimum, segment_loss

QUICK = settings(max_examples=12, deadline=None)


@QUICK
@given(SEGMENTS.instances)
def test_segments_against_a_grid(instance):
    """Nothing on a fine grid of kinks is better, and something is nearly as good."""
    data, slope = instance["data"], float(instance["activation"].negative_slope)
    s, t = (np.array([float(x) for (x,) in rows]) for rows in (data.inputs, data.outputs))
    t = t - t.mean()
    best = t @ t
    for kink in np.linspace(s.min() - 1, s.max() + 1, 2001):
        for z in (s - kink, kink - s):
            x = np.maximum(z, slope * z)
            x = x - x.mean()
            if x @ x > 1e-12:
                best = min(best, t @ t - (x @ t) ** 2 / (x @ x))
    exact = float(decided(instance).exact)
    assert exact <= best + 1e-9
    assert best <= exact + 0.02 * (1 + t @ t)
    assert line_infimum(instance).holds


@QUICK
@given(st.lists(st.integers(-3, 3), min_size=12, max_size=12))
def test_the_distance_from_a_segment_in_floats(numbers):
    u, v, t = (np.array(numbers[k : k + 4], float) for k in (0, 4, 8))
    best = min(
        float(((t - t.mean() - sign * (a * u + b * v) + sign * (a * u + b * v).mean()) ** 2).sum())
        for a in np.linspace(0, 3, 31) for b in np.linspace(0, 3, 31) for sign in (1, -1)
    )
    exact = segment_loss(*(list(map(Fraction, numbers[k : k + 4])) for k in (0, 4, 8)))
    assert float(exact) <= best + 1e-9
