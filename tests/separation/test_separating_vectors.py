"""Both separating vectors, and the audit that rests on them, against sampled neurons."""

from fractions import Fraction
from math import erf as scalar_erf

import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import erf

from symerm.arithmetic.balls import ball
from symerm.errors import InputError
from symerm.separation.audit import TOPICS, audit_separation
from symerm.separation.closed_forms import mean_positive_bias, separated_radius, separating_weight
from symerm.separation.monotonicity import WEIGHTS
from symerm.separation.separating_vectors import (
    compare_vectors,
    mean_equal_weights,
    mean_size_weights,
)

VECTORS = compare_vectors()
SHARE = 1 - scalar_erf(1)


@given(st.fractions(0, 50, max_denominator=100), st.fractions(*WEIGHTS, max_denominator=1000))
def test_equal_weights_never_change_the_sign(radius: Fraction, weight: Fraction) -> None:
    r, xi = ball(radius), ball(weight)
    value = mean_equal_weights(r, xi)
    assert value > 0
    assert value > ball(VECTORS.equal_factor[0]) * mean_positive_bias(r) / 8
    if radius <= 10:
        assert value > ball(VECTORS.equal_minimum.low)


@given(st.fractions(1, 2, max_denominator=100), st.fractions(0, 20, max_denominator=100))
def test_weights_by_size_change_it_at_the_radius(target: Fraction, radius: Fraction) -> None:
    with ctx.workprec(128):
        r = ball(radius)
        value = mean_size_weights(r, separating_weight(ball(target)))
        if radius == target:
            assert value.contains(0)
            return
        assert value > 0 if radius < target else value < 0
        if Fraction(9, 10) <= radius <= Fraction(21, 10):
            assert abs(value) > ball(VECTORS.size_margin * abs(radius - target))
        elif radius < target:
            assert value >= ball(VECTORS.size_inside).lower()
        else:
            assert -value > ball(VECTORS.size_outside) * mean_positive_bias(r) / 8


def test_sampled_neurons_agree_with_both_means() -> None:
    generator = np.random.default_rng(3)
    count = 400_000
    u, b = generator.normal(0, 0.5, count), generator.normal(0, 0.5, count)
    # One quarter of the neurons for each group: the fractions 1/8 and (1 - erf 1)/8.
    first = (np.arange(count) % 4 == 0) & (b >= 0)
    second = (np.arange(count) % 4 == 1) & (b >= 2**-0.5)
    assert abs(first.mean() - 1 / 8) < 0.002
    assert abs(second.mean() - SHARE / 8) < 0.001
    low, _ = separated_radius(Fraction(46, 100))
    for radius in (0.5, float(low), 3.0):
        features = erf(u * radius + b)
        equal = (first * features - 0.46 * second * features).mean()
        sized = (first * features - 0.46 / SHARE * second * features).mean()
        assert equal > 0.01
        assert abs(equal - float(mean_equal_weights(arb(radius), arb(0.46)))) < 0.003
        assert abs(sized - float(mean_size_weights(arb(radius), arb(0.46)))) < 0.003


def test_the_results_of_the_comparison() -> None:
    assert VECTORS.equal_positive
    assert VECTORS.equal_minimum.complete
    assert VECTORS.equal_minimum.low > 0
    assert VECTORS.slope.proved
    low, high = VECTORS.equal_weight_range
    assert float(low) == pytest.approx(0.450450026235078751 / SHARE, rel=1e-13)
    assert float(high) == pytest.approx(0.471662744838682525 / SHARE, rel=1e-13)
    assert float(VECTORS.norm_factor[0]) == pytest.approx(
        (1 + 0.472**2 / SHARE) / (1 + 0.472**2 * SHARE), rel=1e-13
    )


def test_an_interval_without_the_weights_is_refused() -> None:
    with pytest.raises(InputError, match=r"do not hold \[g\(2\), g\(1\)\]; use 0\.45 to 0\.472"):
        compare_vectors(weights=(Fraction(46, 100), Fraction(472, 1000)))


def test_with_larger_weights_equal_weights_are_no_longer_positive() -> None:
    found = compare_vectors(weights=(Fraction(45, 100), Fraction(3)))
    assert not found.equal_positive
    assert found.equal_minimum.low < 0


def test_the_audit_decides_every_claim() -> None:
    audit = audit_separation()
    assert audit.decided
    assert list(dict.fromkeys(claim.topic for claim in audit.claims)) == list(TOPICS)
    statuses = [claim.status for claim in audit.claims]
    assert statuses.count("described") == 2
    assert statuses.count("refuted") == 3
    for claim in audit.claims:
        assert claim.statement
        assert claim.how
        if claim.status == "computed":
            assert claim.value is not None
        if claim.value is not None:
            assert claim.value[0] <= claim.value[1]
    weights = audit.weights
    assert weights.limit[1] < weights.smallest[0] < weights.largest[1]
    assert weights.fall.complete
    assert weights.fall.low > Fraction(1, 100)
    assert audit.slope is audit.vectors.slope
